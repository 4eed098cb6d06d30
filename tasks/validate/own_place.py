"""Where an agency belongs: the divisions that its name tells, and what other divisions are to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tasks.extract.mentions import gazetteer

_CITY_AND_DISTRICT = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,7}(?:省|自治区))?([\u4e00-\u9fff]{2,6}?市)[\u4e00-\u9fff]{1,7}?[区县旗]"
)
_TOWNSHIP = re.compile(
    r"(?:镇|乡|街道|苏木)(?:人民政府|政府|办事处|便民服务中心|党政办公室)?$|(?:镇|乡)人民政府"
)
_ZONE = re.compile(r"[\u4e00-\u9fff]+?(?:开发|实验|试验|示范|合作|管理|新|保税|高新|园|度假|风景|自贸)区")
_DISTRICT = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,6}?市)?(?![\u4e00-\u9fff]{1,9}自治区)[\u4e00-\u9fff]{1,7}?(?<![社园景地库林矿灾])[区县旗]"
)
_STATE = re.compile(r"^(?:国家|中国|中华人民共和国|国务院)")
_CITIES_LIKE_PROVINCES = ("11", "12", "31", "50")
_BELOW_PROVINCE = re.compile(r"(?:[^自治]|^)[市区县旗镇乡]|街道|自治州|自治县|盟")


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """What an agency's name tells of its place.

    `codes`: the divisions it may belong to (several where the name is borne by several); empty where none is known.
    `city`: the city that the name itself states although the table does not know it. `name`: the agency's.
    `zone`: a development zone, whose level no name tells; its code is that of what it is named after.
    """

    name: str
    codes: tuple[str, ...]
    city: str | None
    zone: bool


@lru_cache(maxsize=65536)
def own_place(agency: str | None) -> OwnPlace:
    """Read the place out of an agency's name."""
    name = "".join((agency or "").split())
    found = gazetteer.places(name)
    zone = _ZONE.match(name)
    if found:
        codes = found[-1][2]
    else:
        # a name that is also a word is a place where an agency bears it
        plain = re.match(r"[\u4e00-\u9fff]{2,8}?[市区县旗]", name)
        codes = gazetteer.codes(plain.group()) if plain else ()
        codes = codes or (gazetteer.zone_codes(zone.group()) if zone else ())
    stated = _CITY_AND_DISTRICT.match(name)
    city = stated.group(1) if stated and not codes and not gazetteer.codes(stated.group(1)) else None
    return OwnPlace(name, codes, city, zone is not None)


def relation(own: OwnPlace, named: tuple[str, ...]) -> str | None:
    """Return own (itself, above or below), foreign, or None where it cannot be told.

    A name borne by several divisions is foreign only if every one of them is, for every place the agency may be at.
    """
    if _STATE.match(own.name):
        return "own"
    if own.codes:
        for mine in own.codes:
            for code in named:
                if gazetteer.inside(code, mine) or gazetteer.inside(mine, code):
                    return "own"
        return "foreign"
    if own.city is not None and all(_is_city(code) for code in named):
        return "foreign"  # a district lies in one city only, and that one has another name
    return None


def _is_city(code: str) -> bool:
    level = gazetteer.level(code)
    return level == "city" or (level == "province" and code[:2] in _CITIES_LIKE_PROVINCES)


def wider_than_own(word: str, own: OwnPlace, rank: str) -> bool | None:
    """Say whether 全国, 全省, 全市, 全区 or 全县 (`word`: its second character) reaches beyond the agency's level.

    None where that cannot be told. 全市 is a county-level city's own; 全区 and 全县 are wider only than a township.
    """
    level = rank if rank != "unknown" else _level(own)
    below = bool(_BELOW_PROVINCE.search(own.name)) and not _STATE.match(own.name)
    if word == "国":
        return level != "state" if level is not None else True if below else None
    if level == "state":
        return False
    if word == "省":
        return level != "province" if level is not None else True if below else None
    if word == "区" and own.zone:
        return False
    if level is None:
        return None
    if word == "市" and level == "county":
        return _of_district(own)
    return level == "township" if word in "市区县" else None


def _level(own: OwnPlace) -> str | None:
    if _STATE.match(own.name):
        return "state"
    if _TOWNSHIP.search(own.name):
        return "township"
    if own.zone:
        return None
    if _DISTRICT.match(own.name):
        return "county"
    levels = {gazetteer.level(code) for code in own.codes}
    return levels.pop() if len(levels) == 1 else None


def _of_district(own: OwnPlace) -> bool | None:
    """Whether a county-level agency belongs to a district, county or banner (which a city is above)."""
    if own.zone:
        return None
    known = [code for code in own.codes if gazetteer.level(code) == "county"]
    if known:
        ends = {gazetteer.name_of(code)[-1] for code in known}
        return None if len(ends) > 1 else ends != {"市"}
    return True if _DISTRICT.match(own.name) else None
