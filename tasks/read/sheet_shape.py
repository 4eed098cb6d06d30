"""What calamine does not tell of a workbook: how large its sheets are, what is hidden, how numbers are shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import ErrorKind, ReadError

MOST_ROWS, MOST_COLUMNS = 5000, 300
TOO_LARGE = (
    f"工作表“{{sheet}}”超过{MOST_ROWS}行或{MOST_COLUMNS}列，不像是年度报告，未予读取；请只提交年度报告本身。"
)


@dataclass(slots=True)
class Shape:
    """One sheet, rows and columns from 0."""

    name: str
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    """Number format of the cells that have one of their own."""
    uncomputed: dict[tuple[int, int], str] = field(default_factory=dict)
    """Formulas whose result is not in the file."""
    spans: list[tuple[int, int, int, int]] | None = None
    """Merged cells as (first row, first column, last row, last column); None where calamine tells them."""


def within(name: str, row: int, column: int) -> None:
    """Refuse a sheet with a cell beyond what a report can have. Raises ReadError."""
    if row >= MOST_ROWS or column >= MOST_COLUMNS:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE.format(sheet=name))
