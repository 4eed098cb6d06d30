"""Table 3: its rows of numbers, found by their labels or, where those are damaged, by their order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from expectations.template import Label, Template, load
from tasks.extract.columns import Columns, label_edge
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import Reading, read_cell
from tasks.extract.wording import core, numbering

WIDTH = 7
SURE = 80.0  # rapidfuzz ratio from which a damaged label is taken for certain on its own
LIKELY = 60.0  # … from which it is, when its neighbours on both sides are matched
AMBIGUOUS = frozenset({"其他", "总计", "合计"})
"""Words that head a column as well as a row: taken for the row only with its number or below another row."""
CLEAR_LEAD = 12.0  # by how much the best label must beat the second best
FAINT = 40.0  # … which a label must still have where the order of the rows settles which one it is


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A template row to look for: its key (``results.other`` for the undivided （六）) and accepted words."""

    key: str
    official: str
    wordings: tuple[str, ...]


@dataclass(slots=True)
class NumberRow:
    """A printed row of numbers: its value slots in order and the words around it.

    `columns` are those of its grid, where they can be told; the labels of the grid end at column `edge`.
    """

    lines: list[int]
    slots: list[Field]
    own: list[str]
    before: list[str]
    after: list[str]
    layout: str
    locator_line: int
    readings: list[tuple[Reading, Field | None]] = field(default_factory=list)
    width: int | None = None
    columns: Columns | None = None
    edge: int = 0
    grid: int = 0


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A number row and how its label matched: exact | variant | typo | uncertain.

    `settled`: the label is uncertain, the row is not, since every row of its stretch of the form is there.
    """

    key: str
    row: NumberRow
    label: str
    match: str
    similarity: float
    settled: bool = False


UNDIVIDED = RowLabel("results.other", "（六）其他处理", (core("（六）其他处理"),))
DIVIDED = "results.other."


def rows_of_form(template: Template, divided: bool) -> tuple[Label, ...]:
    """Return the rows of table 3; with `divided` the three of （六） also on the form that has them as one."""
    rows = template.table3_rows
    if not divided or any(row.key.startswith(DIVIDED) for row in rows):
        return rows
    three = [row for row in load("v2021").table3_rows if row.key.startswith(DIVIDED)]
    at = next(n for n, row in enumerate(rows) if row.key == UNDIVIDED.key)
    return (*rows[:at], *three, *rows[at + 1 :])


def row_labels(rows: Sequence[Label]) -> list[RowLabel]:
    """Return the rows to look for, in order; the undivided （六）其他处理 is looked for on both forms."""
    wanted: list[RowLabel] = []
    for row in rows:
        if row.key == "results.other.overdue_correction" or row.key == UNDIVIDED.key:
            wanted.append(UNDIVIDED)
        if row.key != UNDIVIDED.key:
            wanted.append(RowLabel(row.key, row.label, tuple(core(w) for w in (row.label, *row.variants))))
    return wanted


def number_rows(
    lines: Sequence[Line], indexes: Sequence[int], columns: Mapping[int, Columns]
) -> list[NumberRow]:
    """Gather the rows of numbers among the lines `indexes`, in order, with the words around each.

    `columns`: those of the ruled grids in which they can be told, by table number.
    """
    rows: list[NumberRow] = []
    waiting: list[str] = []  # words since the last row of numbers
    single: NumberRow | None = None  # numbers standing alone on consecutive lines
    edges = _edges(lines, indexes)

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
        if line.table is None and not labels and (not values or _PAGE_NUMBER.fullmatch(line.text)):
            continue
        single = None
        row = _row(line, index, columns.get(line.table or 0), edges.get(line.table or 0, 0))
        if row is not None:
            add(row)
        elif labels:
            waiting.extend(f.text for f in labels)
    if rows:
        rows[-1].after = list(waiting)
    return rows


_PAGE_NUMBER = re.compile(r"[-—－–―]+\s*\d{1,3}\s*[-—－–―]+")


def _edges(lines: Sequence[Line], indexes: Sequence[int]) -> dict[int, int]:
    grids: dict[int, list[Line]] = {}
    for index in indexes:
        if lines[index].layout == "ruled":
            grids.setdefault(lines[index].table or 0, []).append(lines[index])
    return {number: label_edge(grid) for number, grid in grids.items()}


def _row(line: Line, index: int, columns: Columns | None, edge: int) -> NumberRow | None:
    """Return the line as a row of numbers, or nothing if it is none."""
    grid = line.table or 0
    if line.layout == "ruled" and columns is not None:
        stubs = [f for f in line.labels if f.column < columns.first]
        own = [f.text for f in stubs]
        # a number between label and heads shows that the row has slipped; before the label it counts rows
        begin = min((f.column for f in stubs), default=0)
        slots = [
            f
            for f in line.fields
            if f.column >= columns.first
            or (f.is_value and f.column > begin and f.column not in columns.others)
        ]
        numbers = any(f.is_value for f in slots)
        if not numbers and (not own or len(slots) < len(columns.spans) or not all(f.is_blank for f in slots)):
            return None
        return NumberRow([index], slots, own, [], [], "ruled", index, columns=columns, grid=grid)
    if not line.labels and not line.values:
        return None
    last_label = max((i for i, f in enumerate(line.fields) if f.is_label), default=-1)
    slots = list(line.fields[last_label + 1 :])
    own = [f.text for f in line.labels]
    if not line.values:  # a row left wholly blank
        whole = line.layout == "ruled" and len(slots) >= WIDTH
        return NumberRow([index], slots, own, [], [], "ruled", index, edge=edge, grid=grid) if whole else None
    early = [f for f in line.fields[: last_label + 1] if f.is_value]
    if early and line.layout != "aligned":
        own = own[-1:]
    return NumberRow([index], slots, own, [], [], line.layout, index, edge=edge, grid=grid)


Matches = dict[int, tuple[int, str, float, str]]
"""Index of the wanted row → (index of the printed row, match, similarity 0..1, label as printed)."""

_GROUPS = frozenset(core(group) for row in load("v2021").table3_rows for group in row.groups)


def match_rows(rows: Sequence[NumberRow], wanted: Sequence[RowLabel]) -> dict[str, MatchedRow]:
    """Match printed to template rows: exact wordings first, then wrapped and damaged ones between them."""
    matched: Matches = {}
    taken: set[int] = set()
    # a row without words of its own is named by the line before it (one cell a line)
    out_of_step = _out_of_step(rows, wanted) | _named_together(rows, wanted)
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
            if r in taken or r in out_of_step or not any(s.is_value for s in rows[r].slots):
                continue
            wrapped = _wrapped(rows[r], label)
            if wrapped is not None:
                claim(w, r, *wrapped)
                break
    settled = _settle_by_order(rows, wanted, own, matched, taken)
    _align_damaged(rows, wanted, own, matched, taken)
    return {
        wanted[w].key: MatchedRow(wanted[w].key, rows[r], label, match, similarity, w in settled)
        for w, (r, match, similarity, label) in matched.items()
    }


def _settle_by_order(
    rows: Sequence[NumberRow],
    wanted: Sequence[RowLabel],
    own: list[list[str]],
    matched: Matches,
    taken: set[int],
) -> set[int]:
    """Match damaged labels where between two sure rows of a grid just as many are left as the form has.

    Each must still resemble its own label more than any other. Returns the wanted rows settled in this way
    whose label alone does not tell.
    """
    settled: set[int] = set()
    stretch: list[int] = []
    for w in range(len(wanted) + 1):
        if w < len(wanted) and wanted[w].key == UNDIVIDED.key and w not in matched:
            continue
        if w < len(wanted) and w not in matched:
            stretch.append(w)
            continue
        if stretch:
            low, high = _between(matched, stretch[0], len(rows))
            left = [r for r in range(low, high) if r not in taken and not is_of_a_group(rows[r])]
            pairs = list(zip(stretch, left, strict=False))
            scores = [_likeness(rows[r], own[r], wanted, v) for v, r in pairs]
            if len(left) == len(stretch) and all(score >= FAINT for score in scores):
                for (v, r), score in zip(pairs, scores, strict=True):
                    sure = score >= LIKELY
                    matched[v] = (r, "typo" if sure else "uncertain", score / 100, _nearest(rows[r]))
                    taken.add(r)
                    if not sure:
                        settled.add(v)
        stretch = []
    return settled


def _likeness(row: NumberRow, own: list[str], wanted: Sequence[RowLabel], w: int) -> float:
    """Return how far a row's label resembles a wanted one, 0 where it resembles another more."""
    if row.layout == "prose" or not own or not any(s.is_value for s in row.slots):
        return 0.0
    words = own[-1]
    score = max(fuzz.ratio(words, wording) for wording in wanted[w].wordings)
    printed, official = numbering(_nearest(row)), numbering(wanted[w].official)
    if printed and official and printed.strip("()") != official.strip("()") and score < SURE:
        return 0.0
    rival = max(
        fuzz.ratio(words, wording)
        for v, label in enumerate(wanted)
        if v != w
        for wording in (*label.wordings, *_GROUPS)
    )
    return score if score > rival else 0.0


def is_of_a_group(row: NumberRow) -> bool:
    """Say whether a row is a group's own: left blank, or with subtotals the form does not ask for."""
    return bool(row.own) and core(row.own[-1]) in _GROUPS


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


def _named_together(rows: Sequence[NumberRow], wanted: Sequence[RowLabel]) -> set[int]:
    """Find rows beside whose numbers several labels of the form stand, as in a cell merged over two rows.

    Nothing tells which of them names the row, nor what names the rows after it that have no label.
    """
    wordings = sorted(
        {w for label in wanted if label.key != UNDIVIDED.key for w in label.wordings if len(w) >= 4},
        key=len,
        reverse=True,
    )
    found: set[int] = set()
    for r, row in enumerate(rows):
        if not row.own:
            if r - 1 in found and not row.before:
                found.add(r)
            continue
        left, names = core(row.own[-1]), 0
        for wording in wordings:
            if wording in left:
                names += 1
                left = left.replace(wording, "|", 1)
        names += sum(
            core(piece) in AMBIGUOUS and numbering(piece) is not None for piece in row.own[-1].split()
        )
        if names > 1:
            found.add(r)
    return found


def _between(matched: Matches, w: int, count: int) -> tuple[int, int]:
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
    matched: Matches,
    taken: set[int],
) -> None:
    """Match what is left by likeness, between the neighbours that are already sure, in order."""
    candidates: list[tuple[float, int, int]] = []
    for w, label in enumerate(wanted):
        if w in matched or label.key == "results.other":
            continue
        low, high = _between(matched, w, len(rows))
        for r in range(low, high):
            if r not in taken and own[r] and any(s.is_value for s in rows[r].slots):
                score = max(fuzz.ratio(own[r][-1], wording) for wording in label.wordings)
                if score >= LIKELY and score > max(fuzz.ratio(own[r][-1], group) for group in _GROUPS):
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
        if above is not None and matched[above].row.layout != "ruled" and not _adds_up(matched[above].row):
            torn.add(above)
        if len(row.slots) > 1:
            keys = [label.key for label in wanted if label.key != "results.other"]
            for start, step in ((above, -1), (below, 1)):
                if start is None or start not in keys or matched[start].row.layout == "ruled":
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
