"""S5: a report on which each rule fires, a clean one, one where it cannot be decided."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from models.facts import Facts
from models.results import Evaluation
from tests.facts_builder import (
    Case,
    change,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_explanations,
    with_previous,
)

_CLEAN = with_explanations(with_previous(clean_report()))
_FIVE = "五、存在的主要问题及改进情况"


def _problems(*paragraphs: str, characters: int = 100, facts: Facts = _CLEAN) -> Facts:
    changed = change_prose(facts, "problems", *paragraphs)
    return change(changed, "sections", pl.col("key") == "problems", characters=characters)


def _without(key: str, facts: Facts = _CLEAN) -> Facts:
    gone: dict[str, Any] = {"heading": None, "numeral": None, "match": None, "order": None, "text": None}
    return change(facts, "sections", pl.col("key") == key, **gone, characters=None, occurrences=0)


_MEASURES = "2024年，我局将修订公开事项清单，统一答复文书样式，并由法制人员参与审核。"
_PROBLEMS = "存在的主要问题：一是林业补贴政策解读形式单一；二是古树名木栏目更新不及时。"
_UNNUMBERED = ("S5-05",)
_NONE_LISTED = ("S5-03", "S5-05", "S5-06")
_NOT = "NOT_ASSESSABLE"


def _undecided(*rules: str) -> dict[str, str]:
    return dict.fromkeys(rules, _NOT)


CASES = {
    "clean": Case(_CLEAN, [], {}),
    "free order and wording": Case(
        _problems(
            "去年指出的栏目更新不及时问题，已建立周提醒制度。",
            "今年新发现：林权咨询公开过少，答复说理不充分。",
        ),
        [],
        _undecided(*_UNNUMBERED),
    ),
    "S5-01 measures only": Case(
        _problems(_MEASURES),
        [("S5-01", "critical", "agency", "problems", "measures", None, None, ())],
        {"S5-01": "FAIL"} | _undecided(*_NONE_LISTED),
    ),
    "S5-01 measures that answer problems nobody told": Case(
        _problems("针对存在的问题和不足，" + _MEASURES),
        [("S5-01", "critical", "agency", "problems", "measures", None, None, ())],
        {"S5-01": "FAIL"} | _undecided(*_NONE_LISTED),
    ),
    "S5-01 problems only": Case(
        _problems(_PROBLEMS),
        [("S5-01", "critical", "agency", "problems", "problems", None, None, ())],
        {"S5-01": "FAIL"} | _undecided(*_UNNUMBERED),
    ),
    "S5-01 perhaps told in other words": Case(
        _problems("林权档案多年来无人整理，群众跑了几趟都没查到。" + _MEASURES),
        [],
        {"S5-01": _NOT} | _undecided(*_NONE_LISTED),
    ),
    "S5-01 perhaps cut off": Case(
        change(
            _without("other", change_prose(_problems(_PROBLEMS), "signature")),
            "reports",
            pl.lit(True),
            fee_statement=None,
        ),
        [("STR-01", "critical", "agency", "other", None, "六、其他需要报告的事项", None, ("S6-01",))],
        {"S5-01": _NOT} | _undecided(*_UNNUMBERED),
    ),
    "S5-02 says nothing": Case(
        _problems("无。", characters=1),
        [("S5-02", "critical", "agency", "problems", 1, 50, None, ("S5-01", "STR-10"))],
        {"S5-01": "FAIL", "S5-02": "FAIL"} | _undecided(*_NONE_LISTED),
    ),
    "S5-02 says in many words that there is nothing": Case(
        _problems("2023年度，我局不存在政府信息公开工作方面的问题。", characters=23),
        [("S5-02", "critical", "agency", "problems", 23, 50, None, ("S5-01",))],
        {"S5-01": "FAIL", "S5-02": "FAIL"} | _undecided(*_NONE_LISTED),
    ),
    "S5-02 too short": Case(
        _problems("政策解读形式单一。", characters=8),
        [
            ("STR-10", "critical", "agency", "problems", 8, None, None, ("S5-01", "S5-02")),
        ],
        {"S5-01": "FAIL", "S5-02": "FAIL"} | _undecided(*_UNNUMBERED),
    ),
    "S5-02 short and whole": Case(
        _problems("政策解读形式单一，下一步增加图解。", characters=15),
        [("S5-02", "info", "agency", "problems", 15, 50, None, ())],
        {"S5-02": "FAIL"} | _undecided(*_UNNUMBERED),
    ),
    "S5-03": Case(
        _problems(
            "存在的问题：一是公开意识有待加强；二是公开内容不够丰富。",
            "下一步：一是加强学习；二是充实公开内容。",
        ),
        [("S5-03", "info", "agency", "problems", 1.0, None, None, ())],
        {"S5-03": "FAIL"},
    ),
    "S5-03 general, but for a number": Case(
        _problems("存在的问题：公开意识有待加强。下一步，组织3次培训。"), [], _undecided(*_UNNUMBERED)
    ),
    "S5-05 three problems, two measures": Case(
        _problems(
            "存在问题：1.补贴政策解读形式单一；2.古树名木栏目更新不及时；3.林权申请答复说理不充分。",
            "改进情况：1.增加图解；2.每周核对栏目。",
        ),
        [("S5-05", "info", "agency", "problems", 2, 3, -1, ())],
        {"S5-05": "FAIL"},
    ),
    "S5-05 three problems, one sentence": Case(
        _problems(
            "存在问题：一是补贴政策解读形式单一；二是古树名木栏目更新不及时；三是林权申请答复说理不充分。",
            "下一步将加强业务培训。",
        ),
        [("S5-05", "info", "agency", "problems", 1, 3, -2, ())],
        {"S5-05": "FAIL"},
    ),
    "S5-06": Case(
        _problems(
            "存在的问题：一是各科室报送信息的积极性不高；二是宣传稿件采用率偏低；三是信访答复件办理不及时。",
            "改进措施：一是按月通报报送情况；二是组织写作培训；三是专人督办。",
        ),
        [("S5-06", "info", "agency", "problems", 0.6667, None, None, ())],
        {"S5-06": "FAIL"},
    ),
    "heading not found": Case(
        _without("problems"),
        [("STR-01", "critical", "agency", "problems", None, _FIVE, None, ())],
        _undecided("S5-01", "S5-02", "S5-03", "S5-05", "S5-06"),
    ),
    "perhaps in a picture": Case(
        change(
            _problems(_PROBLEMS), "reports", pl.lit(True), notes=["网页中有图片或内嵌页面（共1个）未读取。"]
        ),
        [("S5-01", "critical", "operator", "problems", "problems", None, None, ())],
        {"S5-01": "FAIL"} | _undecided(*_UNNUMBERED),
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert told(evaluations[name]) == CASES[name].findings
    mine = {
        rule: v
        for rule, v in not_passed(evaluations[name]).items()
        if rule.startswith("S5-") and rule != "S5-04"
    }
    assert mine == CASES[name].verdicts


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return evaluations[name].findings[0].message

    part = f"“{_FIVE}”部分"
    assert message("S5-01 measures only") == f"{part}未说明存在的主要问题。"
    assert message("S5-01 problems only") == f"{part}未说明改进情况。"
    assert message("S5-02 says nothing") == f"{part}仅写“无”，未按规定报告存在的主要问题及改进情况。"
    assert evaluations["S5-02 says nothing"].findings[0].entailed == (
        f"{part}没有实质内容。",
        f"{part}既未说明存在的主要问题，也未说明改进情况。",
    )
    assert message("S5-02 short and whole") == f"{part}只有15字，少于50字，内容过于简略。"
    assert message("S5-03") == (
        f"{part}所列问题笼统（“公开意识有待加强”“公开内容不够丰富”），没有涉及具体领域、文件、栏目、时间或者数字。"
    )
    assert (
        message("S5-05 three problems, two measures") == f"{part}列出3个问题，改进措施只有2条，未逐条对应。"
    )
    assert message("S5-06") == (
        f"{part}所列问题（“各科室报送信息的积极性不高”“宣传稿件采用率偏低”“信访答复件办理不及时”）"
        "多为信息报送、宣传、信访等工作，不是政府信息公开工作的问题。"
    )
    reasons = {n.rule: n.reason for n in evaluations["S5-01 perhaps told in other words"].not_assessed}
    assert {rule: reasons[rule] for rule in ("S5-01", "S5-05")} == {
        "S5-01": "未找到“五、存在的主要问题及改进情况”部分，或者用语特殊、文字不完整，是否写明了问题和改进情况须由人核实。",
        "S5-05": "第五部分的问题和措施没有分条编号，条数不能确定。",
    }
