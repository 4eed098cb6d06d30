"""Whether the overview names anything that is this agency's own: a place, a programme, a column, a number."""

from __future__ import annotations

from typing import Any

import polars as pl

from expectations.profile import Profile
from models.facts import Facts
from tasks.compare.agencies import own_names
from tasks.extract.wording import fold

_UNITS = "件条次篇个项份期人家名场部元%类处块幅户批宗封起字万亿"
_FIGURE = rf"\d[\d,.]*(?:余|多)?[{_UNITS}]|[二三四五六七八九十百千两]+(?:余|多)?[件条次篇份期场家宗封]"
# that nothing was received is a fact of this agency, too
_NOTHING = r"(?:未|没有|无)[^，,。；;]{0,10}(?:收到|受理|发生|申请|复议|诉讼)"
_NAMED = r"[“\"][^”\"]{2,20}[”\"]|《[^》]{2,60}》"
_STATUTE = r"《(?:中华人民共和国)?(?:政府信息公开)?条例》"
_MENTIONED = ("place", "agency")


def with_specifics(prose: pl.DataFrame, facts: Facts, profile: Profile) -> pl.DataFrame:
    """Add overview_specifics: how many own facts section one names (`prose` has its text in the column ``overview``).

    Counted are figures with a unit, statements that something did not happen, names in quotation marks or 《》 (not the
    Regulation's), places and agencies, the agency's own names. Null where section one was not found, is shorter than
    the profile's `generic_overview`, or may go on in parts that were not recognised.
    """
    mentioned = (
        facts.mentions.filter((pl.col("section") == "overview") & pl.col("kind").is_in(_MENTIONED))
        .group_by("submission")
        .agg(mentioned=pl.len())
    )
    text = pl.col("overview")
    enough = text.str.len_chars() >= profile.thresholds.generic_overview
    counted = (
        text.str.count_matches(_FIGURE)
        + text.str.count_matches(_NOTHING)
        + text.str.replace_all(_STATUTE, "").str.count_matches(_NAMED)
        + pl.col("mentioned").fill_null(0)
        + pl.struct("overview", "agency").map_elements(_own, return_dtype=pl.Int64)
    )
    return (
        prose.join(mentioned, on="submission", how="left", maintain_order="left")
        .with_columns(
            overview_specifics=pl.when(enough & (pl.col("extra") == "")).then(counted.cast(pl.Int64))
        )
        .drop("mentioned")
    )


def _own(row: dict[str, Any]) -> int:
    agency, text = row["agency"], row["overview"]
    if not agency or not text:
        return 0
    return sum(name in text for name in own_names(fold(agency)))
