"""Word documents saved as one XML file, packed as the docx they stand for.

Two forms carry the suffix doc or xml: a docx laid out flat, and WordprocessingML of Word 2003. LibreOffice 7.4
reads the second badly (inserted text lost, hidden text shown, merged cells torn), and its elements are nearly
those of docx.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile

from lxml import etree

from models.errors import ErrorKind, ReadError
from tasks.read.docx_numbering import W
from tasks.read.package import BOMB, LARGEST_PART, LARGEST_TOTAL, MOST_PARTS, parse

_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_WORD_2003 = b"http://schemas.microsoft.com/office/word/2003/wordml"
_AML = "{http://schemas.microsoft.com/aml/2001/core}"
_HINT = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
_CHANGES = {"Word.Insertion": W + "ins", "Word.Deletion": W + "del"}
_RENAMED = {W + "vmerge": W + "vMerge", W + "hmerge": W + "hMerge"}
_ELSEWHERE = frozenset({W + "footnote", W + "endnote", W + "hdr", W + "ftr"})
_HOLDERS = frozenset(W + name for name in ("body", "tbl", "tr", "tc", "customXml", "txbxContent"))
_PRIVATE_USE = ("\ue000", "\uf8ff")


def packed(content: bytes, broken: str) -> bytes:
    """Return the docx that a Word XML file stands for. Raises ReadError, with `broken` for a damaged one."""
    if len(content) > LARGEST_PART:
        raise ReadError(ErrorKind.TOO_LARGE, BOMB)
    try:
        root = parse(content.replace(_WORD_2003, W[1:-1].encode()))
        parts = _flat(root) if root.tag == _PKG + "package" else _word_2003(root)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
    except (etree.XMLSyntaxError, binascii.Error, ValueError) as error:
        raise ReadError(ErrorKind.UNREADABLE, broken) from error
    return made.getvalue()


def _flat(package: etree._Element) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    for part in package.iterfind(_PKG + "part"):
        xml, binary = part.find(f"{_PKG}xmlData/*"), part.findtext(_PKG + "binaryData")
        name = (part.get(_PKG + "name") or "").lstrip("/")
        parts[name] = _bytes(xml) if xml is not None else base64.b64decode(binary or "")
        if len(parts) > MOST_PARTS or sum(map(len, parts.values())) > LARGEST_TOTAL:
            raise ReadError(ErrorKind.TOO_LARGE, BOMB)
    return parts


def _word_2003(root: etree._Element) -> dict[str, bytes]:
    body, styles = root.find(W + "body"), root.find(W + "styles")
    if body is None:
        raise ValueError("no body")
    for element in list(body.iter("*")):
        parent = element.getparent()
        if element.tag in _RENAMED:
            element.tag = _RENAMED[element.tag]
        elif element.tag in _ELSEWHERE:
            element.clear(keep_tail=True)
        elif element.tag == _AML + "annotation":
            kind = element.get(W + "type") or ""
            if kind in _CHANGES:
                element.tag = _CHANGES[kind]
            elif kind.startswith("Word.Comment"):
                element.clear(keep_tail=True)
        elif element.tag == _AML + "content" and parent is not None and parent.tag in _CHANGES.values():
            element.tag = W + "customXml"
        elif element.tag == W + "listPr":
            _say_number(element)
        elif not element.tag.startswith(W) and parent is not None and parent.tag in _HOLDERS:
            element.tag = W + "customXml"
    document = etree.Element(W + "document")
    document.append(body)
    parts = {"word/document.xml": _bytes(document)}
    return parts if styles is None else parts | {"word/styles.xml": _bytes(styles)}


def _say_number(properties: etree._Element) -> None:
    """Write the number that Word kept as it was printed in front of its paragraph; a bullet is left out."""
    hint, own = properties.find(_HINT + "t"), properties.getparent()
    text = (hint.get(_HINT + "val") or "") if hint is not None else ""
    if not text or own is None or own.getparent() is None or _PRIVATE_USE[0] <= text[0] <= _PRIVATE_USE[1]:
        return
    run = etree.Element(W + "r")
    etree.SubElement(run, W + "t").text = text
    own.addnext(run)


def _bytes(element: etree._Element) -> bytes:
    made: bytes = etree.tostring(element, encoding="UTF-8", with_tail=False)
    return made
