"""The rerun after a resubmission: the new reports, and every report that has to be judged anew because of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Engine

from expectations.catalogue import RuleSet
from expectations.profile import Profile
from models.facts import Facts
from tasks.batches import Gathered, Place, wide
from tasks.persist import known, record
from tasks.roster import Roster


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rerun did: how many reports were new, and which others were judged anew (submissions)."""

    new: int
    others: tuple[str, ...]


def related(gathered: Gathered, new: Sequence[str], roster: Roster | None) -> list[Place]:
    """Return where the new reports stand, and those that may depend on them.

    Another year of the same agency (carry-over), the government above it in the roster (totals), reports whose prose
    is alike (copies). Which of them really do, their context tells (`tasks.persist.known`).
    """
    reports, twins = gathered.facts.reports, gathered.facts.twins
    chosen = set(new)
    agencies = set(reports.filter(pl.col("submission").is_in(list(new)))["agency"].drop_nulls())
    if roster is not None:
        agencies |= {e.parent for e in roster.entries if e.agency in agencies and e.parent}
    chosen |= set(reports.filter(pl.col("agency").is_in(list(agencies)))["submission"])
    chosen |= set(twins.filter(pl.col("other_submission").is_in(list(new)))["submission"])
    found = []
    for place in gathered.places:
        here = tuple(submission for submission in place.submissions if submission in chosen)
        if here:
            found.append(Place(place.folder, here))
    return found


def rerun(
    gathered: Gathered, arrived: Mapping[int, Sequence[str]], received_at: Mapping[int, datetime], database: Engine,
    run_id: int, rules: RuleSet, profile: Profile, project: Path, roster: Roster | None,
) -> Judged:  # fmt: skip
    """Evaluate the new reports and those that depend on them; record the new ones arrival by arrival, in their order.

    `arrived`: the submissions of each arrival (its id), in the order in which they came, so that versions keep it;
    `received_at`: when each came.
    """
    new = [submission for submissions in arrived.values() for submission in submissions]
    batch = related(gathered, new, roster)
    if not batch:
        return Judged(0, ())
    facts = wide(gathered, batch)
    everything = facts.reports["submission"].to_list()
    evaluated = known(database, everything, rules.hash, facts)
    fresh = [submission for submission in everything if submission not in evaluated]
    evaluations = {}
    if fresh:
        from tasks.validate import evaluate  # seconds to import, and not needed where nothing is new

        evaluations = evaluate(_only(facts, fresh), project, profile)
    for arrival, submissions in arrived.items():
        if submissions:
            part = {s: evaluations[s] for s in submissions if s in evaluations}
            record(database, run_id, _only(facts, submissions), part, rules, received_at[arrival])
    others = [submission for submission in fresh if submission not in set(new)]
    if others:
        part = {s: evaluations[s] for s in others if s in evaluations}
        record(database, run_id, _only(facts, others), part, rules, max(received_at.values()))
    return Judged(len(new), tuple(others))


def _only(facts: Facts, submissions: Sequence[str]) -> Facts:
    chosen = pl.col("submission").is_in(list(submissions))
    return dataclasses.replace(facts, **{name: getattr(facts, name).filter(chosen) for name in Facts.names()})
