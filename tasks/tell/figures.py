"""What is counted over the whole database for whoever watches the system: reports, runs, the inbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, Engine, case, func, select

from tasks.persist.rows import (
    ARRIVALS,
    EVALUATIONS,
    RUNS,
    SUBMISSIONS,
    SYSTEM_ERRORS,
    select_in,
)
from tasks.publish.words import FAILING_GRADE
from tasks.tell.summary import ADDRESS

REPORT_STATES = ("to_mend", "to_review", "failed", "passed", "unscored", "not_evaluated", "unidentified")
"""The state of a report's newest version, the first that applies.

Critical findings; something for our own people to look at; failing or passing grade; too little checked for a
score; not evaluated yet. ``unidentified`` are submissions whose agency or year is not known.
"""
SEVERITIES = ("critical", "warning", "info", "review")
"""Findings of the agency by severity, and those for our own people."""
WAITING = ("recorded", "running")
"""The states of an arrival that is not through."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """The run that ended last: its state, when, how long, its reports, and the failures by kind of error."""

    state: str
    finished_at: datetime
    took: timedelta
    reports: int
    failed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts at one moment. `oldest_waiting`: when the file came that has waited longest in the inbox."""

    reports: Mapping[str, int]
    findings: Mapping[str, int]
    runs: Mapping[str, int]
    last_run: LastRun | None
    inbox: Mapping[str, int]
    oldest_waiting: datetime | None


def figures(database: Engine) -> Figures:
    """Count everything, in one transaction. Raises what the database raises; nothing is tried again."""
    with database.connect() as connection:
        reports, findings = _reports(connection)
        return Figures(
            reports=reports,
            findings=findings,
            runs=_by_state(connection, RUNS.c.state),
            last_run=_last_run(connection),
            inbox=_by_state(connection, ARRIVALS.c.state),
            oldest_waiting=connection.execute(
                select(func.min(ARRIVALS.c.received_at)).where(ARRIVALS.c.state.in_(WAITING))
            ).scalar_one(),
        )


def age(then: datetime) -> float:
    """Return how many seconds ago an instant was."""
    return (datetime.now(UTC) - then).total_seconds()


def _reports(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    newest = (
        select(SUBMISSIONS.c.report_id, func.max(SUBMISSIONS.c.version).label("version"))
        .where(SUBMISSIONS.c.report_id.is_not(None))
        .group_by(SUBMISSIONS.c.report_id)
        .subquery()
    )
    last = (
        select(EVALUATIONS.c.submission_id, func.max(EVALUATIONS.c.id).label("id"))
        .group_by(EVALUATIONS.c.submission_id)
        .subquery()
    )
    state = case(
        (EVALUATIONS.c.id.is_(None), "not_evaluated"),
        (EVALUATIONS.c.critical > 0, "to_mend"),
        (EVALUATIONS.c.operator > 0, "to_review"),
        (EVALUATIONS.c.total.is_(None), "unscored"),
        (EVALUATIONS.c.grade == FAILING_GRADE, "failed"),
        else_="passed",
    ).label("state")
    found = (EVALUATIONS.c[name] for name in ("critical", "warning", "info", "operator"))
    counted = (
        select(state, func.count(), *(func.sum(column) for column in found))
        .select_from(newest)
        .join(
            SUBMISSIONS,
            (SUBMISSIONS.c.report_id == newest.c.report_id) & (SUBMISSIONS.c.version == newest.c.version),
        )
        .outerjoin(last, last.c.submission_id == SUBMISSIONS.c.id)
        .outerjoin(EVALUATIONS, EVALUATIONS.c.id == last.c.id)
        .group_by(state)
    )
    reports = dict.fromkeys(REPORT_STATES, 0)
    findings: Counter[str] = Counter(dict.fromkeys(SEVERITIES, 0))
    for name, number, *sums in connection.execute(counted):
        reports[name] = number
        findings.update({severity: n or 0 for severity, n in zip(SEVERITIES, sums, strict=True)})
    unknown = select(func.count()).select_from(SUBMISSIONS).where(SUBMISSIONS.c.report_id.is_(None))
    reports["unidentified"] = connection.execute(unknown).scalar_one()
    return reports, dict(findings)


def _by_state(connection: Connection, state: Column[str]) -> dict[str, int]:
    counted = connection.execute(select(state, func.count()).group_by(state))
    return {name: number for name, number in counted}  # noqa: C416  dict() takes no rows


def _last_run(connection: Connection) -> LastRun | None:
    run = connection.execute(
        select(RUNS).where(RUNS.c.finished_at.is_not(None)).order_by(RUNS.c.id.desc()).limit(1)
    ).one_or_none()
    if run is None:
        return None
    kinds = select(SYSTEM_ERRORS.c.kind, SYSTEM_ERRORS.c.file)
    errors = select_in(connection, kinds, SYSTEM_ERRORS.c.id, run.errors)
    return LastRun(
        state=run.state,
        finished_at=run.finished_at,
        took=run.finished_at - run.started_at,
        reports=len(set(run.evaluations)),
        failed=Counter(str(kind) for kind, file in errors if not file.startswith(ADDRESS)),
    )
