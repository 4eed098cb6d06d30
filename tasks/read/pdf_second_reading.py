"""The second reading of a PDF: what pdfplumber finds in the cells that pdfium has read.

The two libraries share no code, so a digit that a font maps wrongly, or that one of them drops, shows.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pdfplumber
from pdfminer.layout import LTChar, LTContainer, LTFigure

from models.document import Block, Table
from tasks.read.pdf_lattice import View

LONGEST_NUMBER = 20  # characters; a cell with more is no number and is not compared
Mark = tuple[float, float, float, str]
"""(x and y of the middle, height, text) of a character"""
_DIGIT = re.compile(r"\d")

logging.getLogger("pdfminer").setLevel(logging.ERROR)


def compared(content: bytes, blocks: Sequence[Block], views: Mapping[int, View]) -> list[Block]:
    """Return `blocks` with `Cell.alternative` set where the second reading finds another number.

    `views` holds the pages to read again and how they are turned. Cells are compared after NFKC and without
    white space, when either reading holds a digit.
    """
    marks: dict[int, list[Mark]] = {}
    try:
        with pdfplumber.open(io.BytesIO(content), pages=sorted(views)) as pdf:
            for page in pdf.pages:
                page.page_obj.rotate = 0  # the view turns both readings alike
                origin = page.page_obj.mediabox[:2]
                marks[page.page_number] = list(_marks(page.layout, origin, views[page.page_number]))
    except Exception:  # a second opinion that cannot be had is no reason to refuse the first
        logging.getLogger("hecha").warning("pdfplumber could not read the file", exc_info=True)
        return list(blocks)
    return [_compared(b, marks) if isinstance(b, Table) and b.layout == "ruled" else b for b in blocks]


def _marks(container: LTContainer[Any], origin: Sequence[float], seen: View) -> Iterator[Mark]:
    x, y = origin
    for item in container:
        if isinstance(item, LTChar):
            left, top, right, bottom = seen.place(item.x0 + x, item.y0 + y, item.x1 + x, item.y1 + y)
            yield (left + right) / 2, (top + bottom) / 2, bottom - top, item.get_text()
        elif isinstance(item, LTFigure):
            yield from _marks(item, origin, seen)


def _compared(table: Table, marks: Mapping[int, Sequence[Mark]]) -> Table:
    page = marks.get(table.locator.page or 0, ())
    cells = []
    for cell in table.cells:
        box = cell.locator.box
        if box and len(cell.text) <= LONGEST_NUMBER:
            x0, top, x1, bottom = box
            again = _in_order([m for m in page if x0 <= m[0] < x1 and top <= m[1] < bottom])
            one, other = _plain(cell.text), _plain(again)
            if one != other and len(other) <= LONGEST_NUMBER and _DIGIT.search(one + other):
                cell = replace(cell, alternative=again)
        cells.append(cell)
    return replace(table, cells=tuple(cells))


def _in_order(marks: Sequence[Mark]) -> str:
    """Read characters as the eye does, whatever their order in the file: line by line, from the left."""
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: m[1]):
        if lines and mark[1] - lines[-1][0][1] < 0.5 * mark[2]:
            lines[-1].append(mark)
        else:
            lines.append([mark])
    return "\n".join("".join(_struck_once(sorted(line))) for line in lines)


def _struck_once(line: Sequence[Mark]) -> Iterator[str]:
    """Leave out characters printed twice on one spot, the bold type of some printers' drivers."""
    last: Mark | None = None
    for mark in line:
        if last is None or mark[3] != last[3] or mark[0] - last[0] > 0.15 * mark[2]:
            yield mark[3]
        last = mark


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
