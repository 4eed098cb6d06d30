"""Markup that a page holds as text: in strings of its scripts, in JSON, in text fields. Decoded, never run."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

_LITERAL = re.compile(
    r"\"((?:[^\"\\\n]|\\.)*)\"?|"
    r"'((?:[^'\\\n]|\\.)*)'?|"
    r"`((?:[^`\\]|\\.)*)`?",
    re.S,
)
"""A literal without its end counts as one: what was looked through once is not looked through again."""

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))", re.S)
_PERCENT = re.compile(r"%u([0-9a-fA-F]{4})")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "\n", "v": "\n", "0": ""}
_MARK = re.compile(r"<\s*(?:table|p|div)\b", re.I)
_MAY_HOLD = re.compile(r"(?:<|\\u003c|\\x3c|&lt;|%3c)\s*(?:table|p|div)\b", re.I)
_HOLDERS = ("script", "textarea", "xmp", "noscript", "plaintext")
MOST = 40
"""So many pieces of a page are looked at."""


def embedded(root: etree._Element) -> list[str]:
    """Return the markup held as text, the pieces that are most likely the article first."""
    found: list[str] = []
    for element in root.iter(*_HOLDERS):
        text = "".join(element.itertext())
        if not _MAY_HOLD.search(text):
            continue
        if element.tag == "script":
            found.extend(in_script(text))
        else:
            found.extend(_markup(text))
    for frame in root.iter("iframe"):
        found.extend(_markup(frame.get("srcdoc") or ""))
    return sorted(found, key=len, reverse=True)[:MOST]


def in_script(text: str) -> list[str]:
    """Return the markup in the string literals of a script or of JSON, each and all put together."""
    pieces = [unescaped(next(filter(None, literal.groups()), "")) for literal in _LITERAL.finditer(text)]
    found = [markup for piece in pieces for markup in _markup(piece)]
    written = [piece for piece in pieces if "<" in piece]
    if len(written) > 1:
        found.append("".join(written))
    return found


def unescaped(literal: str) -> str:
    """Return what a string literal says, its escapes written out."""
    if "\\" not in literal:
        return literal
    text = _ESCAPE.sub(_character, literal)
    # characters beyond the first plane are written as two escapes
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(escape: re.Match[str]) -> str:
    braced, four, two, continued, single = escape.groups()
    code = braced or four or two
    if code:
        value = int(code, 16)
        return chr(value) if value < 0x110000 else "\ufffd"
    if continued:
        return ""
    return _PLAIN.get(single, single)


def _markup(text: str) -> Iterator[str]:
    if not _MARK.search(text):
        if "%3c" in text[:2000].lower():
            text = unquote(_PERCENT.sub(lambda m: chr(int(m.group(1), 16)), text))
        if "&lt;" in text:
            text = html.unescape(text)
    if _MARK.search(text):
        yield text
