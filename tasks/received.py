"""Reports that came in by the inbox: recorded once, kept beside the sweeps, turned into files that can be read.

The bytes of every arrival stand in the store; ``HECHA_HOME/received`` holds a local copy under their sha256.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from models.document import Artifact
from models.errors import ErrorKind, HechaError
from models.views import ErrorView
from tasks.chunks import Listing, SourceFile, printable, remembered
from tasks.persist import keep_original, read_original
from tasks.persist.arrivals import Arrival, Source, arrivals, mark, record_arrival
from tasks.unpack import is_container, unpack

UNFINISHED = re.compile(r"^[.~]|\.(?:part|partial|tmp|temp|crdownload|download|filepart|swp)$", re.IGNORECASE)
"""Names that programs give to files they are still writing, and hidden ones."""
ALL = 1_000_000
"""More arrivals than an inbox ever holds."""
TOO_LARGE = "文件有{size} MB，超过{limit} MB上限，未予收取；请只提交年度报告本身。"


@dataclass(frozen=True, slots=True)
class Sight:
    """How a file of the inbox looked, and since when (seconds on the caller's clock) it has looked so."""

    size: int
    changed: int
    since: float


def whole(inbox: Path, seen: MutableMapping[Path, Sight], quiet: float, now: float) -> list[Path]:
    """Return the files of the inbox that have not changed for `quiet` seconds, in the order in which they were written.

    `seen` is what the last look saw and is brought up to date. A file that is still being written, or has a name that says
    so, is left for a later look.
    """
    found: dict[Path, Sight] = {}
    for path in inbox.rglob("*"):
        if any(UNFINISHED.search(part) for part in path.relative_to(inbox).parts):
            continue
        try:
            stat = path.stat()
        except OSError:  # taken away in this moment
            continue
        if not path.is_file():
            continue
        before = seen.get(path)
        same = before is not None and (before.size, before.changed) == (stat.st_size, stat.st_mtime_ns)
        since = before.since if before is not None and same else now
        found[path] = Sight(stat.st_size, stat.st_mtime_ns, since)
    seen.clear()
    seen.update(found)
    ready = [path for path, sight in found.items() if now - sight.since >= quiet]
    return sorted(ready, key=lambda path: (found[path].changed, str(path)))


def receive(
    path: Path, name: str, database: Engine, home: Path, store: str, max_bytes: int, source: Source = "folder",
    parcel: str | None = None, position: int = 0, agency: str | None = None, year: int | None = None,
) -> Arrival:  # fmt: skip
    """Record a whole file under `name`, keep its bytes, and move it from where it lies into ``HECHA_HOME/received``.

    `agency` and `year` where they are known already: who handed it in may follow it from the first moment.
    A file over `max_bytes` is recorded as failed with the reason and kept as well. Raises OSError when the file
    cannot be read or moved; then nothing is recorded and it stays where it is.
    """
    with path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    size = path.stat().st_size
    if size <= max_bytes:
        keep_original(Artifact(name, path.read_bytes(), sha256), store)
    arrival = record_arrival(
        database, source, printable(name), sha256, size,
        received_at=datetime.now(UTC), agency=agency, year=year, parcel=parcel, position=position,
    )  # fmt: skip
    if size > max_bytes and arrival.state == "recorded":
        told = TOO_LARGE.format(size=size >> 20, limit=max_bytes >> 20)
        arrival = mark(database, arrival.id, "failed", message=told)
    kept = place(home, sha256)
    kept.parent.mkdir(parents=True, exist_ok=True)
    if kept.exists():
        path.unlink()
    else:
        shutil.move(path, kept)
    return arrival


def place(home: Path, sha256: str) -> Path:
    """Where the local copy of an arrival lies."""
    return home / "received" / sha256[:2] / sha256


def files(arrivals: Iterable[Arrival], home: Path, store: str, max_bytes: int) -> dict[int, Listing]:
    """Return by arrival (its id) the files in it: itself, or the members of an archive or e-mail.

    A copy that is not on this machine is fetched from the store. What cannot be had is an error of that arrival.
    """
    found: dict[int, Listing] = {}
    for arrival in arrivals:
        try:
            found[arrival.id] = _files(arrival, home, store, max_bytes)
        except HechaError as error:
            wrong = ErrorView(arrival.file, ErrorKind.UNREADABLE.value, str(error))
            found[arrival.id] = Listing((), (wrong,), 0)
        except OSError as error:
            told = f"收到的文件无法取回（{error.strerror or '系统错误'}），请将其重新放入收件箱。"
            wrong = ErrorView(arrival.file, ErrorKind.UNREADABLE.value, told)
            found[arrival.id] = Listing((), (wrong,), 0)
    return found


def known(database: Engine, home: Path, store: str, max_bytes: int) -> list[SourceFile]:
    """Return the files that the last sweep looked at and those that came in and are through, each once."""
    through = files(arrivals(database, ("done",), limit=ALL), home, store, max_bytes)
    listed = [*remembered(home), *(file for listing in through.values() for file in listing.files)]
    return list({(printable(file.name), file.sha256): file for file in listed}.values())


def _files(arrival: Arrival, home: Path, store: str, max_bytes: int) -> Listing:
    kept = place(home, arrival.sha256)
    if not kept.exists():
        _write(kept, read_original(arrival.sha256, store))
    content = kept.read_bytes()
    if not is_container(content):
        return Listing((SourceFile(str(kept.resolve()), arrival.file, arrival.sha256),), (), 0)
    members: dict[str, SourceFile] = {}
    errors: list[ErrorView] = []
    repeated = 0
    for member in unpack(Artifact(arrival.file, content, arrival.sha256), max_bytes):
        if isinstance(member, ErrorView):
            errors.append(replace(member, file=printable(member.file)))
        elif member.sha256 in members:
            repeated += 1
        else:
            path = place(home, member.sha256)
            if not path.exists():
                _write(path, member.content)
            members[member.sha256] = SourceFile(str(path.resolve()), member.name, member.sha256)
    return Listing(tuple(members.values()), tuple(errors), repeated)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_bytes(content)
    beside.replace(path)
