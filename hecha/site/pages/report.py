"""The page of a report: what was found, where it stands in the original, and what is decided about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response

from expectations.profile import load
from expectations.template import TEMPLATE_IDS
from hecha.site import filters
from hecha.site.access import NOT_FOUND, Chosen, Db, Signed, Supervisor, seen
from hecha.site.rendering import page
from models.errors import ReadError
from models.settings import Settings
from models.views import CellView
from tasks.accounts.person import Person
from tasks.ask.beside import Stand
from tasks.ask.cards import TABS, LaidOut, after_decisions, cell_id, laid_out, original_of
from tasks.ask.gx_result import gx_result
from tasks.ask.lifted import difference
from tasks.ask.originals import PICTURED, originals
from tasks.ask.report import Asked, ask_report
from tasks.decide import answers
from tasks.decide.due import said_of_holidays, usual_due
from tasks.decide.explained import progress_of
from tasks.decide.refused import NotThere
from tasks.decide.reviews import EXCUSED, LASTING, NAMES
from tasks.decide.states import machine
from tasks.decide.transitions import event_name
from tasks.persist.store import DamagedOriginal
from tasks.publish import words
from tasks.publish.marks import cell_name, template_title
from tasks.publish.original import Original
from tasks.publish.rule_texts import RuleText, rule_texts
from tasks.publish.site import all_rules, report_json

router = APIRouter()

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Version = Annotated[int | None, Query(ge=1, le=2**31 - 1)]

CHANGES: Mapping[str, str] = {"new": "新出现", "still_open": "上一版已有", "mended": "已更正"}
GRADES: Mapping[str, str] = {"优秀": "g-best", "良好": "g-good", "合格": "g-fair", "不合格": "g-poor"}
STEPS = ("notify", "pass", "return", "reopen")
"""What may be done from this page; notices are withdrawn where they are kept."""
NO_ORIGINAL = "原件暂时不能显示：{reason}"


@dataclass(frozen=True, slots=True)
class Beside:
    """The original beside the reading, or why it cannot be shown."""

    drawn: Original | None
    fault: str = ""


def asked_for(database: Db, person: Person, report_id: int, version: int | None = None) -> Asked:
    """Return a version of a report. Raises HTTPException 404 where there is none that this person may see."""
    found = ask_report(database, person, report_id, version)
    if found is None:
        raise HTTPException(404, NOT_FOUND)
    return found


def texts_of(asked: Asked, chosen: Settings) -> dict[str, RuleText]:
    """Return the texts of all rules that a report may name, under the profile in force."""
    return all_rules([asked.view], rule_texts(load(chosen.profile)))


def address_of(asked: Asked, **more: str | int) -> str:
    """Return the address of the version shown, with further parameters."""
    return _of_version(asked, asked.number, more)


@router.get("/reports/{report_id:int}")
def report_page(
    request: Request, person: Signed, database: Db, chosen: Chosen, report_id: Id,
    version: Version = None, tab: str = "", finding: str = "", listed: Annotated[str, Query(alias="list")] = "",
) -> Response:  # fmt: skip
    """Show a report. `tab`: one of `TABS`; `finding`: the anchor of the one whose cells are marked.

    `list`: where in the work list it was opened (`filters.packed`).
    """
    asked = asked_for(database, person, report_id, version)
    rules = texts_of(asked, chosen)
    laid = laid_out(asked, rules)
    shown = tab if tab in TABS else laid.tab_of(finding) or laid.first_tab()
    focus = next((card for card in laid.all_cards if card.anchor == finding), None)
    drawn = beside(laid, chosen)
    focus = focus or next(iter(laid.cards.get(shown, ())), None)
    newest = asked.number == asked.newest and asked.judged is not None
    differs = difference(asked)
    due = usual_due(bool(asked.figures.critical))
    stood = filters.stand(listed) if person.supervises else None
    kept = {"list": filters.packed(stood)} if stood else {}
    seen(request, person, "view", "report", asked.id, version=asked.number)
    return page(
        request,
        person,
        "report.html.j2",
        crumbs=_crumbs(person, asked, stood),
        stood=stood,
        names=filters,
        asked=asked,
        laid=laid,
        report=asked.view,
        due=due,
        holidays=said_of_holidays(due),
        step=machine().states[asked.state].now[person.role.value],
        progress=progress_of(database, person, [asked.id]).get(asked.id),
        grade_class=GRADES.get(asked.score.grade, "g-none"),
        differs=differs,
        after=after_decisions(asked, rules) if differs else None,
        events=[e for e in machine().possible(asked.state, person.role.value) if e.key in STEPS]
        if newest
        else [],
        shown=shown,
        focus=focus,
        tabs={
            key: name for key, name in TABS.items() if person.supervises or key != "review" or laid.count(key)
        },
        rules=rules,
        original=drawn,
        anchors=drawn.drawn.anchors if drawn.drawn else {},
        marked={cell_id(code): side for code, side in focus.sides.items()} | {focus.anchor: "beside"}
        if focus
        else {},
        address=lambda **more: address_of(asked, **more, **kept),
        of_version=lambda number: _of_version(asked, number, kept),
        download=lambda what: _download(asked, what),
        machine=machine(),
        event_name=event_name,
        cell_name=cell_name,
        decisions=NAMES,
        may_decide=person.supervises and newest,
        corrects=person.supervises,
        corrected=_corrected(asked),
        changes=CHANGES,
        excused=EXCUSED,
        lasting=LASTING,
        template_title=template_title,
        value_of=value_of,
        **_mended(asked),
    )


def _of_version(asked: Asked, number: int, more: Mapping[str, str | int]) -> str:
    query = urlencode({**({} if number == asked.newest else {"version": number}), **more})
    return f"/reports/{asked.id}" + (f"?{query}" if query else "")


def _crumbs(person: Person, asked: Asked, stood: Stand | None) -> list[tuple[str, str]]:
    year = f"{asked.view.year}年度"
    above = (
        ("工作清单", filters.list_address(stood) if stood else f"/worklist?year={asked.view.year}")
        if person.supervises
        else ("本单位报告", "/agency")
    )
    return [above, (f"{asked.view.agency} {year}", "")]


def _download(asked: Asked, what: str) -> str:
    version = "" if asked.number == asked.newest else f"?version={asked.number}"
    return f"/reports/{asked.id}{what}{version}"


def _corrected(asked: Asked) -> dict[str, str]:
    """What stands beside each cell that a person reads otherwise: the number we read, if it was one."""
    found = {one.cell for one in asked.corrections if one.undone_at is None}
    cells = {code: asked.view.cells[code] for code in found if code in asked.view.cells}
    return {
        code: f"原读 {cell.raw.strip()}" if cell.value is not None and cell.raw else "已更正"
        for code, cell in cells.items()
    }


def corrected_from(cell: CellView) -> str:
    """Return what a form to read a cell anew begins with: what counts now."""
    return words.number(cell.value) if cell.value is not None else (cell.raw or "").strip()


def value_of(value: float | int | str | None) -> str:
    """A value of a finding in words; the name of a form instead of its key."""
    return template_title(value) if isinstance(value, str) and value in TEMPLATE_IDS else words.number(value)


def _mended(asked: Asked) -> dict[str, Any]:
    """What of the version before is mended, still open and new in the one shown."""
    own = next(version for version in asked.view.versions if version.number == asked.number)
    return {"mended": own.mended, "still_open": own.still_open, "new": own.new}


def beside(laid: LaidOut, chosen: Settings) -> Beside:
    """Draw the original of the version that is laid out, or say why that cannot be done."""
    asked = laid.asked
    address = f"/reports/{asked.id}/original?version={asked.number}&page="
    try:
        return Beside(original_of(asked, laid.all_cards, originals(chosen), address))
    except (ReadError, DamagedOriginal) as error:
        return Beside(None, NO_ORIGINAL.format(reason=error))


# -------------------------------------------------------------------------------------- the original


@router.get("/reports/{report_id:int}/original")
def original_picture(
    person: Signed, database: Db, chosen: Chosen, report_id: Id,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)], version: Version = None,
) -> Response:  # fmt: skip
    """Return a page of the original as a picture that we drew ourselves."""
    view = asked_for(database, person, report_id, version).view
    if view.format not in PICTURED:
        raise HTTPException(404, NOT_FOUND)
    look = originals(chosen)
    try:
        content = look.picture(look.source(view.sha256, view.file), view.format, number)
    except (ReadError, DamagedOriginal) as error:
        raise HTTPException(404, str(error)) from error
    kept = {"Cache-Control": "private, max-age=3600", "Content-Disposition": "inline"}
    return Response(content, media_type="image/png", headers=kept)


@router.get("/reports/{report_id:int}/file")
def original_file(
    request: Request, person: Signed, database: Db, chosen: Chosen, report_id: Id, version: Version = None
) -> Response:
    """Return the original as it came, to be saved."""
    asked = asked_for(database, person, report_id, version)
    try:
        source = originals(chosen).source(asked.view.sha256, asked.view.file)
    except DamagedOriginal as error:
        raise HTTPException(404, str(error)) from error
    seen(request, person, "download", "report", asked.id, version=asked.number, what="original")
    return attachment(source.artifact.content, asked.view.file)


def attachment(content: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    """Return a file to be saved under a name without folders; it is never shown in the browser."""
    plain = (
        re.sub(r'[\x00-\x1f\x7f"*:<>?|\ud800-\udfff]', "_", re.split(r"[/\\]", name)[-1])[-150:] or "report"
    )
    disposition = f"attachment; filename=\"report\"; filename*=UTF-8''{quote(plain, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(content, media_type=media_type, headers=headers)


# --------------------------------------------------------------------------------------------- data


@router.get("/reports/{report_id:int}.json")
def report_data(
    request: Request, person: Signed, database: Db, report_id: Id, version: Version = None
) -> Response:
    """Return all that the page shows, as the static pages give it."""
    asked = asked_for(database, person, report_id, version)
    made = asked.judged
    ruleset = {
        "version": made.ruleset_version if made else "",
        "hash": made.ruleset_hash if made else "",
        "profile": made.profile if made else "",
        "profile_hash": made.profile_hash if made else "",
    }
    seen(request, person, "download", "report", asked.id, version=asked.number, what="json")
    return attachment(report_json(ruleset, asked.view), f"{_title(asked)}.json", "application/json")


@router.get("/reports/{report_id:int}/gx.json")
def great_expectations(
    request: Request, person: Supervisor, database: Db, chosen: Chosen, report_id: Id, version: Version = None
) -> Response:
    """Return this report's part of what Great Expectations said."""
    asked = asked_for(database, person, report_id, version)
    seen(request, person, "download", "report", asked.id, version=asked.number, what="gx")
    return attachment(gx_result(asked, chosen.home), f"{_title(asked)}.gx.json", "application/json")


def _title(asked: Asked) -> str:
    return f"{asked.view.agency}{asked.view.year}年度核查结果（第{asked.number}版）"


@router.get("/reports/{report_id:int}/answers/{answer_id:int}")
def attached(
    person: Signed,
    database: Db,
    chosen: Chosen,
    report_id: Id,
    answer_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
) -> Response:
    """Return the file that came with an answer, to be saved."""
    asked_for(database, person, report_id)
    try:
        name, content = answers.attachment(database, person, answer_id, chosen.store)
    except (NotThere, DamagedOriginal) as error:
        raise HTTPException(404, NOT_FOUND) from error
    return attachment(content, name)
