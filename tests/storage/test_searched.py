"""What is searched for words: agency, file and the sentences of where a report stands now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import Engine, select

from models.database import downgrade, engine, upgrade
from models.facts import Facts, concat
from models.results import Evaluation
from tasks.persist import finish_run, record, start_run
from tasks.persist.rows import SEARCH_TEXTS
from tasks.persist.searched import folded
from tests.storage.made import FRACTION, HEADING, LATER_RULES, RULES, TOTALS, RuleSet, evaluation, submission

AT = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
AGENCY = "云岚区教育局"
FIRST = submission("甲.TXT", signed_on=date(2024, 1, 1))
SECOND = submission("甲（更正）.txt", signed_on=date(2024, 1, 9))


def sweep(
    database: Engine, facts: list[Facts], said: list[Evaluation], ruleset: RuleSet = RULES
) -> list[tuple[int, list[str]]]:
    """Record a sweep and return the year and the lines of each text."""
    run = start_run(database, "报告", (), ruleset)
    record(database, run, concat(facts), {e.submission: e for e in said}, ruleset, AT)
    finish_run(database, run, "completed")
    return texts(database)


def texts(database: Engine) -> list[tuple[int, list[str]]]:
    with database.connect() as connection:
        chosen = select(SEARCH_TEXTS.c.year, SEARCH_TEXTS.c.text).order_by(SEARCH_TEXTS.c.report_id)
        return [(year, text.split("\n")) for year, text in connection.execute(chosen)]


def test_it_follows_the_newest_version_and_its_last_evaluation(database: Engine) -> None:
    said = [folded(TOTALS.message), folded(HEADING.message)]
    first = sweep(database, [FIRST], [evaluation("甲.TXT", (TOTALS, HEADING))])
    assert first == [(2023, [AGENCY, "甲.txt", *said])]
    second = sweep(database, [SECOND], [evaluation("甲（更正）.txt", (HEADING,))])
    assert second == [(2023, [AGENCY, "甲(更正).txt", said[1]])]
    later = sweep(database, [SECOND], [evaluation("甲（更正）.txt", (FRACTION,))], LATER_RULES)
    assert later == [(2023, [AGENCY, "甲(更正).txt", folded(FRACTION.message)])]
    changed = replace(FRACTION, message="表二填报“１２３件”。")
    again = sweep(database, [SECOND], [evaluation("甲（更正）.txt", (changed,))], LATER_RULES)
    assert again == [(2023, [AGENCY, "甲(更正).txt", "表二填报“123件”。"])]


def test_one_that_is_not_evaluated_and_one_of_nobody(database: Engine) -> None:
    assert sweep(database, [FIRST, submission("无名.txt", None)], [evaluation("无名.txt")]) == [
        (2023, [AGENCY, "甲.txt"])
    ]


def test_what_no_database_can_hold_is_searched_all_the_same(database: Engine) -> None:
    odd = replace(TOTALS, message="填报“1\x002\udc80件”，Ａ栏。")
    assert sweep(database, [FIRST], [evaluation("甲.TXT", (odd,))]) == [
        (2023, [AGENCY, "甲.txt", "填报“1 2\ufffd件”,a栏。"])
    ]


def test_the_migration_makes_what_a_sweep_writes(empty_url: str) -> None:
    upgrade(empty_url)
    database = engine(empty_url)
    odd = replace(TOTALS, message="填报“1\x002\udc80件”，Ａ栏。")
    facts = [FIRST, SECOND, submission("乙.txt", "映溪区司法局", 2022), submission("丙.txt", "映溪区财政局")]
    said = [
        evaluation("甲.TXT", (FRACTION,)),
        evaluation("甲（更正）.txt", (odd, HEADING)),
        evaluation("乙.txt", ()),
    ]
    written = sweep(database, facts, said)
    assert len(written) == 3
    database.dispose()
    downgrade(empty_url, "0008")
    upgrade(empty_url)
    assert texts(database) == written
    database.dispose()
