"""Recording sweeps and reading them back: what goes in comes out, and the same sweep again adds nothing."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest
from sqlalchemy import Engine, func, select

from models.database import engine
from models.errors import ConfigurationError
from models.facts import Facts, concat, empty
from models.results import Evaluation, NotAssessed
from models.tables import Stored
from models.views import (
    CellView,
    ErrorView,
    FindingRef,
    MissingView,
    ReportView,
    SectionView,
    SweepView,
    VersionView,
)
from tasks.persist import finish_run, known, record, record_errors, record_roster, start_run, sweep_view
from tasks.persist.rows import RUNS
from tasks.roster import Roster, RosterEntry
from tests.storage.made import (
    FRACTION,
    HEADING,
    LATER_RULES,
    RULES,
    TOTALS,
    UNSURE,
    RuleSet,
    evaluation,
    finding,
    sha,
    submission,
)

AT = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)


def rows(database: Engine) -> dict[str, int]:
    with database.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Stored.metadata.sorted_tables
        }


def sweep(
    database: Engine,
    facts: Iterable[Facts],
    evaluations: Iterable[Evaluation],
    errors: Iterable[ErrorView] = (),
    missing: Iterable[MissingView] = (),
    ruleset: RuleSet = RULES,
    at: datetime = AT,
    years: Iterable[int] = (2023,),
) -> SweepView:
    run = start_run(database, "报告", years, ruleset, started_at=at)
    record(database, run, concat(list(facts)), {e.submission: e for e in evaluations}, ruleset, at)
    record_errors(database, run, errors)
    finish_run(database, run, "completed", missing)
    return sweep_view(database, run)


def versions(view: SweepView) -> list[list[tuple[int, str]]]:
    return [[(version.number, version.file) for version in report.versions] for report in view.reports]


def ref(found: object, suffix: str = "") -> FindingRef:
    return FindingRef(found.rule, found.subject, found.message + suffix)  # type: ignore[attr-defined]


def test_a_sweep_comes_back_as_it_was_recorded(database: Engine) -> None:
    said = evaluation("甲.txt", (TOTALS, HEADING, FRACTION, UNSURE))
    view = sweep(
        database,
        [submission("甲.txt")],
        [said],
        [ErrorView("坏\udc80名\n.txt", "unreadable", "文件为空。")],
        [MissingView("白鹭镇人民政府", 2023)],
    )
    where = {"code": "t4.review.upheld", "raw": "1 2", "value": None, "kind": "uncertain"}
    assert view == SweepView(
        title="政府信息公开工作年度报告核查",
        years=(2023,),
        ran_at=AT,
        ruleset_version="2026.1",
        ruleset_hash="a" * 64,
        reports=(
            ReportView(
                agency="云岚区教育局",
                year=2023,
                rank="county",
                organ="department",
                file="甲.txt",
                sha256=sha("甲.txt"),
                format="txt",
                title="云岚区教育局2023年政府信息公开工作年度报告",
                template="v2021",
                signed_on=date(2024, 1, 20),
                period_text="2023年1月1日至12月31日",
                evaluation=said,
                cells={
                    "t4.review.total": CellView("t4.review.total", "１１", 11.0, "number", where={"line": 7}),
                    "t4.review.other": CellView("t4.review.other", "", None, "blank", where={"line": 8}),
                    "t4.review.upheld": CellView(
                        **where, reason="数字间有空格", proposal="12", read_by="ocr", confidence=0.5
                    ),
                },
                sections=(
                    SectionView("overview", "总体情况", 1),
                    SectionView("requests", "收到和处理政府信息公开申请情况", 2),
                    SectionView("proactive", None, None),
                ),
                versions=(VersionView(1, sha("甲.txt"), "甲.txt", AT, 81.5, "良好"),),
                notes=("编码存疑。",),
            ),
        ),
        errors=(ErrorView("坏\udc80名\n.txt", "unreadable", "文件为空。"),),
        missing=(MissingView("白鹭镇人民政府", 2023),),
        profile="default",
        profile_hash="c" * 16,
    )


@pytest.mark.parametrize(
    "said",
    [
        evaluation("甲.txt", (), (), total=None, grade="暂不评分"),
        evaluation("甲.txt", (finding("T3-01", "x", "含\x00与“引号”", observed="a\x00b", expected=0.1),)),
        evaluation("甲.txt", (TOTALS, TOTALS), total=0.1 + 0.2),
        evaluation("甲.txt", (finding("T3-01", "", observed=2**53, expected=1.0, difference=-0.5),)),
    ],
    ids=["nothing found", "odd text", "twice the same", "numbers"],
)
def test_an_evaluation_comes_back_equal(database: Engine, said: Evaluation) -> None:
    assert sweep(database, [submission("甲.txt")], [said]).reports[0].evaluation == said


def test_the_same_sweep_again_adds_one_run_and_nothing_else(database: Engine) -> None:
    facts = [
        submission("甲.txt", signed_on=date(2024, 1, 1)),
        submission("甲更正.txt", signed_on=date(2024, 2, 1)),
        submission("无名.txt", agency=None),
    ]
    said = [evaluation("甲.txt"), evaluation("甲更正.txt", (FRACTION,)), evaluation("无名.txt")]
    errors = [ErrorView("空.txt", "unreadable", "文件为空。")]
    first = sweep(database, facts, said, errors)
    before = rows(database)
    again = sweep(database, facts, said, errors, at=LATER)
    assert rows(database) == {**before, "runs": before["runs"] + 1}
    assert before == {
        "agencies": 1,
        "reports": 1,
        "submissions": 3,
        "runs": 1,
        "evaluations": 3,
        "findings": 5,
        "not_assessed": 3,
        "changes": 3,
        "reviews": 0,
        "notices": 0,
        "audit_log": 0,
        "system_errors": 1,
        "arrivals": 0,
        "standings": 1,
        "accounts": 0,
        "sign_ins": 0,
        "api_tokens": 0,
        "transitions": 0,
        "answers": 0,
        "corrections": 0,
        "overruled": 0,
        "scoring_models": 0,
        "search_texts": 1,
    }
    assert again == replace(first, ran_at=LATER)


def test_a_second_sweep_needs_no_evaluations(database: Engine) -> None:
    facts = [submission("甲.txt")]
    first = sweep(database, facts, [evaluation("甲.txt")])
    assert known(database, [sha("甲.txt"), sha("乙.txt")], RULES.hash) == {sha("甲.txt")}
    assert known(database, [sha("甲.txt")], LATER_RULES.hash) == set()
    assert sweep(database, facts, [], at=LATER) == replace(first, ran_at=LATER)


def test_counts(database: Engine) -> None:
    run = start_run(database, "报告", (), RULES)
    facts, said = submission("甲.txt"), {sha("甲.txt"): evaluation("甲.txt")}
    first = {
        "submissions": 1,
        "submissions_new": 1,
        "submissions_reread": 0,
        "evaluations": 1,
        "evaluations_new": 1,
        "evaluations_replaced": 0,
        "findings_new": 2,
        "changes_new": 0,
    }
    assert record(database, run, facts, said, RULES, AT).counts == first
    again = {**first, "submissions_new": 0, "evaluations_new": 0, "findings_new": 0}
    assert record(database, run, facts, said, RULES, AT).counts == again
    assert sweep_view(database, run).years == (2023,)


def test_a_resubmission_is_version_2_and_says_what_became_of_each_finding(database: Engine) -> None:
    sweep(database, [submission("甲.txt")], [evaluation("甲.txt", (TOTALS, HEADING, UNSURE))])
    mended = evaluation("更正.txt", (replace(HEADING, message="新的句子"), FRACTION), total=90.0)
    view = sweep(database, [submission("更正.txt")], [mended], at=LATER)
    assert len(view.reports) == 1
    assert view.reports[0].evaluation == mended
    assert view.reports[0].versions == (
        VersionView(1, sha("甲.txt"), "甲.txt", AT, 81.5, "良好"),
        VersionView(
            2,
            sha("更正.txt"),
            "更正.txt",
            LATER,
            90.0,
            "良好",
            mended=(ref(TOTALS),),
            still_open=(FindingRef("STR-03", "overview", "新的句子"),),
            new=(ref(FRACTION),),
        ),
    )


def test_an_old_run_shows_what_was_there_then(database: Engine) -> None:
    first = sweep(database, [submission("甲.txt")], [evaluation("甲.txt")])
    sweep(database, [submission("更正.txt")], [evaluation("更正.txt")], at=LATER)
    assert sweep_view(database, 1) == first


def test_an_old_file_met_again_shows_the_latest_version(database: Engine) -> None:
    sweep(database, [submission("甲.txt")], [evaluation("甲.txt")])
    latest = sweep(database, [submission("更正.txt")], [evaluation("更正.txt", ())])
    assert sweep(database, [submission("甲.txt")], [evaluation("甲.txt")]) == latest


def test_versions_of_one_sweep_stand_in_the_order_of_signing_then_of_names(database: Engine) -> None:
    facts = [
        submission("3.txt", signed_on=date(2024, 3, 1)),
        submission("2b.txt", signed_on=date(2024, 2, 1)),
        submission("2a.txt", signed_on=date(2024, 2, 1)),
        submission("1.txt", signed_on=None),
    ]
    said = [evaluation(name) for name in ("3.txt", "2b.txt", "2a.txt", "1.txt")]
    assert versions(sweep(database, facts, said)) == [
        [(1, "1.txt"), (2, "2a.txt"), (3, "2b.txt"), (4, "3.txt")]
    ]


def test_batches_of_one_sweep_may_bring_the_older_version_later(database: Engine) -> None:
    sweep(database, [submission("0.txt")], [evaluation("0.txt")])
    run = start_run(database, "报告", (), RULES)
    for name, day, found in (("b.txt", 2, (FRACTION,)), ("a.txt", 1, (TOTALS,))):
        facts = submission(name, signed_on=date(2024, 2, day))
        record(database, run, facts, {sha(name): evaluation(name, found)}, RULES, AT)
    (report,) = sweep_view(database, run).reports
    assert report.file == "b.txt"
    assert [(v.number, v.file, v.mended, v.still_open, v.new) for v in report.versions] == [
        (1, "0.txt", (), (), ()),
        (2, "a.txt", (ref(HEADING),), (ref(TOTALS),), ()),
        (3, "b.txt", (ref(TOTALS),), (), (ref(FRACTION),)),
    ]


def test_two_rule_sets_keep_two_evaluations(database: Engine) -> None:
    facts = [submission("甲.txt")]
    first = sweep(database, facts, [evaluation("甲.txt")])
    second = sweep(database, facts, [evaluation("甲.txt", ())], ruleset=LATER_RULES)
    assert rows(database)["evaluations"] == 2
    assert rows(database)["submissions"] == 1
    assert sweep_view(database, 1) == first
    assert second.reports[0].evaluation == evaluation("甲.txt", ())


def test_the_report_of_the_year_before_makes_another_evaluation(database: Engine) -> None:
    alone = submission("2023.txt")
    sweep(database, [alone], [evaluation("2023.txt")])
    linked = concat([submission("2023.txt", previous="2022.txt"), submission("2022.txt", year=2022)])
    both = [sha("2023.txt"), sha("2022.txt")]
    assert known(database, both, RULES.hash, alone) == {sha("2023.txt")}
    assert known(database, both, RULES.hash, linked) == set()
    said = [evaluation("2022.txt", ()), evaluation("2023.txt", (FRACTION,), ())]
    view = sweep(database, [linked], said, years=())
    assert [(report.year, report.evaluation) for report in view.reports] == [(2022, said[0]), (2023, said[1])]
    assert view.years == (2022, 2023)
    assert rows(database)["evaluations"] == 3
    assert known(database, both, RULES.hash, linked) == set(both)
    # The first run still says what could be said without that report.
    assert sweep_view(database, 1).reports[0].evaluation == evaluation("2023.txt")


def test_another_answer_in_the_same_context_replaces_the_stored_one(database: Engine) -> None:
    facts = [submission("1.txt"), submission("2.txt")]
    sweep(database, facts, [evaluation("1.txt", (TOTALS,)), evaluation("2.txt", (TOTALS,))])
    before = rows(database)
    reread = replace(facts[1], cells=facts[1].cells.with_columns(raw=pl.lit("7")))
    said = evaluation("2.txt", (FRACTION,), ())
    (report,) = sweep(database, [reread], [said]).reports
    assert rows(database) == {**before, "runs": 2, "not_assessed": 1, "changes": 2}
    assert report.evaluation == said
    assert {cell.raw for cell in report.cells.values()} == {"7"}
    assert (report.versions[1].mended, report.versions[1].new) == ((ref(TOTALS),), (ref(FRACTION),))


def test_unknown_agency_or_year_is_kept_and_shown(database: Engine) -> None:
    facts = [
        submission("无名.txt", agency=None),
        submission("无年.txt", year=None),
        submission("长名.txt", agency="云" * 201),
    ]
    said = {name: evaluation(name) for name in ("无名.txt", "无年.txt", "长名.txt")}
    view = sweep(database, facts, said.values())
    assert [(r.agency, r.year, r.file, r.versions[0].number) for r in view.reports] == [
        ("无名.txt", 2023, "无名.txt", 1),
        ("长名.txt", 2023, "长名.txt", 1),
        ("云岚区教育局", None, "无年.txt", 1),
    ]
    assert [report.evaluation for report in view.reports] == [
        said["无名.txt"],
        said["长名.txt"],
        said["无年.txt"],
    ]
    assert {name: rows(database)[name] for name in ("agencies", "reports", "submissions")} == {
        "agencies": 0,
        "reports": 0,
        "submissions": 3,
    }


def test_an_unknown_submission_joins_its_report_once_that_is_known(database: Engine) -> None:
    sweep(database, [submission("无名.txt", agency=None)], [evaluation("无名.txt")])
    sweep(database, [submission("甲.txt")], [evaluation("甲.txt")])
    view = sweep(database, [submission("无名.txt")], [evaluation("无名.txt")])
    assert versions(view) == [[(1, "甲.txt"), (2, "无名.txt")]]
    assert rows(database)["submissions"] == 2


def test_the_same_bytes_under_two_names_are_one_submission(database: Engine) -> None:
    facts = [submission("甲.txt", file="乙.txt"), submission("甲.txt")]
    view = sweep(database, facts, [evaluation("甲.txt")])
    assert versions(view) == [[(1, "乙.txt")]]
    assert len(view.reports[0].cells) == 3


def test_cells_come_back_as_they_were_read(database: Engine) -> None:
    facts = submission("甲.txt")
    odd = ['\x00\u2028\\"𠮷', None, " 1\n"]
    values = [0.1 + 0.2, None, -(2.0**53)]
    cells = facts.cells.with_columns(raw=pl.Series(odd), value=pl.Series(values, dtype=pl.Float64))
    view = sweep(database, [replace(facts, cells=cells)], [evaluation("甲.txt")])
    read = view.reports[0].cells
    assert [(cell.raw, cell.value) for cell in read.values()] == list(zip(odd, values, strict=True))
    assert list(read) == ["t4.review.total", "t4.review.other", "t4.review.upheld"]


def test_a_report_without_cells_and_sections(database: Engine) -> None:
    facts = replace(empty(), reports=submission("甲.txt").reports)
    (report,) = sweep(database, [facts], [evaluation("甲.txt")]).reports
    assert (report.cells, report.sections) == ({}, ())


def test_a_submission_without_any_evaluation_is_our_fault_and_is_shown(database: Engine) -> None:
    view = sweep(database, [submission("甲.txt"), submission("乙.txt")], [evaluation("乙.txt")])
    assert [report.file for report in view.reports] == ["乙.txt"]
    assert view.errors == (
        ErrorView(
            "甲.txt",
            "internal",
            "本系统未能完成对该文件的核查，问题不在报送单位；请查看运行日志后重新核查。",
        ),
    )


def test_errors_are_kept_once_with_the_last_run_that_met_them(database: Engine) -> None:
    empty_file = ErrorView("空.txt", "unreadable", "文件为空。")
    sweep(database, [], [], [empty_file, empty_file])
    other = ErrorView("密.pdf", "encrypted", "文件已加密。")
    view = sweep(database, [], [], [other, empty_file])
    assert view.errors == (other, empty_file)
    table = Stored.metadata.tables["system_errors"]
    with database.connect() as connection:
        stored = connection.execute(
            select(table.c.file, table.c.first_run_id, table.c.last_run_id).order_by(table.c.id)
        ).all()
    assert [tuple(row) for row in stored] == [("空.txt", 1, 2), ("密.pdf", 2, 2)]
    assert sweep_view(database, 1).errors == (empty_file,)


def test_the_life_of_a_run(database: Engine) -> None:
    run = start_run(database, "报告", (2023, 2022, 2023), RULES, title="云岚区2023年核查", started_at=AT)
    table = Stored.metadata.tables["runs"]
    chosen = select(table.c.state, table.c.years, table.c.source, table.c.finished_at)
    with database.connect() as connection:
        assert tuple(connection.execute(chosen).one()) == ("running", [2022, 2023], "报告", None)
    finish_run(database, run, "failed")
    with database.connect() as connection:
        assert connection.execute(chosen).one().state == "failed"
    assert sweep_view(database, run) == SweepView(
        "云岚区2023年核查", (2022, 2023), AT, "2026.1", "a" * 64, (), (), (), "default", "c" * 16
    )
    for call in (lambda: finish_run(database, 7, "completed"), lambda: sweep_view(database, 7)):
        with pytest.raises(ConfigurationError) as refused:
            call()
        assert str(refused.value) == "没有编号为7的核查记录。"


def test_the_roster_is_written_as_a_tree_and_once(database: Engine) -> None:
    sweep(database, [submission("甲.txt", rank="unknown", organ="unknown")], [evaluation("甲.txt")])
    bureau = RosterEntry(
        "云岚区教育局", "county", "department", "云岚区人民政府", ("区教委",), range(2021, 10_000)
    )
    town = RosterEntry("白鹭镇人民政府", "unknown", "government", None, (), range(10_000))
    record_roster(database, Roster((bureau, town)))
    record_roster(database, Roster((bureau,)))
    table = Stored.metadata.tables["agencies"]
    parent = table.alias()
    columns = (
        table.c.name,
        parent.c.name,
        *(table.c[n] for n in ("rank", "organ", "aliases", "first_year", "on_roster")),
    )
    chosen = (
        select(*columns)
        .outerjoin_from(table, parent, table.c.parent_id == parent.c.id)
        .order_by(table.c.name)
    )
    with database.connect() as connection:
        assert [tuple(row) for row in connection.execute(chosen)] == sorted(
            [
                ("云岚区人民政府", None, "unknown", "unknown", [], None, False),
                ("云岚区教育局", "云岚区人民政府", "county", "department", ["区教委"], 2021, True),
                ("白鹭镇人民政府", None, "unknown", "government", [], None, False),
            ]
        )


def _record_elsewhere(url: str, run: int, names: list[str]) -> None:
    database = engine(url)
    facts = concat([submission(name, agency=f"机关{n % 5}") for n, name in enumerate(names)])
    said: Mapping[str, Evaluation] = {sha(name): evaluation(name) for name in names}
    record(database, run, facts, said, RULES, AT)
    database.dispose()


def test_two_processes_recording_the_same_end_in_one_row_each(url: str, database: Engine) -> None:
    names = [f"{n}.txt" for n in range(40)]
    runs = [start_run(database, "报告", (), RULES) for _ in range(2)]
    processes = [
        multiprocessing.get_context("spawn").Process(target=_record_elsewhere, args=(url, run, names))
        for run in runs
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    counted = rows(database)
    assert {
        name: counted[name] for name in ("agencies", "reports", "submissions", "evaluations", "findings")
    } == {
        "agencies": 5,
        "reports": 5,
        "submissions": 40,
        "evaluations": 40,
        "findings": 80,
    }
    first, second = (sweep_view(database, run) for run in runs)
    assert first.reports == second.reports
    assert [len(report.versions) for report in first.reports] == [8] * 5


def test_nothing_of_a_batch_stays_when_it_fails(database: Engine) -> None:
    before = rows(database)
    run = start_run(database, "报告", (), RULES)
    broken = evaluation("甲.txt", not_assessed=(NotAssessed("XY-01", None),))  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"(?i)null"):
        record(database, run, submission("甲.txt"), {sha("甲.txt"): broken}, RULES, AT)
    assert rows(database) == {**before, "runs": 1}


def test_a_killed_run_is_closed_by_the_one_that_completes_its_work(database: Engine) -> None:
    killed = start_run(database, "报告", (2023,), RULES, started_at=AT)
    elsewhere = start_run(database, "别的来源", (2023,), RULES, started_at=AT)
    done = start_run(database, "报告", (2023,), RULES, started_at=LATER)
    later = start_run(database, "报告", (2023,), RULES, started_at=LATER)
    finish_run(database, done, "completed")
    with database.connect() as connection:
        states = dict(connection.execute(select(RUNS.c.id, RUNS.c.state)).tuples().all())
    assert states == {killed: "failed", elsewhere: "running", done: "completed", later: "running"}
    finish_run(database, killed, "completed")  # it was at work after all
    with database.connect() as connection:
        state = connection.execute(select(RUNS.c.state).where(RUNS.c.id == killed)).scalar_one()
    assert state == "completed"
