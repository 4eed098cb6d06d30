"""Workbooks: all in one sheet, or a sheet a table with a hidden one among them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from samples.make.packing import repacked
from samples.make.report import Grid, Part

_NAMES = {"t2": "主动公开", "t3": "申请情况", "t4": "复议诉讼"}


def one_sheet(parts: Sequence[Part]) -> bytes:
    """The whole report down one sheet, cells truly merged, numbers stored as numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "年度报告"
    at = 1
    for part in parts:
        at = _put(sheet, part, at)
    return _saved(book)


def sheet_a_table(parts: Sequence[Part]) -> bytes:
    """Prose in the first sheet, a sheet a table, and a hidden sheet with last year's numbers."""
    book = openpyxl.Workbook()
    prose = book.active
    prose.title = "正文"
    at = 1
    for part in parts:
        if isinstance(part, Grid):
            _put(book.create_sheet(_NAMES[part.name]), part, 1)
        else:
            at = _put(prose, part, at)
    hidden = book.create_sheet("上年底稿")
    hidden.sheet_state = "hidden"
    for part in parts:
        if isinstance(part, Grid) and part.name == "t3":
            stale = [[str(7) if text.isdigit() else text for text in row] for row in part.rows]
            _put(hidden, Grid("t3", stale, part.spans, part.heads), 1)
    return _saved(book)


def _put(sheet: Worksheet, part: Part, at: int) -> int:
    """Write a part from row `at` on; return the row after it, one left empty behind a table."""
    if not isinstance(part, Grid):
        sheet.cell(at, 1, part.text)
        return at + 1
    for r, row in enumerate(part.rows):
        for c, text in enumerate(row):
            if text:
                sheet.cell(at + r, 1 + c, _typed(text))
    for r, c, rows, columns in part.spans:
        sheet.merge_cells(
            start_row=at + r, start_column=1 + c, end_row=at + r + rows - 1, end_column=c + columns
        )
    return at + len(part.rows) + 1


def _typed(text: str) -> int | float | str:
    if text.isascii() and text.lstrip("-").isdigit():
        return int(text)
    return float(text) if text.isascii() and text.replace(".", "", 1).isdigit() else text


def _saved(book: openpyxl.Workbook) -> bytes:
    raw = io.BytesIO()
    book.save(raw)
    return repacked(raw.getvalue())
