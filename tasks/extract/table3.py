"""Table 3: rows found by their labels, seven numbers each.

Numbers are taken only where it is sure which number belongs to which applicant: seven numbers in a row,
or blanks whose place the cell borders (or fully comparable rows) show. Everything else is uncertain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from expectations.template import Label, Template
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import MISSING, Reading, read_cell, uncertain
from tasks.extract.wording import core, fold, numbering

WIDTH = 7
SURE = 80.0  # rapidfuzz ratio from which a damaged label is taken for certain on its own
LIKELY = 60.0  # … from which it is, when its neighbours on both sides are matched
AMBIGUOUS = frozenset({"其他", "总计", "合计"})
"""Words that head a column as well as a row: taken for the row only with its number or below another row."""
CLEAR_LEAD = 12.0  # by how much the best label must beat the second best


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A template row to look for: its key (``results.other`` for the undivided （六）) and accepted words."""

    key: str
    official: str
    wordings: tuple[str, ...]


@dataclass(slots=True)
class NumberRow:
    """A printed row of numbers: its value slots in order and the words around it."""

    lines: list[int]
    slots: list[Field]
    own: list[str]
    before: list[str]
    after: list[str]
    layout: str
    locator_line: int
    readings: list[tuple[Reading, Field | None]] = field(default_factory=list)
    width: int | None = None


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A number row and how its label matched: exact | variant | typo | uncertain."""

    key: str
    row: NumberRow
    label: str
    match: str
    similarity: float


def row_labels(template: Template) -> list[RowLabel]:
    """Return the rows to look for, in order; the undivided （六）其他处理 is looked for in both templates."""
    rows: list[RowLabel] = []
    undivided = RowLabel("results.other", "（六）其他处理", (core("（六）其他处理"),))
    for row in template.table3_rows:
        if row.key in ("results.other.overdue_correction",):
            rows.append(undivided)
        if row.key == "results.other":
            rows.append(undivided)
            continue
        rows.append(_row_label(row))
    return rows


def _row_label(row: Label) -> RowLabel:
    return RowLabel(row.key, row.label, tuple(core(w) for w in (row.label, *row.variants)))


def number_rows(lines: Sequence[Line], indexes: Sequence[int]) -> list[NumberRow]:
    """Gather the rows of numbers among the lines `indexes`, in order, with the words around each."""
    rows: list[NumberRow] = []
    waiting: list[str] = []  # words since the last row of numbers
    single: NumberRow | None = None  # numbers standing alone on consecutive lines

    def add(row: NumberRow) -> None:
        nonlocal waiting
        if rows:
            rows[-1].after = list(waiting)
        row.before = list(waiting)
        waiting = []
        rows.append(row)

    for index in indexes:
        line = lines[index]
        values, labels = line.values, line.labels
        if len(values) == 1 and not labels and line.table is None:
            if single is None:
                single = NumberRow([], [], [], [], [], "prose", index)
                add(single)
            single.lines.append(index)
            single.slots.append(values[0])
            continue
        if line.table is None and not labels and not values:
            continue
        single = None
        if values:
            last_label = max((i for i, f in enumerate(line.fields) if f.is_label), default=-1)
            slots = [f for f in line.fields[last_label + 1 :] if not f.is_label]
            early = [f for f in line.fields[: last_label + 1] if f.is_value]
            own = [f.text for f in labels]
            if early and line.layout != "aligned":
                own = own[-1:]
            add(NumberRow([index], slots, own, [], [], line.layout, index))
        elif labels:
            last_label = max(i for i, f in enumerate(line.fields) if f.is_label)
            slots = list(line.fields[last_label + 1 :])
            if line.layout == "ruled" and len(slots) >= WIDTH:  # a row left wholly blank
                add(NumberRow([index], slots, [f.text for f in labels], [], [], "ruled", index))
            else:
                waiting.extend(f.text for f in labels)
    if rows:
        rows[-1].after = list(waiting)
    return rows


def match_rows(rows: Sequence[NumberRow], wanted: Sequence[RowLabel]) -> dict[str, MatchedRow]:
    """Match printed to template rows: exact wordings first, then wrapped and damaged ones between them."""
    matched: dict[
        int, tuple[int, str, float, str]
    ] = {}  # wanted index -> (row index, match, similarity, label)
    taken: set[int] = set()
    # a row without words of its own is named by the line before it (one cell a line)
    out_of_step = _out_of_step(rows, wanted)
    own = [
        [] if r in out_of_step else [core(text) for text in row.own or row.before[-1:]]
        for r, row in enumerate(rows)
    ]
    endings = [set() if r in out_of_step else _endings(_nearest(row)) for r, row in enumerate(rows)]

    def claim(w: int, r: int, match: str, similarity: float, label: str) -> None:
        matched[w] = (r, match, similarity, label)
        taken.add(r)

    for w, label in enumerate(wanted):
        hits = [
            r
            for r in range(len(rows))
            if endings[r] & set(label.wordings)
            and (not AMBIGUOUS & set(label.wordings) or numbering(_nearest(rows[r])))
            # a group's own row is left blank; only with numbers in it is it （六）其他处理 undivided
            and (label.key != "results.other" or any(s.is_value for s in rows[r].slots))
        ]
        if len(hits) >= 1 and hits[0] not in taken:
            exact = label.wordings[0] in endings[hits[0]]
            claim(w, hits[0], "exact" if exact else "variant", 1.0, _nearest(rows[hits[0]]))
    for w, label in enumerate(wanted):
        if w in matched or label.key == "results.other":
            continue  # the words of （六）其他处理 also stand beside its three rows: never pieced together
        low, high = _between(matched, w, len(rows))
        if low == 0 and AMBIGUOUS & set(label.wordings):
            continue  # nothing above it is matched: it may be the column head
        for r in range(low, high):
            if r in taken or r in out_of_step:
                continue
            wrapped = _wrapped(rows[r], label)
            if wrapped is not None:
                claim(w, r, *wrapped)
                break
    _align_damaged(rows, wanted, own, matched, taken)
    return {
        wanted[w].key: MatchedRow(wanted[w].key, rows[r], label, match, similarity)
        for w, (r, match, similarity, label) in matched.items()
    }


def _out_of_step(rows: Sequence[NumberRow], wanted: Sequence[RowLabel]) -> set[int]:
    """Find rows of numbers alone on their lines whose labels cannot be told.

    Such a row is named by the line before it, as long as labels and rows alternate. Where two rows follow
    each other, or two labels do, the conversion has torn them apart, and every row of that stretch (up to
    the next row with a label of its own) may belong to another label.
    """
    # （六）其他处理 stands above its three rows as their group, 其他 and 总计 also head columns
    wordings = {w for label in wanted if label.key != "results.other" for w in label.wordings}

    def is_label(text: str) -> bool:
        if core(text) in AMBIGUOUS:
            return numbering(text) is not None
        return bool(_endings(text) & (wordings - AMBIGUOUS)) or any(
            fuzz.ratio(core(text), w) >= SURE for w in wordings
        )

    torn: set[int] = set()
    stretch: list[int] = []
    broken = False
    for r, row in enumerate(rows):
        if row.own:
            # a label left over before a row that has its own whole one; a wrapped one is completed by it
            left_over = stretch and is_label(row.own[-1]) and any(map(is_label, row.before))
            if broken or left_over:
                torn.update(stretch)
            stretch, broken = [], False
            continue
        stretch.append(r)
        broken = broken or not row.before or sum(map(is_label, row.before)) > 1
    if broken:
        torn.update(stretch)
    return torn


def _between(matched: dict[int, tuple[int, str, float, str]], w: int, count: int) -> tuple[int, int]:
    low = max((r + 1 for v, (r, *_) in matched.items() if v < w), default=0)
    high = min((r for v, (r, *_) in matched.items() if v > w), default=count)
    return low, high


def _wrapped(row: NumberRow, label: RowLabel) -> tuple[str, float, str] | None:
    """Find the label's words spread over this line and its neighbours (``…需要另行制`` … ``作``)."""
    for number, wording in enumerate(label.wordings):
        for before in ([], row.before):
            for after in ([], row.after):
                pieces: list[str] = []
                at, nearest_used = 0, not row.own
                for text, is_nearest in [
                    *((t, False) for t in before),
                    *((t, t is row.own[-1]) for t in row.own),
                    *((t, False) for t in after),
                ]:
                    words = core(text)
                    if words and wording.startswith(words, at):
                        pieces.append(text.strip())
                        at += len(words)
                        nearest_used = nearest_used or is_nearest
                if at == len(wording) and nearest_used:
                    return ("exact" if number == 0 else "variant", 1.0, "".join(pieces))
    return None


def _endings(label: str) -> set[str]:
    """Return the words of a label, whole and from each white space on (“三、本年度… （一）予以公开”)."""
    pieces = label.split()
    return {core("".join(pieces[at:])) for at in range(len(pieces))}


def _nearest(row: NumberRow) -> str:
    return (row.own or row.before or [""])[-1]


def _align_damaged(
    rows: Sequence[NumberRow],
    wanted: Sequence[RowLabel],
    own: list[list[str]],
    matched: dict[int, tuple[int, str, float, str]],
    taken: set[int],
) -> None:
    """Match what is left by likeness, between the neighbours that are already sure, in order."""
    candidates: list[tuple[float, int, int]] = []
    for w, label in enumerate(wanted):
        if w in matched or label.key == "results.other":
            continue
        low, high = _between(matched, w, len(rows))
        for r in range(low, high):
            if r not in taken and own[r]:
                score = max(fuzz.ratio(own[r][-1], wording) for wording in label.wordings)
                if score >= LIKELY:
                    candidates.append((score, w, r))
    for score, w, r in sorted(candidates, reverse=True):
        if w in matched or r in taken:
            continue
        low, high = _between(matched, w, len(rows))
        if not low <= r < high:
            continue
        rivals = [s for s, v, q in candidates if q == r and v != w and v not in matched]
        clear = score - max(rivals, default=0.0) >= CLEAR_LEAD
        squeezed = (w == 0 or (w - 1 in matched and matched[w - 1][0] == r - 1)) and (
            w == len(wanted) - 1 or (w + 1 in matched and matched[w + 1][0] == r + 1)
        )
        match = "typo" if clear and (score >= SURE or squeezed) else "uncertain"
        matched[w] = (r, match, score / 100, _nearest(rows[r]))
        taken.add(r)


def torn_rows(
    rows: Sequence[NumberRow], matched: dict[str, MatchedRow], wanted: Sequence[RowLabel]
) -> set[str]:
    """Return the keys of rows whose numbers may be another row's, or not all there.

    In text without borders a line of numbers that no label claims shows that something was torn apart:
    either digits wrapped out of the row above it (whose own sum then fails), or the numbers of all rows
    between it and a label that has none moved by one.
    """
    found = [label.key for label in wanted if label.key in matched]
    claimed = {id(found_row.row): key for key, found_row in matched.items()}
    torn: set[str] = set()
    for r, row in enumerate(rows):
        if id(row) in claimed or row.layout == "ruled" or not any(s.is_value for s in row.slots):
            continue
        above = next((claimed[id(q)] for q in reversed(rows[:r]) if id(q) in claimed), None)
        below = next((claimed[id(q)] for q in rows[r + 1 :] if id(q) in claimed), None)
        if above is not None and not _adds_up(matched[above].row):
            torn.add(above)
        if len(row.slots) > 1:
            keys = [label.key for label in wanted if label.key != "results.other"]
            for start, step in ((above, -1), (below, 1)):
                if start is None or start not in keys:
                    continue
                at, stretch = keys.index(start), []
                while 0 <= at < len(keys) and keys[at] in found:
                    stretch.append(keys[at])
                    at += step
                if 0 <= at < len(keys):  # a label without numbers ends the stretch
                    torn.update(stretch)
    return torn


def _adds_up(row: NumberRow) -> bool:
    values = [read_cell(slot.text).value for slot in row.slots if slot.is_value]
    certain = [value for value in values if value is not None]
    return len(certain) == len(values) == WIDTH and sum(certain[:-1]) == certain[-1]


def read_rows(
    matched: dict[str, MatchedRow],
    header: dict[str, tuple[int, int]] | None,
    keys: Sequence[str],
    in_order: bool = True,
) -> None:
    """Read the seven cells of every matched row into ``row.readings`` and ``row.width``.

    `header` gives the columns of the seven applicants where a ruled table shows them. Without it numbers
    are taken in order, unless the heads are printed in another order than the form's (`in_order` False).
    """
    full = [m.row for m in matched.values() if len([s for s in m.row.slots if s.is_value]) == WIDTH]
    for found in matched.values():
        row = found.row
        _read_row(row, header, full, keys)
        if not in_order and (header is None or row.layout != "ruled"):
            raw = " ".join(fold(slot.text) for slot in row.slots if not slot.is_blank)
            reason = "表头各列的次序与统一格式不同，不能确定各数属于哪一列"
            row.readings = [(uncertain(raw, reason), slot) for _, slot in row.readings]
            row.width = None
        if found.match == "uncertain":
            reason = f"行标签“{found.label.strip()}”与模板用语相差较大，不能确定是哪一行"
            row.readings = [
                (uncertain(reading.raw, reason, proposal=reading.raw), slot) for reading, slot in row.readings
            ]
            row.width = None


def _read_row(
    row: NumberRow,
    header: dict[str, tuple[int, int]] | None,
    full: Sequence[NumberRow],
    keys: Sequence[str],
) -> None:
    values = [slot for slot in row.slots if slot.is_value]
    if row.layout == "ruled":
        placed = _by_header(row.slots, header, keys) or _by_count(row.slots)
        if placed is not None:
            row.width = WIDTH
            row.readings = [(read_field(slot), slot) for slot in placed]
            return
    if len(values) == WIDTH:
        row.width = WIDTH
        row.readings = [(read_field(slot), slot) for slot in values]
        return
    if row.layout == "delimited" and len(values) < WIDTH:
        placed = _by_peers(row, full)
        if placed is not None:
            row.width = WIDTH
            row.readings = [(read_field(slot), slot) for slot in placed]
            return
    raw = " ".join(fold(slot.text) for slot in row.slots if not slot.is_blank)
    reason = f"该行读到{len(values)}个数，应为{WIDTH}个，不能确定各数属于哪一列"
    slot = row.slots[0] if row.slots else None
    row.readings = [(uncertain(raw, reason), slot)] * WIDTH


def _by_header(
    slots: Sequence[Field], header: dict[str, tuple[int, int]] | None, keys: Sequence[str]
) -> list[Field] | None:
    if header is None or set(header) != set(keys):
        return None
    placed: list[Field] = []
    for key in keys:
        start, end = header[key]
        inside = [s for s in slots if start <= s.column < end]
        printed = [s for s in inside if not s.is_blank]
        if len(printed) > 1 or not inside or (printed and printed[0].end > end):
            return None
        placed.append(printed[0] if printed else inside[0])
    if any(not s.is_blank and s not in placed for s in slots):
        return None
    return placed


def _by_count(slots: Sequence[Field]) -> list[Field] | None:
    return list(slots) if len(slots) == WIDTH and len({s.column for s in slots}) == WIDTH else None


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


def read_field(slot: Field) -> Reading:
    """Read one field; where a second reading of the same cell differs the cell is uncertain."""
    reading = read_cell(slot.text)
    if slot.alternative is not None and fold(slot.alternative) != fold(slot.text):
        return uncertain(
            slot.text,
            f"两种方法读取的结果不同：“{fold(slot.text)}”与“{fold(slot.alternative)}”",
            fold(slot.text),
        )
    return reading


def missing_row() -> list[tuple[Reading, Field | None]]:
    """Return seven cells that the file has no place for."""
    return [(MISSING, None)] * WIDTH
