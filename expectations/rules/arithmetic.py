"""T2, T3, T4: sums and identities inside the three tables."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import Case, Check, Evidence, Row, Rule, Where
from expectations.rules import hints
from expectations.rules.sources import FORM, FORM_2021
from expectations.rules.wording import column_name, number, plus, row_name
from models.facts import APPLICANTS, OUTCOME_LINES, OUTCOMES
from models.results import Passage, Severity

_KINDS = APPLICANTS[:-1]
_RESULTS = OUTCOMES[:-1]
_IDENTITY = "国办公开办函〔2021〕30号附件表三注“第一项加第二项之和，等于第三项加第四项之和”"
_DIVIDED_OTHER = ("other.overdue_correction", "other.overdue_fee", "other.misc")

# The column of `requests_by_applicant` → the row of table 3 it was read from.
LINE_OF_COLUMN = {
    "received_new": "received_new",
    "carried_in": "carried_in",
    "full_disclosure": "results.full_disclosure",
    "partial_disclosure": "results.partial_disclosure",
    **{
        name: f"results.{group}.{name.removeprefix(group + '_')}"
        for group in ("denied", "unable", "not_handled")
        for name in OUTCOME_LINES
        if name.startswith(group + "_")
    },
    "other_processing": "results.other",
    "results_total": "results.total",
    "carried_out": "carried_out",
}


def _total(row: Row, columns: Sequence[str]) -> float | int:
    return number(sum(float(row[column]) for column in columns))


def _gap(left: float | int, right: float | int) -> float | int:
    return number(left - right)


def cells_of(row: Row, column: str) -> tuple[str, ...]:
    """Return the cells behind a column of `requests_by_applicant`, as the form of the report divides them."""
    divided = column == "other_processing" and row["template"] == "v2021" and not row["undivided"]
    lines = [f"results.{name}" for name in _DIVIDED_OTHER] if divided else [LINE_OF_COLUMN[column]]
    return tuple(f"t3.{line}.{row['applicant']}" for line in lines)


def _outcome_cells(row: Row) -> tuple[str, ...]:
    """The cells of 第三项（一）至（六） in one applicant column."""
    return tuple(code for column in OUTCOME_LINES for code in cells_of(row, column))


def _applicant(row: Row, kind: str) -> str:
    return f"“{column_name(row['template'], 't3', kind)}”"


def _row_total(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    expected, observed = _total(row, _KINDS), number(row["total"])
    gap = _gap(observed, expected)
    name = row_name(row["template"], "t3", row["line"])
    return Evidence(
        row["line"],
        f"表三“{name}”行：各类申请人{plus([row[k] for k in _KINDS])}之和为{expected}，"
        f"总计填报{observed}，相差{abs(gap)}，合计关系不成立。",
        (f"t3.{row['line']}.total", *(f"t3.{row['line']}.{k}" for k in _KINDS)),
        observed,
        expected,
        gap,
        hint=hints.total({_applicant(row, k): row[k] for k in _KINDS}, row["total"]),
    )


def _results_total(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    expected, observed = _total(row, OUTCOME_LINES), number(row["results_total"])
    gap = _gap(observed, expected)
    name = column_name(row["template"], "t3", row["applicant"])
    return Evidence(
        row["applicant"],
        f"表三“{name}”列：第三项（一）至（六）各分项之和为{expected}，（七）总计填报{observed}，"
        f"相差{abs(gap)}，合计关系不成立。",
        (f"t3.results.total.{row['applicant']}", *_outcome_cells(row)),
        observed,
        expected,
        gap,
        hint=hints.total(
            {
                f"“{row_name(row['template'], 't3', LINE_OF_COLUMN[line])}”": row[line]
                for line in OUTCOME_LINES
            },
            row["results_total"],
            {"部分公开": row["partial_disclosure"], "（六）其他处理": row["other_processing"]},
        ),
    )


def _identity(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    new, old = number(row["received_new"]), number(row["carried_in"])
    done, out = number(row["results_total"]), number(row["carried_out"])
    left, right = number(new + old), number(done + out)
    name = column_name(row["template"], "t3", row["applicant"])
    return Evidence(
        row["applicant"],
        f"表三“{name}”列：第一项{new}与第二项{old}之和为{left}，第三项（七）总计{done}与第四项{out}之和为{right}，"
        f"相差{abs(_gap(left, right))}，勾稽关系不成立。",
        tuple(
            f"t3.{line}.{row['applicant']}"
            for line in ("received_new", "carried_in", "results.total", "carried_out")
        ),
        left,
        right,
        _gap(left, right),
        hint=hints.balance(new, old, done, out, row["partial_disclosure"]),
    )


def _total_column(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    balanced = row["received_new"] + row["carried_in"] == row["results_total"] + row["carried_out"]
    return _results_total(rows) if balanced else _identity(rows)


def _no_requests(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    filled = [name for name in (*OUTCOME_LINES, "results_total", "carried_out") if row[name]]
    name = column_name(row["template"], "t3", row["applicant"])
    printed = "、".join(
        f"“{row_name(row['template'], 't3', LINE_OF_COLUMN[f])}”{number(row[f])}" for f in filled
    )
    return Evidence(
        row["applicant"],
        f"表三“{name}”列：第一项、第二项均为0，但{printed}，没有申请却有办理结果或结转。",
        tuple(f"t3.{LINE_OF_COLUMN[f]}.{row['applicant']}" for f in filled),
        observed=_total(row, filled),
        expected=0,
        difference=_total(row, filled),
    )


def _dispute_total(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    expected, observed = _total(row, _RESULTS), number(row["total"])
    gap = _gap(observed, expected)
    name = row_name(row["template"], "t4", row["group"])
    return Evidence(
        row["group"],
        f"表四“{name}”：各类结果{plus([row[r] for r in _RESULTS])}之和为{expected}，"
        f"总计填报{observed}，相差{abs(gap)}，合计关系不成立。",
        (f"t4.{row['group']}.total", *(f"t4.{row['group']}.{r}" for r in _RESULTS)),
        observed,
        expected,
        gap,
        hint=hints.total(
            {f"“{column_name(row['template'], 't4', r)}”": row[r] for r in _RESULTS},
            row["total"],
            {"尚未审结": row["pending"]},
        ),
    )


def _document_cells(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(f"t2.{row['kind']}.{column}" for column in columns)


def _stock_floor(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = row_name(row["template"], "t2", row["kind"])
    observed, expected = number(row["in_force"]), number(row["issued"] - row["repealed"])
    return Evidence(
        row["kind"],
        f"表二“{name}”：本年制发{number(row['issued'])}件、废止{number(row['repealed'])}件，"
        f"现行有效件数应不少于{expected}件，实际填报{observed}件。",
        _document_cells(row, "in_force", "issued", "repealed"),
        observed,
        expected,
        _gap(observed, expected),
    )


def _stock_flow(rows: Sequence[Row]) -> Evidence:
    row = rows[0]
    name = row_name(row["template"], "t2", row["kind"])
    observed = number(row["in_force"])
    expected = number(row["previous_in_force"] + row["issued"] - row["repealed"])
    gap = _gap(observed, expected)
    return Evidence(
        row["kind"],
        f"表二“{name}”：{row['year'] - 1}年度报告现行有效{number(row['previous_in_force'])}件，"
        f"加本年制发{number(row['issued'])}件、减本年废止{number(row['repealed'])}件应为{expected}件，"
        f"本年现行有效填报{observed}件，相差{abs(gap)}件。",
        _document_cells(row, "in_force", "issued", "repealed"),
        observed,
        expected,
        gap,
        hint=hints.stock(row["previous_in_force"], row["issued"], row["repealed"], row["in_force"]),
        passages=(Passage(row["explanation"]),) if row["explanation"] else (),
    )


TABLE_2_RULES = (
    Rule(
        id="T2-02",
        title="年内恒等下限",
        frame="documents",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.WARNING,
        source=f"{FORM_2021}表二“本年制发件数”“本年废止件数”“现行有效件数”",
        summary="规章、行政规范性文件的现行有效件数不应少于本年制发件数减本年废止件数。",
        hint="请会同司法行政主管部门核对文件清单，更正件数；当年制发又失效的请在第六部分说明。",
        check=Check(
            "ExpectColumnSumsToBeAtLeast",
            {"left_columns": ["in_force", "repealed"], "right_columns": ["issued"]},
        ),
        reads=("in_force", "repealed", "issued"),
        evidence=_stock_floor,
        templates=("v2021",),
    ),
    Rule(
        id="T2-03",
        title="现行有效件数跨年衔接",
        frame="documents",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.WARNING,
        cases=(Case(Severity.INFO, (Where("explained", "==", True),)),),
        source=f"{FORM_2021}表二“现行有效件数”",
        summary="现行有效件数应当等于上一年度现行有效件数加本年制发件数减本年废止件数。",
        hint="请核对文件清单，更正件数；因清理、失效、机构调整等产生差异的，请在第六部分说明原因。",
        check=Check(
            "ExpectColumnSumsToBeEqual",
            {"left_columns": ["in_force", "repealed"], "right_columns": ["previous_in_force", "issued"]},
        ),
        reads=("in_force", "repealed", "previous_in_force", "issued"),
        evidence=_stock_flow,
        templates=("v2021",),
        first_year=2022,
        notes=(
            "2021年度与2020年度口径不同，不作比较；没有上一年度报告的不作判断。",
            "报告正文已说明原因的（清理失效、划转、口径调整、以本年度报告为准等）为提示。",
        ),
    ),
)

TABLE_3_RULES = (
    Rule(
        id="T3-01",
        title="行合计",
        frame="requests_by_outcome",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=f"{FORM}表三（申请人情况、总计）",
        summary="表三每一行六类申请人之和应当等于总计。",
        hint="请核对申请台账，更正该行各类申请人的件数或总计。",
        check=Check("ExpectColumnSumsToBeEqual", {"left_columns": list(_KINDS), "right_columns": ["total"]}),
        reads=APPLICANTS,
        evidence=_row_total,
    ),
    Rule(
        id="T3-02",
        title="办理结果总计（列）",
        frame="requests_by_applicant",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=f"{FORM}表三“（七）总计”",
        summary="表三每一列第三项（一）至（六）各分项之和应当等于（七）总计。",
        hint="请核对申请台账，更正该列办理结果分项或（七）总计；区分处理的只计“部分公开”一项。",
        check=Check(
            "ExpectColumnSumsToBeEqual",
            {"left_columns": list(OUTCOME_LINES), "right_columns": ["results_total"]},
        ),
        reads=(*OUTCOME_LINES, "results_total"),
        evidence=_results_total,
    ),
    Rule(
        id="T3-03",
        title="勾稽关系：一＋二＝三（七）＋四",
        frame="requests_by_applicant",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=_IDENTITY,
        summary="表三每一列第一项加第二项之和应当等于第三项（七）总计加第四项之和。",
        hint="请核对申请台账中本年新收、上年结转、办理结果和结转下年度的件数后更正。",
        check=Check(
            "ExpectColumnSumsToBeEqual",
            {
                "left_columns": ["received_new", "carried_in"],
                "right_columns": ["results_total", "carried_out"],
            },
        ),
        reads=("received_new", "carried_in", "results_total", "carried_out"),
        evidence=_identity,
    ),
    Rule(
        id="T3-04",
        title="总计列必须独立成立",
        frame="requests_by_applicant",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=_IDENTITY,
        summary="表三总计列自身应当满足办理结果总计和勾稽关系，分类列空缺也不例外。",
        hint="请核对申请台账，更正总计列的数据。",
        check=Check(
            "ExpectColumnEquationsToHold",
            {
                "equations": [
                    {"left": list(OUTCOME_LINES), "right": ["results_total"]},
                    {"left": ["received_new", "carried_in"], "right": ["results_total", "carried_out"]},
                ]
            },
        ),
        reads=("received_new", "carried_in", *OUTCOME_LINES, "results_total", "carried_out"),
        rows=(Where("applicant", "==", "total"),),
        evidence=_total_column,
        notes=("与T3-02、T3-03同因的不重复报。",),
    ),
    Rule(
        id="T3-12",
        title="零申请报告自洽",
        frame="requests_by_applicant",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=_IDENTITY,
        summary="某一列本年新收和上年结转均为0的，该列办理结果和结转下年度也应当为0。",
        hint="请核对是否漏填收到的申请，或将咨询等误计为办理结果。",
        check=Check(
            "ExpectMulticolumnValuesToBeEqual",
            {
                "column_list": ["received_new", "carried_in", *OUTCOME_LINES, "results_total", "carried_out"],
                "ignore_row_if": "any_value_is_missing",
            },
        ),
        reads=(*OUTCOME_LINES, "results_total", "carried_out"),
        rows=(Where("received_new", "==", 0), Where("carried_in", "==", 0)),
        vacuous=True,
        evidence=_no_requests,
        notes=("与T3-02、T3-03同因的不重复报。",),
    ),
)

TABLE_4_RULES = (
    Rule(
        id="T4-01",
        title="表四各组合计",
        frame="disputes",
        dimension="arithmetic",
        quality="consistency",
        severity=Severity.CRITICAL,
        source=f"{FORM}表四“总计”",
        summary="表四行政复议、未经复议直接起诉、复议后起诉三组的四类结果之和应当等于各组总计。",
        hint="请核对复议、诉讼台账，更正该组各类结果的件数或总计。",
        check=Check(
            "ExpectColumnSumsToBeEqual", {"left_columns": list(_RESULTS), "right_columns": ["total"]}
        ),
        reads=OUTCOMES,
        evidence=_dispute_total,
        notes=(
            "复议机关作为共同被告的诉讼不重复统计（国办公开办函〔2016〕201号），报告中看不出来，不作核查。",
        ),
    ),
)
