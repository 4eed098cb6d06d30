"""What is told of a run, counted from the database without reading what its reports say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, case, func, select

from models.errors import ConfigurationError, ErrorKind
from models.views import ErrorView, MissingView
from tasks.persist.retrying import asked
from tasks.persist.rows import (
    CHANGES,
    EVALUATIONS,
    NOTICES,
    REPORTS,
    RUNS,
    STANDINGS,
    SUBMISSIONS,
    SYSTEM_ERRORS,
    AnyRow,
    select_in,
)
from tasks.publish.words import FAILING_GRADE

ADDRESS = "通知地址"
"""What the name of an address begins with where it stands among a run's errors in the place of a file."""
BEIJING = ZoneInfo("Asia/Shanghai")
"""Deadlines are days in Beijing."""
EARLIER_RUNS = 50
"""Among so many runs of the source the last one over the same years is looked for."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """The newest version of a report; counts are of the agency's findings, `review` of the operator's."""

    agency: str
    year: int | None
    total: float | None
    grade: str
    critical: int
    warning: int
    info: int
    review: int


@dataclass(frozen=True, slots=True)
class Resubmitted:
    """A later version that this run was the first to see, and how many findings it mended, left, brought.

    `due_on` is the deadline of the last notice sent to the agency for this year, `on_time` whether the version came by it.
    """

    agency: str
    year: int | None
    version: int
    mended: int
    still_open: int
    new: int
    due_on: date | None = None
    on_time: bool | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in figures. `reports` stand in the order of their gravity, the newest version of each.

    `changed` tells whether anything is otherwise than after the run before over the same source and years.
    """

    run_id: int
    title: str
    state: str
    years: tuple[int, ...]
    started_at: datetime
    finished_at: datetime | None
    reports: tuple[ReportLine, ...]
    missing: tuple[MissingView, ...]
    unreadable: tuple[ErrorView, ...]
    broken: tuple[ErrorView, ...]
    resubmitted: tuple[Resubmitted, ...]
    changed: bool

    @property
    def took(self) -> timedelta:
        """How long the run took, or has taken until now."""
        return (self.finished_at or datetime.now(UTC)) - self.started_at

    @property
    def received(self) -> int:
        """Reports whose year is known."""
        return sum(line.year is not None for line in self.reports)

    @property
    def owed(self) -> int:
        """Reports received and reports missing."""
        return self.received + len(self.missing)

    @property
    def to_mend(self) -> int:
        """Reports with critical findings."""
        return sum(line.critical > 0 for line in self.reports)

    @property
    def review(self) -> int:
        """Reports of which our own people have to look at something first."""
        return sum(line.review > 0 for line in self.reports)

    @property
    def passing(self) -> int:
        """Reports that were scored and passed."""
        return sum(line.total is not None and line.grade != FAILING_GRADE for line in self.reports)

    @property
    def unscored(self) -> int:
        """Reports of which too little could be checked for a score."""
        return sum(line.total is None for line in self.reports)

    @property
    def critical_agencies(self) -> tuple[str, ...]:
        """Agencies with critical findings, the gravest first."""
        return tuple(dict.fromkeys(line.agency for line in self.reports if line.critical))


def summarise(database: Engine, run_id: int) -> Summary:
    """Return the figures of a run. Raises ConfigurationError for an unknown run, StorageError without a database.

    The counts are those of `tasks.publish.overview.counts`, without loading the reports themselves, and after what
    people decided.
    """
    return asked(database, lambda connection: _summary(connection, run_id))


def _summary(connection: Connection, run_id: int) -> Summary:
    run = connection.execute(select(RUNS).where(RUNS.c.id == run_id)).one_or_none()
    if run is None:
        raise ConfigurationError(f"没有编号为{run_id}的核查记录。")
    newest = _newest(connection, run)
    errors = _errors(connection, run)
    lines = [_line(row) for row in newest]
    arrived = [row for row in newest if row.first_run_id == run_id and (row.version or 1) > 1]
    return Summary(
        run_id=run_id,
        title=run.title,
        state=run.state,
        years=tuple(run.years or sorted({line.year for line in lines if line.year is not None})),
        started_at=run.started_at,
        finished_at=run.finished_at,
        reports=tuple(sorted(lines, key=_gravity)),
        missing=tuple(MissingView(owed["agency"], owed["year"]) for owed in run.missing),
        unreadable=tuple(e for e in errors if e.kind != ErrorKind.INTERNAL.value),
        broken=tuple(e for e in errors if e.kind == ErrorKind.INTERNAL.value),
        resubmitted=_resubmitted(connection, arrived),
        changed=_changed(connection, run),
    )


def _gravity(line: ReportLine) -> tuple[object, ...]:
    order = (-line.critical, -line.warning, -line.review, -line.info)
    return (*order, line.agency, -(line.year or 0))


def _line(row: AnyRow) -> ReportLine:
    return ReportLine(
        agency=row.agency or row.file,
        year=row.year,
        total=row.total,
        grade=row.grade,
        critical=row.critical,
        warning=row.warning,
        info=row.info,
        review=row.operator,
    )


def _newest(connection: Connection, run: AnyRow) -> list[AnyRow]:
    """The newest evaluated version of each report the run looked at; those of unknown reports each by itself.

    Score and counts are those by which the report stands today: what was taken back is not told again.
    """
    names = ("total", "grade", "critical", "warning", "info", "operator")
    standing = STANDINGS.c.evaluation_id.is_not(None)
    said = (
        select(
            *(SUBMISSIONS.c[name] for name in ("report_id", "version", "file", "agency", "year")),
            SUBMISSIONS.c.first_run_id,
            SUBMISSIONS.c.received_at,
            EVALUATIONS.c.id,
            EVALUATIONS.c.submission_id,
            *(case((standing, STANDINGS.c[name]), else_=EVALUATIONS.c[name]).label(name) for name in names),
        )
        .join_from(EVALUATIONS, SUBMISSIONS)
        .outerjoin(STANDINGS, STANDINGS.c.evaluation_id == EVALUATIONS.c.id)
        .order_by(EVALUATIONS.c.id)
    )
    looked_at = {row.id: row for row in select_in(connection, said, EVALUATIONS.c.id, run.evaluations)}
    # the last evaluation counts where the run met the same bytes twice
    met = {looked_at[id_].submission_id: looked_at[id_] for id_ in run.evaluations}
    newest: dict[int, AnyRow] = {}
    for row in met.values():
        if row.report_id is not None and row.version >= newest.get(row.report_id, row).version:
            newest[row.report_id] = row
    # Few reports have a second version, so this asks for much and brings little.
    further = (
        select(SUBMISSIONS.c.id, SUBMISSIONS.c.report_id, SUBMISSIONS.c.version)
        # a run that started later may have recorded a newer version meanwhile
        .where(SUBMISSIONS.c.version > 1, SUBMISSIONS.c.first_run_id <= run.id)
    )
    later = [
        row.id
        for row in select_in(connection, further, SUBMISSIONS.c.report_id, newest)
        if row.version > newest[row.report_id].version
    ]
    of_rules = said.where(EVALUATIONS.c.ruleset_hash == run.ruleset_hash)
    for row in select_in(connection, of_rules, EVALUATIONS.c.submission_id, later):
        if row.version >= newest[row.report_id].version:
            newest[row.report_id] = row
    return [*newest.values(), *(row for row in met.values() if row.report_id is None)]


def _errors(connection: Connection, run: AnyRow) -> list[ErrorView]:
    columns = (SYSTEM_ERRORS.c[name] for name in ("file", "kind", "message"))
    rows = select_in(connection, select(*columns), SYSTEM_ERRORS.c.id, run.errors)
    found = (ErrorView(file, kind, message) for file, kind, message in rows)
    return sorted((e for e in found if not e.file.startswith(ADDRESS)), key=lambda e: (e.file, e.kind))


def _resubmitted(connection: Connection, arrived: Sequence[AnyRow]) -> tuple[Resubmitted, ...]:
    counted = select(CHANGES.c.evaluation_id, CHANGES.c.kind, func.count()).group_by(
        CHANGES.c.evaluation_id, CHANGES.c.kind
    )
    kinds: dict[int, Counter[str]] = defaultdict(Counter)
    evaluations = [row.id for row in arrived]
    for id_, kind, number in select_in(connection, counted, CHANGES.c.evaluation_id, evaluations):
        kinds[id_][kind] = number
    deadlines = _deadlines(connection, [row.report_id for row in arrived if row.report_id is not None])
    found = []
    for row in arrived:
        said = kinds[row.id]
        agency = row.agency or row.file
        due = deadlines.get(row.report_id)
        came = row.received_at.astimezone(BEIJING).date()
        found.append(
            Resubmitted(
                agency,
                row.year,
                row.version,
                said["mended"],
                said["still_open"],
                said["new"],
                due,
                None if due is None else came <= due,
            )
        )
    return tuple(sorted(found, key=lambda r: (r.agency, r.year or 0)))


def _deadlines(connection: Connection, reports: Sequence[int]) -> dict[int, date]:
    """Return by report the day by which the last notice sent for it asks for an answer."""
    chosen = (
        select(REPORTS.c.id, NOTICES.c.due_on)
        .join_from(
            REPORTS,
            NOTICES,
            (NOTICES.c.agency_id == REPORTS.c.agency_id) & (NOTICES.c.year == REPORTS.c.year),
        )
        .where(NOTICES.c.state.in_(("sent", "answered")), NOTICES.c.due_on.is_not(None))
        .order_by(NOTICES.c.id)
    )
    return {row.id: row.due_on for row in select_in(connection, chosen, REPORTS.c.id, reports)}


def _changed(connection: Connection, run: AnyRow) -> bool:
    added = ("submissions_new", "evaluations_new", "evaluations_replaced")
    if any(run.counts.get(name) for name in added):
        return True
    earlier = connection.execute(
        select(RUNS.c.years, RUNS.c.missing, RUNS.c.errors, RUNS.c.state)
        .where(RUNS.c.source == run.source, RUNS.c.id < run.id, RUNS.c.finished_at.is_not(None))
        .order_by(RUNS.c.id.desc())
        .limit(EARLIER_RUNS)
    )
    before = next((row for row in earlier if row.years == run.years), None)
    return (
        before is None
        or (before.state, before.missing) != (run.state, run.missing)
        or _of_files(connection, before.errors) != _of_files(connection, run.errors)
    )


def _of_files(connection: Connection, errors: Iterable[int]) -> set[int]:
    """Leave out that an address could not be reached: that is no news of the reports."""
    columns = select(SYSTEM_ERRORS.c.id, SYSTEM_ERRORS.c.file)
    rows = select_in(connection, columns, SYSTEM_ERRORS.c.id, errors)
    return {id_ for id_, file in rows if not file.startswith(ADDRESS)}
