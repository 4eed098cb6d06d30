"""What lies upon the cells of an xlsx sheet: text boxes, which are read, and pictures, which are counted."""

from __future__ import annotations

from lxml import etree

from tasks.read.sheet_shape import Shape

MOST_BOXES = 200
LEAST_ROWS, LEAST_COLUMNS = 4, 2
"""Rows and columns that a picture covers if it is large enough to hold a table."""


def drawn(root: etree._Element, shape: Shape) -> None:
    """Take note of the text boxes and large pictures of a drawing part, each with the row it hangs on."""
    for anchor in root:
        if not isinstance(anchor.tag, str):
            continue
        start, end = _corner(anchor, "from"), _corner(anchor, "to")
        for item in anchor:
            name = _local(item)
            if name == "pic" and (
                end is None or (end[0] - start[0] >= LEAST_ROWS and end[1] - start[1] >= LEAST_COLUMNS)
                if start is not None
                else True
            ):
                shape.pictures += 1
            elif name in ("sp", "grpSp") and len(shape.boxes) < MOST_BOXES and (text := _text(item)):
                shape.boxes.append((start[0] if start else 0, text))


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _corner(anchor: etree._Element, name: str) -> tuple[int, int] | None:
    for corner in anchor:
        if _local(corner) == name:
            said = {_local(part): (part.text or "").strip() for part in corner}
            row, column = said.get("row", ""), said.get("col", "")
            if row.isdigit() and column.isdigit() and len(row) < 8 and len(column) < 8:
                return int(row), int(column)
    return None


def _text(shape: etree._Element) -> str:
    lines = []
    for paragraph in shape.iter("{*}p"):
        pieces = [
            "\n" if _local(part) == "br" else part.text or "" for part in paragraph.iter("{*}t", "{*}br")
        ]
        lines.append("".join(pieces))
    return "\n".join(line for line in lines if line.strip())
