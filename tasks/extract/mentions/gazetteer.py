"""The administrative divisions by name (GB/T 2260, from the table that python-stdnum keeps for identity numbers).

Only names in use are known, and only whole ones (宜宾市, 洪泽区): a short name may be a word or a person's name.
A division that the table does not have yet is no place to us; nothing may be concluded from that.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from stdnum import numdb

_DATED = re.compile(r"(?:\[(\d*)-(\d*)\])?(.+)")
_NO_NAMES = (
    "市辖区",
    "县",
    "自治区直辖县级行政单位",
    "省直辖县级行政单位",
    "省直辖行政单位",
    "直辖区",
    "直辖县",
)
# Divisions whose name is also a plain word of this kind of text: named alone they tell nothing.
_WORDS = frozenset(
    (
        "新城区", "老城区", "市中区", "城中区", "城东区", "城西区", "城北区", "城关区", "城厢区", "城区", "郊区",
        "新市区", "市南区", "市北区", "港口区", "海港区", "解放区", "公安县", "平安区", "平安县", "安居区",
        "惠民县", "富民县", "前进区", "友好区", "中原区", "江北区", "河东区", "河西区", "开发区", "民主县",
        "新兴区", "示范区", "中心区", "建设区", "清河区", "长安区", "和平区", "光明区", "双城区", "南市区", "北市区",
    )
)  # fmt: skip
# What may follow the last character of a name without making it another word: 市场, 市民, 区域, 县级 …
_NO_NAME_BEFORE = {
    "市": "场民容值面级直郊",
    "区": "域间块分别划位",
    "县": "级域",
    "省": "级直略",
    "州": "级",
    "旗": "下帜舰",
    "盟": "员友约",
}
_SUFFIX = re.compile(r"[省市区县旗州盟]")
_SHORTEST, _LONGEST = 3, 15
_SMALL = re.compile(
    r"(?:经济技术|综合|高新技术产业|国家级|产业|旅游|生态|经济)?(?:开发|实验|试验|示范|合作|新|保税|高新)区$"
)


@cache
def _codes() -> dict[str, tuple[str, ...]]:
    """Name → codes of the divisions of that name today."""
    found: dict[str, dict[str, None]] = {}
    for _, province, _, properties, counties in numdb.get("cn/loc").prefixes:
        found.setdefault(properties["province"], {})[f"{province}0000"] = None
        for _, rest, _, entry, _ in counties:
            for part in entry["county"].split(","):
                dated: Any = _DATED.fullmatch(part)
                _, until, name = dated.groups()
                if until or name in _NO_NAMES:
                    continue
                found.setdefault(name, {})[province + rest] = None
    return {name: tuple(codes) for name, codes in found.items()}


@cache
def _ends() -> frozenset[str]:
    return frozenset(name[-2:] for name in _codes())


@cache
def _names() -> dict[str, str]:
    return {code: name for name, codes in _codes().items() for code in codes}


@cache
def _stems() -> dict[str, tuple[str, ...]]:
    """Name without 市, 县 or 区 → codes, for 平潭综合实验区 and the like."""
    stems: dict[str, tuple[str, ...]] = {}
    for name, codes in _codes().items():
        if len(name) >= _SHORTEST and name[-1] in "市县区":
            stems[name[:-1]] = (*stems.get(name[:-1], ()), *codes)
    return stems


def codes(name: str) -> tuple[str, ...]:
    """Return the codes of the divisions that bear this whole name today."""
    return _codes().get(name, ())


def zone_codes(name: str) -> tuple[str, ...]:
    """Return the codes of what a development zone is named after: 平潭综合实验区 → that of 平潭县."""
    stem = _SMALL.sub("", name)
    return _stems().get(stem, ()) if stem != name else ()


def name_of(code: str) -> str:
    """Return the name of a division. Raises KeyError for an unknown code."""
    return _names()[code]


def level(code: str) -> str:
    """Return province, city or county (also for county-level cities)."""
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def inside(code: str, other: str) -> bool:
    """Say whether a division is another one or lies in it."""
    size = {"province": 2, "city": 4, "county": 6}[level(other)]
    return code[:size] == other[:size]


def places(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return (start, end, codes) of the names of divisions in a text, in order.

    A name straight after the one it lies in (四川省宜宾市) keeps only the codes that lie there. A name of two
    characters, or one that is also a word, counts only straight after such a name.
    """
    known, ends = _codes(), _ends()
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for suffix in _SUFFIX.finditer(text):
        end = suffix.end()
        if text[end - 2 : end] not in ends:
            continue
        following = text[end : end + 1]
        if following and following in _NO_NAME_BEFORE[suffix.group()]:
            continue
        least = found[-1][1] if found else 0
        for size in range(min(_LONGEST, end - least), 1, -1):
            name = text[end - size : end]
            if name not in known:
                continue
            within = _within(known[name], found[-1]) if found and found[-1][1] == end - size else ()
            if within:
                found.append((end - size, end, within))
            elif size >= _SHORTEST and name not in _WORDS:
                found.append((end - size, end, known[name]))
            break
    return found


def _within(candidates: tuple[str, ...], above: tuple[int, int, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(code for code in candidates if any(inside(code, upper) for upper in above[2]))
