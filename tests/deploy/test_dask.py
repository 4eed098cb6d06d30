"""The Dask part of the cluster's manifests, its two commands run as they stand there."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.files import KUBERNETES, documents, pod_specs


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def answer(url: str, seconds: float = 60) -> bytes:
    """What an address says, as soon as it says anything."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as said:
                return bytes(said.read())
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in reversed(processes):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_the_worker_finds_the_scheduler(started: list[subprocess.Popen[bytes]], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask is not installed")
    specs = pod_specs(tuple(documents(KUBERNETES / "components" / "dask" / "dask.yaml")))
    scheduler, worker = (
        specs[f"Deployment/dask-{name}"]["containers"][0] for name in ("scheduler", "worker")
    )
    port, pages = free_port(), free_port()
    places = {
        "8786": str(port),
        ":8787": f"127.0.0.1:{pages}",
        "tcp://dask-scheduler:8786": f"tcp://127.0.0.1:{port}",
        "--local-directory=/tmp": f"--local-directory={tmp_path}",
    }
    log = (tmp_path / "log").open("wb")
    for container, more in ((scheduler, ["--host", "127.0.0.1"]), (worker, ["--host", "127.0.0.1"])):
        program, *words = [places.get(word, word) for word in container["args"]]
        assert program == "dask"
        started.append(
            subprocess.Popen([sys.executable, "-m", "dask", *words, *more], stdout=log, stderr=log)
        )
    path = scheduler["livenessProbe"]["httpGet"]["path"]
    assert answer(f"http://127.0.0.1:{pages}{path}") == b"ok"
    end = time.monotonic() + 60
    counts = json.loads(answer(f"http://127.0.0.1:{pages}/json/counts.json"))
    while counts["workers"] == 0 and time.monotonic() < end:
        time.sleep(0.2)
        counts = json.loads(answer(f"http://127.0.0.1:{pages}/json/counts.json"))
    assert (counts["workers"], counts["cores"]) == (1, 1)
