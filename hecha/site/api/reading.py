"""What the API gives: reports, findings, runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.security import HTTPBearer

from hecha.site.access import NOT_FOUND, Db, Signed, seen
from hecha.site.api import results, shapes
from hecha.site.api.problems import ApiRoute, said
from tasks.ask.listing import FindingLine, findings_after, reports_after, run_line
from tasks.ask.report import Asked, ask_report
from tasks.decide.explained import progress_of

PREFIX = "/api/v1"
BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="“我的账号”页面创建的访问令牌；权限与其账号相同。"
)

router = APIRouter(prefix=PREFIX, route_class=ApiRoute, dependencies=[Depends(BEARER)])

Id = Annotated[int, Path(ge=1, le=shapes.MOST)]


@router.get("/me", summary="令牌属于谁", operation_id="me", responses=said())
def me(person: Signed) -> shapes.Me:
    """Say whose token it is."""
    return shapes.Me(name=person.name, shown=person.shown, role=person.role.value)


@router.get("/reports", summary="报告列表", operation_id="listReports", responses=said())
def reports(
    request: Request, person: Signed, database: Db, asked: Annotated[shapes.ReportsAsked, Query()]
) -> shapes.Reports:
    """List the reports that this token may see, by id; `next` leads on."""
    found = reports_after(
        database, person, asked.after, asked.limit, year=asked.year, agency=asked.agency, state=asked.state
    )
    seen(request, person, "list", "report", None, count=len(found), by="api")
    return shapes.Reports(
        items=[shapes.ReportLine(**asdict(one)) for one in found],
        next=_next("/reports", asked, [one.id for one in found]),
    )


@router.get(
    "/reports/{report_id}", summary="一份报告的核查结果", operation_id="getReport", responses=said(404)
)
def report(
    request: Request, person: Signed, database: Db, report_id: Id,
    asked: Annotated[shapes.VersionAsked, Query()],
) -> shapes.Report:  # fmt: skip
    """Return a report: its state and versions, and what was found in the newest or the one asked for."""
    found = _asked_for(database, person, report_id, asked.version)
    seen(request, person, "view", "report", report_id, version=found.number, by="api")
    made = found.judged
    ruleset = None
    if made is not None:
        ruleset = shapes.Ruleset(
            version=made.ruleset_version,
            hash=made.ruleset_hash,
            profile=made.profile,
            profile_hash=made.profile_hash,
        )
    far = progress_of(database, person, [report_id]).get(report_id)
    findings = [
        results.finding(one, fingerprint, found.reviews)
        for fingerprint, one in zip(found.fingerprints, found.view.evaluation.findings, strict=True)
    ]
    return shapes.Report.model_validate(
        {
            "id": found.id,
            "state": found.state,
            "version": found.number,
            "versions": [results.version(one) for one in found.view.versions],
            "stands": asdict(found.figures),
            "result": results.result(found.view, ruleset, findings),
            "progress": far and {"explained": len(far.explained), "left": len(far.left), "whole": far.whole},
        }
    )


@router.get(
    "/reports/{report_id}/findings",
    summary="一份报告最新一版的问题",
    operation_id="listFindingsOfReport",
    responses=said(404),
)
def findings_of(
    request: Request, person: Signed, database: Db, report_id: Id, asked: Annotated[shapes.Keyset, Query()]
) -> shapes.Findings:
    """List the findings of a report's newest version."""
    _asked_for(database, person, report_id)
    found = findings_after(database, person, asked.after, asked.limit, report_id=report_id)
    seen(request, person, "list", "finding", report_id, count=len(found), by="api")
    return _findings(f"/reports/{report_id}/findings", asked, found)


@router.get("/findings", summary="问题列表", operation_id="listFindings", responses=said())
def findings(
    request: Request, person: Signed, database: Db, asked: Annotated[shapes.FindingsAsked, Query()]
) -> shapes.Findings:
    """List the findings of the newest versions of all reports that this token may see."""
    found = findings_after(
        database, person, asked.after, asked.limit, year=asked.year, rule=asked.rule, severity=asked.severity
    )
    seen(request, person, "list", "finding", None, count=len(found), by="api")
    return _findings("/findings", asked, found)


@router.get("/runs/{run_id}", summary="核查运行的进度", operation_id="getRun", responses=said(404))
def run(person: Signed, database: Db, run_id: Id) -> shapes.Run:
    """Follow a run; an agency those that worked on what it handed in."""
    found = run_line(database, person, run_id)
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return shapes.Run.model_validate(asdict(found))


def _asked_for(database: Db, person: Signed, report_id: int, version: int | None = None) -> Asked:
    found = ask_report(database, person, report_id, version)
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return found


def _findings(path: str, asked: shapes.Keyset, found: list[FindingLine]) -> shapes.Findings:
    items = [
        shapes.FindingLine.model_validate(
            {
                **asdict(one),
                "observed": results.value(one.observed),
                "expected": results.value(one.expected),
                "difference": results.value(one.difference),
                "decision": results.decision(one.decision),
                "counts": results.counts(one.addressee, one.decision),
            }
        )
        for one in found
    ]
    return shapes.Findings(items=items, next=_next(path, asked, [one.id for one in found]))


def _next(path: str, asked: shapes.Keyset, ids: list[int]) -> str | None:
    """Return the address of the next page; None where this one was not full."""
    if len(ids) < asked.limit:
        return None
    query = asked.model_dump(exclude_none=True) | {"after": ids[-1]}
    return f"{PREFIX}{path}?{urlencode(query)}"
