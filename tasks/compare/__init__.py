"""Comparison: fills the frames that take more than one report, over all reports of a sweep.

The year before (`years`), the cells of that year, copies among the reports, what the agencies below a government
reported, and facts from outside. Everything here depends on the set of reports only, never on their order.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from expectations.profile import Profile, default
from models.facts import Facts
from tasks.compare.copies import twins
from tasks.compare.outside import Outside, outside_of
from tasks.compare.subordinates import subordinates
from tasks.compare.years import history, link_years, previous_cells
from tasks.roster import Roster

__all__ = ["Outside", "cells_side_by_side", "compare", "compare_all", "previous_cells"]


def cells_side_by_side(cells: pl.DataFrame) -> pl.DataFrame:
    """Return `cells` (schema `models.facts.CELLS`) as one row a submission, one Float64 column a code.

    So a sweep holds the numbers of all its reports in little memory (1.6 KB a report).
    """
    return cells.select("submission", "code", "value").pivot(
        on="code", index="submission", values="value", aggregate_function="first"
    )


def compare(
    facts: Facts,
    values: pl.DataFrame,
    profile: Profile,
    roster: Roster | None = None,
    outside: Outside | None = None,
) -> Facts:
    """Fill `years`, `documents` and the frames of `models.facts.COMPARED` but `previous_cells`.

    `facts` holds the frames reports, years, documents, requests_by_applicant and paragraphs of every report of the
    sweep; `values` their cells as `cells_side_by_side` gives them. The cells of the year before are wide and are
    taken a batch at a time (`previous_cells`).
    """
    linked = link_years(facts)
    past = history(linked.reports, values, roster, profile)
    before = dict(
        past.drop_nulls("previous_submission").select("submission", "previous_submission").iter_rows()
    )
    return replace(
        linked,
        history=past,
        twins=twins(linked.reports, linked.paragraphs, before, roster, profile),
        subordinates=subordinates(linked.reports, values, roster),
        outside=outside_of(linked.reports, outside, roster),
    )


def compare_all(
    facts: Facts, profile: Profile | None = None, roster: Roster | None = None, outside: Outside | None = None
) -> Facts:
    """Fill every frame of `models.facts.COMPARED` for reports that are all in memory."""
    values = cells_side_by_side(facts.cells)
    compared = compare(facts, values, profile or default(), roster, outside)
    return replace(compared, previous_cells=previous_cells(compared.reports, compared.history, values))
