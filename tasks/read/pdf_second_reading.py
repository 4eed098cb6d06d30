"""The second reading of a PDF: what its content stream says in the cells that pdfium has read.

The two readings share no code: pdfium gathers the first, `tasks.read.pdf_content` on pdfminer's objects the second.
A digit that a font maps wrongly, that one of them drops, or that is hidden under another shows as a difference.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from models.document import Cell, Table
from tasks.read.pdf_content import Asked, Mark, pages
from tasks.read.pdf_lattice import Lattice
from tasks.read.pdf_page import Box, View

LONGEST_NUMBER = 20  # characters; a cell with more is no number and is not compared
MOST_WORDS = 3  # and one with more Chinese characters is a label
_DIGIT = re.compile(r"\d")
_CHINESE = re.compile(r"[\u3400-\u9fff\u2e80-\u2fdf\uf900-\ufaff]")

logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as first read: how it is turned, and its ruled tables with their lattices."""

    view: View
    tables: tuple[tuple[Lattice, Table], ...]


def compared(content: bytes, seen: Mapping[int, Seen]) -> dict[int, tuple[Table, ...]]:
    """Return the ruled tables by page, with `Cell.alternative` set where the second reading finds another number.

    `seen` maps numbers of pages to what was read there. Cells that hold a number, a mark or nothing are compared,
    after NFKC and without white space. A page that the second reading cannot take in is missing in the answer.
    """
    found: dict[int, tuple[Table, ...]] = {}
    try:
        for number, marks in pages(content, {number: _asked(page) for number, page in seen.items()}):
            page = seen[number]
            placed = [_placed(mark, page.view) for mark in marks]
            found[number] = tuple(_compared(lattice, table, placed) for lattice, table in page.tables)
    except Exception as error:  # a second opinion that cannot be had is no reason to refuse the first
        logging.getLogger("hecha").warning("the file could not be read a second time: %r", error)
    return found


def may_be_a_number(text: str) -> bool:
    """Say whether a cell is compared: short, and no label. One without any text is."""
    words = len(_CHINESE.findall(text))
    return len(text) <= LONGEST_NUMBER and words <= (MOST_WORDS if _DIGIT.search(text) else 0)


def _asked(page: Seen) -> Asked:
    """Make the question whether a stretch of text may reach a cell that is compared."""
    wanted = [
        (lattice, frozenset(i for i, cell in enumerate(table.cells) if may_be_a_number(cell.text)))
        for lattice, table in page.tables
    ]
    boxes: list[Box] = [lattice.box for lattice, _ in wanted]
    place = page.view.place

    def asked(x0: float, y0: float, x1: float, y1: float) -> bool:
        left, top, right, bottom = place(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        for (lattice, cells), box in zip(wanted, boxes, strict=True):
            if right < box[0] or left > box[2] or bottom < box[1] or top > box[3]:
                continue
            one, other = lattice.owner(left, top), lattice.owner(right, bottom)
            if one is None or one != other or one in cells:
                return True
        return False

    return asked


def _placed(mark: Mark, view: View) -> Mark:
    x, y, _, _ = view.place(mark.x, mark.y, mark.x, mark.y)
    return Mark(x, y, mark.height, mark.text)


def _compared(lattice: Lattice, table: Table, marks: Sequence[Mark]) -> Table:
    inside: dict[int, list[Mark]] = {}
    for mark in marks:
        home = lattice.owner(mark.x, mark.y)
        if home is not None:
            inside.setdefault(home, []).append(mark)
    return replace(table, cells=tuple(_again(cell, inside.get(i, ())) for i, cell in enumerate(table.cells)))


def _again(cell: Cell, marks: Sequence[Mark]) -> Cell:
    if cell.alternative is not None or not may_be_a_number(cell.text):
        return cell
    text = _in_order(marks)
    one, other = _plain(cell.text), _plain(text)
    if one == other or len(other) > LONGEST_NUMBER or not _DIGIT.search(one + other):
        return cell
    return replace(cell, alternative=text)


def _in_order(marks: Sequence[Mark]) -> str:
    """Read characters as the eye does, whatever their order in the file: line by line, from the left."""
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: m.y):
        if lines and mark.y - lines[-1][0].y < 0.5 * mark.height:
            lines[-1].append(mark)
        else:
            lines.append([mark])
    return "\n".join("".join(_struck_once(sorted(line, key=lambda m: m.x))) for line in lines)


def _struck_once(line: Sequence[Mark]) -> Iterator[str]:
    """Leave out characters printed twice on one spot, the bold type of some printers' drivers."""
    last: Mark | None = None
    for mark in line:
        if last is None or mark.text != last.text or mark.x - last.x > 0.15 * mark.height:
            yield mark.text
        last = mark


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
