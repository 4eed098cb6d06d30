"""Web pages: the report inside the page, cells where a browser shows them."""

from __future__ import annotations

import pytest

from models.document import Table
from models.errors import ErrorKind, ReadError
from tasks.read import read
from tests.read.test_text import artifact, document, shown

FORM = (
    "<table><tr><td colspan=2 rowspan=2>说明</td><td>自然人</td></tr><tr><td>总<br>计</td></tr>"
    "<tr><td rowspan=2>三</td><td>（一）</td><td>1</td></tr><tr><td>（二）</td><td></td></tr></table>"
)


def grid(table: Table) -> list[tuple[int, int, int, int, str]]:
    return [(c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells]


def test_merged_cells_stand_where_a_browser_shows_them() -> None:
    (table,) = document(f"<html><body>{FORM}</body></html>").blocks
    assert isinstance(table, Table)
    assert (table.layout, table.rows, table.columns) == ("ruled", 4, 3)
    assert grid(table) == [
        (0, 0, 2, 2, "说明"), (0, 2, 1, 1, "自然人"), (1, 2, 1, 1, "总\n计"),
        (2, 0, 2, 1, "三"), (2, 1, 1, 1, "（一）"), (2, 2, 1, 1, "1"), (3, 1, 1, 1, "（二）"), (3, 2, 1, 1, ""),
    ]  # fmt: skip


def test_the_report_is_found_inside_a_page_laid_out_with_tables() -> None:
    page = (
        "<html><head><title>年报_映溪区</title><meta name='PubDate' content='2024-01-30'>"
        "<meta name='ContentSource' content='映溪区水务局'></head><body><nav>首页</nav><script>var a='一、';</script>"
        f"<table><tr><td><div><p>一、总体<span>情况</span></p><p>正文<!-- x -->。</p>{FORM}</div></td></tr></table>"
        "<div style='display:none'>隐藏</div><footer>版权</footer></body></html>"
    )
    doc = document(page)
    assert [shown(b) for b in doc.blocks][:2] == ["一、总体情况", "正文。"]
    assert [isinstance(b, Table) for b in doc.blocks] == [False, False, True]
    assert doc.metadata == (
        ("title", "年报_映溪区"),
        ("published_on", "2024-01-30"),
        ("publisher", "映溪区水务局"),
    )


def test_bytes_go_before_what_the_page_says_of_its_charset() -> None:
    page = '<html><head><meta charset="utf-8"></head><body><p>二、主动公开政府信息情况</p></body></html>'
    assert shown(read(artifact(page.encode("gb18030"))).blocks[0]) == "二、主动公开政府信息情况"
    lying = page.replace("utf-8", "gb2312")
    assert shown(read(artifact(lying.encode())).blocks[0]) == "二、主动公开政府信息情况"


def test_spans_without_measure_are_clamped() -> None:
    (table,) = document(
        "<html><table><tr><td colspan=20000000 rowspan=99999999>a</td><td>b</td></tr></table>"
    ).blocks
    assert isinstance(table, Table)
    assert grid(table) == [(0, 0, 1, 200, "a"), (0, 200, 1, 1, "b")]


def test_unclosed_tags() -> None:
    doc = document("<table><tr><td>规章<td>1<tr><td>许可<td>2</table><p>完<p>毕")
    assert [shown(b) for b in doc.blocks] == [("ruled", [["规章", "1"], ["许可", "2"]]), "完", "毕"]


@pytest.mark.parametrize("depth", [300, 1500, 100_000])
def test_deeply_nested_tags_are_refused_and_nothing_is_left_out_in_silence(depth: int) -> None:
    with pytest.raises(ReadError) as refused:
        document("<div>" * depth + "一、总体情况" + "</div>" * depth)
    assert (refused.value.kind, refused.value.message) == (
        ErrorKind.UNREADABLE,
        "网页标签嵌套过深，无法读取，请用浏览器另存为 PDF 或将内容复制到 docx 后提交。",
    )


def test_tags_nested_as_deep_as_real_pages_are_read() -> None:
    doc = document("<html><body>" + "<div>" * 200 + "<p>一、总体情况</p>" + "</div>" * 200 + "<p>完</p>")
    assert [shown(b) for b in doc.blocks] == ["一、总体情况", "完"]


def test_preformatted_text_keeps_its_lines_and_columns() -> None:
    doc = document("<html><body><pre>一、总体情况\n规章\t1\t2\n许可\t3\t4\n</pre></body></html>")
    assert [shown(b) for b in doc.blocks] == [
        "一、总体情况",
        ("delimited", [["规章", "1", "2"], ["许可", "3", "4"]]),
    ]


def test_a_long_note_below_the_numbers_does_not_make_a_table_layout() -> None:
    note = "注：本表按照规定填写。" * 40
    table = f"<tr><td>规章<td>1<td>2<tr><td>许可<td>3<td>4<tr><td colspan=3>{note}"
    assert [shown(b) for b in document(f"<table>{table}</table>").blocks] == [
        ("ruled", [["规章", "1", "2"], ["许可", "3", "4"], [note]])
    ]
