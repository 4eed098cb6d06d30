"""META: title, agency, year, period, basis."""

from __future__ import annotations

import dataclasses
import random

from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.fault import DEPARTMENTS, Told, fault
from expectations.template import load

_MOVED = "META-06 STALE-01 STALE-02 META-04"
WORDS = ("tabs", "plain", "docx", "cms", "gb18030", "lines", "pdf", "markdown", "docx merged", "pasted", "bom",
         "saved", "ofd")  # fmt: skip
"""Formats that carry a title, an introduction and a signature."""


def _period(case: Case, start: str, end: str, n: int) -> None:
    y = case.report.year
    case.report.prose["intro"] = [
        (
            f"根据《中华人民共和国政府信息公开条例》编制本报告，统计期限为{start}至{end}。",
            f"本报告数据的统计期限自{start}起至{end}止，请社会各界予以监督。",
            f"按《条例》要求，现将{y}年工作情况报告如下，其中所列数据统计时间为{start}—{end}。",
        )[n % 3]
    ]


@fault("META-01", "title", also="META-02", formats=WORDS)
def no_agency_in_title(case: Case, rng: random.Random, n: int) -> Told:
    """The title names no agency."""
    y = case.report.year
    case.report.title = (
        f"{y}年度政府信息公开工作年度报告",
        f"{y}年政府信息公开工作年度报告",
        f"政府信息公开工作年度报告（{y}年）",
    )[n // 2 % 3]
    return Told()


@fault("META-01", "title intro", formats=WORDS, also="META-03 META-06")
def no_year_in_title(case: Case, rng: random.Random, n: int) -> Told:
    """The title names no year."""
    case.report.title = f"{case.report.agency.name}政府信息公开工作年度报告"
    return Told()


@fault("META-02", "title", formats=WORDS)
def title_of_another_name(case: Case, rng: random.Random, n: int) -> Told:
    """The title calls the report something else."""
    a, y = case.report.agency.name, case.report.year
    case.report.title = (
        f"{a}{y}年信息公开工作年度报告", f"{a}{y}年政务公开工作年度报告", f"{a}{y}年政府信息公开年度报告",
        f"{y}年{a}信息公开年度报告", f"{a}关于{y}年政务公开年度报告",
    )[n % 5]  # fmt: skip
    return Told()


@fault("META-03", "intro year", also=_MOVED)
def period_of_the_year_before(case: Case, rng: random.Random, n: int) -> Told:
    """The statistics period is that of another year."""
    y = case.report.year - (1, 1, 2)[n % 3]
    _period(case, f"{y}年1月1日", f"{y}年12月31日" if n % 2 else "12月31日", n)
    return Told()


@fault("META-04", "intro", formats=WORDS)
def another_agency_in_the_introduction(case: Case, rng: random.Random, n: int) -> Told:
    """The introduction speaks of another agency."""
    y, other = case.report.year, _other(case)
    case.report.prose["intro"] = [
        f"现将{other}{y}年政府信息公开工作年度报告公布如下。数据统计期限自{y}年1月1日起至{y}年12月31日止。"
        if n % 4 else
        f"{other}{y}年政府信息公开工作年度报告，根据《中华人民共和国政府信息公开条例》编制，统计期限为{y}年1月1日至{y}年12月31日。"
    ]  # fmt: skip
    return Told(words=(other,))


@fault("META-04", "signature", formats=WORDS)
def another_agency_in_the_signature(case: Case, rng: random.Random, n: int) -> Told:
    """The report is signed by another agency."""
    other = _other(case)
    case.report.signed = [other, case.report.signed[1]]
    return Told(words=(other,))


def _other(case: Case) -> str:
    agency = case.report.agency
    names = ("水务局", "民政局", "审计局", "统计局", "司法局", "财政局")
    return next(f"{agency.home}{name}" for name in names if name not in agency.name)


@fault("META-05", "signature dates", formats=tuple(w for w in WORDS if w not in ("cms", "saved")))
def no_date(case: Case, rng: random.Random, n: int) -> Told:
    """Neither signature nor page gives a date."""
    y = case.report.year + 1
    case.report.signed = [case.report.agency.name, *([], [f"{y}年  月  日"], [f"{y}年13月45日"])[n % 3]]
    return Told()


@fault("META-06", "intro")
def period_too_short(case: Case, rng: random.Random, n: int) -> Told:
    """The period leaves months out, or begins too early."""
    y = case.report.year
    start, end = (
        (f"{y}年1月1日", f"{y}年11月30日"), (f"{y}年2月1日", f"{y}年12月31日"), (f"{y}年1月1日", f"{y}年12月25日"),
        (f"{y}年3月15日", f"{y}年12月31日"), (f"{y}年1月1日", f"{y}年10月31日"),
    )[n % 5]  # fmt: skip
    _period(case, start, end, n)
    return Told()


@fault("META-06", "intro")
def no_period(case: Case, rng: random.Random, n: int) -> Told:
    """No period is stated."""
    case.report.prose["intro"] = (
        ["本报告依照《中华人民共和国政府信息公开条例》编制，向社会公布。"] if n % 2 else []
    )
    return Told()


ALL = "everything"


@fault("META-07", ALL, years=(2023, 2022, 2024), also="STR-09 STR-06 STR-07 STR-08 STALE-01", stage=0)
def last_form(case: Case, rng: random.Random, n: int) -> Told:
    """A report of 2021 or later on the form of 2019."""
    from benchmarks.accuracy.numbers import numbers

    case.report.template = load("v2019")
    case.report.values = numbers(rng, case.report.agency, "middle", case.report.template, None)
    return Told()


@fault("META-07", ALL, years=(2020, 2019), also="STR-09 STR-06 STR-07 STR-08", stage=0)
def form_to_come(case: Case, rng: random.Random, n: int) -> Told:
    """A report of 2019 or 2020 on the form of 2021."""
    from benchmarks.accuracy.numbers import numbers

    case.report.template = load("v2021")
    case.report.values = numbers(rng, case.report.agency, "middle", case.report.template, None)
    return Told()


@fault("META-08", "intro", also="LEX-03 META-09")
def basis_out_of_force(case: Case, rng: random.Random, n: int) -> Told:
    """The basis named is a text that no longer holds."""
    y = case.report.year
    basis, word = (
        ("《中华人民共和国政府信息公开条例》（国务院令第492号）", "492号"),
        ("国务院令第492号公布的《中华人民共和国政府信息公开条例》", "492号"),
        ("《中华人民共和国政府信息公开条例》第三十一条、第三十二条", "第三十"),
        (
            "《国务院办公厅政府信息与政务公开办公室关于政府信息公开工作年度报告有关事项的通知》（国办公开办函〔2019〕60号）",
            "60号",
        ),
    )[n % 4]
    case.report.prose["intro"] = [
        f"根据{basis}的规定，编制本报告。统计期限为{y}年1月1日至{y}年12月31日。" if n % 8 < 4 else
        f"本年度报告依据{basis}编写，所列数据统计期限为{y}年1月1日至{y}年12月31日。"
    ]  # fmt: skip
    return Told(words=(word,))


@fault("META-09", "intro other", years=(2022, 2023, 2024))
def number_of_a_document_in_wrong_brackets(case: Case, rng: random.Random, n: int) -> Told:
    """Brackets of a document number are not 〔〕."""
    y, (left, right) = case.report.year, ("[]", "（）", "【】", "()", "［］")[n % 5]
    case.report.prose["intro"] = [
        f"依据《中华人民共和国政府信息公开条例》和国办公开办函{left}2021{right}30号文件编制本报告，统计期限为{y}年1月1日至{y}年12月31日。"
    ]
    case.report.prose["other"] = [
        "按照国办函〔2020〕109号文件，本年度未收取信息处理费，无其他需要报告的事项。"
    ]
    return Told(words=("30号",))


@fault("META-10", "agency title signature intro series", kinds=DEPARTMENTS, stage=0)
def no_administrative_organ(case: Case, rng: random.Random, n: int) -> Told:
    """The report is that of an internal service body."""
    report = case.report
    name = report.agency.name + ("机关后勤服务中心", "机关服务中心")[n % 2]
    report.agency = dataclasses.replace(report.agency, name=name, self_name="我中心")
    report.title = f"{name}{report.year}年政府信息公开工作年度报告"
    report.signed = [name, report.signed[1]]
    return Told()
