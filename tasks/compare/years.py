"""Puts every report beside the same agency's other reports: the year before, other versions of the same year."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl

from expectations.profile import Profile
from expectations.template import load
from models.facts import DOCUMENTS, HISTORY, PREVIOUS_CELLS, YEARS, Facts
from tasks.compare.subordinates import below
from tasks.extract.wording import fold
from tasks.roster import Roster

_MARKED = "更正|修订|修正|修改|勘误|重报|重新报送|重新发布|重新公布"
"""Words in a title or file name by which a version says that it takes the place of an earlier one."""
FIRST_OWED = 2019
"""The first report year of the present Regulation: what was due before stood in other forms."""


def link_years(facts: Facts) -> Facts:
    """Fill the previous-year columns of `years` and `documents` from the reports among `facts`.

    A report's predecessor is the same agency's report of the year before; of several versions the one
    signed last counts (then the file name decides, and a number in which such versions differ is null: nobody
    knows which one holds). 现行有效件数 is compared within the 2021 template only. Columns filled:
    previous_submission, previous_carried_out, previous_in_force, previous_read_by.
    """
    pairs = _pairs(facts.reports)
    carried_out = _settled(
        facts.requests_by_applicant.select("submission", key="applicant", value="carried_out"), pairs
    ).rename({"key": "applicant", "value": "previous_carried_out"})
    linked = pairs.select("submission", "previous_submission", "previous_template", "previous_read_by")
    years = (
        facts.years.drop("previous_submission", "previous_carried_out", "previous_read_by")
        .join(linked, on="submission", how="left", maintain_order="left")
        .join(carried_out, on=["submission", "applicant"], how="left", maintain_order="left")
        .select(list(YEARS))
    )
    in_force = _settled(facts.documents.select("submission", key="kind", value="in_force"), pairs).rename(
        {"key": "kind", "value": "previous_in_force"}
    )
    documents = (
        facts.documents.drop("previous_submission", "previous_in_force", "previous_read_by")
        .join(
            linked.filter(pl.col("previous_template") == "v2021"),
            on="submission",
            how="left",
            maintain_order="left",
        )
        .join(in_force, on=["submission", "kind"], how="left", maintain_order="left")
        .with_columns(
            previous_in_force=pl.when(pl.col("previous_submission").is_not_null()).then("previous_in_force")
        )
        .select(list(DOCUMENTS))
    )
    return replace(facts, years=years, documents=documents)


def _named(reports: pl.DataFrame) -> pl.DataFrame:
    """The reports whose agency and year are known, oldest version first: what can be put beside others."""
    named = reports.filter(pl.col("agency").is_not_null() & pl.col("year").is_not_null())
    folded = {name: fold(name) for name in named["agency"].unique()}
    return named.select(
        pl.col("agency").replace_strict(folded, return_dtype=pl.String),
        "year",
        "submission",
        "signed_on",
        "file",
        "template",
        "read_by",
        "characters",
        published=pl.col("published_on").is_not_null(),
        marked=pl.concat_str(
            pl.col("title").fill_null(""), pl.col("file").str.split("/").list.last(), separator=" "
        ).str.contains(_MARKED),
    ).sort("signed_on", "file", "submission", nulls_last=False)


def _pairs(reports: pl.DataFrame) -> pl.DataFrame:
    """One row for each report that has a predecessor: submission and what the predecessor is.

    `previous_rivals`: versions of the predecessor that may as well be the last one, for want of a later signature.
    """
    named = _named(reports)
    previous = named.unique(["agency", "year"], keep="last", maintain_order=True).select(
        "agency",
        (pl.col("year") + 1).alias("year"),
        pl.col("submission").alias("previous_submission"),
        pl.col("template").alias("previous_template"),
        pl.col("read_by").alias("previous_read_by"),
        pl.col("characters").alias("previous_characters"),
        last_signed=pl.col("signed_on"),
    )
    rivals = (
        named.select("agency", (pl.col("year") + 1).alias("year"), "signed_on", rival="submission")
        .join(previous, on=["agency", "year"], how="inner")
        .filter(
            (pl.col("rival") != pl.col("previous_submission"))
            & ~(pl.col("signed_on") < pl.col("last_signed")).fill_null(False)
        )
        .group_by("previous_submission")
        .agg(previous_rivals=pl.col("rival").sort())
    )
    return (
        named.join(previous, on=["agency", "year"], how="inner", maintain_order="left")
        .join(rivals, on="previous_submission", how="left", maintain_order="left")
        .select(
            "submission", "previous_submission", "previous_template", "previous_read_by",
            "previous_characters", "previous_rivals",
        )
    )  # fmt: skip


def _settled(values: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the values (columns submission, key, value) of the year before: submission, key, value.

    A value is null where a version that may as well be the last one says another.
    """
    before = pairs.select("submission", "previous_submission").join(
        values.rename({"submission": "previous_submission"}), on="previous_submission", how="inner"
    )
    rivals = pairs.filter(pl.col("previous_rivals").is_not_null()).select(
        "submission", previous_submission=pl.col("previous_rivals")
    )
    others = (
        rivals.explode("previous_submission")
        .join(values.rename({"submission": "previous_submission"}), on="previous_submission", how="inner")
        .select("submission", "key", other="value")
    )
    disputed = (
        before.join(others, on=["submission", "key"], how="inner")
        .filter(pl.col("value") != pl.col("other"))
        .select("submission", "key")
        .unique()
        .with_columns(disputed=pl.lit(True))
    )
    return before.join(disputed, on=["submission", "key"], how="left", maintain_order="left").select(
        "submission", "key", value=pl.when(pl.col("disputed").is_null()).then("value")
    )


def history(
    reports: pl.DataFrame, values: pl.DataFrame, roster: Roster | None, profile: Profile
) -> pl.DataFrame:
    """Return one row a report (schema `models.facts.HISTORY`).

    `values`: the cells of all reports (`tasks.compare.cells_side_by_side`). A cell differs between two versions only
    where both were read for certain.
    """
    named = _named(reports)
    received = named.group_by("agency").agg(years_received=pl.col("year").unique().sort())
    return (
        reports.select("submission")
        .join(_pairs(reports), on="submission", how="left", maintain_order="left")
        .join(named.select("submission", "agency"), on="submission", how="left", maintain_order="left")
        .join(received, on="agency", how="left", maintain_order="left")
        .join(_on_roster(roster), on="agency", how="left", maintain_order="left")
        .join(_versions(named, values), on="submission", how="left", maintain_order="left")
        .join(_gaps(named, received, roster, profile), on="submission", how="left", maintain_order="left")
        .join(below(reports, roster), on="submission", how="left", maintain_order="left")
        .select(pl.col(name).cast(kind) for name, kind in HISTORY.items())
    )


def _on_roster(roster: Roster | None) -> pl.DataFrame:
    """What the roster says of an agency, by each of its folded names: agency, first_year, vertical."""
    return pl.DataFrame(
        [
            (fold(name), entry.years.start or None, entry.vertical)
            for entry in (roster.entries if roster else ())
            for name in (entry.agency, *entry.aliases)
        ],
        schema={"agency": pl.String, "first_year": pl.Int32, "vertical": pl.Boolean},
        orient="row",
    ).unique("agency", keep="first", maintain_order=True)


def _gaps(
    named: pl.DataFrame, received: pl.DataFrame, roster: Roster | None, profile: Profile
) -> pl.DataFrame:
    """Say for each report which years just before it are missing: submission, missing_years, series_owed.

    Looked at are the years from `FIRST_OWED` on between this report and the agency's one before. Where there is none
    before, only years that the roster says are owed and that were collected from the other agencies; else nothing
    is said (null). `series_owed`: the roster dates the duty, and the years were collected from the others.
    """
    entries = {
        fold(name): entry
        for entry in (roster.entries if roster else ())
        for name in (*entry.aliases, entry.agency)
    }
    years_of = {agency: set(years) for agency, years in received.iter_rows()}
    of_year: dict[int, set[str]] = {}
    for agency, years in years_of.items():
        for year in years:
            of_year.setdefault(year, set()).add(agency)

    @cache
    def collected(missing: int, now: int) -> bool:
        others = {a for a in of_year[now] if a not in entries or entries[a].owes(missing)}
        have = len(others & of_year.get(missing, set()))
        # the agency itself is one of `others` and lacks the year
        others_asked = len(others) - 1
        return (
            others_asked >= profile.thresholds.series_agencies
            and have >= profile.thresholds.series_share * others_asked
        )

    rows: list[tuple[str, list[int] | None, bool | None]] = []
    for agency, year, submission in named.select("agency", "year", "submission").iter_rows():
        entry = entries.get(agency)
        before = max((y for y in years_of[agency] if y < year), default=None)
        start = before + 1 if before is not None else entry.years.start if entry and entry.dated else None
        if start is None:
            rows.append((submission, [] if year <= FIRST_OWED else None, None))
            continue
        missing = [y for y in range(max(start, FIRST_OWED), year) if entry is None or entry.owes(y)]
        owed = [y for y in missing if entry is not None and entry.dated and collected(y, year)]
        if before is None and len(owed) < len(missing):
            rows.append((submission, owed or None, True if owed else None))
        else:
            rows.append((submission, missing, bool(missing) and owed == missing))
    schema = {name: HISTORY[name] for name in ("submission", "missing_years", "series_owed")}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _versions(named: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Reports of which there are several for one agency and year, and how they differ (see `HISTORY`).

    Two versions of which one calls itself a correction are no contradiction: `conflicting_cells` leaves them out.
    """
    several = named.filter(pl.len().over("agency", "year") > 1).select(
        "agency", "year", "submission", "file", "read_by", "published", "marked"
    )
    codes = [name for name in values.columns if name != "submission"]
    pairs = several.join(several, on=["agency", "year"], suffix="_other").filter(
        pl.col("submission") != pl.col("submission_other")
    )
    cells = values.join(several, on="submission", how="semi").unpivot(
        on=codes, index="submission", variable_name="code"
    )
    differing = (
        pairs.join(cells, on="submission")
        .join(
            cells.rename({"submission": "submission_other", "value": "other"}),
            on=["submission_other", "code"],
        )
        .filter(pl.col("value") != pl.col("other"))
    )
    conflicting = differing.filter(~pl.col("marked") & ~pl.col("marked_other"))
    # the finding names one other version: one that the web site published as well, read from text, by file name
    first = conflicting.sort(
        "submission", pl.col("published_other"), pl.col("read_by_other") == "text", "file_other",
        descending=[False, True, True, False],
    ).unique("submission", keep="first", maintain_order=True)  # fmt: skip
    return (
        pairs.group_by("submission")
        .agg(other_versions=pl.col("submission_other").sort())
        .join(
            differing.group_by("submission").agg(differing_cells=pl.col("code").unique().sort()),
            on="submission",
            how="left",
        )
        .join(
            conflicting.group_by("submission").agg(conflicting_cells=pl.col("code").unique().sort()),
            on="submission",
            how="left",
        )
        .join(
            first.select(
                "submission",
                other_version="file_other",
                other_version_read_by="read_by_other",
                other_version_published=pl.col("published") & pl.col("published_other"),
            ),
            on="submission",
            how="left",
        )
        .with_columns(pl.col("differing_cells", "conflicting_cells").fill_null([]))
    )


def previous_cells(reports: pl.DataFrame, linked: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of the year before for `reports`, schema `models.facts.PREVIOUS_CELLS`.

    `linked`: their rows of `history`; `values`: the cells of all reports of the sweep.

    Only cells that mean the same in both templates are compared: tables 3 and 4 across 2020 and 2021, all within one
    template (对外公开总数量 is not 现行有效件数; 其他处理 compares as a sum, which its rules take from the rows).
    """
    known = [name for name in values.columns if name != "submission"]
    shared = [
        code for code in load("v2019").cells if not code.startswith("t2.") and code in load("v2021").cells
    ]
    pairs = linked.filter(pl.col("previous_submission").is_not_null()).join(
        reports.select("submission", "template"), on="submission", how="inner", maintain_order="left"
    )
    alike = pl.col("template") == pl.col("previous_template")
    across = [code for code in known if code in shared]
    found = [
        _settled(
            values.join(_concerned(chosen), on="submission", how="semi")
            .select("submission", *codes)
            .unpivot(on=codes, index="submission", variable_name="key"),
            chosen,
        ).rename({"key": "code", "value": "previous_value"})
        for chosen, codes in ((pairs.filter(alike), known), (pairs.filter(~alike), across))
        if codes
    ]
    return pl.concat([pl.DataFrame(schema=dict(PREVIOUS_CELLS)), *found]).select(list(PREVIOUS_CELLS))


def _concerned(pairs: pl.DataFrame) -> pl.DataFrame:
    """The reports of the year before that count for these pairs, or may: submission."""
    rivals = pairs.select(submission=pl.col("previous_rivals")).explode("submission").drop_nulls()
    return pl.concat([pairs.select(submission="previous_submission"), rivals]).unique(maintain_order=True)
