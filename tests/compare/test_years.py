"""The same agency's other years and versions."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from expectations.profile import default
from models.facts import REPORTS
from tasks.compare.years import history, link_years, previous_cells
from tasks.roster import Roster, RosterEntry
from tests.facts_builder import batch, change_cell, clean_report

_NOW = default()


def reports(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Reports as (submission, agency, year), with further columns in a dict at the end."""
    return pl.DataFrame(
        [
            {"submission": r[0], "agency": r[1], "year": r[2], "file": f"{r[0]}.html", "template": "v2021",
             "read_by": "text", "title": f"{r[1]}{r[2]}年政府信息公开工作年度报告"} | (r[3] if len(r) > 3 else {})
            for r in rows
        ],
        schema=dict(REPORTS),
        orient="row",
    )  # fmt: skip


def values(rows: dict[str, dict[str, float | None]]) -> pl.DataFrame:
    return pl.DataFrame([{"submission": s} | cells for s, cells in rows.items()])


def gaps(found: pl.DataFrame, roster: Roster | None = None) -> dict[str, tuple[Any, ...]]:
    said = history(
        found, values({s: {"t3.carried_in.total": 0.0} for s in found["submission"]}), roster, _NOW
    )
    return {
        s: (m, owed) for s, m, owed in said.select("submission", "missing_years", "series_owed").iter_rows()
    }


def entry(agency: str, first: int = 0, **more: Any) -> RosterEntry:
    return RosterEntry(agency, "county", "department", None, (), range(first, 10_000), **more)


def test_a_gap_between_two_years_is_seen_but_not_laid_on_the_agency() -> None:
    found = reports(("a", "甲局", 2020), ("b", "甲局", 2023), ("c", "甲局", 2024), ("d", "乙局", 2023))
    assert gaps(found) == {
        "a": (None, None),
        "b": ([2021, 2022], False),
        "c": ([], False),
        "d": (None, None),
    }


def test_years_before_the_regulation_are_not_asked_for() -> None:
    assert gaps(reports(("a", "甲局", 2015), ("b", "甲局", 2019), ("c", "乙局", 2019))) == {
        "a": ([], None),
        "b": ([], False),
        "c": ([], None),
    }


def test_a_year_that_was_collected_from_the_others_and_is_owed_by_the_roster() -> None:
    others = [(f"{n}-{y}", f"第{n}局", y) for n in range(5) for y in (2022, 2023)]
    roster = Roster(
        (entry("甲局", 2021), entry("乙局"), entry("丙局", 2023), entry("丁局", 2019, exempt=True))
    )
    found = reports(
        *others, ("a", "甲局", 2023), ("b", "乙局", 2023), ("c", "丙局", 2023), ("d", "丁局", 2023)
    )
    said = gaps(found, roster)
    # of 2021 nobody has a report: it was not collected
    assert {s: said[s] for s in "abcd"} == {
        "a": ([2022], True),
        "b": (None, None),
        "c": ([], False),
        "d": ([], False),
    }
    interior = reports(
        *others,
        *((f"{n}-2021", f"第{n}局", 2021) for n in range(5)),
        ("x", "甲局", 2021),
        ("y", "甲局", 2023),
    )
    assert gaps(interior, roster)["y"] == ([2022], True)
    # four others are too few to say that the year was collected
    few = reports(*others[:8], ("a", "甲局", 2023))
    assert gaps(few, roster)["a"] == (None, None)


def versions(found: pl.DataFrame, cells: dict[str, dict[str, float | None]]) -> dict[str, tuple[Any, ...]]:
    columns = (
        "other_versions",
        "differing_cells",
        "conflicting_cells",
        "other_version",
        "other_version_published",
    )
    said = history(found, values(cells), None, _NOW)
    return {row[0]: row[1:] for row in said.select("submission", *columns).iter_rows()}


def test_two_versions_that_differ() -> None:
    shown = {"published_on": date(2024, 1, 20)}
    found = reports(("a", "甲局", 2023, shown), ("b", "甲 局", 2023, shown), ("c", "甲局", 2022))
    assert versions(
        found, {"a": {"x": 1.0, "y": None, "z": 3.0}, "b": {"x": 2.0, "y": 5.0, "z": 3.0}, "c": {"x": 9.0}}
    ) == {
        "a": (["b"], ["x"], ["x"], "b.html", True),
        "b": (["a"], ["x"], ["x"], "a.html", True),
        "c": (None, None, None, None, None),
    }


def test_a_correction_is_no_contradiction() -> None:
    cells: dict[str, dict[str, float | None]] = {"a": {"x": 1.0}, "b": {"x": 2.0}}
    for said in ({"file": "2023/年报（更正）.docx"}, {"title": "甲局2023年政府信息公开工作年度报告（修订）"}):
        found = reports(("a", "甲局", 2023), ("b", "甲局", 2023, said))
        assert versions(found, cells)["a"] == (["b"], ["x"], [], None, None)
    # a folder named so says nothing of the version
    found = reports(("a", "甲局", 2023), ("b", "甲局", 2023, {"file": "更正/年报.docx"}))
    assert versions(found, cells)["a"] == (["b"], ["x"], ["x"], "更正/年报.docx", False)


def test_of_two_versions_the_one_signed_last_is_the_predecessor() -> None:
    older = clean_report("a", year=2022, signed_on=date(2023, 1, 10))
    newer = change_cell(
        clean_report("b", year=2022, signed_on=date(2023, 3, 1)), "t3.carried_out.total", value=5.0
    )
    linked = link_years(batch(newer, older, clean_report("c", year=2023)))
    total = (pl.col("submission") == "c") & (pl.col("applicant") == "total")
    assert linked.years.filter(total).select("previous_submission", "previous_carried_out").rows() == [
        ("b", 5.0)
    ]


def test_versions_without_an_order_leave_open_what_they_say_differently() -> None:
    one = clean_report("a", year=2022)
    other = change_cell(clean_report("b", year=2022), "t3.carried_out.total", value=5.0)
    facts = link_years(batch(one, other, clean_report("c", year=2023)))
    said = facts.years.filter(pl.col("submission") == "c").select("applicant", "previous_carried_out")
    assert dict(said.iter_rows())["total"] is None
    assert dict(said.iter_rows())["natural_person"] == 4.0
    wide = facts.cells.pivot(on="code", index="submission", values="value")
    linked = history(facts.reports, wide, None, _NOW)
    before = previous_cells(facts.reports, linked, wide).filter(pl.col("submission") == "c")
    known = dict(before.select("code", "previous_value").iter_rows())
    assert known["t3.carried_out.total"] is None
    assert known["t3.carried_out.natural_person"] == 4.0
    assert len(known) == 200


def test_across_the_two_forms_only_tables_three_and_four_are_compared() -> None:
    facts = batch(clean_report("a", "v2019", year=2020), clean_report("b", year=2021))
    wide = facts.cells.pivot(on="code", index="submission", values="value")
    before = previous_cells(facts.reports, history(facts.reports, wide, None, _NOW), wide)
    codes = before["code"].to_list()
    assert {code.split(".")[0] for code in codes} == {"t3", "t4"}
    assert "t3.results.other.misc.total" not in codes
    assert len(codes) == 22 * 7 + 15
