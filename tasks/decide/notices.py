"""Letters to agencies: drafted, issued, answered or withdrawn. Issuing one about a report moves it to 已通知."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from tasks.accounts.audit import note
from tasks.accounts.person import Person
from tasks.decide import letters
from tasks.decide.due import usual_due
from tasks.decide.open_findings import Open, open_findings, to_mend
from tasks.decide.refused import NotThere, Refused
from tasks.decide.seen import listed, only_supervisors, reports_seen, today
from tasks.decide.states import machine
from tasks.decide.transitions import step
from tasks.persist.retrying import committed
from tasks.persist.rows import AGENCIES, NOTICES, REPORTS, AnyRow, select_in, update_in

NOTHING_OPEN = "{agency}的报告没有需要整改的问题，无需发整改通知。"
PASSED = "{agency}的报告已复核通过，请先重新打开再发整改通知。"
NOTIFIED = "{agency}的报告已发出整改通知，正在等待答复；需要重新发出的，请先撤回原通知。"
SUBMITTED = "{agency}{year}年的报告已经收到，无需催报。"
NEWER = "{agency}的报告在通知拟好之后又有新的版本，请重新拟写整改通知。"
PAST = "整改时限不能早于今天。"
NOT_A_DRAFT = "只有尚未发出的通知才能{what}；编号为{id}的通知已经发出或撤回。"
NOT_SENT = "只有尚未发出或等待答复的通知才能撤回；编号为{id}的通知已经答复或撤回。"
EMPTY = "通知的正文不能为空。"
NO_REASON = "撤回已经发出的通知须写明理由。"


@dataclass(frozen=True, slots=True)
class Drafted:
    """The notices that were drafted, and why there is none for other reports (sentences by report)."""

    notices: tuple[int, ...]
    refused: Mapping[int, str]


def draft(
    database: Engine, person: Person, report_ids: Iterable[int], due_on: date | None = None, number: str = "",
) -> list[int]:  # fmt: skip
    """As `draft_where_needed`, for all of these reports or none: raises Refused where one needs no notice."""
    return list(_drafted(database, person, report_ids, due_on, number, all_of_them=True).notices)


def draft_where_needed(
    database: Engine, person: Person, report_ids: Iterable[int], due_on: date | None = None, number: str = "",
) -> Drafted:  # fmt: skip
    """Draft a notice to mend for each report that needs one, in the order of the reports' ids.

    Named are the open findings that have to be mended (`reviews.open_findings`, hints left out). Without `due_on`: five
    working days where one is critical, else ten. A draft that the report has already is replaced. A report with
    nothing open, passed, or notified already gets none. Raises NotThere when a report is not for this person, Refused for a day that is
    past.
    """
    return _drafted(database, person, report_ids, due_on, number, all_of_them=False)


def _drafted(
    database: Engine, person: Person, report_ids: Iterable[int], due_on: date | None, number: str, *,
    all_of_them: bool,
) -> Drafted:  # fmt: skip
    only_supervisors(person)
    _not_past(due_on)
    wanted = set(report_ids)

    def work(connection: Connection) -> Drafted:
        seen = reports_seen(connection, person, wanted, lock=True)
        found = {
            id_: to_mend(wrong) for id_, wrong in open_findings(connection, wanted).items() if to_mend(wrong)
        }
        passed = {r.report_id: PASSED.format(agency=r.agency) for r in seen if r.state == "passed"}
        clean = {r.report_id: NOTHING_OPEN.format(agency=r.agency) for r in seen if r.report_id not in found}
        waits = {r.report_id: NOTIFIED.format(agency=r.agency) for r in seen if r.state == "notified"}
        refused = clean | passed | waits
        if refused and all_of_them:
            raise Refused(next(iter(refused.values())))
        needing = [row for row in seen if row.report_id not in refused]
        old = select(NOTICES.c.id).where(NOTICES.c.kind == "mend", NOTICES.c.state == "draft")
        _drop(connection, select_in(connection, old, NOTICES.c.report_id, (r.report_id for r in needing)))
        rows = [_to_mend(person, row, found[row.report_id], due_on, number) for row in needing]
        return Drafted(tuple(_added(connection, person, rows)), refused)

    return committed(database, work, alone=False)


def _to_mend(
    person: Person, report: AnyRow, wrong: Sequence[Open], due_on: date | None, number: str
) -> dict[str, Any]:
    critical = sum(finding.severity == "critical" for finding in wrong)
    due = due_on or usual_due(critical > 0)
    return _row(person, "mend", report.agency_id, report.year, due, number) | {
        "report_id": report.report_id,
        "submission_id": report.submission_id,
        "body": letters.to_mend(report.year, len(wrong), critical, due),
        "findings": [finding.fingerprint for finding in wrong],
    }


def draft_reminders(
    database: Engine, person: Person, agency_ids: Iterable[int], year: int, due_on: date | None = None,
    number: str = "",
) -> list[int]:  # fmt: skip
    """Draft a notice to submit for agencies that owe a report of `year`; as `draft`, five working days by default.

    Raises Refused where a report of that agency and year has come in.
    """
    only_supervisors(person)
    _not_past(due_on)
    wanted = sorted(set(agency_ids))

    def work(connection: Connection) -> list[int]:
        chosen = select(AGENCIES.c.id, AGENCIES.c.name).where(person.sees()).order_by(AGENCIES.c.id)
        names = {row.id: row.name for row in select_in(connection, chosen, AGENCIES.c.id, wanted)}
        if len(names) != len(wanted):
            raise NotThere
        came = select(REPORTS.c.agency_id).where(REPORTS.c.year == year)
        for row in select_in(connection, came, REPORTS.c.agency_id, wanted):
            raise Refused(SUBMITTED.format(agency=names[row.agency_id], year=year))
        due = due_on or usual_due(True)
        body = letters.to_submit(year, today(), due)
        rows = [
            _row(person, "submit", id_, year, due, number)
            | {"report_id": None, "submission_id": None, "body": body, "findings": []}
            for id_ in wanted
        ]
        old = select(NOTICES.c.id).where(
            NOTICES.c.kind == "submit", NOTICES.c.state == "draft", NOTICES.c.year == year
        )
        _drop(connection, select_in(connection, old, NOTICES.c.agency_id, wanted))
        return _added(connection, person, rows)

    return committed(database, work, alone=False)


def revise(
    database: Engine, person: Person, notice_id: int, *, body: str | None = None, due_on: date | None = None,
    number: str | None = None,
) -> None:  # fmt: skip
    """Change a draft; what is None stays. Raises NotThere, and Refused for one that is no draft any more."""
    only_supervisors(person)
    _not_past(due_on)
    if body is not None and not body.strip():
        raise Refused(EMPTY)

    def work(connection: Connection) -> None:
        (found,) = _locked(connection, person, [notice_id])
        if found.state != "draft":
            raise Refused(NOT_A_DRAFT.format(what="修改", id=notice_id))
        told: dict[str, Any] = {"body": body, "due_on": due_on, "number": number}
        told = {name: value for name, value in told.items() if value is not None}
        if due_on is not None and body is None and found.due_on is not None:
            told["body"] = found.body.replace(letters.day(found.due_on), letters.day(due_on))
        if told:
            connection.execute(update(NOTICES).where(NOTICES.c.id == notice_id).values(told))
        note(connection, person, "notice_revise", "notice", notice_id, changed=sorted(told))

    committed(database, work, alone=False)


def issue(database: Engine, person: Person, notice_ids: Iterable[int], batch: str) -> list[int]:
    """Send drafts out: from now on the agency sees them, and their reports are 已通知. Return the ids.

    `batch` names the steps of the reports (`transitions.undo` takes them back, and the notices with them). Raises
    NotThere; Refused for a notice that is no draft, is due before today, or whose report has been passed or notified
    meanwhile.
    """
    only_supervisors(person)

    def work(connection: Connection) -> list[int]:
        found = _locked(connection, person, notice_ids)
        for row in found:
            if row.state != "draft":
                raise Refused(NOT_A_DRAFT.format(what="发出", id=row.id))
            _not_past(row.due_on)
        ids = [row.id for row in found]
        drafted_on = {row.report_id: row.submission_id for row in found if row.report_id is not None}
        _notify(connection, person, drafted_on, batch)
        sent = {"state": "sent", "sent_at": datetime.now(UTC)}
        update_in(connection, NOTICES, NOTICES.c.id, ids, sent)
        only = ids[0] if len(ids) == 1 else None
        note(connection, person, "notice_issue", "notice", only, notices=listed(ids), batch=batch)
        return ids

    return committed(database, work, alone=False)


def _notify(connection: Connection, person: Person, drafted_on: Mapping[int, int | None], batch: str) -> None:
    notify = machine().events["notify"]
    seen = reports_seen(connection, person, drafted_on, lock=True)
    newer = [row for row in seen if row.submission_id != drafted_on[row.report_id]]
    if newer:
        raise Refused(NEWER.format(agency=newer[0].agency))
    passed = [row for row in seen if row.state == "passed"]
    if passed:
        raise Refused(PASSED.format(agency=passed[0].agency))
    waiting = [row for row in seen if row.state not in notify.before]
    if waiting:
        raise Refused(NOTIFIED.format(agency=waiting[0].agency))
    step(connection, person, [r.report_id for r in seen], notify, "", batch)


def withdraw(
    database: Engine, person: Person, notice_ids: Iterable[int], reason: str, batch: str
) -> list[int]:
    """Withdraw notices that are drafts or wait for an answer, and return their ids.

    A report that is 已通知 and has no other notice waiting is 待核 again. Raises NotThere; Refused for one that
    is answered or withdrawn, and without a reason where one has been sent.
    """
    only_supervisors(person)
    reason = reason.strip()

    def work(connection: Connection) -> list[int]:
        found = _locked(connection, person, notice_ids)
        for row in found:
            if row.state not in ("draft", "sent"):
                raise Refused(NOT_SENT.format(id=row.id))
        sent = [row for row in found if row.state == "sent"]
        if sent and not reason:
            raise Refused(NO_REASON)
        ids = [row.id for row in found]
        update_in(connection, NOTICES, NOTICES.c.id, ids, {"state": "withdrawn"})
        reports = {row.report_id for row in sent if row.report_id is not None}
        waiting = select(NOTICES.c.report_id).where(NOTICES.c.kind == "mend", NOTICES.c.state == "sent")
        reports -= {row.report_id for row in select_in(connection, waiting, NOTICES.c.report_id, reports)}
        event = machine().events["withdraw"]
        free = [
            r.report_id
            for r in reports_seen(connection, person, reports, lock=True)
            if r.state in event.before
        ]
        step(connection, person, free, event, reason or event.name, batch)
        only = ids[0] if len(ids) == 1 else None
        note(connection, person, "notice_withdraw", "notice", only, notices=listed(ids), batch=batch)
        return ids

    return committed(database, work, alone=False)


def _row(person: Person, kind: str, agency_id: int, year: int, due: date, number: str) -> dict[str, Any]:
    return {
        "agency_id": agency_id,
        "year": year,
        "kind": kind,
        "state": "draft",
        "number": number.strip(),
        "due_on": due,
        "created_at": datetime.now(UTC),
        "account_id": person.id,
    }


def _added(connection: Connection, person: Person, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    added = connection.execute(insert(NOTICES).returning(NOTICES.c.id, sort_by_parameter_order=True), rows)
    ids = list(added.scalars())
    only = ids[0] if len(ids) == 1 else None
    note(connection, person, "notice_draft", "notice", only, kind=rows[0]["kind"], notices=listed(ids))
    return ids


def _drop(connection: Connection, found: Iterable[AnyRow]) -> None:
    """Withdraw earlier drafts that a new one takes the place of."""
    update_in(connection, NOTICES, NOTICES.c.id, [row.id for row in found], {"state": "withdrawn"})


def _locked(connection: Connection, person: Person, notice_ids: Iterable[int]) -> list[AnyRow]:
    wanted = set(notice_ids)
    chosen = (
        select(NOTICES)
        .join(AGENCIES, AGENCIES.c.id == NOTICES.c.agency_id)
        .where(person.sees())
        .order_by(NOTICES.c.id)
        .with_for_update(of=NOTICES)
    )
    found = list(select_in(connection, chosen, NOTICES.c.id, wanted))
    if len(found) != len(wanted):
        raise NotThere
    return found


def _not_past(due_on: date | None) -> None:
    if due_on is not None and due_on < today():
        raise Refused(PAST)
