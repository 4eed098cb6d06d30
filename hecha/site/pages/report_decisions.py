"""What is decided on the page of a report: about a finding, and how it goes on with the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import RedirectResponse
from sqlalchemy import Engine
from starlette.datastructures import FormData

from hecha.site import filters
from hecha.site.access import NOT_FOUND, Db, Form, Supervisor, field
from hecha.site.rendering import Undo, go
from models.errors import HechaError
from tasks.accounts.person import Person
from tasks.ask.cards import TABS
from tasks.decide import notices, reviews, transitions
from tasks.decide.refused import NotThere, Refused
from tasks.decide.reviews import NAMES, Decision, Standing
from tasks.decide.seen import reports_seen
from tasks.decide.states import machine
from tasks.decide.transitions import Moved, new_batch
from tasks.persist.retrying import asked

router = APIRouter()

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
LONGEST_REASON = 2_000
NO_DAY = "请填写整改时限，格式如2024-03-15。"


@router.post("/reports/{report_id:int}/decide")
def decide(request: Request, person: Supervisor, database: Db, report_id: Id, form: Form) -> RedirectResponse:
    """Record a decision about a finding."""
    decision = cast(Decision, field(form, "decision", 16))  # whether it is one is looked at there
    batch = new_batch()
    named = [(report_id, field(form, "fingerprint", 64))]
    reason, lasting = field(form, "reason", LONGEST_REASON), field(form, "lasting") == "1"

    def work() -> str:
        _there(database, person, report_id)
        before = asked(database, lambda c: reviews.standing_reviews(c, [report_id])).get(named[0])
        reviews.decide(database, person, named, decision, reason, lasting, batch)
        return f"已记录处理意见：{NAMES[decision]}。{_replaced(before, person)}"

    taken_back = _undo(report_id, "undo", batch, form, fingerprint=named[0][1])
    return done(request, back(report_id, form), work, undo=taken_back)


def _replaced(before: Standing | None, person: Person) -> str:
    """Tell whose other decision stood there: two people may have the same page open."""
    if before is None or before.account_id == person.id or before.from_year is not None:
        return ""
    return f"{before.reviewer}此前的处理意见“{NAMES[before.decision]}”由此取代。"


@router.post("/reports/{report_id:int}/undo")
def undo_decision(
    request: Request, person: Supervisor, database: Db, report_id: Id, form: Form
) -> RedirectResponse:
    """Take back what was decided about one finding, also where it was decided together with many others."""
    one = (report_id, field(form, "fingerprint", 64))

    def work() -> str:
        _there(database, person, report_id)
        reviews.undo_batch(database, person, field(form, "batch", 32), one)
        return "已撤销处理意见。"

    return done(request, back(report_id, form), work)


@router.post("/reports/{report_id:int}/notify")
def notify(request: Request, person: Supervisor, database: Db, report_id: Id, form: Form) -> RedirectResponse:
    """Send the agency a notice to mend what is open; with ``draft`` it is drafted only, and led to."""
    batch, here = new_batch(), back(report_id, form)
    try:
        _there(database, person, report_id)
        due_on = _day(field(form, "due_on", 10))
        drafts = notices.draft(database, person, [report_id], due_on, field(form, "number", 100))
    except NotThere as error:
        raise HTTPException(404, NOT_FOUND) from error
    except Refused as error:
        return go(request, here, str(error), refused=True)
    if field(form, "draft"):
        return go(request, f"/notices/{drafts[0]}", "已拟稿，修改后再发出。")

    def work() -> str:
        notices.issue(database, person, drafts, batch)
        return "已发出整改通知。"

    return done(request, here, work, undo=_undo(report_id, "move/undo", batch, form))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(NO_DAY) from error


@router.post("/reports/{report_id:int}/move")
def move(request: Request, person: Supervisor, database: Db, report_id: Id, form: Form) -> RedirectResponse:
    """Take a report to its next state."""
    event, batch = field(form, "event", 16), new_batch()

    def work() -> str:
        _there(database, person, report_id)
        reason = field(form, "reason", LONGEST_REASON)
        _all(transitions.move(database, person, [report_id], event, reason, batch))
        return f"已办理：{machine().events[event].name}。"

    return done(request, back(report_id, form), work, undo=_undo(report_id, "move/undo", batch, form))


@router.post("/reports/{report_id:int}/move/undo")
def undo_move(
    request: Request, person: Supervisor, database: Db, report_id: Id, form: Form
) -> RedirectResponse:
    """Put a report back to the state it was in."""

    def work() -> str:
        _there(database, person, report_id)
        _all(transitions.undo(database, person, field(form, "batch", 32)))
        return "已撤销，报告恢复到原来的状态。"

    return done(request, back(report_id, form), work)


def _there(database: Engine, person: Person, report_id: int) -> None:
    """Raise NotThere for a report that this person may not see, whatever else is wrong with what was sent."""
    asked(database, lambda connection: reports_seen(connection, person, [report_id]))


def _all(moved: Moved) -> None:
    """Raise Refused with the reason where the report stayed as it was."""
    for said in moved.refused.values():
        raise Refused(said)


def done(request: Request, to: str, work: Callable[[], str], undo: Undo | None = None) -> RedirectResponse:
    """Do `work` and lead to the page that shows it, with what it says or why it was refused."""
    try:
        said = work()
    except NotThere as error:
        raise HTTPException(404, NOT_FOUND) from error
    except HechaError as error:
        return go(request, to, str(error), refused=True)
    return go(request, to, said, undo)


def _undo(report_id: int, what: str, batch: str, form: FormData, **more: str) -> Undo:
    return Undo(f"/reports/{report_id}/{what}", {"batch": batch, **more, **place(form)})


def place(form: FormData) -> dict[str, str]:
    """Return where on the page a form stood, to come back to it."""
    tab, finding = field(form, "tab", 16), field(form, "finding", 16)
    here = {"tab": tab} if tab in TABS else {}
    stood = filters.stand(field(form, "list", filters.LONGEST_LIST))
    here |= {"list": filters.packed(stood)} if stood else {}
    return here | ({"finding": finding} if re.fullmatch(r"[fh][0-9]{1,6}", finding) else {})


def back(report_id: int, form: FormData) -> str:
    """Return the address of the place on the page where a form stood."""
    here = place(form)
    query = f"?{urlencode(here)}" if here else ""
    return f"/reports/{report_id}{query}" + (f"#{here['finding']}" if "finding" in here else "")
