"""The inbox: what arrived is recorded once, worked through in order, and told of when it is through.

Safe with several watchers on either database. A watcher's round:

    for arrival in next_arrivals(database, 20):    # now `running`, nobody else gets them
        mark(database, arrival.id, "done", run_id=…, report_id=…)
    for arrival in untold(database): …; mark_told(database, [arrival.id])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, func, insert, select, tuple_, update

from models.errors import ConfigurationError
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import ARRIVALS, AnyRow, AnySelect, digest, insert_new

Source = Literal["folder", "upload", "bucket"]
State = Literal["recorded", "running", "done", "failed", "repeated"]

LOST_AFTER = timedelta(minutes=2)
"""An arrival whose taker has said nothing for so long is taken again: whoever had it is gone."""

_ORDER = (ARRIVALS.c.received_at, ARRIVALS.c.position, ARRIVALS.c.id)
_FIELDS = (
    "id",
    "received_at",
    "source",
    "file",
    "sha256",
    "size",
    "state",
    "repeats_id",
    "run_id",
    "report_id",
    "agency",
    "year",
    "parcel",
    "position",
    "message",
    "taken_at",
    "told_at",
)
_COLUMNS = [ARRIVALS.c[name] for name in _FIELDS]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that came in; the fields are those of `models.tables.ArrivalRow`."""

    id: int
    received_at: datetime
    source: Source
    file: str
    sha256: str
    size: int
    state: State
    repeats_id: int | None
    run_id: int | None
    report_id: int | None
    agency: str | None
    year: int | None
    parcel: str | None
    position: int
    message: str | None
    taken_at: datetime | None
    told_at: datetime | None


def record_arrival(
    database: Engine,
    source: Source,
    file: str,
    sha256: str,
    size: int,
    *,
    received_at: datetime | None = None,
    agency: str | None = None,
    year: int | None = None,
    parcel: str | None = None,
    position: int = 0,
) -> Arrival:
    """Record a file whose bytes stand in the store already, and return how it is recorded.

    Bytes that are new are `recorded`. The same bytes under another name, from another source or in another
    parcel are `repeated` and point to the first arrival (`repeats_id`); they are never worked on. The very
    same file again (a watcher that looks at a folder anew) adds nothing and returns the row that is there.
    `size` in bytes; `position` is the place within `parcel`.
    """
    row = {
        "received_at": received_at or datetime.now(UTC),
        "source": source,
        "file": file,
        "sha256": sha256,
        "size": size,
        "state": "recorded",
        "agency": agency,
        "year": year,
        "queue": _queue(agency, year),
        "parcel": parcel,
        "position": position,
    }

    def work(connection: Connection) -> Arrival:
        if connection.dialect.name == "postgresql":
            # Two who bring the same bytes wait for each other; others do not.
            connection.execute(select(func.pg_advisory_xact_lock(_lock_of(sha256))))
        added = insert_new(connection, ARRIVALS, [row], ARRIVALS.c.id)
        if added:
            return _arrival(connection, added[0].id)
        same = connection.execute(
            select(*_COLUMNS).where(ARRIVALS.c.sha256 == sha256).order_by(ARRIVALS.c.id)
        ).all()
        for known in same:
            if (known.source, known.file, known.parcel) == (source, file, parcel):
                return Arrival(*known)
        first = next(known for known in same if known.repeats_id is None)
        repeated = {
            **row,
            "state": "repeated",
            "repeats_id": first.id,
            "agency": agency or first.agency,
            "year": year or first.year,
        }
        id_ = connection.execute(insert(ARRIVALS).values(repeated).returning(ARRIVALS.c.id)).scalar_one()
        return _arrival(connection, id_)

    return committed(database, work, alone=False)


def next_arrivals(database: Engine, limit: int = 20) -> list[Arrival]:
    """Take at most `limit` arrivals to work on, first come first; they are `running` now and nobody else's.

    Those of one agency and year come in their order and go to one taker only: none of them is given out
    while an earlier one is still running elsewhere. Those of unknown agency or year count as one such group,
    for they may belong together. Call `mark` for each; what a taker that died left is freed by `take_back`.
    """

    def work(connection: Connection) -> list[Arrival]:
        before = ARRIVALS.alias("before")
        is_open = before.c.state.in_(("recorded", "running"))
        earlier = tuple_(before.c.received_at, before.c.position, before.c.id) < tuple_(*_ORDER)
        held_up = select(before.c.id).where(
            before.c.queue == ARRIVALS.c.queue, is_open, (before.c.state == "running") | earlier
        )
        # Who holds the first of a queue holds the queue: the others look past it while it is locked.
        heads = (
            select(ARRIVALS.c.queue)
            .where(ARRIVALS.c.state == "recorded", ~held_up.exists())
            .order_by(*_ORDER)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        queues = connection.execute(heads).scalars().all()
        chosen = (
            select(ARRIVALS.c.id)
            .where(ARRIVALS.c.state == "recorded", ARRIVALS.c.queue.in_(queues))
            .order_by(*_ORDER)
            .limit(limit)
        )
        ids = connection.execute(chosen).scalars().all()
        taken = {"state": "running", "taken_at": datetime.now(UTC)}
        connection.execute(update(ARRIVALS).where(ARRIVALS.c.id.in_(ids)).values(taken))
        rows = connection.execute(select(*_COLUMNS).where(ARRIVALS.c.id.in_(ids)).order_by(*_ORDER))
        return [Arrival(*row) for row in rows]

    return committed(database, work, alone=False)


def mark(
    database: Engine,
    arrival_id: int,
    state: Literal["recorded", "running", "done", "failed"],
    *,
    run_id: int | None = None,
    report_id: int | None = None,
    agency: str | None = None,
    year: int | None = None,
    message: str | None = None,
) -> Arrival:
    """Say how far an arrival is, with what is known by now, and return it; None leaves a value as it is.

    `running` again tells that its taker is alive (see `take_back`); `recorded` puts it back in its place.
    Raises ConfigurationError for an arrival that does not exist or only repeats another.
    """

    def work(connection: Connection) -> Arrival:
        found = connection.execute(
            select(*_COLUMNS).where(ARRIVALS.c.id == arrival_id).with_for_update()
        ).one_or_none()
        if found is None:
            raise ConfigurationError(f"收件箱中没有编号为{arrival_id}的来件，请核对编号。")
        if found.state == "repeated":
            raise ConfigurationError(
                f"编号为{arrival_id}的来件与编号为{found.repeats_id}的来件内容相同，无需另行处理。"
            )
        told: dict[str, Any] = {
            "run_id": run_id,
            "report_id": report_id,
            "agency": agency,
            "year": year,
            "message": message,
        }
        told = {name: value for name, value in told.items() if value is not None}
        told["state"] = state
        told["queue"] = _queue(told.get("agency", found.agency), told.get("year", found.year))
        if state == "running":
            told["taken_at"] = datetime.now(UTC)
        connection.execute(update(ARRIVALS).where(ARRIVALS.c.id == arrival_id).values(told))
        return _arrival(connection, arrival_id)

    return committed(database, work, alone=False)


def still_running(database: Engine, arrival_ids: Sequence[int]) -> None:
    """Note that those of these arrivals that are running are being worked on at this moment (see `take_back`)."""

    def work(connection: Connection) -> None:
        chosen = ARRIVALS.c.id.in_(arrival_ids) & (ARRIVALS.c.state == "running")
        connection.execute(update(ARRIVALS).where(chosen).values(taken_at=datetime.now(UTC)))

    committed(database, work, alone=False)


def take_back(database: Engine, taken_before: datetime) -> int:
    """Free the arrivals that were taken (or last marked running) before this instant; return how many.

    For what a watcher that died left behind. They stand in their old place again.
    """

    def work(connection: Connection) -> int:
        left = (ARRIVALS.c.state == "running") & (ARRIVALS.c.taken_at < taken_before)
        return connection.execute(update(ARRIVALS).where(left).values(state="recorded")).rowcount

    return committed(database, work, alone=False)


def untold(database: Engine, limit: int = 100) -> list[Arrival]:
    """Return those that are through (done, failed, repeated) and of which nobody was told, oldest first."""
    through = ARRIVALS.c.state.in_(("done", "failed", "repeated"))
    chosen = (
        select(*_COLUMNS).where(ARRIVALS.c.told_at.is_(None), through).order_by(ARRIVALS.c.id).limit(limit)
    )
    return _read(database, chosen)


def mark_told(database: Engine, arrival_ids: Sequence[int], told_at: datetime | None = None) -> None:
    """Note that people were told of these arrivals."""

    def work(connection: Connection) -> None:
        chosen = ARRIVALS.c.id.in_(arrival_ids)
        connection.execute(update(ARRIVALS).where(chosen).values(told_at=told_at or datetime.now(UTC)))

    committed(database, work, alone=False)


def arrivals(database: Engine, states: Iterable[State], limit: int = 50, offset: int = 0) -> list[Arrival]:
    """Return a page of the arrivals in these states, newest first."""
    newest_first = [column.desc() for column in _ORDER]
    chosen = select(*_COLUMNS).where(ARRIVALS.c.state.in_(list(states))).order_by(*newest_first)
    return _read(database, chosen.limit(limit).offset(offset))


def backlog(database: Engine) -> dict[str, int]:
    """Return how many arrivals wait (`recorded`) and how many are being worked on (`running`)."""
    is_open = ARRIVALS.c.state.in_(("recorded", "running"))
    counted = select(ARRIVALS.c.state, func.count()).where(is_open).group_by(ARRIVALS.c.state)
    rows = asked(database, lambda connection: connection.execute(counted).all())
    return {"recorded": 0, "running": 0} | dict(tuple(row) for row in rows)


def _read(database: Engine, chosen: AnySelect) -> list[Arrival]:
    rows = asked(database, lambda connection: connection.execute(chosen).all())
    return [Arrival(*row) for row in rows]


def _arrival(connection: Connection, id_: int) -> Arrival:
    row: AnyRow = connection.execute(select(*_COLUMNS).where(ARRIVALS.c.id == id_)).one()
    return Arrival(*row)


def _queue(agency: str | None, year: int | None) -> str:
    return "" if agency is None or year is None else digest([agency, year])


def _lock_of(sha256: str) -> int:
    """A key for PostgreSQL's advisory locks: a signed number of 64 bits."""
    return int.from_bytes(bytes.fromhex(sha256[:16]), signed=True)
