"""What the terminal shows besides results: progress on standard error, and nothing of our libraries' noise."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

PLAIN_WIDTH = 120
"""Columns used where the output is no terminal: wide enough for one line a report."""


class LogFile(logging.FileHandler):
    """A log file whose folder is made with its first line: a check without faults leaves no trace."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, encoding="utf-8", delay=True)
        self.setLevel(logging.WARNING)  # what went well stands in the structured log (models.logs)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; where the log cannot be written the work goes on without it."""
        with contextlib.suppress(OSError):
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Keep quiet: the default prints a traceback on the terminal."""


@contextlib.contextmanager
def quiet(home: Path) -> Iterator[None]:
    """Keep the libraries' prints, warnings and log lines off the terminal; our faults go to a log file."""
    ours = logging.getLogger("hecha")
    handler = LogFile(home / "log" / "hecha.log")
    ours.addHandler(handler)
    ours.propagate = False
    silent = logging.NullHandler()  # without any handler Python prints warnings on standard error
    logging.getLogger().addHandler(silent)
    nowhere = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        ours.removeHandler(handler)
        handler.close()
        logging.getLogger().removeHandler(silent)


def output_console() -> Console:
    """The console for results, on standard output."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)


def error_console() -> Console:
    """The console for progress and complaints, on standard error as it is now."""
    return Console(file=sys.stderr, width=None if sys.stderr.isatty() else PLAIN_WIDTH, highlight=False)


def visible(text: str) -> str:
    """Return text safe to show: line breaks and control characters are written out, not obeyed."""
    return "".join(
        character
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


@contextlib.contextmanager
def spinner(console: Console, text: str) -> Iterator[Callable[[str], None]]:
    """Show one line that says which file is being read; on anything but a terminal show nothing."""
    if not console.is_terminal:
        yield lambda name: None
        return
    with console.status(text, spinner="line") as status:
        yield lambda name: status.update(f"{text} {visible(name)}".replace("[", r"\["))


@contextlib.contextmanager
def stages(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Show the stages of a sweep: a bar each on a terminal, else one plain line when a stage ends.

    Yields report(stage, done, total).
    """
    if not console.is_terminal:
        told: set[str] = set()

        def line(stage: str, done: int, total: int) -> None:
            if done >= total and stage not in told:
                told.add(stage)
                console.print(f"{stage}：{total}" if total > 1 else stage, markup=False)

        yield line
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bars: dict[str, TaskID] = {}

        def bar(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=total)
            progress.update(bars[stage], completed=done, total=total)

        yield bar
