"""Plain text and Markdown: what is printed, in order, with the line it stands on."""

from __future__ import annotations

import codecs
import hashlib

import pytest

from models.document import Artifact, Block, Document, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import read
from tasks.read.decode import decode


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
        ("ruled", [["信息内容", "本年", "现行"], ["规章", "0", ""]]),
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


def test_cells_quoted_because_they_hold_breaks_are_put_together() -> None:
    doc = document(
        '三、收到\n（五）不予处理\t"1.信访\n举报"\t0\t"他说""好"""\n"不予\n公开"\t1\n完\n"引文"不动\n他说"好\n'
    )
    assert [shown(b) for b in doc.blocks] == [
        "三、收到",
        ("delimited", [["（五）不予处理", "1.信访\n举报", "0", '他说"好"'], ["不予\n公开", "1"]]),
        "完",
        '"引文"不动',
        '他说"好',
    ]
    table = next(b for b in doc.blocks if isinstance(b, Table))
    assert [c.locator.line for c in table.cells] == [2, 2, 2, 2, 4, 4]


@pytest.mark.parametrize("line", ["1\t" * 1001, "一\t二\n" * 25_001, "一  二\n" * 25_001, "一  " * 1001])
def test_text_with_more_cells_than_a_report_is_refused(line: str) -> None:
    with pytest.raises(ReadError) as refused:
        document(line)
    assert (refused.value.kind, refused.value.message) == (
        ErrorKind.TOO_LARGE,
        "文本中的表格过大，不像是年度报告，未予读取；请只提交年度报告本身。",
    )


def test_text_with_more_lines_than_a_report_is_refused() -> None:
    with pytest.raises(ReadError) as refused:
        document("一\n" * 50_001)
    assert refused.value.message == "文本过长，不像是年度报告，未予读取；请只提交年度报告本身。"
    assert len(document("一\n\n" * 50_000).blocks) == 50_000


def test_empty_columns_past_all_measure_are_no_cells() -> None:
    doc = document("规章\t1" + "\t" * 3000 + "\n" + "\t" * 3000 + "\n")
    assert [shown(b) for b in doc.blocks] == [("delimited", [["规章", "1"]])]


SIMPLIFIED = "政府信息公开工作年度报告\n一、总体情况\n本机关认真贯彻条例，主动公开政府信息。\n"
TRADITIONAL = "政府資訊公開工作年度報告\n一、總體情況\n本機關認真貫徹條例，主動公開政府資訊。\n"


@pytest.mark.parametrize(
    ("content", "text", "notes"),
    [
        (
            TRADITIONAL.encode("big5hkscs"),
            TRADITIONAL,
            ("文件使用繁体字编码（Big5），已按该编码读取，请核对原件。",),
        ),
        (TRADITIONAL.encode("gb18030"), TRADITIONAL, ()),
        (TRADITIONAL.encode(), TRADITIONAL, ()),
        ("联通".encode("gb18030"), "联通", ()),
        ("公开信息".encode("gb18030"), "公开信息", ()),
        ("é — 2023".encode(), "é — 2023", ()),
        (
            "一、总体情况\n".encode() + "二、主动公开\n".encode("gb18030"),
            "一、总体情况\n二、主动公开\n",
            ("文件混用了两种字符编码，已逐行分别读取，请核对原件。",),
        ),
        (
            SIMPLIFIED.encode()[:-2] + b"\n1\xff2",
            SIMPLIFIED[:-2] + "\ufffd\n1\ufffd2",
            ("文件的字符编码有误，个别文字已用“�”代替，请核对原件。",),
        ),
        (
            SIMPLIFIED.encode("gb18030") + b"1\xff2\n",
            SIMPLIFIED + "1\ufffd\n",  # the byte takes the next one with it
            ("文件的字符编码有误，个别文字已用“�”代替，请核对原件。",),
        ),
    ],
)
def test_the_encoding_that_gives_common_characters_is_taken(
    content: bytes, text: str, notes: tuple[str, ...]
) -> None:
    assert decode(content) == (text, notes)


def test_a_cell_that_lost_a_character_has_a_second_reading() -> None:
    (table,) = read(artifact("规章\t1".encode() + b"\xff" + b"2\t3")).blocks
    assert isinstance(table, Table)
    assert [(c.text, c.alternative) for c in table.cells] == [("规章", None), ("1\ufffd2", "12"), ("3", None)]


# ------------------------------------------------------------------------------------- Markdown

HEADS = "| | 自然人 | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | 总计 |\n"
RULE = "|---|---|---|---|---|---|---|---|\n"


def layout(text: str) -> str:
    (table,) = [b for b in document(text).blocks if isinstance(b, Table)]
    return table.layout


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("| 新收 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n| 结转 | 1 | | 3 | 4 | 5 | 6 | |\n", "ruled"),
        (
            "| 新收 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n| 结转 | 1 | 2 | 3 |\n",
            "delimited",
        ),  # a row has fewer pipes
        ("| 结转 | | 2 | 3 | 4 | 5 | 6 | |\n", "delimited"),  # no row is whole
        ("| 新收 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n| 1 | 2 | 3 | 4 | 5 | 6 | 21 | |\n", "delimited"),  # shifted
    ],
)
def test_columns_of_pipe_tables_are_trusted_where_numbers_stand_under_their_heads(
    rows: str, expected: str
) -> None:
    assert layout(f"# 某局\n\n{HEADS}{RULE}{rows}") == expected


def test_heads_that_lost_the_cells_before_them_are_not_trusted() -> None:
    shifted = "| 自然人 | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | 总计 | |\n"
    assert layout(f"# 某局\n\n{shifted}{RULE}| 新收 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n") == "delimited"
    two = "| | 自然人 | 法人 | | | | | 总计 |\n| 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | | | |\n"
    assert layout(f"# 某局\n\n{two}{RULE}| 新收 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n") == "delimited"


def test_markdown_as_it_is_written() -> None:
    doc = document(
        '映溪区水务局年度报告\n====\n\n一、总体情况\n---\n\n见[门户网站](http://a.cn/(1) "x")和__公报__。\n\n'
        "#二、主动公开\n\n规章 | **本年** | 现行\n--- | --- | ---\na\\|b | 1<br>2 |\n\n"
        "标签 | 1 | 2\n规章 | 3 | 4\n\n```\n代码\n```\n甲|乙\n\n<p align=center>完</p>\n"
    )
    assert [shown(b) for b in doc.blocks] == [
        "映溪区水务局年度报告",
        "一、总体情况",
        "见门户网站和公报。",
        "二、主动公开",
        ("delimited", [["规章", "本年", "现行"], ["a|b", "1\n2", ""]]),
        ("delimited", [["标签", "1", "2"], ["规章", "3", "4"]]),
        "代码",
        "甲|乙",
        "完",
    ]
    assert [b.heading_level for b in doc.blocks if isinstance(b, Paragraph)] == [
        1,
        2,
        None,
        1,
        None,
        None,
        None,
    ]
    assert [b.locator.line for b in doc.blocks] == [1, 4, 7, 9, 11, 15, 19, 21, 23]


GRID = """\
## 三、收到

+------------------+--------+------+
| 申请人           | 自然人 | 总计 |
+--------+---------+--------+------+
| 三、   | 予以    | 1      |      |
| 本年度 | 公开    |        |      |
|        +---------+--------+------+
|        | 部分    | 3      | 4    |
+--------+---------+--------+------+
完
"""


@pytest.mark.parametrize("wide", [True, False])
def test_drawn_tables_keep_their_merged_cells(wide: bool) -> None:
    text = GRID if wide else _counted_by_characters(GRID)
    heading, table, last = document(text).blocks
    assert (shown(heading), shown(last)) == ("三、收到", "完")
    assert isinstance(table, Table)
    assert (table.layout, table.rows, table.columns) == ("ruled", 3, 4)
    assert [(c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells] == [
        (0, 0, 1, 2, "申请人"), (0, 2, 1, 1, "自然人"), (0, 3, 1, 1, "总计"),
        (1, 0, 2, 1, "三、\n本年度"), (1, 1, 1, 1, "予以\n公开"), (1, 2, 1, 1, "1"), (1, 3, 1, 1, ""),
        (2, 1, 1, 1, "部分"), (2, 2, 1, 1, "3"), (2, 3, 1, 1, "4"),
    ]  # fmt: skip


def _counted_by_characters(text: str) -> str:
    """Draw the same where a Chinese character was counted as one column: a space more for each of a cell."""
    lines = []
    for line in text.split("\n"):
        if line.startswith("|"):
            fields = line[1:-1].split("|" if "+" not in line else "\0")
            line = "|" + "|".join(f + " " * sum(c > "\u2fff" for c in f) for f in fields) + "|"
        lines.append(line)
    return "\n".join(lines)


def test_a_drawing_that_does_not_fit_is_read_by_its_strokes() -> None:
    doc = document("# 某局\n\n+----+----+\n| 规章 | 1 |\n+----+----+\n| 许可| |\n+----+----+\n")
    assert [shown(b) for b in doc.blocks] == ["某局", ("delimited", [["规章", "1"], ["许可", ""]])]
