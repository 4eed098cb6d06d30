"""The table of outside facts of a sweep, for the rules that need one."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.cases import Case
from tasks.compare import Outside
from tasks.compare.outside import read_outside


def table(cases: Sequence[Case]) -> Outside | None:
    """Write the outside facts of the cases as a supervisor would and read them; None without any."""
    rows = [
        {"agency": c.report.agency.name, "year": str(c.report.year), **c.outside} for c in cases if c.outside
    ]
    if not rows:
        return None
    columns = sorted({name for row in rows for name in row})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "outside.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        return read_outside(path)
