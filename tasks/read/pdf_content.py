"""The characters of a PDF page read from its content stream, without pdfium: objects by pdfminer, the rest here.

This is the independent decoding behind the second reading. pdfminer's own interpreter reads a browser's print in
150 ms a page, most of it spent on rules and on fonts nobody asked for; here the operators that place text are
picked out, and a font is read when a string in it may reach a place that was asked for. Fonts and encodings out
of the common are left to pdfminer's font classes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psparser import literal_name

MOST_OPERATORS = 400_000  # of one page, with the forms it draws
MOST_MARKS = 60_000
LARGEST_STREAM = 40 << 20
DEEPEST_FORM = 6
DEEPEST_STATE = 200  # q within q
MOST_CODES = 70_000  # of one font
MIDDLE = 0.35  # of the type size: where the middle of a digit stands over its base line

UNKNOWN = "\ufffd"

Move = tuple[float, float, float, float, float, float]
_UNMOVED: Move = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_NAME = rb"/[^\s()<>\[\]{}/%]*+"
_STRING = rb"\((?:[^()\\]|\\[\s\S]|\((?:[^()\\]|\\[\s\S])*+\))*+\)"
_HEX = rb"<[0-9A-Fa-f\s]*+>"
_TOKEN = re.compile(
    rb"(?P<string>" + _STRING + rb"|" + _HEX + rb")"
    rb"|(?P<array>\[(?:" + _STRING + rb"|" + _HEX + rb"|[^\]()<>])*+\])"
    rb"|(?P<name>" + _NAME + rb")\s*+(?:(?P<size>[-+.\d]++)\s++(?P<font>Tf)\b|(?P<form>Do)\b)?"
    rb"|(?P<numbers>(?:[-+.\d]++\s++){0,6}+)(?P<operator>[A-Za-z'\"][A-Za-z0-9*]*+)"
    rb"|(?P<comment>%[^\r\n]*+)"
    rb"|(?P<open>\()"
)
_PART = re.compile(rb"(?P<string>" + _STRING + rb"|" + _HEX + rb")|(?P<number>[-+.\d]++)")
_QUOTED = re.compile(_STRING + rb"|" + _HEX)
_STEP = re.compile(rb"[-+.\d]++")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_ESCAPED = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_END_OF_IMAGE = re.compile(rb"\sEI(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Mark:
    """One character: the middle of it in points of the file (y upwards), its height, its text.

    The text is U+FFFD when the font does not say what the code means.
    """

    x: float
    y: float
    height: float
    text: str


class TooMuch(Exception):
    """A page with more in it than a report has."""


Asked = Callable[[float, float, float, float], bool]
"""Whether a stretch of text from (x, y) to (x, y), in points of the file, may reach a place of interest."""


def pages(content: bytes, wanted: Mapping[int, Asked]) -> Iterator[tuple[int, list[Mark]]]:
    """Yield each page whose number is in `wanted`, with the characters of the strings that are asked for.

    Raises TooMuch, and whatever pdfminer raises for a file it cannot read.
    """
    document = PDFDocument(PDFParser(io.BytesIO(content)), caching=True)
    fonts: dict[int, _Font] = {}
    last = max(wanted, default=0)
    for number, page in enumerate(PDFPage.create_pages(document), start=1):
        if number in wanted:
            reading = _Reading(fonts, wanted[number])
            data = b"\n".join(_data(stream) for stream in page.contents)
            resources: Mapping[Any, Any] = page.resources or {}
            reading.run(data, resources, _UNMOVED, 0)
            yield number, reading.marks
        if number >= last:
            return


def _data(stream: object) -> bytes:
    found = resolve1(stream)
    if not isinstance(found, PDFStream):
        return b""
    data: bytes = found.get_data()
    if len(data) > LARGEST_STREAM:
        raise TooMuch
    return data


def _times(one: Move, other: Move) -> Move:
    a, b, c, d, e, f = one
    A, B, C, D, E, F = other
    return a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F


def _bytes(token: bytes) -> bytes:
    """Return what a string token says: <0041> or (A\\)b)."""
    if token.startswith(b"<"):
        digits = bytes(c for c in token[1:-1] if c > 32)
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    if b"\\" not in token:
        return token[1:-1]
    return _ESCAPE.sub(
        lambda m: (
            bytes([int(m[1], 8) & 255]) if m[1][:1].isdigit() and m[1] < b"8" else _ESCAPED.get(m[1], m[1])
        ),
        token[1:-1],
    )


def _number(token: bytes) -> float:
    try:
        return float(token)
    except ValueError:  # 1.-2 and --3 are met; pdfium reads something else there and the readings differ
        return 0.0


@dataclass(slots=True)
class _State:
    move: Move
    font: _Font | None = None
    size: float = 0.0
    letter: float = 0.0
    word: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0

    def copied(self) -> _State:
        return _State(
            self.move,
            self.font,
            self.size,
            self.letter,
            self.word,
            self.stretch,
            self.leading,
            self.rise,
            self.mode,
        )


class _Reading:
    """Carries the state of a page's text from operator to operator."""

    def __init__(self, fonts: dict[int, _Font], asked: Asked) -> None:
        self.marks: list[Mark] = []
        self._fonts = fonts
        self._asked = asked
        self._passed: list[tuple[bytes, _State]] = []
        self._ahead = 0.0  # the farthest that the strings passed over can have gone
        self._operators = 0
        self._matrix = self._line = _UNMOVED

    def run(self, data: bytes, resources: Mapping[Any, Any], move: Move, depth: int) -> None:
        state = _State(move)
        named = resolve1(resources.get("Font")) or {}
        fonts: dict[bytes, _Font | None] = {}
        saved: list[_State] = []
        operand: bytes = b""
        position = 0
        while match := _TOKEN.search(data, position):
            position = match.end()
            self._operators += 1
            if self._operators > MOST_OPERATORS:
                raise TooMuch
            kind = match.lastgroup
            if kind in ("string", "array"):
                operand = match[0]
            elif kind == "font":
                name = match["name"]
                if name not in fonts:
                    fonts[name] = self._font(named, name)
                state.font, state.size = fonts[name], _number(match["size"])
            elif kind == "form":
                self._form(resources, match["name"], state, depth)
            elif kind == "open":
                return  # a string without an end
            elif kind == "operator":
                name = match["operator"]
                if name == b"q":
                    if len(saved) < DEEPEST_STATE:
                        saved.append(state.copied())
                elif name == b"Q":
                    state = saved.pop() if saved else state
                elif name == b"ID":
                    end = _END_OF_IMAGE.search(data, position)
                    if end is None:
                        return
                    position = end.end()
                elif name in _TEXT:
                    self._operate(name, [_number(n) for n in match["numbers"].split()], operand, state)

    def _operate(self, name: bytes, n: list[float], operand: bytes, state: _State) -> None:
        if name in (b"Tj", b"TJ"):
            self._show(operand, state)
        elif name == b"Td" and len(n) >= 2:
            self._go(n[-2], n[-1])
        elif name == b"TD" and len(n) >= 2:
            state.leading = -n[-1]
            self._go(n[-2], n[-1])
        elif name == b"Tm" and len(n) >= 6:
            self._at((n[0], n[1], n[2], n[3], n[4], n[5]))
        elif name == b"BT":
            self._at(_UNMOVED)
        elif name == b"cm" and len(n) >= 6:
            state.move = _times((n[0], n[1], n[2], n[3], n[4], n[5]), state.move)
        elif name == b"T*":
            self._go(0.0, -state.leading)
        elif name in (b"'", b'"'):
            if name == b'"' and len(n) >= 2:
                state.word, state.letter = n[-2], n[-1]
            self._go(0.0, -state.leading)
            self._show(operand, state)
        elif n:
            _set(state, name, n[-1])

    def _go(self, x: float, y: float) -> None:
        a, b, c, d, e, f = self._line
        self._at((a, b, c, d, e + x * a + y * c, f + x * b + y * d))

    def _at(self, matrix: Move) -> None:
        self._matrix = self._line = matrix
        self._passed.clear()  # how far they went matters no more
        self._ahead = 0.0

    def _show(self, operand: bytes, state: _State) -> None:
        """Read a string, or pass over it where it cannot reach any place that is asked for."""
        if state.font is None:
            return
        a, b, c, d, e, f = _times(self._matrix, state.move)
        up = MIDDLE * state.size + state.rise
        far = self._ahead + _longest(operand, state)
        x, y = up * c + e, up * d + f
        if not self._asked(x, y, x + far * a, y + far * b):
            self._passed.append((operand, state.copied()))
            self._ahead = far
            return
        for passed, then in self._passed:
            self._spell(passed, then)
        self._passed.clear()
        self._ahead = 0.0
        self._spell(operand, state)

    def _spell(self, operand: bytes, state: _State) -> None:
        upright = False
        if state.font is not None:
            state.font.prepare()
            upright = state.font.vertical
        if operand.startswith(b"["):
            for part in _PART.finditer(operand):
                if part["number"] is not None:
                    step = -_number(part["number"]) / 1000 * state.size * state.stretch
                    self._forward(step, upright)
                else:
                    self._string(_bytes(part["string"]), state)
        elif operand:
            self._string(_bytes(operand), state)

    def _string(self, text: bytes, state: _State) -> None:
        font = state.font
        if font is None:
            return
        size, stretch = state.size, state.stretch
        for code, character, width in font.characters(text):
            a, b, c, d, e, f = _times(self._matrix, state.move)
            if font.vertical:
                across, up, step = 0.0, -0.5 * size, -size + state.letter
            else:
                across, up = width * size * stretch / 2, MIDDLE * size + state.rise
                step = (
                    width * size + state.letter + (state.word if code == 32 and font.short else 0)
                ) * stretch
            if state.mode != 3 and not character.isspace():
                if len(self.marks) >= MOST_MARKS:
                    raise TooMuch
                height = abs(size) * max(abs(c), abs(d))
                self.marks.append(Mark(across * a + up * c + e, across * b + up * d + f, height, character))
            self._forward(step, font.vertical)

    def _forward(self, step: float, vertical: bool) -> None:
        a, b, c, d, e, f = self._matrix
        if vertical:
            self._matrix = (a, b, c, d, e + step * c, f + step * d)
        else:
            self._matrix = (a, b, c, d, e + step * a, f + step * b)

    def _font(self, named: Mapping[str, Any], name: bytes) -> _Font | None:
        reference = named.get(_named(name))
        if reference is None:
            return None
        key = reference.objid if isinstance(reference, PDFObjRef) else id(reference)
        if key not in self._fonts:
            self._fonts[key] = _Font(reference)
        return self._fonts[key]

    def _form(self, resources: Mapping[str, Any], name: bytes, state: _State, depth: int) -> None:
        form = resolve1((resolve1(resources.get("XObject")) or {}).get(_named(name)))
        if depth >= DEEPEST_FORM or not isinstance(form, PDFStream):
            return
        if literal_name(form.get("Subtype", "")) != "Form":
            return
        matrix = [float(n) for n in resolve1(form.get("Matrix")) or _UNMOVED]
        inner = resolve1(form.get("Resources")) or resources
        kept = self._matrix, self._line
        self.run(_data(form), inner, _times((*matrix,), state.move), depth + 1)  # type: ignore[arg-type]
        self._matrix, self._line = kept


def _longest(operand: bytes, state: _State) -> float:
    """Return how far a string can reach, were every byte of it a character as wide as high."""
    steps = 0.0
    if operand.startswith(b"["):
        codes = sum(_codes(quoted) for quoted in _QUOTED.findall(operand))
        steps = sum(abs(_number(part)) for part in _STEP.findall(_QUOTED.sub(b" ", operand))) / 1000
    else:
        codes = _codes(operand)
    each = abs(state.size) + abs(state.letter) + abs(state.word)
    return (codes * each + steps * abs(state.size)) * max(abs(state.stretch), 0.01)


def _codes(quoted: bytes) -> int:
    return (len(quoted) - 1) // 2 if quoted.startswith(b"<") else len(quoted) - 2


_TEXT = frozenset(
    (
        b"BT",
        b"Td",
        b"TD",
        b"Tm",
        b"T*",
        b"Tj",
        b"TJ",
        b"'",
        b'"',
        b"cm",
        b"Tc",
        b"Tw",
        b"Tz",
        b"TL",
        b"Ts",
        b"Tr",
    )
)


def _set(state: _State, name: bytes, value: float) -> None:
    if name == b"Tc":
        state.letter = value
    elif name == b"Tw":
        state.word = value
    elif name == b"Tz":
        state.stretch = value / 100
    elif name == b"TL":
        state.leading = value
    elif name == b"Ts":
        state.rise = value
    elif name == b"Tr":
        state.mode = int(value)


def _named(token: bytes) -> str:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), token[1:]).decode(
        "utf-8", "replace"
    )


@dataclass(slots=True)
class _Font:
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
            self._unicode = to_unicode(_data(stream))
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
