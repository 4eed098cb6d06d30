"""Whether a name is the agency's own, and what a place is to it: pairs of names in, one word out."""

from __future__ import annotations

import pytest

from expectations.profile import default
from tasks.extract.mentions import gazetteer
from tasks.validate.agency_names import relation as agency_relation
from tasks.validate.own_place import own_place, relation, wider_than_own

_RENAMED = default().words.renamed


@pytest.mark.parametrize(
    ("name", "own", "organ", "answer"),
    [
        ("映溪区教育局", "澜川市映溪区教育局", "department", "own"),
        ("教育局", "映溪区教育局", "department", "own"),
        ("区教体局", "映溪区教育和体育局", "department", "own"),
        ("映溪区住建局", "澜川市映溪区住房和城乡建设局", "department", "own"),
        ("映溪区城管局", "映溪区城市管理局", "department", "own"),
        ("映溪区市场监管局", "映溪区市场监督管理局", "department", "own"),
        ("映溪区国资委", "映溪区国有资产监督管理委员会", "department", "own"),
        ("局办公室", "映溪区教育局", "department", "own"),
        ("映溪区政府", "映溪区人民政府", "government", "own"),
        ("宿迁市人民政府", "宿迁市", "government", "own"),
        ("映溪区人民政府办公室", "映溪区人民政府", "government", "own"),
        ("映溪区大数据中心", "映溪区人民政府", "government", "office"),
        ("经开区", "安顺经济技术开发区", "government", "office"),
        ("映溪区教育体育局", "映溪区教育局", "department", "variant"),
        ("映溪区安全生产监督管理局", "映溪区应急管理局", "department", "variant"),
        ("映溪区民政局", "映溪区财政局", "department", "other"),
        ("宜宾市林草局", "云栖市映溪区林草局", "department", "other"),
        ("霍林县商务局", "云栖市映溪区林草局", "department", "other"),
        ("青砚镇人民政府", "映溪区竹浦街道办事处", "government", "other"),
        ("市商务局", "川汇区商务局", "department", "unsure"),
        ("映溪区人民政府", "映溪区水务局", "department", "unsure"),
        ("信息中心", "映溪区教育局", "department", "unsure"),
        ("洪泽县教育局", "洪泽区教育局", "department", "unsure"),
        ("泗阳县人民政府", "宿迁市", "government", "unsure"),
    ],
)
def test_what_a_name_is_to_an_agency(name: str, own: str, organ: str, answer: str) -> None:
    assert agency_relation(name, own, organ, _RENAMED) == answer


@pytest.mark.parametrize(
    ("agency", "place", "answer"),
    [
        ("淮安市洪泽区人民政府", "江苏省", "own"),
        ("淮安市洪泽区人民政府", "金湖县", "foreign"),
        ("宿迁市", "沭阳县", "own"),
        ("平潭综合实验区", "福建省", "own"),
        ("鼓楼区教育局", "江苏省", "own"),  # one of the four districts of that name lies there
        ("鼓楼区教育局", "四川省", "foreign"),
        ("国家税务总局", "宜宾市", "own"),
        ("云栖市映溪区林草局", "宜宾市", "foreign"),  # the name states another city
        ("云栖市映溪区林草局", "四川省", None),
        ("映溪区林草局", "宜宾市", None),
        (None, "宜宾市", None),
    ],
)
def test_what_a_place_is_to_an_agency(agency: str | None, place: str, answer: str | None) -> None:
    assert relation(own_place(agency), gazetteer.codes(place)) == answer


@pytest.mark.parametrize(
    ("agency", "rank", "wider"),
    [
        ("映溪区教育局", "county", {"国": True, "省": True, "市": True, "区": False, "县": False}),
        ("映溪区住房和城乡建设局", "unknown", {"国": True, "省": True, "市": True, "区": False, "县": False}),
        ("昆山市教育局", "unknown", {"国": True, "省": True, "市": False, "区": False, "县": False}),
        ("攀枝花市商务局", "unknown", {"国": True, "省": True, "市": False, "区": False, "县": False}),
        ("永吉县口前镇人民政府", "township", dict.fromkeys("国省市区县", True)),
        ("平潭综合实验区", "unknown", {"国": True, "省": True, "市": None, "区": False, "县": None}),
        ("四川省教育厅", "province", {"国": True, "省": False, "市": False, "区": False, "县": False}),
        ("国家税务总局", "unknown", dict.fromkeys("国省市区县", False)),
        ("上海市社区矫正管理局", "unknown", {"国": True, "省": False, "市": False, "区": False, "县": False}),
    ],
)
def test_whose_whole_reaches_beyond_an_agency(agency: str, rank: str, wider: dict[str, bool | None]) -> None:
    assert {word: wider_than_own(word, own_place(agency), rank) for word in "国省市区县"} == wider
