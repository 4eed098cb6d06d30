"""The structured log: one line a record, with what it is about, from threads and processes alike."""

from __future__ import annotations

import contextvars
import json
import logging
import multiprocessing
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models import logs

log = logging.getLogger("hecha")
SENTENCE = "读取第%d份报告"


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """Whatever a block sets is taken back."""
    before = (log.level, list(log.handlers))
    yield
    assert (log.level, log.handlers) == before
    assert logs.current() == {}


def lines(home: Path) -> list[dict[str, Any]]:
    text = (home / "log" / "hecha.jsonl").read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_a_line(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    with logs.json_lines(tmp_path), logs.about(run=7):
        log.info(SENTENCE, 1)
        with logs.about(chunk=3, file="映溪区\n水务局.txt"):
            logging.getLogger("hecha.read").warning("two\nlines", extra={"submission": "ab12"})
        log.debug("not this")
    log.error("nor this")
    first, second = lines(tmp_path)
    for line in (first, second):
        time = line.pop("time")
        assert time.endswith("Z")
        assert abs((datetime.fromisoformat(time) - before).total_seconds()) < 60
    assert first == {"level": "INFO", "logger": "hecha", "message": "读取第1份报告", "run": 7}
    assert second == {
        "level": "WARNING",
        "logger": "hecha.read",
        "message": "two\nlines",
        "run": 7,
        "chunk": 3,
        "file": "映溪区\n水务局.txt",
        "submission": "ab12",
    }


def test_an_exception_and_what_cannot_be_written() -> None:
    # not through the logger: the runner of the tests cannot pass on such text either
    try:
        raise ValueError("错误\udcff")
    except ValueError:
        record = logging.LogRecord("hecha", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    line = logs.as_line(record)
    failed = json.loads(line)
    assert failed["exception"].startswith("Traceback (most recent call last):\n")
    assert failed["exception"].endswith("ValueError: 错误\udcff")


@pytest.mark.parametrize(
    ("form", "given", "said"),
    [("%d", "no number", "%d ('no number',)"), ("no place for it", "here", "no place for it ('here',)")],
)
def test_a_wrong_format_costs_no_line(form: str, given: str, said: str) -> None:
    record = logging.LogRecord("hecha", logging.ERROR, __file__, 1, form, (given,), None)
    assert json.loads(logs.as_line(record))["message"] == said


def test_nested_blocks_write_a_line_once(tmp_path: Path) -> None:
    with logs.json_lines(tmp_path):
        with logs.json_lines(tmp_path):
            log.info("once")
        log.info("twice")
    assert [line["message"] for line in lines(tmp_path)] == ["once", "twice"]


def test_a_log_that_was_moved_away_begins_anew(tmp_path: Path) -> None:
    with logs.json_lines(tmp_path):
        log.info("old")
        logs.log_file(tmp_path).rename(tmp_path / "hecha.jsonl.1")
        log.info("new")
    assert [line["message"] for line in lines(tmp_path)] == ["new"]


def test_a_log_that_cannot_be_written_stops_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    with logs.json_lines(tmp_path):
        log.info("lost")
    assert capfd.readouterr() == ("", "")


def test_the_plain_log_gets_no_more_than_before(tmp_path: Path) -> None:
    plain = logging.FileHandler(tmp_path / "hecha.log", encoding="utf-8")
    plain.setLevel(logging.WARNING)
    log.addHandler(plain)
    try:
        with logs.json_lines(tmp_path):
            log.info("structured only")
            log.warning("both")
    finally:
        log.removeHandler(plain)
        plain.close()
    assert (tmp_path / "hecha.log").read_text(encoding="utf-8") == "both\n"
    assert [line["message"] for line in lines(tmp_path)] == ["structured only", "both"]


def test_threads_that_copy_their_context(tmp_path: Path) -> None:
    with logs.json_lines(tmp_path), logs.about(run=7):
        threads = []
        for number in range(4):
            with logs.about(chunk=number):
                context = contextvars.copy_context()
            threads.append(threading.Thread(target=context.run, args=(log.info, SENTENCE, number)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted((line["run"], line["chunk"], line["message"]) for line in lines(tmp_path)) == [
        (7, number, f"读取第{number}份报告") for number in range(4)
    ]


def _writes(home: Path, about: logs.About, number: int) -> None:
    with logs.json_lines(home), logs.about(about, submission=f"{number}"):
        for _ in range(200):
            log.info("长" * 2000)


def test_processes_write_whole_lines(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with logs.about(run=7, chunk=2):
        children = [
            spawn.Process(target=_writes, args=(tmp_path, logs.current(), number)) for number in range(2)
        ]
        for child in children:
            child.start()
        for child in children:
            child.join(60)
    found = lines(tmp_path)
    assert {line["message"] for line in found} == {"长" * 2000}
    assert {(line["run"], line["chunk"]) for line in found} == {(7, 2)}
    assert sorted(line["submission"] for line in found) == ["0"] * 200 + ["1"] * 200
