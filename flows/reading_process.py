"""Reads a chunk in a child process: the file at which it dies or stands still is named and left out.

The child says after every file that it is through. What it was reading when it was lost is recorded as our
fault, and the chunk is read again without it.
"""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from models.errors import ErrorKind, HechaError
from models.settings import settings
from models.views import ErrorView
from tasks.apart import Child, ChildLost
from tasks.chunks import SourceFile, printable, read_chunk

log = logging.getLogger("hecha")
_ending = threading.Event()
_THROUGH = "through"


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
    chosen = settings()
    child = Child(_chunk, files, folder, store_url, log_file=log_file, memory_mb=chosen.reader_memory_mb)
    at: int | None = 0
    through = 0
    try:
        while True:
            said = child.hear(longest or chosen.reader_seconds)
            if isinstance(said, list):
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
        child.end()


def _chunk(say: Connection, files: Sequence[SourceFile], folder: Path, store_url: str) -> None:
    say.send(read_chunk(files, folder, store_url, lambda: say.send(_THROUGH), say.send))


def end_readers() -> None:
    """End all reading at once; what was not finished is read by the next sweep."""
    _ending.set()
    for child in multiprocessing.active_children():
        child.terminate()


def allow_readers() -> None:
    """Let a new sweep of the same process read again after `end_readers`."""
    _ending.clear()
