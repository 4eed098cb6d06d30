from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from models.views import ReportView
from tasks.publish.site import slugs, write_site
from tests.pages import sample_view
from tests.pages.css import select
from tests.pages.sample_view import HOSTILE, HOSTILE_CELL, RULES, sweep

NAMES = {report.agency: slug for slug, report in slugs(sweep().reports).items()}


def page(site: Path, name: str) -> html.HtmlElement:
    return html.fromstring((site / name).read_bytes())


def report_page(site: Path, agency: str) -> html.HtmlElement:
    return page(site, f"reports/{NAMES[agency]}.html")


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def texts(root: html.HtmlElement, query: str) -> list[str]:
    return [text(element) for element in select(root, query)]


def section(root: html.HtmlElement, name: str) -> html.HtmlElement:
    return select(root, f"section[aria-labelledby={name}]")[0]


def cell(root: html.HtmlElement, code: str) -> html.HtmlElement:
    return root.get_element_by_id(f"c-{code}")


def written(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_figures_of_the_sweep_are_counted(site: Path) -> None:
    index = page(site, "index.html")
    assert texts(index, ".figures li") == [
        "应报7份", "已报5份", "未报2份", "无法读取2个文件", "严重问题单位2个", "待核1份", "合格及以上4份",
    ]  # fmt: skip
    assert "另有 1 份报告年度不明，未计入已报。2 份报告可核查的规则不足，暂不评分。" in text(index)
    assert texts(index, "h1") == ["2023年度青禾区政府信息公开工作年度报告核查"]


def test_the_table_lists_the_gravest_reports_first_with_findings_for_the_operator_apart(site: Path) -> None:
    rows = select(page(site, "index.html"), "#list tbody tr")
    assert [[text(c) for c in row] for row in rows] == [
        ["青禾区人民政府", "2023", "69.0", "合格", "3", "1", "1", "0", "0", "2", "Word文档"],
        [HOSTILE, "不明", "—", "暂不评分", "1", "0", "0", "0", "0", "0", "纯文本"],
        ["青禾区柳溪镇人民政府", "2022", "97.0", "优秀", "0", "1", "0", "0", "1", "1", "Word文档"],
        ["青禾区教育局", "2023", "—", "暂不评分", "0", "0", "0", "1", "3", "1", "PDF文档"],
        ["青禾区商务局", "2023", "100.0", "优秀", "0", "0", "0", "0", "0", "1", "Word文档"],
        ["青禾区水务局", "2020", "100.0", "优秀", "0", "0", "0", "0", "0", "1", "网页"],
    ]


def test_the_most_frequent_failures_leave_out_what_is_for_the_operator(site: Path) -> None:
    assert texts(page(site, "index.html"), ".frequent li") == [
        "CELL-01 单元格不得空缺1 份",
        "CELL-05 单元格混入单位或文字1 份",
        "STR-02 部分标题1 份",
        "T3-01 行合计1 份",
        "T3-03 勾稽关系1 份",
        "T4-01 表四各组合计1 份",
        "ZZ/../9 现行规则库中没有的规则1 份",
    ]


def test_the_score_distribution_counts_every_report_once(site: Path) -> None:
    chart = select(page(site, "index.html"), ".chart")[0]
    assert list(zip(texts(chart, ".label"), texts(chart, ".value"), strict=True)) == [
        ("90分及以上", "3"), ("80—90分以下", "0"), ("70—80分以下", "0"), ("60—70分以下", "1"), ("60分以下", "0"),
        ("暂不评分", "2"),
    ]  # fmt: skip


def test_who_is_missing_what_is_unreadable_and_our_own_faults_stand_apart(site: Path) -> None:
    index = page(site, "index.html")
    assert texts(section(index, "missing"), "li") == [
        "青禾区财政局 2023年度",
        "青禾区石桥乡人民政府 2023年度",
    ]
    assert texts(section(index, "unreadable"), "li") == [
        "文件已加密 财政局.pdf文件已加密，无法读取，请取消密码后重新提交。",
        "无法读取 卫生 健康局.docx文件不完整，请重新提交。",
    ]
    assert texts(section(index, "broken"), "li") == ["统计局.html读取时发生意外，请联系维护人员。"]


def test_a_finding_says_its_numbers_its_source_and_how_to_mend_it(site: Path) -> None:
    root = report_page(site, "青禾区人民政府")
    found = root.get_element_by_id("f2")
    assert found.get("class") == "finding is-critical"
    assert texts(found, "h4") == ["◆严重问题 2 T3-03 勾稽关系"]
    assert texts(found, ".message") == [sample_view.IDENTITY.message]
    assert texts(found, ".numbers div") == ["实际26", "应为25", "差额+1"]
    assert list(zip(texts(found, ".detail > dt"), texts(found, ".detail > dd"), strict=True)) == [
        (
            "单元格",
            "“总计”列一、本年新收政府信息公开申请数量 23二、上年结转政府信息公开申请数量 3（七）总计 24"
            "四、结转下年度继续办理 1",
        ),
        ("文中位置", "第3页，第2个表格，第10列"),
        ("依据", "国办公开办函〔2021〕30号附件"),
        ("如何更正", "请核对新收、结转和办结件数后更正。"),
        ("同因", "T3-04 总计列独立成立 因同一原因不通过，不另列问题。"),
    ]


def test_findings_are_sorted_by_severity_whatever_their_order(site: Path) -> None:
    found = section(report_page(site, "青禾区人民政府"), "findings")
    assert texts(found, "h3") == ["严重问题（3项）", "一般问题（1项）", "提示问题（1项）"]
    assert texts(found, ".finding h4 .rule code") == ["T3-01", "T3-03", "T4-01", "CELL-01", "STR-02"]


def test_each_cell_of_a_finding_is_marked_and_leads_back_to_it(site: Path) -> None:
    root = report_page(site, "青禾区人民政府")
    twice = cell(root, "t3.carried_in.total")
    assert twice.get("class") == "cell is-critical"
    assert [(text(a), a.get("href")) for a in select(twice, ".marks a")] == [("◆1", "#f1"), ("◆2", "#f2")]
    blank = cell(root, "t2.coercion.decisions")
    assert (blank.get("class"), text(blank)) == ("cell is-warning is-blank", "空▲4")
    marked = {c.get("id") for c in select(root, "td.cell") if select(c, ".marks")}
    finds = (sample_view.ROW_TOTAL, sample_view.IDENTITY, sample_view.DISPUTES, sample_view.BLANKS)
    assert marked == {f"c-{code}" for finding in finds for code in finding.cells}


@pytest.mark.parametrize("agency", sorted(NAMES))
def test_every_link_within_a_page_has_its_anchor_and_every_id_stands_once(site: Path, agency: str) -> None:
    root = report_page(site, agency)
    ids = [element.get("id") for element in select(root, "[id]")]
    assert len(ids) == len(set(ids))
    targets = {a.get("href")[1:] for a in select(root, 'a[href^="#"]')}
    assert targets - set(ids) == set()


def test_every_link_between_pages_leads_to_a_file(site: Path) -> None:
    for file in sorted(site.rglob("*.html")):
        for link in select(html.fromstring(file.read_bytes()), "a[href]"):
            target = link.get("href").partition("#")[0]
            assert (file.parent / target).exists(), f"{file.name}: {link.get('href')}"


def test_the_score_shows_its_sum_and_that_it_is_ours(site: Path) -> None:
    root = report_page(site, "青禾区人民政府")
    assert texts(root, ".score p") == ["69.0分", "合格", "核查覆盖率 100%", "本系统评分模型，非官方评分"]
    assert [[text(c) for c in row] for row in select(root, ".sums tr")] == [
        ["维度", "满分", "扣分项目", "扣分", "得分"],
        ["结构完整", "28.5", "无", "0", "28.5"],
        ["填写规范", "14.3", "CELL-01 单元格不得空缺 扣 3 分", "3", "11.3"],
        [
            "数据勾稽", "42.9",
            "T3-01 行合计 扣 8 分T3-03 勾稽关系 扣 12 分T4-01 表四各组合计 扣 8 分", "28", "14.9",
        ],
        ["跨年衔接", "14.3", "无", "0", "14.3"],
        ["合计", "100", "28.5 + 11.3 + 14.9 + 14.3 = 69", "", "69"],
        ["限制", "", "统计数据存在严重勾稽错误，最高89分", "", ""],
        ["最终得分", "", "各维度合计未超过上述限制，按合计计分。", "", "69.0 合格"],
    ]  # fmt: skip


def test_a_gate_that_holds_the_score_down_and_a_used_up_dimension_say_so(tmp_path: Path) -> None:
    scored = sample_view.score(
        59.0, "不合格", ("format", "CELL-01", 16.0, "8+8"), gates=("缺少统计表，最高59分",)
    )
    report = sample_view.good()
    report = replace(report, evaluation=replace(report.evaluation, score=scored))
    write_site(replace(sweep(), reports=(report,)), tmp_path, RULES)
    rows = [[text(c) for c in row] for row in select(report_page(tmp_path, report.agency), ".sums tr")]
    assert rows[2] == ["填写规范", "14.3", "CELL-01 单元格不得空缺 扣 16 分（8+8）", "16扣完为止", "0"]
    assert rows[-1] == ["最终得分", "", "各维度合计 85.7 分，按上述限制计 59 分。", "", "59.0 不合格"]


def test_what_is_unsure_is_never_the_agencys_fault(site: Path) -> None:
    root = report_page(site, "青禾区教育局")
    assert texts(root, ".step") == [
        "下一步请核查人员先对照原文核实1处待核内容，核实前不作结论，青禾区教育局暂不需要处理。"
    ]
    assert texts(section(root, "findings"), ".finding") == []
    assert texts(section(root, "review"), ".finding h4") == ["？待核EXT-01 读取存疑1 处"]
    doubt = section(root, "review").get_element_by_id("h1")
    assert text(doubt) == (
        "待核 1 表三“一、本年新收政府信息公开申请数量”行：原文“12 3 0 0 1 16”只有6个数，应有7个，"
        "未能确定各格的数。 表中位置 第1页，文本第40行"
    )
    assert [a.get("href") for a in select(doubt, "a")] == ["#c-t3.received_new.natural_person"]
    assert texts(root, ".score p")[:2] == ["—", "暂不评分"]
    rows = [[text(c) for c in row] for row in select(section(root, "verdicts"), "tbody tr")]
    assert rows[-1] == ["EXT-01 读取存疑", "？待核", "待核 1"]
    assert rows[4] == ["T3-01 行合计", "—未能核查", "表三“一、本年新收政府信息公开申请数量”行未能确定"]
    assert texts(section(root, "skipped"), "li")[0] == f"T3-01 行合计：{rows[4][2]}"
    rule = page(site, "rules/EXT-01.html")
    assert texts(rule, ".figures li") == ["不通过0份", "待核1份", "未能核查0份", "通过4份", "不适用1份"]


def test_an_unsure_cell_shows_a_question_its_raw_text_and_a_proposal(site: Path) -> None:
    root = report_page(site, "青禾区教育局")
    unsure = cell(root, "t3.received_new.enterprise")
    assert text(unsure) == "？注1核1"
    assert unsure.get("class") == "cell is-review is-uncertain"
    assert unsure.get("title") == (
        "一、本年新收政府信息公开申请数量 × 法人或其他组织-商业企业；原文“12 3 0 0 1 16”，未能确定；"
        "推测为3，未据此核查；一行应有7个数，原文只有6个；第1页，文本第40行"
    )
    assert texts(root, ".notes li") == [
        "注1 “一、本年新收政府信息公开申请数量”行。"
        "原文“12 3 0 0 1 16”，未能确定。一行应有7个数，原文只有6个。"
        "推测依次为 12、3、0、0、0、1、16，仅供核实参考，未据此核查。"
    ]
    ocr = cell(root, "t3.carried_in.total")
    assert (ocr.get("class"), ocr.get("title")) == (
        "cell is-ocr", "二、上年结转政府信息公开申请数量 × 总计；由扫描件识别，置信度62%",
    )  # fmt: skip


def test_cells_are_drawn_as_printed(site: Path) -> None:
    root = report_page(site, "青禾区柳溪镇人民政府")
    drawn = {code: text(cell(root, code)) for code in ("t2.penalty.decisions", "t2.rules.issued")}
    assert drawn == {"t2.penalty.decisions": "约94件（含移送）▲1", "t2.rules.issued": "/"}
    assert text(cell(root, "t4.suit_direct.total")) == "缺"
    assert cell(root, "t4.suit_direct.total").get("class") == "cell is-missing"
    assert text(cell(root, "t3.results.other.total")) == "0"
    assert select(root, '[id="c-t3.results.other.misc.total"]') == []
    assert len(select(root, ".t3 tr")) == 26
    assert text(cell(report_page(site, "青禾区商务局"), "t2.fees.amount_wan_yuan")) == "35.2"


def test_the_2019_form_is_drawn_from_its_own_template(site: Path) -> None:
    root = report_page(site, "青禾区水务局")
    assert len(select(root, "td.cell")) == 198
    assert "零数据报告" in text(select(root, ".score")[0])


def test_versions_show_what_was_mended_what_is_open_and_what_is_new(site: Path) -> None:
    root = report_page(site, "青禾区人民政府")
    assert "第 2 版，共 2 版 收到时间 2024年2月21日01:05" in text(select(root, ".head")[0])
    versions = select(root, ".version")
    assert texts(versions[0], "h3, h4, li") == [
        "第 2 版（本页） 69.0 分 合格",
        "已更正（1项）",
        "CELL-05 单元格混入单位或文字：表二“行政事业性收费”填写“35.2万元”，混入了单位。",
        "仍存在（1项）",
        f"T4-01 表四各组合计：{sample_view.DISPUTES.message}",
        "新出现（1项）",
        f"T3-01 行合计：{sample_view.ROW_TOTAL.message}",
    ]
    assert texts(versions[1], "h3, .empty") == ["第 1 版 58.0 分 不合格", "首次收到。"]


def test_every_rule_has_a_verdict_and_a_consequence_names_its_cause(site: Path) -> None:
    rows = select(section(report_page(site, "青禾区人民政府"), "verdicts"), "tbody tr")
    assert [[text(c) for c in row] for row in rows] == [
        ["STR-02 部分标题", "×不通过", "问题 5"],
        ["STR-06 统计表齐全", "√通过", ""],
        ["CELL-01 单元格不得空缺", "×不通过", "问题 4"],
        ["CELL-05 单元格混入单位或文字", "√通过", ""],
        ["T3-01 行合计", "×不通过", "问题 1"],
        ["T3-03 勾稽关系", "×不通过", "问题 2"],
        ["T3-04 总计列独立成立", "×不通过（同因）", "与 T3-03 同因"],
        ["T4-01 表四各组合计", "×不通过", "问题 3"],
        ["XY-01 结转衔接（总计）", "√通过", ""],
        ["EXT-01 读取存疑", "√通过", ""],
    ]


def test_a_rule_page_lists_who_failed_and_who_could_not_be_checked(site: Path) -> None:
    rule = page(site, "rules/T3-04.html")
    assert texts(rule, ".facts dd")[0] == "总计列自身应当满足勾稽关系。"
    assert texts(rule, ".figures li") == ["不通过1份", "待核0份", "未能核查1份", "通过3份", "不适用1份"]
    assert texts(section(rule, "failed"), "li") == [
        "青禾区人民政府 2023年度与 T3-03 勾稽关系 同因，不另列问题。"
    ]
    assert texts(section(rule, "skipped"), "li") == [
        "青禾区教育局 2023年度表三“一、本年新收政府信息公开申请数量”行未能确定"
    ]
    rows = select(page(site, "rules/index.html"), "#list tbody tr")
    assert [text(c) for c in rows[6]] == [
        "T3-04 总计列独立成立",
        "◆严重",
        "数据勾稽",
        "1",
        "0",
        "1",
        "3",
        "1",
    ]


def test_text_of_reports_is_never_markup(site: Path) -> None:
    for file in sorted(site.rglob("*.html")):
        root = html.fromstring(file.read_bytes())
        assert len(select(root, "script")) == 1, file.name
        assert select(root, "img, iframe, object, form, [onerror]") == [], file.name
    root = report_page(site, HOSTILE)
    assert texts(root, "h1") == [f"{HOSTILE}年度不明"]
    assert texts(section(root, "tables"), ".cells li") == [f"四、结转下年度继续办理 × 总计 {HOSTILE_CELL}"]
    assert texts(root, ".head .file") == ['a"b </title><b>\ufffd\ufffd.txt']


def test_pages_fetch_nothing(site: Path) -> None:
    for file in sorted(site.rglob("*.html")):
        content = file.read_text(encoding="utf-8")
        root = html.fromstring(file.read_bytes())
        assert select(root, "[src]") == []
        assert [link.get("href") for link in select(root, "link")] == ["data:,"]
        assert "http://" not in content and "https://" not in content and "@import" not in content


def test_the_json_beside_a_page_holds_the_whole_view(site: Path) -> None:
    raw = json.loads((site / f"reports/{NAMES['青禾区人民政府']}.json").read_bytes())
    assert raw["ruleset"] == {
        "version": "2026.1",
        "hash": "0123456789abcdef",
        "profile": "default",
        "profile_hash": "fedcba9876543210",
    }
    report = raw["report"]
    assert report["cells"]["t4.review.total"] == {
        "code": "t4.review.total", "raw": "11", "value": 11, "kind": "number", "reason": None, "proposal": None,
        "where": {"page": 2}, "read_by": "text", "confidence": 1,
    }  # fmt: skip
    assert report["evaluation"]["verdicts"]["T4-01"] == "FAIL"
    assert [version["received_at"] for version in report["versions"]] == [
        "2024-01-30T08:00:00+00:00", "2024-02-20T17:05:00+00:00",
    ]  # fmt: skip
    hostile = json.loads((site / f"reports/{NAMES[HOSTILE]}.json").read_bytes())
    assert hostile["report"]["file"] == 'a"b\n</title><b>\x00\udc80.txt'


def test_the_same_view_gives_the_same_bytes_and_old_pages_go(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "0123456789ab-2019.html").write_text("old")
    (tmp_path / "reports" / "notes.txt").write_text("not ours")
    write_site(sweep(), tmp_path, RULES)
    first = written(tmp_path)
    untouched = (tmp_path / "index.html").stat().st_mtime_ns
    assert "reports/0123456789ab-2019.html" not in first
    assert first["reports/notes.txt"] == b"not ours"
    write_site(sweep(), tmp_path, RULES)
    assert written(tmp_path) == first
    assert (tmp_path / "index.html").stat().st_mtime_ns == untouched
    write_site(replace(sweep(), reports=(), errors=(), missing=()), tmp_path, RULES)
    assert sorted(written(tmp_path)) == sorted(
        [
            ".drawn.json",
            "index.html",
            "reports/notes.txt",
            "rules/index.html",
            *(f"rules/{rule}.html" for rule in RULES),
        ]
    )


def test_a_report_that_is_as_it_was_is_not_drawn_again(tmp_path: Path) -> None:
    good, failing = sample_view.good(), sample_view.failing()
    write_site(replace(sweep(), reports=(good, failing)), tmp_path, RULES)
    for slug in slugs([good, failing]):
        (tmp_path / f"reports/{slug}.html").write_text("as it was")
    changed = replace(failing, title="另一个标题")
    write_site(replace(sweep(), reports=(good, changed)), tmp_path, RULES)
    kept = {s: (tmp_path / f"reports/{s}.html").read_text() == "as it was" for s in slugs([good, changed])}
    assert kept == dict(zip(slugs([good, changed]), (True, False), strict=True))
    # other rules, other words on every page
    titles = {rule: replace(text, title="改过的名称") for rule, text in RULES.items()}
    write_site(replace(sweep(), reports=(good, changed)), tmp_path, titles)
    assert "as it was" not in [(tmp_path / f"reports/{s}.html").read_text() for s in kept]


def test_a_page_keeps_its_address_when_a_new_version_arrives() -> None:
    report = sample_view.good()
    resubmitted = replace(report, sha256="9" * 64, file="新版.docx")
    assert list(slugs([report])) == list(slugs([resubmitted]))
    assert list(slugs([report])) != list(slugs([replace(report, year=2022)]))


def test_reports_that_share_agency_and_year_get_pages_of_their_own() -> None:
    report = replace(sample_view.good(), year=None)
    twins = [report, replace(report, sha256="9" * 64)]
    assert list(slugs(twins).values()) == twins
    assert all(name.endswith("-x") for name in slugs(twins))


def step(report: ReportView, folder: Path) -> str:
    write_site(replace(sweep(), reports=(report,)), folder, RULES)
    return texts(report_page(folder, report.agency), ".step")[0].removeprefix("下一步")


def test_the_next_step_follows_the_gravest_finding(tmp_path: Path) -> None:
    assert step(sample_view.failing(), tmp_path) == (
        "请青禾区人民政府逐项核实并更正3项严重问题，一并核实1项一般问题，更正后重新报送并重新公布。"
    )
    assert step(sample_view.undivided(), tmp_path) == (
        "请青禾区柳溪镇人民政府核实1项一般问题，属实的予以更正，确有特殊情况的书面说明原因。"
    )
    assert step(sample_view.good(), tmp_path) == "已核查的规则均未发现问题，报送单位不需要处理。"
    good = sample_view.good()
    skipped = replace(good.evaluation, verdicts=sample_view.verdicts(XY_01=sample_view.SKIP))
    assert step(replace(good, evaluation=skipped), tmp_path) == (
        "已核查的规则均未发现问题，报送单位不需要处理；另有1条规则未能核查，未能核查不等于通过。"
    )
