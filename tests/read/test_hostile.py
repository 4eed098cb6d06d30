"""Files made to exhaust, crash or mislead a reader: each has its answer, and a few hundred damaged ones have one."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.bombs import BOMBS, READ, bombs
from benchmarks.mutants import mutants
from models.document import Artifact
from models.errors import ErrorKind
from models.views import ErrorView
from samples.make import conversions, docx, formats, html, packing, pages, pdf, sheets, text, word_xml
from samples.make.contents import contents
from tasks.apart import Reader
from tasks.chunks import Rows, take_in
from tasks.unpack import unpack

MADE = contents()
PARTS = MADE["consistent"].parts
SEED = 11
LIMIT = 100 << 20
_OCR = importlib.util.find_spec("rapidocr") is not None
_OFFICE = shutil.which("soffice") is not None

SOURCES: dict[str, Sequence[bytes]] = {
    "txt": [text.tabs(PARTS), conversions.columns(PARTS), conversions.tabs_utf16(PARTS)],
    "markdown": [text.markdown(PARTS)],
    "csv": [conversions.comma(PARTS)],
    "html": [html.cms(PARTS), pages.pasted(PARTS), pages.scripted(PARTS)],
    "mht": [pages.saved(PARTS)],
    "docx": [word_xml.merged(PARTS), word_xml.numbered(PARTS), word_xml.tracked(PARTS)],
    "xlsx": [sheets.one_sheet(PARTS), sheets.sheet_a_table(PARTS)],
    "pdf": [pdf.document(PARTS)],
    "zip": [packing.packed_gbk({"年报.docx": docx.document(PARTS)})],
    "eml": [pages.letter({"年报.txt": text.tabs(PARTS)})],
}
COUNTS = {"txt": 60, "markdown": 30, "csv": 30, "html": 60, "mht": 30, "docx": 60, "xlsx": 40, "pdf": 12, "zip": 20,
          "eml": 20}  # fmt: skip


def artifact(content: bytes, name: str = "x") -> Artifact:
    return Artifact(name, content, hashlib.sha256(content).hexdigest())


def answers(content: bytes, name: str = "x") -> Iterator[Rows | ErrorView]:
    for one in unpack(artifact(content, name), LIMIT):
        if isinstance(one, ErrorView):
            yield one
        else:
            yield from take_in(one)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """The child process of a sweep: a bomb that kills its reader must not take the tests with it."""
    with Reader(longest=120, memory_mb=3072) as child:
        yield child


@pytest.mark.parametrize("name", BOMBS)
def test_every_bomb_has_its_answer(name: str, reader: Reader) -> None:
    if name in ("giant.png", "giant_page.pdf", "giant_scan.pdf") and not _OCR:
        pytest.skip("the parts for scans and pictures are not installed")
    bomb = next(bombs(name))
    found: set[str] = set()
    for one in unpack(artifact(bomb.content, bomb.name), LIMIT):
        answered = [one] if isinstance(one, ErrorView) else next(reader.take_in([one]))
        found |= {answer.kind if isinstance(answer, ErrorView) else READ for answer in answered}
    assert found == {bomb.answer}


def test_a_bomb_that_is_read_gives_the_numbers_that_are_printed() -> None:
    printed = {code: float(value) for code, value in MADE["consistent"].values.items()}
    for bomb in bombs("outside_entity.docx", "wide.docx", "wide.html"):
        assert bomb.answer == READ
        (rows,) = answers(bomb.content)
        assert not isinstance(rows, ErrorView)
        values = {row["code"]: row["value"] for row in rows["cells"] if row["value"] is not None}
        assert values.items() <= printed.items(), bomb.name
        assert len(values) > 150, bomb.name


@pytest.mark.parametrize("name", SOURCES)
def test_damaged_files_get_an_answer_and_never_an_inner_error(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="hecha")
    said = [
        answer for content in mutants(name, SOURCES[name], COUNTS[name], SEED) for answer in answers(content)
    ]
    assert [a for a in said if isinstance(a, ErrorView) and a.kind == ErrorKind.INTERNAL] == []
    assert [record.getMessage() for record in caplog.records] == []


def test_the_same_seed_gives_the_same_damage() -> None:
    first, again = (list(mutants("docx", SOURCES["docx"], 20, SEED)) for _ in range(2))
    assert first == again
    assert len(set(first)) == 20


@pytest.mark.parametrize("suffix", ["docx", "pdf", "txt", "xls"])
def test_the_suffix_is_never_believed(suffix: str) -> None:
    for form in ("merged", "plain", "tabs", "report"):
        how = formats.DIRECT[form]
        (rows,) = answers(how.write(PARTS), f"映溪区农业农村局2023年.{suffix}")
        assert not isinstance(rows, ErrorView)
        assert rows["reports"][0]["year"] == 2023


def test_names_in_an_archive_never_lead_out_of_it() -> None:
    members = {"../../etc/evil.txt": b"1", "/etc/evil.txt": b"2", "..\\..\\evil.txt": b"3", "年报.txt": b"4"}
    found = list(unpack(artifact(packing.packed(members), "报送.zip"), LIMIT))
    assert [one.name for one in found if isinstance(one, Artifact)] == [
        "报送.zip/etc/evil.txt", "报送.zip/etc/evil.txt", "报送.zip/evil.txt", "报送.zip/年报.txt",
    ]  # fmt: skip


def test_archives_with_names_that_are_no_text_are_no_crash() -> None:
    content = packing.packed({"年报aaaa.txt": text.tabs(PARTS)})
    broken = content.replace("年报".encode(), b"\xff\xfe\xfd\xfc\xfb\xfa")
    assert [type(answer) for answer in answers(broken)] != []


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine: its address, and the requests that came."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        came: list[str] = []

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                came.append("a request")
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", came
        server.shutdown(socket.SHUT_RDWR)


def test_nothing_is_fetched(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    address, came = listener
    page = html.plain(PARTS).replace(
        b"</h1>",
        f'</h1><img src="{address}/a.png"><link rel="stylesheet" href="{address}/b.css"><script src="{address}/c.js">'
        f'</script><iframe src="{address}/d"></iframe>'.encode(),
        1,
    )
    members = packing_members(word_xml.merged(PARTS))
    members["word/_rels/document.xml.rels"] = members["word/_rels/document.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        f'TargetMode="External" Target="{address}/e.png"/></Relationships>'.encode(),
    )
    outside = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}/f">]>'.encode()
    members["word/document.xml"] = members["word/document.xml"].replace(b"?>", b"?>" + outside, 1)
    for content in (page, packing.packed(members)):
        (rows,) = answers(content)
        assert not isinstance(rows, ErrorView)
    assert came == []
    with socket.create_connection((address.split("/")[2].split(":")[0], int(address.rsplit(":", 1)[1]))):
        pass
    for _ in range(100):
        if came:
            break
        threading.Event().wait(0.05)
    assert came == ["a request"]  # the listener would have heard


@pytest.mark.skipif(not _OFFICE, reason="LibreOffice is not installed")
def test_nothing_is_fetched_by_libreoffice(listener: tuple[str, list[str]]) -> None:
    address, came = listener
    picture = f'{{\\field{{\\*\\fldinst INCLUDEPICTURE "{address}/a.png" \\\\d}}}}'
    body = "".join(
        f"\\u{ord(c)}?" if ord(c) < 32768 else f"\\u{ord(c) - 65536}?" for c in "政府信息公开工作年度报告"
    )
    list(answers(f"{{\\rtf1\\ansi {body}\\par {picture}\\par}}".encode()))
    assert came == []


def packing_members(content: bytes) -> dict[str, bytes]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
