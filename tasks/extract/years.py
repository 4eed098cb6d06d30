"""Puts every report beside the same agency's report of the year before."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from models.facts import DOCUMENTS, YEARS, Facts
from tasks.extract.wording import fold


def link_years(facts: Facts) -> Facts:
    """Fill the previous-year columns of `years` and `documents` from the reports among `facts`.

    A report's predecessor is the same agency's report of the year before; of several versions the one
    signed last counts (then the file name decides). 现行有效件数 is compared within the 2021 template
    only. Columns filled: previous_submission, previous_carried_out, previous_in_force.
    """
    latest = (
        facts.reports.filter(pl.col("agency").is_not_null() & pl.col("year").is_not_null())
        .select(
            pl.col("agency").map_elements(fold, return_dtype=pl.String).alias("agency"),
            "year",
            "submission",
            "signed_on",
            "file",
            "template",
            "read_by",
        )
        .sort("signed_on", "file", nulls_last=False)
    )
    previous = latest.unique(["agency", "year"], keep="last").select(
        "agency",
        (pl.col("year") + 1).alias("year"),
        pl.col("submission").alias("previous_submission"),
        pl.col("template").alias("previous_template"),
        pl.col("read_by").alias("previous_read_by"),
    )
    pairs = latest.join(previous, on=["agency", "year"], how="inner").select(
        "submission", "previous_submission", "previous_template", "previous_read_by"
    )
    carried_out = facts.requests_by_applicant.select(
        pl.col("submission").alias("previous_submission"),
        "applicant",
        pl.col("carried_out").alias("previous_carried_out"),
    )
    years = (
        facts.years.drop("previous_submission", "previous_carried_out", "previous_read_by")
        .join(pairs, on="submission", how="left", maintain_order="left")
        .join(carried_out, on=["previous_submission", "applicant"], how="left", maintain_order="left")
        .select(list(YEARS))
    )
    in_force = facts.documents.select(
        pl.col("submission").alias("previous_submission"),
        "kind",
        pl.col("in_force").alias("previous_in_force"),
    )
    documents = (
        facts.documents.drop("previous_submission", "previous_in_force", "previous_read_by")
        .join(
            pairs.filter(pl.col("previous_template") == "v2021"),
            on="submission",
            how="left",
            maintain_order="left",
        )
        .join(in_force, on=["previous_submission", "kind"], how="left", maintain_order="left")
        .select(list(DOCUMENTS))
    )
    return replace(facts, years=years, documents=documents)
