"""The code that proves that whoever opens the first account has the machine in their hands."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from models.database import engine, upgrade
from models.settings import Settings
from tasks.accounts.accounts import none_yet

_FILE = "setup-code"
TOLD = "还没有账号。请打开{address}setup，用初始化代码 {code} 建立第一个运行维护账号。"


def invitation(chosen: Settings, address: str) -> str | None:
    """Return the sentence for the console while nobody has an account; the tables are made where they are not."""
    upgrade(chosen.database)
    database = engine(chosen.database)
    try:
        return TOLD.format(address=address, code=code(chosen.home)) if none_yet(database) else None
    finally:
        database.dispose()


def code(home: Path) -> str:
    """Return the code of this installation; it is drawn once and kept where only the service's user reads it."""
    file = home / _FILE
    home.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(8) + "\n")
    except FileExistsError:
        pass
    return file.read_text(encoding="ascii").strip()


def done(home: Path) -> None:
    """Remove the code: there is an operator now."""
    (home / _FILE).unlink(missing_ok=True)
