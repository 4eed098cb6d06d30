"""A whole sweep of a mixed source, measured: ``python -m benchmarks.scale [REPORTS]``.

60 % web pages, 20 % docx, 15 % PDF of five pages, 5 % text, each of another agency and year. Cold, then again with nothing new, on
PostgreSQL where its server is installed, else SQLite; beside it the same functions in a plain loop with a process pool,
without Prefect. Figures: reports a second, peak memory of the largest process, and what orchestration costs as a ratio.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from benchmarks.accuracy.clean import cases
from benchmarks.accuracy.report import Report
from benchmarks.accuracy.writing import written
from models.document import Artifact
from samples.make import pdf

MIX = ("plain",) * 8 + ("cms",) * 4 + ("docx",) * 4 + ("pdf",) * 3 + ("tabs",)
"""Of twenty reports."""
BLOCK = 300
"""Cases drawn from one seed: a made-up province has no more agencies."""


def make(folder: Path, count: int) -> int:
    """Write at least `count` report files, and return how many."""
    made = 0
    block = 0
    while made < count:
        for one in cases(BLOCK, f"scale/{block}"):
            for report in one.reports():
                if made >= count:
                    break
                report.writer = MIX[made % len(MIX)]
                artifact = in_office_type(report) if report.writer == "pdf" else written(report)
                suffix = Path(artifact.name).suffix
                path = folder / f"{block:03d}" / f"{made:06d}{suffix}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(artifact.content)
                made += 1
        block += 1
    return made


def in_office_type(report: Report) -> Artifact:
    """Write a PDF in the type and spacing of official documents: about five pages."""
    content = pdf.document(report.parts(), official=True)
    return Artifact(f"{report.year}/{report.agency.name}.pdf", content, hashlib.sha256(content).hexdigest())


def sweep(source: Path, home: Path, database: str | None) -> float:
    """Run the installed command and return its seconds."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HECHA_", "PREFECT_"))}
    environment |= {"HECHA_HOME": str(home)} | ({"HECHA_DATABASE_URL": database} if database else {})
    begin = time.perf_counter()
    command = [str(Path(sys.executable).parent / "hecha"), "sweep", str(source)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return time.perf_counter() - begin


def plain(source: Path, home: Path, url: str) -> float:
    """Do the same with the same functions in a loop: a process pool reads, this process checks and records."""
    from expectations.catalogue import ruleset
    from expectations.profile import default
    from models.database import engine, upgrade
    from tasks import batches, chunks
    from tasks.persist import finish_run, record_errors, start_run

    begin = time.perf_counter()
    upgrade(url)
    database = engine(url)
    run_id = start_run(database, str(source), (), ruleset(default()))
    listed = chunks.listing(source, 100 << 20, home / "unpacked")
    folder = chunks.chunks_folder(home)
    planned = chunks.plan(listed.files, folder, 200, 2)
    store = (home.resolve() / "store").as_uri()
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        waiting = [pool.submit(chunks.read_chunk, chunk, folder, store) for chunk in planned]
        errors = [error for one in waiting for error in one.result()]
    gathered = batches.gather(listed.files, folder, None, default())
    record_errors(database, run_id, [*listed.errors, *gathered.errors, *errors])
    for batch in batches.plan(gathered, (), 2000):
        batches.check_batch(
            gathered, batch, database, run_id, ruleset(default()), default(), home, datetime.now(UTC)
        )
    finish_run(database, run_id, "completed", [])
    database.dispose()
    return time.perf_counter() - begin


@contextmanager
def databases() -> Iterator[tuple[str | None, str | None]]:
    """Give the URLs of two empty databases of a throw-away PostgreSQL; None and None where there is none."""
    from sqlalchemy import create_engine, text

    from tests.storage.postgres import postgres_server, server_binaries

    usable = server_binaries() is not None and (os.geteuid() != 0 or shutil.which("setpriv"))
    with postgres_server() if usable else nullcontext() as socket:
        if socket is None:
            yield None, None
            return
        server = create_engine(
            f"postgresql+psycopg://hecha@/postgres?host={socket}", isolation_level="AUTOCOMMIT"
        )
        with server.connect() as connection:
            for name in ("swept", "looped"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        server.dispose()
        yield (
            f"postgresql+psycopg://hecha@/swept?host={socket}",
            f"postgresql+psycopg://hecha@/looped?host={socket}",
        )


def main(count: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="hecha-scale-") as name, databases() as (swept, looped):
        folder = Path(name)
        count = make(folder / "in", count)
        home, other = folder / "home", folder / "loop"
        other.mkdir()
        cold = sweep(folder / "in", home, swept)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        again = sweep(folder / "in", home, swept)
        loop = plain(folder / "in", other, looped or f"sqlite:///{other / 'hecha.db'}")
        kind = "PostgreSQL" if swept else "SQLite"
        print(f"{count} reports, {kind}")
        print(f"{'cold sweep, pages included':<40}{cold:9.1f} s {count / cold:9.1f} reports/s")
        print(f"{'second sweep, nothing new':<40}{again:9.1f} s {count / again:9.1f} reports/s")
        print(f"{'plain loop, no Prefect, no pages':<40}{loop:9.1f} s {count / loop:9.1f} reports/s")
        print(f"{'sweep / loop':<40}{cold / loop:9.2f}")
        print(f"{'peak memory of one process':<40}{peak:9.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
