"""A government beside the agencies below it, and who of them has not reported."""

from __future__ import annotations

from typing import Any

import polars as pl

from models.facts import REPORTS
from tasks.compare.subordinates import additive, below, subordinates
from tasks.roster import Roster, RosterEntry

_GOVERNMENT = "云岚区人民政府"


def entry(agency: str, parent: str | None = _GOVERNMENT, **more: Any) -> RosterEntry:
    return RosterEntry(agency, "county", more.pop("organ", "department"), parent, (), range(10_000), **more)


ROSTER = Roster(
    (
        entry(_GOVERNMENT, None, organ="government"),
        entry("云岚区教育局"),
        entry("云岚区财政局"),
        entry("云岚区税务局"),  # led from above, by its name
        entry("云岚区气象局", in_summary=True),  # but this one is taken in, says the roster
        entry("云岚区档案馆", exempt=True),
        entry("白鹭镇人民政府", organ="government"),
        entry("白鹭镇财政所", "白鹭镇人民政府"),
    )
)


def reports(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"submission": s, "agency": agency, "year": year, "file": s, "read_by": "text",
             "organ": "government" if agency.endswith("政府") else "department"}
            for s, agency, year in rows
        ],
        schema=dict(REPORTS),
        orient="row",
    )  # fmt: skip


_REPORTS = reports(
    ("g", _GOVERNMENT, 2023),
    ("e", "云岚区教育局", 2023),
    ("f", "云岚区财政局", 2022),
    ("t", "云岚区税务局", 2023),
    ("m", "云岚区气象局", 2023),
    ("z", "白鹭镇人民政府", 2023),
    ("x", "无关局", 2023),
)


def test_only_what_the_summary_takes_in_is_compared() -> None:
    wide = pl.DataFrame(
        {
            "submission": ["g", "e", "f", "t", "m", "z", "x"],
            "t3.received_new.total": [20.0, 25.0, 99.0, 99.0, 3.0, None, 99.0],
            "t4.review.total": [2.0, 1.0, 9.0, 9.0, 1.0, 1.0, 9.0],
            "t2v19.licensing.items_prev": [1.0] * 7,
        }
    )
    found = subordinates(_REPORTS, wide, ROSTER)
    assert found.sort("code").rows() == [
        ("g", "t3.received_new.total", 20.0, 4, 2, 28.0, 25.0, "云岚区教育局", "e", "text"),
        ("z", "t3.received_new.total", None, 1, 0, None, None, None, None, None),
        ("g", "t4.review.total", 2.0, 4, 3, 3.0, 1.0, "云岚区教育局", "e", "text"),
        ("z", "t4.review.total", 1.0, 1, 0, None, None, None, None, None),
    ]


def test_without_a_roster_there_is_nothing_to_compare() -> None:
    wide = pl.DataFrame({"submission": ["g"], "t3.received_new.total": [20.0]})
    assert subordinates(_REPORTS, wide, None).is_empty()
    assert below(_REPORTS, None).is_empty()


def test_who_below_has_not_reported() -> None:
    # nobody below the second one has a report: nobody looked
    assert below(_REPORTS, ROSTER).rows() == [("g", 5, ["云岚区财政局"]), ("z", 1, None)]


def test_stocks_and_changes_of_the_first_form_do_not_add_up() -> None:
    codes = additive()
    assert "t3.results.total.total" in codes
    assert "t2.fees.amount_wan_yuan" in codes
    assert not [code for code in codes if code.startswith("t2v19")]
