"""A cell that we misread: its place in the original, what a person reads there, and the report judged anew."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from flows.correct import correct_cell, take_back
from hecha.site.access import NOT_FOUND, Chosen, Db, Form, Supervisor, field
from hecha.site.pages.report import Id, Version, address_of, asked_for, beside, corrected_from, texts_of
from hecha.site.pages.report_decisions import done
from hecha.site.rendering import Undo, go, page
from models.settings import Settings
from tasks.accounts.person import Person
from tasks.ask.cards import cell_id, laid_out
from tasks.ask.report import Asked
from tasks.decide.refused import NotThere, Refused
from tasks.publish import words
from tasks.publish.marks import cell_name
from tasks.publish.reading_page import KINDS

router = APIRouter()

Code = Annotated[str, Path(max_length=64)]
Posted = Annotated[int | None, Query(alias="version", ge=1, le=2**31 - 1)]
LATER = "下次核查时生效；现在不能重新核查，原因已记入日志。"


@router.get("/reports/{report_id:int}/cells/{code}")
def cell_page(
    request: Request, person: Supervisor, database: Db, chosen: Chosen, report_id: Id, code: Code,
    version: Version = None,
) -> Response:  # fmt: skip
    """Show a cell beside its place in the original, with a form to read it anew."""
    return _shown(request, person, chosen, asked_for(database, person, report_id, version), code)


def _shown(
    request: Request, person: Person, chosen: Settings, asked: Asked, code: str, printed: str | None = None,
    reason: str = "", wrong: str = "",
) -> Response:  # fmt: skip
    cell = asked.view.cells.get(code)
    if cell is None:
        raise HTTPException(404, NOT_FOUND)
    laid = laid_out(asked, texts_of(asked, chosen))
    name = cell_name(asked.view.template, code)
    return page(
        request,
        person,
        "report_cell.html.j2",
        422 if wrong else 200,
        crumbs=[
            ("工作清单", f"/worklist?year={asked.view.year}"),
            (f"{asked.view.agency} {asked.view.year}年度", address_of(asked)),
            ("更正读数", ""),
        ],
        asked=asked,
        report=asked.view,
        cell=cell,
        kind=KINDS[cell.kind],
        name=name,
        address=address_of(asked),
        query="" if asked.number == asked.newest else f"?version={asked.number}",
        original=beside(laid, chosen),
        marked={cell_id(code): "beside"},
        printed=corrected_from(cell) if printed is None else printed,
        reason=reason,
        wrong=wrong,
        corrections=[one for one in asked.corrections if one.cell == code],
    )


@router.post("/reports/{report_id:int}/cells/{code}/correct")
def correct(
    request: Request, person: Supervisor, database: Db, chosen: Chosen, report_id: Id, code: Code, form: Form,
    version: Posted = None,
) -> Response:  # fmt: skip
    """Record what a person reads in a cell, and judge the report anew."""
    before = asked_for(database, person, report_id, version)
    value = form.get("printed")
    printed, reason = value[:500] if isinstance(value, str) else "", field(form, "reason")
    try:
        made = correct_cell(database, person, chosen, before.submission_id, code, printed, reason)
    except NotThere as error:
        raise HTTPException(404, NOT_FOUND) from error
    except Refused as error:
        return _shown(request, person, chosen, before, code, printed, reason, str(error))
    after = asked_for(database, person, report_id, version)
    undo = Undo(
        f"/reports/{report_id}/cells/{code}/undo{_query(version)}", {"correction": str(made.correction.id)}
    )
    return go(request, _back(after, code), f"已更正读数。{_became(before, after, made.run_id)}", undo)


@router.post("/reports/{report_id:int}/cells/{code}/undo")
def undo_correction(
    request: Request, person: Supervisor, database: Db, chosen: Chosen, report_id: Id, code: Code, form: Form,
    version: Posted = None,
) -> RedirectResponse:  # fmt: skip
    """Let count again what we read, and judge the report anew."""
    before = asked_for(database, person, report_id, version)
    named = field(form, "correction", 10)
    if named not in [str(one.id) for one in before.corrections if one.cell == code]:
        raise HTTPException(404, NOT_FOUND)

    def work() -> str:
        undone = take_back(database, person, chosen, int(named))
        return (
            f"已撤销更正。{_became(before, asked_for(database, person, report_id, version), undone.run_id)}"
        )

    return done(request, _back(before, code), work)


def _became(before: Asked, after: Asked, run_id: int | None) -> str:
    """Say what became of the report."""
    if run_id is None:
        return LATER
    scores = [words.points(asked.score.total) for asked in (before, after)]
    found = [len(asked.view.evaluation.findings) for asked in (before, after)]
    score = f"得分由{scores[0]}变为{scores[1]}" if scores[0] != scores[1] else f"得分仍为{scores[1]}"
    many = (
        f"问题和待核内容由{found[0]}项变为{found[1]}项"
        if found[0] != found[1]
        else f"问题和待核内容仍为{found[1]}项"
    )
    return f"已按更正后的读数重新核查：{score}，{many}。"


def _query(version: int | None) -> str:
    return "" if version is None else f"?version={version}"


def _back(asked: Asked, code: str) -> str:
    return f"{address_of(asked)}#{cell_id(code)}"
