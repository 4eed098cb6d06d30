"""A whole sweep of a mixed source, measured: ``python -m benchmarks.scale [REPORTS] [--workers N] [--source DIR]``.

60 % web pages, 20 % docx, 15 % PDF of five pages, 5 % text, each of another agency and year. Cold, then again with nothing new, on
PostgreSQL where its server is installed, else SQLite; beside it the same functions in a plain loop with a process pool,
without Prefect. Figures: reports a second, peak memory of the largest process, and what orchestration costs as a ratio.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import psutil

from benchmarks.accuracy.clean import cases
from benchmarks.accuracy.report import Report
from benchmarks.accuracy.writing import written
from models.document import Artifact
from samples.make import pdf

MIX = ("plain",) * 8 + ("cms",) * 4 + ("docx",) * 4 + ("pdf",) * 3 + ("tabs",)
"""Of twenty reports."""
BLOCK = 300
"""Cases drawn from one seed: a made-up province has no more agencies."""


@dataclass(frozen=True)
class Swept:
    """A sweep as a whole command: its seconds, the seconds of each stage, and the most that was held in memory in each.

    `memory`: stage → bytes that each kind of process held when all together held most.
    """

    seconds: float
    stages: dict[str, float]
    memory: dict[str, Counter[str]]

    @property
    def run(self) -> float:
        """The seconds of the run itself, as a deployment on a running server has them."""
        return self.seconds - self.stages["start of server and flow"]


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


def sweep(source: Path, home: Path, database: str | None, workers: int) -> Swept:
    """Run the installed command, watch what it and its children hold in memory, read from its log where time went."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HECHA_", "PREFECT_"))}
    environment |= {"HECHA_HOME": str(home), "HECHA_WORKERS": str(workers)}
    environment |= {"HECHA_DATABASE_URL": database} if database else {}
    begin, on_the_clock = time.perf_counter(), datetime.now(UTC)
    command = [str(Path(sys.executable).parent / "hecha"), "sweep", str(source)]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    memory: list[tuple[datetime, Counter[str]]] = []
    while True:
        try:
            running.wait(1.0)
            break
        except subprocess.TimeoutExpired:
            memory.append((datetime.now(UTC), held(running.pid)))
    if running.returncode != 0:
        raise RuntimeError(running.stderr.read().decode() if running.stderr else "")
    seconds, ends = stages(home, on_the_clock)
    most: dict[str, Counter[str]] = {}
    for at, bytes_held in memory:
        stage = next((name for name, end in ends.items() if at <= end), "end of the command")
        most[stage] = max(most.get(stage, Counter()), bytes_held, key=Counter.total)
    return Swept(time.perf_counter() - begin, seconds, most)


def held(pid: int) -> Counter[str]:
    """Bytes that a process and its children hold, by kind of process; what they share is counted once."""
    found: Counter[str] = Counter()
    with contextlib.suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        for process in [first, *first.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                found[_kind(process, pid)] += process.memory_full_info().pss
    return found


def _kind(process: psutil.Process, sweep_: int) -> str:
    if process.pid == sweep_:
        return "sweep"
    words = " ".join(process.cmdline())
    return "Prefect's server" if "prefect" in words else "readers" if "multiprocessing" in words else "others"


STAGES = {"begins": "start of server and flow", "listed": "list and hash files", "all is": "read and extract"} | {
    "compared": "link years, find copies", "recorded": "evaluate, score, store", "ends": "close the run"
}  # fmt: skip
"""The word in the log that a stage ends with, and its name."""


def stages(home: Path, begin: datetime) -> tuple[dict[str, float], dict[str, datetime]]:
    """Return the seconds of each stage of the last run, and when each ended, from its log."""
    lines = (home / "log" / "hecha.jsonl").read_text(encoding="utf-8").splitlines()
    found: dict[str, float] = {}
    ends: dict[str, datetime] = {}
    before = begin
    for line in map(json.loads, lines):
        at = datetime.fromisoformat(line["time"])
        stage = next((name for word, name in STAGES.items() if word in line["message"]), None)
        if at >= begin and stage is not None:
            found[stage] = found.get(stage, 0.0) + (at - before).total_seconds()
            before = ends[stage] = at
    return found, ends


def plain(source: Path, home: Path, url: str, workers: int) -> float:
    """Do the same with the same functions in a loop: a process pool reads, this process checks and records."""
    from expectations.catalogue import ruleset
    from expectations.profile import default
    from models.database import engine, upgrade
    from models.settings import settings
    from tasks import batches, chunks
    from tasks.persist import finish_run, record_errors, start_run

    begin = time.perf_counter()
    upgrade(url)
    database = engine(url)
    run_id = start_run(database, str(source), (), ruleset(default()))
    listed = chunks.listing(source, 100 << 20, home / "unpacked")
    folder = chunks.chunks_folder(home)
    planned = chunks.plan(listed.files, folder, 200, workers)
    store = (home.resolve() / "store").as_uri()
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        waiting = [pool.submit(chunks.read_chunk, chunk, folder, store) for chunk in planned]
        errors = [error for one in waiting for error in one.result()]
    gathered = batches.gather(listed.files, folder, None, default())
    record_errors(database, run_id, [*listed.errors, *gathered.errors, *errors])
    for batch in batches.plan(gathered, (), settings().batch_size):
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


def main(count: int, workers: int, source: Path | None) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="hecha-scale-") as made, databases() as (swept, looped):
        folder = Path(made)
        if source is None:
            source = folder / "in"
            make(source, count)
        count = sum(1 for path in source.rglob("*") if path.is_file())
        home, other = folder / "home", folder / "loop"
        other.mkdir()
        cold = sweep(source, home, swept, workers)
        again = sweep(source, home, swept, workers)
        loop = plain(source, other, looped or f"sqlite:///{other / 'hecha.db'}", workers)
        kind = "PostgreSQL" if swept else "SQLite"
        print(f"{count} reports, {workers} reading processes, {kind}")
        for what, seconds in (
            ("cold sweep, the whole command", cold.seconds),
            ("  without the start of server and flow", cold.run),
            ("second sweep, nothing new, whole command", again.seconds),
            ("  without the start of server and flow", again.run),
            ("the same functions in a plain loop", loop),
        ):
            print(f"{what:<44}{seconds:9.1f} s {count / seconds:9.1f} reports/s")
        print(f"{'sweep / loop':<44}{cold.seconds / loop:9.2f}")
        print(f"{'sweep without its start / loop':<44}{cold.run / loop:9.2f}")
        for name, one in (("cold", cold), ("again", again)):
            for stage, held_then in one.memory.items():
                told = ", ".join(f"{who} {size / 2**20:.0f}" for who, size in held_then.most_common())
                print(f"most memory, {name}, {stage:<30}{held_then.total() / 2**20:9.0f} MB ({told})")
        for stage, seconds in cold.stages.items():
            print(f"  {stage:<42}{seconds:9.1f} s {1000 * seconds / count:9.2f} ms a report")


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("reports", type=int, nargs="?", default=1000)
    given.add_argument("--workers", type=int, default=2, help="processes that read")
    given.add_argument("--source", type=Path, help="a folder of reports, instead of making some")
    asked = given.parse_args()
    main(asked.reports, asked.workers, asked.source)
