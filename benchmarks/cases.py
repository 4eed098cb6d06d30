"""The files that the accuracy of reading is measured on, and what is printed in each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samples.make import formats

SHARED = Path("../shared/samples")
CACHE = Path(".hecha/formats")
ORIGINS = ("generated", "made", "real")

_TITLE_AGENCY = re.compile(r"^(.*?)\s*(20\d\d)\s*年")
_SCANS = {
    "scan_120dpi": "scan 120 dpi",
    "scan_fax": "fax",
    "scan_mild": "scan 200 dpi",
    "scan_mid": "scan 200 dpi",
}
_SUFFIXES = {"txt": "text", "tif": "tiff"}


@dataclass(frozen=True)
class Truth:
    """What is printed in one report; None where the truth does not tell."""

    title: str | None
    agency: str | None
    year: int | None
    template: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One file: where it is, what it counts under, the reports that are in it by their content's name."""

    path: Path
    origin: str
    group: str
    reports: Mapping[str, Truth]
    tables_only: bool = False
    """The file holds the three tables under their headings, and neither title nor the other sections."""

    @property
    def name(self) -> str:
        """The name in lists: origin and file name."""
        return f"{self.origin}/{self.path.name}"


def cases() -> tuple[list[Case], list[str]]:
    """Return all cases, and what could not be generated on this machine."""
    folder = generated()
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    contents = {name: _generated(entry) for name, entry in truth["files"].items()}
    found = []
    for path in sorted(folder.iterdir()):
        content = path.name.split(".")[0]
        if content in contents:
            found.append(Case(path, "generated", formats.group_of(path.name), {content: contents[content]}))
        elif content == "bundle":
            two = dict(list(contents.items())[:2])
            inside = two if ".two." in path.name else contents
            group = "two in one file" if ".two." in path.name else path.suffix[1:]
            found.append(Case(path, "generated", group, inside))
    return found + _made() + _real(), truth["left_out"]


def generated() -> Path:
    """Return the folder of the generated set, written anew when what writes it has changed."""
    digest = hashlib.sha256()
    for source in sorted([*Path("samples").rglob("*.py"), *Path("samples/data").iterdir()]):
        digest.update(source.read_bytes())
    folder = CACHE / digest.hexdigest()[:16]
    if not (folder / "truth.json").exists():
        formats.write(folder)
    return folder


def _generated(entry: dict[str, Any]) -> Truth:
    return Truth(entry["title"], entry["agency"], entry["year"], entry["template"], entry["cells"])


def _made() -> list[Case]:
    if not (SHARED / "made" / "truth.json").exists():
        return []
    printed = json.loads((SHARED / "made" / "truth.json").read_text(encoding="utf-8"))["files"]
    found = []
    for path in sorted((SHARED / "made").iterdir()):
        key, _, rest = path.name.partition(".")
        if key in printed:
            group = _group(rest)
            bare = group in ("xlsx", "xls", "ods")
            found.append(Case(path, "made", group, {key: _titled(printed[key])}, bare))
        elif path.name == "bundle_gbknames.zip":
            found.append(Case(path, "made", "zip", {}))
    return found


def _titled(entry: dict[str, Any]) -> Truth:
    title = str(entry["title"])
    said = _TITLE_AGENCY.match(title)
    cells = {code: str(text) for code, text in dict(entry["cells"]).items()}
    return Truth(title, said[1] or None if said else None, int(said[2]) if said else None, "v2021", cells)


def _group(rest: str) -> str:
    form, _, suffix = rest.rpartition(".")
    if form in _SCANS:
        return _SCANS[form]
    if form == "chrome":
        return "pdf from Chromium"
    return _SUFFIXES.get(suffix, suffix)


def _real() -> list[Case]:
    if not (SHARED / "real" / "truth.json").exists():
        return []
    reports = json.loads((SHARED / "real" / "truth.json").read_text(encoding="utf-8"))["reports"]
    found = []
    for report in reports:
        cells = {code: "" if text is None else str(text) for code, text in report["cells"].items()}
        truth = Truth(None, report["agency"], report["year"], report["template"], cells)
        path = SHARED / "real" / report["file"]
        found.append(Case(path, "real", _SUFFIXES.get(path.suffix[1:], path.suffix[1:]), {path.stem: truth}))
    return found
