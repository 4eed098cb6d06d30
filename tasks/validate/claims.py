"""Puts every claim of the prose beside the cells that it can mean, and says which claims can be decided."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from expectations.profile import Profile
from expectations.template import load
from models.facts import Facts

_T3 = "t3.{}.total"
_NEW, _IN, _OUT, _DONE = (
    _T3.format(row) for row in ("received_new", "carried_in", "carried_out", "results.total")
)
_REQUESTS: dict[str, tuple[tuple[str, ...], ...]] = {
    # what the words can mean, the plainest reading first; a sum is a tuple of cells
    "received_new": ((_NEW,),),
    "received": ((_NEW,), (_NEW, _IN), (_DONE, _OUT)),
    "accepted": ((_NEW,), (_NEW, _IN), (_DONE, _OUT), (_DONE,)),
    "handled": ((_DONE,), (_NEW,), (_NEW, _IN), (_DONE, _OUT)),
    "received_all": ((_NEW, _IN), (_DONE, _OUT)),
    "received_answered": ((_NEW,), (_DONE,), (_NEW, _IN), (_DONE, _OUT)),
    "answered": ((_DONE,),),
    "carried_in": ((_IN,),),
    "carried_out": ((_OUT,),),
}
READINGS = ("reading_1", "reading_2", "reading_3", "reading_4")
_DISPUTES = {"review": ("review",), "suit": ("suit_direct", "suit_after_review"), "suit_direct": ("suit_direct",),
             "suit_after_review": ("suit_after_review",), "disputes": ("review", "suit_direct", "suit_after_review")}  # fmt: skip
_ENTIRE = ("own", "whole")


@cache
def _of_results() -> dict[str, tuple[str, ...]]:
    """Result group or line → the cells of the total column that make it up, on either form."""
    found: dict[str, list[str]] = {}
    for name in ("v2021", "v2019"):
        for row in load(name).table3_rows:
            if not row.key.startswith("results.") or row.total:
                continue
            code = f"t3.{row.key}.total"
            for key in {row.key, row.key.rsplit(".", 1)[0]} - {"results"}:
                if code not in found.setdefault(key, []):
                    found[key].append(code)
    # the 2019 form has one row for what the 2021 form divides
    found["results.other"] = [c for c in found["results.other"] if c != "t3.results.other.total"]
    return {key: tuple(codes) for key, codes in found.items()}


def readings(metric: str) -> tuple[tuple[str, ...], ...]:
    """Return what a metric (`tasks.extract.claims.metrics`) can mean: for each reading the cells that add up to it."""
    if metric in _REQUESTS:
        return _REQUESTS[metric]
    if metric.startswith("results."):
        parts = [_of_results().get(part) for part in metric.split("+")]
        if any(part is None for part in parts):
            return ()
        return (tuple(code for part in parts if part for code in part),)
    head, _, tail = metric.partition(".")
    if head in _DISPUTES and tail in ("total", "upheld", "corrected", "other", "pending"):
        return (tuple(f"t4.{group}.{tail}" for group in _DISPUTES[head]),)
    if head == "documents":
        return ((f"t2.{tail}",),)
    if head == "decisions":
        return ((f"t2.{tail}.decisions",),)
    if head == "applicant":
        kinds = {"natural_person": ("natural_person",),
                 "legal": ("enterprise", "research", "public_welfare", "legal_service", "other_org")}.get(tail, ())  # fmt: skip
        return tuple(tuple(f"t3.{row}.{kind}" for kind in kinds) for row in ("received_new",) if kinds)
    return ()


def prepare_claims(
    facts: Facts, totals: pl.DataFrame, context: pl.DataFrame, profile: Profile
) -> pl.DataFrame:
    """Return the frame `claims` with the report's context and what the rules on prose compare.

    reading_1 … reading_4: the sums of cells that the claim can mean (null where a cell was not read for certain);
    cells: their codes; checked: the claimed number where it can be decided: it fits a reading, or nothing about its
    scope and time is in doubt and all its readings are known; else null, and `open` is the sentence that says why.
    For relation share: denominators and tolerance; for sums `whole`, `coverage`.
    """
    claims = facts.claims.join(context, on="submission", how="left", maintain_order="left")
    metrics = claims["metric"].unique().sort().to_list()
    wanted = {metric: readings(metric) for metric in metrics}
    codes = sorted(
        {code for several in wanted.values() for one in several for code in one} | {_NEW, _IN, _OUT, _DONE}
    )
    codes = [code for code in codes if code in totals.columns]
    joined = claims.join(
        totals.select("submission", *codes), on="submission", how="left", maintain_order="left"
    )
    joined = _with_undivided(joined, totals)
    frame = joined.with_columns(
        [_reading(wanted, place).alias(name) for place, name in enumerate(READINGS)]
    ).with_columns(
        cells=pl.col("metric").replace_strict(
            {m: sorted({c for one in several for c in one}) for m, several in wanted.items()} or {"": []},
            default=[],
            return_dtype=pl.List(pl.String),
        ),
        known=_known(wanted),
    )
    value = pl.col("value")
    fits = pl.any_horizontal((value - pl.col(name)).abs() < 1e-6 for name in READINGS).fill_null(False)
    sure = (
        pl.col("doubt").is_null()
        & pl.col("scope").is_in(_ENTIRE)
        & (pl.col("period") == "this")
        & pl.col("organ").is_in(["government", "department"])
    )
    frame = frame.with_columns(sure=sure).with_columns(
        checked=pl.when(fits | (sure & pl.col("known"))).then(value),
        open=pl.when(~fits & ~(sure & pl.col("known"))).then(_why(sure)),
    )
    frame = frame.with_columns(
        family=pl.col("metric").str.split(".").list.first(),
        carried_out=pl.col(_OUT),
        has_part=(pl.col("parts").list.len() > 0).fill_null(False),
    )
    steps = (_with_sums, _with_shares, _with_identity, _with_contradictions, _with_fees)
    for step in steps:
        frame = step(frame)
    return _with_outcomes(frame, totals)


def _with_identity(frame: pl.DataFrame) -> pl.DataFrame:
    """Add, on the claim of what was answered, the four numbers of its paragraph: said_new, said_in, said_done, said_out.

    says_all_four: each of them is stated once in the paragraph, and none is in doubt.
    """
    said = {
        "said_new": ("received_new", "received"),
        "said_in": ("carried_in",),
        "said_done": ("answered",),
        "said_out": ("carried_out",),
    }
    stated = frame.filter(pl.col("relation").is_in(["is", "none"]) & pl.col("sure"))
    four = stated.group_by("submission", "paragraph").agg(
        *(
            pl.col("value").filter(pl.col("metric").is_in(list(names))).first().alias(name)
            for name, names in said.items()
        ),
        *(pl.col("metric").is_in(list(names)).sum().alias(f"{name}_times") for name, names in said.items()),
    )
    once = pl.all_horizontal(pl.col(f"{name}_times") == 1 for name in said)
    four = four.filter(once).select("submission", "paragraph", *said, says_all_four=pl.lit(True))
    joined = frame.join(four, on=["submission", "paragraph"], how="left", maintain_order="left")
    here = (pl.col("metric") == "answered") & pl.col("relation").is_in(["is", "none"]) & pl.col("sure")
    return joined.with_columns(says_all_four=pl.col("says_all_four").fill_null(False) & here)


def _with_fees(frame: pl.DataFrame) -> pl.DataFrame:
    """Add fee_charged: the amount in 元 that the same report says it charged this year; null if none."""
    charged = (
        frame.filter(
            (pl.col("metric") == "fee")
            & (pl.col("relation") == "is")
            & (pl.col("value") > 0)
            & pl.col("sure")
        )
        .group_by("submission")
        .agg(fee_charged=pl.col("value").max())
    )
    return frame.join(charged, on="submission", how="left", maintain_order="left")


def _with_outcomes(frame: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Add, for statements on how all disputes ended, what speaks against them: corrected, pending, against.

    counts_pending: the statement is on all disputes, not only on those closed.
    """
    sums = {
        f"{family}_{outcome}": sum(
            (pl.col(f"t4.{g}.{outcome}") for g in groups[1:]), pl.col(f"t4.{groups[0]}.{outcome}")
        )
        for family, groups in (("review", ("review",)), ("suit", ("suit_direct", "suit_after_review")))
        for outcome in ("corrected", "pending")
    }
    joined = frame.join(
        totals.select("submission", **sums), on="submission", how="left", maintain_order="left"
    )
    review = pl.col("family") == "review"
    all_ = pl.col("metric").str.ends_with(".upheld")
    joined = joined.with_columns(
        counts_pending=all_,
        corrected=pl.when(review).then("review_corrected").otherwise("suit_corrected"),
        pending=pl.when(review).then("review_pending").otherwise("suit_pending"),
    )
    against = pl.col("corrected") + pl.when(all_).then(pl.col("pending")).otherwise(0.0)
    return joined.with_columns(
        against=pl.when((pl.col("relation") == "outcome") & (pl.col("sure") | (against == 0))).then(against)
    ).drop(list(sums))


def _with_undivided(joined: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Where （六） is printed as one row, the three lines of the form stand for that one number."""
    lines = [f"t3.results.other.{part}.total" for part in ("overdue_correction", "overdue_fee", "misc")]
    if not set(lines) <= set(joined.columns):
        return joined
    one = totals.select("submission", whole_other="t3.results.other.total")
    filled = joined.join(one, on="submission", how="left", maintain_order="left")
    undivided = (
        pl.all_horizontal(pl.col(line).is_null() for line in lines) & pl.col("whole_other").is_not_null()
    )
    return filled.with_columns(
        pl.when(undivided).then(pl.col("whole_other")).otherwise(pl.col(lines[0])).alias(lines[0]),
        *(pl.when(undivided).then(0.0).otherwise(pl.col(line)).alias(line) for line in lines[1:]),
    ).drop("whole_other")


def _reading(wanted: dict[str, tuple[tuple[str, ...], ...]], place: int) -> pl.Expr:
    chain: Any = pl.when(False).then(pl.lit(None, dtype=pl.Float64))
    for metric, several in wanted.items():
        if len(several) > place:
            total = pl.sum_horizontal([pl.col(code) for code in several[place]], ignore_nulls=False)
            chain = chain.when(pl.col("metric") == metric).then(total)
    reading: pl.Expr = chain.otherwise(None)
    return reading


def _known(wanted: dict[str, tuple[tuple[str, ...], ...]]) -> pl.Expr:
    chain: Any = pl.when(False).then(pl.lit(False))
    for metric, several in wanted.items():
        if several:
            all_known = pl.all_horizontal(
                pl.col(READINGS[place]).is_not_null() for place in range(len(several))
            )
            chain = chain.when(pl.col("metric") == metric).then(all_known)
    known: pl.Expr = chain.otherwise(False)
    return known


def _why(sure: pl.Expr) -> pl.Expr:
    said = pl.concat_str(pl.lit("文中“"), pl.col("quote"), pl.lit("”"))
    return (
        pl.when(sure)
        .then(pl.concat_str(said, pl.lit("对应的单元格没有可用的数值，无法核对，待核。")))
        .when(pl.col("doubt").is_not_null())
        .then(
            pl.concat_str(
                said,
                pl.lit("与统计表不同，但"),
                pl.col("doubt").str.strip_chars_end("。"),
                pl.lit("，待核。"),
            )
        )
        .otherwise(pl.concat_str(said, pl.lit("与统计表不同，但所说的范围或时间不能确定，待核。")))
    )


def _with_shares(frame: pl.DataFrame) -> pl.DataFrame:
    """Add, for shares, what the stated part is of each number it may be a part of: of_base, of_done, of_new, of_all.

    tolerance: half of the last digit printed, and never under 0.05 percentage points.
    """
    part = pl.col("parts").list.first()
    share = pl.col("relation") == "share"
    digits = pl.col("raw").str.extract(r"\.(\d+)").str.len_chars().fill_null(0)
    wholes = {
        "of_base": pl.col("base"),
        "of_done": pl.col(_DONE),
        "of_new": pl.col(_NEW),
        "of_all": pl.col(_NEW) + pl.col(_IN),
    }
    of = [(100 * part / pl.when(whole > 0).then(whole)).alias(name) for name, whole in wholes.items()]
    return (
        frame.with_columns(of)
        .with_columns(
            tolerance=pl.max_horizontal(0.5 * pl.lit(10.0).pow(-digits.cast(pl.Float64)), pl.lit(0.05)),
        )
        .with_columns(
            share_checked=pl.when(
                share
                & part.is_not_null()
                & pl.col("doubt").is_null()
                & (pl.col("period") == "this")
                & (
                    pl.col("base").is_not_null()
                    | (pl.col("of_done").is_not_null() & pl.col("of_new").is_not_null())
                )
            ).then("value"),
        )
    )


def _with_sums(frame: pl.DataFrame) -> pl.DataFrame:
    """Add, for wholes with parts: coverage (Σ parts / whole) and disorder (none | over | short | near | partial)."""
    parts, whole = pl.col("value"), pl.col("base")
    coverage = parts / pl.when(whole > 0).then(whole)
    equal = (parts - whole).abs() < 1e-6
    return frame.with_columns(
        coverage=coverage,
        disorder=pl.when(pl.col("relation") != "sum")
        .then(None)
        .when(equal)
        .then(pl.lit("none"))
        .when(pl.col("exhaustive").fill_null(False))
        .then(pl.when(parts > whole).then(pl.lit("over")).otherwise(pl.lit("short")))
        .when(parts > whole)
        .then(pl.lit("over"))
        .when(coverage >= pl.when(pl.col("metric") == "channels").then(0.9).otherwise(0.99))
        .then(pl.lit("near"))
        .when(coverage < 0.6)
        .then(pl.lit("partial"))
        .otherwise(pl.lit("none")),
    )


def _with_contradictions(frame: pl.DataFrame) -> pl.DataFrame:
    """Add other_value: another number that the same report gives for the same thing, scope and time; null if none.

    Counted only where neither number is one that the tables have, and for what was published only where the same words
    say it.
    """
    key = ["submission", "metric", "scope", "period", "subject"]
    alone = frame.filter(
        (pl.col("relation") == "is")
        & pl.col("doubt").is_null()
        & pl.col("scope").is_in(_ENTIRE)
        & (pl.col("period") == "this")
        & ((pl.col("metric") != "disclosed") | pl.col("subject").is_not_null())
        & ~pl.col("metric").str.contains("^(?:fee|applicant|channel|decisions)")
    )
    fits = pl.any_horizontal((pl.col("value") - pl.col(name)).abs() < 1e-6 for name in READINGS).fill_null(
        False
    )
    told = (
        alone.with_columns(fits=fits)
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("value").n_unique().alias("numbers"),
            pl.col("value").first().alias("first_value"),
            pl.col("fits").any(),
        )
        .filter((pl.col("numbers") > 1) & ~pl.col("fits"))
        .select(*key, "first_value")
    )
    return frame.join(told, on=key, how="left", maintain_order="left", nulls_equal=True).with_columns(
        other_value=pl.when((pl.col("relation") == "is") & (pl.col("value") != pl.col("first_value"))).then(
            "first_value"
        )
    )
