"""TXT, XT-03: what the prose says beside what the tables say, and beside what the prose itself says elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from expectations.readings import MOST_OTHER
from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.prose_evidence import (
    DISPUTES,
    FIRST,
    WHOLES,
    against_table,
    contradiction,
    done_and_out,
    fee,
    identity,
    outcome,
    parts,
    published,
    share,
)
from expectations.rules.sources import FORM, FORM_2021
from models.results import Severity

_STATED = ("is", "none")
_CONTENT = "国办公开办函〔2021〕30号第一部分（“发布内容不准确不全面”）"
_TABLE_3 = f"{FORM}表三；{_CONTENT}"
_TABLE_4 = f"{FORM}表四；{_CONTENT}"
_OCR = ((Where("report_read_by", "==", "ocr"),),)
_RECEIVED = ("received_new", "received", "accepted", "handled", "received_all", "received_answered")
_SPARE = tuple(f"spare_{n}" for n in range(1, MOST_OTHER + 1))
_CONCERNS = Where("concerns", "==", True)
_HINTED = (Case(Severity.INFO, (Where("fits_other", "==", True),)),)


def _equals(first: int, spare: int = 0) -> Check:
    """The number claimed equals one of its first readings; or, where what is meant is in doubt, another."""
    return Check(
        "ExpectColumnValueToEqualOneOfColumns",
        {"column": "checked", "candidate_columns": [*FIRST[:first], *_SPARE[:spare]]},
    )


def _fits_whole(nearly: Setting | float, thin: Setting | float) -> Check:
    return Check(
        "ExpectPartsToFitWhole",
        {
            "column_A": "value",
            "column_B": "base",
            "exhaustive_column": "exhaustive",
            "parts_column": "listed",
            "nearly": nearly,
            "thin": thin,
            "least_parts": 3,
        },
    )


def _rule(
    rule_id: str,
    title: str,
    severity: Severity,
    source: str,
    summary: str,
    hint: str,
    check: Check,
    rows: tuple[Where, ...],
    evidence: Callable[[Sequence[Row]], Evidence],
    reads: tuple[str, ...] = ("checked",),
    **more: Any,
) -> Rule:
    told: dict[str, Any] = {
        "frame": "claims",
        "dimension": "prose",
        "quality": "consistency",
        "vacuous": True,
        "operator_when": _OCR,
        "group_by": ("sentence",),
        "reason_column": "open",
        "reasons": {"": "文中没有可以核对的表述。"},
    } | more
    return Rule(
        id=rule_id,
        title=title,
        severity=severity,
        source=source,
        summary=summary,
        hint=hint,
        check=check,
        rows=rows,
        reads=reads,
        evidence=evidence,
        **told,
    )


def _metrics(*names: str, relations: tuple[str, ...] = ("is",)) -> tuple[Where, ...]:
    return (Where("metric", "in", names), Where("relation", "in", relations), _CONCERNS)


_RESULT = (Where("family", "==", "results"), Where("relation", "in", _STATED), _CONCERNS)

OUTCOME_RULES = (
    _rule(
        "XT-03",
        "纠错与文字结论",
        Severity.CRITICAL,
        _TABLE_4,
        "文中写明复议、诉讼均获维持、没有败诉或纠错的，表四相应的“结果纠正”应当为0（未说明是已审结案件的，“尚未审结”也应当为0）。",
        "请核对案件台账，更正文字结论或表四数据；案件尚未审结的，写明“已审结的均获维持”。",
        Check(
            "ExpectMulticolumnSumToEqual",
            {
                "column_list": ["corrected", "pending"],
                "sum_total": 0,
                "ignore_row_if": "any_value_is_missing",
            },
        ),
        (Where("relation", "==", "outcome"), Where("family", "in", ("review", "suit")), _CONCERNS),
        outcome,
        ("corrected", "pending"),
        cases=(Case(Severity.INFO, (Where("claims_upheld", "==", False), Where("corrected", "==", 0.0))),),
        notes=(
            "写明只就已审结案件而言的，不计尚未审结。",
            "写“零败诉”“无纠错”而只有尚未审结的案件的，为提示。",
        ),
    ),
)

RULES = (
    _rule(
        "TXT-01",
        "“未收到”与表三",
        Severity.CRITICAL,
        _TABLE_3,
        "文中写明未收到政府信息公开申请的，表三“本年新收”应当为0。",
        "请核对申请台账，更正文字或表三数据。",
        _equals(1),
        _metrics(*_RECEIVED, relations=("none",)),
        against_table,
        notes=("只说某一种渠道未收到的，不作判断。",),
    ),
    _rule(
        "TXT-02",
        "“收到N件”与表三",
        Severity.CRITICAL,
        _TABLE_3,
        "文中收到、受理的申请件数，应当是表三的本年新收，或其与上年结转之和，或办理结果总计与结转下年度之和。",
        "请核对申请台账，使文字与表三一致；统计范围不同的请写明。",
        _equals(4, 2),
        _metrics(*_RECEIVED),
        against_table,
        cases=_HINTED,
        notes=(
            "写“受理”“办理”的，符合其中任一口径即为通过；写“收到”“新收”而只符合后两种口径的，为提示。",
            "统计范围、时间不能确定的不作判断，列为待核；去年的数、某一季度的数不作比较。",
        ),
    ),
    _rule(
        "TXT-03",
        "“办结、答复N件”与表三",
        Severity.CRITICAL,
        _TABLE_3,
        "文中办结、答复的件数应当等于表三办理结果总计。",
        "请核对申请台账，使文字与表三一致。",
        _equals(1, 3),
        _metrics("answered", relations=_STATED),
        against_table,
        cases=_HINTED,
        notes=("只计当年新收的、只计上年结转以外的或者不计其他处理的，为提示。",),
    ),
    _rule(
        "TXT-04",
        "分类结果文字数",
        Severity.CRITICAL,
        _TABLE_3,
        "文中予以公开、部分公开、不予公开、无法提供、不予处理、其他处理的件数应当等于表三相应各项。",
        "请核对申请台账，使文字与表三一致。",
        _equals(1, 1),
        _RESULT,
        against_table,
        cases=_HINTED,
        notes=(
            "“予以公开及部分公开”等合并表述按两项之和核对。",
            "写“予以公开”而等于予以公开与部分公开之和的，为提示。",
        ),
    ),
    _rule(
        "TXT-05",
        "占比换算",
        Severity.WARNING,
        _CONTENT,
        "文中的百分比应当与所列件数相符（以文中总数、办理结果总计或本年新收为基数，有一个相符即可）。",
        "请重新计算占比。",
        Check(
            "ExpectColumnShareToFitOneOfBases",
            {
                "column": "share",
                "part_column": "part",
                "digit_column": "digit",
                "candidate_columns": [column for column, _ in WHOLES],
            },
        ),
        (Where("relation", "==", "share"), Where("has_part", "==", True), Where("period", "==", "this")),
        share,
        ("share",),
        quality="accuracy",
        notes=("末位四舍五入或者直接舍去尾数的都可以。",),
    ),
    _rule(
        "TXT-06",
        "结转文字数",
        Severity.CRITICAL,
        _TABLE_3,
        "文中上年结转、结转下年度的件数应当等于表三相应各项。",
        "请核对申请台账，使文字与表三一致。",
        _equals(1),
        _metrics("carried_in", "carried_out", relations=_STATED),
        against_table,
    ),
    _rule(
        "TXT-07",
        "文字内部恒等",
        Severity.CRITICAL,
        _TABLE_3,
        "同一段文字写明新收、上年结转、办结、结转下年度四个件数的，前两项之和应当等于后两项之和。",
        "请核对申请台账，更正文字中的件数。",
        Check(
            "ExpectColumnSumsToBeEqual",
            {"left_columns": ["said_new", "said_in"], "right_columns": ["said_done", "said_out"]},
        ),
        (Where("balance", "==", True),),
        identity,
        ("said_new", "said_in", "said_done", "said_out"),
        group_by=(),
    ),
    _rule(
        "TXT-08",
        "申请人、渠道分拆",
        Severity.WARNING,
        _CONTENT,
        "文中按申请人（自然人、法人或其他组织）或渠道分列的件数，合计应当等于申请总数。",
        "请核对申请台账，更正分列的件数。",
        _fits_whole(Setting("thresholds.parts_nearly"), 0.0),
        (Where("metric", "in", ("applicants", "channels")), Where("relation", "==", "sum")),
        parts,
        ("value", "base"),
        notes=("写明“其中”而只列出一部分的，不要求相等，大于总数或者与总数只差一点的才作为问题。",),
        reason_column=None,
    ),
    _rule(
        "TXT-09",
        "复议诉讼文字数",
        Severity.CRITICAL,
        _TABLE_4,
        "文中行政复议、行政诉讼的件数和结果应当等于表四相应各项，写明未发生的应当为0。",
        "请核对案件台账，使文字与表四一致。",
        _equals(1, 2),
        (Where("family", "in", DISPUTES), Where("relation", "in", _STATED), _CONCERNS),
        against_table,
        cases=_HINTED,
        notes=(
            "行政诉讼按未经复议直接起诉与复议后起诉之和核对，只与其中一类相等的为提示。",
            "办理、备案他人复议诉讼案件的件数不作比较。",
        ),
    ),
    _rule(
        "TXT-10",
        "规范性文件、规章文字数",
        Severity.WARNING,
        f"{FORM_2021}表二；{_CONTENT}",
        "文中制发、废止、现行有效的规章和行政规范性文件件数应当等于表二。",
        "请核对文件清单，使文字与表二一致。",
        _equals(1),
        (Where("family", "==", "documents"), Where("relation", "in", _STATED), _CONCERNS),
        against_table,
        templates=("v2021",),
        notes=("代拟、由政府制定、含修改的件数不作比较。",),
    ),
    _rule(
        "TXT-11",
        "合计与分项（其中、包括）",
        Severity.WARNING,
        _CONTENT,
        "文中写明合计和分项的，分项之和不应大于合计；写明是全部分项的应当相等。",
        "请核对数据，更正合计或分项。",
        _fits_whole(Setting("thresholds.parts_nearly"), Setting("thresholds.parts_thin")),
        (Where("metric", "==", "parts"), Where("relation", "==", "sum")),
        parts,
        ("value", "base"),
        quality="accuracy",
        templates=None,
        cases=(Case(Severity.INFO, (Where("misses_little", "==", True),)),),
        notes=(
            "只列出一部分的不要求相等，大于合计或者与合计只差一点的才作为问题；列出三项以上而合计不到六成的为提示。",
        ),
        reason_column=None,
    ),
    _rule(
        "TXT-12",
        "办结率100%与结转",
        Severity.INFO,
        _TABLE_3,
        "写明办结率100%而有结转下年度的，提示核实表述。",
        "请核实表述；按期办结率为100%的，写明“按期”。",
        Check("ExpectColumnValuesToBeBetween", {"column": "table_carried_out", "max_value": 0}),
        (Where("metric", "==", "rate.done"), Where("value", "==", 100.0), Where("sure", "==", True)),
        done_and_out,
        ("table_carried_out",),
        reasons={"table_carried_out": "表三“结转下年度继续办理”总计未能确定。"},
        notes=("按期、按时、依法办结率不在此列。",),
        reason_column=None,
    ),
    _rule(
        "TXT-13",
        "同一指标前后矛盾",
        Severity.WARNING,
        _CONTENT,
        "同一事项在报告中多处出现的，件数应当一致。",
        "请核对数据，使前后一致。",
        Check(
            "ExpectColumnPairValuesToBeEqual",
            {"column_A": "value", "column_B": "told_first", "ignore_row_if": "either_value_is_missing"},
        ),
        (Where("told_again", "==", True),),
        contradiction,
        ("value",),
        templates=None,
        reason_column=None,
        notes=("统计范围、时间、对象不同的不作比较。",),
    ),
    _rule(
        "TXT-14",
        "收费表述一致",
        Severity.CRITICAL,
        "国办函〔2020〕109号",
        "写明未收取信息处理费的，报告其他地方不应有收取的金额。",
        "请核对收费台账，更正表述。",
        Check("ExpectColumnValuesToBeBetween", {"column": "fee_charged", "max_value": 0}),
        (
            Where("metric", "==", "fee"),
            Where("relation", "==", "none"),
            Where("sure", "==", True),
            Where("says_charged", "==", True),
        ),
        fee,
        ("fee_charged",),
        templates=("v2021",),
        notes=("行政事业性收费不是信息处理费，不作比较。",),
        reason_column=None,
    ),
)

DECISION_RULES = (
    _rule(
        "T2-08",
        "公开条数与决定件数",
        Severity.INFO,
        "武政办发〔2025〕54号（处理决定含已公开和依法未公开的全部决定）",
        "文中本年公开的许可、处罚、强制决定不应多于表二处理决定数量。",
        "请核实口径；含以前年度决定的请写明。",
        Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "reading_1",
                "column_B": "checked",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        (Where("family", "==", "decisions"), Where("relation", "==", "is"), _CONCERNS),
        published,
        ("checked",),
        templates=("v2021",),
        dimension="arithmetic",
    ),
)
