"""What `hecha doctor` checks of the Prefect server, what is registered there, its workers, and the clocks."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import yaml

from hecha.doctor.answer import NETWORK_SECONDS, Answer, bad, fine, unknown
from hecha.doctor.machine import named
from hecha.doctor.stored import database_clock
from models.errors import HechaError
from models.settings import Settings

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deploy" / "prefect.yaml"
POOL = "hecha"
"""The work pool, where `DEPLOYMENTS` names none."""
ZONE = "Asia/Shanghai"
FARTHEST_SECONDS = 60.0
_NO_SERVER = "未设置 PREFECT_API_URL，未查"
_NO_ANSWER = "调度服务没有应答，未查"


def server() -> Answer:
    """Check that the Prefect server answers and is of our version."""
    address = api_url()
    if address is None:
        return unknown("未设置 PREFECT_API_URL，运行核查时自动启动本机的调度服务")
    shown = _shown(address)
    try:
        with _client(address) as client:
            if client.get("/health").status_code != httpx.codes.OK:
                return bad(f"{shown} 应答异常", "请查看调度服务的日志，必要时重新启动。")
            told = client.get("/admin/version")
    except (httpx.HTTPError, httpx.InvalidURL):
        return bad(f"{shown} 没有应答", "请启动调度服务，或者检查 PREFECT_API_URL 的地址和网络。")
    if told.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return bad(f"{shown} 拒绝访问", "请设置 PREFECT_API_AUTH_STRING 或 PREFECT_API_KEY。")
    theirs, ours = _json(told), version("prefect")
    if theirs != ours:
        return bad(f"{shown} 的版本为{theirs}，本机为{ours}", "请让调度服务和本机使用同一版本的Prefect。")
    return fine(f"{shown}，Prefect {ours}")


def deployments() -> Answer:
    """Check that the work pool and the deployments of deploy/prefect.yaml are registered."""
    address = api_url()
    if address is None:
        return unknown(_NO_SERVER)
    wanted = expected()
    try:
        with _client(address) as client:
            pools = {pool: client.get(f"/work_pools/{pool}") for pool in sorted(wanted.pools)}
            registered = _registered(client)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return unknown(_NO_ANSWER)
    absent = [pool for pool, told in pools.items() if told.status_code == httpx.codes.NOT_FOUND]
    if absent:
        return bad(f"没有工作池：{named(absent)}", "请运行 hecha deploy 登记工作池和部署。")
    paused = [pool for pool, told in pools.items() if told.is_success and told.json().get("is_paused")]
    if paused:
        return bad(f"工作池已暂停：{named(paused)}", f"请运行 prefect work-pool resume {paused[0]} 恢复。")
    missing = sorted(wanted.deployments - registered)
    if missing or not registered:
        which = f"：{named(missing)}" if missing else ""
        return bad(f"有部署未登记{which}", "请运行 hecha deploy 登记工作池和部署。")
    return fine(f"工作池 {'、'.join(sorted(wanted.pools))}，已登记{len(registered)}个部署")


def worker() -> Answer:
    """Check that a worker of each work pool gives signs of life."""
    address = api_url()
    if address is None:
        return unknown(_NO_SERVER)
    try:
        with _client(address) as client:
            told = {
                pool: client.post(f"/work_pools/{pool}/workers/filter", json={})
                for pool in sorted(expected().pools)
            }
    except (httpx.HTTPError, httpx.InvalidURL):
        return unknown(_NO_ANSWER)
    said = []
    for pool, answer in told.items():
        workers = _json(answer) if answer.is_success else []
        alive = [one for one in workers if one["status"] == "ONLINE"]
        start = f"请运行 prefect worker start --pool {pool} 启动执行进程。"
        if not alive:
            last = max((one["last_heartbeat_time"] or "" for one in workers), default="")
            since = f"，最后一次心跳在{_local(last)}" if last else ""
            return bad(f"工作池 {pool} 没有在线的执行进程{since}", start)
        said.append(
            f"工作池 {pool} 有{len(alive)}个在线，最后一次心跳在{_local(max(one['last_heartbeat_time'] for one in alive))}"
        )
    return fine("；".join(said))


def clock(chosen: Settings) -> Answer:
    """Compare our clock with the database's and the Prefect server's, and look for the time zone of China."""
    try:
        ZoneInfo(ZONE)
    except (ZoneInfoNotFoundError, OSError):
        return bad(f"时区数据中没有 {ZONE}", "请安装时区数据（Debian：apt-get install tzdata）。")
    try:
        database = database_clock(chosen)
    except HechaError:
        database = None
    apart = {"数据库": database, "调度服务": _server_clock()}
    known = {name: seconds for name, seconds in apart.items() if seconds is not None}
    if not known:
        return unknown(f"时区 {ZONE} 可用；没有可对照的时钟")
    wrong = {name: seconds for name, seconds in known.items() if abs(seconds) > FARTHEST_SECONDS}
    if wrong:
        return bad(
            "，".join(f"与{name}相差约{abs(seconds) / 60:.0f}分钟" for name, seconds in wrong.items()),
            "请在各台机器上开启时间同步（如 chrony、systemd-timesyncd）。",
        )
    return fine(f"与{'、'.join(known)}相差不超过{FARTHEST_SECONDS:.0f}秒；时区 {ZONE} 可用")


def runner(chosen: Settings) -> Answer:
    """Check that the Dask scheduler takes connections, where one is named."""
    address = urlsplit(chosen.task_runner)
    if not address.hostname:
        return fine(f"在本机读取（{chosen.task_runner}）")
    if find_spec("prefect_dask") is None:
        return bad(
            "没有安装连接Dask的程序包", "请安装 pip install hecha[dask]，或者改用 HECHA_TASK_RUNNER=threads。"
        )
    try:
        socket.create_connection((address.hostname, address.port or 0), NETWORK_SECONDS).close()
    except OSError:
        return bad(
            f"连不上 {chosen.task_runner}", "请启动Dask调度器，或者检查 HECHA_TASK_RUNNER 的地址和网络。"
        )
    return fine(f"{chosen.task_runner} 可以连接")


def api_url() -> str | None:
    """Return the address of the Prefect server's API; None when each sweep starts its own."""
    return os.environ.get("PREFECT_API_URL") or None


@dataclass(frozen=True, slots=True)
class Expected:
    """The work pools and deployments that should be registered."""

    pools: frozenset[str]
    deployments: frozenset[str]


def expected(file: Path = DEPLOYMENTS) -> Expected:
    """Return what deploy/prefect.yaml declares; without the file our usual pool and no particular deployment."""
    written = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else None
    declared: list[dict[str, Any]] = (written or {}).get("deployments") or []
    pools = {pool["name"] for one in declared if (pool := one.get("work_pool")) and pool.get("name")}
    return Expected(frozenset(pools or {POOL}), frozenset(one["name"] for one in declared))


def _registered(client: httpx.Client) -> set[str]:
    names: set[str] = set()
    while True:  # the server gives at most 200 at once
        page = (
            client.post("/deployments/filter", json={"offset": len(names), "limit": 200})
            .raise_for_status()
            .json()
        )
        names |= {one["name"] for one in page}
        if len(page) < 200:
            return names


def _server_clock() -> float | None:
    address = api_url()
    if address is None:
        return None
    try:
        with _client(address) as client:
            told = client.get("/health").headers.get("date")
        return None if told is None else (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None


def _client(address: str) -> httpx.Client:
    key, login = os.environ.get("PREFECT_API_KEY"), os.environ.get("PREFECT_API_AUTH_STRING")
    user, _, password = (login or "").partition(":")
    return httpx.Client(
        base_url=address.rstrip("/"),
        timeout=NETWORK_SECONDS,
        headers={"Authorization": f"Bearer {key}"} if key else None,
        auth=(user, password) if login and not key else None,
    )


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _shown(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _local(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(ZONE)).strftime("%m月%d日%H:%M:%S")
