"""XY: a report beside the same agency's other years, and beside what was published afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Setting, Where
from expectations.rules import hints
from expectations.rules.publication import NOT_LISTED, ONLY_OUTSIDE, WITH_OUTSIDE
from expectations.rules.sources import FORM, REGULATION
from expectations.rules.wording import TABLE_NAMES, column_name, number, row_name
from models.results import Passage, Severity

_SAME = Check(
    "ExpectColumnPairValuesToBeEqual",
    {
        "column_A": "carried_in",
        "column_B": "previous_carried_out",
        "ignore_row_if": "either_value_is_missing",
    },
)


def _carried(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    observed, expected = number(row["carried_in"]), number(row["previous_carried_out"])
    name = column_name(row["template"], "t3", row["applicant"])
    return Evidence(
        row["applicant"],
        f"表三“{name}”列：“上年结转”填报{observed}件，与你单位{row['year'] - 1}年度报告“结转下年度继续办理”"
        f"{expected}件不一致，相差{abs(number(observed - expected))}件。",
        (f"t3.carried_in.{row['applicant']}",),
        observed,
        expected,
        number(observed - expected),
        hint=hints.equal("上年结转", observed, expected),
        passages=explained(row),
    )


def explained(row: Row) -> tuple[Passage, ...]:
    """Return the sentence by which the report itself explains a difference to the year before, if it does."""
    return (Passage(row["explanation"]),) if row["explanation"] else ()


def _same(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    whole = "全部单元格" if row["previous_whole"] else "能够确定读数的全部单元格"
    return Evidence(
        "",
        f"三张表{whole}与{row['year'] - 1}年度报告完全相同，其中不为0的（不计总计和现行有效件数）有{row['previous_used']}个，"
        "疑似照抄上一年度数据。",
        observed=0,
        hint="请对照两个年度的台账逐项核对；数据确实相同的，请说明。",
    )


def _gap(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    years = "、".join(str(year) for year in row["missing_years"])
    return Evidence(
        "",
        f"有{row['year']}年度报告，未见{years}年度报告，年度报告不连续。",
        observed=years,
        hint="可能是历年报告在网站改版、迁移时丢失，或者没有收集齐全。",
    )


def _jump(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    before, now = number(row["previous_value"]), number(row["value"])
    line = row_name(row["template"], row["table"], row["row"])
    column = column_name(row["template"], row["table"], row["column"])
    unit = "万元" if row["form"] == "amount" else "件"
    return Evidence(
        row["code"],
        f"{TABLE_NAMES[row['table']]}“{line}”行“{column}”列：上一年度{before}{unit}，本年{now}{unit}，变化较大，请核实。",
        (row["code"],),
        now,
        before,
        number(now - before),
        hint="可能是集中申请、专项行动或者职能划转，也可能是填报差错。",
    )


def _changed(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    day = row["outside_changed_on"]
    when = f"（{day.isoformat()}）" if day else ""
    return Evidence(
        "",
        f"外部数据表记载，报告发布后内容有变动{when}，未附更正说明。",
        observed=day.isoformat() if day else None,
    )


RULES = (
    Rule(
        id="XY-01",
        title="结转衔接（总计）",
        frame="years",
        dimension="years",
        quality="consistency",
        severity=Severity.CRITICAL,
        cases=(Case(Severity.INFO, (Where("explained", "==", True),)),),
        source=f"{FORM}表三“上年结转”“结转下年度继续办理”",
        summary="本年“上年结转”总计应当等于上一年度报告“结转下年度继续办理”总计。",
        hint="请核对两个年度的台账，更正上年结转件数，或在“六、其他需要报告的事项”中说明原因（机构合并、更正上年数据等）。",
        check=_SAME,
        reads=("carried_in", "previous_carried_out"),
        rows=(Where("applicant", "==", "total"),),
        evidence=_carried,
        first_year=2020,
        notes=(
            "2019年度没有可比的上一年度；没有上一年度报告的不作判断。",
            "报告正文已说明原因的（机构改革、更正上年数据、口径调整等）为提示。",
            "上一年度报告有多个版本、分不清先后、且此数不同的，不作判断。",
        ),
    ),
    Rule(
        id="XY-02",
        title="结转衔接（分列）",
        frame="years",
        dimension="years",
        quality="consistency",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("explained", "==", True),)),),
        source=f"{FORM}表三“上年结转”“结转下年度继续办理”",
        summary="各类申请人的“上年结转”应当等于上一年度报告同列“结转下年度继续办理”。",
        hint="请核对两个年度的台账；申请人类别调整的，请在“六、其他需要报告的事项”中说明。",
        check=_SAME,
        reads=("carried_in", "previous_carried_out"),
        rows=(Where("applicant", "!=", "total"),),
        evidence=_carried,
        first_year=2020,
        notes=("总计也不衔接（XY-01）的，分列差异不重复报。", "报告正文已说明原因的为提示。"),
    ),
    Rule(
        id="XY-03",
        title="数据逐年雷同",
        frame="reports",
        dimension="years",
        quality="credibility",
        severity=Severity.CRITICAL,
        cases=(
            Case(Severity.WARNING, (Where("previous_used", "<", Setting("thresholds.same_cells_grave")),)),
        ),
        operator_when=((Where("previous_whole", "!=", True),),),
        source="国办公开办函〔2021〕30号第四部分（“内容雷同、敷衍塞责”）",
        summary="三张表的数据不应与上一年度报告完全相同。",
        hint="请对照两个年度的台账逐项核对，照抄上年数据的应当更正；数据确实相同的，请说明。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "previous_differing", "min_value": 1}),
        reads=("previous_differing",),
        rows=(
            Where("previous_same_form", "==", True),
            Where("previous_used", ">=", Setting("thresholds.same_cells")),
        ),
        vacuous=True,
        evidence=_same,
        first_year=2020,
        reasons={
            "previous_differing": "两个年度能够对照的单元格不足，无法判断数据是否雷同。",
            "previous_same_form": "未找到该机关上一年度报告，无法判断数据是否雷同。",
        },
        notes=(
            "两个年度使用同一格式的才比较；没有上一年度报告的不作判断。",
            "不为0的单元格不计总计和现行有效件数（一件申请会同时填入多个单元格），少于5个的不认定，5至9个的为一般。",
            "有单元格读取不确定、其余全部相同的，交核查人员核实。",
        ),
    ),
    Rule(
        id="XY-04",
        title="年报序列完整",
        frame="reports",
        dimension="years",
        quality="completeness",
        severity=Severity.WARNING,
        operator_when=((Where("series_owed", "!=", True),),),
        source=f"{REGULATION}第四十九条",
        summary="2019年度以来（其后成立的自成立起）每个年度都应当有年度报告。",
        hint="请补充报送、公布所缺年度的报告；已经公布的，请提供链接。",
        check=Check("ExpectColumnValuesToBeBetween", {"column": "gap", "max_value": 0}),
        reads=("missing_years",),
        evidence=_gap,
        reasons={
            "missing_years": "没有收集到该机关更早年度的报告，名册也未写明开始报送的年度，无法判断年度报告是否连续。"
        },
        notes=(
            "只看所收报告之前紧接着的缺口，每个缺口只报一次。",
            "名册写明开始报送的年度、且其他机关该年度的报告多数已收到的，才作为该机关的问题；其余的可能是没有收集齐全，交核查人员核实。",
            "没有收集的年度不作判断；名册标明免报或者截止年度的，从其规定。",
        ),
    ),
    Rule(
        id="XY-05",
        title="异常波动",
        frame="pairs",
        dimension="years",
        quality="credibility",
        severity=Severity.INFO,
        source="核查提示，无强制性规定",
        summary="新收申请、处理决定、收费金额与上一年度相比，变化10以上且达到3倍的，提示核实。",
        hint="请核实填报是否有误；变化属实的，建议在总体情况中说明原因。",
        check=Check(
            "ExpectColumnValuesToBeBetween",
            {"column": "jump_times", "max_value": Setting("thresholds.jump_ratio"), "strict_max": True},
        ),
        reads=("jump_times",),
        rows=(Where("jumps", "==", True),),
        evidence=_jump,
        templates=("v2021",),
        reasons={"": "未找到该机关上一年度报告，或者有关单元格没有可用的数值，无法与上一年度核对。"},
    ),
    Rule(
        id="XY-06",
        title="发布后变动",
        frame="reports",
        dimension="years",
        quality="traceability",
        severity=Severity.WARNING,
        source="核查要求：发布后更正的应当附更正说明，保留原版本",
        summary="报告发布后内容有变动的，应当附更正说明。",
        hint="请说明变动的内容和原因；更正数据的，请附更正说明后重新发布。",
        check=Check("ExpectColumnValuesToNotBeInSet", {"column": "outside_changed", "value_set": [True]}),
        reads=("outside_changed",),
        evidence=_changed,
        templates=None,
        only=WITH_OUTSIDE,
        reasons={"outside_changed": NOT_LISTED},
        notes=(ONLY_OUTSIDE,),
    ),
)
