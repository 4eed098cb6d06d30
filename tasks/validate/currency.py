"""Adds to each report what its prose tells of its time: years it speaks of, congresses it cites, the date it bears."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import polars as pl

from expectations.profile import Meeting, Profile
from models.facts import Facts

_TOLD = ("overview", "problems")
_OWN_ROLES = (
    "acting",
    "dated",
    "other",
    "since",
    "named",
    "law",
    "range",
    "period",
    "comparison",
    "until",
    "review",
)
_FULL_DATE = re.compile(r"(20\d{2})\s?(?:年|[-/.])\s?(\d{1,2})\s?(?:月|[-/.])\s?(\d{1,2})(?!\d)")
_LAST = 3


def told_by_prose(reports: pl.DataFrame, facts: Facts, profile: Profile) -> pl.DataFrame:
    """Return the prepared frame `reports` with these columns added:

    years_own, years_old: how often sections one and five speak of the report year, and of earlier years as the time of
        what they report; null without a year or without prose. old_years, old_sentence: which, and the first of them;
        old_first: whether it is an earlier year that section one or five opens with.
    cites_meeting, meeting_cited, meeting_due, meeting_cited_on, meeting_due_on (yyyymmdd): the newest congress or
        plenum cited, and the one that was the newest when the report year began.
    date_printed: signed | printed | metadata | none.
    """
    years = _years(facts.mentions, facts.paragraphs, reports)
    meetings = _meetings(facts.mentions, reports, profile.words.meetings)
    dates = _dates(facts.paragraphs, reports)
    told = facts.paragraphs.filter(pl.col("section").is_in(_TOLD)).get_column("submission").unique()
    has_prose = pl.col("submission").is_in(told.implode()) & pl.col("year").is_not_null()
    return (
        reports.join(years, on="submission", how="left", maintain_order="left")
        .with_columns(
            pl.when(has_prose).then(pl.col("years_own").fill_null(0)),
            pl.when(has_prose).then(pl.col("years_old").fill_null(0)),
        )
        .join(meetings, on="submission", how="left", maintain_order="left")
        .with_columns(pl.col("cites_meeting").fill_null(False))
        .join(dates, on="submission", how="left", maintain_order="left")
    )


def _years(mentions: pl.DataFrame, paragraphs: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("value").cast(pl.Int32, strict=False)
    told = (
        mentions.filter((pl.col("kind") == "year") & pl.col("section").is_in(_TOLD))
        .select("submission", "mention", "paragraph", "section", "role", "sentence", said=value)
        .join(reports.select("submission", "year"), on="submission")
        .join(
            paragraphs.select("submission", "paragraph", "text"), on=["submission", "paragraph"], how="left"
        )
        .sort("submission", "mention")
        .with_columns(
            own=(pl.col("said") == pl.col("year")) & pl.col("role").is_in(_OWN_ROLES),
            acting_old=(pl.col("said") < pl.col("year")) & (pl.col("role") == "acting"),
            dated_old=(pl.col("said") < pl.col("year")) & (pl.col("role") == "dated"),
            first=(pl.int_range(pl.len()).over("submission", "section") == 0)
            & pl.col("text").str.starts_with(pl.col("sentence")),
        )
    )
    old = pl.col("acting_old") | pl.col("dated_old")
    return (
        told.group_by("submission", maintain_order=True)
        .agg(
            years_own=pl.col("own").sum().cast(pl.Int32),
            acting=pl.col("acting_old").sum().cast(pl.Int32),
            all_old=old.sum().cast(pl.Int32),
            old_years=pl.col("said").filter(old).unique().sort().cast(pl.String).str.join("、"),
            old_sentence=pl.col("sentence").filter(old).first(),
            old_first=(pl.col("first") & pl.col("acting_old")).any(),
        )
        # events with a month may be looked back on; where the report year is never named they count too
        .with_columns(
            years_old=pl.when((pl.col("years_own") == 0) & (pl.col("all_old") >= 2))
            .then(pl.col("all_old"))
            .otherwise(pl.col("acting"))
        )
        .drop("acting", "all_old")
    )


def _meetings(mentions: pl.DataFrame, reports: pl.DataFrame, meetings: tuple[Meeting, ...]) -> pl.DataFrame:
    years = dict(reports.select("submission", "year").iter_rows())
    cited: dict[str, set[str]] = {}
    for row in mentions.filter((pl.col("kind") == "congress") & (pl.col("role") == "cited")).iter_rows(
        named=True
    ):
        cited.setdefault(row["submission"], set()).add(row["value"])
    rows = [
        {"submission": submission, "cites_meeting": True} | _newest(keys, years.get(submission), meetings)
        for submission, keys in cited.items()
    ]
    return pl.DataFrame(
        rows,
        schema={
            "submission": pl.String,
            "cites_meeting": pl.Boolean,
            "meeting_cited": pl.String,
            "meeting_due": pl.String,
            "meeting_cited_on": pl.Int32,
            "meeting_due_on": pl.Int32,
        },
    )


def _newest(keys: set[str], year: int | None, meetings: tuple[Meeting, ...]) -> dict[str, Any]:
    """The newest meeting cited beside the one it has to be: the last congress, or, if a plenum is cited, the last plenum."""
    by_key = {meeting.key: meeting for meeting in meetings}
    known = [by_key[key] for key in keys if key in by_key]
    whole = {key.removesuffix(".all") for key in keys if key.endswith(".all")}
    before = [m for m in meetings if year is not None and m.closed < date(year, 1, 1)]
    known += [m for m in before if m.key.split(".")[0] in whole]
    if not known or not before:
        return {"meeting_cited": None, "meeting_due": None, "meeting_cited_on": None, "meeting_due_on": None}
    newest = max(known, key=lambda m: m.closed)
    congress = max((m for m in before if "." not in m.key), key=lambda m: m.closed, default=before[0])
    due = max(before, key=lambda m: m.closed) if "." in newest.key else congress
    return {
        "meeting_cited": newest.title,
        "meeting_due": due.title,
        "meeting_cited_on": _number(newest.closed),
        "meeting_due_on": _number(due.closed),
    }


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _may_be_its_date(found: tuple[str, str, str], year: int | None) -> bool:
    try:
        return date(*map(int, found)).year >= (year or 0) + 1
    except ValueError:
        return False


def _dates(paragraphs: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    """Where the date of the report stands; one that is written in another way than 年月日 is a date too."""
    undated = reports.filter(pl.col("signed_on").is_null()).select("submission", "year")
    ends = (
        paragraphs.join(undated, on="submission")
        .with_columns(last=pl.col("paragraph").max().over("submission") - pl.col("paragraph"))
        .filter(pl.col("section").is_in(("title", "intro")) | (pl.col("last") < _LAST))
    )
    printed = {
        row["submission"]
        for row in ends.iter_rows(named=True)
        if any(_may_be_its_date(found, row["year"]) for found in _FULL_DATE.findall(row["text"]))
    }
    return reports.select(
        "submission",
        date_printed=pl.when(pl.col("signed_on").is_not_null())
        .then(pl.lit("signed"))
        .when(pl.col("submission").is_in(list(printed)))
        .then(pl.lit("printed"))
        .when(pl.col("published_on").is_not_null())
        .then(pl.lit("metadata"))
        .otherwise(pl.lit("none")),
    )
