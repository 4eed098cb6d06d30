"""The original of a submission for the page beside its reading: page pictures, or its text.

Foreign files are opened in a child process with limits (`tasks.apart`). What it gave is kept under
``HECHA_HOME/cache`` by the file's sha256; that folder may be emptied at any time.
"""

from __future__ import annotations

import dataclasses
import json
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any, Literal
from uuid import uuid4

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from models.settings import Settings
from tasks.apart import Child, ChildLost
from tasks.extract import split
from tasks.persist import read_original
from tasks.publish.page_pictures import picture_of, sizes_of
from tasks.read import read

PICTURED = ("pdf", "picture")
"""Formats shown as pictures of their pages; the others as text."""
_SEVERAL = 200
"""Bytes that a note of one of several reports in a file takes at most (`tasks.chunks.part_of`)."""

Wanted = Literal["sizes", "picture", "document"]


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """The file of a submission: its bytes, and which of the reports in it this is (0: it holds one)."""

    artifact: Artifact
    report: int


class Originals:
    """Looks into the originals of one home, one at a time, and remembers what it saw."""

    def __init__(self, home: Path, store: str, seconds: float, memory_mb: int) -> None:
        self._cache = home / "cache" / "originals"
        self._log_file = home.resolve() / "log" / "hecha.log"
        self._store = store
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._child: Child | None = None
        self._lock = Lock()

    def source(self, sha256: str, name: str) -> Source:
        """Return the file of a submission. Raises DamagedOriginal when it is gone or changed."""
        content = read_original(sha256, self._store)
        whole, report = _noted(content)
        if whole is None:
            return Source(Artifact(name, content, sha256), 0)
        return Source(Artifact(name, read_original(whole, self._store), whole), report)

    def sizes(self, source: Source, kind: str) -> tuple[tuple[float, float], ...]:
        """Return width and height of each page in points. Raises ReadError."""
        kept = self._kept(source, "sizes.json")
        if not kept.is_file():
            self._keep(kept, json.dumps(self._seen("sizes", source, kind)).encode())
        return tuple((float(width), float(height)) for width, height in json.loads(kept.read_bytes()))

    def picture(self, source: Source, kind: str, number: int) -> bytes:
        """Return a page (from 1) as PNG. Raises ReadError."""
        kept = self._kept(source, f"{number:d}.png")
        if not kept.is_file():
            self._keep(kept, self._seen("picture", source, kind, number))
        return kept.read_bytes()

    def document(self, source: Source) -> Document:
        """Return what the file says, that of this report alone. Raises ReadError."""
        kept = self._kept(source, "document.json")
        if not kept.is_file():
            document = self._seen("document", source, "")
            self._keep(
                kept,
                json.dumps(dataclasses.asdict(document), ensure_ascii=False).encode("utf-8", "surrogatepass"),
            )
        whole = _document(json.loads(kept.read_bytes().decode("utf-8", "surrogatepass")))
        return split(whole)[source.report - 1] if source.report else whole

    def start(self) -> None:
        """Start the child, so that it stands ready when the first report is opened: its imports take seconds."""
        with self._lock:
            self._begin()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _begin(self) -> Child:
        if self._child is None:
            self._child = Child(_look, log_file=self._log_file, memory_mb=self._memory_mb)
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _seen(self, wanted: Wanted, source: Source, kind: str, number: int = 0) -> Any:
        with self._lock:
            try:
                child = self._begin()
                child.say((wanted, source.artifact, kind, number))
                answer = child.hear(self._seconds)
            except ChildLost as lost:
                self._end()
                raise ReadError(ErrorKind.INTERNAL, str(lost)) from lost
        if isinstance(answer, ReadError):
            raise answer
        return answer

    def _kept(self, source: Source, name: str) -> Path:
        sha256 = source.artifact.sha256
        return self._cache / sha256[:2] / sha256 / name

    def _keep(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{uuid4().hex}.part")
        part.write_bytes(content)
        part.replace(path)


@lru_cache(maxsize=4)
def _opened(home: Path, store: str, seconds: float, memory_mb: int) -> Originals:
    return Originals(home, store, seconds, memory_mb)


def originals(chosen: Settings) -> Originals:
    """Return the originals of a home; its child process is shared by all who ask."""
    return _opened(chosen.home.resolve(), chosen.store, chosen.reader_seconds, chosen.reader_memory_mb)


def _noted(content: bytes) -> tuple[str | None, int]:
    """Return which file and which of its reports `content` is a note of; None where it is a file itself."""
    if len(content) > _SEVERAL or not content.startswith(b'{"original": "'):
        return None, 0
    try:
        note = json.loads(content)
    except ValueError:
        return None, 0
    if set(note) != {"original", "report"}:
        return None, 0
    return str(note["original"]), int(note["report"])


def _look(connection: Connection) -> None:
    """Answer each question; the work of the child."""
    while True:
        try:
            wanted, artifact, kind, number = connection.recv()
        except EOFError:
            return
        try:
            if wanted == "sizes":
                answer: Any = sizes_of(artifact.content, kind)
            elif wanted == "picture":
                answer = picture_of(artifact.content, kind, number)
            else:
                answer = read(artifact)
        except ReadError as error:
            answer = error
        connection.send(answer)


# ------------------------------------------------------------------------------- a Document as JSON


def _document(kept: dict[str, Any]) -> Document:
    return Document(
        tuple(_block(block) for block in kept["blocks"]),
        kept["format"],
        tuple((key, value) for key, value in kept["metadata"]),
        tuple(kept["notes"]),
    )


def _block(kept: dict[str, Any]) -> Block:
    place = _locator(kept["locator"])
    if "cells" not in kept:
        return Paragraph(**{**kept, "locator": place})
    cells = tuple(Cell(**{**cell, "locator": _locator(cell["locator"])}) for cell in kept["cells"])
    return Table(**{**kept, "locator": place, "cells": cells})


def _locator(kept: dict[str, Any]) -> Locator:
    box = kept["box"]
    return Locator(**{**kept, "box": None if box is None else (box[0], box[1], box[2], box[3])})
