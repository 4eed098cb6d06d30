"""`hecha watch`: takes in what arrives in the inbox and starts its rerun by an event."""

from __future__ import annotations

import logging
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from models.database import engine, upgrade
from models.settings import Settings
from tasks import sources
from tasks.persist.arrivals import LOST_AFTER, Arrival, arrivals, backlog, take_back
from tasks.received import Sight, receive, whole

LOOK_SECONDS = 0.5
REMIND_SECONDS = 20.0
"""What still waits after so long is told again: the server, or whoever should work on it, was away."""
AFTER_FAULT_SECONDS = 5.0

Mark = tuple[int, int]
"""When a file was written (nanoseconds) and its size (bytes)."""
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
    in_bucket: dict[Path, Mark] = {}
    reminded = listed = time.monotonic() - REMIND_SECONDS - chosen.inbox_bucket_seconds
    try:
        while not stop.wait(LOOK_SECONDS):
            try:
                look(inbox, seen, chosen, database, emit, told)
                if chosen.inbox_bucket and time.monotonic() - listed > chosen.inbox_bucket_seconds:
                    listed = time.monotonic()
                    look_into_bucket(chosen.inbox_bucket, in_bucket, chosen, database, emit, told)
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


def look_into_bucket(
    url: str, seen: dict[Path, Mark], chosen: Settings, database: Engine, emit: Emit,
    told: Callable[[Arrival], None],
) -> None:  # fmt: skip
    """Take in the objects of a bucket that are new or were replaced since the last look.

    `seen` holds size and time of what was taken in; after a start all are looked at once, and those that were recorded
    before are recorded no second time. An object appears whole or not at all. What cannot be had is logged.
    """
    brought = sources.brought(url, chosen)
    for error in brought.errors:
        log.error("%s: %s", error.file, error.message)
    arriving = chosen.home / "received" / "arriving"
    arriving.mkdir(parents=True, exist_ok=True)
    files = (
        [path for path in brought.folder.rglob("*") if path.is_file()]
        if brought.folder.is_dir()
        else [brought.folder]
    )
    marks = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}
    for path in sorted(files, key=lambda path: (marks[path], str(path))):
        if seen.get(path) == marks[path]:
            continue
        name = path.relative_to(brought.folder).as_posix() if brought.folder.is_dir() else path.name
        beside = arriving / uuid.uuid4().hex
        shutil.copyfile(path, beside)
        arrival = receive(
            beside, name, database, chosen.home, chosen.store, chosen.max_file_mb << 20, "bucket"
        )
        seen[path] = marks[path]
        if arrival.state == "recorded":
            told(arrival)
            emit(arrival)


def remind(database: Engine, emit: Emit) -> None:
    """Emit the event of the oldest arrival again where some wait and nobody works on any.

    What somebody took who is gone waits again.
    """
    take_back(database, datetime.now(UTC) - LOST_AFTER)
    waiting = backlog(database)
    if waiting["recorded"] and not waiting["running"]:
        newest_first = arrivals(database, ("recorded",), limit=waiting["recorded"])
        emit(newest_first[-1])
