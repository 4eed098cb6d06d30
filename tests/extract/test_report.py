"""Sections, identity, refusals, and the year before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from expectations.template import load
from models.document import Document, Locator, Paragraph, Table
from models.errors import ErrorKind, ReadError
from models.facts import concat
from tasks.compare.years import link_years
from tasks.extract import extract
from tests.extract.made import PROSE, document, numbered, table

FILE = "x.html"


def report(doc: Document, file: str = FILE) -> dict:
    return extract(doc, "s", file).reports.row(0, named=True)


def sections(doc: Document) -> list[tuple]:
    frame = extract(doc, "s", FILE).sections
    return frame.select("key", "heading", "numeral", "match", "order").rows()


def test_identity_of_a_plain_report() -> None:
    row = report(document(tail=("映溪区水务局", "2024年1月17日")))
    assert {
        k: row[k] for k in ("title", "agency", "agency_source", "rank", "organ", "year", "year_source")
    } == {
        "title": "澜川市映溪区水务局2023年政府信息公开工作年度报告",
        "agency": "澜川市映溪区水务局",
        "agency_source": "title",
        "rank": "county",
        "organ": "department",
        "year": 2023,
        "year_source": "title",
    }
    assert (row["period_start"], row["period_end"], row["signed_on"]) == (
        date(2023, 1, 1), date(2023, 12, 31), date(2024, 1, 17),
    )  # fmt: skip
    assert (row["template"], row["template_required"]) == ("v2021", "v2021")
    assert row["fee_statement"] == "2023年未收取信息处理费。"
    assert (row["zero_report"], row["uncertain_cells"]) == (False, 0)


@pytest.mark.parametrize(
    ("title", "agency", "year"),
    [
        ("映溪区教育局 2023 年政府信息公开工作年度报告", "映溪区教育局", 2023),
        ("2022年澜川市人民政府政府信息公开工作年度报告", "澜川市人民政府", 2022),
        ("映溪区财政局关于2023年度政府信息公开工作的年度报告", "映溪区财政局", 2023),
        ("２０２３年度映溪区民政局政府信息公开工作年度报告", "映溪区民政局", 2023),
        ("映溪区石塘镇人民政府二〇二三年政府信息公开工作年度报告", None, 2023),
        ("2023年度政府信息公开工作年度报告", None, 2023),
        ("石塘镇政府信息公开工作年度报告", "石塘镇", None),
        ("映溪区水务局政府信息公开工作年度报告（2023年度）", "映溪区水务局", 2023),
        ("映溪区水务局政府信息公开工作年度报告（2023）", "映溪区水务局", 2023),
        ("映溪区水务局关于2023年度政府信息公开工作年度报告的公告", "映溪区水务局", 2023),
        ("映溪区水务局2023年政府信息公开年报", "映溪区水务局", 2023),
    ],
)
def test_titles(title: str, agency: str | None, year: int | None) -> None:
    row = report(document(title=title, intro="现予公布。"), "a.html")
    assert row["title_year"] == year
    if agency:
        assert row["agency"] == agency


def test_a_title_set_in_two_lines() -> None:
    doc = document(title="映溪区水务局")
    doc = Document((doc.blocks[0], Paragraph("2023年政府信息公开工作年度报告"), *doc.blocks[1:]), "html")
    assert report(doc)["title"] == "映溪区水务局2023年政府信息公开工作年度报告"


def test_a_title_set_in_three_lines() -> None:
    doc = document(title="映溪区水务局")
    rest = (Paragraph("2023年度"), Paragraph("政府信息公开工作年度报告"), *doc.blocks[1:])
    row = report(Document((doc.blocks[0], *rest), "html"))
    assert (row["title"], row["agency"], row["title_year"]) == (
        "映溪区水务局2023年度政府信息公开工作年度报告", "映溪区水务局", 2023,
    )  # fmt: skip


def test_a_table_in_an_unknown_shape_is_unsure_not_missing() -> None:
    doc = document()
    words = Paragraph("行政复议结果维持0件，结果纠正0件；未经复议直接起诉0件，复议后起诉0件。")
    blocks = tuple(words if getattr(b, "columns", 0) == 15 else b for b in doc.blocks)
    facts = extract(Document(blocks, "html"), "s", FILE)
    assert facts.tables["occurrences"].to_list() == [1, 1, None]


def test_agency_and_year_from_elsewhere_say_so() -> None:
    bare = {
        "title": "2023年度政府信息公开工作年度报告",
        "intro": "根据条例，现公布2023年度映溪区商务局信息公开年度报告。",
    }
    row = report(document(**bare))
    assert (row["agency"], row["agency_source"]) == ("映溪区商务局", "intro")
    row = report(document(title="前言", intro="概述如下。"), "映溪区水务局_2023.html")
    assert (row["agency"], row["agency_source"], row["year"], row["year_source"]) == (
        "映溪区水务局", "file_name", 2023, "file_name",
    )  # fmt: skip
    row = report(
        document(title="前言", intro="如下。", tail=("映溪区水务局", "二〇二四年一月十七日")), "a.html"
    )
    assert (row["agency"], row["agency_source"], row["signed_on"]) == (
        "映溪区水务局", "signature", date(2024, 1, 17),
    )  # fmt: skip


def test_sections_in_order_with_exact_headings() -> None:
    template = load("v2021")
    assert sections(document()) == [
        (s.key, s.heading, s.numeral, "exact", n) for n, s in enumerate(template.sections, start=1)
    ]


def replaced(doc: Document, old: str, new: str | None) -> Document:
    blocks = [
        Paragraph(new) if isinstance(b, Paragraph) and b.text == old and new is not None else b
        for b in doc.blocks
        if not (new is None and isinstance(b, Paragraph) and b.text == old)
    ]
    return Document(tuple(blocks), doc.format)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("四、政府信息公开行政复议、行政诉讼情况", "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况",
         ("disputes", "因政府信息公开工作被申请行政复议、提起行政诉讼情况", "四", "variant", 4)),
        ("四、政府信息公开行政复议、行政诉讼情况", "四、政府信息公开行政法复议、行政诉讼情况",
         ("disputes", "政府信息公开行政法复议、行政诉讼情况", "四", "deviation", 4)),
        ("一、总体情况", "一、工作总体推进情况", ("overview", "工作总体推进情况", "一", "deviation", 1)),
        ("三、收到和处理政府信息公开申请情况", "3、 收到和处理政府信息公开申请情况",
         ("requests", "收到和处理政府信息公开申请情况", "3", "exact", 3)),
        ("五、存在的主要问题及改进情况", "存在的主要问题及改进情况",
         ("problems", "存在的主要问题及改进情况", None, "exact", 5)),
        ("六、其他需要报告的事项", None, ("other", None, None, None, None)),
    ],
)  # fmt: skip
def test_heading_wordings(old: str, new: str | None, expected: tuple) -> None:
    assert next(row for row in sections(replaced(document(), old, new)) if row[0] == expected[0]) == expected


def test_extra_section_and_table_of_contents() -> None:
    doc = document(tail=("七、下一步工作打算", "继续努力。"))
    assert sections(doc)[-1] == ("extra", "下一步工作打算", "七", "extra", 7)
    contents = tuple(Paragraph(f"{s.numeral}、{s.heading}") for s in load("v2021").sections)
    doc = document()
    with_contents = Document((doc.blocks[0], *contents, *doc.blocks[1:]), "html")
    frame = extract(with_contents, "s", FILE).sections
    assert frame["match"].to_list() == ["exact"] * 6
    assert frame["occurrences"].to_list() == [1] * 6
    assert frame["order"].to_list() == [1, 2, 3, 4, 5, 6]
    assert frame["text"].to_list()[0] == PROSE["overview"]
    listed = "；".join(f"{s.numeral}、{s.heading}" for s in load("v2021").sections)
    in_a_sentence = Document((doc.blocks[0], Paragraph(f"本报告包括：{listed}。"), *doc.blocks[1:]), "html")
    frame = extract(in_a_sentence, "s", FILE).sections
    assert frame["order"].to_list() == [1, 2, 3, 4, 5, 6]
    assert frame["occurrences"].to_list() == [1] * 6


def test_section_text_leaves_tables_out_and_heading_with_text_on_one_line() -> None:
    doc = replaced(document(), "六、其他需要报告的事项", "六、其他需要报告的事项：无。")
    doc = replaced(doc, PROSE["other"], None)
    frame = extract(doc, "s", FILE).sections
    assert frame["text"].to_list()[1:4] == ["", "", ""]
    assert frame["heading"].to_list()[5] == "其他需要报告的事项"
    assert frame["characters"].to_list()[5] == 1
    assert report(doc)["fee_statement"] is None


def test_table_under_the_wrong_heading_is_read_and_reported() -> None:
    doc = document()
    at = {b.text: i for i, b in enumerate(doc.blocks) if isinstance(b, Paragraph)}
    blocks = list(doc.blocks)
    table = blocks.pop(at["三、收到和处理政府信息公开申请情况"] + 1)
    where = next(i for i, b in enumerate(blocks) if isinstance(b, Paragraph) and b.text.startswith("四、"))
    blocks.insert(where + 1, table)
    facts = extract(Document(tuple(blocks), "html"), "s", FILE)
    assert dict(facts.sections.select("key", "misplaced_table").rows())["disputes"] == "t3"
    assert facts.tables.select("table", "cells_read", "section").rows() == [
        ("t2", 10, "proactive"), ("t3", 175, "disputes"), ("t4", 15, "disputes"),
    ]  # fmt: skip


def test_what_is_no_report_is_refused() -> None:
    notice = Document(
        (Paragraph("关于做好2023年政府信息公开工作年度报告编制工作的通知"), Paragraph("各单位：请抓紧。")),
        "txt",
    )
    with pytest.raises(ReadError) as refused:
        extract(notice, "s", FILE)
    assert (refused.value.kind, refused.value.message) == (
        ErrorKind.NOT_A_REPORT,
        "文件中没有找到政府信息公开工作年度报告的六个部分和三张表，请确认提交的文件是否正确。",
    )


def test_two_reports_in_one_file_are_refused_by_name() -> None:
    one, two = document(), document(title="映溪区民政局2023年政府信息公开工作年度报告")
    with pytest.raises(ReadError) as refused:
        extract(Document((*one.blocks, *two.blocks), "html"), "s", FILE)
    assert (refused.value.kind, refused.value.message) == (
        ErrorKind.UNSUPPORTED,
        "文件中含有2份年度报告（澜川市映溪区水务局2023年政府信息公开工作年度报告、映溪区民政局2023年政府信息公开工作年度报告），"
        "请拆分成每份报告一个文件后重新提交。",
    )


def test_a_page_that_carries_the_report_twice_is_one_report() -> None:
    doc = document()
    facts = extract(Document((*doc.blocks, *doc.blocks), "html"), "s", FILE)
    assert facts.tables["occurrences"].to_list() == [2, 2, 2]
    assert facts.sections["occurrences"].to_list() == [2] * 6


def test_a_missing_table_is_missing() -> None:
    doc = document()
    without = Document(tuple(b for b in doc.blocks if getattr(b, "columns", 0) != 15), "html")
    facts = extract(without, "s", FILE)
    assert facts.tables.select("table", "cells_found", "cells_read", "occurrences").rows() == [
        ("t2", 10, 10, 1), ("t3", 175, 175, 1), ("t4", 0, 0, 0),
    ]  # fmt: skip


def test_years_are_linked_by_agency_and_latest_version() -> None:
    template = load("v2021")
    first = numbered(template) | {"t3.carried_out.total": "3", "t2.rules.in_force": "8"}
    mended = first | {"t3.carried_out.total": "4"}
    title = "映溪区水务局{}年政府信息公开工作年度报告"
    old = extract(document(first, title=title.format(2022), tail=("2023年1月10日",)), "a", "a.html")
    newer = extract(document(mended, title=title.format(2022), tail=("2023年2月10日",)), "b", "a2.html")
    now = extract(document(first, title=title.format(2023)), "c", "c.html")
    linked = link_years(concat([now, newer, old]))
    total = {r["submission"]: r for r in linked.years.iter_rows(named=True) if r["applicant"] == "total"}
    assert (total["c"]["previous_submission"], total["c"]["previous_carried_out"]) == ("b", 4.0)
    assert (total["a"]["previous_submission"], total["b"]["previous_submission"]) == (None, None)
    rules = {r["submission"]: r for r in linked.documents.iter_rows(named=True) if r["kind"] == "rules"}
    assert (rules["c"]["previous_in_force"], rules["a"]["previous_in_force"]) == (8.0, None)


def test_stock_is_never_compared_across_the_template_change() -> None:
    title = "映溪区水务局{}年政府信息公开工作年度报告"
    old = extract(document(template_id="v2019", title=title.format(2020)), "a", "a.html")
    now = extract(document(title=title.format(2021)), "b", "b.html")
    linked = link_years(concat([old, now]))
    assert set(linked.documents["previous_submission"].to_list()) == {None}
    assert set(linked.years.filter(linked.years["submission"] == "b")["previous_submission"].to_list()) == {
        "a"
    }


def test_a_heading_broken_up_by_the_layout_is_unsure_and_accuses_nobody() -> None:
    doc = replaced(document(), "三、收到和处理政府信息公开申请情况", "三、收到和处理 （本列数据的勾")
    row = next(r for r in extract(doc, "s", FILE).sections.iter_rows(named=True) if r["key"] == "requests")
    assert (row["heading"], row["match"], row["order"], row["characters"]) == (
        "三、收到和处理 （本列数据的勾", "uncertain", None, None,
    )  # fmt: skip
    assert set(extract(doc, "s", FILE).sections["misplaced_table"].to_list()) == {None}


def test_a_table_that_may_stand_in_a_picture_is_unsure() -> None:
    doc = document()
    without = tuple(b for b in doc.blocks if getattr(b, "columns", 0) != 15)
    facts = extract(Document(without, "docx", (("pictures", "1"),)), "s", FILE)
    assert facts.tables["occurrences"].to_list() == [1, 1, None]
    kinds = {r["kind"] for r in facts.cells.iter_rows(named=True) if r["table"] == "t4"}
    assert kinds == {"uncertain"}


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("2023年未收取信息处理费。", True),
        ("2023年我单位不存在信息公开收费情况。", True),
        ("依申请公开收费标准按规定执行。", True),
        ("本年度行政事业性收费为0。", False),
        ("没有其他需要报告的事项。", False),
        ("无。", False),
    ],
)
def test_fee_statements(sentence: str, found: bool) -> None:
    row = report(document(prose={**PROSE, "other": sentence}))
    assert row["fee_statement"] == (sentence if found else None)


def test_a_fee_statement_broken_over_lines_or_in_another_section() -> None:
    doc = document(prose={**PROSE, "other": "一是完成任务。二是未收取政府信息公开信息"}, tail=("处理费。",))
    assert report(doc)["fee_statement"] == "二是未收取政府信息公开信息处理费。"
    doc = document(prose={**PROSE, "other": "无。", "problems": "存在问题较多。全年未收取信息处理费。"})
    assert report(doc)["fee_statement"] == "全年未收取信息处理费。"


@pytest.mark.parametrize("blocks", [(), (Paragraph(""),), (Paragraph("\n"), Paragraph(" "))])
def test_a_document_without_words_is_no_report(blocks: tuple) -> None:
    with pytest.raises(ReadError) as refused:
        extract(Document(blocks, "html"), "s", FILE)
    assert refused.value.kind is ErrorKind.NOT_A_REPORT


def test_a_breadcrumb_is_no_title() -> None:
    doc = document()
    crumbs = (Paragraph("首页 > 政府信息公开 > 年报"), Paragraph("索引号：A/2024"))
    assert (
        report(Document((*crumbs, *doc.blocks), "html"))["title"]
        == "澜川市映溪区水务局2023年政府信息公开工作年度报告"
    )


def test_a_part_under_another_name_is_a_deviation_not_missing() -> None:
    doc = replaced(document(), "一、总体情况", "一、概述")
    assert sections(doc)[0] == ("overview", "概述", "一", "deviation", 1)


def test_subheadings_with_the_words_of_a_part_do_not_repeat_it() -> None:
    doc = document()
    inner = (
        Paragraph("1.主动公开政府信息情况"),
        Paragraph("公开126条。"),
        Paragraph("（二）收到和处理政府信息公开申请情况"),
    )
    at = next(i for i, b in enumerate(doc.blocks) if isinstance(b, Paragraph) and b.text == PROSE["overview"])
    frame = extract(Document((*doc.blocks[:at], *inner, *doc.blocks[at:]), "html"), "s", FILE).sections
    assert frame["occurrences"].to_list() == [1] * 6
    assert frame["order"].to_list() == [1, 2, 3, 4, 5, 6]


def test_of_several_periods_the_one_of_the_report_year_counts() -> None:
    both = "2022年1月1日至2022年12月31日的数据见上年报告。本报告数据的统计期限自2023年1月1日起至2023年12月31日止。"
    row = report(document(intro=both))
    assert (row["period_start"], row["period_end"]) == (date(2023, 1, 1), date(2023, 12, 31))


def test_a_table_of_the_agencys_own_is_not_the_forms() -> None:
    doc = document()
    own = table([["指标", "数量"], ["行政许可", "33"], ["行政复议", "2"], ["行政诉讼", "1"]], "ruled", 9)
    at = next(i for i, b in enumerate(doc.blocks) if isinstance(b, Paragraph) and b.text == PROSE["overview"])
    facts = extract(Document((*doc.blocks[:at], own, *doc.blocks[at:]), "html"), "s", FILE)
    assert facts.tables["occurrences"].to_list() == [1, 1, 1]
    assert facts.tables["cells_read"].to_list() == [10, 175, 15]


def test_a_text_that_breaks_off_in_a_heading_is_read_to_its_end() -> None:
    whole = document()
    broken = Document((*whole.blocks, Paragraph("正文到此为止。四、政府信息公开行政复议、行政诉")), "txt")
    facts = extract(broken, "s", FILE)
    assert facts.sections.filter(key="disputes")["occurrences"].to_list() == [1]


def test_the_order_of_sheets_misplaces_no_table() -> None:
    def on_sheets(document: Document) -> Document:
        tables = [block for block in document.blocks if isinstance(block, Table)]
        words = [block for block in document.blocks if not isinstance(block, Table)]
        sheets = [
            replace(t, cells=tuple(replace(c, locator=replace(c.locator, sheet=f"表{n}")) for c in t.cells))
            for n, t in enumerate(tables)
        ]
        text = [replace(block, locator=Locator(sheet="正文")) for block in words]
        return Document((*text, *sheets), "xlsx")

    facts = extract(on_sheets(document()), "s", FILE)
    assert facts.sections["misplaced_table"].to_list() == [None] * 6
