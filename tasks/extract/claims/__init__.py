"""What the prose of a report claims: numbers with what they count, whose and of which time, and statements of nothing.

`metrics` holds the vocabulary of what is counted; besides it there are ``rate.done`` and ``rate.on_time`` (办结率),
``review.upheld``/``review.unlost`` and the like for suits with relation ``outcome`` (均获维持, 零败诉; ``closed_``
before it: only of those closed), and for relation ``sum`` ``applicants``, ``channels`` or ``parts``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tasks.extract.claims.metrics import Context, Count, count, metric_of
from tasks.extract.claims.partitions import Partition, partitions
from tasks.extract.claims.scope import Known, Standing, narrower_subject, standing
from tasks.extract.claims.sentences import (
    OF_SECTION,
    REQUESTS,
    heading_domain,
    plain,
    sentences,
    without_asides,
)
from tasks.extract.claims.statements import Statement, statements
from tasks.extract.claims.words import Number, Token, read_number, read_share, tokens

_SPEAKS = re.compile(
    r"申请|答复|办结|提供|不予|维持|审结|复议|诉讼|败诉|规范性文件|规章|费|行政许可|行政处罚|行政强制|结转|率"
    r"|(?:公开|发布|公布|更新)[^，。；]{0,30}\d|其中|包括|分别|共"
)
_COUNTS = re.compile(r"\d|[零一二两三四五六七八九十百千万][件份条宗例起]")
_DENIES = re.compile(r"未|无|没|零|不存在|均|全部|都|率")
_FILLERS = re.compile(
    r"^[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．][^，。；]{0,14}(?:情况|方面)?[。：:]?"
    r"|^(?:在)?(?:政府信息)?主动公开(?:政府信息)?(?:工作)?(?:方面|情况)"
    r"|20\d\d年度?|全年度?|本年度?|今年|[我本](?:街道|办事处|中心|分局|大队|支队|管委会|单位|机关)|[我本全][局委办厅区市县镇乡省州旗]|共计?|累计|合计|总计|了|[：:＿]"
)
_GOES_ON = re.compile(r"其中|(?:从|按)[^，]{2,14}[看分]|(?:在)?(?:办结|答复|收到|受理)的[^，]{0,10}中，")
_OFFICE = re.compile(r"政府|办公[室厅]")
_INCLUDED = ("received", "accepted", "handled")


def claim_rows(
    paragraphs: Sequence[Mapping[str, Any]],
    *,
    year: int | None,
    rank: str,
    organ: str,
    agency: str | None = None,
) -> list[dict[str, Any]]:
    """Return rows of `models.facts.CLAIMS` without ``submission``, in reading order.

    `paragraphs`: rows of `models.facts.PARAGRAPHS` of one report, in order. `year`, `rank`, `organ`, `agency`: what is
    known of the report; without `agency` a body named before a number is never taken for the agency itself.
    """
    known = Known(year, rank, organ, agency)
    rows: list[dict[str, Any]] = []
    section: str | None = None
    last: int | None = None
    context = Context()
    for paragraph in paragraphs:
        if paragraph["section"] in ("title", "signature"):
            continue
        if paragraph["section"] != section:
            section = paragraph["section"]
            context = Context(domain=OF_SECTION.get(section))
        said = _Said("", "", (), known, None, None)
        context.near = any(row["paragraph"] == last and row["metric"] in _REQUESTS for row in rows[-20:])
        last = paragraph["paragraph"]
        context.explicit = context.asked = False
        context.disputes = ()
        for sentence in sentences(plain(paragraph["text"])):
            context.domain = heading_domain(sentence) or context.domain
            if not _SPEAKS.search(sentence):
                if organ == "government" and _OFFICE.search(sentence, 0, 24):
                    acting = narrower_subject(sentence, tokens(sentence), known)
                    said = replace(said, subject=acting or said.subject)
                continue
            said = _read(sentence, said)
            found = _of_sentence(said, section or "", context)
            if found:
                said = replace(
                    said, before=Standing(found[-1]["scope"], found[-1]["period"], found[-1]["doubt"])
                )
            rows += [
                {"claim": len(rows) + n, "paragraph": paragraph["paragraph"], "section": section}
                | row
                | {"where": paragraph["where"]}
                for n, row in enumerate(found, start=1)
            ]
    return rows


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence: as printed, with asides blanked out, its tokens; and what it takes over from those before it."""

    text: str
    bare: str
    tokens: Sequence[Token]
    known: Known
    subject: str | None  # the office that an earlier sentence of the paragraph names as the one that acts
    before: Standing | None  # whose and of which time the last claim before it was

    def standing(self, begins: int, place: int) -> Standing:
        """Return whose number stands at `place` and of which time; 其中 goes on with what was said before."""
        found = standing(self.bare, self.tokens, begins, place, self.known, self.subject)
        plainly = found == Standing("own", "this", None)
        return self.before if plainly and self.before is not None and _GOES_ON.match(self.bare) else found


def _read(sentence: str, before: _Said) -> _Said:
    bare = without_asides(sentence)
    cut = tokens(bare) if _COUNTS.search(bare) or _DENIES.search(bare) else []
    subject = narrower_subject(bare, cut, before.known) or before.subject
    return _Said(sentence, bare, cut, before.known, subject, before.before)


def _of_sentence(said: _Said, section: str, context: Context) -> list[dict[str, Any]]:
    bare = said.bare
    if not said.tokens:
        return []
    before = context.disputes
    found: list[tuple[int, dict[str, Any]]] = []
    context.about_disclosure = "信息公开" in bare or "依申请" in bare or "公开申请" in bare
    context.explicit = context.explicit or "公开申请" in bare or "依申请" in bare or "申请公开" in bare
    context.start_sentence("其中" in bare[:6])
    if _COUNTS.search(bare):
        numbers = [(i, read_number(bare, t)) for i, t in enumerate(said.tokens) if t.kind == "number"]
        counted = _counted(bare, said.tokens, numbers, context)
        lists = list(partitions(bare, said.tokens, numbers))
        listed = {part.start for one in lists for part in one.parts}
        for one in counted:
            if one.metric == "disclosed" and one.number.start in listed:
                continue  # a part of what was published
            found.append((one.number.start, _row(said, one)))
        found += _shares(said, counted)
        found += _sums(said, lists, counted)
    if _DENIES.search(bare):
        silent = before if "其中" in bare[:6] else ()
        for statement in statements(bare, context.domain, section, silent, context.near):
            found.append((statement.begins, _statement(said, statement)))
    return _without_repeats([row for _, row in sorted(found, key=lambda entry: entry[0])])


def _counted(
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


def _row(said: _Said, counted: Count) -> dict[str, Any]:
    number = counted.number
    where = said.standing(counted.begins, number.start)
    scope = "part" if counted.doubt is not None and where.scope in ("own", "whole") else where.scope
    return _claim(
        said.text,
        said.text[counted.begins : max(counted.ends, number.end)],
        counted.metric,
        "none" if number.value == 0 else "is",
        value=number.value,
        raw=number.raw,
        unit=number.unit,
        scope=scope,
        period=where.period,
        subject=_subject(said.bare, number.start, said.known) if counted.metric == "disclosed" else None,
        doubt=counted.doubt or where.doubt,
    )


def _subject(sentence: str, place: int, known: Known) -> str | None:
    """Return what is counted, in the report's words; None where earlier words of the sentence may limit it."""
    ahead = sentence[:place].replace(known.agency or "＿", "")
    said = [words for part in re.split("[，；]", ahead) if (words := _FILLERS.sub("", part))]
    plain_words = len(said) == 1 and ("主动公开" in said[0] or "公开政府信息" in said[0])
    return said[0] if plain_words else None  # “发布信息” may be of any kind


def _segment_start(sentence: str, place: int) -> int:
    return max(sentence.rfind(mark, 0, place) for mark in "，；：。") + 1


def _claim(sentence: str, quote: str, metric: str, relation: str, **told: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sentence": sentence,
        "quote": quote.strip("，；：、"),
        "metric": metric,
        "relation": relation,
        "value": None,
        "raw": None,
        "unit": None,
        "base": None,
        "parts": None,
        "scope": "own",
        "period": "this",
        "subject": None,
        "exhaustive": None,
        "doubt": None,
    }
    return row | told


def _statement(said: _Said, one: Statement) -> dict[str, Any]:
    where = said.standing(one.begins, one.end)
    return _claim(
        said.text,
        said.text[one.begins : one.end],
        one.metric,
        one.relation,
        value=one.value,
        scope="part" if one.part else where.scope,
        period=where.period,
        unit="%" if one.relation == "share" else None,
        doubt=one.doubt or where.doubt,
    )


def _without_repeats(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what two readings of the same words say: 收到申请0件."""
    kept: list[dict[str, Any]] = []
    for row in rows:
        if row["relation"] == "none" and any(
            other["relation"] == "none"
            and other["metric"].split("_")[0] == row["metric"].split("_")[0]
            and (other["quote"] in row["quote"] or row["quote"] in other["quote"])
            for other in kept
        ):
            continue
        kept.append(row)
    return kept


# ------------------------------------------------------------------------------------- shares and sums


def _shares(said: _Said, counted: Sequence[Count]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield “258件，占33.9%” for every number whose metric is known."""
    bare, cut = said.bare, said.tokens
    by_end = {c.number.end: c for c in counted}
    latest: Count | None = None
    for index, token in enumerate(cut):
        if token.kind in ("number", "bare_number") or bare[token.start] in "；。":
            latest = by_end.get(token.end) if token.kind == "number" else None
        if token.kind != "percent" or latest is None or latest.metric == "disclosed":
            continue
        between = [t for t in cut[:index] if t.start >= latest.number.end]
        words = bare[latest.number.end : token.start]
        if (
            not any(t.kind == "share" for t in between)
            or len(words) > 24
            or any(t.kind == "growth" for t in between)
        ):
            continue
        if (
            any(mark in words for mark in "；。")
            or words.count("，") + words.count("（") + words.count("、") > 1
        ):
            continue
        share = read_share(bare[token.start : token.end])
        if share is None or "左右" in bare[token.end : token.end + 2] or re.search(r"近|约|超", words):
            continue
        where = said.standing(latest.begins, latest.number.start)
        yield (
            token.start,
            _claim(
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
                doubt=where.doubt,
            ),
        )


_REQUESTS = frozenset(
    (
        "received_new",
        "received",
        "accepted",
        "handled",
        "received_all",
        "answered",
        "carried_in",
        "carried_out",
    )
)
_WHOLES = ("received_new", "received", "accepted", "handled", "received_all", "answered", "received_answered")
_DISPUTE_WHOLES = ("review.total", "suit.total", "disputes.total")


def _stated_base(counted: Sequence[Count], one: Count) -> float | None:
    wholes = _DISPUTE_WHOLES if one.metric.startswith(("review", "suit")) else _WHOLES
    for other in reversed([c for c in counted if c.number.start < one.number.start]):
        if other.metric in wholes:
            return other.number.value
    return None


def _sums(
    said: _Said, lists: Sequence[Partition], counted: Sequence[Count]
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
            begins = _segment_start(said.bare, partition.whole.start)
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
    said: _Said, begins: int, whole: Number, parts: Sequence[Number], metric: str, *, exhaustive: bool
) -> dict[str, Any]:
    values = [part.value or 0.0 for part in parts]
    where = said.standing(begins, whole.start)
    return _claim(
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
        doubt=where.doubt,
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


__all__ = ["claim_rows"]
