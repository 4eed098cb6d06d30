"""The three tables of the national form as grids of header and data cells, in the order HTML wants them.

Geometry of the form: table 2 14×4, table 3 28×10, table 4 4×15 (国办公开办函〔2021〕30号). Only shapes and
labels stand here; what a report printed in a cell is put in by `tasks.publish.marks`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from math import lcm

from expectations.template import Label, Template, load

CONTENT = "信息内容"
APPLICANT_HEAD = "申请人情况"
OTHER_ROW = "results.other"
DIVIDED_ROWS = ("results.other.overdue_correction", "results.other.overdue_fee", "results.other.misc")


@dataclass(frozen=True, slots=True)
class FormCell:
    """One cell of the form: a label (`code` empty) or the place of a value. `axis`: what a label heads."""

    label: str = ""
    code: str = ""
    row_span: int = 1
    column_span: int = 1
    axis: str = "col"


Row = tuple[FormCell, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One table of the form: its key (t2, t3, t4), width in columns, and rows; a merged cell appears once."""

    key: str
    columns: int
    rows: tuple[Row, ...]


def forms(template_id: str, codes: Collection[str]) -> tuple[Form, ...]:
    """Return tables 2, 3 and 4 of a template as a report printed them.

    `codes` are the cells the file has a place for: they decide whether （六）其他处理 is drawn as one row or
    as three, whatever the template asks for; with neither printed it is drawn as in the template.
    Raises FileNotFoundError for an unknown template.
    """
    one_row = any(f"t3.{OTHER_ROW}.{column.key}" in codes for column in load(template_id).table3_columns)
    three_rows = any(code.startswith(f"t3.{row}.") for code in codes for row in DIVIDED_ROWS)
    return _forms(template_id, one_row, three_rows)


@cache
def _forms(template_id: str, one_row: bool, three_rows: bool) -> tuple[Form, ...]:
    template = load(template_id)
    return (
        _table_2(template),
        _table_3(template, _rows_3(template, one_row, three_rows)),
        _table_4(template),
    )


def _rows_3(template: Template, one_row: bool, three_rows: bool) -> tuple[Label, ...]:
    undivided = next(row for row in load("v2019").table3_rows if row.key == OTHER_ROW)
    divided = tuple(row for row in load("v2021").table3_rows if row.key in DIVIDED_ROWS)
    printed = (*((undivided,) if one_row else ()), *(divided if three_rows else ()))
    if not printed:
        return template.table3_rows
    is_other = [row.key == OTHER_ROW or row.key in DIVIDED_ROWS for row in template.table3_rows]
    first = is_other.index(True)
    rest = [row for row, other in zip(template.table3_rows, is_other, strict=True) if not other]
    return (*rest[:first], *printed, *rest[first:])


def _table_2(template: Template) -> Form:
    parts = lcm(*(len(block.columns) for block in template.table2))
    rows: list[Row] = []
    for block in template.table2:
        span = parts // len(block.columns)
        rows.append((FormCell(block.label, column_span=parts + 1, axis="colgroup"),))
        rows.append(
            (FormCell(CONTENT), *(FormCell(column.label, column_span=span) for column in block.columns))
        )
        for row in block.rows:
            codes = (f"{template.table2_prefix}.{row.key}.{column.key}" for column in block.columns)
            values = (FormCell(code=code, column_span=span) for code in codes)
            rows.append((FormCell(row.label, axis="row"), *values))
    return Form("t2", parts + 1, tuple(rows))


def _table_3(template: Template, lines: tuple[Label, ...]) -> Form:
    columns = template.table3_columns
    grouped = [column for column in columns if column.groups]
    before = next(i for i, column in enumerate(columns) if column.groups)
    heads = [FormCell(column.label, row_span=2) for column in columns if not column.groups]
    heads.insert(before, FormCell(grouped[0].groups[0], column_span=len(grouped), axis="colgroup"))
    rows: list[Row] = [
        (
            FormCell(template.table3_note, row_span=3, column_span=3, axis=""),
            FormCell(APPLICANT_HEAD, column_span=len(columns), axis="colgroup"),
        ),
        tuple(heads),
        tuple(FormCell(column.label) for column in grouped),
    ]
    paths = [(*line.groups, line.label) for line in lines]
    drawn: set[tuple[str, ...]] = set()
    for line, path in zip(lines, paths, strict=True):
        stubs: list[FormCell] = []
        for depth in range(1, len(path) + 1):
            part = path[:depth]
            leaf = depth == len(path)
            if part in drawn and not leaf:
                continue
            if not leaf:
                drawn.add(part)
            # A row of that name (（六）其他处理 undivided) is not below the group of that name.
            height = 1 if leaf else sum(other[:depth] == part and len(other) > depth for other in paths)
            stubs.append(
                FormCell(
                    path[depth - 1],
                    row_span=height,
                    column_span=4 - depth if leaf else 1,
                    axis="row" if leaf else "rowgroup",
                )
            )
        values = (FormCell(code=f"t3.{line.key}.{column.key}") for column in columns)
        rows.append((*stubs, *values))
    return Form("t3", 3 + len(columns), tuple(rows))


def _table_4(template: Template) -> Form:
    groups, outcomes = template.table4_groups, template.table4_outcomes
    width = len(outcomes)
    parents = list(dict.fromkeys(group.groups[0] if group.groups else group.label for group in groups))
    members = {
        parent: [g for g in groups if (g.groups[0] if g.groups else g.label) == parent] for parent in parents
    }
    first = tuple(
        FormCell(parent, column_span=width * len(members[parent]), axis="colgroup") for parent in parents
    )
    second: list[FormCell] = []
    third: list[FormCell] = []
    for group in groups:
        if group.groups:
            second.append(FormCell(group.label, column_span=width, axis="colgroup"))
            third += [FormCell(outcome.label) for outcome in outcomes]
        else:
            second += [FormCell(outcome.label, row_span=2) for outcome in outcomes]
    values = tuple(FormCell(code=f"t4.{group.key}.{outcome.key}") for group in groups for outcome in outcomes)
    return Form("t4", width * len(groups), (first, tuple(second), tuple(third), values))
