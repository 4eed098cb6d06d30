"""Shares of a whole, and wholes with their parts, as claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tasks.extract.claims.metrics import Count
from tasks.extract.claims.partitions import Partition
from tasks.extract.claims.said import Said, claim, segment_start
from tasks.extract.claims.words import Number, read_share

_OF_WHOLE = re.compile(
    r"[，、（]?占比?(?:全年|本年度|全部|所有)?(?:办结|答复|办理|新收|收到|受理|处理)?的?(?:申请|案件|件)?总?"
    r"(?:数量|件数|数|量)?(?:的?比例)?(?:的|为|达到|达)?"
)
"""What may stand between a number and its share: “，占办结总数的”. Other words may name another whole."""


def shares(said: Said, counted: Sequence[Count]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield “258件，占33.9%” for every number whose metric is known."""
    bare, cut = said.bare, said.tokens
    by_end = {c.number.end: c for c in counted}
    latest: Count | None = None
    for token in cut:
        if token.kind in ("number", "bare_number") or bare[token.start] in "；。":
            latest = by_end.get(token.end) if token.kind == "number" else None
        if token.kind != "percent" or latest is None or latest.metric == "disclosed":
            continue
        share = read_share(bare[token.start : token.end])
        of_whole = _OF_WHOLE.fullmatch(bare, latest.number.end, token.start)
        if share is None or of_whole is None or "左右" in bare[token.end : token.end + 2]:
            continue
        where = said.standing(latest.begins, latest.number.start)
        yield (
            token.start,
            claim(
                said.text,
                said.text[latest.begins : token.end],
                latest.metric,
                "share",
                value=share,
                raw=bare[token.start : token.end],
                unit="%",
                base=_stated_base(counted, latest),
                parts=[latest.number.value],
                scope=where.scope,
                period=where.period,
                doubt=where.doubt or said.broken,
            ),
        )


_WHOLES = ("received_new", "received", "accepted", "handled", "received_all", "answered", "received_answered")
_DISPUTE_WHOLES = ("review.total", "suit.total", "disputes.total")


def _stated_base(counted: Sequence[Count], one: Count) -> float | None:
    wholes = _DISPUTE_WHOLES if one.metric.startswith(("review", "suit")) else _WHOLES
    for other in reversed([c for c in counted if c.number.start < one.number.start]):
        if other.metric in wholes:
            return other.number.value
    return None


def sums(
    said: Said, lists: Sequence[Partition], counted: Sequence[Count]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the wholes with their parts: applicants, ways of asking, and lists of anything."""
    covered: set[int] = set()
    for group, metric in (("applicant.", "applicants"), ("channel.", "channels")):
        parts = [c for c in counted if c.metric.startswith(group)]
        whole = next(
            (
                c
                for c in reversed(counted)
                if c.metric in _WHOLES and parts and c.number.start < parts[0].number.start
            ),
            None,
        )
        if whole is None or len(parts) < 2 or len({c.metric for c in parts}) < len(parts):
            continue
        if any(
            c.metric in _WHOLES
            for c in counted
            if whole.number.start < c.number.start < parts[-1].number.start
        ):
            continue
        if any(c.doubt for c in parts) or whole.metric.endswith("answered"):
            continue
        kinds = {c.metric.removeprefix(group) for c in parts}
        covered |= {c.number.start for c in parts}
        exhaustive = _all_kinds(kinds, said.bare, whole, parts)
        yield (
            parts[-1].number.start,
            _sum(said, whole.begins, whole.number, [c.number for c in parts], metric, exhaustive=exhaustive),
        )
    for partition in lists:
        if covered.isdisjoint(part.start for part in partition.parts) and not _results_of_requests(
            partition, counted
        ):
            begins = segment_start(said.bare, partition.whole.start)
            yield (
                partition.parts[-1].start,
                _sum(
                    said, begins, partition.whole, partition.parts, "parts", exhaustive=partition.exhaustive
                ),
            )


def _results_of_requests(partition: Partition, counted: Sequence[Count]) -> bool:
    """Results of requests stand in table 3, where they are looked up one by one."""
    by_start = {c.number.start: c.metric for c in counted}
    return any(by_start.get(part.start, "").startswith(("results.", "carried_")) for part in partition.parts)


def _sum(
    said: Said, begins: int, whole: Number, parts: Sequence[Number], metric: str, *, exhaustive: bool
) -> dict[str, Any]:
    values = [part.value or 0.0 for part in parts]
    where = said.standing(begins, whole.start)
    return claim(
        said.text,
        said.text[begins : parts[-1].end],
        metric,
        "sum",
        value=round(sum(values), 6),
        raw=whole.raw,
        unit=whole.unit,
        base=whole.value,
        parts=values,
        scope=where.scope,
        period=where.period,
        exhaustive=exhaustive,
        doubt=where.doubt or said.broken,
    )


def _all_kinds(kinds: set[str], sentence: str, whole: Count, parts: Sequence[Count]) -> bool:
    """Say whether the parts are all there can be: 自然人 and 法人或其他组织, 线上 and 线下, or a list without 其中."""
    if {"natural_person", "legal"} <= kinds:
        return True
    if any(k.startswith("线上") for k in kinds) and any(k.startswith("线下") for k in kinds):
        return True
    between = sentence[whole.number.end : parts[0].number.start]
    last = sentence[parts[-1].number.end : parts[-1].number.end + 1]
    return (
        all(c.metric.startswith("channel.") for c in parts)
        and len(parts) >= 2
        and "其中" not in between
        and last in "。；）)"
    )
