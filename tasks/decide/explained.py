"""How far agencies are with what they were asked to mend: what is explained, what is left, and what follows of it.

A report waits (已通知, 退回) until every open finding that has to be mended was explained since the notice or the
return. What was said to the report as a whole takes the place of none of them: each is to be explained by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from tasks.accounts.person import Person
from tasks.decide.due import count_as_answered, wait_again
from tasks.decide.open_findings import open_findings, to_mend
from tasks.decide.states import machine
from tasks.decide.transitions import new_batch, step, step_back
from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES, ANSWERS, NOTICES, STANDINGS, TRANSITIONS, select_in

CALLS = ("notify", "return")
"""The steps with which an agency is asked to mend or explain."""
TOLD = "已说明{explained}项，还有{left}项未整改或说明"
WHOLE = "；另有对整份报告的说明"
OPEN_AGAIN = "处理意见改变或者撤销后，又有问题未整改或说明"


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of the findings of a report since its agency was last asked, by fingerprint.

    `explained`: the agency said something to it. Open and to be mended are: `silent`, to which it said nothing, and
    `turned_down`, of which a person decided after its explanation that they have to be mended. `whole`: something was
    said to the report as a whole.
    """

    explained: frozenset[str]
    silent: frozenset[str]
    turned_down: frozenset[str]
    whole: bool

    @property
    def left(self) -> frozenset[str]:
        """What is neither mended nor explained."""
        return self.silent | self.turned_down

    @property
    def told(self) -> str:
        """How far the agency is, in words without a full stop."""
        said = TOLD.format(explained=len(self.explained), left=len(self.left))
        return said + (WHOLE if self.whole else "")


def progress(connection: Connection, report_ids: Iterable[int]) -> dict[int, Progress]:
    """Return how far the agencies of these reports are; only of those that wait for an answer."""
    return _progress(connection, _in(connection, report_ids, machine().events["explain"].before))


def progress_of(database: Engine, person: Person, report_ids: Iterable[int]) -> dict[int, Progress]:
    """As `progress`, of those that this person may see."""
    chosen = select(STANDINGS.c.report_id).join_from(STANDINGS, AGENCIES).where(person.sees())
    ids = list(report_ids)

    def read(connection: Connection) -> dict[int, Progress]:
        seen = [row.report_id for row in select_in(connection, chosen, STANDINGS.c.report_id, ids)]
        return progress(connection, seen)

    return asked(database, read)


def settle(connection: Connection, report_ids: Iterable[int], person: Person | None = None) -> list[int]:
    """Take those that wait with nothing left to mend or explain to 单位说明, and return their ids.

    Their notices are answered. `person`: whose answer it was, None: Hecha itself.
    """
    ids = sorted(id_ for id_, one in progress(connection, report_ids).items() if not one.left)
    if ids:
        step(connection, person, ids, machine().events["explain"], "", new_batch())
        count_as_answered(connection, ids)
    return ids


def before_decisions(connection: Connection, report_ids: Iterable[int]) -> dict[int, Progress]:
    """Return how far the agencies of those reports are that a decision about findings may move."""
    explain = machine().events["explain"]
    return _progress(connection, _in(connection, report_ids, (*explain.before, explain.after)))


def follow_decisions(connection: Connection, before: Mapping[int, Progress]) -> None:
    """Let follow what decisions about findings changed; `before` is what `before_decisions` said.

    Nothing is left to mend or explain any more: 单位说明. Something that a notice named and to which nothing was said is
    open again: the report waits once more.
    """
    settle(connection, [id_ for id_, one in before.items() if one.left])
    now = _progress(connection, _in(connection, before, (machine().events["explain"].after,)))
    opened = {id_: one.silent - before[id_].silent for id_, one in now.items()}
    letters = select(NOTICES.c.report_id, NOTICES.c.findings).where(
        NOTICES.c.kind == "mend", NOTICES.c.state == "answered"
    )
    named = select_in(connection, letters, NOTICES.c.report_id, [id_ for id_, some in opened.items() if some])
    waits = {row.report_id for row in named if opened[row.report_id] & set(row.findings)}
    wait_again(connection, step_back(connection, waits, "explain", OPEN_AGAIN))


def _in(connection: Connection, report_ids: Iterable[int], states: Iterable[str]) -> list[int]:
    chosen = select(STANDINGS.c.report_id).where(STANDINGS.c.state.in_(list(states)))
    return [row.report_id for row in select_in(connection, chosen, STANDINGS.c.report_id, report_ids)]


def _progress(connection: Connection, ids: list[int]) -> dict[int, Progress]:
    if not ids:
        return {}
    calls = (
        select(TRANSITIONS.c.report_id, func.max(TRANSITIONS.c.at).label("at"))
        .where(TRANSITIONS.c.event.in_(CALLS))
        .group_by(TRANSITIONS.c.report_id)
    )
    since = {row.report_id: row.at for row in select_in(connection, calls, TRANSITIONS.c.report_id, ids)}
    last = select(ANSWERS.c.report_id, ANSWERS.c.fingerprint, func.max(ANSWERS.c.at).label("at"))
    last = last.group_by(ANSWERS.c.report_id, ANSWERS.c.fingerprint)
    said: dict[int, dict[str | None, datetime]] = defaultdict(dict)
    for row in select_in(connection, last, ANSWERS.c.report_id, ids):
        if row.report_id in since and row.at >= since[row.report_id]:
            said[row.report_id][row.fingerprint] = row.at
    found = open_findings(connection, ids)
    made = {}
    for id_ in ids:
        wrong, answers = to_mend(found.get(id_, ())), said[id_]
        silent = frozenset(one.fingerprint for one in wrong if one.fingerprint not in answers)
        turned_down = frozenset(
            one.fingerprint
            for one in wrong
            if one.fingerprint in answers and one.asked_at and one.asked_at > answers[one.fingerprint]
        )
        explained = frozenset(one for one in answers if one is not None) - turned_down
        made[id_] = Progress(explained, silent, turned_down, None in answers)
    return made
