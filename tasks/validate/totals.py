"""Puts the cells of a report side by side in one row, and beside those of the year before."""

from __future__ import annotations

from functools import cache

import polars as pl

from expectations.template import TEMPLATE_IDS, load
from models.facts import Facts


@cache
def _codes() -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for name in TEMPLATE_IDS for code in load(name).cells))


def prepare_totals(facts: Facts, context: pl.DataFrame) -> pl.DataFrame:
    """Return one row a report: a column for every cell of either form, named by its code.

    ``previous.<code>`` holds the same cell of the year before; null where either was not read for certain. Further
    columns: previous_submission, previous_template, previous_read_by, years_received, first_year, other_versions,
    differing_cells (`models.facts.HISTORY`) and what `outside` says of the report (``outside_<column>``).
    """
    own = _wide(facts.cells, "value", "")
    before = _wide(facts.previous_cells, "previous_value", "previous.")
    outside = facts.outside.rename({c: f"outside_{c}" for c in facts.outside.columns if c != "submission"})
    return (
        context.join(own, on="submission", how="left", maintain_order="left")
        .join(before, on="submission", how="left", maintain_order="left")
        .join(facts.history, on="submission", how="left", maintain_order="left")
        .join(outside, on="submission", how="left", maintain_order="left")
    )


def _wide(cells: pl.DataFrame, values: str, prefix: str) -> pl.DataFrame:
    """Return one row a submission and one Float64 column a cell code, whether or not any report has the cell."""
    wide = cells.select("submission", "code", values).pivot(
        on="code", index="submission", values=values, aggregate_function="first"
    )
    schema = dict.fromkeys(_codes(), pl.Float64)
    lacking = [pl.lit(None, dtype=pl.Float64).alias(code) for code in schema if code not in wide.columns]
    return wide.with_columns(lacking).select(
        "submission", *(pl.col(code).alias(prefix + code) for code in schema)
    )


def prepare_pairs(facts: Facts, context: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that were read for certain in both years: code, table, row, column, value, previous_value."""
    return (
        facts.cells.select("submission", "code", "table", "row", "column", "total", "form", "value", "where")
        .join(facts.previous_cells, on=["submission", "code"], how="inner", maintain_order="left")
        .filter(pl.col("value").is_not_null() & pl.col("previous_value").is_not_null())
        .join(context, on="submission", how="left", maintain_order="left")
        .join(
            facts.history.select("submission", "previous_submission", "previous_read_by"),
            on="submission",
            how="left",
            maintain_order="left",
        )
    )
