"""Adds to a government's cells, beside those of the agencies below it, what its report says it covers."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from models.facts import Facts

_CHARACTERS = r"[^。;；!?]"
_UNITS = (
    "(?:全(?:省|市|县|区|州|盟|旗|域|镇)|各(?:有关|级|部门|单位|乡镇|镇|乡|街道|县|区|市|旗|直属|开发区|功能区)"
    "|所属(?:各)?(?:部门|单位)|所辖|下属|辖区)"
)
_WHOLE = (
    rf"(?:汇总|综合|涵盖|覆盖|包括|包含|囊括){_CHARACTERS}{{0,30}}{_UNITS}{_CHARACTERS}{{0,30}}(?:数据|情况|年度报告|年报|编制)"
    rf"|(?:数据|统计范围|统计口径){_CHARACTERS}{{0,16}}(?:包括|包含|涵盖|覆盖|为){_CHARACTERS}{{0,16}}{_UNITS}"
)
_OWN = (
    rf"(?:数据|统计|报告){_CHARACTERS}{{0,20}}(?:不(?:包括|包含|含|涉及|涵盖)|仅(?:包括|包含|含|统计|反映|指|限|为)"
    rf"|只(?:包括|包含|含|统计|反映)){_CHARACTERS}{{0,20}}"
    r"(?:部门|乡镇|街道|单位|县|区|下级|本机关|本级|办公室|办公厅)"
)
_LEFT_OUT = rf"(?:不|仅|只|未)(?:包括|包含|含|涵盖|涉及|统计|反映|指|限|为){_CHARACTERS}*"
"""What a report says it does not take in, to the end of the sentence."""
_TO_THE_FEN = 0.00005
"""Half of the last of four decimals: what rounding may take from each report's fees, in 万元."""


def prepare_subordinates(facts: Facts, context: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return the frame `subordinates` with the report's context on every row.

    covers: whole (the report says that its numbers are those of all) | own (that they are not) | unknown. complete:
    every agency below has a report with the cell for certain. about: the agency with the largest number, where the
    government must have left it out; empty where it may not have summed up at all. gap: value − total where `complete`, 0.0 where rounding
    explains it. other_read_by: how the report with the largest number was read. counted_once: cells that two agencies
    cannot both count (not those of table 4: a body that reviewed is a co-defendant and does not count the suit).
    """
    fees = pl.col("code") == "t2.fees.amount_wan_yuan"
    difference = (pl.col("value") - pl.col("total")).round(6)
    rounded = fees & (difference.abs() <= _TO_THE_FEN * (pl.col("due") + 1))
    return (
        facts.subordinates.join(context, on="submission", how="left", maintain_order="left")
        .join(covers(facts.paragraphs), on="submission", how="left", maintain_order="left")
        .rename({"largest_read_by": "other_read_by"})
        .with_columns(
            covers=pl.col("covers").fill_null("unknown"),
            complete=pl.col("received") == pl.col("due"),
            about=pl.when(pl.col("covers") == "whole").then("largest_agency").otherwise(pl.lit("")),
            counted_once=~pl.col("code").str.starts_with("t4."),
            gap=pl.when(rounded).then(0.0).otherwise(difference),
        )
    )


def covers(paragraphs: pl.DataFrame) -> pl.DataFrame:
    """Return whom a report's own words say it covers: submission, covers (whole | own; null: both or neither).

    Only words about the report and its numbers count: “全市共收到…” may as well be the office speaking of its city.
    """
    text = pl.col("text").str.normalize("NFKC").str.replace_all(r"\s+", "").str.join("。")
    said = (
        paragraphs.filter(pl.col("section").is_in(["title", "intro", "overview", "other"]))
        .group_by("submission", maintain_order=True)
        .agg(text.alias("said"))
        .with_columns(
            whole=pl.col("said").str.replace_all(_LEFT_OUT, "").str.contains(_WHOLE),
            own=pl.col("said").str.contains(_OWN),
        )
    )
    return said.select(
        "submission",
        covers=pl.when(pl.col("whole") & ~pl.col("own"))
        .then(pl.lit("whole"))
        .when(pl.col("own") & ~pl.col("whole"))
        .then(pl.lit("own")),
    )
