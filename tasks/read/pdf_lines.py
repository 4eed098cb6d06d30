"""Printed lines from the characters of a PDF page, inside cells and outside of tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from models.document import Block, Cell, Locator, Paragraph, Table
from tasks.read.pdf_page import Glyph, View

FRAGMENT = 1.6  # a gap wider than this many line heights parts two columns
APART = 0.25  # and one wider than this parts two numbers
LONGEST_PIECE = 24
MOST_PIECES = 60  # on one printed line
PAGE_NUMBER = re.compile(r"^[-—–\s]*第?\s*\d{1,3}\s*页?[-—–\s]*(?:[/共]\s*\d{1,3}\s*页?)?$")
_NUMBER = re.compile(r"[-+]?[\d,.]+|[-/—]+")
_DIGIT = re.compile(r"\d")


def lines(found: Sequence[Glyph]) -> list[list[Glyph]]:
    """Gather characters, in the order of the page's text, into printed lines."""
    gathered: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in found:
        if glyph.text.isspace():
            if gathered:
                gathered[-1].append(glyph)  # the box of a space says nothing, so it opens no line
            continue
        if last is None or not _on_one_line(last, glyph):
            gathered.append([])
        gathered[-1].append(glyph)
        last = glyph
    return [_from_the_left(line) for line in gathered]


def _from_the_left(line: list[Glyph]) -> list[Glyph]:
    """Put a line in order where the file holds it otherwise; its spaces can no longer be placed then."""
    marks = [g for g in line if not g.text.isspace()]
    if all(a.x <= b.x for a, b in pairwise(marks)):
        return line
    return sorted(marks, key=lambda g: g.x)


def _on_one_line(one: Glyph, other: Glyph) -> bool:
    """Say whether two characters stand on one line: their middles are nearer than two fifths of a line."""
    return abs(one.y - other.y) < 0.4 * min(one.bottom - one.top, other.bottom - other.top)


def spaced(line: Sequence[Glyph]) -> str:
    """Return a line as printed; where two numbers stand apart without a space character, one is put in."""
    pieces: list[str] = []
    last: Glyph | None = None
    for glyph in line:
        if glyph.text.isspace():
            pieces.append(glyph.text)
            continue
        if last is not None:
            size = max(glyph.bottom - glyph.top, 6.0)
            gap = glyph.left - last.right
            missing = (
                2 if gap > FRAGMENT * size else 1 if gap > APART * size and _both_ascii(last, glyph) else 0
            )
            pieces.append(" " * (missing - len(pieces[-1]) if pieces[-1].isspace() else missing))
        pieces.append(glyph.text)
        last = glyph
    return "".join(pieces).strip()


def _both_ascii(one: Glyph, other: Glyph) -> bool:
    return one.text.isascii() and other.text.isascii()


def _fragments(line: Sequence[Glyph]) -> list[tuple[str, list[Glyph]]]:
    """Cut a line of text where a gap is wider than two characters."""
    pieces: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in line:
        if glyph.text.isspace():
            continue
        size = max(glyph.bottom - glyph.top, 6.0)
        if last is None or glyph.left - last.right > FRAGMENT * size:
            pieces.append([])
        pieces[-1].append(glyph)
        last = glyph
    return [(spaced(piece), piece) for piece in pieces]


def _one_line_each(gathered: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """Join short pieces of one printed line that the file holds apart, as in a table drawn column by column."""
    whole: list[list[list[Glyph]]] = []
    near: dict[int, list[list[list[Glyph]]]] = {}
    for line in gathered:
        level = int(line[0].y // 8)
        homes = (home for step in (-1, 0, 1) for home in near.get(level + step, ()))
        home = next((h for h in homes if all(_beside(piece, line) for piece in h)), None)
        if home is not None and len(home) < MOST_PIECES:
            home.append(line)
            continue
        whole.append([line])
        if len(line) <= LONGEST_PIECE and len(near.get(level, ())) < MOST_PIECES:
            near.setdefault(level, []).append(whole[-1])
    return [[g for piece in sorted(pieces, key=lambda p: p[0].left) for g in piece] for pieces in whole]


def _beside(one: Sequence[Glyph], other: Sequence[Glyph]) -> bool:
    """Say whether two short pieces stand on one line, side by side. Longer ones may be columns of prose."""
    if len(one) > LONGEST_PIECE or len(other) > LONGEST_PIECE or not _on_one_line(one[0], other[0]):
        return False
    return max(g.right for g in one) <= other[0].left or max(g.right for g in other) <= one[0].left


def _columns(fragment: str) -> list[str]:
    """Part numbers of narrow columns, which stand too near for a gap."""
    parts = fragment.split()
    return parts if all(_NUMBER.fullmatch(part) for part in parts) else [fragment]


def text_blocks(number: int, seen: View, found: Sequence[Glyph]) -> list[tuple[float, Block]]:
    """Return what stands outside of the ruled tables, with its height on the page.

    A line is a paragraph; one with gaps and digits is a row of columns. Page numbers are left out.
    """
    blocks: list[tuple[float, Block]] = []
    for whole in _one_line_each(lines([g for g in found if not g.hidden])):
        line = [g for g in whole if not g.text.isspace()]
        top = min(g.top for g in line)
        pieces = _fragments(line)
        text = "".join(text for text, _ in pieces)
        at_the_edge = top > 0.9 * seen.height or top < 0.07 * seen.height
        if len(pieces) == 1 and PAGE_NUMBER.match(text) and at_the_edge:
            continue
        where = _where(number, seen, line)
        if len(pieces) > 1 and any(_DIGIT.search(t) for t, _ in pieces) and len(text) < 80:
            columns = [(column, piece) for text, piece in pieces for column in _columns(text)]
            cells = tuple(
                Cell(text, 0, column, locator=_where(number, seen, piece))
                for column, (text, piece) in enumerate(columns)
            )
            blocks.append((top, Table(cells, 1, len(cells), "aligned", where)))
        elif text:
            blocks.append((top, Paragraph(spaced(whole), locator=where)))
    return blocks


def _where(number: int, seen: View, line: Sequence[Glyph]) -> Locator:
    box = (
        min(g.left for g in line), min(g.top for g in line),
        max(g.right for g in line), max(g.bottom for g in line),
    )  # fmt: skip
    return Locator(page=number, box=seen.shown(box))
