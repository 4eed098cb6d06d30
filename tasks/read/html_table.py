"""Tables of a web page: which hold data, and where a browser puts their cells."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from models.document import Cell, Locator, Table
from models.errors import ErrorKind, ReadError
from tasks.read.decode import damaged

LARGEST_SPAN = 200
MOST_CELLS = 100_000
MOST_PLACES = 2_000_000
CROWDED = "网页中的表格过大，不像是年度报告，未予读取；请只提交年度报告本身。"
LONGEST_CELL = 300
"""A cell with more text than this holds page content: its table is there for the layout."""

FEWEST_NUMBERS = 3
"""A table with as many numbers is one of the form's, however long the note below it."""

PICTURE = "图片"
BLOCKS = frozenset({
    "p", "div", "section", "article", "main", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6",
    "center", "blockquote", "pre", "body", "html", "form", "fieldset", "legend", "figure", "figcaption", "address",
    "aside", "header", "thead", "tbody", "tfoot", "td", "th", "tr", "hr", "caption", "table", "noscript", "template",
    "details", "summary", "hgroup", "dir", "menu",
})  # fmt: skip
_NUMBER = re.compile(r"[\d.,]+")
_WHITE = re.compile(r"[\s\xa0\u3000]+")
_GROUPS = frozenset({"tbody", "thead", "tfoot"})


def data_tables(body: etree._Element) -> dict[etree._Element, list[etree._Element]]:
    """Return the tables that hold data, each with its rows in the order a browser shows them.

    Not among them: a table that holds tables, that has one cell, that has a long text and no numbers, or whose
    cells stand outside its rows. Those make the layout of the page.
    """
    found: dict[etree._Element, list[etree._Element]] = {}
    open_tables: list[_Open] = []
    for event, element in etree.iterwalk(body, events=("start", "end"), tag=("table", "tr", "td", "th")):
        if event == "start":
            if element.tag == "table":
                open_tables.append(_Open(element))
            elif open_tables:
                open_tables[-1].take(element)
        elif element.tag == "table":
            closed = open_tables.pop()
            single = closed.cells == 1 and not closed.holds_tables
            if open_tables and not single:
                open_tables[-1].holds_tables = True
            if not (closed.holds_tables or closed.astray or closed.cells < 2 or _is_prose(closed.rows)):
                found[element] = _as_shown(closed.rows)
    return found


class _Open:
    """A table whose end has not been seen yet."""

    __slots__ = ("astray", "cells", "element", "holds_tables", "rows")

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.rows: list[etree._Element] = []
        self.cells = 0
        self.astray = False
        self.holds_tables = False

    def take(self, element: etree._Element) -> None:
        if element.tag == "tr":
            self.rows.append(element)
        else:
            self.cells += 1
            parent = element.getparent()
            self.astray = self.astray or parent is None or parent.tag != "tr"


def _is_prose(rows: list[etree._Element]) -> bool:
    """Say whether a table lays out prose: it has a long cell, and no rows of numbers above its footnote."""
    numbers = longest = 0
    for row in rows:
        for cell in row:
            text = cell.text or "" if not len(cell) else "".join(cell.itertext())
            text = text.strip()
            longest = max(longest, len(text))
            numbers += bool(_NUMBER.fullmatch(text))
            if numbers >= FEWEST_NUMBERS:
                return False
    return longest > LONGEST_CELL


def _as_shown(rows: list[etree._Element]) -> list[etree._Element]:
    """Put the rows of a tfoot last, wherever it is written."""
    feet = [row for row in rows if _group(row) == "tfoot"]
    return [*(row for row in rows if _group(row) != "tfoot"), *feet] if feet else rows


def _group(row: etree._Element) -> str:
    parent = row.getparent()
    return str(parent.tag) if parent is not None else ""


def grid(rows: list[etree._Element], number: int) -> Table:
    """Lay the cells of `rows` on a grid as a browser does; spans are clamped to 200 and to the row group.

    Raises ReadError past 100,000 cells.
    """
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    width = 0
    ends = _ends_of_groups(rows)
    for r, row in enumerate(rows):
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while (r, column) in taken:
                column += 1
            across = _span(cell.get("colspan"), 1)
            down = min(_span(cell.get("rowspan"), LARGEST_SPAN), ends[r] - r)
            if down > 1:
                taken.update((r + dr, column + dc) for dr in range(1, down) for dc in range(across))
            text, alternative = _printed(cell)
            where = Locator(table=number, row=r + 1, column=column + 1)
            cells.append(Cell(text, r, column, down, across, where, alternative=alternative))
            column += across
            width = max(width, column)
            if len(cells) > MOST_CELLS or len(taken) > MOST_PLACES:
                raise ReadError(ErrorKind.TOO_LARGE, CROWDED)
    return Table(tuple(cells), len(rows), width, "ruled", Locator(table=number))


def _ends_of_groups(rows: list[etree._Element]) -> list[int]:
    """Return for each row the row after the last of its group (thead, tbody, tfoot), which no span crosses."""
    ends = [len(rows)] * len(rows)
    parents = [row.getparent() for row in rows]
    for r in range(len(rows) - 2, -1, -1):
        parent, below = parents[r], parents[r + 1]
        same = parent is below or not (_is_group(parent) and _is_group(below))
        ends[r] = ends[r + 1] if same else r + 1
    return ends


def _is_group(element: etree._Element | None) -> bool:
    return element is not None and element.tag in _GROUPS


@lru_cache(maxsize=1024)
def _span(text: str | None, zero: int) -> int:
    digits = re.match(r"\s*(\d{1,9})", text or "1")
    span = int(digits.group(1)) if digits else 1
    return min(span or zero, LARGEST_SPAN)


def _printed(cell: etree._Element) -> tuple[str, str | None]:
    """Return the text of a cell, and its other reading where it has one.

    A raised figure may be a footnote mark; a cell with a picture and no digits may have its number there.
    """
    if not len(cell):
        text = squeeze(cell.text)
        return text, damaged(text)
    text = cell_text(cell)
    if "\ufffd" in text:
        return text, damaged(text)
    has_digits = any(c.isdigit() for c in text)
    if next(cell.iter("sup", "sub"), None) is not None:
        plain = cell_text(cell, raised=False)
        if has_digits and plain != text:
            return text, plain
    if not has_digits and any(not is_spacer(picture) for picture in cell.iter("img", "v:imagedata")):
        return text, PICTURE
    return text, None


def cell_text(cell: etree._Element, *, raised: bool = True) -> str:
    """Return the printed text of a cell; breaks and paragraphs inside it are line breaks."""
    only = cell[0] if len(cell) == 1 else None
    if only is not None and only.tag == "p" and not len(only) and not cell.text and not only.tail:
        return squeeze(only.text)  # the usual cell, as Word writes it
    pieces = [_flat(cell.text)]
    walk = etree.iterwalk(cell, events=("start", "end"))
    for event, element in walk:
        if element is cell:
            continue
        tag = element.tag
        if event == "start":
            if tag == "br" or tag in BLOCKS:
                pieces.append("\n")
            if not raised and tag in ("sup", "sub"):
                walk.skip_subtree()
            else:
                pieces.append(_flat(element.text))
        else:
            if tag in BLOCKS:
                pieces.append("\n")
            pieces.append(_flat(element.tail))
    lines = (squeeze(line) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def is_spacer(picture: etree._Element) -> bool:
    """Say whether a picture is one of those that only keep a distance."""
    sizes = [picture.get("width") or "", picture.get("height") or ""]
    return any(re.fullmatch(r"\s*[0-9](?:px)?\s*", size) for size in sizes)


def _flat(text: str | None) -> str:
    return text.replace("\n", " ").replace("\r", " ") if text else ""


def squeeze(text: str | None) -> str:
    """Return text with runs of white space as one space, ends trimmed."""
    return _WHITE.sub(" ", text).strip() if text else ""
