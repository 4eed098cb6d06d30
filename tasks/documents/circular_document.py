"""通报.docx: overview, problems by kind, demands, and three annexes (catalogue §4.3), in the layout of the notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from docx.document import Document as DocumentObject

from tasks.documents.circular import NAMED, UNREAD, Circular, Kind
from tasks.documents.notice import HEADS, WIDTHS, problem_row, saved
from tasks.documents.official import (
    ANNEX,
    BODY,
    FIRST_LEVEL,
    FLUSH,
    NOTE,
    SECOND_LEVEL,
    SIGNATURE,
    TITLE,
    centre_signature,
    grid,
    official_document,
    on_new_page,
)
from tasks.documents.text import clean
from tasks.publish.words import day, points

NUMERALS = "一二三四五六七八九十"
_INNER = str.maketrans("“”", "‘’")
"""Quotation marks within quotation marks."""
ANNEXES = ("未按时发布单位名单", "问题清单", "得分排名")


def write_circular(said: Circular, issuer: str, dated: date, due: date) -> bytes:
    """Return the circular as a docx. `due`: the day until which what it names has to be mended."""
    title = f"关于{said.year}年政府信息公开工作年度报告核查情况的通报"
    document = official_document(title)
    for style, text in (
        (TITLE, title),
        (FLUSH, ""),
        (FLUSH, "各有关单位："),
        (BODY, opening(said)),
        (FIRST_LEVEL, "一、总体情况"),
        *((BODY, text) for text in overall(said, dated)),
        (FIRST_LEVEL, "二、主要问题"),
    ):
        document.add_paragraph(clean(text), style)
    for number, kind in zip(NUMERALS, said.kinds, strict=False):
        document.add_paragraph(f"（{number}）{kind.title}", SECOND_LEVEL)
        document.add_paragraph(clean(of_kind(kind)), BODY)
    if not said.kinds:
        document.add_paragraph("核查未发现需要整改的问题。", BODY)
    document.add_paragraph("三、工作要求", FIRST_LEVEL)
    for text in demands(due):
        document.add_paragraph(text, BODY)
    _signed(document, issuer, dated)
    _annexes(document, said)
    return saved(document)


def opening(said: Circular) -> str:
    """Return the first sentence: on what ground, and what was looked at."""
    return (
        "根据《中华人民共和国政府信息公开条例》第四十七条、第四十九条、第五十条规定，"
        f"我办对{said.region}{said.year}年政府信息公开工作年度报告进行了核查，现将有关情况通报如下。"
    )


def overall(said: Circular, dated: date) -> tuple[str, ...]:
    """Return the paragraphs of part one; every figure is that of the sweep page."""
    figures = said.figures
    came = f"截至{day(dated)}，应报送年度报告的单位{figures.owed}个，已报送{figures.reported}个"
    in_time = f"，其中按时发布{said.on_time}个、逾期发布{figures.late}个" if figures.reported else ""
    unread = sum(one.how == UNREAD for one in said.late)
    came += f"{in_time}；未报送{figures.missing}个{f'（其中{unread}个{UNREAD}）' if unread else ''}。"
    if said.passing_share is None:
        return (came, "已报送的报告暂无可以评分的。")
    scored = (
        f"已评分{said.scored}份，合格{figures.passing}份，合格率{100 * said.passing_share:.1f}%，"
        f"平均得分{points(round(figures.mean or 0.0, 2))}分"
        f"{f'；能够核查的内容不足、暂不评分的{figures.unscored}份' if figures.unscored else ''}。"
        f"存在严重问题、尚未复核通过的报告{figures.to_mend}份，共发现需要整改的问题{said.problems}个。"
        "得分依据本系统评分模型，仅供工作参考。"
    )
    return (came, scored)


def of_kind(kind: Kind) -> str:
    """Return the paragraph of one kind of problem: how many, what mostly, and whose."""
    critical = f"，其中严重问题{kind.critical}个" if kind.critical else ""
    mostly = "、".join(f"“{title.translate(_INNER)}”{count}个" for title, count in kind.rules)
    named = "、".join(kind.agencies[:NAMED])
    more = f"等{len(kind.agencies)}个单位" if len(kind.agencies) > NAMED else ""
    return (
        f"共发现问题{kind.problems}个{critical}，涉及单位{len(kind.agencies)}个。"
        f"主要是：{mostly}。涉及单位：{named}{more}。"
    )


def demands(due: date) -> tuple[str, ...]:
    """Return the paragraphs of part three."""
    return (
        f"（一）限期整改。存在问题的单位要对照问题清单逐项核实，于{day(due)}前完成整改，重新发布并附更正说明，"
        "将整改情况（加盖公章）报我办；未报送的单位要于同日前公布并报送。",
        "（二）严格复核。我办将对整改情况逐一复核，整改不到位的退回重新整改。",
        "（三）纳入考核。年度报告的报送、质量和整改情况纳入政务公开工作考核；逾期未整改或者整改不到位的，依规处理。",
    )


def _signed(document: DocumentObject, issuer: str, dated: date) -> None:
    document.add_paragraph("", FLUSH)
    first, *others = ANNEXES
    document.add_paragraph(f"附件：1．{first}", NOTE)
    for number, name in enumerate(others, start=2):
        # below the first name: “附件：” takes three characters
        document.add_paragraph(f"　　　{number}．{name}", NOTE)
    document.add_paragraph("", FLUSH)
    document.add_paragraph("", FLUSH)
    centre_signature(
        document.add_paragraph(clean(issuer), SIGNATURE), document.add_paragraph(day(dated), SIGNATURE)
    )


def _annexes(document: DocumentObject, said: Circular) -> None:
    _annex(document, 1)
    if said.late:
        rows = [(str(n), one.agency, one.kind, one.how) for n, one in enumerate(said.late, start=1)]
        grid(document, ("序号", "单位名称", "单位类别/层级", "情况"), _clean(rows), (14, 72, 40, 30))
    else:
        document.add_paragraph("无。", BODY)
    _annex(document, 2)
    if said.problems > len(said.listed):
        text = (
            f"共{said.problems}个问题，以下列出前{len(said.listed)}个，完整清单见另附的问题清单（电子表格）。"
        )
        document.add_paragraph(text, BODY)
    problems = [
        (str(n), problem.agency, *problem_row(n, problem)[2:])
        for n, problem in enumerate(said.listed, start=1)
    ]
    if problems:
        grid(document, ("序号", "单位名称", *HEADS[2:]), _clean(problems), WIDTHS)
    else:
        document.add_paragraph("无。", BODY)
    _annex(document, 3)
    if said.scored > len(said.ranking):
        document.add_paragraph(f"共{said.scored}份报告评分，以下列出前{len(said.ranking)}名。", BODY)
    ranking = [
        (str(r.place), r.agency, r.kind, points(r.total), r.grade, str(r.critical), str(r.warning))
        for r in said.ranking
    ]
    heads = ("名次", "单位名称", "单位类别/层级", "得分", "等次", "严重问题", "一般问题")
    if ranking:
        grid(document, heads, _clean(ranking), (12, 52, 34, 16, 16, 13, 13))
    else:
        document.add_paragraph("无。", BODY)


def _annex(document: DocumentObject, number: int) -> None:
    on_new_page(document.add_paragraph(f"附件{number}", ANNEX))
    document.add_paragraph("", FLUSH)
    document.add_paragraph(ANNEXES[number - 1], TITLE)
    document.add_paragraph("", FLUSH)


def _clean(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(clean(text) for text in row) for row in rows]
