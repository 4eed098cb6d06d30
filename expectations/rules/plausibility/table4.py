"""T4-02 to T4-04, T4-06, XT-01, XT-02: disputes beside the law, last year and the requests of table 3."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.plausibility.telling import NO_PREVIOUS, percent, told
from expectations.rules.sources import FORM
from expectations.rules.wording import number, row_name
from models.facts import DISPUTE_GROUPS
from models.results import Severity

_REVIEW, _DIRECT, _AFTER = (f"t4.{group}.total" for group in DISPUTE_GROUPS)
_OPEN = "t4.review.pending"
_IN_HAND = ("t3.received_new.total", "t3.carried_in.total")


def _without_requests(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    printed = {group: row[f"t4.{group}.total"] for group in DISPUTE_GROUPS if row[f"t4.{group}.total"]}
    parts = "、".join(
        f"“{row_name(row['template'], 't4', group)}”{number(n)}件" for group, n in printed.items()
    )
    return Evidence(
        "",
        f"本年和上一年度均没有收到和结转的申请，表四却填报{parts}，请核实并说明。",
        tuple(f"t4.{group}.total" for group in printed),
        number(sum(printed.values())),
        0,
        number(sum(printed.values())),
    )


def _rolling(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    lacking = []
    for group in DISPUTE_GROUPS:
        now, before = row[f"t4.{group}.total"], row[f"previous.t4.{group}.pending"]
        if now is not None and before is not None and now < before:
            lacking.append((group, number(now), number(before)))
    sentences = "；".join(
        f"“{row_name(row['template'], 't4', group)}”上一年度尚未审结{before}件，本年总计仅{now}件"
        for group, now, before in lacking
    )
    _, now, before = lacking[0]
    return Evidence(
        "t4",
        f"表四{sentences}，请核实上年未结案件是否计入本年。",
        tuple(f"t4.{group}.total" for group, *_ in lacking),
        now,
        before,
        number(now - before),
    )


RULES = (
    Rule(
        id="T4-02",
        title="复议前置（2024年起）提示",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.INFO,
        source="《中华人民共和国行政复议法》（2023年修订）第二十三条第一款第（四）项、第九十条",
        summary="2024年起，对不予公开决定不服的应当先申请行政复议，有直接起诉的提示核实归类。",
        hint="请核实案件是否属于其他情形或在2024年以前立案；归类无误的不需更正。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": _DIRECT, "max_value": 0}),
        reads=(_DIRECT,),
        evidence=told(
            (_DIRECT,),
            _DIRECT,
            lambda row: (
                f"“未经复议直接起诉”填报{number(row[_DIRECT])}件。"
                "2024年起对不予公开不服的应先申请行政复议，请核实归类。"
            ),
        ),
        templates=("v2021",),
        first_year=2024,
        notes=("无法提供、不予处理、逾期答复等情形仍可能直接起诉，不作为错误。",),
    ),
    Rule(
        id="T4-03",
        title="复议后起诉不超复议基数",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.INFO,
        source="《中华人民共和国行政诉讼法》第四十四条、第四十五条",
        summary="复议后起诉的件数一般不多于本年与上一年度的行政复议件数。",
        hint="请核对案件台账；二审、再审重复计数的请更正。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "review_bound",
                "column_B": _AFTER,
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=(_AFTER, _REVIEW, "review_bound"),
        evidence=told(
            (_AFTER, _REVIEW),
            _AFTER,
            lambda row: (
                f"“复议后起诉”填报{number(row[_AFTER])}件，"
                f"多于本年和上一年度行政复议的合计{number(row['review_bound'])}件，请核实。"
            ),
        ),
        compared=True,
        reasons={"review_bound": NO_PREVIOUS},
        notes=("多于本年行政复议而没有上一年度报告的，不作判断。",),
    ),
    Rule(
        id="T4-04",
        title="尚未审结滚动",
        frame="totals",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.INFO,
        source=f"{FORM}表四“尚未审结”",
        summary="上一年度尚未审结的案件应当在本年总计中出现。",
        hint="请核对案件台账；当地只统计新收案件的不需更正。",
        check=Check(
            "ExpectColumnInequalitiesToHold",
            {
                "equations": [
                    {"left": [f"t4.{group}.total"], "right": [f"previous.t4.{group}.pending"]}
                    for group in DISPUTE_GROUPS
                ]
            },
        ),
        reads=tuple(
            name for group in DISPUTE_GROUPS for name in (f"t4.{group}.total", f"previous.t4.{group}.pending")
        ),
        evidence=_rolling,
        notes=("计数口径没有查到全国规定，只作提示。",),
    ),
    Rule(
        id="T4-06",
        title="审结率异常",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.INFO,
        source="《中华人民共和国行政复议法》（2023年修订）第五十三条、第六十二条",
        summary="行政复议尚未审结的比例过高的，提示核实。",
        hint="请核对案件台账；年底集中受理的不需更正。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {"column": "pending_share", "max_value": Setting("thresholds.pending_share")},
        ),
        reads=(_OPEN, "pending_share"),
        rows=(Where(_REVIEW, ">=", Setting("thresholds.pending_from")),),
        vacuous=True,
        evidence=told(
            (_OPEN, _REVIEW),
            _OPEN,
            lambda row: (
                f"行政复议{number(row[_REVIEW])}件中尚未审结{number(row[_OPEN])}件，"
                f"占{percent(row['pending_share'])}，请核实。"
            ),
        ),
    ),
)

BETWEEN_TABLES = (
    Rule(
        id="XT-01",
        title="无申请却有争议",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.WARNING,
        source="最高人民法院关于审理政府信息公开行政案件若干问题的规定（法释〔2011〕17号）第一条",
        summary="两年都没有申请而有行政复议、行政诉讼的，应当核实并说明。",
        hint="请核对申请和案件台账；争议涉及主动公开、更正信息或更早年度的，请在第六部分说明。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "requests_in_two_years", "min_value": 1}),
        reads=("requests_in_two_years",),
        rows=(Where("any_dispute", "==", True),),
        vacuous=True,
        evidence=_without_requests,
        compared=True,
        reasons={
            "requests_in_two_years": NO_PREVIOUS,
            "any_dispute": "表四总计没有可用的数值，无法判断。",
        },
    ),
    Rule(
        id="XT-02",
        title="争议量级",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.INFO,
        source=f"{FORM}表三、表四",
        summary="争议件数远多于申请件数的，提示核实。",
        hint="请核对申请和案件台账；同一案件经多个审级的不需更正。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "disputes_bound",
                "column_B": "disputes",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=(_REVIEW, _DIRECT, _AFTER, *_IN_HAND, "disputes_bound"),
        evidence=told(
            (_REVIEW, _DIRECT, _AFTER, *_IN_HAND),
            "disputes",
            lambda row: (
                f"表四各类争议共{number(row['disputes'])}件，表三新收和结转的申请共{number(row['requests_in_hand'])}件，"
                "数量不相称，请核实。"
            ),
        ),
        compared=True,
        reasons={"disputes_bound": NO_PREVIOUS},
        notes=(
            "争议多于两倍申请与上一年度尚未审结之和的才提示；需要上一年度数据而没有的，不作判断。",
            "两年都没有申请的，由XT-01报告。",
        ),
    ),
)
