"""Characters of PDF cells: printed twice, hidden, broken over lines, over a border, without a meaning, filled in."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from models.document import Document, Table
from models.errors import ErrorKind, ReadError
from tasks.read import read
from tests.read.test_pdf import FONT, LONG, one_page
from tests.read.test_text import artifact, shown


def grid(
    canvas: Canvas, xs: tuple[int, ...] = (80, 200, 280, 360), ys: tuple[int, ...] = (700, 670, 640)
) -> None:
    for y in ys:
        canvas.line(xs[0], y, xs[-1], y)
    for x in xs:
        canvas.line(x, ys[0], x, ys[-1])


def started() -> Canvas:
    canvas = one_page(LONG)
    grid(canvas)
    for text, x, y in (("规章", 90, 680), ("12", 210, 680), ("3", 290, 680), ("许可", 90, 650)):
        canvas.drawString(x, y, text)
    return canvas


def cells(doc: Document) -> list[tuple[str, str | None]]:
    return [(c.text, c.alternative) for b in doc.blocks if isinstance(b, Table) for c in b.cells]


def last_two(canvas: Canvas) -> list[tuple[str, str | None]]:
    found = cells(read(artifact(canvas.getpdfdata())))
    assert found[:4] == [("规章", None), ("12", None), ("3", None), ("许可", None)]
    return found[4:]


def test_bold_by_printing_twice_counts_once() -> None:
    canvas = started()
    for shift in (0.0, 0.3):
        canvas.drawString(210 + shift, 650, "1001")
    canvas.drawString(290, 650, "11")
    assert last_two(canvas) == [("1001", None), ("11", None)]


def test_digits_drawn_one_by_one_and_out_of_order() -> None:
    canvas = started()
    for x, digit in ((222, "7"), (210, "4"), (216, "5")):
        canvas.drawString(x, 650, digit)
    canvas.drawString(290, 650, "0")
    assert last_two(canvas) == [("457", None), ("0", None)]


def test_a_watermark_across_the_page_is_in_no_cell() -> None:
    canvas = started()
    canvas.drawString(210, 650, "45")
    canvas.drawString(290, 650, "6")
    canvas.saveState()
    canvas.translate(200, 640)
    canvas.rotate(30)
    canvas.drawString(0, 0, "2023年征求意见稿99")
    canvas.restoreState()
    assert last_two(canvas) == [("45", None), ("6", None)]


def test_what_is_painted_over_is_told_beside_what_is_seen() -> None:
    """A number whited out and written anew: what is seen is the cell, and both are kept."""
    canvas = started()
    canvas.drawString(210, 650, "45")
    canvas.setFillGray(1)
    canvas.rect(205, 645, 30, 18, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.drawString(212, 650, "46")
    canvas.drawString(290, 650, "6")
    assert last_two(canvas) == [("46", "45"), ("6", None)]


def test_white_on_white_is_not_read_and_white_on_colour_is() -> None:
    canvas = started()
    canvas.setFillGray(0.2)
    canvas.rect(281, 641, 78, 28, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.drawString(210, 650, "45")
    canvas.drawString(290, 650, "6")
    assert last_two(canvas) == [("", "45"), ("6", None)]


def test_text_that_is_not_painted_is_not_read() -> None:
    canvas = started()
    canvas.drawString(210, 650, "45")
    for x, y, text in ((250, 650, "99"), (290, 650, "7")):
        hidden = canvas.beginText(x, y)
        hidden.setTextRenderMode(3)
        hidden.textOut(text)
        canvas.drawText(hidden)
    assert last_two(canvas) == [("45", None), ("", None)]


def test_a_number_that_a_narrow_cell_breaks_is_one_number() -> None:
    canvas = one_page(LONG)
    grid(canvas, xs=(80, 100, 130, 160), ys=(700, 670, 640))
    for text, x, y in (("甲", 84, 680), ("12", 104, 680), ("3", 134, 680), ("乙", 84, 650)):
        canvas.drawString(x, y, text)
    for text, x, y in (("271", 104, 657), ("5", 104, 645), ("1", 134, 657), ("2", 134, 645)):
        canvas.drawString(x, y, text)
    doc = read(artifact(canvas.getpdfdata()))
    assert cells(doc)[4:] == [("2715", None), ("1\n2", None)]


def test_a_number_over_a_border_belongs_to_neither_cell_for_sure() -> None:
    canvas = started()
    canvas.drawString(268, 650, "94870")
    (one, other) = last_two(canvas)
    assert (one, other) == (("94", "94870"), ("870", "94870"))


def test_numbers_close_to_a_border_on_both_sides_are_two() -> None:
    canvas = started()
    canvas.drawString(266.5, 650, "94")
    canvas.drawString(281, 650, "870")
    assert last_two(canvas) == [("94", None), ("870", None)]


def by_hand(content: str, fonts: str) -> bytes:
    """A PDF of one page; pdfium and pdfminer both find the objects without a table of them."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<<{fonts}>>>>>>",
        f"<</Length {len(content)}>>\nstream\n{content}\nendstream",
    ]
    body = "".join(f"{n} 0 obj\n{text}\nendobj\n" for n, text in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer\n<</Root 1 0 R/Size 5>>\n%%EOF\n".encode("latin-1")


LATIN = "/F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
NAMELESS = (
    "/F2<</Type/Font/Subtype/Type0/BaseFont/Nobody/Encoding/Identity-H/DescendantFonts[<</Type/Font"
    "/Subtype/CIDFontType2/BaseFont/Nobody/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
    "/DW 600/FontDescriptor<</Type/FontDescriptor/FontName/Nobody/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0"
    "/Ascent 900/Descent -200/CapHeight 700/StemV 80>>>>]>>"
)
SMALL_GRID = "80 700 m 360 700 l S 80 670 m 360 670 l S 80 640 m 360 640 l S " + " ".join(
    f"{x} 700 m {x} 640 l S" for x in (80, 200, 280, 360)
)


def test_digits_that_no_font_names_are_not_taken_for_digits() -> None:
    """The codes of the nameless font are those of the digits 4 and 5: what they look like nobody knows."""
    words = "BT /F1 12 Tf 80 780 Td (ANNUAL REPORT ON DISCLOSURE OF INFORMATION) Tj ET"
    row = "BT /F1 12 Tf 90 650 Td (Permits) Tj ET BT /F2 12 Tf 210 650 Td <00340035> Tj ET"
    last = "BT /F1 12 Tf 290 650 Td (6) Tj ET"
    doc = read(artifact(by_hand(f"{SMALL_GRID} {words} {row} {last}", LATIN + NAMELESS)))
    assert cells(doc)[3:] == [("Permits", None), ("\ufffd\ufffd", ""), ("6", None)]


def test_a_font_that_says_one_thing_and_a_mark_that_says_another() -> None:
    """What a tag claims the text to be is what pdfium gives; the content says what is printed."""
    canvas = started()
    canvas._code.append("/Span <</ActualText (45)>> BDC")
    canvas.drawString(210, 650, "46")
    canvas._code.append("EMC")
    canvas.drawString(290, 650, "6")
    assert last_two(canvas) == [("45", "46"), ("6", None)]


def test_fields_that_were_filled_in_are_read_where_they_stand() -> None:
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=A4, invariant=True)
    canvas.setFont(FONT, 12)
    canvas.drawString(*LONG[1:], LONG[0])
    grid(canvas)
    for text, x, y in (("规章", 90, 680), ("12", 210, 680), ("3", 290, 680), ("许可", 90, 650)):
        canvas.drawString(x, y, text)
    canvas.acroForm.textfield(name="permits", value="4567", x=202, y=642, width=76, height=26, borderWidth=0)
    canvas.acroForm.textfield(name="empty", value="", x=282, y=642, width=76, height=26, borderWidth=0)
    canvas.save()
    doc = read(artifact(content.getvalue()))
    assert cells(doc)[4:] == [("4567", None), ("", None)]


def test_a_note_over_a_cell_is_not_its_number() -> None:
    canvas = started()
    canvas.drawString(210, 650, "45")
    canvas.drawString(290, 650, "6")
    pdf = pdfium.PdfDocument(canvas.getpdfdata())
    page = pdf[0]
    note = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_STAMP)
    raw.FPDFAnnot_SetRect(note, raw.FS_RECTF(285, 668, 355, 642))
    raw.FPDFPage_CloseAnnot(note)
    saved = io.BytesIO()
    pdf.save(saved)
    assert cells(read(artifact(saved.getvalue())))[4:] == [("45", None), ("6", None)]


def test_running_heads_are_kept_once_and_headings_and_rows_always() -> None:
    canvas = one_page()
    for number in range(1, 4):
        canvas.setFont(FONT, 9)
        canvas.drawString(80, 815, "映溪区水务局政府信息公开工作年度报告")
        canvas.drawString(80, 20, f"https://www.example.gov.cn/report.html  {number}/3")
        canvas.setFont(FONT, 12)
        canvas.drawString(80, 790, "二、主动公开政府信息情况")
        canvas.drawString(80, 40, "其他处理")
        canvas.drawString(200, 40, "0")
        canvas.drawString(260, 40, "0")
        canvas.drawString(80, 600, f"第{number}部分的正文。")
        canvas.showPage()
    found = [shown(b) for b in read(artifact(canvas.getpdfdata())).blocks]
    row = ("aligned", [["其他处理", "0", "0"]])
    assert sum("www.example.gov.cn" in str(f) for f in found) == 1
    assert [f for f in found if "www.example.gov.cn" not in str(f)] == [
        "映溪区水务局政府信息公开工作年度报告", "二、主动公开政府信息情况", "第1部分的正文。", row,
        "二、主动公开政府信息情况", "第2部分的正文。", row,
        "二、主动公开政府信息情况", "第3部分的正文。", row,
    ]  # fmt: skip


def refused(content: bytes) -> tuple[ErrorKind, str]:
    with pytest.raises(ReadError) as error:
        read(artifact(content))
    return error.value.kind, error.value.message


def test_too_much_on_a_page_is_refused() -> None:
    too_many = (
        "PDF 第1页的内容过多（图形或字符超过上限），不像是年度报告，未予读取；请用原软件重新导出后提交。"
    )
    canvas = one_page(LONG)
    canvas._code.append("0 0 m 9 9 l S\n" * 60_000)
    assert refused(canvas.getpdfdata()) == (ErrorKind.TOO_LARGE, too_many)
    canvas = one_page(LONG)
    strings = " ".join(f"({7**line % 10**70:070d}) Tj 0 -0.8 Td" for line in range(1_000))
    canvas._code.append(f"BT /F1 5 Tf 20 820 Td {strings} ET")
    assert refused(canvas.getpdfdata()) == (ErrorKind.TOO_LARGE, too_many)


def test_a_page_of_strange_size_is_refused() -> None:
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=(20_000, 20_000), invariant=True)
    canvas.drawString(100, 100, "1")
    canvas.save()
    assert refused(content.getvalue()) == (
        ErrorKind.TOO_LARGE,
        "PDF 第1页的页面尺寸异常，超过上限，未予读取；请重新导出为 A4 页面后提交。",
    )


def test_a_hundred_pages_and_no_more() -> None:
    canvas = one_page()
    for _ in range(101):
        canvas.showPage()
    assert refused(canvas.getpdfdata()) == (
        ErrorKind.TOO_LARGE,
        "PDF 有101页，超过100页上限，请只提交年度报告本身。",
    )


def test_an_empty_page_is_no_report() -> None:
    assert refused(one_page().getpdfdata()) == (
        ErrorKind.UNREADABLE,
        "PDF 中没有文字，请确认提交的文件是否正确。",
    )
