"""What a 通报 says of a year (catalogue §4.3): the figures of the sweep page, the problems by kind, who is named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine, select

from expectations.catalogue import rule
from expectations.profile import Profile, default
from tasks.accounts.person import Person
from tasks.ask.owed import unread_of
from tasks.ask.regions import Region, inside
from tasks.ask.sweep import Figures, has_reported, overview, owing
from tasks.ask.worklist import is_late
from tasks.documents.problems import Problem, categories_of, kind_of, problems
from tasks.documents.selection import Selection
from tasks.persist.retrying import asked
from tasks.persist.rows import AGENCIES, STANDINGS

ANNEXED = 100
"""Problems that are listed in the circular itself; of more there is the workbook."""
RANKED = 1_000
"""Agencies in the ranking of the circular itself."""
NAMED = 20
"""Agencies named under one kind of problem."""
RULES_TOLD = 3
MISSING = "未报送"
UNREAD = "所报文件未能读取，待核实"


@dataclass(frozen=True, slots=True)
class Late:
    """An agency that did not publish in time; `how`: not at all, not legibly, or late."""

    agency: str
    kind: str
    how: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line of the ranking. Equal scores have the same `place`."""

    place: int
    agency: str
    kind: str
    total: float
    grade: str
    critical: int
    warning: int


@dataclass(frozen=True, slots=True)
class Kind:
    """The problems of one kind: how many, how many of them critical, the most frequent rules, and whose they are."""

    title: str
    problems: int
    critical: int
    rules: tuple[tuple[str, int], ...]
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circular:
    """All that the document needs. `region` is empty for everything; `scored`: reports with a score."""

    year: int
    region: str
    figures: Figures
    scored: int
    kinds: tuple[Kind, ...]
    late: tuple[Late, ...]
    ranking: tuple[Ranked, ...]
    listed: tuple[Problem, ...]
    problems: int

    @property
    def on_time(self) -> int:
        """How many reports came in time, as far as is known."""
        return self.figures.reported - self.figures.late

    @property
    def passing_share(self) -> float | None:
        """The share of the scored reports that pass."""
        return self.figures.passing / self.scored if self.scored else None


def circular(
    database: Engine, person: Person, region: Region, year: int, profile: Profile | None = None
) -> Circular:
    """Return what there is to say of a region's reports of a year, as far as this person sees them."""
    seen = overview(database, person, region, year)
    gathered = _Kinds()
    for problem in problems(database, person, Selection(year, region.path), profile):
        gathered.add(problem)
    order = list(categories_of(profile or default()).values())
    return Circular(
        year=year,
        region=region.name.removesuffix("人民政府") if region.path else "",
        figures=seen.figures,
        scored=sum(band.reports for band in seen.bands),
        kinds=tuple(gathered.kinds(order)),
        late=_not_on_time(database, person, region, year),
        ranking=asked(database, lambda c: _ranking(c, person, region, year)),
        listed=tuple(gathered.first),
        problems=gathered.count,
    )


@dataclass(slots=True)
class _Kinds:
    """Counts problems as they come by; only the first of them are kept."""

    count: int = 0
    first: list[Problem] = field(default_factory=list)
    _rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _agencies: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _critical: Counter[str] = field(default_factory=Counter)

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.first) < ANNEXED:
            self.first.append(problem)
        self._rules[problem.category][problem.rule] += 1
        self._agencies[problem.category][problem.agency] += 1
        self._critical[problem.category] += problem.severity == "严重"

    def kinds(self, order: Iterable[str]) -> Iterable[Kind]:
        """The kinds met, in the order of the score's dimensions; within one who has most problems is named first."""
        for title in [*order, *sorted(self._rules.keys() - set(order))]:
            if counted := self._rules.get(title):
                yield Kind(
                    title=title or "其他",
                    problems=counted.total(),
                    critical=self._critical[title],
                    rules=tuple((_title(id_), n) for id_, n in counted.most_common(RULES_TOLD)),
                    agencies=tuple(name for name, _ in self._agencies[title].most_common()),
                )


def _title(rule_id: str) -> str:
    try:
        return rule(rule_id).title
    except KeyError:
        return rule_id


def _not_on_time(database: Engine, person: Person, region: Region, year: int) -> tuple[Late, ...]:
    found = asked(database, lambda c: _late(c, person, region, year))
    missing = [one.agency for one in found if one.how == MISSING]
    unread = unread_of(database, person, region, year, missing)
    return tuple(replace(one, how=UNREAD) if one.agency in unread else one for one in found)


def _late(connection: Connection, person: Person, region: Region, year: int) -> tuple[Late, ...]:
    agency = (AGENCIES.c.name.label("agency"), AGENCIES.c.rank, AGENCIES.c.organ)
    missing = select(*agency).where(inside(person, region), owing(year), ~has_reported(year))
    late = (
        select(*agency)
        .join_from(STANDINGS, AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
        .where(STANDINGS.c.year == year, inside(person, region), is_late(connection))
    )
    return tuple(
        Late(row.agency, kind_of(row), how)
        for how, statement in ((MISSING, missing), ("逾期公布", late))
        for row in connection.execute(statement.order_by(AGENCIES.c.path))
    )


def _ranking(connection: Connection, person: Person, region: Region, year: int) -> tuple[Ranked, ...]:
    rows = connection.execute(
        select(
            AGENCIES.c.name.label("agency"),
            *(AGENCIES.c[name] for name in ("rank", "organ")),
            *(STANDINGS.c[name] for name in ("total", "grade", "critical", "warning")),
        )
        .join_from(STANDINGS, AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
        .where(STANDINGS.c.year == year, STANDINGS.c.total.is_not(None), inside(person, region))
        .order_by(STANDINGS.c.total.desc(), AGENCIES.c.path)
        .limit(RANKED)
    ).all()
    ranked: list[Ranked] = []
    for number, row in enumerate(rows, start=1):
        same = bool(ranked) and ranked[-1].total == row.total
        place = ranked[-1].place if same else number
        ranked.append(
            Ranked(place, row.agency, kind_of(row), row.total, row.grade, row.critical, row.warning)
        )
    return tuple(ranked)
