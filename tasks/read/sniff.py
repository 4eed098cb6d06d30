"""What kind of file the bytes are; the name is never asked."""

from __future__ import annotations

import io
import re
import zipfile

import olefile

from models.errors import ErrorKind, ReadError
from tasks.read.decode import decode, without_bom

LARGEST_TEXT = 30 << 20
SAVE_AS = "请用文字处理软件另存为 docx 或导出为 PDF 后重新提交。"
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_BITMAP = re.compile(rb"BM.{4}\x00{4}|RIFF.{4}WEBP", re.S)
_PACKED_PAGE = re.compile(rb"\s*(?:From:|MIME-Version:|Content-Type:\s*multipart/)", re.I)
_WORD_XML = re.compile(rb"<w:wordDocument\b|<pkg:package\b|progid=\"Word\.Document\"")
MAIN_PART = re.compile(r"word/document\d*\.xml")
_CONTROL = bytes([*range(9), *range(14, 32)])
_MARKUP = re.compile(r"<\s*(?:!doctype\s+html|html|head|body|table|div|p|span|meta)\b", re.I)
_MARKDOWN = re.compile(r"^\s{0,3}#{1,6}\s+\S|^\s*\|.*\|\s*$", re.M)
ENCRYPTED = "文件已加密，无法读取，请取消密码后重新提交。"


def sniff(content: bytes) -> str:
    """Return txt, markdown, html, docx or pdf. Raises ReadError for everything else, naming what it is."""
    if not content:
        raise ReadError(ErrorKind.UNREADABLE, "文件是空的（0 字节），请重新提交。")
    if not content.strip(b"\x00"):
        raise ReadError(ErrorKind.UNREADABLE, "文件内容全部是空字节，可能在传输中损坏，请重新提交。")
    if content.startswith(b"PK"):
        return _container(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _compound(content)
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(_IMAGES) or _BITMAP.match(content):
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是图片，暂不能读取，" + SAVE_AS)
    if content.startswith(b"{\\rtf"):
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是 RTF 格式，暂不能读取，" + SAVE_AS)
    if content.startswith((b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")):
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是压缩包，暂不能读取，请解压后提交其中的报告文件。")
    if _PACKED_PAGE.match(content) and b"multipart/related" in content[:4096]:
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是单个文件网页（mht），暂不能读取，" + SAVE_AS)
    if _WORD_XML.search(content[:4096]):
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是 Word XML 格式，暂不能读取，" + SAVE_AS)
    if len(content) > LARGEST_TEXT:
        raise ReadError(ErrorKind.TOO_LARGE, "文本文件过大，不像是年度报告，未予读取；请只提交年度报告本身。")
    return _text(content)


def _container(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = ""
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    kind = stream.read(80).decode("ascii", "replace")
    except (zipfile.BadZipFile, OSError, RuntimeError, EOFError) as error:
        raise ReadError(ErrorKind.UNREADABLE, "文件已损坏或不完整，请重新保存后提交。") from error
    if any(MAIN_PART.fullmatch(name) for name in names):
        return "docx"
    if any(name.startswith("xl/") for name in names) or "spreadsheet" in kind:
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是电子表格，暂不能读取，" + SAVE_AS)
    if "opendocument.text" in kind:
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是 ODT 格式，暂不能读取，" + SAVE_AS)
    if "OFD.xml" in names:
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是 OFD 格式，暂不能读取，" + SAVE_AS)
    raise ReadError(ErrorKind.UNSUPPORTED, "文件是压缩包，暂不能读取，请解压后提交其中的报告文件。")


def _compound(content: bytes) -> ReadError:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as compound:
            streams = {"/".join(parts) for parts in compound.listdir()}
    except (OSError, ValueError, IndexError, KeyError, TypeError):
        return ReadError(ErrorKind.UNREADABLE, "文件已损坏或不完整，请重新保存后提交。")
    if "EncryptedPackage" in streams:
        return ReadError(ErrorKind.ENCRYPTED, ENCRYPTED)
    if "Workbook" in streams or "Book" in streams:
        return ReadError(ErrorKind.UNSUPPORTED, "文件是电子表格（xls），暂不能读取，" + SAVE_AS)
    return ReadError(
        ErrorKind.UNSUPPORTED, "文件是旧版 Word 或 WPS 文字格式（doc、wps），暂不能读取，" + SAVE_AS
    )


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
    return "markdown" if _MARKDOWN.search(sample) else "txt"
