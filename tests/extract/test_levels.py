"""What a name tells of rank, organ, leadership from above, and zones."""

from __future__ import annotations

import pytest

from tasks.extract.levels import level, vertical, zone


@pytest.mark.parametrize(
    ("agency", "rank", "organ"),
    [
        ("上海市人民政府", "province", "government"),
        ("北京市海淀区人民政府", "county", "government"),
        ("内蒙古自治区财政厅", "province", "department"),
        ("省财政厅", "province", "department"),
        ("吉林市人民政府", "city", "government"),
        ("景德镇市人民政府", "city", "government"),  # 镇 inside the name of a city
        ("镇江市财政局", "city", "department"),
        ("延边朝鲜族自治州人民政府", "city", "government"),
        ("凉山州教育局", "city", "department"),
        ("阿克苏地区行政公署", "city", "government"),
        ("锡林郭勒盟行政公署", "city", "government"),
        ("昆山市人民政府", "county", "government"),  # a county-level city by GB/T 2260
        ("江苏省昆山市财政局", "county", "department"),
        ("济源市人民政府", "county", "government"),  # 省直辖县级市
        ("巢湖市人民政府", "county", "government"),  # a prefecture until 2011
        ("随州市财政局", "unknown", "department"),  # both ranks in the list
        ("云栖市教育局", "unknown", "department"),  # in no list
        ("云栖市映溪市教育局", "county", "department"),  # a 市 below a 市
        ("云栖市映溪区林草局", "county", "department"),
        ("鄂温克族自治旗人民政府", "county", "government"),
        ("浦东新区人民政府", "county", "government"),
        ("映溪区青砚镇人民政府", "township", "government"),
        ("映溪区秀水街道办事处", "township", "government"),
        ("陈巴尔虎旗巴彦哈达苏木", "township", "government"),
        ("市教育局", "unknown", "department"),
        ("县人民政府", "county", "government"),
        ("区市场监督管理局", "county", "department"),
        ("昆山市城市管理局", "county", "department"),
        ("映溪县住房和城乡建设局", "county", "department"),
        ("映溪区乡村振兴局", "county", "department"),
        ("北京市城市管理委员会", "province", "department"),
        ("云南省国有资产监督管理委员会", "province", "department"),
        ("国务院国有资产监督管理委员会", "state", "department"),
        ("云栖高新技术产业开发区管委会", "unknown", "government"),
        ("云栖综合实验区", "unknown", "government"),
        ("广州市人民政府办公厅", "city", "unknown"),  # its own report or the government's
        ("财政部", "state", "department"),
        ("海关总署", "state", "department"),
        ("国家税务总局", "state", "department"),
        ("国家税务总局洛阳市洛龙区税务局", "county", "department"),
        ("国家统计局河北调查总队", "province", "department"),
        ("上海海关", "unknown", "department"),
        ("", "unknown", "unknown"),
        (None, "unknown", "unknown"),
    ],
)
def test_level(agency: str | None, rank: str, organ: str) -> None:
    assert level(agency) == (rank, organ)


def test_what_is_led_from_above() -> None:
    names = [
        "国家税务总局云栖市税务局",
        "云栖海关",
        "云栖市气象局",
        "国家统计局云栖调查队",
        "云栖市消防救援支队",
    ]
    assert [name for name in names if not vertical(name)] == []
    others = ["国家税务总局", "海关总署", "中国气象局", "云栖市教育局", "云栖市应急管理局", None]
    assert [name for name in others if vertical(name)] == []


def test_zones() -> None:
    names = ["云栖高新技术产业开发区管委会", "栖云山风景区管理委员会", "云栖综合实验区"]
    assert [name for name in names if not zone(name)] == []
    others = [
        "云栖市国有资产监督管理委员会",
        "北京市城市管理委员会",
        "西安市碑林区",
        "浦东新区人民政府",
        None,
    ]
    assert [name for name in others if zone(name)] == []
