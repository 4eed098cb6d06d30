"""Adds to a government's cells what the agencies below it reported."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts


def prepare_subordinates(facts: Facts, context: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return the frame `subordinates` with the report's context on every row."""
    return facts.subordinates.join(context, on="submission", how="left", maintain_order="left")
