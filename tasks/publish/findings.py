"""The findings of a report in the order people read them, numbered, and what each rule came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from models.results import Addressee, Evaluation, Finding, Severity, Verdict

Standing = Literal["pass", "fail", "caused", "review", "skipped"]
"""What a rule came to for a report.

``caused`` failed on numbers for which another finding already answers; ``review`` failed only where our
reading is unsure, which is never held against the agency; ``skipped`` could not be checked.
"""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding with the number, anchor and kind (a severity, or ``review``) under which a page shows it."""

    number: int
    anchor: str
    kind: str
    finding: Finding


def for_agency(evaluation: Evaluation) -> list[Finding]:
    """Return what the agency has to answer for, the gravest first, else in the order of the rules."""
    return sorted(_addressed(evaluation, Addressee.AGENCY), key=lambda f: -f.severity.rank)


def for_operator(evaluation: Evaluation) -> list[Finding]:
    """Return what our own people have to look at first."""
    return _addressed(evaluation, Addressee.OPERATOR)


def _addressed(evaluation: Evaluation, addressee: Addressee) -> list[Finding]:
    return [finding for finding in evaluation.findings if finding.addressee is addressee]


def numbered(evaluation: Evaluation, codes: Sequence[str] = ()) -> list[Numbered]:
    """Return all findings: those for the agency (anchors f1, f2, …), then those for the operator (h1, …).

    Within a severity they stand in the order of the rules, then of the form: `codes` are its cells in order.
    """
    place = {code: i for i, code in enumerate(codes)}
    rules = {rule: i for i, rule in enumerate(evaluation.verdicts)}

    def order(finding: Finding) -> tuple[int, int]:
        first = min((place[code] for code in finding.cells if code in place), default=-1)
        return rules.get(finding.rule, len(rules)), first

    theirs = sorted(for_agency(evaluation), key=lambda f: (-f.severity.rank, *order(f)))
    ours = sorted(for_operator(evaluation), key=order)
    return [
        *(Numbered(n, f"f{n}", finding.severity.value, finding) for n, finding in enumerate(theirs, 1)),
        *(Numbered(n, f"h{n}", "review", finding) for n, finding in enumerate(ours, 1)),
    ]


def count(findings: Iterable[Finding], severity: Severity) -> int:
    """Return how many findings have this severity."""
    return sum(finding.severity is severity for finding in findings)


def standing(evaluation: Evaluation, rule: str) -> Standing:
    """Return what a rule of the evaluation's verdicts came to. Raises KeyError for any other rule."""
    verdict = evaluation.verdicts[rule]
    addressees = {finding.addressee for finding in evaluation.findings if finding.rule == rule}
    if Addressee.AGENCY in addressees:
        return "fail"
    if verdict is Verdict.NOT_ASSESSABLE:
        return "skipped"
    if addressees:
        return "review"
    if verdict is Verdict.PASS:
        return "pass"
    causes = {finding.addressee for finding in evaluation.findings if rule in finding.consequences}
    return "review" if causes == {Addressee.OPERATOR} else "caused" if causes else "fail"


def standings(evaluation: Evaluation) -> dict[str, Standing]:
    """Return what every rule came to, in the order of the verdicts."""
    return {rule: standing(evaluation, rule) for rule in evaluation.verdicts}


def causes(evaluation: Evaluation, rule: str) -> tuple[str, ...]:
    """Return the rules whose findings answer for this one's failure."""
    return tuple(dict.fromkeys(f.rule for f in evaluation.findings if rule in f.consequences))
