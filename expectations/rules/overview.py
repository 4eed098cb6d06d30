"""STR-11 to STR-13 and TXT-15: what the overview has to tell, how long it is and whether it gives figures."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.sources import FORM_2021, REGULATION
from expectations.rules.wording import section_name
from models.results import Severity

ASPECTS = {
    "proactive": "主动公开",
    "requests": "依申请公开",
    "management": "政府信息管理",
    "platform": "政府信息公开平台建设",
    "supervision": "监督保障",
}
"""The matters that the 2021 form prescribes for section one, by key, in order."""
RESULTS = {"assessment": "工作考核", "review": "社会评议", "accountability": "责任追究"}
"""What the report of a government has to tell besides (Regulation §50, item 4)."""

_IN_PICTURES = ((Where("pictures", "==", True),),)
NO_OVERVIEW = "未找到“一、总体情况”部分。"


def _quoted(keys: Sequence[str], names: dict[str, str]) -> str:
    return "".join(f"“{names[key]}”" for key in keys)


def _aspects(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    absent, passing = row["aspects_absent"], row["aspects_passing"]
    name = section_name(row["template"], "overview")
    told = []
    if absent:
        told.append(f"未说明{_quoted(absent, ASPECTS)}方面的情况")
    if passing:
        told.append(f"{_quoted(passing, ASPECTS)}未单独说明，只在其他内容中提及")
    return Evidence(
        "overview",
        f"“{name}”部分{'；'.join(told)}。",
        observed=row["aspects_told"],
        expected=len(ASPECTS),
    )


def _results(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    absent = row["results_absent"]
    what = "政府派出机关" if row["peoples_government"] is False else "各级人民政府"
    duty = "可以参照各级人民政府" if row["peoples_government"] is False else "应当"
    return Evidence(
        "overview",
        f"{what}的年度报告{duty}说明工作考核、社会评议和责任追究结果情况，"
        f"报告全文未见{_quoted(absent, RESULTS)}结果的说明。",
        observed=row["results_told"],
        expected=len(RESULTS),
    )


def _length(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    count = row["overview_characters"]
    least, most = row["overview_shortest"], row["overview_longest"]
    judged = f"少于{least}字" if count < least else f"超过{most}字"
    return Evidence(
        "overview",
        f"“{section_name(row['template'], 'overview')}”部分共{count}字，{judged}。",
        observed=count,
        expected=least if count < least else most,
    )


def _figures(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        "overview",
        f"“{section_name(row['template'], 'overview')}”部分没有一项带计量单位的数据（如公开信息的条数、受理申请的件数）。",
        observed=0,
    )


RULES = (
    Rule(
        id="STR-11",
        title="一、总体情况五个方面",
        frame="prose",
        dimension="structure",
        quality="completeness",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("aspects_lacking", "==", False),)),),
        operator_when=_IN_PICTURES,
        source=f"{FORM_2021}第一部分（主动公开、依申请公开、政府信息管理、政府信息公开平台建设、监督保障）",
        summary="“一、总体情况”应当说明主动公开、依申请公开、政府信息管理、政府信息公开平台建设、监督保障五个方面。",
        hint="请在“一、总体情况”中补充所缺方面的情况；没有发生的如实说明。",
        check=Check(
            "ExpectColumnValuesToBeBetween", {"column": "aspects_told", "min_value": 5, "max_value": 5}
        ),
        reads=("aspects_told",),
        evidence=_aspects,
        templates=("v2021",),
        reasons={"aspects_told": NO_OVERVIEW},
        notes=(
            "顺序、小标题和用语不限，也可以不分小标题；同义写法见核查方案的词表。",
            "分了小标题、某一方面只在其他内容中提及的，为提示。",
            "文件含有未读取图片的，交核查人员核实。",
        ),
    ),
    Rule(
        id="STR-12",
        title="各级政府必备三项",
        frame="prose",
        dimension="structure",
        quality="completeness",
        severity=Severity.CRITICAL,
        cases=(Case(Severity.INFO, (Where("peoples_government", "==", False),)),),
        operator_when=_IN_PICTURES,
        source=f"{REGULATION}第五十条第一款第（四）项；{FORM_2021}",
        summary="各级人民政府（含乡镇人民政府）的年度报告应当说明工作考核、社会评议和责任追究结果情况。",
        hint="请补充工作考核、社会评议和责任追究的结果；没有发生责任追究的，写明“未发生责任追究”。",
        check=Check(
            "ExpectColumnValuesToBeBetween", {"column": "results_told", "min_value": 3, "max_value": 3}
        ),
        reads=("results_told",),
        evidence=_results,
        organs=("government",),
        reason_column="results_reason",
        notes=(
            "全文任何部分有说明的都算；考评、问责、满意度调查、“未发生责任追究”等说法都可以。",
            "只有“社会监督”“通报批评”等相近表述的不作判断，列为待核。",
            "街道办事处、开发区管理委员会等派出机关和机构不是一级人民政府，为提示；部门不适用。",
        ),
    ),
    Rule(
        id="STR-13",
        title="总体情况篇幅",
        frame="prose",
        dimension="structure",
        quality="compliance",
        severity=Severity.INFO,
        source="各地年度报告编制通知（篇幅原则上不超过一千字），无全国性规定",
        summary="“一、总体情况”的篇幅应当在核查方案规定的字数之内。",
        hint="请精简或者充实“一、总体情况”。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {
                "column": "overview_characters",
                "min_value": Setting("thresholds.overview_shortest"),
                "max_value": Setting("thresholds.overview_longest"),
            },
        ),
        reads=("overview_characters",),
        rows=(Where("length_limited", "==", True),),
        vacuous=True,
        evidence=_length,
        templates=("v2021",),
        reasons={"overview_characters": NO_OVERVIEW},
        notes=(
            "只是部分地方的要求，默认方案不启用。",
            "设区的市级以上政府的报告不适用；级别不明的政府报告不作判断。",
        ),
    ),
)

FIGURE_RULES = (
    Rule(
        id="TXT-15",
        title="总体情况无量化",
        frame="prose",
        dimension="prose",
        quality="credibility",
        severity=Severity.INFO,
        operator_when=_IN_PICTURES,
        source="各地年度报告编制通知（“突出数据和实效”），无全国性规定",
        summary="“一、总体情况”应当有带计量单位的数据。",
        hint="请在“一、总体情况”中补充公开信息、受理申请、培训等方面的数据。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "overview_figures", "min_value": 1}),
        reads=("overview_figures",),
        rows=(Where("nothing_to_report", "==", False),),
        vacuous=True,
        evidence=_figures,
        templates=("v2021",),
        reasons={"overview_figures": NO_OVERVIEW},
        notes=("各表全部为零的乡镇（街道）报告不要求。",),
    ),
)
