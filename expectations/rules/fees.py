"""S6: whether and how the report accounts for 信息处理费."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules.sources import FEES
from expectations.rules.wording import number
from models.results import Severity

_RULES_ON_FEES = "国办函〔2020〕109号《政府信息公开信息处理费管理办法》"
_CHARGED = (Where("fee_kind", "==", "charged"),)
_NO_AMOUNT = "收取信息处理费的金额未能确定。"
_NO_YEAR = "报告年度无法确定。"


def _statement(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    if row["fee_kind"] == "refers":
        said = row["fee_statement"] or row["fee_sentence"]
        return Evidence(
            "", f"报告提到信息处理费（“{said.rstrip('。')}”），但未说明本年度是否收取。", observed=said
        )
    only = "第六部分仅写没有其他事项，" if row["other_empty"] else ""
    return Evidence("", f"{only}第六部分和第一部分均未说明本年度政府信息公开信息处理费的收取情况。")


def _tariff(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    amount = number(row["fee_amount"])
    told = (
        "按件计收的应为100元的整数倍"
        if row["fee_basis"] == "piece"
        else "按件计收的应为100元的整数倍，按量计收的应为10元的整数倍"
    )
    return Evidence("", f"报告称收取信息处理费{amount}元，{told}，请核对金额。", observed=amount)


def _threshold(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    received, amount = number(row["t3.received_new.total"]), number(row["fee_amount"])
    return Evidence(
        "",
        f"报告称按件收取信息处理费{amount}元，同一申请人一个自然月内10件以下不收费，而表三本年新收申请总计只有{received}件。",
        ("t3.received_new.total",),
        observed=received,
        expected=row["fee_requests_needed"],
        difference=number(received - row["fee_requests_needed"]),
    )


RULES = (
    Rule(
        id="S6-01",
        title="信息处理费情况报告",
        frame="prose",
        dimension="prose",
        quality="completeness",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("fee_kind", "==", "refers"),)),),
        operator_when=((Where("pictures", "==", True),),),
        source=FEES,
        summary="自2020年度报告起，第六部分（或第一部分）应当说明本年度信息处理费的收取情况。",
        hint="请在“六、其他需要报告的事项”中说明是否收取信息处理费及收取的件数、金额；没有收取的写明“未收取”。",
        check=Check(
            "ExpectColumnValuesToNotBeInSet", {"column": "fee_kind", "value_set": ["none", "refers"]}
        ),
        reads=("year", "fee_kind"),
        rows=(Where("year", ">=", 2020),),
        evidence=_statement,
        first_year=2020,
        reasons={"year": _NO_YEAR, "fee_kind": "第六部分的标题疑似存在而未能辨认，内容无法确定。"},
        notes=(
            "2019年度报告不适用（收费办法自2020年起施行）。",
            "“未收取”“不存在收费”“未产生费用”等说法都可以，写在第一部分或者其他部分的也算。",
            "只提到收费办法、没有说明是否收取的，为提示。",
            "第六部分仅写“无”而没有收费说明的（S6-05），按本规则提出，不重复计。",
        ),
    ),
    Rule(
        id="S6-02",
        title="收费金额可解释",
        frame="prose",
        dimension="prose",
        quality="accuracy",
        severity=Severity.INFO,
        source=f"{_RULES_ON_FEES}第四条、第五条",
        summary="收取的信息处理费应当符合收费标准：按件计收的为100元的整数倍，按量计收的为10元的整数倍。",
        hint="请核对收费台账，更正金额；退费等特殊情形请说明。",
        check=Check(
            "ExpectColumnValuesToBeBetween", {"column": "fee_remainder", "min_value": 0, "max_value": 0}
        ),
        reads=("fee_remainder",),
        rows=_CHARGED,
        vacuous=True,
        evidence=_tariff,
        templates=("v2021",),
        reasons={"fee_remainder": _NO_AMOUNT},
        notes=("未写明按件还是按量的，只要求是10元的整数倍。",),
    ),
    Rule(
        id="S6-03",
        title="收费与申请量",
        frame="prose",
        dimension="prose",
        quality="consistency",
        severity=Severity.WARNING,
        source=f"{_RULES_ON_FEES}第四条",
        summary="按件收取信息处理费的，本年新收申请不应少于11件（同一申请人一个自然月内10件以下不收费）。",
        hint="请核对收费依据和申请件数，更正金额或者表三。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": "t3.received_new.total",
                "column_B": "fee_requests_needed",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=("fee_requests_needed", "t3.received_new.total"),
        rows=_CHARGED,
        vacuous=True,
        evidence=_threshold,
        templates=("v2021",),
        reasons={
            "fee_requests_needed": "报告未写明信息处理费是按件还是按量计收，不能与申请件数核对。",
            "t3.received_new.total": "表三“本年新收政府信息公开申请数量”总计未能确定。",
        },
        notes=("按量计收的与申请件数无关，不作比较。",),
    ),
    Rule(
        id="S6-04",
        title="引用109号",
        frame="prose",
        dimension="prose",
        quality="traceability",
        severity=Severity.INFO,
        source=_RULES_ON_FEES,
        summary="收取信息处理费的，宜引用国办函〔2020〕109号说明依据。",
        hint="请在收费说明中引用《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "fee_cites", "value_set": [True]}),
        reads=("fee_cites",),
        rows=_CHARGED,
        vacuous=True,
        evidence=lambda rows: Evidence(
            "", "报告说明收取了信息处理费，未引用《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）。"
        ),
        templates=("v2021",),
        notes=("没有收费的无须引用。",),
    ),
    Rule(
        id="S6-05",
        title="六、仅写“无”",
        frame="prose",
        dimension="prose",
        quality="completeness",
        severity=Severity.WARNING,
        source=FEES,
        summary="第六部分不应仅写“无”而不说明信息处理费的收取情况。",
        hint="请在“六、其他需要报告的事项”中说明是否收取信息处理费。",
        check=Check("ExpectColumnValuesToBeInSet", {"column": "other_empty", "value_set": [False]}),
        reads=("other_empty",),
        evidence=_statement,
        templates=("v2021",),
        retired=True,
        replaced_by="S6-01",
        notes=("与S6-01是同一缺项，并入S6-01，不单独核查。",),
    ),
)
