"""A scanned or photographed page made straight: turned upright, rules level and plumb, 200 dpi, no seal.

Only the red channel is kept: a red seal is nearly as bright there as paper, while what is printed under it
stays dark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.read.ocr.recognise import Gray, Reading, recognise

PAPER = 245  # brightness of paper once its light is evened out
DPI = 200  # every length in pixels in this package is at this resolution
MOST_SKEW = 20.0  # degrees
LONG = 90  # pixels; shorter strokes are parts of characters
SEAL = 45  # by how much red must exceed blue for a pixel to be of a seal
Homography = np.ndarray[Any, np.dtype[np.float64]]
Mask = np.ndarray[Any, np.dtype[Any]]
"""A picture of what is and what is not: uint8 of shape (height, width), 255 or 0."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A straight page. `gray` is 255 on paper, `seal` 255 where a coloured stamp lies.

    `back` takes pixels of the sheet to pixels of the picture as it was given.
    """

    gray: Gray
    seal: Mask
    back: Homography

    def box(
        self, left: float, top: float, right: float, bottom: float, dpi: float
    ) -> tuple[float, float, float, float]:
        """Return a box of the sheet as (x0, top, x1, bottom) in points of the picture."""
        corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]])
        there = corners @ self.back.T
        points = there[:, :2] / there[:, 2:] * 72 / dpi
        low, high = points.min(axis=0), points.max(axis=0)
        x0, y0, x1, y1 = (round(float(value), 1) for value in (*low, *high))
        return x0, y0, x1, y1


def straighten(image: Gray, dpi: float) -> Sheet:
    """Return the straight sheet of an RGB picture (height, width, 3) taken at `dpi`."""
    import cv2

    scale = DPI / dpi
    if abs(scale - 1) > 0.02:
        shape = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=shape)
    else:
        scale = 1.0
    back: Homography = np.diag([1 / scale, 1 / scale, 1.0])
    forth = _rectifying(image[:, :, 0])
    straight = _warped(image, forth)
    back = back @ np.linalg.inv(forth)
    quarters = _quarters(levelled(straight[:, :, 0]))
    if quarters:
        height, width = straight.shape[:2]
        straight = np.ascontiguousarray(np.rot90(straight, -quarters))
        back = back @ _unturned(quarters, width, height)
    red, blue = straight[:, :, 0], straight[:, :, 2]
    seal = (cv2.blur(red, (3, 3)).astype(np.int16) - cv2.blur(blue, (3, 3)) > SEAL).astype(np.uint8) * 255
    return Sheet(levelled(red), seal, back)


def levelled(gray: Gray) -> Gray:
    """Even out the light: paper becomes 255 everywhere, ink keeps its share of the paper's brightness."""
    import cv2

    small = cv2.resize(gray, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), 21)
    paper = cv2.resize(paper, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    even: Gray = cv2.divide(gray, np.maximum(paper, 60), scale=PAPER)
    return even


def _warped(image: Gray, forth: Homography) -> Gray:
    import cv2

    if np.abs(forth - np.eye(3)).max() < 1e-9:
        return image
    height, width = image.shape[:2]
    turned: Gray = cv2.warpPerspective(
        image, forth, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return turned


def _unturned(quarters: int, width: int, height: int) -> Homography:
    """Return what takes pixels of a sheet turned clockwise by `quarters` back to the sheet before."""
    return np.array(
        {
            1: [[0, 1, 0], [-1, 0, height - 1], [0, 0, 1]],
            2: [[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
            3: [[0, -1, width - 1], [1, 0, 0], [0, 0, 1]],
        }[quarters],
        dtype=np.float64,
    )


def _rectifying(gray: Gray) -> Homography:
    """Return the homography that makes the rules of a page level and plumb."""
    strokes = _strokes(gray)
    height, width = gray.shape
    middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, max(width, height) / 2]])
    angle = _angle(strokes) if len(strokes) >= 4 else None
    if angle is None:
        return _about(middle, _rotation(_profile_angle(gray)))
    turn = _about(middle, _rotation(angle))
    return _about(middle, _fitted(_moved(strokes, middle @ turn))) @ turn


def _about(middle: Homography, inner: Homography) -> Homography:
    whole: Homography = np.linalg.inv(middle) @ inner @ middle
    whole /= whole[2, 2]
    return whole


def _rotation(degrees: float) -> Homography:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])


def _strokes(gray: Gray) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return long straight strokes as rows (x1, y1, x2, y2)."""
    import cv2

    half = cv2.resize(cv2.GaussianBlur(gray, (3, 3), 0), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(half)[0]
    if found is None:
        return np.zeros((0, 4))
    strokes = found.reshape(-1, 4).astype(np.float64) * 2
    long = np.hypot(strokes[:, 2] - strokes[:, 0], strokes[:, 3] - strokes[:, 1]) > LONG
    kept: np.ndarray[Any, np.dtype[np.float64]] = strokes[long]
    return kept


def _angle(strokes: np.ndarray[Any, np.dtype[np.float64]]) -> float | None:
    """Return by how many degrees the strokes are off level and plumb, in which most of their length agrees."""
    dx, dy = strokes[:, 2] - strokes[:, 0], strokes[:, 3] - strokes[:, 1]
    degrees = (np.degrees(np.arctan2(dy, dx)) + 45) % 90 - 45
    length = np.hypot(dx, dy)
    near = np.abs(degrees) <= MOST_SKEW
    if length[near].sum() < 5 * DPI:
        return None
    counts, edges = np.histogram(degrees[near], bins=80, range=(-MOST_SKEW, MOST_SKEW), weights=length[near])
    smooth = np.convolve(counts, np.ones(3), "same")
    peak = float(edges[smooth.argmax()] + edges[1] - edges[0]) - (edges[1] - edges[0]) / 2
    close = np.abs(degrees - peak) < 1.5
    return float(np.average(degrees[close], weights=length[close])) if close.any() else None


def _moved(strokes: np.ndarray[Any, np.dtype[np.float64]], by: Homography) -> np.ndarray[Any, Any]:
    points = np.concatenate([strokes[:, :2], strokes[:, 2:]])
    there = np.column_stack([points, np.ones(len(points))]) @ by.T
    there = there[:, :2] / there[:, 2:]
    return np.column_stack([there[: len(strokes)], there[len(strokes) :]])


def _fitted(strokes: np.ndarray[Any, Any]) -> Homography:
    """Fit shear and perspective, in coordinates about the middle, so that strokes are level or plumb.

    Gauss-Newton on x' = (x + b y) / (1 + g x + h y) and y' = (a x + y) / (1 + g x + h y); strokes that do not
    go along (edges of characters, a desk) lose their weight.
    """
    whole: Homography = np.eye(3)
    for _ in range(5):
        x1, y1, x2, y2 = _moved(strokes, whole).T
        level = np.abs(y1 - y2) < 0.15 * np.abs(x1 - x2)
        plumb = np.abs(x1 - x2) < 0.15 * np.abs(y1 - y2)
        zero = np.zeros(len(x1))
        rows_level = np.column_stack([x1 - x2, zero, -(y1 * x1 - y2 * x2), -(y1**2 - y2**2)])[level]
        rows_plumb = np.column_stack([zero, y1 - y2, -(x1**2 - x2**2), -(x1 * y1 - x2 * y2)])[plumb]
        rows = np.concatenate([rows_level, rows_plumb])
        wanted = -np.concatenate([(y1 - y2)[level], (x1 - x2)[plumb]])
        if len(rows) < 4:
            return whole
        length = np.concatenate([np.abs(x1 - x2)[level], np.abs(y1 - y2)[plumb]])
        off = np.abs(wanted) / length
        weight = np.where(off < max(0.003, 2 * float(np.median(off))), 1.0, 0.05)
        ridge = 1e-3 * length.sum() / len(length) * np.eye(4)
        a, b, g, h = np.linalg.lstsq(
            np.concatenate([rows * weight[:, None], ridge]), np.concatenate([wanted * weight, np.zeros(4)])
        )[0]
        if max(abs(a), abs(b), abs(g), abs(h)) > 0.4:
            return np.eye(3)
        whole = np.array([[1, b, 0], [a, 1, 0], [g, h, 1]]) @ whole
    return whole


def _profile_angle(gray: Gray) -> float:
    """Return the skew in degrees at which lines of text stand out most, for a page without rules."""
    import cv2

    small = cv2.resize(gray, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    height, width = ink.shape

    def sharpness(degrees: float) -> float:
        by = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        rows = cv2.warpAffine(ink, by, (width, height)).sum(axis=1).astype(float)
        return float((np.diff(rows) ** 2).sum())

    coarse = max(np.arange(-8.0, 8.1, 0.5), key=sharpness)
    return float(max(np.arange(coarse - 0.5, coarse + 0.51, 0.1), key=sharpness))


def _quarters(gray: Gray) -> int:
    """Return by how many quarters clockwise a page must be turned so that its text stands upright."""
    turned = {quarters: _strips(np.ascontiguousarray(np.rot90(gray, -quarters))) for quarters in (0, 1)}
    lying = sum(strip.shape[1] for strip in turned[1]) > 1.5 * sum(strip.shape[1] for strip in turned[0])
    strips = turned[1 if lying else 0][:6]
    upright = _sense(recognise(strips))
    if upright < 0.85 * len(strips):
        upside_down = _sense(recognise([np.ascontiguousarray(np.rot90(strip, 2)) for strip in strips]))
        if upside_down > upright + 0.05 * len(strips):
            return 3 if lying else 2
    return 1 if lying else 0


def _sense(readings: list[Reading]) -> float:
    return sum(reading.confidence * (len(reading.text) > 2) for reading in readings)


def _strips(gray: Gray) -> list[Gray]:
    """Return pictures of level lines of text, the longest first; a line is much longer than it is high."""
    import cv2

    ink = cv2.threshold(cv2.GaussianBlur(gray, (3, 3), 0), 150, 255, cv2.THRESH_BINARY_INV)[1]
    for across, down in ((1, LONG), (LONG, 1)):
        ink = cv2.subtract(ink, cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((down, across), np.uint8)))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 17), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    kept = [
        (w, gray[max(0, y - 4) : y + h + 4, max(0, x - 4) : x + w + 4])
        for x, y, w, h, area in stats[1:].tolist()
        if 14 <= h <= 60 and w > 5 * h and area > 0.3 * w * h
    ]
    strips: list[Gray] = [
        strip[:, : 16 * strip.shape[0]] for _, strip in sorted(kept, key=lambda item: -item[0])
    ]
    return strips[:60]
