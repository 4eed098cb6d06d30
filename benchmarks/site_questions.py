"""How long the lists and figures of the site take, with 200,000 reports stored in PostgreSQL."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.questions import fill
from models.database import engine, upgrade
from tasks.accounts.person import Person, Role
from tasks.ask import exported, owed, sweep
from tasks.ask.regions import Region, region
from tasks.ask.worklist import TURNED, Filter, every_item, listed
from tests.storage.postgres import postgres_server

REPORTS = 200_000
ASKED = 20
YEAR = 2023
PEOPLE = (
    Person(1, "operator", "operator", Role.OPERATOR),
    Person(2, "city", "supervisor of the city", Role.SUPERVISOR, 1, "/1/"),
    Person(3, "district", "supervisor of a district", Role.SUPERVISOR, 3, "/1/3/"),
)
LISTS = (
    Filter(YEAR),
    *(Filter(YEAR, sort=sort) for sort in ("best", "critical", "agency", "received")),
    Filter(),
    Filter(sort="critical"),
    Filter(YEAR, rule="T3-30"),
    Filter(YEAR, rule="T3-30", severity="critical"),
    Filter(rule="T3-30"),
    Filter(YEAR, late=True),
    Filter(YEAR, repeated=True),
    Filter(YEAR, review=True),
    Filter(YEAR, q="第777局"),
    Filter(YEAR, q="政府"),
    Filter(q="政府信息公开"),
    Filter(YEAR, q="2020"),
    *(Filter(q=words) for words in ("2020", "附件", "附件7", "123件", "7", "附", "没有这样的")),
    *(Filter(q=words) for words in ("合计关系不成立", "附件 第777局", "空缺 0+1 附件", "政府 123件")),
    Filter(YEAR, q="结转"),
    Filter(YEAR, q="123件"),
    Filter(YEAR, q="科研机构 空缺 附件"),
    Filter(q="结转", rule="T3-30"),
    Filter(YEAR, state="notified"),
    Filter(YEAR, organ="department"),
    Filter(YEAR, least=60.0, below=70.0, format="pdf"),
    Filter(YEAR, result="to_mend"),
)


def measured(work: Callable[[], object], times: int = ASKED) -> tuple[float, float]:
    """Return the middle and the 95th of a hundred of how many milliseconds it takes."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - start))
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.95)]


def told(name: str, work: Callable[[], object], times: int = ASKED) -> float:
    """Print a line of the table and return its p95."""
    middle, most = measured(work, times)
    print(f"| {name} | {middle:.0f} | {most:.0f} |", flush=True)
    return most


def measure(database: Engine, person: Person) -> None:
    """Print the table of one person."""
    with database.connect() as connection:
        whole = region(connection, person)
    assert whole is not None
    print(f"\n| {person.shown} | p50 ms | p95 ms |\n|---|---:|---:|")
    lists = [told(_name(chosen), _list(database, person, chosen, whole)) for chosen in LISTS]
    last = told(f"page {TURNED} of the year", _list(database, person, Filter(YEAR), whole, TURNED))
    asked = owed.Asked(YEAR, whole, missing=True)
    told("who has not submitted", lambda: _owing(database, person, asked))
    told("figures, counted", lambda: _anew(lambda: sweep.overview(database, person, whole, YEAR)))
    told("figures, kept", lambda: sweep.overview(database, person, whole, YEAR))
    told("ten most frequent failures, counted", lambda: _anew(lambda: _most(database, person, whole)))
    told("ten most frequent failures, kept", lambda: _most(database, person, whole))
    print(f"\nthe slowest list, p95: {max(*lists, last):.0f} ms", flush=True)


def take_away(database: Engine) -> None:
    """Print how long the whole list takes as a workbook."""
    start = time.perf_counter()
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file, database.connect() as connection:
        items = every_item(connection, PEOPLE[0], Filter(), None)
        states = dict.fromkeys(("pending", "notified", "explained", "mended", "passed", "returned"), "待核")
        rows = exported.write_workbook(Path(file.name), exported.TITLES, exported.rows(items, states))
        size = Path(file.name).stat().st_size
    print(f"\nall as a workbook: {rows:,} rows, {size >> 20} MB, {time.perf_counter() - start:.0f} s")


def _list(
    database: Engine, person: Person, chosen: Filter, whole: Region, page: int = 1
) -> Callable[[], object]:
    def work() -> object:
        with database.connect() as connection:
            return listed(connection, person, chosen, whole, page)

    return work


def _owing(database: Engine, person: Person, asked: owed.Asked) -> object:
    with database.connect() as connection:
        return owed.owing_page(connection, person, asked)


def _most(database: Engine, person: Person, whole: Region) -> object:
    return sweep.most_frequent(database, person, whole, YEAR)


def _anew(work: Callable[[], object]) -> object:
    sweep.forget()
    return work()


def _name(chosen: Filter) -> str:
    return " ".join(f"{name}={value}" for name, value in chosen.given().items()) or "all years"


def main(reports: int) -> None:
    """Fill a database of its own and measure."""
    with postgres_server() as socket:
        url = f"postgresql+psycopg://hecha@/postgres?host={socket}"
        upgrade(url)
        database = engine(url)
        fill(database, reports)
        print(f"{reports:,} reports")
        for person in PEOPLE:
            measure(database, person)
        take_away(database)
        database.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPORTS)
