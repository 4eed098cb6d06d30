"""The ruled tables of a PDF page, from its ruling lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tasks.read.pdf_page import Box, Drawn, Rule

TOLERANCE = 2.5  # points within which two strokes touch
TIGHT = 0.8  # and within which they certainly do: a frame keeps a pixel of padding from what it holds
DOUBLE = 3.5  # points; two rules as near as this are one: no digit has room between them
COVERED = 0.6  # share of a cell's edge that must be ruled for a border to stand there
OPEN = 6.0  # points by which strokes must pass the outermost rule to make a row or column without one
MOST_CROSSINGS = 2_000_000  # a page with more strokes than this allows for is a drawing
MOST_CELLS = 20_000
FEWEST_CELLS = 4  # fewer are a box round a text


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
    """One ruled table of a page: positions of its rules, its cells, and which cell each crossing belongs to.

    `frame` is set for a layout: it has other lattices within its cells and is no table itself.
    """

    ys: tuple[float, ...]
    xs: tuple[float, ...]
    cells: tuple[Span, ...]
    owners: tuple[tuple[int, ...], ...]
    frame: bool = False

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        """The number of columns."""
        return len(self.xs) - 1

    @property
    def box(self) -> Box:
        """The outline: (left, top, right, bottom)."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def owner(self, x: float, y: float) -> int | None:
        """Return which of `cells` a point lies in."""
        if not (self.xs[0] <= x < self.xs[-1] and self.ys[0] <= y < self.ys[-1]):
            return None
        return self.owners[bisect_right(self.ys, y) - 1][bisect_right(self.xs, x) - 1]


Strokes = tuple[list[Rule], list[Rule]]
"""(across, down)"""


def lattices(drawing: Drawn) -> list[Lattice]:
    """Return the ruled tables of a page, top to bottom; a layout comes with `frame` set."""
    across, down = joined(drawing.across), joined(drawing.down)
    if len(across) * len(down) > MOST_CROSSINGS:
        return []
    found: list[Lattice] = []
    for group in _components(across, down, TOLERANCE):
        found += _apart(group)
    return sorted(found, key=lambda table: (table.box[1], table.box[0]))


def joined(strokes: Sequence[Rule]) -> list[Rule]:
    """Join strokes that lie on one line and touch: browsers draw every border of every cell by itself."""
    whole: list[Rule] = []
    for level in _groups(sorted(strokes), 0.5):
        reached: Rule | None = None
        for position, start, end in sorted(level, key=lambda stroke: stroke[1]):
            if reached is not None and start <= reached[2] + TIGHT:
                reached = (reached[0], reached[1], max(reached[2], end))
                whole[-1] = reached
            else:
                reached = (position, start, end)
                whole.append(reached)
    return whole


def _groups(strokes: Sequence[Rule], distance: float) -> list[list[Rule]]:
    """Cut sorted strokes into groups whose first and last position are at most `distance` apart."""
    groups: list[list[Rule]] = []
    for stroke in strokes:
        if groups and stroke[0] - groups[-1][0][0] <= distance:
            groups[-1].append(stroke)
        else:
            groups.append([stroke])
    return groups


def _components(across: Sequence[Rule], down: Sequence[Rule], reach: float) -> list[Strokes]:
    """Group strokes that come within `reach` of each other."""
    if not across or not down:
        return []
    parent = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    y, left, right = (column[:, None] for column in np.array(across).T)
    x, top, bottom = np.array(down).T
    touching = (left - reach <= x) & (x <= right + reach) & (top - reach <= y) & (y <= bottom + reach)
    for i, j in zip(*(axis.tolist() for axis in touching.nonzero()), strict=True):
        parent[root(i)] = root(len(across) + j)
    groups: dict[int, Strokes] = {}
    for i, stroke in enumerate(across):
        groups.setdefault(root(i), ([], []))[0].append(stroke)
    for j, stroke in enumerate(down, start=len(across)):
        groups.setdefault(root(j), ([], []))[1].append(stroke)
    return list(groups.values())


def _apart(group: Strokes) -> list[Lattice]:
    """Make the tables of strokes that nearly touch: one, or several where a frame stands round them.

    The strokes of a frame do not really touch those of what it holds. Without a frame all of them are one table,
    however carelessly its rules meet.
    """
    parts = _components(*group, TIGHT)
    if len(parts) > 1:
        outlines = [(part, table) for part in parts if (table := _lattice(*part, fewest=1))]
        real = [table for _, table in outlines if len(table.cells) >= FEWEST_CELLS]
        tables = [
            (part, table)
            for part, table in outlines
            if len(table.cells) >= FEWEST_CELLS
            or any(_within_a_cell(other, table) for other in real if other is not table)
        ]
        loose = [part for part in parts if not any(part is other for other, _ in tables)]
        if tables and all(_outside(part, own) for part in loose for own, _ in tables):
            holders = [
                any(table is not other and _within_a_cell(other, table) for other in real)
                for _, table in tables
            ]
            if any(holders):
                return [
                    Lattice(table.ys, table.xs, table.cells, table.owners, frame=holds)
                    for (_, table), holds in zip(tables, holders, strict=True)
                ]
            if loose:  # the sides of a frame that the ends of the page have cut open
                across = [stroke for part, _ in tables for stroke in part[0]]
                down = [stroke for part, _ in tables for stroke in part[1]]
                again = (_lattice(*g) for g in _components(across, down, TOLERANCE))
                return [table for table in again if table is not None]
    table = _lattice(*group)
    return [table] if table else []


def _within_a_cell(inner: Lattice, outer: Lattice) -> bool:
    left, top, right, bottom = inner.box
    one = outer.owner(left + TOLERANCE, top + TOLERANCE)
    return one is not None and one == outer.owner(right - TOLERANCE, bottom - TOLERANCE)


def _outside(part: Strokes, table: Strokes) -> bool:
    """Say whether a part belongs to a frame round a table: no stroke runs within, and the table has its own edges.

    A stroke beside a table whose rules reach on to it is its border, drawn carelessly.
    """
    across, down = table
    return all(_passes(stroke, down, across) for stroke in part[0]) and all(
        _passes(stroke, across, down) for stroke in part[1]
    )


def _passes(stroke: Rule, crossing: Sequence[Rule], along: Sequence[Rule]) -> bool:
    """Say whether a stroke passes a table by that is made of rules `crossing` its direction and `along` it."""
    at, start, end = stroke
    if end < min(s[0] for s in crossing) - TOLERANCE or start > max(s[0] for s in crossing) + TOLERANCE:
        return True
    first, last = min(s[0] for s in along), max(s[0] for s in along)
    if at < first + DOUBLE:
        return first - min(s[1] for s in crossing) <= DOUBLE
    return at > last - DOUBLE and max(s[2] for s in crossing) - last <= DOUBLE


def _lattice(across: Sequence[Rule], down: Sequence[Rule], fewest: int = FEWEST_CELLS) -> Lattice | None:
    if len(across) < 2 or len(down) < 2:
        return None
    inner_ys, inner_xs = _cluster([s[0] for s in across]), _cluster([s[0] for s in down])
    ys = _with_open_ends(inner_ys, _by_position(down, inner_xs))
    xs = _with_open_ends(inner_xs, _by_position(across, inner_ys))
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > MOST_CELLS:
        return None
    right_of = [_ruled(strokes, ys) for strokes in _by_position(down, xs)]
    below = [_ruled(strokes, xs) for strokes in _by_position(across, ys)]
    owners = [[-1] * columns for _ in range(rows)]
    cells: list[Span] = []
    for r in range(rows):
        for c in range(columns):
            if owners[r][c] >= 0:
                continue
            wide = 1
            while c + wide < columns and not right_of[c + wide][r] and owners[r][c + wide] < 0:
                wide += 1
            high = 1
            while r + high < rows and not any(below[r + high][c : c + wide]):
                high += 1
            for i in range(r, r + high):
                owners[i][c : c + wide] = [len(cells)] * wide
            cells.append(Span(r, c, high, wide, (xs[c], ys[r], xs[c + wide], ys[r + high])))
    if len(cells) < fewest:
        return None
    return Lattice(tuple(ys), tuple(xs), tuple(cells), tuple(tuple(row) for row in owners))


def _cluster(positions: Iterable[float]) -> list[float]:
    groups: list[list[float]] = []
    for position in sorted(positions):
        if groups and position - groups[-1][-1] <= DOUBLE:
            groups[-1].append(position)
        else:
            groups.append([position])
    return [sum(group) / len(group) for group in groups]


def _by_position(strokes: Iterable[Rule], positions: Sequence[float]) -> list[list[Rule]]:
    """Sort strokes by the nearest of the positions."""
    found: list[list[Rule]] = [[] for _ in positions]
    middles = [(a + b) / 2 for a, b in pairwise(positions)]
    for stroke in strokes:
        found[bisect_right(middles, stroke[0])].append(stroke)
    return found


def _with_open_ends(positions: list[float], crossing: Sequence[Sequence[Rule]]) -> list[float]:
    """Add the end of an outer row or column that has no rule: a page break has swallowed it, or none was drawn.

    It is known by the strokes that cross: three or more of them end at one place beyond the outermost rule.
    """
    starts = [min(s[1] for s in strokes) for strokes in crossing if strokes]
    ends = [max(s[2] for s in strokes) for strokes in crossing if strokes]
    before = [p for p in starts if p < positions[0] - OPEN]
    after = [p for p in ends if p > positions[-1] + OPEN]
    if len(before) >= 3 and max(before) - min(before) <= TOLERANCE:
        positions = [min(before), *positions]
    if len(after) >= 3 and max(after) - min(after) <= TOLERANCE:
        positions = [*positions, max(after)]
    return positions


def _ruled(strokes: Iterable[Rule], positions: Sequence[float]) -> list[bool]:
    """Say for each step between two positions whether strokes cover enough of it to be a border."""
    covered = [0.0] * (len(positions) - 1)
    reached = positions[0]
    for _, start, end in sorted(strokes, key=lambda s: s[1]):
        start, end = max(start, reached), min(end, positions[-1])
        if end <= start:
            continue
        reached = end
        step = max(bisect_right(positions, start) - 1, 0)
        while step < len(covered) and positions[step] < end:
            covered[step] += min(end, positions[step + 1]) - max(start, positions[step])
            step += 1
    return [
        length >= COVERED * (b - a) for length, a, b in zip(covered, positions, positions[1:], strict=False)
    ]
