"""Adds to the frames what the rules on credibility compare: sums, shares, ratios, the likely causes of odd numbers."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from operator import add

import polars as pl

from expectations.profile import Profile
from expectations.rules.plausibility.table2 import RULES_MADE, STATISTICS
from models.facts import APPLICANTS, DISPUTE_GROUPS, OUTCOME_LINES

_FEE = "t2.fees.amount_wan_yuan"
_LARGE_FEES = "自然资源|国土|住房|住建|建设|人防|国防动员|水利|水务|财政|税务|规划|城管|城市管理|交通|政务服务|行政审批|公共资源"
_POWERS = "市场监督管理|市场监管|公安|综合行政执法|城市管理|城管|生态环境|应急管理|卫生健康|交通运输|自然资源|农业农村"
_SECRETS = "公安|保密|国家安全|国防|人民武装|政法|档案|机要|军民融合"
_SPEAKS_FOR_GOVERNMENT = "人民政府办公|政府办"  # its report may hold the government's numbers
_RATIO = (5e3, 2e4)  # 10,000 元 are one 万元; sums change from year to year
_LARGE = 1e5  # 万元: a county department does not charge a billion 元
_EXCEL_DAYS = (44_000, 47_000)  # 2020-06-18 … 2028-09-04 as a spreadsheet counts days
_DATE = r"^(?:\d{4}年)?(?:\d{4}[-/])?\d{1,2}[-/月]\d{1,2}日?$|^\d{4}年(?:\d{1,2}月)?$|^\d{1,2}-[A-Za-z]{3}$"


def with_credibility(totals: pl.DataFrame, prose: pl.DataFrame) -> pl.DataFrame:
    """Return `totals` with further columns; a null means that it cannot be told.

    requests_in_hand (第一项＋第二项), requests_in_two_years (this year's, else last year's), disputes
    (复议＋诉讼), any_dispute, disputes_bound, review_bound, carried_out_share, pending_share; rules_without_power
    (largest number in the row of 规章 of an organ that may not make any, else 0), rare_reasons (requests refused
    for secrecy by an organ that seldom has such reasons, else 0), penalty_power (the agency's name is one that
    punishes), penalties_in_two_years; fee_slip (ratio | large | none), fee_floor (万元 that the text speaks of, less
    the rounding of the cell); statistics_known;
    and of `prose`: fee_amount, fee_notice_told, misc_told.
    """
    col = pl.col
    new = col("t3.received_new.total")
    before = _sum(["previous.t3.received_new.total", "previous.t3.carried_in.total"])
    review, after = col("t4.review.total"), col("t4.suit_after_review.total")
    said = prose.select(
        "submission",
        "fee_notice_told",
        "misc_told",
        # where none was charged there is no amount; null only where it cannot be told
        fee_amount=pl.when(col("fee_kind") == "charged")
        .then("fee_amount")
        .when(col("fee_kind").is_not_null())
        .then(0.0),
    )
    return (
        totals.join(said, on="submission", how="left", maintain_order="left")
        .with_columns(
            requests_in_hand=new + col("t3.carried_in.total"),
            disputes=_sum([f"t4.{group}.total" for group in DISPUTE_GROUPS]),
            # one dispute is a dispute, whatever the other groups say
            any_dispute=pl.any_horizontal(col(f"t4.{group}.total") > 0 for group in DISPUTE_GROUPS),
            **{"previous.pending": _sum([f"previous.t4.{group}.pending" for group in DISPUTE_GROUPS])},
            carried_out_share=col("t3.carried_out.total") / pl.when(new > 0).then(new),
            pending_share=col("t4.review.pending") / pl.when(review > 0).then(review),
            rules_without_power=_rules_without_power(),
            rare_reasons=_rare_reasons(),
            penalty_power=col("agency").str.contains(_POWERS),
            # one decision in either year is enough to know that the agency decides
            penalties_in_two_years=pl.when(col("t2.penalty.decisions") > 0)
            .then(col("t2.penalty.decisions"))
            .otherwise(col("t2.penalty.decisions") + col("previous.t2.penalty.decisions")),
            fee_slip=_fee_slip(),
            # a cell with two decimals may be rounded by half of the last one
            fee_floor=(col("fee_amount") / 10_000 - 0.005).clip(lower_bound=0.0),
            statistics_known=_statistics_known(),
        )
        .with_columns(
            # where this year's numbers alone suffice, last year's are not needed, and the other way round
            requests_in_two_years=pl.when(col("requests_in_hand") > 0)
            .then("requests_in_hand")
            .when(before > 0)
            .then(before)
            .otherwise(col("requests_in_hand") + before),
            disputes_bound=pl.when(col("disputes") <= 2 * col("requests_in_hand"))
            .then(2 * col("requests_in_hand"))
            .otherwise(2 * col("requests_in_hand") + col("previous.pending")),
            review_bound=pl.when(after <= review)
            .then(review)
            .otherwise(review + col("previous.t4.review.total")),
        )
    )


def _sum(codes: list[str]) -> pl.Expr:
    """Add cells up; null where one is."""
    return reduce(add, (pl.col(code) for code in codes))


def _rules_without_power() -> pl.Expr:
    """Null where there is a number and nobody knows whether the organ may make rules, or where a cell is not known."""
    rank, organ = pl.col("rank"), pl.col("organ")
    department = (organ == "department") & ~pl.col("agency").str.contains(_SPEAKS_FOR_GOVERNMENT)
    powerless = (
        pl.when(rank.is_in(["county", "township"]))
        .then(True)
        .when((rank == "state") | (rank.is_in(["city", "province"]) & (organ == "government")))
        .then(False)
        .when(rank.is_in(["city", "province"]) & department)
        .then(True)
    )
    printed: pl.Expr = pl.lit(None, dtype=pl.Float64)
    for template, codes in RULES_MADE.items():
        most = pl.max_horizontal(codes)
        known = pl.all_horizontal(pl.col(code).is_not_null() for code in codes)
        printed = (
            pl.when(pl.col("template") == template)
            .then(pl.when(most > 0).then(most).when(known).then(0.0))
            .otherwise(printed)
        )
    return pl.when((printed == 0) | ~powerless).then(0.0).when(powerless).then(printed)


def _rare_reasons() -> pl.Expr:
    rank, organ = pl.col("rank"), pl.col("organ")
    seldom = (
        pl.when(rank == "township")
        .then(True)
        .when((rank == "county") & (organ == "department"))
        .then(~pl.col("agency").str.contains(_SECRETS))
        .when((rank != "unknown") & ((rank != "county") | (organ == "government")))
        .then(False)
    )
    reasons = _sum(["t3.results.denied.state_secret.total", "t3.results.denied.security_stability.total"])
    return pl.when((reasons == 0) | ~seldom).then(0.0).when(seldom).then(reasons)


def _fee_slip() -> pl.Expr:
    fee, before = pl.col(_FEE), pl.col(f"previous.{_FEE}")
    ratio = fee / before
    large = (
        (fee >= _LARGE)
        & (pl.col("rank") == "county")
        & (pl.col("organ") == "department")
        & ~pl.col("agency").str.contains(_LARGE_FEES)
    )
    return (
        pl.when(large)
        .then(pl.lit("large"))
        .when((fee > 0) & (before > 0) & (ratio.is_between(*_RATIO) | (1 / ratio).is_between(*_RATIO)))
        .then(pl.lit("ratio"))
        # nothing is no ten-thousandth of anything; otherwise last year's number is needed
        .when((fee == 0) | (fee.is_not_null() & before.is_not_null()))
        .then(pl.lit("none"))
    )


def _statistics_known() -> pl.Expr:
    """True where a number was given and the cells of all that were given are known; else null."""
    given = {code: pl.col(f"outside_{key}").is_not_null() for key, (code, _) in STATISTICS.items()}
    known = pl.all_horizontal(~is_given | pl.col(code).is_not_null() for code, is_given in given.items())
    return pl.when(known & pl.any_horizontal(given.values())).then(True)


def with_extremes(applicants: pl.DataFrame) -> pl.DataFrame:
    """Return `requests_by_applicant` with largest_outcome (of 第三项（一）至（六）, those that were read), balance, doubled.

    balance: how many more （七）总计 is than 第一项＋第二项－第四项 leaves. doubled: 部分公开 may have been counted twice.
    """
    partial, balance = pl.col("partial_disclosure"), pl.col("balance")
    return applicants.with_columns(
        largest_outcome=pl.max_horizontal(*OUTCOME_LINES), balance=-_imbalance()
    ).with_columns(doubled=(partial > 0) & (balance >= 1) & (balance <= partial))


def _imbalance() -> pl.Expr:
    return pl.col("received_new") + pl.col("carried_in") - pl.col("results_total") - pl.col("carried_out")


def with_times(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return `pairs` with larger (of the two years) and times (how many times the other it is; null if one is 0)."""
    now, before = pl.col("value"), pl.col("previous_value")
    return pairs.with_columns(
        larger=pl.max_horizontal(now, before),
        times=pl.when((now > 0) & (before > 0)).then(pl.max_horizontal(now / before, before / now)),
    )


def with_slips(cells: pl.DataFrame, previous: pl.DataFrame) -> pl.DataFrame:
    """Return `cells` with looks_like (year | day | date | none; null where nothing was read) and previous_value.

    A count that equals the report year or lies where a spreadsheet counts the days of these years may be a date that
    was filled in by mistake, unless last year's was of the same size; ``1-2`` is one as it stands.
    """
    value, before = pl.col("value"), pl.col("previous_value")
    alike = before.is_not_null() & (before > value / 3) & (before < value * 3)
    counted = (pl.col("form") == "count") & ~pl.col("total") & ~alike
    return cells.join(previous, on=["submission", "code"], how="left", maintain_order="left").with_columns(
        looks_like=pl.when(counted & (value == pl.col("year")))
        .then(pl.lit("year"))
        .when(counted & value.is_between(*_EXCEL_DAYS))
        .then(pl.lit("day"))
        .when((pl.col("kind") == "text") & pl.col("raw").str.replace_all(r"\s", "").str.contains(_DATE))
        .then(pl.lit("date"))
        .when(value.is_not_null() | (pl.col("kind") == "text"))
        .then(pl.lit("none"))
    )


def with_likeness(outcomes: pl.DataFrame, applicants: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return `requests_by_outcome` with alike: how many of the six kinds of applicants have one number that is not 0.

    Null where a number that was not read decides. And glued: whether the row, which does not add up, would if two
    neighbouring digits were one number or one number were two, and the columns of `applicants`
    (`requests_by_applicant`) do not confirm its numbers.
    """
    kinds = list(APPLICANTS[:-1])
    # five 1s in a row are chance in a small report, six are not
    counts = [
        pl.when(pl.col(kind) >= 1).then(
            pl.sum_horizontal((pl.col(other) == pl.col(kind)).cast(pl.Int32) for other in kinds)
            - (pl.col(kind) == 1).cast(pl.Int32)
        )
        for kind in kinds
    ]
    alike = pl.max_horizontal(*counts, pl.lit(0))
    unknown = pl.sum_horizontal(pl.col(kind).is_null().cast(pl.Int32) for kind in kinds)
    limit = profile.thresholds.alike_below
    return (
        outcomes.with_columns(
            alike=pl.when((alike > limit) | (unknown == 0) | (alike + unknown <= limit)).then(alike)
        )
        .join(_glued_rows(outcomes, applicants), on=["submission", "line"], how="left", maintain_order="left")
        .with_columns(pl.col("glued").fill_null(False))
    )


def _glued_rows(outcomes: pl.DataFrame, applicants: pl.DataFrame) -> pl.DataFrame:
    """Return submission, line, glued (true) of the rows that joining or splitting digits would mend."""
    kinds = list(APPLICANTS[:-1])
    line = pl.col("line")
    wrong = outcomes.select("submission", "line", *kinds, "total").filter(_sum(kinds) != pl.col("total"))
    done = _sum(list(OUTCOME_LINES)) == pl.col("results_total")
    columns = (
        applicants.filter(
            (pl.col("applicant") != "total") & pl.col("submission").is_in(wrong["submission"].implode())
        )
        .group_by("submission")
        .agg(done=done.fill_null(False).all(), balanced=(_imbalance() == 0).fill_null(False).all())
    )
    doubtful = wrong.join(columns, on="submission", how="left", maintain_order="left").filter(
        # right columns confirm every number of the row but its total
        ~pl.when(line == "results.total")
        .then(pl.col("done") & pl.col("balanced"))
        .when(line.str.starts_with("results."))
        .then("done")
        .otherwise("balanced")
    )
    return pl.DataFrame(
        [(row[0], row[1], True) for row in doubtful.iter_rows() if _glued(row[2:8], row[8])],
        schema={"submission": pl.String, "line": pl.String, "glued": pl.Boolean},
        orient="row",
    )


def _glued(values: tuple[float, ...], total: float) -> bool:
    """Say whether joining two neighbouring digits (or splitting a two-digit number) makes the row add up."""
    whole = sum(values)
    for left, right in pairwise(values):
        if 0 < left < 10 and 0 <= right < 10 and whole - left - right + 10 * left + right == total:
            return True
    return any(10 <= value < 100 and whole - value + value // 10 + value % 10 == total for value in values)
