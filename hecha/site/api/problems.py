"""What the API answers when something is wrong: problem+json (RFC 9457), its details Chinese."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from hecha.site.access import NOT_FOUND
from hecha.site.errors import TITLES, problem

WRONG = "请求的参数有误，详见errors。"
_SAID = {
    "missing": "缺少这一项",
    "extra_forbidden": "不支持这个参数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "string_too_long": "过长",
    "string_too_short": "不能为空",
    "literal_error": "不是可用的值",
    "enum": "不是可用的值",
}


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    parameter: str = Field(description="参数名")
    detail: str = Field(description="哪里不对")


class Problem(BaseModel):
    """A problem as RFC 9457 has it."""

    type: str = Field(description="问题类型；about:blank 表示没有比 status 更细的类型")
    title: str = Field(description="问题类型的名称")
    status: int = Field(description="HTTP 状态码")
    detail: str = Field(description="这一次出了什么问题、怎么办")
    errors: list[Fault] | None = Field(default=None, description="有误的参数，仅 422")


def said(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the descriptions of problems that an operation may answer with, besides those that all may."""
    schema = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": TITLES[status], "content": schema}
        | ({"headers": {"Retry-After": _AFTER}} if status in (429, 503) else {})
        for status in sorted({*_ALWAYS, *statuses})
    }


_AFTER = {"description": "多少秒后再试", "schema": {"type": "integer"}, "required": False}
_ALWAYS = (401, 422, 500, 503)


class ApiRoute(APIRoute):
    """A route that tells what is wrong with a request's parameters, each by its name."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except RequestValidationError as error:
                return _unfit(error)

        return handle


def _unfit(error: RequestValidationError) -> Response:
    faults = error.errors()
    if any(fault["loc"][0] == "path" for fault in faults):
        return problem(404, NOT_FOUND)
    told = [
        {"parameter": str(fault["loc"][-1])[:100], "detail": _SAID.get(fault["type"], "取值不正确")}
        for fault in faults
    ]
    body = {"type": "about:blank", "title": TITLES[422], "status": 422, "detail": WRONG, "errors": told}
    return JSONResponse(body, 422, None, "application/problem+json")
