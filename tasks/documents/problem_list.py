"""问题清单.xlsx: one row a finding, a real table, choices where somebody has to fill in (catalogue §4.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import xlsxwriter
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from tasks.documents.problems import CONCLUSIONS, RESULTS, Number, Problem
from tasks.documents.text import cell_text
from tasks.publish.words import SEVERITIES

SHEET, TABLE = "问题清单", "问题清单"
LAST_ROW = 1_048_575
"""The last row of a worksheet, counted from 0."""
LINKS = 60_000
"""Links in one worksheet; Excel opens no file with more than 65,530."""
LINK_LENGTH = 2_000
LINE, HIGHEST = 12.5, 409.0
"""Points that a line of a cell takes, and the most that a row may be high."""
FULL_WIDTH = 1.9
"""How much wider a Chinese character is than a digit, at 9 points in columns measured at 11."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its width in characters, what it shows, and what may be chosen in it."""

    title: str
    width: float
    shows: Callable[[Problem], str | Number] = lambda _: ""
    choices: tuple[str, ...] = ()


COLUMNS = (
    Column("序号", 5),
    Column("单位名称", 14, lambda p: p.agency),
    Column("单位类别/层级", 9, lambda p: p.kind),
    Column("报告年度", 6, lambda p: p.year),
    Column("报告链接", 13, lambda p: p.file),
    Column("所在部分", 11, lambda p: p.place.part),
    Column("所在表", 6, lambda p: p.place.table),
    Column("行", 12, lambda p: p.place.row),
    Column("列", 10, lambda p: p.place.column),
    Column("规则编号", 9, lambda p: p.rule),
    Column("问题类别", 8, lambda p: p.category),
    Column("问题描述", 30, lambda p: p.message),
    Column("原文/原值", 10, lambda p: p.observed),
    Column("应为(计算值)", 9, lambda p: p.expected),
    Column("差额", 6, lambda p: p.difference),
    Column("依据(文号+条款)", 17, lambda p: p.source),
    Column("严重程度", 6, lambda p: p.severity, tuple(SEVERITIES.values())),
    Column("整改要求", 22, lambda p: p.hint),
    Column("整改时限", 11, lambda p: p.due),
    Column("责任科室/人", 8),
    Column("整改结果", 9, lambda p: p.result, RESULTS),
    Column("整改后值", 8),
    Column("复核结论", 9, lambda p: p.conclusion, CONCLUSIONS),
    Column("复核人/日期", 11, lambda p: p.reviewed),
)
"""In the order of the catalogue; what has no `shows` is for the office to fill in."""
_LINK = [column.title for column in COLUMNS].index("报告链接")


def write_problem_list(path: Path, problems: Iterable[Problem], address: str | None = None) -> int:
    """Write the list to `path` and return how many rows it has; never more than one row is in memory.

    `address`: where people reach the pages; the link of a report leads there, or to the web page it came from.
    What does not fit into one worksheet goes on in the next.
    """
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": SHEET, "comments": "由核查系统导出"})
    writer = _Writer(book, address)
    for problem in problems:
        writer.add(problem)
    writer.close()
    return writer.rows


class _Writer:
    """Writes the rows, one worksheet after the other."""

    def __init__(self, book: xlsxwriter.Workbook, address: str | None) -> None:
        plain = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#BFBFBF", "font_size": 9}
        self.rows = 0
        self._book = book
        self._address = address
        self._head = book.add_format(
            {**plain, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#D9E2F3"}
        )
        self._plain = book.add_format(plain)
        # a text that begins like a formula stays text also when somebody edits and confirms the cell
        self._quoted = book.add_format({**plain, "quote_prefix": True})
        self._link = book.add_format({**plain, "font_color": "#0B5394", "underline": 1})
        self._sheet = self._opened(1)
        self._row = 0
        self._links = 0

    def add(self, problem: Problem) -> None:
        """Write one finding."""
        if self._row == LAST_ROW:
            self._ended()
            self._sheet, self._row, self._links = self._opened(len(self._book.worksheets()) + 1), 0, 0
        self.rows += 1
        self._row += 1
        shown = [self.rows if number == 0 else column.shows(problem) for number, column in enumerate(COLUMNS)]
        self._sheet.set_row(self._row, _height(shown))
        for number, value in enumerate(shown):
            if number == _LINK:
                self._linked(problem)
            elif isinstance(value, str):
                self._text(number, cell_text(value))
            else:
                self._sheet.write_number(self._row, number, value, self._plain)

    def _text(self, column: int, text: str) -> None:
        if not text:
            self._sheet.write_blank(self._row, column, None, self._plain)
            return
        form = self._quoted if text[0] in "=+-@\t\n'" else self._plain
        self._sheet.write_string(self._row, column, text, form)

    def _linked(self, problem: Problem) -> None:
        text = cell_text(problem.file)
        target = _web_address(problem.file) or (
            f"{self._address}/reports/{problem.report_id}" if self._address else None
        )
        if target is None or self._links == LINKS or len(target) > LINK_LENGTH:
            self._text(_LINK, text)
            return
        self._links += 1
        self._sheet.write_url(self._row, _LINK, target, self._link, text)

    def _opened(self, number: int) -> Worksheet:
        sheet = self._book.add_worksheet(SHEET if number == 1 else f"{SHEET}（{number}）")
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&C第&P页，共&N页")
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width)
        heads = [{"header": column.title} for column in COLUMNS]
        # The library has no tables where rows are written as they come, because it notes every cell of the range:
        # so the table is declared over two rows and stretched when the number of rows is known.
        sheet.constant_memory = False
        name = TABLE if number == 1 else f"{TABLE}{number}"
        sheet.add_table(
            0, 0, 1, len(COLUMNS) - 1, {"name": name, "columns": heads, "style": "Table Style Light 9"}
        )
        sheet.constant_memory = True
        sheet.set_row(0, 32)
        for place, column in enumerate(COLUMNS):
            sheet.write_string(0, place, column.title, self._head)
        sheet.freeze_panes(1, 2)
        return sheet

    def _ended(self) -> None:
        last = max(self._row, 1)
        for place, column in enumerate(COLUMNS):
            if column.choices:
                self._sheet.data_validation(
                    1,
                    place,
                    last,
                    place,
                    {
                        "validate": "list",
                        "source": list(column.choices),
                        "input_title": column.title,
                        "input_message": "请从列表中选择",
                        "error_title": "不在列表中",
                        "error_message": f"“{column.title}”只能填列表中的一项。",
                    },
                )
        (table,) = self._sheet.tables
        table["range"] = table["a_range"] = table["autofilter"] = xl_range(0, 0, last, len(COLUMNS) - 1)

    def close(self) -> None:
        """End the file."""
        self._ended()
        self._book.close()


def _height(shown: Sequence[str | Number]) -> float:
    """The height of a row in points: not every program fits it to wrapped text by itself."""
    lines = max(_lines(str(value), column.width) for column, value in zip(COLUMNS, shown, strict=True))
    return min(LINE * lines + 3, HIGHEST)


def _lines(text: str, width: float) -> float:
    if "\n" in text:
        return sum(_lines(line, width) for line in text.split("\n"))
    wide = (len(text.encode(errors="replace")) - len(text)) // 2  # a Chinese character takes three bytes
    return max(1.0, -(-(len(text) + (FULL_WIDTH - 1) * wide) // width))


def _web_address(file: str) -> str | None:
    try:
        parts = urlsplit(file)
    except ValueError:
        return None
    return file if parts.scheme in ("http", "https") and parts.hostname else None
