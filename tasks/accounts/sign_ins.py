"""Signing in and out, and who a session belongs to. Of a session's secret only the sha256 is stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, select, update

from tasks.accounts.accounts import plain_name, read
from tasks.accounts.audit import note
from tasks.accounts.passwords import hashed, matches, outdated
from tasks.accounts.person import Person, Role
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import ACCOUNTS, AGENCIES, SIGN_INS

FAILURES, LOCKED = 5, timedelta(minutes=15)
"""So many wrong passwords in a row close an account for so long, as GB/T 22239 asks (登录失败处理)."""

_SEEN_EVERY = timedelta(minutes=1)
"""A session that is used all the time is written no more often."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is alive. `csrf`: what its forms send back; `must_change`: nothing else before a new password."""

    id: int
    person: Person
    csrf: str
    must_change: bool


def sign_in(database: Engine, name: str, password: str, address: str, longest: timedelta) -> str | None:
    """Return the secret of a new session, None where name or password is wrong or the account is closed or locked.

    The answer and the time it takes do not tell which. `longest`: a session ends after that in any case.
    """
    plain = plain_name(name)
    chosen = select(ACCOUNTS).where(ACCOUNTS.c.name == plain)
    row = asked(database, lambda c: c.execute(chosen).one_or_none())
    right = matches(row.password if row else None, password)
    if row is None:
        return None
    now = datetime.now(UTC)
    fresh = hashed(password) if right and outdated(row.password) else None

    def work(connection: Connection) -> str | None:
        # read again, locked: of two who try at once neither may miss the other's failure
        held = connection.execute(chosen.with_for_update()).one()
        if held.disabled_at is not None or (held.locked_until is not None and held.locked_until > now):
            note(connection, _whose(connection, held.id, address), "refused", "account", held.id)
            return None
        if not right or held.password != row.password:
            _failed(connection, held.id, held.failures + 1, now, address)
            return None
        values = {"failures": 0, "locked_until": None} | ({"password": fresh} if fresh else {})
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == held.id).values(values))
        return begin(connection, held.id, address, longest)

    return committed(database, work, alone=False)


def _failed(connection: Connection, account_id: int, failures: int, now: datetime, address: str) -> None:
    locked = failures >= FAILURES
    values = {"failures": 0 if locked else failures, "locked_until": now + LOCKED if locked else None}
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(values))
    whose = _whose(connection, account_id, address)
    note(connection, whose, "failed", "account", account_id, locked=locked)


def begin(connection: Connection, account_id: int, address: str, longest: timedelta) -> str:
    """Open a session for an account and return its secret; sessions that are over are cleared away."""
    now = datetime.now(UTC)
    secret = secrets.token_urlsafe(32)
    connection.execute(delete(SIGN_INS).where(SIGN_INS.c.expires_at < now))
    connection.execute(
        SIGN_INS.insert().values(
            hash=digest_of(secret),
            account_id=account_id,
            csrf=secrets.token_urlsafe(32),
            address=address,
            created_at=now,
            seen_at=now,
            expires_at=now + longest,
        )
    )
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(seen_at=now))
    note(connection, _whose(connection, account_id, address), "sign_in", "account", account_id)
    return secret


def session(database: Engine, secret: str, address: str, idle: timedelta) -> Session | None:
    """Return the session of a secret, None where it is over, was idle too long, or its account is closed."""
    now = datetime.now(UTC)
    chosen = (
        select(
            SIGN_INS.c.id,
            SIGN_INS.c.csrf,
            SIGN_INS.c.seen_at,
            ACCOUNTS.c.id.label("account_id"),
            *(ACCOUNTS.c[name] for name in ("name", "shown", "role", "agency_id", "must_change")),
            AGENCIES.c.path,
        )
        .join_from(SIGN_INS, ACCOUNTS, SIGN_INS.c.account_id == ACCOUNTS.c.id)
        .join(AGENCIES, ACCOUNTS.c.agency_id == AGENCIES.c.id, isouter=True)
        .where(SIGN_INS.c.hash == digest_of(secret), SIGN_INS.c.expires_at > now)
        .where(SIGN_INS.c.seen_at > now - idle, ACCOUNTS.c.disabled_at.is_(None))
    )
    row = asked(database, lambda c: c.execute(chosen).one_or_none())
    if row is None:
        return None
    if now - row.seen_at > _SEEN_EVERY:
        seen = update(SIGN_INS).where(SIGN_INS.c.id == row.id).values(seen_at=now)
        committed(database, lambda c: c.execute(seen), alone=False)
    person = Person(
        row.account_id, row.name, row.shown, Role(row.role), row.agency_id, row.path or "", address
    )
    return Session(row.id, person, row.csrf, row.must_change)


def stored_password(database: Engine, account_id: int) -> str | None:
    """Return what is stored of an account's password, for `tasks.accounts.passwords.matches`."""
    chosen = select(ACCOUNTS.c.password).where(ACCOUNTS.c.id == account_id)
    return asked(database, lambda c: c.execute(chosen).scalar_one_or_none())


def sign_out(database: Engine, over: Session) -> None:
    """End a session."""

    def work(connection: Connection) -> None:
        connection.execute(delete(SIGN_INS).where(SIGN_INS.c.id == over.id))
        note(connection, over.person, "sign_out", "account", over.person.id)

    committed(database, work, alone=False)


def _whose(connection: Connection, account_id: int, address: str) -> Person | None:
    account = read(connection, account_id)
    return account.person(address) if account else None


def subject_of(issuer: str, subject: str) -> str:
    """Return how someone is named who signs in elsewhere: their subject at that issuer."""
    return f"{issuer} {subject}"


def sign_in_elsewhere(database: Engine, subject: str, address: str, longest: timedelta) -> str | None:
    """Return the secret of a new session for who was recognised elsewhere (`subject_of`), None without an account."""

    def work(connection: Connection) -> str | None:
        mine = (ACCOUNTS.c.subject == subject) & ACCOUNTS.c.disabled_at.is_(None)
        found = connection.execute(select(ACCOUNTS.c.id).where(mine)).scalar_one_or_none()
        return None if found is None else begin(connection, found, address, longest)

    return committed(database, work, alone=False)


def digest_of(secret: str) -> str:
    """Return what is stored of a secret that was drawn at random: it cannot be guessed, so one hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
