"""Scanned pages: every number in its cell, and what cannot be seen is never a number nor a blank."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest

from models.document import Block, Cell, Document, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.extract import extract_rows, frames
from tasks.read import ocr
from tests.read import made_scans as scans
from tests.read.made_scans import Drawn, Picture

pytestmark = pytest.mark.skipif(
    not ocr.available(), reason="the extra for scans (hecha[ocr]) is not installed"
)
MADE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "made"
SURE = 0.85


def tables(blocks: Sequence[Block]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table) and block.layout == "ruled"]


def read_table(picture: Picture, dpi: float = 200.0) -> Table:
    (table,) = tables(ocr.page(picture, 1, dpi, 0))
    return table


def texts(table: Table) -> dict[tuple[int, int], str]:
    return {(cell.row, cell.column): cell.text for cell in table.cells}


def printed(cells: Sequence[Drawn]) -> dict[tuple[int, int], str]:
    return {(row, column): text for text, row, column, _, _ in cells}


def unsure(table: Table) -> set[tuple[int, int]]:
    return {(c.row, c.column) for c in table.cells if c.confidence < SURE or c.alternative is not None}


def at(table: Table, row: int, column: int) -> Cell:
    return next(cell for cell in table.cells if (cell.row, cell.column) == (row, column))


NUMBERS = scans.numbers(8, 6)


@pytest.mark.parametrize(
    "worn",
    [
        lambda page: page,
        lambda page: scans.jpeg(scans.noisy(scans.skewed(page, 1.3)), 50),
        lambda page: scans.fax(scans.skewed(page, -0.7)),
        scans.photographed,
        lambda page: np.rot90(page, 1),
        lambda page: np.rot90(page, 2),
        lambda page: np.rot90(scans.noisy(page), 3),
    ],
    ids=["clean", "skewed", "fax", "photo", "left", "upside down", "right"],
)
def test_every_number_in_its_cell(worn: Callable[[Picture], Picture]) -> None:
    page = with_prose(scans.grid_page(NUMBERS, 8, 6))
    picture = np.ascontiguousarray(worn(page))
    dpi = min(picture.shape[:2]) / 8.27
    table = read_table(picture, dpi)
    assert texts(table) == printed(NUMBERS)
    assert unsure(table) == set()
    assert {cell.read_by for cell in table.cells} == {"ocr"}


def with_prose(page: Picture) -> Picture:
    """Write lines of text below a table: by them the sense in which a page is turned is known."""
    from PIL import Image, ImageDraw

    image = Image.fromarray(page)
    draw = ImageDraw.Draw(image)
    for line in range(5):
        words = "Report of the year 2024 on the disclosure of government information"
        draw.text((220, 1200 + 90 * line), words, "black", scans.font(32))
    return np.asarray(image)


def test_coarse_picture_is_read() -> None:
    table = read_table(scans.coarse(scans.grid_page(NUMBERS, 8, 6), 120), 120.0)
    assert texts(table) == printed(NUMBERS)


def test_merged_cells_keep_their_spans() -> None:
    cells: list[Drawn] = [
        ("2024", 0, 0, 1, 3), ("17", 1, 0, 2, 1), ("5", 1, 1, 1, 1), ("61", 1, 2, 1, 1), ("33", 2, 1, 1, 2),
    ]  # fmt: skip
    table = read_table(scans.noisy(scans.skewed(scans.grid_page(cells, 3, 3), 0.8)))
    assert [(c.text, c.row, c.column, c.row_span, c.column_span) for c in table.cells] == cells
    assert (table.rows, table.columns) == (3, 3)


def test_lone_digits_and_blanks() -> None:
    cells: list[Drawn] = [
        ("0", 0, 0, 1, 1), ("1", 0, 1, 1, 1), ("", 0, 2, 1, 1),
        ("11", 1, 0, 1, 1), ("", 1, 1, 1, 1), ("7", 1, 2, 1, 1),
    ]  # fmt: skip
    table = read_table(scans.noisy(scans.grid_page(cells, 2, 3), 8))
    assert texts(table) == printed(cells)
    assert unsure(table) == set()
    assert at(table, 0, 2).confidence == 1.0


def test_a_solidus_is_no_one() -> None:
    cells: list[Drawn] = [("/", 0, 0, 1, 1), ("1", 0, 1, 1, 1), ("4", 1, 0, 1, 1), ("/", 1, 1, 1, 1)]
    table = read_table(scans.noisy(scans.grid_page(cells, 2, 2)))
    taken = {place: text for place, text in texts(table).items() if place not in unsure(table)}
    assert {place: taken.get(place) for place in ((0, 1), (1, 0))} == {(0, 1): "1", (1, 0): "4"}
    assert not any(text.isdigit() for place, text in taken.items() if place in ((0, 0), (1, 1)))


def test_faint_scrawl_is_no_blank() -> None:
    page = scans.grid_page(
        [("8", 0, 0, 1, 1), ("", 0, 1, 1, 1), ("2", 1, 0, 1, 1), ("", 1, 1, 1, 1)], 2, 2
    ).copy()
    page[320:345, 1100:1106] = 190  # a stroke of a pencil
    table = read_table(page)
    assert (at(table, 0, 1).confidence < SURE, at(table, 1, 1).confidence) == (True, 1.0)


def test_what_an_opaque_seal_may_hide_is_never_sure() -> None:
    page = scans.grid_page(scans.numbers(4, 5, 1000), 4, 5)
    spoilt = scans.sealed(page, 325, 330, 1.0)  # on the number of the first cell
    spoilt = scans.sealed(spoilt, 760, 390, 1.0, 25)  # left of a number of the second row
    table = read_table(scans.noisy(spoilt))
    taken = {place: text for place, text in texts(table).items() if place not in unsure(table)}
    whole = printed(scans.numbers(4, 5, 1000))
    assert {place: text for place, text in taken.items() if whole[place] != text} == {}
    assert (0, 0) in unsure(table)
    assert len(taken) >= 14


def test_blank_under_a_seal_is_not_a_sure_blank() -> None:
    cells: list[Drawn] = [("5", 0, 0, 1, 1), ("", 0, 1, 1, 1), ("6", 1, 0, 1, 1), ("7", 1, 1, 1, 1)]
    table = read_table(scans.sealed(scans.grid_page(cells, 2, 2), 1137, 330, 1.0, 22))
    assert (at(table, 0, 1).text, at(table, 0, 1).confidence, at(table, 0, 1).alternative) == ("", 0.0, "?")
    assert unsure(table) == {(0, 1)}


def test_print_under_a_thin_seal_is_read() -> None:
    page = scans.grid_page(NUMBERS, 8, 6)
    table = read_table(scans.noisy(scans.sealed(page, 720, 520, 0.5, 150), 3))
    read, whole = texts(table), printed(NUMBERS)
    assert {place for place in whole if read[place] != whole[place]} - unsure(table) == set()
    assert sum(read[place] == whole[place] for place in whole) >= 45


def test_boxes_are_points_of_the_page_as_it_lies() -> None:
    cells: list[Drawn] = [("41", 0, 0, 1, 1), ("42", 0, 1, 1, 1), ("43", 1, 0, 1, 1), ("44", 1, 1, 1, 1)]
    straight = at(read_table(scans.grid_page(cells, 2, 2)), 1, 1).locator
    wanted = tuple(value * 72 / 200 for value in (825, 360, 1450, 420))
    assert straight.box is not None
    assert np.abs(np.subtract(straight.box, wanted)).max() < 1.5
    assert (straight.page, straight.table, straight.row, straight.column) == (1, 1, 2, 2)
    turned = scans.skewed(scans.grid_page(cells, 2, 2), 2.0)
    box = at(read_table(turned), 0, 0).locator.box
    assert box is not None
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    angle = np.radians(2.0)  # where the rotation about the middle of the page has taken the first cell
    dx, dy = 512.5 - 827, 330 - 1169.5
    there = (827 + dx * np.cos(angle) + dy * np.sin(angle), 1169.5 - dx * np.sin(angle) + dy * np.cos(angle))
    assert np.hypot(x - there[0] * 0.36, y - there[1] * 0.36) < 2


def test_tables_are_counted_on_from_the_pages_before() -> None:
    cells: list[Drawn] = [("1", 0, 0, 1, 1), ("2", 0, 1, 1, 1), ("3", 1, 0, 1, 1), ("4", 1, 1, 1, 1)]
    (table,) = tables(ocr.page(scans.grid_page(cells, 2, 2), 3, 200.0, 4))
    assert (table.locator.page, table.locator.table) == (3, 5)


def test_text_and_tables_in_reading_order() -> None:
    from PIL import Image, ImageDraw

    image = Image.fromarray(scans.grid_page([("一", 0, 0, 1, 1)], 1, 1, chinese=True)).copy()
    scans.table(
        image, [200, 800, 1450], [500, 560, 620],
        [("规章", 0, 0, 1, 1), ("12", 0, 1, 1, 1), ("行政规范性文件", 1, 0, 1, 1), ("0", 1, 1, 1, 1)], chinese=True,
    )  # fmt: skip
    draw = ImageDraw.Draw(image)
    draw.rectangle((150, 250, 1500, 400), fill="white")
    for y, text in (
        (200, "映溪区商务局2024年政府信息公开工作年度报告"), (420, "二、主动公开政府信息情况"), (700, "三、收到和处理政府信息公开申请情况"),
    ):  # fmt: skip
        draw.text((200, y), text, "black", scans.font(40, chinese=True))
    draw.text((800, 2250), "- 1 -", "black", scans.font(28))
    blocks = ocr.page(scans.noisy(np.asarray(image)), 1, 200.0, 0)
    shown = [b.text if isinstance(b, Paragraph) else [c.text for c in b.cells] for b in blocks]
    assert shown == [
        "映溪区商务局2024年政府信息公开工作年度报告",
        "二、主动公开政府信息情况",
        ["规章", "12", "行政规范性文件", "0"],
        "三、收到和处理政府信息公开申请情况",
    ]


def test_a_blank_page_has_nothing() -> None:
    assert ocr.page(np.full((2339, 1654, 3), 255, np.uint8), 1, 200.0, 0) == []
    assert ocr.page(scans.noisy(np.full((600, 400, 3), 230, np.uint8)), 1, 90.0, 0) == []


def test_giant_pages_are_rendered_within_the_limit() -> None:
    pdf = pdfium.PdfDocument.new()
    small, giant = pdf.new_page(595.0, 842.0), pdf.new_page(14400.0, 14400.0)
    picture, dpi = ocr.render(small)
    assert (picture.shape, round(dpi)) == ((2339, 1653, 3), 200)
    picture, dpi = ocr.render(giant)
    assert picture.shape[0] * picture.shape[1] <= 25_100_000
    assert round(dpi, 1) == 25.0


def test_without_the_extra_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.read.ocr.recognise.PARTS", ("rapidocr", "a_part_that_nobody_has"))
    assert not ocr.available()
    with pytest.raises(ReadError) as raised:
        ocr.page(np.full((300, 300, 3), 255, np.uint8), 1, 90.0, 0)
    assert (raised.value.kind, raised.value.message) == (ErrorKind.NOT_INSTALLED, ocr.NOT_INSTALLED)
    assert "make ocr" in ocr.NOT_INSTALLED


@pytest.mark.parametrize("name", ["d1_uniq.scan_mid.pdf", "d1_cons.scan_fax.pdf", "d2_uniq.scan_mild.pdf"])
def test_published_scans_cell_by_cell(name: str) -> None:
    if not (MADE / name).exists():
        pytest.skip("the samples are not beside the project")
    printed_there = json.loads((MADE / "truth.json").read_text(encoding="utf-8"))["files"][
        name.split(".")[0]
    ]["cells"]
    pdf = pdfium.PdfDocument(MADE / name)
    blocks: list[Block] = []
    for number, page in enumerate(pdf, start=1):
        picture, dpi = ocr.render(page)
        blocks.extend(ocr.page(picture, number, dpi, len(tables(blocks))))
    cells = frames([extract_rows(Document(tuple(blocks), "pdf"), "0" * 64, name)]).cells
    values = dict(cells.select("code", "value").rows())
    wrong = {code for code, value in printed_there.items() if values[code] not in (None, float(value))}
    unread = {code for code in printed_there if values[code] is None}
    hidden = {  # a seal lies on these, and on the 1 of 1282 in the first
        "t3.received_new.research", "t3.carried_in.legal_service", "t3.results.full_disclosure.research",
        "t3.results.full_disclosure.public_welfare", "t3.results.full_disclosure.legal_service",
    }  # fmt: skip
    assert (wrong, unread) == (set(), hidden if name == "d1_uniq.scan_mid.pdf" else set())
    assert set(cells["read_by"]) == {"ocr"}
