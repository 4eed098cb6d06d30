"""Sweeping now: an operator starts a sweep, sees how far it is, and may stop it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import Response
from sqlalchemy import Connection
from starlette.datastructures import FormData

from flows import on_demand
from flows.on_demand import Unavailable
from hecha.site import starting
from hecha.site.access import NOT_FOUND, Db, Form, Operator
from hecha.site.rendering import go, page
from hecha.site.starting import CannotStart, Offer, status_of
from tasks.accounts.person import Person
from tasks.ask import years
from tasks.persist.retrying import asked

router = APIRouter()

OFFERED_YEARS = 6
"""The years before this one that can be chosen, whether anything is known of them or not."""
STARTED = "核查任务已提交。"
STOPPING = "已要求停止核查。"

FlowId = Annotated[UUID, Path()]


@router.get("/sweeps/now")
def offered(request: Request, person: Operator, database: Db) -> Response:
    """Show what would be swept, with the button that does, or what stands against it."""
    return _offered(request, person)


@router.post("/sweeps/now")
def start(request: Request, person: Operator, posted: Form) -> Response:
    """Start a sweep and lead to where it is followed."""
    chosen = _years(posted)
    try:
        started = starting.begin(request, person, chosen, posted.get("confirmed") == "1")
    except CannotStart as refused:
        return _offered(request, person, 409, str(refused), chosen)
    except Unavailable as away:
        return _offered(request, person, status_of(away), str(away), chosen)
    return go(request, f"/sweeps/at-work/{started.id}", STARTED)


@router.get("/sweeps/at-work/{flow_id}")
def followed(request: Request, person: Operator, flow_id: FlowId) -> Response:
    """Show how far a sweep is; the page asks again by itself until it is over."""
    try:
        found, away = on_demand.find(request.app.state.prefect_url, flow_id), ""
    except Unavailable as error:
        found, away = None, str(error)
    if found is None and not away:
        raise HTTPException(404, NOT_FOUND)
    return page(request, person, "sweep_at_work.html.j2", found=found, away=away, states=on_demand.STATES)


@router.post("/sweeps/at-work/{flow_id}/stop")
def stop(request: Request, person: Operator, flow_id: FlowId, _: Form) -> Response:
    """Stop a sweep; what it has recorded stays."""
    try:
        found = starting.end(request, person, flow_id)
    except CannotStart as refused:
        return go(request, f"/sweeps/at-work/{flow_id}", str(refused), refused=True)
    except Unavailable as away:
        raise HTTPException(status_of(away), str(away)) from None
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return go(request, f"/sweeps/at-work/{flow_id}", STOPPING)


def _offered(
    request: Request, person: Person, status: int = 200, wrong: str = "", chosen: tuple[int, ...] = ()
) -> Response:
    offer: Offer | None = None
    try:
        offer = starting.offer(request)
    except Unavailable as away:
        wrong = str(away)
    return page(
        request,
        person,
        "sweep_now.html.j2",
        status,
        offer=offer,
        wrong=wrong,
        years=asked(request.app.state.database(), _known_years),
        chosen=chosen,
        states=on_demand.STATES,
    )


def _known_years(connection: Connection) -> list[int]:
    now = years.today()
    known = years.years(connection, years.sweeps(connection), now)
    return sorted({*known, *range(now.year - OFFERED_YEARS, now.year)}, reverse=True)


def _years(posted: FormData) -> tuple[int, ...]:
    """The years that were chosen; what is no year is left out."""
    given = [str(one) for one in posted.getlist("year")]
    return tuple(int(one) for one in given if len(one) == 4 and one.isascii() and one.isdigit())
