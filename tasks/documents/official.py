"""The layout of official documents by GB/T 9704-2012: page, type, headings, page numbers.

A4 with 156 mm by 225 mm of text, 22 lines of 28 characters in size 3 (16 pt). Where a machine lacks the type asked for,
the program that opens the document takes another; sizes and grid stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

SIZE_2, SIZE_3, SIZE_4, SIZE_5 = Pt(22), Pt(16), Pt(14), Pt(10.5)
TITLE, BODY, FIRST_LEVEL, SECOND_LEVEL = "公文标题", "公文正文", "公文一级标题", "公文二级标题"
FLUSH, NOTE, TABLE_TEXT, TABLE_HEAD = "公文顶格", "公文附件说明", "公文表格", "公文表头"
SIGNATURE = "公文署名"
FANG_SONG, HEI, KAI, SONG, TITLE_SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体", "方正小标宋简体"
LATIN = "Times New Roman"
LINE = Pt(28.95)
"""A 22nd part of the height of the text."""
WIDTH = Mm(156)


def official_document(title: str) -> DocumentObject:
    """Return an empty document with the page, the styles and the page numbers of the standard."""
    document = Document()
    _page(document)
    _styles(document)
    _page_numbers(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.language = "zh-CN"
    return document


def _page(document: DocumentObject) -> None:
    (section,) = document.sections
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), "579")
    grid.set(qn("w:charSpace"), "-842")  # 156 mm / 28 characters, less than the 16 pt that one takes by itself


def _styles(document: DocumentObject) -> None:
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _type(normal, FANG_SONG, SIZE_3)
    _spacing(normal)
    for name, font, size, indent in (
        (BODY, FANG_SONG, SIZE_3, 2),
        (FLUSH, FANG_SONG, SIZE_3, 0),
        (FIRST_LEVEL, HEI, SIZE_3, 2),
        (SECOND_LEVEL, KAI, SIZE_3, 2),
        (NOTE, FANG_SONG, SIZE_3, 2),
        (SIGNATURE, FANG_SONG, SIZE_3, 0),
        (TITLE, TITLE_SONG, SIZE_2, 0),
        (TABLE_TEXT, FANG_SONG, SIZE_5, 0),
        (TABLE_HEAD, HEI, SIZE_5, 0),
    ):
        style = document.styles.add_style(name, 1)
        assert isinstance(style, ParagraphStyle)
        style.base_style = normal
        _type(style, font, size)
        if indent:
            _indent(style, indent)
    styles: Any = document.styles
    styles[TITLE].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styles[TITLE].paragraph_format.line_spacing = Pt(34)
    styles[TITLE].paragraph_format.keep_with_next = True
    styles[FIRST_LEVEL].paragraph_format.keep_with_next = True
    styles[SIGNATURE].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for name in (TABLE_TEXT, TABLE_HEAD):
        styles[name].paragraph_format.line_spacing = Pt(14)
    styles[TABLE_HEAD].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _type(style: ParagraphStyle, font: str, size: Pt) -> None:
    style.font.name, style.font.size = LATIN, size
    style.font.bold = False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    if font == TITLE_SONG:
        fonts.set(qn("w:ascii"), font)
        fonts.set(qn("w:hAnsi"), font)


def _spacing(style: ParagraphStyle) -> None:
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    form.widow_control = False


def _indent(style: ParagraphStyle, characters: int) -> None:
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(100 * characters))
    indent.set(qn("w:firstLine"), str(316 * characters))


def indent_right(paragraph: Paragraph, characters: float) -> None:
    """Leave so many characters empty at the right."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:rightChars"), str(int(100 * characters)))
    indent.set(qn("w:right"), str(int(316 * characters)))


def _page_numbers(document: DocumentObject) -> None:
    """“— 1 —” in size 4: odd pages one character from the right, even ones from the left."""
    even_and_odd = OxmlElement("w:evenAndOddHeaders")
    document.settings.element.append(even_and_odd)
    (section,) = document.sections
    for footer, alignment, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left"),
    ):
        footer.is_linked_to_previous = False
        (paragraph,) = footer.paragraphs
        paragraph.alignment = alignment
        indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
        indent.set(qn(f"w:{side}"), "280")
        for part in ("— ", None, " —"):
            run = paragraph.add_run(part or "")
            run.font.size, run.font.name = SIZE_4, SONG
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), SONG)
            if part is None:
                for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "1"), ("end", "")):
                    run._r.append(_field(kind, text))


def _field(kind: str, text: str) -> Any:
    if kind == "":
        element = OxmlElement("w:instrText")
        element.text = text
    elif kind == "text":
        element = OxmlElement("w:t")
        element.text = text
    else:
        element = OxmlElement("w:fldChar")
        element.set(qn("w:fldCharType"), kind)
    return element


# ------------------------------------------------------------------------------------------------- tables


def grid(
    document: DocumentObject, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
) -> Table:
    """Add a table with a head that is repeated on each page; `widths` are in millimetres."""
    table = document.add_table(rows=0, cols=len(heads))
    lay_out(table, widths)
    fill_row(table, heads, widths, TABLE_HEAD)
    repeat(table, 1)
    for row in rows:
        fill_row(table, row, widths, TABLE_TEXT)
    return table


def lay_out(table: Table, widths: Sequence[float]) -> None:
    """Give a table lines, its place, and columns of these widths (mm) whatever stands in them."""
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def fill_row(table: Table, texts: Sequence[str], widths: Sequence[float], style: str) -> None:
    """Add a row of texts."""
    row = table.add_row()
    kept = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(kept)
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = Mm(width)
        write(cell, text, style)


def write(cell: _Cell, text: str, style: str) -> None:
    """Put a text into a cell, each line a paragraph."""
    first, *others = text.split("\n")
    cell.paragraphs[0].text, cell.paragraphs[0].style = first, style
    for line in others:
        cell.add_paragraph(line, style)


def repeat(table: Table, rows: int) -> None:
    """Repeat the first rows of a table on every page."""
    for row in table.rows[:rows]:
        head = OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(head)


def on_new_page(paragraph: Paragraph) -> Paragraph:
    """Begin a new page with this paragraph."""
    paragraph.paragraph_format.page_break_before = True
    return paragraph
