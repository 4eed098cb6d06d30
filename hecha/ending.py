"""How a command ends: a status, and one sentence for whatever may go wrong."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

NOTHING = 0
FOUND = 1
UNUSABLE = 2
"""Nothing could be read, or the call was wrong."""
INTERRUPTED = 130
TERMINATED = 143
PIPE_CLOSED = 141
LEAST_FREE = 4 << 20
"""Bytes. With less than this on the disk nothing can be written."""
DISK_FULL = "磁盘空间不足，未能完成；此前已存入的结果完好，请腾出磁盘空间后重新运行。"


def terminated(number: int, frame: FrameType | None) -> None:
    """Take SIGTERM as the wish to end in order."""
    raise SystemExit(TERMINATED)


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Turn whatever may end a command into one sentence and a status; details go to the log, never here."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # scripts let background jobs ignore it
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        complain("已中断。")
        _leave(INTERRUPTED)
    except BrokenPipeError:
        # whoever read our output has gone; nothing may be flushed to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(PIPE_CLOSED) from None
    except SystemExit as end:
        if end.code != TERMINATED:  # rich's answer when whoever read our output has gone
            raise typer.Exit(PIPE_CLOSED) from None
        complain("已终止。")
        _leave(TERMINATED)
    except typer.Exit:
        raise
    except Exception as error:
        complain(_explain(error))
        raise typer.Exit(UNUSABLE) from None


def _leave(status: int) -> NoReturn:
    """End the process now: an import that the signal cut short may keep Prefect's threads waiting for ever."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(status)


def complain(sentence: str) -> None:
    """Print a sentence where people look for faults."""
    with contextlib.suppress(OSError):
        print(sentence, file=sys.stderr)


def _explain(error: Exception) -> str:
    """Return one Chinese sentence; what is not our own kind of error is logged with its traceback."""
    from models.errors import HechaError

    if isinstance(error, HechaError):
        return str(error)
    import logging

    from hecha.terminal import LogFile
    from models.settings import settings

    if _disk_full(error, settings().home):
        return DISK_FULL
    handler = LogFile(settings().home / "log" / "hecha.log")
    fault = (type(error), error, error.__traceback__)
    handler.emit(logging.LogRecord("hecha", logging.ERROR, __file__, 0, "the command failed", None, fault))
    handler.close()
    return f"系统内部错误，未能完成；详情见 {handler.baseFilename}。"


def _disk_full(error: BaseException | None, home: Path) -> bool:
    """Whether a full disk is what went wrong: it is said in the chain of errors, or seen where we write.

    What runs beside us (the Prefect server, the database) tells of its own full disk in its own words.
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    with contextlib.suppress(OSError):
        return shutil.disk_usage(home).free < LEAST_FREE
    return False
