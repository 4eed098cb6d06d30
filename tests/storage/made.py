"""Made-up submissions, as frames and evaluations, for the storage tests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from expectations.profile import Scoring
from models.facts import CELLS, DOCUMENTS, REPORTS, SECTIONS, YEARS, Facts, empty
from models.results import (
    Addressee,
    Deduction,
    DimensionScore,
    Evaluation,
    Finding,
    NotAssessed,
    Score,
    Severity,
    Verdict,
)


@dataclass(frozen=True)
class RuleSet:
    version: str
    hash: str
    profile: str = "default"
    profile_hash: str = "c" * 16
    scoring: Scoring | None = None


RULES = RuleSet("2026.1", "a" * 64)
LATER_RULES = RuleSet("2026.2", "b" * 64)


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def submission(
    name: str,
    agency: str | None = "云岚区教育局",
    year: int | None = 2023,
    previous: str | None = None,
    **columns: Any,
) -> Facts:
    """One submission; its bytes are known by `name`, its file name as well unless `file` is given."""
    report = {
        "submission": sha(name),
        "file": name,
        "format": "txt",
        "title": "云岚区教育局2023年政府信息公开工作年度报告",
        "agency": agency,
        "rank": "county",
        "organ": "department",
        "year": year,
        "period_text": "2023年1月1日至12月31日",
        "signed_on": date(2024, 1, 20),
        "template": "v2021",
        "notes": ["编码存疑。"],
        **columns,
    }
    cells = [
        {"code": "t4.review.total", "raw": "１１", "value": 11.0, "kind": "number", "where": '{"line":7}'},
        {"code": "t4.review.other", "raw": "", "kind": "blank", "where": '{"line":8}'},
        {
            "code": "t4.review.upheld",
            "raw": "1 2",
            "kind": "uncertain",
            "reason": "数字间有空格",
            "proposal": "12",
            "where": None,
            "read_by": "ocr",
            "confidence": 0.5,
        },
    ]
    sections = [
        {"key": "proactive", "heading": None, "order": None},
        {"key": "requests", "heading": "收到和处理政府信息公开申请情况", "order": 2},
        {"key": "overview", "heading": "总体情况", "order": 1},
    ]
    years = [{"previous_submission": previous and sha(previous)}]
    own = {"submission": sha(name)}
    return replace(
        empty(),
        reports=pl.DataFrame([report], schema=REPORTS),
        sections=pl.DataFrame([{**own, **row} for row in sections], schema=SECTIONS),
        cells=pl.DataFrame(
            [{**own, "read_by": "text", "confidence": 1.0, **row} for row in cells], schema=CELLS
        ),
        years=pl.DataFrame([{**own, **row} for row in years], schema=YEARS),
        documents=pl.DataFrame([{**own, **row} for row in years], schema=DOCUMENTS),
    )


def finding(rule: str, subject: str, message: str = "", **columns: Any) -> Finding:
    return Finding(
        **{
            "rule": rule,
            "severity": Severity.CRITICAL,
            "message": message or f"{rule} {subject}",
            "addressee": Addressee.AGENCY,
            "subject": subject,
            **columns,
        }
    )


TOTALS = finding(
    "T4-01",
    "review",
    "表四行政复议总计0，各项之和为11，相差11。",
    cells=("t4.review.total",),
    observed=0,
    expected=11,
    difference=-11,
    where={"page": 3, "table": 2, "row": 4, "box": [1.5, 2.0, 3.0, 4.25]},
    consequences=("T3-04",),
)
HEADING = finding("STR-03", "overview", observed="总体状况", expected="总体情况", severity=Severity.WARNING)
FRACTION = finding("CELL-03", "t3.received_new", observed=1.5)
UNSURE = finding("EXT-01", "t3.results", severity=Severity.INFO, addressee=Addressee.OPERATOR)


def evaluation(
    name: str,
    findings: Sequence[Finding] = (TOTALS, HEADING),
    not_assessed: Sequence[NotAssessed] = (NotAssessed("XY-01", "未找到该机关2022年度报告"),),
    total: float | None = 81.5,
    grade: str = "良好",
    **verdicts: str,
) -> Evaluation:
    said = {"T4-01": "PASS", "STR-03": "PASS", "CELL-03": "PASS"}
    said |= {f.rule: "FAIL" for f in findings} | {n.rule: "NOT_ASSESSABLE" for n in not_assessed}
    said |= {rule.replace("_", "-"): verdict for rule, verdict in verdicts.items()}
    return Evaluation(
        submission=sha(name),
        verdicts={rule: Verdict(verdict) for rule, verdict in said.items()},
        findings=tuple(findings),
        not_assessed=tuple(not_assessed),
        score=Score(
            total=total,
            grade=grade,
            coverage=0.75,
            dimensions=(
                DimensionScore("sums", "勾稽关系", 40.0, 28.0, (Deduction("T4-01", 12.0, "12"),)),
                DimensionScore("form", "格式规范", 20.0, 20.0),
            ),
            gates=("勾稽关系有严重问题，最高为良好",),
            zero_report=True,
        ),
    )
