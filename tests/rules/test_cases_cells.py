"""CELL and EXT: what may stand in a cell."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from models.facts import APPLICANTS, Facts
from models.results import Evaluation
from tests.facts_builder import (
    CORE,
    Case,
    change,
    change_cell,
    clean_report,
    evaluate_cases,
    not_passed,
    only,
    rebuild,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())
_NEW = "t3.received_new.enterprise"
_LICENSING = "t2.licensing.decisions"
_FEES = "t2.fees.amount_wan_yuan"


def _cell(code: str, **changes: Any) -> Facts:
    return with_previous(change_cell(_CLEAN, code, **changes))


def _cells(where: pl.Expr, **changes: Any) -> Facts:
    return with_previous(rebuild(change(_CLEAN, "cells", where, **changes)))


_BLANK = {"value": None, "kind": "blank", "raw": ""}
_UNSURE = {"value": None, "kind": "uncertain", "raw": "640", "reason": "边界丢失", "proposal": "6"}
_READS_ALL_CELLS = ("CELL-01", "CELL-02", "CELL-03", "CELL-05", "CELL-06")

CASES = {
    "CELL-01 one cell": Case(
        _cell(_NEW, **_BLANK),
        [("CELL-01", "warning", "agency", _NEW, None, None, None, ())],
        {"CELL-01": "FAIL", "T3-01": "NOT_ASSESSABLE", "T3-03": "NOT_ASSESSABLE"},
    ),
    "CELL-01 a total": Case(
        _cell("t4.review.total", **_BLANK),
        [("CELL-01", "critical", "agency", "t4.review.total", None, None, None, ())],
        {"CELL-01": "FAIL", "T4-01": "NOT_ASSESSABLE"},
    ),
    "CELL-01 a whole row": Case(
        _cells(pl.col("row") == "results.unable.not_held", **_BLANK),
        [("CELL-01", "critical", "agency", "t3.results.unable.not_held", None, None, None, ())],
        {
            "CELL-01": "FAIL",
            "T3-01": "NOT_ASSESSABLE",
            "T3-02": "NOT_ASSESSABLE",
            "T3-04": "NOT_ASSESSABLE",
        },
    ),
    "CELL-01 a whole table": Case(
        _cells(pl.col("table") == "t4", **_BLANK),
        [("CELL-01", "critical", "agency", "t4", None, None, None, ())],
        {"CELL-01": "FAIL", "T4-01": "NOT_ASSESSABLE"},
    ),
    "CELL-02": Case(
        _cell("t2.rules.issued", kind="placeholder", raw="/"),
        [("CELL-02", "info", "agency", "t2.rules.issued", "/", None, None, ())],
        {"CELL-02": "FAIL", "T2-02": "NOT_ASSESSABLE", "T2-03": "NOT_ASSESSABLE"},
    ),
    "CELL-03 negative": Case(
        _cell(_LICENSING, value=-3.0),
        [("CELL-03", "critical", "agency", _LICENSING, -3, None, None, ())],
        {"CELL-03": "FAIL"},
    ),
    "CELL-03 fraction": Case(
        _cell(_LICENSING, value=3.5),
        [("CELL-03", "critical", "agency", _LICENSING, 3.5, None, None, ())],
        {"CELL-03": "FAIL"},
    ),
    "CELL-03 whole, written with a point": Case(
        _cell(_LICENSING, value=3.0, raw="3.0", kind="number"),
        [("CELL-03", "info", "agency", _LICENSING, 3, None, None, ())],
        {"CELL-03": "FAIL"},
    ),
    "CELL-03 a change may be negative": Case(
        with_previous(
            change_cell(clean_report(template_id="v2019"), "t2v19.licensing.items_delta", value=-3.0)
        ),
        [],
        {},
    ),
    "CELL-04 too fine": Case(
        _cell(_FEES, value=12.34567),
        [("CELL-04", "info", "agency", _FEES, 12.34567, None, None, ())],
        {"CELL-04": "FAIL"},
    ),
    "CELL-04 negative": Case(
        _cell(_FEES, value=-1.0),
        [("CELL-04", "warning", "agency", _FEES, -1, None, None, ())],
        {"CELL-04": "FAIL"},
    ),
    "CELL-04 blank": Case(
        _cell(_FEES, **_BLANK),
        [("CELL-01", "warning", "agency", _FEES, None, None, None, ())],
        {"CELL-01": "FAIL", "CELL-04": "NOT_ASSESSABLE"},
    ),
    "CELL-05 unit": Case(
        _cell(_LICENSING, value=12.0, raw="12件", kind="number", normalised="unit"),
        [("CELL-05", "warning", "agency", _LICENSING, "12件", None, None, ())],
        {"CELL-05": "FAIL"},
    ),
    "CELL-05 words": Case(
        _cell(_LICENSING, kind="text", raw="约12"),
        [("CELL-05", "warning", "agency", _LICENSING, "约12", None, None, ())],
        {"CELL-05": "FAIL"},
    ),
    "CELL-06": Case(
        _cell(_LICENSING, value=1310.0, raw="1,310", kind="number", normalised="separator"),
        [("CELL-06", "info", "agency", _LICENSING, "1,310", None, None, ())],
        {"CELL-06": "FAIL"},
    ),
    "CELL-07 real borders": Case(
        change(_CLEAN, "lines", pl.col("key") == "t4.row", width=16),
        [("CELL-07", "critical", "agency", "t4.row", 16, 15, 1, ())],
        {"CELL-07": "FAIL"},
    ),
    "CELL-07 text": Case(
        change(
            change(_CLEAN, "lines", pl.col("key") == "t3.carried_in", width=6),
            "reports",
            pl.lit(True),
            format="txt",
        ),
        [("CELL-07", "critical", "operator", "t3.carried_in", 6, 7, -1, ())],
        {"CELL-07": "FAIL"},
    ),
    "CELL-07 not countable": Case(
        change(_CLEAN, "lines", pl.col("key") == "t3.carried_in", width=None),
        [],
        {"CELL-07": "NOT_ASSESSABLE"},
    ),
    "EXT-01": Case(
        _cells(pl.col("code").is_in([_NEW, "t3.received_new.research"]), **_UNSURE),
        [("EXT-01", "info", "operator", "t3.received_new", "640", None, None, ())],
        dict.fromkeys((*_READS_ALL_CELLS, "T3-01", "T3-03", "T3-12"), "NOT_ASSESSABLE") | {"EXT-01": "FAIL"},
    ),
    "EXT-01 with its row too wide": Case(
        change(
            _cells(pl.col("row") == "carried_in", **_UNSURE),
            "lines",
            pl.col("key") == "t3.carried_in",
            width=8,
        ),
        [("CELL-07", "critical", "agency", "t3.carried_in", 8, 7, 1, ("EXT-01",))],
        dict.fromkeys((*_READS_ALL_CELLS, "T3-01", "T3-03", "T3-04", "XY-01", "XY-02"), "NOT_ASSESSABLE")
        | {"EXT-01": "FAIL", "CELL-07": "FAIL", "T3-12": "PASS"},
    ),
    "read by a machine eye": Case(
        change(_cell("t4.review.total", value=0.0), "cells", pl.col("table") == "t4", read_by="ocr"),
        [("T4-01", "critical", "operator", "review", 0, 7, -7, ())],
        {"T4-01": "FAIL"},
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES, only(*CORE))


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == CASES[name].findings
    expected = {rule: verdict for rule, verdict in CASES[name].verdicts.items() if verdict != "PASS"}
    assert not_passed(evaluations[name]) == expected


def test_cells_and_places(evaluations: dict[str, Evaluation]) -> None:
    row = evaluations["CELL-01 a whole row"].findings[0]
    assert row.cells == tuple(f"t3.results.unable.not_held.{applicant}" for applicant in APPLICANTS)
    assert row.where == {"table": 2, "row": 95}
    table = evaluations["CELL-01 a whole table"].findings[0]
    assert len(table.cells) == 15
    assert table.message == "表四3行共15个单元格空缺，没有发生的应填0。"


def test_reasons_name_the_cell(evaluations: dict[str, Evaluation]) -> None:
    def reasons(name: str) -> dict[str, str]:
        return {n.rule: n.reason for n in evaluations[name].not_assessed}

    place = "表三“一、本年新收政府信息公开申请数量”行“法人或其他组织-商业企业”列"
    assert reasons("CELL-01 one cell") == {
        "T3-01": f"{place}空缺，无法核算。",
        "T3-03": f"{place}空缺，无法核算。",
    }
    assert reasons("CELL-02")["T2-02"] == "表二“规章”行“本年制发件数”列填写占位符“/”，无法核算。"
    assert reasons("EXT-01")["T3-01"] == "表三“一、本年新收政府信息公开申请数量”行读取不确定。"


def test_the_sentence_for_the_operator(evaluations: dict[str, Evaluation]) -> None:
    assert evaluations["EXT-01"].findings[0].message == (
        "表三“一、本年新收政府信息公开申请数量”行2个单元格读取不确定，原文“640”，原因：边界丢失，"
        "可能为“6、6”。请对照原件核实。"
    )
    assert evaluations["EXT-01"].score.grade == "暂不评分"
