"""Validation and scoring in batches against the naive way, one GX run per report."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

from models.errors import ReadError
from models.facts import APPLICANTS, Facts
from models.views import ErrorView
from tasks.collect import collect
from tasks.compare import compare_all
from tasks.extract import extract_rows, frames
from tasks.extract.report import Rows
from tasks.read import read
from tasks.validate import evaluate

BATCH = 2000
NAIVE = 50


def seed_reports(folder: str) -> list[Rows]:
    """Return the rows of every readable sample."""
    found = []
    for artifact in collect([Path(folder)], 100 << 20):
        if isinstance(artifact, ErrorView):
            continue
        try:
            found.append(extract_rows(read(artifact), artifact.sha256, artifact.name))
        except ReadError:
            continue
    return found


def generated(seeds: Sequence[Rows], count: int) -> list[Rows]:
    """Return `count` reports made of the samples, each under its own key and some with a broken sum."""
    rng = random.Random(2026)
    made: list[Rows] = []
    for n in range(count):
        rows = deepcopy(seeds[n % len(seeds)])
        for frame in rows.values():
            for row in frame:
                row["submission"] = f"{n:064x}"
        rows["reports"][0]["agency"] = f"生成区第{n}局"
        if rng.random() < 0.2:
            line = rng.choice(rows["requests_by_outcome"])
            line[rng.choice(APPLICANTS)] = 99.0
        made.append(rows)
    return made


def main(count: int) -> None:
    """Print milliseconds a report for batches and one by one, and the ratio."""
    seeds = seed_reports("samples/reports")
    evaluate(frames(seeds[:2]))  # warm the imports
    batches: list[Facts] = []
    reports = generated(seeds, count)
    for start in range(0, count, BATCH):
        batches.append(compare_all(frames(reports[start : start + BATCH])))
    begin = time.perf_counter()
    evaluated = sum(len(evaluate(batch)) for batch in batches)
    batched = (time.perf_counter() - begin) / evaluated
    singles = [compare_all(frames([rows])) for rows in reports[:NAIVE]]
    begin = time.perf_counter()
    for facts in singles:
        evaluate(facts)
    naive = (time.perf_counter() - begin) / NAIVE
    print(f"{evaluated} reports in batches of {BATCH}: {1000 * batched:.2f} ms a report")
    print(f"{NAIVE} reports one GX run each:       {1000 * naive:.1f} ms a report")
    print(f"ratio: {naive / batched:.0f}×")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
