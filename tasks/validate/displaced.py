"""Finds numbers of table 3 that are right but stand in the wrong place: another column, or the row above or below.

Asked only of sums that no single cell explains. What is found is put into a hint; the sums stay broken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expectations.rules.wording import column_name, number, row_name
from models.facts import APPLICANTS
from tasks.validate.one_cell import KINDS, Grid, Sum, gaps, weights

_SHOWN = 2
"""Of more rows than these none is the likely one."""


@dataclass(frozen=True, slots=True)
class Displaced:
    """Which broken sums numbers in the wrong place explain, and what most likely happened, in words."""

    sums: frozenset[Sum]
    hint: str


def displaced(grid: Grid, broken: frozenset[Sum], template: str | None) -> Displaced | None:
    """Return how the sums `broken` (all of them, at least two) come right by moving numbers; None if they do not."""
    if len(broken) < 2:
        return None
    hint = _in_a_row(grid, broken, template) or _by_a_row(grid)
    return Displaced(broken, hint) if hint else None


def _in_a_row(grid: Grid, broken: frozenset[Sum], template: str | None) -> str | None:
    """Numbers of one row in the wrong columns, or some requests counted in another kind of applicants."""
    off = gaps(grid)
    mended = {line: row for line in grid if (row := _mended(grid, line, off, broken)) is not None}
    swapped = [line for line, row in mended.items() if sorted(row.values()) == sorted(_known(grid, line))]
    if 0 < len(swapped) <= _SHOWN:
        names = "或".join(f"“{row_name(template, 't3', line)}”" for line in swapped)
        return f"{names}行的各数可能填错了列，调换位置后上述合计、勾稽关系即全部成立；请以申请台账为准。"
    moves = {
        tuple((kind, n - (grid[line][kind] or 0)) for kind, n in row.items() if n != grid[line][kind])
        for line, row in mended.items()
    }
    if len({tuple((kind, abs(change)) for kind, change in move) for move in moves}) != 1:
        return None
    columns = sorted(next(iter(moves)), key=lambda entry: entry[1])
    if len(columns) != 2 or any(kind == "total" for kind, _ in columns):
        return None
    (less, change), (more, _) = columns
    of = {kind: f"“{column_name(template, 't3', kind)}”列" for kind in (less, more)}
    where = f"本属{of[more]}，填入了{of[less]}" if len(moves) == 1 else "填错了申请人列"
    return f"两列相差的件数相同、方向相反，可能有{number(-change)}件{where}；请以申请台账为准。"


def _known(grid: Grid, line: str) -> list[float]:
    return [value for value in grid[line].values() if value is not None]


def _mended(
    grid: Grid, line: str, off: Mapping[Sum, float | None], broken: frozenset[Sum]
) -> dict[str, float] | None:
    """Return the numbers that one row would need for all sums to hold; None where other rows would have to change."""
    touched: set[Sum] = {Sum("row", line)}
    row: dict[str, float] = {}
    for applicant in APPLICANTS:
        by = {one: n for one, n in weights(grid, line, applicant).items() if one.kind != "row"}
        value = grid[line][applicant]
        if value is None or any(off[one] is None for one in by):
            return None
        changes = {-(off[one] or 0) / weight for one, weight in by.items()}
        if len(changes) != 1:
            return None
        row[applicant] = value + changes.pop()
        touched |= set(by)
    adds_up = sum(row[kind] for kind in KINDS) == row["total"]
    return row if broken <= touched and adds_up and min(row.values()) >= 0 else None


def _by_a_row(grid: Grid) -> str | None:
    """All numbers from some row on stand a row too high or too low. From which row, the sums do not tell."""
    lines, rows = list(grid), list(grid.values())
    nothing = dict.fromkeys(APPLICANTS, 0.0)
    found = set()
    for at in range(len(rows) - 1):
        # a row was passed over, so that what follows stands too high; or an empty one was put in
        if _empty(rows[-1]) and _holds(lines, [*rows[:at], nothing, *rows[at:-1]]):
            found.add("有一行漏填，其后各行的数可能整体高了一行，下移")
        if _empty(rows[at]) and _holds(lines, [*rows[:at], *rows[at + 1 :], nothing]):
            found.add("多出一行，其后各行的数可能整体低了一行，上移")
    if len(found) != 1:
        return None
    return f"表三可能{found.pop()}一行后各处合计、勾稽关系即全部成立；请以申请台账为准。"


def _holds(lines: Sequence[str], rows: Sequence[Mapping[str, float | None]]) -> bool:
    return all(gap == 0 for gap in gaps(dict(zip(lines, rows, strict=True))).values())


def _empty(row: Mapping[str, float | None]) -> bool:
    return all(value == 0 for value in row.values())
