"""Which reports and which of their findings go into a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from models.results import Severity
from tasks.accounts.person import Person
from tasks.persist.regions import within
from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES, EVALUATIONS, STANDINGS, SUBMISSIONS, AnyRow, AnySelect, select_in

AT_ONCE = 1_000
"""Reports whose findings are in memory at the same time."""

TO_MEND = (Severity.CRITICAL.value, Severity.WARNING.value)
"""What is called a problem; a hint (``info``) asks for nothing."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person asks for; whatever is not given does not narrow it.

    `region`: the path of an agency, which counts with all below it. `reports`: only these. `severities` of the
    findings. `settled`: also findings that a person has decided not to ask for. `named`: exactly the findings with these
    fingerprints, whatever has been decided.
    """

    year: int | None = None
    region: str = ""
    reports: tuple[int, ...] | None = None
    severities: tuple[str, ...] = TO_MEND
    settled: bool = False
    named: frozenset[str] | None = None


def report_ids(database: Engine, person: Person, selection: Selection) -> list[int]:
    """Return the evaluated reports of a selection that this person may see, region by region and by year."""
    chosen = (
        select(STANDINGS.c.report_id)
        .join_from(STANDINGS, AGENCIES, STANDINGS.c.agency_id == AGENCIES.c.id)
        .where(person.sees(), STANDINGS.c.evaluation_id.is_not(None), *_narrowed(selection))
    )
    order = (AGENCIES.c.path, STANDINGS.c.year, STANDINGS.c.report_id)

    def read(connection: Connection) -> list[int]:
        if selection.reports is None:
            return list(connection.execute(chosen.order_by(*order)).scalars())
        found = {row[0] for row in select_in(connection, chosen, STANDINGS.c.report_id, selection.reports)}
        return list(dict.fromkeys(report for report in selection.reports if report in found))

    return asked(database, read)


def _narrowed(selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.year is not None:
        yield STANDINGS.c.year == selection.year
    if selection.region:
        yield within(selection.region)


def details(
    connection: Connection, person: Person, reports: Sequence[int], submission: int | None = None
) -> dict[int, AnyRow]:
    """Return what documents say of these reports (those of them that this person may see), by report.

    Of the newest version; with `submission` of that version, by what was last said of it.

    Columns: report_id, agency_id, agency, rank, organ, year, state, total, grade, critical, warning, info, operator,
    submission_id, evaluation_id, file, sha256, template, version.
    """
    chosen = _of_reports(submission).where(person.sees())
    return {row.report_id: row for row in select_in(connection, chosen, STANDINGS.c.report_id, reports)}


def _of_reports(submission: int | None) -> AnySelect:
    evaluation: ColumnElement[int | None]
    if submission is None:
        version, evaluation = STANDINGS.c.submission_id == SUBMISSIONS.c.id, STANDINGS.c.evaluation_id
    else:
        version = (SUBMISSIONS.c.report_id == STANDINGS.c.report_id) & (SUBMISSIONS.c.id == submission)
        last = select(func.max(EVALUATIONS.c.id)).where(EVALUATIONS.c.submission_id == submission)
        evaluation = last.scalar_subquery().label("evaluation_id")
    return (
        select(
            STANDINGS.c.report_id,
            STANDINGS.c.agency_id,
            AGENCIES.c.name.label("agency"),
            AGENCIES.c.rank,
            AGENCIES.c.organ,
            *(STANDINGS.c[name] for name in ("year", "state", "total", "grade", "critical", "warning")),
            *(STANDINGS.c[name] for name in ("info", "operator")),
            SUBMISSIONS.c.id.label("submission_id"),
            evaluation,
            *(SUBMISSIONS.c[name] for name in ("file", "sha256", "template", "version")),
        )
        .join_from(STANDINGS, AGENCIES, STANDINGS.c.agency_id == AGENCIES.c.id)
        .join(SUBMISSIONS, version)
    )
