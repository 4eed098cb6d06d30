"""What `hecha check --json` prints: the document "hecha.check/1", whose schema is docs/check-schema.json."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import polars as pl

from expectations.catalogue import RuleSet
from expectations.template import TEMPLATE_IDS, load
from hecha.check import Checked
from models.results import Evaluation, Finding
from models.views import ErrorView

SCHEMA = "hecha.check/1"
OURS = "本系统评分模型，非官方评分"
NO_CELL: dict[str, Any] = {
    "raw": None,
    "value": None,
    "kind": "missing",
    "where": {},
    "read_by": "text",
    "confidence": 1.0,
}


def as_json(checked: Checked) -> dict[str, Any]:
    """Return the whole document. The same files and the same rule set give the same document."""
    facts = checked.facts
    reports = {row["submission"]: row for row in facts.reports.to_dicts()}
    cells = _by_submission(facts.cells)
    sections = _by_submission(facts.sections.filter(pl.col("order").is_not_null()).sort("order"))
    return {
        "schema": SCHEMA,
        "ruleset": as_ruleset(checked.rules),
        "reports": [
            {"file": name}
            | _report(
                reports[sha256],
                sections.get(sha256, []),
                cells.get(sha256, []),
                checked.evaluations[sha256],
            )
            for name, sha256 in checked.files
        ],
        "errors": as_errors(checked.errors),
    }


def as_ruleset(rules: RuleSet) -> dict[str, str]:
    """Return what names the rules and the profile of a result."""
    return {
        "version": rules.version,
        "hash": rules.hash,
        "profile": rules.profile,
        "profile_hash": rules.profile_hash,
    }


def as_errors(errors: Sequence[ErrorView]) -> list[dict[str, str]]:
    """Return the files that could not be taken in."""
    return [{"file": e.file, "kind": str(e.kind), "message": e.message} for e in errors]


def _by_submission(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        rows[row["submission"]].append(row)
    return rows


def _report(
    report: dict[str, Any],
    sections: list[dict[str, Any]],
    cells: list[dict[str, Any]],
    evaluation: Evaluation,
) -> dict[str, Any]:
    return {
        "sha256": report["submission"],
        "format": report["format"],
        "title": report["title"],
        "agency": report["agency"],
        "agency_source": report["agency_source"],
        "rank": report["rank"],
        "organ": report["organ"],
        "year": report["year"],
        "year_source": report["year_source"],
        "template": report["template"],
        "template_required": report["template_required"],
        "period": report["period_text"],
        "signed_on": report["signed_on"].isoformat() if report["signed_on"] else None,
        "zero_report": report["zero_report"],
        "notes": list(report["notes"] or ()),
        "sections": [
            {
                "key": section["key"],
                "heading": section["heading"],
                "order": section["order"],
                "match": section["match"],
            }
            for section in sections
        ],
        "cells": _cells(report["template"], cells),
        "verdicts": {rule: str(verdict) for rule, verdict in evaluation.verdicts.items()},
        "findings": [_finding(finding) for finding in evaluation.findings],
        "not_assessed": [
            {"rule": missing.rule, "reason": missing.reason} for missing in evaluation.not_assessed
        ],
        "score": _score(evaluation),
    }


def _cells(template: str | None, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Every cell of the report's template, in its order, then what else was found."""
    codes = load(template).cells if template in TEMPLATE_IDS else {}
    shown = dict.fromkeys(codes, NO_CELL)
    for cell in found:
        entry = {
            "raw": cell["raw"],
            "value": number(cell["value"]),
            "kind": cell["kind"],
            "where": where(cell["where"]),
            "read_by": cell["read_by"] or "text",
            "confidence": 1.0 if cell["confidence"] is None else cell["confidence"],
        }
        more = {key: cell[key] for key in ("reason", "proposal", "normalised") if cell[key] is not None}
        shown[cell["code"]] = entry | more
    return shown


def number(value: float | int | str | None) -> float | int | str | None:
    """Return a whole number as int, so that 11.0 is printed 11."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def where(text: str | None) -> dict[str, Any]:
    """Return the locator that a frame holds as JSON text."""
    place: dict[str, Any] = json.loads(text) if text else {}
    return place


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "subject": finding.subject,
        "cells": list(finding.cells),
        "observed": number(finding.observed),
        "expected": number(finding.expected),
        "difference": number(finding.difference),
        "message": finding.message,
        "where": finding.where,
        "addressee": str(finding.addressee),
        "consequences": list(finding.consequences),
        "entailed": list(finding.entailed),
        "hint": finding.hint,
        "passages": [
            {"own": p.own, "other": p.other, "section": p.section, "source": p.source}
            for p in finding.passages
        ],
    }


def _score(evaluation: Evaluation) -> dict[str, Any]:
    score = evaluation.score
    return {
        "total": score.total,
        "grade": score.grade,
        "coverage": score.coverage,
        "dimensions": {
            dimension.key: {
                "title": dimension.title,
                "maximum": dimension.maximum,
                "points": dimension.points,
                "deductions": [
                    {"rule": taken.rule, "points": taken.points, "note": taken.note}
                    for taken in dimension.deductions
                ],
            }
            for dimension in score.dimensions
        },
        "gates": list(score.gates),
        "zero_report": score.zero_report,
        "left_out": list(score.left_out),
        "alerts": list(score.alerts),
        "note": OURS,
    }
