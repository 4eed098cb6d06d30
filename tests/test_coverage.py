"""A report that is read whole has full coverage, whether or not there is anything to compare it with."""

from __future__ import annotations

from expectations.catalogue import rule
from models.results import Verdict
from tasks.validate import evaluate
from tests.facts_builder import clean_report, with_previous

NOT_OF_THE_REPORT = {"TIME-05"}
"""Needs the day of publication, which no file of ours prints."""


def test_nothing_to_compare_with_costs_no_coverage() -> None:
    for facts in (clean_report(), with_previous(clean_report())):
        (evaluation,) = evaluate(facts).values()
        undecided = {r for r, v in evaluation.verdicts.items() if v is Verdict.NOT_ASSESSABLE}
        assert undecided - set(evaluation.score.left_out) - NOT_OF_THE_REPORT == set()
        assert {r for r in undecided if rule(r).compares} == set(evaluation.score.left_out)
        assert evaluation.score.coverage >= 0.98


def test_what_a_rule_is_compared_with_shows_in_its_columns() -> None:
    assert [rule(name).compares for name in ("XY-01", "T2-03", "XT-02", "DUP-01", "PUB-02")] == [True] * 5
    assert [rule(name).compares for name in ("T3-03", "STR-02", "STR-08", "T2-02", "META-06")] == [False] * 5
