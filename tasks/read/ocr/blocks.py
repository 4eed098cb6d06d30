"""A scanned page as blocks: its ruled tables cell by cell, the text round them line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.document import Block, Cell, Locator, Paragraph, Table
from tasks.read.ocr.ink import (
    DARK,
    FAINT,
    Strip,
    contrast,
    cut,
    digits_possible,
    ink,
    leans,
    near,
    room_under,
    strips,
)
from tasks.read.ocr.lattice import Grid, Rules, Span, grids
from tasks.read.ocr.recognise import Gray, Reading, as_number, as_text, lines_of, recognise, signals
from tasks.read.ocr.straighten import PAPER, Mask, Sheet, straighten

INSET = 4  # pixels of a cell's edge that belong to its rules
EDGE = 9  # pixels from a cell's edge in which the rest of a crooked rule is wiped out
FRAGMENT = 1.6  # a gap wider than this many line heights parts two columns
SIDE = 1280  # pixels of the longer side at which text outside tables is looked for
SURE_ENOUGH = 0.5  # confidence from which a line outside tables is taken for text
DOUBTFUL = 0.5
RESTORED = 3.0  # by how much the traces of print under a seal are strengthened
SMALLEST = 8  # pixels; a cell less high or wide holds no digit
SMALL_STAIN = 25  # pixels of a seal that can hide no digit
BLURRED = 0.9  # confidence below which words are looked at again
UNREAD = "?"
Box = tuple[float, float, float, float]
_NUMBER = re.compile(r"[\s\d.,，．。·:：'’\-－—–一/%OoＯｏ〇○◯lI|]*(?:万?元|[件条个宗次项份])?")
_PAGE_NUMBER = re.compile(r"^[-—–一\s]*第?\s*\d{1,3}\s*页?[-—–一\s]*(?:[/共]\s*\d{1,3}\s*页?)?$")
_DIGIT = re.compile(r"\d")
_HAN = re.compile(r"[一-鿿]")


def blocks(image: Gray, number: int, dpi: float, tables_before: int) -> list[Block]:
    """Read the picture of a page, RGB of shape (height, width, 3) at `dpi`, to blocks from top to bottom.

    `number` is the page's, `tables_before` counts the ruled tables on the pages before it. Boxes are in points
    of the picture as given. Raises ReadError where the extra for scans is not installed.
    """
    sheet = straighten(image, dpi)
    unsealed, depth = _through_the_seal(sheet), contrast(sheet.gray)
    tables, rules = grids(unsealed, sheet.seal, depth)
    looks = _Looks(sheet, rules, depth, unsealed, _shows_through(sheet, rules, depth))
    placed: list[tuple[float, float, Block]] = []
    for at, grid in enumerate(tables, start=tables_before + 1):
        cells = tuple(_cell(looks, grid, span, number, at, dpi) for span in grid.cells)
        where = Locator(
            page=number, table=at, box=sheet.box(grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1], dpi)
        )
        table = Table(cells, len(grid.ys) - 1, len(grid.xs) - 1, "ruled", where)
        placed.append((grid.ys[0], grid.xs[0], table))
    placed.extend(_prose(sheet, tables, number, dpi))
    return [block for _, _, block in sorted(placed, key=lambda item: item[:2])]


@dataclass(frozen=True, slots=True)
class _Looks:
    """A sheet for reading cells: its rules, its contrast, and the same sheet with print under a seal restored.

    `shows_through` says that the seal is thin enough for print under it to be seen.
    """

    sheet: Sheet
    rules: Rules
    depth: float
    unsealed: Gray
    shows_through: bool


def _through_the_seal(sheet: Sheet) -> Gray:
    """Return the sheet with the faint traces of print under a seal brought out, and the seal itself as paper."""

    if not sheet.seal.any():
        return sheet.gray
    restored = np.clip(PAPER - RESTORED * (_under_the_seal(sheet) - 4), 0, PAPER)
    mixed: Gray = np.where(sheet.seal > 0, restored, sheet.gray).astype(np.uint8)
    return mixed


def _under_the_seal(sheet: Sheet) -> np.ndarray[Any, np.dtype[Any]]:
    """Return by how much each pixel is darker than the seal about it (meaningless outside the seal)."""
    import cv2

    inside = (sheet.seal > 0).astype(np.float32)
    smooth = cv2.GaussianBlur(sheet.gray, (3, 3), 0).astype(np.float32)
    level = cv2.blur(smooth * inside, (41, 41)) / np.maximum(cv2.blur(inside, (41, 41)), 1e-3)
    darker: np.ndarray[Any, np.dtype[Any]] = level - smooth
    return darker


def _shows_through(sheet: Sheet, rules: Rules, depth: float) -> bool:
    """Say whether the rules of tables can be seen under the seal; where none cross it, nothing proves it."""
    import cv2

    inside = cv2.erode(sheet.seal, np.ones((5, 5), np.uint8)) > 0
    crossed = inside & ((rules.across | rules.down) > 0)
    if np.count_nonzero(crossed) < 200:
        return False
    darkest = cv2.dilate(_under_the_seal(sheet), np.ones((5, 5), np.uint8))
    return bool(np.median(darkest[crossed]) > 0.07 * depth)


def _cell(looks: _Looks, grid: Grid, span: Span, number: int, table: int, dpi: float) -> Cell:
    left, right = grid.xs[span.column], grid.xs[span.column + span.column_span]
    top, bottom = grid.ys[span.row], grid.ys[span.row + span.row_span]
    here = np.s_[
        round(top) + INSET : round(bottom) - INSET + 1, round(left) + INSET : round(right) - INSET + 1
    ]
    text, confidence, alternative = _read(looks, here)
    if grid.doubtful.intersection(range(span.row, span.row + span.row_span)) and _NUMBER.fullmatch(text):
        confidence = min(confidence, DOUBTFUL)  # it may belong to the row above or below
    box = looks.sheet.box(left, top, right, bottom, dpi)
    where = Locator(page=number, table=table, row=span.row + 1, column=span.column + 1, box=box)
    return Cell(
        text, span.row, span.column, span.row_span, span.column_span, where,
        read_by="ocr", confidence=round(confidence, 3), alternative=alternative,
    )  # fmt: skip


def _read(looks: _Looks, here: tuple[slice, slice]) -> tuple[str, float, str | None]:
    """Read one cell: text, confidence, and what a second look gave where it differs."""
    if min(looks.sheet.gray[here].shape) < SMALLEST:
        return "", 1.0, None
    crop = _without_rules(looks.sheet.gray[here], looks.rules, here)
    sealed = bool(looks.sheet.seal[here].any())
    again = _without_rules(looks.unsealed[here], looks.rules, here) if sealed else crop
    faint = ink(again, looks.depth, FAINT)
    dark = ink(crop, looks.depth, DARK)
    if sealed:
        dark |= ink(again, looks.depth, DARK)
    lines = strips(dark)
    if not lines:
        hidden = np.count_nonzero(looks.sheet.seal[here]) > SMALL_STAIN
        return ("", 0.0, UNREAD) if faint.any() or hidden else ("", 1.0, None)
    first = signals([cut(crop, line, 5) for line in lines])
    text, confidence, _ = _joined([as_text(signal) for signal in first])
    if not text:
        return "", 0.0, UNREAD
    if not _NUMBER.fullmatch(text):
        if confidence < BLURRED:
            clearer = [_darkened(cut(again, line, 7), looks.depth) for line in lines]
            other, other_confidence, _ = _joined(recognise(clearer))
            if other_confidence > confidence:
                return other, other_confidence, None
        return text, confidence, None
    lines = strips(faint) or lines
    number = _joined([as_number(signal) for signal in first])
    text, confidence, alternative = _number(looks, number, again, faint, lines)
    seal = looks.sheet.seal[here]
    for line in lines:
        if room_under(seal, faint, line) or (not looks.shows_through and near(seal, line) > SMALL_STAIN):
            confidence = min(confidence, DOUBTFUL)
    return text, confidence, alternative


def _joined(readings: Sequence[Reading]) -> tuple[str, float, float]:
    """Return the text of a cell's lines, and the least of their confidences, by the mean and by the weakest."""
    text = "\n".join(reading.text for reading in readings if reading.text)
    return text, min(r.confidence for r in readings), min(r.weakest for r in readings)


def _number(
    looks: _Looks, first: tuple[str, float, float], crop: Gray, faint: Mask, lines: Sequence[Strip]
) -> tuple[str, float, str | None]:
    """Look at a number a second time: stretched, darkened and with more paper round it; and count its ink."""
    text, _, weakest = first
    if not text.strip("-"):
        text = text.replace("-", "—")  # a stroke alone in a cell is a dash, no sign
    pictures = [_darkened(cut(crop, line, 9), looks.depth) for line in lines]
    other, _, other_weakest = _joined([as_number(signal) for signal in signals(pictures, stretch=1.3)])
    if "".join(other.split()).replace("-", "—") != "".join(text.split()).replace("-", "—"):
        return text, min(weakest, DOUBTFUL), other or UNREAD
    confidence = max(weakest, other_weakest)
    least, most, gap = digits_possible(faint, lines)
    digits = len(_DIGIT.findall(text))
    if not least <= digits + 2 * len(_HAN.findall(text)) or digits > most or gap:
        confidence = min(confidence, DOUBTFUL)
    if text == "1" and leans(faint, lines[0]):
        return text, min(confidence, DOUBTFUL), "/"
    return text, confidence, None


def _darkened(line: Gray, depth: float) -> Gray:
    """Return a line with its greys pulled apart into print and paper."""
    share = (PAPER - line.astype(np.float32)) / depth
    pulled: Gray = (PAPER * (1 - np.clip((share - 0.15) / 0.5, 0, 1))).astype(np.uint8)
    return pulled


def _without_rules(crop: Gray, rules: Rules, here: tuple[slice, slice]) -> Gray:
    """Wipe out what crooked rules left along the edges of a cell."""
    import cv2

    mask = cv2.dilate(cv2.bitwise_or(rules.across[here], rules.down[here]), np.ones((3, 3), np.uint8))
    mask[EDGE:-EDGE, EDGE:-EDGE] = 0
    clean = crop.copy()
    clean[mask > 0] = PAPER
    return clean


def _prose(sheet: Sheet, tables: Sequence[Grid], number: int, dpi: float) -> list[tuple[float, float, Block]]:
    """Read what stands outside the ruled tables; numbers side by side on a line are kept apart as a table."""
    rest = sheet.gray.copy()
    for grid in tables:
        left, top = max(0, round(grid.xs[0]) - 3), max(0, round(grid.ys[0]) - 3)
        rest[top : round(grid.ys[-1]) + 4, left : round(grid.xs[-1]) + 4] = PAPER
    boxes = [_bounds(corners) for corners in lines_of(rest, SIDE)]
    cuts = [
        rest[max(0, round(y0)) : round(y1) + 1, max(0, round(x0)) : round(x1) + 1] for x0, y0, x1, y1 in boxes
    ]
    pieces = [
        (box, reading)
        for box, cut_out in zip(boxes, cuts, strict=True)
        if min(cut_out.shape) >= 6
        for reading in recognise([cut_out])
        if reading.text and reading.confidence >= SURE_ENOUGH
    ]
    height = sheet.gray.shape[0]
    found: list[tuple[float, float, Block]] = []
    for line in _lines(pieces):
        x0, y0 = min(b[0] for b, _ in line), min(b[1] for b, _ in line)
        x1, y1 = max(b[2] for b, _ in line), max(b[3] for b, _ in line)
        texts = [reading.text for _, reading in line]
        if len(line) == 1 and _PAGE_NUMBER.match(texts[0]) and (y0 > 0.9 * height or y0 < 0.07 * height):
            continue
        where = Locator(page=number, box=sheet.box(x0, y0, x1, y1, dpi))
        if len(line) > 1 and any(map(_DIGIT.search, texts)) and sum(map(len, texts)) < 80:
            cells = tuple(
                Cell(r.text, 0, at, locator=where, read_by="ocr", confidence=round(r.weakest, 3))
                for at, (_, r) in enumerate(line)
            )
            found.append((y0, x0, Table(cells, 1, len(cells), "aligned", where)))
        else:
            found.append((y0, x0, Paragraph("  ".join(texts), locator=where)))
    return found


def _bounds(corners: np.ndarray[Any, np.dtype[Any]]) -> Box:
    (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return x0, y0, x1, y1


def _lines(pieces: Sequence[tuple[Box, Reading]]) -> list[list[tuple[Box, Reading]]]:
    """Gather pieces of text into lines from top to bottom, each from left to right."""
    lines: list[list[tuple[Box, Reading]]] = []
    for box, reading in sorted(pieces, key=lambda piece: piece[0][1] + piece[0][3]):
        middle, high = (box[1] + box[3]) / 2, box[3] - box[1]
        if lines:
            last = lines[-1][-1][0]
            if abs((last[1] + last[3]) / 2 - middle) < 0.5 * min(high, last[3] - last[1]):
                lines[-1].append((box, reading))
                continue
        lines.append([(box, reading)])
    return [_together(sorted(line, key=lambda piece: piece[0][0])) for line in lines]


def _together(line: Sequence[tuple[Box, Reading]]) -> list[tuple[Box, Reading]]:
    """Join pieces of one line between which no column fits; the detection parts lines where it likes."""
    joined: list[tuple[Box, Reading]] = []
    for box, reading in line:
        if joined and box[0] - joined[-1][0][2] < FRAGMENT * (box[3] - box[1]):
            (x0, y0, x1, y1), before = joined[-1]
            whole = min(x0, box[0]), min(y0, box[1]), max(x1, box[2]), max(y1, box[3])
            space = " " if before.text[-1:].isascii() and reading.text[:1].isascii() else ""
            both = Reading(
                before.text + space + reading.text,
                min(before.confidence, reading.confidence), min(before.weakest, reading.weakest),
            )  # fmt: skip
            joined[-1] = whole, both
        else:
            joined.append((box, reading))
    return joined
