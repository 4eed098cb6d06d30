"""What the sections of a report say, one row a report."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts


def prepare_prose(facts: Facts, reports: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return one row a report: its context. `reports`: as prepared."""
    return reports.select(
        "submission", "template", "year", "rank", "organ", "format", report_read_by="read_by"
    )
