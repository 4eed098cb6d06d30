"""A real PostgreSQL for tests and benchmarks, started from the machine's binaries as an ordinary user."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


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


@contextlib.contextmanager
def postgres_server() -> Iterator[Path]:
    """Start a server on a unix socket (no TCP), give the socket's folder, and leave nothing behind."""
    # Not under pytest's own folders: only root may enter them, and a socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="hecha-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    try:
        data = str(folder / "data")
        _run(folder, "initdb", "-D", data, "-U", "hecha", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        start_server(folder)
        try:
            yield folder
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                stop_server(folder)
    finally:
        shutil.rmtree(folder)


def start_server(folder: Path) -> None:
    """Start the server that lives in `folder`, and wait until it answers."""
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    _run(
        folder, "pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-o", options, "start"
    )


def stop_server(folder: Path) -> None:
    """Stop the server at once, as when its machine loses power: it recovers when it is started again."""
    _run(folder, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")


def _run(folder: Path, program: str, *arguments: str) -> None:
    binaries = server_binaries()
    assert binaries is not None, "no PostgreSQL server binaries (initdb, pg_ctl) on this machine"
    done = subprocess.run(
        as_ordinary_user([str(binaries / program), *arguments]),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
