"""What kind of file the bytes are; the name is never asked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import olefile

from models.errors import ErrorKind, ReadError
from tasks.read.decode import decode, without_bom
from tasks.read.package import BROKEN, ENCRYPTED

LARGEST_TEXT = 30 << 20
SAVE_AS = "请用文字处理软件另存为 docx 或导出为 PDF 后重新提交。"
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_BITMAP = re.compile(rb"BM.{4}\x00{4}|RIFF.{4}WEBP", re.S)
_MAIL = re.compile(
    rb"(?:(?:From|To|Cc|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|X-[\w-]+|"
    rb"DKIM-Signature|Content-(?:Type|Transfer-Encoding|Location)|Snapshot-Content-Location):[^\n]*\n(?:[ \t][^\n]*\n)*){2}",
    re.I,
)
_DELIVERED = re.compile(rb"^(?:Received|To|Delivered-To|Message-ID):", re.I | re.M)
_ENCRYPTED_WORD = 0x01
"""Of the FIB's flags: fEncrypted is bit 8 of the word at offset 10."""
_COMMAS, _COMMA_LINES = 6, 12
"""A row of table 3 has eight fields and more; prose has Chinese commas."""
_WORD_XML = re.compile(rb"<w:wordDocument\b|<pkg:package\b|progid=\"Word\.Document\"")
MAIN_PART = re.compile(r"word/document\d*\.xml")
_CONTROL = bytes([*range(9), *range(14, 32)])
_MARKUP = re.compile(r"<\s*(?:!doctype\s+html|html|head|body|table|div|p|span|meta)\b", re.I)
_MARKDOWN = re.compile(r"^\s{0,3}#{1,6}\s+\S|^\s*\|.*\|\s*$", re.M)


def sniff(content: bytes) -> str:
    """Return the format: a key of `tasks.read.READERS` or a container (zip, eml).

    Raises ReadError for everything else, naming what it is.
    """
    if not content:
        raise ReadError(ErrorKind.UNREADABLE, "文件是空的（0 字节），请重新提交。")
    if not content.strip(b"\x00"):
        raise ReadError(ErrorKind.UNREADABLE, "文件内容全部是空字节，可能在传输中损坏，请重新提交。")
    if content.startswith(b"PK"):
        return _container(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(content)
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(_IMAGES) or _BITMAP.match(content):
        return "picture"
    if content.startswith(b"{\\rtf"):
        return "rtf"
    if content.startswith((b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")):
        raise ReadError(
            ErrorKind.UNSUPPORTED, "文件是 rar、7z 或 gz 压缩包，不能读取，请改用 zip 压缩或解压后提交。"
        )
    if _MAIL.match(content):
        packed_page = b"multipart/related" in content[:4096] and not _DELIVERED.search(content[:8192])
        return "mht" if packed_page else "eml"
    if _WORD_XML.search(content[:4096]):
        return "wordxml"
    if len(content) > LARGEST_TEXT:
        raise ReadError(ErrorKind.TOO_LARGE, "文本文件过大，不像是年度报告，未予读取；请只提交年度报告本身。")
    return _text(content)


def _container(content: bytes) -> str:
    # the limits of `tasks.read.package` are for one document; a bundle of reports may be larger
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = ""
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    kind = stream.read(80).decode("ascii", "replace")
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError) as error:
        # ValueError: names that are no text; RuntimeError: a packing that zipfile does not know
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    if any(MAIN_PART.fullmatch(name) for name in names):
        return "docx"
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    if "opendocument.spreadsheet" in kind:
        return "ods"
    if "opendocument.text" in kind:
        return "odt"
    if "OFD.xml" in names:
        return "ofd"
    if "ppt/presentation.xml" in names or "opendocument.presentation" in kind:
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是演示文稿，不是年度报告的常用格式，" + SAVE_AS)
    return "zip"


def _compound(content: bytes) -> str:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as compound:
            streams = {"/".join(parts) for parts in compound.listdir()}
            head = compound.openstream("WordDocument").read(12) if "WordDocument" in streams else b""
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise ReadError(ErrorKind.UNREADABLE, "文件已损坏或不完整，请重新保存后提交。") from error
    if "EncryptedPackage" in streams or (len(head) == 12 and head[11] & _ENCRYPTED_WORD):
        raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED)
    if "Workbook" in streams or "Book" in streams:
        return "xls"
    if "WordDocument" in streams:
        return "doc"
    if any(name.startswith("__substg1.0_") for name in streams):
        raise ReadError(
            ErrorKind.UNSUPPORTED, "文件是 Outlook 邮件（msg），不能读取，请另存为 eml 或提交其中的附件。"
        )
    raise ReadError(ErrorKind.UNSUPPORTED, "无法识别文件格式，" + SAVE_AS)


def _text(content: bytes) -> str:
    sample, _ = decode(content[: 1 << 16])
    visible = [c for c in sample[:4000] if not c.isspace()]
    if not visible:
        raise ReadError(ErrorKind.UNREADABLE, "文件中没有文字，请确认提交的文件是否正确。")
    strange = sum(not (c.isprintable() or c in "\u200b\ufeff") for c in visible if not "一" <= c <= "鿿")
    strange += visible.count("\ufffd")
    head = content[:4096]
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") or without_bom(content)
    control = 0 if wide else len(head) - len(head.translate(None, _CONTROL))
    if strange > 0.2 * len(visible) or control > 0.05 * len(head):
        raise ReadError(ErrorKind.UNSUPPORTED, "无法识别文件格式，" + SAVE_AS)
    if _MARKUP.search(sample):
        return "html"
    if sum(line.count(",") >= _COMMAS for line in sample.splitlines()) >= _COMMA_LINES:
        return "csv"
    return "markdown" if _MARKDOWN.search(sample) else "txt"
