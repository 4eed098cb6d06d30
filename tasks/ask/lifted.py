"""How the score by which a report stands differs from the machine's: what decisions lifted, or put on."""

from __future__ import annotations

from dataclasses import dataclass

from models.results import Score
from tasks.ask.report import Asked
from tasks.decide.reviews import NAMES


@dataclass(frozen=True, slots=True)
class Lifted:
    """The points that a rule takes before and after the decisions, and these in words."""

    rule: str
    before: float
    after: float
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Both scores and what lies between them. `scored` False: the score could not be worked out anew.

    `opened` and `closed` are the limits (`Score.gates`) that hold no more, and those that hold now.
    """

    before: Score
    after: Score
    scored: bool
    rules: tuple[Lifted, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]


def difference(asked: Asked) -> Difference | None:
    """Return how the decisions change the score of a version; None where they leave it as it is."""
    if asked.stands is None:
        return None
    before, after = asked.view.evaluation.score, asked.score
    if asked.stands.scored and _sum(before) == _sum(after):
        return None
    took, takes = _points(before), _points(after)
    told: dict[str, list[str]] = {}
    for finding, fingerprint in zip(asked.view.evaluation.findings, asked.fingerprints, strict=True):
        review = asked.reviews.get(fingerprint)
        if review is not None:
            told.setdefault(finding.rule, []).append(NAMES[review.decision])
    return Difference(
        before,
        after,
        asked.stands.scored,
        tuple(
            Lifted(rule, took.get(rule, 0.0), takes.get(rule, 0.0), tuple(dict.fromkeys(told.get(rule, ()))))
            for rule in took | takes
            if took.get(rule) != takes.get(rule)
        ),
        tuple(gate for gate in before.gates if gate not in after.gates),
        tuple(gate for gate in after.gates if gate not in before.gates),
    )


def _sum(score: Score) -> tuple[object, ...]:
    return score.total, score.grade, score.coverage, _points(score)


def _points(score: Score) -> dict[str, float]:
    return {taken.rule: taken.points for dimension in score.dimensions for taken in dimension.deductions}
