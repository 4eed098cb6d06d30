"""What of reports their agencies have to mend or explain, as decided by today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from tasks.persist.decided import findings_of, places, reviews_of


@dataclass(frozen=True, slots=True)
class Open:
    """A finding that the agency has to mend or explain; the fields are those of `models.tables.FindingRow`.

    `asked_at`: when a person decided about this very finding that it has to be mended.
    """

    report_id: int
    fingerprint: str
    rule: str
    subject: str
    severity: str
    message: str
    asked_at: datetime | None = None


def open_findings(connection: Connection, report_ids: Iterable[int]) -> dict[int, list[Open]]:
    """Return by report what its agency has to mend or explain, in the order of its newest evaluation.

    Findings for the agency that were not excused (`reviews.EXCUSED`), and those for the operator of which a person
    decided that the agency has to mend them. A report without any has no entry.
    """
    ids = set(report_ids)
    stand = places(connection, ids)
    decided = reviews_of(connection, stand)
    found: dict[int, list[Open]] = {}
    for row in findings_of(connection, stand):
        review = decided.get((row.report_id, row.fingerprint))
        if review.decision == "mend" if review else row.addressee == "agency":
            found.setdefault(row.report_id, []).append(
                Open(
                    row.report_id, row.fingerprint, row.rule, row.subject, row.severity, row.message,
                    review.decided_at if review and review.from_year is None else None,
                )
            )  # fmt: skip
    return found


def to_mend(findings: Sequence[Open]) -> list[Open]:
    """Return those that have to be mended: hints (info) need not."""
    return [finding for finding in findings if finding.severity != "info"]
