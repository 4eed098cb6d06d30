"""The figures of a run: those of the pages, and whether there is news."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from models.errors import ConfigurationError, ErrorKind
from models.results import Severity
from models.views import ErrorView
from tasks.persist import record_errors, start_run, sweep_view
from tasks.publish.overview import counts, lines
from tasks.publish.site import slugs
from tasks.tell import Audience, ReportLine, Resubmitted, Summary, When, summarise, wanted
from tasks.tell.texts import needs_action
from tests.storage.made import FRACTION, HEADING, RULES, TOTALS, UNSURE, evaluation, submission
from tests.tell.made import (
    AT,
    BROKEN,
    EDUCATION,
    HEALTH,
    OWED,
    REPORTS,
    SAID,
    UNREADABLE,
    WATER,
    run,
)

UNKNOWN = "云栖市映溪区某局"


def test_the_figures_of_a_run(database: Engine) -> None:
    number = run(database)
    found = summarise(database, number)
    assert found == Summary(
        run_id=number,
        title="政府信息公开工作年度报告核查",
        state="completed",
        years=(2023,),
        started_at=AT,
        finished_at=found.finished_at,
        reports=(
            ReportLine(EDUCATION, 2023, 81.5, "良好", 1, 1, 0, 1),
            ReportLine(UNKNOWN, None, 50.0, "不合格", 0, 1, 0, 0),
            ReportLine(HEALTH, 2023, None, "暂不评分", 0, 0, 0, 1),
            ReportLine(WATER, 2023, 100.0, "优秀", 0, 0, 0, 0),
        ),
        missing=(OWED,),
        unreadable=(UNREADABLE,),
        broken=(BROKEN,),
        resubmitted=(),
        changed=True,
    )
    figures = (found.owed, found.received, found.to_mend, found.review, found.passing, found.unscored)
    assert figures == (4, 3, 1, 2, 2, 1)
    assert found.critical_agencies == (EDUCATION,)


def test_the_figures_are_those_of_the_pages(database: Engine) -> None:
    first = run(database)
    second = run(
        database,
        [*REPORTS[1:], submission("教育局（更正）.txt", EDUCATION)],
        [*SAID[1:], evaluation("教育局（更正）.txt", (HEADING, FRACTION))],
    )
    for number in (first, second):
        view = sweep_view(database, number)
        listed = lines(slugs(view.reports))
        page, told = counts(view, listed), summarise(database, number)
        assert [
            (line.agency, line.year, line.critical, line.warning, line.info, line.review)
            for line in told.reports
        ] == [
            (line.report.agency, line.report.year, line.critical, line.warning, line.info, line.review)
            for line in listed
        ]
        assert (page.owed, page.received, page.missing) == (told.owed, told.received, len(told.missing))
        assert (page.passing, page.unscored, page.review) == (told.passing, told.unscored, told.review)
        assert (page.unreadable, page.broken) == (len(told.unreadable), len(told.broken))
        assert page.critical_agencies == len(told.critical_agencies)


def test_what_a_resubmission_mended_left_and_brought(database: Engine) -> None:
    run(database, errors=(), missing=())
    again = submission("教育局（更正）.txt", EDUCATION)
    said = evaluation("教育局（更正）.txt", (HEADING, FRACTION))
    second = summarise(database, run(database, [*REPORTS, again], [*SAID, said], (), ()))
    assert second.resubmitted == (Resubmitted(EDUCATION, 2023, 2, mended=1, still_open=1, new=1),)
    third = summarise(database, run(database, [*REPORTS, again], [*SAID, said], (), ()))
    assert (third.resubmitted, third.changed) == ((), False)
    assert third.reports == second.reports


def test_an_unknown_run(database: Engine) -> None:
    with pytest.raises(ConfigurationError, match="没有编号为7的核查记录。"):
        summarise(database, 7)


def test_a_run_that_is_not_over(database: Engine) -> None:
    number = start_run(database, "报告", (), RULES, started_at=AT)
    found = summarise(database, number)
    assert (found.state, found.finished_at, found.reports, found.years) == ("running", None, (), ())


OTHER = ErrorView("新.pdf", ErrorKind.ENCRYPTED.value, "文件已加密，请重新报送。")
FAILED_ADDRESS = ErrorView("通知地址（运维第1个，mailto）", ErrorKind.INTERNAL.value, "通知未能送达。")


@pytest.mark.parametrize(
    ("errors", "missing", "years", "changed"),
    [
        ((UNREADABLE,), (OWED,), (2023,), False),
        ((UNREADABLE, FAILED_ADDRESS), (OWED,), (2023,), False),
        ((UNREADABLE, OTHER), (OWED,), (2023,), True),
        ((), (OWED,), (2023,), True),
        ((UNREADABLE,), (), (2023,), True),
        ((UNREADABLE,), (OWED,), (2022, 2023), True),
    ],
)
def test_what_is_news(
    database: Engine,
    errors: Iterable[ErrorView],
    missing: Iterable[object],
    years: Iterable[int],
    changed: bool,
) -> None:
    run(database, errors=(UNREADABLE,))
    run(database, errors=(UNREADABLE,), years=(2021,))  # another sweep in between is not compared with
    number = run(database, errors=errors, missing=missing, years=years)  # type: ignore[arg-type]
    assert summarise(database, number).changed is changed


def test_a_run_that_failed_is_news_and_so_is_its_end(database: Engine) -> None:
    run(database)
    assert summarise(database, run(database, state="failed")).changed is True
    assert summarise(database, run(database)).changed is True
    assert summarise(database, run(database)).changed is False


def test_an_address_that_failed_is_no_file_that_could_not_be_read(database: Engine) -> None:
    number = run(database, errors=())
    record_errors(database, number, [FAILED_ADDRESS])
    found = summarise(database, number)
    assert (found.unreadable, found.broken) == ((), ())


def test_who_is_to_hear(database: Engine) -> None:
    full = summarise(database, run(database))
    calm = replace(full, reports=full.reports[3:], missing=(), unreadable=(), broken=(), changed=False)
    assert [wanted(calm, audience, when) for audience in Audience for when in When] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]

    def act(**values: object) -> list[bool]:
        changed = replace(calm, **values)  # type: ignore[arg-type]
        return [needs_action(changed, audience) for audience in Audience]

    assert act() == [False, False]
    assert act(unreadable=(UNREADABLE,)) == [True, False]
    assert act(broken=(BROKEN,)) == [True, False]
    assert act(state="failed") == [True, False]
    assert act(missing=(OWED,)) == [False, True]
    assert act(reports=(ReportLine(WATER, 2023, 80.0, "良好", 1, 0, 0, 0),)) == [False, True]
    assert act(reports=(ReportLine(WATER, 2023, 80.0, "良好", 0, 3, 0, 1),)) == [True, False]
    assert [TOTALS.severity, UNSURE.severity] == [Severity.CRITICAL, Severity.INFO]


def test_an_old_file_that_comes_again_shows_the_newest_version(database: Engine) -> None:
    first, second = submission("教育局.txt", EDUCATION), submission("教育局（更正）.txt", EDUCATION)
    said = evaluation("教育局.txt", (TOTALS, HEADING)), evaluation("教育局（更正）.txt", (HEADING,))
    earlier = run(database, [first], said[:1], (), ())
    run(database, [second], said[1:], (), ())
    third = summarise(database, run(database, [first], said[:1], (), ()))
    assert [(line.agency, line.critical, line.warning) for line in third.reports] == [(EDUCATION, 0, 1)]
    assert third.resubmitted == ()
    # a run that is looked at afterwards does not know what came later
    assert [line.critical for line in summarise(database, earlier).reports] == [1]
