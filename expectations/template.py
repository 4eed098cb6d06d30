"""The national report form as data: sections, rows, columns, and the stable code of every cell.

One TOML file a template in ``templates/``; a new template year is one new file.
Sources: 国办公开办函〔2021〕30号 (v2021), 国办公开办函〔2019〕60号 (v2019).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

CellForm = Literal["count", "signed", "amount"]
"""count: whole number from 0; signed: whole number (本年增/减); amount: money with decimals."""


@dataclass(frozen=True, slots=True)
class Section:
    """One of the six parts: its key, printed numeral, official heading and accepted wordings."""

    key: str
    numeral: str
    heading: str
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A row or column label of a table. `groups` are the merged labels left of (or above) it, outermost first."""

    key: str
    label: str
    variants: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    total: bool = False
    unit: str = "件"
    form: CellForm = "count"
    basis: str = ""


@dataclass(frozen=True, slots=True)
class TemplateCell:
    """One cell of the form. `path` is its official label path; `total` is true in total rows and columns."""

    code: str
    table: Literal["t2", "t3", "t4"]
    row: str
    column: str
    path: str
    unit: str
    form: CellForm
    total: bool


@dataclass(frozen=True, slots=True)
class Table2Block:
    """One 第二十条 item of table 2 with its own column heads."""

    key: str
    label: str
    columns: tuple[Label, ...]
    rows: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template: everything a reader of the form knows about it, and nothing about any report."""

    id: str
    title: str
    first_year: int
    last_year: int
    source: str
    sections: tuple[Section, ...]
    table2_prefix: str
    table2: tuple[Table2Block, ...]
    table3_note: str
    table3_columns: tuple[Label, ...]
    table3_rows: tuple[Label, ...]
    table4_groups: tuple[Label, ...]
    table4_outcomes: tuple[Label, ...]
    cells: Mapping[str, TemplateCell]

    def section(self, key: str) -> Section:
        """Return the section with this key. Raises KeyError."""
        return next(s for s in self.sections if s.key == key)


def _label(raw: Mapping[str, Any]) -> Label:
    groups = tuple(raw.get("groups", ())) or tuple(g for g in (raw.get("group"), raw.get("parent")) if g)
    return Label(
        key=raw["key"],
        label=raw["label"],
        variants=tuple(raw.get("variants", ())),
        groups=groups,
        total=raw.get("total", False),
        unit=raw.get("unit", "件"),
        form=raw.get("form", "count"),
        basis=raw.get("basis", ""),
    )


def _cells(
    prefix2: str,
    blocks: tuple[Table2Block, ...],
    rows3: tuple[Label, ...],
    columns3: tuple[Label, ...],
    groups4: tuple[Label, ...],
    outcomes4: tuple[Label, ...],
) -> dict[str, TemplateCell]:
    cells: list[TemplateCell] = []
    for block in blocks:
        for row in block.rows:
            for column in block.columns:
                path = f"{block.label}/{row.label}/{column.label}"
                code = f"{prefix2}.{row.key}.{column.key}"
                cells.append(
                    TemplateCell(code, "t2", row.key, column.key, path, column.unit, column.form, False)
                )
    for row in rows3:
        for column in columns3:
            path = "/".join((*row.groups, row.label)) + " × " + "/".join((*column.groups, column.label))
            code = f"t3.{row.key}.{column.key}"
            cells.append(
                TemplateCell(code, "t3", row.key, column.key, path, "件", "count", row.total or column.total)
            )
    for group in groups4:
        for outcome in outcomes4:
            path = "/".join((*group.groups, group.label, outcome.label))
            code = f"t4.{group.key}.{outcome.key}"
            cells.append(TemplateCell(code, "t4", group.key, outcome.key, path, "件", "count", outcome.total))
    return {cell.code: cell for cell in cells}


@cache
def load(template_id: str) -> Template:
    """Return the template ``v2021`` or ``v2019``. Raises FileNotFoundError for any other id."""
    text = files("expectations").joinpath("templates", f"{template_id}.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    blocks = tuple(
        Table2Block(
            b["key"],
            b["label"],
            tuple(_label(c) for c in b["columns"]),
            tuple(_label(r) for r in b["rows"]),
        )
        for b in raw["table2"]["blocks"]
    )
    rows3 = tuple(_label(r) for r in raw["table3"]["rows"])
    columns3 = tuple(_label(c) for c in raw["table3"]["columns"])
    groups4 = tuple(_label(g) for g in raw["table4"]["groups"])
    outcomes4 = tuple(_label(o) for o in raw["table4"]["outcomes"])
    prefix2 = raw["table2"]["prefix"]
    return Template(
        id=raw["id"],
        title=raw["title"],
        first_year=raw["first_year"],
        last_year=raw["last_year"],
        source=raw["source"],
        sections=tuple(
            Section(s["key"], s["numeral"], s["heading"], tuple(s["variants"])) for s in raw["sections"]
        ),
        table2_prefix=prefix2,
        table2=blocks,
        table3_note=raw["table3"]["note"],
        table3_columns=columns3,
        table3_rows=rows3,
        table4_groups=groups4,
        table4_outcomes=outcomes4,
        cells=_cells(prefix2, blocks, rows3, columns3, groups4, outcomes4),
    )


TEMPLATE_IDS = ("v2021", "v2019")


def for_year(year: int) -> str:
    """Return the template id that was in force for a report year; ``pre2019`` before 2019."""
    for template_id in TEMPLATE_IDS:
        template = load(template_id)
        if template.first_year <= year <= template.last_year:
            return template_id
    return "pre2019"
