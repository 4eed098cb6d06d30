"""Milliseconds a report for reading and extraction, by format, over the shipped samples."""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

from models.errors import ReadError
from models.views import ErrorView
from tasks.collect import collect
from tasks.extract import extract_rows, frames
from tasks.read import read

ROUNDS = 5


def main(folders: list[str]) -> None:
    """Print one line a format: files, median milliseconds of reading, of extraction, and of frames."""
    artifacts = [a for a in collect([Path(f) for f in folders], 100 << 20) if not isinstance(a, ErrorView)]
    reading: dict[str, list[float]] = defaultdict(list)
    extracting: dict[str, list[float]] = defaultdict(list)
    for artifact in artifacts:
        times: list[tuple[float, float]] = []
        for _ in range(ROUNDS + 1):  # the first round warms the imports
            start = time.perf_counter()
            try:
                document = read(artifact)
                middle = time.perf_counter()
                rows = extract_rows(document, artifact.sha256, artifact.name)
            except ReadError:
                break
            times.append((middle - start, time.perf_counter() - middle))
        if times:
            reading[document.format].append(1000 * statistics.median(t[0] for t in times[1:]))
            extracting[document.format].append(1000 * statistics.median(t[1] for t in times[1:]))
    print(f"{'format':10} {'files':>5} {'read ms':>9} {'extract ms':>11} {'worst sum':>10}")
    for name in sorted(reading):
        both = [a + b for a, b in zip(reading[name], extracting[name], strict=True)]
        print(
            f"{name:10} {len(both):5} {statistics.median(reading[name]):9.1f} "
            f"{statistics.median(extracting[name]):11.1f} {max(both):10.1f}"
        )
    start = time.perf_counter()
    frames([rows] * 200)
    print(f"frames of 200 reports at once: {(time.perf_counter() - start) * 5:.2f} ms a report")


if __name__ == "__main__":
    main(sys.argv[1:] or ["samples/reports"])
