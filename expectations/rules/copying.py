"""DUP, S5-04: reports whose words are those of another report, or nobody's. Who copied from whom, words cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.sources import FORM_2021
from models.results import Passage, Severity

_RESPONSIBILITY = "国办公开办函〔2021〕30号第四部分（内容雷同、敷衍塞责的严肃追究责任）"
_HOW = "（已隐去名称、年份和数字，不计各单位通用的表述）"
_HOW_MOULDED = "（已隐去名称、年份和数字；文字几乎全是多个单位通用的表述）"
_PASSAGES = 6

_NO_ROWS = "没有可供比对的其他报告。"
_ZERO = Case(Severity.WARNING, (Where("zero_report", "==", True),))
_UNSURE = ((Where("by_operator", "==", True),),)


def _share(likeness: float) -> str:
    """Return a likeness as a percentage, cut to one decimal: 94.99 % is not 95 %."""
    return f"{floor(likeness * 1000 + 1e-6) / 10:g}%"


def _report(row: Row) -> str:
    return f"“{row['other_agency']}”{row['other_year']}年度报告"


def _passages(rows: Sequence[Row]) -> tuple[Passage, ...]:
    """The matching passages of all rows, those of the most alike first."""
    found = [
        Passage(
            passage["own"], passage["other"], passage["section"], f"{_report(row)}（{row['other_file']}）"
        )
        for row in rows
        for passage in row["passages"] or ()
    ]
    return tuple(found[:_PASSAGES])


def _previous(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    how = _HOW_MOULDED if row["moulded"] else _HOW
    return Evidence(
        "prose",
        f"第一、第五部分的文字与你单位{row['other_year']}年度报告相似度为{_share(row['similarity'])}{how}，"
        f"对应一致的文字共{row['shared_characters']}字，内容雷同。",
        observed=row["similarity"],
        passages=_passages(rows),
    )


def _problems(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    numbers = "，但所列数字有更新" if row["new_numbers"] else ""
    return Evidence(
        "problems",
        f"“五、存在的主要问题及改进情况”与你单位{row['other_year']}年度报告相似度为{_share(row['similarity'])}"
        f"（已隐去名称、年份和数字）{numbers}，请核实是否逐年照搬。",
        observed=row["similarity"],
        passages=_passages(rows),
    )


def _peers(rows: Sequence[Row]) -> Evidence:
    first, *others = rows
    also = ""
    if others:
        named = "、".join(f"{_report(row)}（{_share(row['similarity'])}）" for row in others)
        also = f"；同时与{named}雷同"
    if first["partners"] > len(rows):
        also += f"；文字雷同的其他单位至少有{first['partners']}家"
    unsure = "名称相近，可能是同一机关的简称或者新旧名称，" if first["perhaps_same"] else ""
    return Evidence(
        "peer_unsure" if first["by_operator"] else "peer",
        f"第一、第五部分的文字与{_report(first)}雷同，相似度为{_share(first['similarity'])}{_HOW}，"
        f"对应一致的文字共{first['shared_characters']}字{also}。{unsure}请核实各单位报告的来源。",
        observed=first["similarity"],
        passages=_passages(rows),
    )


def _parent(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        "overview",
        f"第一部分有{row['shared_characters']}字的段落与上级机关{_report(row)}基本一致，"
        f"占可供比对文字的{_share(row['similarity'])}，请核实是否照抄上级机关年度报告。",
        observed=row["shared_characters"],
        passages=_passages(rows),
    )


def _generic(rows: Sequence[Row]) -> Evidence:
    return Evidence(
        "overview",
        "第一部分没有出现本机关特有的内容（地名、机构、栏目、文件、项目或者数据），换作其他单位同样成立，请核实是否为通用文本。",
        observed=0,
    )


def _below(column: str, threshold: str) -> Check:
    return Check(
        "ExpectColumnValuesToBeBetween",
        {"column": column, "max_value": Setting(threshold), "strict_max": True},
    )


PROBLEM_RULES = (
    Rule(
        id="S5-04",
        title="问题逐年照搬",
        frame="twins",
        dimension="originality",
        quality="credibility",
        severity=Severity.WARNING,
        source=_RESPONSIBILITY,
        summary="“五、存在的主要问题及改进情况”不应照搬本机关上一年度报告。",
        hint="请按本年度实际写明存在的问题；问题确实仍未解决的，请写明本年度采取的措施、进展和数据。",
        check=_below("similarity", "thresholds.repeated_problems"),
        reads=("similarity",),
        rows=(Where("relation", "==", "previous"), Where("part", "==", "problems")),
        cases=(Case(Severity.INFO, (Where("new_numbers", "==", True),)),),
        operator_when=_UNSURE,
        evidence=_problems,
        templates=None,
        reasons={"": _NO_ROWS},
        reason_column="reason",
        notes=(
            "比对时隐去名称、年份和数字；问题长期存在但数字已经更新的只作提示。",
            "第一、第五部分已一并认定与上年雷同（DUP-01）的，不重复报。",
        ),
    ),
)

RULES = (
    Rule(
        id="DUP-01",
        title="与本机关上年雷同",
        frame="twins",
        dimension="originality",
        quality="credibility",
        severity=Severity.CRITICAL,
        source=_RESPONSIBILITY,
        summary="第一、第五部分的文字不应与本机关上一年度报告雷同。",
        hint="请按本年度实际工作情况重新撰写第一、第五部分，不得只改动年份和数字。",
        check=_below("similarity", "thresholds.like_previous"),
        reads=("similarity",),
        rows=(Where("relation", "==", "previous"), Where("part", "==", "prose")),
        cases=(
            _ZERO,
            Case(Severity.WARNING, (Where("moulded", "==", True),)),
            Case(Severity.WARNING, (Where("similarity", "<", Setting("thresholds.copied_previous")),)),
        ),
        operator_when=_UNSURE,
        evidence=_previous,
        templates=None,
        reasons={"": _NO_ROWS},
        reason_column="reason",
        notes=(
            "隐去名称、年份和数字后，按连续五字的片段计算相似度（Jaccard系数）。",
            "引言、法定表述、统计表、小标题、信息处理费说明和多数单位通用的语句不参与比对；"
            "除通用语句外文字不足的，连同通用语句比对，最高为一般问题。",
            "各项数据均为零的报告最高为一般问题；任何一份报告为图像识别所得的，交核查人员核实。",
        ),
    ),
    Rule(
        id="DUP-02",
        title="与其他单位雷同",
        frame="twins",
        dimension="originality",
        quality="credibility",
        severity=Severity.CRITICAL,
        source=_RESPONSIBILITY,
        summary="第一、第五部分的文字不应与其他单位同一年度的报告雷同。",
        hint="请核实报告由谁起草、是否互相套用，并按本单位实际工作情况重新撰写第一、第五部分。",
        check=_below("similarity", "thresholds.like_peer"),
        reads=("similarity",),
        rows=(Where("relation", "==", "peer"), Where("part", "==", "prose")),
        cases=(_ZERO, Case(Severity.WARNING, (Where("similarity", "<", Setting("thresholds.copied_peer")),))),
        operator_when=_UNSURE,
        evidence=_peers,
        group_by=("by_operator",),
        templates=None,
        reasons={"": _NO_ROWS},
        reason_column="reason",
        notes=(
            "比对方法同DUP-01；超过三成且不少于十个单位共用的语句视为统一范本，不参与比对。",
            "同一机关的不同版本、名册所列别名、政府与其办公室的报告不互相比对；"
            "名称相近、可能是同一机关的，交核查人员核实。",
            "雷同的双方同等列出，文字本身不能说明谁抄自谁。",
        ),
    ),
    Rule(
        id="DUP-03",
        title="照抄上级年报",
        frame="twins",
        dimension="originality",
        quality="credibility",
        severity=Severity.WARNING,
        source=f"{_RESPONSIBILITY}；{FORM_2021}第一部分",
        summary="第一部分不应成段照抄上级机关本年度或者上一年度的报告。",
        hint="请删去不属于本单位工作的段落，写明本单位自己的公开工作情况。",
        check=_below("shared_characters", "thresholds.parent_characters"),
        reads=("shared_characters",),
        rows=(Where("relation", "==", "parent"),),
        operator_when=_UNSURE,
        evidence=_parent,
        templates=None,
        ranks=("city", "county", "township", "unknown"),
        reasons={"": _NO_ROWS},
        reason_column="reason",
        notes=(
            "上级机关以名册为准；没有名册的，只认名称所属地方的人民政府。",
            "引号内的长引文、文件名称和多数单位通用的语句不计。",
        ),
    ),
    Rule(
        id="DUP-04",
        title="空泛通用文本",
        frame="prose",
        dimension="originality",
        quality="credibility",
        severity=Severity.INFO,
        source=_RESPONSIBILITY,
        summary="第一部分应当写明本机关特有的内容，如地名、机构、栏目、文件、项目或者数据。",
        hint="请结合本单位实际补充公开的领域、栏目、文件和数据。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "overview_specifics", "min_value": 1}),
        reads=("overview_specifics",),
        operator_when=((Where("pictures", "==", True),),),
        evidence=_generic,
        templates=("v2021",),
        first_year=2021,
        ranks=("city", "county", "township", "unknown"),
        reasons={"overview_specifics": "未找到“一、总体情况”部分，或者文字过少、各部分界限不清。"},
        notes=("文字无法证明由何而来，只作提示；省级以上汇总性报告不适用。",),
    ),
)
