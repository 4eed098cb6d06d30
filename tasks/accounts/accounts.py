"""The accounts: opened, changed, closed by the operator; what each of them may see comes from its role and agency."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, func, select, update

from models.errors import HechaError
from tasks.accounts.audit import note
from tasks.accounts.passwords import hashed, one_time, weakness
from tasks.accounts.person import Person, Role
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import ACCOUNTS, AGENCIES, API_TOKENS, SIGN_INS, AnyRow, AnySelect, insert_new

NAME_RULE = "账号名须为2至32个字符，可以使用汉字、字母、数字和 . _ - @，不含空格。"
NAME_TAKEN = "账号名“{}”已被使用，请换一个。"
NEEDS_AGENCY = "主管人员和报送单位的账号必须指定单位。"
NO_AGENCY = "没有这个单位，请从名册中选择。"
NO_ACCOUNT = "没有这个账号。"
LAST_OPERATOR = "这是最后一个可用的运行维护账号，不能停用。"
NOT_FIRST = "已经有账号了，请直接登录。"
SUBJECT_TAKEN = "这个统一身份已经绑定了另一个账号。"

_NAME = re.compile(r"[\w.@-]{2,32}")


class AccountRefused(HechaError):
    """An account cannot be opened or changed so; the message is one Chinese sentence for who asked."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the operator sees it. `agency` is the name of its agency, `path` that agency's place in the tree."""

    id: int
    name: str
    shown: str
    role: Role
    agency_id: int | None
    agency: str | None
    path: str
    subject: str | None
    has_password: bool
    must_change: bool
    locked_until: datetime | None
    created_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None

    def person(self, address: str = "") -> Person:
        """Return who it is at work; `address` is where they are."""
        return Person(self.id, self.name, self.shown, self.role, self.agency_id, self.path, address)


def plain_name(name: str) -> str:
    """Return an account's name as it is stored: the same however it was typed."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def none_yet(database: Engine) -> bool:
    """Whether nobody has an account, so that the first operator has to be set up."""
    return asked(database, lambda c: c.execute(select(ACCOUNTS.c.id).limit(1)).first()) is None


def accounts(database: Engine, words: str = "", limit: int = 500) -> list[Account]:
    """Return the accounts whose name, shown name or agency holds `words`, operators first."""
    chosen = _chosen().order_by(ACCOUNTS.c.disabled_at.is_not(None), ACCOUNTS.c.role.desc(), ACCOUNTS.c.name)
    if words.strip():
        like = "%" + re.sub(r"([\\%_])", r"\\\1", words.strip()) + "%"
        named = (ACCOUNTS.c.name, ACCOUNTS.c.shown, AGENCIES.c.name)
        chosen = chosen.where(
            named[0].like(like, escape="\\")
            | named[1].like(like, escape="\\")
            | named[2].like(like, escape="\\")
        )
    rows = asked(database, lambda c: c.execute(chosen.limit(limit)).all())
    order = {Role.OPERATOR: 0, Role.SUPERVISOR: 1, Role.AGENCY: 2}
    found = [_account(row) for row in rows]
    return sorted(found, key=lambda one: (one.disabled_at is not None, order[one.role], one.name))


def find(database: Engine, account_id: int) -> Account | None:
    """Return the account of this id."""
    return asked(database, lambda c: read(c, account_id))


def find_named(database: Engine, name: str) -> Account | None:
    """Return the account of this name, however it was typed."""
    chosen = _chosen().where(ACCOUNTS.c.name == plain_name(name))
    row = asked(database, lambda c: c.execute(chosen).one_or_none())
    return None if row is None else _account(row)


def read(connection: Connection, account_id: int) -> Account | None:
    """Return the account of this id, in a transaction that is open."""
    row = connection.execute(_chosen().where(ACCOUNTS.c.id == account_id)).one_or_none()
    return None if row is None else _account(row)


def create(
    database: Engine,
    by: Person | None,
    name: str,
    shown: str,
    role: Role,
    agency_id: int | None = None,
    password: str | None = None,
    *,
    first: bool = False,
) -> tuple[Account, str | None]:
    """Open an account and return it, with its one-time password where `password` was not given.

    `by` is the operator who opens it, None for the command line. `first`: only while there is no account at all.
    Raises AccountRefused.
    """
    plain = plain_name(name)
    if not _NAME.fullmatch(plain):
        raise AccountRefused(NAME_RULE)
    if role is Role.OPERATOR:
        agency_id = None
    elif agency_id is None:
        raise AccountRefused(NEEDS_AGENCY)
    if password is not None and (weak := weakness(password, plain)):
        raise AccountRefused(weak)
    given = password or one_time()
    row = {
        "name": plain,
        "shown": shown.strip()[:64] or plain,
        "role": role.value,
        "agency_id": agency_id,
        "password": hashed(given),
        "must_change": password is None,
        "failures": 0,
        "created_at": datetime.now(UTC),
    }

    def work(connection: Connection) -> Account:
        if first and connection.execute(select(ACCOUNTS.c.id).limit(1)).first() is not None:
            raise AccountRefused(NOT_FIRST)
        if agency_id is not None:
            known = connection.execute(select(AGENCIES.c.id).where(AGENCIES.c.id == agency_id)).first()
            if known is None:
                raise AccountRefused(NO_AGENCY)
        added = insert_new(connection, ACCOUNTS, [row], ACCOUNTS.c.id)
        if not added:
            raise AccountRefused(NAME_TAKEN.format(plain))
        account = _existing(connection, added[0].id)
        who = account.person() if first else by
        note(connection, who, "create", "account", account.id, name=plain, role=role.value)
        return account

    # alone where it matters that nobody else is first
    return committed(database, work, alone=first), None if password else given


def reset(database: Engine, by: Person | None, account_id: int) -> str:
    """Give an account a one-time password, return it, and end all its sessions. Raises AccountRefused."""
    given = one_time()
    kept = hashed(given)

    def work(connection: Connection) -> None:
        account = _existing(connection, account_id)
        values = {"password": kept, "must_change": True, "failures": 0, "locked_until": None}
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(values))
        _sign_out_everywhere(connection, account.id)
        note(connection, by, "reset_password", "account", account.id, name=account.name)

    committed(database, work, alone=False)
    return given


def change_password(database: Engine, person: Person, password: str) -> None:
    """Set a person's own new password and end all their sessions. Raises AccountRefused where it is too weak."""
    if weak := weakness(password, person.name):
        raise AccountRefused(weak)
    kept = hashed(password)

    def work(connection: Connection) -> None:
        values = {"password": kept, "must_change": False, "failures": 0, "locked_until": None}
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == person.id).values(values))
        _sign_out_everywhere(connection, person.id)
        note(connection, person, "change_password", "account", person.id)

    committed(database, work, alone=False)


def disable(database: Engine, by: Person, account_id: int) -> None:
    """Close an account: its sessions and tokens end. Raises AccountRefused for the last operator."""

    def work(connection: Connection) -> None:
        account = _existing(connection, account_id)
        others = (
            select(func.count())
            .select_from(ACCOUNTS)
            .where(ACCOUNTS.c.role == Role.OPERATOR.value, ACCOUNTS.c.disabled_at.is_(None))
            .where(ACCOUNTS.c.id != account_id)
        )
        if account.role is Role.OPERATOR and not connection.execute(others).scalar_one():
            raise AccountRefused(LAST_OPERATOR)
        now = datetime.now(UTC)
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(disabled_at=now))
        tokens = (API_TOKENS.c.account_id == account_id) & API_TOKENS.c.revoked_at.is_(None)
        connection.execute(update(API_TOKENS).where(tokens).values(revoked_at=now))
        _sign_out_everywhere(connection, account_id)
        note(connection, by, "disable", "account", account_id, name=account.name)

    # alone: two operators who close each other's account at once would leave none
    committed(database, work)


def enable(database: Engine, by: Person, account_id: int) -> None:
    """Open a closed or locked account again. Raises AccountRefused for an unknown one."""

    def work(connection: Connection) -> None:
        account = _existing(connection, account_id)
        values = {"disabled_at": None, "failures": 0, "locked_until": None}
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(values))
        note(connection, by, "enable", "account", account_id, name=account.name)

    committed(database, work, alone=False)


def bind(database: Engine, by: Person, account_id: int, subject: str | None) -> None:
    """Bind an account to who signs in elsewhere (`tasks.accounts.sign_ins.subject_of`); None unbinds it."""

    def work(connection: Connection) -> None:
        account = _existing(connection, account_id)
        if subject is not None:
            taken = (ACCOUNTS.c.subject == subject) & (ACCOUNTS.c.id != account_id)
            if connection.execute(select(ACCOUNTS.c.id).where(taken)).first() is not None:
                raise AccountRefused(SUBJECT_TAKEN)
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(subject=subject))
        note(connection, by, "bind", "account", account_id, name=account.name, bound=subject is not None)

    committed(database, work)


def _chosen() -> AnySelect:
    return select(*ACCOUNTS.c, AGENCIES.c.name.label("agency"), AGENCIES.c.path).join_from(
        ACCOUNTS, AGENCIES, ACCOUNTS.c.agency_id == AGENCIES.c.id, isouter=True
    )


def _existing(connection: Connection, account_id: int) -> Account:
    account = read(connection, account_id)
    if account is None:
        raise AccountRefused(NO_ACCOUNT)
    return account


def _account(row: AnyRow) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        shown=row.shown,
        role=Role(row.role),
        agency_id=row.agency_id,
        agency=row.agency,
        path=row.path or "",
        subject=row.subject,
        has_password=row.password is not None,
        must_change=row.must_change,
        locked_until=row.locked_until,
        created_at=row.created_at,
        seen_at=row.seen_at,
        disabled_at=row.disabled_at,
    )


def _sign_out_everywhere(connection: Connection, account_id: int) -> None:
    connection.execute(delete(SIGN_INS).where(SIGN_INS.c.account_id == account_id))
