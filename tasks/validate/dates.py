"""Adds to the reports when they were signed and published, when they were due, and what may be concluded from it."""

from __future__ import annotations

from functools import reduce

import polars as pl

from expectations.profile import Deadline, Profile
from models.facts import Facts
from tasks.extract.levels import vertical, zone

_SURE_YEAR = ("title", "period")
_CORRECTED = "更正|修订|修正|修改|勘误|重报|重新报送|重新发布|重新公布"
_CHINESE_DATE = (
    "二[〇零○O0][〇零○一二三四五六七八九]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
)
_DATED_LINE = rf"^[\p{{Han}}()、]{{0,40}}(?:20\d{{2}}年\d{{1,2}}月\d{{1,2}}日|{_CHINESE_DATE})\)?$"
_NO_SIGNATURE = "统计|期限|截至|截止|时间|日期|起至|数据"
_LAST_PARAGRAPHS = 3
_OUTSIDE = ("status", "size", "column", "submitted_on", "published_on", "changed_on", "changed", "url")


def with_dates(reports: pl.DataFrame, facts: Facts, profile: Profile) -> pl.DataFrame:
    """Return `reports` with the columns that the rules on time and publication look at. Dates are pl.Date.

    year_end: the last day of the report year. deadline: the last day in time (§49 and the profile), first_deadline:
    an earlier local day, else the same; null without a year. vertical: led from above (roster, else name). zone: the
    committee of a zone. zone_or_vertical: one of these.

    seen_on: the day that tells whether it was in time, seen_by: table (facts from outside) | signature | page (what
    the web page says) | both (page and signature) | contradiction (page in time, signature not). seen_certain: whether
    that day proves the report to be late. late: no | local | statutory. seen_reason: why there is no such day.
    earliest_on, earliest_by, earliest_certain: likewise, the earliest of them. shown_on, shown_by: when it was
    published (table, else page). outside_*: `models.facts.OUTSIDE`; outside_given: there is such a table.
    """
    outside = facts.outside.select(
        "submission",
        *(pl.col(name).alias(f"outside_{name}") for name in _OUTSIDE),
        outside_given=pl.lit(True),
    )
    led = facts.history.select("submission", roster_vertical="vertical")
    return (
        reports.join(outside, on="submission", how="left", maintain_order="left")
        .join(led, on="submission", how="left", maintain_order="left")
        .join(_signed(facts.paragraphs), on="submission", how="left", maintain_order="left")
        .with_columns(_by_name(reports, "vertical"), _by_name(reports, "zone"))
        .with_columns(vertical=pl.coalesce("roster_vertical", "vertical"))
        .with_columns(
            *_deadlines(profile),
            year_end=pl.date(pl.col("year"), 12, 31),
            corrected=pl.concat_str(
                pl.col("title").fill_null(""), pl.col("file").str.split("/").list.last(), separator=" "
            ).str.contains(_CORRECTED),
            zone_or_vertical=pl.col("vertical") | pl.col("zone"),
        )
        .pipe(_seen)
        .pipe(_earliest)
        .with_columns(
            shown_on=pl.coalesce("outside_published_on", "published_on"),
            shown_by=pl.when(pl.col("outside_published_on").is_not_null())
            .then(pl.lit("table"))
            .when(pl.col("published_on").is_not_null())
            .then(pl.lit("page")),
        )
        .drop("roster_vertical", "signature_sure", "corrected")
    )


def _by_name(reports: pl.DataFrame, what: str) -> pl.Expr:
    names = reports["agency"].drop_nulls().unique()
    said = {name: (vertical if what == "vertical" else zone)(name) for name in names}
    return (
        pl.col("agency")
        .replace_strict(said, default=False, return_dtype=pl.Boolean)
        .fill_null(False)
        .alias(what)
    )


def _signed(paragraphs: pl.DataFrame) -> pl.DataFrame:
    """Whether the date at the end stands on a line of its own, or with a name only: submission, signature_sure.

    A date at the end of a sentence (“统计期限至2023年12月31日”) is no signature.
    """
    text = pl.col("text").str.normalize("NFKC").str.replace_all(r"\s+", "")
    return (
        paragraphs.filter(
            pl.col("paragraph") > pl.col("paragraph").max().over("submission") - _LAST_PARAGRAPHS
        )
        .select("submission", line=text)
        .group_by("submission")
        .agg(
            signature_sure=(
                pl.col("line").str.contains(_DATED_LINE) & ~pl.col("line").str.contains(_NO_SIGNATURE)
            ).any()
        )
    )


def _deadlines(profile: Profile) -> tuple[pl.Expr, pl.Expr]:
    """The deadline, and the first one where a local order sets an earlier day.

    An agency whose kind is not known is late for certain only after the later of the two days of §49.
    """
    due = profile.deadlines
    kind = (
        pl.when(pl.col("rank") == "township")
        .then(pl.lit("township"))
        .when(pl.col("organ") == "department")
        .then(pl.lit("department"))
        .otherwise(pl.lit("government"))
    )
    statutory = {"department": due.department, "government": due.government, "township": due.township}
    local = {
        "department": due.local_department,
        "government": due.local_government,
        "township": due.local_township,
    }

    def day(of: dict[str, Deadline | None]) -> pl.Expr:
        return reduce(
            lambda otherwise, name: pl.when(kind == name).then(_in_next_year(of[name])).otherwise(otherwise),
            [name for name in of if of[name] is not None],
            pl.lit(None, dtype=pl.Date),
        )

    deadline = day(dict(statutory))
    # of an agency whose kind is not known nobody can say which local day is meant
    first = pl.when(pl.col("organ") != "unknown").then(day(local))
    return deadline.alias("deadline"), pl.min_horizontal(deadline, first).alias("first_deadline")


def _in_next_year(deadline: Deadline | None) -> pl.Expr:
    assert deadline is not None
    return pl.date(pl.col("year") + 1, deadline.month, deadline.day)


def _seen(reports: pl.DataFrame) -> pl.DataFrame:
    """Add seen_on, seen_by, seen_certain, late, seen_reason.

    Only what cannot have been otherwise proves a report late: the supervisor's own table, or a signature after the
    deadline. The date of a web page may be that of a later publication or of a move to another system, so alone it is
    for our operator to look at; in time it stays in time. Where no page is known the signature stands for it.
    """
    deadline, page, signed = pl.col("deadline"), pl.col("published_on"), pl.col("signed_on")
    # a page dated before the year was over was not this report's publication (TIME-04 speaks of it)
    on_page = pl.when(page > pl.col("year_end")).then(page)
    submitted = pl.when(pl.col("organ") == "department").then("outside_submitted_on")
    in_table = pl.when(pl.col("outside_published_on").is_not_null() | (submitted > deadline)).then(
        pl.max_horizontal("outside_published_on", submitted)
    )
    late_signature = (signed > deadline).fill_null(False)
    late_page = (on_page > deadline).fill_null(False)
    by = (
        pl.when(deadline.is_null())
        .then(None)
        .when(in_table.is_not_null())
        .then(pl.lit("table"))
        .when(late_signature & late_page)
        .then(pl.lit("both"))
        .when(late_signature & on_page.is_not_null())
        .then(pl.lit("contradiction"))
        .when(late_signature)
        .then(pl.lit("signature"))
        .when(on_page.is_not_null())
        .then(pl.lit("page"))
        .when((signed > pl.col("year_end")) & pl.col("signature_sure").fill_null(False))
        .then(pl.lit("signature"))
    )
    # signed in a later year than the next: a text that was published again, or a slip in the date
    sure = (
        pl.col("signature_sure").fill_null(False)
        & ~pl.col("corrected")
        & (signed.dt.year() == pl.col("year") + 1)
        & pl.col("year_source").is_in(_SURE_YEAR)
    )
    return (
        reports.with_columns(seen_by=by)
        .with_columns(
            seen_on=pl.when(pl.col("seen_by") == "table")
            .then(in_table)
            .when(pl.col("seen_by").is_in(["both", "contradiction", "signature"]))
            .then(signed)
            .when(pl.col("seen_by") == "page")
            .then(on_page),
            seen_certain=pl.when(pl.col("seen_by") == "table")
            .then(pl.lit(True))
            .otherwise(pl.col("seen_by").is_in(["both", "signature"]) & sure.fill_null(False)),
        )
        .with_columns(
            late=pl.when(pl.col("seen_on") > deadline)
            .then(pl.lit("statutory"))
            .when(pl.col("seen_on") > pl.col("first_deadline"))
            .then(pl.lit("local"))
            .when(pl.col("seen_on").is_not_null())
            .then(pl.lit("no")),
            seen_reason=pl.when(pl.col("seen_on").is_null()).then(
                pl.when(deadline.is_null())
                .then(pl.lit("报告年度无法确定。"))
                .otherwise(pl.lit("未见可用的公布日期和落款日期，无法判断是否按时公布。"))
            ),
        )
    )


def _earliest(reports: pl.DataFrame) -> pl.DataFrame:
    """Add earliest_on (the earliest date known), earliest_by (table | signature | page), earliest_certain.

    The date of a web page may be the day on which somebody began to write it.
    """
    table = pl.min_horizontal("outside_submitted_on", "outside_published_on")
    signed, page, end = pl.col("signed_on"), pl.col("published_on"), pl.col("year_end")
    early_table = (table <= end).fill_null(False)
    early_signature = (signed <= end).fill_null(False)
    earliest = pl.min_horizontal(table, signed, page)
    return reports.with_columns(
        earliest_on=pl.when(early_table).then(table).when(early_signature).then(signed).otherwise(earliest),
        earliest_by=pl.when(early_table)
        .then(pl.lit("table"))
        .when(early_signature)
        .then(pl.lit("signature"))
        .when(earliest.is_not_null())
        .then(pl.lit("page")),
        earliest_certain=early_table
        | (
            early_signature
            & pl.col("signature_sure").fill_null(False)
            & pl.col("year_source").is_in(_SURE_YEAR).fill_null(False)
        ),
    )
