"""Plants the faults, alone and in pairs, and holds what was found against what was planted."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.accuracy.agencies import world
from benchmarks.accuracy.cases import Case, Supply, case
from benchmarks.accuracy.fault import Fault, Told
from benchmarks.accuracy.judging import Seen, blamed, seen
from benchmarks.accuracy.outside import table
from benchmarks.accuracy.sweeps import Swept, sweep_cases
from benchmarks.accuracy.writing import OFFICE, format_of
from expectations.profile import Profile

VARIANTS = 30
PAIRS = 4
_SAVED_BY_OFFICE = ("META-03", "STR-08", "CELL-03", "T2-02", "T3-01", "T3-03", "T4-01", "XY-01", "TXT-02", "S5-02", "LEX-02",
                    "PII-02", "STALE-01", "CELL-05", "TXT-09")  # fmt: skip
"""Rules of which one variant is saved by LibreOffice."""
_BY_OFFICE = 7


@dataclass
class Planted:
    """One fault in one report, and what came of it."""

    fault: Fault
    number: int
    told: Told
    case: Case
    beside: list[str] = field(default_factory=list)
    """Rules of the other faults in the same report."""
    seen: Seen | None = None

    @property
    def file(self) -> str:
        """The report in which the finding must stand."""
        return self.told.file or self.case.report.file

    @property
    def name(self) -> str:
        """What a list of misses calls it."""
        report = self.case.report
        beside = f", beside {', '.join(self.beside)}" if self.beside else ""
        return (
            f"{self.fault.name} [{self.number}], {report.writer}, {report.agency.name} {report.year}{beside}"
        )


def plant(
    chosen: Sequence[Fault], number: int, supply: Supply, seed: str, told: list[Planted] | None = None
) -> Planted | None:
    """Put faults into one new case; return the first of them. None: no report suits all of them."""
    first = chosen[0]
    kinds = [k for k in first.kinds if all(k in f.kinds for f in chosen)]
    years = [y for y in first.years if all(y in f.years for f in chosen)]
    sizes = [s for s in first.sizes if all(s in f.sizes for f in chosen)]
    powers = {f.power for f in chosen if f.power}
    if not (kinds and years and sizes) or len(powers) > 1:
        return None
    formats = _formats(chosen)
    if formats is not None and not formats:
        return None
    writer = format_of(number)
    if formats and writer not in formats:
        writer = formats[number % len(formats)]
    if number == _BY_OFFICE and len(chosen) == 1 and first.rule in _SAVED_BY_OFFICE:
        writer = list(OFFICE)[_SAVED_BY_OFFICE.index(first.rule) % len(OFFICE)]
    agency = None
    for at in range(len(kinds)):
        try:
            kind = kinds[(number + at) % len(kinds)]
            agency = supply.take(kind, next(iter(powers), None), any(f.apart for f in chosen))
            break
        except LookupError:
            continue
    if agency is None:
        return None
    made = case(
        agency, years[number % len(years)], sizes[number // 2 % len(sizes)], f"{seed}/{first.rule}/{number}",
        previous=any(f.previous for f in chosen), writer=writer,
    )  # fmt: skip
    answers: dict[str, Told] = {}
    for one in sorted(chosen, key=lambda f: f.stage):
        if one.stage > 0:
            made.report.prose  # noqa: B018 - worded now, from the right numbers
            if made.before is not None:
                made.before.prose  # noqa: B018
        rng = random.Random(zlib.crc32(f"{seed}/{one.rule}/{one.name}/{number}".encode()))
        answers[one.rule] = one.plant(made, rng, number)
    _name_files(made)
    found = [
        Planted(one, number, answers[one.rule], made, [f.rule for f in chosen if f is not one])
        for one in chosen
    ]
    if told is not None:
        told += found
    return found[0]


def _formats(chosen: Sequence[Fault]) -> list[str] | None:
    """Return the formats that can carry all of the faults; None: any."""
    limits = [f.formats for f in chosen if f.formats is not None]
    return [w for w in limits[0] if all(w in limit for limit in limits)] if limits else None


def _name_files(made: Case) -> None:
    for report in made.reports():
        report.file = report.file or f"{report.year}/{report.agency.name}"


def plan(
    faults: dict[str, list[Fault]], rules: Sequence[str], seed: str, variants: int | None = VARIANTS, pairs: int = PAIRS
) -> list[Planted]:  # fmt: skip
    """Return the planted cases for some rules: each rule's faults in turn, then in pairs with any other's.

    `variants`: how many a rule; None: each fault once.
    """
    supply = Supply(world(seed, cities=32, counties=8, townships=3), seed)
    everything = [f for group in faults.values() for f in group]
    planted: list[Planted] = []
    rng = random.Random(seed)
    for rule in rules:
        own = faults[rule]
        for number in range(len(own) if variants is None else variants):
            plant(
                [own[number % len(own)]],
                number // len(own) if len(own) > 1 else number,
                supply,
                f"{seed}/{number}",
                planted,
            )
        made = 0
        for attempt in range(40):
            if made == pairs:
                break
            one, other = own[attempt % len(own)], rng.choice(everything)
            if compatible(one, other) and plant(
                [one, other], attempt, supply, f"{seed}/pair{attempt}", planted
            ):
                made += 1
    return planted


def compatible(one: Fault, other: Fault) -> bool:
    """Say whether two faults can stand in one report without getting in each other's way."""
    return (
        one.rule != other.rule
        and "everything" not in one.areas | other.areas
        and not ((one.previous and "series" in other.areas) or (other.previous and "series" in one.areas))
        and not one.areas & other.areas
        and other.rule not in one.also
        and one.rule not in other.also
    )


def run(planted: Sequence[Planted], profile: Profile | None = None) -> Swept:
    """Sweep the reports of the planted cases in one go and enter what was found."""
    cases = list({id(p.case): p.case for p in planted}.values())
    swept = sweep_cases(cases, table(cases), profile)
    for one in planted:
        suffixed = swept.named(one.file)
        one.seen = seen(one.fault.rule, one.told, swept.evaluations.get(suffixed or ""))
    return swept


def others(planted: Sequence[Planted], swept: Swept) -> dict[str, list[str]]:
    """Return the accusations that no planted fault explains: rule → the reports and messages, in order.

    Critical and warning findings addressed to the agency, in the report itself and in those beside it.
    """
    found: dict[str, list[str]] = {}
    by_case: dict[int, list[Planted]] = {}
    for one in planted:
        by_case.setdefault(id(one.case), []).append(one)
    for group in by_case.values():
        known = {p.fault.rule for p in group} | {rule for p in group for rule in p.fault.also}
        for report in group[0].case.reports():
            name = swept.named(report.file)
            evaluation = swept.evaluations.get(name or "")
            for finding in blamed(evaluation) if evaluation else ():
                if finding.rule not in known:
                    why = "+".join(p.fault.rule for p in group)
                    found.setdefault(finding.rule, []).append(f"{name} ({why}): {finding.message}")
    return found


def files_of(planted: Iterable[Planted]) -> int:
    """Return how many reports the planted cases hold."""
    return sum(len(made.reports()) for made in {id(p.case): p.case for p in planted}.values())
