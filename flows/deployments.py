"""Registers the work pool and every deployment of deploy/prefect.yaml with the Prefect server that is in use."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from models.errors import HechaError

ROOT = Path(__file__).parents[1]
FILE = ROOT / "deploy" / "prefect.yaml"
POOL = "hecha"
NAMES = ("HECHA_SOURCE", "HECHA_ROSTER", "HECHA_OUTSIDE")
"""What the deployments take from the environment in which they are registered."""
SECONDS = 300.0


def register(
    home: Path, pool_type: str = "process", template: Path | None = None, *, again: bool = True
) -> bool:
    """Create the work pool if need be and register every deployment; return whether anything was done.

    `template` is a base job template of the pool. With `again` False nothing is done when this file was registered
    with these parameters before. Raises HechaError with what to do when Prefect refuses.
    """
    environment = {name: str(Path(value).resolve()) if _is_path(value) else value for name in NAMES
                   if (value := os.environ.get(name, ""))}  # fmt: skip
    stamp = home.resolve() / "prefect" / "registered"
    mark = hashlib.sha256(FILE.read_bytes() + repr(sorted(environment.items())).encode()).hexdigest()
    if not again and stamp.exists() and stamp.read_text(encoding="ascii") == mark:
        return False
    given = ["--base-job-template", str(template)] if template else []
    if not _is_there():
        _prefect("work-pool", "create", POOL, "--type", pool_type, *given)
    _prefect("--no-prompt", "deploy", "--all", "--prefect-file", str(FILE), **environment)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(mark, encoding="ascii")
    return True


def _is_there() -> bool:
    """Say whether the work pool exists: one that is there, of whatever type, is left as it is."""
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "work-pool", "inspect", POOL],
        cwd=ROOT,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode == 0


def _is_path(value: str) -> bool:
    return bool(value) and "://" not in value


def _prefect(*command: str, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *command],
        cwd=ROOT,
        env={**os.environ, **dict.fromkeys(NAMES, ""), **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode or "An exception occurred" in done.stderr + done.stdout:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or [""]
        raise HechaError(
            f"向调度服务登记部署时出错（prefect {' '.join(command[:3])}）：{last[0]}。请确认调度服务正常后重试。"
        )
