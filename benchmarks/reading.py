"""Milliseconds a report for reading and extraction, by format, beside what each may take, on one core."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pypdfium2

from benchmarks.cases import generated
from models.document import Artifact
from models.errors import ReadError
from models.views import ErrorView
from tasks.collect import artifact, collect
from tasks.extract import extract_rows, frames
from tasks.read import prepare, read

ROUNDS = 5
_SLOW = 2.0
BUDGETS = {
    "txt": 5, "markdown": 5, "csv": 5, "html": 5, "mht": 5, "docx": 40, "xlsx": 20, "xls": 20, "ods": 20,
    "pdf": 150, "doc, rtf, odt in a batch": 250, "scanned page": 6000,
}  # fmt: skip
"""Milliseconds for reading and extraction together; for a PDF, of five pages. Others have none."""
_GENERATED = (".comma.csv", ".saved.mht", ".one.xlsx", ".each.xlsx", ".one.xls", ".one.ods", ".direct.ofd")
_SCAN = "distinct.mild.pdf"
_BATCH = 20


def main(folders: list[str]) -> None:
    """Print one line a format: files, median milliseconds of reading and of extraction, worst sum, budget."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    made = generated()
    found = collect([Path(f) for f in folders], 100 << 20)
    artifacts = [a for a in found if not isinstance(a, ErrorView)]
    artifacts += [artifact(path) for path in sorted(made.iterdir()) if path.name.endswith(_GENERATED)]
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for file in artifacts:
        kind, reading, extracting = timed(file)
        if kind:
            pages = page_count(file) if kind == "pdf" else 5
            times[kind].append((reading * 5 / pages, extracting))
    times["doc, rtf, odt in a batch"] = batch(
        sorted(path for path in made.iterdir() if path.suffix in (".doc", ".rtf", ".odt"))
    )
    if (made / _SCAN).exists():
        scan = artifact(made / _SCAN)
        kind, reading, extracting = timed(scan, rounds=1)
        if kind:
            pages = page_count(scan)
            times["scanned page"].append((reading / pages, extracting / pages))
    print(f"{'format':23} {'files':>5} {'read ms':>9} {'extract ms':>11} {'worst sum':>10} {'budget':>7}")
    for name in sorted(name for name in times if times[name]):
        middle = [statistics.median(one[n] for one in times[name]) for n in (0, 1)]
        worst = max(map(sum, times[name]))
        budget = BUDGETS.get(name)
        over = " over" if budget and sum(middle) > budget else ""
        print(
            f"{name:23} {len(times[name]):5} {middle[0]:9.1f} {middle[1]:11.1f} {worst:10.1f} {budget or '–':>7}{over}"
        )
    rows = extract_rows(read(artifacts[-1]), artifacts[-1].sha256, artifacts[-1].name)
    start = time.perf_counter()
    frames([rows] * 200)
    print(f"frames of 200 reports at once: {(time.perf_counter() - start) * 5:.2f} ms a report")


def timed(file: Artifact, rounds: int = ROUNDS) -> tuple[str, float, float]:
    """Return format, median ms of reading and of extraction; "" for what cannot be read. Imports are warmed first."""
    found: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        try:
            document = read(file)
            middle = time.perf_counter()
            extract_rows(document, file.sha256, file.name)
        except (ReadError, ImportError):
            return "", 0.0, 0.0
        found.append((1000 * (middle - start), 1000 * (time.perf_counter() - middle)))
        if found[0][0] > 1000 * _SLOW:
            break
    used = found[1:] or found
    return document.format, statistics.median(t[0] for t in used), statistics.median(t[1] for t in used)


def batch(paths: Sequence[Path]) -> list[tuple[float, float]]:
    """Return (ms of reading, of extraction) a file for up to twenty files read together."""
    files = [artifact(path) for path in paths[:_BATCH]]
    if not files:
        return []
    start = time.perf_counter()
    prepare(files)
    share = 1000 * (time.perf_counter() - start) / len(files)
    found = []
    for file in files:
        _, reading, extracting = timed(file, rounds=0)
        found.append((reading + share, extracting))
    return found


def page_count(file: Artifact) -> int:
    """Return how many pages a PDF has."""
    with pypdfium2.PdfDocument(file.content) as document:
        return len(document)


if __name__ == "__main__":
    main(sys.argv[1:] or ["samples/reports"])
