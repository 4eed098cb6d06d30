"""What a run came to, counted in the database without reading its reports back."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, Engine, func, select

from models.errors import ConfigurationError
from models.results import Addressee
from tasks.persist.retrying import asked
from tasks.persist.rows import EVALUATIONS, FINDINGS, RUNS, SUBMISSIONS, select_in


def evaluated(database: Engine, run_id: int) -> int:
    """Return how many evaluations a run looked at. Raises ConfigurationError for an unknown run."""
    return len(asked(database, lambda connection: _evaluations(connection, run_id)))


def _evaluations(connection: Connection, run_id: int) -> list[int]:
    found = connection.execute(select(RUNS.c.evaluations).where(RUNS.c.id == run_id)).one_or_none()
    if found is None:
        raise ConfigurationError(f"没有编号为{run_id}的核查记录。")
    return list(found.evaluations)


def most_frequent(database: Engine, run_id: int, first: int) -> dict[str, int]:
    """Return the rules that most reports failed, with the number of reports; what is for the operator is left out."""

    def count(connection: Connection) -> Counter[str]:
        failed: Counter[str] = Counter()
        chosen = (
            select(FINDINGS.c.rule, func.count(FINDINGS.c.evaluation_id.distinct()))
            .where(FINDINGS.c.addressee == Addressee.AGENCY.value)
            .group_by(FINDINGS.c.rule)
        )
        for rule, reports in select_in(
            connection, chosen, FINDINGS.c.evaluation_id, _evaluations(connection, run_id)
        ):
            failed[rule] += reports
        return failed

    failed = asked(database, count)
    return dict(sorted(failed.items(), key=lambda item: (-item[1], item[0]))[:first])


def alarmed(database: Engine, run_id: int) -> list[tuple[str, int | None, str]]:
    """Return what must be read before all else: agency, year, sentence."""

    def find(connection: Connection) -> list[tuple[str, int | None, str]]:
        chosen = (
            select(SUBMISSIONS.c.agency, SUBMISSIONS.c.file, SUBMISSIONS.c.year, EVALUATIONS.c.score)
            .join_from(EVALUATIONS, SUBMISSIONS)
            .where(EVALUATIONS.c.critical > 0)
        )
        rows = select_in(connection, chosen, EVALUATIONS.c.id, _evaluations(connection, run_id))
        return [
            (agency or file, year, sentence)
            for agency, file, year, score in rows
            for sentence in score.get("alerts", ())
        ]

    return sorted(asked(database, find), key=lambda row: (row[0], row[1] or 0))
