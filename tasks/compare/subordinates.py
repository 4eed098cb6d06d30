"""Puts a government's cells beside those of the agencies below it."""

from __future__ import annotations

import polars as pl

from models.facts import SUBORDINATES
from tasks.roster import Roster


def subordinates(reports: pl.DataFrame, values: pl.DataFrame, roster: Roster | None) -> pl.DataFrame:
    """Return the frame `subordinates` (schema `models.facts.SUBORDINATES`)."""
    return pl.DataFrame(schema=dict(SUBORDINATES))
