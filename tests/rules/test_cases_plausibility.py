"""CELL-08 to CELL-11, T2: numbers that are odd. Each rule fires, is clean, and cannot be decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from models.facts import SCHEMAS, Facts
from models.results import Evaluation
from tests.facts_builder import PROSE, Case, change, change_prose, evaluate_cases, not_passed, only, told
from tests.rules.odd_reports import ALONE, CLEAN, NOT, V2019, before, blank, cell, changed, named, row

RULES = (
    *("CELL-08", "CELL-09", "CELL-10", "CELL-11"),
    *("T2-01", "T2-04", "T2-05", "T2-06", "T2-07", "T2-09", "T2-10"),
)
_FEE = "t2.fees.amount_wan_yuan"
_PENALTY = "t2.penalty.decisions"
_SAME = "results.denied.third_party"


def fee_told(sentence: str) -> Facts:
    """Section six tells of a fee, and of what became of requests for which none was paid."""
    told_of = change_prose(CLEAN, "other", sentence, "逾期未缴费的不再处理。")
    return change(told_of, "reports", pl.lit(True), fee_statement=sentence)


def _outside(**values: Any) -> Facts:
    row = dict.fromkeys(SCHEMAS["outside"]) | {"submission": "a"} | values
    return replace(CLEAN, outside=pl.DataFrame([row], schema=dict(SCHEMAS["outside"]), orient="row"))


_CHARGED = fee_told("本年度按量计收信息处理费380元。")
_UNCLEAR = fee_told("本年度收取信息处理费380元，部分申请未收取信息处理费。")

CASES = {
    "clean": Case(CLEAN, [], {}),
    "clean on the form of 2019": Case(V2019, [], {}),
    "nothing to compare with": Case(
        ALONE, [], dict.fromkeys(("T2-04", "T2-05"), NOT)
    ),
    # ---------------------------------------------------------------- CELL-08
    "CELL-08": Case(
        named(changed(row("results.unable.not_held", 1, 2, 0, 0, 0, 0, 12)), format="txt"),
        [("CELL-08", "info", "operator", "results.unable.not_held", None, None, None, ())],
        {"CELL-08": "FAIL"},
    ),
    "CELL-08 a number of two digits that was two": Case(
        named(changed(row("results.unable.not_held", 14, 0, 0, 0, 0, 0, 5)), format="pdf"),
        [("CELL-08", "info", "operator", "results.unable.not_held", None, None, None, ())],
        {"CELL-08": "FAIL"},
    ),
    "CELL-08 the borders are those of the file": Case(
        changed(row("results.unable.not_held", 1, 2, 0, 0, 0, 0, 12)), [], {}
    ),
    "CELL-08 the columns confirm the numbers": Case(
        named(changed({"t3.received_new.total": 324.0}), format="txt"), [], {}
    ),
    "CELL-08 a number is missing": Case(
        named(blank("t3.received_new.enterprise"), format="txt"), [], {}
    ),
    # ---------------------------------------------------------------- CELL-09
    "CELL-09 the year": Case(
        changed({_PENALTY: 2023.0}),
        [("CELL-09", "warning", "agency", _PENALTY, 2023, None, None, ())],
        {"CELL-09": "FAIL"},
    ),
    "CELL-09 a day of a spreadsheet": Case(
        before({_PENALTY: 900.0}, changed({_PENALTY: 45291.0})),
        [("CELL-09", "warning", "agency", _PENALTY, 45291, None, None, ())],
        {"CELL-09": "FAIL"},
    ),
    "CELL-09 a date": Case(
        cell("t4.review.other", kind="text", raw="1-2"),
        [("CELL-09", "warning", "agency", "t4.review.other", "1-2", None, None, ())],
        {"CELL-09": "FAIL"},
    ),
    "CELL-09 without the year before": Case(
        changed({_PENALTY: 2023.0}, ALONE),
        [("CELL-09", "warning", "operator", _PENALTY, 2023, None, None, ())],
        {"CELL-09": "FAIL"} | dict.fromkeys(("T2-04", "T2-05"), NOT),
    ),
    "CELL-09 as many as last year": Case(before({_PENALTY: 1800.0}, changed({_PENALTY: 2023.0})), [], {}),
    "CELL-09 another word": Case(cell(_PENALTY, kind="text", raw="约12"), [], {}),
    # ---------------------------------------------------------------- CELL-10
    "CELL-10": Case(
        before({_PENALTY: 12.0}, changed({_PENALTY: 1200.0})),
        [("CELL-10", "info", "agency", _PENALTY, 1200, 12, 1188, ())],
        {"CELL-10": "FAIL"},
    ),
    "CELL-10 a hundredth": Case(
        before({_PENALTY: 5000.0}, changed({_PENALTY: 42.0})),
        [("CELL-10", "info", "agency", _PENALTY, 42, 5000, -4958, ())],
        {"CELL-10": "FAIL"},
    ),
    "CELL-10 not quite": Case(before({_PENALTY: 12.0}, changed({_PENALTY: 1199.0})), [], {}),
    "CELL-10 of nothing": Case(before({_PENALTY: 0.0}, changed({_PENALTY: 1200.0})), [], {}),
    # ---------------------------------------------------------------- CELL-11
    "CELL-11": Case(
        changed(row(_SAME, 2, 2, 2, 2, 2, 0, 10)),
        [("CELL-11", "info", "agency", _SAME, 5, None, None, ())],
        {"CELL-11": "FAIL"},
    ),
    "CELL-11 six times 1": Case(
        changed(row(_SAME, 1, 1, 1, 1, 1, 1, 6)),
        [("CELL-11", "info", "agency", _SAME, 5, None, None, ())],
        {"CELL-11": "FAIL"},
    ),
    "CELL-11 five times 1": Case(changed(row(_SAME, 1, 1, 1, 1, 1, 0, 5)), [], {}),
    "CELL-11 cannot be told": Case(
        blank(f"t3.{_SAME}.enterprise", changed(row(_SAME, 2, 2, 2, 2, 2, 0, 10))),
        [],
        {"CELL-11": NOT},
    ),
    # ---------------------------------------------------------------- T2-01
    "T2-01": Case(
        changed({"t2.rules.issued": 2.0, "t2.rules.in_force": 2.0}),
        [("T2-01", "critical", "agency", "rules", 2, 0, 2, ())],
        {"T2-01": "FAIL"},
    ),
    "T2-01 although another cell is blank": Case(
        blank("t2.rules.repealed", changed({"t2.rules.issued": 2.0})),
        [("T2-01", "critical", "agency", "rules", 2, 0, 2, ())],
        {"T2-01": "FAIL", "T2-04": NOT},
    ),
    "T2-01 a city's department": Case(
        named(changed({"t2.rules.in_force": 3.0}), rank="city"),
        [("T2-01", "warning", "agency", "rules", 3, 0, 3, ())],
        {"T2-01": "FAIL"},
    ),
    "T2-01 a county's government": Case(
        named(changed({"t2.rules.in_force": 3.0}), organ="government"),
        [("T2-01", "critical", "agency", "rules", 3, 0, 3, ())],
        {"T2-01": "FAIL"},
    ),
    "T2-01 a city's government": Case(
        named(changed({"t2.rules.in_force": 3.0}), rank="city", organ="government"), [], {}
    ),
    "T2-01 a ministry": Case(named(changed({"t2.rules.in_force": 3.0}), rank="state"), [], {}),
    "T2-01 the office of a city's government": Case(
        named(changed({"t2.rules.in_force": 3.0}), rank="city", agency="云栖市人民政府办公室"), [], {"T2-01": NOT}
    ),
    "T2-01 of whatever rank": Case(named(rank="unknown", organ="unknown"), [], {}),
    "T2-01 rank unknown": Case(
        named(changed({"t2.rules.in_force": 3.0}), rank="unknown", organ="unknown"), [], {"T2-01": NOT}
    ),
    "T2-01 blank": Case(blank("t2.rules.issued"), [], {"T2-01": NOT, "T2-04": NOT}),
    "T2-01 on the form of 2019": Case(
        changed({"t2v19.rules.made_new": 1.0}, V2019),
        [("T2-01", "critical", "agency", "rules", 1, 0, 1, ())],
        {"T2-01": "FAIL"},
    ),
    # ---------------------------------------------------------------- T2-04
    "T2-04": Case(
        changed({"t2.normative_docs.repealed": 26.0}),
        [("T2-04", "warning", "agency", "normative_docs", 26, 25, 1, ())],
        {"T2-04": "FAIL"},
    ),
    "T2-04 all of them": Case(changed({"t2.normative_docs.repealed": 25.0}), [], {}),
    "T2-04 explained": Case(
        change_prose(
            changed({"t2.normative_docs.repealed": 26.0}),
            "other",
            *PROSE["other"],
            "规范性文件件数与上年度不一致，以本年度报告为准。",
        ),
        [("T2-04", "info", "agency", "normative_docs", 26, 25, 1, ())],
        {"T2-04": "FAIL"},
    ),
    "T2-04 blank": Case(blank("t2.normative_docs.repealed"), [], {"T2-04": NOT}),
    # ---------------------------------------------------------------- T2-05
    "T2-05": Case(
        before({_FEE: 35.2}, changed({_FEE: 352000.0}, named(agency="云栖市映溪区水利局"))),
        [("T2-05", "warning", "agency", "fees", 352000, 35.2, 351964.8, ("CELL-10",))],
        {"T2-05": "FAIL", "CELL-10": "FAIL"},
    ),
    "T2-05 a ten-thousandth": Case(
        before({_FEE: 30.0}, changed({_FEE: 0.0031})),
        [("T2-05", "warning", "agency", "fees", 0.0031, 30, -29.9969, ())],
        {"T2-05": "FAIL"},
    ),
    "T2-05 a billion": Case(
        changed({_FEE: 352000.0}, ALONE),
        [("T2-05", "warning", "agency", "fees", 352000, None, None, ())],
        {"T2-05": "FAIL"} | {"T2-04": NOT},
    ),
    "T2-05 nearly a hundredth": Case(before({_FEE: 1200.0}), [], {}),
    "T2-05 nothing this year": Case(changed({_FEE: 0.0}, ALONE), [], {"T2-04": NOT}),
    "T2-05 blank": Case(blank(_FEE), [], {"T2-05": NOT}),
    # ---------------------------------------------------------------- T2-06
    "T2-06": Case(
        changed({_FEE: 0.0}, _CHARGED),
        [("T2-06", "warning", "agency", "fees", 0, 0.038, -0.038, ())],
        {"T2-06": "FAIL"},
    ),
    "T2-06 rounded": Case(changed({_FEE: 0.04}, _CHARGED), [], {}),
    "T2-06 charged, and the table says more": Case(_CHARGED, [], {}),
    "T2-06 blank": Case(blank(_FEE, _CHARGED), [], {"T2-05": NOT, "T2-06": NOT}),
    "T2-06 unclear": Case(_UNCLEAR, [], {"T2-06": NOT}),
    # ---------------------------------------------------------------- T2-07
    "T2-07": Case(
        before({_PENALTY: 0.0}, changed({_PENALTY: 0.0}, named(agency="云栖市映溪区市场监督管理局"))),
        [("T2-07", "info", "agency", "penalty", 0, None, None, ())],
        {"T2-07": "FAIL"},
    ),
    "T2-07 one year": Case(changed({_PENALTY: 0.0}, named(agency="云栖市映溪区市场监督管理局")), [], {}),
    "T2-07 of an organ that may have none": Case(before({_PENALTY: 0.0}, changed({_PENALTY: 0.0})), [], {}),
    "T2-07 without the year before": Case(
        changed({_PENALTY: 0.0}, named(ALONE, agency="云栖市映溪区市场监督管理局")),
        [],
        dict.fromkeys(("T2-04", "T2-05", "T2-07"), NOT),
    ),
    # ---------------------------------------------------------------- T2-09
    "T2-09": Case(
        changed({"t2v19.normative_docs.disclosed_new": 60.0, "t2v19.normative_docs.disclosed_total": 12.0}, V2019),
        [("T2-09", "warning", "agency", "t2", None, None, None, ())],
        {"T2-09": "FAIL"},
    ),
    "T2-09 fewer than none": Case(
        changed({"t2v19.penalty.items_delta": -500.0}, V2019),
        [("T2-09", "warning", "agency", "t2", None, None, None, ())],
        {"T2-09": "FAIL"},
    ),
    "T2-09 although another cell is blank": Case(
        blank("t2v19.fees.items_prev", changed({"t2v19.penalty.items_delta": -500.0}, V2019)),
        [("T2-09", "warning", "agency", "t2", None, None, None, ())],
        {"T2-09": "FAIL"},
    ),
    "T2-09 blank": Case(blank("t2v19.fees.items_prev", V2019), [], {"T2-09": NOT}),
    # ---------------------------------------------------------------- T2-10
    "T2-10": Case(
        _outside(penalty=57.0, licensing=310.0),
        [("T2-10", "warning", "agency", "t2", 42, 57, -15, ())],
        {"T2-10": "FAIL"},
    ),
    "T2-10 alike": Case(_outside(penalty=42.0, normative_docs=23.0), [], {}),
    "T2-10 blank": Case(
        replace(blank(_PENALTY), outside=_outside(penalty=42.0, licensing=310.0).outside),
        [],
        {"T2-10": NOT},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES, only(*RULES))


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == CASES[name].findings
    assert not_passed(evaluations[name]) == CASES[name].verdicts


def test_every_rule_fires_alone_and_is_undecided_somewhere() -> None:
    fires = {case.findings[0][0] for case in CASES.values() if len(case.findings) == 1}
    undecided = {r for case in CASES.values() for r, v in case.verdicts.items() if v == NOT}
    # a row that does not add up or a pair of numbers that is not there leaves nothing to be decided
    assert fires == set(RULES)
    assert set(RULES) - undecided == {"CELL-08", "CELL-09", "CELL-10"}


def _message(evaluations: dict[str, Evaluation], name: str) -> str:
    return evaluations[name].findings[0].message


def _reason(evaluations: dict[str, Evaluation], name: str, rule: str) -> str:
    return {n.rule: n.reason for n in evaluations[name].not_assessed}[rule]


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    assert _message(evaluations, "T2-01") == (
        "表二“规章”行填报“本年制发件数”2件、“现行有效件数”2件。依照《立法法》，规章由国务院部门和省、设区的市、自治州人民政府制定，"
        "县（市、区）、乡镇和地方政府部门没有规章制定权，该行应填0。"
    )
    assert _message(evaluations, "T2-09 fewer than none").endswith("小于0。")
    assert _message(evaluations, "T2-10") == (
        "表二与另行公布的统计不一致：“行政处罚”年报填报42件，公布的统计为57件。"
    )
    assert _message(evaluations, "CELL-09 a date") == (
        "表四“行政复议”行“其他结果”列填报“1-2”，形如日期，疑似误填年份或日期，请核实。"
    )


def test_reasons(evaluations: dict[str, Evaluation]) -> None:
    assert _reason(evaluations, "T2-01 rank unknown", "T2-01") == (
        "“规章”行没有可用的数值，或者机关层级不能确定，无法判断有无规章制定权。"
    )
    assert (
        _reason(evaluations, "T2-06 unclear", "T2-06") == "文中关于信息处理费金额的表述不能确定，无法核对。"
    )
    assert _reason(evaluations, "T2-07 without the year before", "T2-07") == (
        "未找到该机关上一年度报告，或者有关单元格没有可用的数值，无法与上一年度核对。"
    )
