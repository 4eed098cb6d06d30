"""A local Prefect server that lives as long as one command, with everything it keeps under HECHA_HOME.

Measured: Prefect's own ephemeral server takes 20–30 s to start and prints as it stops; this child process
answers after 3 s (10 s the very first time, when it creates its database) and ends without a word.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.errors import HechaError

START_SECONDS = 120.0
"""How long a first start may take on a slow disk before we give up."""
_STOP_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Server:
    """A Prefect server: its API address, and the child process when it is ours."""

    url: str
    process: subprocess.Popen[bytes] | None
    log: Path
    starting: IO[bytes] | None = None
    """Held locked until the server answers: two that make their database at once are in each other's way."""


def configure(home: Path) -> None:
    """Point Prefect at `home` and keep it silent. Call before the first ``import prefect`` of the process.

    Nothing goes to the user's home folder, nothing is reported to Prefect's makers (the server's usage
    statistics and the library's own are two different switches), and log lines go to ``home/log``.
    """
    prefect_home = (home / "prefect").resolve()
    prefect_home.mkdir(parents=True, exist_ok=True)
    log = home.resolve() / "log"
    log.mkdir(parents=True, exist_ok=True)
    logging_file = prefect_home / "logging.yml"
    # a YAML file that is JSON; "$" would be read as a Prefect setting, so it is doubled
    config = _logging(log / "prefect.log", to_api="PREFECT_API_URL" in os.environ)
    logging_file.write_text(json.dumps(config, ensure_ascii=False).replace("$", "$$"), encoding="utf-8")
    os.environ.update(
        {
            "PREFECT_HOME": str(prefect_home),
            "PREFECT_PROFILES_PATH": str(prefect_home / "profiles.toml"),
            "PREFECT_LOGGING_SETTINGS_PATH": str(logging_file),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        }
    )


def _logging(file: Path, *, to_api: bool) -> dict[str, object]:
    """Log to a file; a server that outlives the command gets the lines of flows and tasks as well."""
    run = {"level": "NOTSET", "handlers": ["api"] if to_api else []}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {
            "file": {
                "class": "logging.FileHandler",
                "filename": str(file),
                "encoding": "utf-8",
                "delay": True,
                "formatter": "plain",
            },
            "api": {"level": 0, "class": "prefect.logging.handlers.APILogHandler"},
        },
        "loggers": {
            "prefect": {"level": "INFO"},
            "prefect.flow_runs": run,
            "prefect.task_runs": run,
            "prefect.server": {"level": "WARNING"},
        },
        "root": {"level": "WARNING", "handlers": ["file"]},
    }


@contextlib.contextmanager
def prefect_server(home: Path) -> Iterator[Server]:
    """Give the server that PREFECT_API_URL names, or start our own and stop it on the way out.

    The server may not answer yet: call `wait_until_ready` before the flow runs, and do other work first.
    PREFECT_API_URL is set for the length of the block.
    """
    configure(home)
    log = home.resolve() / "log" / "prefect-server.log"
    chosen = os.environ.get("PREFECT_API_URL")
    if chosen:
        yield Server(chosen, None, log)
        return
    server = _start(log)
    os.environ["PREFECT_API_URL"] = server.url
    for name in ("NO_PROXY", "no_proxy"):  # behind a proxy, our own server is still reached directly
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1")))
    try:
        yield server
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        stop(server)


def _start(log: Path) -> Server:
    starting = log.with_name("prefect-server.lock").open("wb")
    _lock(starting)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.set_inheritable(True)
    port = listening.getsockname()[1]
    environment = {
        **os.environ,
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT__SERVER_FINAL": "1",  # this app is the only one of its process: Prefect skips a copy
    }
    with log.open("ab") as output, listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.server_process", str(listening.fileno())],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=environment,
            cwd=Path(__file__).parents[1],
            pass_fds=(listening.fileno(),),
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the server in our own order
        )
    return Server(f"http://127.0.0.1:{port}/api", process, log, starting)


def _lock(starting: IO[bytes]) -> None:
    """Wait until no other server of this home is being started, or until that has taken too long."""
    over = time.monotonic() + START_SECONDS
    while time.monotonic() < over:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(starting, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.1)


def wait_until_ready(server: Server, seconds: float = START_SECONDS) -> None:
    """Return when the server answers. Raises HechaError when it does not in time or ended."""
    end = time.monotonic() + seconds
    handlers = [urllib.request.ProxyHandler({})] if server.process is not None else []
    opener = urllib.request.build_opener(*handlers)
    while time.monotonic() < end:
        if server.process is not None and server.process.poll() is not None:
            raise HechaError(f"本地调度服务未能启动，详情见 {server.log}。")
        try:
            with opener.open(f"{server.url}/health", timeout=1) as answer:
                if answer.status == 200:
                    if server.starting is not None:
                        server.starting.close()
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    raise HechaError(f"调度服务 {server.url} 在{seconds:.0f}秒内没有应答，详情见 {server.log}。")


def stop(server: Server) -> None:
    """End our own server and everything in its process group; a server that is not ours is left alone."""
    process = server.process
    if process is None:
        return
    if server.starting is not None:
        server.starting.close()
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # the leader is gone; whatever it may have started shares its group
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
