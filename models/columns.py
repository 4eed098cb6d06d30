"""The types of the stored columns, which come back alike from SQLite and PostgreSQL, and how constraints are named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    MetaData,
    Text,
    TypeDecorator,
    cast,
)
from sqlmodel import SQLModel

ESCAPED = "\ufdd0"
"""Marks a stored text that is kept as a JSON string, because the database cannot hold it as it is."""


class PrintedText(TypeDecorator[str]):
    """Any text a file or a file name can hold, also NUL and lone surrogates, which PostgreSQL refuses.

    Such a text (and one that begins with the mark itself) is kept as the mark and a JSON string, so that
    what comes back is what went in.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what the database can hold."""
        if value is None or not (value.startswith(ESCAPED) or "\x00" in value or not _encodes(value)):
            return value
        return ESCAPED + json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it was given."""
        if value is None or not value.startswith(ESCAPED):
            return value
        return str(json.loads(value.removeprefix(ESCAPED)))


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


# Made once: json.dumps makes a new encoder for every call that has options.
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_ascii_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def compact(value: Any) -> str:
    """Return `value` as JSON without needless bytes. Raises ValueError for NaN, which no database takes."""
    written = _encoder.encode(value)
    return written if _encodes(written) else _ascii_encoder.encode(value)


class JsonText(TypeDecorator[str]):
    """A JSON column that is written and read as JSON text, for what is large and seldom looked into."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Pass the text on as it is."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Pass the text on as it is."""

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[str]:
        """Read text: the driver would parse JSON by itself."""
        return cast(column, Text)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, always aware and in UTC. SQLite has no time zones, so a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC. Raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Bytewise = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared byte by byte in any database, so that what begins alike is one range of an index."""

# JSON and not JSONB: JSONB reorders keys and refuses \u0000, and no page asks inside these columns.
Json = JSON(none_as_null=True)

# SQLite can only change a constraint that has a name (Alembic's batch mode).
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def one_of(column: str, *values: str) -> CheckConstraint:
    """Return the constraint that `column` holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Stored(SQLModel):
    """What every table shares: one MetaData with named constraints."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)
