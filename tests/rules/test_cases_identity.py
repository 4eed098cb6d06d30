"""META and S6: a report on which each rule fires, a clean one, one where it cannot be decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from models.facts import Facts
from models.results import Evaluation
from tests.facts_builder import (
    AGENCY,
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

RULES = tuple(f"META-{n:02}" for n in range(1, 11))
_CLEAN = with_previous(clean_report())
_FORM = "国办公开办函〔2021〕30号"
_NOTICE_OF_2019 = "《关于政府信息公开工作年度报告有关事项的通知》"


def _report(**changes: Any) -> Facts:
    return change(_CLEAN, "reports", pl.lit(True), **changes)


def _without(*sections: str, facts: Facts = _CLEAN) -> Facts:
    left = facts.paragraphs.filter(~pl.col("section").is_in(sections))
    return read_prose(replace(facts, paragraphs=left))


def _undated(**changes: Any) -> Facts:
    return _without("signature", facts=_report(**{"signed_on": None, "published_on": None} | changes))


def _intro(text: str) -> Facts:
    return change_prose(_CLEAN, "intro", text)


def _signed(name: str) -> Facts:
    return change_prose(_CLEAN, "signature", name, "2024年1月20日")


def _body_of(agency: str, signed: str) -> Facts:
    facts = change(_body(agency), "reports", pl.lit(True), organ="government")
    return change_prose(facts, "signature", signed, "2024年1月20日")


def _body(agency: str) -> Facts:
    facts = _report(agency=agency)
    renamed = facts.paragraphs.with_columns(pl.col("text").str.replace_all("(?:云栖市)?映溪区林草局", agency))
    return read_prose(replace(facts, paragraphs=renamed))


_BARE = "2023年度政府信息公开工作年度报告"
_NO_YEAR = f"{AGENCY}政府信息公开工作年度报告"
_OTHER_NAME = f"{AGENCY}2023年信息公开工作年度报告"

CASES = {
    "clean": Case(_CLEAN, [], {}),
    "clean 2019 template": Case(with_previous(clean_report(template_id="v2019")), [], {}),
    "year first": Case(_report(title="2023年云栖市政府信息公开工作年度报告"), [], {}),
    "spaces in the title": Case(_report(title=f"{AGENCY} 2023 年政府信息公开\n工作年度报告"), [], {}),
    "META-01 no agency": Case(
        _report(title=_BARE, agency_source="intro"),
        [
            ("META-01", "warning", "agency", "", _BARE, None, None, ()),
            ("META-02", "info", "agency", "", _BARE, None, None, ()),
        ],
        {"META-01": "FAIL", "META-02": "FAIL"},
    ),
    "META-01 no agency, but the page names it": Case(
        _report(title="2023年政府信息公开工作年度报告", agency_source="publisher"),
        [("META-01", "info", "agency", "", "2023年政府信息公开工作年度报告", None, None, ())],
        {"META-01": "FAIL"},
    ),
    "META-01 no year": Case(
        _report(title=_NO_YEAR, title_year=None, year_source="period"),
        [("META-01", "critical", "agency", "", _NO_YEAR, None, None, ())],
        {"META-01": "FAIL", "META-03": "NOT_ASSESSABLE"},
    ),
    "META-01 no title in a page": Case(
        _report(title=None, title_year=None, year_source="period"),
        [("META-01", "warning", "agency", "", None, None, None, ())],
        {"META-01": "FAIL", "META-02": "NOT_ASSESSABLE", "META-03": "NOT_ASSESSABLE"},
    ),
    "META-01 no title in a text": Case(
        _report(title=None, title_year=None, year_source="period", format="txt"),
        [("META-01", "warning", "operator", "", None, None, None, ())],
        {"META-01": "FAIL", "META-02": "NOT_ASSESSABLE", "META-03": "NOT_ASSESSABLE"},
    ),
    "META-02 other name": Case(
        _report(title=_OTHER_NAME),
        [("META-02", "info", "agency", "", _OTHER_NAME, None, None, ())],
        {"META-02": "FAIL"},
    ),
    "META-03 period of the year before": Case(
        _report(
            period_text="2022年1月1日至12月31日", period_start=date(2022, 1, 1), period_end=date(2022, 12, 31)
        ),
        [("META-03", "critical", "agency", "", 2022, 2023, None, ("META-06",))],
        {"META-03": "FAIL", "META-06": "FAIL"},
    ),
    "META-06 period too short": Case(
        _report(period_text="2023年1月1日至11月30日", period_end=date(2023, 11, 30)),
        [
            ("META-06", "critical", "agency", "", "2023-01-01/2023-11-30", "2023-01-01/2023-12-31", None, ()),
        ],
        {"META-06": "FAIL"},
    ),
    "META-06 founded in the year": Case(
        _report(period_text="2023年3月1日至12月31日", period_start=date(2023, 3, 1)),
        [("META-06", "warning", "agency", "", "2023-03-01/2023-12-31", "2023-01-01/2023-12-31", None, ())],
        {"META-06": "FAIL"},
    ),
    "META-06 absent": Case(
        _report(period_text=None, period_start=None, period_end=None),
        [("META-06", "info", "agency", "", None, "2023-01-01/2023-12-31", None, ())],
        {"META-03": "NOT_ASSESSABLE", "META-06": "FAIL"},
    ),
    "META-06 dates unreadable": Case(
        _report(period_text="统计期限为本年度", period_start=None, period_end=None),
        [],
        {"META-03": "NOT_ASSESSABLE", "META-06": "NOT_ASSESSABLE"},
    ),
    "META-07 old form": Case(
        _report(template_required="v2019"),
        [("META-07", "critical", "agency", "", "v2021", "v2019", None, ())],
        {"META-07": "FAIL"},
    ),
    "META-07 year from the file name only": Case(
        _report(template_required="v2019", year_source="file_name"),
        [("META-07", "critical", "operator", "", "v2021", "v2019", None, ())],
        {"META-07": "FAIL"},
    ),
    "no year anywhere": Case(
        _report(year=None, title_year=None, template_required=None, title=_NO_YEAR),
        [("META-01", "critical", "agency", "", _NO_YEAR, None, None, ())],
        {
            "META-01": "FAIL",
            "META-03": "NOT_ASSESSABLE",
            "META-06": "NOT_ASSESSABLE",
            "META-07": "NOT_ASSESSABLE",
        },
    ),
    "META-04 another agency in the introduction": Case(
        _intro("现公布云栖市映溪区民政局2023年政府信息公开工作年度报告。"),
        [("META-04", "critical", "agency", "intro", "云栖市映溪区民政局", AGENCY, None, ())],
        {"META-04": "FAIL"},
    ),
    "META-04 another place, which is not told twice": Case(
        _intro("本报告由宜宾市林草局根据条例编制。"),
        [("META-04", "critical", "agency", "intro", "宜宾市林草局", AGENCY, None, ("LEX-05",))],
        {"META-04": "FAIL"},
    ),
    "META-04 signed by another": Case(
        _signed("云栖市映溪区水务局"),
        [("META-04", "critical", "agency", "signature", "云栖市映溪区水务局", AGENCY, None, ())],
        {"META-04": "FAIL"},
    ),
    "META-04 a government signed by one of its departments": Case(
        _body_of("映溪区人民政府", "映溪区水务局"),
        [("META-04", "critical", "agency", "signature", "映溪区水务局", "映溪区人民政府", None, ())],
        {"META-04": "FAIL"},
    ),
    "META-04 a government signed by its office": Case(
        _body_of("映溪区人民政府", "映溪区人民政府办公室"), [], {}
    ),
    "META-04 the introduction begins with another": Case(
        _intro("映溪区水务局2023年政府信息公开工作年度报告，根据《条例》编制。"),
        [("META-04", "critical", "agency", "intro", "映溪区水务局", AGENCY, None, ())],
        {"META-04": "FAIL"},
    ),
    "META-04 signed under another wording": Case(
        _signed("映溪区林草和园林局"),
        [("META-04", "warning", "agency", "signature", "映溪区林草和园林局", AGENCY, None, ())],
        {"META-04": "FAIL"},
    ),
    "META-04 perhaps the one above": Case(
        _intro("现公布云栖市林草局2023年政府信息公开工作年度报告。"),
        [("META-04", "warning", "operator", "intro", "云栖市林草局", AGENCY, None, ())],
        {"META-04": "FAIL"},
    ),
    "META-04 short forms and offices": Case(
        _intro("现公布区林草局2023年政府信息公开工作年度报告。本报告由局办公室编制。现向社会公布。"), [], {}
    ),
    "META-04 nobody named": Case(_without("intro", "signature"), [], {"META-04": "NOT_ASSESSABLE"}),
    "META-05": Case(
        _undated(),
        [("META-05", "warning", "agency", "", None, None, None, ())],
        {"META-05": "FAIL"},
    ),
    "META-05 no such day": Case(
        change_prose(_report(signed_on=None, published_on=None), "signature", AGENCY, "2024年13月45日"),
        [("META-05", "warning", "agency", "", None, None, None, ())],
        {"META-05": "FAIL"},
    ),
    "META-05 in a text": Case(
        _undated(format="txt"),
        [("META-05", "warning", "operator", "", None, None, None, ())],
        {"META-05": "FAIL"},
    ),
    "META-05 in the page's data only": Case(
        _undated(published_on=date(2024, 1, 20)),
        [("META-05", "info", "agency", "", None, None, None, ())],
        {"META-05": "FAIL"},
    ),
    "META-05 written in another way": Case(
        change_prose(_report(signed_on=None), "signature", AGENCY, "2024.1.20"), [], {}
    ),
    "META-08 the repealed order": Case(
        _intro("根据《政府信息公开条例》（国务院令第492号），编制本报告。"),
        [("META-08", "warning", "agency", "repealed", "国务院令第492号", None, None, ())],
        {"META-08": "FAIL"},
    ),
    "META-08 a former article": Case(
        _intro("根据《条例》第三十二条规定，编制本年度报告。"),
        [("META-08", "warning", "agency", "former article", "第三十二条", None, None, ())],
        {"META-08": "FAIL"},
    ),
    "META-08 former articles, for this report": Case(
        _intro("根据《中华人民共和国政府信息公开条例》第三十一条、第三十二条的规定，编制本报告。"),
        [("META-08", "warning", "agency", "former article", "第三十一条、第三十二条", None, None, ())],
        {"META-08": "FAIL"},
    ),
    "META-08 the form of 2019 alone": Case(
        _intro(f"按照{_NOTICE_OF_2019}编制本报告。"),
        [("META-08", "warning", "agency", "superseded form", _NOTICE_OF_2019, None, None, ())],
        {"META-08": "FAIL"},
    ),
    "META-08 both orders, history, articles on other matters": Case(
        _intro(
            "根据《政府信息公开条例》（2007年国务院令第492号公布，2019年国务院令第711号修订）和国办公开办函〔2019〕60号、"
            "国办公开办函〔2021〕30号，编制本报告。依据《条例》第三十二条征求第三方意见。"
        ),
        [],
        {},
    ),
    "META-08 the form of 2019 for 2020": Case(
        change_prose(
            with_previous(clean_report(template_id="v2019")),
            "intro",
            "按照国办公开办函〔2019〕60号编制本报告。",
        ),
        [],
        {},
    ),
    "META-09": Case(
        _intro("按照国办公开办函[2021]30号编制本报告。"),
        [("META-09", "info", "agency", _FORM, "国办公开办函[2021]30号", _FORM, None, ())],
        {"META-09": "FAIL"},
    ),
    "META-09 without brackets, which may have been lost": Case(
        change_prose(_intro("按照国办公开办函202130号编制本报告。"), "other", "本年度未收取信息处理费。"),
        [],
        {"META-09": "NOT_ASSESSABLE"},
    ),
    "META-09 without brackets, where others kept them": Case(
        _intro("按照国办公开办函202130号、国办函〔2020〕109号编制本报告。"),
        [("META-09", "info", "agency", _FORM, "国办公开办函202130号", _FORM, None, ())],
        {"META-09": "FAIL"},
    ),
    "META-10": Case(
        _body("映溪区机关后勤服务中心"),
        [("META-10", "info", "operator", "", "映溪区机关后勤服务中心", None, None, ())],
        {"META-10": "FAIL"},
    ),
    "agency unknown": Case(
        read_prose(_report(agency=None, agency_source=None)),
        [],
        {"META-04": "NOT_ASSESSABLE", "META-10": "NOT_ASSESSABLE"},
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


def test_reports_on_no_known_form_get_the_identity_rules_only() -> None:
    facts = _report(
        template="pre2019",
        template_required="pre2019",
        year=2017,
        title_year=2017,
        title=f"{AGENCY}2017年政府信息公开工作年度报告",
        period_text=None,
        period_start=None,
        period_end=None,
    )
    evaluation = evaluate_cases({"old": Case(facts, [], {})})["old"]
    assert {rule for rule in evaluation.verdicts if rule in RULES} == set(RULES) - {"META-08"}
    assert not {rule for rule in evaluation.verdicts if rule.startswith(("STR", "CELL", "T2", "T3", "T4"))}
    assert (evaluation.score.total, evaluation.score.grade) == (None, "暂不评分")


def test_the_year_2019_has_no_predecessor_and_no_fee_rule() -> None:
    facts = clean_report(template_id="v2019", year=2019, fee_statement=None)
    evaluation = evaluate_cases({"first": Case(facts, [], {})})["first"]
    assert told(evaluation) == []
    assert not {"XY-01", "XY-02", "S6-01", "T2-02", "T2-03", "STR-05", "CELL-04"} & set(evaluation.verdicts)


def test_sentences(evaluations: dict[str, Evaluation]) -> None:
    assert [f.message for f in evaluations["META-03 period of the year before"].findings] == [
        "标题所列年度为2023年，统计期限却为“2022年1月1日至12月31日”，年份不一致。"
    ]
    assert [f.message for f in evaluations["META-07 old form"].findings] == [
        "2023年度报告应使用2019年试行格式（国办公开办函〔2019〕60号），实际使用2021年格式（国办公开办函〔2021〕30号）。"
    ]
