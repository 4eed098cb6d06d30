from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import HECHA, environment, hecha
from tests.flows.made import report, write

pytestmark = pytest.mark.prefect

WATER, SCHOOLS, MARKETS = "云栖市映溪区水务局", "云栖市映溪区教育局", "云栖市映溪区市场监督管理局"
ROSTER = (
    "agency,rank,organ,parent,aliases,first_year\n"
    f"{WATER},county,department,,,2019\n"
    f"{SCHOOLS},county,department,,,2019\n"
    f"{MARKETS},county,department,,,2019\n"
)
CARRIED_OUT = {
    "t3.carried_out.natural_person": "2",
    "t3.carried_out.total": "2",
    **{
        f"t3.results.{line}.{column}": "3"
        for line in ("full_disclosure", "total")
        for column in ("natural_person", "total")
    },
}


def processes_of(home: Path) -> list[str]:
    """The command lines of all running processes that were given this home (Linux)."""
    found = []
    mark = str(home.resolve()).encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            if command and (mark in command or mark in (entry / "environ").read_bytes()):
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def tables(home: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(home / "hecha.db") as database:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY 1")
        ]
        return {name: database.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names}


def written(home: Path) -> dict[Path, str]:
    """The pages of all reports, but for the minute of the sweep."""
    return {
        path: re.sub(r"核查时间 [^　（<]*", "", path.read_text(encoding="utf-8"))
        for path in (home / "site" / "reports").iterdir()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A source of two agencies' reports, of which one is wrong, and of two files that are none."""
    folder = tmp_path_factory.mktemp("sweep")
    write(folder / "in" / "2022", "水务局.txt", report(WATER, 2022, CARRIED_OUT))
    write(folder / "in" / "2023", "水务局.txt", report(WATER, 2023))
    write(folder / "in" / "2023", "教育局.txt", report(SCHOOLS, 2023, {"t4.review.upheld": "3"}))
    write(folder / "in" / "2023", "教育局副本.txt", report(SCHOOLS, 2023, {"t4.review.upheld": "3"}))
    write(folder / "in", "empty.txt", "")
    write(folder / "in", "notice.txt", "关于召开会议的通知\n\n定于周五召开会议。\n")
    write(folder, "roster.csv", ROSTER)
    yield folder


@pytest.fixture(scope="module")
def first(folder: Path) -> subprocess.CompletedProcess[str]:
    return hecha(folder, "sweep", "in", "--roster", "roster.csv")


def test_the_end_of_a_sweep(folder: Path, first: subprocess.CompletedProcess[str]) -> None:
    assert first.returncode == 0
    assert first.stderr == "启动调度服务\n清点文件：5\n读取报告：5\n核查评分\n生成网页\n"
    rows = [line.split() for line in first.stdout.splitlines()]
    reports = [row for row in rows if len(row) == 9 and row[1].isdigit()]
    assert [(row[0], row[1], row[4]) for row in reports] == [
        (SCHOOLS, "2023", "2"),  # T4-01; the text is the other bureau's
        (WATER, "2023", "3"),  # XY-01; the text is the other bureau's, and last year's
        (WATER, "2022", "1"),  # five answered by the text, three by the table
    ]
    assert "T4-01" in first.stdout and "XY-01" in first.stdout
    assert f"  {MARKETS}　2023年度\n" in first.stdout
    assert f"{MARKETS}　2022" not in first.stdout
    assert "  无法读取 empty.txt：" in first.stdout
    assert "  不是年度报告 notice.txt：" in first.stdout
    assert "另有1个文件与已列文件内容完全相同，不重复核查。\n" in first.stdout
    assert first.stdout.endswith("网页：.hecha/site/index.html\n")
    assert (folder / ".hecha" / "site" / "index.html").exists()
    assert "\x1b" not in first.stdout + first.stderr


def test_nothing_is_left_running_and_nothing_lies_outside(
    folder: Path, first: subprocess.CompletedProcess[str]
) -> None:
    assert processes_of(folder / ".hecha") == []
    assert sorted(path.name for path in folder.iterdir()) == [".hecha", "in", "roster.csv", "user-home"]
    assert list((folder / "user-home").iterdir()) == []
    assert not (folder / ".hecha" / "log" / "hecha.log").exists()


def test_what_was_stored(folder: Path, first: subprocess.CompletedProcess[str]) -> None:
    stored = tables(folder / ".hecha")
    assert {name: len(stored[name]) for name in ("runs", "reports", "submissions", "evaluations")} == {
        "runs": 1,
        "reports": 3,
        "submissions": 3,
        "evaluations": 3,
    }
    kept = [path for path in (folder / ".hecha" / "store").rglob("*") if path.is_file()]
    assert len(kept) == 5  # every file that differs, also those that are no report


def test_a_second_sweep_reads_nothing_and_adds_a_run_only(
    folder: Path, first: subprocess.CompletedProcess[str]
) -> None:
    home = folder / ".hecha"
    before = tables(home)
    chunks = {path: path.stat().st_mtime_ns for path in (home / "runs").rglob("*.parquet")}
    pages = written(home)
    second = hecha(folder, "sweep", "in", "--roster", "roster.csv")
    said = first.stderr.replace("读取报告：5\n核查评分\n", "与上次核查相比没有变化，沿用其结果\n")
    assert (second.returncode, second.stdout, second.stderr) == (0, first.stdout, said)
    after = tables(home)
    assert len(after.pop("runs")) == len(before.pop("runs")) + 1
    met = {"system_errors"}  # an error met again is the same row; it says in which run it was last met
    assert {name: rows for name, rows in after.items() if name not in met} == {
        name: rows for name, rows in before.items() if name not in met
    }
    assert len(after["system_errors"]) == len(before["system_errors"]) == 2
    assert {path: path.stat().st_mtime_ns for path in (home / "runs").rglob("*.parquet")} == chunks
    assert written(home) == pages
    assert processes_of(home) == []


def test_one_year_is_compared_with_the_year_before(
    folder: Path, first: subprocess.CompletedProcess[str]
) -> None:
    done = hecha(folder, "sweep", "in", "--year", "2023", "--roster", "roster.csv")
    assert done.returncode == 0
    assert done.stdout.count(WATER) == 1
    assert "XY-01" in done.stdout


def test_a_resubmission_reads_one_file(folder: Path, first: subprocess.CompletedProcess[str]) -> None:
    home = folder / ".hecha"
    before = set((home / "runs").rglob("files.json"))
    mended = report(SCHOOLS, 2023).replace("2024年1月20日", "2024年2月20日")
    write(folder / "in" / "2023", "教育局（更正）.txt", mended)
    done = hecha(folder, "sweep", "in", "--roster", "roster.csv")
    (line,) = [line for line in done.stdout.splitlines() if SCHOOLS in line]
    assert "第2版" in line
    (new,) = set((home / "runs").rglob("files.json")) - before
    assert new.read_text(encoding="utf-8").count('"name"') == 1


@pytest.mark.parametrize("moment", ["启动调度服务", "清点文件"])
def test_an_interrupted_sweep_leaves_nothing_and_is_taken_up_again(tmp_path: Path, moment: str) -> None:
    for number in range(3):
        write(tmp_path / "in", f"{number}.txt", report(f"云栖市映溪区第{number}分局"))
    write(tmp_path / "in", "z.txt", report("云栖市映溪区末分局"))
    process = subprocess.Popen(
        [HECHA, "sweep", "in"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None and process.stdout is not None
    if moment == "启动调度服务":
        time.sleep(2)
    else:
        while moment not in (line := process.stderr.readline()):
            assert line
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.stdout.read() == ""
    assert process.wait(60) == 130
    assert rest.endswith("已中断。\n")
    assert "Traceback" not in rest
    process.stderr.close()
    process.stdout.close()
    assert processes_of(tmp_path / ".hecha") == []
    again = hecha(tmp_path, "sweep", "in")
    assert again.returncode == 0
    assert "共4份报告" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere",), "找不到要核查的文件夹“nowhere”，请检查路径。\n"),
        (("in", "--roster", "nowhere.csv"), "找不到名册文件“nowhere.csv”，请检查路径。\n"),
    ],
)
def test_a_wrong_call_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    (tmp_path / "in").mkdir()
    done = hecha(tmp_path, "sweep", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)


def test_the_chunks_of_many_files_are_read_at_the_same_time(tmp_path: Path) -> None:
    for number in range(25):
        write(tmp_path / "in", f"{number:02}.txt", report(f"云栖市映溪区第{number}分局"))
    done = subprocess.run(
        [HECHA, "sweep", "in"],
        cwd=tmp_path,
        env=environment(tmp_path) | {"HECHA_CHUNK_SIZE": "10", "HECHA_BATCH_SIZE": "10"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "启动调度服务\n清点文件：25\n读取报告：25\n核查评分：3\n生成网页\n"
    assert "共25份报告" in done.stdout
    stored = tables(tmp_path / ".hecha")
    assert len(stored["submissions"]) == len(stored["evaluations"]) == 25
    assert len(list((tmp_path / ".hecha" / "runs").rglob("files.json"))) == 3
