"""What sentences claim: in each a number, or a statement of nothing, with what it counts, whose it is and of when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tasks.extract.claims import claim_rows
from tasks.extract.claims import words as lexicon
from tasks.extract.claims.sentences import plain
from tasks.extract.claims.words import tokens

_DEPARTMENT: dict[str, Any] = {
    "year": 2023,
    "rank": "county",
    "organ": "department",
    "agency": "映溪区林草局",
}
_OF_ALL: dict[str, Any] = {"year": 2023, "rank": "county", "organ": "government", "agency": "映溪区人民政府"}


def read(
    text: str, section: str = "overview", known: Mapping[str, Any] = _DEPARTMENT
) -> list[dict[str, Any]]:
    return claim_rows([{"paragraph": 1, "section": section, "text": text, "where": "{}"}], **known)


def brief(row: Mapping[str, Any]) -> str:
    """Return a claim in a few words; own and this are left out, ``?`` marks what is in doubt."""
    told = {
        "is": lambda: f"{row['metric']} {row['value']:g}",
        "none": lambda: f"{row['metric']} none",
        "outcome": lambda: f"{row['metric']} outcome",
        "share": lambda: (
            f"{row['metric']} {row['value']:g}%" + (f" of {row['base']:g}" if row["base"] is not None else "")
        ),
        "sum": lambda: (
            f"{row['metric']} {'+'.join(f'{p:g}' for p in row['parts'])} = {row['base']:g}"
            + (" all" if row["exhaustive"] else "")
        ),
    }[row["relation"]]()
    further = [word for word in (row["scope"], row["period"]) if word not in ("own", "this")]
    return " ".join([told, *further, *(["?"] if row["doubt"] else [])])


# under the sub-heading 依申请公开 of a department's report
_REQUESTS = {
    "全年新收申请63件，上年结转5件，办结60件，结转下年度8件。": [
        "received_new 63",
        "carried_in 5",
        "answered 60",
        "carried_out 8",
    ],
    "本年新收申请13件，连同上年结转0件，共办结10件，3件结转下年度办理。": [
        "received_new 13",
        "carried_in none",
        "answered 10",
        "carried_out 3",
    ],
    "本年新收政府信息公开申请63件，加上年结转5件，全年答复60件，另有8件结转下一年度继续办理。": [
        "received_new 63",
        "carried_in 5",
        "answered 60",
        "carried_out 8",
    ],
    "全年接收公民、法人和其他组织的政府信息公开申请共计25件。": ["received 25"],
    "申请人向我局提出政府信息公开申请25件，比上年有所变化。": ["received 25"],
    "政府信息公开申请全年办理答复60件，无一超期。": ["answered 60"],
    "年底仍在办理的8件申请结转至下一年度。": ["carried_out 8"],
    "上年度结转的申请5件已全部办结。": ["carried_in 5"],
    "收到申请68件（含上年结转5件），办结60件，结转8件。": [
        "received_all 68",
        "carried_in 5",
        "answered 60",
        "carried_out 8",
    ],
    "收到政府信息公开申请（含上年结转）68件。": ["received_all 68"],
    "连同上年结转5件，共收到申请68件。": ["carried_in 5", "received_all 68"],
    "新收及上年结转申请68件，办结60件。": ["received_all 68", "answered 60"],
    "收到政府信息公开申请１５件，其中公民申请十二件，企业申请三件。": [
        "received 15",
        "applicant.natural_person 12",
        "applicant.enterprise 3",
        "applicants 12+3 = 15",
    ],
    "收到政府信息公开申请1,315件，申请量约占全区的三成。": ["received 1315"],
    "共公开政府信息 1.2万 条。": ["disclosed 12000"],
    "受理申请近20件，收到信函20余件。": [],
    "做到办结一件申请、解决一个问题，每一件申请都认真办理。": [],
    "收到申请63件，其中自然人申请40件，占比63.5%，法人或其他组织申请24件。": [
        "received 63",
        "applicant.natural_person 40",
        "applicant.natural_person 63.5% of 63",
        "applicant.legal 24",
        "applicants 40+24 = 63 all",
    ],
    "63件新收申请中，线上40件，线下23件。": [
        "received_new 63",
        "channel.线上 40",
        "channel.线下 23",
        "channels 40+23 = 63 all",
    ],
    "共收到申请63件，通过网络提交21件，通过信函提交21件，当面提交25件。": [
        "received 63",
        "channel.网络 21",
        "channel.信函 21",
        "channel.当面 25",
        "channels 21+21+25 = 63 all",
    ],
    "收到申请63件，其中网络申请21件，信函申请12件。": [
        "received 63",
        "channel.网络 21",
        "channel.信函 12",
        "channels 21+12 = 63",
    ],
    "办结60件，其中予以公开及部分公开42件，占70%；不予公开5件，无法提供的有13件。": [
        "answered 60",
        "results.full_disclosure+results.partial_disclosure 42",
        "results.full_disclosure+results.partial_disclosure 70% of 60",
        "results.denied 5",
        "results.unable 13",
    ],
    "办理结果中，属于四类过程性信息1件，本机关不掌握相关政府信息2件，作其他处理（含申请人撤回申请）4件。": [
        "results.denied.process_info 1",
        "results.unable.not_held 2",
        "results.other 4",
    ],
    "予以公开、部分公开、不予公开分别为5件、3件、2件。": [
        "results.full_disclosure 5",
        "results.partial_disclosure 3",
        "results.denied 2",
    ],
    "全年收到政府信息公开申请12件，较上年增加3件，增长33.3%。": ["received 12"],
    "2022年收到政府信息公开申请60件，今年收到63件。": ["received 60 previous", "received 63"],
    "2022年上半年，收到申请7件。其中予以公开3件。": [
        "received 7 other",
        "results.full_disclosure 3 other",
    ],
    "截至11月底，共收到申请12件；2023年1月1日至12月31日，共收到申请13件。": [
        "received 12 other",
        "received 13",
    ],
    "自2008年《条例》施行以来，累计收到申请120件。": ["received 120 unknown ?"],
    "2023年累计收到申请12件。": ["received 12"],
    "自2023年1月1日至6月30日，收到申请30件。": ["received 30 other"],
    "数据自2023年1月1日起至12月31日止，共收到申请63件。": ["received 63"],
    "截至2023年底，共收到申请63件；2022年收到51件，2021年收到40件。": [
        "received 63",
        "received 51 previous",
        "received 40 other",
    ],
    "我局共收到上级转来的政府信息公开申请4件。": ["received 4 part ?"],
    "经批准延期答复5件，协助上级机关办理申请6件。": ["answered 5 part ?", "handled 6 part ?"],
    "映溪区林草局依法规范答复申请60件。": ["answered 60"],
    "全年共受理不动产登记信息查询申请1200件。": ["accepted 1200 part ?"],
    "共收到政府信息公开申请63件次，较去年增加5件次。": [],
    "办理建议提案12件，办结率100%；办结行政许可申请1200件。": [],
    "我局收到申请63件，占全区申请总量的12.5%。": ["received 63"],
    "收到申请 2 023件。": [],
    "本年度代表区政府办理行政复议案件20件，应诉案件13件。": [
        "review.total 20 part ?",
        "suit.total 13 part ?",
    ],
    "下一步，力争办结申请20件。": [],
    "全区林草系统共受理申请40件。": ["accepted 40 whole ?"],
    "2023年，区水务局收到政府信息公开申请12件。": ["received 12 part ?"],
    "2023年，区林草局收到政府信息公开申请12件。": ["received 12"],
    "按照区政府要求，我局收到申请12件。": ["received 12"],
    "收到涉及征地拆迁的政府信息公开申请12件。": ["received 12 part ?"],
    "接收通过邮寄、网络提交的政府信息公开申请共计81件。": ["received 81 part ?"],
    "12345热线转来的林地咨询45件均已回复，咨询不计入政府信息公开申请。": [],
    "收到行政许可申请45件，收到群众意见30条。": [],
    "配合上级机关起草规范性文件4件，均以上级机关名义印发。": [],
    "全年未收到政府信息公开申请，也没有上年结转的申请。": ["received none", "carried_in none"],
    "2023年度，我局没有接到任何单位和个人提出的政府信息公开申请。": ["received none"],
    "收到的政府信息公开申请为零。": ["received none"],
    "我局无依申请公开政府信息事项。": ["received none"],
    "本年没有收到以传真方式提出的政府信息公开申请。": ["received none part ?"],
    "全年未收到行政许可申请，未收到因申请公开引起的投诉，没有超期未答复的申请。": [],
    "未收到收费申请，未发生不予公开的申请被撤销的情形。": [],
    "因政府信息公开工作发生行政复议3件：维持1件，纠正2件；行政诉讼2件，均为复议后起诉。": [
        "review.total 3",
        "review.upheld 1",
        "review.corrected 2",
        "parts 1+2 = 3 all",
        "suit.total 2",
    ],
    "共发生行政复议、行政诉讼0件。": ["disputes.total none"],
    "未出现因政府信息公开引发的行政复议和行政诉讼的情况。": ["review.total none", "suit.total none"],
    "本年度没有申请人因不服答复提起行政复议或行政诉讼。": ["review.total none", "suit.total none"],
    "未发生行政复议败诉案件。": [],
    "全年备案行政复议案件134件，行政诉讼案件57件。": ["review.total 134 part ?", "suit.total 57 part ?"],
    "复议7件，诉讼9件，均获维持。": [
        "review.total 7",
        "suit.total 9",
        "review.upheld outcome",
        "suit.upheld outcome",
    ],
    "已审结的行政复议案件均获维持，行政诉讼零败诉。": [
        "review.closed_upheld outcome",
        "suit.unlost outcome",
    ],
    "行政复议7件，无纠错案件。": ["review.total 7", "review.unlost outcome"],
    "申请办结率达到100%，按期答复率为百分之百。": ["rate.done 100%", "rate.on_time 100%"],
    "因政府信息公开引发的行政复议、行政诉讼分别为2件和3件。": ["review.total 2", "suit.total 3"],
    "一般公开信息，无复议。": ["review.total none"],
}
# … of a government's report
_GOVERNMENT = {
    "2023年，区政府办代表区政府受理政府信息公开申请17件。": ["accepted 17 unknown ?"],
    "我区共收到政府信息公开申请95件。": ["received 95 whole"],
    "按照省政府办公厅关于政务公开的要求，全区共收到申请95件。": ["received 95 whole"],
}
# under the sub-heading 主动公开
_PROACTIVE = {
    "全年主动公开信息226条，包括门户网站75条、政务新媒体56条、其他渠道140条。": [
        "disclosed 226",
        "parts 75+56+140 = 226 all",
    ],
    "主动公开政府信息226条：网站75条，微信公众号56条，公开栏100条。": [
        "disclosed 226",
        "parts 75+56+100 = 226 all",
    ],
    "全年主动公开信息1315条,其中政务动态276条,政策法规类10条;回应关切21次。": [
        "disclosed 1315",
        "parts 276+10 = 1315",
    ],
    "全年发布380条财政信息，其中专项资金152条，预决算197条（政府32条、部门165条）、债券31条。": [
        "disclosed 380",
        "parts 32+165 = 197 all",
        "parts 152+197+31 = 380",
    ],
    "全年公开信息500条，其中部门动态300条，其中原创120条，通知180条。": ["disclosed 500"],
    "制发行政规范性文件5件，废止2件，现行有效23件。": [
        "documents.normative_docs.issued 5",
        "documents.normative_docs.repealed 2",
        "documents.normative_docs.in_force 23",
    ],
    "制发行政规范性文件6件（含修订1件），公开规章3件。": ["documents.normative_docs.issued 6 part ?"],
    "本年作出并公开行政处罚决定45件，公开行政许可、行政处罚等信用信息600条。": ["decisions.penalty 45"],
    "“双公示”平台累计公示行政处罚信息600条，含以前年度形成的信息。": ["decisions.penalty 600 unknown ?"],
}
# in section six
_OTHER = {
    "本年度未收取信息处理费，2022年收取信息处理费400元。": ["fee none", "fee 400 previous"],
    "依规收取信息处理费，金额为0.46万元。": ["fee 4600"],
    "公开行政事业性收费目录，没有新增收费项目，收取行政事业性收费12.35万元。": [],
    "未发出收费通知，未产生信息处理费。": ["fee none"],
}
# where nothing says what it is about
_NOWHERE: dict[str, list[str]] = {
    "全市受理行政复议案件134件，办理应诉案件20件。": [],
}


@pytest.mark.parametrize("sentence", _REQUESTS)
def test_requests(sentence: str) -> None:
    assert [brief(row) for row in read("（二）依申请公开。" + sentence)] == _REQUESTS[sentence]


@pytest.mark.parametrize("sentence", _GOVERNMENT)
def test_a_governments_report(sentence: str) -> None:
    rows = read("（二）依申请公开。" + sentence, known=_OF_ALL)
    assert [brief(row) for row in rows] == _GOVERNMENT[sentence]


@pytest.mark.parametrize("sentence", _PROACTIVE)
def test_what_was_published(sentence: str) -> None:
    assert [brief(row) for row in read("（一）主动公开。" + sentence)] == _PROACTIVE[sentence]


@pytest.mark.parametrize("sentence", _OTHER)
def test_fees(sentence: str) -> None:
    assert [brief(row) for row in read(sentence, "other")] == _OTHER[sentence]


@pytest.mark.parametrize("sentence", _NOWHERE)
def test_without_a_subject(sentence: str) -> None:
    assert [brief(row) for row in read(sentence)] == _NOWHERE[sentence]


def test_a_claim_keeps_its_words_and_its_place() -> None:
    rows = claim_rows(
        [
            {"paragraph": 1, "section": "title", "text": "映溪区林草局2023年收到申请9件", "where": "{}"},
            {
                "paragraph": 2,
                "section": "overview",
                "text": "依申请公开方面，2023 年共收到政府信息公开申请 12 件（均为书面），予以公开 5 件，占 41.7 ％。",
                "where": '{"line": 7}',
            },
        ],
        **_DEPARTMENT,
    )
    sentence = "依申请公开方面，2023年共收到政府信息公开申请12件（均为书面），予以公开5件，占41.7%。"
    assert [(r["claim"], r["quote"], r["raw"], r["unit"]) for r in rows] == [
        (1, "2023年共收到政府信息公开申请12件", "12件", "件"),
        (2, "予以公开5件", "5件", "件"),
        (3, "予以公开5件，占41.7%", "41.7%", "%"),
    ]
    assert {(r["paragraph"], r["section"], r["sentence"], r["where"]) for r in rows} == {
        (2, "overview", sentence, '{"line": 7}')
    }


def test_a_claim_does_not_spread_personal_data() -> None:
    rows = read("收到申请人周晓燕（电话13912345678）提出的政府信息公开申请3件。")
    assert {row["sentence"] for row in rows} == {
        "收到申请人周**（电话139****5678）提出的政府信息公开申请3件。"
    }


def test_the_sentence_after_goes_on_with_the_same_scope_and_time() -> None:
    rows = read("2022年，全区各部门共收到政府信息公开申请149件。其中，予以公开90件。", known=_OF_ALL)
    assert [brief(row) for row in rows] == [
        "received 149 whole previous",
        "results.full_disclosure 90 whole previous",
    ]


def test_an_office_that_was_named_as_the_one_that_acts() -> None:
    rows = read("（二）依申请公开。区政府办公室规范办理流程。全年收到政府信息公开申请17件。", known=_OF_ALL)
    assert [(row["value"], row["doubt"]) for row in rows] == [
        (17.0, "该数的主体是“区政府办公室”，与本报告表格的统计范围不一定相同。")
    ]


def test_the_subject_of_what_was_published() -> None:
    def subjects(text: str) -> list[str | None]:
        return [row["subject"] for row in read(text)]

    assert subjects("2023年，我局全年主动公开政府信息150条。") == ["主动公开政府信息"]
    assert subjects("（一）主动公开。全年主动公开政府信息159条，林业内容占比最大。") == ["主动公开政府信息"]
    assert subjects("全年通过网站主动公开信息20条。") == ["通过网站主动公开信息"]
    assert subjects("围绕林地审批，主动公开信息20条。") == [None]
    assert subjects("全年共发布信息68条。") == [None]


def test_tokens_are_those_of_the_whole_lexicon() -> None:
    """Trying only the expressions that can begin with a character finds what trying all of them finds."""
    everything = re.compile("|".join(f"(?P<k{n}>{e})" for n, (_, e) in enumerate(lexicon._LEXICON)))
    for printed in (*_REQUESTS, *_GOVERNMENT, *_PROACTIVE, *_OTHER, *_NOWHERE):
        sentence = plain(printed)
        expected = [
            (m.start(), m.end(), lexicon._LEXICON[int((m.lastgroup or "k0")[1:])][0])
            for m in everything.finditer(sentence)
        ]
        found = [(t.start, t.end, f"{t.kind}:{t.detail}".rstrip(":")) for t in tokens(sentence)]
        assert found == expected
