"""What `hecha doctor` checks of database, store, roster, profile and addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from expectations.profile import load
from hecha.doctor.answer import NETWORK_SECONDS, Answer, bad, fine, unknown
from models.database import engine
from models.errors import HechaError
from models.settings import Settings, redacted
from tasks.persist.store import probe_store
from tasks.roster import read_roster


def database(chosen: Settings) -> Answer:
    """Check that the database answers and has today's tables. Nothing is created or changed."""
    file = sqlite_file(chosen)
    if file is not None and not file.exists():
        return unknown(f"SQLite文件 {file} 尚不存在，首次核查时建立")
    shown = f"SQLite（{file}）" if file else redacted(chosen.database)
    opened = opened_briefly(chosen)
    try:
        with opened.connect() as connection:
            present = MigrationContext.configure(connection).get_current_heads()
            server = (
                "" if file else f"，PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}"
            )
    except SQLAlchemyError:
        return bad(
            f"连不上 {shown}", "请检查数据库服务是否已启动，以及 HECHA_DATABASE_URL 的地址、用户和密码。"
        )
    finally:
        opened.dispose()
    config = Config()
    config.set_main_option("script_location", "models:migrations")
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    if set(present) == set(scripts.get_heads()):
        return fine(f"{shown}{server}，表结构为最新（{'、'.join(present)}）")
    known = {script.revision for script in scripts.walk_revisions()}
    if set(present) - known:
        return bad(f"{shown} 的表结构来自更新的版本（{'、'.join(present)}）", "请把本系统升级到最新版本。")
    older = f"为旧版（{'、'.join(present)}）" if present else "尚未建立"
    return bad(f"{shown} 的表结构{older}", "请先备份数据库，再运行 hecha migrate 升级。")


def sqlite_file(chosen: Settings) -> Path | None:
    """Return the file of a SQLite database, None for a server. Raises ConfigurationError for a block's name."""
    address = make_url(chosen.database) if "://" in chosen.database else None
    if address is None or address.get_backend_name() != "sqlite" or not address.database:
        return None
    return Path(address.database).resolve()


def opened_briefly(chosen: Settings) -> Engine:
    """Return an engine that does not wait long for a server."""
    url = chosen.database
    if url.startswith("postgres"):
        brief = {"connect_timeout": str(int(NETWORK_SECONDS))}
        url = make_url(url).update_query_dict(brief).render_as_string(hide_password=False)
    return engine(url)


def database_clock(chosen: Settings) -> float | None:
    """Return by how many seconds the database's clock is ahead of ours; None for SQLite or without an answer."""
    if sqlite_file(chosen) is not None:
        return None
    opened = opened_briefly(chosen)
    try:
        with opened.connect() as connection:
            there: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return (there - datetime.now(UTC)).total_seconds()
    except SQLAlchemyError:
        return None
    finally:
        opened.dispose()


def store(chosen: Settings) -> Answer:
    """Write, read and delete a small object in the store of original files."""
    shown = redacted(chosen.store)
    folder = chosen.home.resolve() / "store"
    if chosen.store_url is None and not folder.exists():
        return unknown(f"{folder} 尚不存在，首次核查时建立")
    try:
        probe_store(chosen.store)
    except ImportError as error:
        return bad(
            f"{shown} 缺少程序包 {error.name or ''}",
            "请安装读写该存储的程序包（S3：pip install hecha[s3]）。",
        )
    except Exception as error:
        # whatever a file system of fsspec raises; its message may quote the address
        return bad(
            f"{shown} 不能读写（{type(error).__name__}）",
            "请检查 HECHA_STORE_URL、存储服务是否正常、密钥和写入权限。",
        )
    return fine(f"{shown} 可以写入、读取和删除")


def roster(file: Path | None) -> Answer:
    """Read the roster that was given."""
    if file is None:
        return unknown("未指定（可加 --roster），未查")
    try:
        entries = read_roster(file).entries
    except HechaError as error:
        return bad(f"{file} 读不了", str(error))
    except OSError as error:
        return bad(f"{file} 读不了（{error.strerror}）", "请检查名册的路径和权限。")
    return fine(f"{file}，{len(entries)}个单位")


def profile(chosen: Settings) -> Answer:
    """Load the profile in force."""
    try:
        loaded = load(chosen.profile)
    except HechaError as error:
        return bad(f"{chosen.profile} 不能使用", str(error))
    return fine(f"{loaded.title}（{loaded.name}）")


def notifications(chosen: Settings) -> Answer:
    """Check that Apprise understands every address; nothing is sent."""
    from tasks.tell import Audience, address

    held = {
        Audience.OPERATOR: ("HECHA_NOTIFY_OPERATOR", chosen.operator_addresses),
        Audience.SUPERVISOR: ("HECHA_NOTIFY_SUPERVISOR", chosen.supervisor_addresses),
    }
    counted = sum(len(urls) for _, urls in held.values())
    if not counted:
        return unknown("没有设置通知地址，不发送通知")
    wrong = [
        f"{setting} 的第{number}个地址"
        for audience, (setting, urls) in held.items()
        for number, url in enumerate(urls, start=1)
        if address(audience, number, url).service is None
    ]
    if wrong:
        return bad(f"无法识别：{'、'.join(wrong)}", "请对照 docs/TELLING.md 改正地址的格式。")
    return fine(f"{counted}个地址的格式正确（未试发）")
