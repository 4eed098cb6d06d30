"""T2, T3, T4, XY: sums, identities and the year before."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.template import load
from models.facts import APPLICANTS, Facts
from models.results import Evaluation, Verdict
from tasks.validate import evaluate
from tests.facts_builder import (
    CORE,
    Case,
    batch,
    change,
    change_cell,
    clean_cells,
    clean_report,
    evaluate_cases,
    not_passed,
    only,
    rebuild,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())
_V2019 = with_previous(clean_report(template_id="v2019"))


def _cells(values: dict[str, float], facts: Facts = _CLEAN) -> Facts:
    for code, value in values.items():
        facts = change_cell(facts, code, value=value)
    return with_previous(facts)


def _blank(code: str) -> Facts:
    return with_previous(change_cell(_CLEAN, code, kind="blank", raw=""))


def _column(applicant: str, lines: dict[str, float]) -> dict[str, float]:
    """Set a whole column of table 3: zero but for `lines`."""
    rows = [row.key for row in load("v2021").table3_rows]
    return {f"t3.{row}.{applicant}": lines.get(row, 0.0) for row in rows}


# the clean report: enterprise 12 + 1 = 11 + 2; total 63 + 5 = 60 + 8; every row adds up
CASES = {
    "T3-01": Case(
        _cells(
            {
                "t3.results.unable.not_held.natural_person": 3.0,
                "t3.results.unable.needs_creation.natural_person": 1.0,
            }
        ),
        [
            ("T3-01", "critical", "agency", "results.unable.not_held", 3, 4, -1, ()),
            ("T3-01", "critical", "agency", "results.unable.needs_creation", 3, 2, 1, ()),
        ],
        {"T3-01": "FAIL"},
    ),
    "T3-03 one column and its total": Case(
        _cells({"t3.carried_out.enterprise": 5.0, "t3.carried_out.total": 11.0}),
        [
            ("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ("T3-04",)),
        ],
        {"T3-03": "FAIL", "T3-04": "FAIL"},
    ),
    "T3-02": Case(
        _cells(
            {
                "t3.results.total.enterprise": 12.0,
                "t3.results.total.total": 61.0,
                "t3.received_new.enterprise": 13.0,
                "t3.received_new.total": 64.0,
            }
        ),
        [
            ("T3-02", "critical", "agency", "enterprise", 12, 11, 1, ("T3-04",)),
        ],
        {"T3-02": "FAIL", "T3-04": "FAIL"},
    ),
    "T3-04 decided where a leaf is blank": Case(
        _blank("t3.carried_out.enterprise"),
        [("CELL-01", "warning", "agency", "t3.carried_out.enterprise", None, None, None, ())],
        {"CELL-01": "FAIL", "T3-01": "NOT_ASSESSABLE", "T3-03": "NOT_ASSESSABLE"},
    ),
    "T3-03 fails although another column cannot be told": Case(
        with_previous(
            change_cell(
                change_cell(_CLEAN, "t3.carried_out.total", value=9.0),
                "t3.carried_out.research",
                kind="blank",
                raw="",
            )
        ),
        [
            ("CELL-01", "warning", "agency", "t3.carried_out.research", None, None, None, ()),
            ("T3-03", "critical", "agency", "total", 68, 69, -1, ("T3-04",)),
        ],
        {"CELL-01": "FAIL", "T3-01": "NOT_ASSESSABLE", "T3-03": "FAIL", "T3-04": "FAIL"},
    ),
    "T3-12 alone": Case(
        _cells(
            _column("research", {"results.total": 1.0, "carried_out": -1.0, "results.full_disclosure": 1.0})
            | {
                "t3.received_new.total": 61.0,
                "t3.results.other.overdue_fee.total": 4.0,
                "t3.results.other.misc.total": 5.0,
                "t3.results.full_disclosure.total": 5.0,
                "t3.results.total.total": 59.0,
                "t3.carried_out.total": 7.0,
            }
        ),
        [
            ("CELL-03", "critical", "agency", "t3.carried_out.research", -1, None, None, ()),
            ("T3-12", "critical", "agency", "research", 1, 0, 1, ()),
        ],
        {"CELL-03": "FAIL", "T3-12": "FAIL"},
    ),
    "T3-12 repeats T3-03": Case(
        _cells({"t3.received_new.research": 0.0, "t3.received_new.total": 61.0}),
        [
            ("T3-03", "critical", "agency", "research", 0, 2, -2, ("T3-04", "T3-12")),
        ],
        {"T3-03": "FAIL", "T3-04": "FAIL", "T3-12": "FAIL"},
    ),
    "T4-01": Case(
        _cells({"t4.review.total": 0.0}),
        [("T4-01", "critical", "agency", "review", 0, 7, -7, ())],
        {"T4-01": "FAIL"},
    ),
    "T4-01 on the 2019 template": Case(
        with_previous(change_cell(_V2019, "t4.suit_direct.total", value=3.0)),
        [("T4-01", "critical", "agency", "suit_direct", 3, 2, 1, ())],
        {"T4-01": "FAIL"},
    ),
    "T4-01 blank": Case(
        _blank("t4.suit_direct.other"),
        [("CELL-01", "warning", "agency", "t4.suit_direct.other", None, None, None, ())],
        {"CELL-01": "FAIL", "T4-01": "NOT_ASSESSABLE"},
    ),
    "T2-02 with the year before": Case(
        _cells({"t2.normative_docs.in_force": 2.0}),
        [
            ("T2-03", "warning", "agency", "normative_docs", 2, 23, -21, ("T2-02",)),
        ],
        {"T2-02": "FAIL", "T2-03": "FAIL"},
    ),
    "T2-02 without the year before": Case(
        change_cell(clean_report(), "t2.normative_docs.in_force", value=2.0),
        [("T2-02", "warning", "agency", "normative_docs", 2, 3, -1, ())],
        {"T2-02": "FAIL"} | dict.fromkeys(("T2-03", "XY-01", "XY-02"), "NOT_ASSESSABLE"),
    ),
    "T2-03": Case(
        _cells({"t2.normative_docs.in_force": 25.0}),
        [("T2-03", "warning", "agency", "normative_docs", 25, 23, 2, ())],
        {"T2-03": "FAIL"},
    ),
    "T2-03 in the first year of the form": Case(
        clean_report(year=2021), [], {"XY-01": "NOT_ASSESSABLE", "XY-02": "NOT_ASSESSABLE"}
    ),
    "XY-01": Case(
        change(_CLEAN, "years", pl.col("applicant") == "total", previous_carried_out=3.0),
        [("XY-01", "critical", "agency", "total", 5, 3, 2, ())],
        {"XY-01": "FAIL"},
    ),
    "XY-01 with its columns": Case(
        change(_CLEAN, "years", pl.col("applicant").is_in(["total", "enterprise"]), previous_carried_out=9.0),
        [("XY-01", "critical", "agency", "total", 5, 9, -4, ("XY-02",))],
        {"XY-01": "FAIL", "XY-02": "FAIL"},
    ),
    "XY-02": Case(
        change(
            change(_CLEAN, "years", pl.col("applicant") == "enterprise", previous_carried_out=0.0),
            "years",
            pl.col("applicant") == "research",
            previous_carried_out=1.0,
        ),
        [
            ("XY-02", "warning", "agency", "enterprise", 1, 0, 1, ()),
            ("XY-02", "warning", "agency", "research", 0, 1, -1, ()),
        ],
        {"XY-02": "FAIL"},
    ),
    "no year before": Case(
        clean_report(),
        [],
        {"T2-03": "NOT_ASSESSABLE", "XY-01": "NOT_ASSESSABLE", "XY-02": "NOT_ASSESSABLE"},
    ),
    "year before blank": Case(
        change(_CLEAN, "years", pl.col("applicant") == "total", previous_carried_out=None),
        [],
        {"XY-01": "NOT_ASSESSABLE"},
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES, only(*CORE))


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == CASES[name].findings
    assert not_passed(evaluations[name]) == CASES[name].verdicts


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    def messages(name: str) -> list[str]:
        return [finding.message for finding in evaluations[name].findings]

    def entailed(name: str) -> tuple[str, ...]:
        return evaluations[name].findings[0].entailed

    assert messages("T3-03 one column and its total") == [
        "表三“法人或其他组织-商业企业”列：第一项12与第二项1之和为13，第三项（七）总计11与第四项5之和为16，"
        "相差3，勾稽关系不成立。",
    ]
    assert entailed("T3-03 one column and its total") == (
        "表三“总计”列：第一项63与第二项5之和为68，第三项（七）总计60与第四项11之和为71，相差3，勾稽关系不成立。",
    )
    assert messages("T3-01")[0] == (
        "表三“（四）无法提供/1.本机关不掌握相关政府信息”行：各类申请人3+1+0+0+0+0之和为4，总计填报3，"
        "相差1，合计关系不成立。"
    )
    assert messages("T4-01") == ["表四“行政复议”：各类结果3+1+2+1之和为7，总计填报0，相差7，合计关系不成立。"]
    assert messages("T2-03") == [
        "表二“行政规范性文件”：2022年度报告现行有效20件，加本年制发5件、减本年废止2件应为23件，"
        "本年现行有效填报25件，相差2件。"
    ]
    assert messages("XY-01") == [
        "表三“总计”列：“上年结转”填报5件，与你单位2022年度报告“结转下年度继续办理”3件不一致，相差2件。"
    ]


def test_what_the_finding_points_at(evaluations: dict[str, Evaluation]) -> None:
    finding = evaluations["T3-03 fails although another column cannot be told"].findings[-1]
    assert finding.cells == (
        "t3.received_new.total",
        "t3.carried_in.total",
        "t3.results.total.total",
        "t3.carried_out.total",
    )
    assert finding.where == {"table": 2, "row": 17}
    reasons = {n.rule: n.reason for n in evaluations["no year before"].not_assessed}
    assert reasons == dict.fromkeys(
        ("T2-03", "XY-01", "XY-02"), "未找到该机关2022年度报告，无法与上一年度核对。"
    )


def test_numbers_are_whole_where_they_can_be(evaluations: dict[str, Evaluation]) -> None:
    finding = evaluations["T4-01"].findings[0]
    assert [type(n) for n in (finding.observed, finding.expected, finding.difference)] == [int, int, int]


def test_a_null_in_one_report_does_not_touch_another() -> None:
    good, bad = with_previous(clean_report("good")), with_previous(clean_report("blank"))
    hole = with_previous(change_cell(bad, "t3.received_new.total", kind="blank", raw=""))
    wrong = with_previous(change_cell(clean_report("wrong"), "t3.carried_out.total", value=9.0))
    together = evaluate(batch(good, hole, wrong), profile=only(*CORE))
    assert list(together) == ["good", "blank", "wrong"]
    assert not_passed(together["good"]) == {}
    assert not_passed(together["blank"]) == {
        "CELL-01": "FAIL",
        "T3-01": "NOT_ASSESSABLE",
        "T3-03": "NOT_ASSESSABLE",
        "T3-04": "NOT_ASSESSABLE",
    }
    assert not_passed(together["wrong"]) == {"T3-01": "FAIL", "T3-03": "FAIL", "T3-04": "FAIL"}
    for name, facts in (("good", good), ("blank", hole), ("wrong", wrong)):
        assert evaluate(facts, profile=only(*CORE))[name] == together[name]


def test_more_failing_rows_than_great_expectations_lists() -> None:
    """Its list of unexpected values ends at 200 rows; every failing row must still be found."""
    base = clean_report("x")
    reports = [
        rebuild(change(_renamed(base, f"r{n:03}"), "cells", pl.col("code") == "t4.review.total", value=0.0))
        for n in range(260)
    ]
    evaluations = evaluate(batch(*reports), profile=only(*CORE))
    assert {e.verdicts["T4-01"] for e in evaluations.values()} == {Verdict.FAIL}
    assert [len(e.findings) for e in evaluations.values()] == [1] * 260


def _renamed(facts: Facts, name: str) -> Facts:
    return Facts(**{f: getattr(facts, f).with_columns(submission=pl.lit(name)) for f in Facts.names()})


# ------------------------------------------------------------------ change one number of a clean report

_NUMBERS = clean_cells("v2021")
_WHOLE = [code for code in _NUMBERS if code != "t2.fees.amount_wan_yuan"]


def _rules_that_read(code: str) -> set[str]:
    """Written from the form, independently of the rules: what may fail when this cell alone is changed."""
    may = {"CELL-03"}
    table, rest = code.split(".", 1)
    row, column = rest.rsplit(".", 1)
    if table == "t4":
        may.add("T4-01")
    if table == "t2" and row in ("rules", "normative_docs"):
        may |= {"T2-02", "T2-03"}
    if table == "t3":
        may |= {"T3-01", "T3-12"}
        may |= {"T3-02"} if row.startswith("results.") else set()
        may |= {"T3-03"} if row in ("received_new", "carried_in", "results.total", "carried_out") else set()
        may |= {"T3-04"} if column == "total" else set()
        if row == "carried_in":
            may.add("XY-01" if column == "total" else "XY-02")
    return may


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(code=st.sampled_from(_WHOLE), number=st.integers(min_value=-3, max_value=500))
def test_only_rules_that_read_a_changed_cell_may_fire(code: str, number: int) -> None:
    facts = with_previous(change_cell(_CLEAN, code, value=float(number)))
    evaluation = evaluate(facts, profile=only(*CORE))["a"]
    failed = {rule for rule, verdict in evaluation.verdicts.items() if verdict is Verdict.FAIL}
    assert Verdict.NOT_ASSESSABLE not in evaluation.verdicts.values()
    assert failed <= _rules_that_read(code)
    if number != _NUMBERS[code] and code.startswith("t3."):
        assert "T3-01" in failed
    if number != _NUMBERS[code] and code.startswith("t4."):
        assert "T4-01" in failed
    if number == _NUMBERS[code]:
        assert failed == set()


def test_applicants_are_those_of_the_form() -> None:
    assert [column.key for column in load("v2021").table3_columns] == list(APPLICANTS)
