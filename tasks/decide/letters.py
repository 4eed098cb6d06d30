"""What a notice says: the body of the letter, in the words of catalogue §4.2. Head, seal and list are the document's."""

from __future__ import annotations

from datetime import date

TITLES = {
    "mend": "关于做好{year}年政府信息公开工作年度报告问题整改的通知",
    "submit": "关于限期公布{year}年政府信息公开工作年度报告的通知",
}
_MEND = """\
根据《中华人民共和国政府信息公开条例》第四十七条，我办对你单位{year}年政府信息公开工作年度报告进行了核查，\
发现问题{count}个（其中严重问题{critical}个），详见附件。
请于{due}前逐项核实整改，重新发布并附更正说明，将整改情况（加盖公章）报我办。\
经核实情况属实、无需更正的，请逐项说明理由并附佐证材料。
逾期未整改或整改不到位的，将依规通报。"""
_SUBMIT = """\
根据《中华人民共和国政府信息公开条例》第四十九条，行政机关应当按时公布上一年度政府信息公开工作年度报告。\
截至{today}，我办未收到你单位{year}年政府信息公开工作年度报告。
请于{due}前公布并报送我办；已经公布的，请将公布的网址和报告文本报我办；依规无需报送的，请书面说明。
逾期仍未公布的，将依规通报。"""


def title(kind: str, year: int) -> str:
    """Return the title of a notice (`models.decisions.Notice`: kind mend or submit)."""
    return TITLES[kind].format(year=year)


def to_mend(year: int, count: int, critical: int, due: date) -> str:
    """Return the body of a notice to mend `count` problems, of which `critical` are critical; a line a paragraph."""
    return _MEND.format(year=year, count=count, critical=critical, due=day(due))


def to_submit(year: int, today: date, due: date) -> str:
    """Return the body of a notice to submit a report that is owed; a line a paragraph."""
    return _SUBMIT.format(year=year, today=day(today), due=day(due))


def day(when: date) -> str:
    """Return a date as letters write it."""
    return f"{when.year}年{when.month}月{when.day}日"
