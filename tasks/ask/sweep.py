"""The figures of a year: who owes, who came, who was late, what is wrong; for a region and for each place below it.

`WORDS` says what each figure counts; the work list finds the same reports by the same conditions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Text, and_, cast, func, literal, or_, select

from models.errors import ErrorKind
from tasks.accounts.person import Person, Role
from tasks.ask.failing import failing
from tasks.ask.kept import Kept
from tasks.ask.regions import Place, Region, below, inside, step
from tasks.ask.worklist import RESULTS, is_late
from tasks.ask.years import Sweep
from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES, EVALUATIONS, REVIEWS, RUNS, STANDINGS, SYSTEM_ERRORS, TRANSITIONS
from tasks.persist.runs import RERUN

MOST_FREQUENT = 10
BANDS = (
    ("90分及以上", 90.0, None),
    ("80—90分以下", 80.0, 90.0),
    ("70—80分以下", 70.0, 80.0),
    ("60—70分以下", 60.0, 70.0),
    ("60分以下", None, 60.0),
)
"""The bars of the score distribution: label, lowest score, the score it stays below."""

WORDS: Mapping[str, tuple[str, str]] = {
    "owed": ("应报", "名册上该年度应当报送的单位，加上名册以外已经报送的单位。"),
    "reported": ("已报", "已经收到年度报告的单位，同一单位的多个版本只计一份。"),
    "missing": ("未报", "名册上该年度应当报送、尚未收到报告的单位；名册注明免报的不计。"),
    "late": ("逾期", "已报报告中，有确实依据认定晚于法定期限公布的；尚未报送的单位不计入。"),
    "unreadable": (
        "无法读取",
        "最近一次核查及其后收件中未能读取的文件；文件名中未写明单位的，仅运行维护人员可见。",
    ),
    "pending": ("待核", "办理状态为“待核”的报告，即尚未通知、复核的报告。"),
    "review": ("需对照原文", "存在系统没有读准的内容、需要核查人员对照原文核实的报告。"),
    "to_mend": ("需整改", "最新版本有严重问题、尚未复核通过的报告。"),
    "passing": ("合格", "最新版本已经评分、等次不是“不合格”的报告。"),
    "unscored": ("暂不评分", "能够核查的内容不足、不能评分的报告。"),
}
"""The name of each figure and what it counts."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a year, as `WORDS` defines them; `mean` is the average of the scores, None without any."""

    owed: int = 0
    reported: int = 0
    missing: int = 0
    late: int = 0
    pending: int = 0
    review: int = 0
    to_mend: int = 0
    passing: int = 0
    unscored: int = 0
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Frequent:
    """A rule and how many reports fail it; `share` is of the most frequent one, 0..1."""

    rule: str
    reports: int
    share: float


@dataclass(frozen=True, slots=True)
class Band:
    """A bar of the score distribution; `share` is of the longest, 0..1."""

    label: str
    least: float | None
    below: float | None
    reports: int
    share: float


@dataclass(frozen=True, slots=True)
class Branch:
    """A place below the region, with the figures of all that stands below it.

    Without a `place`: the region's own government and the agencies directly below it.
    """

    place: Place | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page of a year shows. `before`: the figures of the year before, None when there was no report."""

    figures: Figures
    before: Figures | None
    bands: tuple[Band, ...]
    branches: tuple[Branch, ...]


_SUMS: dict[str, ColumnElement[Any]] = {
    "reported": func.count(),
    "pending": func.count().filter(STANDINGS.c.state == "pending"),
    "review": func.count().filter(STANDINGS.c.operator > 0),
    "scored": func.count(STANDINGS.c.total),
    "points": func.coalesce(func.sum(STANDINGS.c.total), 0.0),
    **{name: func.count().filter(RESULTS[name]) for name in ("to_mend", "passing", "unscored")},
    **{
        label: func.count().filter(
            *(STANDINGS.c.total >= least for _ in [0] if least is not None),
            *(STANDINGS.c.total < below for _ in [0] if below is not None),
        )
        for label, least, below in BANDS
    },
}

_overviews: Kept[Overview] = Kept(longest=60.0)
_frequent: Kept[tuple[Frequent, ...]] = Kept(fresh=10.0, longest=600.0)
_unreadable: Kept[tuple[int, ...]] = Kept(longest=600.0)


def owing(year: int) -> ColumnElement[bool]:
    """Return the condition on `AGENCIES` of those on the roster that owe a report for the year."""
    return and_(
        AGENCIES.c.on_roster.is_(True),
        AGENCIES.c.exempt.is_(False),
        or_(AGENCIES.c.first_year.is_(None), AGENCIES.c.first_year <= year),
        or_(AGENCIES.c.last_year.is_(None), AGENCIES.c.last_year >= year),
    )


def has_reported(year: int) -> ColumnElement[bool]:
    """Return the condition on `AGENCIES` of those with a report for the year."""
    theirs = STANDINGS.alias("theirs")  # a question may speak of standings besides
    return (
        select(theirs.c.report_id).where(theirs.c.agency_id == AGENCIES.c.id, theirs.c.year == year).exists()
    )


def overview(database: Engine, person: Person, region: Region, year: int) -> Overview:
    """Return the figures of a region and year, those of the year before, and those of the places below.

    Kept in the process until a report is evaluated or moved to another state, for a minute at most.
    """

    def read(connection: Connection) -> Overview:
        def ask() -> Overview:
            now = _by_step(connection, person, region, year)
            then = _sum(_by_step(connection, person, region, year - 1, by_step=False).values())
            total = _sum(now.values())
            return Overview(
                _figures(total),
                _figures(then) if then["reported"] else None,
                _bands(total),
                _branches(now, below(connection, person, region)),
            )

        return _overviews.get(_key(database, person, region, year), _stand(connection), ask)

    return asked(database, read)


def most_frequent(database: Engine, person: Person, region: Region, year: int) -> tuple[Frequent, ...]:
    """Return the rules that most reports of the region and year fail, with findings that count for the agency.

    Over 50,000 reports of a year it is counted in a third of a second, so it may be ten seconds old.
    """

    def ask(connection: Connection) -> tuple[Frequent, ...]:
        failed = failing(connection, (), (), "agency").subquery()
        reports = func.count(failed.c.evaluation_id.distinct())
        rows = (
            select(failed.c.rule, reports)
            .join_from(STANDINGS, failed, failed.c.evaluation_id == STANDINGS.c.evaluation_id)
            .where(STANDINGS.c.year == year)
            .group_by(failed.c.rule)
            .order_by(reports.desc(), failed.c.rule)
            .limit(MOST_FREQUENT)
        )
        if person.role is not Role.OPERATOR or region.path:
            rows = rows.join(AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id).where(inside(person, region))
        found = connection.execute(rows).all()
        return tuple(Frequent(rule, number, number / found[0][1]) for rule, number in found)

    key = _key(database, person, region, year)
    return asked(database, lambda c: _frequent.get(key, _stand(c), lambda: ask(c)))


def unreadable(database: Engine, person: Person, region: Region, sweep: Sweep | None) -> tuple[int, ...]:
    """Return the ids of the files (`SYSTEM_ERRORS`) that a sweep, and the inbox since, could not read.

    Of a file that could not be read nobody knows the agency: outside of the whole system's figures it is counted only
    where its name holds that of an agency of the region.
    """
    if sweep is None:
        return ()

    def ask(connection: Connection) -> tuple[int, ...]:
        met = connection.execute(select(RUNS.c.errors).where(RUNS.c.id == sweep.id)).scalar_one()
        later = select(RUNS.c.id).where(RUNS.c.id > sweep.id, RUNS.c.title == RERUN)
        rows = (
            select(SYSTEM_ERRORS.c.id)
            .where(SYSTEM_ERRORS.c.kind != ErrorKind.INTERNAL.value)
            .where(or_(SYSTEM_ERRORS.c.id.in_(met), SYSTEM_ERRORS.c.last_run_id.in_(later)))
            .order_by(SYSTEM_ERRORS.c.id)
        )
        if person.role is not Role.OPERATOR or region.path:
            file = cast(SYSTEM_ERRORS.c.file, Text)
            found = func.strpos if connection.dialect.name == "postgresql" else func.instr
            named = select(AGENCIES.c.id).where(inside(person, region), found(file, AGENCIES.c.name) > 0)
            rows = rows.where(named.exists())
        return tuple(connection.execute(rows).scalars())

    key = (*_key(database, person, region, 0), sweep.id)
    return asked(database, lambda c: _unreadable.get(key, _stand(c), lambda: ask(c)))


def forget() -> None:
    """Count everything anew the next time it is asked for."""
    for kept in (_overviews, _frequent, _unreadable):
        kept.forget()


def _key(
    database: Engine, person: Person, region: Region, year: int
) -> tuple[str, str, int | None, str, int]:
    own = person.agency_id if person.role is Role.AGENCY else None
    return str(database.url), person.path, own, region.path, year


def _stand(connection: Connection) -> tuple[Any, ...]:
    """What grows whenever a figure may change: the last evaluation, run, step and decision, and when one was undone."""
    grown = (*(table.c.id for table in (EVALUATIONS, RUNS, TRANSITIONS, REVIEWS)), REVIEWS.c.undone_at)
    last = (select(func.max(column)).scalar_subquery() for column in grown)
    return tuple(connection.execute(select(*last)).one())


def _by_step(
    connection: Connection, person: Person, region: Region, year: int, by_step: bool = True
) -> dict[str, Counter[str]]:
    """The sums of a year for each agency one step below the region (its id as text, empty for the region's own)."""
    group = (step(connection, region) if by_step else literal("", Text)).label("step")
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    reports = (
        select(group, *(sum_.label(name) for name, sum_ in _SUMS.items()))
        .join_from(STANDINGS, AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
        .where(STANDINGS.c.year == year, inside(person, region))
        .group_by(group)
    )
    for row in connection.execute(reports):
        sums[row.step].update({name: row._mapping[name] for name in _SUMS})
    late = (
        select(group, func.count())
        .join_from(STANDINGS, AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
        .where(STANDINGS.c.year == year, inside(person, region), is_late(connection))
        .group_by(group)
    )
    missing = (
        select(group, func.count())
        .select_from(AGENCIES)
        .where(inside(person, region), owing(year), ~has_reported(year))
        .group_by(group)
    )
    for name, statement in (("late", late), ("missing", missing)):
        for key, number in connection.execute(statement):
            sums[key][name] += number
    return sums


def _sum(parts: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return total


def _figures(sums: Counter[str]) -> Figures:
    names = ("reported", "missing", "late", "pending", "review", "to_mend", "passing", "unscored")
    # rounded: the order in which a database adds up changes the last digits
    mean = round(sums["points"] / sums["scored"], 2) if sums["scored"] else None
    return Figures(
        owed=sums["reported"] + sums["missing"], mean=mean, **{name: int(sums[name]) for name in names}
    )


def _bands(sums: Counter[str]) -> tuple[Band, ...]:
    largest = max(1, *(sums[label] for label, _, _ in BANDS))
    return tuple(
        Band(label, least, below, int(sums[label]), sums[label] / largest) for label, least, below in BANDS
    )


def _branches(sums: Mapping[str, Counter[str]], places: Iterable[Place]) -> tuple[Branch, ...]:
    listed = list(places)
    ids = {str(place.id) for place in listed}
    own = _sum(counts for key, counts in sums.items() if key not in ids)
    found = [Branch(place, _figures(sums.get(str(place.id), Counter()))) for place in listed]
    return tuple([Branch(None, _figures(own)), *found] if listed else [])
