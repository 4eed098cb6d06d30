"""The frames whose rows are the cells of one report in another order: lines, columns and groups as the rules read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from expectations.template import Template
from models.facts import APPLICANTS, DISPUTE_GROUPS, OUTCOME_LINES, OUTCOMES

Values = Mapping[str, float | None]
"""The numbers of one report by the code of their cell; null where none was read for certain."""


def derived_rows(
    submission: str, template: Template, template_id: str | None, values: Values
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of `requests_by_outcome`, `requests_by_applicant`, `disputes`, `documents` and `years`.

    `template`: the one the report was read by; `template_id`: which one it is said to follow (also pre2019). What
    comes from the year before is null here.
    """
    stock = template.id == "v2021" and template_id != "pre2019"
    return {
        "requests_by_outcome": _outcome_rows(submission, template, values),
        "requests_by_applicant": _applicant_rows(submission, values),
        "disputes": [
            {"submission": submission, "group": g} | {o: values.get(f"t4.{g}.{o}") for o in OUTCOMES}
            for g in DISPUTE_GROUPS
        ],
        "documents": _document_rows(submission, values) if stock else [],
        "years": [
            {
                "submission": submission,
                "applicant": a,
                "carried_in": values.get(f"t3.carried_in.{a}"),
                "previous_submission": None,
                "previous_carried_out": None,
                "previous_read_by": None,
            }
            for a in APPLICANTS
        ],
    }


def _outcome_rows(submission: str, template: Template, values: Values) -> list[dict[str, Any]]:
    keys = [row.key for row in template.table3_rows]
    if "t3.results.other.total" in values and "results.other" not in keys:
        first = keys.index("results.other.overdue_correction")
        keys = [k for k in keys if not k.startswith("results.other.")]
        keys.insert(first, "results.other")
    return [
        {"submission": submission, "line": key} | {a: values.get(f"t3.{key}.{a}") for a in APPLICANTS}
        for key in keys
    ]


def _applicant_rows(submission: str, values: Values) -> list[dict[str, Any]]:
    rows = []
    for applicant in APPLICANTS:
        row: dict[str, Any] = {
            "submission": submission,
            "applicant": applicant,
            "received_new": values.get(f"t3.received_new.{applicant}"),
            "carried_in": values.get(f"t3.carried_in.{applicant}"),
            "results_total": values.get(f"t3.results.total.{applicant}"),
            "carried_out": values.get(f"t3.carried_out.{applicant}"),
        }
        for line in OUTCOME_LINES[:-1]:
            row[line] = values.get(f"t3.results.{_dotted(line)}.{applicant}")
        row["other_processing"] = _other_processing(values, applicant)
        rows.append(row)
    return rows


def _dotted(line: str) -> str:
    for group in ("denied", "unable", "not_handled"):
        if line.startswith(group + "_"):
            return f"{group}.{line[len(group) + 1 :]}"
    return line


def _other_processing(values: Values, applicant: str) -> float | None:
    """（六）其他处理: the undivided row as printed, else the sum of its three rows if all are certain."""
    undivided = f"t3.results.other.{applicant}"
    if values.get(undivided) is not None:
        return values[undivided]
    parts = [
        values.get(f"t3.results.other.{p}.{applicant}") for p in ("overdue_correction", "overdue_fee", "misc")
    ]
    certain = [part for part in parts if part is not None]
    return sum(certain) if len(certain) == len(parts) else None


def _document_rows(submission: str, values: Values) -> list[dict[str, Any]]:
    return [
        {
            "submission": submission,
            "kind": kind,
            "issued": values.get(f"t2.{kind}.issued"),
            "repealed": values.get(f"t2.{kind}.repealed"),
            "in_force": values.get(f"t2.{kind}.in_force"),
            "previous_submission": None,
            "previous_in_force": None,
            "previous_read_by": None,
        }
        for kind in ("rules", "normative_docs")
    ]
