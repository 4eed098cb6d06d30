"""Numbers recognised in pictures: taken only where the recognition is sure and nothing speaks against it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from expectations.template import load
from models.document import Document, Table
from tasks.extract import extract
from tests.extract.made import document, numbered

PRINTED = numbered(load("v2021"))
CELL = "t3.received_new.natural_person"


def scanned(**cell: Any) -> Document:
    """A report read from a picture, in which one cell has the given text, confidence or second reading."""
    blocks = []
    for block in document(PRINTED).blocks:
        if isinstance(block, Table):
            cells = [replace(c, read_by="ocr", confidence=0.97) for c in block.cells]
            cells = [replace(c, **cell) if c.text == PRINTED[CELL] else c for c in cells]
            block = replace(block, cells=tuple(cells))
        blocks.append(block)
    return Document(tuple(blocks), "pdf")


def rows(doc: Document) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in extract(doc, "s", "x.pdf").cells.iter_rows(named=True)}


def test_every_number_says_that_it_was_recognised_and_how_surely() -> None:
    read = rows(scanned())
    assert {code: row["value"] for code, row in read.items()} == {c: float(t) for c, t in PRINTED.items()}
    assert {(row["read_by"], row["confidence"]) for row in read.values()} == {("ocr", 0.97)}


@pytest.mark.parametrize(
    ("cell", "reason", "proposal"),
    [
        ({"confidence": 0.8}, "图像文字识别的可信度只有80%，不能确定该格的内容", PRINTED[CELL]),
        ({"text": "O"}, "图像识别出“O”，不是数字，可能是形近字误认，不能确定该格的内容", None),
        ({"text": "l2"}, "图像识别出“l2”，不是数字，可能是形近字误认，不能确定该格的内容", None),
        ({"text": "〇"}, "图像识别出“〇”，不是数字，可能是形近字误认，不能确定该格的内容", None),
        ({"text": "一"}, "图像识别出“一”，不是数字，可能是形近字误认，不能确定该格的内容", None),
        ({"text": "/"}, "图像识别出“/”，不是数字，可能是形近字误认，不能确定该格的内容", None),
        ({"text": "", "confidence": 0.3}, "图像文字识别的可信度只有30%，不能确定该格的内容", None),
        ({"alternative": "282"}, f"两种方法读取的结果不同：“{PRINTED[CELL]}”与“282”", PRINTED[CELL]),
    ],
)
def test_one_unsure_cell_is_unsure_alone(cell: dict[str, Any], reason: str, proposal: str | None) -> None:
    read = rows(scanned(**cell))
    assert (read[CELL]["kind"], read[CELL]["reason"], read[CELL]["proposal"]) == (
        "uncertain",
        reason,
        proposal,
    )
    assert {code for code, row in read.items() if row["kind"] == "uncertain"} == {CELL}


def test_a_cell_without_ink_is_blank() -> None:
    assert rows(scanned(text=""))[CELL]["kind"] == "blank"


def test_a_label_misread_is_no_slip_of_the_agency() -> None:
    doc = scanned()
    blocks = []
    for block in doc.blocks:
        if isinstance(block, Table):
            misread = {"3.要求提供公开出版物": "3.要求提供么开出版物", "行政事业性收费": "行政亊业性收费"}
            cells = tuple(replace(c, text=misread.get(c.text, c.text)) for c in block.cells)
            block = replace(block, cells=cells)
        blocks.append(block)
    facts = extract(Document(tuple(blocks), "pdf"), "s", "x.pdf")
    assert dict(facts.lines.filter(match="uncertain").select("key", "label").rows()) == {
        "t2.fees": "行政亊业性收费",
        "t3.results.not_handled.publication": "3.要求提供么开出版物",
    }
    assert facts.cells["kind"].to_list().count("number") == 200
