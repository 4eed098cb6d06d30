"""CELL-08 to CELL-11: numbers that look glued, mistaken for dates, far off, or filled in by copying."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.sources import FORM, OURS
from expectations.rules.wording import TABLE_NAMES, column_name, number, row_name
from models.facts import APPLICANTS
from models.results import Addressee, Severity

_LOOKS = {
    "year": "与报告年度相同",
    "day": "与电子表格日期的内部序号相近",
    "date": "形如日期",
}


def _place(row: Row) -> str:
    line = row_name(row["template"], row["table"], row["row"])
    return f"{TABLE_NAMES[row['table']]}“{line}”行“{column_name(row['template'], row['table'], row['column'])}”列"


def _slip(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    printed = str(row["raw"]).strip() if row["value"] is None else number(row["value"])
    return Evidence(
        row["code"],
        f"{_place(row)}填报“{printed}”，{_LOOKS[row['looks_like']]}，疑似误填年份或日期，请核实。",
        (row["code"],),
        printed,
    )


def _jump(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    now, before = number(row["value"]), number(row["previous_value"])
    return Evidence(
        row["code"],
        f"{_place(row)}本年填报{now}，上一年度为{before}，相差百倍以上，请核实单位和口径。",
        (row["code"],),
        now,
        before,
        number(now - before),
    )


def _cells_of(row: Row, *applicants: str) -> tuple[str, ...]:
    return tuple(f"t3.{row['line']}.{applicant}" for applicant in applicants)


def _alike(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = row_name(row["template"], "t3", row["line"])
    return Evidence(
        row["line"],
        f"表三“{name}”行有{row['alike']}类申请人的件数完全相同且不为0，请核实是否复制填写。",
        _cells_of(row, *APPLICANTS[:-1]),
        row["alike"],
    )


def _glued(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = row_name(row["template"], "t3", row["line"])
    return Evidence(
        row["line"],
        f"表三“{name}”行各类申请人之和与总计不符，但把相邻两个数字合并（或者把一个两位数拆开）即相符，"
        "可能是文件转换造成的数字粘连或拆分，请核查人员对照原件核实。",
        _cells_of(row, *APPLICANTS),
    )


RULES = (
    Rule(
        id="CELL-08",
        title="数字粘连或拆分",
        frame="requests_by_outcome",
        dimension="extraction",
        quality="accuracy",
        severity=Severity.INFO,
        source=OURS,
        summary="文本和PDF中合计不成立的行，合并或拆分相邻数字即成立的，可能是转换造成的，交核查人员核实。",
        hint="请核查人员对照原件核实各数；必要时请填报单位提供可编辑的文件。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "glued", "value_set": [False]}),
        reads=("glued",),
        rows=(Where("format", "in", ("txt", "markdown", "pdf", "csv")),),
        vacuous=True,
        evidence=_glued,
        addressee=Addressee.OPERATOR,
        notes=(
            "只核查文本、Markdown、CSV和PDF：其他格式的单元格边界由文件本身给出，不会粘连。",
            "该行各分类列的办理结果总计和勾稽关系都成立的，各数已得到印证，不认为是粘连。",
            "该行的T3-01以及读到该行的分类列的T3-02、T3-03并入本问题，先由核查人员核实。",
        ),
    ),
    Rule(
        id="CELL-09",
        title="疑似误填年份或日期",
        frame="cells",
        dimension="format",
        quality="accuracy",
        severity=Severity.WARNING,
        source=FORM,
        summary="件数单元格的数不应是报告年度或者电子表格的日期序号，也不应形如日期。",
        hint="请核对该单元格，是误填的请更正；确为实际件数的请说明。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "looks_like", "value_set": list(_LOOKS)}),
        reads=("looks_like",),
        rows=(Where("kind", "in", ("number", "zero", "text")),),
        vacuous=True,
        evidence=_slip,
        operator_when=((Where("previous_value", "==", None), Where("looks_like", "!=", "date")),),
        notes=(
            "总计不查；与上一年度同一单元格相差不到三倍的，视为实际件数。",
            "没有上一年度数据可对照的，交核查人员核实；形如“1-2”“1月2日”的不需对照。",
        ),
    ),
    Rule(
        id="CELL-10",
        title="数量级异常",
        frame="pairs",
        dimension="format",
        quality="credibility",
        severity=Severity.INFO,
        source=FORM,
        summary="同一单元格与上一年度相差百倍以上的，提示核实单位和口径。",
        hint="请核实数据和计量单位；职权划转、集中办理等原因造成的，可在第六部分说明。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {"column": "times", "max_value": Setting("thresholds.magnitude"), "strict_max": True},
        ),
        reads=(),
        rows=(Where("larger", ">=", Setting("thresholds.magnitude_from")),),
        vacuous=True,
        evidence=_jump,
        notes=("与同类单位的比较（离群值）未采用：职权差异使同类单位之间本来就差别很大。",),
    ),
    Rule(
        id="CELL-11",
        title="整行同值",
        frame="requests_by_outcome",
        dimension="format",
        quality="credibility",
        severity=Severity.INFO,
        source=FORM,
        summary="表三同一行五类以上申请人的件数完全相同且不为0的，提示核实是否复制填写。",
        hint="请核对申请台账，确认各类申请人的件数。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {"column": "alike", "max_value": Setting("thresholds.alike_below")},
        ),
        reads=("alike",),
        evidence=_alike,
        notes=(
            "整列同值不提示：件数少的报告，一列之内有多个1很正常。",
            "件数为1的，六类全部为1才提示：五个1可能是巧合。",
        ),
    ),
)
