"""What fields show is what their author saved: LibreOffice would work them out anew.

Measured with LibreOffice 7.4: ``=SUM(ABOVE)`` in a table of an RTF file became 0, a date became today's, a
reference became an error message. A printed total is never repaired, so the fields are made plain text before
LibreOffice sees them: in RTF their instruction, in a Word binary their type, in ODT their element.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Sequence

import olefile
from lxml import etree

from models.errors import ErrorKind, ReadError
from tasks.read.package import ENCRYPTED, opened

_KEPT = (b"FORMDROPDOWN", b"FORMCHECKBOX", b"SYMBOL", b"EQ")
"""Fields that keep what they show elsewhere than in their result."""
_INSTRUCTION = re.compile(rb"\\fldinst(?![a-z])((?>[\s{}]|\\\*|\\[a-z]+-?\d* ?)*+)([A-Za-z]*)")
_LINKED = re.compile(rb"\\(?:\*\\)?objautlink(?![a-z])|\\objupdate(?![a-z])")

_LEVEL = re.compile(rb"\\leveltext([^;{}]*)")
_BEYOND = re.compile(rb"\\u-?\d+ ?(?:\\'[0-9a-f]{2}|\?)?")
_PRINTED = re.compile(rb"\{\\listtext(?![a-z])([^{}]{0,500})\}")
_RESET = re.compile(rb"\\(?:pard|plain|tab)(?![a-z]) ?")
_IN_LIST = re.compile(rb"\\ls\d+ ?")


def plain_rtf(content: bytes) -> bytes:
    """Return the RTF with its fields' instructions turned into destinations that every reader skips."""

    def skipped(match: re.Match[bytes]) -> bytes:
        if match[2].upper() in _KEPT:
            return match[0]
        return b"\\hechafld" + match[1] + b" " + match[2]

    plain = _LINKED.sub(b"", _INSTRUCTION.sub(skipped, content))
    if any(
        b"?" in _BEYOND.sub(b"", text) or b"\\'3f" in _BEYOND.sub(b"", text) for text in _LEVEL.findall(plain)
    ):
        # LibreOffice writes 一、 as 一? into the list, and as it was printed beside the paragraph
        printed = _PRINTED.sub(lambda match: b"{" + _RESET.sub(b"", match[1]) + b"}", plain)
        return _IN_LIST.sub(b"", printed)
    return plain


# ------------------------------------------------------------------------------------ Word 97 to 2003

_FLAGS, _TABLE_ONE = 0x0A, 0x0200
_FIELD_TABLES = (0x11A, 0x262)
"""Where the FIB says where the fields of the text, and of the text boxes, are listed ([MS-DOC] 2.5.6)."""
_BEGIN, _MARKS = 0x13, (0x13, 0x14, 0x15)
_UNKNOWN_FIELD = 0x02
"""A field type that Word reserves and LibreOffice knows nothing to do with but to show the result."""
_KEPT_TYPES = (49, 57, 71, 83)
"""EQ, SYMBOL, FORMCHECKBOX, FORMDROPDOWN ([MS-DOC] 2.9.90)."""


def plain_doc(content: bytes) -> bytes:
    """Return the Word binary with the types of its fields made unknown; as it is where it cannot be followed."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as compound:
            head = compound.openstream("WordDocument").read(_FIELD_TABLES[-1] + 8)
            (flags,) = struct.unpack_from("<H", head, _FLAGS)
            name = "1Table" if flags & _TABLE_ONE else "0Table"
            table = compound.openstream(name).read()
            places = _places(compound, name)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error):
        return content
    changed = bytearray(content)
    for at in _FIELD_TABLES:
        start, length = struct.unpack_from("<II", head, at) if len(head) >= at + 8 else (0, 0)
        count = (length - 4) // 6
        first = start + 4 * (count + 1)
        marks = table[first : first + 2 * count]
        if count <= 0 or len(marks) < 2 * count or any(m & 0x1F not in _MARKS for m in marks[::2]):
            continue
        for number in range(count):
            mark, kind = marks[2 * number : 2 * number + 2]
            if mark & 0x1F == _BEGIN and kind not in _KEPT_TYPES:
                where = places(first + 2 * number + 1)
                if where is None or where >= len(changed) or changed[where] != kind:
                    return content
                changed[where] = _UNKNOWN_FIELD
    return bytes(changed)


def _places(compound: olefile.OleFileIO, name: str) -> Callable[[int], int | None]:
    """Return the function from an offset in a stream to the offset in the file, None outside of it."""
    entry = next(kid for kid in compound.root.kids if kid.name == name)
    large, small = compound.sectorsize, compound.minisectorsize
    if entry.size >= compound.minisectorcutoff:
        chain = _chain(entry.isectStart, compound.fat)
        return lambda at: _within(chain, at, large, large)
    pieces = _chain(entry.isectStart, compound.minifat)
    holder = _chain(compound.root.isectStart, compound.fat)

    def place(at: int) -> int | None:
        inside = _within(pieces, at, small, 0)
        return None if inside is None else _within(holder, inside, large, large)

    return place


def _within(chain: list[int], at: int, size: int, header: int) -> int | None:
    index, rest = divmod(at, size)
    return header + chain[index] * size + rest if index < len(chain) else None


def _chain(first: int, links: Sequence[int]) -> list[int]:
    chain: list[int] = []
    sector = first
    while sector < len(links) and len(chain) <= len(links):
        chain.append(sector)
        sector = links[sector]
    return chain


# --------------------------------------------------------------------------------------- OpenDocument

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
_HREF = "{http://www.w3.org/1999/xlink}href"
_FIELD = re.compile(
    re.escape(_TEXT) + "(?:"
    "author-initials|author-name|bookmark-ref|chapter|character-count|conditional-text|"
    "creation-date|creation-time|creator|database-display|database-name|database-next|"
    "database-row-number|database-row-select|date|dde-connection|description|editing-cycles|"
    "editing-duration|expression|file-name|image-count|initial-creator|keywords|measure|"
    "modification-date|modification-time|note-ref|object-count|page-continuation|page-count|"
    "page-number|page-variable-get|page-variable-set|paragraph-count|placeholder|print-date|"
    "print-time|printed-by|reference-ref|sequence|sequence-ref|sheet-name|subject|table-count|"
    "table-formula|template-name|text-input|time|title|user-defined|user-field-get|"
    "user-field-input|variable-get|variable-input|variable-set|word-count)"
)
_DROPPED = frozenset({_TEXT + "section-source", _TEXT + "dde-connection-decls", _OFFICE + "scripts",
                      _OFFICE + "event-listeners", _OFFICE + "dde-source"})  # fmt: skip
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_OUTSIDE = frozenset(
    _DRAW + name for name in ("image", "object", "object-ole", "plugin", "applet", "floating-frame")
)
_RUNNING = ("Basic/", "Scripts/", "Dialogs/")
_PARTS = ("content.xml", "styles.xml")


def plain_odt(content: bytes, broken: str) -> bytes:
    """Return the ODT with fields and formulas turned into their text, without links, scripts and events.

    Raises ReadError for one that is damaged, encrypted or larger than `tasks.read.package` allows.
    """
    kept = io.BytesIO()
    with opened(content, broken) as package, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        manifest = package.part("META-INF/manifest.xml") if "META-INF/manifest.xml" in package.names else b""
        if b"encryption-data" in manifest:
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED)
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        for name in package.names:
            if name == "mimetype" or name.endswith("/") or name.startswith(_RUNNING):
                continue
            part = package.part(name)
            archive.writestr(name, _plain_part(package.xml(name)) if name in _PARTS else part)
    return kept.getvalue()


def _plain_part(root: etree._Element) -> bytes:
    for element in list(root.iter("*")):
        if element.tag in _DROPPED or element.get(_TEXT + "display") == "none":
            _drop(element)
            continue
        element.attrib.pop(_FORMULA, None)
        if _FIELD.fullmatch(element.tag):
            element.tag = _TEXT + "span"
            element.attrib.clear()
        link = element.get(_HREF)
        if link is not None and (":" in link or link.startswith(("/", "\\", ".."))):
            del element.attrib[_HREF]
            if element.tag in _OUTSIDE:  # without what it shows, LibreOffice refuses the whole document
                _drop(element)
    whole: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return whole


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        before = element.getprevious()
        if element.tail and before is not None:
            before.tail = (before.tail or "") + element.tail
        elif element.tail:
            parent.text = (parent.text or "") + element.tail
        parent.remove(element)
