"""The page of two reports beside each other: self-contained, as the reading page is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from expectations.catalogue import RuleSet
from expectations.rules.wording import TABLE_TITLES
from tasks.differences import CellDifference, HeadingDifference, Piece, Prose, TextDifference
from tasks.publish import site
from tasks.publish.words import part_name, signed

CELL_CHANGES = {
    "changed": "数值改动",
    "filled": "补填",
    "emptied": "改为空缺",
    "added": "新增",
    "removed": "删除",
    "unsure": "读取不确定",
    "rewritten": "写法改动",
}
HEADING_CHANGES = {"reworded": "改写", "moved": "次序改变", "added": "新增", "removed": "删除"}
TEXT_CHANGES = {
    "reworded": "改写",
    "numbers": "仅数字改动",
    "moved": "移动",
    "added": "新增",
    "removed": "删除",
}
CHANGES = {
    "versions": {"mended": "已更正", "still_open": "仍存在", "new": "新出现"},
    "years": {"mended": "不再出现", "still_open": "仍存在", "new": "新出现"},
}
"""What became of a finding: in the next version of a report, in the report of another year."""


@dataclass(frozen=True, slots=True)
class PageSide:
    """What stands at the head of a side."""

    file: str
    agency: str
    year: int | None
    total: float | None
    grade: str


@dataclass(frozen=True, slots=True)
class DiffPage:
    """Everything `templates/diff.html.j2` lays out; `findings` by kind, each as rule and sentence."""

    sides: tuple[PageSide, PageSide]
    relation: str
    warned: bool
    versions: bool
    cells: tuple[CellDifference, ...]
    headings: tuple[HeadingDifference, ...]
    prose: Prose
    findings: Mapping[str, tuple[tuple[str, str], ...]]
    template: str | None
    ruleset: RuleSet


def cell_text(cell: CellDifference) -> str:
    """Return what became of a cell in words: ``5 → 6（+1）``."""
    before, after = (_printed(text) for text in (cell.before, cell.after))
    if cell.kind == "changed":
        return f"{before} → {after}（{signed(cell.difference)}）"
    return f"{before} → {after}（{CELL_CHANGES[cell.kind]}）"


def _printed(text: str | None) -> str:
    return "缺" if text is None else text.strip() or "空"


def heading_text(heading: HeadingDifference) -> str:
    """Return what became of a heading in words."""
    if heading.kind == "moved":
        return f"“{heading.after}”由第{heading.place_before}位改到第{heading.place_after}位"
    if heading.kind == "reworded":
        return f"“{heading.before}”改为“{heading.after}”"
    return f"“{heading.after}”新增" if heading.kind == "added" else f"“{heading.before}”删除"


def side_pieces(pieces: Sequence[Piece], side: str) -> list[Piece]:
    """Return the pieces of one side: ``gone`` for the first, ``new`` for the second, and what is the same."""
    return [piece for piece in pieces if piece[0] in ("same", side)]


def write_diff(page: DiffPage, path: Path) -> None:
    """Write the page as one self-contained file. Raises OSError."""
    style = site.asset("style.css") + site.asset("diff.css")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        site.render(
            "diff.html.j2",
            {"page": page},
            style=Markup(style),
            policy=(
                f"default-src 'none'; style-src 'sha256-{site.digest(style)}'; img-src data:; "
                "base-uri 'none'; form-action 'none'"
            ),
            tables=[
                (
                    TABLE_TITLES.get(table, table),
                    [(row, list(several)) for row, several in groupby(cells, _row)],
                )
                for table, cells in groupby(page.cells, key=lambda cell: cell.table)
            ],
            parts=[
                (part_name(page.template, part), list(texts))
                for part, texts in groupby(page.prose.differences, key=_part)
            ],
            names=CHANGES["versions" if page.versions else "years"],
            cell_changes=CELL_CHANGES,
            text_changes=TEXT_CHANGES,
            heading_text=heading_text,
            part_name=part_name,
            side_pieces=side_pieces,
            printed=_printed,
        )
    )


def _row(cell: CellDifference) -> str:
    return cell.row


def _part(text: TextDifference) -> str:
    return text.part
