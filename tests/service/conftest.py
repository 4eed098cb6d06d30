"""The web service on a real uvicorn at a free port, with its own home and a database of the storage tests' kind."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from models.settings import Settings
from tests.storage.conftest import database, empty_url, postgres, url
from tests.tell.servers import free_port

__all__ = ["database", "empty_url", "postgres", "url"]


def settings_of(home: Path, database_url: str, **values: object) -> Settings:
    given: dict[str, object] = {"home": home, "database_url": SecretStr(database_url), "min_free_disk_mb": 1}
    return Settings(**(given | values))  # type: ignore[arg-type]


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """Serve the application, give a client of it, and stop it."""
    port = free_port()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        end = time.monotonic() + 20
        while not server.started and time.monotonic() < end:
            time.sleep(0.02)
        assert server.started
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
