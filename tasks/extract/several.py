"""One file that holds several reports: a yearbook of a district's bureaus, or two years in one document."""

from __future__ import annotations

import re
from dataclasses import replace

from expectations.template import TEMPLATE_IDS, load
from models.document import Block, Document, Paragraph
from tasks.extract.headings import cut_at_headings, find_parts
from tasks.extract.identity import agency_of_title, titles
from tasks.extract.lines import lines
from tasks.extract.wording import fold

_FEWEST_PARTS = 3
"""A title that fewer parts of the form follow stands in a list of contents, or above an annex."""
_LONGEST_AGENCY = 40
_MAY_BE_TITLE = re.compile(r"20\d\d.{0,60}报告", re.S)


def split(document: Document) -> tuple[Document, ...]:
    """Return the reports that a document holds, in order: itself when it is one report or none.

    A report begins at a title with a year that at least three parts of the form follow; the same title again
    (a running head) begins nothing. What stands before the first of several reports belongs to none of them.
    """
    starts = _starts(document.blocks)
    if len({title for _, title in starts}) < 2:
        return (document,)
    ends = [at for at, _ in starts[1:]] + [len(document.blocks)]
    reports: list[tuple[str, list[Block]]] = []
    for (at, title), end in zip(starts, ends, strict=True):
        blocks = list(document.blocks[at:end])
        if reports and (title == reports[-1][0] or not _is_report(blocks)):
            reports[-1][1].extend(blocks)
        elif reports or _is_report(blocks):
            reports.append((title, blocks))
    if len(reports) < 2:
        return (document,)
    metadata = tuple((key, value) for key, value in document.metadata if key != "title")
    return tuple(replace(document, blocks=tuple(blocks), metadata=metadata) for _, blocks in reports)


def _starts(blocks: tuple[Block, ...]) -> list[tuple[int, str]]:
    """Return (block, folded title) of every line that is a report's title with its year."""
    found: list[tuple[int, str]] = []
    for at, block in enumerate(blocks):
        if not isinstance(block, Paragraph) or not _MAY_BE_TITLE.search(fold(block.text)):
            continue
        for _, text in titles(lines(Document((block,), ""))):
            begin, whole = at, text
            before = blocks[at - 1] if at else None
            if (
                not agency_of_title(text)
                and isinstance(before, Paragraph)
                and len(before.text.strip()) <= _LONGEST_AGENCY
                and agency_of_title(before.text.strip() + text)
            ):
                begin, whole = at - 1, before.text.strip() + text  # agency and title on lines of their own
            if re.search(r"20\d\d年", fold(whole)):
                found.append((begin, fold(whole)))
                break
    return found


def _is_report(blocks: list[Block]) -> bool:
    """Say whether enough parts of the form follow."""
    printed = lines(Document(tuple(blocks), ""))
    sections = load(TEMPLATE_IDS[0]).sections  # the headings of both forms are the same
    parts, _ = find_parts(cut_at_headings(printed, sections), sections)
    return len({part.key for part in parts if part.key != "extra"}) >= _FEWEST_PARTS
