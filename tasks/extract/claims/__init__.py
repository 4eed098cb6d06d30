"""What the prose of a report claims: numbers with what they count, whose and of which time, and statements of nothing.

`metrics` holds the vocabulary of what is counted; besides it there are ``rate.done`` and ``rate.on_time`` (办结率),
``review.upheld``/``review.unlost`` and the like for suits with relation ``outcome`` (均获维持, 零败诉; ``closed_``
before it: only of those closed), and for relation ``sum`` ``applicants``, ``channels`` or ``parts``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tasks.extract.claims.counting import counted_numbers
from tasks.extract.claims.metrics import Context, Count
from tasks.extract.claims.partitions import partitions
from tasks.extract.claims.said import COUNTS, DENIES, Said, claim, read_sentence
from tasks.extract.claims.scope import Known, Standing, narrower_subject
from tasks.extract.claims.sentences import OF_SECTION, heading_domain, plain, sentences
from tasks.extract.claims.statements import Statement, statements
from tasks.extract.claims.wholes import shares, sums
from tasks.extract.claims.words import read_number, tokens
from tasks.extract.mentions.personal import without_personal_data

_SPEAKS = re.compile(
    r"申请|答复|办结|提供|不予|维持|审结|复议|诉讼|败诉|规范性文件|规章|费|行政许可|行政处罚|行政强制|结转|率"
    r"|(?:公开|发布|公布|更新)[^，。；]{0,30}\d|其中|包括|分别|共"
)
_MAY_NAME = re.compile(r"\d{11}|[\d ]{14}|申请人|原告|先生|女士|同志|住")
"""Where personal data may stand."""
_FILLERS = re.compile(
    r"^[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．][^，。；]{0,14}(?:情况|方面)?[。：:]?"
    r"|^(?:在)?(?:政府信息)?主动公开(?:政府信息)?(?:工作)?(?:方面|情况)"
    r"|20\d\d年度?|全年度?|本年度?|今年|[我本](?:街道|办事处|中心|分局|大队|支队|管委会|单位|机关)|[我本全][局委办厅区市县镇乡省州旗]|共计?|累计|合计|总计|了|[：:＿]"
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
_OFFICE = re.compile(r"政府|办公[室厅]")


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
        said = Said("", "", (), known, None, None)
        context.near = any(row["paragraph"] == last and row["metric"] in _REQUESTS for row in rows[-20:])
        last = paragraph["paragraph"]
        context.explicit = context.asked = False
        context.disputes = ()
        text = paragraph["text"]
        if not _SPEAKS.search(text) and not _OFFICE.search(text, 0, 24):
            context.domain = heading_domain(plain(text[:40])) or context.domain
            continue
        for sentence in sentences(plain(text)):
            context.domain = heading_domain(sentence) or context.domain
            if not _SPEAKS.search(sentence):
                if organ == "government" and _OFFICE.search(sentence, 0, 24):
                    acting = narrower_subject(sentence, tokens(sentence), known)
                    said = replace(said, subject=acting or said.subject)
                continue
            said = read_sentence(sentence, said)
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


def _of_sentence(said: Said, section: str, context: Context) -> list[dict[str, Any]]:
    bare = said.bare
    if not said.tokens:
        return []
    before = context.disputes
    found: list[tuple[int, dict[str, Any]]] = []
    context.about_disclosure = "信息公开" in bare or "依申请" in bare or "公开申请" in bare
    context.explicit = context.explicit or "公开申请" in bare or "依申请" in bare or "申请公开" in bare
    context.start_sentence("其中" in bare[:6])
    if COUNTS.search(bare):
        numbers = [(i, read_number(bare, t)) for i, t in enumerate(said.tokens) if t.kind == "number"]
        counted = counted_numbers(bare, said.tokens, numbers, context)
        lists = list(partitions(bare, said.tokens, numbers))
        listed = {part.start for one in lists for part in one.parts}
        for one in counted:
            if one.metric == "disclosed" and one.number.start in listed:
                continue  # a part of what was published
            found.append((one.number.start, _row(said, one)))
        found += shares(said, counted)
        found += sums(said, lists, counted)
    if DENIES.search(bare):
        silent = before if "其中" in bare[:6] else ()
        for statement in statements(bare, context.domain, section, silent, context.near):
            found.append((statement.begins, _statement(said, statement)))
    rows = _without_repeats([row for _, row in sorted(found, key=lambda entry: entry[0])])
    if rows and _MAY_NAME.search(said.text):
        for row in rows:
            row |= {column: without_personal_data(row[column]) for column in ("sentence", "quote")}
    return rows


def _row(said: Said, counted: Count) -> dict[str, Any]:
    number = counted.number
    where = said.standing(counted.begins, number.start)
    limited = counted.doubt is not None and where.scope in ("own", "whole")
    scope = "part" if counted.part or limited else where.scope
    return claim(
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
        doubt=counted.doubt or (None if counted.part else where.doubt) or said.broken,
    )


def _subject(sentence: str, place: int, known: Known) -> str | None:
    """Return what is counted, in the report's words; None where earlier words of the sentence may limit it."""
    ahead = sentence[:place].replace(known.agency or "＿", "")
    said = [words for part in re.split("[，；]", ahead) if (words := _FILLERS.sub("", part))]
    plain_words = len(said) == 1 and ("主动公开" in said[0] or "公开政府信息" in said[0])
    return said[0] if plain_words else None  # “发布信息” may be of any kind


def _statement(said: Said, one: Statement) -> dict[str, Any]:
    where = said.standing(one.begins, one.end)
    return claim(
        said.text,
        said.text[one.begins : one.end],
        one.metric,
        one.relation,
        value=one.value,
        scope="part" if one.part else where.scope,
        period=where.period,
        unit="%" if one.relation == "share" else None,
        doubt=one.doubt or where.doubt or said.broken,
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


__all__ = ["claim_rows"]
