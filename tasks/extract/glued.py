"""Tables whose cells a conversion to text has run together (``…申请数量801000081二、上年结转…``).

Labels are searched one after the other in the text; the digits between two labels are that row's.
They are certain only where they can be cut into the right number of numbers in a single way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from expectations.template import Template
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import MISSING, Reading, read_glued, uncertain
from tasks.extract.wording import fold, fold_with_positions

Label = tuple[str, str, str, str | None, str, int | None]
"""(axis, key, expected label, printed label or None, match, order)"""

_STARTS = {
    "t2": re.compile(r"第二十条第?\(一\)项信息内容"),
    "t3": re.compile(r"本列数据的勾稽关系|一、本年新收政府信息公开申请数量"),
    "t4": re.compile(r"结果维持结果纠正其他结果尚未审结总计"),
}
_DIGITS = re.compile(r"[\d\s,./+\-元]*")


def read_table(
    lines: Sequence[Line], template: Template, table: str
) -> tuple[dict[str, tuple[Reading, Field | None]], list[Label], list[int]] | None:
    """Read one glued table; None if no prose line holds it. Returns cells by code, labels, line indexes."""
    for index, line in enumerate(lines):
        if line.layout != "prose" or len(line.text) < 60:
            continue
        text = line.fields[0].text
        folded, positions = fold_with_positions(text)
        start = _STARTS[table].search(folded)
        if start is None:
            continue
        reader = {"t2": _table2, "t3": _table3, "t4": _table4}[table]
        cells, labels = reader(text, folded, [*positions, len(text)], start.start(), template)
        return {code: (reading, line.fields[0]) for code, reading in cells.items()}, labels, [index]
    return None


def _walk(
    text: str, folded: str, positions: list[int], start: int, wanted: Sequence[str], stops: Sequence[str]
) -> list[tuple[str | None, str]]:
    """Find the labels `wanted` in order; return (printed label, the digits after it) for each."""
    places: list[tuple[int, int] | None] = []
    at = start
    for label in wanted:
        place = folded.find(label, at)
        # a label that stands behind the next two was skipped by the printer, not moved
        places.append((place, place + len(label)) if place >= 0 else None)
        if place >= 0:
            at = place + len(label)
    edges = sorted(
        {p[0] for p in places if p} | {m.start() for s in stops for m in re.finditer(re.escape(s), folded)}
    )
    found: list[tuple[str | None, str]] = []
    for printed in places:
        if printed is None:
            found.append((None, ""))
            continue
        begin, stop = printed
        end = next((edge for edge in edges if edge >= stop), len(folded))
        chunk = text[positions[stop - 1] + 1 : positions[end]]
        digits = _DIGITS.match(chunk)
        found.append((text[positions[begin] : positions[stop - 1] + 1], digits.group() if digits else ""))
    return found


def _table2(
    text: str, folded: str, positions: list[int], start: int, template: Template
) -> tuple[dict[str, Reading], list[Label]]:
    rows = [(block, row) for block in template.table2 for row in block.rows]
    heads = [fold(block.label) for block in template.table2]
    end = re.search(r"三、收到和处理|本列数据的勾稽", folded[start:])
    body = folded[: start + end.start()] if end else folded
    read = _walk(
        text, body, positions, start, [fold(row.label) for _, row in rows], [*heads, "三、", "(本列"]
    )
    cells: dict[str, Reading] = {}
    labels: list[Label] = []
    for block in template.table2:
        present = fold(block.label) in body
        labels.append(
            ("block", f"t2.{block.key}", block.label, block.label if present else None,
             "exact" if present else "missing", None)
        )  # fmt: skip
        for column in block.columns:
            seen = fold(column.label) in body
            labels.append(
                ("column", f"t2.{block.key}.columns.{column.key}", column.label,
                 column.label if seen else None, "exact" if seen else "uncertain", None)
            )  # fmt: skip
    for order, ((block, row), (label, digits)) in enumerate(zip(rows, read, strict=True), start=1):
        codes = [f"{template.table2_prefix}.{row.key}.{column.key}" for column in block.columns]
        plain = all(column.form == "count" for column in block.columns) or len(codes) == 1
        labels.append(_row(f"t2.{row.key}", row.label, label, order))
        if label is None:
            readings: list[Reading] = [MISSING] * len(codes)
        elif plain:
            readings = read_glued(digits.replace("元", ""), len(codes))
        else:  # signed or money cells: a minus or a point may belong to either neighbour
            readings = _whole_or_unsure(digits, len(codes))
        cells.update(dict(zip(codes, readings, strict=True)))
    return cells, labels


def _whole_or_unsure(digits: str, count: int) -> list[Reading]:
    if digits.strip().isdigit() and len(digits.strip()) == count:
        return read_glued(digits, count)
    return [uncertain(" ".join(digits.split()), "文本丢失了单元格边界，不能确定各数的起止")] * count


def _table3(
    text: str, folded: str, positions: list[int], start: int, template: Template
) -> tuple[dict[str, Reading], list[Label]]:
    keys = [column.key for column in template.table3_columns]
    groups = [fold(group) for row in template.table3_rows for group in row.groups]
    rows = list(template.table3_rows)
    wanted = [fold(row.label) for row in rows]
    end = re.search(r"四、政府信息公开行政|行政复议行政诉讼结果维持", folded[start:])
    body = folded[: start + end.start()] if end else folded
    stops = [*groups, "四、政府信息公开", "五、存在", "(本列"]
    read = _walk(text, body, positions, start, wanted, stops)
    cells: dict[str, Reading] = {}
    labels: list[Label] = []
    heads = body[start : body.find(wanted[0], start)] if wanted[0] in body else body[start:]
    for column in template.table3_columns:
        seen = fold(column.label) in heads
        labels.append(
            ("column", f"t3.columns.{column.key}", column.label, column.label if seen else None,
             "exact" if seen else "uncertain", None)
        )  # fmt: skip
    for order, (row, (label, digits)) in enumerate(zip(rows, read, strict=True), start=1):
        labels.append(_row(f"t3.{row.key}", row.label, label, order))
        readings = read_glued(digits, len(keys)) if label else [MISSING] * len(keys)
        cells.update({f"t3.{row.key}.{k}": r for k, r in zip(keys, readings, strict=True)})
    return cells, labels


def _table4(
    text: str, folded: str, positions: list[int], start: int, template: Template
) -> tuple[dict[str, Reading], list[Label]]:
    codes = [f"t4.{g.key}.{o.key}" for g in template.table4_groups for o in template.table4_outcomes]
    head = fold("".join(o.label for o in template.table4_outcomes))
    last = folded.find(head, start)
    while (following := folded.find(head, last + 1)) >= 0:
        last = following
    begin = last + len(head)
    end = next((m.start() for m in re.finditer(r"五、|[^\d\s,]", folded[begin:])), len(folded) - begin)
    digits = text[positions[begin - 1] + 1 : positions[begin + end]]
    readings = read_glued(digits, len(codes))
    labels: list[Label] = [
        ("column", f"t4.columns.{item.key}", item.label, item.label if fold(item.label) in folded else None,
         "exact" if fold(item.label) in folded else "uncertain", None)
        for item in (*template.table4_groups, *template.table4_outcomes)
    ]  # fmt: skip
    labels.append(("row", "t4.row", "数据行", "数据行", "exact", 1))
    return dict(zip(codes, readings, strict=True)), labels


def _row(key: str, expected: str, label: str | None, order: int) -> Label:
    return ("row", key, expected, label, "exact" if label else "missing", order if label else None)
