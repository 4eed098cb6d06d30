"""META: whose report it is, for which year, on which form."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.quoting import RETYPED, part, passages, times
from expectations.rules.sources import FORM_2021, REGULATION
from expectations.rules.wording import form
from models.results import Addressee, Severity

# What an administrative organ's name ends with; wide on purpose, a name must not be called no name.
_ORGAN = "[局委办厅室府镇乡处心院部署会区县市省州盟旗站队所校馆社司场段台行]|街道|集团|大学|组织"
TITLE_YEAR = r"(?:(?:20\d{2}|二[〇○零0][〇○零一二三四五六七八九]{2})年|[(（]20\d{2}[)）])"
TITLE_AGENCY = rf"[一-龥]{{2,}}(?:{_ORGAN})"


def _title(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    if row["title"] is None:
        return Evidence("", "文件中未见报告标题，无法从标题确认报告年度和报告机关。")
    lacking = [] if row["title_has_year"] else ["报告年度"]
    if not row["title_has_agency"]:
        lacking.append("报告机关名称")
    return Evidence("", f"标题“{row['title']}”缺少{'、'.join(lacking)}。", observed=row["title"])


def _wording(rows: Sequence[Row]) -> Evidence:
    title = rows[0]["title"]
    return Evidence(
        "", f"标题“{title}”用语不规范，规范名称为“政府信息公开工作年度报告”，年度不重复。", observed=title
    )


def _years(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        "",
        f"标题所列年度为{row['title_year']}年，统计期限却为“{row['period_text']}”，年份不一致。",
        observed=row["period_year"],
        expected=row["title_year"],
    )


def _period(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    expected = f"{row['year']}年1月1日至{row['year']}年12月31日"
    if row["period_text"] is None:
        return Evidence("", f"报告未写明统计期限（应为{expected}）。", expected=row["expected_period"])
    return Evidence(
        "",
        f"统计期限写为“{row['period_text']}”，{row['year']}年度报告的统计期限应为{expected}。",
        observed=row["period"],
        expected=row["expected_period"],
    )


def _form(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    names = {name: f"{form(name).title}（{form(name).source}）" for name in ("v2021", "v2019")} | {
        "pre2019": "2018年度及以前的格式"
    }
    return Evidence(
        "",
        f"{row['year']}年度报告应使用{names[row['template_required']]}，实际使用{names[row['template']]}。",
        observed=row["template"],
        expected=row["template_required"],
    )


def _names(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    other = "是另一机关" if row["use"] == "other" else "与其不一致"
    return Evidence(
        "signature" if row["role"] == "signature" else "intro",
        f"{part(row)}所列机关为“{row['text']}”，报告机关为“{row['agency']}”，{other}。",
        observed=row["text"],
        expected=row["agency"],
        passages=passages(rows),
    )


def _date(rows: Sequence[Row]) -> Evidence:
    if rows[0]["date_printed"] == "metadata":
        return Evidence("", "报告正文没有落款日期，只有网页信息中的发布日期。")
    return Evidence("", "报告没有落款日期，也没有发布日期，无法核查是否按时公布。")


_BASIS = {
    "repealed": "2007年公布的《政府信息公开条例》（国务院令第492号）已于2019年修订，现行条例以国务院令第711号公布",
    "former article": "编制年度报告的依据在现行《条例》第四十九条、第五十条，所列条款为修订前的条款",
    "superseded form": "自2021年度报告起，统一格式为国办公开办函〔2021〕30号，2019年的通知不能作为唯一的格式依据",
    "repealed rule": "所列文件已经废止",
}


def _basis(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["use"],
        f"{part(row)}引用“{row['text']}”作为依据：{_BASIS[row['use']]}。",
        observed=row["text"],
        passages=passages(rows),
    )


def _number_form(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["value"],
        f"文号“{row['printed']}”{times(rows)}书写不规范，年份应当用六角括号，写作“{row['value']}”。",
        observed=row["printed"],
        expected=row["value"],
        passages=passages(rows),
    )


def _body(rows: Sequence[Row]) -> Evidence:
    agency = rows[0]["agency"]
    return Evidence(
        "",
        f"报告机关“{agency}”从名称看是机关内部服务机构，是否应当以自己的名义编制年度报告需要核实。",
        observed=agency,
    )


RULES = (
    Rule(
        id="META-01",
        title="标题要素齐全",
        frame="reports",
        dimension="structure",
        quality="completeness",
        severity=Severity.WARNING,
        cases=(
            Case(Severity.WARNING, (Where("title", "==", None),)),
            Case(Severity.CRITICAL, (Where("title_has_year", "==", False),)),
            Case(Severity.INFO, (Where("agency_source", "==", "publisher"),)),
        ),
        operator_when=((Where("title", "==", None), Where("format", "in", ("txt", "markdown"))),),
        source=f"{REGULATION}第四十九条、第五十条",
        summary="报告标题应当写明报告年度和报告机关名称。",
        hint="请在标题中写明机关全称和报告年度，如“××局2023年政府信息公开工作年度报告”。",
        check=Check(
            "ExpectColumnValuesToMatchRegex",
            {"column": "title_core", "regex": rf"^(?=.*{TITLE_YEAR})(?=.*{TITLE_AGENCY})"},
        ),
        reads=(),
        evidence=_title,
        templates=None,
        notes=(
            "标题缺年度为严重；只缺机关名称为一般，网页信息另有发布机关的为提示。",
            "文本转换件（txt、Markdown）全文没有标题行的，可能是转换时丢失，交核查人员核实。",
        ),
    ),
    Rule(
        id="META-02",
        title="标题用语规范",
        frame="reports",
        dimension="structure",
        quality="compliance",
        severity=Severity.INFO,
        source="国办公开办函〔2021〕30号（文件标题用语）",
        summary="标题应当使用“政府信息公开工作年度报告”这一规范名称，“年度”不重复。",
        hint="请将标题中的报告名称改为“政府信息公开工作年度报告”，年度写作“××××年”。",
        check=Check(
            "ExpectColumnValuesToMatchRegex",
            {"column": "title_text", "regex": "^(?!.*年度.*年度报告).*政府信息公开工作年度报告"},
        ),
        reads=("title_text",),
        evidence=_wording,
        templates=None,
    ),
    Rule(
        id="META-03",
        title="年份一致",
        frame="reports",
        dimension="structure",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=f"{REGULATION}第四十九条（“上一年度”）",
        summary="标题所列年度与统计期限的年份应当一致。",
        hint="请核对是否误用其他年度的文本或数据，更正标题或统计期限，并逐项复核各表数据。",
        check=Check(
            "ExpectColumnPairValuesToBeEqual",
            {
                "column_A": "title_year",
                "column_B": "period_year",
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("title_year", "period_year"),
        evidence=_years,
        templates=None,
        notes=("统计期限的起止不在同一年的，由META-06核查。",),
    ),
    Rule(
        id="META-04",
        title="机关名称一致",
        frame="mentions",
        dimension="structure",
        quality="consistency",
        severity=Severity.WARNING,
        cases=(Case(Severity.CRITICAL, (Where("use", "==", "other"),)),),
        operator_when=(
            (Where("use", "==", "unsure"),),
            (Where("agency_source", "in", ("file_name", "publisher")),),
        ),
        source=f"{REGULATION}第十条、第四十九条",
        summary="标题、前言、落款所列的机关应当是同一机关。",
        hint="请核对是否误用其他单位的文本；机构更名的统一使用现名称，确属误用的逐项复核正文和各表数据。",
        check=Check(
            "ExpectColumnValuesToBeInSet",
            {"column": "use", "value_set": ["own", "office"]},
        ),
        reads=("use",),
        rows=(Where("topic", "==", "agency"),),
        evidence=_names,
        templates=None,
        notes=(
            "另一地方或另一机关为严重，名称写法不同（含机构改革前的名称）为一般；不能确定是否同一机关的，交核查人员核实。",
            "简称、加地名的全称、政府办公室编制本级政府报告，视为一致。",
        ),
        reasons={"use": "报告机关名称无法确定。", "": "前言、落款均未写明机关名称，没有可供比对的名称。"},
        reason_column="reason",
    ),
    Rule(
        id="META-05",
        title="日期可解析",
        frame="reports",
        dimension="structure",
        quality="completeness",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("date_printed", "==", "metadata"),)),),
        operator_when=((Where("format", "in", ("txt", "markdown")),),),
        source=f"{REGULATION}第四十九条",
        summary="报告应当有落款日期或者发布日期。",
        hint="请在报告末尾写明机关名称和成文日期。",
        check=Check(
            "ExpectColumnValuesToBeInSet",
            {"column": "date_printed", "value_set": ["signed", "printed"]},
        ),
        reads=("date_printed",),
        evidence=_date,
        templates=None,
        notes=("只有网页信息中有发布日期的为提示；文本转换件可能丢失落款，交核查人员核实。",),
    ),
    Rule(
        id="META-06",
        title="统计期限正确",
        frame="reports",
        dimension="structure",
        quality="accuracy",
        severity=Severity.CRITICAL,
        cases=(
            Case(Severity.INFO, (Where("period_text", "==", None),)),
            Case(Severity.WARNING, (Where("late_start", "==", True),)),
        ),
        operator_when=((Where("period_text", "==", None), Where("title", "==", None)),),
        source=f"{REGULATION}第四十九条（“上一年度”）",
        summary="统计期限应当为报告年度的1月1日至12月31日。",
        hint="请将统计期限更正为报告年度1月1日至12月31日，并按此期限复核各表数据；年中成立的单位请注明成立时间。",
        check=Check(
            "ExpectColumnPairValuesToBeEqual",
            {
                "column_A": "period",
                "column_B": "expected_period",
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("period", "expected_period"),
        evidence=_period,
        templates=None,
        notes=(
            "文件从第一部分开始、没有标题和前言的，统计期限可能随前言一并缺失，交核查人员核实。",
            "未写明统计期限为提示；当年晚于1月1日起、12月31日止（如年中成立）为一般。",
        ),
    ),
    Rule(
        id="META-07",
        title="模板版本与年度匹配",
        frame="reports",
        dimension="structure",
        quality="compliance",
        severity=Severity.CRITICAL,
        operator_when=((Where("year_source", "in", ("file_name", "body")),),),
        source=f"{REGULATION}第五十条第二款；{FORM_2021}",
        summary="报告应当使用报告年度对应的全国统一格式。",
        hint="请按报告年度对应的统一格式重新编制三张统计表。",
        check=Check(
            "ExpectColumnPairValuesToBeEqual",
            {
                "column_A": "template",
                "column_B": "template_required",
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("template", "template_required"),
        evidence=_form,
        templates=None,
        notes=("报告年度只能从文件名或正文推断的，交核查人员核实。",),
    ),
    Rule(
        id="META-08",
        title="编制依据有效",
        frame="mentions",
        dimension="structure",
        quality="currentness",
        severity=Severity.WARNING,
        source=f"{REGULATION}；{FORM_2021}",
        summary="编制依据应当是现行有效的法规、文件和条款。",
        hint="请改为现行《条例》（国务院令第711号）和国办公开办函〔2021〕30号。",
        check=Check(
            "ExpectColumnValuesToBeInSet",
            {"column": "use", "value_set": ["current", "with amendment", "history"]},
        ),
        reads=("use",),
        rows=(Where("topic", "==", "basis"),),
        vacuous=True,
        group_by=("use",),
        evidence=_basis,
        templates=None,
        first_year=2019,
        notes=("回顾沿革的，以及同时写明492号公布、711号修订的，不在此列。",),
        reason_column="reason",
    ),
    Rule(
        id="META-09",
        title="文号书写规范",
        frame="mentions",
        dimension="structure",
        quality="compliance",
        severity=Severity.INFO,
        operator_when=((Where("format", "in", RETYPED),),),
        source="GB/T 9704—2012《党政机关公文格式》（发文字号）",
        summary="文号中的年份应当用六角括号“〔〕”括起。",
        hint="请改用六角括号，如“国办函〔2020〕109号”。",
        check=Check(
            "ExpectColumnValuesToMatchRegex",
            {"column": "printed", "regex": r"〔(?:19|20)\d{2}〕\d+号"},
        ),
        reads=("printed",),
        rows=(Where("topic", "==", "number"),),
        vacuous=True,
        group_by=("value",),
        evidence=_number_form,
        templates=None,
        notes=("图像识别的文字，以及转换中可能丢失括号的文本，不作判断。",),
        reason_column="reason",
    ),
    Rule(
        id="META-10",
        title="报告主体适格",
        frame="reports",
        dimension="structure",
        quality="compliance",
        severity=Severity.INFO,
        addressee=Addressee.OPERATOR,
        source=f"{REGULATION}第十条第二款、第五十四条",
        summary="报告主体应当是行政机关，或者以自己名义履行行政管理职能的机构、授权的组织。",
        hint="请核实该单位是否以自己的名义履行行政管理职能；不是的，由其所属机关统一报告。",
        check=Check(
            "ExpectColumnValuesToNotMatchRegexList",
            {"column": "agency", "regex_list": Setting("words.internal_bodies")},
        ),
        reads=("agency",),
        evidence=_body,
        templates=None,
        notes=("各地要求事业单位、园区等编制年度报告的，不是差错；本规则只提示核实，不扣分。",),
        reasons={"agency": "报告机关名称无法确定。"},
    ),
)
