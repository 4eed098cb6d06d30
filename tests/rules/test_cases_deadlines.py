"""TIME: reports that are late for certain, perhaps, by a local order only; too early; dates that contradict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from expectations.profile import default
from models.facts import SCHEMAS, Facts
from models.results import Evaluation
from tasks.validate import evaluate
from tests.facts_builder import (
    Case,
    change,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())


def _report(**changes: Any) -> Facts:
    return change(_CLEAN, "reports", pl.lit(True), **changes)


def _government(**changes: Any) -> Facts:
    """A report that is the government's, so far as the rules on time look at it."""
    return _report(organ="government", **changes)


def _outside(facts: Facts, **said: Any) -> Facts:
    row = dict.fromkeys(SCHEMAS["outside"]) | {"submission": "a"} | said
    return replace(facts, outside=pl.DataFrame([row], schema=dict(SCHEMAS["outside"]), orient="row"))


def _late(rule: str, severity: str, addressee: str, seen: date, due: date) -> list[tuple[Any, ...]]:
    return [(rule, severity, addressee, "", seen.isoformat(), due.isoformat(), (seen - due).days, ())]


_END_OF_JANUARY, _END_OF_MARCH = date(2024, 1, 31), date(2024, 3, 31)
_FEBRUARY = date(2024, 2, 20)
_NO_TABLE = {"XY-06": "NOT_ASSESSABLE", "PUB-01": "NOT_ASSESSABLE", "PUB-02": "NOT_ASSESSABLE"}

CASES = {
    "TIME-01 signed and published late": Case(
        _report(signed_on=_FEBRUARY, published_on=date(2024, 2, 21)),
        _late("TIME-01", "critical", "agency", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-01": "FAIL"},
    ),
    "TIME-01 the last day is in time": Case(_report(published_on=_END_OF_JANUARY), [], {}),
    "TIME-01 signed late, no page": Case(
        _report(signed_on=_FEBRUARY, published_on=None),
        _late("TIME-01", "critical", "agency", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-01": "FAIL", "TIME-05": "NOT_ASSESSABLE"},
    ),
    "TIME-01 only the page is late: moved, or published again": Case(
        _report(published_on=date(2025, 6, 1)),
        _late("TIME-01", "critical", "operator", date(2025, 6, 1), _END_OF_JANUARY),
        {"TIME-01": "FAIL"},
    ),
    "TIME-01 a correction is signed later": Case(
        _report(signed_on=_FEBRUARY, published_on=_FEBRUARY, file="2023年报（更正）.html"),
        _late("TIME-01", "critical", "operator", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-01": "FAIL"},
    ),
    "TIME-01 signed years later": Case(
        _report(signed_on=date(2026, 2, 1), published_on=None),
        _late("TIME-01", "critical", "operator", date(2026, 2, 1), _END_OF_JANUARY),
        {"TIME-01": "FAIL", "TIME-05": "NOT_ASSESSABLE"},
    ),
    "TIME-01 the year is only in the file name": Case(
        _report(signed_on=_FEBRUARY, published_on=None, year_source="file_name"),
        _late("TIME-01", "critical", "operator", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-01": "FAIL", "TIME-05": "NOT_ASSESSABLE"},
    ),
    "TIME-01 and TIME-05 the page in time, the signature not": Case(
        _report(signed_on=_FEBRUARY),
        [
            *_late("TIME-01", "critical", "operator", _FEBRUARY, _END_OF_JANUARY),
            ("TIME-05", "warning", "operator", "", "2024-01-22", "2024-02-20", -29, ()),
        ],
        {"TIME-01": "FAIL", "TIME-05": "FAIL"},
    ),
    "TIME-01 by the table": Case(
        _outside(_CLEAN, published_on=_FEBRUARY),
        _late("TIME-01", "critical", "agency", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-01": "FAIL"} | _NO_TABLE,
    ),
    "TIME-01 submitted late by the table": Case(
        _outside(_CLEAN, submitted_on=_FEBRUARY),
        _late("TIME-01", "critical", "agency", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-01": "FAIL"} | _NO_TABLE,
    ),
    "TIME-01 in time by the table, whatever the page says": Case(
        _outside(_report(published_on=date(2025, 6, 1)), published_on=date(2024, 1, 25)), [], _NO_TABLE
    ),
    "TIME-01 led from above": Case(
        _report(signed_on=_FEBRUARY, published_on=_FEBRUARY, agency="国家税务总局云栖市映溪区税务局"),
        _late("TIME-01", "warning", "agency", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-01": "FAIL"},
    ),
    "TIME-01 nothing known": Case(
        _report(signed_on=None, published_on=None),
        [],
        dict.fromkeys(("TIME-01", "TIME-04", "TIME-05"), "NOT_ASSESSABLE"),
    ),
    "TIME-01 signed in time, published who knows when": Case(
        _report(published_on=None), [], {"TIME-05": "NOT_ASSESSABLE"}
    ),
    "TIME-01 a pictured report": Case(
        _report(signed_on=_FEBRUARY, published_on=_FEBRUARY, read_by="ocr"),
        _late("TIME-01", "critical", "operator", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-01": "FAIL"},
    ),
    "TIME-02 a government has until the end of March": Case(
        _government(signed_on=_FEBRUARY, published_on=_END_OF_MARCH), [], {}
    ),
    "TIME-02 late": Case(
        _government(signed_on=date(2024, 4, 12), published_on=date(2024, 4, 12)),
        _late("TIME-02", "critical", "agency", date(2024, 4, 12), _END_OF_MARCH),
        {"TIME-02": "FAIL"},
    ),
    "TIME-02 the committee of a zone": Case(
        _government(
            signed_on=date(2024, 4, 12), published_on=date(2024, 4, 12), agency="云栖经济开发区管委会", rank="unknown"
        ),
        _late("TIME-02", "warning", "agency", date(2024, 4, 12), _END_OF_MARCH),
        {"TIME-02": "FAIL"},
    ),
    "TIME-02 an office that may be the government": Case(
        _report(signed_on=_FEBRUARY, published_on=_FEBRUARY, organ="unknown"), [], {}
    ),
    "TIME-03 a township": Case(
        _government(signed_on=_FEBRUARY, published_on=_FEBRUARY, rank="township"),
        _late("TIME-03", "warning", "agency", _FEBRUARY, _END_OF_JANUARY),
        {"TIME-03": "FAIL"},
    ),
    "TIME-04 signed before the year was over": Case(
        _report(signed_on=date(2023, 12, 20)),
        [("TIME-04", "warning", "agency", "", "2023-12-20", "2023-12-31", None, ())],
        {"TIME-04": "FAIL"},
    ),
    "TIME-04 only the page says so": Case(
        _report(published_on=date(2023, 12, 28)),
        [
            ("TIME-04", "warning", "operator", "", "2023-12-28", "2023-12-31", None, ()),
            ("TIME-05", "warning", "operator", "", "2023-12-28", "2024-01-20", -23, ()),
        ],
        {"TIME-04": "FAIL", "TIME-05": "FAIL"},
    ),
    "TIME-05 by the table": Case(
        _outside(_CLEAN, published_on=date(2024, 1, 10)),
        [("TIME-05", "warning", "agency", "", "2024-01-10", "2024-01-20", -10, ())],
        {"TIME-05": "FAIL"} | _NO_TABLE,
    ),
    "TIME-05 by the page": Case(
        _report(published_on=date(2024, 1, 10)),
        [("TIME-05", "warning", "operator", "", "2024-01-10", "2024-01-20", -10, ())],
        {"TIME-05": "FAIL"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def said() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


def _mine(rule: str) -> bool:
    return rule.startswith(("TIME", "XY", "PUB"))


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(name: str, said: dict[str, Evaluation]) -> None:
    assert [finding for finding in told(said[name]) if _mine(finding[0])] == CASES[name].findings
    verdicts = {rule: verdict for rule, verdict in not_passed(said[name]).items() if _mine(rule)}
    assert verdicts == CASES[name].verdicts


def test_the_words(said: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return next(f.message for f in said[name].findings if f.rule.startswith("TIME"))

    assert message("TIME-01 signed and published late") == (
        "报告落款日期为2024年2月20日，网页上的发布日期为2024年2月21日，晚于2023年度报告公布期限2024年1月31日（晚20天）。"
    )
    assert message("TIME-01 by the table") == (
        "外部数据表记载的提交或者公布日期为2024年2月20日，晚于2023年度报告公布期限2024年1月31日（晚20天）。"
    )
    assert message("TIME-04 signed before the year was over") == (
        "报告落款日期为2023年12月20日，2023年度尚未结束，统计期限应至2023年12月31日。"
    )
    reasons = {n.rule: n.reason for n in said["TIME-01 nothing known"].not_assessed}
    assert {rule: reason for rule, reason in reasons.items() if _mine(rule)} == {
        "TIME-01": "未见可用的公布日期和落款日期，无法判断是否按时公布。",
        "TIME-04": "未见公布日期和落款日期。",
        "TIME-05": "未见公布日期。",
    }


def test_the_end_of_a_sentence_is_no_signature() -> None:
    facts = change_prose(_CLEAN, "signature", "本报告数据统计时间截至2023年12月31日")
    facts = change(facts, "reports", pl.lit(True), signed_on=date(2023, 12, 31), published_on=None)
    assert [t[:3] for t in told(evaluate(facts)["a"]) if t[0].startswith("TIME")] == [
        ("TIME-04", "warning", "operator")
    ]


def test_a_local_day_is_a_hint() -> None:
    deadlines = default().deadlines.model_copy(
        update={"local_department": type(default().deadlines.department)(month=1, day=15)}
    )
    profile = default().model_copy(update={"deadlines": deadlines})
    finding = next(f for f in evaluate(_CLEAN, profile=profile)["a"].findings)
    assert (finding.rule, str(finding.severity), finding.message) == (
        "TIME-01",
        "info",
        "网页上的发布日期为2024年1月22日，晚于当地规定的2023年度报告公布期限2024年1月15日（晚7天）。",
    )
