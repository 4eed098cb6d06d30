"""The agencies' own side: their reports and letters, a check before publishing, handing in, explaining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from expectations.profile import load
from hecha.site.access import NOT_FOUND, Chosen, Db, Form, Limited, Reporter, field, seen
from hecha.site.handing_in import check, hand_in, uploaded, waiting, warm_up
from hecha.site.pages.report import CHANGES, value_of
from hecha.site.rendering import go, page
from models.errors import HechaError, ReadError
from models.views import VersionView
from tasks.ask import agency as own
from tasks.ask.cards import Card, laid_out
from tasks.ask.report import Asked, ask_report
from tasks.decide import answers
from tasks.decide.explained import progress_of
from tasks.decide.refused import NotThere, Refused
from tasks.decide.reviews import NAMES
from tasks.decide.seen import today
from tasks.decide.states import machine
from tasks.held import MINUTES, held, hold, release
from tasks.publish.equation import equation_of
from tasks.publish.marks import template_title
from tasks.publish.report_page import ReportPage, report_page
from tasks.publish.rule_texts import rule_texts
from tasks.publish.site import all_rules
from tasks.selfcheck import Checked

router = APIRouter()

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]

KINDS: Mapping[str, str] = {"submit": "催报通知", "mend": "整改通知", "accepted": "复核通过通知"}
LETTER_STATES: Mapping[str, str] = {"sent": "待办理", "answered": "已答复", "withdrawn": "已撤回"}
ARRIVAL_STATES: Mapping[str, str] = {
    "recorded": "等待核查",
    "running": "正在核查",
    "done": "核查完成",
    "failed": "未能核查",
    "repeated": "内容与以前报送的相同",
}
GONE = f"自查用的文件超过{MINUTES}分钟已删除，请重新上传。"
HANDED_IN = "已收到“{file}”，正在核查。"
ANSWERED = "说明已提交。"


@dataclass(frozen=True, slots=True)
class Came:
    """A version that came after the first, and whether it came by the deadline (None: there was none)."""

    version: VersionView
    in_time: bool | None


# ------------------------------------------------------------------------------ reports and letters


@router.get("/agency")
def home(request: Request, person: Reporter, database: Db, chosen: Chosen) -> Response:
    """List the agency's own reports and what it has to do; a check is made ready before it is asked for."""
    warm_up(chosen)
    due = [one for one in own.letters(database, person) if one.state == "sent"]
    return page(
        request,
        person,
        "agency.html.j2",
        agency=own.own_agency(database, person),
        reports=own.own_reports(database, person),
        due=due,
        progress=progress_of(database, person, [one.report_id for one in due if one.report_id is not None]),
        machine=machine(),
        kinds=KINDS,
        today=today(),
    )


@router.get("/agency/notices")
def letters(request: Request, person: Reporter, database: Db) -> Response:
    """Show the letters to the agency."""
    written = own.letters(database, person)
    seen(request, person, "view", "notice", None, notices=[one.id for one in written[:100]])
    return page(
        request,
        person,
        "agency_letters.html.j2",
        letters=written,
        kinds=KINDS,
        states=LETTER_STATES,
        today=today(),
    )


@router.get("/agency/reports/{report_id:int}")
def report(request: Request, person: Reporter, database: Db, chosen: Chosen, report_id: Id) -> Response:
    """Show what has to be done about one of the agency's reports, and what became of what was done."""
    asked = ask_report(database, person, report_id)
    if asked is None:
        raise HTTPException(404, NOT_FOUND)
    seen(request, person, "view", "report", report_id, version=asked.number)
    return _report(request, person, database, chosen, asked)


def _report(
    request: Request, person: Reporter, database: Db, chosen: Chosen, asked: Asked, status: int = 200,
    wrong: str = "", draft: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    letter = next(
        (x for x in own.letters(database, person) if x.report_id == asked.id and x.state != "withdrawn"), None
    )
    due = letter.due_on if letter else None
    rules = all_rules([asked.view], rule_texts(load(chosen.profile)))
    laid = laid_out(asked, rules)
    cards = laid.all_cards
    open_now = own.still_open(database, person, asked.id)
    far = progress_of(database, person, [asked.id]).get(asked.id)
    return page(
        request,
        person,
        "agency_report.html.j2",
        status,
        crumbs=[("本单位报告", "/agency"), (f"{asked.view.year}年度", "")],
        asked=asked,
        laid=laid.page,
        cards=cards,
        open=open_now,
        waiting=sum(card.fingerprint in (far.left if far else open_now) for card in cards),
        progress=far,
        rules=rules,
        changes=CHANGES,
        value_of=value_of,
        decisions=NAMES,
        letter=letter,
        came=[
            Came(version, own.in_time(version.received_at, due))
            for version in reversed(asked.view.versions)
            if version.number > 1
        ],
        machine=machine(),
        kinds=KINDS,
        today=today(),
        wrong=wrong,
        draft=draft or {},
        limit=answers.LARGEST_MB,
    )


@router.post("/agency/reports/{report_id:int}/answer")
async def answer(
    request: Request,
    person: Reporter,
    database: Db,
    chosen: Chosen,
    limits: Limited,
    report_id: Id,
    form: Form,
) -> Response:
    """Take an explanation to a finding, or to the whole report, with or without a file."""
    limits.uploads.take(str(person.id))
    fingerprint, body = field(form, "fingerprint", 64) or None, field(form, "body", answers.LONGEST + 1)
    sent = form.get("file")
    name, content = (
        (sent.filename, await sent.read()) if isinstance(sent, UploadFile) and sent.filename else (None, None)
    )

    def work() -> Response:
        try:
            answers.answer(
                database, person, report_id, fingerprint, body, name, content, store=chosen.store
            )  # fmt: skip
        except NotThere as error:
            raise HTTPException(404, NOT_FOUND) from error
        except Refused as error:
            asked = ask_report(database, person, report_id)
            if asked is None:
                raise HTTPException(404, NOT_FOUND) from error
            draft = {fingerprint or "": body}
            return _report(request, person, database, chosen, asked, 422, str(error), draft)
        far = progress_of(database, person, [report_id]).get(report_id)
        return go(request, f"/agency/reports/{report_id}", ANSWERED + (f"{far.told}。" if far else ""))

    return await waiting(work)


# ------------------------------------------------------------------------------- before publishing


@router.get("/agency/self-check")
def self_check_form(request: Request, person: Reporter, chosen: Chosen) -> Response:
    """Ask for a file to be checked before it is published."""
    warm_up(chosen)
    return _form(request, person, chosen, "agency_check.html.j2")


@router.post("/agency/self-check")
async def self_check(
    request: Request, person: Reporter, database: Db, chosen: Chosen, limits: Limited, form: Form
) -> Response:
    """Check a file and show the full result. Nothing is recorded; the file itself waits half an hour to be handed in."""
    limits.uploads.take(str(person.id))
    try:
        file = await uploaded(form.get("file"), chosen)
    except ReadError as error:
        return _form(request, person, chosen, "agency_check.html.j2", 422, error.message)

    def work() -> Response:
        try:
            checked = check(database, chosen, person, file)
        except HechaError as error:
            return _form(request, person, chosen, "agency_check.html.j2", 422, str(error))
        token = hold(chosen.home.resolve(), person.id, file)
        seen(request, person, "check", "file", None, file=file.name)
        return _result(request, person, database, chosen, checked, token)

    return await waiting(work)


def _result(
    request: Request, person: Reporter, database: Db, chosen: Chosen, checked: Checked, token: str
) -> Response:
    view = checked.report
    agency = own.own_agency(database, person)
    named = view.agency if view.agency != view.file else None
    rules = all_rules([view], rule_texts(load(chosen.profile)))
    laid = report_page(view, "", rules)
    cards = _cards(laid)
    return page(
        request,
        person,
        "agency_result.html.j2",
        crumbs=[("发布前自查", "/agency/self-check"), ("自查结果", "")],
        checked=checked,
        report=view,
        laid=laid,
        cards=cards,
        count={kind: len(several) for kind, several in cards.items()},
        rules=rules,
        agency=agency,
        named=named,
        ours=named is not None and agency.is_called(named),
        token=token,
        minutes=MINUTES,
        template_title=template_title,
        value_of=value_of,
    )


def _cards(laid: ReportPage) -> dict[str, list[Card]]:
    """The findings of a report that is not stored, by severity, and under ``review`` what we are not sure of."""
    shown = {group.severity: group.findings for group in laid.groups}
    shown["review"] = tuple(one for several in laid.review.values() for one in several)
    view = laid.report
    return {
        kind: [
            Card(one, "", None, equation_of(one.numbered.finding, view.template, view.cells), {}, None, ())
            for one in several
        ]
        for kind, several in shown.items()
    }


@router.post("/agency/self-check/submit")
async def submit_checked(
    request: Request, person: Reporter, database: Db, chosen: Chosen, limits: Limited, form: Form
) -> Response:
    """Hand in the file that was just checked."""
    limits.uploads.take(str(person.id))
    token = field(form, "token", 100)
    home = chosen.home.resolve()

    def work() -> Response:
        waits = held(home, person.id, token)
        if waits is None:
            return _form(request, person, chosen, "agency_check.html.j2", 422, GONE)
        try:
            arrival = hand_in(request, database, chosen, person, waits.file, field(form, "confirmed") == "1")
        except HechaError as error:
            return _form(request, person, chosen, "agency_check.html.j2", 422, str(error))
        release(home, token)
        return go(request, f"/agency/arrivals/{arrival.id}", HANDED_IN.format(file=arrival.file))

    return await waiting(work)


# ---------------------------------------------------------------------------------------- handing in


@router.get("/agency/submit")
def submit_form(request: Request, person: Reporter, database: Db, chosen: Chosen) -> Response:
    """Ask for a report to be handed in, and list what was handed in last."""
    return _submit_form(request, person, database, chosen)


def _submit_form(
    request: Request, person: Reporter, database: Db, chosen: Chosen, status: int = 200, wrong: str = ""
) -> Response:
    arrivals = own.handed_in(database, person)
    return _form(
        request, person, chosen, "agency_submit.html.j2", status, wrong,
        arrivals=arrivals, states=ARRIVAL_STATES,
    )  # fmt: skip


def _form(
    request: Request, person: Reporter, chosen: Chosen, template: str, status: int = 200, wrong: str = "",
    **values: object,
) -> Response:  # fmt: skip
    return page(request, person, template, status, wrong=wrong, limit=chosen.max_file_mb, **values)


@router.post("/agency/submit")
async def submit(
    request: Request, person: Reporter, database: Db, chosen: Chosen, limits: Limited, form: Form
) -> Response:
    """Take a report, or a new version of it."""
    limits.uploads.take(str(person.id))
    confirmed = field(form, "confirmed") == "1"
    sent = form.get("file")

    def refused(said: str) -> Response:
        return _submit_form(request, person, database, chosen, 422, said)

    def work() -> Response:
        try:
            arrival = hand_in(request, database, chosen, person, file, confirmed)
        except HechaError as error:
            return refused(str(error))
        return go(request, f"/agency/arrivals/{arrival.id}", HANDED_IN.format(file=arrival.file))

    try:
        file = await uploaded(sent, chosen)
    except ReadError as error:
        return await waiting(partial(refused, error.message))
    return await waiting(work)


@router.get("/agency/arrivals/{arrival_id:int}")
def arrival(request: Request, person: Reporter, database: Db, arrival_id: Id) -> Response:
    """Follow what was handed in: the page asks again by itself until it is through."""
    found = own.followed(database, person, arrival_id)
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    through = found.first or found.arrival
    shown = found.report_id is not None and through.state == "done"
    asked = (
        ask_report(database, person, found.report_id, found.version) if shown and found.report_id else None
    )
    written = own.letters(database, person) if asked else []
    due = next((x.due_on for x in written if asked and x.report_id == asked.id and x.due_on), None)
    return page(
        request,
        person,
        "agency_arrival.html.j2",
        crumbs=[("报送", "/agency/submit"), ("办理进度", "")],
        found=found,
        through=through,
        states=ARRIVAL_STATES,
        asked=asked,
        version=asked and next(v for v in asked.view.versions if v.number == asked.number),
        due=due,
        in_time=own.in_time(found.arrival.received_at, due),
    )
