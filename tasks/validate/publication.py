"""Adds to the reports in what form they came: whole or in pieces, tables or pictures of tables, reachable or not."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts

_LAST_PARTS = ("problems", "other")
_OK = pl.col("outside_status").is_between(200, 299)
_GONE = (404, 410)


def with_publication(reports: pl.DataFrame, facts: Facts, profile: Profile) -> pl.DataFrame:
    """Return `reports`, which have the columns of `tasks.validate.dates`, with what tells how they came.

    outside_answer: ok | empty | dead (404, 410) | unsure (any other status); null where the table does not say.
    tables_as: text | scan (cells read by OCR) | pictures (tables not found, and pictures that may be them); null where
    tables were not found and there are no pictures. tables_not_found: keys of those. fragment: none | short (fewer
    characters than the profile's) | cut (parts five and six were not found).
    """
    not_found = (
        facts.tables.filter(pl.col("occurrences").fill_null(0) == 0)  # null: it may be in what was not read
        .group_by("submission", maintain_order=True)
        .agg(tables_not_found=pl.col("table"))
    )
    scanned = facts.cells.filter(pl.col("read_by") == "ocr").select("submission").unique()
    ends = (
        facts.sections.filter(pl.col("key").is_in(list(_LAST_PARTS)))
        .group_by("submission")
        .agg(cut=pl.col("match").is_null().all())
    )
    lacking = pl.col("tables_not_found").is_not_null()
    return (
        reports.join(not_found, on="submission", how="left", maintain_order="left")
        .join(scanned.with_columns(scanned=pl.lit(True)), on="submission", how="left", maintain_order="left")
        .join(ends, on="submission", how="left", maintain_order="left")
        .with_columns(
            outside_answer=pl.when(pl.col("outside_size") == 0)
            .then(pl.lit("empty"))
            .when(_OK)
            .then(pl.lit("ok"))
            .when(pl.col("outside_status").is_in(_GONE))
            .then(pl.lit("dead"))
            .when(pl.col("outside_status").is_not_null())
            .then(pl.lit("unsure")),
            tables_as=pl.when(pl.col("scanned").fill_null(False))
            .then(pl.lit("scan"))
            .when(lacking & pl.col("pictures"))
            .then(pl.lit("pictures"))
            .when(~lacking)
            .then(pl.lit("text")),
            fragment=pl.when(pl.col("characters") < profile.thresholds.short_text)
            .then(pl.lit("short"))
            .when(pl.col("cut"))
            .then(pl.lit("cut"))
            .otherwise(pl.lit("none")),
        )
        .drop("scanned", "cut")
    )
