"""The backup and restore of docs/DATABASE.md, with the commands that stand there."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from models.database import engine, upgrade
from tasks.persist import sweep_view
from tests.storage.postgres import as_ordinary_user, server_binaries
from tests.storage.test_migrations import contents, filled, indexes


@pytest.mark.postgres
def test_postgresql(postgres: Path) -> None:
    binaries = server_binaries()
    assert binaries is not None

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-h", str(postgres), "-U", "hecha", *arguments]
        subprocess.run(as_ordinary_user(command), cwd=postgres, check=True, timeout=60)

    run("createdb", "original")
    original = engine(f"postgresql://hecha@/original?host={postgres}")
    upgrade(f"postgresql://hecha@/original?host={postgres}")
    number = filled(original)
    run("pg_dump", "--format=custom", "--file", str(postgres / "hecha.dump"), "original")
    run("createdb", "restored")
    run("pg_restore", "--exit-on-error", "--no-owner", "-d", "restored", str(postgres / "hecha.dump"))
    restored = engine(f"postgresql://hecha@/restored?host={postgres}")
    assert (contents(restored), indexes(restored)) == (contents(original), indexes(original))
    assert sweep_view(restored, number) == sweep_view(original, number)
    filled(restored)  # the sequences go on where they were
    for database in (original, restored):
        database.dispose()
    for name in ("original", "restored"):
        run("dropdb", name)


def test_sqlite(tmp_path: Path) -> None:
    original = engine(f"sqlite:///{tmp_path / 'hecha.db'}")
    upgrade(f"sqlite:///{tmp_path / 'hecha.db'}")
    number = filled(original)
    with closing(sqlite3.connect(tmp_path / "hecha.db")) as connection:
        connection.execute("VACUUM INTO ?", [str(tmp_path / "backup.db")])
    restored = engine(f"sqlite:///{tmp_path / 'backup.db'}")
    assert (contents(restored), indexes(restored)) == (contents(original), indexes(original))
    assert sweep_view(restored, number) == sweep_view(original, number)
    filled(restored)
    for database in (original, restored):
        database.dispose()
