"""What the rules cost: all together, each family, the dearest rules. ``python -m benchmarks.rules [REPORTS]``.

One batch of made-up reports, each with its own agency, numbers and prose, a quarter of them with a fault, is prepared
once. A rule's own cost is one run of Great Expectations with that rule alone; a family's is the sum. The prose is read
(claims and mentions) apart. Two batches at once, a process each, tell what two cores make of it.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import polars as pl

from benchmarks.accuracy.cases import Case, roster
from benchmarks.accuracy.clean import cases
from benchmarks.accuracy.fault import faults
from benchmarks.accuracy.planting import plan
from benchmarks.accuracy.sweeps import read
from benchmarks.accuracy.writing import all_written
from benchmarks.validation import BATCH
from expectations.catalogue import rules
from expectations.profile import Profile, Switches, default
from models.facts import Facts
from tasks.chunks import Rows
from tasks.compare import compare_all
from tasks.extract import frames
from tasks.extract.claims import claim_rows
from tasks.extract.mentions import mention_rows
from tasks.roster import resolve
from tasks.validate import evaluate
from tasks.validate.engine import run
from tasks.validate.prepare import prepare

PLANTED = (
    "META-01", "STR-05", "STR-08", "CELL-01", "CELL-05", "T2-03", "T3-01", "T3-03", "T4-01", "TXT-02", "S5-03", "S6-01", "XY-01",
    "STALE-01", "LEX-01", "PII-01", "TIME-01", "DUP-01",
)  # fmt: skip
"""Rules whose faults stand in a quarter of the reports."""
AT_MOST = 4.0
"""Milliseconds a report that validation with all rules may take, prose rules included."""


def only(*chosen: str) -> Profile:
    """Return the default profile with no rules but these."""
    off = tuple(rule.id for rule in rules() if rule.id not in chosen)
    return default().model_copy(update={"rules": Switches(off=(*default().rules.off, *off))})


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of several runs."""
    best = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def main(count: int) -> None:
    """Print the table."""
    reports, facts = material(count)
    count = len(reports)
    evaluate(facts)  # warm imports and caches
    whole = seconds(lambda: evaluate(facts))
    prepared = prepare(facts, default())
    preparing = seconds(lambda: prepare(facts, default()))
    prose = seconds(lambda: _read_prose(reports), 1)
    print(f"{count} reports in one batch, {len(rules())} rules on")
    print(f"{'all rules: validation and scoring':<42}{1000 * whole / count:8.3f} ms a report")
    print(f"{'  of which preparing the frames':<42}{1000 * preparing / count:8.3f} ms a report")
    print(f"{'reading the prose (claims, mentions)':<42}{1000 * prose / count:8.3f} ms a report")
    print(
        f"{'together (budget ' + format(AT_MOST, 'g') + ')':<42}{1000 * (whole + prose) / count:8.3f} ms a report"
    )
    both = _two_at_once(facts)
    print(f"{'two batches at once, a process each':<42}{1000 * both / (2 * count):8.3f} ms a report")
    single = {rule.id: _alone(prepared.frames, rule.id) for rule in rules()}
    families: dict[str, list[float]] = defaultdict(list)
    for rule_id, cost in single.items():
        families[rule_id.split("-")[0]].append(cost)
    print(f"\n{'family':<10}{'rules':>6}{'ms a report':>14}")
    for family, costs in sorted(families.items(), key=lambda entry: -sum(entry[1])):
        print(f"{family:<10}{len(costs):>6}{1000 * sum(costs) / count:>14.4f}")
    print(f"\n{'dearest rules':<16}{'ms a report':>14}")
    for rule_id, cost in sorted(single.items(), key=lambda entry: -entry[1])[:10]:
        print(f"{rule_id:<16}{1000 * cost / count:>14.4f}")


def material(count: int) -> tuple[list[Rows], Facts]:
    """Return about `count` reports of different agencies, each with its year before, and their frames."""
    planted = [one.case for one in plan(faults(), PLANTED, "cost", max(count // 8 // len(PLANTED), 1), 0)]
    made: list[Case] = []
    for one in [*planted, *cases(count // 2, "cost")]:
        if sum(len(c.reports()) for c in made) + len(one.reports()) > count:
            break
        made.append(one)
    for one in made:
        for report in one.reports():
            report.writer = "tabs"
    rows, errors = read(all_written([report for one in made for report in one.reports()]), 2)
    if errors:
        raise ValueError(errors[0].message)
    agencies = roster(made)
    facts = frames(rows)
    facts = replace(facts, reports=resolve(facts.reports, agencies))
    return rows, compare_all(facts, default(), agencies)


def _two_at_once(facts: Facts) -> float:
    """Return the seconds in which two processes, warm, evaluate a batch each."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(_evaluated, (facts, facts)))
        begin = time.perf_counter()
        list(pool.map(_evaluated, (facts, facts)))
        return time.perf_counter() - begin


def _evaluated(facts: Facts) -> int:
    return len(evaluate(facts))


def _alone(prepared: dict[str, pl.DataFrame], rule_id: str) -> float:
    profile = only(rule_id)
    run(prepared, None, profile)
    return seconds(lambda: run(prepared, None, profile))


def _read_prose(reports: list[dict[str, list[dict[str, object]]]]) -> None:
    for report in reports:
        row = report["reports"][0]
        year, rank, organ, agency = row["year"], str(row["rank"]), str(row["organ"]), row["agency"]
        assert year is None or isinstance(year, int)
        assert agency is None or isinstance(agency, str)
        claim_rows(report["paragraphs"], year=year, rank=rank, organ=organ)
        mention_rows(report["paragraphs"], year=year, agency=agency, rank=rank, organ=organ)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else BATCH)
