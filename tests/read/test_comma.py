"""Comma separated values: rows as saved, blanks in their place where the columns can be trusted."""

from __future__ import annotations

import pytest

from models.document import Table
from models.errors import ErrorKind, ReadError
from tasks.read import read
from tests.read.test_text import artifact, document, shown

HEADS = ["", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
ROWS = [[f"标签{n}", *[str(n * 10 + k) for k in range(7)]] for n in range(11)]


def saved(rows: list[list[str]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


def alone(text: str) -> list[str]:
    return [text, *[""] * 7]


@pytest.mark.parametrize("delimiter", [",", ";", "，", "；"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_sheet_saved_as_text(delimiter: str, encoding: str) -> None:
    rows = [HEADS, *ROWS, ["结转", "1", "", "3", "4", "5", "6", ""]]
    title = "映溪区水务局2023年政府信息公开工作年度报告"
    text = saved(
        [alone(title), alone("三、收到和处理"), *rows, alone("映溪区水务局"), alone("六、其他")], delimiter
    )
    doc = read(artifact(text.encode(encoding)))
    assert [shown(b) for b in doc.blocks] == [
        title,
        "三、收到和处理",
        ("ruled", [*rows, alone("映溪区水务局")]),
        "六、其他",
    ]
    table = next(b for b in doc.blocks if isinstance(b, Table))
    last = table.cells[-9].locator
    assert (last.line, last.row, last.column) == (15, 13, 8)


def test_quotes_breaks_and_separators_in_fields() -> None:
    rows = [HEADS, *ROWS]
    text = saved(rows) + '"不予\n公开","1,234",2,"3","说""好""",5,6,7\n完,,,,,,,\n'
    (table,) = document(text).blocks
    assert isinstance(table, Table)
    assert [c.text for c in table.cells if c.row == 12] == [
        "不予\n公开",
        "1,234",
        "2",
        "3",
        '说"好"',
        "5",
        "6",
        "7",
    ]
    assert [c.locator.line for c in table.cells if c.column == 0][11:] == [12, 13, 15]


def test_signature_and_date_below_the_last_heading_are_lines() -> None:
    text = saved(
        [
            HEADS,
            *ROWS,
            alone("六、其他需要报告的事项"),
            alone("无。"),
            alone("映溪区水务局"),
            alone("2024年1月"),
        ]
    )
    assert [shown(b) for b in document(text).blocks][1:] == [
        "六、其他需要报告的事项",
        "无。",
        "映溪区水务局",
        "2024年1月",
    ]


@pytest.mark.parametrize(
    ("last", "layout"),
    [
        (["结转", "1", "2", "3", "4", "5", "6", "7"], "ruled"),
        (["结转", "", "2", "3", "4", "5", "6", ""], "ruled"),
        (["结转", "1", "2", "3", "4", "5", "6"], "delimited"),
        (["1", "2", "3", "4", "5", "6", "7", ""], "delimited"),
    ],
)
def test_columns_are_trusted_where_no_row_is_shifted(last: list[str], layout: str) -> None:
    (table,) = document(saved([HEADS, *ROWS, last])).blocks
    assert isinstance(table, Table)
    assert table.layout == layout


def test_a_quote_without_its_end_swallows_nothing() -> None:
    text = saved([HEADS, *ROWS]) + '"未闭合,1,2,3,4,5,6,7\n' + saved(ROWS * 6)
    (table,) = document(text).blocks
    assert isinstance(table, Table)
    assert table.rows == 12 + 1 + 66
    assert [c.text for c in table.cells if c.row == 12] == ['"未闭合', "1", "2", "3", "4", "5", "6", "7"]


def test_commas_of_prose_separate_nothing() -> None:
    lines = [
        "一、总体情况",
        "我局认真贯彻，全面推进，主动公开，依法办理，强化监督，健全制度，取得成效，群众满意。",
    ] * 5
    assert [shown(b) for b in document("\n".join(lines)).blocks] == lines


def test_a_table_without_measure_is_refused() -> None:
    with pytest.raises(ReadError) as refused:
        document("1,2,3,4,5,6,7,8\n" * 6251)
    assert (refused.value.kind, refused.value.message) == (
        ErrorKind.TOO_LARGE,
        "表格过大，不像是年度报告，未予读取；请只提交年度报告本身。",
    )
