"""Same input, same bytes: the findings of one set of files, taken in by every way there is."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.accuracy.cases import Case, roster
from benchmarks.accuracy.clean import cases
from benchmarks.accuracy.faults.tables import add
from benchmarks.accuracy.sweeps import sweep
from benchmarks.accuracy.writing import all_written
from expectations.profile import default
from models.document import Artifact
from models.results import Evaluation
from tasks.batches import gather, wide
from tasks.batches import plan as plan_batches
from tasks.chunks import SourceFile, read_chunk
from tasks.roster import Roster
from tasks.validate import evaluate


def digest(evaluations: Mapping[str, Evaluation]) -> dict[str, str]:
    """Return, by submission, the hash of all that was said of it."""
    return {
        one.submission: hashlib.sha256(
            json.dumps(dataclasses.asdict(one), ensure_ascii=False, sort_keys=False, default=str).encode()
        ).hexdigest()
        for one in evaluations.values()
    }


def some_cases(count: int) -> list[Case]:
    """Return cases of which every third has faults, so that there is something to find."""
    made = cases(count, "same")
    for n, one in enumerate(made):
        if n % 3 == 0:
            add(one.report.values, "t3.received_new.total", 1 + n % 4)
            add(one.report.values, "t4.review.total", n % 2)
        if n % 5 == 0 and one.before is not None:
            one.report.prose["problems"] = list(one.before.prose["problems"])
    return made


def ways(count: int, only: Sequence[str] = ()) -> tuple[int, dict[str, int]]:
    """Return the number of reports, and by way of taking them in how many came out otherwise than the first time."""
    made = some_cases(count)
    files = all_written([report for one in made for report in one.reports()])
    known = roster(made)
    first = digest(sweep(files, known, processes=1).evaluations)
    shuffled = list(files)
    random.Random(1).shuffle(shuffled)
    every: dict[str, Callable[[], dict[str, str]]] = {
        "again": lambda: digest(sweep(files, known, processes=1).evaluations),
        "two processes": lambda: digest(sweep(files, known, processes=2).evaluations),
        "files in reverse order": lambda: digest(sweep(files[::-1], known, processes=1).evaluations),
        "files in any order": lambda: digest(sweep(shuffled, known, processes=2).evaluations),
        "chunks of 7, batches of 25": lambda: through_chunks(files, known, 7, 25),
        "chunks of 50, one batch": lambda: through_chunks(shuffled, known, 50, 10_000),
    }
    chosen = {way: take for way, take in every.items() if not only or way in only}
    return len(files), {way: _different(first, take()) for way, take in chosen.items()}


def _different(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    return sum(1 for submission in one.keys() | other.keys() if one.get(submission) != other.get(submission))


def through_chunks(files: Sequence[Artifact], known: Roster, chunk: int, batch: int) -> dict[str, str]:
    """Take files in the way a sweep does: chunks on disk, compared over all of them, evaluated batch by batch."""
    with tempfile.TemporaryDirectory() as home:
        place = Path(home)
        sources = []
        for file in files:
            path = place / f"{file.sha256}.bin"
            path.write_bytes(file.content)
            sources.append(SourceFile(str(path), file.name, file.sha256))
        chunks = place / "chunks"
        for start in range(0, len(sources), chunk):
            read_chunk(sources[start : start + chunk], chunks, (place / "store").as_uri())
        gathered = gather(sources, chunks, known, default())
        found: dict[str, Evaluation] = {}
        for part in plan_batches(gathered, (), batch):
            found |= evaluate(wide(gathered, part))
        return digest(found)
