"""Pages of a PDF that are pictures: recognised, read from the layer that came with them, or refused."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from models.document import Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import ocr, read
from tests.read.test_pdf import FONT, LONG, one_page, ruled
from tests.read.test_text import artifact, shown

ROWS = [("规章", "12", "3"), ("许可", "40", "26")]
WORDS = "三、收到和处理政府信息公开申请情况"


def drawn_page(canvas: Canvas) -> None:
    canvas.setFont(FONT, 14)
    canvas.drawString(80, 780, WORDS)
    ruled(canvas, (700, 670, 640), ROWS, foot=640)


def picture(draw: Callable[[Canvas], None] = drawn_page) -> Image.Image:
    canvas = Canvas(io.BytesIO(), pagesize=A4, invariant=True)
    draw(canvas)
    return pdfium.PdfDocument(canvas.getpdfdata())[0].render(scale=200 / 72).to_pil()


def put(canvas: Canvas, image: Image.Image) -> None:
    canvas.drawImage(ImageReader(image), 0, 0, *A4)


def layer(canvas: Canvas, drawings: list[tuple[str, int, int]]) -> None:
    for text, x, y in drawings:
        line = canvas.beginText(x, y)
        line.setFont(FONT, 12)
        line.setTextRenderMode(3)
        line.textOut(text)
        canvas.drawText(line)


def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)


def refused(content: bytes) -> tuple[ErrorKind, str]:
    with pytest.raises(ReadError) as error:
        read(artifact(content))
    return error.value.kind, error.value.message


def mixed() -> bytes:
    """A page of text with a table, a scanned page, and text again."""
    canvas = one_page(LONG)
    ruled(canvas, (700, 670, 640), ROWS, foot=640)
    canvas.showPage()
    put(canvas, picture())
    canvas.showPage()
    canvas.setFont(FONT, 12)
    canvas.drawString(80, 780, "六、其他需要报告的事项。本年度没有其他需要报告的事项。")
    return canvas.getpdfdata()


INSTALL = "请提交由文字处理软件导出的 PDF 或 docx 文件，或运行 make ocr 安装文字识别组件后重新读取。"


def test_without_recognition_the_pages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ocr(monkeypatch)
    assert refused(mixed()) == (
        ErrorKind.UNSUPPORTED,
        "PDF 第2页是扫描图片，无法读取其中的文字，" + INSTALL,
    )


def test_without_recognition_a_scan_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ocr(monkeypatch)
    canvas = one_page()
    put(canvas, Image.new("L", (40, 60)))
    assert refused(canvas.getpdfdata()) == (
        ErrorKind.UNSUPPORTED,
        "PDF 中没有可以读取的文字（可能是扫描件），" + INSTALL,
    )


def test_the_layer_of_a_scanner_is_recognition_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where we cannot recognise ourselves, the invisible text behind a scan is read and believed by half."""
    without_ocr(monkeypatch)
    canvas = one_page()
    put(canvas, picture())
    layer(canvas, [(WORDS, 80, 780), ("许可", 90, 650), ("40", 210, 650), ("26", 290, 650)])
    doc = read(artifact(canvas.getpdfdata()))
    assert [shown(b) for b in doc.blocks] == [WORDS, ("aligned", [["许可", "40", "26"]])]
    table = doc.blocks[1]
    assert isinstance(table, Table)
    assert {(c.read_by, c.confidence) for c in table.cells} == {("ocr", 0.5)}
    assert doc.metadata == (("ocr_pages", "1"),)
    assert doc.notes == ("第1页是扫描图片，所读文字取自文件自带的识别结果。",)


def test_a_seal_on_a_page_of_text_is_no_scan() -> None:
    canvas = one_page(LONG)
    ruled(canvas, (700, 670, 640), ROWS, foot=640)
    canvas.drawImage(ImageReader(Image.new("RGB", (60, 60), "red")), 400, 200, 110, 110)
    doc = read(artifact(canvas.getpdfdata()))
    assert [shown(b) for b in doc.blocks] == [LONG[0], ("ruled", [list(row) for row in ROWS])]
    assert doc.metadata == ()


def test_a_picture_in_a_page_of_text_is_counted() -> None:
    canvas = one_page(LONG)
    canvas.drawImage(ImageReader(Image.new("RGB", (60, 60), "grey")), 100, 200, 400, 200)
    assert read(artifact(canvas.getpdfdata())).metadata == (("pictures", "1"),)


@pytest.mark.skipif(not ocr.available(), reason="the extra for scans is not installed")
def test_text_and_scans_page_by_page() -> None:
    doc = read(artifact(mixed()))
    assert doc.metadata == (("ocr_pages", "2"),)
    tables = [b for b in doc.blocks if isinstance(b, Table) and b.layout == "ruled"]
    assert [shown(t) for t in tables] == [("ruled", [list(row) for row in ROWS])] * 2
    assert [(t.locator.page, t.locator.table, {c.read_by for c in t.cells}) for t in tables] == [
        (1, 1, {"text"}),
        (2, 2, {"ocr"}),
    ]
    assert [b.text for b in doc.blocks if isinstance(b, Paragraph)] == [
        LONG[0],
        WORDS,
        "六、其他需要报告的事项。本年度没有其他需要报告的事项。",
    ]


@pytest.mark.skipif(not ocr.available(), reason="the extra for scans is not installed")
def test_our_recognition_is_preferred_to_the_layer_of_a_scanner() -> None:
    canvas = one_page()
    put(canvas, picture())
    layer(canvas, [(WORDS, 80, 780), ("许可", 90, 650), ("99", 210, 650), ("99", 290, 650)])
    doc = read(artifact(canvas.getpdfdata()))
    (table,) = (b for b in doc.blocks if isinstance(b, Table))
    assert shown(table) == ("ruled", [list(row) for row in ROWS])


def test_more_scans_than_a_report_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ocr(monkeypatch)
    canvas = one_page()
    for _ in range(31):
        put(canvas, Image.new("L", (40, 60)))
        canvas.showPage()
    assert refused(canvas.getpdfdata()) == (
        ErrorKind.TOO_LARGE,
        "PDF 中的扫描图片超过30页上限，未予读取；请只提交年度报告本身。",
    )
