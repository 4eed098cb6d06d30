"""Reading the audit log: by who, what, of which object, in which days."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import Engine, select

from tasks.accounts.audit_words import ACTIONS, OBJECTS, said
from tasks.persist.retrying import asked
from tasks.persist.rows import AUDIT_LOG, AnySelect

BEIJING = timezone(timedelta(hours=8))
PAGE = 100
_PIECE = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    id: int
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: int | None
    address: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; empty: all. Days are Beijing days, both included."""

    actor: str = ""
    action: str = ""
    object_type: str = ""
    object_id: int | None = None
    first: date | None = None
    last: date | None = None


def entries(database: Engine, wanted: Asked, before: int | None = None, limit: int = PAGE) -> list[Entry]:
    """Return the newest entries that are looked for; `before`: only those with a smaller id."""
    chosen = _chosen(wanted)
    if before is not None:
        chosen = chosen.where(AUDIT_LOG.c.id < before)
    return [Entry(*row) for row in asked(database, lambda c: c.execute(chosen.limit(limit)).all())]


def as_csv(database: Engine, wanted: Asked) -> Iterator[str]:
    """Yield the log as CSV for Excel, newest first; no text of it is taken for a formula."""
    yield "\ufeff"
    yield _line(["编号", "时间（北京时间）", "账号", "操作", "对象", "对象编号", "来源地址", "详情"])
    before: int | None = None
    while part := entries(database, wanted, before, _PIECE):
        before = part[-1].id
        for entry in part:
            yield _line(
                [
                    str(entry.id),
                    f"{entry.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
                    entry.actor,
                    ACTIONS.get(entry.action, entry.action),
                    OBJECTS.get(entry.object_type, entry.object_type),
                    "" if entry.object_id is None else str(entry.object_id),
                    entry.address,
                    said(entry.detail),
                ]
            )


def _chosen(wanted: Asked) -> AnySelect:
    names = ("id", "at", "actor", "action", "object_type", "object_id", "address", "detail")
    chosen = select(*(AUDIT_LOG.c[name] for name in names)).order_by(AUDIT_LOG.c.id.desc())
    for name in ("actor", "action", "object_type", "object_id"):
        if (value := getattr(wanted, name)) not in ("", None):
            chosen = chosen.where(AUDIT_LOG.c[name] == value)
    if wanted.first is not None:
        chosen = chosen.where(AUDIT_LOG.c.at >= datetime.combine(wanted.first, time(), BEIJING))
    if wanted.last is not None:
        after = datetime.combine(wanted.last + timedelta(days=1), time(), BEIJING)
        chosen = chosen.where(AUDIT_LOG.c.at < after)
    return chosen


def _line(values: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_plain(value) for value in values])
    return out.getvalue()


def _plain(value: str) -> str:
    """A text that a spreadsheet would calculate stands behind an apostrophe."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
