"""The score: pure arithmetic over verdicts and findings, by the model of the profile (`expectations.profile.Scoring`).

A skipped check is not a pass: a dimension in which no rule could be decided is not counted as full.
Its points are shared out among the other dimensions in proportion, so that the parts still add up to 100.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import floor

from expectations.catalogue import rule
from expectations.profile import Dimension, Gate, Scoring, default
from models.results import (
    Addressee,
    Deduction,
    DimensionScore,
    Finding,
    Score,
    Severity,
    Verdict,
)


@cache
def _compares(rule_id: str) -> bool:
    return rule(rule_id).compares


@dataclass(frozen=True, slots=True)
class Counted:
    """The rules that count in the coverage: decided, not decided, or for our operator to look at first."""

    decided: tuple[str, ...]
    undecided: tuple[str, ...]
    review: tuple[str, ...]

    @property
    def number(self) -> int:
        """How many they are."""
        return len(self.decided) + len(self.undecided) + len(self.review)


def counted(
    verdicts: Mapping[str, Verdict], findings: Sequence[Finding], left_out: Collection[str]
) -> Counted:
    """Sort the rules of a report by what they count for in its coverage; `left_out` do not count."""
    told = {finding.rule for finding in findings if finding.addressee is Addressee.AGENCY}
    # what our operator has to look at first is not decided: it neither deducts nor earns anything
    open_ = {finding.rule for finding in findings if finding.addressee is Addressee.OPERATOR} - told
    undecided = [
        rule_id
        for rule_id, verdict in verdicts.items()
        if verdict is Verdict.NOT_ASSESSABLE and rule_id not in left_out
    ]
    judged = [rule_id for rule_id, verdict in verdicts.items() if verdict is not Verdict.NOT_ASSESSABLE]
    return Counted(
        tuple(rule_id for rule_id in judged if rule_id not in open_),
        tuple(undecided),
        tuple(rule_id for rule_id in judged if rule_id in open_),
    )


def score(
    verdicts: Mapping[str, Verdict],
    findings: Sequence[Finding],
    *,
    zero_report: bool = False,
    model: Scoring | None = None,
    not_applicable: Collection[str] = (),
) -> Score:
    """Return the score of one report.

    Coverage is the share of the counted rules that were decided. Counted are the rules in `verdicts`, without
    those that compare the report with something else (`Rule.compares`) and could not be decided: they say
    nothing of how well this report was read. `not_applicable` names further rules that are left out where they are not
    decided: a person said that they do not apply. Under the model's threshold, or where the rules it requires do not
    apply, total is None and the grade says so. Only critical and warning findings addressed to the agency
    deduct, each rule once (plus a little for further findings of the same rule), never more than the points of
    its dimension. A rule that failed only for our operator to look at counts as not decided.
    """
    model = model or default().scoring
    left_out = tuple(
        rule_id
        for rule_id, verdict in verdicts.items()
        if verdict is Verdict.NOT_ASSESSABLE and (rule_id in not_applicable or _compares(rule_id))
    )
    basis = counted(verdicts, findings, left_out)
    decided = set(basis.decided)
    coverage = round(len(decided) / basis.number, 4) if basis.number else 0.0
    counting = [
        finding
        for finding in findings
        if finding.addressee is Addressee.AGENCY and finding.severity is not Severity.INFO
    ]
    dimensions = _dimensions(model, decided, counting)
    urgent = alerts(model, findings)
    scored = coverage >= model.coverage and all(rule_id in verdicts for rule_id in model.requires)
    if not scored or not dimensions:
        return Score(None, model.not_scored, coverage, dimensions, (), zero_report, left_out, urgent)
    total = round(sum(dimension.points for dimension in dimensions), 1)
    gates = closed_gates(model, counting)
    total = min([total, *(float(gate.at_most) for gate in gates)])
    grade = next(grade.title for grade in model.grades if total >= grade.at_least)
    titles = tuple(gate.title for gate in gates)
    return Score(total, grade, coverage, dimensions, titles, zero_report, left_out, urgent)


def closed_gates(model: Scoring, findings: Sequence[Finding]) -> list[Gate]:
    """Return the gates that these findings (those addressed to the agency) close, in the model's order."""
    return [gate for gate in model.gates if any(closes(gate, finding) for finding in findings)]


def closes(gate: Gate, finding: Finding) -> bool:
    """Say whether a finding holds the score down by this gate.

    A finding stands for its consequences as well: a part that is gone with its table lacks the table. How much
    alike two reports are is only known of the finding itself.
    """
    if finding.addressee is not Addressee.AGENCY or finding.severity.rank < Severity(gate.severity).rank:
        return False
    if gate.similarity is None:
        return bool({finding.rule, *finding.consequences} & set(gate.rules))
    alike = finding.observed
    return finding.rule in gate.rules and isinstance(alike, (int, float)) and alike >= gate.similarity


def alerts(model: Scoring, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return what cannot wait, also where our operator has to look first: a person's data may be open to all."""
    found = {finding.rule for finding in findings}
    return tuple(sentence for rule_id, sentence in model.alerts.items() if rule_id in found)


def _dimensions(model: Scoring, decided: set[str], findings: Sequence[Finding]) -> tuple[DimensionScore, ...]:
    looked_into = {rule(rule_id).dimension for rule_id in decided}
    counted = [d for d in model.dimensions if d.key in looked_into and d.points > 0]
    maxima = _shared_out(counted)
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    scores = []
    for dimension in counted:
        deductions = tuple(
            _deduction(model, rule_id, found)
            for rule_id, found in by_rule.items()
            if rule(rule_id).dimension == dimension.key
        )
        maximum = maxima[dimension.key]
        left = max(0.0, round(maximum - sum(deduction.points for deduction in deductions), 1))
        scores.append(DimensionScore(dimension.key, dimension.title, maximum, left, deductions))
    return tuple(scores)


def _shared_out(dimensions: Sequence[Dimension]) -> dict[str, float]:
    """Scale the points of these dimensions to 100, in tenths that add up exactly (largest remainders)."""
    whole = sum(dimension.points for dimension in dimensions)
    if not whole:
        return {}
    exact = {d.key: d.points * 1000 / whole for d in dimensions}
    tenths = {key: floor(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (tenths[key] - exact[key], list(exact).index(key)))
    for key in by_remainder[: 1000 - sum(tenths.values())]:
        tenths[key] += 1
    return {key: value / 10 for key, value in tenths.items()}


def _deduction(model: Scoring, rule_id: str, found: Sequence[Finding]) -> Deduction:
    """One rule deducts once by its gravest finding, plus `further` for each other, up to a limit."""
    gravest = max((finding.severity for finding in found), key=lambda severity: severity.rank)
    base = model.deductions[gravest.value]
    if gravest is Severity.CRITICAL:
        base = model.special.get(rule_id, base)
    steps, left = [base], model.further_at_most
    for _ in found[1:]:
        step = min(model.further, left)
        if not step:
            break
        steps.append(step)
        left -= step
    return Deduction(rule_id, float(sum(steps)), "+".join(f"{step:g}" for step in steps))
