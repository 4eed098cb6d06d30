"""Probing of our own: every route as nobody, as the wrong role, as another agency, as another region.

`ACCESS` names every route and whom it is for; a route that is not in it fails the test, so that none comes in unseen.
What must not be seen is answered as not there, says nothing, and changes nothing.
"""

from __future__ import annotations

import io
import pkgutil
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlalchemy import Engine, func, select

from hecha.site import app as put_together
from hecha.site import pages
from hecha.site.app import site
from models.settings import Settings
from models.tables import Stored
from tasks.accounts import tokens
from tasks.accounts.person import Person, Role
from tasks.decide import answers, notices
from tasks.decide.transitions import new_batch
from tasks.persist.arrivals import mark, record_arrival
from tasks.persist.rows import AGENCIES, STANDINGS, SUBMISSIONS
from tests.site.conftest import AGENCY, SAMPLES, Browser

LEDGER = SAMPLES / "reports" / "2023" / f"{AGENCY}.pdf"
"""What an agency attaches."""

ALL, SUPERVISORS, OPERATORS, AGENCIES_ONLY = (
    frozenset(Role),
    frozenset({Role.OPERATOR, Role.SUPERVISOR}),
    frozenset({Role.OPERATOR}),
    frozenset({Role.AGENCY}),
)
OPEN: frozenset[Role] = frozenset()
"""For who is not signed in as well."""
ACCESS: dict[str, frozenset[Role]] = {
    **dict.fromkeys(
        (
            "GET /assets/{name}", "GET /login", "POST /login", "POST /logout", "GET /setup", "POST /setup",
            "GET /login/elsewhere", "GET /login/elsewhere/back", "GET /api/v1/openapi.json",
        ),
        OPEN,
    ),
    **dict.fromkeys(
        (
            "GET /", "GET /account", "GET /account/password", "POST /account/password", "POST /account/tokens",
            "POST /account/tokens/{token_id}/revoke",
        ),
        ALL,
    ),
    **dict.fromkeys(
        (
            "GET /accounts", "POST /accounts", "POST /accounts/{account_id:int}/reset",
            "POST /accounts/{account_id:int}/{change}", "GET /audit", "GET /audit.csv",
            "GET /sweeps/now", "POST /sweeps/now", "GET /sweeps/at-work/{flow_id}",
            "POST /sweeps/at-work/{flow_id}/stop", "POST /api/v1/sweeps", "GET /api/v1/sweeps/{sweep_id}",
            "POST /api/v1/sweeps/{sweep_id}/stop",
        ),
        OPERATORS,
    ),
}  # fmt: skip
"""Whom a route is for; those of `OBJECTS` and `LISTS` besides."""
OBJECTS: dict[str, frozenset[Role]] = {
    **dict.fromkeys(
        (
            "GET /reports/{report_id:int}", "GET /reports/{report_id:int}/original",
            "GET /reports/{report_id:int}/file", "GET /reports/{report_id:int}.json",
            "GET /reports/{report_id:int}/answers/{answer_id:int}",
            "GET /reports/{report_id:int}/documents/result.{suffix}", "GET /api/v1/reports/{report_id}",
            "GET /api/v1/reports/{report_id}/findings", "GET /api/v1/submissions/{submission_id}",
            "GET /reports/{report_id:int}/documents/problem-list", "GET /reports/{report_id:int}/documents/notice",
            "GET /notices/{notice_id:int}/document",
        ),
        ALL,
    ),
    **dict.fromkeys(
        (
            "GET /reports/{report_id:int}/gx.json",
            "GET /reports/{report_id:int}/cells/{code}", "POST /reports/{report_id:int}/cells/{code}/correct",
            "POST /reports/{report_id:int}/cells/{code}/undo", "POST /reports/{report_id:int}/decide",
            "POST /reports/{report_id:int}/undo", "POST /reports/{report_id:int}/notify",
            "POST /reports/{report_id:int}/move", "POST /reports/{report_id:int}/move/undo",
            "GET /worklist/next", "GET /worklist/previous",
            "GET /notices/{notice_id:int}", "POST /notices/{notice_id:int}",
        ),
        SUPERVISORS,
    ),
    **dict.fromkeys(
        (
            "GET /agency/reports/{report_id:int}", "POST /agency/reports/{report_id:int}/answer",
            "GET /agency/arrivals/{arrival_id:int}",
        ),
        AGENCIES_ONLY,
    ),
}  # fmt: skip
"""Routes to something of one agency: not there for those who may not see that agency."""
LISTS: dict[str, frozenset[Role]] = {
    **dict.fromkeys(
        (
            "GET /sweeps", "GET /sweeps/places", "GET /sweeps/{run_id:int}", "GET /worklist", "GET /worklist.xlsx",
            "GET /worklist.csv", "GET /worklist/owed", "GET /worklist/owed.xlsx", "GET /worklist/unreadable",
            "POST /worklist/act", "POST /worklist/do", "POST /worklist/undo", "POST /worklist/remind",
            "GET /notices", "POST /notices/act", "POST /notices/do", "POST /notices/undo", "GET /documents",
            "GET /documents/circular", "GET /documents/notices",
            "POST /documents/selected",
        ),
        SUPERVISORS,
    ),
    **dict.fromkeys(
        (
            "GET /agency", "GET /agency/notices", "GET /agency/self-check", "POST /agency/self-check",
            "POST /agency/self-check/submit", "GET /agency/submit", "POST /agency/submit",
        ),
        AGENCIES_ONLY,
    ),
    **dict.fromkeys(
        (
            "GET /documents/problem-list", "GET /api/v1/me", "GET /api/v1/reports", "GET /api/v1/findings", "GET /api/v1/runs/{run_id}",
            "POST /api/v1/self-checks", "POST /api/v1/submissions",
        ),
        ALL,
    ),
}  # fmt: skip
"""Routes that show, take away or change what the person may see, and nothing else."""
UNKNOWN_FLOW = "0198a000-0000-7000-8000-000000000000"
"""A sweep that no Prefect server knows."""
EVERY = {**ACCESS, **OBJECTS, **LISTS}


def routes_of(routes: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Every route as ``METHOD path``, those of routers within routers too."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield from (f"{method} {prefix}{route.path}" for method in sorted(route.methods))
        else:
            yield from routes_of(route.original_router.routes, prefix + route.include_context.prefix)


def listed(routers: Iterable[APIRouter]) -> set[str]:
    return {name for router in routers for name in routes_of(router.routes)}


@dataclass(frozen=True)
class Target:
    """What stands behind the ids: one agency's report of 2023, and what belongs to it."""

    ids: dict[str, str]

    def path(self, route: str) -> str:
        path = route.partition(" ")[2]
        return re.sub(r"\{(\w+)(:int)?\}", lambda m: self.ids[m[1]], path)


@pytest.fixture
def target(database: Engine, chosen: Settings, person: Callable[[str], Person]) -> Target:
    """A report with a notice that was sent, an explanation, and an arrival that brought it."""
    with database.connect() as connection:
        report, submission = connection.execute(
            select(STANDINGS.c.report_id, STANDINGS.c.submission_id)
            .join_from(STANDINGS, AGENCIES)
            .where(AGENCIES.c.name == AGENCY, STANDINGS.c.year == 2023)
        ).one()
        sha256 = connection.execute(
            select(SUBMISSIONS.c.sha256).where(SUBMISSIONS.c.id == submission)
        ).scalar_one()
    supervisor, agency = person("supervisor"), person("agency")
    drafted = notices.draft(database, supervisor, [report])
    notices.issue(database, supervisor, drafted, new_batch())
    answers.answer(
        database, agency, report, None, "已核对。", "台账.pdf", LEDGER.read_bytes(), store=chosen.store
    )
    with database.connect() as connection:
        answered = connection.execute(select(func.max(Stored.metadata.tables["answers"].c.id))).scalar_one()
    arrival = came_in(database, report, sha256)
    ids = {
        "report_id": report, "submission_id": arrival, "notice_id": drafted[0], "arrival_id": arrival,
        "answer_id": answered, "code": "t4.review.total", "suffix": "docx", "run_id": 1, "account_id": 1,
        "token_id": 1, "change": "disable", "name": "site.css", "flow_id": UNKNOWN_FLOW, "sweep_id": UNKNOWN_FLOW,
    }  # fmt: skip
    return Target({name: str(value) for name, value in ids.items()})


def came_in(database: Engine, report: int, sha256: str) -> int:
    """An arrival that was worked through."""
    came = record_arrival(database, "upload", f"{AGENCY}.pdf", sha256, 1, agency=AGENCY, year=2023)
    mark(database, came.id, "done", run_id=1, report_id=report)
    return came.id


def rows(database: Engine) -> dict[str, list[Any]]:
    """All that is stored but the log and the sessions, to see that nothing was changed."""
    with database.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in Stored.metadata.tables.items()
            if name not in ("audit_log", "sign_ins", "accounts", "api_tokens")
        }


def ask(client: Browser, route: str, target: Target, headers: dict[str, str] | None = None) -> Any:
    """Ask for a route as its own page would: a form with its token, an upload with a file."""
    path = target.path(route)
    beside = f"?sort=score&after={target.ids['report_id']}"
    queries = {"original": "?page=1", "circular": "?year=2023", "next": beside, "previous": beside}
    path += queries.get(path.rpartition("/")[2], "")
    if route.startswith("GET"):
        return client.get(path, headers=headers)
    if path.startswith("/api/"):
        return client.post(path, headers=headers, files={"file": ("a.txt", b"x")})
    data = {
        "decision": "misread", "fingerprint": "0" * 64, "reason": "探测", "event": "pass", "kind": "blank",
        "action": "pass", "report": target.ids["report_id"], "reports": target.ids["report_id"],
        "notice": target.ids["notice_id"], "id": target.ids["notice_id"], "sure": "1", "confirmed": "1",
        "body": "探测", "batch": "0" * 32, "year": "2023",
    }  # fmt: skip
    return client.submit(path, data, headers=headers)


@pytest.fixture
def bearer(database: Engine, person: Callable[[str], Person]) -> Callable[[str], dict[str, str]]:
    """Gives the header with a token of someone."""

    def of(name: str) -> dict[str, str]:
        secret = tokens.create(database, person(name), "探测", timedelta(days=1))
        return {"Authorization": f"Bearer {secret}"}

    return of


def test_every_route_is_known() -> None:
    assert listed(site()) == set(EVERY)
    found = {module.name for module in pkgutil.iter_modules(pages.__path__)}
    assert found == {
        part.__name__.rpartition(".")[2]
        for part in put_together.PARTS
        if part.__name__.startswith(pages.__name__)
    }


def test_nobody(app: Browser, target: Target, database: Engine) -> None:
    before = rows(database)
    answers = {}
    for route, roles in EVERY.items():
        if roles:
            answer = ask(app, route, target)
            answers[route] = (answer.status_code, (answer.headers.get("location") or "").partition("?")[0])
    led = {route: (401, "") if " /api/" in route else (303, "/login") for route in answers}
    assert answers == led
    assert rows(database) == before


def test_nobody_with_a_forged_session_or_token(app: Browser, target: Target) -> None:
    for secret in ("", "x", "a" * 43, "' OR 1=1 --", "%00"):
        app.cookies.set("hecha", secret)
        assert app.get("/account").headers["location"].startswith("/login")
    for scheme in (
        "Bearer",
        "Bearer hecha_",
        "Bearer x",
        "Basic aGVjaGE6aGVjaGE=",
        "bearer hecha_" + "a" * 43,
        "x" * 9000,
    ):
        assert app.get("/api/v1/me", headers={"Authorization": scheme}).status_code == 401


@pytest.mark.parametrize(
    ("name", "role"), [("supervisor", Role.SUPERVISOR), ("agency", Role.AGENCY), ("operator", Role.OPERATOR)]
)
def test_the_wrong_role_finds_nothing_there(
    name: str,
    role: Role,
    browser: Callable[[str], Browser],
    bearer: Callable[[str], dict[str, str]],
    target: Target,
    database: Engine,
) -> None:
    client, token = browser(name), bearer(name)
    before = rows(database)
    closed = {route for route, roles in EVERY.items() if roles and role not in roles}
    found = {
        route: ask(client, route, target, token if " /api/" in route else None).status_code
        for route in closed
    }
    assert found == dict.fromkeys(closed, 404)
    assert rows(database) == before


@pytest.mark.parametrize("name", ["neighbour", "elsewhere", "stranger"])
def test_what_is_anothers_is_not_there(
    name: str,
    browser: Callable[[str], Browser],
    bearer: Callable[[str], dict[str, str]],
    person: Callable[[str], Person],
    target: Target,
    database: Engine,
) -> None:
    client, token, role = browser(name), bearer(name), person(name).role
    before = rows(database)
    found = {
        route: ask(client, route, target, token if " /api/" in route else None)
        for route, roles in OBJECTS.items()
        if role in roles
    }
    assert {route: answer.status_code for route, answer in found.items()} == dict.fromkeys(found, 404)
    assert [route for route, answer in found.items() if AGENCY in answer.text] == []
    assert rows(database) == before


@pytest.mark.parametrize("name", ["elsewhere", "stranger", "neighbour"])
def test_lists_tell_nothing_of_others(
    name: str,
    browser: Callable[[str], Browser],
    bearer: Callable[[str], dict[str, str]],
    person: Callable[[str], Person],
    target: Target,
    database: Engine,
) -> None:
    client, token, role = browser(name), bearer(name), person(name).role
    before = rows(database)
    foreign = AGENCY if name == "neighbour" else "映溪"
    told = {}
    for route, roles in LISTS.items():
        if role in roles:
            answer = ask(client, route, target, token if " /api/" in route else None)
            assert answer.status_code < 500
            told[route] = foreign in text_of(answer.content)
    assert [route for route, is_told in told.items() if is_told] == []
    assert rows(database) == before


def text_of(content: bytes) -> str:
    """All text of an answer, also of what is packed (docx, xlsx)."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def test_who_may_see_it_sees_it(
    browser: Callable[[str], Browser], bearer: Callable[[str], dict[str, str]], target: Target
) -> None:
    """The probes above would prove nothing if the routes were never there."""
    missed = []
    for name, role in (("operator", Role.OPERATOR), ("supervisor", Role.SUPERVISOR), ("agency", Role.AGENCY)):
        client, token = browser(name), bearer(name)
        for route, roles in {**OBJECTS, **LISTS}.items():
            if role in roles and route.startswith("GET"):
                answer = ask(client, route, target, token if " /api/" in route else None)
                if answer.status_code != 200:
                    missed.append((name, route, answer.status_code))
    # the work list leads to that of the newest year, and from one report to another
    led = ("GET /worklist/next", "GET /worklist/previous", "GET /worklist")
    assert missed == [(name, route, 303) for name in ("operator", "supervisor") for route in led]


@pytest.mark.parametrize("path", [
    "/reports/0", "/reports/99999999", "/reports/-1", "/reports/1e3", "/reports/99999999999999999999",
    "/reports/1%00", "/reports/..%2f..%2fetc%2fpasswd", "/notices/99999999999999999999",
    "/accounts/99999999999999999999/reset", "/agency/arrivals/99999999999999999999",
    "/reports/1/cells/..%2f..%2fx", "/reports/1/original?version=99999999999999999999&page=-1",
    "/worklist?year=99999999999999999999&region=%00&page=-1&rule='", "/worklist?q=%00%ff%22%3Cscript%3E",
    "/sweeps?year=abc&region=..", "/sweeps/99999999999999999999", "/audit?id=99999999999999999999&before=x",
    "/audit?first=0001-01-01&last=9999-12-31", "/documents/circular?year=99999999999",
    "/notices?state=%27%20OR%201%3D1", "/worklist/owed?year=-5", "/worklist.csv?year=%00",
    "/account?x=%0d%0aSet-Cookie:%20a=b",
    "/worklist/next?after=1&at=-1&before=x", "/worklist/previous?after=99999999999999999999",
    "/reports/1?list=at%3D0%26before%3D%2500%26year%3D..%26q%3D%253Cscript%253E", "/reports/1?list=//evil.example",
    "/login?next=%0d%0aLocation:%20x",
])  # fmt: skip
def test_odd_addresses_break_nothing(operator: Browser, path: str) -> None:
    answer = operator.get(path)
    assert answer.status_code < 500
    assert "set-cookie" not in answer.headers or "a=b" not in answer.headers["set-cookie"]
    assert "<script>" not in answer.text


def test_the_samples_are_what_the_probes_look_for(supervisor: Browser) -> None:
    assert (SAMPLES / "reports" / "2023").is_dir()
    assert AGENCY in supervisor.get("/worklist?year=2023").text
