"""What is odd without being a contradiction in itself: sizes, shares, moves, powers. Most of it only asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.publication import NOT_LISTED, ONLY_OUTSIDE, WITH_OUTSIDE
from expectations.rules.sources import FORM, FORM_2021, OURS, REGULATION
from expectations.rules.wording import TABLE_NAMES, column_name, number, row_name
from models.results import Addressee, Severity

_FEE = "t2.fees.amount_wan_yuan"
_LEGISLATION = "《中华人民共和国立法法》（2023年修正）第九十一条、第九十三条"
_REVIEW_LAW = "《中华人民共和国行政复议法》（2023年修订）第二十三条第一款第（四）项、第九十条"
_TERM = f"{REGULATION}第三十三条"


def _at_least(left: Sequence[str], right: Sequence[str]) -> Check:
    return Check("ExpectColumnSumsToBeAtLeast", {"left_columns": list(left), "right_columns": list(right)})


def _at_most(column: str, limit: object) -> Check:
    return Check("ExpectColumnValuesToBeBetween", {"column": column, "max_value": limit})


def _values(row: Row, codes: Sequence[str]) -> list[float | int]:
    return [number(row[code]) for code in codes]


def _told(
    cells: Sequence[str], sentence: Callable[[Row], str], observed: str | None = None, subject: str = ""
) -> Callable[[Sequence[Row]], Evidence]:
    """Evidence of a rule on one row a report: the sentence, its cells, the number in column `observed`."""

    def evidence(rows: Sequence[Row]) -> Evidence:
        row = rows[0]
        shown = row[observed] if observed else None
        return Evidence(
            subject, sentence(row), tuple(cells), number(shown) if isinstance(shown, (int, float)) else shown
        )

    return evidence


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _place(row: Row) -> str:
    line = row_name(row["template"], row["table"], row["row"])
    return f"{TABLE_NAMES[row['table']]}“{line}”行“{column_name(row['template'], row['table'], row['column'])}”列"


def _slip(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    what = f"与报告年度{row['year']}相同" if row["looks_like"] == "year" else "与电子表格日期的内部序号相近"
    return Evidence(
        row["code"],
        f"{_place(row)}填报{number(row['value'])}，{what}，疑似误填年份或日期，请核实。",
        (row["code"],),
        number(row["value"]),
    )


def _jump(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    now, before = number(row["value"]), number(row["previous_value"])
    return Evidence(
        row["code"],
        f"{_place(row)}本年填报{now}，上一年度为{before}，相差百倍以上，请核实单位和口径。",
        (row["code"],),
        now,
        before,
        number(now - before),
    )


def _alike(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = row_name(row["template"], "t3", row["line"])
    return Evidence(
        row["line"],
        f"表三“{name}”行有{row['alike']}类申请人的件数完全相同且不为0，请核实是否整行复制填写。",
        tuple(
            f"t3.{row['line']}.{kind}"
            for kind in (
                "natural_person",
                "enterprise",
                "research",
                "public_welfare",
                "legal_service",
                "other_org",
            )
        ),
        number(row["alike"]),
    )


def _glued(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = row_name(row["template"], "t3", row["line"])
    return Evidence(
        row["line"],
        f"表三“{name}”行各类申请人之和与总计不符，但把相邻两个数字合并（或把一个两位数拆开）即相符，"
        "可能是文件转换造成的数字粘连或拆分，请核查人员对照原件核实。",
        tuple(
            f"t3.{row['line']}.{kind}"
            for kind in (
                "natural_person",
                "enterprise",
                "research",
                "public_welfare",
                "legal_service",
                "other_org",
                "total",
            )
        ),
    )


def _no_power(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    printed = [c for c in _RULES if row[c]]
    parts = "、".join(
        f"“{column_name(row['template'], 't2', c.rsplit('.', 1)[-1])}”{number(row[c])}件" for c in printed
    )
    return Evidence(
        "rules",
        f"表二“规章”行填报{parts}。依照《立法法》，规章由国务院部门和省、设区的市、自治州人民政府制定，"
        "县（市、区）、乡镇和地方政府部门没有规章制定权，该行应填0。",
        tuple(printed),
        number(sum(row[c] for c in printed)),
        0,
        number(sum(row[c] for c in printed)),
    )


_RULES = ("t2.rules.issued", "t2.rules.repealed", "t2.rules.in_force")


def _repealed(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = row_name(row["template"], "t2", row["kind"])
    most = number(row["previous_in_force"] + row["issued"])
    observed = number(row["repealed"])
    return Evidence(
        row["kind"],
        f"表二“{name}”：本年废止{observed}件，多于上一年度现行有效{number(row['previous_in_force'])}件与"
        f"本年制发{number(row['issued'])}件之和{most}件。",
        tuple(f"t2.{row['kind']}.{column}" for column in ("repealed", "issued")),
        observed,
        most,
        number(observed - most),
    )


def _fee_slip(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    now = number(row[_FEE])
    if row["fee_slip"] == "large":
        return Evidence(
            "fees",
            f"表二“行政事业性收费”填报{now}万元，对县级部门而言数额过大，疑似以元为单位填报，请核实。",
            (_FEE,),
            now,
        )
    before = number(row[f"previous.{_FEE}"])
    return Evidence(
        "fees",
        f"表二“行政事业性收费”本年填报{now}万元，上一年度为{before}万元，相差约一万倍，疑似元与万元混用，请核实。",
        (_FEE,),
        now,
        before,
        number(now - before),
        hint="很可能是把以元为单位的金额直接填入了以万元为单位的单元格（或相反）。",
    )


def _fee_floor(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    yuan, printed = number(row["fee_amount"]), number(row[_FEE])
    return Evidence(
        "fees",
        f"文中写明收取信息处理费{yuan}元，信息处理费属于行政事业性收费，表二“行政事业性收费”却填报{printed}万元，"
        "少于该数额。",
        (_FEE,),
        printed,
        number(yuan / 10_000),
        number(printed - yuan / 10_000),
    )


def _power(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        "penalty",
        f"{row['agency']}通常负有行政处罚职责，表二“行政处罚”本年和上一年度均填报0件，请核实是否漏报或职权已划转。",
        ("t2.penalty.decisions",),
        0,
    )


_LOGIC = [
    *(
        {"left": [f"t2v19.{kind}.disclosed_total"], "right": [f"t2v19.{kind}.disclosed_new"]}
        for kind in ("rules", "normative_docs")
    ),
    *(
        {"left": [f"t2v19.{kind}.items_prev", f"t2v19.{kind}.items_delta"], "right": []}
        for kind in ("licensing", "other_services", "penalty", "coercion", "fees")
    ),
]


def _old_logic(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    told, cells = [], []
    for one in _LOGIC:
        left = sum(row[c] for c in one["left"])
        right = sum(row[c] for c in one["right"])
        if left >= right:
            continue
        name = row_name("v2019", "t2", one["left"][0].split(".")[1])
        cells += [*one["left"], *one["right"]]
        told.append(
            f"“{name}”对外公开总数量{number(left)}少于本年新公开数量{number(right)}"
            if one["right"]
            else f"“{name}”上一年项目数量与本年增/减之和为{number(left)}，小于0"
        )
    return Evidence("t2", f"表二{'；'.join(told)}。", tuple(cells))


_OUTSIDE = {
    "licensing": ("t2.licensing.decisions", "行政许可"),
    "penalty": ("t2.penalty.decisions", "行政处罚"),
    "coercion": ("t2.coercion.decisions", "行政强制"),
    "normative_docs": ("t2.normative_docs.in_force", "现行有效行政规范性文件"),
}


def _against_statistics(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    differing = [
        (code, name, number(row[code]), number(row[f"outside_{key}"]))
        for key, (code, name) in _OUTSIDE.items()
        if row[code] is not None and row[f"outside_{key}"] is not None and row[code] != row[f"outside_{key}"]
    ]
    told = "；".join(f"“{name}”年报填报{own}件，公布的统计为{other}件" for _, name, own, other in differing)
    return Evidence("t2", f"表二与另行公布的统计不一致：{told}。", tuple(code for code, *_ in differing))


def _too_much(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    applicant = row["applicant"]
    name = column_name(row["template"], "t3", applicant)
    done, all_ = number(row["results_total"]), number(row["received_new"] + row["carried_in"])
    most = number(row["largest_outcome"])
    if most > done:
        message = f"表三“{name}”列：第三项某一分项填报{most}，大于（七）总计{done}。"
        return Evidence(
            applicant, message, (f"t3.results.total.{applicant}",), most, done, number(most - done)
        )
    return Evidence(
        applicant,
        f"表三“{name}”列：第三项（七）总计{done}，大于第一项与第二项之和{all_}。",
        tuple(f"t3.{line}.{applicant}" for line in ("results.total", "received_new", "carried_in")),
        done,
        all_,
        number(done - all_),
    )


def _double(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    applicant = row["applicant"]
    return Evidence(
        applicant,
        f"表三“{column_name(row['template'], 't3', applicant)}”列：（七）总计比应有数多{number(row['balance'])}，"
        f"不超过部分公开{number(row['partial_disclosure'])}件，可能把区分处理的申请重复计入了其他情形。",
        tuple(f"t3.{line}.{applicant}" for line in ("results.partial_disclosure", "results.total")),
        number(row["balance"]),
    )


def _disputes(template: str | None, codes: Sequence[str], row: Row) -> str:
    return "、".join(
        f"“{row_name(template, 't4', code.split('.')[1])}”{number(row[code])}件"
        for code in codes
        if row[code]
    )


_TOTALS_4 = ("t4.review.total", "t4.suit_direct.total", "t4.suit_after_review.total")
_IN_HAND = ("t3.received_new.total", "t3.carried_in.total")


def _rolling(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    lacking = [
        group
        for group in ("review", "suit_direct", "suit_after_review")
        if row[f"t4.{group}.total"] < row[f"previous.t4.{group}.pending"]
    ]
    told = "；".join(
        f"“{row_name(row['template'], 't4', group)}”上一年度尚未审结{number(row[f'previous.t4.{group}.pending'])}件，"
        f"本年总计仅{number(row[f't4.{group}.total'])}件"
        for group in lacking
    )
    return Evidence(
        "t4", f"表四{told}，请核实上年未结案件是否计入本年。", tuple(f"t4.{g}.total" for g in lacking)
    )


def _info(
    rule_id: str,
    title: str,
    frame: str,
    check: Check,
    reads: tuple[str, ...],
    evidence: Callable[[Sequence[Row]], Evidence],
    *,
    source: str,
    summary: str,
    hint: str,
    severity: Severity = Severity.INFO,
    dimension: str = "arithmetic",
    quality: str = "credibility",
    rows: tuple[Where, ...] = (),
    vacuous: bool = False,
    notes: tuple[str, ...] = (),
    templates: tuple[str, ...] | None = ("v2021", "v2019"),
    first_year: int | None = None,
    ranks: tuple[str, ...] | None = None,
    organs: tuple[str, ...] | None = None,
    only: tuple[Where, ...] = (),
    cases: tuple[Case, ...] = (),
    operator_when: tuple[tuple[Where, ...], ...] = (),
    addressee: Addressee = Addressee.AGENCY,
    reasons: dict[str, str] | None = None,
    compared: bool = False,
) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        frame=frame,
        dimension=dimension,
        quality=quality,
        severity=severity,
        source=source,
        summary=summary,
        hint=hint,
        check=check,
        reads=reads,
        evidence=evidence,
        rows=rows,
        vacuous=vacuous,
        notes=notes,
        templates=templates,
        first_year=first_year,
        ranks=ranks,
        organs=organs,
        only=only,
        cases=cases,
        operator_when=operator_when,
        addressee=addressee,
        reasons=reasons or {},
        compared=compared,
    )


CELL_RULES = (
    _info(
        "CELL-08",
        "数字粘连或拆分",
        "requests_by_outcome",
        Check("ExpectColumnValuesToBeInSet", {"column": "glued", "value_set": [False]}),
        ("glued",),
        _glued,
        source=OURS,
        dimension="extraction",
        quality="accuracy",
        addressee=Addressee.OPERATOR,
        rows=(Where("format", "in", ("txt", "markdown", "pdf", "csv")),),
        vacuous=True,
        summary="文本和PDF中不相符的行，合并或拆分相邻数字即相符的，可能是转换造成的，交核查人员核实。",
        hint="请核查人员对照原件核实各数；必要时请填报单位提供可编辑的文件。",
        notes=(
            "只核查文本、Markdown、CSV和PDF：其他格式的单元格边界由文件本身给出，不会粘连。",
            "该行的T3-01并入本问题，不作为填报单位的问题。",
        ),
    ),
    _info(
        "CELL-09",
        "疑似误填年份或日期",
        "cells",
        Check("ExpectColumnValuesToNotBeInSet", {"column": "looks_like", "value_set": ["year", "day"]}),
        ("looks_like",),
        _slip,
        source=FORM,
        dimension="format",
        quality="accuracy",
        severity=Severity.WARNING,
        rows=(Where("kind", "in", ("number", "zero")),),
        vacuous=True,
        operator_when=((Where("previous_value", "==", None),),),
        summary="件数单元格的数不应是报告年度，也不应是电子表格的日期序号。",
        hint="请核对该单元格，是误填的请更正；确为实际件数的请说明。",
        notes=(
            "总计不查；与上一年度同一单元格相差不到三倍的，视为实际件数。",
            "没有上一年度数据可对照的，交核查人员核实。",
        ),
    ),
    _info(
        "CELL-10",
        "数量级异常",
        "pairs",
        _at_most("times", Setting("thresholds.magnitude")),
        (),
        _jump,
        source=FORM,
        dimension="format",
        rows=(Where("larger", ">=", Setting("thresholds.magnitude_from")),),
        vacuous=True,
        summary="同一单元格与上一年度相差百倍以上的，提示核实单位和口径。",
        hint="请核实数据和计量单位；职权划转、集中办理等原因造成的，可在第六部分说明。",
        notes=("与同类单位的比较（离群值）未采用：职权差异使同类单位之间本来就差别很大。",),
    ),
    _info(
        "CELL-11",
        "整行同值",
        "requests_by_outcome",
        _at_most("alike", Setting("thresholds.alike_below")),
        ("alike",),
        _alike,
        source=FORM,
        dimension="format",
        summary="表三同一行五类以上申请人的件数完全相同且不为0的，提示核实是否复制填写。",
        hint="请核对申请台账，确认各类申请人的件数。",
        notes=("整列同值不提示：件数少的报告，一列之内有多个1很正常。",),
    ),
)

TABLE_2 = (
    _info(
        "T2-01",
        "规章仅限有制定权主体",
        "totals",
        Check("ExpectColumnSumsToBeAtLeast", {"left_columns": [], "right_columns": list(_RULES)}),
        _RULES,
        _no_power,
        source=_LEGISLATION,
        severity=Severity.CRITICAL,
        quality="compliance",
        templates=("v2021",),
        rows=(Where("no_rules", "==", True),),
        vacuous=True,
        cases=(Case(Severity.WARNING, (Where("rank", "in", ("city", "province")),)),),
        summary="没有规章制定权的机关（县级及以下政府和部门、省市政府部门），“规章”行应当为0。",
        hint="请将“规章”行更正为0；参与起草、由政府制定的规章由制定机关填报。",
        notes=(
            "国务院部门、省级政府、设区的市和自治州政府不适用；层级不能确定的不作判断。",
            "省、市政府部门为一般，县级及以下为严重。",
        ),
        reasons={"no_rules": "机关层级不能确定，无法判断有无规章制定权。"},
    ),
    _info(
        "T2-04",
        "废止不超存量",
        "documents",
        _at_least(("previous_in_force", "issued"), ("repealed",)),
        ("previous_in_force", "issued", "repealed"),
        _repealed,
        source=f"{FORM_2021}表二“本年废止件数”“现行有效件数”",
        severity=Severity.WARNING,
        quality="consistency",
        templates=("v2021",),
        first_year=2022,
        cases=(Case(Severity.INFO, (Where("explained", "==", True),)),),
        summary="本年废止件数不应多于上一年度现行有效件数与本年制发件数之和。",
        hint="请核对文件清单，更正件数；上一年度数据有误的，请在第六部分说明。",
        notes=("2021年度与2020年度口径不同，不作比较。", "报告正文已说明原因的为提示。"),
    ),
    _info(
        "T2-05",
        "收费单位疑错（元/万元）",
        "totals",
        Check("ExpectColumnValuesToNotBeInSet", {"column": "fee_slip", "value_set": ["ratio", "large"]}),
        (_FEE, "fee_slip"),
        _fee_slip,
        source=f"{FORM_2021}表二“单位：万元”",
        severity=Severity.WARNING,
        quality="accuracy",
        templates=("v2021",),
        summary="行政事业性收费与上一年度相差约一万倍，或县级部门达到十亿元的，疑似元与万元混用。",
        hint="请核实收费金额和计量单位，按万元填报。",
        notes=("自然资源、住房城乡建设、人防、水利、税务等收费数额大的部门不按数额判断。",),
    ),
    _info(
        "T2-06",
        "收费与信息处理费衔接",
        "totals",
        Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": _FEE,
                "column_B": "fee_floor",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        (_FEE, "fee_floor"),
        _fee_floor,
        source="国办函〔2020〕109号；信息处理费属于行政事业性收费（见各地实施通知）",
        severity=Severity.WARNING,
        quality="consistency",
        templates=("v2021",),
        rows=(Where("fee_amount", ">", 0),),
        vacuous=True,
        summary="文中写明收取信息处理费的，表二“行政事业性收费”不应少于该数额。",
        hint="请核对收费金额，将信息处理费计入表二“行政事业性收费”；由其他单位收取的请说明。",
        notes=("表二以万元为单位，四舍五入到两位小数的差额不计。",),
    ),
    _info(
        "T2-07",
        "处理决定数与行业常识",
        "totals",
        Check(
            "ExpectColumnSumsToBeEqual",
            {"left_columns": ["t2.penalty.decisions", "previous.t2.penalty.decisions"], "right_columns": []},
        ),
        ("t2.penalty.decisions", "previous.t2.penalty.decisions"),
        _power,
        source="武政办发〔2025〕54号（处理决定含已公开和依法未公开的全部决定）",
        templates=("v2021",),
        organs=("department",),
        rows=(Where("penalty_power", "==", True),),
        vacuous=True,
        summary="通常负有处罚职责的部门连续两年行政处罚均为0的，提示核实。",
        hint="请核实是否漏报；职权已划转综合执法的，可在第六部分说明。",
    ),
    _info(
        "T2-09",
        "2019年试行格式表二逻辑",
        "totals",
        Check("ExpectColumnInequalitiesToHold", {"equations": _LOGIC}),
        tuple(dict.fromkeys(c for one in _LOGIC for side in ("left", "right") for c in one[side])),
        _old_logic,
        source="国办公开办函〔2019〕60号附件表二",
        severity=Severity.WARNING,
        quality="consistency",
        templates=("v2019",),
        summary="对外公开总数量不应少于本年新公开数量，上一年项目数量与本年增/减之和不应小于0。",
        hint="请核对文件清单和事项清单，更正数量。",
    ),
    _info(
        "T2-10",
        "与执法统计、规范性文件库核对",
        "totals",
        Check(
            "ExpectColumnPairsToBeEqualWhereKnown",
            {"pairs": [[code, f"outside_{key}"] for key, (code, _) in _OUTSIDE.items()]},
        ),
        ("statistics_known",),
        _against_statistics,
        source="本机关公布的行政执法统计年报、规范性文件库",
        severity=Severity.WARNING,
        quality="consistency",
        templates=("v2021",),
        only=WITH_OUTSIDE,
        summary="表二处理决定数和现行有效件数应当与另行公布的统计一致（需要外部数据表）。",
        hint="请核对统计口径，更正年报或在第六部分说明差异原因。",
        notes=(ONLY_OUTSIDE,),
        reasons={"statistics_known": NOT_LISTED},
    ),
)

TABLE_3 = (
    _info(
        "T3-05",
        "分项不大于总计",
        "requests_by_applicant",
        Check(
            "ExpectColumnInequalitiesToHold",
            {
                "equations": [
                    {"left": ["results_total"], "right": ["largest_outcome"]},
                    {"left": ["received_new", "carried_in"], "right": ["results_total"]},
                ]
            },
        ),
        ("results_total", "largest_outcome", "received_new", "carried_in"),
        _too_much,
        source=f"{FORM}表三",
        severity=Severity.CRITICAL,
        quality="consistency",
        summary="表三每一列的各分项不应大于（七）总计，（七）总计不应大于第一项与第二项之和。",
        hint="请核对申请台账，更正该列的数据。",
        notes=("同一列T3-02或T3-03已不成立的，不重复报。",),
    ),
    _info(
        "T3-06",
        "结转合理性",
        "totals",
        _at_most("carried_out_share", Setting("thresholds.carried_out_share")),
        ("carried_out_share",),
        _told(
            ("t3.carried_out.total", "t3.received_new.total"),
            lambda row: (
                f"本年新收{number(row['t3.received_new.total'])}件，"
                f"结转下年度{number(row['t3.carried_out.total'])}件，占{_percent(row['carried_out_share'])}，比例过高，请核实是否超期。"
            ),
            "t3.carried_out.total",
        ),
        source=_TERM,
        severity=Severity.WARNING,
        rows=(Where("t3.received_new.total", ">=", Setting("thresholds.carried_out_from")),),
        vacuous=True,
        summary="新收申请较多而结转下年度的超过一半的，可能存在超期办理，请核实。",
        hint="请核对申请台账的受理和答复时间；年底集中收到的，可在第六部分说明。",
        notes=("征求第三方意见和补正的时间不计入答复期限，确属此类的说明即可。",),
    ),
    _info(
        "T3-07",
        "上年结转应当年办结",
        "totals",
        _at_least(("t3.results.total.total",), ("t3.carried_in.total",)),
        ("t3.results.total.total", "t3.carried_in.total"),
        _told(
            ("t3.results.total.total", "t3.carried_in.total"),
            lambda row: (
                f"上年结转{number(row['t3.carried_in.total'])}件，"
                f"本年办理结果总计只有{number(row['t3.results.total.total'])}件，上年结转的申请未全部办结，请核实。"
            ),
            "t3.results.total.total",
        ),
        source=_TERM,
        severity=Severity.WARNING,
        summary="上年结转的申请应当在本年办结，办理结果总计不应少于上年结转。",
        hint="请核对申请台账；因诉讼等中止办理的，可在第六部分说明。",
    ),
    _info(
        "T3-08",
        "逾期未缴费与收费通知衔接",
        "totals",
        Check("ExpectColumnValuesToBeInSet", {"column": "fee_notice_told", "value_set": [True]}),
        ("fee_notice_told",),
        _told(
            ("t3.results.other.overdue_fee.total",),
            lambda row: (
                f"表三“申请人逾期未按收费通知要求缴纳费用”填报{number(row['t3.results.other.overdue_fee.total'])}件，"
                "文中却未说明发出收费通知的情况。"
            ),
            "t3.results.other.overdue_fee.total",
        ),
        source=f"{REGULATION}第四十二条；国办函〔2020〕109号",
        severity=Severity.WARNING,
        quality="consistency",
        templates=("v2021",),
        rows=(Where("t3.results.other.overdue_fee.total", ">", 0),),
        vacuous=True,
        summary="有逾期未缴费而不再处理的申请的，应当说明发出收费通知的情况。",
        hint="请在“六、其他需要报告的事项”中说明发出收费通知的件数和金额。",
    ),
    _info(
        "T3-09",
        "其他处理“3.其他”说明",
        "totals",
        Check("ExpectColumnValuesToBeInSet", {"column": "misc_told", "value_set": [True]}),
        ("misc_told",),
        _told(
            ("t3.results.other.misc.total",),
            lambda row: (
                f"表三“（六）其他处理—3.其他”填报{number(row['t3.results.other.misc.total'])}件，文中没有说明具体情形。"
            ),
            "t3.results.other.misc.total",
        ),
        source=f"{FORM_2021}表三",
        quality="understandability",
        templates=("v2021",),
        rows=(Where("t3.results.other.misc.total", ">", 0),),
        vacuous=True,
        summary="“3.其他”是兜底项目，填报件数的宜在文中说明具体情形。",
        hint="可在第一部分或第六部分说明撤回、合并办理、转办等具体情形。",
    ),
    _info(
        "T3-10",
        "高敏感理由核查",
        "totals",
        _at_most("secret_reasons", 0),
        ("secret_reasons",),
        _told(
            ("t3.results.denied.state_secret.total", "t3.results.denied.security_stability.total"),
            lambda row: (
                f"以国家秘密或“三安全一稳定”为由不予公开{number(row['secret_reasons'])}件，县乡机关较为少见，请核实定性依据。"
            ),
            "secret_reasons",
        ),
        source=f"{REGULATION}第十四条",
        rows=(Where("few_secrets", "==", True),),
        vacuous=True,
        summary="县级部门和乡镇以国家秘密、“三安全一稳定”为由不予公开的，提示核实定性依据。",
        hint="请核对答复文书，确认定密或评估依据；属于其他情形的更正归类。",
        notes=("公安、保密、国防等机关不提示。",),
    ),
    _info(
        "T3-11",
        "部分公开不得重复计",
        "requests_by_applicant",
        Check("ExpectColumnValuesToBeInSet", {"column": "doubled", "value_set": [False]}),
        ("doubled",),
        _double,
        source=f"{FORM}表三（二）“区分处理的，只计这一情形，不计其他情形”；{REGULATION}第三十七条",
        quality="consistency",
        summary="（七）总计多出的件数不超过部分公开的，可能是区分处理的申请被重复计入。",
        hint="请核对区分处理的申请，只计入“部分公开”。",
        notes=("只作为T3-03的原因提示，不单独扣分。",),
    ),
)

TABLE_4 = (
    _info(
        "T4-02",
        "复议前置（2024年起）提示",
        "totals",
        _at_most("t4.suit_direct.total", 0),
        ("t4.suit_direct.total",),
        _told(
            ("t4.suit_direct.total",),
            lambda row: (
                f"“未经复议直接起诉”填报{number(row['t4.suit_direct.total'])}件。2024年起对不予公开不服的应先申请行政复议，请核实归类。"
            ),
            "t4.suit_direct.total",
        ),
        source=_REVIEW_LAW,
        templates=("v2021",),
        first_year=2024,
        summary="2024年起，对不予公开决定不服的应当先申请行政复议，有直接起诉的提示核实归类。",
        hint="请核实案件是否属于其他情形或在2024年以前立案；归类无误的不需更正。",
        notes=("无法提供、不予处理、逾期答复等情形仍可能直接起诉，不作为错误。",),
    ),
    _info(
        "T4-03",
        "复议后起诉不超复议基数",
        "totals",
        Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "review_bound",
                "column_B": "t4.suit_after_review.total",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        ("review_bound", "t4.suit_after_review.total"),
        _told(
            ("t4.suit_after_review.total", "t4.review.total"),
            lambda row: (
                f"“复议后起诉”填报{number(row['t4.suit_after_review.total'])}件，"
                f"多于本年和上一年度行政复议的合计{number(row['review_bound'])}件，请核实。"
            ),
            "t4.suit_after_review.total",
        ),
        source="《中华人民共和国行政诉讼法》第四十四条、第四十五条",
        summary="复议后起诉的件数一般不多于本年与上一年度的行政复议件数。",
        hint="请核对案件台账；二审、再审重复计数的请更正。",
        notes=("没有上一年度报告的不作判断。",),
        compared=True,
    ),
    _info(
        "T4-04",
        "尚未审结滚动",
        "totals",
        Check(
            "ExpectColumnInequalitiesToHold",
            {
                "equations": [
                    {"left": [f"t4.{group}.total"], "right": [f"previous.t4.{group}.pending"]}
                    for group in ("review", "suit_direct", "suit_after_review")
                ]
            },
        ),
        tuple(
            name
            for group in ("review", "suit_direct", "suit_after_review")
            for name in (f"t4.{group}.total", f"previous.t4.{group}.pending")
        ),
        _rolling,
        source=f"{FORM}表四“尚未审结”",
        quality="consistency",
        summary="上一年度尚未审结的案件应当在本年总计中出现。",
        hint="请核对案件台账；当地只统计新收案件的不需更正。",
        notes=("计数口径没有查到全国规定，只作提示。",),
    ),
    _info(
        "T4-06",
        "审结率异常",
        "totals",
        _at_most("pending_share", Setting("thresholds.pending_share")),
        ("pending_share",),
        _told(
            ("t4.review.pending", "t4.review.total"),
            lambda row: (
                f"行政复议{number(row['t4.review.total'])}件中尚未审结{number(row['t4.review.pending'])}件，"
                f"占{_percent(row['pending_share'])}，请核实。"
            ),
            "t4.review.pending",
        ),
        source="《中华人民共和国行政复议法》（2023年修订）第五十三条、第六十二条",
        rows=(Where("t4.review.total", ">=", Setting("thresholds.pending_from")),),
        vacuous=True,
        summary="行政复议尚未审结的比例过高的，提示核实。",
        hint="请核对案件台账；年底集中受理的不需更正。",
    ),
)

BETWEEN_TABLES = (
    _info(
        "XT-01",
        "无申请却有争议",
        "totals",
        _at_most("disputes", 0),
        ("disputes",),
        _told(
            _TOTALS_4,
            lambda row: (
                f"本年和上一年度均没有收到和结转的申请，表四却填报{_disputes(row['template'], _TOTALS_4, row)}，请核实并说明。"
            ),
            "disputes",
        ),
        source="最高人民法院关于审理政府信息公开行政案件若干问题的规定（法释〔2011〕17号）第一条",
        severity=Severity.WARNING,
        rows=(Where("requests_in_hand", "==", 0), Where("previous.requests_in_hand", "==", 0)),
        vacuous=True,
        summary="两年都没有申请而有行政复议、行政诉讼的，应当核实并说明。",
        hint="请核对申请和案件台账；争议涉及主动公开、更正信息或更早年度的，请在第六部分说明。",
    ),
    _info(
        "XT-02",
        "争议量级",
        "totals",
        Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "disputes_bound",
                "column_B": "disputes",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        ("disputes_bound", "disputes"),
        _told(
            (*_TOTALS_4, *_IN_HAND),
            lambda row: (
                f"表四各类争议共{number(row['disputes'])}件，表三新收和结转的申请共{number(row['requests_in_hand'])}件，数量不相称，请核实。"
            ),
            "disputes",
        ),
        source=f"{FORM}表三、表四",
        summary="争议件数远多于申请件数的，提示核实。",
        hint="请核对申请和案件台账；同一案件经多个审级的不需更正。",
        notes=("没有上一年度报告的不作判断。",),
        compared=True,
    ),
)
