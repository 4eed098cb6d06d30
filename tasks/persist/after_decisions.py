"""What decisions leave of stored evaluations, and which findings the lists by rule count otherwise because of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from expectations.profile import Scoring, default
from models.results import Addressee, Evaluation, Finding, Severity
from tasks.persist.decided import Place, Standing, reviews_of
from tasks.persist.evaluations import RuleSetName, read_evaluations
from tasks.persist.rows import (
    EVALUATIONS,
    FINDINGS,
    OVERRULED,
    SCORING_MODELS,
    copy_in,
    delete_in,
    insert_new,
    select_in,
)
from tasks.remaining import Remaining, remaining


def keep_scoring(connection: Connection, ruleset: RuleSetName) -> None:
    """Store by what a rule set scores, so that it is at hand when a score is worked out anew."""
    if ruleset.scoring is not None:
        model = ruleset.scoring.model_dump(mode="json")
        insert_new(connection, SCORING_MODELS, [{"profile_hash": ruleset.profile_hash, "model": model}])


def scorings(connection: Connection, evaluations: Iterable[int]) -> dict[int, tuple[Scoring, ...]]:
    """Return by what each of these evaluations may have been scored: its own profile's, the shipped one's."""
    chosen = select(EVALUATIONS.c.id, EVALUATIONS.c.profile_hash)
    of = {row.id: row.profile_hash for row in select_in(connection, chosen, EVALUATIONS.c.id, evaluations)}
    stored = select_in(connection, select(SCORING_MODELS), SCORING_MODELS.c.profile_hash, of.values())
    known = {row.profile_hash: Scoring.model_validate(row.model, strict=False) for row in stored}
    shipped = default()
    known.setdefault(shipped.hash, shipped.scoring)
    return {id_: (known[hash_],) if hash_ in known else (shipped.scoring,) for id_, hash_ in of.items()}


def after_decisions(connection: Connection, stand: Sequence[Place]) -> dict[int, Remaining]:
    """Return what remains of the evaluations of those reports about whose findings something was decided.

    Which findings count otherwise because of it is written down (`OVERRULED`), for the evaluations of all of these
    reports; only for who writes where they stand.
    """
    reviews = reviews_of(connection, stand)
    decided = {report for report, _ in reviews}
    touched = [place for place in stand if place.report_id in decided and place.evaluation_id is not None]
    left = _remaining(connection, touched, reviews)
    evaluations = {place.evaluation_id: place.report_id for place in stand if place.evaluation_id is not None}
    rows = [
        {"evaluation_id": id_, **row}
        for id_, report in evaluations.items()
        if report in left
        for row in left[report][1]
    ]
    delete_in(connection, OVERRULED, OVERRULED.c.evaluation_id, evaluations)
    copy_in(connection, OVERRULED, rows)
    return {report: rest for report, (rest, _) in left.items()}


def remaining_of(
    connection: Connection, evaluation_id: int, evaluation: Evaluation, decisions: Sequence[Standing | None]
) -> Remaining:
    """Return what remains of one evaluation after decisions about its findings, in their order."""
    models = scorings(connection, [evaluation_id])[evaluation_id]
    return remaining(evaluation, [one.decision if one else None for one in decisions], models)


def _remaining(
    connection: Connection, stand: Sequence[Place], reviews: Mapping[tuple[int, str], Standing]
) -> dict[int, tuple[Remaining, list[dict[str, Any]]]]:
    ids = [place.evaluation_id for place in stand if place.evaluation_id is not None]
    evaluations = read_evaluations(connection, ids)
    models = scorings(connection, ids)
    names: dict[int, list[str]] = defaultdict(list)
    named = select(FINDINGS.c.evaluation_id, FINDINGS.c.fingerprint)
    named = named.order_by(FINDINGS.c.evaluation_id, FINDINGS.c.position)
    for row in select_in(connection, named, FINDINGS.c.evaluation_id, ids):
        names[row.evaluation_id].append(row.fingerprint)
    left = {}
    for place in stand:
        id_ = place.evaluation_id
        if id_ is None:
            continue
        found = [reviews.get((place.report_id, name)) for name in names[id_]]
        rest = remaining(evaluations[id_], [one.decision if one else None for one in found], models[id_])
        left[place.report_id] = (rest, _overruled(evaluations[id_].findings, rest.evaluation.findings))
    return left


def _overruled(said: Sequence[Finding], rest: Sequence[Finding]) -> list[dict[str, Any]]:
    """The rules that fail, with severity and addressee, after the decisions alone or before them alone."""
    before, after = ({(f.rule, f.severity, f.addressee) for f in some} for some in (said, rest))
    return [
        {"rule": rule, "severity": severity.value, "addressee": addressee.value, "counts": one in after}
        for one in sorted(before ^ after)
        for rule, severity, addressee in [one]
    ]


def counted(evaluation: Evaluation) -> tuple[Any, ...]:
    """Return score and counts of what remains: total, grade, critical, warning, info, operator."""
    said = Counter(f.severity for f in evaluation.findings if f.addressee is Addressee.AGENCY)
    return (
        evaluation.score.total,
        evaluation.score.grade,
        *(said[severity] for severity in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)),
        len(evaluation.findings) - said.total(),
    )
