"""What became of a finding: never mended by a check that was skipped, never new by a change of cause."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from models.results import Evaluation, NotAssessed
from tasks.persist.changes import UNDECIDED, Key, differences, keyed
from tests.storage.made import FRACTION, HEADING, TOTALS, UNSURE, evaluation, finding


def compared(before: Evaluation, after: Evaluation) -> list[tuple[str, str, str]]:
    return [(d.kind, d.key.rule, d.message) for d in differences(before, after)]


def test_mended_still_open_and_new() -> None:
    before = evaluation("1", (TOTALS, HEADING))
    after = evaluation("2", (replace(HEADING, message="新的句子"), FRACTION))
    assert compared(before, after) == [
        ("mended", "T4-01", TOTALS.message),
        ("still_open", "STR-03", "新的句子"),
        ("new", "CELL-03", FRACTION.message),
    ]
    assert compared(before, before) == [
        ("still_open", "T4-01", TOTALS.message),
        ("still_open", "STR-03", HEADING.message),
    ]


def test_a_rule_that_could_not_be_decided_mends_nothing() -> None:
    before = evaluation("1", (TOTALS,))
    undecided = evaluation("2", (), (NotAssessed("T4-01", "单元格空缺，无法核算"),))
    assert compared(before, undecided) == [("still_open", "T4-01", TOTALS.message + UNDECIDED)]
    unasked = replace(evaluation("2", ()), verdicts={})
    assert compared(before, unasked) == [("still_open", "T4-01", TOTALS.message + UNDECIDED)]
    # Another row fails, this one is not decided.
    other = evaluation("2", (finding("T4-01", "suit_direct"),))
    partly = replace(other, not_assessed=(NotAssessed("T4-01", "单元格空缺，无法核算"),))
    assert compared(before, partly) == [
        ("still_open", "T4-01", TOTALS.message + UNDECIDED),
        ("new", "T4-01", "T4-01 suit_direct"),
    ]


def test_what_the_operator_has_to_look_at_is_no_change_of_the_agency() -> None:
    assert compared(evaluation("1", ()), evaluation("2", (UNSURE,))) == []
    assert compared(evaluation("1", (UNSURE,)), evaluation("2", ())) == []


def test_a_finding_that_became_a_consequence_is_not_mended() -> None:
    alone = finding("T3-04", "total")
    cause = finding("T3-03", "total", consequences=("T3-04",))
    elsewhere = finding("STR-06", "t3", consequences=("T3-04",))
    assert compared(evaluation("1", (alone,)), evaluation("2", (cause,), T3_04="FAIL")) == [
        ("still_open", "T3-04", "T3-04 total"),
        ("new", "T3-03", "T3-03 total"),
    ]
    assert compared(evaluation("1", (cause,), T3_04="FAIL"), evaluation("2", (alone,), T3_03="PASS")) == [
        ("mended", "T3-03", "T3-03 total"),
        ("still_open", "T3-04", "T3-04 total"),
    ]
    assert compared(evaluation("1", (alone,)), evaluation("2", (elsewhere,), T3_04="FAIL")) == [
        ("still_open", "T3-04", "T3-04 total" + UNDECIDED),
        ("new", "STR-06", "STR-06 t3"),
    ]


def test_fingerprints_are_stable_and_tell_findings_apart() -> None:
    known = hashlib.sha256("\x1f".join(("云岚区教育局", "2023", "T4-01", "review")).encode()).hexdigest()
    assert Key("T4-01", "review", 0).fingerprint("云岚区教育局", 2023) == known
    keys = [key for key, _ in keyed((TOTALS, HEADING, TOTALS))]
    assert keys == [Key("T4-01", "review", 0), Key("STR-03", "overview", 0), Key("T4-01", "review", 1)]
    assert len({key.fingerprint("云岚区教育局", 2023) for key in keys}) == 3
