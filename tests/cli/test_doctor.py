"""`hecha doctor` against real servers: PostgreSQL, Prefect, an object store, and ones that misbehave."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from flows.server import prefect_server, wait_until_ready
from hecha.doctor.answer import State
from hecha.doctor.machine import LOCK, packages
from models.database import downgrade, upgrade
from tests.cli.command import HECHA, environment
from tests.storage.conftest import postgres as postgres

KEYS = [
    "settings", "python", "packages", "limits", "home", "disk", "inbox", "database", "store", "profile",
    "roster", "libreoffice", "fonts", "ocr", "prefect", "deployments", "worker", "runner", "clock",
    "notifications",
]  # fmt: skip
HERE = {"libreoffice", "fonts", "ocr", "packages", "limits", "disk"}
"""What depends on the machine the test runs on."""
REGISTER = "请运行 hecha deploy 登记工作池和部署。"


def doctor(folder: Path, *arguments: str | Path, **variables: str | Path) -> subprocess.CompletedProcess[str]:
    given = {name: str(value) for name, value in variables.items()}
    return subprocess.run(
        [HECHA, "doctor", "--seconds", "60", *arguments],  # the machine may be busy with other tests
        cwd=folder,
        env=environment(folder) | given,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def examined(folder: Path, *arguments: str | Path, **variables: str | Path) -> dict[str, dict[str, Any]]:
    """Run `hecha doctor --json` and return its checks by key; its exit status must agree with them."""
    done = doctor(folder, "--json", *arguments, **variables)
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert document["schema"] == "hecha.doctor/1"
    states = {one["state"] for one in document["checks"]}
    assert (done.returncode, document["ok"]) == ((1, False) if "failed" in states else (0, True))
    for one in document["checks"]:
        assert (one["advice"] != "") == (one["state"] == "failed"), one
        assert one["advice"] == "" or one["advice"].endswith("。"), one
    return {one["key"]: one for one in document["checks"]}


def of(checks: dict[str, dict[str, Any]], key: str) -> tuple[str, str, str]:
    return checks[key]["state"], checks[key]["said"], checks[key]["advice"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


# ------------------------------------------------------------------------------------ this machine


def test_an_empty_folder(tmp_path: Path) -> None:
    checks = examined(tmp_path)
    assert list(checks) == KEYS
    assert {key: one["state"] for key, one in checks.items() if key not in HERE} == {
        "settings": "ok",
        "python": "ok",
        "home": "unknown",
        "inbox": "unknown",
        "database": "unknown",
        "store": "unknown",
        "profile": "ok",
        "roster": "unknown",
        "prefect": "unknown",
        "deployments": "unknown",
        "worker": "unknown",
        "runner": "ok",
        "clock": "unknown",
        "notifications": "unknown",
    }
    assert of(checks, "prefect")[1] == "未设置 PREFECT_API_URL，运行核查时自动启动本机的调度服务"
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["user-home"]  # nothing was made


def test_one_line_a_check_and_one_below_what_failed(tmp_path: Path) -> None:
    done = doctor(tmp_path, HECHA_SOFFICE="/nowhere/soffice", HECHA_MIN_FREE_DISK_MB="999999999")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert [line[0] for line in lines if line[0] != " "] == [
        *(line[0] for line in lines if line[0] in "✓✗–"),
        "共",
    ]
    assert len([line for line in lines if line[0] in "✓✗–"]) == len(KEYS)
    office = next(number for number, line in enumerate(lines) if "LibreOffice" in line)
    assert lines[office] == (
        "✗ LibreOffice  没有找到（HECHA_SOFFICE=/nowhere/soffice），doc、wps等格式的报告将列为无法读取"
    )
    assert lines[office + 1].strip().startswith("请安装LibreOffice")
    assert any("少于999999999MB" in line for line in lines)
    assert lines[-1].startswith(f"共{len(KEYS)}项：")


def test_wrong_settings_leave_the_machine_to_be_checked(tmp_path: Path) -> None:
    checks = examined(tmp_path, HECHA_WORKERS="viel")
    assert list(checks) == KEYS
    assert of(checks, "settings") == (
        "failed",
        "设置有误",
        "环境变量 HECHA_WORKERS 的值“viel”有误，应为不小于1、不大于1024的整数。",
    )
    assert of(checks, "database") == ("unknown", "设置有误，未查", "")
    assert checks["python"]["state"] == "ok"


def test_a_misspelt_variable_is_told(tmp_path: Path) -> None:
    checks = examined(tmp_path, HECHA_WORKER="4", HECHA_UPLOAD_TOKEN_FILE="")
    assert of(checks, "settings") == (
        "failed",
        "没有这样的设置：HECHA_WORKER",
        "请对照 docs/SETTINGS.md 改正环境变量的名称，或者将其删去。",
    )


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "data").mkdir()
    checks = examined(tmp_path, HECHA_HOME=tmp_path / "data", HECHA_INBOX=tmp_path / "file")
    assert of(checks, "home") == ("ok", f"{tmp_path / 'data'} 可以写入", "")
    assert of(checks, "inbox") == (
        "failed",
        f"{tmp_path / 'file'} 不是文件夹",
        "请用 HECHA_INBOX 指定一个文件夹。",
    )
    assert list((tmp_path / "data").iterdir()) == []


def test_roster_profile_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(
        "agency,rank,organ,parent,aliases,first_year\n"
        "云栖市映溪区人民政府,county,government,,,\n"
        "云栖市映溪区财政局,county,department,云栖市映溪区人民政府,,2020\n",
        encoding="utf-8",
    )
    good = examined(
        tmp_path,
        "--roster",
        "roster.csv",
        HECHA_NOTIFY_OPERATOR="json://127.0.0.1/x dingtalk://abcdefgh",
        HECHA_NOTIFY_SUPERVISOR="mailto://u:p@mail.invalid",
    )
    assert of(good, "roster") == ("ok", "roster.csv，2个单位", "")
    assert of(good, "notifications") == ("ok", "3个地址的格式正确（未试发）", "")
    wrong = examined(
        tmp_path,
        "--roster",
        "none.csv",
        HECHA_PROFILE="none",
        HECHA_NOTIFY_OPERATOR="json://127.0.0.1/x geheim://p4ssw0rd",
    )
    assert [wrong[key]["state"] for key in ("roster", "profile", "notifications")] == ["failed"] * 3
    assert wrong["profile"]["said"] == "none 不能使用"
    assert of(wrong, "notifications") == (
        "failed",
        "无法识别：HECHA_NOTIFY_OPERATOR 的第2个地址",
        "请对照 docs/TELLING.md 改正地址的格式。",
    )
    assert "p4ssw0rd" not in json.dumps(wrong)


def test_packages_against_a_lock_file(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        f"httpx=={version('httpx')}\n    # via hecha\n"
        "polars==0.0.1\nno-such-package==1 ; sys_platform == 'linux'\nother==1 ; sys_platform == 'win32'\n",
        encoding="utf-8",
    )
    answer = packages(lock)
    assert (answer.state, answer.said) == (
        State.FAILED,
        f"2个程序包与 requirements.lock 不一致：polars 为{version('polars')}，应为0.0.1、no-such-package 未安装",
    )
    lock.write_text(f"httpx=={version('httpx')}\n", encoding="utf-8")
    assert packages(lock).said == "1个程序包与 requirements.lock 一致"
    assert packages(tmp_path / "none.lock").state is State.UNKNOWN
    assert LOCK.is_file()


# ---------------------------------------------------------------------------------- database and store


def test_sqlite_before_and_after_an_upgrade(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hecha.db'}"
    upgrade(url, "0001")
    behind = examined(tmp_path, HECHA_DATABASE_URL=url)
    assert of(behind, "database") == (
        "failed",
        f"SQLite（{tmp_path / 'hecha.db'}） 的表结构为旧版（0001）",
        "请先备份数据库，再运行 hecha migrate 升级。",
    )
    upgrade(url)
    now = examined(tmp_path, HECHA_DATABASE_URL=url)
    assert now["database"]["state"] == "ok"
    assert now["clock"]["state"] == "unknown"


@pytest.mark.postgres
def test_postgresql(tmp_path: Path, postgres: Path) -> None:
    url = f"postgresql://hecha:p4ssw0rd@/postgres?host={postgres}"
    shown = f"postgresql://hecha:***@/postgres?host={postgres}"
    empty = examined(tmp_path, HECHA_DATABASE_URL=url)
    assert of(empty, "database") == (
        "failed",
        f"{shown} 的表结构尚未建立",
        "请先备份数据库，再运行 hecha migrate 升级。",
    )
    upgrade(url)
    try:
        now = examined(tmp_path, HECHA_DATABASE_URL=url)
    finally:
        downgrade(url, "base")
    assert now["database"]["state"] == "ok"
    assert now["database"]["said"].startswith(f"{shown}，PostgreSQL ")
    assert of(now, "clock") == ("ok", "与数据库相差不超过60秒；时区 Asia/Shanghai 可用", "")
    assert "p4ssw0rd" not in json.dumps([empty, now])


def test_a_database_that_is_away(tmp_path: Path) -> None:
    port = free_port()
    checks = examined(tmp_path, HECHA_DATABASE_URL=f"postgresql://hecha:p4ssw0rd@127.0.0.1:{port}/hecha")
    assert of(checks, "database") == (
        "failed",
        f"连不上 postgresql://hecha:***@127.0.0.1:{port}/hecha",
        "请检查数据库服务是否已启动，以及 HECHA_DATABASE_URL 的地址、用户和密码。",
    )
    assert checks["clock"]["state"] == "unknown"


def test_a_url_that_is_none(tmp_path: Path) -> None:
    checks = examined(tmp_path, HECHA_DATABASE_URL="hecha.db", HECHA_STORE_URL="nowhere://x")
    assert [checks[key]["state"] for key in ("database", "store")] == ["failed", "failed"]


def test_servers_that_take_connections_and_never_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        checks = examined(
            tmp_path,
            "--seconds",
            "6",
            HECHA_DATABASE_URL=f"postgresql://hecha@127.0.0.1:{port}/hecha",
            HECHA_STORE_URL="s3://hecha/originals",
            HECHA_S3_ENDPOINT=f"http://127.0.0.1:{port}",
            AWS_ACCESS_KEY_ID="key",
            AWS_SECRET_ACCESS_KEY="p4ssw0rd",
            PREFECT_API_URL=f"http://127.0.0.1:{port}/api",
        )
    states = {key: checks[key]["state"] for key in ("database", "store", "prefect", "deployments", "worker")}
    assert states == {
        "database": "failed",
        "store": "failed",
        "prefect": "failed",
        "deployments": "unknown",
        "worker": "unknown",
    }
    assert of(checks, "store") == (
        "failed",
        "6秒内没有结果",
        "请检查相应的服务、网络和磁盘是否正常；机器很忙的，可加 --seconds 放宽时限。",
    )


def test_a_store_in_a_folder(tmp_path: Path) -> None:
    store = tmp_path / "store"
    checks = examined(tmp_path, HECHA_STORE_URL=store.as_uri())
    assert of(checks, "store") == ("ok", f"{store.as_uri()} 可以写入、读取和删除", "")
    assert list(store.iterdir()) == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert examined(tmp_path, HECHA_STORE_URL=tmp_path / "file")["store"]["state"] == "failed"


@contextmanager
def object_store() -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:  # 0, 0.5, 1, 2 … s apart
            client.get(url)
        yield url
    finally:
        server.kill()
        server.wait()


def test_a_store_in_a_bucket(tmp_path: Path) -> None:
    with object_store() as url:
        assert httpx.put(f"{url}/hecha").status_code == 200
        given = {
            "HECHA_S3_ENDPOINT": url,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "p4ssw0rd",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        there = examined(tmp_path, HECHA_STORE_URL="s3://hecha/originals", **given)
        assert of(there, "store") == ("ok", "s3://hecha/originals 可以写入、读取和删除", "")
        assert "<Contents>" not in httpx.get(f"{url}/hecha").text
        refused = examined(tmp_path, HECHA_STORE_URL="s3://No_Such_Bucket/originals", **given)
        assert refused["store"]["state"] == "failed"
        assert "p4ssw0rd" not in json.dumps(refused)


# ------------------------------------------------------------------------------------- the Prefect server


class Misbehaving(BaseHTTPRequestHandler):
    """Answers as a Prefect server of another version, two hours behind, with nothing registered."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.headers.get("Authorization", ""))
        self._answer({"/api/health": "true", "/api/admin/version": '"2.0.0"'}.get(self.path))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer("[]")

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(datetime.now(UTC) - timedelta(hours=2), usegmt=True)

    def _answer(self, body: str | None) -> None:
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write((body or "{}").encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_server_of_another_version_with_a_wrong_clock(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/api"
            checks = examined(tmp_path, PREFECT_API_URL=url, PREFECT_API_AUTH_STRING="user:p4ssw0rd")
        finally:
            server.shutdown()
    ours = version("prefect")
    assert of(checks, "prefect") == (
        "failed",
        f"{url} 的版本为2.0.0，本机为{ours}",
        "请让调度服务和本机使用同一版本的Prefect。",
    )
    assert of(checks, "clock") == (
        "failed",
        "与调度服务相差约120分钟",
        "请在各台机器上开启时间同步（如 chrony、systemd-timesyncd）。",
    )
    assert of(checks, "deployments") == ("failed", "没有工作池：hecha", REGISTER)
    assert checks["worker"]["state"] == "failed"
    assert set(Misbehaving.asked) == {"Basic dXNlcjpwNHNzdzByZA=="}
    assert "p4ssw0rd" not in json.dumps(checks)


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API address of a real Prefect server."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    try:
        with prefect_server(tmp_path_factory.mktemp("doctor") / ".hecha") as server:
            wait_until_ready(server)
            yield server.url
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.prefect
def test_a_prefect_server_from_empty_to_ready(tmp_path: Path, prefect: str) -> None:
    from hecha.doctor.orchestration import expected

    wanted = expected()
    (pool,) = wanted.pools
    with httpx.Client(base_url=prefect, timeout=20) as client:

        def post(path: str, body: dict[str, Any]) -> Any:
            answer = client.post(path, json=body)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

        empty = examined(tmp_path, PREFECT_API_URL=prefect)
        assert of(empty, "prefect") == ("ok", f"{prefect}，Prefect {version('prefect')}", "")
        assert of(empty, "clock") == ("ok", "与调度服务相差不超过60秒；时区 Asia/Shanghai 可用", "")
        assert of(empty, "deployments") == ("failed", f"没有工作池：{pool}", REGISTER)

        post("/work_pools/", {"name": pool, "type": "process"})
        bare = examined(tmp_path, PREFECT_API_URL=prefect)
        assert bare["deployments"]["said"].startswith("有部署未登记")
        assert of(bare, "worker") == (
            "failed",
            f"工作池 {pool} 没有在线的执行进程",
            f"请运行 prefect worker start --pool {pool} 启动执行进程。",
        )

        flow = post("/flows/", {"name": "any"})["id"]
        names = wanted.deployments or {"weekly"}
        for name in names:
            post("/deployments/", {"name": name, "flow_id": flow, "work_pool_name": pool})
        post(f"/work_pools/{pool}/workers/heartbeat", {"name": "w", "heartbeat_interval_seconds": 30})
        ready = examined(tmp_path, PREFECT_API_URL=prefect)
        assert of(ready, "deployments") == ("ok", f"工作池 {pool}，已登记{len(names)}个部署", "")
        assert ready["worker"]["state"] == "ok"
        assert ready["worker"]["said"].startswith(f"工作池 {pool} 有1个在线，最后一次心跳在")

        assert client.patch(f"/work_pools/{pool}", json={"is_paused": True}).is_success
        paused = examined(tmp_path, PREFECT_API_URL=prefect)
        assert of(paused, "deployments")[:2] == ("failed", f"工作池已暂停：{pool}")


@pytest.mark.prefect
def test_a_secret_from_a_block_of_the_server(tmp_path: Path, prefect: str) -> None:
    saving = (
        "from prefect.blocks.system import Secret\n"
        "Secret(value='sqlite:////nowhere/p4ssw0rd.db').save('doctor-db', overwrite=True, _sync=True)\n"
    )
    variables = {"PREFECT_API_URL": prefect, "PREFECT_HOME": str(tmp_path / "prefect")}
    subprocess.run([sys.executable, "-c", saving], env=environment(tmp_path) | variables, check=True)
    found = examined(tmp_path, PREFECT_API_URL=prefect, HECHA_DATABASE_URL="prefect-block:doctor-db")
    assert list(found) == ["secrets", *KEYS]
    assert of(found, "secrets") == ("ok", "1项密钥取自Prefect密钥块", "")
    assert found["database"]["said"] == "SQLite文件 /nowhere/p4ssw0rd.db 尚不存在，首次核查时建立"
    absent = examined(tmp_path, PREFECT_API_URL=prefect, HECHA_DATABASE_URL="prefect-block:none")
    assert of(absent, "secrets") == (
        "failed",
        "不能使用",
        "调度服务中没有名为“none”的密钥块（Secret），请先建立，或者改用文件存放该密钥。",
    )
    without = examined(tmp_path, HECHA_DATABASE_URL="prefect-block:none")
    assert [without[key]["state"] for key in ("secrets", "database", "clock")] == [
        "failed",
        "failed",
        "unknown",
    ]
