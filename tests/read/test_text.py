"""Plain text and Markdown: what is printed, in order, with the line it stands on."""

from __future__ import annotations

import codecs
import hashlib

import pytest

from models.document import Artifact, Block, Document, Paragraph, Table
from tasks.read import read


def artifact(content: bytes, name: str = "x") -> Artifact:
    return Artifact(name, content, hashlib.sha256(content).hexdigest())


def shown(block: Block) -> object:
    if isinstance(block, Paragraph):
        return block.text
    rows: list[list[str]] = [[] for _ in range(block.rows)]
    for cell in block.cells:
        rows[cell.row].append(cell.text)
    return (block.layout, rows)


def document(text: str) -> Document:
    return read(artifact(text.encode()))


def test_prose_and_tabs_keep_their_order_and_lines() -> None:
    doc = document(
        "某局报告\n\n一、总体情况\n  今年公开 3 条。\n规章\t0\t\t12\n\n行政许可\t5\t\t\n六、其他\n"
    )
    assert doc.format == "txt"
    assert [shown(b) for b in doc.blocks] == [
        "某局报告",
        "一、总体情况",
        "今年公开 3 条。",
        ("delimited", [["规章", "0", "", "12"], ["行政许可", "5", "", ""]]),
        "六、其他",
    ]
    table = next(b for b in doc.blocks if isinstance(b, Table))
    assert [(c.locator.line, c.locator.row, c.locator.column) for c in table.cells][3:5] == [
        (5, 1, 4),
        (7, 2, 1),
    ]


def test_one_cell_a_line_with_leading_tabs() -> None:
    rows = [["规章", "1", "", "3"], *[[f"标签{n}", str(n), "", ""] for n in range(12)]]
    text = "\n\n".join("\n".join("\t" + cell for cell in row) for row in rows)
    doc = document(f"二、主动公开\n{text}\n\n三、申请\n")
    assert [shown(b) for b in doc.blocks] == ["二、主动公开", ("delimited", rows), "三、申请"]


def test_columns_made_of_spaces() -> None:
    doc = document(
        "（二）部分公开        319      7     0\n"
        "年\n"
        "度             1.属于国家秘密             0       0     0\n"
        "四、政府信息公开行政复议\n"
        "    今年以来，我市认真贯彻条例。\n"
    )
    assert [shown(b) for b in doc.blocks] == [
        ("aligned", [["（二）部分公开", "319", "7", "0"], ["年"], ["度", "1.属于国家秘密", "0", "0", "0"]]),
        "四、政府信息公开行政复议",
        "今年以来，我市认真贯彻条例。",
    ]


def test_preamble_of_a_crawled_page_is_metadata() -> None:
    doc = document(
        "标题: 映溪区2023年度政府信息公开工作年度报告\n发布时间: 2024-03-08 15:34\n文号: \n发布机构: 映溪区办公室\n"
        "==================== 正文 ====================\n一、总体情况\n"
    )
    assert doc.metadata == (
        ("title", "映溪区2023年度政府信息公开工作年度报告"),
        ("published_on", "2024-03-08 15:34"),
        ("publisher", "映溪区办公室"),
    )
    assert [shown(b) for b in doc.blocks] == ["一、总体情况"]


@pytest.mark.parametrize(
    "content",
    [
        "映溪区报告\t一、".encode(),
        codecs.BOM_UTF8 + "映溪区报告\t一、".encode(),
        "映溪区报告\t一、".encode("gb18030"),
        codecs.BOM_UTF16_LE + "映溪区报告\t一、".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "映溪区报告\t一、".encode("utf-16-be"),
    ],
)
def test_encodings_are_told_by_the_bytes(content: bytes) -> None:
    doc = read(artifact(content))
    assert ([shown(b) for b in doc.blocks], doc.notes) == ([("delimited", [["映溪区报告", "一、"]])], ())


def test_mixed_encodings_are_read_as_far_as_they_go_and_noted() -> None:
    doc = read(
        artifact("一、总体情况：我局认真贯彻条例\n".encode() * 5 + "二、主动".encode("gb18030") + b"\xff\n")
    )
    assert doc.blocks[0] == Paragraph("一、总体情况：我局认真贯彻条例", locator=doc.blocks[0].locator)
    assert doc.notes == ("文件的字符编码有误，个别文字已用“�”代替，请核对原件。",)


def test_lone_surrogates_are_replaced_and_noted() -> None:
    content = codecs.BOM_UTF16_LE + "总体".encode("utf-16-le") + b"\x00\xd8" + "情况".encode("utf-16-le")
    doc = read(artifact(content))
    assert [shown(b) for b in doc.blocks] == ["总体\ufffd情况"]
    assert len(doc.notes) == 1


def test_markdown() -> None:
    doc = document(
        "# 某局2023年报告\n\n## 一、总体情况\n\n- 第一，**公开**。\n\n| 信息内容 | 本年 | 现行 |\n|---|---|---|\n| 规章 | 0 |  |\n\n"
        "规章\t0\t1\n#### 四、复议\n"
    )
    assert doc.format == "markdown"
    assert [shown(b) for b in doc.blocks] == [
        "某局2023年报告",
        "一、总体情况",
        "第一，公开。",
        ("delimited", [["信息内容", "本年", "现行"], ["规章", "0", ""]]),
        ("delimited", [["规章", "0", "1"]]),
        "四、复议",
    ]
    assert [b.heading_level for b in doc.blocks if isinstance(b, Paragraph)] == [1, 2, None, 4]
    assert [b.cells[0].locator.line for b in doc.blocks if isinstance(b, Table)] == [7, 11]


def test_utf16_without_its_mark_is_told_by_its_zeros() -> None:
    text = "一、总体情况\n本机关认真贯彻条例，全面推进政务公开工作。\n二、主动公开\n规章\t0\t0\t1\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        doc = read(artifact(text.encode(encoding)))
        assert [shown(b) for b in doc.blocks] == [
            "一、总体情况",
            "本机关认真贯彻条例，全面推进政务公开工作。",
            "二、主动公开",
            ("delimited", [["规章", "0", "0", "1"]]),
        ]


def test_a_text_that_begins_like_a_bitmap_is_a_text() -> None:
    assert [shown(b) for b in document("BM公司年度报告\n一、总体情况").blocks] == [
        "BM公司年度报告",
        "一、总体情况",
    ]
