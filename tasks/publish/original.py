"""The original as it is drawn beside its reading: page pictures with boxes, numbered lines, or blocks.

Nothing is read here: text, places and boxes are the Document's. A place from which numbers were taken is a
`Spot`; so is a number that stands in a table of the file and was taken for none.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import Any, Literal

from models.document import Artifact, Cell, Document, Paragraph, Table
from tasks.publish.page_pictures import Picture
from tasks.read.decode import decode

MOST_LINES, LONGEST_LINE = 20_000, 100_000
MOST_CELLS = 20_000
"""Lines and cells beyond these are not drawn; the page says so."""
WIDEST = 200
"""Columns or rows one cell may span."""
LONG_ENOUGH = 10
"""Digits that are hardly printed twice by chance."""
_LINES = ("txt", "csv", "markdown")
_NUMERIC = re.compile(r"[-+−]?[\d,，.]+%?")
_TAB = "\t"

Status = Literal["certain", "ocr", "uncertain", "blank", "loose"]
"""How a spot is coloured. `loose`: a number in a table of the file that is no cell of the form."""
Box = tuple[float, float, float, float]
Place = Cell | Paragraph


@dataclass(frozen=True, slots=True)
class Taken:
    """A cell of the reading: the id of its place on the page, where it was read, and what to say of it.

    `row` is the same for the cells of one row of the form; `labels` are the wordings of its label.
    """

    id: str
    where: Mapping[str, Any]
    raw: str
    status: Status
    title: str
    row: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the original. `cells`: ids of the cells read from it; `box` in points as the page is seen."""

    anchor: str
    cells: tuple[str, ...]
    status: Status
    title: str
    box: Box | None = None


Piece = tuple[str, Spot | None]
"""A stretch of text, with its spot if it is one."""


@dataclass(frozen=True, slots=True)
class PageDrawn:
    """A page picture with its boxes; `beside` are spots of the page whose box is not known, with their text."""

    picture: Picture
    spots: tuple[Spot, ...]
    beside: tuple[tuple[str, Spot], ...]


@dataclass(frozen=True, slots=True)
class LineDrawn:
    """A line of a text file in pieces; `spot` where cells were read somewhere in the line."""

    number: int
    pieces: tuple[Piece, ...]
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class CellDrawn:
    """A cell of a table of the file; spans as in the Document."""

    text: str
    row_span: int
    column_span: int
    spot: Spot | None


@dataclass(frozen=True, slots=True)
class BlockDrawn:
    """A paragraph in pieces, or a table (`rows`) of the file, or the name of the sheet that begins here (`caption`)."""

    pieces: tuple[Piece, ...] = ()
    heading: bool = False
    spot: Spot | None = None
    rows: tuple[tuple[CellDrawn, ...], ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """One of three drawings, and for each cell of the reading the anchor of the place it came from."""

    pages: tuple[PageDrawn, ...]
    lines: tuple[LineDrawn, ...]
    blocks: tuple[BlockDrawn, ...]
    anchors: Mapping[str, str]
    shortened: bool = False


def draw_original(
    artifact: Artifact, document: Document, pictures: Sequence[Picture], taken: Sequence[Taken]
) -> Original:
    """Draw the original with a spot for every cell taken from it.

    `pictures` are the pages where the file has pages to show, else empty: a text file is then drawn as its
    lines, everything else as the blocks of its Document.
    """
    spots = _Spots(document, taken)
    if pictures:
        original = _by_pages(document, pictures, spots)
    elif document.format in _LINES and all("line" in cell.where for cell in taken if cell.where):
        original = _by_lines(artifact, document, spots)
    else:
        original = _by_blocks(document, spots)
    there = {spot.anchor for spot in _spots_of(original) if spot is not None}
    kept = {cell: anchor for cell, anchor in original.anchors.items() if anchor in there}
    return replace(original, anchors=kept)


def _spots_of(original: Original) -> Iterator[Spot | None]:
    for page in original.pages:
        yield from page.spots
        yield from (spot for _, spot in page.beside)
    for line in original.lines:
        yield line.spot
        yield from (spot for _, spot in line.pieces)
    for block in original.blocks:
        yield block.spot
        yield from (spot for _, spot in block.pieces)
        yield from (cell.spot for row in block.rows for cell in row)


# ------------------------------------------------------------------------------------------- spots


class _Spots:
    """Hands out the spot of every cell and paragraph of a Document, and keeps which cell went where."""

    def __init__(self, document: Document, taken: Sequence[Taken]) -> None:
        self.anchors: dict[str, str] = {}
        self._count = 0
        wanted: dict[str, list[Taken]] = defaultdict(list)
        for cell in taken:
            if cell.where:
                wanted[_key(cell.where)].append(cell)
        standing: dict[str, list[Place]] = defaultdict(list)
        for place in _places(document):
            if (key := _key(place.locator.as_json())) in wanted:
                standing[key].append(place)
        self._of: dict[int, list[Taken]] = defaultdict(list)
        self.homeless: list[Taken] = []
        """Cells whose place is that of no cell or paragraph."""
        for key, cells in wanted.items():
            by_text = {place.text.strip(): place for place in reversed(standing[key])}
            for cell in cells:
                if here := by_text.get(cell.raw.strip()) or next(iter(standing[key]), None):
                    self._of[id(here)].append(cell)
                else:
                    self.homeless.append(cell)

    def of(self, place: Place) -> Spot | None:
        """Return the spot of a place; None where no number was taken from it and none stands in it."""
        if cells := self._of.get(id(place), []):
            return self.made(cells, place.locator.box)
        text = place.text.strip()
        if isinstance(place, Cell) and _NUMERIC.fullmatch(text):
            title = f"原文“{text}”\n表内数字，未归入统一格式的任何单元格"
            return Spot(self._next(), (), "loose", title, place.locator.box)
        return None

    def within(self, paragraph: Paragraph) -> tuple[list[tuple[int, int, Spot]], Spot | None]:
        """Return the spots in a paragraph that holds a table without borders, and one for what has no sure place."""
        found: list[tuple[int, int, Spot]] = []
        lost: list[Taken] = []
        at = 0
        for _, together in groupby(self._of.get(id(paragraph), []), key=lambda cell: cell.row):
            row = list(together)
            spans = _printed(paragraph.text, row, at)
            if spans:
                at = spans[-1][1]
                found += [(begin, end, self.made(cells, None)) for begin, end, cells in spans]
            else:
                lost += row
        return found, self.made(lost, None) if lost else None

    def made(self, cells: Sequence[Taken], box: Box | None) -> Spot:
        """Return a new spot for cells of the reading."""
        anchor = self._next()
        self.anchors.update((cell.id, anchor) for cell in cells)
        unsure = any(cell.status == "uncertain" for cell in cells)
        status: Status = "uncertain" if unsure else cells[0].status
        return Spot(anchor, tuple(cell.id for cell in cells), status, "\n".join(c.title for c in cells), box)

    def _next(self) -> str:
        self._count += 1
        return f"o{self._count}"


def _places(document: Document) -> Iterator[Place]:
    for block in document.blocks:
        if isinstance(block, Table):
            yield from block.cells
        else:
            yield block


def _printed(text: str, row: Sequence[Taken], begin: int) -> list[tuple[int, int, list[Taken]]]:
    """Return where the numbers of a row stand in running text: right behind its label; empty where that is not sure.

    Without its label a row counts as found where its numbers are long and stand there once.
    """
    raws = ["".join(cell.raw.split()) for cell in row]
    glued = len(row) > 1 and len(set(raws)) == 1 and row[0].status == "uncertain"
    parts = raws[:1] if glued else raws
    if not all(parts):
        return []
    numbers = r"\s*".join(f"({_loosely(part)})" for part in parts)
    for label in row[0].labels:
        behind = re.compile(rf"{_loosely(label)}\s*{numbers}")
        if match := behind.search(text, begin) or behind.search(text):
            break
    else:
        matches = list(islice(re.finditer(numbers, text), 2)) if sum(map(len, parts)) >= LONG_ENOUGH else []
        if len(matches) != 1:
            return []
        match = matches[0]
    spans = [match.span(group) for group in range(1, len(parts) + 1)]
    if glued:
        return [(*spans[0], list(row))]
    return [(*span, [cell]) for span, cell in zip(spans, row, strict=True)]


def _loosely(text: str) -> str:
    return r"\s*".join(re.escape(character) for character in text if not character.isspace())


def _key(where: Mapping[str, Any]) -> str:
    return json.dumps(where, sort_keys=True)


# ----------------------------------------------------------------------------------------- by page


def _by_pages(document: Document, pictures: Sequence[Picture], spots: _Spots) -> Original:
    boxed: dict[int, list[Spot]] = defaultdict(list)
    beside: dict[int, list[tuple[str, Spot]]] = defaultdict(list)
    for place in _places(document):
        if place.locator.page is None or (spot := spots.of(place)) is None:
            continue
        if spot.box is not None:
            boxed[place.locator.page].append(spot)
        else:
            beside[place.locator.page].append((place.text, spot))
    for cell in spots.homeless:
        page, box = cell.where.get("page"), cell.where.get("box")
        if page is not None and box is not None:
            boxed[page].append(spots.made([cell], (box[0], box[1], box[2], box[3])))
        elif page is not None:
            beside[page].append((cell.raw, spots.made([cell], None)))
    pages = tuple(
        PageDrawn(picture, tuple(boxed[picture.number]), tuple(beside[picture.number]))
        for picture in pictures
    )
    return Original(pages, (), (), spots.anchors)


# ----------------------------------------------------------------------------------------- by line


def _by_lines(artifact: Artifact, document: Document, spots: _Spots) -> Original:
    lines = decode(artifact.content)[0].split("\n")
    shown = lines[:MOST_LINES]
    marked: dict[int, list[tuple[int, int, Spot]]] = defaultdict(list)
    whole: dict[int, Spot] = {}
    for block in document.blocks:
        if isinstance(block, Paragraph):
            number = block.locator.line or 0
            if 0 < number <= len(shown):
                within, rest = spots.within(block)
                offset = max(shown[number - 1].find(block.text), 0)
                marked[number] += [(begin + offset, end + offset, spot) for begin, end, spot in within]
                if rest is not None:
                    _add(whole, number, rest, spots)
            continue
        for row, end in _rows(block, len(shown)):
            if (row[0].locator.line or 1) > len(shown):
                break
            for cell, line, span in _found(shown, block, row, end):
                if (spot := spots.of(cell)) is None:
                    continue
                if span is not None:
                    marked[line].append((*span, spot))
                elif spot.cells:
                    _add(whole, line, spot, spots)
    for lost in spots.homeless:
        _add(whole, int(lost.where["line"]), spots.made([lost], None), spots)
    drawn = tuple(
        LineDrawn(number, tuple(_pieces(line[:LONGEST_LINE], marked.get(number, []))), whole.get(number))
        for number, line in enumerate(shown, start=1)
    )
    cut = len(lines) > len(shown) or any(len(line) > LONGEST_LINE for line in shown)
    return Original((), drawn, (), spots.anchors, cut)


def _add(whole: dict[int, Spot], line: int, spot: Spot, spots: _Spots) -> None:
    """Make a line the place of a spot that stands somewhere in it."""
    there = whole.get(line)
    if there is not None:
        status: Status = "uncertain" if "uncertain" in (there.status, spot.status) else there.status
        title = f"{there.title}\n{spot.title}"
        spot = replace(there, cells=there.cells + spot.cells, status=status, title=title)
    whole[line] = spot
    spots.anchors.update((cell, spot.anchor) for cell in spot.cells)


def _rows(table: Table, last: int) -> Iterator[tuple[list[Cell], int]]:
    """Yield the rows of a table of text, each with the line on which the next begins."""
    rows: dict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        if cell.locator.line is not None:
            rows[cell.locator.line].append(cell)
    starts = sorted(rows)
    for start, after in zip(starts, [*starts[1:], last + 1], strict=bool(starts)):
        yield rows[start], after


def _found(
    lines: Sequence[str], table: Table, row: Sequence[Cell], end: int
) -> Iterator[tuple[Cell, int, tuple[int, int] | None]]:
    """Yield each cell of a row with its line and, where it can be told, where in the line it stands."""
    at, begin = row[0].locator.line or 1, 0
    fields = lines[at - 1].split(_TAB) if at <= len(lines) else []
    if [field.strip() for field in fields] == [cell.text.strip() for cell in row]:
        for cell, field in zip(row, fields, strict=True):
            yield cell, at, (begin, begin + len(field))
            begin += len(field) + 1
        return
    for cell in row:
        text, offset = cell.text.strip(), (cell.locator.column or 0) - 1
        span: tuple[int, int] | None = None
        if table.layout == "aligned" and offset >= 0 and text and lines[at - 1].startswith(text, offset):
            span = offset, offset + len(text)
        elif text:
            for number in range(at, min(end, at + len(row) + 1, len(lines) + 1)):
                line = lines[number - 1]
                place = line.find(text, begin if number == at else 0)
                if place >= 0 and (number == at or line.strip() == text):  # further lines hold one cell each
                    at, span = number, (place, place + len(text))
                    break
        begin = span[1] if span else begin
        yield cell, at, span


def _pieces(line: str, marked: Iterable[tuple[int, int, Spot]]) -> Iterator[Piece]:
    at = 0
    for begin, end, spot in sorted(marked, key=lambda mark: mark[:2]):
        if begin < at or end > len(line):
            continue
        if line[at:begin]:
            yield line[at:begin], None
        yield line[begin:end], spot
        at = end
    if line[at:]:
        yield line[at:], None


# ---------------------------------------------------------------------------------------- by block


def _by_blocks(document: Document, spots: _Spots) -> Original:
    blocks: list[BlockDrawn] = []
    left = MOST_CELLS
    sheet: str | None = None
    for block in document.blocks:
        left -= len(block.cells) if isinstance(block, Table) else 1
        if left < 0:
            return Original((), (), tuple(blocks), spots.anchors, True)
        here = block.locator.sheet
        if here is not None and here != sheet:
            sheet = here
            blocks.append(BlockDrawn(caption=f"工作表“{here}”"))
        if isinstance(block, Paragraph):
            within, rest = spots.within(block)
            pieces = tuple(_pieces(block.text, within))
            blocks.append(BlockDrawn(pieces, block.heading_level is not None, rest))
        else:
            blocks.append(BlockDrawn(rows=tuple(_grid(block, spots))))
    return Original((), (), tuple(blocks), spots.anchors)


def _grid(table: Table, spots: _Spots) -> Iterator[tuple[CellDrawn, ...]]:
    """Yield the rows of a table as HTML wants them; where the file has no cell an empty one fills the gap."""
    rows: dict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        rows[cell.row].append(cell)
    reaching: list[tuple[int, int, int]] = []  # (first column, column after, row after) of cells from above
    after = -1
    for number in sorted(rows):
        for skipped in range(after + 1, number):
            if not any(span[2] > skipped for span in reaching):
                break
            yield ()  # a row that cells from above fill; without them it is left out
        after = number
        reaching = [span for span in reaching if span[2] > number]
        drawn: list[CellDrawn] = []
        at = 0
        for cell in sorted(rows[number], key=lambda c: c.column):
            drawn += [CellDrawn("", 1, min(gap, WIDEST), None) for gap in _gaps(at, cell.column, reaching)]
            high, wide = min(cell.row_span, WIDEST), min(cell.column_span, WIDEST)
            drawn.append(CellDrawn(cell.text, high, wide, spots.of(cell)))
            at = cell.column + wide
            if high > 1:
                reaching.append((cell.column, at, number + high))
        yield tuple(drawn)


def _gaps(begin: int, end: int, taken: Sequence[tuple[int, int, int]]) -> Iterator[int]:
    """Yield the widths of the free stretches between two columns."""
    for first, after, _ in sorted(taken):
        if first >= end:
            break
        if first > begin:
            yield first - begin
        begin = max(begin, after)
    if begin < end:
        yield end - begin
