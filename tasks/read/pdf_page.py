"""What stands on a PDF page as pdfium sees it: characters, ruling lines, fills and pictures.

Everything is measured as who reads the page sees it: points from the top left corner, y downwards.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from models.errors import ErrorKind, ReadError

MOST_OBJECTS = 50_000
MOST_GLYPHS = 60_000
"""Of one page; a full page of a report has 400 objects and 2,500 characters."""
DEEPEST = 4  # forms within forms
THIN = 3.0  # points; a box no thicker than this is a rule
WIDE = 36.0  # points; a character box wider than this is looked at twice
LOWEST = 1.2  # points; nobody reads smaller print
PALE = 245  # of 255 in every colour: white to the eye
MOST_SEGMENTS = 5_000  # of one path; one with more is a drawing
MOST_SEGMENTS_LOOKED_AT = 100_000  # of one page
LEVEL = 0.5  # points by which a rule may lean
UNKNOWN = "\ufffd"
TOO_MANY = (
    "PDF 第{page}页的内容过多（图形或字符超过上限），不像是年度报告，未予读取；请用原软件重新导出后提交。"
)

Item = Any  # a pointer of pdfium's to an object of the page
Box = tuple[float, float, float, float]
Rule = tuple[float, float, float]
"""(position across, start, end) of a horizontal or vertical stroke, in points from the top left corner"""
Move = tuple[float, float, float, float, float, float]
_UNMOVED: Move = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character: its middle, its box (left, top, right, bottom) and its place in the page's text.

    `hidden` is set for what is painted and cannot be seen: white on white, painted over, off the page.
    `invisible` is set for what is not painted at all: the text that a scanner's recognition puts behind its picture.
    """

    text: str
    x: float
    y: float
    left: float
    top: float
    right: float
    bottom: float
    index: int
    hidden: bool = False
    invisible: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """How the points of a page are seen by who reads its text upright: from the top left corner, y downwards.

    `turned` is how far the text has to be turned clockwise for that, in quarters: tables that lie on their
    side are read as they are meant. `displayed` is how far the page is turned when it is shown.
    """

    turned: int
    left: float
    bottom: float
    right: float
    top: float
    displayed: int | None = None

    @property
    def height(self) -> float:
        """The height of the page when its text stands upright."""
        return self.right - self.left if self.turned % 2 else self.top - self.bottom

    @property
    def width(self) -> float:
        """The width of the page when its text stands upright."""
        return self.top - self.bottom if self.turned % 2 else self.right - self.left

    def place(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Turn a box of the file (y upwards) into (left, top, right, bottom) as seen."""
        if self.turned == 1:
            return bottom - self.bottom, left - self.left, top - self.bottom, right - self.left
        if self.turned == 2:
            return self.right - right, bottom - self.bottom, self.right - left, top - self.bottom
        if self.turned == 3:
            return self.top - top, self.right - right, self.top - bottom, self.right - left
        return left - self.left, self.top - top, right - self.left, self.top - bottom

    def shown(self, box: Box) -> Box:
        """Turn a box as seen into (left, top, right, bottom) on the page as it is displayed, rounded to 0.1."""
        left, top, right, bottom = box
        if self.displayed is not None and self.displayed != self.turned:
            if self.turned == 1:
                file = (top + self.left, left + self.bottom, bottom + self.left, right + self.bottom)
            elif self.turned == 2:
                file = (self.right - right, top + self.bottom, self.right - left, bottom + self.bottom)
            elif self.turned == 3:
                file = (self.right - bottom, self.top - right, self.right - top, self.top - left)
            else:
                file = (left + self.left, self.top - bottom, right + self.left, self.top - top)
            left, top, right, bottom = replace(self, turned=self.displayed).place(*file)
        return round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)


def view(page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> View:
    """Return the view in which most of the page's text is upright; without text, the page as displayed."""
    count = text_page.count_chars()
    sample = range(0, count, max(1, count // 50))
    quarters = Counter(
        round(raw.FPDFText_GetCharAngle(text_page, index) / (math.pi / 2)) % 4
        for index in sample
        if raw.FPDFText_GetUnicode(text_page, index) > 32
    )
    displayed = page.get_rotation() // 90
    turned = -quarters.most_common(1)[0][0] % 4 if quarters else displayed  # pdfium measures clockwise
    left, bottom, right, top = page.get_cropbox()
    return View(turned, left, bottom, right, top, displayed)


@dataclass(slots=True)
class Drawn:
    """The drawing of a page: rules as drawn (not joined), opaque fills with their order, boxes of pictures.

    `dots` are pieces too short to be a rule alone; `order` maps each text object to when it was drawn, and
    `outlines` counts shapes that are neither rules nor boxes: letters turned into curves, or a drawing.
    """

    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    dots: list[Box] = field(default_factory=list)
    fills: list[tuple[int, Box, bool]] = field(default_factory=list)  # (order, box, white)
    pictures: list[Box] = field(default_factory=list)
    order: dict[int, int] = field(default_factory=dict)
    outlines: int = 0
    segments: int = 0


def drawn(page: pdfium.PdfPage, seen: View, number: int) -> Drawn:
    """Walk over the objects of a page once. Raises ReadError for more of them than a report can have."""
    found = Drawn()
    box = _Bounds()
    for at, (item, kind, move) in enumerate(_objects(page)):
        if at >= MOST_OBJECTS:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_MANY.format(page=number))
        if kind == raw.FPDF_PAGEOBJ_PATH:
            bounds = box.of(item)
            if bounds is not None:
                _path(found, item, at, bounds, move, seen)
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            found.order[address(item)] = at
        elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            bounds = box.of(item)
            if bounds is not None and kind == raw.FPDF_PAGEOBJ_IMAGE:
                found.pictures.append(seen.place(*_moved(bounds, move)))
    _dotted(found)
    return found


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[Item, int, Move]]:
    """Yield the objects of a page in the order they are painted, with their kind and how their form is moved."""

    def within(
        count: int, get: Callable[[int], Item], move: Move, depth: int
    ) -> Iterator[tuple[Item, int, Move]]:
        for index in range(count):
            item = get(index)
            if not item:
                continue
            kind = raw.FPDFPageObj_GetType(item)
            yield item, kind, move
            if kind == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
                inner = _times(_matrix(item), move)
                yield from within(
                    raw.FPDFFormObj_CountObjects(item),
                    lambda i, form=item: raw.FPDFFormObj_GetObject(form, i),  # type: ignore[misc]
                    inner,
                    depth + 1,
                )

    return within(raw.FPDFPage_CountObjects(page), lambda i: raw.FPDFPage_GetObject(page, i), _UNMOVED, 1)


class _Bounds:
    """Asks for the bounds of objects without making four new numbers for each."""

    def __init__(self) -> None:
        self._numbers = [ctypes.c_float() for _ in range(4)]

    def of(self, item: Item) -> Box | None:
        if not raw.FPDFPageObj_GetBounds(item, *self._numbers):
            return None
        left, bottom, right, top = (n.value for n in self._numbers)
        return (left, bottom, right, top) if math.isfinite(left + bottom + right + top) else None


def address(item: Item) -> int:
    """Return what tells one object of a page from another while the page is open."""
    return ctypes.c_void_p.from_buffer(item).value or 0


def _matrix(item: Item) -> Move:
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, matrix):
        return _UNMOVED
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _times(one: Move, other: Move) -> Move:
    a, b, c, d, e, f = one
    A, B, C, D, E, F = other
    return a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F


def _point(x: float, y: float, move: Move) -> tuple[float, float]:
    return x * move[0] + y * move[2] + move[4], x * move[1] + y * move[3] + move[5]


def _moved(box: Box, move: Move) -> Box:
    if move is _UNMOVED:
        return box
    (x0, y0), (x1, y1) = _point(box[0], box[1], move), _point(box[2], box[3], move)
    (x2, y2), (x3, y3) = _point(box[0], box[3], move), _point(box[2], box[1], move)
    return min(x0, x1, x2, x3), min(y0, y1, y2, y3), max(x0, x1, x2, x3), max(y0, y1, y2, y3)


def _path(found: Drawn, item: Item, at: int, bounds: Box, move: Move, seen: View) -> None:
    filled, stroked = _painted(item)
    if filled is None and stroked is None:
        return
    box = seen.place(*_moved(bounds, move))
    wide, high = box[2] - box[0], box[3] - box[1]
    white = all(colour is None or min(colour[:3]) >= PALE for colour in (filled, stroked))
    segments = raw.FPDFPath_CountSegments(item)
    if high <= THIN or wide <= THIN:
        if white:
            return  # seen by nobody; a fill that it cuts in two is not needed to tell cells apart
        if high <= THIN < wide:
            found.across.append(((box[1] + box[3]) / 2, box[0], box[2]))
        elif wide <= THIN < high:
            found.down.append(((box[0] + box[2]) / 2, box[1], box[3]))
        else:
            found.dots.append(box)
        return
    found.segments += segments
    if segments > MOST_SEGMENTS or found.segments > MOST_SEGMENTS_LOOKED_AT:
        found.outlines += 1
        return
    parts = _subpaths(item, segments, move, seen)
    if parts is None:
        found.outlines += 1
        return
    if (
        filled is not None
        and len(parts) == 1
        and filled[3] == 255
        and not raw.FPDFPageObj_HasTransparency(item)
    ):
        found.fills.append((at, box, min(filled[:3]) >= PALE))
    for part in parts:
        if stroked is not None and min(stroked[:3]) < PALE:
            _strokes(found, part)
        elif filled is not None and not white and len(parts) > 1:
            _bar(found, part)


def _painted(
    item: Item,
) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    """Return the colours (red, green, blue, opacity) a path is filled and stroked with; None for neither."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    numbers = [ctypes.c_uint() for _ in range(4)]
    filled = stroked = None
    if fill.value and raw.FPDFPageObj_GetFillColor(item, *numbers):
        filled = tuple(n.value for n in numbers)
    if stroke.value and raw.FPDFPageObj_GetStrokeColor(item, *numbers):
        stroked = tuple(n.value for n in numbers)
    return (filled if filled and filled[3] else None), (stroked if stroked and stroked[3] else None)


def _subpaths(item: Item, segments: int, move: Move, seen: View) -> list[list[tuple[float, float]]] | None:
    """Return the corners of each part of a path as seen; None when it has curves or slanting lines."""
    whole = _times(_matrix(item), move)
    x, y = ctypes.c_float(), ctypes.c_float()
    parts: list[list[tuple[float, float]]] = []
    for index in range(segments):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_BEZIERTO or not raw.FPDFPathSegment_GetPoint(segment, x, y):
            return None
        px, py = _point(x.value, y.value, whole)
        left, top, _, _ = seen.place(px, py, px, py)
        if kind == raw.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([(left, top)])
        else:
            last = parts[-1][-1]
            if abs(last[0] - left) > LEVEL and abs(last[1] - top) > LEVEL:
                return None
            parts[-1].append((left, top))
        if raw.FPDFPathSegment_GetClose(segment) and parts[-1][-1] != parts[-1][0]:
            parts[-1].append(parts[-1][0])
    return parts


def _strokes(found: Drawn, corners: Sequence[tuple[float, float]]) -> None:
    for (x0, y0), (x1, y1) in pairwise(corners):
        if abs(y1 - y0) <= LEVEL and abs(x1 - x0) > THIN:
            found.across.append(((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= LEVEL and abs(y1 - y0) > THIN:
            found.down.append(((x0 + x1) / 2, min(y0, y1), max(y0, y1)))


def _bar(found: Drawn, corners: Sequence[tuple[float, float]]) -> None:
    """Take one filled part of a path that fills many for a rule, where it is thin."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    if high <= THIN < wide:
        found.across.append(((max(ys) + min(ys)) / 2, min(xs), max(xs)))
    elif wide <= THIN < high:
        found.down.append(((max(xs) + min(xs)) / 2, min(ys), max(ys)))


GAP = 6.0  # points between the dots or dashes of one rule
DASH = 12.0  # points; a longer piece is no dash
FEWEST = 4  # dashes that make a rule


def _dotted(found: Drawn) -> None:
    """Join dots and dashes that stand in a row to rules."""
    level = [((b[1] + b[3]) / 2, b[0], b[2]) for b in found.dots]
    level += [rule for rule in found.across if rule[2] - rule[1] <= DASH]
    upright = [((b[0] + b[2]) / 2, b[1], b[3]) for b in found.dots]
    upright += [rule for rule in found.down if rule[2] - rule[1] <= DASH]
    found.across += _runs(level)
    found.down += _runs(upright)


def _runs(pieces: Sequence[Rule]) -> list[Rule]:
    runs: list[list[Rule]] = []
    for piece in sorted(pieces, key=lambda p: (round(p[0] * 2), p[1])):
        last = runs[-1][-1] if runs else None
        if last and abs(piece[0] - last[0]) <= LEVEL and piece[1] - last[2] <= GAP:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return [_line(run) for run in runs if len(run) >= FEWEST and run[-1][2] - run[0][1] > DASH]


def _line(run: Sequence[Rule]) -> Rule:
    """Return dashes as one rule, which may begin and end with a gap."""
    gap = max(0.0, max(b[1] - a[2] for a, b in pairwise(run)))
    return run[0][0], run[0][1] - gap, max(p[2] for p in run) + gap
