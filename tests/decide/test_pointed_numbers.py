"""A whole number that we misread with a point is no fault of the agency once a person has corrected it."""

from __future__ import annotations

from tasks.validate import evaluate
from tests.facts_builder import batch, change_cell, clean_report

CELL = "t2.normative_docs.issued"


def test_what_we_misread_is_not_held_against_the_agency() -> None:
    clean = clean_report("read")
    value = dict(clean.cells.select("code", "value").iter_rows())[CELL]
    pointed = {"value": value, "kind": "number", "raw": f"{value:.1f}"}
    read = change_cell(clean, CELL, **pointed)
    corrected = change_cell(clean_report("corrected"), CELL, **pointed, read_by="person")
    said = evaluate(batch(read, corrected))
    assert {name: said[name].verdicts["CELL-03"].value for name in said} == {
        "read": "FAIL",
        "corrected": "PASS",
    }
