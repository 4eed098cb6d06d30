"""The automatic numbers of Word documents, worked out as Word prints them."""

from __future__ import annotations

import pytest

from models.document import Paragraph, Table
from tasks.read.docx_numbering import format_number
from tests.read.test_docx import NS, at, doc, level, listed, p, seen, tc, tr
from tests.read.test_text import shown


def test_automatic_numbers_are_worked_out() -> None:
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    numbering = (
        '<w:abstractNum w:abstractNumId="0">'
        + level.format(0, "chineseCountingThousand", "%1、") + level.format(1, "chineseCounting", "（%2）")
        + '</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>'
    )  # fmt: skip
    at = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="5"/></w:numPr>'
    body = (
        p("总体情况", at.format(0))
        + p("主动公开", at.format(1))
        + p("依申请", at.format(1))
        + p("申请", at.format(0))
        + p("小节", at.format(1))
    )
    assert [shown(b) for b in doc(body, numbering).blocks] == [
        "一、总体情况", "（一）主动公开", "（二）依申请", "二、申请", "（一）小节",
    ]  # fmt: skip


def test_chinese_numbers_beyond_ninety_nine() -> None:
    assert [format_number("chineseCounting", n) for n in (0, 10, 11, 20, 21, 99, 100, 110)] == [
        "零", "十", "十一", "二十", "二十一", "九十九", "100", "110",
    ]  # fmt: skip


def test_a_number_of_several_levels_and_in_plain_digits() -> None:
    numbering = listed(
        level(0, "chineseCounting", "第%1章")
        + level(1, "upperRoman", "%1.%2", "<w:isLgl/>")
        + level(2, "lowerLetter", "%1%3)")
    )
    body = (
        p("总则", at(1))
        + p("条", at(1, 1))
        + p("款", at(1, 2))
        + p("款", at(1, 2))
        + p("条", at(1, 1))
        + p("款", at(1, 2))
    )
    assert seen(body, numbering) == ["第一章总则", "1.1条", "一a)款", "一b)款", "1.2条", "一a)款"]


def test_lists_start_anew_where_they_say_so() -> None:
    overrides = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    body = p("甲", at(1)) + p("乙", at(2)) + p("丙", at(2)) + p("丁", at(1))
    assert seen(body, listed(level(0, "decimal", "%1、"), overrides)) == ["1、甲", "5、乙", "6、丙", "7、丁"]
    other_form = f'<w:lvlOverride w:ilvl="0">{level(0, "decimalEnclosedCircle", "%1")}</w:lvlOverride>'
    assert seen(p("甲", at(1)) + p("乙", at(2)), listed(level(0, "decimal", "%1、"), other_form)) == [
        "1、甲",
        "②乙",
    ]


def test_a_level_that_never_starts_anew() -> None:
    numbering = listed(
        level(0, "japaneseCounting", "%1、") + level(1, "decimal", "%2．", '<w:lvlRestart w:val="0"/>')
    )
    body = p("甲", at(1)) + p("子", at(1, 1)) + p("乙", at(1)) + p("丑", at(1, 1))
    assert seen(body, numbering) == ["一、甲", "1．子", "二、乙", "2．丑"]


def test_numbers_that_come_from_styles() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        '<w:outlineLvl w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:basedOn w:val="H1"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr>'
        "</w:pPr></w:style>"
        '<w:style w:type="paragraph" w:styleId="H3"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = listed(
        level(0, "chineseCountingThousand", "%1、") + level(1, "chineseCountingThousand", "（%2）")
        + level(2, "decimalFullWidth", "%3．", '<w:pStyle w:val="H3"/>')
    )  # fmt: skip
    body = (
        p("总体情况", '<w:pStyle w:val="H1"/>') + p("主动公开", '<w:pStyle w:val="H2"/>') + p("规章", '<w:pStyle w:val="H3"/>')
        + p("无编号", '<w:pStyle w:val="H1"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    )  # fmt: skip
    parts = {"word/styles.xml": f"<w:styles {NS}>{styles}</w:styles>"}
    blocks = doc(body, numbering, parts=parts).blocks
    assert blocks == (
        Paragraph("一、总体情况", 1), Paragraph("（一）主动公开", 1), Paragraph("１．规章"), Paragraph("无编号", 1),
    )  # fmt: skip


def test_a_list_described_by_the_list_of_a_style() -> None:
    linked = (
        '<w:abstractNum w:abstractNumId="7"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="9"><w:abstractNumId w:val="7"/></w:num>'
    )
    styles = '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    assert seen(p("甲", at(9)), listed(level(0, "upperLetter", "%1."), second=linked), styles) == ["A.甲"]


def test_bullets_are_left_out_and_words_kept() -> None:
    numbering = listed(level(0, "bullet", "\uf06c") + level(1, "none", "附件："))
    assert seen(p("甲", at(1)) + p("乙", at(1, 1)), numbering) == ["甲", "附件：乙"]


def test_a_number_of_a_list_before_a_number_is_doubtful() -> None:
    row = tr(tc("规章"), f"<w:tc>{p('5', at(1))}</w:tc>", f"<w:tc>{p('收费', at(1))}</w:tc>")
    numbered = f"<w:tbl>{row}</w:tbl>"
    (table,) = doc(numbered, listed(level(0, "decimal", "%1."))).blocks
    assert isinstance(table, Table)
    assert [(c.text, c.alternative) for c in table.cells] == [("规章", None), ("1. 5", "5"), ("2.收费", None)]


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        ("chineseCountingThousand", ["一", "十", "十二", "二十", "一百", "一百零五", "一百一十", "一千零一", "二千三百四十五"]),
        ("japaneseCounting", ["一", "十", "十二", "二十", "100", "105", "110", "1001", "2345"]),
        ("ideographDigital", ["一", "一〇", "一二", "二〇", "一〇〇", "一〇五", "一一〇", "一〇〇一", "二三四五"]),
        ("chineseLegalSimplified", ["壹", "壹拾", "壹拾贰", "贰拾", "壹佰", "壹佰零伍", "壹佰壹拾", "壹仟零壹", "贰仟叁佰肆拾伍"]),
        ("decimalFullWidth", ["１", "１０", "１２", "２０", "１００", "１０５", "１１０", "１００１", "２３４５"]),
        ("decimalEnclosedCircle", ["①", "⑩", "⑫", "⑳", "100", "105", "110", "1001", "2345"]),
        ("decimalEnclosedParen", ["⑴", "⑽", "⑿", "⒇", "100", "105", "110", "1001", "2345"]),
        ("ideographTraditional", ["甲", "癸", "12", "20", "100", "105", "110", "1001", "2345"]),
        ("upperRoman", ["I", "X", "XII", "XX", "C", "CV", "CX", "MI", "MMCCCXLV"]),
        ("lowerLetter", ["a", "j", "l", "t", "vvvv", "aaaaa", "fffff", "1001", "2345"]),
        ("decimalZero", ["01", "10", "12", "20", "100", "105", "110", "1001", "2345"]),
        ("bullet", [""] * 9),
    ],
)  # fmt: skip
def test_list_numbers_as_word_prints_them(form: str, printed: list[str]) -> None:
    assert [format_number(form, n) for n in (1, 10, 12, 20, 100, 105, 110, 1001, 2345)] == printed
