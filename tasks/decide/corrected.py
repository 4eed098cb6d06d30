"""The frames as they are where a person read a cell otherwise than we did: the cell, and every row made of it."""

from __future__ import annotations

from typing import Any

import polars as pl

from expectations.template import TEMPLATE_IDS, load
from models.facts import CORRECTIONS, SCHEMAS, Schema
from tasks.extract.derived import derived_rows

STANDING: Schema = {
    "submission": pl.String,
    "code": pl.String,
    "kind": pl.String,  # number | zero | blank | placeholder | text
    "value": pl.Float64,
    "printed": pl.String,  # what the person read
    "said": pl.String,  # who, when and why, Chinese
}
"""One row a corrected cell."""
NONE = pl.DataFrame(schema=STANDING)

_KEYS = {
    "requests_by_outcome": ("submission", "line"),
    "requests_by_applicant": ("submission", "applicant"),
    "disputes": ("submission", "group"),
    "documents": ("submission", "kind"),
    "years": ("submission", "applicant"),
}
_NUMBERS = pl.col("kind").is_in(["number", "zero"])


def corrected(
    name: str, frame: pl.DataFrame, cells: pl.DataFrame, reports: pl.DataFrame, corrections: pl.DataFrame
) -> pl.DataFrame:
    """Return the frame called `name` with the corrections in it; rows and their order stay as they are.

    `cells` and `reports`: those rows of the corrected submissions, as they were read. A frame that is not made of
    cells comes back as it is.
    """
    if name == "cells":
        return _cells(frame, corrections)
    if name not in (*_KEYS, "tables", "reports"):
        return frame
    now = _cells(cells, corrections)
    if name == "tables":
        counted = now.group_by("submission", "table").agg(
            cells_found=(pl.col("kind") != "missing").sum().cast(pl.Int32),
            cells_read=_NUMBERS.sum().cast(pl.Int32),
        )
        return frame.update(counted, on=["submission", "table"])
    if name == "reports":
        kind = pl.col("kind")
        counted = now.group_by("submission").agg(
            zero_report=(kind == "zero").any() & ~kind.is_in(["number", "uncertain"]).any(),
            uncertain_cells=(kind == "uncertain").sum().cast(pl.Int32),
        )
        return frame.update(counted, on=["submission"])
    rows = _derived(name, now, dict(reports.select("submission", "template").iter_rows()))
    made = pl.DataFrame(rows, schema=dict(SCHEMAS[name]), orient="row")
    own = made.drop([column for column in made.columns if column.startswith("previous_")])
    return frame.update(own, on=list(_KEYS[name]), include_nulls=True)


def _cells(cells: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Put in what people read. `raw` stays what we read where the cell holds a number; else rules quote the person's."""
    said = corrections.rename(
        {name: f"now_{name}" for name in STANDING if name not in ("submission", "code")}
    )
    there = pl.col("now_kind").is_not_null()
    number = pl.col("now_value").is_not_null()
    was = pl.concat_str(pl.lit("系统读作“"), pl.col("raw").str.strip_chars(), pl.lit("”，"))
    return (
        cells.join(said, on=["submission", "code"], how="left", maintain_order="left")
        .with_columns(
            raw=pl.when(there & ~number).then("now_printed").otherwise("raw"),
            value=pl.when(there).then("now_value").otherwise("value"),
            kind=pl.when(there).then("now_kind").otherwise("kind"),
            reason=pl.when(there)
            .then(pl.concat_str(was.fill_null("系统未读到该格，"), pl.col("now_said")))
            .otherwise("reason"),
            proposal=pl.when(~there).then("proposal"),
            normalised=pl.when(~there).then("normalised"),
            read_by=pl.when(there).then(pl.lit("person")).otherwise("read_by"),
            confidence=pl.when(there).then(1.0).otherwise("confidence"),
        )
        .select(cells.columns)
    )


def _derived(name: str, cells: pl.DataFrame, templates: dict[str, str | None]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for (submission,), own in cells.group_by("submission", maintain_order=True):
        template = templates[str(submission)]
        form = load(template if template in TEMPLATE_IDS else TEMPLATE_IDS[0])
        values = dict(own.select("code", "value").iter_rows())
        rows += derived_rows(str(submission), form, template, values)[name]
    return rows


def rests_on(corrections: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """Return for each report the corrections its evaluation rests on (schema `models.facts.CORRECTIONS`).

    These are its own and those of the year before (`history`), of every version of that which may be the last.
    """
    own = corrections.with_columns(of="submission")
    before = history.select(
        "submission",
        of=pl.concat_list(pl.concat_list("previous_submission"), pl.col("previous_rivals").fill_null([])),
    )
    earlier = (
        before.explode("of")
        .drop_nulls("of")
        .join(corrections.rename({"submission": "of"}), on="of", how="inner")
    )
    return pl.concat([own.select(list(CORRECTIONS)), earlier.select(list(CORRECTIONS))])
