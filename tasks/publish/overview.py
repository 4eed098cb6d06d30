"""What the first page says of a sweep, and what the rule pages say of each rule. Every number is counted here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.errors import ErrorKind
from models.results import Severity, Verdict
from models.views import ErrorView, ReportView, SweepView
from tasks.publish.findings import Standing, causes, count, for_agency, for_operator, standings
from tasks.publish.words import FAILING_GRADE

MOST_FREQUENT = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A report's line on the first page; counts are of the agency's findings, `review` of the operator's."""

    slug: str
    report: ReportView
    critical: int
    warning: int
    info: int
    review: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures above the first page's table. `owed` is the sum of received and missing."""

    owed: int
    received: int
    undated: int
    missing: int
    unreadable: int
    broken: int
    critical_agencies: int
    review: int
    passing: int
    unscored: int


@dataclass(frozen=True, slots=True)
class Frequent:
    """A rule and how many reports failed it; `share` is of the largest, 0..1, for the bar."""

    rule: str
    reports: int
    share: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the score distribution; `share` is of the largest, 0..1."""

    label: str
    reports: int
    share: float
    unscored: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A report that failed a rule: the sentences shown for it, or the rules that answer for the failure."""

    slug: str
    report: ReportView
    messages: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a rule came to over the sweep; `skipped` pairs a report's slug and itself with the reason."""

    passed: int
    failed: tuple[Hit, ...]
    review: tuple[Hit, ...]
    skipped: tuple[tuple[str, ReportView, str], ...]
    unconcerned: int


def lines(reports: Mapping[str, ReportView]) -> tuple[Line, ...]:
    """Return a line for each report (by slug), those with the most grave findings first."""
    found = []
    for slug, report in reports.items():
        evaluation = report.evaluation
        theirs = for_agency(evaluation)
        found.append(
            Line(
                slug,
                report,
                count(theirs, Severity.CRITICAL),
                count(theirs, Severity.WARNING),
                count(theirs, Severity.INFO),
                review=len(for_operator(evaluation)),
                skipped=sum(v is Verdict.NOT_ASSESSABLE for v in evaluation.verdicts.values()),
            )
        )
    # Without JavaScript this is the only order, so it is the one a supervisor works through.
    return tuple(
        sorted(
            found,
            key=lambda n: (
                -n.critical,
                -n.warning,
                -n.review,
                -n.info,
                n.report.agency,
                -(n.report.year or 0),
            ),
        )
    )


def counts(view: SweepView, listed: Sequence[Line]) -> Counts:
    """Return the figures of the sweep."""
    scored = [line for line in listed if line.report.evaluation.score.total is not None]
    internal = sum(is_our_fault(error) for error in view.errors)
    dated = sum(line.report.year is not None for line in listed)
    return Counts(
        owed=dated + len(view.missing),
        received=dated,
        undated=len(listed) - dated,
        missing=len(view.missing),
        unreadable=len(view.errors) - internal,
        broken=internal,
        critical_agencies=len({line.report.agency for line in listed if line.critical}),
        review=sum(line.review > 0 for line in listed),
        passing=sum(line.report.evaluation.score.grade != FAILING_GRADE for line in scored),
        unscored=len(listed) - len(scored),
    )


def is_our_fault(error: ErrorView) -> bool:
    """Tell a fault of this system from a file that cannot be read."""
    return error.kind == ErrorKind.INTERNAL.value


def most_frequent(listed: Sequence[Line]) -> tuple[Frequent, ...]:
    """Return the rules that most reports failed; what is for the operator is left out."""
    failed = Counter(rule for line in listed for rule in {f.rule for f in for_agency(line.report.evaluation)})
    first = sorted(failed.items(), key=lambda item: (-item[1], item[0]))[:MOST_FREQUENT]
    return tuple(Frequent(rule, reports, reports / first[0][1]) for rule, reports in first)


def distribution(listed: Sequence[Line]) -> tuple[Bar, ...]:
    """Return how many reports scored how much, highest first; those without a score stand last."""
    totals = [line.report.evaluation.score.total for line in listed]
    scored = [total for total in totals if total is not None]
    bands = [
        ("90分及以上", sum(total >= 90 for total in scored)),
        *(
            (f"{low}—{low + 10}分以下", sum(low <= total < low + 10 for total in scored))
            for low in (80, 70, 60)
        ),
        ("60分以下", sum(total < 60 for total in scored)),
        ("暂不评分", len(totals) - len(scored)),
    ]
    largest = max(1, *(number for _, number in bands))
    return tuple(Bar(label, number, number / largest, label == "暂不评分") for label, number in bands)


def tallies(reports: Mapping[str, ReportView], rules: Sequence[str]) -> dict[str, Tally]:
    """Return what each rule came to over the reports (by slug)."""
    by_rule: dict[str, dict[Standing, list[str]]] = defaultdict(lambda: defaultdict(list))
    for slug, report in reports.items():
        for rule, came_to in standings(report.evaluation).items():
            by_rule[rule][came_to].append(slug)
    found = {}
    for rule in rules:
        slugs = by_rule[rule]
        failing = [slug for slug in reports if slug in {*slugs["fail"], *slugs["caused"]}]
        found[rule] = Tally(
            passed=len(slugs["pass"]),
            failed=tuple(_hit(slug, reports[slug], rule) for slug in failing),
            review=tuple(_hit(slug, reports[slug], rule) for slug in slugs["review"]),
            skipped=tuple((slug, reports[slug], reason(reports[slug], rule)) for slug in slugs["skipped"]),
            unconcerned=len(reports) - sum(len(group) for group in slugs.values()),
        )
    return found


def reason(report: ReportView, rule: str) -> str:
    """Return why a rule could not be checked for a report."""
    reasons = [missed.reason for missed in report.evaluation.not_assessed if missed.rule == rule]
    return "；".join(dict.fromkeys(reasons)) or "未记录原因"


def _hit(slug: str, report: ReportView, rule: str) -> Hit:
    theirs = [f.message for f in for_agency(report.evaluation) if f.rule == rule]
    ours = [f.message for f in for_operator(report.evaluation) if f.rule == rule]
    return Hit(slug, report, tuple(theirs or ours), causes(report.evaluation, rule))
