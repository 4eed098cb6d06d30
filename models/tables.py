"""The stored tables. SQLite and PostgreSQL hold the same rows and give the same answers.

What was received (`submissions`) and what was said of it (`evaluations`, `findings`) are only ever added
to or re-read; what people decide (`models.decisions`) stands beside it and never changes it; who they are, and what they
did, stands in `models.accounts`. `arrivals` is the inbox.
Great Expectations' own results are not stored here: they live in its project folder.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, Index, String, Text, UniqueConstraint, false, text
from sqlmodel import Field

from models.accounts import Account as Account
from models.accounts import ApiToken as ApiToken
from models.accounts import AuditEntry as AuditEntry
from models.accounts import SignIn as SignIn
from models.columns import Bytewise, Json, JsonText, PrintedText, UtcDateTime, one_of
from models.columns import Stored as Stored  # with all its tables, for who needs these
from models.decisions import Answer as Answer
from models.decisions import Correction as Correction
from models.decisions import Notice as Notice
from models.decisions import Overruled as Overruled
from models.decisions import Review as Review
from models.decisions import ScoringModel as ScoringModel
from models.decisions import Transition as Transition
from models.inbox import ArrivalRow as ArrivalRow


class Agency(Stored, table=True):
    """An administrative organ; a tree through `parent_id`. `name` is its one official name.

    `path` lists the ids from the top of the tree down to its own (``/1/7/52/``), so that a region and all below it
    is one range of an index; it is kept by `tasks.persist.regions`.
    """

    __tablename__ = "agencies"
    __table_args__ = (
        UniqueConstraint("name"),
        Index(None, "path"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=PrintedText)
    parent_id: int | None = Field(default=None, foreign_key="agencies.id", index=True)
    rank: str = Field(default="unknown", sa_type=String(16))
    organ: str = Field(default="unknown", sa_type=String(16))
    aliases: list[str] = Field(default_factory=list, sa_type=Json)
    first_year: int | None = None  # the first report year it owes; null: every year
    last_year: int | None = None  # the last one; null: it still owes
    exempt: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # owes no report
    on_roster: bool = False
    path: str = Field(default="", sa_type=Bytewise, sa_column_kwargs={"server_default": ""})


class Report(Stored, table=True):
    """What an agency owes for one year; its versions are the submissions."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("agency_id", "year"), Index(None, "year"))

    id: int | None = Field(default=None, primary_key=True)
    agency_id: int = Field(foreign_key="agencies.id")
    year: int


class Run(Stored, table=True):
    """One sweep. `evaluations` and `errors` list the ids of what it looked at, in order.

    The lists stand here, not in a table of their own, because a sweep that is run again looks at the same
    rows and may add nothing but this one.
    """

    __tablename__ = "runs"
    __table_args__ = (
        one_of("state", "running", "completed", "failed", "cancelled"),
        Index(None, "started_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(sa_type=PrintedText)
    source: str = Field(sa_type=PrintedText)
    years: list[int] = Field(default_factory=list, sa_type=Json)
    state: str = Field(default="running", sa_type=String(16))
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ruleset_version: str = Field(sa_type=String(32))
    ruleset_hash: str = Field(sa_type=String(64))
    profile: str = Field(
        default="default", sa_type=String(64), sa_column_kwargs={"server_default": "default"}
    )
    profile_hash: str = Field(default="", sa_type=String(64), sa_column_kwargs={"server_default": ""})
    counts: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    missing: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    evaluations: list[int] = Field(default_factory=list, sa_type=Json)
    errors: list[int] = Field(default_factory=list, sa_type=Json)


class Submission(Stored, table=True):
    """One version of a report as it was received; its bytes stand in the store under `sha256`.

    `report_id` and `version` are null while agency or year is unknown. `cells`: JSON text; the columns of
    `models.facts.CELLS` that pages show, each a list in the order of the form. `sections`: ``[[key, heading,
    order], …]``. `digest`: hash of everything extracted, to see whether a later reading differs.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("report_id", "sha256"),
        UniqueConstraint("report_id", "version"),
        # In a unique constraint nulls differ from each other, so the unknown ones need an index of their own.
        Index(
            "uq_submissions_unknown_sha256",
            "sha256",
            unique=True,
            postgresql_where=text("report_id IS NULL"),
            sqlite_where=text("report_id IS NULL"),
        ),
        CheckConstraint("(report_id IS NULL) = (version IS NULL)", name="version"),
        Index(None, "sha256"),
        Index(None, "received_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    report_id: int | None = Field(default=None, foreign_key="reports.id")
    version: int | None = None
    sha256: str = Field(sa_type=String(64))
    file: str = Field(sa_type=PrintedText)
    format: str = Field(sa_type=String(16))
    received_at: datetime = Field(sa_type=UtcDateTime)
    first_run_id: int = Field(foreign_key="runs.id", index=True)
    digest: str = Field(sa_type=String(64))
    agency: str | None = Field(default=None, sa_type=PrintedText)
    rank: str = Field(sa_type=String(16))
    organ: str = Field(sa_type=String(16))
    year: int | None = None
    title: str | None = Field(default=None, sa_type=PrintedText)
    template: str | None = Field(default=None, sa_type=String(16))
    period_text: str | None = Field(default=None, sa_type=PrintedText)
    signed_on: date | None = None
    cells: str = Field(sa_type=JsonText)
    sections: list[list[Any]] = Field(sa_type=Json)
    notes: list[str] = Field(sa_type=Json)


class EvaluationRow(Stored, table=True):
    """What one rule set said of one submission, and the arithmetic of its score.

    An evaluation depends on more than the file: on the agency's level and on the reports it was compared with
    (the year before, copies, the agencies below it). `context` is the hash of these, so that neither result hides the other.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        UniqueConstraint("submission_id", "ruleset_hash", "context"),
        Index(None, "ruleset_hash"),
        Index(None, "total"),
    )

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submissions.id")
    ruleset_version: str = Field(sa_type=String(32))
    ruleset_hash: str = Field(sa_type=String(64))
    profile: str = Field(
        default="default", sa_type=String(64), sa_column_kwargs={"server_default": "default"}
    )
    profile_hash: str = Field(default="", sa_type=String(64), sa_column_kwargs={"server_default": ""})
    context: str = Field(sa_type=String(64))
    digest: str = Field(sa_type=String(64))
    evaluated_at: datetime = Field(sa_type=UtcDateTime)
    verdicts: dict[str, str] = Field(sa_type=Json)
    total: float | None = Field(default=None, sa_type=Float)
    grade: str = Field(sa_type=String(16))
    coverage: float = Field(sa_type=Float)
    score: dict[str, Any] = Field(sa_type=Json)  # dimensions with their deductions, gates, zero_report
    critical: int  # findings addressed to the agency, by severity
    warning: int
    info: int
    operator: int  # findings addressed to the operator
    not_assessable: int


class Standing(Stored, table=True):
    """Where a report stands today: its newest version and what was last said of that. One row a report.

    Made from the other tables and written with them, so that lists sorted by score need not look at every
    report. `evaluation_id` and what comes of it are null while the newest version is not evaluated. Score and counts
    are what remains of the evaluation after what people decided (`tasks.remaining`). `state` is how far
    people are with it (`tasks.decide.states`): that of its last `Transition`, ``pending`` without one.
    """

    __tablename__ = "standings"
    __table_args__ = (
        Index(None, "submission_id"),
        Index(None, "evaluation_id"),
        Index(None, "total", "report_id"),
        Index(None, "year", "total", "report_id"),
        Index(None, "year", "grade", "total", "report_id"),
        Index(None, "year", "format", "total", "report_id"),
        Index(
            "ix_standings_critical",
            "year",
            "total",
            "report_id",
            postgresql_where=text("critical > 0"),
            sqlite_where=text("critical > 0"),
        ),
        Index(None, "year", "evaluation_id"),
        Index(None, "agency_id", "year"),
        Index(None, "year", "state", "total", "report_id"),
        Index(
            "ix_standings_review",
            "year",
            "total",
            "report_id",
            postgresql_where=text("operator > 0"),
            sqlite_where=text("operator > 0"),
        ),
    )

    report_id: int = Field(
        primary_key=True, foreign_key="reports.id", sa_column_kwargs={"autoincrement": False}
    )
    agency_id: int = Field(foreign_key="agencies.id")
    year: int
    submission_id: int = Field(foreign_key="submissions.id")
    evaluation_id: int | None = Field(default=None, foreign_key="evaluations.id", ondelete="SET NULL")
    format: str = Field(sa_type=String(16))
    total: float | None = Field(default=None, sa_type=Float)
    grade: str | None = Field(default=None, sa_type=String(16))
    critical: int | None = None
    warning: int | None = None
    info: int | None = None
    operator: int | None = None
    state: str = Field(default="pending", sa_type=String(16), sa_column_kwargs={"server_default": "pending"})


class SearchText(Stored, table=True):
    """What the search of the work list looks in: agency, file and the sentences of the findings of a standing.

    Made from the other tables and written with them (`tasks.persist.searched`). A table of its own, because standings
    are rewritten with every step of the people, and the index over this would be written each time.
    """

    __tablename__ = "search_texts"

    report_id: int = Field(
        primary_key=True,
        foreign_key="reports.id",
        ondelete="CASCADE",
        sa_column_kwargs={"autoincrement": False},
    )
    year: int
    text: str = Field(sa_type=Text)


class FindingRow(Stored, table=True):
    """One finding. `fingerprint` names it across runs, rule sets and versions of the report."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "position"),
        one_of("severity", "critical", "warning", "info"),
        one_of("addressee", "agency", "operator"),
        Index(None, "rule", "severity", "addressee", "evaluation_id"),
        Index(None, "fingerprint"),
    )

    id: int | None = Field(default=None, primary_key=True)
    evaluation_id: int = Field(foreign_key="evaluations.id", ondelete="CASCADE")
    position: int
    fingerprint: str = Field(sa_type=String(64))
    rule: str = Field(sa_type=String(16))
    subject: str = Field(sa_type=PrintedText)
    severity: str = Field(sa_type=String(16))
    addressee: str = Field(sa_type=String(16))
    message: str = Field(sa_type=PrintedText)
    cells: list[str] = Field(sa_type=Json)
    observed: Any = Field(
        default=None, nullable=True, sa_type=Json
    )  # a number or a text, as the rule compares
    expected: Any = Field(default=None, nullable=True, sa_type=Json)
    difference: Any = Field(default=None, nullable=True, sa_type=Json)
    locator: dict[str, Any] = Field(sa_type=Json)
    consequences: list[str] = Field(sa_type=Json)
    entailed: list[str] = Field(default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"})
    hint: str | None = Field(default=None, sa_type=PrintedText)
    passages: list[list[Any]] = Field(
        default_factory=list, sa_type=Json, sa_column_kwargs={"server_default": "[]"}
    )  # own, other, section, source: as models.results.Passage


class NotAssessedRow(Stored, table=True):
    """A rule that could not be decided for a submission, and why."""

    __tablename__ = "not_assessed"
    __table_args__ = (UniqueConstraint("evaluation_id", "position"), Index(None, "rule"))

    id: int | None = Field(default=None, primary_key=True)
    evaluation_id: int = Field(foreign_key="evaluations.id", ondelete="CASCADE")
    position: int
    rule: str = Field(sa_type=String(16))
    reason: str = Field(sa_type=PrintedText)


class Change(Stored, table=True):
    """How the evaluation of a version differs from that of the version before, under the same rule set."""

    __tablename__ = "changes"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "position"),
        one_of("kind", "mended", "still_open", "new"),
        Index(None, "previous_evaluation_id"),
        Index(None, "fingerprint"),
    )

    id: int | None = Field(default=None, primary_key=True)
    evaluation_id: int = Field(foreign_key="evaluations.id", ondelete="CASCADE")
    previous_evaluation_id: int = Field(foreign_key="evaluations.id", ondelete="CASCADE")
    position: int
    kind: str = Field(sa_type=String(16))
    fingerprint: str = Field(sa_type=String(64))
    rule: str = Field(sa_type=String(16))
    subject: str = Field(sa_type=PrintedText)
    message: str = Field(sa_type=PrintedText)


class SystemFault(Stored, table=True):
    """Our own faults and files that could not be taken in; never an agency's finding.

    The same fault of the same source is kept once (`fingerprint`), with the run that met it last.
    """

    __tablename__ = "system_errors"
    __table_args__ = (UniqueConstraint("fingerprint"), Index(None, "last_run_id"), Index(None, "kind"))

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(sa_type=String(64))
    source: str = Field(sa_type=PrintedText)
    file: str = Field(sa_type=PrintedText)
    kind: str = Field(sa_type=String(16))
    message: str = Field(sa_type=PrintedText)
    first_run_id: int = Field(foreign_key="runs.id", index=True)
    last_run_id: int = Field(foreign_key="runs.id")
