"""A report waits until every open finding is explained; decisions and runs may leave nothing, and open it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from models.results import Severity
from tasks.accounts.person import Person
from tasks.decide.answers import answer
from tasks.decide.due import usual_due
from tasks.decide.explained import Progress, progress_of
from tasks.decide.follow import after_run
from tasks.decide.notice_lists import notices
from tasks.decide.notices import draft, issue, withdraw
from tasks.decide.reviews import Decision, decide, undo_batch
from tasks.decide.seen import today
from tasks.decide.transitions import move, steps_of, undo
from tasks.persist.rows import ANSWERS, NOTICES
from tests.decide.conftest import EDU, HINT, Region
from tests.decide.finding_names import fingerprint
from tests.storage.made import HEADING, TOTALS, UNSURE, evaluation, finding

EDUCATION = "映溪区教育局"
THIRD = finding("TXT-11", "part_1")
DOUBTED = replace(UNSURE, severity=Severity.WARNING)
TOTAL, HEAD, MORE, HINTED, OURS = (
    fingerprint(EDUCATION, 2023, one) for one in (TOTALS, HEADING, THIRD, HINT, DOUBTED)
)
NOTHING: frozenset[str] = frozenset()


class Waiting:
    """教育局 with three findings to mend, a hint, and something for our people; the notice is out, due in twenty days."""

    def __init__(self, region: Region, store: str) -> None:
        self.region, self.store = region, store
        found = [TOTALS, HEADING, THIRD, HINT, DOUBTED]
        region.swept((f"{EDU}新", EDUCATION, 2023, evaluation(f"{EDU}新", found)))
        self.id = region.reports[EDU]
        self.due = today() + timedelta(days=20)
        self.notice = draft(region.database, region.supervisor, [self.id], self.due)
        issue(region.database, region.supervisor, self.notice, "issued")

    def explain(self, *names: str | None) -> None:
        for name in names:
            answer(self.region.database, self.region.agency, self.id, name, "情况属实。", store=self.store)

    def decide(self, name: str, decision: Decision, batch: str = "d") -> None:
        wanted = [(self.id, name)]
        decide(self.region.database, self.region.supervisor, wanted, decision, "已核实", False, batch)

    def undo(self, batch: str) -> None:
        undo_batch(self.region.database, self.region.supervisor, batch)

    def move(self, event: str, batch: str = "m") -> None:
        move(self.region.database, self.region.supervisor, [self.id], event, "已核实", batch)

    @property
    def stands(self) -> tuple[str, str, bool]:
        """The state of the report, that of its notice, and whether it is due on the day that was set."""
        (found,) = notices(self.region.database, self.region.operator)[0]
        return self.region.state(EDU), found.state, found.due_on == self.due

    @property
    def progress(self) -> Progress | None:
        return progress_of(self.region.database, self.region.agency, [self.id]).get(self.id)

    @property
    def steps(self) -> list[tuple[str, str]]:
        return [(s.event, s.actor) for s in steps_of(self.region.database, self.region.operator, self.id)]


@pytest.fixture
def waits(region: Region, tmp_path: Path) -> Waiting:
    return Waiting(region, (tmp_path / "store").as_uri())


SENT, ANSWERED = ("notified", "sent", True), ("explained", "answered", True)


def test_one_of_three_is_not_enough(waits: Waiting) -> None:
    assert waits.progress == Progress(NOTHING, frozenset({TOTAL, HEAD, MORE}), NOTHING, False)
    waits.explain(TOTAL)
    assert waits.stands == SENT
    assert waits.progress == Progress(frozenset({TOTAL}), frozenset({HEAD, MORE}), NOTHING, False)
    assert waits.progress.told == "已说明1项，还有2项未整改或说明"
    waits.explain(HEAD, HEAD, HINTED)
    assert (waits.stands, waits.progress.left) == (SENT, {MORE})
    waits.explain(MORE)
    assert (waits.stands, waits.progress) == (ANSWERED, None)
    assert waits.steps == [("notify", "supervisor同志"), ("explain", "agency同志")]


def test_what_is_said_to_the_report_explains_no_finding(waits: Waiting) -> None:
    waits.explain(None)
    assert waits.stands == SENT
    assert waits.progress == Progress(NOTHING, frozenset({TOTAL, HEAD, MORE}), NOTHING, True)
    assert waits.progress.told == "已说明0项，还有3项未整改或说明；另有对整份报告的说明"


def test_what_was_said_before_the_notice_does_not_count(waits: Waiting) -> None:
    waits.explain(TOTAL)
    withdraw(waits.region.database, waits.region.supervisor, waits.notice, "重发", "w")
    waits.explain(HEAD)
    assert (waits.region.state(EDU), waits.progress) == ("pending", None)
    issue(
        waits.region.database,
        waits.region.supervisor,
        draft(waits.region.database, waits.region.supervisor, [waits.id]),
        "again",
    )
    assert waits.progress == Progress(NOTHING, frozenset({TOTAL, HEAD, MORE}), NOTHING, False)


def test_decisions_that_leave_nothing_answer_the_notice_and_taken_back_let_it_wait_again(
    waits: Waiting,
) -> None:
    waits.explain(TOTAL)
    waits.decide(TOTAL, "explained", "a")
    waits.decide(HEAD, "misread", "b")
    assert waits.stands == SENT
    assert waits.progress == Progress(frozenset({TOTAL}), frozenset({MORE}), NOTHING, False)
    waits.decide(MORE, "not_applicable", "c")
    assert waits.stands == ANSWERED
    waits.undo("a")  # it was explained: nobody has to say it again
    assert waits.stands == ANSWERED
    waits.undo("c")
    assert waits.stands == SENT
    assert waits.progress == Progress(frozenset({TOTAL}), frozenset({MORE}), NOTHING, False)
    waits.explain(MORE)
    assert waits.stands == ANSWERED
    waits.decide(HEAD, "mend", "e")  # it stood in the notice, and was never explained
    assert waits.stands == SENT
    assert waits.steps == [
        ("notify", "supervisor同志"),
        ("explain", "系统"),
        ("undo", "系统"),
        ("explain", "agency同志"),
        ("undo", "系统"),
    ]


def test_nobody_is_late_at_once_when_a_decision_is_taken_back(waits: Waiting) -> None:
    for name in (TOTAL, HEAD, MORE):
        waits.decide(name, "misread", name[:32])
    assert waits.stands == ANSWERED
    with waits.region.database.begin() as connection:
        connection.execute(update(NOTICES).values(due_on=today() - timedelta(days=3)))
    waits.undo(MORE[:32])
    (found,) = notices(waits.region.database, waits.region.operator)[0]
    assert (waits.region.state(EDU), found.state, found.due_on, found.answered_at) == (
        "notified", "sent", usual_due(True), None,
    )  # fmt: skip


def test_only_hints_need_no_answer(waits: Waiting) -> None:
    run = waits.region.swept((f"{EDU}新", EDUCATION, 2023, evaluation(f"{EDU}新", [HINT, DOUBTED])))
    after_run(waits.region.database, run)
    assert waits.stands == ANSWERED
    assert waits.steps[1:] == [("explain", "系统")]
    waits.move("return")
    assert waits.stands == ("returned", "sent", False)
    waits.decide(HINTED, "misread")  # nothing was open: what the return asked for is still to be answered
    assert waits.stands == ("returned", "sent", False)
    waits.explain(None)
    assert waits.stands == ("explained", "answered", False)


def test_an_explanation_is_turned_down_by_itself(waits: Waiting) -> None:
    waits.explain(TOTAL, HEAD)
    waits.decide(TOTAL, "mend", "t")
    assert waits.progress == Progress(frozenset({HEAD}), frozenset({MORE}), frozenset({TOTAL}), False)
    waits.explain(MORE)
    assert waits.stands == SENT
    waits.explain(TOTAL)
    assert waits.stands == ANSWERED
    waits.decide(TOTAL, "mend", "u")  # now it is returned by the step, with a new day
    assert waits.stands == ANSWERED


def test_what_our_people_confirm_after_the_notice_is_to_be_explained_too(waits: Waiting) -> None:
    waits.decide(OURS, "mend")
    waits.explain(TOTAL, HEAD, MORE)
    assert waits.progress == Progress(frozenset({TOTAL, HEAD, MORE}), frozenset({OURS}), NOTHING, False)
    waits.undo("d")
    assert waits.stands == ANSWERED
    waits.decide(OURS, "mend")  # no notice named it: the agency does not wait for anything
    assert waits.stands == ANSWERED


def test_after_a_return_what_was_not_accepted_is_to_be_explained_again(waits: Waiting) -> None:
    waits.explain(TOTAL, HEAD, MORE)
    waits.decide(TOTAL, "explained")
    waits.move("return")
    assert waits.stands == ("returned", "sent", False)
    assert waits.progress == Progress(NOTHING, frozenset({HEAD, MORE}), NOTHING, False)
    waits.explain(HEAD)
    assert waits.stands == ("returned", "sent", False)
    undo(waits.region.database, waits.region.supervisor, "m")
    assert waits.stands == ("explained", "answered", False)


def test_a_new_version_in_between(waits: Waiting) -> None:
    waits.explain(TOTAL)
    again = evaluation(f"{EDU}三", [HEADING, THIRD])
    run = waits.region.swept((f"{EDU}三", EDUCATION, 2023, again))
    assert after_run(waits.region.database, run).mended == (waits.id,)
    assert waits.stands == ("mended", "answered", True)
    waits.explain(HEAD)
    assert waits.stands == ("mended", "answered", True)
    waits.move("return")
    assert waits.progress == Progress(NOTHING, frozenset({HEAD, MORE}), NOTHING, False)
    waits.explain(HEAD, MORE)
    assert waits.stands == ("explained", "answered", False)


def test_a_passed_report_waits_for_nothing_until_that_is_undone(waits: Waiting) -> None:
    waits.explain(TOTAL)
    waits.move("pass", "p")
    assert waits.stands == ("passed", "answered", True)
    undo(waits.region.database, waits.region.supervisor, "p")
    assert waits.stands == SENT
    assert waits.progress == Progress(frozenset({TOTAL}), frozenset({HEAD, MORE}), NOTHING, False)


def test_what_stood_before_this_rule_stays(waits: Waiting) -> None:
    """Reports that one explanation took to 单位说明 in earlier versions do not go back by a decision on another."""
    waits.explain(TOTAL, HEAD, MORE)
    with waits.region.database.begin() as connection:
        connection.execute(ANSWERS.delete().where(ANSWERS.c.fingerprint != TOTAL))
    waits.decide(TOTAL, "explained")
    assert waits.stands == ANSWERED


def test_only_who_may_see_it_learns_how_far_it_is(waits: Waiting) -> None:
    people: list[Person] = [waits.region.operator, waits.region.supervisor, waits.region.agency]
    found = [list(progress_of(waits.region.database, person, [waits.id])) for person in people]
    assert found == [[waits.id]] * 3
    assert progress_of(waits.region.database, waits.region.far, [waits.id]) == {}
