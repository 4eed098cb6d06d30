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
_TITLE = ParagraphStyle("title", fontName=FONT, fontSize=16, leading=26, wordWrap="CJK", alignment=1)
_HEADING = ParagraphStyle("heading", fontName=FONT, fontSize=12, leading=22, wordWrap="CJK")
_WIDTHS: dict[str, list[float]] = {"t3": [16, 18, 44, *[14] * 7], "t4": [11.5] * 15}


def document(parts: Sequence[Part], *, official: bool = False) -> bytes:
    """Return a PDF; the same parts give the same bytes. `official`: margins of GB/T 9704, wide lines: five pages."""
    points, leading = (16, 36) if official else (11, 18)
    top, bottom, left, right = (37, 35, 28, 26) if official else (25.4, 25.4, 18, 18)
    prose = ParagraphStyle(
        "prose", fontName=FONT, fontSize=points, leading=leading, wordWrap="CJK", firstLineIndent=2 * points
    )
    wide = (210 - left - right) / 174
    story: list[Flowable] = []
    for part in parts:
        if isinstance(part, Grid):
            story += [_table(part, min(1.0, wide), 13 if official else 10), Spacer(1, 8)]
        elif isinstance(part, Heading):
            story.append(Paragraph(escape(part.text), _HEADING))
        else:
            story.append(Paragraph(escape(part.text), _TITLE if part.role == "title" else prose))
    packed = io.BytesIO()
    margins = {
        "leftMargin": left * mm,
        "rightMargin": right * mm,
        "topMargin": top * mm,
        "bottomMargin": bottom * mm,
    }
    page = SimpleDocTemplate(packed, pagesize=A4, **margins, invariant=1)
    page.build(story, onFirstPage=_number, onLaterPages=_number)
    return packed.getvalue()


def _number(canvas: Canvas, page: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(A4[0] / 2, 10 * mm, f"- {page.page} -")


def _table(grid: Grid, scale: float, leading: int) -> Table:
    width = max(len(row) for row in grid.rows)
    cell = ParagraphStyle("cell", fontName=FONT, fontSize=8, leading=leading, wordWrap="CJK", alignment=1)
    rows = [
        [Paragraph(escape(text), cell) for text in [*row, *[""] * (width - len(row))]] for row in grid.rows
    ]
    sizes = [w * mm * scale for w in _WIDTHS.get(grid.name, [43] * width)]
    table = Table(rows, colWidths=sizes, repeatRows=grid.heads)
    style: list[tuple[object, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    style += [("SPAN", (c, r), (c + columns - 1, r + rows - 1)) for r, c, rows, columns in grid.spans]
    table.setStyle(TableStyle(style))
    return table
