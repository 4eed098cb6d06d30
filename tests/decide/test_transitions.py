"""Steps of reports: who may, from where, with which reason; undone while nothing has happened since."""

from __future__ import annotations

import pytest

from tasks.decide.refused import NotThere, Refused
from tasks.decide.reviews import decide
from tasks.decide.transitions import Moved, move, steps_of, undo
from tests.decide.conftest import CLEAN, EDU, FAR, FIN, Region
from tests.decide.finding_names import fingerprint
from tests.storage.made import HEADING


def test_a_report_without_findings_waits_until_someone_passes_it(region: Region) -> None:
    clean, edu = region.reports[CLEAN], region.reports[EDU]
    assert [region.state(name) for name in (CLEAN, EDU)] == ["pending", "pending"]
    moved = move(region.database, region.supervisor, [clean, edu], "pass", "", "b1")
    assert moved == Moved(
        "b1", (clean,), {edu: "映溪区教育局的报告还有2个问题未处理，“复核通过”须写明理由。"}
    )
    assert [region.state(name) for name in (CLEAN, EDU)] == ["passed", "pending"]
    (step,) = steps_of(region.database, region.operator, clean)
    assert (step.event, step.name, step.before, step.after, step.actor, step.batch) == (
        "pass", "复核通过", "pending", "passed", "supervisor同志", "b1",
    )  # fmt: skip
    assert region.log() == [("supervisor", "move", "report", clean)]


def test_what_is_open_may_be_passed_with_a_reason_or_when_it_is_decided(region: Region) -> None:
    edu, fin = region.reports[EDU], region.reports[FIN]
    assert move(region.database, region.supervisor, [edu], "pass", "已当面核实", "b1").reports == (edu,)
    heading = (fin, fingerprint("映溪区财政局", 2023, HEADING))
    decide(region.database, region.supervisor, [heading], "explained", "机构改革", False, "b2")
    assert move(region.database, region.supervisor, [fin], "pass", "", "b3").reports == (fin,)


def test_a_step_that_does_not_fit_is_told_report_by_report(region: Region) -> None:
    clean, fin = region.reports[CLEAN], region.reports[FIN]
    move(region.database, region.operator, [clean], "pass", "", "b1")
    assert move(region.database, region.operator, [clean, fin], "reopen", "重新核查", "b2") == Moved(
        "b2", (clean,), {fin: "映溪区财政局的报告现为“待核”，不能“重新打开”。"}
    )
    assert region.state(CLEAN) == "pending"


@pytest.mark.parametrize(
    ("who", "event", "reason", "message"),
    [
        ("supervisor", "dance", "因故", "没有这种操作。"),
        ("supervisor", "undo", "因故", "没有这种操作。"),
        ("supervisor", "reopen", "  ", "“重新打开”须写明理由。"),
        ("supervisor", "mend", "", "“提交更正后的报告”不由您办理。"),
        ("agency", "pass", "因故", "“复核通过”不由您办理。"),
    ],
)
def test_nothing_moves_without_the_right_or_the_reason(
    region: Region, who: str, event: str, reason: str, message: str
) -> None:
    with pytest.raises(Refused) as refused:
        move(region.database, getattr(region, who), [region.reports[EDU]], event, reason, "b")
    assert str(refused.value) == message
    assert (region.state(EDU), region.log()) == ("pending", [])


def test_reports_of_another_region_are_not_there(region: Region) -> None:
    for person, reports in (
        (region.far, [region.reports[EDU]]),
        (region.supervisor, [region.reports[CLEAN], region.reports[FAR]]),
        (region.operator, [region.reports[CLEAN], 99_999]),
    ):
        with pytest.raises(NotThere):
            move(region.database, person, reports, "pass", "因故", "b")
    with pytest.raises(NotThere):
        steps_of(region.database, region.agency, region.reports[FIN])
    assert [region.state(name) for name in (EDU, FAR, CLEAN)] == ["pending"] * 3


def test_a_bulk_step_is_undone_where_nothing_happened_since(region: Region) -> None:
    clean, fin = region.reports[CLEAN], region.reports[FIN]
    move(region.database, region.supervisor, [clean, fin], "pass", "因故", "b1")
    move(region.database, region.supervisor, [fin], "reopen", "看错", "b2")
    with pytest.raises(NotThere):
        undo(region.database, region.far, "b1")
    with pytest.raises(Refused):
        undo(region.database, region.agency, "b1")
    told = {fin: "映溪区财政局的报告此后又有新的办理，不能撤销。"}
    assert undo(region.database, region.supervisor, "b1") == Moved("b1", (clean,), told)
    assert (region.state(CLEAN), region.state(FIN)) == ("pending", "pending")
    assert [(s.event, s.name, s.after) for s in steps_of(region.database, region.supervisor, clean)] == [
        ("pass", "复核通过", "passed"),
        ("undo", "撤销", "pending"),
    ]
    for batch in ("b1", "b9"):
        with pytest.raises(Refused) as refused:
            undo(region.database, region.supervisor, batch)
        assert str(refused.value) == "没有可以撤销的操作，可能已被撤销。"
