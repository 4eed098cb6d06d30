"""Where each report stands today: kept beside what was recorded, so that lists by score are read from an index.

Score and counts are what remains of the newest evaluation after what people decided (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from tasks.persist.after_decisions import after_decisions, counted
from tasks.persist.decided import Place, places
from tasks.persist.rows import (
    EVALUATIONS,
    OVERRULED,
    REPORTS,
    REVIEWS,
    STANDINGS,
    SUBMISSIONS,
    copy_in,
    delete_in,
    select_in,
)
from tasks.persist.searched import record_search_texts

Figures = tuple[Any, ...]
"""The values of `_OF_EVALUATION`, in this order."""
_OF_EVALUATION = ("total", "grade", "critical", "warning", "info", "operator")
_NOTHING: Figures = (None,) * len(_OF_EVALUATION)
_COLUMNS = ("report_id", "agency_id", "year", "submission_id", "evaluation_id", "format", *_OF_EVALUATION)


def record_standings(
    connection: Connection, reports: Iterable[int], of_submission: Mapping[int, int]
) -> None:
    """Write where these reports stand: the newest version of each, with its evaluation in `of_submission`.

    `of_submission` gives the evaluation that this run has for a submission; where it has none, the newest
    stored one counts. What is searched for words is written with it. Only for who writes alone; what stands there
    already is left as it is.
    """
    reports = sorted(set(reports))
    # before the decisions are read: who decides meanwhile waits, and finds what is written here
    standing = select(*(STANDINGS.c[name] for name in _COLUMNS))
    standing = standing.order_by(STANDINGS.c.report_id).with_for_update()
    stored = {row[0]: tuple(row) for row in select_in(connection, standing, STANDINGS.c.report_id, reports)}
    newer = SUBMISSIONS.alias("newer")
    is_newest = ~(
        select(newer.c.id)
        .where(newer.c.report_id == SUBMISSIONS.c.report_id, newer.c.version > SUBMISSIONS.c.version)
        .exists()
    )
    newest = select(
        SUBMISSIONS.c.report_id, REPORTS.c.agency_id, REPORTS.c.year, SUBMISSIONS.c.id, SUBMISSIONS.c.format
    )
    found = list(
        select_in(
            connection,
            newest.join_from(SUBMISSIONS, REPORTS).where(is_newest),
            SUBMISSIONS.c.report_id,
            reports,
        )
    )
    last = select(EVALUATIONS.c.submission_id, func.max(EVALUATIONS.c.id)).group_by(
        EVALUATIONS.c.submission_id
    )
    others = (row.id for row in found if row.id not in of_submission)
    evaluated = {
        **dict(tuple(row) for row in select_in(connection, last, EVALUATIONS.c.submission_id, others)),
        **of_submission,
    }
    stand = [Place(row.report_id, row.agency_id, row.year, evaluated.get(row.id)) for row in found]
    figures = _figures(connection, stand)
    rows = {
        row.report_id: (
            row.report_id,
            row.agency_id,
            row.year,
            row.id,
            evaluated.get(row.id),
            row.format,
            *figures.get(row.report_id, _NOTHING),
        )
        for row in found
    }
    before = {row[4] for row in stored.values() if row[4] is not None}
    left = before - {place.evaluation_id for place in stand}
    delete_in(connection, OVERRULED, OVERRULED.c.evaluation_id, left)
    copy_in(connection, STANDINGS, [_named(row) for id_, row in rows.items() if id_ not in stored])
    moved = [_named(row) for id_, row in rows.items() if id_ in stored and stored[id_] != row]
    if moved:
        connection.execute(_move, [{**row, "row": row["report_id"]} for row in moved])
    record_search_texts(connection, reports)


def concerned(connection: Connection, report_ids: Iterable[int]) -> list[int]:
    """Return these reports and those of the same agencies for later years: a decision may reach these as well.

    Nobody else moves them, or decides about them, until the transaction ends.
    """
    own = STANDINGS.alias("own")
    later = (STANDINGS.c.agency_id == own.c.agency_id) & (STANDINGS.c.year >= own.c.year)
    chosen = select(STANDINGS.c.report_id).join_from(own, STANDINGS, later)
    ids = {row.report_id for row in select_in(connection, chosen, own.c.report_id, report_ids)}
    locked = select(STANDINGS.c.report_id).order_by(STANDINGS.c.report_id).with_for_update()
    return [row.report_id for row in select_in(connection, locked, STANDINGS.c.report_id, ids)]


def restand(connection: Connection, report_ids: Iterable[int]) -> None:
    """Write anew what remains for these reports after the decisions that count today."""
    names = ("report_id", *_OF_EVALUATION)
    chosen = select(*(STANDINGS.c[name] for name in names))
    chosen = chosen.order_by(STANDINGS.c.report_id).with_for_update()
    stored = {row[0]: tuple(row) for row in select_in(connection, chosen, STANDINGS.c.report_id, report_ids)}
    stand = places(connection, stored)
    rows = [(id_, *figures) for id_, figures in _figures(connection, stand).items()]
    moved = [dict(zip(names, row, strict=True)) for row in rows if stored[row[0]] != row]
    if moved:
        connection.execute(_restand, [{**row, "row": row["report_id"]} for row in moved])


def restand_decided(connection: Connection) -> None:
    """Write anew what remains for all reports of the agencies about which something was decided."""
    agencies = select(REVIEWS.c.agency_id).where(REVIEWS.c.undone_at.is_(None))
    chosen = select(STANDINGS.c.report_id).where(STANDINGS.c.agency_id.in_(agencies))
    restand(connection, connection.execute(chosen).scalars().all())


def _figures(connection: Connection, stand: Sequence[Place]) -> dict[int, Figures]:
    """What stands of each evaluation, by report: what it says, or what decisions left of that."""
    said = select(EVALUATIONS.c.id, *(EVALUATIONS.c[name] for name in _OF_EVALUATION))
    reports = {place.evaluation_id: place.report_id for place in stand if place.evaluation_id is not None}
    found: dict[int, Figures] = {
        reports[row[0]]: tuple(row[1:]) for row in select_in(connection, said, EVALUATIONS.c.id, reports)
    }
    after = after_decisions(connection, stand)
    return found | {report: counted(left.evaluation) for report, left in after.items()}


_move, _restand = (
    update(STANDINGS)
    .where(STANDINGS.c.report_id == bindparam("row"))
    .values({name: bindparam(name) for name in names})
    for names in (_COLUMNS, ("report_id", *_OF_EVALUATION))
)


def _named(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(_COLUMNS, row, strict=True))
