"""The shapes of the sheets of an ods file, from its XML; repeated empty rows and columns count for nothing."""

from __future__ import annotations

import math

from lxml import etree

from models.errors import ErrorKind, ReadError
from tasks.read.package import ENCRYPTED, opened
from tasks.read.sheet_shape import (
    BROKEN,
    MOST_COLUMNS,
    MOST_MERGED,
    MOST_ROWS,
    TOO_MUCH,
    Place,
    Shape,
    bounded,
)

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_MOST_REPEATS = 1 << 21
_MOST_CELLS = 300_000
_MOST_REPEATED = 5_000
"""Times that a cell with a border is repeated within a table; more often is empty paper."""
_HIDDEN = ("collapse", "filter")
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")


def shapes(content: bytes) -> list[Shape]:
    """Return the shape of every sheet. Raises ReadError for a giant, locked or damaged one."""
    with opened(content, BROKEN) as package:
        if "META-INF/manifest.xml" in package.names and b"encryption-data" in package.part(
            "META-INF/manifest.xml"
        ):
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED)
        root = package.xml("content.xml")
    styles = _Styles(root)
    return bounded(_shape(table, styles) for table in root.iterfind(f".//{_OFFICE}spreadsheet/{_TABLE}table"))


class _Styles:
    """Names of the styles that hide a sheet, and of those that put a border round a cell."""

    def __init__(self, root: etree._Element) -> None:
        self.unseen: set[str | None] = set()
        self.ruled: set[str | None] = set()
        for style in root.iter(_STYLE + "style"):
            for properties in style:
                if properties.get(_TABLE + "display") == "false":
                    self.unseen.add(style.get(_STYLE + "name"))
                sides = (properties.get(_FO + side, "none") for side in _BORDERS)
                if any(side != "none" for side in sides):
                    self.ruled.add(style.get(_STYLE + "name"))


_BORDERS = ("border", "border-left", "border-right", "border-top", "border-bottom")


def _repeats(element: etree._Element, what: str) -> int:
    number = element.get(_TABLE + what, "1")
    whole = number.isascii() and number.isdigit() and len(number) < 12
    return min(max(int(number), 1), _MOST_REPEATS) if whole else 1


def _shape(table: etree._Element, styles: _Styles) -> Shape:
    shape = Shape(table.get(_TABLE + "name", ""), table.get(_TABLE + "style-name") in styles.unseen, spans=[])
    column = 0
    for element in table.iter(_TABLE + "table-column"):
        count = _repeats(element, "number-columns-repeated")
        if element.get(_TABLE + "visibility") in _HIDDEN:
            shape.hidden_columns.update(range(column, min(column + count, 16384)))
        column += count
    row = 0
    for line in table.iter(_TABLE + "table-row"):
        count = _repeats(line, "number-rows-repeated")
        if line.get(_TABLE + "visibility") in _HIDDEN:
            shape.hidden_rows.update(range(row, min(row + count, 65536)))
        _row(line, row, count, shape, styles)
        row += count
    shape.pictures = sum(_is_large(frame) for frame in table.iter(_DRAW + "frame"))
    return shape


def _row(line: etree._Element, row: int, times: int, shape: Shape, styles: _Styles) -> None:
    """Take note of a row that stands `times` times."""
    column = 0
    for cell in line.iterchildren(*_CELLS):
        count = _repeats(cell, "number-columns-repeated")
        paragraphs = [_written(paragraph) for paragraph in cell.iterchildren(_TEXT + "p", _TEXT + "h")]
        kind = cell.get(_OFFICE + "value-type")
        if kind or paragraphs:
            shape.reach(row + times - 1, column + count - 1)
            if times * count > _MOST_REPEATED or len(shape.shown) > _MOST_CELLS:
                raise ReadError(ErrorKind.TOO_LARGE, TOO_MUCH)
        ruled = cell.get(_TABLE + "style-name") in styles.ruled
        if (paragraphs or ruled or cell.get(_TABLE + "formula")) and count * times <= _MOST_REPEATED:
            _fill(cell, _places(row, times, column, count), paragraphs, kind, shape)
            if ruled and len(shape.ruled) < _MOST_CELLS:
                shape.ruled.update(_places(row, times, column, count))
        down, right = _repeats(cell, "number-rows-spanned"), _repeats(cell, "number-columns-spanned")
        if (down > 1 or right > 1) and shape.spans is not None and len(shape.spans) < MOST_MERGED:
            shape.spans.append((row, column, row + down - 1, column + right - 1))
        column += count


def _places(row: int, times: int, column: int, count: int) -> list[Place]:
    return [
        (r, c)
        for r in range(row, min(row + times, MOST_ROWS))
        for c in range(column, min(column + count, MOST_COLUMNS))
    ]


def _fill(
    cell: etree._Element, places: list[Place], paragraphs: list[str], kind: str | None, shape: Shape
) -> None:
    if paragraphs:
        shape.shown.update(dict.fromkeys(places, "\n".join(paragraphs)))
    if cell.get(_TABLE + "formula") and kind is None:
        shape.uncomputed.update(dict.fromkeys(places, "="))


def _written(paragraph: etree._Element) -> str:
    """Return the text of a paragraph, its spaces, tabs and breaks written out."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(paragraph, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "start":
            if element.tag == _TEXT + "s":
                number = element.get(_TEXT + "c", "1")
                pieces.append(" " * (min(int(number), 100) if number.isascii() and number.isdigit() else 1))
            elif element.tag in (_TEXT + "tab", _TEXT + "line-break"):
                pieces.append("\t" if element.tag == _TEXT + "tab" else "\n")
            pieces.append(element.text or "")
        elif element is not paragraph:
            pieces.append(element.tail or "")
    return "".join(pieces)


def _is_large(frame: etree._Element) -> bool:
    """Say whether a frame holds a picture larger than 6 cm by 1.5 cm."""
    svg = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
    sizes = (_centimetres(frame.get(svg + "width", "")), _centimetres(frame.get(svg + "height", "")))
    return frame.find(_DRAW + "image") is not None and sizes[0] > 6 and sizes[1] > 1.5


def _centimetres(text: str) -> float:
    for unit, length in (("cm", 1.0), ("mm", 0.1), ("in", 2.54), ("pt", 2.54 / 72)):
        if text.endswith(unit):
            try:
                return min(float(text.removesuffix(unit)) * length, math.inf)
            except ValueError:
                return 0.0
    return 0.0
