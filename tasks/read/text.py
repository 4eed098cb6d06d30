"""Plain text: prose, tables made of tabs, of one cell a line, or of spaces (``pdftotext -layout``)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.document import Artifact, Block, Cell, Document, Layout, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from tasks.read import comma
from tasks.read.decode import damaged, decode

MOST_BLOCKS, MOST_FIELDS, MOST_FIELDS_A_LINE = 50_000, 50_000, 1000
LONG = "文本过长，不像是年度报告，未予读取；请只提交年度报告本身。"
CROWDED = "文本中的表格过大，不像是年度报告，未予读取；请只提交年度报告本身。"

_PREAMBLE = re.compile(
    r"^(标题|发布时间|发布日期|文号|发布机构|来源|栏目|原文链接|网址|本地目录|链接)\s*[:：]\s*(.*)$"
)
_METADATA = {"标题": "title", "发布时间": "published_on", "发布日期": "published_on", "发布机构": "publisher",
             "原文链接": "url", "网址": "url"}  # fmt: skip
_FENCE = re.compile(r"^={6,}.*$")
_GAP = re.compile(r"[ \u3000\xa0]{2,}")
_NUMBER = re.compile(r"[-+]?[\d,.]+|[/\-—]")
_CLOSES = re.compile(r'^[^"]*"(?:\t|$)')
_LONELY = re.compile(r"^\t[^\t]*$")
_MARKUP_IN_JSON = re.compile(r"\\u003c\s*(?:table|p|div)\b", re.I)
_LONGEST_QUOTED = 8  # lines that one quoted cell may take
_SENTENCE_END = re.compile(r"[。；;！!？?：:]$")

Row = tuple[int, list[tuple[str, int]]]
"""(line number, fields with the offset each starts at)"""


def read(artifact: Artifact) -> Document:
    """Read a text file. Raises ReadError past 50,000 cells."""
    text, notes = decode(artifact.content)
    if text.lstrip()[:1] in ("{", "[") and _MARKUP_IN_JSON.search(text):
        from tasks.read import html  # what a site's interface gives: the page as a string

        return html.page(text, notes)
    lines = text.split("\n")
    if delimiter := comma.delimiter_of(lines):
        return Document(tuple(comma.blocks(text, delimiter)), "txt", (), notes)
    start, metadata = _preamble(lines)
    return Document(tuple(blocks(lines, start)), "txt", tuple(metadata), notes)


def _preamble(lines: Sequence[str]) -> tuple[int, list[tuple[str, str]]]:
    """Return where the text begins below the “标题: …” lines of a crawl, and what those lines say."""
    metadata: list[tuple[str, str]] = []
    for number, line in enumerate(lines[:30]):
        if _FENCE.match(line) and metadata:
            return number + 1, metadata
        match = _PREAMBLE.match(line)
        if match and match.group(1) in _METADATA and match.group(2).strip():
            metadata.append((_METADATA[match.group(1)], match.group(2).strip()))
        elif not match and line.strip() and not metadata:
            break
    return 0, []


def blocks(lines: Sequence[str], start: int = 0, before: int = 0) -> list[Block]:
    """Return paragraphs and tables of the lines from `start` on, in order; `before` lines stand above them.

    Raises ReadError past 50,000 cells or lines.
    """
    lines, numbers = _unbroken(lines, start, before)
    lonely = sum(bool(_LONELY.match(line)) for line in lines) >= 30
    found: list[Block] = []
    rows: list[Row] = []
    layout: Layout = "delimited"
    left = MOST_FIELDS

    def close() -> None:
        nonlocal rows
        if rows:
            found.append(_table(rows, layout))
            rows = []

    def begin(wanted: Layout) -> None:
        nonlocal layout
        if layout != wanted:
            close()
        layout = wanted

    group: list[tuple[str, int]] = []
    group_line = 0
    if len(lines) > MOST_BLOCKS and sum(bool(line.strip()) for line in lines) > MOST_BLOCKS:
        raise ReadError(ErrorKind.TOO_LARGE, LONG)
    for index, (line, number) in enumerate(zip(lines, numbers, strict=True)):
        if lonely:
            if _LONELY.match(line):
                group_line = group_line if group else number
                group.append((_unquoted(line[1:]), len(group)))
                continue
            if group and line.strip() and _continues_cell(lines, index):
                group.append((line.strip(), len(group)))  # a cell whose tab the conversion lost
                continue
            if group:
                begin("delimited")
                rows.append((group_line, group))
                group = []
        if not line.strip():
            continue
        if "\t" in line:
            begin("delimited")
            fields = line.split("\t")
            if len(fields) > MOST_FIELDS_A_LINE:
                fields = line.rstrip().split("\t")
            left -= len(fields)
            if left < 0 or len(fields) > MOST_FIELDS_A_LINE:
                raise ReadError(ErrorKind.TOO_LARGE, CROWDED)
            rows.append((number, [(_unquoted(field), at) for at, field in enumerate(fields)]))
            continue
        fragments = _fragments(line)
        left -= len(fragments) if len(fragments) > 1 else 0
        if left < 0 or len(fragments) > MOST_FIELDS_A_LINE:
            raise ReadError(ErrorKind.TOO_LARGE, CROWDED)
        if len(fragments) > 1 or (rows and layout == "aligned" and _is_piece(lines, index, fragments)):
            begin("aligned")
            rows.append((number, fragments))
            continue
        close()
        found.append(Paragraph(line.strip(" \u3000\xa0"), locator=Locator(line=number)))
    if group:
        begin("delimited")
        rows.append((group_line, group))
    close()
    return found


def _unbroken(lines: Sequence[str], start: int, before: int) -> tuple[list[str], list[int]]:
    """Join the lines of a quoted cell, as Excel copies one with breaks in it; return lines and their numbers."""
    joined: list[str] = []
    numbers: list[int] = []
    index = start
    while index < len(lines):
        line = lines[index]
        end = _end_of_quoted(lines, index) if '"' in line else index
        joined.append("\n".join(lines[index : end + 1]) if end > index else line)
        numbers.append(before + index + 1)
        index = end + 1
    return joined, numbers


def _end_of_quoted(lines: Sequence[str], index: int) -> int:
    """Return the line on which the quoted cell ends that `index` leaves open, `index` itself if none is."""
    end = index
    tail = lines[index].rsplit("\t", 1)[-1]
    tabbed = "\t" in lines[index]
    while tail.startswith('"') and tail.count('"') % 2 == 1:
        close = next(
            (
                n
                for n in range(end + 1, min(end + _LONGEST_QUOTED, len(lines)))
                if lines[n].count('"') and _CLOSES.search(lines[n])
            ),
            None,
        )
        if close is None or (not tabbed and "\t" not in lines[close]):
            return index
        end = close
        tail = lines[end].rsplit("\t", 1)[-1] if "\t" in lines[end] else ""
        tabbed = True
    return end


def _unquoted(field: str) -> str:
    if len(field) >= 2 and field.startswith('"') and field.endswith('"'):
        return field[1:-1].replace('""', '"')
    return field


def _continues_cell(lines: Sequence[str], index: int) -> bool:
    """Say whether a line without its tab stands in the middle of a row of one-cell lines."""
    following = next((line for line in lines[index + 1 :] if line.strip(" \n")), "")
    return bool(_LONELY.match(following)) and not _SENTENCE_END.search(lines[index].strip())


def _fragments(line: str) -> list[tuple[str, int]]:
    """Cut a line at gaps of two or more spaces; prose that is only indented stays whole."""
    indent = len(line) - len(line.lstrip(" \u3000\xa0"))
    body = line.strip(" \u3000\xa0")
    pieces: list[tuple[str, int]] = []
    at = 0
    for gap in [*_GAP.finditer(body), None]:
        end = gap.start() if gap else len(body)
        if body[at:end]:
            pieces.append((body[at:end], indent + at))
        at = gap.end() if gap else end
    longest = max((len(text) for text, _ in pieces), default=0)
    if len(pieces) == 2 and longest > 45:  # a sentence with a wide space in it
        return [(body, indent)]
    return pieces


def _is_piece(lines: Sequence[str], index: int, fragments: list[tuple[str, int]]) -> bool:
    """Say whether a short line inside an aligned table is a wrapped label or a piece of a stub."""
    text, _ = fragments[0]
    if len(text) > 24 or _SENTENCE_END.search(text) or re.match(r"[一二三四五六]、", text):
        return False
    following = [line for line in lines[index + 1 : index + 6] if line.strip()]
    return any(len(_fragments(line)) > 1 for line in following)


def _table(rows: Sequence[Row], layout: Layout) -> Table:
    cells = [
        Cell(
            text,
            r,
            c,
            locator=Locator(row=r + 1, column=(offset + 1 if layout == "aligned" else c + 1), line=line),
            alternative=damaged(text),
        )
        for r, (line, fields) in enumerate(rows)
        for c, (text, offset) in enumerate(fields)
    ]
    return Table(
        tuple(cells), len(rows), max(len(fields) for _, fields in rows), layout, Locator(line=rows[0][0])
    )
