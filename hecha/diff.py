"""`hecha diff`: two reports beside each other: numbers, headings, prose, and what became of the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import polars as pl
from rich.console import Console
from rich.text import Text

from expectations.catalogue import RuleSet
from expectations.rules.wording import TABLE_NAMES
from hecha.check import Checked, check
from hecha.output import OURS, as_ruleset, number
from hecha.show import UNKNOWN
from hecha.terminal import visible
from models.errors import ConfigurationError
from models.facts import Facts
from models.results import Evaluation
from models.settings import settings
from tasks.differences import (
    CellDifference,
    HeadingDifference,
    Piece,
    Prose,
    Side,
    TextDifference,
    cell_differences,
    heading_differences,
    prose_differences,
)
from tasks.extract.wording import fold
from tasks.persist.changes import Difference, differences
from tasks.publish.diff_page import (
    CELL_CHANGES,
    CHANGES,
    HEADING_CHANGES,
    TEXT_CHANGES,
    DiffPage,
    PageSide,
    cell_text,
    heading_text,
    write_diff,
)
from tasks.publish.words import part_name

SCHEMA = "hecha.diff/1"
MISSING = "文件“{file}”无法比较：{message}"
SEVERAL = "文件“{file}”中有{number}份报告，请拆开后再比较。"
PAGE_FAILED = "网页无法写入“{path}”（{reason}），请用 --html 另指定位置。"
Relation = Literal["versions", "years", "agencies", "unknown"]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two reports and all that differs between them; `findings` under the one rule set of both."""

    names: tuple[str, str]
    sides: tuple[Side, Side]
    evaluations: tuple[Evaluation, Evaluation]
    relation: Relation
    cells: tuple[CellDifference, ...]
    headings: tuple[HeadingDifference, ...]
    prose: Prose
    findings: tuple[Difference, ...]
    rules: RuleSet


def run(first: Path, second: Path, checked: Checked, profile: str | None, roster: Path | None) -> Compared:
    """Compare the two reports that `checked` holds.

    Versions of one report are evaluated each for itself: the other is no second publication of it. Raises
    ConfigurationError where a file cannot be read or holds several reports.
    """
    if checked.errors:
        error = checked.errors[0]
        raise ConfigurationError(MISSING.format(file=visible(error.file), message=visible(error.message)))
    named = [_one(path, checked) for path in (first, second)]
    (one, a), (other, b) = named
    sides = (_side(checked.facts, a), _side(checked.facts, b))
    relation = _relation(sides)
    evaluations = checked.evaluations
    if relation == "versions" and a != b:
        limit = settings().max_file_mb * 1024 * 1024
        evaluations = {
            key: evaluation
            for path in (first, second)
            for key, evaluation in check([path], limit, roster, profile=profile).evaluations.items()
        }
    return Compared(
        names=(one, other),
        sides=sides,
        evaluations=(evaluations[a], evaluations[b]),
        relation=relation,
        cells=cell_differences(*sides),
        headings=heading_differences(*sides),
        prose=prose_differences(*sides),
        findings=tuple(differences(evaluations[a], evaluations[b])),
        rules=checked.rules,
    )


def _one(path: Path, checked: Checked) -> tuple[str, str]:
    """Return name and submission of the one report of a file: the files stand in the order they were given."""
    mine = [
        (name, key)
        for name, key in checked.files
        if name == str(path) or name.startswith((f"{path}（第", f"{path}/"))
    ]
    if not mine:
        raise ConfigurationError(MISSING.format(file=visible(str(path)), message="其中没有年度报告。"))
    if len(set(mine)) > 1:
        raise ConfigurationError(SEVERAL.format(file=visible(str(path)), number=len(set(mine))))
    return mine[0]


def _side(facts: Facts, submission: str) -> Side:
    def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
        return frame.filter(pl.col("submission") == submission).to_dicts()

    return Side(
        report=rows(facts.reports)[0],
        cells={row["code"]: row for row in rows(facts.cells)},
        sections=tuple(rows(facts.sections)),
        paragraphs=tuple(rows(facts.paragraphs)),
    )


def _relation(sides: tuple[Side, Side]) -> Relation:
    (one, other) = (side.report for side in sides)
    if one["agency"] is None or other["agency"] is None:
        return "unknown"
    if fold(one["agency"]) != fold(other["agency"]):
        return "agencies"
    if one["year"] is None or other["year"] is None:
        return "unknown"
    return "versions" if one["year"] == other["year"] else "years"


def sentence(it: Compared) -> str:
    """Return the sentence that says how the two reports belong together."""
    one, other = (side.report for side in it.sides)
    if it.relation == "versions":
        return "同一单位同一年度报告的两个版本。"
    if it.relation == "years":
        return f"同一单位{one['year']}、{other['year']}两个年度的报告。"
    if it.relation == "agencies":
        return f"两份报告的单位不同（{one['agency']}、{other['agency']}），以下差异仅供参考。"
    return "有报告的单位或者年度未能识别，以下差异仅供参考。"


# --------------------------------------------------------------------------------------------- JSON


def as_json(it: Compared, page: Path | None) -> dict[str, Any]:
    """Return what `hecha diff --json` prints."""
    return {
        "schema": SCHEMA,
        "ruleset": as_ruleset(it.rules),
        "note": OURS,
        "page": str(page) if page else None,
        "relation": it.relation,
        "reports": [
            {
                "file": name,
                "sha256": side.report["submission"],
                "agency": side.report["agency"],
                "year": side.report["year"],
                "template": side.report["template"],
                "score": evaluation.score.total,
                "grade": evaluation.score.grade,
            }
            for name, side, evaluation in zip(it.names, it.sides, it.evaluations, strict=True)
        ],
        "cells": [
            {
                "code": cell.code,
                "change": cell.kind,
                "before": cell.before,
                "after": cell.after,
                "difference": number(cell.difference),
            }
            for cell in it.cells
        ],
        "headings": [
            {
                "key": heading.key,
                "change": heading.kind,
                "before": heading.before,
                "after": heading.after,
                "place_before": heading.place_before,
                "place_after": heading.place_after,
            }
            for heading in it.headings
        ],
        "prose": {
            "sentences_before": it.prose.before,
            "sentences_after": it.prose.after,
            "kept": it.prose.kept,
            "differences": [
                {
                    "part": text.part,
                    "change": text.kind,
                    "before": text.before,
                    "after": text.after,
                    "pieces": [{"kind": kind, "text": piece} for kind, piece in text.pieces],
                }
                for text in it.prose.differences
            ],
        },
        "findings": {
            kind: [
                {"rule": found.key.rule, "subject": found.key.subject, "message": found.message}
                for found in it.findings
                if found.kind == kind
            ]
            for kind in ("mended", "still_open", "new")
        },
    }


# --------------------------------------------------------------------------------------------- page


def write_page(it: Compared, path: Path) -> None:
    """Write the page. Raises ConfigurationError where that is not possible."""
    page = DiffPage(
        sides=(_page_side(it, 0), _page_side(it, 1)),
        relation=sentence(it),
        warned=it.relation in ("agencies", "unknown"),
        versions=it.relation == "versions",
        cells=it.cells,
        headings=it.headings,
        prose=it.prose,
        findings={
            kind: tuple((found.key.rule, found.message) for found in it.findings if found.kind == kind)
            for kind in ("mended", "still_open", "new")
        },
        template=it.sides[1].report["template"],
        ruleset=it.rules,
    )
    try:
        write_diff(page, path)
    except OSError as error:
        reason = error.strerror or "系统错误"
        raise ConfigurationError(PAGE_FAILED.format(path=path, reason=reason)) from error


def _page_side(it: Compared, index: int) -> PageSide:
    report, score = it.sides[index].report, it.evaluations[index].score
    return PageSide(it.names[index], report["agency"] or UNKNOWN, report["year"], score.total, score.grade)


# ----------------------------------------------------------------------------------------- terminal


def show(console: Console, it: Compared, page: Path | None) -> None:
    """Show everything that differs, fit for 80 columns."""

    def say(text: str | Text = "") -> None:
        console.print(text, soft_wrap=True)

    def head(text: str) -> None:
        say()
        say(Text(text, style="bold"))

    for mark, index in (("甲", 0), ("乙", 1)):
        report, score = it.sides[index].report, it.evaluations[index].score
        year = f"{report['year']}年度" if report["year"] else "年度不明"
        points = "" if score.total is None else f"{score.total:.1f}分 "
        line = f"{mark}　{it.names[index]}　{report['agency'] or UNKNOWN}　{year}　{points}{score.grade}"
        say(Text(visible(line)))
    warned = it.relation in ("agencies", "unknown")
    say(Text(visible(("注意：" if warned else "") + sentence(it)), style="yellow" if warned else ""))

    head(f"单元格（{_counted(it.cells, CELL_CHANGES)}）")
    for (table, row), several in groupby(it.cells, key=lambda cell: (cell.table, cell.row)):
        say(f"  {TABLE_NAMES.get(table, table)}“{visible(row)}”")
        unsure = 0
        for cell in several:
            if cell.kind == "unsure":
                unsure += 1
            else:
                say(Text(f"    {visible(cell.column)}　{visible(cell_text(cell))}"))
        if unsure:
            say(f"    {unsure}格读取不确定，不能比较")

    head(f"部分标题（{_counted(it.headings, HEADING_CHANGES)}）")
    for heading in it.headings:
        say(Text(f"  {visible(part_name(None, heading.key))}　{visible(heading_text(heading))}"))

    prose = it.prose
    head(
        f"文字（甲{prose.before}句，乙{prose.after}句，相同{prose.kept}句；{_counted(prose.differences, TEXT_CHANGES)}）"
    )
    if prose.differences:
        say(Text("  〔－〕甲有乙无，〔＋〕乙有甲无", style="dim"))
    for part, texts in groupby(prose.differences, key=lambda text: text.part):
        say(f"  {part_name(it.sides[1].report['template'], part)}")
        for text in texts:
            say(Text.assemble(f"    {TEXT_CHANGES[text.kind]}　", *_pieces(text.pieces)))

    names = CHANGES["versions" if it.relation == "versions" else "years"]
    kinds: Counter[str] = Counter(found.kind for found in it.findings)
    counted = "，".join(f"{names[kind]}{kinds[kind]}" for kind in names)
    head(f"需报送单位处理的问题（{counted}）")
    for found in it.findings:
        style = {"mended": "green", "still_open": "yellow", "new": "red"}[found.kind]
        say(Text.assemble("  ", (names[found.kind], style), f" {found.key.rule} {visible(found.message)}"))
    say()
    rules = it.rules
    say(
        Text(
            f"规则集 {rules.version}（{rules.hash[:12]}），核查方案 {rules.profile}（{rules.profile_hash[:12]}）；"
            f"得分依据{OURS}。",
            style="dim",
        )
    )
    if page is not None:
        say(Text(f"网页：{visible(str(page))}"))


def _counted(
    found: Sequence[CellDifference] | Sequence[HeadingDifference] | Sequence[TextDifference],
    names: dict[Any, str],
) -> str:
    kinds = Counter(difference.kind for difference in found)
    return "，".join(f"{name}{kinds[kind]}" for kind, name in names.items() if kinds[kind]) or "没有差异"


def _pieces(found: Sequence[Piece]) -> list[tuple[str, str]]:
    shown = []
    for kind, text in found:
        if kind == "same":
            shown.append((visible(text), ""))
        elif kind == "gone":
            shown.append((f"〔－{visible(text)}〕", "red"))
        else:
            shown.append((f"〔＋{visible(text)}〕", "green"))
    return shown
