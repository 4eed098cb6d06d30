"""Web pages: the report inside the page, cells where a browser shows them."""

from __future__ import annotations

import json

import pytest

from models.document import Block, Table
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


@pytest.mark.parametrize("depth", [3000, 100_000])
def test_deeply_nested_tags_are_refused_and_nothing_is_left_out_in_silence(depth: int) -> None:
    with pytest.raises(ReadError) as refused:
        document("<div>" * depth + "一、总体情况" + "</div>" * depth)
    assert (refused.value.kind, refused.value.message) == (
        ErrorKind.UNREADABLE,
        "网页标签嵌套过深，无法读取，请用浏览器另存为 PDF 或将内容复制到 docx 后提交。",
    )


def test_tags_nested_as_deep_as_real_pages_are_read() -> None:
    doc = document("<html><body>" + "<div>" * 1500 + "<p>一、总体情况</p>" + "</div>" * 1500 + "<p>完</p>")
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


# ------------------------------------------------------------------------------------- what a cell prints

PROSE = "<h1>映溪区水务局2023年政府信息公开工作年度报告</h1><p>一、总体情况</p><p>正文。</p><p>二、主动公开政府信息情况</p>"
ROWS = "".join(f"<tr><td>第{n}项</td><td>{n}</td><td>{n + 50}</td></tr>" for n in range(1, 10))
ARTICLE = f"{PROSE}<table>{ROWS}</table><p>六、其他需要报告的事项</p><p>无。</p>"
TITLE = "映溪区水务局2023年政府信息公开工作年度报告"


def report_blocks() -> list[object]:
    rows = [[f"第{n}项", str(n), str(n + 50)] for n in range(1, 10)]
    words = [TITLE, "一、总体情况", "正文。", "二、主动公开政府信息情况"]
    return [*words, ("ruled", rows), "六、其他需要报告的事项", "无。"]


def all_shown(page: str) -> list[object]:
    return [shown(block) for block in document(page).blocks]


def cells(markup: str) -> list[tuple[str, str | None]]:
    blocks: tuple[Block, ...] = document(f"<html><table><tr><td>规章</td>{markup}</tr></table></html>").blocks
    (table,) = blocks
    assert isinstance(table, Table)
    return [(c.text, c.alternative) for c in table.cells][1:]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<td><input type=text value=12></td>", [("12", None)]),
        ("<td><input value=' 7 '><input type=hidden value=9></td>", [("7", None)]),
        ("<td><textarea>12</textarea></td>", [("12", None)]),
        ("<td><select><option>0<option selected>3</select></td>", [("3", None)]),
        ("<td><table><tr><td>12</td></tr></table></td>", [("12", None)]),
        ("<td><del>1</del><ins>2</ins></td>", [("2", None)]),
        ("<td>1<span style='text-decoration: line-through'>5</span>2</td>", [("12", None)]),
        ("<td>1<span style='DISPLAY: none'>5</span>2</td>", [("12", None)]),
        ("<td style='visibility:hidden'><p>5</p></td><td>2</td>", [("", None), ("2", None)]),
        ("<td style='display:none'>5</td><td>2</td>", [("2", None)]),
        ("<td>12<sup>1</sup></td>", [("121", "12")]),
        ("<td><img src=shu.png></td>", [("", "图片")]),
        ("<td><img src=shu.png width=1 height=1></td>", [("", None)]),
        ("<td>12<img src=shu.png></td>", [("12", None)]),
        ("<td><p class=MsoNormal><span lang=EN-US>1<o:p></o:p></span><b>2</b></p></td>", [("12", None)]),
        ("<td>总<br>计</td><td><p>总</p><p>计</p></td>", [("总\n计", None), ("总\n计", None)]),
        ("<td><![if !supportEmptyParas]>&nbsp;<![endif]></td>", [("", None)]),
        ("<td><!--[if gte mso 9]><xml><w:x>5</w:x></xml><![endif]-->2</td>", [("2", None)]),
    ],
)
def test_what_a_cell_prints(markup: str, expected: list[tuple[str, str | None]]) -> None:
    assert cells(markup) == expected


def test_a_cell_that_lost_a_character_has_a_second_reading() -> None:
    content = "<html><table><tr><td>规章</td><td>12</td></tr></table></html>".encode()
    (table,) = read(artifact(content.replace(b"12", b"1\xff2"))).blocks
    assert isinstance(table, Table)
    assert [(c.text, c.alternative) for c in table.cells] == [("规章", None), ("1\ufffd2", "12")]


def test_spans_end_with_their_group_and_zero_reaches_its_end() -> None:
    rows = "<tbody><tr><td rowspan=0>三</td><td>1</td></tr><tr><td>2</td></tr></tbody><tbody><tr><td>四</td><td>3</td></tr></tbody>"
    (table,) = document(f"<html><table>{rows}</table></html>").blocks
    assert isinstance(table, Table)
    assert grid(table) == [
        (0, 0, 2, 1, "三"), (0, 1, 1, 1, "1"), (1, 1, 1, 1, "2"), (2, 0, 1, 1, "四"), (2, 1, 1, 1, "3"),
    ]  # fmt: skip
    (table,) = document(
        "<html><table><tr><td rowspan=9>三</td><td>1</td></tr><tr><td>2</td></tr></table></html>"
    ).blocks
    assert isinstance(table, Table)
    assert grid(table)[0] == (0, 0, 2, 1, "三")


# ------------------------------------------------------------------------------------- the report in the page


def test_what_the_site_puts_round_the_report_is_left_out() -> None:
    page = (
        f"<html><head><title>{TITLE}_映溪区政府信息公开</title></head><body>"
        "<div class=top><ul><li><a href='/'>首页</a></li><li>政府信息公开年报</li></ul></div><div>映溪区人民政府</div>"
        "<div>您现在的位置：首页 &gt; 政府信息公开年报</div><div class=lm>政府信息公开年报</div>"
        f"{ARTICLE}"
        "<p>上一篇：<a href=1>映溪区水务局2022年政府信息公开工作年度报告</a></p>"
        "<ul><li><a href=2>映溪区教育局2023年政府信息公开工作年度报告</a> [2024-01-20]</li></ul>"
        "<p>版权所有：映溪区人民政府</p><p>网站地图</p></body></html>"
    )
    assert all_shown(page) == report_blocks()


def test_the_title_of_the_column_is_not_taken_for_that_of_the_report() -> None:
    page = (
        f"<html><head><title>{TITLE} - 映溪区政府</title></head><body><div>政府信息公开年报</div><div>2024年1月</div>"
        f"{ARTICLE.split('</h1>')[1]}</body></html>"
    )
    doc = document(page)
    assert doc.metadata == (("title", f"{TITLE} - 映溪区政府"),)
    assert [shown(b) for b in doc.blocks] == ["2024年1月", *report_blocks()[1:]]
    bare = page.replace(f"<title>{TITLE} - 映溪区政府</title>", "")
    assert all_shown(bare)[0] == "政府信息公开年报"  # the only title there is


def test_the_block_of_properties_is_metadata() -> None:
    block = (
        "<table><tr><td>索 引 号：</td><td>001</td><td>主题分类：</td><td>政务公开</td></tr>"
        "<tr><td>发文机构：</td><td>映溪区水务局</td><td>发布日期：</td><td>2024-01-22</td></tr></table>"
    )
    doc = document(f"<html><body>{block}{ARTICLE}</body></html>")
    assert [shown(b) for b in doc.blocks] == report_blocks()
    assert doc.metadata == (("publisher", "映溪区水务局"), ("published_on", "2024-01-22"))
    line = document(f"<html><body><p>发布时间：2024-01-22 09:30 来源：办公室</p>{ARTICLE}</body></html>")
    assert dict(line.metadata)["published_on"] == "2024-01-22"


def test_several_reports_on_a_page_are_all_there() -> None:
    other = ARTICLE.replace("2023", "2022")
    assert all_shown(f"<html><body>{ARTICLE}{other}</body></html>") == [
        *report_blocks(), TITLE.replace("2023", "2022"), *report_blocks()[1:],
    ]  # fmt: skip


ESCAPED = json.dumps(ARTICLE).replace("<", "\\u003c").replace(">", "\\u003e")
HELD = {
    "script string": f"<html><body><script>var a = {{c: {ESCAPED}}};</script></body></html>",
    "single quotes": f"<html><body><script>var a = '{ARTICLE}'</script></body></html>",
    "written line by line": "<html><script>"
    + "".join(f"document.write('{piece}');\n" for piece in ARTICLE.replace("</tr>", "</tr>\n").split("\n"))
    + "</script></html>",
    "escaped": "<html><textarea>"
    + ARTICLE.replace("<", "&amp;lt;").replace(">", "&amp;gt;")
    + "</textarea></html>",
    "textarea": f"<html><body><textarea>{ARTICLE}</textarea></body></html>",
    "xmp": f"<html><body><xmp>{ARTICLE}</xmp></body></html>",
    "srcdoc": f'<html><body><iframe srcdoc="{ARTICLE}"></iframe></body></html>',
    "json": json.dumps({"code": 0, "data": {"title": "年报", "content": ARTICLE}}),
    "escaped json": json.dumps({"data": ARTICLE}).replace("<", "\\u003c"),
}


@pytest.mark.parametrize("name", HELD)
def test_a_page_held_as_text_is_taken_out_and_noted(name: str) -> None:
    doc = document(HELD[name])
    assert [shown(b) for b in doc.blocks] == report_blocks()
    assert doc.notes == ("网页中的报告正文写在脚本或文本框里，已从中取出，请核对网页。",)


@pytest.mark.parametrize(
    "markup", [f"<div style='display:none'>{ARTICLE}</div>", f"<template>{ARTICLE}</template>"]
)
def test_a_report_that_the_page_shows_later_is_read_and_noted(markup: str) -> None:
    doc = document(f"<html><body><p>加载中</p>{markup}</body></html>")
    assert [shown(b) for b in doc.blocks][-7:] == report_blocks()
    assert doc.notes == ("网页中的报告正文默认不显示，已按隐藏的内容读取，请核对网页。",)


def test_nothing_hidden_or_held_in_scripts_joins_a_report_that_is_shown() -> None:
    page = f"<html><script>var a = {ESCAPED}</script>{ARTICLE}<div hidden>{ARTICLE}</div><template>{ARTICLE}</template></html>"
    doc = document(page)
    assert ([shown(b) for b in doc.blocks], doc.notes) == (report_blocks(), ())


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (
            "<html><body><p>年报</p><iframe src='1.html'></iframe></body></html>",
            "网页正文在另一个地址（页面用框架或跳转显示），本文件中没有报告正文，请提交正文页面或附件。",
        ),
        (
            "<html><head><meta http-equiv=refresh content='0;url=1.html'></head><body></body></html>",
            "网页正文在另一个地址（页面用框架或跳转显示），本文件中没有报告正文，请提交正文页面或附件。",
        ),
        (
            "<html><body><p>附件：<a href='1.docx'>映溪区水务局年报.docx</a></p></body></html>",
            "网页中没有报告正文，只有附件链接（映溪区水务局年报.docx），请提交附件本身。",
        ),
        (
            "<html><body><p>年报</p><img src='1.jpg'><img src='2.jpg'></body></html>",
            "网页中没有报告的文字，正文是图片，请提交图片文件，或提交报告的 docx、PDF 文件。",
        ),
        (
            f"<html><body>{PROSE}<table><tr><td>规章</td><td>1</td></tr><tr><td>许",
            "网页文件不完整（在表格中间中断），请重新保存网页后提交。",
        ),
    ],
)
def test_a_page_without_the_report_says_what_to_do(page: str, message: str) -> None:
    with pytest.raises(ReadError) as refused:
        document(page)
    assert (refused.value.kind, refused.value.message) == (ErrorKind.UNREADABLE, message)


def test_pictures_that_may_hold_a_table_are_counted() -> None:
    words = f"{PROSE}<p><img src='biao2.jpg'><img src='x.jpg' width=20 height=20><img src='/img/logo.png'></p><p>六、其他需要报告的事项</p>"
    doc = document(f"<html><body><img src='tou.jpg'>{words}</body></html>")
    assert dict(doc.metadata) == {"pictures": "1"}
    assert doc.notes == ("网页中有图片或内嵌页面（共1个）未读取，表格可能在其中。",)
    framed = document(
        f"<html><body>{PROSE}<iframe src='biao.html'></iframe><p>六、其他需要报告的事项</p></body></html>"
    )
    assert dict(framed.metadata) == {"pictures": "1"}
    scripted = f"<html><body>{PROSE}<script>document.write('<table>{ROWS}</table>')</script><p>六、其他需要报告的事项</p></body></html>"
    assert dict(document(scripted).metadata) == {"pictures": "1"}


# ------------------------------------------------------------------------------------- markup in text


@pytest.mark.parametrize("joint", ["\n", "\n\n"])
def test_line_ends_are_breaks_where_only_tables_are_in_markup(joint: str) -> None:
    table = f"<table>\n{ROWS}\n</table>"
    text = joint.join(
        [
            f"# {TITLE}",
            "一、总体情况",
            "正文。",
            "## 二、主动公开政府信息情况",
            table,
            "六、其他需要报告的事项",
            "无。",
        ]
    )
    doc = document(text)
    assert [shown(b) for b in doc.blocks] == report_blocks()
    assert [b.heading_level for b in doc.blocks if not isinstance(b, Table)] == [1, None, None, 2, None, None]
    plain = joint.join(
        [TITLE, "一、总体情况", "正文。", "二、主动公开政府信息情况", table, "六、其他需要报告的事项", "无。"]
    )
    assert all_shown(plain) == report_blocks()


def test_a_fragment_of_a_page_is_a_page() -> None:
    assert all_shown(ARTICLE.replace("<h1>", "<p>").replace("</h1>", "</p>")) == report_blocks()


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (
            "<html><table>" + "<tr><td>1</td></tr>" * 100_001 + "</table></html>",
            "网页中的表格过大，不像是年度报告，未予读取；请只提交年度报告本身。",
        ),
        (
            "<html><body>" + "<p>一</p>" * 50_002 + "</body></html>",
            "网页过长，不像是年度报告，未予读取；请只提交年度报告本身。",
        ),
    ],
)
def test_pages_without_measure_are_refused(page: str, message: str) -> None:
    with pytest.raises(ReadError) as refused:
        document(page)
    assert (refused.value.kind, refused.value.message) == (ErrorKind.TOO_LARGE, message)
