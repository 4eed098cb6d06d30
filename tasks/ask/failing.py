"""Which rules the reports fail today: what the evaluations say, and what decisions changed of that.

Most rules of most years nobody decided about; where that is so the database is asked for the findings alone, which
takes half the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, exists, select, union_all

from tasks.persist.rows import FINDINGS, OVERRULED

_GONE = exists().where(
    OVERRULED.c.evaluation_id == FINDINGS.c.evaluation_id,
    *(OVERRULED.c[name] == FINDINGS.c[name] for name in ("rule", "severity", "addressee")),
    OVERRULED.c.counts.is_(False),
)

Failing = Select[Any] | CompoundSelect[Any]


def failing(
    connection: Connection, rules: Sequence[str], severities: Sequence[str], addressee: str
) -> Failing:
    """Return evaluation and rule of the findings that count for the addressee.

    Of these rules and severities only, where any are given; for evaluations by which reports stand.
    """
    said, added = (
        select(table.c.evaluation_id, table.c.rule).where(
            table.c.addressee == addressee,
            *([table.c.rule.in_(rules)] if rules else []),
            *([table.c.severity.in_(severities)] if severities else []),
        )
        for table in (FINDINGS, OVERRULED)
    )
    counts = OVERRULED.c.counts
    gone, more = (
        connection.execute(added.where(counts.is_(kind)).limit(1)).first() is not None
        for kind in (False, True)
    )
    if gone:
        said = said.where(~_GONE)
    return union_all(said, added.where(counts.is_(True))) if more else said


def evaluations_failing(
    connection: Connection, rules: Sequence[str], severities: Sequence[str], addressee: str
) -> Failing:
    """Return the evaluations alone of what `failing` returns."""
    found = failing(connection, rules, severities, addressee)
    if isinstance(found, CompoundSelect):
        return select(found.subquery().c.evaluation_id)
    return found.with_only_columns(FINDINGS.c.evaluation_id)
