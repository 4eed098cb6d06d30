"""One cause, one finding: which cell, row or displaced number of table 3 explains the sums that are off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expectations.rules.wording import number
from expectations.template import load
from models.facts import APPLICANTS, Facts
from models.results import Evaluation
from tasks.validate.one_cell import Cause, Sum, causes, follows_from_parts, gaps
from tests.facts_builder import (
    CORE,
    Case,
    change_cell,
    clean_cells,
    clean_report,
    evaluate_cases,
    only,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())
_LINES = [row.key for row in load("v2021").table3_rows]
_NUMBERS = clean_cells("v2021")


def _grid(values: dict[str, float | None] | None = None) -> dict[str, dict[str, float | None]]:
    cells: dict[str, float | None] = {**_NUMBERS, **(values or {})}
    return {line: {kind: cells[f"t3.{line}.{kind}"] for kind in APPLICANTS} for line in _LINES}


def _report(values: dict[str, float], facts: Facts = _CLEAN) -> Facts:
    for code, value in values.items():
        facts = change_cell(facts, code, value=value)
    return with_previous(facts)


def _rows(grid: dict[str, dict[str, float | None]]) -> dict[str, float]:
    return {f"t3.{line}.{kind}": n or 0.0 for line, row in grid.items() for kind, n in row.items()}


def _row_above(start: str) -> dict[str, float]:
    """All numbers from a row on stand one row too high, the last row is zero."""
    grid = _grid()
    rows = [grid[line] for line in _LINES]
    at = _LINES.index(start)
    moved = [*rows[:at], *rows[at + 1 :], dict.fromkeys(APPLICANTS, 0.0)]
    return _rows(dict(zip(_LINES, moved, strict=True)))


# the clean report: enterprise 12 + 1 = 11 + 2; natural_person 40 + 3 = 39 + 4; total 63 + 5 = 60 + 8
REPORTS = {
    "one cell that three sums read": Case(
        _report({"t3.results.total.enterprise": 21.0}),
        [("T3-03", "critical", "agency", "enterprise", 13, 23, -10, ("T3-01", "T3-02"))],
        {},
    ),
    "one total that three sums read": Case(
        _report({"t3.results.total.total": 61.0}),
        [("T3-03", "critical", "agency", "total", 68, 69, -1, ("T3-01", "T3-02", "T3-04"))],
        {},
    ),
    "carried in, which the year before says otherwise": Case(
        _report({"t3.carried_in.total": 7.0}),
        [("T3-03", "critical", "agency", "total", 70, 68, 2, ("T3-01", "T3-04", "XY-01"))],
        {},
    ),
    "two wrong cells": Case(
        _report({"t3.carried_out.enterprise": 5.0, "t3.received_new.research": 4.0}),
        [
            ("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ("T3-01",)),
            ("T3-03", "critical", "agency", "research", 4, 2, 2, ("T3-01",)),
        ],
        {},
    ),
    "two wrong cells that cannot be told apart": Case(
        _report({"t3.carried_out.enterprise": 5.0, "t3.received_new.legal_service": 2.0}),
        [
            ("T3-01", "critical", "agency", "received_new", 63, 60, 3, ()),
            ("T3-01", "critical", "agency", "carried_out", 8, 11, -3, ()),
            ("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ()),
            ("T3-03", "critical", "agency", "legal_service", 2, 5, -3, ()),
        ],
        {},
    ),
    "a wrong cell and a wrong total of another row": Case(
        _report({"t3.carried_out.enterprise": 5.0, "t3.results.denied.third_party.total": 9.0}),
        [
            ("T3-02", "critical", "agency", "total", 60, 66, -6, ("T3-01", "T3-04")),
            ("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ("T3-01",)),
        ],
        {},
    ),
    "one request under another kind of applicant": Case(
        _report(
            {
                "t3.results.full_disclosure.natural_person": _NUMBERS[
                    "t3.results.full_disclosure.natural_person"
                ]
                - 1,
                "t3.results.full_disclosure.enterprise": _NUMBERS["t3.results.full_disclosure.enterprise"]
                + 1,
            }
        ),
        [("T3-02", "critical", "agency", "natural_person", 39, 38, 1, ())],
        {},
    ),
    "two columns of a row exchanged": Case(
        _report({"t3.carried_out.natural_person": 2.0, "t3.carried_out.enterprise": 4.0}),
        [("T3-03", "critical", "agency", "natural_person", 43, 41, 2, ())],
        {},
    ),
    "everything one row too high": Case(
        _report(_row_above("results.denied.state_secret")),
        [],
        {},
    ),
    "a column and its total": Case(
        _report({"t3.carried_out.enterprise": 5.0, "t3.carried_out.total": 11.0}),
        [("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ("T3-04",))],
        {},
    ),
    "as last year": Case(
        _report({"t3.carried_out.enterprise": _NUMBERS["t3.carried_in.enterprise"]}),
        [("T3-03", "critical", "agency", "enterprise", 13, 12, 1, ("T3-01",))],
        {},
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(REPORTS, only(*CORE))


@pytest.mark.parametrize("name", REPORTS)
def test_what_stands_for_itself(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == REPORTS[name].findings
