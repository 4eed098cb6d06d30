"""STALE, LEX, PII: old years, wrong words, what should not be public."""

from __future__ import annotations

import dataclasses
import random

from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.fault import DEPARTMENTS, Told, fault

PARTS = ("proactive_part", "management_part", "platform_part", "supervision_part", "opening_part")


def put(case: Case, n: int, said: str, section: str | None = None) -> str:
    """Add a sentence to a part of section one (another for each n), or to the section named."""
    text = case.report.say(said)
    part = section or PARTS[n % 4]
    case.report.prose[part] = [*case.report.prose[part], text]
    return text


@fault("STALE-01", "overview intro problems year", also="STALE-02 META-03 TXT-13 STALE-04")
def last_years_year_throughout(case: Case, rng: random.Random, n: int) -> Told:
    """The prose speaks of an earlier year as its own."""
    prose, year = case.report.prose, case.report.year
    old = str(year - (1 if n % 3 else 2))
    prose["intro"] = []
    prose["opening_part"] = [
        case.report.say("{year}年，{self}扎实推进政府信息公开，{topic0}公开更加充分。").replace(
            str(year), old
        )
    ]
    prose["proactive_part"] = [
        case.report.say("{year}年全年主动公开信息{disclosed}条；{year}年制作解读{explained}篇。").replace(
            str(year), old
        )
    ]
    prose["supervision_part"] = [
        case.report.say("{year}年组织业务培训{few}次，监督保障有力。").replace(str(year), old)
    ]
    for part in (
        "requests_part",
        "problems",
        "plan_part",
        "other",
        "government_part",
        "management_part",
        "platform_part",
    ):
        prose[part] = [text.replace(str(year), old) for text in prose[part]]
    return Told(words=(old,))


@fault("STALE-02", "overview", also="STALE-01 TXT-13")
def a_year_to_come(case: Case, rng: random.Random, n: int) -> Told:
    """The overview tells of a year that has not been."""
    year = case.report.year + 1 + n % 2
    put(case, n, (
        f"{year}年全年发布{{topic0}}信息{{few}}批。", f"{year}年，{{self}}完成{{topic1}}目录编制，公开事项{{few}}项。",
        f"截至{year}年12月，已建成查阅点{{few}}处。",
    )[n % 3])  # fmt: skip
    return Told(words=(str(year),))


@fault("STALE-03", "overview")
def words_that_age(case: Case, rng: random.Random, n: int) -> Told:
    """今年, 去年, 截至目前 in the overview."""
    word = ("今年", "去年", "截至目前", "今年以来", "目前为止")[n % 4]
    put(case, n, f"{word}，{{self}}{('新设', '已设')[n % 2]}{{topic0}}专题{{few}}个。")
    return Told(words=(word[:2],))


@fault("STALE-04", "overview", years=(2023, 2024))
def an_old_congress(case: Case, rng: random.Random, n: int) -> Told:
    """The latest congress or plenum named is older than the report's year."""
    case.report.prose["opening_part"] = [
        case.report.say((
            "{year}年，{self}以党的十九大精神为指引，做好{topic0}公开。",
            "{self}深入贯彻落实党的十九大和十九届历次全会精神，推进{topic1}公开。",
            "{year}年，全面贯彻党的十九届四中全会精神，公开工作有新进展。",
        )[n % 3])
    ]  # fmt: skip
    return Told(words=("十九",))


@fault("LEX-01", "overview")
def grave_misprints(case: Case, rng: random.Random, n: int) -> Told:
    """A word that must not be misprinted is misprinted."""
    wrong, said = (
        ("攻府", "{topic0}信息通过攻府网站发布{few}批。"), ("共合国", "对照《中华人民共合国政府信息公开条例》开展自查{few}次。"),
        ("中共人民共和国", "组织学习《中共人民共和国政府信息公开条例》{few}次。"),
        ("大和国", "学习《中华人民大和国政府信息公开条例》{few}次。"),
    )[n % 4]  # fmt: skip
    put(case, n, said)
    return Told(words=(wrong,))


@fault("LEX-02", "overview")
def the_principle_turned_round(case: Case, rng: random.Random, n: int) -> Told:
    """公开是常态 is followed by 公开是例外."""
    put(case, n, (
        "坚持公开是常态，公开是例外。", "落实“以公开为常态、公开为例外”的要求。", "遵循公开为常态，以公开为例外的原则，更新栏目{few}个。",
        "坚持“公开为例外、不公开为常态”。", "按照以不公开为常态、公开为例外的要求，审核信息{few}批。",
    )[n % 5])  # fmt: skip
    return Told(words=("例外",))


@fault("LEX-03", "intro overview", also="META-08 META-09")
def a_law_misnamed(case: Case, rng: random.Random, n: int) -> Told:
    """A law is called by a wrong name, number or article."""
    y = case.report.year
    wrong = (
        "《中华人民共和国政府信息公开工作条例》", "《政府信息公开工作条例》", "《中华人民共和国政府信息公开法》",
        "《中华人民共和国信息公开条例》",
        "《中华人民共和国政府信息公开条例》（国务院令第771号）",
    )[n % 5]  # fmt: skip
    case.report.prose["intro"] = [f"根据{wrong}编制本报告，统计期限为{y}年1月1日至{y}年12月31日。"]
    return Told(words=(("工作条例", "工作条例", "信息公开法", "信息公开条例", "771")[n % 5],))


@fault(
    "LEX-04",
    "overview",
    kinds=("county/department", "township/government", "county/government"),
    also="DUP-03",
)
def a_level_too_high(case: Case, rng: random.Random, n: int) -> Told:
    """A county speaks of the whole province as its own."""
    put(case, n, (
        "组织推动全省政府信息公开工作，编发工作简报{few}期。", "全国各业务条线的{topic0}信息由{self}统一公开，共{few}批。",
        "{self}指导全省{topic1}公开目录编制工作，全省累计公开{part}条。", "推进全省{topic2}信息公开标准化建设。",
    )[n % 4])  # fmt: skip
    return Told(words=("全国" if n % 4 == 1 else "全省",))


def _move(case: Case, home: str, n: int) -> None:
    """Give the report to an agency that does not exist, in a place that does: only of such can a place be strange."""
    name = f"{home}{case.report.agency.home[:2]}{('古树', '竹编', '茶园', '渡口', '碑刻')[n % 5]}保护局"
    agency = dataclasses.replace(
        case.report.agency, name=name, home=home, parent=f"{home}人民政府", rank="county", organ="department",
        self_name="我局", aliases=(),
    )  # fmt: skip
    case.report.agency, case.report.signed[0] = agency, name
    case.report.title = f"{name}{case.report.year}年政府信息公开工作年度报告"


@fault(
    "LEX-05",
    "title signature overview intro problems series t2 t3 t4",
    stage=0,
    kinds=DEPARTMENTS,
    apart=True,
    also="META-04 DUP-02",
)
def a_strange_place(case: Case, rng: random.Random, n: int) -> Told:
    """The name of a place far away stands where the agency's own should."""
    place = ("宜宾市", "洛阳市", "常州市", "桂林市", "大庆市", "遵义市")[n % 6]
    y = case.report.year
    _move(
        case,
        ("杭州市临安区", "福州市长乐区", "西安市鄠邑区", "长沙市望城区", "合肥市庐江县", "南昌市安义县")[
            n // 6 % 6
        ],
        n,
    )
    if n % 2:
        case.report.prose["intro"] = [
            f"现将{place}{case.report.agency.name[-3:]}{y}年度工作情况报告如下，统计期限为{y}年1月1日至{y}年12月31日。"
        ]
    else:
        put(case, n, f"{place}{{topic0}}信息全年公开{{part}}条，{place}市民可在线查询。")
    return Told(words=(place,))


@fault("LEX-06", "overview")
def slips_of_the_pen(case: Case, rng: random.Random, n: int) -> Told:
    """Doubled characters, brackets without their partner, words misspelt."""
    put(case, n, (
        "（四府信息公开平台新增栏目{few}个。", "及时及时更新{topic0}目录{few}次。", "公开内容的的准确性进一步提高，更正{few}处。",
        "推进政务信信息公开标准化，修订目录{few}项。", "建立建全公开制度{few}项。", "做好公开工作，，全年更新{few}批。",
        "公布“{topic1}事项清单{few}份。",
    )[n % 7])  # fmt: skip
    return Told(unsure=case.report.writer == "comma")  # a quotation mark ends a field there


# ------------------------------------------------------------------------------------------- personal data


def _identity_number(rng: random.Random) -> str:
    """Return a well-formed resident's number, made up on the spot and written nowhere."""
    first = f"110101{rng.randint(1950, 1999)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]


def _card(rng: random.Random) -> str:
    digits = [6, 2, 2, 8, *(rng.randint(0, 9) for _ in range(14))]
    total = sum(
        d if (len(digits) - i) % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(digits)
    )
    return "".join(map(str, digits)) + str(-total % 10)


@fault("PII-01", "overview intro")
def a_mobile_number(case: Case, rng: random.Random, n: int) -> Told:
    """A private mobile number."""
    number = f"1{'3578'[n % 4]}{rng.randint(0, 9)}{rng.randint(10_000_000, 99_999_999)}"
    if n % 3 == 0:
        y = case.report.year
        case.report.prose["intro"] = [
            f"本报告统计期限为{y}年1月1日至{y}年12月31日，联系人：王某，手机：{number}。"
        ]
    else:
        shown = number if n % 3 == 1 else f"{number[:3]}-{number[3:7]}-{number[7:]}"
        put(case, n, f"群众李某（电话{shown}）反映的{{topic0}}问题已答复{{few}}次。")
    return Told()


@fault("PII-02", "overview problems")
def an_identity_number(case: Case, rng: random.Random, n: int) -> Told:
    """A resident's number in full."""
    put(
        case,
        n,
        f"对申请人（身份证号{_identity_number(rng)}）的{{topic0}}申请作了答复。",
        None if n % 2 else "problems",
    )
    return Told()


@fault("PII-03", "overview other")
def a_bank_card_or_address(case: Case, rng: random.Random, n: int) -> Told:
    """A bank card's number, or where a private person lives."""
    put(case, n, (
        f"补贴打入周某的银行卡（卡号{_card(rng)}），并公示{{few}}天。",
        f"信息处理费退至申请人账户{_card(rng)}。",
        f"申请人吴某（住{case.report.agency.home}桂花路{12 + n}号3单元502室）的申请已答复。",
    )[n % 3])  # fmt: skip
    return Told()


@fault("PII-04", "overview problems")
def an_applicant_named(case: Case, rng: random.Random, n: int) -> Told:
    """An applicant is named beside what he asked for."""
    name = ("赵建国", "钱文静", "孙志强", "周晓燕", "吴海涛")[n % 5]
    put(case, n, (
        f"申请人{name}申请公开{{topic0}}的会议纪要，已依法答复。", f"{name}申请公开其宅基地批准文件，{{self}}予以提供。",
        f"针对{name}提出的关于{{topic1}}资金使用情况的信息公开申请，组织当面沟通{{few}}次。",
    )[n % 3], None if n % 2 else "problems")  # fmt: skip
    return Told(words=())
