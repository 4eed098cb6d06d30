"""From failing rows to findings: evidence in words, severity, addressee, place in the file."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import polars as pl

from expectations.catalogue import rules
from expectations.profile import Profile
from expectations.rule import Row, Rule
from models.facts import APPLICANTS
from models.results import Addressee, Finding
from tasks.validate.causes import SUMS, Draft, Table3, fold

log = logging.getLogger("hecha")

_Group = tuple[str, list[Row]]


def findings(
    frames: Mapping[str, pl.DataFrame],
    failures: Mapping[str, list[int]],
    applicable: Mapping[str, pl.DataFrame],
    profile: Profile | None = None,
) -> tuple[dict[str, tuple[Finding, ...]], dict[str, str]]:
    """Return the findings of every report that has any, in catalogue order, then as on the form; and our faults.

    `failures` gives the failing rows (``nr``) of each rule in its prepared frame, `applicable` the
    reports (column ``submission``) each rule applies to; failing rows of other reports are not findings. A rule
    whose evidence cannot be put into words has no findings and stands among the faults (rule → what went wrong).
    """
    drafts: dict[str, list[Draft]] = {}
    faults: dict[str, str] = {}
    for rule in rules(profile):
        numbers = failures.get(rule.id)
        if not numbers:
            continue
        failing = (
            frames[rule.frame]
            .filter(pl.col("nr").is_in(numbers))
            .join(applicable[rule.id], on="submission", how="semi")
        )
        try:
            told = [(submission, _draft(rule, rows)) for submission, rows in _grouped(rule, failing)]
        except Exception as error:  # one crashing rule never stops the others
            log.exception("rule %s could not say what it found", rule.id)
            faults[rule.id] = repr(error)
            continue
        for submission, draft in told:
            drafts.setdefault(submission, []).append(draft)
    tables = _tables3(frames, drafts)
    standing = {submission: fold(found, tables.get(submission)) for submission, found in drafts.items()}
    by_ocr = set(frames["reports"].filter(pl.col("read_by") == "ocr").get_column("submission"))
    places = _places(frames["cells"], standing)
    order = {rule.id: number for number, rule in enumerate(rules(profile))}
    found_by_report = {
        submission: tuple(
            _finding(draft, places.get(submission, {}), submission in by_ocr)
            for draft in sorted(found, key=lambda d: (order[d.rule], d.position, d.subject))
        )
        for submission, found in standing.items()
    }
    return found_by_report, faults


def _tables3(frames: Mapping[str, pl.DataFrame], drafts: Mapping[str, list[Draft]]) -> dict[str, Table3]:
    """Return the numbers of table 3 of the reports in which several of its sums are broken."""
    several = [s for s, found in drafts.items() if sum(draft.rule in SUMS for draft in found) > 1]
    if not several:
        return {}
    grids: dict[str, dict[str, dict[str, float | None]]] = {}
    outcomes = frames["requests_by_outcome"].filter(pl.col("submission").is_in(several))
    for row in outcomes.iter_rows(named=True):
        values = {applicant: row[applicant] for applicant in APPLICANTS}
        grids.setdefault(row["submission"], {})[row["line"]] = values
    before: dict[str, dict[str, float]] = {}
    pairs = frames["pairs"].filter(pl.col("submission").is_in(several) & (pl.col("table") == "t3"))
    for submission, code, value in pairs.select("submission", "code", "previous_value").iter_rows():
        before.setdefault(submission, {})[code] = value
    return {submission: Table3(grid, before.get(submission, {})) for submission, grid in grids.items()}


def _grouped(rule: Rule, failing: pl.DataFrame) -> list[_Group]:
    """Put failing rows that make one finding together; without `group_by` every row stands alone."""
    if not rule.group_by:
        return [(row["submission"], [row]) for row in failing.iter_rows(named=True)]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in failing.iter_rows(named=True):
        key = (row["submission"], *(row[column] for column in rule.group_by))
        groups.setdefault(key, []).append(row)
    return [(key[0], rows) for key, rows in groups.items()]


def _draft(rule: Rule, rows: list[Row]) -> Draft:
    told = rule.evidence(rows)
    first = rows[0]
    return Draft(
        rule=rule.id,
        severity=max((rule.severity_of(row) for row in rows), key=lambda severity: severity.rank),
        addressee=rule.addressee_of(first),
        subject=told.subject,
        message=told.message,
        cells=told.cells,
        observed=told.observed,
        expected=told.expected,
        difference=told.difference,
        hint=told.hint,
        passages=told.passages,
        where=first.get("where"),
        table=first.get("table") if rule.frame in ("lines", "cells") else None,
        misplaced=first.get("misplaced_table"),
        position=first["nr"],
        template=first.get("template"),
        pictured="ocr" in (first.get("previous_read_by"), first.get("other_read_by")),
    )


def _places(cells: pl.DataFrame, standing: Mapping[str, list[Draft]]) -> dict[str, dict[str, Row]]:
    """Look up where the cells of all findings stand and how they were read, in one join."""
    named = [
        (submission, code)
        for submission, found in standing.items()
        for code in {code for draft in found for code in draft.cells}
    ]
    wanted = pl.DataFrame(named, schema={"submission": pl.String, "code": pl.String}, orient="row")
    places: dict[str, dict[str, Row]] = {}
    for row in (
        cells.select("submission", "code", "where", "read_by", "kind")
        .join(wanted, on=["submission", "code"], how="semi")
        .iter_rows(named=True)
    ):
        places.setdefault(row["submission"], {})[row["code"]] = row
    return places


def _finding(draft: Draft, cells: Mapping[str, Row], pictured: bool) -> Finding:
    known = tuple(code for code in draft.cells if code in cells)
    stands = next((cells[code]["where"] for code in known if cells[code]["kind"] != "missing"), None)
    # what OCR read, in this report or the one it is compared with, never proves a breach by itself; a finding
    # without cells rests on words, which carry no mark of how they were read
    ocr = any(cells[code]["read_by"] == "ocr" for code in known) or (pictured and not known) or draft.pictured
    return Finding(
        rule=draft.rule,
        severity=draft.severity,
        message=draft.message,
        addressee=Addressee.OPERATOR if ocr else draft.addressee,
        subject=draft.subject,
        cells=known,
        observed=draft.observed,
        expected=draft.expected,
        difference=draft.difference,
        where=json.loads(stands or draft.where or "{}"),
        consequences=tuple(draft.consequences),
        entailed=tuple(draft.entailed),
        hint=draft.hint,
        passages=draft.passages,
    )
