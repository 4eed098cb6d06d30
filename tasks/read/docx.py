"""Word documents (OOXML), read from the XML itself: what a reader of the printed page would see.

Merged cells, tracked changes (insertions kept, deletions left out), content controls round cells and rows,
nested tables, text boxes, hidden text left out, automatic numbering worked out, strict OOXML.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read.sniff import ENCRYPTED, MAIN_PART

LARGEST_PART = 60 << 20
LARGEST_SPAN = 200
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{_W}}}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_LEFT_OUT = frozenset(
    W + name for name in ("del", "moveFrom", "pPr", "instrText", "rPr", "delText", "sdtPr", "tcPr")
)
_CHINESE = "零一二三四五六七八九十"
BROKEN = "docx 文件已损坏或不完整，请重新保存后提交。"
BOMB = "docx 文件解压后过大，疑似异常文件，未予读取；请用文字处理软件重新另存后提交。"


def read(artifact: Artifact) -> Document:
    """Read a docx file. Raises ReadError for a damaged or oversized one."""
    try:
        with zipfile.ZipFile(io.BytesIO(artifact.content)) as archive:
            parts = _Parts(archive)
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, EOFError, KeyError, OSError) as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    except RuntimeError as error:  # zipfile's word for a password, or for a packing it does not know
        kind = ErrorKind.ENCRYPTED if "password" in str(error) else ErrorKind.UNREADABLE
        raise ReadError(kind, ENCRYPTED if kind is ErrorKind.ENCRYPTED else BROKEN) from error
    body = parts.document.find(W + "body")
    if body is None:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN)
    walk = _Walk(parts)
    walk.children(body)
    metadata = [("title", parts.title)] if parts.title else []
    if pictures := _large_pictures(body):
        metadata.append(("pictures", str(pictures)))
    return Document(tuple(walk.blocks), "docx", tuple(metadata))


def _large_pictures(body: etree._Element) -> int:
    """Count the pictures that could hold a table: wider than 8 cm and higher than 2 cm."""
    cm = 360_000
    extents = body.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent")
    sizes = [(e.get("cx") or "0", e.get("cy") or "0") for e in extents]
    return sum(x.isdigit() and y.isdigit() and int(x) > 8 * cm and int(y) > 2 * cm for x, y in sizes)


class _Parts:
    """The XML parts of a docx, read with a limit that counts real bytes (headers can lie)."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        if len(archive.infolist()) > 5000 or sum(i.file_size for i in archive.infolist()) > 200 << 20:
            raise ReadError(ErrorKind.TOO_LARGE, BOMB)
        self.archive = archive
        self.names = set(archive.namelist())
        self.document = self._xml(next(filter(MAIN_PART.fullmatch, archive.namelist())))
        self.numbering = self._xml("word/numbering.xml") if "word/numbering.xml" in self.names else None
        self.styles = self._xml("word/styles.xml") if "word/styles.xml" in self.names else None
        self.title = self._title()

    def _xml(self, name: str) -> etree._Element:
        with self.archive.open(name) as stream:
            content = stream.read(LARGEST_PART + 1)
        if len(content) > LARGEST_PART:
            raise ReadError(ErrorKind.TOO_LARGE, BOMB)
        content = content.replace(_STRICT, _W.encode())
        return etree.fromstring(
            content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        )

    def _title(self) -> str | None:
        if "docProps/core.xml" not in self.names:
            return None
        title = self._xml("docProps/core.xml").findtext("{http://purl.org/dc/elements/1.1/}title")
        return title.strip() if title else None


class _Walk:
    def __init__(self, parts: _Parts) -> None:
        self.blocks: list[Block] = []
        self.tables = 0
        self.numbers = _Numbering(parts.numbering, parts.styles)
        self.levels = _heading_levels(parts.styles)

    def children(self, element: etree._Element, depth: int = 0) -> None:
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if child.tag == W + "p":
                self.paragraph(child)
            elif child.tag == W + "tbl":
                self.table(child, depth)
            elif child.tag in _WRAPPERS:
                self.children(child, depth)

    def paragraph(self, element: etree._Element) -> None:
        level = self._level(element)
        for line in self.text(element).split("\n"):
            if line.strip():
                self.blocks.append(Paragraph(line.strip(), level, Locator()))

    def text(self, paragraph: etree._Element) -> str:
        return self.numbers.label(paragraph) + self.runs(paragraph)

    def _level(self, paragraph: etree._Element) -> int | None:
        outline = paragraph.find(f"{W}pPr/{W}outlineLvl")
        if outline is not None and (outline.get(W + "val") or "").isdigit():
            value = int(outline.get(W + "val"))
            return value + 1 if value < 9 else None
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return self.levels.get(style.get(W + "val")) if style is not None else None

    def runs(self, element: etree._Element) -> str:
        pieces: list[str] = []
        for child in element:
            if not isinstance(child.tag, str) or child.tag in _LEFT_OUT:
                continue
            if child.tag == W + "r":
                hidden = child.find(f"{W}rPr/{W}vanish")
                if hidden is None or hidden.get(W + "val") in ("0", "false"):
                    pieces.append(self.runs(child))
            elif child.tag == W + "t":
                pieces.append(child.text or "")
            elif child.tag == W + "tab":
                pieces.append("\t" if child.getparent().tag == W + "r" else "")
            elif child.tag in (W + "br", W + "cr"):
                pieces.append("\n")
            elif child.tag == W + "noBreakHyphen":
                pieces.append("-")
            elif child.tag == MC + "AlternateContent":
                choice = child.find(MC + "Choice")
                pieces.append(self.runs(choice) if choice is not None else "")
            elif child.tag.endswith("}txbxContent"):
                pieces.append("\n" + "\n".join(self.text(p) for p in child.iter(W + "p")) + "\n")
            else:
                pieces.append(self.runs(child))
        return "".join(pieces)

    def table(self, element: etree._Element, depth: int) -> None:
        self.tables += 1
        number = self.tables
        cells: list[Cell] = []
        open_cells: dict[int, int] = {}  # column -> index of the cell that a vertical merge continues
        nested: list[etree._Element] = []
        width = row_number = 0
        for row in _descend(element, W + "tr"):
            properties = row.find(W + "trPr")
            if properties is not None and properties.find(W + "del") is not None:
                continue
            column = _value(properties, "gridBefore", 0)
            for cell in _descend(row, W + "tc"):
                pr = cell.find(W + "tcPr")
                across = max(1, min(_value(pr, "gridSpan", 1), LARGEST_SPAN))
                merge = pr.find(W + "vMerge") if pr is not None else None
                continues = merge is not None and merge.get(W + "val", "continue") != "restart"
                if continues and column in open_cells:
                    above = cells[open_cells[column]]
                    cells[open_cells[column]] = Cell(
                        above.text,
                        above.row,
                        above.column,
                        row_number - above.row + 1,
                        above.column_span,
                        above.locator,
                    )
                else:
                    inner = list(_descend(cell, W + "tbl"))
                    if inner:
                        nested.append(cell)
                    text = "\n".join(self.text(p) for p in _descend(cell, W + "p")).strip()
                    where = Locator(table=number, row=row_number + 1, column=column + 1)
                    cells.append(Cell(text, row_number, column, 1, across, where))
                    if merge is not None:
                        open_cells[column] = len(cells) - 1
                    else:
                        open_cells.pop(column, None)
                column += across
            width = max(width, column)
            row_number += 1
        if nested:  # a table that holds tables is there for the layout
            self.tables -= 1
            for cell in [c for row in _descend(element, W + "tr") for c in _descend(row, W + "tc")]:
                self.children(cell, depth + 1)
            return
        if cells:
            self.blocks.append(Table(tuple(cells), row_number, width, "ruled", Locator(table=number)))


def _descend(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _descend(child, tag)


def _value(properties: etree._Element | None, name: str, default: int) -> int:
    found = properties.find(W + name) if properties is not None else None
    text = found.get(W + "val") if found is not None else None
    return min(int(text), 10_000) if text and text.isdigit() and len(text) < 12 else default


def _heading_levels(styles: etree._Element | None) -> dict[str, int]:
    levels: dict[str, int] = {}
    for style in styles.findall(W + "style") if styles is not None else ():
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        if (
            outline is not None
            and (outline.get(W + "val") or "9").isdigit()
            and int(outline.get(W + "val")) < 9
        ):
            levels[style.get(W + "styleId")] = int(outline.get(W + "val")) + 1
    return levels


class _Numbering:
    """Works out the automatic numbers (一、 （一） 1.) that Word shows and does not store."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self.levels: dict[str, dict[int, etree._Element]] = {}
        self.lists: dict[str, tuple[str, dict[int, int]]] = {}
        self.by_style: dict[str, etree._Element] = {}
        self.counts: dict[str, dict[int, int]] = {}
        self.started: set[str] = set()
        for abstract in numbering.findall(W + "abstractNum") if numbering is not None else ():
            self.levels[abstract.get(W + "abstractNumId")] = {
                int(level.get(W + "ilvl")): level for level in abstract.findall(W + "lvl")
            }
        for number in numbering.findall(W + "num") if numbering is not None else ():
            starts = {
                int(override.get(W + "ilvl")): int(start.get(W + "val"))
                for override in number.findall(W + "lvlOverride")
                if (start := override.find(W + "startOverride")) is not None
            }
            abstract_id = number.find(W + "abstractNumId")
            if abstract_id is not None:
                self.lists[number.get(W + "numId")] = (abstract_id.get(W + "val"), starts)
        for style in styles.findall(W + "style") if styles is not None else ():
            properties = style.find(f"{W}pPr/{W}numPr")
            if properties is not None:
                self.by_style[style.get(W + "styleId")] = properties

    def label(self, paragraph: etree._Element) -> str:
        properties = paragraph.find(f"{W}pPr/{W}numPr")
        if properties is None:
            style = paragraph.find(f"{W}pPr/{W}pStyle")
            properties = self.by_style.get(style.get(W + "val")) if style is not None else None
        if properties is None:
            return ""
        number = properties.find(W + "numId")
        at = properties.find(W + "ilvl")
        number_id = number.get(W + "val") if number is not None else None
        level = int(at.get(W + "val")) if at is not None else 0
        if number_id is None or number_id not in self.lists:
            return ""
        abstract, starts = self.lists[number_id]
        definition = self.levels.get(abstract, {}).get(level)
        if definition is None:
            return ""
        counts = self.counts.setdefault(abstract, {})
        if number_id not in self.started:
            self.started.add(number_id)
            for overridden, start in starts.items():
                counts[overridden] = start - 1
        counts[level] = counts.get(level, _start(definition) - 1) + 1
        for deeper in [k for k in counts if k > level]:
            del counts[deeper]
        pattern = definition.find(W + "lvlText")
        text = (pattern.get(W + "val") or "") if pattern is not None else ""
        if "%" not in text:
            return ""
        return re.sub(r"%(\d)", lambda m: self._format(abstract, int(m.group(1)) - 1, counts), text)

    def _format(self, abstract: str, level: int, counts: dict[int, int]) -> str:
        definition = self.levels[abstract].get(level)
        form = definition.find(W + "numFmt") if definition is not None else None
        count = counts.get(level, _start(definition) if definition is not None else 1)
        return format_number(form.get(W + "val") if form is not None else "decimal", count)


def _start(definition: etree._Element) -> int:
    start = definition.find(W + "start")
    return int(start.get(W + "val")) if start is not None else 1


def format_number(form: str, count: int) -> str:
    """Return a list number as Word prints it."""
    if form in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCountingThousand",
    ):
        if not 0 <= count < 100:
            return str(count)
        if count <= 10:
            return _CHINESE[count]
        tens, ones = divmod(count, 10)
        return ("" if tens == 1 else _CHINESE[tens]) + "十" + (_CHINESE[ones] if ones else "")
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= count <= 20:
        return chr(0x245F + count)
    if form == "lowerLetter":
        return chr(96 + count) if count <= 26 else str(count)
    if form == "upperLetter":
        return chr(64 + count) if count <= 26 else str(count)
    return "" if form in ("bullet", "none") else str(count)
