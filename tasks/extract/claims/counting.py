"""What each number of a sentence counts, where that hangs on its neighbours as well."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.extract.claims.metrics import Context, Count, count, metric_of
from tasks.extract.claims.words import Number, Token

_INCLUDED = ("received", "accepted", "handled")


def counted_numbers(
    sentence: str, cut: Sequence[Token], numbers: Sequence[tuple[int, Number]], context: Context
) -> list[Count]:
    """Say of every number what it counts, from left to right."""
    found: list[Count] = []
    last = 0
    by_index = dict(numbers)
    among: set[int] = set()
    waiting: list[Token] = []  # tokens of segments without a number, joined to the next by 、
    segment: list[Token] = []
    for index, token in enumerate(cut):
        if token.kind == "mark":
            if sentence[token.start] == "、" and segment and not _ends_with_number(segment):
                waiting += [*segment, token]
            else:
                ends = sentence[token.start] in "；;。" or _ends_with_number(segment)
                context.lead = [] if ends else [*waiting, *segment]
                waiting = []
            segment = []
            continue
        segment.append(token)
        number = by_index.get(index)
        if number is None:
            continue
        before = [*waiting, *_since_number(segment[:-1])]
        behind = []
        for later in cut[index + 1 :]:
            if later.kind in ("mark", "number", "percent"):
                break
            behind.append(later)
        counted = count(sentence, number, before, behind, context)
        waiting, context.lead = [], []
        if counted is None:
            continue
        if any(t.kind in ("comprising", "among", "with") for t in cut[last:index]):
            among.add(len(found))
        found.append(counted)
        last = index
    return _with_those_carried_in(sentence, _in_turn(sentence, cut, numbers, found, context), among)


def _ends_with_number(segment: Sequence[Token]) -> bool:
    return any(t.kind in ("number", "percent", "bare_number") for t in segment)


def _since_number(segment: Sequence[Token]) -> list[Token]:
    start = max((n + 1 for n, t in enumerate(segment) if t.kind in ("number", "percent")), default=0)
    return list(segment[start:])


def _in_turn(
    sentence: str,
    cut: Sequence[Token],
    numbers: Sequence[tuple[int, Number]],
    found: list[Count],
    context: Context,
) -> list[Count]:
    """Put numbers that 分别 names in the order of what they count (“A、B分别为3件、2件”) each with its own."""
    told = list(found)
    for index, token in enumerate(cut):
        if token.kind != "each":
            continue
        before = max(
            (t.end for t in cut[:index] if t.kind == "number" or sentence[t.start] in "；。"), default=0
        )
        after = min((t.start for t in cut[index:] if sentence[t.start] in "；。"), default=len(sentence))
        told = [c for c in told if not token.end <= c.number.start < after]
        names = [(t, name) for t in cut[:index] if t.start >= before and (name := metric_of(t, context))]
        listed = [n for i, n in numbers if i > index and n.start < after]
        if len(names) == len(listed) >= 2:
            told += [
                Count(name, number, t.start, None, number.end)
                for (t, name), number in zip(names, listed, strict=True)
                if number.value is not None
            ]
    return sorted(told, key=lambda one: one.number.start)


def _with_those_carried_in(sentence: str, found: list[Count], among: set[int]) -> list[Count]:
    """“收到68件，其中上年结转5件”, “连同上年结转5件，共收到68件”: the number holds those carried in as well."""
    told = list(found)
    for place, counted in enumerate(found):
        if counted.metric != "carried_in":
            continue
        if (
            place in among
            and place
            and found[place - 1].metric in _INCLUDED
            and _said_to_hold(sentence, counted)
        ):
            told[place - 1] = _all(found[place - 1])
        ahead = sentence[max(0, counted.begins - 3) : counted.number.start]
        later = place + 1 < len(found) and found[place + 1].metric in _INCLUDED
        if later and re.search(r"连同|加上|加", ahead):
            told[place + 1] = _all(found[place + 1])
    return told


def _said_to_hold(sentence: str, counted: Count) -> bool:
    return bool(re.search(r"其中|含|包括", sentence[max(0, counted.begins - 8) : counted.number.start]))


def _all(counted: Count) -> Count:
    return Count("received_all", counted.number, counted.begins, counted.doubt)
