"""XY, TIME, PUB, AGG: years, deadlines, versions, governments beside what lies below them."""

from __future__ import annotations

import dataclasses
import random
import re

from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.cases import case as clean_case
from benchmarks.accuracy.fault import DEPARTMENTS, Told, fault
from benchmarks.accuracy.faults.meta import WORDS
from benchmarks.accuracy.faults.tables import add
from benchmarks.accuracy.numbers import APPLICANTS
from benchmarks.accuracy.report import Report, applicant_sum
from samples.make.report import Grid, Part, Text

_MOVES = "XY-05 CELL-10"
PAGES = ("plain", "cms", "gb18030", "split")
"""Formats whose page tells its date of publication."""
SIGNED = tuple(w for w in WORDS if w not in ("cms", "saved"))


@fault("XY-01", "t3", previous=True, also="XY-02 T3-03 T3-07", stage=0)
def carried_in_is_not_what_was_carried_out(case: Case, rng: random.Random, n: int) -> Told:
    """More or fewer requests carried in than last year's report carried out."""
    values, applicant, more = case.report.values, APPLICANTS[n % 2], 1 + n % 3
    for column in (applicant, "total"):
        for row in ("carried_in", "results.full_disclosure", "results.total"):
            add(values, f"t3.{row}.{column}", more)
    return Told(cells=("t3.carried_in.total",))


@fault("XY-01", "t3", previous=True, also="XY-02 T3-07", sizes=("middle", "busy"), stage=0)
def carried_in_forgotten(case: Case, rng: random.Random, n: int) -> Told:
    """Last year's open requests are not carried in at all."""
    values = case.report.values
    for applicant in APPLICANTS:
        old = int(values[f"t3.carried_in.{applicant}"])
        values[f"t3.carried_in.{applicant}"] = "0"
        add(values, f"t3.received_new.{applicant}", old)
    for row in ("carried_in", "received_new"):
        values[f"t3.{row}.total"] = str(applicant_sum(values, row))
    return Told(cells=("t3.carried_in.total",))


@fault("XY-02", "t3", previous=True, also="T3-07", sizes=("middle", "busy"), stage=0)
def carried_in_under_another_applicant(case: Case, rng: random.Random, n: int) -> Told:
    """What was carried in is counted for another kind of applicant."""
    values, other = case.report.values, APPLICANTS[1 + n % 5]
    for row, sign in (("carried_in", 1), ("received_new", -1)):
        add(values, f"t3.{row}.natural_person", -sign)
        add(values, f"t3.{row}.{other}", sign)
    if int(values[f"t3.received_new.{other}"]) < 0:  # keep the column possible: one request more everywhere
        for column in (other, "total"):
            for row in ("received_new", "results.full_disclosure", "results.total"):
                add(values, f"t3.{row}.{column}", 1)
    return Told(cells=(f"t3.carried_in.{other}",))


@fault(
    "XY-03",
    "t2 t3 t4",
    previous=True,
    sizes=("middle", "busy"),
    also="XY-01 XY-02 T2-03 T2-02 T2-04",
    stage=0,
)
def the_numbers_of_last_year(case: Case, rng: random.Random, n: int) -> Told:
    """Every number is last year's."""
    assert case.before is not None
    for applicant in (*APPLICANTS, "total"):  # so that the carry-over cannot give it away
        old, out = f"t3.carried_in.{applicant}", f"t3.carried_out.{applicant}"
        case.before.values[f"t3.received_new.{applicant}"] = str(
            int(case.before.values[f"t3.received_new.{applicant}"])
            + int(case.before.values[old])
            - int(case.before.values[out])
        )
        case.before.values[old] = case.before.values[out]
    case.report.values.update(case.before.values)
    return Told()


@fault("XY-04", "series", previous=True)
def a_year_is_missing(case: Case, rng: random.Random, n: int) -> Told:
    """The agency has reports of earlier years, one in between is not there."""
    assert case.before is not None
    gap = 2 + n % 2
    earlier = clean_case(
        case.report.agency, case.report.year - gap, "small", f"gap{n}", previous=False
    ).report
    case.others = [earlier]
    case.before = None if gap == 2 else case.before
    case.first_year = earlier.year
    if case.before is None:
        return Told(words=(str(case.report.year - 1),))
    before = case.before  # the gap shows at the first report after it
    return Told(words=(str(case.report.year - 2),), file=f"{before.year}/{before.agency.name}")


@fault("XY-05", "t2 t3", previous=True, sizes=("small",), also="CELL-10 T3-06 XT-02", stage=0)
def a_leap(case: Case, rng: random.Random, n: int) -> Told:
    """A number has grown to a multiple within a year."""
    values = case.report.values
    more = 60 + 7 * n
    for column in ("natural_person", "total"):
        for row in ("received_new", "results.full_disclosure", "results.total"):
            add(values, f"t3.{row}.{column}", more)
    return Told(cells=("t3.received_new.total",))


@fault("XY-06", "outside dates", years=(2023, 2024))
def changed_after_publication(case: Case, rng: random.Random, n: int) -> Told:
    """The report was changed after it was published, without a note (table of outside facts)."""
    y = case.report.year + 1
    case.outside.update(published_on=f"{y}-01-28", changed_on=f"{y}-{3 + n % 6:02d}-1{n % 9}")
    return Told()


# ------------------------------------------------------------------------------------------------ deadlines


def _late(case: Case, day: str, n: int) -> None:
    """Publish on a day of the next year, `day` as 02-09."""
    y, (month, date) = case.report.year + 1, day.split("-")
    case.report.signed[1] = f"{y}年{int(month)}月{int(date)}日"
    if case.report.writer in PAGES:
        case.report.published = f"{y}-{day}"


@fault("TIME-01", "signature dates", kinds=DEPARTMENTS, formats=(*SIGNED, "cms"))
def department_late(case: Case, rng: random.Random, n: int) -> Told:
    """A department reports after the end of January."""
    _late(case, ("02-01", "02-20", "03-15", "05-06", "02-09")[n % 5], n)
    return Told()


@fault("TIME-02", "signature dates", kinds=("county/government", "city/government"), formats=(*SIGNED, "cms"))
def government_late(case: Case, rng: random.Random, n: int) -> Told:
    """A government reports after the end of March."""
    _late(case, ("04-01", "04-12", "06-30", "05-06", "09-09")[n % 5], n)
    return Told()


@fault("TIME-03", "signature dates", kinds=("township/government",), formats=(*SIGNED, "cms"))
def township_late(case: Case, rng: random.Random, n: int) -> Told:
    """A township reports after the day the profile sets."""
    _late(case, ("02-01", "02-12", "03-30", "04-06", "02-19")[n % 5], n)
    return Told()


@fault("TIME-04", "signature dates", formats=SIGNED, also="META-03 META-05")
def before_the_year_was_over(case: Case, rng: random.Random, n: int) -> Told:
    """The report is dated before the end of its year."""
    y = case.report.year
    case.report.signed[1] = f"{y}年12月{10 + n % 21}日" if n % 3 else f"{y}年{1 + n % 11}月28日"
    if case.report.writer in PAGES:
        case.report.published = f"{y}-12-{10 + n % 21:02d}" if n % 3 else f"{y}-{1 + n % 11:02d}-28"
    return Told()


@fault("TIME-05", "signature dates", formats=PAGES, also="TIME-01 TIME-03")
def signed_after_publication(case: Case, rng: random.Random, n: int) -> Told:
    """The signature is younger than the page."""
    y = case.report.year + 1
    case.report.published = f"{y}-01-{8 + n % 9:02d}"
    case.report.signed[1] = f"{y}年1月{20 + n % 11}日"
    return Told()


# ---------------------------------------------------------------------------------------------- publication


@fault("PUB-01", "outside", years=(2023, 2024))
def published_in_the_wrong_place(case: Case, rng: random.Random, n: int) -> Told:
    """The report stands among the news (table of outside facts)."""
    case.outside.update(
        url=f"http://a{n}.yunling.example/1.html", column=("工作动态", "通知公告", "新闻", "部门动态")[n % 4]
    )
    return Told()


@fault("PUB-02", "outside", years=(2023, 2024))
def cannot_be_opened(case: Case, rng: random.Random, n: int) -> Told:
    """The address gives nothing (table of outside facts)."""
    status = ("404", "500", "403", "200")[n % 4]
    case.outside.update(url=f"http://b{n}.yunling.example/1.html", status=status, size="0")
    return Told()


@fault("PUB-03", "t2 t3 t4 proactive requests disputes", formats=("plain", "cms", "gb18030"), stage=2,
       also="STR-06 STR-07 STR-08 CELL-01 STR-14 EXT-01 EXT-03")  # fmt: skip
def tables_as_pictures(case: Case, rng: random.Random, n: int) -> Told:
    """Tables are pictures on the page."""

    def edit(parts: list[Part]) -> list[Part]:
        return [
            Text(f"（表格{p.name}）") if isinstance(p, Grid) and (n % 2 or p.name == "t3") else p
            for p in parts
        ]

    case.report.edits.append(edit)
    case.report.page = lambda page: re.sub(
        "（表格(t\\d)）".encode(_charset(case.report)),
        rb'<img src="/upload/\1.png" width="640" height="420">',
        page,
    )
    return Told(unsure=True, either=("STR-06",))


def _charset(report: Report) -> str:
    return "gb18030" if report.writer == "gb18030" else "utf-8"


@fault("PUB-04", "versions t2 t4", also="T2-03 T2-02 XY-05 CELL-10 TXT-09 TXT-10")
def two_versions_differ(case: Case, rng: random.Random, n: int) -> Told:
    """Two versions of one report are online and differ in a cell."""
    report = case.report
    other = dataclasses.replace(report, values=dict(report.values), edits=[], signed=list(report.signed))
    other.writer = ("tabs", "plain", "markdown")[n % 3]
    other.file = f"{report.year}/{report.agency.name}（另一网站）"
    code = ("t2.normative_docs.in_force", "t2.licensing.decisions", "t4.review.upheld")[n % 3]
    add(other.values, code, 2)
    if code.startswith("t4"):
        add(other.values, "t4.review.total", 2)
    case.others = [other]
    return Told(cells=(code,))


# ------------------------------------------------------------------------------------------------ aggregates


def _with_children(case: Case, n: int, small: str = "small") -> list[Report]:
    """Give a government three departments below it, and make its numbers their sum and its own."""
    report = case.report
    names = ("粮食和物资储备局", "信访局", "乡村振兴局")
    children = []
    for name in names:
        agency = dataclasses.replace(
            report.agency, name=f"{report.agency.home}{name}", organ="department", parent=report.agency.name,
            topics=("执法检查", f"{name[:2]}信息", "行政审批", "普法宣传"), self_name="我局", powers=("licensing", "penalty"),
        )  # fmt: skip
        children.append(clean_case(agency, report.year, small, f"child{n}", previous=False).report)
    for code, printed in report.values.items():
        if code.startswith(("t3.", "t4.", "t2.licensing", "t2.penalty", "t2.coercion", "t2.normative")):
            report.values[code] = str(int(printed) + sum(int(child.values[code]) for child in children))
    case.others = children
    report.prose["intro"] = [
        report.say("本报告汇总{home}各部门、各单位数据，统计期限为{year}年1月1日至{year}年12月31日。")
    ]
    return children


@fault(
    "AGG-01",
    "t2 t3 t4 intro series",
    kinds=("county/government", "city/government"),
    also="AGG-02 XY-05 CELL-10 XT-02",
    stage=0,
    sizes=("small",),
)
def a_part_greater_than_the_whole(case: Case, rng: random.Random, n: int) -> Told:
    """One department has more than the government's report that covers it."""
    child = _with_children(case, n)[n % 3]
    more = case.report.count("t3.received_new.total") + 5 + n
    for column in ("natural_person", "total"):
        for row in ("received_new", "results.full_disclosure", "results.total"):
            add(child.values, f"t3.{row}.{column}", more)
    return Told(cells=("t3.received_new.total",))


@fault(
    "AGG-02",
    "t2 t3 t4 intro series",
    kinds=("county/government", "city/government"),
    also="AGG-01 XY-05 CELL-10 XT-02",
    stage=0,
)
def the_whole_is_not_the_sum(case: Case, rng: random.Random, n: int) -> Told:
    """The government's numbers are smaller than the sum of what its departments report."""
    children = _with_children(case, n, "middle")
    values = case.report.values
    for code in ("t2.licensing.decisions", "t2.penalty.decisions"):
        values[code] = str(max(int(child.values[code]) for child in children) + 1)
    return Told(cells=("t2.licensing.decisions",))


@fault("AGG-03", "intro", kinds=("county/government", "city/government"), years=(2023, 2024))
def nobody_says_what_it_covers(case: Case, rng: random.Random, n: int) -> Told:
    """A government's report does not say whether it covers the whole place."""
    case.report.prose["intro"] = ["根据《中华人民共和国政府信息公开条例》编制本报告。"]
    return Told()
