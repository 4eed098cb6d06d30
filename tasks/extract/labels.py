"""The labels of the form as found: rows, columns and blocks, with how far each wording matches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from rapidfuzz import fuzz

from expectations.template import TEMPLATE_IDS, Label, load
from tasks.extract.lines import Field, Line
from tasks.extract.numbers import Reading
from tasks.extract.wording import core, fold

LABEL_NEAR = 80.0
"""rapidfuzz ratio from which a damaged label is taken for the form's."""


@dataclass(frozen=True, slots=True)
class LabelFound:
    """A row, column or block label of the form as found; fields as in `models.facts.LINES`."""

    table: str
    axis: str
    key: str
    expected: str
    label: str | None
    match: str
    similarity: float | None = None
    order: int | None = None
    width: int | None = None
    expected_width: int | None = None
    foreign: bool = False
    field: Field | None = None


@dataclass(slots=True)
class TableFound:
    """One table of the form as found: its cells by code, its labels, and how often it occurs."""

    table: str
    cells: dict[str, tuple[Reading, Field | None]] = field(default_factory=dict)
    labels: list[LabelFound] = field(default_factory=list)
    occurrences: int = 0
    lines: list[int] = field(default_factory=list)
    doubtful: bool = False  # not found, though it may be there


_ITEM = re.compile(r"(?:二十|20)条第?\(?(?P<numeral>[一五六八九])\)?项")
_LONGEST_ITEM = 40


def block_label(
    lines: Sequence[Line], place: Sequence[int], heads: Heads, key: str, expected: str, strange: bool
) -> LabelFound:
    """Find the label of a 第二十条 item of table 2 among the lines `place`, else anywhere near them.

    `strange`: there are labels that are none of the form's, of which one may be this one, damaged.
    """
    wanted = fold(expected)
    numeral = _numeral(wanted)
    found = LabelFound("t2", "block", f"t2.{key}", expected, None, "missing")
    damaged: LabelFound | None = None
    for printed in (f for i in place for f in lines[i].labels):
        text = fold(printed.text)
        if len(text) > _LONGEST_ITEM:
            continue
        match, likeness = _block_match(text, wanted, numeral)
        if match is None:
            continue
        if match == "typo" and printed.read_by == "ocr":
            match = "uncertain"
        said = replace(found, label=printed.text.strip(), field=printed, match=match, similarity=likeness)
        if match != "uncertain":
            return said
        damaged = said
    context = fold(heads.context)
    if any(m.group("numeral") == numeral for m in _ITEM.finditer(context)):
        return replace(found, label=expected, match="exact", similarity=1.0)
    if damaged is None and strange and not heads.ruled:
        return replace(found, match="uncertain")
    return damaged or found


def _block_match(text: str, wanted: str, numeral: str | None) -> tuple[str | None, float]:
    """Return how a folded label matches the block label `wanted`, None where it does not, and how far."""
    if text == wanted:
        return "exact", 1.0
    printed = _numeral(text)
    if printed is not None:
        return ("variant", 1.0) if printed == numeral else (None, 0.0)
    likeness = fuzz.ratio(text, wanted)
    if likeness >= 90 and text[-2:] == wanted[-2:] and text[-3] == wanted[-3]:
        return "typo", likeness / 100
    return ("uncertain" if likeness >= _RESEMBLES else None), likeness / 100


_RESEMBLES = 45.0  # rapidfuzz ratio from which a damaged head or block label may be this one


def _numeral(text: str) -> str | None:
    """Return the item a block label names (第二十条第（一）项 → 一), or None if it names none."""
    match = _ITEM.search(text)
    return match.group("numeral") if match else None


@dataclass(frozen=True, slots=True)
class Heads:
    """The words above the numbers of a table: fields, and their pieces where only spaces part them."""

    fields: tuple[Field, ...]
    words: tuple[str, ...]
    everything: str  # all words of the file
    context: str  # everything printed in the table and just above and below it
    ruled: bool
    absent: bool


@cache
def form_words() -> frozenset[str]:
    """Return every bare label that the forms print in or above their tables."""
    words = {"信息内容", "申请人情况", "行政诉讼"}
    for name in TEMPLATE_IDS:
        form = load(name)
        labels = [*form.table3_rows, *form.table3_columns, *form.table4_groups, *form.table4_outcomes]
        labels += [label for block in form.table2 for label in (*block.columns, *block.rows)]
        words |= {core(w) for x in labels for w in (x.label, *x.variants, *x.groups)}
        words |= {core(block.label) for block in form.table2} | {core(form.table3_note)}
    return frozenset(words)


@lru_cache(maxsize=16384)
def is_form_word(text: str) -> bool:
    """Say whether a printed label is one of the form's, or a piece of one that a line break cut off."""
    bare = core(text)
    if not bare or bare in form_words() or (len(bare) > 1 and any(bare in word for word in form_words())):
        return True
    pieces = text.split()
    return len(pieces) > 1 and all(is_form_word(piece) for piece in pieces)


def strange_labels(lines: Sequence[Line], place: Sequence[int]) -> list[str]:
    """Return the labels on the lines `place` that are none of the form's: damaged ones, or the agency's own."""
    return [f.text for i in place for f in lines[i].labels if not is_form_word(f.text)]


def find_heads(lines: Sequence[Line], place: Sequence[int], everything: str) -> Heads:
    """Gather the words above the numbers of the table on the lines `place`; `everything` is the folded file."""
    heads: list[Field] = []
    for i in place:
        if lines[i].values:
            continue
        for printed in lines[i].labels:
            heads.append(printed)
            if len(pieces := printed.text.split()) > 1:
                heads.extend(replace(printed, text=piece) for piece in pieces)
    ruled = any(lines[i].layout == "ruled" for i in place)
    around = range(max(0, place[0] - 8), min(len(lines), place[-1] + 13)) if place else range(0)
    context = "".join(lines[i].text for i in around)
    return Heads(tuple(heads), tuple(core(f.text) for f in heads), everything, context, ruled, not place)


def column_label(heads: Heads, key: str, label: Label, table: str) -> LabelFound:
    """Find the head of one column; `key` and `table` go into the result."""
    wordings = [core(w) for w in (label.label, *label.variants)]
    for number, wording in enumerate(wordings):
        if wording in heads.words:
            printed = heads.fields[heads.words.index(wording)]
            match = "exact" if number == 0 else "variant"
            return LabelFound(
                table, "column", key, label.label, printed.text.strip(), match, 1.0, field=printed
            )
    for wording in wordings:
        for cut in range(1, len(wording)):
            if wording[:cut] in heads.words and wording[cut:] in heads.words:
                return LabelFound(table, "column", key, label.label, label.label, "exact", 1.0)
    likeness = [max(fuzz.ratio(words, w) for w in wordings) for words in heads.words]
    best = max(likeness, default=0.0)
    if best >= LABEL_NEAR and len(wordings[0]) >= 4:
        printed = heads.fields[likeness.index(best)]
        match = "uncertain" if printed.read_by == "ocr" else "typo"  # recognition errs more than agencies do
        return LabelFound(
            table, "column", key, label.label, printed.text.strip(), match, best / 100, field=printed
        )
    if fold(label.label) in fold(heads.context):
        return LabelFound(table, "column", key, label.label, label.label, "exact", 1.0)
    # a head that is damaged beyond being told is there all the same
    damaged = any(
        score >= _RESEMBLES and words not in form_words()
        for score, words in zip(likeness, heads.words, strict=True)
    )
    match = "missing" if (heads.ruled and not damaged) or heads.absent else "uncertain"
    return LabelFound(table, "column", key, label.label, None, match)
