"""Validation: frames in, one evaluation a report out. One run of each suite for the whole batch.

prepare → engine (Great Expectations) → verdicts, reasons and findings → score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from expectations.catalogue import rules
from expectations.profile import Profile, default
from expectations.rule import Rule
from models.facts import Facts
from models.results import Evaluation, NotAssessed, Verdict
from tasks.score import score
from tasks.validate.engine import Outcome, run
from tasks.validate.findings import findings
from tasks.validate.prepare import Prepared, prepare
from tasks.validate.undecided import SYSTEM_FAULT, reasons, undecided

__all__ = ["evaluate"]


Suites = Callable[[Mapping[str, pl.DataFrame], Path | None, Profile], Outcome]
"""Runs all suites over prepared frames, as `tasks.validate.engine.run`."""


def evaluate(
    facts: Facts, project: Path | None = None, profile: Profile | None = None, suites: Suites | None = None
) -> dict[str, Evaluation]:
    """Evaluate every submission of `facts`, in the order of the frame `reports`, under a profile (None: default).

    With `project` the suites and the results are kept in a Great Expectations project in that folder. `suites` runs them (None: `run`).
    A rule that Great Expectations could not evaluate is NOT_ASSESSABLE for every report; nothing is raised.
    """
    if facts.reports.is_empty():
        return {}
    chosen = profile or default()
    prepared = prepare(facts, chosen)
    applicable = {
        rule.id: prepared.frames["reports"].filter(rule.applies()).select("submission")
        for rule in rules(chosen)
    }
    outcome = (suites or run)(prepared.frames, project, chosen)
    found, unsaid = findings(prepared.frames, outcome.failures, applicable, chosen)
    outcome = replace(outcome, faults=outcome.faults | unsaid)
    verdicts: dict[str, dict[str, Verdict]] = {s: {} for s in facts.reports.get_column("submission")}
    open_questions: dict[str, list[NotAssessed]] = {submission: [] for submission in verdicts}
    for rule in rules(chosen):
        _decide(rule, prepared, outcome, applicable[rule.id], verdicts, open_questions)
    zero = dict(facts.reports.select("submission", "zero_report").iter_rows())
    return {
        submission: Evaluation(
            submission=submission,
            verdicts=answers,
            findings=found.get(submission, ()),
            not_assessed=tuple(open_questions[submission]),
            score=score(
                answers,
                found.get(submission, ()),
                zero_report=bool(zero[submission]),
                model=chosen.scoring,
            ),
        )
        for submission, answers in verdicts.items()
    }


def _decide(
    rule: Rule,
    prepared: Prepared,
    outcome: Outcome,
    applicable: pl.DataFrame,
    verdicts: dict[str, dict[str, Verdict]],
    open_questions: dict[str, list[NotAssessed]],
) -> None:
    """Enter one rule's verdict for every report it applies to: FAIL, else NOT_ASSESSABLE, else PASS."""
    if rule.id in outcome.faults:
        for submission in applicable.get_column("submission"):
            verdicts[submission][rule.id] = Verdict.NOT_ASSESSABLE
            open_questions[submission].append(NotAssessed(rule.id, SYSTEM_FAULT))
        return
    failing = set(
        prepared.frames[rule.frame]
        .filter(pl.col("nr").is_in(outcome.failures[rule.id]))
        .get_column("submission")
    )
    unsure = undecided(rule, prepared, applicable)
    unsure = unsure.filter(~pl.col("submission").is_in(list(failing)))
    why = reasons(rule, prepared, unsure)
    for submission in applicable.get_column("submission"):
        if submission in failing:
            verdicts[submission][rule.id] = Verdict.FAIL
        elif submission in why:
            verdicts[submission][rule.id] = Verdict.NOT_ASSESSABLE
            open_questions[submission].append(NotAssessed(rule.id, why[submission]))
        else:
            verdicts[submission][rule.id] = Verdict.PASS
