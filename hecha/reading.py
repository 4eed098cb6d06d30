"""`hecha show`: what was read from one file and where it stood there, on the terminal, as JSON and as a page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path, PurePosixPath
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from expectations.rules.wording import TABLE_TITLES, column_name, row_name
from hecha.show import KINDS as ERROR_KINDS
from hecha.terminal import visible
from models.document import Artifact
from models.errors import ConfigurationError, ErrorKind, ReadError
from models.settings import settings
from models.views import CellView, ErrorView
from tasks.apart import Child, ChildLost
from tasks.chunks import INTERNAL_MESSAGE, printable
from tasks.collect import collect
from tasks.publish.marks import split_code, template_title
from tasks.publish.reading_page import (
    KINDS,
    SOURCES,
    Doubt,
    Looked,
    Reading,
    counts,
    doubts,
    form_of,
    look,
    sections_of,
    shared,
    shown,
    tables_of,
    write_reading,
)
from tasks.publish.words import FORMATS
from tasks.unpack import is_container, unpack

SCHEMA = "hecha.show/1"
MOST_DOUBTS = 40
"""More are on the page only."""
WIDEST_LABEL, WIDEST_CELL, WIDEST_HEAD = 38, 8, 24
"""Columns of the terminal: the labels of table 3 and its seven columns fit into a hundred."""
MOST_MEMBERS_LISTED = 200
LONGEST_NAME = 200  # bytes; file systems end at 255
IS_FOLDER = "请给出一个文件；核查文件夹请用 hecha check。"
PAGE_FAILED = "网页无法写入“{path}”（{reason}），请用 --html 另指定位置，或用 --no-html 不写网页。"
ASK_MEMBER = "文件内有{number}个文件，请用 --member 指明其中一个，或用 hecha check 全部核查："
NO_MEMBER = "文件内没有“{member}”，其中的文件有："
AMBIGUOUS = "文件内有{number}个文件都叫“{member}”，请用 --member 给出完整名称："
NOT_CONTAINER = "文件不是压缩包或邮件，不需要 --member。"

log = logging.getLogger("hecha")


@dataclass(frozen=True, slots=True)
class Members:
    """A file that holds others, of which none was named (rightly): the sentence, and their names."""

    message: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a file: its name as shown, what was seen in it or why nothing was, and its page if one was made."""

    file: str
    seen: Looked | ErrorView | Members
    page: Path | None = None

    @property
    def is_read(self) -> bool:
        """Whether at least one report was read."""
        return isinstance(self.seen, Looked)


# ------------------------------------------------------------------------------------------ reading


def run(
    path: Path,
    member: str | None,
    html: Path | None,
    with_page: bool,
    each: Callable[[str], None] = lambda name: None,
) -> Answer:
    """Look at one file and write its page; `each` hears its name.

    Raises ConfigurationError for a folder, a needless `member`, and a page that cannot be written.
    """
    found = find(path, member, settings().max_file_mb << 20)
    if isinstance(found, Members):
        return Answer(str(path), found)
    if isinstance(found, ErrorView):
        return Answer(found.file, found)
    each(printable(found.name))
    seen = look_apart(found, with_page)
    if isinstance(seen, ErrorView) or not with_page:
        return Answer(found.name, seen)
    page = html or page_path(found.name)
    try:
        write_reading(seen, page)
    except OSError as error:
        reason = error.strerror or "系统错误"
        raise ConfigurationError(PAGE_FAILED.format(path=page, reason=reason)) from error
    return Answer(found.name, seen, page)


def find(path: Path, member: str | None, max_bytes: int) -> Artifact | Members | ErrorView:
    """Return the file to read: `path` itself, or in an archive or e-mail the member named (or the only one)."""
    if path.is_dir():
        raise ConfigurationError(IS_FOLDER)
    (found,) = collect([path], max_bytes)
    if isinstance(found, ErrorView):
        return found
    if not is_container(found.content):
        if member is not None:
            raise ConfigurationError(NOT_CONTAINER)
        return found
    return _member(found, member, max_bytes)


def _member(holder: Artifact, wanted: str | None, max_bytes: int) -> Artifact | Members | ErrorView:
    """Find one of the files held, without keeping more than two of them in memory."""
    names: list[str] = []
    fitting: list[str] = []
    kept: Artifact | ErrorView | None = None
    for inner in unpack(holder, max_bytes):
        full = inner.name if isinstance(inner, Artifact) else inner.file
        name = printable(full).removeprefix(printable(holder.name) + "/")
        names.append(name)
        if wanted == name:
            return inner
        if wanted is None or PurePosixPath(name).name == wanted:
            fitting.append(name)
            kept = inner
    if len(fitting) == 1 and kept is not None:
        return kept
    if wanted is None:
        message = ASK_MEMBER.format(number=len(names))
    elif fitting:
        message, names = AMBIGUOUS.format(number=len(fitting), member=visible(wanted)), fitting
    else:
        message = NO_MEMBER.format(member=visible(wanted))
    return Members(message, tuple(names))


def look_apart(artifact: Artifact, pictures: bool) -> Looked | ErrorView:
    """Look at a file in a child process with the limits of `hecha check`; see `tasks.apart`."""
    home = settings().home
    log_file = home.resolve() / "log" / "hecha.log" if home.is_dir() else None
    child = Child(_look, pictures, log_file=log_file, memory_mb=settings().reader_memory_mb)
    try:
        child.say(artifact)
        answer: Looked | ErrorView = child.hear(settings().reader_seconds)
    except ChildLost as lost:
        return ErrorView(artifact.name, ErrorKind.INTERNAL.value, str(lost))
    finally:
        child.end()
    return answer


def _look(connection: Connection, pictures: bool) -> None:
    artifact: Artifact = connection.recv()
    try:
        connection.send(look(artifact, pictures))
    except ReadError as error:
        connection.send(ErrorView(artifact.name, error.kind.value, error.message))
    except Exception:
        log.exception("showing %s (sha256 %s)", printable(artifact.name), artifact.sha256)
        connection.send(ErrorView(artifact.name, ErrorKind.INTERNAL.value, INTERNAL_MESSAGE))


def page_path(name: str) -> Path:
    """Return where the page of a file is written unless told otherwise."""
    last = visible(printable(name)).replace("\\", "/").rsplit("/", 1)[-1].lstrip(".") or "报告"
    short = last.encode()[:LONGEST_NAME].decode("utf-8", "ignore")
    return settings().home / "reading" / f"{short}.html"


# --------------------------------------------------------------------------------------------- JSON


def as_json(answer: Answer) -> dict[str, Any]:
    """Return what `hecha show --json` prints.

    A file that could not be read has no reports but errors; an archive of which no member was named has `members`.
    """
    seen = answer.seen
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "file": printable(answer.file),
        "sha256": None,
        "format": None,
        "page": str(answer.page) if answer.page else None,
        "notes": [],
        "reports": [],
        "errors": [],
    }
    if isinstance(seen, Members):
        error = ErrorView(answer.file, ErrorKind.UNSUPPORTED.value, seen.message.rstrip("：") + "。")
        return document | {"errors": [_error(error)], "members": list(seen.names)}
    if isinstance(seen, ErrorView):
        return document | {"errors": [_error(seen)]}
    return document | {
        "sha256": seen.artifact.sha256,
        "format": seen.document.format,
        "notes": list(seen.document.notes),
        "reports": [_report(one) for one in seen.readings],
        "errors": [_error(error) for error in seen.errors],
    }


def _error(error: ErrorView) -> dict[str, str]:
    return {"file": printable(error.file), "kind": error.kind, "message": error.message}


def _report(reading: Reading) -> dict[str, Any]:
    names = ("title", "agency", "agency_source", "rank", "organ", "year", "year_source", "template")
    return {
        **{name: reading.report[name] for name in names},
        "period": reading.report["period_text"],
        "sections": [
            {"key": row["key"], "heading": row["heading"], "match": row["match"]}
            for row in reading.sections
            if row["key"] != "extra"
        ],
        "counts": counts(reading),
        "cells": {code: _cell(cell) for code, cell in reading.cells.items()},
    }


def _cell(cell: CellView) -> dict[str, Any]:
    whole = cell.value is not None and float(cell.value).is_integer()
    more = {"reason": cell.reason, "proposal": cell.proposal}
    return {
        "raw": cell.raw,
        "value": int(cell.value) if whole and cell.value is not None else cell.value,
        "kind": cell.kind,
        "where": cell.where,
        "read_by": cell.read_by,
        "confidence": cell.confidence,
    } | {key: value for key, value in more.items() if value is not None}


# ----------------------------------------------------------------------------------------- terminal


def show_answer(output: Console, complaints: Console, answer: Answer) -> None:
    """Show what was read on `output`, or say on `complaints` why nothing was."""
    if isinstance(answer.seen, Looked):
        _show_looked(output, answer.file, answer.seen, answer.page)
    elif isinstance(answer.seen, Members):
        _show_members(complaints, answer.seen)
    else:
        _show_error(complaints, answer.seen)


def _show_members(console: Console, members: Members) -> None:
    """Say which files there are to choose from."""
    console.print(_text(members.message), soft_wrap=True)
    for name in members.names[:MOST_MEMBERS_LISTED]:
        console.print(_text(f"  {name}"), soft_wrap=True)
    if len(members.names) > MOST_MEMBERS_LISTED:
        console.print(f"  另有{len(members.names) - MOST_MEMBERS_LISTED}个")


def _show_looked(console: Console, file: str, looked: Looked, page: Path | None) -> None:
    """Show every report of a file as it was read, what is unsure, what the reader noticed, and the page."""
    kind = FORMATS.get(looked.document.format, looked.document.format)
    console.print(_text(f"{printable(file)}（{kind}）", "bold"), soft_wrap=True)
    for reading in looked.readings:
        console.print()
        _show_identity(console, reading)
        for table in _tables(reading):
            console.print()
            console.print(table)
        _show_stray(console, reading)
        _show_doubts(console, reading)
    for title, lines in (
        ("读取说明：", looked.document.notes),
        ("未能读取的部分：", [error.message for error in looked.errors]),
    ):
        if lines:
            console.print()
            console.print(Text(title, style="bold"))
        for line in lines:
            console.print(_text(f"  {line}"), soft_wrap=True)
    if page is not None:
        console.print()
        console.print(_text(f"原件对照网页：{page}"), soft_wrap=True)


def _show_identity(console: Console, reading: Reading) -> None:
    report = reading.report
    parts = sections_of(reading)
    missing = [name for name, heading in parts if heading is None]
    lines = (
        ("标题", report["title"] or "没有找到"),
        ("机关", _with_source(report["agency"], report["agency_source"])),
        ("年度", _with_source(report["year"], report["year_source"])),
        ("表式", template_title(report["template"])),
        (
            "部分",
            f"找到{len(parts) - len(missing)}个，应有{len(parts)}个"
            + (f"；未找到：{'、'.join(missing)}" if missing else ""),
        ),
        ("单元格", "，".join(f"{KINDS[kind]}{n}" for kind, n in counts(reading).items() if n) or "没有"),
    )
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold", max_width=90)
    for name, value in lines:
        table.add_row(name, _text(value))
    console.print(table)
    by_ocr = sum(cell.read_by == "ocr" for cell in reading.cells.values())
    if by_ocr:
        console.print(Text(f"其中{by_ocr}格由扫描件识别，须与原件核对。", style="blue"))


def _with_source(value: object, source: str | None) -> str:
    if value is None:
        return "未识别"
    return f"{value}（据{SOURCES.get(source, source)}）" if source else str(value)


def _tables(reading: Reading) -> Iterator[Table]:
    """Yield the three tables as they fit a terminal: one grid a block of table 2, a row a group in table 4."""
    template, unsure = form_of(reading), shared(reading)
    for drawn in tables_of(reading):
        title = TABLE_TITLES[drawn.key]
        rows: dict[str, dict[str, str]] = {}
        for line in drawn.rows:
            for cell in line:
                if cell.form.code:
                    _, row, column = split_code(cell.form.code)
                    rows.setdefault(row, {})[column] = cell.form.code
        blocks: dict[tuple[str, ...], list[str]] = {}
        for row, columns in rows.items():
            blocks.setdefault(tuple(columns), []).append(row)
        for number, (columns_of, names) in enumerate(blocks.items()):
            table = _grid(title + ("：文件中没有找到" if drawn.absent else "") if number == 0 else "")
            heads = [column_name(template, drawn.key, name).rsplit("-", 1)[-1] for name in columns_of]
            widest = WIDEST_CELL if drawn.key == "t3" else WIDEST_HEAD
            for head in heads:
                table.add_column(head, justify="right", overflow="fold", min_width=6, max_width=widest)
            above = ""
            for name in names:
                cells = [reading.cells.get(rows[name][column]) for column in columns_of]
                group, slash, label = row_name(template, drawn.key, name).rpartition("/")
                if group and group != above:
                    table.add_row(_text(group))
                above = group
                values = (_value(cell, cell is not None and cell.code in unsure) for cell in cells)
                table.add_row(_text(f"  {label}" if slash else label), *values)
            yield table


def _grid(title: str) -> Table:
    table = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        pad_edge=False,
        padding=(0, 1, 0, 0),
        box=None,
    )
    table.add_column("", overflow="fold", min_width=24, max_width=WIDEST_LABEL)
    return table


def _value(cell: CellView | None, is_shared: bool = False) -> Text:
    kind = cell.kind if cell else "missing"
    style = {
        "uncertain": "bold yellow",
        "blank": "magenta",
        "missing": "dim",
        "zero": "dim",
        "placeholder": "magenta",
        "text": "magenta",
    }.get(kind, "")
    if cell is not None and cell.read_by == "ocr" and kind in ("number", "zero"):
        style = "blue"
    return _text(shown(cell, is_shared), style)


def _show_stray(console: Console, reading: Reading) -> None:
    if form_of(reading) is not None:
        return
    console.print()
    console.print("未能确定报告采用的统计表格式，不能按表式列示。")
    for code, cell in reading.cells.items():
        if cell.kind != "missing":
            console.print(Text.assemble(f"  {code} ", _value(cell)))


def _show_doubts(console: Console, reading: Reading) -> None:
    found: Sequence[Doubt] = doubts(reading)
    if not found:
        return
    console.print()
    console.print(Text(f"存疑的单元格（{counts(reading)['uncertain']}格，未据此核查）：", style="bold"))
    for doubt in found[:MOST_DOUBTS]:
        raw = f"原文“{doubt.raw}”，" if doubt.raw else ""
        proposal = f"；推测为{doubt.proposal}" if doubt.proposal else ""
        where = f"（{doubt.place}）" if doubt.place else ""
        line = Text.assemble(
            ("  ？ ", "bold yellow"), visible(f"{doubt.name}：{raw}{doubt.reason}{proposal}{where}")
        )
        console.print(line, soft_wrap=True)
    if len(found) > MOST_DOUBTS:
        console.print(f"  另有{len(found) - MOST_DOUBTS}处，见网页。")


def _show_error(console: Console, error: ErrorView) -> None:
    """Say why a file could not be read, in the words of `hecha check`."""
    kind = ERROR_KINDS[ErrorKind(error.kind)]
    line = Text.assemble((kind, "red"), f" {visible(printable(error.file))}：{visible(error.message)}")
    console.print(line, soft_wrap=True)


def _text(text: str, style: str = "") -> Text:
    """Text from outside: shown as it is, never read as markup."""
    return Text(visible(text), style=style)
