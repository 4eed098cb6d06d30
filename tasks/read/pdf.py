"""PDF with a text layer: ruled tables by their lines, everything else as lines of text.

The lattice on pdfium is the first reading; pdfplumber reads the cells that hold digits a second time, and a
cell on which the two differ carries both. A scan (no text on any page) is refused with a clear sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read.pdf_lattice import Glyph, Lattice, View, glyphs, lattices, view

MOST_PAGES = 100
FRAGMENT = 1.6  # a gap wider than this many line heights parts two columns
APART = 0.25  # and one wider than this parts two numbers
LONGEST_PIECE = 24
_PAGE_NUMBER = re.compile(r"^[-—–\s]*第?\s*\d{1,3}\s*页?[-—–\s]*(?:[/共]\s*\d{1,3}\s*页?)?$")
_NUMBER = re.compile(r"[-+]?[\d,.]+|[-/—]+")
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
        views: dict[int, View] = {}
        for number in range(len(pdf)):
            page = pdf[number]
            text_page = page.get_textpage()
            seen = view(page, text_page)
            views[number + 1] = seen
            found = glyphs(text_page, seen)
            printed = sum(not g.text.isspace() for g in found)
            characters += printed
            images = _large_images(page)
            if images and printed < 20:
                scanned.append(number + 1)
            pictures += images
            page_blocks = _page(number + 1, seen.height, found, lattices(page, seen), tables)
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
    if views_of_tables := {n: v for n, v in views.items() if n in _pages_with_tables(blocks)}:
        from tasks.read.pdf_second_reading import compared  # heavy, and of no use without a table

        blocks = compared(artifact.content, blocks, views_of_tables)
    return Document(tuple(blocks), "pdf", metadata)


def _pages_with_tables(blocks: Sequence[Block]) -> set[int | None]:
    return {block.locator.page for block in blocks if isinstance(block, Table) and block.layout == "ruled"}


def _large_images(page: pdfium.PdfPage) -> int:
    """Count the images that could hold a table: a third of the page wide and more than a seal high."""
    width = page.get_width()
    count = 0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = item.get_bounds()
        count += right - left > width / 3 and top - bottom > 40
    return count


def _page(
    number: int, height: float, found: Sequence[Glyph], tables: Sequence[Lattice], before: int
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
    placed.extend(_text_blocks(number, height, rest))
    return [block for _, block in sorted(placed, key=lambda item: item[0])]


def _lines(found: Sequence[Glyph]) -> list[list[Glyph]]:
    """Gather characters, in the order of the page's text, into printed lines."""
    lines: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in found:
        if glyph.text.isspace():
            if lines:
                lines[-1].append(glyph)  # the box of a space says nothing, so it opens no line
            continue
        if last is None or not _on_one_line(last, glyph):
            lines.append([])
        lines[-1].append(glyph)
        last = glyph
    return [_from_the_left(line) for line in lines]


def _from_the_left(line: list[Glyph]) -> list[Glyph]:
    """Put a line in order where the file holds it otherwise; its spaces can no longer be placed then."""
    marks = [g for g in line if not g.text.isspace()]
    if all(a.x <= b.x for a, b in pairwise(marks)):
        return line
    return sorted(marks, key=lambda g: g.x)


def _on_one_line(one: Glyph, other: Glyph) -> bool:
    """Say whether two characters stand on one line: their middles are nearer than two fifths of a line."""
    return abs(one.y - other.y) < 0.4 * min(one.bottom - one.top, other.bottom - other.top)


def _text(found: Sequence[Glyph]) -> str:
    lines = (_spaced(line) for line in _lines(found))
    return "\n".join(line for line in lines if line)


def _spaced(line: Sequence[Glyph]) -> str:
    """Return a line as printed; where two numbers stand apart without a space character, one is put in."""
    pieces: list[str] = []
    last: Glyph | None = None
    for glyph in line:
        if glyph.text.isspace():
            pieces.append(glyph.text)
            continue
        if last is not None:
            size = max(glyph.bottom - glyph.top, 6.0)
            gap = glyph.left - last.right
            missing = (
                2 if gap > FRAGMENT * size else 1 if gap > APART * size and _both_ascii(last, glyph) else 0
            )
            pieces.append(" " * (missing - len(pieces[-1]) if pieces[-1].isspace() else missing))
        pieces.append(glyph.text)
        last = glyph
    return "".join(pieces).strip()


def _both_ascii(one: Glyph, other: Glyph) -> bool:
    return one.text.isascii() and other.text.isascii()


def _fragments(line: Sequence[Glyph]) -> list[tuple[str, float]]:
    """Cut a line of text where a gap is wider than two characters."""
    pieces: list[tuple[list[Glyph], float]] = []
    last: Glyph | None = None
    for glyph in line:
        if glyph.text.isspace():
            continue
        size = max(glyph.bottom - glyph.top, 6.0)
        if last is None or glyph.left - last.right > FRAGMENT * size:
            pieces.append(([], glyph.left))
        pieces[-1][0].append(glyph)
        last = glyph
    return [(_spaced(glyphs_of), left) for glyphs_of, left in pieces]


def _one_line_each(lines: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """Join short pieces of one printed line that the file holds apart, as in a table drawn column by column."""
    joined: list[list[list[Glyph]]] = []
    for line in lines:
        home = next((pieces for pieces in joined if all(_beside(piece, line) for piece in pieces)), None)
        if home is None:
            joined.append([line])
        else:
            home.append(line)
    return [[g for piece in sorted(pieces, key=lambda p: p[0].left) for g in piece] for pieces in joined]


def _beside(one: Sequence[Glyph], other: Sequence[Glyph]) -> bool:
    """Say whether two short pieces stand on one line, side by side. Longer ones may be columns of prose."""
    if len(one) > LONGEST_PIECE or len(other) > LONGEST_PIECE or not _on_one_line(one[0], other[0]):
        return False
    return max(g.right for g in one) <= other[0].left or max(g.right for g in other) <= one[0].left


def _columns(fragment: str) -> list[str]:
    """Part numbers of narrow columns, which stand too near for a gap."""
    parts = fragment.split()
    return parts if all(_NUMBER.fullmatch(part) for part in parts) else [fragment]


def _text_blocks(number: int, height: float, found: Sequence[Glyph]) -> list[tuple[float, Block]]:
    blocks: list[tuple[float, Block]] = []
    for whole in _one_line_each(_lines(found)):
        line = [g for g in whole if not g.text.isspace()]
        top = min(g.top for g in line)
        pieces = _fragments(line)
        text = "".join(text for text, _ in pieces)
        if len(pieces) == 1 and _PAGE_NUMBER.match(text) and (top > 0.9 * height or top < 0.07 * height):
            continue
        box = (
            round(min(g.left for g in line), 1), round(top, 1),
            round(max(g.right for g in line), 1), round(max(g.bottom for g in line), 1),
        )  # fmt: skip
        where = Locator(page=number, box=box)
        if len(pieces) > 1 and sum(bool(_DIGIT.search(t)) for t, _ in pieces) >= 1 and len(text) < 80:
            columns = [column for text, _ in pieces for column in _columns(text)]
            cells = tuple(Cell(t, 0, c, locator=where) for c, t in enumerate(columns))
            blocks.append((top, Table(cells, 1, len(cells), "aligned", where)))
        elif text:
            blocks.append((top, Paragraph(_spaced(whole), locator=where)))
    return blocks
