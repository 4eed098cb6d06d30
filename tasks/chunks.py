"""The first stage of a sweep: files become frames, a chunk at a time, each chunk kept as Parquet.

What was read once is not read again: a chunk folder lists its files by name and sha256, and the folder
above it is named after the code of the readers and of the extractor, so that a changed reader starts anew.

    HECHA_HOME/runs/<reading version>/chunk-<hash>/files.json and one Parquet file a frame
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models import facts as frames_on_disk
from models.document import Artifact
from models.errors import ErrorKind, ReadError
from models.facts import Facts
from models.views import ErrorView
from tasks.collect import collect
from tasks.extract import extract_rows, frames
from tasks.persist import keep_original
from tasks.read import read

Rows = dict[str, list[dict[str, Any]]]

INTERNAL_MESSAGE = "系统在处理该文件时发生内部错误，与报送单位无关；详情已写入日志，请联系系统维护人员。"
CHANGED_MESSAGE = "文件在核查过程中被改动，本次未予核查，请重新运行核查。"
SMALLEST_CHUNK = 10
"""Below this a Prefect task costs more than the reading it does."""

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the source: where it is, what it is called in lists, and the sha256 of its bytes."""

    path: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a source in order, those that cannot be taken in, and how many repeat another's bytes."""

    files: tuple[SourceFile, ...]
    errors: tuple[ErrorView, ...]
    repeated: int


# -------------------------------------------------------------------------------------- one file


def printable(name: str) -> str:
    """Return a file name as valid text: bytes that are no UTF-8 become U+FFFD, the rest stays as it is."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def take_in(file: Artifact) -> Rows | ErrorView:
    """Read and extract one file; whatever goes wrong with it comes back as an ErrorView, never raised."""
    name = printable(file.name)
    try:
        return extract_rows(read(file), file.sha256, name)
    except ReadError as error:
        return ErrorView(name, error.kind.value, error.message)
    except Exception:
        log.exception("reading %s (sha256 %s)", name, file.sha256)
        return ErrorView(name, ErrorKind.INTERNAL.value, INTERNAL_MESSAGE)


def build(reports: Sequence[Rows]) -> tuple[Facts, list[ErrorView]]:
    """Turn the rows of many reports into frames; a report whose rows do not fit is left out and reported."""
    try:
        return frames(reports), []
    except Exception:
        log.exception("building the frames of %d reports; trying one by one", len(reports))
    parts: list[Facts] = []
    errors: list[ErrorView] = []
    for rows in reports:
        name = str(rows["reports"][0]["file"])
        try:
            parts.append(frames([rows]))
        except Exception:
            log.exception("building the frames of %s", name)
            errors.append(ErrorView(name, ErrorKind.INTERNAL.value, INTERNAL_MESSAGE))
    return frames_on_disk.concat(parts), errors


# ------------------------------------------------------------------------------------ the source


def listing(source: Path, max_bytes: int) -> Listing:
    """Walk the source once and hash every file; bytes that occur twice are listed under their first name."""
    files: dict[str, SourceFile] = {}
    errors: list[ErrorView] = []
    repeated = 0
    for found in collect([source], max_bytes):
        if isinstance(found, ErrorView):
            errors.append(dataclasses.replace(found, file=printable(found.file)))
        elif found.sha256 in files:
            repeated += 1
        else:
            path = source if source.is_file() else source / found.name
            files[found.sha256] = SourceFile(str(path), found.name, found.sha256)
    return Listing(tuple(files.values()), tuple(errors), repeated)


@cache
def reading_version() -> str:
    """Hash the code and data that decide what a file is read as."""
    import expectations
    import tasks

    digest = hashlib.sha256()
    steps = Path(str(tasks.__file__)).parent
    form = Path(str(expectations.__file__)).parent
    parts = [
        steps / "collect.py",
        *sorted((steps / "read").rglob("*.py")),
        *sorted((steps / "extract").rglob("*.py")),
        form / "template.py",
        *sorted((form / "templates").glob("*.toml")),
        Path(frames_on_disk.__file__),
    ]
    for part in parts:
        digest.update(part.name.encode())
        digest.update(part.read_bytes())
    return digest.hexdigest()[:16]


def chunks_folder(home: Path) -> Path:
    """Where the chunks that this version of the readers made are kept."""
    return home.resolve() / "runs" / reading_version()


# ------------------------------------------------------------------------------------ the chunks


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk on disk: its folder, and what became of each of its files (None: read; else the fault)."""

    folder: Path
    files: dict[tuple[str, str], ErrorView | None]


def done(folder: Path) -> Iterator[Chunk]:
    """Yield the chunks that are complete under `chunks_folder`, in a stable order."""
    for manifest in sorted(folder.glob("chunk-*/files.json")):
        listed = json.loads(manifest.read_text(encoding="utf-8"))
        yield Chunk(
            manifest.parent,
            {
                (entry["name"], entry["sha256"]): ErrorView(**entry["error"]) if entry["error"] else None
                for entry in listed
            },
        )


def plan(files: Iterable[SourceFile], folder: Path, size: int, workers: int) -> list[list[SourceFile]]:
    """Cut the files that were not read yet into chunks of at most `size`, enough of them to keep `workers` busy."""
    known = {key for chunk in done(folder) for key in chunk.files}
    fresh = [file for file in files if (printable(file.name), file.sha256) not in known]
    even = -(-len(fresh) // (workers * 4)) if fresh else 1
    step = max(1, min(size, max(even, SMALLEST_CHUNK)))
    return [fresh[start : start + step] for start in range(0, len(fresh), step)]


def read_chunk(
    files: Sequence[SourceFile],
    folder: Path,
    store_url: str,
    each: Callable[[], None] = lambda: None,
) -> list[ErrorView]:
    """Read, extract and keep the originals of one chunk, and write its frames; return what failed inside us.

    `each` is called after every file. Files that cannot be read are part of the chunk's list, so that they
    are not tried again; faults of ours, and files that changed since they were listed, are not, so that
    they are.
    """
    reports: list[Rows] = []
    entries: list[tuple[str, str, ErrorView | None]] = []
    failed: list[ErrorView] = []
    for file in files:
        name = printable(file.name)
        found = _fetch(file, store_url)
        if isinstance(found, ErrorView):
            failed.append(found)
        elif isinstance(taken := take_in(found), ErrorView):
            if taken.kind == ErrorKind.INTERNAL:
                failed.append(taken)
            else:
                entries.append((name, file.sha256, taken))
        else:
            reports.append(taken)
            entries.append((name, file.sha256, None))
        each()
    facts, unfit = build(reports)
    lost = {error.file for error in unfit}
    _keep(folder, facts, [entry for entry in entries if entry[0] not in lost])
    return failed + unfit


def _fetch(file: SourceFile, store_url: str) -> Artifact | ErrorView:
    name = printable(file.name)
    try:
        content = Path(file.path).read_bytes()
        if hashlib.sha256(content).hexdigest() != file.sha256:
            return ErrorView(name, ErrorKind.UNREADABLE.value, CHANGED_MESSAGE)
        found = Artifact(file.name, content, file.sha256)
        keep_original(found, store_url)
    except OSError:
        log.exception("fetching %s", name)
        return ErrorView(name, ErrorKind.INTERNAL.value, INTERNAL_MESSAGE)
    return found


def _keep(folder: Path, facts: Facts, entries: Sequence[tuple[str, str, ErrorView | None]]) -> None:
    """Write a chunk beside its place and move it there in one step: a chunk is whole or it is not there."""
    if not entries:
        return
    listed = [
        {"name": name, "sha256": sha256, "error": dataclasses.asdict(error) if error else None}
        for name, sha256, error in entries
    ]
    text = json.dumps(listed, ensure_ascii=False, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"chunk-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    beside = Path(tempfile.mkdtemp(prefix="making-", dir=folder))
    frames_on_disk.write(facts, beside)
    (beside / "files.json").write_text(text, encoding="utf-8")
    try:
        beside.rename(target)
    except OSError:  # another sweep made the same chunk meanwhile
        shutil.rmtree(beside)


def remove_unfinished(folder: Path) -> None:
    """Remove what an interrupted sweep left half written a day ago or longer; a sweep may be running now."""
    for beside in folder.glob("making-*"):
        if time.time() - beside.stat().st_mtime > 24 * 3600:
            shutil.rmtree(beside, ignore_errors=True)
