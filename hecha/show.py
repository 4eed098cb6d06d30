"""What people read on the terminal, in Chinese: the result of a check and the end of a sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from expectations.catalogue import rule
from hecha.terminal import visible
from models.errors import ErrorKind
from models.results import Addressee, Evaluation, Finding, Severity, Verdict
from models.views import ErrorView, MissingView, SweepView

if TYPE_CHECKING:  # it imports Great Expectations, which a sweep without news does without
    from hecha.check import Checked
    from hecha.sweep import Large

SEVERITIES = {Severity.CRITICAL: "严重", Severity.WARNING: "一般", Severity.INFO: "提示"}
COLOURS = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
TO_REVIEW = "待核"
"""What is addressed to our operator: our reading is unsure, the agency is not blamed."""
KINDS = {
    ErrorKind.UNREADABLE: "无法读取",
    ErrorKind.TOO_LARGE: "文件过大",
    ErrorKind.ENCRYPTED: "已加密",
    ErrorKind.UNSUPPORTED: "暂不支持",
    ErrorKind.NOT_INSTALLED: "缺少读取组件",
    ErrorKind.NOT_A_REPORT: "不是年度报告",
    ErrorKind.INTERNAL: "系统错误",
}
UNKNOWN = "未识别"
MOST_FREQUENT = 10
GRAVEST = 20
"""Of a sweep of many reports so many lines are enough on the terminal."""
OF_ONE_RULE = 3
"""Of what only the operator has to look at, so many sentences of one rule are enough on the terminal."""


def show_check(console: Console, checked: Checked) -> None:
    """Show every report with its score, then its findings, then the files that could not be taken in."""
    reports = {row["submission"]: row for row in checked.facts.reports.to_dicts()}
    if checked.files:
        table = _results_table(first="文件")
        for name, sha256 in checked.files:
            report = reports[sha256]
            table.add_row(
                _text(name),
                _text(report["agency"] or UNKNOWN),
                str(report["year"] or UNKNOWN),
                *_marks(checked.evaluations[sha256]),
            )
        console.print(table)
    for name, sha256 in checked.files:
        evaluation = checked.evaluations[sha256]
        console.print()
        console.print(_text(name, style="bold"))
        for alert in evaluation.score.alerts:
            console.print(Text(f"  立即处理 {alert}", style="bold white on red"), soft_wrap=True)
        if not evaluation.findings:
            console.print("  未发现问题。")
        for finding in shortened(ordered(evaluation.findings)):
            if isinstance(finding, str):
                console.print(Text(f"  {finding}", style="dim"))
                continue
            console.print(_sentence(finding), soft_wrap=True)
            if finding.hint:
                console.print(Text(f"    可能原因：{visible(finding.hint)}", style="dim"), soft_wrap=True)
        if evaluation.not_assessed:
            console.print(f"  另有{len(evaluation.not_assessed)}项规则未能评判（用 --json 查看原因）。")
    show_errors(console, checked.errors)
    console.print()
    console.print(
        f"规则集 {checked.rules.version}（{checked.rules.hash[:12]}），"
        f"核查方案 {checked.rules.profile}（{checked.rules.profile_hash[:12]}）；"
        "得分依据本系统评分模型，非官方评分。",
        style="dim",
        soft_wrap=True,
    )


def show_sweep(console: Console, view: SweepView, pages: Path, repeated: int = 0) -> None:
    """Show the end of a sweep: results, most frequent failures, who is missing, unreadable files, the pages."""
    if view.reports:
        table = _results_table()
        for report in sorted(view.reports, key=lambda r: (-(r.year or 0), r.agency)):
            table.add_row(
                _text(report.agency),
                str(report.year or UNKNOWN),
                *_marks(report.evaluation),
                _versions(len(report.versions)),
            )
        console.print(table)
    _show_most_frequent(console, most_frequent([report.evaluation for report in view.reports]))
    _show_missing(console, view.missing)
    show_errors(console, view.errors)
    for report in view.reports:
        for alert in report.evaluation.score.alerts:
            _show_alert(console, report.agency, report.year, alert)
    console.print()
    _show_repeated(console, repeated)
    console.print(
        f"共{len(view.reports)}份报告；规则集 {view.ruleset_version}（{view.ruleset_hash[:12]}），"
        f"核查方案 {view.profile}（{view.profile_hash[:12]}）；得分依据本系统评分模型，非官方评分。",
        style="dim",
        soft_wrap=True,
    )
    console.print(_text(f"网页：{pages}"), soft_wrap=True)


def show_large_sweep(console: Console, large: Large, repeated: int = 0) -> None:
    """Show the end of a sweep of many reports: figures, the gravest, what failed most, where to see all of them."""
    said = large.summary
    table = Table(header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), box=None)
    table.add_column("机关", overflow="fold")
    for title in ("年度", "得分", "等级", "严重", "一般", "提示", TO_REVIEW):
        table.add_column(title, justify="right", no_wrap=True)
    for line in said.reports[:GRAVEST]:
        counts = (line.critical, line.warning, line.info, line.review)
        score = "—" if line.total is None else f"{line.total:.1f}"
        table.add_row(
            _text(line.agency),
            str(line.year or UNKNOWN),
            score,
            line.grade,
            *(str(number) for number in counts),
        )
    console.print(Text(f"问题最多的{min(GRAVEST, len(said.reports))}份报告：", style="bold"))
    console.print(table)
    _show_most_frequent(console, large.frequent)
    _show_missing(console, said.missing)
    show_errors(console, [*said.unreadable, *said.broken])
    for agency, year, alert in large.alarmed:
        _show_alert(console, agency, year, alert)
    console.print()
    _show_repeated(console, repeated)
    console.print(
        f"共{len(said.reports)}份报告：有严重问题{said.to_mend}份，待核{said.review}份，合格及以上{said.passing}份，"
        f"暂不评分{said.unscored}份；未报{len(said.missing)}份，无法读取{len(said.unreadable)}个文件。",
        soft_wrap=True,
    )
    console.print("报告较多，没有生成静态网页；请运行hecha serve，在网页中逐份查看。", soft_wrap=True)


def _show_missing(console: Console, owed: Sequence[MissingView]) -> None:
    if owed:
        console.print()
        console.print(Text("未收到可核查的报告：", style="bold"))
        for missing in owed:
            console.print(_text(f"  {missing.agency}　{missing.year}年度"))


def _show_alert(console: Console, agency: str, year: int | None, alert: str) -> None:
    line = f"立即处理 {visible(agency)}　{year or UNKNOWN}：{alert}"
    console.print(Text(line, style="bold white on red"), soft_wrap=True)


def _show_repeated(console: Console, repeated: int) -> None:
    if repeated:
        console.print(f"另有{repeated}个文件与已列文件内容完全相同，不重复核查。")


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The agency's findings before those for the operator, the gravest first, else in the rules' order."""
    return sorted(findings, key=lambda f: (f.addressee is Addressee.OPERATOR, -f.severity.rank))


def shortened(findings: Sequence[Finding]) -> Iterator[Finding | str]:
    """The findings, those for the operator cut after a few of each rule; what an agency did is never cut."""
    shown: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for finding in findings:
        if finding.addressee is Addressee.AGENCY or shown[finding.rule] < OF_ONE_RULE:
            shown[finding.rule] += finding.addressee is Addressee.OPERATOR
            yield finding
        else:
            left[finding.rule] += 1
    for rule_id, number in left.items():
        yield f"{TO_REVIEW} {rule_id} 另有{number}条（用 --json 查看）。"


def _results_table(first: str | None = None) -> Table:
    table = Table(header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), box=None)
    if first:
        table.add_column(first, overflow="fold")
    table.add_column("机关", overflow="fold")
    for title in ("年度", "得分", "等级", "严重", "一般", "提示", TO_REVIEW, "未评"):
        table.add_column(title, justify="center" if title == "等级" else "right", no_wrap=True)
    if not first:
        table.add_column("版本", justify="right", no_wrap=True)
    return table


def _marks(evaluation: Evaluation) -> tuple[str | Text, ...]:
    counts = count(evaluation.findings)
    score = evaluation.score.total
    unsure = sum(finding.addressee is Addressee.OPERATOR for finding in evaluation.findings)
    return (
        "—" if score is None else f"{score:.1f}",
        evaluation.score.grade,
        *(
            Text(str(counts[severity]), style=COLOURS[severity] if counts[severity] else "dim")
            for severity in SEVERITIES
        ),
        str(unsure),
        str(sum(verdict is Verdict.NOT_ASSESSABLE for verdict in evaluation.verdicts.values())),
    )


def count(findings: Iterable[Finding]) -> Counter[Severity]:
    """How many findings of each severity are the agency's; what is for the operator is not counted."""
    return Counter(finding.severity for finding in findings if finding.addressee is Addressee.AGENCY)


def _versions(number: int) -> str:
    return f"第{number}版" if number > 1 else ""


def _sentence(finding: Finding) -> Text:
    unsure = finding.addressee is Addressee.OPERATOR
    mark = TO_REVIEW if unsure else SEVERITIES[finding.severity]
    return Text.assemble(
        ("  ", ""),
        (mark, "magenta" if unsure else COLOURS[finding.severity]),
        f" {finding.rule} ",
        visible(finding.message),
        *((f"（同一原因：{'、'.join(finding.consequences)}）",) if finding.consequences else ()),
    )


def _show_most_frequent(console: Console, failures: Mapping[str, int]) -> None:
    if not failures:
        return
    table = Table(
        title="最常见的问题",
        title_justify="left",
        header_style="bold",
        pad_edge=False,
        padding=(0, 2, 0, 0),
        box=None,
    )
    table.add_column("规则", no_wrap=True)
    table.add_column("内容", overflow="fold")
    table.add_column("报告数", justify="right", no_wrap=True)
    for rule_id, reports in failures.items():
        table.add_row(rule_id, _text(rule(rule_id).title), str(reports))
    console.print()
    console.print(table)


def most_frequent(evaluations: Iterable[Evaluation]) -> Mapping[str, int]:
    """The rules that most reports failed, with the number of reports; what is for the operator is left out."""
    failed = Counter(
        rule_id
        for evaluation in evaluations
        for rule_id in {f.rule for f in evaluation.findings if f.addressee is Addressee.AGENCY}
    )
    return dict(sorted(failed.items(), key=lambda item: (-item[1], item[0]))[:MOST_FREQUENT])


def show_errors(console: Console, errors: Sequence[ErrorView]) -> None:
    """List the files that could not be taken in, each with its reason; nothing where there are none."""
    if not errors:
        return
    console.print()
    console.print(Text("未能核查的文件：", style="bold"))
    for error in errors:
        kind = KINDS[ErrorKind(error.kind)]
        line = Text.assemble(("  ", ""), (kind, "red"), f" {visible(error.file)}：{visible(error.message)}")
        console.print(line, soft_wrap=True)


def _text(text: str, style: str = "") -> Text:
    """Text from outside: shown as it is, never read as markup."""
    return Text(visible(text), style=style)
