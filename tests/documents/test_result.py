"""The result of a report as a document, and LibreOffice's PDF of it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
from docx import Document
from sqlalchemy import Engine, select, update

from expectations.profile import default
from tasks.accounts.person import Person
from tasks.ask.report import Asked, ask_report
from tasks.documents import pdf
from tasks.documents.notice import SHIPPED, write_letter
from tasks.documents.pdf import NOT_INSTALLED, NoPdf, as_pdf
from tasks.documents.result import write_result
from tasks.persist.rows import AGENCIES, FINDINGS, STANDINGS
from tasks.publish.rule_texts import rule_texts
from tasks.read.office_process import program
from tests.documents.test_letters import LETTER
from tests.site.conftest import AGENCY

needs_office = pytest.mark.skipif(program() is None, reason="no LibreOffice on this machine")


def report(database: Engine, person: Person, agency: str) -> Asked:
    chosen = select(STANDINGS.c.report_id).join(AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
    with database.connect() as connection:
        id_ = connection.execute(
            chosen.where(AGENCIES.c.name == agency, STANDINGS.c.year == 2023)
        ).scalar_one()
    found = ask_report(database, person, id_)
    assert found is not None
    return found


def test_what_the_document_says(database: Engine, person_supervisor: Person) -> None:
    asked = report(database, person_supervisor, "映溪区住房和城乡建设局")
    document = Document(BytesIO(write_result(asked, rule_texts(default()))))
    texts = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert texts[:3] == [
        "映溪区住房和城乡建设局2023年度政府信息公开工作年度报告核查结果",
        "一、下一步",
        "请映溪区住房和城乡建设局逐项核实并更正1项严重问题，更正后重新报送并重新公布。",
    ]
    start = texts.index("【严重问题】1个")
    assert texts[start + 1] == (
        "1．表三“自然人”列：第一项1与第二项1之和为2，第三项（七）总计1与第四项2之和为3，相差1，勾稽关系不成立。"
        "〔T3-03 勾稽关系：一＋二＝三（七）＋四〕"
    )
    facts, score, two, three, four = document.tables
    assert [cell.text for cell in facts.rows[0].cells] == [
        "单位名称", "映溪区住房和城乡建设局", "报告年度", "2023年度",
    ]  # fmt: skip
    assert [row.cells[2].text for row in score.rows[1:]] == [
        "10.0", "20.0", "10.0", "18.0", "10.0", "10.0", "7.0", "3.0",
    ]  # fmt: skip
    assert [(len(table.rows), len(table.columns)) for table in (two, three, four)] == [
        (14, 4),
        (28, 10),
        (4, 15),
    ]
    assert [[row.cells[n].text for n in (0, 3, 4, 9)] for row in three.rows[3:5]] == [
        ["一、本年新收政府信息公开申请数量", "1＊", "2", "13"],
        ["二、上年结转政府信息公开申请数量", "1＊", "0", "1"],
    ]


def test_an_agency_is_not_told_what_our_own_people_look_at(
    database: Engine, person_operator: Person, person: Callable[[str], Person]
) -> None:
    def told(who: Person, agency: str) -> bool:
        document = Document(BytesIO(write_result(report(database, who, agency), rule_texts(default()))))
        return any(paragraph.text.startswith("【待核内容") for paragraph in document.paragraphs)

    with database.begin() as connection:
        own = select(STANDINGS.c.evaluation_id).join(AGENCIES, AGENCIES.c.id == STANDINGS.c.agency_id)
        own = own.where(AGENCIES.c.name == AGENCY, STANDINGS.c.year == 2023)
        connection.execute(
            update(FINDINGS)
            .where(FINDINGS.c.evaluation_id.in_(own), FINDINGS.c.rule == "T2-03")
            .values(addressee="operator")
        )
    assert told(person_operator, AGENCY) is True
    assert told(person("agency"), AGENCY) is False


@needs_office
def test_libreoffice_opens_a_letter_and_lays_it_out() -> None:
    document = pypdfium2.PdfDocument(as_pdf(write_letter(LETTER, SHIPPED)))
    assert len(document) == 2
    first, second = (document[n].get_textpage().get_text_range() for n in range(2))
    assert [round(side * 25.4 / 72) for side in document[0].get_size()] == [210, 297]
    for said in (
        "关于做好2023年政府信息公开工作年度报告问题整改的通知",
        "云岚区教育局：",
        "云岚区人民政府办公室",
        "— 1 —",
    ):
        assert said.replace(" ", "") in "".join(first.split())
    for said in ("附件", "问题描述", "第二个问题。", "— 2 —"):
        assert said.replace(" ", "") in "".join(second.split())


@needs_office
def test_a_result_as_pdf(database: Engine, person_supervisor: Person) -> None:
    asked = report(database, person_supervisor, "映溪区住房和城乡建设局")
    document = pypdfium2.PdfDocument(as_pdf(write_result(asked, rule_texts(default()))))
    whole = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    assert "映溪区住房和城乡建设局2023年度政府信息公开工作年度报告核查结果" in whole
    assert "表四（行政复议、行政诉讼情况统计表）" in whole


def test_without_libreoffice_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HECHA_SOFFICE", "/nowhere/soffice")
    with pytest.raises(NoPdf) as fault:
        as_pdf(write_letter(LETTER, SHIPPED))
    assert str(fault.value) == NOT_INSTALLED


@needs_office
def test_what_cannot_be_converted_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.05)
    with pytest.raises(NoPdf) as fault:
        as_pdf(write_letter(LETTER, SHIPPED))
    assert str(fault.value) == pdf.TOO_SLOW
