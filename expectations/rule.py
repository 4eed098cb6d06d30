"""What a rule is: one frozen value that says what is checked, how grave it is, why, and what to tell people.

A rule is evaluated by Great Expectations (``Rule.expectation``); what it says of a failing row is
``Rule.evidence``. Great Expectations itself is imported only when an expectation is built.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Literal, Self

import polars as pl

from expectations.profile import Profile
from models.facts import HISTORY
from models.results import Addressee, Passage, Severity

Row = Mapping[str, Any]
"""A row of a prepared frame, with the report's ``template``, ``year``, ``rank``, ``organ``, ``format``."""


COMPARING_FRAMES = ("years", "pairs", "twins", "subordinates")
"""Frames whose rows hold a report and something else side by side."""
ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """Stands in a rule for a value that the profile decides, by its dotted path: ``thresholds.copied``."""

    path: str


def settled(value: Any, profile: Profile) -> Any:
    """Return `value` with every `Setting` in it replaced by what the profile says."""
    if isinstance(value, Setting):
        return profile.value(value.path)
    if isinstance(value, Mapping):
        return {name: settled(entry, profile) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(settled(entry, profile) for entry in value)
    return value


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one column. `value` is a tuple for ``in``; None (with ``==``, ``!=``) means empty.

    A column that may be null takes part in ``==`` and ``!=`` as polars has it: the answer is null.
    """

    column: str
    op: Literal["==", "!=", ">=", "<=", ">", "<", "in"]
    value: Any

    def under(self, profile: Profile) -> Where:
        """Return the condition with the profile's value in it."""
        return replace(self, value=settled(self.value, profile))

    def holds(self, row: Row) -> bool:
        """Say whether a row meets the condition; a missing value meets only ``== None`` and ``!= x``."""
        actual = row.get(self.column)
        if self.op == "in":
            return actual in self.value
        if self.op in ORDERS:
            return actual is not None and bool(ORDERS[self.op](actual, self.value))
        return bool(actual == self.value) == (self.op == "==")

    def expression(self) -> pl.Expr:
        """Return the condition for polars; null where the column is null (it cannot be told)."""
        column = pl.col(self.column)
        if self.op == "in":
            return column.is_in(list(self.value))
        if self.op in ORDERS:
            compared: pl.Expr = ORDERS[self.op](column, self.value)
            return compared
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
            if name in ("column", "column_A", "column_B") or name.endswith("_column"):
                found[value] = None
            elif name in ("column_list", "left_columns", "right_columns", "candidate_columns"):
                found |= dict.fromkeys(value)
            elif name == "pairs":
                found |= dict.fromkeys(column for pair in value for column in pair)
            elif name == "equations":
                for equation in value:
                    found |= dict.fromkeys((*equation["left"], *equation["right"]))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule says of the rows it failed on: the parts of a finding that only the rule knows.

    `hint` says what most likely happened, where the numbers allow it: never part of the verdict.
    """

    subject: str
    message: str
    cells: tuple[str, ...] = ()
    observed: float | int | str | None = None
    expected: float | int | str | None = None
    difference: float | int | None = None
    hint: str | None = None
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """An exception to a rule's severity: the first case whose conditions all hold decides."""

    severity: Severity
    when: tuple[Where, ...]

    def under(self, profile: Profile) -> Case:
        """Return the case with the profile's values in its conditions."""
        return replace(self, when=tuple(where.under(profile) for where in self.when))


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
        reasons: why the rule could not be decided, by the column of `reads` (or `rows`) that is null: one Chinese
            sentence each; under ``""`` the sentence for a report that has no rows to look at.
        reason_column: a column of the frame that says of a row why it cannot be decided; it comes before `reasons`.
        vacuous: passes where no row meets `rows`; otherwise such a report is NOT_ASSESSABLE.
        group_by: failing rows of one report that agree in these columns make one finding.
        templates: template ids the rule applies to; None: any, also older or unknown ones.
        first_year: first report year it applies to; None: any.
        ranks, organs: ranks and kinds of organ it applies to; None: all.
        only: conditions on the report (prepared frame `reports`) without which the rule does not apply.
        compared: a column that it reads holds something from beside the report though its name does not say so
            (`compares` sees ``previous_…``, ``outside_…`` and the frames of comparison for itself).
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
    only: tuple[Where, ...] = ()
    addressee: Addressee = Addressee.AGENCY
    retired: bool = False
    replaced_by: str | None = None
    notes: tuple[str, ...] = field(default=())
    """Exceptions of the rule in words, for the rule book."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    reason_column: str | None = None
    compared: bool = False

    @property
    def compares(self) -> bool:
        """Whether it sets the report beside something else: its year before, other reports, a table from outside."""
        named = (*self.reads, *self.check.columns, *(where.column for where in self.rows))
        return (
            self.compared
            or self.frame in COMPARING_FRAMES
            or any(
                column in HISTORY
                or (
                    column.startswith(("previous_", "previous.", "outside_")) and column != "previous_order"
                )  # the place of the heading before, in the same report
                for column in named
                if column != "submission"
            )
        )

    def under(self, profile: Profile) -> Self:
        """Return the rule with the profile's values for every `Setting` in it."""
        return replace(
            self,
            check=Check(self.check.type, settled(self.check.arguments, profile)),
            rows=tuple(where.under(profile) for where in self.rows),
            only=tuple(where.under(profile) for where in self.only),
            cases=tuple(case.under(profile) for case in self.cases),
            operator_when=tuple(
                tuple(where.under(profile) for where in entry) for entry in self.operator_when
            ),
        )

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
        conditions += [condition.expression().fill_null(False) for condition in self.only]
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
