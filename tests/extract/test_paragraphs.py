"""The prose as paragraphs: sections told apart, broken lines joined, tables left out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from models.document import Document, Paragraph
from tasks.extract import extract
from tests.extract.made import INTRO, PROSE, TITLE, document

_NAME = "澜川市映溪区水务局"


def _paragraphs(doc: Document) -> list[tuple[str, str]]:
    rows = extract(doc, "s", "a.html").paragraphs
    assert rows["paragraph"].to_list() == list(range(1, rows.height + 1))
    return [(section, text) for section, text in rows.select("section", "text").iter_rows()]


@pytest.mark.parametrize("layout", ["ruled", "delimited", "aligned"])
def test_sections_title_and_signature(layout: str) -> None:
    doc = document(layout=layout, tail=(_NAME, "2024年1月20日"))
    assert _paragraphs(doc) == [
        ("title", TITLE),
        ("intro", INTRO),
        ("overview", PROSE["overview"]),
        ("problems", PROSE["problems"]),
        ("other", PROSE["other"]),
        ("signature", _NAME),
        ("signature", "2024年1月20日"),
    ]


def _overview(lines: Sequence[str]) -> list[str]:
    blocks = []
    for block in document().blocks:
        if isinstance(block, Paragraph) and block.text == PROSE["overview"]:
            blocks += [Paragraph(line) for line in lines]
        else:
            blocks.append(block)
    return [text for section, text in _paragraphs(Document(tuple(blocks), "txt")) if section == "overview"]


@pytest.mark.parametrize(
    ("printed", "whole"),
    [
        (
            ["2023年，我局认真贯彻条例，主动公开政", "府信息126条，收到申请按时答复。"],
            ["2023年，我局认真贯彻条例，主动公开政府信息126条，收到申请按时答复。"],
        ),
        (
            ["全年检查的信息准确率比上年提高了百分之二，达到", "6.7%以上的栏目有三个。"],
            ["全年检查的信息准确率比上年提高了百分之二，达到 6.7%以上的栏目有三个。"],
        ),
        (
            ["全年各渠道共收到申请并且全部答复的有三件；", "其余按规定转办。"],
            ["全年各渠道共收到申请并且全部答复的有三件；其余按规定转办。"],
        ),
        (["（一）主动公开", "全年公开信息126条。"], ["（一）主动公开", "全年公开信息126条。"]),
        (
            ["2023年，我局认真贯彻条例，做好各项工作", "（一）主动公开。公开126条。"],
            ["2023年，我局认真贯彻条例，做好各项工作", "（一）主动公开。公开126条。"],
        ),
        (
            ["主要做法：一是完善制度并且把责任落实到人", "二是加强培训。"],
            ["主要做法：一是完善制度并且把责任落实到人", "二是加强培训。"],
        ),
        (["公开  信息\u3000 126 条。"], ["公开信息 126 条。"]),
    ],
    ids=["wrapped", "a decimal is no list", "semicolon", "short heading", "sub-heading", "list", "spaces"],
)
def test_broken_lines_are_joined_and_nothing_else(printed: list[str], whole: list[str]) -> None:
    assert _overview(printed) == whole


def test_a_report_without_parts_is_all_introduction() -> None:
    doc = document(tail=())
    kept = [
        b
        for b in doc.blocks
        if not isinstance(b, Paragraph) or b.text[:2] not in {f"{n}、" for n in "一二三四五六"}
    ]
    sections = {section for section, _ in _paragraphs(Document(tuple(kept), "html"))}
    assert sections == {"title", "intro"}


def test_the_numbers_of_a_table_are_no_prose() -> None:
    texts = [text for _, text in _paragraphs(document())]
    assert [text for text in texts if "本年制发件数" in text or text.isdigit()] == []
