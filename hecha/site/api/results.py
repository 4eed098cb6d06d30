"""From what the pages show to what the API answers with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hecha.site.api import shapes
from models.results import Evaluation, Finding
from models.views import ReportView, VersionView
from tasks.decide.reviews import EXCUSED, Standing


def result(
    view: ReportView, ruleset: shapes.Ruleset | None, findings: Sequence[shapes.Finding]
) -> shapes.Result:
    """Return what was found in a report."""
    evaluation = view.evaluation
    return shapes.Result(
        file=view.file,
        sha256=view.sha256,
        format=view.format,
        title=view.title,
        agency=view.agency if view.agency != view.file else None,
        year=view.year,
        template=view.template,
        signed_on=view.signed_on,
        score=_score(evaluation),
        verdicts={rule: verdict.value for rule, verdict in evaluation.verdicts.items()},
        findings=list(findings),
        not_assessed=[shapes.NotAssessed(rule=n.rule, reason=n.reason) for n in evaluation.not_assessed],
        cells={
            code: shapes.Cell(raw=_text(cell.raw), value=cell.value, kind=cell.kind)
            for code, cell in view.cells.items()
        },
        ruleset=ruleset,
    )


def _score(evaluation: Evaluation) -> shapes.Score:
    score = evaluation.score
    return shapes.Score(
        total=score.total,
        grade=score.grade,
        coverage=score.coverage,
        dimensions=[
            shapes.Dimension(
                key=one.key,
                title=one.title,
                maximum=one.maximum,
                points=one.points,
                deductions=[shapes.Deduction(rule=t.rule, points=t.points) for t in one.deductions],
            )
            for one in score.dimensions
        ],
        gates=list(score.gates),
        alerts=list(score.alerts),
    )


def finding(
    found: Finding, fingerprint: str | None = None, decisions: Mapping[str, Standing] | None = None
) -> shapes.Finding:
    """Return a finding of a report that is shown whole."""
    made = (decisions or {}).get(fingerprint or "")
    return shapes.Finding(
        id=None,
        fingerprint=fingerprint,
        rule=found.rule,
        subject=_text(found.subject) or "",
        severity=found.severity.value,
        addressee=found.addressee.value,
        message=_text(found.message) or "",
        cells=list(found.cells),
        observed=value(found.observed),
        expected=value(found.expected),
        difference=value(found.difference),
        hint=_text(found.hint),
        decision=decision(made),
        counts=counts(found.addressee.value, made),
    )


def counts(addressee: str, made: Standing | None) -> bool:
    """Say whether a finding counts as the agency's after the decision about it."""
    return addressee == "agency" if made is None else made.decision not in EXCUSED


def decision(made: Standing | None) -> shapes.Decision | None:
    """Return the decision that counts for a finding."""
    if made is None:
        return None
    return shapes.Decision(
        decision=made.decision, reason=made.reason, decided_at=made.decided_at, from_year=made.from_year
    )


def version(view: VersionView) -> shapes.Version:
    """Return a version of a report."""
    return shapes.Version(
        number=view.number,
        sha256=view.sha256,
        file=view.file,
        received_at=view.received_at,
        total=view.score,
        grade=view.grade,
        mended=len(view.mended),
        still_open=len(view.still_open),
        new=len(view.new),
    )


def value(given: object) -> int | float | str | None:
    """Return what a rule compares as JSON can hold it."""
    if isinstance(given, float):
        return None if not math.isfinite(given) else int(given) if given.is_integer() else given
    return given if isinstance(given, int) else None if given is None else _text(str(given))


def _text(given: str | None) -> str | None:
    """Return text of a report as UTF-8 can hold it."""
    return None if given is None else given.encode("utf-8", "replace").decode()
