"""The shapes of the sheets of an xlsx file, from its XML: streamed, so that a giant sheet costs nothing."""

from __future__ import annotations

import io
import re
from posixpath import join, normpath

from lxml import etree

from tasks.read.package import LARGEST_PART, Package, opened
from tasks.read.sheet_shape import Shape, within

_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_N = "{" + _MAIN.decode() + "}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_CELL = re.compile(r"([A-Z]{1,4})(\d{1,8})")
_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
             14: "yyyy/m/d", 22: "yyyy/m/d h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
             40: "#,##0.00;-#,##0.00", 41: '#,##0;-#,##0;"-"', 43: '#,##0.00;-#,##0.00;"-"??', 49: "@"}  # fmt: skip


def shapes(content: bytes) -> list[Shape]:
    """Return the shape of every sheet. Raises ReadError for a giant or damaged one."""
    with opened(content) as package:
        targets = {
            part.get("Id"): part.get("Target", "")
            for part in package.xml("xl/_rels/workbook.xml.rels")
            if isinstance(part.tag, str)
        }
        formats = _formats(package)
        found = []
        workbook = etree.fromstring(package.part("xl/workbook.xml").replace(_STRICT, _MAIN))
        for sheet in workbook.iter(_N + "sheet"):
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "", "")
            name = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            shape = Shape(sheet.get("name", ""), sheet.get("state", "visible") != "visible")
            if name in package.names and "worksheets" in name:
                _sheet(package.part(name, LARGEST_PART).replace(_STRICT, _MAIN), shape, formats)
            found.append(shape)
        return found


def _formats(package: Package) -> list[str]:
    """Return the number format of each cell style."""
    if "xl/styles.xml" not in package.names:
        return []
    styles = etree.fromstring(package.part("xl/styles.xml").replace(_STRICT, _MAIN))
    own = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in styles.iter(_N + "numFmt")}
    styled = styles.find(_N + "cellXfs")
    codes = (int(xf.get("numFmtId", "0")) for xf in (styled if styled is not None else ()))
    return [own.get(code, _BUILT_IN.get(code, "")) for code in codes]


def position(reference: str) -> tuple[int, int] | None:
    """Return row and column, from 0, of an address such as ``B12``."""
    match = _CELL.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return int(match.group(2)) - 1, column - 1


def _sheet(content: bytes, shape: Shape, formats: list[str]) -> None:
    row = -1
    stream = etree.iterparse(
        io.BytesIO(content), events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False,
        tag=(_N + "row", _N + "c", _N + "col"),
    )  # fmt: skip
    column = -1
    for event, element in stream:
        if event == "start" and element.tag == _N + "row":
            row = int(element.get("r", row + 2)) - 1
            column = -1
            if element.get("hidden") in ("1", "true"):
                shape.hidden_rows.add(row)
        elif event == "start" and element.tag == _N + "c":
            at = position(element.get("r", "")) or (row, column + 1)
            column = at[1]
        elif event == "end" and element.tag == _N + "c":
            value, formula = element.find(_N + "v"), element.find(_N + "f")
            inline = element.find(_N + "is")
            if value is not None or formula is not None or inline is not None:
                within(shape.name, row, column)
            style = int(element.get("s", "0"))
            if style < len(formats) and formats[style] and element.get("t", "n") == "n":
                shape.formats[row, column] = formats[style]
            if formula is not None and (value is None or not value.text):
                shape.uncomputed[row, column] = "=" + (formula.text or "")
            element.clear()
        elif event == "end" and element.tag == _N + "row":
            element.clear()
        elif event == "end" and element.get("hidden") in ("1", "true"):
            first, last = int(element.get("min", "1")), int(element.get("max", "1"))
            shape.hidden_columns.update(range(first - 1, min(last, 16384)))
