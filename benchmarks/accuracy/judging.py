"""What counts as found: the rule fails, and a finding of it (or one that it is a consequence of) tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.accuracy.fault import Told
from models.results import Addressee, Evaluation, Finding, Severity, Verdict


@dataclass(frozen=True)
class Seen:
    """What the checking made of a planted fault.

    `found`: the rule's verdict is FAIL and a finding tells it; `right`: that finding names the cells and quotes the
    words; `verdict` is what the rule said ("unread": the file could not be read at all).
    """

    found: bool
    right: bool
    verdict: str
    to_agency: bool = False
    told: str = ""
    others: tuple[str, ...] = ()
    """Other rules with a critical or warning finding, or among the consequences of one."""


def seen(rule: str, told: Told, evaluation: Evaluation | None) -> Seen:
    """Judge one evaluation for one planted fault."""
    if evaluation is None:
        return Seen(False, False, "unread")
    verdict = evaluation.verdicts.get(rule)
    if verdict is None:
        return Seen(False, False, "not applied")
    rules = {rule, *told.either}
    others = tuple(sorted({r for f in blamed(evaluation) for r in (f.rule, *f.consequences)} - {rule}))
    findings = [f for f in evaluation.findings if f.rule in rules or rules & set(f.consequences)]
    failed = any(evaluation.verdicts.get(one) is Verdict.FAIL for one in rules)
    if told.unsure and verdict is Verdict.NOT_ASSESSABLE:
        return Seen(True, True, str(verdict), others=others)
    if not failed or not findings:
        why = next((n.reason for n in evaluation.not_assessed if n.rule == rule), "")
        return Seen(False, False, str(verdict), told=why, others=others)
    right = _tells(findings, told)
    agency = any(f.addressee is Addressee.AGENCY for f in findings)
    return Seen(True, right, str(verdict), agency, " ".join(f.message for f in findings), others)


def _tells(findings: Sequence[Finding], told: Told) -> bool:
    """Say whether the findings together name the cells and quote the words."""
    text = " ".join(
        said
        for f in findings
        for said in (f.message, f.subject, *f.entailed, f.hint or "", str(f.observed), str(f.expected),
                     *(f"{p.own} {p.other} {p.source}" for p in f.passages))
    )  # fmt: skip
    cells = {cell for f in findings for cell in f.cells}
    return set(told.cells) <= cells and all(word in text for word in told.words)


def blamed(evaluation: Evaluation) -> Iterator[Finding]:
    """Yield the findings that accuse the agency: critical or warning, addressed to it."""
    for finding in evaluation.findings:
        if finding.addressee is Addressee.AGENCY and finding.severity is not Severity.INFO:
            yield finding
