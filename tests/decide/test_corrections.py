"""A misread cell: corrected by a person it counts at once, in every sweep after, and for the year that follows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, func, insert, select

from expectations.catalogue import ruleset
from expectations.profile import load
from flows.correct import correct_cell, take_back
from models.settings import Settings
from tasks import batches, chunks
from tasks.accounts.person import Person, Role
from tasks.decide.corrected import STANDING, corrected, rests_on
from tasks.decide.corrections import correct, corrections_of, standing, undo
from tasks.decide.refused import NotThere, Refused
from tasks.decide.seen import today
from tasks.persist import finish_run, record, start_run
from tasks.persist.regions import record_paths
from tasks.persist.rows import (
    ACCOUNTS,
    AGENCIES,
    AUDIT_LOG,
    EVALUATIONS,
    FINDINGS,
    REPORTS,
    RUNS,
    STANDINGS,
    SUBMISSIONS,
)
from tasks.received import known
from tests.flows.made import report, write

CELL, MISREAD = "t3.received_new.natural_person", "6"
AGENCY = "云栖市映溪区水务局"
CARRIED = {"t3.carried_out.natural_person": "3", "t3.carried_out.total": "3"}


@dataclass(frozen=True)
class Place:
    """A home with two reports of one agency: 2023 with a misread cell, 2022 with a misread carry-over."""

    database: Engine
    chosen: Settings
    operator: Person
    supervisor: Person
    agency: Person
    far: Person

    def sweep(self, *, judge: bool = True) -> int:
        """Sweep what lies in the folder, as `flows.sweep` does; or only record what was read."""
        home, profile = self.chosen.home, load("default")
        rules, now = ruleset(profile), datetime.now(UTC)
        run = start_run(self.database, "报告", (), rules, started_at=now)
        listed = chunks.listing(home / "reports", 1 << 20, home / "unpacked")
        folder = chunks.chunks_folder(home)
        for part in chunks.plan(listed.files, folder, 100, 1):
            chunks.read_chunk(part, folder, self.chosen.store)
        chunks.remember(home, listed.files)
        gathered = batches.gather(listed.files, folder, None, profile, corrections=standing(self.database))
        for batch in batches.plan(gathered, (), 100):
            if judge:
                batches.check_batch(gathered, batch, self.database, run, rules, profile, home, now)
            else:
                record(self.database, run, batches.wide(gathered, batch), {}, rules, now)
        finish_run(self.database, run, "completed")
        return run

    def ask(self, statement: Any) -> list[tuple[Any, ...]]:
        with self.database.connect() as connection:
            return [tuple(row) for row in connection.execute(statement)]

    def submission(self, year: int) -> int:
        chosen = select(SUBMISSIONS.c.id).where(SUBMISSIONS.c.year == year)
        return int(self.ask(chosen)[0][0])

    def verdict(self, year: int, rule: str) -> str:
        chosen = select(EVALUATIONS.c.verdicts).join_from(STANDINGS, EVALUATIONS)
        return str(self.ask(chosen.where(STANDINGS.c.year == year))[0][0][rule])

    def subjects(self, year: int, rule: str) -> set[str]:
        chosen = select(FINDINGS.c.subject).join_from(
            STANDINGS, FINDINGS, FINDINGS.c.evaluation_id == STANDINGS.c.evaluation_id
        )
        return {row[0] for row in self.ask(chosen.where(STANDINGS.c.year == year, FINDINGS.c.rule == rule))}

    def cell(self, year: int, code: str) -> dict[str, Any]:
        chosen = select(SUBMISSIONS.c.cells).where(SUBMISSIONS.c.year == year)
        columns = json.loads(self.ask(chosen)[0][0])
        at = columns["code"].index(code)
        return {
            name: columns[name][at] for name in ("raw", "value", "kind", "reason", "read_by", "confidence")
        }

    def counts(self) -> list[int]:
        return [
            self.ask(select(func.count()).select_from(table))[0][0]
            for table in (SUBMISSIONS, EVALUATIONS, FINDINGS, REPORTS, AGENCIES)
        ]


@pytest.fixture
def judged(url: str, database: Engine, tmp_path: Path) -> Place:
    """Where the reports were evaluated, which takes seconds."""
    return made(url, database, tmp_path, judge=True)


@pytest.fixture
def place(url: str, database: Engine, tmp_path: Path) -> Place:
    """Where the reports were read and recorded."""
    return made(url, database, tmp_path, judge=False)


def made(url: str, database: Engine, tmp_path: Path, *, judge: bool) -> Place:
    chosen = Settings(home=tmp_path / "home", database_url=SecretStr(url))
    write(tmp_path / "home" / "reports", "2022.txt", report(AGENCY, 2022, CARRIED))
    write(tmp_path / "home" / "reports", "2023.txt", report(AGENCY, 2023, {CELL: MISREAD}))
    Place(database, chosen, *[Person(0, "", "", Role.OPERATOR)] * 4).sweep(judge=judge)
    with database.begin() as connection:
        blank = {"rank": "county", "organ": "unknown", "aliases": [], "on_roster": False}
        add = insert(AGENCIES).values(name="云岚区人民政府", **blank).returning(AGENCIES.c.id)
        connection.execute(add)
        record_paths(connection)
        agencies = {
            r.name: r for r in connection.execute(select(AGENCIES.c.id, AGENCIES.c.name, AGENCIES.c.path))
        }
        people = {}
        for name, role, of in (
            ("operator", Role.OPERATOR, None), ("supervisor", Role.SUPERVISOR, AGENCY),
            ("agency", Role.AGENCY, AGENCY), ("far", Role.SUPERVISOR, "云岚区人民政府"),
        ):  # fmt: skip
            at = agencies[of] if of else None
            row = {"name": name, "shown": f"{name}同志", "role": role.value, "agency_id": at and at.id}
            row |= {"must_change": False, "failures": 0, "created_at": datetime.now(UTC)}
            id_ = connection.execute(insert(ACCOUNTS).values(row).returning(ACCOUNTS.c.id)).scalar_one()
            people[name] = Person(id_, name, f"{name}同志", role, at and at.id, at.path if at else "")
    return Place(database, chosen, **people)


def test_a_misread_cell_is_corrected_kept_and_put_back(judged: Place) -> None:
    assert (judged.verdict(2023, "T3-03"), judged.verdict(2023, "T3-01")) == ("FAIL", "FAIL")
    misread = judged.cell(2023, CELL)
    assert misread == {
        "raw": "6", "value": 6.0, "kind": "number", "reason": None, "read_by": "text", "confidence": 1.0,
    }  # fmt: skip
    before = judged.counts()
    done = correct_cell(
        judged.database, judged.supervisor, judged.chosen, judged.submission(2023), CELL, "5", "原件清楚为5"
    )
    assert judged.ask(select(RUNS.c.title, RUNS.c.source, RUNS.c.state).where(RUNS.c.id == done.run_id)) == [
        ("更正误读后重新核查", f"2023.txt（{CELL}）", "completed")
    ]
    assert (judged.verdict(2023, "T3-03"), judged.verdict(2023, "T3-01")) == ("PASS", "PASS")
    day = today()
    assert judged.cell(2023, CELL) == {
        "raw": "6",
        "value": 5.0,
        "kind": "number",
        "reason": f"系统读作“6”，supervisor同志于{day.year}年{day.month}月{day.day}日对照原件更正：原件清楚为5",
        "read_by": "person",
        "confidence": 1.0,
    }
    corrected_now = judged.counts()
    assert (corrected_now[0], corrected_now[1], corrected_now[3:]) == (before[0], before[1] + 1, before[3:])

    judged.sweep()
    assert (judged.counts(), judged.verdict(2023, "T3-03")) == (corrected_now, "PASS")

    back = take_back(judged.database, judged.operator, judged.chosen, done.correction.id)
    assert back.correction.undone_at is not None
    assert (judged.verdict(2023, "T3-03"), judged.cell(2023, CELL)) == ("FAIL", misread)
    judged.sweep()
    assert (judged.counts(), judged.verdict(2023, "T3-03")) == (corrected_now, "FAIL")
    with pytest.raises(Refused, match="该更正已经撤销。"):
        take_back(judged.database, judged.operator, judged.chosen, done.correction.id)
    assert judged.ask(select(AUDIT_LOG.c.actor, AUDIT_LOG.c.action, AUDIT_LOG.c.object_id)) == [
        ("supervisor", "correct", done.correction.id),
        ("operator", "correct_undo", done.correction.id),
    ]


def test_the_year_that_follows_is_judged_anew_as_well(judged: Place) -> None:
    assert (judged.verdict(2023, "XY-01"), judged.subjects(2023, "XY-01")) == ("FAIL", {"total"})
    first, second = CARRIED
    submission = judged.submission(2022)
    one = correct(judged.database, judged.operator, submission, first, "0", "扫描不清")
    two = correct_cell(
        judged.database, judged.operator, judged.chosen, submission, second, "0", "扫描不清"
    ).correction
    assert (judged.verdict(2022, "T3-03"), judged.verdict(2023, "XY-01")) == ("PASS", "PASS")
    assert judged.verdict(2023, "T3-03") == "FAIL"
    undo(judged.database, judged.operator, one.id)
    take_back(judged.database, judged.operator, judged.chosen, two.id)
    assert (judged.verdict(2022, "T3-03"), judged.verdict(2023, "XY-01")) == ("FAIL", "FAIL")


def test_a_later_correction_takes_the_place_of_the_one_before(place: Place) -> None:
    submission = place.submission(2023)
    correct(place.database, place.operator, submission, CELL, "7", "一看")
    second = correct(place.database, place.supervisor, submission, CELL, "/", "再看，为斜杠")
    assert corrections_of(place.database, place.supervisor, submission) == [second]
    both = corrections_of(place.database, place.supervisor, submission, undone=True)
    assert [(c.printed, c.kind, c.value, c.undone_at is None) for c in both] == [
        ("7", "number", 7.0, False),
        ("/", "placeholder", None, True),
    ]
    assert standing(place.database).select("code", "kind", "value", "printed").rows() == [
        (CELL, "placeholder", None, "/")
    ]


REFUSED = (
    ("agency", CELL, "5", "原件为5", "该操作只能由主管部门办理。"),
    ("far", CELL, "5", "原件为5", "没有找到所要的内容，请核对后重试。"),
    ("operator", CELL, "5", " ", "请写明更正的依据，如“扫描件第3页原件为12”。"),
    ("operator", "t9.x", "5", "原件", "这份报告的表格中没有这一格（t9.x），不能更正。"),
    ("operator", CELL, "1 2", "原件", "“1 2”不能确定是什么数，请按原件填写；空白格请留空，占位符请填“/”。"),
)


def test_what_is_refused(place: Place) -> None:
    submission = place.submission(2023)
    for who, cell, printed, reason, message in REFUSED:
        with pytest.raises(NotThere if who == "far" else Refused) as refused:
            correct(place.database, getattr(place, who), submission, cell, printed, reason)
        assert str(refused.value) == message
    with pytest.raises(NotThere):
        corrections_of(place.database, place.far, submission)
    assert standing(place.database).is_empty()


def test_every_frame_made_of_cells_has_the_correction(place: Place) -> None:
    """What is put into the frames is what extraction makes of a file that prints the other number."""
    folder = chunks.chunks_folder(place.chosen.home)
    files = known(place.database, place.chosen.home, place.chosen.store, 1 << 20)
    profile = load("default")
    (batch,) = batches.plan(batches.gather(files, folder, None, profile), (2023,), 10)
    correct(place.database, place.operator, place.submission(2023), CELL, "5", "原件为5")
    frames = batches.wide(
        batches.gather(files, folder, None, profile, corrections=standing(place.database)), batch
    )
    write(place.chosen.home / "right", "2023.txt", report(AGENCY, 2023))
    listed = chunks.listing(place.chosen.home / "right", 1 << 20, place.chosen.home / "unpacked")
    chunks.read_chunk(listed.files, place.chosen.home / "other", place.chosen.store)
    right = batches.gather(listed.files, place.chosen.home / "other", None, profile)
    expected = batches.wide(right, batches.plan(right, (), 10)[0])
    for name in ("requests_by_outcome", "requests_by_applicant", "disputes", "tables", "lines"):
        assert getattr(frames, name).drop("submission").equals(getattr(expected, name).drop("submission")), (
            name
        )
    told = ["code", "value", "kind"]
    assert frames.cells.select(told).equals(expected.cells.select(told))
    assert frames.corrections.select("code", "value", "printed").rows() == [(CELL, 5.0, "5")]


def test_frames_without_a_corrected_report_stay_as_they_are() -> None:
    none = pl.DataFrame(schema=STANDING)
    paragraphs = pl.DataFrame({"submission": ["a"], "text": ["一"]})
    assert corrected("paragraphs", paragraphs, none, none, none) is paragraphs


def test_an_evaluation_rests_on_the_year_before_and_its_rivals() -> None:
    corrections = pl.DataFrame(
        [(s, "c", "number", 1.0, "1", "") for s in ("a", "b", "d")], schema=dict(STANDING), orient="row"
    )
    history = pl.DataFrame(
        {
            "submission": ["a", "b", "c"],
            "previous_submission": [None, "a", "b"],
            "previous_rivals": [None, None, ["d"]],
        }
    )
    found = rests_on(corrections, history).select("submission", "of").rows()
    assert sorted(found) == [("a", "a"), ("b", "a"), ("b", "b"), ("c", "b"), ("c", "d"), ("d", "d")]
