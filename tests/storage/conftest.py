"""Every storage test runs on SQLite and, where its server is installed, on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from models.database import engine, upgrade
from tests.storage.postgres import postgres_server, server_binaries


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """The socket folder of a PostgreSQL server that lives as long as the tests; no TCP."""
    if server_binaries() is None:
        pytest.skip("no PostgreSQL server binaries (initdb, pg_ctl) on this machine")
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL refuses root, and setpriv is not here to drop to another user")
    with postgres_server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'a folder' / 'hecha.db'}"
        return
    socket = request.getfixturevalue("postgres")
    server = create_engine(
        f"postgresql+psycopg://hecha@/postgres?host={socket}", isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE sweep"))
    yield f"postgresql://hecha@/sweep?host={socket}"
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE sweep WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def url(empty_url: str) -> str:
    """The URL of a database with today's tables."""
    upgrade(empty_url)
    return empty_url


@pytest.fixture
def database(url: str) -> Iterator[Engine]:
    """An engine on `url`."""
    opened = engine(url)
    yield opened
    opened.dispose()
