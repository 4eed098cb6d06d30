"""What cannot be read: one clear sentence each, the right kind, never another exception."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from models.document import Artifact
from models.errors import ErrorKind, ReadError
from models.views import ErrorView
from tasks.collect import collect
from tasks.read import mht, picture, read
from tests.read.test_docx import p, packed
from tests.read.test_pdf import made
from tests.read.test_text import artifact

SAVE_AS = "请用文字处理软件另存为 docx 或导出为 PDF 后重新提交。"


def compound(*names: str) -> bytes:
    """A minimal OLE file whose directory holds empty streams of these names."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, 1, 1, 0, 0x1000, end, 0, end, 0,
    ) + struct.pack("<109I", 0, *[free] * 108)  # fmt: skip
    table = struct.pack("<128I", fat, end, *[free] * 126)

    def entry(name: str, kind: int, child: int, right: int) -> bytes:
        wide = name.encode("utf-16-le") + b"\0\0"
        return struct.pack(
            "<64sHBBIII16sIQQIQ", wide, len(wide), kind, 1, free, right, child, b"", 0, 0, 0, end, 0
        )  # fmt: skip

    entries = [entry("Root Entry", 5, 1 if names else free, free)]
    entries += [entry(n, 2, free, i + 2 if i + 1 < len(names) else free) for i, n in enumerate(names)]
    directory = b"".join(entries).ljust(512, b"\0")
    return header + table + directory


def zipped(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/"), part)
    return content.getvalue()


def bomb() -> bytes:
    return zipped(
        **{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a>" + b" " * (80 << 20) + b"</a>"}
    )


def lying_bomb() -> bytes:
    """The same, with headers that say the part is small."""
    content = bytearray(bomb())
    small = struct.pack("<I", 100)
    large = struct.pack("<I", (80 << 20) + 7)
    return bytes(content).replace(large, small)


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
CASES = {
    "empty.txt": (b"", ErrorKind.UNREADABLE, "文件是空的（0 字节），请重新提交。"),
    "zeros.docx": (bytes(5000), ErrorKind.UNREADABLE, "文件内容全部是空字节，可能在传输中损坏，请重新提交。"),
    "blank.txt": (b" \n\t\n ", ErrorKind.UNREADABLE, "文件中没有文字，请确认提交的文件是否正确。"),
    "picture.docx": (PNG, ErrorKind.UNREADABLE, picture.BROKEN),
    "cut.docx": (packed(p("一、总体情况"))[:300], ErrorKind.UNREADABLE, "文件已损坏或不完整，请重新保存后提交。"),
    "no_body.docx": (
        zipped(**{"word__document.xml": b"<w"}), ErrorKind.UNREADABLE, "docx 文件已损坏或不完整，请重新保存后提交。",
    ),
    "cut.pdf": (made()[:700], ErrorKind.UNREADABLE, "PDF 文件已损坏或不完整，请重新导出后提交。"),
    "locked.pdf": (made(encrypt="x"), ErrorKind.ENCRYPTED, "PDF 文件已加密，无法读取，请取消密码后重新提交。"),
    "locked.docx": (
        compound("EncryptedPackage", "EncryptionInfo"), ErrorKind.ENCRYPTED, "文件已加密，无法读取，请取消密码后重新提交。",
    ),
    "old.doc": (
        compound("WordDocument"), ErrorKind.UNREADABLE,
        "文件已损坏或不是有效的文字处理文件，无法读取，" + SAVE_AS,
    ),
    "cut.doc": (compound("WordDocument")[:600], ErrorKind.UNREADABLE, "文件已损坏或不完整，请重新保存后提交。"),
    "sheet.xlsx": (
        zipped(**{"xl__workbook.xml": b"<w/>"}), ErrorKind.UNREADABLE, "电子表格已损坏或不完整，请重新保存后提交。",
    ),
    "many.zip": (
        zipped(**{"a.txt": b"x"}), ErrorKind.UNSUPPORTED, "文件是压缩包或邮件，应先取出其中的文件。",
    ),
    "many.7z": (
        b"7z\xbc\xaf\x27\x1c" + bytes(90), ErrorKind.UNSUPPORTED,
        "文件是 rar、7z 或 gz 压缩包，不能读取，请改用 zip 压缩或解压后提交。",
    ),
    "page.doc": (
        b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\nContent-Type: image/png\n\nx\n--x--',
        ErrorKind.UNREADABLE, mht.NO_PAGE,
    ),
    "flat.doc": (
        b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><w:wordDocument/>', ErrorKind.UNREADABLE,
        "文件已损坏或不是有效的文字处理文件，无法读取，" + SAVE_AS,
    ),
    "picture.txt": (b"BM\x36\0\x0c\0\0\0\0\0" + bytes(90), ErrorKind.UNREADABLE, picture.BROKEN),
    "noise.txt": (bytes(range(1, 256)) * 20, ErrorKind.UNSUPPORTED, "无法识别文件格式，" + SAVE_AS),
    "bomb.docx": (
        bomb(), ErrorKind.TOO_LARGE, "文件解压后过大，疑似异常文件，未予读取；请用原软件重新另存后提交。",
    ),
    "long.pdf": (made(pages=101), ErrorKind.TOO_LARGE, "PDF 有101页，超过100页上限，请只提交年度报告本身。"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_gets_its_sentence(name: str) -> None:
    content, kind, message = CASES[name]
    with pytest.raises(ReadError) as refused:
        read(artifact(content, name))
    assert (refused.value.kind, refused.value.message) == (kind, message)


def test_a_bomb_whose_headers_lie_is_refused_too() -> None:
    with pytest.raises(ReadError) as refused:
        read(artifact(lying_bomb()))
    assert refused.value.kind in (ErrorKind.TOO_LARGE, ErrorKind.UNREADABLE)


def test_a_text_of_forty_megabytes_is_no_report() -> None:
    with pytest.raises(ReadError) as refused:
        read(artifact(b"0\t" * (20 << 20)))
    assert (refused.value.kind, refused.value.message) == (
        ErrorKind.TOO_LARGE,
        "文本文件过大，不像是年度报告，未予读取；请只提交年度报告本身。",
    )


def test_collect_lists_what_it_cannot_take_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a 报告\n2023.txt").write_bytes("一、".encode())
    (tmp_path / ".hidden").write_bytes(b"x")
    (tmp_path / "README.md").write_bytes(b"x")
    (tmp_path / "roster.csv").write_bytes(b"x")
    with (tmp_path / "b.txt").open("wb") as large:
        large.truncate(200 << 20)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "d.txt").write_bytes(b"y")
    (tmp_path / "e.txt").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "f.txt")
    found = list(collect([tmp_path, tmp_path / "missing"], 100 << 20))
    assert [f.name if isinstance(f, Artifact) else (f.file, f.kind, f.message) for f in found] == [
        "a 报告\n2023.txt",
        ("b.txt", "too_large", "文件有200 MB，超过100 MB上限，未予读取；请只提交年度报告本身。"),
        "c/d.txt",
        ("e.txt", "unreadable", "文件不存在，请检查路径。"),
        ("f.txt", "unreadable", "不是普通文件，无法读取，请检查路径。"),
        (str(tmp_path / "missing"), "unreadable", "文件不存在，请检查路径。"),
    ]
    assert all(isinstance(f, (Artifact, ErrorView)) for f in found)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "s.txt"
    secret.write_bytes(b"x")
    secret.chmod(0)
    assert list(collect([secret], 100 << 20)) == [
        ErrorView(str(secret), "unreadable", "没有读取该文件的权限，请修改文件权限后重试。")
    ]
