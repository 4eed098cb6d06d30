"""Puts a government's cells beside those of the agencies below it, and says which of these have not reported."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from expectations.template import TEMPLATE_IDS, load
from models.facts import SUBORDINATES
from tasks.extract.levels import vertical
from tasks.extract.wording import fold
from tasks.roster import Roster, RosterEntry

GOVERNMENTS_AT_ONCE = 256
"""Governments whose agencies are compared in one go: 60 agencies with 200 cells each are 3 million numbers."""

BELOW: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "submission": pl.String,
    "due_below": pl.Int32,
    "missing_below": pl.List(pl.String),
}


@cache
def additive() -> tuple[str, ...]:
    """The cells that add up over agencies: table 2 as of 2021 and the counts of tables 3 and 4.

    上一年项目数量 and 增减 of the 2019 form are no counts of the year, and its stocks are not defined alike everywhere.
    """
    cells = {code for name in TEMPLATE_IDS for code in load(name).cells if not code.startswith("t2")}
    return tuple(sorted(cells | {code for code in load("v2021").cells if code.startswith("t2")}))


def children(roster: Roster | None) -> dict[str, tuple[RosterEntry, ...]]:
    """Return the agencies directly below each, by folded official name, in the order of the roster."""
    entries = roster.entries if roster else ()
    official = {fold(name): fold(e.agency) for e in entries for name in (*e.aliases, e.agency)}
    found: dict[str, list[RosterEntry]] = {}
    for entry in entries:
        if entry.parent is not None:
            found.setdefault(official.get(fold(entry.parent), fold(entry.parent)), []).append(entry)
    return {name: tuple(below) for name, below in found.items()}


def summed_up(entry: RosterEntry) -> bool:
    """Say whether a government's summary takes this agency's numbers in: what the roster says, else by its name.

    Organs that are led from above (税务, 海关, 气象) do not report through the government of their place.
    """
    if entry.in_summary is not None:
        return entry.in_summary
    return not (vertical(entry.agency) if entry.vertical is None else entry.vertical)


def _governments(
    reports: pl.DataFrame, below: Mapping[str, tuple[RosterEntry, ...]]
) -> list[tuple[str, str, int]]:
    """The reports of governments that have agencies below them: submission, folded name, year."""
    named = reports.filter(
        (pl.col("organ") == "government") & pl.col("agency").is_not_null() & pl.col("year").is_not_null()
    ).select("submission", "agency", "year")
    return [(s, fold(agency), year) for s, agency, year in named.iter_rows() if fold(agency) in below]


def _latest(reports: pl.DataFrame) -> dict[tuple[str, int], str]:
    """The submission that counts for each agency (folded) and year: of several versions the one signed last."""
    ordered = reports.filter(pl.col("agency").is_not_null() & pl.col("year").is_not_null()).sort(
        "signed_on", "file", "submission", nulls_last=False
    )
    return {
        (fold(agency), year): submission
        for agency, year, submission in ordered.select("agency", "year", "submission").iter_rows()
    }


def below(reports: pl.DataFrame, roster: Roster | None) -> pl.DataFrame:
    """Return for each government with agencies below it how many owe a report of its year and who has none.

    Columns: see `BELOW`. Where fewer than half of them have a report the year was evidently not collected (older years
    may be there for comparison only): missing_below is null.
    """
    tree = children(roster)
    received = _latest(reports)
    rows: list[tuple[str, int, list[str] | None]] = []
    for submission, name, year in _governments(reports, tree):
        owing = [entry.agency for entry in tree[name] if entry.owes(year)]
        missing = [agency for agency in owing if (fold(agency), year) not in received]
        if owing:
            rows.append((submission, len(owing), missing if 2 * len(missing) <= len(owing) else None))
    return pl.DataFrame(rows, schema=dict(BELOW), orient="row")


def subordinates(reports: pl.DataFrame, values: pl.DataFrame, roster: Roster | None) -> pl.DataFrame:
    """Return the frame `subordinates` (schema `models.facts.SUBORDINATES`): one row a government and additive cell.

    Compared are the agencies directly below it whose numbers its summary takes in (`summed_up`).
    """
    tree = children(roster)
    received = _latest(reports)
    codes = [code for code in additive() if code in values.columns]
    governments = [
        (submission, name, year, [e for e in tree[name] if e.owes(year) and summed_up(e)])
        for submission, name, year in _governments(reports, tree)
    ]
    parts = [pl.DataFrame(schema=dict(SUBORDINATES))]
    for start in range(0, len(governments), GOVERNMENTS_AT_ONCE):
        some = [g for g in governments[start : start + GOVERNMENTS_AT_ONCE] if g[3]]
        parts.append(_compared(some, received, values.select("submission", *codes), codes))
    read_by = reports.select(
        pl.col("submission").alias("largest_submission"), pl.col("read_by").alias("largest_read_by")
    ).unique("largest_submission", keep="first", maintain_order=True)
    return (
        pl.concat(parts)
        .drop("largest_read_by")
        .join(read_by, on="largest_submission", how="left", maintain_order="left")
    )


def _compared(
    governments: list[tuple[str, str, int, list[RosterEntry]]],
    received: Mapping[tuple[str, int], str],
    values: pl.DataFrame,
    codes: list[str],
) -> pl.DataFrame:
    pairs = pl.DataFrame(
        [
            (submission, received[fold(entry.agency), year], entry.agency)
            for submission, _, year, entries in governments
            for entry in entries
            if (fold(entry.agency), year) in received
        ],
        schema={"submission": pl.String, "child": pl.String, "child_agency": pl.String},
        orient="row",
    ).with_row_index("nr")
    due = pl.DataFrame(
        [(submission, len(entries)) for submission, _, _, entries in governments],
        schema={"submission": pl.String, "due": pl.Int32},
        orient="row",
    )
    reported = _summed(pairs.join(values.rename({"submission": "child"}), on="child", how="inner"), codes)
    own = (
        values.join(due, on="submission", how="inner", maintain_order="right")
        .unpivot(on=codes, index=["submission", "due"], variable_name="code")
        .join(reported, on=["submission", "code"], how="left", maintain_order="left")
        .with_columns(pl.col("received").fill_null(0))
    )
    return own.with_columns(largest_read_by=None).select(
        pl.col(name).cast(kind) for name, kind in SUBORDINATES.items()
    )


def _summed(children: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
    """Return per government and cell: submission, code, received, total, largest, largest_agency, largest_submission.

    `children`: one row a report below (submission, nr, child, child_agency and the cells). Of equal numbers the agency
    that stands first on the roster is named. Summed side by side: in one column under another it took six times as long.
    """
    cells = pl.col(codes)
    wide = (
        children.sort("nr")
        .group_by("submission", maintain_order=True)
        .agg(
            cells.count().cast(pl.Int32).name.prefix("received."),
            cells.sum().name.prefix("total."),
            cells.max().name.prefix("largest."),
            cells.fill_null(float("-inf")).arg_max().cast(pl.Int32).name.prefix("at."),
            children=pl.col("child"),
            agencies=pl.col("child_agency"),
        )
    )
    long = wide.select("submission", "children", "agencies").join(
        pl.DataFrame({"code": codes}, schema={"code": pl.String}), how="cross"
    )
    keyed = {
        name: wide.select(pl.concat_list([f"{name}.{code}" for code in codes]).alias(name)).explode(name)
        for name in ("received", "total", "largest", "at")
    }
    return (
        pl.concat([long, *keyed.values()], how="horizontal")
        .filter(pl.col("received") > 0)
        .select(
            "submission", "code", "received", "total", "largest",
            largest_agency=pl.col("agencies").list.get(pl.col("at")),
            largest_submission=pl.col("children").list.get(pl.col("at")),
        )
    )  # fmt: skip
