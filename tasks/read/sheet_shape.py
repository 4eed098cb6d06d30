"""What calamine does not tell of a workbook: how large its sheets are, what is hidden, how numbers are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.errors import ErrorKind, ReadError

MOST_ROWS, MOST_COLUMNS = 5000, 300
MOST_ROOM = 3_000_000
"""Places of all sheets together, filled or not; calamine makes a list of them."""
MOST_FILLED = 100_000
MOST_MERGED = 20_000
BROKEN = "电子表格已损坏或不完整，请重新保存后提交。"
TOO_LARGE = (
    f"工作表“{{sheet}}”超过{MOST_ROWS}行或{MOST_COLUMNS}列，不像是年度报告，未予读取；请只提交年度报告本身。"
)
TOO_MUCH = "电子表格内容过多，不像是年度报告，未予读取；请只提交年度报告本身。"

Place = tuple[int, int]
"""Row and column, from 0."""


@dataclass(slots=True)
class Shape:
    """One sheet, rows and columns from 0."""

    name: str
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formats: dict[Place, str] = field(default_factory=dict)
    """Number format of the cells that have one of their own."""
    shown: dict[Place, str] = field(default_factory=dict)
    """What cells show where the file says it, and error values, which calamine leaves blank."""
    uncomputed: dict[Place, str] = field(default_factory=dict)
    """Formulas whose result is not in the file, or may be an old one."""
    ruled: set[Place] = field(default_factory=set)
    """Cells with a border of their own."""
    spans: list[tuple[int, int, int, int]] | None = None
    """Merged cells as (first row, first column, last row, last column); None where calamine tells them."""
    zeros_hidden: bool = False
    boxes: list[tuple[int, str]] = field(default_factory=list)
    """Text boxes: the row they hang on, and their text."""
    pictures: int = 0
    """Pictures large enough to hold a table."""
    filled: int = 0
    last_row: int = -1
    last_column: int = -1

    def reach(self, row: int, column: int) -> None:
        """Take note of a cell that holds something. Raises ReadError beyond what a report can have."""
        if row >= MOST_ROWS or column >= MOST_COLUMNS:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE.format(sheet=self.name))
        self.filled += 1
        if self.filled > MOST_FILLED:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_MUCH)
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)


def bounded(shapes: Iterable[Shape]) -> list[Shape]:
    """Return the shapes of a workbook. Raises ReadError when its sheets together are too large."""
    found = list(shapes)
    if sum((shape.last_row + 1) * (shape.last_column + 1) for shape in found) > MOST_ROOM:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_MUCH)
    return found
