"""Word documents, from XML written by hand: each oddity by itself."""

from __future__ import annotations

import io
import zipfile

from models.document import Document, Paragraph, Table
from tasks.read import read
from tasks.read.docx import format_number
from tests.read.test_html import grid
from tests.read.test_text import artifact, shown

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def packed(body: str, numbering: str = "", namespace: str = NS) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {namespace}><w:body>{body}</w:body></w:document>")
        if numbering:
            archive.writestr("word/numbering.xml", f"<w:numbering {NS}>{numbering}</w:numbering>")
    return content.getvalue()


def doc(body: str, numbering: str = "", namespace: str = NS) -> Document:
    return read(artifact(packed(body, numbering, namespace)))


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def test_merged_cells() -> None:
    (table,) = doc(
        "<w:tbl><w:tr>"
        + tc("说明", '<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>')
        + tc("自然人")
        + "</w:tr>"
        "<w:tr>" + tc("", '<w:gridSpan w:val="2"/><w:vMerge/>') + tc("总计") + "</w:tr>"
        '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>' + tc("（一）") + tc("1") + "</w:tr></w:tbl>"
    ).blocks
    assert isinstance(table, Table)
    assert (table.layout, table.rows, table.columns) == ("ruled", 3, 3)
    assert grid(table) == [
        (0, 0, 2, 2, "说明"), (0, 2, 1, 1, "自然人"), (1, 2, 1, 1, "总计"), (2, 1, 1, 1, "（一）"), (2, 2, 1, 1, "1"),
    ]  # fmt: skip


def test_tracked_changes_hidden_text_and_content_controls() -> None:
    body = (
        "<w:p><w:r><w:t>收到</w:t></w:r><w:del><w:r><w:delText>7</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>8</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:t>件</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:sdt><w:sdtContent>" + tc("规章") + "</w:sdtContent></w:sdt>" + tc("3") + "</w:tr>"
        "<w:sdt><w:sdtContent><w:tr>" + tc("许可") + tc("4") + "</w:tr></w:sdtContent></w:sdt>"
        "<w:tr><w:trPr><w:del/></w:trPr>" + tc("删") + tc("5") + "</w:tr></w:tbl>"
    )
    assert [shown(b) for b in doc(body).blocks] == ["收到8件", ("ruled", [["规章", "3"], ["许可", "4"]])]


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


def test_headings_strict_namespace_and_text_boxes() -> None:
    strict = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
    (heading,) = doc(p("一、总体情况", '<w:outlineLvl w:val="0"/>'), namespace=strict).blocks
    assert heading == Paragraph("一、总体情况", 1)
    box = "<w:p><w:r><w:pict><w:txbxContent>" + p("某局2023年报告") + "</w:txbxContent></w:pict></w:r></w:p>"
    assert [shown(b) for b in doc(box).blocks] == ["某局2023年报告"]


def test_a_table_that_holds_tables_is_layout() -> None:
    inner = "<w:tbl><w:tr>" + tc("规章") + tc("3") + "</w:tr></w:tbl>"
    body = f"<w:tbl><w:tr><w:tc>{p('二、主动公开')}{inner}{p('完')}</w:tc></w:tr></w:tbl>"
    assert [shown(b) for b in doc(body).blocks] == ["二、主动公开", ("ruled", [["规章", "3"]]), "完"]


def test_a_span_without_measure_is_clamped() -> None:
    (table,) = doc(
        "<w:tbl><w:tr>" + tc("a", '<w:gridSpan w:val="30000000"/>') + tc("b") + "</w:tr></w:tbl>"
    ).blocks
    assert isinstance(table, Table)
    assert grid(table) == [(0, 0, 1, 200, "a"), (0, 200, 1, 1, "b")]


def test_chinese_numbers_beyond_ninety_nine() -> None:
    assert [format_number("chineseCounting", n) for n in (0, 10, 11, 20, 21, 99, 100, 110)] == [
        "零", "十", "十一", "二十", "二十一", "九十九", "100", "110",
    ]  # fmt: skip


def test_the_main_part_may_carry_a_number() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "word/document2.xml", f"<w:document {NS}><w:body>{p('一、总体情况')}</w:body></w:document>"
        )
    assert [shown(b) for b in read(artifact(content.getvalue())).blocks] == ["一、总体情况"]
