"""Puts every claim of the prose beside the cells that it can mean."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts


def prepare_claims(
    facts: Facts, totals: pl.DataFrame, context: pl.DataFrame, profile: Profile
) -> pl.DataFrame:
    """Return the frame `claims` with the report's context on every row."""
    return facts.claims.join(context, on="submission", how="left", maintain_order="left")
