"""Spreadsheets (xlsx, xls, ods): what the sheets show, cell by cell, with merged cells and addresses.

The size of every sheet is looked up first and a giant one refused: calamine fills the whole range, and one cell
at XFD1048576 ends its process. Hidden sheets, rows and columns are not seen by people and left out with a note.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine as calamine

from models.document import Artifact, Block, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import sheet_ods, sheet_xls, sheet_xlsx
from tasks.read.package import ENCRYPTED
from tasks.read.sheet_blocks import Grid, Placed, blocks_of
from tasks.read.sheet_format import doubt, plain, shown
from tasks.read.sheet_shape import BROKEN, MOST_FILLED, MOST_MERGED, TOO_MUCH, Place, Shape
from tasks.read.sniff import sniff

MOST_SHEETS = 50
LARGEST_SPAN = 200
MOST_COVERED = 500_000
CROWDED = f"电子表格有{MOST_SHEETS}个以上的工作表，不像是年度报告，未予读取；请只提交年度报告本身。"
NOTHING = "电子表格中没有内容，请确认提交的文件是否正确。"
ALL_HIDDEN = "电子表格中有内容的工作表、行或列全部被隐藏，未予读取，请取消隐藏后重新提交。"
HIDDEN_SHEETS = "电子表格中有隐藏的工作表（{names}），未读取。"
HIDDEN_LINES = "工作表“{sheet}”中有隐藏的行或列，未读取。"
UNKNOWN = "?"
"""The second reading of a formula whose result is not in the file."""
_SHAPES = {"xlsx": sheet_xlsx.shapes, "xls": sheet_xls.shapes, "ods": sheet_ods.shapes}
_NUMBERED = re.compile(r"^[（(]?[一二三四五六七八九十]{1,3}[)）、.．]\s*\S")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read(artifact: Artifact) -> Document:
    """Read a workbook, its visible sheets in order. Raises ReadError.

    Metadata: ``pictures``, how many pictures are large enough to hold a table.
    """
    kind = sniff(artifact.content)
    shapes = _SHAPES[kind](artifact.content)
    if len(shapes) > MOST_SHEETS:
        raise ReadError(ErrorKind.TOO_LARGE, CROWDED)
    blocks: list[Block] = []
    notes: list[str] = []
    hidden: list[str] = []
    pictures = 0
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(artifact.content)) as workbook:
            told = workbook.sheets_metadata
            if len(told) != len(shapes):
                raise ReadError(ErrorKind.UNREADABLE, BROKEN)
            for number, (sheet, shape) in enumerate(zip(told, shapes, strict=True)):
                if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                if sheet.visible != calamine.SheetVisibleEnum.Visible or shape.hidden:
                    hidden.append(sheet.name)
                    continue
                before = sum(isinstance(block, Table) for block in blocks)
                grid, left_out = _grid(workbook.get_sheet_by_index(number), shape)
                found = blocks_of(grid, shape, before)
                if found:
                    blocks += _headed(found, sheet.name)
                if left_out:
                    notes.append(HIDDEN_LINES.format(sheet=sheet.name))
                pictures += shape.pictures
    except calamine.PasswordError as error:
        raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a fault in Rust arrives, outside of Exception
            raise
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    if not blocks:
        raise ReadError(ErrorKind.UNREADABLE, ALL_HIDDEN if hidden or notes else NOTHING)
    if hidden:
        notes.append(HIDDEN_SHEETS.format(names="、".join(hidden)))
    metadata = (("pictures", str(pictures)),) if pictures else ()
    return Document(tuple(blocks), kind, metadata, tuple(notes))


def _headed(blocks: Sequence[Block], name: str) -> list[Block]:
    """Put the name of a sheet before its blocks where it is a numbered heading that they do not repeat."""
    first = blocks[0]
    said = first.text if isinstance(first, Paragraph) else ""
    if not _NUMBERED.match(name) or "".join(name.split()) == "".join(said.split()):
        return list(blocks)
    return [Paragraph(name, locator=Locator(sheet=name)), *blocks]


def _grid(sheet: calamine.CalamineSheet, shape: Shape) -> tuple[Grid, bool]:
    """Return what a sheet shows, and whether anything in it was hidden."""
    values = sheet.to_python(skip_empty_area=False)
    spans = shape.spans
    if spans is None:
        spans = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    extent, covered = _merged(spans)
    held = {
        (row, column): value
        for row, line in enumerate(values)
        for column, value in enumerate(line)
        if value != ""
    }
    for at in (*shape.shown, *shape.uncomputed, *extent):
        held.setdefault(at, "")
    rows = _visible(max(len(values), shape.last_row + 1), shape.hidden_rows)
    columns = _visible(max(0, shape.last_column + 1, *map(len, values)), shape.hidden_columns)
    placed: dict[Place, Placed] = {}
    left_out = False
    for (row, column), value in held.items():
        if (row, column) in covered:
            continue
        text, alternative = _text(value, (row, column), shape)
        bottom, right = extent.get((row, column), (row, column))
        # a merged cell shows its text as long as any part of it is seen
        seen_rows = [r for r in range(row, min(bottom, row + LARGEST_SPAN - 1) + 1) if r in rows]
        seen_columns = [c for c in range(column, min(right, column + LARGEST_SPAN - 1) + 1) if c in columns]
        if not seen_rows or not seen_columns:
            left_out = left_out or bool(text.strip())
            continue
        if len(placed) >= MOST_FILLED:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_MUCH)
        placed[rows[seen_rows[0]], columns[seen_columns[0]]] = Placed(
            text, alternative, len(seen_rows), len(seen_columns), (seen_rows[0] + 1, seen_columns[0] + 1)
        )
    ruled = {(rows[r], columns[c]) for r, c in shape.ruled if r in rows and c in columns}
    numbers = (tuple(row + 1 for row in rows), tuple(column + 1 for column in columns))
    return Grid(placed, len(rows), len(columns), ruled, *numbers), left_out


def _visible(count: int, hidden: set[int]) -> dict[int, int]:
    """Return the lines that are seen, each with its place among them."""
    return {line: place for place, line in enumerate(n for n in range(count) if n not in hidden)}


def _merged(spans: Sequence[tuple[int, int, int, int]]) -> tuple[dict[Place, Place], set[Place]]:
    """Return the last place of each merged cell by its first, and all places that another covers."""
    extent: dict[Place, Place] = {}
    covered: set[Place] = set()
    for top, left, bottom, right in spans[:MOST_MERGED]:
        if bottom < top or right < left or (top, left) in covered:
            continue
        extent[top, left] = (bottom, right)
        covered.update(
            (row, column)
            for row in range(top, min(bottom, top + LARGEST_SPAN - 1) + 1)
            for column in range(left, min(right, left + LARGEST_SPAN - 1) + 1)
            if (row, column) != (top, left)
        )
        if len(covered) > MOST_COVERED:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_MUCH)
    return extent, covered


def _text(value: Any, at: Place, shape: Shape) -> tuple[str, str | None]:
    """Return what a cell shows; where that is not sure, its stored value stands as the alternative."""
    if at in shape.uncomputed:  # nobody knows the result: the program that opens the file works it out
        return shape.uncomputed[at], UNKNOWN
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if at in shape.shown:
        text = shape.shown[at]
        return text, doubt(number, text) if number is not None else None
    if number is not None:
        code = shape.formats.get(at, "")
        if number == 0 and shape.zeros_hidden:
            return "", plain(number)
        seen = shown(number, code)
        return (seen, doubt(number, seen)) if seen is not None else (plain(number), f"格式“{code[:40]}”")
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), None
    if isinstance(value, datetime | date):
        return f"{value.year}年{value.month}月{value.day}日", "日期格式"
    if isinstance(value, timedelta | time):
        return str(value), "时间格式"
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), str(value)), None
