"""What a spreadsheet shows for a number: the common number formats of counts and amounts of money."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
            13: "# ??/??", **dict.fromkeys(range(14, 23), "yyyy/m/d"), 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
            39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 41: '#,##0;-#,##0;"-"', 42: '#,##0;-#,##0;"-"',
            43: '#,##0.00;-#,##0.00;"-"??', 44: '#,##0.00;-#,##0.00;"-"??', 48: "##0.0E+0", 49: "@",
            **dict.fromkeys(range(45, 48), "mm:ss")}  # fmt: skip
"""The formats that files name by number only (ECMA-376, 18.8.30)."""


def built_in(number: int) -> str:
    """Return the format that a file names by number; one that depends on the country as a format not known."""
    return BUILT_IN.get(number, f"内置格式{number}" if number else "")


GENERAL = ("", "General", "@", "G/通用格式", "GENERAL")
LONGEST_CODE = 255
_DIGITS_OF_GENERAL = 10
"""Digits that the general format shows of a broken number, at most."""
_COLOUR = re.compile(
    r"\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+|颜色 ?\d+|[黑蓝青绿红白黄]色?)\]", re.I
)
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_FIGURES = re.compile(r"[#0?,]*[#0?](?:\.[0#?]+)?")
_UNITS = " ()+-%元￥¥$件"
_PLAIN = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?)\s*(?:万元|元|[件条个宗次项份])?")


def shown(value: float | int, code: str) -> str | None:
    """Return the text that number format `code` shows for `value`; None for a format that is not known here.

    Known are: sections for positive, negative and zero, thousands separators, decimals, percent, literal text.
    """
    if code in GENERAL:
        return plain(value)
    if len(code) > LONGEST_CODE:
        return None
    sections = _sections(_CURRENCY.sub(lambda match: f'"{match.group(1)}"', _COLOUR.sub("", code)))
    section, number = sections[0], Decimal(repr(value))
    if value < 0 and len(sections) > 1:
        section, number = sections[1], -number
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    literals = [match.group(1) or match.group(2) or "" for match in _LITERAL.finditer(section)]
    pattern = _LITERAL.sub("\x00", section)
    if pattern.replace("\x00", "").strip() in GENERAL[1:]:
        figures, text = pattern.replace("\x00", "").strip(), plain(abs(value))
        sign = "-" if value < 0 and len(sections) == 1 else ""
        return sign + _filled(pattern.replace(figures, "\x01", 1), literals, text)
    if not number and not set(pattern) & {"#", "0"}:
        pattern = pattern.replace("?", "")  # room for digits that a zero does not fill
    found = _FIGURES.search(pattern)
    if found is None:
        return None if pattern.replace("\x00", "").strip(" -") else _filled(pattern, literals, "")
    rest = pattern[: found.start()] + pattern[found.end() :]
    if rest.replace("\x00", "").strip(_UNITS) or found.group().endswith(","):
        return None
    if "%" in rest:
        number *= 100
    whole, _, decimals = found.group().partition(".")
    try:
        exact = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    except InvalidOperation:
        return None
    text = f"{exact:,f}" if "," in whole else f"{exact:f}"
    if not exact:
        text = text.lstrip("-")
    if "0" not in whole and text.startswith("0"):
        return None  # a format that leaves out the nought: .5
    least = len(decimals.rstrip("#?"))
    if decimals:
        head, _, tail = text.partition(".")
        while len(tail) > least and tail.endswith("0"):
            tail = tail[:-1]
        text = f"{head}.{tail}" if tail else head
    if len(text.partition(".")[0].replace(",", "").lstrip("-")) < whole.count("0"):
        return None  # leading noughts: 007
    return _filled(pattern[: found.start()] + "\x01" + pattern[found.end() :], literals, text)


def _sections(code: str) -> list[str]:
    """Cut a format at its semicolons, those in quotes left alone."""
    pieces = re.findall(r'(?:"[^"]*"|\\.|[^;"\\]|["\\])+|;', code)
    sections = [""]
    for piece in pieces:
        if piece == ";":
            sections.append("")
        else:
            sections[-1] += piece
    return sections


def _filled(pattern: str, literals: list[str], text: str) -> str:
    """Put literal text and the figures back into a section."""
    left = iter(literals)
    return "".join(text if c == "\x01" else next(left, "") if c == "\x00" else c for c in pattern).strip()


def plain(value: float | int) -> str:
    """Return a number as the general format shows it: no more digits than it has, and at most ten of a fraction."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{Decimal(f'{value:.{_DIGITS_OF_GENERAL}g}'):f}"


def doubt(value: float | int, text: str) -> str | None:
    """Return the stored number where what is shown says another, or none; None where both agree.

    Rounding to the decimals shown agrees, and a unit behind the number; a fraction shown as a whole number, 0 shown
    as “-”, percent and currency do not.
    """
    match = _PLAIN.fullmatch(text.strip())
    if match is None:
        return plain(value)
    digits = match.group(1).replace(",", "")
    seen, stored = Decimal(digits), Decimal(repr(value))
    decimals = len(digits.partition(".")[2])
    if seen == stored or (decimals and abs(seen - stored) * 2 <= Decimal(1).scaleb(-decimals)):
        return None
    return plain(value)
