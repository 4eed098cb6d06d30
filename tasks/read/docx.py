"""Word documents (OOXML), read from the XML itself: what a reader of the printed page would see.

Merged cells, tracked changes (insertions kept, deletions left out), content controls round cells and rows,
nested tables, text boxes, hidden text left out, fields as last shown, automatic numbering worked out, other
documents put in whole (altChunk), strict OOXML.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read.docx_numbering import Numbering, Styles, W, format_number, on, whole
from tasks.read.package import Package, opened, parse
from tasks.read.sniff import MAIN_PART, sniff

__all__ = ["format_number", "read"]

LARGEST_SPAN = 200
BROKEN = "docx 文件已损坏或不完整，请重新保存后提交。"
NOT_READ = "文件中嵌入了另一份文件（{}），其内容未读取，请核对原件。"
_DEEPEST_CHUNK = 2
_MAIN = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", _MAIN),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing", b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
)  # fmt: skip
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_CM = 360_000
_VML_SIZE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*([\d.]{1,9})(pt|in|cm|mm)")
_VML_UNITS = {"pt": 12_700, "in": 914_400, "cm": _CM, "mm": 36_000}

_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_LEFT_OUT = frozenset(
    W + name
    for name in ("del", "moveFrom", "pPr", "instrText", "delInstrText", "rPr", "delText", "sdtPr", "tcPr", "rt")
)
_SIGNS = {W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_MATHS = {_M + "den": "/", _M + "sup": "^", _M + "sub": "_"}

Piece = tuple[str, bool]
"""A stretch of text, and whether it is printed so that it may not belong to the rest: raised, lowered or struck."""


def read(artifact: Artifact) -> Document:
    """Read a docx file. Raises ReadError for a damaged, encrypted or oversized one."""
    return _read(artifact.content, 0)


def _read(content: bytes, depth: int) -> Document:
    with opened(content, BROKEN) as package:
        main = _main_part(package)
        body = _xml(package, main).find(W + "body")
        if body is None:
            raise ReadError(ErrorKind.UNREADABLE, BROKEN)
        walk = _Walk(package, main, depth)
        try:
            walk.children(body)
        except RecursionError as error:
            raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
        title = _title(package)
    metadata = [("title", title)] if title else []
    if pictures := _large_pictures(body):
        metadata.append(("pictures", str(pictures)))
    return Document(tuple(walk.blocks), "docx", tuple(metadata), tuple(walk.notes))


# ------------------------------------------------------------------------------------------- the parts


def _xml(package: Package, name: str) -> etree._Element:
    content = package.part(name)
    for strict, usual in _STRICT:
        content = content.replace(strict, usual)
    return parse(content)


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return id -> (last word of the type, name of the part) of what a part points to inside the package."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", name + ".rels")
    if relations not in package.names:
        return {}
    return {
        relation.get("Id") or "": (
            (relation.get("Type") or "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/" + folder, relation.get("Target") or "")).lstrip("/"),
        )
        for relation in package.xml(relations).iterfind(_RELATION)
        if relation.get("TargetMode") != "External"
    }


def _main_part(package: Package) -> str:
    for kind, name in _relations(package, "").values():
        if kind == "officeDocument" and name in package.names:
            return name
    found = next(filter(MAIN_PART.fullmatch, package.names), None)
    if found is None:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN)
    return found


def _title(package: Package) -> str | None:
    if "docProps/core.xml" not in package.names:
        return None
    title = package.xml("docProps/core.xml").findtext("{http://purl.org/dc/elements/1.1/}title")
    return title.strip() if title else None


def _large_pictures(body: etree._Element) -> int:
    """Count the pictures that could hold a table: wider than 8 cm and higher than 2 cm."""
    count = 0
    for extent in body.iter(_DRAWN + "extent"):
        x, y = extent.get("cx") or "0", extent.get("cy") or "0"
        text_box = next(extent.getparent().iter(W + "txbxContent"), None) is not None
        count += not text_box and x.isdigit() and y.isdigit() and int(x) > 8 * _CM and int(y) > 2 * _CM
    for picture in body.iter("{urn:schemas-microsoft-com:vml}imagedata"):
        if next(picture.iterancestors(MC + "Fallback"), None) is not None:
            continue  # drawn again for old readers
        sizes = {
            side: float(size) * _VML_UNITS[unit]
            for side, size, unit in _VML_SIZE.findall(picture.getparent().get("style") or "")
            if size.count(".") < 2 and size != "."
        }
        count += sizes.get("width", 0) > 8 * _CM and sizes.get("height", 0) > 2 * _CM
    return count


# -------------------------------------------------------------------------------------------- the text


class _Walk:
    def __init__(self, package: Package, main: str, depth: int) -> None:
        self.blocks: list[Block] = []
        self.notes: list[str] = []
        self.tables = 0
        self.package = package
        self.depth = depth
        self.relations = _relations(package, main)
        self.styles = Styles(self._part("styles"))
        self.numbers = Numbering(self._part("numbering"), self.styles)
        self.fields: list[bool] = []  # of each open field: is its instruction still running

    def _part(self, kind: str) -> etree._Element | None:
        related = [name for found, name in self.relations.values() if found == kind]
        for name in (*related, f"word/{kind}.xml"):
            if name in self.package.names:
                return _xml(self.package, name)
        return None

    def children(self, element: etree._Element) -> None:
        for child in _level(element):
            if child.tag == W + "tbl":
                self.table(child)
            elif child.tag == W + "altChunk":
                self.chunk(child)
        # paragraphs are gathered with those whose mark was deleted before them
            elif child.tag == W + "p":
                self.paragraph(child)

    def paragraph(self, element: etree._Element) -> None:
        level = self.styles.heading_level(element)
        for line in _whole(self.pieces(element)).split("\n"):
            if line.strip():
                self.blocks.append(Paragraph(line.strip(), level, Locator()))
