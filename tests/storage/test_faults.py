"""What the database goes through in service: killed writers, two at once, a server that is away, a full disk."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text

from models.attempts import AWAY, DAMAGED, FULL, REFUSED, UNWRITABLE
from models.database import UNKNOWN_DATABASE, engine, upgrade
from models.errors import ConfigurationError, StorageError
from models.tables import Stored
from tasks.persist import sweep_view
from tasks.persist.retrying import committed
from tests.storage import killed
from tests.storage.postgres import postgres_server, server_binaries, start_server, stop_server

RUNS = Stored.metadata.tables["runs"]


COUNTED = {
    "agencies": 40,
    "reports": 40,
    "submissions": 240,
    "evaluations": 240,
    "findings": 400,
    "not_assessed": 240,
    "changes": 533,  # 16 around the ring of six versions, less the one pair that is not compared
    "system_errors": 6,
    "standings": 40,
    "search_texts": 40,
}


@dataclass(frozen=True)
class Left:
    """What a sweep left: its rows, the counts of its run, and the seconds it took."""

    rows: dict[str, list[tuple[Any, ...]]]
    counts: dict[str, int]
    took: float


def counted(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, int]:
    return {name: len(found) for name, found in rows.items() if found}


def sweeping(url: str, *how: str) -> subprocess.Popen[str]:
    """Start a sweep in a process of its own and wait until it begins to record."""
    command = [sys.executable, "-m", "tests.storage.killed", url, *how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Left:
    url = f"sqlite:///{tmp_path_factory.mktemp('undisturbed') / 'hecha.db'}"
    upgrade(url)
    database = engine(url)
    start = time.monotonic()
    killed.sweep(database)
    took = time.monotonic() - start
    with database.connect() as connection:
        counts = connection.execute(select(RUNS.c.counts)).scalar_one()
    left = Left(killed.left(database), counts, took)
    database.dispose()
    return left


def test_an_undisturbed_sweep(undisturbed: Left) -> None:
    assert counted(undisturbed.rows) == COUNTED


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_and_done_again(
    url: str, database: Engine, undisturbed: Left, seed: int
) -> None:
    moments = random.Random(seed)
    for _ in range(3):
        process = sweeping(url)
        time.sleep(moments.uniform(0, undisturbed.took))
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    run = killed.sweep(database)
    assert killed.left(database) == undisturbed.rows
    assert [len(report.versions) for report in sweep_view(database, run).reports] == [killed.BATCHES] * 40


def test_two_sweeps_of_one_source_at_once_leave_the_rows_of_one(
    url: str, database: Engine, undisturbed: Left
) -> None:
    both = [sweeping(url), sweeping(url, "backwards")]
    told = [process.communicate(timeout=60)[1] for process in both]
    assert ([process.returncode for process in both], told) == ([0, 0], ["", ""])
    assert killed.left(database) == undisturbed.rows


@pytest.fixture
def own_server() -> Iterator[Path]:
    """A PostgreSQL server for one test alone, which may stop it."""
    if server_binaries() is None:
        pytest.skip("no PostgreSQL server binaries (initdb, pg_ctl) on this machine")
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL refuses root, and setpriv is not here to drop to another user")
    with postgres_server() as folder:
        yield folder


@pytest.mark.postgres
def test_postgresql_stopped_in_the_middle_and_started_again(own_server: Path, undisturbed: Left) -> None:
    url = f"postgresql://hecha@/postgres?host={own_server}"
    upgrade(url)
    database = engine(url)
    process = sweeping(url)
    for away in (3.0, 1.0):
        time.sleep(undisturbed.took / 3)
        stop_server(own_server)
        time.sleep(away)
        start_server(own_server)
    assert (process.wait(60), killed.left(database)) == (0, undisturbed.rows)
    with database.connect() as connection:
        assert connection.execute(select(RUNS.c.state, RUNS.c.counts)).all() == [
            ("completed", undisturbed.counts)
        ]
    database.dispose()


class Between:
    """Stands between client and server; `arm` it, and the answer to the next COMMIT is lost with its connection."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.arm = threading.Event()
        self._server = server
        self._committing: socket.socket | None = None
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / ".s.PGSQL.5432"))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server / ".s.PGSQL.5432"))
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, giver: socket.socket, taker: socket.socket, asking: bool) -> None:
        with contextlib.suppress(OSError):
            while data := giver.recv(65536):
                if asking and self.arm.is_set() and b"COMMIT" in data:
                    self.arm.clear()
                    self._committing = taker
                elif giver is self._committing:
                    break
                taker.sendall(data)
        for end in (giver, taker):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()


@pytest.mark.postgres
def test_what_was_committed_is_not_done_again_when_the_answer_is_lost(own_server: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:  # a socket's path has at most 107 bytes
        between = Between(Path(folder), own_server)
        database = engine(f"postgresql://hecha@/postgres?host={folder}")
        with database.begin() as connection:
            connection.execute(text("CREATE TABLE done (call integer)"))
        calls: list[int] = []

        def work(connection: Connection) -> int:
            calls.append(len(calls))
            connection.execute(text("INSERT INTO done VALUES (:call)"), {"call": len(calls)})
            between.arm.set()
            return len(calls)

        assert committed(database, work, patience=20) == 1
        with database.connect() as connection:
            assert connection.execute(text("SELECT call FROM done")).scalars().all() == [1]
        assert (calls, between.arm.is_set()) == ([0], False)
        database.dispose()
        between.close()


@pytest.mark.postgres
def test_a_database_that_stays_away_is_told_in_one_sentence(own_server: Path) -> None:
    database = engine(f"postgresql://hecha@/postgres?host={own_server}")
    stop_server(own_server)
    with pytest.raises(StorageError) as told:
        committed(database, lambda connection: None, patience=1)
    assert str(told.value) == AWAY.format(seconds=1)
    database.dispose()


@pytest.mark.postgres
def test_a_database_that_refuses_is_told_at_once(own_server: Path) -> None:
    with pytest.raises(StorageError) as told:
        upgrade(f"postgresql://nobody@/postgres?host={own_server}")
    assert str(told.value) == REFUSED


@pytest.mark.postgres
def test_connections_are_named_in_utc_and_statements_end(own_server: Path) -> None:
    database = engine(f"postgresql://hecha@/postgres?host={own_server}")
    names = ("application_name", "TimeZone", "statement_timeout", "idle_in_transaction_session_timeout")
    with database.connect() as connection:
        values = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in names}
    assert values == {
        "application_name": "hecha",
        "TimeZone": "UTC",
        "statement_timeout": "5min",
        "idle_in_transaction_session_timeout": "5min",
    }
    database.dispose()


def test_a_full_disk_is_told_in_one_sentence_and_the_database_stays_whole(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hecha.db'}"
    upgrade(url)
    database = engine(url)
    killed.sweep(database, [0])
    before = killed.left(database)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in tmp_path.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 8192, hard))
    try:
        with pytest.raises(StorageError) as told:
            killed.sweep(database, [1, 2])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert str(told.value) == FULL
    assert killed.left(database) == before
    with database.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    killed.sweep(database)  # as soon as there is room
    # the first batch's run is completed, so its versions keep their numbers: other pairs are compared
    assert {**counted(killed.left(database)), "changes": COUNTED["changes"]} == COUNTED
    database.dispose()


def test_a_file_that_is_no_database_and_an_address_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "hecha.db").write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError) as told:
        upgrade(f"sqlite:///{tmp_path / 'hecha.db'}")
    assert str(told.value) == DAMAGED
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError) as unwritable:
        upgrade(f"sqlite:///{tmp_path / 'folder'}")
    assert str(unwritable.value) == UNWRITABLE
    for url in ("mysql://root@localhost/hecha", "hecha.db"):
        with pytest.raises(ConfigurationError) as unknown:
            engine(url)
        assert str(unknown.value) == UNKNOWN_DATABASE
