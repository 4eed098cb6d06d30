"""Adds to each frame what its rules compare but no file prints as such. Nothing is filled in or repaired.

The columns added here are the vocabulary of the rules: a null in one means “cannot be told”.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from expectations.profile import Profile
from expectations.rules.identity import TITLE_AGENCY, TITLE_YEAR
from expectations.rules.wording import SECTION_OF_TABLE
from expectations.template import TEMPLATE_IDS, load
from models.facts import Facts
from tasks.validate.claims import prepare_claims
from tasks.validate.credibility import with_credibility, with_extremes, with_likeness, with_slips, with_times
from tasks.validate.currency import told_by_prose
from tasks.validate.dates import with_dates
from tasks.validate.mentions import prepare_mentions
from tasks.validate.prose import prepare_prose
from tasks.validate.publication import with_publication
from tasks.validate.series import explanations, with_explanations, with_jumps, with_series
from tasks.validate.subordinates import prepare_subordinates
from tasks.validate.totals import prepare_pairs, prepare_totals
from tasks.validate.twins import prepare_twins

_CONTEXT = ("template", "year", "rank", "organ", "format", "agency", "zero_report")
_ANY_FORM = ("reports", "prose", "mentions", "twins")
"""Frames that also hold reports on older forms, which have words but none of the tables."""
_PHRASES = "(?:政府信息|信息|政务)公开(?:工作)?(?:年度)?报告|(?:工作)?年度报告|关于|的"
_OTHER = ("results.other.overdue_correction", "results.other.overdue_fee", "results.other.misc")
_NOT_NUMBERS = ("uncertain", "blank", "placeholder", "missing", "text")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The frames as the suites see them, each with a row number ``nr``; and what rows a report should have.

    `incomplete`: frame → submissions that have fewer rows in it than the template demands.
    """

    frames: dict[str, pl.DataFrame]
    incomplete: dict[str, pl.Series]
    codes: frozenset[str]
    """The columns of `totals` that are cells of the form."""


def prepare(facts: Facts, profile: Profile) -> Prepared:
    """Return the frames with their added columns and the report's context (see `_CONTEXT`) on every row.

    Besides the frames of `models.facts` there are `totals` (a report's cells and those of the year before side by
    side), `pairs` (each cell beside the year before) and `prose` (what the sections say, one row a report).
    """
    reports = with_dates(told_by_prose(_reports(facts.reports), facts, profile), facts, profile)
    reports = with_publication(reports, facts, profile)
    notes = explanations(facts.paragraphs)
    context = reports.select("submission", *_CONTEXT, "read_by", "pictures").rename(
        {"read_by": "report_read_by"}
    )
    undivided = _undivided(facts, context)
    frames = {
        "reports": reports,
        "sections": _sections(facts, context),
        "tables": _with(facts.tables, context),
        "lines": _lines(_with(facts.lines, context), undivided),
        "cells": with_slips(_cells(_with(facts.cells, context)), facts.previous_cells),
        "requests_by_outcome": with_likeness(
            _outcomes(_with(facts.requests_by_outcome, context), undivided),
            facts.requests_by_applicant,
            profile,
        ),
        "requests_by_applicant": with_extremes(_with(facts.requests_by_applicant, context)).with_columns(
            undivided=pl.col("submission").is_in(undivided.implode())
        ),
        "disputes": _with(facts.disputes, context),
        "documents": with_explanations(_with(facts.documents, context), notes, "stock_note"),
        "years": with_explanations(_with(facts.years, context), notes, "carried_note"),
    }
    frames["totals"] = prepare_totals(facts, context)
    frames["pairs"] = with_times(with_jumps(prepare_pairs(facts, context), profile))
    frames["reports"] = with_series(reports, facts, frames["pairs"], profile)
    frames["prose"] = prepare_prose(facts, reports, profile)
    frames["totals"] = with_credibility(frames["totals"], frames["prose"])
    frames["claims"] = prepare_claims(facts, frames["totals"], context, profile)
    frames["mentions"] = prepare_mentions(facts, reports, profile)
    frames["twins"] = prepare_twins(facts, context, profile)
    frames["subordinates"] = prepare_subordinates(facts, context, profile)
    frames = {
        name: frame if name in _ANY_FORM else frame.filter(pl.col("template").is_in(TEMPLATE_IDS))
        for name, frame in frames.items()
    }
    return Prepared(
        {name: frame.with_row_index("nr") for name, frame in frames.items()},
        _incomplete(frames, context, undivided),
        frozenset(code for name in TEMPLATE_IDS for code in load(name).cells),
    )


def _with(frame: pl.DataFrame, context: pl.DataFrame) -> pl.DataFrame:
    return frame.join(context, on="submission", how="left", maintain_order="left")


def _undivided(facts: Facts, context: pl.DataFrame) -> pl.Series:
    """Submissions on the 2021 form that print （六）其他处理 as one row."""
    current = context.filter(pl.col("template") == "v2021").get_column("submission")
    return (
        facts.lines.filter((pl.col("match") == "undivided") & pl.col("submission").is_in(current.implode()))
        .get_column("submission")
        .unique()
    )


def _reports(reports: pl.DataFrame) -> pl.DataFrame:
    """Adds title_text, title_core, title_has_*, period*, expected_period, late_start, pictures."""
    text = pl.col("title").str.normalize("NFKC").str.replace_all(r"\s+", "")
    start, end = pl.col("period_start"), pl.col("period_end")
    year = pl.col("year").cast(pl.String)
    return reports.with_columns(
        title_text=text,
        # a report without a title has no title words: the empty text, which META-01 fails
        title_core=text.str.replace_all(_PHRASES, "").fill_null(""),
        period=pl.when(pl.col("period_text").is_null())
        .then(pl.lit("未写明"))
        .otherwise(pl.concat_str(start.dt.to_string("iso"), end.dt.to_string("iso"), separator="/")),
        expected_period=pl.concat_str(year, pl.lit("-01-01/"), year, pl.lit("-12-31")),
        period_year=pl.when(start.dt.year() == end.dt.year()).then(start.dt.year()),
        late_start=(start > pl.date(pl.col("year"), 1, 1)) & (end == pl.date(pl.col("year"), 12, 31)),
        pictures=pl.col("notes").list.join("").str.contains("图片|图像").fill_null(False),
    ).with_columns(
        title_has_year=pl.col("title_core").str.contains(TITLE_YEAR),
        title_has_agency=pl.col("title_core").str.contains(TITLE_AGENCY),
    )


def _sections(facts: Facts, context: pl.DataFrame) -> pl.DataFrame:
    """Adds own_table_*, standing, printed_numeral, prose_characters, disorder, all_repeated.

    standing: printed | missing; null where the heading is only suspected.
    """
    own = facts.tables.select(
        "submission",
        pl.col("table").replace_strict(SECTION_OF_TABLE, default=None).alias("key"),
        pl.col("occurrences").alias("own_table_occurrences"),
    )
    found = pl.col("heading").is_not_null()
    return (
        _with(facts.sections, context)
        .join(own, on=["submission", "key"], how="left", maintain_order="left")
        .with_columns(
            own_table_found=pl.col("own_table_occurrences") > 0,
            standing=pl.when(~found)
            .then(pl.lit("missing"))
            .when(pl.col("match") != "uncertain")
            .then(pl.lit("printed")),
            # a missing part has no numeral to judge; a heading without one may have lost it on the way
            printed_numeral=pl.when(found).then(pl.col("numeral")).otherwise(pl.lit("一")),
            prose_characters=pl.when(found).then(pl.col("characters")),
            disorder=pl.when(pl.col("occurrences") > 1)
            .then(pl.lit("repeated"))
            .when(pl.col("misplaced_table").is_not_null())
            .then(pl.lit("misplaced"))
            .when(pl.col("own_table_occurrences") > 1)
            .then(pl.lit("table_repeated"))
            .otherwise(pl.lit("none")),
            all_repeated=(pl.col("occurrences").filter(pl.col("key") != "extra").min() > 1).over(
                "submission"
            ),
        )
    )


@cache
def _blocks() -> pl.DataFrame:
    """Which rows of table 2 stand in which block of a template: template, key (of the block), row_key."""
    return pl.DataFrame(
        [
            (template, f"t2.{block.key}", f"t2.{row.key}")
            for template in TEMPLATE_IDS
            for block in load(template).table2
            for row in block.rows
        ],
        schema=["template", "key", "row_key"],
        orient="row",
    )


def _lines(lines: pl.DataFrame, undivided: pl.Series) -> pl.DataFrame:
    """Adds match_read, state, foreign_line, measured, block_rows_found; drops rows that （六） lacks."""
    lacking = (
        pl.col("submission").is_in(undivided.implode())
        & pl.col("key").is_in([f"t3.{line}" for line in _OTHER])
        & (pl.col("match") == "missing")
    )
    rows = lines.filter(pl.col("axis") == "row").select("submission", "template", "key", "match")
    found = (
        rows.join(_blocks(), left_on=["template", "key"], right_on=["template", "row_key"], suffix="_block")
        .group_by("submission", pl.col("key_block").alias("key"))
        .agg((pl.col("match") != "missing").all().alias("block_rows_found"))
    )
    match = pl.col("match")
    return (
        lines.filter(~lacking)
        .join(found, on=["submission", "key"], how="left", maintain_order="left")
        .with_columns(
            match_read=pl.when(match != "uncertain").then(match),
            # unless the label is sure, its place proves nothing either
            state=pl.when(match.is_in(["missing", "typo"]))
            .then(match)
            .when((match != "uncertain") & (pl.col("order") < pl.col("previous_order")))
            .then(pl.lit("displaced"))
            .when(match != "uncertain")
            .then(pl.lit("in place")),
            foreign_line=pl.col("foreign") | ((match == "undivided") & (pl.col("template") == "v2021")),
            measured=(pl.col("axis") == "row")
            & pl.col("expected_width").is_not_null()
            & (match != "missing"),
        )
    )


def _cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Adds kind_read, number_text, fits_as_value, spelling, cluster."""
    kind, value, form = pl.col("kind"), pl.col("value"), pl.col("form")
    whole = value == value.round(0)
    plain = (
        pl.when(whole)
        .then(value.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(value.cast(pl.String))
    )
    # what stands in `raw` where a person corrected the number is our misreading
    pointed = pl.col("raw").str.contains(r"[.．]\s*\d") & (pl.col("read_by") != "person").fill_null(True)
    alike = (
        cells.filter(kind.is_in(["blank", "placeholder"]))
        .group_by("submission", "table", "kind")
        .agg(pl.len().alias("alike"))
    )
    totals = cells.group_by("submission", "table").agg(pl.len().alias("cells_of_table"))
    return (
        cells.join(alike, on=["submission", "table", "kind"], how="left", maintain_order="left")
        .join(totals, on=["submission", "table"], how="left", maintain_order="left")
        .with_columns(
            kind_read=pl.when(kind != "uncertain").then(kind),
            # 3.0 is a whole number that is not written as one
            number_text=pl.when(kind.is_in(_NOT_NUMBERS))
            .then(None)
            .when(whole & pointed & (form != "amount"))
            .then(pl.concat_str(plain, pl.lit(".0")))
            .otherwise(plain),
            fits_as_value=whole & ((value >= 0) | (form == "signed")),
            spelling=pl.when(kind == "text")
            .then(pl.lit("text"))
            .otherwise(pl.coalesce("normalised", pl.lit("digits"))),
            cluster=pl.when(pl.col("alike") == pl.col("cells_of_table"))
            .then(pl.col("table"))
            .otherwise(pl.concat_str("table", "row", separator=".")),
        )
        .drop("alike", "cells_of_table")
    )


def _outcomes(outcomes: pl.DataFrame, undivided: pl.Series) -> pl.DataFrame:
    """Drops the three lines of （六） where the report prints it undivided: STR-09 speaks of them."""
    lacking = pl.col("submission").is_in(undivided.implode()) & pl.col("line").is_in(_OTHER)
    return outcomes.filter(~lacking)


def _incomplete(
    frames: dict[str, pl.DataFrame], context: pl.DataFrame, undivided: pl.Series
) -> dict[str, pl.Series]:
    """Frame → submissions with fewer rows than the template demands, which cannot pass its rules."""
    on_form = context.filter(pl.col("template").is_in(TEMPLATE_IDS)).select(
        "submission", "template", undivided=pl.col("submission").is_in(undivided.implode())
    )
    shape = {name: load(name) for name in TEMPLATE_IDS}
    lines = pl.col("template").replace_strict(
        {name: len(form.table3_rows) for name, form in shape.items()}, return_dtype=pl.Int64
    ) - pl.when("undivided").then(len(_OTHER)).otherwise(0)
    cells = pl.col("template").replace_strict(
        {name: len(form.cells) for name, form in shape.items()}, return_dtype=pl.Int64
    )
    demanded: dict[str, pl.Expr] = {
        "sections": pl.lit(6),
        "tables": pl.lit(3),
        "lines": pl.lit(1),
        "cells": cells,
        "requests_by_outcome": lines,
        "requests_by_applicant": pl.lit(7),
        "disputes": pl.lit(3),
        "documents": pl.when(pl.col("template") == "v2021").then(2).otherwise(0),
        "years": pl.lit(7),
        "totals": pl.lit(1),
        "prose": pl.lit(1),
    }
    return {
        name: on_form.join(
            frames[name].group_by("submission").agg(pl.len().alias("rows")), on="submission", how="left"
        )
        .filter(pl.col("rows").is_null() | (pl.col("rows") < number))
        .get_column("submission")
        for name, number in demanded.items()
    } | {
        # these may rightly have no row for a report
        name: pl.Series("submission", [], dtype=pl.String)
        for name in ("reports", "pairs", "claims", "mentions", "twins", "subordinates")
    }
