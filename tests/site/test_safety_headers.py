"""Headers, cookies, forged forms, too much and too often, errors without internals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from hecha.service import service
from hecha.site.access import FORGED
from hecha.site.app import site
from hecha.site.errors import LOST
from hecha.site.headers import HEADERS
from hecha.site.limits import FORM_BYTES, TOO_OFTEN, Window
from hecha.site.pages.login import WRONG, own_path
from models.errors import StorageError
from models.settings import Settings
from tests.site.conftest import PASSWORD, Browser

EVERYWHERE = (
    "/login",
    "/account",
    "/nowhere",
    "/reports/x",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v1/nowhere",
    "/inbox",
)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_headers(operator: Browser, path: str) -> None:
    answer = operator.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_pages_hold_no_script_or_style_of_their_own(operator: Browser) -> None:
    for path in ("/account", "/accounts", "/audit", "/account/password", "/login"):
        page = operator.get(path, follow_redirects=True).text
        assert page.count("<script") == page.count('<script src="/assets/')
        assert "<style" not in page and " style=" not in page and " onclick=" not in page
        assert "http://" not in page and "https://" not in page


def test_assets_are_ours_and_may_be_kept(app: Browser) -> None:
    answer = app.get("/assets/htmx.min.js")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    missed = [
        app.get(f"/assets/{name}").status_code
        for name in ("none.css", "..%2Fapp.py", "%2e%2e/app.py", "site.css/")
    ]
    assert missed == [404] * 4


def test_the_cookies(app: Browser, chosen: Settings) -> None:
    before = app.get("/login").headers["set-cookie"]
    assert before.startswith("hecha-before=") and "HttpOnly" in before and "SameSite=lax" in before
    answer = app.submit("/login", {"name": "agency", "password": PASSWORD})
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("hecha="))
    assert cookie.split("; ")[1:] == ["HttpOnly", "Path=/", "SameSite=lax"]


def test_the_cookies_under_https(chosen: Settings) -> None:
    secured = chosen.model_copy(update={"public_url": "https://hecha.example"})
    made = service(secured, None, site())
    client = TestClient(made, base_url="https://hecha.example", follow_redirects=False)
    answer = client.get("/login")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-hecha-before=")
    assert cookie.split("; ")[1:] == ["HttpOnly", "Max-Age=86400", "Path=/", "SameSite=lax", "Secure"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    made.state.database().dispose()


def test_a_form_without_the_token_does_nothing(operator: Browser, app: Browser) -> None:
    paths = ("/logout", "/accounts", "/account/tokens", "/account/password")
    for path in paths:
        for form in ({}, {"csrf": "x"}, {"csrf": app.csrf}):
            answer = operator.post(path, data=form)
            assert (path, answer.status_code, FORGED in answer.text) == (path, 403, True)
    for headers in ({"X-CSRF-Token": "x"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert operator.submit("/logout", headers=headers).status_code == 403
    assert operator.get("/account").status_code == 200
    assert operator.post("/logout", headers={"X-CSRF-Token": operator.csrf}).status_code == 303


def test_the_sign_in_form_needs_its_own_token(app: Browser) -> None:
    assert app.post("/login", data={"name": "agency", "password": PASSWORD}).status_code == 403
    token = app.csrf
    app.cookies.clear()
    assert app.post("/login", data={"csrf": token, "name": "agency", "password": PASSWORD}).status_code == 403


def test_a_session_is_worth_nothing_after_signing_out(agency: Browser) -> None:
    secret = agency.cookies["hecha"]
    assert agency.submit("/logout").status_code == 303
    agency.cookies.set("hecha", secret)
    assert agency.get("/account").headers["location"].startswith("/login")


def test_who_sends_a_form_after_the_session_is_told_and_led_back_to_it(app: Browser) -> None:
    form = {"referer": "http://testserver/reports/7?tab=warning"}
    answer = app.post("/reports/7/decide", data={"reason": "很长的理由"}, headers=form)
    assert answer.headers["location"] == "/login?next=%2Freports%2F7%3Ftab%3Dwarning"
    assert LOST in app.get("/login").text
    elsewhere = app.post("/reports/7/decide", data={}, headers={"referer": "http://elsewhere/reports/7"})
    assert elsewhere.headers["location"] == "/login"


def test_wrong_passwords_and_unknown_names_are_answered_alike(app: Browser) -> None:
    answers = []
    for name in ("agency", "nobody-there"):
        answer = app.submit("/login", {"name": name, "password": "Wrong-2024-gongkai"})
        answers.append((answer.status_code, answer.text.replace(name, "…")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 403 and WRONG in answers[0][1]


def test_signing_in_too_often(app: Browser) -> None:
    statuses = [app.submit("/login", {"name": "nobody", "password": "x"}).status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]
    last = app.submit("/login", {"name": "nobody", "password": "x"})
    assert TOO_OFTEN in last.text and 0 < int(last.headers["retry-after"]) <= 301
    assert app.submit("/login", {"name": "agency", "password": PASSWORD}).status_code == 303


def test_a_window_slides() -> None:
    now = [0.0]
    window = Window(2, 10, clock=lambda: now[0])
    taken = []
    for at in (0, 1, 2, 9.9, 10, 10.5, 11, 30):
        now[0] = at
        try:
            window.take("a")
            taken.append(at)
        except Exception as refused:
            assert refused.status_code == 429  # type: ignore[attr-defined]
    assert taken == [0, 1, 10, 11, 30]


def test_bodies_that_are_too_long(operator: Browser, app: Browser, chosen: Settings) -> None:
    long = b"a" * (FORM_BYTES + 1)

    def pieces() -> Iterator[bytes]:
        yield from (b"a" * (1 << 16) for _ in range(17))

    for client in (operator, app):
        for path in ("/login", "/accounts", "/nowhere"):
            assert client.post(path, content=long).status_code == 413
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert app.post("/login", content=pieces(), headers=form).status_code == 413
    huge = {"Content-Length": str((chosen.max_file_mb + 2) << 20)}
    assert app.post("/inbox?name=a.txt", content=b"", headers=huge).status_code == 413
    assert app.post("/login", content=b"", headers={"Content-Length": "-1"}).status_code == 413


@pytest.mark.parametrize(
    ("to", "led"),
    [
        ("/worklist?year=2023", "/worklist?year=2023"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/logout", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(to: str, led: str, app: Browser) -> None:
    assert own_path(to) == led
    answer = app.submit("/login", {"name": "agency", "password": PASSWORD, "next": to})
    assert (answer.status_code, answer.headers["location"]) == (303, led)


@pytest.fixture
def breaking(site_app: FastAPI) -> TestClient:
    """The site with two routes that fail, and no exceptions let out to the test."""
    routes = APIRouter()

    @routes.get("/breaks")
    @routes.get("/api/v1/breaks")
    def breaks() -> None:
        raise RuntimeError("postgresql://hecha:geheim@db/hecha")

    @routes.get("/away")
    def away() -> None:
        raise StorageError("postgresql://hecha:geheim@db/hecha")

    site_app.include_router(routes)
    return TestClient(site_app, raise_server_exceptions=False, follow_redirects=False)


def test_failures_tell_nothing_of_the_inside(breaking: TestClient) -> None:
    told = [breaking.get(path) for path in ("/breaks", "/api/v1/breaks", "/away")]
    assert [one.status_code for one in told] == [500, 500, 503]
    assert [one.headers["content-type"] for one in told] == [
        "text/html; charset=utf-8", "application/problem+json", "text/html; charset=utf-8",
    ]  # fmt: skip
    for one in told:
        assert "geheim" not in one.text and "Traceback" not in one.text
        assert {name: one.headers.get(name) for name in HEADERS} == dict(HEADERS)
    assert "系统发生内部错误" in told[0].text and "数据库暂时连接不上" in told[2].text


def test_pages_that_are_not_there(operator: Browser, app: Browser) -> None:
    for client in (operator, app):
        for path in ("/nowhere", "/index.html", "/docs", "/openapi.json", "/../hecha.db"):
            answer = client.get(path)
            assert (answer.status_code, "没有这个页面，或者您无权查看。" in answer.text) == (404, True)
    assert operator.post("/audit").status_code in (403, 405)
    assert app.get("/account", headers={"HX-Request": "true"}).headers["hx-redirect"].startswith("/login")
