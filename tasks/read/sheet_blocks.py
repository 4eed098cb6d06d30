"""From the filled cells of a sheet to lines of text and tables, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.document import Block, Cell, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read.sheet_shape import TOO_MUCH, Place, Shape

MOST_ROOM = 300_000
"""Cells, blank ones too, of the tables of one sheet."""
WIDE = 0.8  # of a table's columns; a cell merged over as many is a line of text, not a label
LONG = 60  # characters; no label is as long
LEAST_RULED = 3  # bordered cells that make a row one of a table
_VALUE = re.compile(r"[-+]?[\d,.]+\s*[%件元条个万]*|[-—/]+")


@dataclass(frozen=True, slots=True)
class Placed:
    """One filled or merged cell: what it shows, its spans, its row and column in the file (from 1)."""

    text: str
    alternative: str | None
    row_span: int
    column_span: int
    where: tuple[int, int]

    @property
    def filled(self) -> bool:
        """Whether there is anything to see, or nobody knows."""
        return bool(self.text.strip()) or self.alternative is not None


@dataclass(slots=True)
class Grid:
    """What a sheet shows by place among its visible rows and columns, with their numbers in the file (from 1)."""

    cells: dict[Place, Placed]
    rows: int
    columns: int
    ruled: set[Place] = field(default_factory=set)
    row_numbers: tuple[int, ...] = ()
    column_numbers: tuple[int, ...] = ()


@dataclass(slots=True)
class _Row:
    """One row: its filled cells, how many from above reach into it, and how many of its cells have borders.

    `joined` counts the cells merged over several rows that it has a part of, filled or not.
    """

    number: int
    filled: list[tuple[int, Placed]] = field(default_factory=list)
    reached: int = 0
    joined: int = 0
    ruled: int = 0

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.filled and not self.reached


def blocks_of(grid: Grid, shape: Shape, before: int) -> list[Block]:
    """Return the lines of text and the tables of a sheet; `before` tables stand ahead of it."""
    rows = [_Row(number) for number in range(grid.rows)]
    for (row, column), cell in sorted(grid.cells.items()):
        if cell.row_span > 1:
            for joined in range(row, min(row + cell.row_span, grid.rows)):
                rows[joined].joined += 1
        if cell.filled:
            rows[row].filled.append((column, cell))
            for below in range(row + 1, min(row + cell.row_span, grid.rows)):
                rows[below].reached += 1
    for row, _ in grid.ruled:
        rows[row].ruled += 1
    has_borders = any(row.ruled >= LEAST_RULED for row in rows)
    boxes = sorted(shape.boxes)
    blocks: list[Block] = []
    room = 0
    for band in _bands(rows, has_borders):
        for part, is_line in _parts(band, has_borders):
            row_number = grid.row_numbers[part[0].number]
            while boxes and boxes[0][0] < row_number:
                blocks += _box(boxes.pop(0), shape)
            if is_line:
                blocks += _paragraphs(part[0].filled[0][1], shape)
                continue
            for left, right in _side_by_side(part, grid):
                room += len(part) * (right - left)
                if room > MOST_ROOM:
                    raise ReadError(ErrorKind.TOO_LARGE, TOO_MUCH)
                before += 1
                blocks += [_table(part, left, right, grid, shape, before)]
    for box in boxes:
        blocks += _box(box, shape)
    return blocks


def _bands(rows: Sequence[_Row], has_borders: bool) -> Iterator[list[_Row]]:
    """Cut a sheet at its blank rows; a blank row with borders is one of its table."""
    band: list[_Row] = []
    for row in rows:
        if row.blank and not (has_borders and row.ruled >= LEAST_RULED and band):
            if band:
                yield _trimmed(band)
            band = []
        else:
            band.append(row)
    if band:
        yield _trimmed(band)


def _trimmed(band: list[_Row]) -> list[_Row]:
    """Leave out the blank rows with borders below the last that holds something: room for more."""
    while band[-1].blank:
        band.pop()
    return band


def _parts(band: Sequence[_Row], has_borders: bool) -> Iterator[tuple[list[_Row], bool]]:
    """Cut a band into single lines of text (True) and runs of rows that are a table."""
    run: list[_Row] = []
    for row, is_line in zip(band, _lines_in(band, has_borders), strict=True):
        if is_line:
            if run:
                yield run, False
            yield [row], True
            run = []
        else:
            run.append(row)
    if run:
        yield run, False


def _lines_in(band: Sequence[_Row], has_borders: bool) -> list[bool]:
    """Say which rows of a band are lines of text.

    A label whose numbers were all left blank stands alone in its row too, so a lone text among the rows of a
    table is a line only when it is merged over the table, too long for a label, or without the table's borders.
    """
    wide = max((c + cell.column_span for row in band for c, cell in row.filled), default=0)
    wide -= min((c for row in band for c, _ in row.filled), default=0)
    alone = [_is_alone(row) for row in band]
    first = next((n for n, single in enumerate(alone) if not single), len(band))
    found = []
    for number, (row, single) in enumerate(zip(band, alone, strict=True)):
        if not single:
            found.append(False)
            continue
        cell = row.filled[0][1]
        merged = cell.column_span >= 2 and cell.column_span >= WIDE * wide
        found.append(
            number < first or merged or len(cell.text) > LONG or (has_borders and row.ruled < LEAST_RULED)
        )
    return found


def _is_alone(row: _Row) -> bool:
    """Say whether words are all that a row holds; a lone number or a cell over several rows is of a table."""
    if len(row.filled) != 1 or row.joined:
        return False
    cell = row.filled[0][1]
    text = cell.text.strip()
    return len(text) > 1 and not text.startswith("=") and not _VALUE.fullmatch(text)


def _paragraphs(cell: Placed, shape: Shape) -> list[Block]:
    where = Locator(sheet=shape.name, address=address(*cell.where), row=cell.where[0], column=cell.where[1])
    return [Paragraph(text, locator=where) for text in cell.text.split("\n") if text.strip()]


def _box(box: tuple[int, str], shape: Shape) -> list[Block]:
    where = Locator(sheet=shape.name, row=box[0] + 1)
    return [Paragraph(text, locator=where) for text in box[1].split("\n") if text.strip()]


def _side_by_side(rows: Sequence[_Row], grid: Grid) -> list[tuple[int, int]]:
    """Return the columns (from, to) of the tables that stand side by side, parted by blank columns.

    A blank column parts two tables only when words begin the rows of both: else it is one of a table.
    """
    used: set[int] = set()
    for row in rows:
        for column, cell in row.filled:
            used.update(range(column, column + cell.column_span))
    groups: list[list[int]] = []
    for column in sorted(used):
        if groups and column == groups[-1][-1] + 1:
            groups[-1].append(column)
        else:
            groups.append([column])
    tables = [groups[0]]
    for group in groups[1:]:
        if len(group) >= 2 and len(tables[-1]) >= 2 and _has_labels(rows, group[0]):
            tables.append(group)
        else:
            tables[-1] += group
    return [(table[0], table[-1] + 1) for table in tables]


def _has_labels(rows: Sequence[_Row], column: int) -> bool:
    begun = [cell.text.strip() for row in rows for at, cell in row.filled if at == column]
    words = sum(not _VALUE.fullmatch(text) for text in begun)
    return len(begun) >= 2 and words > 0.8 * len(begun)


def _table(rows: Sequence[_Row], left: int, right: int, grid: Grid, shape: Shape, number: int) -> Table:
    """Return rows that stand together as one ruled table of the columns from `left` up to `right`."""
    top, bottom = rows[0].number, rows[-1].number + 1
    covered: set[Place] = set()
    cells: list[Cell] = []
    for row in range(top, bottom):
        for column in range(left, right):
            if (row, column) in covered:
                continue
            found = grid.cells.get((row, column))
            down = min(found.row_span, bottom - row) if found else 1
            across = min(found.column_span, right - column) if found else 1
            covered.update((r, c) for r in range(row, row + down) for c in range(column, column + across))
            at = found.where if found else (grid.row_numbers[row], grid.column_numbers[column])
            where = Locator(
                table=number, row=at[0], column=at[1], sheet=shape.name,
                address=address(*at),
            )  # fmt: skip
            cells.append(
                Cell(
                    found.text if found else "", row - top, column - left, down, across, where,
                    alternative=found.alternative if found else None,
                )
            )  # fmt: skip
    return Table(tuple(cells), bottom - top, right - left, "ruled", Locator(table=number, sheet=shape.name))


def address(row: int, column: int) -> str:
    """Return a spreadsheet's name of a cell, rows and columns counted from 1."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"
