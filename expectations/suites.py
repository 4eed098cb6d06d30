"""The Great Expectations suites: one for each frame, built from the rules. Imports Great Expectations."""

from __future__ import annotations

from functools import reduce
from typing import Any

import great_expectations.expectations as gxe
from great_expectations.core import ExpectationSuite
from great_expectations.expectations.row_conditions import Column

from expectations.catalogue import rules
from expectations.gx.number_form import ExpectColumnPairNumberToFitForm
from expectations.gx.readings import (
    ExpectColumnShareToFitOneOfBases,
    ExpectColumnValueToEqualOneOfColumns,
    ExpectPartsToFitWhole,
)
from expectations.gx.sums import (
    ExpectColumnEquationsToHold,
    ExpectColumnInequalitiesToHold,
    ExpectColumnPairsToBeEqualWhereKnown,
    ExpectColumnSumsToBeAtLeast,
    ExpectColumnSumsToBeEqual,
)
from expectations.profile import Profile
from expectations.rule import ORDERS, Rule, Where

_OWN = {
    expectation.__name__: expectation
    for expectation in (
        ExpectColumnEquationsToHold,
        ExpectColumnInequalitiesToHold,
        ExpectColumnPairsToBeEqualWhereKnown,
        ExpectColumnPairNumberToFitForm,
        ExpectColumnSumsToBeAtLeast,
        ExpectColumnSumsToBeEqual,
        ExpectColumnShareToFitOneOfBases,
        ExpectColumnValueToEqualOneOfColumns,
        ExpectPartsToFitWhole,
    )
}


def expectation_of(rule: Rule) -> Any:
    """Return the expectation of a rule, with its severity, Chinese description and ``meta["rule_id"]``."""
    kind = _OWN.get(rule.check.type) or getattr(gxe, rule.check.type)
    arguments: dict[str, Any] = dict(rule.check.arguments)
    if rule.rows:
        arguments["row_condition"] = reduce(lambda a, b: a & b, (_condition(where) for where in rule.rows))
    return kind(
        **arguments,
        severity=rule.severity.value,
        description=f"{rule.id} {rule.title}：{rule.summary}",
        meta={"rule_id": rule.id, "source": rule.source},
    )


def _condition(where: Where) -> Any:
    column = Column(where.column)
    if where.op == "in":
        return column.is_in(where.value)
    if where.op in ORDERS:
        return ORDERS[where.op](column, where.value)
    return column == where.value if where.op == "==" else column != where.value


def frames(profile: Profile | None = None) -> tuple[str, ...]:
    """Return the names of the frames that have rules, in catalogue order."""
    return tuple(dict.fromkeys(rule.frame for rule in rules(profile)))


def suite(frame: str, profile: Profile | None = None) -> ExpectationSuite:
    """Return the suite of one frame. Raises KeyError for a frame without rules."""
    chosen = [rule for rule in rules(profile) if rule.frame == frame]
    if not chosen:
        raise KeyError(frame)
    return ExpectationSuite(
        name=frame,
        expectations=[rule.expectation() for rule in chosen],
        meta={"frame": frame},
    )
