"""Text PDFs made with reportlab: ruled tables, prose, page numbers, and the second reading."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdfium2 as pdfium
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from models.document import Paragraph, Table
from tasks.read import read
from tasks.read.pdf_lattice import Lattice, lattices
from tasks.read.pdf_page import View, drawn
from tasks.read.pdf_second_reading import Seen, compared
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


def ruled(canvas: Canvas, ys: tuple[int, ...], rows: list[tuple[str, str, str]], foot: int) -> None:
    """Draw a table of three columns with rules at `ys`; its verticals go on down to `foot`."""
    canvas.setFont(FONT, 12)
    for y in ys:
        canvas.line(80, y, 360, y)
    for x in (80, 200, 280, 360):
        canvas.line(x, ys[0], x, foot)
    for n, row in enumerate(rows):
        for text, x in zip(row, (90, 210, 290), strict=True):
            canvas.drawString(x, ys[0] - 20 - 30 * n, text)


def one_page(*drawn: tuple[str, int, int]) -> Canvas:
    canvas = Canvas(io.BytesIO(), pagesize=A4, invariant=True)
    canvas.setFont(FONT, 12)
    for text, x, y in drawn:
        canvas.drawString(x, y, text)
    return canvas


LONG = ("本机关按照条例的要求编制本年度报告，所列数据的统计期限", 80, 780)


def test_a_row_whose_lower_rule_the_page_break_swallowed() -> None:
    canvas = one_page(LONG)
    ruled(canvas, (700, 670, 640), [("规章", "1", "2"), ("许可", "3", "4"), ("强制", "5", "6")], foot=605)
    _, table = read(artifact(canvas.getpdfdata())).blocks
    assert shown(table) == ("ruled", [["规章", "1", "2"], ["许可", "3", "4"], ["强制", "5", "6"]])


def test_borders_drawn_cell_by_cell_make_one_table() -> None:
    canvas = one_page(LONG)
    canvas.setFont(FONT, 12)
    for row in range(2):
        for column in range(4):
            x, y = 80 + 70 * column, 640 + 30 * row
            canvas.line(x, y, x + 70, y)
            canvas.line(x, y + 30, x + 70, y + 30)
            if column in (0, 3):  # the middle columns have no verticals of their own: one merged cell
                canvas.line(x, y, x, y + 30)
                canvas.line(x + 70, y, x + 70, y + 30)
            canvas.drawString(x + 5, y + 10, f"{row}{column}")
    _, table = read(artifact(canvas.getpdfdata())).blocks
    assert shown(table) == ("ruled", [["10", "11  12", "13"], ["00", "01  02", "03"]])


def test_numbers_that_stand_apart_are_not_glued() -> None:
    canvas = one_page(LONG, ("重复申请", 80, 600), ("95", 150, 600), ("82", 170, 600), ("7", 190, 600))
    assert [shown(b) for b in read(artifact(canvas.getpdfdata())).blocks] == [
        LONG[0],
        ("aligned", [["重复申请", "95", "82", "7"]]),
    ]


def test_a_row_drawn_column_by_column_is_one_row() -> None:
    canvas = one_page(
        LONG,
        ("规章", 80, 600),
        ("许可", 80, 570),
        ("12", 200, 600),
        ("34", 200, 570),
        ("5", 300, 600),
        ("6", 300, 570),
    )
    assert [shown(b) for b in read(artifact(canvas.getpdfdata())).blocks] == [
        LONG[0],
        ("aligned", [["规章", "12", "5"]]),
        ("aligned", [["许可", "34", "6"]]),
    ]


def test_numbers_at_the_foot_of_a_page_are_no_page_number() -> None:
    canvas = one_page(LONG, ("0", 200, 40), ("0", 260, 40), ("3", 320, 40), ("- 12 -", 290, 20))
    assert [shown(b) for b in read(artifact(canvas.getpdfdata())).blocks] == [
        LONG[0],
        ("aligned", [["0", "0", "3"]]),
    ]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_pages_marked_as_turned_and_tables_on_their_side(quarters: int) -> None:
    upright = [shown(b) for b in read(artifact(made(pages=1))).blocks]
    pdf = pdfium.PdfDocument(made(pages=1))
    pdf[0].set_rotation(90 * quarters)
    saved = io.BytesIO()
    pdf.save(saved)
    doc = read(artifact(saved.getvalue()))
    assert [shown(b) for b in doc.blocks] == upright
    assert {c.alternative for b in doc.blocks if isinstance(b, Table) for c in b.cells} == {None}

    content = io.BytesIO()
    canvas = Canvas(content, pagesize=(900, 900), invariant=True)
    canvas.translate(*((900, 0), (900, 900), (0, 900))[quarters - 1])
    canvas.rotate(90 * quarters)
    page(canvas, 1)
    canvas.save()
    doc = read(artifact(content.getvalue()))
    tables = [b for b in doc.blocks if isinstance(b, Table) and b.layout == "ruled"]
    assert [shown(b) for b in tables] == [upright[1]]
    assert {c.alternative for c in tables[0].cells} == {None}


def test_the_origin_of_the_page_does_not_matter() -> None:
    pdf = pdfium.PdfDocument(made(pages=1))
    pdf[0].set_cropbox(50, 20, 500, 820)
    saved = io.BytesIO()
    pdf.save(saved)
    doc = read(artifact(saved.getvalue()))
    table = next(b for b in doc.blocks if isinstance(b, Table))
    assert [(c.text, c.alternative) for c in table.cells][3:] == [("1,234", None), ("5", None)]


def lattice_of(content: bytes) -> Lattice:
    page = pdfium.PdfDocument(content)[0]
    (lattice,) = lattices(drawn(page, View(0, 0, 0, *A4), 1))
    return lattice


def test_the_second_reading_speaks_where_it_finds_another_number() -> None:
    content = made(pages=1)
    table = next(b for b in read(artifact(content)).blocks if isinstance(b, Table))
    misread = {"1,234": "1,243", "5": "", "规章": "规则", "许可": "许可"}
    doubted = replace(table, cells=tuple(replace(c, text=misread.get(c.text, c.text)) for c in table.cells))
    seen = {1: Seen(View(0, 0, 0, *A4), ((lattice_of(content), doubted),))}
    (again,) = compared(content, seen)[1]
    assert [(c.text, c.alternative) for c in again.cells] == [
        ("规则", None), ("合并格", None), ("许可", None), ("1,243", "1,234"), ("", "5"),
    ]  # fmt: skip


def test_a_file_locked_against_changes_only_is_read() -> None:
    content = io.BytesIO()
    lock = StandardEncryption("", ownerPassword="x", strength=128)
    canvas = Canvas(content, pagesize=A4, invariant=True, encrypt=lock)
    canvas.drawString(80, 780, "ANNUAL REPORT ON DISCLOSURE OF INFORMATION")
    for y in (700, 670, 640):
        canvas.line(80, y, 280, y)
    for x in (80, 200, 280):
        canvas.line(x, 700, x, 640)
    for text, x, y in (("Rules", 90, 680), ("1,234", 210, 680), ("Permits", 90, 650), ("5", 210, 650)):
        canvas.drawString(x, y, text)
    canvas.save()
    doc = read(artifact(content.getvalue()))
    (table,) = (b for b in doc.blocks if isinstance(b, Table))
    assert [(c.text, c.alternative) for c in table.cells] == [
        ("Rules", None), ("1,234", None), ("Permits", None), ("5", None),
    ]  # fmt: skip
    assert doc.notes == ()


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_lines_of_a_turned_page_keep_their_order(quarters: int) -> None:
    canvas = one_page(LONG)
    ruled(canvas, (700, 660, 620), [("自然", "社会", "12")], foot=620)
    canvas.drawString(90, 665, "人")
    canvas.drawString(210, 665, "公益")
    canvas.drawString(80, 600, "本年度收到申请较多的是规划、征收和民政三类，均在规定的期限内")
    canvas.drawString(330, 600, "12")
    expected = [shown(b) for b in read(artifact(canvas.getpdfdata())).blocks]
    assert expected[1] == ("ruled", [["自然\n人", "社会\n公益", "12"], ["", "", ""]])
    pdf = pdfium.PdfDocument(canvas.getpdfdata())
    pdf[0].set_rotation(90 * quarters)
    saved = io.BytesIO()
    pdf.save(saved)
    assert [shown(b) for b in read(artifact(saved.getvalue())).blocks] == expected
