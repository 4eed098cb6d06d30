"""What people decide about findings. A decision holds as long as the finding is the same: it goes by the fingerprint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, Engine, insert, select, update

from tasks.accounts.audit import note
from tasks.accounts.person import Person
from tasks.decide.refused import NotThere, Refused
from tasks.decide.seen import listed, only_supervisors, reports_seen
from tasks.persist.retrying import committed
from tasks.persist.rows import FINDINGS, REPORTS, REVIEWS, STANDINGS, AnyRow, AnySelect, select_in

Decision = Literal["mend", "explained", "not_applicable", "misread"]

NAMES: dict[Decision, str] = {
    "mend": "要求整改",
    "explained": "接受说明",
    "not_applicable": "规则不适用",
    "misread": "误读",
}
EXCUSED = ("explained", "not_applicable", "misread")
"""Decisions after which a finding is open no more; each needs a reason."""
LASTING = ("explained", "not_applicable")
"""Decisions that may hold for the years after as well."""

NO_REASON = "“{name}”须写明理由。"
NOT_LASTING = "“{name}”只对本年度有效，不能沿用到以后年度。"
NO_SUCH = "没有这种处理决定。"
UNDONE_ALREADY = "没有可以撤销的处理决定，可能已被撤销。"


@dataclass(frozen=True, slots=True)
class Standing:
    """The decision that counts for a finding now; the fields are those of `models.decisions.Review`.

    `from_year`: the earlier report year whose lasting decision it is, None for one on this very report.
    """

    id: int
    report_id: int
    fingerprint: str
    rule: str
    subject: str
    decision: Decision
    reason: str
    lasting: bool
    batch: str
    reviewer: str
    account_id: int | None
    decided_at: datetime
    from_year: int | None = None


_COLUMNS = [REVIEWS.c[name] for name in Standing.__dataclass_fields__ if name != "from_year"]


@dataclass(frozen=True, slots=True)
class Open:
    """A finding that the agency has to mend or explain; the fields are those of `models.tables.FindingRow`."""

    report_id: int
    fingerprint: str
    rule: str
    subject: str
    severity: str
    message: str


def decide(
    database: Engine, person: Person, findings: Iterable[tuple[int, str]], decision: Decision, reason: str,
    lasting: bool, batch: str,
) -> int:  # fmt: skip
    """Record one decision about findings, each named by report and fingerprint; return how many.

    They must stand in the newest evaluation of their report. `batch` names what was decided with one click
    (`undo_batch`). Raises NotThere when one of them is not there or not for this person, Refused for an agency's account
    or a missing reason; nothing is recorded then.
    """
    only_supervisors(person)
    reason = reason.strip()
    if decision not in NAMES:
        raise Refused(NO_SUCH)
    if decision in EXCUSED and not reason:
        raise Refused(NO_REASON.format(name=NAMES[decision]))
    if lasting and decision not in LASTING:
        raise Refused(NOT_LASTING.format(name=NAMES[decision]))
    wanted = list(dict.fromkeys(findings))

    def work(connection: Connection) -> int:
        seen = {
            row.report_id: row for row in reports_seen(connection, person, {r for r, _ in wanted}, lock=True)
        }
        there = {(row.report_id, row.fingerprint): row for row in _findings(connection, seen)}
        if any(one not in there for one in wanted):
            raise NotThere
        now = datetime.now(UTC)
        rows = [
            {
                "report_id": report,
                "agency_id": seen[report].agency_id,
                "fingerprint": fingerprint,
                "rule": there[report, fingerprint].rule,
                "subject": there[report, fingerprint].subject,
                "decision": decision,
                "reason": reason,
                "lasting": lasting,
                "batch": batch,
                "reviewer": person.shown,
                "account_id": person.id,
                "decided_at": now,
            }
            for report, fingerprint in wanted
        ]
        if rows:
            connection.execute(insert(REVIEWS), rows)
        only = next(iter(seen)) if len(seen) == 1 else None
        note(
            connection, person, "decide", "report", only,
            decision=decision, findings=len(rows), reports=listed(sorted(seen)), lasting=lasting, batch=batch,
        )  # fmt: skip
        return len(rows)

    return committed(database, work, alone=False)


def undo_batch(database: Engine, person: Person, batch: str, only: tuple[int, str] | None = None) -> int:
    """Take back the decisions made with one click and return how many; what was decided before counts again.

    `only`: report and fingerprint of the one decision among them to take back. Raises NotThere when one of them is not
    for this person, Refused where there is nothing (left) to take back.
    """
    only_supervisors(person)
    meant = [REVIEWS.c.batch == batch, REVIEWS.c.undone_at.is_(None)]
    if only is not None:
        meant += [REVIEWS.c.report_id == only[0], REVIEWS.c.fingerprint == only[1]]

    def work(connection: Connection) -> int:
        found = connection.execute(select(REVIEWS.c.id, REVIEWS.c.report_id).where(*meant)).all()
        if not found:
            raise Refused(UNDONE_ALREADY)
        reports = sorted({row.report_id for row in found})
        reports_seen(connection, person, reports, lock=True)
        taken = update(REVIEWS).where(*meant).values(undone_at=datetime.now(UTC))
        count = connection.execute(taken).rowcount
        note(
            connection, person, "decide_undo", "report", reports[0] if len(reports) == 1 else None,
            findings=count, reports=listed(reports), batch=batch,
        )  # fmt: skip
        return count

    return committed(database, work, alone=False)


def _findings(connection: Connection, report_ids: Iterable[int]) -> list[AnyRow]:
    """The findings of the newest evaluation of these reports, in their order."""
    columns = ("fingerprint", "rule", "subject", "severity", "addressee", "message")
    chosen = (
        select(STANDINGS.c.report_id, *(FINDINGS.c[name] for name in columns))
        .join_from(STANDINGS, FINDINGS, FINDINGS.c.evaluation_id == STANDINGS.c.evaluation_id)
        .order_by(STANDINGS.c.report_id, FINDINGS.c.position)
    )
    return list(select_in(connection, chosen, STANDINGS.c.report_id, report_ids))


def standing_reviews(connection: Connection, report_ids: Iterable[int]) -> dict[tuple[int, str], Standing]:
    """Return the decision that counts for each finding of these reports, by report and fingerprint.

    That is the last one on this very finding that was not undone; where there is none, the last one on the same rule
    and subject in an earlier year of the same agency, if that is a lasting one.
    """
    ids = set(report_ids)
    own = {
        (row.report_id, row.fingerprint): Standing(*row)
        for row in select_in(connection, _standing(), REVIEWS.c.report_id, ids)
    }
    return own | _lasting(connection, ids, own.keys())


def _standing() -> AnySelect:
    return select(*_COLUMNS).where(REVIEWS.c.undone_at.is_(None)).order_by(REVIEWS.c.id)


def _lasting(
    connection: Connection, report_ids: set[int], decided: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], Standing]:
    reports = {
        row.report_id: row
        for row in select_in(
            connection,
            select(STANDINGS.c.report_id, STANDINGS.c.agency_id, STANDINGS.c.year),
            STANDINGS.c.report_id,
            report_ids,
        )
    }
    chosen = (
        select(*_COLUMNS, REVIEWS.c.agency_id, REPORTS.c.year)
        .join_from(REVIEWS, REPORTS)
        .where(REVIEWS.c.undone_at.is_(None))
        .order_by(REPORTS.c.year, REVIEWS.c.id)
    )
    earlier: dict[tuple[int, str, str], list[tuple[int, Standing]]] = {}
    for row in select_in(connection, chosen, REVIEWS.c.agency_id, {r.agency_id for r in reports.values()}):
        *of_review, agency, year = row
        found = Standing(*of_review)
        earlier.setdefault((agency, found.rule, found.subject), []).append((year, found))
    if not earlier:
        return {}
    taken = set(decided)
    carried: dict[tuple[int, str], Standing] = {}
    for row in _findings(connection, reports):
        if (row.report_id, row.fingerprint) in taken:
            continue
        report = reports[row.report_id]
        before = [
            (year, review)
            for year, review in earlier.get((report.agency_id, row.rule, row.subject), ())
            if year < report.year
        ]
        if before and before[-1][1].lasting:
            year, review = before[-1]
            carried[row.report_id, row.fingerprint] = replace(review, from_year=year)
    return carried


def open_findings(connection: Connection, report_ids: Iterable[int]) -> dict[int, list[Open]]:
    """Return by report what its agency has to mend or explain, in the order of its newest evaluation.

    Findings for the agency that were not excused (`EXCUSED`), and those for the operator of which a person decided that
    the agency has to mend them. A report without any has no entry.
    """
    ids = set(report_ids)
    decided = standing_reviews(connection, ids)
    found: dict[int, list[Open]] = {}
    for row in _findings(connection, ids):
        review = decided.get((row.report_id, row.fingerprint))
        if review.decision == "mend" if review else row.addressee == "agency":
            found.setdefault(row.report_id, []).append(
                Open(row.report_id, row.fingerprint, row.rule, row.subject, row.severity, row.message)
            )
    return found


def to_mend(findings: Sequence[Open]) -> list[Open]:
    """Return those that have to be mended: hints (info) need not."""
    return [finding for finding in findings if finding.severity != "info"]
