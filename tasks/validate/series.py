"""Adds to the reports how they stand beside the same agency's other years and versions, and what the text explains."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile
from expectations.template import TEMPLATE_IDS, load
from models.facts import Facts

_JUMPING = ("t3.received_new.total", "t2.licensing.decisions", "t2.penalty.decisions", "t2.coercion.decisions",
            "t2.fees.amount_wan_yuan")  # fmt: skip
_BOUNDLESS = 1e9
"""How many times as much something is that was nothing before."""

_SENTENCE = r"[^。；;！!？?\n]+[。；;！!？?]?"
_CARRIED = "结转"
# 合并, 撤销 and 整合 of bodies, not of requests
_CARRIED_WHY = (
    "机构改革|机构调整|(?:机构|部门|单位|职能|职责|局).{0,6}(?:合并|撤销|整合)|合并(?:组建|重组|设立)|划转|划入|更名"
    "|有误|差错|错误|更正|重新统计|重复统计|核减|核增|口径|不一致|差异|为准|漏报|漏统|误报"
)
_STOCK = "规范性文件|规章|现行有效|文件件数"
# that documents were looked through (清理) is done every year and explains nothing; a number of those that went does
_STOCK_WHY = (
    r"以本(?:年度?|次)?(?:报告|年报)(?:数据)?为准|与上(?:一)?年度?.{0,16}(?:不一致|不同|差异|不符)|口径|重新统计|核减|核增"
    r"|(?:失效|到期|划转|划入|划出|移交|移入|移出|调出|调入)[^，,]{0,16}\d+件|\d+件[^，,]{0,10}(?:失效|到期|划转|划入|划出|移交)"
)


def explanations(paragraphs: pl.DataFrame) -> pl.DataFrame:
    """Return what a report says of a difference to the year before: submission, carried_note, stock_note.

    The sentence as printed that tells why 上年结转 or the number of 现行有效 documents does not continue last year's;
    null where there is none. One row a report that speaks of either.
    """
    sentence = pl.col("sentence")
    return (
        paragraphs.lazy()
        .filter((pl.col("section") != "title") & pl.col("text").str.contains(f"{_CARRIED}|{_STOCK}"))
        .select("submission", sentence=pl.col("text").str.replace_all(r"\s+", "").str.extract_all(_SENTENCE))
        .explode("sentence")
        .select(
            "submission",
            carried_note=pl.when(sentence.str.contains(_CARRIED) & sentence.str.contains(_CARRIED_WHY)).then(
                sentence
            ),
            stock_note=pl.when(sentence.str.contains(_STOCK) & sentence.str.contains(_STOCK_WHY)).then(
                sentence
            ),
        )
        .group_by("submission", maintain_order=True)
        .agg(pl.col("carried_note", "stock_note").drop_nulls().first())
        .collect()
    )


def with_series(reports: pl.DataFrame, facts: Facts, pairs: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return `reports` with what comparison found; `pairs` as `tasks.validate.totals.prepare_pairs` gives them.

    previous_same_form: the year before is on the same form; null if there is none. previous_used: cells other than
    totals and stocks that are not zero in either year. previous_differing: cells that differ; null where they are too
    few to tell and none differs. previous_whole: every cell could be compared. previous_year_submission.

    missing_years, series_owed, gap (how many), conflicting_cells, conflicts (how many), versions, other_version,
    conflict_certain, other_read_by, due_below, missing_below, missing_count (`models.facts.HISTORY`).
    """
    history = facts.history.select(
        "submission", "previous_template", "previous_read_by", "missing_years", "series_owed",
        "conflicting_cells", "other_version", "other_version_read_by", "other_version_published", "due_below",
        "missing_below",
        gap=pl.col("missing_years").list.len().cast(pl.Int64),
        versions=pl.col("other_versions").list.len().cast(pl.Int64).fill_null(0),
        conflicts=pl.col("conflicting_cells").list.len().cast(pl.Int64),
        missing_count=pl.col("missing_below").list.len().cast(pl.Int64),
        looked_at=pl.lit(True),
    )  # fmt: skip
    same = pl.col("template") == pl.col("previous_template")
    size = pl.col("template").replace_strict(
        {name: len(load(name).cells) for name in TEMPLATE_IDS}, default=None, return_dtype=pl.Int64
    )
    enough = pl.col("compared") >= profile.thresholds.same_cells_compared * size
    return (
        reports.join(history, on="submission", how="left", maintain_order="left")
        .join(_compared(pairs), on="submission", how="left", maintain_order="left")
        .with_columns(
            previous_same_form=same,
            previous_used=pl.when(same).then(pl.col("used").fill_null(0)),
            previous_differing=pl.when(same & ((pl.col("differing") > 0) | enough)).then("differing"),
            previous_whole=pl.col("compared") == size,
            conflict_certain=pl.col("other_version_published").fill_null(False)
            & (pl.col("other_version_read_by") == "text").fill_null(False)
            & (pl.col("read_by") == "text"),
        )
        .drop("used", "differing", "compared")
    )


def _compared(pairs: pl.DataFrame) -> pl.DataFrame:
    """Count for each report the cells compared with the year before: submission, compared, differing, used."""
    differs = pl.col("value") != pl.col("previous_value")
    counted = ~pl.col("total") & (pl.col("column") != "in_force")
    return pairs.group_by("submission").agg(
        compared=pl.len().cast(pl.Int64),
        differing=differs.sum().cast(pl.Int64),
        used=(counted & ((pl.col("value") != 0) | (pl.col("previous_value") != 0))).sum().cast(pl.Int64),
    )


def with_jumps(pairs: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Return `pairs` with jumps (one of the numbers whose sudden change is worth a look) and jump_times.

    jump_times: how many times as large the larger of the two years is; 1 where they differ by less than the threshold.
    """
    value, before = pl.col("value"), pl.col("previous_value")
    small, large = pl.min_horizontal(value, before), pl.max_horizontal(value, before)
    return pairs.with_columns(
        jumps=pl.col("code").is_in(_JUMPING),
        jump_times=pl.when(((large - small) < profile.thresholds.jump) | (small < 0))
        .then(1.0)
        .when(small == 0)
        .then(_BOUNDLESS)
        .otherwise(large / small),
    )


def with_explanations(frame: pl.DataFrame, notes: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return `frame` with explanation (the sentence of `notes` in `column`, or null) and explained (Boolean)."""
    return frame.join(
        notes.select("submission", explanation=column), on="submission", how="left", maintain_order="left"
    ).with_columns(explained=pl.col("explanation").is_not_null())
