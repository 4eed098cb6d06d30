"""S5: what section five has to tell of problems and of what is done about them."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.sources import REGULATION
from expectations.rules.wording import section_name
from models.results import Severity

_FOURTH_ITEM = f"{REGULATION}第五十条第一款第（四）项"
_IN_PICTURES = ((Where("pictures", "==", True),),)
_NOT_FOUND = "未找到“五、存在的主要问题及改进情况”部分。"
_NO_PROBLEMS = "第五部分未能辨认出所列的问题。"
_QUOTED_AT_MOST = 3
_PRINTED = str.maketrans("(),:;!?“”", "（），：；！？‘’")


def _name(row: Row) -> str:
    return f"“{section_name(row['template'], 'problems')}”部分"


def _quoted(clauses: Sequence[str]) -> str:
    """Quote the first clauses, with the punctuation of Chinese print, which the search had folded."""
    return "".join(f"“{clause.translate(_PRINTED)}”" for clause in clauses[:_QUOTED_AT_MOST])


def _parts(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    told = {
        "none": "既未说明存在的主要问题，也未说明改进情况。",
        "problems": "未说明改进情况。",
        "measures": "未说明存在的主要问题。",
    }
    return Evidence("problems", _name(row) + told[row["problems_parts"]], observed=row["problems_parts"])


def _substance(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    count = row["problems_characters"]
    if not count:
        message = f"{_name(row)}没有内容，未按规定报告存在的主要问题及改进情况。"
    elif row["problems_nothing"]:
        message = f"{_name(row)}仅写“{row['problems_text'].translate(_PRINTED)}”，未按规定报告存在的主要问题及改进情况。"
    else:
        message = f"{_name(row)}只有{count}字，少于{row['problems_shortest']}字，内容过于简略。"
    return Evidence("problems", message, observed=count, expected=row["problems_shortest"])


def _general(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    shown = _quoted(row["problem_clauses"])
    return Evidence(
        "problems",
        f"{_name(row)}所列问题笼统（{shown}），没有涉及具体领域、文件、栏目、时间或者数字。",
        observed=row["generic_share"],
    )


def _counts(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    problems, measures = row["problems_counted"], row["measures_counted"]
    return Evidence(
        "problems",
        f"{_name(row)}列出{problems}个问题，改进措施只有{measures}条，未逐条对应。",
        observed=measures,
        expected=problems,
        difference=measures - problems,
    )


def _subject(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    shown = _quoted(row["problem_sentences"])
    return Evidence(
        "problems",
        f"{_name(row)}所列问题（{shown}）多为信息报送、宣传、信访等工作，不是政府信息公开工作的问题。",
        observed=row["off_topic_share"],
    )


RULES = (
    Rule(
        id="S5-01",
        title="问题与改进齐全",
        frame="prose",
        dimension="originality",
        quality="completeness",
        severity=Severity.CRITICAL,
        operator_when=_IN_PICTURES,
        source=_FOURTH_ITEM,
        summary="第五部分应当既说明存在的主要问题，又说明改进情况。",
        hint="请补充所缺的内容：存在的主要问题，以及针对问题已经采取或者将要采取的改进措施。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "problems_parts", "value_set": ["both"]}),
        reads=("problems_parts",),
        evidence=_parts,
        reasons={
            "problems_parts": "未找到“五、存在的主要问题及改进情况”部分，或者用语特殊、文字不完整，"
            "是否写明了问题和改进情况须由人核实。"
        },
        notes=("先后顺序、分不分小标题和用语不限。",),
    ),
    Rule(
        id="S5-02",
        title="不得以“无”代替",
        frame="prose",
        dimension="originality",
        quality="completeness",
        severity=Severity.CRITICAL,
        cases=(
            Case(Severity.CRITICAL, (Where("problems_nothing", "==", True),)),
            Case(Severity.INFO, (Where("problems_parts", "==", "both"),)),
            Case(Severity.WARNING, (Where("problems_nothing", "==", False),)),
        ),
        operator_when=_IN_PICTURES,
        source=_FOURTH_ITEM,
        summary="第五部分不得以“无”代替，应当有说明问题和改进情况所必需的篇幅。",
        hint="请如实报告存在的主要问题及改进情况，不以“无”“暂无”代替。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {"column": "problems_length", "min_value": Setting("thresholds.problems_shortest")},
        ),
        reads=("problems_length",),
        evidence=_substance,
        reasons={"problems_length": _NOT_FOUND},
        notes=("不是“无”而只是过短的，为一般；虽短但问题和改进都写明的，为提示。",),
    ),
    Rule(
        id="S5-03",
        title="问题具体性",
        frame="prose",
        dimension="originality",
        quality="understandability",
        severity=Severity.INFO,
        operator_when=_IN_PICTURES,
        source="各地年度报告编制通知（“避免笼统模糊、泛泛而谈”），无全国性规定",
        summary="第五部分的问题应当具体，不应全是“意识有待加强”“内容不够丰富”一类的说法。",
        hint="请写明问题出在哪个领域、哪个环节、哪个栏目，尽量用数据说明。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {
                "column": "generic_share",
                "max_value": Setting("thresholds.generic_problems"),
                "strict_max": True,
            },
        ),
        reads=("generic_share",),
        rows=(Where("specifics", "==", False),),
        vacuous=True,
        evidence=_general,
        reasons={"generic_share": _NO_PROBLEMS, "specifics": _NOT_FOUND},
        notes=("短而具体的不算；提到具体领域（如政策解读、依申请公开）、文件、栏目、时间或者数字的不算。",),
    ),
    Rule(
        id="S5-05",
        title="问题-措施对应",
        frame="prose",
        dimension="originality",
        quality="consistency",
        severity=Severity.INFO,
        operator_when=_IN_PICTURES,
        source="各地年度报告编制通知（“逐条提出改进措施”），无全国性规定",
        summary="第五部分的改进措施应当与所列问题逐条对应，条数不应少于问题。",
        hint="请针对每一个问题写明改进措施。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "measures_counted",
                "column_B": "problems_counted",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("measures_counted",),
        evidence=_counts,
        reasons={"measures_counted": "第五部分的问题和措施没有分条编号，条数不能确定。"},
        notes=("只比较条数；没有分条编号的不作判断。",),
    ),
    Rule(
        id="S5-06",
        title="内容跑题",
        frame="prose",
        dimension="originality",
        quality="accuracy",
        severity=Severity.INFO,
        operator_when=_IN_PICTURES,
        source=_FOURTH_ITEM,
        summary="第五部分应当写政府信息公开工作的问题，不应写信息报送、宣传稿件、信访等其他工作。",
        hint="请改写为政府信息公开工作中存在的问题及改进情况。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {"column": "off_topic_share", "max_value": Setting("thresholds.off_topic"), "strict_max": True},
        ),
        reads=("off_topic_share",),
        evidence=_subject,
        reasons={"off_topic_share": _NO_PROBLEMS},
    ),
)
