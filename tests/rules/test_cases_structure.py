"""STR: a report on which each rule fires, and one where it cannot be decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from models.facts import Facts
from models.results import Evaluation
from tests.facts_builder import (
    CORE,
    Case,
    change,
    change_cell,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    only,
    rebuild,
    told,
    with_explanations,
    with_previous,
)

_CLEAN = with_explanations(with_previous(clean_report()))
_OTHER_LINES = ("overdue_correction", "overdue_fee", "misc")


def _section(key: str, facts: Facts = _CLEAN, **changes: Any) -> Facts:
    return change(facts, "sections", pl.col("key") == key, **changes)


def _line(key: str, facts: Facts = _CLEAN, **changes: Any) -> Facts:
    return change(facts, "lines", pl.col("key") == key, **changes)


def _without_section(key: str, facts: Facts = _CLEAN) -> Facts:
    gone: dict[str, Any] = {"heading": None, "numeral": None, "match": None, "order": None, "text": None}
    return _section(key, facts, **gone, characters=None, occurrences=0)


def _without_cells(facts: Facts, where: pl.Expr) -> Facts:
    return with_previous(rebuild(change(facts, "cells", where, value=None, raw=None, kind="missing")))


def _without_table_4() -> Facts:
    facts = change(_CLEAN, "tables", pl.col("table") == "t4", occurrences=0, cells_found=0, section=None)
    facts = change(
        facts, "lines", pl.col("table") == "t4", label=None, match="missing", order=None, width=None
    )
    return _without_cells(facts, pl.col("table") == "t4")


def _extra(heading: str) -> Facts:
    row = _CLEAN.sections.tail(1).with_columns(
        key=pl.lit("extra"),
        expected_heading=pl.lit(None, dtype=pl.String),
        heading=pl.lit(heading),
        numeral=pl.lit("七"),
        order=pl.lit(7, dtype=pl.Int32),
        previous_order=pl.lit(None, dtype=pl.Int32),
    )
    return replace(_CLEAN, sections=pl.concat([_CLEAN.sections, row]))


def _without_row(row: str) -> Facts:
    facts = _line(f"t3.{row}", label=None, match="missing", order=None, width=None)
    return _without_cells(facts, pl.col("row") == row)


def _undivided() -> Facts:
    """（六）其他处理 as one row in a report on the 2021 form, its numbers being those of the three."""
    codes = [f"results.other.{name}" for name in _OTHER_LINES]
    rows = _CLEAN.cells.filter(pl.col("row").is_in(codes))
    one = (
        rows.group_by("column", maintain_order=True)
        .agg(pl.all().exclude("column", "value").first(), pl.col("value").sum())
        .with_columns(
            code=pl.concat_str(pl.lit("t3.results.other."), "column"),
            row=pl.lit("results.other"),
            raw=pl.col("value").cast(pl.Int64).cast(pl.String),
            kind=pl.when(pl.col("value") == 0).then(pl.lit("zero")).otherwise(pl.lit("number")),
        )
        .select(rows.columns)
    )
    lines = _CLEAN.lines.filter(~pl.col("key").is_in([f"t3.{code}" for code in codes]))
    row = _CLEAN.lines.filter(pl.col("key") == "t3.results.other.misc").with_columns(
        key=pl.lit("t3.results.other"),
        label=pl.lit("（六）其他处理"),
        expected_label=pl.lit("（六）其他处理"),
        match=pl.lit("undivided"),
        foreign=pl.lit(True),
    )
    gone = change(
        replace(_CLEAN, lines=pl.concat([lines, row])),
        "cells",
        pl.col("row").is_in(codes),
        value=None,
        raw=None,
        kind="missing",
    )
    return with_previous(rebuild(replace(gone, cells=pl.concat([gone.cells, one]))))


_TYPO: dict[str, Any] = {"label": "本年度止件数", "match": "typo", "similarity": 0.83}
_REPEALED = "t2.item_1.columns.repealed"
_SIX = "六、其他需要报告的事项"
_FIVE = "五、存在的主要问题及改进情况"
_ON_PROSE = ("STR-11", "STR-12", "TXT-15", "S5-01", "S5-02", "S5-03", "S5-05", "S5-06")
_NO_PROBLEM_LISTED = dict.fromkeys(("S5-03", "S5-05", "S5-06"), "NOT_ASSESSABLE")
_FOUR = "四、政府信息公开行政复议、行政诉讼情况"

CASES = {
    "STR-01 with what it says on fees": Case(
        change(_without_section("other"), "reports", pl.lit(True), fee_statement=None),
        [("STR-01", "critical", "agency", "other", None, _SIX, None, ("S6-01",))],
        {"STR-01": "FAIL", "STR-04": "PASS", "S6-01": "FAIL"},
    ),
    "STR-01 problems": Case(
        _without_section("problems"),
        [("STR-01", "critical", "agency", "problems", None, _FIVE, None, ())],
        {"STR-01": "FAIL"}
        | dict.fromkeys(("STR-10", "S5-01", "S5-02", "S5-03", "S5-05", "S5-06"), "NOT_ASSESSABLE"),
    ),
    "STR-01 heading lost, table there": Case(
        _section("requests", _without_section("disputes"), misplaced_table="t4"),
        [("STR-01", "warning", "agency", "disputes", None, _FOUR, None, ("STR-14",))],
        {"STR-01": "FAIL", "STR-14": "FAIL"},
    ),
    "STR-01 with its table": Case(
        _without_section("disputes", _without_table_4()),
        [("STR-01", "critical", "agency", "disputes", None, _FOUR, None, ("STR-06", "STR-08"))],
        dict.fromkeys(("STR-01", "STR-06", "STR-08"), "FAIL") | {"T4-01": "NOT_ASSESSABLE"},
    ),
    "STR-02": Case(
        _section("problems", order=3, previous_order=4),
        [("STR-02", "warning", "agency", "problems", 3, None, None, ())],
        {"STR-02": "FAIL"},
    ),
    "STR-03": Case(
        _section("overview", heading="工作总体推进情况", match="deviation"),
        [("STR-03", "warning", "agency", "overview", "工作总体推进情况", "总体情况", None, ())],
        {"STR-03": "FAIL"},
    ),
    "STR-03 accepted wording": Case(_section("other", heading="其他事项", match="variant"), [], {}),
    "STR-04": Case(
        _section("disputes", _section("requests", numeral="3"), numeral="4"),
        [("STR-04", "info", "agency", "", "3、4", None, None, ())],
        {"STR-04": "FAIL"},
    ),
    "STR-04 numbering lost": Case(_section("requests", numeral=None), [], {"STR-04": "NOT_ASSESSABLE"}),
    "STR-05": Case(
        _extra("下一步工作打算"),
        [("STR-05", "warning", "agency", "extra:下一步工作打算", "下一步工作打算", None, None, ())],
        {"STR-05": "FAIL"},
    ),
    "STR-06": Case(
        _without_table_4(),
        [("STR-06", "critical", "agency", "t4", 0, 1, None, ("STR-08",))],
        dict.fromkeys(("STR-06", "STR-08"), "FAIL") | {"T4-01": "NOT_ASSESSABLE"},
    ),
    "STR-06 perhaps a picture": Case(
        change(_without_table_4(), "reports", pl.lit(True), notes=["文件含有图片1张。"]),
        [
            ("STR-06", "critical", "operator", "t4", 0, 1, None, ("STR-08",)),
        ],
        dict.fromkeys(("STR-06", "STR-08"), "FAIL") | {"T4-01": "NOT_ASSESSABLE"},
    ),
    "STR-07 block without its row": Case(
        _without_cells(
            change(
                _CLEAN,
                "lines",
                pl.col("key").is_in(["t2.item_8", "t2.item_8.columns.amount_wan_yuan", "t2.fees"]),
                label=None,
                match="missing",
                order=None,
            ),
            pl.col("row") == "fees",
        ),
        [("STR-07", "critical", "agency", "t2.item_8", None, "第二十条第（八）项", None, ("STR-08",))],
        {"STR-07": "FAIL", "STR-08": "FAIL", "CELL-04": "NOT_ASSESSABLE"},
    ),
    "STR-07 only its label": Case(
        _line("t2.item_8", label=None, match="missing", order=None),
        [("STR-07", "warning", "agency", "t2.item_8", None, "第二十条第（八）项", None, ())],
        {"STR-07": "FAIL"},
    ),
    "STR-07 unsure": Case(_line("t2.item_8", match="uncertain"), [], {"STR-07": "NOT_ASSESSABLE"}),
    "STR-08 row gone": Case(
        _without_row("results.denied.admin_inquiry"),
        [
            (
                "STR-08",
                "critical",
                "agency",
                "t3.results.denied.admin_inquiry",
                None,
                "8.属于行政查询事项",
                None,
                (),
            ),
        ],
        {
            "STR-08": "FAIL",
            "T3-01": "NOT_ASSESSABLE",
            "T3-02": "NOT_ASSESSABLE",
            "T3-04": "NOT_ASSESSABLE",
        },
    ),
    "STR-08 typo in a page": Case(
        _line(_REPEALED, **_TYPO),
        [("STR-08", "warning", "agency", _REPEALED, "本年度止件数", "本年废止件数", None, ())],
        {"STR-08": "FAIL"},
    ),
    "STR-08 typo in a conversion": Case(
        _line(_REPEALED, change(_CLEAN, "reports", pl.lit(True), format="txt"), **_TYPO),
        [("STR-08", "info", "agency", _REPEALED, "本年度止件数", "本年废止件数", None, ())],
        {"STR-08": "FAIL"},
    ),
    "STR-08 displaced": Case(
        _line("t3.carried_in", order=1, previous_order=2),
        [("STR-08", "warning", "agency", "t3.carried_in", 1, None, None, ())],
        {"STR-08": "FAIL"},
    ),
    "STR-08 unsure": Case(_line("t3.carried_in", match="uncertain"), [], {"STR-08": "NOT_ASSESSABLE"}),
    "STR-09 undivided": Case(
        _undivided(),
        [("STR-09", "critical", "agency", "t3", "（六）其他处理", None, None, ())],
        {"STR-09": "FAIL"},
    ),
    "STR-10": Case(
        _section("problems", change_prose(_CLEAN, "problems", ""), characters=0),
        [("STR-10", "critical", "agency", "problems", 0, None, None, ("S5-01", "S5-02"))],
        dict.fromkeys(("STR-10", "S5-01", "S5-02"), "FAIL") | _NO_PROBLEM_LISTED,
    ),
    "STR-10 overview": Case(
        _section("overview", change_prose(_CLEAN, "overview", "我局总体良好。"), characters=6),
        [("STR-10", "critical", "agency", "overview", 6, None, None, ("STR-11", "TXT-15"))],
        dict.fromkeys(("STR-10", "STR-11", "TXT-15"), "FAIL"),
    ),
    "STR-14 twice": Case(
        _section("other", occurrences=2),
        [("STR-14", "warning", "agency", "other", None, None, None, ())],
        {"STR-14": "FAIL"},
    ),
    "STR-14 table twice": Case(
        change(_CLEAN, "tables", pl.col("table") == "t3", occurrences=2),
        [("STR-14", "warning", "agency", "requests", None, None, None, ())],
        {"STR-14": "FAIL"},
    ),
    "STR-14 misplaced": Case(
        _section("disputes", misplaced_table="t3"),
        [("STR-14", "warning", "agency", "disputes", None, None, None, ())],
        {"STR-14": "FAIL"},
    ),
    "sections not read": Case(
        replace(_CLEAN, sections=_CLEAN.sections.head(0)),
        [],
        dict.fromkeys(
            ("STR-01", "STR-02", "STR-03", "STR-04", "STR-05", "STR-10", "STR-11", "STR-14", "TXT-15"),
            "NOT_ASSESSABLE",
        )
        | dict.fromkeys(("S5-01", "S5-02", "S5-03", "S5-05", "S5-06"), "NOT_ASSESSABLE"),
    ),
    "tables not read": Case(replace(_CLEAN, tables=_CLEAN.tables.head(2)), [], {"STR-06": "NOT_ASSESSABLE"}),
    "lines not read": Case(
        replace(_CLEAN, lines=_CLEAN.lines.head(0)),
        [],
        dict.fromkeys(("STR-07", "STR-08", "STR-09", "CELL-07"), "NOT_ASSESSABLE"),
    ),
    "row still there though wrong": Case(
        with_previous(change_cell(_undivided(), "t3.results.other.total", value=99.0)),
        [
            ("STR-09", "critical", "agency", "t3", "（六）其他处理", None, None, ()),
            ("T3-02", "critical", "agency", "total", 60, 144, -84, ("T3-01", "T3-04")),
        ],
        dict.fromkeys(("STR-09", "T3-01", "T3-02", "T3-04"), "FAIL"),
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES, only(*CORE, *_ON_PROSE))


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == CASES[name].findings
    expected = {rule: verdict for rule, verdict in CASES[name].verdicts.items() if verdict != "PASS"}
    assert not_passed(evaluations[name]) == expected


def test_a_missing_table_caps_the_score(evaluations: dict[str, Evaluation]) -> None:
    score = evaluations["STR-06"].score
    assert (score.total, score.grade, score.gates) == (59.0, "不合格", ("缺少统计表，最高59分",))


def test_cells_of_a_missing_row_are_named(evaluations: dict[str, Evaluation]) -> None:
    finding = evaluations["STR-08 row gone"].findings[0]
    assert finding.cells[0] == "t3.results.denied.admin_inquiry.natural_person"
    assert len(finding.cells) == 7
    reasons = {n.rule: n.reason for n in evaluations["STR-08 row gone"].not_assessed}
    assert reasons["T3-01"] == "表三“（三）不予公开/8.属于行政查询事项”行缺失，无法核算。"
