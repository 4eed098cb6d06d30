"""Rules of PDF tables as programs draw them: dashes, thin boxes, double and white lines, frames, no borders."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from models.document import Block, Table
from tasks.read import read
from tests.read.test_pdf import FONT, LONG, one_page
from tests.read.test_text import artifact, shown

ROWS = [("规章", "12", "3"), ("许可", "40", "5")]
RULED = ("ruled", [list(row) for row in ROWS])
XS, YS = (80, 200, 280, 360), (700, 670, 640)


def texts(canvas: Canvas, rows: list[tuple[str, str, str]] = ROWS) -> None:
    canvas.setFont(FONT, 12)
    for n, row in enumerate(rows):
        for text, x in zip(row, XS, strict=False):
            canvas.drawString(x + 10, YS[0] - 20 - 30 * n, text)


def read_blocks(canvas: Canvas) -> list[object]:
    return [shown(b) for b in read(artifact(canvas.getpdfdata())).blocks]


def lines(canvas: Canvas) -> None:
    for y in YS:
        canvas.line(XS[0], y, XS[-1], y)
    for x in XS:
        canvas.line(x, YS[0], x, YS[-1])


def short_dashes(canvas: Canvas) -> None:
    for y in YS:
        for x in range(XS[0], XS[-1], 5):
            canvas.line(x, y, x + 2.5, y)
    for x in XS:
        for y in range(YS[-1], YS[0], 5):
            canvas.line(x, y, x, y + 2.5)


def dots(canvas: Canvas) -> None:
    for y in YS:
        for x in range(XS[0], XS[-1] + 1, 2):
            canvas.rect(x - 0.4, y - 0.4, 0.8, 0.8, stroke=0, fill=1)
    for x in XS:
        for y in range(YS[-1], YS[0] + 1, 2):
            canvas.rect(x - 0.4, y - 0.4, 0.8, 0.8, stroke=0, fill=1)


def thin_boxes(canvas: Canvas) -> None:
    for y in YS:
        canvas.rect(XS[0], y, XS[-1] - XS[0], 0.5, stroke=0, fill=1)
    for x in XS:
        canvas.rect(x, YS[-1], 0.5, YS[0] - YS[-1], stroke=0, fill=1)


def double_rules(canvas: Canvas) -> None:
    for apart in (-1.5, 1.5):
        for y in YS:
            canvas.line(XS[0], y + apart, XS[-1], y + apart)
        for x in XS:
            canvas.line(x + apart, YS[0], x + apart, YS[-1])


def one_path(canvas: Canvas) -> None:
    path = canvas.beginPath()
    for y in YS:
        path.moveTo(XS[0], y)
        path.lineTo(XS[-1], y)
    for x in XS:
        path.moveTo(x, YS[0])
        path.lineTo(x, YS[-1])
    canvas.drawPath(path)


def one_path_of_bars(canvas: Canvas) -> None:
    path = canvas.beginPath()
    for y in YS:
        path.rect(XS[0], y, XS[-1] - XS[0], 0.6)
    for x in XS:
        path.rect(x, YS[-1], 0.6, YS[0] - YS[-1])
    canvas.drawPath(path, stroke=0, fill=1)


def in_a_form(canvas: Canvas) -> None:
    canvas.beginForm("grid")
    canvas.translate(-40, -300)
    canvas.scale(0.5, 0.5)
    for y in YS:
        canvas.line(2 * XS[0], 2 * y, 2 * XS[-1], 2 * y)
    for x in XS:
        canvas.line(2 * x, 2 * YS[0], 2 * x, 2 * YS[-1])
    canvas.endForm()
    canvas.saveState()
    canvas.translate(40, 300)
    canvas.doForm("grid")
    canvas.restoreState()


def cells_with_grounds(canvas: Canvas) -> None:
    canvas.setFillGray(0.85)
    for x, right in pairwise(XS):
        canvas.rect(x, YS[1], right - x, YS[0] - YS[1], stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.rect(XS[0], YS[2], XS[-1] - XS[0], YS[1] - YS[2], stroke=0, fill=1)
    canvas.setFillGray(0)
    lines(canvas)


def no_outer_verticals(canvas: Canvas) -> None:
    for y in YS:
        canvas.line(XS[0], y, XS[-1], y)
    for x in XS[1:-1]:
        canvas.line(x, YS[0], x, YS[-1])


def white_rules_within(canvas: Canvas) -> None:
    lines(canvas)
    canvas.setStrokeGray(1)
    canvas.line(240, YS[0], 240, YS[-1])
    canvas.line(XS[0], 655, XS[-1], 655)
    canvas.setStrokeGray(0)


@pytest.mark.parametrize(
    "draw",
    [
        lines, short_dashes, dots, thin_boxes, double_rules, one_path, one_path_of_bars, in_a_form,
        cells_with_grounds, no_outer_verticals, white_rules_within,
    ],
)  # fmt: skip
def test_a_table_is_one_however_its_rules_are_drawn(draw: Callable[[Canvas], None]) -> None:
    canvas = one_page(LONG)
    draw(canvas)
    texts(canvas)
    assert read_blocks(canvas) == [LONG[0], RULED]


def test_rules_that_nobody_sees_make_no_table() -> None:
    canvas = one_page(LONG)
    canvas.setStrokeGray(1)
    lines(canvas)
    texts(canvas)
    assert read_blocks(canvas) == [LONG[0], *(("aligned", [list(row)]) for row in ROWS)]


def test_three_rules_without_verticals_keep_their_rows() -> None:
    canvas = one_page(LONG)
    for y in YS:
        canvas.line(XS[0], y, XS[-1], y)
    texts(canvas)
    assert read_blocks(canvas) == [LONG[0], *(("aligned", [list(row)]) for row in ROWS)]


def small_table(canvas: Canvas, left: int, top: int, rows: list[tuple[str, str]]) -> None:
    for n in range(len(rows) + 1):
        canvas.line(left, top - 20 * n, left + 200, top - 20 * n)
    for x in (left, left + 100, left + 200):
        canvas.line(x, top, x, top - 20 * len(rows))
    for n, row in enumerate(rows):
        for text, x in zip(row, (left + 5, left + 105), strict=True):
            canvas.drawString(x, top - 15 - 20 * n, text)


def test_a_frame_is_no_table_and_what_it_holds_is_read_cell_by_cell() -> None:
    """A layout: the way of a site on the left, the report with two tables on the right, 1.5 points of padding."""
    canvas = one_page()
    canvas.rect(60, 400, 420, 380)
    canvas.line(160, 400, 160, 780)
    canvas.drawString(70, 760, "公开指南")
    canvas.drawString(70, 560, "公开制度")
    canvas.drawString(170, 760, "映溪区水务局2023年政府信息公开工作年度报告")
    small_table(canvas, 162, 740, [("规章", "1"), ("许可", "20")])
    canvas.drawString(170, 660, "四、政府信息公开行政复议、行政诉讼情况")
    small_table(canvas, 162, 640, [("结果维持", "3"), ("结果纠正", "40")])
    canvas.drawString(170, 560, "五、存在的主要问题及改进情况")
    assert read_blocks(canvas) == [
        "公开指南",
        "公开制度",
        "映溪区水务局2023年政府信息公开工作年度报告",
        ("ruled", [["规章", "1"], ["许可", "20"]]),
        "四、政府信息公开行政复议、行政诉讼情况",
        ("ruled", [["结果维持", "3"], ["结果纠正", "40"]]),
        "五、存在的主要问题及改进情况",
    ]


def test_the_sides_of_a_frame_cut_by_the_page_do_not_join_its_tables() -> None:
    canvas = one_page(("四、政府信息公开行政复议、行政诉讼情况", 170, 660))
    for x in (160, 364):
        canvas.line(x, 0, x, 842)
    small_table(canvas, 162, 740, [("规章", "1"), ("许可", "20")])
    small_table(canvas, 162, 640, [("结果维持", "3"), ("结果纠正", "40")])
    assert read_blocks(canvas) == [
        ("ruled", [["规章", "1"], ["许可", "20"]]),
        "四、政府信息公开行政复议、行政诉讼情况",
        ("ruled", [["结果维持", "3"], ["结果纠正", "40"]]),
    ]


def test_the_halves_of_a_table_with_a_double_rule_between_stay_one() -> None:
    canvas = one_page(LONG)
    for left, right in ((80, 200), (202, 360)):
        for y in YS:
            canvas.line(left, y, right, y)
        for x in (left, (left + right) // 2, right):
            canvas.line(x, YS[0], x, YS[-1])
    canvas.setFont(FONT, 12)
    for n, row in enumerate([("许可", "1", "处罚", "2"), ("强制", "3", "收费", "4")]):
        for text, x in zip(row, (85, 145, 210, 290), strict=True):
            canvas.drawString(x, 680 - 30 * n, text)
    assert read_blocks(canvas) == [
        LONG[0],
        ("ruled", [["许可", "1", "处罚", "2"], ["强制", "3", "收费", "4"]]),
    ]


def test_boxes_are_where_the_page_shows_them() -> None:
    """A table that lies on its side: the boxes are of the page as displayed, not of the table set upright."""
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=A4, invariant=True)
    canvas.translate(A4[0], 0)
    canvas.rotate(90)
    small_table(canvas, 100, 500, [("AA", "1"), ("BB", "20")])
    canvas.drawString(100, 540, "A LINE OF TEXT TO TURN THE PAGE BY")
    canvas.save()
    table = next(b for b in read(artifact(content.getvalue())).blocks if isinstance(b, Table))
    assert shown(table) == ("ruled", [["AA", "1"], ["BB", "20"]])
    # (x, y) of the table stands at (595.3 - y, x) from the lower left corner of the page
    assert table.cells[0].locator.box == (95.3, 641.9, 115.3, 741.9)
    assert table.cells[3].locator.box == (115.3, 541.9, 135.3, 641.9)
    assert table.locator.box == (95.3, 541.9, 135.3, 741.9)


@pytest.fixture(scope="module")
def browser_print(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], bytes]]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")

    def printed(body: str) -> bytes:
        folder = tmp_path_factory.mktemp("print")
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(f"<!DOCTYPE html><meta charset=utf-8>{body}", encoding="utf-8")
        subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
             f"--print-to-pdf={target}", source.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return target.read_bytes()

    yield printed


def rows_of(blocks: tuple[Block, ...]) -> list[list[str]]:
    return [row for b in blocks if isinstance(b, Table) and b.layout == "ruled" for row in shown(b)[1]]


@pytest.mark.browser
def test_a_page_printed_from_a_browser(browser_print: Callable[[str], bytes]) -> None:
    rows = "".join(
        f"<tr><td>{n}.属于三类内部事务信息</td><td>{n * 37}</td><td>{n * 4001}</td></tr>"
        for n in range(1, 61)
    )
    content = browser_print(
        "<title>映溪区年报</title><style>table{border-collapse:collapse}td{border:1px solid #999;padding:2px}</style>"
        "<table><tr><td>公开指南</td><td><h1>映溪区水务局2023年政府信息公开工作年度报告</h1>"
        "<table><tr><td>行政许可</td><td>12</td></tr><tr><td>行政处罚</td><td>3</td></tr></table>"
        f"<p>三、收到和处理政府信息公开申请情况</p><table>{rows}</table></td></tr></table>"
    )
    doc = read(artifact(content))
    pages = max(b.locator.page or 0 for b in doc.blocks)
    assert pages > 1
    numbered = [[f"{n}.属于三类内部事务信息", str(n * 37), str(n * 4001)] for n in range(1, 61)]
    assert rows_of(doc.blocks) == [["行政许可", "12"], ["行政处罚", "3"], *numbered]
    assert {c.alternative for b in doc.blocks if isinstance(b, Table) for c in b.cells} == {None}
    prose = "".join(b.text for b in doc.blocks if not isinstance(b, Table))
    assert prose == "公开指南映溪区水务局2023年政府信息公开工作年度报告三、收到和处理政府信息公开申请情况"
