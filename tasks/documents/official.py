"""The layout of official documents by GB/T 9704-2012: page, type, headings, page numbers.

A4 with 156 mm by 225 mm of text, 22 lines of 28 characters in size 3 (16 pt). Where a machine lacks the type asked for,
the program that opens the document takes another; sizes and grid stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

SIZE_2, SIZE_3, SIZE_4, SIZE_5 = Pt(22), Pt(16), Pt(14), Pt(10.5)
TITLE, BODY, FIRST_LEVEL, SECOND_LEVEL = "公文标题", "公文正文", "公文一级标题", "公文二级标题"
FLUSH, NOTE, TABLE_TEXT, TABLE_HEAD = "公文顶格", "公文附件说明", "公文表格", "公文表头"
DETAIL, DETAIL_HEAD, FORM_TEXT = "核查明细", "核查明细标题", "核查统计表"
NUMBER, ANNEX, SIGNATURE = "公文文号", "公文附件", "公文署名"
FANG_SONG, HEI, KAI, SONG, TITLE_SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体", "方正小标宋简体"
SUBSTITUTES: Mapping[str, str] = {
    FANG_SONG: "仿宋",
    KAI: "楷体",
    TITLE_SONG: "宋体",
    HEI: "SimHei",
    SONG: "SimSun",
}
LATIN = "Times New Roman"
LINE = Pt(28.95)
"""A 22nd part of the height of the text."""
WIDTH = Mm(156)
CHARACTER = 316
"""The width of a character of the text, in twentieths of a point."""


def official_document(title: str) -> DocumentObject:
    """Return an empty document with the page, the styles and the page numbers of the standard."""
    document = Document()
    _page(document)
    _plain_defaults(document)
    add_styles(document)
    _page_numbers(document)
    _substitutes(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.language = "zh-CN"
    return document


def _substitutes(document: DocumentObject) -> None:
    """Say which type to take where a machine lacks the standard's: new ones have 仿宋 in place of 仿宋_GB2312."""
    listed = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in SUBSTITUTES.items()
    )
    (table,) = (
        r.target_part for r in document.part.rels.values() if r.reltype == RELATIONSHIP_TYPE.FONT_TABLE
    )
    table._blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{listed}</w:fonts>'.encode()


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
    # A grid of characters too would be the standard's own way, but LibreOffice gives a character of 16 pt two places of
    # one of 15.8 pt: so the lines alone are on a grid, and characters stand closer (`_type`).
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), "579")


@dataclass(frozen=True, slots=True)
class _Style:
    """A style: its type and size, how many characters its first and its other lines are set in, and what else differs."""

    font: str
    size: Pt
    indent: int = 0
    hanging: int = 0
    alignment: WD_ALIGN_PARAGRAPH | None = None
    line: Pt = LINE
    stays: bool = False


_CENTER, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_STYLES: Mapping[str, _Style] = {
    BODY: _Style(FANG_SONG, SIZE_3, 2),
    FLUSH: _Style(FANG_SONG, SIZE_3),
    NUMBER: _Style(FANG_SONG, SIZE_3, alignment=_CENTER),
    FIRST_LEVEL: _Style(HEI, SIZE_3, 2, stays=True),
    SECOND_LEVEL: _Style(KAI, SIZE_3, 2, stays=True),
    ANNEX: _Style(HEI, SIZE_3, stays=True),
    NOTE: _Style(FANG_SONG, SIZE_3, 2, 5),
    SIGNATURE: _Style(FANG_SONG, SIZE_3, alignment=_RIGHT),
    TITLE: _Style(TITLE_SONG, SIZE_2, alignment=_CENTER, line=Pt(34), stays=True),
    TABLE_TEXT: _Style(FANG_SONG, SIZE_5, line=Pt(14)),
    TABLE_HEAD: _Style(HEI, SIZE_5, alignment=_CENTER, line=Pt(14)),
    DETAIL: _Style(FANG_SONG, Pt(12), line=Pt(19)),
    DETAIL_HEAD: _Style(HEI, Pt(14), line=Pt(26), stays=True),
    FORM_TEXT: _Style(FANG_SONG, Pt(7.5), line=Pt(9)),
}


def add_styles(document: DocumentObject) -> None:
    """Add those of our styles that a document does not have: an office's own template may bring others."""
    there = {style.name for style in document.styles}
    for name, given in _STYLES.items():
        if name in there:
            continue
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = document.styles["Normal"]
        _type(style, given.font, given.size)
        _spacing(style, given.line)
        form = style.paragraph_format
        form.keep_with_next = given.stays
        if given.alignment is not None:
            form.alignment = given.alignment
        if given.indent or given.hanging:
            _indent(style, given.indent, given.hanging)
        if given.line != LINE:
            off_grid = OxmlElement("w:snapToGrid")
            off_grid.set(qn("w:val"), "0")
            style.element.get_or_add_pPr().insert_element_before(off_grid, "w:spacing", "w:ind", "w:jc")


def _plain_defaults(document: DocumentObject) -> None:
    """Take the type of the theme out of the defaults, and make ours that of all text."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")  # commas stand low
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        for name in [name for name in fonts.attrib if name.endswith("Theme")]:
            del fonts.attrib[name]
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _type(normal, FANG_SONG, SIZE_3)
    _spacing(normal, LINE)


def _type(style: ParagraphStyle, font: str, size: Pt) -> None:
    style.font.name, style.font.size = LATIN, size
    style.font.bold = False
    properties = style.element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if size == SIZE_3:
        closer = OxmlElement("w:spacing")
        closer.set(
            qn("w:val"), "-5"
        )  # twentieths of a point: 28 characters in 156 mm, where 16 pt alone makes 27
        properties.insert_element_before(closer, "w:w", "w:kern", "w:position", "w:sz")


def _spacing(style: ParagraphStyle, line: Pt) -> None:
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, line
    form.widow_control = False


def _indent(style: ParagraphStyle, first: int, others: int) -> None:
    """Set the first line in by so many characters, the others by so many."""
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    if others:
        indent.set(qn("w:leftChars"), str(100 * others))
        indent.set(qn("w:left"), str(CHARACTER * others))
    way = "firstLine" if first >= others else "hanging"
    indent.set(qn(f"w:{way}Chars"), str(100 * abs(first - others)))
    indent.set(qn(f"w:{way}"), str(CHARACTER * abs(first - others)))


def indent_right(paragraph: Paragraph, characters: float) -> None:
    """Leave so many characters empty at the right."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:rightChars"), str(int(100 * characters)))
    indent.set(qn("w:right"), str(int(CHARACTER * characters)))


def width(text: str) -> float:
    """Return how many characters wide a text is; two letters or digits take the place of one character."""
    return sum(0.5 if character.isascii() else 1.0 for character in text)


def centre_signature(issuer: Paragraph, dated: Paragraph) -> None:
    """Put the date four characters from the right and who signs in the middle above it, as for a sealed document."""
    wider = (width(issuer.text) - width(dated.text)) / 2
    indent_right(dated, max(4.0, wider))
    indent_right(issuer, max(4.0 - wider, 0.0))


def _page_numbers(document: DocumentObject) -> None:
    """“— 1 —” in size 4: odd pages one character from the right, even ones from the left."""
    document.settings.odd_and_even_pages_header_footer = True
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
    table: Table = document.add_table(rows=0, cols=len(heads))
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
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
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
