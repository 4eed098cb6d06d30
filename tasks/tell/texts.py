"""The words of a summary for the two who are told of it: as plain text for chat, as simple HTML for mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from models.views import ErrorView
from tasks.publish import words
from tasks.tell.summary import Resubmitted, Summary

LISTED = 20
"""So many agencies or files are named; of the others the number is told."""

STATES = {
    "running": "正在进行",
    "completed": "已完成",
    "failed": "因系统故障未能完成",
    "cancelled": "被中断",
}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class Audience(StrEnum):
    """Whom a summary is for: who runs the system, or who answers for the agencies' reports."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


class When(StrEnum):
    """When somebody is told: after every run, only of news, only when there is something to do."""

    ALWAYS = "always"
    CHANGES = "changes"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph with a heading; each line is a sentence or a name."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A summary in words. `figures` pairs a name with a number and its unit; `link` leads to the pages."""

    title: str
    lead: str
    figures: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    link: str | None

    @property
    def text(self) -> str:
        """The message as plain text, without its title."""
        return _environment().get_template("message.txt.j2").render(message=self).strip() + "\n"

    @property
    def html(self) -> str:
        """The message as an HTML document for mail; what comes from reports is escaped."""
        return _environment().get_template("message.html.j2").render(message=self).strip() + "\n"


def wanted(summary: Summary, audience: Audience, when: When) -> bool:
    """Tell whether this audience is to hear of the run."""
    if when is When.ALWAYS:
        return True
    return summary.changed if when is When.CHANGES else needs_action(summary, audience)


def needs_action(summary: Summary, audience: Audience) -> bool:
    """Tell whether the run leaves this audience something to do."""
    if audience is Audience.SUPERVISOR:
        return bool(summary.missing) or summary.to_mend > 0
    left = len(summary.unreadable) + len(summary.broken) + summary.review
    return summary.state != "completed" or left > 0


def message(summary: Summary, audience: Audience, public_url: str | None = None) -> Message:
    """Return the summary in words for one audience; `public_url` is the address of the static pages."""
    made = _for_operator(summary) if audience is Audience.OPERATOR else _for_supervisor(summary)
    return Message(*made, link=public_url)


def agencies(names: Sequence[str]) -> str:
    """Return names in a row: all, or the first twenty and how many there are."""
    listed = "、".join(_plain(name) for name in names[:LISTED])
    return listed if len(names) <= LISTED else f"{listed}等{len(names)}个单位"


def duration(seconds: float) -> str:
    """Return ``1小时2分3秒`` without leading zeros."""
    whole = max(0, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    parts = (f"{hours}小时" if hours else "", f"{minutes}分" if hours or minutes else "")
    return "".join((*parts, f"{whole % 60}秒"))


_Made = tuple[str, str, tuple[tuple[str, str], ...], tuple[Part, ...]]


def _for_operator(summary: Summary) -> _Made:
    state = STATES[summary.state]
    troubles = [
        f"{number}{what}"
        for number, what in (
            (len(summary.unreadable), "个文件无法读取"),
            (len(summary.broken), "处系统故障"),
            (summary.review, "份报告待核"),
        )
        if number
    ]
    title = f"{_years(summary) or '年度'}报告核查{state}" + ("：" if troubles else "") + "，".join(troubles)
    lead = (
        f"第{summary.run_id}次核查{state}，{words.instant(summary.started_at)}开始，"
        f"用时{duration(summary.took.total_seconds())}。{_operator_step(summary)}"
    )
    figures = (
        ("已核查报告", f"{len(summary.reports)}份"),
        ("无法读取", f"{len(summary.unreadable)}个文件"),
        ("系统故障", f"{len(summary.broken)}处"),
        ("待核", f"{summary.review}份"),
        ("暂不评分", f"{summary.unscored}份"),
    )
    waiting = dict.fromkeys(line.agency for line in summary.reports if line.review)
    parts = [
        _files("无法读取的文件", summary.unreadable),
        _files("系统故障（与报送单位无关）", summary.broken),
        Part("有待核内容的单位", (agencies(tuple(waiting)),) if waiting else ()),
        _resubmissions(summary.resubmitted),
    ]
    return title, lead, figures, tuple(part for part in parts if part.lines)


def _operator_step(summary: Summary) -> str:
    if summary.state != "completed":
        return "请查看运行日志，排除故障后重新核查；已记录的结果不会丢失，也不会重复。"
    if summary.broken:
        return "请查看运行日志并排除系统故障，然后重新核查。"
    if summary.unreadable:
        return "请将无法读取的文件按所列原因处理后重新核查。"
    if summary.review:
        return "请对照原文核实待核内容。"
    return "没有需要处理的事项。"


def _for_supervisor(summary: Summary) -> _Made:
    critical = summary.critical_agencies
    owing = tuple(dict.fromkeys(owed.agency for owed in summary.missing))
    told = [f"未报{len(summary.missing)}份"] if summary.missing else []
    told += [f"需整改{summary.to_mend}份"] if summary.to_mend else []
    title = f"{_years(summary)}政府信息公开工作年度报告核查情况" + ("：" if told else "") + "，".join(told)
    lead = f"{words.instant(summary.started_at)}核查。"
    if summary.state != "completed":
        lead += "本次核查未全部完成，以下为已核查部分的情况。"
    if owing and critical:
        lead += "请督促未报单位尽快报送，并督促有严重问题的单位更正后重新报送。"
    elif owing:
        lead += "请督促未报单位尽快报送。"
    elif critical:
        lead += "请督促有严重问题的单位更正后重新报送。"
    else:
        lead += "没有需要督促的事项。"
    figures = (
        ("应报", f"{summary.owed}份"),
        ("已报", f"{summary.received}份"),
        ("未报", f"{len(summary.missing)}份"),
        ("需整改", f"{summary.to_mend}份"),
        ("合格及以上", f"{summary.passing}份"),
        ("待核", f"{summary.review}份"),
    )
    parts = (
        Part("有严重问题的单位", (agencies(critical),) if critical else ()),
        Part("未报单位", (agencies(owing),) if owing else ()),
        _resubmissions(summary.resubmitted),
    )
    return title, lead, figures, tuple(part for part in parts if part.lines)


def _years(summary: Summary) -> str:
    return "、".join(str(year) for year in summary.years) + "年度" if summary.years else ""


def _files(heading: str, errors: Sequence[ErrorView]) -> Part:
    lines = [f"{_plain(error.file)}：{_plain(error.message)}" for error in errors[:LISTED]]
    return Part(heading, _with_rest(lines, len(errors), "个"))


def _resubmissions(arrived: Sequence[Resubmitted]) -> Part:
    lines = [
        f"{_plain(one.agency)}{words.year(one.year)}（第{one.version}版）：已改正{one.mended}项，"
        f"仍存在{one.still_open}项，新出现{one.new}项{_deadline(one)}。"
        for one in arrived[:LISTED]
    ]
    return Part("重新报送", _with_rest(lines, len(arrived), "份"))


def _deadline(one: Resubmitted) -> str:
    """Say whether a version came by the day its notice names."""
    if one.due_on is None:
        return ""
    return f"；通知要求{words.day(one.due_on)}前报送，{'按期' if one.on_time else '已逾期'}"


def _with_rest(lines: Iterable[str], number: int, unit: str) -> tuple[str, ...]:
    rest = (f"另有{number - LISTED}{unit}，详见核查网页。",) if number > LISTED else ()
    return (*lines, *rest)


def _plain(text: str) -> str:
    """Names come from foreign files: line breaks and marks that turn the text round become spaces."""
    return _CONTROL.sub(" ", text).strip()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("tasks.tell"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
