"""What the text of one table cell says: a number, a blank, a placeholder, or something unsure.

Nothing is repaired here. A reading that needs a guess is `uncertain`, with the guess as a proposal.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from tasks.extract.wording import fold

_PLAIN = re.compile(r"[-+]?(?:0|[1-9]\d*)(?:\.\d+)?")
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_UNIT = re.compile(r"(?P<number>[-+]?\d[\d,.]*)(?:万元|元|[件条个宗次项份])")
_IN_WORDS = re.compile(
    r"[共约计近逾]\d[\d,]*(?:余|多)?[件条个宗次项份]?|\d[\d,]*(?:余|多)[件条个宗次项份]?"
    r"|\d[\d,]*[件条个宗次项份]?(?:以上|左右|以内)|(?=.*\d)[\dIlOo]{1,6}|[Ool]"
)
"""A number with words or letters that no label of the form has: 共3件, 5余件, 3以上, 1O."""
_PLACEHOLDERS = frozenset(
    {
        "/",
        "//",
        "-",
        "--",
        "---",
        "—",
        "——",
        "―",
        "─",
        "_",
        "__",
        "无",
        "空",
        "\\",
        "·",
        "*",
        "n/a",
        "nil",
        "/-",
    }
)
_DIGIT = re.compile(r"\d")
_CHINESE_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6,
                   "七": 7, "八": 8, "九": 9}  # fmt: skip
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千]{1,9}")


@dataclass(frozen=True, slots=True)
class Reading:
    """One cell as read. Fields as in `models.facts.CELLS`; `value` is None unless read for certain."""

    raw: str | None
    kind: str
    value: float | None = None
    reason: str | None = None
    proposal: str | None = None
    normalised: str | None = None


MISSING = Reading(raw=None, kind="missing")


def uncertain(raw: str | None, reason: str, proposal: str | None = None) -> Reading:
    """Return a reading that no rule may use, with the reason in Chinese."""
    return Reading(raw=raw, kind="uncertain", reason=reason, proposal=proposal)


def chinese_number(text: str) -> int | None:
    """Return the value of a Chinese numeral up to thousands (``十二`` → 12), or None if it is none."""
    if not _CHINESE.fullmatch(text):
        return None
    total = current = 0
    for character in text:
        if character in _CHINESE_DIGITS:
            current = _CHINESE_DIGITS[character]
        else:
            total += (current or 1) * _CHINESE_UNITS[character]
            current = 0
    if not any(unit in text for unit in _CHINESE_UNITS) and len(text) > 1:
        return int("".join(str(_CHINESE_DIGITS[c]) for c in text))  # 二〇二三 is read digit by digit
    return total + current


@lru_cache(maxsize=16384)
def is_value(text: str) -> bool:
    """Say whether a printed field can only be a value of a table (a number or a placeholder), never a label.

    Chinese numerals are left out: 三 is as often a piece of the stub “三、本年度办理结果” as a number.
    """
    folded = fold(text)
    return folded.lower() in _PLACEHOLDERS or bool(
        re.fullmatch(r"[-+]?\d[\d,.]*(?:万元|元|[件条个宗次项份])?", folded) or _IN_WORDS.fullmatch(folded)
    )


@lru_cache(maxsize=16384)
def read_cell(raw: str) -> Reading:
    """Read the printed text of one cell."""
    folded = fold(raw)
    if not folded:
        return Reading(raw=raw, kind="blank")
    if folded.lower() in _PLACEHOLDERS:
        return Reading(raw=raw, kind="placeholder")
    if "\ufffd" in raw:
        return uncertain(raw, "格内有文件编码错误造成的乱码，不能确定是什么")
    if sum(bool(_DIGIT.search(piece)) for piece in raw.split()) > 1:
        return uncertain(raw, "格内数字之间有空白或换行，不能确定是一个数还是几个数", folded)
    if _PLAIN.fullmatch(folded):
        return _number(raw, folded, None)
    if _GROUPED.fullmatch(folded):
        return _number(raw, folded.replace(",", ""), "separator")
    unit = _UNIT.fullmatch(folded)
    if unit:
        inner = read_cell(unit.group("number"))
        if inner.value is not None:
            return replace(inner, raw=raw, normalised="unit")
    spoken = chinese_number(folded)
    if spoken is not None:
        return _number(raw, str(spoken), "chinese")
    if re.fullmatch(r"[-+]?[\d,.]+", folded):
        return uncertain(
            raw, "数字写法异常（多余的零、逗号或小数点），不能确定其值", folded.lstrip("0") or "0"
        )
    return Reading(raw=raw, kind="text")


def _number(raw: str, digits: str, normalised: str | None) -> Reading:
    value = float(digits)
    if normalised is None and unicodedata.normalize("NFC", raw).strip() != digits and not raw.isascii():
        normalised = "fullwidth"
    return Reading(raw=raw, kind="number" if value else "zero", value=value or 0.0, normalised=normalised)


def splits(tokens: list[str], count: int, limit: int = 2000) -> list[tuple[str, ...]]:
    """Return the ways to cut runs of digits into exactly `count` whole numbers without leading zeros.

    White space between tokens is a sure border; inside a token every border is open. At most `limit`
    ways are listed: more than one is all that matters, the list serves to look for a proposal.
    """
    found: list[tuple[str, ...]] = []
    # the fewest and most numbers that the tokens from each place on can give
    fewest = [0] * (len(tokens) + 1)
    most = [0] * (len(tokens) + 1)
    for index in range(len(tokens) - 1, -1, -1):
        zeros = len(tokens[index]) - len(tokens[index].lstrip("0"))
        fewest[index] = fewest[index + 1] + (zeros + (1 if zeros < len(tokens[index]) else 0))
        most[index] = most[index + 1] + len(tokens[index])

    def cut(index: int, start: int, numbers: tuple[str, ...]) -> None:
        if len(found) >= limit:
            return
        if index == len(tokens):
            if len(numbers) == count:
                found.append(numbers)
            return
        token = tokens[index]
        if start == len(token):
            left = count - len(numbers)
            if fewest[index + 1] <= left <= most[index + 1]:
                cut(index + 1, 0, numbers)
            return
        if len(numbers) >= count:
            return
        longest = 1 if token[start] == "0" else len(token) - start
        for length in range(1, longest + 1):
            cut(index, start + length, (*numbers, token[start : start + length]))

    if fewest[0] <= count <= most[0]:
        cut(0, 0, ())
    return found


def read_glued(text: str, count: int) -> list[Reading]:
    """Read `count` whole numbers whose borders the conversion to text has lost.

    Certain only where a single split is possible at all. Where the row's own total (the last number)
    singles one split out, that split is the proposal; the cells stay uncertain.
    """
    raw = " ".join(text.split())
    tokens = fold_tokens(text)
    if count == 1 and len(tokens) == 1:
        return [read_cell(tokens[0])]
    if tokens and all(token.isdigit() for token in tokens):
        ways = splits(tokens, count)
        if len(ways) == 1:
            return [_number(number, number, None) for number in ways[0]]
        if ways:
            summed = [way for way in ways if count > 2 and sum(map(int, way[:-1])) == int(way[-1])]
            proposals = summed[0] if len(summed) == 1 and count > 3 else (None,) * count
            return [
                uncertain(raw, f"文本丢失了单元格边界，“{raw}”有多种拆分方法", proposal)
                for proposal in proposals
            ]
    reason = (
        f"文本丢失了单元格边界，“{raw}”不能拆成{count}个数" if raw else f"标签之后没有数字，应有{count}个"
    )
    return [uncertain(raw, reason)] * count


def fold_tokens(text: str) -> list[str]:
    """Return the pieces of `text` between white space, each folded."""
    return [folded for piece in text.split() if (folded := fold(piece))]
