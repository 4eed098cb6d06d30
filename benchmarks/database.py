"""How the database answers what pages ask: kind of plan and milliseconds, with 200,000 reports stored."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, text

from benchmarks.questions import BIG, QUESTIONS, fill, plan, read_from_end_to_end
from models.database import engine, upgrade
from tests.storage.postgres import postgres_server, server_binaries

REPORTS = 200_000
ASKED = 7


def measure(name: str, url: str, reports: int) -> None:
    """Print how long filling takes, and for each question its plan and the median of several answers."""
    upgrade(url)
    database = engine(url)
    start = time.perf_counter()
    fill(database, reports)
    print(
        f"{name}: {reports:,} reports in {time.perf_counter() - start:.0f} s, {size(database) >> 20:,} MB\n"
    )
    print(f"| {name}: question | ms | rows | plan |\n|---|---:|---:|---|")
    for question in QUESTIONS:
        with database.connect() as connection:
            steps = plan(connection, question)
            asked = text(question.sql if name == "PostgreSQL" else question.sqlite or question.sql)
            took = []
            for _ in range(ASKED):
                start = time.perf_counter()
                rows = connection.execute(asked, question.given).all()
                took.append(1000 * (time.perf_counter() - start))
        whole = read_from_end_to_end(steps) & BIG
        warned = f" **reads all of {', '.join(sorted(whole))}**" if whole else ""
        print(f"| {question.asks} | {median(took):.1f} | {len(rows)} | {'; '.join(steps)}{warned} |")
    print()
    database.dispose()


def size(database: Engine) -> int:
    """Bytes of the database."""
    asked = {
        "postgresql": "SELECT pg_database_size(current_database())",
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    }[database.dialect.name]
    with database.connect() as connection:
        return int(connection.execute(text(asked)).scalar_one())


def main(reports: int) -> None:
    """Measure PostgreSQL, where its server binaries are on the machine, and SQLite."""
    if server_binaries() is None:
        print("PostgreSQL: no server binaries on this machine")
    else:
        with postgres_server() as socket:
            measure("PostgreSQL", f"postgresql+psycopg://hecha@/postgres?host={socket}", reports)
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{Path(folder) / 'hecha.db'}", reports)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPORTS)
