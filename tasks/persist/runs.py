"""The life of a run: it starts, records batch after batch and the files that could not be taken in, ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, Engine, func, insert, select, update

from models.errors import ConfigurationError, ErrorKind
from models.facts import Facts
from models.results import Evaluation
from models.views import ErrorView, MissingView
from tasks.persist import submissions
from tasks.persist.after_decisions import keep_scoring
from tasks.persist.evaluations import (
    RuleSetName,
    contexts,
    record_changes,
    record_evaluations,
)
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import EVALUATIONS, RUNS, SUBMISSIONS, SYSTEM_ERRORS, digest, insert_new, select_in
from tasks.persist.standings import record_standings, restand_decided
from tasks.roster import Roster

TITLE = "政府信息公开工作年度报告核查"
RERUN = "政府信息公开工作年度报告收件核查"
"""The title of a run over what came in by the inbox alone."""
CORRECTED = "更正误读后重新核查"
"""The title of a run over a report in which a person read a cell otherwise; its source names file and cell."""
NOT_EVALUATED = "本系统未能完成对该文件的核查，问题不在报送单位；请查看运行日志后重新核查。"

State = Literal["completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a batch did: counts of submissions, evaluations, findings and changes (…_new: added)."""

    counts: Mapping[str, int]


def start_run(
    database: Engine,
    source: str,
    years: Iterable[int],
    ruleset: RuleSetName,
    title: str = TITLE,
    started_at: datetime | None = None,
) -> int:
    """Open a run and return its id. `years` are those swept; empty: whatever comes."""
    row = {
        "title": title,
        "source": source,
        "years": sorted(set(years)),
        "state": "running",
        "started_at": started_at or datetime.now(UTC),
        "ruleset_version": ruleset.version,
        "ruleset_hash": ruleset.hash,
        "profile": ruleset.profile,
        "profile_hash": ruleset.profile_hash,
        "counts": {},
        "missing": [],
        "evaluations": [],
        "errors": [],
    }
    opened = insert(RUNS).values(row).returning(RUNS.c.id)

    def work(connection: Connection) -> int:
        keep_scoring(connection, ruleset)
        return int(connection.execute(opened).scalar_one())

    return committed(database, work)


def last_sweep(database: Engine, before: int | None = None) -> int | None:
    """Return the id of the last completed run over a whole source (`before`: with a smaller id), None if there is none."""
    chosen = select(func.max(RUNS.c.id)).where(RUNS.c.title == TITLE, RUNS.c.state == "completed")
    if before is not None:
        chosen = chosen.where(RUNS.c.id < before)
    found = asked(database, lambda connection: connection.execute(chosen).scalar_one())
    return None if found is None else int(found)


@dataclass(frozen=True, slots=True)
class Repeatable:
    """What a completed sweep came to, to be taken over by one that would find the same."""

    evaluations: list[int]
    errors: list[int]
    missing: tuple[MissingView, ...]


def repeatable(database: Engine, run_id: int) -> Repeatable | None:
    """Return what a sweep came to; None where it did not complete, lost something by our fault, or is not the last.

    A rerun since may have judged reports anew, and an evaluation that is gone cannot be taken over.
    """

    def find(connection: Connection) -> Repeatable | None:
        newest = connection.execute(
            select(func.max(RUNS.c.id)).where(RUNS.c.state == "completed")
        ).scalar_one()
        run = connection.execute(select(RUNS).where(RUNS.c.id == run_id)).one_or_none()
        if run is None or newest != run_id or run.title != TITLE:
            return None
        ours = SYSTEM_ERRORS.c.kind == ErrorKind.INTERNAL.value
        if any(select_in(connection, select(SYSTEM_ERRORS.c.id).where(ours), SYSTEM_ERRORS.c.id, run.errors)):
            return None
        stored = select_in(connection, select(EVALUATIONS.c.id), EVALUATIONS.c.id, run.evaluations)
        if sum(1 for _ in stored) != len(set(run.evaluations)):
            return None
        owed = tuple(MissingView(row["agency"], row["year"]) for row in run.missing)
        return Repeatable(list(run.evaluations), list(run.errors), owed)

    return asked(database, find)


def take_over(database: Engine, run_id: int, found: Repeatable) -> None:
    """Record that a run looked at what an earlier one came to, and found it unchanged."""

    def work(connection: Connection) -> None:
        for id_ in found.errors:
            connection.execute(
                update(SYSTEM_ERRORS).where(SYSTEM_ERRORS.c.id == id_).values(last_run_id=run_id)
            )
        count = len(found.evaluations)
        counts = Counter(submissions=count, evaluations=count)
        _add_to_run(connection, run_id, found.evaluations, found.errors, counts)
        restand_decided(connection)

    committed(database, work)


def record_roster(database: Engine, roster: Roster) -> None:
    """Write the roster's agencies, with who stands above whom. Writing the same roster again adds nothing."""
    committed(database, lambda connection: submissions.record_roster(connection, roster))


def known(
    database: Engine, sha256s: Iterable[str], ruleset_hash: str, facts: Facts | None = None
) -> set[str]:
    """Return those of `sha256s` that need no evaluation, for this rule set has evaluated them.

    With `facts` (of all of them, agencies resolved, years linked) an evaluation counts only if it was made in
    the same context: same agency and level, compared with the same reports of the year before. Without, the
    report of an earlier year that arrives later does not lead to a new comparison.
    """
    of_context = None if facts is None else contexts(facts)
    chosen = (
        select(SUBMISSIONS.c.sha256, EVALUATIONS.c.context)
        .join_from(SUBMISSIONS, EVALUATIONS)
        .where(EVALUATIONS.c.ruleset_hash == ruleset_hash)
    )
    asked_for = set(sha256s)
    evaluated = asked(database, lambda c: list(select_in(c, chosen, SUBMISSIONS.c.sha256, asked_for)))
    return {
        sha256 for sha256, context in evaluated if of_context is None or of_context.get(sha256) == context
    }


def record(
    database: Engine,
    run_id: int,
    facts: Facts,
    evaluations: Mapping[str, Evaluation],
    ruleset: RuleSetName,
    received_at: datetime,
) -> Recorded:
    """Store a batch: everything in `facts` (agencies resolved, years linked) and what was said of it.

    `evaluations` may leave out submissions that `known` has named: their stored evaluation joins the run. One
    that has none at all is kept and listed among the run's errors as our fault. Recording the same again adds
    nothing. Writers wait for each other.
    """
    batch = submissions.received(facts)
    of_context = contexts(facts)

    def work(connection: Connection) -> Counter[str]:
        kept, renumbered, counts = submissions.record_submissions(connection, run_id, batch, received_at)
        of_submission, changed, more = record_evaluations(
            connection, kept, evaluations, of_context, ruleset, received_at
        )
        counts.update(more)
        touched = renumbered | {
            s.report_id for s in kept if s.report_id is not None and of_submission.get(s.id) in changed
        }
        counts["changes_new"] = record_changes(connection, touched, ruleset.hash) if touched else 0
        record_standings(connection, (s.report_id for s in kept if s.report_id is not None), of_submission)
        _add_to_run(connection, run_id, of_submission.values(), (), counts)
        unevaluated = [s for s in kept if s.id not in of_submission]
        if unevaluated:
            faults = [ErrorView(s.file, ErrorKind.INTERNAL.value, NOT_EVALUATED) for s in unevaluated]
            _record_errors(connection, run_id, faults)
        return counts

    return Recorded(dict(committed(database, work)))


def record_errors(database: Engine, run_id: int, errors: Iterable[ErrorView]) -> None:
    """Store what could not be taken in. The same error of the same source is kept once."""
    listed = list(errors)
    committed(database, lambda connection: _record_errors(connection, run_id, listed))


def _record_errors(connection: Connection, run_id: int, errors: Iterable[ErrorView]) -> None:
    source = connection.execute(select(RUNS.c.source).where(RUNS.c.id == run_id)).scalar_one()
    rows = {
        digest([source, error.kind, error.file, error.message]): {
            "source": source,
            "file": error.file,
            "kind": error.kind,
            "message": error.message,
        }
        for error in errors
    }
    insert_new(
        connection,
        SYSTEM_ERRORS,
        [{**row, "fingerprint": f, "first_run_id": run_id, "last_run_id": run_id} for f, row in rows.items()],
    )
    found = select_in(
        connection,
        select(SYSTEM_ERRORS.c.fingerprint, SYSTEM_ERRORS.c.id),
        SYSTEM_ERRORS.c.fingerprint,
        rows,
    )
    ids: dict[str, int] = dict(tuple(row) for row in found)
    for id_ in sorted(ids.values()):
        seen = (SYSTEM_ERRORS.c.id == id_) & (SYSTEM_ERRORS.c.last_run_id < run_id)
        connection.execute(update(SYSTEM_ERRORS).where(seen).values(last_run_id=run_id))
    _add_to_run(connection, run_id, (), [ids[fingerprint] for fingerprint in rows], Counter())


def _add_to_run(
    connection: Connection,
    run_id: int,
    evaluations: Iterable[int],
    errors: Iterable[int],
    counts: Counter[str],
) -> None:
    run = connection.execute(
        select(RUNS.c.evaluations, RUNS.c.errors, RUNS.c.counts).where(RUNS.c.id == run_id)
    ).one()
    connection.execute(
        update(RUNS)
        .where(RUNS.c.id == run_id)
        .values(
            evaluations=list(dict.fromkeys((*run.evaluations, *evaluations))),
            errors=list(dict.fromkeys((*run.errors, *errors))),
            counts=dict(Counter(run.counts) + counts),
        )
    )


def finish_run(database: Engine, run_id: int, state: State, missing: Iterable[MissingView] = ()) -> None:
    """Close a run: how it ended, and who has not submitted. Raises ConfigurationError for an unknown run.

    When a run is completed, an earlier one of the same source that is still called running was killed, and is closed
    as failed; one that is at work after all says itself how it ends.
    """
    closed = (
        update(RUNS)
        .where(RUNS.c.id == run_id)
        .values(
            state=state,
            finished_at=datetime.now(UTC),
            missing=[{"agency": owed.agency, "year": owed.year} for owed in missing],
        )
    )

    def work(connection: Connection) -> int:
        if state == "completed":
            source = select(RUNS.c.source).where(RUNS.c.id == run_id).scalar_subquery()
            killed = (RUNS.c.state == "running") & (RUNS.c.id < run_id) & (RUNS.c.source == source)
            over = {"state": "failed", "finished_at": datetime.now(UTC)}
            connection.execute(update(RUNS).where(killed).values(over))
        return connection.execute(closed).rowcount

    if committed(database, work) != 1:
        raise ConfigurationError(f"没有编号为{run_id}的核查记录。")
