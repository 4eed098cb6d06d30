"""Every migration up and down again with data in the tables: what stays is as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DatabaseError

from models.database import downgrade, engine, upgrade, writing
from models.facts import concat
from models.views import ErrorView, MissingView
from tasks.persist import finish_run, record, record_errors, record_roster, start_run, sweep_view
from tasks.persist.arrivals import record_arrival
from tasks.persist.rows import ACCOUNTS, AUDIT_LOG, NOTICES, REPORTS, REVIEWS
from tasks.roster import Roster, RosterEntry
from tests.storage.made import FRACTION, HEADING, RULES, TOTALS, UNSURE, evaluation, sha, submission

AT = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
REVISIONS = ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009"]


def filled(database: Engine) -> int:
    """Two agencies, two versions, a file without a name, one that is unreadable, and what came into the inbox."""
    run = start_run(database, "报\x00告", (2023,), RULES, started_at=AT)
    office = RosterEntry(
        "映溪区教育局", "county", "department", "映溪区人民政府", ("教育委员会",), range(10_000)
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
    decided(database)
    return run


def decided(database: Engine) -> None:
    """What people decided of the first report, asked and were told, and who they are."""
    with writing(database) as connection:
        report, agency = connection.execute(select(REPORTS.c.id, REPORTS.c.agency_id)).all()[0]
        people = connection.execute(select(func.count()).select_from(ACCOUNTS)).scalar_one()
        somebody = {"name": f"wang{people}", "shown": "王明", "role": "operator", "created_at": AT}
        made = insert(ACCOUNTS).values(**somebody, must_change=False, failures=0).returning(ACCOUNTS.c.id)
        by = {"account_id": connection.execute(made).scalar_one()}
        review = {"report_id": report, "agency_id": agency, "fingerprint": "f" * 64, "rule": "T3-03"}
        review |= {"subject": "总计", "reviewer": "王明", "decided_at": AT, "batch": "b", "lasting": True}
        decisions = ("mend", "explained", "misread")
        connection.execute(insert(REVIEWS), [{**review, **by, "decision": d, "reason": d} for d in decisions])
        notice = {"agency_id": agency, "report_id": report, "year": 2023, "kind": "mend", "body": "请整改。"}
        connection.execute(
            insert(NOTICES), [{**notice, **by, "findings": ["f"], "state": "sent", "created_at": AT}]
        )
        said = {"at": AT, "actor": "王明", "action": "decide", "object_type": "report", "detail": {"n": 1}}
        connection.execute(insert(AUDIT_LOG), [{**said, **by}])


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
        "accounts": 1,
        "agencies": 3,
        "arrivals": 2,
        "audit_log": 1,
        "changes": 3,
        "evaluations": 4,
        "findings": 7,
        "not_assessed": 4,
        "notices": 1,
        "reports": 2,
        "reviews": 3,
        "runs": 1,
        "search_texts": 2,
        "standings": 2,
        "submissions": 4,
        "system_errors": 1,
    }

    database.dispose()
    downgrade(empty_url, "0004")
    fourth = contents(database)
    gone = {"accounts", "sign_ins", "api_tokens", "transitions", "answers", "corrections"}
    gone |= {"overruled", "scoring_models", "search_texts"}
    assert set(full) - set(fourth) == gone
    assert [r["decision"] for r in fourth["reviews"]] == ["confirmed", "excused", "dismissed"]
    others = {name: rows for name, rows in fourth.items() if name != "reviews"}
    assert kept(full, others)
    database.dispose()
    upgrade(empty_url)
    fifth = contents(database)
    assert indexes(database) == all_indexes
    assert [(r["decision"], r["reviewer"]) for r in fifth["reviews"]] == [
        ("mend", "王明"),
        ("explained", "王明"),
        ("misread", "王明"),
    ]
    assert fifth["notices"][0]["report_id"] == full["notices"][0]["report_id"]
    rewritten = {"accounts", "reviews", "notices", "audit_log"}
    assert {n: r for n, r in fifth.items() if n not in rewritten} == {
        n: r for n, r in full.items() if n not in rewritten
    }
    assert sweep_view(database, run) == view

    database.dispose()
    downgrade(empty_url, "0003")
    third = contents(database)
    assert (set(fourth) - set(third), kept(fourth, third)) == ({"standings"}, True)

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
    assert {name: again[name] for name in set(full) - rewritten - {"runs", "evaluations", "arrivals"}} == {
        name: full[name] for name in set(full) - rewritten - {"runs", "evaluations", "arrivals"}
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


@pytest.mark.parametrize("statement", [delete(AUDIT_LOG), update(AUDIT_LOG).values(actor="李四")])
def test_the_audit_log_is_only_ever_added_to(database: Engine, statement: Any) -> None:
    filled(database)
    with pytest.raises(DatabaseError, match="only ever added to"), writing(database) as connection:
        connection.execute(statement)
    with database.connect() as connection:
        assert list(connection.execute(select(AUDIT_LOG.c.actor)).scalars()) == ["王明"]
