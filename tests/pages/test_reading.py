"""The page that shows a file beside its reading: links both ways, boxes over the numbers, nothing from outside."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from lxml import html
from PIL import Image
from playwright.sync_api import Browser, Page
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from expectations.template import load
from models.document import Artifact, Cell, Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from models.views import CellView
from tasks.publish import original, page_pictures
from tasks.publish.original import CellDrawn, Spot, Taken, draw_original
from tasks.publish.page_pictures import pictures_of
from tasks.publish.reading_page import counts, doubts, look, page_of, place, shown, title, write_reading
from tests.extract.made import numbered, table2_rows, table3_rows, table4_rows
from tests.flows.made import report
from tests.pages.css import select

V2021 = load("v2021")
NUMBERS = numbered(V2021)
FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def artifact(content: str | bytes, name: str = "映溪区水务局.txt") -> Artifact:
    raw = content.encode() if isinstance(content, str) else content
    return Artifact(name, raw, hashlib.sha256(raw).hexdigest())


def drawn(content: str | bytes) -> html.HtmlElement:
    return html.fromstring(page_of(look(artifact(content))))


def in_html() -> str:
    """A report as a web page, every cell with a number of its own."""
    parts = ["<h1>澜川市映溪区水务局2023年政府信息公开工作年度报告</h1><meta charset=utf-8>"]
    rows = {"proactive": table2_rows, "requests": table3_rows, "disputes": table4_rows}
    for section in V2021.sections:
        parts.append(f"<p>{section.numeral}、{section.heading}</p>")
        if section.key in rows:
            lines = rows[section.key](V2021, NUMBERS)
            cells = ("".join(f"<td>{text}</td>" for text in line) for line in lines)
            parts.append("<table>" + "".join(f"<tr>{line}</tr>" for line in cells) + "</table>")
        else:
            parts.append("<p>全年工作正常。</p>")
    return "\n".join(parts)


T4_HEADS = (
    (0, 5, 0, "行政复议"), (5, 15, 0, "行政诉讼"), (5, 10, 1, "未经复议直接起诉"), (10, 15, 1, "复议后起诉"),
)  # fmt: skip
OUTCOMES = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
T4_CODES = [code for code in V2021.cells if code.startswith("t4.")]


def in_pdf(rotation: int = 0) -> bytes:
    """A report whose table 4 is ruled and holds the numbers 301 to 315."""
    content = io.BytesIO()
    # the library gives a page that lies on its side a media box of its own
    canvas = Canvas(content, pagesize=A4[::-1] if rotation else A4, invariant=True)
    canvas.setPageRotation(rotation)
    canvas.setFont(FONT, 11)
    for number, line in enumerate(
        ("澜川市映溪区水务局2023年政府信息公开工作年度报告", "一、总体情况", "全年工作正常。",
         "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况", "四、政府信息公开行政复议、行政诉讼情况")
    ):  # fmt: skip
        canvas.drawString(60, 790 - 22 * number, line)
    canvas.setFont(FONT, 6)
    left, top, wide, high = 50, 640, 33, 22
    for begin, end, row, text in T4_HEADS:
        box(canvas, left + begin * wide, top - row * high, (end - begin) * wide, high, text)
    for at in range(15):
        tall = 2 if at < 5 else 1
        box(canvas, left + at * wide, top - (3 - tall) * high, wide, tall * high, OUTCOMES[at % 5])
        box(canvas, left + at * wide, top - 3 * high, wide, high, str(301 + at))
    canvas.setFont(FONT, 11)
    for number, line in enumerate(("五、存在的主要问题及改进情况", "无。", "六、其他需要报告的事项", "无。")):
        canvas.drawString(60, 500 - 22 * number, line)
    canvas.save()
    return content.getvalue()


def box(canvas: Canvas, x: float, top: float, wide: float, high: float, text: str) -> None:
    canvas.rect(x, top - high, wide, high)
    canvas.drawCentredString(x + wide / 2, top - high / 2 - 2, text)


# ------------------------------------------------------------------------------------------- links


@pytest.mark.parametrize("content", [report(changes=NUMBERS), in_html()], ids=["text", "html"])
def test_every_cell_is_linked_to_the_place_it_was_read_from_and_back(content: str) -> None:
    page = drawn(content)
    told = {}
    for code in NUMBERS:
        (link,) = page.get_element_by_id(f"cell-{code}").iter("a")
        spot = page.get_element_by_id(link.get("href").removeprefix("#"))
        assert spot.get("data-cells") == f"cell-{code}"
        assert spot.get("href") == f"#cell-{code}"
        told[code] = (link.text_content(), spot.text_content())
    assert told == {code: (number, number) for code, number in NUMBERS.items()}
    assert {element.get("class") for element in select(page, "#original a")} == {"spot is-certain"}


def test_a_line_of_the_page_is_a_line_of_the_file() -> None:
    content = report(changes=NUMBERS)
    lines = [" ".join(li.text_content().split()) for li in select(drawn(content), ".text-lines li")]
    assert lines == [" ".join(line.split()) for line in content.split("\n")]


def test_numbers_glued_to_their_labels_are_found_behind_them() -> None:
    paragraph = "规章000行政规范性文件77132470合计1"
    codes = [f"t2.{row}.{column}" for row in ("rules", "normative_docs") for column in ("a", "b", "c")]
    taken = [
        Taken(code, {"line": 1}, "0" if "rules" in code else "77132470",
              "certain" if "rules" in code else "uncertain", code, code.rpartition(".")[0],
              ("规章",) if "rules" in code else ("行政规范性文件",))
        for code in codes
    ]  # fmt: skip
    document = Document((Paragraph(paragraph, locator=Locator(line=1)),), "txt")
    (line,) = draw_original(artifact(paragraph), document, (), taken).lines
    assert [(text, spot.cells if spot else ()) for text, spot in line.pieces] == [
        ("规章", ()),
        ("0", (codes[0],)),
        ("0", (codes[1],)),
        ("0", (codes[2],)),
        ("行政规范性文件", ()),
        ("77132470", tuple(codes[3:])),
        ("合计1", ()),
    ]
    assert line.spot is None


def test_one_cell_a_line() -> None:
    content = "\t1\n\t1\n\t12"
    cells = tuple(
        Cell(text, 0, at, locator=Locator(line=1, row=1, column=at + 1))
        for at, text in enumerate(("1", "1", "12"))
    )
    document = Document((Table(cells, 1, 3, "delimited"),), "txt")
    taken = [
        Taken(name, cell.locator.as_json(), cell.text, "certain", name)
        for name, cell in zip("abc", cells, strict=True)
    ]
    lines = draw_original(artifact(content), document, (), taken).lines
    assert [[(text, spot.cells) for text, spot in line.pieces if spot] for line in lines] == [
        [("1", ("a",))],
        [("1", ("b",))],
        [("12", ("c",))],
    ]


def test_where_a_number_stands_in_a_line_is_not_guessed() -> None:
    document = Document((Paragraph("件数7与7", locator=Locator(line=1)),), "txt")
    taken = [Taken("a", {"line": 1}, "7", "certain", "甲", "row", ("规章",))]
    alone = draw_original(artifact("件数7与7"), document, (), taken)
    (line,) = alone.lines
    assert line.pieces == (("件数7与7", None),)
    assert line.spot == Spot("o1", ("a",), "certain", "甲")
    assert alone.anchors == {"a": "o1"}


def test_what_is_not_drawn_is_not_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(original, "MOST_LINES", 20)
    page = drawn(report(changes=NUMBERS))
    assert len(select(page, ".text-lines li")) == 20
    assert "文件很长，以下只列出前一部分。" in select(page, "#original")[0].text_content()
    ids = {element.get("id") for element in page.iter()}
    links = {link.get("href").removeprefix("#") for link in page.iter("a") if link.get("href")}
    assert links - ids == set()
    last = page.get_element_by_id("cell-t4.suit_after_review.total")
    assert (last.text_content(), last.get("data-at")) == (NUMBERS["t4.suit_after_review.total"], None)


def test_spans_are_kept_and_gaps_filled() -> None:
    cells = (
        Cell("甲", 0, 0, 3, 1, Locator(table=1, row=1, column=1)),
        Cell("5", 0, 3, 1, 1, Locator(table=1, row=1, column=4)),
        Cell("6", 2, 1, 1, 2, Locator(table=1, row=3, column=2)),
    )
    taken = [Taken("a", {"table": 1, "row": 3, "column": 2}, "6", "uncertain", "乙")]
    document = Document((Table(cells, 3, 4, "ruled"),), "docx")
    (block,) = draw_original(artifact("x"), document, (), taken).blocks
    loose = "原文“5”\n表内数字，未归入统一格式的任何单元格"
    assert block.rows == (
        (CellDrawn("甲", 3, 1, None), CellDrawn("", 1, 2, None), CellDrawn("5", 1, 1, Spot("o1", (), "loose", loose))),
        (),
        (CellDrawn("6", 1, 2, Spot("o2", ("a",), "uncertain", "乙")),),
    )  # fmt: skip


def test_two_reports_in_a_file_have_cells_of_their_own() -> None:
    page = drawn(report(changes=NUMBERS) + "\n" + report(agency="云栖市映溪区财政局", year=2022))
    assert [h1.text_content() for h1 in select(page, "h1")] == [
        "云栖市映溪区水务局2023年政府信息公开工作年度报告",
        "云栖市映溪区财政局2022年政府信息公开工作年度报告",
    ]
    cells = [page.get_element_by_id(f"cell-{n}-t3.received_new.total").text_content() for n in (1, 2)]
    assert cells == [NUMBERS["t3.received_new.total"], "5"]
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


# -------------------------------------------------------------------------------------- what is said


def six_numbers() -> str:
    """A report in which the row （七）总计 has six numbers for seven columns."""
    whole = report()
    lines = whole.split("\n")
    at = next(n for n, line in enumerate(lines) if "（七）总计" in line)
    lines[at] = lines[at].rpartition("\t")[0]
    return "\n".join(lines)


def test_unsure_cells_are_marked_and_their_reason_listed() -> None:
    looked = look(artifact(six_numbers()))
    (reading,) = looked.readings
    unsure = [code for code, cell in reading.cells.items() if cell.kind == "uncertain"]
    assert {code.rpartition(".")[0] for code in unsure} == {"t3.results.total"}
    assert counts(reading)["uncertain"] == len(unsure)
    assert sum(counts(reading).values()) == len(reading.cells) == 200
    page = html.fromstring(page_of(looked))
    marked = {td.get("id") for td in select(page, "td.cell") if "is-uncertain" in td.get("class")}
    assert marked == {f"cell-{code}" for code in unsure}
    assert all("？" in page.get_element_by_id(name).text_content() for name in marked)
    told = [doubt.reason for doubt in doubts(reading)]
    listed = [li.text_content() for li in select(page, "#read .plain li")]
    assert len(listed) == len(told) > 0
    assert all(reason in line for reason, line in zip(told, listed, strict=True))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"page": 2, "table": 3, "row": 5, "column": 4, "box": [1, 2, 3, 4]}, "第2页 第3个表格 第5行第4列"),
        ({"sheet": "表三", "address": "B12", "table": 1, "row": 12, "column": 2}, "工作表“表三” B12"),
        ({"line": 88, "row": 3, "column": 2}, "第88行"),
        ({}, ""),
    ],
)
def test_places_in_words(where: dict[str, object], said: str) -> None:
    assert place(where) == said


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        ("number", "１２ ", "１２"),
        ("zero", "0", "0"),
        ("uncertain", "1 2", "1 2？"),
        ("uncertain", None, "？"),
        ("blank", "", "空"),
        ("missing", None, "—"),
        ("placeholder", "/", "/"),
        ("text", "无此项申请，与上年相同。", "无此项申请，与上年相同。"),
        ("text", "无此项申请，与上一年相同。", "无此项申请，与上一年相…"),
    ],
)
def test_what_stands_in_a_cell(kind: str, raw: str | None, text: str) -> None:
    assert shown(CellView("t3.received_new.total", raw, None, kind)) == text


def test_all_there_is_to_say_of_a_cell() -> None:
    cell = CellView(
        "t4.review.total", "1Z", None, "uncertain", "识别置信度低。", "12", {"page": 1, "row": 4}, "ocr", 0.61
    )
    assert title("v2021", cell) == (
        "行政复议 × 总计（t4.review.total）\n"
        "原文“1Z”\n"
        "存疑：识别置信度低；由扫描件识别，置信度61%；推测为12，未据此核查\n"
        "第1页 第4行"
    )


def test_hostile_text_stays_text() -> None:
    hostile = "<script>alert(1)</script>\"'&"
    content = report(changes={"t3.received_new.other_org": hostile}).replace("单一", hostile)
    page = html.fromstring(page_of(look(artifact(content, f"{hostile}\udcff.txt"))))
    assert len(select(page, "script")) == 1
    assert select(page, ".band .file")[0].text_content() == f"{hostile}�.txt"
    assert sum(hostile in li.text_content() for li in select(page, ".text-lines li")) == 2


def test_a_file_without_a_report_is_refused() -> None:
    with pytest.raises(ReadError) as refused:
        look(artifact("今天天气很好。\n明天也是。\n"))
    assert refused.value.kind is ErrorKind.NOT_A_REPORT


# ---------------------------------------------------------------------------------------- the pages


def test_pages_are_drawn_at_110_dpi_and_never_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    def size(wide: float, high: float) -> tuple[int, int]:
        content = io.BytesIO()
        canvas = Canvas(content, pagesize=(wide, high), invariant=True)
        canvas.drawString(10, 10, "x")
        canvas.save()
        (picture,) = pictures_of(artifact(content.getvalue()), "pdf")
        assert (picture.width, picture.height) == (wide, high)
        import base64

        return Image.open(io.BytesIO(base64.b64decode(picture.address.partition(",")[2]))).size

    assert size(720, 360) == (1100, 550)
    monkeypatch.setattr(page_pictures, "MOST_PIXELS", 40_000)
    assert size(720, 720) == (200, 200)
    monkeypatch.setattr(page_pictures, "LONGEST_SIDE", 100)
    assert size(720, 72) == (100, 10)


def test_formats_without_pages_have_no_pictures() -> None:
    assert pictures_of(artifact(report()), "txt") == ()


# --------------------------------------------------------------------------------------- the browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on a 1366×768 screen; fails at the end if anything went wrong in it or left the file."""
    opened = chromium.new_page(viewport={"width": 1366, "height": 768})
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda r: r.url.startswith(("file:", "data:")) or complaints.append(r.url))
    yield opened
    opened.close()
    assert complaints == []


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reading")
    for name, content in (
        ("pdf", in_pdf()),
        ("turned", in_pdf(90)),
        ("text", report(changes=NUMBERS).encode()),
        ("unsure", six_numbers().encode()),
    ):
        write_reading(look(artifact(content)), folder / f"{name}.html")
    return folder


def middles(content: bytes) -> dict[str, tuple[float, float]]:
    """Where the numbers 301 to 315 stand on the page as it is displayed: their middles, in points."""
    with pdfium.PdfDocument(content) as pdf:
        sheet = pdf[0]
        width, height = sheet.get_size()
        text = sheet.get_textpage()
        found = {}
        for number in map(str, range(301, 316)):
            at, count = text.search(number).get_next()
            boxes = [text.get_charbox(at + n) for n in range(count)]
            x = (min(b[0] for b in boxes) + max(b[2] for b in boxes)) / 2
            y = (min(b[1] for b in boxes) + max(b[3] for b in boxes)) / 2
            turned = sheet.get_rotation() == 90
            found[number] = (y, x) if turned else (x, height - y)
        assert width > 0
        return found


@pytest.mark.browser
@pytest.mark.parametrize(("name", "rotation"), [("pdf", 0), ("turned", 90)])
def test_the_box_lies_over_the_number(page: Page, pages: Path, name: str, rotation: int) -> None:
    page.goto((pages / f"{name}.html").as_uri())
    picture = page.locator(".drawn img").bounding_box()
    assert picture is not None
    with pdfium.PdfDocument(in_pdf(rotation)) as pdf:
        scale = picture["width"] / pdf[0].get_width()
    where = middles(in_pdf(rotation))
    for code, number in zip(T4_CODES, map(str, range(301, 316)), strict=True):
        cell = page.locator(f'[id="cell-{code}"]')
        assert cell.inner_text() == number
        rect = page.locator(f'[data-cells="cell-{code}"] rect').bounding_box()
        assert rect is not None
        x, y = where[number]
        assert rect["x"] + rect["width"] / 2 - picture["x"] == pytest.approx(x * scale, abs=2)
        assert rect["y"] + rect["height"] / 2 - picture["y"] == pytest.approx(y * scale, abs=3)


@pytest.mark.browser
def test_pointing_at_one_side_lights_the_other(page: Page, pages: Path) -> None:
    page.goto((pages / "pdf.html").as_uri())
    cell = page.locator('[id="cell-t4.review.total"]')
    cell.hover()
    lit = page.locator(".original .lit")
    assert lit.evaluate_all("e => e.map(x => x.dataset.cells)") == ["cell-t4.review.total"]
    assert "305" in lit.locator("title").text_content().split("\n")[1]  # type: ignore[union-attr]
    page.locator('[data-cells="cell-t4.suit_direct.upheld"] rect').hover()
    assert page.locator(".read .lit").evaluate_all("e => e.map(x => x.id)") == ["cell-t4.suit_direct.upheld"]
    outline = page.locator(".read .lit").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"


@pytest.mark.browser
def test_the_place_of_a_number_is_scrolled_to(page: Page, pages: Path) -> None:
    page.goto((pages / "text.html").as_uri())
    cell = page.locator('[id="cell-t4.suit_after_review.total"]')
    cell.scroll_into_view_if_needed()
    cell.hover()
    spot = page.locator(".original .lit")
    assert spot.inner_text() == NUMBERS["t4.suit_after_review.total"]
    seen = spot.bounding_box()
    assert seen is not None and 0 < seen["y"] < 768
    assert page.evaluate("window.scrollY") == 0


@pytest.mark.browser
def test_the_keyboard_does_what_the_pointer_does(page: Page, pages: Path) -> None:
    page.goto((pages / "text.html").as_uri())
    link = page.locator('[id="cell-t3.received_new.total"] a')
    link.focus()
    assert page.locator(".original .lit").inner_text() == NUMBERS["t3.received_new.total"]
    page.keyboard.press("Enter")
    target = page.evaluate("document.querySelector('.original :target').textContent")
    assert target == NUMBERS["t3.received_new.total"]


@pytest.mark.browser
def test_links_work_without_scripts(chromium: Browser, pages: Path) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    opened.goto((pages / "text.html").as_uri())
    opened.locator('[id="cell-t4.review.total"] a').click()
    spot = opened.locator(".original :target")
    assert spot.inner_text() == NUMBERS["t4.review.total"]
    seen = spot.bounding_box()
    assert seen is not None and 0 < seen["y"] < 768
    context.close()


@pytest.mark.browser
def test_unsure_cells_are_told_without_colour(page: Page, pages: Path) -> None:
    page.goto((pages / "unsure.html").as_uri())
    cell = page.locator("td.is-uncertain").first
    assert "？" in cell.inner_text()
    assert cell.evaluate("e => getComputedStyle(e).outlineStyle") == "dashed"
    assert (
        page.locator('[id="cell-t3.received_new.total"]').evaluate("e => getComputedStyle(e).outlineStyle")
        == "none"
    )


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 1000, 375])
def test_the_page_does_not_scroll_sideways(page: Page, pages: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    wide = []
    for file in sorted(pages.glob("*.html")):
        page.goto(file.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(file.name)
    assert wide == []


def test_nothing_is_fetched(pages: Path) -> None:
    addresses = re.compile(r'(?:src|href|url)\s*[=(]\s*["\']?(?!#|data:|\{)([^"\'\s>)]+)')
    found = {name.name: addresses.findall(name.read_text(encoding="utf-8")) for name in pages.glob("*.html")}
    assert found == {"pdf.html": [], "turned.html": [], "text.html": [], "unsure.html": []}
