"""What follows a run by itself: a new version after a notice, a report that was owed and came in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from tasks.accounts.audit import note
from tasks.decide.due import count_as_answered
from tasks.decide.seen import listed
from tasks.decide.states import machine
from tasks.decide.transitions import step
from tasks.persist.retrying import committed
from tasks.persist.rows import NOTICES, STANDINGS, SUBMISSIONS, TRANSITIONS, update_in

NEW_VERSION = "单位提交了新的版本"


@dataclass(frozen=True, slots=True)
class Followed:
    """The reports that are 已整改 now, those that were opened again, and the notices that are answered (their ids)."""

    mended: tuple[int, ...]
    reopened: tuple[int, ...]
    answered: tuple[int, ...]


def after_run(database: Engine, run_id: int) -> Followed:
    """Move the reports of which this run recorded a new newest version; doing it again changes nothing.

    One that was 已通知, 单位说明 or 退回 is 已整改 and its notice is answered; one that had passed is 待核 again, for nobody
    has looked at the new version. Notices that asked for a report which came in are answered.
    """

    def work(connection: Connection) -> Followed:
        batch = f"run-{run_id}"
        mend, reopen = machine().events["mend"], machine().events["reopen"]
        done = select(TRANSITIONS.c.id).where(
            TRANSITIONS.c.report_id == STANDINGS.c.report_id, TRANSITIONS.c.batch == batch
        )
        came = (
            select(STANDINGS.c.report_id, STANDINGS.c.state)
            .join_from(STANDINGS, SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id)
            .where(SUBMISSIONS.c.first_run_id == run_id)
        )
        moving = came.where(STANDINGS.c.state.in_([*mend.before, *reopen.before]), ~done.exists())
        states = dict(
            tuple(row)
            for row in connection.execute(
                moving.order_by(STANDINGS.c.report_id).with_for_update(of=STANDINGS)
            )
        )
        mended = step(connection, None, [r for r, s in states.items() if s in mend.before], mend, "", batch)
        reopened = step(
            connection, None, [r for r, s in states.items() if s in reopen.before], reopen, NEW_VERSION, batch
        )
        answered = count_as_answered(connection, mended.reports) + _came_in(connection, run_id)
        if answered:
            note(connection, None, "notice_answered", "notice", notices=listed(answered), run=run_id)
        return Followed(mended.reports, reopened.reports, tuple(answered))

    return committed(database, work, alone=False)


def _came_in(connection: Connection, run_id: int) -> list[int]:
    """Note that notices to submit are answered by the reports that this run recorded first; return their ids."""
    waiting = (
        select(NOTICES.c.id, STANDINGS.c.report_id)
        .join_from(
            NOTICES,
            STANDINGS,
            (STANDINGS.c.agency_id == NOTICES.c.agency_id) & (STANDINGS.c.year == NOTICES.c.year),
        )
        .join(SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id)
        .where(NOTICES.c.kind == "submit", NOTICES.c.state == "sent", SUBMISSIONS.c.first_run_id == run_id)
    )
    found = dict(tuple(row) for row in connection.execute(waiting).all())
    for id_, report in sorted(found.items()):
        update_in(connection, NOTICES, NOTICES.c.id, [id_], {"report_id": report})
    return count_as_answered(connection, found.values(), "submit")
