"""What the rules cost: all together, each family, the dearest rules. ``python -m benchmarks.rules [REPORTS]``.

One batch of reports made of the samples is prepared once. A rule's own cost is one run of Great Expectations with
that rule alone; a family's is the sum. The prose is read (claims and mentions) apart.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable

import polars as pl

from benchmarks.validation import BATCH, generated, seed_reports
from expectations.catalogue import rules
from expectations.profile import Profile, Switches, default
from tasks.compare import compare_all
from tasks.extract import frames
from tasks.extract.claims import claim_rows
from tasks.extract.mentions import mention_rows
from tasks.validate import evaluate
from tasks.validate.engine import run
from tasks.validate.prepare import prepare

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
    reports = generated(seed_reports("samples/reports"), count)
    facts = compare_all(frames(reports))
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
