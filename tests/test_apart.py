from __future__ import annotations

import hashlib
import os
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from models.document import Artifact
from models.views import ErrorView
from tasks import apart
from tasks.apart import DIED_MESSAGE, HUNG_MESSAGE, Child, ChildLost, Reader
from tests.flows.made import report


def artifact(name: str, content: bytes) -> Artifact:
    return Artifact(name, content, hashlib.sha256(content).hexdigest())


def echo(connection: Connection) -> None:
    while True:
        connection.send(connection.recv())


def sleeps(connection: Connection) -> None:
    time.sleep(600)


def dies(connection: Connection) -> None:
    os.abort()


def hoards(connection: Connection) -> None:
    try:
        connection.send(len(bytearray(3 << 30)))
    except MemoryError:
        connection.send("no")


def told(work: object, patience: float = 60.0) -> str:
    child = Child(work, log_file=None, memory_mb=2048)  # type: ignore[arg-type]
    try:
        with pytest.raises(ChildLost) as lost:
            child.hear(patience)
        return str(lost.value)
    finally:
        child.end()


def test_a_child_answers() -> None:
    child = Child(echo, log_file=None, memory_mb=2048)
    child.say("一")
    assert child.hear(60) == "一"
    child.end()


def test_a_child_that_dies_or_stands_still_is_lost() -> None:
    assert told(dies) == DIED_MESSAGE
    assert told(sleeps, 0.5) == HUNG_MESSAGE.format(seconds=0.5)


def test_a_child_gets_no_more_memory_than_its_limit() -> None:
    child = Child(hoards, log_file=None, memory_mb=2048)
    assert child.hear(60) == "no"
    child.end()


def answers(connection: Connection) -> None:
    """Stands in for a reader that a file kills: what it is given decides."""
    while True:
        for file in connection.recv():
            if file.content == b"kill":
                os.abort()
            if file.content == b"hang":
                time.sleep(600)
            connection.send([ErrorView(file.name, "unreadable", str(os.getpid()))])


def test_the_file_that_costs_the_child_is_named_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "_take_in_each", answers)
    files = [artifact(f"{n}.txt", c) for n, c in enumerate((b"a", b"kill", b"b", b"hang", b"c"))]
    with Reader(longest=1.5, memory_mb=2048) as reader:
        found = [answer for (answer,) in reader.take_in(files) if isinstance(answer, ErrorView)]
    assert [(e.file, e.kind) for e in found] == [
        ("0.txt", "unreadable"),
        ("1.txt", "internal"),
        ("2.txt", "unreadable"),
        ("3.txt", "internal"),
        ("4.txt", "unreadable"),
    ]
    assert [found[1].message, found[3].message] == [DIED_MESSAGE, HUNG_MESSAGE.format(seconds=1.5)]
    assert len({found[n].message for n in (0, 2, 4)}) == 3  # a new child after each loss


def test_files_are_read_in_the_child(tmp_path: Path) -> None:
    with Reader(log_file=tmp_path / "log") as reader:
        good, empty = reader.take_in([artifact("a.txt", report().encode()), artifact("b.txt", b"")])
    assert isinstance(good[0], dict)
    assert good[0]["reports"][0]["agency"] == "云栖市映溪区水务局"
    assert empty == [ErrorView("b.txt", "unreadable", "文件是空的（0 字节），请重新提交。")]
    assert list(tmp_path.iterdir()) == []  # nothing was logged
