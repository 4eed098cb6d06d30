"""Which rules the reports fail today: what the evaluations say, and what decisions changed of that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CompoundSelect, exists, select, union_all

from tasks.persist.rows import FINDINGS, OVERRULED

_GONE = exists().where(
    OVERRULED.c.evaluation_id == FINDINGS.c.evaluation_id,
    *(OVERRULED.c[name] == FINDINGS.c[name] for name in ("rule", "severity", "addressee")),
    OVERRULED.c.counts.is_(False),
)


def failures(addressee: str) -> CompoundSelect[Any]:
    """Return evaluation and rule of the findings that count for the addressee, in evaluations by which reports stand."""
    said = select(FINDINGS.c.evaluation_id, FINDINGS.c.rule).where(FINDINGS.c.addressee == addressee, ~_GONE)
    added = select(OVERRULED.c.evaluation_id, OVERRULED.c.rule)
    return union_all(said, added.where(OVERRULED.c.addressee == addressee, OVERRULED.c.counts.is_(True)))


def failing(rules: Sequence[str], severities: Sequence[str], addressee: str) -> CompoundSelect[Any]:
    """Return the evaluations in which a finding of one of the rules counts for the addressee (severities: of these)."""
    parts = []
    for table, counts in ((FINDINGS, ~_GONE), (OVERRULED, OVERRULED.c.counts.is_(True))):
        rows = select(table.c.evaluation_id).where(
            table.c.rule.in_(rules), table.c.addressee == addressee, counts
        )
        parts.append(rows.where(table.c.severity.in_(severities)) if severities else rows)
    return union_all(*parts)
