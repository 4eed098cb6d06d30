"""T3-05 to T3-11, T4-02 to T4-06, XT: what is odd of requests and disputes. Fires, is clean, cannot be decided."""

from __future__ import annotations

import pytest

from models.results import Evaluation
from tests.facts_builder import PROSE, Case, change_prose, evaluate_cases, not_passed, only, told
from tests.rules.odd_reports import ALONE, CLEAN, NOT, V2019, before, blank, changed, dispute, named, zeroed

RULES = (
    *("T3-05", "T3-06", "T3-07", "T3-08", "T3-09", "T3-10", "T3-11"),
    *("T4-02", "T4-03", "T4-04", "T4-06", "XT-01", "XT-02"),
)
_SILENT = change_prose(
    change_prose(CLEAN, "other", "本年度未收取信息处理费。", "无其他需要报告的事项。"),
    "overview",
    *(text.format(year=2023).replace("其他处理中有申请人撤回申请的情形。", "") for text in PROSE["overview"]),
)
_UNHEARD = dispute("review", 4.0, 0.0, 0.0, 8.0)
_OVERDUE, _MISC = "t3.results.other.overdue_fee.total", "t3.results.other.misc.total"

CASES = {
    "clean": Case(CLEAN, [], {}),
    "clean on the form of 2019": Case(V2019, [], {}),
    "nothing to compare with": Case(
        ALONE, [], {"T4-04": NOT}
    ),
    # ---------------------------------------------------------------- T3-05
    "T3-05": Case(
        changed({"t3.results.denied.third_party.enterprise": 30.0}),
        [("T3-05", "critical", "agency", "enterprise", 30, 11, 19, ())],
        {"T3-05": "FAIL"},
    ),
    "T3-05 more done than asked": Case(
        blank("t3.carried_out.enterprise", changed({"t3.results.total.enterprise": 20.0})),
        [("T3-05", "critical", "agency", "enterprise", 20, 13, 7, ())],
        {"T3-05": "FAIL", "T3-11": NOT},
    ),
    "T3-05 blank": Case(
        blank("t3.results.total.enterprise"), [], {"T3-05": NOT, "T3-11": NOT}
    ),
    # ---------------------------------------------------------------- T3-06, T3-07
    "T3-06": Case(
        changed({"t3.carried_out.total": 32.0}),
        [("T3-06", "warning", "agency", "", 32, None, None, ())],
        {"T3-06": "FAIL"},
    ),
    "T3-06 few requests": Case(
        changed({"t3.received_new.total": 19.0, "t3.carried_in.total": 45.0, "t3.carried_out.total": 12.0}), [], {}
    ),
    "T3-06 blank": Case(
        blank("t3.carried_out.total"), [], dict.fromkeys(("T3-06", "T3-11"), NOT)
    ),
    "T3-07": Case(
        changed({"t3.carried_in.total": 61.0}),
        [("T3-07", "warning", "agency", "", 60, None, None, ())],
        {"T3-07": "FAIL"},
    ),
    "T3-07 blank": Case(
        blank("t3.carried_in.total"),
        [],
        dict.fromkeys(("T3-05", "T3-07", "T3-11", "XT-02"), NOT),
    ),
    # ---------------------------------------------------------------- T3-08, T3-09
    "T3-08": Case(
        change_prose(CLEAN, "other", "本年度未收取信息处理费。", "无其他需要报告的事项。"),
        [("T3-08", "warning", "agency", "", 5, None, None, ())],
        {"T3-08": "FAIL"},
    ),
    "T3-08 none": Case(changed({_OVERDUE: 0.0, _MISC: 0.0}, _SILENT), [], {}),
    "T3-08 blank": Case(blank(_OVERDUE), [], dict.fromkeys(("T3-05", "T3-08"), NOT)),
    "T3-09": Case(
        changed({_OVERDUE: 0.0}, _SILENT),
        [("T3-09", "info", "agency", "", 6, None, None, ())],
        {"T3-09": "FAIL"},
    ),
    "T3-09 blank": Case(blank(_MISC), [], dict.fromkeys(("T3-05", "T3-09"), NOT)),
    # ---------------------------------------------------------------- T3-10
    "T3-10": Case(
        changed({"t3.results.denied.state_secret.total": 5.0}),
        [("T3-10", "info", "agency", "", 5, None, None, ())],
        {"T3-10": "FAIL"},
    ),
    "T3-10 a township": Case(
        named(changed({"t3.results.denied.security_stability.total": 1.0}), rank="township", organ="government"),
        [("T3-10", "info", "agency", "", 1, None, None, ())],
        {"T3-10": "FAIL"},
    ),
    "T3-10 the police": Case(
        named(changed({"t3.results.denied.state_secret.total": 5.0}), agency="云栖市公安局映溪分局"), [], {}
    ),
    "T3-10 a city": Case(named(changed({"t3.results.denied.state_secret.total": 5.0}), rank="city"), [], {}),
    "T3-10 rank unknown": Case(
        named(changed({"t3.results.denied.state_secret.total": 5.0}), rank="unknown", organ="unknown"),
        [],
        {"T3-10": NOT},
    ),
    # ---------------------------------------------------------------- T3-11
    "T3-11": Case(
        changed({"t3.results.total.natural_person": 40.0}),
        [("T3-11", "info", "agency", "natural_person", 1, None, None, ())],
        {"T3-11": "FAIL"},
    ),
    "T3-11 more than was partly disclosed": Case(
        changed({"t3.results.total.natural_person": 42.0, "t3.received_new.natural_person": 40.0}), [], {}
    ),
    # ---------------------------------------------------------------- T4, XT
    "T4-02": Case(
        named(year=2024),
        [("T4-02", "info", "agency", "", 2, None, None, ())],
        {"T4-02": "FAIL"},
    ),
    "T4-02 none": Case(changed({"t4.suit_direct.total": 0.0}, named(year=2024)), [], {}),
    "T4-02 blank": Case(
        blank("t4.suit_direct.total", named(year=2024)), [], dict.fromkeys(("T4-02", "T4-04", "XT-02"), NOT)
    ),
    "T4-03": Case(
        before({"t4.review.total": 1.0}, changed({"t4.suit_after_review.total": 9.0})),
        [("T4-03", "info", "agency", "", 9, None, None, ())],
        {"T4-03": "FAIL"},
    ),
    "T4-03 last year's": Case(changed({"t4.suit_after_review.total": 9.0}), [], {}),
    "T4-03 without the year before": Case(
        changed({"t4.suit_after_review.total": 9.0}, ALONE),
        [],
        dict.fromkeys(("T4-03", "T4-04"), NOT),
    ),
    "T4-04": Case(
        before({"t4.review.pending": 8.0, "t4.suit_direct.pending": 3.0}),
        [("T4-04", "info", "agency", "t4", 7, 8, -1, ())],
        {"T4-04": "FAIL"},
    ),
    "T4-04 blank": Case(
        blank("t4.suit_direct.total"), [], dict.fromkeys(("T4-04", "XT-02"), NOT)
    ),
    "T4-06": Case(
        changed(_UNHEARD),
        [("T4-06", "info", "agency", "", 8, None, None, ())],
        {"T4-06": "FAIL"},
    ),
    "T4-06 few": Case(changed(dispute("review", 1.0, 0.0, 0.0, 8.0)), [], {}),
    "T4-06 blank": Case(blank("t4.review.pending", changed(_UNHEARD)), [], {"T4-06": NOT}),
    "XT-01": Case(
        changed(dispute("review", 1.0, 0.0, 2.0, 0.0), zeroed("t3", zeroed("t4"))),
        [("XT-01", "warning", "agency", "", 3, 0, 3, ("XT-02",))],
        {"XT-01": "FAIL", "XT-02": "FAIL"},
    ),
    "XT-01 requests last year": Case(
        before(
            {"t3.received_new.total": 4.0}, changed(dispute("review", 1.0, 0.0, 0.0, 0.0), zeroed("t3", zeroed("t4")))
        ),
        [("XT-02", "info", "agency", "", 1, None, None, ())],
        {"XT-02": "FAIL"},
    ),
    "XT-01 no disputes": Case(zeroed("t3", zeroed("t4")), [], {}),
    "XT-01 without the year before": Case(
        changed(dispute("review", 1.0, 0.0, 0.0, 0.0), zeroed("t3", zeroed("t4", ALONE))),
        [],
        dict.fromkeys(("T4-04", "XT-01", "XT-02"), NOT),
    ),
    "XT-02": Case(
        changed({"t4.review.total": 140.0}),
        [("XT-02", "info", "agency", "", 146, None, None, ())],
        {"XT-02": "FAIL"},
    ),
    "XT-02 what was open last year": Case(
        before({"t4.review.pending": 30.0}, changed({"t4.review.total": 140.0})), [], {}
    ),
    "XT-02 without the year before": Case(
        changed({"t4.review.total": 140.0}, ALONE),
        [],
        dict.fromkeys(("T4-04", "XT-02"), NOT),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES, only(*RULES))


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == CASES[name].findings
    assert not_passed(evaluations[name]) == CASES[name].verdicts


def test_every_rule_fires_alone_and_is_undecided_somewhere() -> None:
    fires = {case.findings[0][0] for case in CASES.values() if len(case.findings) == 1}
    undecided = {r for case in CASES.values() for r, v in case.verdicts.items() if v == NOT}
    assert fires == set(RULES)
    assert undecided == set(RULES)


def _message(evaluations: dict[str, Evaluation], name: str) -> str:
    return evaluations[name].findings[0].message


def _reason(evaluations: dict[str, Evaluation], name: str, rule: str) -> str:
    return {n.rule: n.reason for n in evaluations[name].not_assessed}[rule]


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    assert _message(evaluations, "T3-05") == (
        "表三“法人或其他组织-商业企业”列：“（三）不予公开/4.保护第三方合法权益”30件，大于第三项（七）总计11件。"
    )
    assert _message(evaluations, "T3-05 more done than asked") == (
        "表三“法人或其他组织-商业企业”列：第三项（七）总计20件，大于第一项与第二项之和13件。"
    )
    assert _message(evaluations, "T3-06") == (
        "本年新收63件，结转下年度32件，相当于新收的51%，比例过高，请核实是否超期。"
    )
    assert _message(evaluations, "T4-04") == (
        "表四“行政复议”上一年度尚未审结8件，本年总计仅7件；“行政诉讼-未经复议直接起诉”上一年度尚未审结3件，本年总计仅2件，"
        "请核实上年未结案件是否计入本年。"
    )
    assert _message(evaluations, "XT-01") == (
        "本年和上一年度均没有收到和结转的申请，表四却填报“行政复议”3件，请核实并说明。"
    )


def test_reasons(evaluations: dict[str, Evaluation]) -> None:
    previous = "未找到该机关上一年度报告，或者有关单元格没有可用的数值，无法与上一年度核对。"
    assert (
        _reason(evaluations, "T3-06 blank", "T3-06")
        == "表三“四、结转下年度继续办理”行“总计”列空缺，无法核算。"
    )
    assert _reason(evaluations, "T4-03 without the year before", "T4-03") == previous
    assert _reason(evaluations, "XT-01 without the year before", "XT-01") == previous
