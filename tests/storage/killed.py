"""A sweep of made-up reports in several batches, as a process of its own that others kill; and what it left."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Engine, select

from models.database import engine
from models.facts import concat
from models.tables import Stored
from models.views import ErrorView, MissingView
from tasks.persist import finish_run, record, record_errors, start_run
from tests.storage.made import FRACTION, HEADING, RULES, TOTALS, evaluation, sha, submission

AT = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
BATCHES, REPORTS = 6, 40

_NOT_COMPARED = {"id", "received_at", "evaluated_at", "started_at", "finished_at", "path"}
"""Instants and numbers of rows, and of runs below."""
_NAMED_BY = {
    "agencies": ["name"],
    "reports": ["agency_id", "year"],
    "submissions": ["report_id", "sha256"],
    "evaluations": ["submission_id", "ruleset_hash", "context"],
}
_TABLES = {table.name: table for table in Stored.metadata.sorted_tables}


def sweep(database: Engine, order: Sequence[int] = range(BATCHES)) -> int:
    """Record every batch; each holds one version of every report, the versions signed in no order."""
    run = start_run(database, "报告", (2023,), RULES)
    for batch in order:
        names = [f"机关{n}第{batch}份.txt" for n in range(REPORTS)]
        facts = [
            submission(name, f"映溪区第{n}局", signed_on=date(2024, 1, 1 + (batch * 5 + n) % BATCHES))
            for n, name in enumerate(names)
        ]
        found = [(TOTALS, HEADING), (HEADING, FRACTION), (FRACTION,)][batch % 3]
        record(database, run, concat(facts), {sha(n): evaluation(n, found) for n in names}, RULES, AT)
        record_errors(database, run, [ErrorView(f"空{batch}.txt", "unreadable", "文件为空。")])
    finish_run(database, run, "completed", [MissingView("映溪区司法局", 2023)])
    return run


def left(database: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but `runs`, sorted, with what they refer to named in place of its number."""
    named: dict[str, dict[int, tuple[Any, ...]]] = {}
    found: dict[str, list[tuple[Any, ...]]] = {}
    with database.connect() as connection:
        for name, table in _TABLES.items():
            if name == "runs":
                continue
            named[name], found[name] = {}, []
            for row in connection.execute(select(table)).mappings():
                told = {
                    column.name: _told(column, row[column.name], named)
                    for column in table.c
                    if column.name not in _NOT_COMPARED and "runs.id" not in _refers_to(column)
                }
                named[name][row.get("id", 0)] = tuple(told[column] for column in _NAMED_BY.get(name, []))
                found[name].append(tuple(told.values()))
            found[name].sort(key=repr)
    return found


def _refers_to(column: Column[Any]) -> set[str]:
    return {key.target_fullname for key in column.foreign_keys}


def _told(column: Column[Any], value: Any, named: dict[str, dict[int, tuple[Any, ...]]]) -> Any:
    if value is None or not column.foreign_keys:
        return value
    (target,) = column.foreign_keys
    return named[target.column.table.name][value]


if __name__ == "__main__":
    opened = engine(sys.argv[1])
    backwards = sys.argv[2:] == ["backwards"]
    sys.stdout.write("started\n")
    sys.stdout.flush()
    sweep(opened, range(BATCHES - 1, -1, -1) if backwards else range(BATCHES))
    opened.dispose()
