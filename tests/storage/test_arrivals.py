"""The inbox: the same bytes once, in order, and never in two hands."""

from __future__ import annotations

import multiprocessing
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import engine
from models.errors import ConfigurationError
from tasks.persist.arrivals import (
    Arrival,
    arrivals,
    backlog,
    mark,
    mark_told,
    next_arrivals,
    record_arrival,
    take_back,
    untold,
)
from tests.storage.made import sha

AT = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def arrive(database: Engine, name: str, agency: str | None = "映溪区教育局", **more: object) -> Arrival:
    known = {"year": 2023, "received_at": AT} | more
    return record_arrival(database, "folder", f"{name}.docx", sha(name), 7, agency=agency, **known)  # type: ignore[arg-type]


def names(taken: list[Arrival]) -> list[str]:
    return [arrival.file.removesuffix(".docx") for arrival in taken]


def test_an_arrival_comes_back_as_it_was_recorded(database: Engine) -> None:
    recorded = record_arrival(
        database, "upload", "a\x00\udc80.docx", sha("甲"), 2**40, received_at=AT, parcel="来信一", position=3
    )
    assert recorded == Arrival(
        id=1,
        received_at=AT,
        source="upload",
        file="a\x00\udc80.docx",
        sha256=sha("甲"),
        size=2**40,
        state="recorded",
        repeats_id=None,
        run_id=None,
        report_id=None,
        agency=None,
        year=None,
        parcel="来信一",
        position=3,
        message=None,
        taken_at=None,
        told_at=None,
    )
    assert arrivals(database, ["recorded"]) == [recorded]


def test_the_same_bytes_are_worked_on_once(database: Engine) -> None:
    first = arrive(database, "甲")
    assert arrive(database, "甲") == first  # the watcher looked again
    other = record_arrival(database, "upload", "改名.docx", sha("甲"), 7, received_at=AT)
    assert (other.state, other.repeats_id, other.agency, other.year) == ("repeated", 1, "映溪区教育局", 2023)
    assert record_arrival(database, "upload", "改名.docx", sha("甲"), 7) == other
    again = record_arrival(database, "upload", "改名.docx", sha("甲"), 7, parcel="来信二")
    assert (again.state, again.repeats_id, again.id != other.id) == ("repeated", 1, True)
    assert names(next_arrivals(database)) == ["甲"]
    assert next_arrivals(database) == []
    mark(database, first.id, "done")
    assert [arrival.state for arrival in (arrive(database, "甲"), arrive(database, "甲", parcel="三"))] == [
        "done",
        "repeated",
    ]
    assert backlog(database) == {"recorded": 0, "running": 0}


def test_ten_versions_keep_their_order_and_other_agencies_do_not_wait(database: Engine) -> None:
    for position in reversed(range(10)):
        arrive(database, f"v{position}", parcel="来信", position=position)
    arrive(database, "他局", "映溪区司法局", received_at=AT + timedelta(minutes=1))
    assert names(next_arrivals(database, 3)) == ["v0", "v1", "v2"]
    # the versions that follow wait until these are through
    assert names(next_arrivals(database, 3)) == ["他局"]
    assert next_arrivals(database, 3) == []
    assert backlog(database) == {"recorded": 7, "running": 4}
    first, second, third = (a for a in arrivals(database, ["running"])[::-1] if a.agency == "映溪区教育局")
    mark(database, first.id, "done")
    mark(database, second.id, "failed", message="文件已损坏，请重新报送。")
    assert next_arrivals(database, 3) == []
    mark(database, third.id, "done")
    assert names(next_arrivals(database, 3)) == ["v3", "v4", "v5"]


def test_a_backlog_is_worked_through_in_order_of_arrival(database: Engine) -> None:
    for number in (3, 1, 2):
        arrive(database, f"{number}", f"映溪区{number}局", received_at=AT + timedelta(hours=number))
    arrive(database, "无名", None, received_at=AT)
    arrive(database, "无年", year=None, received_at=AT + timedelta(hours=9))
    assert names(next_arrivals(database, 2)) == ["无名", "1"]
    # the one without a year may be of the same agency and year as the one without a name
    assert names(next_arrivals(database)) == ["2", "3"]
    mark(database, arrivals(database, ["running"])[-1].id, "done")
    assert names(next_arrivals(database)) == ["无年"]


def test_an_agency_learnt_later_joins_its_queue(database: Engine) -> None:
    arrive(database, "甲")
    nameless = arrive(database, "无名", None)
    assert mark(database, nameless.id, "recorded", agency="映溪区教育局").agency == "映溪区教育局"
    assert names(next_arrivals(database, 1)) == ["甲"]
    assert next_arrivals(database) == []


def test_what_a_dead_watcher_left_is_taken_back(database: Engine) -> None:
    arrive(database, "甲")
    (taken,) = next_arrivals(database)
    assert taken.taken_at is not None
    assert take_back(database, taken.taken_at) == 0
    assert take_back(database, FAR) == 1
    assert names(next_arrivals(database)) == ["甲"]


def test_people_are_told_once(database: Engine) -> None:
    for name in ("甲", "乙", "丙"):
        arrive(database, name, f"{name}局")
    arrive(database, "甲", "甲局", parcel="又来")
    first, second, _ = next_arrivals(database)
    mark(database, first.id, "done")
    mark(database, second.id, "failed", message="文件已损坏，请重新报送。")
    assert [(a.file, a.state, a.message) for a in untold(database)] == [
        ("甲.docx", "done", None),
        ("乙.docx", "failed", "文件已损坏，请重新报送。"),
        ("甲.docx", "repeated", None),
    ]
    mark_told(database, [a.id for a in untold(database)], AT)
    assert untold(database) == []
    assert [a.told_at for a in arrivals(database, ["done"])] == [AT]


def test_marking_what_is_not_there_or_only_repeats(database: Engine) -> None:
    arrive(database, "甲")
    repeated = arrive(database, "甲", parcel="又来")
    with pytest.raises(ConfigurationError) as unknown:
        mark(database, 99, "done")
    assert str(unknown.value) == "收件箱中没有编号为99的来件，请核对编号。"
    with pytest.raises(ConfigurationError) as repeats:
        mark(database, repeated.id, "done")
    expected = f"编号为{repeated.id}的来件与编号为1的来件内容相同，无需另行处理。"
    assert str(repeats.value) == expected


def watch(url: str, folder: str, number: int, total: int) -> None:
    """One of several watchers: records everything, takes what it gets, notes in which order."""
    database = engine(url)
    for version in range(10):
        for agency in range(6):
            record_arrival(
                database,
                "folder",
                f"{agency}-{version}.docx",
                sha(f"{agency}-{version}"),
                1,
                received_at=AT,
                agency=f"{agency}局",
                year=2023,
                position=version,
            )
    log = Path(folder) / f"{number}.txt"
    through = 0
    started = time.monotonic()
    while through < total and time.monotonic() - started < 60:
        for arrival in next_arrivals(database, 4):
            with log.open("a") as file:
                file.write(f"{time.monotonic_ns()} {arrival.file.removesuffix('.docx')}\n")
            mark(database, arrival.id, "done")
        through = len(arrivals(database, ["done"], total))
    database.dispose()


def test_two_watchers_share_the_inbox(url: str, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    watchers = [context.Process(target=watch, args=(url, str(tmp_path), n, 60)) for n in range(2)]
    for process in watchers:
        process.start()
    for process in watchers:
        process.join(120)
    assert [process.exitcode for process in watchers] == [0, 0]
    lines = [line.split() for log in tmp_path.glob("?.txt") for line in log.read_text().splitlines()]
    done = [name.split("-") for _, name in sorted(lines, key=lambda line: int(line[0]))]
    assert {agency: [v for a, v in done if a == agency] for agency in "012345"} == {
        agency: list("0123456789") for agency in "012345"
    }
    database = engine(url)
    assert [len(arrivals(database, [state], 100)) for state in ("done", "repeated")] == [60, 0]  # type: ignore[list-item]
    database.dispose()
