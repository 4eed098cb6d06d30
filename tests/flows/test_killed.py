"""A sweep killed at any moment and started again ends in the rows of an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.command import HECHA, environment, hecha
from tests.flows.made import report, write
from tests.flows.test_sweep_command import processes_of

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(1200)]

AGENCIES = [f"云栖市映溪区{name}" for name in ("水务局", "教育局", "民政局", "财政局", "司法局", "商务局")]
KILLS = 10
OF_A_RUN = (
    "id",
    "run_id",
    "started_at",
    "finished_at",
    "received_at",
    "evaluated_at",
    "first_run_id",
    "last_run_id",
)
"""Columns that name a run or an instant: they cannot be alike."""


def source(folder: Path) -> None:
    for number, agency in enumerate(AGENCIES):
        for year in (2022, 2023):
            changes = {"t2.licensing.decisions": str(10 * number + year % 10)}
            if number == 2:
                changes["t4.review.upheld"] = "3"
            write(folder / "in" / str(year), f"{agency}.txt", report(agency, year, changes))
    write(folder / "in", "notice.txt", "关于召开会议的通知\n\n定于周五召开会议。\n")


def rows(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that says something of reports, without what names a run."""
    with sqlite3.connect(f"file:{home / 'hecha.db'}?mode=ro", uri=True) as database:
        submissions = dict(database.execute("SELECT id, sha256 FROM submissions"))
        found = {}
        for table in (
            "agencies",
            "reports",
            "submissions",
            "evaluations",
            "findings",
            "not_assessed",
            "changes",
        ):
            columns = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]
            kept = [c for c in columns if c not in OF_A_RUN and not c.endswith("_id")]
            named = [
                tuple(row) for row in database.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall()
            ]
            found[table] = sorted(named, key=repr)
        assert len(set(submissions.values())) == len(submissions)
        return found


def killed(folder: Path, after: float) -> bool:
    """Start a sweep and kill it with everything it started; return whether it was still at work."""
    running = subprocess.Popen(
        [HECHA, "sweep", "in"],
        cwd=folder,
        env=environment(folder) | {"HECHA_CHUNK_SIZE": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        running.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return True
    return False


def test_a_sweep_killed_ten_times_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    for folder in (undisturbed, disturbed):
        source(folder)
    begin = time.monotonic()
    assert hecha(undisturbed, "sweep", "in").returncode == 0
    length = time.monotonic() - begin
    moments = random.Random(7)
    hits = sum(killed(disturbed, moments.uniform(0.05, 0.95) * length) for _ in range(KILLS))
    assert hits >= KILLS // 2
    done = hecha(disturbed, "sweep", "in")
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)
    assert rows(disturbed / ".hecha") == rows(undisturbed / ".hecha")
    for _ in range(40):
        if not processes_of(disturbed / ".hecha"):
            break
        time.sleep(0.5)
    assert processes_of(disturbed / ".hecha") == []
