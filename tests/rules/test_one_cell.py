"""Change one cell of a clean report, and exactly the rules that read it fire.

What should fire is worked out here from the catalogue's words, over plain dictionaries, without the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from expectations.catalogue import rules
from expectations.template import load
from models.facts import Facts
from models.results import Verdict
from tasks.validate import evaluate
from tests.facts_builder import batch, change_cell, clean_cells, clean_report, only, with_previous

Cells = Mapping[str, float]

_YEAR = 2023
_NUMBERS = clean_cells("v2021")
_BASE = with_previous(clean_report(year=_YEAR))
_BEFORE: dict[str, float] = dict(_BASE.previous_cells.select("code", "previous_value").iter_rows())
_PEOPLE = ("natural_person", "enterprise", "research", "public_welfare", "legal_service", "other_org")
_COLUMNS = (*_PEOPLE, "total")
_ROWS = [row.key for row in load("v2021").table3_rows]
_OUTCOMES = [row for row in _ROWS if row.startswith("results.") and row != "results.total"]
_ENDS = ("upheld", "corrected", "other", "pending")
_GROUPS = ("review", "suit_direct", "suit_after_review")
_FEE = "t2.fees.amount_wan_yuan"
_TOTALS = {f"t3.{row}.total" for row in _ROWS} | {f"t3.results.total.{c}" for c in _COLUMNS} | {
    f"t4.{group}.total" for group in _GROUPS
}  # fmt: skip

# The prose of the clean report says 新收63件、上年结转5件、办结60件、结转8件: the rules on what it says are tested elsewhere.
_OF_PROSE = ("TXT", "S6", "S5", "STR", "STALE", "DUP", "LEX", "PII", "META", "TIME", "PUB", "AGG", "EXT")
_RULES = tuple(
    rule.id
    for rule in rules()
    if rule.id.split("-")[0] not in _OF_PROSE and rule.id not in ("T2-06", "T2-08", "T2-10", "XT-03")
)


def _cells(v: Cells) -> set[str]:
    fired = set()
    counts = {code: n for code, n in v.items() if code != _FEE}
    if any(n < 0 or n % 1 for n in counts.values()):
        fired.add("CELL-03")
    if v[_FEE] < 0 or round(v[_FEE], 4) != v[_FEE]:
        fired.add("CELL-04")
    for code, n in counts.items():
        usual = n / 3 < _BEFORE[code] < n * 3
        if code not in _TOTALS and not usual and (n == _YEAR or 44_000 <= n <= 47_000):
            fired.add("CELL-09")
    for code, n in v.items():
        small, large = sorted((n, _BEFORE[code]))
        if small > 0 and large >= 50 and large >= 100 * small:
            fired.add("CELL-10")
    for row in _ROWS:
        numbers = [v[f"t3.{row}.{person}"] for person in _PEOPLE]
        if any(numbers.count(n) >= (6 if n == 1 else 5) for n in numbers if n >= 1):
            fired.add("CELL-11")
    return fired


def _table_2(v: Cells) -> set[str]:
    fired = set()
    if any(v[f"t2.rules.{column}"] > 0 for column in ("issued", "repealed", "in_force")):
        fired.add("T2-01")
    for kind in ("rules", "normative_docs"):
        issued, repealed, stock = (v[f"t2.{kind}.{c}"] for c in ("issued", "repealed", "in_force"))
        before = _BEFORE[f"t2.{kind}.in_force"]
        fired |= {"T2-02"} if stock < issued - repealed else set()
        fired |= {"T2-03"} if stock != before + issued - repealed else set()
        fired |= {"T2-04"} if repealed > before + issued else set()
    fee, before = v[_FEE], _BEFORE[_FEE]
    if fee > 0 and (5e3 <= fee / before <= 2e4 or 5e-5 <= fee / before <= 2e-4 or fee >= 1e5):
        fired.add("T2-05")
    return fired


def _table_3(v: Cells) -> set[str]:
    fired = set()
    for row in _ROWS:
        if sum(v[f"t3.{row}.{person}"] for person in _PEOPLE) != v[f"t3.{row}.total"]:
            fired.add("T3-01")
    for column in _COLUMNS:
        new, old, out = (v[f"t3.{row}.{column}"] for row in ("received_new", "carried_in", "carried_out"))
        parts = [v[f"t3.{row}.{column}"] for row in _OUTCOMES]
        other = sum(v[f"t3.{row}.{column}"] for row in _OUTCOMES if row.startswith("results.other."))
        single = [v[f"t3.{row}.{column}"] for row in _OUTCOMES if not row.startswith("results.other.")]
        done, partial = v[f"t3.results.total.{column}"], v[f"t3.results.partial_disclosure.{column}"]
        apart = sum(parts) != done
        unequal = new + old != done + out
        fired |= {"T3-02"} if apart else set()
        fired |= {"T3-03"} if unequal else set()
        fired |= {"T3-04"} if (apart or unequal) and column == "total" else set()
        fired |= {"T3-05"} if max(*single, other) > done or done > new + old else set()
        fired |= {"T3-11"} if 1 <= done + out - new - old <= partial else set()
        fired |= {"T3-12"} if new == old == 0 and any((*single, other, done, out)) else set()
    new, old, out = (v[f"t3.{row}.total"] for row in ("received_new", "carried_in", "carried_out"))
    fired |= {"T3-06"} if new >= 20 and out / new > 0.5 else set()
    fired |= {"T3-07"} if v["t3.results.total.total"] < old else set()
    if v["t3.results.denied.state_secret.total"] + v["t3.results.denied.security_stability.total"] > 0:
        fired.add("T3-10")
    return fired


def _table_4(v: Cells) -> set[str]:
    fired = set()
    total = {group: v[f"t4.{group}.total"] for group in _GROUPS}
    for group in _GROUPS:
        fired |= {"T4-01"} if sum(v[f"t4.{group}.{end}"] for end in _ENDS) != total[group] else set()
        fired |= {"T4-04"} if total[group] < _BEFORE[f"t4.{group}.pending"] else set()
    reviews = total["review"] + _BEFORE["t4.review.total"]
    fired |= {"T4-03"} if total["suit_after_review"] > max(total["review"], reviews) else set()
    if total["review"] >= 10 and v["t4.review.pending"] / total["review"] > 0.6:
        fired.add("T4-06")
    asked = v["t3.received_new.total"] + v["t3.carried_in.total"]
    open_before = sum(_BEFORE[f"t4.{group}.pending"] for group in _GROUPS)
    fired |= {"XT-02"} if sum(total.values()) > 2 * asked + open_before else set()
    return fired


def _years(v: Cells) -> set[str]:
    fired = set()
    for column in _COLUMNS:
        if v[f"t3.carried_in.{column}"] != _BEFORE[f"t3.carried_out.{column}"]:
            fired.add("XY-01" if column == "total" else "XY-02")
    for code in ("t3.received_new.total", "t2.licensing.decisions", "t2.penalty.decisions",
                 "t2.coercion.decisions", _FEE):  # fmt: skip
        small, large = sorted((v[code], _BEFORE[code]))
        if small >= 0 and large - small >= 10 and large >= 3 * small:
            fired.add("XY-05")
    return fired


def expected(v: Cells) -> set[str]:
    """Return the rules on the tables that a report with these numbers breaks."""
    return _cells(v) | _table_2(v) | _table_3(v) | _table_4(v) | _years(v)


def _changed(changes: list[tuple[str, float]]) -> Facts:
    """One report for each change, named by its place in the list; the year before stays what it was."""
    reports = []
    for n, (code, value) in enumerate(changes):
        facts = change_cell(_BASE, code, value=value)
        known: dict[str, Any] = {name: getattr(facts, name) for name in Facts.names()}
        known["years"] = _BASE.years.with_columns(carried_in=facts.years["carried_in"])
        known["documents"] = _BASE.documents.with_columns(
            facts.documents.select("issued", "repealed", "in_force").get_columns()
        )
        reports.append(Facts(**{k: f.with_columns(submission=pl.lit(f"{n:04}")) for k, f in known.items()}))
    return batch(*reports)


def _check(changes: list[tuple[str, float]]) -> None:
    evaluations = evaluate(_changed(changes), profile=only(*_RULES))
    assert len(evaluations) == len(changes)
    for (code, value), evaluation in zip(changes, evaluations.values(), strict=True):
        failed = {rule for rule, verdict in evaluation.verdicts.items() if verdict is Verdict.FAIL}
        assert (code, value, failed) == (code, value, expected({**_NUMBERS, code: value}))
        open_ = {rule for rule, verdict in evaluation.verdicts.items() if verdict is Verdict.NOT_ASSESSABLE}
        assert open_ <= {"XY-04"}, (code, value)


def test_the_clean_report_breaks_nothing() -> None:
    assert expected(_NUMBERS) == set()
    _check([(_FEE, _NUMBERS[_FEE])])


def test_every_cell_one_more_and_nothing_at_all() -> None:
    _check([(code, n + 1) for code, n in _NUMBERS.items()])
    _check([(code, 0.0) for code in _NUMBERS])


_counts = st.sampled_from([code for code in _NUMBERS if code != _FEE])
_values = st.one_of(st.integers(-3, 30), st.integers(0, 500), st.sampled_from([2023, 45_291, 99_999])).map(
    float
)
_fees = st.one_of(st.integers(0, 400_000), st.sampled_from([0, 1, 12, 12_351, 61_750, 1_235_000])).map(
    lambda n: n / 100
)
_change = st.one_of(st.tuples(_counts, _values), st.tuples(st.just(_FEE), _fees))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(_change, min_size=60, max_size=60))
@example(changes=[(_FEE, 61_750.0), (_FEE, 0.0006), (_FEE, 352_000.0), (_FEE, -1.0), (_FEE, 12.34567)])
def test_exactly_the_rules_that_read_a_changed_cell_fire(changes: list[tuple[str, float]]) -> None:
    _check(changes)
