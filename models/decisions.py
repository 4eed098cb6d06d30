"""The tables of what people decided, asked and answered. Nothing of a report or a finding is changed by them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index, String
from sqlmodel import Field

from models.columns import Json, PrintedText, Stored, UtcDateTime, one_of


class Review(Stored, table=True):
    """What a person decided about a finding. The last one that was not undone counts; none is overwritten.

    ``mend``: the agency has to mend it; ``explained``: its explanation is accepted; ``not_applicable``: the rule does
    not fit this agency; ``misread``: the error is ours. `lasting`: holds for the same rule and subject of the same
    agency in the years after as well. `batch` is shared by what was decided with one click.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        one_of("decision", "mend", "explained", "not_applicable", "misread"),
        Index(None, "report_id", "fingerprint"),
        Index(None, "agency_id", "rule"),
        Index(None, "batch"),
        Index(None, "undone_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="reports.id")
    agency_id: int = Field(foreign_key="agencies.id")
    fingerprint: str = Field(sa_type=String(64))
    rule: str = Field(sa_type=String(16))
    subject: str = Field(sa_type=PrintedText)
    decision: str = Field(sa_type=String(16))
    reason: str = Field(sa_type=PrintedText)
    lasting: bool = False
    batch: str = Field(sa_type=String(32))
    reviewer: str = Field(sa_type=PrintedText)
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    decided_at: datetime = Field(sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Overruled(Stored, table=True):
    """Where more or less counts of an evaluation than it says: the findings of a rule, of one severity, for one addressee.

    `counts` False: none of them counts any more; True: they count for this addressee though the evaluation has none for
    it. Made from the decisions, for the evaluations by which reports stand today; what has no row counts as said.
    """

    __tablename__ = "overruled"
    __table_args__ = (
        one_of("severity", "critical", "warning", "info"),
        one_of("addressee", "agency", "operator"),
        Index(None, "rule"),
    )

    evaluation_id: int = Field(
        primary_key=True,
        foreign_key="evaluations.id",
        ondelete="CASCADE",
        sa_column_kwargs={"autoincrement": False},
    )
    rule: str = Field(primary_key=True, sa_type=String(16))
    severity: str = Field(primary_key=True, sa_type=String(16))
    addressee: str = Field(primary_key=True, sa_type=String(16))
    counts: bool


class ScoringModel(Stored, table=True):
    """The scoring of a profile under which runs were made (`expectations.profile.Scoring`), by the profile's hash.

    With it a score is worked out anew after a decision, also when the profile has been changed since.
    """

    __tablename__ = "scoring_models"

    profile_hash: str = Field(primary_key=True, sa_type=String(64))
    model: dict[str, Any] = Field(sa_type=Json)


class Transition(Stored, table=True):
    """A step of a report from one state to the next (`tasks.decide.states`). `submission_id`: its newest version then."""

    __tablename__ = "transitions"
    __table_args__ = (Index(None, "report_id", "id"), Index(None, "batch"))

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="reports.id")
    event: str = Field(sa_type=String(16))
    before: str = Field(sa_type=String(16))
    after: str = Field(sa_type=String(16))
    reason: str = Field(default="", sa_type=PrintedText)
    submission_id: int | None = Field(default=None, foreign_key="submissions.id")
    batch: str = Field(sa_type=String(32))
    actor: str = Field(sa_type=PrintedText)
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    at: datetime = Field(sa_type=UtcDateTime)


class Notice(Stored, table=True):
    """A letter to an agency: to submit, to mend, or that a report is accepted. `findings`: their fingerprints."""

    __tablename__ = "notices"
    __table_args__ = (
        one_of("kind", "submit", "mend", "accepted"),
        one_of("state", "draft", "sent", "answered", "withdrawn"),
        Index(None, "state", "due_on"),
        Index(None, "report_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency_id: int = Field(foreign_key="agencies.id", index=True)
    report_id: int | None = Field(default=None, foreign_key="reports.id")
    year: int
    submission_id: int | None = Field(default=None, foreign_key="submissions.id", index=True)
    kind: str = Field(sa_type=String(16))
    state: str = Field(default="draft", sa_type=String(16))
    number: str = Field(default="", sa_type=PrintedText, sa_column_kwargs={"server_default": ""})
    body: str = Field(sa_type=PrintedText)
    findings: list[str] = Field(default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"})
    due_on: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    account_id: int | None = Field(default=None, foreign_key="accounts.id")


class Answer(Stored, table=True):
    """What an agency says to a finding (or to the whole report), with or without a file that stands in the store."""

    __tablename__ = "answers"
    __table_args__ = (Index(None, "report_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="reports.id")
    fingerprint: str | None = Field(default=None, sa_type=String(64))
    body: str = Field(sa_type=PrintedText)
    file: str | None = Field(default=None, sa_type=PrintedText)
    sha256: str | None = Field(default=None, sa_type=String(64))
    size: int | None = Field(default=None, sa_type=BigInteger)  # bytes
    author: str = Field(sa_type=PrintedText)
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    at: datetime = Field(sa_type=UtcDateTime)


class Correction(Stored, table=True):
    """What a person read in a cell that we misread. What was printed and what we read stay as they are.

    `kind` as in `models.facts.CELLS`; `value` is null for a cell that holds no number. The last that was not undone counts.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        one_of("kind", "number", "zero", "blank", "placeholder", "text"),
        Index(None, "sha256", "cell"),
        Index(None, "submission_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submissions.id")
    sha256: str = Field(sa_type=String(64))
    cell: str = Field(sa_type=String(64))
    kind: str = Field(sa_type=String(16))
    value: float | None = Field(default=None, sa_type=Float)
    printed: str = Field(sa_type=PrintedText)
    reason: str = Field(sa_type=PrintedText)
    author: str = Field(sa_type=PrintedText)
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    at: datetime = Field(sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
