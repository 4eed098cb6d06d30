"""Runs the installed command in a process of its own, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HECHA = str(Path(sys.executable).parent / "hecha")


def environment(folder: Path) -> dict[str, str]:
    """The environment of the test without any setting of ours, and a home folder that must stay empty."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HECHA_", "PREFECT_"))}
    home = folder / "user-home"
    home.mkdir(exist_ok=True)
    return kept | {"HOME": str(home), "LANG": "C.UTF-8"}


def hecha(folder: Path, *arguments: str | bytes | Path) -> subprocess.CompletedProcess[str]:
    """Run `hecha` in `folder` and wait for it."""
    return subprocess.run(
        [HECHA, *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def checked(folder: Path, *arguments: str | bytes | Path) -> dict[str, Any]:
    """Run `hecha check --json` and return its document; standard error must be empty."""
    done = hecha(folder, "check", "--json", *arguments)
    assert done.stderr == ""
    document: dict[str, Any] = json.loads(done.stdout)
    return document
