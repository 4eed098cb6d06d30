"""When a sweep takes over what the last one found, and when it must not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, delete, insert

from models.database import writing
from models.facts import concat
from models.views import ErrorView, MissingView
from tasks.chunks import SourceFile
from tasks.persist import finish_run, record, record_errors, start_run
from tasks.persist.rows import CORRECTIONS, EVALUATIONS, RUNS, SUBMISSIONS
from tasks.persist.runs import RERUN, Repeatable, State, repeatable, take_over
from tasks.unchanged import depends_on, last, remember
from tests.storage.made import RULES, evaluation, submission

AT = datetime(2026, 1, 10, tzinfo=UTC)
FILES = [SourceFile("in/甲.txt", "甲.txt", "a" * 64), SourceFile("in/乙.txt", "乙.txt", "b" * 64)]
EMPTY = ErrorView("空.txt", "unreadable", "文件为空。")


def swept(database: Engine, *errors: ErrorView, state: State = "completed", title: str | None = None) -> int:
    named = {} if title is None else {"title": title}
    run = start_run(database, "报告", (2023,), RULES, started_at=AT, **named)
    record(
        database,
        run,
        concat([submission("甲.txt")]),
        {e.submission: e for e in [evaluation("甲.txt")]},
        RULES,
        AT,
    )
    record_errors(database, run, errors)
    finish_run(database, run, state, [MissingView("映溪区财政局", 2023)])
    return run


def test_what_a_result_depends_on(database: Engine, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("agency\n甲", encoding="utf-8")

    def asked(
        files: list[SourceFile] = FILES, wrong: tuple[ErrorView, ...] = (EMPTY,), years: tuple[int, ...] = (2023,),
        table: Path | None = roster, rules: str = "r", at: datetime = AT,
    ) -> str:  # fmt: skip
        return depends_on(files, wrong, years, (table, None), rules, at, database)

    same = asked()
    assert asked(files=FILES[::-1], at=AT.replace(month=3)) == same
    others = [
        asked(files=FILES[:1]),
        asked(files=[FILES[0], SourceFile("in/丙.txt", "丙.txt", "b" * 64)]),
        asked(wrong=()),
        asked(years=()),
        asked(table=None),
        asked(rules="s"),
        asked(at=AT.replace(year=2027)),
    ]
    roster.write_text("agency\n乙", encoding="utf-8")
    others.append(asked())
    roster.write_text("agency\n甲", encoding="utf-8")
    assert asked() == same
    swept(database)
    with writing(database) as connection:
        id_ = connection.execute(SUBMISSIONS.select()).first()
        assert id_ is not None
        corrected = {
            "submission_id": id_.id,
            "sha256": id_.sha256,
            "cell": "t4.review.total",
            "kind": "number",
        }
        told = {"value": 1.0, "printed": "1", "reason": "误读", "author": "王明", "at": AT}
        connection.execute(insert(CORRECTIONS), [{**corrected, **told}])
    others.append(asked())
    with writing(database) as connection:
        connection.execute(CORRECTIONS.update().values(undone_at=AT))
    others.append(asked())
    assert len({same, *others}) == 1 + len(others)


def test_the_last_completed_sweep_is_taken_over(database: Engine, tmp_path: Path) -> None:
    first = swept(database, EMPTY)
    remember(tmp_path, first, "x")
    found = last(tmp_path, "x", database)
    assert found is not None
    assert (found.missing, len(found.evaluations), len(found.errors)) == (
        (MissingView("映溪区财政局", 2023),),
        1,
        1,
    )
    assert last(tmp_path, "y", database) is None
    again = start_run(database, "报告", (2023,), RULES, started_at=AT)
    take_over(database, again, found)
    finish_run(database, again, "completed", found.missing)
    with database.connect() as connection:
        rows = {row.id: row for row in connection.execute(RUNS.select())}
    assert (rows[again].evaluations, rows[again].errors, rows[again].missing) == (
        rows[first].evaluations,
        rows[first].errors,
        rows[first].missing,
    )
    assert rows[again].counts == {"submissions": 1, "evaluations": 1}
    assert repeatable(database, first) is None  # there is a newer one
    assert repeatable(database, again) == Repeatable(
        rows[again].evaluations, rows[again].errors, found.missing
    )


def test_what_must_not_be_taken_over(database: Engine, tmp_path: Path) -> None:
    assert last(tmp_path, "x", database) is None
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "last.json").write_text("{", encoding="utf-8")
    assert last(tmp_path, "x", database) is None
    assert repeatable(database, swept(database, state="failed")) is None
    assert repeatable(database, swept(database, ErrorView("甲.txt", "internal", "内部错误。"))) is None
    sweep = swept(database)
    swept(database, title=RERUN)
    assert repeatable(database, sweep) is None
    whole = swept(database)
    assert repeatable(database, whole) is not None
    with writing(database) as connection:
        connection.execute(delete(EVALUATIONS))
    assert repeatable(database, whole) is None
