"""How much the overview says, in characters and in figures, and whom the report covers."""

from __future__ import annotations

import polars as pl

from expectations.profile import Profile

_MORE = "(?:余|多)?"
_UNIT = (
    rf"{_MORE}(?:万|亿|千|百)?{_MORE}(?:件|条|次|期|篇|个|项|场|份|起|名|人|家|部|则|封|宗|册|处|户|批|类|幅|块|套|张|位|字|轮"
    r"|天|页|小时|工作日|元|%)"
)
_DATES = r"\d{4}年度?(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月(?:\d{1,2}日)?|第\d+"
_CHINESE_UNIT = r"(?:件|条|次|期|篇|场|份|起|封|宗|批|轮)(?:[,。;、]|$)"
_FIGURE = rf"\d+(?:\.\d+)?{_UNIT}|[两三四五六七八九十百千]+{_MORE}{_CHINESE_UNIT}"
_ALL = "全(?:省|市|县|区|州|盟|旗|镇|乡|域)"
_BODIES = "单位|部门|乡镇|镇办|街道|县区|县市区|行政机关|公开主体"
_WHOLE = (
    rf"汇总[^。;]{{0,30}}(?:{_BODIES}|{_ALL})|(?:{_BODIES}|{_ALL})[^。;]{{0,20}}汇总"
    rf"|{_ALL}(?:各级|各部门|各单位|政府系统|行政机关)?(?:全年|年度)?(?:共|累计|收到|新收|收办|受理|主动公开|制发)"
    rf"|(?:数据|统计)[^,。;]{{0,12}}(?:包括|涵盖|含)[^,。;]{{0,20}}(?:{_BODIES})"
)
_OWN = (
    r"(?:数据|统计|本报告)[^。;]{0,30}(?:仅|只|不)(?:包括|包含|含|统计|涵盖|反映|限于)"
    r"|(?:数据|统计)[^,。;]{0,10}(?:为|系|是)(?:本级|本机关|本单位|办公室)"
)


def with_extent(prose: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Add overview_figures (numbers with a unit in section one; null where it was not found), nothing_to_report (a
    township or its like whose tables are all zero), length_limited (not the report of a government above the county;
    null where the rank is not known), scope_statement (``whole`` | ``own``; null where the report does not say).
    """
    overview = (
        pl.concat_str("overview", "extra", separator="。")
        .str.replace_all(r"(\d),(\d{3})", "${1}${2}")
        .str.replace_all(_DATES, "")
    )
    said = pl.concat_str("intro", pl.col("overview").fill_null(""), separator="。")
    above = pl.col("rank").is_in(["state", "province", "city"])
    return prose.with_columns(
        overview_figures=overview.str.count_matches(_FIGURE).cast(pl.Int64),
        nothing_to_report=(pl.col("rank") == "township") & pl.col("zero_report"),
        length_limited=pl.when(pl.col("organ") == "department")
        .then(pl.lit(True))
        .when((pl.col("organ") == "government") & (pl.col("rank") != "unknown"))
        .then(~above),
        overview_shortest=profile.thresholds.overview_shortest,
        overview_longest=profile.thresholds.overview_longest,
        scope_statement=pl.when(said.str.contains(_OWN))
        .then(pl.lit("own"))
        .when(said.str.contains(_WHOLE))
        .then(pl.lit("whole")),
    )
