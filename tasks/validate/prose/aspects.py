"""Which of the prescribed matters the overview speaks of, and whether a government reports the three results."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from expectations.profile import Profile
from expectations.rules.overview import ASPECTS, NO_OVERVIEW, RESULTS
from tasks.validate.prose.texts import any_of

_SUB_HEADING = r"\([一二三四五六七八九十]{0,2}\)[、.,]?([^,。;:!?()]{2,16})"
_HEADED_AT_LEAST = 2
"""From this many sub-headings that name an aspect on, the overview is written aspect by aspect."""
_NOT_A_PEOPLES_GOVERNMENT = (
    "街道|管委会|管理委员会|开发区|实验区|示范区|园区|新区|办事处|公署|度假区|风景区|保护区"
)
_PEOPLES_GOVERNMENT = "政府$|[省市州盟县区旗镇乡]$"


def with_aspects(prose: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Add how the overview speaks of the five aspects (§ 一 of the 2021 form) and which the report leaves out.

    aspects: one text for each aspect, ``headed`` (a sub-heading names it), ``named``, ``near`` (other words for it),
    ``passing`` (the overview is written under sub-headings, none of which is this aspect's; it is only touched on
    under others or in sections two to four), ``absent``. Columns: aspects_told (how many of the five are told; null
    where section one was not found or is empty), aspects_absent, aspects_passing (lists of aspects).
    """
    overview = pl.concat_str("overview", "extra", separator="。")
    heads = overview.str.extract_all(_SUB_HEADING).list.join("|")
    official = {key: any_of(words) for key, words in profile.words.aspects.items()}
    other = {key: any_of(words) for key, words in profile.words.aspects_near.items()}
    headed = prose.select(
        "submission",
        "elsewhere",
        overview=overview,
        heads=heads,
        **{
            f"{key}_headed": _said(heads, key).str.contains(f"{official[key]}|{other[key]}")
            for key in ASPECTS
        },
    ).with_columns(
        by_aspect=pl.sum_horizontal(pl.col(f"{key}_headed") for key in ASPECTS) >= _HEADED_AT_LEAST
    )
    states = headed.select(
        "submission",
        **{
            key: pl.when(pl.col(f"{key}_headed"))
            .then(pl.lit("headed"))
            .when(_said(pl.col("overview"), key).str.contains(official[key]))
            .then(pl.when("by_aspect").then(pl.lit("passing")).otherwise(pl.lit("named")))
            .when(_said(pl.col("overview"), key).str.contains(other[key]))
            .then(pl.when("by_aspect").then(pl.lit("passing")).otherwise(pl.lit("near")))
            .when(pl.col("elsewhere").str.contains(official[key]))
            .then(pl.lit("passing"))
            .otherwise(pl.lit("absent"))
            for key in ASPECTS
        },
    )
    known = pl.col("overview").is_not_null()
    return (
        prose.join(states, on="submission", how="left", maintain_order="left")
        .with_columns(
            aspects_absent=pl.when(known).then(_in_state("absent")),
            aspects_passing=pl.when(known).then(_in_state("passing")),
        )
        .with_columns(
            aspects_told=len(ASPECTS)
            - pl.col("aspects_absent").list.len().cast(pl.Int64)
            - pl.col("aspects_passing").list.len().cast(pl.Int64),
            aspects_lacking=pl.col("aspects_absent").list.len() > 0,
        )
        .drop(*ASPECTS)
    )


def _said(text: pl.Expr, key: str) -> pl.Expr:
    """Return what may speak of an aspect: 依申请公开情况 does not speak of what is published unasked."""
    return text.str.replace_all("依申请公开", "依申请") if key == "proactive" else text


def _in_state(state: str) -> pl.Expr:
    return pl.concat_list(
        pl.when(pl.col(key) == state).then(pl.lit(key)) for key in ASPECTS
    ).list.drop_nulls()


def with_results(prose: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Add whether the whole text tells the results of 工作考核, 社会评议 and 责任追究 (Regulation §50, item 4).

    Columns: results_told (0 to 3; null where one that is not named may be meant by other words, or where section one
    was not found), results_reason (why it is null, in Chinese), results_absent and results_near (lists),
    peoples_government (False: not a government itself, such as a 街道办事处, which the Regulation does not name).
    """
    named = _found(profile.words.results)
    near = _found(profile.words.results_near)
    # section five says what is to be done, not what came of it
    where_results_stand = pl.concat_str(
        pl.col("overview", "extra", "other").fill_null(""), separator="。", ignore_nulls=True
    )
    states = {
        key: pl.when(pl.col("whole").str.contains(named[key]))
        .then(pl.lit("named"))
        .when(where_results_stand.str.contains(near[key]))
        .then(pl.lit("near"))
        .otherwise(pl.lit("absent"))
        for key in RESULTS
    }
    name = pl.col("agency").str.normalize("NFKC").str.replace_all(r"\s+", "")
    return (
        prose.with_columns(**{f"{key}_result": state for key, state in states.items()})
        .with_columns(
            results_absent=pl.concat_list(
                pl.when(pl.col(f"{key}_result") == "absent").then(pl.lit(key)) for key in RESULTS
            ).list.drop_nulls(),
            results_near=pl.concat_list(
                pl.when(pl.col(f"{key}_result") == "near").then(pl.lit(key)) for key in RESULTS
            ).list.drop_nulls(),
            peoples_government=name.str.contains(_PEOPLES_GOVERNMENT)
            & ~name.str.contains(_NOT_A_PEOPLES_GOVERNMENT),
        )
        .with_columns(
            # one that is plainly absent decides; else other words leave it open
            results_told=pl.when(pl.col("overview").is_null())
            .then(None)
            .when(pl.col("results_absent").list.len() > 0)
            .then(len(RESULTS) - pl.col("results_absent").list.len().cast(pl.Int64))
            .when(pl.col("results_near").list.len() > 0)
            .then(None)
            .otherwise(len(RESULTS)),
            results_reason=pl.when(pl.col("overview").is_null())
            .then(pl.lit(NO_OVERVIEW))
            .otherwise(
                pl.format(
                    "文中没有{}的通常说法，只有相近的表述，是否就是其结果须由人核实。",
                    pl.col("results_near")
                    .list.eval(
                        pl.lit("“") + pl.element().replace_strict(RESULTS, return_dtype=pl.String) + "”"
                    )
                    .list.join(""),
                )
            ),
        )
        .drop(f"{key}_result" for key in RESULTS)
    )


def _found(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {key: any_of(alternatives) for key, alternatives in words.items()}
