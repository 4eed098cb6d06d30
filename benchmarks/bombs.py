"""Files made on purpose to exhaust, crash or lead astray their reader; each with what must be said of it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import openpyxl
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from models.errors import ErrorKind
from samples.make import docx, html, packing, sheets, text, word_xml
from samples.make.contents import Content, contents

READ = "read"
"""What is said of a file that is no danger once read with care."""


@dataclass(frozen=True)
class Bomb:
    """A hostile file: its name, its bytes, and the answer: `READ` or an ErrorKind."""

    name: str
    content: bytes
    answer: str


def bombs(*names: str) -> Iterator[Bomb]:
    """Yield the hostile files of these names (all of `BOMBS` without any), made when asked for: some are large."""
    report = contents()["consistent"]
    for name in names or BOMBS:
        make, answer = _ALL[name]
        yield Bomb(name, make(report), str(answer))


def _inflated(members: dict[str, bytes], largest: str, size: int = 110 << 20) -> bytes:
    body = members[largest]
    return packing.packed({**members, largest: body + b" " * (size - len(body))})


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _docx_inflated(report: Content) -> bytes:
    return _inflated(_members(word_xml.merged(report.parts)), "word/document.xml")


def _docx_lying(report: Content) -> bytes:
    """The headers say ten bytes where a hundred megabytes follow."""
    content = bytearray(_docx_inflated(report))
    size = struct.pack("<I", 110 << 20)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", 10)
    return bytes(content)


def _docx_entities(report: Content) -> bytes:
    members = _members(word_xml.merged(report.parts))
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    head, body = members["word/document.xml"].decode().split("?>", 1)
    body = body.replace("</w:t>", "&a9;</w:t>", 1)
    bomb = f'{head}?><!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{levels}]>{body}'
    return packing.packed({**members, "word/document.xml": bomb.encode()})


def _docx_outside_entity(report: Content) -> bytes:
    members = _members(word_xml.merged(report.parts))
    head, body = members["word/document.xml"].decode().split("?>", 1)
    body = body.replace("</w:t>", "&e;</w:t>", 1)
    bomb = f'{head}?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{body}'
    return packing.packed({**members, "word/document.xml": bomb.encode()})


def _docx_deep(report: Content) -> bytes:
    members = _members(word_xml.merged(report.parts))
    body = members["word/document.xml"].replace(b"<w:body>", b"<w:body>" + b"<w:sdt><w:sdtContent>" * 20_000)
    return packing.packed({**members, "word/document.xml": body})


def _docx_wide(report: Content) -> bytes:
    members = _members(word_xml.merged(report.parts))
    body = members["word/document.xml"].replace(
        b'<w:gridSpan w:val="10"/>', b'<w:gridSpan w:val="30000000"/>'
    )
    body = body.replace(
        b"<w:tc><w:tcPr></w:tcPr>", b'<w:tc><w:tcPr><w:gridSpan w:val="30000000"/></w:tcPr>', 1
    )
    return packing.packed({**members, "word/document.xml": body})


def _html_wide(report: Content) -> bytes:
    return html.plain(report.parts).replace(
        b"</h1>", b"</h1><table><tr><td colspan=20000000 rowspan=20000000>x</td></tr></table>", 1
    )


def _html_deep(report: Content) -> bytes:
    return html.plain(report.parts).replace(b"</h1>", b"</h1>" + b"<div>" * 20_000, 1)


def _html_tables(report: Content) -> bytes:
    return html.plain(report.parts).replace(b"</h1>", b"</h1>" + b"<table><tr><td>" * 3000, 1)


def _xlsx_far(report: Content) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(sheets.one_sheet(report.parts)))
    book.active["XFD1048576"] = 1
    raw = io.BytesIO()
    book.save(raw)
    return packing.repacked(raw.getvalue())


def _xlsx_inflated(report: Content) -> bytes:
    return _inflated(_members(sheets.one_sheet(report.parts)), "xl/worksheets/sheet1.xml")


def _pdf(pages: int, size: tuple[float, float], words: str, password: str | None = None) -> bytes:
    raw = io.BytesIO()
    lock = StandardEncryption(password, canPrint=0) if password else None
    canvas = Canvas(raw, pagesize=size, invariant=1, encrypt=lock)
    for _ in range(pages):
        if words:
            canvas.drawString(50, 50, words)
        canvas.showPage()
    canvas.save()
    return raw.getvalue()


def _pdf_giant_scan(report: Content) -> bytes:
    """A page of 5 × 5 metres that is one picture."""
    raw = io.BytesIO()
    canvas = Canvas(raw, pagesize=(14_400, 14_400), invariant=1)
    canvas.drawImage(ImageReader(Image.new("L", (400, 400), 200)), 0, 0, 14_400, 14_400)
    canvas.save()
    return raw.getvalue()


def _zip_bomb(report: Content) -> bytes:
    return packing.packed({"年报.txt": b"\x00" * (200 << 20)})


def _zip_nested(report: Content) -> bytes:
    content = packing.packed({"年报.txt": text.tabs(report.parts)})
    for level in range(4):
        content = packing.packed({f"{level}.zip": content})
    return content


def _zip_locked(report: Content) -> bytes:
    """Say in every header that the member is encrypted."""
    content = bytearray(packing.packed({"a.txt": text.tabs(report.parts)}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + offset] |= 1
    return bytes(content)


def _zip_crowded(report: Content) -> bytes:
    return packing.packed({f"{n}.txt": b"x" for n in range(3000)}, zipfile.ZIP_STORED)


def _picture_giant(report: Content) -> bytes:
    """A PNG of a few kilobytes whose head says 60,000 × 60,000 points."""
    raw = io.BytesIO()
    Image.new("1", (1000, 1000)).save(raw, "PNG")
    content = raw.getvalue()
    head = b"IHDR" + struct.pack(">II", 60_000, 60_000) + content[24:29]
    return content[:12] + head + struct.pack(">I", zlib.crc32(head)) + content[33:]


def _half(make: Callable[[Content], bytes]) -> Callable[[Content], bytes]:
    def half(report: Content) -> bytes:
        content = make(report)
        return content[: len(content) // 2]

    return half


_A4 = (595.0, 842.0)
_ALL: dict[str, tuple[Callable[[Content], bytes], str]] = {
    "inflated.docx": (_docx_inflated, ErrorKind.TOO_LARGE),
    "lying.docx": (_docx_lying, ErrorKind.UNREADABLE),
    "entities.docx": (_docx_entities, ErrorKind.UNREADABLE),
    "outside_entity.docx": (_docx_outside_entity, READ),
    "deep.docx": (_docx_deep, ErrorKind.UNREADABLE),
    "wide.docx": (_docx_wide, READ),
    "half.docx": (_half(lambda report: docx.document(report.parts)), ErrorKind.UNREADABLE),
    "wide.html": (_html_wide, READ),
    "deep.html": (_html_deep, ErrorKind.UNREADABLE),
    "tables.html": (_html_tables, ErrorKind.UNREADABLE),
    "far.xlsx": (_xlsx_far, ErrorKind.TOO_LARGE),
    "inflated.xlsx": (_xlsx_inflated, ErrorKind.TOO_LARGE),
    "half.xlsx": (_half(lambda report: sheets.one_sheet(report.parts)), ErrorKind.UNREADABLE),
    "locked.pdf": (lambda report: _pdf(1, _A4, "x", "secret"), ErrorKind.ENCRYPTED),
    "pages.pdf": (lambda report: _pdf(10_000, _A4, "x"), ErrorKind.TOO_LARGE),
    "giant_page.pdf": (lambda report: _pdf(1, (14_400, 14_400), ""), ErrorKind.UNREADABLE),
    "giant_scan.pdf": (_pdf_giant_scan, ErrorKind.UNREADABLE),
    "bomb.zip": (_zip_bomb, ErrorKind.TOO_LARGE),
    "nested.zip": (_zip_nested, ErrorKind.UNSUPPORTED),
    "locked.zip": (_zip_locked, ErrorKind.ENCRYPTED),
    "crowded.zip": (_zip_crowded, ErrorKind.TOO_LARGE),
    "giant.png": (_picture_giant, ErrorKind.TOO_LARGE),
    "empty.txt": (lambda report: b"", ErrorKind.UNREADABLE),
    "zeros.doc": (lambda report: b"\x00" * 4096, ErrorKind.UNREADABLE),
    "noise.doc": (lambda report: bytes(range(256)) * 100, ErrorKind.UNSUPPORTED),
}
BOMBS = tuple(_ALL)
