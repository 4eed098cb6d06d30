"""The six parts of a report: where each heading stands and the prose below it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rapidfuzz import fuzz

from expectations.template import Section
from tasks.extract.lines import Field, Line
from tasks.extract.wording import core, fold, fold_with_positions, numbering

LONGEST_HEADING = 40
NEAR = 85.0  # rapidfuzz ratio from which a heading is taken for the official one (catalogue STR-01)
_CHINESE_ORDER = "一二三四五六七八九十"
_ROWS_WITH_NUMERALS = frozenset(
    {"本年新收政府信息公开申请数量", "上年结转政府信息公开申请数量", "本年度办理结果", "结转下年度继续办理"}
)
_MAY_HOLD = re.compile(r"[一二三四五六]\s*[、﹑､]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading found: line index, section key (``extra`` for 七、…), wording as printed, how it matched."""

    line: int
    key: str
    text: str
    numeral: str | None
    match: str


@dataclass(slots=True)
class Part:
    """One section of a report with the lines that stand below its heading."""

    key: str
    heading: Heading
    lines: list[int] = field(default_factory=list)
    occurrences: int = 1


def cut_at_headings(lines: Sequence[Line], sections: Sequence[Section]) -> list[Line]:
    """Cut prose lines in which headings are run together with text, so that each heading is a line."""
    cut: list[Line] = []
    for line in lines:
        text = line.fields[0].text
        places = (
            _embedded(text, sections)
            if line.layout == "prose" and _MAY_HOLD.search(unicodedata.normalize("NFKC", text))
            else []
        )
        if len(text) <= LONGEST_HEADING:
            # a heading with its text on the same short line; a longer wording of the heading stays whole
            places = [
                (a, b) for a, b in places if not text[:a].strip() and text[b : b + 1] in " \u3000:：。，,."
            ]
        if not places:
            cut.append(line)
            continue
        edges = sorted({0, len(text), *(edge for place in places for edge in place)})
        for start, end in pairwise(edges):
            if text[start:end].strip():
                piece = Field(text[start:end], 0, 1, line.locator)
                cut.append(replace(line, fields=(piece,)))
    return cut


def _embedded(text: str, sections: Sequence[Section]) -> list[tuple[int, int]]:
    folded, positions = fold_with_positions(text)
    positions = [*positions, len(text)]
    places: list[tuple[int, int]] = []
    for section in sections:
        hits: list[tuple[int, int]] = []
        for wording in (section.heading, *section.variants):
            wanted = f"{section.numeral}、{fold(wording)}"
            start = folded.find(wanted)
            while start >= 0:
                hits.append((start, start + len(wanted)))
                start = folded.find(wanted, start + 1)
        if not hits:
            hits = _embedded_nearly(folded, section)
        longest: dict[int, int] = {}  # of several wordings found at one place the longest is the one printed
        for start, end in hits:
            longest[start] = max(longest.get(start, 0), end)
        places.extend((positions[start], positions[end]) for start, end in longest.items())
    return places


def _embedded_nearly(folded: str, section: Section) -> list[tuple[int, int]]:
    wanted = fold(section.heading)
    best: tuple[float, int, int] | None = None
    for match in re.finditer(re.escape(section.numeral + "、"), folded):
        for length in range(len(wanted) - 2, len(wanted) + 3):
            window = folded[match.end() : match.end() + length]
            score = fuzz.ratio(window, wanted)
            if score >= NEAR and (best is None or score > best[0]):
                best = (score, match.start(), match.end() + len(window))
    return [best[1:]] if best else []


def match_heading(text: str, sections: Sequence[Section]) -> tuple[str, str] | None:
    """Return (section key, match) when `text` is one of the six headings; match as in `SECTIONS.match`."""
    words = core(text)
    if not 3 <= len(words) <= LONGEST_HEADING:
        return None
    printed = numbering(text)
    for section in sections:
        if words == core(section.heading):
            return section.key, "exact"
        if words in {core(variant) for variant in section.variants}:
            return section.key, "variant"
    best_key, best = "", 0.0
    for section in sections:
        score = max(fuzz.ratio(words, core(w)) for w in (section.heading, *section.variants))
        own_numeral = printed in (section.numeral, str(_CHINESE_ORDER.index(section.numeral) + 1))
        if own_numeral and score < NEAR and _letters_in_order(core(section.heading), words):
            score = NEAR
        if score > best:
            best_key, best = section.key, score
    return (best_key, "deviation") if best >= NEAR and printed else None


def _letters_in_order(wanted: str, text: str) -> bool:
    rest = iter(text)
    return len(text) <= 2 * len(wanted) and all(letter in rest for letter in wanted)


def find_parts(lines: Sequence[Line], sections: Sequence[Section]) -> tuple[list[Part], list[int]]:
    """Return the parts in the order of the file, and the indexes of the lines before the first of them.

    A heading that occurs more than once (a table of contents, a page with a second copy) counts where
    most lines follow it.
    """
    found: list[Heading] = []
    for index, line in enumerate(lines):
        text = _heading_text(line)
        if text and (match := match_heading(text, sections)):
            found.append(Heading(index, match[0], text, numbering(text), match[1]))
    dropped = {h.line for h in found}
    listed = _contents(found, lines, [section.key for section in sections])
    real = _best_marked([h for h in found if h not in listed], lines, sections)
    real = _without_running_heads(real, lines)
    kept = _named_by_numeral(_one_a_section(real, lines), lines, sections)
    last = next((h.line for h in kept if h.key == sections[-1].key), len(lines))
    for index in range(last + 1, len(lines)):
        text = _heading_text(lines[index])
        if text and lines[index].table is None and _is_extra(text):
            kept.append(Heading(index, "extra", text, numbering(text), "extra"))
    parts = [Part(h.key, h, occurrences=max(1, sum(o.key == h.key for o in real))) for h in kept]
    for part, end in zip(parts, _ends(kept, len(lines)), strict=True):
        part.lines = [i for i in range(part.heading.line + 1, end) if i not in dropped]
    before = list(range(kept[0].line)) if kept else list(range(len(lines)))
    return parts, before


def _heading_text(line: Line) -> str:
    """Return the text of a line that could be a heading, else nothing."""
    if len(line.labels) != 1 or line.values:
        return ""
    text = line.text.strip().strip("*").strip()
    return text if len(text) <= LONGEST_HEADING else ""


def _best_marked(
    headings: Sequence[Heading], lines: Sequence[Line], sections: Sequence[Section]
) -> list[Heading]:
    """Keep for each part the headings that are marked best: 二、 before （二） before none before 1. and tables.

    The words of a heading also head sub-sections of part one and title rows of the tables.
    """
    own = {
        section.key: (section.numeral, str(_CHINESE_ORDER.index(section.numeral) + 1)) for section in sections
    }

    def rank(heading: Heading) -> int:
        numeral = heading.numeral
        in_table = 4 if lines[heading.line].table is not None else 0
        if numeral is None:
            return in_table + 2
        if numeral in own[heading.key]:
            return in_table
        return in_table + (1 if numeral.strip("()") in own[heading.key] else 3)

    best = {key: min(rank(h) for h in headings if h.key == key) for key in {h.key for h in headings}}
    return [h for h in headings if rank(h) == best[h.key]]


_FIRST_ROWS = {
    "proactive": re.compile(r"(?:二十|20)条第?\(?一\)?项|本年制发件数|本年新制作数量"),
    "requests": re.compile(r"本年新收政府信息公开申请数量"),
    "disputes": re.compile(r"结果维持"),
}
"""What the first rows of a part's table say: where they are not printed again, the table goes on."""


_MOST_HEADINGS = 60  # with more of them a file is no report of a few pages


def _without_running_heads(headings: list[Heading], lines: Sequence[Line]) -> list[Heading]:
    """Leave out a heading repeated on a new page in the middle of its part's table.

    It is repeated where no other heading stands between, the table has begun above and goes on below.
    """
    if len(headings) > _MOST_HEADINGS:
        return headings
    kept: list[Heading] = []
    for heading, end in zip(headings, _ends(headings, len(lines)), strict=True):
        begins = _FIRST_ROWS.get(heading.key)
        if begins and kept and kept[-1].key == heading.key:
            above = lines[kept[-1].line + 1 : heading.line]
            below = lines[heading.line + 1 : end]
            begun = any(line.values for line in above) and _says(above, begins)
            goes_on = any(line.values for line in below[:12])
            again = _says(below, begins)
            if begun and goes_on and not again:
                continue
        kept.append(heading)
    return kept


def _says(lines: Sequence[Line], words: re.Pattern[str]) -> bool:
    return any(words.search(fold(f.text)) for line in lines for f in line.labels if len(f.text) < 200)


def _named_by_numeral(
    kept: list[Heading], lines: Sequence[Line], sections: Sequence[Section]
) -> list[Heading]:
    """Take for a part that was not found the one heading with its numeral between its neighbours (一、概述)."""
    at = {h.key: h.line for h in kept}
    for number, section in enumerate(sections):
        if section.key in at or not kept:
            continue
        low = max((at[s.key] + 1 for s in sections[:number] if s.key in at), default=0)
        high = min((at[s.key] for s in sections[number + 1 :] if s.key in at), default=len(lines))
        candidates = [
            Heading(index, section.key, text, section.numeral, "deviation")
            for index in range(low, high)
            if lines[index].table is None
            and (text := _heading_text(lines[index]))
            and numbering(text) == section.numeral
            and text.rstrip()[-1] not in "。；;，,"
            and core(text) not in _ROWS_WITH_NUMERALS
            # the heading itself, broken up by the layout, is for `traces`
            and not fold(text).startswith(f"{section.numeral}、{fold(section.heading)[:4]}")
        ]
        if len(candidates) == 1:
            kept = sorted([*kept, *candidates], key=lambda h: h.line)
            at[section.key] = candidates[0].line
    return kept


def _contents(headings: Sequence[Heading], lines: Sequence[Line], order: Sequence[str]) -> list[Heading]:
    """Find the headings of a table of contents, or of a sentence that lists the parts.

    Three or more follow each other with next to nothing between them, and each occurs again elsewhere.
    """
    run: list[Heading] = []
    for heading in headings:
        between = sum(len(lines[i].text) for i in range(run[-1].line + 1, heading.line)) if run else 0
        goes_on = run and order.index(heading.key) > order.index(run[-1].key)
        if run and (between > LONGEST_HEADING or not goes_on):
            if len(run) >= 3:
                break
            run = []
        run.append(heading)
    again = {h.key for h in headings if h not in run}
    return run if len(run) >= 3 and {h.key for h in run} <= again else []


def _ends(headings: Sequence[Heading], last: int) -> list[int]:
    """Return for each heading the line at which the next one (or the file) makes an end."""
    return [*(h.line for h in headings[1:]), last][: len(headings)]


def _one_a_section(headings: list[Heading], lines: Sequence[Line]) -> list[Heading]:
    content = {
        h.line: sum(len(lines[i].text) for i in range(h.line + 1, end))
        for h, end in zip(headings, _ends(headings, len(lines)), strict=True)
    }
    best: dict[str, Heading] = {}
    for heading in headings:
        if heading.key not in best or content[heading.line] > content[best[heading.key].line]:
            best[heading.key] = heading
    return sorted(best.values(), key=lambda h: h.line)


def _is_extra(text: str) -> bool:
    folded = fold(text)
    # a year behind the numeral is part of the heading: 七、2024年工作打算
    if numbering(text) is None and not re.match(r"[七八九十]{1,2}、20\d\d年", folded):
        return False
    if text.rstrip()[-1] in "。；;，,：:" or len(text) > 25:
        return False
    return bool(re.match(r"(?:[七八九十]{1,2}|[7-9])[、.]", folded))


_LISTS_PARTS = re.compile(r"(?:由|包括|包含|分为?|含有?).{4,}(?:组成|构成|部分|方面|内容)")
"""A sentence that tells of what parts a report consists: 本报告由总体情况、主动公开政府信息情况等六个部分组成."""


def traces(lines: Sequence[Line], section: Section) -> str | None:
    """Return the text in which a heading that was not found seems to stand, broken up by the page's layout.

    Looked for are its numeral with its first words, or its words with something between them and the
    numeral; where they are, the heading is not missing, only not readable.
    """
    wanted = fold(section.heading)
    for line in lines:
        for printed in line.fields:
            folded = fold(printed.text)
            if _LISTS_PARTS.search(folded):
                continue
            at = folded.find(f"{section.numeral}、{wanted[:4]}")
            if at >= 0 or (wanted in folded and len(folded) < 3 * LONGEST_HEADING):
                return printed.text[:LONGEST_HEADING]
    return None
