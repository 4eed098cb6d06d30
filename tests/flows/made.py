"""Report files of made-up agencies as tab-separated text, built from the template data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from expectations.template import load
from tests.extract.made import table2_rows, table3_rows, table4_rows

FIVE_REQUESTS = {
    "t3.received_new.natural_person": "5",
    "t3.received_new.total": "5",
    "t3.results.full_disclosure.natural_person": "5",
    "t3.results.full_disclosure.total": "5",
    "t3.results.total.natural_person": "5",
    "t3.results.total.total": "5",
}
"""Numbers that agree with each other; every other cell is 0."""


def report(
    agency: str = "云栖市映溪区水务局", year: int = 2023, changes: Mapping[str, str] | None = None
) -> str:
    """Return a report without a fault, except for the cells that `changes` prints otherwise."""
    template = load("v2021")
    values = dict.fromkeys(template.cells, "0") | FIVE_REQUESTS | dict(changes or {})
    tables = {
        "proactive": table2_rows(template, values),
        "requests": table3_rows(template, values),
        "disputes": table4_rows(template, values),
    }
    prose = {
        "overview": f"{year}年，我局依法主动公开政府信息，按时答复政府信息公开申请5件。",
        "problems": "公开内容还不够丰富，今后将加强培训，丰富公开形式，提升公开质量。",
        "other": f"{year}年度未收取政府信息公开信息处理费。",
    }
    lines = [
        f"{agency}{year}年政府信息公开工作年度报告",
        "",
        f"本报告所列数据的统计期限为{year}年1月1日至{year}年12月31日。",
    ]
    for section in template.sections:
        lines += ["", f"{section.numeral}、{section.heading}", ""]
        if section.key in tables:
            lines += ["\t".join(row) for row in tables[section.key]]
        else:
            lines.append(prose[section.key])
    return "\n".join([*lines, "", agency, f"{year + 1}年1月20日", ""])


def write(folder: Path, name: str, text: str) -> Path:
    """Write a report file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
