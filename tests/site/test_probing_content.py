"""Probing of what is sent: odd values in every parameter and field, hostile files, names and types. Nothing may break."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from fastapi import FastAPI
from fastapi.dependencies.utils import _get_flat_fields_from_params
from fastapi.routing import APIRoute
from sqlalchemy import Engine, select

import hecha.site
from benchmarks.bombs import bombs
from hecha.site import filters
from hecha.site.limits import Limits, Window
from models.settings import Settings
from models.tables import Stored
from tests.site.conftest import AGENCY, SAMPLES, Browser
from tests.site.test_access import Target, target
from tests.site.test_probing import bearers, signed, stored

__all__ = ["bearers", "signed", "target"]

ODD = (
    "' OR '1'='1' --", "1;DROP TABLE reports", "%' AND 1=(SELECT 1) --", "\x00", "\x1b[2J\u202e", "²", "１２３", "٣",
    "99999999999999999999", "-1", "1e309", "NaN", "../../../etc/passwd", "..\\..\\windows\\win.ini", "\ud800",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}${7*7}#{7*7}", "=cmd|' /C calc'!A1",
    "\r\nSet-Cookie: x=y", "𠮷" * 250, "2023-02-30", "9999-12-31", "0001-01-01", "[]", '{"a":1}', "*", "%", "_",
)  # fmt: skip
"""What nobody would type who means well."""
UNDECODABLE = b"\xff\xfe"
_FIELDS = re.compile(r"""(?:field\(\s*(?:form|posted),\s*|\.(?:get|getlist)\(\s*)["'](\w+)["']""")
NOT_MARKUP = ("<script>alert", "<img src=x")
LONG_NAME = "关于某某区某某局政府信息公开工作" * 20 + ".docx"


def kept(database: Engine) -> dict[str, list[Any]]:
    """All that is stored but what is noted of every visit."""
    return {
        name: rows
        for name, rows in stored(database).items()
        if name not in ("audit_log", "sign_ins", "api_tokens")
    }


def unlimited(site_app: FastAPI) -> None:
    """Let a test ask as often as it wants."""
    for name, window in vars(Limits()).items():
        assert isinstance(window, Window)
        setattr(site_app.state.limits, name, Window(10**6, 300))


def routes(app: Any, prefix: str = "") -> Iterator[tuple[str, APIRoute]]:
    """Every route with its path."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            yield prefix + route.path, route
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router, prefix + route.include_context.prefix)


def parameters(path: str, route: APIRoute) -> list[str]:
    """The query parameters that a route reads."""
    names: set[str] = set()
    waiting = [route.dependant]
    while waiting:
        one = waiting.pop()
        names |= {field.alias for field in _get_flat_fields_from_params(one.query_params)}
        waiting += one.dependencies
    return sorted(names | (set(filters.NAMES) if path.startswith("/worklist") else set()))


def not_raising(client: Browser) -> Browser:
    """A browser that gets the answer to a failure, as people do, and not the failure."""
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    return client


def sent(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def broken(answer: Any) -> bool:
    """Whether an answer is a failure of ours, or gives back as markup or header what was sent."""
    text = answer.text if "attachment" not in answer.headers.get("content-disposition", "") else ""
    return (
        answer.status_code >= 500
        or any(
            markup in text
            for markup in NOT_MARKUP
            if answer.headers.get("content-type", "").startswith("text/html")
        )
        or "x=y" in answer.headers.get("set-cookie", "")
    )


@pytest.mark.parametrize("who", ["operator", "agency"])
def test_odd_values_in_every_parameter(
    who: str, site_app: FastAPI, target: Target, signed: Callable[[str], Browser], bearers: dict[str, dict[str, str]],
    database: Engine,
) -> None:  # fmt: skip
    client, token = not_raising(signed(who)), bearers[who]
    unlimited(site_app)
    before = kept(database)
    failed, asked = [], 0
    for path, route in routes(site_app):
        if "GET" not in route.methods or path in ("/readyz", "/metrics"):
            continue
        names = parameters(path, route)
        address, headers = target.path(f"GET {path}"), token if path.startswith("/api/") else None
        tried = [f"{name}={sent(ODD[n % len(ODD)])}" for n, name in enumerate(names, start=asked)]
        tried += [
            "&".join(f"{name}={sent(odd)}" for name in names)
            for odd in ODD[:: 4 if "." in path else 1]
            if names
        ]
        tried += [f"{name}={quote_from_bytes(UNDECODABLE)}&{name}=1&{name}=2" for name in names[:1]]
        for query in tried:
            asked += 1
            answer = client.get(f"{address}?{query}", headers=headers)
            if broken(answer):
                failed.append((path, query[:200], answer.status_code))
    assert failed == []
    assert asked > 500
    after = kept(database)
    assert after == before


def test_odd_values_in_every_path(
    site_app: FastAPI, target: Target, signed: Callable[[str], Browser], bearers: dict[str, dict[str, str]]
) -> None:
    client = not_raising(signed("operator"))
    csrf = client.csrf
    failed = []
    for path, route in routes(site_app):
        for name in re.findall(r"\{(\w+)", path):
            for odd in ODD:
                changed = Target({**target.ids, name: sent(odd)})
                for method in route.methods:
                    answer = client.request(
                        method,
                        changed.path(f"{method} {path}"),
                        headers={**bearers["operator"], "X-CSRF-Token": csrf},
                    )
                    if broken(answer) or answer.status_code not in (404, 405, 422):
                        failed.append((method, path, odd, answer.status_code))
    assert failed == []


def test_odd_values_in_every_field(
    site_app: FastAPI, target: Target, signed: Callable[[str], Browser]
) -> None:
    code = "\n".join(file.read_text() for file in Path(hecha.site.__file__).parent.rglob("*.py"))
    names = sorted(set(_FIELDS.findall(code)) - {"csrf"})
    assert len(names) > 25
    failed = []
    for path, route in routes(site_app):
        if "POST" not in route.methods or path.startswith(("/api/", "/inbox", "/logout")):
            continue
        for odd in ODD:
            client = not_raising(signed("agency" if path.startswith("/agency") else "operator"))
            unlimited(site_app)
            text = odd.encode(errors="replace").decode()
            form = {"csrf": client.csrf, **dict.fromkeys(names, text)}
            known = {
                "action": "notify",
                "event": "pass",
                "decision": "accepted",
                "report": target.ids["report_id"],
            }
            for given in (form, form | known):
                answer = client.post(target.path(f"POST {path}"), data=given)
                if broken(answer):
                    failed.append((path, odd, answer.status_code))
    assert failed == []


def test_nul_is_refused_everywhere(
    app: Browser, operator: Browser, bearers: dict[str, dict[str, str]]
) -> None:
    """PostgreSQL has no text with it, and says so only when it is asked."""
    asked = {
        path: operator.get(path, headers=bearers["operator"]).status_code
        for path in ("/audit?actor=%00", "/accounts?q=a%00", "/worklist?q=%00", "/api/v1/reports?agency=%00", "/login?%00",
                     "/reports/1/cells/a%00", "/api/v1/reports/%00", "/assets/%00")
    }  # fmt: skip
    assert asked == {path: 404 if "?" not in path else 422 for path in asked}
    for client, path in ((app, "/login"), (operator, "/worklist/undo"), (operator, "/accounts")):
        token = client.csrf
        assert client.post(path, data={"csrf": token, "name": "a\x00", "batch": "\x00"}).status_code == 422


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=unicode_escape",
        "multipart/form-data; boundary=x; charset=idna",
        "multipart/form-data; boundary=x; charset=utf-7",
        "multipart/form-data; boundary=x; charset=zlib",
        "multipart/form-data; boundary=" + "x" * 5_000,
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/json",
        "text/xml",
        "",
        "\xff/\xfe",
    ],
)
def test_forms_of_odd_types(kind: str, operator: Browser) -> None:
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\\ud800\xff\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="\\ud800"; filename="\\ud800"\r\n\r\nxn--\xff\r\n--x--\r\n',
        b"--x\r\n\r\n",
        b"",
        b"csrf=%ff%fe&csrf=2&=&&",
        b'{"csrf": 1}',
    ]
    not_raising(operator)
    statuses = {
        operator.post(path, content=part, headers={"Content-Type": kind.encode("latin-1")}).status_code
        for path in ("/account/tokens", "/accounts", "/worklist/act")
        for part in parts
    }
    assert statuses <= {400, 403}


def test_odd_headers(operator: Browser, bearers: dict[str, dict[str, str]]) -> None:
    not_raising(operator)
    odd = [
        b"\xff\xfe",
        b"",
        b"a" * 60_000,
        b"' OR 1=1 --",
        b"%00",
        b"hecha=; hecha=",
        b"hecha=\xff; hecha-said=\xff.\xff",
    ]
    for name in ("Cookie", "Authorization", "X-CSRF-Token", "Accept", "Range", "If-None-Match", "X-Forwarded-For",
                 "HX-Request", "Sec-Fetch-Site", "Content-Type", "Accept-Encoding"):  # fmt: skip
        for value in odd:
            for path in (
                "/worklist?year=2023",
                "/api/v1/me",
                "/login",
                "/reports/1/file",
                "/assets/site.css",
            ):
                assert operator.get(path, headers={name: value}).status_code < 500, (name, value, path)
            assert operator.post("/logout", headers={name: value}).status_code in (303, 400, 403), (
                name,
                value,
            )


# ------------------------------------------------------------------------------------------- files


@pytest.mark.timeout(900)
def test_bombs_are_answered_and_the_next_report_is_read(
    signed: Callable[[str], Browser], bearers: dict[str, dict[str, str]], database: Engine, chosen: Settings, site_app: FastAPI
) -> None:  # fmt: skip
    agency, token = not_raising(signed("agency")), bearers["agency"]
    unlimited(site_app)
    before = kept(database)
    found = {}
    for bomb in bombs():
        page = agency.submit("/agency/submit", files={"file": (bomb.name, bomb.content)})
        api = agency.post(f"/api/v1/submissions?name={bomb.name}", headers=token, content=bomb.content)
        found[bomb.name] = (page.status_code, api.status_code in (409, 413, 415, 422))
    assert found == dict.fromkeys(found, (422, True))
    assert kept(database) == before
    assert [path for path in (chosen.home / "received").rglob("*") if path.is_file()] == []
    content = next((SAMPLES / "reports").rglob(f"{AGENCY}.txt")).read_bytes()
    answer = agency.post("/api/v1/self-checks?name=a.txt", headers=token, content=content)
    assert (answer.status_code, answer.json()["stored"]) == (200, False)


ATTACHED = {
    "说明.html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "说明.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "说明.pdf": b"<script>alert(1)</script>",
    "说明.exe": b"MZ" + b"\x00" * 200,
    "说明.docx": b"PK\x03\x04" + b"\x00" * 100,
    "说明": b"\x00\x01\x02",
}


def test_what_an_agency_attaches_is_what_it_says_it_is(
    agency: Browser, target: Target, database: Engine
) -> None:
    table = Stored.metadata.tables["answers"]

    def count() -> int:
        with database.connect() as connection:
            return len(connection.execute(select(table.c.id)).all())

    before = count()
    path = f"/agency/reports/{target.ids['report_id']}/answer"
    statuses = {
        name: agency.submit(
            path, {"body": "已核对。"}, files={"file": (name, content, "image/png")}
        ).status_code
        for name, content in ATTACHED.items()
    }
    assert (statuses, count()) == (dict.fromkeys(ATTACHED, 422), before)


NAMES = (
    "../../../../tmp/evil.pdf", "..\\..\\evil.pdf", "/etc/passwd.pdf", "C:\\evil.pdf", 'a"; filename="evil.html',
    "a\r\nSet-Cookie: x=y.pdf", "a\x00.html.pdf", ".htaccess.pdf", "CON.pdf", "{{7*7}}.pdf", "<script>alert(1)</script>.pdf",
    "\u202efdp.exe.pdf", "a" * 5_000 + ".pdf", "附件" * 200 + ".pdf", "=cmd|'!A1.pdf", "~$a.pdf", "…", "-rf.pdf",
)  # fmt: skip


def test_names_of_files_lead_nowhere(agency: Browser, target: Target, home: Path, database: Engine) -> None:
    content = next((SAMPLES / "reports" / "2023").glob("*.pdf")).read_bytes()
    not_raising(agency)
    before = {path for path in home.parent.rglob("*") if "store" not in path.parts}
    report = target.ids["report_id"]
    for name in NAMES:
        boundary = "----x"
        told = (
            name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A") if name != NAMES[4] else name
        )
        fields = {"csrf": agency.csrf, "body": "已核对。"}
        body = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        )
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{told}"\r\n\r\n'
        raw = body.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        answer = agency.post(f"/agency/reports/{report}/answer", content=raw, headers=kind)
        assert answer.status_code == (400 if len(name) > 4_000 else 422 if "\x00" in name else 303), name[:40]
    assert {path for path in home.parent.rglob("*") if "store" not in path.parts} == before
    table = Stored.metadata.tables["answers"]
    with database.connect() as connection:
        ids = connection.execute(select(table.c.id).where(table.c.file.is_not(None))).scalars().all()
    assert len(ids) > 10
    page = agency.get(f"/agency/reports/{report}")
    assert page.status_code == 200 and "<script>alert" not in page.text and "{{7*7}}" in page.text
    for id_ in ids:
        answer = agency.get(f"/reports/{report}/answers/{id_}")
        disposition = answer.headers["content-disposition"]
        assert re.fullmatch(
            r"attachment; filename=\"\w+\"; filename\*=UTF-8''[\w.~%-]+", disposition, re.ASCII
        ), disposition
        assert re.search("%(?:0[0-9a-f]|1[0-9a-f]|2f|5c|22|7f)", disposition, re.IGNORECASE) is None, (
            disposition
        )
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("name", [*NAMES, LONG_NAME, "\ud800.txt", "...", ""])
def test_names_at_the_door_of_the_inbox(name: str, app: Browser, home: Path) -> None:
    token = {"Authorization": "Bearer 0123456789abcdef"}
    not_raising(app)
    answer = app.post(f"/inbox?name={sent(name)}", content=b"x", headers=token)
    assert answer.status_code == (422 if "\x00" in name else 400 if name in ("", "...") else 202)
    arrived = [
        path.relative_to(home / "inbox").parts for path in (home / "inbox").rglob("*") if path.is_file()
    ]
    assert [len(parts) for parts in arrived] == [2] * (answer.status_code == 202)
    assert [path for path in (home / "received").rglob("*") if path.is_file()] == []
