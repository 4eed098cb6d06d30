"""Where each report stands today: kept beside what was recorded, so that lists by score are read from an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from tasks.persist.rows import EVALUATIONS, REPORTS, STANDINGS, SUBMISSIONS, copy_in, select_in

_OF_EVALUATION = ("total", "grade", "critical", "warning", "info", "operator")
_COLUMNS = ("report_id", "agency_id", "year", "submission_id", "evaluation_id", "format", *_OF_EVALUATION)


def record_standings(
    connection: Connection, reports: Iterable[int], of_submission: Mapping[int, int]
) -> None:
    """Write where these reports stand: the newest version of each, with its evaluation in `of_submission`.

    `of_submission` gives the evaluation that this run has for a submission; where it has none, the newest
    stored one counts. Only for who writes alone; what stands there already is left as it is.
    """
    reports = sorted(set(reports))
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
    said = select(EVALUATIONS.c.id, *(EVALUATIONS.c[name] for name in _OF_EVALUATION))
    chosen = {evaluated[row.id] for row in found if row.id in evaluated}
    scores = {row[0]: row[1:] for row in select_in(connection, said, EVALUATIONS.c.id, chosen)}
    nothing = (None,) * len(_OF_EVALUATION)
    rows = {
        row.report_id: (
            row.report_id,
            row.agency_id,
            row.year,
            row.id,
            evaluated.get(row.id),
            row.format,
            *scores.get(evaluated.get(row.id), nothing),
        )
        for row in found
    }
    standing = select(*(STANDINGS.c[name] for name in _COLUMNS))
    stored = {row[0]: tuple(row) for row in select_in(connection, standing, STANDINGS.c.report_id, reports)}
    copy_in(connection, STANDINGS, [_named(row) for id_, row in rows.items() if id_ not in stored])
    moved = [_named(row) for id_, row in rows.items() if id_ in stored and stored[id_] != row]
    if moved:
        connection.execute(_move, [{**row, "row": row["report_id"]} for row in moved])


_move = (
    update(STANDINGS)
    .where(STANDINGS.c.report_id == bindparam("row"))
    .values({name: bindparam(name) for name in _COLUMNS})
)


def _named(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(_COLUMNS, row, strict=True))
