"""A transaction that outlives a database which is away for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, text

from models.attempts import FIRST_PAUSE, attempts
from models.database import transaction_id, writing

T = TypeVar("T")


def committed(
    database: Engine, work: Callable[[Connection], T], *, alone: bool = True, patience: float | None = None
) -> T:
    """Do `work` in one transaction and return what it returns; it is done once, whatever happens meanwhile.

    When the database is away, starting, or two writers are in each other's way, the whole transaction is
    done again, for up to `patience` seconds (`HECHA_DATABASE_PATIENCE_SECONDS` when not given). Where the
    connection broke during COMMIT, PostgreSQL is asked whether that transaction counts. Raises StorageError
    when the database stays away, or its disk is full; nothing of `work` is stored then. `alone`: see
    `models.database.writing`. `work` must do nothing but SQL, for it may be called again.
    """
    for attempt in attempts(patience):
        through: list[T] = []
        number: str | None = None
        with attempt:
            with writing(database, alone=alone) as connection:
                number = transaction_id(connection)
                through.append(work(connection))
            return through[0]
        if through and number is not None and _counts(database, number, patience):
            return through[0]
    raise AssertionError("the last attempt returns or raises")


def asked(database: Engine, work: Callable[[Connection], T], *, patience: float | None = None) -> T:
    """Return what `work` reads, in one transaction; done again like `committed` while the database is away."""
    for attempt in attempts(patience):
        with attempt, database.connect() as connection:
            return work(connection)
    raise AssertionError("the last attempt returns or raises")


def _counts(database: Engine, number: str, patience: float | None) -> bool:
    """Whether the PostgreSQL transaction of this number was committed, asked as soon as the server answers."""
    question = text("SELECT pg_xact_status(CAST(:number AS xid8))")
    while True:
        state = asked(
            database, lambda c: c.execute(question, {"number": number}).scalar_one(), patience=patience
        )
        if state != "in progress":
            return bool(state == "committed")
        time.sleep(FIRST_PAUSE)
