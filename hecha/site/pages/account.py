"""One's own account: what it may do, its password, the tokens of the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import Response

from hecha.site.access import Chosen, Current, Db, Form, Limited, Signed, SignInNeeded, address_of, field
from hecha.site.pages.login import UNEQUAL, with_session
from hecha.site.rendering import go, page
from tasks.accounts import tokens
from tasks.accounts.accounts import AccountRefused, change_password, find
from tasks.accounts.passwords import matches
from tasks.accounts.sign_ins import begin, session, stored_password
from tasks.persist.retrying import committed

NOT_THE_OLD = "原密码不正确，请重新输入。"
SAME = "新密码不能与原密码相同。"
CHANGED = "密码已修改，其他位置的登录均已退出。"
REVOKED = "令牌已停用。"
NO_TOKEN = "没有这个令牌，或者已经停用。"
DAYS = (30, 90, 180, 365)

router = APIRouter()

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/account")
def own(request: Request, person: Signed, database: Db) -> Response:
    """Show one's own account."""
    now = datetime.now(UTC)
    account = find(database, person.id)
    listed = [(token, token.alive(now)) for token in tokens.tokens(database, person)]
    return page(request, person, "account.html.j2", account=account, tokens=listed, days=DAYS)


@router.get("/account/password")
def password(request: Request, current: Current) -> Response:
    """Show the form for a new password."""
    if current is None:
        raise SignInNeeded
    return _form(request, current)


@router.post("/account/password")
def change(
    request: Request, current: Current, database: Db, chosen: Chosen, limits: Limited, posted: Form
) -> Response:
    """Set a new password; this session goes on under a new secret, all others end."""
    if current is None:
        raise SignInNeeded
    person = current.person
    limits.passwords.take(str(person.id))
    old, new, again = (str(posted.get(name, "")) for name in ("old", "new", "again"))
    if not matches(stored_password(database, person.id), old):
        return _form(request, current, 422, NOT_THE_OLD)
    if new != again:
        return _form(request, current, 422, UNEQUAL)
    if new == old:
        return _form(request, current, 422, SAME)
    try:
        change_password(database, person, new)
    except AccountRefused as refused:
        return _form(request, current, 422, str(refused))
    longest = timedelta(hours=chosen.session_hours)
    address = address_of(request)
    secret = committed(database, lambda c: begin(c, person.id, address, longest), alone=False)
    # what is said there is bound to the session that goes on
    request.state.session = session(database, secret, address, timedelta(minutes=chosen.session_idle_minutes))
    return with_session(go(request, "/account", CHANGED), chosen, secret)


@router.post("/account/tokens")
def make(request: Request, person: Signed, database: Db, posted: Form) -> Response:
    """Make a token and show it, this once."""
    days = field(posted, "days", 4)
    if days not in map(str, DAYS):
        raise HTTPException(422, "有效期不在可选的范围内。")
    label = field(posted, "label", 64)
    secret = tokens.create(database, person, label, timedelta(days=int(days)))
    return page(request, person, "account_token.html.j2", secret=secret, label=label)


@router.post("/account/tokens/{token_id}/revoke")
def revoke(request: Request, person: Signed, database: Db, token_id: Id, _: Form) -> Response:
    """End one of one's own tokens."""
    if not tokens.revoke(database, person, token_id):
        raise HTTPException(404, NO_TOKEN)
    return go(request, "/account", REVOKED)


def _form(request: Request, current: Current, status: int = 200, wrong: str = "") -> Response:
    assert current is not None
    shown = None if current.must_change else current.person
    return page(
        request, shown, "account_password.html.j2", status, wrong=wrong, name=current.person.name,
        must_change=current.must_change,
    )  # fmt: skip
