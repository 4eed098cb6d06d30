"""AGG: a government's report beside those of the agencies below it."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules.sources import REGULATION
from expectations.rules.wording import TABLE_NAMES, column_name, number, row_name
from models.results import Addressee, Severity

_ABOVE = ("province", "city", "county", "township", "unknown")
_SHOWN = 3  # cells named in a sentence
_NAMED = 20  # agencies named in a sentence
_SOURCE = f"{REGULATION}第四十九条第二款（“本级政府上一年度政府信息公开工作年度报告”）、各地汇总要求"
_COVERED = Where("covers", "in", ("whole", "unknown"))
_WITH_ROSTER = (Where("due_below", ">", 0),)
_ROSTER = "须由使用单位提供名册（docs/ROSTER.md）；没有名册或者名册中没有下级单位的，本规则不适用。"
_NOBODY = "没有收到下级单位的报告，或者报告写明只统计本机关数据，无法与下级核对。"


def _name(row: Row) -> str:
    line = row_name(
        row["template"], row["code"].split(".", 1)[0], row["code"].split(".", 1)[1].rsplit(".", 1)[0]
    )
    table, column = row["code"].split(".", 1)[0], row["code"].rsplit(".", 1)[1]
    return f"{TABLE_NAMES[table]}“{line}”行“{column_name(row['template'], table, column)}”列"


def _cells(rows: Sequence[Row]) -> list[Row]:
    """The rows in the order of the form, totals first: they say most."""
    return sorted(rows, key=lambda row: not row["code"].endswith(".total"))


def _smaller(rows: Sequence[Row]) -> Evidence:
    shown = _cells(rows)
    first = shown[0]
    agencies = list(dict.fromkeys(row["largest_agency"] for row in rows))
    more = f"；共{len(rows)}个单元格" if len(rows) > _SHOWN else ""
    if first["about"]:
        whose = f"下级“{first['about']}”一个单位的数"
        told = "；".join(
            f"{_name(row)}政府填报{number(row['value'])}，该单位填报{number(row['largest'])}"
            for row in shown[:_SHOWN]
        )
    else:
        named = "、".join(f"“{agency}”" for agency in agencies[:_SHOWN])
        whose = f"下级{named}{f'等{len(agencies)}个单位' if len(agencies) > _SHOWN else ''}各自的数，而报告没有写明是否汇总"
        told = "；".join(
            f"{_name(row)}政府填报{number(row['value'])}，“{row['largest_agency']}”填报{number(row['largest'])}"
            for row in shown[:_SHOWN]
        )
    return Evidence(
        first["about"],
        f"政府报告的数小于{whose}：{told}{more}。",
        tuple(row["code"] for row in rows),
        number(first["value"]),
        number(first["largest"]),
        number(first["value"] - first["largest"]),
        hint="可能汇总时遗漏了该单位，或者报告只统计了政府本级（办公室）的数据。",
    )


def _unequal(rows: Sequence[Row]) -> Evidence:
    told = "；".join(
        f"{_name(row)}政府填报{number(row['value'])}，{row['due']}个下级单位合计{number(row['total'])}"
        for row in _cells(rows)[:_SHOWN]
    )
    more = f"；共{len(rows)}个单元格" if len(rows) > _SHOWN else ""
    first = _cells(rows)[0]
    return Evidence(
        "",
        f"政府汇总数小于下级单位合计：{told}{more}。",
        tuple(row["code"] for row in rows),
        number(first["value"]),
        number(first["total"]),
        number(first["gap"]),
        hint="可能汇总时遗漏了单位，也可能是同一件申请由几个单位分别填报、汇总时剔除了重复。",
    )


def _unsaid(rows: Sequence[Row]) -> Evidence:
    return Evidence("", "报告未写明数据是汇总全部所属部门、下级政府的，还是只统计政府本级（办公室）的。")


def _missing(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    names = row["missing_below"]
    listed = "、".join(names[:_NAMED]) + (f"等{len(names)}个" if len(names) > _NAMED else "")
    return Evidence(
        "",
        f"名册中应当报送{row['year']}年度报告的下级单位{row['due_below']}个，未收到{len(names)}个：{listed}。",
        observed=row["due_below"] - len(names),
        expected=row["due_below"],
        difference=-len(names),
    )


RULES = (
    Rule(
        id="AGG-01",
        title="政府≥下级最大值",
        frame="subordinates",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.CRITICAL,
        cases=(Case(Severity.WARNING, (Where("covers", "==", "unknown"),)),),
        operator_when=((Where("covers", "==", "unknown"),),),
        source=_SOURCE,
        summary="政府汇总报告的各项件数不应小于任何一个下级单位的同项件数。",
        hint="请对照下级单位的报告核对汇总数，更正遗漏；只统计政府本级的，请在报告中写明。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "value",
                "column_B": "largest",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("value",),
        rows=(_COVERED, Where("received", ">", 0)),
        group_by=("about",),
        evidence=_smaller,
        ranks=_ABOVE,
        organs=("government",),
        only=_WITH_ROSTER,
        reasons={"": _NOBODY, "value": "政府报告的部分单元格没有可用的数值，无法与下级核对。"},
        notes=(
            _ROSTER,
            "只比较可以相加的单元格，2019年试行格式的表二不比较。",
            "垂直管理机关（税务、海关、气象等）和名册标明不纳入汇总的不比较；写明只统计本机关的报告不比较。",
            "报告没有写明汇总范围的，合为一个问题交核查人员核实。",
        ),
    ),
    Rule(
        id="AGG-02",
        title="政府＝下级合计",
        frame="subordinates",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.WARNING,
        source=_SOURCE,
        summary="下级单位的报告全部收到的，政府汇总数不应小于下级单位合计。",
        hint="请核查人员对照下级单位的报告核对汇总数，向该政府了解差异原因。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "gap", "min_value": 0}),
        reads=("value",),
        rows=(
            Where("covers", "==", "whole"),
            Where("complete", "==", True),
            Where("counted_once", "==", True),
        ),
        group_by=("covers",),
        evidence=_unequal,
        ranks=_ABOVE,
        organs=("government",),
        only=_WITH_ROSTER,
        addressee=Addressee.OPERATOR,
        reasons={
            "": "下级单位的报告没有全部收到，或者报告没有写明汇总全部所属单位，无法核对合计。",
            "value": "政府报告的部分单元格没有可用的数值，无法与下级核对。",
        },
        notes=(
            _ROSTER,
            "只核查写明汇总全部所属单位的报告；合计差异可能由剔除重复产生，交核查人员核实。",
            "政府自己办理的也在汇总数中，因此只核查小于合计的；表四不比较（共同被告只由原行为机关统计）；收费金额允许四舍五入的差异。",
        ),
    ),
    Rule(
        id="AGG-03",
        title="汇总范围声明",
        frame="prose",
        dimension="structure",
        quality="understandability",
        severity=Severity.INFO,
        source=_SOURCE,
        summary="政府的年度报告宜写明数据是汇总全部所属部门、下级政府的，还是只统计政府本级的。",
        hint="建议在报告开头写明统计范围，如“本报告汇总全区各部门、各镇街数据”。",
        check=Check("ExpectColumnValuesToNotBeNull", {"column": "scope_statement"}),
        reads=(),
        rows=(Where("overview_figures", ">=", 0),),
        evidence=_unsaid,
        ranks=("province", "city", "county", "unknown"),
        organs=("government",),
        reasons={"": "未找到第一部分，无法判断是否写明统计范围。"},
    ),
    Rule(
        id="AGG-04",
        title="应报未报清单",
        frame="reports",
        dimension="structure",
        quality="completeness",
        severity=Severity.CRITICAL,
        source=f"{REGULATION}第四十九条",
        summary="名册中应当报送年度报告的下级单位都应当报送。",
        hint="请核查人员核实未收到的单位是否已公布报告，督促未公布的限期公布。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "missing_count", "max_value": 0}),
        reads=("missing_below",),
        evidence=_missing,
        ranks=_ABOVE,
        organs=("government",),
        only=_WITH_ROSTER,
        addressee=Addressee.OPERATOR,
        reasons={"missing_below": "收到的下级报告不到一半，该年度可能没有收集齐全，不列未报单位。"},
        notes=(
            _ROSTER,
            "列在上级政府的报告下，供核查人员使用，不是该政府的问题，不扣分；完整的未报清单见核查结果首页。",
            "名册标明免报的不列入；收到的下级报告不到一半的，视为该年度没有收集齐全，不作判断。",
        ),
    ),
)
