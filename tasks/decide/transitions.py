"""Reports move from one state to the next (`tasks.decide.states`); every step is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, insert, select

from tasks.accounts.audit import SYSTEM, note
from tasks.accounts.person import Person
from tasks.decide import states
from tasks.decide.due import count_as_answered, give_back, take_back, wait_again
from tasks.decide.open_findings import open_findings, to_mend
from tasks.decide.refused import Refused
from tasks.decide.seen import listed, only_supervisors, reports_seen
from tasks.decide.states import Event, machine
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import STANDINGS, TRANSITIONS, AnyRow, select_in, update_in

NO_EVENT = "没有这种操作。"
NOT_YOURS = "“{event}”不由您办理。"
NO_REASON = "“{event}”须写明理由。"
NOT_FROM = "{agency}的报告现为“{state}”，不能“{event}”。"
STILL_OPEN = "{agency}的报告还有{count}个问题未处理，“{event}”须写明理由。"
NOTHING_TO_UNDO = "没有可以撤销的操作，可能已被撤销。"
MOVED_ON = "{agency}的报告此后又有新的办理，不能撤销。"


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a bulk step: the reports that moved, and why others did not (sentences by report)."""

    batch: str
    reports: tuple[int, ...]
    refused: dict[int, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a report; the fields are those of `models.decisions.Transition`, `name` is the event's Chinese name."""

    report_id: int
    event: str
    name: str
    before: str
    after: str
    reason: str
    submission_id: int | None
    batch: str
    actor: str
    at: datetime


def new_batch() -> str:
    """Return a new name for what is done with one click."""
    return uuid4().hex


def move(
    database: Engine, person: Person, report_ids: Iterable[int], event: str, reason: str, batch: str,
    due_on: date | None = None,
) -> Moved:  # fmt: skip
    """Do `event` with these reports; those it cannot be done with stay as they are, each with a sentence why.

    ``return`` sends the notice out again, due on `due_on` (else five working days on); ``pass`` closes it. Raises NotThere when a report is
    not there or not for this person; Refused for an event that does not exist, is not for this role, or
    lacks its reason. Nothing moves then.
    """
    chosen = machine().events.get(event)
    if chosen is None:
        raise Refused(NO_EVENT)
    return committed(
        database,
        lambda connection: step(connection, person, report_ids, chosen, reason, batch, due_on),
        alone=False,
    )


def step(
    connection: Connection, person: Person | None, report_ids: Iterable[int], event: Event, reason: str, batch: str,
    due_on: date | None = None,
) -> Moved:  # fmt: skip
    """As `move`, in a transaction that is open. `person` None: Hecha itself."""
    role = person.role.value if person else states.SYSTEM
    reason = reason.strip()
    if role not in event.roles:
        raise Refused(NOT_YOURS.format(event=event.name))
    if event.reason == "always" and not reason:
        raise Refused(NO_REASON.format(event=event.name))
    seen = reports_seen(connection, person, report_ids, lock=True)
    refused = {row.report_id: _not_from(row, event) for row in seen if row.state not in event.before}
    able = [row for row in seen if row.report_id not in refused]
    if event.reason == "open" and not reason:
        left = open_findings(connection, (row.report_id for row in able))
        for row in able:
            if count := len(to_mend(left.get(row.report_id, ()))):
                refused[row.report_id] = STILL_OPEN.format(agency=row.agency, count=count, event=event.name)
        able = [row for row in able if row.report_id not in refused]
    _write(
        connection,
        person,
        able,
        event.key,
        dict.fromkeys((r.report_id for r in able), event.after),
        reason,
        batch,
    )
    if event.key == "return":
        give_back(connection, [row.report_id for row in able], due_on)
    if event.key == "pass":
        count_as_answered(connection, [row.report_id for row in able])
    return Moved(batch, tuple(row.report_id for row in able), refused)


def step_back(connection: Connection, report_ids: Iterable[int], event: str, reason: str) -> list[int]:
    """Put those reports the last step of which was `event` back to where they were, by Hecha itself; return their ids."""
    last = select(func.max(TRANSITIONS.c.id)).group_by(TRANSITIONS.c.report_id)
    newest = [row[0] for row in select_in(connection, last, TRANSITIONS.c.report_id, report_ids)]
    steps = select(TRANSITIONS.c.report_id, TRANSITIONS.c.before).where(TRANSITIONS.c.event == event)
    after = dict(tuple(row) for row in select_in(connection, steps, TRANSITIONS.c.id, newest))
    _write(
        connection, None, reports_seen(connection, None, after, lock=True), states.UNDONE, after, reason, new_batch()
    )  # fmt: skip
    return sorted(after)


def _not_from(row: AnyRow, event: Event) -> str:
    name = machine().states[row.state].name
    return NOT_FROM.format(agency=row.agency, state=name, event=event.name)


def _write(
    connection: Connection, person: Person | None, rows: list[AnyRow], event: str, after: dict[int, str],
    reason: str, batch: str,
) -> None:  # fmt: skip
    if not rows:
        return
    now = datetime.now(UTC)
    connection.execute(
        insert(TRANSITIONS),
        [
            {
                "report_id": row.report_id,
                "event": event,
                "before": row.state,
                "after": after[row.report_id],
                "reason": reason,
                "submission_id": row.submission_id,
                "batch": batch,
                "actor": person.shown if person else SYSTEM,
                "account_id": person.id if person else None,
                "at": now,
            }
            for row in rows
        ],
    )
    for state in sorted(set(after.values())):
        ids = [id_ for id_, to in after.items() if to == state]
        update_in(connection, STANDINGS, STANDINGS.c.report_id, ids, {"state": state})
    ids = [row.report_id for row in rows]
    note(
        connection, person, "move", "report", ids[0] if len(ids) == 1 else None,
        event=event, reports=listed(ids), count=len(ids), batch=batch,
    )  # fmt: skip


def undo(database: Engine, person: Person, batch: str) -> Moved:
    """Put the reports of a bulk step back to where they were; one with which something happened since stays.

    Notices sent with the step are withdrawn, one sent out again by a return counts as answered again, one that a pass
    closed waits again. Raises NotThere when a report is not for this person, Refused for an agency's account or where
    nothing is left to undo.
    """
    only_supervisors(person)

    def work(connection: Connection) -> Moved:
        steps = TRANSITIONS.c.batch == batch
        found = connection.execute(
            select(TRANSITIONS).where(steps, TRANSITIONS.c.event != states.UNDONE)
        ).all()
        if not found:
            raise Refused(NOTHING_TO_UNDO)
        was = {row.report_id: row for row in found}
        seen = reports_seen(connection, person, was, lock=True)
        last = select(TRANSITIONS.c.report_id, func.max(TRANSITIONS.c.id)).group_by(TRANSITIONS.c.report_id)
        newest = dict(tuple(row) for row in select_in(connection, last, TRANSITIONS.c.report_id, was))
        able = [row for row in seen if newest[row.report_id] == was[row.report_id].id]
        if not able:
            raise Refused(NOTHING_TO_UNDO)
        after = {row.report_id: was[row.report_id].before for row in able}
        _write(connection, person, able, states.UNDONE, after, "", new_batch())
        moved = {row.report_id for row in able}
        take_back(connection, {id_: was[id_].at for id_ in moved if was[id_].event == "notify"})
        count_as_answered(connection, [id_ for id_ in moved if was[id_].event == "return"])
        waited = [r.report_id for r in able if was[r.report_id].event == "pass"]
        wait_again(connection, [id_ for id_ in waited if after[id_] in machine().events["explain"].before])
        refused = {r.report_id: MOVED_ON.format(agency=r.agency) for r in seen if r.report_id not in moved}
        return Moved(batch, tuple(sorted(moved)), refused)

    return committed(database, work, alone=False)


def steps_of(database: Engine, person: Person, report_id: int) -> list[Step]:
    """Return the steps of a report, first to last. Raises NotThere."""

    def work(connection: Connection) -> list[Step]:
        reports_seen(connection, person, [report_id])
        chosen = select(TRANSITIONS).where(TRANSITIONS.c.report_id == report_id).order_by(TRANSITIONS.c.id)
        return [
            Step(
                row.report_id, row.event, event_name(row.event), row.before, row.after, row.reason,
                row.submission_id, row.batch,
                row.actor, row.at,
            )
            for row in connection.execute(chosen)
        ]  # fmt: skip

    return asked(database, work)


def event_name(event: str) -> str:
    """Return an event's Chinese name, also of the one that undoes."""
    return "撤销" if event == states.UNDONE else machine().events[event].name
