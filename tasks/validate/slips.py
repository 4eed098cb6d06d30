"""Searches the prose for the wordings of the profile's lists: forbidden ones, slips of the pen, unpaired brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from expectations.profile import Profile
from models.facts import Facts
from tasks.validate.citations import matched, without_lookaround

Row = dict[str, Any]

_WHOLE_PARAGRAPHS = ("docx", "doc", "wps", "html", "mht", "odt", "rtf")
"""Formats that keep a paragraph whole: where pages or lines cut it, half a pair of brackets proves nothing."""
_ENUMERATION = re.compile(r"(?:^|[\s，。；：、])[（(]?[一二三四五六七八九十\d]{1,3}[）)]")
_PAIRS = (("《", "》", "书名号"), ("（", "）", "括号"), ("“", "”", "引号"))
_MENDED = {"，，": "，", "、、": "、", "；；": "；", "。。": "。"}
_EXAMPLE = re.compile(r"错误|误写|写成|错写|纠正|校对|敏感词")


def slips(facts: Facts, reports: pl.DataFrame, profile: Profile) -> list[Row]:
    """Return rows of the topics blacklisted and spelling, without ``mention``.

    Spelling is not searched in reports that were read from pictures: what is wrong there may be our reading.
    """
    words = profile.words
    pictured = reports.filter(pl.col("read_by") == "ocr").get_column("submission")
    patterns = [
        *map(re.escape, words.blacklist),
        *(without_lookaround(entry.wrong) for entry in words.typos),
        *map(without_lookaround, words.doubled),
    ]
    squeezed = facts.paragraphs.with_columns(
        squeezed=pl.col("text").str.replace_all(r"\s+", ""),
        pictured=pl.col("submission").is_in(pictured.implode()),
    )
    near = (
        squeezed.filter(pl.col("squeezed").str.contains("|".join(patterns))) if patterns else squeezed.clear()
    )
    rows: list[Row] = []
    for row in near.iter_rows(named=True):
        rows += _words(row, profile)
    return rows + _unpaired(squeezed.filter(~pl.col("pictured")), reports)


def _words(row: Row, profile: Profile) -> Iterator[Row]:
    text, words = row["squeezed"], profile.words
    for wrong in words.blacklist:
        if wrong in text and not _EXAMPLE.search(_around(text, text.index(wrong), len(wrong))):
            yield _row(row, wrong, {"topic": "blacklisted"})
    if row["pictured"]:
        return
    for entry, match in matched(text, words.typos):
        yield _row(row, match, {"topic": "spelling", "fault": f"疑为“{entry.right}”", "fault_kind": "typo"})
    for pattern in words.doubled:
        if found := re.search(pattern, text):
            fault = "标点重复或误用" if not found.group()[0].isalpha() else "文字重复"
            yield _row(row, found.group(), {"topic": "spelling", "fault": fault, "fault_kind": "doubled"})


def _around(text: str, at: int, size: int) -> str:
    return text[max(0, at - 20) : at + size + 20]


def _row(row: Row, words: str, more: Row) -> Row:
    at = row["squeezed"].index(words)
    return (
        {name: row[name] for name in ("submission", "paragraph", "section", "where")}
        | {"kind": "words", "text": words, "sentence": _around(row["squeezed"], at, len(words))}
        | more
    )


def _unpaired(paragraphs: pl.DataFrame, reports: pl.DataFrame) -> list[Row]:
    """Brackets of which a paragraph has one more than the other, in formats that keep paragraphs whole."""
    whole = reports.filter(pl.col("format").is_in(_WHOLE_PARAGRAPHS)).get_column("submission")
    alike = pl.col("squeezed").str.replace_all(r"\(", "（").str.replace_all(r"\)", "）")
    opened = [alike.str.count_matches(mark, literal=True) for mark, _, _ in _PAIRS]
    closed = [alike.str.count_matches(mark, literal=True) for _, mark, _ in _PAIRS]
    uneven = pl.any_horizontal(*(a != b for a, b in zip(opened, closed, strict=True)))
    suspects = paragraphs.filter(pl.col("submission").is_in(whole.implode())).filter(uneven)
    rows: list[Row] = []
    balance: dict[tuple[str, str], int] = {}
    for row in suspects.iter_rows(named=True):
        text = _ENUMERATION.sub("", row["squeezed"].replace("(", "（").replace(")", "）"))
        for opening, closing, name in _PAIRS:
            gap = text.count(opening) - text.count(closing)
            if gap:
                key = (row["submission"], name)
                balance[key] = balance.get(key, 0) + gap
                side = opening if gap > 0 else closing
                at = max(0, row["squeezed"].replace("(", "（").replace(")", "）").find(side) - 10)
                more = {"topic": "spelling", "fault": f"{name}不成对", "fault_kind": "unpaired"}
                found = {name: row[name] for name in ("submission", "paragraph", "section", "where")}
                rows.append(
                    found
                    | {
                        "kind": "words",
                        "text": side,
                        "sentence": row["squeezed"][at : at + 60],
                        "value": name,
                    }
                    | more
                )
    # halves that make a pair over several paragraphs are pairs
    return [row for row in rows if balance[(row["submission"], row["value"])]]
