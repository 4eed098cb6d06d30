"""The routes of the site, put together from its pages and the API."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Response

from hecha.site import api, rendering
from hecha.site.pages import (
    account,
    accounts,
    agency,
    audit,
    documents,
    elsewhere,
    home,
    login,
    notices,
    report,
    report_cells,
    report_decisions,
    sweep,
    sweep_now,
    worklist,
    worklist_actions,
    worklist_next,
)

PARTS = (
    home, login, elsewhere, account, accounts, audit, sweep, sweep_now, worklist, worklist_actions, worklist_next, report,
    report_cells, report_decisions, notices, documents, agency, api,
)  # fmt: skip
"""What has a router."""


def site() -> list[APIRouter]:
    """Return the routers of all pages and of the API, and of the assets that pages use."""
    return [_assets(), *(part.router for part in PARTS)]


def _assets() -> APIRouter:
    routes = APIRouter()

    @routes.get("/assets/{name}")
    async def asset(name: str) -> Response:
        found = rendering.asset(name)
        if found is None:
            raise HTTPException(404)
        return found

    return routes
