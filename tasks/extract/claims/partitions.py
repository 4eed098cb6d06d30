"""Wholes and their parts: 主动公开315条，其中…；收到14件（信函10件、网络4件）."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.extract.claims.words import Number, Token

_OPEN, _CLOSE = "（(", "）)"
_LAST = ("其他", "其它", "其余", "另有")


@dataclass(frozen=True, slots=True)
class Partition:
    """A stated whole and the parts listed behind it, all of one unit. Numbers stand in the order of the text."""

    whole: Number
    parts: tuple[Number, ...]
    exhaustive: bool
    end: int


def partitions(
    sentence: str, tokens: Sequence[Token], numbers: Sequence[tuple[int, Number]]
) -> Iterator[Partition]:
    """Yield the lists of parts in a sentence. `numbers`: index of its token, and the number, in order."""
    if len(numbers) < 3:
        return  # a whole and two parts
    depth = _depths(sentence)
    unclear = 0  # up to here 其中 stands inside 其中: whose parts follow cannot be told
    for place, (index, whole) in enumerate(numbers):
        if whole.value is None or not whole.unit or _grows(tokens, index) or whole.start < unclear:
            continue
        opening = _opening(sentence, tokens, index)
        if opening is None:
            continue
        begin, kind = opening
        found = _parts(sentence, tokens, numbers, place, begin, depth)
        if found is None:
            unclear = min(
                (sentence.find(c, whole.end) for c in "；。" if c in sentence[whole.end :]),
                default=len(sentence),
            )
            continue
        parts, mixed, clean, end = found
        if len(parts) < 2 or any(part.value is None for part in parts):
            continue
        last = sentence[
            max(sentence.rfind(c, 0, parts[-1].start) for c in "，、；：（") + 1 : parts[-1].start
        ]
        covering = kind in (":", "each") or any(word in last for word in _LAST)
        yield Partition(whole, tuple(parts), covering and clean and not mixed, end)


def _depths(sentence: str) -> list[int]:
    found, depth = [], 0
    for character in sentence:
        if character in _CLOSE:
            depth = max(0, depth - 1)
        found.append(depth)
        if character in _OPEN:
            depth += 1
    return found


def _grows(tokens: Sequence[Token], index: int) -> bool:
    for token in reversed(tokens[:index]):
        if token.kind == "mark":
            return False
        if token.kind in ("growth", "plan", "approximate"):
            return True
    return False


def _opening(sentence: str, tokens: Sequence[Token], index: int) -> tuple[int, str] | None:
    """Return where the list behind a whole begins (index of a token), and how it is opened."""
    crossed = 0
    for number in range(index + 1, min(index + 9, len(tokens))):
        token = tokens[number]
        text = sentence[token.start : token.end]
        if token.kind == "among":
            return number + 1, "among"
        if token.kind == "comprising" and text not in ("涉及", "由"):
            return number + 1, "among"
        if token.kind == "each":
            return number + 1, "each"
        if token.kind in ("number", "percent", "bare_number"):
            return None
        if token.kind == "mark":
            if text in "：:":
                return number + 1, ":"
            if text in _OPEN:
                nested = tokens[number + 1].kind if number + 1 < len(tokens) else ""
                return number + 1, "among" if nested in ("among", "comprising") else ":"
            crossed += 1
            if text not in "，," or crossed > 1:
                return None
    return None


def _parts(
    sentence: str,
    tokens: Sequence[Token],
    numbers: Sequence[tuple[int, Number]],
    place: int,
    begin: int,
    depth: Sequence[int],
) -> tuple[list[Number], bool, bool, int] | None:
    """Return the parts of the unit of the whole, whether other units stand among them, whether all segments count,
    and where the list ends; None where its borders cannot be told.

    A list in brackets ends with them, any other with a semicolon or the sentence.
    """
    if begin >= len(tokens):
        return None
    whole = numbers[place][1]
    level = depth[tokens[begin].start]
    parts: list[Number] = []
    mixed, clean = False, True
    by_index = dict(numbers)
    here: list[Token] = []
    end = tokens[begin].start
    for index in range(begin, len(tokens)):
        token = tokens[index]
        text = sentence[token.start : token.end]
        if depth[token.start] < level:
            break
        if token.kind == "mark":
            if text in "；;。！？":
                # a list whose items are parted by semicolons has no certain end
                if text in "；;" and len(parts) == 1:
                    return None
                break
            if text not in _OPEN + _CLOSE:
                here = []
            continue
        if depth[token.start] > level:
            continue
        if token.kind == "among" and parts:
            return None  # 其中 of a part: from here on it cannot be told whose parts they are
        number = by_index.get(index)
        if number is None:
            here.append(token)
            continue
        end = token.end
        skip = any(
            t.kind in ("growth", "plan", "approximate", "previous", "part_year", "share") for t in here
        )
        here = []
        if skip:
            clean = False
        elif number.unit == whole.unit:
            parts.append(number)
        elif number.unit:
            mixed = True
    return parts, mixed, clean, end
