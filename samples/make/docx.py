"""Word documents with truly merged cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import docx

from samples.make.report import Grid, Heading, Part, Text

_THEN = datetime(2024, 1, 1, tzinfo=UTC)


def document(parts: Sequence[Part]) -> bytes:
    """Return a docx; the same parts give the same bytes."""
    word = docx.Document()
    word.core_properties.created = word.core_properties.modified = _THEN
    for part in parts:
        if isinstance(part, Grid):
            _table(word, part)
        elif isinstance(part, Heading):
            word.add_paragraph(part.text).runs[0].bold = True
        elif isinstance(part, Text):
            word.add_paragraph(part.text)
    raw = io.BytesIO()
    word.save(raw)
    return _fixed(raw.getvalue())


def _table(word: docx.document.Document, grid: Grid) -> None:
    width = max(len(row) for row in grid.rows)
    table = word.add_table(len(grid.rows), width, style="Table Grid")
    cells = [list(row.cells) for row in table.rows]
    for r, row in enumerate(grid.rows):
        for c, text in enumerate(row):
            if text:
                cells[r][c].text = text
    for r, c, rows, columns in grid.spans:
        text = grid.rows[r][c]
        merged = cells[r][c].merge(cells[r + rows - 1][c + columns - 1])
        merged.text = text


def _fixed(content: bytes) -> bytes:
    """Pack the parts again with one fixed time, so that the bytes do not tell when they were made."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist()):
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return packed.getvalue()
