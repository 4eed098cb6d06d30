"""PUB, EXT: how a report came, and how far our reading goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from models.facts import SCHEMAS, Facts
from models.results import Evaluation
from tests.facts_builder import Case, change, clean_report, evaluate_cases, not_passed, told, with_previous

_CLEAN = with_previous(clean_report())


def _report(**changes: Any) -> Facts:
    return change(_CLEAN, "reports", pl.lit(True), **changes)


def _outside(**said: Any) -> Facts:
    fine = {"submission": "a", "column": "政府信息公开年报", "status": 200, "size": 20480, "changed": False}
    row = dict.fromkeys(SCHEMAS["outside"]) | fine | said
    return replace(_CLEAN, outside=pl.DataFrame([row], schema=dict(SCHEMAS["outside"]), orient="row"))


def _versions(**said: Any) -> Facts:
    other: dict[str, Any] = {
        "other_versions": ["b"],
        "differing_cells": ["t2.licensing.decisions"],
        "conflicting_cells": ["t2.licensing.decisions"],
        "other_version": "b.html",
        "other_version_read_by": "text",
        "other_version_published": True,
    }
    return change(_CLEAN, "history", pl.lit(True), **(other | said))


def _without_tables(**changes: Any) -> Facts:
    return change(_report(**changes), "tables", pl.col("table") == "t4", occurrences=0)


def _cut_off() -> Facts:
    return change(
        _CLEAN,
        "sections",
        pl.col("key").is_in(["problems", "other"]),
        match=None,
        heading=None,
        order=None,
        text="",
    )


def _doubtful() -> Facts:
    return change(
        _CLEAN,
        "cells",
        pl.col("code").is_in(["t2.penalty.decisions", "t2.coercion.decisions"]),
        kind="uncertain",
        value=None,
        reason="两种方法读取的结果不同：“42”与“4 2”",
    )


CASES = {
    "PUB all in order": Case(_outside(), [], {}),
    "PUB-01 among the news": Case(
        _outside(column="新闻动态"),
        [("PUB-01", "warning", "agency", "", "新闻动态", "政府信息公开工作年度报告", None, ())],
        {"PUB-01": "FAIL"},
    ),
    "PUB-01 nobody looked": Case(_outside(column=None), [], {"PUB-01": "NOT_ASSESSABLE"}),
    "PUB-02 a dead link": Case(
        _outside(status=404, size=None),
        [("PUB-02", "warning", "agency", "", 404, None, None, ())],
        {"PUB-02": "FAIL"},
    ),
    "PUB-02 an empty file": Case(
        _outside(size=0), [("PUB-02", "warning", "agency", "", 0, None, None, ())], {"PUB-02": "FAIL"}
    ),
    "PUB-02 a server that is ill": Case(
        _outside(status=503, size=None),
        [("PUB-02", "warning", "operator", "", 503, None, None, ())],
        {"PUB-02": "FAIL"},
    ),
    "PUB-02 no answer": Case(
        _outside(status=0, size=None),
        [("PUB-02", "warning", "operator", "", 0, None, None, ())],
        {"PUB-02": "FAIL"},
    ),
    "PUB-02 nobody looked": Case(_outside(status=None, size=None), [], {"PUB-02": "NOT_ASSESSABLE"}),
    "PUB-03 pictures where a table should be": Case(
        _without_tables(notes=["网页中有图片或内嵌页面（共1个）未读取，表格可能在其中。"]),
        [("PUB-03", "warning", "operator", "", "pictures", None, None, ())],
        {"PUB-03": "FAIL"},
    ),
    "PUB-03 a picture that may be the table": Case(
        change(
            _report(notes=["网页中有图片或内嵌页面（共1个）未读取，表格可能在其中。"]),
            "tables",
            pl.col("table") == "t3",
            occurrences=None,
        ),
        [("PUB-03", "warning", "operator", "", "pictures", None, None, ())],
        {"PUB-03": "FAIL"},
    ),
    "PUB-03 a picture beside tables that were found": Case(
        _report(notes=["网页中有图片或内嵌页面（共1个）未读取，表格可能在其中。"]), [], {}
    ),
    "PUB-03 no table, no picture": Case(_without_tables(), [], {"PUB-03": "NOT_ASSESSABLE"}),
    "PUB-03 a scan": Case(
        change(_CLEAN, "cells", pl.col("table") == "t2", read_by="ocr"),
        [("PUB-03", "warning", "operator", "", "scan", None, None, ())],
        {"PUB-03": "FAIL"},
    ),
    "PUB-04 two pages that differ": Case(
        _versions(), [("PUB-04", "critical", "agency", "", 1, None, None, ())], {"PUB-04": "FAIL"}
    ),
    "PUB-04 perhaps a draft": Case(
        _versions(other_version_published=False),
        [("PUB-04", "critical", "operator", "", 1, None, None, ())],
        {"PUB-04": "FAIL"},
    ),
    "PUB-04 the other is a scan": Case(
        _versions(other_version_read_by="ocr"),
        [("PUB-04", "critical", "operator", "", 1, None, None, ())],
        {"PUB-04": "FAIL"},
    ),
    "PUB-04 a correction": Case(_versions(conflicting_cells=[], other_version=None), [], {}),
    "EXT-02 two readings": Case(
        _doubtful(),
        [("EXT-02", "info", "operator", "t2", 2, None, None, ("EXT-01",))],
        {"EXT-02": "FAIL"},
    ),
    "EXT-03 short": Case(
        _report(characters=500), [("EXT-03", "info", "operator", "", 500, None, None, ())], {"EXT-03": "FAIL"}
    ),
    "EXT-03 cut off": Case(
        _cut_off(), [("EXT-03", "info", "operator", "", 3000, None, None, ())], {"EXT-03": "FAIL"}
    ),
}


@pytest.fixture(scope="module")
def said() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


def _mine(rule: str) -> bool:
    return rule.startswith(("PUB", "EXT-02", "EXT-03"))


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(name: str, said: dict[str, Evaluation]) -> None:
    assert [finding for finding in told(said[name]) if _mine(finding[0])] == CASES[name].findings
    verdicts = {rule: verdict for rule, verdict in not_passed(said[name]).items() if _mine(rule)}
    assert verdicts == CASES[name].verdicts


def test_without_a_table_the_rules_that_need_one_do_not_apply() -> None:
    verdicts = evaluate_cases({"a": Case(_CLEAN, [], {})})["a"].verdicts
    assert not {"PUB-01", "PUB-02", "XY-06"} & set(verdicts)


def test_the_words(said: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return next(f.message for f in said[name].findings if _mine(f.rule))

    assert message("PUB-04 two pages that differ") == (
        "同一机关2023年度报告另有版本“b.html”，表二“行政许可”行“本年处理决定数量”列的数据不同，均未写明是更正。"
    )
    assert message("PUB-02 a dead link") == "外部数据表记载，报告的公布地址打不开：访问状态为404。"
    assert (
        message("PUB-03 pictures where a table should be")
        == "未见表四的表格，文件中有图片，表格可能以图片形式发布。"
    )
