"""The seven cells of each row of table 3: which number belongs to which applicant.

Numbers are taken only where that is sure: from under the heads of a ruled grid, or seven in a row, or blanks
whose place the cell borders (or fully comparable rows) show. Everything else is uncertain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tasks.extract.columns import OF_NO_MATTER, Columns
from tasks.extract.fields import read_field
from tasks.extract.lines import Field
from tasks.extract.numbers import MISSING, Reading, uncertain
from tasks.extract.table3 import WIDTH, MatchedRow, NumberRow
from tasks.extract.wording import fold


def read_rows(
    matched: Mapping[str, MatchedRow], keys: Sequence[str], in_order: bool = True, serial: str = ""
) -> None:
    """Read the seven cells of every matched row into ``row.readings`` and ``row.width``.

    Where the heads of a ruled grid tell the columns, each number is taken from its own. Without them the
    numbers are taken in order, unless the heads are printed in another order than the form's (`in_order`
    False). `serial`: ``first`` or ``last`` where every row of a text carries its serial number there.
    """
    rows = [m.row for m in matched.values()]
    full = [row for row in rows if len(_printed(row)) == WIDTH]
    wide = sum(len(_printed(row)) > WIDTH for row in rows) > len(full) and not serial
    grids: dict[int, set[int]] = {}  # the columns in which a grid without heads prints numbers
    for row in rows:
        grids.setdefault(row.grid, set()).update(s.column for s in _printed(row))
    for found in matched.values():
        row = found.row
        if serial and row.layout != "ruled":
            numbers = _printed(row)
            dropped = numbers[0] if serial == "first" else numbers[-1]
            row.slots = [s for s in row.slots if s is not dropped]
        # where most rows have more numbers than columns, seven of them may be any seven
        regular = len(grids[row.grid]) == WIDTH if row.layout == "ruled" else not wide
        _read_row(row, full, keys, regular)
        by_head = row.layout == "ruled" and row.columns is not None and not row.columns.contradicted
        if not by_head and (not in_order or row.columns is not None):
            raw = " ".join(fold(slot.text) for slot in row.slots if not slot.is_blank)
            reason = "表头各列的次序与统一格式不同，不能确定各数属于哪一列"
            row.readings = [(uncertain(raw, reason), slot) for _, slot in row.readings]
            row.width = None
        if found.match == "uncertain" and not found.settled:
            reason = f"行标签“{found.label.strip()}”与模板用语相差较大，不能确定是哪一行"
            row.readings = [
                (uncertain(reading.raw, reason, proposal=reading.raw), slot) for reading, slot in row.readings
            ]
            row.width = None


def halves(columns: Mapping[int, Columns]) -> tuple[set[int], set[int]] | None:
    """Return the grids (table numbers) of the two halves of a table that is cut between two columns.

    None where the grids are not of that kind: each shows some of the applicants, together they show all.
    """
    shown = list(dict.fromkeys(frozenset(c.spans) for c in columns.values()))
    if len(shown) != 2 or shown[0] & shown[1] or len(shown[0] | shown[1]) != WIDTH:
        return None
    first = {number for number, c in columns.items() if frozenset(c.spans) == shown[0]}
    return first, set(columns) - first


def put_together(
    left: dict[str, MatchedRow],
    right: dict[str, MatchedRow],
    right_rows: Sequence[NumberRow],
    keys: Sequence[str],
) -> None:
    """Complete the rows of the left half with those of the right: by their labels, or row by row without."""
    by_key = {key: m.row for key, m in right.items()}
    unnamed = not any(row.own for row in right_rows)
    if unnamed and len(right_rows) == len(left):
        ordered = sorted(left.values(), key=lambda m: m.row.locator_line)
        by_key = {m.key: row for m, row in zip(ordered, right_rows, strict=True)}
        for row in right_rows:
            if row.columns is not None:
                row.readings = _by_columns(row, row.columns, keys)
    for key, found in left.items():
        other = by_key.get(key)
        if other is None or other.columns is None or not other.readings or not found.row.readings:
            continue
        spans = other.columns.spans
        found.row.readings = [
            theirs if name in spans else ours
            for name, ours, theirs in zip(keys, found.row.readings, other.readings, strict=True)
        ]
        if all(slot is not None for _, slot in found.row.readings):
            found.row.width = WIDTH


def serial_numbers(matched: Mapping[str, MatchedRow], heads: Sequence[str]) -> str:
    """Say where the rows of a text carry serial numbers: ``first``, ``last``, or nowhere (empty).

    Told only where a head says so and every row has eight numbers, of which one counts the rows.
    """
    rows = sorted((m.row for m in matched.values() if m.row.layout != "ruled"), key=lambda r: r.locator_line)
    if len(rows) < WIDTH or not OF_NO_MATTER & set(heads):
        return ""
    numbers = [[s.text.strip() for s in row.slots if s.is_value] for row in rows]
    if any(len(row) != WIDTH + 1 for row in numbers):
        return ""
    for name, at in (("first", 0), ("last", -1)):
        counted = [row[at] for row in numbers]
        if all(c.isdigit() for c in counted) and [int(c) for c in counted] == list(
            range(int(counted[0]), int(counted[0]) + len(rows))
        ):
            return name
    return ""


def _printed(row: NumberRow) -> list[Field]:
    return [slot for slot in row.slots if slot.is_value]


def _read_row(row: NumberRow, full: Sequence[NumberRow], keys: Sequence[str], regular: bool) -> None:
    values = _printed(row)
    if row.layout == "ruled" and row.columns is not None:
        row.readings = _by_columns(row, row.columns, keys)
        whole = len(row.columns.spans) == WIDTH
        row.width = WIDTH if whole and all(slot is not None for _, slot in row.readings) else None
        return
    placed = _by_count(row) if row.layout == "ruled" else None
    if placed is None and len(values) == WIDTH and regular:
        placed = values
    if placed is None and row.layout == "delimited" and len(values) < WIDTH:
        placed = _by_peers(row, full)
    if placed is not None:
        row.width = WIDTH
        row.readings = [(read_field(slot), slot) for slot in placed]
        return
    raw = " ".join(fold(slot.text) for slot in row.slots if not slot.is_blank)
    reason = f"该行读到{len(values)}个数，应为{WIDTH}个，不能确定各数属于哪一列"
    slot = row.slots[0] if row.slots else None
    row.readings = [(uncertain(raw, reason), slot)] * WIDTH


def _by_columns(row: NumberRow, columns: Columns, keys: Sequence[str]) -> list[tuple[Reading, Field | None]]:
    """Read each cell from under its head; a cell that is merged or torn is unsure, the others are not."""
    at = {(s.column, s.end): s for s in row.slots}
    if len(row.slots) == len(at) == WIDTH == len(columns.spans) and at.keys() == set(columns.spans.values()):
        return [(read_field(at[columns.spans[key]]), at[columns.spans[key]]) for key in keys]
    printed = [s for s in row.slots if not s.is_blank]
    spans = list(columns.spans.values())
    if any(
        s.is_value
        and s.column not in columns.others
        and not any(a < s.end and s.column < b for a, b in spans)
        for s in printed
    ):
        raw = " ".join(fold(s.text) for s in printed)
        reason = "该行有数字不在任何一列的表头之下，不能确定各数属于哪一列"
        return [(uncertain(raw, reason), row.slots[0])] * len(keys)
    under = {
        key: [s for s in row.slots if s.column < end and s.end > start]
        for key, (start, end) in columns.spans.items()
    }
    if not all(under.values()):
        raw = " ".join(fold(s.text) for s in printed)
        reason = f"该行只有{len(row.slots)}个格，少于表头的列数，不能确定各数属于哪一列"
        return [(uncertain(raw, reason), row.slots[0])] * len(keys)
    readings: list[tuple[Reading, Field | None]] = []
    for key in keys:
        if key not in columns.spans:
            nowhere = key == columns.absent
            readings.append(
                (MISSING if nowhere else uncertain(None, "没有找到该列的表头，不能确定该列各数"), None)
            )
            continue
        start, end = columns.spans[key]
        here = under[key]
        words = [s for s in here if not s.is_blank]
        if len(words) == 1 and start <= words[0].column and words[0].end <= end:
            readings.append((read_field(words[0]), words[0]))
        elif not words:
            readings.append((read_field(here[0]), here[0]))
        else:
            merged = " ".join(fold(s.text) for s in words) or None
            reason = "该格与相邻的格合并或错开，不能确定其中的数属于哪一格"
            readings.append((uncertain(merged, reason), words[0] if words else None))
    return readings


def _by_count(row: NumberRow) -> list[Field] | None:
    """Take seven cells right of the labels, where no head tells the columns."""
    slots = [s for s in row.slots if s.column >= row.edge]
    if any(s.is_value for s in row.slots if s.column < row.edge):
        return None
    return slots if len(slots) == WIDTH and len({s.column for s in slots}) == WIDTH else None


def _by_peers(row: NumberRow, full: Sequence[NumberRow]) -> list[Field] | None:
    """Place inner blanks of a tab-separated row by rows of the same make that are complete.

    The outer columns must be printed where the peers print them: a conversion that loses a cell shifts
    the rest and fills up the end, so that a blank at the edge proves nothing.
    """
    patterns = {
        tuple(s.column for s in peer.slots if s.is_value)
        for peer in full
        if len(peer.slots) == len(row.slots)
    }
    if len(patterns) != 1:
        return None
    wanted = patterns.pop()
    at = {s.column: s for s in row.slots}
    if any(column not in at for column in wanted):
        return None
    placed = [at[column] for column in wanted]
    if not (placed[0].is_value and placed[-1].is_value):
        return None
    if any(s.is_value and s not in placed for s in row.slots):
        return None
    return placed
