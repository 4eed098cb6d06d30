"""Pages as a scanner or a telephone gives them: drawn with rules and text, then skewed, stained and blurred.

All drawings are RGB arrays (height, width, 3) of A4 at 200 dpi unless said otherwise; `seed` fixes the noise.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Picture = np.ndarray[Any, Any]
A4 = (1654, 2339)
CHINESE = "NotoSansCJK-Regular.ttc"
Drawn = tuple[str, int, int, int, int]
"""(text, row, column, rows, columns) of a cell"""


def font(size: int, chinese: bool = False) -> Any:
    """Return a font for drawing; the tests with Chinese text are skipped where no font for it is installed."""
    try:
        return ImageFont.truetype(CHINESE, size)
    except OSError:
        if chinese:
            pytest.skip(f"no font with Chinese characters ({CHINESE}) is installed")
        return ImageFont.load_default(size)


def blank() -> Image.Image:
    return Image.new("RGB", A4, "white")


def table(
    image: Image.Image,
    xs: Sequence[int],
    ys: Sequence[int],
    cells: Sequence[Drawn],
    size: int = 29,
    chinese: bool = False,
) -> None:
    """Draw cells with their borders; a text is centred in its cell, its lines one below the other."""
    draw = ImageDraw.Draw(image)
    for text, row, column, rows, columns in cells:
        box = (xs[column], ys[row], xs[column + columns], ys[row + rows])
        draw.rectangle(box, outline="black", width=2)
        draw.multiline_text(
            ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), text, "black", font(size, chinese), "mm"
        )


def numbers(rows: int, columns: int, first: int = 0) -> list[Drawn]:
    """Return cells with numbers of one to four digits, all different."""
    values = [first + (7 * at * at + 3 * at) % 9973 for at in range(rows * columns)]
    return [(str(value), at // columns, at % columns, 1, 1) for at, value in enumerate(values)]


def grid_page(cells: Sequence[Drawn], rows: int, columns: int, chinese: bool = False) -> Picture:
    """Draw one table over most of a page."""
    image = blank()
    xs = [200 + round(1250 * c / columns) for c in range(columns + 1)]
    table(image, xs, [300 + 60 * r for r in range(rows + 1)], cells, chinese=chinese)
    return np.asarray(image)


def noisy(picture: Picture, strength: float = 6, seed: int = 1) -> Picture:
    grain = np.random.default_rng(seed).normal(0, strength, picture.shape[:2])[:, :, None]
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def jpeg(picture: Picture, quality: int = 60) -> Picture:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "JPEG", quality=quality)
    return np.asarray(Image.open(content).convert("RGB"))


def skewed(picture: Picture, degrees: float) -> Picture:
    turned = Image.fromarray(picture).rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white")
    return np.asarray(turned)


def coarse(picture: Picture, dpi: int) -> Picture:
    size = round(picture.shape[1] * dpi / 200), round(picture.shape[0] * dpi / 200)
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def fax(picture: Picture, seed: int = 1) -> Picture:
    """Only black and white, with the ragged edges of a fax."""
    soft = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(0.8)))
    grey = noisy(soft, 12, seed)[:, :, :1]
    return np.repeat(np.where(grey > 150, 255, 0).astype(np.uint8), 3, axis=2)


def sealed(picture: Picture, x: int, y: int, opacity: float, radius: int = 60) -> Picture:
    """Stamp a red disc; an `opacity` of 1 hides what is under it."""
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    inside = ((rows - y) ** 2 + (columns - x) ** 2 < radius**2)[:, :, None]
    stamped = picture * (1 - opacity) + np.array([205, 35, 40]) * opacity
    return np.where(inside, stamped, picture).astype(np.uint8)


def photographed(picture: Picture, tilt: float = 0.05) -> Picture:
    """The page on a dark desk, seen from the side, in uneven light."""
    height, width = picture.shape[:2]
    wide, high = round(width * 1.15), round(height * 1.1)
    x, y, shift = (wide - width) / 2, (high - height) / 2, width * tilt
    there = [
        (x + shift, y), (x + width, y - shift / 2), (x + width, y + height), (x - shift / 3, y + height - shift),
    ]  # fmt: skip
    here = [(0, 0), (width, 0), (width, height), (0, height)]
    rows, wanted = [], []
    for (u, v), (s, t) in zip(there, here, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -s * u, -s * v], [0, 0, 0, u, v, 1, -t * u, -t * v]]
        wanted += [s, t]
    back = np.linalg.solve(np.array(rows), np.array(wanted))
    desk = Image.fromarray(picture).transform(
        (wide, high),
        Image.Transform.PERSPECTIVE,
        tuple(back),
        Image.Resampling.BICUBIC,
        fillcolor=(70, 80, 90),
    )
    light = np.linspace(0.65, 1.0, wide)[None, :, None]
    return noisy((np.asarray(desk) * light).astype(np.uint8), 4)
