"""The command line. Nothing heavy is imported before a command needs it: ``hecha --help`` answers at once."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hecha import accounts_command, office
from hecha.ending import FOUND, NOTHING, UNUSABLE, complain, ending, terminated

if TYPE_CHECKING:  # it imports Great Expectations
    from hecha.check import Checked

app = typer.Typer(
    name="hecha",
    help="核查政府信息公开工作年度报告。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class FailOn(StrEnum):
    """From which severity on `hecha check` ends with status 1."""

    CRITICAL = "critical"
    WARNING = "warning"
    NEVER = "never"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"hecha {version('hecha')}")
        raise typer.Exit


@app.callback()
def hecha(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本号。")
    ] = False,
) -> None:
    """核查政府信息公开工作年度报告。"""


PROFILE_HELP = "核查方案：随附方案的名称或TOML文件的路径，默认 default（或 HECHA_PROFILE）。"
OUTSIDE_HELP = "外部数据表（CSV或XLSX，格式见 docs/OUTSIDE.md）。"


@app.command(help="核查文件或文件夹，立即给出结果；所给文件一并比对，不需要服务器和数据库。")
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="报告文件或文件夹。")],
    as_json: Annotated[
        bool, typer.Option("--json", help="在标准输出给出一份JSON（格式见 docs/check-schema.json）。")
    ] = False,
    fail_on: Annotated[
        FailOn,
        typer.Option(
            "--fail-on", help="有此级别及以上问题时退出码为1：critical 严重，warning 一般，never 从不。"
        ),
    ] = FailOn.CRITICAL,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="应报单位名册（CSV）。")
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="NAME", help=PROFILE_HELP)] = None,
    outside: Annotated[Path | None, typer.Option("--outside", metavar="FILE", help=OUTSIDE_HELP)] = None,
) -> None:
    """Check files now; see `hecha.check`."""
    with ending():
        from hecha.terminal import output_console

        checked = _checked(paths, roster, profile, outside)
        if as_json:
            from hecha.output import as_json as document

            _print_json(document(checked))
        else:
            from hecha.show import show_check

            show_check(output_console(), checked)
        _end_without_files(checked)
        severities = {f.severity.value for said in checked.evaluations.values() for f in said.findings}
        raise typer.Exit(_status(fail_on, severities))


def _checked(
    paths: Sequence[Path],
    roster: Path | None,
    profile: str | None,
    outside: Path | None,
    beside: Sequence[Path] = (),
) -> Checked:
    """Read and evaluate files, with what reads them shown on a terminal; see `hecha.check`."""
    from hecha.terminal import error_console, quiet, spinner
    from models.settings import settings

    with quiet(settings().home):
        # measured on the five seeds: without collections while importing 3.9 s instead of 4.6
        gc.disable()
        from hecha.check import check as run

        gc.freeze()
        gc.enable()
        # polars puts a handler of its own before Python's, under which a waiting read goes on waiting
        signal.siginterrupt(signal.SIGINT, True)
        with spinner(error_console(), "正在读取") as each:
            limit = settings().max_file_mb * 1024 * 1024
            return run(paths, limit, roster, each, profile, outside, beside)


def _end_without_files(checked: Checked) -> None:
    if not checked.files:
        if not checked.errors:
            complain("没有找到可以核查的文件，请检查路径。")
        raise typer.Exit(UNUSABLE)


def _status(fail_on: FailOn, severities: set[str]) -> int:
    counting = {
        FailOn.CRITICAL: {"critical"},
        FailOn.WARNING: {"critical", "warning"},
        FailOn.NEVER: set[str](),
    }[fail_on]
    return FOUND if severities & counting else NOTHING


def _print_json(document: object) -> None:
    import json

    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


@app.command(help="显示从一个文件读到的三张表，每个数出自何处，并生成原件与读取结果对照的网页。")
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="报告文件。")],
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="PATH", help="网页的位置，默认在数据目录的 reading 文件夹。"),
    ] = None,
    no_html: Annotated[bool, typer.Option("--no-html", help="不生成网页。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出给出一份JSON，不显示表格。")] = False,
    member: Annotated[
        str | None, typer.Option("--member", metavar="NAME", help="压缩包或邮件中的哪个文件。")
    ] = None,
) -> None:
    """Show what was read from a file; see `hecha.reading`."""
    with ending():
        from hecha.terminal import error_console, output_console, quiet, spinner
        from models.settings import settings

        console = error_console()
        with quiet(settings().home):
            from hecha import reading

            with spinner(console, "正在读取") as each:
                done = reading.run(file, member, html, not no_html, each)
        if as_json:
            _print_json(reading.as_json(done))
        else:
            reading.show_answer(output_console(), console, done)
        if not done.is_read:
            raise typer.Exit(UNUSABLE)


@app.command(help="对一个文件夹开展年度核查：读取、评判、评分、入库，并生成网页。")
def sweep(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="存放报告文件的文件夹、压缩包、对象存储地址（s3://…）或者网址清单（CSV）。"
        ),
    ],
    years: Annotated[
        list[int] | None, typer.Option("--year", metavar="Y", help="只评判该年度的报告，可重复使用。")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="应报单位名册（CSV）。")
    ] = None,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="数据目录，默认 .hecha（或 HECHA_HOME）。")
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="NAME", help=PROFILE_HELP)] = None,
    outside: Annotated[Path | None, typer.Option("--outside", metavar="FILE", help=OUTSIDE_HELP)] = None,
) -> None:
    """Run the compliance sweep; see `flows.sweep`."""
    with ending():
        signal.signal(signal.SIGTERM, terminated)
        if home is not None:
            os.environ["HECHA_HOME"] = str(home)  # the processes that read chunks see it too
        from hecha.terminal import error_console, output_console, quiet, stages
        from models.settings import settings

        with stages(error_console()) as report, quiet(settings().home):
            from hecha.sweep import run

            swept = run(source, tuple(years or ()), roster, report, profile, outside)
        from hecha.show import show_large_sweep, show_sweep

        if swept.large is not None:
            show_large_sweep(output_console(), swept.large, swept.repeated)
        elif swept.view is not None and swept.pages is not None:
            show_sweep(output_console(), swept.view, swept.pages, swept.repeated)
        if not swept.reports:
            raise typer.Exit(UNUSABLE)


@app.command(help="给出报告的得分和等级；加 --explain 逐步列出计算过程。")
def score(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="报告文件。")],
    explain: Annotated[bool, typer.Option("--explain", help="逐步列出计算过程。")] = False,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--with", metavar="PATH", help="一并比对的文件或文件夹（上一年度、其他单位），可重复使用。"
        ),
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="应报单位名册（CSV）。")
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="NAME", help=PROFILE_HELP)] = None,
    outside: Annotated[Path | None, typer.Option("--outside", metavar="FILE", help=OUTSIDE_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出给出一份JSON，含计算过程。")] = False,
) -> None:
    """Score one file; see `hecha.score`."""
    with ending():
        from hecha.terminal import output_console

        checked = _checked([report], roster, profile, outside, beside or ())
        from hecha import score as scoring

        if as_json:
            _print_json(scoring.as_json(checked))
        elif explain:
            scoring.show_explained(output_console(), checked)
        else:
            scoring.show_scores(output_console(), checked)
        _end_without_files(checked)


@app.command(help="比较同一单位报告的两个版本或者两个年度：数字、标题、文字和问题。")
def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="原来的报告文件。")],
    second: Annotated[Path, typer.Argument(metavar="B", help="后来的报告文件。")],
    html: Annotated[Path | None, typer.Option("--html", metavar="PATH", help="另写一个对照网页。")] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="应报单位名册（CSV）。")
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="NAME", help=PROFILE_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出给出一份JSON。")] = False,
) -> None:
    """Compare two files; see `hecha.diff`."""
    with ending():
        from hecha.terminal import output_console, quiet
        from models.settings import settings

        checked = _checked([first, second], roster, profile, None)
        with quiet(settings().home):
            from hecha import diff as comparing

            compared = comparing.run(first, second, checked, profile, roster)
            if html is not None:
                comparing.write_page(compared, html)
        if as_json:
            _print_json(comparing.as_json(compared, html))
        else:
            comparing.show(output_console(), compared, html)


@app.command(help="列出核查规则，或完整显示一条规则：依据、例外、示例和核查方案的数值。")
def rules(
    rule_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="规则编号，如 T3-03。")] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="NAME", help=PROFILE_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出给出一份JSON。")] = False,
) -> None:
    """Show the rules; see `hecha.rules`."""
    with ending():
        from expectations.catalogue import written
        from expectations.profile import load
        from hecha import rules as book
        from hecha.terminal import output_console
        from models.settings import settings

        under = load(profile or settings().profile)
        chosen = book.find(rule_id) if rule_id is not None else None
        if as_json:
            _print_json(book.as_json((chosen,) if chosen else written(), under))
        elif chosen:
            book.show_rule(output_console(), chosen, under)
        else:
            book.show_list(output_console(), under)


@app.command(
    help="检查运行环境：设置、数据库、存储、读取工具、调度服务、磁盘和时钟，对每个问题说明怎样处理。"
)
def doctor(
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="应报单位名册，一并检查能否读取。")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="N", min=1, help="每项检查的时限（秒）。")
    ] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出给出一份JSON。")] = False,
) -> None:
    """Check what Hecha needs; see `hecha.doctor`."""
    with ending():
        from hecha import doctor as examining
        from hecha.terminal import output_console

        checks = examining.run(roster, seconds)
        if as_json:
            _print_json(examining.as_json(checks))
        else:
            examining.show(output_console(), checks)
        raise typer.Exit(FOUND if examining.failed(checks) else NOTHING)


office.add(app)
app.add_typer(accounts_command.app, name="account")


def main() -> None:
    """Entry point of the command `hecha`."""
    app()


if __name__ == "__main__":
    main()
