"""The three tables of the national form in a Word document, with the cells of findings marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from tasks.documents.official import FORM_TEXT
from tasks.documents.text import clean
from tasks.publish.form import Form

MARKED = "FCE4D6"
_WIDTHS: Mapping[str, tuple[float, ...]] = {
    "t2": (60, 32, 32, 32),
    "t3": (12, 20, 33, 13, 13, 13, 13, 13, 13, 13),
    "t4": (10.4,) * 15,
}
"""Millimetres, by table."""


def draw(document: DocumentObject, form: Form, values: Mapping[str, str], marked: Collection[str]) -> None:
    """Add a table of the form with the printed values; those of `marked` cells on a coloured ground, with a star."""
    widths = _WIDTHS[form.key]
    table = document.add_table(rows=0, cols=form.columns)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    hanging: dict[
        int, tuple[int, int]
    ] = {}  # by first column: rows still to come of a merged cell, and its width
    for row in form.rows:
        line = OxmlElement("w:tr")
        column, cells = 0, list(row)
        while column < form.columns:
            left, span = hanging.get(column, (0, 1))
            if left:
                line.append(_cell(widths[column : column + span], merged="continue"))
                hanging[column] = (left - 1, span)
            elif cells:
                cell = cells.pop(0)
                span = cell.column_span
                text = values.get(cell.code, "") if cell.code else cell.label
                line.append(
                    _cell(
                        widths[column : column + span],
                        text=text + ("＊" if cell.code in marked else ""),
                        merged="restart" if cell.row_span > 1 else "",
                        ground=MARKED if cell.code in marked else "",
                        centred=bool(cell.code),
                        together=form.key != "t3",  # the others fit on a page
                    )
                )
                hanging[column] = (cell.row_span - 1, span)
            else:
                break
            column += span
        table._tbl.append(line)


def _cell(
    widths: tuple[float, ...],
    text: str = "",
    merged: str = "",
    ground: str = "",
    centred: bool = True,
    together: bool = False,
) -> Any:
    cell = OxmlElement("w:tc")
    properties = OxmlElement("w:tcPr")
    cell.append(properties)
    _part(properties, "w:tcW", w=str(int(sum(widths) * 56.7)), type="dxa")
    if len(widths) > 1:
        _part(properties, "w:gridSpan", val=str(len(widths)))
    if merged:
        _part(properties, "w:vMerge", val=merged)
    if ground:
        _part(properties, "w:shd", val="clear", color="auto", fill=ground)
    _part(properties, "w:vAlign", val="center")
    paragraph = OxmlElement("w:p")
    form = OxmlElement("w:pPr")
    _part(form, "w:pStyle", val=FORM_TEXT)
    if together:
        _part(form, "w:keepNext")
    if centred:
        _part(form, "w:jc", val="center")
    paragraph.append(form)
    if text:
        run, written = OxmlElement("w:r"), OxmlElement("w:t")
        written.text = clean(text)
        written.set(qn("xml:space"), "preserve")
        run.append(written)
        paragraph.append(run)
    cell.append(paragraph)
    return cell


def _part(parent: Any, name: str, **attributes: str) -> None:
    part = OxmlElement(name)
    for key, value in attributes.items():
        part.set(qn(f"w:{key}"), value)
    parent.append(part)
