"""The ruled tables of a straight sheet: its rules as strokes, the grid they make, the cells of that grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from tasks.read.ocr.recognise import Gray
from tasks.read.ocr.straighten import DPI, PAPER, Mask

TOLERANCE = 6  # pixels within which two strokes are one rule
COVERED = 0.55  # share of a cell's edge that must be ruled for a border to stand there
TRACES = 0.12  # share from which the picture itself is looked at; the ends of other rules stay below
LINE = 0.15  # share of the contrast by which a rule is darker than what is beside it
TRACE, RULED = 1, 2
SEEN = 0.3  # share of a cell's edge that must lie outside a seal to tell whether it is ruled
TOUCH = 0.03 * DPI
MOST_STROKES = 1500
MOST_CELLS = 4000
MOST_TABLES = 60
MOST_SPAN = 200
Borders = np.ndarray[Any, np.dtype[np.uint8]]
Profile = np.ndarray[Any, np.dtype[np.float32]]
Fields = np.ndarray[Any, np.dtype[np.bool_]]
Stroke = tuple[float, float, float]
"""(position across, start, end) in pixels"""


@dataclass(frozen=True, slots=True)
class Span:
    """One cell of a grid: position from 0 and spans."""

    row: int
    column: int
    row_span: int
    column_span: int


@dataclass(frozen=True, slots=True)
class Grid:
    """One ruled table: the positions of its rules in pixels and its cells, row by row.

    `doubtful` are the rows (from 0) next to a rule of which only traces are seen.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[Span, ...]
    doubtful: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a sheet as two masks, level and plumb, in which nothing else is left."""

    across: Mask
    down: Mask


def grids(gray: Gray, seal: Mask, depth: float) -> tuple[list[Grid], Rules]:
    """Return the ruled tables of a straight sheet from top to bottom, and the mask of their rules.

    A rule that goes into a seal and comes out of it goes through. `depth` is how much darker than paper print is.
    """
    import cv2

    rules = _rules(gray)
    smooth = cv2.GaussianBlur(gray, (3, 3), 0)
    if seal.any():
        stamped = cv2.dilate(seal, _bar(13, 13))
        through = [
            cv2.bitwise_and(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bar), stamped)
            for mask, bar in ((rules.across, _bar(0.8 * DPI, 1)), (rules.down, _bar(1, 0.8 * DPI)))
        ]
        rules = Rules(cv2.bitwise_or(rules.across, through[0]), cv2.bitwise_or(rules.down, through[1]))
    every = cv2.dilate(cv2.bitwise_or(rules.across, rules.down), np.ones((3, 3), np.uint8))
    count, label, stats, _ = cv2.connectedComponentsWithStats(every)
    found: list[Grid] = []
    kept = np.zeros(count, bool)
    for index, (x, y, wide, high, _) in enumerate(stats.tolist()):
        if index == 0 or wide < 1.2 * DPI or high < 0.2 * DPI or len(found) == MOST_TABLES:
            continue
        here = np.s_[y : y + high, x : x + wide]
        own = (label[here] == index).astype(np.uint8) * 255
        grid = _grid(_only(rules, own, here), smooth[here], seal[here], depth)
        if grid is not None:
            kept[index] = True
            found.append(replace(grid, xs=tuple(v + x for v in grid.xs), ys=tuple(v + y for v in grid.ys)))
    mask = kept[label].astype(np.uint8) * 255
    return sorted(found, key=lambda grid: (grid.ys[0], grid.xs[0])), _only(rules, mask, np.s_[:, :])


def _only(rules: Rules, mask: Mask, here: tuple[slice, slice]) -> Rules:
    """Return the rules of a part of the sheet as far as a mask of that part goes."""
    import cv2

    return Rules(cv2.bitwise_and(rules.across[here], mask), cv2.bitwise_and(rules.down[here], mask))


def _bar(wide: float, high: float) -> Mask:
    return np.ones((round(high), round(wide)), np.uint8)


def _rules(gray: Gray) -> Rules:
    import cv2

    ink = cv2.adaptiveThreshold(
        cv2.GaussianBlur(gray, (3, 3), 0), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 10
    )
    across = cv2.morphologyEx(cv2.dilate(ink, _bar(1, 2)), cv2.MORPH_OPEN, _bar(0.22 * DPI, 1))
    down = cv2.morphologyEx(cv2.dilate(ink, _bar(2, 1)), cv2.MORPH_OPEN, _bar(1, 0.14 * DPI))
    return Rules(
        cv2.morphologyEx(across, cv2.MORPH_CLOSE, _bar(0.12 * DPI, 3)),
        cv2.morphologyEx(down, cv2.MORPH_CLOSE, _bar(3, 0.12 * DPI)),
    )


def _strokes(rules: Rules) -> tuple[list[Stroke], list[Stroke]]:
    """Return level and plumb strokes; a short one must end on a rule at both ends, else it is of a character."""
    import cv2

    def boxes(mask: Mask) -> list[list[int]]:
        stats: list[list[int]] = cv2.connectedComponentsWithStats(cv2.dilate(mask, _bar(3, 3)))[2][
            1:
        ].tolist()
        return stats[:MOST_STROKES]

    across = [
        (y + high / 2, float(x), float(x + wide))
        for x, y, wide, high, _ in boxes(rules.across)
        if wide > 0.2 * DPI and wide > 2.5 * high
    ]
    down = [
        (x + wide / 2, float(y), float(y + high))
        for x, y, wide, high, _ in boxes(rules.down)
        if high > 0.13 * DPI and high > 2 * wide
    ]
    down = [s for s in down if s[2] - s[1] > 0.45 * DPI or _held(s, across)]
    across = [s for s in across if s[2] - s[1] > 1.5 * DPI or _held(s, down)]
    return across, down


def _held(stroke: Stroke, others: Sequence[Stroke]) -> bool:
    position, start, end = stroke
    crossing = [o[0] for o in others if o[1] - TOUCH <= position <= o[2] + TOUCH]
    return any(abs(p - start) < TOUCH for p in crossing) and any(abs(p - end) < TOUCH for p in crossing)


def _clustered(positions: Sequence[float]) -> list[float]:
    groups: list[list[float]] = []
    for position in sorted(positions):
        if groups and position - groups[-1][-1] <= TOLERANCE:
            groups[-1].append(position)
        else:
            groups.append([position])
    return [sum(group) / len(group) for group in groups]


def _with_open_ends(ys: list[float], down: Sequence[Stroke]) -> list[float]:
    """Add the end of a first or last row whose outer rule is missing: three plumb rules or more end there."""
    above = _clustered([s[1] for s in down if s[1] < ys[0] - 0.1 * DPI])
    below = _clustered([s[2] for s in down if s[2] > ys[-1] + 0.1 * DPI])
    if len(above) == 1 and sum(s[1] < ys[0] - 0.1 * DPI for s in down) >= 3:
        ys = [above[0], *ys]
    if len(below) == 1 and sum(s[2] > ys[-1] + 0.1 * DPI for s in down) >= 3:
        ys = [*ys, below[0]]
    return ys


def _grid(rules: Rules, smooth: Gray, seal: Mask, depth: float) -> Grid | None:
    across, down = _strokes(rules)
    if len(across) < 2 or len(down) < 2:
        return None
    xs = _clustered([s[0] for s in down])
    ys = _with_open_ends(_clustered([s[0] for s in across]), down)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > MOST_CELLS:
        return None
    right = _ruled(_View(rules.down, smooth, seal, depth), xs[1:], ys).T
    below = _ruled(_View(rules.across.T, smooth.T, seal.T, depth), ys[1:], xs)
    cells = _merged(right, below, rows, columns)
    if len(cells) < 4:
        return None
    traces = np.flatnonzero((below[:-1] == TRACE).any(axis=1)).tolist()
    return Grid(tuple(xs), tuple(ys), tuple(cells), frozenset([*traces, *(row + 1 for row in traces)]))


@dataclass(frozen=True, slots=True)
class _View:
    """A part of the sheet turned so that the rules looked for are plumb."""

    rules: Mask
    smooth: Gray
    seal: Mask
    depth: float


def _ruled(view: _View, at: Sequence[float], along: Sequence[float]) -> Borders:
    """Say for each position `at` (columns) whether it is ruled between each two of `along`: 0, TRACE or RULED.

    Returns an array of shape (len(at), len(along) - 1). What lies under a seal does not count; an edge that the
    seal hides is ruled where the rule goes on at either end of it.
    """
    ruled = np.zeros((len(at), len(along) - 1), np.uint8)
    hidden = np.zeros(ruled.shape, bool)
    for i, position in enumerate(at):
        near = np.s_[:, max(0, round(position) - TOLERANCE) : round(position) + TOLERANCE + 1]
        line: Fields = np.asarray(view.rules[near].any(axis=1))
        stamped: Fields = np.asarray(view.seal[near].any(axis=1))
        for j, (start, end) in enumerate(pairwise(along)):
            edge = np.s_[round(start) + 3 : max(round(end) - 2, round(start) + 4)]
            part = line[edge][line[edge] | ~stamped[edge]]
            hidden[i, j] = part.size < SEEN * max(line[edge].size, 1)
            share = float(part.mean()) if part.size else 0.0
            if share >= COVERED or (share >= TRACES and _is_dark(view, position, edge)):
                ruled[i, j] = RULED
            elif share >= TRACES:
                ruled[i, j] = TRACE
    before = np.pad(ruled, ((0, 0), (1, 0)))[:, :-1]
    after = np.pad(ruled, ((0, 0), (0, 1)))[:, 1:]
    return np.where(hidden, np.maximum(ruled, np.maximum(before, after)), ruled)


def _is_dark(view: _View, position: float, edge: slice) -> bool:
    """Say whether a dark line goes along most of an edge: three of its four quarters, each by itself."""
    left = max(0, round(position) - 2 * TOLERANCE)
    band = PAPER - view.smooth[edge, left : left + 4 * TOLERANCE + 1].astype(np.float32)
    if band.shape[0] < 8 or band.shape[1] < 3 * TOLERANCE:
        return False
    return (
        sum(_stands_out(quarter.mean(axis=0)) > LINE * view.depth for quarter in np.array_split(band, 4)) >= 3
    )


def _stands_out(profile: Profile) -> float:
    """Return by how much a place near the middle of a profile is darker than the brightest on either side."""
    places = range(TOLERANCE, len(profile) - TOLERANCE)
    return max(
        float(profile[p] - max(profile[p - TOLERANCE : p].min(), profile[p + 1 : p + TOLERANCE + 1].min()))
        for p in places
    )


def _merged(right: Borders, below: Borders, rows: int, columns: int) -> list[Span]:
    """Join fields of the grid between which no rule stands; both arrays have the shape (rows, columns)."""
    used = np.zeros((rows, columns), bool)
    cells: list[Span] = []
    for r in range(rows):
        for c in range(columns):
            if used[r, c]:
                continue
            wide = 1
            while (
                c + wide < columns
                and wide < MOST_SPAN
                and not right[r, c + wide - 1]
                and not used[r, c + wide]
            ):
                wide += 1
            high = 1
            while r + high < rows and high < MOST_SPAN and not below[r + high - 1, c : c + wide].any():
                high += 1
            used[r : r + high, c : c + wide] = True
            cells.append(Span(r, c, high, wide))
    return cells
