"""One file beside its reading: where every number came from, and which of them are sure.

The original stands on the left as it was sent, the three tables on the right as they were read; each cell and
its place in the original are linked both ways. The page is one file: no network, no server, and without
scripts the links still work.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from markupsafe import Markup

from expectations.rules.wording import TABLE_NAMES, column_name, row_name, section_name
from expectations.template import TEMPLATE_IDS, load
from models.document import Artifact, Document
from models.errors import ReadError
from models.views import CellView, ErrorView
from tasks.chunks import printable
from tasks.extract import extract_rows, split
from tasks.publish import site, words
from tasks.publish.marks import DrawnTable, cell_name, draw, split_code, template_title
from tasks.publish.original import Original, Status, Taken, draw_original
from tasks.publish.page_pictures import DPI, Picture, pictures_of
from tasks.read import read

CELLS_NAMED = 7
"""Cells of one doubt that are named; of more only the number is said."""
LONGEST = 12
"""Characters of a printed cell that are drawn in a table; the whole stands in its title."""
SOURCES: Mapping[str, str] = {
    "title": "标题",
    "intro": "正文开头",
    "body": "正文",
    "period": "统计期限",
    "signature": "落款",
    "publisher": "发布单位",
    "file_name": "文件名",
    "roster": "名册",
}
KINDS: Mapping[str, str] = {
    "number": "有数",
    "zero": "为零",
    "uncertain": "存疑",
    "blank": "空白",
    "placeholder": "占位符",
    "text": "文字",
    "missing": "没有此格",
}
"""In the order they are counted up."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One report as read: a row of `models.facts.REPORTS`, rows of SECTIONS, and its cells by code."""

    report: Mapping[str, Any]
    sections: tuple[Mapping[str, Any], ...]
    cells: Mapping[str, CellView]


@dataclass(frozen=True, slots=True)
class Looked:
    """A file with its Document, its pages as pictures (where it has any), and the reports found in it.

    `errors` are reports of a file with several that could not be taken in.
    """

    artifact: Artifact
    document: Document
    pictures: tuple[Picture, ...]
    readings: tuple[Reading, ...]
    errors: tuple[ErrorView, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Cells that are unsure for one reason, with what is printed there, what it may mean, and its place."""

    codes: tuple[str, ...]
    name: str
    raw: str
    reason: str
    proposal: str
    place: str


# ------------------------------------------------------------------------------------------ reading


def look(artifact: Artifact, pictures: bool = True) -> Looked:
    """Read and extract one file, and draw its pages unless `pictures` is false.

    Raises ReadError where the file cannot be read, or where no report was found in it.
    """
    document = read(artifact)
    parts = split(document)
    readings: list[Reading] = []
    errors: list[ReadError] = []
    for number, part in enumerate(parts, start=1):
        name = f"{artifact.name}（第{number}份）" if len(parts) > 1 else artifact.name
        try:
            rows = extract_rows(part, artifact.sha256, name if len(parts) == 1 else "")
        except ReadError as error:
            errors.append(error)
            continue
        readings.append(
            Reading(
                rows["reports"][0] | {"file": name},
                tuple(rows["sections"]),
                {row["code"]: _cell(row) for row in rows["cells"]},
            )
        )
    if not readings:
        raise errors[0]
    drawn = pictures_of(artifact, document.format) if pictures else ()
    views = tuple(ErrorView(artifact.name, error.kind.value, error.message) for error in errors)
    return Looked(artifact, document, drawn, tuple(readings), views)


def _cell(row: Mapping[str, Any]) -> CellView:
    return CellView(
        row["code"],
        row["raw"],
        row["value"],
        row["kind"],
        row["reason"],
        row["proposal"],
        json.loads(row["where"] or "{}"),
        row["read_by"] or "text",
        1.0 if row["confidence"] is None else row["confidence"],
    )


# ------------------------------------------------------------------------------------ what to say


def form_of(reading: Reading) -> str | None:
    """Return the template by which the tables can be laid out, None where there is none."""
    template = reading.report["template"]
    return template if template in TEMPLATE_IDS else None


def tables_of(reading: Reading) -> tuple[DrawnTable, ...]:
    """Return the three tables as on the form; none where the template is not known."""
    return draw(form_of(reading), reading.cells, ())


def counts(reading: Reading) -> dict[str, int]:
    """Return how many cells there are of each kind, by the keys of `KINDS` in their order."""
    found = Counter(cell.kind for cell in reading.cells.values())
    return {kind: found[kind] for kind in KINDS}


def shared(reading: Reading) -> frozenset[str]:
    """Return the unsure cells that have one text between them: a row whose borders were lost."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for cell in reading.cells.values():
        if cell.kind == "uncertain" and cell.raw:
            rows.setdefault((*split_code(cell.code)[:2], cell.raw), []).append(cell.code)
    return frozenset(code for codes in rows.values() if len(codes) > 1 for code in codes)


def shown(cell: CellView | None, is_shared: bool = False) -> str:
    """Return what stands in the cell of a table: the text as printed, marked where it is unsure.

    `is_shared`: the text is that of several cells, so that it is no one's.
    """
    kind = cell.kind if cell else "missing"
    raw = " ".join((cell.raw or "").split()) if cell else ""
    text = raw if len(raw) <= LONGEST else raw[: LONGEST - 1] + "…"
    return {"uncertain": "？" if is_shared else f"{text}？", "blank": "空", "missing": "—"}.get(kind, text)


def place(where: Mapping[str, Any]) -> str:
    """Return where something stands in the file: ``第2页 第3个表格 第5行第4列``, ``工作表“表三” B12``, ``第88行``."""
    if where.get("line") is not None:
        return f"第{where['line']}行"
    if where.get("sheet") is not None and where.get("address"):
        return f"工作表“{where['sheet']}” {where['address']}"
    cell = "".join(
        f"第{where[key]}{unit}"
        for key, unit in (("row", "行"), ("column", "列"))
        if where.get(key) is not None
    )
    parts = (
        f"工作表“{where['sheet']}”" if where.get("sheet") is not None else "",
        f"第{where['page']}页" if where.get("page") is not None else "",
        f"第{where['table']}个表格" if where.get("table") is not None else "",
        cell,
    )
    return " ".join(part for part in parts if part)


def doubts(reading: Reading) -> tuple[Doubt, ...]:
    """Return the unsure cells in the order of the form, those of one row, text and reason together.

    Where nothing was read at all (a whole table in doubt) the cells of the table stand together.
    """
    groups: dict[tuple[str, str, str, str], list[CellView]] = {}
    for cell in reading.cells.values():
        if cell.kind == "uncertain":
            table, row, _ = split_code(cell.code)
            printed = cell.raw is not None or bool(cell.where)
            key = (table, row if printed else "", cell.raw or "", cell.reason or "")
            groups.setdefault(key, []).append(cell)
    return tuple(
        _doubt(form_of(reading), table, row, members) for (table, row, _, _), members in groups.items()
    )


def _doubt(template: str | None, table: str, row: str, cells: Sequence[CellView]) -> Doubt:
    if not row:
        name = f"{TABLE_NAMES.get(table, table)}共{len(cells)}格"
    elif len(cells) == 1:
        name = f"{TABLE_NAMES.get(table, table)} {cell_name(template, cells[0].code)}"
    else:
        columns = [
            column_name(template, table, split_code(cell.code)[2]).rsplit("-", 1)[-1] for cell in cells
        ]
        named = f"共{len(columns)}格" if len(columns) >= CELLS_NAMED else "、".join(columns)
        name = f"{TABLE_NAMES.get(table, table)} “{row_name(template, table, row)}”行（{named}）"
    proposals = [cell.proposal for cell in cells]
    places = dict.fromkeys(place(cell.where) for cell in cells)
    first, *more = places
    return Doubt(
        tuple(cell.code for cell in cells),
        name,
        " ".join((cells[0].raw or "").split()),
        (cells[0].reason or "").removesuffix("。"),
        "、".join(proposal or "不能确定" for proposal in proposals) if any(proposals) else "",
        f"{first} 起" if more and first else first,
    )


def _status(cell: CellView) -> Status:
    if cell.kind in ("uncertain", "blank"):
        return "uncertain" if cell.kind == "uncertain" else "blank"
    return "ocr" if cell.read_by == "ocr" else "certain"


def title(template: str | None, cell: CellView) -> str:
    """Return all there is to say of a cell, a line each: name, code, text, value, how sure, place."""
    raw = cell.raw or ""
    by_ocr = f"由扫描件识别，置信度{cell.confidence:.0%}" if cell.read_by == "ocr" else ""
    value = "" if cell.value is None else f"读作{words.number(cell.value)}"
    sure = {
        "number": "" if by_ocr else "确定",
        "zero": "" if by_ocr else "确定",
        "uncertain": "存疑：" + (cell.reason or "").removesuffix("。"),
        "blank": "此格空白",
        "placeholder": "占位符，不是数字",
        "text": "文字，不是数字",
        "missing": "文件中没有此格",
    }[cell.kind]
    proposal = f"推测为{cell.proposal}，未据此核查" if cell.proposal else ""
    if cell.read_by == "person" and cell.reason:
        sure = cell.reason
    parts = (
        f"{cell_name(template, cell.code)}（{cell.code}）",
        f"原文“{raw}”" if raw else "",
        "；".join(part for part in (value, sure, by_ocr, proposal) if part),
        place(cell.where),
    )
    return "\n".join(part for part in parts if part)


# ---------------------------------------------------------------------------------------- the page


@dataclass(frozen=True, slots=True)
class Shown:
    """One reading on the page. `ids` name the places of its cells; `stray` are cells that no table has."""

    reading: Reading
    tables: tuple[DrawnTable, ...]
    ids: Mapping[str, str]
    shared: frozenset[str]
    counts: Mapping[str, int]
    doubts: tuple[Doubt, ...]
    stray: tuple[str, ...]
    sections: tuple[tuple[str, str | None], ...]


def write_reading(looked: Looked, path: Path) -> Path:
    """Write the page of a file that was looked at and return its path. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page_of(looked))
    return path


def page_of(looked: Looked) -> bytes:
    """Return the page as UTF-8 HTML. The same file gives the same bytes."""
    several = len(looked.readings) > 1
    shown_readings = [
        _shown(reading, f"cell-{number}-" if several else "cell-")
        for number, reading in enumerate(looked.readings, start=1)
    ]
    taken = [one_taken for one in shown_readings for one_taken in _taken(one)]
    original: Original = draw_original(looked.artifact, looked.document, looked.pictures, taken)
    style = site.asset("style.css") + site.asset("reading.css")
    script = site.asset("reading.js")
    policy = (
        f"default-src 'none'; style-src 'sha256-{site.digest(style)}'; "
        f"script-src 'sha256-{site.digest(script)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return site.render(
        "reading.html.j2",
        {},
        file=_named(looked.artifact.name),
        sha256=looked.artifact.sha256,
        format=words.FORMATS.get(looked.document.format, looked.document.format),
        notes=looked.document.notes,
        errors=looked.errors,
        readings=shown_readings,
        original=original,
        dpi=DPI,
        shown=shown,
        title_of=title,
        form_of=form_of,
        kinds=KINDS,
        sources=SOURCES,
        style=Markup(style),
        script=Markup(script),
        policy=policy,
        template_title=template_title,
    )


def _taken(one: Shown) -> Iterator[Taken]:
    return taken_of(form_of(one.reading), one.reading.cells, one.ids)


def taken_of(template: str | None, cells: Mapping[str, CellView], ids: Mapping[str, str]) -> Iterator[Taken]:
    """Yield what was taken from the original for each cell. `template`: None where it is not known."""
    labels = _labels(template) if template else {}
    for code, cell in cells.items():
        row = "t4" if code.startswith("t4.") else code.rpartition(".")[0]  # table 4 is one row
        yield Taken(
            ids[code],
            cell.where,
            cell.raw or "",
            _status(cell),
            title(template, cell),
            row,
            labels.get(row, ()),
        )


@cache
def _labels(template: str) -> dict[str, tuple[str, ...]]:
    """Return the wordings of the label of every row of tables 2 and 3, by the row's part of the cell code."""
    form = load(template)
    rows = [(f"{form.table2_prefix}.{row.key}", row) for block in form.table2 for row in block.rows]
    rows += [(f"t3.{row.key}", row) for row in form.table3_rows]
    return {key: (row.label, *row.variants) for key, row in rows}


def _named(file: str) -> str:
    """Return a file's name without the folders of the machine it was read on."""
    path = PurePath(printable(file))
    return path.name if path.is_absolute() else str(path)


def _shown(reading: Reading, prefix: str) -> Shown:
    tables = tables_of(reading)
    drawn = {cell.form.code for table in tables for row in table.rows for cell in row if cell.form.code}
    stray = [code for code, cell in reading.cells.items() if code not in drawn and cell.kind != "missing"]
    return Shown(
        reading,
        tables,
        {code: prefix + code for code in dict.fromkeys((*reading.cells, *drawn))},
        shared(reading),
        counts(reading),
        doubts(reading),
        tuple(stray),
        sections_of(reading),
    )


def sections_of(reading: Reading) -> tuple[tuple[str, str | None], ...]:
    """Return the six parts by their names on the form, each with its heading as printed (None: not found)."""
    template = form_of(reading)
    return tuple(
        (section_name(template, row["key"]), row["heading"])
        for row in reading.sections
        if row["key"] != "extra"
    )
