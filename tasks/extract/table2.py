"""Table 2: rows by their labels, each with the one to three numbers of its block's heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from expectations.template import Label, Table2Block, Template
from tasks.extract.columns import OF_NO_MATTER, Span, runs
from tasks.extract.fields import read_field
from tasks.extract.labels import (
    LABEL_NEAR,
    LabelFound,
    TableFound,
    block_label,
    column_label,
    find_heads,
    form_words,
    strange_labels,
)
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import MISSING, Reading, uncertain
from tasks.extract.regions import heads_of_table2
from tasks.extract.wording import core, fold

TORN = "文件中有该行的标签，但标签与数字在转换时被拆开，不能确定各数"
_FAINT = 40.0  # rapidfuzz ratio a label must still have where the order of the rows settles which one it is
_OTHER_FORM = "该行的表头更像另一年份格式的用语，不能确定各数属于哪一栏"
_ORDER = "表头各列的次序与统一格式不同，不能确定各数属于哪一列"

Cells = list[tuple[Reading, Field | None]]


@dataclass(slots=True)
class Row:
    """A printed row: its label, the fields after it, and the heads above it by the columns they cover.

    `near`: the label is, or resembles, one of the form's.
    """

    label: Field
    slots: list[Field]
    line: Line
    near: bool
    heads: Mapping[Span, Sequence[str]] = field(default_factory=dict)
    words: Sequence[str] = ()


def read_table2(
    lines: Sequence[Line], places: list[list[int]], template: Template, everything: str
) -> TableFound:
    """Read table 2: every row by its label, its numbers by the heads or in their order."""
    found = TableFound("t2", occurrences=len(places), lines=[i for place in places for i in place])
    place = places[0] if places else []
    heads = find_heads(lines, place, everything)
    wanted = [(block, row) for block in template.table2 for row in block.rows]
    wordings = {core(w) for _, row in wanted for w in (row.label, *row.variants)}
    rows = _rows(lines, place, wordings)
    matched = _matched(rows, wanted)
    orders = {id(row): n for n, row in enumerate((r for r in rows if r.near or r.slots), start=1)}
    apart: list[list[str]] = []  # codes of the rows whose numbers stand on lines below their label
    wide = _are_wide(matched, wanted)
    strange = bool(strange_labels(lines, place))
    order = 0
    for block in template.table2:
        found.labels.append(block_label(lines, place, heads, block.key, block.label, strange))
        for column in block.columns:
            found.labels.append(column_label(heads, f"t2.{block.key}.columns.{column.key}", column, "t2"))
        for label in block.rows:
            codes = [f"{template.table2_prefix}.{label.key}.{column.key}" for column in block.columns]
            key = f"t2.{label.key}"
            hit = matched.get(label.key)
            if hit is None:
                in_text = bool(place) and not heads.ruled
                unsure = (in_text and (strange or core(label.label) in heads.everything)) or (
                    bool(place) and any(not row.near for row in rows)
                )
                match = "uncertain" if unsure else "missing"
                found.labels.append(LabelFound("t2", "row", key, label.label, None, match))
                found.cells.update(dict.fromkeys(codes, (uncertain(None, TORN) if unsure else MISSING, None)))
                continue
            row, match, similarity = hit
            if match == "typo" and row.label.read_by == "ocr":
                match = "uncertain"  # recognition errs more than agencies do
            order += 1
            found.labels.append(
                LabelFound(
                    "t2", "row", key, label.label, row.label.text, match, similarity, order, field=row.label
                )
            )
            readings = _read(row, block, orders.get(id(row), 0), wide)
            found.cells.update(dict(zip(codes, readings, strict=True)))
            if row.slots and not set(map(id, row.slots)) <= set(map(id, row.line.fields)):
                apart.append(codes)
    if any(found.cells[codes[0]][0].kind == "uncertain" for codes in apart):
        # numbers on lines of their own: where one row is out of step with its label, none is sure
        for code in (code for codes in apart for code in codes):
            found.cells[code] = (uncertain(found.cells[code][0].raw, TORN), found.cells[code][1])
    return found


def _rows(lines: Sequence[Line], place: Sequence[int], wordings: set[str]) -> list[Row]:
    """Return the printed rows in order; numbers alone on lines follow their label."""
    rows: list[Row] = []
    pending: Row | None = None
    heads: dict[Span, list[str]] = {}
    words: list[str] = []
    below = False  # numbers have been printed since the last head
    grid: int | None = None  # the columns of another grid are numbered apart
    for index in place:
        line = lines[index]
        if line.table != grid:
            heads, grid = {}, line.table
        if not line.labels and line.values:
            below = True
            if line.layout == "ruled":
                rows.append(Row(line.fields[0], list(line.fields), line, False, heads, words))
            elif pending is not None:
                pending.slots.extend(line.values)
            elif rows:
                rows[-1].slots.extend(line.values)  # digits wrapped out of the row, or another row's
            continue
        if not line.values:
            if below:
                heads, words, below = {}, [], False
            for printed in line.labels:
                heads.setdefault((printed.column, printed.end), []).append(core(printed.text))
                words.append(core(printed.text))
                if line.table is None and len(pieces := printed.text.split()) > 1:
                    words.extend(core(piece) for piece in pieces)
        before = len(rows)
        for i, printed in enumerate(line.fields):
            if not printed.is_label:
                continue
            bare = core(printed.text)
            if bare not in wordings and not any(fuzz.ratio(bare, w) >= LABEL_NEAR for w in wordings):
                pending = None if not any(core(f.text) in wordings for f in line.labels) else pending
                continue
            following = []
            for later in line.fields[i + 1 :]:
                if later.is_label:
                    break
                following.append(later)
            rows.append(Row(printed, following, line, True, heads, words))
            pending = rows[-1] if not any(f.is_value for f in following) else None
        if len(rows) == before and line.values and line.table is not None:
            first = next(i for i, f in enumerate(line.fields) if f.is_value)
            labels = [f for f in line.fields[:first] if f.is_label]
            if labels:
                rows.append(Row(labels[-1], list(line.fields[first:]), line, False, heads, words))
        if len(rows) > before and line.layout == "ruled" and rows[-1].line is line and rows[-1].near:
            # “12件” in a row is a value; words such as “约12” are kept as a text cell of a ruled table
            rows[-1].slots = [f for f in line.fields if f.column >= rows[-1].label.end]
        below = below or bool(line.values)
    return rows


def _matched(
    rows: Sequence[Row], wanted: Sequence[tuple[Table2Block, Label]]
) -> dict[str, tuple[Row, str, float]]:
    """Match rows by their labels; where all rows are there in their places, also those with damaged ones."""
    matched: dict[str, tuple[Row, str, float]] = {}
    used: set[int] = set()
    for _, label in wanted:
        hit = _best(rows, label, used)
        if hit is not None:
            used.add(hit[0])
            matched[label.key] = (rows[hit[0]], hit[1], hit[2])
    printed = [n for n, row in enumerate(rows) if any(s.is_value for s in row.slots)]
    if len(printed) != len(wanted) or len(matched) * 2 < len(wanted):
        return matched
    place = {id(rows[n]): at for at, n in enumerate(printed)}
    at_home = all(
        place.get(id(matched[label.key][0])) == at
        for at, (_, label) in enumerate(wanted)
        if label.key in matched
    )
    if not at_home:
        return matched
    for at, (block, label) in enumerate(wanted):
        row = rows[printed[at]]
        numbers = sum(s.is_value for s in row.slots)
        if label.key not in matched and not row.near and numbers == len(block.columns):
            likeness = _likeness(row, label, wanted)
            if likeness >= _FAINT:
                matched[label.key] = (row, "uncertain", likeness / 100)
    return matched


def _are_wide(
    matched: Mapping[str, tuple[Row, str, float]], wanted: Sequence[tuple[Table2Block, Label]]
) -> bool:
    """Say whether the rows of a table carry a further number each, such as a serial one."""
    excess = [
        sum(s.is_value for s in matched[label.key][0].slots) - len(block.columns)
        for block, label in wanted
        if label.key in matched
    ]
    merged = any(row.line.layout == "ruled" for row, _, _ in matched.values())
    heads = any(OF_NO_MATTER & set(row.words) for row, _, _ in matched.values())
    return not merged and (heads or 2 * sum(more == 1 for more in excess) > len(excess))


def _best(rows: Sequence[Row], label: Label, used: set[int]) -> tuple[int, str, float] | None:
    wordings = [core(w) for w in (label.label, *label.variants)]
    best: tuple[int, str, float] | None = None
    for index, row in enumerate(rows):
        if index in used or not row.near:
            continue
        words = core(row.label.text)
        if words in wordings:
            return index, "exact" if words == wordings[0] else "variant", 1.0
        score = max(fuzz.ratio(words, w) for w in wordings)
        if score >= LABEL_NEAR and (best is None or score / 100 > best[2]):
            best = (index, "typo", score / 100)
    return best


def _likeness(row: Row, label: Label, wanted: Sequence[tuple[Table2Block, Label]]) -> float:
    """Return how far a row's label resembles a wanted one, 0 where it resembles another as much."""
    words = core(row.label.text)
    score = max(fuzz.ratio(words, core(w)) for w in (label.label, *label.variants))
    rival = max(
        fuzz.ratio(words, core(w))
        for _, other in wanted
        if other.key != label.key
        for w in (other.label, *other.variants)
    )
    return score if score > rival else 0.0


def _read(row: Row, block: Table2Block, order: int, wide: bool) -> Cells:
    """Read a row's cells: from under their heads in a ruled grid, else in the order of the heads.

    `order`: the row's place in the table. `wide`: the rows of the table have a number more than heads, so
    that one with just as many has lost one of them.
    """
    count = len(block.columns)
    spans = _spans(row, block)
    printed = [s for s in row.slots if not s.is_blank]
    by_head = row.line.layout == "ruled" and len(spans) == count
    if by_head:
        placed = _under(row.slots, list(spans.values()))
        if placed is not None:
            return [(read_field(s), s) for s in placed]
    if _foreign(row, block):
        raw = " ".join(fold(s.text) for s in printed)
        return [(uncertain(raw, _OTHER_FORM), row.slots[0] if row.slots else row.label)] * count
    if not by_head and not _in_order(row, block):
        raw = " ".join(fold(s.text) for s in printed)
        return [(uncertain(raw, _ORDER), row.slots[0] if row.slots else row.label)] * count
    slots = row.slots
    if wide:
        counted = OF_NO_MATTER & set(row.words) and printed and fold(printed[0].text) == str(order)
        if not counted or len(printed) != count + 1:
            raw = " ".join(fold(s.text) for s in printed)
            reason = f"表中各行的数多于表头的列，“{row.label.text.strip()}”行不能确定各数属于哪一栏"
            return [(uncertain(raw, reason), row.slots[0] if row.slots else row.label)] * count
        slots = printed[1:]
    return _in_turn(slots, row.line.layout, row.label, count)


def _foreign(row: Row, block: Table2Block) -> bool:
    """Say whether the heads above a row are damaged and resemble those of the other form more."""
    own = {core(w) for column in block.columns for w in (column.label, *column.variants)}
    damaged = [word for word in row.words if word not in form_words()]
    if not damaged or own & set(row.words):
        return False
    best = max(fuzz.ratio(word, w) for word in damaged for w in heads_of_table2() - own)
    return best >= _FAINT and best > max(fuzz.ratio(word, w) for word in damaged for w in own)


def _spans(row: Row, block: Table2Block) -> dict[str, Span]:
    """Return the columns under each of the block's heads, as far as they are printed once."""
    found: dict[str, Span] = {}
    for column in block.columns:
        wordings = {core(w) for w in (column.label, *column.variants)}
        spans = [span for span, texts in row.heads.items() if runs(texts) & wordings]
        if len(spans) == 1:
            found[column.key] = spans[0]
    return found if len(set(found.values())) == len(found) else {}


def _under(slots: Sequence[Field], spans: Sequence[Span]) -> list[Field] | None:
    placed: list[Field] = []
    for start, end in spans:
        here = [s for s in slots if s.column < end and s.end > start]
        words = [s for s in here if not s.is_blank]
        if len(words) > 1 or not here:
            return None
        placed.append(words[0] if words else here[0])
    return placed if len({id(s) for s in placed}) == len(placed) else None


def _in_order(row: Row, block: Table2Block) -> bool:
    """Say that the block's heads are not printed in another order than the form's."""
    words = list(row.words)
    at = [
        min(words.index(w) for w in wordings)
        for column in block.columns
        if (wordings := {core(w) for w in (column.label, *column.variants)} & set(words))
    ]
    return at == sorted(at)


def _in_turn(slots: Sequence[Field], layout: str, label: Field, count: int) -> Cells:
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
