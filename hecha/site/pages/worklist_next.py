"""From one report of the work list to the next, without going back to the list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse
from sqlalchemy import Engine

from hecha.site import filters
from hecha.site.access import NOT_FOUND, Db, Supervisor
from hecha.site.pages.sweep import region_of
from hecha.site.rendering import go
from tasks.accounts.person import Person
from tasks.ask.beside import Stand, beside
from tasks.decide.refused import NotThere
from tasks.decide.seen import reports_seen
from tasks.persist.retrying import asked

router = APIRouter()

LAST = "已是清单中的最后一份报告。"
FIRST = "已是清单中的第一份报告。"

Report = Annotated[int, Query(ge=1, le=2**31 - 1)]
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
At = Annotated[int, Query(ge=0, le=10**6)]


@router.get("/worklist/next")
def following(
    request: Request, person: Supervisor, database: Db, after: Report, at: At = 0, before: Before = None
) -> RedirectResponse:
    """Lead to the report after one in the list of the given filters, at its end back to the list."""
    return _led(request, person, database, after, at, before, 1)


@router.get("/worklist/previous")
def preceding(
    request: Request, person: Supervisor, database: Db, after: Report, at: At = 0, before: Before = None
) -> RedirectResponse:
    """Lead to the report before one in the list of the given filters, at its beginning back to the list."""
    return _led(request, person, database, after, at, before, -1)


def _led(
    request: Request, person: Person, database: Engine, report_id: int, at: int, before: int | None, step: int
) -> RedirectResponse:
    chosen, _ = filters.read_filter(request.query_params)
    region = region_of(database, person, chosen.region)
    stood = Stand(chosen, at, before)
    try:
        asked(database, lambda connection: reports_seen(connection, person, [report_id]))
    except NotThere as error:
        raise HTTPException(404, NOT_FOUND) from error
    found = asked(database, lambda c: beside(c, person, region, report_id, stood, step))
    if found is None:
        return go(request, filters.list_address(stood), LAST if step > 0 else FIRST)
    return go(request, filters.report_address(*found))
