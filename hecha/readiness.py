"""Whether the service can do its work: database, store, Prefect server, disk. Each is asked with a time limit."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from models.settings import Settings
from tasks.persist.store import probe_store

SECONDS = 5.0
"""What takes longer counts as failed."""
Check = Callable[[], str | None]
"""Return None, or the sentence that says what fails and what to do."""

LATE = "{name}在{seconds:.0f}秒内没有应答，请检查该服务。"
NAMES: Mapping[str, str] = {"database": "数据库", "store": "原件存储", "prefect": "调度服务", "disk": "磁盘"}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was asked, by name: None where it is well, else what fails. `skipped` is not set up here."""

    answers: Mapping[str, str | None]
    skipped: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing failed."""
        return not any(self.answers.values())


async def readiness(
    chosen: Settings,
    database: Callable[[], Engine],
    prefect_url: str | None,
    threads: anyio.CapacityLimiter,
    seconds: float = SECONDS,
) -> Readiness:
    """Ask everything at the same time; `prefect_url` is the server's API address, None where there is none.

    A check that stands still keeps one of the `threads`; where none is left new checks are late as well.
    """
    checks: dict[str, Check] = {
        "database": lambda: _database(database),
        "store": lambda: _store(chosen.store),
        "disk": lambda: _disk(chosen.home, chosen.min_free_disk_mb),
    }
    if prefect_url:
        checks["prefect"] = lambda: _prefect(prefect_url, seconds)
    answers: dict[str, str | None] = {}

    async def ask(name: str, check: Check) -> None:
        answers[name] = LATE.format(name=NAMES[name], seconds=seconds)
        with anyio.move_on_after(seconds):
            answers[name] = await anyio.to_thread.run_sync(check, abandon_on_cancel=True, limiter=threads)

    async with anyio.create_task_group() as asking:
        for name, check in checks.items():
            asking.start_soon(ask, name, check)
    return Readiness(
        {name: answers[name] for name in checks}, tuple(name for name in NAMES if name not in checks)
    )


def _database(database: Callable[[], Engine]) -> str | None:
    try:
        with database().connect() as connection:
            # SELECT 1 answers from a database without our tables as well
            stands = (
                inspect(connection).has_table("alembic_version")
                and connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            )
    except Exception:
        return "数据库无法连接，请检查数据库服务是否运行、HECHA_DATABASE_URL 是否正确。"
    if stands != _newest_tables():
        return "数据库的表结构与本程序版本不一致，请运行 hecha migrate 升级数据库，或者升级本程序。"
    return None


@cache
def _newest_tables() -> str | None:
    config = Config()
    config.set_main_option("script_location", "models:migrations")
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config).get_current_head()


def _store(store_url: str) -> str | None:
    try:
        probe_store(store_url)
    except Exception:  # each kind of store has exceptions of its own
        return "原件存储无法写入，请检查 HECHA_STORE_URL 及其权限和剩余空间。"
    return None


def _disk(home: Path, least_mb: int) -> str | None:
    free = free_bytes(home)
    if free is None:
        return "数据目录不存在或无法访问，请检查 HECHA_HOME。"
    if free < least_mb << 20:
        return f"数据目录所在磁盘只剩{free >> 20}MB，少于{least_mb}MB，请清理或扩容。"
    return None


def free_bytes(home: Path) -> int | None:
    """Return the free space on the disk of a folder in bytes, None when it cannot be told."""
    try:
        return shutil.disk_usage(home).free
    except OSError:
        return None


def _prefect(url: str, seconds: float) -> str | None:
    try:
        answer = httpx.get(f"{url.rstrip('/')}/health", timeout=seconds, trust_env=_foreign(url))
    except httpx.HTTPError:
        return "调度服务没有应答，请检查Prefect服务是否运行、PREFECT_API_URL 是否正确。"
    return (
        None
        if answer.status_code == 200
        else f"调度服务应答异常（状态码{answer.status_code}），请查看其日志。"
    )


def _foreign(url: str) -> bool:
    """Whether a proxy may stand between: never before our own machine."""
    return httpx.URL(url).host not in ("127.0.0.1", "localhost", "::1")
