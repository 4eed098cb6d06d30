"""How far a running sweep is, told to whoever listens in the same process."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

Report = Callable[[str, int, int], None]
"""report(stage, done, total)"""


def _nobody(stage: str, done: int, total: int) -> None:
    pass


_listener: Report = _nobody


@contextlib.contextmanager
def listening(report: Report) -> Iterator[None]:
    """Let `report` hear of every step made inside the block. A plain global: the steps come from threads."""
    global _listener
    _listener, before = report, _listener
    try:
        yield
    finally:
        _listener = before


@contextlib.contextmanager
def also_listening(report: Report) -> Iterator[None]:
    """Let `report` hear of every step made inside the block, after whoever listens already."""
    before = _listener

    def both(stage: str, done: int, total: int) -> None:
        before(stage, done, total)
        report(stage, done, total)

    with listening(both):
        yield


def tell(stage: str, done: int, total: int) -> None:
    """Say that `done` of `total` steps of a stage are made."""
    _listener(stage, done, total)
