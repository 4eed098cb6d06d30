"""META and S6: a report on which each rule fires, a clean one, one where it cannot be decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from models.facts import Facts
from models.results import Evaluation
from tests.facts_builder import (
    AGENCY,
    Case,
    change,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())


def _report(**changes: Any) -> Facts:
    return change(_CLEAN, "reports", pl.lit(True), **changes)


_BARE = "2023年度政府信息公开工作年度报告"
_NO_YEAR = f"{AGENCY}政府信息公开工作年度报告"
_OTHER_NAME = f"{AGENCY}2023年信息公开工作年度报告"

CASES = {
    "clean": Case(_CLEAN, [], {}),
    "clean 2019 template": Case(with_previous(clean_report(template_id="v2019")), [], {}),
    "year first": Case(_report(title="2023年云栖市政府信息公开工作年度报告"), [], {}),
    "spaces in the title": Case(_report(title=f"{AGENCY} 2023 年政府信息公开\n工作年度报告"), [], {}),
    "META-01 no agency": Case(
        _report(title=_BARE, agency_source="intro"),
        [
            ("META-01", "warning", "agency", "", _BARE, None, None, ()),
            ("META-02", "info", "agency", "", _BARE, None, None, ()),
        ],
        {"META-01": "FAIL", "META-02": "FAIL"},
    ),
    "META-01 no agency, but the page names it": Case(
        _report(title="2023年政府信息公开工作年度报告", agency_source="publisher"),
        [("META-01", "info", "agency", "", "2023年政府信息公开工作年度报告", None, None, ())],
        {"META-01": "FAIL"},
    ),
    "META-01 no year": Case(
        _report(title=_NO_YEAR, title_year=None, year_source="period"),
        [("META-01", "critical", "agency", "", _NO_YEAR, None, None, ())],
        {"META-01": "FAIL", "META-03": "NOT_ASSESSABLE"},
    ),
    "META-01 no title in a page": Case(
        _report(title=None, title_year=None, year_source="period"),
        [("META-01", "warning", "agency", "", None, None, None, ())],
        {"META-01": "FAIL", "META-02": "NOT_ASSESSABLE", "META-03": "NOT_ASSESSABLE"},
    ),
    "META-01 no title in a text": Case(
        _report(title=None, title_year=None, year_source="period", format="txt"),
        [("META-01", "warning", "operator", "", None, None, None, ())],
        {"META-01": "FAIL", "META-02": "NOT_ASSESSABLE", "META-03": "NOT_ASSESSABLE"},
    ),
    "META-02 other name": Case(
        _report(title=_OTHER_NAME),
        [("META-02", "info", "agency", "", _OTHER_NAME, None, None, ())],
        {"META-02": "FAIL"},
    ),
    "META-03 period of the year before": Case(
        _report(
            period_text="2022年1月1日至12月31日", period_start=date(2022, 1, 1), period_end=date(2022, 12, 31)
        ),
        [("META-03", "critical", "agency", "", 2022, 2023, None, ("META-06",))],
        {"META-03": "FAIL", "META-06": "FAIL"},
    ),
    "META-06 period too short": Case(
        _report(period_text="2023年1月1日至11月30日", period_end=date(2023, 11, 30)),
        [
            ("META-06", "critical", "agency", "", "2023-01-01/2023-11-30", "2023-01-01/2023-12-31", None, ()),
        ],
        {"META-06": "FAIL"},
    ),
    "META-06 founded in the year": Case(
        _report(period_text="2023年3月1日至12月31日", period_start=date(2023, 3, 1)),
        [("META-06", "warning", "agency", "", "2023-03-01/2023-12-31", "2023-01-01/2023-12-31", None, ())],
        {"META-06": "FAIL"},
    ),
    "META-06 absent": Case(
        _report(period_text=None, period_start=None, period_end=None),
        [("META-06", "info", "agency", "", None, "2023-01-01/2023-12-31", None, ())],
        {"META-03": "NOT_ASSESSABLE", "META-06": "FAIL"},
    ),
    "META-06 dates unreadable": Case(
        _report(period_text="统计期限为本年度", period_start=None, period_end=None),
        [],
        {"META-03": "NOT_ASSESSABLE", "META-06": "NOT_ASSESSABLE"},
    ),
    "META-07 old form": Case(
        _report(template_required="v2019"),
        [("META-07", "critical", "agency", "", "v2021", "v2019", None, ())],
        {"META-07": "FAIL"},
    ),
    "META-07 year from the file name only": Case(
        _report(template_required="v2019", year_source="file_name"),
        [("META-07", "critical", "operator", "", "v2021", "v2019", None, ())],
        {"META-07": "FAIL"},
    ),
    "no year anywhere": Case(
        _report(year=None, title_year=None, template_required=None, title=_NO_YEAR),
        [("META-01", "critical", "agency", "", _NO_YEAR, None, None, ())],
        {
            "META-01": "FAIL",
            "META-03": "NOT_ASSESSABLE",
            "META-06": "NOT_ASSESSABLE",
            "META-07": "NOT_ASSESSABLE",
            "S6-01": "NOT_ASSESSABLE",
        },
    ),
    "S6-01": Case(
        _report(fee_statement=None),
        [("S6-01", "warning", "agency", "", None, None, None, ())],
        {"S6-01": "FAIL"},
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == CASES[name].findings
    assert not_passed(evaluations[name]) == CASES[name].verdicts


def test_reports_on_no_known_form_get_the_identity_rules_only() -> None:
    facts = _report(
        template="pre2019",
        template_required="pre2019",
        year=2017,
        title_year=2017,
        title=f"{AGENCY}2017年政府信息公开工作年度报告",
        period_text=None,
        period_start=None,
        period_end=None,
    )
    evaluation = evaluate_cases({"old": Case(facts, [], {})})["old"]
    assert set(evaluation.verdicts) == {"META-01", "META-02", "META-03", "META-06", "META-07"}
    assert (evaluation.score.total, evaluation.score.grade) == (None, "暂不评分")


def test_the_year_2019_has_no_predecessor_and_no_fee_rule() -> None:
    facts = clean_report(template_id="v2019", year=2019, fee_statement=None)
    evaluation = evaluate_cases({"first": Case(facts, [], {})})["first"]
    assert told(evaluation) == []
    assert not {"XY-01", "XY-02", "S6-01", "T2-02", "T2-03", "STR-05", "CELL-04"} & set(evaluation.verdicts)


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    assert [f.message for f in evaluations["META-03 period of the year before"].findings] == [
        "标题所列年度为2023年，统计期限却为“2022年1月1日至12月31日”，年份不一致。"
    ]
    assert [f.message for f in evaluations["META-07 old form"].findings] == [
        "2023年度报告应使用2019年试行格式（国办公开办函〔2019〕60号），实际使用2021年格式（国办公开办函〔2021〕30号）。"
    ]
