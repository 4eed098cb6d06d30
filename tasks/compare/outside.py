"""Facts that no report holds: the optional table of what was seen on web sites and in other statistics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from models.errors import ConfigurationError
from models.facts import OUTSIDE, Schema
from tasks.extract.wording import fold
from tasks.roster import Roster
from tasks.tabular import written_lines

WHAT = "外部数据表"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "agency": ("机关名称", "单位名称", "机关", "单位"),
    "year": ("报告年度", "年度", "年份"),
    "url": ("报告链接", "网址", "地址", "链接"),
    "status": ("访问状态", "状态码"),
    "size": ("文件大小", "大小", "字节数"),
    "column": ("发布栏目", "栏目"),
    "submitted_on": ("提交日期", "报送日期"),
    "published_on": ("发布日期", "公布日期"),
    "changed_on": ("发布后变动日期", "变动日期"),
    "licensing": ("行政许可", "行政许可数量"),
    "penalty": ("行政处罚", "行政处罚数量"),
    "coercion": ("行政强制", "行政强制数量"),
    "normative_docs": ("行政规范性文件", "现行有效规范性文件"),
    "remark": ("备注",),
}
"""Columns and the Chinese headers that mean the same (docs/OUTSIDE.md)."""
NO_ANSWER = 0
"""The status of an address that did not answer at all."""

_NAMES = {name: column for column, chinese in COLUMNS.items() for name in (column, *chinese)}
_DATES = ("submitted_on", "published_on", "changed_on")
_COUNTS = ("size", "licensing", "penalty", "coercion", "normative_docs")
_DATE = re.compile(
    r"(20\d{2})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_NEVER = ("无", "否")
_SCHEMA: Schema = {"agency": pl.String, "year": pl.Int32} | {
    name: kind for name, kind in OUTSIDE.items() if name != "submission"
}


@dataclass(frozen=True, slots=True)
class Outside:
    """The table as read: agency, year and the columns of `models.facts.OUTSIDE` but ``submission``."""

    rows: pl.DataFrame


def read_outside(path: Path) -> Outside:
    """Read the table from a CSV or XLSX file. Raises ConfigurationError, in Chinese, naming the line and column."""
    written = written_lines(path, WHAT)
    if not written:
        raise ConfigurationError(f"{WHAT}“{path.name}”是空的，第一行应有“机关名称”“报告年度”等列名。")
    header = _header(path, written[0][1])
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[str, int], int] = {}
    for line, cells in written[1:]:
        if len(cells) != len(header):
            raise ConfigurationError(
                f"{WHAT}“{path.name}”第{line}行有{len(cells)}列，应为{len(header)}列；内容中含逗号的，请用英文双引号括起。"
            )
        row = _row(path, line, dict(zip(header, zip(written[0][1], cells, strict=True), strict=True)))
        key = (fold(row["agency"]), row["year"])
        if key in seen:
            raise ConfigurationError(
                f"{WHAT}“{path.name}”第{line}行与第{seen[key]}行同为“{row['agency']}”{row['year']}年度，每个机关每个年度只能有一行。"
            )
        seen[key] = line
        rows.append(row)
    return Outside(pl.DataFrame(rows, schema=dict(_SCHEMA), orient="row"))


def _header(path: Path, written: list[str]) -> list[str]:
    columns: list[str] = []
    for name in written:
        column = _NAMES.get(name)
        if column is None:
            known = "、".join(chinese[0] for chinese in COLUMNS.values())
            raise ConfigurationError(f"{WHAT}“{path.name}”第1行的“{name}”不是可用的列名，可用的有：{known}。")
        if column in columns:
            raise ConfigurationError(f"{WHAT}“{path.name}”第1行的“{name}”列与前面的列重复。")
        columns.append(column)
    for column in ("agency", "year"):
        if column not in columns:
            raise ConfigurationError(f"{WHAT}“{path.name}”第1行缺少“{COLUMNS[column][0]}”列。")
    return columns


def _row(path: Path, line: int, cells: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Return the values of one line; `cells`: column → (header as written, text)."""

    def refuse(column: str, why: str) -> ConfigurationError:
        return ConfigurationError(f"{WHAT}“{path.name}”第{line}行“{cells[column][0]}”列：{why}。")

    row: dict[str, Any] = dict.fromkeys(_SCHEMA)
    for column, (_, text) in cells.items():
        if column == "agency":
            if not text:
                raise refuse(column, "机关名称不能为空")
            row[column] = text
        elif column == "year":
            match = re.fullmatch(r"(20\d{2})(?:年度?)?", text)
            if match is None:
                raise refuse(column, f"“{text}”不是四位年份（如2023）")
            row[column] = int(match.group(1))
        elif not text or column == "remark":
            continue
        elif column == "changed_on" and text in _NEVER:
            row["changed"] = False
        elif column in _DATES:
            row[column] = _date(text)
            if row[column] is None:
                raise refuse(column, f"“{text}”不是日期（如2024-01-20）")
        elif column in _COUNTS:
            if not re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d{1,15}", text):
                raise refuse(column, f"“{text}”不是非负整数")
            row[column] = int(text.replace(",", ""))
        elif column == "status":
            if not re.fullmatch(r"0|[1-5]\d\d", text):
                raise refuse(column, f"“{text}”不是状态码（如200、404，没有应答的填0）")
            row[column] = int(text)
        else:
            row[column] = text
    if row["changed_on"] is not None:
        row["changed"] = True
    return row


def _date(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, compact_month, compact_day = match.groups()
    try:
        return date(int(year), int(month or compact_month), int(day or compact_day))
    except ValueError:
        return None


def outside_of(reports: pl.DataFrame, outside: Outside | None, roster: Roster | None = None) -> pl.DataFrame:
    """Return the frame `outside` (schema `models.facts.OUTSIDE`): what the table says of each of these reports.

    A row is of a report when agency (by the roster's names, NFKC without white space) and year are the same. Where a
    table was given every report has a row, one that is not listed a row of nulls; without a table there are none.
    """
    if outside is None or outside.rows.is_empty():
        return pl.DataFrame(schema=dict(OUTSIDE))
    official = {
        fold(name): fold(entry.agency)
        for entry in (roster.entries if roster else ())
        for name in (*entry.aliases, entry.agency)
    }

    def named(frame: pl.DataFrame) -> pl.Series:
        names = {n: official.get(fold(n), fold(n)) for n in frame["agency"].drop_nulls().unique()}
        return frame["agency"].replace_strict(names, default=None, return_dtype=pl.String)

    rows = outside.rows.with_columns(named(outside.rows)).unique(
        ["agency", "year"], keep="first", maintain_order=True
    )
    return (
        reports.select("submission", named(reports), "year")
        .join(rows, on=["agency", "year"], how="left", maintain_order="left")
        .select(pl.col(name).cast(kind) for name, kind in OUTSIDE.items())
    )
