from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from expectations.catalogue import ruleset
from expectations.template import load
from tests.cli.command import HECHA, checked, environment, hecha
from tests.flows.made import report, write

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "check-schema.json"
SEEDS = Path(__file__).resolve().parents[2] / ".." / "shared" / "seeds"
WRONG_TOTAL = {"t4.review.upheld": "3"}


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with every object closed: what is printed must be documented."""
    strict = copy.deepcopy(schema)

    def close(part: Any) -> None:
        if isinstance(part, dict):
            if "properties" in part and part.get("type") == "object":
                part.setdefault("additionalProperties", False)
            for inner in part.values():
                close(inner)
        elif isinstance(part, list):
            for inner in part:
                close(inner)

    close(strict)
    return strict


def faults(document: dict[str, Any]) -> list[str]:
    schema = closed(json.loads(SCHEMA.read_text(encoding="utf-8")))
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_a_clean_report(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", report())
    done = hecha(tmp_path, "check", "a.txt", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert faults(document) == []
    assert document["schema"] == "hecha.check/1"
    assert document["ruleset"] == {
        "version": ruleset().version,
        "hash": ruleset().hash,
        "profile": "default",
        "profile_hash": ruleset().profile_hash,
    }
    (only,) = document["reports"]
    assert (only["file"], only["format"], only["agency"], only["year"], only["template"]) == (
        "a.txt",
        "txt",
        "云栖市映溪区水务局",
        2023,
        "v2021",
    )
    assert list(only["cells"]) == list(load("v2021").cells)
    assert only["cells"]["t3.received_new.total"] | {"where": {}} == {
        "raw": "5",
        "value": 5,
        "kind": "number",
        "where": {},
        "read_by": "text",
        "confidence": 1.0,
    }
    assert only["findings"] == []
    undecided = {rule for rule, verdict in only["verdicts"].items() if verdict == "NOT_ASSESSABLE"}
    assert {"XY-01", "XY-02", "T2-03"} - set(
        only["score"]["left_out"]
    ) == set()  # no report of the year before
    # an overview too short to be told empty talk, and no date of publication
    assert undecided - set(only["score"]["left_out"]) == {"DUP-04", "TIME-05"}
    assert {entry["rule"] for entry in only["not_assessed"]} == undecided
    assert [section["key"] for section in only["sections"]] == [s.key for s in load("v2021").sections]
    assert document["errors"] == []
    assert not (tmp_path / ".hecha").exists()


def test_a_wrong_total(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", report(changes=WRONG_TOTAL))
    (finding,) = checked(tmp_path, "b.txt")["reports"][0]["findings"]
    assert {
        key: finding[key] for key in ("rule", "severity", "cells", "observed", "expected", "difference")
    } == {
        "rule": "T4-01",
        "severity": "critical",
        "cells": finding["cells"],
        "observed": 0,
        "expected": 3,
        "difference": -3,
    }
    assert "t4.review.total" in finding["cells"]
    assert isinstance(finding["expected"], int)


@pytest.mark.parametrize(
    ("changes", "arguments", "status"),
    [
        (WRONG_TOTAL, (), 1),
        (WRONG_TOTAL, ("--fail-on", "warning"), 1),
        (WRONG_TOTAL, ("--fail-on", "never"), 0),
        ({"t3.received_new.research": ""}, ("--fail-on", "critical"), 0),
        ({"t3.received_new.research": ""}, ("--fail-on", "warning"), 1),
    ],
)
def test_status(tmp_path: Path, changes: dict[str, str], arguments: tuple[str, ...], status: int) -> None:
    write(tmp_path, "b.txt", report(changes=changes))
    done = hecha(tmp_path, "check", "b.txt", *arguments)
    assert (done.returncode, done.stderr) == (status, "")


def test_what_a_person_reads(tmp_path: Path) -> None:
    write(tmp_path, "b [bold].txt", report(changes=WRONG_TOTAL))
    done = hecha(tmp_path, "check", "b [bold].txt")
    assert "b [bold].txt" in done.stdout
    assert "严重 T4-01 表四“行政复议”" in done.stdout
    assert "\x1b" not in done.stdout


def test_bad_files_stop_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "来件"
    write(folder, "a.txt", report())
    write(folder, "empty.txt", "")
    write(folder, "notice.txt", "关于召开会议的通知\n\n定于周五召开会议，请准时参加。\n")
    write(folder, "no\nbreak.txt", report(agency="云栖市映溪区教育局"))
    Path(os.fsdecode(os.fsencode(folder) + b"/gbk-\xb1\xa8.txt")).write_text("x", encoding="utf-8")
    document = checked(tmp_path, folder, tmp_path / "nowhere.pdf")
    assert faults(document) == []
    assert [(r["file"], r["agency"]) for r in document["reports"]] == [
        ("a.txt", "云栖市映溪区水务局"),
        ("no\nbreak.txt", "云栖市映溪区教育局"),
    ]
    assert [(e["file"], e["kind"]) for e in document["errors"]] == [
        ("empty.txt", "unreadable"),
        ("gbk-报.txt", "not_a_report"),
        ("notice.txt", "not_a_report"),
        (str(tmp_path / "nowhere.pdf"), "unreadable"),
    ]
    shown = hecha(tmp_path, "check", folder).stdout
    assert "no\\nbreak.txt" in shown


def test_nothing_to_read(tmp_path: Path) -> None:
    write(tmp_path, "empty.txt", "")
    (tmp_path / "folder").mkdir()
    unreadable = hecha(tmp_path, "check", "empty.txt", "--json")
    assert unreadable.returncode == 2
    assert [error["kind"] for error in json.loads(unreadable.stdout)["errors"]] == ["unreadable"]
    nothing = hecha(tmp_path, "check", "folder")
    assert (nothing.returncode, nothing.stderr) == (2, "没有找到可以核查的文件，请检查路径。\n")
    assert hecha(tmp_path, "check").returncode == 2
    assert hecha(tmp_path, "check", "empty.txt", "--fail-on", "sometimes").returncode == 2


def test_the_same_bytes_under_two_names(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", report())
    write(tmp_path, "b.txt", report())
    first, second = checked(tmp_path, "a.txt", "b.txt")["reports"]
    assert (first["file"], second["file"]) == ("a.txt", "b.txt")
    assert first | {"file": ""} == second | {"file": ""}


def test_years_are_compared(tmp_path: Path) -> None:
    carried = {"t3.carried_out.natural_person": "2", "t3.carried_out.total": "2"}
    answered = {
        f"t3.results.{line}.{column}": "3"
        for line in ("full_disclosure", "total")
        for column in ("natural_person", "total")
    }
    text = report(year=2022, changes=carried | answered).replace("答复依申请公开5件", "答复依申请公开3件")
    write(tmp_path, "2022.txt", text)
    write(tmp_path, "2023.txt", report(year=2023))
    before, after = checked(tmp_path, "2022.txt", "2023.txt")["reports"]
    assert before["findings"] == []
    total = next(finding for finding in after["findings"] if finding["rule"] == "XY-01")
    assert (total["observed"], total["expected"], total["severity"]) == (0, 2, "critical")
    alone = checked(tmp_path, "2023.txt")["reports"][0]
    assert alone["verdicts"]["XY-01"] == "NOT_ASSESSABLE"


def test_roster(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", report(agency="映溪区水务局"))
    header = "agency,rank,organ,parent,aliases,first_year\n"
    write(tmp_path, "roster.csv", header + "云栖市映溪区水务局,county,department,,映溪区水务局,2019\n")
    named = checked(tmp_path, "a.txt", "--roster", "roster.csv")["reports"][0]
    assert (named["agency"], named["rank"]) == ("云栖市映溪区水务局", "county")
    write(tmp_path, "bad.csv", "agency\n")
    refused = hecha(tmp_path, "check", "a.txt", "--roster", "bad.csv")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("名册“bad.csv”")
    assert refused.stderr.count("\n") == 1


def test_the_same_call_gives_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", report(changes=WRONG_TOTAL))
    assert (
        hecha(tmp_path, "check", "b.txt", "--json").stdout
        == hecha(tmp_path, "check", "b.txt", "--json").stdout
    )


def test_help_names_the_commands(tmp_path: Path) -> None:
    done = hecha(tmp_path, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    commands = ("check", "show", "sweep", "score", "diff", "rules")
    assert [command for command in commands if f"\n  {command} " in done.stdout] == list(commands)


def test_the_command_itself_imports_nothing_heavy(tmp_path: Path) -> None:
    program = "import sys, hecha.cli; print({'polars', 'prefect', 'great_expectations', 'pydantic', 'rich'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(HECHA).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"


def test_version(tmp_path: Path) -> None:
    assert hecha(tmp_path, "--version").stdout == f"hecha {version('hecha')}\n"


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", report())
    done = subprocess.run(
        [HECHA, "check", "a.txt"],
        cwd=tmp_path,
        env=environment(tmp_path) | {"HECHA_MAX_FILE_MB": "viel"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "环境变量 HECHA_MAX_FILE_MB 的值“viel”有误，应为不小于1的整数。\n"


def test_a_closed_pipe_gives_no_traceback(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / "many", f"{number}.txt", report(agency=f"云栖市映溪区第{number}分局"))
    process = subprocess.Popen(
        [HECHA, "check", "many", "--json"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 141
    process.stderr.close()


def _once_it_is_read(pipe: Path) -> int:
    """Wait until somebody has opened the pipe for reading; return our end of it."""
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.1)


def test_ctrl_c_gives_one_word(tmp_path: Path) -> None:
    # a pipe without a writer: reading it waits for ever, as a slow disk would
    os.mkfifo(tmp_path / "roster.csv")
    write(tmp_path, "a.txt", report())
    process = subprocess.Popen(
        [HECHA, "check", "a.txt", "--roster", "roster.csv"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    writer = _once_it_is_read(tmp_path / "roster.csv")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == ("", "已中断。\n")
    os.close(writer)
    assert process.returncode == 130


def test_the_seeds_conform_to_the_schema(tmp_path: Path) -> None:
    if not SEEDS.exists():
        pytest.skip("the seed reports (../shared/seeds) are not on this machine")
    document = checked(tmp_path, SEEDS)
    assert faults(document) == []
    assert (len(document["reports"]), document["errors"]) == (5, [])
