"""CELL: what may stand in a cell of the three tables; EXT: what the reader is unsure of."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules.sources import FORM, FORM_2021, OURS
from expectations.rules.wording import TABLE_NAMES, codes_of_line, column_name, form, number, row_name
from models.results import Addressee, Severity

_PRINTED = Where("kind", "!=", "missing")
_PATTERNS = {"count": r"\d+", "signed": r"[+-]?\d+", "amount": r"\d+(\.\d{1,4})?"}


def _place(rows: Sequence[Row]) -> tuple[str, str]:
    """Return the subject and the place in words of cells that are one cell, one row, or a whole table."""
    first = rows[0]
    table = TABLE_NAMES[first["table"]]
    lines = {row["row"] for row in rows}
    if len(rows) == 1:
        line = row_name(first["template"], first["table"], first["row"])
        column = column_name(first["template"], first["table"], first["column"])
        return first["code"], f"{table}“{line}”行“{column}”列"
    if len(lines) == 1:
        line = row_name(first["template"], first["table"], first["row"])
        return first["code"].rsplit(".", 1)[0], f"{table}“{line}”行{len(rows)}个单元格"
    return first["table"], f"{table}{len(lines)}行共{len(rows)}个单元格"


def _codes(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row["code"] for row in rows)


def _printed(rows: Sequence[Row]) -> str:
    return "、".join(dict.fromkeys(str(row["raw"]).strip() for row in rows))


def _blank(rows: Sequence[Row]) -> Evidence:
    subject, place = _place(rows)
    return Evidence(subject, f"{place}空缺，没有发生的应填0。", _codes(rows))


def _placeholder(rows: Sequence[Row]) -> Evidence:
    subject, place = _place(rows)
    raw = _printed(rows)
    return Evidence(subject, f"{place}填写占位符“{raw}”，不能区分是0还是不适用。", _codes(rows), observed=raw)


def _count(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    _, place = _place(rows)
    wanted = "整数" if row["form"] == "signed" else "非负整数"
    return Evidence(
        row["code"],
        f"{place}填报“{str(row['raw']).strip()}”，应为{wanted}。",
        _codes(rows),
        observed=number(row["value"]),
    )


def _amount(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    _, place = _place(rows)
    return Evidence(
        row["code"],
        f"{place}填报“{str(row['raw']).strip()}”，收费金额应为不小于0、小数不超过4位的数（单位：万元）。",
        _codes(rows),
        observed=number(row["value"]),
    )


def _words(rows: Sequence[Row]) -> Evidence:
    subject, place = _place(rows)
    raw = _printed(rows)
    return Evidence(
        subject, f"{place}填写“{raw}”，混入了单位或文字，应只填数字。", _codes(rows), observed=raw
    )


def _spelling(rows: Sequence[Row]) -> Evidence:
    subject, place = _place(rows)
    examples = list(dict.fromkeys(str(row["raw"]).strip() for row in rows))
    raw = "、".join(examples[:3]) + ("等" if len(examples) > 3 else "")
    return Evidence(
        subject,
        f"{place}数字写法不规范（{raw}），应使用不带分隔符的半角阿拉伯数字。",
        _codes(rows),
        observed=raw,
    )


def _width(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    table = TABLE_NAMES[row["table"]]
    return Evidence(
        row["key"],
        f"{table}“{row['expected_label']}”行有{row['width']}个数据单元格，应为{row['expected_width']}个，"
        "各数所属的列无法对应。",
        codes_of_line(form(row["template"]).id, row["table"], row["axis"], row["key"]),
        observed=row["width"],
        expected=row["expected_width"],
        difference=row["width"] - row["expected_width"],
    )


def _uncertain(rows: Sequence[Row]) -> Evidence:
    first = rows[0]
    _, place = _place(rows)
    subject = first["code"].rsplit(".", 1)[0]
    raw = "、".join(dict.fromkeys(str(row["raw"]).strip() for row in rows if row["raw"]))
    reasons = "；".join(dict.fromkeys(str(row["reason"]) for row in rows if row["reason"]))
    parts = [f"{place}读取不确定"]
    if raw:
        parts.append(f"原文“{raw}”")
    if reasons:
        parts.append(f"原因：{reasons}")
    if all(row["proposal"] for row in rows) and len({row["row"] for row in rows}) == 1:
        parts.append(f"可能为“{'、'.join(str(row['proposal']) for row in rows)}”")
    return Evidence(subject, "，".join(parts) + "。请对照原件核实。", _codes(rows), observed=raw or None)


RULES = (
    Rule(
        id="CELL-01",
        title="单元格不得空缺",
        frame="cells",
        dimension="format",
        quality="completeness",
        severity=Severity.WARNING,
        cases=(Case(Severity.CRITICAL, (Where("total", "==", True),)),),
        source=FORM,
        summary="三张表的每个单元格都应当填报，没有发生的填0。",
        hint="请补填空缺的单元格，没有发生的填0，不得留空。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "kind_read", "value_set": ["blank"]}),
        reads=("kind_read",),
        rows=(_PRINTED,),
        group_by=("cluster",),
        evidence=_blank,
        notes=(
            "空缺不按0参与核算；总计行、总计列空缺为严重。",
            "整行、整表空缺只报一个问题；整行缺失由STR-08核查，不重复计。",
        ),
    ),
    Rule(
        id="CELL-02",
        title="占位符规范",
        frame="cells",
        dimension="format",
        quality="compliance",
        severity=Severity.INFO,
        source=FORM,
        summary="单元格不应以“/”“-”“无”等符号代替数字。",
        hint="没有发生的请填0；确属不适用的，请在第六部分说明。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "kind_read", "value_set": ["placeholder"]}),
        reads=("kind_read",),
        rows=(_PRINTED,),
        group_by=("cluster",),
        evidence=_placeholder,
    ),
    Rule(
        id="CELL-03",
        title="计数为非负整数",
        frame="cells",
        dimension="format",
        quality="accuracy",
        severity=Severity.CRITICAL,
        cases=(Case(Severity.INFO, (Where("fits_as_value", "==", True),)),),
        source=FORM,
        summary="除收费、采购金额外，各单元格应当为非负整数（2019年试行格式“本年增/减”可以为负）。",
        hint="请核对台账，按件数填写非负整数。",
        check=Check(
            "ExpectColumnPairNumberToFitForm",
            {
                "column_A": "form",
                "column_B": "number_text",
                "patterns": {form: _PATTERNS[form] for form in ("count", "signed")},
            },
        ),
        reads=("kind_read",),
        rows=(_PRINTED,),
        evidence=_count,
        notes=("“3.0”一类数值为整数而写法带小数点的，为提示。",),
    ),
    Rule(
        id="CELL-04",
        title="收费金额格式",
        frame="cells",
        dimension="format",
        quality="precision",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("value", ">=", 0),)),),
        source=FORM_2021,
        summary="行政事业性收费金额以万元为单位，应当不小于0，小数不超过4位。",
        hint="请按万元为单位填写收费金额，最多保留4位小数（精确到元）。",
        check=Check(
            "ExpectColumnPairNumberToFitForm",
            {"column_A": "form", "column_B": "number_text", "patterns": {"amount": _PATTERNS["amount"]}},
        ),
        reads=("number_text",),
        rows=(Where("form", "==", "amount"),),
        evidence=_amount,
        templates=("v2021",),
        notes=("小数超过4位的为提示：国办公开办函〔2021〕30号正文中未查到关于小数位数的规定。",),
    ),
    Rule(
        id="CELL-05",
        title="单元格混入单位或文字",
        frame="cells",
        dimension="format",
        quality="compliance",
        severity=Severity.WARNING,
        source=FORM,
        summary="单元格中只填数字，不带单位和文字。",
        hint="请删除单元格中的单位和文字，只保留数字；需要说明的写入正文。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "spelling", "value_set": ["unit", "text"]}),
        reads=("kind_read",),
        rows=(_PRINTED,),
        group_by=("table", "row"),
        evidence=_words,
    ),
    Rule(
        id="CELL-06",
        title="字符规范化",
        frame="cells",
        dimension="format",
        quality="compliance",
        severity=Severity.INFO,
        source=FORM,
        summary="数字应当使用半角阿拉伯数字，不带千位分隔符。",
        hint="请将数字统一为半角阿拉伯数字，不使用千位分隔符、汉字数字或字母。",
        check=Check(
            "ExpectColumnValuesToNotBeInSet",
            {"column": "spelling", "value_set": ["separator", "fullwidth", "chinese", "letter"]},
        ),
        reads=("kind_read",),
        rows=(_PRINTED,),
        group_by=("table",),
        evidence=_spelling,
    ),
    Rule(
        id="CELL-07",
        title="表三行宽为7、表四行宽为15",
        frame="lines",
        dimension="format",
        quality="consistency",
        severity=Severity.CRITICAL,
        # borders that the file itself carries prove the width; drawn lines and text layouts do not
        operator_when=((Where("format", "in", ("txt", "markdown", "pdf")),),),
        source=FORM,
        summary="表三每行应当有7个数据单元格，表四数据行应当有15个。",
        hint="请按统一格式的列核对该行，删除多出的单元格或补齐缺少的单元格。",
        check=Check(
            "ExpectColumnPairValuesToBeEqual",
            {
                "column_A": "width",
                "column_B": "expected_width",
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("width",),
        rows=(Where("measured", "==", True),),
        evidence=_width,
        notes=("文本和PDF的行宽未经第二种方法证实的，交核查人员核实，不扣分。",),
    ),
)

EXTRACTION_RULES = (
    Rule(
        id="EXT-01",
        title="抽取置信度",
        frame="cells",
        dimension="extraction",
        quality="traceability",
        severity=Severity.INFO,
        source=OURS,
        summary="系统不能确定读数的单元格不参与核算，交核查人员对照原件核实。",
        hint="请核查人员对照原件核实读数；必要时请填报单位提供可编辑的文件。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "kind", "value_set": ["uncertain"]}),
        reads=(),
        group_by=("table", "reason"),
        evidence=_uncertain,
        addressee=Addressee.OPERATOR,
        notes=("不扣分，不是填报单位的问题。",),
    ),
)
