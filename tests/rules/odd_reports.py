"""Reports with odd numbers: the clean report with cells, last year's cells, or the agency changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from expectations.template import load
from models.facts import Facts
from tests.facts_builder import change, change_cell, clean_report, rebuild, with_previous

ALONE = clean_report()
CLEAN = with_previous(ALONE)
V2019 = with_previous(clean_report(template_id="v2019"))
NOT = "NOT_ASSESSABLE"


def changed(values: dict[str, float], facts: Facts = CLEAN) -> Facts:
    """Change cells; the numbers of the year before stay what they were."""
    for code, value in values.items():
        facts = cell(code, facts, value=value)
    return facts


def _with_stock(after: Facts, facts: Facts) -> pl.DataFrame:
    known = facts.documents.select("submission", "kind", "previous_submission", "previous_in_force")
    own = after.documents.drop("previous_submission", "previous_in_force")
    return own.join(known, on=["submission", "kind"], how="left").select(after.documents.columns)


def before(values: dict[str, float | None], facts: Facts = CLEAN) -> Facts:
    """Change cells of the year before."""
    for code, value in values.items():
        facts = change(facts, "previous_cells", pl.col("code") == code, previous_value=value)
    return facts


def cell(code: str, facts: Facts = CLEAN, **changes: Any) -> Facts:
    """Change one cell; the numbers of the year before stay what they were."""
    after = change_cell(facts, code, **changes)
    return replace(after, years=facts.years, documents=_with_stock(after, facts))


def blank(code: str, facts: Facts = CLEAN) -> Facts:
    """Leave a cell blank."""
    return cell(code, facts, kind="blank", raw="")


def named(facts: Facts = CLEAN, **report: Any) -> Facts:
    """Change columns of the report's row, its agency or rank for example."""
    return change(facts, "reports", pl.lit(True), **report)


def zeroed(table: str, facts: Facts = CLEAN) -> Facts:
    """Set all cells of a table to zero, in both years."""
    own = change(facts, "cells", pl.col("table") == table, value=0.0, raw="0", kind="zero")
    built = rebuild(own)
    emptied = replace(built, years=facts.years, documents=_with_stock(built, facts))
    return change(emptied, "previous_cells", pl.col("code").str.starts_with(table), previous_value=0.0)


def row(line: str, *values: float) -> dict[str, float]:
    """Return the seven numbers of a row of table 3 by their codes."""
    columns = [column.key for column in load("v2021").table3_columns]
    return {f"t3.{line}.{column}": value for column, value in zip(columns, values, strict=True)}


def dispute(group: str, *values: float) -> dict[str, float]:
    """Return the numbers of a group of table 4 by their codes, with their total."""
    outcomes = ("upheld", "corrected", "other", "pending", "total")
    return {f"t4.{group}.{o}": v for o, v in zip(outcomes, (*values, sum(values)), strict=True)}
