"""STALE: whether the text speaks of the report year, and of the present."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.quoting import excerpt, part, passages, times
from expectations.rules.sources import REGULATION
from models.results import Severity

_UNSURE_YEAR = (Where("year_source", "in", ("file_name", "body")),)
_NO_YEAR = "报告年度无法确定。"


def _stale(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    own = f"提到{row['year']}年只有{row['years_own']}处" if row["years_own"] else f"没有提到{row['year']}年"
    return Evidence(
        "",
        f"第一、五部分所述时间为{row['old_years']}年的有{row['years_old']}处，{own}，"
        f"疑为沿用旧年度文本，如“{_cut(row['old_sentence'])}”。",
        observed=row["years_old"],
        expected=row["years_own"],
    )


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= 40 else sentence[:40] + "…"


def _future(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    year = row["mentioned_year"]
    return Evidence(
        str(year),
        f"{part(row)}把{year}年写作已经过去的时间{times(rows)}：“{excerpt(row)}”，而报告年度为{row['year']}年。",
        observed=year,
        expected=row["year"],
        passages=passages(rows),
    )


def _relative(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        row["text"],
        f"第一部分使用“{row['text']}”{times(rows)}，报告公布后所指时间不明：“{excerpt(row)}”。",
        observed=row["text"],
        passages=passages(rows),
    )


def _meeting(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        "",
        f"报告引用的最近一次会议为{row['meeting_cited']}，而{row['year']}年初之前{row['meeting_due']}已经召开，"
        "请核对是否沿用旧年度文本。",
        observed=row["meeting_cited"],
        expected=row["meeting_due"],
    )


RULES = (
    Rule(
        id="STALE-01",
        title="通篇旧年份",
        frame="reports",
        dimension="originality",
        quality="currentness",
        severity=Severity.WARNING,
        cases=(Case(Severity.CRITICAL, (Where("years_old", ">=", 2),)),),
        operator_when=(_UNSURE_YEAR, (Where("years_old", "<", 2), Where("old_first", "!=", True))),
        source=f"{REGULATION}第四十九条（“上一年度”）",
        summary="第一、五部分所述工作的时间应当是报告年度，旧年份不应多于报告年度。",
        hint="请核对是否误用旧年度文本；确属误用的按报告年度的实际工作重写，并逐项复核各表数据。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "years_own",
                "column_B": "years_old",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("years_own", "years_old"),
        evidence=_stale,
        templates=None,
        notes=(
            "只计作为所述工作时间的年份；书名号、引号内的年份，决算、预算、工作要点等名称中的年份，“比上年”“同比”等比较，"
            "“自××年以来”，规划和下一年打算，均不计作旧年份。",
            "只出现一处旧年份的为一般，不在段首的并交核查人员核实；报告年度只能从文件名或正文推断的，交核查人员核实。",
        ),
        reasons={
            "years_own": "报告年度无法确定，或未读到第一、五部分正文。",
            "years_old": "报告年度无法确定，或未读到第一、五部分正文。",
        },
    ),
    Rule(
        id="STALE-02",
        title="未来年份",
        frame="mentions",
        dimension="originality",
        quality="currentness",
        severity=Severity.WARNING,
        operator_when=(_UNSURE_YEAR,),
        source="核查系统归纳的编制常见错误",
        summary="所述工作的时间不应晚于报告年度。",
        hint="请核对年份是否笔误，或误用了其他年度的文本。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "year",
                "column_B": "mentioned_year",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("year",),
        rows=(Where("topic", "==", "year"),),
        vacuous=True,
        group_by=("mentioned_year",),
        evidence=_future,
        templates=None,
        notes=("第五部分的下一年打算、规划目标、落款和公布日期不在此列。",),
        reasons={"year": _NO_YEAR},
        reason_column="reason",
    ),
    Rule(
        id="STALE-03",
        title="相对时间词",
        frame="mentions",
        dimension="originality",
        quality="understandability",
        severity=Severity.INFO,
        source="核查系统归纳的编制常见问题",
        summary="第一部分不宜使用“今年”“去年”“截至目前”等公布后所指不明的时间词。",
        hint="请改用具体年份或日期，如“2023年”“截至2023年12月31日”。",
        check=Check(
            "ExpectColumnValuesToNotMatchRegexList",
            {"column": "text", "regex_list": Setting("words.relative_times")},
        ),
        reads=(),
        rows=(Where("topic", "==", "relative time"),),
        vacuous=True,
        group_by=("text",),
        evidence=_relative,
        templates=None,
        reason_column="reason",
    ),
    Rule(
        id="STALE-04",
        title="政治表述时效",
        frame="reports",
        dimension="originality",
        quality="currentness",
        severity=Severity.INFO,
        source="党的全国代表大会、中央全会公报（会议闭幕日期）",
        summary="引用党的代表大会、中央全会精神的，应当包括报告年度开始前最近召开的一次。",
        hint="请核对表述是否沿用旧年度文本。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "meeting_cited_on",
                "column_B": "meeting_due_on",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("meeting_cited_on", "meeting_due_on"),
        rows=(Where("cites_meeting", "==", True),),
        vacuous=True,
        evidence=_meeting,
        templates=None,
        notes=("“党的十八大以来”等历史表述不在此列；只引用代表大会的，不要求引用其后的全会。",),
        reasons={
            "meeting_cited_on": "报告年度无法确定，或引用的会议不在会议表中。",
            "meeting_due_on": "报告年度无法确定，或引用的会议不在会议表中。",
        },
    ),
)
