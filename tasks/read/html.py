"""Web pages: the report inside whatever page it was published or saved in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree
from lxml import html as parser

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import text as plain
from tasks.read.decode import decode

UNPARSABLE = "网页内容无法解析，请重新保存网页或改为提交 docx、PDF 文件。"
TOO_DEEP = "网页标签嵌套过深，无法读取，请用浏览器另存为 PDF 或将内容复制到 docx 后提交。"
LARGEST_SPAN = 200
LONGEST_CELL = 300
"""A cell with more text than this holds page content: its table is there for the layout."""

FEWEST_NUMBERS = 3
"""A table with as many numbers is one of the form's, however long the note below it."""
_NUMBER = re.compile(r"[\d.,]+")

_DROPPED = frozenset(
    {
        "script",
        "style",
        "nav",
        "header",
        "footer",
        "noscript",
        "template",
        "head",
        "button",
        "select",
        "option",
        "textarea",
        "iframe",
        "svg",
        "form-control",
    }
)
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "center",
        "blockquote",
        "pre",
        "body",
        "html",
        "form",
        "fieldset",
        "figure",
        "address",
        "aside",
        "tbody",
        "td",
        "th",
        "tr",
        "hr",
        "caption",
    }
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_META = {
    "pubdate": "published_on",
    "publishdate": "published_on",
    "contentsource": "publisher",
    "articletitle": "title",
}
_DEPTH = 400


def read(artifact: Artifact) -> Document:
    """Read a web page. Raises ReadError when it is nested too deep or holds no markup."""
    text, notes = decode(artifact.content)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    reader = parser.HTMLParser(huge_tree=False, no_network=True)
    try:
        root = parser.document_fromstring(text, parser=reader)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(ErrorKind.UNREADABLE, UNPARSABLE) from error
    if any("depth" in entry.message for entry in reader.error_log):
        raise ReadError(ErrorKind.UNREADABLE, TOO_DEEP)  # the parser leaves out what is deeper, in silence
    walk = _Walk()
    body = root.find("body")
    walk.children(body if body is not None else root)
    walk.flush()
    return Document(tuple(walk.blocks), "html", tuple(_metadata(root)), notes)


def _metadata(root: etree._Element) -> Iterator[tuple[str, str]]:
    title = root.findtext(".//title")
    named = {
        (meta.get("name") or "").lower(): (meta.get("content") or "").strip() for meta in root.iter("meta")
    }
    if named.get("articletitle"):
        yield "title", named["articletitle"]
    elif title and title.strip():
        yield "title", title.strip()
    for name, key in _META.items():
        if key != "title" and named.get(name):
            yield key, named[name]


class _Walk:
    """Gathers blocks in reading order; inline text collects until a block begins or ends."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.inline: list[str] = []
        self.tables = 0

    def flush(self, level: int | None = None) -> None:
        text = "".join(self.inline)
        self.inline = []
        for line in text.split("\n"):
            line = re.sub(r"[ \t\xa0\u3000]+", " ", line).strip()
            if line:
                self.blocks.append(Paragraph(line, level, Locator()))

    def children(self, element: etree._Element, depth: int = 0) -> None:
        self.text(element.text)
        for child in element:
            if isinstance(child.tag, str) and depth < _DEPTH:
                self.element(child, depth + 1)
            self.text(child.tail)

    def text(self, text: str | None) -> None:
        if text:
            self.inline.append(text.replace("\n", " ").replace("\r", " "))

    def element(self, element: etree._Element, depth: int) -> None:
        tag = element.tag.lower()
        if tag in _DROPPED or _HIDDEN.search(element.get("style") or "") or element.get("hidden") is not None:
            return
        if tag == "br":
            self.inline.append("\n")
        elif tag == "table":
            self.flush()
            self.table(element, depth)
        elif tag == "pre":
            self.flush()
            self.blocks.extend(plain.blocks("".join(element.itertext()).split("\n")))
        elif tag in _BLOCKS:
            self.flush()
            self.children(element, depth)
            self.flush(int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else None)
        else:
            self.children(element, depth)

    def table(self, element: etree._Element, depth: int) -> None:
        rows = [row for row in element.iter("tr") if _owner(row) is element]
        cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
        layout = any(cell.find(".//table") is not None for cell in cells) or _is_prose(cells)
        if layout or not cells:
            self.children(element, depth)
            self.flush()
            return
        self.tables += 1
        table = grid(rows, self.tables)
        caption = element.find("caption")
        if caption is not None:
            self.children(caption, depth)
            self.flush()
        self.blocks.append(table)


def _is_prose(cells: list[etree._Element]) -> bool:
    """Say whether a table lays out prose: it has a long cell, and no rows of numbers above its footnote."""
    texts = ["".join(cell.itertext()).strip() for cell in cells]
    numbers = sum(bool(_NUMBER.fullmatch(text)) for text in texts)
    return numbers < FEWEST_NUMBERS and any(len(text) > LONGEST_CELL for text in texts)


def _owner(row: etree._Element) -> etree._Element | None:
    parent = row.getparent()
    while parent is not None and parent.tag != "table":
        parent = parent.getparent()
    return parent


def grid(rows: list[etree._Element], number: int) -> Table:
    """Lay the cells of `rows` on a grid as a browser does; spans are clamped."""
    taken: dict[tuple[int, int], bool] = {}
    cells: list[Cell] = []
    width = 0
    for r, row in enumerate(rows):
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while (r, column) in taken:
                column += 1
            across = _span(cell.get("colspan"))
            down = min(_span(cell.get("rowspan"), len(rows) - r), len(rows) - r)
            for dr in range(down):
                for dc in range(across):
                    taken[r + dr, column + dc] = True
            hidden = _HIDDEN.search(cell.get("style") or "")
            text = "" if hidden else cell_text(cell)
            where = Locator(table=number, row=r + 1, column=column + 1)
            cells.append(Cell(text, r, column, down, across, where))
            column += across
            width = max(width, column)
    return Table(tuple(cells), len(rows), width, "ruled", Locator(table=number))


@lru_cache(maxsize=1024)
def _span(text: str | None, zero: int = 1) -> int:
    digits = re.match(r"\s*(\d{1,9})", text or "1")
    span = int(digits.group(1)) if digits else 1
    return min(span or zero, LARGEST_SPAN) or 1


def cell_text(cell: etree._Element) -> str:
    """Return the printed text of a cell; breaks and paragraphs inside it are line breaks."""
    walk = _Walk()
    walk.children(cell)
    walk.flush()
    return "\n".join(block.text for block in walk.blocks if isinstance(block, Paragraph))
