"""What stands on a page of an OFD file (GB/T 33190): characters, ruling lines, fills and pictures.

Objects are laid out in millimetres from the page's top left corner. Each has a boundary box on the page and may
have a matrix of its own (CTM); its points count from the corner of that box. What comes out is measured like
the characters and rules of a PDF page, in points, so that one lattice serves both.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from lxml import etree

from models.errors import ErrorKind, ReadError
from tasks.read.ofd_values import (
    CLEAR,
    UNMOVED,
    Move,
    Resources,
    box_of,
    children,
    colour,
    is_pale,
    local,
    matrix,
    moved,
    numbers,
    point,
    steps,
    times,
)  # fmt: skip
from tasks.read.pdf_page import (
    LEVEL,
    LOWEST,
    MOST_GLYPHS,
    MOST_OBJECTS,
    MOST_SEGMENTS,
    THIN,
    UNKNOWN,
    Box,
    Drawn,
    Glyph,
    View,
)  # fmt: skip

POINTS = 72 / 25.4
DEEPEST = 6  # groups within groups
MOST_FILLS = 3_000
MOST_ON_A_SPOT = 20  # characters within four points of each other
FARTHEST = 10_000.0  # mm; no page is as large
SLANTED = 10.0  # degrees; text that leans more is a watermark across the page
COVERING = 5_000.0  # square mm; a picture as large may hide text painted before it
OUTSIDE = 1.0  # mm by which a stroke may leave the boundary that clips it
PLACEHOLDER = "¤"
"""Stands in a file for a glyph that has no character."""
TOO_MANY = (
    "OFD 第{page}页的内容过多（图形或字符超过上限），不像是年度报告，未予读取；请用原软件重新导出后提交。"
)

_LAYERS = {"Background": 0, "Body": 1, "Foreground": 2}
_PATH = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on a page: its box in points, and the part of the package that holds it."""

    box: Box
    part: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page as seen. `marks` are the boxes of shapes and pictures that may be writing, which nobody has read."""

    view: View
    glyphs: tuple[Glyph, ...]
    drawing: Drawn
    pictures: tuple[Picture, ...]
    marks: tuple[Box, ...]


@dataclass(slots=True)
class _Letter:
    text: str
    box: Box
    quarter: int
    order: int
    pale: bool


@dataclass(slots=True)
class _Painting:
    """All that is drawn, in millimetres on the page, in the order it is painted."""

    number: int
    resources: Resources
    opaque: Callable[[str], bool]
    letters: list[_Letter] = field(default_factory=list)
    strokes: list[tuple[float, float, float, float]] = field(default_factory=list)
    fills: list[tuple[int, Box, bool]] = field(default_factory=list)
    pictures: list[tuple[Box, str | None]] = field(default_factory=list)
    outlines: list[Box] = field(default_factory=list)
    objects: int = 0


def painted(
    contents: Sequence[etree._Element], size: Box, resources: Resources, number: int,
    opaque: Callable[[str], bool],
) -> Page:  # fmt: skip
    """Return page `number` of a size in millimetres from its contents (templates and page), lowest first.

    `opaque` says of the part that holds a picture whether it covers what is painted before it.
    Raises ReadError for more on it than a report can have.
    """
    painting = _Painting(number, resources, opaque)
    for content in contents:
        layers = sorted(
            children(content, "Layer"), key=lambda layer: _LAYERS.get(layer.get("Type", "Body"), 1)
        )
        for layer in layers:
            _walk(layer, painting, UNMOVED, layer.get("DrawParam"), 0)
    return _seen(painting, size)


def _walk(parent: etree._Element, painting: _Painting, move: Move, style: str | None, depth: int) -> None:
    for item in parent:
        kind = local(item)
        if not kind.endswith("Object") and kind != "PageBlock":
            continue
        painting.objects += 1
        if painting.objects > MOST_OBJECTS or len(painting.letters) > MOST_GLYPHS:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_MANY.format(page=painting.number))
        if kind == "PageBlock":
            if depth < DEEPEST:
                _walk(item, painting, move, style, depth + 1)
            continue
        boundary = box_of(item.get("Boundary")) or (0.0, 0.0, FARTHEST, FARTHEST)
        if item.get("Visible") == "false" or item.get("Alpha") == "0":
            continue
        inner = times(matrix(item), (1.0, 0.0, 0.0, 1.0, boundary[0], boundary[1]))
        own = item.get("DrawParam") or style
        if kind == "TextObject":
            _text(item, painting, times(inner, move), own)
        elif kind == "PathObject":
            _path(item, painting, times(inner, move), moved(boundary, move), own)
        elif kind == "ImageObject":
            _picture(item, painting, times(inner, move), moved(boundary, move))
        elif kind == "CompositeObject" and depth < DEEPEST:
            unit = painting.resources.composites.get(item.get("ResourceID", ""))
            for content in children(unit, "Content") if unit is not None else ():
                _walk(content, painting, times(inner, move), own, depth + 1)


def _picture(item: etree._Element, painting: _Painting, move: Move, boundary: Box) -> None:
    """Take note of a picture: it fills the unit square that its matrix moves, within its boundary."""
    part = painting.resources.media.get(item.get("ResourceID", ""))
    box = boundary
    if item.get("CTM"):
        left, top, right, bottom = moved((0.0, 0.0, 1.0, 1.0), move)
        box = max(left, box[0]), max(top, box[1]), min(right, box[2]), min(bottom, box[3])
    if box[2] <= box[0] or box[3] <= box[1]:
        return
    painting.pictures.append((box, part))
    if painting.letters and _area(box) > COVERING and part is not None and painting.opaque(part):
        painting.fills.append((painting.objects, box, False))


# ------------------------------------------------------------------------------------------------ text


def _text(item: etree._Element, painting: _Painting, move: Move, style: str | None) -> None:
    size = (numbers(item.get("Size")) or [0.0])[0]
    ink = colour(item, "FillColor", style, painting.resources)
    if size <= 0 or ink is CLEAR or (item.get("Fill") == "false" and item.get("Stroke") != "true"):
        return
    angle = math.degrees(math.atan2(move[1], move[0])) + (numbers(item.get("CharDirection")) or [0.0])[0]
    quarter = round(angle / 90)
    if abs(angle - 90 * quarter) > SLANTED:
        return
    scale = (numbers(item.get("HScale")) or [1.0])[0]
    along = math.radians((numbers(item.get("ReadDirection")) or [0.0])[0])
    stand = math.radians((numbers(item.get("CharDirection")) or [0.0])[0])
    upright = (math.cos(stand), math.sin(stand), -math.sin(stand), math.cos(stand))
    x = y = 0.0
    for code in children(item, "TextCode"):
        text = code.text or ""
        if len(text) > MOST_GLYPHS:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_MANY.format(page=painting.number))
        x, y = (numbers(code.get("X")) or [x])[0], (numbers(code.get("Y")) or [y])[0]
        across, down = steps(code.get("DeltaX"), len(text)), steps(code.get("DeltaY"), len(text))
        free = across is None and down is None  # a program that leaves both out spaces by the font's widths
        for at, character in enumerate(text):
            wide = size * scale * (0.5 if character.isascii() else 1.0)
            step_x = wide * math.cos(along) if free else across[at] if across else 0.0
            step_y = wide * math.sin(along) if free else down[at] if down else 0.0
            step = math.hypot(step_x, step_y)
            room = min(wide, step) if 0.2 * wide < step and at + 1 < len(text) else wide
            placed = moved((0.0, -0.85 * size, room, 0.15 * size), times((*upright, x, y), move))
            if all(abs(edge) < FARTHEST for edge in placed):
                painting.letters.append(
                    _Letter(_character(character), placed, quarter % 4, painting.objects, is_pale(ink))
                )
            x, y = x + step_x, y + step_y


def _character(character: str) -> str:
    if character.isspace():
        return " "
    code = ord(character)
    unnamed = code < 32 or 0xD800 <= code <= 0xF8FF or code in (0xFFFE, 0xFFFF) or character == PLACEHOLDER
    return UNKNOWN if unnamed else character


# ----------------------------------------------------------------------------------------------- paths


def _path(item: etree._Element, painting: _Painting, move: Move, boundary: Box, style: str | None) -> None:
    stroke = item.get("Stroke") != "false"
    fill = item.get("Fill") == "true"
    stroked = colour(item, "StrokeColor", style, painting.resources) if stroke else CLEAR
    filled = colour(item, "FillColor", style, painting.resources) if fill else CLEAR
    if stroked is CLEAR and filled is CLEAR:
        return
    data = next((child.text or "" for child in children(item, "AbbreviatedData")), "")
    parts = _corners(data, move)
    if parts is None:
        painting.outlines.append(boundary)
        return
    inside = (boundary[0] - OUTSIDE, boundary[1] - OUTSIDE, boundary[2] + OUTSIDE, boundary[3] + OUTSIDE)
    painted_white = all(ink is CLEAR or is_pale(ink) for ink in (stroked, filled))
    thin, before = THIN / POINTS, len(painting.strokes)
    for corners in parts:
        if len(corners) < 2:
            continue
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        box = (
            max(min(xs), inside[0]),
            max(min(ys), inside[1]),
            min(max(xs), inside[2]),
            min(max(ys), inside[3]),
        )
        wide, high = box[2] - box[0], box[3] - box[1]
        if wide < 0 or high < 0:
            continue  # outside of the boundary that clips it
        if filled is not CLEAR and wide > thin and high > thin:
            painting.fills.append((painting.objects, box, is_pale(filled)))
        if painted_white:
            continue
        if min(wide, high) <= thin:
            painting.strokes.append(box)
        elif stroked is not CLEAR and not is_pale(stroked):
            painting.strokes += _clipped(corners, inside)
    if len(painting.strokes) == before and parts and _is_thin(boundary) and not painted_white:
        painting.strokes.append(boundary)  # programs that count a path's points from elsewhere


def _is_thin(box: Box) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) <= THIN / POINTS


def _corners(data: str, move: Move) -> list[list[tuple[float, float]]] | None:
    """Return the corners of each part of a path on the page; None when it has curves or slanting lines."""
    parts: list[list[tuple[float, float]]] = []
    tokens = _PATH.findall(data) if len(data) < 40 * MOST_SEGMENTS else []
    if not tokens or len(tokens) > 3 * MOST_SEGMENTS:
        return None
    at = 0
    while at < len(tokens):
        name = tokens[at]
        count = _OPERANDS.get(name)
        values = numbers(" ".join(tokens[at + 1 : at + 1 + count])) if count is not None else []
        if count is None or len(values) != count or name in "QBA":
            return None
        at += 1 + count
        if name == "C":
            if parts and parts[-1][0] != parts[-1][-1]:
                parts[-1].append(parts[-1][0])
            continue
        corner = point(values[0], values[1], move)
        if name in "SM" or not parts:
            if name == "M" and parts and len(parts[-1]) == 1:
                parts.pop()  # a start (S) and the move to it
            parts.append([corner])
            continue
        last = parts[-1][-1]
        if min(abs(last[0] - corner[0]), abs(last[1] - corner[1])) > LEVEL / POINTS:
            return None
        parts[-1].append(corner)
    return parts


def _clipped(corners: Sequence[tuple[float, float]], inside: Box) -> list[tuple[float, float, float, float]]:
    found = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        left, right = max(min(x0, x1), inside[0]), min(max(x0, x1), inside[2])
        top, bottom = max(min(y0, y1), inside[1]), min(max(y0, y1), inside[3])
        if left <= right and top <= bottom:
            found.append((left, top, right, bottom))
    return found


# -------------------------------------------------------------------------------------------- as seen


def _seen(painting: _Painting, size: Box) -> Page:
    """Turn millimetres into points, seen so that most of the text stands upright."""
    wide, high = (size[2] - size[0]) * POINTS, (size[3] - size[1]) * POINTS
    quarters = Counter(letter.quarter for letter in painting.letters if letter.text.strip())
    turned = -quarters.most_common(1)[0][0] % 4 if quarters else 0
    view = View(turned, 0.0, 0.0, wide, high, 0)

    def place(box: tuple[float, float, float, float]) -> Box:
        left, top, right, bottom = ((edge - size[i % 2]) * POINTS for i, edge in enumerate(box))
        return view.place(left, high - bottom, right, high - top)

    drawing = Drawn(pictures=[place(box) for box, _ in painting.pictures], outlines=len(painting.outlines))
    for stroke in painting.strokes:
        left, top, right, bottom = place(stroke)
        if bottom - top <= THIN < right - left:
            drawing.across.append(((top + bottom) / 2, left, right))
        elif right - left <= THIN < bottom - top:
            drawing.down.append(((left + right) / 2, top, bottom))
    drawing.fills = [(order, place(box), white) for order, box, white in painting.fills]
    glyphs = []
    for index, letter in enumerate(painting.letters):
        left, top, right, bottom = place(letter.box)
        glyphs.append(
            Glyph(letter.text, (left + right) / 2, (top + bottom) / 2, left, top, right, bottom, index)
        )
    pictures = tuple(Picture(place(box), part) for box, part in painting.pictures)
    small = [p.box for p in pictures if _area(p.box) < wide * high / 2]
    marks = tuple(small + [place(box) for box in painting.outlines])
    return Page(view, _once(_shown(glyphs, painting.letters, view, drawing)), drawing, pictures, marks)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shown(found: Sequence[Glyph], letters: Sequence[_Letter], view: View, drawing: Drawn) -> list[Glyph]:
    """Mark what nobody sees: tiny or off the page, under a fill painted later, white on white."""
    if not found:
        return []
    x, y = np.array([g.x for g in found]), np.array([g.y for g in found])
    order = np.array([letter.order for letter in letters])
    pale = np.array([letter.pale for letter in letters])
    hidden = np.array([g.bottom - g.top < LOWEST for g in found])
    hidden |= (x < 0) | (y < 0) | (x > view.width) | (y > view.height)
    on_colour = np.zeros(len(found), dtype=bool)
    for at, (left, top, right, bottom), white in drawing.fills[:MOST_FILLS]:
        within = (x > left) & (x < right) & (y > top) & (y < bottom)
        hidden |= within & (order < at)
        on_colour = np.where(within & (order > at), not white, on_colour)
    for left, top, right, bottom in drawing.pictures[:MOST_FILLS]:
        on_colour |= (x > left) & (x < right) & (y > top) & (y < bottom)
    hidden |= pale & ~on_colour
    return [
        replace(g, hidden=True) if out and not g.text.isspace() else g
        for g, out in zip(found, hidden.tolist(), strict=True)
    ]


def _once(found: Sequence[Glyph]) -> tuple[Glyph, ...]:
    """Leave out characters painted again on their own spot, as some programs make bold type."""
    kept: list[Glyph] = []
    places: dict[tuple[str, bool, int, int], list[Glyph]] = {}
    for glyph in found:
        if glyph.text.isspace():
            kept.append(glyph)
            continue
        near = max(0.5, 0.08 * (glyph.bottom - glyph.top))
        column, row = int(glyph.x // 4), int(glyph.y // 4)
        around = (
            other
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for other in places.get((glyph.text, glyph.hidden, column + i, row + j), ())
        )
        if not any(abs(other.x - glyph.x) <= near and abs(other.y - glyph.y) <= near for other in around):
            here = places.setdefault((glyph.text, glyph.hidden, column, row), [])
            if len(here) < MOST_ON_A_SPOT:
                here.append(glyph)
            kept.append(glyph)
    return tuple(kept)
