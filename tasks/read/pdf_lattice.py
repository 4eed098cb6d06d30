"""The ruled tables of a PDF page, from its ruling lines and the characters between them."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

TOLERANCE = 2.5  # points within which two rules are one line
COVERED = 0.6  # share of a cell's edge that must be ruled for a border to stand there
THIN = 3.0
WIDE = 36.0  # points; a character box wider than this is looked at twice
MOST_CROSSINGS = 5_000_000  # a page with more strokes than this allows for is a drawing
OPEN = 6.0  # points by which verticals must pass the outermost rule to make a row without one


Box = tuple[float, float, float, float]


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
    box: Box


@dataclass(frozen=True, slots=True)
class Lattice:
    """One ruled table of a page."""

    rows: int
    columns: int
    cells: tuple[Span, ...]
    box: Box


Rule = tuple[float, float, float]
"""(position across, start, end) of a horizontal or vertical stroke, in points from the top left corner"""


@dataclass(frozen=True, slots=True)
class View:
    """How the points of a page are seen by who reads its text upright: from the top left corner, y downwards.

    `turned` is how far the text has to be turned clockwise for that, in quarters: tables that lie on their
    side are read as they are meant, whether or not the page is marked as rotated.
    """

    turned: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        """The height of the page when its text stands upright."""
        return self.right - self.left if self.turned % 2 else self.top - self.bottom

    def place(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Turn a box of the file (y upwards) into (left, top, right, bottom) as seen."""
        if self.turned == 1:
            return bottom - self.bottom, left - self.left, top - self.bottom, right - self.left
        if self.turned == 2:
            return self.right - right, bottom - self.bottom, self.right - left, top - self.bottom
        if self.turned == 3:
            return self.top - top, self.right - right, self.top - bottom, self.right - left
        return left - self.left, self.top - top, right - self.left, self.top - bottom


def view(page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> View:
    """Return the view in which most of the page's text is upright."""
    count = text_page.count_chars()
    sample = range(0, count, max(1, count // 50))
    quarters = Counter(
        round(raw.FPDFText_GetCharAngle(text_page, index) / (math.pi / 2)) % 4
        for index in sample
        if not chr(raw.FPDFText_GetUnicode(text_page, index)).isspace()
    )
    turned = -quarters.most_common(1)[0][0] % 4 if quarters else 0  # pdfium measures clockwise
    return View(turned, *page.get_cropbox())


def glyphs(text_page: pdfium.PdfTextPage, seen: View) -> list[Glyph]:
    """Return the characters of a page in the order of the file."""
    found: list[Glyph] = []
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in (0, 10, 13, 0xFFFE, 0xFFFF) or code > 0x10FFFF:
            continue
        # the loose box has the height of the line: 一 and 、 share it
        box = text_page.get_charbox(index, loose=True)
        if box[2] - box[0] > WIDE:
            box = _plausible(text_page, index, box)
        left, top, right, bottom = seen.place(*box)
        found.append(
            Glyph(chr(code), (left + right) / 2, (top + bottom) / 2, left, top, right, bottom, index)
        )
    return found


def _plausible(text_page: pdfium.PdfTextPage, index: int, loose: Box) -> Box:
    """Return the ink's box where the loose one is far too large, as in fonts for vertical writing."""
    tight: Box = text_page.get_charbox(index)
    ink = max(tight[2] - tight[0], tight[3] - tight[1])
    return tight if 0 < 2.5 * ink < loose[2] - loose[0] else loose


def rules(page: pdfium.PdfPage, seen: View) -> tuple[list[Rule], list[Rule]]:
    """Return the horizontal and vertical strokes of a page; a stroked box gives four, a thin box one."""
    across: list[Rule] = []
    down: list[Rule] = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4):
        left, top, right, bottom = seen.place(*item.get_bounds())
        wide, high = right - left, bottom - top
        if high <= THIN < wide:
            across.append(((top + bottom) / 2, left, right))
        elif wide <= THIN < high:
            down.append(((left + right) / 2, top, bottom))
        elif wide > THIN and high > THIN and _is_stroked(item):
            across += [(top, left, right), (bottom, left, right)]
            down += [(left, top, bottom), (right, top, bottom)]
    return _joined(across), _joined(down)


def _joined(strokes: Sequence[Rule]) -> list[Rule]:
    """Join strokes that lie on one line and touch: browsers draw every border of every cell by itself."""
    joined: list[Rule] = []
    for at in _groups(sorted(strokes), 0.5):
        reached: Rule | None = None
        for position, start, end in sorted(at, key=lambda stroke: stroke[1]):
            if reached is not None and start <= reached[2] + TOLERANCE:
                reached = (reached[0], reached[1], max(reached[2], end))
                joined[-1] = reached
            else:
                reached = (position, start, end)
                joined.append(reached)
    return joined


def _groups(strokes: Sequence[Rule], distance: float) -> list[list[Rule]]:
    """Cut sorted strokes into groups whose first and last position are at most `distance` apart."""
    groups: list[list[Rule]] = []
    for stroke in strokes:
        if groups and stroke[0] - groups[-1][0][0] <= distance:
            groups[-1].append(stroke)
        else:
            groups.append([stroke])
    return groups


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
    if len(across) * len(down) > MOST_CROSSINGS:
        return []
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


def lattices(page: pdfium.PdfPage, seen: View) -> list[Lattice]:
    """Return the ruled tables of a page, top to bottom."""
    found = [table for group in _components(*rules(page, seen)) if (table := _lattice(*group)) is not None]
    return sorted(found, key=lambda table: (table.box[1], table.box[0]))


def _with_open_ends(ys: list[float], xs: Sequence[float], down: Sequence[Rule]) -> list[float]:
    """Add the end of a first or last row whose outer rule the page break has swallowed.

    Such a row is known by its verticals: three or more of them end at one height beyond the outermost rule.
    """
    reach = [[s for s in down if abs(s[0] - x) <= TOLERANCE] for x in xs]
    tops = [min(s[1] for s in strokes) for strokes in reach if strokes]
    bottoms = [max(s[2] for s in strokes) for strokes in reach if strokes]
    above = [y for y in tops if y < ys[0] - OPEN]
    below = [y for y in bottoms if y > ys[-1] + OPEN]
    if len(above) >= 3 and max(above) - min(above) <= TOLERANCE:
        ys = [min(above), *ys]
    if len(below) >= 3 and max(below) - min(below) <= TOLERANCE:
        ys = [*ys, max(below)]
    return ys


def _lattice(across: list[Rule], down: list[Rule]) -> Lattice | None:
    xs = _cluster([s[0] for s in down])
    ys = _with_open_ends(_cluster([s[0] for s in across]), xs, down)
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
