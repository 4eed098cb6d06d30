"""What the page of one report shows, put together from its view; the template only lays it out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from expectations.rulebook import FAMILIES, family
from expectations.rules.wording import column_name, row_name
from expectations.template import TEMPLATE_IDS, load
from models.results import DimensionScore, Passage, Severity
from models.views import CellView, ReportView, VersionView
from tasks.differences import Piece, pieces
from tasks.publish.findings import Numbered, Standing, causes, numbered, standings
from tasks.publish.marks import DrawnTable, cell_name, draw, drawn_codes, split_code
from tasks.publish.overview import reason
from tasks.publish.rule_texts import RuleText
from tasks.publish.words import SEVERITIES, SYMBOLS, next_step, part_name
from tasks.score import Counted, counted

SHOWN_CELLS = 8
"""Cells of a finding that are listed openly; the others stand folded behind them."""
LONGEST_COMPARED = 4_000_000
"""Characters times characters of two passages up to which the words they share are marked (2,000 × 2,000)."""


@dataclass(frozen=True, slots=True)
class CellLink:
    """A cell of a finding: its name, what is printed there, and its anchor where it is drawn."""

    code: str
    name: str
    raw: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """Text a finding rests on, beside that of another report; `same` pieces are what both have."""

    section: str
    source: str
    own: tuple[Piece, ...]
    other: tuple[Piece, ...] | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with the cells it speaks of; `line` names the row or column that all of them share."""

    numbered: Numbered
    line: str
    cells: tuple[CellLink, ...]
    folded: tuple[CellLink, ...]
    passages: tuple[ShownPassage, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one severity."""

    severity: str
    title: str
    symbol: str
    findings: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the six sections: its official name, the heading printed, and its place among the headings."""

    name: str
    heading: str | None
    order: int | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A dimension and the points that its deductions come to, which may be more than it has."""

    dimension: DimensionScore
    deducted: float

    @property
    def exhausted(self) -> bool:
        """Whether the deductions are more than the dimension's points."""
        return self.deducted > self.dimension.maximum


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How the score came about: the sum over the dimensions before the gates, and whether a gate held it down."""

    sums: tuple[Sum, ...]
    maximum: float
    deducted: float
    points: float
    capped: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule came to, and the rules whose findings answer for it."""

    rule: str
    standing: Standing
    causes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Family:
    """The rules of one family and what they came to: its key (``T3``), its name, how many of each standing."""

    key: str
    title: str
    outcomes: tuple[Outcome, ...]
    counts: Mapping[Standing, int]


@dataclass(frozen=True, slots=True)
class Skipped:
    """The rules that were not decided: `claims` are statements of the prose for our operator to look at.

    `left_out` lack something to be compared with and do not count in the coverage; `others` do.
    """

    claims: tuple[Outcome, ...]
    others: tuple[Outcome, ...]
    left_out: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything `templates/report.html.j2` lays out."""

    report: ReportView
    slug: str
    step: str
    groups: tuple[Group, ...]
    review: Mapping[str, tuple[Shown, ...]]
    tables: tuple[DrawnTable, ...]
    stray: tuple[CellLink, ...]
    parts: tuple[Part, ...]
    extra: tuple[Part, ...]
    arithmetic: Arithmetic
    outcomes: tuple[Outcome, ...]
    families: tuple[Family, ...]
    skipped: Skipped
    counted: Counted
    standing_counts: Mapping[Standing, int]
    version: VersionView | None
    versions: tuple[VersionView, ...]


def report_page(report: ReportView, slug: str, rules: Mapping[str, RuleText]) -> ReportPage:
    """Put a report's page together; `rules` are the texts of all rules that it may name."""
    evaluation = report.evaluation
    shown = numbered(evaluation, list(load(_form(report.template)).cells))
    tables = draw(report.template, report.cells, shown)
    places = drawn_codes(tables)
    findings = [_shown(report, finding, places) for finding in shown]
    outcomes = tuple(
        Outcome(
            rule,
            came_to,
            causes(evaluation, rule),
            reason(report, rule) if came_to == "skipped" else "",
        )
        for rule, came_to in standings(evaluation).items()
    )
    order: tuple[Standing, ...] = ("fail", "caused", "review", "skipped", "pass")
    known = {section.key for section in load(_form(report.template)).sections}
    versions = tuple(sorted(report.versions, key=lambda version: -version.number))
    return ReportPage(
        report=report,
        slug=slug,
        step=next_step(
            # An agency that could not be told is shown under the name of its file.
            report.agency if report.agency != report.file else "报送单位",
            evaluation.findings,
            evaluation.verdicts,
            evaluation.score.total is not None,
        ),
        groups=tuple(
            Group(
                severity.value,
                SEVERITIES[severity.value],
                SYMBOLS[severity.value],
                tuple(f for f in findings if f.numbered.kind == severity.value),
            )
            for severity in Severity
        ),
        review=_by_rule([f for f in findings if f.numbered.kind == "review"]),
        tables=tables,
        stray=tuple(
            _link(report, code, cell_name(report.template, code), places)
            for code, cell in report.cells.items()
            if code not in places and cell.kind != "missing"
        ),
        parts=_parts(report),
        extra=tuple(
            Part("", section.heading, section.order)
            for section in report.sections
            if section.key not in known and section.heading is not None
        ),
        arithmetic=_arithmetic(report),
        outcomes=outcomes,
        families=_families(outcomes, order),
        skipped=_skipped([o for o in outcomes if o.standing == "skipped"], rules, evaluation.score.left_out),
        counted=counted(evaluation.verdicts, evaluation.findings, evaluation.score.left_out),
        standing_counts=_counts(outcomes, order),
        version=next((version for version in versions if version.sha256 == report.sha256), None),
        versions=versions,
    )


def _counts(outcomes: Sequence[Outcome], order: Sequence[Standing]) -> dict[Standing, int]:
    return {name: sum(outcome.standing == name for outcome in outcomes) for name in order}


def _families(outcomes: Sequence[Outcome], order: Sequence[Standing]) -> tuple[Family, ...]:
    keys = dict.fromkeys(family(outcome.rule) for outcome in outcomes)
    members = {key: tuple(o for o in outcomes if family(o.rule) == key) for key in keys}
    return tuple(
        Family(key, FAMILIES.get(key, key), several, _counts(several, order))
        for key, several in members.items()
    )


def _skipped(outcomes: Sequence[Outcome], rules: Mapping[str, RuleText], left_out: Sequence[str]) -> Skipped:
    lacking = set(left_out)
    claims = {o.rule for o in outcomes if rules[o.rule].frame == "claims"} - lacking
    return Skipped(
        tuple(o for o in outcomes if o.rule in claims),
        tuple(o for o in outcomes if o.rule not in claims | lacking),
        tuple(o for o in outcomes if o.rule in lacking),
    )


def _form(template: str | None) -> str:
    return template if template in TEMPLATE_IDS and template is not None else TEMPLATE_IDS[0]


def _by_rule(findings: Sequence[Shown]) -> dict[str, tuple[Shown, ...]]:
    """What is unsure comes in dozens where a conversion lost the borders of a table: one card a rule."""
    rules = dict.fromkeys(finding.numbered.finding.rule for finding in findings)
    return {rule: tuple(f for f in findings if f.numbered.finding.rule == rule) for rule in rules}


def _shown(report: ReportView, finding: Numbered, places: frozenset[str]) -> Shown:
    codes = list(dict.fromkeys(finding.finding.cells))
    line, names = names_of(report.template, codes)
    links = tuple(_link(report, code, name, places) for code, name in zip(codes, names, strict=True))
    # One hidden cell is not worth a fold.
    cut = len(links) if len(links) <= SHOWN_CELLS + 1 else SHOWN_CELLS
    passages = tuple(_passage(report, passage) for passage in finding.finding.passages)
    return Shown(finding, line, links[:cut], links[cut:], passages)


def _passage(report: ReportView, passage: Passage) -> ShownPassage:
    section = part_name(report.template, passage.section) if passage.section else ""
    if passage.other is None:
        return ShownPassage(section, "", (("same", passage.own),), None)
    both = (
        pieces(passage.own, passage.other)
        if len(passage.own) * len(passage.other) <= LONGEST_COMPARED
        else (("gone", passage.own), ("new", passage.other))
    )
    own, other = (tuple(p for p in both if p[0] in ("same", side)) for side in ("gone", "new"))
    return ShownPassage(section, passage.source or "", own, other)


def names_of(template: str | None, codes: Sequence[str]) -> tuple[str, list[str]]:
    """Return the row or column that all these cells share (empty: none), and their names without it."""
    parts = [split_code(code) for code in codes]
    rows, columns = {(table, row) for table, row, _ in parts}, {(table, column) for table, _, column in parts}
    if len(codes) > 1 and len(rows) == 1:
        table, row, _ = parts[0]
        return f"“{row_name(template, table, row)}”行", [column_name(template, table, c) for _, _, c in parts]
    if len(codes) > 1 and len(columns) == 1:
        table, _, column = parts[0]
        return f"“{column_name(template, table, column)}”列", [
            row_name(template, table, r) for _, r, _ in parts
        ]
    return "", [cell_name(template, code) for code in codes]


def _link(report: ReportView, code: str, name: str, places: frozenset[str]) -> CellLink:
    return CellLink(code, name, _printed(report.cells.get(code)), f"c-{code}" if code in places else "")


def _printed(cell: CellView | None) -> str:
    if cell is None or cell.kind == "missing":
        return "缺"
    if cell.kind == "blank":
        return "空"
    return "？" if cell.kind == "uncertain" else (cell.raw or "").strip()


def _parts(report: ReportView) -> tuple[Part, ...]:
    found = {section.key: section for section in reversed(report.sections)}
    return tuple(
        Part(
            f"{section.numeral}、{section.heading}",
            found[section.key].heading if section.key in found else None,
            found[section.key].order if section.key in found else None,
        )
        for section in load(_form(report.template)).sections
    )


def _arithmetic(report: ReportView) -> Arithmetic:
    score = report.evaluation.score
    sums = tuple(
        Sum(dimension, round(math.fsum(taken.points for taken in dimension.deductions), 4))
        for dimension in score.dimensions
    )
    points = round(math.fsum(dimension.points for dimension in score.dimensions), 4)
    return Arithmetic(
        sums,
        round(math.fsum(dimension.maximum for dimension in score.dimensions), 4),
        round(math.fsum(taken.deducted for taken in sums), 4),
        points,
        score.total is not None and score.total < points,
    )


def as_json(value: Any) -> Any:
    """Return a view as JSON data: dataclasses by field, dates in ISO form, numbers that are none as null."""
    if is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() else value
    return value
