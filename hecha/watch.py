"""`hecha watch`: takes in what arrives in the inbox and starts its rerun by an event."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from models.database import engine, upgrade
from models.settings import Settings
from tasks.persist.arrivals import Arrival, arrivals, backlog
from tasks.received import Sight, receive, whole

LOOK_SECONDS = 0.5
REMIND_SECONDS = 20.0
"""What still waits after so long is told again: the server, or whoever should work on it, was away."""
AFTER_FAULT_SECONDS = 5.0

Emit = Callable[[Arrival], None]

log = logging.getLogger("hecha")


def watch(chosen: Settings, emit: Emit, stop: threading.Event, told: Callable[[Arrival], None]) -> None:
    """Look at the inbox until `stop` is set. Every arrival is recorded, then `emit`ted, then `told`.

    A fault of the database or the disk is logged and the file stays in the inbox until it can be taken.
    """
    inbox = chosen.inbox_folder
    inbox.mkdir(parents=True, exist_ok=True)
    upgrade(chosen.database)
    database = engine(chosen.database)
    seen: dict[Path, Sight] = {}
    reminded = time.monotonic()
    try:
        while not stop.wait(LOOK_SECONDS):
            try:
                look(inbox, seen, chosen, database, emit, told)
                if time.monotonic() - reminded > REMIND_SECONDS:
                    reminded = time.monotonic()
                    remind(database, emit)
            except Exception:
                log.exception("looking at the inbox")
                stop.wait(AFTER_FAULT_SECONDS)
    finally:
        database.dispose()


def look(
    inbox: Path, seen: dict[Path, Sight], chosen: Settings, database: Engine, emit: Emit,
    told: Callable[[Arrival], None],
) -> None:  # fmt: skip
    """Take in the files that are whole by now, in the order in which they were written."""
    ready = whole(inbox, seen, chosen.inbox_quiet_seconds, time.monotonic())
    for position, path in enumerate(ready):
        name = str(path.relative_to(inbox))
        try:
            arrival = receive(
                path, name, database, chosen.home, chosen.store, chosen.max_file_mb << 20, position=position
            )
        except OSError:
            log.exception("taking in %s", name)
            continue
        told(arrival)
        if arrival.state == "recorded":
            emit(arrival)


def remind(database: Engine, emit: Emit) -> None:
    """Emit the event of the oldest arrival again where some wait and nobody works on any."""
    waiting = backlog(database)
    if waiting["recorded"] and not waiting["running"]:
        newest_first = arrivals(database, ("recorded",), limit=waiting["recorded"])
        emit(newest_first[-1])
