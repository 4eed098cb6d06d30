"""What differs between two reports, on texts and cells short enough to see the answer."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.differences import (
    CellDifference,
    HeadingDifference,
    Side,
    TextDifference,
    cell_differences,
    heading_differences,
    pieces,
    prose_differences,
)


def side(*sentences: str, part: str = "overview", template: str = "v2021", **more: Any) -> Side:
    paragraphs = tuple({"section": part, "text": text} for text in sentences)
    return Side(
        report={"template": template},
        cells=more.get("cells", {}),
        sections=more.get("sections", ()),
        paragraphs=(*paragraphs, *more.get("paragraphs", ())),
    )


def cell(raw: str | None, kind: str = "number") -> dict[str, Any]:
    value = float(raw) if raw is not None and kind in ("number", "zero") else None
    return {"raw": raw, "kind": kind, "value": value}


CODE = "t4.review.total"


@pytest.mark.parametrize(
    ("before", "after", "kind", "difference"),
    [
        (cell("3"), cell("5"), "changed", 2),
        (cell("0.1"), cell("0.3"), "changed", 0.2),
        (cell("", "blank"), cell("0", "zero"), "filled", None),
        (cell("/", "placeholder"), cell("4"), "filled", None),
        (cell("4"), cell("", "blank"), "emptied", None),
        (cell("4"), cell("约4", "text"), "emptied", None),
        (cell(None, "missing"), cell("4"), "added", None),
        (cell("4"), None, "removed", None),
        (cell("4"), cell("4 5", "uncertain"), "unsure", None),
        (cell("4", "uncertain"), cell("4", "uncertain"), "unsure", None),
        (cell("/", "placeholder"), cell("", "blank"), "rewritten", None),
    ],
)
def test_what_became_of_a_cell(
    before: dict[str, Any], after: dict[str, Any] | None, kind: str, difference: float | None
) -> None:
    old, new = side(cells={CODE: before}), side(cells={CODE: after} if after else {})
    assert cell_differences(old, new) == (
        CellDifference(
            CODE, "t4", "行政复议", "总计", kind, before["raw"] if before["kind"] != "missing" else None,  # type: ignore[arg-type]
            after["raw"] if after else None, difference,
        ),
    )  # fmt: skip


def test_cells_that_are_the_same_or_nowhere_are_not_told() -> None:
    for same in (cell("4"), cell("", "blank"), cell(None, "missing")):
        assert cell_differences(side(cells={CODE: same}), side(cells={CODE: same})) == ()
    assert cell_differences(side(cells={CODE: cell("4 ")}), side(cells={CODE: cell("4")})) == ()


def test_cells_of_two_forms_stand_table_by_table() -> None:
    old = side(template="v2019", cells={"t2v19.rules.made": cell("1"), CODE: cell("1")})
    new = side(cells={"t2.rules.issued": cell("1"), CODE: cell("2")})
    found = [(d.code, d.kind) for d in cell_differences(old, new)]
    assert found == [("t2.rules.issued", "added"), ("t2v19.rules.made", "removed"), (CODE, "changed")]


def heading(key: str, text: str | None, order: int | None) -> dict[str, Any]:
    return {"key": key, "heading": text, "order": order}


def test_headings() -> None:
    old = side(
        sections=(
            heading("overview", "总体情况", 1),
            heading("proactive", "主动公开政府信息情况", 2),
            heading("requests", None, None),
            heading("disputes", "行政复议情况", 3),
            heading("problems", "存在的问题", 4),
            heading("extra", "附件", 5),
        )
    )
    new = side(
        sections=(
            heading("overview", "总体 情况", 1),
            heading("proactive", "主动公开政府信息情况", 3),
            heading("requests", "收到申请情况", 2),
            heading("disputes", None, None),
            heading("problems", "存在的主要问题", 4),
            heading("extra", "下一步打算", 5),
        )
    )
    assert heading_differences(old, new) == (
        HeadingDifference("proactive", "moved", "主动公开政府信息情况", "主动公开政府信息情况", 2, 3),
        HeadingDifference("requests", "added", None, "收到申请情况", None, 2),
        HeadingDifference("disputes", "removed", "行政复议情况", None, 3, None),
        HeadingDifference("problems", "reworded", "存在的问题", "存在的主要问题", 4, 4),
        HeadingDifference("extra", "removed", "附件", None, 5, None),
        HeadingDifference("extra", "added", None, "下一步打算", None, 5),
    )


def test_sentences() -> None:
    old = side("全年公开信息112条。举办培训会3次，效果良好。请各科室配合。", "按季度检查栏目。")
    new = side("全年公开信息121条。举办业务培训会3次，效果良好。", "新设栏目一个。按季度检查栏目。")
    prose = prose_differences(old, new)
    assert prose.differences == (
        TextDifference(
            "overview", "numbers", "全年公开信息112条。", "全年公开信息121条。",
            (("same", "全年公开信息"), ("gone", "112"), ("new", "121"), ("same", "条。")),
        ),
        TextDifference(
            "overview", "reworded", "举办培训会3次，效果良好。", "举办业务培训会3次，效果良好。",
            (("same", "举办"), ("new", "业务"), ("same", "培训会3次，效果良好。")),
        ),
        TextDifference("overview", "removed", "请各科室配合。", None, (("gone", "请各科室配合。"),)),
        TextDifference("overview", "added", None, "新设栏目一个。", (("new", "新设栏目一个。"),)),
    )  # fmt: skip
    assert (prose.before, prose.after, prose.kept) == (4, 4, 1)


def test_a_sentence_that_stands_in_another_part_has_moved() -> None:
    old = side("今后加强培训。", paragraphs=({"section": "problems", "text": "更新不够及时。"},))
    new = side(paragraphs=({"section": "problems", "text": "更新不够及时。今后加强培训。"},))
    prose = prose_differences(old, new)
    assert [(d.part, d.kind, d.after) for d in prose.differences] == [("problems", "moved", "今后加强培训。")]
    assert (prose.before, prose.after, prose.kept) == (2, 2, 2)


def test_spaces_and_width_do_not_count() -> None:
    old, new = side("全年公开 信息１１２条，培训3次。"), side("全年公开信息112条,培训3次。")
    assert prose_differences(old, new).differences == ()


@given(st.text("年信息公开一二12，。 ", max_size=40), st.text("年信息公开一二12，。 ", max_size=40))
def test_pieces_hold_both_texts_whole(old: str, new: str) -> None:
    found = pieces(old, new)
    assert "".join(text for kind, text in found if kind != "new") == old
    assert "".join(text for kind, text in found if kind != "gone") == new
    assert all(a[0] != b[0] for a, b in pairwise(found))
