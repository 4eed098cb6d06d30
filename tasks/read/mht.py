"""Web pages saved as one file (mht, mhtml; Word calls it 单个文件网页): the page is taken out and read as one."""

from __future__ import annotations

import email
from email import policy
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message

from models.document import Artifact, Document
from models.errors import ErrorKind, ReadError
from tasks.read import html
from tasks.read.decode import decode
from tasks.read.html_page import is_report
from tasks.read.sniff import LARGEST_TEXT

LARGEST = 100 << 20
MOST_PARTS, MOST_PAGES = 2000, 20
BROKEN = "单个文件网页（mht）已损坏或不完整，请重新保存网页，或改为提交 docx、PDF 文件。"
TOO_LARGE = "单个文件网页（mht）过大，不像是年度报告，未予读取；请只提交年度报告本身。"
NO_PAGE = "单个文件网页（mht）中没有网页正文，请重新保存网页，或改为提交 docx、PDF 文件。"


def read(artifact: Artifact) -> Document:
    """Read the page in a packed one: the first that holds a report, else the first.

    Raises ReadError when it is damaged, too large, or holds no page.
    """
    content = artifact.content
    if len(content) > LARGEST or content.lower().count(b"content-type:") > MOST_PARTS:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE)
    try:
        message = email.message_from_bytes(content, policy=policy.compat32)
        pages = _pages(message)
    except (ValueError, LookupError, TypeError, RecursionError, AttributeError) as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    if not pages:
        raise ReadError(ErrorKind.UNREADABLE, NO_PAGE)
    unclosed = any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in message.defects)
    if unclosed and b"</html" not in pages[-1][-2000:].lower():
        raise ReadError(ErrorKind.UNREADABLE, BROKEN)
    refused: ReadError | None = None
    first: Document | None = None
    for page in pages[:MOST_PAGES]:
        if len(page) > LARGEST_TEXT:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE)
        try:
            document = html.page(*decode(page))
        except ReadError as error:
            refused = refused or error
            continue
        if is_report(document.blocks):
            return document
        first = first or document
    if refused is not None and (first is None or len(pages) == 1):
        raise refused
    assert first is not None  # a page was read or refused
    return first


def _pages(message: Message) -> list[bytes]:
    """Return the markup of the pages, the main one (``start``) first."""
    start = str(message.get_param("start") or "")
    found: list[tuple[bool, bytes]] = []
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart() or not (
            kind in ("text/html", "application/xhtml+xml") or kind == "text/plain"
        ):
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or (kind == "text/plain" and b"<" not in content[:200]):
            continue
        content = _as_utf8(content, part.get_content_charset())
        if content.strip():
            found.append((bool(start) and part.get("Content-ID", "") == start, content))
    return [content for _, content in sorted(found, key=lambda page: not page[0])]


def _as_utf8(content: bytes, charset: str | None) -> bytes:
    """Return the bytes of a page; a charset named for it counts only where the bytes do not tell."""
    if charset and charset.lower().replace("_", "-") in ("utf-16", "utf-16le", "utf-16be", "unicode"):
        try:
            return content.decode(charset).encode()
        except (UnicodeDecodeError, LookupError):
            return content
    return content
