"""The decisions that count today for the findings of reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from tasks.persist.rows import FINDINGS, REPORTS, REVIEWS, STANDINGS, select_in
from tasks.remaining import Decision


@dataclass(frozen=True, slots=True)
class Standing:
    """The decision that counts for a finding now; the fields are those of `models.decisions.Review`.

    `from_year`: the earlier report year whose lasting decision it is, None for one on this very report.
    """

    id: int
    report_id: int
    fingerprint: str
    rule: str
    subject: str
    decision: Decision
    reason: str
    lasting: bool
    batch: str
    reviewer: str
    account_id: int | None
    decided_at: datetime
    from_year: int | None = None


_COLUMNS = [REVIEWS.c[name] for name in Standing.__dataclass_fields__ if name != "from_year"]


@dataclass(frozen=True, slots=True)
class Place:
    """A report and the evaluation by which it stands (None: not evaluated)."""

    report_id: int
    agency_id: int
    year: int
    evaluation_id: int | None


def places(connection: Connection, report_ids: Iterable[int]) -> list[Place]:
    """Return where these reports stand."""
    chosen = select(*(STANDINGS.c[name] for name in Place.__dataclass_fields__))
    return [Place(*row) for row in select_in(connection, chosen, STANDINGS.c.report_id, report_ids)]


def standing_reviews(connection: Connection, report_ids: Iterable[int]) -> dict[tuple[int, str], Standing]:
    """Return the decision that counts for each finding of these reports, by report and fingerprint.

    That is the last one on this very finding that was not undone; where there is none, the last one on the same rule
    and subject in an earlier year of the same agency, if that is a lasting one.
    """
    return reviews_of(connection, places(connection, report_ids))


def reviews_of(connection: Connection, stand: Sequence[Place]) -> dict[tuple[int, str], Standing]:
    """Return what `standing_reviews` does, for reports that stand there."""
    here = {place.report_id for place in stand}
    own: dict[tuple[int, str], Standing] = {}
    by_agency: dict[int, list[tuple[int, Standing]]] = defaultdict(list)
    chosen = (
        select(*_COLUMNS, REVIEWS.c.agency_id, REPORTS.c.year)
        .join_from(REVIEWS, REPORTS)
        .where(REVIEWS.c.undone_at.is_(None))
        .order_by(REPORTS.c.year, REVIEWS.c.id)
    )
    for row in select_in(connection, chosen, REVIEWS.c.agency_id, {place.agency_id for place in stand}):
        *of_review, agency, year = row
        review = Standing(*of_review)
        by_agency[agency].append((year, review))
        if review.report_id in here:
            own[review.report_id, review.fingerprint] = review
    later = [p for p in stand if any(year < p.year for year, _ in by_agency.get(p.agency_id, ()))]
    return own | _carried(connection, later, by_agency, own)


def _carried(
    connection: Connection,
    later: Sequence[Place],
    by_agency: dict[int, list[tuple[int, Standing]]],
    own: dict[tuple[int, str], Standing],
) -> dict[tuple[int, str], Standing]:
    """The lasting decisions of earlier years, for the findings about which nothing was decided since."""
    last: dict[tuple[int, str, str], tuple[int, Standing]] = {}
    for place in later:
        for year, review in by_agency[place.agency_id]:
            if year < place.year:
                last[place.report_id, review.rule, review.subject] = (year, review)
    carried = {}
    for row in findings_of(connection, later):
        found = last.get((row.report_id, row.rule, row.subject))
        if found is not None and found[1].lasting and (row.report_id, row.fingerprint) not in own:
            carried[row.report_id, row.fingerprint] = replace(found[1], from_year=found[0])
    return carried


@dataclass(frozen=True, slots=True)
class Found:
    """A finding by which a report stands; the fields are those of `models.tables.FindingRow`."""

    report_id: int
    fingerprint: str
    rule: str
    subject: str
    severity: str
    addressee: str
    message: str


_FOUND = [FINDINGS.c[name] for name in Found.__dataclass_fields__ if name != "report_id"]


def findings_of(connection: Connection, stand: Iterable[Place]) -> list[Found]:
    """Return the findings by which reports stand, report by report, in the order of their evaluation."""
    of = {place.evaluation_id: place.report_id for place in stand if place.evaluation_id is not None}
    chosen = select(FINDINGS.c.evaluation_id, *_FOUND).order_by(FINDINGS.c.evaluation_id, FINDINGS.c.position)
    return [Found(of[id_], *row) for id_, *row in select_in(connection, chosen, FINDINGS.c.evaluation_id, of)]
