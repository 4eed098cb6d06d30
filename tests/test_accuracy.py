"""A small part of `make accuracy`: faults that must be found, clean reports that nobody may accuse."""

from __future__ import annotations

import pytest

from benchmarks.accuracy import clean, real
from benchmarks.accuracy.__main__ import everything_on
from benchmarks.accuracy.catalogue import FAMILIES, NOT_PLANTED
from benchmarks.accuracy.fault import faults
from benchmarks.accuracy.planting import others, plan, run
from benchmarks.accuracy.same import ways as ways_of
from expectations.catalogue import rules
from expectations.profile import default


def test_every_rule_that_is_on_has_faults_or_a_reason() -> None:
    planted = set(faults())
    on = {rule.id for rule in rules(everything_on())}
    assert on - planted - set(NOT_PLANTED) == set()
    assert planted - {rule for family in FAMILIES.values() for rule in family} == set()


def test_planted_faults_are_found_and_nothing_else() -> None:
    on = {rule.id for rule in rules(default())}
    known = {rule: group for rule, group in faults().items() if rule in on}
    planted = plan(known, sorted(known), "test", variants=None, pairs=0)
    swept = run(planted)
    missed = [p.name for p in planted if p.seen is None or not (p.seen.found and p.seen.right)]
    assert missed == []
    assert others(planted, swept) == {}


def test_clean_reports_are_not_accused() -> None:
    found, _ = clean.run(48)
    assert (found.alarms, found.unread) == ([], [])
    assert len(found.formats) == 23


def test_findings_do_not_depend_on_how_files_are_taken_in() -> None:
    reports, ways = ways_of(12, only=("files in any order", "chunks of 7, batches of 25"))
    assert reports > 12
    assert ways == {"files in any order": 0, "chunks of 7, batches of 25": 0}


def test_findings_in_published_reports_are_judged() -> None:
    if not all(folder.exists() for folder in real.FOLDERS):
        pytest.skip("the published reports beside the project are not here")
    found = real.run()
    assert [f"{f.file} {f.rule} {f.subject}" for f in found.findings if f.judgement in (None, "wrong")] == []
    assert [f"{u.file} {u.rule}" for u in found.undecided if u.verdict == "FAIL"] == []
    assert (found.lost, found.unread) == ([], [])
