"""Table 4: fifteen numbers, each named by a kind of dispute and an outcome.

Agencies print it as the form does (one row of fifteen), cut in two or three tables, with a leading column,
or turned round. In a ruled grid every number is named by the labels above it and left of it; in text by the
labels read before it. Where these do not name each of the fifteen exactly once, nothing is certain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from expectations.template import Template
from tasks.extract.columns import CLEAR, OF_NO_MATTER
from tasks.extract.fields import read_field
from tasks.extract.labels import LabelFound, TableFound, column_label, find_heads
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import MISSING, Reading, uncertain
from tasks.extract.regions import TABLE4_WIDTH
from tasks.extract.wording import core, fold

_LIKE = 50.0  # rapidfuzz ratio from which a damaged head speaks for an outcome or a kind of dispute
_ENOUGH = 8  # outcomes that must be recognised before the others are settled by their order
_MOST_ROWS = 60
_MOST_NUMBERS = 200  # a table with more of them is not this one

Codes = dict[str, Field]


@dataclass(frozen=True, slots=True)
class _Names:
    """The accepted words of the form: bare wording → key."""

    groups: Mapping[str, str]
    outcomes: Mapping[str, str]
    group_order: tuple[str, ...]
    outcome_order: tuple[str, ...]

    @property
    def codes(self) -> list[str]:
        return [f"t4.{g}.{o}" for g in self.group_order for o in self.outcome_order]


def _names(template: Template) -> _Names:
    return _Names(
        {core(w): g.key for g in template.table4_groups for w in (g.label, *g.variants)},
        {core(w): o.key for o in template.table4_outcomes for w in (o.label, *o.variants)},
        tuple(g.key for g in template.table4_groups),
        tuple(o.key for o in template.table4_outcomes),
    )


def read_table4(
    lines: Sequence[Line], places: list[list[int]], template: Template, everything: str
) -> TableFound:
    """Read table 4."""
    found = TableFound("t4", occurrences=len(places), lines=[i for place in places for i in place])
    place = places[0] if places else []
    heads = find_heads(lines, place, everything)
    names = _names(template)
    for label in (*template.table4_groups, *template.table4_outcomes):
        head = column_label(heads, f"t4.columns.{label.key}", label, "t4")
        if head.match in ("missing", "uncertain") and any(
            core(f.text) == core(label.label) for i in place for f in lines[i].labels
        ):
            head = LabelFound(
                "t4", "column", head.key, label.label, label.label, "exact", 1.0
            )  # turned round
        found.labels.append(head)
    printed = _without_serial_numbers([lines[i] for i in place[: _MOST_ROWS * 20]])
    numbers = [f for line in printed for f in line.values]
    named = _named(printed, names) if 0 < len(numbers) <= _MOST_NUMBERS else {}
    blank = _blank_row(printed) if not numbers else None
    match = "exact"
    if blank:
        found.cells = {c: (read_field(s), s) for c, s in zip(names.codes, blank, strict=True)}
    elif not numbers:
        found.cells = dict.fromkeys(names.codes, (MISSING, None))
        match = "missing"
    elif named:
        found.cells = {code: (read_field(named[code]), named[code]) for code in names.codes}
    else:
        found.cells = _unsure(printed, names)
    first = next(iter(found.cells.values()))[1]
    missing = match == "missing"
    found.labels.append(
        LabelFound(
            "t4", "row", "t4.row", "数据行", None if missing else "数据行", match, None if missing else 1.0,
            None if missing else 1, TABLE4_WIDTH if named or blank else None, TABLE4_WIDTH, False, first,
        )
    )  # fmt: skip
    return found


def _without_serial_numbers(printed: Sequence[Line]) -> list[Line]:
    """Leave out a first column that only counts the rows, those of the heads among them."""
    grids: dict[int, list[Line]] = {}
    for line in printed:
        if line.table is not None:
            grids.setdefault(line.table, []).append(line)
    counting: dict[int, int] = {}  # table → its column of serial numbers
    for table, grid in grids.items():
        column = min(line.fields[0].column for line in grid)
        leads = [line for line in grid if line.fields[0].column == column]
        texts = [fold(line.fields[0].text) for line in leads if not line.fields[0].is_blank]
        if len(texts) < 3 or not all(text.isascii() and text.isdigit() and len(text) < 4 for text in texts):
            continue
        numbers = [int(text) for text in texts]
        runs_on = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        if runs_on and sum(bool(line.labels) for line in leads) >= 2:
            counting[table] = column
    if not counting:
        return list(printed)
    kept = [
        replace(line, fields=tuple(f for f in line.fields if f.column != counting.get(line.table or 0)))
        for line in printed
    ]
    return [line for line in kept if line.fields]


def _unsure(printed: Sequence[Line], names: _Names) -> dict[str, tuple[Reading, Field | None]]:
    rows = [line for line in printed if line.values]
    values = [f for line in rows for f in line.values]
    raw: str | None = None
    if len(rows) > 1 and any(len(line.values) >= TABLE4_WIDTH - 1 for line in rows):
        reason = "表四读到不止一行数字，不能确定哪一行是本年数据"
    elif len(values) == TABLE4_WIDTH:
        reason = "表四的表头与统一格式不同，不能确定各数属于哪一栏"
        raw = " ".join(fold(f.text) for f in values)
    else:
        raw = " ".join(fold(f.text) for f in values[:40])
        reason = f"表四读到{len(values)}个数，应为{TABLE4_WIDTH}个，不能确定各数属于哪一栏"
    return dict.fromkeys(names.codes, (uncertain(raw, reason), values[0]))


def _blank_row(printed: Sequence[Line]) -> list[Field] | None:
    """Return the fifteen cells of a row that a ruled grid leaves wholly blank."""
    rows = [line for line in printed if line.layout == "ruled" and line.fields and not line.labels]
    wide = [list(line.fields) for line in rows if len(line.fields) == TABLE4_WIDTH]
    return wide[0] if len(wide) == 1 else None


def _named(printed: Sequence[Line], names: _Names) -> Codes:
    """Return the field of each of the fifteen cells by its code; nothing where one is not sure."""
    ruled = all(line.layout == "ruled" for line in printed if line.values)
    if ruled:
        named = _by_labels(printed, names) or _one_row(printed, names)
        parted = len({line.table for line in printed}) > 1  # columns are numbered apart on each page
        return named or (_one_run(printed, names) if parted else {})
    return _by_stream(printed, names) or _one_run(printed, names)


# ------------------------------------------------------------------------------------- ruled grids


def _by_labels(printed: Sequence[Line], names: _Names) -> Codes:
    """Name every number by the labels above it and left of it, in each grid of the table."""
    grids: dict[int, list[Line]] = {}
    for line in printed:
        if line.table is not None and line.layout == "ruled":
            grids.setdefault(line.table, []).append(line)
    named: Codes = {}
    carried: list[Line] = []  # the heads of a grid that ends before its first numbers
    for grid in grids.values():
        if not any(line.values for line in grid):
            carried.extend(grid)
            continue
        answer = _grid(carried, grid, names)
        carried = []
        if answer is None or set(answer) & set(named):
            return {}
        named |= answer
    return named if set(named) == set(names.codes) else {}


def _grid(carried: Sequence[Line], grid: Sequence[Line], names: _Names) -> Codes | None:
    """Return code → field for one grid; None where a number has no name or two have the same."""
    heads: list[Line] = list(carried)
    stubs: list[Field] = []  # labels left of numbers that cover further rows
    named: Codes = {}
    idle = _idle_columns([*carried, *grid])
    filled: dict[int, str] = {}  # column → the last label printed in it, for stubs left blank below
    below = False
    for line in grid:
        if not line.values and not (below and _is_blank_row(line, names)):
            if below:
                heads, below, filled = [], False, {}
            heads.append(line)
            if any(f.row_end - f.row > 1 for f in line.labels):
                stubs.extend(f for f in line.labels if f.row_end - f.row > 1)
            continue
        below = True
        words_in_cells = [f for f in line.labels if _in_a_cell(f, heads, names)]
        cells = [f for f in line.fields if not f.is_label or f in words_in_cells]
        first = min((f.column for f in cells), default=0)
        numbers = [f for f in cells if f.column not in idle]
        lead = [f for f in line.labels if f not in words_in_cells]
        row = line.fields[0].row
        left = [f for f in stubs if f.row <= row < f.row_end and f.column < first] + lead
        stubs.extend(f for f in lead if f.row_end - f.row > 1)
        for f in lead:
            filled[f.column] = f.text
        words = [core(f.text) for f in left]
        edge = max((f.end for f in left), default=0)
        known = [names.outcomes[w] for w in words if w in names.outcomes]
        groups = [names.groups[w] for w in words if w in names.groups]
        if known and not groups and not any(names.groups.get(w) for w in words):
            groups = [names.groups[core(t)] for c, t in sorted(filled.items()) if core(t) in names.groups][
                -1:
            ]
        for number in numbers:
            if number.is_blank and number.column < edge:
                continue  # a stub left blank
            above = _above(heads, number)
            outcome = known[-1:] or [names.outcomes[w] for w in above if w in names.outcomes][-1:]
            group = [names.groups[w] for w in above if w in names.groups][-1:] or groups[-1:]
            if not outcome or not group:
                if number.is_blank:
                    continue
                return None
            code = f"t4.{group[0]}.{outcome[0]}"
            if code in named:
                return None
            named[code] = number
    return named


def _in_a_cell(words: Field, heads: Sequence[Line], names: _Names) -> bool:
    """Say whether words stand where a number belongs: below a kind of dispute and an outcome."""
    own = core(words.text)
    if own in names.groups or own in names.outcomes:
        return False
    above = _above(heads, words)
    return any(w in names.groups for w in above) and any(w in names.outcomes for w in above)


def _is_blank_row(line: Line, names: _Names) -> bool:
    """Say whether a line is a row of the table whose numbers are left blank."""
    return any(core(f.text) in names.outcomes or core(f.text) in names.groups for f in line.labels) and len(
        line.labels
    ) < len(line.fields) - len(line.labels)


def _idle_columns(lines: Sequence[Line]) -> set[int]:
    """Return the columns under a head such as 序号 or 备注."""
    return {
        column
        for line in lines
        if not line.values
        for f in line.labels
        if core(f.text) in OF_NO_MATTER
        for column in range(f.column, f.end)
    }


def _above(heads: Sequence[Line], number: Field) -> list[str]:
    """Return the labels above a number, from the top: its column's own, and wide ones left blank after."""
    words: list[str] = []
    for line in heads:
        over = [f for f in line.fields if f.column <= number.column < f.end]
        text = core(over[0].text) if over else ""
        if over and over[0].is_blank:
            # a wide head that is not merged: its words stand in the first of its columns
            before = [f for f in line.fields if f.column < number.column and f.is_label]
            text = core(before[-1].text) if before and before[-1].end - before[-1].column == 1 else ""
            if text and not _wide(text):
                text = ""
        if text:
            words.append(text)
    return words


def _wide(text: str) -> bool:
    return text in ("行政复议", "行政诉讼", "未经复议直接起诉", "复议后起诉")


def _one_row(printed: Sequence[Line], names: _Names) -> Codes:
    """Take the one row of fifteen cells in the form's order, where no head contradicts it."""
    rows = [line for line in printed if line.values]
    if len(rows) != 1:
        return {}
    idle = _idle_columns([line for line in printed if not line.values])
    last = max((i for i, f in enumerate(rows[0].fields) if f.is_label), default=-1)
    slots = [f for f in rows[0].fields[last + 1 :] if f.column not in idle]
    if len(slots) != TABLE4_WIDTH or any(f.is_label for f in slots):
        return {}
    heads = [f for line in printed if not line.values for f in line.labels]
    own = [f for line in printed if not line.values and line.table == rows[0].table for f in line.labels]
    by_column = [
        next((_like(core(f.text), names.outcomes) for f in reversed(own) if _narrow_over(f, s)), None)
        for s in slots
    ]
    expected = list(names.outcome_order) * len(names.group_order)
    if sum(said is not None for said in by_column) < _ENOUGH:
        return {}
    if any(said is not None and said != due for said, due in zip(by_column, expected, strict=True)):
        return {}
    if not _groups_in_order([core(f.text) for f in heads], names):
        return {}
    return dict(zip(names.codes, slots, strict=True))


def _narrow_over(head: Field, slot: Field) -> bool:
    return head.column <= slot.column < head.end and head.end - head.column <= 2


def _like(words: str, wanted: Mapping[str, str]) -> str | None:
    score, key = max((fuzz.ratio(words, w), key) for w, key in wanted.items())
    return key if score >= _LIKE else None


def _groups_in_order(words: Sequence[str], names: _Names) -> bool:
    """Say that the kinds of dispute are printed in the form's order: 复议 first, then both kinds of suit."""
    order: list[str] = []
    for text in words:
        said = names.groups.get(text) or (_clearly(text, names.groups) if len(text) >= 3 else None)
        if said and said not in order:
            order.append(said)
    return order in (list(names.group_order), list(names.group_order[1:]))


def _clearly(words: str, wanted: Mapping[str, str]) -> str | None:
    """Return what a damaged label says, None where it may as well be another."""
    scored = sorted(((fuzz.ratio(words, w), key) for w, key in wanted.items()), reverse=True)
    return scored[0][1] if scored[0][0] >= _LIKE and scored[0][0] - scored[1][0] >= CLEAR else None


# ------------------------------------------------------------------------------------- text


@dataclass(slots=True)
class _Run:
    """Labels and then the numbers that follow them; `own`: the labels stand on the numbers' line."""

    labels: list[str]
    own: list[str]
    values: list[Field] = field(default_factory=list)
    in_line: bool = False


def _runs(printed: Sequence[Line]) -> list[_Run]:
    runs: list[_Run] = []
    waiting: list[str] = []
    for line in printed:
        words = [core(piece) for f in line.labels for piece in ([f.text] if line.table else f.text.split())]
        if not line.values:
            waiting.extend(words)
            continue
        alone = line.table is None and len(line.values) == 1 and not words
        if alone and runs and not waiting and not runs[-1].in_line:
            runs[-1].values.append(line.values[0])
            continue
        runs.append(_Run(waiting, words, list(line.values), not alone))
        waiting = []
    return runs


def _by_stream(printed: Sequence[Line], names: _Names) -> Codes:
    """Name the numbers of a text by the labels before them: rows of 15, 10, 5, 3 or 1 number."""
    named: Codes = {}
    groups: list[str] = []  # kinds of dispute that head the columns or the rows below
    outcomes: list[str] = []
    serial = False
    carried = ""
    runs = _runs(printed)
    if len(runs) > _MOST_ROWS:
        return {}
    for run in runs:
        values = run.values
        own = list(run.own)
        if not own and not run.in_line and runs[0] is not run and len(run.labels) <= 3:
            own, run.labels = run.labels, []  # one cell a line: the labels just above are the row's
        if run.labels:
            said_groups = [names.groups[w] for w in run.labels if w in names.groups]
            said_outcomes = [names.outcomes[w] for w in run.labels if w in names.outcomes]
            serial = bool(OF_NO_MATTER & set(run.labels))
            if not own and not run.in_line and len(values) in (1, len(names.group_order)) and said_outcomes:
                return {}
            groups, outcomes = said_groups, said_outcomes or outcomes
        own_groups = [names.groups[w] for w in own if w in names.groups]
        own_outcomes = [names.outcomes[w] for w in own if w in names.outcomes]
        if serial and len(values) > 1 and fold(values[0].text) == "1" and len(values) % 5 == 1:
            values = values[1:]
        codes = _codes(values, own_groups, own_outcomes, groups, outcomes, carried, names)
        carried = (own_groups or [carried])[-1]
        if len(codes) != len(values) or set(codes) & set(named) or len(set(codes)) != len(codes):
            return {}
        named |= dict(zip(codes, values, strict=True))
    return named if set(named) == set(names.codes) else {}


def _one_run(printed: Sequence[Line], names: _Names) -> Codes:
    """Take fifteen numbers below all heads in the form's order, where no head contradicts it."""
    runs = _runs(printed)
    if len(runs) != 1 or runs[0].own or len(runs[0].values) != TABLE4_WIDTH:
        return {}
    words = [word for word in runs[0].labels if word]
    said = [_like(word, names.outcomes) for word in words if not _is_wide(word, names)]
    expected = list(names.outcome_order) * len(names.group_order)
    known = [outcome for outcome in said if outcome]
    if len(said) == len(expected):
        fits = all(outcome in (None, due) for outcome, due in zip(said, expected, strict=True))
    else:
        rest = iter(expected)
        fits = all(outcome in rest for outcome in known)
    if not fits or len(known) < _ENOUGH or not _groups_in_order(words, names):
        return {}
    return dict(zip(names.codes, runs[0].values, strict=True))


def _is_wide(word: str, names: _Names) -> bool:
    """Say whether a word heads several columns: a kind of dispute, whole or damaged."""
    groups = max(fuzz.ratio(word, group) for group in (*names.groups, "行政诉讼"))
    return groups >= _LIKE and groups > max(fuzz.ratio(word, outcome) for outcome in names.outcomes)


def _codes(
    values: Sequence[Field],
    own_groups: Sequence[str],
    own_outcomes: Sequence[str],
    groups: Sequence[str],
    outcomes: Sequence[str],
    carried: str,
    names: _Names,
) -> list[str]:
    """Return the codes of a run of numbers, or too few where its labels do not name them all."""
    count = len(values)
    kinds = len(names.group_order)
    if len(own_outcomes) == 1 and count == kinds and len(groups) == kinds and not own_groups:
        return [f"t4.{g}.{own_outcomes[0]}" for g in groups]
    if len(own_outcomes) == 1 and count == 1 and len(own_groups) <= 1:
        group = (list(own_groups) or [carried or (groups[0] if len(groups) == 1 else "")])[-1]
        return [f"t4.{group}.{own_outcomes[0]}"] if group else []
    if len(own_groups) == 1 and not own_outcomes and count == len(outcomes):
        return [f"t4.{own_groups[0]}.{o}" for o in outcomes]
    if own_outcomes or own_groups or not groups:
        return []
    if count != len(names.outcome_order) * len(groups):
        return []
    if list(outcomes) == list(names.outcome_order) * len(groups) or (
        len(outcomes) == count and _each_once(outcomes, names)
    ):
        return [f"t4.{g}.{o}" for g, o in zip(_spread(groups, names), outcomes, strict=True)]
    return []


def _each_once(outcomes: Sequence[str], names: _Names) -> bool:
    size = len(names.outcome_order)
    blocks = [outcomes[at : at + size] for at in range(0, len(outcomes), size)]
    return all(set(block) == set(names.outcome_order) for block in blocks)


def _spread(groups: Sequence[str], names: _Names) -> list[str]:
    return [group for group in groups for _ in names.outcome_order]
