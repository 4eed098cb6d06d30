"""What OCR read is never proof of a breach: such findings are for the operator, and earn and cost nothing."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from models.facts import Facts
from models.results import Addressee, Evaluation, Verdict
from tasks.validate import evaluate
from tests.facts_builder import change, change_cell, clean_report, with_previous

WRONG_SUM = "t3.results.total.total"


def evaluated(facts: Facts) -> Evaluation:
    (evaluation,) = evaluate(facts).values()
    return evaluation


def addressees(evaluation: Evaluation) -> dict[str, str]:
    return {finding.rule: str(finding.addressee) for finding in evaluation.findings}


def test_a_wrong_sum_read_by_ocr_goes_to_the_operator() -> None:
    wrong = change_cell(clean_report(), WRONG_SUM, value=99.0)
    by_ocr = replace(wrong, cells=wrong.cells.with_columns(read_by=pl.lit("ocr")))
    printed, pictured = evaluated(wrong), evaluated(by_ocr)
    assert set(addressees(printed).values()) == {"agency"}
    assert addressees(pictured) == dict.fromkeys([*addressees(printed), "PUB-03"], "operator")
    assert pictured.verdicts == {**printed.verdicts, "PUB-03": Verdict.FAIL}
    assert printed.score.total is not None
    assert all(not dimension.deductions for dimension in pictured.score.dimensions)
    assert pictured.score.coverage < printed.score.coverage


def test_words_of_a_scan_prove_nothing_either() -> None:
    without = change(
        clean_report(),
        "sections",
        pl.col("key") == "problems",
        heading=None,
        match=None,
        order=None,
        occurrences=0,
    )
    assert addressees(evaluated(without))["STR-01"] == "agency"
    scanned = replace(without, reports=without.reports.with_columns(read_by=pl.lit("ocr")))
    assert addressees(evaluated(scanned))["STR-01"] == "operator"


def test_last_years_scan_does_not_accuse_this_years_report() -> None:
    wrong = change(
        with_previous(clean_report()), "years", pl.col("applicant") == "total", previous_carried_out=40.0
    )
    assert addressees(evaluated(wrong)) == {"XY-01": str(Addressee.AGENCY)}
    scanned = change(wrong, "years", pl.lit(True), previous_read_by="ocr")
    assert addressees(evaluated(scanned)) == {"XY-01": str(Addressee.OPERATOR)}
