"""Pages made to look scanned, faxed or photographed, as PDF, JPEG, PNG and TIFF."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

Page = NDArray[np.uint8]
"""Height × width × 3, RGB."""

Degrade = Callable[[Page, np.random.Generator], Page]

SEED = 2026


def pages(pdf: bytes, dpi: int) -> list[Page]:
    """Render every page of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [np.array(page.render(scale=dpi / 72).to_pil().convert("RGB")) for page in document]


def mild(page: Page, rng: np.random.Generator) -> Page:
    """A good office scanner: skew below half a degree, little noise, JPEG 85."""
    return _jpeg(_noise(_turned(page, rng.uniform(-0.5, 0.5)), rng, 5), 85)


def mid(page: Page, rng: np.random.Generator) -> Page:
    """A worn one: skew to 1.5 degrees, blur, noise, uneven light, JPEG 50."""
    turned = _turned(page, float(rng.choice([-1, 1])) * rng.uniform(0.8, 1.5))
    light = np.linspace(1, 0.88, page.shape[1])[None, :, None]
    return _jpeg(_noise((cv2.GaussianBlur(turned, (3, 3), 0) * light).astype(np.uint8), rng, 12), 50)


def sealed(page: Page, rng: np.random.Generator) -> Page:
    """Mild, with a red seal over the lower right of the page, where its numbers stand."""
    height, width = page.shape[:2]
    ink = page.copy()
    centre = (int(width * rng.uniform(0.6, 0.75)), int(height * rng.uniform(0.5, 0.75)))
    radius = width // 9
    cv2.circle(ink, centre, radius, (215, 40, 45), max(3, width // 280))
    points = [
        (centre[0] + radius * 0.45 * np.sin(a), centre[1] - radius * 0.45 * np.cos(a))
        for a in np.arange(5) * 4 * np.pi / 5
    ]
    cv2.fillPoly(ink, [np.array(points, np.int32)], (215, 40, 45))
    return mild(np.minimum(page, cv2.addWeighted(page, 0.25, ink, 0.75, 0)), rng)


def fax(page: Page, rng: np.random.Generator) -> Page:
    """Black and white without grey, specks, a little skew."""
    grey = cv2.cvtColor(_turned(page, rng.uniform(-0.4, 0.4)), cv2.COLOR_RGB2GRAY)
    ink = np.where(grey < 165, 0, 255).astype(np.uint8)
    ink[rng.random(ink.shape) < 0.0008] = 0
    return np.repeat(ink[:, :, None], 3, axis=2)


def photo(page: Page, rng: np.random.Generator) -> Page:
    """A telephone's photo: perspective, a shadow, blur, noise, the desk around the page."""
    height, width = page.shape[:2]
    edge = int(width * 0.06)
    desk = cv2.copyMakeBorder(page, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(120, 105, 90))
    corners = np.array(
        [[edge, edge], [edge + width, edge], [edge + width, edge + height], [edge, edge + height]], np.float32
    )
    moved = (corners + rng.uniform(-0.025, 0.025, (4, 2)) * width).astype(np.float32)
    size = (desk.shape[1], desk.shape[0])
    bent = cv2.warpPerspective(
        desk, cv2.getPerspectiveTransform(corners, moved), size, borderValue=(120, 105, 90)
    )
    down, across = np.mgrid[0 : 1 : complex(size[1]), 0 : 1 : complex(size[0])]
    shade = 1 - 0.3 * np.clip(down + across - 0.7, 0, 1)
    return _jpeg(_noise((cv2.GaussianBlur(bent, (3, 3), 0) * shade[:, :, None]).astype(np.uint8), rng, 8), 60)


def degraded(pdf: bytes, how: Degrade, dpi: int = 200) -> list[Page]:
    """Render a PDF and degrade every page, always in the same way."""
    return [how(page, np.random.default_rng([SEED, n])) for n, page in enumerate(pages(pdf, dpi))]


def as_pdf(made: Sequence[Page], dpi: int = 200, quality: int = 75) -> bytes:
    """Pack pages into a PDF without text. Its dates are fixed by the writer below."""
    return _saved(made, "PDF", resolution=dpi, quality=quality, creationDate=_THEN, modDate=_THEN)


def as_tiff(made: Sequence[Page], dpi: int = 200) -> bytes:
    """Pack pages into one TIFF, as scanners and fax servers do."""
    return _saved(made, "TIFF", compression="tiff_lzw", dpi=(dpi, dpi))


def as_fax(made: Sequence[Page], dpi: int = 200) -> bytes:
    """Pack pages into one TIFF of one bit a point, packed by CCITT group 4."""
    raw = io.BytesIO()
    images = [Image.fromarray(page).convert("1", dither=Image.Dither.NONE) for page in made]
    images[0].save(raw, "TIFF", compression="group4", dpi=(dpi, dpi), save_all=True, append_images=images[1:])
    return raw.getvalue()


def as_long_picture(made: Sequence[Page], form: str, dpi: int = 150, quality: int = 80) -> bytes:
    """Put pages under one another into one picture (``JPEG`` or ``PNG``): a long screenshot."""
    width = min(page.shape[1] for page in made)
    whole = np.concatenate([page[:, :width] for page in made])
    raw = io.BytesIO()
    options = {"quality": quality} if form == "JPEG" else {}
    Image.fromarray(whole).save(raw, form, dpi=(dpi, dpi), **options)
    return raw.getvalue()


_THEN = time.struct_time((2024, 1, 1, 0, 0, 0, 0, 1, 0))


def _saved(made: Sequence[Page], form: str, **options: object) -> bytes:
    raw = io.BytesIO()
    images = [Image.fromarray(page) for page in made]
    images[0].save(raw, form, save_all=True, append_images=images[1:], **options)
    return raw.getvalue()


def _turned(page: Page, degrees: float) -> Page:
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(page, turn, (width, height), borderValue=(255, 255, 255), flags=cv2.INTER_CUBIC)


def _noise(page: Page, rng: np.random.Generator, strength: float) -> Page:
    noise = rng.standard_normal(page.shape[:2], dtype=np.float32)[:, :, None] * strength
    return np.clip(page.astype(np.float32) + noise, 0, 255).astype(np.uint8)


def _jpeg(page: Page, quality: int) -> Page:
    raw = io.BytesIO()
    Image.fromarray(page).save(raw, "JPEG", quality=quality)
    return np.array(Image.open(raw).convert("RGB"))
