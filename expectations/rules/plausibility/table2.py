"""T2-01, T2-04 to T2-07, T2-09, T2-10: what table 2 says, beside the law, last year and other publications."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules.plausibility.telling import NO_PREVIOUS
from expectations.rules.publication import NOT_LISTED, ONLY_OUTSIDE, WITH_OUTSIDE
from expectations.rules.sources import FORM_2021
from expectations.rules.wording import column_name, number, row_name
from models.results import Severity

_FEE = "t2.fees.amount_wan_yuan"
_LEGISLATION = "《中华人民共和国立法法》（2023年修正）第九十一条、第九十三条"

# Rules (规章) that an organ says it has made: on the form of 2019 it may publish those of others.
RULES_MADE = {
    "v2021": ("t2.rules.issued", "t2.rules.repealed", "t2.rules.in_force"),
    "v2019": ("t2v19.rules.made_new",),
}

# What a table from outside says, and the cell it is compared with.
STATISTICS = {
    "licensing": ("t2.licensing.decisions", "行政许可"),
    "penalty": ("t2.penalty.decisions", "行政处罚"),
    "coercion": ("t2.coercion.decisions", "行政强制"),
    "normative_docs": ("t2.normative_docs.in_force", "现行有效行政规范性文件"),
}

# On the form of 2019: what is published in all is not less than what is new; no negative number of items is left.
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


def _no_power(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    printed = [code for code in RULES_MADE[row["template"]] if row[code]]
    parts = "、".join(
        f"“{column_name(row['template'], 't2', code.rsplit('.', 1)[-1])}”{number(row[code])}件"
        for code in printed
    )
    return Evidence(
        "rules",
        f"表二“规章”行填报{parts}。依照《立法法》，规章由国务院部门和省、设区的市、自治州人民政府制定，"
        "县（市、区）、乡镇和地方政府部门没有规章制定权，该行应填0。",
        tuple(printed),
        number(row["rules_without_power"]),
        0,
        number(row["rules_without_power"]),
        hint="可能是把行政规范性文件或者内部规章制度填入了“规章”行。",
    )


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
    wrong = "以元为单位的金额直接填入了" if now > before else "以万元为单位的金额又除以了一万后填入"
    return Evidence(
        "fees",
        f"表二“行政事业性收费”本年填报{now}万元，上一年度为{before}万元，相差约一万倍，疑似元与万元混用，请核实。",
        (_FEE,),
        now,
        before,
        number(now - before),
        hint=f"可能是把{wrong}以万元为单位的单元格，也可能是上一年度填错。",
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
        hint="可能是没有把信息处理费计入行政事业性收费，也可能由财政部门或其他单位收取。",
    )


def _power(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    return Evidence(
        "penalty",
        f"{row['agency']}通常负有行政处罚职责，表二“行政处罚”本年和上一年度均填报0件，请核实是否漏报或者职权已划转。",
        ("t2.penalty.decisions",),
        0,
    )


def _short(row: Row, logic: dict[str, list[str]]) -> tuple[float, float] | None:
    """Return both sides of an inequality that is known not to hold."""
    values = [[row[code] for code in logic[side]] for side in ("left", "right")]
    if any(value is None for side in values for value in side):
        return None
    left, right = (sum(side) for side in values)
    return (left, right) if left < right else None


def _old_logic(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    told, cells = [], []
    for one in _LOGIC:
        sides = _short(row, one)
        if sides is None:
            continue
        left, right = (number(side) for side in sides)
        name = row_name("v2019", "t2", one["left"][0].split(".")[1])
        cells += [*one["left"], *one["right"]]
        told.append(
            f"“{name}”对外公开总数量{left}少于本年新公开数量{right}"
            if one["right"]
            else f"“{name}”上一年项目数量与本年增/减之和为{left}，小于0"
        )
    return Evidence("t2", f"表二{'；'.join(told)}。", tuple(cells))


def _against_statistics(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    differing = [
        (code, name, number(row[code]), number(row[f"outside_{key}"]))
        for key, (code, name) in STATISTICS.items()
        if row[code] is not None and row[f"outside_{key}"] is not None and row[code] != row[f"outside_{key}"]
    ]
    told = "；".join(f"“{name}”年报填报{own}件，公布的统计为{other}件" for _, name, own, other in differing)
    _, _, own, other = differing[0]
    return Evidence(
        "t2",
        f"表二与另行公布的统计不一致：{told}。",
        tuple(code for code, *_ in differing),
        own,
        other,
        number(own - other),
    )


RULES = (
    Rule(
        id="T2-01",
        title="规章仅限有制定权主体",
        frame="totals",
        dimension="arithmetic",
        quality="compliance",
        severity=Severity.CRITICAL,
        cases=(Case(Severity.WARNING, (Where("rank", "in", ("city", "province")),)),),
        source=_LEGISLATION,
        summary="没有规章制定权的机关（县级及以下政府和部门、省市政府部门），“规章”行应当为0。",
        hint="请将“规章”行更正为0；参与起草、由政府制定的规章由制定机关填报。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "rules_without_power", "max_value": 0}),
        reads=("rules_without_power",),
        evidence=_no_power,
        notes=(
            "国务院部门、省级政府、设区的市和自治州政府不适用；层级不能确定而填报不为0的不作判断。",
            "省、市政府部门为一般，县级及以下为严重；省、市政府办公厅（室）可能填报的是政府规章，不作判断。",
            "2019年试行格式只看“本年新制作数量”：其他机关的规章也可以公开。",
        ),
        reasons={
            "rules_without_power": "“规章”行没有可用的数值，或者机关层级不能确定，无法判断有无规章制定权。"
        },
    ),
    Rule(
        id="T2-04",
        title="废止不超存量",
        frame="documents",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("explained", "==", True),)),),
        source=f"{FORM_2021}表二“本年废止件数”“现行有效件数”",
        summary="本年废止件数不应多于上一年度现行有效件数与本年制发件数之和。",
        hint="请核对文件清单，更正件数；上一年度数据有误的，请在第六部分说明。",
        check=Check(
            "ExpectColumnSumsToBeAtLeast",
            {"left_columns": ["previous_in_force", "issued"], "right_columns": ["repealed"]},
        ),
        reads=("previous_in_force", "issued", "repealed"),
        evidence=_repealed,
        templates=("v2021",),
        first_year=2022,
        notes=("2021年度与2020年度口径不同，不作比较。", "报告正文已说明原因的为提示。"),
    ),
    Rule(
        id="T2-05",
        title="收费单位疑错（元/万元）",
        frame="totals",
        dimension="arithmetic",
        quality="accuracy",
        severity=Severity.WARNING,
        source=f"{FORM_2021}表二“单位：万元”",
        summary="行政事业性收费与上一年度相差约一万倍，或县级部门达到十亿元的，疑似元与万元混用。",
        hint="请核实收费金额和计量单位，按万元填报。",
        check=Check(
            "ExpectColumnValuesToNotBeInSet", {"column": "fee_slip", "value_set": ["ratio", "large"]}
        ),
        reads=("fee_slip",),
        evidence=_fee_slip,
        templates=("v2021",),
        compared=True,
        reasons={"fee_slip": "没有本年或上一年度可用的收费金额，无法判断。"},
        notes=("自然资源、住房城乡建设、人防、水利、税务等收费数额大的部门不按数额判断。",),
    ),
    Rule(
        id="T2-06",
        title="收费与信息处理费衔接",
        frame="totals",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.WARNING,
        source="国办函〔2020〕109号；信息处理费属于行政事业性收费（见各地实施通知）",
        summary="文中写明收取信息处理费的，表二“行政事业性收费”不应少于该数额。",
        hint="请核对收费金额，将信息处理费计入表二“行政事业性收费”；由其他单位收取的请说明。",
        check=Check(
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {
                "column_A": _FEE,
                "column_B": "fee_floor",
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
        ),
        reads=(_FEE, "fee_floor"),
        rows=(Where("fee_amount", ">", 0),),
        vacuous=True,
        evidence=_fee_floor,
        templates=("v2021",),
        reasons={"fee_amount": "文中关于信息处理费金额的表述不能确定，无法核对。"},
        notes=("表二以万元为单位，四舍五入到两位小数的差额不计。",),
    ),
    Rule(
        id="T2-07",
        title="处理决定数与行业常识",
        frame="totals",
        dimension="arithmetic",
        quality="credibility",
        severity=Severity.INFO,
        source="武政办发〔2025〕54号（处理决定含已公开和依法未公开的全部决定）",
        summary="通常负有处罚职责的部门连续两年行政处罚均为0的，提示核实。",
        hint="请核实是否漏报；职权已划转综合执法的，可在第六部分说明。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "penalties_in_two_years", "min_value": 1}),
        reads=("penalties_in_two_years",),
        rows=(Where("penalty_power", "==", True),),
        vacuous=True,
        evidence=_power,
        templates=("v2021",),
        organs=("department",),
        compared=True,
        reasons={"penalties_in_two_years": NO_PREVIOUS},
        notes=("只看名称表明负有处罚职责的部门；没有处罚职责的部门填报处罚的不提示，职责从名称上看不出来。",),
    ),
    Rule(
        id="T2-09",
        title="2019年试行格式表二逻辑",
        frame="totals",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.WARNING,
        source="国办公开办函〔2019〕60号附件表二",
        summary="对外公开总数量不应少于本年新公开数量，上一年项目数量与本年增/减之和不应小于0。",
        hint="请核对文件清单和事项清单，更正数量。",
        check=Check("ExpectColumnInequalitiesToHold", {"equations": _LOGIC}),
        reads=tuple(
            dict.fromkeys(code for one in _LOGIC for side in ("left", "right") for code in one[side])
        ),
        evidence=_old_logic,
        templates=("v2019",),
    ),
    Rule(
        id="T2-10",
        title="与执法统计、规范性文件库核对",
        frame="totals",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.WARNING,
        source="本机关公布的行政执法统计年报、规范性文件库",
        summary="表二处理决定数和现行有效件数应当与另行公布的统计一致（需要外部数据表）。",
        hint="请核对统计口径，更正年报或在第六部分说明差异原因。",
        check=Check(
            "ExpectColumnPairsToBeEqualWhereKnown",
            {"pairs": [[code, f"outside_{key}"] for key, (code, _) in STATISTICS.items()]},
        ),
        reads=("statistics_known",),
        evidence=_against_statistics,
        templates=("v2021",),
        only=WITH_OUTSIDE,
        reasons={"statistics_known": NOT_LISTED},
        notes=(ONLY_OUTSIDE,),
    ),
)
