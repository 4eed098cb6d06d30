"""What a spreadsheet shows for a number: the common number formats of counts and amounts of money."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_QUOTED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_NUMBER = re.compile(r"[#0?,]*[#0?](?:\.[0#?]+)?")
_DATE = re.compile(r"[ymdhs]", re.I)


def shown(value: float | int, code: str) -> str | None:
    """Return the text that number format `code` shows for `value`; None for a format that is not known here.

    Sections for positive, negative and zero, thousands separators, decimals, percent and literal text are.
    """
    if code in ("", "General", "@", "G/通用格式"):
        return plain(value)
    sections = code.split(";")
    section = sections[0]
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if value < 0 and len(sections) > 1:
        section, number = sections[1], -number
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    literal = _QUOTED.sub(lambda match: match.group(1) or match.group(2) or "", section)
    pattern = _QUOTED.sub("", section)
    figures = _NUMBER.search(pattern)
    if figures is None:
        return literal.strip() if not _DATE.search(pattern) else None
    rest = pattern[: figures.start()] + pattern[figures.end() :]
    if rest.strip(" ()+-%元￥¥$件") or figures.group().endswith(","):
        return None
    if "%" in rest:
        number *= 100
    whole, _, decimals = figures.group().partition(".")
    exact = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    text = f"{exact:,f}" if "," in whole else f"{exact:f}"
    if "." in text:
        least = decimals.count("0")
        head, _, tail = text.partition(".")
        while len(tail) > least and tail.endswith("0"):
            tail = tail[:-1]
        text = f"{head}.{tail}" if tail else head
    digits = _NUMBER.search(literal)
    return literal.replace(digits.group(), text, 1).strip() if digits else None


def plain(value: float | int) -> str:
    """Return a number as the general format shows it: no more digits than it has."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{Decimal(repr(value)):f}"
