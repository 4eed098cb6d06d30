"""Adds to what is named in the prose how it relates to the report."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts


def prepare_mentions(facts: Facts, reports: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return the frame `mentions` with the report's context on every row. `reports`: as prepared."""
    context = reports.select(
        "submission", "template", "year", "rank", "organ", "format", report_read_by="read_by"
    )
    return facts.mentions.join(context, on="submission", how="left", maintain_order="left")
