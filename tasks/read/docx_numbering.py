"""Automatic numbers of Word (一、 （一） 1.), which a docx describes and does not store ([ECMA-376] 17.9).

Styles are read here too: a paragraph's number, its heading level and whether its text is hidden may each come
from a style, or from one that the style is based on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = W + "val"
_DEEPEST = 9
_LONGEST_CHAIN = 20
"""Styles based on one another: a file may make a ring of them."""

_DIGITS = "〇一二三四五六七八九"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_THOUSAND = ("chineseCountingThousand", "taiwaneseCountingThousand", "japaneseCounting", "taiwaneseCounting",
             "chineseCounting")  # fmt: skip
_DIGITAL = ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital")
_BY_DIGITS_FROM_HUNDRED = ("chineseCounting", "taiwaneseCounting", "japaneseCounting")
_ROMAN = tuple(zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
                   ["m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"], strict=True))  # fmt: skip
_SETS = {
    "decimalEnclosedCircle": (0x2460, 20),
    "decimalEnclosedCircleChinese": (0x2460, 20),
    "decimalEnclosedParen": (0x2474, 20),
    "decimalEnclosedFullstop": (0x2488, 20),
    "ideographEnclosedCircle": (0x3280, 10),
}


def on(element: etree._Element | None) -> bool | None:
    """Return what an on/off property says; None where it is not there."""
    return None if element is None else element.get(_VAL, "true") not in ("0", "false", "off")


def whole(element: etree._Element | None, default: int, largest: int = 10_000) -> int:
    """Return the whole number of a property, at most `largest`; `default` where there is none."""
    text = element.get(_VAL) if element is not None else None
    return (
        min(int(text), largest) if text and text.isascii() and text.isdigit() and len(text) < 12 else default
    )


class Styles:
    """The styles of a docx by their ids; what they set is found through the styles they are based on."""

    def __init__(self, styles: etree._Element | None) -> None:
        found = styles.findall(W + "style") if styles is not None else []
        self._styles = {style.get(W + "styleId"): style for style in found}
        self._default = next(
            (s for s in found if s.get(W + "type") == "paragraph" and s.get(W + "default") in ("1", "true")),
            None,
        )

    def chain(self, name: str | None) -> Iterator[etree._Element]:
        """Yield a style and those it is based on."""
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(name) if name is not None else None
            if style is None:
                return
            yield style
            based = style.find(W + "basedOn")
            name = based.get(_VAL) if based is not None else None

    def of(self, paragraph: etree._Element) -> Iterator[etree._Element]:
        """Yield the styles of a paragraph, the nearest first."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        if named is not None:
            yield from self.chain(named.get(_VAL))
        elif self._default is not None:
            yield self._default

    def heading_level(self, paragraph: etree._Element) -> int | None:
        """Return the outline level that the paragraph or its style sets, from 1; None for body text."""
        for holder in (paragraph, *self.of(paragraph)):
            outline = holder.find(f"{W}pPr/{W}outlineLvl")
            if outline is not None:
                level = whole(outline, _DEEPEST)
                return level + 1 if level < _DEEPEST else None
        return None

    def hidden(self, run: etree._Element, paragraph: etree._Element | None) -> bool:
        """Say whether a run is hidden text, by itself or by a style."""
        own = run.find(f"{W}rPr/{W}rStyle")
        holders = [run, *self.chain(own.get(_VAL) if own is not None else None)]
        if paragraph is not None:
            holders += self.of(paragraph)
        for holder in holders:
            said = on(holder.find(f"{W}rPr/{W}vanish"))
            if said is not None:
                return said
        return False


class Numbering:
    """Counts along the document: `label` is to be called once for each paragraph, in order."""

    def __init__(self, numbering: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._levels: dict[str, dict[int, etree._Element]] = {}
        self._lists: dict[str, tuple[str, dict[int, int], dict[int, etree._Element]]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[str] = set()
        linked: dict[str, str] = {}
        for abstract in numbering.findall(W + "abstractNum") if numbering is not None else ():
            name = abstract.get(W + "abstractNumId") or ""
            self._levels[name] = {_at(level): level for level in abstract.findall(W + "lvl")}
            if (link := abstract.find(W + "numStyleLink")) is not None:
                linked[name] = link.get(_VAL) or ""
        for number in numbering.findall(W + "num") if numbering is not None else ():
            abstract_id = number.find(W + "abstractNumId")
            if abstract_id is None:
                continue
            starts: dict[int, int] = {}
            own: dict[int, etree._Element] = {}
            for override in number.findall(W + "lvlOverride"):
                if (level := override.find(W + "lvl")) is not None:
                    own[_at(override)] = level
                if (start := override.find(W + "startOverride")) is not None:
                    starts[_at(override)] = whole(start, 1)
            self._lists[number.get(W + "numId") or ""] = (abstract_id.get(_VAL) or "", starts, own)
        for name, style in linked.items():  # a list that is described by the list of a style
            for holder in styles.chain(style):
                named = holder.find(f"{W}pPr/{W}numPr/{W}numId")
                if named is not None and (target := self._lists.get(named.get(_VAL) or "")) is not None:
                    self._levels[name] = self._levels.get(target[0], {})
                    break

    def label(self, paragraph: etree._Element) -> str:
        """Return the number that Word prints before a paragraph, "" for none (or for a mere bullet)."""
        number, level = self._place(paragraph)
        if number is None or number not in self._lists:
            return ""
        abstract, starts, own = self._lists[number]
        levels = self._levels.get(abstract, {}) | own
        definition = levels.get(level)
        if definition is None:
            return ""
        counts = self._counts.setdefault(abstract, {})
        if number not in self._started:
            self._started.add(number)
            counts |= {overridden: start - 1 for overridden, start in starts.items()}
        counts[level] = counts.get(level, _start(definition) - 1) + 1
        for deeper in [k for k in counts if k > level]:
            restart = whole(levels[deeper].find(W + "lvlRestart"), deeper) if deeper in levels else deeper
            if level < restart:
                del counts[deeper]
        pattern = definition.find(W + "lvlText")
        text = (pattern.get(_VAL) or "") if pattern is not None else ""
        if _form(definition) == "bullet":
            return ""
        legal = on(definition.find(W + "isLgl")) is True

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            of = levels.get(at)
            count = counts.get(at, _start(of) if of is not None else 1)
            return format_number("decimal" if legal or of is None else _form(of), count)

        return re.sub(r"%([1-9])", shown, text)

    def _place(self, paragraph: etree._Element) -> tuple[str | None, int]:
        """Return (numId, level) of a paragraph, each from the nearest that sets it."""
        number: str | None = None
        level: int | None = None
        for holder in (paragraph, *self._styles.of(paragraph)):
            properties = holder.find(f"{W}pPr/{W}numPr")
            if properties is None:
                continue
            named, at = properties.find(W + "numId"), properties.find(W + "ilvl")
            if level is None and at is not None:
                level = whole(at, 0)
            if named is not None:
                number = named.get(_VAL)
                if level is None and holder is not paragraph and number is not None:
                    level = self._level_of_style(number, holder.get(W + "styleId"))
                break
        return number, level or 0

    def _level_of_style(self, number: str, style: str | None) -> int | None:
        abstract, _, own = self._lists.get(number, ("", {}, {}))
        for at, level in (self._levels.get(abstract, {}) | own).items():
            named = level.find(W + "pStyle")
            if named is not None and named.get(_VAL) == style:
                return at
        return None


def _at(element: etree._Element) -> int:
    text = element.get(W + "ilvl") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _start(definition: etree._Element) -> int:
    return whole(definition.find(W + "start"), 1)


def _form(definition: etree._Element) -> str:
    form = next(definition.iter(W + "numFmt"), None)
    return (form.get(_VAL) or "decimal") if form is not None else "decimal"


def format_number(form: str, count: int) -> str:
    """Return a list number as Word prints it (ST_NumberFormat, [ECMA-376] 17.18.59); decimal where not known."""
    if form in ("bullet", "none"):
        return ""
    if form in _SETS:
        first, size = _SETS[form]
        return chr(first + count - 1) if 1 <= count <= size else str(count)
    if form in _THOUSAND:
        if not 0 <= count < (100 if form in _BY_DIGITS_FROM_HUNDRED else 10_000):
            return str(count)
        return _counted(count, "零" + _DIGITS[1:], "十百千")
    if form in _DIGITAL:
        return "".join(_DIGITS[int(digit)] for digit in str(count))
    if form in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return _counted(count, _FORMAL, "拾佰仟", bare_ten=False) if 0 <= count < 10_000 else str(count)
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(0xFF10 + int(digit)) for digit in str(count))
    if form == "ideographTraditional":
        return _STEMS[count - 1] if 1 <= count <= len(_STEMS) else str(count)
    if form == "ideographZodiac":
        return _BRANCHES[count - 1] if 1 <= count <= len(_BRANCHES) else str(count)
    if form in ("upperRoman", "lowerRoman"):
        roman = _roman(count)
        return roman.upper() if form == "upperRoman" else roman
    if form in ("upperLetter", "lowerLetter") and 1 <= count <= 780:
        turns, letter = divmod(count - 1, 26)
        return chr((65 if form == "upperLetter" else 97) + letter) * (turns + 1)
    return f"{count:02d}" if form == "decimalZero" else str(count)


def _counted(count: int, digits: str, units: str, bare_ten: bool = True) -> str:
    """Return a number under ten thousand in words: 十二, 二十, 一百零五, 一百一十."""
    if count == 0:
        return digits[0]
    text = ""
    figures = str(count)
    for place, figure in enumerate(figures):
        power = len(figures) - 1 - place
        if figure != "0":
            text += digits[int(figure)] + (units[power - 1] if power else "")
        elif text and not text.endswith(digits[0]) and figures[place:].strip("0"):
            text += digits[0]
    return text[1:] if bare_ten and 10 <= count < 20 else text


def _roman(count: int) -> str:
    if not 1 <= count < 4000:
        return str(count)
    text = ""
    for value, letters in _ROMAN:
        times, count = divmod(count, value)
        text += letters * times
    return text
