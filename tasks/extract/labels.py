"""The labels of the form as found: rows, columns and blocks, with how far each wording matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from expectations.template import Label
from tasks.extract.lines import Field, Line
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


def block_label(
    lines: Sequence[Line], place: Sequence[int], heads: Heads, key: str, expected: str
) -> LabelFound:
    """Find the label of a 第二十条 item of table 2 among the lines `place`, else anywhere near them."""
    wanted = fold(expected)
    for printed in (f for i in place for f in lines[i].labels):
        text = fold(printed.text)
        if text == wanted:
            return LabelFound(
                "t2", "block", f"t2.{key}", expected, printed.text.strip(), "exact", 1.0, field=printed
            )
        if fuzz.ratio(text, wanted) >= 90 and text[-2:] == wanted[-2:] and text[-3] == wanted[-3]:
            similarity = fuzz.ratio(text, wanted) / 100
            return LabelFound(
                "t2", "block", f"t2.{key}", expected, printed.text.strip(), "typo", similarity, field=printed
            )
    if wanted in fold(heads.context):
        return LabelFound("t2", "block", f"t2.{key}", expected, expected, "exact", 1.0)
    return LabelFound("t2", "block", f"t2.{key}", expected, None, "missing")


@dataclass(frozen=True, slots=True)
class Heads:
    """The words above the numbers of a table: fields, and their pieces where only spaces part them."""

    fields: tuple[Field, ...]
    words: tuple[str, ...]
    everything: str  # all words of the file
    context: str  # everything printed in the table and just above and below it
    ruled: bool
    absent: bool


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
        return LabelFound(
            table, "column", key, label.label, printed.text.strip(), "typo", best / 100, field=printed
        )
    if fold(label.label) in fold(heads.context):
        return LabelFound(table, "column", key, label.label, label.label, "exact", 1.0)
    match = "missing" if heads.ruled or heads.absent else "uncertain"
    return LabelFound(table, "column", key, label.label, None, match)
