"""The accounts, for operators: open, reset, close, bind to who signs in elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from hecha.site.access import Chosen, Db, Form, Operator, field, settings_of
from hecha.site.rendering import go, page
from tasks.accounts import accounts as people
from tasks.accounts.accounts import AccountRefused
from tasks.accounts.agencies import agency_named, agency_names
from tasks.accounts.person import Person, Role
from tasks.accounts.sign_ins import subject_of

UNKNOWN_ROLE = "请选择角色。"
UNKNOWN_AGENCY = "名册中没有“{}”，请从列表中选择单位全称。"
CHANGED = {
    "disable": "账号“{}”已停用，其登录和令牌已失效。",
    "enable": "账号“{}”已启用。",
    "bind": "账号“{}”已绑定统一身份。",
    "unbind": "账号“{}”已解除统一身份绑定。",
}

router = APIRouter()

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/accounts")
def listed(request: Request, person: Operator, database: Db, q: str = "") -> Response:
    """List the accounts."""
    return _list(request, person, q=q)


@router.post("/accounts")
def create(request: Request, person: Operator, database: Db, posted: Form) -> Response:
    """Open an account and show its one-time password, this once."""
    filled = {name: field(posted, name, 200) for name in ("name", "shown", "role", "agency")}
    try:
        role = Role(filled["role"])
    except ValueError:
        return _list(request, person, 422, filled=filled, wrong=UNKNOWN_ROLE)
    agency_id = None
    if role is not Role.OPERATOR and filled["agency"]:
        agency_id = agency_named(database, filled["agency"])
        if agency_id is None:
            said = UNKNOWN_AGENCY.format(filled["agency"])
            return _list(request, person, 422, filled=filled, wrong=said)
    try:
        account, given = people.create(database, person, filled["name"], filled["shown"], role, agency_id)
    except AccountRefused as refused:
        return _list(request, person, 422, filled=filled, wrong=str(refused))
    return page(request, person, "accounts_password.html.j2", account=account, given=given, opened=True)


@router.post("/accounts/{account_id:int}/reset")
def reset(request: Request, person: Operator, database: Db, account_id: Id, _: Form) -> Response:
    """Give an account a new one-time password and show it, this once."""
    account = _existing(request, account_id)
    given = people.reset(database, person, account_id)
    return page(request, person, "accounts_password.html.j2", account=account, given=given, opened=False)


@router.post("/accounts/{account_id:int}/{change}")
def change(
    request: Request,
    person: Operator,
    database: Db,
    chosen: Chosen,
    account_id: Id,
    change: str,
    posted: Form,
) -> Response:
    """Close an account or open it again, bind it or unbind it."""
    if change not in CHANGED:
        raise HTTPException(404)
    account = _existing(request, account_id)
    try:
        match change:
            case "disable":
                people.disable(database, person, account_id)
            case "enable":
                people.enable(database, person, account_id)
            case _:
                people.bind(database, person, account_id, _subject(request, change, posted))
    except AccountRefused as refused:
        raise HTTPException(409, str(refused)) from None
    return go(request, "/accounts", CHANGED[change].format(account.name))


def _subject(request: Request, change: str, posted: FormData) -> str | None:
    if change == "unbind":
        return None
    issuer, given = settings_of(request).oidc_issuer, field(posted, "subject", 200)
    if issuer is None or not given:
        raise HTTPException(422, "请填写该账号在统一身份认证中的用户标识（sub）。")
    return subject_of(issuer, given)


def _existing(request: Request, account_id: int) -> people.Account:
    account = people.find(request.app.state.database(), account_id)
    if account is None:
        raise HTTPException(404)
    return account


def _list(
    request: Request, person: Person, status: int = 200, q: str = "", wrong: str = "",
    filled: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    database = request.app.state.database()
    return page(
        request,
        person,
        "accounts.html.j2",
        status,
        accounts=people.accounts(database, q),
        agencies=agency_names(database),
        q=q,
        wrong=wrong,
        filled=filled or {"name": "", "shown": "", "role": Role.AGENCY.value, "agency": ""},
        elsewhere=settings_of(request).oidc_issuer is not None,
        now=datetime.now(UTC),
    )
