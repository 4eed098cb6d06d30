"""The report of one made-up agency: as it came, corrected in part, corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from expectations.template import load
from samples.generate import all_reports, data, parts, plant
from samples.make import pdf
from samples.make.report import Part, Text

AGENCY, YEAR = "映溪区水务局", 2023
FREE = "向申请人提供信息，全年分文未取。无其他需要报告的事项。"
"""Says that no fee was taken, in words that no rule knows: S6-01 asks for it all the same."""
SUM, REQUESTS = {"t4.review.total": 2}, {"t3.results.full_disclosure.total": 1}
PLACEHOLDER = {"t2.rules.issued": "/"}


def report(cells: Mapping[str, int | str], version: int = 1) -> bytes:
    """The agency's sample (its stock of normative documents does not follow from the year before) with more faults."""
    _, printed, _ = all_reports()[f"{YEAR}/{AGENCY}.pdf"]
    values = dict(printed)
    plant(values, cells)
    agency = next(one for one in data("district")["agencies"] if one["name"] == AGENCY)
    made = parts(agency, YEAR, load("v2021"), values, data("prose"), frozenset(), version)
    return pdf.document([_free(part) for part in made])


def _free(part: Part) -> Part:
    told = isinstance(part, Text) and part.role == "prose" and "信息处理费" in part.text
    return replace(part, text=FREE) if isinstance(part, Text) and told else part


def write_story(folder: Path) -> tuple[Path, Path, Path]:
    """Write the three versions and return their files.

    The first does not add up in two tables; the second mends one, leaves one and brings a placeholder; the third has
    only what the supervisor took back: a stock that was explained, a sentence that was misread.
    """
    made = (report(SUM | REQUESTS), report(REQUESTS | PLACEHOLDER, 2), report({}, 2))
    names = (f"{AGENCY}.pdf", f"{AGENCY}（更正）.pdf", f"{AGENCY}（再次更正）.pdf")
    found = []
    for name, content in zip(names, made, strict=True):
        (folder / name).write_bytes(content)
        found.append(folder / name)
    return found[0], found[1], found[2]
