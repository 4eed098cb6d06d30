"""Text PDFs made with reportlab: ruled tables, prose, page numbers, and the second reading."""

from __future__ import annotations

import io

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from models.document import Paragraph, Table
from tasks.read import read
from tests.read.test_html import grid
from tests.read.test_text import artifact, shown

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def page(canvas: Canvas, number: int) -> None:
    canvas.setFont(FONT, 12)
    canvas.drawString(80, 780, "二、主动公开政府信息情况")
    xs, ys = (80, 200, 280, 360), (700, 670, 640)
    for y in ys:
        canvas.line(xs[0], y, xs[-1], y)
    for x in xs:
        canvas.line(x, ys[0] if x in (xs[0], xs[-1]) else ys[1] if x == xs[2] else ys[0], x, ys[-1])
    for text, x, y in (
        ("规章", 90, 680),
        ("合并格", 210, 680),
        ("许可", 90, 650),
        ("1,234", 210, 650),
        ("5", 290, 650),
    ):
        canvas.drawString(x, y, text)
    canvas.drawString(80, 600, "行政处罚")
    canvas.drawString(250, 600, "12")
    canvas.drawString(80, 560, "六、其他需要报告的事项")
    canvas.drawString(290, 30, f"- {number} -")
    canvas.showPage()


def made(pages: int = 2, encrypt: str | None = None) -> bytes:
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=A4, invariant=True, encrypt=encrypt)
    for number in range(1, pages + 1):
        page(canvas, number)
    canvas.save()
    return content.getvalue()


def test_ruled_tables_prose_and_page_numbers() -> None:
    doc = read(artifact(made()))
    assert doc.format == "pdf"
    one = [
        "二、主动公开政府信息情况",
        ("ruled", [["规章", "合并格"], ["许可", "1,234", "5"]]),
        ("aligned", [["行政处罚", "12"]]),
        "六、其他需要报告的事项",
    ]
    assert [shown(b) for b in doc.blocks] == one + one
    table = next(b for b in doc.blocks if isinstance(b, Table))
    assert grid(table) == [
        (0, 0, 1, 1, "规章"), (0, 1, 1, 2, "合并格"), (1, 0, 1, 1, "许可"), (1, 1, 1, 1, "1,234"), (1, 2, 1, 1, "5"),
    ]  # fmt: skip
    number = table.cells[3]
    assert (number.locator.page, number.locator.row, number.locator.column) == (1, 2, 2)
    assert number.locator.box == (200.0, 171.9, 280.0, 201.9)
    assert {cell.alternative for cell in table.cells} == {None}
    assert [b.locator.page for b in doc.blocks if isinstance(b, Paragraph)] == [1, 1, 2, 2]
