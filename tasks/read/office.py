"""Word binaries (doc, wps), RTF and OpenDocument: LibreOffice makes docx of them, and that is read.

Word XML is packed as docx without it (`tasks.read.office_xml`). Many at once cost little more than one, so
`prepare` converts in batches what `read` will ask for. Fields are made plain text first
(`tasks.read.office_fields`); the process is `tasks.read.office_process`.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Sequence
from dataclasses import replace

from models.document import Artifact, Document, Paragraph
from models.errors import ErrorKind, ReadError
from models.settings import settings
from tasks.read import docx
from tasks.read.office_fields import plain_doc, plain_odt, plain_rtf
from tasks.read.office_process import SECONDS, SECONDS_EACH, convert, program
from tasks.read.office_xml import packed
from tasks.read.sniff import SAVE_AS, sniff

BATCH = 20
MOST_HELD = 256 << 20
"""Bytes of converted documents that wait for `read`; the oldest are dropped above it."""
NOT_INSTALLED = (
    "本机未安装 LibreOffice，不能读取 doc、wps、rtf、odt 文件，请系统维护人员运行 "
    "apt-get install libreoffice-writer-nogui，或将文件另存为 docx 后重新提交。"
)
BROKEN = "文件已损坏或不是有效的文字处理文件，无法读取，" + SAVE_AS
TOO_SLOW = f"文件转换超过{SECONDS:.0f}秒仍未完成，已放弃，" + SAVE_AS
NO_TEXT = "无法识别文件内容（转换后没有可读的中文），" + SAVE_AS

_KINDS = ("doc", "rtf", "odt")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FEWEST_HAN = 10
_FEWEST_USUAL = 0.6
"""Share of Chinese characters that GB 2312 knows; in bytes read at random a third is."""

_converted: dict[str, bytes] = {}
_log = logging.getLogger("hecha")


def read(artifact: Artifact) -> Document:
    """Read a doc, wps, rtf, odt or Word XML file by way of docx.

    Raises ReadError: UNSUPPORTED without LibreOffice, ENCRYPTED, TOO_LARGE, UNREADABLE when nothing readable
    comes out or the conversion takes longer than `tasks.read.office_process.SECONDS`.
    """
    kind = sniff(artifact.content)
    made = _converted.pop(artifact.sha256, None)
    if made is None:
        made = packed(artifact.content, BROKEN) if kind == "wordxml" else _alone(kind, artifact.content)
    document = docx.read(Artifact(artifact.name, made, hashlib.sha256(made).hexdigest()))
    if not _readable(document):
        raise ReadError(ErrorKind.UNREADABLE, NO_TEXT)
    return replace(document, format=kind)


def prepare(artifacts: Sequence[Artifact]) -> None:
    """Convert in few runs what `read` will be called for next; what fails is left for `read` to try alone.

    Raises nothing. Takes at most half of what the settings allow for one file, since it runs before the first.
    """
    ends = time.monotonic() + settings().reader_seconds / 2
    soffice = program()
    if soffice is None:
        return
    try:
        waiting = _waiting(artifacts)
        names = list(waiting)
        for start in range(0, len(names), BATCH):
            left = names[start : start + BATCH]
            while left and (seconds := ends - time.monotonic()) > SECONDS_EACH:
                allowed = min(SECONDS + SECONDS_EACH * len(left), seconds)
                made = convert(soffice, [waiting[name] for name in left], allowed).documents
                _hold({name: whole for name, whole in zip(left, made, strict=True) if whole is not None})
                # the first that did not come out is what the run hung at or died of, or could not load
                left = [name for name, whole in zip(left, made, strict=True) if whole is None][1:]
    except Exception:
        _log.exception("converting %d files at once; each will be tried alone", len(artifacts))


def _waiting(artifacts: Sequence[Artifact]) -> dict[str, tuple[str, bytes]]:
    waiting: dict[str, tuple[str, bytes]] = {}
    for artifact in artifacts:
        if artifact.sha256 in _converted or artifact.sha256 in waiting:
            continue
        try:
            kind = sniff(artifact.content)
            if kind in _KINDS:
                waiting[artifact.sha256] = _plain(kind, artifact.content)
        except ReadError:
            continue  # `read` says why
    return waiting


def _hold(made: dict[str, bytes]) -> None:
    _converted.update(made)
    held = sum(len(content) for content in _converted.values())
    for name in list(_converted):
        if held <= MOST_HELD:
            return
        held -= len(_converted.pop(name))


def _alone(kind: str, content: bytes) -> bytes:
    soffice = program()
    if soffice is None:
        raise ReadError(ErrorKind.NOT_INSTALLED, NOT_INSTALLED)
    conversion = convert(soffice, [_plain(kind, content)], SECONDS)
    made = conversion.documents[0]
    if made is None:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN if conversion.in_time else TOO_SLOW)
    return made


def _plain(kind: str, content: bytes) -> tuple[str, bytes]:
    """Return the suffix that LibreOffice should see, and the content with nothing left to work out or fetch."""
    match kind:
        case "rtf":
            return "rtf", plain_rtf(content)
        case "odt":
            return "odt", plain_odt(content, BROKEN)
        case _:
            return "doc", plain_doc(content)


def _readable(document: Document) -> bool:
    """Say whether there is Chinese text: of random bytes LibreOffice makes pages of rare characters."""
    texts = [
        block.text if isinstance(block, Paragraph) else "".join(cell.text for cell in block.cells)
        for block in document.blocks
    ]
    han = _HAN.findall("".join(texts))
    usual = sum(_in_gb2312(character) for character in han)
    return len(han) >= _FEWEST_HAN and usual >= _FEWEST_USUAL * len(han)


def _in_gb2312(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False
