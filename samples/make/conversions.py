"""Text as conversions leave it: other encodings, columns made of spaces, comma-separated values."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Sequence

from samples.make.report import Grid, Part
from samples.make.text import tabs


def tabs_bom(parts: Sequence[Part]) -> bytes:
    """Tab-separated UTF-8 behind a byte order mark, with Windows line ends."""
    return codecs.BOM_UTF8 + tabs(parts).replace(b"\n", b"\r\n")


def tabs_gb18030(parts: Sequence[Part]) -> bytes:
    """Tab-separated GB18030."""
    return tabs(parts).decode().encode("gb18030")


def tabs_utf16(parts: Sequence[Part]) -> bytes:
    """Tab-separated UTF-16, little-endian behind its mark, as the Windows editor calls "Unicode"."""
    return codecs.BOM_UTF16_LE + tabs(parts).decode().replace("\n", "\r\n").encode("utf-16-le")


def tabs_utf16_bare(parts: Sequence[Part]) -> bytes:
    """Tab-separated UTF-16 without a mark."""
    return tabs(parts).decode().encode("utf-16-le")


def columns(parts: Sequence[Part]) -> bytes:
    """Columns made of spaces, an empty cell leaving its width empty: ``pdftotext -layout``."""
    blocks = ["\n".join(_aligned(part)) if isinstance(part, Grid) else part.text for part in parts]
    return ("\n\n".join(blocks) + "\n").encode()


def _aligned(grid: Grid) -> list[str]:
    width = max(len(row) for row in grid.rows)
    rows = [[*row, *[""] * (width - len(row))] for row in grid.rows]
    sizes = [max(_cells_wide(row[c]) for row in rows) + 3 for c in range(width)]
    return [
        "".join(
            text + " " * (size - _cells_wide(text)) for text, size in zip(row, sizes, strict=True)
        ).rstrip()
        for row in rows
    ]


def _cells_wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def comma(parts: Sequence[Part], encoding: str = "utf-8-sig") -> bytes:
    """Comma-separated values as a spreadsheet saves its one sheet."""
    text = io.StringIO(newline="")
    sheet = csv.writer(text)
    for part in parts:
        sheet.writerows(part.rows if isinstance(part, Grid) else [[part.text]])
    return text.getvalue().encode(encoding)


def comma_gb18030(parts: Sequence[Part]) -> bytes:
    """The same as older spreadsheets save it."""
    return comma(parts, "gb18030")
