"""Restore one backup and verify it; see `deploy/README.md`. Called by `restore.sh`.

The originals go first and the database after them, in one step each that either happens or does not.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
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
    read_manifest,
    run,
    server_version,
    sha256_of,
    show_counts,
    sqlite_file,
    store_at,
    table_counts,
)
from sqlalchemy import inspect, text

from models.database import engine
from models.errors import HechaError
from models.settings import settings

COPYING = 8
"""Originals put back at the same time."""
ROUTINES = """
SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE pg_depend.objid = pg_proc.oid AND deptype = 'e')
"""
"""The functions of our migrations, which a dump brings as it brings the tables; not those of extensions."""
VERSIONS = "alembic_version"
"""Migrating an empty database leaves one row here; it is no content."""


def main() -> int:
    """Restore the backup given into what the settings name."""
    parser = argparse.ArgumentParser(
        prog="restore.sh", description="从一份备份恢复数据库、原件和收件箱，并核对。"
    )
    parser.add_argument("backup", type=Path, metavar="备份")
    parser.add_argument("--replace", action="store_true", help="覆盖现有数据库中的内容")
    asked = parser.parse_args()
    manifest = read_manifest(asked.backup)
    chosen = settings()
    file: Path = asked.backup / manifest.file
    if sha256_of(file) != manifest.sha256:
        raise HechaError(f"备份文件“{file}”与备份时不一致，请改用另一份备份。")
    if (manifest.database == "sqlite") != is_sqlite(chosen.database):
        raise HechaError(f"这份备份来自 {manifest.database}，与 HECHA_DATABASE_URL 所指的数据库种类不同。")
    present = current(chosen.database)
    filled = sum(count for name, count in present.items() if name != VERSIONS)
    if filled and not asked.replace:
        raise HechaError(f"现有数据库中有{filled}行数据，未作改动；确定要覆盖时请加 --replace。")
    copied = restore_originals(asked.backup.parent / "store", chosen.store)
    if manifest.database == "sqlite":
        restore_sqlite(file, sqlite_file(chosen.database))
    else:
        restore_postgres(file, chosen.database)
    restore_inbox(asked.backup / "inbox", chosen.inbox_folder)
    return verified(manifest, chosen.database, chosen.store, copied)


def current(url: str) -> dict[str, int]:
    """Return the rows of each table of the database as it is; a SQLite file that is not there has none."""
    if is_sqlite(url) and not sqlite_file(url).exists():
        return {}
    database = engine(url)
    try:
        with database.connect() as connection:
            return table_counts(connection)
    finally:
        database.dispose()


def restore_originals(pool: Path, url: str) -> int:
    """Put back the originals that the store does not hold; return how many.

    Raises HechaError, before the database is touched, for one that is damaged in the backup.
    """
    filesystem, root = store_at(url)
    there = originals(filesystem, root)
    wanted = [key for key, size in originals(*store_at(str(pool))).items() if there.get(key) != size]
    damaged = [key[3:] for key in wanted if sha256_of(pool / key) != key[3:]]
    if damaged:
        raise HechaError(f"备份中有{len(damaged)}份原件已损坏，数据库未作改动：{'、'.join(damaged[:5])}。")
    for folder in sorted({key[:2] for key in wanted}):
        filesystem.makedirs(f"{root}/{folder}", exist_ok=True)
    with ThreadPoolExecutor(COPYING) as copying:
        list(copying.map(lambda key: filesystem.put_file(str(pool / key), f"{root}/{key}"), wanted))
    return len(wanted)


def restore_sqlite(file: Path, target: Path) -> None:
    """Put a copy in the database's place; what stood there is kept beside it under another name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(file, part)
    if target.exists():
        with closing(sqlite3.connect(target, timeout=1)) as old:
            try:  # ends the write-ahead log, and is refused while anybody else has the file open
                old.execute("PRAGMA journal_mode = DELETE")
            except sqlite3.OperationalError as error:
                raise HechaError("数据库正在使用，请先停止各项服务再恢复。") from error
        kept = target.with_name(f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        target.rename(kept)
        sys.stdout.write(f"原来的数据库保留在 {kept}。\n")
    part.rename(target)


def restore_postgres(file: Path, url: str) -> None:
    """Empty the database and fill it from a dump, in one transaction.

    psql commits at the end of its input, so it is ended before that when the dump could not be read through.
    """
    database = engine(url)
    try:
        with database.connect() as connection:
            server = server_version(connection)
            quoted = connection.dialect.identifier_preparer.quote
            emptying = [
                f"DROP TABLE {quoted(name)} CASCADE;" for name in inspect(connection).get_table_names()
            ]
            emptying += [f"DROP ROUTINE {name};" for name in connection.execute(text(ROUTINES)).scalars()]
    finally:
        database.dispose()
    reader = [postgres_program("pg_restore", server), "--no-owner", "--no-privileges", "--file=-", str(file)]
    writer = [postgres_program("psql", server), "-X", "-q", "-1", "-w", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    environment = postgres_environment(url)
    with (
        subprocess.Popen(
            writer,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
        ) as writing,
        subprocess.Popen(reader, stdout=subprocess.PIPE) as reading,
    ):
        assert writing.stdin is not None and writing.stderr is not None and reading.stdout is not None
        try:
            writing.stdin.write("\n".join(emptying).encode() + b"\n")
            for block in blocks(reading.stdout):
                writing.stdin.write(block)
            if reading.wait():
                writing.kill()
            writing.stdin.close()
        except BrokenPipeError:
            reading.kill()  # psql ended at an error and says why below
        said = writing.stderr.read()
    if reading.returncode > 0:
        raise HechaError(f"备份文件“{file}”不能完整读出，数据库未作改动，请改用另一份备份。")
    if writing.returncode:
        raise subprocess.CalledProcessError(writing.returncode, writer, stderr=said)


def restore_inbox(kept: Path, inbox: Path) -> None:
    """Put back the files of the inbox that are not there; none is overwritten."""
    for file in sorted(kept.rglob("*")):
        place = inbox / file.relative_to(kept)
        if file.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place)


def verified(manifest: Manifest, url: str, store: str, copied: int) -> int:
    """Compare what is there now with what the backup says it holds; return the status."""
    database = engine(url)
    try:
        with database.connect() as connection:
            after, named = table_counts(connection), named_originals(connection)
    finally:
        database.dispose()
    same = show_counts(manifest.tables, after, ("备份", "恢复后"))
    stored = {key[3:] for key in originals(*store_at(store))}
    lost = sorted(named - stored)
    sys.stdout.write(f"原件：本次放回{copied}份，存储中共有{len(stored)}份。\n")
    for sha256 in lost:
        sys.stdout.write(f"数据库提到的原件 {sha256} 不在备份中，请查明原因。\n")
    complete = same and not lost
    sys.stdout.write(
        "恢复完成，核对一致。\n" if complete else "恢复已结束，但与备份不一致，请核对上面列出的内容。\n"
    )
    return 0 if complete else 1


if __name__ == "__main__":
    run(main)
