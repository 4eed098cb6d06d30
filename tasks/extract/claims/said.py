"""One sentence as the readers of claims see it, and the row that a claim becomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasks.extract.claims.scope import Known, Standing, narrower_subject, standing
from tasks.extract.claims.sentences import without_asides
from tasks.extract.claims.words import Token, tokens

COUNTS = re.compile(r"\d|[零一二两三四五六七八九十百千万][件份条宗例起]")
DENIES = re.compile(r"未|无|没|零|不存在|均|全部|都|率")
_GOES_ON = re.compile(r"其中|(?:从|按)[^，]{2,14}[看分]|(?:在)?(?:办结|答复|收到|受理)的[^，]{0,10}中，")
_APART = re.compile(r"\d\s+\d")
_BROKEN = "该句的数字之间有空白，可能是转换文件时断开的。"


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: as printed, with asides blanked out, its tokens; and what it takes over from those before it."""

    text: str
    bare: str
    tokens: Sequence[Token]
    known: Known
    subject: str | None  # the office that an earlier sentence of the paragraph names as the one that acts
    before: Standing | None  # whose and of which time the last claim before it was

    @property
    def broken(self) -> str | None:
        """Why no number of the sentence is certain: blanks stand between its digits."""
        return _BROKEN if _APART.search(self.bare) else None

    def standing(self, begins: int, place: int) -> Standing:
        """Return whose number stands at `place` and of which time; 其中 goes on with what was said before."""
        found = standing(self.bare, self.tokens, begins, place, self.known, self.subject)
        plainly = found == Standing("own", "this", None)
        return self.before if plainly and self.before is not None and _GOES_ON.match(self.bare) else found


def read_sentence(sentence: str, before: Said) -> Said:
    """Cut a sentence into tokens, unless it has neither a number nor a word of denial."""
    bare = without_asides(sentence)
    cut = tokens(bare) if COUNTS.search(bare) or DENIES.search(bare) else []
    subject = narrower_subject(bare, cut, before.known) or before.subject
    return Said(sentence, bare, cut, before.known, subject, before.before)


def segment_start(sentence: str, place: int) -> int:
    """Return where the part of the sentence between commas begins in which `place` lies."""
    return max(sentence.rfind(mark, 0, place) for mark in "，；：。") + 1


def claim(sentence: str, quote: str, metric: str, relation: str, **told: Any) -> dict[str, Any]:
    """Return a row of `models.facts.CLAIMS` without its numbers and its place; `told` are columns that have a value."""
    row: dict[str, Any] = {
        "sentence": sentence,
        "quote": quote.strip("，；：、"),
        "metric": metric,
        "relation": relation,
        "value": None,
        "raw": None,
        "unit": None,
        "base": None,
        "parts": None,
        "scope": "own",
        "period": "this",
        "subject": None,
        "exhaustive": None,
        "doubt": None,
    }
    return row | told
