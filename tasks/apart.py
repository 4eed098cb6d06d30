"""Work on foreign files in a child process with limits, so that a file that kills or hangs its reader costs only itself.

Readers call native code: PDFium may crash, and may not be called from two threads at once; a spreadsheet's
reader in Rust aborts its whole process when it runs out of memory. The child has a limit of memory, and is
killed when it stands still for too long. Starting one costs half a second.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Any

from models import logs
from models.document import Artifact
from models.errors import ErrorKind, HechaError
from models.settings import settings
from models.views import ErrorView
from tasks.chunks import Rows, printable, take_in
from tasks.read import prepare

DIED_MESSAGE = "读取该文件的进程意外终止，未能核查，与报送单位无关；请将该文件交系统维护人员检查。"
HUNG_MESSAGE = "读取该文件超过{seconds:.0f}秒，已放弃，未能核查；请将该文件交系统维护人员检查。"
_START_SECONDS = 120.0

log = logging.getLogger("hecha")


class ChildLost(HechaError):
    """The child died or stood still; the message says which, in Chinese, for the operator."""


class Child:
    """A process that runs ``work(connection, *given)``, told off when it is too slow.

    `work` is a function of a module (it is pickled); it sends one message as soon as it stands ready.
    """

    def __init__(self, work: Callable[..., None], *given: Any, log_file: Path | None, memory_mb: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._ours, theirs = spawn.Pipe()
        self._process: SpawnProcess = spawn.Process(
            target=_child, args=(work, theirs, given, log_file, memory_mb, logs.current()), daemon=True
        )
        self._process.start()
        theirs.close()
        self._ready = False

    def say(self, message: Any) -> None:
        """Send a message to the child. Raises ChildLost when it is gone."""
        try:
            self._ours.send(message)
        except OSError as error:
            raise ChildLost(DIED_MESSAGE) from error

    def hear(self, patience: float) -> Any:
        """Return the child's next message. Raises ChildLost after `patience` seconds, or when it died."""
        try:
            if not self._ready:
                self._wait(_START_SECONDS)
                self._ready = True
            return self._wait(patience)
        except (EOFError, OSError) as error:
            raise ChildLost(DIED_MESSAGE) from error

    def _wait(self, patience: float) -> Any:
        if not self._ours.poll(patience):
            raise ChildLost(HUNG_MESSAGE.format(seconds=patience))
        return self._ours.recv()

    def stop(self) -> None:
        """Make the child stop; whoever hears it is told that it is lost."""
        self._process.terminate()

    def end(self) -> None:
        """Let the child go, at once."""
        self._ours.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join()


class _LogFile(logging.FileHandler):
    """A log whose folder is made with its first record: a check without trouble leaves no trace."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()


def _child(
    work: Callable[..., None],
    say: Connection,
    given: Sequence[Any],
    log_file: Path | None,
    memory_mb: int,
    about: logs.About,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is our parent's business
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what native code prints must not reach the terminal
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if log_file is not None:
        line = "%(asctime)s %(levelname)s %(name)s: %(message)s"
        handler = _LogFile(log_file, encoding="utf-8", delay=True)
        handler.setLevel(logging.ERROR)
        logging.basicConfig(handlers=[handler], format=line)
        log.setLevel(logging.INFO)
        log.addHandler(logs.JsonLines(log_file.with_suffix(".jsonl")))
    say.send(None)
    with logs.about(about):
        work(say, *given)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Reader:
    """Takes in files in a child process that is started when first needed, and anew after each loss."""

    def __init__(
        self, log_file: Path | None = None, longest: float | None = None, memory_mb: int | None = None
    ) -> None:
        self._log_file = log_file
        self._longest = longest or settings().reader_seconds
        self._memory_mb = memory_mb or settings().reader_memory_mb
        self._child: Child | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the child, so that it is ready when the first file comes."""
        if self._child is None:
            self._child = Child(_take_in_each, log_file=self._log_file, memory_mb=self._memory_mb)

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def take_in(self, files: Sequence[Artifact]) -> Iterator[list[Rows | ErrorView]]:
        """Yield for each file what `tasks.chunks.take_in` gives; the file that costs the child is an ErrorView."""
        left = list(files)
        while left:
            try:
                self.start()
                assert self._child is not None
                self._child.say(left)
                while left:
                    answer = self._child.hear(self._longest)
                    left.pop(0)
                    yield answer
            except ChildLost as lost:
                self.close()
                culprit = left.pop(0)
                log.error("reading %s (sha256 %s): %s", printable(culprit.name), culprit.sha256, lost)
                yield [ErrorView(printable(culprit.name), ErrorKind.INTERNAL.value, str(lost))]


def _take_in_each(connection: Connection) -> None:
    while True:
        try:
            files = connection.recv()
        except EOFError:
            return
        prepare(files)
        for file in files:
            connection.send(take_in(file))
