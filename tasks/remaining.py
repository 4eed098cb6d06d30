"""What remains of an evaluation after what people decided about its findings (docs/decisions/0014).

The evaluation is the machine's word and stays as it is; where a report stands comes from what remains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from expectations.profile import Scoring
from models.results import Addressee, Evaluation, Finding, NotAssessed, Verdict
from tasks.score import score

Decision = Literal["mend", "explained", "not_applicable", "misread"]
EXCUSED = ("explained", "not_applicable", "misread")
"""Decisions after which a finding counts no more."""

MISREAD = "核查人员认定为误读，不作结论。"
NOT_APPLICABLE = "核查人员认定不适用。"


@dataclass(frozen=True, slots=True)
class Remaining:
    """What remains: the findings that count, each for whom it counts, and the verdicts and score that follow.

    `scored`: the score is that of what remains; False where the scoring of that evaluation is not to be had any more,
    then the score is still the machine's.
    """

    evaluation: Evaluation
    scored: bool


def remaining(
    evaluation: Evaluation, decisions: Sequence[Decision | None], models: Iterable[Scoring]
) -> Remaining:
    """Return what remains after `decisions`, one a finding (None: nothing was decided), in their order.

    A rule of which nothing remains is not decided after a misreading, left out where it does not apply, and decided
    without deduction where an explanation was accepted; where findings of one rule were excused differently, the one of
    which we know least counts. The rules that failed for the same cause (`Finding.consequences`) go with their finding.
    `models`: scorings that may be the evaluation's; used is the first that gives the score it has.
    """
    kept: list[Finding] = []
    gone: dict[str, set[Decision]] = defaultdict(set)
    for finding, decision in zip(evaluation.findings, decisions, strict=True):
        if decision is not None and decision in EXCUSED:
            for rule in (finding.rule, *finding.consequences):
                gone[rule].add(decision)
        else:
            kept.append(replace(finding, addressee=Addressee.AGENCY) if decision == "mend" else finding)
    failing = {rule for finding in kept for rule in (finding.rule, *finding.consequences)}
    lifted = {rule: of for rule, of in gone.items() if rule in evaluation.verdicts and rule not in failing}
    misread = {rule for rule, of in lifted.items() if "misread" in of}
    not_applicable = {rule for rule, of in lifted.items() if "not_applicable" in of} - misread
    open_ = misread | not_applicable
    verdicts = evaluation.verdicts | dict.fromkeys(sorted(open_), Verdict.NOT_ASSESSABLE)
    reasons = [NotAssessed(rule, MISREAD if rule in misread else NOT_APPLICABLE) for rule in sorted(open_)]
    model = next((one for one in models if _gives(evaluation, one)), None)
    rest = replace(
        evaluation,
        verdicts=verdicts,
        findings=tuple(kept),
        not_assessed=(*evaluation.not_assessed, *reasons),
    )
    if model is None:
        return Remaining(rest, scored=False)
    zero = evaluation.score.zero_report
    made = score(verdicts, kept, zero_report=zero, model=model, not_applicable=not_applicable)
    return Remaining(replace(rest, score=made), scored=True)


def _gives(evaluation: Evaluation, model: Scoring) -> bool:
    """Whether a scoring gives what stands on the evaluation: else it is not the one it was made by."""
    stands = evaluation.score
    try:
        made = score(evaluation.verdicts, evaluation.findings, zero_report=stands.zero_report, model=model)
    except KeyError:  # judged by rules that are not ours any more
        return False
    said = [(one.total, one.grade, one.coverage) for one in (made, stands)]
    return said[0] == said[1] and [d.points for d in made.dimensions] == [d.points for d in stands.dimensions]
