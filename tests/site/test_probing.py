"""Probing of our own: every route of the application, asked by everybody, with every method, with forged forms.

`EXPECTED` says exactly what each route answers to whom; a route that is not in it fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, func, select

from hecha.site.access import FORGED
from hecha.site.headers import HEADERS
from hecha.site.limits import Limits
from models.tables import Stored
from tasks.accounts.accounts import create
from tasks.accounts.person import Person, Role
from tasks.accounts.sign_ins import begin
from tasks.accounts.tokens import create as create_token
from tasks.persist.retrying import committed
from tasks.persist.rows import ACCOUNTS
from tests.site.conftest import AGENCY, PASSWORD, Browser
from tests.site.test_access import Target, ask, routes_of, target, text_of

__all__ = ["target"]

WHO = ("nobody", "stranger", "neighbour", "elsewhere", "agency", "supervisor", "operator")
"""Nobody; agencies of another region and of this one; another region's supervisor; whose report it is; its region's
supervisor; an operator."""
EXPECTED = {
    "GET /": "303 303 303 303 303 303 303",
    "GET /account": "303 200 200 200 200 200 200",
    "GET /account/password": "303 200 200 200 200 200 200",
    "GET /accounts": "303 404 404 404 404 404 200",
    "GET /agency": "303 200 200 404 200 404 404",
    "GET /agency/arrivals/{arrival_id:int}": "303 404 404 404 200 404 404",
    "GET /agency/notices": "303 200 200 404 200 404 404",
    "GET /agency/reports/{report_id:int}": "303 404 404 404 200 404 404",
    "GET /agency/self-check": "303 200 200 404 200 404 404",
    "GET /agency/submit": "303 200 200 404 200 404 404",
    "GET /api/v1/findings": "401 200 200 200 200 200 200",
    "GET /api/v1/me": "401 200 200 200 200 200 200",
    "GET /api/v1/openapi.json": "200 200 200 200 200 200 200",
    "GET /api/v1/reports": "401 200 200 200 200 200 200",
    "GET /api/v1/reports/{report_id}": "401 404 404 404 200 200 200",
    "GET /api/v1/reports/{report_id}/findings": "401 404 404 404 200 200 200",
    "GET /api/v1/runs/{run_id}": "401 404 404 200 200 200 200",
    "GET /api/v1/submissions/{submission_id}": "401 404 404 404 200 200 200",
    "GET /api/v1/sweeps/{sweep_id}": "401 404 404 404 404 404 409",
    "GET /assets/{name}": "200 200 200 200 200 200 200",
    "GET /audit": "303 404 404 404 404 404 200",
    "GET /audit.csv": "303 404 404 404 404 404 200",
    "GET /documents": "303 404 404 200 404 200 200",
    "GET /documents/circular": "303 404 404 200 404 200 200",
    "GET /documents/notices": "303 404 404 409 404 200 200",
    "GET /documents/problem-list": "303 200 200 200 200 200 200",
    "GET /healthz": "200 200 200 200 200 200 200",
    "GET /login": "200 303 303 303 303 303 303",
    "GET /login/elsewhere": "404 404 404 404 404 404 404",
    "GET /login/elsewhere/back": "404 404 404 404 404 404 404",
    "GET /metrics": "200 200 200 200 200 200 200",
    "GET /notices": "303 404 404 200 404 200 200",
    "GET /notices/{notice_id:int}": "303 404 404 404 404 200 200",
    "GET /notices/{notice_id:int}/document": "303 404 404 404 200 200 200",
    "GET /readyz": "200 200 200 200 200 200 200",
    "GET /reports/{report_id:int}": "303 404 404 404 200 200 200",
    "GET /reports/{report_id:int}.json": "303 404 404 404 200 200 200",
    "GET /reports/{report_id:int}/answers/{answer_id:int}": "303 404 404 404 200 200 200",
    "GET /reports/{report_id:int}/cells/{code}": "303 404 404 404 404 200 200",
    "GET /reports/{report_id:int}/documents/notice": "303 404 404 404 200 200 200",
    "GET /reports/{report_id:int}/documents/problem-list": "303 404 404 404 200 200 200",
    "GET /reports/{report_id:int}/documents/result.{suffix}": "303 404 404 404 200 200 200",
    "GET /reports/{report_id:int}/file": "303 404 404 404 200 200 200",
    "GET /reports/{report_id:int}/gx.json": "303 404 404 404 404 200 200",
    "GET /reports/{report_id:int}/original": "303 404 404 404 200 200 200",
    "GET /setup": "404 404 404 404 404 404 404",
    "GET /sweeps": "303 404 404 200 404 200 200",
    "GET /sweeps/at-work/{flow_id}": "303 404 404 404 404 404 200",
    "GET /sweeps/now": "303 404 404 404 404 404 200",
    "GET /sweeps/places": "303 404 404 200 404 200 200",
    "GET /sweeps/{run_id:int}": "303 404 404 200 404 200 200",
    "GET /worklist": "303 404 404 303 404 303 303",
    "GET /worklist.csv": "303 404 404 200 404 200 200",
    "GET /worklist.xlsx": "303 404 404 200 404 200 200",
    "GET /worklist/next": "303 404 404 404 404 303 303",
    "GET /worklist/owed": "303 404 404 200 404 200 200",
    "GET /worklist/owed.xlsx": "303 404 404 200 404 200 200",
    "GET /worklist/previous": "303 404 404 404 404 303 303",
    "GET /worklist/unreadable": "303 404 404 200 404 200 200",
    "POST /account/password": "303 422 422 422 422 422 422",
    "POST /account/tokens": "303 422 422 422 422 422 422",
    "POST /account/tokens/{token_id}/revoke": "303 404 404 404 303 404 404",
    "POST /accounts": "303 404 404 404 404 404 422",
    "POST /accounts/{account_id:int}/reset": "303 404 404 404 404 404 200",
    "POST /accounts/{account_id:int}/{change}": "303 404 404 404 404 404 303",
    "POST /agency/reports/{report_id:int}/answer": "303 404 404 404 422 404 404",
    "POST /agency/self-check": "303 422 422 404 422 404 404",
    "POST /agency/self-check/submit": "303 422 422 404 422 404 404",
    "POST /agency/submit": "303 422 422 404 422 404 404",
    "POST /api/v1/self-checks": "401 422 422 422 422 422 422",
    "POST /api/v1/submissions": "401 422 422 422 422 422 422",
    "POST /api/v1/sweeps": "401 404 404 404 404 404 409",
    "POST /api/v1/sweeps/{sweep_id}/stop": "401 404 404 404 404 404 409",
    "POST /documents/selected": "303 404 404 200 404 200 200",
    "POST /inbox": "401 401 401 401 401 401 401",
    "POST /login": "403 403 403 403 403 403 403",
    "POST /logout": "303 303 303 303 303 303 303",
    "POST /notices/act": "303 404 404 404 404 404 404",
    "POST /notices/do": "303 404 404 404 404 404 404",
    "POST /notices/undo": "303 404 404 303 404 303 303",
    "POST /notices/{notice_id:int}": "303 404 404 404 404 422 422",
    "POST /reports/{report_id:int}/cells/{code}/correct": "303 404 404 404 404 303 303",
    "POST /reports/{report_id:int}/cells/{code}/undo": "303 404 404 404 404 404 404",
    "POST /reports/{report_id:int}/decide": "303 404 404 404 404 404 404",
    "POST /reports/{report_id:int}/move": "303 404 404 404 404 303 303",
    "POST /reports/{report_id:int}/move/undo": "303 404 404 404 404 303 303",
    "POST /reports/{report_id:int}/notify": "303 404 404 404 404 303 303",
    "POST /reports/{report_id:int}/undo": "303 404 404 404 404 303 303",
    "POST /setup": "404 404 404 404 404 404 404",
    "POST /sweeps/at-work/{flow_id}/stop": "303 404 404 404 404 404 409",
    "POST /sweeps/now": "303 404 404 404 404 404 409",
    "POST /worklist/act": "303 404 404 200 404 200 200",
    "POST /worklist/do": "303 404 404 422 404 422 422",
    "POST /worklist/remind": "303 404 404 303 404 303 303",
    "POST /worklist/undo": "303 404 404 303 404 303 303",
}
"""The status for each of `WHO`. Lists are open to all of a role and hold what the person may see; forms are sent with
made-up names of findings and steps (`tests.site.test_access.ask`)."""
OUTSIDERS = WHO[:4]
KEPT_LONGER = {"GET /assets/{name}", "GET /reports/{report_id:int}/original"}
"""What a browser may keep; everything else is ``no-store``."""
SANDBOX = "sandbox; default-src 'none'"
"""The stricter policy of files that came from outside."""
WITHOUT_FORM = ("POST /inbox", "POST /api/")
"""Nothing a browser would send by itself: a token in a header is asked for."""


@pytest.fixture
def signed(site_app: FastAPI, database: Engine) -> Callable[[str], Browser]:
    """Gives a browser with a session of its own of someone; nobody without one."""
    with database.connect() as connection:
        ids = {row.name: row.id for row in connection.execute(select(ACCOUNTS.c.id, ACCOUNTS.c.name))}

    def of(who: str) -> Browser:
        # nobody of these is to be stopped for asking too often
        site_app.state.limits = Limits()
        client = Browser(site_app)
        if who != "nobody":
            longest = timedelta(hours=1)
            secret = committed(database, lambda c: begin(c, ids[who], "127.0.0.1", longest), alone=False)
            client.cookies.set("hecha", secret, domain="testserver.local")
        return client

    return of


@pytest.fixture
def bearers(database: Engine, person: Callable[[str], Person]) -> dict[str, dict[str, str]]:
    """The header with a token for each of `WHO`."""
    day = timedelta(days=1)
    tokens = {who: create_token(database, person(who), "探测", day) for who in WHO[1:]}
    return {"nobody": {}} | {who: {"Authorization": f"Bearer {token}"} for who, token in tokens.items()}


def stored(database: Engine) -> dict[str, list[Any]]:
    """All that is stored."""
    with database.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in Stored.metadata.tables.items()
        }


def plain(text: str) -> str:
    """A page without what differs each time it is shown."""
    return re.sub(r'("|&#34;)[A-Za-z0-9_-]{43}("|&#34;)|"[0-9a-f]{64}"', "…", text)


def headers_of(answer: Any, route: str) -> dict[str, str | None]:
    """The headers that every answer has; what this one may have otherwise is taken for the same."""
    found = {name: answer.headers.get(name) for name in HEADERS}
    if found["Content-Security-Policy"] == SANDBOX and answer.headers["Content-Disposition"].startswith(
        "attachment;"
    ):
        found["Content-Security-Policy"] = HEADERS["Content-Security-Policy"]
    if route in KEPT_LONGER:
        found["Cache-Control"] = HEADERS["Cache-Control"]
    return found


def everything(app: FastAPI) -> Iterator[str]:
    yield from sorted(set(routes_of(app.routes)))


def test_every_route_answers_everybody_as_expected(
    site_app: FastAPI,
    database: Engine,
    target: Target,
    signed: Callable[[str], Browser],
    bearers: dict[str, dict[str, str]],
    person: Callable[[str], Person],
) -> None:
    create_token(database, person("agency"), "停用", timedelta(days=1))
    with database.connect() as connection:
        last = select(func.max(Stored.metadata.tables["api_tokens"].c.id))
        target.ids["token_id"] = str(connection.execute(last).scalar_one())
    spare, _ = create(database, None, "spare", "备用", Role.OPERATOR, password=PASSWORD)
    target.ids["account_id"] = str(spare.id)
    absent = Target(
        {name: "99999999" if name.endswith("_id") else value for name, value in target.ids.items()}
    )
    found, told, unguarded, bare = {}, [], [], []
    for route in everything(site_app):
        statuses = []
        for who in WHO:
            headers = bearers[who] if " /api/" in route else None
            answer = ask(signed(who), route, target, headers)
            statuses.append(str(answer.status_code))
            if headers_of(answer, route) != HEADERS:
                bare.append((route, who))
            if who in OUTSIDERS:
                if AGENCY in text_of(answer.content) + answer.headers.get("location", ""):
                    told.append((route, who))
                if answer.status_code == 404 and "_id" in route:
                    other = ask(signed(who), route, absent, headers)
                    if (other.status_code, plain(other.text)) != (404, plain(answer.text)):
                        unguarded.append((route, who))
        found[route] = " ".join(statuses)
    assert found == EXPECTED
    assert told == [], "an answer names the agency"
    assert unguarded == [], "what may not be seen is answered otherwise than what is not there"
    assert bare == [], "an answer without the headers"


def test_other_methods_are_answered_alike(
    site_app: FastAPI, target: Target, signed: Callable[[str], Browser], database: Engine
) -> None:
    operator = signed("operator")
    before = stored(database)
    known: dict[str, set[str]] = {}
    for route in everything(site_app):
        known.setdefault(target.path(route), set()).add(route.partition(" ")[0])
    methods = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"}
    wrong = [
        (method, path, answer.status_code)
        for path, own in known.items()
        for method in sorted(methods - own)
        for answer in [operator.request(method, path)]
        if (answer.status_code, {name: answer.headers.get(name) for name in HEADERS}) != (405, dict(HEADERS))
    ]
    assert wrong == []
    assert stored(database) == before


def test_forged_forms_do_nothing(
    site_app: FastAPI, target: Target, signed: Callable[[str], Browser], database: Engine, app: Browser
) -> None:
    """Without the token, with a wrong one, another session's, another person's, that of the sign-in page; from elsewhere."""
    people = {who: signed(who) for who in ("agency", "operator")}
    others = ["", "x", app.csrf, signed("operator").csrf, signed("neighbour").csrf]
    own = {who: client.csrf for who, client in people.items()}
    before = stored(database)
    answers = {}
    for route in everything(site_app):
        if not route.startswith("POST") or route.startswith(WITHOUT_FORM):
            continue
        path = target.path(route)
        client = people["agency" if path.startswith("/agency") else "operator"]
        mine = own["agency" if path.startswith("/agency") else "operator"]
        tried = [client.post(path)]
        tried += [client.post(path, data={"csrf": token, "action": "pass", "sure": "1"}) for token in others]
        tried += [client.post(path, headers={"X-CSRF-Token": token}) for token in others]
        tried += [client.post(path, files={"file": ("a.txt", b"x")}), client.post(f"{path}?csrf={mine}")]
        tried += [
            client.post(path, data={"csrf": mine}, headers={"Sec-Fetch-Site": site})
            for site in ("cross-site", "same-site")
        ]
        tried.append(client.post(path, files={"csrf": ("a", mine.encode())}))
        answers[route] = {(one.status_code, FORGED in one.text) for one in tried}
    assert answers == {route: {(403, True)} for route in answers}
    assert len(answers) == sum(
        route.startswith("POST") and not route.startswith(WITHOUT_FORM) for route in EXPECTED
    )
    assert stored(database) == before


def test_the_cookie_opens_nothing_of_the_api(
    site_app: FastAPI, target: Target, signed: Callable[[str], Browser], bearers: dict[str, dict[str, str]]
) -> None:
    operator, nobody = signed("operator"), signed("nobody")
    routes = [route for route in everything(site_app) if " /api/" in route and "openapi" not in route]
    assert {route: ask(operator, route, target).status_code for route in routes} == dict.fromkeys(routes, 401)
    # and a token opens no page
    pages = [r for r in everything(site_app) if r.startswith("GET") and EXPECTED[r].startswith("303")]
    led = {route: ask(nobody, route, target, bearers["operator"]).status_code for route in pages}
    assert led == dict.fromkeys(pages, 303)


# ------------------------------------------------------------------------------------------ sessions


def test_a_session_that_was_planted_is_not_taken_over(app: Browser) -> None:
    planted = "a" * 43
    app.cookies.set("hecha", planted, path="/")
    token = re.findall(r'name="csrf" value="([^"]+)"', app.get("/login").text)[0]
    before = app.cookies["hecha-before"]
    form = {"csrf": token, "name": "agency", "password": PASSWORD}
    answer = app.post("/login", data=form)
    given = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("hecha="))
    assert answer.status_code == 303 and planted not in given
    # the token of the sign-in page is worth nothing within the session
    secret = given.partition("=")[2].partition(";")[0]
    app.cookies.clear()
    app.cookies.set("hecha", secret)
    app.cookies.set("hecha-before", before)
    assert app.get("/account").status_code == 200
    assert app.post("/logout", data={"csrf": token}).status_code == 403
    app.cookies.set("hecha", planted)
    assert app.get("/account").status_code == 303


def test_what_ends_a_session(
    signed: Callable[[str], Browser], bearers: dict[str, dict[str, str]], database: Engine, person: Callable[[str], Person]
) -> None:  # fmt: skip
    first, second, operator = signed("agency"), signed("agency"), signed("operator")
    replayed = dict(first.cookies)
    new = "Xinmima-2025-anquan"
    form = {"old": PASSWORD, "new": new, "again": new}
    assert first.submit("/account/password", form).status_code == 303
    # the session goes on under a new secret; the old one and all others are over
    assert first.cookies["hecha"] != replayed["hecha"]
    assert [first.get("/account").status_code, second.get("/account").status_code] == [200, 303]
    second.cookies.set("hecha", replayed["hecha"], domain="testserver.local")
    assert second.get("/account").status_code == 303
    number = person("agency").id
    assert operator.submit(f"/accounts/{number}/disable").status_code == 303
    assert first.get("/account").status_code == 303
    assert first.get("/api/v1/me", headers=bearers["agency"]).status_code == 401


def test_a_thousand_sign_ins_within_a_moment(app: Browser, database: Engine) -> None:
    token = app.csrf
    statuses = [
        app.post("/login", data={"csrf": token, "name": f"agency{n % 50 or ''}", "password": "x"}).status_code
        for n in range(1_000)
    ]
    assert statuses == [403] * 30 + [429] * 970
    with database.connect() as connection:
        failures = select(ACCOUNTS.c.failures).where(ACCOUNTS.c.name == "agency")
        assert connection.execute(failures).scalar_one() == 1


def test_the_name_of_the_host_leads_nowhere(operator: Browser, app: Browser) -> None:
    for client in (operator, app):
        for path in ("/", "/worklist", "/account", "/login", "/nowhere/", "/reports/1"):
            headers = {
                "Host": "evil.example",
                "X-Forwarded-Host": "evil.example",
                "X-Forwarded-Proto": "https",
            }
            answer = client.get(path, headers=headers)
            assert "evil.example" not in answer.text + answer.headers.get("location", "")
            assert answer.headers.get("location", "/").startswith("/")
