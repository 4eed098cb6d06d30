"""The ruled tables of a PDF page, from its ruling lines and the characters between them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

TOLERANCE = 2.5  # points within which two rules are one line
COVERED = 0.6  # share of a cell's edge that must be ruled for a border to stand there
THIN = 3.0


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character: its middle, its box (left, top, right, bottom) and its place in the page's text."""

    text: str
    x: float
    y: float
    left: float
    top: float
    right: float
    bottom: float
    index: int


@dataclass(frozen=True, slots=True)
class Span:
    """One cell of a lattice: position, spans and its box on the page."""

    row: int
    column: int
    row_span: int
    column_span: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Lattice:
    """One ruled table of a page."""

    rows: int
    columns: int
    cells: tuple[Span, ...]
    box: tuple[float, float, float, float]


Rule = tuple[float, float, float]
"""(position across, start, end) of a horizontal or vertical stroke, in points from the top left corner"""


def glyphs(page: pdfium.PdfPage) -> list[Glyph]:
    """Return the characters of a page, y from the top."""
    height = page.get_height()
    text_page = page.get_textpage()
    found: list[Glyph] = []
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in (0, 10, 13, 0xFFFE, 0xFFFF) or code > 0x10FFFF:
            continue
        # the loose box has the height of the line: 一 and 、 share it
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
        found.append(
            Glyph(
                chr(code),
                (left + right) / 2,
                height - (top + bottom) / 2,
                left,
                height - top,
                right,
                height - bottom,
                index,
            )
        )
    return found


def rules(page: pdfium.PdfPage) -> tuple[list[Rule], list[Rule]]:
    """Return the horizontal and vertical strokes of a page; a stroked box gives four, a thin box one."""
    height = page.get_height()
    across: list[Rule] = []
    down: list[Rule] = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4):
        left, bottom, right, top = item.get_bounds()
        wide, high = right - left, top - bottom
        if high <= THIN < wide:
            across.append((height - (top + bottom) / 2, left, right))
        elif wide <= THIN < high:
            down.append(((left + right) / 2, height - top, height - bottom))
        elif wide > THIN and high > THIN and _is_stroked(item):
            across += [(height - top, left, right), (height - bottom, left, right)]
            down += [(left, height - top, height - bottom), (right, height - top, height - bottom)]
    return across, down


def _is_stroked(item: pdfium.PdfObject) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    return bool(stroke.value) and raw.FPDFPath_CountSegments(item) in (4, 5, 6)


def _cluster(positions: Sequence[float]) -> list[float]:
    groups: list[list[float]] = []
    for position in sorted(positions):
        if groups and position - groups[-1][-1] <= TOLERANCE:
            groups[-1].append(position)
        else:
            groups.append([position])
    return [sum(group) / len(group) for group in groups]


def _covered(strokes: Sequence[Rule], position: float, start: float, end: float) -> bool:
    total, reached = 0.0, start
    for _, a, b in sorted(
        (s for s in strokes if abs(s[0] - position) <= TOLERANCE and s[2] > start and s[1] < end),
        key=lambda s: s[1],
    ):
        a, b = max(a, reached), min(b, end)
        if b > a:
            total += b - a
            reached = b
    return total >= COVERED * (end - start)


def _components(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Group strokes that touch each other: one group a table."""
    parent = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, (y, left, right) in enumerate(across):
        for j, (x, top, bottom) in enumerate(down, start=len(across)):
            if left - TOLERANCE <= x <= right + TOLERANCE and top - TOLERANCE <= y <= bottom + TOLERANCE:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, stroke in enumerate(across):
        groups.setdefault(root(i), ([], []))[0].append(stroke)
    for j, stroke in enumerate(down, start=len(across)):
        groups.setdefault(root(j), ([], []))[1].append(stroke)
    return [group for group in groups.values() if len(group[0]) >= 2 and len(group[1]) >= 2]


def lattices(page: pdfium.PdfPage) -> list[Lattice]:
    """Return the ruled tables of a page, top to bottom."""
    found = [table for group in _components(*rules(page)) if (table := _lattice(*group)) is not None]
    return sorted(found, key=lambda table: (table.box[1], table.box[0]))


def _lattice(across: list[Rule], down: list[Rule]) -> Lattice | None:
    ys, xs = _cluster([s[0] for s in across]), _cluster([s[0] for s in down])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > 20_000:
        return None
    border_right = [
        [_covered(down, xs[c + 1], ys[r], ys[r + 1]) for c in range(columns)] for r in range(rows)
    ]
    border_below = [
        [_covered(across, ys[r + 1], xs[c], xs[c + 1]) for c in range(columns)] for r in range(rows)
    ]
    used: set[tuple[int, int]] = set()
    cells: list[Span] = []
    for r in range(rows):
        for c in range(columns):
            if (r, c) in used:
                continue
            wide = 1
            while c + wide < columns and not border_right[r][c + wide - 1] and (r, c + wide) not in used:
                wide += 1
            high = 1
            while r + high < rows and not any(border_below[r + high - 1][k] for k in range(c, c + wide)):
                high += 1
            used |= {(r + i, c + j) for i in range(high) for j in range(wide)}
            cells.append(Span(r, c, high, wide, (xs[c], ys[r], xs[c + wide], ys[r + high])))
    if len(cells) < 4:
        return None
    return Lattice(rows, columns, tuple(cells), (xs[0], ys[0], xs[-1], ys[-1]))
