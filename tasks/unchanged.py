"""Whether a sweep would find what the last one found: then its results are taken over, and nothing is compared again.

What a sweep says depends on the files, on who must report, on the facts from outside, on rules, profile and code, on
what people corrected, and on the year it runs in (nobody owes a report for a year that is not over). All of these
are hashed; the hash of the last completed sweep is kept under ``HECHA_HOME/runs/last.json``.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, func, select

import tasks
from models.views import ErrorView
from tasks.chunks import SourceFile, printable, reading_version
from tasks.persist.retrying import asked
from tasks.persist.rows import CORRECTIONS, digest
from tasks.persist.runs import Repeatable, repeatable


def depends_on(
    files: Sequence[SourceFile],
    wrong: Iterable[ErrorView],
    years: Sequence[int],
    tables: Iterable[Path | None],
    ruleset_hash: str,
    started_at: datetime,
    database: Engine,
) -> str:
    """Return the hash of all that a sweep's result depends on.

    `wrong`: what of the source could not be taken in; `tables`: the roster and the facts from outside.
    """
    corrected = select(func.count(), func.max(CORRECTIONS.c.id), func.count(CORRECTIONS.c.undone_at))
    people = asked(database, lambda connection: tuple(connection.execute(corrected).one()))
    return digest(
        [
            sorted([printable(file.name), file.sha256] for file in files),
            sorted([error.file, error.kind, error.message] for error in wrong),
            sorted(set(years)),
            [None if table is None else hashlib.sha256(table.read_bytes()).hexdigest() for table in tables],
            [ruleset_hash, reading_version(), _code(), started_at.year, list(people), str(database.url)],
        ]
    )


@cache
def _code() -> str:
    """Hash the code that compares, evaluates and records."""
    folder = Path(str(tasks.__file__)).parent
    parts = sorted(
        part for name in ("compare", "validate", "persist") for part in (folder / name).rglob("*.py")
    )
    alone = [folder / name for name in ("batches.py", "roster.py", "score.py", "decide/corrected.py")]
    return hashlib.sha256(b"\x1f".join(part.read_bytes() for part in (*parts, *alone))).hexdigest()


def remember(home: Path, run_id: int, depends: str) -> None:
    """Note that the results of a completed sweep hold for as long as what they depend on is the same."""
    noted = home.resolve() / "runs" / "last.json"
    noted.parent.mkdir(parents=True, exist_ok=True)
    beside = noted.with_name(f"last-{os.getpid()}.part")
    beside.write_text(json.dumps({"run": run_id, "depends_on": depends}), encoding="utf-8")
    beside.replace(noted)


def last(home: Path, depends: str, database: Engine) -> Repeatable | None:
    """Return the last completed sweep where it depended on the same; None where anything is otherwise."""
    noted = home.resolve() / "runs" / "last.json"
    try:
        known = json.loads(noted.read_text(encoding="utf-8"))
        run_id, before = int(known["run"]), str(known["depends_on"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return repeatable(database, run_id) if before == depends else None
