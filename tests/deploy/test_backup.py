"""`deploy/backup.sh` and `deploy/restore.sh`, run as an operator runs them, on SQLite and a real PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from models.database import engine, upgrade
from models.document import Artifact
from models.facts import concat
from models.tables import Stored
from tasks.persist import finish_run, keep_original, read_original, record, record_errors, start_run
from tests.storage.made import RULES, evaluation, sha, submission
from tests.storage.postgres import postgres_server, server_binaries

REPOSITORY = Path(__file__).resolve().parents[2]
AT = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
NAMES = ("教育局.txt", "民政局.txt", "水务局.txt")


@dataclass(frozen=True)
class Office:
    """One installation: its folder, database and store, and the environment that names them."""

    home: Path
    database: str
    store: str
    endpoint: str = ""

    @property
    def environment(self) -> dict[str, str]:
        left_out = ("HECHA_", "AWS_ENDPOINT")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        own = {
            "HECHA_HOME": str(self.home),
            "HECHA_DATABASE_URL": self.database,
            "HECHA_STORE_URL": self.store,
            "HECHA_S3_ENDPOINT": self.endpoint,
        }
        return inherited | own

    def run(self, script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(REPOSITORY / "deploy" / script), *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything in every table."""
        database = engine(self.database)
        with database.connect() as connection:
            read = {
                table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for table in Stored.metadata.sorted_tables
            }
        database.dispose()
        return read

    def fill(self, names: tuple[str, ...] = NAMES) -> None:
        """Record a sweep of made-up submissions and keep their originals; an original is the file's name."""
        upgrade(self.database)
        database = engine(self.database)
        run = start_run(database, "报告", (2023,), RULES, started_at=AT)
        facts = concat([submission(name, agency=name.removesuffix(".txt")) for name in names])
        record(database, run, facts, {sha(name): evaluation(name) for name in names}, RULES, AT)
        record_errors(database, run, [])
        finish_run(database, run, "completed", [])
        database.dispose()
        for name in names:
            keep_original(Artifact(name, name.encode(), sha(name)), self.store)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    if server_binaries() is None:
        pytest.skip("no PostgreSQL server binaries (initdb, pg_ctl) on this machine")
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("PostgreSQL refuses root, and setpriv is not here to drop to another user")
    if not shutil.which("pg_dump"):
        pytest.skip("no PostgreSQL client programs (pg_dump, pg_restore, psql) on this machine")
    with postgres_server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def offices(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    """An office and an empty one to restore into."""
    names = ("first", "second")
    homes = [tmp_path / name for name in names]
    stores = [(home / "store").as_uri() for home in homes]
    if request.param == "sqlite":
        urls = [f"sqlite:///{home / 'hecha.db'}" for home in homes]
        yield Office(homes[0], urls[0], stores[0]), Office(homes[1], urls[1], stores[1])
        return
    folder = request.getfixturevalue("postgres")
    server = create_engine(
        f"postgresql+psycopg://hecha@/postgres?host={folder}", isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
    urls = [f"postgresql+psycopg://hecha@/{name}?host={folder}" for name in names]
    yield Office(homes[0], urls[0], stores[0]), Office(homes[1], urls[1], stores[1])
    with server.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def backups(folder: Path) -> list[Path]:
    return sorted(file.parent for file in folder.glob("*/manifest.json"))


def made(office: Office, folder: Path) -> Path:
    """Make a backup that is verified, and give its folder."""
    done = office.run("backup.sh", folder)
    assert (done.returncode, done.stderr) == (0, "")
    return backups(folder)[-1]


def test_a_backup_restores_every_row_and_original(offices: tuple[Office, Office], tmp_path: Path) -> None:
    first, second = offices
    first.fill()
    inbox = first.home / "inbox" / "云栖市"
    inbox.mkdir(parents=True)
    (inbox / "等待.txt").write_text("尚未读取", encoding="utf-8")
    rows = first.rows()
    folder = tmp_path / "备份"

    done = first.run("backup.sh", folder)
    (kept,) = backups(folder)
    counts = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))["tables"]
    assert (done.returncode, done.stderr) == (0, "")
    assert {name: len(rows[name]) for name in rows} == {n: c for n, c in counts.items() if n in rows}
    assert set(counts) - set(rows) == {"alembic_version"}
    assert done.stdout.splitlines()[-2:] == [
        "原件：本次复制3份，备份中共有3份。",
        f"备份已写入 {kept}。",
    ]
    told = {line.split()[0]: tuple(map(int, line.split()[2::2])) for line in done.stdout.splitlines()[:-2]}
    assert told == {name: (count, count) for name, count in counts.items()}

    back = second.run("restore.sh", kept)
    assert (back.returncode, back.stderr) == (0, "")
    assert back.stdout.splitlines()[-2:] == [
        "原件：本次放回3份，存储中共有3份。",
        "恢复完成，核对一致。",
    ]
    assert second.rows() == rows
    assert [read_original(sha(name), second.store) for name in NAMES] == [name.encode() for name in NAMES]
    assert (second.home / "inbox" / "云栖市" / "等待.txt").read_text(encoding="utf-8") == "尚未读取"


def test_what_is_there_is_only_replaced_when_asked(offices: tuple[Office, Office], tmp_path: Path) -> None:
    first, second = offices
    first.fill()
    kept = made(first, tmp_path / "备份")
    second.fill(("财政局.txt",))
    before = second.rows()
    count = sum(map(len, before.values()))

    refused = second.run("restore.sh", kept)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"现有数据库中有{count}行数据，未作改动；确定要覆盖时请加 --replace。\n"
    assert second.rows() == before

    replaced = second.run("restore.sh", kept, "--replace")
    assert (replaced.returncode, replaced.stderr) == (0, "")
    assert second.rows() == first.rows()
    if first.database.startswith("sqlite"):  # the old file stands beside the new one, whole
        (old,) = second.home.glob("hecha.db.before-*")
        assert replace(second, database=f"sqlite:///{old}").rows() == before


def test_a_second_backup_copies_only_new_originals(offices: tuple[Office, Office], tmp_path: Path) -> None:
    first, _ = offices
    first.fill()
    folder = tmp_path / "备份"
    oldest = made(first, folder)
    first.fill(("财政局.txt",))
    time.sleep(1.1)  # backups are named by the second
    done = first.run("backup.sh", folder, "--keep", "1", "--verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2] == "原件：本次复制1份，备份中共有4份。"
    assert not oldest.exists()
    assert len(backups(folder)) == 1


def test_lost_and_damaged_originals_are_named(offices: tuple[Office, Office], tmp_path: Path) -> None:
    first, second = offices
    first.fill()
    store = first.home / "store"
    lost, damaged = sha(NAMES[0]), sha(NAMES[1])
    (store / lost[:2] / lost).unlink()
    (store / damaged[:2] / damaged).write_bytes(b"something else")
    folder = tmp_path / "备份"
    done = first.run("backup.sh", folder)
    (kept,) = backups(folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-5:] == [
        "原件：本次复制1份，备份中共有1份。",
        *(f"数据库提到的原件 {name} 不在存储中，请查明原因。" for name in sorted((lost, damaged))),
        f"原件 {damaged} 的内容与收到时不一致，请从较早的备份恢复。",
        f"备份已写入 {kept}。",
    ]
    back = second.run("restore.sh", kept)
    assert (back.returncode, back.stderr) == (1, "")
    assert back.stdout.splitlines()[-1] == "恢复已结束，但与备份不一致，请核对上面列出的内容。"


def test_a_damaged_backup_changes_nothing(offices: tuple[Office, Office], tmp_path: Path) -> None:
    first, second = offices
    first.fill()
    kept = made(first, tmp_path / "备份")
    second.fill(("财政局.txt",))
    before = second.rows()
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    file = kept / manifest["file"]
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 2 // 3])
    cut = second.run("restore.sh", kept, "--replace")
    assert (cut.returncode, cut.stdout) == (2, "")
    assert cut.stderr == f"备份文件“{file}”与备份时不一致，请改用另一份备份。\n"
    assert second.rows() == before

    file.write_bytes(whole)
    key = sha(NAMES[2])
    (kept.parent / "store" / key[:2] / key).write_bytes(b"something else")
    spoiled = second.run("restore.sh", kept, "--replace")
    assert (spoiled.returncode, spoiled.stdout) == (2, "")
    assert spoiled.stderr == f"备份中有1份原件已损坏，数据库未作改动：{key}。\n"
    assert second.rows() == before


@pytest.mark.postgres
@pytest.mark.parametrize("offices", ["postgresql"], indirect=True)
def test_a_dump_that_breaks_off_leaves_the_old_rows(offices: tuple[Office, Office], tmp_path: Path) -> None:
    first, second = offices
    first.fill()
    kept = made(first, tmp_path / "备份")
    second.fill(("财政局.txt",))
    before = second.rows()
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    file = kept / manifest["file"]
    file.write_bytes(file.read_bytes()[:-2000])
    manifest["sha256"] = sha256(file.read_bytes()).hexdigest()  # cut short, yet as the manifest says
    (kept / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    back = second.run("restore.sh", kept, "--replace")
    assert back.returncode == 2
    assert back.stderr.splitlines()[-1] == f"备份文件“{file}”不能完整读出，数据库未作改动，请改用另一份备份。"
    assert second.rows() == before


def test_what_is_written_meanwhile_is_in_both_or_neither(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    first, second = offices
    first.fill()
    database = engine(first.database)
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            finish_run(database, start_run(database, "报告", (2023,), RULES, started_at=AT), "completed", [])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        kept = made(first, tmp_path / "备份")
    finally:
        done.set()
        writer.join()
        database.dispose()
    back = second.run("restore.sh", kept)
    assert (back.returncode, back.stdout.splitlines()[-1]) == (0, "恢复完成，核对一致。")
    kept_runs, all_runs = second.rows()["runs"], first.rows()["runs"]
    assert sorted(row[0] for row in kept_runs) == list(range(1, len(kept_runs) + 1))
    assert 1 < len(kept_runs) < len(all_runs)


@pytest.mark.parametrize("offices", ["sqlite"], indirect=True)
def test_a_database_in_use_or_of_another_kind_is_left_alone(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    first, second = offices
    first.fill()
    kept = made(first, tmp_path / "备份")
    second.fill(("财政局.txt",))
    before = second.rows()
    database = engine(second.database)
    with database.connect() as connection:
        connection.execute(text("SELECT count(*) FROM runs")).scalar_one()
        used = second.run("restore.sh", kept, "--replace")
    database.dispose()
    assert (used.returncode, used.stderr) == (2, "数据库正在使用，请先停止各项服务再恢复。\n")
    other = replace(second, database="postgresql+psycopg://hecha:quiet@127.0.0.1:1/none").run(
        "restore.sh", kept
    )
    assert (other.returncode, other.stderr) == (
        2,
        "这份备份来自 sqlite，与 HECHA_DATABASE_URL 所指的数据库种类不同。\n",
    )
    away = replace(second, database="postgresql+psycopg://hecha:quiet@127.0.0.1:1/none").run(
        "backup.sh", tmp_path / "other"
    )
    assert (away.returncode, away.stdout, "quiet" in away.stderr) == (2, "", False)
    assert away.stderr.startswith("数据库不能使用，请检查 HECHA_DATABASE_URL 和数据库服务：")
    assert "Traceback" not in away.stderr
    nothing = second.run("restore.sh", tmp_path)
    assert (nothing.returncode, nothing.stderr) == (
        2,
        f"“{tmp_path}”不是一份完整的备份，请给出备份目录中以时间命名的文件夹。\n",
    )
    assert second.rows() == before


@pytest.fixture
def bucket_address() -> Iterator[str]:
    """A real S3-compatible server on a free port of 127.0.0.1."""
    pytest.importorskip("moto.server", reason="moto[server] is not installed")
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("offices", ["sqlite"], indirect=True)
def test_originals_in_a_bucket(
    offices: tuple[Office, Office], bucket_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = tmp_path / "s3_credentials"
    credentials.write_text("[default]\naws_access_key_id = made\naws_secret_access_key = up\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket_address)  # for this process, which has read its settings
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    first, second = (
        replace(office, store=f"s3://{office.home.name}/originals", endpoint=bucket_address)
        for office in offices
    )
    first.fill()  # the bucket is made by the first original
    kept = made(first, tmp_path / "备份")
    back = second.run("restore.sh", kept)
    assert (back.returncode, back.stderr) == (0, "")
    assert back.stdout.splitlines()[-2] == "原件：本次放回3份，存储中共有3份。"
    assert [read_original(sha(name), second.store) for name in NAMES] == [name.encode() for name in NAMES]
