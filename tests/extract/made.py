"""Documents of a made-up agency in the layouts that readers give, built from the template data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from expectations.template import Template, load
from models.document import Cell, Document, Locator, Paragraph, Table

PROSE = {
    "overview": "2023年，我局认真贯彻条例，主动公开政府信息126条，收到申请按时答复。",
    "proactive": "",
    "requests": "",
    "disputes": "",
    "problems": "存在问题：公开内容不够丰富。改进情况：加强培训，丰富形式。",
    "other": "2023年未收取信息处理费。",
}
TITLE = "澜川市映溪区水务局2023年政府信息公开工作年度报告"
INTRO = "本报告所列数据的统计期限为2023年1月1日至2023年12月31日。"


def numbered(template: Template) -> dict[str, str]:
    """Give every cell its own number, so that a misplaced cell cannot hide."""
    values = {code: str(100 + n) for n, code in enumerate(template.cells)}
    for code, cell in template.cells.items():
        if cell.form == "amount":
            values[code] = values[code] + ".25"
    return values


def table2_rows(template: Template, values: Mapping[str, str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for block in template.table2:
        rows.append([block.label])
        rows.append(["信息内容", *(c.label for c in block.columns)])
        for row in block.rows:
            codes = [f"{template.table2_prefix}.{row.key}.{c.key}" for c in block.columns]
            rows.append([row.label, *(values[c] for c in codes)])
    return rows


def table3_rows(template: Template, values: Mapping[str, str]) -> list[list[str]]:
    """Rows as a tab-separated conversion writes them: stub labels, then seven numbers."""
    columns = template.table3_columns
    rows = [
        [template.table3_note, "", "", "申请人情况", "", "", "", "", "", ""],
        ["", "", "", "自然人", "法人或其他组织", "", "", "", "", "总计"],
        ["", "", "", "", *(c.label for c in columns[1:6]), ""],
    ]
    seen: set[str] = set()
    for row in template.table3_rows:
        stubs = ["", "", ""]
        for level, group in enumerate(row.groups):
            if group not in seen:
                stubs[level] = group
                seen.add(group)
        stubs[len(row.groups)] = row.label
        rows.append([*stubs, *(values[f"t3.{row.key}.{c.key}"] for c in columns)])
    return rows


def table4_rows(template: Template, values: Mapping[str, str]) -> list[list[str]]:
    outcomes = [o.label for o in template.table4_outcomes]
    codes = [f"t4.{g.key}.{o.key}" for g in template.table4_groups for o in template.table4_outcomes]
    return [
        ["行政复议", "", "", "", "", "行政诉讼", *[""] * 9],
        [*outcomes, "未经复议直接起诉", "", "", "", "", "复议后起诉", "", "", "", ""],
        ["", "", "", "", "", *outcomes, *outcomes],
        [values[c] for c in codes],
    ]


def table(rows: list[list[str]], layout: str, number: int) -> Table:
    cells = [
        Cell(text, r, c, locator=Locator(table=number, row=r + 1, column=c + 1))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    width = max(len(row) for row in rows)
    return Table(tuple(cells), len(rows), width, layout, Locator(table=number))  # type: ignore[arg-type]


Rows = list[list[str]]


def document(
    values: Mapping[str, str] | None = None,
    layout: str = "ruled",
    template_id: str = "v2021",
    change: Callable[[dict[str, Rows]], None] | None = None,
    prose: Mapping[str, str] = PROSE,
    title: str = TITLE,
    intro: str = INTRO,
    tail: tuple[str, ...] = (),
) -> Document:
    """Build a report. `change` may alter the rows of its tables (t2, t3, t4) before they are laid out."""
    template = load(template_id)
    numbers = dict(numbered(template) if values is None else values)
    rows = {
        "t2": table2_rows(template, numbers),
        "t3": table3_rows(template, numbers),
        "t4": table4_rows(template, numbers),
    }
    if change:
        change(rows)
    blocks: list[Paragraph | Table] = [Paragraph(title), Paragraph(intro)]
    for section, name in zip(template.sections, ("", "t2", "t3", "t4", "", ""), strict=True):
        blocks.append(Paragraph(f"{section.numeral}、{section.heading}"))
        if prose[section.key]:
            blocks.append(Paragraph(prose[section.key]))
        if not name:
            continue
        if layout in ("ruled", "delimited"):
            blocks.append(table(rows[name], layout, len(blocks)))
        elif layout == "aligned":
            fragments = [[f for f in row if f] for row in rows[name]]
            blocks.append(table([row for row in fragments if row], layout, len(blocks)))
        elif layout == "one_cell_a_line":
            blocks.extend(Paragraph(text) for row in rows[name] for text in row if text)
        elif layout == "glued":
            blocks[-1] = Paragraph(
                f"{section.numeral}、{section.heading}" + "".join(text for row in rows[name] for text in row)
            )
    blocks.extend(Paragraph(text) for text in tail)
    return Document(tuple(blocks), "html")
