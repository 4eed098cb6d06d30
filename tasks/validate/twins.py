"""Prepares the frame `twins`: each report beside those that it is compared with."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts


def prepare_twins(facts: Facts, context: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return the frame `twins` with the report's context on every row.

    by_operator: a person has to look first, because one of the texts was read from a picture or because both reports
    may be of the same agency.
    """
    return facts.twins.join(context, on="submission", how="left", maintain_order="left").with_columns(
        by_operator=(pl.col("other_read_by") == "ocr").fill_null(False)
        | (pl.col("report_read_by") == "ocr").fill_null(False)
        | pl.col("perhaps_same").fill_null(False)
    )
