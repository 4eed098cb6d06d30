"""What the name of an agency tells of its place: what it is called in its own report, who may be the same office.

Everything here is taken from names only and is unsure by nature; a roster always comes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from tasks.extract.wording import fold
from tasks.roster import Roster

# 住房和城乡建设局: the 乡 of 城乡 is no place; 人民政府 may stand between two places (映溪区人民政府竹浦街道办事处)
_PLACE = re.compile(
    r"(?:人民政府)?([\u4e00-\u9fff]{1,9}?(?:自治区|自治州|自治县|地区|街道(?=办事处|$)|(?<!城)[市镇乡]|[省州盟区县旗]))"
)
_NO_PLACE = ("市场", "市政", "区划", "区域", "乡村", "市容", "区块", "旗下")
"""What a place would have to be cut out of: 映溪区市场监督管理局 has no place 映溪区市."""
_UNIT = re.compile(r"(?:自治区|自治州|自治县|地区|街道|[省州盟区县旗市镇乡])$")
_TOWNSHIP = ("镇", "乡", "街道")
_OFFICE = re.compile(r"(?<=政府|委会)(?:政务公开|政府信息公开)?(?:办公室|办公厅|办)$")
_SHORTEST_STEM = 2
_SHORTEST_NAME = 3


@lru_cache(maxsize=65536)
def places(agency: str) -> tuple[str, ...]:
    """Return the places a folded name begins with: 云栖市映溪区林草局 → (云栖市, 映溪区)."""
    found: list[str] = []
    position = 0
    while (match := _PLACE.match(agency, position)) is not None:
        if (
            len(match[1]) < _SHORTEST_NAME - bool(found)
            or match[1][-1] + agency[match.end() :][:1] in _NO_PLACE
        ):
            break
        found.append(match[1])
        position = match.end()
    return tuple(found)


@lru_cache(maxsize=65536)
def own_names(agency: str) -> tuple[str, ...]:
    """Return every name an agency may go by in its own report, longest first.

    云栖市映溪区林草局 → itself, 映溪区林草局, 林草局, 云栖市, 映溪区, 云栖, 映溪.
    """
    found = {agency}
    rest = agency
    for place in places(agency):
        rest = rest.partition(place)[2]
        found |= {place, place + rest, rest}
        stem = _UNIT.sub("", place)
        if len(stem) >= _SHORTEST_STEM:
            found.add(stem)
    found -= {"人民政府", "办事处", ""}
    return tuple(sorted(found, key=lambda name: (-len(name), name)))


def superiors(agencies: Sequence[str], roster: Roster | None) -> dict[str, tuple[str, ...]]:
    """Return for each folded name the agencies above it, nearest first, under their folded names.

    The roster decides; without it the government of the place that a name begins with (映溪区青砚镇人民政府 →
    映溪区人民政府) if there is one by exactly that name among `agencies`.
    """
    above = _by_roster(roster)
    known = set(agencies)
    found: dict[str, tuple[str, ...]] = {}
    for agency in known:
        if agency in above:
            found[agency] = _chain(agency, above)
            continue
        units = places(agency)
        governments = ["".join(units[:n]) + "人民政府" for n in range(len(units), 0, -1)]
        found[agency] = tuple(name for name in governments if name in known and name != agency)
    return found


def _by_roster(roster: Roster | None) -> dict[str, str | None]:
    if roster is None:
        return {}
    official = {
        fold(name): fold(entry.agency) for entry in roster.entries for name in (entry.agency, *entry.aliases)
    }
    return {
        fold(entry.agency): official.get(fold(entry.parent), fold(entry.parent)) if entry.parent else None
        for entry in roster.entries
    }


def _chain(agency: str, above: Mapping[str, str | None]) -> tuple[str, ...]:
    found: list[str] = []
    one = above.get(agency)
    while one is not None and one not in found:
        found.append(one)
        one = above.get(one)
    return tuple(found)


def districts(agencies: Sequence[str], roster: Roster | None) -> dict[str, str]:
    """Return for each folded name the group of agencies that may have been given one template to fill in.

    That is the agency above it on the roster, else the place that its name begins with, without the township.
    Names that tell neither are left out.
    """
    above = _by_roster(roster)
    found: dict[str, str] = {}
    for agency in set(agencies):
        parent = above.get(agency)
        if parent is not None:
            found[agency] = parent
            continue
        units = places(agency)
        while units and units[-1].endswith(_TOWNSHIP):
            units = units[:-1]
        if units:
            found[agency] = units[-1]
    return found


@lru_cache(maxsize=65536)
def body(agency: str) -> str:
    """Return whose report it is when an office writes one for its government: 映溪区人民政府办公室 → 映溪区人民政府."""
    match = _OFFICE.search(agency)
    return agency[: match.start()] if match else agency


def perhaps_same(one: str, other: str) -> bool:
    """Say whether two folded names may be one agency: one is the other with characters left out.

    财政局 and 映溪区财政局, 林业局 and 林业和草原局: an abbreviation, or the old name and the new one.
    """
    shorter, longer = sorted((one, other), key=len)
    rest = iter(longer)
    return all(character in rest for character in shorter)
