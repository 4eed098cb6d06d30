"""Official names of tables, rows, columns and cells, and numbers as they are put into sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from expectations.template import Label, Template, load
from models.facts import APPLICANTS

TABLE_NAMES = {"t2": "表二", "t3": "表三", "t4": "表四"}
_INNER_QUOTES = str.maketrans("“”", "‘’")  # names stand inside quotation marks themselves
SECTION_OF_TABLE = {"t2": "proactive", "t3": "requests", "t4": "disputes"}
TABLE_TITLES = {
    "t2": "表二（主动公开政府信息情况统计表）",
    "t3": "表三（收到和处理政府信息公开申请情况统计表）",
    "t4": "表四（行政复议、行政诉讼情况统计表）",
}


def number(value: float | int) -> float | int:
    """Return a count without its decimal part where it has none; sums of money are rounded to 6 places."""
    return int(value) if float(value).is_integer() else round(float(value), 6)


def plus(values: Sequence[float]) -> str:
    """Return ``3+1+0``; a negative number stands in brackets."""
    return "+".join(f"（{number(v)}）" if v < 0 else str(number(v)) for v in values)


def form(template: str | None) -> Template:
    """Return the form of a report; the current one where the report's own is unknown."""
    return load(template if template in ("v2021", "v2019") else "v2021")


def _short(label: Label) -> str:
    return min((label.label, *label.variants), key=len)


@cache
def row_names(template: str) -> dict[str, str]:
    """Return the name of every row by ``table.row`` key, e.g. ``t3.received_new``."""
    shape = form(template)
    names = {f"t2.{row.key}": row.label for block in shape.table2 for row in block.rows}
    for row in shape.table3_rows:
        parent = row.groups[-1] if len(row.groups) > 1 else ""
        name = "/".join(part for part in (parent, _short(row)) if part)
        names[f"t3.{row.key}"] = name.translate(_INNER_QUOTES)
    names["t3.results.other"] = "（六）其他处理"
    for group in shape.table4_groups:
        names[f"t4.{group.key}"] = "-".join((*group.groups, group.label))
    names["t4.row"] = "数据行"
    return names


@cache
def column_names(template: str) -> dict[str, str]:
    """Return the name of every column by ``table.column`` key, e.g. ``t3.natural_person``."""
    shape = form(template)
    names = {f"t2.{column.key}": column.label for block in shape.table2 for column in block.columns}
    for column in shape.table3_columns:
        parent = f"{column.groups[-1]}-" if column.groups else ""
        names[f"t3.{column.key}"] = parent + column.label
    for outcome in shape.table4_outcomes:
        names[f"t4.{outcome.key}"] = outcome.label
    return names


def row_name(template: str | None, table: str, row: str) -> str:
    """Return the name of a row; its key where the form has no such row."""
    return row_names(form(template).id).get(f"{table}.{row}", row)


def column_name(template: str | None, table: str, column: str) -> str:
    """Return the name of a column; its key where the form has no such column."""
    return column_names(form(template).id).get(f"{table}.{column}", column)


def section_name(template: str | None, key: str) -> str:
    """Return ``一、总体情况`` for ``overview``."""
    section = form(template).section(key)
    return f"{section.numeral}、{section.heading}"


@cache
def codes_of_line(template: str, table: str, axis: str, key: str) -> tuple[str, ...]:
    """Return the cells of a line (`models.facts.LINES`): of a row, a column, or a block of table 2."""
    shape = form(template)
    last = key.rsplit(".", 1)[-1]
    cells = [cell for cell in shape.cells.values() if cell.table == table]
    if axis == "block":
        rows = {row.key for block in shape.table2 if block.key == last for row in block.rows}
        return tuple(cell.code for cell in cells if cell.row in rows)
    if axis == "column":
        if table == "t2":  # t2.item_5.columns.decisions: the same column name stands in several blocks
            place = key.split(".")
            rows = {row.key for block in shape.table2 if block.key == place[1] for row in block.rows}
            return tuple(cell.code for cell in cells if cell.row in rows and cell.column == last)
        found = tuple(cell.code for cell in cells if cell.column == last)
        return found or tuple(cell.code for cell in cells if table == "t4" and cell.row == last)
    if table == "t4":
        return tuple(cell.code for cell in cells)
    row = key.split(".", 1)[-1]
    found = tuple(cell.code for cell in cells if cell.row == row)
    if not found and table == "t3":
        found = tuple(f"t3.{row}.{applicant}" for applicant in APPLICANTS)
    return found
