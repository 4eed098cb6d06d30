"""STR: the six parts, the three tables, their rows and columns."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules import overview
from expectations.rules.sources import FORM, FORM_2021, FORM_NOTICE, REGULATION
from expectations.rules.wording import TABLE_NAMES, TABLE_TITLES, codes_of_line, form, section_name
from models.results import Severity

_OFFICIAL = Where("key", "!=", "extra")


def _missing_section(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = section_name(row["template"], row["key"])
    table = "，但文中有该部分的统计表，请核对标题是否遗漏" if row["own_table_found"] else ""
    return Evidence(row["key"], f"报告缺少“{name}”部分{table}。", expected=name)


def _order(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["key"],
        f"“{section_name(row['template'], row['key'])}”排在第{row['order']}位，位于应在其后的部分之后，"
        "六个部分的顺序与统一格式不一致。",
        observed=row["order"],
    )


def _heading(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = row["expected_heading"]
    return Evidence(
        row["key"],
        f"部分标题“{row['heading']}”与统一格式的“{name}”不一致。",
        observed=row["heading"],
        expected=name,
    )


def _numerals(rows: Sequence[Row]) -> Evidence:
    found = "、".join(f"“{row['numeral']}”（{row['heading']}）" for row in rows)
    return Evidence(
        "", f"部分标题序号未统一使用“一、”至“六、”：{found}。", observed="、".join(r["numeral"] for r in rows)
    )


def _extra(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = f"{row['numeral']}、{row['heading']}" if row["numeral"] else str(row["heading"])
    return Evidence(
        f"extra:{row['heading']}", f"报告在规定的六个部分之外另设“{name}”部分。", observed=row["heading"]
    )


def _missing_table(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(row["table"], f"报告缺少{TABLE_TITLES[row['table']]}。", observed=0, expected=1)


def _missing_block(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    what = "标签" if row["block_rows_found"] else "部分"
    return Evidence(
        row["key"],
        f"{TABLE_NAMES[row['table']]}缺少“{row['expected_label']}”{what}。",
        codes_of_line(form(row["template"]).id, row["table"], row["axis"], row["key"]),
        expected=row["expected_label"],
    )


def _line(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    table, kind = TABLE_NAMES[row["table"]], "列" if row["axis"] == "column" else "行"
    label, expected = row["label"], row["expected_label"]
    cells = codes_of_line(form(row["template"]).id, row["table"], row["axis"], row["key"])
    if row["state"] == "missing":
        return Evidence(row["key"], f"{table}缺少“{expected}”{kind}。", cells, expected=expected)
    if row["state"] == "displaced":
        return Evidence(
            row["key"],
            f"{table}“{expected}”{kind}的位置与统一格式不一致。",
            cells,
            observed=row["order"],
        )
    return Evidence(
        row["key"],
        f"{table}{kind}标签“{label}”与统一格式的“{expected}”不一致。",
        cells,
        observed=label,
        expected=expected,
    )


def _foreign(rows: Sequence[Row]) -> Evidence:
    first = rows[0]
    table = TABLE_NAMES[first["table"]]
    shape = form(first["template"])
    cells = tuple(
        code for row in rows for code in codes_of_line(shape.id, row["table"], row["axis"], row["key"])
    )
    labels = "、".join(str(row["label"] or row["expected_label"]) for row in rows)
    if any(row["match"] == "undivided" for row in rows) and len(rows) == 1:
        message = f"{table}“（六）其他处理”未按{shape.title}分列三项，沿用了2019年试行格式的单行填报。"
    else:
        message = f"{table}混用了其他年份格式的行、列：{labels}，应按{shape.title}填报。"
    return Evidence(first["table"], message, cells, observed=labels)


def _empty(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["key"],
        f"“{section_name(row['template'], row['key'])}”部分没有实质内容。",
        observed=row["characters"],
    )


def _disorder(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = section_name(row["template"], row["key"]) if row["key"] != "extra" else str(row["heading"])
    stray = TABLE_NAMES.get(row["misplaced_table"] or "", "统计表")
    told = {
        "repeated": f"“{name}”部分出现{row['occurrences']}次。",
        "misplaced": f"{stray}放在了“{name}”部分，位置与统一格式不一致。",
        "table_repeated": f"“{name}”部分的统计表出现{row['own_table_occurrences']}次。",
    }
    return Evidence(row["key"], told[row["disorder"]])


RULES = (
    Rule(
        id="STR-01",
        title="六部分齐全",
        frame="sections",
        dimension="structure",
        quality="completeness",
        severity=Severity.CRITICAL,
        cases=(Case(Severity.WARNING, (Where("own_table_found", "==", True),)),),
        source=f"{REGULATION}第五十条；{FORM_NOTICE}",
        summary="报告应当包括统一格式规定的六个部分，不得遗漏。",
        hint="请补充缺少的部分；确无内容的也应保留标题并如实说明。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "standing", "value_set": ["printed"]}),
        reads=("standing",),
        rows=(_OFFICIAL,),
        evidence=_missing_section,
        reasons={"standing": "有的部分标题不能确定是否印在文中。"},
        notes=("部分标题未见而该部分统计表在文中的，为一般（内容在，标题缺）。",),
    ),
    Rule(
        id="STR-02",
        title="六部分顺序",
        frame="sections",
        dimension="structure",
        quality="compliance",
        severity=Severity.WARNING,
        source=FORM,
        summary="六个部分应当按统一格式规定的顺序排列。",
        hint="请按一至六的规定顺序调整各部分。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "order", "column_B": "previous_order", "ignore_row_if": "either_value_is_missing"},
        ),
        reads=(),
        rows=(_OFFICIAL,),
        evidence=_order,
    ),
    Rule(
        id="STR-03",
        title="部分标题用语",
        frame="sections",
        dimension="structure",
        quality="compliance",
        severity=Severity.WARNING,
        source=FORM,
        summary="六个部分的标题应当与统一格式一致，《条例》第五十条的表述及通行的同义写法可以使用。",
        hint="请将部分标题改为统一格式规定的名称。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "match", "value_set": ["deviation"]}),
        reads=(),
        rows=(_OFFICIAL,),
        evidence=_heading,
    ),
    Rule(
        id="STR-04",
        title="序号体例一致",
        frame="sections",
        dimension="structure",
        quality="compliance",
        severity=Severity.INFO,
        source=FORM,
        summary="六个部分的标题序号应当统一使用“一、”至“六、”。",
        hint="请将部分标题的序号统一为“一、”至“六、”。",
        check=Check(
            "ExpectColumnValuesToMatchRegex",
            {"column": "printed_numeral", "regex": "^[一二三四五六七八九十]+$"},
        ),
        reads=("printed_numeral",),
        rows=(_OFFICIAL,),
        group_by=("submission",),
        evidence=_numerals,
        notes=("标题在而序号未见的（可能是自动编号在转换时丢失）不作判断。",),
    ),
    Rule(
        id="STR-05",
        title="不得泛化（多余章节）",
        frame="sections",
        dimension="structure",
        quality="compliance",
        severity=Severity.WARNING,
        source=FORM_NOTICE,
        summary="不应在规定的六个部分之外另设部分。",
        hint="请将多出部分的内容并入“六、其他需要报告的事项”或相应部分。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "key", "value_set": ["extra"]}),
        reads=(),
        evidence=_extra,
        templates=("v2021",),
    ),
    Rule(
        id="STR-06",
        title="三张表齐全",
        frame="tables",
        dimension="structure",
        quality="completeness",
        severity=Severity.CRITICAL,
        operator_when=((Where("pictures", "==", True),),),
        source=f"{REGULATION}第五十条第一款第（一）至（三）项；{FORM}",
        summary="报告应当包括主动公开、依申请公开、行政复议和行政诉讼三张统计表。",
        hint="请按统一格式补填缺少的统计表；没有发生的填0。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "occurrences", "min_value": 1}),
        reads=("occurrences",),
        evidence=_missing_table,
        notes=("文件含有图片的，统计表可能在图片中，交核查人员核实。",),
    ),
    Rule(
        id="STR-07",
        title="表二子表齐全",
        frame="lines",
        dimension="structure",
        quality="completeness",
        severity=Severity.CRITICAL,
        source=FORM,
        summary="表二应当包括《条例》第二十条第（一）（五）（六）（八）项（2019年试行格式另有第（九）项）各部分。",
        hint="请按统一格式补全表二缺少的部分；没有发生的填0。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "match_read", "value_set": ["missing"]}),
        reads=("match_read",),
        rows=(Where("axis", "==", "block"),),
        cases=(Case(Severity.WARNING, (Where("block_rows_found", "==", True),)),),
        evidence=_missing_block,
        notes=("该部分的数据行都在、只是未见“第二十条第（×）项”标签的（如跨页断开），为一般。",),
    ),
    Rule(
        id="STR-08",
        title="表行列标签完整有序",
        frame="lines",
        dimension="format",
        quality="completeness",
        severity=Severity.WARNING,
        cases=(
            Case(Severity.CRITICAL, (Where("state", "==", "missing"), Where("axis", "==", "row"))),
            Case(Severity.INFO, (Where("state", "==", "typo"), Where("similarity", ">=", 0.97))),
            Case(
                Severity.INFO,
                (Where("state", "==", "typo"), Where("format", "in", ("txt", "markdown", "pdf"))),
            ),
        ),
        source=FORM,
        summary="三张表的行、列标签应当与统一格式一致，完整有序。",
        hint="请按统一格式补全缺少的行、列或改正标签；没有发生的填0。",
        check=Check(
            "ExpectColumnValuesToNotBeInSet",
            {"column": "state", "value_set": ["missing", "typo", "displaced"]},
        ),
        reads=("state",),
        rows=(Where("axis", "in", ("row", "column")),),
        evidence=_line,
        notes=(
            "缺少数据行为严重，缺少列标签、标签有出入或错位为一般。",
            "标签相似度在0.97以上，或出自文本、PDF等转换件的个别字差异，为提示。",
            "通行的简写、全半角、引号和空格差异不算出入。",
        ),
    ),
    Rule(
        id="STR-09",
        title="新旧模板混用",
        frame="lines",
        dimension="structure",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=FORM,
        summary="报告不应混用2019年试行格式与2021年格式的行、列。",
        hint="请按报告年度对应的统一格式填报全部行、列。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "foreign_line", "value_set": [False]}),
        reads=("foreign_line",),
        group_by=("table",),
        evidence=_foreign,
    ),
    Rule(
        id="STR-10",
        title="空章节",
        frame="sections",
        dimension="structure",
        quality="completeness",
        severity=Severity.CRITICAL,
        source=f"{REGULATION}第五十条；{FORM_2021}",
        summary="“一、总体情况”和“五、存在的主要问题及改进情况”应当有实质内容。",
        hint="请补写该部分内容。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "prose_characters", "min_value": 10}),
        reads=("prose_characters",),
        rows=(Where("key", "in", ("overview", "problems")),),
        evidence=_empty,
        notes=("不足10个字的视为没有实质内容。",),
    ),
    *overview.RULES,
    Rule(
        id="STR-14",
        title="重复或错位的表、章节",
        frame="sections",
        dimension="structure",
        quality="consistency",
        severity=Severity.WARNING,
        operator_when=((Where("all_repeated", "==", True),),),
        source=FORM,
        summary="各部分和各表应当只出现一次，各表应当放在对应的部分内。",
        hint="请删除重复内容，将统计表调整到对应的部分。",
        check=Check(
            "ExpectColumnValuesToNotBeInSet",
            {"column": "disorder", "value_set": ["repeated", "misplaced", "table_repeated"]},
        ),
        reads=("disorder",),
        evidence=_disorder,
        notes=("全文各部分都出现两次以上的（如网页同时含手机版和电脑版），交核查人员核实。",),
    ),
)
