"""STALE: a report on which each rule fires alone, a clean one, one where it cannot be decided."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from models.facts import Facts
from models.results import Evaluation
from tests.facts_builder import (
    PROSE,
    Case,
    change,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    read_prose,
    told,
    with_previous,
)

RULES = ("STALE-01", "STALE-02", "STALE-03", "STALE-04")
_CLEAN = with_previous(clean_report())


def _prose(section: str, *texts: str) -> Facts:
    """Replace the first paragraphs of a section of the clean report, that of 2023."""
    kept = tuple(text.format(year=2023) for text in PROSE[section][len(texts) :])
    return change_prose(_CLEAN, section, *texts, *kept)


def _year_unknown(facts: Facts) -> Facts:
    nothing: dict[str, Any] = {
        "year": None,
        "title_year": None,
        "template_required": None,
        "year_source": None,
    }
    return read_prose(change(facts, "reports", pl.lit(True), **nothing))


_OLD = _prose(
    "overview",
    "2022年，映溪区林草局认真贯彻《中华人民共和国政府信息公开条例》。",
    "（一）主动公开",
    "2022年，通过区政府网站主动公开林地审批、造林绿化、森林防火等政府信息126条。",
)

CASES = {
    "clean": Case(_CLEAN, [], {}),
    "STALE-01 throughout": Case(
        _OLD, [("STALE-01", "critical", "agency", "", 2, 0, None, ())], {"STALE-01": "FAIL"}
    ),
    "STALE-01 the first sentence only": Case(
        _prose("overview", "2022年，映溪区林草局认真贯彻《中华人民共和国政府信息公开条例》。"),
        [("STALE-01", "warning", "agency", "", 1, 0, None, ())],
        {"STALE-01": "FAIL"},
    ),
    "STALE-01 once, not at the beginning": Case(
        _prose("overview", "映溪区林草局认真贯彻条例。2021年，我局调整了领导小组。"),
        [("STALE-01", "warning", "operator", "", 1, 0, None, ())],
        {"STALE-01": "FAIL"},
    ),
    "the year before beside this year": Case(
        _prose("overview", "2022年收到政府信息公开申请50件，本年为51件。"), [], {}
    ),
    "STALE-01 more old than own": Case(
        _prose(
            "overview",
            "2023年，映溪区林草局认真贯彻条例。2022年，公开造林信息126条。2022年度我局办结申请60件。",
        ),
        [("STALE-01", "critical", "agency", "", 2, 1, None, ())],
        {"STALE-01": "FAIL"},
    ),
    "STALE-01 only plans for the report year": Case(
        change_prose(_OLD, "problems", "存在问题：解读形式单一。", "2023年，我局将继续加强解读。"),
        [("STALE-01", "critical", "agency", "", 2, 0, None, ())],
        {"STALE-01": "FAIL"},
    ),
    "STALE-01 events with a month, and the report year never": Case(
        _prose("overview", "映溪区林草局认真贯彻条例。2022年3月，组织培训。2022年11月，开展自查。"),
        [("STALE-01", "critical", "agency", "", 2, 0, None, ())],
        {"STALE-01": "FAIL"},
    ),
    "years that are none of the report's time": Case(
        _prose(
            "overview",
            "2023年，映溪区林草局认真贯彻《中华人民共和国政府信息公开条例》，落实《2022年政务公开工作要点》，公开2022年部门决算；"
            "主动公开数量与2022年相比增长一成；自2019年新条例施行以来，制度不断完善；推进“十四五”规划和2035年远景目标。",
        ),
        [],
        {},
    ),
    "no year said at all": Case(
        _prose("overview", "一年来，映溪区林草局认真贯彻《中华人民共和国政府信息公开条例》。"), [], {}
    ),
    "problems of the year before reviewed": Case(
        change_prose(
            _CLEAN,
            "problems",
            "针对2022年度存在的解读形式单一的问题，新增图解类解读6件。存在问题：乡镇林业站信息报送不够及时。",
            "2024年，我局将建立按月通报制度。",
        ),
        [],
        {},
    ),
    "STALE-02": Case(
        _prose("overview", "2023年，映溪区林草局认真贯彻条例。2025年，公开造林信息126条。2025年，培训2次。"),
        [("STALE-02", "warning", "agency", "2025", 2025, 2023, None, ())],
        {"STALE-02": "FAIL"},
    ),
    "STALE-02 as of a day to come": Case(
        _prose("overview", "2023年，映溪区林草局认真贯彻条例。截至2024年12月，已建成查阅点3处。"),
        [("STALE-02", "warning", "agency", "2024", 2024, 2023, None, ())],
        {"STALE-02": "FAIL"},
    ),
    "a date whose day was left blank": Case(
        change_prose(_CLEAN, "other", "本年度未收取信息处理费。", "2024年  月  日"), [], {}
    ),
    "future years that are plans or dates": Case(
        change_prose(
            _prose(
                "overview", "2023年，映溪区林草局认真贯彻条例，力争到2025年全部公开，于2024年1月公布本报告。"
            ),
            "problems",
            "存在的主要问题：解读形式较为单一。改进情况：新增图解6件。",
            "2024年，我局将继续充实林业补贴信息。",
        ),
        [],
        {},
    ),
    "STALE-03": Case(
        _prose("overview", "2023年，映溪区林草局认真贯彻条例。今年公开较多，较去年有所增加，今年共6批。"),
        [
            ("STALE-03", "info", "agency", "今年", "今年", None, None, ()),
            ("STALE-03", "info", "agency", "去年", "去年", None, None, ()),
        ],
        {"STALE-03": "FAIL"},
    ),
    "relative time in section five": Case(
        change_prose(
            _CLEAN, "problems", "存在的主要问题：今年解读形式较为单一。改进情况：新增图解类解读6件。"
        ),
        [],
        {},
    ),
    "STALE-04": Case(
        _prose("overview", "2023年，映溪区林草局深入学习党的十九大精神，认真贯彻条例。"),
        [("STALE-04", "info", "agency", "", "党的十九大", "党的二十大", None, ())],
        {"STALE-04": "FAIL"},
    ),
    "STALE-04 plenum": Case(
        _prose("overview", "2023年，映溪区林草局深入学习党的十九届四中、五中全会精神，认真贯彻条例。"),
        [("STALE-04", "info", "agency", "", "党的十九届五中全会", "党的二十大", None, ())],
        {"STALE-04": "FAIL"},
    ),
    "congresses of the day and of history": Case(
        _prose("overview", "党的十八大以来，2023年，映溪区林草局全面贯彻党的二十大精神，认真贯彻条例。"),
        [],
        {},
    ),
    "the year unknown": Case(
        _year_unknown(_prose("overview", "2023年，映溪区林草局全面贯彻党的二十大精神。")),
        [],
        {
            **dict.fromkeys(("META-06", "META-07", "STALE-01", "STALE-02", "STALE-04"), "NOT_ASSESSABLE"),
        },
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    assert [row for row in told(evaluations[name]) if row[0] in RULES] == CASES[name].findings
    verdicts = {rule: v for rule, v in not_passed(evaluations[name]).items() if rule in RULES}
    assert verdicts == {rule: v for rule, v in CASES[name].verdicts.items() if rule in RULES}


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return next(f.message for f in evaluations[name].findings if f.rule in RULES)

    assert message("STALE-01 more old than own") == (
        "第一、五部分所述时间为2022年的有2处，提到2023年只有1处，疑为沿用旧年度文本，如“2022年，公开造林信息126条。”。"
    )
    assert message("STALE-02") == (
        "第一部分把2025年写作已经过去的时间（共2处）：“2025年，公开造林信息126条。”，而报告年度为2023年。"
    )
    assert message("STALE-04") == (
        "报告引用的最近一次会议为党的十九大，而2023年初之前党的二十大已经召开，请核对是否沿用旧年度文本。"
    )
