"""What a backup keeps and how it is counted: the rows of every table and the originals of the store.

A backup folder holds one folder for each backup (named by its instant in UTC, with `manifest.json`) and one
`store` for all of them: originals are named by their sha256 and never change, so each is copied once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import fsspec
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from models.errors import HechaError
from models.settings import settings

MANIFEST = "manifest.json"
ORIGINAL = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")
"""The key of an original; whatever else lies in a store (parts of unfinished writes) is not kept."""
BLOCK = 1024 * 1024
LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "username": "PGUSER",
    "password": "PGPASSWORD",
    "database": "PGDATABASE",
}
"""The parts of a SQLAlchemy URL and the variables that hand them to PostgreSQL's programs."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one backup holds: the database's file, the rows of each table, the originals its rows name."""

    made_at: str
    database: str
    file: str
    sha256: str
    tables: dict[str, int]
    originals: int


def run(program: Callable[[], int]) -> None:
    """Run a script and end with its status: 0 kept and verified, 1 something is missing, 2 nothing was done."""
    try:
        status = program()
    except HechaError as error:
        status = told(str(error))
    except SQLAlchemyError as error:
        status = told(f"数据库不能使用，请检查 HECHA_DATABASE_URL 和数据库服务：{first_line(error)}。")
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or b"").decode("utf-8", "replace").strip().splitlines()
        # PostgreSQL's programs say what is wrong in a line of its own, with advice around it
        reason = next((line for line in lines if "error:" in line.lower()), lines[-1] if lines else "")
        status = told(f"{Path(error.cmd[0]).name} 未能完成：{reason or error.returncode}。")
    except OSError as error:
        status = told(
            f"文件不能读写，请检查磁盘空间和权限：{error.filename or ''} {error.strerror or error}。"
        )
    except KeyboardInterrupt:
        status = told("已中断，未完成的部分不会被当作备份。")
    sys.exit(status)


def told(sentence: str) -> int:
    """Say why nothing was done and return the status for it."""
    sys.stderr.write(sentence + "\n")
    return 2


def first_line(error: SQLAlchemyError) -> str:
    """Return the driver's own words, without the statement and its values."""
    return (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[
        0
    ].rstrip(".")


def is_sqlite(url: str) -> bool:
    """Whether `url` names a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path:
    """Return the file of a SQLite URL. Raises HechaError for a database in memory."""
    file = make_url(url).database
    if not file or file == ":memory:":
        raise HechaError("内存中的数据库无法备份或恢复，请检查 HECHA_DATABASE_URL。")
    return Path(file)


def postgres_environment(url: str) -> dict[str, str]:
    """Return the environment for pg_dump, pg_restore and psql; a password never stands on a command line."""
    address = make_url(url)
    parts = {variable: getattr(address, part) for part, variable in LIBPQ.items()}
    parts |= {f"PG{key.upper()}": value for key, value in address.query.items()}
    return {**os.environ, **{name: str(value) for name, value in parts.items() if value not in (None, "")}}


def postgres_program(name: str, server: int) -> str:
    """Return the path of a PostgreSQL program that is not older than the server (its major version).

    Raises HechaError when there is none.
    """
    found = shutil.which(name)
    if found is None:
        raise HechaError(f"没有找到 {name}，请安装 PostgreSQL {server} 的客户端程序。")
    answer = subprocess.run([found, "--version"], capture_output=True, check=True).stdout.decode()
    version = re.search(r"(\d+)", answer)
    if version is None or int(version.group()) < server:
        raise HechaError(f"{name} 的版本低于数据库服务器，请安装 PostgreSQL {server} 的客户端程序。")
    return found


def server_version(connection: Connection) -> int:
    """Return the major version of the PostgreSQL server."""
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def table_counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table, by name."""
    quoted = connection.dialect.identifier_preparer.quote
    return {
        name: int(connection.execute(text(f"SELECT count(*) FROM {quoted(name)}")).scalar_one())
        for name in sorted(inspect(connection).get_table_names())
    }


def named_originals(connection: Connection) -> set[str]:
    """Return the sha256 of every original that any row names."""
    quoted = connection.dialect.identifier_preparer.quote
    told = inspect(connection)
    found: set[str] = set()
    for name in told.get_table_names():
        if any(column["name"] == "sha256" for column in told.get_columns(name)):
            found.update(connection.execute(text(f"SELECT DISTINCT sha256 FROM {quoted(name)}")).scalars())
    return found


def sha256_of(file: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def store_at(url: str) -> tuple[Any, str]:
    """Open a store as `tasks.persist.store` does: its filesystem, and its folder or bucket there."""
    local = url2pathname(urlsplit(url).path) if url.startswith("file:") else url
    endpoint = settings().s3_endpoint
    options = {"endpoint_url": endpoint} if endpoint and url.startswith("s3:") else {}
    filesystem, root = fsspec.url_to_fs(local, **options)
    return filesystem, root.rstrip("/")


def originals(filesystem: Any, root: str) -> dict[str, int]:
    """Return key and size of every original of a store; an empty or absent store has none."""
    try:
        listed: Mapping[str, Mapping[str, Any]] = filesystem.find(root, detail=True)
    except FileNotFoundError:
        return {}
    keys = {path[-67:]: int(found["size"]) for path, found in listed.items()}
    return {key: size for key, size in sorted(keys.items()) if ORIGINAL.fullmatch(key)}


def blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what is left of a stream in blocks."""
    while block := stream.read(BLOCK):
        yield block


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write what a backup holds beside it."""
    written = json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(written, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup holds. Raises HechaError for a folder that is no backup or is damaged."""
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise HechaError(f"“{folder}”不是一份完整的备份，请给出备份目录中以时间命名的文件夹。") from error


def show_counts(before: Mapping[str, int], after: Mapping[str, int], titles: tuple[str, str]) -> bool:
    """Print the rows of each table before and after, and return whether they are the same."""
    width = max(map(len, [*before, *after]), default=0)
    for name in sorted({*before, *after}):
        first, second = before.get(name, 0), after.get(name, 0)
        mark = "" if first == second else "  不一致"
        sys.stdout.write(f"{name:<{width}}  {titles[0]} {first}  {titles[1]} {second}{mark}\n")
    return dict(before) == dict(after)
