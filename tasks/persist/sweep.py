"""Reading a run back as what people are shown of it."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, select

from models.errors import ConfigurationError
from models.results import Evaluation
from models.views import (
    CellView,
    ErrorView,
    MissingView,
    ReportView,
    SectionView,
    SweepView,
    VersionView,
)
from tasks.persist.evaluations import read_changes, read_evaluations
from tasks.persist.retrying import asked
from tasks.persist.rows import EVALUATIONS, RUNS, SUBMISSIONS, SYSTEM_ERRORS, AnyRow, select_in
from tasks.persist.submissions import CELL_COLUMNS

NOT_EVALUATED = "未核查"
"""The grade shown for a version that the run's rule set has never evaluated."""

_LIGHT = [column for column in SUBMISSIONS.c if column.name not in ("cells", "sections", "notes")]


def sweep_view(database: Engine, run_id: int) -> SweepView:
    """Return the run: for each report it looked at the latest version, with all versions received by then.

    Also a file that the run met again shows its report's latest version, not the old one. Reports stand in
    the order of agency and year, those of unknown agency or year last. Raises ConfigurationError for an
    unknown run.
    """

    def read(connection: Connection) -> tuple[AnyRow | None, list[ReportView], list[tuple[int, ErrorView]]]:
        run = connection.execute(select(RUNS).where(RUNS.c.id == run_id)).one_or_none()
        if run is None:
            return None, [], []
        reports = _reports(connection, run)
        errors = [
            (id_, ErrorView(file, kind, message))
            for id_, file, kind, message in select_in(
                connection,
                select(*(SYSTEM_ERRORS.c[name] for name in ("id", "file", "kind", "message"))),
                SYSTEM_ERRORS.c.id,
                run.errors,
            )
        ]
        return run, reports, errors

    run, reports, errors = asked(database, read)
    if run is None:
        raise ConfigurationError(f"没有编号为{run_id}的核查记录。")
    return SweepView(
        title=run.title,
        years=tuple(run.years or sorted({report.year for report in reports if report.year is not None})),
        ran_at=run.started_at,
        ruleset_version=run.ruleset_version,
        ruleset_hash=run.ruleset_hash,
        profile=run.profile,
        profile_hash=run.profile_hash,
        reports=tuple(reports),
        errors=tuple(error for _, error in sorted(errors, key=lambda e: (e[1].file, e[1].kind, e[0]))),
        missing=tuple(MissingView(owed["agency"], owed["year"]) for owed in run.missing),
    )


def _reports(connection: Connection, run: AnyRow) -> list[ReportView]:
    of_evaluation = select(EVALUATIONS.c.id, EVALUATIONS.c.submission_id)
    looked_at = dict(
        tuple(row) for row in select_in(connection, of_evaluation, EVALUATIONS.c.id, run.evaluations)
    )
    # The last evaluation counts where the run met the same bytes twice.
    of_submission = {looked_at[id_]: id_ for id_ in run.evaluations}
    versions = _versions(connection, run, of_submission)
    submission_ids = [row.id for rows in versions for row in rows]
    of_submission = {**_latest_evaluations(connection, run, submission_ids), **of_submission}
    evaluations = read_evaluations(connection, of_submission.values())
    changes = read_changes(connection, evaluations)
    shown: dict[int, list[VersionView]] = {}
    for rows in versions:
        latest = [row.id for row in rows if row.id in of_submission][-1]
        shown[latest] = [version_view(row, of_submission.get(row.id), evaluations, changes) for row in rows]
    views = [
        report_view(row, shown[row.id], evaluations[of_submission[row.id]])
        for row in select_in(connection, select(SUBMISSIONS), SUBMISSIONS.c.id, shown)
    ]
    return sorted(views, key=lambda v: (v.year is None, v.agency, v.year or 0, v.file, v.sha256))


def _versions(connection: Connection, run: AnyRow, of_submission: dict[int, int]) -> list[list[AnyRow]]:
    """The submissions of each report the run looked at, first to last; each unknown one by itself."""
    met = list(select_in(connection, select(*_LIGHT), SUBMISSIONS.c.id, of_submission))
    by_report: dict[int, list[AnyRow]] = defaultdict(list)
    received = select(*_LIGHT).order_by(SUBMISSIONS.c.version)
    reports = (row.report_id for row in met if row.report_id is not None)
    for row in select_in(connection, received, SUBMISSIONS.c.report_id, reports):
        # A run that started later may have been the first to record what this one met too.
        if row.first_run_id <= run.id or row.id in of_submission:
            by_report[row.report_id].append(row)
    return [*by_report.values(), *([row] for row in met if row.report_id is None)]


def _latest_evaluations(connection: Connection, run: AnyRow, submission_ids: list[int]) -> dict[int, int]:
    """The newest evaluation of each submission under the run's rule set."""
    chosen = (
        select(EVALUATIONS.c.submission_id, EVALUATIONS.c.id)
        .where(EVALUATIONS.c.ruleset_hash == run.ruleset_hash)
        .order_by(EVALUATIONS.c.id)
    )
    rows = select_in(connection, chosen, EVALUATIONS.c.submission_id, submission_ids)
    return dict(tuple(row) for row in rows)


def version_view(
    row: AnyRow, evaluation_id: int | None, evaluations: Mapping[int, Evaluation], changes: Any
) -> VersionView:
    """Return one version (a row of `submissions`) with its score and how it differs from the one before."""
    said = None if evaluation_id is None else evaluations[evaluation_id]
    differs = changes.get(evaluation_id, {})
    return VersionView(
        number=row.version or 1,
        sha256=row.sha256,
        file=row.file,
        received_at=row.received_at,
        score=said.score.total if said else None,
        grade=said.score.grade if said else NOT_EVALUATED,
        mended=tuple(differs.get("mended", ())),
        still_open=tuple(differs.get("still_open", ())),
        new=tuple(differs.get("new", ())),
    )


def report_view(row: AnyRow, versions: Sequence[VersionView], evaluation: Evaluation) -> ReportView:
    """Return one version (a whole row of `submissions`) as it is shown, with what was said of it."""
    return ReportView(
        agency=row.agency or row.file,
        year=row.year,
        rank=row.rank,
        organ=row.organ,
        file=row.file,
        sha256=row.sha256,
        format=row.format,
        title=row.title,
        template=row.template,
        signed_on=row.signed_on,
        period_text=row.period_text,
        evaluation=evaluation,
        cells=StoredCells(row.cells),
        sections=tuple(SectionView(*section) for section in row.sections),
        versions=tuple(versions),
        notes=tuple(row.notes),
    )


class StoredCells(Mapping[str, CellView]):
    """The cells of one report by their code, kept packed and read when they are looked at.

    Two hundred cells as values take 190 KB, packed 4: a sweep of ten thousand reports would not fit.
    """

    __slots__ = ("_packed",)

    def __init__(self, text: str) -> None:
        self._packed = zlib.compress(text.encode(), 1)

    def __getitem__(self, code: str) -> CellView:
        return _cells(self._packed)[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_cells(self._packed))

    def __len__(self) -> int:
        return len(_cells(self._packed))

    def __repr__(self) -> str:
        return repr(_cells(self._packed))


@lru_cache(maxsize=16)
def _cells(packed: bytes) -> dict[str, CellView]:
    columns = json.loads(zlib.decompress(packed))
    return {
        code: CellView(
            code=code,
            raw=raw,
            value=value,
            kind=kind,
            reason=reason,
            proposal=proposal,
            where=json.loads(where) if where else {},
            read_by=read_by or "text",
            confidence=1.0 if confidence is None else confidence,
        )
        for code, raw, value, kind, reason, proposal, where, read_by, confidence in zip(
            *(columns[name] for name in CELL_COLUMNS), strict=True
        )
    }
