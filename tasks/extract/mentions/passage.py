"""A paragraph while it is searched: its sentences, what stands in book-title marks and quotes, the mentions found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# Widths are made alike one character for one, so that places in `plain` are places in the printed text.
_LETTERS = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_NARROW = str.maketrans("".join(map(chr, _LETTERS)), "".join(chr(c - 0xFEE0) for c in _LETTERS))
_MARKS = tuple(zip("（）：，；－％", "():,;-%", strict=True))
_SENTENCE_ENDS = "。！？!?\n"
_CLAUSE_ENDS = _SENTENCE_ENDS + ",;:"
_TITLED = re.compile(r"《[^《》]*(?:〈[^〈〉]*〉[^《》]*)?》|<[^<>]{2,60}>|〈[^〈〉]{2,60}〉")
_QUOTED = re.compile(r"“[^“”]{1,80}”|‘[^‘’]{1,60}’|\"[^\"\n]{1,60}\"|「[^「」]{1,60}」")


@dataclass(frozen=True, slots=True)
class Mention:
    """What was found, before it becomes a row of `models.facts.MENTIONS`; `start` is its place in the paragraph."""

    start: int
    end: int
    kind: str
    text: str
    value: str | None
    role: str | None


@dataclass(frozen=True)
class Passage:
    """One row of `models.facts.PARAGRAPHS`, ready to be searched."""

    paragraph: int
    section: str
    text: str
    where: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Passage:
        """Take it from a row of the frame."""
        return cls(row["paragraph"], row["section"], row["text"], row["where"])

    @cached_property
    def plain(self) -> str:
        """The text with full-width digits, letters, brackets and marks made narrow; as long as the text."""
        text = self.text
        for wide, narrow in _MARKS:
            text = text.replace(wide, narrow)
        return text.translate(_NARROW) if _WIDE.search(text) else text

    @cached_property
    def _titled(self) -> list[tuple[int, int]]:
        return [match.span() for match in _TITLED.finditer(self.text)]

    @cached_property
    def _quoted(self) -> list[tuple[int, int]]:
        return [match.span() for match in _QUOTED.finditer(self.text)]

    def in_title(self, at: int) -> bool:
        """Say whether a place lies in 《》."""
        return any(start <= at < end for start, end in self._titled)

    def in_quotes(self, at: int) -> bool:
        """Say whether a place lies in “”."""
        return any(start <= at < end for start, end in self._quoted)

    def sentence_span(self, at: int) -> tuple[int, int]:
        """Return where the sentence around a place begins and ends (its full stop included)."""
        return _around(self.plain, at, _SENTENCE_ENDS)

    def sentence(self, at: int) -> str:
        """Return the sentence around a place, as printed."""
        start, end = self.sentence_span(at)
        return self.text[start:end].strip()

    def clause_span(self, at: int) -> tuple[int, int]:
        """Return where the part between commas around a place begins and ends."""
        return _around(self.plain, at, _CLAUSE_ENDS)

    def clause(self, at: int) -> str:
        """Return the part between commas around a place, in plain form."""
        start, end = self.clause_span(at)
        return self.plain[start:end]

    def found(self, start: int, end: int, kind: str, value: str | None, role: str | None) -> Mention:
        """Return a mention with the words printed there."""
        return Mention(start, end, kind, self.text[start:end], value, role)


def _around(text: str, at: int, ends: str) -> tuple[int, int]:
    start = max(text.rfind(mark, 0, at) for mark in ends) + 1
    stops = [found for mark in ends if (found := text.find(mark, at)) >= 0]
    return start, min(stops, default=len(text) - 1) + 1


def matches(pattern: re.Pattern[str], passage: Passage) -> Iterator[re.Match[str]]:
    """Search the plain text."""
    return pattern.finditer(passage.plain)
