"""The routes of the site, put together from its pages."""

from __future__ import annotations

import logging
import pkgutil
from importlib import import_module, util

from fastapi import APIRouter, HTTPException, Response

from hecha.site import pages, rendering
from models.settings import Settings

log = logging.getLogger("hecha")


def site(chosen: Settings, prefect_url: str | None) -> list[APIRouter]:
    """Return the routers of all pages, and of the assets they use."""
    names = [f"{pages.__name__}.{module.name}" for module in pkgutil.iter_modules(pages.__path__)]
    if util.find_spec("hecha.site.api"):
        names.append("hecha.site.api")
    found = [_assets()]
    for name in names:
        try:
            found.append(import_module(name).router)
        except (ImportError, AttributeError):
            log.exception("%s is left out", name)
    return found


def _assets() -> APIRouter:
    routes = APIRouter()

    @routes.get("/assets/{name}")
    async def asset(name: str) -> Response:
        found = rendering.asset(name)
        if found is None:
            raise HTTPException(404)
        return found

    return routes
