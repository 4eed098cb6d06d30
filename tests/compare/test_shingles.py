"""Sets of pieces: exact against all pairs, whatever the order."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.compare.shingles import Pieces, alike, alphabet, likeness, pieces, positions, shared

_TEN = "甲乙丙丁戊己庚辛壬癸"


def _set(*numbers: int) -> Pieces:
    return np.array(sorted(set(numbers)), dtype=np.uint64)


def test_a_sentence_of_ten_characters_has_six_pieces() -> None:
    numbers = alphabet([_TEN])
    assert len(pieces([_TEN], numbers)) == 6
    assert len(pieces([_TEN, _TEN[::-1]], numbers)) == 12
    assert len(pieces([_TEN[:4], _TEN[:3]], numbers)) == 0
    assert len(pieces([], numbers)) == 0


def test_no_piece_runs_over_the_end_of_a_sentence() -> None:
    numbers = alphabet([_TEN])
    found, standing = positions([_TEN[:5], _TEN[5:]], numbers)
    assert len(found) == 2
    assert standing.tolist() == [0, 1]


def test_pieces_are_the_same_number_only_if_they_are_the_same_text() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 7000)))
    assert len(pieces([text, text], alphabet([text]))) == 6996


@pytest.mark.parametrize(
    ("common", "one", "other", "expected"),
    [(9, 10, 10, 0.8181), (8, 9, 9, 0.8), (79999, 89999, 90000, 0.7999), (5, 5, 5, 1.0), (0, 0, 0, 0.0)],
)
def test_likeness_is_cut_not_rounded(common: int, one: int, other: int, expected: float) -> None:
    assert likeness(common, one, other) == expected


_TEXTS = st.lists(st.frozensets(st.integers(min_value=0, max_value=24), min_size=1, max_size=20), max_size=12)


def _all_pairs(texts: list[Pieces], threshold: float) -> set[tuple[int, int, int]]:
    found = set()
    for i, j in combinations(range(len(texts)), 2):
        common = shared(texts[i], texts[j])
        if common * 100 >= round(threshold * 100) * (len(texts[i]) + len(texts[j]) - common):
            found.add((i, j, common))
    return found


@settings(deadline=None)
@given(texts=_TEXTS, threshold=st.sampled_from([0.5, 0.75, 0.8, 0.9, 1.0]))
def test_no_pair_is_missed_and_none_is_made_up(texts: list[frozenset[int]], threshold: float) -> None:
    sets = [_set(*text) for text in texts]
    found = list(alike(sets, threshold))
    assert len(found) == len(set(found))
    assert set(found) == _all_pairs(sets, threshold)


@settings(deadline=None)
@given(texts=_TEXTS, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_texts_does_not_matter(texts: list[frozenset[int]], seed: object) -> None:
    order = list(range(len(texts)))
    seed.shuffle(order)  # type: ignore[attr-defined]
    for limits in ((256, 16), (2, 1)):  # also where lists are cut short
        straight = {
            (frozenset((texts[i], texts[j])), n)
            for i, j, n in alike([_set(*text) for text in texts], 0.6, *limits)
        }
        shuffled = {
            (frozenset((texts[order[i]], texts[order[j]])), n)
            for i, j, n in alike([_set(*texts[n]) for n in order], 0.6, *limits)
        }
        assert straight == shuffled


def test_in_a_mould_everyone_still_has_a_partner() -> None:
    """600 texts of 90 common pieces and up to 12 of their own: too many to compare each with each."""
    texts = [_set(*range(90), *(1000 + 20 * n + k for k in range(1 + n % 12))) for n in range(600)]
    found = list(alike(texts, 0.8, longest=64, nearest=4))
    assert {n for i, j, _ in found for n in (i, j)} == set(range(600))
    assert set(found) <= _all_pairs(texts, 0.8)
    assert len(found) < 600 * 12
