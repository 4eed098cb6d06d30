"""What the codes of a PDF's fonts mean and how wide they are, for `tasks.read.pdf_content`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import literal_name

LARGEST_STREAM = 8 << 20
MOST_CODES = 70_000  # of one font
UNKNOWN = "\ufffd"


class TooMuch(Exception):
    """A page with more in it than a report has."""


def data_of(stream: object) -> bytes:
    """Return what a stream holds, unpacked; nothing for what is no stream. Raises TooMuch."""
    found = resolve1(stream)
    if not isinstance(found, PDFStream):
        return b""
    data: bytes = found.get_data()
    if len(data) > LARGEST_STREAM:
        raise TooMuch
    return data


@dataclass(slots=True)
class Font:
    """What the codes of a font mean and how wide they are; read when the first string asks for it."""

    reference: object
    spec: Mapping[str, Any] = field(default_factory=dict)
    vertical: bool = False
    short: bool = True
    _unicode: dict[int, str] = field(default_factory=dict)
    _widths: dict[int, float] = field(default_factory=dict)
    _usual: float = 0.0
    _full: PDFFont | None = None
    _seen: dict[int, tuple[str, float]] = field(default_factory=dict)
    _plain: bool = True
    _ready: bool = False

    def prepare(self) -> None:
        """Read the font's dictionary. Raises what pdfminer raises."""
        if self._ready:
            return
        self._ready = True
        found = resolve1(self.reference)
        self.spec = found if isinstance(found, dict) else {}
        kind = literal_name(resolve1(self.spec.get("Subtype")) or "")
        stream = resolve1(self.spec.get("ToUnicode"))
        if isinstance(stream, PDFStream):
            self._unicode = to_unicode(data_of(stream))
        if kind == "Type0":
            self.short = False
            encoding = resolve1(self.spec.get("Encoding"))
            name = "" if isinstance(encoding, PDFStream) else literal_name(encoding or "")
            self._plain = name == "Identity-H" and bool(self._unicode)
            self.vertical = name.endswith("-V") or name == "V"
            below = resolve1((resolve1(self.spec.get("DescendantFonts")) or [{}])[0]) or {}
            self._usual = float(resolve1(below.get("DW", 1000))) / 1000
            self._widths = _cid_widths(resolve1(below.get("W")) or [])
        else:
            self._plain = bool(self._unicode)
            scale = 0.001
            if kind == "Type3":
                scale = float((resolve1(self.spec.get("FontMatrix")) or [0.001])[0])
            first = int(resolve1(self.spec.get("FirstChar", 0)) or 0)
            widths = resolve1(self.spec.get("Widths")) or []
            self._widths = {first + i: float(resolve1(w)) * scale for i, w in enumerate(widths[:256])}
            if not widths:
                self._plain = False  # one of the fourteen that every viewer knows

    def characters(self, text: bytes) -> Iterator[tuple[int, str, float]]:
        """Yield (code, text, width in type sizes) of each character of a string."""
        codes: Sequence[int]
        if self.short:
            codes = text
        elif self._plain:
            codes = [text[i] << 8 | text[i + 1] for i in range(0, len(text) - 1, 2)]
        else:
            codes = list(self._whole().decode(text))
        for code in codes:
            known = self._seen.get(code)
            if known is None:
                known = self._seen[code] = self._character(code)
            yield code, *known

    def _character(self, code: int) -> tuple[str, float]:
        width = self._widths.get(code)
        if width is None:
            width = self._usual if not self.short or self._widths else self._whole().char_width(code)
        text = self._unicode.get(code)
        if text is None:
            try:
                text = self._whole().to_unichr(code)
            except (PDFUnicodeNotDefined, KeyError, ValueError):
                text = ""
        return text or UNKNOWN, width

    def _whole(self) -> PDFFont:
        if self._full is None:
            self._full = PDFResourceManager().get_font(0, self.spec)
        return self._full


def _cid_widths(listed: Sequence[Any]) -> dict[int, float]:
    """Read the W array of a composite font: c [w1 w2 …] or first last w."""
    widths: dict[int, float] = {}
    numbers: list[float] = []
    for item in listed[:MOST_CODES]:
        item = resolve1(item)
        if isinstance(item, list):
            if numbers:
                start = int(numbers[-1])
                widths.update((start + i, float(resolve1(w)) / 1000) for i, w in enumerate(item[:MOST_CODES]))
            numbers = []
        else:
            numbers.append(float(item))
            if len(numbers) == 3:
                first, last = int(numbers[0]), min(int(numbers[1]), int(numbers[0]) + MOST_CODES)
                if len(widths) < MOST_CODES:
                    widths.update(dict.fromkeys(range(first, last + 1), numbers[2] / 1000))
                numbers = []
    return widths


_SECTION = re.compile(rb"beginbf(char|range)([\s\S]*?)endbf")
_PAIR = re.compile(rb"<\s*([0-9A-Fa-f\s]{1,8})>\s*<([0-9A-Fa-f\s]{1,200})>")
_RANGE = re.compile(
    rb"<\s*([0-9A-Fa-f\s]{1,8})>\s*<\s*([0-9A-Fa-f\s]{1,8})>\s*(?:<([0-9A-Fa-f\s]{1,200})>|\[([^\]]*)\])"
)
_ITEM = re.compile(rb"<([0-9A-Fa-f\s]{1,200})>")


def to_unicode(cmap: bytes) -> dict[int, str]:
    """Read a ToUnicode CMap: code to text."""
    found: dict[int, str] = {}
    for section in _SECTION.finditer(cmap):
        if section[1] == b"char":
            for code, text in _PAIR.findall(section[2]):
                found[int(code.replace(b" ", b""), 16)] = _utf16(text)
            continue
        for low, high, start, listed in _RANGE.findall(section[2]):
            first, last = int(low.replace(b" ", b""), 16), int(high.replace(b" ", b""), 16)
            if last - first > 0xFFFF or len(found) > MOST_CODES:
                continue
            if listed:
                found.update(
                    (first + i, _utf16(text))
                    for i, text in enumerate(_ITEM.findall(listed)[: last - first + 1])
                )
            else:
                head = _utf16(start)
                if head:
                    found.update(
                        (first + i, head[:-1] + chr(ord(head[-1]) + i))
                        for i in range(last - first + 1)
                        if ord(head[-1]) + i < 0x110000
                    )
    return found


def _utf16(digits: bytes) -> str:
    code = bytes(c for c in digits if c > 32)
    if len(code) % 4:
        code = code.rjust(len(code) + (-len(code)) % 4, b"0")
    return bytes.fromhex(code.decode("ascii")).decode("utf-16-be", "replace")
