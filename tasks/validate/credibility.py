"""Adds to the frames what the rules on credibility compare: sums, shares, ratios, the likely causes of odd numbers."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from models.facts import APPLICANTS, DISPUTE_GROUPS, OUTCOME_LINES

_FEE = "t2.fees.amount_wan_yuan"
_LARGE_FEES = "自然资源|国土|住房|住建|建设|人防|国防动员|水利|水务|财政|税务|规划|城管|城市管理|交通|政务服务|行政审批|公共资源"
_POWERS = "市场监督管理|市场监管|公安|综合行政执法|城市管理|城管|生态环境|应急管理|卫生健康|交通运输|自然资源|农业农村"
_SECRETS = "公安|保密|国家安全|国防|人民武装|政法|档案|机要|军民融合"
_STATISTICS = {
    "licensing": "t2.licensing.decisions",
    "penalty": "t2.penalty.decisions",
    "coercion": "t2.coercion.decisions",
    "normative_docs": "t2.normative_docs.in_force",
}
_RATIO = (5e3, 2e4)  # 10,000 元 are one 万元; sums change from year to year
_EXCEL_DAYS = (44_000, 47_000)  # 2020-06-18 … 2028-09-04 as a spreadsheet counts days


def with_credibility(totals: pl.DataFrame, prose: pl.DataFrame) -> pl.DataFrame:
    """Return `totals` with further columns; a null means that it cannot be told.

    requests_in_hand (第一项＋第二项), disputes (复议＋诉讼), suits, previous.requests_in_hand, previous.pending,
    secret_reasons, disputes_bound, review_bound, carried_out_share, pending_share; fee_slip (ratio | large | none),
    fee_floor (万元 that section six speaks of, less the rounding of the cell); penalty_power (the agency's name is one
    that punishes), no_rules (has no power to make rules), few_secrets (seldom has reasons of secrecy); outside_given,
    statistics_known; and of `prose`: fee_amount, fee_notice_told, misc_told.
    """
    col = pl.col
    new, old = col("t3.received_new.total"), col("t3.carried_in.total")
    review, direct, after = (col(f"t4.{group}.total") for group in DISPUTE_GROUPS)
    fee, before = col(_FEE), col(f"previous.{_FEE}")
    ratio = fee / before
    slipped = ratio.is_between(*_RATIO) | (1 / ratio).is_between(*_RATIO)
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
            requests_in_hand=new + old,
            disputes=review + direct + after,
            suits=direct + after,
            **{
                "previous.requests_in_hand": col("previous.t3.received_new.total")
                + col("previous.t3.carried_in.total"),
                "previous.pending": sum(
                    (col(f"previous.t4.{group}.pending") for group in DISPUTE_GROUPS[1:]),
                    col(f"previous.t4.{DISPUTE_GROUPS[0]}.pending"),
                ),
            },
            secret_reasons=col("t3.results.denied.state_secret.total")
            + col("t3.results.denied.security_stability.total"),
            penalty_power=col("agency").str.contains(_POWERS),
            carried_out_share=col("t3.carried_out.total") / pl.when(new > 0).then(new),
            pending_share=col("t4.review.pending") / pl.when(review > 0).then(review),
            fee_slip=pl.when((fee > 0) & (before > 0) & slipped)
            .then(pl.lit("ratio"))
            .when(
                (fee >= 1e5)
                & (col("rank") == "county")
                & (col("organ") == "department")
                & ~col("agency").str.contains(_LARGE_FEES)
            )
            .then(pl.lit("large"))
            .when(fee.is_not_null())
            .then(pl.lit("none")),
            # a cell with two decimals may be rounded by half of the last one
            fee_floor=(col("fee_amount") / 10_000 - 0.005).clip(lower_bound=0.0),
            no_rules=pl.when(col("rank") == "unknown")
            .then(None)
            .otherwise(
                col("rank").is_in(["county", "township"])
                | (col("rank").is_in(["city", "province"]) & (col("organ") == "department"))
            ),
            few_secrets=pl.when(col("rank") == "unknown")
            .then(None)
            .otherwise(
                ((col("rank") == "township") | ((col("rank") == "county") & (col("organ") == "department")))
                & ~col("agency").str.contains(_SECRETS).fill_null(False)
            ),
            outside_given=pl.any_horizontal(col(f"outside_{key}").is_not_null() for key in _STATISTICS),
            statistics_known=pl.when(
                pl.any_horizontal(
                    col(f"outside_{key}").is_not_null() & col(code).is_not_null()
                    for key, code in _STATISTICS.items()
                )
            ).then(True),
        )
        .with_columns(
            # where this year's numbers alone suffice, last year's are not needed
            disputes_bound=pl.when(col("disputes") <= 2 * col("requests_in_hand"))
            .then(2 * col("requests_in_hand"))
            .otherwise(2 * col("requests_in_hand") + col("previous.pending")),
            review_bound=pl.when(after <= review)
            .then(review)
            .otherwise(review + col("previous.t4.review.total")),
        )
    )


def with_extremes(applicants: pl.DataFrame) -> pl.DataFrame:
    """Return `requests_by_applicant` with largest_outcome (of 第三项（一）至（六）, those that were read), balance, doubled.

    balance: how many more （七）总计 is than 第一项＋第二项－第四项 leaves. doubled: 部分公开 may have been counted twice.
    """
    balance = pl.col("results_total") - pl.col("received_new") - pl.col("carried_in") + pl.col("carried_out")
    return applicants.with_columns(
        largest_outcome=pl.max_horizontal(*OUTCOME_LINES),
        balance=balance,
        doubled=(pl.col("partial_disclosure") > 0)
        & (balance >= 1)
        & (balance <= pl.col("partial_disclosure")),
    )


def with_times(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return `pairs` with larger (of the two years) and times (how many times the other it is; null if one is 0)."""
    now, before = pl.col("value"), pl.col("previous_value")
    return pairs.with_columns(
        larger=pl.max_horizontal(now, before),
        times=pl.when((now > 0) & (before > 0)).then(pl.max_horizontal(now / before, before / now)),
    )


def with_slips(cells: pl.DataFrame, previous: pl.DataFrame) -> pl.DataFrame:
    """Return `cells` with looks_like (year | day | number; null unless a number was read) and previous_value.

    A count that equals the report year or lies where a spreadsheet counts the days of these years may be a date that
    was filled in by mistake, unless last year's was of the same size.
    """
    value, before = pl.col("value"), pl.col("previous_value")
    alike = before.is_not_null() & (before > value / 3) & (before < value * 3)
    counted = (pl.col("form") == "count") & ~pl.col("total") & ~alike
    return cells.join(previous, on=["submission", "code"], how="left", maintain_order="left").with_columns(
        looks_like=pl.when(counted & (value == pl.col("year")))
        .then(pl.lit("year"))
        .when(counted & value.is_between(*_EXCEL_DAYS))
        .then(pl.lit("day"))
        .when(value.is_not_null())
        .then(pl.lit("number"))
    )


def with_likeness(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return `requests_by_outcome` with alike: how many of the six kinds of applicants have one number that is not 0.

    And glued: whether the row, which does not add up, would if two neighbouring digits were one number or one number
    were two.
    """
    kinds = list(APPLICANTS[:-1])
    # five 1s in a row are chance in a small report, six are not
    counts = [
        pl.when(pl.col(kind) >= 1)
        .then(pl.sum_horizontal((pl.col(other) == pl.col(kind)).cast(pl.Int32) for other in kinds))
        .otherwise(0)
        - (pl.col(kind) == 1).cast(pl.Int32)
        for kind in kinds
    ]
    wrong = outcomes.filter(pl.sum_horizontal(kinds, ignore_nulls=False) != pl.col("total")).select(
        "submission", "line", *kinds, "total"
    )
    glued = pl.DataFrame(
        [(row[0], row[1], _glued(row[2:8], row[8])) for row in wrong.iter_rows()],
        schema={"submission": pl.String, "line": pl.String, "glued": pl.Boolean},
        orient="row",
    )
    return (
        outcomes.with_columns(alike=pl.max_horizontal(counts))
        .join(glued, on=["submission", "line"], how="left", maintain_order="left")
        .with_columns(pl.col("glued").fill_null(False))
    )


def _glued(values: tuple[float, ...], total: float) -> bool:
    """Say whether joining two neighbouring digits (or splitting a two-digit number) makes the row add up."""
    whole = sum(values)
    for left, right in pairwise(values):
        if 0 < left < 10 and 0 <= right < 10 and whole - left - right + 10 * left + right == total:
            return True
    return any(10 <= value < 100 and whole - value + value // 10 + value % 10 == total for value in values)
