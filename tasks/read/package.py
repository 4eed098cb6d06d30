"""Zip packages that hold one document (OOXML, ODF, OFD), opened with limits that count real bytes.

The header of a zip says how large its members are, and a hostile one lies: the header is asked first because
that is cheap, and every part is counted again while it is read.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree

from models.errors import ErrorKind, ReadError

MOST_PARTS = 2000
LARGEST_TOTAL = 300 << 20
LARGEST_PART = 60 << 20
SUSPICIOUS = 1 << 20
HIGHEST_RATIO = 100
"""A part of more than a megabyte that was packed to less than a hundredth is no office document."""
ENCRYPTED = "文件已加密，无法读取，请取消密码后重新提交。"
BROKEN = "文件已损坏或不完整，请重新保存后提交。"
BOMB = "文件解压后过大，疑似异常文件，未予读取；请用原软件重新另存后提交。"


class Package:
    """The parts of an open package; made by `opened`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        members = archive.infolist()
        if len(members) > MOST_PARTS or sum(member.file_size for member in members) > LARGEST_TOTAL:
            raise ReadError(ErrorKind.TOO_LARGE, BOMB)
        self._archive = archive
        self._members = {member.filename: member for member in members}
        self._left = LARGEST_TOTAL

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts, as the file holds them."""
        return tuple(self._members)

    def part(self, name: str, largest: int = LARGEST_PART) -> bytes:
        """Return the bytes of a part. Raises KeyError without it, ReadError when it grows past a limit."""
        member = self._members[name]
        over = member.file_size > SUSPICIOUS and member.file_size > HIGHEST_RATIO * max(
            member.compress_size, 1
        )
        if over or member.file_size > largest:
            raise ReadError(ErrorKind.TOO_LARGE, BOMB)
        most = min(largest, self._left)
        try:
            with self._archive.open(member) as stream:
                content = stream.read(most + 1)
        except ValueError as error:  # an offset before the beginning of the file
            raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
        if len(content) > most:
            raise ReadError(ErrorKind.TOO_LARGE, BOMB)
        self._left -= len(content)
        return content

    def xml(self, name: str, largest: int = LARGEST_PART) -> etree._Element:
        """Return the root of an XML part: no entities, no network, no huge trees."""
        return parse(self.part(name, largest))


def parse(content: bytes) -> etree._Element:
    """Parse XML that came from outside. Raises lxml.etree.XMLSyntaxError."""
    return etree.fromstring(
        content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )


@contextmanager
def opened(content: bytes, broken: str = BROKEN) -> Iterator[Package]:
    """Open a package; what goes wrong inside the block for the file's sake becomes a ReadError."""
    try:
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
        except ValueError as error:  # names that are no text
            raise ReadError(ErrorKind.UNREADABLE, broken) from error
        with archive:
            yield Package(archive)
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, EOFError, KeyError, OSError) as error:
        raise ReadError(ErrorKind.UNREADABLE, broken) from error
    except RuntimeError as error:  # a password, or a packing zipfile does not know
        if "password" in str(error) or "encrypted" in str(error):
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED) from error
        raise ReadError(ErrorKind.UNREADABLE, broken) from error
