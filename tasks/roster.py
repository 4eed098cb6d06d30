"""The roster: who must report, under which names, since when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.errors import ConfigurationError
from models.views import MissingView
from tasks.tabular import written_lines

HEADER = ("agency", "rank", "organ", "parent", "aliases", "first_year")
FURTHER = ("last_year", "founded", "in_summary", "vertical", "exempt")
"""Columns that a roster may have besides those of `HEADER` (docs/ROSTER.md)."""
RANKS = ("state", "province", "city", "county", "township")
ORGANS = ("government", "department")
FOREVER = 10_000
_ANSWERS = {"是": True, "否": False, "yes": True, "no": False, "": None}


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One agency: its official name, level, kind, the agency above it, its other names, the years it owes.

    `rank` and `organ` are as in `models.facts.REPORTS`, ``unknown`` where the roster leaves them blank.
    `in_summary`: whether the report of the government above takes its numbers in; `vertical`: whether it is led from
    above (税务, 海关); None where the roster does not say. An `exempt` agency owes no report.
    """

    agency: str
    rank: str
    organ: str
    parent: str | None
    aliases: tuple[str, ...]
    years: range
    in_summary: bool | None = None
    vertical: bool | None = None
    exempt: bool = False

    @property
    def dated(self) -> bool:
        """Whether the roster itself says from which year on reports are owed."""
        return self.years.start > 0

    def owes(self, year: int) -> bool:
        """Say whether a report for `year` is owed."""
        return year in self.years and not self.exempt


@dataclass(frozen=True, slots=True)
class Roster:
    """The agencies that must report, in the order of the file. No two share a name or alias."""

    entries: tuple[RosterEntry, ...]


def read_roster(path: Path) -> Roster:
    """Read a table (`tasks.tabular`: CSV or XLSX) with the columns of `HEADER`, and of `FURTHER` or not.

    Aliases are separated by ；. A blank first_year means every year since the agency was founded. Raises
    ConfigurationError, in Chinese, naming the line and the column.
    """
    written = written_lines(path, "名册")
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


def _columns(path: Path, header: list[str]) -> list[str]:
    for name in HEADER:
        if name not in header:
            raise ConfigurationError(
                f"名册“{path.name}”第1行缺少“{name}”列，第一行应为：{','.join(HEADER)}。"
            )
    for name in header:
        if name not in (*HEADER, *FURTHER) or header.count(name) > 1:
            raise ConfigurationError(
                f"名册“{path.name}”第1行的“{name}”列多余或重复，第一行应为：{','.join(HEADER)}"
                f"（还可以有{','.join(FURTHER)}）。"
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

    def year(column: str, blank: str) -> int | None:
        written = row.get(column, "")
        if written and not re.fullmatch(r"(?:19|20)[0-9]{2}", written):
            raise refuse(column, f"“{written}”不是四位年份（如2021），{blank}的请留空")
        return int(written) if written else None

    def answer(column: str) -> bool | None:
        written = row.get(column, "")
        if written not in _ANSWERS:
            raise refuse(column, f"“{written}”不可用，应为是、否或留空")
        return _ANSWERS[written]

    last = year("last_year", "仍须报送")
    starts = [y for y in (year("first_year", "不限年份"), year("founded", "不详")) if y is not None]
    if last is not None and starts and last < max(starts):
        raise refuse("last_year", f"“{last}”早于开始报送的年度{max(starts)}")
    return RosterEntry(
        agency=row["agency"],
        rank=row["rank"] or "unknown",
        organ=row["organ"] or "unknown",
        parent=row["parent"] or None,
        aliases=tuple(alias.strip() for alias in re.split("[；;]", row["aliases"]) if alias.strip()),
        years=range(max(starts, default=0), FOREVER if last is None else last + 1),
        in_summary=answer("in_summary"),
        vertical=answer("vertical"),
        exempt=answer("exempt") or False,
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
        if entry.owes(year) and (entry.agency, year) not in received
    ]
