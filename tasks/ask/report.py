"""One report as its page shows it: a version of it, what was said of that, and what people did about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from models.results import Addressee, Evaluation, Finding, Score
from models.views import ReportView
from tasks.accounts.person import Person, Role
from tasks.decide.corrections import Corrected
from tasks.decide.reviews import Standing, standing_reviews
from tasks.persist.after_decisions import remaining_of
from tasks.persist.changes import Kind
from tasks.persist.evaluations import read_changes, read_evaluations
from tasks.persist.retrying import asked
from tasks.persist.rows import (
    AGENCIES,
    ANSWERS,
    CHANGES,
    CORRECTIONS,
    EVALUATIONS,
    FINDINGS,
    STANDINGS,
    SUBMISSIONS,
    TRANSITIONS,
    AnyRow,
)
from tasks.persist.sweep import NOT_EVALUATED, report_view, version_view
from tasks.remaining import EXCUSED, Remaining


@dataclass(frozen=True, slots=True)
class Judged:
    """Which evaluation is shown: its id, when and under which rule set and profile it was made."""

    id: int
    at: datetime
    ruleset_version: str
    ruleset_hash: str
    profile: str
    profile_hash: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the life of a report (`models.decisions.Transition`)."""

    event: str
    before: str
    after: str
    reason: str
    actor: str
    at: datetime
    batch: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the agency said to a finding, or (`fingerprint` None) to the report; `file` is what it attached."""

    id: int
    fingerprint: str | None
    body: str
    file: str | None
    sha256: str | None
    size: int | None
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """Score and counts by which a report stands (`models.tables.Standing`)."""

    total: float | None
    grade: str | None
    critical: int | None
    warning: int | None
    info: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A version of a report. `fingerprints` name the findings of `view.evaluation`, in their order.

    `corrections` are those of its file, the newest first, also those that were taken back. `judged` is None for a
    version that was never evaluated; its `view` then holds no verdict and no score. `changes` says by fingerprint
    what became of a finding of the version before; `reviews` the decision that counts for a finding. `stands` is what
    remains of the evaluation after these, None where they change nothing and for a version that is not the newest;
    `figures` those by which the report stands, whichever version is shown.
    """

    id: int
    agency_id: int
    state: str
    submission_id: int
    number: int
    newest: int
    view: ReportView
    judged: Judged | None
    fingerprints: tuple[str, ...]
    changes: Mapping[str, Kind]
    steps: tuple[Step, ...]
    reviews: Mapping[str, Standing]
    answers: tuple[Answered, ...]
    corrections: tuple[Corrected, ...]
    stands: Remaining | None
    figures: Figures

    @property
    def score(self) -> Score:
        """The score by which the version stands: after the decisions, else the machine's."""
        return self.view.evaluation.score if self.stands is None else self.stands.evaluation.score

    def fingerprint(self, finding: Finding) -> str:
        """Return the fingerprint of one of the findings (that very object)."""
        return self.fingerprints[[id(one) for one in self.view.evaluation.findings].index(id(finding))]


def ask_report(database: Engine, person: Person, report_id: int, number: int | None = None) -> Asked | None:
    """Return version `number` (None: the newest) of a report; None where there is none that this person may see.

    An agency is shown what our own people have to look at first only where these decided that it has to mend it.
    """

    def read(connection: Connection) -> Asked | None:
        standing = connection.execute(
            select(STANDINGS, AGENCIES.c.name)
            .join(AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
            .where(STANDINGS.c.report_id == report_id, person.sees())
        ).one_or_none()
        if standing is None:
            return None
        rows = connection.execute(
            select(SUBMISSIONS).where(SUBMISSIONS.c.report_id == report_id).order_by(SUBMISSIONS.c.version)
        ).all()
        shown = next((row for row in rows if row.version == (number or rows[-1].version)), None)
        if shown is None:
            return None
        return _asked(connection, person, standing, rows, shown)

    return asked(database, read)


def _asked(
    connection: Connection, person: Person, standing: AnyRow, rows: Sequence[AnyRow], shown: AnyRow
) -> Asked:
    of_submission = _evaluations(connection, standing, [row.id for row in rows])
    evaluations = read_evaluations(connection, {row.id for row in of_submission.values()})
    changes = read_changes(connection, evaluations)
    ids = {submission: row.id for submission, row in of_submission.items()}
    versions = [version_view(row, ids.get(row.id), evaluations, changes) for row in rows]
    made = of_submission.get(shown.id)
    said = evaluations[made.id] if made is not None else _nothing(shown.sha256)
    fingerprints = _fingerprints(connection, made.id) if made is not None else ()
    decided = standing_reviews(connection, [standing.report_id])
    reviews = {fingerprint: review for (_, fingerprint), review in decided.items()}
    stands = None
    if made is not None and made.id == standing.evaluation_id:
        stands = _remaining(connection, made.id, said, [reviews.get(one) for one in fingerprints])
    if person.role is Role.AGENCY:
        kept = [
            (finding, fingerprint)
            for finding, fingerprint in zip(said.findings, fingerprints, strict=True)
            if finding.addressee is Addressee.AGENCY
            or (fingerprint in reviews and reviews[fingerprint].decision == "mend")
        ]
        said = replace(said, findings=tuple(finding for finding, _ in kept))
        fingerprints = tuple(fingerprint for _, fingerprint in kept)
        stands = None if stands is None else _without_ours(stands)
    view = report_view(shown, versions, said)
    return Asked(
        id=standing.report_id,
        agency_id=standing.agency_id,
        state=standing.state,
        submission_id=shown.id,
        number=shown.version,
        newest=rows[-1].version,
        view=replace(view, agency=standing.name),
        judged=None
        if made is None
        else Judged(
            made.id,
            made.evaluated_at,
            made.ruleset_version,
            made.ruleset_hash,
            made.profile,
            made.profile_hash,
        ),
        fingerprints=fingerprints,
        changes={} if made is None else _changes(connection, made.id),
        reviews=reviews,
        steps=_steps(connection, standing.report_id),
        answers=_answers(connection, standing.report_id),
        corrections=_corrections(connection, shown.sha256),
        stands=stands,
        figures=Figures(*(standing._mapping[name] for name in Figures.__dataclass_fields__)),
    )


def _remaining(
    connection: Connection, evaluation_id: int, said: Evaluation, decisions: Sequence[Standing | None]
) -> Remaining | None:
    changed = (
        decision is not None and (decision.decision in EXCUSED or finding.addressee is Addressee.OPERATOR)
        for finding, decision in zip(said.findings, decisions, strict=True)
    )
    return remaining_of(connection, evaluation_id, said, decisions) if any(changed) else None


def _without_ours(stands: Remaining) -> Remaining:
    """What remains without what our own people have yet to look at."""
    theirs = tuple(one for one in stands.evaluation.findings if one.addressee is Addressee.AGENCY)
    return replace(stands, evaluation=replace(stands.evaluation, findings=theirs))


def _evaluations(connection: Connection, standing: AnyRow, submissions: Sequence[int]) -> dict[int, AnyRow]:
    """The evaluation that counts for each version: the standing one, else the last under its rule set, else the last."""
    columns = (
        "id",
        "submission_id",
        "evaluated_at",
        "ruleset_version",
        "ruleset_hash",
        "profile",
        "profile_hash",
    )
    chosen = select(*(EVALUATIONS.c[name] for name in columns)).where(
        EVALUATIONS.c.submission_id.in_(submissions)
    )
    rows = connection.execute(chosen.order_by(EVALUATIONS.c.id)).all()
    hashes = {row.ruleset_hash for row in rows if row.id == standing.evaluation_id}
    found = {row.submission_id: row for row in rows}
    found |= {row.submission_id: row for row in rows if row.ruleset_hash in hashes}
    return found | {row.submission_id: row for row in rows if row.id == standing.evaluation_id}


def _nothing(sha256: str) -> Evaluation:
    return Evaluation(sha256, {}, (), (), Score(None, NOT_EVALUATED, 0.0, ()))


def _fingerprints(connection: Connection, evaluation: int) -> tuple[str, ...]:
    chosen = select(FINDINGS.c.fingerprint).where(FINDINGS.c.evaluation_id == evaluation)
    return tuple(connection.execute(chosen.order_by(FINDINGS.c.position)).scalars())


def _changes(connection: Connection, evaluation: int) -> dict[str, Kind]:
    chosen = select(CHANGES.c.fingerprint, CHANGES.c.kind).where(CHANGES.c.evaluation_id == evaluation)
    return dict(tuple(row) for row in connection.execute(chosen))


def _steps(connection: Connection, report: int) -> tuple[Step, ...]:
    columns = ("event", "before", "after", "reason", "actor", "at", "batch")
    chosen = select(*(TRANSITIONS.c[name] for name in columns)).where(TRANSITIONS.c.report_id == report)
    return tuple(Step(*row) for row in connection.execute(chosen.order_by(TRANSITIONS.c.id.desc())))


def _answers(connection: Connection, report: int) -> tuple[Answered, ...]:
    columns = ("id", "fingerprint", "body", "file", "sha256", "size", "author", "at")
    chosen = select(*(ANSWERS.c[name] for name in columns)).where(ANSWERS.c.report_id == report)
    return tuple(Answered(*row) for row in connection.execute(chosen.order_by(ANSWERS.c.id)))


def _corrections(connection: Connection, sha256: str) -> tuple[Corrected, ...]:
    columns = [CORRECTIONS.c[name] for name in Corrected.__dataclass_fields__]
    chosen = select(*columns).where(CORRECTIONS.c.sha256 == sha256)
    return tuple(Corrected(*row) for row in connection.execute(chosen.order_by(CORRECTIONS.c.id.desc())))
