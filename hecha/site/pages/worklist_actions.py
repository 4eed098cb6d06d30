"""What is done with many reports at once: asked once on a page of its own, then done, then it may be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, Engine
from starlette.datastructures import FormData

from hecha.site import filters
from hecha.site.access import NOT_FOUND, Db, Form, Supervisor, field
from hecha.site.pages.sweep import address, region_of
from hecha.site.rendering import Undo, go, page
from tasks.accounts.person import Person
from tasks.ask.bulk import MOST, Preview, findings_of, preview
from tasks.ask.owed import Asked, missing_ids, names_of, unread_of
from tasks.ask.worklist import Filter, matching_ids
from tasks.decide import notices, reviews, transitions
from tasks.decide.due import said_of_holidays, usual_due
from tasks.decide.refused import NotThere, Refused
from tasks.decide.reviews import EXCUSED, NAMES, Decision
from tasks.decide.states import machine
from tasks.decide.transitions import new_batch
from tasks.persist.retrying import asked

router = APIRouter()

NOTHING_CHOSEN = "请先勾选报告，或者勾选“全部符合条件的报告”。"
TOO_MANY = f"一次最多处理{MOST}份，请用筛选条件缩小范围。"
NO_DAY = "请填写日期，格式如2024-03-15。"
NO_RULE = "请选择规则。"
NONE_SURE = "所选报告在这条规则下只有待核内容；待核内容须在报告页面逐条对照原件后，才能要求整改。"
DECIDE = "decide"
GIVEN = ("reason", "rule", "decision", "lasting", "due_on", "number")
"""What is filled in on the page that asks, kept when it is shown again."""
_LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Done:
    """What an action came to: the sentence shown, and which of the two kinds of steps undoes it."""

    said: str
    batch: str
    kind: str = "move"


@router.post("/worklist/act")
def ask(request: Request, person: Supervisor, database: Db, form: Form) -> Response:
    """Say what an action would do with the chosen reports, and ask whether to do it."""
    action = field(form, "action", 16)
    if action == "documents":
        return _documents(request, person, database, form)
    _known(action)
    back = _back(form)
    ids = _chosen(database, person, form)
    fault = NOTHING_CHOSEN if not ids else TOO_MANY if len(ids) > MOST else None
    if fault is not None:
        return go(request, back, fault, refused=True)
    return _asking(request, person, database, ids, action, back, form)


@router.post("/worklist/do")
def do(request: Request, person: Supervisor, database: Db, form: Form) -> Response:
    """Do it with the reports that were named."""
    action = field(form, "action", 16)
    _known(action)
    ids = _ids(form)
    try:
        done = _DO.get(action, _move)(database, person, ids, form)
    except NotThere:
        raise HTTPException(404, NOT_FOUND) from None
    except Refused as error:
        return _asking(request, person, database, ids, action, _back(form), form, str(error))
    undo = Undo("/worklist/undo", {"batch": done.batch, "kind": done.kind, "back": field(form, "back")})
    return go(request, _back(form), done.said, undo)


@router.post("/worklist/undo")
def undo(request: Request, person: Supervisor, database: Db, form: Form) -> RedirectResponse:
    """Take back what was done with one click."""
    batch = field(form, "batch", 32)
    try:
        if field(form, "kind") == DECIDE:
            said = f"已撤销{reviews.undo_batch(database, person, batch)}条处理意见。"
        else:
            moved = transitions.undo(database, person, batch)
            said = f"已撤销，{len(moved.reports)}份报告恢复原状态。{_why_not(moved.refused)}"
    except NotThere:
        raise HTTPException(404, NOT_FOUND) from None
    except Refused as error:
        return go(request, _back(form), str(error), refused=True)
    return go(request, _back(form), said)


@router.post("/worklist/remind")
def remind(request: Request, person: Supervisor, database: Db, form: Form) -> Response:
    """Ask whether to send reminders to agencies that have not submitted, and send them when that was answered."""
    asked_for = _owed(database, person, form)
    back = address("/worklist/owed", year=asked_for.year, region=asked_for.region.id, missing=1)
    among = None if field(form, "all") == "1" else _numbers(form.getlist("agency"))
    ids = asked(database, lambda connection: missing_ids(connection, person, asked_for, among, MOST + 1))
    if not ids or len(ids) > MOST:
        return go(request, back, TOO_MANY if ids else "请先勾选未报的单位。", refused=True)
    fault = ""
    if field(form, "sure") == "1":
        try:
            due = _day(form)
            drafted = notices.draft_reminders(
                database, person, ids, asked_for.year, due, field(form, "number", 60)
            )
            sent = notices.issue(database, person, drafted, new_batch())
            return go(request, back, f"已向{len(sent)}个单位发出催报通知；可在“通知”中撤回。")
        except NotThere:
            raise HTTPException(404, NOT_FOUND) from None
        except Refused as error:
            fault = str(error)
    names = asked(database, lambda connection: names_of(connection, person, ids))
    unread = unread_of(database, person, asked_for.region, asked_for.year, names)
    given = {"year": asked_for.year, "region": asked_for.region.id or "", "own": "1" if asked_for.own else ""}
    return page(
        request, person, "worklist_remind.html.j2", 422 if fault else 200, ids=ids, given=given, back=back, fault=fault,
        usual=usual_due(True).isoformat(), due=field(form, "due_on", 10), number=field(form, "number", 60),
        year=asked_for.year, holidays=said_of_holidays(usual_due(True)), unread=unread,
    )  # fmt: skip


def _asking(
    request: Request, person: Person, database: Engine, ids: list[int], action: str, back: str,
    form: FormData, fault: str = "",
) -> Response:  # fmt: skip
    found: Preview = preview(database, person, ids, action)
    given = {name: field(form, name) for name in GIVEN}
    given["rule"] = given["rule"] or _filter(form).rule or ""
    event = machine().events.get(action)
    return page(
        request,
        person,
        "worklist_confirm.html.j2",
        422 if fault else 200,
        action=action,
        name="处理问题" if event is None else event.name,
        needs_reason=event is not None
        and (event.reason == "always" or (event.reason == "open" and found.still_open > 0)),
        found=found,
        back=back,
        back_query=field(form, "back"),
        fault=fault,
        states=filters.states(),
        rules=filters.rule_names(),
        decisions=NAMES,
        excused=EXCUSED,
        given=given,
        holidays=said_of_holidays(usual_due(False)),
    )


def _move(database: Engine, person: Person, ids: list[int], form: FormData) -> Done:
    action = field(form, "action", 16)
    batch = new_batch()
    moved = transitions.move(database, person, ids, action, field(form, "reason", _LONGEST_REASON), batch)
    if not moved.reports:
        raise Refused(_why_not(moved.refused) or NOTHING_CHOSEN)
    name = machine().events[action].name
    return Done(f"“{name}”已办理{len(moved.reports)}份。{_why_not(moved.refused)}", batch)


def _notify(database: Engine, person: Person, ids: list[int], form: FormData) -> Done:
    batch = new_batch()
    drafted = notices.draft(database, person, ids, _day(form), field(form, "number", 60))
    sent = notices.issue(database, person, drafted, batch)
    return Done(f"已发出{len(sent)}份整改通知。", batch)


def _decide(database: Engine, person: Person, ids: list[int], form: FormData) -> Done:
    rule = field(form, "rule", 16)
    if rule not in filters.rule_names():
        raise Refused(NO_RULE)
    decision = cast(Decision, field(form, "decision", 16))  # whether it is one is looked at there
    found = findings_of(database, person, ids, rule, sure=decision == "mend")
    if not found:
        raise Refused(NONE_SURE if decision == "mend" else NO_RULE)
    batch = new_batch()
    reason, lasting = field(form, "reason", _LONGEST_REASON), field(form, "lasting") == "1"
    count = reviews.decide(database, person, found, decision, reason, lasting, batch)
    reports = len({id_ for id_, _ in found})
    return Done(
        f"已对{reports}份报告的{count}个问题（{rule}）记录处理意见：{NAMES[decision]}。", batch, DECIDE
    )


_DO: Mapping[str, Callable[[Engine, Person, list[int], FormData], Done]] = {
    "notify": _notify,
    DECIDE: _decide,
}


def _documents(request: Request, person: Person, database: Engine, form: FormData) -> Response:
    """Lead to the documents of the chosen reports."""
    ids = _chosen(database, person, form)
    if not ids or len(ids) > MOST:
        return go(request, _back(form), TOO_MANY if ids else NOTHING_CHOSEN, refused=True)
    return page(request, person, "worklist_documents.html.j2", ids=ids, back=_back(form))


def _known(action: str) -> None:
    event = machine().events.get(action)
    if action != DECIDE and (event is None or "supervisor" not in event.roles or action == "withdraw"):
        raise HTTPException(404, NOT_FOUND)


def _chosen(database: Engine, person: Person, form: FormData) -> list[int]:
    """The reports that were ticked, or all that match the filter of the page; one more than may be, where there are more."""
    if field(form, "all") != "1":
        return _numbers(form.getlist("report"))
    chosen = _filter(form)
    region = region_of(database, person, chosen.region)

    def read(connection: Connection) -> list[int]:
        return matching_ids(connection, person, chosen, region, limit=MOST + 1)

    return asked(database, read)


def _filter(form: FormData) -> Filter:
    """The filter of the page that the form stood on: only ever read back as a filter, never as an address."""
    return filters.read_filter(dict(parse_qsl(field(form, "back"))))[0]


def _back(form: FormData) -> str:
    return filters.address(_filter(form))


def _ids(form: FormData) -> list[int]:
    value = form.get("ids")
    return _numbers(value.split(",") if isinstance(value, str) else [])[: MOST + 1]


def _numbers(texts: list[Any]) -> list[int]:
    """Whole numbers that a database takes, each once; anything else is left out."""
    found = [int(t) for t in texts if isinstance(t, str) and t.isascii() and t.isdigit() and len(t) < 10]
    return list(dict.fromkeys(found))


def _owed(database: Engine, person: Person, form: FormData) -> Asked:
    chosen = filters.read_filter({name: field(form, name) for name in ("year", "region", "own")})[0]
    if chosen.year is None:
        raise HTTPException(404, NOT_FOUND)
    return Asked(chosen.year, region_of(database, person, chosen.region), True, chosen.own)


def _day(form: FormData) -> date | None:
    text = field(form, "due_on", 10)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(NO_DAY) from None


def _why_not(refused: Mapping[int, str]) -> str:
    """Why some were left out: the first sentences, and how many more there are."""
    if not refused:
        return ""
    first = "".join(list(refused.values())[:3])
    more = f"另有{len(refused) - 3}份未办理。" if len(refused) > 3 else ""
    return f"{len(refused)}份未办理：{first}{more}" if len(refused) > 1 else first
