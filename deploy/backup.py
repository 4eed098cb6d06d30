"""Make one backup and verify it; see `deploy/README.md`. Called by `backup.sh`.

The database goes first and the originals after it: rows never name an original that was not stored before.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kept import (
    Manifest,
    blocks,
    is_sqlite,
    named_originals,
    originals,
    postgres_environment,
    postgres_program,
    run,
    server_version,
    sha256_of,
    show_counts,
    sqlite_file,
    store_at,
    table_counts,
    write_manifest,
)
from sqlalchemy import create_engine, text

from models.database import engine
from models.errors import HechaError
from models.settings import settings

SQLITE_FILE, POSTGRES_FILE = "hecha.db", "hecha.dump"
COPYING = 8
"""Originals copied at the same time."""


def main() -> int:
    """Back up what the settings name into the folder given."""
    parser = argparse.ArgumentParser(prog="backup.sh", description="备份数据库、原件和收件箱，并核对。")
    parser.add_argument("folder", type=Path, metavar="备份目录")
    parser.add_argument("--keep", type=int, default=0, metavar="份数", help="只保留最近几份，默认全部保留")
    parser.add_argument("--verify", action="store_true", help="重新计算备份中全部原件的校验值")
    asked = parser.parse_args()
    if asked.keep < 0:
        raise HechaError("--keep 后面应为零或者正整数。")
    chosen = settings()
    target: Path = asked.folder
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(target):
        for left in target.glob(".*.part"):
            shutil.rmtree(left)
        made_at = datetime.now(UTC)
        name = made_at.strftime("%Y%m%dT%H%M%SZ")
        if (target / name).exists():
            raise HechaError(f"备份“{target / name}”已经存在，请稍后再试。")
        part = target / f".{name}.part"
        part.mkdir(mode=0o700)
        saving = save_sqlite if is_sqlite(chosen.database) else save_postgres
        kind, file, before, named = saving(chosen.database, part)
        after = sqlite_counts(part / file) if kind == "sqlite" else dump_counts(part / file)
        same = show_counts(before, after, ("数据库", "备份"))
        copied, damaged = save_originals(chosen.store, target / "store", verify=asked.verify)
        kept = originals(*store_at(str(target / "store")))
        lost = sorted(named - {key[3:] for key in kept})
        inbox = chosen.inbox_folder
        if inbox.is_dir():
            shutil.copytree(inbox, part / "inbox")
        digest = sha256_of(part / file)
        write_manifest(part, Manifest(made_at.isoformat(), kind, file, digest, after, len(named)))
        if not same:
            sys.stdout.write("备份与数据库的行数不一致，本次备份不可用。\n")
            return 1
        part.rename(target / name)
        for old in backups(target)[: -asked.keep] if asked.keep else []:
            shutil.rmtree(old)
    sys.stdout.write(f"原件：本次复制{copied}份，备份中共有{len(kept)}份。\n")
    for sha256 in lost:
        sys.stdout.write(f"数据库提到的原件 {sha256} 不在存储中，请查明原因。\n")
    for sha256 in damaged:
        sys.stdout.write(f"原件 {sha256} 的内容与收到时不一致，请从较早的备份恢复。\n")
    sys.stdout.write(f"备份已写入 {target / name}。\n")
    return 1 if lost or damaged else 0


def backups(target: Path) -> list[Path]:
    """Return the finished backups, oldest first."""
    return sorted(folder.parent for folder in target.glob("[0-9]*Z/manifest.json"))


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Hold the backup folder's lock. Raises HechaError when another backup holds it."""
    with (target / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HechaError("另一次备份正在进行，本次未执行。") from error
        yield


def save_sqlite(url: str, part: Path) -> tuple[str, str, dict[str, int], set[str]]:
    """Copy a SQLite database while it may be written; counts and copy see the same rows."""
    file = sqlite_file(url)
    if not file.exists():
        raise HechaError(f"没有找到数据库“{file}”，请检查 HECHA_HOME 或 HECHA_DATABASE_URL。")
    database = engine(url)
    try:
        with database.connect() as connection:  # one read transaction, see models.database
            before, named = table_counts(connection), named_originals(connection)
            held = connection.connection.driver_connection
            assert isinstance(held, sqlite3.Connection)
            with closing(sqlite3.connect(part / SQLITE_FILE)) as copy:
                held.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        database.dispose()
    return "sqlite", SQLITE_FILE, before, named


def sqlite_counts(file: Path) -> dict[str, int]:
    """Check a copy's pages and return the rows of each table. Raises HechaError for a damaged copy."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise HechaError("数据库的副本未通过完整性检查，请检查磁盘。")
    database = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    try:
        with database.connect() as connection:
            return table_counts(connection)
    finally:
        database.dispose()


def save_postgres(url: str, part: Path) -> tuple[str, str, dict[str, int], set[str]]:
    """Dump a PostgreSQL database while it may be written; counts and dump see the same snapshot."""
    database = engine(url).execution_options(isolation_level="REPEATABLE READ")
    try:
        with database.connect() as connection:
            program = postgres_program("pg_dump", server_version(connection))
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            before, named = table_counts(connection), named_originals(connection)
            command = [program, "--format=custom", "--no-password", f"--snapshot={snapshot}"]
            subprocess.run(
                [*command, f"--file={part / POSTGRES_FILE}"],
                env=postgres_environment(url),
                check=True,
                stderr=subprocess.PIPE,
            )
    finally:
        database.dispose()
    return "postgresql", POSTGRES_FILE, before, named


def dump_counts(file: Path) -> dict[str, int]:
    """Read a dump through and return the rows it holds of each table."""
    program = shutil.which("pg_restore")
    if program is None:
        raise HechaError("没有找到 pg_restore，请安装 PostgreSQL 的客户端程序。")
    counts: dict[str, int] = {}
    table = ""
    command = [program, "--data-only", "--file=-", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reading:
        assert reading.stdout is not None
        for line in reading.stdout:  # a row is one line: line ends inside values are escaped
            if table:
                if line == b"\\.\n":
                    table = ""
                else:
                    counts[table] += 1
            elif line.startswith(b"COPY "):
                table = line.split(b" ", 2)[1].decode().rpartition(".")[2].strip('"')
                counts[table] = 0
    if reading.returncode:
        raise HechaError("数据库的备份文件不能完整读出，请检查磁盘。")
    return counts


def save_originals(url: str, pool: Path, *, verify: bool) -> tuple[int, list[str]]:
    """Copy the originals that the pool does not hold yet; return how many, and the sha256 of damaged ones."""
    filesystem, root = store_at(url)
    there = originals(*store_at(str(pool)))
    wanted = [key for key, size in originals(filesystem, root).items() if there.get(key) != size]

    def copy(key: str) -> bool:
        file = pool / key
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        digest = hashlib.sha256()
        with filesystem.open(f"{root}/{key}", "rb") as source, part.open("wb") as target:
            for block in blocks(source):
                digest.update(block)
                target.write(block)
        whole = digest.hexdigest() == key[3:]
        if whole:
            part.replace(file)
        else:
            part.unlink()
        return whole

    with ThreadPoolExecutor(COPYING) as copying:  # a bucket answers slowly, yet many at once
        good = dict(zip(wanted, copying.map(copy, wanted), strict=True))
    damaged = [key[3:] for key, whole in good.items() if not whole]
    if verify:
        damaged += [key[3:] for key in there if sha256_of(pool / key) != key[3:]]
    return sum(good.values()), damaged


if __name__ == "__main__":
    run(main)
