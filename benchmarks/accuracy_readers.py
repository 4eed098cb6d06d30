"""Cells right, wrong and uncertain, seconds and memory, for every format: ``make accuracy-readers``.

Reads the generated set and, where they are, the samples beside the project; each format in a process of its
own. Writes docs/READING.md and docs/reading.json. Format names as arguments measure these alone and keep the
rest of the JSON. Exits with 1 when a value is wrong outside scans.
"""

from __future__ import annotations

import json
import pickle
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import reading_page
from benchmarks.cases import Case, Truth, cases
from benchmarks.judged import Accusation, Judged, accusations, judge, matched
from benchmarks.measured import Group, Measured
from benchmarks.noise import Kind, noise, without_cells, without_rows
from expectations.template import load
from models.views import ErrorView
from samples.make import office
from tasks.chunks import Rows
from tasks.compare import compare_all
from tasks.extract import extract_rows, frames
from tasks.extract.numbers import read_cell
from tasks.validate import evaluate
from tests.extract.made import document, numbered

SCANS = ("scan 200 dpi", "scan 120 dpi", "fax", "phone photo", "long picture")
TOOLS = ("lxml", "pypdfium2", "pdfplumber", "python-calamine", "rapidocr", "onnxruntime", "opencv-python-headless",
         "polars")  # fmt: skip
_OF_PROSE = ("STR-01", "STR-10", "S6-01", "META-01", "META-03", "META-06")
"""Rules that say rightly of a file with tables alone what they do not say of the whole report."""
_NOISE_SEEDS = 20
_PATIENCE = 3600


def main(only: list[str]) -> int:
    """Measure, write the page, print one line a format; return the exit status."""
    everything, left_out = cases()
    groups: dict[str, list[Case]] = {}
    for case in everything:
        groups.setdefault(case.group, []).append(case)
    kept = reading_page.load()
    files: dict[str, dict[str, Any]] = {f["file"]: f for f in kept.get("files", [])} if only else {}
    memory: dict[str, dict[str, float]] = kept.get("memory", {}) if only else {}
    baseline: dict[str, set[Accusation]] = {}
    wanted = only or list(groups)
    # a docx is what accusations in other formats are held against: it is read first
    for group in sorted(groups, key=lambda name: (name != "docx", name)):
        if group not in wanted and group != "docx":
            continue
        measured = read_apart([case.path for case in groups[group]])
        by_path = {str(case.path): case for case in groups[group]}
        memory[group] = {
            "before": round(measured.before_mb),
            "peak": round(measured.peak_mb),
            "children": round(measured.children_mb),
        }
        for one in measured.files:
            case = by_path[one.path]
            files[case.name] = entry(case, one, baseline)
        print(reading_page.line(group, [f for f in files.values() if f["group"] == group]), flush=True)
    known = {case.name for case in everything}
    found = {
        **reading_page.load(),  # what the other measurements have written meanwhile stays
        "tools": tools(),
        "left_out": left_out,
        "files": [files[name] for name in sorted(files) if name in known],
        "memory": memory,
        "noise": noise_table() if not only or "noise" in only else kept.get("noise", []),
    }
    reading_page.save(found)
    wrong = [f["file"] for f in found["files"] if f["wrong"] and f["group"] not in SCANS]
    print(f"wrong outside scans: {', '.join(wrong) or 'none'}")
    return 1 if wrong else 0


def read_apart(paths: list[Path]) -> Group:
    """Read files in a process of their own. Raises RuntimeError when it dies, CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, answers = Path(folder, "list.json"), Path(folder, "answers.pickle")
        wanted.write_text(json.dumps([str(path) for path in paths]), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.measured", str(wanted), str(answers)]
        log = Path(".hecha") / "accuracy.log"
        with log.open("ab") as errors:
            subprocess.run(command, check=True, timeout=_PATIENCE, stderr=errors)
        found: Group = pickle.loads(answers.read_bytes())
        return found


def entry(case: Case, measured: Measured, baseline: dict[str, set[Accusation]]) -> dict[str, Any]:
    """Return what the JSON says of one file."""
    errors = [answer for answer in measured.answers if isinstance(answer, ErrorView)]
    read = [answer for answer in measured.answers if not isinstance(answer, ErrorView)]
    judged = [
        _judged(name, case, truth, rows, baseline)
        for name, rows in matched(case.reports, read).items()
        for truth in [case.reports[name]]
    ]
    cells: Counter[str] = sum((one.cells for one in judged), Counter())
    printed = sum(len(truth.cells) for truth in case.reports.values())
    return {
        "file": case.name,
        "group": case.group,
        "cells": printed,
        "numbers_only": all(
            read_cell(text).value is not None
            for truth in case.reports.values()
            for text in truth.cells.values()
        ),
        **{outcome: cells[outcome] for outcome in ("right", "uncertain", "wrong")},
        "not_read": printed - cells.total(),
        "reports": f"{len(read)}/{max(1, len(case.reports))}",
        "title": None if case.tables_only else _all(judged, "title"),
        "agency": None if case.tables_only else _all(judged, "agency"),
        "year": None if case.tables_only else _all(judged, "year"),
        "sections": None if case.tables_only else min((one.sections for one in judged), default=0),
        "accused": sorted({told for one in judged for told in one.accused}),
        "seconds": round(measured.seconds, 4),
        "errors": [f"{error.kind}: {error.message}" for error in errors],
        "wrong_cells": [cell for one in judged for cell in one.wrong],
    }


def _judged(name: str, case: Case, truth: Truth, rows: Rows, baseline: dict[str, set[Accusation]]) -> Judged:
    found = judge(truth, rows)
    facts = compare_all(frames([rows]))
    told = accusations(next(iter(evaluate(facts).values())))
    if case.group == "docx" and not found.wrong and not found.cells["uncertain"]:
        baseline.setdefault(name, told)
    rightly = baseline.get(name)
    if rightly is not None:
        more = {one for one in told - rightly if not (case.tables_only and one[0] in _OF_PROSE)}
        found.accused = sorted(f"{rule} {subject}".strip() for rule, subject in more)
    return found


def _all(judged: list[Judged], what: str) -> bool | None:
    said = [getattr(one, what) for one in judged]
    known = [answer for answer in said if answer is not None]
    return all(known) if known else None


def noise_table() -> list[dict[str, Any]]:
    """Damage the tables of a report in many ways and count what is read of its 200 numbers."""
    damages: list[tuple[str, str, Kind | None, float]] = [
        *((f"{kind} {share:.0%}", "labels", kind, share)
          for kind in ("replaced", "dropped", "confused") for share in (0.05, 0.1, 0.2)),
        ("rows lost 15%", "rows", None, 0.15),
        ("one cell lost in 30% of rows", "cells", None, 0.3),
    ]  # fmt: skip
    printed = numbered(load("v2021"))
    table = []
    for layout in ("ruled", "delimited", "aligned"):
        for name, what, kind, share in damages:
            counted: Counter[str] = Counter()
            for seed in range(_NOISE_SEEDS):

                def change(
                    rows: Any, seed: int = seed, what: str = what, kind: Any = kind, share: float = share
                ) -> None:
                    for n, key in enumerate(rows):
                        at = 10 * seed + n
                        if what == "labels":
                            rows[key] = noise(rows[key], share, at, kind)
                        else:
                            rows[key] = (without_rows if what == "rows" else without_cells)(
                                rows[key], share, at
                            )

                made = document(printed, layout=layout, change=change)
                for cell in extract_rows(made, "s", "x.html")["cells"]:
                    right = cell["value"] == float(printed[cell["code"]])
                    counted["right" if right else cell["kind"] if cell["value"] is None else "wrong"] += 1
            table.append({"layout": layout, "damage": name, **dict(sorted(counted.items()))})
    return table


def tools() -> dict[str, str]:
    """Return the versions of what reads."""
    found = {"python": platform.python_version()}
    for name in TOOLS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    if office.OFFICE:
        said = subprocess.run(
            [office.OFFICE, "--version"], capture_output=True, text=True, check=False
        ).stdout
        found["LibreOffice"] = said.split()[1] if len(said.split()) > 1 else "unknown"
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
