"""Comma separated values: what a spreadsheet saves as text. Merged cells are empty fields there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import groupby

from models.document import Artifact, Block, Cell, Document, Layout, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read.decode import damaged, decode

CROWDED = "表格过大，不像是年度报告，未予读取；请只提交年度报告本身。"
MOST_FIELDS, MOST_FIELDS_A_ROW = 50_000, 1000
LONGEST_FIELD, MOST_LINES = 20_000, 60
"""A quoted field with more than this has lost its closing quote."""

_FEWEST_FIELDS, _FEWEST_ROWS = 6, 12
_NUMBER = re.compile(r"[-+]?[\d,]+(?:\.\d+)?")
_HEADING = re.compile(r"[一二三四五六七]\s*[、.．]")
_LONG = 60
_DELIMITERS = ",;，；"

Row = tuple[int, list[str]]
"""(line number on which it begins, fields)"""


def read(artifact: Artifact) -> Document:
    """Read a file of separated values; one that is not is read as text. Raises ReadError past 50,000 fields."""
    text, notes = decode(artifact.content)
    delimiter = delimiter_of(text.split("\n"))
    if delimiter is None:
        from tasks.read import text as plain  # it asks this module first

        return Document(tuple(plain.blocks(text.split("\n"))), "csv", (), notes)
    return Document(tuple(blocks(text, delimiter)), "csv", (), notes)


def delimiter_of(lines: Sequence[str]) -> str | None:
    """Return what separates the fields: a mark that twelve lines hold six times or more; None without one."""
    best, most = None, _FEWEST_ROWS - 1
    for delimiter in _DELIMITERS:
        rows = sum(
            line.count(delimiter) >= _FEWEST_FIELDS and "\t" not in line and len(line) < LONGEST_FIELD
            for line in lines
        )
        if rows > most:
            best, most = delimiter, rows
    return best


def blocks(text: str, delimiter: str) -> list[Block]:
    """Return paragraphs and tables in order.

    A table is ``ruled`` where all its rows have as many fields and its numbers stand under its heads, else
    ``delimited``. Raises ReadError past 50,000 fields.
    """
    rows = _rows(text, delimiter)
    found: list[Block] = []
    for is_prose, together in groupby(rows, key=_is_prose):
        group = list(together)
        if is_prose or all(_printed(fields) < 2 for _, fields in group):
            for number, fields in group:
                words = [field.strip() for field in fields if field.strip()]
                for line in "\n".join(words).split("\n"):
                    if line.strip():
                        found.append(Paragraph(line.strip(), locator=Locator(line=number)))
        else:
            found.append(_table(group))
    return found


def _rows(text: str, delimiter: str) -> list[Row]:
    rows = _parsed(text, delimiter, csv.QUOTE_MINIMAL)
    if any(len(f) > LONGEST_FIELD or f.count("\n") > MOST_LINES for _, fields in rows for f in fields):
        rows = _parsed(text, delimiter, csv.QUOTE_NONE)
    return [row for row in rows if any(field.strip() for field in row[1])]


def _parsed(text: str, delimiter: str, quoting: int) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    rows: list[Row] = []
    left = MOST_FIELDS
    begins = 1
    try:
        for fields in reader:
            left -= len(fields)
            if left < 0 or len(fields) > MOST_FIELDS_A_ROW:
                raise ReadError(ErrorKind.TOO_LARGE, CROWDED)
            rows.append((begins, fields))
            begins = reader.line_num + 1
    except csv.Error:
        if quoting == csv.QUOTE_NONE:
            raise ReadError(ErrorKind.TOO_LARGE, CROWDED) from None
        return _parsed(text, delimiter, csv.QUOTE_NONE)  # a field without end: its quote is no quote
    return rows


def _is_prose(row: Row) -> bool:
    """Say whether a row is a line of text over all columns: a heading, a sentence, a long cell alone."""
    printed = [field.strip() for field in row[1] if field.strip()]
    if len(row[1]) == 1:
        return True
    if len(printed) != 1:
        return False
    text = printed[0]
    return bool(_HEADING.match(text)) or len(text) > _LONG or text.endswith(("。", "报告", "年报", "：", ":"))


def _printed(fields: Sequence[str]) -> int:
    return sum(bool(field.strip()) for field in fields)


def _table(rows: Sequence[Row]) -> Table:
    widths = {len(fields) for _, fields in rows}
    ruled: Layout = "ruled" if len(widths) == 1 and stands_under_heads([f for _, f in rows]) else "delimited"
    cells = [
        Cell(
            text.strip(),
            r,
            c,
            locator=Locator(row=r + 1, column=c + 1, line=line),
            alternative=damaged(text.strip()),
        )
        for r, (line, fields) in enumerate(rows)
        for c, text in enumerate(fields)
    ]
    return Table(tuple(cells), len(rows), max(widths), ruled, Locator(line=rows[0][0]))


def stands_under_heads(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the columns of a table without borders may be trusted.

    Conversions that lose merged cells shift rows to the left and fill them up at the end. So where rows have as
    many numbers as table 3, every one of them must stand between 自然人 and 总计, and the other heads too.
    """
    wide = [places for row in rows if 5 <= len(places := _numbers(row)) <= 8]
    if not wide:
        return True
    firsts, lasts, inner = (_columns_of(head, rows) for head in ("自然人", "总计", "商业企业"))
    if len(firsts) != 1 or len(lasts) != 1 or len(inner) != 1:
        return False
    first, last = firsts.pop(), lasts.pop()
    inside = all(first <= places[0] and places[-1] <= last for places in wide)
    return inside and first < inner.pop() < last and [first, last] in [[p[0], p[-1]] for p in wide]


def _numbers(row: Sequence[str]) -> list[int]:
    return [n for n, text in enumerate(row) if _NUMBER.fullmatch(text.strip())]


def _columns_of(head: str, rows: Sequence[Sequence[str]]) -> set[int]:
    return {n for row in rows for n, text in enumerate(row) if "".join(text.split()) == head}
