"""Adds to pairs of like texts what the rules on copying look at."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts


def prepare_twins(facts: Facts, context: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return the frame `twins` with the report's context on every row."""
    return facts.twins.join(context, on="submission", how="left", maintain_order="left")
