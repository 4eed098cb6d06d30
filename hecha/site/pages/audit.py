"""The audit log, for operators: read it, and take it away as a table."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from hecha.site.access import Db, Limited, Operator, seen
from hecha.site.rendering import page
from tasks.accounts.accounts import plain_name
from tasks.accounts.audit_reading import PAGE, Asked, as_csv, entries
from tasks.accounts.audit_words import ACTIONS, OBJECTS, said

WRONG_DAY = "日期应写作2024-01-31的形式。"

router = APIRouter()


@router.get("/audit")
def log(
    request: Request, person: Operator, database: Db, actor: str = "", action: str = "", object: str = "",
    id: str = "", first: str = "", last: str = "", before: str = "",
) -> Response:  # fmt: skip
    """Show the newest entries that are looked for, a page at a time."""
    wanted = _asked(actor, action, object, id, first, last)
    found = entries(database, wanted, _number(before), PAGE + 1)
    given = {"actor": actor, "action": action, "object": object, "id": id, "first": first, "last": last}
    query = {name: value for name, value in given.items() if value}
    older = None
    if len(found) > PAGE:
        older = "/audit?" + urlencode({**query, "before": found[PAGE - 1].id})
    return page(
        request,
        person,
        "audit.html.j2",
        entries=[(entry, said(entry.detail)) for entry in found[:PAGE]],
        given=given,
        older=older,
        newest="/audit?" + urlencode(query) if before else None,
        export="/audit.csv?" + urlencode(query),
        actions=ACTIONS,
        objects=OBJECTS,
    )


@router.get("/audit.csv")
def table(
    request: Request, person: Operator, database: Db, limits: Limited, actor: str = "", action: str = "",
    object: str = "", id: str = "", first: str = "", last: str = "",
) -> Response:  # fmt: skip
    """Give the entries that are looked for as CSV."""
    wanted = _asked(actor, action, object, id, first, last)
    limits.exports.take(str(person.id))
    seen(request, person, "export", "audit")
    named = {"Content-Disposition": "attachment; filename*=UTF-8''%E6%93%8D%E4%BD%9C%E6%97%A5%E5%BF%97.csv"}
    return StreamingResponse(as_csv(database, wanted), media_type="text/csv; charset=utf-8", headers=named)


def _asked(actor: str, action: str, kind: str, id_: str, first: str, last: str) -> Asked:
    return Asked(plain_name(actor), action, kind, _number(id_), _day(first), _day(last))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise HTTPException(422, WRONG_DAY) from None
    # what lies at the ends of the calendar has no midnight in every time zone
    return min(max(day, date(2000, 1, 1)), date(2999, 12, 31))
