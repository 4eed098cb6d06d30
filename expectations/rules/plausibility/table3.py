"""T3-05 to T3-11: sizes, shares and reasons in table 3 that do not go together."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Check, Evidence, Row, Rule, Setting, Where
from expectations.rules.arithmetic import LINE_OF_COLUMN, cells_of
from expectations.rules.plausibility.telling import percent, told
from expectations.rules.sources import FORM, FORM_2021, REGULATION
from expectations.rules.wording import column_name, number, row_name
from models.facts import OUTCOME_LINES
from models.results import Severity

_TERM = f"{REGULATION}第三十三条"
_NEW, _OLD = "t3.received_new.total", "t3.carried_in.total"
_DONE, _OUT = "t3.results.total.total", "t3.carried_out.total"
_OVERDUE, _MISC = "t3.results.other.overdue_fee.total", "t3.results.other.misc.total"


def _too_much(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    applicant, done = row["applicant"], row["results_total"]
    name = column_name(row["template"], "t3", applicant)
    total = f"t3.results.total.{applicant}"
    above = [
        line for line in OUTCOME_LINES if row[line] is not None and done is not None and row[line] > done
    ]
    if above:
        most = max(above, key=lambda line: row[line])
        lines = "、".join(
            f"“{row_name(row['template'], 't3', LINE_OF_COLUMN[line])}”{number(row[line])}件"
            for line in above
        )
        return Evidence(
            applicant,
            f"表三“{name}”列：{lines}，大于第三项（七）总计{number(done)}件。",
            (*(code for line in above for code in cells_of(row, line)), total),
            number(row[most]),
            number(done),
            number(row[most] - done),
        )
    asked = row["received_new"] + row["carried_in"]
    return Evidence(
        applicant,
        f"表三“{name}”列：第三项（七）总计{number(done)}件，大于第一项与第二项之和{number(asked)}件。",
        (total, f"t3.received_new.{applicant}", f"t3.carried_in.{applicant}"),
        number(done),
        number(asked),
        number(done - asked),
    )


def _double(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    applicant = row["applicant"]
    return Evidence(
        applicant,
        f"表三“{column_name(row['template'], 't3', applicant)}”列：（七）总计比应有数多{number(row['balance'])}件，"
        f"不超过部分公开{number(row['partial_disclosure'])}件，可能把区分处理的申请重复计入了其他情形。",
        tuple(f"t3.{line}.{applicant}" for line in ("results.partial_disclosure", "results.total")),
        number(row["balance"]),
    )


RULES = (
    Rule(
        id="T3-05",
        title="分项不大于总计",
        frame="requests_by_applicant",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=f"{FORM}表三",
        summary="表三每一列的各分项不应大于（七）总计，（七）总计不应大于第一项与第二项之和。",
        hint="请核对申请台账，更正该列的数据。",
        check=Check(
            "ExpectColumnInequalitiesToHold",
            {
                "equations": [
                    {"left": ["results_total"], "right": ["largest_outcome"]},
                    {"left": ["received_new", "carried_in"], "right": ["results_total"]},
                ]
            },
        ),
        reads=("results_total", *OUTCOME_LINES, "received_new", "carried_in"),
        evidence=_too_much,
        notes=("同一列T3-02、T3-03或T3-12已不成立的，不重复报。",),
    ),
    Rule(
        id="T3-06",
        title="结转合理性",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.WARNING,
        source=_TERM,
        summary="新收申请较多而结转下年度的超过一半的，可能存在超期办理，请核实。",
        hint="请核对申请台账的受理和答复时间；年底集中收到的，可在第六部分说明。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {"column": "carried_out_share", "max_value": Setting("thresholds.carried_out_share")},
        ),
        reads=(_OUT, "carried_out_share"),
        rows=(Where(_NEW, ">=", Setting("thresholds.carried_out_from")),),
        vacuous=True,
        evidence=told(
            (_OUT, _NEW),
            _OUT,
            lambda row: (
                f"本年新收{number(row[_NEW])}件，结转下年度{number(row[_OUT])}件，"
                f"相当于新收的{percent(row['carried_out_share'])}，比例过高，请核实是否超期。"
            ),
        ),
        notes=("征求第三方意见和补正的时间不计入答复期限，确属此类的说明即可。",),
    ),
    Rule(
        id="T3-07",
        title="上年结转应当年办结",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.WARNING,
        source=_TERM,
        summary="上年结转的申请应当在本年办结，办理结果总计不应少于上年结转。",
        hint="请核对申请台账；因诉讼等中止办理的，可在第六部分说明。",
        check=Check("ExpectColumnSumsToBeAtLeast", {"left_columns": [_DONE], "right_columns": [_OLD]}),
        reads=(_DONE, _OLD),
        evidence=told(
            (_DONE, _OLD),
            _DONE,
            lambda row: (
                f"上年结转{number(row[_OLD])}件，本年办理结果总计只有{number(row[_DONE])}件，"
                "上年结转的申请未全部办结，请核实。"
            ),
        ),
    ),
    Rule(
        id="T3-08",
        title="逾期未缴费与收费通知衔接",
        frame="totals",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.WARNING,
        source=f"{REGULATION}第四十二条；国办函〔2020〕109号",
        summary="有逾期未缴费而不再处理的申请的，应当说明发出收费通知的情况。",
        hint="请在“六、其他需要报告的事项”中说明发出收费通知的件数和金额。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "fee_notice_told", "value_set": [True]}),
        reads=("fee_notice_told",),
        rows=(Where(_OVERDUE, ">", 0),),
        vacuous=True,
        evidence=told(
            (_OVERDUE,),
            _OVERDUE,
            lambda row: (
                f"表三“申请人逾期未按收费通知要求缴纳费用”填报{number(row[_OVERDUE])}件，文中却未说明发出收费通知的情况。"
            ),
        ),
        templates=("v2021",),
        reasons={"fee_notice_told": "报告正文读取不完整，无法判断是否说明了收费通知。"},
    ),
    Rule(
        id="T3-09",
        title="其他处理“3.其他”说明",
        frame="totals",
        dimension="arithmetic",
        quality="understandability",
        severity=Severity.INFO,
        source=f"{FORM_2021}表三",
        summary="“3.其他”是兜底项目，填报件数的宜在文中说明具体情形。",
        hint="可在第一部分或第六部分说明撤回、合并办理、转办等具体情形。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "misc_told", "value_set": [True]}),
        reads=("misc_told",),
        rows=(Where(_MISC, ">", 0),),
        vacuous=True,
        evidence=told(
            (_MISC,),
            _MISC,
            lambda row: f"表三“（六）其他处理—3.其他”填报{number(row[_MISC])}件，文中没有说明具体情形。",
        ),
        templates=("v2021",),
        reasons={"misc_told": "报告正文读取不完整，无法判断是否说明了具体情形。"},
    ),
    Rule(
        id="T3-10",
        title="高敏感理由核查",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.INFO,
        source=f"{REGULATION}第十四条",
        summary="县级部门和乡镇以国家秘密、“三安全一稳定”为由不予公开的，提示核实定性依据。",
        hint="请核对答复文书，确认定密或评估依据；属于其他情形的更正归类。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "rare_reasons", "max_value": 0}),
        reads=("rare_reasons",),
        evidence=told(
            ("t3.results.denied.state_secret.total", "t3.results.denied.security_stability.total"),
            "rare_reasons",
            lambda row: (
                f"以国家秘密或“三安全一稳定”为由不予公开{number(row['rare_reasons'])}件，县乡机关较为少见，请核实定性依据。"
            ),
        ),
        reasons={"rare_reasons": "有关单元格没有可用的数值，或者机关层级不能确定，无法判断。"},
        notes=("公安、保密、国防等机关不提示；其他层级不提示。",),
    ),
    Rule(
        id="T3-11",
        title="部分公开不得重复计",
        frame="requests_by_applicant",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.INFO,
        source=f"{FORM}表三（二）“区分处理的，只计这一情形，不计其他情形”；{REGULATION}第三十七条",
        summary="（七）总计多出的件数不超过部分公开的，可能是区分处理的申请被重复计入。",
        hint="请核对区分处理的申请，只计入“部分公开”。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "doubled", "value_set": [False]}),
        reads=("doubled",),
        evidence=_double,
        reasons={"doubled": "该列部分单元格没有可用的数值，无法核算。"},
        notes=("只作为T3-03的原因提示，不单独扣分。",),
    ),
)
