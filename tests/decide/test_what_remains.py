"""Where a report stands after decisions: score, grade and counts, in exact numbers, and back again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from expectations.profile import Scoring, default
from models.results import Addressee, Evaluation, Finding, Severity, Verdict
from tasks.ask.failing import failing
from tasks.ask.lifted import difference
from tasks.ask.report import ask_report
from tasks.decide.reviews import decide, undo_batch
from tasks.persist.rows import FINDINGS, STANDINGS
from tasks.persist.runs import Repeatable, take_over
from tasks.score import score
from tasks.tell import summarise
from tests.decide.conftest import Region
from tests.decide.finding_names import fingerprint
from tests.storage.made import LATER_RULES, RuleSet, finding, sha

EDUCATION = "映溪区教育局"
HASH = "d" * 16
MODEL = default().scoring.model_copy(update={"deductions": {"critical": 10, "warning": 4, "info": 0}})
RULES = RuleSet("2026.1", "e" * 64, "office", HASH, MODEL)

SUM = finding("T3-03", "legal", "总计不符。", consequences=("T3-04",))
OTHER_SUM = finding("T3-03", "total", "合计不符。")
ORDER = finding("STR-03", "overview", severity=Severity.WARNING)
HINT = finding("TXT-11", "overview", severity=Severity.INFO)
UNSURE = finding("T4-01", "review", addressee=Addressee.OPERATOR)
ALL = (SUM, OTHER_SUM, ORDER, HINT, UNSURE)
PASSED = ("STR-01", "STR-06", "CELL-03", "CELL-01", "T3-01", "T3-02", "S5-01", "TIME-01", "LEX-05", "STR-02")

MACHINE = (83.0, "良好", 2, 1, 1, 1)
"""Of 100 points (those of the year before shared out) T3-03 took 12 + 1 and STR-03 4."""


def judged(name: str, findings: tuple[Finding, ...] = ALL, model: Scoring = MODEL) -> Evaluation:
    verdicts = dict.fromkeys(PASSED, Verdict.PASS)
    verdicts |= {"T3-03": Verdict.PASS, "T4-01": Verdict.PASS, "XY-01": Verdict.NOT_ASSESSABLE}
    for one in findings:
        verdicts |= dict.fromkeys((one.rule, *one.consequences), Verdict.FAIL)
    return Evaluation(sha(name), verdicts, findings, (), score(verdicts, findings, model=model))


def stands(region: Region, report: int) -> tuple[Any, ...]:
    names = ("total", "grade", "critical", "warning", "info", "operator")
    chosen = select(*(STANDINGS.c[name] for name in names)).where(STANDINGS.c.report_id == report)
    with region.database.connect() as connection:
        return tuple(connection.execute(chosen).one())


def failed(region: Region, report: int, addressee: str = "agency") -> set[str]:
    with region.database.connect() as connection:
        rows = failing(connection, (), (), addressee).subquery()
        chosen = select(rows.c.rule).join_from(
            STANDINGS, rows, rows.c.evaluation_id == STANDINGS.c.evaluation_id
        )
        return set(connection.execute(chosen.where(STANDINGS.c.report_id == report)).scalars())


def swept(region: Region, name: str = "教育局2023真", year: int = 2023, **more: Any) -> int:
    said = judged(name, **{key: more.pop(key) for key in ("findings", "model") if key in more})
    region.swept((name, EDUCATION, year, said), rules=more.pop("rules", RULES))
    return region.report_of(EDUCATION, year)


def ruled(
    region: Region, report: int, found: tuple[Finding, ...], decision: str, batch: str, **more: Any
) -> None:
    named = [(report, fingerprint(EDUCATION, more.get("year", 2023), one)) for one in found]
    decide(region.database, region.supervisor, named, decision, "已核实", more.get("lasting", False), batch)  # type: ignore[arg-type]


BOTH = (SUM, OTHER_SUM)


@pytest.mark.parametrize(
    ("found", "decision", "after", "coverage", "rules"),
    [
        (BOTH, "mend", MACHINE, 0.9333, {"T3-03", "STR-03", "TXT-11"}),
        ((SUM,), "misread", (84.0, "良好", 1, 1, 1, 1), 0.8667, {"T3-03", "STR-03", "TXT-11"}),
        (BOTH, "misread", (96.0, "优秀", 0, 1, 1, 1), 0.8, {"STR-03", "TXT-11"}),
        (BOTH, "not_applicable", (96.0, "优秀", 0, 1, 1, 1), 0.9231, {"STR-03", "TXT-11"}),
        (BOTH, "explained", (96.0, "优秀", 0, 1, 1, 1), 0.9333, {"STR-03", "TXT-11"}),
        ((ORDER,), "misread", (87.0, "良好", 2, 0, 1, 1), 0.8667, {"T3-03", "TXT-11"}),
        ((HINT,), "explained", (83.0, "良好", 2, 1, 0, 1), 0.9333, {"T3-03", "STR-03"}),
        ((UNSURE,), "mend", (73.0, "合格", 3, 1, 1, 0), 1.0, {"T3-03", "STR-03", "TXT-11", "T4-01"}),
        ((UNSURE,), "misread", (83.0, "良好", 2, 1, 1, 0), 0.9333, {"T3-03", "STR-03", "TXT-11"}),
        ((UNSURE,), "not_applicable", (83.0, "良好", 2, 1, 1, 0), 1.0, {"T3-03", "STR-03", "TXT-11"}),
        (ALL, "explained", (100.0, "优秀", 0, 0, 0, 0), 1.0, set()),
        (ALL, "misread", (None, "暂不评分", 0, 0, 0, 0), 0.6667, set()),
    ],
)  # fmt: skip
def test_what_each_decision_leaves(
    region: Region, found: tuple[Finding, ...], decision: str, after: tuple[Any, ...], coverage: float,
    rules: set[str],
) -> None:  # fmt: skip
    report = swept(region)
    assert (stands(region, report), failed(region, report, "operator")) == (MACHINE, {"T4-01"})
    ruled(region, report, found, decision, "b1")
    assert (stands(region, report), failed(region, report)) == (after, rules)
    shown = ask_report(region.database, region.supervisor, report)
    assert shown is not None
    assert (shown.score.coverage, shown.score.total, shown.view.evaluation.score.total) == (
        coverage, after[0], 83.0,
    )  # fmt: skip
    undo_batch(region.database, region.supervisor, "b1")
    assert (stands(region, report), failed(region, report, "operator")) == (MACHINE, {"T4-01"})
    assert failed(region, report) == {"T3-03", "STR-03", "TXT-11"}


def test_what_was_taken_back_is_not_told_again(region: Region) -> None:
    report = swept(region)
    run = region.swept(("教育局2023真", EDUCATION, 2023, judged("教育局2023真")), rules=RULES)

    def told() -> tuple[int, tuple[Any, ...]]:
        summary = summarise(region.database, run)
        (line,) = summary.reports
        figures = (line.total, line.grade, line.critical, line.warning, line.info, line.review)
        return summary.to_mend, figures

    assert told() == (1, MACHINE)
    ruled(region, report, BOTH, "misread", "b1")
    assert told() == (0, (96.0, "优秀", 0, 1, 1, 1))
    undo_batch(region.database, region.supervisor, "b1")
    assert told() == (1, MACHINE)


def test_excused_differently_the_one_of_which_we_know_least_counts(region: Region) -> None:
    report = swept(region)
    ruled(region, report, (SUM,), "misread", "b1")
    ruled(region, report, (OTHER_SUM,), "explained", "b2")
    shown = ask_report(region.database, region.supervisor, report)
    assert shown is not None
    assert (shown.score.total, shown.score.coverage) == (96.0, 0.8)
    # the consequence of the misread one goes with it
    rest = shown.stands and shown.stands.evaluation.verdicts
    assert rest and (rest["T3-03"], rest["T3-04"]) == (Verdict.NOT_ASSESSABLE, Verdict.NOT_ASSESSABLE)


def test_what_the_page_shows_of_the_difference(region: Region) -> None:
    report = swept(region)
    shown = ask_report(region.database, region.supervisor, report)
    assert shown is not None and difference(shown) is None
    ruled(region, report, BOTH, "explained", "b1")
    ruled(region, report, (UNSURE,), "mend", "b2")
    shown = ask_report(region.database, region.supervisor, report)
    told = difference(shown) if shown else None
    assert told is not None
    assert [(one.rule, one.before, one.after, one.decisions) for one in told.rules] == [
        ("T3-03", 13.0, 0.0, ("接受说明",)),
        ("T4-01", 0.0, 10.0, ("要求整改",)),
    ]
    assert (told.before.total, told.after.total, told.scored, told.opened, told.closed) == (
        83.0, 86.0, True, (), (),
    )  # fmt: skip


def test_a_lasting_decision_counts_in_the_next_year_also_when_it_comes_later(region: Region) -> None:
    report, later = swept(region), swept(region, "教育局2024真", 2024)
    earlier = swept(region, "教育局2022真", 2022)
    ruled(region, report, BOTH, "not_applicable", "b1", lasting=True)
    lifted = (96.0, "优秀", 0, 1, 1, 1)
    assert [stands(region, one) for one in (earlier, report, later)] == [MACHINE, lifted, lifted]
    assert stands(region, swept(region, "教育局2025真", 2025)) == lifted
    # decided otherwise for one year, and that holds after it
    ruled(region, later, BOTH, "mend", "b2", year=2024)
    last = region.report_of(EDUCATION, 2025)
    assert [stands(region, one) for one in (report, later, last)] == [lifted, MACHINE, MACHINE]
    undo_batch(region.database, region.supervisor, "b2")
    assert [stands(region, one) for one in (report, later, last)] == [lifted, lifted, lifted]
    undo_batch(region.database, region.supervisor, "b1")
    assert [stands(region, one) for one in (report, later, last)] == [MACHINE, MACHINE, MACHINE]


def test_a_new_version_and_new_rules_stand_by_the_same_decisions(region: Region) -> None:
    report = swept(region)
    ruled(region, report, BOTH, "explained", "b1")
    swept(region, "教育局再报", findings=(SUM, OTHER_SUM))
    assert (stands(region, report), failed(region, report)) == ((100.0, "优秀", 0, 0, 0, 0), set())
    swept(region, "教育局三报", findings=(ORDER,))
    assert (stands(region, report), failed(region, report)) == ((96.0, "优秀", 0, 1, 0, 0), {"STR-03"})
    swept(
        region, "教育局再报", findings=(SUM, ORDER), rules=LATER_RULES
    )  # an older version: the newest stands
    assert stands(region, report) == (96.0, "优秀", 0, 1, 0, 0)
    swept(region, "教育局三报", findings=(SUM, ORDER), rules=RULES)
    assert (stands(region, report), failed(region, report)) == ((96.0, "优秀", 0, 1, 0, 0), {"STR-03"})


def test_without_its_scoring_the_score_stays_and_the_counts_follow(region: Region) -> None:
    unknown = RuleSet("2026.1", "f" * 64, "other", "9" * 16)
    report = swept(region, rules=unknown)
    ruled(region, report, BOTH, "explained", "b1")
    assert stands(region, report) == (83.0, "良好", 0, 1, 1, 1)
    shown = ask_report(region.database, region.supervisor, report)
    told = difference(shown) if shown else None
    assert told is not None
    assert (told.scored, told.rules) == (False, ())


def test_the_shipped_scoring_is_known_without_a_run_that_kept_it(region: Region) -> None:
    shipped = RuleSet("2026.1", "f" * 64, "default", "9" * 16)
    report = swept(region, rules=shipped, model=default().scoring)
    ruled(region, report, BOTH, "explained", "b1")
    assert stands(region, report) == (97.0, "优秀", 0, 1, 1, 1)


def test_a_sweep_that_takes_over_heals_what_was_decided_before_standings_followed(region: Region) -> None:
    report = swept(region)
    ruled(region, report, BOTH, "explained", "b1")
    with region.database.begin() as connection:
        connection.execute(STANDINGS.update().values(total=1.0, critical=9))
        evaluations = list(connection.execute(select(STANDINGS.c.evaluation_id)).scalars())
    run = region.swept()
    take_over(region.database, run, Repeatable(evaluations, [], ()))
    assert stands(region, report) == (96.0, "优秀", 0, 1, 1, 1)


def test_nothing_of_the_evaluation_is_changed(region: Region) -> None:
    report = swept(region)
    with region.database.connect() as connection:
        before = connection.execute(select(FINDINGS).order_by(FINDINGS.c.id)).all()
    ruled(region, report, ALL, "misread", "b1")
    shown = ask_report(region.database, region.supervisor, report)
    assert shown is not None
    assert (shown.view.evaluation.findings, shown.view.evaluation.score) == (
        judged("教育局2023真").findings,
        judged("教育局2023真").score,
    )
    with region.database.connect() as connection:
        assert connection.execute(select(FINDINGS).order_by(FINDINGS.c.id)).all() == before
