"""Long lists, a page at a time by the id that was last: what other systems read through the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, or_, select

from tasks.accounts.person import Person, Role
from tasks.decide.reviews import Standing, standing_reviews
from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES, ARRIVALS, FINDINGS, REVIEWS, RUNS, STANDINGS, SUBMISSIONS


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Where a report stands: its newest version and what was last said of it."""

    id: int
    agency: str
    year: int
    state: str
    version: int
    file: str
    format: str
    sha256: str
    received_at: datetime
    total: float | None
    grade: str | None
    critical: int | None
    warning: int | None
    info: int | None


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding of the newest version of a report; `decision` is the one that counts, if any."""

    id: int
    report_id: int
    agency: str
    year: int
    fingerprint: str
    rule: str
    subject: str
    severity: str
    addressee: str
    message: str
    cells: tuple[str, ...]
    observed: Any
    expected: Any
    difference: Any
    hint: str | None
    decision: Standing | None


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run: how far it is, and under which rules."""

    id: int
    title: str
    state: str
    years: tuple[int, ...]
    started_at: datetime
    finished_at: datetime | None
    ruleset_version: str
    ruleset_hash: str
    profile: str


def reports_after(
    database: Engine, person: Person, after: int, limit: int, *, year: int | None = None,
    agency: str | None = None, state: str | None = None,
) -> list[ReportLine]:  # fmt: skip
    """Return the next reports that this person may see, by id. `agency`: its official name."""
    chosen = (
        select(
            STANDINGS.c.report_id,
            AGENCIES.c.name,
            STANDINGS.c.year,
            STANDINGS.c.state,
            *(SUBMISSIONS.c[name] for name in ("version", "file", "format", "sha256", "received_at")),
            *(STANDINGS.c[name] for name in ("total", "grade", "critical", "warning", "info")),
        )
        .join_from(STANDINGS, AGENCIES, STANDINGS.c.agency_id == AGENCIES.c.id)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id)
        .where(person.sees(), STANDINGS.c.report_id > after)
        .order_by(STANDINGS.c.report_id)
        .limit(limit)
    )
    if year is not None:
        chosen = chosen.where(STANDINGS.c.year == year)
    if agency is not None:
        chosen = chosen.where(AGENCIES.c.name == agency)
    if state is not None:
        chosen = chosen.where(STANDINGS.c.state == state)
    return asked(database, lambda c: [ReportLine(*row) for row in c.execute(chosen)])


def findings_after(
    database: Engine, person: Person, after: int, limit: int, *, year: int | None = None,
    rule: str | None = None, severity: str | None = None, report_id: int | None = None,
) -> list[FindingLine]:  # fmt: skip
    """Return the next findings of newest versions that this person may see, by id; an agency its own."""
    columns = (
        "fingerprint", "rule", "subject", "severity", "addressee", "message", "cells", "observed", "expected",
        "difference", "hint",
    )  # fmt: skip
    chosen = (
        select(
            FINDINGS.c.id,
            STANDINGS.c.report_id,
            AGENCIES.c.name.label("agency"),
            STANDINGS.c.year,
            *(FINDINGS.c[name] for name in columns),
        )
        .join_from(FINDINGS, STANDINGS, STANDINGS.c.evaluation_id == FINDINGS.c.evaluation_id)
        .join(AGENCIES, STANDINGS.c.agency_id == AGENCIES.c.id)
        .where(person.sees(), FINDINGS.c.id > after)
        .order_by(FINDINGS.c.id)
        .limit(limit)
    )
    if person.role is Role.AGENCY:
        chosen = chosen.where(or_(FINDINGS.c.addressee == "agency", _confirmed()))
    if year is not None:
        chosen = chosen.where(STANDINGS.c.year == year)
    if report_id is not None:
        chosen = chosen.where(STANDINGS.c.report_id == report_id)
    for column, value in (("rule", rule), ("severity", severity)):
        if value is not None:
            chosen = chosen.where(FINDINGS.c[column] == value)

    def work(connection: Connection) -> list[FindingLine]:
        rows = connection.execute(chosen).all()
        decided = standing_reviews(connection, {row.report_id for row in rows})
        return [
            FindingLine(
                **{**row._mapping, "cells": tuple(row.cells)},
                decision=decided.get((row.report_id, row.fingerprint)),
            )
            for row in rows
        ]

    return asked(database, work)


def _confirmed() -> ColumnElement[bool]:
    """The condition that the last decision about the very finding was that the agency has to mend it."""
    own = (REVIEWS.c.report_id == STANDINGS.c.report_id, REVIEWS.c.fingerprint == FINDINGS.c.fingerprint)
    last = select(REVIEWS.c.decision).where(*own, REVIEWS.c.undone_at.is_(None))
    return last.order_by(REVIEWS.c.id.desc()).limit(1).scalar_subquery() == "mend"


def run_line(database: Engine, person: Person, run_id: int) -> RunLine | None:
    """Return a run; an agency sees those that worked on what it handed in."""
    columns = [RUNS.c[name] for name in RunLine.__dataclass_fields__]
    chosen = select(*columns).where(RUNS.c.id == run_id)
    if person.role is Role.AGENCY:
        mine = (
            select(ARRIVALS.c.id)
            .join(AGENCIES, AGENCIES.c.name == ARRIVALS.c.agency)
            .where(ARRIVALS.c.run_id == RUNS.c.id, person.sees())
        )
        chosen = chosen.where(mine.exists())
    row = asked(database, lambda c: c.execute(chosen).one_or_none())
    return None if row is None else RunLine(**{**row._mapping, "years": tuple(row.years)})
