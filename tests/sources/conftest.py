"""Real servers for the tests of sources: a web site, an S3-compatible store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

from tests.sources.site import Site, running


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on this machine."""
    with running() as one:
        yield one


@pytest.fixture(scope="session")
def store() -> Iterator[str]:
    """The address of an S3-compatible server on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()
