"""What has to be so that a person may start a sweep, for the pages and the API alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy import Engine

from flows import on_demand
from flows.on_demand import Away, Unavailable, Underway
from hecha.site.access import database, seen, settings_of
from models.errors import HechaError
from models.settings import Settings, redacted
from tasks.accounts.person import Person
from tasks.ask.years import Sweep, last_begun
from tasks.chunks import printable
from tasks.persist.arrivals import arrivals
from tasks.persist.retrying import asked

NOTHING_TO_SWEEP = (
    "没有设置核查来源，收件箱也没有收到过报告，不能核查。请用 hecha up 报告文件夹 启动，"
    "或者设置 HECHA_SOURCE 后执行 hecha deploy 重新登记。"
)
INBOX = "收件箱（已经收到的全部报告）"
AT_WORK = "已有一次核查正在进行，没有重复启动；请等待其完成，或者先停止。"
MAYBE_AT_WORK = "第{run}次核查没有正常结束的记录，可能仍在进行；确认已经中断的，请勾选后重新开始。"
QUIET = "已有一次核查超过{minutes}分钟没有进展，可能已经中断；确认已经中断的，请勾选后重新开始。"
OVER = "这次核查已经结束，无需停止。"


class CannotStart(HechaError):
    """A sweep cannot be started, or not be stopped, as things stand; the message says why."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be swept, and what stands against it.

    `refused`: why it cannot be started, else None. `doubt`: why it may be started only with the word of a person
    that nothing is at work. `at_work`: the sweeps the server knows to be waiting or running. `after`: the sweep that
    was started by hand last, looked up before all else.
    """

    source: str
    refused: str | None
    doubt: str | None
    at_work: tuple[Underway, ...]
    after: str


def offer(request: Request) -> Offer:
    """Return what a sweep started now would look at. Raises Unavailable (`flows.on_demand`)."""
    url, chosen = request.app.state.prefect_url, settings_of(request)
    after = on_demand.last_started(url)
    named = on_demand.source_of(url) or chosen.source or ""
    at_work = tuple(on_demand.under_way(url))
    doubt = _doubt(at_work, asked(database(request), last_begun))
    refused = None if _is_something(database(request), chosen, named) else NOTHING_TO_SWEEP
    if refused is None and at_work and doubt is None:
        refused = AT_WORK
    shown = INBOX if _is_inbox(chosen, named) else redacted(printable(named))
    return Offer(shown, refused, doubt, at_work, after)


def begin(request: Request, person: Person, years: Sequence[int], confirmed: bool, **by: Any) -> Underway:
    """Start a sweep and note who did. `confirmed`: a person says that what may be at work is not.

    Raises Unavailable, and CannotStart with the reason.
    """
    url = request.app.state.prefect_url
    stands = offer(request)
    if stands.refused is not None:
        raise CannotStart(stands.refused)
    if stands.doubt is not None and not confirmed:
        raise CannotStart(stands.doubt)
    for dead in stands.at_work:
        on_demand.give_up(url, dead.id)
    started = on_demand.start(url, years, stands.after)
    seen(request, person, "sweep", "run", None, year=sorted(set(years)), flow=str(started.id), **by)
    return started


def end(request: Request, person: Person, id_: UUID, **by: Any) -> Underway | None:
    """Ask a sweep to end and note who did; None when there is none of this id. Raises as `begin`."""
    url = request.app.state.prefect_url
    found = on_demand.find(url, id_)
    if found is None:
        return None
    if found.is_over:
        raise CannotStart(OVER)
    on_demand.stop(url, id_)
    seen(request, person, "sweep_stop", "run", found.run, flow=str(id_), **by)
    return on_demand.find(url, id_)


def status_of(error: Unavailable) -> int:
    """Return how HTTP says it: it may be well later where a server is away, not where nothing is set up."""
    return 503 if isinstance(error, Away) else 409


def _doubt(at_work: Sequence[Underway], last: Sweep | None) -> str | None:
    """Why nobody but a person can say whether a sweep is at work, None where it is known."""
    if at_work:
        minutes = int(on_demand.QUIET.total_seconds() // 60)
        return QUIET.format(minutes=minutes) if all(one.is_quiet for one in at_work) else None
    # one of the command line has a server of its own; one that was killed is called running until the next completes
    return MAYBE_AT_WORK.format(run=last.id) if last is not None and last.state == "running" else None


def _is_inbox(chosen: Settings, named: str) -> bool:
    return not named or Path(named) == chosen.inbox_folder.resolve()


def _is_something(engine: Engine, chosen: Settings, named: str) -> bool:
    return not _is_inbox(chosen, named) or bool(
        arrivals(engine, ("recorded", "running", "done", "failed"), limit=1)
    )
