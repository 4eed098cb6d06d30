"""Which reports a person may see; everything that decides asks here first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, timezone

from sqlalchemy import Connection, select

from tasks.accounts.person import Person
from tasks.decide.refused import NotThere, Refused
from tasks.persist.rows import AGENCIES, STANDINGS, AnyRow, select_in

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
ONLY_SUPERVISORS = "该操作只能由主管部门办理。"


def reports_seen(
    connection: Connection, person: Person | None, report_ids: Iterable[int], *, lock: bool = False
) -> list[AnyRow]:
    """Return the standings of these reports with the agency's name (`agency`), in the order of their ids.

    Raises NotThere when one of them does not exist or is not for this person (None: the system sees all). `lock`:
    nobody else changes their state until the transaction ends.
    """
    wanted = set(report_ids)
    chosen = select(STANDINGS, AGENCIES.c.name.label("agency")).join_from(STANDINGS, AGENCIES)
    if person is not None:
        chosen = chosen.where(person.sees())
    if lock:
        chosen = chosen.with_for_update(of=STANDINGS)
    chosen = chosen.order_by(STANDINGS.c.report_id)
    found = list(select_in(connection, chosen, STANDINGS.c.report_id, wanted))
    if len(found) != len(wanted):
        raise NotThere
    return found


def only_supervisors(person: Person) -> None:
    """Raise Refused for an agency's account."""
    if not person.supervises:
        raise Refused(ONLY_SUPERVISORS)


def today(now: datetime | None = None) -> date:
    """Return the day it is in Beijing."""
    return (now or datetime.now(BEIJING)).astimezone(BEIJING).date()


def listed(ids: Sequence[int]) -> list[int]:
    """Return ids for the audit log: of very many only the first thousand."""
    return list(ids[:1000])
