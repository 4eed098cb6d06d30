"""PDF: ruled tables by their lines, everything else as lines of text; pages that are pictures by recognition.

pdfium gives the first reading; the content streams of the pages with tables are read a second time without it,
and a cell on which the two differ carries both. A page that holds a picture instead of text goes to
`tasks.read.ocr` where that is installed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from models.document import Artifact, Block, Document, Table
from models.errors import ErrorKind, ReadError
from tasks.read.pdf_cells import table as table_of
from tasks.read.pdf_glyphs import glyphs
from tasks.read.pdf_lattice import Lattice, lattices
from tasks.read.pdf_lines import text_blocks
from tasks.read.pdf_page import MOST_OBJECTS, TOO_MANY, UNKNOWN, Drawn, Glyph, View, drawn, view
from tasks.read.pdf_running import without_running_lines

MOST_PAGES = 100
MOST_SCANNED = 30
LARGEST_SIDE = 14_400.0  # points, 200 inches: as large as the format allows
FEW = 20  # characters; a page with fewer has no text of its own
SOME = 60  # and one with fewer behind a picture of the whole page has the mark of a scanner's program
WHOLE = 0.6  # of the page, covered by one picture
UNREAD = 0.2  # of the characters; where more have no meaning the text is of no use
OUTLINES = 300  # shapes; a page of letters turned into curves has more
LAYER_CONFIDENCE = 0.5
ENCRYPTED = "PDF 文件已加密，无法读取，请取消密码后重新提交。"
BROKEN = "PDF 文件已损坏或不完整，请重新导出后提交。"
TOO_LONG = "PDF 有{pages}页，超过{most}页上限，请只提交年度报告本身。"
TOO_LARGE = "PDF 第{page}页的页面尺寸异常，超过上限，未予读取；请重新导出为 A4 页面后提交。"
INSTALL = "请提交由文字处理软件导出的 PDF 或 docx 文件，或运行 make ocr 安装文字识别组件后重新读取。"
SCANNED_PAGES = "PDF 第{pages}页是扫描图片，无法读取其中的文字，" + INSTALL
SCANNED = "PDF 中没有可以读取的文字（可能是扫描件），" + INSTALL
TOO_MANY_SCANS = "PDF 中的扫描图片超过{most}页上限，未予读取；请只提交年度报告本身。"
EMPTY = "PDF 中没有文字，请确认提交的文件是否正确。"
READ_ONCE = "第{pages}页的表格只读取了一次，未能用第二种方法核对。"
LAYER = "第{pages}页是扫描图片，所读文字取自文件自带的识别结果。"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as read: its blocks and what must be known to read its tables again."""

    blocks: tuple[Block, ...] = ()
    view: View | None = None
    tables: tuple[tuple[Lattice, Table], ...] = ()
    height: float = 0.0
    characters: int = 0
    pictures: int = 0
    scanned: bool = False
    recognised: bool = False


def read(artifact: Artifact) -> Document:
    """Read a PDF. Raises ReadError for one that is encrypted, broken, too long, or scanned where OCR is missing.

    Metadata: ``pictures`` (large pictures nobody has read), ``ocr_pages`` (numbers of the pages read from
    pictures, joined by commas).
    """
    try:
        pdf = pdfium.PdfDocument(artifact.content)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(ErrorKind.ENCRYPTED, ENCRYPTED) from error
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    try:
        return _document(pdf, artifact.content)
    except pdfium.PdfiumError as error:
        raise ReadError(ErrorKind.UNREADABLE, BROKEN) from error
    finally:
        pdf.close()


def _document(pdf: pdfium.PdfDocument, content: bytes) -> Document:
    count = len(pdf)
    if count > MOST_PAGES:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_LONG.format(pages=count, most=MOST_PAGES))
    for number in range(1, count + 1):
        if max(pdf.get_page_size(number - 1)) > LARGEST_SIDE:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_LARGE.format(page=number))
    if pdf.get_formtype() != raw.FORMTYPE_NONE:
        pdf.init_forms()
    filled = False
    locked = raw.FPDF_GetSecurityHandlerRevision(pdf) != -1
    pages: list[_Page] = []
    tables = 0
    for number in range(1, count + 1):
        page = pdf[number - 1]
        if _filled_in(page, number):
            filled = True
            page.close()
            page = pdf[number - 1]
        pages.append(_page(page, number, tables))
        tables += sum(isinstance(b, Table) and b.layout == "ruled" for b in pages[-1].blocks)
        page.close()
        if sum(p.scanned or p.recognised for p in pages) > MOST_SCANNED:
            raise ReadError(ErrorKind.TOO_LARGE, TOO_MANY_SCANS.format(most=MOST_SCANNED))
    _refuse_unread(pages)
    blocks, notes = _read_again(pdf, _saved(pdf) if filled or locked else content, pages)
    if not blocks:
        raise ReadError(ErrorKind.UNREADABLE, EMPTY)
    metadata: list[tuple[str, str]] = []
    if pictures := sum(page.pictures for page in pages):
        metadata.append(("pictures", str(pictures)))
    if recognised := [str(n) for n, page in enumerate(pages, start=1) if page.recognised]:
        metadata.append(("ocr_pages", ",".join(recognised)))
    if layered := [str(n) for n, page in enumerate(pages, start=1) if page.recognised and page.scanned]:
        notes = (*notes, LAYER.format(pages="、".join(layered)))
    return Document(tuple(blocks), "pdf", tuple(metadata), notes)


def _filled_in(page: pdfium.PdfPage, number: int) -> bool:
    """Make what was filled in or typed over a part of the page; say whether there was any. Other notes go."""
    count = raw.FPDFPage_GetAnnotCount(page)
    if count > MOST_OBJECTS:
        raise ReadError(ErrorKind.TOO_LARGE, TOO_MANY.format(page=number))
    kept = 0
    for index in reversed(range(count)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            kept += 1
        else:
            raw.FPDFPage_RemoveAnnot(page, index)
    return bool(kept) and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS


def _page(page: pdfium.PdfPage, number: int, before: int) -> _Page:
    text_page = page.get_textpage()
    seen = view(page, text_page)
    if seen.turned != seen.displayed:  # pdfium puts lines in order only where they stand upright
        text_page.close()
        page.set_rotation(90 * seen.turned)
        text_page = page.get_textpage()
    drawing = drawn(page, seen, number)
    found = glyphs(text_page, seen, drawing, number)
    text_page.close()
    page.set_rotation(90 * (seen.displayed or 0))
    printed = [g for g in found if not g.invisible]
    layer = [replace(g, invisible=False) for g in found if g.invisible]
    visible = [g for g in printed if not (g.hidden or g.text.isspace())]
    pictures = [
        (box[2] - box[0]) * (box[3] - box[1])
        for box in drawing.pictures
        if box[2] - box[0] > seen.width / 3 and box[3] - box[1] > 40
    ]
    share = max(pictures, default=0.0) / max(seen.width * seen.height, 1.0)
    if not _is_scan(visible, len(layer), share, drawing):
        blocks, tables = _blocks(number, seen, printed, lattices(drawing), before)
        return _Page(tuple(blocks), seen, tuple(tables), seen.height, len(visible), len(pictures))
    from tasks.read import ocr  # an extra; heavy

    if ocr.available():
        image, dpi = ocr.render(page)
        return _Page(tuple(ocr.page(image, number, dpi, before)), recognised=True)
    if len(layer) >= FEW:
        blocks, _ = _blocks(number, seen, layer, lattices(drawing), before)
        return _Page(tuple(_doubtful(blocks)), height=seen.height, scanned=True, recognised=True)
    return _Page(height=seen.height, characters=len(visible), scanned=True)


def _is_scan(visible: Sequence[Glyph], layer: int, share: float, drawing: Drawn) -> bool:
    """Say whether what a page shows is not in its text: a picture, curves, or a font that names no character."""
    if len(visible) < FEW:
        return share > 0 or layer >= FEW or drawing.outlines > OUTLINES
    if sum(g.text == UNKNOWN for g in visible) > UNREAD * len(visible):
        return True
    return share > WHOLE and (len(visible) < SOME or layer > len(visible))


def _doubtful(blocks: Sequence[Block]) -> list[Block]:
    """Mark the cells as recognised by a program of which nothing is known."""
    return [
        replace(
            b, cells=tuple(replace(c, read_by="ocr", confidence=LAYER_CONFIDENCE) for c in b.cells)
        ) if isinstance(b, Table) else b
        for b in blocks
    ]  # fmt: skip


def _blocks(
    number: int, seen: View, found: Sequence[Glyph], ruled: Sequence[Lattice], before: int
) -> tuple[list[Block], list[tuple[Lattice, Table]]]:
    """Return the blocks of a page in reading order, and its ruled tables with their lattices.

    What stands in one cell of a layout is read together, cell by cell.
    """
    frames = [lattice for lattice in ruled if lattice.frame]
    Key = tuple[float, int]

    def key(x: float, y: float) -> Key | None:
        homes = [(frame, cell) for frame in frames if (cell := frame.owner(x, y)) is not None]
        if not homes:
            return None
        frame, cell = min(homes, key=lambda home: home[0].xs[-1] - home[0].xs[0])
        return frame.ys[0], cell

    placed: list[tuple[tuple[float, int, float], Block]] = []
    tables: list[tuple[Lattice, Table]] = []
    used: set[int] = set()
    for at, lattice in enumerate((t for t in ruled if not t.frame), start=before + 1):
        table, indices = table_of(number, at, lattice, found, seen)
        used |= indices
        left, top, right, bottom = lattice.box
        home = key((left + right) / 2, (top + bottom) / 2)
        placed.append(((*(home or (top, -1)), top), table))
        tables.append((lattice, table))
    rest: dict[Key | None, list[Glyph]] = {}
    for glyph in found:
        if glyph.index not in used:
            rest.setdefault(key(glyph.x, glyph.y) if frames else None, []).append(glyph)
    for home, loose in rest.items():
        placed += [((*(home or (top, -1)), top), block) for top, block in text_blocks(number, seen, loose)]
    return [block for _, block in sorted(placed, key=lambda item: item[0])], tables


def _refuse_unread(pages: Sequence[_Page]) -> None:
    scanned = [n for n, page in enumerate(pages, start=1) if page.scanned and not page.recognised]
    recognised = any(page.recognised for page in pages)
    if not recognised and sum(page.characters for page in pages) < FEW:
        raise ReadError(*((ErrorKind.UNSUPPORTED, SCANNED) if scanned else (ErrorKind.UNREADABLE, EMPTY)))
    if scanned:
        raise ReadError(ErrorKind.UNSUPPORTED, SCANNED_PAGES.format(pages="、".join(map(str, scanned))))


def _saved(pdf: pdfium.PdfDocument) -> bytes:
    """Write a file anew: mended, without a password, what was filled in a part of its pages."""
    saved = io.BytesIO()
    pdf.save(saved, flags=raw.FPDF_REMOVE_SECURITY)
    return saved.getvalue()


def _read_again(
    pdf: pdfium.PdfDocument, content: bytes, pages: Sequence[_Page]
) -> tuple[list[Block], tuple[str, ...]]:
    """Return the blocks of all pages, their ruled tables compared with the second reading, and notes."""
    blocks = without_running_lines([page.blocks for page in pages], [page.height for page in pages])
    ruled = {n: page for n, page in enumerate(pages, start=1) if page.tables}
    if not ruled:
        return blocks, ()
    from tasks.read.pdf_second_reading import Seen, compared  # heavy, and of no use without a table

    seen = {n: Seen(page.view, page.tables) for n, page in ruled.items() if page.view}
    again = compared(content, seen)
    if len(again) < len(seen):  # pdfminer mends less than pdfium does
        again |= compared(_saved(pdf), {n: page for n, page in seen.items() if n not in again})
    found = {table.locator.table: table for tables in again.values() for table in tables}
    missing = "、".join(str(n) for n in seen if n not in again)
    notes = (READ_ONCE.format(pages=missing),) if missing else ()
    return [found.get(b.locator.table, b) if isinstance(b, Table) else b for b in blocks], notes
