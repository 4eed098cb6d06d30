"""Text as a document can hold it."""

from __future__ import annotations

import re

CELL_LIMIT = 32_767
"""Characters that a cell of a spreadsheet takes."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that let a text read otherwise than it is written."""
_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
_ODD = re.compile("|".join((_FORBIDDEN.pattern, _DIRECTION.pattern, _BREAKS.pattern)))


def clean(text: str) -> str:
    """Return `text` without what XML forbids and without what changes the direction of reading."""
    if not _ODD.search(text):
        return text
    return _FORBIDDEN.sub("", _DIRECTION.sub("", _BREAKS.sub("\n", text)))


def cell_text(text: str) -> str:
    """Return `text` as a spreadsheet's cell can hold it; what is cut off is said."""
    whole = clean(text)
    return whole if len(whole) <= CELL_LIMIT else whole[: CELL_LIMIT - 6] + "……（略）"


_UNSAFE = re.compile(r'[\\/:*?"<>|\s\x00-\x1f.]+')


def file_name(*parts: str, suffix: str, longest: int = 80) -> str:
    """Return a file name of these parts that every system takes: ``映溪区教育局_2023年度_问题清单.xlsx``."""
    kept = (_UNSAFE.sub("", clean(part)) for part in parts)
    return ("_".join(part for part in kept if part)[:longest] or "文书") + suffix
