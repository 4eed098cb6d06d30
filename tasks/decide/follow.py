"""What follows a run by itself: a new version after a notice, a report that was owed and came in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from tasks.accounts.audit import note
from tasks.decide.due import count_as_answered
from tasks.decide.explained import settle
from tasks.decide.seen import listed
from tasks.decide.states import machine
from tasks.decide.transitions import step
from tasks.persist.retrying import committed
from tasks.persist.rows import NOTICES, RUNS, STANDINGS, TRANSITIONS, select_in, update_in

NEW_VERSION = "单位提交了新的版本"


@dataclass(frozen=True, slots=True)
class Followed:
    """The reports that are 已整改 now, those that were opened again, and the notices that are answered (their ids)."""

    mended: tuple[int, ...]
    reopened: tuple[int, ...]
    answered: tuple[int, ...]


def after_run(database: Engine, run_id: int) -> Followed:
    """Move the reports that the run looked at and of which there is a newer version than at their last step.

    One that was 已通知, 单位说明 or 退回 is 已整改 and its notice is answered; one that had passed is 待核 again, for nobody
    has looked at the new version. One that is 已通知 and of which the run found nothing any more that is neither mended nor
    explained is 单位说明. Notices that asked for a report which came in are answered. Doing it again, or after a later run,
    changes nothing.
    """

    def work(connection: Connection) -> Followed:
        batch = f"run-{run_id}"
        mend, reopen = machine().events["mend"], machine().events["reopen"]
        looked_at = connection.execute(select(RUNS.c.evaluations).where(RUNS.c.id == run_id)).scalar_one()
        last = (
            select(TRANSITIONS.c.submission_id)
            .where(TRANSITIONS.c.report_id == STANDINGS.c.report_id)
            .order_by(TRANSITIONS.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        moving = (
            select(STANDINGS.c.report_id, STANDINGS.c.state)
            .where(STANDINGS.c.state.in_([*mend.before, *reopen.before]), STANDINGS.c.submission_id != last)
            .with_for_update(of=STANDINGS)
        )
        states = dict(
            tuple(row) for row in select_in(connection, moving, STANDINGS.c.evaluation_id, looked_at)
        )
        mended = step(connection, None, [r for r, s in states.items() if s in mend.before], mend, "", batch)
        reopened = step(
            connection, None, [r for r, s in states.items() if s in reopen.before], reopen, NEW_VERSION, batch
        )
        notified = select(STANDINGS.c.report_id).where(STANDINGS.c.state == "notified")
        waits = select_in(connection, notified, STANDINGS.c.evaluation_id, looked_at)
        settle(connection, [row.report_id for row in waits])
        answered = count_as_answered(connection, mended.reports) + _came_in(connection, looked_at)
        if answered:
            note(connection, None, "notice_answered", "notice", notices=listed(answered), run=run_id)
        return Followed(mended.reports, reopened.reports, tuple(answered))

    return committed(database, work, alone=False)


def _came_in(connection: Connection, evaluations: Iterable[int]) -> list[int]:
    """Note that notices to submit are answered by the reports of these evaluations; return their ids."""
    there = (STANDINGS.c.agency_id == NOTICES.c.agency_id) & (STANDINGS.c.year == NOTICES.c.year)
    waiting = (
        select(NOTICES.c.id, STANDINGS.c.report_id)
        .join_from(NOTICES, STANDINGS, there)
        .where(NOTICES.c.kind == "submit", NOTICES.c.state == "sent")
    )
    found = dict(tuple(row) for row in select_in(connection, waiting, STANDINGS.c.evaluation_id, evaluations))
    for id_, report in sorted(found.items()):
        update_in(connection, NOTICES, NOTICES.c.id, [id_], {"report_id": report})
    return count_as_answered(connection, found.values(), "submit")
