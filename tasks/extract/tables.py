"""The three tables of a report, from printed lines to one reading a cell.

Where the tables stand is found from their own words, not from the section headings, so that a table
under the wrong heading is still read (and reported as misplaced).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from rapidfuzz import fuzz

from expectations.template import Label, Template
from tasks.extract import glued, table3
from tasks.extract.labels import LABEL_NEAR, LabelFound, block_label, column_label, find_heads
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import MISSING, Reading, uncertain
from tasks.extract.table3 import read_field
from tasks.extract.wording import core, fold

TABLE4_WIDTH = 15
_STRAY = "附近有没有标签的数字行，不能确定该行各数是否完整、是否属于该行"
_TORN = "文件中有该行的标签，但标签与数字在转换时被拆开，不能确定各数"
_ORPHANS = "没有找到该行的标签，而表中有{}行数字没有标签，不能确定是否缺行"


@dataclass(slots=True)
class TableFound:
    """One table of the form as found: its cells by code, its labels, and how often it occurs."""

    table: str
    cells: dict[str, tuple[Reading, Field | None]] = field(default_factory=dict)
    labels: list[LabelFound] = field(default_factory=list)
    occurrences: int = 0
    lines: list[int] = field(default_factory=list)
    doubtful: bool = False  # not found, though it may be there


# ---------------------------------------------------------------------------------------------- regions


def regions(lines: Sequence[Line], headings: Collection[int] = ()) -> dict[str, list[list[int]]]:
    """Return for t2, t3, t4 the line indexes of each place where such a table stands, by the table's words.

    A section heading (its line index in `headings`) and a sentence end a table.
    """
    found: dict[str, list[list[int]]] = {"t2": [], "t3": [], "t4": []}
    current: str | None = None
    closed = {"t2": True, "t3": True, "t4": True}
    for index, line in enumerate(lines):
        starts = None if index in headings else _start(line)
        if starts and (starts != current or _restarts(starts, line, found, lines)):
            if closed[starts] or starts != current:
                found[starts].append([])
            current = starts
            closed[starts] = False
        elif current and (index in headings or _ends(line)):
            closed[current] = True
            current = None
        if current:
            found[current][-1].append(index)
    return {
        table: _joined(lines, [_trimmed(lines, p) for p in places if _is_form(lines, p, table)], table)
        for table, places in found.items()
    }


_BEGINS = {
    "t2": re.compile(r"第二十条第?\(一\)项"),
    "t3": re.compile(r"本年新收政府信息公开申请数量"),
    "t4": re.compile(r"结果维持"),
}


def _joined(lines: Sequence[Line], places: list[list[int]], table: str) -> list[list[int]]:
    """Put together the pieces of a table that a heading repeated on a new page has parted.

    A piece begins a second table only if the first row is there again.
    """
    joined: list[list[int]] = []
    for place in places:
        begins = any(_BEGINS[table].search(fold(f.text)) for i in place for f in lines[i].labels)
        before = joined[-1] if joined else []
        begun = any(_BEGINS[table].search(fold(f.text)) for i in before for f in lines[i].labels)
        if joined and not (begins and begun):
            joined[-1] = [*before, *place]
        else:
            joined.append(place)
    return joined


_ONLY_ON_THE_FORM = {
    "t2": re.compile(
        r"本年(?:制发|废止|新制作|新公开|处理决定|收费金额)|现行有效件数|对外公开总数量|处理决定数量"
    ),
    "t3": re.compile(
        r"勾稽关系|上年结转政府|结转下年度|予以公开|不予处理|属于国家秘密|本机关不掌握|法律服务机构"
    ),
    "t4": re.compile(r"结果维持|结果纠正|尚未审结"),
}


def _is_form(lines: Sequence[Line], place: Sequence[int], table: str) -> bool:
    """Say whether a place holds the form's table, not one of the agency's own that uses a word of it."""
    most = max((len(lines[i].values) for i in place), default=0)
    words = "".join(fold(f.text) for i in place for f in lines[i].labels)
    return bool(_ONLY_ON_THE_FORM[table].search(words)) or (table == "t4" and most >= 10)


def _trimmed(lines: Sequence[Line], place: list[int]) -> list[int]:
    """Drop what follows the last numbers of a table and is not part of a grid."""
    end = max(
        (n for n, i in enumerate(place) if lines[i].values or lines[i].layout in ("ruled", "delimited")),
        default=-1,
    )
    return place[: end + 1] or place


TRACES = {
    "t2": ("本年制发件数", "本年新制作数量", "本年处理决定数量"),
    "t3": ("本年新收政府信息公开申请数量", "结转下年度继续办理"),
    "t4": ("尚未审结", "未经复议直接起诉", "复议后起诉"),
}
"""Words that stand only in these tables: where they are printed, a table that was not found is not missing."""

_T2_START = re.compile(r"第二十条第?\(一\)项")
_T3_START = re.compile(r"勾稽关系|^申请人情况|本年新收政府信息公开申请数量")


def _start(line: Line) -> str | None:
    if line.layout == "prose" and len(line.text) > 60:
        return None
    texts = [text for text, _ in groupby(fold(f.text) for f in line.labels)]  # merged cells written out
    if any(_T2_START.match(t) and len(t) < 40 for t in texts):
        return "t2"
    if any(_T3_START.search(t) and len(t) < 60 for t in texts):
        return "t3"
    if "".join(texts) in ("行政复议", "行政复议行政诉讼") or (texts and texts[0] == "行政复议行政诉讼"):
        return "t4"
    return None


def _restarts(starts: str, line: Line, found: dict[str, list[list[int]]], lines: Sequence[Line]) -> bool:
    """A second beginning inside a table is a repeated head, unless the table had come to its end."""
    if starts != "t3" or not found["t3"]:
        return starts == "t2" and bool(found["t2"])
    if "本年新收政府信息公开申请数量" not in fold(line.text):
        return False
    seen = {core(f.text) for i in found["t3"][-1] for f in lines[i].labels}
    return "结转下年度继续办理" in seen and "本年新收政府信息公开申请数量" in seen


def _ends(line: Line) -> bool:
    text = line.text
    return line.layout == "prose" and (
        len(text) > 60 or line.heading_level is not None or (len(text) > 8 and text.rstrip()[-1:] in "。；")
    )


# ---------------------------------------------------------------------------------------------- table 2


def read_table2(
    lines: Sequence[Line], places: list[list[int]], template: Template, everything: str
) -> TableFound:
    """Read table 2: every row by its label, its one to three numbers in the order of the heads."""
    found = TableFound("t2", occurrences=len(places), lines=[i for place in places for i in place])
    place = places[0] if places else []
    heads = find_heads(lines, place, everything)
    row_labels = [(block, row) for block in template.table2 for row in block.rows]
    wordings = {core(w) for _, row in row_labels for w in (row.label, *row.variants)}
    order = 0
    apart: list[list[str]] = []  # codes of the rows whose numbers stand on lines below their label
    rows = _table2_rows(lines, place, wordings)
    used: set[int] = set()
    for block in template.table2:
        found.labels.append(block_label(lines, place, heads, block.key, block.label))
        for column in block.columns:
            found.labels.append(column_label(heads, f"t2.{block.key}.columns.{column.key}", column, "t2"))
        for row in block.rows:
            codes = [f"{template.table2_prefix}.{row.key}.{column.key}" for column in block.columns]
            hit = _best_row(rows, row, used)
            key = f"t2.{row.key}"
            if hit is None:
                torn = bool(place) and not heads.ruled and core(row.label) in heads.everything
                match = "uncertain" if torn else "missing"
                found.labels.append(LabelFound("t2", "row", key, row.label, None, match))
                reading = uncertain(None, _TORN) if torn else MISSING
                found.cells.update(dict.fromkeys(codes, (reading, None)))
                continue
            index, match, similarity = hit
            used.add(index)
            order += 1
            label, slots, line = rows[index]
            found.labels.append(
                LabelFound("t2", "row", key, row.label, label.text, match, similarity, order, field=label)
            )
            readings = _read_slots(slots, line.layout, label, len(codes))
            found.cells.update(dict(zip(codes, readings, strict=True)))
            if slots and not set(map(id, slots)) <= set(map(id, line.fields)):
                apart.append(codes)
    if any(found.cells[codes[0]][0].kind == "uncertain" for codes in apart):
        # numbers on lines of their own: where one row is out of step with its label, none is sure
        for code in (code for codes in apart for code in codes):
            found.cells[code] = (uncertain(found.cells[code][0].raw, _TORN), found.cells[code][1])
    return found


def _table2_rows(
    lines: Sequence[Line], place: Sequence[int], wordings: set[str]
) -> list[tuple[Field, list[Field], Line]]:
    """Return (label, value slots, line) for each printed row; numbers alone on lines follow their label."""
    rows: list[tuple[Field, list[Field], Line]] = []
    pending: tuple[Field, list[Field], Line] | None = None
    for index in place:
        line = lines[index]
        if not line.labels and line.values:
            if pending is not None:
                pending[1].extend(line.values)
            elif rows and line.layout != "ruled":
                rows[-1][1].extend(
                    line.values
                )  # digits wrapped out of the row, or another row's: it is unsure
            continue
        for i, printed in enumerate(line.fields):
            if not printed.is_label:
                continue
            words = core(printed.text)
            near = words in wordings or any(fuzz.ratio(words, w) >= LABEL_NEAR for w in wordings)
            if not near:
                if line.labels:
                    pending = None if not any(core(f.text) in wordings for f in line.labels) else pending
                continue
            following = []
            for later in line.fields[i + 1 :]:
                if later.is_label:
                    break
                following.append(later)
            row = (printed, following, line)
            rows.append(row)
            pending = row if not any(f.is_value for f in following) else None
            # “12件” in a row is a value; words such as “约12” are kept as a text cell of a ruled table
        if rows and line.layout == "ruled" and rows[-1][2] is line:
            label, _, _ = rows[-1]
            rows[-1] = (label, [f for f in line.fields if f.column >= label.end], line)
    return rows


def _best_row(
    rows: Sequence[tuple[Field, list[Field], Line]], row: Label, used: set[int]
) -> tuple[int, str, float] | None:
    wordings = [core(w) for w in (row.label, *row.variants)]
    best: tuple[int, str, float] | None = None
    for index, (label, _, _) in enumerate(rows):
        if index in used:
            continue
        words = core(label.text)
        if words in wordings:
            return index, "exact" if words == wordings[0] else "variant", 1.0
        score = max(fuzz.ratio(words, w) for w in wordings)
        if score >= LABEL_NEAR and (best is None or score / 100 > best[2]):
            best = (index, "typo", score / 100)
    return best


def _read_slots(
    slots: Sequence[Field],
    layout: str,
    label: Field,
    count: int,
) -> list[tuple[Reading, Field | None]]:
    printed = [s for s in slots if not s.is_blank]
    if len(printed) == count:
        return [(read_field(s), s) for s in printed]
    if count == 1 and len(printed) > 1 and len({fold(s.text) for s in printed}) == 1:
        return [(read_field(printed[0]), printed[0])]  # one merged cell written out in every column
    if layout == "ruled" and (len(slots) == count or (count == 1 and not printed and slots)):
        return [(read_field(s), s) for s in slots[:count]]
    if layout == "delimited" and count == 1 and not printed and slots:
        return [(read_field(slots[0]), slots[0])]
    raw = " ".join(fold(s.text) for s in printed)
    reason = f"“{label.text.strip()}”行读到{len(printed)}个数，应为{count}个，不能确定各数属于哪一栏"
    return [(uncertain(raw, reason), slots[0] if slots else label)] * count


# ---------------------------------------------------------------------------------------------- table 3


def read_table3(
    lines: Sequence[Line], places: list[list[int]], template: Template, everything: str
) -> TableFound:
    """Read table 3: 25 rows (23 in v2019) of seven numbers, rows by label, columns by head or by count."""
    found = TableFound("t3", occurrences=len(places), lines=[i for place in places for i in place])
    place = places[0] if places else []
    heads = find_heads(lines, place, everything)
    keys = [column.key for column in template.table3_columns]
    wanted = table3.row_labels(template)
    rows = table3.number_rows(lines, place)
    matched = table3.match_rows(rows, wanted)
    claimed = {id(m.row) for m in matched.values()}
    # rows of numbers whose label was not found: what is not found may be one of them, so it is not missing
    orphans = sum(id(row) not in claimed and bool(row.slots) for row in rows if len(row.slots) > 2)
    table3.read_rows(matched, _header(lines, place, template), keys, _heads_in_order(lines, place, template))
    for key in table3.torn_rows(rows, matched, wanted):
        row = matched[key].row
        raw = " ".join(fold(slot.text) for slot in row.slots if not slot.is_blank)
        row.readings = [(uncertain(raw, _STRAY), slot) for _, slot in row.readings]
        row.width = None
    for column in template.table3_columns:
        found.labels.append(column_label(heads, f"t3.columns.{column.key}", column, "t3"))
    printed = sorted(matched.values(), key=lambda m: m.row.locator_line)
    orders = {m.key: order for order, m in enumerate(printed, start=1)}
    template_keys = {row.key for row in template.table3_rows}
    undivided = "results.other" in matched and "results.other" not in template_keys
    for label in wanted:
        hit = matched.get(label.key)
        foreign = label.key not in template_keys
        if hit is None:
            if foreign or (undivided and label.key.startswith("results.other.")):
                if not foreign:
                    found.cells.update({f"t3.{label.key}.{k}": (MISSING, None) for k in keys})
                continue
            torn = bool(place) and fold(label.official) in heads.everything
            found.labels.append(
                LabelFound(
                    "t3",
                    "row",
                    f"t3.{label.key}",
                    label.official,
                    None,
                    "uncertain" if orphans or torn else "missing",
                    expected_width=table3.WIDTH,
                )
            )
            reading = MISSING
            if orphans or torn:
                reading = uncertain(None, _ORPHANS.format(orphans) if orphans else _TORN)
            found.cells.update({f"t3.{label.key}.{k}": (reading, None) for k in keys})
            continue
        first = hit.row.slots[0] if hit.row.slots else None
        match = "undivided" if foreign else hit.match
        if match == "typo" and hit.row.layout in ("aligned", "prose"):
            match = (
                "uncertain"  # where lines are wrapped a damaged label is more likely our piecing than a slip
            )
        found.labels.append(
            LabelFound(
                "t3", "row", f"t3.{label.key}", label.official, hit.label.strip(),
                match, hit.similarity, orders[label.key],
                hit.row.width, table3.WIDTH, foreign, first,
            )
        )  # fmt: skip
        found.cells.update({f"t3.{label.key}.{k}": r for k, r in zip(keys, hit.row.readings, strict=True)})
    return found


def _heads_in_order(lines: Sequence[Line], place: Sequence[int], template: Template) -> bool:
    """Say that no head of table 3 is printed before one that stands left of it on the form.

    自然人 and 总计 stand one line above the five kinds of organisations, so they are compared apart.
    """
    columns = [core(column.label) for column in template.table3_columns]
    at: dict[str, tuple[bool, int]] = {}  # label -> (stands in a grid, column or place among the labels)
    for index in place:
        line = lines[index]
        if line.values:
            break
        for f in line.labels:
            grid = line.table is not None
            for piece in (f.text, *f.text.split()):
                position = (f.locator.column or f.column + 1) if grid else len(at)
                at.setdefault(core(piece), (grid, position))
    for row in ([columns[0], columns[-1]], columns[1:-1]):
        places = [at[label] for label in row if label in at]
        if len({grid for grid, _ in places}) == 1 and places != sorted(places):
            return False
    return True


def _header(
    lines: Sequence[Line], place: Sequence[int], template: Template
) -> dict[str, tuple[int, int]] | None:
    """Return the columns of the seven applicants where a ruled table prints each head once a page alike."""
    wanted = {core(w): c.key for c in template.table3_columns for w in (c.label, *c.variants)}
    spans: dict[str, set[tuple[int, int]]] = {}
    for index in place:
        line = lines[index]
        if line.layout != "ruled" or line.values:
            continue
        for printed in line.labels:
            key = wanted.get(core(printed.text))
            if key:
                spans.setdefault(key, set()).add((printed.column, printed.end))
    if set(spans) != set(wanted.values()) or any(len(places) != 1 for places in spans.values()):
        return None
    return {key: next(iter(places)) for key, places in spans.items()}


# ---------------------------------------------------------------------------------------------- table 4


def read_table4(
    lines: Sequence[Line], places: list[list[int]], template: Template, everything: str
) -> TableFound:
    """Read table 4: one row of fifteen numbers."""
    found = TableFound("t4", occurrences=len(places), lines=[i for place in places for i in place])
    place = places[0] if places else []
    heads = find_heads(lines, place, everything)
    codes = [f"t4.{g.key}.{o.key}" for g in template.table4_groups for o in template.table4_outcomes]
    for group in template.table4_groups:
        found.labels.append(column_label(heads, f"t4.columns.{group.key}", group, "t4"))
    for outcome in template.table4_outcomes:
        found.labels.append(column_label(heads, f"t4.columns.{outcome.key}", outcome, "t4"))
    rows = _table4_rows(lines, place)
    width: int | None = None
    slot: Field | None = None
    if not rows:
        found.cells = dict.fromkeys(codes, (MISSING, None))
        match = "missing"
    else:
        match = "exact"
        layout, slots = rows[0]
        slot = slots[0]
        values = [s for s in slots if not s.is_blank]
        if len(rows) > 1:
            reason = "表四读到不止一行数字，不能确定哪一行是本年数据"
            found.cells = {code: (uncertain(None, reason), slot) for code in codes}
        elif chosen := _fifteen(lines, place, layout, slots, template):
            width = TABLE4_WIDTH
            found.cells = {c: (read_field(s), s) for c, s in zip(codes, chosen, strict=True)}
        else:
            raw = " ".join(fold(s.text) for s in values)
            reason = f"表四读到{len(values)}个数，应为{TABLE4_WIDTH}个，不能确定各数属于哪一栏"
            found.cells = {code: (uncertain(raw, reason), slot) for code in codes}
    found.labels.append(
        LabelFound(
            "t4", "row", "t4.row", "数据行", None if match == "missing" else "数据行", match,
            None if match == "missing" else 1.0, None if match == "missing" else 1,
            width, TABLE4_WIDTH, False, slot,
        )
    )  # fmt: skip
    return found


def _fifteen(
    lines: Sequence[Line], place: Sequence[int], layout: str, slots: list[Field], template: Template
) -> list[Field]:
    """Return the fields of the fifteen cells, or nothing where it is not sure which they are."""
    values = [s for s in slots if not s.is_blank]
    if layout == "ruled":
        outcomes = {
            core(w) for outcome in template.table4_outcomes for w in (outcome.label, *outcome.variants)
        }
        columns = sorted({f.column for i in place for f in lines[i].labels if core(f.text) in outcomes})
        at = {s.column: s for s in slots}
        if len(columns) == TABLE4_WIDTH and all(column in at for column in columns):
            return [at[column] for column in columns]
        if len(slots) == TABLE4_WIDTH:
            return slots
    return values if len(values) == TABLE4_WIDTH else []


def _table4_rows(lines: Sequence[Line], place: Sequence[int]) -> list[tuple[str, list[Field]]]:
    rows: list[tuple[str, list[Field]]] = []
    alone: list[Field] = []
    last_label = max((i for i in place if _outcome_words(lines[i])), default=-1)
    for index in place:
        line = lines[index]
        if index < last_label:
            continue
        if line.labels and len(line.labels) >= len(line.values):
            continue  # heads, even where a serial number stands before them
        if len(line.values) == 1 and line.table is None:
            alone.append(line.values[0])
        elif line.values:
            first = next(i for i, f in enumerate(line.fields) if f.is_value)
            start = 0 if line.layout == "ruled" and not line.labels else first
            rows.append((line.layout, list(line.fields[start:])))
        elif line.layout == "ruled" and line.fields and not line.labels and len(line.fields) >= TABLE4_WIDTH:
            rows.append((line.layout, list(line.fields)))
    if alone:  # beside a row of its own it makes the table unsure: digits may have wrapped out of a cell
        rows.append(("prose", alone))
    return rows


def _outcome_words(line: Line) -> bool:
    return any(core(f.text) in ("结果维持", "尚未审结", "总计", "合计") for f in line.labels)


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
