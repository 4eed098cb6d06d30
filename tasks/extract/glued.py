"""Tables whose cells a conversion to text has run together (``…申请数量801000081二、上年结转…``).

Labels are searched one after the other in the text; the digits between two labels are that row's.
They are certain only where they can be cut into the right number of numbers in a single way. A label
that is not found proves nothing here: its cells are uncertain, never missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from expectations.template import Template
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import Reading, fold_tokens, read_glued, uncertain
from tasks.extract.wording import core, fold, fold_with_positions

Label = tuple[str, str, str, str | None, str, int | None]
"""(axis, key, expected label, printed label or None, match, order)"""

_STARTS = {
    "t2": re.compile(r"第二十条第?一项信息内容"),
    "t3": re.compile(r"本列数据的勾稽关系|一本年新收政府信息公开申请数量"),
    "t4": re.compile(r"结果维持结果纠正其他结果尚未审结总计"),
}
_ENDS = {
    "t2": re.compile(r"三收到和处理|本列数据的勾稽"),
    "t3": re.compile(r"四政府信息公开行政|四因政府信息公开|行政复议行政诉讼结果维持"),
    "t4": re.compile(r"五|存在的?主?要?问题"),
}
_DIGITS = re.compile(r"[)\]）】」”\"’\s]*([\d\s,./+\-]*)元?")
_ORDER = "表头各列的次序与统一格式不同，不能确定各数属于哪一列"
_NOT_FOUND = "文本丢失了单元格边界，且没有找到该行的标签，不能确定各数"


@dataclass(frozen=True, slots=True)
class _Text:
    """A paragraph without white space and punctuation (`bare`), and where each character came from."""

    raw: str
    bare: str
    positions: tuple[int, ...]  # one more than characters: the last is the end of `raw`


def _bare(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())


def _strip(text: str) -> _Text:
    folded, positions = fold_with_positions(text)
    kept = [(c, p) for c, p in zip(folded, positions, strict=True) if c.isalnum()]
    return _Text(text, "".join(c for c, _ in kept), (*(p for _, p in kept), len(text)))


def read_table(
    lines: Sequence[Line], template: Template, table: str
) -> tuple[dict[str, tuple[Reading, Field | None]], list[Label], list[int]] | None:
    """Read one glued table; None if no prose line holds it. Returns cells by code, labels, line indexes."""
    for index, line in enumerate(lines):
        if line.layout != "prose" or len(line.text) < 60:
            continue
        text = _strip(line.fields[0].text)
        start = _STARTS[table].search(text.bare)
        if start is None:
            continue
        end = _ENDS[table].search(text.bare, start.end())
        text = _Text(text.raw, text.bare[: end.start()] if end else text.bare, text.positions)
        cells, labels = {"t2": _table2, "t3": _table3, "t4": _table4}[table](text, start.start(), template)
        return {code: (reading, line.fields[0]) for code, reading in cells.items()}, labels, [index]
    return None


def _walk(
    text: _Text, start: int, wanted: Sequence[Sequence[str]], stops: Iterable[str]
) -> list[tuple[str | None, str]]:
    """Find the labels in order, each by one of its wordings; return (printed label, digits after it)."""
    places: list[tuple[int, int] | None] = []
    at = start
    for wordings in wanted:
        hits = [(place, -len(w)) for w in wordings if (place := text.bare.find(w, at)) >= 0]
        if not hits:
            places.append(None)
            continue
        place, length = min(hits)
        places.append((place, place - length))
        at = place - length
    edges = {p[0] for p in places if p} | {len(text.bare)}
    for stop in stops:
        edges |= {m.start() for m in re.finditer(re.escape(stop), text.bare)}
    found: list[tuple[str | None, str]] = []
    for printed in places:
        if printed is None:
            found.append((None, ""))
            continue
        begin, stop_at = printed
        end = min(edge for edge in edges if edge >= stop_at)
        first = text.positions[begin]
        if first and text.raw[first - 1] in "（(":
            first -= 1
        found.append((text.raw[first : text.positions[stop_at - 1] + 1], _digits(text, stop_at, end)))
    return found


def _digits(text: _Text, start: int, end: int) -> str:
    digits = _DIGITS.match(text.raw[text.positions[start - 1] + 1 : text.positions[end]])
    return digits.group(1).strip() if digits else ""


def _table2(text: _Text, start: int, template: Template) -> tuple[dict[str, Reading], list[Label]]:
    rows = [(block, row) for block in template.table2 for row in block.rows]
    wanted = [[_bare(w) for w in (row.label, *row.variants)] for _, row in rows]
    read = _walk(text, start, wanted, [*(_bare(block.label) for block in template.table2), "信息内容"])
    cells: dict[str, Reading] = {}
    labels: list[Label] = []
    for block in template.table2:
        labels.append(_seen("block", f"t2.{block.key}", block.label, text.bare))
        for column in block.columns:
            labels.append(_seen("column", f"t2.{block.key}.columns.{column.key}", column.label, text.bare))
    for order, ((block, row), (label, digits)) in enumerate(zip(rows, read, strict=True), start=1):
        codes = [f"{template.table2_prefix}.{row.key}.{column.key}" for column in block.columns]
        # a sign or a decimal point may belong to either neighbour: such cells are read only one by one
        plain = len(codes) == 1 or all(column.form == "count" for column in block.columns)
        labels.append(_row(f"t2.{row.key}", row.label, label, order))
        readings = _readings(label, digits, len(codes), plain)
        if not _ascending(text.bare, [column.label for column in block.columns]):
            readings = [uncertain(digits, _ORDER)] * len(codes)
        cells.update(dict(zip(codes, readings, strict=True)))
    return cells, labels


def _table3(text: _Text, start: int, template: Template) -> tuple[dict[str, Reading], list[Label]]:
    keys = [column.key for column in template.table3_columns]
    rows = [(f"t3.{row.key}", row.label, row.variants) for row in template.table3_rows]
    foreign = ""
    groups = {_bare(group) for row in template.table3_rows for group in row.groups}
    merged = re.search(r"六其他处理\d", text.bare[start:])
    if merged and not any(key == "t3.results.other" for key, _, _ in rows):
        first = next(i for i, (key, _, _) in enumerate(rows) if key.startswith("t3.results.other."))
        if not any(_bare(official) in text.bare for _, official, _ in rows[first : first + 2]):
            foreign = "t3.results.other"
            rows[first : first + 3] = [(foreign, "（六）其他处理", ())]
    wanted = [[_bare(label), *(_bare(v) for v in variants)] for _, label, variants in rows]
    for wordings, (_, official, _) in zip(wanted, rows, strict=True):
        if len(core(official)) >= 4:
            wordings.append(core(official))  # printed without its numbering
    read = _walk(text, start, wanted, groups)
    heads = text.bare[start:].split(wanted[0][0])[0]
    labels = [_seen("column", f"t3.columns.{c.key}", c.label, heads) for c in template.table3_columns]
    columns = [column.label for column in template.table3_columns]
    # 其他 also stands in 法人或其他组织
    straight = _ascending(heads, columns[1:-2]) and _ascending(heads, [columns[0], columns[-1]])
    cells: dict[str, Reading] = {}
    for order, ((key, expected, _), (label, digits)) in enumerate(zip(rows, read, strict=True), start=1):
        row = _row(key, expected, label, order)
        labels.append((*row[:4], "undivided", row[5]) if key == foreign else row)
        readings = _readings(label, digits, len(keys), True)
        if not straight:
            readings = [uncertain(digits, _ORDER)] * len(keys)
        cells.update({f"{key}.{k}": r for k, r in zip(keys, readings, strict=True)})
    return cells, labels


def _table4(text: _Text, start: int, template: Template) -> tuple[dict[str, Reading], list[Label]]:
    codes = [f"t4.{g.key}.{o.key}" for g in template.table4_groups for o in template.table4_outcomes]
    head = _bare("".join(o.label for o in template.table4_outcomes))
    begin = text.bare.rfind(head) + len(head)
    readings = _readings(head, _digits(text, begin, len(text.bare)), len(codes), True)
    if not _ascending(text.bare, [group.label for group in template.table4_groups[1:]]):
        readings = [uncertain(None, _ORDER)] * len(codes)
    items = (*template.table4_groups, *template.table4_outcomes)
    labels = [_seen("column", f"t4.columns.{item.key}", item.label, text.bare) for item in items]
    labels.append(("row", "t4.row", "数据行", "数据行", "exact", 1))
    return dict(zip(codes, readings, strict=True)), labels


def _ascending(text: str, labels: Sequence[str]) -> bool:
    """Say that the labels found in the text stand in the given order."""
    places = [place for label in labels if (place := text.find(_bare(label))) >= 0]
    return places == sorted(places)


def _readings(label: str | None, digits: str, count: int, plain: bool) -> list[Reading]:
    if label is None:
        return [uncertain(None, _NOT_FOUND)] * count
    if plain:
        return read_glued(digits, count)
    tokens = fold_tokens(digits)
    if len(tokens) == count or (len(tokens) == 1 and tokens[0] == "0" * count):
        return read_glued(digits, count)
    return [uncertain(" ".join(tokens), "文本丢失了单元格边界，不能确定各数的起止")] * count


def _seen(axis: str, key: str, expected: str, text: str) -> Label:
    found = _bare(expected) in text
    return (axis, key, expected, expected if found else None, "exact" if found else "uncertain", None)


def _row(key: str, expected: str, label: str | None, order: int) -> Label:
    return ("row", key, expected, label, "exact" if label else "uncertain", order if label else None)
