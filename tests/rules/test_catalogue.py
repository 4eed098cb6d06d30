"""The catalogue, its suites, its rule book, and what happens when a rule cannot be run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from expectations.catalogue import RULESET_VERSION, rule, rules, ruleset
from expectations.profile import default
from expectations.rulebook import PAGE, render
from expectations.suites import frames, suite
from models.facts import SCHEMAS, empty
from tasks.validate import engine, evaluate
from tasks.validate.prepare import prepare
from tests.facts_builder import change_cell, clean_report, not_passed, told, with_previous

_IDS = {
    *("META-01", "META-02", "META-03", "META-06", "META-07"),
    *("STR-01", "STR-02", "STR-03", "STR-04", "STR-05", "STR-06", "STR-07", "STR-08", "STR-09", "STR-10"),
    "STR-14",
    *("CELL-01", "CELL-02", "CELL-03", "CELL-04", "CELL-05", "CELL-06", "CELL-07"),
    *("T2-02", "T2-03", "T3-01", "T3-02", "T3-03", "T3-04", "T3-12", "T4-01"),
    *("XY-01", "XY-02", "S6-01", "EXT-01"),
}


def test_the_rules_registered_are_these() -> None:
    assert {rule.id for rule in rules()} == _IDS
    assert len(rules()) == len(_IDS)


def test_every_rule_is_whole() -> None:
    dimensions = {dimension.key for dimension in default().scoring.dimensions}
    for one in rules():
        assert one.frame in SCHEMAS
        assert one.dimension in dimensions
        for text in (one.title, one.source, one.summary, one.hint):
            assert text.strip() == text != ""
        assert one.summary.endswith("。")
        assert one.hint.endswith("。")


def test_the_columns_a_rule_names_are_there() -> None:
    prepared = prepare(clean_report()).frames
    for one in rules():
        named = {*one.check.columns, *one.reads, *(where.column for where in one.rows), *one.group_by}
        assert named - set(prepared[one.frame].columns) == set(), one.id


def test_unknown_ids_are_refused() -> None:
    with pytest.raises(KeyError):
        rule("T3-99")


def test_rule_set_names_version_and_content() -> None:
    assert ruleset().version == RULESET_VERSION == "2026.1"
    assert len(ruleset().hash) == 16
    assert ruleset() is ruleset()


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
    prepared = prepare(facts)
    broken = prepared.frames["requests_by_applicant"].with_columns(carried_out=pl.lit("七"))
    outcome = engine.run(prepared.frames | {"requests_by_applicant": broken})
    assert set(outcome.faults) == {"T3-03", "T3-04"}
    assert len(outcome.failures["T4-01"]) == 1

    def run(frames: dict[str, pl.DataFrame], project: Path | None = None) -> engine.Outcome:
        return outcome

    monkeypatch.setattr("tasks.validate.run", run)
    evaluation = evaluate(facts)["a"]
    assert not_passed(evaluation) == {
        "T3-03": "NOT_ASSESSABLE",
        "T3-04": "NOT_ASSESSABLE",
        "T4-01": "FAIL",
    }
    assert {n.rule: n.reason for n in evaluation.not_assessed} == dict.fromkeys(
        ("T3-03", "T3-04"), "系统错误，该规则未能执行，请联系系统管理员。"
    )
    assert told(evaluation) == [("T4-01", "critical", "agency", "review", 0, 7, -7, ())]


def test_the_project_keeps_suites_and_results(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    facts = with_previous(change_cell(clean_report(), "t4.review.total", value=0.0))
    kept = evaluate(facts, project=tmp_path)
    assert kept == evaluate(facts)
    assert evaluate(facts, project=tmp_path) == kept
    stored = {path.stem: path for path in tmp_path.glob("gx/expectations/*.json")}
    assert set(stored) == set(frames())
    assert len(json.loads(stored["disputes"].read_text(encoding="utf-8"))["expectations"]) == 1
    results = list(tmp_path.glob("gx/uncommitted/validations/**/*.json"))
    assert len(results) == 2 * len(frames())
    failed = [p for p in results if not json.loads(p.read_text(encoding="utf-8"))["success"]]
    assert len(failed) == 2
    assert capfd.readouterr() == ("", "")


def test_a_wrong_batch_gives_the_same_answer_twice() -> None:
    facts = with_previous(change_cell(clean_report(), "t3.carried_out.total", value=9.0))
    assert evaluate(facts) == evaluate(facts)
