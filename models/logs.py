"""Structured log lines: one JSON object a line in ``HECHA_HOME/log/hecha.jsonl``, beside the plain ``hecha.log``.

    with logs.json_lines(home), logs.about(run=7):
        log.info("read %d files", 12)

writes ``{"time": "2024-01-31T02:00:00.123Z", "level": "INFO", "logger": "hecha", "message": "read 12 files",
"run": 7}``. What `about` names travels with threads that copy their context (Prefect's do); a child process is
told by hand: `current` in the parent, ``about(given)`` in the child.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

FIELDS: Final = ("run", "chunk", "report", "submission", "file")
"""What a line may be about: run and report ids, a chunk's number, a submission's sha256, a file's name."""

About = dict[str, int | str]

_about: ContextVar[About | None] = ContextVar("hecha_about", default=None)
_ours = logging.getLogger("hecha")


@contextlib.contextmanager
def about(
    given: Mapping[str, int | str] | None = None,
    *,
    run: int | None = None,
    chunk: int | str | None = None,
    report: int | None = None,
    submission: str | None = None,
    file: str | None = None,
) -> Iterator[None]:
    """Put these ids on every line that is logged inside the block; what is None stays as it was.

    `given` is what `current` returned in another process.
    """
    ids = {"run": run, "chunk": chunk, "report": report, "submission": submission, "file": file}
    named: About = {name: value for name, value in ids.items() if value is not None}
    token = _about.set({**current(), **(given or {}), **named})
    try:
        yield
    finally:
        _about.reset(token)


def current() -> About:
    """Return what lines are about at the moment, to hand it to a child process."""
    return dict(_about.get() or {})


class JsonLines(logging.Handler):
    """Appends each record to a file as one JSON object a line.

    Several processes write the same file: each line is one write to a file opened for appending, and the file
    is opened anew for each, so that it may be moved away at any time (logrotate needs no signal).
    """

    def __init__(self, file: Path) -> None:
        super().__init__(logging.INFO)
        self.file = file

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; where the log cannot be written the work goes on without it."""
        with contextlib.suppress(OSError):
            line = as_line(record).encode("utf-8", "backslashreplace")
            self.file.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                os.write(opened, line)
            finally:
                os.close(opened)


def as_line(record: logging.LogRecord) -> str:
    """Return a record as JSON with a line break; an exception's traceback stands under ``exception``."""
    try:
        message = record.getMessage()
    except Exception:  # a wrong format string must not cost the line, nor the work that logs
        message = f"{record.msg} {record.args}"
    written: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "level": record.levelname,
        "logger": record.name,
        "message": message,
        **current(),
        **{name: value for name in FIELDS if (value := getattr(record, name, None)) is not None},
    }
    if record.exc_info and record.exc_info[0] is not None:
        written["exception"] = logging.Formatter().formatException(record.exc_info)
    return json.dumps(written, ensure_ascii=False, default=str) + "\n"


def log_file(home: Path) -> Path:
    """Where the structured log of a home stands."""
    return home.resolve() / "log" / "hecha.jsonl"


@contextlib.contextmanager
def json_lines(home: Path) -> Iterator[None]:
    """Write what is logged under ``hecha`` (from INFO on) to the structured log; blocks may be nested."""
    file = log_file(home)
    if any(isinstance(handler, JsonLines) and handler.file == file for handler in _ours.handlers):
        yield
        return
    handler, level = JsonLines(file), _ours.level
    _ours.addHandler(handler)
    _ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        _ours.removeHandler(handler)
        _ours.setLevel(level)
