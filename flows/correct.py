"""A person reads a cell otherwise than we did: its report, and what depends on it, is judged anew at once.

No Prefect is needed: it runs in the process of the site, in the thread of who asks.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine, select

from expectations.catalogue import ruleset
from expectations.profile import load
from models.logs import about
from models.settings import Settings
from tasks import batches, chunks, received, reruns
from tasks.accounts.person import Person
from tasks.compare.outside import read_outside
from tasks.decide import corrections
from tasks.decide.corrections import Corrected
from tasks.persist import finish_run, start_run
from tasks.persist.retrying import asked
from tasks.persist.roster import stored_roster
from tasks.persist.rows import AGENCIES, REPORTS, SUBMISSIONS
from tasks.persist.runs import CORRECTED, State
from tasks.roster import Roster, read_roster

log = logging.getLogger("hecha")
_one_after_the_other = Lock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A correction that stands or was taken back, and the run that judged the report anew.

    `run_id` is None where that was not possible now: the correction counts with the next sweep.
    """

    correction: Corrected
    run_id: int | None


def correct_cell(
    database: Engine,
    person: Person,
    chosen: Settings,
    submission_id: int,
    cell: str,
    printed: str,
    reason: str,
) -> Outcome:
    """Record what `person` reads in a cell and judge the report anew. Raises as `tasks.decide.corrections.correct`."""
    made = corrections.correct(database, person, submission_id, cell, printed, reason)
    return Outcome(made, _judge_again(database, chosen, made))


def take_back(database: Engine, person: Person, chosen: Settings, correction_id: int) -> Outcome:
    """Undo a correction and judge the report anew. Raises as `tasks.decide.corrections.undo`."""
    undone = corrections.undo(database, person, correction_id)
    return Outcome(undone, _judge_again(database, chosen, undone))


def _judge_again(database: Engine, chosen: Settings, correction: Corrected) -> int | None:
    """Evaluate and record the report and those that depend on it; None where that fails: the cause is logged."""
    under = load(chosen.profile)
    rules = ruleset(under)
    agencies = read_roster(chosen.roster) if chosen.roster else stored_roster(database)
    with _one_after_the_other:
        batch = None
        try:
            gathered = _gathered(database, chosen, agencies)
            file, name, year = _stored(database, correction)
            if _is_of(gathered, correction.sha256, name, year):
                batch = reruns.related(gathered, [correction.sha256], agencies)
        except Exception:
            log.exception("what is known of submission %s could not be brought together", correction.sha256)
        if not batch:
            log.warning("submission %s is not judged anew before the next sweep", correction.sha256)
            return None
        now = datetime.now(UTC)
        run_id = start_run(database, f"{file}（{correction.cell}）", (), rules, CORRECTED, now)
        state: State = "failed"
        try:
            with about(run=run_id):
                batches.check_batch(gathered, batch, database, run_id, rules, under, chosen.home, now)
            state = "completed"
        except Exception:
            log.exception("judging submission %s anew", correction.sha256)
        finally:
            finish_run(database, run_id, state)
        return run_id if state == "completed" else None


def _gathered(database: Engine, chosen: Settings, agencies: Roster | None) -> batches.Gathered:
    """Bring together all that was read so far, corrections in it."""
    return batches.gather(
        received.known(database, chosen.home, chosen.store, chosen.max_file_mb << 20),
        chunks.chunks_folder(chosen.home),
        agencies,
        load(chosen.profile),
        read_outside(Path(chosen.outside)) if chosen.outside else None,
        corrections.standing(database),
    )


def _stored(database: Engine, correction: Corrected) -> tuple[str, str | None, int | None]:
    """Return the file, the agency and the year of the corrected submission as they are stored."""
    chosen = (
        select(SUBMISSIONS.c.file, AGENCIES.c.name, REPORTS.c.year)
        .select_from(SUBMISSIONS)
        .join(REPORTS, isouter=True)
        .join(AGENCIES, REPORTS.c.agency_id == AGENCIES.c.id, isouter=True)
        .where(SUBMISSIONS.c.id == correction.submission_id)
    )
    file, name, year = asked(database, lambda connection: connection.execute(chosen).one())
    return file, name, year


def _is_of(gathered: batches.Gathered, sha256: str, name: str | None, year: int | None) -> bool:
    """Whether the submission is among what was read, and counts for the agency and year that are stored."""
    reports = gathered.facts.reports
    own = reports.filter(reports["submission"] == sha256).select("agency", "year").rows()
    return bool(own) and (name is None or own[0] == (name, year))
