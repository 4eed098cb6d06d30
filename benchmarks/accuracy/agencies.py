"""Made-up agencies of every level. No place here exists; the names are checked against the list of real ones."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PROVINCE = "云岭省"
_FIRST = "澜青栖映竹砚溪霁岫蘅汀沅棠桐苇渚芷蓼茗鹭凫鸢烟岚翠碧绮素墨霜露枫槿荻菱"
_SECOND = "浦川溪汀岭原泽湾陂渡洲屿墟坞塘坪垭坡隰涧泮圃坂峪崮垅沚汊"


@dataclass(frozen=True)
class Trade:
    """What a kind of department does: topics it writes about, and the powers it holds."""

    name: str
    topics: tuple[str, ...]
    powers: tuple[str, ...] = ()
    """licensing | penalty | coercion | fees: whose numbers in table 2 are not zero."""


@dataclass(frozen=True)
class Agency:
    """One made-up agency, as the roster has it. `home` is the place it works for: 云岭省, 澜浦市, 映溪县, 青砚镇."""

    name: str
    rank: str
    organ: str
    parent: str
    home: str
    self_name: str
    topics: tuple[str, ...]
    powers: tuple[str, ...]
    aliases: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """What its level calls the whole of the place: 全省, 全市, 全县, 全区, 全镇."""
        for ending in ("街道", "省", "市", "县", "区", "镇", "乡"):
            if self.home.endswith(ending):
                return f"全{ending}"
        return "全区"


TRADES = (
    Trade("教育局", ("义务教育招生", "学区划分", "教师招聘", "校外培训管理"), ("licensing",)),
    Trade("财政局", ("部门预决算", "惠民资金", "政府采购", "会计监督"), ("penalty",)),
    Trade("民政局", ("社会救助", "养老服务", "社会组织登记", "地名管理"), ("licensing",)),
    Trade("水务局", ("河湖管护", "农村供水", "防汛抗旱", "取水许可"), ("licensing", "penalty", "fees")),
    Trade("住房和城乡建设局", ("房屋征收", "保障性住房", "物业管理", "工程质量"),
          ("licensing", "penalty", "fees")),
    Trade("市场监督管理局", ("食品安全抽检", "经营主体登记", "计量标准", "价格监督"),
          ("licensing", "penalty", "coercion", "enforcement")),
    Trade("文化和旅游局", ("公共文化服务", "文物保护", "旅游市场", "非遗传承"), ("licensing", "penalty")),
    Trade("卫生健康委员会", ("医疗机构校验", "疫苗接种", "妇幼健康", "职业病防治"), ("licensing", "penalty")),
    Trade("农业农村局", ("农机购置补贴", "高标准农田", "宅基地管理", "农产品质量"), ("licensing", "penalty")),
    Trade("司法局", ("法律援助", "公证办理", "人民调解", "规范性文件审核")),
    Trade("应急管理局", ("安全生产检查", "应急预案", "灾害救助", "事故调查"),
          ("licensing", "penalty", "coercion", "enforcement")),
    Trade("人力资源和社会保障局", ("就业补贴", "技能培训", "社会保险", "劳动维权"), ("licensing", "penalty")),
    Trade("自然资源局", ("土地征收", "规划许可", "不动产登记", "矿产管理"),
          ("licensing", "penalty", "fees")),
    Trade("生态环境局", ("环评审批", "排污许可", "空气质量", "噪声治理"),
          ("licensing", "penalty", "coercion", "enforcement")),
    Trade("交通运输局", ("公路建设", "公交线路", "道路运输", "港航管理"), ("licensing", "penalty", "coercion", "enforcement")),
    Trade("商务局", ("成品油零售", "促消费活动", "外贸服务", "农贸市场")),
    Trade("统计局", ("统计公报", "经济普查", "统计执法", "数据解读")),
    Trade("审计局", ("审计结果公告", "整改情况", "专项资金审计", "经济责任审计")),
    Trade("医疗保障局", ("医保待遇", "药品集采", "基金监管", "异地就医")),
    Trade("林业局", ("古树名木", "森林防火", "林地审批", "公益林补偿"), ("licensing", "penalty")),
)  # fmt: skip
_OF_GOVERNMENT = (
    ("重大建设项目", "财政预决算", "乡村振兴", "政策解读"),
    ("优化营商环境", "民生实事", "规划计划", "公共资源配置"),
    ("稳岗就业", "老旧小区改造", "重点领域信用", "应急管理"),
)
_OF_TOWNSHIP = (
    ("村级财务", "土地征收", "低保评定", "环境整治"),
    ("惠农补贴", "村务公开", "防汛值守", "网格服务"),
    ("社区建设", "就业援助", "物业协调", "危房改造"),
)


@cache
def real_places() -> frozenset[str]:
    """Return the place names of GB/T 2260, that no made-up place may bear."""
    listed = files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8")
    return frozenset(re.findall(r"[\u4e00-\u9fff]{2,}", listed))


def places(rng: random.Random) -> Iterator[str]:
    """Yield two-character names without an ending, in an order of the seed, none twice and none real."""
    names = [a + b for a in _FIRST for b in _SECOND if a != b]
    rng.shuffle(names)
    real = "".join(sorted(real_places()))
    return (name for name in names if name not in real)


@dataclass(frozen=True)
class World:
    """The agencies of one sweep, by what they are: ``province/government``, ``county/department`` …"""

    kinds: dict[str, list[Agency]]

    def all(self) -> list[Agency]:
        """Return every agency."""
        return [agency for kind in self.kinds.values() for agency in kind]


KINDS = (
    "province/department", "city/government", "city/department", "county/government",
    "county/department", "township/government",
)  # fmt: skip


def world(seed: str, cities: int = 6, counties: int = 8, townships: int = 6) -> World:
    """Make a province with `cities`, in each `counties`, in each `townships`.

    No government is there together with an agency below it: every fourth city and every third county have a
    government alone, the others agencies without one. So the numbers of two agencies never have to agree.
    """
    rng = random.Random(seed)
    named = places(rng)
    kinds: dict[str, list[Agency]] = {kind: [] for kind in KINDS}
    top = f"{PROVINCE}人民政府"
    for trade in TRADES:
        name = trade.name.replace("局", "厅") if trade.name.endswith("局") else trade.name
        kinds["province/department"].append(
            _department(PROVINCE, "province", top, trade, f"{PROVINCE}{name}")
        )
    for c in range(cities):
        city = f"{next(named)}市"
        government = f"{city}人民政府"
        if c % 4 == 0:
            kinds["city/government"].append(
                Agency(government, "city", "government", top, city, "市政府", rng.choice(_OF_GOVERNMENT),
                       ("licensing", "penalty", "fees", "rules"))
            )  # fmt: skip
            continue
        kinds["city/department"] += [_department(city, "city", government, trade) for trade in TRADES]
        for n in range(counties):
            county = f"{next(named)}{rng.choice('县县区')}"
            below = f"{county}人民政府"
            if n % 3 == 0:
                kinds["county/government"].append(
                    Agency(below, "county", "government", government, county, f"我{county[-1]}",
                           rng.choice(_OF_GOVERNMENT), ("licensing", "penalty", "coercion", "fees"))
                )  # fmt: skip
                continue
            kinds["county/department"] += [_department(county, "county", below, trade) for trade in TRADES]
            for _ in range(townships):
                kinds["township/government"].append(_township(next(named), county, below, rng))
    return World(kinds)


def _department(home: str, rank: str, parent: str, trade: Trade, name: str = "") -> Agency:
    powers = tuple(p for p in trade.powers if p != "fees" or rank != "province")
    own = "我委" if trade.name.endswith("委员会") else "我厅" if rank == "province" else "我局"
    return Agency(name or f"{home}{trade.name}", rank, "department", parent, home, own, trade.topics, powers)


def _township(place: str, county: str, parent: str, rng: random.Random) -> Agency:
    ending = rng.choice(("镇", "镇", "乡", "街道"))
    home = f"{place}{ending}"
    organ = f"{home}办事处" if ending == "街道" else f"{home}人民政府"
    return Agency(
        f"{county}{organ}", "township", "government", parent, home, f"我{ending}", rng.choice(_OF_TOWNSHIP),
        ("penalty",) if rng.random() < 0.3 else (), (organ,),
    )  # fmt: skip
