"""Files and folders to artifacts: the bytes as they arrived, with their name and sha256."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.document import Artifact
from models.errors import ErrorKind, ReadError
from models.views import ErrorView


def artifact(path: Path, name: str | None = None) -> Artifact:
    """Take in one file. Raises OSError when it cannot be read."""
    content = path.read_bytes()
    return Artifact(name or str(path), content, hashlib.sha256(content).hexdigest())


def collect(paths: Sequence[Path], max_bytes: int) -> Iterator[Artifact | ErrorView]:
    """Yield the files of `paths` in order, folders walked and sorted; what cannot be read is an ErrorView.

    In a folder, hidden files, README files and a roster.csv are passed over. A file is named as it was
    given, a file of a folder by its path below that folder.
    """
    for given in paths:
        if _is_folder(given):
            yield from _folder(given, max_bytes)
        else:
            yield _take(given, str(given), max_bytes)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a folder above it is closed to us; taking it as a file says so
        return False


def _folder(given: Path, max_bytes: int) -> Iterator[Artifact | ErrorView]:
    closed: list[OSError] = []
    files: list[Path] = []
    for folder, below, names in os.walk(given, onerror=closed.append):
        below[:] = [name for name in below if not name.startswith(".")]
        files += [Path(folder, name) for name in names if not _passed_over(name)]
    for error in sorted(closed, key=lambda e: str(e.filename)):
        name = str(error.filename)
        yield ErrorView(name, ErrorKind.UNREADABLE.value, "文件夹无法打开，请修改权限后重试。")
    for path in sorted(files):
        yield _take(path, str(path.relative_to(given)), max_bytes)


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name.upper().startswith("README") or name == "roster.csv"


def _take(path: Path, name: str, max_bytes: int) -> Artifact | ErrorView:
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise ReadError(
                ErrorKind.TOO_LARGE,
                f"文件有{size / (1 << 20):.0f} MB，超过{max_bytes >> 20} MB上限，未予读取；"
                "请只提交年度报告本身。",
            )
        if not path.is_file():
            raise ReadError(ErrorKind.UNREADABLE, "不是普通文件，无法读取，请检查路径。")
        return artifact(path, name)
    except ReadError as error:
        return ErrorView(name, error.kind.value, error.message)
    except FileNotFoundError:
        return ErrorView(name, ErrorKind.UNREADABLE.value, "文件不存在，请检查路径。")
    except PermissionError:
        return ErrorView(name, ErrorKind.UNREADABLE.value, "没有读取该文件的权限，请修改文件权限后重试。")
    except OSError as error:
        return ErrorView(
            name,
            ErrorKind.UNREADABLE.value,
            f"文件无法读取（{error.strerror or '系统错误'}），请检查后重试。",
        )
