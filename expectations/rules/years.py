"""XY: a report beside the same agency's report of the year before."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Check, Evidence, Row, Rule, Where
from expectations.rules.sources import FORM
from expectations.rules.wording import column_name, number
from models.results import Severity

_SAME = Check(
    "ExpectColumnPairValuesToBeEqual",
    {
        "column_A": "carried_in",
        "column_B": "previous_carried_out",
        "ignore_row_if": "either_value_is_missing",
    },
)


def _carried(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    observed, expected = number(row["carried_in"]), number(row["previous_carried_out"])
    name = column_name(row["template"], "t3", row["applicant"])
    return Evidence(
        row["applicant"],
        f"表三“{name}”列：“上年结转”填报{observed}件，与你单位{row['year'] - 1}年度报告“结转下年度继续办理”"
        f"{expected}件不一致，相差{abs(number(observed - expected))}件。",
        (f"t3.carried_in.{row['applicant']}",),
        observed,
        expected,
        number(observed - expected),
    )


RULES = (
    Rule(
        id="XY-01",
        title="结转衔接（总计）",
        frame="years",
        dimension="years",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=f"{FORM}表三“上年结转”“结转下年度继续办理”",
        summary="本年“上年结转”总计应当等于上一年度报告“结转下年度继续办理”总计。",
        hint="请核对两个年度的台账，更正上年结转件数，或在“六、其他需要报告的事项”中说明原因（机构合并、更正上年数据等）。",
        check=_SAME,
        reads=("carried_in", "previous_carried_out"),
        rows=(Where("applicant", "==", "total"),),
        evidence=_carried,
        first_year=2020,
        notes=("2019年度没有可比的上一年度；没有上一年度报告的不作判断。",),
    ),
    Rule(
        id="XY-02",
        title="结转衔接（分列）",
        frame="years",
        dimension="years",
        quality="consistency",
        severity=Severity.WARNING,
        source=f"{FORM}表三“上年结转”“结转下年度继续办理”",
        summary="各类申请人的“上年结转”应当等于上一年度报告同列“结转下年度继续办理”。",
        hint="请核对两个年度的台账；申请人类别调整的，请在“六、其他需要报告的事项”中说明。",
        check=_SAME,
        reads=("carried_in", "previous_carried_out"),
        rows=(Where("applicant", "!=", "total"),),
        evidence=_carried,
        first_year=2020,
        notes=("总计也不衔接（XY-01）的，分列差异不重复报。",),
    ),
)
