"""How the words a finding rests on are put into its sentence."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Row
from models.results import Passage

_PARTS = {
    "title": "标题",
    "intro": "前言",
    "overview": "第一部分",
    "proactive": "第二部分",
    "requests": "第三部分",
    "disputes": "第四部分",
    "problems": "第五部分",
    "other": "第六部分",
    "extra": "统一格式之外的部分",
    "signature": "落款",
}
_LONGEST = 50
RETYPED = ("txt", "markdown", "pdf", "ofd", "picture")
"""Formats in which a single character may have been lost or changed on the way to us."""


def part(row: Row) -> str:
    """Return the name of the part a mention stands in, ``文中`` where it stands in none."""
    return _PARTS.get(row["section"] or "", "文中")


def excerpt(row: Row) -> str:
    """Return the sentence of a mention, cut down to what stands around its words."""
    sentence, words = row["sentence"] or row["text"] or "", row["text"] or ""
    if len(sentence) <= _LONGEST:
        return str(sentence)
    at = max(0, sentence.find(words))
    start = max(0, min(at - 15, len(sentence) - _LONGEST))
    end = min(len(sentence), max(start + _LONGEST, at + len(words)))
    return ("…" if start else "") + sentence[start:end] + ("…" if end < len(sentence) else "")


def times(rows: Sequence[Row]) -> str:
    """Return ``共3处`` where there are several rows, else nothing."""
    return f"（共{len(rows)}处）" if len(rows) > 1 else ""


def passages(rows: Sequence[Row]) -> tuple[Passage, ...]:
    """Return the sentences of the first five rows."""
    found = {(row["sentence"], row["section"]): None for row in rows if row["sentence"]}
    return tuple(Passage(own=sentence, section=section) for sentence, section in list(found)[:5])
