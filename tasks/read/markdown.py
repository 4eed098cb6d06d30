"""Markdown: headings, pipe and grid tables, tables in markup, and the tab tables that conversions put into it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.document import Artifact, Block, Cell, Document, Layout, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import html_page, html_tree, markdown_grid
from tasks.read import text as plain
from tasks.read.comma import stands_under_heads
from tasks.read.decode import damaged, decode

_HEADING = re.compile(r"^\s{0,3}(#{1,6})(?:\s+|(?=[一二三四五六]、))(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^\s{0,3}(=+|-{3,})\s*$")
_RULE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$")
_ITEM = re.compile(r"^\s{0,3}[-*+]\s+(?=\S)")
_BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_BREAK = re.compile(r"<br\s*/?>", re.I)
_TAG = re.compile(r"</?[a-zA-Z][\w:-]*(?:\s[^<>]*)?/?>")
_PIPE = re.compile(r"(?<!\\)\|")
_TABLE_BEGINS = re.compile(r"<\s*table\b", re.I)
_TABLE_TAG = re.compile(r"<\s*(/?)\s*table\b[^>]*>", re.I)
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")


def read(artifact: Artifact) -> Document:
    """Read a Markdown file."""
    text, notes = decode(artifact.content)
    return Document(tuple(blocks(text.split("\n"))), "markdown", (), notes)


def blocks(lines: Sequence[str], before: int = 0) -> list[Block]:
    """Return paragraphs and tables in order; `before` lines stand above. Raises ReadError past 50,000 cells."""
    found: list[Block] = []
    pending = 0  # the first line that is not in a block yet
    index = 0
    tables = 0
    while index < len(lines):
        taken: tuple[list[Block], int] | None = None
        line = lines[index]
        if _TABLE_BEGINS.search(line):
            taken = _markup(lines, index, tables)
            tables += sum(isinstance(block, Table) for block in taken[0])
        elif heading := _HEADING.match(line):
            words = _words(heading.group(2))
            taken = [Paragraph(words, len(heading.group(1)), Locator(line=before + index + 1))], index + 1
        elif markdown_grid.BORDER.match(line):
            taken = _grid_table(lines, index, before)
        elif "|" in line and (end := _end_of_pipes(lines, index)):
            taken = _pipe_table(lines, index, end, before), end
        elif (
            index + 1 < len(lines)
            and line.strip()
            and (mark := _UNDERLINE.match(lines[index + 1]))
            and "\t" not in line
            and _stands_alone(lines, index)
        ):
            level = 1 if mark.group(1)[0] == "=" else 2
            taken = [Paragraph(_words(line.strip()), level, Locator(line=before + index + 1))], index + 2
        if taken is None:
            index += 1
            continue
        found.extend(_plain(lines, pending, index, before))
        found.extend(taken[0])
        index = pending = max(taken[1], index + 1)
    found.extend(_plain(lines, pending, len(lines), before))
    return found


def _stands_alone(lines: Sequence[str], index: int) -> bool:
    return index == 0 or not lines[index - 1].strip() or bool(_HEADING.match(lines[index - 1]))


def _plain(lines: Sequence[str], start: int, end: int, before: int) -> list[Block]:
    kept: list[str] = []
    for line in lines[start:end]:
        if _FENCE.match(line):
            kept.append("")
            continue
        kept.append(_words(line if "\t" in line else _ITEM.sub("", line)))
    return plain.blocks(kept, before=before + start)


def _words(text: str) -> str:
    """Return what is printed of a line: marks of bold text, links and stray tags taken off."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", text))
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    return _BOLD.sub(r"\1\2", text) if "**" in text or "__" in text else text


# ------------------------------------------------------------------------------------------ pipe tables


def _end_of_pipes(lines: Sequence[str], start: int) -> int | None:
    """Return where the pipe table ends that begins at `start`; None where none begins.

    Without outer pipes a table needs a ruling below its first row, or two rows of as many pipes and more.
    """
    if lines[start].lstrip().startswith("|"):
        end = start
        while end < len(lines) and lines[end].lstrip().startswith("|"):
            end += 1
        return end
    pipes = len(_PIPE.findall(lines[start]))
    following = lines[start + 1] if start + 1 < len(lines) else ""
    ruled = bool(_RULE.match(following)) and "|" in following
    if not ruled and (pipes < 2 or len(_PIPE.findall(following)) != pipes):
        return None
    end = start
    while end < len(lines) and lines[end].strip() and _PIPE.search(lines[end]):
        end += 1
    return end


def _pipe_table(lines: Sequence[str], start: int, end: int, before: int) -> list[Block]:
    edged = all(lines[i].rstrip().endswith("|") for i in range(start, end) if not _RULE.match(lines[i]))
    rows: list[tuple[int, list[str]]] = []
    closed = all(
        lines[i].strip().startswith("|") and lines[i].strip().endswith("|") for i in range(start, end)
    )
    for index in range(start, end):
        if _RULE.match(lines[index]):
            continue
        line = lines[index].strip()
        inner = line
        inner = inner[1:] if inner.startswith("|") else inner
        if inner.endswith("|") and not inner.endswith("\\|") and (line.startswith("|") or edged):
            inner = inner[:-1]  # else it parts the last cell, which is blank
        rows.append((index, [_cell(field) for field in _PIPE.split(inner)]))
    return [_table(rows, closed, start, before)] if rows else []


def _cell(field: str) -> str:
    text = _BREAK.sub("\n", field.replace("\\|", "|"))
    return "\n".join(_words(line).strip() for line in text.split("\n")).strip()


def _table(rows: Sequence[tuple[int, list[str]]], closed: bool, start: int, before: int) -> Table:
    """Make a table of rows; its columns are trusted where every row has as many and numbers stand under heads."""
    widths = {len(fields) for _, fields in rows}
    sure = closed and len(widths) == 1 and stands_under_heads([fields for _, fields in rows])
    layout: Layout = "ruled" if sure else "delimited"
    if sum(len(fields) for _, fields in rows) > plain.MOST_FIELDS:
        raise ReadError(ErrorKind.TOO_LARGE, plain.CROWDED)
    cells = [
        Cell(
            text,
            r,
            c,
            locator=Locator(row=r + 1, column=c + 1, line=before + index + 1),
            alternative=damaged(text),
        )
        for r, (index, fields) in enumerate(rows)
        for c, text in enumerate(fields)
    ]
    return Table(tuple(cells), len(rows), max(widths, default=0), layout, Locator(line=before + start + 1))


def _grid_table(lines: Sequence[str], start: int, before: int) -> tuple[list[Block], int]:
    drawn, end = markdown_grid.table(lines, start, before)
    if drawn is not None:
        return [drawn], end
    rows = [i for i in range(start, end) if not lines[i].lstrip().startswith("+")]
    fields = [(i, [_cell(field) for field in lines[i].strip().strip("|").split("|")]) for i in rows]
    return ([_table(fields, False, start, before)] if fields else []), end


# ---------------------------------------------------------------------------------------------- markup


def _markup(lines: Sequence[str], start: int, tables: int) -> tuple[list[Block], int]:
    """Read the table in markup that begins on line `start`, with what else stands on its lines."""
    depth = 0
    end = start
    while end < len(lines):
        for tag in _TABLE_TAG.finditer(lines[end]):
            depth += -1 if tag.group(1) else 1
        end += 1
        if depth <= 0:
            break
    fragment = "\n".join(lines[start:end])
    items = html_page.walk(html_tree.prune(html_tree.parse(fragment)), tables)
    return items.blocks(), end
