"""The prose cut into sentences and these into segments, and which part of the work each sentence speaks of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_RADICALS = range(0x2F00, 0x2FD6)  # some PDFs print 一 as the Kangxi radical
_SAME_WIDTH = str.maketrans(
    {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFF10, 0xFF1A), *_RADICALS)}
    | {"％": "%", "﹪": "%", "．": "."}
)
_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])|(?<=\d)\s+(?=%)")
_SENTENCE = re.compile(r"[^。！？!?.]+(?:\.(?=\w)(?<![\u4e00-\u9fff）]\.)[^。！？!?.]*)*[。！？!?.]?")
_WIDE = re.compile("[\u2f00-\u2fd5０-９％﹪．]")
_BROKEN_YEAR = re.compile(r"(?<![\d.])2 ?0 ?\d ?\d(?=年)")  # a year that a line break cut in two
_ASCII_MARKS = re.compile(r"[,;:()\[\]【】]")
_BRACKETS = re.compile("[（“《「]")
_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
_CHINESE_MARKS = str.maketrans(
    {";": "；", ":": "：", "(": "（", ")": "）", "【": "（", "】": "）", "[": "（", "]": "）"}
)
BLANK, HELD = "＿", "＋"
"""What stands for words that are left aside, and for a remark that those carried in are counted as well."""
_QUOTED = re.compile(r"“[^“”]{0,60}”|《[^《》]{0,80}》|「[^「」]{0,60}」")
_ASIDE = re.compile(r"[（(][^（）()\d]{0,80}[)）]")

REQUESTS, DISPUTES, PROACTIVE, OTHER = "requests", "disputes", "proactive", "other"
_HEADING = re.compile(
    r"[（(]?(?:[一二三四五六七八九十]{1,2}|\d{1,2})[)）、.．](?!\d)"
    r"(?P<words>[^，。；：:\d]{0,30})"
)
_NAMED = re.compile(
    r"(?:在|关于)?(?P<words>(?:政府)?(?:信息)?(?:主动公开|依申请公开|申请公开|信息管理|公开平台建设|平台建设|监督保障)"
    r"(?:政府)?(?:信息)?(?:工作)?(?:方面|情况)?)(?:[，,：:。]|$)"
)
"""A sub-heading without a number, or one that runs into its sentence: 主动公开方面，……"""
_DOMAINS = (
    (re.compile(r"依申请|申请公开|公开申请|收到和处理"), REQUESTS),
    (re.compile(r"复议|诉讼"), DISPUTES),
    (re.compile(r"主动公开|信息公开情况"), PROACTIVE),
    (re.compile(r"信息管理|平台|监督|保障|组织|机制|标准化|队伍|培训|宣传"), OTHER),
)
OF_SECTION = {"requests": REQUESTS, "disputes": DISPUTES, "proactive": PROACTIVE}
"""What a section of the form is about before any sub-heading."""


def plain(text: str) -> str:
    """Return `text` with digits, points and per-cent signs of one width, without blanks beside Chinese characters.

    Blanks between two digits stay, but for those of a year: whether they are one number cannot be told.
    """
    even = _SPACE.sub("", text.translate(_SAME_WIDTH) if _WIDE.search(text) else text)
    return _BROKEN_YEAR.sub(lambda match: "".join(match.group().split()), even) if " " in even else even


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a paragraph that `plain` prepared."""
    for match in _SENTENCE.finditer(text):
        yield match.group()


def without_asides(sentence: str) -> str:
    """Return the sentence with titles, quoted words and brackets without digits blanked out, every place kept.

    Its punctuation is that of Chinese text, also where the report types commas and brackets from the other keyboard.
    """
    marked = sentence
    if _ASCII_MARKS.search(sentence):
        marked = _COMMA.sub("，", sentence).translate(_CHINESE_MARKS)
    if _BRACKETS.search(marked):
        marked = _ASIDE.sub(_aside, _QUOTED.sub(lambda match: BLANK * len(match.group()), marked))
    return marked


def _aside(match: re.Match[str]) -> str:
    words = match.group()
    held = (
        "结转" in words
        and ("含" in words or "包括" in words)
        and "不含" not in words
        and "不包括" not in words
    )
    return (HELD if held else BLANK) * len(words)


@lru_cache(maxsize=4096)
def _domain_of_words(words: str) -> str | None:
    return next((domain for pattern, domain in _DOMAINS if pattern.search(words)), None)


def heading_domain(sentence: str) -> str | None:
    """Return what a sentence with a sub-heading at its start is about; None without one."""
    match = _HEADING.match(sentence) or _NAMED.match(sentence)
    return _domain_of_words(match.group("words")) if match else None
