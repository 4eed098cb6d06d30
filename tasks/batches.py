"""The second stage of a sweep: the frames of all chunks are linked over the years, evaluated and recorded.

Only the narrow frames of the whole sweep are in memory at once; the wide ones are read a batch at a time.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Engine

from expectations.catalogue import RuleSet
from expectations.profile import Profile
from models.facts import COMPARED, Facts, empty
from models.results import Evaluation
from models.views import ErrorView
from tasks.chunks import SourceFile, done, printable
from tasks.compare import Outside, cells_side_by_side, compare, previous_cells
from tasks.decide.corrected import NONE, corrected, rests_on
from tasks.persist import Recorded, known, record
from tasks.roster import Roster, resolve

log = logging.getLogger("hecha")

LINKED = ("reports", "years", "documents", "requests_by_applicant", "paragraphs")
"""The frames that comparison reads: a few rows a report, and its prose."""
_IN_MEMORY = ("reports", "years", "documents", *(name for name in COMPARED if name != "previous_cells"))
"""The frames of a batch that comparison fills or changes; the others are read from the chunks."""


@dataclass(frozen=True, slots=True)
class Place:
    """Submissions and the chunk folder that holds their frames."""

    folder: Path
    submissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """All reports of a sweep: their narrow frames, linked, where the rest stands, and what failed.

    `errors` are the files of this sweep that cannot be read, found now or when they were first read.
    """

    facts: Facts
    values: pl.DataFrame
    """The cells of all reports side by side (`tasks.compare.cells_side_by_side`)."""
    places: tuple[Place, ...]
    errors: tuple[ErrorView, ...]
    corrections: pl.DataFrame
    """What people read otherwise than we did (`tasks.decide.corrected.STANDING`)."""


def gather(
    files: Sequence[SourceFile],
    folder: Path,
    roster: Roster | None,
    profile: Profile,
    outside: Outside | None = None,
    corrections: pl.DataFrame = NONE,
) -> Gathered:
    """Bring together what the chunks under `folder` say of `files`, agencies resolved and reports compared.

    `corrections`: what people read otherwise (`tasks.decide.corrections.standing`).
    """
    wanted = _once(files, folder)
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in LINKED}
    cells: list[pl.DataFrame] = []
    places: list[Place] = []
    errors: dict[tuple[str, str], tuple[ErrorView, ...]] = {}
    for chunk in done(folder):
        here = {key: outcome for key, outcome in chunk.files.items() if key in wanted}
        wanted -= here.keys()
        errors |= {key: outcome.errors for key, outcome in here.items()}
        submissions = tuple(s for outcome in here.values() for s in outcome.submissions)
        if submissions:
            places.append(Place(chunk.folder, submissions))
            for name in LINKED:
                parts[name].append(_read(name, places[-1], corrections))
            cells.append(cells_side_by_side(_read("cells", places[-1], corrections)))
    frames = {name: pl.concat(found) for name, found in parts.items() if found}
    facts = dataclasses.replace(empty(), **frames)
    if roster is not None:
        facts = dataclasses.replace(facts, reports=resolve(facts.reports, roster))
    order = [error for file in files for error in errors.get((printable(file.name), file.sha256), ())]
    values = pl.concat(cells, how="diagonal") if cells else cells_side_by_side(facts.cells)
    compared = compare(facts, values, profile, roster, outside)
    narrow = dataclasses.replace(
        compared,
        paragraphs=empty().paragraphs,  # read again with each batch
        corrections=rests_on(corrections, compared.history),
    )
    return Gathered(narrow, values, tuple(places), tuple(order), corrections)


def _once(files: Sequence[SourceFile], folder: Path) -> set[tuple[str, str]]:
    """Return name and sha256 of the files; bytes that were read under several names once, under the first of these.

    A report may lie in the folder that is swept and be handed in besides. Twice in the frames it would be joined with
    itself.
    """
    order = {key: n for n, key in enumerate((printable(file.name), file.sha256) for file in files)}
    if len({sha256 for _, sha256 in order}) == len(order):
        return set(order)
    first: dict[str, tuple[str, str]] = {}
    for chunk in done(folder):
        for key in chunk.files.keys() & order.keys():
            if order[key] < order[first.setdefault(key[1], key)]:
                first[key[1]] = key
    return set(first.values())


def _read(name: str, place: Place, corrections: pl.DataFrame) -> pl.DataFrame:
    frame = _of(pl.read_parquet(place.folder / f"{name}.parquet"), place.submissions)
    own = _of(corrections, place.submissions)
    if own.is_empty():
        return frame
    touched = own["submission"].unique().to_list()
    cells, reports = (
        _of(pl.read_parquet(place.folder / f"{read}.parquet"), touched) for read in ("cells", "reports")
    )
    return corrected(name, frame, cells, reports, own)


def _of(frame: pl.DataFrame, submissions: Sequence[str]) -> pl.DataFrame:
    return frame.filter(pl.col("submission").is_in(list(submissions)))


def plan(gathered: Gathered, years: Sequence[int], size: int) -> list[list[Place]]:
    """Cut the reports of `years` (empty: all) into batches of about `size`, so that each chunk is read once.

    A report whose year is unknown belongs to every sweep: it must not go unseen.
    """
    reports = gathered.facts.reports
    if years:
        reports = reports.filter(pl.col("year").is_in(list(years)) | pl.col("year").is_null())
    chosen = set(reports["submission"])
    batches: list[list[Place]] = []
    full = size
    for place in gathered.places:
        submissions = tuple(submission for submission in place.submissions if submission in chosen)
        if not submissions:
            continue
        if full + len(submissions) > size:
            batches.append([])
            full = 0
        batches[-1].append(Place(place.folder, submissions))
        full += len(submissions)
    return batches


def wide(gathered: Gathered, batch: Sequence[Place]) -> Facts:
    """Return every frame of a batch: what comparison filled from memory, the others from their chunks."""
    submissions = [submission for place in batch for submission in place.submissions]
    frames = {
        name: _of(getattr(gathered.facts, name), submissions)
        if name in _IN_MEMORY
        else pl.concat([_read(name, place, gathered.corrections) for place in batch])
        for name in Facts.names()
    }
    before = previous_cells(frames["reports"], frames["history"], gathered.values)
    return Facts(**frames | {"previous_cells": before})


def check_batch(
    gathered: Gathered,
    batch: Sequence[Place],
    database: Engine,
    run_id: int,
    rules: RuleSet,
    profile: Profile,
    project: Path,
    received_at: datetime,
) -> Recorded:
    """Evaluate those of the batch that this rule set has not yet evaluated in this context, and record all.

    Where evaluation itself fails, the reports are kept and each is listed among the run's errors as our fault.
    """
    facts = wide(gathered, batch)
    submissions = facts.reports["submission"].to_list()
    evaluated = known(database, submissions, rules.hash, facts)
    fresh = [submission for submission in submissions if submission not in evaluated]
    evaluations: dict[str, Evaluation] = {}
    if fresh:
        # seconds to import, and not needed where nothing is new
        from tasks.validate import evaluate

        try:
            evaluations = evaluate(_only(facts, fresh), project, profile)
        except Exception:
            log.exception("evaluating %d reports of run %d", len(fresh), run_id)
    recorded = record(database, run_id, facts, evaluations, rules, received_at)
    log.info("recorded a batch of %d reports: %s", len(submissions), dict(recorded.counts))
    return recorded


def _only(facts: Facts, submissions: Sequence[str]) -> Facts:
    return Facts(**{name: _of(getattr(facts, name), submissions) for name in Facts.names()})


def owed_years(reports: pl.DataFrame, years: Sequence[int], today: datetime) -> tuple[int, ...]:
    """The years for which missing reports are asked after: those given, else the newest that was received.

    Without `--year` older reports may be in the folder for comparison only; nobody is accused for those. A
    year that is not over cannot be owed.
    """
    if years:
        return tuple(sorted(set(years)))
    newest = reports.filter(pl.col("year") < today.year)["year"].max()
    return (int(str(newest)),) if newest is not None else ()
