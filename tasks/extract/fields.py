"""One printed field as a cell's reading: what a second reading or the recognition of a picture leaves unsure."""

from __future__ import annotations

import re

from tasks.extract.lines import Field
from tasks.extract.numbers import Reading, read_cell, uncertain
from tasks.extract.wording import fold

OCR_SURE = 0.85
"""Confidence from which a number recognised in a picture is taken; below it the cell is unsure."""

_DIGITS = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:万元|元|[件条个宗次项份])?")


def read_field(slot: Field) -> Reading:
    """Read one field.

    Unsure where a second reading of the same cell differs, and in pictures where the recognition is weak or
    gave anything but digits: O, l or 〇 may each be a 0 or a 1, a stroke a 1, nothing a digit not seen.
    """
    reading = read_cell(slot.text)
    if slot.alternative is not None and fold(slot.alternative) != fold(slot.text):
        return uncertain(
            slot.text,
            f"两种方法读取的结果不同：“{fold(slot.text)}”与“{fold(slot.alternative)}”",
            fold(slot.text),
        )
    if slot.read_by != "ocr" or reading.kind == "uncertain":
        return reading
    if slot.confidence < OCR_SURE:
        return uncertain(
            slot.text,
            f"图像文字识别的可信度只有{slot.confidence:.0%}，不能确定该格的内容",
            fold(slot.text) if reading.value is not None else None,
        )
    if reading.kind != "blank" and not _DIGITS.fullmatch(fold(slot.text)):
        return uncertain(
            slot.text, f"图像识别出“{fold(slot.text)}”，不是数字，可能是形近字误认，不能确定该格的内容"
        )
    return reading
