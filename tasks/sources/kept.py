"""What a source brought, on disk: the files, and a line of JSON for each that says when and as what it came.

HECHA_HOME/sources/<hash of the source>/files/        what a sweep reads
                                        pages/        web pages whose report is an attachment
                                        arriving/     what is not whole yet
                                        index.jsonl   the last line of a key counts
                                        lock
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

Record = dict[str, Any]

DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""Errors of a disk that takes no more."""
LONGEST_PART = 200
"""Bytes of one part of a path; file systems take 255."""

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class Kept:
    """The folder of one source, held by this process, and its records by key (object or web address)."""

    folder: Path
    records: dict[str, Record]
    owners: dict[str, str] = field(default_factory=dict)
    """Which key each file is of: a file that another key took over is no longer what the first one brought."""

    @property
    def files(self) -> Path:
        """The folder that a sweep reads."""
        return self.folder / "files"

    def note(self, key: str, record: Record) -> None:
        """Remember a file; a process killed right after this has not brought it in vain."""
        self._own(key, record)
        with (self.folder / "index.jsonl").open("a", encoding="utf-8") as index:
            index.write(json.dumps({"key": key, **record}, ensure_ascii=False) + "\n")

    def _own(self, key: str, record: Record) -> None:
        before = self.owners.get(record["file"], key)
        if before != key:
            del self.records[before]
        if key in self.records:
            self.owners.pop(self.records[key]["file"], None)
        self.records[key] = record
        self.owners[record["file"]] = key

    def recall(self) -> None:
        """Read what was noted before."""
        index = self.folder / "index.jsonl"
        for line in (
            index.read_text(encoding="utf-8", errors="replace").splitlines() if index.exists() else ()
        ):
            try:
                record = json.loads(line)
                self._own(record.pop("key"), record)
            except (ValueError, KeyError, AttributeError):
                continue  # the last line of a process that was killed: its file is brought again

    def present(self, key: str) -> Record | None:
        """Return the record of a file that is still here as it was written."""
        record = self.records.get(key)
        if record is None:
            return None
        path = self.folder / record["file"]
        return record if path.is_file() and path.stat().st_size == record["size"] else None

    def arriving(self) -> Path:
        """Return a path for bytes that are not whole yet."""
        return self.folder / "arriving" / uuid4().hex

    def settle(self, arrived: Path, file: str) -> None:
        """Move what is whole to its place below the folder, in one step."""
        place = self.folder / file
        for above in place.parents[: len(Path(file).parts) - 1]:
            if above.is_file():  # an object gave way to a folder of its name
                above.unlink()
        if place.is_dir():
            shutil.rmtree(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        arrived.replace(place)

    def close(self, keys: Collection[str]) -> None:
        """Forget all but these keys: their files disappear from the listing. Writes the index anew."""
        for key in self.records.keys() - set(keys):
            del self.owners[self.records.pop(key)["file"]]
        lines = [json.dumps({"key": key, **r}, ensure_ascii=False) + "\n" for key, r in self.records.items()]
        beside = self.folder / "index.new"
        try:
            beside.write_text("".join(lines), encoding="utf-8")
            beside.replace(self.folder / "index.jsonl")
        except OSError:  # a full disk; the longer index says the same
            log.exception("writing %s", beside)
            beside.unlink(missing_ok=True)
        wanted = {str(self.folder / record["file"]) for record in self.records.values()}
        for top in ("files", "pages"):
            for folder, _, names in os.walk(self.folder / top, topdown=False):
                for name in names:
                    if os.path.join(folder, name) not in wanted:  # noqa: PTH118 - a hundred thousand of them
                        Path(folder, name).unlink(missing_ok=True)
                if folder != str(self.files):
                    with contextlib.suppress(OSError):  # not empty
                        Path(folder).rmdir()


def today() -> str:
    """Return the day on the clock of this machine, as people are told it."""
    now = datetime.now().astimezone()
    return f"{now.year}年{now.month}月{now.day}日"


@contextlib.contextmanager
def held(home: Path, source: str) -> Iterator[Kept]:
    """Give the folder of a source to one process at a time; a second sweep of the same source waits here."""
    folder = (
        home.resolve()
        / "sources"
        / hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    )
    (folder / "files").mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(folder / "arriving", ignore_errors=True)
        (folder / "arriving").mkdir()
        kept = Kept(folder, {})
        kept.recall()
        yield kept
    finally:
        os.close(lock)


# ------------------------------------------------------------------------------------------ names


def safe_part(written: str) -> str:
    """Return one part of a path that stays where it is put and that `tasks.collect` does not pass over."""
    part = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in written).strip(" .")
    if part.upper().startswith("README") or part == "roster.csv":
        part = f"_{part}"
    return _shortened(part) or "未命名"


def _shortened(part: str) -> str:
    raw = part.encode("utf-8", "replace")
    if len(raw) <= LONGEST_PART:
        return raw.decode("utf-8")
    suffix = Path(part).suffix if len(Path(part).suffix) <= 8 else ""
    mark = hashlib.sha256(raw).hexdigest()[:8]
    return f"{raw[: LONGEST_PART - 20].decode('utf-8', 'ignore')}~{mark}{suffix}"


def safe_path(key: str, taken: Mapping[str, str], folders: Collection[str]) -> str:
    """Return a relative path for a key of a bucket that is not in `taken` and is none of `folders`.

    Parts that lead elsewhere (``..``) are left out; where two keys would meet the later gets a mark of its own.
    """
    parts = [safe_part(part) for part in key.split("/") if part not in ("", ".", "..")] or ["未命名"]
    path = "/".join(parts)
    if path in taken or path in folders:
        mark = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        last = Path(parts[-1])
        path = "/".join([*parts[:-1], f"{last.stem}~{mark}{last.suffix}"])
    return path
