"""PII: personal data found, told only masked, and what looks like it and is none."""

from __future__ import annotations

from typing import Any

import pytest
from stdnum import luhn
from stdnum.cn import ric

from models.facts import Facts
from models.results import Evaluation
from tests.facts_builder import (
    PROSE,
    Case,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_previous,
)

RULES = ("PII-01", "PII-02", "PII-03", "PII-04")
_CLEAN = with_previous(clean_report())

# made-up numbers with check digits that hold; the district 990199 does not exist in any table
_BODY = "11010519491231002"
_PERSON = _BODY + ric.calc_check_digit(_BODY + "0")
_NEW_DISTRICT = "33011320010101001"
_IN_NEW_DISTRICT = _NEW_DISTRICT + ric.calc_check_digit(_NEW_DISTRICT + "0")
_WRONG = _BODY + ("1" if _PERSON[-1] != "1" else "2")
_CARD = "622202123456789012" + luhn.calc_check_digit("622202123456789012")
_OTHER_CARD = "622202123456789013" + luhn.calc_check_digit("622202123456789013")


def _said(text: str) -> Facts:
    return change_prose(_CLEAN, "overview", *(entry.format(year=2023) for entry in PROSE["overview"]), text)


def _one(text: str, rule: str, severity: str, shown: str, to: str = "agency") -> Case:
    finding: tuple[Any, ...] = (rule, severity, to, shown, shown, None, None, ())
    return Case(_said(text), [finding], {rule: "FAIL"})


CASES = {
    "clean": Case(_CLEAN, [], {}),
    "PII-01": _one("联系人手机13812345678。", "PII-01", "warning", "138****5678"),
    "PII-01 with spaces": _one("联系电话：139 0000 1111。", "PII-01", "warning", "139****1111"),
    "PII-01 with the country's number, and another number after it": _one(
        "联系电话：+86 13900001111 12。", "PII-01", "warning", "139****1111"
    ),
    "PII-01 full-width": _one("联系电话：１３９００００１１１１。", "PII-01", "warning", "139****1111"),
    "PII-01 beside a private person": _one(
        "申请人来电，手机号13812345678。", "PII-01", "critical", "138****5678"
    ),
    "numbers that are no mobile of a person": Case(
        _said(
            "咨询电话0517-87290606，值班手机13900001111，138****1234，项目代码2306-320000-04-01-123456，"
            "访问量13912345999次，统一编号913912345999901。"
        ),
        [],
        {},
    ),
    "PII-02": _one(f"身份证号{_PERSON}。", "PII-02", "critical", f"11*************{_PERSON[-3:]}"),
    "PII-02 of a district newer than the table": _one(
        f"证件{_IN_NEW_DISTRICT}。", "PII-02", "critical", f"33*************{_IN_NEW_DISTRICT[-3:]}"
    ),
    "numbers that are no identity": Case(_said(f"编号{_WRONG}，身份证35*************123。"), [], {}),
    "PII-03 card": _one(f"退费至银行卡号{_CARD}。", "PII-03", "critical", f"6222***********{_CARD[-4:]}"),
    "PII-03 digits alone": _one(
        f"流水{_OTHER_CARD}。", "PII-03", "warning", f"6222***********{_OTHER_CARD[-4:]}", to="operator"
    ),
    "PII-03 home": _one(
        "村民家住云栖市映溪区青砚镇柳溪村三组12号。", "PII-03", "warning", "云栖市映溪区青砚镇****"
    ),
    "accounts and addresses of offices": Case(
        _said(f"收款单位：云栖市财政局，账号{_CARD}。办公地址：云栖市映溪区云溪路12号。"), [], {}
    ),
    "PII-04": _one("申请人李建国申请公开征地批复。", "PII-04", "warning", "李**"),
    "PII-04 without the word for it": _one(
        "周晓燕申请公开其宅基地批准文件。", "PII-04", "warning", "周**", to="operator"
    ),
    "PII-03 in brackets": _one(
        "申请人吴某（住映溪区桂花路14号3单元502室）的申请已答复。", "PII-03", "warning", "映溪区****"
    ),
    "PII-04 perhaps": _one("收到刘洋提出的政府信息公开申请。", "PII-04", "warning", "刘*", to="operator"),
    "applicants without a name": Case(
        _said(
            "严格依申请公开案件办理程序，方便申请公开，高效办理申请公开事项，如需申请公开，任何人申请公开，许多人申请公开，"
            "申请人张某某申请公开征地批复，申请人申请公开、申请人向我局提出、当事人陈述申辩、申请人应当补正；"
            "人民法院公布的典型案例中，原告王大明诉某局一案已审结。"
        ),
        [],
        {},
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert [row for row in told(evaluations[name]) if row[0] in RULES] == CASES[name].findings
    verdicts = {rule: v for rule, v in not_passed(evaluations[name]).items() if rule in RULES}
    assert verdicts == CASES[name].verdicts


def test_nothing_is_told_in_full(evaluations: dict[str, Evaluation]) -> None:
    full = (_PERSON, _IN_NEW_DISTRICT, _CARD, _OTHER_CARD, "13812345678", "李建国", "刘洋", "柳溪村三组12号")
    told_of = [
        str(part)
        for evaluation in evaluations.values()
        for finding in evaluation.findings
        if finding.rule in RULES
        for part in (finding.message, finding.subject, finding.observed, finding.passages, finding.hint)
    ]
    kept = [str(row) for case in CASES.values() for row in case.facts.mentions.iter_rows()]
    assert [text for text in (*told_of, *kept) if any(private in text for private in full)] == []


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    assert [f.message for f in evaluations["PII-01"].findings if f.rule in RULES] == [
        "第一部分公开了手机号码138****5678（此处已脱敏）：“联系人手机138****5678。”。"
    ]
    assert [f.message for f in evaluations["PII-03 home"].findings if f.rule in RULES] == [
        "第一部分公开了个人住址云栖市映溪区青砚镇****（此处已脱敏）：“村民家住云栖市映溪区青砚镇****。”。"
    ]
