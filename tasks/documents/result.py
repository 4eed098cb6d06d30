"""What was found in one report, as a document to print or to file: what its page shows, without what is clicked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docx.document import Document as DocumentObject
from docx.shared import Pt

from expectations.rules.wording import TABLE_TITLES
from models.results import Finding
from tasks.ask.lifted import difference
from tasks.ask.report import Asked
from tasks.decide.reviews import NAMES
from tasks.decide.states import machine
from tasks.documents.form_table import draw
from tasks.documents.notice import saved
from tasks.documents.official import (
    DETAIL,
    DETAIL_HEAD,
    TABLE_HEAD,
    TABLE_TEXT,
    TITLE,
    fill_row,
    grid,
    lay_out,
    official_document,
)
from tasks.documents.text import clean
from tasks.publish import words
from tasks.publish.findings import Numbered, numbered
from tasks.publish.form import forms
from tasks.publish.rule_texts import RuleText

GROUPS: Mapping[str, str] = {
    "critical": "严重问题",
    "warning": "一般问题",
    "info": "提示",
    "review": "待核内容（由核查人员对照原文核实，暂不作为单位的问题）",
}
NOT_SCORED_ANEW = "该次核查所用的评分标准已无法取得，得分未按处理意见重新计算。"
SCORE_NOTE = "得分依据本系统评分模型，非官方评分。未能核查的规则不视为通过。"


def write_result(report: Asked, rules: Mapping[str, RuleText]) -> bytes:
    """Return the result of a version of a report as a docx; `rules` are the texts under the profile in force."""
    view = report.view
    title = f"{view.agency}{words.year(view.year)}政府信息公开工作年度报告核查结果"
    document = official_document(title)
    document.add_paragraph(clean(title), TITLE)
    document.add_paragraph("", DETAIL)
    _facts(document, report)
    found = numbered(view.evaluation, list(view.cells))
    stands = view.evaluation if report.stands is None else report.stands.evaluation
    step = words.next_step(view.agency, stands.findings, stands.verdicts, stands.score.total is not None)
    _part(document, "一、下一步", [step] if report.judged else ["该版本尚未核查。"])
    _score(document, report, rules)
    document.add_paragraph("三、问题明细", DETAIL_HEAD)
    if not found:
        document.add_paragraph("没有发现问题。", DETAIL)
    for kind, name in GROUPS.items():
        listed = [one for one in found if one.kind == kind]
        if listed:
            document.add_paragraph(
                f"【{name}】{len(listed)}个", DETAIL
            ).paragraph_format.keep_with_next = True
            for one in listed:
                _finding(document, report, one, rules.get(one.finding.rule))
    skipped = [f"{n.rule} {_title(rules, n.rule)}：{n.reason}" for n in view.evaluation.not_assessed]
    _part(document, "四、未能核查的规则", skipped or ["没有。"])
    _tables(document, report, found)
    return saved(document)


def _facts(document: DocumentObject, report: Asked) -> None:
    view, version = report.view, report.view.versions[report.number - 1]
    judged = report.judged
    rows = (
        ("单位名称", view.agency, "报告年度", words.year(view.year)),
        (
            "报告版本",
            f"第{report.number}版，共{report.newest}版",
            "收到时间",
            words.instant(version.received_at),
        ),
        ("报告文件", view.file, "文件格式", words.FORMATS.get(view.format, view.format)),
        ("办理状态", machine().states[report.state].name, "落款日期", words.day(view.signed_on)),
        (
            "规则版本",
            "" if judged is None else f"{judged.ruleset_version}（核查方案：{judged.profile}）",
            "核查时间",
            "" if judged is None else words.instant(judged.at),
        ),
    )
    widths = (20, 62, 20, 54)
    table = document.add_table(rows=0, cols=4)
    lay_out(table, widths)
    for row in rows:
        fill_row(table, [clean(text) for text in row], widths, TABLE_TEXT)


def _score(document: DocumentObject, report: Asked, rules: Mapping[str, RuleText]) -> None:
    score = report.view.evaluation.score
    document.add_paragraph("二、得分", DETAIL_HEAD)
    said = f"总分{words.points(score.total)}，等次：{score.grade}；已核查规则占应核查规则的{100 * score.coverage:.0f}%。"
    document.add_paragraph(said, DETAIL)
    for text in (*score.alerts, *score.gates):
        document.add_paragraph(clean(text) + ("" if text.endswith("。") else "。"), DETAIL)
    rows = [
        (
            one.title,
            words.number(one.maximum),
            words.points(one.points),
            "\n".join(
                f"{taken.rule} {_title(rules, taken.rule)}：扣{words.number(taken.points)}分（{taken.note}）"
                for taken in one.deductions
            ),
        )
        for one in score.dimensions
        if one.maximum
    ]
    if rows:
        grid(document, ("评分维度", "满分", "得分", "扣分"), rows, (34, 14, 14, 94))
    document.add_paragraph(SCORE_NOTE, TABLE_TEXT)
    _after_decisions(document, report, rules)


def _after_decisions(document: DocumentObject, report: Asked, rules: Mapping[str, RuleText]) -> None:
    found = difference(report)
    if found is None:
        return
    if not found.scored:
        document.add_paragraph(NOT_SCORED_ANEW, DETAIL)
        return
    said = f"以上为核查得分。按处理意见认定后，总分{words.points(found.after.total)}，等次：{found.after.grade}。"
    document.add_paragraph(said, DETAIL)
    for name, gates in (("不再适用", found.opened), ("改为适用", found.closed)):
        for gate in gates:
            document.add_paragraph(clean(f"限制{name}：{gate}。"), DETAIL)
    rows = [
        (
            f"{one.rule} {_title(rules, one.rule)}",
            "、".join(one.decisions),
            words.number(one.before),
            words.number(one.after),
        )
        for one in found.rules
    ]
    if rows:
        grid(document, ("规则", "处理意见", "核查扣分", "认定后扣分"), rows, (76, 40, 20, 20))


def _finding(document: DocumentObject, report: Asked, one: Numbered, rule: RuleText | None) -> None:
    finding = one.finding
    lines = [("依据", rule.source if rule else ""), ("整改要求", rule.hint if rule else "")]
    if finding.hint:
        lines.append(("可能的原因", finding.hint))
    if finding.entailed:
        lines.append(("同一原因引起的", "；".join(finding.entailed)))
    lines.append(("原文位置", words.place(finding.where)))
    lines.append(("处理决定", _decision(report, finding)))
    head = document.add_paragraph(f"{one.number}．", DETAIL)
    head.add_run(clean(finding.message)).bold = True
    head.add_run(f"〔{finding.rule}{' ' + rule.title if rule else ''}〕")
    head.paragraph_format.keep_with_next = True
    head.paragraph_format.space_before = Pt(4)
    for name, text in lines:
        if text:
            paragraph = document.add_paragraph(clean(f"{name}：{text}"), TABLE_TEXT)
            paragraph.paragraph_format.left_indent = Pt(24)


def _decision(report: Asked, finding: Finding) -> str:
    review = report.reviews.get(report.fingerprint(finding))
    if review is None:
        return ""
    when = f"沿用{review.from_year}年度的决定，" if review.from_year is not None else ""
    reason = f"：{review.reason}" if review.reason else ""
    return f"{NAMES[review.decision]}（{when}{review.reviewer}，{words.instant(review.decided_at)}）{reason}"


def _tables(document: DocumentObject, report: Asked, found: Sequence[Numbered]) -> None:
    cells = report.view.cells
    if not cells or report.view.template not in ("v2021", "v2019"):
        return
    heading = document.add_paragraph("五、统计表（按报告所填）", DETAIL_HEAD)
    heading.paragraph_format.page_break_before = True
    document.add_paragraph("有底色并标“＊”的单元格是上述问题所涉及的。", TABLE_TEXT)
    values = {code: cell.raw or "" for code, cell in cells.items()}
    marked = {code for one in found for code in one.finding.cells}
    for form in forms(report.view.template, list(values)):
        heading = document.add_paragraph(TABLE_TITLES[form.key], TABLE_HEAD)
        heading.paragraph_format.space_before = Pt(8)
        heading.paragraph_format.keep_with_next = True
        draw(document, form, values, marked)


def _part(document: DocumentObject, title: str, texts: Sequence[str]) -> None:
    document.add_paragraph(title, DETAIL_HEAD)
    for text in texts:
        document.add_paragraph(clean(text), DETAIL)


def _title(rules: Mapping[str, RuleText], rule: str) -> str:
    return rules[rule].title if rule in rules else ""
