"""The tables of who may sign in, and of what they did; `models.tables` names them all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlmodel import Field

from models.columns import Json, PrintedText, Stored, UtcDateTime, one_of


class Account(Stored, table=True):
    """Someone who may sign in. `agency_id`: the agency of an agency's account, the top of a supervisor's region.

    `password` is argon2's own text, null for who signs in elsewhere (`subject`: issuer and subject of OpenID Connect).
    `must_change`: the password was given by the operator and has to be replaced at the next sign-in.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("name"),
        UniqueConstraint("subject"),
        one_of("role", "operator", "supervisor", "agency"),
        CheckConstraint("role = 'operator' OR agency_id IS NOT NULL", name="agency"),
        Index(None, "agency_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=String(64))
    shown: str = Field(sa_type=PrintedText)
    role: str = Field(sa_type=String(16))
    agency_id: int | None = Field(default=None, foreign_key="agencies.id")
    password: str | None = Field(default=None, sa_type=String(255))
    subject: str | None = Field(default=None, sa_type=String(255))
    must_change: bool = False
    failures: int = 0  # wrong passwords since the last right one
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignIn(Stored, table=True):
    """A session. `hash`: sha256 of what the cookie holds; `csrf`: what its forms have to send back."""

    __tablename__ = "sign_ins"
    __table_args__ = (UniqueConstraint("hash"), Index(None, "account_id"), Index(None, "expires_at"))

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(sa_type=String(64))
    account_id: int = Field(foreign_key="accounts.id", ondelete="CASCADE")
    csrf: str = Field(sa_type=String(64))
    address: str = Field(default="", sa_type=String(64))
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class ApiToken(Stored, table=True):
    """A token of the API. It may do what its account may. `hash`: sha256 of what was shown once."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("hash"), Index(None, "account_id"))

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(sa_type=String(64))
    account_id: int = Field(foreign_key="accounts.id", ondelete="CASCADE")
    label: str = Field(sa_type=PrintedText)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditEntry(Stored, table=True):
    """Who saw, decided, changed or exported what, and when. Only ever added to: the database refuses all else.

    `actor` is the account's name, kept as it was then; `account_id` is null for what the system did by itself.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "object_type", "object_id"),
        Index(None, "account_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(sa_type=PrintedText)
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    action: str = Field(sa_type=String(32))
    object_type: str = Field(sa_type=String(32))
    object_id: int | None = None
    address: str = Field(default="", sa_type=String(64), sa_column_kwargs={"server_default": ""})
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
