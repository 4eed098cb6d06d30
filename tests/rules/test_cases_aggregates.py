"""AGG: a government beside the agencies below it, as the roster has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from models.facts import SCHEMAS, Facts
from models.results import Evaluation
from tasks.compare import compare_all
from tasks.roster import Roster, RosterEntry
from tasks.validate import evaluate
from tasks.validate.subordinates import covers
from tests.facts_builder import (
    Case,
    batch,
    change,
    change_cell,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())
_SUMMARY = "本报告汇总映溪区各部门、各镇街政府信息公开工作情况编制而成。"
_OFFICE = "本报告数据仅包括区政府办公室，不含各部门、各镇街。"


def _government(*said: str) -> Facts:
    facts = change(_CLEAN, "reports", pl.lit(True), organ="government")
    intro = facts.paragraphs.filter(pl.col("section") == "intro")["text"].to_list()
    facts = change_prose(facts, "intro", *intro, *said) if said else facts
    return change(facts, "history", pl.lit(True), due_below=2, missing_below=[])


def _row(
    code: str, value: float | None, received: int, total: float | None, largest: float | None
) -> dict[str, Any]:
    return {
        "submission": "a", "code": code, "value": value, "due": 2, "received": received, "total": total,
        "largest": largest, "largest_agency": "映溪区教育局", "largest_submission": "e", "largest_read_by": "text",
    }  # fmt: skip


def _below(facts: Facts, *rows: dict[str, Any]) -> Facts:
    return replace(
        facts, subordinates=pl.DataFrame(list(rows), schema=dict(SCHEMAS["subordinates"]), orient="row")
    )


_NEW, _FEES, _REVIEW = "t3.received_new.total", "t2.fees.amount_wan_yuan", "t4.review.total"

CASES = {
    "all is well": Case(_below(_government(_SUMMARY), _row(_NEW, 63.0, 2, 60.0, 40.0)), [], {}),
    "AGG-01 smaller than one": Case(
        _below(_government(_SUMMARY), _row(_NEW, 20.0, 1, 25.0, 25.0), _row(_REVIEW, 1.0, 1, 2.0, 2.0)),
        [("AGG-01", "critical", "agency", "映溪区教育局", 20, 25, -5, ())],
        {"AGG-01": "FAIL", "AGG-02": "NOT_ASSESSABLE"},
    ),
    "AGG-01 the report does not say whom it covers": Case(
        _below(_government(), _row(_NEW, 20.0, 1, 25.0, 25.0)),
        [
            ("AGG-01", "warning", "operator", "", 20, 25, -5, ()),
            ("AGG-03", "info", "agency", "", None, None, None, ()),
        ],
        {"AGG-01": "FAIL", "AGG-02": "NOT_ASSESSABLE", "AGG-03": "FAIL"},
    ),
    "AGG-01 only the office": Case(
        _below(_government(_OFFICE), _row(_NEW, 20.0, 2, 25.0, 25.0)),
        [],
        {"AGG-01": "NOT_ASSESSABLE", "AGG-02": "NOT_ASSESSABLE"},
    ),
    "AGG-01 the government's own cell was not read": Case(
        _below(_government(_SUMMARY), _row(_NEW, None, 2, 25.0, 25.0)),
        [],
        {"AGG-01": "NOT_ASSESSABLE", "AGG-02": "NOT_ASSESSABLE"},
    ),
    "AGG-01 the other report is a scan": Case(
        _below(_government(_SUMMARY), _row(_NEW, 20.0, 1, 25.0, 25.0) | {"largest_read_by": "ocr"}),
        [("AGG-01", "critical", "operator", "映溪区教育局", 20, 25, -5, ())],
        {"AGG-01": "FAIL", "AGG-02": "NOT_ASSESSABLE"},
    ),
    "AGG-02 smaller than all together": Case(
        _below(_government(_SUMMARY), _row(_NEW, 50.0, 2, 60.0, 40.0)),
        [("AGG-02", "warning", "operator", "", 50, 60, -10, ())],
        {"AGG-02": "FAIL"},
    ),
    "AGG-02 folded into what says more": Case(
        _below(_government(_SUMMARY), _row(_NEW, 50.0, 2, 100.0, 60.0)),
        [("AGG-01", "critical", "agency", "映溪区教育局", 50, 60, -10, ("AGG-02",))],
        {"AGG-01": "FAIL", "AGG-02": "FAIL"},
    ),
    "AGG-02 fees may be rounded, suits counted once": Case(
        _below(_government(_SUMMARY), _row(_FEES, 12.35, 2, 12.3501, 9.0), _row(_REVIEW, 3.0, 2, 5.0, 3.0)),
        [],
        {},
    ),
    "AGG-03 says nothing": Case(
        _below(_government(), _row(_NEW, 63.0, 2, 60.0, 40.0)),
        [("AGG-03", "info", "agency", "", None, None, None, ())],
        {"AGG-02": "NOT_ASSESSABLE", "AGG-03": "FAIL"},
    ),
    "AGG-04 some are missing": Case(
        change(
            _below(_government(_SUMMARY), _row(_NEW, 63.0, 1, 40.0, 40.0)),
            "history",
            pl.lit(True),
            missing_below=["映溪区财政局"],
        ),
        [("AGG-04", "critical", "operator", "", 1, 2, -1, ())],
        {"AGG-02": "NOT_ASSESSABLE", "AGG-04": "FAIL"},
    ),
    "AGG-04 nobody looked": Case(
        change(_government(_SUMMARY), "history", pl.lit(True), missing_below=None),
        [],
        dict.fromkeys(("AGG-01", "AGG-02", "AGG-04"), "NOT_ASSESSABLE"),
    ),
    "a department": Case(_below(_CLEAN, _row(_NEW, 20.0, 1, 25.0, 25.0)), [], {}),
}


@pytest.fixture(scope="module")
def said() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(name: str, said: dict[str, Evaluation]) -> None:
    assert [finding for finding in told(said[name]) if finding[0].startswith("AGG")] == CASES[name].findings
    verdicts = {rule: verdict for rule, verdict in not_passed(said[name]).items() if rule.startswith("AGG")}
    assert verdicts == CASES[name].verdicts


def test_without_a_roster_only_the_statement_is_looked_at() -> None:
    facts = change(_CLEAN, "reports", pl.lit(True), organ="government")
    verdicts = evaluate_cases({"a": Case(facts, [], {})})["a"].verdicts
    assert {rule for rule in verdicts if rule.startswith("AGG")} == {"AGG-03"}


def test_the_words(said: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return next(f.message for f in said[name].findings if f.rule.startswith("AGG"))

    assert message("AGG-01 smaller than one") == (
        "政府报告的数小于下级“映溪区教育局”一个单位的数：表三“一、本年新收政府信息公开申请数量”行“总计”列政府填报20，该单位填报25；"
        "表四“行政复议”行“总计”列政府填报1，该单位填报2。"
    )
    assert message("AGG-01 the report does not say whom it covers") == (
        "政府报告的数小于下级“映溪区教育局”各自的数，而报告没有写明是否汇总：表三“一、本年新收政府信息公开申请数量”行“总计”列"
        "政府填报20，“映溪区教育局”填报25。"
    )
    assert message("AGG-04 some are missing") == (
        "名册中应当报送2023年度报告的下级单位2个，未收到1个：映溪区财政局。"
    )


def test_from_reports_and_roster_to_findings() -> None:
    government = change_prose(
        clean_report(
            "g",
            agency="映溪区人民政府",
            title="映溪区人民政府2023年政府信息公开工作年度报告",
            organ="government",
        ),
        "intro",
        _SUMMARY,
    )
    bureau = change_cell(clean_report("e", agency="映溪区教育局"), "t2.licensing.decisions", value=400.0)
    entries = [
        RosterEntry(name, "county", organ, parent, (), range(10_000))
        for name, organ, parent in (
            ("映溪区人民政府", "government", None),
            ("映溪区教育局", "department", "映溪区人民政府"),
            ("映溪区财政局", "department", "映溪区人民政府"),
        )
    ]
    evaluated = evaluate(compare_all(batch(government, bureau), roster=Roster(tuple(entries))))
    assert [t[:7] for t in told(evaluated["g"]) if t[0].startswith("AGG")] == [
        ("AGG-01", "critical", "agency", "映溪区教育局", 310, 400, -90),
        ("AGG-04", "critical", "operator", "", 1, 2, -1),
    ]
    assert [t for t in told(evaluated["e"]) if t[0].startswith("AGG")] == []


@pytest.mark.parametrize(
    ("text", "said_to_cover"),
    [
        (_SUMMARY, "whole"),
        ("本报告中所列数据包括区政府各部门、各镇街。", "whole"),
        ("本报告综合各乡镇、各部门政府信息公开工作年度报告编制而成。", "whole"),
        (_OFFICE, "own"),
        ("全区共收到政府信息公开申请63件。", None),
        ("根据上级关于做好各部门年度报告编制工作的要求，现公布本报告。", None),
        (_SUMMARY + _OFFICE, None),
    ],
)
def test_only_words_about_the_report_say_whom_it_covers(text: str, said_to_cover: str | None) -> None:
    rows = [{"submission": "a", "paragraph": 1, "section": "intro", "text": text, "where": "{}"}]
    found = covers(pl.DataFrame(rows, schema=dict(SCHEMAS["paragraphs"]), orient="row"))
    assert found.rows() == [("a", said_to_cover)]
