"""Puts every claim of the prose beside the cells that it can mean, and says which claims can be decided."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from expectations.readings import MOST, MOST_OTHER, OTHER_LINES, Reading, readings
from expectations.template import TEMPLATE_IDS
from models.facts import Facts

READINGS = tuple(f"reading_{n}" for n in range(1, MOST + 1))
OTHERS = tuple(f"other_{n}" for n in range(1, MOST_OTHER + 1))
SPARES = tuple(f"spare_{n}" for n in range(1, MOST_OTHER + 1))
_TOTALS = {
    "received": "t3.received_new.total",
    "carried_in": "t3.carried_in.total",
    "done": "t3.results.total.total",
    "carried_out": "t3.carried_out.total",
}
_UNDIVIDED = "t3.results.other.total"
_ENTIRE = ("own", "whole")
_STATED = ("is", "none")
_SAID = {
    "said_new": ("received_new", "received", "accepted", "handled", "received_all"),
    "said_in": ("carried_in",),
    "said_done": ("answered",),
    "said_out": ("carried_out",),
}


def prepare_claims(
    facts: Facts, totals: pl.DataFrame, context: pl.DataFrame, profile: Profile
) -> pl.DataFrame:
    """Return the frame `claims` with the report's context and what the rules on prose compare.

    reading_1 … reading_4: the sums of cells that the words can mean (`expectations.readings`), other_1 … other_3 what
    else they may have been meant for; null where a cell was not read for certain. concerns: the claim speaks of all of
    the report year, as far as can be told. checked: the claimed number where it can be decided: it fits a reading, or
    nothing about it is in doubt and all its readings are known; else null, and `open` is the sentence that says why.
    fits_other: it fits none but another reading. spare_1 …: the other readings where what is meant is in doubt.
    first_line: the first line alone of the group of results it names.
    For shares, sums, statements on outcomes and fees see the functions below.
    """
    claims = facts.claims.join(context, on="submission", how="left", maintain_order="left").with_columns(
        family=pl.col("metric").str.split(".").list.first()
    )
    frame = _with_readings(claims, _with_undivided(totals))
    value = pl.col("value")
    fits = _equals_any(value, READINGS)
    near = ~fits & _equals_any(value, OTHERS)
    sure = (
        pl.col("doubt").is_null()
        & pl.col("scope").is_in(_ENTIRE)
        & (pl.col("period") == "this")
        & pl.col("organ").is_in(["government", "department"])
    )
    decided = fits | (near & ~sure) | (sure & pl.col("known"))
    frame = frame.with_columns(
        sure=sure,
        # last year's number, or what certainly is a part, says nothing of the cells
        concerns=pl.col("period").is_in(["this", "unknown"])
        & ~((pl.col("scope") == "part") & ((pl.col("relation") == "none") | pl.col("doubt").is_null())),
        checked=pl.when(decided).then(value),
        fits_other=near & sure & pl.col("known"),
        open=pl.when(~decided).then(_why(sure)),
        **{spare: pl.when(~sure).then(pl.col(other)) for spare, other in zip(SPARES, OTHERS, strict=True)},
    )
    frame = _with_shares(_with_sums(frame, profile.thresholds.parts_thin))
    frame = _with_fees(_with_repeats(_with_identity(frame)))
    return _with_outcomes(frame, totals)


def _equals_any(value: pl.Expr, columns: tuple[str, ...]) -> pl.Expr:
    return pl.any_horizontal((value - pl.col(name)).abs() < 1e-6 for name in columns).fill_null(False)


def _with_undivided(totals: pl.DataFrame) -> pl.DataFrame:
    """Where （六） is printed as one row, the three lines of the form stand for that one number."""
    lines = [f"t3.{line}.total" for line in OTHER_LINES]
    undivided = pl.all_horizontal(pl.col(c).is_null() for c in lines) & pl.col(_UNDIVIDED).is_not_null()
    return totals.with_columns(
        pl.when(undivided).then(pl.col(_UNDIVIDED)).otherwise(pl.col(lines[0])).alias(lines[0]),
        *(pl.when(undivided).then(0.0).otherwise(pl.col(line)).alias(line) for line in lines[1:]),
    )


def _sum(reading: Reading) -> pl.Expr:
    plus = pl.sum_horizontal([pl.col(code) for code in reading.plus], ignore_nulls=False)
    if not reading.minus:
        return plus
    return plus - pl.sum_horizontal([pl.col(code) for code in reading.minus], ignore_nulls=False)


def _with_readings(claims: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Add the readings, `known` (all first readings, and there is one), and the total column's four main cells.

    One pass for each metric and form: there are some dozens of them, however many reports there are.
    """
    numbered = claims.with_row_index("place")
    found: list[pl.DataFrame] = []
    for (metric, template), rows in numbered.select("place", "submission", "metric", "template").group_by(
        "metric", "template"
    ):
        told = readings(str(metric), template if template in TEMPLATE_IDS else None)
        if told is None:
            continue
        columns = [_sum(r).alias(name) for r, name in zip(told.first, READINGS, strict=False)]
        columns += [_sum(r).alias(name) for r, name in zip(told.other, OTHERS, strict=False)]
        columns += [_sum(r).alias("first_line") for r in told.shown[:1]]
        codes = {code for r in (*told.first, *told.other, *told.shown) for code in r.cells}
        here = totals.select("submission", *sorted(codes))
        found.append(
            rows.join(here, on="submission", how="left")
            .select("place", *columns)
            .with_columns(
                known=pl.all_horizontal(
                    pl.col(c.meta.output_name()).is_not_null() for c in columns[: len(told.first)]
                )
            )
        )
    empty = pl.DataFrame(
        schema={
            "place": numbered.schema["place"],
            **dict.fromkeys((*READINGS, *OTHERS, "first_line"), pl.Float64),
            "known": pl.Boolean,
        }
    )
    together = pl.concat([empty, *found], how="diagonal")
    main = totals.select("submission", **{f"table_{name}": pl.col(code) for name, code in _TOTALS.items()})
    return (
        numbered.join(together, on="place", how="left", maintain_order="left")
        .join(main, on="submission", how="left", maintain_order="left")
        .with_columns(pl.col("known").fill_null(False))
        .drop("place")
    )


def _why(sure: pl.Expr) -> pl.Expr:
    said = pl.concat_str(pl.lit("文中“"), pl.col("quote"), pl.lit("”"))
    doubt = pl.col("doubt").str.strip_chars_end("。")
    return (
        pl.when(sure)
        .then(pl.concat_str(said, pl.lit("对应的单元格没有可用的数值，无法核对，待核。")))
        .when(pl.col("doubt").is_not_null())
        .then(pl.concat_str(said, pl.lit("与统计表不能对应，"), doubt, pl.lit("，待核。")))
        .otherwise(pl.concat_str(said, pl.lit("与统计表不能对应，所说的范围或者时间不能确定，待核。")))
    )


def _with_identity(frame: pl.DataFrame) -> pl.DataFrame:
    """Add, on the claim of what was answered, the four numbers of its paragraph: said_new, said_in, said_done, said_out.

    balance: each is stated once in the paragraph, none is in doubt, and 收到 does not include those carried in.
    """
    stated = frame.filter(pl.col("relation").is_in(_STATED) & pl.col("sure"))
    four = stated.group_by("submission", "paragraph").agg(
        *(
            pl.col("value").filter(pl.col("metric").is_in(list(names))).first().alias(name)
            for name, names in _SAID.items()
        ),
        *(pl.col("metric").is_in(list(names)).sum().alias(f"{name}_times") for name, names in _SAID.items()),
        (pl.col("metric") == "received_all").any().alias("all_told"),
        (pl.col("metric") == "received_new").any().alias("plainly_new"),
    )
    once = pl.all_horizontal(pl.col(f"{name}_times") == 1 for name in _SAID)
    included = pl.col("all_told") | (
        ~pl.col("plainly_new") & (pl.col("said_new") == pl.col("said_done") + pl.col("said_out"))
    )
    four = (
        four.filter(once)
        .with_columns(said_in=pl.when(included).then(0.0).otherwise(pl.col("said_in")))
        .select("submission", "paragraph", *_SAID, four=pl.lit(True))
    )
    here = (pl.col("metric") == "answered") & pl.col("relation").is_in(_STATED) & pl.col("sure")
    return (
        frame.join(four, on=["submission", "paragraph"], how="left", maintain_order="left")
        .with_columns(balance=pl.col("four").fill_null(False) & here)
        .drop("four")
    )


def _with_repeats(frame: pl.DataFrame) -> pl.DataFrame:
    """Add told_first: the number that the report gives first for the same thing, scope and time; told_again: there is one.

    What the tables decide is left to them; what was published counts as the same only where the words are the same.
    """
    key = ["submission", "metric", "scope", "subject"]
    comparable = (
        (pl.col("relation") == "is")
        & pl.col("sure")
        & (
            ((pl.col("metric") == "disclosed") & pl.col("subject").is_not_null())
            | (pl.col("reading_1").is_null() & pl.col("family").is_in(_REPEATED))
        )
    )
    told = (
        frame.filter(comparable)
        .group_by(key, maintain_order=True)
        .agg(pl.len().alias("times"), pl.col("value").first().alias("told_first"))
        .filter(pl.col("times") > 1)
        .drop("times")
    )
    return frame.join(told, on=key, how="left", maintain_order="left", nulls_equal=True).with_columns(
        told_first=pl.when(comparable).then("told_first"),
        told_again=comparable & pl.col("told_first").is_not_null(),
    )


_REPEATED = (
    "received_new", "received", "answered", "carried_in", "carried_out", "results", "review", "suit", "documents",
)  # fmt: skip


def _with_fees(frame: pl.DataFrame) -> pl.DataFrame:
    """Add fee_charged: the amount in 元 that the same report says it charged in its year, null if none; says_charged."""
    charged = (
        frame.filter((pl.col("metric") == "fee") & (pl.col("relation") == "is") & pl.col("sure"))
        .group_by("submission")
        .agg(fee_charged=pl.col("value").max())
    )
    return frame.join(charged, on="submission", how="left", maintain_order="left").with_columns(
        says_charged=pl.col("fee_charged").is_not_null()
    )


def _with_outcomes(frame: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Add, for statements on how all quarrels ended, what speaks against them: corrected and pending.

    Those not closed do not count where only the closed ones are spoken of. Null where a cell is not known, or where
    something speaks against the statement but what it speaks of is in doubt.
    """
    groups = {"review": ("review",), "suit": ("suit_direct", "suit_after_review")}
    sums = {
        f"{family}_{outcome}": pl.sum_horizontal(
            [pl.col(f"t4.{group}.{outcome}") for group in several], ignore_nulls=False
        )
        for family, several in groups.items()
        for outcome in ("corrected", "pending")
    }
    joined = frame.join(
        totals.select("submission", **sums), on="submission", how="left", maintain_order="left"
    )
    review, said = pl.col("family") == "review", pl.col("relation") == "outcome"
    corrected = pl.when(review).then("review_corrected").otherwise("suit_corrected")
    pending = (
        pl.when(pl.col("metric").str.contains(".closed_", literal=True))
        .then(0.0)
        .when(review)
        .then("review_pending")
        .otherwise("suit_pending")
    )
    told = pl.col("sure") | (corrected + pending == 0)
    return (
        joined.with_columns(
            corrected=pl.when(said & told).then(corrected),
            pending=pl.when(said & told).then(pending),
            claims_upheld=pl.col("metric").str.ends_with("upheld"),
        )
        .with_columns(
            open=pl.when(said & (pl.col("corrected").is_null() | pl.col("pending").is_null()))
            .then(_why(pl.col("sure")))
            .otherwise("open")
        )
        .drop(list(sums))
    )


def _with_shares(frame: pl.DataFrame) -> pl.DataFrame:
    """Add, for shares: part, has_part, digit (weight of the last digit printed), the wholes it may be of, and share.

    whole_stated, whole_done, whole_new, whole_all; share is null where no whole is known for certain.
    """
    decimals = pl.col("raw").str.extract(r"\.(\d+)").str.len_chars().fill_null(0)
    quarrel = pl.col("family").is_in(["review", "suit", "suit_direct", "suit_after_review"])
    of_requests = {
        "whole_done": pl.col("table_done"),
        "whole_new": pl.col("table_received"),
        "whole_all": pl.col("table_received") + pl.col("table_carried_in"),
    }
    tables_known = (
        pl.col("sure") & pl.col("table_done").is_not_null() & pl.col("table_received").is_not_null()
    )
    decidable = (
        (pl.col("relation") == "share")
        & pl.col("part").is_not_null()
        & (pl.col("period") == "this")
        & (pl.col("base").is_not_null() | (tables_known & ~quarrel))
    )
    return (
        frame.with_columns(
            part=pl.col("parts").list.first(),
            has_part=(pl.col("relation") == "share") & (pl.col("parts").list.len() > 0).fill_null(False),
            digit=pl.lit(10.0).pow(-decimals.cast(pl.Float64)),
            whole_stated=pl.col("base"),
            **{name: pl.when(~quarrel).then(whole) for name, whole in of_requests.items()},
        )
        .with_columns(share=pl.when(decidable).then("value"))
        .with_columns(
            open=pl.when(
                (pl.col("relation") == "share") & pl.col("part").is_not_null() & pl.col("share").is_null()
            )
            .then(pl.concat_str(pl.lit("文中“"), pl.col("quote"), pl.lit("”的占比，基数不能确定，待核。")))
            .otherwise("open")
        )
    )


def _with_sums(frame: pl.DataFrame, thin: float) -> pl.DataFrame:
    """Add, for wholes with parts: coverage (Σ parts / whole), listed (how many parts), misses_little (a hint only)."""
    coverage = pl.col("value") / pl.when(pl.col("base") > 0).then(pl.col("base"))
    return frame.with_columns(
        coverage=coverage,
        listed=pl.col("parts").list.len(),
        misses_little=~pl.col("exhaustive").fill_null(False) & (coverage < thin),
    )
