"""Documents to take away: lists of problems, circulars, letters, the result of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator, Field
from sqlalchemy import Connection, Engine
from starlette.datastructures import FormData

from expectations.profile import Profile, load
from hecha.site.access import NOT_FOUND, Chosen, Db, Form, Limited, Signed, Supervisor, field, seen
from hecha.site.rendering import page
from hecha.site.sending import download, written_download
from models.settings import Settings
from tasks.accounts.person import Person
from tasks.ask import years
from tasks.ask.regions import Region, below, region
from tasks.ask.report import ask_report
from tasks.decide.due import said_of_holidays, usual_due
from tasks.decide.notice_lists import Notice, notices
from tasks.decide.seen import listed, today
from tasks.documents.circular import circular
from tasks.documents.circular_document import write_circular
from tasks.documents.correspondence import letter, letter_name, usual_issuer
from tasks.documents.filling import TemplateError
from tasks.documents.notice import OWN, template_of, write_letter
from tasks.documents.packed import write_archive
from tasks.documents.pdf import NoPdf, as_pdf
from tasks.documents.problem_list import write_problem_list
from tasks.documents.problems import problems
from tasks.documents.result import write_result
from tasks.documents.selection import TO_MEND, Selection
from tasks.documents.text import file_name
from tasks.persist.retrying import asked
from tasks.publish.rule_texts import rule_texts
from tasks.publish.site import all_rules
from tasks.publish.words import SEVERITIES

router = APIRouter()


def _given(text: object) -> object:
    """Take a field of a form that was left empty for one that is not there."""
    return None if text == "" else text


Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Year = Annotated[Annotated[int, Field(ge=2000, le=2100)] | None, BeforeValidator(_given), Query()]
RegionId = Annotated[
    Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BeforeValidator(_given), Query(alias="region")
]
Severities = Annotated[list[str], Query(max_length=3)]

SHOWN = ("draft", "sent", "answered")
"""States of a notice in which it is a letter; one that was withdrawn is none any more."""
MOST_LETTERS = 500
"""Letters in one archive; more take longer than anybody waits for a page."""
TOO_MANY = f"一次最多导出{MOST_LETTERS}份通知，请按年度、地区分批导出。"
NO_LETTER = "没有可以导出的通知，请先在“通知”页面起草。"
NO_REPORTS = "没有选中任何报告。"
WRONG_SEVERITY = "严重程度应为严重、一般、提示中的一项或者几项。"
WRONG_DAY = "整改时限应写作2024-03-15的形式。"
NO_LETTER_YET = "这份报告还没有整改通知，请先在报告页面起草或者发出。"


@router.get("/documents")
def choices(request: Request, person: Supervisor, database: Db, chosen: Chosen) -> Response:
    """Show what can be taken away."""

    def read(connection: Connection) -> tuple[list[int], int, list[tuple[int, str]]]:
        found, now = years.sweeps(connection), years.today()
        whole = _region(connection, person, None)
        places = [(place.id, place.name) for place in below(connection, person, whole)]
        return years.years(connection, found, now), years.newest(connection, found, now), places

    all_years, newest, places = asked(database, read)
    return page(
        request,
        person,
        "documents.html.j2",
        years=all_years,
        year=newest,
        places=places,
        severities=SEVERITIES,
        to_mend=TO_MEND,
        issuer=usual_issuer(database, person),
        due=usual_due(True),
        holidays=said_of_holidays(usual_due(True)),
        own_template=template_of(chosen.home) == chosen.home / OWN,
        own_place=OWN,
    )


@router.get("/documents/problem-list")
def problem_list(
    request: Request, person: Signed, database: Db, chosen: Chosen, limits: Limited, year: Year = None,
    in_region: RegionId = None,
    severity: Severities = [], settled: bool = False,  # noqa: B006
) -> Response:  # fmt: skip
    """Give the problems of a year and region as 问题清单.xlsx."""
    limits.exports.take(str(person.id))
    where = asked(database, lambda connection: _region(connection, person, in_region))
    wanted = Selection(year, where.path, None, _severities(severity), settled)
    about = {"kind": "问题清单", "year": year, "region": where.name}
    name = file_name(where.name, f"{year}年度" if year else "", "问题清单", suffix=".xlsx")
    return _problem_list(request, person, database, chosen, wanted, name, about)


@router.get("/documents/circular")
def circular_of(
    request: Request, person: Supervisor, database: Db, chosen: Chosen, limits: Limited,
    year: Annotated[int, Query(ge=2000, le=2100)],
    in_region: RegionId = None,
    issuer: Annotated[str, Query(max_length=100)] = "", due_on: str = "",
) -> Response:  # fmt: skip
    """Give the circular about a year and region as 通报.docx."""
    limits.exports.take(str(person.id))
    due = _day(due_on) if due_on else usual_due(True)
    where = asked(database, lambda connection: _region(connection, person, in_region))
    said = circular(database, person, where, year, _profile(chosen))
    made = write_circular(said, issuer.strip() or usual_issuer(database, person, where.id), today(), due)
    seen(request, person, "export", "document", kind="通报", year=year, region=where.name)
    return download(made, file_name(where.name, f"{year}年度", "核查情况通报", suffix=".docx"))


@router.get("/documents/notices")
def letters(
    request: Request, person: Supervisor, database: Db, chosen: Chosen, limits: Limited, year: Year = None,
    state: Annotated[str, Query(max_length=16)] = "", kind: Annotated[str, Query(max_length=16)] = "",
    issuer: Annotated[str, Query(max_length=100)] = "",
) -> Response:  # fmt: skip
    """Give the notices of a year (`state`, `kind`: only these) as Word documents in one archive."""
    limits.exports.take(str(person.id))
    states = [state] if state else SHOWN
    found, _ = notices(database, person, states=states, kind=kind or None, year=year, limit=MOST_LETTERS + 1)
    return _letters(request, person, database, chosen, found, issuer, year)


def _letters(
    request: Request,
    person: Person,
    database: Engine,
    chosen: Settings,
    found: Sequence[Notice],
    issuer: str,
    year: int | None,
) -> Response:
    if not found:
        raise HTTPException(409, NO_LETTER)
    if len(found) > MOST_LETTERS:
        raise HTTPException(409, TOO_MANY)
    template = template_of(chosen.home)
    made = (
        (letter_name(one), write_letter(letter(database, person, one, issuer.strip()), template))
        for one in found
    )
    name = file_name(f"{year}年度" if year else "", "通知", suffix=".zip")
    try:
        response = written_download(lambda path: write_archive(path, made), name)
    except TemplateError as error:
        raise HTTPException(409, str(error)) from error
    seen(request, person, "export", "document", kind="通知", notices=listed([one.id for one in found]))
    return response


@router.post("/documents/selected")
def selected(
    request: Request, person: Supervisor, database: Db, chosen: Chosen, limits: Limited, form: Form
) -> Response:
    """Give the documents of chosen reports: fields `report` or ``ids=1,2,3``, `kind` problem-list or notices."""
    limits.exports.take(str(person.id))
    ids = _ids(form)
    if not ids:
        raise HTTPException(422, NO_REPORTS)
    if field(form, "kind", 16) == "notices":
        found = _last_letters(database, person, ids[: MOST_LETTERS + 1])
        return _letters(request, person, database, chosen, found, field(form, "issuer", 100), None)
    severities = _severities([one for one in form.getlist("severity") if isinstance(one, str)])
    wanted = Selection(None, "", tuple(ids), severities, field(form, "settled", 1) == "1")
    about = {"kind": "问题清单", "reports": listed(ids), "count": len(ids)}
    name = file_name("所选报告", "问题清单", suffix=".xlsx")
    return _problem_list(request, person, database, chosen, wanted, name, about)


def _ids(form: FormData) -> list[int]:
    told = [*form.getlist("report"), *field(form, "ids", 1 << 20).split(",")]
    numbers = (int(t) for t in told if isinstance(t, str) and t.isascii() and t.isdigit() and len(t) < 10)
    return list(dict.fromkeys(numbers))


def _last_letters(database: Engine, person: Person, reports: Sequence[int]) -> list[Notice]:
    """The last notice to mend of each report that has one."""
    found: list[Notice] = []
    for report in reports:
        found += notices(database, person, states=SHOWN, kind="mend", report_id=report, limit=1)[0]
    return found


def _problem_list(
    request: Request,
    person: Person,
    database: Engine,
    chosen: Settings,
    wanted: Selection,
    name: str,
    about: Mapping[str, object],
) -> Response:
    seen(request, person, "export", "document", None, **about)
    found = problems(database, person, wanted, _profile(chosen))
    public = str(chosen.public_url) if chosen.public_url else None

    def write(path: FilePath) -> None:
        write_problem_list(path, found, public)

    return written_download(write, name)


# ------------------------------------------------------------------------------------------- one report


@router.get("/reports/{report_id:int}/documents/problem-list")
def problem_list_of_report(
    request: Request, person: Signed, database: Db, chosen: Chosen, limits: Limited, report_id: Id,
    severity: Severities = [], settled: bool = False,  # noqa: B006
) -> Response:  # fmt: skip
    """Give the problems of one report as 问题清单.xlsx."""
    report = ask_report(database, person, report_id)
    if report is None:
        raise HTTPException(404, NOT_FOUND)
    limits.exports.take(str(person.id))
    wanted = Selection(None, "", (report_id,), _severities(severity), settled)
    name = file_name(report.view.agency, f"{report.view.year}年度", "问题清单", suffix=".xlsx")
    return _problem_list(
        request, person, database, chosen, wanted, name, {"kind": "问题清单", "reports": [report_id]}
    )


@router.get("/reports/{report_id:int}/documents/notice")
def notice_of_report(
    request: Request, person: Signed, database: Db, chosen: Chosen, limits: Limited, report_id: Id,
    issuer: Annotated[str, Query(max_length=100)] = "",
) -> Response:  # fmt: skip
    """Give the last notice about a report as 整改通知.docx."""
    if ask_report(database, person, report_id) is None:
        raise HTTPException(404, NOT_FOUND)
    found, _ = notices(database, person, states=SHOWN, kind="mend", report_id=report_id, limit=1)
    if not found:
        raise HTTPException(409, NO_LETTER_YET)
    limits.exports.take(str(person.id))
    (one,) = found
    try:
        made = write_letter(letter(database, person, one, issuer.strip()), template_of(chosen.home))
    except TemplateError as error:
        raise HTTPException(409, str(error)) from error
    seen(request, person, "export", "notice", one.id, kind="整改通知", reports=[report_id])
    return download(made, letter_name(one))


@router.get("/reports/{report_id:int}/documents/result.{suffix}")
def result(
    request: Request, person: Signed, database: Db, chosen: Chosen, limits: Limited, report_id: Id,
    suffix: Annotated[str, Path(pattern="^(docx|pdf)$")],
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:  # fmt: skip
    """Give what was found in a version of a report as PDF or Word document."""
    report = ask_report(database, person, report_id, version)
    if report is None:
        raise HTTPException(404, NOT_FOUND)
    limits.exports.take(str(person.id))
    made = write_result(report, all_rules([report.view], rule_texts(_profile(chosen))))
    if suffix == "pdf":
        try:
            made = as_pdf(made)
        except NoPdf as error:
            raise HTTPException(503, str(error)) from error
    seen(request, person, "export", "report", report_id, kind=f"核查结果（{suffix}）", version=report.number)
    number = f"第{report.number}版" if report.newest > 1 else ""
    name = file_name(report.view.agency, f"{report.view.year}年度", number, "核查结果", suffix=f".{suffix}")
    return download(made, name)


def _region(connection: Connection, person: Person, id_: int | None) -> Region:
    found = region(connection, person, id_)
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return found


def _profile(chosen: Settings) -> Profile:
    return load(chosen.profile)


def _severities(given: Sequence[str]) -> tuple[str, ...]:
    if any(one not in SEVERITIES for one in given):
        raise HTTPException(422, WRONG_SEVERITY)
    return tuple(dict.fromkeys(given)) or TO_MEND


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(422, WRONG_DAY) from error
