"""Writing and reading back what a rule set said of submissions; an evaluation comes back as it went in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import polars as pl
from sqlalchemy import Connection, Table, bindparam, select, update

from expectations.profile import Scoring
from models.facts import COMPARED, Facts
from models.results import (
    Addressee,
    Deduction,
    DimensionScore,
    Evaluation,
    Finding,
    NotAssessed,
    Passage,
    Score,
    Severity,
    Verdict,
)
from models.views import FindingRef
from tasks.persist.changes import Kind, differences, keyed
from tasks.persist.rows import (
    AGENCIES,
    CHANGES,
    EVALUATIONS,
    FINDINGS,
    NOT_ASSESSED,
    REPORTS,
    SUBMISSIONS,
    AnyRow,
    Values,
    add_numbered,
    copy_in,
    delete_in,
    digest,
    select_in,
)
from tasks.persist.submissions import Received


class RuleSetName(Protocol):
    """What names a rule set: its version for people, its content hash for machines."""

    @property
    def version(self) -> str:
        """The version people speak of."""

    @property
    def hash(self) -> str:
        """The hash over the content of rules, templates and profile."""

    @property
    def profile(self) -> str:
        """The profile's name."""

    @property
    def profile_hash(self) -> str:
        """The hash of the profile's content."""

    @property
    def scoring(self) -> Scoring | None:
        """The profile's scoring, if it is known."""


def contexts(facts: Facts) -> dict[str, str]:
    """Return, for each submission, the hash of what its evaluation depends on besides file and rule set.

    These are the agency's name and level (the roster may change them), the year, and all that comparison with
    the other reports of the sweep found (`models.facts.COMPARED`), the submissions of the year before included.
    """
    frames = {
        "years": facts.years.select("submission", "previous_submission"),
        "documents": facts.documents.select("submission", "previous_submission"),
        **{name: getattr(facts, name) for name in COMPARED if name != "previous_cells"},
    }
    compared: dict[str, list[str]] = defaultdict(list)
    for name, frame in frames.items():
        said = frame.select("submission", said=pl.struct(pl.exclude("submission")).struct.json_encode())
        for submission, text in said.unique().sort("submission", "said").iter_rows():
            compared[submission].append(f"{name} {text}")
    dependent = facts.reports.select("submission", "file", "agency", "rank", "organ", "year").sort("file")
    return {
        submission: digest([agency, rank, organ, year, compared[submission]])
        for submission, _, agency, rank, organ, year in dependent.unique(
            "submission", keep="first", maintain_order=True
        ).iter_rows()
    }


def evaluation_rows(
    evaluation: Evaluation, agency: str, year: int | None
) -> tuple[Values, list[Values], list[Values]]:
    """Return the evaluation's own row, its findings and what was not assessed, as they are stored."""
    findings: list[Values] = [
        {
            "position": position,
            "fingerprint": key.fingerprint(agency, year),
            "rule": finding.rule,
            "subject": finding.subject,
            "severity": finding.severity.value,
            "addressee": finding.addressee.value,
            "message": finding.message,
            "cells": list(finding.cells),
            "observed": finding.observed,
            "expected": finding.expected,
            "difference": finding.difference,
            "locator": finding.where,
            "consequences": list(finding.consequences),
            "entailed": list(finding.entailed),
            "hint": finding.hint,
            "passages": [[p.own, p.other, p.section, p.source] for p in finding.passages],
        }
        for position, (key, finding) in enumerate(keyed(evaluation.findings))
    ]
    not_assessed: list[Values] = [
        {"position": position, "rule": undecided.rule, "reason": undecided.reason}
        for position, undecided in enumerate(evaluation.not_assessed)
    ]
    score = evaluation.score
    arithmetic = {
        "dimensions": [
            [d.key, d.title, d.maximum, d.points, [[t.rule, t.points, t.note] for t in d.deductions]]
            for d in score.dimensions
        ],
        "gates": list(score.gates),
        "zero_report": score.zero_report,
        "left_out": list(score.left_out),
        "alerts": list(score.alerts),
    }
    verdicts = {rule: verdict.value for rule, verdict in evaluation.verdicts.items()}
    said = Counter(f.severity for f in evaluation.findings if f.addressee == Addressee.AGENCY)
    row: Values = {
        "verdicts": verdicts,
        "total": score.total,
        "grade": score.grade,
        "coverage": score.coverage,
        "score": arithmetic,
        "critical": said[Severity.CRITICAL],
        "warning": said[Severity.WARNING],
        "info": said[Severity.INFO],
        "operator": len(evaluation.findings) - said.total(),
        "not_assessable": sum(v == Verdict.NOT_ASSESSABLE for v in evaluation.verdicts.values()),
        "digest": digest(
            [verdicts, score.total, score.grade, score.coverage, arithmetic, findings, not_assessed]
        ),
    }
    return row, findings, not_assessed


def record_evaluations(
    connection: Connection,
    batch: Sequence[Received],
    evaluations: Mapping[str, Evaluation],
    of_context: Mapping[str, str],
    ruleset: RuleSetName,
    evaluated_at: datetime,
) -> tuple[dict[int, int], set[int], Counter[str]]:
    """Write the batch's evaluations; return the evaluation of each submission id, the new ones, and counts.

    A submission without an evaluation in `evaluations` keeps the stored one of this rule set (made in the
    same context, else the latest). One that is there already is left alone; one that says something else than
    the stored one of the same context replaces it.
    """
    stored: dict[int, dict[str, tuple[int, str]]] = defaultdict(dict)
    chosen = select(
        EVALUATIONS.c.submission_id, EVALUATIONS.c.context, EVALUATIONS.c.id, EVALUATIONS.c.digest
    ).where(EVALUATIONS.c.ruleset_hash == ruleset.hash)
    ids = {submission.id for submission in batch}
    for submission_id, context, id_, kept in select_in(
        connection, chosen.order_by(EVALUATIONS.c.id), EVALUATIONS.c.submission_id, ids
    ):
        stored[submission_id][context] = (id_, kept)
    of_submission: dict[int, int] = {}
    fresh: list[Values] = []
    replaced: list[Values] = []
    parts: dict[int, tuple[list[Values], list[Values]]] = {}
    for submission in batch:
        known = stored[submission.id]
        context = of_context[submission.sha256]
        evaluation = evaluations.get(submission.sha256)
        if evaluation is None:
            if known:
                of_submission[submission.id] = known.get(context, list(known.values())[-1])[0]
            continue
        agency = submission.agency or f"sha256:{submission.sha256}"
        row, findings, not_assessed = evaluation_rows(evaluation, agency, submission.year)
        place = {
            "submission_id": submission.id,
            "ruleset_version": ruleset.version,
            "ruleset_hash": ruleset.hash,
            "profile": ruleset.profile,
            "profile_hash": ruleset.profile_hash,
            "context": context,
            "evaluated_at": evaluated_at,
        }
        if context not in known:
            fresh.append({**row, **place})
        elif known[context][1] == row["digest"]:
            of_submission[submission.id] = known[context][0]
            continue
        else:
            of_submission[submission.id] = known[context][0]
            replaced.append({**row, "evaluated_at": evaluated_at, "row": known[context][0]})
        parts[submission.id] = (findings, not_assessed)
    numbers = add_numbered(connection, EVALUATIONS, fresh)
    of_submission.update(zip((row["submission_id"] for row in fresh), numbers, strict=True))
    if replaced:
        rewritten = [row["row"] for row in replaced]
        for table in (FINDINGS, NOT_ASSESSED):
            delete_in(connection, table, table.c.evaluation_id, rewritten)
        columns = [name for name in replaced[0] if name != "row"]
        statement = update(EVALUATIONS).where(EVALUATIONS.c.id == bindparam("row"))
        connection.execute(statement.values({name: bindparam(name) for name in columns}), replaced)
    _insert_parts(connection, FINDINGS, {of_submission[s]: part[0] for s, part in parts.items()})
    _insert_parts(connection, NOT_ASSESSED, {of_submission[s]: part[1] for s, part in parts.items()})
    counts = Counter(
        evaluations=len(of_submission),
        evaluations_new=len(fresh),
        evaluations_replaced=len(replaced),
        findings_new=sum(len(part[0]) for part in parts.values()),
    )
    return of_submission, {of_submission[submission_id] for submission_id in parts}, counts


def _insert_parts(connection: Connection, table: Table, parts: Mapping[int, Sequence[Values]]) -> None:
    rows = [{**row, "evaluation_id": id_} for id_, several in parts.items() for row in several]
    copy_in(connection, table, rows)


def record_changes(connection: Connection, reports: Iterable[int], ruleset_hash: str) -> int:
    """Write how each version of these reports differs from the one before; return the number of rows.

    Compared are evaluations under the same rule set, made in the same context where there is one, else the
    latest. A version that was never evaluated under it has nothing to be compared with.
    """
    chosen = (
        select(
            SUBMISSIONS.c.report_id,
            SUBMISSIONS.c.version,
            EVALUATIONS.c.context,
            EVALUATIONS.c.id,
            AGENCIES.c.name,
            REPORTS.c.year,
        )
        .join_from(EVALUATIONS, SUBMISSIONS)
        .join(REPORTS)
        .join(AGENCIES)
        .where(EVALUATIONS.c.ruleset_hash == ruleset_hash)
        .order_by(EVALUATIONS.c.id)
    )
    versions: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    named: dict[int, tuple[str, int]] = {}
    for report, version, context, id_, agency, year in select_in(
        connection, chosen, SUBMISSIONS.c.report_id, reports
    ):
        versions[report, version][context] = id_
        named[id_] = (agency, year)
    pairs = {
        id_: before.get(context, list(before.values())[-1])
        for (report, version), made in versions.items()
        if (before := versions.get((report, version - 1)))
        for context, id_ in made.items()
    }
    delete_in(connection, CHANGES, CHANGES.c.evaluation_id, named)
    evaluations = read_evaluations(connection, {*pairs, *pairs.values()})
    rows = [
        {
            "evaluation_id": after,
            "previous_evaluation_id": before,
            "position": position,
            "kind": difference.kind,
            "fingerprint": difference.key.fingerprint(*named[after]),
            "rule": difference.key.rule,
            "subject": difference.key.subject,
            "message": difference.message,
        }
        for after, before in sorted(pairs.items())
        for position, difference in enumerate(differences(evaluations[before], evaluations[after]))
    ]
    copy_in(connection, CHANGES, rows)
    return len(rows)


def read_evaluations(connection: Connection, ids: Iterable[int]) -> dict[int, Evaluation]:
    """Return the stored evaluations with these ids, each equal to the one that was recorded."""
    ids = set(ids)
    findings: dict[int, list[Finding]] = defaultdict(list)
    for row in select_in(
        connection,
        select(FINDINGS).order_by(FINDINGS.c.evaluation_id, FINDINGS.c.position),
        FINDINGS.c.evaluation_id,
        ids,
    ):
        findings[row.evaluation_id].append(
            Finding(
                rule=row.rule,
                severity=Severity(row.severity),
                message=row.message,
                addressee=Addressee(row.addressee),
                subject=row.subject,
                cells=tuple(row.cells),
                observed=row.observed,
                expected=row.expected,
                difference=row.difference,
                where=row.locator,
                consequences=tuple(row.consequences),
                entailed=tuple(row.entailed),
                hint=row.hint,
                passages=tuple(Passage(*passage) for passage in row.passages),
            )
        )
    not_assessed: dict[int, list[NotAssessed]] = defaultdict(list)
    for row in select_in(
        connection,
        select(NOT_ASSESSED).order_by(NOT_ASSESSED.c.evaluation_id, NOT_ASSESSED.c.position),
        NOT_ASSESSED.c.evaluation_id,
        ids,
    ):
        not_assessed[row.evaluation_id].append(NotAssessed(row.rule, row.reason))
    chosen = select(EVALUATIONS, SUBMISSIONS.c.sha256).join_from(EVALUATIONS, SUBMISSIONS)
    return {
        row.id: Evaluation(
            submission=row.sha256,
            verdicts={rule: Verdict(verdict) for rule, verdict in row.verdicts.items()},
            findings=tuple(findings[row.id]),
            not_assessed=tuple(not_assessed[row.id]),
            score=_score(row),
        )
        for row in select_in(connection, chosen, EVALUATIONS.c.id, ids)
    }


def _score(row: AnyRow) -> Score:
    return Score(
        total=row.total,
        grade=row.grade,
        coverage=row.coverage,
        dimensions=tuple(
            DimensionScore(key, title, maximum, points, tuple(Deduction(*taken) for taken in deductions))
            for key, title, maximum, points, deductions in row.score["dimensions"]
        ),
        gates=tuple(row.score["gates"]),
        zero_report=row.score["zero_report"],
        left_out=tuple(row.score.get("left_out", ())),
        alerts=tuple(row.score.get("alerts", ())),
    )


def read_changes(connection: Connection, ids: Iterable[int]) -> dict[int, dict[Kind, list[FindingRef]]]:
    """Return, for each evaluation of a later version, what is mended, still open and new."""
    changes: dict[int, dict[Kind, list[FindingRef]]] = defaultdict(lambda: defaultdict(list))
    chosen = select(CHANGES).order_by(CHANGES.c.evaluation_id, CHANGES.c.position)
    for row in select_in(connection, chosen, CHANGES.c.evaluation_id, ids):
        kind: Kind = row.kind
        changes[row.evaluation_id][kind].append(FindingRef(row.rule, row.subject, row.message))
    return changes
