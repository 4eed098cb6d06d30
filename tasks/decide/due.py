"""By when an agency has to answer a notice, and when a notice counts as answered.

A working day here is Monday to Friday: the days off and make-up working days of a year are announced only in the
November before, and no list of them is shipped. Whoever issues a notice sees the date and may change it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, func, select

from tasks.decide.seen import today
from tasks.persist.rows import NOTICES, select_in, update_in

CRITICAL_DAYS, OTHER_DAYS = 5, 10
"""Working days given where a problem is critical, and else (no national rule names any; catalogue §4)."""


def working_days_after(day: date, count: int) -> date:
    """Return the `count`-th Monday-to-Friday after `day`."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def usual_due(critical: bool, day: date | None = None) -> date:
    """Return by when a notice of `day` (default: today in Beijing) is usually due."""
    return working_days_after(day or today(), CRITICAL_DAYS if critical else OTHER_DAYS)


def give_back(connection: Connection, report_ids: Iterable[int], due_on: date | None = None) -> None:
    """Let the last answered notice to mend of each report wait for an answer again, by `due_on` (else as if critical)."""
    last = (
        select(func.max(NOTICES.c.id))
        .where(NOTICES.c.kind == "mend", NOTICES.c.state.in_(("sent", "answered")))
        .group_by(NOTICES.c.report_id)
    )
    ids = [row[0] for row in select_in(connection, last, NOTICES.c.report_id, report_ids)]
    again = {"state": "sent", "answered_at": None, "due_on": due_on or usual_due(True)}
    update_in(connection, NOTICES, NOTICES.c.id, ids, again)


def count_as_answered(connection: Connection, report_ids: Iterable[int], kind: str = "mend") -> list[int]:
    """Note that the sent notices of this kind about these reports are answered; return their ids."""
    waiting = select(NOTICES.c.id).where(NOTICES.c.kind == kind, NOTICES.c.state == "sent")
    ids = sorted(row.id for row in select_in(connection, waiting, NOTICES.c.report_id, report_ids))
    update_in(connection, NOTICES, NOTICES.c.id, ids, {"state": "answered", "answered_at": datetime.now(UTC)})
    return ids


def take_back(connection: Connection, sent_since: dict[int, datetime]) -> list[int]:
    """Withdraw the notices to mend sent about these reports since the instant of each; return their ids."""
    sent = select(NOTICES.c.id, NOTICES.c.report_id, NOTICES.c.sent_at).where(
        NOTICES.c.kind == "mend", NOTICES.c.state == "sent"
    )
    ids = sorted(
        row.id
        for row in select_in(connection, sent, NOTICES.c.report_id, sent_since)
        if row.sent_at >= sent_since[row.report_id]
    )
    update_in(connection, NOTICES, NOTICES.c.id, ids, {"state": "withdrawn"})
    return ids
