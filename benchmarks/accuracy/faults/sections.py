"""S5, S6, DUP: what sections five and six say, and what is copied."""

from __future__ import annotations

import copy
import dataclasses
import random
import re

from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.cases import case as clean_case
from benchmarks.accuracy.fault import DEPARTMENTS, Told, fault
from benchmarks.accuracy.report import Report

RECENT = (2022, 2023, 2024)


def _five(case: Case, *texts: str) -> None:
    case.report.prose["problems"] = [case.report.say(text) for text in texts]
    case.report.prose["plan_part"] = []


@fault("S5-01", "problems", also="S5-02 S5-03 S5-05")
def one_half_of_section_five(case: Case, rng: random.Random, n: int) -> Told:
    """Section five has problems only, or improvements only."""
    _five(case, (
        "存在的主要问题：一是{topic0}信息的更新有时滞后；二是对{topic1}政策的解读篇目偏少，群众看不懂的情况时有发生；三是培训次数不多。",
        "改进情况：一是{topic1}专栏改为每周更新，{topic2}目录重新编排；二是组织培训{few}次，覆盖全部业务科室；三是把公开纳入考核。",
        "主要不足有：{topic3}方面公开的深度不够，个别栏目内容陈旧，工作人员对《条例》条款掌握不牢，申请答复的说理性欠缺。",
        "改进措施：修订{topic0}公开指南，完善审核流程，增配工作人员{few}名，并于每季度末对栏目更新情况开展检查通报。",
    )[n % 4])  # fmt: skip
    return Told()


@fault("S5-02", "problems", also="S5-01 STR-10 S5-03")
def nothing_in_section_five(case: Case, rng: random.Random, n: int) -> Told:
    """Section five says 无 or a handful of words."""
    _five(case, ("无。", "无", "暂无。", "本年度无存在的问题。", "不存在问题。", "无此情况。")[n % 6])
    return Told()


@fault("S5-03", "problems", also="S5-05")
def nothing_in_particular(case: Case, rng: random.Random, n: int) -> Told:
    """Section five has commonplaces only."""
    _five(case, (
        "一是思想认识有待进一步提高；二是公开内容不够丰富；三是工作力度有待加强。下一步，将提高思想认识，丰富公开内容，加大工作力度。",
        "存在公开意识不强、内容不够全面、时效性有待提升等问题。今后将进一步增强意识，充实内容，提升时效，推动工作再上新台阶。",
        "我们的工作虽取得一定成绩，但主动公开意识有待加强，公开质量有待提高，业务水平有待提升。今后要加强学习，提高质量，提升水平。",
    )[n % 3])  # fmt: skip
    return Told()


@fault("S5-04", "problems series", previous=True, also="DUP-01")
def last_years_problems(case: Case, rng: random.Random, n: int) -> Told:
    """Section five is last year's, with or without another year in it."""
    assert case.before is not None
    _five(case, "存在的主要问题：一是{topic0}信息更新周期偏长，{topic1}栏目下有空白页面；二是负责公开的人员兼职较多，业务接续不畅。",
          "改进情况：一是把{topic0}栏目改为按周更新，由专人巡查；二是将{topic1}公开任务写进岗位职责，实行交接登记。")  # fmt: skip
    case.before.prose["problems"] = list(case.report.prose["problems"])
    case.before.prose["plan_part"] = []
    if n % 2:
        for report in (case.report, case.before):
            report.prose["plan_part"] = [f"{report.year + 1}年将继续抓好整改落实。"]
    return Told()


@fault("S5-05", "problems")
def measures_do_not_answer_the_problems(case: Case, rng: random.Random, n: int) -> Told:
    """Three or four problems, one measure."""
    _five(case, (
        "存在的主要问题：一是{topic0}信息不全；二是{topic1}解读材料少；三是{topic2}栏目更新慢；四是工作人员流动大。改进措施：加强业务培训{few}次。",
        "（一）存在的问题。1.{topic0}目录不细。2.{topic1}公开不及时。3.{topic2}答复说理不足。（二）改进情况。组织自查{few}次。",
    )[n % 2])  # fmt: skip
    return Told()


@fault("S5-06", "problems")
def beside_the_point(case: Case, rng: random.Random, n: int) -> Told:
    """Section five speaks of submitting articles, petitions or propaganda."""
    _five(case, (
        "存在的问题是报送信息的数量偏少，内容单一，被上级采用率低。改进措施是发动全体干部撰写信息，完善信息报送奖励办法，力争采用篇数翻番。",
        "主要问题是信访件办理周期较长，重复信访较多。改进情况：实行领导包案，畅通信访渠道，及时化解信访矛盾，信访总量下降。",
        "问题是宣传稿件质量不高，在主流媒体上稿少。改进的办法是聘请通讯员，培训写作技巧，多写新闻宣传稿件，提高宣传稿件上稿率。",
    )[n % 3])  # fmt: skip
    return Told()


# ---------------------------------------------------------------------------------------------- section six


@fault("S6-01", "other", years=RECENT, also="S6-04")
def nothing_on_fees(case: Case, rng: random.Random, n: int) -> Told:
    """Section six says nothing on processing fees."""
    case.report.prose["other"] = [
        ("本单位本年度没有其他需要报告的事项。", "除上述内容外，没有需要报告的其他事项。", "全年办理建议提案3件，均已公开答复。",
         "报告可在门户网站查阅下载。")[n % 4]
    ]  # fmt: skip
    return Told()


@fault("S6-02", "other t2", years=RECENT, also="T2-06 S6-03 S6-04")
def a_fee_off_the_tariff(case: Case, rng: random.Random, n: int) -> Told:
    """A fee by the piece that is no multiple of a hundred yuan."""
    case.report.values["t2.fees.amount_wan_yuan"] = "35.2000"
    fee = (50, 130, 260, 375, 20)[n % 5]
    case.report.prose["other"] = [
        (f"本年度按件计收信息处理费{fee}元。", f"本年度收取信息处理费{fee}元，收费标准为按件收费。",
         f"采取按件计收方式收取政府信息公开信息处理费共{fee}元。")[n % 3]
    ]  # fmt: skip
    return Told(words=(str(fee),))


@fault("S6-03", "other t2", years=RECENT, sizes=("small",), also="T2-06 S6-02 S6-04")
def a_fee_with_few_requests(case: Case, rng: random.Random, n: int) -> Told:
    """A fee by the piece though there were ten requests at most."""
    report = case.report
    report.values["t2.fees.amount_wan_yuan"] = "35.2000"
    fee = (400, 700, 100, 1200)[n % 4]
    report.prose["other"] = [
        (f"全年按件计收信息处理费{fee}元。", f"本年度收取政府信息公开信息处理费{fee}元（按件计收）。")[n % 2]
    ]
    return Told(words=(str(fee),))


@fault("S6-04", "other t2", years=RECENT, also="S6-02 S6-03")
def fees_without_their_basis(case: Case, rng: random.Random, n: int) -> Told:
    """Fees were charged and the statement does not name the measure it rests on."""
    case.report.values["t2.fees.amount_wan_yuan"] = "35.2000"
    case.report.prose["other"] = [
        ("本年度按量计收信息处理费{fee}元，无其他需要报告的事项。",
         "收取政府信息公开信息处理费{fee}元（按量计收），已上缴。")[n % 2].format(fee=380 + 20 * n)
    ]  # fmt: skip
    return Told()


@fault("S6-05", "other", years=RECENT, also="S6-01 S6-04")
def only_nothing_in_section_six(case: Case, rng: random.Random, n: int) -> Told:
    """Section six is 无 alone."""
    case.report.prose["other"] = [
        ("无。", "无", "没有其他需要报告的事项。", "暂无。", "无其他需要报告的事项。")[n % 5]
    ]
    return Told()


# ---------------------------------------------------------------------------------------------------- copies


def _copied(of: Report, to: Report, rng: random.Random, reworded: int) -> None:
    """Give a report another's prose: names and years its own, `reworded` of its paragraphs left as they were."""
    own = copy.deepcopy(to.prose)
    swap = {of.agency.name: to.agency.name, of.agency.home: to.agency.home, str(of.year + 1): str(to.year + 1),
            str(of.year): str(to.year)}  # fmt: skip
    names = re.compile("|".join(map(re.escape, swap)))
    keep = set(rng.sample(["opening_part", "platform_part", "management_part", "supervision_part"], reworded))
    for part, texts in of.prose.items():
        if part in ("intro", "other") or part in keep:
            continue
        if part == "requests_part":
            for report in (of, to):
                said = report.say("全年收到政府信息公开申请{received}件，办结{done}件。")
                report.prose[part] = own[part] = [said]
            continue
        own[part] = [names.sub(lambda met: swap[met[0]], text) for text in texts]
    to.prose.update(own)


def _longer(report: Report) -> None:
    """Give a report some sentences more, so that its prose is long enough to be compared."""
    for part, said in (
        (
            "proactive_part",
            "{topic1}窗口增设自助查询设备{few}台，{topic2}资料装订成册供人翻阅，{topic0}政策做成动漫短片在社区播放。",
        ),
        (
            "management_part",
            "{topic3}台账由两人分管，一人登记一人复核，{topic1}旧档案扫描入库后对外提供检索。",
        ),
        ("platform_part", "公众号菜单按{topic0}、{topic2}重新归类，搜索框可按年份筛选，页面增加大字版。"),
    ):
        report.prose[part] = [*report.prose[part], report.say(said)]


@fault("DUP-01", "overview problems series", previous=True, also="S5-04 STALE-01 TXT-13 TXT-10 DUP-04")
def last_years_text(case: Case, rng: random.Random, n: int) -> Told:
    """The prose is last year's with another year in it."""
    assert case.before is not None
    _longer(case.before)
    case.before.prose["plan_part"] = []
    case.report.prose["plan_part"] = []
    _copied(case.before, case.report, rng, 0)
    return Told()


def _neighbour(case: Case, n: int) -> Report:
    """Add another agency of the same place and year to the case."""
    home, trades = case.report.agency.home, ("粮食和物资储备局", "信访局", "乡村振兴局", "退役军人事务局")
    name = f"{home}{trades[n % 4]}"
    agency = dataclasses.replace(case.report.agency, name=name, organ="department", aliases=())
    other = clean_case(agency, case.report.year, "small", f"neighbour{n}", previous=False).report
    case.others.append(other)
    return other


@fault("DUP-02", "overview problems", kinds=DEPARTMENTS, apart=True, also="TXT-10 DUP-04 S5-04")
def a_neighbours_text(case: Case, rng: random.Random, n: int) -> Told:
    """The prose is that of another agency with another name in it."""
    other = _neighbour(case, n)
    _longer(other)
    other.prose["plan_part"] = []
    _copied(other, case.report, rng, 0)
    return Told(words=(other.agency.name,))


@fault(
    "DUP-03",
    "overview",
    kinds=("county/department", "township/government"),
    also="DUP-02 LEX-04 DUP-04 TXT-10",
    apart=True,
)
def the_governments_text(case: Case, rng: random.Random, n: int) -> Told:
    """Paragraphs of section one are those of the government above."""
    own = case.report.agency
    parent = dataclasses.replace(
        own,
        name=own.parent,
        organ="government",
        rank="county",
        parent="",
        aliases=(),
        self_name=own.self_name,
    )
    above = clean_case(parent, case.report.year, "middle", f"above{n}", previous=False).report
    _longer(above)
    case.others.append(above)
    for part in ("proactive_part", "management_part", "platform_part"):
        case.report.prose[part] = list(above.prose[part])
    case.report.prose["opening_part"] = (
        list(above.prose["opening_part"]) if n % 2 else case.report.prose["opening_part"]
    )
    return Told(words=(own.parent,))


@fault("DUP-04", "overview", also="TXT-15 STR-11 STR-12 S5-03", kinds=DEPARTMENTS)
def text_that_fits_anybody(case: Case, rng: random.Random, n: int) -> Told:
    """Section one names nothing that belongs to this agency."""
    prose = case.report.prose
    prose["opening_part"] = [
        (
            "各级各部门高度重视，政府信息公开工作稳步推进。",
            "一些地区还开发了政务应用程序，公开渠道不断拓宽。",
        )[n % 2]
    ]
    prose["proactive_part"] = ["主动公开力度不断加大，公开内容不断丰富。"]
    prose["requests_part"] = ["依申请公开流程不断优化，办理质量不断提高。"]
    prose["management_part"] = ["政府信息管理日益规范，审核机制不断健全。"]
    prose["platform_part"] = ["平台建设持续推进，服务功能不断完善。"]
    prose["supervision_part"] = ["监督保障不断加强，责任追究和考核评议机制逐步建立。"]
    prose["government_part"] = []
    return Told()


@fault("DUP-05", "overview")
def left_over_from_a_pattern(case: Case, rng: random.Random, n: int) -> Told:
    """Blanks of a pattern were not filled in."""
    left = (
        "XX",
        "××",
        "某某",
        "（此处填写具体数字）",
        "〔〕号",
        "[点击输入文字]",
        "X月X日",
        "（填写单位名称）",
    )[n % 8]
    said = (
        "按照{left}局的安排，全年主动公开信息{disclosed}条。", "{topic0}方面，完成{left}项任务，主动公开{disclosed}条。",
    )[n // 8 % 2]  # fmt: skip
    if "〔" in left:
        said = "根据云府办〔〕号文件要求，主动公开信息{disclosed}条。"
    case.report.prose["proactive_part"] = [
        case.report.say(said.replace("{left}", left.replace("[", "【").replace("]", "】")))
    ]
    if left.startswith("["):
        case.report.prose["proactive_part"] = [
            case.report.prose["proactive_part"][0].replace("【", "[").replace("】", "]")
        ]
    return Told()
