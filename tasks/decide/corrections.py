"""What people read in a cell otherwise than we did: who, when and why. The report itself is never changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import Connection, Engine, func, insert, select, update

from tasks.accounts.audit import note
from tasks.accounts.person import Person
from tasks.decide.corrected import STANDING
from tasks.decide.refused import NotThere, Refused
from tasks.decide.seen import BEIJING, only_supervisors
from tasks.extract.numbers import Reading, read_cell
from tasks.persist.retrying import asked, committed
from tasks.persist.rows import AGENCIES, CORRECTIONS, REPORTS, SUBMISSIONS, AnyRow

NO_REASON = "请写明更正的依据，如“扫描件第3页原件为12”。"
UNSURE = "“{printed}”不能确定是什么数，请按原件填写；空白格请留空，占位符请填“/”。"
NO_SUCH_CELL = "这份报告的表格中没有这一格（{cell}），不能更正。"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Corrected:
    """One correction, as pages show it; the fields are those of `models.decisions.Correction`."""

    id: int
    submission_id: int
    sha256: str
    cell: str
    kind: str
    value: float | None
    printed: str
    reason: str
    author: str
    at: datetime
    undone_at: datetime | None


_COLUMNS = [CORRECTIONS.c[name] for name in Corrected.__dataclass_fields__]


def correct(
    database: Engine, person: Person, submission_id: int, cell: str, printed: str, reason: str
) -> Corrected:
    """Record what `person` reads in a cell: `printed` as it stands in the original (blank: an empty cell).

    An earlier correction of the cell is replaced by this one. It counts with the next evaluation:
    `flows.correct.correct_cell` makes that at once. Raises NotThere for a submission that the person may not see, Refused for
    an agency's account, a cell that is not on its form, a text that is no sure reading, or a missing reason.
    """
    only_supervisors(person)
    reason = reason.strip()
    if not reason:
        raise Refused(NO_REASON)
    reading = _reading(printed)

    def work(connection: Connection) -> Corrected:
        submission = _submission(connection, person, submission_id)
        if cell not in json.loads(submission.cells)["code"]:
            raise Refused(NO_SUCH_CELL.format(cell=cell[:64]))
        now = datetime.now(UTC)
        _undo(connection, now, (CORRECTIONS.c.sha256 == submission.sha256) & (CORRECTIONS.c.cell == cell))
        row = {
            "submission_id": submission_id,
            "sha256": submission.sha256,
            "cell": cell,
            "kind": reading.kind,
            "value": reading.value,
            "printed": printed,
            "reason": reason,
            "author": person.shown,
            "account_id": person.id,
            "at": now,
        }
        added = connection.execute(insert(CORRECTIONS).values(row).returning(*_COLUMNS)).one()
        note(
            connection, person, "correct", "correction", added.id,
            submission=submission_id, cell=cell, kind=reading.kind, value=reading.value,
        )  # fmt: skip
        return Corrected(*added)

    return committed(database, work, alone=False)


def _reading(printed: str) -> Reading:
    reading = read_cell(printed) if len(printed) <= LONGEST else None
    if reading is None or reading.kind == "uncertain":
        raise Refused(UNSURE.format(printed=printed[:20]))
    return reading


def undo(database: Engine, person: Person, correction_id: int) -> Corrected:
    """Take a correction back: what we read counts again. Raises NotThere, and Refused where it is undone already."""
    only_supervisors(person)

    def work(connection: Connection) -> Corrected:
        chosen = select(*_COLUMNS).where(CORRECTIONS.c.id == correction_id)
        found = connection.execute(chosen).one_or_none()
        if found is None:
            raise NotThere
        _submission(connection, person, found.submission_id)
        if not _undo(connection, datetime.now(UTC), CORRECTIONS.c.id == correction_id):
            raise Refused("该更正已经撤销。")
        note(
            connection, person, "correct_undo", "correction", correction_id,
            submission=found.submission_id, cell=found.cell,
        )  # fmt: skip
        return Corrected(*connection.execute(chosen).one())

    return committed(database, work, alone=False)


def _undo(connection: Connection, now: datetime, which: object) -> int:
    standing = CORRECTIONS.c.undone_at.is_(None) & which
    return connection.execute(update(CORRECTIONS).where(standing).values(undone_at=now)).rowcount


def _submission(connection: Connection, person: Person, submission_id: int) -> AnyRow:
    """The submission, where the person may see it; one of an unknown agency is the operator's."""
    chosen = (
        select(SUBMISSIONS.c.id, SUBMISSIONS.c.sha256, SUBMISSIONS.c.cells)
        .join_from(SUBMISSIONS, REPORTS, isouter=True)
        .join(AGENCIES, REPORTS.c.agency_id == AGENCIES.c.id, isouter=True)
        .where(SUBMISSIONS.c.id == submission_id, person.sees())
    )
    found = connection.execute(chosen).one_or_none()
    if found is None:
        raise NotThere
    return found


def corrections_of(
    database: Engine, person: Person, submission_id: int, *, undone: bool = False
) -> list[Corrected]:
    """Return the corrections of a submission, oldest first; with `undone` also those that were taken back."""

    def work(connection: Connection) -> list[Corrected]:
        submission = _submission(connection, person, submission_id)
        chosen = select(*_COLUMNS).where(CORRECTIONS.c.sha256 == submission.sha256).order_by(CORRECTIONS.c.id)
        if not undone:
            chosen = chosen.where(CORRECTIONS.c.undone_at.is_(None))
        return [Corrected(*row) for row in connection.execute(chosen)]

    return asked(database, work)


def standing(database: Engine) -> pl.DataFrame:
    """Return the corrections that count (schema `tasks.decide.corrected.STANDING`), for `tasks.batches.gather`."""
    last = (
        select(func.max(CORRECTIONS.c.id))
        .where(CORRECTIONS.c.undone_at.is_(None))
        .group_by(CORRECTIONS.c.sha256, CORRECTIONS.c.cell)
    )
    chosen = select(*_COLUMNS).where(CORRECTIONS.c.id.in_(last)).order_by(CORRECTIONS.c.id)
    rows = asked(database, lambda connection: connection.execute(chosen).all())
    said = "{author}于{at:%Y}年{at.month}月{at.day}日对照原件更正：{reason}"
    return pl.DataFrame(
        [
            (
                row.sha256, row.cell, row.kind, row.value, row.printed,
                said.format(author=row.author, at=row.at.astimezone(BEIJING), reason=row.reason),
            )
            for row in rows
        ],
        schema=dict(STANDING),
        orient="row",
    )  # fmt: skip
