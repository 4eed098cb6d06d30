"""Opening the database and bringing its tables up to date. One place knows what SQLite needs besides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from models.tables import compact

BUSY_TIMEOUT_MS = 30_000
"""How long a SQLite connection waits for another writer before it gives up."""

WRITERS_LOCK = 0x4845434841
"""The PostgreSQL advisory lock that those who record a sweep take one after the other ("HECHA")."""


def engine(url: str) -> Engine:
    """Return an engine for a SQLAlchemy URL; a SQLite file's folder is created.

    SQLite: write-ahead log, foreign keys enforced, 30 s busy timeout, real transactions (also for DDL).
    """
    return _engine(url, foreign_keys=True)


def _engine(url: str, *, foreign_keys: bool) -> Engine:
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    sqlite = address.get_backend_name() == "sqlite"
    if sqlite and address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(address, json_serializer=compact)
    if sqlite:
        _prepare_sqlite(made, foreign_keys=foreign_keys)
    return made


def _prepare_sqlite(made: Engine, *, foreign_keys: bool) -> None:
    @event.listens_for(made, "connect")
    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver's own BEGIN comes too late for DDL and for reads; SQLAlchemy's "begin" below gives it.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(made, "begin")
    def begun(connection: Connection) -> None:
        # A reader that turns writer halfway fails at once when another wrote meanwhile: writers say so first.
        immediate = connection.get_execution_options().get("hecha_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def writing(database: Engine) -> Iterator[Connection]:
    """Open a transaction that only one writer at a time holds; others wait.

    Commits unless an exception leaves. Version numbers count up from what is stored, so two who record at
    once must see each other's rows.
    """
    with database.connect().execution_options(hecha_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
        yield connection


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables to `revision`; nothing happens when they are there already."""
    _migrate(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Take the tables back to `revision` (``base`` removes them all, with what they hold)."""
    _migrate(url, lambda config: command.downgrade(config, revision))


def _migrate(url: str, step: Callable[[Config], None]) -> None:
    # Batch mode drops and recreates SQLite tables: with foreign keys on, what refers to them would go too.
    database = _engine(url, foreign_keys=False)
    try:
        with writing(database) as connection:
            config = Config()
            config.set_main_option("script_location", "models:migrations")
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            step(config)
    finally:
        database.dispose()
