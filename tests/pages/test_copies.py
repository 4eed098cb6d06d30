"""What a page shows of copies, hints, consequences, alerts and statements that could not be compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import html

from models.results import Addressee, Evaluation, Finding, NotAssessed, Passage, Severity, Verdict
from models.views import ReportView
from tasks.publish.rule_texts import RuleText
from tasks.publish.site import slugs, write_site
from tests.pages import sample_view
from tests.pages.css import select
from tests.pages.sample_view import FAIL, PASS, SKIP

OWN = "2023年，青禾区商务局共公开信息112条，举办培训3次，群众满意度明显提升。"
OTHER = "2023年，青禾区民政局共公开信息96条，举办培训3次，群众满意度明显提升。"
COPY = Finding(
    "DUP-02", Severity.CRITICAL, "与青禾区民政局2023年度报告雷同96%。", Addressee.AGENCY, "peer",
    observed=0.96,
    passages=(Passage(OWN, OTHER, "overview", "青禾区民政局2023年度报告"), Passage("无对照。", section="other")),
)  # fmt: skip
CAUSE = replace(
    sample_view.IDENTITY,
    consequences=("T3-01", "T3-04"),
    entailed=("“总计”行合计不成立。", "总计列不成立。"),
    hint="差额等于上年结转的1件，可能漏计上年结转。",
)
ALERT = "报告中有未遮盖的居民身份证号，请立即核实。"
RULES = sample_view.RULES | {
    name: RuleText(
        name, title, "critical", "依据", "核查内容。", "请更正。", "originality", "示例。",
        "2021年格式", ("例外。",), (("雷同度", "0.9"),), frame, on,
    )
    for name, title, frame, on in (
        ("DUP-02", "与其他单位雷同", "twins", True),
        ("TXT-02", "收到件数与表三", "claims", True),
        ("STR-13", "总体情况篇幅", "prose", False),
    )
}  # fmt: skip
CLAIM = "“全市收到申请95件”的范围不能确定，未与表三比较。"


def copied() -> ReportView:
    verdicts: dict[str, Verdict] = {
        "T3-01": FAIL, "T3-03": FAIL, "T3-04": FAIL, "T4-01": PASS, "DUP-02": FAIL, "TXT-02": SKIP, "XY-01": SKIP,
        "CELL-01": SKIP,
    }  # fmt: skip
    score = replace(
        sample_view.score(59.0, "不合格", coverage=0.8571, gates=("几乎完全相同，最高59分",)),
        left_out=("XY-01",),
        alerts=(ALERT,),
    )
    missed = (
        NotAssessed("TXT-02", CLAIM),
        NotAssessed("XY-01", "未找到该机关2022年度报告。"),
        NotAssessed("CELL-01", "表三读取不确定。"),
    )
    return sample_view.report(
        "青禾区商务局", 2023, Evaluation("a" * 64, verdicts, (CAUSE, COPY), missed, score)
    )


def site(folder: Path) -> tuple[html.HtmlElement, Path]:
    report = copied()
    write_site(replace(sample_view.sweep(), reports=(report,)), folder, RULES)
    (slug,) = slugs([report])
    return html.fromstring((folder / f"reports/{slug}.html").read_bytes()), folder


def texts(root: html.HtmlElement, query: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in select(root, query)]


def test_passages_stand_side_by_side_with_what_both_have_marked(tmp_path: Path) -> None:
    root, _ = site(tmp_path)
    assert texts(root, ".passages cite") == ["本报告 一、总体情况", "青禾区民政局2023年度报告"]
    assert texts(root, ".passages p") == [OWN, OTHER]
    own, other = select(root, ".passages p")
    shared = ["2023年，青禾区", "局共公开信息", "条，举办培训3次，群众满意度明显提升。"]
    assert texts(own, "mark") == shared
    assert texts(other, "mark") == shared
    assert texts(root, ".passage") == ["六、其他需要报告的事项无对照。"]


def test_a_finding_shows_its_hint_and_what_else_it_entails(tmp_path: Path) -> None:
    root, _ = site(tmp_path)
    found = root.get_element_by_id("f1")
    assert texts(found, ".hint") == [
        "可能原因差额等于上年结转的1件，可能漏计上年结转。仅供核对参考，不作为结论。"
    ]
    assert texts(found, ".entailed li") == ["“总计”行合计不成立。", "总计列不成立。"]


def test_an_alert_stands_at_the_top_of_the_report_and_of_the_sweep(tmp_path: Path) -> None:
    root, folder = site(tmp_path)
    assert texts(root, ".alert") == [f"立即处理{ALERT}"]
    index = html.fromstring((folder / "index.html").read_bytes())
    assert texts(index, ".alert li") == [f"青禾区商务局 2023年度{ALERT}"]


def test_statements_of_the_prose_are_listed_for_the_operator_with_their_words(tmp_path: Path) -> None:
    root, _ = site(tmp_path)
    review = select(root, "section[aria-labelledby=review]")[0]
    assert texts(review, "h3, li") == ["文字中的数据表述（1项）", f"TXT-02 收到件数与表三：{CLAIM}"]
    skipped = select(root, "section[aria-labelledby=skipped]")[0]
    assert texts(skipped, "summary") == [
        "报告内容不能确定（1条）",
        "文字表述待核（1条）",
        "没有可比对的材料，不计入覆盖率（1条）",
    ]
    fine = texts(select(root, "section[aria-labelledby=score]")[0], ".fine")[-1]
    assert fine.startswith(
        "核查覆盖率 85.7%：适用的 8 条规则中，1 条没有可比对的材料，不计入；计入的 7 条中，5 条得出结论，2 条未能核查。"
    )


def test_verdicts_stand_by_family_and_only_those_with_something_are_open(tmp_path: Path) -> None:
    root, _ = site(tmp_path)
    families = select(root, "section[aria-labelledby=verdicts] details")
    assert [(texts(f, "summary")[0], f.get("open") is not None) for f in families] == [
        ("表三 3 条：不通过 1，不通过（同因） 2", True),
        ("表四 1 条：通过 1", False),
        ("内容雷同 1 条：不通过 1", True),
        ("文表一致 1 条：未能核查 1", False),
        ("跨年衔接 1 条：未能核查 1", False),
        ("单元格 1 条：未能核查 1", False),
    ]


def test_a_rule_page_shows_exceptions_settings_and_an_example_and_says_what_is_off(tmp_path: Path) -> None:
    _, folder = site(tmp_path)
    rule = html.fromstring((folder / "rules/DUP-02.html").read_bytes())
    shown = dict(zip(texts(rule, ".facts dt"), texts(rule, ".facts dd"), strict=True))
    assert {name: shown[name] for name in ("适用", "例外说明", "方案数值", "示例")} == {
        "适用": "2021年格式",
        "例外说明": "例外。",
        "方案数值": "雷同度：0.9",
        "示例": "示例。（虚构）",
    }
    index = html.fromstring((folder / "rules/index.html").read_bytes())
    assert texts(index, ".sub")[0].endswith("核查方案 default，停用 STR-13。")
    off = html.fromstring((folder / "rules/STR-13.html").read_bytes())
    assert "2021年格式；核查方案 default 停用" in texts(off, ".facts dd")


def test_every_page_names_rule_set_and_profile(tmp_path: Path) -> None:
    _, folder = site(tmp_path)
    for file in sorted(folder.rglob("*.html")):
        foot = texts(html.fromstring(file.read_bytes()), ".foot")[0]
        assert "规则集校验码 0123456789abcdef 核查方案 default 方案校验码 fedcba9876543210" in foot, file.name
