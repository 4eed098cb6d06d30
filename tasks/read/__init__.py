"""From bytes to a Document: one module a format, told apart by their content."""

from __future__ import annotations

import logging
from importlib import import_module

from models.document import Artifact, Document
from models.errors import ErrorKind, ReadError
from tasks.read.sniff import sniff

READERS = {
    "txt": "tasks.read.text",
    "markdown": "tasks.read.markdown",
    "html": "tasks.read.html",
    "docx": "tasks.read.docx",
    "pdf": "tasks.read.pdf",
}
"""Format to the module whose ``read(artifact)`` reads it; imported when first needed."""

_log = logging.getLogger("hecha")


def read(artifact: Artifact) -> Document:
    """Read one file.

    Raises ReadError (and nothing else) with one Chinese sentence when the file cannot be taken in.
    """
    kind = sniff(artifact.content)
    try:
        document: Document = import_module(READERS[kind]).read(artifact)
    except ReadError:
        raise
    except (RecursionError, MemoryError, Exception) as error:
        _log.exception("the %s reader failed on %s (sha256 %s)", kind, artifact.name, artifact.sha256)
        raise ReadError(
            ErrorKind.UNREADABLE, f"文件（{kind}）内容异常，无法读取，请用原软件重新保存后提交。"
        ) from error
    return document
