from __future__ import annotations

import pytest

from expectations.template import load
from tasks.publish.form import Form, forms
from tests.pages.sample_view import cells


def grid(form: Form) -> list[list[str]]:
    """Lay the spans out, as a browser does; fails where two cells meet or a place stays empty."""
    places: dict[tuple[int, int], str] = {}
    for row, line in enumerate(form.rows):
        column = 0
        for cell in line:
            while (row, column) in places:
                column += 1
            for r in range(row, row + cell.row_span):
                for c in range(column, column + cell.column_span):
                    assert (r, c) not in places
                    places[r, c] = cell.code or cell.label
            column += cell.column_span
    rows = max(r for r, _ in places) + 1
    assert len(places) == rows * form.columns
    return [[places[r, c] for c in range(form.columns)] for r in range(rows)]


def size(form: Form) -> tuple[int, int]:
    laid_out = grid(form)
    return len(laid_out), len(laid_out[0])


@pytest.mark.parametrize(
    ("template", "sizes"),
    [("v2021", [(14, 4), (28, 10), (4, 15)]), ("v2019", [(18, 7), (26, 10), (4, 15)])],
)
def test_the_tables_have_the_size_of_the_form(template: str, sizes: list[tuple[int, int]]) -> None:
    assert [size(form) for form in forms(template, cells(template))] == sizes


@pytest.mark.parametrize("template", ["v2021", "v2019"])
def test_every_cell_of_the_template_stands_once_in_the_forms(template: str) -> None:
    codes = [c.code for form in forms(template, cells(template)) for row in form.rows for c in row if c.code]
    assert sorted(codes) == sorted(load(template).cells)


def test_the_stubs_and_heads_of_table_three_are_merged_as_printed() -> None:
    laid_out = grid(forms("v2021", cells("v2021"))[1])
    assert laid_out[0][3:] == ["申请人情况"] * 7
    assert laid_out[1][3:] == ["自然人", *["法人或其他组织"] * 5, "总计"]
    assert laid_out[2][3:] == [
        "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计",
    ]  # fmt: skip
    assert laid_out[7][:4] == [
        "三、本年度办理结果", "（三）不予公开", "1.属于国家秘密", "t3.results.denied.state_secret.natural_person",
    ]  # fmt: skip
    assert laid_out[26][:3] == ["三、本年度办理结果", "（七）总计", "（七）总计"]
    assert laid_out[27][:3] == ["四、结转下年度继续办理"] * 3


def test_table_four_heads_the_review_group_in_one_row_less() -> None:
    laid_out = grid(forms("v2021", cells("v2021"))[2])
    assert laid_out[0] == ["行政复议"] * 5 + ["行政诉讼"] * 10
    assert laid_out[1] == [
        "结果维持", "结果纠正", "其他结果", "尚未审结", "总计", *["未经复议直接起诉"] * 5, *["复议后起诉"] * 5,
    ]  # fmt: skip
    assert laid_out[3][5] == "t4.suit_direct.upheld"


def other_rows(template: str, codes: set[str]) -> list[str]:
    laid_out = grid(forms(template, codes)[1])
    return [row[2] for row in laid_out if "（六）其他处理" in row[:3]]


DIVIDED = [row.label for row in load("v2021").table3_rows if row.key.startswith("results.other")]


def test_the_sixth_result_is_drawn_as_it_was_printed() -> None:
    one, three = {"t3.results.other.total"}, {"t3.results.other.misc.total"}
    assert other_rows("v2021", set()) == DIVIDED
    assert other_rows("v2021", three) == DIVIDED
    assert other_rows("v2021", one) == ["（六）其他处理"]
    assert other_rows("v2019", set()) == ["（六）其他处理"]
    assert other_rows("v2019", three) == DIVIDED
    assert other_rows("v2021", one | three) == ["（六）其他处理", *DIVIDED]
