"""Official Chinese for what the values of a sweep mean: names, numbers, dates, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from expectations.rules.wording import section_name
from models.results import Addressee, Finding, Severity, Verdict

SEVERITIES: Mapping[str, str] = {
    Severity.CRITICAL.value: "严重",
    Severity.WARNING.value: "一般",
    Severity.INFO.value: "提示",
}
SYMBOLS: Mapping[str, str] = {
    Severity.CRITICAL.value: "◆",
    Severity.WARNING.value: "▲",
    Severity.INFO.value: "○",
    "review": "？",
}
"""Beside the colours, so that a mark is understood in print and by whoever does not see colours."""

RANKS: Mapping[str, str] = {
    "state": "国家级",
    "province": "省级",
    "city": "市级",
    "county": "县级",
    "township": "乡级",
}
ORGANS: Mapping[str, str] = {"government": "人民政府", "department": "政府部门"}
FORMATS: Mapping[str, str] = {
    "txt": "纯文本",
    "text": "纯文本",
    "markdown": "Markdown",
    "md": "Markdown",
    "html": "网页",
    "docx": "Word文档",
    "pdf": "PDF文档",
    "csv": "CSV表格",
    "mht": "网页归档",
    "doc": "Word文档（doc、wps）",
    "rtf": "RTF文档",
    "odt": "ODT文档",
    "wordxml": "Word XML文档",
    "picture": "图片",
    "xlsx": "Excel表格",
    "xls": "Excel表格（xls）",
    "ods": "ODS表格",
    "ofd": "OFD版式文档",
}
ERRORS: Mapping[str, str] = {
    "unreadable": "无法读取",
    "too_large": "文件过大",
    "encrypted": "文件已加密",
    "unsupported": "格式不支持",
    "not_installed": "缺少读取组件",
    "not_a_report": "不是年度报告",
    "internal": "系统故障",
}
STANDINGS: Mapping[str, str] = {
    "pass": "通过",
    "fail": "不通过",
    "caused": "不通过（同因）",
    "review": "待核",
    "skipped": "未能核查",
}
PARTS: Mapping[str, str] = {
    "title": "标题",
    "intro": "引言",
    "extra": "统一格式以外的文字",
    "signature": "落款",
}
"""What the form has no name for."""
FAILING_GRADE = "不合格"
UNKNOWN = "未识别"

_BEIJING = timezone(timedelta(hours=8))


def number(value: float | int | str | None) -> str:
    """Return a number without needless decimals; text as it is; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if float(value).is_integer():
        return f"{int(value):d}"
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def signed(value: float | int | None) -> str:
    """Return a difference with its sign, the minus as a true minus sign."""
    if value is None:
        return ""
    text = number(abs(value))
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text


def points(value: float | None) -> str:
    """Return a score with one decimal (two where it needs them); a dash where there is none."""
    if value is None:
        return "—"
    text = f"{value:.2f}"
    return text.removesuffix("0")


def day(value: date | None) -> str:
    """Return ``2024年1月31日``."""
    return f"{value.year}年{value.month}月{value.day}日" if value else UNKNOWN


def instant(value: datetime) -> str:
    """Return an instant in Beijing time, to the minute; one without a zone is taken for UTC."""
    local = _in_beijing(value)
    return f"{day(local.date())}{local:%H:%M}"


def date_of(value: datetime) -> str:
    """Return the day of an instant in Beijing time."""
    return day(_in_beijing(value).date())


def _in_beijing(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(_BEIJING)


def year(value: int | None) -> str:
    """Return ``2023年度``, or that the year is not known."""
    return f"{value}年度" if value is not None else "年度不明"


def place(where: Mapping[str, Any]) -> str:
    """Return where something stands in the file, in words; empty where it is not known."""
    names = (
        ("sheet", "工作表“{}”"),
        ("page", "第{}页"),
        ("table", "第{}个表格"),
        ("row", "第{}行"),
        ("column", "第{}列"),
        ("line", "文本第{}行"),
    )
    return "，".join(form.format(where[name]) for name, form in names if where.get(name) is not None)


def part_name(template: str | None, key: str) -> str:
    """Return the name of a part of the text (`models.facts.PARAGRAPHS`): ``一、总体情况``, ``引言``."""
    return PARTS[key] if key in PARTS else section_name(template, key)


def next_step(
    agency: str, findings: tuple[Finding, ...], verdicts: Mapping[str, Verdict], scored: bool
) -> str:
    """Return the one sentence that says what to do now.

    `findings` are all findings of the report; those for the operator never ask the agency for anything.
    """
    ours = [f for f in findings if f.addressee is Addressee.OPERATOR]
    theirs = [f for f in findings if f.addressee is Addressee.AGENCY]
    critical = sum(f.severity is Severity.CRITICAL for f in theirs)
    warning = sum(f.severity is Severity.WARNING for f in theirs)
    info = len(theirs) - critical - warning
    skipped = sum(v is Verdict.NOT_ASSESSABLE for v in verdicts.values())
    if critical:
        further = f"，一并核实{warning}项一般问题" if warning else ""
        step = f"请{agency}逐项核实并更正{critical}项严重问题{further}，更正后重新报送并重新公布"
    elif warning:
        step = f"请{agency}核实{warning}项一般问题，属实的予以更正，确有特殊情况的书面说明原因"
    elif info:
        step = f"未发现需要更正的问题，请{agency}在编制下一年度报告时参考{info}项提示"
    elif ours:
        return f"请核查人员先对照原文核实{len(ours)}处待核内容，核实前不作结论，{agency}暂不需要处理。"
    elif not scored:
        return "能够核查的规则不足，不能得出结论，请核查人员补充可读取的报告文件后重新核查。"
    else:
        step = "已核查的规则均未发现问题，报送单位不需要处理"
    if ours:
        step += f"；另有{len(ours)}处待核内容由核查人员对照原文核实"
    elif skipped and not theirs:
        step += f"；另有{skipped}条规则未能核查，未能核查不等于通过"
    return step + "。"
