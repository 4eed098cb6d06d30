"""The characters of a PDF page read from its content stream, without pdfium: objects by pdfminer, the rest here.

This is the independent decoding behind the second reading. pdfminer's own interpreter reads a browser's print in
150 ms a page, most of it spent on rules and on fonts nobody asked for; here the operators that place text are
picked out, and a font is read when a string in it may reach a place that was asked for. Fonts and encodings out
of the common are left to pdfminer's font classes.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psparser import literal_name

from tasks.read.pdf_fonts import Font, TooMuch, data_of

_log = logging.getLogger("hecha")

MOST_OPERATORS = 400_000  # of one page, with the forms it draws
MOST_MARKS = 60_000
DEEPEST_FORM = 6
DEEPEST_STATE = 200  # q within q
SLANT = 0.18  # ten degrees; what climbs more is a watermark
MIDDLE = 0.35  # of the type size: where the middle of a digit stands over its base line


Move = tuple[float, float, float, float, float, float]
_UNMOVED: Move = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_NAME = rb"/[^\s()<>\[\]{}/%]*+"
_STRING = rb"\((?:[^()\\]|\\[\s\S]|\((?:[^()\\]|\\[\s\S])*+\))*+\)"
_HEX = rb"<[0-9A-Fa-f\s]*+>"
_TOKEN = re.compile(
    rb"(?P<string>" + _STRING + rb"|" + _HEX + rb")"
    rb"|(?P<array>\[(?:" + _STRING + rb"|" + _HEX + rb"|[^\[\]()<>])*+\])"
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


Asked = Callable[[float, float, float, float], bool]
"""Whether a stretch of text from (x, y) to (x, y), in points of the file, may reach a place of interest."""


def pages(content: bytes, wanted: Mapping[int, Asked]) -> Iterator[tuple[int, list[Mark]]]:
    """Yield each page whose number is in `wanted`, with the characters of the strings that are asked for.

    A page that cannot be read is passed over. Raises what pdfminer raises for a file without pages.
    """
    document = PDFDocument(PDFParser(io.BytesIO(content)), caching=True)
    fonts: dict[int, Font] = {}
    last = max(wanted, default=0)
    for number, page in enumerate(PDFPage.create_pages(document), start=1):
        if number in wanted:
            reading = _Reading(fonts, wanted[number])
            try:
                data = b"\n".join(data_of(stream) for stream in page.contents)
                resources: Mapping[Any, Any] = page.resources or {}
                reading.run(data, resources, _UNMOVED, 0)
            except Exception as error:  # pdfminer raises anything on broken objects
                _log.warning("the content of page %d could not be read: %r", number, error)
            else:
                yield number, reading.marks
        if number >= last:
            return


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
    font: Font | None = None
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

    def __init__(self, fonts: dict[int, Font], asked: Asked) -> None:
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
        fonts: dict[bytes, Font | None] = {}
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
            along, aslant = max(abs(a), abs(b)), min(abs(a), abs(b))
            if state.mode != 3 and aslant <= SLANT * along and not character.isspace():
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

    def _font(self, named: Mapping[str, Any], name: bytes) -> Font | None:
        reference = named.get(_named(name))
        if reference is None:
            return None
        key = reference.objid if isinstance(reference, PDFObjRef) else id(reference)
        if key not in self._fonts:
            self._fonts[key] = Font(reference)
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
        self.run(data_of(form), inner, _times((*matrix,), state.move), depth + 1)  # type: ignore[arg-type]
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
