"""The probe that readiness makes: on a folder and on a real S3-compatible server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from tasks.persist.store import probe_store


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty bucket."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hecha")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hecha-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.get_host_and_port()[1]}")
    fsspec.filesystem("s3", skip_instance_cache=True).clear_instance_cache()
    try:
        fsspec.filesystem("s3").mkdir("yingxi")
        yield "s3://yingxi"
    finally:
        server.stop()
        fsspec.filesystem("s3").clear_instance_cache()


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    probe_store((tmp_path / "a store").as_uri())
    assert list((tmp_path / "a store").iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(OSError):
        probe_store((tmp_path / "store").as_uri())


def test_a_bucket_is_left_empty_and_none_is_made(bucket: str) -> None:
    probe_store(f"{bucket}/store")
    filesystem = fsspec.filesystem("s3")
    assert filesystem.find("yingxi") == []
    with pytest.raises(OSError):
        probe_store("s3://nowhere/store")
    assert filesystem.ls("", refresh=True) == ["yingxi"]
