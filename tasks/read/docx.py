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
from importlib import import_module

from lxml import etree

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import READERS
from tasks.read.docx_numbering import Numbering, Styles, W, on, whole
from tasks.read.docx_pictures import large_pictures
from tasks.read.package import Package, opened, parse
from tasks.read.sniff import MAIN_PART, sniff

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
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_LEFT_OUT = frozenset(
    W + name
    for name in (
        "del",
        "moveFrom",
        "pPr",
        "instrText",
        "delInstrText",
        "rPr",
        "delText",
        "sdtPr",
        "tcPr",
        "rt",
    )
)
_SIGNS = {W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_LEAVES = frozenset({W + "t", _M + "t", W + "sym", *_SIGNS})
_BLOCKS = frozenset({W + "p", W + "tbl", W + "altChunk"})
_CHUNKS = ("html", "mht", "txt")
_CLOSED = ("、", "）", ")", "章", "节", "条")
_NUMBER = re.compile(r"[\s\d.,，]*\d[\s\d.,，]*")
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
    if pictures := large_pictures(body):
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
        self.boxes: list[etree._Element] = []  # text boxes with tables, to come after their paragraph

    def _part(self, kind: str) -> etree._Element | None:
        related = [name for found, name in self.relations.values() if found == kind]
        for name in (*related, f"word/{kind}.xml"):
            if name in self.package.names:
                return _xml(self.package, name)
        return None

    def children(self, element: etree._Element) -> None:
        for child, pieces in self.flow(_level(element)):
            if child.tag == W + "tbl":
                self.table(child)
            elif child.tag == W + "altChunk":
                self.chunk(child)
            else:
                heading = self.styles.heading_level(child)
                for line in _joined(pieces).split("\n"):
                    if line.strip():
                        self.blocks.append(Paragraph(line.strip(), heading, Locator()))
            while self.boxes:
                self.children(self.boxes.pop(0))

    def flow(self, elements: Iterable[etree._Element]) -> Iterator[tuple[etree._Element, list[Piece]]]:
        """Yield each element with its pieces; a paragraph whose mark was deleted runs on into the next one."""
        before: list[Piece] = []
        last: etree._Element | None = None
        for element in elements:
            if element.tag != W + "p":
                if last is not None:
                    yield last, before
                before, last = [], None
                yield element, []
                continue
            text = list(self.runs(element, element))
            self.fields = [False] * len(self.fields)  # an instruction does not run over a paragraph's end
            marks = element.find(f"{W}pPr/{W}rPr")
            if marks is not None and (
                marks.find(W + "del") is not None or marks.find(W + "moveFrom") is not None
            ):
                before.extend(text)
                last = element
                continue
            label = self.numbers.label(element)
            whole_text = before + text
            if label:
                rest = _joined(whole_text)
                apart = " " if rest[:1].isdigit() and not label.endswith(_CLOSED) else ""
                # "1." before "5" may be a number of the list, or typed: in a cell that holds a number
                whole_text = [(label + apart, _NUMBER.fullmatch(rest) is not None), *whole_text]
            yield element, whole_text
            before, last = [], None
        if last is not None:
            yield last, before

    def runs(
        self, element: etree._Element, paragraph: etree._Element, apart: bool = False
    ) -> Iterator[Piece]:
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _LEFT_OUT:
                continue
            if tag == W + "r":
                if self.styles.hidden(child, paragraph):
                    for mark in child.iterfind(W + "fldChar"):
                        self.field(mark)
                else:
                    yield from self.runs(child, paragraph, apart or self.set_apart(child))
            elif tag == W + "fldChar":
                yield self.field(child), apart
            elif tag in (W + "footnoteReference", W + "endnoteReference"):
                if child.get(W + "customMarkFollows") in ("1", "true", "on"):
                    return  # the rest of the run is the mark
            elif tag == MC + "AlternateContent":
                yield from self.alternative(child, paragraph, apart)
            elif tag == W + "txbxContent":
                if next(child.iter(W + "tbl"), None) is not None:
                    self.boxes.append(child)
                    continue
                outer, self.fields = self.fields, []
                lines = [_joined(pieces) for _, pieces in self.flow(_level(child))]
                self.fields = outer
                yield "\n" + "\n".join(lines) + "\n", apart
            elif any(self.fields) and tag in _LEAVES:
                continue
            elif tag in (W + "t", _M + "t"):
                yield child.text or "", apart
            elif tag in _SIGNS:
                yield (_SIGNS[tag] if element.tag == W + "r" else ""), apart
            elif tag == W + "sym":
                yield _symbol(child.get(W + "char") or ""), apart
            else:
                if tag in _MATHS:
                    yield _MATHS[tag], apart
                yield from self.runs(child, paragraph, apart)

    def alternative(self, element: etree._Element, paragraph: etree._Element, apart: bool) -> Iterator[Piece]:
        """Yield the first drawing of the alternatives that has text; each holds the same text once more."""
        fields, boxes = list(self.fields), len(self.boxes)
        for choice in element.iterfind("*"):
            pieces = list(self.runs(choice, paragraph, apart))
            if len(self.boxes) > boxes or any(text.strip() for text, _ in pieces):
                yield from pieces
                return
            self.fields = list(fields)

    def field(self, mark: etree._Element) -> str:
        """Follow a field: its instruction is not printed, its last result is. Return a chosen list entry."""
        kind = mark.get(W + "fldCharType")
        if kind == "begin":
            self.fields.append(True)
            choices = mark.find(f"{W}ffData/{W}ddList")
            if choices is not None and not any(self.fields[:-1]):
                entries = [entry.get(W + "val") or "" for entry in choices.findall(W + "listEntry")]
                chosen = choices.find(W + "result")
                at = whole(chosen if chosen is not None else choices.find(W + "default"), 0)
                return entries[at] if at < len(entries) else ""
        elif kind == "separate" and self.fields:
            self.fields[-1] = False
        elif kind == "end" and self.fields:
            self.fields.pop()
        return ""

    def set_apart(self, run: etree._Element) -> bool:
        """Say whether a run is raised, lowered or struck: 5 with a raised 1 is not 51."""
        style = run.find(f"{W}rPr/{W}rStyle")
        properties = [run.find(W + "rPr")]
        if style is not None:
            properties += [holder.find(W + "rPr") for holder in self.styles.chain(style.get(W + "val"))]
        for found in properties:
            raised = found.find(W + "vertAlign") if found is not None else None
            if raised is not None and raised.get(W + "val") in ("superscript", "subscript"):
                return True
            if found is not None and (on(found.find(W + "strike")) or on(found.find(W + "dstrike"))):
                return True
        return False

    # -------------------------------------------------------------------------------------- tables

    def table(self, element: etree._Element) -> None:
        rows = [row for row in _level(element, W + "tr") if not _gone(row)]
        if any(
            _cells_of(inner) > 1 for row in rows for cell in _kept(row) for inner in _level(cell, W + "tbl")
        ):
            for row in rows:  # a table that holds tables is there for the layout
                for cell in _kept(row):
                    self.children(cell)
            return
        self.tables += 1
        number, width = self.tables, 0
        cells: list[Cell] = []
        merging: dict[int, int] = {}  # column -> index of the cell that a vertical merge continues
        for at, row in enumerate(rows):
            properties = row.find(W + "trPr")
            column = _measure(properties, "gridBefore", 0)
            for cell in _kept(row):
                pr = cell.find(W + "tcPr")
                across = max(1, _measure(pr, "gridSpan", 1))
                if _merges(pr, "hMerge") == "continue" and cells and cells[-1].row == at:
                    cells[-1] = replace(cells[-1], column_span=cells[-1].column_span + across)
                    column += across
                    continue
                vertical = _merges(pr, "vMerge")
                if vertical == "continue" and column in merging:
                    above = cells[merging[column]]
                    cells[merging[column]] = replace(above, row_span=at - above.row + 1)
                else:
                    text, other = self.cell(cell)
                    where = Locator(table=number, row=at + 1, column=column + 1)
                    cells.append(Cell(text, at, column, 1, across, where, alternative=other))
                    for covered in range(column, column + across):
                        merging.pop(covered, None)
                    if vertical is not None:
                        merging[column] = len(cells) - 1
                column += across
            width = max(width, column + _measure(properties, "gridAfter", 0))
        if cells:
            self.blocks.append(Table(tuple(cells), len(rows), width, "ruled", Locator(table=number)))

    def cell(self, element: etree._Element) -> tuple[str, str | None]:
        """Return the text of a cell and, where raised or struck characters may not belong to it, the other reading."""
        lines: list[str] = []
        others: list[str] = []
        for child, pieces in self.flow(_level(element)):
            if child.tag == W + "tbl":  # of one cell: a frame round the text
                for row in _level(child, W + "tr"):
                    for inner in [] if _gone(row) else _kept(row):
                        text, other = self.cell(inner)
                        lines.append(text)
                        others.append(text if other is None else other)
            elif child.tag == W + "altChunk":
                self.notes.append(NOT_READ.format("表格单元格内"))
            else:
                lines.append(_joined(pieces))
                others.append("".join(text for text, apart in pieces if not apart))
        text, other = "\n".join(lines).strip(), "\n".join(others).strip()
        return text, other if other != text else None

    def chunk(self, element: etree._Element) -> None:
        """Read a document that is put in whole; what is no text document is named in the notes."""
        _, name = self.relations.get(element.get(_ID) or "", ("", ""))
        try:
            if name not in self.package.names or self.depth >= _DEEPEST_CHUNK:
                raise ReadError(ErrorKind.UNSUPPORTED, BROKEN)
            content = self.package.part(name)
            kind = sniff(content)
            if kind == "docx":
                inner = _read(content, self.depth + 1)
            elif kind in _CHUNKS:
                whole_file = Artifact(name, content, hashlib.sha256(content).hexdigest())
                inner = import_module(READERS[kind]).read(whole_file)
            else:
                raise ReadError(ErrorKind.UNSUPPORTED, BROKEN)
        except ReadError:
            self.notes.append(NOT_READ.format(posixpath.basename(name) or "已缺失"))
            return
        self.notes += inner.notes
        for block in inner.blocks:
            if isinstance(block, Table):
                self.tables += 1
                cells = tuple(replace(c, locator=replace(c.locator, table=self.tables)) for c in block.cells)
                block = replace(block, cells=cells, locator=replace(block.locator, table=self.tables))
            self.blocks.append(block)


def _joined(pieces: Iterable[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def _level(element: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """Yield what stands at this level with one of the tags, whatever is wrapped round it."""
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if child.tag in (tags or _BLOCKS):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _level(child, *tags)
        elif child.tag == MC + "AlternateContent":
            for choice in child.iterfind("*"):
                found = list(_level(choice, *tags))
                if found:
                    yield from found
                    break


def _gone(row: etree._Element) -> bool:
    """Say whether a row was deleted under change tracking, or is hidden."""
    properties = row.find(W + "trPr")
    return properties is not None and (
        properties.find(W + "del") is not None or on(properties.find(W + "hidden")) is True
    )


def _kept(row: etree._Element) -> list[etree._Element]:
    """Return the cells of a row without those deleted under change tracking."""
    return [cell for cell in _level(row, W + "tc") if cell.find(f"{W}tcPr/{W}cellDel") is None]


def _cells_of(table: etree._Element) -> int:
    return sum(len(_kept(row)) for row in _level(table, W + "tr") if not _gone(row))


def _merges(properties: etree._Element | None, name: str) -> str | None:
    """Return "restart", "continue" or None, of a cell's vMerge or hMerge."""
    merge = properties.find(W + name) if properties is not None else None
    if merge is None:
        return None
    return "restart" if merge.get(W + "val") == "restart" else "continue"


def _measure(properties: etree._Element | None, name: str, default: int) -> int:
    return whole(properties.find(W + name) if properties is not None else None, default, LARGEST_SPAN)


def _symbol(code: str) -> str:
    try:
        return chr(int(code, 16)) if len(code) <= 4 and not 0xD800 <= int(code, 16) < 0xE000 else "\ufffd"
    except ValueError:
        return "\ufffd"
