"""A clean, made-up report as frames: a test changes one thing in it and compares what is found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from expectations.catalogue import rules
from expectations.profile import Profile, Switches, default
from expectations.rules.arithmetic import LINE_OF_COLUMN
from expectations.template import Template, load
from models.facts import (
    APPLICANTS,
    COMPARED,
    DISPUTE_GROUPS,
    OUTCOME_LINES,
    OUTCOMES,
    SCHEMAS,
    Facts,
    concat,
)
from models.results import Evaluation, Verdict
from tasks.extract.claims import claim_rows
from tasks.extract.mentions import mention_rows
from tasks.validate import evaluate

AGENCY = "云栖市映溪区林草局"

# The prose of the clean report: what it says in numbers is what its tables say.
PROSE: dict[str, tuple[str, ...]] = {
    "overview": (
        "{year}年，映溪区林草局认真贯彻《中华人民共和国政府信息公开条例》，较好完成了全年政府信息公开工作。",
        "（一）主动公开",
        "全年通过区政府网站主动公开林地审批、造林绿化、森林防火等政府信息126条。",
        "（二）依申请公开",
        "全年新收政府信息公开申请63件，上年结转5件，全年办结60件，结转下年度继续办理8件。其他处理中有申请人撤回申请的情形。",
        "（三）政府信息管理",
        "严格执行信息发布审核制度，对栖云岭林场公益林补偿信息逐条核对后发布。",
        "（四）政府信息公开平台建设",
        "优化门户网站信息公开专栏，新增古树名木栏目1个。",
        "（五）监督保障",
        "明确专人负责，全年开展业务培训2次，接受社会监督。",
    ),
    "proactive": (),
    "requests": (),
    "disputes": (),
    "problems": (
        "存在的主要问题：一是林业补贴政策解读形式较为单一，图解类解读只有3件；二是乡镇林业站信息报送不够及时。",
        "改进情况：一是组织业务科室学习图解制作，本年新增图解类解读6件；二是建立按月通报制度，乡镇林业站信息报送时间平均缩短4天。",
    ),
    "other": (
        "依据《政府信息公开信息处理费管理办法》（国办函〔2020〕109号），本年度未收取信息处理费，"
        "对发出收费通知后逾期未缴纳的不再处理。",
        "无其他需要报告的事项。",
    ),
}
_HOME = {"t2": "proactive", "t3": "requests", "t4": "disputes"}
_OTHER_2021 = ("results.other.overdue_correction", "results.other.overdue_fee", "results.other.misc")

# What each kind of applicant asked and got: every identity of the form holds, no row total is trivial.
_ASKED: dict[str, dict[str, int]] = {
    "natural_person": {"received_new": 40, "carried_in": 3, "carried_out": 4},
    "enterprise": {"received_new": 12, "carried_in": 1, "carried_out": 2},
    "research": {"received_new": 2, "carried_in": 0, "carried_out": 0},
    "public_welfare": {"received_new": 3, "carried_in": 1, "carried_out": 1},
    "legal_service": {"received_new": 5, "carried_in": 0, "carried_out": 1},
    "other_org": {"received_new": 1, "carried_in": 0, "carried_out": 0},
}
_DISPUTES = {
    "review": (3, 1, 2, 1),
    "suit_direct": (1, 0, 1, 0),
    "suit_after_review": (2, 1, 0, 1),
}
_TABLE_2 = {
    "t2.rules.issued": 0,
    "t2.rules.repealed": 0,
    "t2.rules.in_force": 0,
    "t2v19.rules.made_new": 0,
    "t2.normative_docs.issued": 5,
    "t2.normative_docs.repealed": 2,
    "t2.normative_docs.in_force": 23,
    "t2.licensing.decisions": 310,
    "t2.penalty.decisions": 42,
    "t2.coercion.decisions": 6,
    "t2.fees.amount_wan_yuan": 12.35,
}


def clean_cells(template_id: str) -> dict[str, float]:
    """Return the value of every cell of the clean report."""
    template = load(template_id)
    # a county bureau has no secrets to refuse
    rare = ("results.denied.state_secret", "results.denied.security_stability")
    results = [
        row.key
        for row in template.table3_rows
        if row.key.startswith("results.") and not row.total and row.key not in rare
    ]
    lines: dict[str, dict[str, int]] = {row.key: {} for row in template.table3_rows}
    for place, applicant in enumerate(APPLICANTS[:-1]):
        asked = _ASKED[applicant]
        done = asked["received_new"] + asked["carried_in"] - asked["carried_out"]
        for line in ("received_new", "carried_in", "carried_out"):
            lines[line][applicant] = asked[line]
        share, left = divmod(done, len(results))
        for line in rare:
            lines[line][applicant] = 0
        for index, line in enumerate(results):
            lines[line][applicant] = share + (1 if (index + place) % len(results) < left else 0)
        lines["results.total"][applicant] = done
    for row in lines.values():
        row["total"] = sum(row.values())
    values: dict[str, float] = {f"t3.{line}.{a}": n for line, row in lines.items() for a, n in row.items()}
    for group, numbers in _DISPUTES.items():
        values |= {f"t4.{group}.{o}": n for o, n in zip(OUTCOMES, (*numbers, sum(numbers)), strict=True)}
    for number, cell in enumerate(c for c in template.cells.values() if c.table == "t2"):
        values[cell.code] = _TABLE_2.get(cell.code, 0 if cell.form == "amount" else 4 + number)
    return {code: float(values[code]) for code in template.cells}


def clean_report(
    submission: str = "a", template_id: str = "v2021", year: int | None = None, **changes: Any
) -> Facts:
    """Return the frames of one clean report; `changes` replace columns of its row in `reports`."""
    template = load(template_id)
    report_year = year or (2023 if template_id == "v2021" else 2020)
    cells = _cell_rows(submission, template)
    facts = Facts(
        **{
            name: pl.DataFrame(rows, schema=dict(SCHEMAS[name]), orient="row")
            for name, rows in {
                "reports": [_report_row(submission, template_id, report_year) | changes],
                "sections": _section_rows(submission, template),
                "tables": _table_rows(submission, template),
                "lines": _line_rows(submission, template),
                "cells": cells,
                "requests_by_outcome": [],
                "requests_by_applicant": [],
                "disputes": [],
                "documents": [],
                "years": [],
                "paragraphs": _paragraph_rows(submission, report_year),
                "claims": [],
                "mentions": [],
                **{name: [] for name in COMPARED},
                "twins": _twin_rows(submission),
            }.items()
        }
    )
    return read_prose(rebuild(facts))


def _report_row(submission: str, template_id: str, year: int) -> dict[str, Any]:
    return {
        "submission": submission,
        "file": f"{submission}.html",
        "format": "html",
        "title": f"{AGENCY}{year}年政府信息公开工作年度报告",
        "agency": AGENCY,
        "agency_source": "title",
        "rank": "county",
        "organ": "department",
        "year": year,
        "year_source": "title",
        "title_year": year,
        "period_text": f"{year}年1月1日至{year}年12月31日",
        "period_start": date(year, 1, 1),
        "period_end": date(year, 12, 31),
        "signed_on": date(year + 1, 1, 20),
        "published_on": date(year + 1, 1, 22),
        "template": template_id,
        "template_required": template_id,
        "fee_statement": "本年度未收取信息处理费。",
        "zero_report": False,
        "uncertain_cells": 0,
        "characters": 3000,
        "notes": [],
        "read_by": "text",
    }


def _section_rows(submission: str, template: Template) -> list[dict[str, Any]]:
    homes = {section: table for table, section in _HOME.items()}
    return [
        {
            "submission": submission,
            "key": section.key,
            "expected_heading": section.heading,
            "heading": section.heading,
            "numeral": section.numeral,
            "match": "exact",
            "order": order,
            "previous_order": order - 1 if order > 1 else None,
            "occurrences": 1,
            "text": "\n".join(PROSE[section.key]),
            "characters": 100,
            "tables": 1 if section.key in homes else 0,
            "misplaced_table": None,
            "where": json.dumps({"line": order * 100}),
        }
        for order, section in enumerate(template.sections, start=1)
    ]


def _paragraph_rows(submission: str, year: int) -> list[dict[str, Any]]:
    intro = (
        f"根据《中华人民共和国政府信息公开条例》第五十条规定，现公布{AGENCY}{year}年政府信息公开工作年度报告。"
        f"本报告中所列数据的统计期限自{year}年1月1日至{year}年12月31日止。"
    )
    texts = [("title", f"{AGENCY}{year}年政府信息公开工作年度报告"), ("intro", intro)]
    texts += [(key, text.format(year=year)) for key, several in PROSE.items() for text in several]
    texts += [("signature", AGENCY), ("signature", f"{year + 1}年1月20日")]
    return [
        {
            "submission": submission,
            "paragraph": n,
            "section": key,
            "text": text,
            "where": json.dumps({"line": n}),
        }
        for n, (key, text) in enumerate(texts, start=1)
    ]


def _twin_rows(submission: str) -> list[dict[str, Any]]:
    """What comparison says of a report whose prose is its own: hardly alike, whatever it was compared with."""
    looked_at = (("parent", "overview"), ("peer", "prose"), ("previous", "prose"), ("previous", "problems"))
    hardly = {"submission": submission, "similarity": 0.0, "shared_characters": 0}
    return [hardly | {"relation": relation, "part": part} for relation, part in looked_at]


def change_prose(facts: Facts, section: str, *paragraphs: str) -> Facts:
    """Replace the paragraphs of one section (`models.facts.PARAGRAPHS`); claims and mentions are read anew."""
    rows = facts.paragraphs.to_dicts()
    first = next(n for n, row in enumerate(rows) if row["section"] == section)
    kept = [row for row in rows if row["section"] != section]
    fresh = [rows[0] | {"section": section, "text": text} for text in paragraphs]
    together = [*kept[:first], *fresh, *kept[first:]]
    numbered = [
        row | {"paragraph": n, "where": json.dumps({"line": n})} for n, row in enumerate(together, start=1)
    ]
    frame = pl.DataFrame(numbered, schema=dict(SCHEMAS["paragraphs"]), orient="row")
    text = change(facts, "sections", pl.col("key") == section, text="\n".join(paragraphs))
    return read_prose(replace(text, paragraphs=frame))


def with_explanations(facts: Facts) -> Facts:
    """Let the introduction explain the cells of （六）, so that a test may replace what the sections say."""
    intro = facts.paragraphs.filter(pl.col("section") == "intro").get_column("text").to_list()
    return change_prose(
        facts, "intro", *intro, "其他处理中有申请人撤回申请的情形；对发出收费通知后逾期未缴纳的不再处理。"
    )


def read_prose(facts: Facts) -> Facts:
    """Build `claims` and `mentions` anew from `paragraphs` (one submission)."""
    report = facts.reports.row(0, named=True)
    known = {"year": report["year"], "rank": report["rank"], "organ": report["organ"]}
    paragraphs = facts.paragraphs.to_dicts()
    found = {
        "claims": claim_rows(paragraphs, agency=report["agency"], **known),
        "mentions": mention_rows(paragraphs, agency=report["agency"], **known),
    }
    return replace(
        facts,
        **{
            name: pl.DataFrame(
                [{"submission": report["submission"]} | row for row in rows],
                schema=dict(SCHEMAS[name]),
                orient="row",
            )
            for name, rows in found.items()
        },
    )


def _table_rows(submission: str, template: Template) -> list[dict[str, Any]]:
    counts = {t: sum(c.table == t for c in template.cells.values()) for t in _HOME}
    return [
        {
            "submission": submission,
            "table": table,
            "cells_expected": count,
            "cells_found": count,
            "cells_read": count,
            "occurrences": 1,
            "section": _HOME[table],
            "where": json.dumps({"table": number}),
        }
        for number, (table, count) in enumerate(counts.items(), start=1)
    ]


def _line_rows(submission: str, template: Template) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(table: str, axis: str, key: str, label: str, width: int | None = None) -> None:
        before = [r["order"] for r in rows if (r["table"], r["axis"]) == (table, axis)]
        rows.append(
            {
                "submission": submission,
                "table": table,
                "axis": axis,
                "key": key,
                "expected_label": label,
                "label": label,
                "match": "exact",
                "similarity": 1.0,
                "order": len(before) + 1,
                "previous_order": max(before, default=None),
                "width": width,
                "expected_width": width,
                "foreign": False,
                "where": json.dumps({"table": int(table[1]) - 1}),
            }
        )

    for block in template.table2:
        add("t2", "block", f"t2.{block.key}", block.label)
        for column in block.columns:
            add("t2", "column", f"t2.{block.key}.columns.{column.key}", column.label)
        for row in block.rows:
            add("t2", "row", f"t2.{row.key}", row.label)
    for column in template.table3_columns:
        add("t3", "column", f"t3.columns.{column.key}", column.label)
    for row in template.table3_rows:
        add("t3", "row", f"t3.{row.key}", row.label, 7)
    for group in template.table4_groups:
        add("t4", "column", f"t4.columns.{group.key}", group.label)
    for outcome in template.table4_outcomes:
        add("t4", "column", f"t4.columns.{outcome.key}", outcome.label)
    add("t4", "row", "t4.row", "数据行", 15)
    return rows


def _cell_rows(submission: str, template: Template) -> list[dict[str, Any]]:
    values = clean_cells(template.id)
    rows = []
    for number, cell in enumerate(template.cells.values(), start=1):
        value = values[cell.code]
        rows.append(
            {
                "submission": submission,
                "code": cell.code,
                "table": cell.table,
                "row": cell.row,
                "column": cell.column,
                "total": cell.total,
                "form": cell.form,
                "raw": f"{value:g}",
                "value": value,
                "kind": "number" if value else "zero",
                "reason": None,
                "proposal": None,
                "normalised": None,
                "where": json.dumps({"table": int(cell.table[1]) - 1, "row": number}),
                "read_by": "text",
                "confidence": 1.0,
            }
        )
    return rows


def rebuild(facts: Facts) -> Facts:
    """Build the frames of numbers anew from `cells` (one submission), previous years left unknown."""
    template = load(facts.reports.item(0, "template"))
    submission = facts.reports.item(0, "submission")
    values: dict[str, float | None] = dict(facts.cells.select("code", "value").iter_rows())
    lines = [row.key for row in template.table3_rows]
    if "t3.results.other.total" in values and template.id == "v2021":
        lines = [line for line in lines if line not in _OTHER_2021] + ["results.other"]

    def of_column(column: str, applicant: str) -> float | None:
        code = f"t3.{LINE_OF_COLUMN[column]}.{applicant}"
        if column != "other_processing" or code in values:
            return values[code]
        parts = [values[f"t3.{line}.{applicant}"] for line in _OTHER_2021]
        return None if any(part is None for part in parts) else sum(p for p in parts if p is not None)

    rows: dict[str, list[dict[str, Any]]] = {
        "requests_by_outcome": [
            {"line": line} | {a: values[f"t3.{line}.{a}"] for a in APPLICANTS} for line in lines
        ],
        "requests_by_applicant": [
            {"applicant": a}
            | {
                c: of_column(c, a)
                for c in ("received_new", "carried_in", *OUTCOME_LINES, "results_total", "carried_out")
            }
            for a in APPLICANTS
        ],
        "disputes": [{"group": g} | {o: values[f"t4.{g}.{o}"] for o in OUTCOMES} for g in DISPUTE_GROUPS],
        "documents": [
            {"kind": k} | {c: values[f"t2.{k}.{c}"] for c in ("issued", "repealed", "in_force")}
            for k in ("rules", "normative_docs")
            if template.id == "v2021"
        ],
        "years": [{"applicant": a, "carried_in": values[f"t3.carried_in.{a}"]} for a in APPLICANTS],
    }
    return replace(
        facts,
        **{
            name: pl.DataFrame(
                [{"submission": submission} | row for row in frame], schema=dict(SCHEMAS[name]), orient="row"
            )
            for name, frame in rows.items()
        },
    )


def with_previous(facts: Facts) -> Facts:
    """Put a report of the year before beside it whose numbers lead up to those of the clean report.

    All other cells of that year are half of this year's (rounded down), so that nothing is the same or far off.
    """
    values = clean_cells(facts.reports.item(0, "template"))
    carried = {a: values[f"t3.carried_in.{a}"] for a in APPLICANTS}
    stock = {
        kind: values[f"t2.{kind}.in_force"] - values[f"t2.{kind}.issued"] + values[f"t2.{kind}.repealed"]
        for kind in ("rules", "normative_docs")
        if f"t2.{kind}.in_force" in values
    }
    known = pl.lit("before").alias("previous_submission")
    submission, template, year = facts.reports.select("submission", "template", "year").row(0)
    before = {code: float(value // 2) for code, value in values.items()}
    before |= {f"t3.carried_out.{a}": value for a, value in carried.items()}
    before |= {f"t2.{kind}.in_force": value for kind, value in stock.items()}
    history = {
        "submission": submission,
        "previous_submission": "before",
        "previous_template": template,
        "previous_read_by": "text",
        "previous_characters": 2900,
        "years_received": list(range(2019, year + 1)),
        "first_year": 2019,
        "other_versions": None,
        "differing_cells": None,
        "missing_years": [],
        "series_owed": False,
    }
    cells = [{"submission": submission, "code": c, "previous_value": v} for c, v in before.items()]
    return replace(
        facts,
        history=pl.DataFrame([history], schema=dict(SCHEMAS["history"]), orient="row"),
        previous_cells=pl.DataFrame(cells, schema=dict(SCHEMAS["previous_cells"]), orient="row"),
        years=facts.years.with_columns(
            known,
            previous_carried_out=pl.col("applicant").replace_strict(carried, return_dtype=pl.Float64),
        ),
        documents=facts.documents.with_columns(
            known,
            previous_in_force=pl.col("kind").replace_strict(stock, default=None, return_dtype=pl.Float64),
        ),
    )


def change_cell(facts: Facts, code: str, **changes: Any) -> Facts:
    """Change one cell and build the frames of numbers anew. `value` alone also sets raw and kind."""
    if set(changes) == {"value"}:
        value = changes["value"]
        changes |= {"raw": f"{value:g}", "kind": "number" if value else "zero"}
    elif "kind" in changes:
        changes = {"value": None} | changes
    return rebuild(change(facts, "cells", pl.col("code") == code, **changes))


def change(facts: Facts, frame: str, where: pl.Expr, **changes: Any) -> Facts:
    """Change columns in the rows of one frame that meet a condition."""
    schema = SCHEMAS[frame]
    table: pl.DataFrame = getattr(facts, frame)
    columns = [
        pl.when(where).then(pl.lit(value, dtype=schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in changes.items()
    ]
    return replace(facts, **{frame: table.with_columns(columns)})


def batch(*reports: Facts) -> Facts:
    """Stack reports into one set."""
    return concat(list(reports))


@dataclass(frozen=True, slots=True)
class Case:
    """A report, and all that must be said of it: findings as tuples, verdicts that are no PASS."""

    facts: Facts
    findings: list[tuple[Any, ...]]
    verdicts: dict[str, str]


def told(evaluation: Evaluation) -> list[tuple[Any, ...]]:
    """Return findings as (rule, severity, addressee, subject, observed, expected, difference, consequences)."""
    return [
        (
            f.rule,
            str(f.severity),
            str(f.addressee),
            f.subject,
            f.observed,
            f.expected,
            f.difference,
            f.consequences,
        )
        for f in evaluation.findings
    ]


def not_passed(evaluation: Evaluation) -> dict[str, str]:
    """Return the verdicts that are no PASS."""
    return {rule: str(v) for rule, v in evaluation.verdicts.items() if v is not Verdict.PASS}


CORE = (
    *("META-01", "META-02", "META-03", "META-06", "META-07"),
    *(
        "STR-01",
        "STR-02",
        "STR-03",
        "STR-04",
        "STR-05",
        "STR-06",
        "STR-07",
        "STR-08",
        "STR-09",
        "STR-10",
        "STR-14",
    ),
    *("CELL-01", "CELL-02", "CELL-03", "CELL-04", "CELL-05", "CELL-06", "CELL-07"),
    *("T2-02", "T2-03", "T3-01", "T3-02", "T3-03", "T3-04", "T3-12", "T4-01"),
    *("XY-01", "XY-02", "S6-01", "EXT-01"),
)
"""The rules on what stands in the form itself: cases on these are looked at without the rules on everything else."""


def only(*ids: str) -> Profile:
    """Return the default profile with no rules on but these."""
    off = tuple(rule.id for rule in rules() if rule.id not in ids)
    return default().model_copy(update={"rules": Switches(off=(*default().rules.off, *off))})


def evaluate_cases(cases: Mapping[str, Case], profile: Profile | None = None) -> dict[str, Evaluation]:
    """Evaluate all cases in one batch, each under its name as submission."""
    renamed = [
        Facts(
            **{
                frame: getattr(case.facts, frame).with_columns(submission=pl.lit(name))
                for frame in Facts.names()
            }
        )
        for name, case in cases.items()
    ]
    return evaluate(concat(renamed), profile=profile)
