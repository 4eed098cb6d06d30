"""The findings that an agency has to answer for, each as one line of 问题清单 (catalogue §4.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, select

from expectations.catalogue import rule
from expectations.profile import Profile, default
from models.results import Addressee, Severity
from tasks.accounts.person import Person
from tasks.decide.reviews import EXCUSED, NAMES, Standing, standing_reviews
from tasks.documents.places import Place, place
from tasks.documents.selection import AT_ONCE, Selection, details, report_ids
from tasks.persist.retrying import asked
from tasks.persist.rows import ANSWERS, CHANGES, FINDINGS, NOTICES, TRANSITIONS, AnyRow, select_in
from tasks.publish import words

CONCLUDED: Mapping[str, str] = {"passed": "复核通过", "returned": "退回"}
"""What the state of a report says of all its findings."""
STILL_OPEN, EXPLAINED = "未整改", "已说明原因"
RESULTS = ("已整改", "部分整改", STILL_OPEN, EXPLAINED)
CONCLUSIONS = (*CONCLUDED.values(), "接受说明", "规则不适用", "误读")

USUAL_DAYS: Mapping[str, int] = {Severity.CRITICAL.value: 5, Severity.WARNING.value: 10}
"""Working days to mend where no notice sets a day (catalogue §4: no national deadline was found)."""

TEMPLATES: Mapping[str, str] = {"v2021": "2021年格式", "v2019": "2019年试行格式"}
"""The forms by which findings compare (`expectations.template`), in words."""

Number = float | int


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding with what the list says of it; texts as stored. `due` is a day or a sentence."""

    report_id: int
    submission_id: int
    fingerprint: str
    agency: str
    kind: str
    year: int
    file: str
    place: Place
    rule: str
    category: str
    message: str
    observed: str | Number
    expected: str | Number
    difference: str | Number
    source: str
    severity: str
    hint: str
    due: str
    result: str
    conclusion: str
    reviewed: str


def problems(
    database: Engine, person: Person, selection: Selection, profile: Profile | None = None
) -> Iterator[Problem]:
    """Yield the open findings of a selection, report by report, the gravest first.

    Only a thousand reports' findings are in memory at once. What a person decided not to ask for is left out unless
    the selection wants it.
    """
    ids = report_ids(database, person, selection)
    categories = categories_of(profile or default())
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        yield from asked(database, lambda c, part=part: _of(c, person, selection, part, categories))  # type: ignore[misc]


def categories_of(profile: Profile) -> dict[str, str]:
    """Return the name of each dimension of the score: what kind of problem a rule's finding is."""
    return {dimension.key: dimension.title for dimension in profile.scoring.dimensions}


def problems_of_version(
    database: Engine, person: Person, report: int, submission: int, selection: Selection
) -> tuple[Problem, ...]:
    """Return the findings of one version of a report, by what was last said of it."""
    categories = categories_of(default())
    return tuple(asked(database, lambda c: _of(c, person, selection, [report], categories, submission)))


def _of(
    connection: Connection,
    person: Person,
    selection: Selection,
    reports: Sequence[int],
    categories: Mapping[str, str],
    submission: int | None = None,
) -> list[Problem]:
    shown = details(connection, person, reports, submission)
    found = _findings(connection, selection, (report.evaluation_id for report in shown.values()))
    reviews = standing_reviews(connection, list(shown))
    notices = _notices(connection, shown)
    results = _results(connection, shown)
    last = _last_steps(connection, shown)
    listed: list[Problem] = []
    for report in (shown[id_] for id_ in reports if id_ in shown):
        for finding in found[report.evaluation_id]:
            review = reviews.get((report.report_id, finding.fingerprint))
            if not _asked_for(finding, review, selection):
                continue
            conclusion, reviewed = _reviewed(report, review, last.get(report.report_id))
            listed.append(
                Problem(
                    report_id=report.report_id,
                    submission_id=report.submission_id,
                    fingerprint=finding.fingerprint,
                    agency=report.agency,
                    kind=kind_of(report),
                    year=report.year,
                    file=report.file,
                    place=place(report.template, finding.subject, finding.cells, finding.passages),
                    rule=finding.rule,
                    message=finding.message,
                    observed=_value(finding.observed, finding.passages),
                    expected=_value(finding.expected),
                    difference=_value(finding.difference),
                    severity=words.SEVERITIES[finding.severity],
                    due=_due(finding, notices.get(report.report_id)),
                    result=results.get((report.report_id, finding.fingerprint), ""),
                    conclusion=conclusion,
                    reviewed=reviewed,
                    **_of_rule(finding.rule, categories),
                )
            )
    return listed


def kind_of(report: AnyRow) -> str:
    """Return kind and level of an agency: ``政府部门/县级``."""
    named = (words.ORGANS.get(report.organ), words.RANKS.get(report.rank))
    return "/".join(name for name in named if name) or words.UNKNOWN


def _findings(
    connection: Connection, selection: Selection, evaluations: Iterable[int]
) -> dict[int, list[AnyRow]]:
    names = (
        *("evaluation_id", "position", "fingerprint", "rule", "subject", "severity", "addressee", "message"),
        *("cells", "observed", "expected", "difference", "passages"),
    )
    chosen = select(*(FINDINGS.c[name] for name in names))
    chosen = chosen.where(FINDINGS.c.severity.in_(list(selection.severities)))
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in select_in(connection, chosen, FINDINGS.c.evaluation_id, evaluations):
        found[row.evaluation_id].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (-Severity(row.severity).rank, row.position))
    return found


def _asked_for(finding: AnyRow, review: Standing | None, selection: Selection) -> bool:
    """Whether the agency is asked to mend it (`tasks.decide.reviews.open_findings`), or the selection wants it anyway."""
    if selection.named is not None:
        return finding.fingerprint in selection.named
    if review is None or review.decision not in EXCUSED:
        return finding.addressee == Addressee.AGENCY.value or review is not None
    return selection.settled


def _of_rule(rule_id: str, categories: Mapping[str, str]) -> dict[str, str]:
    try:
        written = rule(rule_id)
    except KeyError:  # judged by rules that are not ours any more
        return {"category": "", "source": "", "hint": ""}
    return {
        "category": categories.get(written.dimension, ""),
        "source": written.source,
        "hint": written.hint,
    }


def _value(value: Any, passages: Sequence[Sequence[Any]] = ()) -> str | Number:
    if value is None:
        return str(passages[0][0]) if passages else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    return TEMPLATES.get(value, str(value))


# ------------------------------------------------------------------------------------ what became of it


def _notices(connection: Connection, reports: Mapping[int, Any]) -> dict[int, tuple[date, frozenset[str]]]:
    """The day set by the last notice of each report, and the findings that it names (none: all)."""
    chosen = (
        select(NOTICES.c.report_id, NOTICES.c.due_on, NOTICES.c.findings)
        .where(NOTICES.c.kind == "mend", NOTICES.c.state.in_(("sent", "answered")))
        .where(NOTICES.c.due_on.is_not(None))
        .order_by(NOTICES.c.id)
    )
    rows = select_in(connection, chosen, NOTICES.c.report_id, reports)
    return {row.report_id: (row.due_on, frozenset(row.findings)) for row in rows}


def _due(finding: AnyRow, notice: tuple[date, frozenset[str]] | None) -> str:
    if notice is not None and (not notice[1] or finding.fingerprint in notice[1]):
        return f"{words.day(notice[0])}前"
    days = USUAL_DAYS.get(finding.severity)
    return "" if days is None else f"收到通知之日起{days}个工作日内"


def _results(connection: Connection, reports: Mapping[int, AnyRow]) -> dict[tuple[int, str], str]:
    """What was done about each finding: still open in a later version, or explained by the agency."""
    of_evaluation = {report.evaluation_id: report.report_id for report in reports.values()}
    again = select(CHANGES.c.evaluation_id, CHANGES.c.fingerprint).where(CHANGES.c.kind == "still_open")
    results = {
        (of_evaluation[row.evaluation_id], row.fingerprint): STILL_OPEN
        for row in select_in(connection, again, CHANGES.c.evaluation_id, of_evaluation)
    }
    said = select(ANSWERS.c.report_id, ANSWERS.c.fingerprint).where(ANSWERS.c.fingerprint.is_not(None))
    for row in select_in(connection, said, ANSWERS.c.report_id, reports):
        results[row.report_id, row.fingerprint] = EXPLAINED
    return results


def _last_steps(connection: Connection, reports: Mapping[int, AnyRow]) -> dict[int, AnyRow]:
    """The step that brought each concluded report to its state."""
    concluded = [id_ for id_, report in reports.items() if report.state in CONCLUDED]
    steps = select(TRANSITIONS.c.report_id, TRANSITIONS.c.actor, TRANSITIONS.c.at)
    rows = select_in(connection, steps.order_by(TRANSITIONS.c.id), TRANSITIONS.c.report_id, concluded)
    return {row.report_id: row for row in rows}


def _reviewed(report: AnyRow, review: Standing | None, step: AnyRow | None) -> tuple[str, str]:
    """The conclusion about a finding, and who came to it when."""
    if review is not None and review.decision in EXCUSED:
        return NAMES[review.decision], f"{review.reviewer} {words.instant(review.decided_at)}"
    if report.state in CONCLUDED:
        return CONCLUDED[report.state], "" if step is None else f"{step.actor} {words.instant(step.at)}"
    return "", ""
