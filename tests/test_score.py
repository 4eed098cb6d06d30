"""The arithmetic of the score, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

from expectations.profile import default
from models.results import Addressee, Deduction, Finding, Severity, Verdict
from tasks.score import alerts, closed_gates, score

_ALL = dict.fromkeys(
    ("META-07", "STR-06", "CELL-01", "T3-01", "T3-03", "T4-01", "XY-01", "XY-02", "S6-01", "EXT-01"),
    Verdict.PASS,
)


def _finding(
    rule: str,
    severity: Severity = Severity.CRITICAL,
    addressee: Addressee = Addressee.AGENCY,
    subject: str = "",
) -> Finding:
    return Finding(rule, severity, "…", addressee, subject)


def _points(verdicts: dict[str, Verdict], *findings: Finding) -> float | None:
    return score(verdicts, findings).total


def test_a_clean_report_has_all_points_and_they_add_up() -> None:
    clean = score(_ALL, ())
    assert (clean.total, clean.grade, clean.coverage, clean.gates) == (100.0, "优秀", 1.0, ())
    assert {d.key: (d.maximum, d.points) for d in clean.dimensions} == {
        "structure": (25.0, 25.0),
        "format": (12.5, 12.5),
        "arithmetic": (37.5, 37.5),
        "years": (12.5, 12.5),
        "prose": (12.5, 12.5),
    }


def test_a_dimension_that_was_not_looked_into_is_not_full() -> None:
    alone = _ALL | {"XY-01": Verdict.NOT_ASSESSABLE, "XY-02": Verdict.NOT_ASSESSABLE}
    result = score(alone, ())
    assert result.total == 100.0
    assert {d.key: d.maximum for d in result.dimensions} == {
        "structure": 28.6,
        "format": 14.3,
        "arithmetic": 42.8,
        "prose": 14.3,
    }


def test_what_there_is_nothing_to_compare_with_does_not_count_in_the_coverage() -> None:
    alone = _ALL | {"XY-01": Verdict.NOT_ASSESSABLE, "XY-02": Verdict.NOT_ASSESSABLE}
    assert (score(alone, ()).coverage, score(alone, ()).left_out) == (1.0, ("XY-01", "XY-02"))
    unsure = score(alone | {"T3-01": Verdict.NOT_ASSESSABLE, "T4-01": Verdict.NOT_ASSESSABLE}, ())
    assert (unsure.coverage, unsure.total, unsure.left_out) == (0.75, None, ("XY-01", "XY-02"))


def test_each_severity_deducts_once_a_rule() -> None:
    assert _points(_ALL, _finding("S6-01", Severity.WARNING)) == 97.0
    assert _points(_ALL, _finding("META-07")) == 92.0
    assert _points(_ALL, _finding("CELL-01", Severity.INFO)) == 100.0


def test_further_findings_of_a_rule_cost_one_point_up_to_three() -> None:
    found = [_finding("T4-01", subject=str(n)) for n in range(3)]
    result = score(_ALL, found)
    arithmetic = next(d for d in result.dimensions if d.key == "arithmetic")
    assert arithmetic.deductions == (Deduction("T4-01", 10.0, "8+1+1"),)
    many = score(_ALL, [_finding("T3-03", subject=str(n)) for n in range(9)])
    arithmetic = next(d for d in many.dimensions if d.key == "arithmetic")
    assert arithmetic.deductions == (Deduction("T3-03", 15.0, "12+1+1+1"),)
    assert arithmetic.points == 22.5


def test_a_model_may_count_further_findings_otherwise() -> None:
    found = [_finding("T4-01", subject=str(n)) for n in range(4)]

    def taken(further: float, at_most: float) -> tuple[float, str]:
        model = default().scoring.model_copy(update={"further": further, "further_at_most": at_most})
        (deduction,) = next(d for d in score(_ALL, found, model=model).dimensions if d.deductions).deductions
        return deduction.points, deduction.note

    assert taken(0, 3) == (8.0, "8")
    assert taken(1, 0) == (8.0, "8")
    assert taken(2, 3) == (11.0, "8+2+1")


def test_a_dimension_never_goes_under_zero() -> None:
    result = score(_ALL, [_finding("XY-01"), _finding("XY-02", Severity.WARNING)])
    assert {d.key: d.points for d in result.dimensions}["years"] == 0.0
    assert result.total == 87.5


def test_gates_cap_the_score() -> None:
    wrong = score(_ALL, [_finding("T4-01")])
    assert (wrong.total, wrong.grade) == (89.0, "良好")
    assert wrong.gates == ("统计数据存在严重勾稽错误，最高89分",)
    missing = score(_ALL, [_finding("STR-06")])
    assert (missing.total, missing.grade, missing.gates) == (59.0, "不合格", ("缺少统计表，最高59分",))


def test_a_missing_table_gates_also_as_a_consequence() -> None:
    cause = Finding("STR-01", Severity.CRITICAL, "…", Addressee.AGENCY, consequences=("STR-06",))
    verdicts = _ALL | {"STR-01": Verdict.FAIL}
    assert score(verdicts, [cause]).total == 59.0


def test_a_copy_gates_from_its_likeness_on() -> None:
    model = default().scoring
    for alike, gates in ((0.9499, ()), (0.95, ("与其他报告几乎完全相同（雷同度95%及以上），最高59分",))):
        copied = replace(_finding("DUP-02"), observed=alike)
        assert tuple(gate.title for gate in closed_gates(model, [copied])) == gates, alike
        assert closed_gates(model, [replace(copied, severity=Severity.WARNING)]) == []


def test_a_gate_closes_only_from_its_severity_on() -> None:
    model = default().scoring
    assert closed_gates(model, [_finding("T4-01", Severity.WARNING)]) == []
    assert [gate.at_most for gate in closed_gates(model, [_finding("PUB-02", Severity.WARNING)])] == [59]
    assert closed_gates(model, [_finding("PUB-02", addressee=Addressee.OPERATOR)]) == []
    assert [gate.at_most for gate in closed_gates(model, [_finding("XT-03")])] == [89]


def test_a_leaked_identity_number_is_an_alert_whoever_has_to_look() -> None:
    model = default().scoring
    for addressee in Addressee:
        found = [_finding("T4-01"), _finding("PII-02", addressee=addressee)]
        assert alerts(model, found) == (model.alerts["PII-02"],)
    assert alerts(model, [_finding("T4-01")]) == ()


def test_what_goes_to_the_operator_never_deducts() -> None:
    result = score(_ALL, [_finding("T4-01", addressee=Addressee.OPERATOR), _finding("EXT-01", Severity.INFO)])
    assert (result.total, result.gates) == (100.0, ())


def test_no_score_under_the_coverage() -> None:
    unsure = dict.fromkeys(("CELL-01", "T3-01", "T3-03"), Verdict.NOT_ASSESSABLE)
    result = score(_ALL | unsure, [_finding("META-07")])
    assert (result.total, result.grade, result.coverage) == (None, "暂不评分", 0.7)
    assert sum(len(d.deductions) for d in result.dimensions) == 1


def test_no_score_where_the_form_is_unknown() -> None:
    result = score({"META-01": Verdict.PASS, "META-07": Verdict.PASS}, ())
    assert (result.total, result.grade, result.coverage) == (None, "暂不评分", 1.0)
    assert (score({}, ()).total, score({}, ()).coverage) == (None, 0.0)


def test_grades_begin_at_their_bounds() -> None:
    warnings = ("META-07", "CELL-01", "S6-01", "XY-02")
    ninety = [_finding(rule, Severity.WARNING) for rule in warnings[:3]]
    assert (score(_ALL, ninety).total, score(_ALL, ninety).grade) == (91.0, "优秀")
    eighty = [*ninety, _finding("XY-02", Severity.WARNING)]
    assert (score(_ALL, eighty).total, score(_ALL, eighty).grade) == (88.0, "良好")


def test_zero_reports_are_flagged() -> None:
    assert score(_ALL, (), zero_report=True).zero_report is True
