"""The first page of supervisors: the figures of a year and region, each a link to the list behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection, Engine

from expectations.profile import Profile, load
from flows import on_demand
from hecha.site.access import NOT_FOUND, Chosen, Db, Supervisor
from hecha.site.filters import rule_names
from hecha.site.rendering import environment, page
from models.errors import ConfigurationError
from models.settings import Settings
from tasks.accounts.person import Person, Role
from tasks.ask import sweep as figures
from tasks.ask import years
from tasks.ask.owed import unread
from tasks.ask.regions import Place, Region, region
from tasks.persist.retrying import asked
from tasks.persist.runs import TITLE

router = APIRouter()

PLACES = 60
"""Places below a region that are shown at first."""
SHOWN = ("owed", "reported", "missing", "late", "unreadable", "pending", "to_mend", "passing")
"""The figures in the order of the page."""
COLOURS = {"missing": "warning", "late": "warning", "unreadable": "review", "pending": "review"} | {
    "to_mend": "critical",
    "passing": "good",
}
UNKNOWN = "调度服务没有这次核查的记录：可能由命令行启动，也可能已经中断。"
RUN_STATES = {"running": "正在运行", "completed": "已完成", "failed": "失败", "cancelled": "已取消"}

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
RegionId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Year = Annotated[int | None, Query(ge=1990, le=2199)]


@router.get("/sweeps")
def sweep_page(
    request: Request, person: Supervisor, database: Db, chosen: Chosen, year: Year = None,
    region: RegionId = None, places: str = "",
) -> Response:  # fmt: skip
    """Show the figures of a year (the newest there is) and region (all that the person sees)."""
    now = years.today()

    def read(connection: Connection) -> tuple[list[years.Sweep], list[int], int]:
        found = years.sweeps(connection)
        return found, years.years(connection, found, now), years.newest(connection, found, now)

    found, known, newest = asked(database, read)
    at = year or newest
    there = region_of(database, person, region)
    run = years.last_of(found, at)
    overview = figures.overview(database, person, there, at)
    branches, top = _unfolded(database, person, overview.branches, at)
    unreadable = figures.unreadable(database, person, there, run)
    profile = profile_of(chosen)
    return page(
        request,
        person,
        "sweep.html.j2",
        year=at,
        years=sorted({at, *known}, reverse=True),
        region=there,
        run=run,
        begun=next((one for one in found if one.title == TITLE), None),
        due=years.deadlines(profile, at, now) if profile else (),
        shown=[
            (name, *figures.WORDS[name], number, _before(overview.before, name), COLOURS.get(name, ""))
            for name in SHOWN
            for number in [len(unreadable) if name == "unreadable" else getattr(overview.figures, name)]
        ],
        overview=overview,
        links=links(at, there.id),
        frequent=figures.most_frequent(database, person, there, at),
        rule_names=rule_names(),
        branches=branches if places == "all" else branches[: PLACES + 1],
        all_branches=len(branches) - 1,
        top=top,
        words_of=figures.WORDS,
        address=address,
        place_links=_links_of(at, top.id if top else there.id),
    )


@router.get("/sweeps/places")
def places_below(
    request: Request, person: Supervisor, database: Db, year: Year = None, region: RegionId = None,
    level: Annotated[int, Query(ge=1, le=9)] = 1,
) -> HTMLResponse:  # fmt: skip
    """Give the rows of the places below a region, to be put below its own row."""
    there = region_of(database, person, region)
    at = year or years.today().year - 1
    rows = figures.overview(database, person, there, at).branches
    text = (
        environment()
        .get_template("sweep_places.html.j2")
        .render(
            branches=rows, level=level, year=at, address=address, region=there, words=environment().globals["words"],
            place_links=_links_of(at, there.id),
        )
    )  # fmt: skip
    return HTMLResponse(text)


@router.get("/sweeps/{run_id:int}")
def run_page(request: Request, person: Supervisor, database: Db, run_id: Id) -> Response:
    """Show one run: what it looked at, under which rules, when, and what it could not read."""
    run = asked(database, lambda connection: years.sweep(connection, run_id))
    if run is None:
        raise HTTPException(404, NOT_FOUND)
    there = region_of(database, person, None)
    ids = figures.unreadable(database, person, there, run)
    files = asked(database, lambda connection: unread(connection, ids))
    found, away = _at_work(request, person, run)
    return page(
        request,
        person,
        "sweep_run.html.j2",
        run=run,
        states=RUN_STATES,
        files=files,
        address=address,
        found=found,
        away=away,
    )


def _at_work(request: Request, person: Person, run: years.Sweep) -> tuple[on_demand.Underway | None, str]:
    """What the Prefect server tells an operator of a run that is going on, and why it tells nothing."""
    if run.state != "running" or run.title != TITLE or person.role is not Role.OPERATOR:
        return None, ""
    try:
        at_work = on_demand.under_way(request.app.state.prefect_url)
    except on_demand.Unavailable as away:
        return None, str(away)
    found = next((one for one in at_work if one.run == run.id), None)
    return found, "" if found else UNKNOWN


def region_of(database: Engine, person: Person, id_: int | None) -> Region:
    """Return a region. Raises HTTPException 404 for one that is not there or that the person may not see."""
    found = asked(database, lambda connection: region(connection, person, id_))
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return found


def profile_of(chosen: Settings) -> Profile | None:
    """Return the profile in force, None while it cannot be read: the page says then that no deadline is known."""
    try:
        return load(chosen.profile)
    except ConfigurationError:
        return None


def address(path: str, **given: Any) -> str:
    """Return an address with what is given; None is left out."""
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{path}?{query}" if query else path


def links(year: int, region_id: int | None, own: bool = False) -> dict[str, str]:
    """Return for each figure the address of the list behind it; `own`: of what stands directly below the region."""
    directly = 1 if own else None

    def listed(**more: Any) -> str:
        return address("/worklist", year=year, region=region_id, own=directly, **more)

    return {
        "owed": address("/worklist/owed", year=year, region=region_id, own=directly),
        "reported": listed(),
        "missing": address("/worklist/owed", year=year, region=region_id, missing=1, own=directly),
        "late": listed(late=1),
        "unreadable": address("/worklist/unreadable", year=year, region=region_id),
        "pending": listed(state="pending"),
        "review": listed(review=1),
        "to_mend": listed(result="to_mend"),
        "passing": listed(result="passing"),
        "unscored": listed(result="unscored"),
    }


def _links_of(year: int, region_id: int | None) -> Callable[[Place | None], dict[str, str]]:
    """The addresses of a place's figures, None: of what stands directly below the region."""
    return lambda place: links(year, place.id) if place else links(year, region_id, own=True)


def _before(before: figures.Figures | None, name: str) -> int | None:
    return None if before is None or name in ("unreadable", "pending") else int(getattr(before, name))


def _unfolded(
    database: Engine, person: Person, branches: tuple[figures.Branch, ...], year: int
) -> tuple[tuple[figures.Branch, ...], Place | None]:
    """Where everything stands below one government, show what is below that at once, and name it."""
    if len(branches) != 2 or branches[0].figures.owed:
        return branches, None
    only = branches[1].place
    if only is None:
        return branches, None
    there = region_of(database, person, only.id)
    return figures.overview(database, person, there, year).branches or branches, only
