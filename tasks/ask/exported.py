"""The work list as a file that is taken away: XLSX and CSV, in which a text is never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, timedelta, timezone
from pathlib import Path

import xlsxwriter

from tasks.ask.owed import Owing
from tasks.ask.worklist import Item
from tasks.documents.text import cell_text
from tasks.publish import words

Value = str | int | float | None

TITLES = (
    ("单位名称", 34),
    ("上级单位", 26),
    ("层级", 8),
    ("类别", 10),
    ("年度", 8),
    ("得分", 8),
    ("等次", 10),
    ("严重问题", 9),
    ("一般问题", 9),
    ("提示", 7),
    ("待核内容", 9),
    ("办理状态", 10),
    ("版本", 6),
    ("格式", 16),
    ("文件", 44),
    ("收到时间", 20),
)
"""The columns and how wide they are, in characters."""
OWING_TITLES = (
    ("单位名称", 34),
    ("上级单位", 26),
    ("层级", 8),
    ("类别", 10),
    ("年度", 8),
    ("在名册上", 9),
    ("是否已报", 24),
)
UNREAD = "有文件未能读取，待核实"
SHEET = "工作清单"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BEIJING = timezone(timedelta(hours=8))


def rows(items: Iterable[Item], states: Mapping[str, str]) -> Iterator[list[Value]]:
    """Yield a row of values for each report; `states` names the states."""
    for item in items:
        yield [
            item.agency,
            item.above,
            words.RANKS.get(item.rank, words.UNKNOWN),
            words.ORGANS.get(item.organ, words.UNKNOWN),
            item.year,
            item.total,
            item.grade,
            item.critical,
            item.warning,
            item.info,
            item.operator,
            states[item.state],
            item.version,
            words.FORMATS.get(item.format, item.format),
            item.file,
            item.received_at.astimezone(UTC).astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        ]


def owing_rows(items: Iterable[Owing], year: int, unread: Collection[str] = ()) -> Iterator[list[Value]]:
    """Yield a row of values for each agency that owes a report. `unread`: those of whom a file could not be read."""
    for item in items:
        yield [
            item.agency,
            item.above,
            words.RANKS.get(item.rank, words.UNKNOWN),
            words.ORGANS.get(item.organ, words.UNKNOWN),
            year,
            "是" if item.on_roster else "否",
            "已报" if item.report_id else UNREAD if item.agency in unread else "未报",
        ]


def write_workbook(path: Path, titles: Iterable[tuple[str, int]], values: Iterable[list[Value]]) -> int:
    """Write a workbook with one sheet and return how many rows it has; one row is in memory at a time."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(SHEET)
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
        # a text that begins like a formula stays text also when somebody edits and confirms the cell
        quoted = book.add_format({"quote_prefix": True})
        widths = list(titles)
        for column, (_, width) in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        for column, (title, _) in enumerate(widths):
            sheet.write_string(0, column, title, head)
        for count, row in enumerate(values, start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(
                        count, column, cell_text(value), quoted if value.startswith(_FORMULA) else None
                    )
                elif value is not None:
                    sheet.write_number(count, column, value)
        sheet.autofilter(0, 0, max(count, 1), len(widths) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return count


def csv_lines(titles: Iterable[tuple[str, int]], values: Iterable[list[Value]]) -> Iterator[bytes]:
    """Yield the lines of a CSV file in UTF-8 with a mark at its beginning, by which Excel knows it."""
    yield b"\xef\xbb\xbf" + _line([title for title, _ in titles])
    for row in values:
        yield _line([_harmless(value) for value in row])


def _harmless(value: Value) -> Value:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if not isinstance(value, str):
        return value
    text = cell_text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(values: list[Value]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue().encode()
