"""Sweeps during which the database, the Prefect server or a second sweep gets in the way."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import create_engine, select, text

from models.database import engine
from models.settings import Settings
from tasks.persist.rows import RUNS
from tests.cli.command import HECHA, environment, hecha
from tests.flows.made import report, write
from tests.flows.test_dask import free_port
from tests.flows.test_killed import rows, source
from tests.flows.test_office import ROSTER, WATER, Office
from tests.storage.killed import left
from tests.storage.postgres import postgres_server, server_binaries, start_server, stop_server

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(600)]

AWAY_SECONDS = 20
MANY_CHUNKS = {"HECHA_CHUNK_SIZE": "1"}


def sweeping(folder: Path, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [HECHA, "sweep", "in"],
        cwd=folder,
        env=environment(folder) | MANY_CHUNKS | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(reached: Callable[[], Any], seconds: float = 120) -> None:
    over = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < over, "not reached in time"
        time.sleep(0.1)


def chunks_read(folder: Path) -> int:
    return len(list((folder / ".hecha" / "runs").rglob("files.json")))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder swept in peace."""
    folder = tmp_path_factory.mktemp("undisturbed")
    source(folder)
    assert hecha(folder, "sweep", "in").returncode == 0
    return folder


@pytest.mark.postgres
def test_postgresql_away_for_twenty_seconds(tmp_path: Path) -> None:
    if server_binaries() is None or (os.geteuid() == 0 and not shutil.which("setpriv")):
        pytest.skip("no PostgreSQL server that this user may start on this machine")
    found = {}
    with postgres_server() as server:
        administration = create_engine(
            f"postgresql+psycopg://hecha@/postgres?host={server}", isolation_level="AUTOCOMMIT"
        )
        for name in ("peace", "outage"):
            with administration.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            administration.dispose()
            folder = tmp_path / name
            source(folder)
            url = f"postgresql://hecha@/{name}?host={server}"
            running = sweeping(folder, HECHA_DATABASE_URL=url)
            if name == "outage":
                until(lambda folder=folder: chunks_read(folder) >= 9)
                stop_server(server)
                time.sleep(AWAY_SECONDS)
                assert running.poll() is None
                start_server(server)
            said, wrong = running.communicate(timeout=240)
            assert (running.returncode, "Traceback" in wrong) == (0, False), wrong
            assert "共12份报告" in said
            database = engine(url)
            found[name] = left(database)
            with database.connect() as connection:
                assert list(connection.execute(select(RUNS.c.state)).scalars()) == ["completed"]
            database.dispose()
    assert found["outage"] == found["peace"]


@contextmanager
def prefect(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Prefect server of its own, which may be killed and started again with what it knows."""
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        cwd=folder,
        stdout=(folder / "prefect.txt").open("ab"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env=environment(folder)
        | {"PREFECT_HOME": str(folder / "prefect"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answers() -> bool:
        try:
            with opener.open(f"http://127.0.0.1:{port}/api/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        until(answers)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_prefect_server_is_restarted_in_the_middle(tmp_path: Path, undisturbed: Path) -> None:
    source(tmp_path)
    port = free_port()
    with prefect(tmp_path, port):
        running = sweeping(tmp_path, PREFECT_API_URL=f"http://127.0.0.1:{port}/api")
        until(lambda: chunks_read(tmp_path) >= 3)
        assert running.poll() is None
    time.sleep(5)
    with prefect(tmp_path, port):
        said, wrong = running.communicate(timeout=240)
    assert (running.returncode, "Traceback" in wrong) == (0, False), wrong
    assert "共12份报告" in said
    assert rows(tmp_path / ".hecha") == rows(undisturbed / ".hecha")


def test_two_sweeps_of_one_source_at_once(tmp_path: Path, undisturbed: Path) -> None:
    source(tmp_path)
    both = [sweeping(tmp_path), sweeping(tmp_path)]
    told = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert ["Traceback" in wrong for _, wrong in told] == [False, False]
    assert rows(tmp_path / ".hecha") == rows(undisturbed / ".hecha")
    database = engine(Settings(home=tmp_path / ".hecha").database)
    with database.connect() as connection:
        assert list(connection.execute(select(RUNS.c.state)).scalars()) == ["completed", "completed"]
    database.dispose()


def test_the_worker_is_killed_with_what_it_runs(tmp_path: Path) -> None:
    """Another worker is started, and what the dead one was reading waits two minutes and is read then."""
    write(tmp_path / "in", "水务局.txt", report(WATER, 2022))
    write(tmp_path, "roster.csv", ROSTER)
    office = Office(tmp_path)
    try:
        until(lambda: "按Ctrl-C停止" in office.said(), 240)
        write(office.inbox, "水务局2023.txt", report(WATER, 2023))
        until(lambda: office.arrivals().get("水务局2023.txt", ("",))[0] == "running", 240)
        worker = [
            p for p in psutil.Process(office.process.pid).children(recursive=True) if "worker" in p.cmdline()
        ]
        running = {p for w in worker for p in w.children(recursive=True)}
        assert (len(worker) >= 1, len(running) >= 1) == (True, True)
        for process in [*worker, *running]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        assert office.arrivals()["水务局2023.txt"][0] == "running"
        until(lambda: office.arrivals()["水务局2023.txt"][0] == "done", 400)
        assert office.arrivals()["水务局2023.txt"] == ("done", WATER, 2023)
        found = office.rows("SELECT count(*) FROM submissions WHERE file = '水务局2023.txt'")
        assert found == [(1,)]
    finally:
        office.process.send_signal(signal.SIGINT)
        office.process.wait(60)


def test_a_full_disk_is_one_sentence_and_the_next_sweep_goes_on(tmp_path: Path, undisturbed: Path) -> None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can only be mounted by root")
    source(tmp_path)
    home = tmp_path / ".hecha"
    home.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(home)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        running = sweeping(tmp_path)
        until(lambda: chunks_read(tmp_path) >= 3)
        filled = home / "filled"
        with pytest.raises(OSError, match="No space"), filled.open("wb", buffering=0) as taken:
            while True:
                taken.write(bytes(1 << 16))
        _, wrong = running.communicate(timeout=240)
        assert (running.returncode != 0, "Traceback" in wrong) == (True, False), wrong
        assert len([line for line in wrong.splitlines() if "磁盘" in line]) == 1, wrong
        filled.unlink()
        assert hecha(tmp_path, "sweep", "in").returncode == 0
        assert rows(home) == rows(undisturbed / ".hecha")
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)
