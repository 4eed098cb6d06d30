"""What a rule is: one frozen value that says what is checked, how grave it is, why, and what to tell people.

A rule is evaluated by Great Expectations (``Rule.expectation``); what it says of a failing row is
``Rule.evidence``. Great Expectations itself is imported only when an expectation is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Literal

import polars as pl

from models.results import Addressee, Severity

Row = Mapping[str, Any]
"""A row of a prepared frame, with the report's ``template``, ``year``, ``rank``, ``organ``, ``format``."""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one column. `value` is a tuple for ``in``; None (with ``==``, ``!=``) means empty."""

    column: str
    op: Literal["==", "!=", ">=", "in"]
    value: Any

    def holds(self, row: Row) -> bool:
        """Say whether a row meets the condition; a missing value meets only ``== None`` and ``!= x``."""
        actual = row.get(self.column)
        if self.op == "in":
            return actual in self.value
        if self.op == ">=":
            return actual is not None and bool(actual >= self.value)
        return bool(actual == self.value) == (self.op == "==")

    def expression(self) -> pl.Expr:
        """Return the condition for polars; null where the column is null (it cannot be told)."""
        column = pl.col(self.column)
        if self.op == "in":
            return column.is_in(list(self.value))
        if self.op == ">=":
            return column.ge(self.value)
        return column.eq(self.value) if self.op == "==" else column.ne(self.value)


def all_of(conditions: Sequence[Where]) -> pl.Expr:
    """Return the conjunction for polars, three-valued: null where it cannot be told."""
    return reduce(lambda left, right: left & right, (c.expression() for c in conditions), pl.lit(True))


@dataclass(frozen=True, slots=True)
class Check:
    """The expectation as data: a class of Great Expectations (or of expectations/gx) and its arguments."""

    type: str
    arguments: Mapping[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the check looks at, in the order of its arguments."""
        found: dict[str, None] = {}
        for name, value in self.arguments.items():
            if name in ("column", "column_A", "column_B"):
                found[value] = None
            elif name in ("column_list", "left_columns", "right_columns"):
                found |= dict.fromkeys(value)
            elif name == "equations":
                for equation in value:
                    found |= dict.fromkeys((*equation["left"], *equation["right"]))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule says of the rows it failed on: the parts of a finding that only the rule knows."""

    subject: str
    message: str
    cells: tuple[str, ...] = ()
    observed: float | int | str | None = None
    expected: float | int | str | None = None
    difference: float | int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An exception to a rule's severity: the first case whose conditions all hold decides."""

    severity: Severity
    when: tuple[Where, ...]


Judge = Callable[[Sequence[Row]], Evidence]
"""Gets the failing rows of one finding (one row, unless the rule has `group_by`), in frame order."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue. Ids are for ever: a rule is retired, its id is never used again.

    Attributes:
        id: catalogue number, e.g. ``T3-03``.
        title: Chinese name.
        frame: the frame of `models.facts` whose rows the rule looks at.
        dimension: key of the score dimension (``scoring.toml``).
        quality: the data quality characteristic of ISO/IEC 25012.
        severity: severity unless one of `cases` applies.
        source: document number and article, printed as 依据.
        summary: one Chinese sentence saying what is checked.
        hint: Chinese, how to mend.
        check: the expectation.
        reads: columns that must be there: a null makes the rule NOT_ASSESSABLE for the report.
        evidence: builds the finding's own words from the failing rows.
        cases: exceptions to `severity`.
        operator_when: the finding goes to the operator where all conditions of one entry hold.
        rows: the rule looks only at rows that meet all of these.
        vacuous: passes where no row meets `rows`; otherwise such a report is NOT_ASSESSABLE.
        group_by: failing rows of one report that agree in these columns make one finding.
        templates: template ids the rule applies to; None: any, also older or unknown ones.
        first_year: first report year it applies to; None: any.
        ranks, organs: ranks and kinds of organ it applies to; None: all.
        addressee: who has to look at the finding.
        retired, replaced_by: a rule out of use, and the one that took its place.
    """

    id: str
    title: str
    frame: str
    dimension: str
    quality: str
    severity: Severity
    source: str
    summary: str
    hint: str
    check: Check
    reads: tuple[str, ...]
    evidence: Judge
    cases: tuple[Case, ...] = ()
    operator_when: tuple[tuple[Where, ...], ...] = ()
    rows: tuple[Where, ...] = ()
    vacuous: bool = False
    group_by: tuple[str, ...] = ()
    templates: tuple[str, ...] | None = ("v2021", "v2019")
    first_year: int | None = None
    ranks: tuple[str, ...] | None = None
    organs: tuple[str, ...] | None = None
    addressee: Addressee = Addressee.AGENCY
    retired: bool = False
    replaced_by: str | None = None
    notes: tuple[str, ...] = field(default=())
    """Exceptions of the rule in words, for the rule book."""

    def expectation(self) -> Any:
        """Return the Great Expectations expectation (imports the library, which takes seconds)."""
        from expectations.suites import expectation_of  # late: keeps the catalogue light

        return expectation_of(self)

    def applies(self) -> pl.Expr:
        """Return, over the frame `reports`, whether the rule applies to a report.

        A report without a year counts as one the rule applies to, so that it shows as not assessed.
        """
        conditions = [pl.lit(True)]
        if self.templates is not None:
            conditions.append(pl.col("template").is_in(list(self.templates)).fill_null(False))
        if self.first_year is not None:
            conditions.append((pl.col("year") >= self.first_year).fill_null(True))
        if self.ranks is not None:
            conditions.append(pl.col("rank").is_in(list(self.ranks)).fill_null(False))
        if self.organs is not None:
            conditions.append(pl.col("organ").is_in(list(self.organs)).fill_null(False))
        return reduce(lambda left, right: left & right, conditions)

    def severity_of(self, row: Row) -> Severity:
        """Return the severity for a failing row."""
        for case in self.cases:
            if all(condition.holds(row) for condition in case.when):
                return case.severity
        return self.severity

    def addressee_of(self, row: Row) -> Addressee:
        """Return who has to look at a failing row."""
        if any(all(condition.holds(row) for condition in entry) for entry in self.operator_when):
            return Addressee.OPERATOR
        return self.addressee
