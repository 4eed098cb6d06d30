"""Which rules could not be decided for which report, and why: told in one short Chinese sentence each.

A verdict is FAIL if any row fails; NOT_ASSESSABLE if none fails but something the rule reads is missing;
PASS only when everything was there to be read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import polars as pl

from expectations.rule import Rule, all_of
from expectations.rules.arithmetic import LINE_OF_COLUMN
from expectations.rules.wording import TABLE_NAMES, column_name, row_name
from expectations.template import load
from models.facts import APPLICANTS, DISPUTE_GROUPS, OUTCOME_LINES, OUTCOMES
from tasks.validate.prepare import Prepared

SYSTEM_FAULT = "系统错误，该规则未能执行，请联系系统管理员。"
_UNKNOWN = "缺少核查所需的信息。"
_NOTHING = "没有可供核查的数据。"

# Why a rule on something else than numbers of cells could not be decided: by rule, by column that is null.
_REASONS: dict[tuple[str, str], str] = {
    ("META-02", "title_text"): "未见报告标题。",
    ("META-03", "title_year"): "标题中未见报告年度。",
    ("META-03", "period_year"): "未写明统计期限，或统计期限的起止不在同一年。",
    ("META-06", "period"): "统计期限的起止日期读取不确定。",
    ("META-06", "expected_period"): "报告年度无法确定。",
    ("META-07", "template"): "无法判断报告使用的格式版本。",
    ("META-07", "template_required"): "报告年度无法确定。",
    ("STR-04", "printed_numeral"): "部分标题未见序号，可能是自动编号在文件转换时丢失。",
    ("STR-07", "match_read"): "表二部分标签读取不确定。",
    ("STR-08", "state"): "部分行列标签读取不确定。",
    ("STR-10", "prose_characters"): "未找到相应部分，无法判断是否为空。",
    ("CELL-07", "width"): "部分数据行的单元格个数不能确定。",
    ("S6-01", "year"): "报告年度无法确定。",
}
_KINDS = ("uncertain", "missing", "blank", "placeholder", "text")  # gravest reason first


def undecided(rule: Rule, prepared: Prepared, applicable: pl.DataFrame) -> pl.DataFrame:
    """Return the reports for which a rule cannot be decided from what is there (whether or not rows fail).

    `applicable`: the reports (column ``submission``) the rule applies to.
    Columns of the answer: submission, column (the first column that is missing; null when rows are
    missing). One row a report.
    """
    frame = prepared.frames[rule.frame]
    met = all_of(rule.rows)
    looked_at = frame.select("submission", *(pl.col(c) for c in dict.fromkeys(rule.reads)), met=met)
    gaps = [
        looked_at.filter(pl.col("met").is_null()).select(
            "submission", column=pl.lit(_first(rule), dtype=pl.String)
        ),
        *(
            looked_at.filter(pl.col("met") & pl.col(column).is_null()).select(
                "submission", column=pl.lit(column)
            )
            for column in rule.reads
        ),
    ]
    short = prepared.incomplete[rule.frame]
    gaps.append(
        pl.DataFrame({"submission": short, "column": pl.Series([None] * len(short), dtype=pl.String)})
    )
    if not rule.vacuous:
        seen = looked_at.filter(pl.col("met").fill_null(True)).select("submission").unique()
        gaps.append(
            applicable.join(seen, on="submission", how="anti").select(
                "submission", column=pl.lit(None, dtype=pl.String)
            )
        )
    return (
        pl.concat(gaps)
        .join(applicable, on="submission", how="semi")
        .unique("submission", keep="first", maintain_order=True)
    )


def _first(rule: Rule) -> str | None:
    return rule.rows[0].column if rule.rows else (rule.reads[0] if rule.reads else None)


@cache
def _operands() -> pl.DataFrame:
    """Which cells stand behind which operand of the arithmetic rules: frame, key, column, code."""
    rows: list[tuple[str, str, str, str]] = []
    for applicant in APPLICANTS:
        for column in ("received_new", "carried_in", *OUTCOME_LINES, "results_total", "carried_out"):
            codes = [f"t3.{LINE_OF_COLUMN[column]}.{applicant}"]
            if column == "other_processing":
                codes += [
                    f"t3.results.other.{part}.{applicant}"
                    for part in ("overdue_correction", "overdue_fee", "misc")
                ]
            rows += [("requests_by_applicant", applicant, column, code) for code in codes]
        rows.append(("years", applicant, "carried_in", f"t3.carried_in.{applicant}"))
    for line in dict.fromkeys(
        [row.key for name in ("v2021", "v2019") for row in load(name).table3_rows] + ["results.other"]
    ):
        rows += [
            ("requests_by_outcome", line, applicant, f"t3.{line}.{applicant}") for applicant in APPLICANTS
        ]
    for group in DISPUTE_GROUPS:
        rows += [("disputes", group, outcome, f"t4.{group}.{outcome}") for outcome in OUTCOMES]
    for kind in ("rules", "normative_docs"):
        rows += [("documents", kind, c, f"t2.{kind}.{c}") for c in ("issued", "repealed", "in_force")]
    return pl.DataFrame(rows, schema=["frame", "key", "column", "code"], orient="row")


_KEY = {
    "requests_by_outcome": "line",
    "requests_by_applicant": "applicant",
    "disputes": "group",
    "documents": "kind",
    "years": "applicant",
}


def reasons(rule: Rule, prepared: Prepared, open_reports: pl.DataFrame) -> dict[str, str]:
    """Return for each report of `open_reports` (the answer of `undecided`) why the rule is not decided."""
    if open_reports.is_empty():
        return {}
    told = {
        submission: rule.reasons.get(column or "")
        or _REASONS.get((rule.id, column or ""), _NOTHING if column is None else _UNKNOWN)
        for submission, column in open_reports.select("submission", "column").iter_rows()
    }
    if rule.frame == "cells":
        told |= _of_cells(prepared.frames["cells"], open_reports, rule)
    elif rule.frame in _KEY:
        told |= _without_previous(rule, prepared, open_reports)
        told |= _of_operands(rule, prepared, open_reports)
    elif rule.frame == "totals":
        told |= _without_previous(rule, prepared, open_reports)
        told |= _of_codes(rule, prepared, open_reports)
    if rule.reason_column is not None:
        told |= _of_rows(rule, rule.reason_column, prepared, open_reports)
    return told


def _of_rows(rule: Rule, column: str, prepared: Prepared, open_reports: pl.DataFrame) -> dict[str, str]:
    """Take the sentence of the first row that the rule looks at and that has one."""
    rows = (
        prepared.frames[rule.frame]
        .join(open_reports.select("submission"), on="submission", how="semi")
        .filter(all_of(rule.rows).fill_null(True) & pl.col(column).is_not_null())
        .unique("submission", keep="first", maintain_order=True)
    )
    return dict(rows.select("submission", column).iter_rows())


def _of_codes(rule: Rule, prepared: Prepared, open_reports: pl.DataFrame) -> dict[str, str]:
    """Explain the nulls in columns that are named after the cell they hold."""
    columns = dict.fromkeys((*(where.column for where in rule.rows), *rule.reads))
    codes = [name for name in columns if name in prepared.codes]
    if not codes:
        return {}
    nulls = (
        prepared.frames["totals"]
        .join(open_reports.select("submission"), on="submission", how="semi")
        .select("submission", *codes)
        .unpivot(index="submission", on=codes, variable_name="code")
        .filter(pl.col("value").is_null())
        .select("submission", "code")
    )
    return _sentences(
        prepared.frames["cells"]
        .join(nulls, on=["submission", "code"], how="semi")
        .filter(pl.col("kind").is_in(_KINDS))
    )


def _without_previous(rule: Rule, prepared: Prepared, open_reports: pl.DataFrame) -> dict[str, str]:
    named = (*rule.reads, *(where.column for where in rule.rows))
    if not any(column.startswith(("previous_", "previous.")) for column in named):
        return {}
    rows = (
        prepared.frames[rule.frame]
        .join(open_reports, on="submission", how="semi")
        .group_by("submission")
        .agg(pl.col("previous_submission").is_null().any(), pl.col("year").first())
        .iter_rows()
    )
    return {
        submission: (
            f"未找到该机关{year - 1}年度报告，无法与上一年度核对。"
            if alone and year
            else "报告年度无法确定，无法与上一年度核对。"
            if alone
            else "上一年度报告的相应单元格没有可用的数值。"
        )
        for submission, alone, year in rows
    }


def _of_cells(cells: pl.DataFrame, open_reports: pl.DataFrame, rule: Rule) -> dict[str, str]:
    here = cells.join(open_reports, on="submission", how="semi")
    if rule.id == "CELL-04":
        here = here.filter(pl.col("form") == "amount")
        return _sentences(here.filter(pl.col("kind").is_in(_KINDS)))
    return _sentences(here.filter(pl.col("kind") == "uncertain"))


def _of_operands(rule: Rule, prepared: Prepared, open_reports: pl.DataFrame) -> dict[str, str]:
    """Explain the nulls in the columns a rule reads by the cells that stand behind them."""
    key = _KEY[rule.frame]
    columns = [
        column
        for column in dict.fromkeys((*(where.column for where in rule.rows), *rule.reads))
        if column != key and not column.startswith("previous_")
    ]
    frame = prepared.frames[rule.frame].join(open_reports, on="submission", how="semi")
    met = all_of(rule.rows)
    nulls = (
        frame.filter(met.fill_null(True))
        .select("submission", pl.col(key).alias("key"), *columns)
        .unpivot(index=["submission", "key"], on=columns, variable_name="column")
        .filter(pl.col("value").is_null())
    )
    if nulls.is_empty():
        return {}
    operands = _operands().filter(pl.col("frame") == rule.frame).drop("frame")
    cells = (
        nulls.join(operands, on=["key", "column"])
        .select("submission", "code")
        .join(prepared.frames["cells"], on=["submission", "code"])
        .filter(pl.col("kind").is_in(_KINDS))
        .unique(["submission", "code"], maintain_order=True)
    )
    return _sentences(cells)


def _sentences(cells: pl.DataFrame) -> dict[str, str]:
    """Say for each report which of these cells lack a number, and why: the gravest kind decides."""
    if cells.is_empty():
        return {}
    rank = pl.col("kind").replace_strict({k: n for n, k in enumerate(_KINDS)}, return_dtype=pl.Int64)
    summary = (
        cells.with_columns(rank=rank)
        .filter(pl.col("rank") == pl.col("rank").min().over("submission"))
        .sort("submission", "nr")
        .group_by("submission", maintain_order=True)
        .agg(
            pl.col("kind").first(),
            pl.col("template").first(),
            pl.col("table").first(),
            pl.col("row").first().alias("line"),
            pl.col("column").first(),
            pl.col("raw").first(),
            pl.struct("table", "row").n_unique().alias("lines"),
            pl.len().alias("cells"),
        )
    )
    return {row["submission"]: _SENTENCES[row["kind"]](row) for row in summary.iter_rows(named=True)}


def _place(row: dict[str, object]) -> str:
    template, table = str(row["template"]), str(row["table"])
    line = f"{TABLE_NAMES[table]}“{row_name(template, table, str(row['line']))}”"
    if row["cells"] == 1:
        return f"{line}行“{column_name(template, table, str(row['column']))}”列"
    return line + (f"等{row['lines']}行" if row["lines"] != 1 else "行")


_SENTENCES: dict[str, Callable[[dict[str, object]], str]] = {
    "uncertain": lambda row: f"{_place(row)}读取不确定。",
    "missing": lambda row: f"{_place(row)}缺失，无法核算。",
    "blank": lambda row: f"{_place(row)}空缺，无法核算。",
    "placeholder": lambda row: f"{_place(row)}填写占位符“{str(row['raw']).strip()}”，无法核算。",
    "text": lambda row: f"{_place(row)}填写的不是数字，无法核算。",
}
