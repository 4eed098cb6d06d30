"""Letters: what they say, who sees them, what issuing and withdrawing does, by when they are due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tasks.decide.due import said_of_holidays, usual_due, working_days_after
from tasks.decide.letters import title
from tasks.decide.notice_lists import notice, notices, waiting
from tasks.decide.notices import Drafted, draft, draft_reminders, draft_where_needed, issue, revise, withdraw
from tasks.decide.refused import NotThere, Refused
from tasks.decide.reviews import decide
from tasks.decide.seen import today
from tasks.decide.transitions import move, steps_of, undo
from tasks.persist.rows import NOTICES
from tests.decide.conftest import CLEAN, EDU, FAR, FIN, Region
from tests.decide.finding_names import fingerprint
from tests.storage.made import HEADING, TOTALS, evaluation

FAR_OFF = date(2099, 6, 8)


def states(region: Region) -> list[str]:
    with region.database.connect() as connection:
        return list(connection.execute(select(NOTICES.c.state).order_by(NOTICES.c.id)).scalars())


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2024, 3, 1), 5, date(2024, 3, 8)),  # a Friday
        (date(2024, 3, 2), 5, date(2024, 3, 8)),  # a Saturday
        (date(2024, 3, 6), 10, date(2024, 3, 20)),
        # Spring Festival 2025: off from 28 January to 4 February; Sunday 26 January and Saturday 8 February are worked
        (date(2025, 1, 24), 1, date(2025, 1, 26)),
        (date(2025, 1, 24), 5, date(2025, 2, 7)),
        (date(2025, 1, 24), 6, date(2025, 2, 8)),
        (date(2025, 1, 27), 1, date(2025, 2, 5)),
        (date(2025, 1, 30), 10, date(2025, 2, 17)),
        # National Day 2025: off from 1 to 8 October; Sunday 28 September and Saturday 11 October are worked
        (date(2025, 9, 26), 5, date(2025, 10, 10)),
        (date(2025, 9, 26), 6, date(2025, 10, 11)),
        (date(2025, 9, 30), 10, date(2025, 10, 21)),
        # New Year 2026: off from 1 to 3 January; Sunday 4 January is worked
        (date(2025, 12, 31), 5, date(2026, 1, 8)),
        # Spring Festival 2026: off from 15 to 23 February; Saturdays 14 and 28 February are worked
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 2, 13), 10, date(2026, 3, 5)),
        # Mid-Autumn and National Day 2026: off from 25 to 27 September and from 1 to 7 October; Sunday 20 September
        # and Saturday 10 October are worked
        (date(2026, 9, 18), 5, date(2026, 9, 24)),
        (date(2026, 9, 18), 6, date(2026, 9, 28)),
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        # holidays of that year are not known: Monday to Friday
        (date(2099, 9, 30), 5, date(2099, 10, 7)),
        (date(2098, 12, 31), 5, date(2099, 1, 7)),
    ],
)
def test_working_days(day: date, count: int, due: date) -> None:
    assert working_days_after(day, count) == due


def test_who_drafts_is_told_where_holidays_are_not_known() -> None:
    said = [said_of_holidays(due) for due in (None, date(2025, 2, 8), date(2026, 10, 13), date(2099, 6, 8))]
    assert said == ["", "", "", "2099年的节假日安排尚未收录，工作日按周一至周五计算，请核对时限。"]


def test_days_given_depend_on_the_worst_problem() -> None:
    assert (usual_due(True, date(2024, 3, 1)), usual_due(False, date(2024, 3, 1))) == (
        date(2024, 3, 8),
        date(2024, 3, 15),
    )


def test_a_notice_says_how_many_problems_by_when(region: Region) -> None:
    (id_,) = draft(region.database, region.supervisor, [region.reports[EDU]], FAR_OFF, "映政公办〔2099〕3号")
    made = notice(region.database, region.supervisor, id_)
    assert made.body == (
        "根据《中华人民共和国政府信息公开条例》第四十七条，我办对你单位2023年政府信息公开工作年度报告进行了核查，"
        "发现问题2个（其中严重问题1个），详见附件。\n"
        "请于2099年6月8日前逐项核实整改，重新发布并附更正说明，将整改情况（加盖公章）报我办。"
        "经核实情况属实、无需更正的，请逐项说明理由并附佐证材料。\n"
        "逾期未整改或整改不到位的，将依规通报。"
    )
    names = tuple(fingerprint("映溪区教育局", 2023, one) for one in (TOTALS, HEADING))
    assert (made.findings, made.number, made.agency, made.kind, made.state, made.days_left) == (
        names, "映政公办〔2099〕3号", "映溪区教育局", "mend", "draft", None,
    )  # fmt: skip
    assert title("mend", 2023) == "关于做好2023年政府信息公开工作年度报告问题整改的通知"
    assert region.state(EDU) == "pending"


def test_what_is_decided_is_not_in_the_notice(region: Region) -> None:
    edu = region.reports[EDU]
    totals = (edu, fingerprint("映溪区教育局", 2023, TOTALS))
    decide(region.database, region.supervisor, [totals], "misread", "看错", False, "b")
    (id_,) = draft(region.database, region.supervisor, [edu])
    made = notice(region.database, region.supervisor, id_)
    assert (made.findings, made.due_on) == (
        (fingerprint("映溪区教育局", 2023, HEADING),),
        usual_due(False),
    )


def test_an_issued_notice_is_seen_by_its_agency_and_moves_the_report(region: Region) -> None:
    ids = draft(region.database, region.supervisor, [region.reports[EDU], region.reports[FIN]], FAR_OFF)
    assert notices(region.database, region.agency) == ([], 0)
    with pytest.raises(NotThere):
        notice(region.database, region.agency, ids[0])
    assert issue(region.database, region.supervisor, ids, "b1") == ids
    assert (region.state(EDU), region.state(FIN)) == ("notified", "notified")
    found, count = notices(region.database, region.agency)
    assert (count, [n.id for n in found], found[0].state) == (1, ids[:1], "sent")
    assert found[0].days_left == (FAR_OFF - today()).days
    assert [person_sees(region, who) for who in ("operator", "supervisor", "far")] == [2, 2, 0]
    assert region.log() == [
        ("supervisor", "notice_draft", "notice", None),
        ("supervisor", "move", "report", None),
        ("supervisor", "notice_issue", "notice", None),
    ]
    with pytest.raises(Refused) as refused:
        issue(region.database, region.supervisor, ids[:1], "b2")
    assert str(refused.value) == f"只有尚未发出的通知才能发出；编号为{ids[0]}的通知已经发出或撤回。"


def person_sees(region: Region, who: str) -> int:
    return notices(region.database, getattr(region, who))[1]


def test_nobody_is_notified_twice_of_the_same(region: Region) -> None:
    edu = region.reports[EDU]
    issue(region.database, region.supervisor, draft(region.database, region.supervisor, [edu]), "b1")
    with pytest.raises(Refused) as refused:
        draft(region.database, region.operator, [edu])
    assert str(refused.value) == (
        "映溪区教育局的报告已发出整改通知，正在等待答复；需要重新发出的，请先撤回原通知。"
    )
    assert draft_where_needed(region.database, region.operator, [edu]).notices == ()
    assert [s.event for s in steps_of(region.database, region.supervisor, edu)] == ["notify"]
    assert states(region) == ["sent"]


def test_issuing_is_undone_with_its_notices(region: Region) -> None:
    edu = region.reports[EDU]
    issue(region.database, region.supervisor, draft(region.database, region.supervisor, [edu]), "b1")
    assert undo(region.database, region.supervisor, "b1").reports == (edu,)
    assert (region.state(EDU), states(region)) == ("pending", ["withdrawn"])
    # the agency has seen it, and sees that it is withdrawn
    assert [n.state for n in notices(region.database, region.agency)[0]] == ["withdrawn"]


def test_a_withdrawn_notice_leaves_the_report_to_be_looked_at(region: Region) -> None:
    edu, fin = region.reports[EDU], region.reports[FIN]
    ids = draft(region.database, region.supervisor, [edu, fin])
    (again,) = draft(region.database, region.supervisor, [fin])
    assert states(region) == ["draft", "withdrawn", "draft"]
    issue(region.database, region.supervisor, [ids[0], again], "b1")
    with pytest.raises(Refused, match="撤回已经发出的通知须写明理由。"):
        withdraw(region.database, region.supervisor, [again], " ", "b2")
    withdraw(region.database, region.supervisor, [again], "发错", "b2")
    assert (states(region), region.state(EDU), region.state(FIN)) == (
        ["sent", "withdrawn", "withdrawn"], "notified", "pending",
    )  # fmt: skip
    assert [(s.event, s.reason) for s in steps_of(region.database, region.supervisor, fin)] == [
        ("notify", ""),
        ("withdraw", "发错"),
    ]
    with pytest.raises(Refused):
        withdraw(region.database, region.supervisor, [again], "再撤", "b3")


def test_a_report_that_needs_none_gets_none(region: Region) -> None:
    clean, edu, fin = (region.reports[name] for name in (CLEAN, EDU, FIN))
    move(region.database, region.supervisor, [fin], "pass", "已核", "b")
    why = {
        clean: "映溪区人民政府的报告没有需要整改的问题，无需发整改通知。",
        fin: "映溪区财政局的报告已复核通过，请先重新打开再发整改通知。",
    }
    with pytest.raises(Refused) as refused:
        draft(region.database, region.supervisor, [clean, edu])
    assert (str(refused.value), states(region)) == (why[clean], [])
    made = draft_where_needed(region.database, region.supervisor, [clean, edu, fin])
    assert made == Drafted(made.notices, why)
    assert [notice(region.database, region.operator, id_).report_id for id_ in made.notices] == [edu]


def test_a_draft_is_revised_until_it_is_issued(region: Region) -> None:
    (id_,) = draft(region.database, region.supervisor, [region.reports[EDU]], FAR_OFF)
    revise(region.database, region.supervisor, id_, due_on=date(2099, 7, 1), number="1号")
    made = notice(region.database, region.supervisor, id_)
    assert ("2099年7月1日" in made.body, "2099年6月8日" in made.body, made.due_on, made.number) == (
        True, False, date(2099, 7, 1), "1号",
    )  # fmt: skip
    revise(region.database, region.supervisor, id_, body="请整改。")
    assert notice(region.database, region.supervisor, id_).body == "请整改。"
    for wrong, message in (
        ({"body": " "}, "通知的正文不能为空。"),
        ({"due_on": today() - timedelta(days=1)}, "整改时限不能早于今天。"),
    ):
        with pytest.raises(Refused, match=message):
            revise(region.database, region.supervisor, id_, **wrong)  # type: ignore[arg-type]
    issue(region.database, region.supervisor, [id_], "b")
    with pytest.raises(Refused):
        revise(region.database, region.supervisor, id_, number="2号")


def test_a_draft_on_an_older_version_is_not_issued(region: Region) -> None:
    ids = draft(region.database, region.supervisor, [region.reports[EDU]])
    region.swept(("教育局2023再报", "映溪区教育局", 2023, evaluation("教育局2023再报", [TOTALS])))
    with pytest.raises(Refused) as refused:
        issue(region.database, region.supervisor, ids, "b")
    assert str(refused.value) == "映溪区教育局的报告在通知拟好之后又有新的版本，请重新拟写整改通知。"
    assert (region.state(EDU), states(region)) == ("pending", ["draft"])


def test_who_may_not(region: Region) -> None:
    ids = draft(region.database, region.operator, [region.reports[FAR]])
    for act in (
        lambda who: draft(region.database, who, [region.reports[FAR]]),
        lambda who: issue(region.database, who, ids, "b"),
        lambda who: withdraw(region.database, who, ids, "因故", "b"),
        lambda who: revise(region.database, who, ids[0], number="1"),
        lambda who: draft_reminders(region.database, who, [region.agencies["云岚区教育局"]], 2024),
    ):
        with pytest.raises(NotThere):
            act(region.supervisor)
        with pytest.raises(Refused, match="该操作只能由主管部门办理。"):
            act(region.agency)
    assert states(region) == ["draft"]


def test_who_owes_a_report_is_reminded(region: Region) -> None:
    edu, fin = region.agencies["映溪区教育局"], region.agencies["映溪区财政局"]
    with pytest.raises(Refused) as refused:
        draft_reminders(region.database, region.supervisor, [edu], 2023)
    assert str(refused.value) == "映溪区教育局2023年的报告已经收到，无需催报。"
    ids = draft_reminders(region.database, region.supervisor, [fin, edu], 2024, FAR_OFF)
    made = notice(region.database, region.supervisor, ids[0])
    day = today()
    assert made.body == (
        "根据《中华人民共和国政府信息公开条例》第四十九条，行政机关应当按时公布上一年度政府信息公开工作年度报告。"
        f"截至{day.year}年{day.month}月{day.day}日，我办未收到你单位2024年政府信息公开工作年度报告。\n"
        "请于2099年6月8日前公布并报送我办；已经公布的，请将公布的网址和报告文本报我办；依规无需报送的，请书面说明。\n"
        "逾期仍未公布的，将依规通报。"
    )
    assert (made.agency_id, made.report_id, made.kind, made.findings) == (edu, None, "submit", ())
    issue(region.database, region.supervisor, ids, "b")
    assert [n.kind for n in notices(region.database, region.agency)[0]] == ["submit"]


def test_lists_by_state_and_what_is_overdue(region: Region) -> None:
    edu, fin, far = (region.reports[name] for name in (EDU, FIN, FAR))
    ids = [draft(region.database, region.operator, [report], FAR_OFF)[0] for report in (edu, fin, far)]
    issue(region.database, region.operator, [ids[0], ids[2]], "b")
    with region.database.begin() as connection:
        late = update(NOTICES).where(NOTICES.c.id != ids[1]).values(due_on=today() - timedelta(days=2))
        connection.execute(late)
    found, count = notices(region.database, region.supervisor, overdue=True)
    assert ([n.id for n in found], count, found[0].days_left, found[0].overdue) == ([ids[0]], 1, -2, True)
    assert waiting(region.database, region.operator) == (2, 2)
    assert waiting(region.database, region.supervisor) == (1, 1)
    listed = {
        "draft": notices(region.database, region.operator, states=["draft"]),
        "year": notices(region.database, region.operator, year=2022),
        "agency": notices(region.database, region.operator, agency_id=region.agencies["映溪区财政局"]),
        "report": notices(region.database, region.operator, report_id=far),
        "page": notices(region.database, region.operator, limit=1, offset=1),
    }
    assert {name: ([n.id for n in found], count) for name, (found, count) in listed.items()} == {
        "draft": ([ids[1]], 1),
        "year": ([], 0),
        "agency": ([ids[1]], 1),
        "report": ([ids[2]], 1),
        "page": ([ids[1]], 3),
    }
