"""Reads a chunk in a process of its own, so that a file that kills or hangs its reader costs only itself.

Readers call native code (PDFium may crash, and may not be called from two threads at once). The child says
after every file that it is through; the file at which it dies or stands still is named, left out and
recorded as our fault, and the chunk is read again without it. Starting a child costs 0.5 s a chunk.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from models.errors import ErrorKind, HechaError
from models.views import ErrorView
from tasks.chunks import SourceFile, printable, read_chunk

DIED_MESSAGE = "读取该文件的进程意外终止，未能核查，与报送单位无关；请将该文件交系统维护人员检查。"
HUNG_MESSAGE = "读取该文件超过{seconds:.0f}秒，已放弃，未能核查；请将该文件交系统维护人员检查。"
LONGEST_SECONDS = 300.0
"""A file of a hundred pages takes 10 s; what takes this long hangs."""
_START_SECONDS = 120.0

log = logging.getLogger("hecha")
_ending = threading.Event()


class Interrupted(HechaError):
    """The sweep is ending; the chunk was not read to its end."""


def read_apart(
    files: Sequence[SourceFile],
    folder: Path,
    store_url: str,
    log_file: Path,
    each: Callable[[int], None] = lambda done: None,
    longest: float = LONGEST_SECONDS,
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
        if at >= len(left):  # died after the last file: the chunk could not be written
            names = [printable(file.name) for file in left]
            log.error("the chunk of %s could not be kept: %s", names, why)
            return faults + [ErrorView(name, ErrorKind.INTERNAL.value, DIED_MESSAGE) for name in names]
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
    longest: float,
) -> tuple[int, str | None, list[ErrorView]]:
    """Return (files that were through, why it ended early or None, the faults that were ours)."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_child, args=(files, folder, store_url, log_file, theirs), daemon=True)
    child.start()
    theirs.close()
    through, patience = 0, _START_SECONDS
    try:
        while True:
            if not ours.poll(patience):
                return through, HUNG_MESSAGE.format(seconds=patience), []
            said = ours.recv()
            if isinstance(said, list):
                return through, None, said
            through, patience = said, longest
            each(through)
    except (EOFError, OSError):
        return through, DIED_MESSAGE, []
    finally:
        ours.close()
        child.kill() if child.is_alive() and through < len(files) else None
        child.join(5)
        if child.is_alive():
            child.kill()
            child.join()


def end_readers() -> None:
    """End all reading at once; what was not finished is read by the next sweep."""
    _ending.set()
    for child in multiprocessing.active_children():
        child.terminate()


def allow_readers() -> None:
    """Let a new sweep of the same process read again after `end_readers`."""
    _ending.clear()


def _child(
    files: Sequence[SourceFile], folder: Path, store_url: str, log_file: Path, say: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is our parent's business
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what native code prints must not reach the terminal
    os.dup2(nowhere, 2)
    log_file.parent.mkdir(parents=True, exist_ok=True)
    line = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler = logging.FileHandler(log_file, encoding="utf-8", delay=True)
    logging.basicConfig(handlers=[handler], level=logging.ERROR, format=line)
    say.send(0)
    through = 0

    def each() -> None:
        nonlocal through
        through += 1
        say.send(through)

    say.send(read_chunk(files, folder, store_url, each))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
