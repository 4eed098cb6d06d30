"""Pages out of templates: always escaped, with the navigation of the person, and a message shown once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from hecha.site.access import (
    browser_secret,
    cookie_name,
    drop_cookie,
    form_token,
    set_cookie,
    settings_of,
)
from tasks.accounts.audit_reading import BEIJING
from tasks.accounts.person import Person, Role
from tasks.publish import words

ROLES: Mapping[Role, str] = {
    Role.OPERATOR: "运行维护",
    Role.SUPERVISOR: "主管单位",
    Role.AGENCY: "报送单位",
}
_SUPERVISORS = (
    ("/sweeps", "核查总览"),
    ("/worklist", "工作清单"),
    ("/notices", "通知"),
    ("/documents", "文书导出"),
)
NAVIGATION: Mapping[Role, Sequence[tuple[str, str]]] = {
    Role.OPERATOR: (*_SUPERVISORS, ("/accounts", "账号管理"), ("/audit", "操作日志")),
    Role.SUPERVISOR: _SUPERVISORS,
    Role.AGENCY: (
        ("/agency", "本单位报告"),
        ("/agency/self-check", "发布前自查"),
        ("/agency/submit", "报送"),
        ("/agency/notices", "通知"),
    ),
}

# NUL and its like cannot stand in HTML; a lone surrogate cannot stand in UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SAID = "hecha-said"
_LONGEST_SAID = 600


@dataclass(frozen=True, slots=True)
class Undo:
    """A button beside the message: posts `fields` to `action`."""

    action: str
    fields: Mapping[str, str] = field(default_factory=dict)
    label: str = "撤销"


@cache
def environment() -> Environment:
    """Return the templates of the site; those of the static pages stand under ``publish/``."""
    made = Environment(
        loader=ChoiceLoader(
            [PackageLoader("hecha.site"), PrefixLoader({"publish": PackageLoader("tasks.publish")})]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"asset": asset_address, "words": words, "roles": ROLES}
    made.filters |= {
        "number": words.number,
        "signed": words.signed,
        "points": words.points,
        "day": words.day,
        "instant": words.instant,
        "date": words.date_of,
        "year": words.year,
        "place": words.place,
        "grouped": lambda value: f"{value:,}",
        "second": lambda at: f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        "urlpart": lambda value: quote(str(value), safe=""),
    }
    return made


def page(
    request: Request, person: Person | None, template: str, status: int = 200, **values: Any
) -> HTMLResponse:
    """Return a page. `person` None: for who is not signed in, without navigation.

    Templates extend ``base.html.j2``; besides `values` they know `person`, `csrf`, `path`, `navigation` and `said`.
    """
    chosen = settings_of(request)
    said = _said(request)
    text = (
        environment()
        .get_template(template)
        .render(
            person=person,
            csrf=form_token(request),
            path=request.url.path,
            navigation=[(to, name, _is_here(to, request.url.path)) for to, name in NAVIGATION[person.role]]
            if person
            else [],
            said=said,
            **values,
        )
    )
    response = HTMLResponse(_UNPRINTABLE.sub("\ufffd", text), status)
    _know_again(request, response)
    if cookie_name(chosen, _SAID) in request.cookies:
        drop_cookie(response, chosen, _SAID)
    return response


def go(
    request: Request, to: str, said: str | None = None, undo: Undo | None = None, refused: bool = False
) -> RedirectResponse:
    """Lead to another page of ours (303) on which `said` is shown once, with a button to undo it where there is one.

    `refused`: it was not done, `said` tells why.
    """
    response = RedirectResponse(to, 303)
    if said is not None:
        told: dict[str, Any] = {"said": said[:_LONGEST_SAID]}
        if refused:
            told |= {"refused": True}
        if undo is not None:
            told |= {"undo": {"action": undo.action, "fields": dict(undo.fields), "label": undo.label}}
        body = base64.urlsafe_b64encode(json.dumps(told, ensure_ascii=False).encode()).decode()
        set_cookie(response, settings_of(request), _SAID, f"{body}.{_signature(request, body)}", 300)
        _know_again(request, response)
    return response


def _know_again(request: Request, response: Response) -> None:
    """Give a browser in which nobody is signed in what its forms and messages are bound to."""
    if getattr(request.state, "session", None) is None:
        set_cookie(response, settings_of(request), "hecha-before", browser_secret(request), 24 * 3600)


def _said(request: Request) -> dict[str, Any] | None:
    """The message that the page before left, if it is one of ours for this session."""
    body, _, signature = request.cookies.get(cookie_name(settings_of(request), _SAID), "").partition(".")
    if not body or not hmac.compare_digest(signature.encode(), _signature(request, body).encode()):
        return None
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body))
    return told


def _signature(request: Request, body: str) -> str:
    return hmac.new(f"said:{form_token(request)}".encode(), body.encode(), hashlib.sha256).hexdigest()


def _is_here(to: str, path: str) -> bool:
    """Whether a page stands under an entry of the navigation; that of the own side stands for itself alone."""
    return path == to or (to != "/agency" and path.startswith(to + "/"))


# ------------------------------------------------------------------------------------------- the assets

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}


@cache
def assets() -> Mapping[str, tuple[bytes, str, str]]:
    """Return every asset by name: its bytes, its type, and a hash of it."""
    found = {}
    for entry in files("hecha.site").joinpath("assets").iterdir():
        kind = _TYPES.get(entry.name.rpartition(".")[2])
        if kind is not None:
            content = entry.read_bytes()
            found[entry.name] = (content, kind, hashlib.sha256(content).hexdigest()[:16])
    return found


def asset_address(name: str) -> str:
    """Return the address of an asset; another content has another address, so that browsers may keep it."""
    return f"/assets/{name}?v={assets()[name][2]}"


def asset(name: str) -> Response | None:
    """Return an asset as a response, None where there is none of this name."""
    found = assets().get(name)
    if found is None:
        return None
    content, kind, version = found
    kept = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{version}"'}
    return Response(content, media_type=kind, headers=kept)
