"""Milliseconds a report for writing evaluated reports and for reading a sweep back."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.validation import BATCH, generated, seed_reports
from expectations.catalogue import ruleset
from models.database import engine, upgrade
from models.facts import Facts
from models.results import Evaluation
from tasks.compare import compare_all
from tasks.extract import frames
from tasks.persist import record, start_run, sweep_view
from tasks.validate import evaluate
from tests.storage.postgres import postgres_server, server_binaries


def measure(name: str, url: str, facts: Facts, evaluations: dict[str, Evaluation]) -> None:
    """Print milliseconds a report for a first record, a second one that adds nothing, and reading back."""
    upgrade(url)
    database = engine(url)
    count = len(evaluations)
    for what in ("record, new", "record, again"):
        run = start_run(database, "benchmark", (2023,), ruleset(), title="benchmark")
        start = time.perf_counter()
        record(database, run, facts, evaluations, ruleset(), datetime.now(UTC))
        print(f"{name:11} {what:14} {1000 * (time.perf_counter() - start) / count:.2f} ms a report")
    start = time.perf_counter()
    view = sweep_view(database, run)
    print(
        f"{name:11} {'read back':14} {1000 * (time.perf_counter() - start) / len(view.reports):.2f} ms a report"
    )
    database.dispose()


def main(count: int) -> None:
    """Measure SQLite, and PostgreSQL where its server binaries are on the machine."""
    facts = compare_all(frames(generated(seed_reports("samples/reports"), count)))
    evaluations = evaluate(facts)
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{Path(folder) / 'hecha.db'}", facts, evaluations)
    if server_binaries() is None:
        print("PostgreSQL: no server binaries on this machine")
        return
    with postgres_server() as socket:
        measure("PostgreSQL", f"postgresql+psycopg://hecha@/postgres?host={socket}", facts, evaluations)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else BATCH)
