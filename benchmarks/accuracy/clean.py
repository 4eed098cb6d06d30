"""Clean reports of every level, template, size, format and layout: whoever is accused here is accused wrongly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from benchmarks.accuracy.agencies import world
from benchmarks.accuracy.cases import Case, Supply, case
from benchmarks.accuracy.judging import blamed
from benchmarks.accuracy.numbers import SIZES
from benchmarks.accuracy.report import Report, bank
from benchmarks.accuracy.sweeps import Swept, sweep_cases
from benchmarks.accuracy.writing import OFFICE, WRITERS

TRAPS = 3
"""Sentences that invite a false accusation, in one report."""
YEARS = (2023, 2022, 2024, 2021, 2020, 2019)
KINDS = ("county/department", "township/government", "city/department", "county/government", "county/department",
         "province/department", "city/government", "township/government")  # fmt: skip


@dataclass
class Clean:
    """What came of the clean reports; `alarms` are the findings that accuse an agency, `hints` count the rest."""

    reports: int
    formats: dict[str, int]
    unread: list[str]
    alarms: list[str] = field(default_factory=list)
    hints: dict[str, int] = field(default_factory=dict)
    decided: float = 0.0
    """Share of the verdicts that are PASS or FAIL."""


def cases(count: int, seed: str = "clean") -> list[Case]:
    """Return `count` clean cases, each with its year before, a tenth of them districts that add up."""
    supply = Supply(world(seed, cities=32, counties=8, townships=3), seed)
    writers, traps = list(WRITERS), bank("traps")["traps"]
    found: list[Case] = []
    for n in range(count):
        kind, year, size = KINDS[n % len(KINDS)], YEARS[n // 3 % len(YEARS)], SIZES[n // 5 % len(SIZES)]
        try:
            agency = supply.take(kind)
        except LookupError:
            agency = supply.take("county/department")
        writer = list(OFFICE)[n // 50 % len(OFFICE)] if n % 50 == 49 else writers[n % len(writers)]
        made = case(agency, year, size, seed, writer=writer)
        rng = random.Random(f"{seed}/{n}")
        if n % 10 == 9 and agency.organ == "government" and agency.rank in ("county", "city"):
            _district(made)
        for report in made.reports():
            report.file = f"{report.year}/{report.agency.name}"
            _vary(report, rng)
        trapped = [t for t in traps if fits(t, made.report)]
        for trap in rng.sample(trapped, min(TRAPS, len(trapped))):
            _set(made.report, trap)
        found.append(made)
    return found


def fits(trap: dict[str, str], report: Report) -> bool:
    """Say whether a trap's sentence is true of a report."""
    only, agency = trap["only"], report.agency
    received, out = report.count("t3.received_new.total"), report.count("t3.carried_out.total")
    return {
        "any": True,
        "department": agency.organ == "department",
        "government": agency.organ == "government",
        "county": agency.rank == "county",
        "some": received > 2 and report.last_year is not None,
        "out": out > 0,
        "v2021": report.template.id == "v2021",
        "zero": received == 0 and report.count("t3.carried_in.total") == 0,
    }[only]


def _set(report: Report, trap: dict[str, str]) -> None:
    section = trap["section"]
    report.prose[section] = [*report.prose[section], report.say(trap["text"], trap["name"])]


def _vary(report: Report, rng: random.Random) -> None:
    """Use the liberties that are allowed: accepted headings, the order of the title, the way a date is written."""
    if rng.random() < 0.25:
        for section in report.template.sections:
            if section.variants:
                report.headings[section.key] = f"{section.numeral}、{rng.choice(section.variants)}"
    way = rng.random()
    if way < 0.2:
        report.title = f"{report.year}年{report.agency.name}政府信息公开工作年度报告"
    elif way < 0.4:
        report.title = f"{report.agency.name}{report.year}年度政府信息公开工作年度报告"
    if rng.random() < 0.2:
        report.signed[1] = f"{_spoken(report.year + 1)}年一月{rng.choice(('十五', '二十', '九', '二十六'))}日"
    if (
        report.template.id == "v2021"
        and report.agency.powers
        and "fees" in report.agency.powers
        and rng.random() < 0.3
    ):
        report.prose["other"] = [
            report.say(
                "按照国办函〔2020〕109号文件，本年度按量计收信息处理费380元，已上缴国库。没有其他需要报告的事项。"
            )
        ]


def _spoken(year: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))


def _district(made: Case) -> None:
    """Give a government departments that report too, and make its numbers theirs and its own together."""
    top, before = made.report, made.before
    for name in ("粮食和物资储备局", "信访局", "乡村振兴局"):
        agency = replace(
            top.agency, name=f"{top.agency.home}{name}", organ="department", parent=top.agency.name, self_name="我局",
            topics=(f"{name[:2]}数据", "窗口服务", "业务公告", "普法宣传"), powers=("penalty",), aliases=(),
        )  # fmt: skip
        child = case(agency, top.year, "small", f"district/{top.agency.name}", writer=top.writer)
        made.others += child.reports()
        for own, part in ((top, child.report), (before, child.before)):
            if own is not None and part is not None:
                _sum(own, part)
    for own in (top, before):
        if own is not None:
            own.prose["intro"] = [
                own.say("本报告汇总{home}各部门数据，统计期限为{year}年1月1日至{year}年12月31日。")
            ]


def _sum(own: Report, part: Report) -> None:
    for code, printed in part.values.items():
        if code in own.values and code.startswith(("t3.", "t4.", "t2.")) and not code.startswith("t2.rules"):
            added = float(printed) + float(own.values[code])
            own.values[code] = f"{added:.4f}" if "amount" in code else str(int(added))


def run(count: int) -> tuple[Clean, Swept]:
    """Sweep the clean reports in batches that each hold whole cases, and collect who is accused."""
    made = cases(count)
    swept = sweep_cases(made)
    return judged(made, swept), swept


def judged(made: Sequence[Case], swept: Swept) -> Clean:
    """Collect the findings in clean reports."""
    reports = [report for one in made for report in one.reports()]
    formats: dict[str, int] = {}
    for report in reports:
        formats[report.writer] = formats.get(report.writer, 0) + 1
    found = Clean(
        len(reports), dict(sorted(formats.items())), [f"{e.file}: {e.message}" for e in swept.errors]
    )
    decided = total = 0
    for name, evaluation in swept.evaluations.items():
        accusing = list(blamed(evaluation))
        for finding in accusing:
            found.alarms.append(f"{finding.rule} {finding.severity}: {name}: {finding.message}")
        for finding in evaluation.findings:
            if finding not in accusing:
                key = f"{finding.rule} {finding.severity} {finding.addressee}"
                found.hints[key] = found.hints.get(key, 0) + 1
        decided += sum(1 for verdict in evaluation.verdicts.values() if verdict != "NOT_ASSESSABLE")
        total += len(evaluation.verdicts)
    found.alarms.sort()
    found.hints = dict(sorted(found.hints.items()))
    found.decided = round(decided / total, 4) if total else 0.0
    return found
