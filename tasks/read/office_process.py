"""LibreOffice in a process of its own: no network, no macros, bounded, and gone when it should be.

What was measured with LibreOffice 7.4 decides the shape: its exit status says nothing, a second instance on
one profile ends silently, killing the launcher leaves ``soffice.bin`` at work, and what a document links to is
fetched. So every process of ours has a profile of its own, the output is the only answer, the whole process
group is killed, and it runs in a network namespace without a way out where the machine allows one.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from models.settings import Settings

SECONDS = 60.0
"""How long one file may take; each further file of a batch may take `SECONDS_EACH` more."""
SECONDS_EACH = 5.0
MEMORY_MB = 4096
OUTPUT_MB = 200
DOCX, PDF = "docx", "pdf"
_FOLDER, _OWNER, _MAIN_PART = "hecha-office-", "owner", "word/document.xml"
_UNLOCKED_SECONDS = 60
_one_at_a_time = Lock()

# The shell reads from a pipe whose other end we hold: when our process ends, however it ends, the shell reads
# the end of the pipe and kills its whole group. `ulimit` refuses what lies above a limit already in force.
_GUARD = """
ulimit -c 0
ulimit -v "$1" 2>/dev/null
ulimit -f "$2" 2>/dev/null
shift 2
exec 3<&0
"$@" 3<&- </dev/null &
work=$!
( read -r _ <&3; kill -KILL 0 ) &
wait "$work"
kill -KILL 0
"""

_NAMESPACES = ("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child=KILL")
_ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
_PROFILE = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Office.Java/VirtualMachine", "Enable", "false"),
    ("Office.Recovery/RecoveryInfo", "Enabled", "false"),
    # where no namespace can be made, a proxy that nobody answers at
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one run of LibreOffice gave: a document for each file in order, None where none came out.

    `in_time` is False when the run was killed at its limit.
    """

    documents: tuple[bytes | None, ...]
    in_time: bool


def program() -> str | None:
    """Return the path of LibreOffice: what HECHA_SOFFICE names, else what is on the PATH; None without one."""
    if named := Settings().soffice:
        return shutil.which(named)
    return shutil.which("soffice") or shutil.which("libreoffice")


@cache
def namespaces() -> tuple[str, ...]:
    """Return the command that takes the network away, or () where the machine allows no namespaces."""
    if shutil.which(_NAMESPACES[0]) is None:
        return ()
    try:
        tried = subprocess.run([*_NAMESPACES, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return _NAMESPACES if tried.returncode == 0 else ()


def convert(
    soffice: str,
    files: Sequence[tuple[str, bytes]],
    seconds: float,
    shut_in: tuple[str, ...] | None = None,
    to: str = DOCX,
) -> Conversion:
    """Convert files, each (suffix, content), to docx (or PDF) in one run that is killed after `seconds`.

    `shut_in` is the command put before the program; `namespaces()` when not given.
    """
    before = namespaces() if shut_in is None else shut_in
    with _one_at_a_time:
        folder = _own_folder()
        work = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
        try:
            names = [f"{number:03d}.{suffix}" for number, (suffix, _) in enumerate(files, start=1)]
            for name, (_, content) in zip(names, files, strict=True):
                (work / name).write_bytes(content)
            in_time = _run(soffice, before, folder, work, names, seconds, to)
            made = tuple(_made(work / "out" / name, to) for name in names)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        if not in_time or None in made:  # what a crash leaves in a profile would hinder the next run
            shutil.rmtree(folder / "profile", ignore_errors=True)
    return Conversion(made, in_time)


def _run(
    soffice: str,
    before: Sequence[str],
    folder: Path,
    work: Path,
    names: Sequence[str],
    seconds: float,
    to: str,
) -> bool:
    _write_profile(folder / "profile")
    limits = [str(MEMORY_MB << 10), str(OUTPUT_MB << 11)]  # kB, and blocks of 512 bytes
    command = [
        *["/bin/sh", "-c", _GUARD, "sh", *limits, *before, soffice],
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *["--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"],
        *["--convert-to", to, "--outdir", str(work / "out"), *(str(work / name) for name in names)],
    ]
    dead_proxy = "http://127.0.0.1:9"
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(work),
        "TMPDIR": str(work),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
    } | dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), dead_proxy)
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=work,
        env=environment,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _made(beside: Path, to: str) -> bytes | None:
    """Return the document made of a file when it is whole: a killed run leaves half of one."""
    made = beside.with_suffix(f".{to}")
    if not made.is_file() or made.is_symlink():
        return None
    content = made.read_bytes()
    if to == PDF:
        return content if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:] else None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return content if _MAIN_PART in archive.namelist() else None
    except (zipfile.BadZipFile, OSError):
        return None


def _write_profile(profile: Path) -> None:
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True, exist_ok=True)
    # written anew before each run: a document must not have changed it for the next one
    settings.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        + "".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _PROFILE)
        + "</oor:items>\n",
        encoding="utf-8",
    )


# ------------------------------------------------------------------------------ the folder of a process

_folders: dict[int, tuple[Path, int]] = {}


def _own_folder() -> Path:
    """Return the folder of this process, made when first asked for and removed when the process ends."""
    own = _folders.get(os.getpid())
    if own is None or not own[0].is_dir():
        for left in abandoned():
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
        own = _folders[os.getpid()] = (folder, locked(folder))
        atexit.register(_remove, os.getpid(), folder)
    return own[0]


def locked(folder: Path) -> int:
    """Take the lock that says a folder is in use; it falls when the descriptor returned is closed."""
    lock = os.open(folder / _OWNER, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _remove(owner: int, folder: Path) -> None:
    if os.getpid() == owner:  # and not a fork of it
        shutil.rmtree(folder, ignore_errors=True)


def abandoned() -> Iterator[Path]:
    """Yield what processes that were killed left behind: their lock fell with them."""
    for folder in Path(tempfile.gettempdir()).glob(_FOLDER + "*"):
        try:
            if time.time() - folder.stat().st_mtime < _UNLOCKED_SECONDS:
                continue
            lock = os.open(folder / _OWNER, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
        except OSError:
            continue
        finally:
            os.close(lock)
