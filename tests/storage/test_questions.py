"""What pages ask is answered through indexes, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from benchmarks.questions import BIG, QUESTIONS, SEARCHES, fill, plan, read_from_end_to_end
from models.database import engine, upgrade
from tasks.persist.searched import folded

REPORTS = 20_000


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with 20,000 reports, analysed."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('large') / 'hecha.db'}"
    else:
        socket: Path = request.getfixturevalue("postgres")
        server = engine(f"postgresql://hecha@/postgres?host={socket}")
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE DATABASE large"))
        server.dispose()
        url = f"postgresql://hecha@/large?host={socket}"
    upgrade(url)
    database = engine(url)
    fill(database, REPORTS)
    yield database
    database.dispose()


def test_no_large_table_is_read_from_end_to_end(large: Engine) -> None:
    with large.connect() as connection:
        whole = {q.asks: read_from_end_to_end(plan(connection, q)) & BIG for q in QUESTIONS}
    reads = (
        {"search_texts"} if large.dialect.name == "sqlite" else set()
    )  # SQLite compares the texts themselves
    assert whole == {q.asks: reads if q.asks in SEARCHES else set() for q in QUESTIONS}


def test_what_sqlite_reads_a_whole_index_for(large: Engine) -> None:
    if large.dialect.name != "sqlite":
        pytest.skip("speaks of SQLite only")
    with large.connect() as connection:
        scans = {
            q.asks: [step for step in plan(connection, q) if ": scan INDEX" in step or ": scan COV" in step]
            for q in QUESTIONS
        }
    assert {asks: steps for asks, steps in scans.items() if steps} == {
        "arrivals nobody was told of": ["arrivals: scan INDEX ix_arrivals_untold"],  # holds only these
    }


def test_the_answers_are_those_of_the_made_up_reports(large: Engine) -> None:
    answers = {}
    with large.connect() as connection:
        for question in QUESTIONS:
            sql = question.sqlite or question.sql if large.dialect.name == "sqlite" else question.sql
            answers[question.asks] = connection.execute(text(sql), question.given).all()
    assert {asks: len(rows) for asks, rows in answers.items()} == {
        "work list of a year by score": 50,
        "its 20th page": 50,
        "of a grade": 50,
        "with critical findings": 50,
        "of a file format": 50,
        "not evaluated or not scored": 50,
        "with a finding of a rule": 50,
        "of a region and year": 50,
        "newest version of some reports": 4,
        "an agency's history": 4,
        "newest findings of a rule": 50,
        "reports of a year that break a rule, counted": 1,
        "grades of a year, counted": 3,
        "findings of one report": 5,
        "what a finding became in later versions": 0,
        "search for a part of a name": 4,
        "search for a number in a sentence": 14,
        "search that finds nothing": 0,
        "un-read files of a run": 40,
        "a file by its bytes": 1,
        "inbox backlog": 1,
        "newest arrivals": 50,
        "arrivals nobody was told of": 100,
    }
    scores = [row[2] for row in answers["work list of a year by score"] + answers["its 20th page"]]
    assert scores == sorted(scores)
    assert answers["inbox backlog"] == [("recorded", 200)]
    assert sorted(row[:2] for row in answers["newest version of some reports"]) == [
        (5, 1),
        (50, 2),
        (500, 2),
        (5000, 2),
    ]
    assert {row[1].split("\n")[0] for row in answers["search for a part of a name"]} == {
        "云栖市映溪区第777局"
    }
    assert all("1460件" in row[1] for row in answers["search for a number in a sentence"])


@pytest.mark.parametrize(
    "words", ["第777局", "77", "7", "局2023年", "（1）.DOCX", "没有这样的", "附件7", "合计关系不成立。"]
)
def test_search_finds_what_is_there_and_nothing_else(large: Engine, words: str) -> None:
    if large.dialect.name != "postgresql":
        pytest.skip("speaks of PostgreSQL only: SQLite compares the words themselves")
    given = {"words": folded(words)}
    slow = "SELECT report_id FROM search_texts WHERE strpos(text, :words) > 0 ORDER BY report_id"
    fast = slow.replace(
        "WHERE", "WHERE array_append(hecha_grams(text), year::text) @> hecha_pairs(:words) AND"
    )
    with large.connect() as connection:
        expected = connection.execute(text(slow), given).scalars().all()
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        assert connection.execute(text(fast), given).scalars().all() == expected
