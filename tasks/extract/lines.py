"""A Document as printed lines: the one shape that all parts of the extractor read.

A line of a table has one field a cell; a paragraph is a line of one field. Paragraphs in which a
conversion has run headings and text together are cut at the headings, nothing else is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from models.document import Cell, Document, Locator, Paragraph, Table
from tasks.extract.numbers import chinese_number, is_value
from tasks.extract.wording import fold

LineLayout = Literal["ruled", "delimited", "aligned", "prose"]

LONGEST_LABEL = 120
"""A cell with more text than this holds prose: the longest label of the form has 39 characters."""

SHORT_LINE = 40
"""A line of a table that has fewer than three numbers is told from prose by being this short."""

_GLUED_VALUE = re.compile(
    r"(?P<label>(?:\d{1,2}[.．、])?[^\d]*[\u4e00-\u9fff）)])(?P<value>\d[\d,]*(?:\.\d+)?)"
)
_RULE = re.compile(r"[-=:|_+\s]{3,}")
_TRAILING_VALUES = re.compile(
    r"^(?P<label>.*[^\d\s,./+\-—－])\s+(?P<values>(?:[-+]?\d[\d,.]*|/|—|-)(?:\s+(?:[-+]?\d[\d,.]*|/|—|-)){2,})\s*$",
    re.S,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One printed field: its text and the columns it covers (from 0; `end` is the first column after it).

    `row` and `row_end` are the rows it covers in its grid, likewise; 0 and 1 outside grids. `among_values`: it
    stands where only a value can, so that a Chinese numeral is one.
    """

    text: str
    column: int
    end: int
    locator: Locator
    read_by: str = "text"
    confidence: float = 1.0
    alternative: str | None = None
    row: int = 0
    row_end: int = 1
    among_values: bool = False
    kind: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        value = is_value(self.text) or (self.among_values and chinese_number(fold(self.text)) is not None)
        kind = "blank" if not fold(self.text) else "value" if value else "label"
        object.__setattr__(self, "kind", kind)

    @property
    def is_value(self) -> bool:
        """A number or placeholder."""
        return self.kind == "value"

    @property
    def is_blank(self) -> bool:
        """Nothing is printed in it."""
        return self.kind == "blank"

    @property
    def is_label(self) -> bool:
        """Words."""
        return self.kind == "label"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `table` numbers the tables of the file from 1; None outside tables."""

    fields: tuple[Field, ...]
    layout: LineLayout
    table: int | None
    locator: Locator
    heading_level: int | None = None

    text: str = field(init=False, compare=False)
    """All that is printed on the line."""
    values: tuple[Field, ...] = field(init=False, compare=False)
    """The numbers and placeholders of the line."""
    labels: tuple[Field, ...] = field(init=False, compare=False)
    """The fields that hold words."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", " ".join(f.text for f in self.fields if f.kind != "blank"))
        object.__setattr__(self, "values", tuple(f for f in self.fields if f.kind == "value"))
        object.__setattr__(self, "labels", tuple(f for f in self.fields if f.kind == "label"))


def lines(document: Document) -> list[Line]:
    """Return the printed lines of a document in reading order."""
    found: list[Line] = []
    tables = 0
    for block in document.blocks:
        if isinstance(block, Table):
            tables += 1
            found.extend(_table_lines(block, tables))
        else:
            found.extend(_paragraph_lines(block))
    return found


def _table_lines(table: Table, number: int) -> Iterator[Line]:
    by_row: dict[int, list[Cell]] = {}
    for cell in table.cells:
        by_row.setdefault(cell.row, []).append(cell)
    for row in sorted(by_row):
        cells = sorted(by_row[row], key=lambda cell: cell.column)
        if all(not fold(cell.text) or _RULE.fullmatch(cell.text) for cell in cells) and any(
            len(cell.text.strip()) >= 3 for cell in cells
        ):
            continue  # a ruling line made of dashes
        prose = [cell for cell in cells if len(cell.text) > LONGEST_LABEL]
        cells = [cell for cell in cells if len(cell.text) <= LONGEST_LABEL]
        fields: list[Field] = []
        for cell in cells:
            fields.extend(_fields(cell, table.layout))
        if table.layout == "delimited":
            fields = _with_numerals(fields)
        if fields:
            first = cells[0].locator
            locator = Locator(
                page=first.page or table.locator.page,
                table=number,
                row=row + 1,
                line=first.line,
                sheet=first.sheet,
            )
            yield Line(tuple(fields), table.layout, number, locator)
        for cell in prose:  # a frame drawn round text, or a page laid out with tables
            for text in cell.text.split("\n"):
                yield from _paragraph_lines(Paragraph(text, locator=cell.locator))


def _with_numerals(fields: list[Field]) -> list[Field]:
    """Take the Chinese numerals behind a row's label for values, where nothing but values follows the label."""
    behind = [replace(f, among_values=True) for f in fields[1:]]
    return [fields[0], *behind] if not any(f.is_label for f in behind) else fields


def _fields(cell: Cell, layout: str) -> list[Field]:
    end = cell.column + max(cell.column_span, 1)
    whole = Field(
        cell.text, cell.column, end, cell.locator, cell.read_by, cell.confidence, cell.alternative,
        cell.row, cell.row + max(cell.row_span, 1),
    )  # fmt: skip
    if layout == "aligned":
        parts = _label_and_values(cell.text)
        if len(parts) > 1:
            return [replace(whole, text=part) for part in parts]
    return [whole]


def _paragraph_lines(paragraph: Paragraph) -> Iterator[Line]:
    parts = _label_and_values(paragraph.text)
    if parts:
        fields = tuple(Field(part, i, i + 1, paragraph.locator) for i, part in enumerate(parts))
        yield Line(fields, "aligned", None, paragraph.locator)
        return
    whole = Field(paragraph.text, 0, 1, paragraph.locator)
    yield Line((whole,), "prose", None, paragraph.locator, paragraph.heading_level)


def _label_and_values(text: str) -> list[str]:
    """Return the parts of a table row printed with spaces between its numbers, or nothing if it is prose."""
    pieces = text.split()
    if len(pieces) > 1 and all(is_value(piece) for piece in pieces):
        return pieces
    glued = _GLUED_VALUE.fullmatch(text.strip()) if len(text) <= SHORT_LINE else None
    if glued:
        return [glued.group("label"), glued.group("value")]
    if len(text) < 200 and (row := _TRAILING_VALUES.match(text)):
        return [row.group("label"), *row.group("values").split()]
    values = 0
    while values < len(pieces) and is_value(pieces[-1 - values]):
        values += 1
    if len(text) <= SHORT_LINE and 0 < values < len(pieces):
        return [" ".join(pieces[:-values]), *pieces[-values:]]  # “行政许可 12”, “行政事业性收费 9 0”
    return []
