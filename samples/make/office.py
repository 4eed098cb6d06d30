"""Files that LibreOffice saves from ours: doc, rtf, odt, xls, ods, PDF; and Chromium's print to PDF."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

OFFICE = shutil.which("soffice")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_PATIENCE = 240


def converted(files: Mapping[str, bytes], suffix: str) -> dict[str, bytes]:
    """Return the files (by name with suffix) as LibreOffice saves them, by the same names.

    Raises RuntimeError when one of them did not come out; its exit status says nothing.
    """
    if OFFICE is None:
        raise RuntimeError(
            "LibreOffice is not installed: apt-get install libreoffice-writer libreoffice-calc"
        )
    with tempfile.TemporaryDirectory() as folder:
        place, out = Path(folder), Path(folder, "out")
        for name, content in files.items():
            (place / name).write_bytes(content)
        _run(
            [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
             "--convert-to", suffix, "--outdir", str(out), *(str(place / name) for name in files)],
        )  # fmt: skip
        made = {name: out / f"{Path(name).stem}.{suffix.split(':')[0]}" for name in files}
        lost = [name for name, path in made.items() if not path.exists()]
        if lost:
            raise RuntimeError(f"LibreOffice made no {suffix} of {', '.join(lost)}")
        return {name: path.read_bytes() for name, path in made.items()}


def printed(page: bytes, head_and_foot: bool = False) -> bytes:
    """Return a web page as Chromium prints it. Raises RuntimeError when nothing came out."""
    if BROWSER is None:
        raise RuntimeError("Chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_bytes(page)
        options = [] if head_and_foot else ["--no-pdf-header-footer"]
        _run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
             *options, f"--print-to-pdf={target}", source.as_uri()],
        )  # fmt: skip
        if not target.exists():
            raise RuntimeError("Chromium printed nothing")
        return target.read_bytes()


def _run(command: list[str]) -> None:
    """Run a program in a group of its own and end the whole group when it takes too long."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
