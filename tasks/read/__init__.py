"""From bytes to a Document: one module a format, told apart by their content."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from models.document import Artifact, Document
from models.errors import ErrorKind, ReadError
from tasks.read.sniff import sniff

READERS = {
    "txt": "tasks.read.text",
    "csv": "tasks.read.comma",
    "markdown": "tasks.read.markdown",
    "html": "tasks.read.html",
    "mht": "tasks.read.mht",
    "docx": "tasks.read.docx",
    "doc": "tasks.read.office",
    "rtf": "tasks.read.office",
    "odt": "tasks.read.office",
    "wordxml": "tasks.read.office",
    "pdf": "tasks.read.pdf",
    "picture": "tasks.read.picture",
    "xlsx": "tasks.read.sheet",
    "xls": "tasks.read.sheet",
    "ods": "tasks.read.sheet",
    "ofd": "tasks.read.ofd",
}
"""Format to the module whose ``read(artifact)`` reads it; imported when first needed."""

CONTAINERS = ("zip", "eml")
"""What holds files instead of being one; see `tasks.unpack`."""

OFFICE = ("doc", "rtf", "odt", "wordxml")
"""Formats that LibreOffice turns into docx first; many at once cost it little more than one."""

TOO_MUCH_MEMORY = "读取该文件所需内存超过上限，未予读取；请只提交年度报告本身，或另存为 docx 后重新提交。"

_log = logging.getLogger("hecha")


def read(artifact: Artifact) -> Document:
    """Read one file; `format` of the document is what `sniff` called it.

    Raises ReadError (and nothing else) with one Chinese sentence when the file cannot be taken in.
    """
    kind = sniff(artifact.content)
    if kind in CONTAINERS:
        raise ReadError(ErrorKind.UNSUPPORTED, "文件是压缩包或邮件，应先取出其中的文件。")
    reader = import_module(READERS[kind])  # outside the try: a fault in our code is not the file's
    try:
        document: Document = reader.read(artifact)
    except ReadError:
        raise
    except MemoryError as error:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_MUCH_MEMORY) from error
    except Exception as error:
        _log.exception("the %s reader failed on %s (sha256 %s)", kind, artifact.name, artifact.sha256)
        raise ReadError(
            ErrorKind.UNREADABLE, f"文件（{kind}）内容异常，无法读取，请用原软件重新保存后提交。"
        ) from error
    return replace(document, format=kind)


def prepare(artifacts: Sequence[Artifact]) -> None:
    """Do at once what is cheaper done together for files that `read` will be called for next. Raises nothing."""
    wanted = [artifact for artifact in artifacts if _kind(artifact) in OFFICE]
    if len(wanted) > 1:
        import_module(READERS[OFFICE[0]]).prepare(wanted)


def _kind(artifact: Artifact) -> str | None:
    try:
        return sniff(artifact.content)
    except ReadError:
        return None
