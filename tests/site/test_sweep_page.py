"""The page of a year: its figures are those of an independent count, and every one leads to the list behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import Engine, text

from tasks.accounts.person import Person
from tasks.ask.regions import region
from tasks.ask.sweep import BANDS, WORDS, forget, most_frequent, overview
from tasks.decide.reviews import decide, undo_batch
from tests.site.conftest import OTHER_REGION, Browser

YEAR = 2023
FIGURE = re.compile(r'<a href="([^"]+)" title="[^"]+"><span>([^<]+)</span><b>([0-9,]+)</b>')
COUNT = re.compile(r"共 <b>([0-9,]+)</b>")


def number(database: Engine, sql: str, **given: object) -> int:
    with database.connect() as connection:
        return int(connection.execute(text(sql), given).scalar_one())


def figures_of(browser: Browser, path: str = f"/sweeps?year={YEAR}") -> dict[str, tuple[str, int]]:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    found = FIGURE.findall(answer.text)
    return {name: (unescape(to), int(count.replace(",", ""))) for to, name, count in found}


def listed(browser: Browser, to: str) -> int:
    answer = browser.get(to)
    assert answer.status_code == 200, (to, answer.text)
    (count,) = COUNT.findall(answer.text)
    return int(count.replace(",", ""))


def test_a_year_to_come_in_one_report_is_not_the_year_of_all_others(
    supervisor: Browser, database: Engine
) -> None:
    shown = re.compile(r"<h1>(\d+)年度核查总览")
    usual = shown.findall(supervisor.get("/sweeps").text)
    slip = "UPDATE standings SET year = 2098 WHERE report_id = (SELECT min(report_id) FROM standings)"
    with database.begin() as connection:
        connection.execute(text(slip))
    assert shown.findall(supervisor.get("/sweeps").text) == usual
    assert shown.findall(supervisor.get("/sweeps?year=2098").text) == ["2098"]


def counted(database: Engine, year: int) -> dict[str, int]:
    """The figures of a year, each by a question of its own that does not know how the page counts."""
    standings = "SELECT count(*) FROM standings WHERE year = :year"
    late = """SELECT count(DISTINCT s.report_id) FROM standings s JOIN findings f ON f.evaluation_id = s.evaluation_id
        WHERE s.year = :year AND f.rule IN ('TIME-01', 'TIME-02', 'TIME-03') AND f.severity <> 'info'
        AND f.addressee = 'agency'"""
    missing = """SELECT count(*) FROM agencies a WHERE a.on_roster AND NOT a.exempt
        AND coalesce(a.first_year, 0) <= :year AND coalesce(a.last_year, 9999) >= :year
        AND a.id NOT IN (SELECT agency_id FROM reports WHERE year = :year)"""
    asked = {
        "已报": "SELECT count(*) FROM reports WHERE year = :year",
        "未报": missing,
        "逾期": late,
        "待核": f"{standings} AND state = 'pending'",
        "需整改": f"{standings} AND critical > 0 AND state <> 'passed'",
        "合格": f"{standings} AND total IS NOT NULL AND grade <> '不合格'",
    }
    found = {name: number(database, sql, year=year) for name, sql in asked.items()}
    unread = "SELECT count(*) FROM system_errors WHERE kind <> 'internal'"
    return {"应报": found["已报"] + found["未报"], "无法读取": number(database, unread)} | found


@pytest.mark.parametrize("year", [2020, 2022, 2023])
def test_every_figure_is_that_of_an_independent_count(operator: Browser, database: Engine, year: int) -> None:
    shown = figures_of(operator, f"/sweeps?year={year}")
    assert {name: count for name, (_, count) in shown.items()} == counted(database, year)


def test_every_figure_leads_to_a_list_of_as_many(operator: Browser, supervisor: Browser) -> None:
    for browser in (operator, supervisor):
        shown = figures_of(browser)
        assert {name: listed(browser, to) for name, (to, _) in shown.items()} == {
            name: count for name, (_, count) in shown.items()
        }


def test_bars_rules_and_places_lead_to_lists_of_as_many(operator: Browser) -> None:
    text_ = operator.get(f"/sweeps?year={YEAR}").text
    bars = re.findall(r'<a href="([^"]+)" aria-label="[^"：]+：(\d+)份">', text_)
    rules = re.findall(r'<span class="many"><a href="([^"]+)">(\d+)份</a>', text_)
    places = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a></td>', text_)
    assert (len(bars), len(rules)) == (len(BANDS) + 1, 10)
    assert len(places) > 5
    for to, count in (*bars, *rules, *places):
        assert (to, listed(operator, unescape(to))) == (to, int(count))


def test_a_place_unfolds_into_those_below_it(operator: Browser, database: Engine) -> None:
    top = number(database, "SELECT id FROM agencies WHERE name = '映溪区人民政府'")
    rows = operator.get(f"/sweeps/places?year={YEAR}&region={top}").text
    assert "没有下级地区。" in rows  # all of its agencies are departments and townships without others below
    assert "<html" not in rows
    below = operator.get(f"/sweeps?year={YEAR}&region={top}")
    assert "映溪区人民政府" in below.text


def test_a_supervisor_sees_the_figures_of_the_own_region_alone(
    browser: Callable[[str], Browser], database: Engine
) -> None:
    inside = browser("supervisor")
    assert {name: count for name, (_, count) in figures_of(inside).items()}["已报"] == 13
    outside = browser("elsewhere")
    assert {name: count for name, (_, count) in figures_of(outside).items()} == {
        "应报": 2,
        "已报": 0,
        "未报": 2,
        "逾期": 0,
        "无法读取": 0,
        "待核": 0,
        "需整改": 0,
        "合格": 0,
    }
    theirs = number(database, "SELECT id FROM agencies WHERE name = '映溪区人民政府'")
    for path in ("/sweeps", "/sweeps/places", "/worklist", "/worklist/owed", "/worklist/unreadable"):
        assert outside.get(f"{path}?year={YEAR}&region={theirs}").status_code == 404
    assert "映溪区" not in outside.get(f"/sweeps?year={YEAR}").text


def test_agencies_have_no_such_page(agency: Browser) -> None:
    for path in (
        "/sweeps",
        "/sweeps/1",
        "/sweeps/places",
        "/worklist?year=2023",
        "/worklist.csv",
        "/worklist/owed",
    ):
        assert agency.get(path).status_code == 404


def test_a_step_of_a_report_shows_at_once(supervisor: Browser, database: Engine) -> None:
    before = figures_of(supervisor)["待核"][1]
    report = number(database, "SELECT min(report_id) FROM standings WHERE year = 2023 AND critical = 0")
    answer = supervisor.submit(
        "/worklist/do", {"action": "pass", "ids": str(report), "reason": "已核对", "back": ""}
    )
    assert answer.status_code == 303
    assert figures_of(supervisor)["待核"][1] == before - 1


def test_the_figures_of_an_exempt_agency(database: Engine, person_operator: Person) -> None:
    with database.begin() as connection:
        connection.execute(
            text("UPDATE agencies SET exempt = true WHERE name = :name"), {"name": OTHER_REGION}
        )
        connection.execute(text("UPDATE agencies SET last_year = 2022 WHERE name = '云岚区教育局'"))
        there = region(connection, person_operator)
    assert there is not None
    assert overview(database, person_operator, there, 2023).figures.missing == 1
    assert overview(database, person_operator, there, 2022).figures.missing == 1


def test_the_most_frequent_failures(database: Engine, person_operator: Person) -> None:
    with database.connect() as connection:
        there = region(connection, person_operator)
        rows = connection.execute(
            text(
                "SELECT f.rule, count(DISTINCT s.report_id) AS n FROM standings s"
                " JOIN findings f ON f.evaluation_id = s.evaluation_id"
                " WHERE s.year = 2023 AND f.addressee = 'agency' GROUP BY f.rule ORDER BY n DESC, f.rule LIMIT 10"
            )
        ).all()
    assert there is not None
    found = most_frequent(database, person_operator, there, 2023)
    assert [(one.rule, one.reports) for one in found] == [tuple(row) for row in rows]
    assert found[0].share == 1.0


def test_what_each_figure_counts_is_told_on_the_page(operator: Browser) -> None:
    page = operator.get("/sweeps").text
    assert [meaning for _, meaning in WORDS.values() if meaning not in page] == []


def test_a_year_without_reports_and_one_that_is_none(operator: Browser) -> None:
    shown = figures_of(operator, "/sweeps?year=2015")
    assert {name: count for name, (_, count) in shown.items() if name in ("已报", "逾期", "合格")} == {
        "已报": 0,
        "逾期": 0,
        "合格": 0,
    }
    assert operator.get("/sweeps?year=abc").status_code in (400, 404, 422)
    assert operator.get("/sweeps/999").status_code == 404


def test_decisions_show_in_every_figure_and_in_the_list_behind_it(
    supervisor: Browser, operator: Browser, database: Engine, person_supervisor: Person
) -> None:
    rows = """SELECT s.report_id, f.fingerprint FROM standings s JOIN findings f ON f.evaluation_id = s.evaluation_id
        JOIN agencies a ON a.id = s.agency_id WHERE s.year = 2023 AND f.addressee = 'agency' AND a.path LIKE :region"""
    with database.connect() as connection:
        place = connection.execute(
            text("SELECT path FROM agencies WHERE name = '映溪区人民政府'")
        ).scalar_one()
        named = [tuple(row) for row in connection.execute(text(rows), {"region": f"{place}%"})]
    before = figures_of(supervisor)
    assert before["需整改"][1] > 0
    decide(database, person_supervisor, named, "explained", "已核实", False, "b1")
    forget()
    counts = {name: count for name, (_, count) in before.items()}
    assert {name: count for name, (_, count) in figures_of(supervisor).items()} == counts | {"需整改": 0}
    for browser in (supervisor, operator):
        page = browser.get(f"/sweeps?year={YEAR}").text
        links = re.findall(r'<span class="many"><a href="([^"]+)">(\d+)份</a>', page)
        links += re.findall(r'<a href="([^"]+)" aria-label="[^"：]+：(\d+)份">', page)
        assert [(to, listed(browser, unescape(to))) for to, _ in links] == [(to, int(n)) for to, n in links]
        assert {name: listed(browser, to) for name, (to, _) in figures_of(browser).items()} == {
            name: count for name, (_, count) in figures_of(browser).items()
        }
    undo_batch(database, person_supervisor, "b1")
    forget()
    assert figures_of(supervisor) == before
