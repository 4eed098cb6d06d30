"""LEX and DUP-05: a report on which each rule fires, clean ones with what looks like it, one that cannot be decided."""

from __future__ import annotations

from dataclasses import replace
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

RULES = ("DUP-05", *(f"LEX-0{n}" for n in range(1, 7)))
_CLEAN = with_previous(clean_report())


def _said(text: str, section: str = "overview", facts: Facts = _CLEAN) -> Facts:
    """Add a sentence to the end of a section."""
    return change_prose(facts, section, *(entry.format(year=2023) for entry in PROSE[section]), text)


def _report(facts: Facts = _CLEAN, **changes: Any) -> Facts:
    return read_prose(change(facts, "reports", pl.lit(True), **changes))


def _of(agency: str, text: str, section: str = "overview", **changes: Any) -> Facts:
    """The clean report under another agency's name, which its introduction and signature then bear."""
    facts = change(_said(text, section), "reports", pl.lit(True), agency=agency, **changes)
    own = pl.col("text").str.replace_all("(?:云栖市)?映溪区林草局", agency)
    return read_prose(replace(facts, paragraphs=facts.paragraphs.with_columns(own)))


def _finding(
    rule: str, severity: str, subject: str, observed: Any, expected: Any = None, to: str = "agency"
) -> tuple[Any, ...]:
    return (rule, severity, to, subject, observed, expected, None, ())


def _alone(facts: Facts, *findings: tuple[Any, ...]) -> Case:
    return Case(facts, list(findings), {finding[0]: "FAIL" for finding in findings})


_COUNTY = {"rank": "county", "organ": "department"}

CASES = {
    "clean": Case(_CLEAN, [], {}),
    # ---------------------------------------------------------------------------------- left-over blanks
    "DUP-05 crosses": _alone(_said("全年举办培训××次。"), _finding("DUP-05", "warning", "××", "××")),
    "DUP-05 a date": _alone(_said("X月X日举办培训。"), _finding("DUP-05", "warning", "X", "X")),
    "DUP-05 number of a document": _alone(
        _said("依据国办函〔〕号办理。"), _finding("DUP-05", "warning", "函〔〕号", "函〔〕号")
    ),
    "DUP-05 prompt": _alone(
        _said("（此处填写单位名称）全年办理1件。"),
        _finding("DUP-05", "warning", "（此处填写单位名称）", "（此处填写单位名称）"),
    ),
    "DUP-05 mark of a conversion": _alone(
        _said("[bookmark: _GoBack]全年办理1件。"),
        _finding("DUP-05", "info", "[bookmark: _GoBack]", "[bookmark: _GoBack]", to="operator"),
    ),
    "names and numbers masked on purpose": Case(
        _said("张某某拨打138××××1234咨询，XXGK系统运行正常。"), [], {}
    ),
    # ---------------------------------------------------------------------------------- wording
    "LEX-01": _alone(
        _said("各级人民攻府高度重视。"),
        _finding("LEX-01", "critical", "攻府", "攻府"),
    ),
    "LEX-01 in a PDF": _alone(
        _report(_said("中华人名共和国宪法宣传周。"), format="pdf"),
        _finding("LEX-01", "critical", "中华人名共和国", "中华人名共和国", to="operator"),
    ),
    "a mistake told as an example": Case(_said("及时纠正“攻府”等错误表述。"), [], {}),
    "LEX-02 one 不 lost": _alone(
        _said("坚持公开是常态，公开是例外。"),
        _finding("LEX-02", "critical", "", "公开是常态，公开是例外", "公开为常态、不公开为例外"),
    ),
    "LEX-02 reversed, in a text": _alone(
        _report(_said("坚持不公开为常态、公开为例外。"), format="txt"),
        _finding(
            "LEX-02", "critical", "", "不公开为常态、公开为例外", "公开为常态、不公开为例外", to="operator"
        ),
    ),
    "the principle as it is": Case(
        _said("坚持“公开为常态、不公开为例外”，以公开为常态，以不公开为例外。"), [], {}
    ),
    "LEX-03 name of the regulation": _alone(
        _said("按照《政府信息公开工作条例》办理。"),
        _finding("LEX-03", "warning", "政府信息公开工作条例", "政府信息公开工作条例", "政府信息公开条例"),
    ),
    "LEX-03 order": _alone(
        _said("按照《政府信息公开条例》（国务院令第771号）办理。"),
        _finding("LEX-03", "warning", "国务院令第771号", "国务院令第771号", "国务院令第711号"),
    ),
    "LEX-03 number of a notice": _alone(
        _said("按照《政府信息公开信息处理费管理办法》（国办函〔2020〕190号）办理。"),
        _finding("LEX-03", "warning", "国办函〔2020〕190号", "国办函〔2020〕190号", "国办函〔2020〕109号"),
    ),
    "LEX-03 article": _alone(
        change_prose(_CLEAN, "intro", "根据《条例》第四十五条规定，编制本年度报告。"),
        _finding(
            "LEX-03", "warning", "《条例》第四十五条", "《条例》第四十五条", "《条例》第四十九条、第五十条"
        ),
    ),
    "citations that are right": Case(
        _said(
            "落实《条例》第二十条、《云栖市政府信息公开规定》和《政府信息公开信息处理费管理办法》（国办函〔2020〕109号），"
            "贯彻《优化营商环境条例》（国务院令第722号）。"
        ),
        [],
        {},
    ),
    # ---------------------------------------------------------------------------------- whose whole, which place
    "LEX-04 the province": _alone(
        _said("（六）组织推动全省政府信息公开工作。"), _finding("LEX-04", "warning", "全省", "全省")
    ),
    "LEX-04 counted": _alone(
        _said("全市共主动公开政府信息23138条。"), _finding("LEX-04", "warning", "全市", "全市")
    ),
    "LEX-04 a whole country's matters": _alone(
        _said("全国各业务条线的造林信息由我局统一公开，共4批。"),
        _finding("LEX-04", "warning", "全国", "全国"),
    ),
    "LEX-04 standards of the province": _alone(
        _said("推进全省造林信息公开标准化建设。"), _finding("LEX-04", "warning", "全省", "全省")
    ),
    "LEX-04 another's meetings and rankings": Case(
        _said("参加全省政务公开工作会议，落实全市政务公开要点，在全省考核中位列第三名，全区公开信息12条。"),
        [],
        {},
    ),
    "LEX-04 not to be told": Case(_said("全省上下齐心协力。"), [], {"LEX-04": "NOT_ASSESSABLE"}),
    "LEX-04 a county-level city": Case(
        _of("昆山市教育局", "全市共主动公开政府信息23138条。", **_COUNTY), [], {}
    ),
    "LEX-05 another city acts": _alone(
        _said("宜宾市人民政府高度重视。"),
        _finding("LEX-05", "warning", "宜宾市", "宜宾市", "云栖市映溪区林草局"),
    ),
    "LEX-05 in the introduction": _alone(
        change_prose(_CLEAN, "intro", "宜宾市政府信息公开工作有序推进。"),
        _finding("LEX-05", "critical", "宜宾市", "宜宾市", "云栖市映溪区林草局"),
    ),
    "LEX-05 only named": _alone(
        _said("解读图文由宜宾市印制。"),
        _finding("LEX-05", "warning", "宜宾市", "宜宾市", "云栖市映溪区林草局", to="operator"),
    ),
    "LEX-05 another agency opens the overview": _alone(
        change_prose(
            _CLEAN,
            "overview",
            "2023年，映溪区民政局认真贯彻《中华人民共和国政府信息公开条例》，稳步推进工作。",
        ),
        _finding("LEX-05", "warning", "映溪区民政局", "映溪区民政局", "云栖市映溪区林草局"),
    ),
    "visits, names of laws, companies": Case(
        _said(
            "赴宜宾市考察学习，落实《四川省政务公开规定》，公开宜宾市某某建设有限公司中标信息。".replace(
                "某某", "青禾"
            )
        ),
        [],
        {},
    ),
    "LEX-05 whose place cannot be told": Case(
        _of("映溪区林草局", "泸州市人民政府高度重视。"), [], {"LEX-05": "NOT_ASSESSABLE"}
    ),
    "LEX-05 the place it lies in, and those in it": Case(
        _of("洪泽区教育局", "淮安市人民政府、江苏省教育厅高度重视。", **_COUNTY), [], {}
    ),
    "LEX-05 a neighbour": _alone(
        _of("洪泽区教育局", "金湖县教育局高度重视。", **_COUNTY),
        _finding("LEX-05", "warning", "金湖县", "金湖县", "洪泽区教育局"),
    ),
    # ---------------------------------------------------------------------------------- spelling
    "LEX-06 typo": _alone(
        _said("（四）府信息公开平台运行平稳。"), _finding("LEX-06", "warning", "府信息公开", "府信息公开")
    ),
    "LEX-06 doubled": _alone(
        _said("公开统一的的目录，，内容齐全。"),
        _finding("LEX-06", "info", "的的", "的的"),
        _finding("LEX-06", "info", "，，", "，，"),
    ),
    "LEX-06 words set twice and misspelt": _alone(
        _said("及时及时更新，推进政务信信息公开，建立建全公开制度。"),
        _finding("LEX-06", "warning", "建立建全", "建立建全"),
        _finding("LEX-06", "info", "信信息", "信信息"),
        _finding("LEX-06", "info", "及时及时", "及时及时"),
    ),
    "LEX-06 a quotation mark": _alone(_said("公布“古树名木清单3份。"), _finding("LEX-06", "info", "“", "“")),
    "LEX-06 unpaired": _alone(_said("印发《公开办法，明确分工。"), _finding("LEX-06", "info", "《", "《")),
    "LEX-06 pairs over two paragraphs, numerals with one bracket": Case(
        change_prose(
            _CLEAN,
            "overview",
            "2023年，林草局公开（含解读",
            "等内容）信息126条，包括：1）造林；2）防火。目的的确定，为了了解需求。",
        ),
        [],
        {},
    ),
    "LEX-06 in a PDF": _alone(
        _report(_said("公开统一的的目录。"), format="pdf"),
        _finding("LEX-06", "info", "的的", "的的", to="operator"),
    ),
    "LEX-06 not from pictures": Case(
        _report(_said("公开统一的的目录。"), read_by="ocr"), [], {"LEX-06": "NOT_ASSESSABLE"}
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


def test_a_report_without_prose_is_not_judged_by_its_words() -> None:
    facts = read_prose(replace(_CLEAN, paragraphs=_CLEAN.paragraphs.clear()))
    evaluation = evaluate_cases({"bare": Case(facts, [], {})})["bare"]
    verdicts = {rule: v for rule, v in not_passed(evaluation).items() if rule in RULES}
    assert verdicts == dict.fromkeys(RULES, "NOT_ASSESSABLE")
    assert {n.reason for n in evaluation.not_assessed if n.rule in RULES} == {
        "未读到报告正文，不能核查文字表述。"
    }


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return next(f.message for f in evaluations[name].findings if f.rule in RULES)

    assert message("LEX-04 counted") == (
        "第一部分把“全市”作为本单位工作的范围：“全市共主动公开政府信息23138条。”，超出本单位层级，疑为照抄上级文本。"
    )
    assert message("LEX-03 order") == "第一部分引用有误：写作“国务院令第771号”，应为“国务院令第711号”。"
    assert message("DUP-05 crosses") == "第一部分留有未填写或未删除的内容“××”：“全年举办培训××次。”。"
