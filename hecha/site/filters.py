"""The filters of the work list as they stand in an address: read, written, and named for people."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from expectations.catalogue import rule, written
from tasks.ask.beside import Stand
from tasks.ask.searching import LONGEST
from tasks.ask.worklist import RESULTS, SEVERITIES, SORTS, Filter
from tasks.decide.states import machine
from tasks.publish import words

RESULT_NAMES: Mapping[str, str] = {
    "to_mend": "需整改",
    "passing": "合格",
    "failing": "不合格",
    "unscored": "暂不评分",
    "unevaluated": "未核查",
}
SORT_NAMES: Mapping[str, str] = {
    "score": "得分低的在前",
    "best": "得分高的在前",
    "critical": "严重问题多的在前",
    "agency": "按地区和单位",
    "received": "最近收到的在前",
}
UNKNOWN_KIND = {"unknown": words.UNKNOWN}
RANKS = {**words.RANKS, **UNKNOWN_KIND}
ORGANS = {**words.ORGANS, **UNKNOWN_KIND}
NAMES: Mapping[str, str] = {
    "year": "年度",
    "region": "地区",
    "own": "本级及直属单位",
    "rank": "层级",
    "organ": "类别",
    "rule": "规则",
    "severity": "严重程度",
    "state": "办理状态",
    "result": "结论",
    "least": "得分不低于",
    "below": "得分低于",
    "format": "格式",
    "late": "逾期",
    "repeated": "多次报送",
    "review": "需对照原文",
    "q": "搜索",
    "sort": "排序",
}
"""What each filter is called."""
WRONG = "筛选条件“{name}”的值无法识别，已忽略。"
_LARGEST = 2**31 - 1
LONGEST_LIST = 2_000
"""Characters of a filter in one address."""


def states() -> dict[str, str]:
    """Return the states of a report by their key."""
    return {key: state.name for key, state in machine().states.items()}


def rule_names() -> dict[str, str]:
    """Return the titles of all rules by their id, in the order of the catalogue."""
    return {one.id: one.title for one in written()}


def read_filter(given: Mapping[str, str]) -> tuple[Filter, list[str]]:
    """Return the filter of an address, and a sentence for each value that is none."""
    found: dict[str, Any] = {}
    faults = []
    for name, reader in _READERS.items():
        text = given.get(name, "").strip()
        if not text:
            continue
        value = reader(text)
        if value is None:
            faults.append(WRONG.format(name=NAMES[name]))
        else:
            found[name] = value
    return Filter(**found), faults


def address(chosen: Filter, page: int = 1, path: str = "/worklist") -> str:
    """Return the address of a page of the list."""
    given = chosen.given() | ({"page": str(page)} if page > 1 else {})
    return f"{path}?{urlencode(given)}" if given else path


def list_address(stood: Stand) -> str:
    """Return the address of the page of the list on which a report stood."""
    whole = address(stood.chosen, stood.page)
    # without any filter the newest year would be shown instead
    return whole if "?" in whole else f"{whole}?sort={stood.chosen.sort}"


def report_address(report_id: int, stood: Stand) -> str:
    """Return the address of a report that is opened from the list."""
    return f"/reports/{report_id}?{urlencode({'list': packed(stood)})}"


def packed(stood: Stand) -> str:
    """Return where a report stood in the list, as it goes along in addresses and forms (`stand` reads it)."""
    before = {} if stood.before is None else {"before": str(stood.before)}
    return urlencode({**stood.chosen.given(), "at": str(stood.at), **before})


def stand(text: str) -> Stand | None:
    """Read what `packed` wrote; None where it names no place. Only ever read as a filter, never as an address."""
    given = dict(parse_qsl(text[:LONGEST_LIST]))
    at = given.get("at", "")
    if not re.fullmatch("[0-9]{1,6}", at):
        return None
    return Stand(read_filter(given)[0], int(at), _id(given.get("before", "")))


def told(chosen: Filter, region: str | None) -> list[tuple[str, str, str]]:
    """Return what a filter asks for: name, value, and the address of the list without it. `region`: its name."""
    shown: Mapping[str, Callable[[Any], object]] = {
        "year": lambda value: f"{value}",
        "region": lambda _: region or "",
        "rank": RANKS.get,
        "organ": ORGANS.get,
        "rule": lambda value: f"{value} {rule_names().get(value, '')}".strip(),
        "severity": words.SEVERITIES.get,
        "state": states().get,
        "result": RESULT_NAMES.get,
        "least": lambda value: f"{value:g}分",
        "below": lambda value: f"{value:g}分",
        "format": lambda value: words.FORMATS.get(value, value),
        "q": lambda value: value,
    }
    without = Filter(sort=chosen.sort)
    lines = []
    for name in chosen.given():
        if name == "sort":
            continue
        value = shown[name](getattr(chosen, name)) if name in shown else "是"
        rest = replace(chosen, **{name: getattr(without, name)})
        # without any filter the newest year would be shown again
        lines.append((NAMES[name], str(value), address(rest) if rest.given() else "/worklist?sort=score"))
    return lines


def _one_of(*keys: str) -> Callable[[str], str | None]:
    return lambda text: text if text in keys else None


def _id(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,10}", text) and 0 < int(text) <= _LARGEST else None


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch("(?:19|20|21)[0-9]{2}", text) else None


def _score(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= 1000 else None


def _rule(text: str) -> str | None:
    try:
        return rule(text).id
    except KeyError:
        return None


def _flag(text: str) -> bool | None:
    return True if text == "1" else None


_READERS: Mapping[str, Callable[[str], Any]] = {
    "year": _year,
    "region": _id,
    "own": _flag,
    "rank": _one_of(*RANKS),
    "organ": _one_of(*ORGANS),
    "rule": _rule,
    "severity": _one_of(*SEVERITIES),
    "state": lambda text: text if text in machine().states else None,
    "result": _one_of(*RESULTS),
    "least": _score,
    "below": _score,
    "format": _one_of(*words.FORMATS),
    "late": _flag,
    "repeated": _flag,
    "review": _flag,
    "q": lambda text: text[:LONGEST].replace("\x00", "") or None,
    "sort": _one_of(*SORTS),
}
