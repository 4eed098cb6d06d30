"""The tables, their migrations, and the column types that both databases share."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, select

from models.database import downgrade, engine, upgrade
from models.tables import Agency, Report, Run, Stored

TABLES = {
    "agencies",
    "reports",
    "submissions",
    "runs",
    "evaluations",
    "findings",
    "not_assessed",
    "changes",
    "reviews",
    "notices",
    "audit_log",
    "system_errors",
    "arrivals",
    "standings",
    "accounts",
    "sign_ins",
    "api_tokens",
    "transitions",
    "answers",
    "corrections",
    "overruled",
    "scoring_models",
    "search_texts",
}


def a_run(title: str = "核查", started_at: datetime | None = None) -> Run:
    return Run(
        title=title,
        source="报告",
        started_at=started_at or datetime(2024, 2, 1, tzinfo=UTC),
        ruleset_version="2026.1",
        ruleset_hash="0" * 64,
    )


def test_models_and_migrations_agree(database: Engine) -> None:
    with database.connect() as connection:
        # Only PostgreSQL has the search index, so the models do not declare it.
        def declared(_: object, name: str | None, *more: object) -> bool:
            return name != "ix_search_texts_text"

        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": declared}
        )
        assert compare_metadata(context, Stored.metadata) == []
    assert set(inspect(database).get_table_names()) == TABLES | {"alembic_version"}


def test_check_constraints_of_models_and_migrations_agree(database: Engine) -> None:
    # compare_metadata does not look at them.
    stored = {
        (table, check["name"]) for table in TABLES for check in inspect(database).get_check_constraints(table)
    }
    declared = {
        (table.name, database.dialect.identifier_preparer.format_constraint(constraint))
        for table in Stored.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert declared == stored


def test_up_data_down_up(empty_url: str) -> None:
    upgrade(empty_url)
    database = engine(empty_url)
    with Session(database) as session:
        parent = Agency(name="云岚区人民政府", rank="county", organ="government")
        session.add(parent)
        session.flush()
        child = Agency(name="云岚区教育局", parent_id=parent.id, aliases=["云岚区教育委员会"])
        session.add(child)
        session.flush()
        session.add(Report(agency_id=child.id, year=2023))
        session.commit()
    upgrade(empty_url)
    with Session(database) as session:
        assert session.exec(select(Agency.name, Agency.aliases).order_by(Agency.id)).all() == [
            ("云岚区人民政府", []),
            ("云岚区教育局", ["云岚区教育委员会"]),
        ]
    database.dispose()
    downgrade(empty_url, "base")
    assert set(inspect(database).get_table_names()) == {"alembic_version"}
    database.dispose()
    upgrade(empty_url)
    assert set(inspect(database).get_table_names()) == TABLES | {"alembic_version"}
    with Session(database) as session:
        assert session.exec(select(Agency)).all() == []
    database.dispose()


def test_two_processes_may_upgrade_at_once(empty_url: str) -> None:
    processes = [
        multiprocessing.get_context("spawn").Process(target=upgrade, args=(empty_url,)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    database = engine(empty_url)
    assert set(inspect(database).get_table_names()) == TABLES | {"alembic_version"}
    database.dispose()


@pytest.mark.parametrize("title", ["正常", "a\x00b", "\udc80坏", "\ufdd0记号", '\ufdd0"x"', ""])
def test_any_text_comes_back_as_it_was(database: Engine, title: str) -> None:
    with Session(database) as session:
        session.add(a_run(title))
        session.commit()
    with Session(database) as session:
        assert session.exec(select(Run.title)).all() == [title]
        assert session.exec(select(Run.id).where(Run.title == title)).all() == [1]


def test_instants_are_utc_and_never_naive(database: Engine) -> None:
    beijing = datetime(2024, 2, 1, 7, 30, tzinfo=timezone(timedelta(hours=8)))
    with Session(database) as session:
        session.add(a_run(started_at=beijing))
        session.commit()
    with Session(database) as session:
        read = session.exec(select(Run.started_at)).one()
    assert (read, read.isoformat()) == (beijing, "2024-01-31T23:30:00+00:00")
    with Session(database) as session, pytest.raises(StatementError):
        session.add(a_run(started_at=datetime(2024, 2, 1)))
        session.commit()


def test_foreign_keys_and_states_are_enforced(database: Engine) -> None:
    with Session(database) as session, pytest.raises(IntegrityError):
        session.add(Report(agency_id=7, year=2023))
        session.commit()
    with Session(database) as session, pytest.raises(IntegrityError):
        run = a_run()
        run.state = "done"
        session.add(run)
        session.commit()


def test_sqlite_waits_and_keeps_a_write_ahead_log(database: Engine) -> None:
    if database.dialect.name != "sqlite":
        pytest.skip("speaks of SQLite only")
    with database.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}
