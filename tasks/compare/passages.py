"""Puts the sentences of two reports that are alike side by side, in their own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.compare.shingles import Numbers, Pieces
from tasks.extract.mentions.personal import without_personal_data

_ALIKE = 0.6
"""Two sentences match when this share of the pieces of both is the same: 0.6 lets a word be changed, not a thought."""
MOST = 5
"""Passages kept of a pair of reports, longest first."""
LONGEST = 400
"""Characters after which a passage is cut at the end of a sentence; the length of all that matches is told anyway."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one report that are compared, in reading order, and their pieces.

    `follows` says whether a sentence comes right after the one before it in this list (same part, nothing left out).
    """

    sections: Sequence[str]
    texts: Sequence[str]
    follows: Sequence[bool]
    pieces: Pieces
    standing: Numbers
    """For each of `pieces` the sentence it stands in."""


def side_by_side(own: Sentences, other: Sentences) -> tuple[int, list[dict[str, str]]]:
    """Return how many characters of the own sentences match, and the matching passages, longest first.

    A passage is a run of sentences that match one after the other in both reports:
    ``{"own": …, "other": …, "section": …}``, at most `MOST`, each about `LONGEST` characters long at most, personal
    data masked.
    """
    partner = _partners(own, other)
    runs: list[list[int]] = []
    for sentence, match in enumerate(partner):
        if match < 0:
            continue
        before = runs[-1][-1] if runs else -2
        if (
            before == sentence - 1
            and partner[before] == match - 1
            and own.follows[sentence]
            and other.follows[match]
        ):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    lengths = [sum(len(own.texts[sentence]) for sentence in run) for run in runs]
    order = sorted(range(len(runs)), key=lambda run: (-lengths[run], run))[:MOST]
    passages = []
    for run in order:
        kept = _cut(runs[run], own)
        passages.append(
            {
                "own": _presentable([own.texts[sentence] for sentence in kept]),
                "other": _presentable([other.texts[partner[sentence]] for sentence in kept]),
                "section": own.sections[kept[0]],
            }
        )
    return sum(lengths), passages


def _presentable(sentences: Sequence[str]) -> str:
    return without_personal_data("".join(sentences))


def _cut(run: Sequence[int], own: Sentences) -> Sequence[int]:
    """The first sentences of a run, as many as fit (at least one)."""
    length = 0
    for number, sentence in enumerate(run):
        length += len(own.texts[sentence])
        if length > LONGEST and number:
            return run[:number]
    return run


def _partners(own: Sentences, other: Sentences) -> list[int]:
    """For each own sentence the other's sentence that it matches best (the first of equals), or −1."""
    here, there = len(own.texts), len(other.texts)
    if not here or not there:
        return [-1] * here
    by_piece = np.argsort(other.pieces, kind="stable")
    sorted_pieces = other.pieces[by_piece]
    first = np.searchsorted(sorted_pieces, own.pieces, side="left")
    number = np.searchsorted(sorted_pieces, own.pieces, side="right") - first
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    meeting = other.standing[by_piece[np.repeat(first, number) + within]]
    pairs = np.repeat(own.standing, number) * there + meeting
    common = np.bincount(pairs, minlength=here * there).reshape(here, there)
    lengths = np.bincount(own.standing, minlength=here)
    widths = np.bincount(other.standing, minlength=there)
    share = 2 * common / np.maximum(1, lengths[:, None] + widths[None, :])
    best = share.argmax(axis=1)
    enough = share[np.arange(here), best] >= _ALIKE
    return [int(match) if good else -1 for match, good in zip(best, enough, strict=True)]
