"""The chunks of a sweep on a real Dask cluster of two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.command import HECHA, environment, hecha
from tests.flows.made import report, write
from tests.flows.test_killed import rows

pytest.importorskip("prefect_dask", reason="prefect-dask is not installed")
pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(900)]

REPORTS = 36


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Cluster:
    """A scheduler and two workers, each a process group of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.address = f"tcp://127.0.0.1:{free_port()}"
        host, port = self.address.removeprefix("tcp://").split(":")
        self.start("scheduler", "scheduler", "--host", host, "--port", port, "--no-dashboard")
        self.workers = [
            self.start(f"worker{n}", "worker", self.address, "--nthreads", "1", "--no-dashboard")
            for n in (1, 2)
        ]

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        log = self.stack.enter_context((self.folder / f"{name}.log").open("wb"))
        settings = {
            "HECHA_HOME": str(self.folder / ".hecha"),
            "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "10s",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command],
            cwd=self.folder,
            env=environment(self.folder) | settings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.stack.callback(end, process)
        return process

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def source(folder: Path) -> None:
    for number in range(REPORTS):
        write(folder / "in", f"{number}.txt", report(f"云栖市映溪区第{number}中学", 2023))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    source(tmp_path)
    with ExitStack() as stack:
        found = Cluster(tmp_path, stack)
        until(lambda: all("Registered to" in found.said(f"worker{n}") for n in (1, 2)))
        yield found


def until(reached, seconds: float = 120) -> None:  # type: ignore[no-untyped-def]
    over = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < over, "not reached in time"
        time.sleep(0.1)


def test_a_worker_is_killed_and_nothing_is_lost(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = {"HECHA_TASK_RUNNER": cluster.address, "HECHA_CHUNK_SIZE": "3"}
    running = subprocess.Popen(
        [HECHA, "sweep", "in"],
        cwd=cluster.folder,
        env=environment(cluster.folder) | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    chunks = cluster.folder / ".hecha" / "runs"
    until(lambda: running.poll() is not None or len(list(chunks.rglob("files.json"))) >= 2)
    assert running.poll() is None
    os.killpg(cluster.workers[0].pid, signal.SIGKILL)
    said, wrong = running.communicate(timeout=400)
    assert (running.returncode, wrong.count("Traceback")) == (0, 0), wrong
    alone = tmp_path_factory.mktemp("alone")
    source(alone)
    assert hecha(alone, "sweep", "in").returncode == 0
    assert rows(cluster.folder / ".hecha") == rows(alone / ".hecha")
    assert f"共{REPORTS}份报告" in said
