"""Where on the national form a finding stands: part, table, row and column, in the form's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from expectations.rules.wording import (
    SECTION_OF_TABLE,
    TABLE_NAMES,
    column_name,
    form,
    row_name,
)
from tasks.publish.words import PARTS, part_name

_NAMED = 3
"""So many rows or columns are named one by one; of more the first, and how many there are."""


@dataclass(frozen=True, slots=True)
class Place:
    """Empty where a finding has no such place: one about a heading stands in no table."""

    part: str = ""
    table: str = ""
    row: str = ""
    column: str = ""

    def __str__(self) -> str:
        """Return the place as one phrase: ``表三“（七）总计”等22行，“自然人”列``."""
        lines = (_quoted(self.row, "行"), _quoted(self.column, "列"))
        return (self.table + "，".join(line for line in lines if line)) if self.table else self.part


def place(
    template: str | None, subject: str, cells: Sequence[str], passages: Sequence[Sequence[Any]]
) -> Place:
    """Return the place of a finding (`models.tables.FindingRow`) in a report of this template."""
    shape = form(template)
    known = [shape.cells[code] for code in cells if code in shape.cells]
    if known:
        tables = list(dict.fromkeys(cell.table for cell in known))
        single = len(tables) == 1
        rows = dict.fromkeys(row_name(template, cell.table, cell.row) for cell in known)
        columns = dict.fromkeys(column_name(template, cell.table, cell.column) for cell in known)
        return Place(
            "、".join(part_name(template, SECTION_OF_TABLE[table]) for table in tables),
            "、".join(TABLE_NAMES[table] for table in tables),
            _named(list(rows), "行") if single else "",
            _named(list(columns), "列") if single else "",
        )
    key = subject.partition(":")[0] or next((str(p[2]) for p in passages if len(p) > 2 and p[2]), "")
    sections = {section.key for section in shape.sections}
    if key in sections or key in PARTS:
        return Place(part_name(template, key))
    table, _, row = subject.partition(".")
    if table in TABLE_NAMES:
        named = row_name(template, table, row) if row else ""
        return Place(
            part_name(template, SECTION_OF_TABLE[table]), TABLE_NAMES[table], named if named != row else ""
        )
    return Place()


def _quoted(name: str, what: str) -> str:
    several = re.fullmatch(rf"(.*)(等\d+{what})", name)
    return f"“{several[1]}”{several[2]}" if several else f"“{name}”{what}" if name else ""


def _named(names: Sequence[str], what: str) -> str:
    return "、".join(names) if len(names) <= _NAMED else f"{names[0]}等{len(names)}{what}"
