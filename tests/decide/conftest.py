"""A made-up region with four reports, on SQLite and on PostgreSQL, and the people who decide about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, select

from models.facts import concat
from models.results import Evaluation, Severity
from tasks.accounts.person import Person, Role
from tasks.persist import finish_run, record, record_roster, start_run
from tasks.persist.rows import ACCOUNTS, AGENCIES, AUDIT_LOG, REPORTS, STANDINGS
from tasks.roster import FOREVER, Roster, RosterEntry
from tests.storage.conftest import database, empty_url, postgres, url
from tests.storage.made import HEADING, RULES, TOTALS, UNSURE, RuleSet, evaluation, finding, submission

__all__ = ["database", "empty_url", "postgres", "url"]

AT = datetime(2024, 3, 1, 1, tzinfo=UTC)
HINT = finding("TXT-11", "overview", severity=Severity.INFO)
PLACES = ("映溪区人民政府", "映溪区教育局", "映溪区财政局", "云岚区人民政府", "云岚区教育局")
EDU, FIN, FAR, CLEAN = "教育局2023", "财政局2023", "云岚2023", "政府2023"


def roster() -> Roster:
    above = dict.fromkeys(PLACES[1:3], "映溪区人民政府") | {"云岚区教育局": "云岚区人民政府"}
    return Roster(
        tuple(RosterEntry(name, "county", "unknown", above.get(name), (), range(FOREVER)) for name in PLACES)
    )


@dataclass(frozen=True)
class Region:
    """The database, who works on it, and the ids of reports and agencies by name."""

    database: Engine
    operator: Person
    supervisor: Person
    far: Person
    agency: Person
    reports: dict[str, int]
    agencies: dict[str, int]

    def state(self, name: str) -> str:
        chosen = select(STANDINGS.c.state).where(STANDINGS.c.report_id == self.reports[name])
        with self.database.connect() as connection:
            return connection.execute(chosen).scalar_one()

    def log(self) -> list[tuple[str, str, str, int | None]]:
        """Who did what to what, in order."""
        chosen = select(*(AUDIT_LOG.c[n] for n in ("actor", "action", "object_type", "object_id")))
        with self.database.connect() as connection:
            return [tuple(row) for row in connection.execute(chosen.order_by(AUDIT_LOG.c.id))]

    def report_of(self, agency: str, year: int) -> int:
        """The id of the report of an agency and year."""
        chosen = select(REPORTS.c.id).where(
            REPORTS.c.agency_id == self.agencies[agency], REPORTS.c.year == year
        )
        with self.database.connect() as connection:
            return connection.execute(chosen).scalar_one()

    def swept(self, *reports: tuple[str, str, int, Evaluation], rules: RuleSet = RULES) -> int:
        """Record reports (name of the bytes, agency, year, what was said of them) as a run of its own."""
        run = start_run(self.database, "文件夹", (), rules, started_at=AT)
        facts = concat([submission(name, agency, year) for name, agency, year, _ in reports])
        record(self.database, run, facts, {said.submission: said for *_, said in reports}, rules, AT)
        finish_run(self.database, run, "completed")
        return run


@pytest.fixture
def region(database: Engine) -> Region:
    record_roster(database, roster())
    with database.begin() as connection:
        agencies = {
            row.name: row
            for row in connection.execute(select(AGENCIES.c.name, AGENCIES.c.id, AGENCIES.c.path))
        }
        people = {
            "operator": ("operator", None),
            "supervisor": ("supervisor", "映溪区人民政府"),
            "far": ("supervisor", "云岚区人民政府"),
            "agency": ("agency", "映溪区教育局"),
        }
        made = {}
        for name, (role, place) in people.items():
            at = agencies[place] if place else None
            row = {"name": name, "shown": f"{name}同志", "role": role, "agency_id": at and at.id}
            row |= {"must_change": False, "failures": 0, "created_at": AT}
            id_ = connection.execute(insert(ACCOUNTS).values(row).returning(ACCOUNTS.c.id)).scalar_one()
            made[name] = Person(
                id_, name, f"{name}同志", Role(role), at and at.id, at.path if at else "", "10.0.0.1"
            )
    region = Region(database, **made, reports={}, agencies={n: a.id for n, a in agencies.items()})
    region.swept(
        (EDU, "映溪区教育局", 2023, evaluation(EDU, [TOTALS, HEADING, HINT, UNSURE])),
        (FIN, "映溪区财政局", 2023, evaluation(FIN, [HEADING])),
        (FAR, "云岚区教育局", 2023, evaluation(FAR, [TOTALS])),
        (CLEAN, "映溪区人民政府", 2023, evaluation(CLEAN, [])),
    )
    with database.connect() as connection:
        named = select(AGENCIES.c.name, REPORTS.c.id).join_from(REPORTS, AGENCIES)
        ids = dict(tuple(row) for row in connection.execute(named))
    of = {EDU: "映溪区教育局", FIN: "映溪区财政局", FAR: "云岚区教育局", CLEAN: "映溪区人民政府"}
    region.reports.update({name: ids[agency] for name, agency in of.items()})
    return region
