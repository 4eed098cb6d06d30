"""Finds reports whose prose is nearly the same: of the same agency the year before, of others, of the agency above.

Nothing here says who copied from whom, or whether a likeness is a fault: that is for the rules and for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from expectations.profile import Profile, Thresholds
from models.facts import TWINS
from tasks.compare.agencies import perhaps_same, superiors
from tasks.compare.corpus import Corpus, corpus
from tasks.compare.masking import PARTS
from tasks.compare.passages import Sentences, side_by_side
from tasks.compare.shingles import Numbers, Pieces, alike, likeness, shared
from tasks.extract.wording import fold
from tasks.roster import Roster

_Row = dict[str, Any]

_NO_YEAR = "报告年度无法确定，无法与其他报告比对。"
_NO_AGENCY = "报告机关无法确定，无法与其他机关的报告比对。"
_NO_TEXT = "除各单位通用的表述外，可供比对的文字不足，无法判断是否雷同。"
_NO_OTHER_TEXT = "上一年度报告没有可供比对的文字。"
_NO_PEERS = "没有其他机关同一年度的报告可供比对。"
_NO_PARENT = "没有上级机关本年度或者上一年度的报告可供比对。"

_SIDES = 4096
"""Reports whose sentences are kept at hand: in a mould the same few are shown again and again."""
_FIGURES = 3
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?(?![\d,.]*(?:年|月|日|号))")


def twins(
    reports: pl.DataFrame,
    paragraphs: pl.DataFrame,
    before: Mapping[str, str],
    roster: Roster | None,
    profile: Profile,
) -> pl.DataFrame:
    """Return the frame `twins` (schema `models.facts.TWINS`), sorted by submission, relation and part.

    `before`: submission → the same agency's report of the year before, where there is one.

    Every report has rows: ``previous`` (parts prose and problems, compared directly), ``peer`` (part prose: the most
    alike of other agencies' reports of the year, at least as alike as the profile's `like_peer`; one row without
    `other_submission` and likeness 0 when there is none) and ``parent`` (part overview: the report of an agency above,
    of this year or the year before, that holds most of its paragraphs).
    """
    texts = corpus(reports, paragraphs, roster, profile)
    work = _work(texts, profile.thresholds)
    rows = [*_previous(work, before), *_peers(work, roster), *_parents(work, roster)]
    # strict=False: a likeness of 0 or 1 may come as a whole number
    return pl.DataFrame(rows, schema=dict(TWINS), orient="row", strict=False).sort(
        ["submission", "relation", "part", "similarity", "other_agency", "other_file", "other_submission"],
        descending=[False, False, False, True, False, False, False],
        nulls_last=True,
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """The corpus with its columns as lists; `side` gives the own sentences of a part of a report."""

    texts: Corpus
    limits: Thresholds
    columns: Mapping[str, list[Any]]
    side: Callable[[int, str], Sentences]

    def row(self, report: int, relation: str, part: str, other: int | None = None, **told: Any) -> _Row:
        """Return a row of `TWINS` with what is known of both reports."""
        columns = self.columns
        known = dict.fromkeys(TWINS, None) | {
            "submission": columns["submission"][report],
            "relation": relation,
            "part": part,
        }
        if other is not None:
            known |= {
                "other_submission": columns["submission"][other],
                "other_agency": columns["name"][other],
                "other_year": columns["year"][other],
                "other_file": columns["file"][other],
                "other_read_by": columns["read_by"][other],
            }
        return known | {"passages": []} | told


def _work(texts: Corpus, limits: Thresholds) -> _Work:
    @lru_cache(maxsize=_SIDES)
    def side(report: int, part: str) -> Sentences:
        return _side(texts, report, part, moulded=False)

    return _Work(texts, limits, texts.reports.to_dict(as_series=False), side)


def _side(texts: Corpus, report: int, part: str, *, moulded: bool) -> Sentences:
    rows = texts.rows(report)
    if part != "prose":
        rows = rows.filter(pl.col("section") == part)
    return texts.side(rows if moulded else rows.filter(~pl.col("common")))


# ------------------------------------------------------------------ the same agency, the year before


def _previous(work: _Work, before: Mapping[str, str]) -> Iterable[_Row]:
    """Compare each report with its predecessor; where nearly all is a mould's text, that counts as well."""
    number = {submission: report for report, submission in enumerate(work.columns["submission"])}
    texts, least = work.texts, work.limits.least_compared
    for report, submission in enumerate(work.columns["submission"]):
        other = number.get(before.get(submission, ""))
        year = work.columns["year"][report]
        for part, own in (("prose", texts.prose), ("problems", texts.problems)):
            if other is None:
                why = f"未找到该机关{year - 1}年度报告，无法与上一年度核对。" if year else _NO_YEAR
                yield work.row(report, "previous", part, reason=why)
                continue
            here, there, moulded = own[report], own[other], False
            if len(here) < least:
                here, there = (_whole(texts, one, part) for one in (report, other))
                moulded = True
            if len(here) < least or not len(there):
                why = _NO_TEXT if len(here) < least else _NO_OTHER_TEXT
                yield work.row(report, "previous", part, other, reason=why)
                continue
            found = likeness(shared(here, there), len(here), len(there))
            told: dict[str, Any] = {"similarity": found, "moulded": moulded, "shared_characters": 0}
            if found >= min(work.limits.like_previous, work.limits.repeated_problems):
                sides = [_side(texts, one, part, moulded=moulded) for one in (report, other)]
                told["shared_characters"], told["passages"] = side_by_side(*sides)
                if part == "problems":
                    told["new_numbers"] = _numbers(sides[0]) != _numbers(sides[1])
            yield work.row(report, "previous", part, other, **told)


def _whole(texts: Corpus, report: int, part: str) -> Pieces:
    rows = texts.rows(report)
    return texts.pieces_of(rows if part == "prose" else rows.filter(pl.col("section") == part))


def _numbers(side: Sentences) -> list[str]:
    """Return the numbers of a text but for dates and document numbers."""
    return _NUMBER.findall(fold("".join(side.texts)))


# ------------------------------------------------------------------ other agencies, the same year


def _peers(work: _Work, roster: Roster | None) -> Iterable[_Row]:
    columns, texts, least = work.columns, work.texts, work.limits.least_compared
    by_year: dict[int, list[int]] = {}
    for report in range(len(columns["year"])):
        why = _NO_YEAR if columns["year"][report] is None else None
        why = why or (_NO_AGENCY if columns["agency"][report] is None else None)
        if why is None:
            by_year.setdefault(columns["year"][report], []).append(report)
        else:
            yield work.row(report, "peer", "prose", reason=why)
    listed = (
        {fold(name): entry.agency for entry in roster.entries for name in (entry.agency, *entry.aliases)}
        if roster
        else {}
    )
    for year in sorted(by_year):
        members = by_year[year]
        if len({columns["body"][report] for report in members}) < 2:
            yield from (work.row(report, "peer", "prose", reason=_NO_PEERS) for report in members)
            continue
        compared = [report for report in members if len(texts.prose[report]) >= least]
        left = set(members) - set(compared)
        yield from (work.row(report, "peer", "prose", reason=_NO_TEXT) for report in sorted(left))
        yield from _alike(work, compared, listed)


@dataclass(frozen=True, slots=True)
class _Classes:
    """Reports whose masked prose is the same are one class: `members` in canonical order, `bodies` whose they are."""

    members: list[list[int]]
    bodies: list[Numbers]
    near: list[list[tuple[float, int]]]
    """For each class the others that are alike: likeness and class."""


def _classes(work: _Work, compared: Sequence[int]) -> _Classes:
    prose = work.texts.prose
    by_text: dict[bytes, list[int]] = {}
    for report in compared:
        by_text.setdefault(prose[report].tobytes(), []).append(report)
    members = list(by_text.values())
    code = {name: n for n, name in enumerate(dict.fromkeys(work.columns["body"][r] for r in compared))}
    bodies = [np.unique([code[work.columns["body"][r]] for r in several]) for several in members]
    near: list[list[tuple[float, int]]] = [[] for _ in members]
    firsts = [prose[several[0]] for several in members]
    for one, other, common in alike(firsts, work.limits.like_peer):
        found = likeness(common, len(firsts[one]), len(firsts[other]))
        near[one].append((found, other))
        near[other].append((found, one))
    return _Classes(members, bodies, near)


def _alike(work: _Work, compared: Sequence[int], listed: Mapping[str, str]) -> Iterable[_Row]:
    classes = _classes(work, compared)
    for number, several in enumerate(classes.members):
        # by likeness; among equals the reports' own order decides
        near = sorted([(1.0, number), *classes.near[number]], key=lambda entry: -entry[0])
        agencies = np.unique(np.concatenate([classes.bodies[other] for _, other in near]))
        for report in several:
            chosen = _most_alike(work, classes, near, report)
            if not chosen:
                yield work.row(report, "peer", "prose", similarity=0.0, shared_characters=0, partners=0)
            own = work.side(report, "prose")
            for found, other in chosen:
                length, passages = side_by_side(own, work.side(other, "prose"))
                yield work.row(
                    report,
                    "peer",
                    "prose",
                    other,
                    similarity=found,
                    shared_characters=length,
                    partners=len(agencies) - 1,
                    perhaps_same=_perhaps_same(work, report, other, listed),
                    passages=passages,
                )


def _most_alike(
    work: _Work, classes: _Classes, near: Sequence[tuple[float, int]], report: int
) -> list[tuple[float, int]]:
    """Return likeness and number of the reports most alike, one an agency, as many as are shown."""
    body = work.columns["body"]
    taken = {body[report]}
    chosen: list[tuple[float, int]] = []
    start = 0
    while start < len(near) and len(chosen) < work.limits.peers_shown:
        found = near[start][0]
        equal = [other for likely, other in near[start:] if likely == found]
        start += len(equal)
        pool = (
            classes.members[equal[0]]
            if len(equal) == 1
            else sorted(r for c in equal for r in classes.members[c])
        )
        for other in pool:
            if body[other] not in taken:
                taken.add(body[other])
                chosen.append((found, other))
                if len(chosen) == work.limits.peers_shown:
                    break
    return chosen


def _perhaps_same(work: _Work, report: int, other: int, listed: Mapping[str, str]) -> bool:
    """Say whether two reports may be one agency's: by their names, unless the roster or the rank tells them apart."""
    columns = work.columns
    one, two = columns["agency"][report], columns["agency"][other]
    if listed.get(one, one) != listed.get(two, two) and one in listed and two in listed:
        return False
    for known in ("rank", "organ"):
        if "unknown" not in (here := (columns[known][report], columns[known][other])) and here[0] != here[1]:
            return False
    return perhaps_same(one, two)


# ------------------------------------------------------------------ the agency above


def _parents(work: _Work, roster: Roster | None) -> Iterable[_Row]:
    """Look for paragraphs of section one that stand in the report of an agency above, this year's or the last."""
    columns = work.columns
    latest = {
        (agency, year): report  # the last one: reports are in order of their dates
        for report, (agency, year) in enumerate(zip(columns["agency"], columns["year"], strict=True))
        if agency is not None and year is not None
    }
    above = superiors(sorted({agency for agency, _ in latest}), roster)
    for report, (agency, year) in enumerate(zip(columns["agency"], columns["year"], strict=True)):
        if agency is None or year is None:
            yield work.row(report, "parent", "overview", reason=_NO_YEAR if year is None else _NO_AGENCY)
            continue
        others = [
            latest[superior, of]
            for superior in above[agency]
            for of in (year, year - 1)
            if (superior, of) in latest and columns["body"][latest[superior, of]] != columns["body"][report]
        ]
        yield _parent(work, report, others)


def _parent(work: _Work, report: int, others: Sequence[int]) -> _Row:
    texts, limits = work.texts, work.limits
    others = [other for other in others if len(texts.prose[other])]
    if not others:
        return work.row(report, "parent", "overview", reason=_NO_PARENT)
    if len(texts.prose[report]) < limits.least_compared:
        return work.row(report, "parent", "overview", reason=_NO_TEXT)
    best: _Row | None = None
    for other in others:
        told: dict[str, Any] = {"similarity": 0.0, "shared_characters": 0}
        # nothing to look for paragraph by paragraph where hardly a piece is shared
        if shared(texts.prose[report], texts.prose[other]) >= limits.least_compared // 2:
            told = _held(work, report, other)
        if best is None or told["shared_characters"] > best["shared_characters"]:
            best = work.row(report, "parent", "overview", other, **told)
    assert best is not None
    return best


def _held(work: _Work, report: int, other: int) -> dict[str, Any]:
    """Return what paragraphs of section one stand nearly word for word in the other report.

    Sentences of many numbers (申请……件，办结……件) are left out: what they tell is the numbers, which are masked.
    """
    texts, limits = work.texts, work.limits
    figures = pl.col("masked").str.count_matches("#", literal=True) >= _FIGURES
    rows = texts.rows(report).filter((pl.col("section") == PARTS[0]) & ~pl.col("common") & ~figures)
    there = _whole(texts, other, "prose")
    held: list[pl.DataFrame] = []
    total = common = 0
    for paragraph in rows.partition_by("paragraph", maintain_order=True):
        here = texts.pieces_of(paragraph)
        total += len(here)
        if len(here) < limits.least_compared // 2:
            continue
        found = shared(here, there)
        if found >= limits.parent_paragraph * len(here):
            held.append(paragraph)
            common += found
    if not held:
        return {"similarity": 0.0, "shared_characters": 0}
    own = pl.concat(held)
    _, passages = side_by_side(texts.side(own), _side(texts, other, "prose", moulded=True))
    characters = int(own["text"].str.len_chars().sum())
    return {
        "similarity": (common * 10_000 // total) / 10_000,
        "shared_characters": characters,
        "passages": passages,
    }
