"""TXT, XT-03: what the prose says beside what the tables say, and beside what the prose itself says elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules.sources import FORM, FORM_2021
from expectations.rules.wording import number, row_name, section_name
from models.results import Passage, Severity

READINGS = ("reading_1", "reading_2", "reading_3", "reading_4")
_STATED = ("is", "none")
_CONTENT = "国办公开办函〔2021〕30号第一部分（“发布内容不准确不全面”）"
_TABLE_3 = f"{FORM}表三；{_CONTENT}"
_TABLE_4 = f"{FORM}表四；{_CONTENT}"
_OCR = ((Where("report_read_by", "==", "ocr"),),)
_OPEN = {"": "文中没有可以核对的表述。"}

_RECEIVED = ("received_new", "received", "accepted", "handled", "received_all", "received_answered")
_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "received_new": ("本年新收",),
    "received": ("本年新收", "本年新收与上年结转之和", "办理结果总计与结转下年度之和"),
    "accepted": ("本年新收", "本年新收与上年结转之和", "办理结果总计与结转下年度之和", "办理结果总计"),
    "handled": ("办理结果总计", "本年新收", "本年新收与上年结转之和", "办理结果总计与结转下年度之和"),
    "received_all": ("本年新收与上年结转之和", "办理结果总计与结转下年度之和"),
    "received_answered": (
        "本年新收",
        "办理结果总计",
        "本年新收与上年结转之和",
        "办理结果总计与结转下年度之和",
    ),
    "answered": ("办理结果总计",),
    "carried_in": ("上年结转",),
    "carried_out": ("结转下年度继续办理",),
}
_DISPUTES = {
    "review": "行政复议",
    "suit": "行政诉讼",
    "suit_direct": "未经复议直接起诉",
    "suit_after_review": "复议后起诉",
    "disputes": "行政复议和行政诉讼",
}
_OUTCOMES = {
    "total": "总计",
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
}
_DOCUMENTS = {"issued": "本年制发件数", "repealed": "本年废止件数", "in_force": "现行有效件数"}
_GROUPS = {
    "results.denied": "（三）不予公开",
    "results.unable": "（四）无法提供",
    "results.not_handled": "（五）不予处理",
    "results.other": "（六）其他处理",
}


def _meanings(row: Row) -> tuple[str, ...]:
    """The names of what the readings of a claim are, as the tables call them."""
    metric = str(row["metric"])
    if metric in _MEANINGS:
        return _MEANINGS[metric]
    if metric.startswith("results."):
        parts = [_GROUPS.get(part) or row_name(row["template"], "t3", part) for part in metric.split("+")]
        return ("与".join(parts) + ("之和" if len(parts) > 1 else ""),)
    head, _, tail = metric.partition(".")
    if head in _DISPUTES:
        return (f"{_DISPUTES[head]}“{_OUTCOMES[tail]}”",)
    if head == "documents":
        kind, column = tail.split(".")
        return (f"“{row_name(row['template'], 't2', kind)}”{_DOCUMENTS[column]}",)
    return (f"“{row_name(row['template'], 't2', tail)}”",)


_TABLE_OF = {
    "documents": "表二",
    "decisions": "表二",
    "review": "表四",
    "suit": "表四",
    "suit_direct": "表四",
    "suit_after_review": "表四",
    "disputes": "表四",
}


def _printed(row: Row) -> str:
    table = _TABLE_OF.get(str(row["metric"]).split(".")[0], "表三")
    told = [
        f"{name}为{number(row[reading])}件"
        for name, reading in zip(_meanings(row), READINGS, strict=False)
        if row[reading] is not None
    ]
    return f"{table}{'、'.join(told)}"


def _where(row: Row) -> str:
    names = {"intro": "报告引言", "extra": "规定之外的部分"}
    return names.get(row["section"]) or f"“{section_name(row['template'], row['section'])}”"


def _passages(rows: Sequence[Row]) -> tuple[Passage, ...]:
    return tuple(Passage(own, None, rows[0]["section"]) for own in dict.fromkeys(r["sentence"] for r in rows))


def _against_table(rows: Sequence[Row]) -> Evidence:
    first = rows[0]
    told = "；".join(f"“{row['quote']}”，{_printed(row)}" for row in rows)
    expected = number(first["reading_1"]) if first["reading_1"] is not None else None
    observed = number(first["value"])
    return Evidence(
        str(first["metric"]),
        f"{_where(first)}写明{told}，文字与统计表不一致。",
        tuple(dict.fromkeys(code for row in rows for code in row["cells"])),
        observed,
        expected,
        number(observed - expected) if expected is not None else None,
        passages=_passages(rows),
    )


def _share(rows: Sequence[Row]) -> Evidence:
    first = rows[0]
    told = []
    for row in rows:
        part = number(row["parts"][0])
        bases = [
            f"占{name}的{row[column]:.2f}%"
            for column, name in (("of_base", "文中总数"), ("of_done", "办理结果总计"), ("of_new", "本年新收"))
            if row[column] is not None
        ]
        told.append(f"“{row['quote']}”，{part}件{'、'.join(dict.fromkeys(bases))}")
    observed = number(first["value"])
    expected = next(
        (round(first[c], 2) for c in ("of_base", "of_done", "of_new") if first[c] is not None), None
    )
    return Evidence(
        str(first["metric"]),
        f"{_where(first)}的占比换算有误：{'；'.join(told)}。",
        (),
        observed,
        expected,
        passages=_passages(rows),
    )


def _identity(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    new, old, done, out = (number(row[c]) for c in ("said_new", "said_in", "said_done", "said_out"))
    return Evidence(
        "identity",
        f"{_where(row)}写明新收{new}件、上年结转{old}件、办结{done}件、结转下年度{out}件，"
        f"新收与结转之和{number(new + old)}不等于办结与结转下年度之和{number(done + out)}。",
        (),
        number(new + old),
        number(done + out),
        number(new + old - done - out),
        passages=_passages(rows),
    )


def _parts(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    total, parts = number(row["base"]), number(row["value"])
    listed = "+".join(str(number(part)) for part in row["parts"])
    how = "少于" if parts < total else "大于"
    message = (
        f"{_where(row)}“{row['quote']}”：所列分项{listed}之和为{parts}，{how}合计{total}。"
        if row["disorder"] != "partial"
        else f"{_where(row)}“{row['quote']}”：所列分项之和为{parts}，只占合计{total}的{100 * row['coverage']:.0f}%，分项不完整。"
    )
    return Evidence(
        f"{row['metric']}:{row['base']:g}",
        message,
        (),
        parts,
        total,
        number(parts - total),
        passages=_passages(rows),
    )


def _done_and_out(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    out = number(row["carried_out"])
    return Evidence(
        "rate",
        f"{_where(row)}写明“{row['quote']}”，表三结转下年度继续办理为{out}件，请核实表述（按期办结率与办结率含义不同）。",
        ("t3.carried_out.total",),
        100,
        None,
        passages=_passages(rows),
    )


def _contradiction(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    value, other = number(row["value"]), number(row["other_value"])
    return Evidence(
        str(row["metric"]),
        f"{_where(row)}写明“{row['quote']}”，报告另一处同一事项写为{other}，前后不一致。",
        (),
        value,
        other,
        number(value - other),
        passages=_passages(rows),
    )


def _fee(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    amount = number(row["fee_charged"])
    return Evidence(
        "fee",
        f"{_where(row)}写明“{row['quote']}”，报告另一处写明收取信息处理费{amount}元，前后矛盾。",
        (),
        0,
        amount,
        passages=_passages(rows),
    )


def _outcome(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    groups = ("review",) if str(row["metric"]).startswith("review") else ("suit_direct", "suit_after_review")
    cells = tuple(
        f"t4.{group}.{outcome}"
        for group in groups
        for outcome in (("corrected", "pending") if row["counts_pending"] else ("corrected",))
    )
    corrected, pending = number(row["corrected"]), number(row["pending"])
    told = [f"结果纠正{corrected}件"] if corrected else []
    if row["counts_pending"] and pending:
        told.append(f"尚未审结{pending}件")
    name = _DISPUTES["review" if groups == ("review",) else "suit"]
    return Evidence(
        str(row["metric"]),
        f"{_where(row)}写明“{row['quote']}”，表四{name}却填报{'、'.join(told)}，结论与数据矛盾。",
        cells,
        number(row["against"]),
        0,
        number(row["against"]),
        passages=_passages(rows),
    )


def _published(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    said, printed = number(row["value"]), number(row["reading_1"])
    return Evidence(
        str(row["metric"]),
        f"{_where(row)}写明“{row['quote']}”，多于表二{_meanings(row)[0]}处理决定数量{printed}件，请核实口径。",
        tuple(row["cells"]),
        said,
        printed,
        number(said - printed),
        passages=_passages(rows),
    )


def _equals(candidates: int) -> Check:
    return Check(
        "ExpectColumnValueToEqualOneOfColumns",
        {"column": "checked", "candidate_columns": list(READINGS[:candidates])},
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
        "reasons": _OPEN,
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
    return (Where("metric", "in", names), Where("relation", "in", relations))


_RESULT = (Where("family", "==", "results"), Where("relation", "in", _STATED))

OUTCOME_RULES = (
    _rule(
        "XT-03",
        "纠错与文字结论",
        Severity.CRITICAL,
        _TABLE_4,
        "文中写明复议、诉讼均获维持、没有败诉或纠错的，表四相应的“结果纠正”应当为0（未说明是已审结案件的，“尚未审结”也应当为0）。",
        "请核对案件台账，更正文字结论或表四数据；案件尚未审结的，写明“已审结的均获维持”。",
        Check("ExpectColumnValuesToBeBetween", {"column": "against", "max_value": 0}),
        (Where("relation", "==", "outcome"), Where("family", "in", ("review", "suit"))),
        _outcome,
        ("against",),
        notes=("写明只就已审结案件而言的，不计尚未审结。",),
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
        _against_table,
        notes=("只说某一种渠道未收到的，不作判断。",),
    ),
    _rule(
        "TXT-02",
        "“收到N件”与表三",
        Severity.CRITICAL,
        _TABLE_3,
        "文中收到、受理的申请件数，应当是表三的本年新收，或其与上年结转之和，或办理结果总计与结转下年度之和。",
        "请核对申请台账，使文字与表三一致；统计范围不同的请写明。",
        _equals(4),
        _metrics(*_RECEIVED),
        _against_table,
        notes=("符合其中任一口径的为通过；范围、时间不能确定的不作判断，列为待核。",),
    ),
    _rule(
        "TXT-03",
        "“办结、答复N件”与表三",
        Severity.CRITICAL,
        _TABLE_3,
        "文中办结、答复的件数应当等于表三办理结果总计。",
        "请核对申请台账，使文字与表三一致。",
        _equals(1),
        _metrics("answered", relations=_STATED),
        _against_table,
    ),
    _rule(
        "TXT-04",
        "分类结果文字数",
        Severity.CRITICAL,
        _TABLE_3,
        "文中予以公开、部分公开、不予公开、无法提供、不予处理、其他处理的件数应当等于表三相应各项。",
        "请核对申请台账，使文字与表三一致。",
        _equals(1),
        _RESULT,
        _against_table,
        notes=("“予以公开及部分公开”等合并表述按两项之和核对。",),
    ),
    _rule(
        "TXT-05",
        "占比换算",
        Severity.WARNING,
        _CONTENT,
        "文中的百分比应当与所列件数相符（以文中总数、办理结果总计或本年新收为基数，有一个相符即可）。",
        "请重新计算占比。",
        Check(
            "ExpectColumnValueToEqualOneOfColumns",
            {
                "column": "share_checked",
                "candidate_columns": ["of_base", "of_done", "of_new", "of_all"],
                "tolerance_column": "tolerance",
            },
        ),
        (Where("relation", "==", "share"), Where("has_part", "==", True)),
        _share,
        ("share_checked",),
        quality="accuracy",
        notes=("容许末位四舍五入，且不小于0.05个百分点。",),
        reasons={"share_checked": "文中占比的基数不能确定，待核。"},
        reason_column=None,
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
        _against_table,
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
        (Where("says_all_four", "==", True),),
        _identity,
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
        Check(
            "ExpectColumnValuesToNotBeInSet", {"column": "disorder", "value_set": ["over", "short", "near"]}
        ),
        (Where("metric", "in", ("applicants", "channels")), Where("relation", "==", "sum")),
        _parts,
        ("disorder",),
        notes=("只列出一部分渠道的（合计不到总数的九成）不作为问题。",),
        reason_column=None,
    ),
    _rule(
        "TXT-09",
        "复议诉讼文字数",
        Severity.CRITICAL,
        _TABLE_4,
        "文中行政复议、行政诉讼的件数和结果应当等于表四相应各项，写明未发生的应当为0。",
        "请核对案件台账，使文字与表四一致。",
        _equals(1),
        (Where("family", "in", tuple(_DISPUTES)), Where("relation", "in", _STATED)),
        _against_table,
        notes=(
            "行政诉讼按未经复议直接起诉与复议后起诉之和核对。",
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
        (Where("family", "==", "documents"), Where("relation", "in", _STATED)),
        _against_table,
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
        Check(
            "ExpectColumnValuesToNotBeInSet",
            {"column": "disorder", "value_set": ["over", "short", "near", "partial"]},
        ),
        (Where("metric", "==", "parts"), Where("relation", "==", "sum")),
        _parts,
        ("disorder",),
        quality="accuracy",
        templates=None,
        cases=(Case(Severity.INFO, (Where("disorder", "==", "partial"),)),),
        notes=(
            "只列出一部分的不要求相等：大于合计，或与合计相差不到百分之一的才作为问题；不到六成的为提示。",
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
        Check("ExpectColumnValuesToBeBetween", {"column": "carried_out", "max_value": 0}),
        (Where("metric", "==", "rate.done"), Where("value", "==", 100.0)),
        _done_and_out,
        ("carried_out",),
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
        Check("ExpectColumnValuesToBeNull", {"column": "other_value"}),
        (Where("relation", "==", "is"),),
        _contradiction,
        (),
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
        Check("ExpectColumnValuesToBeNull", {"column": "fee_charged"}),
        (Where("metric", "==", "fee"), Where("relation", "==", "none"), Where("sure", "==", True)),
        _fee,
        (),
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
        (Where("family", "==", "decisions"), Where("relation", "==", "is")),
        _published,
        ("checked",),
        templates=("v2021",),
        dimension="arithmetic",
    ),
)
