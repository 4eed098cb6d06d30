"""What people decide about findings. A decision holds as long as the finding is the same: it goes by the fingerprint.

Where the reports stand is written anew with each decision (`tasks.persist.standings`), and whether they still wait for
their agencies (`tasks.decide.explained`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from tasks.accounts.audit import note
from tasks.accounts.person import Person
from tasks.decide.explained import before_decisions, follow_decisions
from tasks.decide.refused import NotThere, Refused
from tasks.decide.seen import listed, only_supervisors, reports_seen
from tasks.persist.decided import Standing as Standing
from tasks.persist.decided import findings_of, places
from tasks.persist.decided import standing_reviews as standing_reviews
from tasks.persist.retrying import committed
from tasks.persist.rows import REVIEWS
from tasks.persist.standings import concerned, restand
from tasks.remaining import EXCUSED as EXCUSED
from tasks.remaining import Decision as Decision

NAMES: dict[Decision, str] = {
    "mend": "要求整改",
    "explained": "接受说明",
    "not_applicable": "规则不适用",
    "misread": "误读",
}
LASTING = ("explained", "not_applicable")
"""Decisions that may hold for the years after as well."""

NO_REASON = "“{name}”须写明理由。"
NOT_LASTING = "“{name}”只对本年度有效，不能沿用到以后年度。"
NO_SUCH = "没有这种处理决定。"
UNDONE_ALREADY = "没有可以撤销的处理决定，可能已被撤销。"


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
        reports = concerned(connection, {report for report, _ in wanted})
        seen = {row.report_id: row for row in reports_seen(connection, person, {r for r, _ in wanted})}
        there = {
            (row.report_id, row.fingerprint): row for row in findings_of(connection, places(connection, seen))
        }
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
            before = before_decisions(connection, reports)
            connection.execute(insert(REVIEWS), rows)
            restand(connection, reports)
            follow_decisions(connection, before)
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
        changed = concerned(connection, reports)
        reports_seen(connection, person, reports)
        before = before_decisions(connection, changed)
        taken = update(REVIEWS).where(*meant).values(undone_at=datetime.now(UTC))
        count = connection.execute(taken).rowcount
        restand(connection, changed)
        follow_decisions(connection, before)
        note(
            connection, person, "decide_undo", "report", reports[0] if len(reports) == 1 else None,
            findings=count, reports=listed(reports), batch=batch,
        )  # fmt: skip
        return count

    return committed(database, work, alone=False)
