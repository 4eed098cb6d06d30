"""The sizes of the sheets of an xls file (BIFF), from the records of its cells."""

from __future__ import annotations

import io
import struct

import olefile

from models.errors import ErrorKind, ReadError
from tasks.read.package import BROKEN, ENCRYPTED
from tasks.read.sheet_shape import Shape, within

_FILEPASS, _BOUNDSHEET, _ROW, _COLINFO, _BOF = 0x002F, 0x0085, 0x0208, 0x007D, 0x0809
_CELLS = {0x0006, 0x0203, 0x0204, 0x00FD, 0x027E, 0x00BD, 0x0205, 0x00D6}
"""FORMULA, NUMBER, LABEL, LABELSST, RK, MULRK, BOOLERR, RSTRING: what holds something."""
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01


def shapes(content: bytes) -> list[Shape]:
    """Return the shape of every sheet. Raises ReadError for a giant, locked or damaged one."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as compound:
            name = "Workbook" if compound.exists("Workbook") else "Book"
            stream = compound.openstream(name).read()
        return _shapes(stream)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error


def _shapes(stream: bytes) -> list[Shape]:
    found: dict[int, Shape] = {}
    current: Shape | None = None
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        data = stream[at + 4 : at + 4 + length]
        if kind == _FILEPASS:
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED)
        if kind == _BOUNDSHEET and len(data) >= 8:
            offset, state, size = struct.unpack_from("<IBxB", data)
            wide = len(data) > 7 and data[7] & 1
            text = data[8 : 8 + size * (2 if wide else 1)]
            found[offset] = Shape(text.decode("utf-16-le" if wide else "latin-1", "replace"), bool(state & 3))
        elif at in found:
            current = found[at]
        elif current is not None and kind in _CELLS and len(data) >= 4:
            row, column = struct.unpack_from("<HH", data)
            within(current.name, row, column)
        elif current is not None and kind == _ROW and len(data) >= 16:
            if struct.unpack_from("<I", data, 12)[0] & _HIDDEN_ROW:
                current.hidden_rows.add(struct.unpack_from("<H", data)[0])
        elif current is not None and kind == _COLINFO and len(data) >= 10:
            first, last = struct.unpack_from("<HH", data)
            if struct.unpack_from("<H", data, 8)[0] & _HIDDEN_COLUMN:
                current.hidden_columns.update(range(first, min(last, 255) + 1))
        at += 4 + length
    return list(found.values())
