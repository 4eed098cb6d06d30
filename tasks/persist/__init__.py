"""Keeping what was received and what was found, and reading a run back. Running a sweep again adds nothing.

store → submissions → evaluations → changes; `runs` opens, fills and closes a run, `sweep` reads it back.
"""

from __future__ import annotations

from tasks.persist.runs import (
    Recorded,
    finish_run,
    known,
    record,
    record_errors,
    record_roster,
    start_run,
)
from tasks.persist.store import DamagedOriginal, keep_original, read_original
from tasks.persist.sweep import sweep_view

__all__ = [
    "DamagedOriginal",
    "Recorded",
    "finish_run",
    "keep_original",
    "known",
    "read_original",
    "record",
    "record_errors",
    "record_roster",
    "start_run",
    "sweep_view",
]
