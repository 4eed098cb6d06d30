"""PDF with a text layer: ruled tables by their lines, everything else as lines of text.

The lattice on pdfium is the first reading; pdfplumber reads the cells that hold digits a second time, and a
cell on which the two differ carries both. A scan (no text on any page) is refused with a clear sentence.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read.pdf_lattice import Glyph, Lattice, glyphs, lattices

MOST_PAGES = 100
_PAGE_NUMBER = re.compile(r"^[-—–\s]*第?\s*\d{1,3}\s*页?[-—–\s]*(?:[/共]\s*\d{1,3}\s*页?)?$")
_DIGIT = re.compile(r"\d")
ENCRYPTED = "PDF 文件已加密，无法读取，请取消密码后重新提交。"
BROKEN = "PDF 文件已损坏或不完整，请重新导出后提交。"
SCANNED_PAGES = "无法读取其中的文字，请提交由文字处理软件导出的 PDF 或 docx 文件。"
SCANNED = "PDF 中没有可以读取的文字（可能是扫描件），请提交由文字处理软件导出的 PDF 或 docx 文件。"


def read(artifact: Artifact) -> Document:
    """Read a text PDF. Raises ReadError for an encrypted, broken, scanned or very long one."""
    try:
        pdf = pdfium.PdfDocument(artifact.content)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED) from error
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    try:
        if len(pdf) > MOST_PAGES:
            raise ReadError(
                ErrorKind.TOO_LARGE, f"PDF 有{len(pdf)}页，超过{MOST_PAGES}页上限，请只提交年度报告本身。"
            )
        blocks: list[Block] = []
        characters = tables = pictures = 0
        scanned: list[int] = []
        for number in range(len(pdf)):
            page = pdf[number]
            found = glyphs(page)
            printed = sum(not g.text.isspace() for g in found)
            characters += printed
            images = _large_images(page)
            if images and printed < 20:
                scanned.append(number + 1)
            pictures += images
            page_blocks = _page(number + 1, page.get_size(), found, lattices(page), tables)
            tables += sum(isinstance(block, Table) and block.layout == "ruled" for block in page_blocks)
            blocks.extend(page_blocks)
    except pdfium.PdfiumError as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    finally:
        pdf.close()
    if characters < 20:
        raise ReadError(ErrorKind.UNSUPPORTED, SCANNED)
    if scanned:
        pages = "、".join(map(str, scanned))
        raise ReadError(ErrorKind.UNSUPPORTED, f"PDF 第{pages}页是扫描图片，" + SCANNED_PAGES)
    metadata = (("pictures", str(pictures)),) if pictures else ()
    return Document(tuple(_second_reading(artifact.content, blocks)), "pdf", metadata)


def _large_images(page: pdfium.PdfPage) -> int:
    """Count the images that could hold a table: a third of the page wide and more than a seal high."""
    width = page.get_width()
    count = 0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = item.get_bounds()
        count += right - left > width / 3 and top - bottom > 40
    return count


def _page(
    number: int, size: tuple[float, float], found: Sequence[Glyph], tables: Sequence[Lattice], before: int
) -> list[Block]:
    placed: list[tuple[float, Block]] = []
    used: set[int] = set()
    for at, lattice in enumerate(tables, start=before + 1):
        cells: list[Cell] = []
        inside = [
            g for g in found
            if lattice.box[0] <= g.x <= lattice.box[2] and lattice.box[1] <= g.y <= lattice.box[3]
        ]  # fmt: skip
        for span in lattice.cells:
            x0, top, x1, bottom = span.box
            own = [g for g in inside if x0 <= g.x < x1 and top <= g.y < bottom]
            used.update(g.index for g in own)
            box = (round(x0, 1), round(top, 1), round(x1, 1), round(bottom, 1))
            where = Locator(page=number, table=at, row=span.row + 1, column=span.column + 1, box=box)
            cells.append(Cell(_text(own), span.row, span.column, span.row_span, span.column_span, where))
        table = Table(tuple(cells), lattice.rows, lattice.columns, "ruled", Locator(page=number, table=at))
        placed.append((lattice.box[1], table))
    rest = [g for g in found if g.index not in used]
    placed.extend(_text_blocks(number, size[1], rest))
    return [block for _, block in sorted(placed, key=lambda item: item[0])]


def _lines(found: Sequence[Glyph]) -> list[list[Glyph]]:
    """Gather characters, in the order of the page's text, into printed lines."""
    lines: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in found:
        if glyph.text.isspace():
            if lines:
                lines[-1].append(glyph)  # the box of a space says nothing
            continue
        if last is None or not _on_one_line(last, glyph):
            lines.append([])
        lines[-1].append(glyph)
        last = glyph
    return lines


def _on_one_line(one: Glyph, other: Glyph) -> bool:
    """Say whether two characters stand on one line: their middles are nearer than two fifths of a line."""
    return abs(one.y - other.y) < 0.4 * min(one.bottom - one.top, other.bottom - other.top)


def _text(found: Sequence[Glyph]) -> str:
    lines = ("".join(g.text for g in line).strip() for line in _lines(found))
    return "\n".join(line for line in lines if line)


def _fragments(line: Sequence[Glyph]) -> list[tuple[str, float]]:
    """Cut a line of text where a gap is wider than two characters."""
    pieces: list[tuple[list[str], float]] = []
    last: Glyph | None = None
    for glyph in line:
        if glyph.text.isspace():
            continue
        size = max(glyph.bottom - glyph.top, 6.0)
        if last is None or glyph.left - last.right > 1.6 * size:
            pieces.append(([], glyph.left))
        elif glyph.left - last.right > 0.25 * size and glyph.text.isascii() and last.text.isascii():
            pieces[-1][0].append(" ")
        pieces[-1][0].append(glyph.text)
        last = glyph
    return [("".join(text), left) for text, left in pieces]


def _text_blocks(number: int, height: float, found: Sequence[Glyph]) -> list[tuple[float, Block]]:
    blocks: list[tuple[float, Block]] = []
    for whole in _lines(found):
        line = [g for g in whole if not g.text.isspace()]
        top = min(g.top for g in line)
        pieces = _fragments(line)
        text = "".join(text for text, _ in pieces)
        if _PAGE_NUMBER.match(text) and (top > 0.9 * height or top < 0.07 * height):
            continue
        box = (
            round(min(g.left for g in line), 1), round(top, 1),
            round(max(g.right for g in line), 1), round(max(g.bottom for g in line), 1),
        )  # fmt: skip
        where = Locator(page=number, box=box)
        if len(pieces) > 1 and sum(bool(_DIGIT.search(t)) for t, _ in pieces) >= 1 and len(text) < 80:
            cells = tuple(Cell(t, 0, c, locator=where) for c, (t, _) in enumerate(pieces))
            blocks.append((top, Table(cells, 1, len(cells), "aligned", where)))
        elif text:
            blocks.append((top, Paragraph("".join(g.text for g in whole).strip(), locator=where)))
    return blocks


def _second_reading(content: bytes, blocks: Sequence[Block]) -> list[Block]:
    """Read the cells that hold digits again with pdfplumber and note where it reads something else."""
    pages = {b.locator.page for b in blocks if isinstance(b, Table) and b.layout == "ruled"}
    if not pages:
        return list(blocks)
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    chars: dict[int, list[tuple[float, float, str]]] = {}
    try:
        with pdfplumber.open(io.BytesIO(content), pages=sorted(p for p in pages if p)) as pdf:
            for page in pdf.pages:
                chars[page.page_number] = [
                    ((c["x0"] + c["x1"]) / 2, (c["top"] + c["bottom"]) / 2, c["text"]) for c in page.chars
                ]
    except Exception:  # a second opinion that cannot be had is no reason to refuse the first
        logging.getLogger("hecha").warning("pdfplumber could not read the file", exc_info=True)
        return list(blocks)
    return [_compared(b, chars) if isinstance(b, Table) and b.layout == "ruled" else b for b in blocks]


def _compared(table: Table, chars: dict[int, list[tuple[float, float, str]]]) -> Table:
    page = chars.get(table.locator.page or 0, [])
    cells = []
    for cell in table.cells:
        box = cell.locator.box
        if box and _DIGIT.search(unicodedata.normalize("NFKC", cell.text)) and len(cell.text) <= 20:
            x0, top, x1, bottom = box
            again = "".join(t for x, y, t in page if x0 <= x < x1 and top <= y < bottom)
            if _plain(again) != _plain(cell.text):
                cell = Cell(
                    cell.text, cell.row, cell.column, cell.row_span, cell.column_span, cell.locator,
                    cell.read_by, cell.confidence, again,
                )  # fmt: skip
        cells.append(cell)
    return Table(tuple(cells), table.rows, table.columns, table.layout, table.locator)


def _plain(text: str) -> str:
    return "".join(sorted("".join(unicodedata.normalize("NFKC", text).split())))
