"""The Great Expectations suites: one for each frame, built from the rules. Imports Great Expectations."""

from __future__ import annotations

from functools import reduce
from typing import Any

import great_expectations.expectations as gxe
from great_expectations.core import ExpectationSuite
from great_expectations.expectations.row_conditions import Column

from expectations.catalogue import rules
from expectations.gx.number_form import ExpectColumnPairNumberToFitForm
from expectations.gx.sums import (
    ExpectColumnEquationsToHold,
    ExpectColumnSumsToBeAtLeast,
    ExpectColumnSumsToBeEqual,
)
from expectations.rule import Rule, Where

_OWN = {
    expectation.__name__: expectation
    for expectation in (
        ExpectColumnEquationsToHold,
        ExpectColumnPairNumberToFitForm,
        ExpectColumnSumsToBeAtLeast,
        ExpectColumnSumsToBeEqual,
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
    if where.op == ">=":
        return column >= where.value
    return column == where.value if where.op == "==" else column != where.value


def frames() -> tuple[str, ...]:
    """Return the names of the frames that have rules, in catalogue order."""
    return tuple(dict.fromkeys(rule.frame for rule in rules()))


def suite(frame: str) -> ExpectationSuite:
    """Return the suite of one frame of `models.facts`. Raises KeyError for a frame without rules."""
    chosen = [rule for rule in rules() if rule.frame == frame]
    if not chosen:
        raise KeyError(frame)
    return ExpectationSuite(
        name=frame,
        expectations=[rule.expectation() for rule in chosen],
        meta={"frame": frame},
    )
