"""What differs between two reports: the cells, the headings and the prose, sentence by sentence.

The two may be versions of one report or reports of two years. Nothing is judged here: what was not read for
certain in both is told as such, never as a change.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from rapidfuzz import fuzz, process

from expectations.rules.wording import column_name, number, row_name
from expectations.template import TEMPLATE_IDS, load

CellChange = Literal["changed", "filled", "emptied", "added", "removed", "unsure", "rewritten"]
"""changed: another number · filled: empty before · emptied: a number before · added, removed: the place itself came or
went · unsure: one of the two was not read for certain · rewritten: the same value in another spelling."""
HeadingChange = Literal["reworded", "moved", "added", "removed"]
TextChange = Literal["added", "removed", "reworded", "numbers", "moved"]
"""numbers: the same sentence but for its numbers and years · moved: word for word in another part."""
Piece = tuple[Literal["same", "gone", "new"], str]

PARTS = (
    "title",
    "intro",
    "overview",
    "proactive",
    "requests",
    "disputes",
    "problems",
    "other",
    "extra",
    "signature",
)
ALIKE = 55
"""Similarity in per cent (Indel) from which two sentences are one that was reworded: half of the characters and more."""
MOST_PAIRS = 250_000
"""Sentences of one changed stretch are paired up to this many comparisons (500 × 500)."""
_EMPTY = ("blank", "placeholder")
_SENTENCE = re.compile(r"[^。！？；]*[。！？；]+[”’）》]*|[^。！？；]+$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two reports: rows of `models.facts` (report, cells by code, sections, paragraphs)."""

    report: Mapping[str, Any]
    cells: Mapping[str, Mapping[str, Any]]
    sections: tuple[Mapping[str, Any], ...]
    paragraphs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A cell that is not the same in both. `before` and `after` are what is printed; None: there is no such place."""

    code: str
    table: str
    row: str
    column: str
    kind: CellChange
    before: str | None
    after: str | None
    difference: float | int | None


@dataclass(frozen=True, slots=True)
class HeadingDifference:
    """A heading that is not the same in both; `place` is its number among the headings found."""

    key: str
    kind: HeadingChange
    before: str | None
    after: str | None
    place_before: int | None
    place_after: int | None


@dataclass(frozen=True, slots=True)
class TextDifference:
    """A sentence that is not the same in both; `pieces` show it as one text with what went and what came."""

    part: str
    kind: TextChange
    before: str | None
    after: str | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """The prose of two reports beside each other; `kept` of `sentences` (of the first) stand in both word for word."""

    differences: tuple[TextDifference, ...]
    kept: int
    before: int
    after: int


# -------------------------------------------------------------------------------------------- cells


def cell_differences(before: Side, after: Side) -> tuple[CellDifference, ...]:
    """Compare the cells that either report has, in the order of the forms."""
    forms = [n for n in (after.report["template"], before.report["template"]) if n in TEMPLATE_IDS]
    codes = dict.fromkeys(code for name in forms for code in load(name).cells)
    codes |= dict.fromkeys([*before.cells, *after.cells])
    order = sorted(
        codes, key=lambda code: code.partition(".")[0][:2]
    )  # table by table, else as the forms have them
    found = []
    for code in order:
        old, new = _place(before.cells.get(code)), _place(after.cells.get(code))
        kind = _cell_change(old, new)
        if kind is None:
            continue
        table, _, rest = code.partition(".")
        row, _, column = rest.rpartition(".")
        table = "t2" if table.startswith("t2") else table
        form = next((name for name in (*forms, *TEMPLATE_IDS) if code in load(name).cells), None)
        change = number(new["value"] - old["value"]) if kind == "changed" and old and new else None
        found.append(
            CellDifference(
                code,
                table,
                row_name(form, table, row),
                column_name(form, table, column),
                kind,
                old["raw"] if old else None,
                new["raw"] if new else None,
                change,
            )
        )
    return tuple(found)


def _place(cell: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if cell is None or cell["kind"] == "missing" else cell


def _cell_change(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> CellChange | None:
    if old is None or new is None:
        return None if old is new else "removed" if new is None else "added"
    if "uncertain" in (old["kind"], new["kind"]):
        return "unsure"
    if old["value"] is not None and new["value"] is not None:
        if old["value"] != new["value"]:
            return "changed"
    elif old["value"] is not None:
        return "emptied"
    elif new["value"] is not None:
        return "filled"
    return "rewritten" if _plain(old["raw"]) != _plain(new["raw"]) else None


def _plain(text: str | None) -> str:
    return re.sub(r"\s+", "", text or "")


# ----------------------------------------------------------------------------------------- headings


def heading_differences(before: Side, after: Side) -> tuple[HeadingDifference, ...]:
    """Compare the headings of the six parts, then those that are not on the form."""
    old = {row["key"]: row for row in before.sections if row["key"] != "extra"}
    new = {row["key"]: row for row in after.sections if row["key"] != "extra"}
    found = []
    for key in dict.fromkeys((*old, *new)):
        one, other = _heading(old.get(key)), _heading(new.get(key))
        kind: HeadingChange | None = None
        if one[0] is None or other[0] is None:
            kind = None if one[0] is other[0] else "removed" if other[0] is None else "added"
        elif _folded(one[0]) != _folded(other[0]):
            kind = "reworded"
        elif one[1] != other[1]:
            kind = "moved"
        if kind is not None:
            found.append(HeadingDifference(key, kind, one[0], other[0], one[1], other[1]))
    return (*found, *_extra_headings(before, after))


def _heading(row: Mapping[str, Any] | None) -> tuple[str | None, int | None]:
    return (row["heading"], row["order"]) if row else (None, None)


def _extra_headings(before: Side, after: Side) -> list[HeadingDifference]:
    old, new = (
        {_folded(row["heading"]): row for row in side.sections if row["key"] == "extra" and row["heading"]}
        for side in (before, after)
    )
    gone = [
        HeadingDifference("extra", "removed", row["heading"], None, row["order"], None)
        for name, row in old.items()
        if name not in new
    ]
    return gone + [
        HeadingDifference("extra", "added", None, row["heading"], None, row["order"])
        for name, row in new.items()
        if name not in old
    ]


# -------------------------------------------------------------------------------------------- prose


def prose_differences(before: Side, after: Side) -> Prose:
    """Compare the prose part by part; tables are left out. White space and width of characters do not count."""
    old, new = _sentences(before), _sentences(after)
    found: list[TextDifference] = []
    kept = 0
    for part in PARTS:
        differences, same = _of_part(part, old[part], new[part])
        found += differences
        kept += same
    moved = _moved(found)
    return Prose(
        tuple(moved),
        kept + sum(difference.kind == "moved" for difference in moved),
        sum(len(sentences) for sentences in old.values()),
        sum(len(sentences) for sentences in new.values()),
    )


def _sentences(side: Side) -> dict[str, list[str]]:
    sentences: dict[str, list[str]] = defaultdict(list)
    for row in side.paragraphs:
        part = row["section"] if row["section"] in PARTS else "extra"
        sentences[part] += [s.strip() for s in _SENTENCE.findall(row["text"] or "") if s.strip()]
    return sentences


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _of_part(part: str, old: Sequence[str], new: Sequence[str]) -> tuple[list[TextDifference], int]:
    folded_old, folded_new = [_folded(s) for s in old], [_folded(s) for s in new]
    matcher = SequenceMatcher(None, folded_old, folded_new, autojunk=False)
    found: list[TextDifference] = []
    same = 0
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            same += b - a
            continue
        for one, other in _paired(folded_old[a:b], folded_new[c:d]):
            found.append(
                _text_difference(
                    part,
                    None if one is None else old[a + one],
                    None if other is None else new[c + other],
                )
            )
    return found, same


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Pair the sentences of a changed stretch in order so that the pairs are as much alike as can be.

    The usual alignment: best[i][j] is the greatest sum of similarities over the first i and j sentences.
    """
    if not old or not new or len(old) * len(new) > MOST_PAIRS:
        return [*((i, None) for i in range(len(old))), *((None, j) for j in range(len(new)))]
    alike = process.cdist(old, new, scorer=fuzz.ratio, score_cutoff=ALIKE).tolist()
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            pair = alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0
            best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return [*pairs, *((k, None) for k in range(i, len(old))), *((None, k) for k in range(j, len(new)))]


def _text_difference(part: str, old: str | None, new: str | None) -> TextDifference:
    if old is None or new is None:
        text = old or new or ""
        piece: Piece = ("gone", text) if new is None else ("new", text)
        return TextDifference(part, "removed" if new is None else "added", old, new, (piece,))
    only_numbers = _NUMBER.sub("0", _folded(old)) == _NUMBER.sub("0", _folded(new))
    return TextDifference(part, "numbers" if only_numbers else "reworded", old, new, pieces(old, new))


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Return two texts as one: what both have, what went, what came. Numbers are never cut in two."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    found: list[Piece] = []
    for step, (op, i, j, k, m) in enumerate(steps):
        gone, came = "".join(a[i:j]), "".join(b[k:m])
        # one character that happens to be in both, between two changes, makes neither more readable
        inside = 0 < step < len(steps) - 1 and len(gone) == 1 and not _is_mark(gone)
        if op == "equal" and not inside:
            found.append(("same", gone))
        else:
            found += [("gone", gone)] if gone else []
            found += [("new", came)] if came else []
    return _joined(found)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


def _joined(found: Sequence[Piece]) -> tuple[Piece, ...]:
    """Put together what went and what came between two stretches that are the same."""
    joined: list[Piece] = []
    gone = came = ""
    for kind, text in [*found, ("same", "")]:
        if kind == "gone":
            gone += text
        elif kind == "new":
            came += text
        else:
            joined += [("gone", gone)] if gone else []
            joined += [("new", came)] if came else []
            joined += [("same", text)] if text else []
            gone = came = ""
    return tuple(joined)


def _moved(found: Sequence[TextDifference]) -> list[TextDifference]:
    """What went in one part and came word for word in another has moved; it is told once, where it came."""
    gone = Counter(_folded(d.before or "") for d in found if d.kind == "removed")
    came = Counter(_folded(d.after or "") for d in found if d.kind == "added")
    both = {text: min(number, came[text]) for text, number in gone.items() if came[text]}
    left_gone, left_came = dict(both), dict(both)
    result = []
    for difference in found:
        text = _folded(difference.before or difference.after or "")
        if difference.kind == "removed" and left_gone.get(text):
            left_gone[text] -= 1
        elif difference.kind == "added" and left_came.get(text):
            left_came[text] -= 1
            same: Piece = ("same", difference.after or "")
            result.append(
                TextDifference(difference.part, "moved", difference.after, difference.after, (same,))
            )
        else:
            result.append(difference)
    return result
