"""OFD (GB/T 33190): ruled tables by their lines, everything else as lines of text, read from its own XML.

Characters stand in an OFD file with their places in millimetres, like those of a PDF; the lattice that finds
the tables of a PDF page finds them here. Annotations, seals and what cannot be seen are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from posixpath import dirname, join, normpath

from lxml import etree

from models.document import Artifact, Block, Cell, Document, Table
from models.errors import ErrorKind, ReadError
from tasks.read import ofd_pictures
from tasks.read.ofd_page import Page, Picture, painted
from tasks.read.ofd_values import Resources, box_of, children, local
from tasks.read.package import ENCRYPTED, Package, opened
from tasks.read.pdf_cells import table
from tasks.read.pdf_lattice import lattices
from tasks.read.pdf_lines import text_blocks
from tasks.read.pdf_page import UNKNOWN, Box

MOST_PAGES = 100
LARGEST_PAGE = 20 << 20
FEWEST_CHARACTERS = 20  # of a page with a large picture; one with less is a scan
MOST_OUTLINES = 50  # curved shapes of a page without text; one with more is text turned into shapes
MOST_UNNAMED = 0.2  # share of glyphs without a character in a file that can be read
A4 = (0.0, 0.0, 210.0, 297.0)
UNSURE = "?"
"""The second reading of a cell that holds a shape or a character nobody can name."""
BROKEN = "OFD 文件已损坏或不完整，请用原软件重新导出后提交。"
EMPTY = (
    "OFD 文件中没有可以读取的文字，请确认提交的文件是否正确，或提交由文字处理软件导出的 docx 或 PDF 文件。"
)
TOO_LONG = "OFD 有{pages}页，超过{most}页上限，请只提交年度报告本身。"
NO_CHARACTERS = (
    "OFD 文件中的文字没有字符编码或已转为图形，无法读取，请提交由文字处理软件导出的 docx 或 PDF 文件。"
)
UNREAD_PICTURES = "OFD 第{pages}页有图片，其中的文字未读取。"
UNREAD_ANNOTATIONS = "OFD 文件中的批注未读取。"
_ENCRYPTION = ("encryptions.xml", "encryption.xml", "entriesmap.dat", "decryptseed.dat")
"""The parts that an encrypted package has (GM/T 0099)."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page to be read: its contents, lowest first, and its size in millimetres."""

    contents: tuple[etree._Element, ...]
    size: Box


def read(artifact: Artifact) -> Document:
    """Read an OFD file. Raises ReadError for an encrypted, broken, empty or very long one.

    Metadata: ``title`` and ``published_on`` as the file says them, ``pictures``, and ``ocr_pages``, the numbers of
    the pages read from pictures, joined by commas.
    """
    with opened(artifact.content, BROKEN) as package:
        names = _Parts(package)
        if any(name.rpartition("/")[2].lower() in _ENCRYPTION for name in package.names):
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED)
        root = names.xml("OFD.xml")
        blocks: list[Block] = []
        notes: list[str] = []
        scanned: list[int] = []
        unread: list[int] = []
        number = everything = unnamed = 0

        def opaque(picture: str) -> bool:
            part = names.name(picture)
            return part is not None and ofd_pictures.is_opaque(package.part(part))

        for body in children(root, "DocBody"):
            start = _start(body, names)
            document = names.xml(start)
            resources = _resources(document, start, names)
            if any(local(child) == "Annotations" for child in document) and UNREAD_ANNOTATIONS not in notes:
                notes.append(UNREAD_ANNOTATIONS)
            for sheet in _sheets(document, start, names, resources, number):
                number += 1
                page = painted(sheet.contents, sheet.size, resources, number, opaque)
                everything += len(page.glyphs)
                unnamed += sum(glyph.text == UNKNOWN for glyph in page.glyphs)
                large = [picture for picture in page.pictures if _is_large(picture, page)]
                printed = sum(not glyph.hidden and not glyph.text.isspace() for glyph in page.glyphs)
                tables = sum(isinstance(block, Table) and block.layout == "ruled" for block in blocks)
                if large and printed < FEWEST_CHARACTERS:
                    blocks += ofd_pictures.scan(large, package, names.name, number, tables)
                    scanned.append(number)
                elif printed < FEWEST_CHARACTERS and page.drawing.outlines >= MOST_OUTLINES:
                    raise ReadError(ErrorKind.UNSUPPORTED, NO_CHARACTERS)
                else:
                    blocks += _page(number, page, tables)
                    unread += [number] * len(large)
    if not blocks or unnamed > MOST_UNNAMED * everything:
        raise ReadError(ErrorKind.UNREADABLE, NO_CHARACTERS if unnamed else EMPTY)
    if unread:
        pages = "、".join(map(str, sorted(set(unread))))
        notes.append(UNREAD_PICTURES.format(pages=pages))
    return Document(tuple(blocks), "ofd", _metadata(root, unread, scanned), tuple(notes))


class _Parts:
    """The parts of a package by name; programs differ in capitals, slashes and where paths begin."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._names = {normpath(name.replace("\\", "/")).lower(): name for name in package.names}
        self._roots: dict[str, etree._Element] = {}

    def name(self, path: str, beside: str = "") -> str | None:
        """Return the name of the part that `path` in part `beside` means; None when there is none."""
        path = path.strip().replace("\\", "/")
        places = [path.lstrip("/")] if path.startswith("/") else [join(dirname(beside), path), path]
        found = (self._names.get(normpath(place).lower()) for place in places if place)
        return next((name for name in found if name is not None), None)

    def xml(self, path: str, beside: str = "") -> etree._Element:
        """Return the root of a part. Raises KeyError without it, XMLSyntaxError, ReadError past a limit."""
        name = self.name(path, beside)
        if name is None:
            raise KeyError(path)
        if name not in self._roots:
            self._roots[name] = self._package.xml(name, LARGEST_PAGE)
        return self._roots[name]


def _text(parent: etree._Element, *path: str) -> str:
    for name in path:
        found = next(children(parent, name), None)
        if found is None:
            return ""
        parent = found
    return (parent.text or "").strip()


def _start(body: etree._Element, names: _Parts) -> str:
    """Return the name of a document's first part: that of its current version where it has several."""
    path, beside = _text(body, "DocRoot"), ""
    for versions in children(body, "Versions"):
        for version in children(versions, "Version"):
            location = version.get("BaseLoc", "")
            if version.get("Current") == "true" and names.name(location):
                path, beside = _text(names.xml(location), "DocRoot") or path, names.name(location) or ""
    name = names.name(path, beside)
    if name is None:
        raise KeyError(path)
    return name


def _resources(document: etree._Element, start: str, names: _Parts) -> Resources:
    resources = Resources()
    for common in children(document, "CommonData"):
        for part in children(common, "PublicRes", "DocumentRes"):
            _add_resources(part.text or "", start, names, resources)
    return resources


def _add_resources(path: str, beside: str, names: _Parts, resources: Resources) -> None:
    name = names.name(path, beside)
    if name is None:
        return  # fonts and pictures that are missing change no text
    root = names.xml(name)
    base = root.get("BaseLoc", "").replace("\\", "/")
    folder = base if base.startswith("/") else join(dirname(name), base)
    for group in root:
        for item in group:
            key, kind = item.get("ID", ""), local(item)
            if kind == "DrawParam":
                resources.styles[key] = item
            elif kind == "CompositeGraphicUnit":
                resources.composites[key] = item
            elif kind == "MultiMedia" and (file := _text(item, "MediaFile")):
                resources.media[key] = file if file.startswith("/") else join("/", folder, file)


def _sheets(
    document: etree._Element, start: str, names: _Parts, resources: Resources, before: int
) -> Iterator[_Sheet]:
    """Yield the pages of a document in order, `before` of which were read already."""
    common = next(children(document, "CommonData"), None)
    usual = _size(common, "PageArea") if common is not None else None
    templates = {
        part.get("ID", ""): part.get("BaseLoc", "")
        for part in (children(common, "TemplatePage") if common is not None else ())
    }
    listed = [page for pages in children(document, "Pages") for page in children(pages, "Page")]
    if before + len(listed) > MOST_PAGES:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_LONG.format(pages=before + len(listed), most=MOST_PAGES))
    for listing in listed:
        location = listing.get("BaseLoc", "")
        root = names.xml(location, start)
        for part in children(root, "PageRes"):
            _add_resources(part.text or "", names.name(location, start) or "", names, resources)
        below: list[etree._Element] = []
        above: list[etree._Element] = []
        for use in children(root, "Template"):
            if (template := templates.get(use.get("TemplateID", ""))) is not None:
                stack = above if use.get("ZOrder") == "Foreground" else below
                stack += children(names.xml(template, start), "Content")
        contents = (*below, *children(root, "Content"), *above)
        yield _Sheet(contents, _size(root, "Area") or usual or A4)


def _size(parent: etree._Element, name: str) -> Box | None:
    for area in children(parent, name):
        box = box_of(_text(area, "PhysicalBox"))
        if box is not None and 10 < box[2] - box[0] < 5000 and 10 < box[3] - box[1] < 5000:
            return box
    return None


def _is_large(picture: Picture, page: Page) -> bool:
    """Say whether a picture could hold a table: a third of the page wide and more than a seal high."""
    left, top, right, bottom = picture.box
    return right - left > page.view.width / 3 and bottom - top > 40


def _page(number: int, page: Page, before: int) -> list[Block]:
    placed: list[tuple[float, Block]] = []
    used: set[int] = set()
    at = before
    for lattice in lattices(page.drawing):
        if lattice.frame:
            continue
        at += 1
        left = [glyph for glyph in page.glyphs if glyph.index not in used]
        found, taken = table(number, at, lattice, left, page.view)
        used |= taken
        boxes = [span.box for span in lattice.cells]
        cells = tuple(
            _unsure(cell) if _is_unsure(cell, box, page.marks) else cell
            for cell, box in zip(found.cells, boxes, strict=True)
        )
        placed.append((lattice.box[1], replace(found, cells=cells)))
    rest = [glyph for glyph in page.glyphs if glyph.index not in used]
    placed += text_blocks(number, page.view, rest)
    return [block for _, block in sorted(placed, key=lambda item: item[0])]


def _is_unsure(cell: Cell, box: Box, marks: Sequence[Box]) -> bool:
    """Say whether something stands in a cell that was not read: a glyph without a character, a drawn number."""
    if UNKNOWN in cell.text:
        return True
    return not cell.text.strip() and any(
        box[0] < (left + right) / 2 < box[2] and box[1] < (top + bottom) / 2 < box[3]
        for left, top, right, bottom in marks
    )


def _unsure(cell: Cell) -> Cell:
    return cell if cell.alternative is not None else replace(cell, alternative=UNSURE)


def _metadata(
    root: etree._Element, unread: Sequence[int], scanned: Sequence[int]
) -> tuple[tuple[str, str], ...]:
    body = next(children(root, "DocBody"), None)
    said = {
        "title": _text(body, "DocInfo", "Title") if body is not None else "",
        "pictures": str(len(unread)) if unread else "",
        "ocr_pages": ",".join(map(str, scanned)),
    }
    return tuple((key, value) for key, value in said.items() if value)
