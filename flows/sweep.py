"""The compliance sweep: read in chunks, then evaluate and record in batches. Order, retries, concurrency only.

Deployments name it ``flows.sweep.compliance_sweep``. Chunks are submitted to the flow's task runner: threads
on one machine (each reads in a process of its own, see `flows.reading_process`), Dask's on many machines.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.utilities.annotations import quote
from sqlalchemy import Engine

from expectations.catalogue import ruleset
from expectations.profile import Profile, load
from flows.artifacts import number_shown, progress_shown
from flows.conclusion import conclude, follow
from flows.progress import tell
from flows.reading_process import allow_readers, dismiss_readers, end_readers, read_apart
from flows.runners import task_runner, tells_steps
from flows.secrets import resolve_secrets
from models import logs
from models.database import engine, upgrade
from models.errors import ConfigurationError, ErrorKind
from models.settings import Settings, settings
from models.views import ErrorView, MissingView
from tasks import batches, chunks, received, sources, unchanged
from tasks.chunks import SourceFile
from tasks.compare.outside import read_outside
from tasks.decide.corrections import standing
from tasks.persist import finish_run, record_errors, record_roster, start_run
from tasks.persist.arrivals import arrivals
from tasks.persist.runs import State, take_over
from tasks.roster import missing, read_roster

FETCHING, LISTING, READING, CHECKING = "获取文件", "清点文件", "读取报告", "核查评分"
UNCHANGED = "与上次核查相比没有变化，沿用其结果"
NO_SOURCE = "找不到要核查的文件夹“{}”，请检查路径。"
BATCH_LOST = (
    "系统在核查其中一批报告时发生内部错误，{count}份报告本次未予评判，与报送单位无关；详情已写入日志。"
)

_ONCE_MORE: dict[str, Any] = {
    "retries": 1,
    "retry_delay_seconds": 1,
    "cache_policy": NO_CACHE,  # what a task is given is not hashed: files and frames may be large
    "persist_result": False,
}

ALL = 1_000_000
"""More arrivals than an inbox ever holds."""

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished sweep: its id in the database, and how many files repeated the bytes of another."""

    id: int
    repeated: int


# Prefect is not analysed by the type checker, so its decorators are untyped to it.
@task(name="read-chunk", **_ONCE_MORE)  # type: ignore[untyped-decorator]
def read_chunk(
    files: Sequence[SourceFile], home: str, about: logs.About, each: Callable[[int], None] | None = None
) -> list[ErrorView]:
    """Read one chunk of files in a process of its own and keep its frames; return the faults that were ours.

    The store is that of the settings where the task runs: its address may hold a password, and stays out of Prefect.
    """
    resolve_secrets()
    log_file = Path(home) / "log" / "hecha.log"
    folder = chunks.chunks_folder(Path(home))
    with logs.json_lines(Path(home)), logs.about(about):  # a worker on another machine knows neither
        failed = read_apart(files, folder, settings().store, log_file, each or (lambda done: None))
        log.info("read %d files, %d failed", len(files), len(failed))
    return failed


@task(name="check-batch", **_ONCE_MORE)  # type: ignore[untyped-decorator]
def check_batch(batch: Callable[[], object]) -> None:
    """Evaluate, score and record one batch of reports."""
    batch()


@flow(  # type: ignore[untyped-decorator]
    name="compliance-sweep",
    task_runner=task_runner(settings()),
    validate_parameters=False,
)
def compliance_sweep(
    source: str = "",
    years: Sequence[int] = (),
    roster: str | None = None,
    profile: str | None = None,
    outside: str | None = None,
    publish: bool = False,
) -> Run:
    """Sweep a source of reports, and what came in by the inbox, and return the run as it stands in the database.

    `source` is a folder, an archive, an fsspec URL or a list of web addresses (`tasks.sources`); what is not given is
    taken from the settings, and without any source the inbox alone is looked at. `years` are the
    report years to evaluate (empty: all); reports of other years are read all the same, to compare with. `profile`
    names a profile (`expectations.profile.load`), `outside` a table of facts from outside. With `publish` the pages
    are written and people told, as a schedule wants it. Raises ConfigurationError for a roster, profile, table or
    source that cannot be used. A file, chunk or batch that fails is recorded as an error of the run and stops nothing.
    """
    allow_readers()
    resolve_secrets()
    chosen = settings()
    under = load(profile or chosen.profile)
    rules = ruleset(under)
    source = source or chosen.source or str(_made(chosen.inbox_folder))
    listed_in, told_in = roster or chosen.roster, outside or chosen.outside
    agencies = read_roster(Path(listed_in)) if listed_in else None
    seen = read_outside(Path(told_in)) if told_in else None
    if not sources.is_elsewhere(source) and not Path(source).exists():
        raise ConfigurationError(NO_SOURCE.format(chunks.printable(source)))
    upgrade(chosen.database)
    database = engine(chosen.database)
    started = datetime.now(UTC)
    run_id = start_run(database, chunks.printable(source), years, rules)
    state: State = "cancelled"  # by Ctrl-C, or by Prefect's own signal when it is told to end
    owed: list[MissingView] = []
    unpacked = Path(mkdtemp(prefix="unpacked-", dir=_made(chosen.home / "runs")))
    try:
        with logs.json_lines(chosen.home), logs.about(run=run_id), progress_shown():
            log.info("run %d begins", run_id)
            number_shown(run_id)
            if agencies is not None:
                record_roster(database, agencies)
            files, wrong, repeated = _listed(source, chosen, database, unpacked)
            log.info("listed %d files", len(files))
            tables = (_path(listed_in), _path(told_in))
            same = unchanged.depends_on(files, wrong, years, tables, rules.hash, started, database)
            before = unchanged.last(chosen.home, same, database)
            if before is not None:
                take_over(database, run_id, before)
                owed = list(before.missing)
                tell(UNCHANGED, 1, 1)
                log.info("nothing has changed since the last sweep")
            else:
                failed = _read(files, run_id)
                log.info("all is read")
                chunks.remember(chosen.home, files)
                folder = chunks.chunks_folder(chosen.home)
                gathered = batches.gather(files, folder, agencies, under, seen, standing(database))
                record_errors(database, run_id, [*wrong, *gathered.errors, *failed])
                log.info("compared %d reports", gathered.facts.reports.height)
                planned = batches.plan(gathered, years, chosen.batch_size)
                _check(gathered, planned, database, run_id, under, started)
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
        if state == "completed":
            unchanged.remember(chosen.home, run_id, same)
        log.info("run %d ends: %s", run_id, state)
        ended = {"completed", "failed"}  # whoever pressed Ctrl-C knows
        if state in ended:
            follow(database, run_id)
        if publish and state in ended:
            conclude(database, run_id, under, chosen)
        database.dispose()
    return Run(run_id, repeated)


def _check(
    gathered: batches.Gathered,
    planned: Sequence[list[batches.Place]],
    database: Engine,
    run_id: int,
    under: Profile,
    started: datetime,
) -> None:
    """Evaluate and record batch after batch; one that fails is an error of the run and stops nothing."""
    rules, home = ruleset(under), settings().home
    for number, batch in enumerate(planned):
        tell(CHECKING, number, len(planned))

        def work(batch: list[batches.Place] = batch) -> object:
            return batches.check_batch(gathered, batch, database, run_id, rules, under, home, started)

        try:
            with logs.about(chunk=f"batch {number + 1}"):
                check_batch(quote(work))
        except Exception:
            log.exception("batch %d of run %d", number + 1, run_id)
            count = sum(len(place.submissions) for place in batch)
            lost = ErrorView(f"第{number + 1}批", ErrorKind.INTERNAL.value, BATCH_LOST.format(count=count))
            record_errors(database, run_id, [lost])
    tell(CHECKING, len(planned), len(planned))


def _path(named: str | Path | None) -> Path | None:
    return Path(named) if named else None


def _listed(
    source: str, chosen: Settings, database: Engine, unpacked: Path
) -> tuple[list[SourceFile], list[ErrorView], int]:
    """Return the files of the source and of the inbox, each sha256 once, what cannot be had, and how many repeat."""
    limit = chosen.max_file_mb * 1024 * 1024
    brought = sources.brought(source, chosen, lambda done, count: tell(FETCHING, done, count))
    listed = chunks.listing(brought.folder, limit, unpacked)
    files = {file.sha256: file for file in listed.files}
    errors = [*brought.errors, *listed.errors]
    came_in = arrivals(database, ("recorded", "running", "done", "failed"), limit=ALL)
    small = [one for one in came_in if one.size <= limit]
    for one in received.files(small, chosen.home, chosen.store, limit).values():
        files = {file.sha256: file for file in one.files} | files
        errors += one.errors
    tell(LISTING, len(files), len(files))
    return list(files.values()), errors, listed.repeated


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _read(files: Sequence[SourceFile], run_id: int) -> list[ErrorView]:
    """Read on the task runner what was not read before; return the faults that were ours."""
    chosen = settings()
    folder = chunks.chunks_folder(chosen.home)
    chunks.remove_unfinished(folder)
    planned = chunks.plan(files, folder, chosen.chunk_size, chosen.workers)
    if planned:  # there will be something to evaluate, and Great Expectations takes seconds to import
        threading.Thread(target=import_module, args=("tasks.validate",), daemon=True).start()
    through = [len(files) - sum(map(len, planned)), *(0 for _ in planned)]
    tell(READING, sum(through), len(files))

    def reporting(number: int) -> Callable[[int], None]:
        def report(done: int) -> None:
            through[number] = done
            tell(READING, sum(through), len(files))

        return report

    home = str(chosen.home.resolve())
    waiting = {
        read_chunk.submit(
            chunk,
            home,
            {"run": run_id, "chunk": number},
            quote(reporting(number)) if tells_steps(chosen) else None,
        ): (number, chunk)
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
    dismiss_readers()
    return failed
