"""Pictures of a report (JPEG, PNG, TIFF, BMP, WEBP, GIF): each picture or page of a TIFF is read as a scan."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from models.document import Artifact, Block, Document, Table
from models.errors import ErrorKind, ReadError
from tasks.read import ocr

FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF")
MOST_PIXELS = 40_000_000
MOST_PAGES = 30
SMALLEST = 200  # pixels; a picture with a shorter side holds no page
A4_WIDTH = 8.27  # inches
PLAUSIBLE_SHORT_SIDE = (5.5, 12.0)  # inches; from A5 to A3
COARSEST, FINEST = 90.0, 650.0  # dpi that a page, a screenshot or a photo of a page can have
BROKEN = "图片文件已损坏或不完整，请重新扫描或导出后提交。"
TOO_LARGE = (
    "图片超过4000万像素，未予读取，请以200至300 dpi重新扫描，或提交由文字处理软件导出的 PDF 或 docx 文件。"
)
TOO_MANY = "图片文件超过30页，未予读取，请只提交年度报告本身。"
TOO_SMALL = "图片尺寸过小，无法辨认其中的文字，请以200至300 dpi重新扫描后提交。"
NO_TEXT = "图片中没有识别出文字，请确认提交的文件是否正确，或提交由文字处理软件导出的 PDF 或 docx 文件。"
_DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError,
    ZeroDivisionError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's decoders raise on broken files; `ReadError` is none of these."""


def read(artifact: Artifact) -> Document:
    """Read a picture. Raises ReadError for one that is broken, too large, without text, or where OCR is missing.

    Metadata: ``ocr_pages``, the numbers of the pages read from pictures, joined by commas.
    """
    ocr.require()
    blocks: list[Block] = []
    count = 0
    for count, (picture, dpi) in enumerate(pages(artifact.content), start=1):
        tables = sum(isinstance(block, Table) and block.layout == "ruled" for block in blocks)
        blocks.extend(ocr.page(picture, count, dpi, tables))
    if not blocks:
        raise ReadError(ErrorKind.UNREADABLE, NO_TEXT)
    return Document(tuple(blocks), "picture", (("ocr_pages", ",".join(str(n) for n in range(1, count + 1))),))


def pages(content: bytes) -> Iterator[tuple[np.ndarray[Any, np.dtype[np.uint8]], float]]:
    """Yield each page as RGB (height, width, 3) with its dpi; sizes are looked at before anything is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE) from error
    except _DAMAGE as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    with image:
        for number in range(MOST_PAGES + 1):
            try:
                image.seek(number)
            except EOFError:
                return
            except _DAMAGE as error:
                raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
            if number == MOST_PAGES:
                raise ReadError(ErrorKind.TOO_LARGE, TOO_MANY)
            if image.width * image.height > MOST_PIXELS:
                raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE)
            if min(image.size) < SMALLEST:
                raise ReadError(ErrorKind.UNREADABLE, TOO_SMALL)
            try:
                page = _page(image)
            except _DAMAGE as error:
                raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
            yield page


def _page(image: Image.Image) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], float]:
    across, down = _resolution(image)
    flat = _on_white(image)
    if max(across, down) > 1.2 * min(across, down):  # a fax in standard resolution has half as many lines
        finest = max(across, down)
        flat = flat.resize((round(flat.width * finest / across), round(flat.height * finest / down)))
        across = down = finest
    upright = ImageOps.exif_transpose(flat)
    return np.asarray(upright, dtype=np.uint8), _plausible(across, upright)


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Return what the file says of its dpi, across and down; (0, 0) where it says nothing."""
    try:
        across, down = (float(value) for value in image.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    return (across, down) if 1 < across < 5000 and 1 < down < 5000 else (0.0, 0.0)


def _plausible(stated: float, image: Image.Image) -> float:
    """Return the stated dpi where the page then has the size of paper, else the dpi that makes it A4."""
    short = min(image.size)
    low, high = PLAUSIBLE_SHORT_SIDE
    if stated and low <= short / stated <= high:
        return stated
    return min(max(short / A4_WIDTH, COARSEST), FINEST)


def _on_white(image: Image.Image) -> Image.Image:
    """Return a picture as RGB, what is transparent as paper, its orientation mark kept."""
    mark = image.getexif()
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float64)
        scale = 255 / max(float(values.max()), 1.0)
        flat = Image.fromarray(np.clip(values * scale, 0, 255).astype(np.uint8)).convert("RGB")
    elif image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        flat = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    else:
        flat = image.convert("RGB")
    flat.info["exif"] = mark.tobytes()
    return flat
