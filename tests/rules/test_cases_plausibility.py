"""CELL-08 to CELL-11, T2, T3, T4, XT: what is odd. Each rule fires, is clean, and cannot be decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from expectations.catalogue import rules
from expectations.template import load
from models.facts import SCHEMAS, Facts
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
    only,
    rebuild,
    told,
    with_previous,
)

RULES = (
    *("CELL-08", "CELL-09", "CELL-10", "CELL-11"),
    *("T2-01", "T2-04", "T2-05", "T2-06", "T2-07", "T2-09", "T2-10"),
    *("T3-05", "T3-06", "T3-07", "T3-08", "T3-09", "T3-10", "T3-11"),
    *("T4-02", "T4-03", "T4-04", "T4-06", "XT-01", "XT-02"),
)
_ALONE = clean_report()
_CLEAN = with_previous(_ALONE)
_V2019 = with_previous(clean_report(template_id="v2019"))
_NOT = "NOT_ASSESSABLE"
_FEE = "t2.fees.amount_wan_yuan"
_PENALTY = "t2.penalty.decisions"


def _set(values: dict[str, float], facts: Facts = _CLEAN) -> Facts:
    """Change cells; the numbers of the year before stay what they were."""
    for code, value in values.items():
        facts = _cell(code, facts, value=value)
    return facts


def _with_stock(changed: Facts, before: Facts) -> pl.DataFrame:
    known = before.documents.select("submission", "kind", "previous_submission", "previous_in_force")
    own = changed.documents.drop("previous_submission", "previous_in_force")
    return own.join(known, on=["submission", "kind"], how="left").select(changed.documents.columns)


def _before(values: dict[str, float | None], facts: Facts = _CLEAN) -> Facts:
    for code, value in values.items():
        facts = change(facts, "previous_cells", pl.col("code") == code, previous_value=value)
    return facts


def _cell(code: str, facts: Facts = _CLEAN, **changes: Any) -> Facts:
    changed = change_cell(facts, code, **changes)
    return replace(changed, years=facts.years, documents=_with_stock(changed, facts))


def _blank(code: str, facts: Facts = _CLEAN) -> Facts:
    return _cell(code, facts, kind="blank", raw="")


def _fee(sentence: str) -> Facts:
    """Section six tells of a fee, and of what became of requests for which none was paid."""
    told_of = change_prose(_CLEAN, "other", sentence, "逾期未缴费的不再处理。")
    return change(told_of, "reports", pl.lit(True), fee_statement=sentence)


def _is(facts: Facts = _CLEAN, **report: Any) -> Facts:
    return change(facts, "reports", pl.lit(True), **report)


def _zero(table: str, facts: Facts = _CLEAN) -> Facts:
    """Set all cells of a table to zero, in both years."""
    own = change(facts, "cells", pl.col("table") == table, value=0.0, raw="0", kind="zero")
    built = rebuild(own)
    emptied = replace(built, years=facts.years, documents=_with_stock(built, facts))
    return change(emptied, "previous_cells", pl.col("code").str.starts_with(table), previous_value=0.0)


def _row(line: str, *values: float) -> dict[str, float]:
    columns = [column.key for column in load("v2021").table3_columns]
    return {f"t3.{line}.{column}": value for column, value in zip(columns, values, strict=True)}


def _dispute(group: str, *values: float) -> dict[str, float]:
    outcomes = ("upheld", "corrected", "other", "pending", "total")
    return {f"t4.{group}.{o}": v for o, v in zip(outcomes, (*values, sum(values)), strict=True)}


def _outside(**values: Any) -> Facts:
    row = dict.fromkeys(SCHEMAS["outside"]) | {"submission": "a"} | values
    return replace(_CLEAN, outside=pl.DataFrame([row], schema=dict(SCHEMAS["outside"]), orient="row"))


_SILENT = change_prose(
    change_prose(_CLEAN, "other", "本年度未收取信息处理费。", "无其他需要报告的事项。"),
    "overview",
    *(text.format(year=2023).replace("其他处理中有申请人撤回申请的情形。", "") for text in PROSE["overview"]),
)
_CHARGED = _fee("本年度按量计收信息处理费380元。")
_UNCLEAR = _fee("本年度收取信息处理费380元，部分申请未收取信息处理费。")
_SAME = "results.denied.third_party"
_UNHEARD = _dispute("review", 4.0, 0.0, 0.0, 8.0)
_OVERDUE, _MISC = "t3.results.other.overdue_fee.total", "t3.results.other.misc.total"

CASES = {
    "clean": Case(_CLEAN, [], {}),
    "clean on the form of 2019": Case(_V2019, [], {}),
    "nothing to compare with": Case(
        _ALONE, [], dict.fromkeys(("T2-04", "T2-05", "T4-04"), _NOT)
    ),
    # ---------------------------------------------------------------- CELL-08
    "CELL-08": Case(
        _is(_set(_row("results.unable.not_held", 1, 2, 0, 0, 0, 0, 12)), format="txt"),
        [("CELL-08", "info", "operator", "results.unable.not_held", None, None, None, ())],
        {"CELL-08": "FAIL"},
    ),
    "CELL-08 a number of two digits that was two": Case(
        _is(_set(_row("results.unable.not_held", 14, 0, 0, 0, 0, 0, 5)), format="pdf"),
        [
            ("CELL-08", "info", "operator", "results.unable.not_held", None, None, None, ()),
            ("T3-05", "critical", "agency", "natural_person", 0, 0, 0, ()),
        ][:1],
        {"CELL-08": "FAIL"},
    ),
    "CELL-08 the borders are those of the file": Case(
        _set(_row("results.unable.not_held", 1, 2, 0, 0, 0, 0, 12)), [], {}
    ),
    "CELL-08 the columns confirm the numbers": Case(
        _is(_set({"t3.received_new.total": 324.0}), format="txt"), [], {}
    ),
    "CELL-08 a number is missing": Case(
        _is(_blank("t3.received_new.enterprise"), format="txt"), [], {"T3-05": _NOT, "T3-11": _NOT}
    ),
    # ---------------------------------------------------------------- CELL-09
    "CELL-09 the year": Case(
        _set({_PENALTY: 2023.0}),
        [("CELL-09", "warning", "agency", _PENALTY, 2023, None, None, ())],
        {"CELL-09": "FAIL"},
    ),
    "CELL-09 a day of a spreadsheet": Case(
        _before({_PENALTY: 900.0}, _set({_PENALTY: 45291.0})),
        [("CELL-09", "warning", "agency", _PENALTY, 45291, None, None, ())],
        {"CELL-09": "FAIL"},
    ),
    "CELL-09 a date": Case(
        _cell("t4.review.other", kind="text", raw="1-2"),
        [("CELL-09", "warning", "agency", "t4.review.other", "1-2", None, None, ())],
        {"CELL-09": "FAIL"},
    ),
    "CELL-09 without the year before": Case(
        _set({_PENALTY: 2023.0}, _ALONE),
        [("CELL-09", "warning", "operator", _PENALTY, 2023, None, None, ())],
        {"CELL-09": "FAIL"} | dict.fromkeys(("T2-04", "T2-05", "T4-04"), _NOT),
    ),
    "CELL-09 as many as last year": Case(_before({_PENALTY: 1800.0}, _set({_PENALTY: 2023.0})), [], {}),
    "CELL-09 another word": Case(_cell(_PENALTY, kind="text", raw="约12"), [], {}),
    # ---------------------------------------------------------------- CELL-10
    "CELL-10": Case(
        _before({_PENALTY: 12.0}, _set({_PENALTY: 1200.0})),
        [("CELL-10", "info", "agency", _PENALTY, 1200, 12, 1188, ())],
        {"CELL-10": "FAIL"},
    ),
    "CELL-10 a hundredth": Case(
        _before({_PENALTY: 5000.0}, _set({_PENALTY: 42.0})),
        [("CELL-10", "info", "agency", _PENALTY, 42, 5000, -4958, ())],
        {"CELL-10": "FAIL"},
    ),
    "CELL-10 not quite": Case(_before({_PENALTY: 12.0}, _set({_PENALTY: 1199.0})), [], {}),
    "CELL-10 of nothing": Case(_before({_PENALTY: 0.0}, _set({_PENALTY: 1200.0})), [], {}),
    # ---------------------------------------------------------------- CELL-11
    "CELL-11": Case(
        _set(_row(_SAME, 2, 2, 2, 2, 2, 0, 10)),
        [("CELL-11", "info", "agency", _SAME, 5, None, None, ())],
        {"CELL-11": "FAIL"},
    ),
    "CELL-11 six times 1": Case(
        _set(_row(_SAME, 1, 1, 1, 1, 1, 1, 6)),
        [("CELL-11", "info", "agency", _SAME, 5, None, None, ())],
        {"CELL-11": "FAIL"},
    ),
    "CELL-11 five times 1": Case(_set(_row(_SAME, 1, 1, 1, 1, 1, 0, 5)), [], {}),
    "CELL-11 cannot be told": Case(
        _blank(f"t3.{_SAME}.enterprise", _set(_row(_SAME, 2, 2, 2, 2, 2, 0, 10))),
        [],
        dict.fromkeys(("CELL-11", "T3-05"), _NOT),
    ),
    # ---------------------------------------------------------------- T2-01
    "T2-01": Case(
        _set({"t2.rules.issued": 2.0, "t2.rules.in_force": 2.0}),
        [("T2-01", "critical", "agency", "rules", 2, 0, 2, ())],
        {"T2-01": "FAIL"},
    ),
    "T2-01 although another cell is blank": Case(
        _blank("t2.rules.repealed", _set({"t2.rules.issued": 2.0})),
        [("T2-01", "critical", "agency", "rules", 2, 0, 2, ())],
        {"T2-01": "FAIL", "T2-04": _NOT},
    ),
    "T2-01 a city's department": Case(
        _is(_set({"t2.rules.in_force": 3.0}), rank="city"),
        [("T2-01", "warning", "agency", "rules", 3, 0, 3, ())],
        {"T2-01": "FAIL"},
    ),
    "T2-01 a county's government": Case(
        _is(_set({"t2.rules.in_force": 3.0}), organ="government"),
        [("T2-01", "critical", "agency", "rules", 3, 0, 3, ())],
        {"T2-01": "FAIL"},
    ),
    "T2-01 a city's government": Case(
        _is(_set({"t2.rules.in_force": 3.0}), rank="city", organ="government"), [], {}
    ),
    "T2-01 a ministry": Case(_is(_set({"t2.rules.in_force": 3.0}), rank="state"), [], {}),
    "T2-01 the office of a city's government": Case(
        _is(_set({"t2.rules.in_force": 3.0}), rank="city", agency="云栖市人民政府办公室"), [], {"T2-01": _NOT}
    ),
    "T2-01 of whatever rank": Case(_is(rank="unknown", organ="unknown"), [], {}),
    "T2-01 rank unknown": Case(
        _is(_set({"t2.rules.in_force": 3.0}), rank="unknown", organ="unknown"), [], {"T2-01": _NOT}
    ),
    "T2-01 blank": Case(_blank("t2.rules.issued"), [], {"T2-01": _NOT, "T2-04": _NOT}),
    "T2-01 on the form of 2019": Case(
        _set({"t2v19.rules.made_new": 1.0}, _V2019),
        [("T2-01", "critical", "agency", "rules", 1, 0, 1, ())],
        {"T2-01": "FAIL"},
    ),
    # ---------------------------------------------------------------- T2-04
    "T2-04": Case(
        _set({"t2.normative_docs.repealed": 26.0}),
        [("T2-04", "warning", "agency", "normative_docs", 26, 25, 1, ())],
        {"T2-04": "FAIL"},
    ),
    "T2-04 all of them": Case(_set({"t2.normative_docs.repealed": 25.0}), [], {}),
    "T2-04 explained": Case(
        change_prose(
            _set({"t2.normative_docs.repealed": 26.0}),
            "other",
            *PROSE["other"],
            "规范性文件件数与上年度不一致，以本年度报告为准。",
        ),
        [("T2-04", "info", "agency", "normative_docs", 26, 25, 1, ())],
        {"T2-04": "FAIL"},
    ),
    "T2-04 blank": Case(_blank("t2.normative_docs.repealed"), [], {"T2-04": _NOT}),
    # ---------------------------------------------------------------- T2-05
    "T2-05": Case(
        _before({_FEE: 35.2}, _set({_FEE: 352000.0}, _is(agency="云栖市映溪区水利局"))),
        [("T2-05", "warning", "agency", "fees", 352000, 35.2, 351964.8, ("CELL-10",))],
        {"T2-05": "FAIL", "CELL-10": "FAIL"},
    ),
    "T2-05 a ten-thousandth": Case(
        _before({_FEE: 30.0}, _set({_FEE: 0.0031})),
        [("T2-05", "warning", "agency", "fees", 0.0031, 30, -29.9969, ())],
        {"T2-05": "FAIL"},
    ),
    "T2-05 a billion": Case(
        _set({_FEE: 352000.0}, _ALONE),
        [("T2-05", "warning", "agency", "fees", 352000, None, None, ())],
        {"T2-05": "FAIL"} | dict.fromkeys(("T2-04", "T4-04"), _NOT),
    ),
    "T2-05 nearly a hundredth": Case(_before({_FEE: 1200.0}), [], {}),
    "T2-05 nothing this year": Case(_set({_FEE: 0.0}, _ALONE), [], dict.fromkeys(("T2-04", "T4-04"), _NOT)),
    "T2-05 blank": Case(_blank(_FEE), [], {"T2-05": _NOT}),
    # ---------------------------------------------------------------- T2-06
    "T2-06": Case(
        _set({_FEE: 0.0}, _CHARGED),
        [("T2-06", "warning", "agency", "fees", 0, 0.038, -0.038, ())],
        {"T2-06": "FAIL"},
    ),
    "T2-06 rounded": Case(_set({_FEE: 0.04}, _CHARGED), [], {}),
    "T2-06 charged, and the table says more": Case(_CHARGED, [], {}),
    "T2-06 blank": Case(_blank(_FEE, _CHARGED), [], {"T2-05": _NOT, "T2-06": _NOT}),
    "T2-06 unclear": Case(_UNCLEAR, [], {"T2-06": _NOT}),
    # ---------------------------------------------------------------- T2-07
    "T2-07": Case(
        _before({_PENALTY: 0.0}, _set({_PENALTY: 0.0}, _is(agency="云栖市映溪区市场监督管理局"))),
        [("T2-07", "info", "agency", "penalty", 0, None, None, ())],
        {"T2-07": "FAIL"},
    ),
    "T2-07 one year": Case(_set({_PENALTY: 0.0}, _is(agency="云栖市映溪区市场监督管理局")), [], {}),
    "T2-07 of an organ that may have none": Case(_before({_PENALTY: 0.0}, _set({_PENALTY: 0.0})), [], {}),
    "T2-07 without the year before": Case(
        _set({_PENALTY: 0.0}, _is(_ALONE, agency="云栖市映溪区市场监督管理局")),
        [],
        dict.fromkeys(("T2-04", "T2-05", "T2-07", "T4-04"), _NOT),
    ),
    # ---------------------------------------------------------------- T2-09
    "T2-09": Case(
        _set({"t2v19.normative_docs.disclosed_new": 60.0, "t2v19.normative_docs.disclosed_total": 12.0}, _V2019),
        [("T2-09", "warning", "agency", "t2", None, None, None, ())],
        {"T2-09": "FAIL"},
    ),
    "T2-09 fewer than none": Case(
        _set({"t2v19.penalty.items_delta": -500.0}, _V2019),
        [("T2-09", "warning", "agency", "t2", None, None, None, ())],
        {"T2-09": "FAIL"},
    ),
    "T2-09 although another cell is blank": Case(
        _blank("t2v19.fees.items_prev", _set({"t2v19.penalty.items_delta": -500.0}, _V2019)),
        [("T2-09", "warning", "agency", "t2", None, None, None, ())],
        {"T2-09": "FAIL"},
    ),
    "T2-09 blank": Case(_blank("t2v19.fees.items_prev", _V2019), [], {"T2-09": _NOT}),
    # ---------------------------------------------------------------- T2-10
    "T2-10": Case(
        _outside(penalty=57.0, licensing=310.0),
        [("T2-10", "warning", "agency", "t2", 42, 57, -15, ())],
        {"T2-10": "FAIL"},
    ),
    "T2-10 alike": Case(_outside(penalty=42.0, normative_docs=23.0), [], {}),
    "T2-10 blank": Case(
        replace(_blank(_PENALTY), outside=_outside(penalty=42.0, licensing=310.0).outside),
        [],
        {"T2-10": _NOT},
    ),
    # ---------------------------------------------------------------- T3-05
    "T3-05": Case(
        _set({"t3.results.denied.third_party.enterprise": 30.0}),
        [("T3-05", "critical", "agency", "enterprise", 30, 11, 19, ())],
        {"T3-05": "FAIL"},
    ),
    "T3-05 more done than asked": Case(
        _blank("t3.carried_out.enterprise", _set({"t3.results.total.enterprise": 20.0})),
        [("T3-05", "critical", "agency", "enterprise", 20, 13, 7, ())],
        {"T3-05": "FAIL", "T3-11": _NOT},
    ),
    "T3-05 blank": Case(
        _blank("t3.results.total.enterprise"), [], {"T3-05": _NOT, "T3-11": _NOT}
    ),
    # ---------------------------------------------------------------- T3-06, T3-07
    "T3-06": Case(
        _set({"t3.carried_out.total": 32.0}),
        [("T3-06", "warning", "agency", "", 32, None, None, ())],
        {"T3-06": "FAIL"},
    ),
    "T3-06 few requests": Case(
        _set({"t3.received_new.total": 19.0, "t3.carried_in.total": 45.0, "t3.carried_out.total": 12.0}), [], {}
    ),
    "T3-06 blank": Case(
        _blank("t3.carried_out.total"), [], dict.fromkeys(("T3-06", "T3-11"), _NOT)
    ),
    "T3-07": Case(
        _set({"t3.carried_in.total": 61.0}),
        [("T3-07", "warning", "agency", "", 60, None, None, ())],
        {"T3-07": "FAIL"},
    ),
    "T3-07 blank": Case(
        _blank("t3.carried_in.total"),
        [],
        dict.fromkeys(("T3-05", "T3-07", "T3-11", "XT-02"), _NOT),
    ),
    # ---------------------------------------------------------------- T3-08, T3-09
    "T3-08": Case(
        change_prose(_CLEAN, "other", "本年度未收取信息处理费。", "无其他需要报告的事项。"),
        [("T3-08", "warning", "agency", "", 5, None, None, ())],
        {"T3-08": "FAIL"},
    ),
    "T3-08 none": Case(_set({_OVERDUE: 0.0, _MISC: 0.0}, _SILENT), [], {}),
    "T3-08 blank": Case(_blank(_OVERDUE), [], dict.fromkeys(("T3-05", "T3-08"), _NOT)),
    "T3-09": Case(
        _set({_OVERDUE: 0.0}, _SILENT),
        [("T3-09", "info", "agency", "", 6, None, None, ())],
        {"T3-09": "FAIL"},
    ),
    "T3-09 blank": Case(_blank(_MISC), [], dict.fromkeys(("T3-05", "T3-09"), _NOT)),
    # ---------------------------------------------------------------- T3-10
    "T3-10": Case(
        _set({"t3.results.denied.state_secret.total": 5.0}),
        [("T3-10", "info", "agency", "", 5, None, None, ())],
        {"T3-10": "FAIL"},
    ),
    "T3-10 a township": Case(
        _is(_set({"t3.results.denied.security_stability.total": 1.0}), rank="township", organ="government"),
        [("T3-10", "info", "agency", "", 1, None, None, ())],
        {"T3-10": "FAIL"},
    ),
    "T3-10 the police": Case(
        _is(_set({"t3.results.denied.state_secret.total": 5.0}), agency="云栖市公安局映溪分局"), [], {}
    ),
    "T3-10 a city": Case(_is(_set({"t3.results.denied.state_secret.total": 5.0}), rank="city"), [], {}),
    "T3-10 rank unknown": Case(
        _is(_set({"t3.results.denied.state_secret.total": 5.0}), rank="unknown", organ="unknown"),
        [],
        {"T3-10": _NOT},
    ),
    # ---------------------------------------------------------------- T3-11
    "T3-11": Case(
        _set({"t3.results.total.natural_person": 40.0}),
        [("T3-11", "info", "agency", "natural_person", 1, None, None, ())],
        {"T3-11": "FAIL"},
    ),
    "T3-11 more than was partly disclosed": Case(
        _set({"t3.results.total.natural_person": 42.0, "t3.received_new.natural_person": 40.0}), [], {}
    ),
    # ---------------------------------------------------------------- T4, XT
    "T4-02": Case(
        _is(year=2024),
        [("T4-02", "info", "agency", "", 2, None, None, ())],
        {"T4-02": "FAIL"},
    ),
    "T4-02 none": Case(_set({"t4.suit_direct.total": 0.0}, _is(year=2024)), [], {}),
    "T4-02 blank": Case(
        _blank("t4.suit_direct.total", _is(year=2024)), [], dict.fromkeys(("T4-02", "T4-04", "XT-02"), _NOT)
    ),
    "T4-03": Case(
        _before({"t4.review.total": 1.0}, _set({"t4.suit_after_review.total": 9.0})),
        [("T4-03", "info", "agency", "", 9, None, None, ())],
        {"T4-03": "FAIL"},
    ),
    "T4-03 last year's": Case(_set({"t4.suit_after_review.total": 9.0}), [], {}),
    "T4-03 without the year before": Case(
        _set({"t4.suit_after_review.total": 9.0}, _ALONE),
        [],
        dict.fromkeys(("T2-04", "T2-05", "T4-03", "T4-04"), _NOT),
    ),
    "T4-04": Case(
        _before({"t4.review.pending": 8.0, "t4.suit_direct.pending": 3.0}),
        [("T4-04", "info", "agency", "t4", 7, 8, -1, ())],
        {"T4-04": "FAIL"},
    ),
    "T4-04 blank": Case(
        _blank("t4.suit_direct.total"), [], dict.fromkeys(("T4-04", "XT-02"), _NOT)
    ),
    "T4-06": Case(
        _set(_UNHEARD),
        [("T4-06", "info", "agency", "", 8, None, None, ())],
        {"T4-06": "FAIL"},
    ),
    "T4-06 few": Case(_set(_dispute("review", 1.0, 0.0, 0.0, 8.0)), [], {}),
    "T4-06 blank": Case(_blank("t4.review.pending", _set(_UNHEARD)), [], {"T4-06": _NOT}),
    "XT-01": Case(
        _set(_dispute("review", 1.0, 0.0, 2.0, 0.0), _zero("t3", _zero("t4"))),
        [("XT-01", "warning", "agency", "", 3, 0, 3, ("XT-02",))],
        {"XT-01": "FAIL", "XT-02": "FAIL"},
    ),
    "XT-01 requests last year": Case(
        _before(
            {"t3.received_new.total": 4.0}, _set(_dispute("review", 1.0, 0.0, 0.0, 0.0), _zero("t3", _zero("t4")))
        ),
        [("XT-02", "info", "agency", "", 1, None, None, ())],
        {"XT-02": "FAIL"},
    ),
    "XT-01 no disputes": Case(_zero("t3", _zero("t4")), [], {}),
    "XT-01 without the year before": Case(
        _set(_dispute("review", 1.0, 0.0, 0.0, 0.0), _zero("t3", _zero("t4", _ALONE))),
        [],
        dict.fromkeys(("T2-04", "T2-05", "T4-04", "XT-01", "XT-02"), _NOT),
    ),
    "XT-02": Case(
        _set({"t4.review.total": 140.0}),
        [("XT-02", "info", "agency", "", 146, None, None, ())],
        {"XT-02": "FAIL"},
    ),
    "XT-02 what was open last year": Case(
        _before({"t4.review.pending": 30.0}, _set({"t4.review.total": 140.0})), [], {}
    ),
    "XT-02 without the year before": Case(
        _set({"t4.review.total": 140.0}, _ALONE),
        [],
        dict.fromkeys(("T2-04", "T2-05", "T4-04", "XT-02"), _NOT),
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
    undecided = {r for case in CASES.values() for r, v in case.verdicts.items() if v == _NOT}
    # a row that is not there, or does not add up, or a pair that is not there leaves nothing to be decided
    assert fires == set(RULES)
    assert set(RULES) - undecided == {"CELL-08", "CELL-09", "CELL-10"}


def test_all_of_them_are_in_the_catalogue() -> None:
    known = {rule.id for rule in rules()}
    assert set(RULES) <= known


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return evaluations[name].findings[0].message

    assert message("T2-01") == (
        "表二“规章”行填报“本年制发件数”2件、“现行有效件数”2件。依照《立法法》，规章由国务院部门和省、设区的市、自治州人民政府制定，"
        "县（市、区）、乡镇和地方政府部门没有规章制定权，该行应填0。"
    )
    assert message("T3-05") == (
        "表三“法人或其他组织-商业企业”列：“（三）不予公开/4.保护第三方合法权益”30件，大于第三项（七）总计11件。"
    )
    assert message("T3-05 more done than asked") == (
        "表三“法人或其他组织-商业企业”列：第三项（七）总计20件，大于第一项与第二项之和13件。"
    )
    assert message("T3-06") == "本年新收63件，结转下年度32件，相当于新收的51%，比例过高，请核实是否超期。"
    assert message("T4-04") == (
        "表四“行政复议”上一年度尚未审结8件，本年总计仅7件；“行政诉讼-未经复议直接起诉”上一年度尚未审结3件，本年总计仅2件，"
        "请核实上年未结案件是否计入本年。"
    )
    assert message("XT-01") == "本年和上一年度均没有收到和结转的申请，表四却填报“行政复议”3件，请核实并说明。"
    assert message("T2-09 fewer than none").endswith("小于0。")
    assert message("T2-10") == "表二与另行公布的统计不一致：“行政处罚”年报填报42件，公布的统计为57件。"


def test_reasons(evaluations: dict[str, Evaluation]) -> None:
    def reason(name: str, rule: str) -> str:
        return {n.rule: n.reason for n in evaluations[name].not_assessed}[rule]

    previous = "未找到该机关上一年度报告，或者有关单元格没有可用的数值，无法与上一年度核对。"
    assert reason("T2-01 rank unknown", "T2-01") == (
        "“规章”行没有可用的数值，或者机关层级不能确定，无法判断有无规章制定权。"
    )
    assert reason("T2-06 unclear", "T2-06") == "文中关于信息处理费金额的表述不能确定，无法核对。"
    assert reason("T3-06 blank", "T3-06") == "表三“四、结转下年度继续办理”行“总计”列空缺，无法核算。"
    assert reason("T4-03 without the year before", "T4-03") == previous
    assert reason("XT-01 without the year before", "XT-01") == previous
    assert reason("T2-07 without the year before", "T2-07") == previous
