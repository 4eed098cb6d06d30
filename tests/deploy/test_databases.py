"""The script that makes the two databases, on a real PostgreSQL; and the dump of what its user puts there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from models.database import upgrade
from models.tables import Stored
from tests.deploy.files import DEPLOY, KUBERNETES
from tests.storage.postgres import postgres_server, server_binaries

pytestmark = pytest.mark.postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    if server_binaries() is None or not shutil.which("psql"):
        pytest.skip("no PostgreSQL server binaries (initdb, pg_ctl) or no psql on this machine")
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL refuses root, and setpriv is not here to drop to another user")
    with postgres_server() as started:
        yield started


def test_two_users_have_a_database_each(folder: Path, tmp_path: Path) -> None:
    def opened(user: str, database: str) -> Engine:
        url = f"postgresql+psycopg://{user}@/{database}?host={folder}"
        return create_engine(url, isolation_level="AUTOCOMMIT")

    boss = opened("hecha", "postgres")  # the tests' server has one user of our name: it makes way
    with boss.connect() as connection:
        connection.execute(text("CREATE ROLE postgres SUPERUSER LOGIN"))
    boss.dispose()
    owner = opened("postgres", "postgres")
    with owner.connect() as connection:
        connection.execute(text("ALTER ROLE hecha RENAME TO first"))
    secrets = tmp_path / "secrets"
    subprocess.run([str(DEPLOY / "make-secrets.sh"), str(secrets)], check=True, capture_output=True)
    started = {
        "PGHOST": str(folder),
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": "postgres",
        "SECRETS": str(secrets),
    }
    script = str(KUBERNETES / "base" / "10-databases.sh")
    done = subprocess.run(["bash", script], env=os.environ | started, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    with owner.connect() as connection:
        owners = "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE NOT datistemplate"
        kept = "SELECT rolname, left(rolpassword, 13), rolsuper FROM pg_authid WHERE rolname IN ('hecha', 'prefect')"
        assert {tuple(row) for row in connection.execute(text(owners))} == {
            ("postgres", "first"),
            ("hecha", "hecha"),
            ("prefect", "prefect"),
        }
        assert {tuple(row) for row in connection.execute(text(kept))} == {
            ("hecha", "SCRAM-SHA-256", False),
            ("prefect", "SCRAM-SHA-256", False),
        }
        may = text("SELECT has_database_privilege(:user, :database, 'CONNECT')")
        pairs = [("hecha", "hecha"), ("hecha", "prefect"), ("prefect", "hecha"), ("prefect", "prefect")]
        allowed = [
            connection.execute(may, {"user": user, "database": database}).scalar_one()
            for user, database in pairs
        ]
        assert allowed == [True, False, False, True]
    owner.dispose()
    upgrade(f"postgresql+psycopg://hecha@/hecha?host={folder}")
    ours = opened("hecha", "hecha")
    assert set(inspect(ours).get_table_names()) == {*Stored.metadata.tables, "alembic_version"}
    ours.dispose()
    theirs = opened("prefect", "prefect")
    with theirs.connect() as connection:  # what its tables need besides
        connection.execute(text("CREATE EXTENSION pg_trgm"))
    theirs.dispose()
