"""Several documents in one archive, with names that are told apart."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path


def write_archive(path: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Write files, each (name, content), into a zip archive and return how many; a name met again gets a number."""
    taken: set[str] = set()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            stem, dot, suffix = name.rpartition(".")
            number, told = 1, name
            while told in taken:
                number += 1
                told = f"{stem}（{number}）{dot}{suffix}"
            taken.add(told)
            archive.writestr(told, content)  # the name is marked as UTF-8 where it is not ASCII
    return len(taken)
