"""Finds the cells of table 3 that each explain several broken sums, so that one slip is one finding.

Each sum of the form (a row, a column's results, a column's balance) is off by some number. A cell that stands only in
sums that are off, and that one other number would set right in all of them, is their cause. Where two such cells
compete for a sum neither is: two slips that cannot be told apart stay apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from expectations.rules.wording import column_name, number, row_name
from models.facts import APPLICANTS

Grid = Mapping[str, Mapping[str, float | None]]
"""Row of table 3 (`models.facts.REQUESTS_BY_OUTCOME.line`, in the order of the form) → applicant → number.

Null where it was not read for certain.
"""

KINDS = APPLICANTS[:-1]
_SIDES = {"received_new": 1, "carried_in": 1, "results.total": -1, "carried_out": -1}


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum of the form: ``row`` (by its line), ``results`` or ``balance`` (by its applicant)."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A cell that explains broken sums, what it says, what would set them right."""

    line: str
    applicant: str
    printed: float
    wanted: float
    sums: frozenset[Sum]

    @property
    def code(self) -> str:
        """The cell's code."""
        return f"t3.{self.line}.{self.applicant}"

    def hint(self, template: str | None, before: float | None) -> str:
        """Say which cell it is, for whoever mends the table; `before` is its number in the year before."""
        line, column = row_name(template, "t3", self.line), column_name(template, "t3", self.applicant)
        copied = (
            "（与上一年度该单元格相同，可能沿用了上一年度的数）" if before and before == self.printed else ""
        )
        return (
            f"只要“{line}”行“{column}”列由{number(self.printed)}改为{number(self.wanted)}，"
            f"上述{len(self.sums)}处合计、勾稽关系即全部成立，该单元格可能填错{copied}；请以申请台账为准。"
        )


def results_of(grid: Grid) -> list[str]:
    """Return the lines that （七）总计 adds up."""
    return [line for line in grid if line.startswith("results.") and line != "results.total"]


def weights(grid: Grid, line: str, applicant: str) -> dict[Sum, int]:
    """Return the sums that a cell stands in, and by how much each (left less right) grows when the cell grows by one."""
    found = {Sum("row", line): -1 if applicant == "total" else 1}
    if line == "results.total":
        found[Sum("results", applicant)] = -1
    elif line in results_of(grid):
        found[Sum("results", applicant)] = 1
    if line in _SIDES:
        found[Sum("balance", applicant)] = _SIDES[line]
    return found


def gaps(grid: Grid) -> dict[Sum, float | None]:
    """Return how far each sum is off (left less right); None where a number is missing."""
    found: dict[Sum, float | None] = {}
    for line, values in grid.items():
        found[Sum("row", line)] = _less([values[kind] for kind in KINDS], [values["total"]])
    outcomes = results_of(grid)
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


def causes(grid: Grid) -> tuple[Cause, ...]:
    """Return the cells that each explain at least two broken sums, none of which another cell explains as well."""
    off = gaps(grid)
    candidates = list(_candidates(grid, off))
    claimed = Counter(one for candidate in candidates for one in candidate.sums)
    return tuple(c for c in candidates if all(claimed[one] == 1 for one in c.sums))


def _candidates(grid: Grid, off: Mapping[Sum, float | None]) -> Iterator[Cause]:
    for line, values in grid.items():
        if not off[Sum("row", line)]:
            continue
        for applicant in APPLICANTS:
            printed = values[applicant]
            by = weights(grid, line, applicant)
            changes = {-(off[one] or 0) / weight for one, weight in by.items()}
            if printed is None or len(by) < 2 or len(changes) != 1:
                continue
            wanted = printed + changes.pop()
            if wanted >= 0:
                yield Cause(line, applicant, printed, wanted, frozenset(by))


def follows_from_parts(grid: Grid) -> frozenset[str]:
    """Return which sums of the total column (``results``, ``balance``) are off only because those of its parts are.

    They are where every row that they read adds up: the total column is then the sum of the others, faults and all.
    """
    off = gaps(grid)
    read = {"results": [*results_of(grid), "results.total"], "balance": list(_SIDES)}
    return frozenset(
        kind
        for kind, lines in read.items()
        if all(off.get(Sum("row", line)) == 0 for line in lines)
        and off[Sum(kind, "total")]
        and any(off[Sum(kind, applicant)] for applicant in KINDS)
    )
