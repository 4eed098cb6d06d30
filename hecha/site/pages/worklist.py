"""The work list: what is to be looked at, filtered, sorted, and taken away as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from sqlalchemy import Connection, Engine
from starlette.background import BackgroundTask

from hecha.site import filters
from hecha.site.access import Db, Limited, Supervisor, seen
from hecha.site.filters import read_filter
from hecha.site.pages.sweep import RegionId, Year, address, region_of
from hecha.site.rendering import page
from tasks.accounts.person import Person
from tasks.ask import exported, years
from tasks.ask import sweep as figures
from tasks.ask.beside import Stand
from tasks.ask.bulk import MOST
from tasks.ask.owed import Asked, every_owing, owing_page, unread, unread_of
from tasks.ask.regions import Region, below
from tasks.ask.worklist import PAGE, TURNED, Filter, every_item, listed
from tasks.decide.states import machine
from tasks.documents.text import file_name
from tasks.persist.retrying import asked
from tasks.publish import words

router = APIRouter()

REGIONS_OFFERED = 200
FURTHER = (
    "rank",
    "organ",
    "rule",
    "severity",
    "least",
    "below",
    "format",
    "late",
    "repeated",
    "review",
    "own",
)
"""Filters that are folded away while none of them is in use."""
ACTIONS = ("notify", "pass", "return", "reopen")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Number = Annotated[int, Query(ge=1, le=10**6)]


@router.get("/worklist")
def worklist(
    request: Request,
    person: Supervisor,
    database: Db,
    page_number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
) -> Response:
    """Show a page of the list; without any filter that of the newest year."""
    if not request.query_params:
        return RedirectResponse(filters.address(Filter(year=_newest(database))), 303)
    chosen, faults = read_filter(request.query_params)
    region = region_of(database, person, chosen.region)

    def read(connection: Connection) -> tuple[Any, ...]:
        found = years.sweeps(connection)
        return (
            listed(connection, person, chosen, region, page_number),
            years.years(connection, found, years.today()),
            below(connection, person, region)[:REGIONS_OFFERED],
        )

    shown, known, places = asked(database, read)
    ids = [None, *(item.report_id for item in shown.items)]
    return page(
        request,
        person,
        "worklist.html.j2",
        chosen=chosen,
        faults=faults,
        listed=shown,
        reports=[
            filters.report_address(item.report_id, Stand(chosen, PAGE * (shown.page - 1) + i, before))
            for i, (item, before) in enumerate(zip(shown.items, ids, strict=False))
        ],
        region=region,
        places=places,
        years=known,
        told=filters.told(chosen, region.name),
        names=filters,
        states=filters.states(),
        rules=filters.rule_names(),
        is_folded=not any(getattr(chosen, name) for name in FURTHER),
        address=lambda number: filters.address(chosen, number),
        sorted_by=lambda sort: filters.address(replace(chosen, sort=sort)),
        file_address=lambda kind: filters.address(chosen, path=f"/worklist.{kind}"),
        events=[machine().events[key] for key in ACTIONS],
        most=MOST,
        turned=TURNED,
    )


@router.get("/worklist.xlsx")
def workbook(request: Request, person: Supervisor, database: Db, limits: Limited) -> Response:
    """Give all reports that match as a workbook."""
    chosen, region = _export(request, person, database, limits, "xlsx")
    return workbook_of(
        exported.TITLES,
        _rows(database, lambda c: exported.rows(every_item(c, person, chosen, region), filters.states())),
        file_name("工作清单", _named(chosen), suffix=".xlsx"),
    )


@router.get("/worklist.csv")
def table(request: Request, person: Supervisor, database: Db, limits: Limited) -> Response:
    """Give all reports that match as CSV."""
    chosen, region = _export(request, person, database, limits, "csv")
    rows = _rows(database, lambda c: exported.rows(every_item(c, person, chosen, region), filters.states()))
    return StreamingResponse(
        exported.csv_lines(exported.TITLES, rows),
        media_type="text/csv; charset=utf-8",
        headers=_attached(file_name("工作清单", _named(chosen), suffix=".csv")),
    )


@router.get("/worklist/owed")
def owed(
    request: Request, person: Supervisor, database: Db, year: Year = None, region: RegionId = None,
    missing: str = "", own: str = "", page_number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
) -> Response:  # fmt: skip
    """Show who owes a report of a year, or only who has not submitted."""
    there = region_of(database, person, region)
    chosen = Asked(year or _newest(database), there, missing == "1", own == "1")
    given = {"year": chosen.year, "region": there.id, "missing": "1" if chosen.missing else None}
    given |= {"own": "1" if chosen.own else None}
    shown = asked(database, lambda connection: owing_page(connection, person, chosen, page_number))
    missed = [item.agency for item in shown.items if item.report_id is None]
    return page(
        request,
        person,
        "worklist_owed.html.j2",
        asked=chosen,
        given={name: value for name, value in given.items() if value is not None},
        listed=shown,
        unread=unread_of(database, person, there, chosen.year, missed),
        address=lambda number: address("/worklist/owed", **given, page=number if number > 1 else None),
        file_address=address("/worklist/owed.xlsx", **given),
        other=address("/worklist/owed", **(given | {"missing": None if chosen.missing else "1"})),
        unread_address=address("/worklist/unreadable", year=chosen.year, region=there.id),
        meaning=figures.WORDS["missing" if chosen.missing else "owed"][1],
        most=MOST,
    )


@router.get("/worklist/owed.xlsx")
def owed_workbook(
    request: Request, person: Supervisor, database: Db, limits: Limited, year: Year = None,
    region: RegionId = None, missing: str = "", own: str = "",
) -> Response:  # fmt: skip
    """Give them all as a workbook."""
    there = region_of(database, person, region)
    chosen = Asked(year or _newest(database), there, missing == "1", own == "1")
    limits.exports.take(str(person.id))
    seen(request, person, "export", "worklist", kind="owed", year=chosen.year, missing=chosen.missing)
    rows = asked(database, lambda connection: every_owing(connection, person, chosen))
    missed = [item.agency for item in rows if item.report_id is None]
    came = unread_of(database, person, there, chosen.year, missed)
    name = file_name("未报单位" if chosen.missing else "应报单位", f"{chosen.year}年度", suffix=".xlsx")
    return workbook_of(exported.OWING_TITLES, exported.owing_rows(rows, chosen.year, came), name)


@router.get("/worklist/unreadable")
def unreadable(
    request: Request, person: Supervisor, database: Db, year: Year = None, region: RegionId = None
) -> Response:
    """Show which files could not be read."""
    there = region_of(database, person, region)
    at = year or _newest(database)
    run = asked(database, lambda connection: years.last_of(years.sweeps(connection), at))
    ids = figures.unreadable(database, person, there, run)
    files = asked(database, lambda connection: unread(connection, ids))
    return page(
        request, person, "worklist_unreadable.html.j2", year=at, region=there, run=run, files=files,
        meaning=figures.WORDS["unreadable"][1],
    )  # fmt: skip


def workbook_of(
    titles: tuple[tuple[str, int], ...], rows: Iterator[list[exported.Value]], name: str
) -> Response:
    """Return a workbook to be kept as a file; it is written row by row and removed once it was sent."""
    with tempfile.NamedTemporaryFile(prefix="hecha-", suffix=".xlsx", delete=False) as made:
        path = Path(made.name)
    try:
        exported.write_workbook(path, titles, rows)
    except BaseException:
        path.unlink()
        raise
    return FileResponse(
        path,
        media_type=XLSX,
        headers=_attached(name),
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


def _newest(database: Engine) -> int:
    return asked(database, lambda c: years.newest(c, years.sweeps(c), years.today()))


def _export(
    request: Request, person: Person, database: Engine, limits: Limited, kind: str
) -> tuple[Filter, Region]:
    chosen, _ = read_filter(request.query_params)
    region = region_of(database, person, chosen.region)
    limits.exports.take(str(person.id))
    seen(request, person, "export", "worklist", kind=kind, filter=chosen.given())
    return chosen, region


def _rows(
    database: Engine, read: Callable[[Connection], Iterator[list[exported.Value]]]
) -> Iterator[list[exported.Value]]:
    """Yield rows while their connection is open."""
    with database.connect() as connection:
        yield from read(connection)


def _named(chosen: Filter) -> str:
    return words.year(chosen.year) if chosen.year else "全部年度"


def _attached(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename=\"export\"; filename*=UTF-8''{quote(name, safe='')}"
    }
