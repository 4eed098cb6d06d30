"""Who owes a report of a year, who has not submitted, and which files could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select

from tasks.accounts.person import Person
from tasks.ask import years
from tasks.ask.regions import Region, directly, inside
from tasks.ask.sweep import has_reported, owing, unreadable
from tasks.persist.retrying import asked as answered
from tasks.persist.rows import AGENCIES, STANDINGS, SYSTEM_ERRORS, AnySelect, select_in

PAGE = 50


@dataclass(frozen=True, slots=True)
class Owing:
    """An agency that owes a report, with the report if there is one. `on_roster`: else it reported without being asked."""

    agency_id: int
    agency: str
    above: str | None
    rank: str
    organ: str
    on_roster: bool
    report_id: int | None


@dataclass(frozen=True, slots=True)
class OwingPage:
    """A page of the agencies. `count`: of all."""

    items: tuple[Owing, ...]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and why."""

    file: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of those who owe a report: `missing` those without one, `own` only directly below the region."""

    year: int
    region: Region
    missing: bool = False
    own: bool = False


def owing_page(connection: Connection, person: Person, asked: Asked, page: int = 1) -> OwingPage:
    """Return a page of those who owe a report of the year, region by region."""
    condition = _condition(person, asked)
    count = int(connection.execute(select(func.count()).select_from(AGENCIES).where(condition)).scalar_one())
    page = max(1, min(page, -(-count // PAGE)))
    rows = _rows(asked.year).where(condition).limit(PAGE).offset(PAGE * (page - 1))
    return OwingPage(tuple(Owing(**row._mapping) for row in connection.execute(rows)), count, page)


def every_owing(connection: Connection, person: Person, asked: Asked) -> list[Owing]:
    """Return all of them."""
    rows = _rows(asked.year).where(_condition(person, asked))
    return [Owing(**row._mapping) for row in connection.execute(rows)]


def missing_ids(
    connection: Connection, person: Person, asked: Asked, among: Sequence[int] | None, limit: int
) -> list[int]:
    """Return the ids of the agencies that have not submitted (`among`: of these only)."""
    condition = _condition(person, replace(asked, missing=True))
    chosen = select(AGENCIES.c.id).where(condition).order_by(AGENCIES.c.path)
    if among is not None:
        chosen = chosen.where(AGENCIES.c.id.in_(among))
    return list(connection.execute(chosen.limit(limit)).scalars())


def names_of(connection: Connection, person: Person, ids: Iterable[int]) -> list[str]:
    """Return the names of these agencies, as far as this person sees them, in the order of the places."""
    chosen = select(AGENCIES.c.name, AGENCIES.c.path).where(person.sees())
    rows = select_in(connection, chosen, AGENCIES.c.id, ids)
    return [row.name for row in sorted(rows, key=lambda row: row.path)]


def unread_of(
    database: Engine, person: Person, region: Region, year: int, names: Iterable[str]
) -> dict[str, str]:
    """Return which of these agencies are named by a file that could not be read: by name, one such file.

    Whoever has sent such a file has sent something; whether it is the report, a person has to look.
    """
    sweep = answered(database, lambda connection: years.last_of(years.sweeps(connection), year))
    ids = unreadable(database, person, region, sweep)
    files = [one.file for one in answered(database, lambda connection: unread(connection, ids))]
    found = {name: next((file for file in files if name in file), None) for name in names}
    return {name: file for name, file in found.items() if file is not None}


def unread(connection: Connection, ids: Sequence[int]) -> list[Unread]:
    """Return these files (`tasks.ask.sweep.unreadable`) in the order of their names."""
    columns = (SYSTEM_ERRORS.c.file, SYSTEM_ERRORS.c.kind, SYSTEM_ERRORS.c.message)
    rows = select_in(connection, select(*columns), SYSTEM_ERRORS.c.id, ids)
    return sorted((Unread(*row) for row in rows), key=lambda one: (one.file, one.kind, one.message))


def _condition(person: Person, asked: Asked) -> ColumnElement[bool]:
    there = inside(person, asked.region)
    if asked.own:
        there = there & directly(asked.region)
    if asked.missing:
        return there & owing(asked.year) & ~has_reported(asked.year)
    return there & or_(owing(asked.year), has_reported(asked.year))


def _rows(year: int) -> AnySelect:
    above = AGENCIES.alias("above")
    of_year = (STANDINGS.c.agency_id == AGENCIES.c.id) & (STANDINGS.c.year == year)
    return (
        select(
            AGENCIES.c.id.label("agency_id"),
            AGENCIES.c.name.label("agency"),
            above.c.name.label("above"),
            AGENCIES.c.rank,
            AGENCIES.c.organ,
            owing(year).label("on_roster"),
            STANDINGS.c.report_id,
        )
        .select_from(AGENCIES)
        .outerjoin(STANDINGS, of_year)
        .outerjoin(above, above.c.id == AGENCIES.c.parent_id)
        .order_by(AGENCIES.c.path)
    )
