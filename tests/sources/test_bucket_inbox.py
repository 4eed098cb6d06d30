"""A folder of a bucket as an inbox: what is new in it is recorded once and told at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import s3fs
from sqlalchemy import Engine

from hecha.watch import Mark, look_into_bucket
from models.database import engine, upgrade
from models.settings import Settings
from tasks.persist.arrivals import Arrival, arrivals


class Inbox:
    """A bucket, the database behind it, and what the watcher said."""

    def __init__(self, store: str, folder: Path) -> None:
        self.filesystem = s3fs.S3FileSystem(
            key="reader", secret="made-up", endpoint_url=store, skip_instance_cache=True
        )
        self.name = f"inbox-{uuid4().hex[:8]}"
        self.filesystem.mkdir(self.name)
        self.chosen = Settings(home=folder, s3_endpoint=store, inbox_bucket=f"s3://{self.name}/in")
        upgrade(self.chosen.database)
        self.database: Engine = engine(self.chosen.database)
        self.seen: dict[Path, Mark] = {}
        self.emitted: list[Arrival] = []

    def put(self, key: str, content: bytes) -> None:
        self.filesystem.call_s3("put_object", Bucket=self.name, Key=key, Body=content)

    def look(self) -> list[str]:
        """The names of what this look started."""
        self.emitted.clear()
        url = str(self.chosen.inbox_bucket)
        look_into_bucket(
            url, self.seen, self.chosen, self.database, self.emitted.append, lambda arrival: None
        )
        return [arrival.file for arrival in self.emitted]


@pytest.fixture
def inbox(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    made = Inbox(store, tmp_path / "home")
    yield made
    made.database.dispose()
    made.filesystem.rm(made.name, recursive=True)


def test_what_is_new_is_taken_in_once(inbox: Inbox) -> None:
    inbox.put("elsewhere/甲.txt", b"1")
    inbox.put("in/教育局/甲.txt", "教育局".encode())
    inbox.put("in/乙.txt", "司法局".encode())
    assert sorted(inbox.look()) == ["乙.txt", "教育局/甲.txt"]
    assert inbox.look() == []
    inbox.put("in/丙.txt", "水务局".encode())
    assert inbox.look() == ["丙.txt"]
    # other bytes under the same name are another arrival; the same bytes under another name are none
    inbox.put("in/乙.txt", "司法局（更正）".encode())
    inbox.put("in/丙（又一次）.txt", "水务局".encode())
    assert inbox.look() == ["乙.txt"]
    kept = arrivals(inbox.database, ("recorded", "repeated"), limit=10)
    assert sorted((a.file, a.source, a.state) for a in kept) == [
        ("丙.txt", "bucket", "recorded"),
        ("丙（又一次）.txt", "bucket", "repeated"),
        ("乙.txt", "bucket", "recorded"),
        ("乙.txt", "bucket", "recorded"),
        ("教育局/甲.txt", "bucket", "recorded"),
    ]


def test_a_watcher_that_starts_anew_tells_nothing_twice(inbox: Inbox) -> None:
    inbox.put("in/甲.txt", "教育局".encode())
    assert inbox.look() == ["甲.txt"]
    (arrival,) = arrivals(inbox.database, ("recorded",), limit=10)
    inbox.seen.clear()
    inbox.look()
    assert [a.id for a in arrivals(inbox.database, ("recorded", "repeated"), limit=10)] == [arrival.id]
