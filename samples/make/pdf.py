"""PDF with a text layer: ruled tables over page breaks with their heads repeated."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from samples.make.report import Grid, Heading, Part

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
_PROSE = ParagraphStyle("prose", fontName=FONT, fontSize=11, leading=18, wordWrap="CJK", firstLineIndent=22)
_TITLE = ParagraphStyle("title", fontName=FONT, fontSize=16, leading=26, wordWrap="CJK", alignment=1)
_HEADING = ParagraphStyle("heading", fontName=FONT, fontSize=12, leading=22, wordWrap="CJK")
_CELL = ParagraphStyle("cell", fontName=FONT, fontSize=8, leading=10, wordWrap="CJK", alignment=1)
_WIDTHS: dict[str, list[float]] = {"t3": [16, 18, 44, *[14] * 7], "t4": [11.5] * 15}


def document(parts: Sequence[Part]) -> bytes:
    """Return a PDF; the same parts give the same bytes."""
    story: list[Flowable] = []
    for part in parts:
        if isinstance(part, Grid):
            story += [_table(part), Spacer(1, 8)]
        elif isinstance(part, Heading):
            story.append(Paragraph(escape(part.text), _HEADING))
        else:
            story.append(Paragraph(escape(part.text), _TITLE if part.role == "title" else _PROSE))
    packed = io.BytesIO()
    page = SimpleDocTemplate(packed, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, invariant=1)
    page.build(story, onFirstPage=_number, onLaterPages=_number)
    return packed.getvalue()


def _number(canvas: Canvas, page: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, f"- {page.page} -")


def _table(grid: Grid) -> Table:
    width = max(len(row) for row in grid.rows)
    rows = [
        [Paragraph(escape(text), _CELL) for text in [*row, *[""] * (width - len(row))]] for row in grid.rows
    ]
    sizes = [w * mm for w in _WIDTHS.get(grid.name, [43] * width)]
    table = Table(rows, colWidths=sizes, repeatRows=grid.heads)
    style: list[tuple[object, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    style += [("SPAN", (c, r), (c + columns - 1, r + rows - 1)) for r, c, rows, columns in grid.spans]
    table.setStyle(TableStyle(style))
    return table
