"""Pictures of reports as they arrive: formats, orientation marks, resolutions, many pages, hostile ones."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.document import Document, Table
from models.errors import ErrorKind, ReadError
from tasks.read import ocr, picture
from tasks.read.sniff import sniff
from tests.read import made_scans as scans
from tests.read.made_scans import Drawn
from tests.read.test_text import artifact

pytestmark = pytest.mark.skipif(
    not ocr.available(), reason="the extra for scans (hecha[ocr]) is not installed"
)
CELLS: list[Drawn] = [("216", 0, 0, 1, 1), ("28", 0, 1, 1, 1), ("0", 1, 0, 1, 1), ("1375", 1, 1, 1, 1)]
WHOLE = [["216", "28", "0", "1375"]]


def page() -> Image.Image:
    return Image.fromarray(scans.grid_page(CELLS, 2, 2))


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def read(content: bytes) -> Document:
    return picture.read(artifact(content))


def shown(document: Document) -> list[list[str]]:
    return [[cell.text for cell in table.cells] for table in document.blocks if isinstance(table, Table)]


def refused(content: bytes) -> tuple[ErrorKind, str]:
    with pytest.raises(ReadError) as raised:
        read(content)
    return raised.value.kind, raised.value.message


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF"])
def test_every_format(form: str) -> None:
    content = saved(page(), form)
    assert sniff(content) == "picture"
    document = read(content)
    assert shown(document) == WHOLE
    assert document.metadata == (("ocr_pages", "1"),)
    assert document.format == "picture"


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "CMYK", "LA"])
def test_every_kind_of_pixel(mode: str) -> None:
    image = page()
    if mode == "I;16":
        made = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        made = image.convert("RGBA").convert("LA") if mode == "LA" else image.convert(mode)
    assert made.mode == mode
    assert shown(read(saved(made, "TIFF"))) == WHOLE


def test_what_is_transparent_is_paper() -> None:
    ink = 255 - np.asarray(page().convert("L"))
    clear = np.zeros((*ink.shape, 4), np.uint8)
    clear[:, :, 3] = ink
    assert shown(read(saved(Image.fromarray(clear), "PNG"))) == WHOLE


def test_pages_of_a_tiff_are_counted() -> None:
    content = saved(page(), "TIFF", save_all=True, append_images=[page(), page()])
    document = read(content)
    assert shown(document) == WHOLE * 3
    tables = [block.locator for block in document.blocks]
    assert [(where.page, where.table) for where in tables] == [(1, 1), (2, 2), (3, 3)]
    assert document.metadata == (("ocr_pages", "1,2,3"),)


def test_orientation_mark_of_a_camera() -> None:
    mark = Image.Exif()
    mark[0x0112] = 6  # to be seen upright the picture is turned clockwise
    content = saved(page().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=mark, quality=90)
    document = read(content)
    assert shown(document) == WHOLE
    (table,) = document.blocks
    box = table.locator.box
    assert box is not None
    assert np.abs(np.subtract(box, (72, 108, 522, 151.2))).max() < 2


def test_box_is_in_points_of_the_stated_resolution() -> None:
    small = page().resize((827, 1170))
    stated, guessed = read(saved(small, "PNG", dpi=(100, 100))), read(saved(small, "PNG"))
    wild = read(saved(small, "PNG", dpi=(2400, 2400)))
    assert shown(stated) == shown(guessed) == shown(wild) == WHOLE
    for document in (stated, guessed, wild):
        box = document.blocks[0].locator.box
        assert box is not None
        assert np.abs(np.subtract(box, (72, 108, 522, 151.2))).max() < 2


def test_fax_of_half_as_many_lines() -> None:
    flat = page().resize((1654, 1170), Image.Resampling.BOX)
    assert shown(read(saved(flat, "TIFF", dpi=(200, 100)))) == WHOLE


def test_no_text_is_an_error_and_no_empty_report() -> None:
    assert refused(saved(Image.new("RGB", (900, 1200), "white"), "PNG")) == (
        ErrorKind.UNREADABLE, picture.NO_TEXT,
    )  # fmt: skip


def test_too_many_pages() -> None:
    small = Image.new("1", (200, 200), 1)
    content = saved(small, "TIFF", save_all=True, append_images=[small] * picture.MOST_PAGES)
    assert refused(content) == (ErrorKind.TOO_LARGE, picture.TOO_MANY)


def test_icons_are_refused() -> None:
    assert refused(saved(Image.new("RGB", (120, 900)), "PNG")) == (ErrorKind.UNREADABLE, picture.TOO_SMALL)


def test_giant_pictures_are_refused_before_they_are_decoded() -> None:
    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    for side in (7000, 12000, 60000):  # below and above the limits at which Pillow warns and raises
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        content = (
            b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
        )
        assert refused(content) == (ErrorKind.TOO_LARGE, picture.TOO_LARGE)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF"])
def test_truncated_pictures_are_refused(form: str) -> None:
    content = saved(page(), form)
    for share in (0.05, 0.5, 0.9):
        assert refused(content[: int(len(content) * share)]) == (ErrorKind.UNREADABLE, picture.BROKEN)


def test_without_the_extra_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.read.ocr.recognise.PARTS", ("a_part_that_nobody_has",))
    assert refused(saved(page(), "PNG")) == (ErrorKind.NOT_INSTALLED, ocr.NOT_INSTALLED)
