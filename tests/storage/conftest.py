"""Every storage test runs on SQLite and, where its server is installed, on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from models.database import engine, upgrade


def server_binaries() -> Path | None:
    """The folder with initdb and pg_ctl, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        folders.insert(0, Path(told.stdout.strip()))
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def as_ordinary_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root: drop to nobody."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """The socket folder of a PostgreSQL server that lives as long as the tests; no TCP."""
    binaries = server_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries (initdb, pg_ctl) on this machine")
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL refuses root, and setpriv is not here to drop to another user")
    # Not under pytest's own folders: only root may enter them, and a socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="hecha-pg-"))
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")

    def run(*command: str) -> None:
        done = subprocess.run(
            as_ordinary_user([str(binaries / command[0]), *command[1:]]),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    try:
        run("initdb", "-D", str(data), "-U", "hecha", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


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
