"""The three tables of a report, from printed lines to one reading a cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from expectations.template import Label, Template
from tasks.extract import glued, table3, table3_cells
from tasks.extract.columns import Columns, columns_of, heads_in_order
from tasks.extract.labels import Heads, LabelFound, TableFound, column_label, find_heads, strange_labels
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import MISSING, uncertain
from tasks.extract.regions import TABLE4_WIDTH, regions
from tasks.extract.table2 import TORN, read_table2
from tasks.extract.table3 import MatchedRow
from tasks.extract.table4 import read_table4
from tasks.extract.wording import core, fold

_STRAY = "附近有没有标签的数字行，不能确定该行各数是否完整、是否属于该行"
_ORPHANS = "没有找到该行的标签，而表中有{}行数字没有标签，不能确定是否缺行"
_STRANGE = "没有找到该行的标签，而表中或表外有认不出的文字或数字，不能确定是否缺行"
_DIVIDED = ("逾期不补正", "收费通知要求缴纳费用", "逾期不缴费")


# ---------------------------------------------------------------------------------------------- table 3


def read_table3(
    lines: Sequence[Line], places: list[list[int]], template: Template, everything: str
) -> TableFound:
    """Read table 3: 25 rows (23 in v2019) of seven numbers, rows by label, columns by head or by count.

    Which of the two forms its （六） follows is told from its own rows, not from table 2.
    """
    found = TableFound("t3", occurrences=len(places), lines=[i for place in places for i in place])
    place = places[0] if places else []
    heads = find_heads(lines, place, everything)
    keys = [column.key for column in template.table3_columns]
    own = {row.key for row in template.table3_rows}
    form = table3.rows_of_form(template, _is_divided(lines, place))
    wanted = table3.row_labels(form)
    columns = columns_of(lines, place, template)
    cut = table3_cells.halves(columns)
    whole = [i for i in place if cut is None or lines[i].table not in cut[1]]
    rows = table3.number_rows(lines, whole, columns)
    matched = table3.match_rows(rows, wanted)
    claimed = {id(m.row) for m in matched.values()}
    divided = sum(key.startswith(table3.DIVIDED) for key in matched) >= 2
    if divided:
        matched.pop(table3.UNDIVIDED.key, None)  # a subtotal above its three rows
    # rows of numbers whose label was not found: what is not found may be one of them, so it is not missing
    orphans = sum(
        id(row) not in claimed and len(row.slots) > 2 and not table3.is_of_a_group(row) for row in rows
    )
    serial = table3_cells.serial_numbers(matched, heads.words)
    by_head = all(m.row.layout == "ruled" and m.row.columns is not None for m in matched.values())
    table3_cells.read_rows(matched, keys, by_head or heads_in_order(lines, place, template), serial)
    if cut is not None:
        beside = table3.number_rows(lines, [i for i in place if lines[i].table in cut[1]], columns)
        theirs = table3.match_rows(beside, wanted)
        table3_cells.read_rows(theirs, keys)
        table3_cells.put_together(matched, theirs, beside, keys)
    for key in table3.torn_rows(rows, matched, wanted):
        row = matched[key].row
        raw = " ".join(fold(slot.text) for slot in row.slots if not slot.is_blank)
        row.readings = [(uncertain(raw, _STRAY), slot) for _, slot in row.readings]
        row.width = None
    absent = _absent(matched, columns, heads, template)
    for column in template.table3_columns:
        found.labels.append(_column(heads, column, columns, absent))
    if absent:
        for each in matched.values():
            at = keys.index(absent)
            if each.row.readings:
                each.row.readings[at] = (MISSING, None)
    printed = sorted(matched.values(), key=lambda m: m.row.locator_line)
    orders = {m.key: order for order, m in enumerate(printed, start=1)}
    undivided = table3.UNDIVIDED.key in matched and table3.UNDIVIDED.key not in own
    strange = (
        bool(place)
        and not heads.ruled
        and (bool(strange_labels(lines, place)) or stray_numbers(lines, places))
    )
    for label in wanted:
        hit = matched.get(label.key)
        foreign = label.key not in own
        if hit is not None:
            found.labels.append(_row(label, hit, orders[label.key], foreign))
            found.cells.update(
                {f"t3.{label.key}.{k}": r for k, r in zip(keys, hit.row.readings, strict=True)}
            )
            continue
        unasked = foreign or (undivided and label.key.startswith(table3.DIVIDED))
        if label.key == table3.UNDIVIDED.key and divided:
            unasked = True  # its three rows stand in its place
        if unasked:
            if not foreign:
                found.cells.update({f"t3.{label.key}.{k}": (MISSING, None) for k in keys})
            continue
        torn = bool(place) and fold(label.official) in heads.everything
        reason = _ORPHANS.format(orphans) if orphans else TORN if torn else _STRANGE
        unsure = orphans or torn or strange
        found.labels.append(
            LabelFound(
                "t3", "row", f"t3.{label.key}", label.official, None,
                "uncertain" if unsure else "missing", expected_width=table3.WIDTH,
            )
        )  # fmt: skip
        reading = uncertain(None, reason) if unsure else MISSING
        found.cells.update({f"t3.{label.key}.{k}": (reading, None) for k in keys})
    if divided and table3.UNDIVIDED.key in own:
        found.cells.update({f"t3.{table3.UNDIVIDED.key}.{k}": (MISSING, None) for k in keys})
    return found


def stray_numbers(lines: Sequence[Line], places: Sequence[Sequence[int]]) -> bool:
    """Say whether a row of as many numbers as table 3 has stands outside the places where it was found."""
    taken = {i for place in places for i in place}
    return any(
        len(line.values) in (table3.WIDTH - 1, table3.WIDTH) and i not in taken
        for i, line in enumerate(lines)
    )


def _is_divided(lines: Sequence[Line], place: Sequence[int]) -> bool:
    words = "".join(core(f.text) for i in place for f in lines[i].labels)
    return any(word in words for word in _DIVIDED)


def _row(label: table3.RowLabel, hit: MatchedRow, order: int, foreign: bool) -> LabelFound:
    first = hit.row.slots[0] if hit.row.slots else None
    match = hit.match
    if foreign and label.key == table3.UNDIVIDED.key:
        match = "undivided"
    elif match == "typo" and (hit.row.layout in ("aligned", "prose") or _recognised(hit.row.slots)):
        # where lines are wrapped, or read from a picture, a damaged label is more likely ours than a slip
        match = "uncertain"
    return LabelFound(
        "t3", "row", f"t3.{label.key}", label.official, hit.label.strip(), match, hit.similarity, order,
        hit.row.width, table3.WIDTH, foreign, first,
    )  # fmt: skip


def _recognised(slots: Sequence[Field]) -> bool:
    return any(slot.read_by == "ocr" for slot in slots)


def _absent(
    matched: Mapping[str, MatchedRow], columns: Mapping[int, Columns], heads: Heads, template: Template
) -> str | None:
    """Return the applicant for whom the table has no column: six heads, and six numbers in every row."""
    if columns and all(c.absent for c in columns.values()):
        said = {c.absent for c in columns.values()}
        return said.pop() if len(said) == 1 else None
    rows = [m.row for m in matched.values()]
    if len(rows) < len(template.table3_rows) - 2 or any(row.layout == "ruled" for row in rows):
        return None
    if any(sum(slot.is_value for slot in row.slots) != table3.WIDTH - 1 for row in rows):
        return None
    words = set(heads.words)
    unprinted = [
        column
        for column in template.table3_columns
        if not {core(w) for w in (column.label, *column.variants)} & words
    ]
    if len(unprinted) != 1 or (
        len(unprinted[0].label) > 2 and fold(unprinted[0].label) in fold(heads.context)
    ):
        return None
    return unprinted[0].key


def _column(heads: Heads, column: Label, columns: Mapping[int, Columns], absent: str | None) -> LabelFound:
    """Find the head of one applicant; where the order of the columns settles it the head is only unsure."""
    found = column_label(heads, f"t3.columns.{column.key}", column, "t3")
    if column.key == absent:
        return LabelFound("t3", "column", found.key, column.label, None, "missing")
    if any(column.key in c.exact for c in columns.values()):
        if found.match not in ("exact", "variant"):
            return LabelFound("t3", "column", found.key, column.label, column.label, "exact", 1.0)
        return found
    if found.match == "missing" and any(column.key in c.spans for c in columns.values()):
        return LabelFound("t3", "column", found.key, column.label, None, "uncertain")
    return found


# ---------------------------------------------------------------------------------------------- glued text


def read_tables(
    lines: Sequence[Line], template: Template, headings: Collection[int] = ()
) -> dict[str, TableFound]:
    """Read the three tables; where a conversion ran a table together into prose, read it as glued text.

    `headings` are the line indexes of the section headings.
    """
    places = regions(lines, headings)
    everything = fold("".join(line.text for line in lines))
    found = {
        "t2": read_table2(lines, places["t2"], template, everything),
        "t3": read_table3(lines, places["t3"], template, everything),
        "t4": read_table4(lines, places["t4"], template, everything),
    }
    for table, result in found.items():
        if not any(reading.kind != "missing" for reading, _ in result.cells.values()):
            replacement = glued.read_table(lines, template, table)
            if replacement is not None:
                cells, labels, used = replacement
                expected_width = {"t2": None, "t3": table3.WIDTH, "t4": TABLE4_WIDTH}[table]
                found[table] = TableFound(
                    table,
                    cells,
                    [
                        LabelFound(
                            table, axis, key, expected, label, match, 1.0 if label else None, order,
                            None, expected_width if axis == "row" else None, match == "undivided",
                        )
                        for axis, key, expected, label, match, order in labels
                    ],
                    1,
                    used,
                )  # fmt: skip
    return found
