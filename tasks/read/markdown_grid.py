"""Tables drawn with +---+ and | (pandoc's grid tables, reStructuredText): real borders, so cells keep their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from models.document import Cell, Locator, Table

BORDER = re.compile(r"\s*\+(?:[-=:]{2,}\+)+\s*$")
_PART = re.compile(r"\+[-=:]{2,}\+")
_LINE = re.compile(r"\s*[+|].*[+|]\s*$")
_MOST_LINES, _MOST_WIDTH, _MOST_COLUMNS = 3000, 2000, 60


def table(lines: Sequence[str], start: int, before: int = 0) -> tuple[Table | None, int]:
    """Return the table drawn from line `start` on, and the line after it.

    None where the drawing does not fit together, in either way of counting the width of Chinese characters.
    """
    end = start
    while end < len(lines) and end - start < _MOST_LINES and _LINE.match(lines[end]):
        end += 1
    drawn = [line.strip() for line in lines[start:end]]
    for wide in (2, 1):
        canvas = [_placed(line, wide) for line in drawn]
        if len({len(row) for row in canvas}) == 1 and len(canvas[0]) <= _MOST_WIDTH:
            found = _cells(canvas, before + start)
            if found is not None:
                return found, end
    return None, end


def _placed(line: str, wide: int) -> list[str]:
    """Return one entry for each column of the screen; the second half of a wide character is empty."""
    if wide == 1:
        return list(line)
    places: list[str] = []
    for character in line:
        places.append(character)
        if unicodedata.east_asian_width(character) in "WF":
            places.append("")
    return places


def _cells(canvas: list[list[str]], before: int) -> Table | None:
    text = ["".join(c or " " for c in row) for row in canvas]
    ys = [y for y, row in enumerate(text) if _PART.search(row)]
    xs = sorted({x for y in ys for x, c in enumerate(text[y]) if c == "+"})
    if len(ys) < 2 or not 2 <= len(xs) <= _MOST_COLUMNS or ys[0] != 0 or ys[-1] != len(text) - 1:
        return None

    def wall_right(row: int, column: int) -> bool:
        x = xs[column + 1]
        between = [text[y][x] for y in range(ys[row] + 1, ys[row + 1])]
        return bool(between) and all(c in "|+" for c in between)

    def wall_below(row: int, column: int) -> bool:
        return set(text[ys[row + 1]][xs[column] + 1 : xs[column + 1]]) <= set("-=:+")

    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    rows, columns = len(ys) - 1, len(xs) - 1
    for r in range(rows):
        for c in range(columns):
            if (r, c) in taken:
                continue
            right = c
            while right < columns - 1 and not wall_right(r, right):
                right += 1
            below = r
            while below < rows - 1 and not any(wall_below(below, k) for k in range(c, right + 1)):
                below += 1
            taken.update((y, x) for y in range(r, below + 1) for x in range(c, right + 1))
            inside = [canvas[y][xs[c] + 1 : xs[right + 1]] for y in range(ys[r] + 1, ys[below + 1])]
            words = "\n".join(line for row in inside if (line := "".join(row).strip()))
            where = Locator(row=r + 1, column=c + 1, line=before + ys[r] + 2)
            cells.append(Cell(words, r, c, below - r + 1, right - c + 1, where))
    return Table(tuple(cells), rows, columns, "ruled", Locator(line=before + 1))
