"""How printed Chinese is compared: folding of widths, spaces, quotes and numbering."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNIFY = str.maketrans(
    {
        "“": '"', "”": '"', "‘": '"', "’": '"', "「": '"', "」": '"', "'": '"', "＂": '"',
        "〔": "[", "〕": "]", "【": "[", "】": "]", "﹙": "(", "﹚": ")",
        "．": ".", "。": ".", "，": ",", "：": ":", "；": ";",
        "−": "-", "﹣": "-", "‐": "-", "‑": "-", "‒": "-", "–": "-",
        "\\": "/",
    }
)  # fmt: skip
_INVISIBLE = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
_NUMBERING = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、.,:](?!\d)|\([一二三四五六七八九十]{1,3}\)[、.,]?|\(\d{1,2}\)[、.,]?|\d{1,2}[.、,:](?!\d))"
)
_PUNCTUATION = re.compile(r"[^\w]+|_")
_RESIDUE = re.compile(r"\[bookmark:[^\]]*\]|[*#`|]+")


def fold(text: str) -> str:
    """Return text as it is compared: NFKC, no white space or zero-width characters, punctuation unified."""
    if len(text) <= _LABEL:
        return _fold_label(text)
    return _fold_prose(text) if len(text) <= _PROSE else _fold(text)


def _fold(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).translate(_UNIFY))


_fold_label = lru_cache(maxsize=65536)(_fold)  # the same labels come again in every report; prose does not
_fold_prose = lru_cache(maxsize=128)(_fold)  # enough for the report in hand, which asks several times
_LABEL = 100
_PROSE = 20_000


@lru_cache(maxsize=65536)
def core(label: str) -> str:
    """Return the bare words of a label: folded, without its numbering, punctuation and conversion residue."""
    folded = _RESIDUE.sub("", fold(label))
    for _ in range(2):
        folded = _NUMBERING.sub("", folded)
    return _PUNCTUATION.sub("", folded)


@lru_cache(maxsize=65536)
def numbering(label: str) -> str | None:
    """Return the printed numbering of a label (``三``, ``3``, ``（一）``) without its mark, or None."""
    match = _NUMBERING.match(_RESIDUE.sub("", fold(label)))
    return match.group().strip("第、.,:") if match else None


def fold_with_positions(text: str) -> tuple[str, list[int]]:
    """Fold `text` and say for each folded character which position of `text` it came from."""
    folded: list[str] = []
    positions: list[int] = []
    for index, character in enumerate(text):
        for piece in fold(character):
            folded.append(piece)
            positions.append(index)
    return "".join(folded), positions


def squeeze(text: str) -> str:
    """Return text for display: runs of white space as one space, ends trimmed."""
    return " ".join(text.split())
