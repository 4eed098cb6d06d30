"""Signing in and out, and the very first account."""

from __future__ import annotations

import hmac
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hecha.site import set_up
from hecha.site.access import (
    Chosen,
    Current,
    Db,
    Form,
    Limited,
    address_of,
    drop_cookie,
    field,
    is_new,
    set_cookie,
)
from hecha.site.rendering import go, page
from models.settings import Settings
from tasks.accounts.accounts import AccountRefused, create
from tasks.accounts.person import Role
from tasks.accounts.sign_ins import sign_in, sign_out

WRONG = "账号或密码不正确，或者账号已停用、已锁定。连续5次输错密码，账号锁定15分钟。"
WRONG_CODE = "初始化代码不正确。代码在启动服务的窗口中显示，也保存在数据目录的 setup-code 文件中。"
UNEQUAL = "两次输入的密码不一致，请重新输入。"
WELCOME = "首个运行维护账号已建立，请登录。"

router = APIRouter()


@router.get("/login")
def form(request: Request, current: Current, database: Db, chosen: Chosen, next: str = "") -> Response:
    """Show the form; who is signed in already goes on."""
    if is_new(request, database):
        return RedirectResponse("/setup", 303)
    if current is not None:
        return RedirectResponse(own_path(next), 303)
    return _form(request, chosen, next=own_path(next))


@router.post("/login")
def enter(request: Request, database: Db, chosen: Chosen, limits: Limited, posted: Form) -> Response:
    """Open a session for who knows the password. Wrong ones are all answered alike."""
    name, to = field(posted, "name", 64), own_path(field(posted, "next"))
    password = posted.get("password")
    address = address_of(request)
    limits.sign_ins_by_address.take(address)
    limits.sign_ins_by_name.take(name.lower())
    longest = timedelta(hours=chosen.session_hours)
    secret = sign_in(database, name, password if isinstance(password, str) else "", address, longest)
    if secret is None:
        return _form(request, chosen, 403, name=name, next=to, wrong=WRONG)
    limits.sign_ins_by_name.forget(name.lower())
    return with_session(RedirectResponse(to, 303), chosen, secret)


@router.post("/logout")
def leave(request: Request, current: Current, database: Db, chosen: Chosen, _: Form) -> Response:
    """End the session."""
    if current is not None:
        sign_out(database, current)
    response = RedirectResponse("/login", 303)
    drop_cookie(response, chosen, "hecha")
    return response


@router.get("/setup")
def first(request: Request, database: Db, chosen: Chosen) -> Response:
    """Show the form for the first operator, as long as there is no account."""
    if not is_new(request, database):
        raise HTTPException(404)
    set_up.code(chosen.home)
    return _first(request)


@router.post("/setup")
def begin(request: Request, database: Db, chosen: Chosen, limits: Limited, posted: Form) -> Response:
    """Open the first operator's account for who can read the code of this installation."""
    if not is_new(request, database):
        raise HTTPException(404)
    limits.passwords.take(address_of(request))
    name, shown = field(posted, "name", 64), field(posted, "shown", 64)
    password, again = (str(posted.get(name, "")) for name in ("password", "again"))
    if not hmac.compare_digest(field(posted, "code", 64).encode(), set_up.code(chosen.home).encode()):
        return _first(request, 403, name=name, shown=shown, wrong=WRONG_CODE)
    if password != again:
        return _first(request, 422, name=name, shown=shown, wrong=UNEQUAL)
    try:
        create(database, None, name, shown, Role.OPERATOR, password=password, first=True)
    except AccountRefused as refused:
        return _first(request, 422, name=name, shown=shown, wrong=str(refused))
    set_up.done(chosen.home)
    return go(request, "/login", WELCOME)


def own_path(to: str) -> str:
    """Return a path of this site to go on to; ``/`` for whatever leads elsewhere."""
    parts = urlsplit(to)
    plain = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable()
    led_back = parts.path in ("/login", "/logout", "/setup")
    return to if plain and not parts.netloc and not parts.scheme and not led_back else "/"


def with_session(response: Response, chosen: Settings, secret: str) -> Response:
    """Put the cookie of a new session on a response; that of the browser before it is over."""
    set_cookie(response, chosen, "hecha", secret)
    drop_cookie(response, chosen, "hecha-before")
    return response


def _form(
    request: Request, chosen: Settings, status: int = 200, name: str = "", next: str = "/", wrong: str = ""
) -> Response:
    elsewhere = chosen.oidc_title if chosen.oidc_issuer else None
    return page(
        request, None, "login.html.j2", status, name=name, next=next, wrong=wrong, elsewhere=elsewhere
    )


def _first(request: Request, status: int = 200, name: str = "", shown: str = "", wrong: str = "") -> Response:
    return page(request, None, "setup.html.j2", status, name=name, shown=shown, wrong=wrong)
