"""Which report comes after or before another one in the work list, also where decisions have moved that one meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from tasks.accounts.person import Person
from tasks.ask.regions import Region
from tasks.ask.worklist import COUNTED, FEW, PAGE, TURNED, Filter, counted, matching_ids

AROUND = 25
"""So far from its place a report is looked for."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a report stood in the list: the filter, its place (the first is 0), and the report before it, if known."""

    chosen: Filter
    at: int
    before: int | None = None

    @property
    def page(self) -> int:
        """The page of the list on which it stood."""
        return self.at // PAGE + 1


def beside(
    connection: Connection, person: Person, region: Region | None, report_id: int, stood: Stand, step: int
) -> tuple[int, Stand] | None:
    """Return the report after (`step` 1) or before (-1) one, and where it stands; None where the list ends.

    Where the one has left the list, or stands elsewhere, by what was decided about it, the next is that which stands
    at its place now: none is passed over.
    """
    at = min(stood.at, PAGE * TURNED)
    first = max(0, at - AROUND)
    ids = _ids(connection, person, stood.chosen, region, first, 2 * AROUND + 3)
    place = {id_: first + i for i, id_ in enumerate(ids[: 2 * AROUND + 1])}
    here, before = place.get(report_id), place.get(stood.before or 0)
    if before is None and at == 0:
        before = -1
    if step < 0:
        to = before if before is not None else (at if here is None else here) - 1
    elif before is not None:
        to = before + 2 if here == before + 1 else before + 1
    else:
        to = at if here is None else here + 1
    if not first <= to < first + len(ids):
        return None
    return ids[to - first], replace(stood, at=to, before=ids[to - first - 1] if to > first else None)


def _ids(
    connection: Connection, person: Person, chosen: Filter, region: Region | None, first: int, many: int
) -> Sequence[int]:
    """As the list asks for them (`tasks.ask.worklist.listed`)."""
    if chosen.q:
        return matching_ids(connection, person, chosen, region, limit=COUNTED)[first : first + many]
    if counted(connection, person, chosen, region) <= FEW:
        return matching_ids(connection, person, chosen, region)[first : first + many]
    return matching_ids(connection, person, chosen, region, limit=many, offset=first)
