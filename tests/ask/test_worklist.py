"""What the work list and the page of a year ask, on SQLite and PostgreSQL, against questions that know no better way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from benchmarks.questions import REGION, fill
from models.database import engine, upgrade
from tasks.accounts.person import Person, Role
from tasks.ask import owed
from tasks.ask.regions import Place, Region, below, region
from tasks.ask.sweep import Figures, most_frequent, overview
from tasks.ask.worklist import PAGE, SORTS, Filter, counted, every_item, listed, matching_ids
from tests.storage.conftest import postgres

__all__ = ["postgres"]

REPORTS, YEAR = 2_000, 2023
CITY, DISTRICT = 1, 3
OPERATOR = Person(1, "operator", "运维", Role.OPERATOR)
SUPERVISOR = Person(2, "supervisor", "督查", Role.SUPERVISOR, DISTRICT, f"/{CITY}/{DISTRICT}/")
NOBODY = Person(3, "nobody", "无", Role.SUPERVISOR, None, "")
AGENCY = Person(4, "agency", "单位", Role.AGENCY, 300, f"/{CITY}/{DISTRICT}/300/")

FROM = "FROM standings s JOIN agencies a ON a.id = s.agency_id JOIN submissions b ON b.id = s.submission_id"
BROKEN = (
    "s.evaluation_id IN (SELECT evaluation_id FROM findings WHERE rule = 'T3-30' AND addressee = 'agency')"
)
LATE = "s.evaluation_id IN (SELECT evaluation_id FROM findings WHERE rule = 'TIME-01')"
SAID = "EXISTS (SELECT 1 FROM findings f WHERE f.evaluation_id = s.evaluation_id AND f.message LIKE '%{0}%')"
CASES: dict[str, tuple[Filter, str]] = {
    "year": (Filter(YEAR), "s.year = 2023"),
    "everything": (Filter(), "true"),
    "rule": (Filter(YEAR, rule="T3-30"), f"s.year = 2023 AND {BROKEN}"),
    "late": (Filter(late=True), LATE),
    "repeated": (Filter(repeated=True), "b.version > 1"),
    "review": (Filter(review=True), "s.operator > 0"),
    "state": (Filter(YEAR, state="mended"), "s.year = 2023 AND s.state = 'mended'"),
    "to mend": (Filter(result="to_mend"), "s.critical > 0 AND s.state <> 'passed'"),
    "unscored": (Filter(result="unscored"), "s.total IS NULL"),
    "score": (Filter(least=40.0, below=60.5, format="pdf"), "s.total >= 40 AND s.total < 60.5 AND s.format = 'pdf'"),
    "a rare word": (Filter(q="第77局"), "b.file LIKE '%第77局%'"),
    "a common word": (Filter(YEAR, q="政府 docx"), "s.year = 2023"),
    "a common and a rare word": (Filter(q="政府 第77局"), "b.file LIKE '%第77局%'"),
    "latin letters in another case": (Filter(q="第77局 DOCX"), "b.file LIKE '%第77局%'"),
    "one character": (Filter(q="7"), f"b.file LIKE '%7%' OR {SAID.format('7')}"),
    "a sign of patterns": (Filter(q="_"), "false"),
    "a sentence": (Filter(q="附件7"), SAID.format("附件7")),
    "a common word of sentences": (Filter(YEAR, q="相差"), f"s.year = 2023 AND {SAID.format('相差')}"),
    "a number": (Filter(q="123件"), SAID.format("123件")),
    "wide digits and marks": (Filter(q="１23件 (七)总计"), f"{SAID.format('123件')} AND {SAID.format('（七）总计')}"),
    "words in names and sentences": (Filter(q="附件 第77局"), f"{SAID.format('附件')} AND b.file LIKE '%第77局%'"),
    "words in two sentences": (Filter(q="空缺 0+1 附件"), " AND ".join(map(SAID.format, ("空缺", "0+1", "附件")))),
    "not across two sentences": (Filter(q="填0。表二"), "false"),
    "pairs without their word": (Filter(q="填填0"), "false"),
    "only blanks": (Filter(q=" \u3000\0"), "true"),
}  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with 2,000 made-up reports of five districts of a city."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('filled') / 'hecha.db'}"
    else:
        socket: Path = request.getfixturevalue("postgres")
        server = engine(f"postgresql://hecha@/postgres?host={socket}")
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE DATABASE filled"))
        server.dispose()
        url = f"postgresql://hecha@/filled?host={socket}"
    upgrade(url)
    database = engine(url)
    fill(database, REPORTS)
    yield database
    database.dispose()


def there(database: Engine, person: Person, id_: int | None = None) -> Region:
    with database.connect() as connection:
        found = region(connection, person, id_)
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("person", [OPERATOR, SUPERVISOR, AGENCY], ids=lambda person: person.name)
def test_what_matches(filled: Engine, person: Person, case: str) -> None:
    chosen, where = CASES[case]
    scope = {OPERATOR: "true", SUPERVISOR: "a.path LIKE '/1/3/%'", AGENCY: "a.id = 300"}[person]
    sql = f"SELECT s.report_id {FROM} WHERE ({where}) AND {scope} ORDER BY s.total IS NULL, s.total, s.report_id"
    with filled.connect() as connection:
        wanted = list(connection.execute(text(sql)).scalars())
        whole = region(connection, person)
        assert matching_ids(connection, person, chosen, whole) == wanted
        first = listed(connection, person, chosen, whole)
        assert [item.report_id for item in first.items] == wanted[:PAGE]
        assert first.count == (min(len(wanted), 1_000) if chosen.q else len(wanted))
        last = listed(connection, person, chosen, whole, 10_000)
        assert last.page == first.pages
        assert [item.report_id for item in every_item(connection, person, chosen, whole)] == wanted


@pytest.mark.parametrize("sort", SORTS)
def test_no_order_loses_or_doubles_a_report(filled: Engine, sort: str) -> None:
    with filled.connect() as connection:
        pages = [listed(connection, OPERATOR, Filter(YEAR, sort=sort), None, page) for page in range(1, 11)]
        ids = [item.report_id for page in pages for item in page.items]
        everything = connection.execute(text("SELECT report_id FROM standings WHERE year = 2023")).scalars()
        assert sorted(ids) == sorted(everything)


def test_who_belongs_nowhere_sees_nothing(filled: Engine) -> None:
    with filled.connect() as connection:
        assert counted(connection, NOBODY, Filter(), None) == 0
        assert region(connection, NOBODY) is None


def test_a_region_that_a_person_may_not_see_is_not_there(filled: Engine) -> None:
    with filled.connect() as connection:
        assert region(connection, SUPERVISOR, 4) is None
        assert region(connection, SUPERVISOR, CITY) is None
        assert region(connection, SUPERVISOR, 99_999) is None
        assert region(connection, SUPERVISOR, DISTRICT) == region(connection, SUPERVISOR)


def test_regions_and_what_stands_above_and_below(filled: Engine) -> None:
    with filled.connect() as connection:
        assert region(connection, OPERATOR, DISTRICT) == Region(
            3, "云栖市第3区人民政府", "/1/3/", ((1, "云栖市第1区人民政府"),)
        )
        everything = there(filled, OPERATOR)
        assert below(connection, OPERATOR, everything) == [Place(1, "云栖市第1区人民政府")]
        city = there(filled, OPERATOR, CITY)
        assert [place.id for place in below(connection, OPERATOR, city)] == [2, 3, 4, 5]
        assert below(connection, SUPERVISOR, there(filled, SUPERVISOR)) == []


def test_the_figures_of_places_add_up_to_those_of_the_region(filled: Engine) -> None:
    city = overview(filled, OPERATOR, there(filled, OPERATOR, CITY), YEAR)
    assert [branch.place and branch.place.id for branch in city.branches] == [None, 2, 3, 4, 5]
    names = ("owed", "reported", "missing", "late", "pending", "review", "to_mend", "passing", "unscored")
    for name in names:
        assert (name, sum(getattr(branch.figures, name) for branch in city.branches)) == (
            name,
            getattr(city.figures, name),
        )
    assert sum(band.reports for band in city.bands) + city.figures.unscored == city.figures.reported == 500
    district = overview(filled, SUPERVISOR, there(filled, SUPERVISOR), YEAR)
    assert district.figures == city.branches[2].figures
    assert (district.figures.reported, district.figures.missing) == (REGION, 1)
    assert district.before == overview(filled, SUPERVISOR, there(filled, SUPERVISOR), YEAR - 1).figures


def test_every_figure_of_a_place_is_the_length_of_its_list(filled: Engine) -> None:
    at = there(filled, OPERATOR, CITY)
    own = overview(filled, OPERATOR, at, YEAR).branches[0].figures
    chosen = Filter(YEAR, own=True)
    lists = {
        "reported": chosen,
        "late": Filter(YEAR, own=True, late=True),
        "pending": Filter(YEAR, own=True, state="pending"),
        "to_mend": Filter(YEAR, own=True, result="to_mend"),
        "passing": Filter(YEAR, own=True, result="passing"),
    }
    with filled.connect() as connection:
        found = {name: counted(connection, OPERATOR, one, at) for name, one in lists.items()}
        owing = {
            "owed": owed.owing_page(connection, OPERATOR, owed.Asked(YEAR, at, own=True)).count,
            "missing": owed.owing_page(
                connection, OPERATOR, owed.Asked(YEAR, at, missing=True, own=True)
            ).count,
        }
    assert found | owing == {name: getattr(own, name) for name in (*found, *owing)}


def test_an_agency_has_figures_of_itself_alone(filled: Engine) -> None:
    assert overview(filled, AGENCY, there(filled, AGENCY), YEAR).figures.owed == 1
    assert overview(filled, AGENCY, there(filled, AGENCY), 2019).figures == Figures(owed=1, missing=1)


def test_the_most_frequent_failures_of_a_region(filled: Engine) -> None:
    sql = f"""SELECT f.rule, count(DISTINCT s.report_id) AS n {FROM} JOIN findings f ON f.evaluation_id = s.evaluation_id
        WHERE s.year = 2023 AND a.path LIKE '/1/3/%' GROUP BY f.rule ORDER BY n DESC, f.rule LIMIT 10"""
    with filled.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(sql))]
    found = most_frequent(filled, SUPERVISOR, there(filled, SUPERVISOR), YEAR)
    assert [(one.rule, one.reports) for one in found] == rows


def test_what_was_stored_since_is_counted_at_once(filled: Engine) -> None:
    at = there(filled, SUPERVISOR)
    before = overview(filled, SUPERVISOR, at, 2020).figures.pending
    step = """INSERT INTO transitions (report_id, event, before, after, reason, batch, actor, at)
        VALUES (:report, 'pass', 'pending', 'passed', '', 'b', 'x', '2024-03-01 00:00:00')"""
    chosen = (
        f"SELECT min(s.report_id) {FROM} WHERE s.year = 2020 AND s.state = 'pending' AND a.path LIKE '/1/3/%'"
    )
    with filled.begin() as connection:
        report = connection.execute(text(chosen)).scalar_one()
        connection.execute(text("UPDATE standings SET state = 'passed' WHERE report_id = :r"), {"r": report})
        connection.execute(text(step), {"report": report})
    assert overview(filled, SUPERVISOR, at, 2020).figures.pending == before - 1
