"""Markdown: headings, pipe tables, and the tab tables that conversions put into it."""

from __future__ import annotations

import re

from models.document import Artifact, Block, Cell, Document, Locator, Paragraph, Table
from tasks.read import text as plain
from tasks.read.decode import decode

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"^\s*\|?(\s*:?-{2,}:?\s*\|)+\s*(:?-{2,}:?)?\s*$")
_ITEM = re.compile(r"^\s{0,3}[-*+]\s+(?=\S)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def read(artifact: Artifact) -> Document:
    """Read a Markdown file."""
    text, notes = decode(artifact.content)
    lines = text.split("\n")
    blocks: list[Block] = []
    plain_lines: dict[int, str] = {}

    def flush() -> None:
        if plain_lines:
            # line numbers stay true: everything else is blanked out
            kept = [plain_lines.get(i, "") for i in range(max(plain_lines) + 1)]
            blocks.extend(plain.blocks(kept))
            plain_lines.clear()

    index = 0
    while index < len(lines):
        line = lines[index]
        heading = _HEADING.match(line)
        if heading:
            flush()
            words = _BOLD.sub(r"\1", heading.group(2))
            blocks.append(Paragraph(words, len(heading.group(1)), Locator(line=index + 1)))
        elif line.lstrip().startswith("|"):
            flush()
            end = index
            while end < len(lines) and lines[end].lstrip().startswith("|"):
                end += 1
            blocks.append(_table(lines, index, end))
            index = end
            continue
        else:
            plain_lines[index] = _BOLD.sub(r"\1", line if "\t" in line else _ITEM.sub("", line))
        index += 1
    flush()
    return Document(tuple(blocks), "markdown", (), notes)


def _table(lines: list[str], start: int, end: int) -> Table:
    cells: list[Cell] = []
    row = width = 0
    for index in range(start, end):
        if _RULE.match(lines[index]):
            continue
        inner = lines[index].strip()
        inner = inner[1:] if inner.startswith("|") else inner
        inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
        fields = [field.replace("\\|", "|").strip() for field in re.split(r"(?<!\\)\|", inner)]
        for column, field in enumerate(fields):
            text = _BOLD.sub(r"\1", re.sub(r"<br\s*/?>", "\n", field))
            cells.append(
                Cell(text, row, column, locator=Locator(row=row + 1, column=column + 1, line=index + 1))
            )
        width = max(width, len(fields))
        row += 1
    return Table(tuple(cells), row, width, "delimited", Locator(line=start + 1))
