"""Notices to agencies: what was drafted and sent, by when an answer is due, issuing and withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Engine
from starlette.datastructures import FormData

from hecha.site.access import NOT_FOUND, Chosen, Db, Form, Limited, Signed, Supervisor, field, seen
from hecha.site.rendering import Undo, go, page
from hecha.site.sending import download
from tasks.accounts.person import Person
from tasks.decide import notices, transitions
from tasks.decide.due import said_of_holidays
from tasks.decide.explained import Progress, progress_of
from tasks.decide.letters import title
from tasks.decide.notice_lists import KINDS, STATES, Notice, notice, waiting
from tasks.decide.notice_lists import notices as listed_notices
from tasks.decide.refused import NotThere, Refused
from tasks.decide.transitions import new_batch
from tasks.documents.correspondence import annexed, letter, letter_name, usual_issuer
from tasks.documents.filling import TemplateError
from tasks.documents.notice import template_of, write_letter

router = APIRouter()

PAGE = 50
MOST = 200
"""Notices dealt with at once."""
LONGEST_BODY, LONGEST_REASON, LONGEST_NUMBER = 10_000, 2_000, 100
NONE_CHOSEN = "请先勾选通知。"
TOO_MANY = f"一次最多处理{MOST}份通知。"
NO_DAY = "时限应写作2024-03-15的形式。"
ACTIONS = {"issue": "发出", "withdraw": "撤回"}

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Short = Annotated[str, Query(max_length=16)]


@router.get("/notices")
def overview(
    request: Request, person: Supervisor, database: Db, state: Short = "", kind: Short = "",
    overdue: bool = False, year: Annotated[str, Query(max_length=4)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
) -> Response:  # fmt: skip
    """List notices, the newest first."""
    given = {"state": state, "kind": kind, "overdue": "1" if overdue else "", "year": year}
    found, count = listed_notices(
        database, person, states=[state] if state in STATES else (), kind=kind if kind in KINDS else None,
        overdue=overdue, year=int(year) if year.isascii() and year.isdigit() else None,
        limit=PAGE, offset=PAGE * (number - 1),
    )  # fmt: skip
    open_, late = waiting(database, person)
    query = {name: value for name, value in given.items() if value}
    return page(
        request,
        person,
        "notices.html.j2",
        notices=found,
        progress=_progress(database, person, found),
        count=count,
        waiting=open_,
        late=late,
        given=given,
        kinds=KINDS,
        states=STATES,
        number=number,
        last=max(1, -(-count // PAGE)),
        address=lambda n: "/notices?" + urlencode({**query, "page": n}),
        here="/notices?" + urlencode({**query, "page": number}),
        back=urlencode(query),
    )


@router.get("/notices/{notice_id:int}")
def one(request: Request, person: Supervisor, database: Db, notice_id: Id) -> Response:
    """Show a notice; a draft may be changed."""
    return _shown(request, person, database, _notice(database, person, notice_id))


@router.post("/notices/{notice_id:int}")
def revise(request: Request, person: Supervisor, database: Db, notice_id: Id, form: Form) -> Response:
    """Change a draft."""
    found = _notice(database, person, notice_id)
    try:
        notices.revise(
            database, person, notice_id,
            body=field(form, "body", LONGEST_BODY).replace("\r\n", "\n"),
            due_on=_day(form), number=field(form, "number", LONGEST_NUMBER),
        )  # fmt: skip
    except Refused as refused:
        draft = {name: field(form, name, LONGEST_BODY) for name in ("body", "due_on", "number")}
        return _shown(request, person, database, found, 422, str(refused), draft)
    return go(request, f"/notices/{notice_id}", "通知已修改。")


@router.get("/notices/{notice_id:int}/document")
def document(
    request: Request, person: Signed, database: Db, chosen: Chosen, limits: Limited, notice_id: Id,
    issuer: Annotated[str, Query(max_length=LONGEST_NUMBER)] = "",
) -> Response:  # fmt: skip
    """Give the notice as a Word document."""
    found = _notice(database, person, notice_id)
    limits.exports.take(str(person.id))
    try:
        made = write_letter(letter(database, person, found, issuer.strip()), template_of(chosen.home))
    except TemplateError as error:
        raise HTTPException(409, str(error)) from error
    seen(request, person, "export", "notice", notice_id, kind=KINDS[found.kind])
    return download(made, letter_name(found))


@router.post("/notices/act")
def ask(request: Request, person: Supervisor, database: Db, form: Form) -> Response:
    """Say what would be done with the chosen notices, and ask whether to do it."""
    action, ids = _action(form), _ids(form)
    if not ids or len(ids) > MOST:
        return go(request, _back(form), TOO_MANY if ids else NONE_CHOSEN)
    return _asking(request, person, database, action, ids, form)


@router.post("/notices/do")
def do(request: Request, person: Supervisor, database: Db, form: Form) -> Response:
    """Issue or withdraw the notices that were named."""
    action, ids, batch = _action(form), _ids(form)[: MOST + 1], new_batch()
    try:
        if action == "issue":
            done = notices.issue(database, person, ids, batch)
        else:
            done = notices.withdraw(database, person, ids, field(form, "reason", LONGEST_REASON), batch)
    except NotThere:
        raise HTTPException(404, NOT_FOUND) from None
    except Refused as refused:
        return _asking(request, person, database, action, ids, form, str(refused))
    undo = None
    if action == "issue" and any(_notice(database, person, id_).report_id is not None for id_ in done):
        undo = Undo("/notices/undo", {"batch": batch, "back": field(form, "back", 200)})
    return go(request, _back(form), f"已{ACTIONS[action]}{len(done)}份通知。", undo)


@router.post("/notices/undo")
def undo(request: Request, person: Supervisor, database: Db, form: Form) -> RedirectResponse:
    """Take back notices to mend that were issued with one click."""
    try:
        moved = transitions.undo(database, person, field(form, "batch", 32))
    except NotThere:
        raise HTTPException(404, NOT_FOUND) from None
    except Refused as refused:
        return go(request, _back(form), str(refused), refused=True)
    left = f"另有{len(moved.refused)}份报告已有后续办理，没有撤销。" if moved.refused else ""
    return go(request, _back(form), f"已撤销，{len(moved.reports)}份报告的整改通知已撤回。{left}")


def _shown(
    request: Request,
    person: Person,
    database: Engine,
    found: Notice,
    status: int = 200,
    wrong: str = "",
    draft: dict[str, str] | None = None,
) -> Response:
    return page(
        request,
        person,
        "notices_one.html.j2",
        status,
        crumbs=[("通知", "/notices"), (f"{found.agency}{found.year}年度", "")],
        notice=found,
        progress=_progress(database, person, [found]).get(found.id),
        title=title(found.kind, found.year),
        problems=annexed(database, person, found),
        issuer=usual_issuer(database, person, found.agency_id),
        kinds=KINDS,
        states=STATES,
        wrong=wrong,
        holidays=said_of_holidays(found.due_on),
        draft=draft
        or {
            "body": found.body,
            "due_on": found.due_on.isoformat() if found.due_on else "",
            "number": found.number,
        },
    )


def _asking(
    request: Request,
    person: Person,
    database: Engine,
    action: str,
    ids: Sequence[int],
    form: FormData,
    wrong: str = "",
) -> Response:
    found = [_notice(database, person, id_) for id_ in ids]
    able = [one for one in found if one.state == "draft" or (action == "withdraw" and one.state == "sent")]
    return page(
        request,
        person,
        "notices_confirm.html.j2",
        422 if wrong else 200,
        crumbs=[("通知", "/notices"), (f"{ACTIONS[action]}通知", "")],
        action=action,
        name=ACTIONS[action],
        able=able,
        left=len(found) - len(able),
        sent=sum(one.state == "sent" for one in able),
        reason=field(form, "reason", LONGEST_REASON),
        back=_back(form),
        back_query=field(form, "back", 200),
        kinds=KINDS,
        wrong=wrong,
    )


def _progress(database: Engine, person: Person, shown: Sequence[Notice]) -> dict[int, Progress]:
    """How far the agencies are with the notices that wait for an answer, by the notice."""
    waits = {one.id: one.report_id for one in shown if one.state == "sent" and one.kind == "mend"}
    found = progress_of(database, person, [report for report in waits.values() if report is not None])
    return {id_: found[report] for id_, report in waits.items() if report in found}


def _notice(database: Engine, person: Person, id_: int) -> Notice:
    try:
        return notice(database, person, id_)
    except NotThere:
        raise HTTPException(404, NOT_FOUND) from None


def _action(form: FormData) -> str:
    action = field(form, "action", 16)
    if action not in ACTIONS:
        raise HTTPException(404, NOT_FOUND)
    return action


def _ids(form: FormData) -> list[int]:
    told = (one for one in form.getlist("notice") if isinstance(one, str))
    return list(dict.fromkeys(int(t) for t in told if t.isascii() and t.isdigit() and len(t) < 10))


def _back(form: FormData) -> str:
    query = field(form, "back", 200)
    return f"/notices?{query}" if query else "/notices"


def _day(form: FormData) -> date | None:
    text = field(form, "due_on", 10)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(NO_DAY) from None
