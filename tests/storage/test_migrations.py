"""Every migration up and down again with data in the tables: what stays is as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, MetaData, inspect, select, text

from models.database import downgrade, engine, upgrade
from models.facts import concat
from models.views import ErrorView, MissingView
from tasks.persist import finish_run, record, record_errors, record_roster, start_run, sweep_view
from tasks.persist.arrivals import record_arrival
from tasks.roster import Roster, RosterEntry
from tests.storage.made import FRACTION, HEADING, RULES, TOTALS, UNSURE, evaluation, sha, submission

AT = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
REVISIONS = ["0001", "0002", "0003", "0004"]


def filled(database: Engine) -> int:
    """Two agencies, two versions, a file without a name, one that is unreadable, and what came into the inbox."""
    run = start_run(database, "报\x00告", (2023,), RULES, started_at=AT)
    office = RosterEntry(
        "映溪区教育局", "county", "department", "映溪区人民政府", ("教育委员会",), range(9999)
    )
    record_roster(database, Roster((office,)))
    facts = [
        submission("甲.txt", "映溪区教育局", signed_on=date(2024, 1, 1)),
        submission("甲更正.txt", "映溪区教育局", signed_on=date(2024, 1, 9)),
        submission("乙.txt", "映溪区司法局", 2022),
        submission("无名.txt", None),
    ]
    said = [
        evaluation("甲.txt", (TOTALS, HEADING, UNSURE)),
        evaluation("甲更正.txt", (HEADING, FRACTION), total=90.0),
        evaluation("乙.txt", (), total=None, grade="暂不评分"),
        evaluation("无名.txt"),
    ]
    record(database, run, concat(facts), {e.submission: e for e in said}, RULES, AT)
    record_errors(database, run, [ErrorView("空\udc80.txt", "unreadable", "文件为空。")])
    record_arrival(database, "folder", "甲.txt", sha("甲.txt"), 7, received_at=AT)
    record_arrival(database, "upload", "甲.txt", sha("甲.txt"), 7, received_at=AT)
    finish_run(database, run, "completed", [MissingView("映溪区财政局", 2023)])
    return run


def contents(database: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table as the database gives it, without our own column types."""
    reflected = MetaData()
    reflected.reflect(database)
    with database.connect() as connection:
        return {
            name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=str)
            for name, table in reflected.tables.items()
            if name != "alembic_version"
        }


def indexes(database: Engine) -> dict[str, list[str]]:
    # Reflection gives no names of columns for an index over expressions; the name of the index is enough.
    found = inspect(database)
    return {
        table: sorted(str(i["name"]) for i in found.get_indexes(table)) for table in found.get_table_names()
    }


def kept(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> bool:
    """Whether all tables and columns that are left hold what they held."""
    return after == {
        name: sorted(
            (
                {column: row[column] for column in row if not rows or column in rows[0]}
                for row in before[name]
            ),
            key=str,
        )
        for name, rows in after.items()
    }


def test_down_step_by_step_and_up_again_with_data(empty_url: str) -> None:
    upgrade(empty_url)
    database = engine(empty_url)
    run = filled(database)
    view, full, all_indexes = sweep_view(database, run), contents(database), indexes(database)
    assert {name: len(rows) for name, rows in full.items() if rows} == {
        "agencies": 3,
        "arrivals": 2,
        "changes": 3,
        "evaluations": 4,
        "findings": 7,
        "not_assessed": 4,
        "reports": 2,
        "runs": 1,
        "standings": 2,
        "submissions": 4,
        "system_errors": 1,
    }

    database.dispose()
    downgrade(empty_url, "0003")
    third = contents(database)
    assert (set(full) - set(third), kept(full, third)) == ({"standings"}, True)
    database.dispose()
    upgrade(empty_url)
    assert (contents(database), indexes(database)) == (full, all_indexes)
    assert sweep_view(database, run) == view

    database.dispose()
    downgrade(empty_url, "0002")
    second = contents(database)
    assert (set(third) - set(second), kept(third, second)) == ({"arrivals"}, True)

    database.dispose()
    downgrade(empty_url, "0001")
    first = contents(database)
    assert (set(second) - set(first), kept(second, first)) == (set(), True)
    lost = {n: set(second[n][0]) - set(first[n][0]) for n in second if first[n]}
    assert {name: columns for name, columns in lost.items() if columns} == {
        "runs": {"profile", "profile_hash"},
        "evaluations": {"profile", "profile_hash"},
        "findings": {"entailed", "hint", "passages"},
    }

    database.dispose()
    for revision in REVISIONS[1:]:
        upgrade(empty_url, revision)
    assert indexes(database) == all_indexes
    again = contents(database)
    assert {name: again[name] for name in set(full) - {"runs", "evaluations", "arrivals"}} == {
        name: full[name] for name in set(full) - {"runs", "evaluations", "arrivals"}
    }
    assert again["arrivals"] == []
    # the profile's hash is what 0002 takes away and cannot know again
    for name in ("runs", "evaluations"):
        assert again[name] == [{**row, "profile_hash": ""} for row in full[name]]

    database.dispose()
    downgrade(empty_url, "base")
    assert inspect(database).get_table_names() == ["alembic_version"]
    with database.connect() as connection:
        if connection.dialect.name == "postgresql":
            left = connection.execute(text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'hecha%'"))
            assert left.scalar_one() == 0
    database.dispose()
    upgrade(empty_url)
    assert {name: len(rows) for name, rows in contents(database).items() if rows} == {}
    assert indexes(database) == all_indexes
    database.dispose()
