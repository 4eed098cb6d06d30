"""Documents over the web: what comes out is what the pages say, for nobody but who may see it."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from models.settings import Settings
from tasks.accounts.person import Person
from tasks.ask.regions import region
from tasks.ask.sweep import overview
from tasks.decide import notices, reviews
from tasks.decide.seen import today
from tasks.documents.notice import OWN, shipped_template
from tasks.documents.problem_list import COLUMNS
from tasks.persist.rows import AGENCIES, AUDIT_LOG, FINDINGS, STANDINGS
from tests.site.conftest import AGENCY, NEIGHBOUR, REGION, Browser

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def report_of(database: Engine, agency: str, year: int = 2023) -> int:
    chosen = select(STANDINGS.c.report_id).join(AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
    with database.connect() as connection:
        return int(
            connection.execute(chosen.where(AGENCIES.c.name == agency, STANDINGS.c.year == year)).scalar_one()
        )


def rows_of(content: bytes) -> list[tuple[object, ...]]:
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return list(sheet.iter_rows(min_row=2, values_only=True))


def texts_of(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(BytesIO(content)).paragraphs if paragraph.text]


def exports(database: Engine) -> list[tuple[str, str, object]]:
    with database.connect() as connection:
        chosen = select(AUDIT_LOG.c.actor, AUDIT_LOG.c.object_type, AUDIT_LOG.c.detail)
        found = connection.execute(chosen.where(AUDIT_LOG.c.action == "export").order_by(AUDIT_LOG.c.id))
        return [(row.actor, row.object_type, row.detail["kind"]) for row in found]


@pytest.fixture
def due_on() -> str:
    return (today() + timedelta(days=7)).isoformat()


def test_the_page_offers_what_there_is(supervisor: Browser, agency: Browser) -> None:
    shown = supervisor.get("/documents")
    assert shown.status_code == 200
    for offered in ("导出问题清单", "导出通报", "打包导出通知", "映溪区人民政府办公室", "2023年度"):
        assert offered in shown.text
    assert agency.get("/documents").status_code == 404


def test_the_list_of_a_year_holds_every_open_problem(supervisor: Browser, database: Engine) -> None:
    # as the form of the page sends it
    answer = supervisor.get("/documents/problem-list?year=2023&region=&severity=critical&severity=warning")
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"document.xlsx\"; filename*=UTF-8''"
        + quote("映溪区人民政府_2023年度_问题清单.xlsx")
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    with database.connect() as connection:
        chosen = (
            select(AGENCIES.c.name, FINDINGS.c.rule, FINDINGS.c.message)
            .join_from(STANDINGS, FINDINGS, FINDINGS.c.evaluation_id == STANDINGS.c.evaluation_id)
            .join(AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
            .where(STANDINGS.c.year == 2023, FINDINGS.c.addressee == "agency", FINDINGS.c.severity != "info")
        )
        expected = sorted(tuple(row) for row in connection.execute(chosen))
    titles = [column.title for column in COLUMNS]
    places = [titles.index(title) for title in ("单位名称", "规则编号", "问题描述")]
    found = rows_of(answer.content)
    assert sorted(tuple(row[place] for place in places) for row in found) == expected
    assert exports(database) == [("supervisor", "document", "问题清单")]


def test_what_was_decided_is_left_out_or_shown_as_such(
    supervisor: Browser, database: Engine, person_supervisor: Person
) -> None:
    report = report_of(database, AGENCY)
    path = f"/reports/{report}/documents/problem-list"
    before = rows_of(supervisor.get(path).content)
    with database.connect() as connection:
        chosen = select(FINDINGS.c.fingerprint).join(
            STANDINGS, STANDINGS.c.evaluation_id == FINDINGS.c.evaluation_id
        )
        (fingerprint,) = connection.execute(
            chosen.where(STANDINGS.c.report_id == report, FINDINGS.c.rule == "T2-03")
        ).scalars()
    reviews.decide(
        database, person_supervisor, [(report, fingerprint)], "explained", "清理文件", False, "b" * 32
    )
    assert [row[9] for row in before] == ["T2-03"]
    assert rows_of(supervisor.get(path).content) == []
    (row,) = rows_of(supervisor.get(path, params={"settled": "1"}).content)
    assert row[9] == "T2-03"
    assert row[22] == "接受说明"
    assert str(row[23]).startswith("supervisor甲 ")


def test_the_circular_has_the_figures_of_the_sweep_page(
    supervisor: Browser, database: Engine, person_supervisor: Person
) -> None:
    with database.connect() as connection:
        whole = region(connection, person_supervisor)
    assert whole is not None
    figures = overview(database, person_supervisor, whole, 2023).figures
    answer = supervisor.get("/documents/circular?year=2023&region=&issuer=映溪区政务公开办&due_on=2024-03-08")
    assert answer.headers["content-type"] == DOCX
    texts = texts_of(answer.content)
    assert texts[0] == "关于2023年政府信息公开工作年度报告核查情况的通报"
    (came,) = (text for text in texts if text.startswith("截至"))
    assert came.endswith(
        f"应报送年度报告的单位{figures.owed}个，已报送{figures.reported}个，其中按时发布"
        f"{figures.reported - figures.late}个、逾期发布{figures.late}个；未报送{figures.missing}个"
        "（其中1个所报文件未能读取，待核实）。"
    )
    assert "映溪区政务公开办" in texts
    assert exports(database) == [("supervisor", "document", "通报")]


def test_letters_come_in_an_archive(supervisor: Browser, database: Engine, person_supervisor: Person) -> None:
    ids = [report_of(database, agency) for agency in (AGENCY, NEIGHBOUR)]
    assert supervisor.get("/documents/notices?year=2023").status_code == 409
    notices.draft(database, person_supervisor, ids)
    for answer in (
        supervisor.get("/documents/notices?year=2023"),
        supervisor.submit("/documents/selected", {"kind": "notices", "ids": f"{ids[0]},{ids[1]}"}),
    ):
        with zipfile.ZipFile(BytesIO(answer.content)) as archive:
            assert sorted(archive.namelist()) == [
                "映溪区民政局_2023年度_整改通知.docx",
                "映溪区水务局_2023年度_整改通知.docx",
            ]
            assert "映溪区水务局：" in texts_of(archive.read("映溪区水务局_2023年度_整改通知.docx"))
    chosen = supervisor.submit("/documents/selected", {"report": [str(ids[0])], "severity": ["warning"]})
    assert [row[1] for row in rows_of(chosen.content)] == [AGENCY]


def test_a_template_that_cannot_be_used_is_said(
    supervisor: Browser, database: Engine, person_supervisor: Person, chosen: Settings
) -> None:
    report = report_of(database, AGENCY)
    path = f"/reports/{report}/documents/notice"
    assert "还没有整改通知" in supervisor.get(path).text
    notices.draft(database, person_supervisor, [report])
    own = chosen.home / OWN
    own.parent.mkdir()
    made = shipped_template()
    made.add_paragraph("{{发文字号}}")
    made.save(str(own))
    answer = supervisor.get(path)
    assert answer.status_code == 409
    assert "占位符“{{发文字号}}”无法识别" in answer.text
    own.unlink()
    assert texts_of(supervisor.get(path).content)[0] == "关于做好2023年政府信息公开工作年度报告问题整改的通知"


def test_an_agency_takes_away_its_own_and_nothing_else(
    agency: Browser, database: Engine, person_supervisor: Person
) -> None:
    own, other = report_of(database, AGENCY), report_of(database, NEIGHBOUR)
    for kind in ("problem-list", "result.docx", "notice"):
        assert agency.get(f"/reports/{other}/documents/{kind}").status_code == 404
    assert [row[1] for row in rows_of(agency.get(f"/reports/{own}/documents/problem-list").content)] == [
        AGENCY
    ]
    assert {row[1] for row in rows_of(agency.get("/documents/problem-list").content)} == {AGENCY}
    (drafted,) = notices.draft(database, person_supervisor, [own])
    assert agency.get(f"/reports/{own}/documents/notice").status_code == 409
    assert agency.get(f"/notices/{drafted}/document").status_code == 404
    notices.issue(database, person_supervisor, [drafted], "b" * 32)
    assert agency.get(f"/notices/{drafted}/document").headers["content-type"] == DOCX
    for path in ("/documents/circular?year=2023", "/documents/notices?year=2023", "/notices"):
        assert agency.get(path).status_code == 404


def test_another_region_sees_nothing(browser: object, database: Engine) -> None:
    elsewhere = browser("elsewhere")  # type: ignore[operator]
    own = report_of(database, AGENCY)
    assert elsewhere.get(f"/reports/{own}/documents/result.pdf").status_code == 404
    assert rows_of(elsewhere.get("/documents/problem-list").content) == []
    assert rows_of(elsewhere.submit("/documents/selected", {"report": [str(own)]}).content) == []
    with database.connect() as connection:
        above = connection.execute(select(AGENCIES.c.id).where(AGENCIES.c.name == REGION)).scalar_one()
    assert elsewhere.get(f"/documents/problem-list?region={above}").status_code == 404
    assert elsewhere.get(f"/documents/circular?year=2023&region={above}").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/documents/problem-list?severity=grave", 422),
        ("/documents/problem-list?year=20233", 422),
        ("/documents/circular?year=2023&due_on=明天", 422),
        ("/documents/circular", 422),
        ("/reports/99999/documents/problem-list", 404),
        ("/reports/1/documents/result.exe", 404),
    ],
)
def test_what_makes_no_sense_is_refused(supervisor: Browser, path: str, status: int) -> None:
    assert supervisor.get(path).status_code == status


def test_the_result_of_a_report_as_a_document(supervisor: Browser, database: Engine) -> None:
    answer = supervisor.get(f"/reports/{report_of(database, AGENCY)}/documents/result.docx")
    texts = texts_of(answer.content)
    assert texts[0] == "映溪区水务局2023年度政府信息公开工作年度报告核查结果"
    assert "【一般问题】1个" in texts
    assert any(text.startswith("1．表二“行政规范性文件”：2022年度报告现行有效10件") for text in texts)
