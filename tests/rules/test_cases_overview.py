"""STR-11 to STR-13, TXT-15: a report on which each rule fires, a clean one, one where it cannot be decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from expectations.profile import default
from models.facts import Facts
from models.results import Evaluation
from tasks.validate import evaluate
from tests.facts_builder import (
    AGENCY,
    PROSE,
    Case,
    change,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    read_prose,
    told,
    with_explanations,
    with_previous,
)

_CLEAN = with_explanations(with_previous(clean_report()))
_OVERVIEW = tuple(text.format(year=2023) for text in PROSE["overview"])
_MINE = ("STR-11", "STR-12", "STR-13", "TXT-15")


def _report(facts: Facts = _CLEAN, **changes: Any) -> Facts:
    return change(facts, "reports", pl.lit(True), **changes)


def _overview(*paragraphs: str, facts: Facts = _CLEAN) -> Facts:
    return change_prose(facts, "overview", *paragraphs)


def _government(*results: str, agency: str = "云栖市映溪区人民政府", rank: str = "county") -> Facts:
    facts = _report(
        _overview(*_OVERVIEW, *results, "本报告数据汇总了所属各部门、单位的情况。"),
        agency=agency,
        rank=rank,
        organ="government",
        title=f"{agency}2023年政府信息公开工作年度报告",
    )
    named = facts.paragraphs.with_columns(pl.col("text").str.replace_all(AGENCY, agency))
    return read_prose(replace(facts, paragraphs=named))


def _heading_lost() -> Facts:
    gone: dict[str, Any] = {"heading": None, "numeral": None, "match": None, "order": None, "text": None}
    return change(_CLEAN, "sections", pl.col("key") == "overview", **gone, characters=None, occurrences=0)


_WITHOUT = tuple(text for n, text in enumerate(_OVERVIEW) if n not in (3, 4))
"""The overview without its second part, on applications."""
_FREE = (
    "2023年我局主动公开信息58条，收到依申请公开63件；发布前逐件审核，公开目录更新12次；"
    "网站专栏改版1次；接受社会监督，培训工作人员40人次。"
)
_PLAIN = tuple("按照要求开展。" if n % 2 == 0 and n else text for n, text in enumerate(_OVERVIEW))
"""The overview with its sub-headings and not one figure."""
_FIVE_PASSING = (*_OVERVIEW[:5], *_OVERVIEW[7:], "同时加强政府信息管理。")

CASES = {
    "clean": Case(_CLEAN, [], {}),
    "STR-11 an aspect is left out": Case(
        _overview(*_WITHOUT),
        [("STR-11", "warning", "agency", "overview", 4, 5, None, ())],
        {"STR-11": "FAIL"},
    ),
    "STR-11 touched on in passing": Case(
        _overview(*_FIVE_PASSING),
        [("STR-11", "info", "agency", "overview", 4, 5, None, ())],
        {"STR-11": "FAIL"},
    ),
    "STR-11 told in section three": Case(
        change(
            _overview(*_WITHOUT),
            "sections",
            pl.col("key") == "requests",
            text="本年新收政府信息公开申请63件。",
        ),
        [("STR-11", "info", "agency", "overview", 4, 5, None, ())],
        {"STR-11": "FAIL"},
    ),
    "STR-11 perhaps in a picture": Case(
        _report(_overview(*_WITHOUT), notes=["网页中有图片或内嵌页面（共1个）未读取，表格可能在其中。"]),
        [("STR-11", "warning", "operator", "overview", 4, 5, None, ())],
        {"STR-11": "FAIL"},
    ),
    "STR-11 own words, no sub-headings": Case(_overview(_FREE), [], {}),
    "STR-11 heading not found": Case(
        _heading_lost(),
        [("STR-01", "critical", "agency", "overview", None, "一、总体情况", None, ())],
        {"STR-11": "NOT_ASSESSABLE", "TXT-15": "NOT_ASSESSABLE"},
    ),
    "STR-12": Case(
        _government("将公开工作纳入年度考核。"),
        [("STR-12", "critical", "agency", "overview", 1, 3, None, ())],
        {"STR-12": "FAIL"},
    ),
    "STR-12 told in other words": Case(
        _government("开展年终考评，向群众发放满意度调查问卷，没有干部因公开工作被问责。"), [], {}
    ),
    "STR-12 told in section six": Case(
        change_prose(
            _government("纳入绩效考核。"), "other", *PROSE["other"], "社会评议良好，未发生责任追究情形。"
        ),
        [],
        {},
    ),
    "STR-12 words that come near": Case(
        _government("将公开工作纳入年度考核，群众满意度较高，对落后单位通报批评。"),
        [],
        {"STR-12": "NOT_ASSESSABLE"},
    ),
    "STR-12 township": Case(
        _government(agency="云栖市映溪区青砚镇人民政府", rank="township"),
        [("STR-12", "critical", "agency", "overview", 0, 3, None, ())],
        {"STR-12": "FAIL"},
    ),
    "STR-12 a subdistrict office is no government": Case(
        _government(agency="云栖市映溪区竹浦街道办事处", rank="township"),
        [("STR-12", "info", "agency", "overview", 0, 3, None, ())],
        {"STR-12": "FAIL"},
    ),
    "TXT-15": Case(
        _overview(*_PLAIN),
        [("TXT-15", "info", "agency", "overview", 0, None, None, ())],
        {"TXT-15": "FAIL"},
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == CASES[name].findings
    mine = {rule: v for rule, v in not_passed(evaluations[name]).items() if rule in _MINE}
    assert mine == CASES[name].verdicts


def test_departments_owe_no_results(evaluations: dict[str, Evaluation]) -> None:
    assert "STR-12" not in evaluations["clean"].verdicts
    assert "STR-12" in evaluations["STR-12"].verdicts


def test_the_length_is_judged_where_the_profile_says_so() -> None:
    profile = default()
    limits = profile.thresholds.model_copy(update={"overview_shortest": 101, "overview_longest": 200})
    strict = profile.model_copy(
        update={"rules": profile.rules.model_copy(update={"off": ()}), "thresholds": limits}
    )
    evaluation = evaluate(_CLEAN, profile=strict)["a"]
    assert told(evaluation) == [("STR-13", "info", "agency", "overview", 100, 101, None, ())]
    assert evaluation.findings[0].message == "“一、总体情况”部分共100字，少于101字。"
    city = change(_CLEAN, "reports", pl.lit(True), organ="government", rank="city", agency="云栖市人民政府")
    assert str(evaluate(city, profile=strict)["a"].verdicts["STR-13"]) == "PASS"
    unknown = change(city, "reports", pl.lit(True), rank="unknown")
    assert str(evaluate(unknown, profile=strict)["a"].verdicts["STR-13"]) == "NOT_ASSESSABLE"
    assert "STR-13" not in evaluate(_CLEAN)["a"].verdicts


def test_a_township_without_business_owes_no_figures() -> None:
    facts = _report(
        _overview(*_PLAIN),
        agency="云栖市映溪区青砚镇人民政府",
        rank="township",
        organ="government",
        zero_report=True,
    )
    assert str(evaluate(facts)["a"].verdicts["TXT-15"]) == "PASS"


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return evaluations[name].findings[0].message

    assert message("STR-11 an aspect is left out") == "“一、总体情况”部分未说明“依申请公开”方面的情况。"
    assert message("STR-11 touched on in passing") == (
        "“一、总体情况”部分“政府信息管理”未单独说明，只在其他内容中提及。"
    )
    assert message("STR-12") == (
        "各级人民政府的年度报告应当说明工作考核、社会评议和责任追究结果情况，"
        "报告全文未见“社会评议”“责任追究”结果的说明。"
    )
    assert message("STR-12 a subdistrict office is no government") == (
        "政府派出机关的年度报告可以参照各级人民政府说明工作考核、社会评议和责任追究结果情况，"
        "报告全文未见“工作考核”“社会评议”“责任追究”结果的说明。"
    )
    reasons = {n.rule: n.reason for n in evaluations["STR-12 words that come near"].not_assessed}
    assert reasons["STR-12"] == (
        "文中没有“社会评议”“责任追究”的通常说法，只有相近的表述，是否就是其结果须由人核实。"
    )
