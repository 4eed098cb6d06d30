"""Decisions on findings: who, with which reason, for how long; what is open after them."""

from __future__ import annotations

import pytest

from tasks.decide.open_findings import open_findings
from tasks.decide.refused import NotThere, Refused
from tasks.decide.reviews import decide, standing_reviews, undo_batch
from tests.decide.conftest import EDU, FAR, FIN, Region
from tests.decide.finding_names import fingerprint
from tests.storage.made import HEADING, LATER_RULES, TOTALS, UNSURE, evaluation

EDUCATION = "映溪区教育局"


def name(finding_: object, year: int = 2023) -> str:
    return fingerprint(EDUCATION, year, finding_)  # type: ignore[arg-type]


def open_rules(region: Region, report: str) -> list[str]:
    with region.database.connect() as connection:
        found = open_findings(connection, [region.reports[report]])
    return [one.rule for one in found.get(region.reports[report], ())]


def counted(region: Region, report: int) -> dict[str, tuple[str, str, int | None]]:
    with region.database.connect() as connection:
        found = standing_reviews(connection, [report])
    return {review.rule: (review.decision, review.reason, review.from_year) for review in found.values()}


def test_a_decision_closes_a_finding_and_is_taken_back(region: Region) -> None:
    edu = region.reports[EDU]
    assert open_rules(region, EDU) == ["T4-01", "STR-03", "TXT-11"]
    both = [(edu, name(TOTALS)), (edu, name(HEADING))]
    assert decide(region.database, region.supervisor, both, "explained", " 台账已核 ", False, "b1") == 2
    assert decide(region.database, region.operator, both[:1], "mend", "", False, "b2") == 1
    assert counted(region, edu) == {
        "T4-01": ("mend", "", None),
        "STR-03": ("explained", "台账已核", None),
    }
    assert open_rules(region, EDU) == ["T4-01", "TXT-11"]
    assert undo_batch(region.database, region.supervisor, "b2") == 1
    assert open_rules(region, EDU) == ["TXT-11"]
    assert undo_batch(region.database, region.supervisor, "b1") == 2
    assert (open_rules(region, EDU), counted(region, edu)) == (["T4-01", "STR-03", "TXT-11"], {})
    assert region.log() == [
        ("supervisor", "decide", "report", edu),
        ("operator", "decide", "report", edu),
        ("supervisor", "decide_undo", "report", edu),
        ("supervisor", "decide_undo", "report", edu),
    ]


def test_what_our_people_confirm_is_the_agencys_to_mend(region: Region) -> None:
    edu = region.reports[EDU]
    decide(region.database, region.supervisor, [(edu, name(UNSURE))], "mend", "", False, "b1")
    assert open_rules(region, EDU) == ["T4-01", "STR-03", "TXT-11", "EXT-01"]
    decide(region.database, region.supervisor, [(edu, name(UNSURE))], "misread", "看错", False, "b2")
    assert open_rules(region, EDU) == ["T4-01", "STR-03", "TXT-11"]


def test_many_reports_are_decided_at_once(region: Region) -> None:
    edu, fin = region.reports[EDU], region.reports[FIN]
    chosen = [(edu, name(HEADING)), (fin, fingerprint("映溪区财政局", 2023, HEADING))]
    assert decide(region.database, region.supervisor, chosen, "not_applicable", "表述允许", False, "b1") == 2
    assert (open_rules(region, EDU), open_rules(region, FIN)) == (["T4-01", "TXT-11"], [])
    assert region.log() == [("supervisor", "decide", "report", None)]


@pytest.mark.parametrize(
    ("who", "decision", "reason", "lasting", "message"),
    [
        ("agency", "mend", "", False, "该操作只能由主管部门办理。"),
        ("supervisor", "explained", " ", False, "“接受说明”须写明理由。"),
        ("supervisor", "not_applicable", "", False, "“规则不适用”须写明理由。"),
        ("supervisor", "misread", "", False, "“误读”须写明理由。"),
        ("supervisor", "misread", "看错", True, "“误读”只对本年度有效，不能沿用到以后年度。"),
        ("supervisor", "mend", "", True, "“要求整改”只对本年度有效，不能沿用到以后年度。"),
        ("supervisor", "praise", "好", False, "没有这种处理决定。"),
    ],
)
def test_what_is_refused(
    region: Region, who: str, decision: str, reason: str, lasting: bool, message: str
) -> None:
    edu = region.reports[EDU]
    with pytest.raises(Refused) as refused:
        decide(
            region.database,
            getattr(region, who),
            [(edu, name(TOTALS))],
            decision,
            reason,
            lasting,
            "b",  # type: ignore[arg-type]
        )
    assert (str(refused.value), counted(region, edu), region.log()) == (message, {}, [])


def test_what_is_elsewhere_or_not_there_is_not_found(region: Region) -> None:
    edu, far = region.reports[EDU], region.reports[FAR]
    theirs = (far, fingerprint("云岚区教育局", 2023, TOTALS))
    for person, chosen in (
        (region.supervisor, [(edu, name(TOTALS)), theirs]),
        (region.far, [(edu, name(TOTALS))]),
        (region.supervisor, [(edu, "0" * 64)]),
        (region.operator, [(99_999, name(TOTALS))]),
    ):
        with pytest.raises(NotThere):
            decide(region.database, person, chosen, "mend", "", False, "b1")
    decide(region.database, region.operator, [theirs], "mend", "", False, "b2")
    with pytest.raises(NotThere):
        undo_batch(region.database, region.supervisor, "b2")
    with pytest.raises(Refused) as refused:
        undo_batch(region.database, region.supervisor, "b1")
    assert str(refused.value) == "没有可以撤销的处理决定，可能已被撤销。"


def test_a_decision_outlives_a_new_version_and_new_rules(region: Region) -> None:
    edu = region.reports[EDU]
    decide(region.database, region.supervisor, [(edu, name(TOTALS))], "explained", "台账已核", False, "b1")
    region.swept(("教育局2023再报", EDUCATION, 2023, evaluation("教育局2023再报", [TOTALS])))
    assert (open_rules(region, EDU), counted(region, edu)) == ([], {"T4-01": ("explained", "台账已核", None)})
    region.swept(
        ("教育局2023再报", EDUCATION, 2023, evaluation("教育局2023再报", [TOTALS, HEADING])),
        rules=LATER_RULES,
    )
    assert (open_rules(region, EDU), counted(region, edu)) == (
        ["STR-03"],
        {"T4-01": ("explained", "台账已核", None)},
    )


def test_a_lasting_decision_holds_for_the_years_after(region: Region) -> None:
    edu = region.reports[EDU]
    decide(region.database, region.supervisor, [(edu, name(TOTALS))], "explained", "机构改革", True, "b1")
    decide(region.database, region.supervisor, [(edu, name(HEADING))], "explained", "仅本年", False, "b2")
    region.swept(
        ("教育局2024", EDUCATION, 2024, evaluation("教育局2024", [TOTALS, HEADING])),
        ("教育局2022", EDUCATION, 2022, evaluation("教育局2022", [TOTALS])),
        ("财政局2024", "映溪区财政局", 2024, evaluation("财政局2024", [TOTALS])),
    )
    later, earlier, other = (region.report_of(*place) for place in (
        (EDUCATION, 2024), (EDUCATION, 2022), ("映溪区财政局", 2024),
    ))  # fmt: skip
    assert [counted(region, report) for report in (later, earlier, other)] == [
        {"T4-01": ("explained", "机构改革", 2023)}, {}, {},
    ]  # fmt: skip
    # the supervisor thinks otherwise this year, and that holds for the next one
    decide(region.database, region.supervisor, [(later, name(TOTALS, 2024))], "mend", "", False, "b3")
    assert counted(region, later) == {"T4-01": ("mend", "", None)}
    region.swept(("教育局2025", EDUCATION, 2025, evaluation("教育局2025", [TOTALS])))
    assert counted(region, region.report_of(EDUCATION, 2025)) == {}
    undo_batch(region.database, region.supervisor, "b3")
    assert counted(region, region.report_of(EDUCATION, 2025)) == {"T4-01": ("explained", "机构改革", 2023)}
