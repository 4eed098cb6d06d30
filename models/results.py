"""What checking a report gives: verdicts, findings, a score."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """A rule's answer for one report. A check that could not be made is never a pass."""

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_ASSESSABLE = "NOT_ASSESSABLE"


class Severity(StrEnum):
    """critical: provable contradiction or breach; warning: probable defect; info: a hint, never deducts."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """2 for critical, 1 for warning, 0 for info."""
        return {"critical": 2, "warning": 1, "info": 0}[self.value]


class Addressee(StrEnum):
    """Who has to look: the agency that filed, or our operator where our reading is unsure."""

    AGENCY = "agency"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Passage:
    """Text that a finding rests on: the report's own words, and beside them those of another report, if any.

    `section` is the key of the section the own words stand in; `source` names the other report.
    """

    own: str
    other: str | None = None
    section: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One failure of one rule in one report, with its evidence.

    `observed`, `expected` and `difference` are numbers where the rule compares numbers, text where it
    compares text. `subject` is the row or column the rule failed on (its key in the frame), so that
    (rule, subject) names a finding across reruns and versions. `consequences` are the rules that fail
    on the same numbers for the same cause and get no finding of their own; `entailed` are the sentences that
    these would have said. `hint` says what most likely happened: never a verdict.
    """

    rule: str
    severity: Severity
    message: str
    addressee: Addressee
    subject: str = ""
    cells: tuple[str, ...] = ()
    observed: float | int | str | None = None
    expected: float | int | str | None = None
    difference: float | int | None = None
    where: dict[str, Any] = field(default_factory=dict)
    consequences: tuple[str, ...] = ()
    entailed: tuple[str, ...] = ()
    hint: str | None = None
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """Why a rule could not be decided for a report; one sentence in Chinese."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points that one rule took in one dimension; `note` shows the arithmetic (“8+1+1”)."""

    rule: str
    points: float
    note: str


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension of the score: `points` left of `maximum` after its deductions, never under zero."""

    key: str
    title: str
    maximum: float
    points: float
    deductions: tuple[Deduction, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its arithmetic. `total` and `grade` say nothing under 80 % coverage: total is None.

    `left_out` are the rules that compare the report with something that was not there (or could not be used): they
    are not decided and do not count in the coverage. `alerts` are sentences that must be read before all others.
    """

    total: float | None
    grade: str
    coverage: float
    dimensions: tuple[DimensionScore, ...]
    gates: tuple[str, ...] = ()
    zero_report: bool = False
    left_out: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that the rule set said of one submission. Same file and same rule set: the same evaluation."""

    submission: str
    verdicts: dict[str, Verdict]
    findings: tuple[Finding, ...]
    not_assessed: tuple[NotAssessed, ...]
    score: Score
