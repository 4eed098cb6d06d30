"""Which columns of a ruled table 3 hold which applicants: told by the heads, grid by grid.

A table over several pages is several grids, whose columns need not be the same; a head cell torn by a page
break has its pieces one below the other; two grids may hold different columns of one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import fuzz

from expectations.template import Template
from tasks.extract.labels import is_form_word
from tasks.extract.lines import Line
from tasks.extract.wording import core

Span = tuple[int, int]

LIKE = 50.0  # rapidfuzz ratio from which a damaged head speaks for its column
CLEAR = 10.0  # by how much the best word must beat the second best
ENOUGH = 4  # heads that must be recognised before the others are settled by their order
OF_NO_MATTER = frozenset({"序号", "行次", "栏次", "编号", "备注", "说明"})
_MOST_TOKENS = 200  # labels looked at for the order of the heads
_PIECES = 4  # a head cell is torn into no more pieces than this


@dataclass(frozen=True, slots=True)
class Columns:
    """The applicants' columns of one grid: key → (first column, column after the last).

    `exact`: keys whose head is printed as on the form. `absent`: the one applicant for whom the grid has no
    column at all. `others`: columns under heads of their own that are none of the form's. `contradicted`:
    the heads are recognised but do not stand over the columns in a way that can be followed.
    """

    spans: Mapping[str, Span]
    exact: frozenset[str]
    absent: str | None = None
    others: frozenset[int] = frozenset()
    contradicted: bool = False
    first: int = field(init=False, compare=False)
    """The column from which on a row holds numbers; its labels stand left of it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", min(start for start, _ in self.spans.values()))


def columns_of(lines: Sequence[Line], place: Sequence[int], template: Template) -> dict[int, Columns]:
    """Return the columns of each ruled grid (by its table number) in which they can be told."""
    grids: dict[int, list[Line]] = {}
    for index in place:
        line = lines[index]
        if line.layout == "ruled" and line.table is not None:
            grids.setdefault(line.table, []).append(line)
    found: dict[int, Columns] = {}
    torn: list[Line] = []  # the heads of a grid that ends before its first numbers
    before: Columns | None = None
    for number, grid in grids.items():
        first = next((n for n, line in enumerate(grid) if line.values), None)
        if first is None:
            torn.extend(grid)
            continue
        columns = _columns(grid, first, template)
        if columns is None and torn:
            columns = _torn(torn, grid, first, template)
        if columns is None and before is not None:
            columns = _by_rank(before, grid[first:])
        torn = []
        if columns is not None:
            found[number] = before = columns
    return found


@dataclass(frozen=True, slots=True)
class _Heads:
    texts: Mapping[Span, Sequence[str]]
    spans: dict[str, Span]
    others: frozenset[int]


def _heads(lines: Sequence[Line], wanted: Mapping[str, str]) -> _Heads | None:
    """Return the heads found on the lines above the numbers; None where two applicants share a column."""
    texts: dict[Span, list[str]] = {}
    for line in lines:
        for printed in line.labels:
            texts.setdefault((printed.column, printed.end), []).append(core(printed.text))
    at: dict[str, set[Span]] = {}
    for span, words in texts.items():
        for key in {wanted[run] for run in runs(words) if run in wanted}:
            at.setdefault(key, set()).add(span)
    spans = {key: next(iter(places)) for key, places in at.items() if len(places) == 1}
    others = frozenset(
        column
        for (start, end), words in texts.items()
        if end - start <= 2 and "".join(dict.fromkeys(words)) in OF_NO_MATTER
        for column in range(start, end)
    )
    return _Heads(texts, spans, others) if _apart(spans) else None


def _wanted(template: Template) -> dict[str, str]:
    return {core(w): c.key for c in template.table3_columns for w in (c.label, *c.variants)}


def _columns(grid: Sequence[Line], first: int, template: Template) -> Columns | None:
    """Tell the columns of a grid by its own heads."""
    wanted = _wanted(template)
    heads = _heads([*grid[:first], *(line for line in grid[first:] if _is_head(line, wanted))], wanted)
    if heads is None:
        return None
    if len(heads.spans) == len(template.table3_columns):
        return Columns(heads.spans, frozenset(heads.spans), others=heads.others)
    return _settled(grid[first:], heads, wanted, [column.key for column in template.table3_columns])


def _torn(torn: Sequence[Line], grid: Sequence[Line], first: int, template: Template) -> Columns | None:
    """Tell the columns of a grid by heads on the page before, whose columns are numbered apart.

    A head cell torn by the page break is whole only with its piece on this page.
    """
    for above in (torn, [*torn, *grid[:first]]):
        heads = _heads(above, _wanted(template))
        if heads is not None and len(heads.spans) == len(template.table3_columns):
            return _by_rank(Columns(heads.spans, frozenset(heads.spans)), grid[first:])
    return None


def _by_rank(before: Columns, rows: Sequence[Line]) -> Columns | None:
    """Take the order of the heads for a grid that has as many columns of numbers as there are heads."""
    printed = _columns_of_numbers(rows, frozenset())
    if before.contradicted or len(printed) != len(before.spans):
        return None
    keys = sorted(before.spans, key=lambda key: before.spans[key])
    spans = dict(zip(keys, printed, strict=True))
    return Columns(spans, before.exact, before.absent)


def _columns_of_numbers(rows: Sequence[Line], others: frozenset[int]) -> list[Span]:
    """Return the columns right of the labels in which numbers are printed."""
    edge = label_edge(rows)
    ends: dict[int, int] = {}
    for line in rows:
        for f in line.values:
            if f.column >= edge and f.column not in others:
                ends[f.column] = min(ends.get(f.column, f.end), f.end)
    return sorted(ends.items())


def _is_head(line: Line, wanted: Mapping[str, str]) -> bool:
    """Say whether a line below the first numbers is the table's head again."""
    return not line.values and sum(core(f.text) in wanted for f in line.labels) >= 2


def runs(texts: Sequence[str]) -> set[str]:
    """Return the texts of one column of the head, and what consecutive ones give together."""
    few = texts[:12]
    return {
        "".join(few[start:end])
        for start in range(len(few))
        for end in range(start + 1, min(start + _PIECES, len(few)) + 1)
    }


def _apart(spans: Mapping[str, Span]) -> bool:
    ordered = sorted(spans.values())
    return all(end <= start for (_, end), (start, _) in pairwise(ordered))


def _settled(
    rows: Sequence[Line], heads: _Heads, wanted: Mapping[str, str], keys: Sequence[str]
) -> Columns | None:
    """Settle the heads that are not recognised by the order of the columns, or tell which one is absent."""
    spans, exact = heads.spans, frozenset(heads.spans)
    printed = _columns_of_numbers(rows, heads.others)
    if len(printed) == len(keys):
        said = {
            key: n for n, (column, _) in enumerate(printed) if (key := _said(column, heads.texts, wanted))
        }
        if len(said) < ENOUGH:
            return None
        return Columns(
            dict(zip(keys, printed, strict=True)),
            exact,
            others=heads.others,
            contradicted=any(keys.index(key) != n for key, n in said.items()),
        )
    edge = label_edge(rows)
    outside = [
        f
        for line in rows
        for f in line.fields
        if f.column >= edge and f.column not in heads.others
        if not any(start <= f.column < end for start, end in spans.values())
    ]
    if len(spans) >= 2 and not outside:
        absent = (
            next((key for key in keys if key not in spans), None) if len(spans) == len(keys) - 1 else None
        )
        return Columns(spans, exact, absent, heads.others)
    return None


def label_edge(rows: Sequence[Line]) -> int:
    """Return the column right of all labels that stand before the numbers of their rows."""
    edge = 0
    for line in rows:
        for printed in line.fields if line.values else ():
            if printed.is_label:
                edge = max(edge, printed.end)
            elif printed.is_value and edge and printed.column >= edge:
                break
    return edge


def _said(column: int, heads: Mapping[Span, Sequence[str]], wanted: Mapping[str, str]) -> str | None:
    """Return the applicant that the head over a column speaks for, also where it is damaged."""
    over = [(end - start, texts) for (start, end), texts in heads.items() if start <= column < end]
    if not over:
        return None
    narrow = min(width for width, _ in over)
    texts = [words for width, found in over if width == narrow for words in runs(found)]
    best = max(((fuzz.ratio(text, words), words) for text in texts for words in wanted), default=(0.0, ""))
    return wanted[best[1]] if best[0] >= LIKE else None


# ------------------------------------------------------------------------------------- text


def heads_in_order(lines: Sequence[Line], place: Sequence[int], template: Template) -> bool:
    """Say that the heads of table 3 are printed in the form's order, as far as a text can show it.

    自然人 and 总计 stand one line above the five kinds of organisations, so they are compared apart. Where a
    head is damaged the others must stand so that only the form's order is left for it.
    """
    labels = [column.label for column in template.table3_columns]
    wordings = [core(label) for label in labels]
    at: dict[str, tuple[bool, int]] = {}  # label -> (stands in a grid, column or place among the labels)
    tokens: list[str] = []
    strange = False
    for index in place:
        line = lines[index]
        if line.values:
            break
        for f in line.labels:
            grid = line.table is not None
            pieces = f.text.split()
            tokens.extend(core(piece) for piece in ([f.text] if grid else pieces))
            strange = strange or not is_form_word(f.text)
            for piece in (f.text, *pieces):
                position = (f.locator.column or f.column + 1) if grid else len(at)
                at.setdefault(core(piece), (grid, position))
    for row in ([wordings[0], wordings[-1]], wordings[1:-1]):
        places = [at[label] for label in row if label in at]
        if len({grid for grid, _ in places}) == 1 and places != sorted(places):
            return False
    del tokens[_MOST_TOKENS:]
    return not strange or (_five_in_order(tokens, wordings[1:-1]) and _ends_in_order(tokens, wordings))


def _five_in_order(tokens: Sequence[str], five: Sequence[str]) -> bool:
    """Say that five tokens in a row are the five organisations, of which some may be damaged."""
    whole = "".join(tokens)
    if all(word in whole for word in five):
        places = [whole.index(word) for word in five[:-1]]
        return places == sorted(places)
    for start in range(len(tokens) - len(five) + 1):
        window = [_best(token, five) for token in tokens[start : start + len(five)]]
        said = [word for word in window if word is not None]
        if len(said) >= ENOUGH - 1 and all(w in (None, due) for w, due in zip(window, five, strict=True)):
            return True
    said = [word for token in tokens if (word := _best(token, five)) is not None]
    return len(said) == len(five) - 1 and said == [word for word in five if word in said]  # one is blank


def _ends_in_order(tokens: Sequence[str], wordings: Sequence[str]) -> bool:
    """Say that 自然人 stands before 法人或其他组织 and 总计 after it, of which one may be damaged."""
    seen = [_best(token, (wordings[0], wordings[-1], "法人或其他组织")) for token in tokens]
    middle = next((n for n, word in enumerate(seen) if word == "法人或其他组织"), None)
    first = next((n for n, word in enumerate(seen) if word == wordings[0]), None)
    last = next((n for n, word in enumerate(seen) if word == wordings[-1]), None)
    if first is not None and last is not None:
        return first < last
    if middle is None:
        return False
    return first is not None and first < middle if last is None else last > middle


def _best(token: str, words: Sequence[str]) -> str | None:
    """Return the word that a damaged token most likely was, None where two are as likely or none is."""
    scored = sorted(((fuzz.ratio(token, word), word) for word in words), reverse=True)
    clear = scored[0][0] >= LIKE and scored[0][0] - scored[1][0] >= CLEAR
    return scored[0][1] if clear else None
