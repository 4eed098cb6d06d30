"""Where the three tables stand: found from their own words, not from the section headings.

So a table under the wrong heading is still read (and reported as misplaced). Where damaged labels hide the
words a table begins with, the table is known by the number of its labels that resemble the form's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from itertools import groupby

from rapidfuzz import fuzz, process

from expectations.template import TEMPLATE_IDS, load
from tasks.extract.lines import Line
from tasks.extract.wording import core, fold

Places = dict[str, list[list[int]]]
"""Table (t2, t3, t4) -> the line indexes of each place where it stands."""

TRACES = {
    "t2": ("本年制发件数", "本年新制作数量", "本年处理决定数量"),
    "t3": ("本年新收政府信息公开申请数量", "结转下年度继续办理"),
    "t4": ("尚未审结", "未经复议直接起诉", "复议后起诉"),
}
"""Words that stand only in these tables: where they are printed, a table that was not found is not missing."""

_T2_ITEM = re.compile(r"第?(?:二十|20)条第?\(?[一五六八九]\)?项")
_T2_FIRST = re.compile(r"第?(?:二十|20)条第?\(?一\)?项|^规章")
_T3_START = re.compile(r"勾稽关系|^申请人情况|本年新收政府信息公开申请数量")
_FIRST_ROW = re.compile(r"本年新收政府信息公开申请数量")
_ONLY_ON_THE_FORM = {
    "t2": re.compile(
        r"本年(?:制发|废止|新制作|新公开|处理决定|收费金额)|现行有效件数|对外公开总数量|处理决定数量"
    ),
    "t3": re.compile(
        r"勾稽关系|上年结转政府|结转下年度|予以公开|不予处理|属于国家秘密|本机关不掌握|法律服务机构"
    ),
    "t4": re.compile(r"结果维持|结果纠正|尚未审结"),
}
RESEMBLES = 70.0  # rapidfuzz ratio from which a damaged label counts for the table it seems to be of
TABLE4_WIDTH = 15
"""Numbers of table 4."""
_FEWEST_ALIKE = {"t2": 4, "t3": 7, "t4": 4}
_BLOCK = 6  # rows of the first block of table 2
_MOST_PIECES = 40  # so many pieces of one table are put together
_HEAD_LINES = 16  # lines a head takes where every cell of it is a line
_ABOVE = 4  # rows of heads that may stand above the first words by which a table is known


def regions(lines: Sequence[Line], headings: Collection[int] = ()) -> Places:
    """Return for t2, t3, t4 the line indexes of each place where such a table stands.

    A section heading (its line index in `headings`) and a sentence end a table.
    """
    found: Places = {"t2": [], "t3": [], "t4": []}
    current: str | None = None
    for index, line in enumerate(lines):
        starts = None if index in headings else _start(line)
        if starts and (starts != current or _restarts(starts, line, found, lines)):
            begun: list[int] = []  # a second copy takes its heads with it
            while starts == current and found[starts][-1] and len(begun) < _HEAD_LINES:
                above = lines[found[starts][-1][-1]]
                if above.table != line.table or above.values:
                    break
                begun.insert(0, found[starts][-1].pop())
            found[starts].append(begun)
            current = starts
        elif current and (index in headings or _ends(line)):
            current = None
        if current:
            found[current][-1].append(index)
    placed = {
        table: [
            _with_heads_above(lines, _trimmed(lines, p), headings, table)
            for p in places
            if _is_form(lines, p, table)
        ]
        for table, places in found.items()
    }
    _by_resemblance(lines, placed, headings)
    return {table: _joined(lines, places, table) for table, places in placed.items()}


def _start(line: Line) -> str | None:
    if line.layout == "prose" and len(line.text) > 60:
        return None
    texts = [text for text, _ in groupby(fold(f.text) for f in line.labels)]  # merged cells written out
    if any(len(t) < 40 and _T2_ITEM.search(t) and "信息公开申请" not in t for t in texts):
        return "t2"
    if any(_T3_START.search(t) and len(t) < 60 for t in texts):
        return "t3"
    words = {core(t) for t in texts if len(t) < 30}
    if words & heads_of_table2():
        return "t2"
    if words & {"结果维持", "未经复议直接起诉"} or "".join(texts).startswith("行政复议行政诉讼"):
        return "t4"
    if "行政复议" in words and (len(texts) == 1 or (line.table and "行政诉讼" in words)):
        return "t4"
    return None


@cache
def heads_of_table2() -> frozenset[str]:
    """Return the bare words over the columns of table 2, of all forms."""
    return frozenset(
        core(wording)
        for name in TEMPLATE_IDS
        for block in load(name).table2
        for column in block.columns
        for wording in (column.label, *column.variants)
    )


def _restarts(starts: str, line: Line, found: Places, lines: Sequence[Line]) -> bool:
    """A second beginning inside a table is a repeated head, unless the table had come to its end."""
    if not found[starts]:
        return False
    so_far = found[starts][-1]
    if starts == "t4":
        return sum(len(lines[i].values) for i in so_far) == TABLE4_WIDTH and bool(line.labels)
    begins, ends = (_FIRST_ROW, "结转下年度继续办理") if starts == "t3" else (_T2_FIRST, "行政事业性收费")
    if not begins.search(fold(line.text)):
        return False
    seen = {core(f.text) for i in so_far if lines[i].values for f in lines[i].labels}
    first = any(begins.search(fold(lines[i].text)) for i in so_far)
    return first and ends in seen


def _ends(line: Line) -> bool:
    text = line.text
    return line.layout == "prose" and (
        len(text) > 60 or line.heading_level is not None or (len(text) > 8 and text.rstrip()[-1:] in "。；")
    )


def _is_form(lines: Sequence[Line], place: Sequence[int], table: str) -> bool:
    """Say whether a place holds the form's table, not one of the agency's own that uses a word of it."""
    most = max((len(lines[i].values) for i in place), default=0)
    words = "".join(fold(f.text) for i in place for f in lines[i].labels)
    return bool(_ONLY_ON_THE_FORM[table].search(words)) or (table == "t4" and most >= 10)


def _trimmed(lines: Sequence[Line], place: list[int]) -> list[int]:
    """Drop what follows the last numbers of a table and is not part of a grid."""
    end = max(
        (n for n, i in enumerate(place) if lines[i].values or lines[i].layout in ("ruled", "delimited")),
        default=-1,
    )
    return place[: end + 1] or place


def _with_heads_above(
    lines: Sequence[Line], place: list[int], headings: Collection[int], table: str
) -> list[int]:
    """Add the rows of heads of the same grid above the words by which the table was known.

    To table 2 also its first block, where that is damaged and the table was known by a later one.
    """
    first = place[0]
    grid = lines[first].table
    if grid is None:
        return place
    beheaded = table == "t2" and not _begins(lines, place, table)
    above: list[int] = []
    for index in range(first - 1, max(first - 1 - (_BLOCK if beheaded else _ABOVE), -1), -1):
        line = lines[index]
        if (
            line.table != grid
            or index in headings
            or len(line.text) > 160
            or _start(line) not in (None, table)
        ):
            break
        if line.values and not beheaded:
            break
        above.insert(0, index)
    return [*above, *place]


# --------------------------------------------------------------------------------- damaged labels


@cache
def _wordings(table: str) -> tuple[str, ...]:
    """Return the bare labels of a table that are long enough to be told when they are damaged."""
    labels: set[str] = set()
    for name in TEMPLATE_IDS:
        form = load(name)
        if table == "t2":
            for block in form.table2:
                labels |= {label.label for label in (*block.columns, *block.rows)}
        elif table == "t3":
            labels |= {label.label for label in (*form.table3_rows, *form.table3_columns)}
        else:
            labels |= {label.label for label in (*form.table4_groups, *form.table4_outcomes)}
    return tuple(sorted({core(label) for label in labels if len(core(label)) >= 4}))


def _by_resemblance(lines: Sequence[Line], placed: Places, headings: Collection[int]) -> None:
    """Find the tables of the form that have no place yet among the grids whose labels resemble theirs."""
    sought = [table for table, places in placed.items() if not any(_has_numbers(lines, p) for p in places)]
    if not sought:
        return
    taken = {i for places in placed.values() for place in places if _has_numbers(lines, place) for i in place}
    grids: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        if line.table is not None and index not in taken and index not in headings:
            grids.setdefault(line.table, []).append(index)
    for table in sought:
        alike = [indexes for indexes in grids.values() if _alike(lines, indexes, table)]
        if alike:
            placed[table] = [sorted(i for indexes in alike for i in indexes)]


def _has_numbers(lines: Sequence[Line], place: Sequence[int]) -> bool:
    return any(lines[i].values for i in place)


def _alike(lines: Sequence[Line], indexes: Sequence[int], table: str) -> bool:
    labels = {core(f.text) for i in indexes for f in lines[i].labels if len(f.text) <= 60}
    labels = {label for label in labels if len(label) >= 4}
    if not labels or not any(lines[i].values for i in indexes):
        return False
    scores = process.cdist(sorted(labels), _wordings(table), scorer=fuzz.ratio, score_cutoff=RESEMBLES)
    return int((scores > 0).any(axis=0).sum()) >= _FEWEST_ALIKE[table]


# --------------------------------------------------------------------------------- pieces


_BEGINS = {
    "t2": re.compile(r"(?:二十|20)条第?\(?一\)?项|^规章$"),
    "t3": _FIRST_ROW,
    "t4": re.compile(r"^行政复议$"),
}


def _joined(lines: Sequence[Line], places: list[list[int]], table: str) -> list[list[int]]:
    """Put together the pieces of a table that a page break, a caption or its own make has parted.

    A piece begins a second table only if the first row is there again, with numbers.
    """
    joined: list[list[int]] = []
    for place in places[:_MOST_PIECES]:
        before = joined[-1] if joined else []
        again = _begins(lines, place, table) and _begins(lines, before, table)
        if joined and (not again or (table == "t3" and _other_columns(lines, before, place))):
            joined[-1] = [*before, *place]
        else:
            joined.append(place)
    return joined


def _begins(lines: Sequence[Line], place: Sequence[int], table: str) -> bool:
    return _has_numbers(lines, place) and any(
        _BEGINS[table].search(fold(f.text)) for i in place for f in lines[i].labels
    )


def _other_columns(lines: Sequence[Line], before: Sequence[int], place: Sequence[int]) -> bool:
    """Say whether two pieces show different columns of one table, side by side on the form."""
    heads = [
        {
            words
            for i in indexes
            if not lines[i].values
            for f in lines[i].labels
            if (words := core(f.text)) in _APPLICANTS
        }
        for indexes in (before, place)
    ]
    return bool(heads[0] and heads[1]) and not heads[0] & heads[1]


_APPLICANTS = {"自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构"}
