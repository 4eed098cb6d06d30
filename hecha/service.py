"""The web service: the site, and what those who watch it ask: /healthz, /readyz, /metrics."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import cache
from typing import Generic, TypeVar

import anyio
import anyio.to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from hecha.metrics import CONTENT_TYPE, exposition
from hecha.readiness import SECONDS, free_bytes, readiness
from hecha.site import errors
from hecha.site.access import NOT_FOUND, is_secure
from hecha.site.headers import Headers, headers_of
from hecha.site.limits import TOO_LARGE, Addresses, BodyLimit, Limits
from models.database import engine
from models.settings import Settings
from tasks.tell.figures import Figures, figures

KEPT_SECONDS = 2.0
"""Answers that cost the database something are given again for so long, whoever asks."""

THREADS = 8
"""For what may stand still while a database or a disk does; requests for pages have threads of their own."""

T = TypeVar("T")

log = logging.getLogger("hecha")


class _Kept(Generic[T]):
    """Asks once for all who ask at the same time, and keeps the answer a moment."""

    def __init__(self, ask: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._lock = anyio.Lock()
        self._answers: list[tuple[float, T]] = []

    async def get(self) -> T:
        """Return the answer."""
        async with self._lock:
            now = time.monotonic()
            if not self._answers or now - self._answers[0][0] > self._seconds:
                self._answers = [(now, await self._ask())]
            return self._answers[0][1]


def service(
    chosen: Settings,
    prefect_url: str | None = None,
    routers: Sequence[APIRouter] = (),
    kept_seconds: float = KEPT_SECONDS,
) -> FastAPI:
    """Return the application. `prefect_url`: the API of the Prefect server, asked by /readyz; None: not asked.

    `routers` are served besides: the site's and that of the uploads (`hecha.serve`). Nothing is opened before the
    first request, so that /healthz answers while the database is away.
    """

    @cache
    def database() -> Engine:
        return engine(chosen.database)

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        if database.cache_info().currsize:
            database().dispose()

    # without its own pages of documentation: they load their scripts from somewhere else
    app = FastAPI(
        title="Hecha", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life, redirect_slashes=False
    )
    threads = anyio.CapacityLimiter(THREADS)
    ready = _Kept(lambda: readiness(chosen, database, prefect_url, threads), kept_seconds)
    counted = _Kept(lambda: _figures(database, threads), kept_seconds)

    app.state.settings, app.state.database, app.state.prefect_url = chosen, database, prefect_url
    app.state.limits, app.state.has_accounts = Limits(), False
    errors.install(app)
    app.add_middleware(BodyLimit, file_bytes=chosen.max_file_mb << 20, refuse=_too_large)
    app.add_middleware(Addresses, refuse=_unreadable)
    app.state.headers = headers_of(is_secure(chosen))
    app.add_middleware(Headers, headers=app.state.headers)

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"alive": True})

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        found = await ready.get()
        checks = {
            **{name: {"ok": said is None, "message": said} for name, said in found.answers.items()},
            **{name: {"ok": None, "message": "未设置，不检查。"} for name in found.skipped},
        }
        return JSONResponse({"ready": found.ready, "checks": checks}, 200 if found.ready else 503)

    @app.get("/metrics")
    async def metrics() -> Response:
        now = await counted.get()
        return Response(exposition(now, free_bytes(chosen.home)), media_type=CONTENT_TYPE)

    for router in routers:
        app.include_router(router)
    return app


def _too_large(limit: int) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        said = TOO_LARGE.format(limit=limit >> 20)
        await errors.answer(Request(scope, receive), 413, said)(scope, receive, send)

    return refuse


def _unreadable(status: int) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        said = NOT_FOUND if status == 404 else errors.WRONG_ADDRESS
        await errors.answer(Request(scope, receive), status, said)(scope, receive, send)

    return refuse


async def _figures(database: Callable[[], Engine], threads: anyio.CapacityLimiter) -> Figures | None:
    """The figures, or None when the database does not give them in time."""
    with anyio.move_on_after(SECONDS):
        try:
            return await anyio.to_thread.run_sync(
                lambda: figures(database()), abandon_on_cancel=True, limiter=threads
            )
        except Exception:
            log.exception("the database gave no figures")
            return None
    log.error("the database gave no figures within %.0f s", SECONDS)
    return None
