"""`hecha up` as an office runs it: real server, worker, inbox, pages; what arrives is judged by itself."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows import on_demand
from tests.cli.command import HECHA, environment
from tests.flows.made import report, write
from tests.flows.test_sweep_command import processes_of

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(900)]

WATER, SCHOOLS, HEALTH = "云栖市映溪区水务局", "云栖市映溪区教育局", "云栖市映溪区卫生健康局"
WRONG = {"t4.review.upheld": "3"}
TOKEN = "a-token-of-the-tests"
BEIJING = ZoneInfo("Asia/Shanghai")
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
ROSTER = "agency,rank,organ,parent,aliases,first_year\n" + "".join(
    f"{name},county,department,,,2022\n" for name in (WATER, SCHOOLS, HEALTH)
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Office:
    """A running `hecha up`, its folder, its database and its Prefect server."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / ".hecha"
        self.inbox = self.home / "inbox"
        self.port = free_port()
        settings = {
            "HECHA_WEB_PORT": str(self.port),
            "HECHA_UPLOAD_TOKEN": TOKEN,
            "HECHA_INBOX_QUIET_SECONDS": "1",
        }
        self.process = subprocess.Popen(
            [HECHA, "up", "in", "--roster", "roster.csv"],
            cwd=folder,
            env=environment(folder) | settings,
            stdout=(folder / "said.txt").open("wb"),
            stderr=subprocess.STDOUT,
        )

    def said(self) -> str:
        return (self.folder / "said.txt").read_text(encoding="utf-8")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self.home / 'hecha.db'}?mode=ro", uri=True) as database:
            return database.execute(query).fetchall()

    @property
    def prefect_url(self) -> str:
        """The address of its Prefect server."""
        (url,) = {word.split("：")[1] for word in self.said().split("　") if word.startswith("调度服务")}
        return url.split()[0]

    def api(self, path: str, body: Any = None, method: str | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.prefect_url}{path}",
            json.dumps(body or {}).encode(),
            {"Content-Type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(20):
            try:
                with opener.open(request, timeout=30) as answer:
                    said = answer.read()
                    return json.loads(said) if said else None
            except urllib.error.HTTPError as error:  # busy: its own clients ask again as well
                if error.code != 503:
                    raise
                time.sleep(1)
        raise AssertionError("the Prefect server stays busy")

    def page(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                request, timeout=30
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def exported(self) -> str:
        """The first of the static pages."""
        return (self.home / "site" / "index.html").read_text(encoding="utf-8")

    def arrivals(self) -> dict[str, tuple[str, str | None, int | None]]:
        return {f: (s, a, y) for f, s, a, y in self.rows("SELECT file, state, agency, year FROM arrivals")}

    def through(self, *files: str) -> None:
        until(lambda: all(self.arrivals().get(f, ("",))[0] in ("done", "failed", "repeated") for f in files))


def until(reached: Callable[[], bool], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "not reached in time"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    write(folder / "in", "水务局2022.txt", report(WATER, 2022))
    write(folder / "in", "水务局.txt", report(WATER, 2023))
    write(folder, "roster.csv", ROSTER)
    running = Office(folder)
    try:
        until(lambda: "已启动" in running.said())
        yield running
    finally:
        running.process.send_signal(signal.SIGINT)
        try:
            running.process.wait(90)
        finally:
            running.process.kill()
    assert running.process.returncode == 0
    assert running.said().endswith("已停止。\n")
    # what tracks the memory of another process ends a moment after it
    until(lambda: processes_of(running.home) == [], 20)


def test_every_deployment_is_registered_and_runs_once(office: Office) -> None:
    found = {d["name"]: d for d in office.api("/deployments/filter", {"limit": 50})}
    schedules = {
        name: [(s["schedule"]["cron"], s["schedule"]["timezone"]) for s in one["schedules"]]
        for name, one in found.items()
    }
    assert {name: sorted(cron) for name, cron in schedules.items()} == {
        "weekly": [("0 2 * * 1", "Asia/Shanghai")],
        "season": [(cron, "Asia/Shanghai") for cron in ("0 2 * 2,3 *", "0 2 1-5 4 *", "0 2 10-31 1 *")],
        "on-demand": [],
        "inbox": [],
    }
    assert {one["work_pool_name"] for one in found.values()} == {"hecha"}
    assert all(one["description"] and one["tags"] for one in found.values())
    for name in ("on-demand", "weekly", "season", "inbox"):
        run = office.api(
            f"/deployments/{found[name]['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}}
        )
        until(lambda run=run: office.api(f"/flow_runs/{run['id']}")["state_type"] in ENDED)
        assert office.api(f"/flow_runs/{run['id']}")["state_type"] == "COMPLETED", name
    assert office.rows("SELECT state, count(*) FROM runs GROUP BY state") == [("completed", 3)]
    assert "水务局" in office.exported()
    assert "首次使用" in office.page("/")[1]  # nobody has an account yet
    assert (office.page("/healthz")[0], office.page("/readyz")[0]) == (200, 200)


def test_what_arrives_is_judged_and_a_resubmission_compared(office: Office) -> None:
    write(office.inbox, "教育局.txt", report(SCHOOLS, 2023, WRONG))
    office.through("教育局.txt")
    write(office.inbox, "教育局（更正）.txt", report(SCHOOLS, 2023).replace("2024年1月20日", "2024年2月20日"))
    office.through("教育局（更正）.txt")
    assert {f: office.arrivals()[f] for f in ("教育局.txt", "教育局（更正）.txt")} == {
        "教育局.txt": ("done", SCHOOLS, 2023),
        "教育局（更正）.txt": ("done", SCHOOLS, 2023),
    }
    versions = "SELECT version, file FROM submissions WHERE agency = ? ORDER BY version".replace(
        "?", f"'{SCHOOLS}'"
    )
    assert office.rows(versions) == [(1, "教育局.txt"), (2, "教育局（更正）.txt")]
    mended = office.rows("SELECT kind, rule FROM changes WHERE rule = 'T4-01'")
    assert mended == [("mended", "T4-01")]
    assert not (office.inbox / "教育局.txt").exists()
    until(lambda: "教育局" in office.exported())


def test_next_years_report_is_judged_anew(office: Office) -> None:
    carried = {"t3.carried_out.natural_person": "2", "t3.carried_out.total": "2",
               "t3.received_new.natural_person": "7", "t3.received_new.total": "7"}  # fmt: skip
    changed = report(WATER, 2022, carried).replace("2023年1月20日", "2023年3月20日")
    write(office.inbox, "水务局2022（更正）.txt", changed)
    office.through("水务局2022（更正）.txt")
    found = office.rows(
        f"SELECT f.rule FROM findings f JOIN evaluations e ON e.id = f.evaluation_id JOIN submissions s ON "
        f"s.id = e.submission_id WHERE s.agency = '{WATER}' AND s.year = 2023 AND f.rule LIKE 'XY-01%'"
    )
    assert found == [("XY-01",)]


def test_ten_versions_keep_their_order_and_the_same_bytes_are_recorded_once(office: Office) -> None:
    names = [f"卫健局第{n:02d}版.txt" for n in range(1, 11)]
    for number, name in enumerate(names, start=1):
        path = write(office.folder, name, report(HEALTH, 2023, {"t2.licensing.decisions": str(number)}))
        os.utime(path, (1_700_000_000 + number,) * 2)
    for name in reversed(names):
        (office.folder / name).rename(office.inbox / name)
    office.through(*names)
    query = (
        f"SELECT version, file FROM submissions WHERE agency = '{HEALTH}' AND year = 2023 ORDER BY version"
    )
    assert office.rows(query) == list(enumerate(names, start=1))
    write(office.inbox, "又一份.txt", report(HEALTH, 2023, {"t2.licensing.decisions": "3"}))
    office.through("又一份.txt")
    assert office.arrivals()["又一份.txt"][0] == "repeated"
    assert len(office.rows(query)) == 10


def test_half_a_file_is_not_read_and_two_agencies_in_one_archive_do_not_mix(office: Office) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("水务局.txt", report(WATER, 2021))
        archive.writestr("卫健局.txt", report(HEALTH, 2021))
    content = packed.getvalue()
    target = office.inbox / "两家.zip"
    with target.open("wb") as out:
        for start in range(0, len(content), len(content) // 4):
            out.write(content[start : start + len(content) // 4])
            out.flush()
            time.sleep(0.6)
            assert "两家.zip" not in office.arrivals()
    write(office.inbox, "未写完.txt.part", "一半")
    office.through("两家.zip")
    query = "SELECT agency, version FROM submissions WHERE year = 2021 ORDER BY agency"
    assert office.rows(query) == [(HEALTH, 1), (WATER, 1)]
    assert (office.inbox / "未写完.txt.part").exists()
    assert "未写完.txt.part" not in office.arrivals()


def test_what_is_no_report_is_told_and_stops_nothing(office: Office) -> None:
    write(office.inbox, "通知.txt", "关于召开会议的通知\n\n定于周五召开会议。\n")
    write(office.inbox, "卫健局2022.txt", report(HEALTH, 2022))
    office.through("通知.txt", "卫健局2022.txt")
    assert office.rows("SELECT state, message FROM arrivals WHERE file = '通知.txt'") == [
        ("failed", "文件中没有找到政府信息公开工作年度报告的六个部分和三张表，请确认提交的文件是否正确。")
    ]
    assert office.arrivals()["卫健局2022.txt"] == ("done", HEALTH, 2022)


def test_an_upload_arrives_like_any_file(office: Office) -> None:
    content = report(SCHOOLS, 2022).encode()
    name = urllib.parse.quote("../教育局2022.txt")
    assert office.page(f"/inbox?name={name}", content)[0] == 401
    status, said = office.page(f"/inbox?name={name}", content, Authorization=f"Bearer {TOKEN}")
    file = json.loads(said)["file"]
    assert (status, file.rpartition("/")[2]) == (202, "教育局2022.txt")
    office.through(file)
    assert office.arrivals()[file] == ("done", SCHOOLS, 2022)
    assert office.page("/inbox?name=", content, Authorization=f"Bearer {TOKEN}")[0] == 400
    assert office.page(f"/inbox?name={name}", b"", Authorization=f"Bearer {TOKEN}")[0] in (400, 405)


def test_what_is_on_a_schedule_runs_by_itself(office: Office) -> None:
    deployments = {d["name"]: d["id"] for d in office.api("/deployments/filter", {"limit": 50})}

    def planned(name: str) -> list[datetime]:
        """When the server will start a deployment, in the time of its schedule."""
        among = {"deployments": {"id": {"any_": [deployments[name]]}}}
        only = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "sort": "EXPECTED_START_TIME_ASC"}
        runs = office.api("/flow_runs/filter", among | only)
        return [datetime.fromisoformat(run["expected_start_time"]).astimezone(BEIJING) for run in runs]

    until(lambda: bool(planned("weekly") and planned("season")))
    now = datetime.now(BEIJING)
    two = now.replace(hour=2, minute=0, second=0, microsecond=0)
    coming = [day for day in (two + timedelta(days) for days in range(370)) if day > now]
    assert planned("weekly")[0] == next(day for day in coming if day.weekday() == 0)
    assert planned("season")[0] == next(day for day in coming if (1, 10) <= (day.month, day.day) <= (4, 5))

    completed = "SELECT count(*) FROM runs WHERE state = 'completed'"
    before = office.rows(completed)
    minute = {"schedule": {"cron": "* * * * *", "timezone": "Asia/Shanghai"}, "active": True}
    of_on_demand = f"/deployments/{deployments['on-demand']}/schedules"
    (made,) = office.api(of_on_demand, [minute])
    until(lambda: office.rows(completed) > before)
    office.api(f"{of_on_demand}/{made['id']}", method="DELETE")
    until(lambda: planned("on-demand") == [])
    until(lambda: office.rows("SELECT count(*) FROM runs WHERE state = 'running'") == [(0,)])


def test_a_sweep_that_is_stopped_ends_as_cancelled_and_reads_nothing_wrong(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    url, many = office.prefect_url, 300
    for number in range(many):
        write(office.folder / "in" / "many", f"{number}.txt", report(f"云栖市映溪区第{number}局", 2023))
    broken = office.rows("SELECT count(*) FROM system_errors")
    started = on_demand.start(url, (), on_demand.last_started(url))

    def now() -> on_demand.Underway:
        found = on_demand.find(url, started.id)
        assert found is not None
        return found

    until(lambda: (now().stage or "").startswith("读取报告"))
    (at_work,) = on_demand.under_way(url)
    assert (at_work.id, at_work.state, at_work.is_quiet) == (started.id, "running", False)
    run = at_work.run
    on_demand.stop(url, started.id)
    until(lambda: now().is_over)
    assert (now().state, on_demand.under_way(url)) == ("cancelled", [])
    assert office.rows(f"SELECT state, finished_at IS NOT NULL FROM runs WHERE id = {run}") == [
        ("cancelled", 1)
    ]

    again = on_demand.start(url, (), str(started.id))
    until(lambda: on_demand.find(url, again.id).is_over, 600)  # type: ignore[union-attr]
    assert office.rows("SELECT state, id FROM runs ORDER BY id DESC LIMIT 1") == [
        ("completed", (run or 0) + 1)
    ]
    assert office.rows("SELECT count(*) FROM submissions WHERE agency LIKE '云栖市映溪区第%'") == [(many,)]
    assert office.rows("SELECT count(*) FROM system_errors") == broken
