"""The description of the API: OpenAPI 3.1, made from its routes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from hecha.site.api import handing_in, reading, sweeping
from hecha.site.api.problems import Problem

ABOUT = """其他系统用本接口读取核查结果、报送报告、发布前自查。权限与令牌所属的账号相同：无权查看的，按不存在答复（404）。

出错时一律以 application/problem+json（RFC 9457）答复，detail 说明原因和办法。"""

_own = APIRouter(prefix=reading.PREFIX)


@cache
def description() -> dict[str, Any]:
    """Return the description as OpenAPI has it."""
    made = get_openapi(
        title="政府信息公开工作年度报告核查接口",
        version="1",
        openapi_version="3.1.0",
        description=ABOUT,
        routes=[*reading.router.routes, *handing_in.router.routes, *sweeping.router.routes],
    )
    schemas = made["components"]["schemas"]
    schemas |= Problem.model_json_schema(ref_template="#/components/schemas/{model}").pop("$defs")
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas["Problem"] = {key: part for key, part in problem.items() if key != "$defs"}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for operations in made["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                if answer["description"] == "Successful Response":
                    answer["description"] = "成功"
    return made


def written() -> str:
    """Return the description as it stands in docs/openapi.json."""
    return json.dumps(description(), ensure_ascii=False, indent=1) + "\n"


@_own.get("/openapi.json", include_in_schema=False)
def openapi() -> JSONResponse:
    """Return the description."""
    return JSONResponse(description())


router = APIRouter()
for _one in (_own, reading.router, handing_in.router, sweeping.router):
    router.include_router(_one)
