"""The prose of a report as paragraphs: each with the section it stands in, tables and section headings left out.

Text that a conversion broke into printed lines is put together again, so that a sentence is whole; nothing else is
changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from models.document import Locator
from tasks.extract.headings import Part
from tasks.extract.identity import Identity
from tasks.extract.lines import Line
from tasks.extract.wording import fold

_ENDS = "。！？：!?:…"
_CLOSING = "”’」』）)》】"
_BEGINS = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．](?!\d)|[一二三四五六七八九十]{1,2}是|第[一二三四五六七八九十]+|[-•●·])"
)
_SHORTEST_WRAPPED = 16
"""A printed line that ends without punctuation and is shorter than this is a heading or an entry, not a wrapped one."""
_DATE = re.compile(r"[12]\d{3}年\d{1,2}月\d{1,2}日|[二〇○零一三四五六七八九]{4}年.{1,3}月.{1,3}日")
_LAST_LINES = 6
_SPACES = re.compile(r"\s+")
_CHINESE = r"\u3400-\u9fff，。、；：（）《》〈〉“”"
_BETWEEN_CHINESE = re.compile(f"(?<=[{_CHINESE}]) +(?=[{_CHINESE}])")


def paragraph_rows(
    lines: Sequence[Line],
    parts: Sequence[Part],
    before: Sequence[int],
    tables: AbstractSet[int],
    identity: Identity,
) -> list[dict[str, Any]]:
    """Return rows of `models.facts.PARAGRAPHS` without ``submission``.

    `tables` are the lines that were read as tables, `before` those before the first section heading. The section
    ``title`` holds what the title was read from, ``signature`` the agency and date at the end.
    """
    rows: list[dict[str, Any]] = []
    title = fold(identity.title or "")
    last = parts[-1] if parts else None
    for section, indexes in [("intro", before), *((part.key, part.lines) for part in parts)]:
        prose = [i for i in indexes if i not in tables and _is_prose(lines[i])]
        signed = _signature(lines, prose, identity) if last is None or indexes is last.lines else set()
        for text, locator, here in _joined(lines, prose, section, title, signed):
            rows.append(
                {
                    "paragraph": len(rows) + 1,
                    "section": here,
                    "text": text,
                    "where": json.dumps(locator.as_json(), ensure_ascii=False, sort_keys=True),
                }
            )
    return rows


def _is_prose(line: Line) -> bool:
    return line.layout == "prose" and line.table is None and bool(fold(line.text))


def _joined(
    lines: Sequence[Line], indexes: Sequence[int], section: str, title: str, signed: AbstractSet[int]
) -> list[tuple[str, Locator, str]]:
    found: list[tuple[str, Locator, str]] = []
    previous: int | None = None
    for index in indexes:
        text = _folded(lines[index].text)
        is_title = section == "intro" and bool(title) and fold(text) in title and len(fold(text)) >= 4
        here = "title" if is_title else "signature" if index in signed else section
        if (
            found
            and previous == index - 1
            and found[-1][2] == here == section
            and _is_wrapped(found[-1][0])
            and not _BEGINS.match(text)
        ):
            found[-1] = (_folded(f"{found[-1][0]} {text}"), found[-1][1], here)
        else:
            found.append((text, lines[index].locator, here))
        previous = index
    return found


def _is_wrapped(text: str) -> bool:
    return len(text) >= _SHORTEST_WRAPPED and text.rstrip(_CLOSING)[-1:] not in _ENDS


def _folded(text: str) -> str:
    return _BETWEEN_CHINESE.sub("", _SPACES.sub(" ", text).strip())


def _signature(lines: Sequence[Line], prose: Sequence[int], identity: Identity) -> set[int]:
    """The last short lines that hold no more than the agency's name or a date."""
    agency = fold(identity.agency or "")
    signed: set[int] = set()
    for index in reversed(prose[-_LAST_LINES:]):
        text = fold(lines[index].text)
        if _DATE.fullmatch(text) or (agency and text == agency):
            signed.add(index)
        elif signed:
            break
    return signed
