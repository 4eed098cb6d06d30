"""One report: its lines, tables, parts and identity put together as rows of the frames."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from expectations.template import TEMPLATE_IDS, Template, for_year, load
from models.document import Document, Locator
from models.errors import ErrorKind, ReadError
from models.facts import COMPARED, SCHEMAS, Facts
from tasks.extract.claims import claim_rows
from tasks.extract.derived import derived_rows
from tasks.extract.fees import fee_statement
from tasks.extract.headings import Part, cut_at_headings, find_parts, traces
from tasks.extract.identity import Identity, agency_of_title, identify, titles
from tasks.extract.labels import LabelFound, TableFound
from tasks.extract.lines import Field, Line
from tasks.extract.lines import lines as printed_lines
from tasks.extract.mentions import conversion_mark, mention_rows
from tasks.extract.numbers import Reading, uncertain
from tasks.extract.paragraphs import paragraph_rows
from tasks.extract.regions import TRACES
from tasks.extract.tables import read_tables
from tasks.extract.wording import fold, squeeze

Rows = dict[str, list[dict[str, Any]]]

_ONLY_2021 = ("本年制发件数", "本年废止件数", "现行有效件数", "本年处理决定数量", "本年收费金额")
_ONLY_2019 = (
    "本年新制作数量",
    "本年新公开数量",
    "对外公开总数量",
    "上一年项目数量",
    "本年增/减",
    "采购项目数量",
    "采购总金额",
)
_LOOSE = {"t2": 7, "t3": 60, "t4": 15}
"""So many numbers outside all tables and borders may be a table whose labels are damaged."""
_NUMBERS_OF_A_SENTENCE = 10
"""A sentence with more numbers may be a table that a conversion has run together."""
_OF_A_SENTENCE = re.compile(r"[，,]|\d\s*件")
_HOME = {"t2": "proactive", "t3": "requests", "t4": "disputes"}
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_WORDS = re.compile(r"[\u4e00-\u9fff0-9]")


@dataclass(frozen=True, slots=True)
class _Report:
    """Everything found in one document, before it becomes rows."""

    submission: str
    file: str
    document: Document
    lines: list[Line]
    template: Template
    template_id: str | None
    tables: dict[str, TableFound]
    parts: list[Part]
    identity: Identity
    before: list[int]


def extract(document: Document, submission: str, file_name: str) -> Facts:
    """Return the frames of one report.

    Raises ReadError: NOT_A_REPORT when neither the parts nor the tables of an annual report are there,
    UNSUPPORTED when the file holds more than one report.
    """
    return frames([extract_rows(document, submission, file_name)])


def frames(reports: Sequence[Rows]) -> Facts:
    """Build the frames of many reports at once from what `extract_rows` gave."""
    return Facts(
        **{
            name: pl.DataFrame(
                [row for rows in reports for row in rows[name]], schema=dict(schema), orient="row"
            )
            for name, schema in SCHEMAS.items()
        }
    )


def extract_rows(document: Document, submission: str, file_name: str) -> Rows:
    """Return the rows of every frame for one report, by frame name. Raises as `extract`."""
    raw_lines = printed_lines(document)
    metadata = dict(document.metadata)
    template_id = detect_template(raw_lines)
    template = load(template_id or TEMPLATE_IDS[0])
    lines = cut_at_headings(raw_lines, template.sections)
    parts, before = find_parts(lines, template.sections)
    headings = {part.heading.line for part in parts}
    tables = read_tables(lines, template, headings)
    told = {i for part in parts if part.key == "overview" for i in part.lines}
    _leave_room_for_doubt(tables, lines, metadata, told)
    used = {i for table in tables.values() for i in table.lines}
    body = [i for part in parts for i in part.lines if i not in used]
    identity = identify(lines, before, body or before, metadata, file_name)
    _refuse_what_is_no_report(lines, parts, tables, identity)
    if template_id is None:
        if identity.year is not None and identity.year < 2019 and len(parts) < 4:
            template_id = "pre2019"
        elif parts or any(t.occurrences for t in tables.values()):
            # no head of table 2 to tell by: the form of the report year is what it is held against
            required = for_year(identity.year) if identity.year else TEMPLATE_IDS[0]
            template_id = required if required in TEMPLATE_IDS else TEMPLATE_IDS[0]
            if template_id != template.id:
                template = load(template_id)
                tables = read_tables(lines, template, headings)
                _leave_room_for_doubt(tables, lines, metadata, told)
    report = _Report(
        submission, file_name, document, lines, template, template_id, tables, parts, identity, before
    )
    return _rows(report)


def _leave_room_for_doubt(
    tables: dict[str, TableFound], lines: Sequence[Line], metadata: Mapping[str, str], told: Set[int]
) -> None:
    """A table that was not found may stand in a picture, or in a shape we do not know: then it is uncertain.

    `told`: the lines of section one, whose sentences may use the words of a table.
    """
    text = ""
    taken = {i for table in tables.values() for i in table.lines}
    loose = sum(len(x.values) for i, x in enumerate(lines) if i not in taken and x.layout != "ruled")
    for name, table in tables.items():
        if any(reading.kind != "missing" for reading, _ in table.cells.values()):
            continue
        text = text or fold(
            "".join(
                p for i, line in enumerate(lines) for p in (_no_sentences(line) if i in told else [line.text])
            )
        )
        if any(word in text for word in TRACES[name]):
            reason = "文件中有该表的文字，但没有认出表格，不能确定各数"
        elif "pictures" in metadata:
            reason = "没有找到该表，而文件中有未读取的图片，表格可能在图片中"
        elif loose >= _LOOSE[name]:
            reason = "没有找到该表，而文件中有认不出属于哪张表的数字，不能确定是否缺表"
        else:
            continue
        table.doubtful = True
        table.cells = {code: (uncertain(None, reason), None) for code in table.cells}
        table.labels = [replace(label, match="uncertain") for label in table.labels]


def _no_sentences(line: Line) -> list[str]:
    """Return what a line prints apart from sentences: 4件结转下年度继续办理 in one is no trace of a table."""
    if line.layout != "prose":
        return [line.text]
    pieces = re.split(r"(?<=[。；])", line.text)
    return [
        p
        for p in pieces
        if not _OF_A_SENTENCE.search(p) or len(re.findall(r"\d+", p)) > _NUMBERS_OF_A_SENTENCE
    ]


def detect_template(lines: Sequence[Line]) -> str | None:
    """Return v2021 or v2019 by the heads of table 2 that are printed, None if neither set is there."""
    text = fold("".join(line.text for line in lines))
    old = sum(fold(word) in text for word in _ONLY_2019)
    new = sum(fold(word) in text for word in _ONLY_2021)
    if old == new:
        return None
    return "v2019" if old > new else "v2021"


def _refuse_what_is_no_report(
    lines: Sequence[Line], parts: Sequence[Part], tables: dict[str, TableFound], identity: Identity
) -> None:
    real_parts = [part for part in parts if part.key != "extra"]
    with_numbers = [
        t
        for t in tables.values()
        if any(r.kind in ("number", "zero", "uncertain") for r, _ in t.cells.values())
    ]
    old_report = identity.title is not None and identity.year is not None and identity.year < 2019
    if len(real_parts) < 2 and not with_numbers and not old_report:
        raise ReadError(
            ErrorKind.NOT_A_REPORT,
            "文件中没有找到政府信息公开工作年度报告的六个部分和三张表，请确认提交的文件是否正确。",
        )
    found: dict[str, int] = {}
    for index, text in titles(lines):
        folded = fold(text)
        if agency_of_title(text) and re.search(r"20\d{2}年", folded):
            found.setdefault(folded, index)
    repeated = sum(part.occurrences >= 2 for part in real_parts)
    if len(found) >= 2 and repeated >= 3:
        names = "、".join(found)
        raise ReadError(
            ErrorKind.UNSUPPORTED,
            f"文件中含有{len(found)}份年度报告（{names}），请拆分成每份报告一个文件后重新提交。",
        )


# ---------------------------------------------------------------------------------------------- rows


def _rows(report: _Report) -> Rows:
    cells = {code: found for table in report.tables.values() for code, found in table.cells.items()}
    values = {code: reading.value for code, (reading, _) in cells.items()}
    used = {i for table in report.tables.values() for i in table.lines}
    paragraphs = paragraph_rows(report.lines, report.parts, report.before, used, report.identity)
    return {
        "reports": [_report_row(report, cells)],
        "sections": _section_rows(report),
        "tables": _table_rows(report),
        "lines": _line_rows(report),
        "cells": _cell_rows(report, cells),
        **derived_rows(report.submission, report.template, report.template_id, values),
        "paragraphs": [{"submission": report.submission} | row for row in paragraphs],
        **_said(report, paragraphs),
        **{name: [] for name in COMPARED},
    }


def _said(report: _Report, paragraphs: Sequence[Mapping[str, Any]]) -> Rows:
    """What the prose claims and names."""
    identity = report.identity
    known: dict[str, Any] = {"year": identity.year, "rank": identity.rank, "organ": identity.organ}
    rows = {
        "claims": claim_rows(paragraphs, agency=identity.agency, **known),
        "mentions": mention_rows(
            paragraphs,
            agency=identity.agency,
            tables=[
                (report.lines[i].text, _ENCODER.encode(report.lines[i].locator.as_json()))
                for i in sorted({i for table in report.tables.values() for i in table.lines})
                if conversion_mark(report.lines[i].text)
            ],
            **known,
        ),
    }
    return {name: [{"submission": report.submission} | row for row in found] for name, found in rows.items()}


def _prose(report: _Report, part: Part) -> str:
    used = {i for table in report.tables.values() for i in table.lines}
    return "\n".join(report.lines[i].text for i in part.lines if i not in used)


def _report_row(report: _Report, cells: dict[str, tuple[Reading, Field | None]]) -> dict[str, Any]:
    identity = report.identity
    by_key = {part.key: _prose(report, part) for part in report.parts}
    kinds = [reading.kind for reading, _ in cells.values()]
    return {
        "submission": report.submission,
        "file": report.file,
        "format": report.document.format,
        "title": identity.title,
        "agency": identity.agency,
        "agency_source": identity.agency_source,
        "rank": identity.rank,
        "organ": identity.organ,
        "year": identity.year,
        "year_source": identity.year_source,
        "title_year": identity.title_year,
        "period_text": identity.period_text,
        "period_start": identity.period_start,
        "period_end": identity.period_end,
        "signed_on": identity.signed_on,
        "published_on": identity.published_on,
        "template": report.template_id,
        "template_required": for_year(identity.year) if identity.year else None,
        "fee_statement": fee_statement(
            by_key.get("other", ""), by_key.get("overview", ""), "\n".join(line.text for line in report.lines)
        ),
        "zero_report": "zero" in kinds and not {"number", "uncertain"} & set(kinds),
        "uncertain_cells": kinds.count("uncertain"),
        "characters": sum(len(_WORDS.findall(line.text)) for line in report.lines),
        "notes": list(report.document.notes),
        "read_by": "ocr" if "ocr_pages" in dict(report.document.metadata) else "text",
    }


def _section_rows(report: _Report) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    order = {id(part): n for n, part in enumerate(report.parts, start=1)}
    by_key = {part.key: part for part in report.parts if part.key != "extra"}
    standing = _where_tables_stand(report)
    largest: int | None = None
    # a table stands below the heading before it; the order of sheets in a workbook says nothing of the kind
    one_sheet = len({line.locator.sheet for line in report.lines}) < 2
    expected = [(s.key, s.heading, by_key.get(s.key)) for s in report.template.sections]
    extras = [("extra", None, part) for part in report.parts if part.key == "extra"]
    for key, heading, part in [*expected, *extras]:
        here = [table for table, section in standing.items() if section == key and part is not None]
        row: dict[str, Any] = {
            "submission": report.submission,
            "key": key,
            "expected_heading": heading,
            "heading": None,
            "numeral": None,
            "match": None,
            "order": None,
            "previous_order": largest if key != "extra" else None,
            "occurrences": 0,
            "text": "",
            "characters": 0,
            "tables": len(here),
            # only where the table's own part was found can the table be said to stand outside it
            "misplaced_table": next(
                (t for t in here if one_sheet and _HOME[t] != key and _HOME[t] in by_key), None
            ),
            "where": "{}",
        }
        if part is None and (trace := traces(report.lines, report.template.section(key))):
            row |= {"heading": squeeze(trace), "match": "uncertain", "occurrences": 1, "characters": None}
        if part is not None:
            text = _prose(report, part)
            row |= {
                "heading": _without_numeral(part.heading.text),
                "numeral": part.heading.numeral,
                "match": part.heading.match,
                "order": order[id(part)],
                "occurrences": part.occurrences,
                "text": text,
                "characters": len(_WORDS.findall(text)),
                "where": _json(report.lines[part.heading.line].locator.as_json()),
            }
            if key != "extra":
                largest = max(largest or 0, order[id(part)])
        rows.append(row)
    return rows


_NUMERAL = re.compile(r"^\s*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[、.．,，:：]\s*")


def _without_numeral(text: str) -> str:
    printed = text.strip().lstrip("#* ")
    plain = unicodedata.normalize("NFKC", printed)  # some PDFs print 一 as the Kangxi radical
    if not _NUMERAL.match(printed) and _NUMERAL.match(plain):
        printed = plain
    return _NUMERAL.sub("", printed).strip()


def _where_tables_stand(report: _Report) -> dict[str, str | None]:
    standing: dict[str, str | None] = {}
    for name, table in report.tables.items():
        first = min(table.lines, default=None)
        above = [p for p in report.parts if first is not None and p.heading.line <= first]
        standing[name] = above[-1].key if above else None
    return standing


def _table_rows(report: _Report) -> list[dict[str, Any]]:
    standing = _where_tables_stand(report)
    rows = []
    for name, table in report.tables.items():
        expected = [c for c in report.template.cells.values() if c.table == name]
        kinds = [reading.kind for reading, _ in table.cells.values()]
        found = len(kinds) - kinds.count("missing")
        rows.append(
            {
                "submission": report.submission,
                "table": name,
                "cells_expected": len(expected),
                "cells_found": found,
                "cells_read": kinds.count("number") + kinds.count("zero"),
                "occurrences": None if table.doubtful else table.occurrences if found else 0,
                "section": standing[name],
                "where": _json(report.lines[min(table.lines)].locator.as_json()) if table.lines else "{}",
            }
        )
    return rows


def _line_rows(report: _Report) -> list[dict[str, Any]]:
    rows = []
    largest: dict[tuple[str, str], int] = {}
    for table in report.tables.values():
        for label in table.labels:
            axis = (label.table, label.axis)
            rows.append(_line_row(report.submission, label, largest.get(axis)))
            if label.order is not None:
                largest[axis] = max(largest.get(axis, 0), label.order)
    return rows


def _line_row(submission: str, label: LabelFound, previous: int | None) -> dict[str, Any]:
    return {
        "submission": submission,
        "table": label.table,
        "axis": label.axis,
        "key": label.key,
        "expected_label": label.expected,
        "label": label.label,
        "match": label.match,
        "similarity": label.similarity,
        "order": label.order,
        "previous_order": previous,
        "width": label.width,
        "expected_width": label.expected_width,
        "foreign": label.foreign,
        "where": _where(label.field.locator) if label.field else "{}",
    }


def _cell_rows(report: _Report, cells: dict[str, tuple[Reading, Field | None]]) -> list[dict[str, Any]]:
    rows = []
    for code, (reading, field) in cells.items():
        known = report.template.cells.get(code)
        table, row, column = _code_parts(code)
        rows.append(
            {
                "submission": report.submission,
                "code": code,
                "table": table,
                "row": known.row if known else row,
                "column": known.column if known else column,
                "total": known.total if known else column == "total",
                "form": known.form if known else "count",
                "raw": reading.raw,
                "value": reading.value,
                "kind": reading.kind,
                "reason": reading.reason,
                "proposal": reading.proposal,
                "normalised": reading.normalised,
                "where": _where(field.locator) if field else "{}",
                "read_by": field.read_by if field else "text",
                "confidence": field.confidence if field else 1.0,
            }
        )
    return rows


def _code_parts(code: str) -> tuple[str, str, str]:
    prefix, rest = code.split(".", 1)
    row, column = rest.rsplit(".", 1)
    return prefix[:2], row, column


def _where(locator: Locator) -> str:
    """Return a locator as JSON; the usual one of a grid or a line without the encoder, which is slow."""
    if locator.sheet or locator.address or locator.box:
        return _json(locator.as_json())
    if locator.table and locator.row and locator.column and not locator.line and not locator.page:
        return f'{{"column": {locator.column}, "row": {locator.row}, "table": {locator.table}}}'
    numbers = (
        ("column", locator.column),
        ("line", locator.line),
        ("page", locator.page),
        ("row", locator.row),
        ("table", locator.table),
    )
    return "{" + ", ".join(f'"{name}": {number}' for name, number in numbers if number is not None) + "}"


def _json(parts: dict[str, Any]) -> str:
    return _ENCODER.encode(parts)
