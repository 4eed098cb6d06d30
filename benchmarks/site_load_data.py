"""What the load test of the site works on: made-up reports by the hundred thousand, some of them real, and their people.

The lists are long (`benchmarks.questions.fill`). The reports of some agencies in each district, `OPENED` altogether,
are copies of a shipped sample, each with an original of its own in the store: those are what people open.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, text, update

from benchmarks.questions import REGION, YEARS, fill
from models.database import engine, upgrade
from models.document import Artifact
from models.settings import Settings
from tasks.accounts.accounts import create, find
from tasks.accounts.person import Person, Role
from tasks.accounts.tokens import create as create_token
from tasks.decide.notices import draft_where_needed, issue
from tasks.decide.transitions import new_batch
from tasks.persist.rows import EVALUATIONS, FINDINGS, STANDINGS, SUBMISSIONS, copy_in
from tasks.persist.store import keep_original
from tests.site.conftest import SAMPLES, swept

PASSWORD = "Yunxi-2024-gongkai"
DISTRICTS = 40
AGENCIES_EACH = 13
SHARES = {Role.OPERATOR: 0.05, Role.SUPERVISOR: 0.30, Role.AGENCY: 0.65}
"""Of a hundred people at work; of the supervisors every third is the city's."""
WITH_TOKEN = 10
"""One in so many has another system ask the API besides."""
MODELS = ("映溪区市场监督管理局.html", "映溪区应急管理局.pdf", "映溪区教育局.docx")
"""The reports of 2022 that are copied."""
_SAID = ("verdicts", "total", "grade", "coverage", "score", "critical", "warning", "info", "operator")
_READ = ("format", "template", "period_text", "signed_on", "cells", "sections", "notes", "title")


@dataclass(frozen=True)
class User:
    """Someone who works with the site, and what they look at: reports, of which years."""

    name: str
    password: str
    role: str
    reports: list[int]
    region: int | None
    token: str | None


@dataclass(frozen=True)
class Model:
    """A report as it is stored, and how a copy of its file with other bytes is made."""

    file: str
    content: bytes
    submission: Mapping[str, Any]
    evaluation: Mapping[str, Any]
    findings: list[dict[str, Any]]


def prepare(database: Engine, chosen: Settings, reports: int, users: int) -> list[User]:
    """Fill the database and the store; return the people."""
    fill(database, reports)
    agencies = -(-reports // len(YEARS))
    regions = -(-agencies // REGION)
    districts = range(2, 2 + min(DISTRICTS, regions - 1))
    of_district = {
        district: [regions + (district - 1) * REGION + n for n in range(1, 1 + AGENCIES_EACH)]
        for district in districts
    }
    with database.connect() as connection:
        opened = _opened(connection, [one for several in of_district.values() for one in several])
    models = _models()
    with database.begin() as connection:
        for n, (report, _) in enumerate(opened):
            _copy(connection, chosen, models[n % len(models)], report)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    people = list(_people(database, users, of_district, opened))
    _notify(database, people, [report for report, agency in opened])
    return people


def _opened(connection: Connection, agencies: list[int]) -> list[tuple[int, int]]:
    chosen = select(STANDINGS.c.report_id, STANDINGS.c.agency_id).where(STANDINGS.c.agency_id.in_(agencies))
    return [
        (row.report_id, row.agency_id) for row in connection.execute(chosen.order_by(STANDINGS.c.report_id))
    ]


def _models() -> list[Model]:
    """The samples as a sweep stores them."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        swept(home)
        made = engine(Settings(home=home).database)
        with made.connect() as connection:
            found = [_model(connection, SAMPLES / "reports" / "2022" / name) for name in MODELS]
        made.dispose()
    return found


def _model(connection: Connection, path: Path) -> Model:
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    submission = connection.execute(select(SUBMISSIONS).where(SUBMISSIONS.c.sha256 == sha256)).one()._mapping
    of = EVALUATIONS.c.submission_id == submission["id"]
    evaluation = connection.execute(select(EVALUATIONS).where(of)).one()._mapping
    rows = connection.execute(select(FINDINGS).where(FINDINGS.c.evaluation_id == evaluation["id"])).mappings()
    findings = [
        {name: value for name, value in row.items() if name not in ("id", "evaluation_id")} for row in rows
    ]
    return Model(path.name, content, submission, evaluation, findings)


def _copy(connection: Connection, chosen: Settings, model: Model, report: int) -> None:
    """Make the newest version of a report a copy of a real one, with an original of its own; older ones got the same result."""
    standing = connection.execute(select(STANDINGS).where(STANDINGS.c.report_id == report)).one()
    content = _differing(model, report)
    sha256 = hashlib.sha256(content).hexdigest()
    keep_original(Artifact(model.file, content, sha256), chosen.store)
    read = {name: model.submission[name] for name in _READ}
    said = {name: model.evaluation[name] for name in _SAID}
    connection.execute(
        update(SUBMISSIONS)
        .where(SUBMISSIONS.c.id == standing.submission_id)
        .values(sha256=sha256, file=model.file, **read)
    )
    versions = select(SUBMISSIONS.c.id).where(SUBMISSIONS.c.report_id == report)
    connection.execute(update(EVALUATIONS).where(EVALUATIONS.c.submission_id.in_(versions)).values(**said))
    shown = {name: said[name] for name in ("total", "grade", "critical", "warning", "info", "operator")}
    connection.execute(
        update(STANDINGS)
        .where(STANDINGS.c.report_id == report)
        .values(format=read["format"], state="pending", **shown)
    )
    connection.execute(FINDINGS.delete().where(FINDINGS.c.evaluation_id == standing.evaluation_id))
    copy_in(connection, FINDINGS, [row | {"evaluation_id": standing.evaluation_id} for row in model.findings])


def _differing(model: Model, number: int) -> bytes:
    """The file with other bytes and the same text."""
    if model.file.endswith(".html"):
        return model.content + f"<!-- {number} -->".encode()
    if model.file.endswith(".pdf"):
        return model.content + f"\n% {number}\n".encode()
    packed = io.BytesIO(model.content)
    with zipfile.ZipFile(packed, "a") as package:
        package.comment = str(number).encode()
    return packed.getvalue()


def _people(
    database: Engine, users: int, of_district: Mapping[int, list[int]], opened: list[tuple[int, int]]
) -> Iterator[User]:
    of_agency: dict[int, list[int]] = {}
    for report, agency in opened:
        of_agency.setdefault(agency, []).append(report)
    everything = [report for report, _ in opened]
    districts = list(of_district)
    agencies = [several[n] for n in range(AGENCIES_EACH) for several in of_district.values()]
    count = {role: round(users * share) for role, share in SHARES.items()}
    count[Role.AGENCY] = users - count[Role.OPERATOR] - count[Role.SUPERVISOR]
    number = 0

    def add(role: Role, agency: int | None, reports: list[int]) -> User:
        nonlocal number
        number += 1
        name = f"person{number}"
        account, _ = create(database, None, name, name, role, agency, PASSWORD)
        token = None
        if number % WITH_TOKEN == 0:
            token = create_token(database, account.person("127.0.0.1"), "load", timedelta(days=1))
        return User(name, PASSWORD, role.value, reports, agency, token)

    for _ in range(count[Role.OPERATOR]):
        yield add(Role.OPERATOR, None, everything)
    for n in range(count[Role.SUPERVISOR]):
        if n % 3 == 0:
            yield add(Role.SUPERVISOR, 1, everything)
        else:
            district = districts[n % len(districts)]
            own = [report for agency in of_district[district] for report in of_agency[agency]]
            yield add(Role.SUPERVISOR, district, own)
    for n in range(count[Role.AGENCY]):
        agency = agencies[n % len(agencies)]
        yield add(Role.AGENCY, agency, of_agency[agency])


def _notify(database: Engine, people: list[User], reports: list[int]) -> None:
    """Send notices about every second report that is opened."""
    with database.connect() as connection:
        number = connection.execute(text("SELECT id FROM accounts WHERE name = 'person1'")).scalar_one()
    account = find(database, number)
    assert account is not None
    person: Person = account.person("127.0.0.1")
    for start in range(0, len(reports), 100):
        drafted = draft_where_needed(database, person, reports[start : start + 100 : 2])
        issue(database, person, drafted.notices, new_batch())


def written(people: list[User], path: Path) -> None:
    """Write the people down for those who play them."""
    path.write_text(json.dumps([asdict(one) for one in people]))


def with_database(url: str, home: Path, reports: int, users: int, say: Callable[[str], None]) -> Path:
    """Fill a home and a database, and return the file of the people."""
    upgrade(url)
    database = engine(url)
    chosen = Settings(home=home)
    people = prepare(database, chosen, reports, users)
    say(
        f"{reports:,} reports, {sum(len(set(one.reports)) for one in people if one.role == 'agency'):,} of agencies' own"
    )
    database.dispose()
    file = home / "people.json"
    written(people, file)
    return file
