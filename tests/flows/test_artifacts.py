"""Artifacts of a run, made on a real Prefect server and read back from it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from flows.artifacts import gravest
from flows.server import configure, prefect_server, wait_until_ready
from tests.flows.test_server import own_environment
from tests.tell.test_texts import SUMMARY

pytestmark = pytest.mark.prefect
__all__ = ["own_environment"]
REPOSITORY = Path(__file__).resolve().parents[2]

PROGRAM = """
import json, sys, time
from prefect import flow
from flows.artifacts import progress_shown, show_run
from flows.progress import listening, tell
from tests.tell.test_texts import SUMMARY

heard = []

@flow(name="shows")
def shows():
    with listening(lambda *step: heard.append(step)), progress_shown(0.3):
        for done in range(1001):
            tell("读取报告", done, 1000)
        time.sleep(0.4)
        tell("核查评分", 0, 4)
        tell("核查评分", 1, 4)
        time.sleep(0.4)
        tell("核查评分", 3, 4)
    tell("核查评分", 4, 4)  # nobody listens any more
    show_run(SUMMARY, "https://pages.example.org/")

shows()
print(json.dumps(len(heard)))
"""


def in_a_flow(program: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def shown(tmp_path: Path) -> dict[str, Any]:
    with prefect_server(tmp_path / ".hecha") as server:
        wait_until_ready(server)
        heard = json.loads(in_a_flow(PROGRAM).stdout.splitlines()[-1])
        asked = urllib.request.Request(
            f"{server.url}/artifacts/filter", b'{"sort": "ID_DESC"}', {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked) as answer:
            found = json.load(answer)
    found.sort(key=lambda artifact: artifact["created"])
    rows = [[a[name] for name in ("key", "type", "data", "description")] for a in found]
    return {"heard": heard, "artifacts": rows}


def test_what_the_server_keeps(shown: dict[str, Any]) -> None:
    assert shown["heard"] == 1004
    artifacts = shown["artifacts"]
    assert artifacts[:2] == [
        ["hecha-progress", "progress", 100.0, "读取报告：1000/1000"],
        ["hecha-progress", "progress", 75.0, "核查评分：3/4"],
    ]
    summary, table, link = artifacts[2:]
    assert summary[:2] == ["hecha-summary", "markdown"]
    assert summary[2].startswith("## 2023年度报告核查已完成：1个文件无法读取，1份报告待核\n\n第7次核查已完成")
    assert "- 坏\\<b\\> .pdf：文件已损坏，请重新报送。\n" in summary[2]
    assert "| 需整改 | 1份 |" in summary[2]
    assert (table[0], table[1], table[3]) == ("hecha-gravest", "table", "问题最严重的报告（前10份）")
    assert json.loads(table[2]) == gravest(SUMMARY)
    assert link == ["hecha-pages", "markdown", "[核查网页](https://pages.example.org/)", "核查网页"]


def test_the_ten_gravest() -> None:
    assert gravest(SUMMARY) == [
        {
            "单位": "云栖市映溪区教育局",
            "年度": "2023",
            "得分": "61.5",
            "等级": "合格",
            "严重": 2,
            "一般": 1,
            "提示": 0,
            "待核": 1,
        }
    ]


def test_a_server_that_is_gone_costs_the_run_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    configure(tmp_path)
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "0")
    done = in_a_flow(
        "import logging, sys; logging.getLogger('hecha').addHandler(logging.StreamHandler(sys.stdout))\n"
        "from flows.artifacts import progress_shown, show_run\n"
        "from flows.progress import tell\n"
        "from tests.tell.test_texts import SUMMARY\n"
        "with progress_shown(0.0):\n    tell('读取报告', 1, 2)\n"
        "show_run(SUMMARY)\nprint('the end')"
    )
    said = [line for line in done.stdout.splitlines() if line.startswith("the ")]
    assert said == [
        "the progress of the run could not be shown",
        "the artifacts of run 7 could not be made",
        "the end",
    ]
    assert logging.getLogger("hecha").handlers == []
