"""Ink in a cell: whether there is any, which lines of text it makes, how many digits it can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tasks.read.ocr.recognise import Gray
from tasks.read.ocr.straighten import PAPER, Mask

DARK, FAINT = 0.45, 0.2  # share of the contrast between paper and print from which a pixel is ink
SPECK = 12  # pixels; what is smaller is dirt
LETTER = 26  # pixels; height of a Chinese character where a cell tells nothing (9.5 points)


@dataclass(frozen=True, slots=True)
class Strip:
    """One line of text in a cell: rows `top` to `bottom` and columns `left` to `right` that hold ink."""

    top: int
    bottom: int
    left: int
    right: int


def contrast(gray: Gray) -> float:
    """Return how much darker than paper print is on a sheet."""
    dark = gray[::2, ::2][gray[::2, ::2] < 170]
    return float(max(PAPER - np.percentile(dark, 10), 80)) if dark.size > 200 else 180.0


def ink(crop: Gray, depth: float, share: float) -> Mask:
    """Return 255 where a crop is darker than paper by `share` of `depth`, without specks of dirt."""
    import cv2

    smooth = cv2.GaussianBlur(crop, (3, 3), 0)
    mask = cv2.threshold(smooth, PAPER - share * depth, 255, cv2.THRESH_BINARY_INV)[1]
    count, label, stats, _ = cv2.connectedComponentsWithStats(mask)
    large = (stats[:, 4] >= SPECK) & (np.maximum(stats[:, 2], stats[:, 3]) >= 6)
    large[0] = False
    kept: Mask = large[label].astype(np.uint8) * 255 if count > 1 else mask
    return kept


def strips(mask: Mask) -> list[Strip]:
    """Cut ink into lines of text by the empty rows between them; strokes of one character stay together."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return []
    breaks = np.flatnonzero(np.diff(rows) > 1)
    runs = [[int(part[0]), int(part[-1]) + 1] for part in np.split(rows, breaks + 1)]
    tall = [b - a for a, b in runs if b - a >= 14]
    letter = float(np.median(tall)) if tall else LETTER
    lines: list[list[int]] = []
    for run in runs:
        high = run[1] - run[0]
        if lines:
            last = lines[-1]
            thin = min(high, last[1] - last[0]) < 0.5 * letter
            gap = run[0] - last[1]
            if (gap < 3 and run[1] - last[0] <= 1.6 * letter) or (thin and run[1] - last[0] <= 1.15 * letter):
                last[1] = run[1]
                continue
        lines.append(list(run))
    found = []
    for top, bottom in lines:
        columns = np.flatnonzero(mask[top:bottom].any(axis=0))
        found.append(Strip(top, bottom, int(columns[0]), int(columns[-1]) + 1))
    return found


def cut(crop: Gray, strip: Strip, margin: int) -> Gray:
    """Return a line of a crop on paper, with `margin` pixels round its ink."""
    import cv2

    height, width = crop.shape
    top, bottom = max(0, strip.top - margin), min(height, strip.bottom + margin)
    left, right = max(0, strip.left - margin), min(width, strip.right + margin)
    line: Gray = cv2.copyMakeBorder(
        crop[top:bottom, left:right],
        margin - (strip.top - top), margin - (bottom - strip.bottom),
        margin - (strip.left - left), margin - (right - strip.right),
        cv2.BORDER_CONSTANT, value=PAPER,
    )  # fmt: skip
    return line


def digits_possible(mask: Mask, lines: Sequence[Strip]) -> tuple[int, int, bool]:
    """Return the least and the most digits that the ink of some lines can be, and whether a digit may be missing.

    A digit stands alone or touches its neighbour; it is as high as its line and at most three quarters as wide.
    Between two digits of one number there is no room for a third.
    """
    import cv2

    least = most = 0
    gap = False
    for strip in lines:
        high = strip.bottom - strip.top
        stats = cv2.connectedComponentsWithStats(mask[strip.top : strip.bottom])[2][1:].tolist()
        tall = [(x, x + w) for x, _, w, h, _ in stats if h >= 0.6 * high]
        merged: list[list[int]] = []
        for start, end in sorted(tall):
            if merged and start < merged[-1][1]:
                merged[-1][1] = max(end, merged[-1][1])
            else:
                merged.append([start, end])
        least += len(merged)
        most += sum(max(1, math.ceil((end - start) / (0.36 * high))) for start, end in merged)
        gap |= any(after[0] - before[1] > 0.85 * high for before, after in pairwise(merged))
    return least, most, gap


def leans(mask: Mask, strip: Strip) -> bool:
    """Say whether the ink of a line is one stroke that leans like a solidus: no 1 is as slanted."""
    part = mask[strip.top : strip.bottom, strip.left : strip.right]
    high = part.shape[0]
    rows, columns = np.nonzero(part[round(0.25 * high) : max(round(0.8 * high), 1)])
    if rows.size < SPECK or np.ptp(rows) < 4:
        return False
    return bool(np.polyfit(rows, columns, 1)[0] < -0.17)


def near(mask: Mask, strip: Strip) -> int:
    """Count the pixels of a mask on a line of text and a digit's width to its left and right."""
    digit = round(0.7 * (strip.bottom - strip.top))
    return int(
        np.count_nonzero(mask[strip.top : strip.bottom, max(0, strip.left - digit) : strip.right + digit])
    )


def room_under(seal: Mask, mask: Mask, strip: Strip) -> bool:
    """Say whether a digit that left no trace could lie under a seal, between or beside those of a line."""
    high = strip.bottom - strip.top
    around = np.s_[
        strip.top : strip.bottom, max(0, strip.left - round(0.8 * high)) : strip.right + round(0.8 * high)
    ]
    covered = (seal[around] > 0).mean(axis=0) > 0.4
    untouched = ~(mask[around] > 0).any(axis=0)
    run = longest = 0
    for free in (covered & untouched).tolist():
        run = run + 1 if free else 0
        longest = max(longest, run)
    return longest >= 0.3 * high
