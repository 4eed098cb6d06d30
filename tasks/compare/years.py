"""Puts every report beside the same agency's other reports: the year before, other versions of the same year."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from expectations.template import load
from models.facts import DOCUMENTS, HISTORY, PREVIOUS_CELLS, YEARS, Facts
from tasks.extract.wording import fold
from tasks.roster import Roster


def link_years(facts: Facts) -> Facts:
    """Fill the previous-year columns of `years` and `documents` from the reports among `facts`.

    A report's predecessor is the same agency's report of the year before; of several versions the one
    signed last counts (then the file name decides). 现行有效件数 is compared within the 2021 template
    only. Columns filled: previous_submission, previous_carried_out, previous_in_force.
    """
    pairs = _pairs(facts.reports)
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


def _named(reports: pl.DataFrame) -> pl.DataFrame:
    """The reports whose agency and year are known, oldest version first: what can be put beside others."""
    return (
        reports.filter(pl.col("agency").is_not_null() & pl.col("year").is_not_null())
        .select(
            pl.col("agency").map_elements(fold, return_dtype=pl.String).alias("agency"),
            "year",
            "submission",
            "signed_on",
            "file",
            "template",
            "read_by",
            "characters",
        )
        .sort("signed_on", "file", "submission", nulls_last=False)
    )


def _pairs(reports: pl.DataFrame) -> pl.DataFrame:
    """One row for each report that has a predecessor: submission and what the predecessor is."""
    named = _named(reports)
    previous = named.unique(["agency", "year"], keep="last", maintain_order=True).select(
        "agency",
        (pl.col("year") + 1).alias("year"),
        pl.col("submission").alias("previous_submission"),
        pl.col("template").alias("previous_template"),
        pl.col("read_by").alias("previous_read_by"),
        pl.col("characters").alias("previous_characters"),
    )
    return named.join(previous, on=["agency", "year"], how="inner", maintain_order="left").select(
        "submission", "previous_submission", "previous_template", "previous_read_by", "previous_characters"
    )


def history(reports: pl.DataFrame, values: pl.DataFrame, roster: Roster | None) -> pl.DataFrame:
    """Return one row a report (schema `models.facts.HISTORY`).

    `values`: the cells of all reports (`tasks.compare.cells_side_by_side`). A cell differs between two versions only
    where both were read for certain.
    """
    named = _named(reports)
    received = named.group_by("agency").agg(years_received=pl.col("year").unique().sort())
    first = pl.DataFrame(
        [
            (fold(name), entry.years.start or None)
            for entry in (roster.entries if roster else ())
            for name in (entry.agency, *entry.aliases)
        ],
        schema={"agency": pl.String, "first_year": pl.Int32},
        orient="row",
    ).unique("agency", keep="first", maintain_order=True)
    return (
        reports.select("submission")
        .join(_pairs(reports), on="submission", how="left", maintain_order="left")
        .join(named.select("submission", "agency"), on="submission", how="left", maintain_order="left")
        .join(received, on="agency", how="left", maintain_order="left")
        .join(first, on="agency", how="left", maintain_order="left")
        .join(_versions(named, values), on="submission", how="left", maintain_order="left")
        .select(pl.col(name).cast(kind) for name, kind in HISTORY.items())
    )


def _versions(named: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Reports of which there are several for one agency and year: submission, other_versions, differing_cells."""
    several = named.filter(pl.len().over("agency", "year") > 1).select("agency", "year", "submission")
    codes = [name for name in values.columns if name != "submission"]
    pairs = several.join(several, on=["agency", "year"], suffix="_other").filter(
        pl.col("submission") != pl.col("submission_other")
    )
    cells = values.join(several, on="submission", how="semi").unpivot(
        on=codes, index="submission", variable_name="code"
    )
    differing = (
        pairs.join(cells, on="submission")
        .join(
            cells.rename({"submission": "submission_other", "value": "other"}),
            on=["submission_other", "code"],
        )
        .filter(pl.col("value") != pl.col("other"))
        .group_by("submission")
        .agg(differing_cells=pl.col("code").unique().sort())
    )
    return (
        pairs.group_by("submission")
        .agg(other_versions=pl.col("submission_other").sort())
        .join(differing, on="submission", how="left")
        .with_columns(pl.col("differing_cells").fill_null([]))
    )


def previous_cells(reports: pl.DataFrame, linked: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of the year before for `reports`, schema `models.facts.PREVIOUS_CELLS`.

    `linked`: their rows of `history`; `values`: the cells of all reports of the sweep.

    Only cells that mean the same in both templates are compared: tables 3 and 4 across 2020 and 2021, all within one
    template (对外公开总数量 is not 现行有效件数; 其他处理 compares as a sum, which its rules take from the rows).
    """
    known = [name for name in values.columns if name != "submission"]
    shared = [
        code for code in load("v2019").cells if not code.startswith("t2.") and code in load("v2021").cells
    ]
    pairs = linked.filter(pl.col("previous_submission").is_not_null()).join(
        reports.select("submission", "template"), on="submission", how="inner", maintain_order="left"
    )
    alike = pl.col("template") == pl.col("previous_template")
    across = [code for code in known if code in shared]
    found = [
        chosen.select("submission", "previous_submission")
        .join(
            values.select(pl.col("submission").alias("previous_submission"), *codes),
            on="previous_submission",
            how="inner",
            maintain_order="left",
        )
        .drop("previous_submission")
        .unpivot(on=codes, index="submission", variable_name="code", value_name="previous_value")
        for chosen, codes in ((pairs.filter(alike), known), (pairs.filter(~alike), across))
        if codes
    ]
    return pl.concat([pl.DataFrame(schema=dict(PREVIOUS_CELLS)), *found]).select(list(PREVIOUS_CELLS))
