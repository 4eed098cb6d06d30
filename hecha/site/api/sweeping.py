"""What the API takes from operators: to sweep now, to follow that, to stop it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import Field

from flows import on_demand
from flows.on_demand import Unavailable, Underway
from hecha.site import starting
from hecha.site.access import NOT_FOUND, Operator
from hecha.site.api import shapes
from hecha.site.api.problems import ApiRoute, said
from hecha.site.api.reading import BEARER, PREFIX
from hecha.site.starting import CannotStart, status_of

router = APIRouter(prefix=PREFIX, route_class=ApiRoute, dependencies=[Depends(BEARER)])

_LATER = "30"

SweepId = Annotated[UUID, Path(description="POST /sweeps 给出的 id")]


class SweepAsked(shapes.Asked):
    """What is to be swept."""

    year: list[shapes.Year] = Field(
        default=[], max_length=50, description="核查的年度，可重复；不填为全部年度"
    )
    confirmed: bool = Field(default=False, description="不能确定上一次核查是否仍在进行时，确认其已经中断")


@router.post(
    "/sweeps",
    summary="立即核查",
    operation_id="startSweep",
    status_code=202,
    responses={
        202: {
            "description": "已提交，等待开始",
            "headers": {
                "Location": {
                    "description": "查询进度的网址",
                    "required": True,
                    "schema": {"type": "string", "format": "uri-reference"},
                }
            },
        },
        **said(404, 409),
    },
)
def start(
    request: Request, response: Response, person: Operator, asked: Annotated[SweepAsked, Query()]
) -> shapes.Sweep:
    """Start a sweep of the source that is set. For operators; 409 where one is at work or nothing is set up."""
    try:
        started = starting.begin(request, person, asked.year, asked.confirmed, by="api")
    except CannotStart as refused:
        raise HTTPException(409, str(refused)) from None
    except Unavailable as away:
        raise _away(away) from None
    response.headers["Location"] = f"{PREFIX}/sweeps/{started.id}"
    return _sweep(started)


@router.get("/sweeps/{sweep_id}", summary="立即核查的进度", operation_id="getSweep", responses=said(404, 409))
def followed(request: Request, person: Operator, sweep_id: SweepId) -> shapes.Sweep:
    """Follow a sweep. For operators."""
    try:
        found = on_demand.find(request.app.state.prefect_url, sweep_id)
    except Unavailable as away:
        raise _away(away) from None
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return _sweep(found)


@router.post(
    "/sweeps/{sweep_id}/stop",
    summary="停止核查",
    operation_id="stopSweep",
    status_code=202,
    responses={202: {"description": "已要求停止"}, **said(404, 409)},
)
def stop(request: Request, person: Operator, sweep_id: SweepId) -> shapes.Sweep:
    """Stop a sweep; what it has recorded stays. For operators."""
    try:
        found = starting.end(request, person, sweep_id, by="api")
    except CannotStart as refused:
        raise HTTPException(409, str(refused)) from None
    except Unavailable as away:
        raise _away(away) from None
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return _sweep(found)


def _away(error: Unavailable) -> HTTPException:
    status = status_of(error)
    return HTTPException(status, str(error), {"Retry-After": _LATER} if status == 503 else None)


def _sweep(found: Underway) -> shapes.Sweep:
    return shapes.Sweep.model_validate(
        {
            "id": found.id,
            "state": found.state,
            "since": found.since,
            "run": f"{PREFIX}/runs/{found.run}" if found.run else None,
            "stage": found.stage,
            "percent": found.percent,
        }
    )
