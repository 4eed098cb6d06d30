"""The region a page looks at: itself, what stands above and below it, and the condition that keeps a question inside it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Text, cast, func, select

from tasks.accounts.person import Person, Role
from tasks.persist.regions import within
from tasks.persist.rows import AGENCIES


@dataclass(frozen=True, slots=True)
class Region:
    """A government with all that stands below it; `id` None: everything that the person sees.

    `above`: id and name of the governments between it and the top of what the person sees, the highest first.
    """

    id: int | None
    name: str
    path: str
    above: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A government directly below a region."""

    id: int
    name: str


EVERYTHING = "全部地区"


def region(connection: Connection, person: Person, id_: int | None = None) -> Region | None:
    """Return the region of this agency id (None: the whole that the person sees); None for one they may not see."""
    if id_ is None:
        if person.role is Role.OPERATOR:
            return Region(None, EVERYTHING, "")
        id_, top = person.agency_id, True
    else:
        top = person.role is not Role.OPERATOR and id_ == person.agency_id
    chosen = select(AGENCIES.c.id, AGENCIES.c.name, AGENCIES.c.path)
    row = connection.execute(chosen.where(AGENCIES.c.id == id_, person.sees())).one_or_none()
    if row is None:
        return None
    if top:
        return Region(None, row.name, row.path)
    ids = [int(part) for part in row.path.split("/") if part]
    upper = chosen.where(AGENCIES.c.id.in_(ids[:-1]), person.sees()).order_by(func.length(AGENCIES.c.path))
    above = tuple((one.id, one.name) for one in connection.execute(upper) if one.id != person.agency_id)
    return Region(row.id, row.name, row.path, above)


def inside(person: Person, chosen: Region | None) -> ColumnElement[bool]:
    """Return the condition on `AGENCIES` of those in the region that the person may see."""
    if chosen is None or not chosen.path:
        return person.sees()
    return person.sees() & within(chosen.path)


def below(connection: Connection, person: Person, chosen: Region) -> list[Place]:
    """Return the governments directly below a region: those agencies that have others below themselves."""
    lower = AGENCIES.alias("lower")
    has_others = select(lower.c.id).where(lower.c.parent_id == AGENCIES.c.id).exists()
    parent = _own_id(chosen)
    upper = AGENCIES.c.parent_id.is_(None) if parent is None else AGENCIES.c.parent_id == parent
    found = select(AGENCIES.c.id, AGENCIES.c.name).where(upper, has_others, person.sees())
    return [Place(row.id, row.name) for row in connection.execute(found.order_by(AGENCIES.c.id))]


def directly(chosen: Region) -> ColumnElement[bool]:
    """Return the condition on `AGENCIES` of a region's own government and of the agencies directly below, no governments."""
    lower = AGENCIES.alias("lower")
    alone = ~select(lower.c.id).where(lower.c.parent_id == AGENCIES.c.id).exists()
    own = _own_id(chosen)
    if own is None:
        return AGENCIES.c.parent_id.is_(None) & alone
    return (AGENCIES.c.id == own) | ((AGENCIES.c.parent_id == own) & alone)


def step(connection: Connection, chosen: Region) -> ColumnElement[str]:
    """Return the id, as text, of the agency one step below the region under which an agency stands; empty for its own."""
    rest = func.substr(AGENCIES.c.path, len(chosen.path or "/") + 1)
    if connection.dialect.name == "postgresql":
        return cast(func.split_part(rest, "/", 1), Text)
    return cast(func.substr(rest, 1, func.instr(rest, "/") - 1), Text)


def _own_id(chosen: Region) -> int | None:
    parts = [part for part in chosen.path.split("/") if part]
    return int(parts[-1]) if parts else None
