"""Signing in at a real OpenID Connect provider: a small one over HTTP, with RSA keys of its own."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr
from sqlalchemy import select

from hecha.service import service
from hecha.site.app import site
from hecha.site.oidc import UNPROVEN, UNREACHABLE
from hecha.site.pages.elsewhere import UNBOUND
from models.settings import Settings
from tasks.persist.rows import AUDIT_LOG
from tests.service.conftest import served
from tests.site.conftest import Browser
from tests.tell.servers import free_port

CLIENT, SECRET = "hecha", "client-geheim"


@dataclass
class Made:
    """A provider. `claims` changes what its tokens say, `key` and `algorithm` what signs them."""

    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey | OctKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    issuer: str = ""

    def app(self) -> FastAPI:
        made = FastAPI()
        published = self.key.as_dict(private=False) if isinstance(self.key, RSAKey) else {}

        @made.get("/.well-known/openid-configuration")
        def configuration(request: Request) -> dict[str, str]:
            self.issuer = str(request.base_url).rstrip("/")
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": self.issuer, **{name: f"{self.issuer}/{end}" for name, end in ends.items()}}

        @made.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [{**published, "use": "sig", "alg": "RS256"}]}

        @made.get("/authorize")
        def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            assert (asked["client_id"], asked["response_type"], asked["scope"]) == (CLIENT, "code", "openid")
            self.codes["code-1"] = asked
            back = urlencode({"code": "code-1", "state": asked["state"]})
            return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

        @made.post("/token")
        async def token(request: Request) -> Response:
            given = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            asked = self.codes.pop(given.get("code", ""), None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest())
            right = (
                request.headers.get("authorization") == f"Basic {login}"
                and asked is not None
                and asked["code_challenge"] == challenge.decode().rstrip("=")
                and asked["code_challenge_method"] == "S256"
                and asked["redirect_uri"] == given["redirect_uri"]
            )
            if not right or asked is None:
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time.time())
            claims = {"iss": self.issuer, "aud": CLIENT, "sub": "zhang.san@oa", "exp": now + 300, "iat": now}
            claims = {**claims, "nonce": asked["nonce"], **self.claims}
            signed = jwt.encode(
                {"alg": self.algorithm, "kid": "1"}, claims, self.key, algorithms=[self.algorithm]
            )
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})

        return made


@dataclass
class Office:
    """Our site beside that provider."""

    browser: Browser
    provider: Made
    client: httpx.Client

    def there(self, next: str = "/account") -> str:
        """Go to the provider and return the address at which one comes back."""
        led = self.browser.get(f"/login/elsewhere?next={next}")
        assert led.status_code == 303
        return self.client.get(led.headers["location"]).headers["location"]

    def back(self, address: str) -> tuple[int, str, str]:
        """Come back: status, where one is led, and what one is told there."""
        parts = urlsplit(address)
        answer = self.browser.get(f"{parts.path}?{parts.query}")
        to = answer.headers["location"]
        page = self.browser.get(to).text
        said = page.partition('<div class="said">')[2].partition("<p>")[2].partition("</p>")[0]
        return answer.status_code, to, said


@pytest.fixture
def office(chosen: Settings) -> Iterator[Office]:
    provider = Made()
    with served(provider.app()) as client:
        known = {
            "oidc_issuer": str(client.base_url).rstrip("/"),
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SecretStr(SECRET),
            "public_url": "http://testserver",
        }
        made = service(chosen.model_copy(update=known), None, site())
        yield Office(Browser(made), provider, client)
        made.state.database().dispose()


def bound(office: Office, name: str = "agency") -> None:
    """Bind an account to the subject, as the operator does."""
    operator = Browser(office.browser.app).sign_in("operator")  # type: ignore[arg-type]
    page = operator.get(f"/accounts?q={name}").text
    number = page.partition('action="/accounts/')[2].partition('action="/accounts/')[2].partition("/")[0]
    answer = operator.submit(f"/accounts/{number}/bind", {"subject": "zhang.san@oa"})
    assert answer.status_code == 303


def test_there_and_back(office: Office) -> None:
    bound(office)
    assert "使用统一身份认证登录" in office.browser.get("/login").text
    assert office.back(office.there()) == (303, "/account", "")
    page = office.browser.get("/account").text
    assert "agency甲" in page and "映溪区水务局" in page


def test_who_has_no_account_is_told_what_to_do(office: Office) -> None:
    assert office.back(office.there()) == (303, "/login", UNBOUND.format("zhang.san@oa"))
    with office.browser.app.state.database().connect() as connection:  # type: ignore[attr-defined]
        chosen = select(AUDIT_LOG.c.detail).where(AUDIT_LOG.c.action == "refused")
        assert [row.detail["subject"] for row in connection.execute(chosen)] == ["zhang.san@oa"]


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"sub": None},
    ],
)
def test_what_is_not_meant_for_us_is_refused(office: Office, claims: dict[str, Any]) -> None:
    bound(office)
    office.provider.claims = claims
    assert office.back(office.there()) == (303, "/login", UNPROVEN)


def test_a_token_that_another_signed_is_refused(office: Office) -> None:
    bound(office)
    office.provider.key = RSAKey.generate_key(2048, {"kid": "1"})
    assert office.back(office.there()) == (303, "/login", UNPROVEN)
    office.provider.key, office.provider.algorithm = OctKey.import_key(SECRET + "x" * 32), "HS256"
    assert office.back(office.there()) == (303, "/login", UNPROVEN)


def test_a_way_is_walked_once_by_who_began_it(office: Office) -> None:
    bound(office)
    address = office.there()
    other = Browser(office.browser.app)  # type: ignore[arg-type]
    assert Office(other, office.provider, office.client).back(address) == (303, "/login", UNPROVEN)
    assert office.back(address.replace("state=", "state=x")) == (303, "/login", UNPROVEN)
    assert office.back(address) == (303, "/login", UNPROVEN)  # its cookie is gone
    address = office.there("//evil.example/")
    assert office.back(address)[:2] == (303, "/")


def test_a_provider_that_is_away(chosen: Settings) -> None:
    known = {
        "oidc_issuer": f"http://127.0.0.1:{free_port()}",
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "public_url": "http://testserver",
    }
    made = service(chosen.model_copy(update=known), None, site())
    browser = Browser(made)
    assert browser.get("/login/elsewhere").headers["location"] == "/login"
    assert UNREACHABLE in browser.get("/login").text
    made.state.database().dispose()


def test_without_a_provider_there_is_no_such_way(app: Browser) -> None:
    assert [app.get(path).status_code for path in ("/login/elsewhere", "/login/elsewhere/back")] == [404, 404]
    assert "elsewhere" not in app.get("/login").text
