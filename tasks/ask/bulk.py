"""What one action would do with many reports, told before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select

from tasks.accounts.person import Person
from tasks.ask.worklist import Item, items_of
from tasks.decide.open_findings import open_findings, to_mend
from tasks.decide.states import machine
from tasks.persist.retrying import asked
from tasks.persist.rows import FINDINGS, STANDINGS, select_in

MOST = 2_000
"""Reports in one action: its transaction locks them all."""
SHOWN = 20
"""Reports named on the page that asks."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an action would do. `able`: the reports it can be done with; `shown`: the first of them.

    `still_open`: how many of them have findings left that have to be mended. `rules`: the rules they break, for the
    agency or for our own people, each with the number of reports.
    """

    chosen: int
    able: tuple[int, ...]
    shown: tuple[Item, ...]
    still_open: int
    rules: Mapping[str, int]


def preview(database: Engine, person: Person, report_ids: Sequence[int], action: str) -> Preview:
    """Look at what `action` (an event of `tasks.decide.states`, or ``decide``) would do with these reports."""

    def read(connection: Connection) -> Preview:
        items = {item.report_id: item for item in items_of(connection, person, report_ids)}
        there = [id_ for id_ in report_ids if id_ in items]
        left = open_findings(connection, there) if action in ("notify", "pass") else {}
        open_ids = {id_ for id_, findings in left.items() if to_mend(findings)}
        event = machine().events.get(action)
        able = [id_ for id_ in there if event is None or items[id_].state in event.before]
        if action == "notify":
            able = [id_ for id_ in able if id_ in open_ids]
        rules = _rules(connection, able) if action == "decide" else {}
        return Preview(
            len(there),
            tuple(able),
            tuple(items[id_] for id_ in able[:SHOWN]),
            len(open_ids.intersection(able)),
            rules,
        )

    return asked(database, read)


def findings_of(
    database: Engine, person: Person, report_ids: Sequence[int], rule: str, sure: bool = False
) -> list[tuple[int, str]]:
    """Return report and fingerprint of every finding of a rule in the newest evaluation of these reports.

    `sure`: only of those that are the agency's; what was not read for certain is looked at one by one.
    """
    chosen = (
        select(STANDINGS.c.report_id, FINDINGS.c.fingerprint)
        .join_from(STANDINGS, FINDINGS, FINDINGS.c.evaluation_id == STANDINGS.c.evaluation_id)
        .where(FINDINGS.c.rule == rule)
        .order_by(STANDINGS.c.report_id, FINDINGS.c.position)
    )

    if sure:
        chosen = chosen.where(FINDINGS.c.addressee == "agency")

    def read(connection: Connection) -> list[tuple[int, str]]:
        theirs = [item.report_id for item in items_of(connection, person, report_ids)]
        return [(id_, f) for id_, f in select_in(connection, chosen, STANDINGS.c.report_id, theirs)]

    return asked(database, read)


def _rules(connection: Connection, report_ids: Sequence[int]) -> dict[str, int]:
    found = (
        select(FINDINGS.c.rule, func.count(STANDINGS.c.report_id.distinct()))
        .join_from(STANDINGS, FINDINGS, FINDINGS.c.evaluation_id == STANDINGS.c.evaluation_id)
        .where(STANDINGS.c.report_id.in_(report_ids))
        .group_by(FINDINGS.c.rule)
        .order_by(FINDINGS.c.rule)
    )
    return {rule: number for rule, number in connection.execute(found)}  # noqa: C416  dict() takes no rows
