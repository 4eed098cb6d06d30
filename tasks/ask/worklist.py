"""The work list: reports by what is wrong with them and how far people are with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, UnaryExpression, and_, func, select

from tasks.accounts.person import Person, Role
from tasks.ask.failing import evaluations_failing
from tasks.ask.regions import Region, directly, inside
from tasks.ask.searching import Quote, found, quotes
from tasks.persist.rows import AGENCIES, STANDINGS, SUBMISSIONS, AnySelect, select_in
from tasks.publish.words import FAILING_GRADE

PAGE = 50
LATE_RULES = ("TIME-01", "TIME-02", "TIME-03")
"""The rules that compare the day of publication with the last day in time."""
FEW = 1_000
"""So many ids are fetched at once rather than a page of them."""
STREAMED = 1_000
"""Rows fetched at a time when the whole list is written into a file."""
TURNED = 200
"""Pages one can turn to; nobody reads ten thousand lines, and each further page costs the database more."""
SMALL = 5_000
"""Of so few reports of a region the words are looked for in every one."""
COUNTED = 1_000
"""What is searched for by words is counted up to here: a word that stands in every file would take seconds."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the work list is asked for; None and False ask for nothing in particular.

    `region`: an agency's id; `own`: of the region only its own government and what stands directly below. `severity`:
    has findings of it; with `rule`: of that rule. `least` and `below`: the score, the upper bound excluded. `result`: a
    key of `RESULTS`. `review`: something for our own people to look at; with `rule`: of that rule. `late`: published
    after the statutory day. `repeated`: came in more than one version.
    """

    year: int | None = None
    region: int | None = None
    own: bool = False
    rank: str | None = None
    organ: str | None = None
    rule: str | None = None
    severity: str | None = None
    state: str | None = None
    result: str | None = None
    least: float | None = None
    below: float | None = None
    format: str | None = None
    late: bool = False
    repeated: bool = False
    review: bool = False
    q: str = ""
    sort: str = "score"

    def given(self) -> dict[str, str]:
        """Return what differs from the whole list, as it stands in an address."""
        told = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                told[one.name] = (
                    "1" if value is True else f"{value:g}" if type(value) is float else str(value)
                )
        return told


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the list: where a report stands, and its newest version.

    `quote`: what a finding says, where the words that were searched for stand in it and not in the names.
    """

    report_id: int
    agency: str
    rank: str
    organ: str
    above: str | None
    year: int
    total: float | None
    grade: str | None
    critical: int | None
    warning: int | None
    info: int | None
    operator: int | None
    state: str
    format: str
    version: int
    file: str
    received_at: datetime
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list. `count`: of all that match; `more`: there are more than were counted."""

    items: tuple[Item, ...]
    count: int
    more: bool
    page: int

    @property
    def pages(self) -> int:
        """How many pages one can turn to."""
        return _pages(self.count)


RESULTS: dict[str, ColumnElement[bool]] = {
    "to_mend": and_(STANDINGS.c.critical > 0, STANDINGS.c.state != "passed"),
    "passing": and_(STANDINGS.c.total.is_not(None), STANDINGS.c.grade != FAILING_GRADE),
    "failing": and_(STANDINGS.c.total.is_not(None), STANDINGS.c.grade == FAILING_GRADE),
    "unscored": and_(STANDINGS.c.evaluation_id.is_not(None), STANDINGS.c.total.is_(None)),
    "unevaluated": STANDINGS.c.evaluation_id.is_(None),
}
"""What the newest version came to: 需整改, 合格, 不合格, 暂不评分, 未核查."""

SEVERITIES: dict[str, ColumnElement[bool]] = {
    name: STANDINGS.c[name] > 0 for name in ("critical", "warning", "info")
}

_BY_SCORE = (STANDINGS.c.total.asc().nulls_last(), STANDINGS.c.report_id.asc())
SORTS: dict[str, tuple[UnaryExpression[Any], ...]] = {
    "score": _BY_SCORE,
    "best": (STANDINGS.c.total.desc().nulls_last(), STANDINGS.c.report_id.asc()),
    "critical": (
        STANDINGS.c.critical.desc().nulls_last(),
        STANDINGS.c.warning.desc().nulls_last(),
        *_BY_SCORE,
    ),
    "agency": (AGENCIES.c.path.asc(), STANDINGS.c.year.desc()),
    "received": (SUBMISSIONS.c.received_at.desc(), STANDINGS.c.report_id.asc()),
}
"""How the list may be ordered: 得分低的在前, 得分高的在前, 严重问题多的在前, 按地区和单位, 最近收到的在前."""


def is_late(connection: Connection) -> ColumnElement[bool]:
    """Return the condition that a report came after the statutory day (a local, earlier day is only a hint)."""
    late = evaluations_failing(connection, LATE_RULES, ("critical", "warning"), "agency")
    return STANDINGS.c.evaluation_id.in_(late)


def listed(
    connection: Connection, person: Person, chosen: Filter, region: Region | None, page: int = 1
) -> Listed:
    """Return a page of the reports that match and that the person may see. `region` is that of `chosen.region`."""
    matching = _matching(connection, person, chosen, region, in_order=True)
    if chosen.q:
        # one question for count and page: a word is met fastest along the order of the list
        # (in a small region it is not: told that a thousand are enough, PostgreSQL walks along all other regions)
        is_small = (
            region is not None
            and bool(region.path)
            and counted(connection, person, replace(chosen, q=""), region) <= SMALL
        )
        limited = matching if is_small else matching.limit(COUNTED + 1)
        found_ids = list(connection.execute(limited).scalars())
        count, more = min(len(found_ids), COUNTED), len(found_ids) > COUNTED
        page = max(1, min(page, _pages(count)))
        ids = found_ids[:COUNTED][PAGE * (page - 1) : PAGE * page]
    else:
        count, more = counted(connection, person, chosen, region), False
        page = max(1, min(page, _pages(count)))
        start = PAGE * (page - 1)
        if count <= FEW:
            # told that fifty are enough, PostgreSQL walks along the order of all reports to find these few
            ids = list(connection.execute(matching).scalars())[start : start + PAGE]
        else:
            ids = list(connection.execute(matching.limit(PAGE).offset(start)).scalars())
    rows = _shown().where(STANDINGS.c.report_id.in_(ids))
    items = {row.report_id: Item(**row._mapping) for row in connection.execute(rows)}
    if chosen.q:
        said = quotes(connection, ids, chosen.q)
        items = {id_: replace(item, quote=said.get(id_)) for id_, item in items.items()}
    return Listed(tuple(items[id_] for id_ in ids if id_ in items), count, more, page)


def _pages(count: int) -> int:
    return min(max(1, -(-count // PAGE)), TURNED)


def counted(connection: Connection, person: Person, chosen: Filter, region: Region | None) -> int:
    """Return how many reports match, all of them."""
    matching = _matching(connection, person, chosen, region).subquery()
    return int(connection.execute(select(func.count()).select_from(matching)).scalar_one())


def matching_ids(
    connection: Connection,
    person: Person,
    chosen: Filter,
    region: Region | None,
    among: Sequence[int] | None = None,
    limit: int | None = None,
    offset: int | None = None,
) -> list[int]:
    """Return the ids of all reports that match (`among`: of these only), in the order of the list."""
    matching = _matching(connection, person, chosen, region, in_order=True)
    if among is not None:
        matching = matching.where(STANDINGS.c.report_id.in_(among))
    return list(connection.execute(matching.limit(limit).offset(offset)).scalars())


def items_of(connection: Connection, person: Person, report_ids: Sequence[int]) -> list[Item]:
    """Return the lines of these reports, without those that the person may not see."""
    rows = select_in(connection, _shown().where(person.sees()), STANDINGS.c.report_id, report_ids)
    return [Item(**row._mapping) for row in rows]


def every_item(
    connection: Connection, person: Person, chosen: Filter, region: Region | None
) -> Iterator[Item]:
    """Yield all reports that match, in the order of the list, some at a time."""
    matching = _matching(connection, person, chosen, region).subquery()
    rows = _shown().join(matching, matching.c.report_id == STANDINGS.c.report_id)
    streamed = connection.execution_options(stream_results=True, yield_per=STREAMED)
    for row in streamed.execute(rows.order_by(*SORTS[chosen.sort])):
        yield Item(**row._mapping)


def _matching(
    connection: Connection, person: Person, chosen: Filter, region: Region | None, *, in_order: bool = False
) -> AnySelect:
    """The ids of the reports that match; other tables are joined only where filter or order speak of them."""
    wanted: AnySelect = select(STANDINGS.c.report_id)
    of_agency = _of_agency(person, chosen, region)
    if of_agency or (in_order and chosen.sort == "agency"):
        wanted = wanted.join(AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id).where(*of_agency)
    if in_order:
        if chosen.sort == "received":
            wanted = wanted.join(SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id)
        wanted = wanted.order_by(*SORTS[chosen.sort])
    for column in ("year", "state", "format"):
        value = getattr(chosen, column)
        if value is not None:
            wanted = wanted.where(STANDINGS.c[column] == value)
    if chosen.result is not None:
        wanted = wanted.where(RESULTS[chosen.result])
    if chosen.least is not None:
        wanted = wanted.where(STANDINGS.c.total >= chosen.least)
    if chosen.below is not None:
        wanted = wanted.where(STANDINGS.c.total < chosen.below)
    if chosen.rule is not None:
        wanted = wanted.where(_breaks(connection, chosen))
    elif chosen.severity is not None:
        wanted = wanted.where(SEVERITIES[chosen.severity])
    if chosen.review and chosen.rule is None:
        wanted = wanted.where(STANDINGS.c.operator > 0)
    if chosen.late:
        wanted = wanted.where(is_late(connection))
    if chosen.repeated:
        again = select(SUBMISSIONS.c.id).where(
            SUBMISSIONS.c.report_id == STANDINGS.c.report_id, SUBMISSIONS.c.version > 1
        )
        wanted = wanted.where(again.exists())
    return wanted.where(found(connection, chosen.q, chosen.year)) if chosen.q else wanted


def _of_agency(person: Person, chosen: Filter, region: Region | None) -> list[ColumnElement[bool]]:
    everything = person.role is Role.OPERATOR and (region is None or not region.path)
    conditions = [] if everything else [inside(person, region)]
    if chosen.own and region is not None:
        conditions.append(directly(region))
    if chosen.rank is not None:
        conditions.append(AGENCIES.c.rank == chosen.rank)
    if chosen.organ is not None:
        conditions.append(AGENCIES.c.organ == chosen.organ)
    return conditions


def _breaks(connection: Connection, chosen: Filter) -> ColumnElement[bool]:
    """The condition that there is a finding of the rule: for the agency, or with `review` for our own people."""
    severities = () if chosen.severity is None else (chosen.severity,)
    addressee = "operator" if chosen.review else "agency"
    found = evaluations_failing(connection, (chosen.rule or "",), severities, addressee)
    return STANDINGS.c.evaluation_id.in_(found)


def _shown() -> AnySelect:
    above = AGENCIES.alias("above")
    of_standing = (
        "report_id",
        "year",
        "total",
        "grade",
        "critical",
        "warning",
        "info",
        "operator",
        "state",
        "format",
    )
    return (
        select(
            *(STANDINGS.c[name] for name in of_standing),
            AGENCIES.c.name.label("agency"),
            AGENCIES.c.rank,
            AGENCIES.c.organ,
            above.c.name.label("above"),
            SUBMISSIONS.c.version,
            SUBMISSIONS.c.file,
            SUBMISSIONS.c.received_at,
        )
        .join_from(STANDINGS, AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
        .join(SUBMISSIONS, SUBMISSIONS.c.id == STANDINGS.c.submission_id)
        .outerjoin(above, above.c.id == AGENCIES.c.parent_id)
    )
