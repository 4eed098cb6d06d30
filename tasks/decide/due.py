"""By when an agency has to answer a notice, and when a notice counts as answered.

Working days are those of the State Council: without public holidays, with the make-up days on weekends. Those of a year
are announced in the November before; for a year that is not known yet, Monday to Friday is counted, and whoever drafts
a notice is told so and may change the date.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
from sqlalchemy import Connection, func, select

from tasks.decide.seen import today
from tasks.persist.rows import NOTICES, select_in, update_in

CRITICAL_DAYS, OTHER_DAYS = 5, 10
"""Working days given where a problem is critical, and else (no national rule names any; catalogue §4)."""
NOT_KNOWN = "{year}年的节假日安排尚未收录，工作日按周一至周五计算，请核对时限。"


def are_holidays_known(year: int) -> bool:
    """Whether the days off of a year are known: an announcement always names its National Day."""
    return date(year, 10, 1) in chinese_calendar.holidays


def is_working_day(day: date) -> bool:
    """Whether offices work on a day; Monday to Friday in a year the holidays of which are not known."""
    return chinese_calendar.is_workday(day) if are_holidays_known(day.year) else day.weekday() < 5


def working_days_after(day: date, count: int) -> date:
    """Return the `count`-th working day after `day`."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def usual_due(critical: bool, day: date | None = None) -> date:
    """Return by when a notice of `day` (default: today in Beijing) is usually due."""
    return working_days_after(day or today(), CRITICAL_DAYS if critical else OTHER_DAYS)


def said_of_holidays(due: date | None) -> str:
    """Return the sentence for who drafts a notice due in a year the holidays of which are not known, else nothing."""
    return "" if due is None or are_holidays_known(due.year) else NOT_KNOWN.format(year=due.year)


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


def wait_again(connection: Connection, report_ids: Iterable[int]) -> None:
    """As `give_back`, by the day that stood before; where that is past, as if critical: nobody is late at once."""
    ids = list(report_ids)
    days = select(NOTICES.c.report_id, func.max(NOTICES.c.due_on).label("due_on")).where(
        NOTICES.c.kind == "mend", NOTICES.c.state == "answered"
    )
    stood = select_in(connection, days.group_by(NOTICES.c.report_id), NOTICES.c.report_id, ids)
    due = {row.report_id: row.due_on for row in stood}
    for day in sorted({day for day in due.values() if day is not None and day >= today()}):
        give_back(connection, [id_ for id_ in ids if due.get(id_) == day], day)
    give_back(connection, [id_ for id_ in ids if (due.get(id_) or date.min) < today()])


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
