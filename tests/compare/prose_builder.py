"""Reports of which only the prose matters, for tests of copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from expectations.profile import Profile, default
from models.facts import PARAGRAPHS, REPORTS
from tasks.compare.copies import twins
from tasks.roster import Roster

COUNTY = "云栖市映溪区"


@dataclass(frozen=True)
class Text:
    """A report: its key, whose it is, the paragraphs of sections one and five, and what else differs."""

    submission: str
    agency: str | None
    overview: tuple[str, ...]
    problems: tuple[str, ...] = ()
    year: int | None = 2023
    rank: str = "county"
    organ: str = "department"
    read_by: str = "text"
    day: int = 20


def under(**thresholds: Any) -> Profile:
    """Return the default profile with other thresholds; without a least length unless one is given."""
    profile = default()
    changed = profile.thresholds.model_copy(update={"least_compared": 1} | thresholds)
    return profile.model_copy(update={"thresholds": changed})


def frames(texts: Sequence[Text]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the frames reports and paragraphs."""
    heads = [
        dict.fromkeys(REPORTS)
        | {
            "submission": text.submission,
            "file": f"{text.submission}.txt",
            "agency": text.agency,
            "year": text.year,
            "rank": text.rank,
            "organ": text.organ,
            "signed_on": date((text.year or 2023) + 1, 1, text.day),
            "read_by": text.read_by,
        }
        for text in texts
    ]
    rows = [
        {"submission": text.submission, "paragraph": number, "section": section, "text": paragraph}
        for text in texts
        for number, (section, paragraph) in enumerate(
            [("intro", "引言各家一样，不参与比对，写得再长也是如此。")]
            + [("overview", paragraph) for paragraph in text.overview]
            + [("problems", paragraph) for paragraph in text.problems]
            + [("other", "其他事项也不参与比对，写得再长也是如此。")]
        )
    ]
    return (
        pl.DataFrame(heads, schema=dict(REPORTS), orient="row"),
        pl.DataFrame(rows, schema=dict(PARAGRAPHS), orient="row"),
    )


def compared(
    texts: Sequence[Text],
    profile: Profile | None = None,
    roster: Roster | None = None,
    before: dict[str, str] | None = None,
) -> pl.DataFrame:
    """Return the frame `twins` of some reports."""
    heads, rows = frames(texts)
    return twins(heads, rows, before or {}, roster, profile or under())


def told(found: pl.DataFrame, relation: str, part: str = "prose") -> list[tuple[Any, ...]]:
    """Return (submission, other, likeness) of one relation."""
    return (
        found.filter((pl.col("relation") == relation) & (pl.col("part") == part))
        .select("submission", "other_submission", "similarity")
        .rows()
    )
