"""The ground that faults are planted in: one agency with its report of the year and, where wanted, the year before."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from benchmarks.accuracy.agencies import Agency, World
from benchmarks.accuracy.numbers import numbers
from benchmarks.accuracy.report import Report
from expectations.template import for_year, load
from tasks.roster import FOREVER, Roster, RosterEntry


@dataclass
class Case:
    """Reports that belong together: `report` is the one judged, `before` its agency's report of the year before.

    `others` are further files of the sweep; `outside` rows of the table of outside facts.
    """

    report: Report
    before: Report | None = None
    others: list[Report] = field(default_factory=list)
    outside: dict[str, str] = field(default_factory=dict)
    first_year: int | None = None

    def reports(self) -> list[Report]:
        """Return every report of the case."""
        return [self.report, *([self.before] if self.before else []), *self.others]


class Supply:
    """Agencies handed out one by one, so that no two cases share one."""

    def __init__(self, world: World, seed: str) -> None:
        self._left = {kind: list(agencies) for kind, agencies in world.kinds.items()}
        for agencies in self._left.values():
            random.Random(seed).shuffle(agencies)
        self._used: set[str] = set()

    def take(self, kind: str, power: str | None = None, apart: bool = False) -> Agency:
        """Return an agency of a kind (with a power) that nobody has had. Raises LookupError.

        `apart`: nobody else has had or will have one with the same agency above it.
        """
        for agency in self._left[kind]:
            if power is not None and power not in agency.powers:
                continue
            if apart and agency.parent in self._used:
                continue
            self._used.add(agency.parent)
            for left in self._left.values():
                left[:] = [a for a in left if a is not agency and not (apart and a.parent == agency.parent)]
            return agency
        raise LookupError(f"no {kind} left")


def case(
    agency: Agency, year: int, size: str, seed: str, *, previous: bool = True, writer: str = "plain"
) -> Case:
    """Make a clean case. The report of the year before leads up to this year's numbers."""
    rng = random.Random(f"{seed}/{agency.name}/{year}")
    template, before = load(for_year(year)), None
    if previous and year > 2019:
        earlier = load(for_year(year - 1))
        values = numbers(rng, agency, size, earlier, None)
        before = Report(agency, year - 1, earlier, values, seed)
    values = numbers(rng, agency, size, template, before.values if before else None)
    report = Report(agency, year, template, values, seed, before.values if before else None, writer=writer)
    return Case(report, before)


def entry(agency: Agency, first_year: int) -> RosterEntry:
    """Return the roster's entry for an agency."""
    return RosterEntry(
        agency.name,
        agency.rank,
        agency.organ,
        agency.parent or None,
        agency.aliases,
        range(first_year, FOREVER),
    )


def roster(cases: list[Case]) -> Roster:
    """Return the roster of the agencies in a sweep, each owing reports since the first one it has there."""
    first: dict[str, tuple[Agency, int]] = {}
    for one in cases:
        for report in one.reports():
            known = first.get(report.agency.name)
            since = one.first_year or report.year
            first[report.agency.name] = (report.agency, min(since, known[1]) if known else since)
    return Roster(tuple(entry(agency, since) for agency, since in first.values()))
