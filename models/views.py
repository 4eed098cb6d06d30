"""What people are shown of a sweep: plain values between the stored rows and the pages, free of SQL and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.results import Evaluation


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell as read; see `models.facts.CELLS` for the meaning of the fields."""

    code: str
    raw: str | None
    value: float | None
    kind: str
    reason: str | None = None
    proposal: str | None = None
    where: dict[str, Any] = field(default_factory=dict)
    read_by: str = "text"
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section heading as found, in the order of the file."""

    key: str
    heading: str | None
    order: int | None


@dataclass(frozen=True, slots=True)
class FindingRef:
    """A finding by its stable name, with the sentence that was shown for it."""

    rule: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a report that was received, and how it differs from the version before."""

    number: int
    sha256: str
    file: str
    received_at: datetime
    score: float | None
    grade: str
    mended: tuple[FindingRef, ...] = ()
    still_open: tuple[FindingRef, ...] = ()
    new: tuple[FindingRef, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportView:
    """The latest version of one agency's report for one year, with everything that was found."""

    agency: str
    year: int | None
    rank: str
    organ: str
    file: str
    sha256: str
    format: str
    title: str | None
    template: str | None
    signed_on: date | None
    period_text: str | None
    evaluation: Evaluation
    cells: Mapping[str, CellView]
    sections: tuple[SectionView, ...]
    versions: tuple[VersionView, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A file that could not be taken in (kind: see `models.errors.ErrorKind`)."""

    file: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class MissingView:
    """An agency on the roster from which no report of the year was received."""

    agency: str
    year: int


@dataclass(frozen=True, slots=True)
class SweepView:
    """A sweep: what was looked at, with which rules, and the result for every report."""

    title: str
    years: tuple[int, ...]
    ran_at: datetime
    ruleset_version: str
    ruleset_hash: str
    reports: tuple[ReportView, ...]
    errors: tuple[ErrorView, ...]
    missing: tuple[MissingView, ...]
    profile: str = "default"
    profile_hash: str = ""
