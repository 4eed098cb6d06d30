"""LEX and DUP-05: what must not be written as it is."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.quoting import RETYPED, excerpt, part, passages, times
from expectations.rules.sources import REGULATION
from models.results import Severity

_MAY_BE_CHANGED = (Where("format", "in", RETYPED),)
_CHANGED = "文本、PDF等格式的个别字符可能在转换中改变，交核查人员对照原件核实。"
_INSPECTION = "国办秘函〔2019〕19号（政府网站与政务新媒体检查指标：严重表述错误单项否决）"


def _residue(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["text"],
        f"{part(row)}留有未填写或未删除的内容“{row['text']}”{times(rows)}：“{excerpt(row)}”。",
        observed=row["text"],
        passages=passages(rows),
    )


def _blacklisted(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["text"],
        f"{part(row)}出现严重表述错误“{row['text']}”{times(rows)}：“{excerpt(row)}”。",
        observed=row["text"],
        passages=passages(rows),
    )


def _principle(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        "",
        f"{part(row)}把“以公开为常态、不公开为例外”误写为“{row['text']}”。",
        observed=row["text"],
        expected="公开为常态、不公开为例外",
        passages=passages(rows),
    )


def _citation(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["cited"],
        f"{part(row)}引用有误{times(rows)}：写作“{row['cited']}”，应为“{row['correct']}”。",
        observed=row["cited"],
        expected=row["correct"],
        passages=passages(rows),
    )


def _level(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["text"],
        f"{part(row)}把“{row['text']}”作为本单位工作的范围{times(rows)}：“{excerpt(row)}”，"
        "超出本单位层级，疑为照抄上级文本。",
        observed=row["text"],
        passages=passages(rows),
    )


def _place(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    what = "其他机关的名称" if row["use"] == "other agency" else "其他地方的地名"
    return Evidence(
        row["text"],
        f"{part(row)}出现{what}“{row['text']}”{times(rows)}：“{excerpt(row)}”，疑为照抄其他单位文本。",
        observed=row["text"],
        expected=row["agency"],
        passages=passages(rows),
    )


def _spelling(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["text"],
        f"{part(row)}“{row['text']}”{row['fault']}{times(rows)}：“{excerpt(row)}”。",
        observed=row["text"],
        passages=passages(rows),
    )


DRAFT_RULES = (
    Rule(
        id="DUP-05",
        title="模板残留",
        frame="mentions",
        dimension="originality",
        quality="accuracy",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("use", "==", "conversion"),)),),
        operator_when=((Where("use", "==", "conversion"),),),
        source="核查系统归纳的编制常见错误",
        summary="报告不应留有“××”“某某”、空白文号、填写提示等模板内容。",
        hint="请按实际情况填写或删除。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "use", "value_set": ["masked"]}),
        reads=("use",),
        rows=(Where("topic", "==", "residue"),),
        vacuous=True,
        group_by=("text",),
        evidence=_residue,
        templates=None,
        notes=("“张某某”、138××××1234等脱敏写法不在此列；书签等转换痕迹为提示，交核查人员。",),
        reason_column="reason",
    ),
)

RULES = (
    Rule(
        id="LEX-01",
        title="严重表述错误",
        frame="mentions",
        dimension="wording",
        quality="accuracy",
        severity=Severity.CRITICAL,
        operator_when=(_MAY_BE_CHANGED,),
        source=_INSPECTION,
        summary="报告不应出现国名、机关名称、领导人姓名等方面的严重表述错误。",
        hint="请立即更正，并对全文重新校对。",
        check=Check(
            "ExpectColumnValuesToNotMatchRegexList",
            {"column": "text", "regex_list": Setting("words.blacklist")},
        ),
        reads=(),
        rows=(Where("topic", "==", "blacklisted"),),
        vacuous=True,
        group_by=("text",),
        evidence=_blacklisted,
        templates=None,
        notes=("作为错误示例引用的不在此列。", _CHANGED),
        reason_column="reason",
    ),
    Rule(
        id="LEX-02",
        title="法定原则误写",
        frame="mentions",
        dimension="wording",
        quality="accuracy",
        severity=Severity.CRITICAL,
        operator_when=(_MAY_BE_CHANGED,),
        source=f"{REGULATION}第五条（“以公开为常态、不公开为例外”）",
        summary="“以公开为常态、不公开为例外”的法定原则不应写反、写漏。",
        hint="请按《条例》第五条更正。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "use", "value_set": ["sound"]}),
        reads=("use",),
        rows=(Where("topic", "==", "principle"),),
        vacuous=True,
        evidence=_principle,
        templates=None,
        notes=(_CHANGED,),
        reason_column="reason",
    ),
    Rule(
        id="LEX-03",
        title="法规名称、条款误写",
        frame="mentions",
        dimension="wording",
        quality="accuracy",
        severity=Severity.WARNING,
        operator_when=(_MAY_BE_CHANGED,),
        source=REGULATION,
        summary="引用的法规、文件名称、文号和条款应当正确。",
        hint="请对照文件原文更正名称、文号或条款。",
        check=Check(
            "ExpectColumnPairValuesToBeEqual",
            {"column_A": "cited", "column_B": "correct", "ignore_row_if": "either_value_is_missing"},
        ),
        reads=("cited", "correct"),
        rows=(Where("topic", "==", "citation"),),
        vacuous=True,
        group_by=("cited",),
        evidence=_citation,
        templates=None,
        notes=("“《条例》”等简称不在此列；各地自行制定的文件不在此列。", _CHANGED),
        reason_column="reason",
    ),
    Rule(
        id="LEX-04",
        title="层级错位词",
        frame="mentions",
        dimension="wording",
        quality="consistency",
        severity=Severity.WARNING,
        source=f"{REGULATION}第三条",
        summary="不应把“全省”“全市”等超出本单位层级的范围写作本单位的工作范围。",
        hint="请改为本单位的实际范围，并核对是否照抄上级文本。",
        check=Check(
            "ExpectColumnValuesToBeInSet",
            {"column": "use", "value_set": ["own level", "quoted"]},
        ),
        reads=("use",),
        rows=(Where("topic", "==", "level"),),
        vacuous=True,
        group_by=("text",),
        evidence=_level,
        templates=None,
        notes=(
            "上级会议、考核、排名、部署、平台等名称中的“全省”“全市”不在此列；县级市的“全市”是其自身范围。",
        ),
        reason_column="reason",
    ),
    Rule(
        id="LEX-05",
        title="异地地名、他机关名",
        frame="mentions",
        dimension="wording",
        quality="consistency",
        severity=Severity.WARNING,
        cases=(
            Case(Severity.CRITICAL, (Where("section", "==", "intro"), Where("use", "==", "foreign acting"))),
        ),
        operator_when=((Where("use", "==", "foreign named"),),),
        source=f"{REGULATION}第四十九条（本行政机关的报告）",
        summary="报告不应把其他地方、其他机关写作自己。",
        hint="请核对是否误用其他单位的文本；确属误用的按本单位实际重写，并逐项复核各表数据。",
        check=Check(
            "ExpectColumnValuesToBeInSet",
            {"column": "use", "value_set": ["own", "titled", "relation"]},
        ),
        reads=("use",),
        rows=(Where("topic", "==", "place"),),
        vacuous=True,
        group_by=("text",),
        evidence=_place,
        templates=None,
        notes=(
            "上级和下级行政区划、书名号和引号内的地名、协作帮扶、考察学习、企业院校等名称不在此列；"
            "只提到地名而不作机关名使用的，交核查人员核实。",
            "行政区划以GB/T 2260为准，只认全称；单位所属区划不能从名称确定的，不作判断。",
        ),
        reason_column="reason",
    ),
    Rule(
        id="LEX-06",
        title="错别字、叠字、标点",
        frame="mentions",
        dimension="wording",
        quality="accuracy",
        severity=Severity.INFO,
        cases=(Case(Severity.WARNING, (Where("fault_kind", "==", "typo"),)),),
        operator_when=(_MAY_BE_CHANGED,),
        source="粤办函〔2010〕249号（“没有做好核实、校对工作”）",
        summary="报告不应有错别字、重复的字和标点、不成对的括号。",
        hint="请校对后更正。",
        check=Check("ExpectColumnValuesToBeNull", {"column": "fault"}),
        reads=("legible",),
        rows=(Where("topic", "==", "spelling"),),
        vacuous=True,
        group_by=("text",),
        evidence=_spelling,
        templates=None,
        notes=("图像识别的文字不核查；括号只核查保持整段的格式。", _CHANGED),
        reason_column="reason",
    ),
)
