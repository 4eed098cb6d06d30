"""The page of notices: what is listed, issued, withdrawn, changed, and by whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select, update

from tasks.accounts.person import Person
from tasks.decide import notices
from tasks.decide.due import said_of_holidays
from tasks.decide.notice_lists import notice
from tasks.decide.seen import today
from tasks.persist.rows import AGENCIES, NOTICES, STANDINGS
from tests.site.conftest import AGENCY, NEIGHBOUR, Browser
from tests.site.test_documents import report_of


@pytest.fixture
def drafted(database: Engine, person_supervisor: Person) -> list[int]:
    """Drafts to 水务局 and 民政局, in this order."""
    by_report = sorted(report_of(database, agency) for agency in (AGENCY, NEIGHBOUR))
    ids = notices.draft(database, person_supervisor, by_report)
    names = {notice(database, person_supervisor, id_).agency: id_ for id_ in ids}
    return [names[AGENCY], names[NEIGHBOUR]]


def states(database: Engine) -> dict[str, tuple[str, str]]:
    """State of the notice and of the report, by agency."""
    with database.connect() as connection:
        chosen = (
            select(AGENCIES.c.name, NOTICES.c.state, STANDINGS.c.state)
            .join_from(NOTICES, AGENCIES, AGENCIES.c.id == NOTICES.c.agency_id)
            .join(STANDINGS, STANDINGS.c.report_id == NOTICES.c.report_id)
        )
        return {name: (told, report) for name, told, report in connection.execute(chosen)}


def test_drafts_are_listed_and_issued_after_a_question(
    supervisor: Browser, agency: Browser, database: Engine, drafted: list[int]
) -> None:
    shown = supervisor.get("/notices?state=draft").text
    assert sorted(re.findall(r'<a href="/notices/\d+">([^<]+)</a>', shown)) == sorted([AGENCY, NEIGHBOUR])
    ids = [str(id_) for id_ in drafted]
    question = supervisor.submit("/notices/act", {"action": "issue", "notice": ids, "back": "state=draft"})
    assert question.status_code == 200
    assert "将发出 <b>2</b> 份通知" in question.text
    assert {told for told, _ in states(database).values()} == {"draft"}
    done = supervisor.submit("/notices/do", {"action": "issue", "notice": ids, "back": "state=draft"})
    assert (done.status_code, done.headers["location"]) == (303, "/notices?state=draft")
    assert states(database) == {AGENCY: ("sent", "notified"), NEIGHBOUR: ("sent", "notified")}
    after = supervisor.get("/notices")
    assert "已发出2份通知。" in after.text
    (batch,) = re.findall(r'name="batch" value="(\w+)"', after.text)
    undone = supervisor.submit("/notices/undo", {"batch": batch})
    assert undone.headers["location"] == "/notices"
    assert states(database) == {AGENCY: ("withdrawn", "pending"), NEIGHBOUR: ("withdrawn", "pending")}


def test_withdrawing_what_was_sent_needs_a_reason(
    supervisor: Browser, database: Engine, person_supervisor: Person, drafted: list[int]
) -> None:
    notices.issue(database, person_supervisor, drafted, "b" * 32)
    form = {"action": "withdraw", "notice": [str(drafted[0])]}
    refused = supervisor.submit("/notices/do", form)
    assert refused.status_code == 422
    assert "须写明理由" in refused.text
    assert supervisor.submit("/notices/do", {**form, "reason": "发错单位"}).status_code == 303
    assert states(database) == {AGENCY: ("withdrawn", "pending"), NEIGHBOUR: ("sent", "notified")}
    again = supervisor.submit("/notices/act", form)
    assert "所选通知都不能撤回" in again.text


def test_what_is_overdue_is_counted_and_found(
    supervisor: Browser, database: Engine, person_supervisor: Person, drafted: list[int]
) -> None:
    notices.issue(database, person_supervisor, drafted, "b" * 32)
    with database.begin() as connection:
        past = update(NOTICES).where(NOTICES.c.id == drafted[0])
        connection.execute(past.values(due_on=today() - timedelta(days=3)))
    shown = supervisor.get("/notices?overdue=1").text
    assert re.findall(r'<a href="/notices/\d+">([^<]+)</a>', shown) == [AGENCY]
    assert "已过3天" in shown
    assert re.findall(r"<span>(待答复|已过时限)</span><b>(\d+)</b>", shown) == [
        ("待答复", "2"),
        ("已过时限", "1"),
    ]


def test_a_draft_is_changed_and_what_was_sent_is_not(
    supervisor: Browser, database: Engine, person_supervisor: Person, drafted: list[int]
) -> None:
    path = f"/notices/{drafted[0]}"
    shown = supervisor.get(path)
    assert "关于做好2023年政府信息公开工作年度报告问题整改的通知" in shown.text
    assert "表二“行政规范性文件”：2022年度报告现行有效10件" in shown.text
    due = today() + timedelta(days=30)
    changed = {"body": "请即整改。\r\n此通知。", "due_on": due.isoformat(), "number": "映政办函〔2024〕5号"}
    assert supervisor.submit(path, changed).status_code == 303
    now = notice(database, person_supervisor, drafted[0])
    assert (now.body, now.due_on, now.number) == ("请即整改。\n此通知。", due, "映政办函〔2024〕5号")
    wrong = supervisor.submit(path, {**changed, "due_on": "下周"})
    assert (wrong.status_code, "时限应写作2024-03-15的形式" in wrong.text) == (422, True)
    assert supervisor.submit(path, {**changed, "body": "  "}).status_code == 422
    notices.issue(database, person_supervisor, [drafted[0]], "b" * 32)
    assert supervisor.submit(path, changed).status_code == 422


def test_a_draft_says_when_the_holidays_of_its_year_are_not_known(
    supervisor: Browser, database: Engine, person_supervisor: Person, drafted: list[int]
) -> None:
    unknown = "2099年的节假日安排尚未收录，工作日按周一至周五计算，请核对时限。"
    due = notice(database, person_supervisor, drafted[0]).due_on
    path = f"/notices/{drafted[0]}"
    assert (unknown in supervisor.get(path).text, "节假日安排" in supervisor.get(path).text) == (
        False,
        said_of_holidays(due) != "",
    )
    notices.revise(database, person_supervisor, drafted[0], due_on=date(2099, 6, 8))
    assert unknown in supervisor.get(path).text
    notices.issue(database, person_supervisor, [drafted[0]], "b" * 32)
    assert "节假日" not in supervisor.get(path).text


def test_only_who_supervises_the_agency_has_a_say(
    browser: object, agency: Browser, app: Browser, database: Engine, drafted: list[int]
) -> None:
    elsewhere = browser("elsewhere")  # type: ignore[operator]
    form = {"action": "issue", "notice": [str(drafted[0])]}
    assert re.findall(r'href="/notices/\d+"', elsewhere.get("/notices").text) == []
    for one in (elsewhere, agency):
        assert one.get(f"/notices/{drafted[0]}").status_code == 404
        assert one.get(f"/notices/{drafted[0]}/document").status_code == 404
        for path in ("/notices/act", "/notices/do"):
            assert one.submit(path, form).status_code == 404
        assert one.submit(f"/notices/{drafted[0]}", {"body": "甲"}).status_code == 404
    assert app.get("/notices").status_code == 303
    assert elsewhere.post("/notices/do", data=form).status_code == 403
    assert {told for told, _ in states(database).values()} == {"draft"}
