"""The rerun: what came in by the inbox is read, judged with what depends on it, recorded in its order, and told.

An automation starts it on the event of an arrival (deploy/prefect.yaml); it works on whatever waits, in order, so
that a backlog needs nothing else. Deployments name it ``flows.rerun.rerun``.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from prefect import flow
from sqlalchemy import Engine

from expectations.catalogue import RuleSet, ruleset
from expectations.profile import Profile, load
from flows.conclusion import conclude, follow
from flows.reading_process import allow_readers, dismiss_readers, read_apart
from flows.secrets import resolve_secrets
from models.database import engine, upgrade
from models.errors import ErrorKind
from models.logs import about, json_lines
from models.settings import Settings, settings
from models.views import ErrorView
from tasks import batches, chunks, received, reruns
from tasks.chunks import Listing, SourceFile
from tasks.decide.corrections import standing
from tasks.persist import finish_run, record_errors, start_run
from tasks.persist.arrivals import LOST_AFTER, Arrival, mark, next_arrivals, still_running, take_back
from tasks.persist.runs import RERUN, State
from tasks.roster import Roster, read_roster

AT_ONCE = 50
"""Arrivals worked on in one run; what waits beyond follows in the next."""
ALIVE_SECONDS = 20.0
"""How often a rerun says that it is at work."""
NOTHING_READ = "该文件中没有读到年度报告，未予评判；请核对文件后重新提交。"
NOT_JUDGED = "系统在核查该文件时发生内部错误，与报送单位无关；故障排除后再次运行核查即可。"

log = logging.getLogger("hecha")


@flow(name="rerun", validate_parameters=False)  # type: ignore[untyped-decorator]
def rerun(roster: str | None = None, profile: str | None = None) -> list[int]:
    """Work through the inbox and return the ids of the runs that were made; none where nothing waits.

    `roster` and `profile` as in `flows.sweep.compliance_sweep`. A file in which no report can be read is marked failed
    with the reason and stops nothing. When our own code fails, the arrivals wait for the next rerun.
    """
    # somebody waits: Great Expectations is imported while the file is read
    threading.Thread(target=import_module, args=("tasks.validate",), daemon=True).start()
    allow_readers()
    resolve_secrets()
    chosen = settings()
    under = load(profile or chosen.profile)
    listed_in = roster or chosen.roster
    agencies = read_roster(Path(listed_in)) if listed_in else None
    upgrade(chosen.database)
    database = engine(chosen.database)
    made: list[int] = []
    try:
        with json_lines(chosen.home):
            take_back(database, datetime.now(UTC) - LOST_AFTER)
            while taken := next_arrivals(database, AT_ONCE):
                made.append(_run(taken, database, chosen, under, agencies))
    finally:
        database.dispose()
    return made


def _run(
    taken: Sequence[Arrival], database: Engine, chosen: Settings, under: Profile, agencies: Roster | None
) -> int:
    rules = ruleset(under)
    run_id = start_run(database, "、".join(dict.fromkeys(a.file for a in taken)), (), rules, RERUN)
    state: State = "failed"
    try:
        with about(run=run_id), _alive(taken, database):
            _judge(taken, database, run_id, chosen, under, agencies, rules)
        state = "completed"
    except BaseException:
        for arrival in taken:
            mark(database, arrival.id, "recorded", message=NOT_JUDGED)
        raise
    finally:
        finish_run(database, run_id, state)
    follow(database, run_id)
    conclude(database, run_id, under, chosen)
    return run_id


@contextlib.contextmanager
def _alive(taken: Sequence[Arrival], database: Engine) -> Iterator[None]:
    """Say of the arrivals, now and then, that somebody works on them, until the block is left."""
    over = threading.Event()

    def say() -> None:
        while not over.wait(ALIVE_SECONDS):
            try:
                still_running(database, [arrival.id for arrival in taken])
            except Exception:
                log.exception("the inbox could not be told that its arrivals are worked on")

    thread = threading.Thread(target=say, name="alive", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _judge(
    taken: Sequence[Arrival], database: Engine, run_id: int, chosen: Settings, under: Profile,
    agencies: Roster | None, rules: RuleSet,
) -> None:  # fmt: skip
    limit = chosen.max_file_mb << 20
    came = received.files(taken, chosen.home, chosen.store, limit)
    files = _distinct(came.values())
    folder = chunks.chunks_folder(chosen.home)
    fresh = [f for planned in chunks.plan(files, folder, chosen.chunk_size, 1) for f in planned]
    log_file = chosen.home.resolve() / "log" / "hecha.log"
    ours = read_apart(fresh, folder, chosen.store, log_file) if fresh else []
    dismiss_readers()
    known = received.known(database, chosen.home, chosen.store, limit)
    everything = list({(f.name, f.sha256): f for f in [*known, *files]}.values())
    gathered = batches.gather(everything, folder, agencies, under, corrections=standing(database))
    outcomes = _outcomes(folder, files)
    of_arrival = {
        a.id: tuple(s for f in came[a.id].files for s in outcomes.get(_key(f), ((), ()))[0]) for a in taken
    }
    since = {a.id: a.received_at + timedelta(microseconds=a.position) for a in taken}
    reruns.rerun(gathered, of_arrival, since, database, run_id, rules, under, chosen.home, agencies)
    wrong: list[ErrorView] = list(ours)
    of_submission = {row["submission"]: row for row in gathered.facts.reports.iter_rows(named=True)}
    for arrival in taken:
        listed = came[arrival.id]
        errors = [*listed.errors, *(e for f in listed.files for e in outcomes.get(_key(f), ((), ()))[1])]
        wrong += errors
        _mark(arrival, of_arrival[arrival.id], errors + _of(ours, listed), of_submission, database, run_id)
    record_errors(database, run_id, wrong)


def _mark(
    arrival: Arrival, submissions: Sequence[str], errors: Sequence[ErrorView],
    reports: Mapping[str, Mapping[str, object]], database: Engine, run_id: int,
) -> None:  # fmt: skip
    """Say what became of an arrival: done with the agency and year of its first report, failed, or still waiting."""
    if not submissions:
        broken = any(e.kind == ErrorKind.INTERNAL.value for e in errors)
        told = errors[0].message if errors else NOTHING_READ
        mark(database, arrival.id, "failed", run_id=run_id, message=NOT_JUDGED if broken else told)
        return
    first = reports[submissions[0]]
    agency, year = first["agency"], first["year"]
    mark(
        database,
        arrival.id,
        "done",
        run_id=run_id,
        agency=str(agency) if agency is not None else None,
        year=int(str(year)) if year is not None else None,
        message=errors[0].message if errors else None,
    )


def _distinct(listings: Iterable[Listing]) -> list[SourceFile]:
    """Return the files of several listings, each name and sha256 once."""
    return list({_key(f): f for listing in listings for f in listing.files}.values())


def _key(file: SourceFile) -> tuple[str, str]:
    return chunks.printable(file.name), file.sha256


def _outcomes(
    folder: Path, files: Sequence[SourceFile]
) -> dict[tuple[str, str], tuple[tuple[str, ...], tuple[ErrorView, ...]]]:
    """Return by file (name, sha256) the submissions read from it and what could not be read."""
    wanted = {_key(file) for file in files}
    return {
        key: (outcome.submissions, outcome.errors)
        for chunk in chunks.done(folder)
        for key, outcome in chunk.files.items()
        if key in wanted
    }


def _of(errors: Sequence[ErrorView], listing: Listing) -> list[ErrorView]:
    names = {chunks.printable(file.name) for file in listing.files}
    return [error for error in errors if error.file in names]
