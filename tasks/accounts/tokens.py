"""Tokens of the API: each may do what its account may, is shown once and stored as a hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from tasks.accounts.audit import note
from tasks.accounts.person import Person, Role
from tasks.accounts.sign_ins import digest_of
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import ACCOUNTS, AGENCIES, API_TOKENS

PREFIX = "hecha_"
"""So that a token that was left lying about is known for one."""
LONGEST = timedelta(days=366)
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it: not the token itself."""

    id: int
    label: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    def alive(self, now: datetime) -> bool:
        """Whether it opens anything at this instant."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def create(database: Engine, person: Person, label: str, lasts: timedelta) -> str:
    """Make a token for a person and return it; it cannot be shown again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    row = {
        "hash": digest_of(secret),
        "account_id": person.id,
        "label": label.strip()[:64] or "未命名",
        "created_at": now,
        "expires_at": now + min(lasts, LONGEST),
    }

    def work(connection: Connection) -> None:
        made = connection.execute(API_TOKENS.insert().values(row).returning(API_TOKENS.c.id)).scalar_one()
        note(connection, person, "create", "token", made, label=row["label"])

    committed(database, work, alone=False)
    return secret


def tokens(database: Engine, person: Person) -> list[Token]:
    """Return a person's own tokens, newest first."""
    names = ("id", "label", "created_at", "expires_at", "used_at", "revoked_at")
    chosen = (
        select(*(API_TOKENS.c[name] for name in names))
        .where(API_TOKENS.c.account_id == person.id)
        .order_by(API_TOKENS.c.id.desc())
    )
    return [Token(*row) for row in asked(database, lambda c: c.execute(chosen).all())]


def revoke(database: Engine, person: Person, token_id: int) -> bool:
    """End one of a person's own tokens; False where they have none of this id."""
    mine = (API_TOKENS.c.id == token_id) & (API_TOKENS.c.account_id == person.id)

    def work(connection: Connection) -> bool:
        ended = update(API_TOKENS).where(mine, API_TOKENS.c.revoked_at.is_(None))
        done = connection.execute(ended.values(revoked_at=datetime.now(UTC))).rowcount
        if done:
            note(connection, person, "revoke", "token", token_id)
        return bool(done)

    return committed(database, work, alone=False)


def bearer(database: Engine, secret: str, address: str) -> Person | None:
    """Return whose token this is, None where it opens nothing (any more) or its account has a password to change."""
    if not secret.startswith(PREFIX):
        return None
    now = datetime.now(UTC)
    chosen = (
        select(
            API_TOKENS.c.id.label("token_id"),
            API_TOKENS.c.used_at,
            *(ACCOUNTS.c[name] for name in ("id", "name", "shown", "role", "agency_id")),
            AGENCIES.c.path,
        )
        .join_from(API_TOKENS, ACCOUNTS, API_TOKENS.c.account_id == ACCOUNTS.c.id)
        .join(AGENCIES, ACCOUNTS.c.agency_id == AGENCIES.c.id, isouter=True)
        .where(API_TOKENS.c.hash == digest_of(secret), API_TOKENS.c.revoked_at.is_(None))
        .where(API_TOKENS.c.expires_at.is_(None) | (API_TOKENS.c.expires_at > now))
        .where(ACCOUNTS.c.disabled_at.is_(None), ACCOUNTS.c.must_change.is_(False))
    )
    row = asked(database, lambda c: c.execute(chosen).one_or_none())
    if row is None:
        return None
    if row.used_at is None or now - row.used_at > _USED_EVERY:
        used = update(API_TOKENS).where(API_TOKENS.c.id == row.token_id).values(used_at=now)
        committed(database, lambda c: c.execute(used), alone=False)
    return Person(row.id, row.name, row.shown, Role(row.role), row.agency_id, row.path or "", address)
