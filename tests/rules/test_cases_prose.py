"""TXT-01 to TXT-14, XT-03, T2-08: what the prose says in numbers, beside the tables and beside itself."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from expectations.catalogue import rules
from models.facts import Facts
from models.results import Evaluation
from tasks.validate import evaluate
from tests.facts_builder import (
    AGENCY,
    PROSE,
    Case,
    change,
    change_cell,
    change_prose,
    clean_report,
    evaluate_cases,
    not_passed,
    told,
    with_previous,
)

# the clean report: 63 new, 5 carried in, 60 done, 8 carried out; reviews 3+1+2+1; suits 1+0+1+0 and 2+1+0+1;
# documents 5 issued, 2 repealed, 23 in force; 310 licences, 42 penalties
_CLEAN = with_previous(clean_report())
_V2019 = with_previous(clean_report(template_id="v2019"))
_OVERVIEW = tuple(text.format(year=2023) for text in PROSE["overview"])
_OPENING, _PROACTIVE, _REQUESTS = 0, 2, 4
_EXPLAINED = "其他处理中有申请人撤回申请的情形。"
_MINE = (*(f"TXT-{n:02d}" for n in range(1, 15)), "XT-03", "T2-08")
_NEW, _IN = "t3.received_new.total", "t3.carried_in.total"
_DONE, _OUT = "t3.results.total.total", "t3.carried_out.total"
_FULLY = "t3.results.full_disclosure.total"
_UNSAID: Any = ...  # other rules speak as well: only the verdicts are looked at


def _overview(texts: dict[int, str], facts: Facts = _CLEAN) -> Facts:
    """Put texts in place of paragraphs of the overview."""
    return change_prose(
        facts, "overview", *(texts.get(n, one) for n, one in enumerate(_OVERVIEW)), _EXPLAINED
    )


def _say(text: str, facts: Facts = _CLEAN) -> Facts:
    return _overview({_REQUESTS: text}, facts)


def _publish(text: str) -> Facts:
    return _overview({_PROACTIVE: text})


def _other(text: str) -> Facts:
    return change_prose(_CLEAN, "other", f"{text}对发出收费通知后逾期未缴纳的不再处理。")


def _blank(facts: Facts, code: str) -> Facts:
    return change_cell(facts, code, kind="uncertain", value=None, reason="读取不确定")


def _government(text: str) -> Facts:
    agency = AGENCY.replace("林草局", "人民政府")
    facts = change(_CLEAN, "reports", pl.lit(True), agency=agency, organ="government", rank="county")
    return _say(text, facts=facts)


def _group(prefix: str) -> float:
    cells = _CLEAN.cells.filter(
        pl.col("code").str.starts_with(f"t3.results.{prefix}") & (pl.col("column") == "total")
    )
    return float(cells.get_column("value").sum())


_FULL, _DENIED, _UNABLE = (_group(p) for p in ("full_disclosure", "denied", "unable"))
_PARTIAL, _REFUSED, _ELSE = (_group(p) for p in ("partial_disclosure", "not_handled", "other"))


def _fails(rule: str, severity: str, subject: str, *numbers: Any, effects: tuple[str, ...] = ()) -> Any:
    return [(rule, severity, "agency", subject, *numbers, effects)]


def _failed(*rules: str) -> dict[str, str]:
    return dict.fromkeys(rules, "FAIL")


def _open(*rules: str) -> dict[str, str]:
    return dict.fromkeys(rules, "NOT_ASSESSABLE")


CASES = {
    "clean": Case(_CLEAN, [], {}),
    "clean 2019": Case(_V2019, [], {}),
    # TXT-01
    "TXT-01": Case(
        _say("全年未收到政府信息公开申请。"),
        _fails("TXT-01", "critical", "received", 0, 63, -63),
        _failed("TXT-01"),
    ),
    "TXT-01 twice in one sentence": Case(
        _say("本年度无依申请公开事项，未收到公民、法人或其他组织的信息公开申请。"),
        _fails("TXT-01", "critical", "received", 0, 63, -63),
        _failed("TXT-01"),
    ),
    "TXT-01 one channel": Case(_say("本年没有收到以传真方式提出的政府信息公开申请。"), [], {}),
    "TXT-01 something else": Case(_say("全年未收到行政许可申请，未收到对答复不服的投诉。"), [], {}),
    "TXT-01 cell not known": Case(
        _blank(_say("全年未收到政府信息公开申请。"), _NEW), _UNSAID, _open("TXT-01")
    ),
    # TXT-02
    "TXT-02": Case(
        _say("2023年，我局收到政府信息公开申请65件。"),
        _fails("TXT-02", "critical", "received", 65, 63, 2),
        _failed("TXT-02"),
    ),
    "TXT-02 accepted, with those carried in": Case(_say("全年共受理政府信息公开申请68件。"), [], {}),
    "TXT-02 received, with those carried in": Case(
        _say("全年共收到政府信息公开申请68件。"),
        _fails("TXT-02", "info", "received", 68, 63, 5),
        _failed("TXT-02"),
    ),
    "TXT-02 said to include them": Case(_say("全年共收到政府信息公开申请68件（含上年结转5件）。"), [], {}),
    "TXT-02 another scope": Case(_say("全区林草系统共受理政府信息公开申请95件。"), [], _open("TXT-02")),
    "TXT-02 one office of a government": Case(
        _government("2023年，区政府办代表区政府受理政府信息公开申请17件。"), _UNSAID, _open("TXT-02")
    ),
    "TXT-02 last year": Case(_say("2022年收到政府信息公开申请60件，本年新收63件。"), [], {}),
    "TXT-02 many years": Case(
        _say("自2008年《条例》施行以来，累计收到政府信息公开申请620件。"), [], _open("TXT-02")
    ),
    "TXT-02 limited": Case(_say("收到涉及征地拆迁的政府信息公开申请12件。"), [], _open("TXT-02")),
    "TXT-02 calls are no requests": Case(
        _say("12345热线转来的咨询45件均已回复，咨询不计入政府信息公开申请。"), [], {}
    ),
    "TXT-02 cell not known": Case(_blank(_say("收到政府信息公开申请65件。"), _NEW), _UNSAID, _open("TXT-02")),
    # TXT-03
    "TXT-03": Case(
        _say("全年办结政府信息公开申请61件。"),
        _fails("TXT-03", "critical", "answered", 61, 60, 1),
        _failed("TXT-03"),
    ),
    "TXT-03 of the new ones": Case(
        _say("收到政府信息公开申请63件，已答复55件。"),
        _fails("TXT-03", "info", "answered", 55, 60, -5),
        _failed("TXT-03"),
    ),
    "TXT-03 doubtful": Case(_say("全区林草系统答复政府信息公开申请75件。"), [], _open("TXT-03")),
    # TXT-04
    "TXT-04": Case(
        _say(f"办结的申请中，不予公开{_DENIED + 1:g}件，无法提供{_UNABLE:g}件。"),
        _fails("TXT-04", "critical", "results.denied", _DENIED + 1, _DENIED, 1),
        _failed("TXT-04"),
    ),
    "TXT-04 two wrong in one sentence": Case(
        _say(f"办结的申请中，不予公开{_DENIED + 1:g}件，无法提供{_UNABLE + 2:g}件。"),
        _fails("TXT-04", "critical", "results.denied", _DENIED + 1, _DENIED, 1),
        _failed("TXT-04"),
    ),
    "TXT-04 two together": Case(_say(f"予以公开及部分公开{_FULL + _PARTIAL:g}件。"), [], {}),
    "TXT-04 all of them": Case(
        _say(
            f"全年办结60件，其中予以公开{_FULL:g}件、部分公开{_PARTIAL:g}件、不予公开{_DENIED:g}件、"
            f"无法提供{_UNABLE:g}件、不予处理{_REFUSED:g}件、其他处理{_ELSE:g}件。"
        ),
        [],
        {},
    ),
    "TXT-04 full with partial": Case(
        _say(f"全年予以公开{_FULL + _PARTIAL:g}件。"),
        _fails("TXT-04", "info", "results.full_disclosure", _FULL + _PARTIAL, _FULL, _PARTIAL),
        _failed("TXT-04"),
    ),
    "TXT-04 cell not known": Case(
        _blank(_say(f"全年予以公开{_FULL + 9:g}件。"), _FULLY), _UNSAID, _open("TXT-04")
    ),
    # TXT-05
    "TXT-05": Case(
        _say(f"办结60件，其中予以公开{_FULL:g}件，占33.9%。"),
        _fails("TXT-05", "warning", "results.full_disclosure", 33.9, round(100 * _FULL / 60, 2), None),
        _failed("TXT-05"),
    ),
    "TXT-05 of the new ones": Case(_say("新收申请63件中，自然人提出40件，占63.5%。"), [], {}),
    "TXT-05 cut, not rounded": Case(_say("收到申请63件，其中法人或其他组织23件，占36.5%。"), [], {}),
    "TXT-05 base not known": Case(
        _blank(_say(f"予以公开{_FULL:g}件，占33.9%。"), _DONE), _UNSAID, _open("TXT-05")
    ),
    # TXT-06
    "TXT-06 out": Case(
        _say("年底仍在办理的9件申请结转至下一年度。"),
        _fails("TXT-06", "critical", "carried_out", 9, 8, 1),
        _failed("TXT-06"),
    ),
    "TXT-06 in": Case(
        _say("办理上一年度结转申请6件。"),
        _fails("TXT-06", "critical", "carried_in", 6, 5, 1),
        _failed("TXT-06"),
    ),
    "TXT-06 none": Case(
        _say("新收申请63件，没有上年结转的申请。"),
        _fails("TXT-06", "critical", "carried_in", 0, 5, -5),
        _failed("TXT-06"),
    ),
    "TXT-06 cell not known": Case(_blank(_say("上年结转6件。"), _IN), _UNSAID, _open("TXT-06")),
    # TXT-07: without the tables it is found as well
    "TXT-07": Case(
        _blank(_say("新收申请63件，上年结转5件，办结60件，结转下年度7件。"), _OUT),
        _UNSAID,
        _failed("TXT-07") | _open("TXT-06"),
    ),
    "TXT-07 has the cause of TXT-02": Case(
        _say("新收申请64件，上年结转5件，办结60件，结转下年度8件。"),
        _fails("TXT-02", "critical", "received_new", 64, 63, 1, effects=("TXT-07",)),
        _failed("TXT-02", "TXT-07"),
    ),
    "TXT-07 those carried in are included": Case(
        _say("收到申请68件（含上年结转5件），办结60件，结转下年度8件。"), [], {}
    ),
    # TXT-08
    "TXT-08 applicants": Case(
        _say("收到申请63件，其中自然人申请40件，法人或其他组织申请24件。"),
        _fails("TXT-08", "warning", "applicants:63", 64, 63, 1),
        _failed("TXT-08"),
    ),
    "TXT-08 ways": Case(
        _say("共收到申请63件，通过网络提交21件，通过信函提交21件，当面提交20件。"),
        _fails("TXT-08", "warning", "channels:63", 62, 63, -1),
        _failed("TXT-08"),
    ),
    "TXT-08 only some": Case(_say("收到申请63件，其中网络申请21件，信函申请12件。"), [], {}),
    # TXT-09
    "TXT-09": Case(
        _say("因政府信息公开被申请行政复议8件，被提起行政诉讼6件。"),
        _fails("TXT-09", "critical", "review.total", 8, 7, 1),
        _failed("TXT-09"),
    ),
    "TXT-09 none": Case(
        _say("全年未发生因政府信息公开引起的行政复议。"),
        _fails("TXT-09", "critical", "review.total", 0, 7, -7),
        _failed("TXT-09"),
    ),
    "TXT-09 one kind of suit": Case(
        _say("因政府信息公开被提起行政诉讼4件。"),
        _fails("TXT-09", "info", "suit.total", 4, 6, -2),
        _failed("TXT-09"),
    ),
    "TXT-09 outcomes": Case(
        _say("行政复议7件，其中结果维持3件、结果纠正1件、其他结果2件、尚未审结1件。"), [], {}
    ),
    "TXT-09 filing": Case(_say("全年备案政府信息公开领域行政复议案件134件。"), [], _open("TXT-09")),
    # TXT-10
    "TXT-10": Case(
        _publish("本年度制发行政规范性文件6件，废止2件，现行有效23件。"),
        _fails("TXT-10", "warning", "documents.normative_docs.issued", 6, 5, 1),
        _failed("TXT-10"),
    ),
    "TXT-10 drafted for others": Case(
        _publish("配合上级机关起草规范性文件4件，均以上级机关名义印发。"), [], {}
    ),
    "TXT-10 changed ones among them": Case(
        _publish("本年度制发行政规范性文件6件（含修改1件）。"), [], _open("TXT-10")
    ),
    # TXT-11
    "TXT-11 too much": Case(
        _publish("全年发布信息226条，其中政务动态75条，林地审批56条，其他100条。"),
        _fails("TXT-11", "warning", "parts:226", 231, 226, 5),
        _failed("TXT-11"),
    ),
    "TXT-11 said to be all": Case(
        _publish("主动公开政府信息226条：网站75条，微信公众号56条，公开栏90条。"),
        _fails("TXT-11", "warning", "parts:226", 221, 226, -5),
        _failed("TXT-11"),
    ),
    "TXT-11 little of it": Case(
        _publish("全年主动公开信息1315条，其中政务动态276条，政策法规类10条，人事信息3条。"),
        _fails("TXT-11", "info", "parts:1315", 289, 1315, -1026),
        _failed("TXT-11"),
    ),
    "TXT-11 one part": Case(_publish("全年主动公开信息890条，其中造林绿化类90条。"), [], {}),
    "TXT-11 other units": Case(
        _publish("全年主动公开信息126条，包括解读材料20篇，动态信息100条，视频8个。"), [], {}
    ),
    # TXT-12
    "TXT-12": Case(
        _say("收到申请63件，办结率100%。"),
        _fails("TXT-12", "info", "rate", 100, None, None),
        _failed("TXT-12"),
    ),
    "TXT-12 on time": Case(_say("收到申请63件，按期办结率100%。"), [], {}),
    "TXT-12 cell not known": Case(_blank(_say("申请办结率100%。"), _OUT), _UNSAID, _open("TXT-12")),
    # TXT-13
    "TXT-13": Case(
        _overview(
            {
                _OPENING: "2023年，我局全年主动公开政府信息126条，公开工作取得新进展。",
                _PROACTIVE: "全年主动公开政府信息135条，造林绿化内容占比最大。",
            }
        ),
        _fails("TXT-13", "warning", "disclosed", 135, 126, 9),
        _failed("TXT-13"),
    ),
    "TXT-13 other ways": Case(
        _overview(
            {
                _OPENING: "2023年，我局通过网站主动公开政府信息126条，公开工作取得新进展。",
                _PROACTIVE: "全年主动公开政府信息135条，造林绿化内容占比最大。",
            }
        ),
        [],
        {},
    ),
    # TXT-14
    "TXT-14": Case(
        _other("本年度未收取信息处理费。2023年度共计收取信息处理费800元，已上缴国库。"),
        _UNSAID,
        _failed("TXT-14"),
    ),
    "TXT-14 other charges": Case(_other("本年度未收取信息处理费。收取行政事业性收费12.35万元。"), [], {}),
    "TXT-14 last year's": Case(
        _other("2023年度未收取信息处理费。2022年度收取信息处理费800元。"), _UNSAID, {}
    ),
    # XT-03
    "XT-03": Case(
        _say("全年被申请行政复议7件，均获维持。"),
        _fails("XT-03", "critical", "review.upheld", 2, 0, 2),
        _failed("XT-03"),
    ),
    "XT-03 of those closed": Case(
        change_cell(_say("已审结的行政复议案件均获维持。"), "t4.review.corrected", value=0.0),
        _UNSAID,
        {},
    ),
    "XT-03 none lost, one open": Case(
        change_cell(_say("行政诉讼案件零败诉。"), "t4.suit_after_review.corrected", value=0.0),
        _UNSAID,
        _failed("XT-03"),
    ),
    "XT-03 cell not known": Case(
        _blank(_say("全年被申请行政复议7件，均获维持。"), "t4.review.corrected"), _UNSAID, _open("XT-03")
    ),
    # T2-08
    "T2-08": Case(
        _publish("本年作出并公开行政处罚决定45件。"),
        _fails("T2-08", "info", "decisions.penalty", 45, 42, 3),
        _failed("T2-08"),
    ),
    "T2-08 fewer": Case(_publish("本年作出并公开行政处罚决定40件。"), [], {}),
    "T2-08 of earlier years as well": Case(
        _publish("“双公示”平台累计公示行政许可、行政处罚等信用信息600条，含以前年度形成的信息。"), [], {}
    ),
}


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return evaluate_cases(CASES)


@pytest.mark.parametrize("name", CASES)
def test_exact_findings_and_verdicts(evaluations: dict[str, Evaluation], name: str) -> None:
    mine = {rule: v for rule, v in not_passed(evaluations[name]).items() if rule in _MINE}
    assert mine == CASES[name].verdicts
    if CASES[name].findings is not _UNSAID:
        assert told(evaluations[name]) == CASES[name].findings


def test_findings_quote_the_sentence_and_the_tables(evaluations: dict[str, Evaluation]) -> None:
    def message(name: str) -> str:
        return evaluations[name].findings[0].message

    assert message("TXT-02") == (
        "“一、总体情况”写明“我局收到政府信息公开申请65件”，表三本年新收63件、本年新收与上年结转之和68件、"
        "办理结果总计与结转下年度之和68件，文字与统计表不一致。"
    )
    assert message("TXT-03 of the new ones") == (
        "“一、总体情况”写明“已答复55件”，表三办理结果总计60件、本年新收减结转下年度55件、"
        "办理结果总计减上年结转55件、办理结果总计减其他处理45件，文字口径与统计表的相应项目不同。"
    )
    assert message("TXT-05") == (
        "“一、总体情况”的占比换算有误：“其中予以公开4件，占33.9%”，4件占文中所列总数60件的6.67%、"
        "占办理结果总计60件的6.67%、占本年新收63件的6.35%、占本年新收与上年结转之和68件的5.88%。"
    )
    assert message("TXT-09") == (
        "“一、总体情况”写明“因政府信息公开被申请行政复议8件”，表四行政复议总计7件，文字与统计表不一致。"
    )
    assert message("TXT-11 little of it") == (
        "“一、总体情况”“全年主动公开信息1315条，其中政务动态276条，政策法规类10条，人事信息3条”："
        "所列分项之和为289，只占合计1315的22%，分项不完整。"
    )
    assert message("XT-03") == (
        "“一、总体情况”写明“均获维持”，表四行政复议填报结果纠正1件、尚未审结1件，结论与数据矛盾。"
    )
    found = evaluations["XT-03"].findings[0]
    assert found.cells == ("t4.review.corrected", "t4.review.pending")
    assert [p.own for p in found.passages] == ["全年被申请行政复议7件，均获维持。"]


def test_what_is_open_quotes_the_claim(evaluations: dict[str, Evaluation]) -> None:
    def reason(name: str, rule: str) -> str:
        return {n.rule: n.reason for n in evaluations[name].not_assessed}[rule]

    assert reason("TXT-02 one office of a government", "TXT-02") == (
        "文中“区政府办代表区政府受理政府信息公开申请17件”与统计表不能对应，"
        "该数的主体是“区政府”，与本报告表格的统计范围不一定相同，待核。"
    )
    assert reason("TXT-02 cell not known", "TXT-02") == (
        "文中“收到政府信息公开申请65件”对应的单元格没有可用的数值，无法核对，待核。"
    )
    assert reason("XT-03 cell not known", "XT-03") == (
        "文中“均获维持”对应的单元格没有可用的数值，无法核对，待核。"
    )


def test_what_a_picture_was_read_to_say_goes_to_the_operator() -> None:
    facts = change(_say("全年办结政府信息公开申请61件。"), "reports", pl.lit(True), read_by="ocr")
    found = [f for f in evaluate(facts)["a"].findings if f.rule == "TXT-03"]
    assert [str(f.addressee) for f in found] == ["operator"]


def test_one_group_whose_first_line_alone_was_told() -> None:
    facts = change_cell(_say("全年不予公开3件。"), "t3.results.denied.state_secret.total", value=3.0)
    found = next(f for f in evaluate(facts)["a"].findings if f.rule == "TXT-04")
    assert (str(found.severity), found.hint) == (
        "critical",
        "文字所写件数与该组第一项相等，可能只计了第一项。",
    )


def test_the_suite_shows_what_is_compared() -> None:
    columns = {rule.id: rule.check for rule in rules() if rule.frame == "claims"}
    assert columns["TXT-02"].arguments == {
        "column": "checked",
        "candidate_columns": ["reading_1", "reading_2", "reading_3", "reading_4", "spare_1", "spare_2"],
    }
    assert columns["TXT-07"].arguments == {
        "left_columns": ["said_new", "said_in"],
        "right_columns": ["said_done", "said_out"],
    }
    assert columns["TXT-05"].columns == (
        "share", "part", "digit", "whole_stated", "whole_done", "whole_new", "whole_all",
    )  # fmt: skip
