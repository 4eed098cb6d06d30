"""The upload of a report into the inbox: ``POST /inbox?name=…`` with the bytes as body and a bearer token."""

from __future__ import annotations

import hmac
import os
import uuid
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

from hecha.site.access import address_of, limits_of
from models.settings import Settings
from tasks.chunks import printable

CLOSED = "没有开放上传，请联系系统维护人员设置HECHA_UPLOAD_TOKEN。"
REFUSED = "上传口令不正确，请核对后重试。"
NO_NAME = "请在参数name中给出文件名，如 ?name=教育局2023年年度报告.docx。"
EMPTY = "收到的文件没有内容，请重新上传。"
TOO_LARGE = "文件超过{limit} MB上限，未予收取；请只提交年度报告本身。"
_LONGEST_NAME = 240
"""Bytes: a file system takes 255, and a Chinese character is three. The end is kept, for it says what kind of file it is."""


def router(chosen: Settings) -> APIRouter:
    """Return the route. What arrives is written beside the inbox and moved into it in one step, whole."""
    routes = APIRouter()

    @routes.post("/inbox", status_code=202)
    async def take(request: Request, name: str = "") -> JSONResponse:
        token = chosen.token
        if token is None:
            raise HTTPException(403, CLOSED)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            limits_of(request).passwords.take(f"inbox {address_of(request)}")
            raise HTTPException(401, REFUSED, {"WWW-Authenticate": "Bearer"})
        plain = _plain(name)
        if not plain:
            raise HTTPException(400, NO_NAME)
        size, beside = await _written(request, chosen)
        parcel = chosen.inbox_folder / uuid.uuid4().hex
        parcel.mkdir(parents=True)
        beside.replace(parcel / plain)
        return JSONResponse({"file": f"{parcel.name}/{plain}", "size": size}, 202)

    return routes


def _plain(name: str) -> str:
    """Return the bare name of a file: no folders, nothing hidden, nothing that cannot be printed."""
    bare = printable(name).replace("\\", "/").rpartition("/")[2].strip().lstrip(".~")
    shown = "".join(c for c in bare if c.isprintable()).encode()
    return shown[-_LONGEST_NAME:].decode(errors="ignore").lstrip(".~ ")


async def _written(request: Request, chosen: Settings) -> tuple[int, Path]:
    limit = chosen.max_file_mb << 20
    folder = chosen.home / "received"
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{uuid.uuid4().hex}.part"
    size = 0
    try:
        with beside.open("wb") as out:
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    raise HTTPException(413, TOO_LARGE.format(limit=chosen.max_file_mb))
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        if not size:
            raise HTTPException(400, EMPTY)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return size, beside
