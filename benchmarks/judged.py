"""What was read of a report held against what is printed, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cases import Truth
from models.results import Evaluation
from tasks.chunks import Rows
from tasks.extract.numbers import read_cell

VALUES = ("number", "zero")
Accusation = tuple[str, str]


@dataclass
class Judged:
    """Cells by outcome (right, uncertain, wrong), the wrong ones, and what else of the report is right."""

    cells: Counter[str] = field(default_factory=Counter)
    wrong: list[dict[str, str]] = field(default_factory=list)
    title: bool | None = None
    agency: bool | None = None
    year: bool | None = None
    sections: int = 0
    accused: list[str] = field(default_factory=list)


def judge(truth: Truth, rows: Rows) -> Judged:
    """Hold one report against its truth.

    A cell is wrong when it has a value that is not printed, and also when a printed number is called blank,
    missing or a placeholder: both would accuse an agency. Only `uncertain` is never wrong.
    """
    found = Judged()
    read = {row["code"]: row for row in rows["cells"]}
    for code, printed in truth.cells.items():
        row = read.get(code, {"kind": "missing", "value": None, "raw": None})
        outcome = cell_outcome(printed, row)
        found.cells[outcome] += 1
        if outcome == "wrong":
            said = f"{row['kind']}: {row['raw']}" if row["value"] is None else str(row["value"])
            found.wrong.append({"code": code, "printed": printed, "read": said})
    report = rows["reports"][0]
    if truth.title:
        found.title = _bare(report["title"] or "") == _bare(truth.title)
    elif report["title"]:
        found.title = True
    if truth.agency:
        # a place's name stands for its government
        found.agency = report["agency"] in (truth.agency, truth.agency.removesuffix("人民政府"))
    if truth.year:
        found.year = report["year"] == truth.year
    found.sections = sum(1 for row in rows["sections"] if row["key"] != "extra" and row["heading"])
    return found


def _bare(title: str) -> str:
    """LibreOffice prints a gap between Chinese and digits; it is no part of the title."""
    return "".join(title.split())


def cell_outcome(printed: str, row: Mapping[str, Any]) -> str:
    """Return right, uncertain or wrong for one cell."""
    if row["kind"] == "uncertain":
        return "uncertain"
    should = read_cell(printed)
    if should.value is not None:
        return "right" if row["value"] == should.value else "wrong"
    return "right" if row["value"] is None and row["kind"] == should.kind else "wrong"


def accusations(evaluation: Evaluation) -> set[Accusation]:
    """Return (rule, subject) of the critical findings that would go to the agency."""
    return {
        (finding.rule, finding.subject)
        for finding in evaluation.findings
        if finding.addressee == "agency" and finding.severity == "critical"
    }


def matched(reports: Mapping[str, Truth], answers: Sequence[Rows]) -> dict[str, Rows]:
    """Say which answer is which report: the one whose printed numbers are found most often."""
    if len(reports) == 1:
        return dict(zip(reports, answers, strict=False))
    found: dict[str, Rows] = {}
    for rows in answers:
        read = {row["code"]: row for row in rows["cells"]}
        fits = {
            name: sum(
                cell_outcome(text, read[code]) == "right"
                for code, text in truth.cells.items()
                if code in read
            )
            for name, truth in reports.items()
            if name not in found
        }
        if fits:
            found[max(fits, key=lambda name: fits[name])] = rows
    return found
