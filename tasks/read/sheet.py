"""Spreadsheets (xlsx, xls, ods): what the sheets show, cell by cell, with merged cells and addresses.

The size of every sheet is looked up first and a giant one refused: calamine fills the whole range, and one cell
at XFD1048576 ends its process. Hidden sheets, rows and columns are not seen by people and left out with a note.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import python_calamine as calamine

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import sheet_ods, sheet_xls, sheet_xlsx
from tasks.read.package import ENCRYPTED
from tasks.read.sheet_format import plain, shown
from tasks.read.sheet_shape import Shape
from tasks.read.sniff import sniff

MOST_SHEETS = 50
LARGEST_SPAN = 200
LONGEST_HEADING = 4
"""Cells a row may have to be a line of text above, between or below tables: one, however wide it is merged."""
BROKEN = "电子表格已损坏或不完整，请重新保存后提交。"
CROWDED = f"电子表格有{MOST_SHEETS}个以上的工作表，不像是年度报告，未予读取；请只提交年度报告本身。"
NOTHING = "电子表格中没有内容，请确认提交的文件是否正确。"
HIDDEN_SHEETS = "电子表格中有隐藏的工作表（{names}），未读取。"
HIDDEN_LINES = "工作表“{sheet}”中有隐藏的行或列，未读取。"
_SHAPES = {"xlsx": sheet_xlsx.shapes, "xls": sheet_xls.shapes, "ods": sheet_ods.shapes}

Grid = dict[tuple[int, int], Cell]


def read(artifact: Artifact) -> Document:
    """Read a workbook, its visible sheets in order. Raises ReadError."""
    shapes = {shape.name: shape for shape in _SHAPES[sniff(artifact.content)](artifact.content)}
    if len(shapes) > MOST_SHEETS:
        raise ReadError(ErrorKind.TOO_LARGE, CROWDED)
    blocks: list[Block] = []
    notes: list[str] = []
    hidden: list[str] = []
    tables = 0
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(artifact.content)) as workbook:
            for told in workbook.sheets_metadata:
                shape = shapes.get(told.name, Shape(told.name))
                if told.visible != calamine.SheetVisibleEnum.Visible or shape.hidden:
                    hidden.append(told.name)
                    continue
                if told.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                found, left_out = _sheet(workbook.get_sheet_by_name(told.name), shape, tables)
                tables += sum(isinstance(block, Table) for block in found)
                blocks += found
                if left_out:
                    notes.append(HIDDEN_LINES.format(sheet=told.name))
    except calamine.PasswordError as error:
        raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    if not blocks:
        raise ReadError(ErrorKind.UNREADABLE, NOTHING)
    if hidden:
        notes.append(HIDDEN_SHEETS.format(names="、".join(hidden)))
    return Document(tuple(blocks), "xlsx", (), tuple(notes))


def _sheet(sheet: calamine.CalamineSheet, shape: Shape, before: int) -> tuple[list[Block], bool]:
    """Return the blocks of a sheet, and whether anything in it was hidden."""
    values = sheet.to_python(skip_empty_area=False)
    spans = shape.spans
    if spans is None:
        spans = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    covered = {
        (row, column): (top, left)
        for top, left, bottom, right in spans
        for row in range(top, min(bottom, top + LARGEST_SPAN) + 1)
        for column in range(left, min(right, left + LARGEST_SPAN) + 1)
    }
    extent = {(top, left): (bottom, right) for top, left, bottom, right in spans}
    rows = [row for row in range(len(values)) if row not in shape.hidden_rows]
    columns = [
        column for column in range(max(map(len, values), default=0)) if column not in shape.hidden_columns
    ]
    at_row = {row: place for place, row in enumerate(rows)}
    at_column = {column: place for place, column in enumerate(columns)}
    cells: list[Cell] = []
    left_out = False
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            if covered.get((row, column), (row, column)) != (row, column):
                continue
            text, alternative = _text(value, (row, column), shape)
            if row not in at_row or column not in at_column:
                left_out = left_out or bool(text.strip())
                continue
            bottom, right = extent.get((row, column), (row, column))
            where = Locator(sheet=shape.name, address=address(row, column), row=row + 1, column=column + 1)
            cells.append(
                Cell(
                    text,
                    at_row[row],
                    at_column[column],
                    max(sum(r in at_row for r in range(row, min(bottom, row + LARGEST_SPAN) + 1)), 1),
                    max(sum(c in at_column for c in range(column, min(right, column + LARGEST_SPAN) + 1)), 1),
                    where,
                    alternative=alternative,
                )
            )
    return _blocks(cells, len(rows), before), left_out


def _text(value: Any, at: tuple[int, int], shape: Shape) -> tuple[str, str | None]:
    """Return what a cell shows; where that is not sure, its stored value stands as the alternative."""
    if at in shape.uncomputed:
        return shape.uncomputed[
            at
        ], "?"  # nobody knows the result: the program that opens the file works it out
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), None
    if isinstance(value, int | float):
        code = shape.formats.get(at, "")
        text = shown(value, code)
        return (text, None) if text is not None else (plain(value), f"格式“{code}”")
    if isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日", None
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日", None
    if isinstance(value, timedelta):
        return str(value), None
    return str(value), None


def address(row: int, column: int) -> str:
    """Return the spreadsheet's name of a cell, rows and columns counted from 0."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def _blocks(cells: Sequence[Cell], rows: int, before: int) -> list[Block]:
    """Cut a sheet into lines of text and tables: a row whose only filled cell is words is a line of text."""
    by_row: list[list[Cell]] = [[] for _ in range(rows)]
    for cell in cells:
        by_row[cell.row].append(cell)
    reaching = [0] * (rows + 1)
    for cell in cells:
        if cell.row_span > 1 and cell.text.strip():
            for row in range(cell.row + 1, min(cell.row + cell.row_span, rows)):
                reaching[row] += 1
    blocks: list[Block] = []
    pending: list[list[Cell]] = []

    def close() -> None:
        if pending:
            blocks.append(_table(pending, before + sum(isinstance(b, Table) for b in blocks) + 1))
            pending.clear()

    for row, line in enumerate(by_row):
        filled = [cell for cell in line if cell.text.strip()]
        if not filled and not reaching[row]:
            close()
        elif len(filled) == 1 and not reaching[row] and _is_words(filled[0]):
            close()
            for text in filled[0].text.split("\n"):
                if text.strip():
                    blocks.append(Paragraph(text, locator=filled[0].locator))
        else:
            pending.append(line)
    close()
    return blocks


def _is_words(cell: Cell) -> bool:
    """A title, heading or paragraph; a lone number or the head of a group of rows stays in its table."""
    text = cell.text.strip()
    return cell.row_span == 1 and not any(c.isdigit() for c in text[:1]) and len(text) > 1


def _table(lines: Sequence[Sequence[Cell]], number: int) -> Table:
    """Return rows that stand together as one ruled table, without the empty columns at its right."""
    top = min(cell.row for line in lines for cell in line)
    right = max(cell.column + cell.column_span for line in lines for cell in line if cell.text.strip())
    cells = tuple(
        Cell(
            cell.text, cell.row - top, cell.column, cell.row_span, min(cell.column_span, right - cell.column),
            Locator(
                table=number, row=cell.locator.row, column=cell.locator.column, sheet=cell.locator.sheet,
                address=cell.locator.address,
            ),
            alternative=cell.alternative,
        )
        for line in lines
        for cell in line
        if cell.column < right
    )  # fmt: skip
    rows = max(cell.row for cell in cells) + 1
    return Table(cells, rows, right, "ruled", Locator(table=number, sheet=cells[0].locator.sheet))
