"""What the API takes: reports to be checked before publishing, and reports handed in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import Field

from hecha.site import handing_in
from hecha.site.access import NOT_FOUND, Chosen, Db, Limited, Signed, seen
from hecha.site.api import results, shapes
from hecha.site.api.problems import ApiRoute, said
from hecha.site.api.reading import BEARER, PREFIX, Id
from models.document import Artifact
from models.errors import ErrorKind, ReadError
from models.settings import Settings
from tasks.ask.agency import Followed, followed
from tasks.decide.refused import Refused
from tasks.selfcheck import Busy

router = APIRouter(prefix=PREFIX, route_class=ApiRoute, dependencies=[Depends(BEARER)])

_BINARY = {"type": "string", "format": "binary"}
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "年度报告文件：表单中的file字段，或者以文件本身为请求正文（文件名放在参数name中）。",
        "content": {
            "application/octet-stream": {"schema": _BINARY},
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": _BINARY}}
            },
        },
    }
}
_LATER = "30"


class FileAsked(shapes.Asked):
    """What a file is called where it is sent as it is."""

    name: str = Field(default="年度报告", min_length=1, max_length=200, description="文件名")


class HandedIn(FileAsked):
    """How a file is handed in."""

    confirmed: bool = Field(
        default=False, description="文件中认不出单位名称或年度时，确认是有权报送的单位的报告"
    )


@router.post(
    "/self-checks",
    summary="发布前自查",
    operation_id="selfCheck",
    responses=said(400, 413, 415, 429),
    openapi_extra=_FILE,
)
async def self_check(
    request: Request, person: Signed, database: Db, chosen: Chosen, limits: Limited,
    asked: Annotated[FileAsked, Query()],
) -> shapes.SelfCheck:  # fmt: skip
    """Check a report and return the full result. Nothing is kept."""
    limits.uploads.take(str(person.id))
    file = await _sent(request, chosen, asked.name)

    def work() -> shapes.SelfCheck:
        try:
            checked = handing_in.check(database, chosen, person, file)
        except (ReadError, Busy) as error:
            raise _refused(error) from error
        seen(request, person, "check", "file", None, file=file.name, by="api")
        rules = checked.rules
        ruleset = shapes.Ruleset(
            version=rules.version, hash=rules.hash, profile=rules.profile, profile_hash=rules.profile_hash
        )
        found = [results.finding(one) for one in checked.report.evaluation.findings]
        return shapes.SelfCheck(
            stored=False, compared=checked.compared, result=results.result(checked.report, ruleset, found)
        )

    return await handing_in.waiting(work)


@router.post(
    "/submissions",
    summary="报送报告",
    operation_id="submit",
    status_code=202,
    responses={
        202: {
            "description": "已收到，正在核查",
            "headers": {
                "Location": {
                    "description": "查询进度的网址",
                    "required": True,
                    "schema": {"type": "string", "format": "uri-reference"},
                }
            },
        },
        **said(400, 409, 413, 415, 429),
    },
    openapi_extra=_FILE,
)
async def submit(
    request: Request, response: Response, person: Signed, database: Db, chosen: Chosen, limits: Limited,
    asked: Annotated[HandedIn, Query()],
) -> shapes.Submission:  # fmt: skip
    """Take a report, or a new version of it; what becomes of it is told under the address in Location."""
    limits.uploads.take(str(person.id))
    file = await _sent(request, chosen, asked.name)

    def work() -> shapes.Submission:
        try:
            arrival = handing_in.hand_in(request, database, chosen, person, file, asked.confirmed)
        except (ReadError, Busy, Refused) as error:
            raise _refused(error) from error
        response.headers["Location"] = f"{PREFIX}/submissions/{arrival.id}"
        found = followed(database, person, arrival.id)
        if found is None:
            raise HTTPException(404, NOT_FOUND)
        return _submission(found)

    return await handing_in.waiting(work)


@router.get(
    "/submissions/{submission_id}",
    summary="报送的办理进度",
    operation_id="getSubmission",
    responses=said(404),
)
def submission(person: Signed, database: Db, submission_id: Id) -> shapes.Submission:
    """Follow what was handed in."""
    found = followed(database, person, submission_id)
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return _submission(found)


async def _sent(request: Request, chosen: Settings, name: str) -> Artifact:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            async with request.form(max_files=1, max_fields=10) as form:
                return await handing_in.uploaded(form.get("file"), chosen)
        return handing_in.artifact(name, await request.body(), chosen)
    except ReadError as error:
        raise _refused(error) from error


def _refused(error: ReadError | Busy | Refused) -> HTTPException:
    if isinstance(error, Busy):
        return HTTPException(503, str(error), {"Retry-After": _LATER})
    if isinstance(error, Refused):
        return HTTPException(409, str(error))
    if error.kind is ErrorKind.TOO_LARGE:
        return HTTPException(413, error.message)
    if error.kind is ErrorKind.UNSUPPORTED:
        return HTTPException(415, error.message)
    return HTTPException(422, error.message)


def _submission(found: Followed) -> shapes.Submission:
    through = found.first or found.arrival
    registered = found.report_id is not None and through.state == "done"
    return shapes.Submission.model_validate(
        {
            "id": found.arrival.id,
            "file": found.arrival.file,
            "sha256": found.arrival.sha256,
            "received_at": found.arrival.received_at,
            "state": through.state,
            "repeats": found.arrival.repeats_id,
            "message": through.message,
            "run": f"{PREFIX}/runs/{through.run_id}" if through.run_id else None,
            "report": f"{PREFIX}/reports/{found.report_id}" if registered else None,
            "version": found.version if registered else None,
        }
    )
