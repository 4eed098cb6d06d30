"""Finds the one cell of table 3 that explains several broken sums, so that one slip is one finding.

Each sum of the form (a row, a column's results, a column's balance) is off by some number. If one cell, changed by
one number, sets every sum right and breaks none, it is the cause. Two independent slips have no such cell and stay
two findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expectations.rules.wording import column_name, number, row_name
from models.facts import APPLICANTS

Grid = Mapping[str, Mapping[str, float | None]]
"""Row of table 3 (`models.facts.REQUESTS_BY_OUTCOME.line`) → applicant → number, null where it was not read for certain."""

_KINDS = APPLICANTS[:-1]
_SIDES = {"received_new": 1, "carried_in": 1, "results.total": -1, "carried_out": -1}


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum of the form: ``row`` (by its line), ``results`` or ``balance`` (by its applicant)."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Cause:
    """The cell that explains all broken sums, what it says and what would set them right."""

    line: str
    applicant: str
    printed: float
    wanted: float
    sums: tuple[Sum, ...]

    @property
    def code(self) -> str:
        """The cell's code."""
        return f"t3.{self.line}.{self.applicant}"

    def hint(self, template: str | None) -> str:
        """Say which cell it is, for whoever mends the table."""
        line, column = row_name(template, "t3", self.line), column_name(template, "t3", self.applicant)
        return (
            f"只要“{line}”行“{column}”列由{number(self.printed)}改为{number(self.wanted)}，"
            f"上述{len(self.sums)}处合计、勾稽关系即全部成立，该单元格可能填错；请以申请台账为准。"
        )


def _weights(line: str, applicant: str, outcomes: Sequence[str]) -> dict[Sum, int]:
    """By how much each sum (left less right) grows when a cell grows by one."""
    weights = {Sum("row", line): -1 if applicant == "total" else 1}
    if line in outcomes:
        weights[Sum("results", applicant)] = 1
    if line == "results.total":
        weights[Sum("results", applicant)] = -1
    if line in _SIDES:
        weights[Sum("balance", applicant)] = _SIDES[line]
    return weights


def gaps(grid: Grid) -> dict[Sum, float | None]:
    """Return how far each sum is off (left less right); None where a number is missing."""
    outcomes = [line for line in grid if line.startswith("results.") and line != "results.total"]
    found: dict[Sum, float | None] = {}
    for line, values in grid.items():
        found[Sum("row", line)] = _less([values[kind] for kind in _KINDS], [values["total"]])
    for applicant in APPLICANTS:
        column = {line: values[applicant] for line, values in grid.items()}
        total = column.get("results.total")
        found[Sum("results", applicant)] = _less([column[line] for line in outcomes], [total])
        found[Sum("balance", applicant)] = _less(
            [column.get("received_new"), column.get("carried_in")], [total, column.get("carried_out")]
        )
    return found


def _less(left: Sequence[float | None], right: Sequence[float | None]) -> float | None:
    total = 0.0
    for sign, side in ((1, left), (-1, right)):
        for value in side:
            if value is None:
                return None
            total += sign * value
    return total


def cause(grid: Grid) -> Cause | None:
    """Return the one cell that explains at least two broken sums; None where there is none or more than one."""
    off = gaps(grid)
    broken = {one: gap for one, gap in off.items() if gap}
    if len(broken) < 2:
        return None
    outcomes = [line for line in grid if line.startswith("results.") and line != "results.total"]
    found = []
    for line, values in grid.items():
        for applicant in APPLICANTS:
            printed = values[applicant]
            weights = _weights(line, applicant, outcomes)
            if printed is None or set(weights) != set(broken) or any(off[one] is None for one in weights):
                continue
            changes = {-broken[one] / weight for one, weight in weights.items()}
            wanted = printed + changes.pop() if len(changes) == 1 else -1.0
            if wanted >= 0:
                found.append(
                    Cause(
                        line,
                        applicant,
                        printed,
                        wanted,
                        tuple(sorted(broken, key=lambda s: (s.kind, s.name))),
                    )
                )
    return found[0] if len(found) == 1 else None


def follows_from_parts(grid: Grid) -> frozenset[str]:
    """Return which sums of the total column (``results``, ``balance``) are off only because those of its parts are.

    They are where every row adds up: the total column is then the sum of the others, faults and all.
    """
    off = gaps(grid)
    if any(gap is None or gap for one, gap in off.items() if one.kind == "row"):
        return frozenset()
    return frozenset(
        kind
        for kind in ("results", "balance")
        if off[Sum(kind, "total")] and any(off[Sum(kind, applicant)] for applicant in _KINDS)
    )
