"""The catalogue, its suites, its rule book, and what happens when a rule cannot be run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from expectations.catalogue import RULESET_VERSION, rule, rules, ruleset
from expectations.profile import Profile, default, load
from expectations.rulebook import PAGE, render
from expectations.suites import frames, suite
from models.facts import empty
from tasks.validate import engine, evaluate
from tasks.validate.findings import findings
from tasks.validate.prepare import prepare
from tests.facts_builder import change_cell, clean_report, not_passed, with_previous

_NUMBERS = {
    "META": range(1, 11),
    "STR": range(1, 15),
    "CELL": range(1, 12),
    "T2": range(1, 11),
    "T3": range(1, 13),
    "T4": (1, 2, 3, 4, 6),
    "XT": range(1, 4),
    "XY": range(1, 7),
    "TXT": range(1, 16),
    "S5": range(1, 7),
    "S6": range(1, 6),
    "DUP": range(1, 6),
    "STALE": range(1, 5),
    "LEX": range(1, 7),
    "PII": range(1, 5),
    "TIME": range(1, 6),
    "PUB": range(1, 5),
    "AGG": range(1, 5),
    "EXT": range(1, 4),
}
_IDS = [f"{family}-{number:02d}" for family, numbers in _NUMBERS.items() for number in numbers]
_RETIRED = {"S6-05"}
"""Part of S6-01."""
_LEFT_OUT = {"T4-05"}
"""docs/decisions/0008-rules-left-out.md"""
_CATALOGUE = Path(__file__).resolve().parents[2].parent / "shared" / "rules" / "rules.json"


def test_the_rules_registered_are_these() -> None:
    in_force = [i for i in _IDS if i not in _RETIRED]
    assert [rule.id for rule in rules()] == [i for i in in_force if i != "STR-13"]
    other = load("yunxi")
    assert "STR-13" not in other.rules.off
    assert [rule.id for rule in rules(other)] == [i for i in in_force if i not in other.rules.off]


def test_every_rule_of_the_catalogue_is_there_or_left_out_with_a_reason() -> None:
    if not _CATALOGUE.exists():
        pytest.skip("the rule catalogue is not beside the project")
    catalogue = [entry["id"] for entry in json.loads(_CATALOGUE.read_text(encoding="utf-8"))]
    assert [i for i in catalogue if i not in _LEFT_OUT] == _IDS


def test_every_rule_is_whole() -> None:
    dimensions = {dimension.key for dimension in default().scoring.dimensions}
    for one in rules():
        assert one.frame in engine.KEYS
        assert one.dimension in dimensions
        for text in (one.title, one.source, one.summary, one.hint):
            assert text.strip() == text != ""
        assert one.summary.endswith("。")
        assert one.hint.endswith("。")


def test_the_columns_a_rule_names_are_there() -> None:
    prepared = prepare(clean_report(), default()).frames
    for one in rules():
        named = {*one.check.columns, *one.reads, *(where.column for where in one.rows), *one.group_by}
        assert named - set(prepared[one.frame].columns) == set(), one.id


def test_unknown_ids_are_refused() -> None:
    with pytest.raises(KeyError):
        rule("T3-99")


def test_rule_set_names_version_and_content() -> None:
    assert ruleset().version == RULESET_VERSION == "2026.2"
    assert len(ruleset().hash) == 16
    assert ruleset() == ruleset(default())
    assert ruleset(load("yunxi")).hash != ruleset().hash


def test_the_catalogue_does_not_import_great_expectations() -> None:
    code = "import sys, expectations.catalogue; print('great_expectations' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_rule_book_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m expectations.rulebook"


def test_one_suite_for_each_frame_and_one_expectation_for_each_rule() -> None:
    found = {}
    for name in frames():
        for expectation in suite(name).expectations:
            found[expectation.meta["rule_id"]] = (name, expectation.severity, expectation.description)
    assert found == {r.id: (r.frame, r.severity.value, f"{r.id} {r.title}：{r.summary}") for r in rules()}


def test_the_suite_shows_what_sums_to_what() -> None:
    shown = {e["meta"]["rule_id"]: e for e in suite("requests_by_applicant").to_json_dict()["expectations"]}
    identity = shown["T3-03"]
    assert identity["type"] == "expect_column_sums_to_be_equal"
    assert identity["kwargs"]["left_columns"] == ["received_new", "carried_in"]
    assert identity["kwargs"]["right_columns"] == ["results_total", "carried_out"]
    assert shown["T3-04"]["kwargs"]["row_condition"] == {
        "type": "comparison",
        "column": {"name": "applicant"},
        "operator": "==",
        "parameter": "total",
    }
    assert shown["T3-04"]["kwargs"]["equations"][1] == {
        "left": ["received_new", "carried_in"],
        "right": ["results_total", "carried_out"],
    }


def test_nothing_in_nothing_out() -> None:
    assert evaluate(empty()) == {}


def test_a_rule_that_crashes_is_not_assessable_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = with_previous(change_cell(clean_report(), "t4.review.total", value=0.0))
    prepared = prepare(facts, default())
    broken = prepared.frames["requests_by_applicant"].with_columns(carried_out=pl.lit("七"))
    outcome = engine.run(prepared.frames | {"requests_by_applicant": broken})
    assert set(outcome.faults) == {"T3-03", "T3-04"}
    assert len(outcome.failures["T4-01"]) == 1

    def run(frames: dict[str, pl.DataFrame], project: Path | None, profile: Profile) -> engine.Outcome:
        return outcome

    monkeypatch.setattr("tasks.validate.run", run)
    evaluation = evaluate(facts)["a"]
    crashed = dict.fromkeys(sorted(outcome.faults), "系统错误，该规则未能执行，请联系系统管理员。")
    assert {n.rule: n.reason for n in evaluation.not_assessed} == crashed
    assert not_passed(evaluation) == dict.fromkeys(crashed, "NOT_ASSESSABLE") | {
        "T4-01": "FAIL",
        "T4-03": "FAIL",
    }
    assert [f.rule for f in evaluation.findings] == ["T4-01", "T4-03"]


def test_a_rule_that_cannot_say_what_it_found_is_not_assessable_and_stops_nothing() -> None:
    facts = with_previous(change_cell(clean_report(), "t4.review.total", value=0.0))
    prepared = prepare(facts, default())
    outcome = engine.run(prepared.frames)
    frames = prepared.frames | {"disputes": prepared.frames["disputes"].drop("corrected")}
    reports = prepared.frames["reports"]
    applicable = {rule.id: reports.filter(rule.applies()).select("submission") for rule in rules()}
    found, faults = findings(frames, outcome.failures, applicable)
    assert faults == {"T4-01": "KeyError('corrected')"}
    assert [finding.rule for finding in found["a"]] == ["T4-03"]


def test_the_project_keeps_suites_and_results(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    facts = with_previous(change_cell(clean_report(), "t4.review.total", value=0.0))
    kept = evaluate(facts, project=tmp_path)
    assert kept == evaluate(facts)
    assert evaluate(facts, project=tmp_path) == kept
    stored = {path.stem: path for path in tmp_path.glob("gx/expectations/*.json")}
    held = set(frames()) - {"subordinates"}  # nobody reports to a bureau
    assert set(stored) == held
    assert len(json.loads(stored["disputes"].read_text(encoding="utf-8"))["expectations"]) == 1
    results = list(tmp_path.glob("gx/uncommitted/validations/**/*.json"))
    assert len(results) == 2 * len(held)
    failed = [p for p in results if not json.loads(p.read_text(encoding="utf-8"))["success"]]
    # T4-01, T4-03; and STR-12, which asks only governments, as Great Expectations does not know
    assert sorted(path.stem for path in failed) == sorted(
        ["hecha-disputes", "hecha-prose", "hecha-totals"] * 2
    )
    assert capfd.readouterr() == ("", "")


def test_a_wrong_batch_gives_the_same_answer_twice() -> None:
    facts = with_previous(change_cell(clean_report(), "t3.carried_out.total", value=9.0))
    assert evaluate(facts) == evaluate(facts)
