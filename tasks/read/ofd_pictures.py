"""Pages of an OFD file that are pictures: each is read as a scan."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from models.document import Block
from models.errors import ErrorKind, ReadError
from tasks.read import ocr
from tasks.read.ofd_page import Picture
from tasks.read.package import Package

FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF")
MOST_PIXELS = 40_000_000
SHARPEST = 300.0  # dpi; what is finer gains nothing
UNREAD = "OFD 第{page}页是图片，其格式不能读取，请提交由文字处理软件导出的 docx 或 PDF 文件。"
TOO_LARGE = "OFD 第{page}页的图片超过4000万像素，未予读取，请以200至300 dpi重新扫描后提交。"
_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, RuntimeError)


def scan(
    pictures: Sequence[Picture], package: Package, name: Callable[[str], str | None], number: int, before: int
) -> list[Block]:
    """Return what the largest picture of page `number` says. Raises ReadError when it cannot be read."""
    largest = max(pictures, key=lambda p: (p.box[2] - p.box[0]) * (p.box[3] - p.box[1]))
    part = name(largest.part) if largest.part else None
    if part is None:
        raise ReadError(ErrorKind.UNSUPPORTED, UNREAD.format(page=number))
    ocr.require()
    image, dpi = _pixels(package.part(part), largest, number)
    return ocr.page(image, number, dpi, before)


def is_opaque(content: bytes) -> bool:
    """Say whether a picture hides what lies under it; one that cannot be decoded is taken to."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                return image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info
    except (*_DAMAGE, Image.DecompressionBombError):
        return True


def _pixels(
    content: bytes, picture: Picture, number: int
) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], float]:
    """Return a picture as RGB (height, width, 3) and its dpi on the page."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE.format(page=number))
                clear = image.convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE.format(page=number)) from error
    except _DAMAGE as error:
        raise ReadError(ErrorKind.UNSUPPORTED, UNREAD.format(page=number)) from error
    flat = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    dpi = flat.width / ((picture.box[2] - picture.box[0]) / 72)
    if dpi > SHARPEST:
        flat = flat.resize((math.ceil(flat.width * SHARPEST / dpi), math.ceil(flat.height * SHARPEST / dpi)))
        dpi = SHARPEST
    return np.asarray(flat, dtype=np.uint8), dpi
