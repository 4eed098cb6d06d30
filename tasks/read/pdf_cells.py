"""The cells of a ruled table: which characters stand in each, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.document import Cell, Locator, Table
from tasks.read.pdf_lattice import Lattice, Span
from tasks.read.pdf_lines import lines, spaced
from tasks.read.pdf_page import UNKNOWN, Glyph, View

TOGETHER = 0.03  # of the height of a line: digits nearer than this are one number, whatever rule is between
_OF_NUMBERS = frozenset("0123456789.,０１２３４５６７８９．，")
_DIGITS = frozenset("0123456789０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    left: float
    right: float
    first: float  # width of its first character


def table(
    number: int, at: int, lattice: Lattice, found: Sequence[Glyph], seen: View
) -> tuple[Table, set[int]]:
    """Return a table of page `number`, the `at`-th of the document, and the `index` of each character used."""
    inside: list[list[Glyph]] = [[] for _ in lattice.cells]
    used: set[int] = set()
    crossing: dict[int, str] = {}
    run: list[tuple[Glyph, int]] = []
    for glyph in found:
        home = lattice.owner(glyph.x, glyph.y)
        if home is None:
            continue
        inside[home].append(glyph)
        used.add(glyph.index)
        if glyph.hidden or glyph.text.isspace():
            continue
        if run and not _one_number(run[-1][0], glyph):
            _note_crossing(run, crossing)
            run = []
        if glyph.text in _OF_NUMBERS:
            run.append((glyph, home))
        else:
            _note_crossing(run, crossing)
            run = []
    _note_crossing(run, crossing)
    printed = [_lines([g for g in own if not g.hidden]) for own in inside]
    padding = _padding(lattice.cells, printed)
    cells: list[Cell] = []
    for span, own, text_lines in zip(lattice.cells, inside, printed, strict=True):
        text = _unbroken(text_lines, span, padding)
        alternative = crossing.get(len(cells))
        if alternative is None and UNKNOWN in text:
            alternative = text.replace(UNKNOWN, "")
        if alternative is None and (covered := [g for g in own if g.hidden]):
            unseen = "\n".join(line.text for line in _lines(covered))
            if _DIGITS & set(text + unseen) and unseen != text:
                alternative = unseen
        where = Locator(number, at, span.row + 1, span.column + 1, box=seen.shown(span.box))
        cells.append(
            Cell(text, span.row, span.column, span.row_span, span.column_span, where, alternative=alternative)
        )
    home_of_table = Locator(page=number, table=at, box=seen.shown(lattice.box))
    return Table(tuple(cells), lattice.rows, lattice.columns, "ruled", home_of_table), used


def _one_number(last: Glyph, glyph: Glyph) -> bool:
    """Say whether a character of a number is printed right behind another, as within one number."""
    high = min(last.bottom - last.top, glyph.bottom - glyph.top)
    return abs(last.y - glyph.y) < 0.3 * high and -0.2 * high < glyph.left - last.right < TOGETHER * high


def _note_crossing(run: Sequence[tuple[Glyph, int]], crossing: dict[int, str]) -> None:
    """Remember the cells over which one number stands: which of them it belongs to cannot be seen."""
    homes = {home for _, home in run}
    if len(homes) > 1:
        crossing.update(dict.fromkeys(homes, "".join(glyph.text for glyph, _ in run)))


def _lines(found: Sequence[Glyph]) -> list[_Line]:
    made: list[_Line] = []
    for line in lines(found):
        marks = [g for g in line if not g.text.isspace()]
        if marks and (text := spaced(line)):
            first = marks[0]
            made.append(
                _Line(text, min(g.left for g in marks), max(g.right for g in marks), first.right - first.left)
            )
    return made


def _padding(cells: Sequence[Span], printed: Sequence[Sequence[_Line]]) -> float:
    """Return how near any line of a table comes to the border of its cell, in points."""
    return min(
        (
            min(line.left - span.box[0], span.box[2] - line.right)
            for span, text_lines in zip(cells, printed, strict=True)
            for line in text_lines
        ),
        default=0.0,
    )


def _unbroken(text_lines: Sequence[_Line], span: Span, padding: float) -> str:
    """Join the lines of a cell; a number is joined again where only the border of a narrow cell has broken it.

    That is so when every line but the last is full: its next digit would have come nearer to the border than
    anything in this table does.
    """
    texts = [line.text for line in text_lines]
    if len(texts) > 1 and all(set(text) <= _OF_NUMBERS for text in texts):
        room = span.box[2] - span.box[0] - 2 * padding
        full = all(
            line.right - line.left + following.first > room for line, following in pairwise(text_lines)
        )
        if full and len(texts[-1]) <= min(len(text) for text in texts[:-1]):
            return "".join(texts)
    return "\n".join(texts)
