"""The shapes of the sheets of an ods file, from its XML; repeated empty rows and columns count for nothing."""

from __future__ import annotations

from lxml import etree

from models.errors import ErrorKind, ReadError
from tasks.read.package import ENCRYPTED, opened
from tasks.read.sheet_shape import Shape, within

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_MOST = 1 << 21


def shapes(content: bytes) -> list[Shape]:
    """Return the shape of every sheet. Raises ReadError for a giant, locked or damaged one."""
    with opened(content) as package:
        if "META-INF/manifest.xml" in package.names and b"encryption-data" in package.part(
            "META-INF/manifest.xml"
        ):
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED)
        root = package.xml("content.xml")
    unseen = {
        style.get(_STYLE + "name")
        for style in root.iter(_STYLE + "style")
        for properties in style.iter(_STYLE + "table-properties")
        if properties.get(_TABLE + "display") == "false"
    }
    return [_shape(table, unseen) for table in root.iter(_TABLE + "table")]


def _repeats(element: etree._Element, what: str) -> int:
    number = element.get(_TABLE + what, "1")
    return min(int(number), _MOST) if number.isdigit() else 1


def _shape(table: etree._Element, unseen: set[str | None]) -> Shape:
    shape = Shape(table.get(_TABLE + "name", ""), table.get(_TABLE + "style-name") in unseen, spans=[])
    column = 0
    for element in table.iter(_TABLE + "table-column"):
        count = _repeats(element, "number-columns-repeated")
        if element.get(_TABLE + "visibility") in ("collapse", "filter"):
            shape.hidden_columns.update(range(column, min(column + count, 16384)))
        column += count
    row = 0
    for line in table.iter(_TABLE + "table-row"):
        count = _repeats(line, "number-rows-repeated")
        filled = _row(line, row, shape)
        if filled:
            within(shape.name, row + count - 1, 0)
        if line.get(_TABLE + "visibility") in ("collapse", "filter"):
            shape.hidden_rows.update(range(row, min(row + count, 65536)))
        row += count
    return shape


def _row(line: etree._Element, row: int, shape: Shape) -> bool:
    column, filled = 0, False
    for cell in line.iter(_TABLE + "table-cell", _TABLE + "covered-table-cell"):
        count = _repeats(cell, "number-columns-repeated")
        if cell.get(_OFFICE + "value-type") or cell.find(_TEXT + "p") is not None:
            within(shape.name, row, column + count - 1)
            filled = True
        down, right = _repeats(cell, "number-rows-spanned"), _repeats(cell, "number-columns-spanned")
        if (down > 1 or right > 1) and shape.spans is not None and len(shape.spans) < 20_000:
            shape.spans.append((row, column, row + down - 1, column + right - 1))
        if cell.get(_TABLE + "formula") and cell.get(_OFFICE + "value-type") is None:
            shape.uncomputed[row, column] = "="
        column += count
    return filled
