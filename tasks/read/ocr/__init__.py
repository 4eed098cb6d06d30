"""Scans: pictures of pages read to blocks. Needs the extra ``hecha[ocr]``; nothing is downloaded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from models.document import Block
from tasks.read.ocr.recognise import NOT_INSTALLED, available, require

if TYPE_CHECKING:
    import pypdfium2 as pdfium

__all__ = ["NOT_INSTALLED", "available", "page", "render", "require"]

SHARPEST = 200.0  # dpi
MOST_PIXELS = 25_000_000


def render(page: pdfium.PdfPage) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], float]:
    """Return a PDF page as RGB (height, width, 3) and its dpi: 200, or less where that were over 25 megapixels."""
    width, height = page.get_size()
    scale = min(SHARPEST / 72, math.sqrt(MOST_PIXELS / max(width * height, 1.0)))
    picture = page.render(scale=scale, rev_byteorder=True).to_numpy()
    return np.ascontiguousarray(picture[:, :, :3]), scale * 72


def page(
    image: np.ndarray[Any, np.dtype[np.uint8]], number: int, dpi: float, tables_before: int
) -> list[Block]:
    """Read the picture of a page; see `tasks.read.ocr.blocks.blocks`. Raises ReadError where the extra is missing."""
    require()
    from tasks.read.ocr.blocks import blocks

    return blocks(image, number, dpi, tables_before)
