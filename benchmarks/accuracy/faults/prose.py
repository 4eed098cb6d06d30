"""TXT: what the prose says of the numbers in the tables."""

from __future__ import annotations

import random
from typing import Any

from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.fault import Told, fault

_EACH = "TXT-02 TXT-03 TXT-06 TXT-07 TXT-13"
REQUESTS = "overview t3"
BUSY = ("middle", "busy")


def say(case: Case, *patterns: str, part: str = "requests_part", **facts: object) -> tuple[str, ...]:
    """Put sentences in place of a part of section one; {name} is a fact of the report or one given here."""
    said = []
    for pattern in patterns:
        for name, value in facts.items():
            pattern = pattern.replace("{" + name + "}", str(value))
        said.append(case.report.say(pattern))
    case.report.prose[part] = said
    return tuple(said)


def _off(rng: random.Random, right: int, *not_these: int) -> int:
    """Return a number that is none of those that could be meant."""
    wrong = right + rng.choice((1, 2, 3, 10, 7))
    while wrong in (right, *not_these) or wrong < 1:
        wrong += 1
    return wrong


@fault("TXT-01", REQUESTS, sizes=("small", "middle"), also="TXT-02")
def nothing_received_says_the_prose(case: Case, rng: random.Random, n: int) -> Told:
    """The prose says that no request came in; the table has some."""
    say(case, (
        "全年未收到政府信息公开申请。", "{year}年度，{self}没有接到任何单位和个人提出的政府信息公开申请。",
        "本年度收到政府信息公开申请0件。", "截至年底，未受理政府信息公开申请。",
        "本年度无依申请公开事项，未收到公民、法人或其他组织的信息公开申请。",
        "{year}年{self}收到的政府信息公开申请为零。",
    )[n % 6])  # fmt: skip
    return Told(cells=("t3.received_new.total",))


@fault("TXT-02", REQUESTS, also="TXT-07 TXT-13 TXT-08")
def another_number_received(case: Case, rng: random.Random, n: int) -> Told:
    """The prose has another number of requests received."""
    f: dict[str, Any] = {
        k: case.report.count(f"t3.{k}.total")
        for k in ("received_new", "carried_in", "results.total", "carried_out")
    }
    wrong = _off(
        rng,
        f["received_new"],
        f["received_new"] + f["carried_in"],
        f["results.total"],
        f["results.total"] + f["carried_out"],
    )
    say(case, (
        "{year}年，{self}收到政府信息公开申请{wrong}件。", "全年共受理依申请公开{wrong}件，均已按程序登记。",
        "本年度新收政府信息公开申请{wrong}件。", "依申请公开工作有序开展，全年接收公民、法人和其他组织的政府信息公开申请共计{wrong}件。",
        "申请人向{self}提出政府信息公开申请{wrong}件，比上年有所变化。", "本年收到申请共{wrong}件，渠道畅通。",
    )[n % 6], wrong=wrong)  # fmt: skip
    return Told(cells=("t3.received_new.total",), words=(str(wrong),))


@fault("TXT-03", REQUESTS, also="TXT-07 TXT-13")
def another_number_answered(case: Case, rng: random.Random, n: int) -> Told:
    """The prose has another number of requests answered."""
    done = case.report.count("t3.results.total.total")
    near = [case.report.count(f"t3.{k}.total") for k in ("received_new", "carried_in", "carried_out")]
    wrong = _off(rng, done, near[0], near[0] + near[1], done + near[2])
    say(case, (
        "全年办结政府信息公开申请{wrong}件。", "依法答复政府信息公开申请{wrong}件，文书规范。", "本年度{self}共答复依申请公开{wrong}件。",
        "各类申请已办理完毕{wrong}件。", "政府信息公开申请全年办理答复{wrong}件，无一超期。",
    )[n % 5], wrong=wrong)  # fmt: skip
    return Told(cells=("t3.results.total.total",), words=(str(wrong),))


@fault("TXT-04", REQUESTS, sizes=BUSY, also="TXT-05 TXT-11 TXT-13")
def another_number_of_one_result(case: Case, rng: random.Random, n: int) -> Told:
    """The prose has another number for one kind of result."""
    c = case.report.count
    codes = {
        "予以公开": "full_disclosure", "部分公开": "partial_disclosure", "不予公开": "denied", "无法提供": "unable",
        "不予处理": "not_handled",
    }  # fmt: skip
    name = list(codes)[n % 5]
    rows = [r.key for r in case.report.template.table3_rows if r.key.startswith(f"results.{codes[name]}")]
    parts = [c(f"t3.{r}.total") for r in rows]
    wrong = _off(rng, sum(parts), *parts)
    say(case, (
        "办结的申请中，{name}{wrong}件，其余按规定作了答复。", "按答复类型看，{name}的有{wrong}件。", "全年{name}{wrong}件，均说明了依据。",
    )[n // 5 % 3], wrong=wrong, name=name)  # fmt: skip
    return Told(cells=(f"t3.{rows[0]}.total",), words=(str(wrong),))


@fault("TXT-05", REQUESTS, sizes=BUSY, also="TXT-04 TXT-08")
def a_share_miscalculated(case: Case, rng: random.Random, n: int) -> Told:
    """A percentage does not follow from the numbers beside it."""
    c = case.report.count
    done, full = c("t3.results.total.total"), c("t3.results.full_disclosure.total")
    received, natural = c("t3.received_new.total"), c("t3.received_new.natural_person")
    if n % 2:
        wrong = round(100 * full / done + (1.9, 4.0, -2.7)[n % 3], 1)
        said = (
            "予以公开{full}件，占{wrong}%。",
            "办结{done}件，其中予以公开{full}件，占办结总数的{wrong}%。",
        )[n // 2 % 2]
    else:
        wrong = round(100 * natural / received + (2.2, -3.1, 5.0)[n % 3], 1)
        said = "收到申请{received}件，其中自然人申请{natural}件，占比{wrong}%。"
    say(case, said, wrong=wrong)
    return Told(words=(str(wrong),))


@fault("TXT-06", REQUESTS, sizes=("middle", "small", "busy"), also="TXT-07 TXT-13")
def another_number_carried(case: Case, rng: random.Random, n: int) -> Told:
    """The prose has another number carried over, or carried in."""
    c = case.report.count
    if n % 2:
        wrong = _off(rng, c("t3.carried_out.total"))
        said = (
            "{wrong}件结转下年度继续办理。",
            "年底仍在办理的{wrong}件申请结转至下一年度。",
            "结转下年度{wrong}件。",
        )[n // 2 % 3]
        cell = "t3.carried_out.total"
    else:
        wrong = _off(rng, c("t3.carried_in.total"))
        said = (
            "上年度结转的申请{wrong}件已全部办结。",
            "上年结转{wrong}件。",
            "办理上一年度结转申请{wrong}件。",
        )[n // 2 % 3]
        cell = "t3.carried_in.total"
    say(case, said, wrong=wrong)
    return Told(cells=(cell,), words=(str(wrong),))


@fault("TXT-07", REQUESTS, sizes=("middle", "small", "busy"), also="TXT-02 TXT-03 TXT-06 TXT-13")
def the_prose_does_not_add_up(case: Case, rng: random.Random, n: int) -> Told:
    """The four numbers of the prose do not make a balance."""
    c = case.report.count
    f: dict[str, Any] = {
        "a": c("t3.received_new.total"),
        "b": c("t3.carried_in.total"),
        "d": c("t3.results.total.total"),
        "e": c("t3.carried_out.total"),
    }
    f["abde"[n % 4]] += 3 + n % 5
    say(case, (
        "全年新收申请{a}件，上年结转{b}件，办结{d}件，结转下年度{e}件。",
        "本年新收政府信息公开申请{a}件，加上年结转{b}件，全年答复{d}件，另有{e}件结转下一年度继续办理。",
        "{year}年收到申请{a}件，上年度结转{b}件；当年办结{d}件，结转下年{e}件。",
    )[n % 3], **f)  # fmt: skip
    return Told()


@fault("TXT-08", REQUESTS, sizes=BUSY, also="TXT-02 TXT-11 TXT-05")
def applicants_do_not_add_up(case: Case, rng: random.Random, n: int) -> Told:
    """Applicants, or ways of asking, do not make the total stated."""
    c = case.report.count
    received, natural = c("t3.received_new.total"), c("t3.received_new.natural_person")
    some = received // 3
    say(case, (
        "收到申请{received}件，其中自然人申请{a}件，法人或其他组织申请{b}件。",
        "全年收到政府信息公开申请{received}件，线上申请{c}件、线下申请{d}件。",
        "共收到申请{received}件，通过网络提交{c}件，通过信函提交{e}件，当面提交{f}件。",
    )[n % 3], a=natural, b=received - natural + 1 + n % 4, c=some, d=received - some + 2 + n % 3, e=some,
        f=received - 2 * some + 1 + n % 5)  # fmt: skip
    return Told()


@fault("TXT-09", "overview t4", sizes=BUSY, also="XT-03 TXT-13 TXT-11")
def another_number_of_disputes(case: Case, rng: random.Random, n: int) -> Told:
    """The prose has another number of reviews or suits, or none."""
    c = case.report.count
    review = c("t4.review.total")
    groups = ("suit_direct", "suit_after_review")
    suits = [c(f"t4.{g}.total") for g in groups]
    if n % 3 == 0:
        wrong = _off(rng, review)
        say(
            case,
            "办理申请{done}件。",
            ("因政府信息公开被申请行政复议{wrong}件。", "全年发生政府信息公开行政复议案件{wrong}件。")[
                n // 3 % 2
            ],
            wrong=wrong,
        )
        return Told(cells=("t4.review.total",), words=(str(wrong),))
    if n % 3 == 1:
        wrong = _off(rng, sum(suits), *suits)
        say(
            case,
            "办理申请{done}件。",
            ("因政府信息公开被提起行政诉讼{wrong}件。", "政府信息公开行政诉讼案件{wrong}件。")[n // 3 % 2],
            wrong=wrong,
        )
        return Told(words=(str(wrong),))
    say(case, "办理申请{done}件。", ("全年未发生因政府信息公开引起的行政复议。", "本年度没有因政府信息公开工作被申请行政复议的情况。",
                              "没有发生涉及政府信息公开的行政复议案件。")[n // 3 % 3])  # fmt: skip
    return Told(cells=("t4.review.total",))


@fault("TXT-10", "overview t2", sizes=BUSY, also="TXT-13")
def another_number_of_documents(case: Case, rng: random.Random, n: int) -> Told:
    """The prose has another number of documents issued, repealed or in force."""
    key, name = (("issued", "制发"), ("repealed", "废止"), ("in_force", "现行有效"))[n % 3]
    code = f"t2.normative_docs.{key}"
    wrong = _off(rng, case.report.count(code))
    said = {
        "issued": (
            "本年度{name}行政规范性文件{wrong}件。",
            "全年{self}共{name}行政规范性文件{wrong}件，均及时公开。",
        ),
        "repealed": ("{name}行政规范性文件{wrong}件。", "经清理，本年{name}行政规范性文件{wrong}件。"),
        "in_force": (
            "截至年底，{name}的行政规范性文件{wrong}件。",
            "{name}行政规范性文件共{wrong}件，全部对外公布。",
        ),
    }[key][n // 3 % 2]
    say(case, "主动公开信息{disclosed}条。", said, part="proactive_part", wrong=wrong, name=name)
    return Told(cells=(code,), words=(str(wrong),))


@fault("TXT-11", "overview", also="TXT-13")
def parts_above_the_whole(case: Case, rng: random.Random, n: int) -> Told:
    """The parts of a number make more than the number, or just miss it."""
    total = 200 + 13 * n
    a, b = total // 3, total // 4
    c = total - a - b + ((40 + n, 1, 2)[n % 3])
    say(case, (
        "全年主动公开信息{total}条，包括门户网站{a}条、政务新媒体{b}条、其他渠道{c}条。",
        "全年发布信息{total}条，其中政务动态{a}条，{topic0}{b}条，其他{c}条。",
        "主动公开政府信息{total}条：网站{a}条，微信公众号{b}条，公开栏{c}条。",
    )[n % 3], part="proactive_part", total=total, a=a, b=b, c=c)  # fmt: skip
    return Told(words=(str(total),))


@fault("TXT-12", REQUESTS, sizes=BUSY)
def all_done_beside_a_carry_over(case: Case, rng: random.Random, n: int) -> Told:
    """The prose says that a hundred per cent were done; the table carries some over."""
    say(
        case,
        (
            "收到申请{received}件，办结率100%。",
            "申请办结率达到100%。",
            "全年申请{received}件，办结率为百分之百。",
        )[n % 3],
    )
    return Told(cells=("t3.carried_out.total",))


@fault("TXT-13", "overview intro")
def one_thing_two_numbers(case: Case, rng: random.Random, n: int) -> Told:
    """One and the same thing is told twice with different numbers."""
    one, two = 150 + 7 * n, 150 + 7 * n + (9, 1, 30)[n % 3]
    y = case.report.year
    told = ("主动公开政府信息", "主动公开各类信息", "公开政府信息")[n % 3]
    case.report.prose["intro"] = [f"本报告统计期限为{y}年1月1日至{y}年12月31日。"]
    case.report.prose["opening_part"] = [
        f"{y}年，{case.report.agency.self_name}全年{told}{one}条，公开工作取得新进展。"
    ]
    say(case, "{self}全年{told}{two}条，{topic0}内容占比最大。", part="proactive_part", told=told, two=two)
    return Told(words=(str(one), str(two)))


@fault("TXT-14", "overview other t2", years=(2022, 2023, 2024), also="S6-01 S6-02 S6-03 T2-06")
def fees_and_no_fees(case: Case, rng: random.Random, n: int) -> Told:
    """No fee was charged, says one place; another names an amount."""
    report = case.report
    fee = (400, 800, 1500)[n % 3]
    report.values["t2.fees.amount_wan_yuan"] = "35.2000"
    if n % 2:
        report.prose["supervision_part"] = [
            report.say("{year}年未收取任何信息处理费用，组织培训{few}次，落实监督保障要求。")
        ]
        report.prose["other"] = [f"本年度收取政府信息公开信息处理费{fee}元。"]
    else:
        report.prose["other"] = [
            f"本年度未收取信息处理费。{report.year}年度共计收取信息处理费{fee}元，已上缴国库。"
        ]
    return Told(words=(str(fee),))


@fault(
    "TXT-15",
    "overview",
    also="STR-11 STR-12 DUP-04",
    sizes=("zero", "small"),
    kinds=("county/department", "city/department"),
)
def no_figure_in_the_overview(case: Case, rng: random.Random, n: int) -> Told:
    """Section one has no number of anything."""
    for part, said in (
        ("opening_part", "{year}年，{self}认真推进政府信息公开，{topic0}内容更加充实。"),
        (
            "proactive_part",
            ("及时发布{topic1}、{topic2}等信息，主动公开范围不断扩大。", "主动公开{topic3}办理结果。")[n % 2],
        ),
        ("requests_part", "依申请公开渠道畅通，办理流程规范。"),
        ("management_part", "政府信息管理制度健全，发布前逐条审核。"),
        ("platform_part", ("平台建设不断完善，栏目清晰。", "加强网站维护，平台运行平稳。")[n % 2]),
        ("supervision_part", "落实监督保障责任，接受社会评议。"),
    ):
        case.report.prose[part] = [case.report.say(said)]
    return Told()
