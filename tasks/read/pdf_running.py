"""Lines that the pages of a PDF repeat at their edges: running heads, addresses, dates of printing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from models.document import Block, Paragraph, Table

EDGE = 0.08  # of the page's height
FEWEST_LETTERS = 4
_PAGE = re.compile(r"\d+\s*/\s*\d+|第\s*\d+\s*页|共\s*\d+\s*页|[-—–]\s*\d+\s*[-—–]")
_LETTER = re.compile(r"[^\W\d_]")
_PRINTED = re.compile(r"https?://|file:///|\d{1,4}[/-]\d{1,2}[/-]\d{1,4}[,，\s]+\d{1,2}:\d{2}")
_HEADING = re.compile(r"[（(]?[一二三四五六七八九十]+[、.．）)]")
_NUMBER = re.compile(r"[\d\s.,%/—–-]+")


Key = tuple[str, int, str]
"""(edge of the page, height in points, text)"""


def without_running_lines(pages: Sequence[Sequence[Block]], heights: Sequence[float]) -> list[Block]:
    """Return the blocks of all pages in order; a line that pages repeat at one edge is kept once.

    It is one that at least half of the pages have at one height, the number of the page apart; two pages are
    enough for the lines that a browser prints. A row with a number of its own is none, however often it comes, nor
    is a heading with a number.
    """
    keys = [
        [_running(block, height) for block in blocks] for blocks, height in zip(pages, heights, strict=True)
    ]
    seen = Counter(key for page in keys for key in set(page) if key is not None)
    kept: list[Block] = []
    told: set[Key] = set()
    for blocks, page in zip(pages, keys, strict=True):
        for block, key in zip(blocks, page, strict=True):
            if key is not None and seen[key] >= (2 if _PRINTED.search(key[2]) else max(3, len(pages) / 2)):
                if key in told:
                    continue
                told.add(key)
            kept.append(block)
    return kept


def _running(block: Block, height: float) -> Key | None:
    """Return what makes a line at the edge of a page the same as on another page; None for other blocks."""
    box = block.locator.box
    if box is None or not height or (isinstance(block, Table) and block.layout == "ruled"):
        return None
    edge = "head" if box[3] < EDGE * height else "foot" if box[1] > (1 - EDGE) * height else ""
    if not edge:
        return None
    pieces = [block.text] if isinstance(block, Paragraph) else [cell.text for cell in block.cells]
    pieces = [left for piece in pieces if (left := _PAGE.sub("", piece).strip())]
    text = " ".join(pieces)
    if any(_NUMBER.fullmatch(piece) for piece in pieces) or len(_LETTER.findall(text)) < FEWEST_LETTERS:
        return None
    if _HEADING.match(text):
        return None
    return edge, round(box[1]), text
