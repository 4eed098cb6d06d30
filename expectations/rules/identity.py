"""META: whose report it is, for which year, on which form."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules.sources import FEES, FORM_2021, REGULATION
from expectations.rules.wording import form
from models.results import Severity

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
        notes=("未写明统计期限为提示；当年晚于1月1日起、12月31日止（如年中成立）为一般。",),
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
)

FEE_RULES = (
    Rule(
        id="S6-01",
        title="信息处理费情况报告",
        frame="reports",
        dimension="prose",
        quality="completeness",
        severity=Severity.WARNING,
        source=FEES,
        summary="自2020年度报告起，第六部分（或第一部分）应当说明本年度信息处理费的收取情况。",
        hint="请在“六、其他需要报告的事项”中说明是否收取信息处理费及收取的件数、金额；没有收取的写明“未收取”。",
        check=Check("ExpectColumnValuesToNotBeNull", {"column": "fee_statement"}),
        reads=("year",),
        rows=(Where("year", ">=", 2020),),
        evidence=lambda rows: Evidence(
            "", "第六部分和第一部分均未说明本年度政府信息公开信息处理费的收取情况。"
        ),
        first_year=2020,
        notes=("2019年度报告不适用（收费办法自2020年起施行）。",),
    ),
)
