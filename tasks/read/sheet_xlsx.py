"""The shapes of the sheets of an xlsx file, from its XML: streamed, so that a giant sheet costs nothing."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from posixpath import basename, dirname, join, normpath

from lxml import etree

from models.errors import ErrorKind, ReadError
from tasks.read.package import LARGEST_PART, Package, opened, parse
from tasks.read.sheet_drawing import drawn
from tasks.read.sheet_format import built_in
from tasks.read.sheet_shape import BROKEN, Place, Shape, bounded

BINARY = "文件是 xlsb 格式的电子表格，不能读取，请另存为 xlsx 后重新提交。"
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_N = "{" + _MAIN.decode() + "}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_CELL = re.compile(r"([A-Z]{1,4})(\d{1,8})")
_TRUE = ("1", "true")


@dataclass(slots=True)
class _Styles:
    """By number of a cell's style: its number format, and whether it has a border."""

    formats: list[str] = field(default_factory=list)
    ruled: list[bool] = field(default_factory=list)


def shapes(content: bytes) -> list[Shape]:
    """Return the shape of every sheet. Raises ReadError for a giant or damaged one."""
    with opened(content, BROKEN) as package:
        names = {name.lower(): name for name in package.names}
        book = _book(package, names)
        targets = _targets(package, book, names)
        if "xl/sharedstrings.xml" in names:
            package.part(names["xl/sharedstrings.xml"])  # which calamine reads without a limit
        styles = _styles(package)
        workbook = _root(package, book)
        settings = workbook.find(_N + "calcPr")
        stale = settings is not None and settings.get("fullCalcOnLoad") in _TRUE
        found = []
        for sheet in workbook.iter(_N + "sheet"):
            name = names[targets[sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or ""].lower()]
            shape = Shape(sheet.get("name", ""), sheet.get("state", "visible") != "visible")
            _sheet(package.part(name, LARGEST_PART).replace(_STRICT, _MAIN), shape, styles, stale)
            for target in _targets(package, name, names).values():
                if "/drawings/" in target and target.lower() in names and not shape.hidden:
                    drawn(package.xml(names[target.lower()]), shape)
            found.append(shape)
        return bounded(found)


def _book(package: Package, names: dict[str, str]) -> str:
    """Return the part that the package calls its workbook, as calamine finds it. Raises KeyError without one."""
    for relation in package.xml("_rels/.rels"):
        if relation.get("Type", "").endswith("/officeDocument"):
            target = normpath(relation.get("Target", "").lstrip("/"))
            if target.endswith(".bin"):
                raise ReadError(ErrorKind.UNSUPPORTED, BINARY)
            return names[target.lower()]
    raise KeyError("officeDocument")


def _root(package: Package, name: str) -> etree._Element:
    return parse(package.part(name).replace(_STRICT, _MAIN))


def _targets(package: Package, part: str, names: dict[str, str]) -> dict[str, str]:
    """Return what a part refers to: names of parts by the number of the relation."""
    listed = names.get(f"{dirname(part)}/_rels/{basename(part)}.rels".lower())
    if listed is None:
        return {}
    found = {}
    for relation in package.xml(listed):
        target = relation.get("Target", "")
        if isinstance(relation.tag, str) and relation.get("TargetMode") != "External":
            found[relation.get("Id", "")] = normpath(
                target.lstrip("/") if target.startswith("/") else join(dirname(part), target)
            )
    return found


def _styles(package: Package) -> _Styles:
    if "xl/styles.xml" not in package.names:
        return _Styles()
    root = _root(package, "xl/styles.xml")
    own = {f.get("numFmtId", "0"): f.get("formatCode", "") for f in root.iter(_N + "numFmt")}
    borders = [
        any(side.get("style", "none") != "none" for side in border)
        for listed in root.iter(_N + "borders")
        for border in listed
    ]
    found = _Styles()
    for style in root.iterfind(f"{_N}cellXfs/{_N}xf"):
        code = style.get("numFmtId", "0")
        found.formats.append(own.get(code, built_in(_whole(code))))
        border = _whole(style.get("borderId"))
        found.ruled.append(0 < border < len(borders) and borders[border])
    return found


def _whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def position(reference: str) -> Place | None:
    """Return row and column, from 0, of an address such as ``B12``."""
    match = _CELL.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return int(match.group(2)) - 1, column - 1


def _sheet(content: bytes, shape: Shape, styles: _Styles, stale: bool) -> None:
    """Take note of one sheet. `stale`: its formulas are to be worked out anew when the file is opened."""
    row = column = -1
    stream = etree.iterparse(
        io.BytesIO(content), events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False,
        tag=(_N + "row", _N + "c", _N + "col", _N + "sheetView"),
    )  # fmt: skip
    for event, element in stream:
        if event == "start" and element.tag == _N + "row":
            row = _whole(element.get("r"), row + 2) - 1
            column = -1
            if element.get("hidden") in _TRUE:
                shape.hidden_rows.add(row)
        elif event == "start" and element.tag == _N + "c":
            row, column = position(element.get("r", "")) or (row, column + 1)
        elif event == "end" and element.tag == _N + "c":
            _cell(element, (row, column), shape, styles, stale)
            element.clear()
        elif event == "end" and element.tag == _N + "row":
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        elif event == "end" and element.tag == _N + "sheetView":
            shape.zeros_hidden = element.get("showZeros") in ("0", "false")
        elif event == "end" and element.tag == _N + "col" and element.get("hidden") in _TRUE:
            first, last = _whole(element.get("min"), 1), _whole(element.get("max"), 1)
            shape.hidden_columns.update(range(first - 1, min(last, 16384)))


def _cell(element: etree._Element, at: Place, shape: Shape, styles: _Styles, stale: bool) -> None:
    value, formula = element.find(_N + "v"), element.find(_N + "f")
    text = value.text if value is not None else None
    kind = element.get("t", "n")
    if text or formula is not None or element.find(_N + "is") is not None:
        shape.reach(*at)
    style = _whole(element.get("s"), -1)
    if 0 <= style < len(styles.formats):
        if styles.formats[style] and kind == "n" and text:
            shape.formats[at] = styles.formats[style]
        if styles.ruled[style] and at[0] < 5000 and at[1] < 300:
            shape.ruled.add(at)
    if kind == "e" and text:
        shape.shown[at] = text
    elif (
        formula is not None
        and (stale or not text)
        and not (kind == "str" and value is not None and not stale)
    ):
        shape.uncomputed[at] = "=" + (formula.text or "")
