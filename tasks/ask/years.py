"""Which report years there are, when they are due, and which sweep looked at a year last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from sqlalchemy import Connection, func, select

from expectations.profile import Deadline, Profile
from tasks.persist.rows import RUNS, STANDINGS, AnyRow
from tasks.persist.runs import RERUN, TITLE

LOOKED_BACK = 500
"""Runs among which the last sweep of a year is looked for."""

_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep as a page tells of it; `years` is empty when it took whatever came."""

    id: int
    title: str
    source: str
    years: tuple[int, ...]
    state: str
    started_at: datetime
    finished_at: datetime | None
    ruleset_version: str
    ruleset_hash: str
    profile: str
    profile_hash: str

    def covers(self, year: int) -> bool:
        """Whether it looked at reports of this year."""
        return not self.years or year in self.years


@dataclass(frozen=True, slots=True)
class Due:
    """The last day for one kind of agency, and how many days are left (negative: past)."""

    kind: str
    on: date
    days: int


_SHOWN = tuple(
    RUNS.c[name]
    for name in (
        "id",
        "title",
        "source",
        "years",
        "state",
        "started_at",
        "finished_at",
        "ruleset_version",
        "ruleset_hash",
        "profile",
        "profile_hash",
    )
)


def today() -> date:
    """Return the day it is in Beijing."""
    return datetime.now(UTC).astimezone(_BEIJING).date()


def sweeps(connection: Connection, limit: int = LOOKED_BACK) -> list[Sweep]:
    """Return the last runs over a whole source, the newest first."""
    chosen = select(*_SHOWN).where(RUNS.c.title != RERUN).order_by(RUNS.c.id.desc()).limit(limit)
    return [_sweep(row) for row in connection.execute(chosen)]


def sweep(connection: Connection, id_: int) -> Sweep | None:
    """Return one run of any kind."""
    row = connection.execute(select(*_SHOWN).where(RUNS.c.id == id_)).one_or_none()
    return None if row is None else _sweep(row)


def last_begun(connection: Connection) -> Sweep | None:
    """Return the newest sweep, however it ended, or did not."""
    chosen = select(*_SHOWN).where(RUNS.c.title == TITLE).order_by(RUNS.c.id.desc()).limit(1)
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _sweep(row)


def last_of(found: list[Sweep], year: int) -> Sweep | None:
    """Return the newest completed one of `sweeps` that looked at a year."""
    return next((one for one in found if one.state == "completed" and one.covers(year)), None)


def years(connection: Connection, found: list[Sweep], now: date) -> list[int]:
    """Return the years to choose from, the newest first: those with reports or swept, and the one owed last."""
    least, most = connection.execute(
        select(
            select(func.min(STANDINGS.c.year)).scalar_subquery(),
            select(func.max(STANDINGS.c.year)).scalar_subquery(),
        )
    ).one()
    known = {year for year in (least, most) if year is not None}
    known |= {year for one in found for year in one.years} | {now.year - 1}
    return list(range(max(known), min(known) - 1, -1))


def newest(connection: Connection, found: list[Sweep], now: date) -> int:
    """Return the year that a page shows when none is asked for: the last that was swept or that has reports.

    A year to come is a slip in one report's title; nobody else's pages change for it.
    """
    reported = select(func.max(STANDINGS.c.year)).where(STANDINGS.c.year <= now.year)
    most = connection.execute(reported).scalar_one()
    swept = [year for one in found if one.title == TITLE for year in one.years if year <= now.year]
    return max([year for year in (most, *swept) if year is not None], default=now.year - 1)


def deadlines(profile: Profile, year: int, now: date) -> tuple[Due, ...]:
    """Return the last days for the reports of a year (Regulation §49, or the profile in force)."""
    due = profile.deadlines
    kinds = (
        ("政府部门", due.department),
        ("县级以上人民政府", due.government),
        ("乡镇（街道）", due.township),
    )
    return tuple(Due(kind, _on(deadline, year), (_on(deadline, year) - now).days) for kind, deadline in kinds)


def _on(deadline: Deadline, year: int) -> date:
    return date(year + 1, deadline.month, deadline.day)


def _sweep(row: AnyRow) -> Sweep:
    values = dict(row._mapping)
    return Sweep(**{**values, "years": tuple(values["years"])})
