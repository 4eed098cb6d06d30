"""The characters of a PDF page: what is printed, what is hidden, and what no font names."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from models.errors import ErrorKind, ReadError
from tasks.read.pdf_page import (
    LOWEST,
    MOST_GLYPHS,
    PALE,
    TOO_MANY,
    UNKNOWN,
    WIDE,
    Box,
    Drawn,
    Glyph,
    Item,
    View,
    address,
)  # fmt: skip

STRUCK_TWICE = 0.08  # of the height of a line; the same character as near as this is bold type
SLANT = 0.18  # ten degrees
MOST_FILLS = 3_000  # of one page; one with more coloured boxes is a drawing
NEAREST = 0.5  # points; and so is one as near as this
_SURROGATES, _PRIVATE = 0xD800, 0xF8FF
"""Where the codes begin and end that name no character: halves of one, and the free use of fonts."""
_HYPHEN = 2  # what pdfium makes of a hyphen at the end of a line
_INVISIBLE = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_FILLED = (raw.FPDF_TEXTRENDERMODE_FILL, raw.FPDF_TEXTRENDERMODE_FILL_CLIP)
UNORDERED = 1 << 30  # drawn who knows when: taken to be on top of everything
Colour = tuple[ctypes.c_uint, ctypes.c_uint, ctypes.c_uint, ctypes.c_uint]


@dataclass(frozen=True, slots=True)
class _Look:
    """How a run of text is painted: not at all, white, after how many other objects, across the page."""

    clear: bool
    pale: bool
    order: int
    slanted: bool = False


def glyphs(text_page: pdfium.PdfTextPage, seen: View, drawing: Drawn, number: int) -> list[Glyph]:
    """Return the characters of a page in the order of the file.

    What a watermark writes across the page is left out. A character whose font does not say what it is comes as
    U+FFFD, never as its code. What is printed twice on one spot counts once. Raises ReadError for more characters than a page can hold.
    """
    count = text_page.count_chars()
    if count > MOST_GLYPHS:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_MANY.format(page=number))
    rect = raw.FS_RECTF()
    colour = (ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint())
    looks: dict[int, _Look] = {}
    found: list[Glyph] = []
    painted: list[_Look] = []
    for index in range(count):
        text = _character(text_page, index)
        if not text or not raw.FPDFText_GetLooseCharBox(text_page, index, rect):
            continue
        # the loose box has the height of the line: 一 and 、 share it
        file: Box = (rect.left, rect.bottom, rect.right, rect.top)
        if rect.right - rect.left > WIDE:
            file = _plausible(text_page, index, file)
        left, top, right, bottom = seen.place(*file)
        look = _look(text_page, index, drawing, looks, colour)
        if look.slanted:
            continue
        found.append(Glyph(text, (left + right) / 2, (top + bottom) / 2, left, top, right, bottom, index))
        painted.append(look)
    return _struck_once(_shown(found, painted, seen, drawing))


def _character(text_page: pdfium.PdfTextPage, index: int) -> str:
    code = raw.FPDFText_GetUnicode(text_page, index)
    if code in (10, 13):
        return ""
    if code == 32:
        return " "
    if raw.FPDFText_HasUnicodeMapError(text_page, index):
        return UNKNOWN
    if code == _HYPHEN and raw.FPDFText_IsHyphen(text_page, index):
        return "" if raw.FPDFText_IsGenerated(text_page, index) else "-"
    if code < 32 or _SURROGATES <= code <= _PRIVATE or code in (0xFFFE, 0xFFFF) or code > 0x10FFFF:
        return "\t" if code == 9 else UNKNOWN
    return chr(code)


def _plausible(text_page: pdfium.PdfTextPage, index: int, loose: Box) -> Box:
    """Return the ink's box where the loose one is far too large, as in fonts for vertical writing."""
    tight: Box = text_page.get_charbox(index)
    ink = max(tight[2] - tight[0], tight[3] - tight[1])
    return tight if 0 < 2.5 * ink < loose[2] - loose[0] else loose


def _look(
    text_page: pdfium.PdfTextPage, index: int, drawing: Drawn, looks: dict[int, _Look], colour: Colour
) -> _Look:
    red, green, blue, opacity = colour
    item = raw.FPDFText_GetTextObject(text_page, index)
    place = address(item)
    known = looks.get(place)
    if known is not None:
        return known
    clear = pale = False
    if place:
        mode = raw.FPDFTextObj_GetTextRenderMode(item)
        clear = mode in _INVISIBLE
        if mode in _FILLED and raw.FPDFPageObj_GetFillColor(item, red, green, blue, opacity):
            clear = opacity.value == 0
            pale = min(red.value, green.value, blue.value) >= PALE
    looks[place] = _Look(clear, pale, drawing.order.get(place, UNORDERED), bool(place) and _is_slanted(item))
    return looks[place]


def _is_slanted(item: Item) -> bool:
    """Say whether text climbs or falls across the page, as watermarks do; italics lean and do not climb."""
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, matrix):
        return False
    along, across = sorted((abs(matrix.a), abs(matrix.b)))
    return bool(along > SLANT * across)


def _shown(found: Sequence[Glyph], painted: Sequence[_Look], seen: View, drawing: Drawn) -> list[Glyph]:
    """Mark what nobody sees: tiny or off the page, under a fill painted later, white on white."""
    if not found:
        return []
    x, y = np.array([g.x for g in found]), np.array([g.y for g in found])
    order = np.array([look.order for look in painted])
    pale = np.array([look.pale for look in painted])
    hidden = np.array([max(g.bottom - g.top, g.right - g.left) < LOWEST for g in found])
    hidden |= (x < 0) | (y < 0) | (x > seen.width) | (y > seen.height)
    on_colour = np.zeros(len(found), dtype=bool)
    first, any_pale = int(order.min()), bool(pale.any())
    for at, (left, top, right, bottom), white in drawing.fills[:MOST_FILLS]:
        if at < first and not any_pale:
            continue  # the ground on which everything is painted
        within = (x > left) & (x < right) & (y > top) & (y < bottom)
        hidden |= within & (order < at)
        on_colour = np.where(within & (order > at), not white, on_colour)
    if any_pale:
        for left, top, right, bottom in drawing.pictures[:MOST_FILLS]:
            on_colour |= (x > left) & (x < right) & (y > top) & (y < bottom)
        hidden |= pale & ~on_colour
    marks = zip(found, hidden.tolist(), painted, strict=True)
    return [
        replace(g, hidden=h and not g.text.isspace(), invisible=look.clear) if h or look.clear else g
        for g, h, look in marks
    ]


def _struck_once(found: Sequence[Glyph]) -> list[Glyph]:
    """Leave out characters printed again on their own spot, the bold type of some printers' drivers."""
    kept: list[Glyph] = []
    places: dict[tuple[str, int, int], list[Glyph]] = {}
    for glyph in found:
        if glyph.text.isspace():
            kept.append(glyph)
            continue
        near = max(NEAREST, STRUCK_TWICE * (glyph.bottom - glyph.top))
        column, row = int(glyph.x // 4), int(glyph.y // 4)
        again = any(
            abs(other.x - glyph.x) <= near
            and abs(other.y - glyph.y) <= near
            and other.hidden == glyph.hidden
            and other.invisible == glyph.invisible
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for other in places.get((glyph.text, column + i, row + j), ())
        )
        if not again:
            places.setdefault((glyph.text, column, row), []).append(glyph)
            kept.append(glyph)
    return kept
