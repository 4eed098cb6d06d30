"""Writing what was received: agencies, reports and every version of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, bindparam, func, select, update

from models.columns import compact
from models.facts import Facts
from tasks.persist.regions import record_new_paths, record_paths
from tasks.persist.rows import (
    AGENCIES,
    REPORTS,
    RUNS,
    SUBMISSIONS,
    Values,
    add_numbered,
    digest,
    insert_new,
    select_in,
)
from tasks.roster import FOREVER, Roster

CELL_COLUMNS = ("code", "raw", "value", "kind", "reason", "proposal", "where", "read_by", "confidence")
"""What is kept of `models.facts.CELLS`."""

LONGEST_NAME = 200
"""Characters. What is longer is no agency's name but a misread paragraph, and too long for an index."""

_EXTRACTED = (
    "agency",
    "rank",
    "organ",
    "year",
    "title",
    "template",
    "period_text",
    "signed_on",
    "cells",
    "sections",
    "notes",
)


@dataclass(frozen=True, slots=True)
class Received:
    """A submission of this batch, before and after it has its row (`id`, `report_id`)."""

    sha256: str
    file: str
    format: str
    extracted: Values  # the columns of _EXTRACTED
    digest: str
    id: int = 0
    report_id: int | None = None

    @property
    def agency(self) -> str | None:
        """The agency's name, if known."""
        name: str | None = self.extracted["agency"]
        return name

    @property
    def year(self) -> int | None:
        """The report year, if known."""
        year: int | None = self.extracted["year"]
        return year


def received(facts: Facts) -> list[Received]:
    """Return the submissions of `facts`, one for each sha256 (the first file name where bytes came twice)."""
    reports = facts.reports.sort("file", "submission").unique("submission", keep="first", maintain_order=True)
    cells = _cells(facts.cells)
    sections = _grouped(
        facts.sections.select("submission", "key", "heading", "order")
        .unique(maintain_order=True)
        .sort("order", nulls_last=True, maintain_order=True)
    )
    no_cells = compact({column: [] for column in CELL_COLUMNS})
    no_sections: dict[str, list[Any]] = {"key": [], "heading": [], "order": []}
    rows = []
    for report in reports.iter_rows(named=True):
        found = sections.get(report["submission"], no_sections)
        extracted = {
            **{column: report[column] for column in _EXTRACTED[:-3]},
            "agency": _name(report["agency"]),
            "rank": report["rank"] or "unknown",
            "organ": report["organ"] or "unknown",
            "cells": cells.get(report["submission"], no_cells),
            "sections": [
                list(section) for section in zip(found["key"], found["heading"], found["order"], strict=True)
            ],
            "notes": report["notes"] or [],
        }
        signed = report["signed_on"] and report["signed_on"].isoformat()
        rows.append(
            Received(
                sha256=report["submission"],
                file=report["file"],
                format=report["format"],
                extracted=extracted,
                digest=digest([report["format"], {**extracted, "signed_on": signed}]),
            )
        )
    return rows


def _cells(cells: pl.DataFrame) -> dict[str, str]:
    """The cells of each submission as JSON text; polars writes it ten times as fast as Python."""
    written = (
        cells.select("submission", *CELL_COLUMNS)
        .unique(["submission", "code"], keep="first", maintain_order=True)
        .group_by("submission", maintain_order=True)
        .agg(CELL_COLUMNS)
        .select("submission", pl.struct(CELL_COLUMNS).struct.json_encode())
    )
    return dict(written.iter_rows())


def _name(agency: str | None) -> str | None:
    return agency if agency and len(agency) <= LONGEST_NAME else None


def _grouped(frame: pl.DataFrame) -> dict[str, dict[str, list[Any]]]:
    columns = [name for name in frame.columns if name != "submission"]
    grouped = frame.group_by("submission", maintain_order=True).agg(columns)
    return {row["submission"]: {name: row[name] for name in columns} for row in grouped.iter_rows(named=True)}


def record_roster(connection: Connection, roster: Roster) -> None:
    """Write the roster's agencies as a tree; an agency that is no longer on it stays, marked so."""
    blank: Values = {
        "parent_id": None,
        "rank": "unknown",
        "organ": "unknown",
        "aliases": [],
        "first_year": None,
    }
    names = {entry.agency for entry in roster.entries}
    above = {entry.parent for entry in roster.entries if entry.parent} - names
    insert_new(
        connection,
        AGENCIES,
        [{**blank, "name": name, "on_roster": name in names} for name in sorted(names | above)],
    )
    connection.execute(update(AGENCIES).values(on_roster=False).where(AGENCIES.c.on_roster))
    ids = _agency_ids(connection, names | above)
    for entry in roster.entries:
        known = {"rank": entry.rank, "organ": entry.organ}
        connection.execute(
            update(AGENCIES)
            .where(AGENCIES.c.id == ids[entry.agency])
            .values(
                parent_id=ids[entry.parent] if entry.parent else None,
                aliases=list(entry.aliases),
                first_year=entry.years.start or None,
                last_year=None if entry.years.stop >= FOREVER else entry.years.stop - 1,
                exempt=entry.exempt,
                on_roster=True,
                **{column: value for column, value in known.items() if value != "unknown"},
            )
        )
    record_paths(connection)


def _agency_ids(connection: Connection, names: set[str]) -> dict[str, int]:
    found = select_in(connection, select(AGENCIES.c.name, AGENCIES.c.id), AGENCIES.c.name, names)
    return dict(tuple(row) for row in found)


def record_submissions(
    connection: Connection, run_id: int, batch: Sequence[Received], received_at: datetime
) -> tuple[list[Received], set[int], Counter[str]]:
    """Write the batch; return it with its ids, the reports whose version numbers changed, and counts.

    Where bytes are known for a report already, no row is added; a reading that differs from the stored one
    replaces it. An unknown submission whose agency and year are known now joins their report.
    """
    reports = _report_ids(connection, batch)
    batch = [replace(r, report_id=reports.get((r.agency, r.year))) for r in batch]
    stored = _stored(connection, batch)
    by_place = {(row["report_id"], row["sha256"]): row for row in stored}
    counts: Counter[str] = Counter(submissions=len(batch))
    fresh: list[Received] = []
    adopted: list[dict[str, Any]] = []
    for submission in batch:
        if (submission.report_id, submission.sha256) in by_place:
            continue
        unknown = by_place.get((None, submission.sha256))
        if unknown is None:
            fresh.append(submission)
        else:
            by_place[submission.report_id, submission.sha256] = unknown
            adopted.append({**unknown, "report_id": submission.report_id, "version": None})
    renumbered, numbers = _numbered(stored, adopted, fresh, _unsettled(connection, run_id))
    if renumbered:
        # Two steps, for two versions of a report may never bear one number, not even for a moment.
        connection.execute(_renumber, [{"row": n["row"], "number": -n["row"]} for n in renumbered])
        connection.execute(_renumber, renumbered)
    for row in adopted:
        connection.execute(
            update(SUBMISSIONS)
            .where(SUBMISSIONS.c.id == row["id"])
            .values(report_id=row["report_id"], version=numbers[row["report_id"], row["sha256"]])
        )
    added = add_numbered(
        connection,
        SUBMISSIONS,
        [
            {
                **submission.extracted,
                "report_id": submission.report_id,
                "version": numbers.get((submission.report_id, submission.sha256)),
                "sha256": submission.sha256,
                "file": submission.file,
                "format": submission.format,
                "received_at": received_at,
                "first_run_id": run_id,
                "digest": submission.digest,
            }
            for submission in fresh
        ],
    )
    reread = [
        {**s.extracted, "digest": s.digest, "row": old["id"]}
        for s in batch
        if (old := by_place.get((s.report_id, s.sha256))) is not None and old["digest"] != s.digest
    ]
    if reread:
        connection.execute(_reread, reread)
    counts["submissions_new"] = len(fresh)
    counts["submissions_reread"] = len(reread)
    ids = {place: row["id"] for place, row in by_place.items()}
    ids |= {(s.report_id, s.sha256): id_ for s, id_ in zip(fresh, added, strict=True)}
    moved = {row["report_id"] for row in stored if row["id"] in {n["row"] for n in renumbered}}
    return [replace(s, id=ids[s.report_id, s.sha256]) for s in batch], moved, counts


_renumber = (
    update(SUBMISSIONS).where(SUBMISSIONS.c.id == bindparam("row")).values(version=bindparam("number"))
)
_reread = (
    update(SUBMISSIONS)
    .where(SUBMISSIONS.c.id == bindparam("row"))
    .values({column: bindparam(column) for column in (*_EXTRACTED, "digest")})
)


def _report_ids(
    connection: Connection, batch: Sequence[Received]
) -> dict[tuple[str | None, int | None], int]:
    known = [s for s in batch if s.agency is not None and s.year is not None]
    levels = {s.agency: (s.extracted["rank"], s.extracted["organ"]) for s in known if s.agency is not None}
    blank: Values = {"parent_id": None, "aliases": [], "first_year": None, "on_roster": False}
    insert_new(
        connection,
        AGENCIES,
        [{**blank, "name": n, "rank": levels[n][0], "organ": levels[n][1]} for n in sorted(levels)],
    )
    record_new_paths(connection)
    agencies = _agency_ids(connection, set(levels))
    insert_new(
        connection,
        REPORTS,
        [{"agency_id": a, "year": y} for a, y in sorted({(agencies[s.agency or ""], s.year) for s in known})],
    )
    found = select_in(
        connection,
        select(AGENCIES.c.name, REPORTS.c.year, REPORTS.c.id).join_from(REPORTS, AGENCIES),
        REPORTS.c.agency_id,
        agencies.values(),
    )
    return {(name, year): id_ for name, year, id_ in found}


def _stored(connection: Connection, batch: Sequence[Received]) -> list[dict[str, Any]]:
    """All submissions of the batch's reports, and those unknown ones whose bytes are in the batch."""
    columns = ("id", "report_id", "version", "sha256", "digest", "first_run_id", "signed_on", "file")
    chosen = select(*(SUBMISSIONS.c[name] for name in columns))
    of_reports = select_in(
        connection, chosen, SUBMISSIONS.c.report_id, (s.report_id for s in batch if s.report_id is not None)
    )
    unknown = select_in(
        connection,
        chosen.where(SUBMISSIONS.c.report_id.is_(None)),
        SUBMISSIONS.c.sha256,
        (s.sha256 for s in batch),
    )
    return [dict(row._mapping) for part in (of_reports, unknown) for row in part]


def _unsettled(connection: Connection, run_id: int) -> set[int]:
    """This run and those that it continues or that go on beside it: of the same source, and none completed since.

    What an interrupted sweep stored is numbered anew together with the rest, as if it had not been interrupted.
    """
    source = select(RUNS.c.source).where(RUNS.c.id == run_id).scalar_subquery()
    completed = (RUNS.c.source == source) & (RUNS.c.state == "completed")
    last = select(func.coalesce(func.max(RUNS.c.id), 0)).where(completed).scalar_subquery()
    chosen = select(RUNS.c.id).where(RUNS.c.source == source, RUNS.c.state != "completed", RUNS.c.id > last)
    return {run_id, *connection.execute(chosen).scalars()}


def _numbered(
    stored: Sequence[Values], adopted: Sequence[Values], fresh: Sequence[Received], runs: set[int]
) -> tuple[list[dict[str, int]], dict[tuple[int | None, str], int]]:
    """Number the versions that are new to a report.

    They follow those of earlier runs, among themselves by (signed on, file name). A run that stores in
    several batches may meet the older version later: its own rows (those of `runs`) then change places, no one
    else's. Returns the stored rows to renumber and the number of each (report, sha256) that is new.
    """
    mine: dict[int, list[tuple[date, str, str, int | None, int | None]]] = defaultdict(list)
    last: dict[int, int] = defaultdict(int)
    for row in stored:
        if row["report_id"] is not None:
            last[row["report_id"]] = max(last[row["report_id"]], row["version"])
    arrivals = [(r["report_id"], r["signed_on"], r["file"], r["sha256"]) for r in adopted]
    arrivals += [(s.report_id, s.extracted["signed_on"], s.file, s.sha256) for s in fresh]
    for report, signed_on, file, sha256 in arrivals:
        if report is not None:
            mine[report].append((signed_on or date.min, file, sha256, None, None))
    for row in stored:
        if row["report_id"] in mine and row["first_run_id"] in runs:
            mine[row["report_id"]].append(
                (row["signed_on"] or date.min, row["file"], row["sha256"], row["id"], row["version"])
            )
    renumbered: list[dict[str, int]] = []
    numbers: dict[tuple[int | None, str], int] = {}
    for report, versions in mine.items():
        held = sorted(number for *_, number in versions if number is not None)
        further = range(last[report] + 1, last[report] + 1 + len(versions) - len(held))
        for number, (*_, sha256, row_id, old) in zip(
            (*held, *further), sorted(versions, key=_order), strict=True
        ):
            if row_id is None:
                numbers[report, sha256] = number
            elif old != number:
                renumbered.append({"row": row_id, "number": number})
    return renumbered, numbers


def _order(version: tuple[date, str, str, int | None, int | None]) -> tuple[date, str, str]:
    return version[:3]
