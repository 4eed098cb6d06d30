"""Texts as sets of five-character pieces, and which of many sets are alike: exact, without comparing all with all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SIZE = 5
"""Characters a piece. A piece never runs over the end of a sentence."""

Pieces = npt.NDArray[np.uint64]
"""The distinct pieces of a text, ascending."""
Numbers = npt.NDArray[np.int64]

_ALPHABET = 7131  # the largest number whose fifth power fits into 64 bits
_CHARACTERS = 0x110000
_BREAK = "\n"
_RANGES = 8
_LISTS = 32  # of a text's rarest pieces that stand in too many others, so many are looked through
_SLACK = 1e-9  # products of a threshold and a length are not exact


def alphabet(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Return a number for every character that occurs in `texts`, by code point.

    With up to 7,130 different characters (a corpus of 20,000 reports has about 4,000) every one has its own number,
    so that two pieces are the same number only if they are the same text; beyond that the rarest share the last one.
    """
    counts = np.zeros(_CHARACTERS, dtype=np.int64)
    for text in texts:
        codes = _codes(text)
        if len(codes):
            found = np.bincount(codes)
            counts[: len(found)] += found
    counts[ord(_BREAK)] = 0
    used = np.flatnonzero(counts)
    order = used[np.argsort(-counts[used], kind="stable")]
    numbers = np.zeros(_CHARACTERS, dtype=np.uint64)
    numbers[order] = np.minimum(np.arange(1, len(order) + 1), _ALPHABET - 1).astype(np.uint64)
    return numbers


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def positions(masked: Sequence[str], numbers: npt.NDArray[np.uint64]) -> tuple[Pieces, Numbers]:
    """Return the pieces of several sentences in the order they are read, and the sentence each stands in."""
    codes = _codes(_BREAK.join(masked))
    characters = numbers[codes]
    length = len(characters) - SIZE + 1
    if length <= 0:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    pieces = np.zeros(length, dtype=np.uint64)
    whole = np.ones(length, dtype=bool)
    for place in range(SIZE):
        window = characters[place : place + length]
        pieces = pieces * np.uint64(_ALPHABET) + window
        whole &= window > 0
    sentence = np.cumsum(codes == ord(_BREAK))[:length]
    return pieces[whole], sentence[whole]


def pieces(masked: Sequence[str], numbers: npt.NDArray[np.uint64]) -> Pieces:
    """Return the distinct pieces of several sentences."""
    return np.unique(positions(masked, numbers)[0])


def shared(one: Pieces, other: Pieces) -> int:
    """Return how many pieces two texts share."""
    if len(one) > len(other):
        one, other = other, one
    if not len(one):
        return 0
    places = np.minimum(np.searchsorted(other, one), len(other) - 1)
    return int(np.count_nonzero(other[places] == one))


def likeness(common: int, one: int, other: int) -> float:
    """Return shared pieces by all pieces of both, cut (not rounded) to four decimals: 0.79999 is not 0.8."""
    both = one + other - common
    return (common * 10_000 // both) / 10_000 if both else 0.0


@dataclass(frozen=True, slots=True)
class _Lists:
    """Which texts have a rare piece among their rarest: for each such piece the texts, shortest first.

    `texts`: the lists one behind the other; `first`, `last`: where the list of an entry begins and ends; `entries`:
    the entries of each text, one a rare piece.
    """

    texts: Numbers
    first: Numbers
    last: Numbers
    entries: list[Numbers]


def alike(
    texts: Sequence[Pieces], threshold: float, longest: int = 256, nearest: int = 16
) -> Iterator[tuple[int, int, int]]:
    """Yield (i, j, pieces shared), i < j, for texts whose likeness is at least `threshold` (over 0). None may be empty.

    Texts that alike share at least one of their rarest pieces: of |x| pieces the |x| − ⌈t·|x|⌉ + 1 rarest (prefix
    filtering: Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007). So only texts that share such a piece are
    compared, exactly, and none is missed while a rare piece stands in at most `longest` texts. Where more share one
    (thousands of reports of one mould), each is compared with the `nearest` next in length and with the `nearest`
    shortest, which in a mould are the most alike; and if none of these is alike, with those that share most of its
    rarest pieces.

    The pairs found do not depend on the order of `texts`; equal texts may be given once or often.
    """
    ranked, sizes = _ranked(texts)
    keys = [hashlib.blake2b(text.tobytes(), digest_size=8).digest() for text in texts]
    order = sorted(range(len(texts)), key=lambda text: (sizes[text], keys[text]))
    ranked, sizes = [ranked[text] for text in order], sizes[order]
    lists = _lists(ranked, sizes, threshold)
    marked = np.zeros(1 + max((int(r[-1]) for r in ranked if len(r)), default=0), dtype=bool)
    seen = np.zeros(len(order), dtype=bool)
    alone = np.ones(len(order), dtype=bool)

    def compared(here: int, others: Numbers) -> Iterator[tuple[int, int]]:
        """Yield those of the others that are alike, and the pieces shared."""
        # who has less than t·|x| pieces, or of whom x has less than that, cannot be alike
        shortest = np.minimum(sizes[others], sizes[here])
        others = others[shortest >= threshold * np.maximum(sizes[others], sizes[here]) - _SLACK]
        if not len(others):
            return
        marked[ranked[here]] = True
        common = _counted([ranked[other] for other in others], marked)
        marked[ranked[here]] = False
        enough = common >= threshold * (sizes[here] + sizes[others] - common) - _SLACK
        alone[others[enough]] = False
        alone[here] &= not enough.any()
        yield from zip(others[enough].tolist(), common[enough].tolist(), strict=True)

    for here in range(len(order)):
        for other, common in compared(here, _before(here, lists, seen, longest, nearest)):
            yield (*_ascending(order[here], order[other]), common)
    once: set[tuple[int, int]] = set()
    for here in np.flatnonzero(alone).tolist():
        for other, common in compared(here, _likeliest(here, lists, longest, 4 * nearest)):
            pair = _ascending(order[here], order[other])
            if pair not in once:
                once.add(pair)
                yield (*pair, common)


def _ascending(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _ranked(texts: Sequence[Pieces]) -> tuple[list[npt.NDArray[np.int32]], Numbers]:
    """Return each text's pieces that stand in another text too, as numbers, rarest first; and all texts' lengths."""
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    if not sizes.sum():
        return [np.empty(0, dtype=np.int32) for _ in texts], sizes
    distinct, counts = _several(texts)
    rank = np.empty(len(distinct), dtype=np.int32)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(distinct), dtype=np.int32)
    if not len(distinct):
        return [np.empty(0, dtype=np.int32) for _ in texts], sizes
    ranked = []
    for text in texts:
        places = np.minimum(np.searchsorted(distinct, text), len(distinct) - 1)
        ranked.append(np.sort(rank[places[distinct[places] == text]]))
    return ranked, sizes


def _several(texts: Sequence[Pieces]) -> tuple[Pieces, Numbers]:
    """Return the pieces that stand in more than one text, ascending, and in how many: a range of pieces at a time."""
    sample = np.sort(np.concatenate([text[:: 1 + len(text) // 8] for text in texts]))
    bounds = np.unique(sample[:: 1 + len(sample) // _RANGES])
    cuts = [np.searchsorted(text, bounds) for text in texts]
    found = []
    for number in range(len(bounds) + 1):
        first = [0 if not number else int(cut[number - 1]) for cut in cuts]
        last = [
            len(text) if number == len(bounds) else int(cut[number])
            for text, cut in zip(texts, cuts, strict=True)
        ]
        here = np.concatenate([text[a:b] for text, a, b in zip(texts, first, last, strict=True)])
        distinct, counts = np.unique(here, return_counts=True)
        found.append((distinct[counts > 1], counts[counts > 1]))
    return np.concatenate([d for d, _ in found]), np.concatenate([c for _, c in found])


def _lists(ranked: Sequence[npt.NDArray[np.int32]], sizes: Numbers, threshold: float) -> _Lists:
    # a text's own pieces, which stand nowhere else, are the rarest of all and take their share of the prefix
    lengths = sizes - np.ceil(threshold * sizes - _SLACK).astype(np.int64) + 1
    alone = sizes - np.array([len(r) for r in ranked], dtype=np.int64)
    wanted = [r[: max(0, int(n))] for r, n in zip(ranked, lengths - alone, strict=True)]
    lengths = np.array([len(rare) for rare in wanted], dtype=np.int64)
    rare = np.concatenate(wanted) if wanted else np.empty(0, dtype=np.int32)
    texts = np.repeat(np.arange(len(ranked)), lengths)
    by_piece = np.argsort(rare, kind="stable")
    standing = np.empty(len(rare), dtype=np.int64)
    standing[by_piece] = np.arange(len(rare))
    _, begin, number = np.unique(rare[by_piece], return_index=True, return_counts=True)
    return _Lists(
        texts[by_piece],
        np.repeat(begin, number),
        np.repeat(begin + number, number),
        np.split(standing, np.cumsum(lengths)[:-1]) if len(ranked) else [],
    )


def _before(here: int, lists: _Lists, seen: npt.NDArray[np.bool_], longest: int, nearest: int) -> Numbers:
    """Return the texts before this one, in order, that are worth comparing with it."""
    entries = lists.entries[here]
    first, last = lists.first[entries], lists.last[entries]
    short = last - first <= longest
    begins = np.concatenate([np.where(short, first, np.maximum(first, entries - nearest)), first[~short]])
    ends = np.concatenate([entries, np.minimum(first[~short] + nearest, entries[~short])])
    lengths = ends - begins
    if not lengths.sum():
        return np.empty(0, dtype=np.int64)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    found = lists.texts[np.repeat(begins, lengths) + within]
    seen[found] = True
    chosen = np.flatnonzero(seen[:here])
    seen[found] = False
    return chosen


def _likeliest(here: int, lists: _Lists, longest: int, most: int) -> Numbers:
    """Return, for a text some of whose rare pieces stand in too many others, those that share most of these pieces."""
    entries = lists.entries[here]
    entries = entries[lists.last[entries] - lists.first[entries] > longest][:_LISTS]
    if not len(entries):
        return np.empty(0, dtype=np.int64)
    found, times = np.unique(
        np.concatenate([lists.texts[lists.first[entry] : lists.last[entry]] for entry in entries]),
        return_counts=True,
    )
    found, times = found[found != here], times[found != here]
    return np.sort(found[np.argsort(-times, kind="stable")[:most]])


def _counted(texts: Sequence[npt.NDArray[np.int32]], marked: npt.NDArray[np.bool_]) -> Numbers:
    """Return how many pieces of each text are marked."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    begins = np.cumsum(lengths) - lengths
    return np.add.reduceat(marked[np.concatenate(texts)], begins, dtype=np.int64)
