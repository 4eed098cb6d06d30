"""LibreOffice at its limits: killed with all it started, cut off from the network, gone with its parent."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tasks.read import docx, office, office_process
from tests.read.test_office import REPORT, SUMS, TITLE, blocks, needs_office, odt, rtf, rtf_field
from tests.read.test_text import artifact

ROOT = Path(__file__).resolve().parents[2]


def running(word: str) -> list[int]:
    """The processes whose command line has the word in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                if word.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


def gone(word: str, patience: float = 20.0) -> bool:
    ends = time.monotonic() + patience
    while running(word) and time.monotonic() < ends:
        time.sleep(0.05)
    return not running(word)


needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="the machine has no /proc")


@needs_proc
@pytest.mark.parametrize("shut_in", [None, ()])
def test_a_run_over_its_limit_is_killed_with_all_it_started(
    shut_in: tuple[str, ...] | None, tmp_path: Path
) -> None:
    script = tmp_path / "soffice"
    script.write_text("#!/bin/sh\nsh -c 'sleep 603 & sleep 602' &\nsleep 601\n", encoding="utf-8")
    script.chmod(0o755)
    done = office_process.convert(str(script), [("rtf", REPORT)], 1.5, shut_in)
    assert done == office_process.Conversion((None,), False)
    assert all(gone(f"sleep\0{seconds}") for seconds in (601, 602, 603))


_PARENT = """
import sys
from tasks.read import office_process as o
shut_in = o.namespaces() if sys.argv[1] == "in" else ()
content = sys.stdin.buffer.read()
o.convert(o.program(), [("rtf", content)] * 40, 300, shut_in)
"""


@needs_office
@needs_proc
@pytest.mark.parametrize("shut_in", ["in", "out"])
def test_libreoffice_ends_when_its_parent_is_killed(shut_in: str, tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, shut_in], stdin=subprocess.PIPE, cwd=ROOT, env=environment
    )
    assert parent.stdin is not None
    parent.stdin.write(rtf(TITLE + SUMS * 300))
    parent.stdin.close()
    started = False
    ends = time.monotonic() + 60
    while not started and time.monotonic() < ends and parent.poll() is None:
        started = any(
            b"soffice.bin" in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")[0]
            for number in _alive(tmp_path)
        )
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert started
    assert gone(str(tmp_path))


def _alive(folder: Path) -> list[int]:
    return [number for number in running(str(folder)) if Path(f"/proc/{number}/cmdline").exists()]


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

        def log_message(self, format: str, *words: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


@needs_office
@pytest.mark.parametrize("shut_in", [None, ()])
def test_nothing_is_fetched_and_no_other_file_is_read(
    shut_in: tuple[str, ...] | None, listener: tuple[int, list[str]], tmp_path: Path
) -> None:
    port, asked = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("机密内容不得外泄", encoding="utf-8")
    away, near = f"http://127.0.0.1:{port}/", secret.as_uri()
    linked = "".join(
        f'<text:section text:name="s{n}"><text:section-source xlink:href="{link}" xlink:type="simple"/>'
        "<text:p>甲</text:p></text:section>"
        for n, link in enumerate((near, away + "section.txt"))
    )
    image = (
        '<text:p><draw:frame draw:name="f" text:anchor-type="as-char" svg:width="3cm" svg:height="3cm">'
        f'<draw:image xlink:href="{away}odt.png" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>'
        "</draw:frame></text:p>"
    )
    as_odt = odt(f"<text:p>{TITLE}</text:p>" + linked + image)
    as_rtf = rtf(
        TITLE + "\\par " + rtf_field(f"INCLUDETEXT \"{secret}\"", "乙")
        + rtf_field(f"INCLUDEPICTURE \"{away}rtf.png\" \\\\d", "丙") + "{\\*\\template " + away + "t.dot}"
    )  # fmt: skip
    page = f'<html><body><p>{TITLE}</p><img src="{away}page.png"></body></html>'.encode()
    soffice = str(office_process.program())
    # as they came, without what `plain_odt` and `plain_rtf` take out: the process itself must hold
    files = [("odt", as_odt), ("rtf", as_rtf), ("html", page)]
    made = [
        whole for whole in office_process.convert(soffice, files, 120, shut_in).documents if whole is not None
    ]
    texts = [str(docx.read(artifact(whole))) for whole in made]
    assert [("映溪区" in text, "机密" in text) for text in texts] == [(True, False)] * len(texts)
    assert (len(texts) >= 2, asked) == (True, [])
    assert [blocks(office.read(artifact(content))) for content in (as_odt, as_rtf)] == [
        [TITLE, "甲", "甲"], [TITLE, "乙丙"],
    ]  # fmt: skip


def test_the_profile_is_written_anew_with_macros_and_links_off(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = tmp_path / "soffice"
    script.write_text(
        "#!/bin/sh\n"
        'profile=$(echo "$1" | sed "s/.*file:..//")/user/registrymodifications.xcu\n'
        f'cat "$profile" >>{seen}; echo changed >"$profile"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    for _ in range(2):
        office_process.convert(str(script), [("rtf", REPORT)], 20)
    written = seen.read_text(encoding="utf-8")
    assert [
        written.count(f'{name}" oor:op="fuse"><value>{value}<')
        for name, value in (
            ("MacroSecurityLevel", 3), ("DisableMacrosExecution", "true"), ("BlockUntrustedRefererLinks", "true"),
            ("Link", 0), ("Field", "false"),
        )
    ] == [2, 2, 2, 2, 2]  # fmt: skip
    assert "changed" not in written


def test_what_a_document_may_name_is_not_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HECHA_DATABASE_URL", "secret")
    script = tmp_path / "soffice"
    script.write_text(f"#!/bin/sh\nenv >{tmp_path}/seen\n", encoding="utf-8")
    script.chmod(0o755)
    office_process.convert(str(script), [("rtf", REPORT)], 20)
    names = {line.partition("=")[0] for line in (tmp_path / "seen").read_text(encoding="utf-8").splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "PATH", "HOME", "TMPDIR", "LANG", "SAL_USE_VCLPLUGIN", "http_proxy", "https_proxy", "ftp_proxy", "all_proxy",
    }  # fmt: skip


def test_folders_of_killed_processes_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("left", "held", "new"):
        folder = tmp_path / f"hecha-office-{name}"
        folder.mkdir()
        (folder / "owner").touch()
        if name != "new":
            os.utime(folder, (1, 1))
    holder = office_process.locked(tmp_path / "hecha-office-held")
    try:
        assert [folder.name for folder in office_process.abandoned()] == ["hecha-office-left"]
    finally:
        os.close(holder)
