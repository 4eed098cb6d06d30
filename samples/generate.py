"""Make the sample reports from samples/data: ``python -m samples.generate [FOLDER]``.

The same data give the same bytes, so that a test can tell when the shipped files are stale.
"""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations.template import Template, for_year, load
from samples.make import docx, html, pdf, text
from samples.make.evidence import observed_and_expected
from samples.make.prose import sections
from samples.make.report import Grid, Heading, Part, Text
from samples.make.tables import SPANS4, Values, numbers, spans2, spans3, table2, table3, table4

HERE = Path(__file__).parent
WRITERS = {
    "tabs": (text.tabs, "txt"),
    "lines": (text.lines, "txt"),
    "markdown": (text.markdown, "md"),
    "html": (html.plain, "html"),
    "gb18030": (html.gb18030, "html"),
    "cms": (html.cms, "html"),
    "docx": (docx.document, "docx"),
    "pdf": (pdf.document, "pdf"),
}
NOTICE = """关于报送政府信息公开工作年度报告的通知

各股室：
请于1月15日前将本年度公开工作情况报办公室汇总。

映溪区财政局
2024年1月5日
"""
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
UNREADABLE = {
    "2023/映溪区卫生健康局（空文件）.txt": b"",
    "2023/映溪区财政局关于报送年报的通知.txt": NOTICE.encode(),
    "2023/映溪区卫生健康局（照片）.docx": PNG,
}
"""Files that are no report, so that the list of what could not be taken in is not empty."""


def data(name: str) -> dict[str, Any]:
    """Return one data file."""
    return tomllib.loads((HERE / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def all_reports() -> dict[str, tuple[list[Part], Values, list[dict[str, Any]]]]:
    """Return by file name: the parts of the report, its cells as printed, the faults planted in it."""
    banks, faults = data("prose"), data("faults")["faults"]
    made: dict[str, tuple[list[Part], Values, list[dict[str, Any]]]] = {}
    for agency in data("district")["agencies"]:
        right: dict[int, Values] = {}
        for year_text, form in sorted(agency["formats"].items()):
            year = int(year_text)
            own = [f for f in faults if f["agency"] == agency["name"] and f["year"] == year]
            for version in sorted({f.get("version", 1) for f in own} | {1}):
                planted = [f for f in own if f.get("version", 1) == version]
                changes = frozenset(f["change"] for f in planted if "change" in f)
                template = load("v2019" if "old_template" in changes else for_year(year))
                values = numbers(
                    agency["name"],
                    year,
                    agency["scale"],
                    template,
                    right.get(year - 1),
                    "carried_in_off" in changes,
                )
                right.setdefault(year, dict(values))
                for fault in planted:
                    plant(values, fault.get("cells", {}))
                name = f"{year}/{agency['name']}{'（更正）' if version > 1 else ''}.{WRITERS[form][1]}"
                made[name] = (parts(agency, year, template, values, banks, changes, version), values, planted)
    return made


def plant(values: Values, edits: Mapping[str, int | str]) -> None:
    """Change cells: a number is added to what is there, a text replaces it."""
    for code, edit in edits.items():
        values[code] = str(int(values[code]) + edit) if isinstance(edit, int) else edit


def parts(
    agency: Mapping[str, Any], year: int, template: Template, values: Values,
    banks: Mapping[str, list[str]], changes: frozenset[str], version: int,
) -> list[Part]:  # fmt: skip
    """Put a report together: title, introduction, six sections with their tables, signature."""
    intro, prose = sections(agency, year, values, banks, changes)
    left_out = frozenset({"results.denied.admin_inquiry"} if "no_row" in changes else ())
    rows2, rows3 = table2(template, values), table3(template, values, left_out)
    grids = {
        "proactive": Grid("t2", rows2, spans2(rows2, 4), 0),
        "requests": Grid("t3", rows3, spans3(template, rows3), 3),
        "disputes": Grid("t4", table4(template, values), SPANS4, 3),
    }
    found: list[Part] = [Text(f"{agency['name']}{year}年政府信息公开工作年度报告", "title"), Text(intro)]
    for section in template.sections:
        if section.key == "other" and "no_section_six" in changes:
            continue
        found.append(Heading(heading(section.key, section.numeral, section.heading, changes)))
        if section.key in grids:
            found.append(grids[section.key])
        found += [Text(paragraph) for paragraph in prose.get(section.key, [])]
    if "extra_section" in changes:
        found += [Heading("七、下一步打算"), Text("继续做好各项公开工作，进一步方便群众。")]
    day = 20 + 8 * (version - 1)
    return [*found, Text(agency["name"], "signature"), Text(f"{year + 1}年1月{day}日", "signature")]


def heading(key: str, numeral: str, official: str, changes: frozenset[str]) -> str:
    """Return a section heading, as it should be or as a planted fault has it."""
    if "heading_wording" in changes and key == "overview":
        return f"{numeral}、工作总体推进情况"
    if "arabic_numerals" in changes and key in ("requests", "disputes"):
        return f"{3 if key == 'requests' else 4}、{official}"
    return f"{numeral}、{official}"


def roster() -> bytes:
    """Return the roster of who must report."""
    rows = ["agency,rank,organ,parent,aliases,first_year"]
    for agency in data("district")["agencies"]:
        aliases = "；".join(agency["aliases"])
        rows.append(f"{agency['name']},{agency['rank']},{agency['organ']},{agency['parent']},{aliases},2020")
    return ("\n".join(rows) + "\n").encode()


def planted() -> list[dict[str, Any]]:
    """Return what must be found where: file, rule, subject, cells, observed, expected, also."""
    reports = all_reports()
    printed = {tuple(name.split(".")[0].split("/")): values for name, (_, values, _) in reports.items()}
    found = []
    for name, (_, values, faults) in reports.items():
        year, agency = name.split(".")[0].split("/")
        before = printed.get((str(int(year) - 1), agency))
        for fault in faults:
            observed, expected = observed_and_expected(fault, values, before)
            found.append(
                {
                    "file": name,
                    "what": fault["what"],
                    "rule": fault["rule"],
                    "subject": fault.get("subject", ""),
                    "cells": sorted(fault.get("cells", {})),
                    "observed": observed,
                    "expected": expected,
                    "also": fault.get("also", []),
                }
            )
    return found


def main(folder: Path) -> None:
    """Write everything that is generated into `folder`."""
    shutil.rmtree(folder / "reports", ignore_errors=True)
    forms = {agency["name"]: agency["formats"] for agency in data("district")["agencies"]}
    files = {f"reports/{name}": content for name, content in UNREADABLE.items()}
    for name, (report, _, _) in all_reports().items():
        year, agency = name.split("/")[0], name.split("/")[1].split(".")[0].removesuffix("（更正）")
        files[f"reports/{name}"] = WRITERS[forms[agency][year]][0](report)
    files["roster.csv"] = roster()
    files["planted.json"] = (json.dumps(planted(), ensure_ascii=False, indent=1) + "\n").encode()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
