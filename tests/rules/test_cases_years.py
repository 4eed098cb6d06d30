"""XY: a report beside its other years; what the text explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from models.facts import SCHEMAS, Facts
from models.results import Evaluation
from tests.facts_builder import (
    Case,
    change,
    change_prose,
    clean_cells,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())


def _before(facts: Facts, values: dict[str, float | None]) -> Facts:
    """Let the report of the year before have these values in these cells."""
    column = pl.col("code").replace_strict(values, default=pl.col("previous_value"), return_dtype=pl.Float64)
    cells = facts.previous_cells.with_columns(previous_value=column)
    return replace(facts, previous_cells=cells)


def _history(facts: Facts, **said: Any) -> Facts:
    return change(facts, "history", pl.lit(True), **said)


def _outside(facts: Facts, **said: Any) -> Facts:
    row = dict.fromkeys(SCHEMAS["outside"]) | {"submission": "a"} | said
    return replace(facts, outside=pl.DataFrame([row], schema=dict(SCHEMAS["outside"]), orient="row"))


_ALL = clean_cells("v2021")
_SMALL: dict[str, float] = {
    "t2.licensing.decisions": 1.0,
    "t2.penalty.decisions": 2.0,
    "t2.coercion.decisions": 1.0,
    "t2.fees.amount_wan_yuan": 0.5,
    "t4.review.upheld": 1.0,
}


def _quiet_report(values: dict[str, float]) -> Facts:
    """A report whose cells are zero but for these (the totals of its tables are not kept in step)."""
    cells = clean_report().cells.with_columns(
        value=pl.col("code").replace_strict(values, default=0.0, return_dtype=pl.Float64)
    )
    zero = pl.col("value") == 0
    cells = cells.with_columns(
        raw=pl.col("value").cast(pl.String),
        kind=pl.when(zero).then(pl.lit("zero")).otherwise(pl.lit("number")),
    )
    facts = with_previous(replace(clean_report(), cells=cells))
    return _before(facts, {code: values.get(code, 0.0) for code in _ALL})


CASES = {
    "clean": Case(_CLEAN, [], {}),
    "XY-01 not carried over": Case(
        change(_CLEAN, "years", pl.col("applicant") == "total", previous_carried_out=4.0),
        [("XY-01", "critical", "agency", "total", 5, 4, 1, ())],
        {"XY-01": "FAIL"},
    ),
    "XY-01 explained by the report": Case(
        change_prose(
            change(_CLEAN, "years", pl.col("applicant") == "total", previous_carried_out=4.0),
            "other",
            "依据《政府信息公开信息处理费管理办法》（国办函〔2020〕109号），本年度未收取信息处理费。",
            "因机构改革划入原区林业站未办结申请1件，上年结转与上年度报告结转下年度的件数不一致。",
        ),
        [("XY-01", "info", "agency", "total", 5, 4, 1, ())],
        {"XY-01": "FAIL"},
    ),
    "XY-01 the year before leaves it open": Case(
        change(_CLEAN, "years", pl.col("applicant") == "total", previous_carried_out=None),
        [],
        {"XY-01": "NOT_ASSESSABLE"},
    ),
    "XY-03 everything as last year": Case(
        _before(_CLEAN, _ALL),
        [("XY-03", "critical", "agency", "", 0, None, None, ())],
        {"XY-03": "FAIL"},
    ),
    "XY-03 one cell differs": Case(_before(_CLEAN, _ALL | {"t2.licensing.decisions": 309.0}), [], {}),
    "XY-03 one cell cannot be compared": Case(
        _before(_CLEAN, _ALL | {"t2.licensing.decisions": None}),
        [("XY-03", "critical", "operator", "", 0, None, None, ())],
        {"XY-03": "FAIL"},
    ),
    "XY-03 most cells cannot be compared": Case(
        _before(_CLEAN, _ALL | dict.fromkeys(list(_ALL)[60:])), [], {"XY-03": "NOT_ASSESSABLE"}
    ),
    "XY-03 a quiet body": Case(
        _quiet_report(_SMALL), [("XY-03", "warning", "agency", "", 0, None, None, ())], {"XY-03": "FAIL"}
    ),
    "XY-03 four numbers are chance": Case(
        _quiet_report({code: _SMALL[code] for code in list(_SMALL)[:4]}), [], {}
    ),
    "XY-03 another form the year before": Case(
        _history(_before(_CLEAN, _ALL), previous_template="v2019"), [], {}
    ),
    "XY-04 a year is missing, and owed": Case(
        _history(_CLEAN, missing_years=[2022], series_owed=True),
        [("XY-04", "warning", "agency", "", "2022", None, None, ())],
        {"XY-04": "FAIL"},
    ),
    "XY-04 years are missing, perhaps not collected": Case(
        _history(_CLEAN, missing_years=[2021, 2022], series_owed=False),
        [("XY-04", "warning", "operator", "", "2021、2022", None, None, ())],
        {"XY-04": "FAIL"},
    ),
    "XY-04 nothing is known of other years": Case(
        _history(_CLEAN, missing_years=None), [], {"XY-04": "NOT_ASSESSABLE"}
    ),
    "XY-05 jumps": Case(
        _before(_CLEAN, {"t2.licensing.decisions": 40.0, "t3.received_new.total": 3.0}),
        [
            ("XY-05", "info", "agency", "t2.licensing.decisions", 310, 40, 270, ()),
            ("XY-05", "info", "agency", "t3.received_new.total", 63, 3, 60, ()),
        ],
        {"XY-05": "FAIL"},
    ),
    "XY-05 from nothing": Case(
        _before(_CLEAN, {"t2.penalty.decisions": 0.0}),
        [("XY-05", "info", "agency", "t2.penalty.decisions", 42, 0, 42, ())],
        {"XY-05": "FAIL"},
    ),
    "XY-05 six from nothing is little": Case(_before(_CLEAN, {"t2.coercion.decisions": 0.0}), [], {}),
    "XY-06 changed without a word": Case(
        _outside(_CLEAN, changed=True, changed_on=date(2024, 3, 1), column="年报", status=200),
        [("XY-06", "warning", "agency", "", "2024-03-01", None, None, ())],
        {"XY-06": "FAIL"},
    ),
    "XY-06 not changed": Case(_outside(_CLEAN, changed=False, column="年报", status=200), [], {}),
    "XY-06 nobody looked": Case(_outside(_CLEAN, column="年报", status=200), [], {"XY-06": "NOT_ASSESSABLE"}),
    "no report of the year before": Case(
        clean_report(),
        [],
        dict.fromkeys(("XY-01", "XY-02", "XY-03", "XY-04", "XY-05"), "NOT_ASSESSABLE")
        | {"PUB-04": "NOT_ASSESSABLE"},
    ),
}


@pytest.fixture(scope="module")
def said() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


def _mine(rule: str) -> bool:
    return rule.startswith(("XY", "TIME", "PUB"))


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(name: str, said: dict[str, Evaluation]) -> None:
    assert [finding for finding in told(said[name]) if _mine(finding[0])] == CASES[name].findings
    verdicts = {rule: verdict for rule, verdict in not_passed(said[name]).items() if _mine(rule)}
    assert verdicts == CASES[name].verdicts


def test_the_words(said: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return next(f.message for f in said[name].findings if f.rule.startswith("XY"))

    assert message("XY-03 everything as last year") == (
        "三张表全部单元格与2022年度报告完全相同，其中不为0的（不计总计和现行有效件数）有68个，疑似照抄上一年度数据。"
    )
    assert message("XY-04 years are missing, perhaps not collected") == (
        "有2023年度报告，未见2021、2022年度报告，年度报告不连续。"
    )
    assert (
        message("XY-05 from nothing")
        == "表二“行政处罚”行“本年处理决定数量”列：上一年度0件，本年42件，变化较大，请核实。"
    )
    explained = next(f for f in said["XY-01 explained by the report"].findings if f.rule == "XY-01")
    assert [p.own for p in explained.passages] == [
        "因机构改革划入原区林业站未办结申请1件，上年结转与上年度报告结转下年度的件数不一致。"
    ]


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("因规范性文件有效期届满，2件规范性文件失效，现行有效件数以本年度报告为准。", True),
        ("区政府划转规范性文件3件至映溪区水务局。", True),
        ("扎实开展行政规范性文件清理工作，清理结果及时公布。", False),
        ("全年主动公开规范性文件23件。", False),
    ],
)
def test_a_difference_of_the_stock_that_the_report_explains(text: str, explained: bool) -> None:
    other = "依据《政府信息公开信息处理费管理办法》（国办函〔2020〕109号），本年度未收取信息处理费。"
    facts = change_prose(_CLEAN, "other", other, text)
    facts = change(facts, "documents", pl.col("kind") == "normative_docs", previous_in_force=25.0)
    found = [t for t in told(evaluate_cases({"a": Case(facts, [], {})})["a"]) if t[0] == "T2-03"]
    severity = "info" if explained else "warning"
    assert found == [("T2-03", severity, "agency", "normative_docs", 23, 28, -5, ())]
