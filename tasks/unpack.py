"""Files that hold files: zip archives and e-mails, opened with limits, one member at a time.

A member is named after what holds it (``报送.zip/教育局.docx``); that name is for lists and is never used as
a path. Nothing is written here.
"""

from __future__ import annotations

import email
import hashlib
import io
import logging
import zipfile
import zlib
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message
from email.utils import parseaddr

from models.document import Artifact
from models.errors import ErrorKind, ReadError
from models.views import ErrorView
from tasks.read import CONTAINERS
from tasks.read.package import HIGHEST_RATIO, SUSPICIOUS
from tasks.read.sniff import sniff

DEEPEST = 2
"""An archive in an archive is opened; one in that is not."""
MOST_MEMBERS = 2000
"""A city's zip of all its bureaus holds hundreds."""
LARGEST_TOTAL = 2 << 30
_UTF8_NAME = 0x800
_PACKED_NAMES = (".ds_store", "thumbs.db", "desktop.ini")

BROKEN = "压缩包已损坏或不完整，请重新压缩后提交。"
BOMB = "压缩包解压后过大，疑似异常文件，未予解压；请只提交年度报告本身。"
CROWDED = f"压缩包内超过{MOST_MEMBERS}个文件，未予解压；请分成几个压缩包提交。"
LOCKED = "压缩包内的文件已加密，无法读取，请取消密码后重新提交。"
NESTED = f"压缩包套了{DEEPEST}层以上，未予解压；请直接压缩报告文件后提交。"
EMPTY = "压缩包内没有文件，请确认提交的文件是否正确。"
LARGE_MEMBER = "解压后有{size:.0f} MB，超过{limit} MB上限，未予读取；请只提交年度报告本身。"
BROKEN_MAIL = "邮件文件已损坏或不完整，请重新导出，或直接提交其中的附件。"
NO_ATTACHMENT = "邮件中没有附件，也没有报告正文，请确认提交的邮件是否正确。"

log = logging.getLogger("hecha")


def is_container(content: bytes) -> bool:
    """Say whether the bytes are an archive or e-mail, not a report by themselves."""
    try:
        return sniff(content) in CONTAINERS
    except ReadError:
        return False


def unpack(file: Artifact, max_bytes: int) -> Iterator[Artifact | ErrorView]:
    """Yield the files in a zip or e-mail, in its order, nested ones opened; any other file as it is.

    What cannot be taken in (a bomb, a locked or broken member, too deep a nesting) is an ErrorView under the
    member's name; the rest goes on. Members larger than `max_bytes` are refused unread.
    """
    yield from _unpack(file, max_bytes, DEEPEST, [LARGEST_TOTAL])


def _unpack(file: Artifact, max_bytes: int, depth: int, left: list[int]) -> Iterator[Artifact | ErrorView]:
    try:
        kind = sniff(file.content)
    except ReadError:
        kind = ""  # its reader says what is wrong with it
    if kind not in CONTAINERS:
        yield file
        return
    if depth == 0:
        yield ErrorView(file.name, ErrorKind.UNSUPPORTED.value, NESTED)
        return
    try:
        members = _zip(file, max_bytes, left) if kind == "zip" else _mail(file)
        for member in members:
            if isinstance(member, ErrorView):
                yield member
            else:
                yield from _unpack(member, max_bytes, depth - 1, left)
    except ReadError as error:
        yield ErrorView(file.name, error.kind.value, error.message)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError):
        # what the standard library raises over headers that no mail program writes
        log.exception("unpacking %r (sha256 %s)", file.name, file.sha256)
        yield ErrorView(file.name, ErrorKind.UNREADABLE.value, BROKEN_MAIL if kind == "eml" else BROKEN)


def _artifact(holder: Artifact, name: str, content: bytes) -> Artifact:
    return Artifact(f"{holder.name}/{name}", content, hashlib.sha256(content).hexdigest())


# ------------------------------------------------------------------------------------------- zip


def _zip(file: Artifact, max_bytes: int, left: list[int]) -> Iterator[Artifact | ErrorView]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.content))
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    with archive:
        members = [member for member in archive.infolist() if not _passed_over(member)]
        if not members:
            raise ReadError(ErrorKind.UNREADABLE, EMPTY)
        if len(members) > MOST_MEMBERS:
            raise ReadError(ErrorKind.TOO_LARGE, CROWDED)
        for member in members:
            name = _name(member)
            try:
                yield _artifact(file, name, _member(archive, member, max_bytes, left))
            except ReadError as error:
                yield ErrorView(f"{file.name}/{name}", error.kind.value, error.message)


def _passed_over(member: zipfile.ZipInfo) -> bool:
    """What macOS and Windows put into archives by themselves is nobody's report."""
    parts = member.filename.replace("\\", "/").split("/")
    return member.is_dir() or "__MACOSX" in parts or parts[-1].lower() in _PACKED_NAMES


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name as people wrote it: without the flag, UTF-8 by careless tools or GB18030 by Windows."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")  # what zipfile takes such names for
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "未命名"


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, max_bytes: int, left: list[int]) -> bytes:
    """Read one member, counting: headers lie. Raises ReadError."""
    over = member.file_size > SUSPICIOUS and member.file_size > HIGHEST_RATIO * max(member.compress_size, 1)
    if over or member.file_size > left[0]:
        raise ReadError(ErrorKind.TOO_LARGE, BOMB)
    if member.file_size > max_bytes:
        size = member.file_size / (1 << 20)
        raise ReadError(ErrorKind.TOO_LARGE, LARGE_MEMBER.format(size=size, limit=max_bytes >> 20))
    try:
        with archive.open(member) as stream:
            content = stream.read(min(max_bytes, left[0]) + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    except RuntimeError as error:  # a password, or a packing zipfile does not know
        if "password" in str(error) or "encrypted" in str(error):
            raise ReadError(ErrorKind.ENCRYPTED, LOCKED) from error
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    if len(content) > min(max_bytes, left[0]):
        raise ReadError(ErrorKind.TOO_LARGE, BOMB)
    left[0] -= len(content)
    return content


# ---------------------------------------------------------------------------------------- e-mail


def _mail(file: Artifact) -> Iterator[Artifact | ErrorView]:
    """Yield the attachments of an e-mail; the body itself only when nothing is attached."""
    message = email.message_from_bytes(file.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    attached = 0
    for number, part in enumerate(_leaves(message), start=1):
        name = _attached_name(part)
        if name is None:
            continue
        attached += 1
        if attached > MOST_MEMBERS:
            raise ReadError(ErrorKind.TOO_LARGE, CROWDED)
        content = _content(part)
        if content is None:
            yield ErrorView(f"{file.name}/{name}", ErrorKind.UNREADABLE.value, "附件已损坏，请重新发送。")
        else:
            yield _artifact(file, name or f"附件{number}", content)
    if attached:
        return
    body = message.get_body(preferencelist=("html", "plain"))
    content = _content(body) if body is not None else None
    if not content or not content.strip():
        raise ReadError(ErrorKind.UNREADABLE, NO_ATTACHMENT)
    subject = str(message.get("Subject", "")).strip()
    sender = parseaddr(str(message.get("From", "")))[1]
    yield _artifact(file, subject or sender or "正文", content)


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts of a message that hold no further ones; an attached message is one part."""
    for part in message.get_payload() if message.is_multipart() else ():
        if isinstance(part, Message):
            if part.is_multipart() and part.get_content_type() != "message/rfc822":
                yield from _leaves(part)
            else:
                yield part


def _attached_name(part: Message) -> str | None:
    """Return the name of an attachment ('' if it has none), None for the parts of the body."""
    name = part.get_filename()
    inline_picture = part.get_content_disposition() == "inline" and part.get_content_maintype() == "image"
    if inline_picture and part.get("Content-ID"):
        return None  # a logo in the signature
    attached = part.get_content_disposition() == "attachment" or part.get_content_type() == "message/rfc822"
    if name is None and not attached:
        return None
    parts = [piece for piece in (name or "").replace("\\", "/").split("/") if piece not in ("", ".", "..")]
    return "/".join(parts)


def _content(part: Message) -> bytes | None:
    try:
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0)
            return inner.as_bytes() if isinstance(inner, Message) else None
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, IndexError, AssertionError):
        return None
    return content if isinstance(content, bytes) else None
