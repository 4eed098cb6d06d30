"""Whether two printed names are the same agency: its short form, its office, its former name, or another one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_PLACE = re.compile(
    r"(?!城市|城乡|城镇|社区|乡村|农村|市场|市政|市容|区域|县域|乡镇)[\u4e00-\u9fff]{1,9}?(?:自治区|自治州|自治县|街道|省|市|区|县|旗|盟|州|镇|乡)(?![场政容域建镇村划])"
)
_GENERAL = re.compile(r"^(?:省|市|区|县|旗|州|镇|乡|街道)(?=[\u4e00-\u9fff]{2})")
_ENDING = re.compile(
    r"(?:委员会|办公室|办事处|管理局|监督局|人民政府|政府|管委会|局|委|办|厅|署|中心|队|站|院|所)+$"
)
_INTERNAL = re.compile(
    r"(?:局|厅|委|办|处|署|院|中心|机关|单位)?(?:党政|综合|秘书)?(?:办公室|办公厅)$|(?:局|厅|委)机关$"
)
_ORGAN = re.compile(r"(?:局|委员会|委|厅|政府)$")
_IN_CHARGE = re.compile(r"政务|数据|行政审批|信息")
"""Words in the names of the departments that are in charge of disclosure for a government."""
_TASK = re.compile(r"(?:监督|管理|监管|事务|运输|服务)+$")
_GOVERNMENT = re.compile(r"(?:人民政府|政府|管委会|(?<!监督)管理委员会|街道办事处|办事处)$")
_FILLER = str.maketrans("", "", "和与及、的")


def relation(name: str, own: str, organ: str, renamed: Sequence[Sequence[str]], role: str = "intro") -> str:
    """Say what a name printed in a report is to the agency whose report it is.

    own: the same, longer or shorter. office: who draws up a government's report. variant: near enough to be the same
    agency under another wording or a former name. other: another place's or another organ's. unsure: not to be told.
    `role`: intro (whose report it is by its introduction), compiled (who drew it up), opening, signature.
    """
    return _relation(_folded(name), _folded(own), organ, tuple(tuple(group) for group in renamed), role)


@lru_cache(maxsize=65536)
def _relation(name: str, own: str, organ: str, renamed: tuple[tuple[str, ...], ...], role: str) -> str:
    if name.endswith(own) or own.endswith(name) or name.startswith(own) or own.startswith(name):
        return "own"
    if _INTERNAL.match(name):
        return "own"
    answer = _compared(name, own, organ, renamed, role)
    # an office of the agency's own may have a name of its own: 信息中心, 政务服务中心
    return "unsure" if answer == "other" and not (_parts(name)[0] or _ORGAN.search(name)) else answer


def _compared(name: str, own: str, organ: str, renamed: tuple[tuple[str, ...], ...], role: str) -> str:
    (places, core), (own_places, own_core) = _parts(name), _parts(own)
    elsewhere = _elsewhere(places, own_places)
    general = _GENERAL.match(name)
    if general and own_places and not own_places[-1].endswith(general.group()):
        elsewhere = None  # 市商务局 in the report of a district's bureau: the one above, or a district's in common speech
    if organ == "government" or _GOVERNMENT.search(own) or not own_core:
        if elsewhere:
            return "other"
        if not core and places == own_places:
            return "own"
        if elsewhere is None:
            return "unsure"  # a body of another level
        # whoever draws up the report of a government belongs to it; whose report it is, is another question
        may_speak = role == "compiled" or (role == "signature" and _IN_CHARGE.search(name))
        return "office" if may_speak or not core or not _ORGAN.search(name) else "other"
    if elsewhere:
        return "other"
    if not core:
        return "unsure"  # the government of the place, say: it may publish for its departments
    if core == own_core:
        return "own" if elsewhere is False else "unsure"
    if core in own_core or own_core in core:
        return "variant"
    whole, own_whole = _whole(name), _whole(own)
    if _is_short_form(whole, own_whole) or _is_short_form(own_whole, whole):
        return "own" if elsewhere is False else "unsure"
    if _is_renamed(core, own_core, renamed):
        return "variant"
    return "other" if elsewhere is False else "unsure"


def _folded(name: str) -> str:
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    text = re.sub(r"\([^()]*\)", "", text)
    return re.sub(r"(?<!人民)政府(?=$|办)", "人民政府", text)


@lru_cache(maxsize=65536)
def _parts(name: str) -> tuple[tuple[str, ...], str]:
    """Return the places at the beginning of a name, and the rest without the words for the kind of organ."""
    places, rest = _split(name)
    return places, _core(rest)


def _whole(name: str) -> str:
    return _split(name)[1].translate(_FILLER)


def _split(name: str) -> tuple[tuple[str, ...], str]:
    rest = _GENERAL.sub("", name)
    places: list[str] = []
    while match := _PLACE.match(rest):
        places.append(match.group())
        rest = rest[match.end() :]
    return tuple(places), rest


def _core(name: str) -> str:
    return _TASK.sub("", _ENDING.sub("", name)).translate(_FILLER)


def _elsewhere(places: tuple[str, ...], own: tuple[str, ...]) -> bool | None:
    """True: surely another place. False: the same or none said. None: one may lie in the other."""
    if not places or not own or places[-1] == own[-1]:
        return False
    if _within(places[-1], own[-1]) or _within(own[-1], places[-1]):
        return False  # 经开区 for 安顺经济技术开发区
    if places[-1] in own or own[-1] in places:
        return None
    for place in places:
        for mine in own:
            # 洪泽县 has become 洪泽区: the same stem is no other place
            if _kind(place) == _kind(mine) and place[:-1] != mine[:-1] and not _within(place, mine):
                return True
    return None


def _kind(place: str) -> str:
    if place[-1] in "镇乡" or place.endswith("街道"):
        return "township"
    return "county" if place[-1] in "区县旗" else place[-1]


def _is_short_form(short: str, long: str) -> bool:
    """发改 for 发展改革: characters of the long form in order, not a piece of it (教育 is no short form of 教育体育)."""
    return bool(short) and len(short) < len(long) and short not in long and _within(short, long)


def _within(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)


def _is_renamed(name: str, own: str, renamed: tuple[tuple[str, ...], ...]) -> bool:
    def bears(core: str, former: str) -> bool:
        return _core(former) in core

    return any(
        any(bears(name, entry) for entry in group) and any(bears(own, entry) for entry in group)
        for group in renamed
    )
