"""One cause, one finding: what only repeats another finding becomes one of its consequences.

The verdict of the repeating rule stays FAIL; it just does not accuse a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from expectations.rules.wording import SECTION_OF_TABLE
from models.results import Addressee, Passage, Severity
from tasks.validate.displaced import displaced
from tasks.validate.one_cell import Cause, Grid, Sum, causes, follows_from_parts, gaps


@dataclass(slots=True)
class Draft:
    """A finding being put together.

    `where` is a locator as JSON, None until it is looked up; `position` is the number of its first failing
    row in the prepared frame, which follows the form from top to bottom. `pictured`: the report it is
    compared with was read by OCR.
    """

    rule: str
    severity: Severity
    addressee: Addressee
    subject: str
    message: str
    cells: tuple[str, ...] = ()
    observed: float | int | str | None = None
    expected: float | int | str | None = None
    difference: float | int | None = None
    where: str | None = None
    table: str | None = None
    misplaced: str | None = None
    position: int = 0
    pictured: bool = False
    template: str | None = None
    hint: str | None = None
    passages: tuple[Passage, ...] = ()
    consequences: list[str] = field(default_factory=list)
    entailed: list[str] = field(default_factory=list)


Repeats = Callable[[Draft, Draft], bool]
"""(cause, other) → whether the other finding only repeats the cause."""


def _same_table(cause: Draft, other: Draft) -> bool:
    return other.table == cause.subject


def _same_subject(cause: Draft, other: Draft) -> bool:
    return other.subject == cause.subject


def _table_of_section(cause: Draft, other: Draft) -> bool:
    return SECTION_OF_TABLE.get(other.subject) == cause.subject


def _section_of_misplaced_table(cause: Draft, other: Draft) -> bool:
    return other.misplaced is not None and SECTION_OF_TABLE.get(other.misplaced) == cause.subject


def _same_cells(cause: Draft, other: Draft) -> bool:
    return bool(other.cells) and set(other.cells) <= set(cause.cells)


def _column_of_row(cause: Draft, other: Draft) -> bool:
    """The other finding adds up a column of one kind of applicants that the cause's row of table 3 stands in."""
    return other.subject != "total" and not set(other.cells).isdisjoint(cause.cells)


def _section_six(cause: Draft, other: Draft) -> bool:
    return cause.subject == "other"


def _always(cause: Draft, other: Draft) -> bool:
    return True


def _named_in_it(cause: Draft, other: Draft) -> bool:
    """The other finding speaks of a place or agency that stands in the name that the cause speaks of."""
    return bool(other.subject) and other.subject in str(cause.observed)


def _said_nothing(cause: Draft, other: Draft) -> bool:
    """Section five says 无 and the like: that is the fault, not that it is short."""
    return bool(cause.observed) and cause.severity is Severity.CRITICAL and other.subject == cause.subject


def _of_total(cause: Draft, other: Draft) -> bool:
    # the prose repeats the numbers of the table, fault and all
    return cause.subject == "total" and (cause.observed, cause.expected) == (other.observed, other.expected)


def _same_words(cause: Draft, other: Draft) -> bool:
    told = {passage.own for passage in cause.passages}
    return any(passage.own in told for passage in other.passages)


def _same_whole(cause: Draft, other: Draft) -> bool:
    # the parts make what the table has: only the whole is wrong
    return _same_words(cause, other) and (cause.observed, cause.expected) == (other.expected, other.observed)


# In this order, so that what is already a consequence moves up with its cause.
_CAUSES: tuple[tuple[str, tuple[str, ...], Repeats], ...] = (
    ("STR-07", ("STR-08",), _same_cells),
    ("STR-06", ("STR-07", "STR-08", "STR-09", "CELL-01", "CELL-07"), _same_table),
    ("STR-01", ("STR-06",), _table_of_section),
    ("STR-01", ("STR-14",), _section_of_misplaced_table),
    ("STR-01", ("S6-01",), _section_six),
    ("S5-02", ("STR-10", "S5-01"), _said_nothing),
    ("STR-10", ("STR-11", "STR-12", "STR-13", "TXT-15", "S5-01", "S5-02"), _same_subject),
    ("META-03", ("META-06",), _always),
    ("META-04", ("LEX-05",), _named_in_it),
    ("CELL-07", ("EXT-01",), _same_cells),
    ("EXT-02", ("EXT-01",), _same_cells),
    ("T3-03", ("T3-04", "T3-12"), _same_subject),
    ("T3-02", ("T3-04", "T3-12"), _same_subject),
    ("T2-03", ("T2-02", "T2-04"), _same_subject),
    ("CELL-08", ("T3-01",), _same_subject),
    ("CELL-08", ("T3-02", "T3-03"), _column_of_row),
    ("T3-03", ("T3-05", "T3-11"), _same_subject),
    ("T3-02", ("T3-05", "T3-11"), _same_subject),
    ("T3-12", ("T3-05",), _same_subject),
    ("XT-01", ("XT-02",), _always),
    ("CELL-09", ("CELL-05", "CELL-10", "XY-05"), _same_cells),
    ("T2-05", ("CELL-10", "XY-05"), _same_cells),
    ("CELL-10", ("XY-05",), _same_cells),
    ("T3-03", ("TXT-07",), _of_total),
    ("TXT-02", ("TXT-07", "TXT-13"), _same_words),
    ("TXT-02", ("TXT-08",), _same_whole),
    ("TXT-04", ("TXT-05",), _same_words),
    ("TXT-09", ("TXT-11",), _same_words),
    ("TXT-03", ("TXT-07", "TXT-13"), _same_words),
    ("TXT-06", ("TXT-07", "TXT-13"), _same_words),
    ("XY-01", ("XY-02",), _always),
    ("AGG-01", ("AGG-02",), _always),
    ("DUP-01", ("S5-04",), _always),
)


SUMS = {"T3-03": "balance", "T3-02": "results", "T3-01": "row"}
"""The rules on the sums of table 3, which one wrong cell may break several of; the gravest first."""


@dataclass(frozen=True, slots=True)
class Table3:
    """The numbers of table 3 of one report, and by cell code those of the year before."""

    grid: Grid
    before: Mapping[str, float]


def fold(drafts: Sequence[Draft], table3: Table3 | None = None) -> list[Draft]:
    """Return the findings of one report that stand for themselves, the others folded into their causes.

    `table3` is needed where several of its sums are broken.
    """
    standing = list(drafts)
    for cause_rule, effects, repeats in _CAUSES:
        for cause in [draft for draft in standing if draft.rule == cause_rule]:
            standing = _into(
                cause,
                [d for d in standing if d.rule in effects and d is not cause and repeats(cause, d)],
                standing,
            )
    if table3 is not None:
        standing = _sums_of_table3(standing, table3)
    for draft in standing:
        draft.consequences = sorted(set(draft.consequences) - {draft.rule})
        draft.entailed = [told for told in dict.fromkeys(draft.entailed) if told != draft.message]
    return standing


def _into(cause: Draft, others: Sequence[Draft], standing: Sequence[Draft]) -> list[Draft]:
    """Make findings consequences of another one, and return what is left standing."""
    for draft in others:
        cause.consequences += [draft.rule, *draft.consequences]
        cause.entailed += [draft.message, *draft.entailed]
    gone = {id(draft) for draft in others}
    return [draft for draft in standing if id(draft) not in gone]


def _sums_of_table3(standing: list[Draft], table3: Table3) -> list[Draft]:
    """Put broken sums together that one cell, or numbers in the wrong place, explain; totals go with their parts."""
    for cause in causes(table3.grid):
        head, others = _gravest(standing, cause.sums)
        if head is not None and others:
            head.hint = cause.hint(head.template, table3.before.get(cause.code))
            head.cells = (cause.code, *(code for code in head.cells if code != cause.code))
            others += [draft for draft in standing if draft.rule not in SUMS and _same_slip(cause, draft)]
            standing = _into(head, others, standing)
    left = frozenset(one for one, gap in gaps(table3.grid).items() if gap) & {
        _sum_of(draft) for draft in standing if draft.rule in SUMS
    }
    head, others = _gravest(standing, left)
    template = head.template if head is not None else None
    found = displaced(table3.grid, left, template)
    if head is not None and found is not None:
        head.hint = found.hint
        return _into(head, others, standing)
    for kind in sorted(follows_from_parts(table3.grid)):
        parts = [d for d in standing if SUMS.get(d.rule) == kind and d.subject != "total"]
        total = [d for d in standing if SUMS.get(d.rule) == kind and d.subject == "total"]
        if parts:
            standing = _into(parts[0], total, standing)
    return standing


def _sum_of(draft: Draft) -> Sum:
    return Sum(SUMS[draft.rule], draft.subject)


def _gravest(standing: Sequence[Draft], sums: frozenset[Sum]) -> tuple[Draft | None, list[Draft]]:
    """Return the findings on these sums: the one that weighs most, and the others."""
    order = list(SUMS)
    found = sorted(
        (draft for draft in standing if draft.rule in SUMS and _sum_of(draft) in sums),
        key=lambda draft: (order.index(draft.rule), draft.position),
    )
    return (found[0], found[1:]) if found else (None, [])


def _same_slip(cause: Cause, other: Draft) -> bool:
    """The other finding speaks of the cell as well, and what it would have there is what the sums would have."""
    return cause.code in other.cells and {other.observed, other.expected} == {cause.printed, cause.wanted}
