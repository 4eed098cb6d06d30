"""DUP, S5-04: what is said of reports whose words are alike."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from expectations.profile import default
from models.facts import TWINS, Facts
from models.results import Evaluation, Passage
from tasks.compare import compare_all
from tasks.validate import evaluate
from tests.facts_builder import (
    Case,
    batch,
    change,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_previous,
)

_CLEAN = with_previous(clean_report())
_KEY = {
    "DUP-01": ("previous", "prose"),
    "S5-04": ("previous", "problems"),
    "DUP-02": ("peer", "prose"),
    "DUP-03": ("parent", "overview"),
}
_PASSAGE = {"own": "本单位的话。", "other": "别家的话。", "section": "overview"}


def _twins(rule: str, *rows: dict[str, Any], facts: Facts = _CLEAN) -> Facts:
    """Put rows in the place of the one that the rule looks at."""
    relation, part = _KEY[rule]
    other = {
        "other_submission": "o",
        "other_agency": "映溪区水务局" if relation == "peer" else "映溪区人民政府",
        "other_year": 2022 if relation == "previous" else 2023,
        "other_file": "水务局.docx",
        "other_read_by": "text",
        "shared_characters": 300,
        "partners": len(rows),
        "moulded": False,
        "perhaps_same": False,
        "passages": [_PASSAGE],
    }
    key = {"submission": "a", "relation": relation, "part": part}
    added = pl.DataFrame(
        [dict.fromkeys(TWINS) | key | other | row for row in rows], schema=dict(TWINS), orient="row"
    )
    kept = facts.twins.filter((pl.col("relation") != relation) | (pl.col("part") != part))
    return Facts(
        **{name: getattr(facts, name) for name in Facts.names()} | {"twins": pl.concat([kept, added])}
    )


_ZERO = change(_CLEAN, "reports", pl.lit(True), zero_report=True)
_OCR = change(_CLEAN, "reports", pl.lit(True), read_by="ocr")
_PROVINCE = change(_CLEAN, "reports", pl.lit(True), rank="province")
_NOT_TOLD = {"similarity": None, "shared_characters": None, "reason": "说明。"}


def _told(
    rule: str, severity: str, observed: float, addressee: str = "agency", **more: Any
) -> tuple[Any, ...]:
    subject = more.get("subject") or {"DUP-02": "peer", "DUP-03": "overview", "S5-04": "problems"}.get(
        rule, "prose"
    )
    return (rule, severity, addressee, subject, observed, None, None, more.get("consequences", ()))


CASES = {
    "DUP-01 copied": Case(
        _twins("DUP-01", {"similarity": 0.9}), [_told("DUP-01", "critical", 0.9)], {"DUP-01": "FAIL"}
    ),
    "DUP-01 alike": Case(
        _twins("DUP-01", {"similarity": 0.8999}), [_told("DUP-01", "warning", 0.8999)], {"DUP-01": "FAIL"}
    ),
    "DUP-01 from here on": Case(
        _twins("DUP-01", {"similarity": 0.75}), [_told("DUP-01", "warning", 0.75)], {"DUP-01": "FAIL"}
    ),
    "DUP-01 not quite": Case(_twins("DUP-01", {"similarity": 0.7499}), [], {}),
    "DUP-01 of a body without applications": Case(
        _twins("DUP-01", {"similarity": 1.0}, facts=_ZERO),
        [_told("DUP-01", "warning", 1.0)],
        {"DUP-01": "FAIL"},
    ),
    "DUP-01 in the words of a mould": Case(
        _twins("DUP-01", {"similarity": 1.0, "moulded": True}),
        [_told("DUP-01", "warning", 1.0)],
        {"DUP-01": "FAIL"},
    ),
    "DUP-01 beside a picture": Case(
        _twins("DUP-01", {"similarity": 1.0, "other_read_by": "ocr"}),
        [_told("DUP-01", "critical", 1.0, "operator")],
        {"DUP-01": "FAIL"},
    ),
    "DUP-01 not told": Case(_twins("DUP-01", _NOT_TOLD), [], {"DUP-01": "NOT_ASSESSABLE"}),
    "DUP-01 with S5-04": Case(
        _twins("S5-04", {"similarity": 1.0}, facts=_twins("DUP-01", {"similarity": 0.97})),
        [_told("DUP-01", "critical", 0.97, consequences=("S5-04",))],
        {"DUP-01": "FAIL", "S5-04": "FAIL"},
    ),
    "S5-04": Case(
        _twins("S5-04", {"similarity": 0.85, "new_numbers": False}),
        [_told("S5-04", "warning", 0.85)],
        {"S5-04": "FAIL"},
    ),
    "S5-04 not quite": Case(_twins("S5-04", {"similarity": 0.8499}), [], {}),
    "S5-04 with new numbers": Case(
        _twins("S5-04", {"similarity": 1.0, "new_numbers": True}),
        [_told("S5-04", "info", 1.0)],
        {"S5-04": "FAIL"},
    ),
    "S5-04 not told": Case(_twins("S5-04", _NOT_TOLD), [], {"S5-04": "NOT_ASSESSABLE"}),
    "DUP-02 one": Case(
        _twins("DUP-02", {"similarity": 0.9}), [_told("DUP-02", "critical", 0.9)], {"DUP-02": "FAIL"}
    ),
    "DUP-02 from here on": Case(
        _twins("DUP-02", {"similarity": 0.8}), [_told("DUP-02", "warning", 0.8)], {"DUP-02": "FAIL"}
    ),
    "DUP-02 of a body without applications": Case(
        _twins("DUP-02", {"similarity": 0.96}, facts=_ZERO),
        [_told("DUP-02", "warning", 0.96)],
        {"DUP-02": "FAIL"},
    ),
    "DUP-02 several": Case(
        _twins(
            "DUP-02",
            {"similarity": 0.951, "partners": 7},
            {"similarity": 0.8299, "partners": 7, "other_submission": "p", "other_agency": "映溪区民政局"},
        ),
        [_told("DUP-02", "critical", 0.951)],
        {"DUP-02": "FAIL"},
    ),
    "DUP-02 perhaps the same": Case(
        _twins(
            "DUP-02",
            {"similarity": 0.99, "perhaps_same": True, "partners": 2},
            {"similarity": 0.85, "partners": 2, "other_submission": "p", "other_agency": "映溪区民政局"},
        ),
        [
            _told("DUP-02", "critical", 0.99, "operator", subject="peer_unsure"),
            _told("DUP-02", "warning", 0.85),
        ],
        {"DUP-02": "FAIL"},
    ),
    "DUP-02 in a picture": Case(
        _twins("DUP-02", {"similarity": 0.99}, facts=_OCR),
        [_told("DUP-02", "critical", 0.99, "operator", subject="peer_unsure")],
        {"DUP-02": "FAIL"},
    ),
    "DUP-02 none": Case(_twins("DUP-02", {"similarity": 0.0, "other_submission": None}), [], {}),
    "DUP-02 not told": Case(_twins("DUP-02", _NOT_TOLD), [], {"DUP-02": "NOT_ASSESSABLE"}),
    "DUP-03": Case(
        _twins("DUP-03", {"similarity": 0.25, "shared_characters": 100}),
        [_told("DUP-03", "warning", 100)],
        {"DUP-03": "FAIL"},
    ),
    "DUP-03 not quite": Case(_twins("DUP-03", {"similarity": 0.25, "shared_characters": 99}), [], {}),
    "DUP-03 not told": Case(_twins("DUP-03", _NOT_TOLD), [], {"DUP-03": "NOT_ASSESSABLE"}),
    "no comparison was made": Case(
        Facts(**{name: getattr(_CLEAN, name) for name in Facts.names()} | {"twins": _CLEAN.twins.clear()}),
        [],
        dict.fromkeys(_KEY, "NOT_ASSESSABLE"),
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    if "picture" in name and name.startswith("DUP-02"):  # other rules speak of the pictures as well
        assert [f for f in told(evaluations[name]) if f[0] == "DUP-02"] == CASES[name].findings
        return
    assert told(evaluations[name]) == CASES[name].findings
    assert not_passed(evaluations[name]) == CASES[name].verdicts


def _messages(evaluation: Evaluation) -> list[str]:
    return [finding.message for finding in evaluation.findings]


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    assert _messages(evaluations["DUP-01 alike"]) == [
        "第一、第五部分的文字与你单位2022年度报告相似度为89.9%（已隐去名称、年份和数字，不计各单位通用的表述），"
        "对应一致的文字共300字，内容雷同。"
    ]
    assert _messages(evaluations["DUP-01 in the words of a mould"]) == [
        "第一、第五部分的文字与你单位2022年度报告相似度为100%（已隐去名称、年份和数字；文字几乎全是多个单位通用的表述），"
        "对应一致的文字共300字，内容雷同。"
    ]
    assert _messages(evaluations["S5-04 with new numbers"]) == [
        "“五、存在的主要问题及改进情况”与你单位2022年度报告相似度为100%（已隐去名称、年份和数字），但所列数字有更新，"
        "请核实是否逐年照搬。"
    ]
    assert _messages(evaluations["DUP-02 several"]) == [
        "第一、第五部分的文字与“映溪区水务局”2023年度报告雷同，相似度为95.1%（已隐去名称、年份和数字，"
        "不计各单位通用的表述），对应一致的文字共300字；同时与“映溪区民政局”2023年度报告（82.9%）雷同；"
        "文字雷同的其他单位至少有7家。请核实各单位报告的来源。"
    ]
    assert _messages(evaluations["DUP-02 perhaps the same"])[0] == (
        "第一、第五部分的文字与“映溪区水务局”2023年度报告雷同，相似度为99%（已隐去名称、年份和数字，"
        "不计各单位通用的表述），对应一致的文字共300字；文字雷同的其他单位至少有2家。"
        "名称相近，可能是同一机关的简称或者新旧名称，请核实各单位报告的来源。"
    )
    assert _messages(evaluations["DUP-03"]) == [
        "第一部分有100字的段落与上级机关“映溪区人民政府”2023年度报告基本一致，占可供比对文字的25%，"
        "请核实是否照抄上级机关年度报告。"
    ]


def test_passages_name_where_the_other_words_stand(evaluations: dict[str, Evaluation]) -> None:
    several = evaluations["DUP-02 several"].findings[0].passages
    assert several == (
        Passage("本单位的话。", "别家的话。", "overview", "“映溪区水务局”2023年度报告（水务局.docx）"),
        Passage("本单位的话。", "别家的话。", "overview", "“映溪区民政局”2023年度报告（水务局.docx）"),
    )


def test_why_nothing_could_be_told(evaluations: dict[str, Evaluation]) -> None:
    def reasons(name: str) -> dict[str, str]:
        return {n.rule: n.reason for n in evaluations[name].not_assessed}

    assert reasons("DUP-01 not told") == {"DUP-01": "说明。"}
    assert reasons("no comparison was made") == dict.fromkeys(_KEY, "没有可供比对的其他报告。")


def test_a_ministry_or_province_has_no_agency_above() -> None:
    facts = _twins("DUP-03", {"similarity": 0.9, "shared_characters": 900}, facts=_PROVINCE)
    assert "DUP-03" not in evaluate(facts)["a"].verdicts


_GENERIC = (
    "各级政府部门高度重视信息公开工作，不断健全完善工作机制，持续提升公开质量和水平，努力满足人民群众日益增长的信息需求。",
    "坚持把公开透明作为基本要求，加强组织领导，压实工作责任，优化服务流程，创新公开方式，拓宽公开渠道，推动公开工作走深走实。",
    "进一步加强平台建设和监督保障，强化业务培训，严格考核评价，推动依申请公开和政府信息管理工作再上新台阶，取得良好成效。",
)


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ("", "FAIL"),
        ("全年公开信息12条。", "PASS"),
        ("全年未收到公开申请。", "PASS"),
        ("在“林业之窗”公开。", "PASS"),
        ("落实《造林技术规程》。", "PASS"),
        ("映溪区的工作扎实。", "PASS"),
        ("认真贯彻《中华人民共和国政府信息公开条例》。", "FAIL"),
    ],
)
def test_dup_04_asks_for_one_fact_of_its_own(more: str, verdict: str) -> None:
    evaluation = evaluate(change_prose(_CLEAN, "overview", *_GENERIC, more))["a"]
    assert str(evaluation.verdicts["DUP-04"]) == verdict
    assert [
        (str(f.severity), str(f.addressee), f.message) for f in evaluation.findings if f.rule == "DUP-04"
    ] == (
        [
            (
                "info",
                "agency",
                "第一部分没有出现本机关特有的内容（地名、机构、栏目、文件、项目或者数据），换作其他单位同样成立，"
                "请核实是否为通用文本。",
            )
        ]
        if verdict == "FAIL"
        else []
    )


def test_dup_04_where_there_is_little_to_go_by() -> None:
    short = evaluate(change_prose(_CLEAN, "overview", _GENERIC[0]))["a"]
    assert {n.rule: n.reason for n in short.not_assessed}["DUP-04"] == (
        "未找到“一、总体情况”部分，或者文字过少、各部分界限不清。"
    )
    assert "DUP-04" not in evaluate(_PROVINCE)["a"].verdicts
    assert "DUP-04" not in evaluate(clean_report(template_id="v2019"))["a"].verdicts


def test_thresholds_are_the_profile_s() -> None:
    strict = default().model_copy(
        update={
            "thresholds": default().thresholds.model_copy(
                update={"like_previous": 0.5, "copied_previous": 0.6}
            )
        }
    )
    facts = _twins("DUP-01", {"similarity": 0.55})
    assert not_passed(evaluate(facts)["a"]) == {}
    assert told(evaluate(facts, profile=strict)["a"]) == [_told("DUP-01", "warning", 0.55)]
    facts = _twins("DUP-01", {"similarity": 0.65})
    assert told(evaluate(facts, profile=strict)["a"]) == [_told("DUP-01", "critical", 0.65)]


def test_from_prose_to_findings() -> None:
    """Two agencies and two years of one, all with the same words: both are told of the other, one of its year."""
    reports = batch(
        clean_report("a"),
        clean_report("b", agency="云栖市映溪区水务局"),
        clean_report("c", year=2022),
    )
    evaluations = evaluate(compare_all(reports))
    found = {
        name: [(f.rule, str(f.severity), f.observed) for f in e.findings if f.rule in _KEY]
        for name, e in evaluations.items()
    }
    assert found["a"][0] == ("DUP-01", "critical", 1.0)
    assert [rule for rule, *_ in found["a"]] == ["DUP-01", "DUP-02"]
    assert [rule for rule, *_ in found["b"]] == ["DUP-02"]
    assert found["c"] == []
    (finding,) = [f for f in evaluations["a"].findings if f.rule == "DUP-01"]
    assert finding.consequences == ("S5-04",)
    assert all(passage.own.replace("2023", "2022") == passage.other for passage in finding.passages)
    assert evaluations["a"].score.gates[0] == "与其他报告几乎完全相同（雷同度95%及以上），最高59分"
