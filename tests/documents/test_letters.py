"""整改通知.docx: the layout of official documents, filled from a template that an office may replace."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tasks.documents.filling import TemplateError
from tasks.documents.notice import HEADS, SHIPPED, Letter, shipped_template, template_of, write_letter
from tasks.documents.official import BODY, FLUSH, SIGNATURE, TITLE, width
from tests.documents.made import problem

LETTER = Letter(
    kind="mend",
    year=2023,
    agency="云岚区教育局",
    body="我办进行了核查，发现问题2个（其中严重问题1个），详见附件。\n逾期未整改的，将依规通报。",
    issuer="云岚区人民政府办公室",
    dated=date(2024, 3, 1),
    number="云政办函〔2024〕5号",
    problems=(problem(1), problem(2, severity="一般", message="第二个问题。")),
)


def opened(content: bytes) -> DocumentObject:
    return Document(BytesIO(content))


def texts(document: DocumentObject) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def own(tmp_path: Path, *paragraphs: str) -> Path:
    """A template of an office: these paragraphs and what must be there."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    path = tmp_path / "notice.docx"
    document.save(str(path))
    return path


NEEDED = ("{{标题}}", "{{主送机关}}：", "{{正文}}", "{{发文机关}}", "{{成文日期}}", "{{问题清单}}")


def test_a_letter_says_what_it_has_to_say() -> None:
    document = opened(write_letter(LETTER, SHIPPED))
    assert [text for text in texts(document) if text] == [
        "云政办函〔2024〕5号",
        "关于做好2023年政府信息公开工作年度报告问题整改的通知",
        "云岚区教育局：",
        "我办进行了核查，发现问题2个（其中严重问题1个），详见附件。",
        "逾期未整改的，将依规通报。",
        "附件：云岚区教育局2023年政府信息公开工作年度报告问题清单",
        "云岚区人民政府办公室",
        "2024年3月1日",
        "附件",
        "云岚区教育局2023年政府信息公开工作年度报告问题清单",
    ]
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        list(HEADS),
        ["1", "表三“（七）总计”行，“自然人”列", LETTER.problems[0].message, "国办公开办函〔2021〕30号附件", "严重", "请核对申请台账。"],
        ["2", "表三“（七）总计”行，“自然人”列", "第二个问题。", "国办公开办函〔2021〕30号附件", "一般", "请核对申请台账。"],
    ]  # fmt: skip
    assert document.core_properties.title == LETTER.title


def test_without_problems_and_number_nothing_is_left_of_their_places() -> None:
    letter = Letter("submit", 2023, "云岚区教育局", "请公布。", "云岚区人民政府办公室", date(2024, 3, 1))
    document = opened(write_letter(letter, SHIPPED))
    assert [text for text in texts(document) if text] == [
        "关于限期公布2023年政府信息公开工作年度报告的通知",
        "云岚区教育局：",
        "请公布。",
        "云岚区人民政府办公室",
        "2024年3月1日",
    ]
    assert document.tables == []


def test_the_page_is_that_of_the_standard() -> None:
    document = opened(write_letter(LETTER, SHIPPED))
    (section,) = document.sections
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert {
        name: (style.font.size, style.element.rPr.rFonts.get(qn("w:eastAsia")))
        for name in (TITLE, BODY)
        for style in [document.styles[name]]
    } == {TITLE: (Pt(22), "方正小标宋简体"), BODY: (Pt(16), "仿宋_GB2312")}
    line = document.styles[BODY].paragraph_format.line_spacing
    assert 22 * line <= Mm(225) < 23 * line
    # 28 characters of 16 pt, each 0.25 pt closer to the next
    assert 28 * (16 - 0.25) <= Mm(156).pt < 29 * (16 - 0.25)
    assert document.styles[BODY].element.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.text, even.text) == ("— 1 —", "— 1 —")
    assert (odd.alignment, even.alignment) == (2, 0)
    assert document.settings.odd_and_even_pages_header_footer is True


def test_who_signs_stands_in_the_middle_above_the_date() -> None:
    for issuer in ("云岚区人民政府办公室", "云岚局", "云岚区政务公开与政府信息公开工作领导小组办公室"):
        document = opened(
            write_letter(Letter("submit", 2023, "局", "请。", issuer, date(2024, 3, 1)), SHIPPED)
        )
        name, day = (p for p in document.paragraphs if p.style.name == SIGNATURE)
        right = [int(p._p.pPr.ind.get(qn("w:rightChars"))) / 100 for p in (name, day)]
        middles = [r + width(p.text) / 2 for r, p in zip(right, (name, day), strict=True)]
        assert abs(middles[0] - middles[1]) <= 0.01
        assert right[1] >= 4 and right[0] >= 0


def test_the_shipped_template_is_what_the_code_makes(tmp_path: Path) -> None:
    shipped_template().save(str(tmp_path / "notice.docx"))
    made, shipped = Document(str(tmp_path / "notice.docx")), Document(str(SHIPPED))
    for part in ("element", "styles.element", "settings.element"):
        first, second = made, shipped
        for name in part.split("."):
            first, second = getattr(first, name), getattr(second, name)
        assert first.xml == second.xml, "run python -m tasks.documents.notice"


def test_an_own_template_comes_before_ours(tmp_path: Path) -> None:
    assert template_of(tmp_path) == SHIPPED
    folder = tmp_path / "templates"
    folder.mkdir()
    path = own(folder, "{{年度}}年第{{严重问题数}}/{{问题数}}号", *NEEDED)
    assert template_of(tmp_path) == path
    document = opened(write_letter(LETTER, path))
    assert texts(document)[0] == "2023年第1/2号"
    assert len(document.tables) == 1


def test_a_name_that_word_has_cut_into_runs_is_found(tmp_path: Path) -> None:
    document = Document()
    for text in NEEDED:
        document.add_paragraph(text)
    cut = document.add_paragraph("致")
    for part, bold in (("{", True), ("{主送", False), ("机关", True), ("}}及{{年", False), ("度}}年", True)):
        cut.add_run(part).bold = bold
    table = document.add_table(1, 1)
    table.cell(0, 0).text = "{{文号}}"
    document.sections[0].header.paragraphs[0].text = "{{ 发文机关 }}"
    path = tmp_path / "notice.docx"
    document.save(str(path))
    made = opened(write_letter(LETTER, path))
    assert "致云岚区教育局及2023年" in texts(made)
    (letter_table, annex) = sorted(made.tables, key=lambda t: len(t.columns))
    assert (letter_table.cell(0, 0).text, len(annex.rows)) == ("云政办函〔2024〕5号", 3)
    assert made.sections[0].header.paragraphs[0].text == "云岚区人民政府办公室"


def test_what_stands_in_a_report_is_never_taken_for_a_name_or_for_xml() -> None:
    letter = Letter(
        "submit", 2023, "{{正文}}<w:p/>\x00局", "正文{{标题}}。\n第二段&amp;<b>", "办", date(2024, 3, 1)
    )
    found = [text for text in texts(opened(write_letter(letter, SHIPPED))) if text]
    assert found[1:4] == ["{{正文}}<w:p/>局：", "正文{{标题}}。", "第二段&amp;<b>"]


@pytest.mark.parametrize(
    ("paragraphs", "said"),
    [
        ((*NEEDED, "{{发文字号}}"), "文书模板“notice.docx”中的占位符“{{发文字号}}”无法识别，可用的有：标题、文号、主送机关、"),
        (NEEDED[1:], "文书模板“notice.docx”缺少占位符“{{标题}}”，请补上后再导出。"),
        ((*NEEDED, "致{{主送机关："), "文书模板“notice.docx”中有不完整的占位符“致{{主送机关：”，应为“{{名称}}”的形式。"),
        ((*NEEDED[:-1], "见{{问题清单}}"), "文书模板“notice.docx”中的“{{问题清单}}”应当单独成为一段。"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_template_is_said(
    paragraphs: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    with pytest.raises(TemplateError) as fault:
        write_letter(LETTER, own(tmp_path, *paragraphs))
    assert str(fault.value).startswith(said)


@pytest.mark.parametrize("content", [b"", b"not a document", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_word_document_is_said(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notice.docx"
    path.write_bytes(content)
    with pytest.raises(TemplateError) as fault:
        write_letter(LETTER, path)
    assert str(fault.value) == "文书模板“notice.docx”不是有效的Word文档（docx），请另存为docx格式后替换。"


def test_a_list_in_a_table_cell_is_refused(tmp_path: Path) -> None:
    document = Document(str(own(tmp_path, *NEEDED[:-1])))
    document.add_table(1, 1).cell(0, 0).text = "{{问题清单}}"
    path = tmp_path / "notice.docx"
    document.save(str(path))
    with pytest.raises(TemplateError) as fault:
        write_letter(LETTER, path)
    assert str(fault.value).endswith("要放表格的占位符不能放在表格、文本框或者页眉页脚里。")


def test_styles_that_an_own_template_lacks_are_added(tmp_path: Path) -> None:
    made = opened(write_letter(LETTER, own(tmp_path, *NEEDED)))
    assert {style.name for style in made.styles} >= {TITLE, FLUSH}
