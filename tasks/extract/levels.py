"""What the name of an agency tells of its level: rank, kind of organ, whether it is led from above.

The divisions of GB/T 2260 tell a prefecture-level 市 from a county-level one; a name that is in no list is read by
its last syllable, and what that leaves open stays unknown. A roster knows better.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from importlib.resources import files

from tasks.extract.wording import fold

UNKNOWN = "unknown"
_SINCE = 2008
"""Divisions that were abolished before the first reports were due are left out."""
_ENTRY = re.compile(r'\s+(\d{4}) county="(.+)"')
_DATED = re.compile(r"\[(\d*)-(\d*)\](.+)")
_DIVISION = re.compile(r"(?!市辖区$|自治区直辖|省直辖).*[省市区县旗州盟]$")
_LONGEST = 15  # characters of the longest name of a division
_UNIT = re.compile(
    r"[\u4e00-\u9fff]{1,8}?(?:自治区|自治州|自治县|自治旗|地区|街道|苏木|(?<!城)[省市区县旗镇乡盟州])"
)
_ZONE = re.compile(
    r"(?:开发|实验|试验|示范|合作|管理|产业|工业|高新|园|新|景|名胜|库|矿|林|保税|保护|度假|功能)区$"
)
_BARE = re.compile(r"[省市区县旗镇乡州](?!场|政(?!府)|容|民|划|域|村|下)")
"""A level without its name, as agencies call themselves: 市教育局, 区人民政府; not 市场, 市政, 区划, 乡村."""
_RANKS = {
    "省": "province", "自治区": "province",
    "自治州": "city", "盟": "city", "州": "city", "地区": "city",
    "自治县": "county", "自治旗": "county", "区": "county", "县": "county", "旗": "county",
    "街道": "township", "镇": "township", "乡": "township", "苏木": "township",
}  # fmt: skip
_PROVINCES = {"内蒙古": "内蒙古自治区", "广西": "广西壮族自治区", "西藏": "西藏自治区",
              "宁夏": "宁夏回族自治区", "新疆": "新疆维吾尔自治区"}  # fmt: skip
_CENTRAL = re.compile(
    r"(?:中华人民共和国|国家税务总局|国家统计局|国家金融监督管理总局|国家矿山安全监察局|国家外汇管理局|国家能源局"
    r"|国家粮食和物资储备局|国家消防救援局|中国人民银行|中国气象局|中国民用航空|中国证券监督管理委员会|中国银行保险监督管理委员会"
    r"|中国地震局|财政部|审计署驻?|水利部|生态环境部|自然资源部|交通运输部)(?=.)"
)
_STATE = re.compile(r"国家|中国|中华人民共和国|国务院|海关总署$|审计署$|[\u4e00-\u9fff]{2,8}部$")
_VERTICAL = re.compile(
    r"税务局|税务分局|(?<!总)海关$|(?:^|[\u4e00-\u9fff])气象局$|调查总?队$|海事局$|金融监管(?:分)?局$"
    r"|金融监督管理(?:分)?局$|邮政管理局$|通信管理局$|烟草专卖局|出入境边防检查|消防救援(?:总队|支队|大队)$|证监局$"
    r"|外汇管理局.+分局$|中国人民银行.+行$|地震局$|矿山安全监察局.+局$|煤矿安全监察|铁路监督管理局$|民用航空.+管理局$"
    r"|能源监管(?:局|办公室)$|特派员办事处$"
)
_STATE_BODY = re.compile(
    r"(?:国家税务总局|海关总署|中国气象局|国家邮政局|国家烟草专卖局|中国地震局|国家消防救援局)$"
)
_GOVERNMENT = re.compile(
    r"(?:人民政府|行政公署|行署|街道办事处|(?:自治区|地区|街道|[省市县区旗州盟镇乡]|苏木))$"
)
_OFFICE = re.compile(r"(?:人民政府|政府|行署|公署)(?:办公室|办公厅|办)$")
_COMMITTEE = re.compile(r"(.*)(?:管理委员会|管委会)$")
_AREA = re.compile(r"(?:区|园|城|港|岛|山|湖|带|基地|(?<!城)[市县镇])$")


@lru_cache(maxsize=65536)
def level(agency: str | None) -> tuple[str, str]:
    """Return (rank, organ) as far as the name alone tells, each ``unknown`` where it does not.

    rank: state | province | city | county | township; organ: government | department. The office of a government
    files for itself or for the government, its name does not tell which. 市 is decided by GB/T 2260 or left unknown.
    """
    if not agency:
        return UNKNOWN, UNKNOWN
    name = fold(agency)
    organ = _organ(name)
    local = _CENTRAL.sub("", name, count=1) if _CENTRAL.match(name) else name
    rank = _place(local)
    if rank is None:
        if local != name and (short := _short(local)) is not None:
            return short, organ
        if organ == "department" and _STATE.match(name) and not vertical(name):
            return "state", organ
        return UNKNOWN, organ
    return rank, organ


def vertical(agency: str | None) -> bool:
    """Say whether the name is that of an organ which is led from above, not by the government of its place."""
    name = fold(agency or "")
    return bool(_VERTICAL.search(name)) and not _STATE_BODY.fullmatch(name)


def zone(agency: str | None) -> bool:
    """Say whether the name is that of the committee of a zone (开发区管委会), which is no level of government."""
    name = fold(agency or "")
    committee = _COMMITTEE.fullmatch(name)
    if committee:
        return bool(_AREA.search(committee.group(1)))
    return bool(_ZONE.search(name)) and _place(name) == UNKNOWN


def _organ(name: str) -> str:
    if _OFFICE.search(name):
        return UNKNOWN
    committee = _COMMITTEE.fullmatch(name)
    if committee:  # 国有资产监督管理委员会 and 城市管理委员会 are departments
        return "government" if _AREA.search(committee.group(1)) else "department"
    return "government" if _GOVERNMENT.search(name) else "department"


def _place(name: str) -> str | None:
    """Return the rank of the last of the places that a name begins with; None where it names none."""
    rank: str | None = None
    above = ""
    at = 0
    while at < len(name):
        known = _longest(name, at)
        if known is not None:
            rank, at, above = _divisions()[known], at + len(known), known
            continue
        bare = _BARE.match(name, at)
        unit = _UNIT.match(name, at)
        if bare:
            found = bare.group()
        elif unit and not name.startswith(("市场", "市政"), unit.end() - 1):
            found = unit.group()
        else:
            break
        at += len(found)
        rank = _of_suffix(found, name[:at], above)
        above = found
    return rank


def _of_suffix(found: str, whole: str, above: str) -> str:
    if _ZONE.search(whole):
        return UNKNOWN
    if found.endswith("市"):
        return "county" if above.endswith(("市", "州", "盟", "地区")) else UNKNOWN
    suffix = next(s for s in sorted(_RANKS, key=len, reverse=True) if found.endswith(s))
    return _RANKS[suffix]


def _longest(name: str, at: int) -> str | None:
    divisions = _divisions()
    return next(
        (
            name[at : at + size]
            for size in range(min(_LONGEST, len(name) - at), 1, -1)
            if name[at : at + size] in divisions
        ),
        None,
    )


def _short(name: str) -> str | None:
    """Return the rank of a place named without its level, as bodies led from above do: 河北调查总队."""
    for size in range(min(4, len(name) - 1), 1, -1):
        stem = name[:size]
        if stem in _PROVINCES or stem + "省" in _divisions():
            return "province"
        ranks = {_divisions()[stem + unit] for unit in "市县区" if stem + unit in _divisions()}
        if ranks:
            return ranks.pop() if len(ranks) == 1 else UNKNOWN
    return None


@cache
def _divisions() -> dict[str, str]:
    """Return name → rank for the divisions of GB/T 2260 (`stdnum.cn`): province | city | county | unknown.

    Where a name stood for two ranks, the one that is still in force counts; if both are, it is unknown.
    """
    ranks: dict[str, set[str]] = defaultdict(set)
    former: dict[str, set[str]] = defaultdict(set)
    for line in (files("stdnum.cn") / "loc.dat").read_text(encoding="utf-8").splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            continue
        code, names = entry.groups()
        rank = "province" if code == "0000" else "city" if code.endswith("00") else "county"
        for name in names.split(","):
            dated = _DATED.fullmatch(name)
            end, plain = (dated.group(2), dated.group(3)) if dated else ("", name)
            if _DIVISION.fullmatch(plain) and (not end or int(end) >= _SINCE):
                (former if end else ranks)[plain].add(rank)
    return {
        name: next(iter(found)) if len(found) == 1 else UNKNOWN
        for name in {**former, **ranks}
        if (found := ranks.get(name) or former[name])
    }
