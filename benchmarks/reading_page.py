"""docs/READING.md from docs/reading.json: what was measured beside what is aimed at."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

JSON = Path("docs/reading.json")
PAGE = Path("docs/READING.md")

Entry = Mapping[str, Any]

ORDER = (
    "docx", "doc", "wps", "rtf", "odt", "html", "mht", "text", "markdown", "csv", "xlsx", "xls", "ods", "ofd", "pdf",
    "pdf from Chromium", "scan 200 dpi", "scan 120 dpi", "fax", "phone photo", "long picture", "zip", "eml",
    "two in one file",
)  # fmt: skip
GOALS = {
    **dict.fromkeys(("docx", "doc", "wps", "rtf", "odt", "html", "xlsx", "xls", "ods", "text"), 100.0),
    "pdf": 99.5,
    "pdf from Chromium": 98.0,
    "scan 200 dpi": 99.0,
    "phone photo": 95.0,
}
"""Per cent of cells right that is aimed at; formats not named have no goal of their own."""
SCANS = ("scan 200 dpi", "scan 120 dpi", "fax", "phone photo", "long picture")
_LISTED = 200
_NOT_MEASURED = """
- No file that WPS itself wrote was at hand: `.wps` here is LibreOffice's `.doc` under the other suffix.
- Scans, faxes and photos are simulated from rendered pages (skew, blur, noise, JPEG, red seal, perspective, shadow);
  none comes from a real scanner or telephone. Handwriting, stamps over whole rows, folds and moiré were not measured.
- The generated set and the readers come from the same house. What holds for it is a floor to stand on, not proof for
  every file; the published reports (`real/`) are few.
- OFD files are written by our own writer after GB/T 33190; no file of a commercial OFD program was at hand.
- Times and memory come from one machine with two shared cores; they are good to about a third.
""".strip()


def load() -> dict[str, Any]:
    """Return what was measured before, or nothing."""
    found: dict[str, Any] = json.loads(JSON.read_text(encoding="utf-8")) if JSON.exists() else {}
    return found


def save(found: Mapping[str, Any]) -> None:
    """Write the JSON and the page made from it."""
    JSON.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")


def page(found: Mapping[str, Any]) -> str:
    """Return the page."""
    files = found.get("files", [])
    parts = [
        "# How well files are read",
        "<!-- made by make accuracy-readers and make fuzz; do not edit -->",
        "The same reports in every format, read by the same code that a sweep uses, and held against what is printed in "
        "them, cell by cell. A cell is **right**, **uncertain** (marked so; no rule uses it) or **wrong**: it has a value "
        "that is not printed, or a printed number is called blank or missing. *Accused*: critical findings that would go "
        "to the agency and that the same report as docx does not get.",
        "Goals: no wrong cell outside scans; at most 1 in 1,000 in scans, and none certain enough to accuse; title, six "
        "sections, agency and year right in every file.",
        "## By format",
        _formats(files, found.get("memory", {})),
        "## Wrong cells",
        _wrong(files),
        "## Files that were not read, or not fully",
        _unread(files),
        "## Damaged labels and rows",
        "Characters of labels replaced at random, lost, or confused with ones that look alike; rows lost; cells lost "
        "with the rest of the row moved left. 20 seeds, 200 numbers each. Goals: at least 99 % right with 5 % of "
        "characters wrong, no wrong value with 20 %.",
        _noise(found.get("noise", [])),
        "## Hostile files",
        _hostile(found.get("hostile", {})),
        "## What was not measured",
        _NOT_MEASURED,
        *([f"- Not generated on this machine: {reason}" for reason in found.get("left_out", [])]),
        "## Every file",
        _files(files),
        "## Tools",
        ", ".join(f"{name} {version}" for name, version in found.get("tools", {}).items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def line(group: str, files: Sequence[Entry]) -> str:
    """Return one line on one format for the terminal."""
    cells, right, uncertain, wrong, unread = (
        sum(f[key] for f in files) for key in ("cells", "right", "uncertain", "wrong", "not_read")
    )
    share = 100 * right / cells if cells else 0
    return (
        f"{group:18} {len(files):3} files {cells:6} cells  {share:6.2f} % right, {uncertain} uncertain, {wrong} wrong, "
        f"{unread} not read, {sum(len(f['accused']) for f in files)} accusations more"
    )


def _formats(files: Sequence[Entry], memory: Mapping[str, Mapping[str, float]]) -> str:
    rows = []
    for group in sorted({f["group"] for f in files}, key=_order):
        own = [f for f in files if f["group"] == group]
        cells = sum(f["cells"] for f in own)
        right = sum(f["right"] for f in own)
        used = memory.get(group, {})
        peak = used.get("peak", 0)
        children = f" + {used['children']:.0f}" if used.get("children", 0) > 60 else ""
        goal = f"{GOALS[group]:g}" if group in GOALS else "–"
        rows.append(
            [
                group, len(own), cells, f"{100 * right / cells:.2f}" if cells else "–",
                _numbers_only(own), goal,
                sum(f["uncertain"] for f in own), sum(f["wrong"] for f in own), sum(f["not_read"] for f in own),
                sum(len(f["accused"]) for f in own), _share(own, "title"), _six(own),
                _share(own, "agency"), _share(own, "year"), _seconds(own), f"{peak:.0f}{children}",
            ]
        )  # fmt: skip
    heads = ["format", "files", "cells", "right %", "numbers only %", "goal %", "uncertain", "wrong", "not read", "accused", "title",
             "six sections", "agency", "year", "s a file", "peak MB"]  # fmt: skip
    return table(heads, rows) + (
        "\n\n*numbers only* leaves out the reports that print blanks and placeholders among their numbers: in text without "
        "cell borders nobody can tell where a blank stands, and the whole row is uncertain on purpose "
        "([decision 1](decisions/0001-what-is-certain.md)). Workbooks under made/ hold the three tables alone. "
        "Seconds are the median over the files, reading and extraction together (formats that go through LibreOffice: "
        "all files of the format at once, their share). Memory is the peak of the process that read the format, all "
        "libraries loaded (about 100 MB before the first file), and of its child processes where it has any."
    )


def _order(group: str) -> tuple[int, str]:
    return (ORDER.index(group) if group in ORDER else len(ORDER), group)


def _numbers_only(files: Sequence[Entry]) -> str:
    own = [f for f in files if f.get("numbers_only") and f["cells"]]
    return f"{100 * sum(f['right'] for f in own) / sum(f['cells'] for f in own):.2f}" if own else "–"


def _six(files: Sequence[Entry]) -> str:
    known = [f["sections"] for f in files if f["sections"] is not None]
    return f"{known.count(6)}/{len(known)}"


def _share(files: Sequence[Entry], key: str) -> str:
    known = [f[key] for f in files if f[key] is not None]
    return f"{sum(known)}/{len(known)}" if known else "–"


def _seconds(files: Sequence[Entry]) -> str:
    times = [f["seconds"] for f in files if f["right"]]
    return f"{statistics.median(times):.3f}" if times else "–"


def _wrong(files: Sequence[Entry]) -> str:
    rows = [
        [f["file"], cell["code"], cell["printed"] or "(blank)", cell["read"]]
        for f in files
        for cell in f["wrong_cells"]
    ]
    if not rows:
        return "None."
    more = f"\n\n{len(rows) - _LISTED} more in reading.json." if len(rows) > _LISTED else ""
    return table(["file", "cell", "printed", "read"], rows[:_LISTED]) + more


def _unread(files: Sequence[Entry]) -> str:
    rows = [
        [f["file"], f["reports"], f["not_read"], "; ".join(f["errors"]) or "–"]
        for f in files
        if f["errors"] or f["not_read"]
    ]
    return table(["file", "reports read", "cells not read", "said"], rows) if rows else "None."


def _noise(rows: Sequence[Entry]) -> str:
    if not rows:
        return "Not measured yet."
    kinds = sorted({key for row in rows for key in row} - {"layout", "damage", "right", "wrong"})
    heads = ["table", "damage", "right %", "wrong", *kinds]
    body = []
    for row in rows:
        total = sum(value for key, value in row.items() if key not in ("layout", "damage"))
        body.append(
            [row["layout"], row["damage"], f"{100 * row.get('right', 0) / total:.2f}", row.get("wrong", 0)]
            + [row.get(kind, 0) for kind in kinds]
        )
    return table(heads, body)


def _hostile(found: Entry) -> str:
    if not found:
        return "Not measured yet: `make fuzz`."
    heads = ["format", "files", "read", *found["kinds"], "crashed", "hung", "s longest", "peak MB"]
    rows = [
        [
            row["format"], row["files"], row["read"], *(row["errors"].get(kind, 0) for kind in found["kinds"]),
            row["crashed"], row["hung"], f"{row['longest']:.1f}", row["peak_mb"],
        ]
        for row in found["formats"]
    ]  # fmt: skip
    total = sum(row["files"] for row in found["formats"])
    text = (
        f"{total} files, seed {found['seed']}: samples with bits flipped, cut off, with members of their package taken out "
        "or doubled, attributes exchanged, spans and nesting blown up, entities, other suffixes; and bombs made on "
        f"purpose. Read by the child process that a sweep uses, at most {found['seconds_limit']:.0f} s a file and "
        f"{found['memory_limit_mb']} MB. *read*: an answer came; the other columns are what the sender or operator is told.\n\n"
        + table(heads, rows)
    )
    if found["named"]:
        text += "\n\nFaults of ours, named:\n\n" + table(
            ["format", "fault", "times", "example"],
            [[f["format"], f["fault"], f["times"], f["example"]] for f in found["named"]],
        )
    else:
        text += "\n\nNo reader failed on its own account, no child process was lost."
    return text


def _files(files: Sequence[Entry]) -> str:
    rows = [
        [f["file"], f["group"], f["cells"], f["right"], f["uncertain"], f["wrong"], f["not_read"], _or_dash(f["sections"]),
         _said(f["title"]), _said(f["agency"]), _said(f["year"]), ", ".join(f["accused"]) or "–", f["seconds"]]
        for f in files
    ]  # fmt: skip
    heads = ["file", "format", "cells", "right", "uncertain", "wrong", "not read", "sections", "title", "agency",
             "year", "accused", "s"]  # fmt: skip
    return table(heads, rows)


def _or_dash(number: int | None) -> str:
    return "–" if number is None else str(number)


def _said(answer: bool | None) -> str:
    return "–" if answer is None else "yes" if answer else "no"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    lines += [
        "| " + " | ".join(str(field).replace("|", "\\|").replace("\n", " ") for field in row) + " |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    save(load())  # the page again, when only its wording has changed
