"""The pages of a PDF or picture as pictures, in the coordinates their reader gives boxes in."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.document import Artifact
from models.errors import ErrorKind, ReadError

if TYPE_CHECKING:  # imported when a page has to be drawn
    from PIL.Image import Image

DPI = 110
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 16_000  # pixels; WebP ends at 16,383
QUALITY = 75
PALETTE = 64
"""Colours of a page as PNG: black text with soft edges needs few, and the file is a third as large."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a picture: its number, its size in points as it is seen, and the picture as a data URI."""

    number: int
    width: float
    height: float
    address: str


def pictures_of(artifact: Artifact, kind: str) -> tuple[Picture, ...]:
    """Draw the pages of a PDF or picture (`kind`: the Document's format) at 110 dpi; none for other formats.

    Raises ReadError when a page cannot be drawn.
    """
    return tuple(
        Picture(number, width, height, _address(image))
        for number, (image, width, height) in enumerate(_drawn(artifact.content, kind), start=1)
    )


def sizes_of(content: bytes, kind: str) -> tuple[tuple[float, float], ...]:
    """Return width and height in points of each page of a PDF or picture, as it is seen. Raises ReadError."""
    if kind == "pdf":
        import pypdfium2 as pdfium

        with _faults(), pdfium.PdfDocument(content) as pdf:
            return tuple(pdf.get_page_size(number) for number in range(len(pdf)))
    return tuple((width, height) for _, width, height in _drawn(content, kind))


def picture_of(content: bytes, kind: str, number: int) -> bytes:
    """Draw one page (from 1) of a PDF or picture as PNG. Raises ReadError when it cannot be drawn or is not there."""
    from PIL import Image as images

    for image, _, _ in _drawn(content, kind, number):
        stream = io.BytesIO()
        # the octree takes a sixth of the time of the median cut, which took longer than all else together
        image.quantize(PALETTE, images.Quantize.FASTOCTREE).save(stream, "PNG", optimize=False)
        return stream.getvalue()
    raise ReadError(ErrorKind.UNREADABLE, "文件中没有这一页。")


def _drawn(content: bytes, kind: str, only: int | None = None) -> Iterator[tuple[Image, float, float]]:
    drawn = {"pdf": _pdf_pages, "picture": _picture_pages}.get(kind)
    return iter(()) if drawn is None else drawn(content, only)


@contextmanager
def _faults() -> Iterator[None]:
    import pypdfium2 as pdfium

    try:
        yield
    except (pdfium.PdfiumError, ValueError, OSError) as error:
        raise ReadError(ErrorKind.UNREADABLE, "PDF 页面无法显示，请重新导出后提交。") from error


def _pdf_pages(content: bytes, only: int | None) -> Iterator[tuple[Image, float, float]]:
    import pypdfium2 as pdfium

    with _faults(), pdfium.PdfDocument(content) as pdf:
        for number in range(len(pdf)):
            if only not in (None, number + 1):
                continue
            page = pdf[number]
            width, height = page.get_size()
            picture = page.render(scale=_scale(width, height)).to_pil().convert("RGB")
            page.close()
            yield picture, width, height


def _picture_pages(content: bytes, only: int | None) -> Iterator[tuple[Image, float, float]]:
    from PIL import Image as images

    from tasks.read import picture

    # as the reader saw them: its boxes are in points at this dpi
    for number, (pixels, dpi) in enumerate(picture.pages(content), start=1):
        if only not in (None, number):
            continue
        image = images.fromarray(pixels)
        width, height = image.width * 72 / dpi, image.height * 72 / dpi
        scale = min(_scale(width, height) * 72 / dpi, 1.0)
        size = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
        yield image.resize(size), width, height


def _scale(width: float, height: float) -> float:
    """Return pixels a point: 110 dpi, less for a page that would become too large a picture."""
    wide, high = max(width, 1.0), max(height, 1.0)
    return min(DPI / 72, math.sqrt(MOST_PIXELS / (wide * high)), LONGEST_SIDE / max(wide, high))


def _address(image: Image) -> str:
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=QUALITY, method=2)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
