"""EXT-02, EXT-03: how far our own reading can be trusted; never the agency's fault. EXT-01 stands with the cells."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Check, Evidence, Row, Rule
from expectations.rules.sources import OURS
from expectations.rules.wording import TABLE_NAMES
from models.results import Addressee, Severity


def _two_readings(rows: Sequence[Row]) -> Evidence:
    first = rows[0]
    seen = "；".join(dict.fromkeys(str(row["reason"]) for row in rows))
    return Evidence(
        first["table"],
        f"{TABLE_NAMES[first['table']]}有{len(rows)}个单元格两种方法读取的结果不同（{seen}），请对照原件核实。",
        tuple(row["code"] for row in rows),
        observed=len(rows),
    )


def _fragment(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    if row["fragment"] == "short":
        return Evidence(
            "",
            f"全文只读到{row['characters']}字，文件可能不完整，请对照原件核实。",
            observed=row["characters"],
        )
    return Evidence(
        "", "读到的正文在第五部分之前中断，文件可能不完整，请对照原件核实。", observed=row["characters"]
    )


RULES = (
    Rule(
        id="EXT-02",
        title="双通道一致",
        frame="cells",
        dimension="extraction",
        quality="traceability",
        severity=Severity.INFO,
        source=OURS,
        summary="PDF的统计表用两种方法读取，结果不同的单元格不参与核算，交核查人员对照原件核实。",
        hint="请核查人员对照原件核实读数；必要时请填报单位提供可编辑的文件。",
        check=Check(
            "ExpectColumnValuesToNotMatchRegex", {"column": "reason", "regex": "两种方法读取的结果不同"}
        ),
        reads=(),
        group_by=("table",),
        evidence=_two_readings,
        addressee=Addressee.OPERATOR,
        notes=("不扣分，不是填报单位的问题。", "扫描件只有一种读法，据此得出的问题一律先交核查人员核实。"),
    ),
    Rule(
        id="EXT-03",
        title="文本残缺",
        frame="reports",
        dimension="extraction",
        quality="completeness",
        severity=Severity.INFO,
        source=OURS,
        summary="读到的全文不应过短，也不应缺少最后几个部分。",
        hint="请核查人员对照原件确认文件是否完整，不完整的请重新收集。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "fragment", "value_set": ["short", "cut"]}),
        reads=("fragment",),
        evidence=_fragment,
        addressee=Addressee.OPERATOR,
        notes=("不扣分，不是填报单位的问题；字数下限由核查方案设定。",),
    ),
)
