"""Signing in elsewhere, by OpenID Connect: the code flow with PKCE, and the proof of who came back.

Whoever is recognised there still needs an account here, to which the operator has bound their subject.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.errors import ConfigurationError, HechaError
from models.settings import Settings

warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # of httpx, which is what there is
from authlib.common.errors import AuthlibBaseError  # noqa: E402
from authlib.integrations.httpx_client import OAuth2Client  # noqa: E402

BACK = "/login/elsewhere/back"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""What a provider may sign with: nothing that a shared secret or nobody signs."""
UNREACHABLE = "统一身份认证服务暂时连接不上，请稍后再试，或者使用本系统的账号和密码登录。"
UNPROVEN = "统一身份认证没有成功，请重新登录。"
HALF_SET = (
    "统一身份认证的设置不全：HECHA_OIDC_CLIENT_ID、HECHA_OIDC_CLIENT_SECRET 和 HECHA_PUBLIC_URL 须一并设置。"
)
SECONDS = 10.0
"""How long the provider may take to answer."""
UNDER_WAY = 600
"""Seconds within which someone has to come back."""
_KEPT = 600.0
_LEEWAY = 60
_LARGEST = 1 << 20


class NotProven(HechaError):
    """The provider did not prove who it is; the message is one Chinese sentence for who tried."""


@dataclass(frozen=True, slots=True)
class Way:
    """What has to be remembered while someone is away signing in; it travels in their own browser, signed."""

    state: str
    nonce: str
    verifier: str
    next: str
    until: float


class Provider:
    """An OpenID Connect provider as its own configuration describes it; that and its keys are kept a while."""

    def __init__(self, chosen: Settings) -> None:
        secret = chosen.oidc_secret
        if chosen.oidc_issuer is None or not chosen.oidc_client_id or not secret or not chosen.public_url:
            raise ConfigurationError(HALF_SET)
        self.issuer = chosen.oidc_issuer
        self._client_id = chosen.oidc_client_id
        self._secret = secret
        self._back = chosen.public_url + BACK
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Any], KeySet] | None = None

    def leave(self, to: str) -> tuple[str, str]:
        """Return the address at which one signs in, and what to keep in the browser. `to`: where to go on after that."""
        configuration, _ = self._configuration()
        way = Way(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            next=to,
            until=time.time() + UNDER_WAY,
        )
        with self._client() as client:
            address, _ = client.create_authorization_url(
                configuration["authorization_endpoint"],
                state=way.state,
                nonce=way.nonce,
                code_verifier=way.verifier,
            )
        return str(address), self._sealed(way)

    def come_back(self, kept: str, answered: Mapping[str, str]) -> tuple[str, str]:
        """Return the subject of who came back, and where to go on. Raises NotProven."""
        way = self._opened(kept)
        if way is None or not hmac.compare_digest(answered.get("state", "").encode(), way.state.encode()):
            raise NotProven(UNPROVEN)
        if "code" not in answered:
            raise NotProven(UNPROVEN)
        configuration, keys = self._configuration()
        try:
            with self._client() as client:
                token = client.fetch_token(
                    configuration["token_endpoint"], code=answered["code"], code_verifier=way.verifier
                )
        except AuthlibBaseError:
            raise NotProven(UNPROVEN) from None
        except (httpx.HTTPError, ValueError):
            raise NotProven(UNREACHABLE) from None
        return self._subject(str(token.get("id_token", "")), way, keys), way.next

    def _subject(self, id_token: str, way: Way, keys: KeySet) -> str:
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": way.nonce},
        )
        try:
            claims = jwt.decode(id_token, keys, ALGORITHMS).claims
            rules.validate(claims)
        except (JoseError, ValueError):
            self._known = None  # the provider may have new keys
            raise NotProven(UNPROVEN) from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._client_id:
            raise NotProven(UNPROVEN)
        return str(claims["sub"])

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._client_id,
            self._secret,
            scope="openid",
            redirect_uri=self._back,
            code_challenge_method="S256",
            timeout=SECONDS,
            trust_env=False,
        )

    def _configuration(self) -> tuple[dict[str, Any], KeySet]:
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > _KEPT:
                try:
                    told = _json(f"{self.issuer}/.well-known/openid-configuration")
                    if str(told["issuer"]).rstrip("/") != self.issuer:
                        raise NotProven(UNPROVEN)
                    keys = KeySet.import_key_set(_json(str(told["jwks_uri"])))  # type: ignore[arg-type]
                except (httpx.HTTPError, ValueError, KeyError, JoseError):
                    raise NotProven(UNREACHABLE) from None
                self._known = (time.monotonic(), told, keys)
            return self._known[1], self._known[2]

    def _sealed(self, way: Way) -> str:
        body = base64.urlsafe_b64encode(json.dumps(asdict(way)).encode()).decode()
        return f"{body}.{self._seal(body)}"

    def _opened(self, kept: str) -> Way | None:
        body, _, seal = kept.partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(body).encode()):
            return None
        way = Way(**json.loads(base64.urlsafe_b64decode(body)))
        return way if way.until > time.time() else None

    def _seal(self, body: str) -> str:
        return hmac.new(f"way:{self._secret}".encode(), body.encode(), hashlib.sha256).hexdigest()


def _json(address: str) -> dict[str, Any]:
    answer = httpx.get(address, timeout=SECONDS, trust_env=False)
    answer.raise_for_status()
    if len(answer.content) > _LARGEST:
        raise ValueError("more than a provider has to say")
    told = answer.json()
    if not isinstance(told, dict):
        raise ValueError("no object")
    return told
