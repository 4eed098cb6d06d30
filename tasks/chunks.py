"""The first stage of a sweep: files become frames, a chunk at a time, each chunk kept as Parquet.

What was read once is not read again: a chunk folder lists its files by name and sha256, and the folder
above it is named after the code of the readers and of the extractor, so that a changed reader starts anew.

    HECHA_HOME/runs/<reading version>/chunk-<hash>/files.json and one Parquet file a frame

What came in a zip or e-mail is unpacked beside them, under names of our own, until the sweep is over.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models import facts as frames_on_disk
from models import logs
from models.document import Artifact, Document
from models.errors import ErrorKind, ReadError
from models.facts import Facts
from models.views import ErrorView
from tasks.collect import collect
from tasks.extract import extract_rows, frames, split
from tasks.persist import keep_original
from tasks.read import prepare, read
from tasks.unpack import is_container, unpack

Rows = dict[str, list[dict[str, Any]]]

INTERNAL_MESSAGE = "系统在处理该文件时发生内部错误，与报送单位无关；详情已写入日志，请联系系统维护人员。"
CHANGED_MESSAGE = "文件在核查过程中被改动，本次未予核查，请重新运行核查。"
SMALLEST_CHUNK = 10
"""Below this a Prefect task costs more than the reading it does."""
PART = re.compile(r"（第\d+份）$")
"""What the name of one of several reports in a file ends with."""
_OURS = (ErrorKind.INTERNAL, ErrorKind.NOT_INSTALLED)
"""What may be otherwise the next time though the file and our code are the same."""
WINDOW = 20
"""Files fetched together, so that LibreOffice is started once for many."""
WINDOW_BYTES = 64 << 20

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the source: where its bytes are, what it is called in lists, and their sha256."""

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
    """Return a file name as valid text: bytes that are no UTF-8 are read as GB18030, else become U+FFFD."""
    raw = name.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def take_in(file: Artifact) -> list[Rows | ErrorView]:
    """Read and extract one file: an answer for each report in it, in order.

    Whatever goes wrong comes back as an ErrorView, never raised.
    """
    name = printable(file.name)
    try:
        document = read(file)
    except ReadError as error:
        return [ErrorView(name, error.kind.value, error.message)]
    except Exception:
        log.exception("reading %s (sha256 %s)", name, file.sha256)
        return [ErrorView(name, ErrorKind.INTERNAL.value, INTERNAL_MESSAGE)]
    return take_in_document(document, file)


def take_in_document(document: Document, file: Artifact) -> list[Rows | ErrorView]:
    """Extract what was read from a file: an answer for each report in it, as `take_in`.

    Where one file holds several reports, each is named ``file（第n份）`` and its submission is the sha256 of
    `part_of`, which stands in the store.
    """
    name = printable(file.name)
    try:
        reports = split(document)
    except Exception:
        log.exception("splitting %s (sha256 %s)", name, file.sha256)
        return [ErrorView(name, ErrorKind.INTERNAL.value, INTERNAL_MESSAGE)]
    if len(reports) == 1:
        return [_extracted(reports[0], file.sha256, name, name)]
    return [
        # the name of the file says nothing about one of several reports
        _extracted(report, part_of(file.sha256, number).sha256, f"{name}（第{number}份）", "")
        for number, report in enumerate(reports, start=1)
    ]


def _extracted(report: Document, submission: str, name: str, telling: str) -> Rows | ErrorView:
    try:
        rows = extract_rows(report, submission, telling)
        rows["reports"][0]["file"] = name
    except ReadError as error:
        return ErrorView(name, error.kind.value, error.message)
    except Exception:
        log.exception("extracting %s (submission %s)", name, submission)
        return ErrorView(name, ErrorKind.INTERNAL.value, INTERNAL_MESSAGE)
    return rows


def part_of(sha256: str, number: int) -> Artifact:
    """Return what the store keeps for the nth report of a file: a note of which file, and which of its reports."""
    content = json.dumps({"original": sha256, "report": number}).encode()
    return Artifact(f"{sha256}#{number}", content, hashlib.sha256(content).hexdigest())


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


def listing(source: Path, max_bytes: int, unpacked: Path) -> Listing:
    """Walk the source once and hash every file; bytes that occur twice are listed under their first name.

    The members of archives and e-mails are written into `unpacked`, named by their sha256.
    """
    files: dict[str, SourceFile] = {}
    errors: list[ErrorView] = []
    repeated = 0
    for found in collect([source], max_bytes):
        if isinstance(found, ErrorView):
            errors.append(dataclasses.replace(found, file=printable(found.file)))
        elif is_container(found.content):
            for member in unpack(found, max_bytes):
                if isinstance(member, ErrorView):
                    errors.append(dataclasses.replace(member, file=printable(member.file)))
                elif member.sha256 in files:
                    repeated += 1
                else:
                    path = unpacked / member.sha256
                    unpacked.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(member.content)
                    files[member.sha256] = SourceFile(str(path), member.name, member.sha256)
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
        steps / "unpack.py",
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


def remember(home: Path, files: Sequence[SourceFile]) -> None:
    """Note what the last sweep looked at, so that a rerun can compare with it (`remembered`)."""
    listed = home.resolve() / "runs" / "listed.json"
    listed.parent.mkdir(parents=True, exist_ok=True)
    beside = listed.with_name(f"listed-{os.getpid()}.part")
    beside.write_text(json.dumps([[file.name, file.sha256] for file in files]), encoding="utf-8")
    beside.replace(listed)


def remembered(home: Path) -> list[SourceFile]:
    """Return the files of the last sweep, by name and sha256 alone: where they lie is not known any more."""
    listed = home.resolve() / "runs" / "listed.json"
    if not listed.exists():
        return []
    return [SourceFile("", name, sha256) for name, sha256 in json.loads(listed.read_text(encoding="utf-8"))]


# ------------------------------------------------------------------------------------ the chunks


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: the submissions read from it (most files hold one), and what could not be read."""

    submissions: tuple[str, ...]
    errors: tuple[ErrorView, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk on disk: its folder, and what became of each of its files, by name and sha256."""

    folder: Path
    files: dict[tuple[str, str], Outcome]


def done(folder: Path) -> Iterator[Chunk]:
    """Yield the chunks that are complete under `chunks_folder`, in a stable order."""
    for manifest in sorted(folder.glob("chunk-*/files.json")):
        listed = json.loads(manifest.read_text(encoding="utf-8"))
        yield Chunk(
            manifest.parent,
            {
                (entry["name"], entry["sha256"]): Outcome(
                    tuple(entry["submissions"]), tuple(ErrorView(**error) for error in entry["errors"])
                )
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
    busy: Callable[[int], None] = lambda position: None,
) -> list[ErrorView]:
    """Read, extract and keep the originals of one chunk, and write its frames; return what failed inside us.

    `busy` is called with the position of a file before something is done with it, `each` when it is through.
    Files that cannot be read are part of the chunk's list, so that they are not tried again; faults of ours,
    and files that changed since they were listed, are not, so that they are.
    """
    reports: list[Rows] = []
    outcomes: dict[SourceFile, Outcome] = {}
    failed: list[ErrorView] = []
    for window in _windows(files):
        fetched = []
        for position, file in window:
            busy(position)
            fetched.append((position, file, _fetch(file, store_url)))
        prepare([found for _, _, found in fetched if isinstance(found, Artifact)])
        for position, file, found in fetched:
            busy(position)
            with logs.about(file=printable(file.name), submission=file.sha256):
                answers = [found] if isinstance(found, ErrorView) else take_in(found)
            errors = [answer for answer in answers if isinstance(answer, ErrorView)]
            ours = [e for e in errors if isinstance(found, ErrorView) or e.kind in _OURS]
            failed += ours
            if not ours:
                rows = [answer for answer in answers if not isinstance(answer, ErrorView)]
                reports += rows
                submissions = tuple(str(row["reports"][0]["submission"]) for row in rows)
                outcomes[file] = Outcome(submissions, tuple(errors))
                if len(answers) > 1:
                    for number in range(1, len(answers) + 1):
                        keep_original(part_of(file.sha256, number), store_url)
            each()
    facts, unfit = build(reports)
    read = set(facts.reports["submission"])
    _keep(folder, facts, {f: o for f, o in outcomes.items() if read.issuperset(o.submissions)})
    return failed + unfit


def _windows(files: Sequence[SourceFile]) -> Iterator[list[tuple[int, SourceFile]]]:
    """Cut a chunk into files that are fetched together, each with its position, without holding much in memory."""
    window: list[tuple[int, SourceFile]] = []
    held = 0
    for position, file in enumerate(files):
        size = Path(file.path).stat().st_size if Path(file.path).exists() else 0
        if window and (len(window) == WINDOW or held + size > WINDOW_BYTES):
            yield window
            window, held = [], 0
        window.append((position, file))
        held += size
    if window:
        yield window


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


def _keep(folder: Path, facts: Facts, outcomes: Mapping[SourceFile, Outcome]) -> None:
    """Write a chunk beside its place and move it there in one step: a chunk is whole or it is not there."""
    if not outcomes:
        return
    listed = [
        {"name": printable(file.name), "sha256": file.sha256} | dataclasses.asdict(outcome)
        for file, outcome in outcomes.items()
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
