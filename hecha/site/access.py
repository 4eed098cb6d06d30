"""Who asks: the person behind a request, what their role opens, and whether a form really is theirs.

What a person may not see is answered as if it were not there (404). Under ``/api/`` a bearer token says who asks and
cookies count for nothing; everywhere else it is the session's cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Response
from python_multipart.multipart import parse_options_header
from sqlalchemy import Engine
from starlette.datastructures import FormData

from hecha.site.limits import Limits
from models.settings import Settings
from tasks.accounts.accounts import none_yet
from tasks.accounts.audit import note
from tasks.accounts.person import Person, Role
from tasks.accounts.sign_ins import Session, session
from tasks.accounts.tokens import bearer
from tasks.persist.retrying import committed

API = "/api/"
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
FORGED = "页面已过期或者请求来源不明，操作没有执行。请返回上一页，刷新后重试。"
UNWRITABLE = "填写的内容或者文件名中有无法保存的字符（NUL），请删除后重试。"
NOT_FOUND = "没有这个页面，或者您无权查看。"
NO_TOKEN = "需要访问令牌：请在请求标头中给出“Authorization: Bearer 令牌”。令牌在“我的账号”页面创建。"
_MOST_FIELDS, _MOST_FILES, _LONGEST_FIELD = 5_000, 20, 1 << 20
_BEFORE_SIGN_IN = frozenset({"/login", "/setup"})


class SignInNeeded(Exception):
    """Nobody is signed in; the answer leads to the page where one does."""


class PasswordNeeded(Exception):
    """The password was given by the operator and has to be replaced before anything else."""


# ------------------------------------------------------------------------------------ what the app keeps


def database(request: Request) -> Engine:
    """Return the engine of the application; it is made at the first request that needs it."""
    found: Engine = request.app.state.database()
    return found


def settings_of(request: Request) -> Settings:
    """Return the settings the application was made with."""
    chosen: Settings = request.app.state.settings
    return chosen


def limits_of(request: Request) -> Limits:
    """Return the counters of the application that keep anybody from asking too often."""
    limits: Limits = request.app.state.limits
    return limits


Db = Annotated[Engine, Depends(database)]
Chosen = Annotated[Settings, Depends(settings_of)]
Limited = Annotated[Limits, Depends(limits_of)]


def address_of(request: Request) -> str:
    """Return where a request came from; a trusted proxy's word for it has been taken already (`hecha.serve`)."""
    return (request.client.host if request.client else "")[:64]


# ------------------------------------------------------------------------------------------ the cookies


def is_secure(chosen: Settings) -> bool:
    """Whether people reach the site by https, so that cookies must not travel otherwise."""
    return (chosen.public_url or "").startswith("https://")


def cookie_name(chosen: Settings, what: str) -> str:
    """Return a cookie's name; with https the browser itself guards that it is ours alone."""
    return f"__Host-{what}" if is_secure(chosen) else what


def set_cookie(
    response: Response, chosen: Settings, what: str, value: str, seconds: int | None = None
) -> None:
    """Put a cookie that no script reads and that does not come along from other sites' forms."""
    response.set_cookie(
        cookie_name(chosen, what),
        value,
        max_age=seconds,
        path="/",
        secure=is_secure(chosen),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, chosen: Settings, what: str) -> None:
    """Take a cookie away again."""
    response.delete_cookie(
        cookie_name(chosen, what), path="/", secure=is_secure(chosen), httponly=True, samesite="lax"
    )


# ------------------------------------------------------------------------------------------- the person


def session_of(request: Request, chosen: Chosen, database: Db) -> Session | None:
    """Return the session of the request's cookie, None without one; it is looked up once a request."""
    if not hasattr(request.state, "session"):
        secret = request.cookies.get(cookie_name(chosen, "hecha"))
        idle = timedelta(minutes=chosen.session_idle_minutes)
        request.state.session = session(database, secret, address_of(request), idle) if secret else None
    found: Session | None = request.state.session
    return found


Current = Annotated[Session | None, Depends(session_of)]


def signed_in(request: Request, chosen: Chosen, database: Db) -> Person:
    """Return who asks. Nobody: leads to the sign-in page; 401 for the API. A password to change comes first."""
    if request.url.path.startswith(API):
        return _by_token(request, database)
    current = session_of(request, chosen, database)
    if current is None:
        raise SignInNeeded
    if current.must_change:
        raise PasswordNeeded
    return current.person


def _by_token(request: Request, database: Engine) -> Person:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    person = bearer(database, token.strip(), address_of(request)) if scheme.lower() == "bearer" else None
    if person is None:
        raise HTTPException(401, NO_TOKEN, {"WWW-Authenticate": "Bearer"})
    return person


Signed = Annotated[Person, Depends(signed_in)]


def supervising(person: Signed) -> Person:
    """Return a person who decides about others' reports; for agencies there is no such page."""
    if not person.supervises:
        raise HTTPException(404, NOT_FOUND)
    return person


def operating(person: Signed) -> Person:
    """Return an operator; for all others there is no such page."""
    if person.role is not Role.OPERATOR:
        raise HTTPException(404, NOT_FOUND)
    return person


def reporting(person: Signed) -> Person:
    """Return someone of an agency, on its own side of the site; for all others there is no such page."""
    if person.role is not Role.AGENCY:
        raise HTTPException(404, NOT_FOUND)
    return person


Supervisor = Annotated[Person, Depends(supervising)]
Operator = Annotated[Person, Depends(operating)]
Reporter = Annotated[Person, Depends(reporting)]


def is_new(request: Request, database: Engine) -> bool:
    """Whether nobody has an account yet; asked until there is one."""
    state = request.app.state
    if not state.has_accounts:
        state.has_accounts = not none_yet(database)
    return not state.has_accounts


# --------------------------------------------------------------------------------------------- the form


def form_token(request: Request) -> str:
    """Return what a form of this page has to send back: the session's, before signing in the browser's own."""
    current: Session | None = getattr(request.state, "session", None)
    if current is not None:
        return current.csrf
    before = browser_secret(request)
    return hashlib.sha256(f"form:{before}".encode()).hexdigest()


def browser_secret(request: Request) -> str:
    """Return the secret of a browser in which nobody is signed in; `hecha.site.rendering.page` gives it its cookie."""
    if not hasattr(request.state, "before"):
        known = request.cookies.get(cookie_name(settings_of(request), "hecha-before"), "")
        request.state.before = known if len(known) == 43 and known.isascii() else secrets.token_urlsafe(32)
    found: str = request.state.before
    return found


async def posted_form(request: Request, current: Current) -> AsyncIterator[FormData]:
    """Return the posted form, files too, after its token was compared. 403 when the form is not from our own page.

    Whoever is not signed in is not listened to, but where one signs in.
    """
    if current is None and request.url.path not in _BEFORE_SIGN_IN:
        raise SignInNeeded
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, FORGED)
    if _charset(request) not in ("", "utf-8"):
        # no browser names another; some of those that Python knows make text that cannot be written anywhere
        raise HTTPException(403, FORGED)
    form = request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD)
    async with form as posted:
        given = request.headers.get(CSRF_HEADER) or posted.get(CSRF_FIELD) or ""
        wanted = form_token(request)
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), wanted.encode()):
            raise HTTPException(403, FORGED)
        if any(
            "\x00" in (value if isinstance(value, str) else value.filename or "")
            for _, value in posted.multi_items()
        ):
            raise HTTPException(422, UNWRITABLE)
        yield posted


def _charset(request: Request) -> str:
    _, options = parse_options_header(request.headers.get("content-type", "").encode("latin-1"))
    return options.get(b"charset", b"").decode("latin-1").lower()


Form = Annotated[FormData, Depends(posted_form)]


def field(form: FormData, name: str, longest: int = 2_000) -> str:
    """Return a text field of a form without the blanks around it, empty when it is not there or a file."""
    value = form.get(name)
    return value.strip()[:longest] if isinstance(value, str) else ""


# ----------------------------------------------------------------------------------------- the audit log


def seen(
    request: Request,
    person: Person,
    action: str,
    object_type: str,
    object_id: int | None = None,
    **detail: Any,
) -> None:
    """Write into the audit log what a person looked at or took away; what changes rows notes it with the change."""
    committed(
        database(request),
        lambda connection: note(connection, person, action, object_type, object_id, **detail),
        alone=False,
    )
