"""Whole-process times of the command line."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

HECHA = str(Path(sys.executable).with_name("hecha"))
SEEDS = Path("../shared/seeds")


def timed(arguments: list[str], runs: int) -> list[float]:
    """Return the seconds of `runs` runs after one warm-up."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run([HECHA, *arguments], check=False, capture_output=True)
        times.append(time.perf_counter() - start)
    return times[1:]


def main() -> None:
    """Print median, least and most seconds of each command."""
    texts = sorted(SEEDS.glob("*.txt")) or sorted(Path("samples/reports").rglob("*.txt"))[:5]
    for name, arguments, runs in (
        ("hecha --help", ["--help"], 5),
        (f"hecha check --json, {len(texts[:5])} text reports", ["check", "--json", *map(str, texts[:5])], 3),
    ):
        times = timed(arguments, runs)
        print(f"{name}: median {statistics.median(times):.2f} s ({min(times):.2f}–{max(times):.2f})")


if __name__ == "__main__":
    main()
