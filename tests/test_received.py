"""The inbox: what counts as whole, what is recorded, where it goes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import engine, upgrade
from tasks.persist import read_original
from tasks.persist.arrivals import arrivals
from tasks.received import Sight, files, place, receive, whole

LIMIT = 1000


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    url = f"sqlite:///{tmp_path / 'hecha.db'}"
    upgrade(url)
    return engine(url)


def put(path: Path, text: str, written: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (written, written))
    return path


def test_a_file_is_whole_when_it_has_stood_still(tmp_path: Path) -> None:
    seen: dict[Path, Sight] = {}
    path = put(tmp_path / "a.txt", "一", 100)
    assert whole(tmp_path, seen, 2.0, now=0.0) == []
    assert whole(tmp_path, seen, 2.0, now=1.9) == []
    put(path, "一二", 101)
    assert whole(tmp_path, seen, 2.0, now=2.5) == []
    assert whole(tmp_path, seen, 2.0, now=4.5) == [path]
    path.unlink()
    assert (whole(tmp_path, seen, 2.0, now=9.0), seen) == ([], {})


def test_files_come_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    written = {"c.txt": 1, "一/b.txt": 2, "a.txt": 3}
    paths = [put(tmp_path / name, name, at) for name, at in written.items()]
    assert whole(tmp_path, {}, 0.0, now=0.0) == paths


@pytest.mark.parametrize(
    "name", [".a.txt", "~$a.docx", "a.txt.part", "a.CRDOWNLOAD", ".tmp/a.txt", "a.txt.tmp"]
)
def test_what_is_still_being_written_is_left_alone(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, "x", 1)
    assert whole(tmp_path, {}, 0.0, now=0.0) == []


def test_what_is_received_is_recorded_kept_and_moved(tmp_path: Path, database: Engine) -> None:
    home, store = tmp_path / "home", str(tmp_path / "store")
    first = receive(put(tmp_path / "in" / "a.txt", "报告", 1), "a.txt", database, home, store, LIMIT)
    again = receive(put(tmp_path / "in" / "b.txt", "报告", 2), "b.txt", database, home, store, LIMIT)
    assert [(a.file, a.state, a.repeats_id) for a in (first, again)] == [
        ("a.txt", "recorded", None),
        ("b.txt", "repeated", first.id),
    ]
    assert list((tmp_path / "in").iterdir()) == []
    assert read_original(first.sha256, store) == "报告".encode()
    place(home, first.sha256).unlink()  # another machine has only the store
    (listed,) = files([first], home, store, LIMIT).values()
    assert [(f.name, Path(f.path).read_text(encoding="utf-8")) for f in listed.files] == [("a.txt", "报告")]


def test_what_is_too_large_is_kept_and_told(tmp_path: Path, database: Engine) -> None:
    path = put(tmp_path / "in" / "a.txt", "x" * 3_000_000, 1)
    arrival = receive(path, "a.txt", database, tmp_path / "home", str(tmp_path / "store"), 1 << 20)
    assert (arrival.state, arrival.message) == (
        "failed",
        "文件有2 MB，超过1 MB上限，未予收取；请只提交年度报告本身。",
    )
    assert place(tmp_path / "home", arrival.sha256).stat().st_size == 3_000_000
    assert arrivals(database, ("recorded",)) == []


def test_what_cannot_be_fetched_back_is_an_error_of_that_file(tmp_path: Path, database: Engine) -> None:
    home, store = tmp_path / "home", str(tmp_path / "store")
    arrival = receive(put(tmp_path / "in" / "a.txt", "报告", 1), "a.txt", database, home, store, LIMIT)
    place(home, arrival.sha256).unlink()
    (tmp_path / "store" / arrival.sha256[:2] / arrival.sha256).unlink()
    (listed,) = files([arrival], home, store, LIMIT).values()
    assert (listed.files, [(e.file, e.kind) for e in listed.errors]) == ((), [("a.txt", "unreadable")])
