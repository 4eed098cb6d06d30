"""The roster: who must report, under which names, since when."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.errors import ConfigurationError
from models.views import MissingView

HEADER = ("agency", "rank", "organ", "parent", "aliases", "first_year")
RANKS = ("state", "province", "city", "county", "township")
ORGANS = ("government", "department")
FOREVER = 10_000


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One agency: its official name, level, kind, the agency above it, its other names, the years it owes.

    `rank` and `organ` are as in `models.facts.REPORTS`, ``unknown`` where the roster leaves them blank.
    """

    agency: str
    rank: str
    organ: str
    parent: str | None
    aliases: tuple[str, ...]
    years: range


@dataclass(frozen=True, slots=True)
class Roster:
    """The agencies that must report, in the order of the file. No two share a name or alias."""

    entries: tuple[RosterEntry, ...]


def read_roster(path: Path) -> Roster:
    """Read a CSV file with the columns of `HEADER`, in UTF-8 (with or without BOM) or GB18030.

    Aliases are separated by ；. A blank first_year means every year. Raises ConfigurationError, in Chinese,
    naming the line and the column.
    """
    rows = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    try:
        lines = [(rows.line_num, [field.strip() for field in row]) for row in rows]
    except csv.Error as error:
        raise ConfigurationError(
            f"名册“{path.name}”第{rows.line_num}行不是完整的CSV（引号不成对），请用表格软件重新另存为CSV。"
        ) from error
    written = [(line, row) for line, row in lines if any(row)]
    if not written:
        raise ConfigurationError(f"名册“{path.name}”是空的，第一行应为：{','.join(HEADER)}。")
    columns = _columns(path, written[0][1])
    entries: list[tuple[int, RosterEntry]] = []
    for line, row in written[1:]:
        if len(row) != len(columns):
            raise ConfigurationError(
                f"名册“{path.name}”第{line}行有{len(row)}列，应为{len(columns)}列；"
                "名称中含逗号的，请用英文双引号括起。"
            )
        entries.append((line, _entry(path, line, dict(zip(columns, row, strict=True)))))
    _refuse_shared_names(path, entries)
    _refuse_circles(path, entries)
    return Roster(tuple(entry for _, entry in entries))


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(f"找不到名册文件“{path}”，请检查路径。") from error
    except OSError as error:
        raise ConfigurationError(f"名册文件“{path}”无法读取，请检查它是不是文件、有没有读取权限。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ConfigurationError(
        f"名册“{path.name}”不是UTF-8或GB18030编码的文本，请用表格软件另存为“CSV UTF-8（逗号分隔）”。"
    )


def _columns(path: Path, header: list[str]) -> list[str]:
    for name in HEADER:
        if name not in header:
            raise ConfigurationError(
                f"名册“{path.name}”第1行缺少“{name}”列，第一行应为：{','.join(HEADER)}。"
            )
    for name in header:
        if name not in HEADER or header.count(name) > 1:
            raise ConfigurationError(
                f"名册“{path.name}”第1行的“{name}”列多余或重复，第一行应为：{','.join(HEADER)}。"
            )
    return header


def _entry(path: Path, line: int, row: dict[str, str]) -> RosterEntry:
    def refuse(column: str, why: str) -> ConfigurationError:
        return ConfigurationError(f"名册“{path.name}”第{line}行“{column}”列：{why}。")

    if not row["agency"]:
        raise refuse("agency", "机关名称不能为空")
    for column, allowed in (("rank", RANKS), ("organ", ORGANS)):
        if row[column] and row[column] not in allowed:
            raise refuse(column, f"“{row[column]}”不可用，应为{'、'.join(allowed)}之一或留空")
    first = row["first_year"]
    if first and not re.fullmatch(r"20[0-9]{2}", first):
        raise refuse("first_year", f"“{first}”不是四位年份（如2021），不限年份的请留空")
    return RosterEntry(
        agency=row["agency"],
        rank=row["rank"] or "unknown",
        organ=row["organ"] or "unknown",
        parent=row["parent"] or None,
        aliases=tuple(alias.strip() for alias in re.split("[；;]", row["aliases"]) if alias.strip()),
        years=range(int(first) if first else 0, FOREVER),
    )


def _refuse_shared_names(path: Path, entries: list[tuple[int, RosterEntry]]) -> None:
    seen: dict[str, int] = {}
    for line, entry in entries:
        keys = _keys((entry.agency, *entry.aliases)).to_list()
        for column, name, key in zip(
            ("agency", *("aliases",) * len(entry.aliases)), (entry.agency, *entry.aliases), keys, strict=True
        ):
            if key in seen and seen[key] != line:
                raise ConfigurationError(
                    f"名册“{path.name}”第{line}行“{column}”列：“{name}”与第{seen[key]}行的名称或别名相同，"
                    "无法判断报告属于哪个机关。"
                )
            seen[key] = line


def _refuse_circles(path: Path, entries: list[tuple[int, RosterEntry]]) -> None:
    parents = {entry.agency: entry.parent for _, entry in entries}
    for line, entry in entries:
        above, passed = entry.parent, {entry.agency}
        while above is not None:
            if above in passed:
                raise ConfigurationError(
                    f"名册“{path.name}”第{line}行“parent”列：沿上级机关逐级查找又回到“{above}”，上下级关系成环。"
                )
            passed.add(above)
            above = parents.get(above)


def _key(name: pl.Expr) -> pl.Expr:
    return name.str.normalize("NFKC").str.replace_all(r"\s", "")


def _keys(names: Iterable[str]) -> pl.Series:
    return pl.select(_key(pl.lit(pl.Series("key", list(names), pl.String)))).to_series()


def _names(roster: Roster) -> pl.DataFrame:
    """One row a name or alias: key, name (the official one), roster_rank, roster_organ (null if unknown)."""
    rows: Iterator[tuple[str, str, str | None, str | None]] = (
        (
            name,
            entry.agency,
            None if entry.rank == "unknown" else entry.rank,
            None if entry.organ == "unknown" else entry.organ,
        )
        for entry in roster.entries
        for name in (entry.agency, *entry.aliases)
    )
    schema = {"key": pl.String, "name": pl.String, "roster_rank": pl.String, "roster_organ": pl.String}
    named = pl.DataFrame(list(rows), schema=schema, orient="row")
    return named.with_columns(_key(pl.col("key"))).unique("key", keep="first", maintain_order=True)


def resolve(reports: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """Return `reports` (schema `models.facts.REPORTS`) with the roster's name, rank and organ.

    An agency is the roster's when it equals a name or alias after NFKC and removal of white space; any other
    is left as it is, for likeness is no proof.
    """
    return (
        reports.with_columns(key=_key(pl.col("agency")))
        .join(_names(roster), on="key", how="left", maintain_order="left")
        .with_columns(
            agency=pl.coalesce("name", "agency"),
            rank=pl.coalesce("roster_rank", "rank"),
            organ=pl.coalesce("roster_organ", "organ"),
        )
        .select(reports.columns)
    )


def missing(reports: pl.DataFrame, roster: Roster, years: Iterable[int]) -> list[MissingView]:
    """Return who on the roster owes a report for one of `years` and has none in `reports`.

    By year, then in the order of the roster. A report whose year is unknown counts for no year.
    """
    received = set(resolve(reports, roster).select("agency", "year").iter_rows())
    return [
        MissingView(entry.agency, year)
        for year in sorted(set(years))
        for entry in roster.entries
        if year in entry.years and (entry.agency, year) not in received
    ]
