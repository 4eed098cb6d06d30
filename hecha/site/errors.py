"""What people are told when something is not there, not allowed, or broken: a Chinese page without internals."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.datastructures import URL
from starlette.exceptions import HTTPException

from hecha.site.access import API, NOT_FOUND, PasswordNeeded, SignInNeeded, database, is_new
from hecha.site.rendering import go, page
from models.errors import StorageError

TITLES: Mapping[int, str] = {
    400: "请求有误",
    401: "需要登录",
    403: "操作没有执行",
    404: "找不到页面",
    405: "操作不被支持",
    409: "操作没有执行",
    413: "内容过大",
    415: "格式不支持",
    422: "填写有误",
    429: "操作过于频繁",
    500: "系统故障",
    503: "暂时无法使用",
}
SAID: Mapping[int, str] = {
    404: NOT_FOUND,
    405: "这个网址不支持这种操作。",
    500: "系统发生内部错误，已记入日志。请稍后再试；仍不能使用的，请联系运行维护人员。",
    503: "数据库暂时连接不上，请稍后再试；持续不能使用的，请联系运行维护人员。",
}
LOST = "登录已失效，刚才的操作没有执行。请重新登录；填写的内容可以用浏览器的“后退”找回，核对后再提交。"
WRONG_ADDRESS = "网址中的参数有误，请从页面上的链接进入。"
_PLAIN = ("/healthz", "/readyz", "/metrics", "/inbox", "/assets/")

log = logging.getLogger("hecha")


def install(app: FastAPI) -> None:
    """Give the application its answers to whatever went wrong."""

    @app.exception_handler(SignInNeeded)
    def nobody(request: Request, error: Exception) -> Response:
        if is_new(request, database(request)):
            return _led(request, "/setup")
        lost = LOST if request.method == "POST" else None
        return _led(request, f"/login{_back(request)}", lost)

    @app.exception_handler(PasswordNeeded)
    async def must_change(request: Request, error: Exception) -> Response:
        return _led(request, "/account/password")

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        standard = error.detail in TITLES_OF_STARLETTE
        said = SAID.get(error.status_code, TITLES.get(error.status_code, "")) if standard else error.detail
        return answer(request, error.status_code, said, error.headers)

    @app.exception_handler(RequestValidationError)
    async def unfit(request: Request, error: RequestValidationError) -> Response:
        in_path = any(fault["loc"][0] == "path" for fault in error.errors())
        return answer(request, 404, NOT_FOUND) if in_path else answer(request, 422, WRONG_ADDRESS)

    @app.exception_handler(StorageError)
    async def away(request: Request, error: Exception) -> Response:
        log.error("the database is away: %s", error)
        return answer(request, 503, SAID[503], {"Retry-After": "30"})

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        log.error("answering %s %s", request.method, request.url.path, exc_info=error)
        # this answer is given outside of all middleware
        return answer(request, 500, SAID[500], request.app.state.headers)


TITLES_OF_STARLETTE = frozenset({"Not Found", "Method Not Allowed", "Forbidden", "Bad Request"})


def answer(request: Request, status: int, said: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer in the form that fits who asks: problem+json, plain text, or a page."""
    path = request.url.path
    if path.startswith(API):
        return problem(status, said, headers)
    if path.startswith(_PLAIN):
        return PlainTextResponse(f"{said}\n", status, dict(headers or {}))
    current = getattr(request.state, "session", None)
    person = current.person if current is not None else None
    title = TITLES.get(status, "操作没有执行")
    response = page(request, person, "error.html.j2", status, title=title, message=said)
    response.headers.update(headers or {})
    return response


def problem(status: int, said: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a problem as RFC 9457 has it."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "操作没有执行"),
        "status": status,
        "detail": said,
    }
    return JSONResponse(body, status, dict(headers or {}), "application/problem+json")


def _back(request: Request) -> str:
    """Where to go on after signing in: the page that was asked for, of a form the one it stood on."""
    here = request.url if request.method == "GET" else URL(request.headers.get("referer", ""))
    if here.path in ("", "/") or here.netloc != request.url.netloc:
        return ""
    asked = here.path + (f"?{here.query}" if here.query else "")
    return f"?next={quote(asked, safe='')}"


def _led(request: Request, to: str, said: str | None = None) -> Response:
    if request.headers.get("hx-request") == "true":
        # a part of a page cannot be replaced by the sign-in page; the browser has to go there
        return Response(status_code=401, headers={"HX-Redirect": to})
    return go(request, to, said, refused=True)
