"""OFD (GB/T 33190): text and ruled tables over page breaks with their heads repeated, and single objects for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from samples.make.packing import packed
from samples.make.report import Grid, Heading, Part

NAMESPACE = "http://www.ofdspec.org/2016"
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 18.0
"""Millimetres, as everything here."""
_BOTTOM = HEIGHT - 22.0
_CELL, _LINE, _PADDING = 2.8, 3.6, 0.8
_SIZES = {"title": (5.6, 9.0), "heading": (4.2, 8.0), "prose": (3.9, 6.4), "signature": (3.9, 6.4)}
_WIDTHS: dict[str, list[float]] = {"t3": [14, 18, 44, *[14] * 7], "t4": [11.6] * 15}


def text(x: float, y: float, size: float, printed: str, **attributes: str) -> str:
    """Return a line of text whose first character stands at x, with its top at y."""
    width = sum(_advance(character, size) for character in printed)
    steps = [_advance(character, size) for character in printed[:-1]]
    delta = f' DeltaX="{grouped(steps)}"' if steps else ""
    more = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return (
        f'<ofd:TextObject ID="0" Boundary="{x:.2f} {y:.2f} {width:.2f} {size * 1.1:.2f}" Font="1"'
        f' Size="{size}"{more}><ofd:TextCode X="0" Y="{size * 0.85:.3f}"{delta}>{escape(printed)}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def grouped(steps: Iterable[float]) -> str:
    """Return distances as an OFD file lists them: ``g 4 2.8`` for four times 2.8."""
    runs = [(step, len(list(run))) for step, run in groupby(f"{step:.2f}" for step in steps)]
    return " ".join(f"g {count} {step}" if count > 2 else " ".join([step] * count) for step, count in runs)


def rule(x0: float, y0: float, x1: float, y1: float) -> str:
    """Return a straight stroke."""
    return (
        f'<ofd:PathObject ID="0" Boundary="{x0:.2f} {y0:.2f} {x1 - x0:.2f} {y1 - y0:.2f}" LineWidth="0.25">'
        f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0:.2f} {y1 - y0:.2f}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def page(objects: Iterable[str], area: str = "", before: str = "") -> str:
    """Return the content of a page; `before` stands ahead of its content (Template, PageRes)."""
    numbered = "".join(
        item.replace('ID="0"', f'ID="{number}"', 1) for number, item in enumerate(objects, start=100)
    )
    size = f"<ofd:Area><ofd:PhysicalBox>{area}</ofd:PhysicalBox></ofd:Area>" if area else ""
    layer = f'<ofd:Content><ofd:Layer ID="9" Type="Body">{numbered}</ofd:Layer></ofd:Content>'
    return f'<ofd:Page xmlns:ofd="{NAMESPACE}">{size}{before}{layer}</ofd:Page>'


def package(
    pages: Sequence[str], title: str = "", common: str = "", more: Mapping[str, bytes] | None = None
) -> bytes:
    """Return an OFD file of these pages; `common` goes into CommonData, `more` are further parts."""
    listed = "".join(
        f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>' for number in range(len(pages))
    )
    parts = {
        "OFD.xml": f'<ofd:OFD xmlns:ofd="{NAMESPACE}" DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:Title>{escape(title)}</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document xmlns:ofd="{NAMESPACE}"><ofd:CommonData><ofd:MaxUnitID>9999'
        f"</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 {WIDTH:g} {HEIGHT:g}</ofd:PhysicalBox>"
        f"</ofd:PageArea>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        **{f"Doc_0/Pages/Page_{number}/Content.xml": content for number, content in enumerate(pages)},
    }
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return packed({**{name: (head + part).encode() for name, part in parts.items()}, **(more or {})})


def grid_objects(rows: Sequence[Sequence[str]], widths: Sequence[float], x: float, y: float) -> list[str]:
    """Return a ruled table without merged cells, each row 8 mm high."""
    xs = [x]
    for width in widths:
        xs.append(xs[-1] + width)
    ys = [y + 8.0 * row for row in range(len(rows) + 1)]
    drawn = [rule(xs[0], level, xs[-1], level) for level in ys] + [rule(at, ys[0], at, ys[-1]) for at in xs]
    for top, row in zip(ys, rows, strict=False):
        drawn += [text(left + 1, top + 2, 3.5, words) for left, words in zip(xs, row, strict=False) if words]
    return drawn


def document(parts: Sequence[Part]) -> bytes:
    """Return an OFD file; the same parts give the same bytes."""
    pages = _Pages()
    title = ""
    for part in parts:
        if isinstance(part, Grid):
            _table(pages, part)
            pages.down(4)
            continue
        role = "heading" if isinstance(part, Heading) else part.role
        title = title or (part.text if role == "title" else "")
        size, leading = _SIZES[role]
        indent = 2 * size if role == "prose" else 0.0
        for line in _wrapped(part.text, WIDTH - 2 * MARGIN - indent, size):
            pages.room(leading)
            pages.objects.append(text(MARGIN + indent, pages.at, size, line))
            pages.down(leading)
            indent = 0.0
    return package([page(objects) for objects in pages.finished()], title)


class _Pages:
    """Pages filled from the top."""

    def __init__(self) -> None:
        self._done: list[list[str]] = []
        self.objects: list[str] = []
        self.at = MARGIN

    def down(self, height: float) -> None:
        self.at += height

    def room(self, height: float) -> bool:
        """Begin a page where `height` does not fit; say whether one was begun."""
        if self.at + height <= _BOTTOM:
            return False
        self._end()
        return True

    def _end(self) -> None:
        number = f"- {len(self._done) + 1} -"
        self._done.append([*self.objects, text(WIDTH / 2 - 4, HEIGHT - 14, 3.2, number)])
        self.objects, self.at = [], MARGIN

    def finished(self) -> list[list[str]]:
        if self.objects:
            self._end()
        return self._done


def _advance(character: str, size: float) -> float:
    return size / 2 if character.isascii() else size


def _wrapped(printed: str, room: float, size: float) -> list[str]:
    lines, used = [""], 0.0
    for character in printed:
        wide = _advance(character, size)
        if used + wide > room:
            lines.append("")
            used = 0.0
        lines[-1] += character
        used += wide
    return lines


def _table(pages: _Pages, grid: Grid) -> None:
    columns = max(len(row) for row in grid.rows)
    widths = _WIDTHS.get(grid.name, [(WIDTH - 2 * MARGIN) / columns] * columns)
    xs = [MARGIN + sum(widths[:column]) for column in range(columns + 1)]
    owner = {(r, c): (r, c) for r in range(len(grid.rows)) for c in range(columns)}
    reach = {}
    for r, c, rows, wide in grid.spans:
        owner.update({(i, j): (r, c) for i in range(r, r + rows) for j in range(c, c + wide)})
        reach[r, c] = (rows, wide)
    printed = {(r, c): words for r, row in enumerate(grid.rows) for c, words in enumerate(row) if words}
    lines = {
        (r, c): _wrapped(words, sum(widths[c : c + reach.get((r, c), (1, 1))[1]]) - 2 * _PADDING, _CELL)
        for (r, c), words in printed.items()
    }
    heights = [
        max((len(ls) for (i, c), ls in lines.items() if i == r and reach.get((i, c), (1, 1))[0] == 1), default=1)
        * _LINE + 2 * _PADDING
        for r in range(len(grid.rows))
    ]  # fmt: skip
    shown: list[int] = []
    for r, height in enumerate(heights):
        if pages.at + height > _BOTTOM:
            _draw(pages, shown, xs, heights, owner, lines)
            shown = []
            pages.room(height)
            if r >= grid.heads:
                shown = list(range(grid.heads))
                pages.down(sum(heights[: grid.heads]))
        shown.append(r)
        pages.down(height)
    _draw(pages, shown, xs, heights, owner, lines)


def _draw(
    pages: _Pages, shown: Sequence[int], xs: Sequence[float], heights: Sequence[float],
    owner: Mapping[tuple[int, int], tuple[int, int]], lines: Mapping[tuple[int, int], list[str]],
) -> None:  # fmt: skip
    """Draw some rows of a table so that they end where the page stands now."""
    columns = len(xs) - 1
    ys = [pages.at - sum(heights[r] for r in shown)]
    for r in shown:
        ys.append(ys[-1] + heights[r])
    written = set()
    for place, r in enumerate(shown):
        above = shown[place - 1] if place else None
        for c in range(columns):
            home = owner[r, c]
            if above is None or owner[above, c] != home:
                pages.objects.append(rule(xs[c], ys[place], xs[c + 1], ys[place]))
            if c == 0 or owner[r, c - 1] != home:
                pages.objects.append(rule(xs[c], ys[place], xs[c], ys[place + 1]))
            if home == (r, c) or (above is None and home not in written):
                written.add(home)
                for n, line in enumerate(lines.get(home, ())):
                    y = ys[place] + _PADDING + n * _LINE
                    if home == (r, c):
                        pages.objects.append(text(xs[c] + _PADDING, y, _CELL, line))
        pages.objects.append(rule(xs[-1], ys[place], xs[-1], ys[place + 1]))
    pages.objects.append(rule(xs[0], ys[-1], xs[-1], ys[-1]))
