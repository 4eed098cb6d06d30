"""The shapes of the sheets of an xls file (BIFF), from its records."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

import olefile

from models.errors import ErrorKind, ReadError
from tasks.read.package import ENCRYPTED
from tasks.read.sheet_format import built_in
from tasks.read.sheet_shape import BROKEN, TOO_LARGE, Shape, bounded

_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x002F, 0x0085, 0x041E, 0x00E0
_DIMENSIONS, _ROW, _COLINFO, _WINDOW2 = 0x0200, 0x0208, 0x007D, 0x023E
_FORMULA, _BOOLERR, _MULRK, _BLANK, _MULBLANK = 0x0006, 0x0205, 0x00BD, 0x0201, 0x00BE
_CELLS = {_FORMULA, _BOOLERR, _MULRK, 0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6}
"""And NUMBER, LABEL, LABELSST, RK, RSTRING: what holds something."""
_HIDDEN_ROW, _HIDDEN_COLUMN, _SHOWS_ZEROS = 0x20, 0x01, 0x10
_ALWAYS_CALCULATED = 0x03
_BIFF8 = 0x0600
_MOST_ROWS, _MOST_COLUMNS = 65536, 256
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
           0x2A: "#N/A"}  # fmt: skip


@dataclass(slots=True)
class _Styles:
    """By number of a cell's style: number of its format, and whether it has a border; formats by number."""

    formats: list[int] = field(default_factory=list)
    ruled: list[bool] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    biff8: bool = True


def shapes(content: bytes) -> list[Shape]:
    """Return the shape of every sheet. Raises ReadError for a giant, locked or damaged one."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as compound:
            name = "Workbook" if compound.exists("Workbook") else "Book"
            stream = compound.openstream(name).read()
        return bounded(_shapes(stream))
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error


def _shapes(stream: bytes) -> list[Shape]:
    found: dict[int, Shape] = {}
    begun: set[int] = set()
    styles = _Styles()
    current: Shape | None = None
    at = open_parts = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        data = stream[at + 4 : at + 4 + length]
        open_parts += (kind == _BOF) - (kind == _EOF)
        if kind == _FILEPASS:
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED)
        if at in found:
            current = found[at]
            begun.add(at)
        elif current is None and kind == _BOF and len(data) >= 2:
            styles.biff8 = struct.unpack_from("<H", data)[0] == _BIFF8
        elif current is None and kind == _BOUNDSHEET and len(data) >= 8:
            offset, shape = _listed(data, styles)
            found[offset] = shape
        elif current is None:
            _note_style(kind, data, styles)
        else:
            _note(kind, data, current, styles)
        at += 4 + length
    if begun != set(found) or open_parts > 0:  # rows at the end are lost
        raise ReadError(ErrorKind.UNREADABLE, BROKEN)
    return list(found.values())


def _listed(data: bytes, styles: _Styles) -> tuple[int, Shape]:
    offset, state, size = struct.unpack_from("<IBxB", data)
    wide = styles.biff8 and bool(data[7] & 1)
    name = data[8 if styles.biff8 else 7 :][: size * (2 if wide else 1)]
    text = name.decode("utf-16-le" if wide else "latin-1" if styles.biff8 else "gb18030", "replace")
    return offset, Shape(text, bool(state & 3))


def _note_style(kind: int, data: bytes, styles: _Styles) -> None:
    if kind == _XF and len(data) >= 4:
        styles.formats.append(struct.unpack_from("<H", data, 2)[0])
        styles.ruled.append(styles.biff8 and len(data) >= 12 and bool(struct.unpack_from("<H", data, 10)[0]))
    elif kind == _FORMAT and len(data) >= 5:
        number = struct.unpack_from("<H", data)[0]
        if not styles.biff8:
            styles.codes[number] = data[3:].decode("gb18030", "replace")
        else:
            wide = data[4] & 1
            styles.codes[number] = data[5:].decode("utf-16-le" if wide else "latin-1", "replace")


def _note(kind: int, data: bytes, shape: Shape, styles: _Styles) -> None:
    """Take note of one record of a sheet."""
    if kind in _CELLS and len(data) >= 6:
        row, column, style = struct.unpack_from("<HHH", data)
        if kind == _MULRK:
            many = min((len(data) - 6) // 6, 16384)
            shape.reach(row, column + max(many, 1) - 1)
            for n in range(many):
                _style(shape, row, column + n, struct.unpack_from("<H", data, 4 + 6 * n)[0], styles)
            return
        shape.reach(row, column)
        _style(shape, row, column, style, styles)
        if kind == _BOOLERR and len(data) >= 8 and data[7]:
            shape.shown[row, column] = _ERRORS.get(data[6], "#N/A")
        elif kind == _FORMULA and len(data) >= 16:
            _result(data, row, column, shape)
    elif kind in (_BLANK, _MULBLANK) and len(data) >= 6:
        row, column = struct.unpack_from("<HH", data)
        for n in range(1 if kind == _BLANK else min((len(data) - 6) // 2, 300)):
            _style(shape, row, column + n, struct.unpack_from("<H", data, 4 + 2 * n)[0], styles)
    elif kind == _DIMENSIONS and len(data) >= 8:
        _claimed(data, shape)
    elif kind == _ROW and len(data) >= 16:
        if struct.unpack_from("<I", data, 12)[0] & _HIDDEN_ROW:
            shape.hidden_rows.add(struct.unpack_from("<H", data)[0])
    elif kind == _COLINFO and len(data) >= 10:
        first, last = struct.unpack_from("<HH", data)
        if struct.unpack_from("<H", data, 8)[0] & _HIDDEN_COLUMN:
            shape.hidden_columns.update(range(first, min(last, 255) + 1))
    elif kind == _WINDOW2 and len(data) >= 2:
        shape.zeros_hidden = not struct.unpack_from("<H", data)[0] & _SHOWS_ZEROS


def _claimed(data: bytes, shape: Shape) -> None:
    """Look at the size that a sheet claims, for which calamine asks memory. Raises ReadError for a giant one."""
    top, bottom, left, right = struct.unpack_from("<IIHH" if len(data) >= 12 else "<HHHH", data)
    if bottom > _MOST_ROWS or right > _MOST_COLUMNS:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE.format(sheet=shape.name))
    if top > bottom or left > right:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN)


def _style(shape: Shape, row: int, column: int, style: int, styles: _Styles) -> None:
    if style < len(styles.formats) and row < 5000 and column < 300:
        number = styles.formats[style]
        if number:
            shape.formats[row, column] = styles.codes.get(number, built_in(number))
        if styles.ruled[style]:
            shape.ruled.add((row, column))


def _result(data: bytes, row: int, column: int, shape: Shape) -> None:
    """Take note of a formula's result: an error, or the 0 that programs put in that leave the sum to the reader."""
    result, flags = data[6:14], struct.unpack_from("<H", data, 14)[0]
    if result[6:8] == b"\xff\xff" and result[0] == 2:
        shape.shown[row, column] = _ERRORS.get(result[2], "#N/A")
    elif result == bytes(8) and flags & _ALWAYS_CALCULATED:
        shape.uncomputed[row, column] = "="
