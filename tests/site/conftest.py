"""The site over a home in which the shipped samples were swept, with an account of every kind.

The sweep is done once a worker, without Prefect; every test works on a copy of its home. Besides the samples' region
(映溪区) there is another one (云岚区), to look over the fence.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Engine, insert, select, text

from expectations.catalogue import ruleset
from expectations.profile import load
from hecha.service import service
from hecha.site.app import site
from hecha.upload import router as inbox
from models.database import engine, upgrade, writing
from models.settings import Settings
from tasks import batches, chunks
from tasks.accounts.accounts import create, find_named
from tasks.accounts.person import Person, Role
from tasks.persist import finish_run, record_errors, record_roster, start_run
from tasks.persist.regions import record_paths
from tasks.persist.rows import AGENCIES, SIGN_INS
from tasks.roster import missing, read_roster

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
REGION, AGENCY, NEIGHBOUR = "映溪区人民政府", "映溪区水务局", "映溪区民政局"
OTHER_REGION, OTHER_AGENCY = "云岚区人民政府", "云岚区教育局"
PASSWORD = "Yingxi-2024-gongkai"
PEOPLE = {
    "operator": (Role.OPERATOR, None),
    "supervisor": (Role.SUPERVISOR, REGION),
    "agency": (Role.AGENCY, AGENCY),
    "neighbour": (Role.AGENCY, NEIGHBOUR),
    "elsewhere": (Role.SUPERVISOR, OTHER_REGION),
    "stranger": (Role.AGENCY, OTHER_AGENCY),
}
"""The accounts by name: role and agency."""


class Browser(TestClient):
    """A client that sends the token of its session with every form; it follows no redirects unless told to."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app, follow_redirects=False)

    @property
    def csrf(self) -> str:
        """The token of its forms: that of the session, before signing in that of the sign-in page."""
        secret = self.cookies.get("hecha")
        if secret is None:
            page = self.get("/login", follow_redirects=True).text
            return re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        from tasks.accounts.sign_ins import digest_of

        database: Engine = self.app.state.database()  # type: ignore[attr-defined]
        with database.connect() as connection:
            chosen = select(SIGN_INS.c.csrf).where(SIGN_INS.c.hash == digest_of(secret))
            return str(connection.execute(chosen).scalar_one())

    def submit(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Post a form as a page of ours would."""
        return self.post(path, data={"csrf": self.csrf, **(data or {})}, **more)

    def sign_in(self, name: str, password: str = PASSWORD) -> Browser:
        """Sign in through the form."""
        answer = self.submit("/login", {"name": name, "password": password})
        assert answer.status_code == 303, answer.text
        return self


def swept(home: Path, files: Path = SAMPLES / "reports") -> None:
    """Sweep a folder into a home as `flows.sweep` does, in this process."""
    chosen = Settings(home=home)
    upgrade(chosen.database)
    database = engine(chosen.database)
    profile = load("default")
    rules = ruleset(profile)
    agencies = read_roster(SAMPLES / "roster.csv")
    started = datetime.now(UTC)
    run = start_run(database, "samples/reports", (), rules, started_at=started)
    record_roster(database, agencies)
    unpacked = home / "runs" / "unpacked"
    unpacked.mkdir(parents=True)
    listed = chunks.listing(files, 100 << 20, unpacked)
    folder = chunks.chunks_folder(home)
    failed = chunks.read_chunk(listed.files, folder, chosen.store)
    chunks.remember(home, listed.files)
    gathered = batches.gather(listed.files, folder, agencies, profile)
    record_errors(database, run, [*listed.errors, *gathered.errors, *failed])
    for batch in batches.plan(gathered, (), 2000):
        batches.check_batch(gathered, batch, database, run, rules, profile, home, started)
    reports = gathered.facts.reports
    owed = missing(reports, agencies, batches.owed_years(reports, (), started))
    finish_run(database, run, "completed", owed)
    database.dispose()


def peopled(home: Path) -> None:
    """Add the other region and the accounts."""
    database = engine(Settings(home=home).database)
    with writing(database) as connection:
        top = insert(AGENCIES).values(
            name=OTHER_REGION, rank="county", organ="government", aliases=[], on_roster=True
        )
        parent = connection.execute(top.returning(AGENCIES.c.id)).scalar_one()
        connection.execute(
            insert(AGENCIES).values(
                name=OTHER_AGENCY,
                rank="county",
                organ="department",
                aliases=[],
                on_roster=True,
                parent_id=parent,
            )
        )
        record_paths(connection)
        ids = {row.name: row.id for row in connection.execute(select(AGENCIES.c.id, AGENCIES.c.name))}
    for name, (role, agency) in PEOPLE.items():
        create(database, None, name, f"{name}甲", role, agency and ids[agency], PASSWORD)
    with database.connect() as connection:
        # what was written stands in the one file that is copied
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.dispose()


@pytest.fixture(scope="session")
def swept_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the samples swept and the accounts of `PEOPLE`; never to be changed."""
    home = tmp_path_factory.mktemp("swept") / "home"
    home.mkdir()
    swept(home)
    peopled(home)
    return home


@pytest.fixture
def home(swept_home: Path, tmp_path: Path) -> Path:
    """A copy of the swept home of the test's own."""
    return shutil.copytree(swept_home, tmp_path / "home")


@pytest.fixture
def chosen(home: Path) -> Settings:
    """The settings of the application."""
    return Settings(home=home, upload_token=SecretStr("0123456789abcdef"))


@pytest.fixture
def site_app(chosen: Settings) -> Iterator[FastAPI]:
    """The application as `hecha serve` makes it."""
    made = service(chosen, None, (inbox(chosen), *site()))
    yield made
    made.state.database().dispose()


@pytest.fixture
def database(site_app: FastAPI) -> Engine:
    """The engine of the application."""
    found: Engine = site_app.state.database()
    return found


@pytest.fixture
def app(site_app: FastAPI) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(site_app)


@pytest.fixture
def browser(site_app: FastAPI) -> Callable[[str], Browser]:
    """Gives a browser in which someone of `PEOPLE` is signed in."""
    return lambda name: Browser(site_app).sign_in(name)


@pytest.fixture
def operator(browser: Callable[[str], Browser]) -> Browser:
    return browser("operator")


@pytest.fixture
def supervisor(browser: Callable[[str], Browser]) -> Browser:
    return browser("supervisor")


@pytest.fixture
def agency(browser: Callable[[str], Browser]) -> Browser:
    return browser("agency")


@pytest.fixture
def person(database: Engine) -> Callable[[str], Person]:
    """Gives someone of `PEOPLE` as the functions of tasks take them."""

    def found(name: str) -> Person:
        account = find_named(database, name)
        assert account is not None
        return account.person("127.0.0.1")

    return found


@pytest.fixture
def person_operator(person: Callable[[str], Person]) -> Person:
    return person("operator")


@pytest.fixture
def person_supervisor(person: Callable[[str], Person]) -> Person:
    return person("supervisor")


@pytest.fixture
def person_agency(person: Callable[[str], Person]) -> Person:
    return person("agency")
