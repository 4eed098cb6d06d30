"""Judges the laws, notices and articles that a report cites: still in force, rightly named, rightly written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from expectations.profile import Misnomer, Profile
from models.facts import Facts

Row = dict[str, Any]

_OLD, _PRESENT = "国务院令第492号", "国务院令第711号"
_OLD_FORM = re.compile(r"关于政府信息公开工作年度报告有关事项的通知$")
_OLD_FORM_NUMBER, _FORM_NUMBER = "国办公开办函〔2019〕60号", "国办公开办函〔2021〕30号"
_FORM_TITLE = "年度报告格式"
_HISTORY = re.compile(r"2007|2008|修订|修改|废止|原《|旧|历史|自《?.{0,20}》?(?:实施|施行)以来")
_REPORTING_ARTICLES = {49, 50, 54, 55}
_FORMER_ARTICLES = {31, 32}
_ADOPTED = re.compile(r"(?:根据|按照|依据|依照|遵照).{0,60}$")
_RETYPED = ("txt", "markdown")
"""Formats that people paste or convert text into, where 〔〕 is often lost or replaced."""
_BETWEEN = re.compile(r"^[》>〉\s]{0,2}(?:的通知)?》?[的]?(?:通知)?[》\s]*[(（]?\s*$")


def judged(found: Sequence[Row], report: Row, profile: Profile) -> Iterator[Row]:
    """Return rows of the topics basis, number and citation for one report's mentions."""
    values = {row["value"] for row in found if row["kind"] in ("document", "order")}
    titles = [row["value"] for row in found if row["kind"] == "law"]
    rounded = any("〔" in row["text"] for row in found if row["kind"] == "document")
    current = _FORM_NUMBER in values or any(_FORM_TITLE in title for title in titles)
    for row in found:
        kind = row["kind"]
        if kind == "document":
            yield row | _number(row, report, rounded)
            if (year := report["year"]) is not None and year >= 2021 and row["value"] == _OLD_FORM_NUMBER:
                yield row | {"topic": "basis", "use": "current" if current else "superseded form"}
        elif kind == "order":
            yield from _order(row, _PRESENT in values)
        elif kind == "article":
            yield from _article(row, report)
        elif kind == "law":
            yield from _law(row, report, current, profile)
    yield from _numbers_of_titles(found, profile)


def _number(row: Row, report: Row, rounded: bool) -> Row:
    """A number is judged as printed unless the way to us may have changed its brackets."""
    doubtful = report["read_by"] == "ocr" or (
        not rounded and (row["role"] == "bare" or report["format"] in _RETYPED)
    )
    printed = None if doubtful else "".join(row["text"].split())
    reason = "文号括号可能在文件转换中丢失，不能判断原文书写。" if doubtful else None
    return {"topic": "number", "printed": printed, "reason": reason}


def _order(row: Row, with_present: bool) -> Iterator[Row]:
    if row["value"] == _OLD:
        history = _HISTORY.search(row["sentence"])
        use = "with amendment" if with_present else "history" if history else "repealed"
        yield row | {"topic": "basis", "use": use}
    elif row["role"] == "regulation":
        yield row | {"topic": "citation", "cited": row["value"], "correct": _PRESENT}


def _article(row: Row, report: Row) -> Iterator[Row]:
    numbers = {int(n) for n in row["value"].split(",") if n}
    if not numbers or row["role"] != "reporting" or (report["year"] or 0) < 2019:
        return
    before = row["sentence"].split(row["text"])[0]
    if not re.search(r"年度报告|年报|本报告", row["sentence"]) or not _ADOPTED.search(before):
        return
    if numbers <= _FORMER_ARTICLES:
        yield row | {"topic": "basis", "use": "former article"}
    elif not numbers & _REPORTING_ARTICLES:
        cited = "".join(row["text"].split()).strip("、，,和及与")
        yield row | {
            "topic": "citation",
            "cited": f"《条例》{cited}",
            "correct": "《条例》第四十九条、第五十条",
        }


def _law(row: Row, report: Row, current: bool, profile: Profile) -> Iterator[Row]:
    title = row["value"]
    if (report["year"] or 0) >= 2021 and _OLD_FORM.search(title):
        yield row | {"topic": "basis", "use": "current" if current else "superseded form"}
    if any(re.search(pattern, title) for pattern in profile.words.repealed):
        yield row | {"topic": "basis", "use": "repealed rule"}


def _numbers_of_titles(found: Sequence[Row], profile: Profile) -> Iterator[Row]:
    """Compare the number printed straight after a title with the one that the document bears.

    Only numbers of the central offices: a place's own notice on the same matter has a number of its own.
    """
    title: Row | None = None
    for row in found:
        if row["kind"] == "law":
            title = row
        elif row["kind"] == "document" and title is not None and title["paragraph"] == row["paragraph"]:
            between = row["sentence"].partition(title["text"])[2].partition(row["text"])[0]
            ours = row["value"].startswith(("国办函", "国办公开办函", "国办发"))
            for known in profile.words.citations if ours and _BETWEEN.match(between) else ():
                if re.search(known.title, title["value"]):
                    yield row | {"topic": "citation", "cited": row["value"], "correct": known.number}
            title = None


def misnomers(facts: Facts, profile: Profile) -> list[Row]:
    """Return rows of the topic citation for wrong names of laws (`Words.misnomers`), without ``mention``."""
    known = profile.words.misnomers
    if not known:
        return []
    text = pl.col("text").str.replace_all(r"\s+", "")
    near = facts.paragraphs.with_columns(squeezed=text).filter(
        pl.col("squeezed").str.contains("|".join(without_lookaround(entry.wrong) for entry in known))
    )
    rows: list[Row] = []
    for row in near.iter_rows(named=True):
        for entry, match in matched(row["squeezed"], known):
            rows.append(
                {name: row[name] for name in ("submission", "paragraph", "section", "where")}
                | {
                    "kind": "law",
                    "text": match,
                    "sentence": row["squeezed"][:120],
                    "topic": "citation",
                    "cited": match,
                    "correct": entry.right,
                }
            )
    return rows


def matched(text: str, entries: Sequence[Misnomer]) -> list[tuple[Misnomer, str]]:
    """Return each entry that a text meets with the words that met it."""
    found = ((entry, _compiled(entry.wrong).search(text)) for entry in entries)
    return [(entry, match.group()) for entry, match in found if match]


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_LOOKAROUND = re.compile(r"\(\?<?[=!][^()]*\)")


def without_lookaround(pattern: str) -> str:
    """Return a wider pattern that polars can run: it knows no look-ahead and no look-behind."""
    return _LOOKAROUND.sub("", pattern)
