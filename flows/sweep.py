"""The compliance sweep: read in chunks, then evaluate and record in batches. Order, retries, concurrency only.

Deployments name it ``flows.sweep.compliance_sweep``. Chunks are submitted to the flow's task runner: threads
on one machine (each reads in a process of its own, see `flows.reading_process`), Dask's on many machines.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from expectations.catalogue import ruleset
from expectations.profile import load
from flows.progress import tell
from flows.reading_process import allow_readers, end_readers, read_apart
from models.database import engine, upgrade
from models.errors import ConfigurationError, ErrorKind
from models.settings import settings
from models.views import ErrorView, MissingView
from tasks import batches, chunks
from tasks.chunks import SourceFile
from tasks.compare.outside import read_outside
from tasks.persist import finish_run, record_errors, record_roster, start_run
from tasks.persist.runs import State
from tasks.roster import missing, read_roster

LISTING, READING, CHECKING = "清点文件", "读取报告", "核查评分"
BATCH_LOST = (
    "系统在核查其中一批报告时发生内部错误，{count}份报告本次未予评判，与报送单位无关；详情已写入日志。"
)

_ONCE_MORE: dict[str, Any] = {
    "retries": 1,
    "retry_delay_seconds": 1,
    "cache_policy": NO_CACHE,  # what a task is given is not hashed: files and frames may be large
    "persist_result": False,
}

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished sweep: its id in the database, and how many files repeated the bytes of another."""

    id: int
    repeated: int


# Prefect is not analysed by the type checker, so its decorators are untyped to it.
@task(name="read-chunk", **_ONCE_MORE)  # type: ignore[untyped-decorator]
def read_chunk(
    files: Sequence[SourceFile], home: str, store: str, each: Callable[[int], None]
) -> list[ErrorView]:
    """Read one chunk of files in a process of its own and keep its frames; return the faults that were ours."""
    log_file = Path(home) / "log" / "hecha.log"
    return read_apart(files, chunks.chunks_folder(Path(home)), store, log_file, each)


@task(name="check-batch", **_ONCE_MORE)  # type: ignore[untyped-decorator]
def check_batch(batch: Callable[[], object]) -> None:
    """Evaluate, score and record one batch of reports."""
    batch()


@flow(  # type: ignore[untyped-decorator]
    name="compliance-sweep",
    task_runner=ThreadPoolTaskRunner(max_workers=settings().workers),
    validate_parameters=False,
)
def compliance_sweep(
    source: str,
    years: Sequence[int] = (),
    roster: str | None = None,
    profile: str | None = None,
    outside: str | None = None,
) -> Run:
    """Sweep a folder of reports and return the run as it stands in the database.

    `years` are the report years to evaluate (empty: all); reports of other years are read all the same, to
    compare with. `profile` names a profile (`expectations.profile.load`), `outside` a table of facts from outside.
    Raises ConfigurationError for a roster, profile, table or folder that cannot be used. A file, chunk or batch
    that fails is recorded as an error of the run and stops nothing.
    """
    allow_readers()
    chosen = settings()
    under = load(profile or chosen.profile)
    rules = ruleset(under)
    agencies = read_roster(Path(roster)) if roster else None
    seen = read_outside(Path(outside)) if outside else None
    folder = Path(source)
    if not folder.exists():
        raise ConfigurationError(f"找不到要核查的文件夹“{chunks.printable(source)}”，请检查路径。")
    upgrade(chosen.database)
    database = engine(chosen.database)
    started = datetime.now(UTC)
    run_id = start_run(database, chunks.printable(source), years, rules)
    state: State = "cancelled"  # by Ctrl-C, or by Prefect's own signal when it is told to end
    owed: list[MissingView] = []
    unpacked = Path(mkdtemp(prefix="unpacked-", dir=_made(chosen.home / "runs")))
    try:
        if agencies is not None:
            record_roster(database, agencies)
        listed = chunks.listing(folder, chosen.max_file_mb * 1024 * 1024, unpacked)
        tell(LISTING, len(listed.files), len(listed.files))
        failed = _read(listed.files)
        gathered = batches.gather(listed.files, chunks.chunks_folder(chosen.home), agencies, under, seen)
        record_errors(database, run_id, [*listed.errors, *gathered.errors, *failed])
        planned = batches.plan(gathered, years, chosen.batch_size)
        for number, batch in enumerate(planned):
            tell(CHECKING, number, len(planned))

            def work(batch: list[batches.Place] = batch) -> object:
                return batches.check_batch(
                    gathered, batch, database, run_id, rules, under, chosen.home, started
                )

            try:
                check_batch(quote(work))
            except Exception:
                log.exception("batch %d of run %d", number + 1, run_id)
                count = sum(len(place.submissions) for place in batch)
                lost = ErrorView(
                    f"第{number + 1}批", ErrorKind.INTERNAL.value, BATCH_LOST.format(count=count)
                )
                record_errors(database, run_id, [lost])
        tell(CHECKING, len(planned), len(planned))
        if agencies is not None:
            reports = gathered.facts.reports
            owed = missing(reports, agencies, batches.owed_years(reports, years, started))
        state = "completed"
    except Exception:
        state = "failed"
        raise
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
        finish_run(database, run_id, state, owed)
        database.dispose()
    return Run(run_id, listed.repeated)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _read(files: Sequence[SourceFile]) -> list[ErrorView]:
    """Read on the task runner what was not read before; return the faults that were ours."""
    chosen = settings()
    folder = chunks.chunks_folder(chosen.home)
    chunks.remove_unfinished(folder)
    planned = chunks.plan(files, folder, chosen.chunk_size, chosen.workers)
    through = [len(files) - sum(map(len, planned)), *(0 for _ in planned)]
    tell(READING, sum(through), len(files))

    def reporting(number: int) -> Callable[[int], None]:
        def report(done: int) -> None:
            through[number] = done
            tell(READING, sum(through), len(files))

        return report

    home = str(chosen.home.resolve())
    waiting = {
        read_chunk.submit(chunk, home, chosen.store, quote(reporting(number))): (number, chunk)
        for number, chunk in enumerate(planned, start=1)
    }
    failed: list[ErrorView] = []
    try:
        for future in as_completed(list(waiting)):
            number, chunk = waiting[future]
            try:
                failed += future.result()
            except Exception:
                log.exception("a chunk of %d files was lost", len(chunk))
                failed += [
                    ErrorView(chunks.printable(file.name), ErrorKind.INTERNAL.value, chunks.INTERNAL_MESSAGE)
                    for file in chunk
                ]
            through[number] = len(chunk)
            tell(READING, sum(through), len(files))
    except BaseException:
        end_readers()
        raise
    return failed
