"""Where each report stands: its newest version and what the last sweep said of that."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, select

from models.facts import Facts, concat
from models.results import Evaluation
from models.tables import Stored
from tasks.persist import finish_run, record, start_run
from tests.storage.made import HEADING, LATER_RULES, RULES, TOTALS, RuleSet, evaluation, submission

AT = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
STANDINGS, SUBMISSIONS, EVALUATIONS = (
    Stored.metadata.tables[name] for name in ("standings", "submissions", "evaluations")
)


def sweep(
    database: Engine, facts: list[Facts], said: list[Evaluation], ruleset: RuleSet = RULES
) -> list[tuple[Any, ...]]:
    """Record a sweep and return the standings: file, year, format, total, grade, critical, warning, rule set."""
    run = start_run(database, "报告", (), ruleset)
    record(database, run, concat(facts), {e.submission: e for e in said}, ruleset, AT)
    finish_run(database, run, "completed")
    columns = [STANDINGS.c[name] for name in ("year", "format", "total", "grade", "critical", "warning")]
    chosen = (
        select(SUBMISSIONS.c.file, *columns, EVALUATIONS.c.ruleset_version)
        .join_from(STANDINGS, SUBMISSIONS, STANDINGS.c.submission_id == SUBMISSIONS.c.id)
        .join(EVALUATIONS, STANDINGS.c.evaluation_id == EVALUATIONS.c.id, isouter=True)
        .order_by(STANDINGS.c.report_id)
    )
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(chosen)]


FIRST = submission("甲.txt", signed_on=date(2024, 1, 1))
SECOND = submission("甲更正.txt", signed_on=date(2024, 1, 9), format="docx")


def test_the_newest_version_counts_also_when_an_old_one_is_met_again(database: Engine) -> None:
    stood = sweep(database, [FIRST], [evaluation("甲.txt", (TOTALS, HEADING))])
    assert stood == [("甲.txt", 2023, "txt", 81.5, "良好", 1, 1, "2026.1")]
    newest = [("甲更正.txt", 2023, "docx", 95.0, "优秀", 0, 1, "2026.1")]
    better = evaluation("甲更正.txt", (HEADING,), total=95.0, grade="优秀")
    assert sweep(database, [SECOND], [better]) == newest
    assert sweep(database, [FIRST], [evaluation("甲.txt", (TOTALS, HEADING))]) == newest


def test_one_that_is_not_evaluated_or_not_scored(database: Engine) -> None:
    unscored = evaluation("甲.txt", (), total=None, grade="暂不评分")
    stood = sweep(database, [FIRST, submission("无名.txt", None)], [unscored, evaluation("无名.txt")])
    assert stood == [("甲.txt", 2023, "txt", None, "暂不评分", 0, 0, "2026.1")]
    assert sweep(database, [SECOND], []) == [("甲更正.txt", 2023, "docx", None, None, None, None, None)]


def test_the_last_sweep_counts_also_under_an_earlier_rule_set(database: Engine) -> None:
    strict, mild = evaluation("甲.txt", (TOTALS,), total=50.0), evaluation("甲.txt", (), total=99.0)
    sweep(database, [FIRST], [strict])
    assert sweep(database, [FIRST], [mild], LATER_RULES)[0][3:] == (99.0, "良好", 0, 0, "2026.2")
    assert sweep(database, [FIRST], [])[0][3:] == (50.0, "良好", 1, 0, "2026.1")
