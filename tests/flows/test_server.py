from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from flows.server import Server, prefect_server, stop, wait_until_ready
from models.errors import HechaError

pytestmark = pytest.mark.prefect
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all, so that Prefect creates its database once."""
    return tmp_path_factory.mktemp("server") / ".hecha"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    for name in ("PREFECT_HOME", "PREFECT_PROFILES_PATH", "PREFECT_LOGGING_SETTINGS_PATH", "DO_NOT_TRACK"):
        monkeypatch.setenv(name, "")  # whatever the block sets is taken back after the test
    for name in ("PREFECT_SERVER_ANALYTICS_ENABLED", "NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")


def alive(group: int) -> bool:
    """Whether any process of the group runs; the ended leader of our own child does not count."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_answers_and_is_gone_afterwards(home: Path) -> None:
    with prefect_server(home) as server:
        assert server.process is not None
        wait_until_ready(server)
        assert os.environ["PREFECT_API_URL"] == server.url
        with urllib.request.urlopen(f"{server.url}/admin/settings") as answer:
            settings = json.load(answer)
        assert settings["server"]["analytics_enabled"] is False
        assert settings["home"] == str(home.resolve() / "prefect")
        assert settings["profiles_path"].startswith(str(home.resolve()))
        assert alive(server.process.pid)
    assert "PREFECT_API_URL" not in os.environ
    assert server.process.returncode is not None
    assert not alive(server.process.pid)
    assert (home / "prefect" / "prefect.db").exists()


def test_an_exception_stops_it(home: Path) -> None:
    with pytest.raises(ZeroDivisionError), prefect_server(home) as server:
        assert server.process is not None
        group = server.process.pid
        raise ZeroDivisionError
    assert not alive(group)


def test_it_ends_with_a_parent_that_was_killed(home: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from flows.server import *\n"
        "with prefect_server(Path(sys.argv[1])) as server:\n"
        "    wait_until_ready(server); print(server.process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(home)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    group = int(parent.stdout.readline())
    assert alive(group)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 15
    while alive(group) and time.monotonic() < end:
        time.sleep(0.1)
    assert not alive(group)


def test_a_server_of_the_user_is_used_and_left_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with prefect_server(home) as server:
        assert server == Server("http://127.0.0.1:9/api", None, server.log)
        with pytest.raises(HechaError, match="没有应答"):
            wait_until_ready(server, seconds=0.3)
        stop(server)
    assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:9/api"


def test_a_server_that_cannot_start_is_told(home: Path) -> None:
    with prefect_server(home) as server:
        assert server.process is not None
        os.killpg(server.process.pid, signal.SIGKILL)
        with pytest.raises(HechaError, match="未能启动"):
            wait_until_ready(server)
