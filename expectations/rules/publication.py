"""PUB: where and how a report was published, and in how many versions."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Check, Evidence, Row, Rule, Where
from expectations.rules.sources import REGULATION
from expectations.rules.wording import TABLE_NAMES, column_name, row_name
from models.results import Addressee, Severity

NOT_LISTED = "外部数据表中没有该机关该年度的这项数据。"
WITH_OUTSIDE = (Where("outside_given", "==", True),)
"""The rules that need the table of facts from outside apply to no report where none was given."""
ONLY_OUTSIDE = (
    "须由使用单位提供外部数据表（docs/OUTSIDE.md）；没有提供的，本规则不适用；表中没有该机关的，不作判断。"
)
_SHOWN = 5  # cells named in a sentence
_COLUMN = r"年度?报告?|年报"


def _place(rows: Sequence[Row]) -> Evidence:
    column = rows[0]["outside_column"]
    return Evidence(
        "",
        f"外部数据表记载，报告发布在“{column}”栏目，不在政府信息公开年度报告专栏。",
        observed=column,
        expected="政府信息公开工作年度报告",
    )


def _dead(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    status, size = row["outside_status"], row["outside_size"]
    why = (
        "文件大小为0"
        if row["outside_answer"] == "empty"
        else "没有应答"
        if not status
        else f"访问状态为{status}"
    )
    address = f"（{row['outside_url']}）" if row["outside_url"] else ""
    return Evidence(
        "",
        f"外部数据表记载，报告的公布地址{address}打不开：{why}。",
        observed=size if status in (200, None) else status,
    )


def _pictured(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    if row["tables_as"] == "scan":
        return Evidence("", "文件是扫描件或者图片，统计表不能直接读取数据。", observed="scan")
    tables = "、".join(TABLE_NAMES[name] for name in row["tables_not_found"])
    return Evidence("", f"未见{tables}的表格，文件中有图片，表格可能以图片形式发布。", observed="pictures")


def _conflict(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    codes = row["conflicting_cells"]
    named = "、".join(_cell(row["template"], code) for code in codes[:_SHOWN])
    more = f"等{len(codes)}个单元格" if len(codes) > _SHOWN else ""
    return Evidence(
        "",
        f"同一机关{row['year']}年度报告另有版本“{row['other_version']}”，{named}{more}的数据不同，均未写明是更正。",
        tuple(codes),
        observed=len(codes),
        hint="可能一个是草稿，或者一个是未写明的更正版本。",
    )


def _cell(template: str | None, code: str) -> str:
    table, rest = code.split(".", 1)
    row, column = rest.rsplit(".", 1)
    return f"{TABLE_NAMES.get(table[:2], table)}“{row_name(template, table, row)}”行“{column_name(template, table, column)}”列"


RULES = (
    Rule(
        id="PUB-01",
        title="发布位置",
        frame="reports",
        dimension="timeliness",
        quality="accessibility",
        severity=Severity.WARNING,
        source="国办公开办函〔2019〕61号（政府信息公开平台法定主动公开内容设“政府信息公开年报”栏目）",
        summary="年度报告应当发布在政府信息公开年度报告栏目。",
        hint="请将报告发布到政府信息公开平台的年度报告栏目。",
        check=Check("ExpectColumnValuesToMatchRegex", {"column": "outside_column", "regex": _COLUMN}),
        reads=("outside_column",),
        evidence=_place,
        templates=None,
        only=WITH_OUTSIDE,
        reasons={"outside_column": NOT_LISTED},
        notes=(ONLY_OUTSIDE, "没有自己的网站、在上级平台发布的，看上级平台的栏目。"),
    ),
    Rule(
        id="PUB-02",
        title="可获取可下载",
        frame="reports",
        dimension="timeliness",
        quality="availability",
        severity=Severity.WARNING,
        operator_when=((Where("outside_answer", "==", "unsure"),),),
        source=f"{REGULATION}第四十九条（“向社会公布”）",
        summary="年度报告的公布地址应当能够打开，文件不为空。",
        hint="请检查公布地址，恢复能够打开的报告。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "outside_answer", "value_set": ["ok"]}),
        reads=("outside_answer",),
        evidence=_dead,
        templates=None,
        only=WITH_OUTSIDE,
        reasons={"outside_answer": NOT_LISTED},
        notes=(
            ONLY_OUTSIDE,
            "没有应答、服务器出错（5xx）或者拒绝访问的，可能是临时故障或者限制访问，交核查人员核实。",
        ),
    ),
    Rule(
        id="PUB-03",
        title="表格为图片",
        frame="reports",
        dimension="format",
        quality="portability",
        severity=Severity.WARNING,
        source="核查要求：统计表应当能够直接读取数据",
        summary="统计表应当以表格形式发布，不以图片代替。",
        hint="请以网页表格或者可编辑的文件发布统计表。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "tables_as", "value_set": ["text"]}),
        reads=("tables_as",),
        evidence=_pictured,
        addressee=Addressee.OPERATOR,
        reasons={"tables_as": "没有认出统计表，无法判断表格的形式。"},
        notes=("报送的文件不一定就是公布的形式，交核查人员核实，不扣分。",),
    ),
    Rule(
        id="PUB-04",
        title="多版本冲突",
        frame="reports",
        dimension="timeliness",
        quality="consistency",
        severity=Severity.CRITICAL,
        operator_when=((Where("conflict_certain", "!=", True),),),
        source=f"{REGULATION}第六条（“及时、准确地公开政府信息”）",
        summary="同一机关同一年度公布的报告，各版本的数据应当一致。",
        hint="请确认正确的版本，撤下其余版本；属于更正的，请写明更正说明。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "conflicts", "max_value": 0}),
        reads=("conflicts",),
        rows=(Where("versions", ">", 0),),
        compared=True,
        vacuous=True,
        evidence=_conflict,
        reasons={"versions": "没有与其他报告比对。"},
        notes=(
            "标题或者文件名写明更正、修订、重报的不是冲突。",
            "两个版本都带有网站的发布日期、都不是扫描件的，才作为该机关的问题；其余的可能有草稿，交核查人员核实。",
        ),
    ),
)
