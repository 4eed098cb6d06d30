"""A sweep over made-up agencies that holds one of everything the pages have to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from expectations.template import load
from models.results import (
    Addressee,
    Deduction,
    DimensionScore,
    Evaluation,
    Finding,
    NotAssessed,
    Score,
    Severity,
    Verdict,
)
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
from tasks.publish.rule_texts import RuleText

KINDS = ("natural_person", "enterprise", "research", "public_welfare", "legal_service", "other_org", "total")
HOSTILE = "<script>alert(1)</script>\"'&局"
HOSTILE_CELL = '<img src=x onerror="alert(2)">'
PASS, FAIL, SKIP = Verdict.PASS, Verdict.FAIL, Verdict.NOT_ASSESSABLE


def _rule(id_: str, title: str, severity: Severity, dimension: str, summary: str, hint: str) -> RuleText:
    return RuleText(id_, title, severity, "国办公开办函〔2021〕30号附件", summary, hint, dimension, "")


RULES: Mapping[str, RuleText] = {
    rule.id: rule
    for rule in (
        _rule(
            "STR-02", "部分标题", Severity.INFO, "structure",
            "六个部分的标题应当与统一格式一致。", "请按统一格式书写标题。",
        ),
        _rule(
            "STR-06", "统计表齐全", Severity.CRITICAL, "structure",
            "三张统计表应当齐全。", "请补充缺少的统计表。",
        ),
        _rule(
            "CELL-01", "单元格不得空缺", Severity.WARNING, "format",
            "统计表的每一格都应当填写。", "没有发生的请填0。",
        ),
        _rule(
            "CELL-05", "单元格混入单位或文字", Severity.WARNING, "format",
            "单元格只填数字。", "请删除单位和文字。",
        ),
        _rule(
            "T3-01", "行合计", Severity.CRITICAL, "arithmetic",
            "表三每一行六类申请人之和应当等于总计。", "请核对申请台账后更正。",
        ),
        _rule(
            "T3-03", "勾稽关系", Severity.CRITICAL, "arithmetic",
            "第一项加第二项之和应当等于第三项加第四项之和。", "请核对新收、结转和办结件数后更正。",
        ),
        _rule(
            "T3-04", "总计列独立成立", Severity.CRITICAL, "arithmetic",
            "总计列自身应当满足勾稽关系。", "请更正总计列。",
        ),
        _rule(
            "T4-01", "表四各组合计", Severity.CRITICAL, "arithmetic",
            "每组四类结果之和应当等于总计。", "请核对复议、诉讼台账后更正。",
        ),
        _rule(
            "XY-01", "结转衔接（总计）", Severity.CRITICAL, "years",
            "上年结转应当等于上一年度报告的结转下年度。", "请对照上一年度报告更正或者说明原因。",
        ),
        _rule(
            "EXT-01", "读取存疑", Severity.INFO, "extraction",
            "读取没有把握的单元格。", "请提供可以读取的文件。",
        ),
    )
}  # fmt: skip

GOOD = {
    "t2.normative_docs.issued": 3,
    "t2.normative_docs.repealed": 1,
    "t2.normative_docs.in_force": 27,
    "t2.licensing.decisions": 1286,
    "t2.penalty.decisions": 94,
    "t2.coercion.decisions": 7,
    "t2.fees.amount_wan_yuan": "35.2",
    "t3.received_new.natural_person": 18,
    "t3.received_new.enterprise": 5,
    "t3.received_new.total": 23,
    "t3.carried_in.natural_person": 2,
    "t3.carried_in.total": 2,
    "t3.results.full_disclosure.natural_person": 11,
    "t3.results.full_disclosure.enterprise": 4,
    "t3.results.full_disclosure.total": 15,
    "t3.results.partial_disclosure.natural_person": 2,
    "t3.results.partial_disclosure.total": 2,
    "t3.results.unable.not_held.natural_person": 6,
    "t3.results.unable.not_held.enterprise": 1,
    "t3.results.unable.not_held.total": 7,
    "t3.results.total.natural_person": 19,
    "t3.results.total.enterprise": 5,
    "t3.results.total.total": 24,
    "t3.carried_out.natural_person": 1,
    "t3.carried_out.total": 1,
    "t4.review.upheld": 3,
    "t4.review.corrected": 1,
    "t4.review.total": 4,
}


def cells(template: str, printed: Mapping[str, object] = GOOD) -> dict[str, CellView]:
    """Every cell of a template: what `printed` says, else 0."""
    found = {}
    for code, form in load(template).cells.items():
        value = printed.get(code, 0)
        number = float(str(value))
        column = KINDS.index(form.column) + 4 if form.table == "t3" else None
        where = {"page": 2, "table": int(form.table[1]), "column": column} if column else {"page": 2}
        found[code] = CellView(code, str(value), number, "number" if number else "zero", where=where)
    return found


def sections(*missing: str) -> tuple[SectionView, ...]:
    """The six sections as the form has them, without some."""
    kept = [section for section in load("v2021").sections if section.key not in missing]
    return tuple(SectionView(section.key, section.heading, i) for i, section in enumerate(kept, 1))


def score(total: float | None, grade: str, *taken: tuple[str, str, float, str], coverage: float = 1.0,
          gates: tuple[str, ...] = (), zero: bool = False) -> Score:  # fmt: skip
    """A score over four dimensions; `taken` are (dimension, rule, points, note)."""
    dimensions = []
    for key, title, maximum in (
        ("structure", "结构完整", 28.5),
        ("format", "填写规范", 14.3),
        ("arithmetic", "数据勾稽", 42.9),
        ("years", "跨年衔接", 14.3),
    ):
        deductions = tuple(Deduction(rule, points, note) for k, rule, points, note in taken if k == key)
        left = max(0.0, round(maximum - sum(d.points for d in deductions), 1))
        dimensions.append(DimensionScore(key, title, maximum, left, deductions))
    return Score(total, grade, coverage, tuple(dimensions), gates, zero)


def verdicts(**changed: Verdict) -> dict[str, Verdict]:
    """All rules pass but those changed (``T3_01=FAIL``)."""
    return {rule: changed.get(rule.replace("-", "_"), PASS) for rule in RULES}


def report(agency: str, year: int | None, evaluation: Evaluation, **more: object) -> ReportView:
    """A report of a county department on the 2021 form, received once, unless `more` says otherwise."""
    sha256 = evaluation.submission
    fields: dict[str, object] = {
        "agency": agency,
        "year": year,
        "rank": "county",
        "organ": "department",
        "file": f"{agency}{year}.docx",
        "sha256": sha256,
        "format": "docx",
        "title": f"{agency}{year}年政府信息公开工作年度报告",
        "template": "v2021",
        "signed_on": date((year or 2023) + 1, 1, 25),
        "period_text": f"{year}年1月1日至12月31日",
        "evaluation": evaluation,
        "cells": cells("v2021"),
        "sections": sections(),
        "versions": (
            VersionView(
                1, sha256, f"{agency}{year}.docx", datetime(2024, 2, 1, 1, 30, tzinfo=UTC),
                evaluation.score.total, evaluation.score.grade,
            ),
        ),
    } | more  # fmt: skip
    return ReportView(**fields)  # type: ignore[arg-type]


def good() -> ReportView:
    return report("青禾区商务局", 2023, Evaluation("a" * 64, verdicts(), (), (), score(100.0, "优秀")))


ROW_TOTAL = Finding(
    "T3-01",
    Severity.CRITICAL,
    "表三“二、上年结转政府信息公开申请数量”行：各类申请人2+0+0+0+0+0之和为2，总计填报3，相差1，合计关系不成立。",
    Addressee.AGENCY,
    "carried_in",
    tuple(f"t3.carried_in.{kind}" for kind in ("total", *KINDS[:-1])),
    3,
    2,
    1,
    {"page": 3, "table": 2, "row": 5},
)
IDENTITY = Finding(
    "T3-03",
    Severity.CRITICAL,
    "表三“总计”列：第一项23与第二项3之和为26，第三项（七）总计24与第四项1之和为25，相差1，勾稽关系不成立。",
    Addressee.AGENCY,
    "total",
    ("t3.received_new.total", "t3.carried_in.total", "t3.results.total.total", "t3.carried_out.total"),
    26,
    25,
    1,
    {"page": 3, "table": 2, "column": 10},
    ("T3-04",),
)
DISPUTES = Finding(
    "T4-01",
    Severity.CRITICAL,
    "表四“行政复议”：各类结果3+1+0+0之和为4，总计填报11，相差7，合计关系不成立。",
    Addressee.AGENCY,
    "review",
    ("t4.review.total", "t4.review.upheld", "t4.review.corrected", "t4.review.other", "t4.review.pending"),
    11,
    4,
    7,
)
BLANKS = Finding(
    "CELL-01",
    Severity.WARNING,
    "表二“行政强制”行“本年处理决定数量”列空缺，没有发生的应填0。",
    Addressee.AGENCY,
    "t2.coercion.decisions",
    ("t2.coercion.decisions",),
)
HEADING = Finding(
    "STR-02",
    Severity.INFO,
    "部分标题“其他事项”与统一格式的“其他需要报告的事项”不一致。",
    Addressee.AGENCY,
    "other",
    (),
    "其他事项",
    "其他需要报告的事项",
)


def failing() -> ReportView:
    """Two versions, three critical findings (one with a consequence), a warning and a hint."""
    changed = cells("v2021", GOOD | {"t3.carried_in.total": 3, "t4.review.total": 11})
    changed["t2.coercion.decisions"] = CellView("t2.coercion.decisions", "", None, "blank")
    # The order of the rules, not of their severity: the pages sort.
    findings = (HEADING, BLANKS, ROW_TOTAL, IDENTITY, DISPUTES)
    evaluation = Evaluation(
        "b" * 64,
        verdicts(STR_02=FAIL, CELL_01=FAIL, T3_01=FAIL, T3_03=FAIL, T3_04=FAIL, T4_01=FAIL),
        findings,
        (),
        score(
            69.0, "合格", ("format", "CELL-01", 3.0, "3"), ("arithmetic", "T3-01", 8.0, "8"),
            ("arithmetic", "T3-03", 12.0, "12"), ("arithmetic", "T4-01", 8.0, "8"),
            gates=("统计数据存在严重勾稽错误，最高89分",),
        ),
    )  # fmt: skip
    old, new = "青禾区政府年报.docx", "青禾区政府年报（更正）.docx"
    received = datetime(2024, 1, 30, 8, 0, tzinfo=UTC), datetime(2024, 2, 20, 17, 5, tzinfo=UTC)
    blank_fee = FindingRef(
        "CELL-05", "t2.fees.amount_wan_yuan", "表二“行政事业性收费”填写“35.2万元”，混入了单位。"
    )
    versions = (
        VersionView(1, "0" * 64, old, received[0], 58.0, "不合格"),
        VersionView(
            2, "b" * 64, new, received[1], 69.0, "合格",
            mended=(blank_fee,),
            still_open=(FindingRef("T4-01", "review", DISPUTES.message),),
            new=(FindingRef("T3-01", "carried_in", ROW_TOTAL.message),),
        ),
    )  # fmt: skip
    return report(
        "青禾区人民政府", 2023, evaluation, cells=changed, organ="government", file=new, versions=versions,
        sections=(*sections("other"), SectionView("other", "其他事项", 6), SectionView("extra", "附表说明", 7)),
    )  # fmt: skip


GLUED = "12 3 0 0 1 16"


def unsure() -> ReportView:
    """A row of six numbers where seven belong: nothing of it is the agency's fault, and there is no score."""
    changed = cells("v2021")
    for kind, proposal in zip(KINDS, (12, 3, 0, 0, 0, 1, 16), strict=True):
        code = f"t3.received_new.{kind}"
        changed[code] = CellView(
            code,
            GLUED,
            None,
            "uncertain",
            "一行应有7个数，原文只有6个",
            str(proposal),
            {"page": 1, "line": 40},
        )
    changed["t3.carried_in.total"] = CellView(
        "t3.carried_in.total", "2", 2.0, "number", read_by="ocr", confidence=0.62
    )
    doubt = Finding(
        "EXT-01",
        Severity.INFO,
        f"表三“一、本年新收政府信息公开申请数量”行：原文“{GLUED}”只有6个数，应有7个，未能确定各格的数。",
        Addressee.OPERATOR,
        "t3.received_new",
        tuple(f"t3.received_new.{kind}" for kind in KINDS),
        where={"page": 1, "line": 40},
    )
    reason = "表三“一、本年新收政府信息公开申请数量”行未能确定"
    skipped = ("T3-01", "T3-03", "T3-04")
    evaluation = Evaluation(
        "c" * 64,
        verdicts(EXT_01=FAIL, T3_01=SKIP, T3_03=SKIP, T3_04=SKIP),
        (doubt,),
        tuple(NotAssessed(rule, reason) for rule in skipped),
        score(None, "暂不评分", coverage=0.7),
    )
    return report(
        "青禾区教育局", 2023, evaluation, cells=changed, format="pdf", file="教育局.pdf",
        notes=("文字编码存疑，按GB18030读取。",),
    )  # fmt: skip


def old_form() -> ReportView:
    """The form of 2019 with its own table 2 and one undivided row （六）; a zero report."""
    evaluation = Evaluation("d" * 64, verdicts(), (), (), score(100.0, "优秀", zero=True))
    return report(
        "青禾区水务局", 2020, evaluation, template="v2019", cells=cells("v2019", {}), format="html",
        file="水务局2020.html",
    )  # fmt: skip


def undivided() -> ReportView:
    """The form of 2021 with （六）其他处理 printed as one row, a cell with words and one that is not there."""
    changed = cells("v2021")
    for row in ("overdue_correction", "overdue_fee", "misc"):
        for kind in KINDS:
            del changed[f"t3.results.other.{row}.{kind}"]
    for kind in KINDS:
        code = f"t3.results.other.{kind}"
        changed[code] = CellView(code, "0", 0.0, "zero")
    changed["t2.penalty.decisions"] = CellView("t2.penalty.decisions", "约94件（含移送）", None, "text")
    changed["t2.rules.issued"] = CellView("t2.rules.issued", "/", None, "placeholder")
    changed["t4.suit_direct.total"] = CellView("t4.suit_direct.total", None, None, "missing")
    words = Finding(
        "CELL-05",
        Severity.WARNING,
        "表二“行政处罚”行“本年处理决定数量”列填写“约94件（含移送）”，混入了单位或文字，应只填数字。",
        Addressee.AGENCY,
        "t2.penalty.decisions",
        ("t2.penalty.decisions",),
        "约94件（含移送）",
    )
    evaluation = Evaluation(
        "e" * 64,
        verdicts(CELL_05=FAIL, XY_01=SKIP),
        (words,),
        (NotAssessed("XY-01", "没有上一年度报告"),),
        score(97.0, "优秀", ("format", "CELL-05", 3.0, "3"), coverage=0.9),
    )
    return report(
        "青禾区柳溪镇人民政府", 2022, evaluation, cells=changed, rank="township", organ="government"
    )


def hostile() -> ReportView:
    """Names and text that would break a page that trusts them; year and template could not be told."""
    raw = CellView("t3.carried_out.total", HOSTILE_CELL, None, "text")
    finding = Finding(
        "ZZ/../9",
        Severity.CRITICAL,
        f"缺少统计表 {HOSTILE_CELL}",
        Addressee.AGENCY,
        HOSTILE_CELL,
        ("t3.carried_out.total",),
        HOSTILE_CELL,
    )
    evaluation = Evaluation(
        "f" * 64, {"ZZ/../9": FAIL}, (finding,), (), score(None, "暂不评分", coverage=0.0)
    )
    return report(
        HOSTILE, None, evaluation, template=None, cells={raw.code: raw}, title=None, period_text=None,
        signed_on=None, sections=(), file='a"b\n</title><b>\x00\udc80.txt', format="txt", versions=(),
        rank="unknown", organ="unknown",
    )  # fmt: skip


def sweep() -> SweepView:
    """The whole sweep: six reports, three bad files, two agencies that sent nothing."""
    return SweepView(
        title="2023年度青禾区政府信息公开工作年度报告核查",
        years=(2020, 2022, 2023),
        ran_at=datetime(2024, 3, 1, 2, 0, tzinfo=UTC),
        ruleset_version="2026.1",
        ruleset_hash="0123456789abcdef",
        profile_hash="fedcba9876543210",
        reports=(good(), failing(), unsure(), old_form(), undivided(), hostile()),
        errors=(
            ErrorView("财政局.pdf", "encrypted", "文件已加密，无法读取，请取消密码后重新提交。"),
            ErrorView("卫生 健康局.docx", "unreadable", "文件不完整，请重新提交。"),
            ErrorView("统计局.html", "internal", "读取时发生意外，请联系维护人员。"),
        ),
        missing=(MissingView("青禾区财政局", 2023), MissingView("青禾区石桥乡人民政府", 2023)),
    )
