"""Reports become files: every writer of the sample makers, with the date of publication that a page gives."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Callable, Sequence

from benchmarks.accuracy.report import Report
from models.document import Artifact
from samples.make import conversions, docx, html, office, pages, pdf, sheets, text, word_xml
from samples.make.report import Part

Writer = Callable[[Sequence[Part]], bytes]

WRITERS: dict[str, tuple[Writer, str]] = {
    "tabs": (text.tabs, "txt"),
    "lines": (text.lines, "txt"),
    "columns": (conversions.columns, "txt"),
    "bom": (conversions.tabs_bom, "txt"),
    "tabs gb18030": (conversions.tabs_gb18030, "txt"),
    "utf16": (conversions.tabs_utf16, "txt"),
    "markdown": (text.markdown, "md"),
    "comma": (conversions.comma, "csv"),
    "plain": (html.plain, "html"),
    "gb18030": (html.gb18030, "html"),
    "cms": (html.cms, "html"),
    "pasted": (pages.pasted, "html"),
    "script": (pages.scripted, "html"),
    "split": (pages.split_tables, "html"),
    "saved": (pages.saved, "mht"),
    "docx": (docx.document, "docx"),
    "docx merged": (word_xml.merged, "docx"),
    "docx numbered": (word_xml.numbered, "docx"),
    "docx tracked": (word_xml.tracked, "docx"),
    "xlsx one sheet": (sheets.one_sheet, "xlsx"),
    "xlsx sheets": (sheets.sheet_a_table, "xlsx"),
    "pdf": (pdf.document, "pdf"),
    "ofd": (lambda parts: bytes(importlib.import_module("samples.make.ofd").document(parts)), "ofd"),
}
"""Name: (writer, suffix)."""

OFFICE = {
    "doc": ("docx merged", "doc"),
    "odt": ("docx merged", "odt"),
    "rtf": ("docx merged", "rtf"),
    "xls": ("xlsx one sheet", "xls"),
    "ods": ("xlsx one sheet", "ods"),
}
"""What LibreOffice saves from one of ours: (writer it is saved from, suffix). Only a few, it takes long."""

CHEAP = ("plain", "tabs", "lines", "markdown", "gb18030", "cms", "bom", "split", "pasted")
DEAR = ("docx", "pdf", "xlsx one sheet", "docx merged", "columns", "saved", "comma", "ofd", "docx numbered",
        "utf16", "script", "xlsx sheets", "tabs gb18030")  # fmt: skip

_PUBLISHED = re.compile(rb'(name="PubDate" content=")[^"]*')


def format_of(number: int) -> str:
    """Return the writer of the nth variant: most are cheap to read, every third is one of the others."""
    return DEAR[number // 3 % len(DEAR)] if number % 3 == 2 else CHEAP[(number - number // 3) % len(CHEAP)]


def all_written(reports: Sequence[Report]) -> list[Artifact]:
    """Write reports in their formats, those that LibreOffice saves all together.

    Without LibreOffice these stay in the format they would be saved from, and their `writer` says so.
    """
    saved = [report for report in reports if report.writer in OFFICE]
    names = {f"{at}.{WRITERS[OFFICE[r.writer][0]][1]}": r for at, r in enumerate(saved)}
    converted: dict[int, bytes] = {}
    for suffix in sorted({OFFICE[report.writer][1] for report in saved}):
        chosen = {name: r for name, r in names.items() if OFFICE[r.writer][1] == suffix}
        if office.OFFICE is None:
            break
        sources = {name: WRITERS[OFFICE[r.writer][0]][0](r.parts()) for name, r in chosen.items()}
        for name, content in office.converted(sources, suffix).items():
            converted[id(chosen[name])] = content
    found = []
    for report in reports:
        saved_as = converted.get(id(report))
        if saved_as is None:
            report.writer = OFFICE[report.writer][0] if report.writer in OFFICE else report.writer
            found.append(written(report))
        else:
            name = f"{report.file or f'{report.year}/{report.agency.name}'}.{OFFICE[report.writer][1]}"
            found.append(Artifact(name, saved_as, hashlib.sha256(saved_as).hexdigest()))
    return found


def written(report: Report) -> Artifact:
    """Write a report in one of our own formats."""
    write, suffix = WRITERS[report.writer]
    content = write(report.parts())
    if report.page is not None:
        content = report.page(content)
    if report.published is not None:
        content = _dated(content, report.published)
    name = f"{report.file or f'{report.year}/{report.agency.name}'}.{suffix}"
    return Artifact(name, content, hashlib.sha256(content).hexdigest())


def _dated(page: bytes, day: str) -> bytes:
    """Put the date of publication into a web page, as content management systems do."""
    if _PUBLISHED.search(page):
        return _PUBLISHED.sub(lambda found: found[1] + day.encode(), page, count=1)
    return page.replace(b"</head>", f'<meta name="PubDate" content="{day}"></head>'.encode(), 1)
