"""The table of the inbox; `models.tables` holds the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, text
from sqlmodel import Field

from models.columns import PrintedText, Stored, UtcDateTime, one_of


class ArrivalRow(Stored, table=True):
    """A file that came into the inbox, and how far it is through. Its bytes stand in the store under `sha256`.

    `repeats_id`: the first arrival of the same bytes, for one that is `repeated`. `queue` names agency and year
    as far as known; the arrivals of a queue are worked through one after the other, in the order of
    (`received_at`, `position`, `id`). `parcel` names the mail or batch it came in, `position` its place there.
    """

    __tablename__ = "arrivals"
    __table_args__ = (
        one_of("source", "folder", "upload", "bucket"),
        one_of("state", "recorded", "running", "done", "failed", "repeated"),
        CheckConstraint("(state = 'repeated') = (repeats_id IS NOT NULL)", name="repeats"),
        Index(
            "uq_arrivals_first_sha256",
            "sha256",
            unique=True,
            postgresql_where=text("repeats_id IS NULL"),
            sqlite_where=text("repeats_id IS NULL"),
        ),
        Index(None, "repeats_id"),
        # The backlog: what is open, by queue and in order. It stays small however many arrivals there were.
        Index(
            "ix_arrivals_open",
            "queue",
            "received_at",
            "position",
            "id",
            postgresql_where=text("state IN ('recorded', 'running')"),
            sqlite_where=text("state IN ('recorded', 'running')"),
        ),
        Index(
            "ix_arrivals_untold",
            "id",
            postgresql_where=text("told_at IS NULL"),
            sqlite_where=text("told_at IS NULL"),
        ),
        Index("ix_arrivals_newest", "state", "received_at", "position", "id"),
        Index(None, "report_id"),
        Index(None, "run_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    received_at: datetime = Field(sa_type=UtcDateTime)
    source: str = Field(sa_type=String(16))
    file: str = Field(sa_type=PrintedText)
    sha256: str = Field(sa_type=String(64))
    size: int = Field(sa_type=BigInteger)  # bytes
    state: str = Field(sa_type=String(16))
    repeats_id: int | None = Field(default=None, foreign_key="arrivals.id")
    run_id: int | None = Field(default=None, foreign_key="runs.id")
    report_id: int | None = Field(default=None, foreign_key="reports.id")
    agency: str | None = Field(default=None, sa_type=PrintedText)
    year: int | None = None
    queue: str = Field(sa_type=String(64))
    parcel: str | None = Field(default=None, sa_type=PrintedText)
    position: int = 0
    message: str | None = Field(default=None, sa_type=PrintedText)  # why it failed, for the operator
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when it was last set running
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when people were told the outcome
