"""The waist of the hourglass: what a file says, before anyone asks what it means.

A reader turns bytes into a `Document`; the extractor turns a `Document` into frames. Nothing in a
`Document` is corrected, guessed or filled in: text is as printed, spans are as ruled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Layout = Literal["ruled", "delimited", "aligned"]
"""How far the columns of a table can be trusted.

``ruled``      real cell borders (HTML, docx, lattice of a PDF, spreadsheet): an empty cell stands where
               it was left empty.
``delimited``  tab, pipe or one-cell-a-line text made by some conversion: order is sure, position is not.
``aligned``    columns made of spaces (``pdftotext -layout``): only order is sure.
"""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where something stands in its file.

    All numbers count from 1; `box` is (x0, top, x1, bottom) in points from the page's top left corner;
    `address` is a spreadsheet's own (``B12``).
    """

    page: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    line: int | None = None
    sheet: str | None = None
    address: str | None = None
    box: tuple[float, float, float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the parts that are known, for JSON output and the ``where`` columns of the frames."""
        parts = {
            "page": self.page,
            "table": self.table,
            "row": self.row,
            "column": self.column,
            "line": self.line,
            "sheet": self.sheet,
            "address": self.address,
            "box": list(self.box) if self.box else None,
        }
        return {name: part for name, part in parts.items() if part is not None}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text between two breaks. `heading_level` is set only where the file itself says so."""

    text: str
    heading_level: int | None = None
    locator: Locator = Locator()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: text as printed, position of its top left corner (from 0), and its spans."""

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    locator: Locator = Locator()
    read_by: Literal["text", "ocr"] = "text"
    confidence: float = 1.0
    alternative: str | None = None
    """What a second, independent reading of the same cell gave, where it differs."""


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells in reading order (row by row). A merged cell appears once, at its top left corner."""

    cells: tuple[Cell, ...]
    rows: int
    columns: int
    layout: Layout
    locator: Locator = Locator()


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Document:
    """An ordered list of blocks, and what the reader noticed on the way.

    `metadata` holds what the file says of itself outside its text (HTML <title>, docx core properties,
    "标题:" lines of a crawl): keys ``title``, ``published_on``, ``publisher``, ``url``; ``pictures`` counts the
    pictures large enough to hold a table, which nobody has read; ``ocr_pages`` lists the pages read from pictures,
    joined by commas.
    `notes` are sentences in Chinese for the operator (for example a doubtful encoding).
    """

    blocks: tuple[Block, ...]
    format: str
    metadata: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """The bytes of one file as they arrived. `name` is what the sender called it, shown to people as it is."""

    name: str
    content: bytes
    sha256: str
