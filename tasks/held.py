"""Uploads that wait a short while for a word: what was checked before publishing may be handed in without sending it again.

They lie under ``HECHA_HOME/received/held`` under names made of a random token that only the page of whoever
sent them knows, and are deleted half an hour later, or when the next upload is held after that.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from models.document import Artifact

MINUTES = 30
_SECONDS = MINUTES * 60.0


@dataclass(frozen=True, slots=True)
class Held:
    """An upload that waits."""

    file: Artifact
    path: Path


def hold(home: Path, account: int, file: Artifact) -> str:
    """Keep an upload of an account for half an hour and return the token that gives it back."""
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    tidy(home)
    token = secrets.token_urlsafe(32)
    note, content = _places(home, token)
    content.write_bytes(file.content)
    note.write_text(json.dumps({"account": account, "name": file.name, "sha256": file.sha256}), "utf-8")
    forgetting = threading.Timer(_SECONDS + 1, tidy, [home])
    forgetting.daemon = True
    forgetting.start()
    return token


def held(home: Path, account: int, token: str) -> Held | None:
    """Return what an account holds under a token; None where there is nothing (any more)."""
    tidy(home)
    note, content = _places(home, token)
    try:
        told = json.loads(note.read_text("utf-8"))
        bytes_ = content.read_bytes()
    except FileNotFoundError:
        return None
    if told["account"] != account or hashlib.sha256(bytes_).hexdigest() != told["sha256"]:
        return None
    return Held(Artifact(told["name"], bytes_, told["sha256"]), content)


def release(home: Path, token: str) -> None:
    """Forget an upload."""
    for path in _places(home, token):
        path.unlink(missing_ok=True)


def tidy(home: Path) -> None:
    """Delete what has waited for too long."""
    for path in _folder(home).glob("*"):
        try:
            if time.time() - path.stat().st_mtime > _SECONDS:
                path.unlink()
        except FileNotFoundError:  # somebody else was as quick
            continue


def _folder(home: Path) -> Path:
    return home / "received" / "held"


def _places(home: Path, token: str) -> tuple[Path, Path]:
    name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    return _folder(home) / f"{name}.json", _folder(home) / f"{name}.bin"
