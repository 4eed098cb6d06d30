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
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from models.attempts import attempts
from models.columns import compact
from models.errors import ConfigurationError
from models.settings import settings

BUSY_TIMEOUT_MS = 30_000
"""How long a SQLite connection waits for another writer before it gives up."""

NAMED = {"application_name": "hecha", "connect_timeout": "10"}
"""What a PostgreSQL connection is called in the server's lists, and how many seconds to wait for it."""

SEEN_DEAD = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}
"""After a minute the server gives up the transaction, and its locks, of a machine that is gone."""

UNKNOWN_DATABASE = "数据库地址无法使用，请检查 HECHA_DATABASE_URL，只支持 sqlite 和 postgresql。"

WRITERS_LOCK = 0x4845434841
"""The PostgreSQL advisory lock that those who record a sweep take one after the other ("HECHA")."""


def engine(url: str) -> Engine:
    """Return an engine for a SQLAlchemy URL; a SQLite file's folder is created.

    SQLite: write-ahead log, foreign keys enforced, 30 s busy timeout, real transactions (also for DDL).
    PostgreSQL: named connections in UTC that are tried before use; a statement that takes longer than
    `HECHA_DATABASE_STATEMENT_SECONDS`, or a transaction that stands idle for as long, is given up.
    Raises ConfigurationError for a URL that cannot be used.
    """
    return _engine(url, foreign_keys=True, statement_seconds=settings().database_statement_seconds)


def _engine(url: str, *, foreign_keys: bool, statement_seconds: float) -> Engine:
    try:
        address = make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        backend = address.get_backend_name()
        if backend == "postgresql":
            made = create_engine(
                address.update_query_dict({**NAMED, **address.query}),
                json_serializer=compact,
                pool_pre_ping=True,
            )
            _prepare_postgresql(made, statement_seconds)
            return made
        if backend != "sqlite":
            raise ConfigurationError(UNKNOWN_DATABASE)
    except ArgumentError as error:
        raise ConfigurationError(UNKNOWN_DATABASE) from error
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(address, json_serializer=compact)
    _prepare_sqlite(made, foreign_keys=foreign_keys)
    return made


def _prepare_postgresql(made: Engine, statement_seconds: float) -> None:
    limit = str(int(1000 * statement_seconds))
    values = {"TimeZone": "UTC", "statement_timeout": limit, "idle_in_transaction_session_timeout": limit}
    chosen = ", ".join(
        f"set_config('{name}', '{value}', false)" for name, value in (values | SEEN_DEAD).items()
    )

    @event.listens_for(made, "connect")
    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # Not as start-up options: a pooler between us and the server refuses those.
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"SELECT {chosen}")
        cursor.close()
        connection.autocommit = False


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
def writing(database: Engine, *, alone: bool = True) -> Iterator[Connection]:
    """Open a transaction to write in; commits unless an exception leaves.

    `alone`: only one such writer at a time, others wait. Version numbers count up from what is stored, so two
    who record at once must see each other's rows. Otherwise PostgreSQL lets it run beside others; SQLite has
    one writer in any case.
    """
    with database.connect().execution_options(hecha_writes=True) as connection, connection.begin():
        if alone and connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
        yield connection


def transaction_id(connection: Connection) -> str | None:
    """Return PostgreSQL's number of the transaction that is open, None on SQLite."""
    if connection.dialect.name != "postgresql":
        return None
    return str(connection.exec_driver_sql("SELECT pg_current_xact_id()").scalar_one())


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables to `revision`; nothing happens when they are there already."""
    _migrate(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Take the tables back to `revision` (``base`` removes them all, with what they hold)."""
    _migrate(url, lambda config: command.downgrade(config, revision))


def _migrate(url: str, step: Callable[[Config], None]) -> None:
    # Batch mode drops and recreates SQLite tables: with foreign keys on, what refers to them would go too.
    # A change of a large table may take as long as it needs.
    database = _engine(url, foreign_keys=False, statement_seconds=0)
    try:
        for attempt in attempts():
            with attempt, writing(database) as connection:
                config = Config()
                config.set_main_option("script_location", "models:migrations")
                config.set_main_option("path_separator", "os")
                config.attributes["connection"] = connection
                step(config)
                return
    finally:
        database.dispose()
