"""Damaged and hostile files through the child process that a sweep reads with: ``make fuzz``.

``python -m benchmarks.fuzz [SHARE] [FORMAT …]``: SHARE 1 is the whole run (over 20,000 files). Counts answers,
refusals by kind, our own faults by name, lost children; writes them into docs/reading.json and docs/READING.md.
A file that made one of our own faults is kept under .hecha/fuzz/. Exits with 1 when a child was lost.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import reading_page
from benchmarks.bombs import bombs
from benchmarks.cases import CACHE, generated
from benchmarks.measured import children_watched
from benchmarks.mutants import mutants
from models.document import Artifact
from models.errors import ErrorKind
from models.views import ErrorView
from samples.make import scans
from tasks.apart import DIED_MESSAGE, Reader
from tasks.unpack import unpack

SEED = 20261121
SECONDS, MEMORY_MB = 60.0, 3072
BATCH = 20
SHARES = {
    "txt": 4000, "markdown": 1500, "csv": 1500, "html": 4000, "mht": 1000, "docx": 3500, "xlsx": 1500, "xls": 700,
    "ods": 700, "ofd": 700, "pdf": 1500, "zip": 600, "eml": 600, "doc": 300, "rtf": 300, "odt": 300, "picture": 300,
    "scan": 300,
}  # fmt: skip
"""Files a format; those that LibreOffice or OCR reads are fewer, because they are slow."""
_SEEDS = {
    "txt": (".tabs.txt", ".lines.txt", ".columns.txt", ".utf16.txt", ".gb18030.txt"),
    "markdown": (".pipes.md",), "csv": (".comma.csv",),
    "html": (".plain.html", ".cms.html", ".pasted.html", ".script.html", ".gb.html"), "mht": (".saved.mht",),
    "docx": (".merged.docx", ".numbered.docx", ".tracked.docx", ".strict.docx"),
    "xlsx": (".one.xlsx", ".each.xlsx"), "xls": (".one.xls", ".each.xls"), "ods": (".one.ods",),
    "ofd": (".direct.ofd",), "pdf": (".report.pdf", ".merged.pdf"), "zip": ("bundle.gbk.zip", "bundle.nested.zip"),
    "eml": ("bundle.mail.eml",), "doc": (".merged.doc",), "rtf": (".merged.rtf",), "odt": (".merged.odt",),
}  # fmt: skip
_KEPT = Path(".hecha/fuzz")
_FAILED = re.compile(r"the (\w+) reader failed on .*?\(sha256 (\w+)\)")
_RAISED = re.compile(r"^(?!Traceback|\s)([A-Za-z_][\w.]*)(?::|$)")
_PLACE = re.compile(r'File ".*?/((?:tasks|models)/[^"]+)", line (\d+)')


@dataclass
class Outcome:
    """What became of the files of one format."""

    files: int = 0
    read: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    crashed: int = 0
    hung: int = 0
    longest: float = 0.0
    peak_mb: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def as_json(self, name: str) -> dict[str, Any]:
        """Return the row of the table."""
        return {
            "format": name, "files": self.files, "read": self.read, "errors": dict(sorted(self.errors.items())),
            "crashed": self.crashed, "hung": self.hung, "longest": round(self.longest, 2), "peak_mb": self.peak_mb,
        }  # fmt: skip


def main(share: float, only: list[str]) -> int:
    """Run all formats or those named; return the exit status."""
    kept = reading_page.load()
    before = kept.get("hostile", {}) if only else {}
    rows = {row["format"]: row for row in before.get("formats", [])}
    named = [fault for fault in before.get("named", []) if fault["format"] not in only]
    for name in only or [*SHARES, "bombs"]:
        contents = [b.content for b in bombs()] if name == "bombs" else _damaged(name, share)
        outcome = run(name, contents)
        if not outcome.files:
            print(f"{name:9} no samples")
            continue
        rows[name] = outcome.as_json(name)
        named += [
            {"format": name, "fault": fault, "times": times, "example": outcome.examples[fault]}
            for fault, times in outcome.faults.most_common()
        ]
        print(
            f"{name:9} {outcome.files:5} files, {outcome.read:5} read, {dict(outcome.errors)}, {outcome.crashed} crashed, "
            f"{outcome.hung} hung, longest {outcome.longest:.1f} s, {outcome.peak_mb} MB, "
            f"{outcome.faults.total()} faults of ours of {len(outcome.faults)} kinds",
            flush=True,
        )
        kept["hostile"] = {
            "seed": SEED, "seconds_limit": SECONDS, "memory_limit_mb": MEMORY_MB,
            "kinds": [kind.value for kind in ErrorKind], "formats": list(rows.values()), "named": named,
        }  # fmt: skip
        reading_page.save({**reading_page.load(), "hostile": kept["hostile"]})
    return 1 if any(row["crashed"] or row["hung"] for row in rows.values()) else 0


def run(name: str, contents: Iterator[bytes] | Sequence[bytes]) -> Outcome:
    """Read the files in children with limits, a batch after the other, and count."""
    outcome = Outcome()
    log = CACHE.parent / f"fuzz-{name}-{os.getpid()}.log"
    log.unlink(missing_ok=True)
    by_hash: dict[str, bytes] = {}
    with children_watched() as memory, Reader(log, longest=SECONDS, memory_mb=MEMORY_MB) as reader:
        batch: list[Artifact] = []
        for content in contents:
            digest = hashlib.sha256(content).hexdigest()
            file = Artifact(
                f"{outcome.files}.{('docx', 'pdf', 'txt', 'doc')[outcome.files % 4]}", content, digest
            )
            outcome.files += 1
            batch += _opened(file, outcome)
            if len(batch) >= BATCH:
                _take(reader, batch, outcome, by_hash)
                _name_faults(name, log, outcome, by_hash)
                batch = []
        _take(reader, batch, outcome, by_hash)
        _name_faults(name, log, outcome, by_hash)
    outcome.peak_mb = round(max(memory))
    log.unlink(missing_ok=True)
    return outcome


def _damaged(name: str, share: float) -> Iterator[bytes]:
    seeds = _seeds(name)
    return mutants(name, seeds, max(1, round(SHARES[name] * share)), SEED) if seeds else iter(())


def _seeds(name: str) -> list[bytes]:
    folder = generated()
    if name in ("picture", "scan"):
        # the upper part of one page in low resolution: a whole report would take half a minute a file
        page = scans.pages((folder / "distinct.merged.pdf").read_bytes(), 80)[1][:420]
        mild = scans.mild(page, np.random.default_rng(SEED))
        if name == "scan":
            return [scans.as_pdf([mild], 80)]
        return [scans.as_long_picture([mild], "JPEG", 80), scans.as_long_picture([mild], "PNG", 80),
                scans.as_tiff([mild], 80), scans.as_fax([mild], 80)]  # fmt: skip
    return [path.read_bytes() for path in sorted(folder.iterdir()) if path.name.endswith(_SEEDS[name])]


def _opened(file: Artifact, outcome: Outcome) -> list[Artifact]:
    """Unpack archives as the sweep does; what cannot be taken in is counted here."""
    start = time.perf_counter()
    inside: list[Artifact] = []
    try:
        for one in unpack(file, 100 << 20):
            if isinstance(one, ErrorView):
                outcome.errors[one.kind] += 1
            else:
                inside.append(one)
    except Exception as error:
        _fault(outcome, f"unpack: {type(error).__name__}", file.sha256, file.content)
    outcome.longest = max(outcome.longest, time.perf_counter() - start)
    return inside


def _take(reader: Reader, batch: list[Artifact], outcome: Outcome, by_hash: dict[str, bytes]) -> None:
    by_hash.clear()
    by_hash.update({file.sha256: file.content for file in batch})
    start = time.perf_counter()
    for file, answers in zip(batch, reader.take_in(batch), strict=True):
        outcome.longest = max(outcome.longest, time.perf_counter() - start)
        for answer in answers:
            if not isinstance(answer, ErrorView):
                outcome.read += 1
                continue
            outcome.errors[answer.kind] += 1
            if answer.kind == ErrorKind.INTERNAL and "进程" in answer.message:
                outcome.crashed += answer.message == DIED_MESSAGE
                _fault(
                    outcome,
                    "child lost" if answer.message == DIED_MESSAGE else "other",
                    file.sha256,
                    file.content,
                )
            elif answer.kind == ErrorKind.INTERNAL and "秒" in answer.message:
                outcome.hung += 1
                _fault(outcome, "over the time limit", file.sha256, file.content)
        start = time.perf_counter()


def _name_faults(name: str, log: Path, outcome: Outcome, by_hash: dict[str, bytes]) -> None:
    """Read what the child wrote into its log: exceptions that a reader did not turn into an answer of its own."""
    if not log.exists():
        return
    for entry in re.split(
        r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d)", log.read_text(encoding="utf-8", errors="replace"), flags=re.M
    ):
        if "Traceback" not in entry:
            continue
        digest = re.search(r"(?:sha256|submission) (\w{64})", entry)
        raised = [match[1] for row in entry.splitlines() if (match := _RAISED.match(row))]
        places = _PLACE.findall(entry)
        failed = _FAILED.search(entry)
        where = f"{places[-1][0]}:{places[-1][1]}" if places else "?"
        fault = f"{failed[1] if failed else 'extraction'}: {raised[-1] if raised else '?'} at {where}"
        key = digest[1] if digest else ""
        _fault(outcome, fault, key, by_hash.get(key, b""))
    log.write_text("", encoding="utf-8")


def _fault(outcome: Outcome, fault: str, digest: str, content: bytes) -> None:
    outcome.faults[fault] += 1
    if fault not in outcome.examples:
        outcome.examples[fault] = digest[:12]
        _KEPT.mkdir(parents=True, exist_ok=True)
        (_KEPT / digest[:12]).write_bytes(content)


if __name__ == "__main__":
    logging.getLogger("hecha").addHandler(logging.NullHandler())  # what `unpack` says of broken archives
    share_given = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    sys.exit(main(share_given, sys.argv[2:]))
