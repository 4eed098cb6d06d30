"""Damage as conversions and recognition do it: characters of labels replaced, lost or confused, cells lost.

Numbers are never touched, so that every number read afterwards can be held against the one printed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from tasks.extract.numbers import is_value

Rows = list[list[str]]
Kind = Literal["replaced", "dropped", "confused"]

CONFUSED = {
    "人": "入", "入": "人", "未": "末", "己": "已", "已": "己", "日": "曰", "目": "日", "政": "玫", "办": "力",
    "理": "埋", "结": "結", "果": "杲", "申": "电", "请": "清", "公": "么", "开": "井", "他": "地", "其": "甚",
    "总": "怠", "计": "汁", "维": "锥", "持": "待", "正": "止", "件": "仵", "数": "教", "属": "厲", "于": "干",
    "士": "土", "大": "太", "法": "沶", "律": "津", "商": "商", "业": "亚", "科": "料", "织": "炽", "组": "姐",
    "诉": "诈", "讼": "讼", "复": "夏", "议": "仪", "一": "-", "二": "=", "三": "王", "（": "(", "）": ")",
    "、": "，", "“": "\"", "：": ":", "规": "视", "章": "草", "许": "许", "罚": "罰", "强": "張", "制": "刮",
}  # fmt: skip
"""What recognition takes a character for."""


def noise(rows: Sequence[Sequence[str]], share: float, seed: int, kind: Kind = "replaced") -> Rows:
    """Return the rows with each character of a label damaged with the probability `share`.

    `kind`: ``replaced`` by a random Chinese character, ``dropped``, or ``confused`` with one that looks alike
    (a character without such a twin stays as it is).
    """
    rng = random.Random(seed)

    def damaged(character: str) -> str:
        if character.isspace() or rng.random() >= share:
            return character
        if kind == "dropped":
            return ""
        if kind == "confused":
            return CONFUSED.get(character, character)
        return chr(rng.randrange(0x4E00, 0x9FA6))

    return [
        [text if not text or is_value(text) else "".join(map(damaged, text)) for text in row] for row in rows
    ]


def without_rows(rows: Sequence[Sequence[str]], share: float, seed: int, heads: int = 0) -> Rows:
    """Return the rows below the first `heads` with each lost with the probability `share`."""
    rng = random.Random(seed)
    return [list(row) for n, row in enumerate(rows) if n < heads or rng.random() >= share]


def without_cells(rows: Sequence[Sequence[str]], share: float, seed: int) -> Rows:
    """Return the rows, of which a share has lost one number, so that those after it move to the left."""
    rng = random.Random(seed)
    lost: Rows = []
    for row in rows:
        numbers = [n for n, text in enumerate(row) if is_value(text)]
        gone = rng.choice(numbers) if numbers and rng.random() < share else -1
        lost.append([text for n, text in enumerate(row) if n != gone])
    return lost
