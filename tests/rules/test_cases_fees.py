"""S6: a report on which each rule fires, a clean one, one where it cannot be decided."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from expectations.catalogue import rule, rules
from models.facts import Facts
from models.results import Evaluation
from tests.facts_builder import (
    PROSE,
    Case,
    change,
    change_cell,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_explanations,
    with_previous,
)

_OVERVIEW = tuple(text.format(year=2023) for text in PROSE["overview"])
_CLEAN = with_explanations(with_previous(clean_report()))
_NOT = "NOT_ASSESSABLE"


def _other(*paragraphs: str, statement: str | None = None, facts: Facts = _CLEAN) -> Facts:
    said = change_prose(facts, "other", *paragraphs)
    return change(said, "reports", pl.lit(True), fee_statement=statement)


def _charged(sentence: str, received: float | None = None) -> Facts:
    facts = _other(sentence, statement=sentence)
    return facts if received is None else change_cell(facts, "t3.received_new.total", value=received)


def _heading(match: str | None) -> Facts:
    changes: dict[str, Any] = {"match": match, "text": "", "characters": None}
    if match is None:
        changes |= {"heading": None, "numeral": None, "order": None, "occurrences": 0}
    return change(_other("无。"), "sections", pl.col("key") == "other", **changes)


_CITED = "按照国办函〔2020〕109号规定，"
_REFERS = "依申请公开收费标准按照《政府信息公开信息处理费管理办法》执行。"

CASES = {
    "clean": Case(_CLEAN, [], {}),
    "S6-01": Case(
        _other("没有其他需要报告的事项。"),
        [("S6-01", "warning", "agency", "", None, None, None, ())],
        {"S6-01": "FAIL"},
    ),
    "S6-01 only refers to the rules": Case(
        _other(_REFERS, statement=_REFERS),
        [("S6-01", "info", "agency", "", _REFERS, None, None, ())],
        {"S6-01": "FAIL"},
    ),
    "S6-01 refers to the rules, then tells": Case(
        _other(_REFERS, "2023年度未收取信息公开信息处理费用。", statement=_REFERS), [], {}
    ),
    "S6-01 told in section one": Case(
        _other("无。", facts=change_prose(_CLEAN, "overview", *_OVERVIEW, "全年没有产生依申请公开费用。")),
        [],
        {},
    ),
    "S6-01 another fee": Case(
        _other("全年行政事业性收费为0元。"),
        [("S6-01", "warning", "agency", "", None, None, None, ())],
        {"S6-01": "FAIL"},
    ),
    "S6-01 section six not found": Case(
        _heading(None),
        [("STR-01", "critical", "agency", "other", None, "六、其他需要报告的事项", None, ("S6-01",))],
        {"S6-01": "FAIL"},
    ),
    "S6-01 section six suspected": Case(
        _heading("uncertain"), [], dict.fromkeys(("S6-01", "S6-02", "S6-03", "S6-04"), _NOT)
    ),
    "S6-01 year unknown": Case(
        change(_other("无。"), "reports", pl.lit(True), year=None),
        [],
        {"S6-01": _NOT},
    ),
    "charged by piece": Case(_charged(_CITED + "按件收取信息处理费1,200元。"), [], {}),
    "charged by volume": Case(_charged(_CITED + "按量收取信息处理费380元。", received=63), [], {}),
    "S6-02": Case(
        _charged(_CITED + "按件收取信息处理费1250元。"),
        [("S6-02", "info", "agency", "", 1250, None, None, ())],
        {"S6-02": "FAIL"},
    ),
    "S6-02 fits no tariff": Case(
        _charged(_CITED + "收取信息处理费0.0385万元。"),
        [("S6-02", "info", "agency", "", 385, None, None, ())],
        {"S6-02": "FAIL", "S6-03": _NOT},
    ),
    "S6-02 amount in words": Case(_charged(_CITED + "按件收取信息处理费三百元。"), [], {"S6-02": _NOT}),
    "S6-03 basis not told": Case(_charged(_CITED + "收取信息处理费400元。"), [], {"S6-03": _NOT}),
    "S6-04": Case(
        _charged("全年按件收取信息处理费400元。"),
        [("S6-04", "info", "agency", "", None, None, None, ())],
        {"S6-04": "FAIL"},
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    found = [f for f in told(evaluations[name]) if name != "S6-01 year unknown" or f[0].startswith("S6-")]
    assert found == CASES[name].findings
    mine = {r: v for r, v in not_passed(evaluations[name]).items() if r.startswith("S6-")}
    assert mine == CASES[name].verdicts


def test_a_fee_by_piece_needs_eleven_requests() -> None:
    few = _charged(_CITED + "按件收取信息处理费400元。", received=6)
    evaluation = evaluate_cases({"few": Case(few, [], {})})["few"]
    assert [f for f in told(evaluation) if f[0] == "S6-03"] == [
        ("S6-03", "warning", "agency", "", 6, 11, -5, ())
    ]
    blank = change_cell(few, "t3.received_new.total", kind="blank", raw="")
    evaluation = evaluate_cases({"blank": Case(blank, [], {})})["blank"]
    assert str(evaluation.verdicts["S6-03"]) == _NOT
    assert {n.rule: n.reason for n in evaluation.not_assessed}["S6-03"] == (
        "表三“本年新收政府信息公开申请数量”总计未能确定。"
    )


def test_the_year_2019_owes_no_statement() -> None:
    facts = _other("无。", facts=clean_report(template_id="v2019", year=2019))
    evaluation = evaluate_cases({"first": Case(facts, [], {})})["first"]
    assert not any(rule_id.startswith("S6-") for rule_id in evaluation.verdicts)


def test_what_says_nothing_but_nothing_is_one_finding() -> None:
    assert (rule("S6-05").retired, rule("S6-05").replaced_by) == (True, "S6-01")
    assert "S6-05" not in {one.id for one in rules()}


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return evaluations[name].findings[0].message

    assert message("S6-01") == (
        "第六部分仅写没有其他事项，第六部分和第一部分均未说明本年度政府信息公开信息处理费的收取情况。"
    )
    assert message("S6-01 another fee") == (
        "第六部分和第一部分均未说明本年度政府信息公开信息处理费的收取情况。"
    )
    assert message("S6-01 only refers to the rules") == (
        "报告提到信息处理费（“依申请公开收费标准按照《政府信息公开信息处理费管理办法》执行”），但未说明本年度是否收取。"
    )
    assert message("S6-02") == "报告称收取信息处理费1250元，按件计收的应为100元的整数倍，请核对金额。"
    assert message("S6-02 fits no tariff") == (
        "报告称收取信息处理费385元，按件计收的应为100元的整数倍，按量计收的应为10元的整数倍，请核对金额。"
    )
