"""What a report printed in each cell of the form, with the marks of the findings that speak of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expectations.rules.wording import TABLE_TITLES, column_name, row_name
from expectations.template import TEMPLATE_IDS, load
from models.views import CellView
from tasks.publish import words
from tasks.publish.findings import Numbered
from tasks.publish.form import Form, FormCell, forms
from tasks.publish.words import SEVERITIES, SYMBOLS, place

LONGEST = 24
"""Characters of a printed cell that are drawn; the whole stands in its tooltip."""

_KINDS = ("critical", "warning", "info", "review")


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding's mark in a cell: symbol and number, linked to the finding."""

    anchor: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A place of the form as drawn: a label, or a value with CSS classes, tooltip, marks and footnote number."""

    form: FormCell
    text: str
    classes: str = ""
    title: str = ""
    marks: tuple[Mark, ...] = ()
    note: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote below a table: the unsure cells of one row that were printed as one text."""

    number: int
    place: str
    raw: str
    proposal: str
    reason: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table of the form with everything drawn into it."""

    key: str
    title: str
    columns: int
    rows: tuple[tuple[Drawn, ...], ...]
    notes: tuple[Note, ...]
    absent: bool


def split_code(code: str) -> tuple[str, str, str]:
    """Return table, row and column of a cell code: ``t3.results.other.misc.total`` → t3, results.other.misc, total."""
    table, _, rest = code.partition(".")
    row, _, column = rest.rpartition(".")
    return ("t2" if table.startswith("t2") else table), row, column


def cell_name(template: str | None, code: str) -> str:
    """Return the name of a cell as a sentence would have it: ``（七）总计 × 自然人``."""
    table, row, column = split_code(code)
    return f"{row_name(template, table, row)} × {column_name(template, table, column)}"


def draw(
    template: str | None, cells: Mapping[str, CellView], shown: Sequence[Numbered]
) -> tuple[DrawnTable, ...]:
    """Draw the three tables of a report; none where its template is not one of ours."""
    if template not in TEMPLATE_IDS or template is None:
        return ()
    findings: dict[str, list[Numbered]] = defaultdict(list)
    for numbered in shown:
        for code in dict.fromkeys(numbered.finding.cells):
            findings[code].append(numbered)
    printed = {code for code, cell in cells.items() if cell.kind != "missing"}
    return tuple(_table(template, form, cells, findings) for form in forms(template, printed))


def _table(
    template: str, form: Form, cells: Mapping[str, CellView], findings: Mapping[str, list[Numbered]]
) -> DrawnTable:
    here = [cell.code for row in form.rows for cell in row if cell.code]
    notes = _notes(template, here, cells)
    number_of = {code: note.number for note in notes for code in note.codes}
    rows = tuple(
        tuple(
            _value(
                template, cell, cells.get(cell.code), findings.get(cell.code, []), number_of.get(cell.code)
            )
            if cell.code
            else Drawn(cell, cell.label)
            for cell in row
        )
        for row in form.rows
    )
    absent = all(code not in cells or cells[code].kind == "missing" for code in here)
    return DrawnTable(form.key, TABLE_TITLES[form.key], form.columns, rows, notes, absent)


def _notes(template: str, here: Sequence[str], cells: Mapping[str, CellView]) -> tuple[Note, ...]:
    """One footnote for the unsure cells of a row that share text and reason."""
    groups: dict[tuple[str, str, str], list[CellView]] = defaultdict(list)
    for cell in (cells[code] for code in here if code in cells):
        if cell.kind == "uncertain":
            groups[split_code(cell.code)[1], cell.raw or "", cell.reason or ""].append(cell)
    notes = []
    for number, ((row, raw, reason), members) in enumerate(groups.items(), 1):
        table, _, _ = split_code(members[0].code)
        whole = len(members) == sum(split_code(code)[1] == row for code in here)
        columns = "、".join(column_name(template, table, split_code(cell.code)[2]) for cell in members)
        proposals = [cell.proposal for cell in members]
        notes.append(
            Note(
                number,
                f"“{row_name(template, table, row)}”行" + ("" if whole else f"：{columns}"),
                raw,
                "、".join(proposal or "不能确定" for proposal in proposals) if any(proposals) else "",
                reason.removesuffix("。"),
                tuple(cell.code for cell in members),
            )
        )
    return tuple(notes)


def _value(
    template: str, form: FormCell, cell: CellView | None, findings: Sequence[Numbered], note: int | None
) -> Drawn:
    kind = cell.kind if cell else "missing"
    raw = (cell.raw or "").strip() if cell else ""
    if cell is not None and cell.read_by == "person" and cell.value is not None:
        raw = words.number(cell.value)  # what a person reads there; what we read stands beside it
    classes = ["cell", *_classes(kind, cell, findings)]
    text = {"uncertain": "？", "blank": "空", "missing": "缺"}.get(kind) or _cut(raw)
    title = "；".join(part for part in (cell_name(template, form.code), *_said(kind, raw, cell)) if part)
    marks = tuple(
        Mark(
            numbered.anchor,
            f"{'核' if numbered.kind == 'review' else SYMBOLS[numbered.kind]}{numbered.number}",
            f"{SEVERITIES.get(numbered.kind, '待核')}：{numbered.finding.message}",
        )
        for numbered in findings
    )
    return Drawn(form, text, " ".join(classes), title, marks, note)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _classes(kind: str, cell: CellView | None, findings: Sequence[Numbered]) -> list[str]:
    found = {numbered.kind for numbered in findings}
    worst = next((name for name in _KINDS if name in found), None)
    classes = [f"is-{worst}"] if worst else []
    if kind in ("uncertain", "blank", "missing", "zero"):
        classes.append(f"is-{kind}")
    if kind in ("text", "placeholder"):
        classes.append("is-words")
    if cell is not None and cell.read_by == "ocr":
        classes.append("is-ocr")
    return classes


def _said(kind: str, raw: str, cell: CellView | None) -> list[str]:
    """What the tooltip says of a cell beyond its name."""
    if cell is None or kind == "missing":
        return ["报告中没有这个单元格"]
    said = []
    if kind == "blank":
        said.append("报告中此格空白")
    if kind == "uncertain":
        said.append(f"原文“{raw}”，未能确定")
        said += [f"推测为{cell.proposal}，未据此核查"] if cell.proposal else []
        said += [cell.reason] if cell.reason else []
    elif len(raw) > LONGEST:
        said.append(f"原文“{raw}”")
    if cell.read_by == "person" and cell.reason:
        said.append(cell.reason)
    if cell.read_by == "ocr":
        said.append(f"由扫描件识别，置信度{cell.confidence:.0%}")
    said.append(place(cell.where))
    return said


def drawn_codes(tables: Sequence[DrawnTable]) -> frozenset[str]:
    """Return the codes of all cells that have a place in the drawn tables."""
    return frozenset(
        cell.form.code for table in tables for row in table.rows for cell in row if cell.form.code
    )


def template_title(template: str | None) -> str:
    """Return the name of a report's form."""
    if template in TEMPLATE_IDS and template is not None:
        known = load(template)
        return f"{known.title}（{known.source}）"
    return "2019年以前的格式" if template == "pre2019" else "未能确定"
