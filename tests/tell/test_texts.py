"""What the two audiences read, and how a long text is cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.views import ErrorView, MissingView
from tasks.tell import Audience, ReportLine, Resubmitted, Summary, message
from tasks.tell.send import cut
from tasks.tell.texts import agencies, duration

EDUCATION, WATER = "云栖市映溪区教育局", "云栖市映溪区水务局"
SUMMARY = Summary(
    run_id=7,
    title="政府信息公开工作年度报告核查",
    state="completed",
    years=(2023,),
    started_at=datetime(2024, 2, 1, 1, 30, tzinfo=UTC),
    finished_at=datetime(2024, 2, 1, 1, 33, 12, tzinfo=UTC),
    reports=(
        ReportLine(EDUCATION, 2023, 61.5, "合格", 2, 1, 0, 1),
        ReportLine(WATER, 2023, 100.0, "优秀", 0, 0, 0, 0),
    ),
    missing=(MissingView("云栖市映溪区市场监督管理局", 2023),),
    unreadable=(ErrorView("坏<b>\n.pdf", "unreadable", "文件已损坏，请重新报送。"),),
    broken=(),
    resubmitted=(Resubmitted(EDUCATION, 2023, 2, 3, 1, 0),),
    changed=True,
)


def test_what_the_operator_reads() -> None:
    said = message(SUMMARY, Audience.OPERATOR, "https://pages.example.org/")
    assert said.title == "2023年度报告核查已完成：1个文件无法读取，1份报告待核"
    assert (
        said.text
        == """\
第7次核查已完成，2024年2月1日09:30开始，用时3分12秒。请将无法读取的文件按所列原因处理后重新核查。

已核查报告：2份
无法读取：1个文件
系统故障：0处
待核：1份
暂不评分：0份

无法读取的文件
坏<b> .pdf：文件已损坏，请重新报送。

有待核内容的单位
云栖市映溪区教育局

重新报送
云栖市映溪区教育局2023年度（第2版）：已改正3项，仍存在1项，新出现0项。

详情：https://pages.example.org/
"""
    )


def test_what_the_supervisor_reads() -> None:
    said = message(SUMMARY, Audience.SUPERVISOR)
    assert said.title == "2023年度政府信息公开工作年度报告核查情况：未报1份，需整改1份"
    assert (
        said.text
        == """\
2024年2月1日09:30核查。请督促未报单位尽快报送，并督促有严重问题的单位更正后重新报送。

应报：3份
已报：2份
未报：1份
需整改：1份
合格及以上：2份
待核：1份

有严重问题的单位
云栖市映溪区教育局

未报单位
云栖市映溪区市场监督管理局

重新报送
云栖市映溪区教育局2023年度（第2版）：已改正3项，仍存在1项，新出现0项。
"""
    )


def test_a_run_without_anything_to_do() -> None:
    calm = replace(SUMMARY, reports=SUMMARY.reports[1:], missing=(), unreadable=(), resubmitted=())
    operator, supervisor = (message(calm, audience) for audience in Audience)
    assert (operator.title, supervisor.title) == (
        "2023年度报告核查已完成",
        "2023年度政府信息公开工作年度报告核查情况",
    )
    assert "用时3分12秒。没有需要处理的事项。\n" in operator.text
    assert supervisor.text.startswith("2024年2月1日09:30核查。没有需要督促的事项。\n")
    assert (operator.parts, supervisor.parts) == ((), ())


def test_a_run_that_did_not_end_well() -> None:
    failed = replace(SUMMARY, state="failed", years=(2022, 2023), unreadable=())
    assert message(failed, Audience.OPERATOR).title == "2022、2023年度报告核查因系统故障未能完成：1份报告待核"
    assert "请查看运行日志，排除故障后重新核查" in message(failed, Audience.OPERATOR).lead
    assert "本次核查未全部完成" in message(failed, Audience.SUPERVISOR).lead


def test_html_is_escaped() -> None:
    html = message(SUMMARY, Audience.OPERATOR, "https://pages.example.org/?a=1&b=2").html
    assert "<p>坏&lt;b&gt; .pdf：文件已损坏，请重新报送。</p>" in html
    assert '<a href="https://pages.example.org/?a=1&amp;b=2">' in html
    assert "<b>" not in html
    assert '<tr><th scope="row" align="left">待核</th><td align="right">1份</td></tr>' in html


def test_twenty_are_named() -> None:
    names = [f"第{n}局" for n in range(1, 26)]
    assert agencies(names[:20]) == "、".join(names[:20])
    assert agencies(names) == "、".join(names[:20]) + "等25个单位"
    files = tuple(ErrorView(f"{n}.pdf", "unreadable", "文件已损坏。") for n in range(22))
    lines = message(replace(SUMMARY, unreadable=files), Audience.OPERATOR).parts[0].lines
    assert (len(lines), lines[-1]) == (21, "另有2个，详见核查网页。")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0秒"), (59.6, "1分0秒"), (192, "3分12秒"), (3600, "1小时0分0秒"), (-1, "0秒")],
)
def test_how_long_it_took(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_text_is_cut_at_a_line_and_says_how_much_is_gone() -> None:
    text = "第一行写满了十二个字。\n第二行也写满了十二个字。\n第三行写得很长，一直写到放不下为止。\n"
    assert cut(text, len(text)) == text
    assert cut(text, 43) == "第一行写满了十二个字。\n第二行也写满了十二个字。\n……（限于篇幅，略去19字）\n"
    assert len(cut(text, 43)) <= 43
    assert cut("字" * 100, 30) == "字" * 14 + "\n……（限于篇幅，略去86字）\n"


@pytest.mark.parametrize("room", [60, 100, 1000, 2048])
def test_what_is_cut_fits_in_bytes(room: int) -> None:
    text = "".join(f"云栖市映溪区第{n}分局。\n" for n in range(200))

    def size(part: str) -> int:
        return len(part.encode())

    kept = cut(text, room, size)
    assert size(kept) <= room
    beginning, _, rest = kept.partition("……（限于篇幅，略去")
    assert text.startswith(beginning.rstrip())
    assert len(text) - int(rest.removesuffix("字）\n")) in (len(beginning), len(beginning) - 1)
