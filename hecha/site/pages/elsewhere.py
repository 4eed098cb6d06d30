"""Signing in elsewhere (OpenID Connect): there and back."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hecha.site.access import Chosen, Db, Limited, address_of, cookie_name, drop_cookie, set_cookie
from hecha.site.oidc import UNDER_WAY, NotProven, Provider
from hecha.site.pages.login import own_path, with_session
from hecha.site.rendering import go
from models.settings import Settings
from tasks.accounts.audit import note
from tasks.accounts.sign_ins import sign_in_elsewhere, subject_of
from tasks.persist.retrying import committed

UNBOUND = "您已通过统一身份认证，但还没有绑定本系统的账号。请把用户标识“{}”告诉运行维护人员。"
_WAY = "hecha-elsewhere"

router = APIRouter()


@router.get("/login/elsewhere")
def leave(request: Request, chosen: Chosen, limits: Limited, next: str = "") -> Response:
    """Lead to the provider."""
    provider = _provider(request, chosen)
    limits.sign_ins_by_address.take(address_of(request))
    try:
        address, kept = provider.leave(own_path(next))
    except NotProven as refused:
        return go(request, "/login", str(refused), refused=True)
    response = RedirectResponse(address, 303)
    set_cookie(response, chosen, _WAY, kept, UNDER_WAY)
    return response


@router.get("/login/elsewhere/back")
def back(request: Request, chosen: Chosen, database: Db, limits: Limited) -> Response:
    """Take who comes back from the provider for who they proved to be."""
    provider = _provider(request, chosen)
    address = address_of(request)
    limits.sign_ins_by_address.take(address)
    kept = request.cookies.get(cookie_name(chosen, _WAY), "")
    try:
        subject, to = provider.come_back(kept, dict(request.query_params))
    except NotProven as refused:
        return _done(go(request, "/login", str(refused), refused=True), chosen)
    longest = timedelta(hours=chosen.session_hours)
    secret = sign_in_elsewhere(database, subject_of(provider.issuer, subject), address, longest)
    if secret is None:
        told = {"subject": subject[:200], "address": address}
        committed(database, lambda c: note(c, None, "refused", "account", None, **told), alone=False)
        return _done(go(request, "/login", UNBOUND.format(subject[:200])), chosen)
    return _done(with_session(RedirectResponse(to, 303), chosen, secret), chosen)


def _provider(request: Request, chosen: Settings) -> Provider:
    if chosen.oidc_issuer is None:
        raise HTTPException(404)
    state = request.app.state
    if not hasattr(state, "provider"):
        state.provider = Provider(chosen)
    provider: Provider = state.provider
    return provider


def _done(response: Response, chosen: Settings) -> Response:
    drop_cookie(response, chosen, _WAY)
    return response
