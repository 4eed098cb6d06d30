"""The prose of all reports of a sweep, ready to be compared: masked, what many share discounted, cut into pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from expectations.profile import Profile
from tasks.compare.agencies import body, districts, places
from tasks.compare.masking import sentences
from tasks.compare.passages import Sentences
from tasks.compare.shingles import Numbers, Pieces, alphabet, pieces, positions
from tasks.extract.wording import fold
from tasks.roster import Roster

_CHUNK = 2000
_SHORTEST_MASKED = 3
"""Names of fewer characters are masked in the agency's own report only: 平安 and 新华 are words as well."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Reports by number, in an order that does not depend on that of the files.

    `reports` has the columns report, submission, file, agency (folded), name (as printed), year, rank, organ, read_by,
    body; `sentences` is the frame of `tasks.compare.masking` with the column ``common`` (many reports have it), those
    of report n in the rows `starts[n]` to `starts[n + 1]`. `prose` and `problems` hold the pieces of each report's own
    sentences.
    """

    reports: pl.DataFrame
    sentences: pl.DataFrame
    starts: Numbers
    numbers: npt.NDArray[np.uint64]
    prose: list[Pieces]
    problems: list[Pieces]

    def rows(self, report: int) -> pl.DataFrame:
        """Return the sentences of one report."""
        return self.sentences.slice(
            int(self.starts[report]), int(self.starts[report + 1] - self.starts[report])
        )

    def pieces_of(self, rows: pl.DataFrame) -> Pieces:
        """Return the distinct pieces of sentences."""
        return pieces(rows["masked"].to_list(), self.numbers)

    def side(self, rows: pl.DataFrame) -> Sentences:
        """Return sentences of one report in the form in which passages are looked for."""
        found, standing = positions(rows["masked"].to_list(), self.numbers)
        sections, places_ = rows["section"].to_list(), rows["place"].to_list()
        follows = [False] + [
            after == before + 1 and one == other
            for (before, after), (one, other) in zip(pairwise(places_), pairwise(sections), strict=True)
        ]
        return Sentences(sections, rows["text"].to_list(), follows[: len(sections)], found, standing)


def corpus(
    reports: pl.DataFrame, paragraphs: pl.DataFrame, roster: Roster | None, profile: Profile
) -> Corpus:
    """Return the prose of `reports` (schema `models.facts.REPORTS`) from `paragraphs` (`models.facts.PARAGRAPHS`)."""
    ordered = (
        reports.select(
            "submission",
            "file",
            pl.col("agency").map_elements(fold, return_dtype=pl.String),
            pl.col("agency").alias("name"),
            "year",
            "rank",
            "organ",
            "signed_on",
            "read_by",
        )
        .sort("agency", "year", "signed_on", "file", "submission")
        .with_row_index("report")
        .with_columns(body=pl.col("agency").map_elements(body, return_dtype=pl.String))
    )
    agencies = ordered["agency"].drop_nulls().unique().sort().to_list()
    found = sentences(ordered, paragraphs, _names(agencies, roster), profile.words.formulas)
    marked = _common(found, ordered, districts(agencies, roster), profile).with_columns(
        place=pl.int_range(pl.len(), dtype=pl.Int32)
    )
    counted = np.bincount(marked["report"].to_numpy(), minlength=ordered.height)
    starts = np.concatenate([[0], np.cumsum(counted)]).astype(np.int64)
    numbers = _alphabet_of(marked)
    prose: list[Pieces] = []
    problems: list[Pieces] = []
    for texts, sections in _own(marked, starts):
        prose.append(pieces(texts, numbers))
        problems.append(pieces([t for t, s in zip(texts, sections, strict=True) if s == "problems"], numbers))
    return Corpus(ordered, marked, starts, numbers, prose, problems)


def _alphabet_of(sentences: pl.DataFrame) -> npt.NDArray[np.uint64]:
    """Return the numbers of all characters in `sentences`, a part of them in memory at a time."""
    step = 50_000
    return alphabet(
        "".join(sentences["masked"].slice(start, step).to_list())
        for start in range(0, sentences.height, step)
    )


def _own(sentences: pl.DataFrame, starts: Numbers) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the masked sentences of each report that are not common, and the part each stands in."""
    for first in range(0, len(starts) - 1, _CHUNK):
        last = min(first + _CHUNK, len(starts) - 1)
        rows = sentences.slice(int(starts[first]), int(starts[last] - starts[first]))
        masked, sections = rows["masked"].to_list(), rows["section"].to_list()
        common = rows["common"].to_list()
        for report in range(first, last):
            here = range(int(starts[report] - starts[first]), int(starts[report + 1] - starts[first]))
            kept = [row for row in here if not common[row]]
            yield [masked[row] for row in kept], [sections[row] for row in kept]


def _names(agencies: Sequence[str], roster: Roster | None) -> list[str]:
    """All names of agencies and places that are masked in every report."""
    named = set(agencies)
    if roster is not None:
        named |= {fold(name) for entry in roster.entries for name in (entry.agency, *entry.aliases)}
    named |= {place for agency in named for place in places(agency)}
    return sorted(name for name in named if len(name) >= _SHORTEST_MASKED)


def _common(
    sentences: pl.DataFrame, reports: pl.DataFrame, district: dict[str, str], profile: Profile
) -> pl.DataFrame:
    """Add ``common``: so many agencies' reports of one year have the sentence that it is a mould's.

    Counted are agencies, over the sweep and within each district (`tasks.compare.agencies.districts`).
    """
    limits = profile.thresholds
    known = reports.filter(pl.col("agency").is_not_null() & pl.col("year").is_not_null()).select(
        "report",
        "year",
        pl.col("agency").cast(pl.Categorical),
        pl.col("agency").replace_strict(district, default=None, return_dtype=pl.String).alias("district"),
    )
    said = sentences.select("report", "masked").unique().join(known, on="report")

    def frequent(keys: list[str]) -> pl.DataFrame:
        all_ = (
            said.drop_nulls(keys).group_by("year", *keys).agg(pl.col("agency").n_unique().alias("agencies"))
        )
        return (
            said.drop_nulls(keys)
            .group_by("year", *keys, "masked")
            .agg(pl.col("agency").n_unique().alias("having"))
            .filter(pl.col("having") >= limits.common_reports)
            .join(all_, on=["year", *keys])
            .filter(pl.col("having") > limits.common_share * pl.col("agencies"))
            .select(*keys, "masked")
            .unique()
            .with_columns(common=pl.lit(True))
        )

    local = (
        sentences.select("report", "masked")
        .join(known.select("report", "district"), on="report", how="left", maintain_order="left")
        .join(frequent(["district"]), on=["district", "masked"], how="left", maintain_order="left")
        .get_column("common")
    )
    return sentences.join(frequent([]), on="masked", how="left", maintain_order="left").with_columns(
        common=pl.col("common").fill_null(False) | local.fill_null(False)
    )
