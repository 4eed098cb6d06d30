"""One cause, one finding: which cell, row or displaced number of table 3 explains the sums that are off."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expectations.template import load
from models.facts import APPLICANTS, Facts
from models.results import Evaluation
from tasks.validate.one_cell import Cause, Sum, causes, follows_from_parts, gaps
from tests.facts_builder import (
    CORE,
    Case,
    change_cell,
    clean_cells,
    clean_report,
    evaluate_cases,
    only,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())
_LINES = [row.key for row in load("v2021").table3_rows]
_NUMBERS = clean_cells("v2021")


def _grid(values: dict[str, float | None] | None = None) -> dict[str, dict[str, float | None]]:
    cells: dict[str, float | None] = {**_NUMBERS, **(values or {})}
    return {line: {kind: cells[f"t3.{line}.{kind}"] for kind in APPLICANTS} for line in _LINES}


def _report(values: dict[str, float], facts: Facts = _CLEAN) -> Facts:
    for code, value in values.items():
        facts = change_cell(facts, code, value=value)
    return with_previous(facts)


def _rows(grid: dict[str, dict[str, float | None]]) -> dict[str, float]:
    return {f"t3.{line}.{kind}": n or 0.0 for line, row in grid.items() for kind, n in row.items()}


def _row_above(start: str) -> dict[str, float]:
    """All numbers from a row on stand one row too high, the last row is zero."""
    grid = _grid()
    rows = [grid[line] for line in _LINES]
    at = _LINES.index(start)
    nothing: dict[str, float | None] = dict.fromkeys(APPLICANTS, 0.0)
    moved = [*rows[:at], *rows[at + 1 :], nothing]
    return _rows(dict(zip(_LINES, moved, strict=True)))


# the clean report: enterprise 12 + 1 = 11 + 2; natural_person 40 + 3 = 39 + 4; total 63 + 5 = 60 + 8
REPORTS = {
    "one cell that three sums read": Case(
        _report({"t3.results.total.enterprise": 21.0}),
        [("T3-03", "critical", "agency", "enterprise", 13, 23, -10, ("T3-01", "T3-02"))],
        {},
    ),
    "one total that three sums read": Case(
        _report({"t3.results.total.total": 61.0}),
        [("T3-03", "critical", "agency", "total", 68, 69, -1, ("T3-01", "T3-02", "T3-04"))],
        {},
    ),
    "carried in, which the year before says otherwise": Case(
        _report({"t3.carried_in.total": 7.0}),
        [("T3-03", "critical", "agency", "total", 70, 68, 2, ("T3-01", "T3-04", "XY-01"))],
        {},
    ),
    "two wrong cells": Case(
        _report({"t3.carried_out.enterprise": 5.0, "t3.received_new.research": 4.0}),
        [
            ("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ("T3-01",)),
            ("T3-03", "critical", "agency", "research", 4, 2, 2, ("T3-01",)),
        ],
        {},
    ),
    "two wrong cells that cannot be told apart": Case(
        _report({"t3.carried_out.enterprise": 5.0, "t3.received_new.legal_service": 2.0}),
        [
            ("T3-01", "critical", "agency", "received_new", 63, 60, 3, ()),
            ("T3-01", "critical", "agency", "carried_out", 8, 11, -3, ()),
            ("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ()),
            ("T3-03", "critical", "agency", "legal_service", 2, 5, -3, ()),
        ],
        {},
    ),
    "a wrong cell and a wrong total of another row": Case(
        _report({"t3.carried_out.enterprise": 5.0, "t3.results.denied.third_party.total": 9.0}),
        [
            ("T3-02", "critical", "agency", "total", 60, 66, -6, ("T3-01", "T3-04")),
            ("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ("T3-01",)),
        ],
        {},
    ),
    "one request under another kind of applicant": Case(
        _report(
            {
                "t3.results.full_disclosure.natural_person": _NUMBERS[
                    "t3.results.full_disclosure.natural_person"
                ]
                - 1,
                "t3.results.full_disclosure.enterprise": _NUMBERS["t3.results.full_disclosure.enterprise"]
                + 1,
            }
        ),
        [("T3-02", "critical", "agency", "natural_person", 39, 38, 1, ())],
        {},
    ),
    "two columns of a row exchanged": Case(
        _report({"t3.carried_out.natural_person": 2.0, "t3.carried_out.enterprise": 4.0}),
        [("T3-03", "critical", "agency", "natural_person", 43, 41, 2, ())],
        {},
    ),
    "everything one row too high": Case(
        _report(_row_above("results.denied.state_secret")),
        [("T3-03", "critical", "agency", "natural_person", 43, 4, 39, ("T3-02", "T3-04"))],
        {},
    ),
    "a column and its total": Case(
        _report({"t3.carried_out.enterprise": 5.0, "t3.carried_out.total": 11.0}),
        [("T3-03", "critical", "agency", "enterprise", 13, 16, -3, ("T3-04",))],
        {},
    ),
    "as last year": Case(
        _report({"t3.carried_out.enterprise": _NUMBERS["t3.carried_in.enterprise"]}),
        [("T3-03", "critical", "agency", "enterprise", 13, 12, 1, ("T3-01",))],
        {},
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(REPORTS, only(*CORE))


@pytest.mark.parametrize("name", REPORTS)
def test_what_stands_for_itself(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == REPORTS[name].findings


def test_hints(evaluations: dict[str, Evaluation]) -> None:
    def hint(name: str) -> str | None:
        return evaluations[name].findings[0].hint

    assert hint("one cell that three sums read") == (
        "只要“（七）总计”行“法人或其他组织-商业企业”列由21改为11，上述3处合计、勾稽关系即全部成立，"
        "该单元格可能填错；请以申请台账为准。"
    )
    assert hint("as last year") == (
        "只要“四、结转下年度继续办理”行“法人或其他组织-商业企业”列由1改为2，上述2处合计、勾稽关系即全部成立，"
        "该单元格可能填错（与上一年度该单元格相同，可能沿用了上一年度的数）；请以申请台账为准。"
    )
    assert hint("one request under another kind of applicant") == (
        "两列相差的件数相同、方向相反，可能有1件本属“自然人”列，填入了“法人或其他组织-商业企业”列；请以申请台账为准。"
    )
    assert hint("two columns of a row exchanged") == (
        "“二、上年结转政府信息公开申请数量”或“四、结转下年度继续办理”行的各数可能填错了列，"
        "调换位置后上述合计、勾稽关系即全部成立；请以申请台账为准。"
    )
    assert hint("everything one row too high") == (
        "表三可能有一行漏填，其后各行的数可能整体高了一行，下移一行后各处合计、勾稽关系即全部成立；请以申请台账为准。"
    )


def test_nothing_is_hidden(evaluations: dict[str, Evaluation]) -> None:
    finding = evaluations["one cell that three sums read"].findings[0]
    assert finding.cells[0] == "t3.results.total.enterprise"
    assert finding.entailed == (
        "表三“法人或其他组织-商业企业”列：第三项（一）至（六）各分项之和为11，（七）总计填报21，相差10，合计关系不成立。",
        "表三“（七）总计”行：各类申请人39+21+2+3+4+1之和为70，总计填报60，相差10，合计关系不成立。",
    )
    moved = evaluations["everything one row too high"].findings[0]
    assert len(moved.entailed) == 13  # seven columns, two sums each, but the one that stands


# ------------------------------------------------------------------ the solver itself

_CELLS = [f"t3.{line}.{kind}" for line in _LINES for kind in APPLICANTS]
_cells = st.sampled_from(_CELLS)


def _named(code: str) -> tuple[str, str]:
    line, kind = code.removeprefix("t3.").rsplit(".", 1)
    return line, kind


def _sums(code: str) -> frozenset[Sum]:
    """Written from the form: which sums a cell stands in."""
    line, kind = _named(code)
    found = {Sum("row", line)}
    if line.startswith("results."):
        found.add(Sum("results", kind))
    if line in ("received_new", "carried_in", "results.total", "carried_out"):
        found.add(Sum("balance", kind))
    return frozenset(found)


def _cause(code: str, printed: int) -> Cause:
    return Cause(*_named(code), float(printed), _NUMBERS[code], _sums(code))


@settings(deadline=None)
@given(code=_cells, printed=st.integers(0, 900))
def test_one_wrong_cell_is_found(code: str, printed: int) -> None:
    assume(printed != _NUMBERS[code])
    assert causes(_grid({code: float(printed)})) == (_cause(code, printed),)


@settings(deadline=None)
@given(first=_cells, second=_cells, printed=st.tuples(st.integers(0, 900), st.integers(0, 900)))
def test_two_wrong_cells_are_two_causes(first: str, second: str, printed: tuple[int, int]) -> None:
    wrong = dict(zip((first, second), printed, strict=True))
    assume(_sums(first).isdisjoint(_sums(second)))
    by = [n - _NUMBERS[code] for code, n in wrong.items()]
    assume(0 not in by and abs(by[0]) != abs(by[1]))
    found = causes(_grid({code: float(n) for code, n in wrong.items()}))
    assert set(found) == {_cause(code, n) for code, n in wrong.items()}


def test_a_right_table_has_no_cause() -> None:
    assert causes(_grid()) == ()
    assert set(gaps(_grid()).values()) == {0.0}
    assert follows_from_parts(_grid()) == frozenset()


def test_what_was_not_read_explains_nothing() -> None:
    grid = _grid({"t3.carried_out.enterprise": 5.0, "t3.carried_out.research": None})
    assert causes(grid) == ()
    assert gaps(grid)[Sum("row", "carried_out")] is None
