"""Facts that no report holds: the optional table of what was seen on web sites and in other statistics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.facts import OUTSIDE


@dataclass(frozen=True, slots=True)
class Outside:
    """The table as read: agency, year and the columns of `models.facts.OUTSIDE` but ``submission``."""

    rows: pl.DataFrame


def read_outside(path: Path) -> Outside:
    """Read the table from a CSV or XLSX file. Raises ConfigurationError, in Chinese, naming the line and column."""
    raise NotImplementedError


def outside_of(reports: pl.DataFrame, outside: Outside | None) -> pl.DataFrame:
    """Return the frame `outside` (schema `models.facts.OUTSIDE`): the rows of the table that are of these reports."""
    return pl.DataFrame(schema=dict(OUTSIDE))
