"""The broken equation of a finding, with the numbers of the report on its left and right.

Which columns stand on which side is said by the rule's own check; an equation that does not come to the finding's
difference (the rule has changed since, or a number was corrected) is not shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from expectations.catalogue import rule
from expectations.rule import Rule
from expectations.rules.arithmetic import LINE_OF_COLUMN
from models.results import Finding
from models.views import CellView
from tasks.publish.marks import split_code
from tasks.publish.report_page import names_of

Side = Literal["left", "right"]

TOLERANCE = 1e-6
ELSEWHERE: Mapping[str, str] = {
    "previous_carried_out": "上一年度报告“结转下年度继续办理”",
    "previous_in_force": "上一年度报告现行有效件数",
}
"""Columns whose numbers do not stand in this report."""


@dataclass(frozen=True, slots=True)
class Term:
    """A number of an equation; `code` is empty where it stands in another report."""

    code: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Equation:
    """Two sums that should be in `relation` (``=`` or ``≥``) and are not."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    relation: Literal["=", "≥"]

    @property
    def left_sum(self) -> float:
        """The sum on the left."""
        return math.fsum(term.value for term in self.left)

    @property
    def right_sum(self) -> float:
        """The sum on the right."""
        return math.fsum(term.value for term in self.right)

    @property
    def holds(self) -> bool:
        """Whether the two sums stand in the relation after all."""
        gap = self.left_sum - self.right_sum
        return abs(gap) <= TOLERANCE if self.relation == "=" else gap >= -TOLERANCE

    def sides(self) -> dict[str, Side]:
        """Return the side on which each cell of the report stands."""
        left: dict[str, Side] = {term.code: "left" for term in self.left if term.code}
        return left | {term.code: "right" for term in self.right if term.code}


def equation_of(finding: Finding, template: str | None, cells: Mapping[str, CellView]) -> Equation | None:
    """Return the equation that a finding says is broken; None where its rule has none, or it cannot be shown."""
    try:
        checked = rule(finding.rule)
    except KeyError:
        return None
    codes = list(dict.fromkeys(finding.cells))
    _, names = names_of(template, codes)
    named = dict(zip(codes, names, strict=True))
    for left, right, relation in _sides(checked):
        sides = [_terms(columns, checked.frame, named, cells, finding) for columns in (left, right)]
        if sides[0] is None or sides[1] is None:
            continue
        found = Equation(sides[0], sides[1], relation)
        gap = abs(found.left_sum - found.right_sum)
        told = finding.difference
        if not found.holds and (told is None or abs(gap - abs(told)) <= TOLERANCE):
            return found
    return None


def _sides(checked: Rule) -> Iterator[tuple[Sequence[str], Sequence[str], Literal["=", "≥"]]]:
    arguments: Mapping[str, Any] = checked.check.arguments
    relation: Literal["=", "≥"] = (
        "≥"
        if checked.check.type in ("ExpectColumnSumsToBeAtLeast", "ExpectColumnInequalitiesToHold")
        else "="
    )
    if "left_columns" in arguments:
        yield arguments["left_columns"], arguments["right_columns"], relation
    for one in arguments.get("equations", ()):
        yield one["left"], one["right"], relation
    if checked.check.type == "ExpectColumnPairValuesToBeEqual":
        yield (arguments["column_A"],), (arguments["column_B"],), "="


def _terms(
    columns: Sequence[str],
    frame: str,
    named: Mapping[str, str],
    cells: Mapping[str, CellView],
    finding: Finding,
) -> tuple[Term, ...] | None:
    terms: list[Term] = []
    for column in columns:
        if column in ELSEWHERE:
            value = _elsewhere(column, finding, cells)
            if value is None:
                return None
            terms.append(Term("", ELSEWHERE[column], value))
            continue
        codes = [code for code in named if column in _columns_of(code, frame)]
        if not codes:
            return None
        for code in codes:
            cell = cells.get(code)
            if cell is None or cell.value is None:
                return None
            terms.append(Term(code, named[code], cell.value))
    return tuple(terms)


def _columns_of(code: str, frame: str) -> tuple[str, ...]:
    """The columns of a frame that may hold what a cell says."""
    _, row, column = split_code(code)
    if frame in ("requests_by_applicant", "years"):
        whole = "results.other" if row.startswith("results.other.") else row
        return tuple(name for name, line in LINE_OF_COLUMN.items() if line == whole)
    return (code,) if frame in ("totals", "reports") else (column,)


def _elsewhere(column: str, finding: Finding, cells: Mapping[str, CellView]) -> float | None:
    """The number of the year before, as the finding's own numbers give it."""
    expected = finding.expected
    if not isinstance(expected, (int, float)):
        return None
    if column == "previous_carried_out":
        return float(expected)
    values = {split_code(code)[2]: cells[code].value for code in finding.cells if code in cells}
    issued, repealed = values.get("issued"), values.get("repealed")
    return None if issued is None or repealed is None else float(expected) - issued + repealed
