"""Reads a chunk in a child process: the file at which it dies or stands still is named and left out.

The child says after every file that it is through. What it was reading when it was lost is recorded as our
fault, and the chunk is read again without it. A child that read its chunk to the end reads the next one too: to
start one costs as much as reading fifty web pages.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from models import logs
from models.errors import ErrorKind, HechaError
from models.settings import settings
from models.views import ErrorView
from tasks.apart import Child, ChildLost
from tasks.chunks import SourceFile, printable, read_chunk

log = logging.getLogger("hecha")
_ending = threading.Event()
_THROUGH = "through"

FILES_EACH = 2_000
"""A child that has read so many files is replaced: native code does not give back all of its memory."""
IDLE_SECONDS = 60.0
"""A child for which there is no further chunk ends after so long."""

_Kind = tuple[Path, int]


@dataclass(slots=True)
class _Reader:
    """A child and what it has behind it. `kind`: its log file and its limit of memory."""

    child: Child
    kind: _Kind
    read: int = 0
    idle_since: float = 0.0


_idle: list[_Reader] = []
_busy: list[_Reader] = []
_taking = threading.Lock()


class Interrupted(HechaError):
    """The sweep is ending; the chunk was not read to its end."""


def read_apart(
    files: Sequence[SourceFile],
    folder: Path,
    store_url: str,
    log_file: Path,
    each: Callable[[int], None] = lambda done: None,
    longest: float | None = None,
) -> list[ErrorView]:
    """Do `tasks.chunks.read_chunk` in a child process; return the faults that were ours.

    `each` hears how many files of the chunk are through. Raises Interrupted after `end_readers`.
    """
    left = list(files)
    faults: list[ErrorView] = []
    while left:
        at, why, found = _read_once(
            left, folder, store_url, log_file, lambda n: each(len(faults) + n), longest
        )
        if _ending.is_set():
            raise Interrupted("核查已中断。")
        if why is None:
            return faults + found
        if at is None:  # lost after the last file: the chunk could not be written
            names = [printable(file.name) for file in left]
            log.error("the chunk of %s could not be kept: %s", names, why)
            return faults + [ErrorView(name, ErrorKind.INTERNAL.value, why) for name in names]
        culprit = left.pop(at)
        log.error("reading %s (sha256 %s): %s", printable(culprit.name), culprit.sha256, why)
        faults.append(ErrorView(printable(culprit.name), ErrorKind.INTERNAL.value, why))
    return faults


def _read_once(
    files: Sequence[SourceFile],
    folder: Path,
    store_url: str,
    log_file: Path,
    each: Callable[[int], None],
    longest: float | None,
) -> tuple[int | None, str | None, list[ErrorView]]:
    """Return (the position it was busy with, why it ended early or None, the faults that were ours)."""
    reader = _take((log_file, settings().reader_memory_mb))
    at: int | None = 0
    through = 0
    whole = False
    try:
        reader.child.say((files, folder, store_url, logs.current()))
        while True:
            said = reader.child.hear(longest or settings().reader_seconds)
            if isinstance(said, list):
                whole = True
                return at, None, said
            if said == _THROUGH:
                through += 1
                at = None if through == len(files) else at
                each(through)
            else:
                at = said
    except ChildLost as lost:
        return at, str(lost), []
    finally:
        reader.read += len(files)
        with _taking:
            _busy.remove(reader)
        if whole and reader.read < FILES_EACH and not _ending.is_set():
            _give_back(reader)
        else:
            reader.child.end()


def _take(kind: _Kind) -> _Reader:
    """Return a child that waits for work, or start one."""
    with _taking:
        waiting = [reader for reader in _idle if reader.kind == kind]
        for reader in waiting:
            _idle.remove(reader)
            # well before it ends by itself, so that it is not lost on the way
            if time.monotonic() - reader.idle_since < IDLE_SECONDS / 2:
                _busy.append(reader)
                return reader
            reader.child.end()
    log_file, memory_mb = kind
    started = _Reader(Child(_chunks, log_file=log_file, memory_mb=memory_mb), kind)
    with _taking:
        _busy.append(started)
        if _ending.is_set():
            started.child.stop()
    return started


def _give_back(reader: _Reader) -> None:
    with _taking:
        reader.idle_since = time.monotonic()
        _idle.append(reader)


def _chunks(parent: Connection) -> None:
    """Read one chunk after the other, until there is none for a while."""
    while parent.poll(IDLE_SECONDS):
        try:
            files, folder, store_url, about = parent.recv()
        except EOFError:
            return
        with logs.about(about):
            parent.send(read_chunk(files, folder, store_url, lambda: parent.send(_THROUGH), parent.send))


def dismiss_readers() -> None:
    """End the children that wait for work: there is none left."""
    with _taking:
        for reader in _idle:
            reader.child.end()
        _idle.clear()


def end_readers() -> None:
    """End all reading at once; what was not finished is read by the next sweep."""
    _ending.set()
    dismiss_readers()
    with _taking:
        for reader in _busy:
            reader.child.stop()


def allow_readers() -> None:
    """Let a new sweep of the same process read again after `end_readers`."""
    _ending.clear()
