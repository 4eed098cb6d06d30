"""Waiting for a database that is away for a while, and what to say of one that stays away."""

from __future__ import annotations

import logging
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError

from models.errors import StorageError
from models.settings import settings

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two attempts: doubled from the first to the longest."""

_PASSING = {
    "40001",  # serialization failure
    "40P01",  # deadlock detected
    "55P03",  # lock not available
    "53300",  # too many connections
    "57P01",  # the server is shut down
    "57P02",  # it crashed
    "57P03",  # it is starting up
    "25P03",  # our transaction was idle for too long
}
"""PostgreSQL's states (SQLSTATE) that pass; connections that break have none."""

FULL = (
    "数据库无法写入：磁盘已满、超出配额或有故障。本次写入已撤销，此前的数据完好；"
    "请腾出磁盘空间或检查磁盘后重新运行。"
)
DAMAGED = "数据库文件已损坏或不是数据库文件，请停止使用并从备份恢复后重新运行。"
UNWRITABLE = "数据库文件无法打开或写入，请检查 HECHA_HOME 或 HECHA_DATABASE_URL 所指的文件夹及其读写权限。"
REFUSED = "数据库拒绝连接，请检查 HECHA_DATABASE_URL 中的用户名、密码和数据库名是否正确。"
AWAY = (
    "数据库无法连接，已重试{seconds:.0f}秒。请检查数据库服务是否运行、HECHA_DATABASE_URL 是否正确；"
    "已写入的数据不受影响，恢复后请重新运行。"
)

_REFUSED = ("authentication failed", "no password supplied", "does not exist", "pg_hba.conf")
"""What PostgreSQL says of a connection that it will never take."""

_SQLITE = (
    (FULL, ("disk is full", "disk i/o error")),
    (UNWRITABLE, ("unable to open", "readonly database")),
    (DAMAGED, ("malformed", "not a database")),
)
"""What SQLite says, by what we say of it."""

log = logging.getLogger("hecha")


def attempts(patience: float | None = None) -> Iterator[AbstractContextManager[None]]:
    """Yield contexts that swallow what passes, and pause; one in which nothing went wrong must be the last.

    After `patience` seconds (`HECHA_DATABASE_PATIENCE_SECONDS` when not given), and at once when the disk is
    full, the database is damaged or refuses us, they raise StorageError with a sentence for the operator.
    """
    seconds = settings().database_patience_seconds if patience is None else patience
    until = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        yield _attempt(pause * random.uniform(0.75, 1.25), until, seconds)  # not all who wait at once
        pause = min(2 * pause, LONGEST_PAUSE)


@contextmanager
def _attempt(pause: float, until: float, seconds: float) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, psycopg.Error, sqlite3.Error) as error:  # COPY raises the driver's own
        said = error.orig if isinstance(error, DBAPIError) else error
        if (sentence := _sentence(said)) is not None:
            raise StorageError(sentence) from error
        if not _passing(said):
            raise
        if time.monotonic() + pause > until:
            raise StorageError(AWAY.format(seconds=seconds)) from error
        log.warning("the database is away, trying again in %.1f s: %s", pause, said)
        time.sleep(pause)


def _passing(error: BaseException | None) -> bool:
    """Whether the same transaction may succeed a little later."""
    if isinstance(error, psycopg.Error) and error.sqlstate is not None:
        return error.sqlstate in _PASSING or error.sqlstate.startswith("08")
    if isinstance(error, sqlite3.Error):
        return "is locked" in str(error)
    # A connection that broke or was never made has no state.
    return isinstance(error, psycopg.OperationalError)


def _sentence(error: BaseException | None) -> str | None:
    """What to tell of an error that no waiting mends; None where waiting may."""
    said = str(error).lower()
    if isinstance(error, sqlite3.Error):
        return next((sentence for sentence, words in _SQLITE if any(w in said for w in words)), None)
    if isinstance(error, psycopg.errors.DiskFull):
        return FULL
    never_made = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    return REFUSED if never_made and any(words in said for words in _REFUSED) else None
