"""Reads files in this process and says how long each took and how much memory all of them: ``python -m
benchmarks.measured LIST.json ANSWERS.pickle``. One process a format, so that its memory is its own."""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.document import Artifact
from models.views import ErrorView
from tasks.chunks import Rows, take_in
from tasks.collect import artifact
from tasks.read import prepare
from tasks.unpack import unpack

LARGEST = 100 << 20
_SLOW = 2.0


@dataclass(frozen=True)
class Measured:
    """What became of one file: an answer for each report in it, and the seconds that took."""

    path: str
    answers: list[Rows | ErrorView]
    seconds: float


@dataclass(frozen=True)
class Group:
    """The files of a format, the process's memory before and after (MB), and that of its children."""

    files: list[Measured]
    before_mb: float
    peak_mb: float
    children_mb: float


def measure(paths: list[str]) -> Group:
    """Read the files, the first one twice so that imports are warm."""
    before = highest(os.getpid())
    with children_watched() as children:
        opened = [(path, list(unpack(artifact(Path(path), Path(path).name), LARGEST))) for path in paths]
        members = [one for _, found in opened for one in found if isinstance(one, Artifact)]
        start = time.perf_counter()
        prepare(members)
        share = (time.perf_counter() - start) / max(1, len(members))
        files = [_read(path, found, share) for path, found in opened]
        if files and files[0].seconds < _SLOW:
            files[0] = _read(*opened[0], share)
    return Group(files, before, highest(os.getpid()), max(children, default=0.0))


def _read(path: str, found: list[Artifact | ErrorView], share: float) -> Measured:
    start = time.perf_counter()
    answers: list[Rows | ErrorView] = []
    for one in found:
        answers += [one] if isinstance(one, ErrorView) else take_in(one)
    return Measured(path, answers, time.perf_counter() - start + share * len(found))


def highest(process: int) -> float:
    """Return the most memory (MB) a process has had since its program was started, 0 when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith("VmHWM")), 0.0)


@contextmanager
def children_watched() -> Iterator[list[float]]:
    """Fill the list with the most memory (MB) that this process's descendants had together, ten times a second."""
    seen = [0.0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            seen.append(max(seen.pop(), sum(highest(child) for child in descendants(os.getpid()))))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def descendants(process: int) -> list[int]:
    """Return the processes below one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                said = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            parents.setdefault(int(said[1]), []).append(int(entry.name))
    found = [process]
    for one in found:
        found += parents.get(one, [])
    return found[1:]


if __name__ == "__main__":
    from benchmarks.measured import measure as measure_here  # pickled under the module, not under __main__

    measured = measure_here(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    Path(sys.argv[2]).write_bytes(pickle.dumps(measured))
