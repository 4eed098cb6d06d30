"""Which notices there are: drafts, those that wait for an answer, those that are overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select

from tasks.accounts.person import Person
from tasks.decide.refused import NotThere
from tasks.decide.seen import today
from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES, NOTICES, AnyRow, AnySelect

KINDS = {"mend": "整改通知", "submit": "催报通知", "accepted": "复核通过通知"}
STATES = {"draft": "未发出", "sent": "待答复", "answered": "已答复", "withdrawn": "已撤回"}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as pages show it; the fields are those of `models.decisions.Notice`, `agency` is its official name.

    `days_left`: until it is due, negative where that is past; None unless it waits for an answer.
    """

    id: int
    agency_id: int
    agency: str
    report_id: int | None
    submission_id: int | None
    year: int
    kind: str
    state: str
    number: str
    body: str
    findings: tuple[str, ...]
    due_on: date | None
    created_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    days_left: int | None

    @property
    def overdue(self) -> bool:
        """Whether the agency should have answered by now."""
        return self.days_left is not None and self.days_left < 0


def notices(
    database: Engine, person: Person, *, states: Sequence[str] = (), kind: str | None = None,
    overdue: bool = False, year: int | None = None, agency_id: int | None = None, report_id: int | None = None,
    limit: int = 50, offset: int = 0,
) -> tuple[list[Notice], int]:  # fmt: skip
    """Return a page of the notices that this person may see, newest first, and how many there are in all.

    An agency sees what was sent to it. `states` empty: all; `overdue`: only those waiting whose day is past.
    """
    conditions = [_seen(person)]
    if states:
        conditions.append(NOTICES.c.state.in_(list(states)))
    if overdue:
        conditions += [NOTICES.c.state == "sent", NOTICES.c.due_on < today()]
    for column, value in ((NOTICES.c.kind, kind), (NOTICES.c.year, year)):
        if value is not None:
            conditions.append(column == value)
    for column, value in ((NOTICES.c.agency_id, agency_id), (NOTICES.c.report_id, report_id)):
        if value is not None:
            conditions.append(column == value)
    page = _notices().where(*conditions).order_by(NOTICES.c.id.desc()).limit(limit).offset(offset)
    counted = select(func.count()).select_from(NOTICES).join(AGENCIES).where(*conditions)

    def read(connection: Connection) -> tuple[list[Notice], int]:
        rows = connection.execute(page).all()
        return [_notice(row) for row in rows], connection.execute(counted).scalar_one()

    return asked(database, read)


def notice(database: Engine, person: Person, notice_id: int) -> Notice:
    """Return one notice. Raises NotThere where there is none that this person may see."""
    chosen = _notices().where(NOTICES.c.id == notice_id, _seen(person))
    found = asked(database, lambda connection: connection.execute(chosen).one_or_none())
    if found is None:
        raise NotThere
    return _notice(found)


def waiting(database: Engine, person: Person) -> tuple[int, int]:
    """Return how many notices that this person may see wait for an answer, and how many of these are overdue."""
    chosen = (
        select(func.count(), func.count().filter(NOTICES.c.due_on < today()))
        .select_from(NOTICES)
        .join(AGENCIES)
        .where(NOTICES.c.state == "sent", _seen(person))
    )
    count, late = asked(database, lambda connection: connection.execute(chosen).one())
    return count, late


def _seen(person: Person) -> ColumnElement[bool]:
    if person.supervises:
        return person.sees()
    return person.sees() & or_(NOTICES.c.state.in_(("sent", "answered")), NOTICES.c.sent_at.is_not(None))


def _notices() -> AnySelect:
    return select(NOTICES, AGENCIES.c.name.label("agency")).join_from(NOTICES, AGENCIES)


def _notice(row: AnyRow) -> Notice:
    waits = row.state == "sent" and row.due_on is not None
    return Notice(
        id=row.id,
        agency_id=row.agency_id,
        agency=row.agency,
        report_id=row.report_id,
        submission_id=row.submission_id,
        year=row.year,
        kind=row.kind,
        state=row.state,
        number=row.number,
        body=row.body,
        findings=tuple(row.findings),
        due_on=row.due_on,
        created_at=row.created_at,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        days_left=(row.due_on - today()).days if waits else None,
    )
