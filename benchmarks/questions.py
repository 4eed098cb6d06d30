"""The questions that pages ask of the database, and a database filled with made-up reports to ask them of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.columns import Stored, compact
from models.database import writing
from tasks.persist.regions import record_paths
from tasks.persist.rows import copy_in
from tasks.persist.searched import search_text

YEARS = (2020, 2021, 2022, 2023)
PAGE = 50
FINDINGS_EACH = 5
RULES = [f"T{1 + n % 4}-{n:02}" for n in range(60)]
REGION = 100
"""Agencies under one government; all governments stand under the first."""
AT = datetime(2024, 3, 1, tzinfo=UTC)
RUN, UNREAD = 7, 40
STATES = ("pending", "pending", "pending", "notified", "explained", "mended", "passed", "returned")
LATE = 12
"""One report in so many is late."""

BIG = {
    "reports",
    "submissions",
    "evaluations",
    "findings",
    "standings",
    "search_texts",
    "changes",
    "not_assessed",
    "arrivals",
}
"""Tables that grow with the reports: none may be read from end to end for a page."""

SEARCHES = {
    "search for a part of a name": "第777局",
    "search for a number in a sentence": "1460件",
    "search that finds nothing": "青云街道",
}

_LISTED = """
    SELECT agencies.name, standings.year, standings.total, standings.grade, standings.critical, submissions.file
    FROM standings JOIN agencies ON agencies.id = standings.agency_id
    JOIN submissions ON submissions.id = standings.submission_id
"""
_BY_SCORE = "ORDER BY standings.total, standings.report_id LIMIT 50"
_CURRENT_YEAR = "WHERE standings.year = 2023 AND standings.total IS NOT NULL"


@dataclass(frozen=True)
class Question:
    """What a page asks: its SQL, the same for both databases unless `sqlite` differs, and its parameters."""

    asks: str
    sql: str
    given: dict[str, Any] = field(default_factory=dict)
    sqlite: str | None = None


QUESTIONS = (
    Question("work list of a year by score", f"{_LISTED} {_CURRENT_YEAR} {_BY_SCORE}"),
    Question("its 20th page", f"{_LISTED} {_CURRENT_YEAR} {_BY_SCORE} OFFSET 950"),
    Question("of a grade", f"{_LISTED} {_CURRENT_YEAR} AND standings.grade = '较差' {_BY_SCORE}"),
    Question("with critical findings", f"{_LISTED} {_CURRENT_YEAR} AND standings.critical > 0 {_BY_SCORE}"),
    Question("of a file format", f"{_LISTED} {_CURRENT_YEAR} AND standings.format = 'pdf' {_BY_SCORE}"),
    Question(
        "not evaluated or not scored",
        f"{_LISTED} WHERE standings.year = 2023 AND standings.total IS NULL LIMIT 50",
    ),
    Question(
        "with a finding of a rule",
        f"""{_LISTED} {_CURRENT_YEAR} AND EXISTS (SELECT 1 FROM findings
            WHERE findings.evaluation_id = standings.evaluation_id AND findings.rule = 'T3-30') {_BY_SCORE}""",
    ),
    Question(
        "of a region and year",
        f"{_LISTED} {_CURRENT_YEAR} AND agencies.parent_id = :region {_BY_SCORE}",
        {"region": 3},
    ),
    Question(
        "newest version of some reports",
        "SELECT standings.report_id, submissions.version, submissions.sha256 FROM standings"
        " JOIN submissions ON submissions.id = standings.submission_id WHERE standings.report_id IN (5, 50, 500, 5000)",
    ),
    Question(
        "an agency's history",
        """SELECT reports.year, submissions.version, submissions.file, evaluations.total, evaluations.grade
        FROM reports JOIN submissions ON submissions.report_id = reports.id
        LEFT JOIN evaluations ON evaluations.submission_id = submissions.id
        WHERE reports.agency_id = :agency ORDER BY reports.year, submissions.version""",
        {"agency": 1234},
    ),
    Question(
        "newest findings of a rule",
        """SELECT findings.message, findings.locator, submissions.agency, submissions.year FROM findings
        JOIN evaluations ON evaluations.id = findings.evaluation_id
        JOIN submissions ON submissions.id = evaluations.submission_id
        WHERE findings.rule = 'T3-30' AND findings.severity = 'critical'
        ORDER BY findings.evaluation_id DESC LIMIT 50""",
    ),
    Question(
        "reports of a year that break a rule, counted",
        """SELECT count(DISTINCT standings.report_id) FROM findings
        JOIN standings ON standings.evaluation_id = findings.evaluation_id
        WHERE findings.rule = 'T3-30' AND findings.severity = 'critical' AND standings.year = 2023""",
    ),
    Question(
        "grades of a year, counted",
        "SELECT grade, count(*) FROM standings WHERE year = 2023 GROUP BY grade",
    ),
    Question(
        "findings of one report",
        "SELECT * FROM findings WHERE evaluation_id = :evaluation ORDER BY position",
        {"evaluation": 4321},
    ),
    Question(
        "what a finding became in later versions",
        "SELECT kind, message FROM changes WHERE evaluation_id = :evaluation ORDER BY position",
        {"evaluation": 4321},
    ),
    *(
        Question(
            asks,
            """SELECT report_id, text FROM search_texts
            WHERE array_append(hecha_grams(text), year::text) @> hecha_pairs(:words) AND strpos(text, :words) > 0
            LIMIT 50""",
            {"words": words},
            "SELECT report_id, text FROM search_texts WHERE instr(text, :words) > 0 LIMIT 50",
        )
        for asks, words in SEARCHES.items()
    ),
    Question(
        "un-read files of a run",
        "SELECT file, kind, message FROM system_errors WHERE last_run_id = :run ORDER BY file",
        {"run": RUN},
    ),
    Question(
        "a file by its bytes",
        "SELECT id, report_id FROM submissions WHERE sha256 = :sha256",
        {"sha256": hashlib.sha256(b"100-1").hexdigest()},
    ),
    Question(
        "inbox backlog",
        "SELECT state, count(*) FROM arrivals WHERE state IN ('recorded', 'running') GROUP BY state",
    ),
    Question(
        "newest arrivals",
        "SELECT id, file, state FROM arrivals WHERE state = 'done' ORDER BY received_at DESC, position DESC, id DESC LIMIT 50",
    ),
    Question(
        "arrivals nobody was told of",
        "SELECT id, file FROM arrivals WHERE told_at IS NULL ORDER BY id LIMIT 100",
    ),
)


def fill(database: Engine, reports: int, chunk: int = 10_000) -> None:
    """Fill an empty database with `reports` made-up reports, every tenth with two versions; analyse it after."""
    agencies = -(-reports // len(YEARS))
    with writing(database) as connection:
        _put(connection, "runs", [_run()])
        _put(connection, "agencies", list(_agencies(agencies)))
        record_paths(connection)
    numbers = [(n, agency, year) for n, (agency, year) in enumerate(_owed(agencies, reports), start=1)]
    for start in range(0, len(numbers), chunk):
        with writing(database) as connection:
            _put_reports(connection, numbers[start : start + chunk])
    with writing(database) as connection:
        errors = [
            {"id": n, "fingerprint": f"{n}", "source": "报告", "file": f"{n}.pdf", "kind": "unreadable"}
            | {"message": "文件已损坏。", "first_run_id": RUN, "last_run_id": RUN}
            for n in range(1, UNREAD + 1)
        ]
        _put(connection, "system_errors", errors)
        _put(connection, "arrivals", [_arrival(n, reports) for n in range(1, reports // 2 + 1)])
    if database.dialect.name == "postgresql":
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    else:
        with database.begin() as connection:
            connection.execute(text("ANALYZE"))


def _put(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    copy_in(connection, Stored.metadata.tables[table], rows)


def _run() -> dict[str, Any]:
    told = {"title": "核查", "source": "报告", "state": "completed", "started_at": AT, "finished_at": AT}
    rules = {"ruleset_version": "1", "ruleset_hash": "a" * 64, "profile": "default", "profile_hash": ""}
    lists = {"years": [], "missing": [], "evaluations": [], "errors": [], "counts": {}}
    return {"id": RUN, **told, **rules, **lists}


def _agencies(count: int) -> Iterator[dict[str, Any]]:
    regions = -(-count // REGION)
    for n in range(1, regions + count + 1):
        above = 1 + (n - regions - 1) // REGION if n > regions else 1 if n > 1 else None
        name = f"云栖市第{n}区人民政府" if n <= regions else f"云栖市映溪区第{n}局"
        yield {"id": n, "name": name, "parent_id": above, "rank": "county", "aliases": []} | {
            "organ": "government" if n <= regions else "department",
            "first_year": None,
            "on_roster": True,
        }


def _owed(agencies: int, reports: int) -> list[tuple[int, int]]:
    first = -(-agencies // REGION) + 1
    return [(first + n % agencies, YEARS[n // agencies]) for n in range(reports)]


def _put_reports(connection: Connection, numbers: list[tuple[int, int, int]]) -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        name: []
        for name in (
            "reports",
            "submissions",
            "evaluations",
            "findings",
            "not_assessed",
            "changes",
            "standings",
            "search_texts",
        )
    }
    for report, agency, year in numbers:
        tables["reports"].append({"id": report, "agency_id": agency, "year": year})
        versions = 2 if report % 10 == 0 else 1
        for version in range(1, versions + 1):
            id_ = 2 * report + version - 2
            tables["submissions"].append(_submission(id_, report, version, agency, year))
            tables["evaluations"].append(_evaluation(id_))
            tables["findings"] += [_finding(id_, position) for position in range(FINDINGS_EACH)]
            tables["not_assessed"].append(
                {"evaluation_id": id_, "position": 0, "rule": "XY-01", "reason": "未找到该机关上年度报告。"}
            )
        if versions == 2:
            tables["changes"].append(
                {"evaluation_id": 2 * report, "previous_evaluation_id": 2 * report - 1, "position": 0}
                | {
                    "kind": "mended",
                    "fingerprint": "f" * 64,
                    "rule": "T3-01",
                    "subject": "x",
                    "message": "已改正。",
                }
            )
        newest, said = tables["submissions"][-1], tables["evaluations"][-1]
        tables["standings"].append(
            {
                "report_id": report,
                "agency_id": agency,
                "year": year,
                "submission_id": newest["id"],
                "evaluation_id": said["id"],
                "state": STATES[report % len(STATES)],
            }
            | {
                "format": newest["format"],
                **{
                    name: said[name] for name in ("total", "grade", "critical", "warning", "info", "operator")
                },
            }
        )
        sentences = [one["message"] for one in tables["findings"][-FINDINGS_EACH:]]
        searched = search_text(newest["agency"], newest["file"], sentences)
        tables["search_texts"].append({"report_id": report, "year": year, "text": searched})
    for name, rows in tables.items():
        _put(connection, name, rows)


def _submission(id_: int, report: int, version: int, agency: int, year: int) -> dict[str, Any]:
    name = f"云栖市映溪区第{agency}局"
    return {
        "id": id_,
        "report_id": report,
        "version": version,
        "sha256": hashlib.sha256(f"{report}-{version}".encode()).hexdigest(),
        "file": f"{name}{year}年政府信息公开工作年度报告（{version}）.docx",
        "format": ("html", "html", "docx", "pdf", "txt")[report % 5],
        "received_at": AT + timedelta(minutes=id_ % 50_000),
        "first_run_id": RUN,
        "digest": "d" * 64,
        "agency": name,
        "rank": "county",
        "organ": "department",
        "year": year,
        "title": f"{name}{year}年政府信息公开工作年度报告",
        "template": "v2021",
        "period_text": f"{year}年1月1日至12月31日",
        "signed_on": date(year + 1, 1, 20),
        "cells": _CELLS,
        "sections": [],
        "notes": [],
    }


_CELLS = compact({"code": [f"t3.c{n}" for n in range(200)], "value": list(range(200))})


def _evaluation(id_: int) -> dict[str, Any]:
    total = None if id_ % 97 == 0 else (id_ * 7919) % 1001 / 10
    return {
        "id": id_,
        "submission_id": id_,
        "ruleset_version": "1",
        "ruleset_hash": "a" * 64,
        "profile": "default",
        "profile_hash": "",
        "context": "c" * 64,
        "digest": "d" * 64,
        "evaluated_at": AT,
        "verdicts": {},
        "total": total,
        "grade": "暂不评分" if total is None else "较差" if total < 40 else "良好",
        "coverage": 1.0,
        "score": {},
        "critical": 0 if id_ % 20 else 2,
        "warning": 1,
        "info": 2,
        "operator": 0 if id_ % 15 else 1,
        "not_assessable": 1,
    }


def _finding(evaluation: int, position: int) -> dict[str, Any]:
    late = position == 0 and evaluation % LATE == 0
    rule = "TIME-01" if late else RULES[(evaluation * 31 + position * 13) % len(RULES)]
    return {
        "evaluation_id": evaluation,
        "position": position,
        "fingerprint": hashlib.sha256(f"{evaluation} {position}".encode()).hexdigest(),
        "rule": rule,
        "subject": "t3.total",
        "severity": "critical" if late else ("critical", "warning", "info")[evaluation % 3],
        "addressee": "agency",
        "message": message(evaluation, position),
        "cells": ["t3.total"],
        "observed": position,
        "expected": 0,
        "difference": position,
        "locator": {"page": 2},
        "consequences": [],
        "entailed": [],
        "hint": None,
        "passages": [],
    }


_APPLICANTS = ("自然人", "法人或其他组织-商业企业", "法人或其他组织-科研机构", "法人或其他组织-其他", "总计")
_OUTCOMES = (
    "予以公开",
    "部分公开",
    "属于国家秘密",
    "本机关不掌握相关政府信息",
    "保护第三方合法权益",
    "重复申请",
)
_SENTENCES = (
    "表三“{column}”列：第三项（一）至（六）各分项之和为{a}，（七）总计填报{b}，相差{d}，合计关系不成立。",
    "表三“{column}”列：“上年结转”填报{a}件，与你单位上年度报告“结转下年度继续办理”{b}件不一致，相差{d}件。",
    "表二“行政处罚”行“本年处理决定数量”列填写“{a}件”，混入了单位或文字，应只填数字。",
    "表三“{outcome}”行“{column}”列空缺，没有发生的应填0。",
    "第六部分和第一部分均未说明本年度政府信息公开信息处理费的收取情况。",
    "总体情况写收到政府信息公开申请{a}件，表三第一项“{column}”列填报{b}件，相差{d}件。",
    "报告在规定的六个部分之外另设“七、附件{place}”部分。",
    "政府报告的数小于下级“第{a}所”、“第{b}所”等{place}个单位各自的数，而报告没有写明是否汇总：表三“{outcome}”行“{column}”列"
    "政府填报{place}，“第{a}所”填报{d}；表四“行政复议”行“总计”列政府填报3，“第{b}所”填报4；共{place}个单元格。",
    "表四“行政诉讼-未经复议直接起诉”：各类结果0+{place}+1+{d}之和为{a}，总计填报{b}，相差{d}，合计关系不成立。",
)


def message(evaluation: int, position: int) -> str:
    """Return the sentence of a made-up finding: as long as real ones are, with numbers of its own."""
    drawn = (evaluation * 7919 + position * 104_729) % 1_000_003
    return _SENTENCES[drawn % len(_SENTENCES)].format(
        column=_APPLICANTS[drawn % 5],
        outcome=_OUTCOMES[drawn % 6],
        a=drawn % 1999,
        b=drawn // 7 % 997,
        d=drawn // 11 % 61,
        place=drawn % 23,
    )


def _arrival(number: int, reports: int) -> dict[str, Any]:
    is_open = number > reports // 2 - 200
    return {
        "id": number,
        "received_at": AT,
        "source": "folder",
        "file": f"{number}.docx",
        "sha256": hashlib.sha256(f"arrival {number}".encode()).hexdigest(),
        "size": 1,
        "state": "recorded" if is_open else "done",
        "repeats_id": None,
        "run_id": None,
        "report_id": None if is_open else number,
        "agency": None,
        "year": None,
        "queue": "",
        "parcel": None,
        "position": number,
        "message": None,
        "taken_at": None,
        "told_at": None if is_open else AT,
    }


def plan(connection: Connection, question: Question) -> list[str]:
    """Return how the database answers: for each table it reads, ``table: how``."""
    if connection.dialect.name != "postgresql":
        asked = text("EXPLAIN QUERY PLAN " + (question.sqlite or question.sql))
        steps = [str(row[3]) for row in connection.execute(asked, question.given)]
        found = [re.match(r"(SCAN|SEARCH) (\w+)(?: USING (.*))?", step) for step in steps]
        return [f"{m[2]}: {m[1].lower()}{' ' + m[3] if m[3] else ''}" for m in found if m]
    asked = text("EXPLAIN (FORMAT JSON) " + question.sql)
    ((explained,),) = connection.execute(asked, question.given).all()
    return list(_nodes(explained[0]["Plan"], None))


def _nodes(node: dict[str, Any], table: str | None) -> Iterator[str]:
    table = node.get("Relation Name", table)
    if "Relation Name" in node or "Index Name" in node:
        yield f"{table or '-'}: {node['Node Type'].lower()}{' ' + node['Index Name'] if 'Index Name' in node else ''}"
    for inner in node.get("Plans", ()):
        yield from _nodes(inner, table)


def read_from_end_to_end(steps: list[str]) -> set[str]:
    """The tables that a plan reads row by row, not through an index."""
    return {
        step.partition(": ")[0]
        for step in steps
        if step.endswith(": scan") or ": seq scan" in step or ": parallel seq" in step
    }
