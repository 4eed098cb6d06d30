"""What an agency says: to a finding or the report, with a file of an allowed kind; and what follows a new version."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from tasks.decide.answers import LARGEST_MB, answer, answers_of, attachment
from tasks.decide.due import usual_due
from tasks.decide.follow import Followed, after_run
from tasks.decide.notice_lists import notices
from tasks.decide.notices import draft, draft_reminders, issue
from tasks.decide.refused import NotThere, Refused
from tasks.decide.transitions import move, steps_of, undo
from tasks.persist.rows import AUDIT_LOG
from tests.decide.conftest import EDU, FIN, Region
from tests.decide.finding_names import fingerprint
from tests.storage.made import HEADING, TOTALS, evaluation

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
EDUCATION = "映溪区教育局"
TOTAL, HEADINGS = (fingerprint(EDUCATION, 2023, one) for one in (TOTALS, HEADING))
"""What 教育局 has to mend."""


@pytest.fixture
def store(tmp_path: Path) -> str:
    return (tmp_path / "store").as_uri()


def notified(region: Region, *names: str) -> list[int]:
    ids = draft(region.database, region.supervisor, [region.reports[name] for name in names])
    return issue(region.database, region.supervisor, ids, "issued")


def explain(region: Region, store: str, *names: str) -> None:
    """The agency explains findings of its report."""
    for name in names:
        answer(region.database, region.agency, region.reports[EDU], name, "台账为11件。", store=store)


def notice_states(region: Region) -> list[str]:
    return [n.state for n in notices(region.database, region.operator)[0]]


def test_an_explanation_with_a_file_answers_the_notice(region: Region, store: str) -> None:
    edu = region.reports[EDU]
    notified(region, EDU)
    name = fingerprint(EDUCATION, 2023, TOTALS)
    said = answer(
        region.database,
        region.agency,
        edu,
        name,
        " 台账为11件。 ",
        "C:\\文件\\..\\台账.pdf",
        PDF,
        store=store,
    )
    assert (said.body, said.file, said.size, said.fingerprint, said.author) == (
        "台账为11件。", "台账.pdf", len(PDF), name, "agency同志",
    )  # fmt: skip
    assert answers_of(region.database, region.supervisor, edu) == [said]
    assert attachment(region.database, region.supervisor, said.id, store) == ("台账.pdf", PDF)
    for person in (region.far,):
        with pytest.raises(NotThere):
            attachment(region.database, person, said.id, store)
        with pytest.raises(NotThere):
            answers_of(region.database, person, edu)
    assert (region.state(EDU), notice_states(region)) == ("notified", ["sent"])
    answer(region.database, region.agency, edu, HEADINGS, "标题按上级要求。", store=store)
    more = answer(region.database, region.agency, edu, None, "补充说明。", store=store)
    assert (more.file, more.sha256, region.state(EDU)) == (None, None, "explained")
    with pytest.raises(NotThere):
        attachment(region.database, region.agency, more.id, store)
    assert [(actor, action) for actor, action, *_ in region.log()][3:] == [
        ("agency", "answer"),
        ("supervisor", "fetch"),
        ("agency", "answer"),
        ("agency", "move"),
        ("agency", "answer"),
    ]


def test_an_answer_before_any_notice_is_kept_and_moves_nothing(region: Region, store: str) -> None:
    answer(region.database, region.agency, region.reports[EDU], None, "数据有误，近日更正。", store=store)
    assert region.state(EDU) == "pending"


def test_what_is_refused(region: Region, store: str) -> None:
    edu, fin = region.reports[EDU], region.reports[FIN]
    only = "附件只能是PDF、OFD、Word、Excel或图片文件，请转换格式后重新上传。"
    for content, message in (
        (b"<html><body><script>alert(1)</script></body></html>", only),
        (b"MZ\x90\x00\x03" + bytes(200), only),
        (PDF + bytes(LARGEST_MB << 20), "附件超过20MB上限，请压缩图片或分次提交。"),
    ):
        with pytest.raises(Refused) as refused:
            answer(region.database, region.agency, edu, None, "说明", "a.pdf", content, store=store)
        assert str(refused.value) == message
    for person, report, name, body, message in (
        (region.supervisor, edu, None, "说明", "说明由报送单位提交。"),
        (region.agency, edu, None, " ", "说明不能为空。"),
        (region.agency, edu, None, "长" * 10_001, "说明过长，请控制在10000字以内，详细材料请作附件。"),
        (region.agency, edu, "0" * 64, "说明", "报告中没有这个问题，可能已经改正，请刷新页面后重试。"),
    ):
        with pytest.raises(Refused) as refused:
            answer(region.database, person, report, name, body, store=store)
        assert str(refused.value) == message
    with pytest.raises(NotThere):
        answer(region.database, region.agency, fin, None, "说明", "a.pdf", PDF, store=store)
    move(region.database, region.supervisor, [edu], "pass", "已核", "b")
    with pytest.raises(Refused, match="报告已复核通过，无需再作说明。"):
        answer(region.database, region.agency, edu, None, "说明", store=store)
    assert (
        answers_of(region.database, region.operator, edu),
        Path(store.removeprefix("file://")).exists(),
    ) == (
        [],
        False,
    )


def test_a_returned_report_waits_for_an_answer_again(region: Region, store: str) -> None:
    edu = region.reports[EDU]
    notified(region, EDU)
    explain(region, store, TOTAL, HEADINGS)
    move(region.database, region.supervisor, [edu], "return", "未附台账", "back")
    (again,) = notices(region.database, region.agency)[0]
    assert (region.state(EDU), again.state, again.due_on, again.answered_at) == (
        "returned", "sent", usual_due(True), None,
    )  # fmt: skip
    undo(region.database, region.supervisor, "back")
    assert (region.state(EDU), notice_states(region)) == ("explained", ["answered"])
    move(region.database, region.supervisor, [edu], "return", "未附台账", "back2")
    explain(region, store, TOTAL, HEADINGS)
    assert (region.state(EDU), notice_states(region)) == ("explained", ["answered"])


def test_a_new_version_after_a_notice_is_mended_by_itself(region: Region) -> None:
    edu, fin = region.reports[EDU], region.reports[FIN]
    notified(region, EDU, FIN)
    again = ("教育局2023再报", EDUCATION, 2023, evaluation("教育局2023再报", []))
    run = region.swept(again)
    first = after_run(region.database, run)
    assert (first.mended, first.reopened, len(first.answered)) == ((edu,), (), 1)
    assert (region.state(EDU), region.state(FIN), sorted(notice_states(region))) == (
        "mended", "notified", ["answered", "sent"],
    )  # fmt: skip
    nothing = Followed((), (), ())
    assert after_run(region.database, run) == nothing
    move(region.database, region.supervisor, [edu], "return", "仍不对", "b")
    # neither the same run nor one that meets the same files again takes the returned version for a new one
    assert [after_run(region.database, run), after_run(region.database, region.swept(again))] == [nothing] * 2
    third = region.swept(("教育局2023三报", EDUCATION, 2023, evaluation("教育局2023三报", [])))
    assert after_run(region.database, third).mended == (edu,)
    assert [(s.event, s.actor) for s in steps_of(region.database, region.agency, edu)] == [
        ("notify", "supervisor同志"),
        ("mend", "系统"),
        ("return", "supervisor同志"),
        ("mend", "系统"),
    ]
    assert [s.event for s in steps_of(region.database, region.operator, fin)] == ["notify"]
    with region.database.connect() as connection:
        done = select(AUDIT_LOG.c.actor, AUDIT_LOG.c.action).where(AUDIT_LOG.c.account_id.is_(None))
        assert [tuple(row) for row in connection.execute(done)] == [
            ("系统", "move"), ("系统", "notice_answered"), ("系统", "move"), ("系统", "notice_answered"),
        ]  # fmt: skip


def test_a_run_that_nobody_followed_is_made_up_for_by_the_next(region: Region) -> None:
    notified(region, EDU)
    again = ("教育局2023再报", EDUCATION, 2023, evaluation("教育局2023再报", []))
    region.swept(again)
    assert after_run(region.database, region.swept(again)).mended == (region.reports[EDU],)


def test_a_new_version_of_a_passed_report_is_to_be_looked_at(region: Region) -> None:
    edu = region.reports[EDU]
    move(region.database, region.supervisor, [edu], "pass", "已核", "b")
    run = region.swept(("教育局2023再报", EDUCATION, 2023, evaluation("教育局2023再报", [TOTALS])))
    assert after_run(region.database, run) == Followed((), (edu,), ())
    assert [(s.event, s.reason) for s in steps_of(region.database, region.agency, edu)][1:] == [
        ("reopen", "单位提交了新的版本")
    ]


def test_a_report_nobody_was_told_of_stays_to_be_looked_at(region: Region) -> None:
    run = region.swept(("教育局2023再报", EDUCATION, 2023, evaluation("教育局2023再报", [])))
    assert (after_run(region.database, run), region.state(EDU)) == (Followed((), (), ()), "pending")


def test_a_reminder_is_answered_when_the_report_comes_in(region: Region) -> None:
    agency = region.agencies[EDUCATION]
    ids = draft_reminders(region.database, region.supervisor, [agency, region.agencies["映溪区财政局"]], 2024)
    issue(region.database, region.supervisor, ids, "b")
    run = region.swept(("教育局2024", EDUCATION, 2024, evaluation("教育局2024", [])))
    assert after_run(region.database, run) == Followed((), (), (ids[0],))
    (told,) = notices(region.database, region.agency)[0]
    assert (told.state, told.report_id) == ("answered", region.report_of(EDUCATION, 2024))
