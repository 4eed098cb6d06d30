"""Tables as agencies lay them out: cut in pieces, turned round, with further columns, over page breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from expectations.template import load
from models.document import Cell, Document, Locator, Paragraph, Table
from models.facts import APPLICANTS
from tasks.extract import extract
from tests.extract.made import Rows, document, numbered, table, table2_rows

TEMPLATE = load("v2021")
PRINTED = numbered(TEMPLATE)
EXPECTED = {code: float(text) for code, text in PRINTED.items()}
OUTCOMES = [outcome.label for outcome in TEMPLATE.table4_outcomes]
LAYOUTS = ("ruled", "delimited")


def numbers4(group: str) -> list[str]:
    return [PRINTED[f"t4.{group}.{outcome.key}"] for outcome in TEMPLATE.table4_outcomes]


def values(doc: Document) -> dict[str, float | None]:
    return dict(extract(doc, "s", "x.html").cells.select("code", "value").rows())


def kinds(doc: Document, prefix: str) -> set[str]:
    cells = extract(doc, "s", "x.html").cells
    return {kind for code, kind in cells.select("code", "kind").rows() if code.startswith(prefix)}


def matches(doc: Document) -> dict[str, str]:
    return dict(extract(doc, "s", "x.html").lines.select("key", "match").rows())


def with_tables(width: int, pieces: list[Rows], layout: str) -> Document:
    """A report whose table of so many columns is printed as the given pieces."""
    blocks: list[Paragraph | Table] = []
    for block in document(PRINTED, layout=layout).blocks:
        if isinstance(block, Table) and block.columns == width:
            blocks.extend(table(rows, layout, len(blocks) + n) for n, rows in enumerate(pieces))
        else:
            blocks.append(block)
    return Document(tuple(blocks), "html")


def with_table4(rows: Rows, layout: str) -> Document:
    return document(PRINTED, layout=layout, change=lambda tables: tables.update(t4=rows))


def with_table3(layout: str, change: Callable[[Rows], None]) -> Document:
    return document(PRINTED, layout=layout, change=lambda tables: change(tables["t3"]))


TABLE4 = {
    "a leading column": [
        ["项目", "行政复议", "", "", "", "", "行政诉讼", *[""] * 9],
        ["", *OUTCOMES, "未经复议直接起诉", *[""] * 4, "复议后起诉", *[""] * 4],
        ["", *[""] * 5, *OUTCOMES, *OUTCOMES],
        ["件数", *numbers4("review"), *numbers4("suit_direct"), *numbers4("suit_after_review")],
    ],
    "a serial column": [
        ["序号", "行政复议", "", "", "", "", "行政诉讼", *[""] * 9],
        ["", *OUTCOMES, "未经复议直接起诉", *[""] * 4, "复议后起诉", *[""] * 4],
        ["", *[""] * 5, *OUTCOMES, *OUTCOMES],
        ["1", *numbers4("review"), *numbers4("suit_direct"), *numbers4("suit_after_review")],
    ],
    "an outcome a row": [
        ["", "行政复议", "行政诉讼", ""],
        ["", "", "未经复议直接起诉", "复议后起诉"],
        *(
            [outcome, *row]
            for outcome, *row in zip(
                OUTCOMES,
                numbers4("review"),
                numbers4("suit_direct"),
                numbers4("suit_after_review"),
                strict=True,
            )
        ),
    ],
    "a kind of dispute a row": [
        ["类别", *OUTCOMES],
        ["行政复议", *numbers4("review")],
        ["未经复议直接起诉", *numbers4("suit_direct")],
        ["复议后起诉", *numbers4("suit_after_review")],
    ],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", list(TABLE4))
def test_table_four_in_other_shapes(name: str, layout: str) -> None:
    doc = with_table4([list(row) for row in TABLE4[name]], layout)
    assert values(doc) == EXPECTED
    assert "missing" not in matches(doc).values()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_table_four_in_two_tables(layout: str) -> None:
    doc = with_tables(
        15,
        [
            [["行政复议", "", "", "", ""], OUTCOMES, numbers4("review")],
            [
                ["行政诉讼", *[""] * 9],
                ["未经复议直接起诉", *[""] * 4, "复议后起诉", *[""] * 4],
                [*OUTCOMES, *OUTCOMES],
                [*numbers4("suit_direct"), *numbers4("suit_after_review")],
            ],
        ],
        layout,
    )
    assert values(doc) == EXPECTED
    assert extract(doc, "s", "x.html").tables["occurrences"].to_list() == [1, 1, 1]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_table_four_is_read_by_its_heads_not_by_the_forms_order(layout: str) -> None:
    def swapped(tables: dict[str, Rows]) -> None:
        heads, numbers = tables["t4"][1], tables["t4"][3]
        heads[5], heads[10] = heads[10], heads[5]
        numbers[5:10], numbers[10:] = numbers[10:], numbers[5:10]

    assert values(document(PRINTED, layout=layout, change=swapped)) == EXPECTED


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("at", [0, 3, 10])
def test_a_column_of_serial_numbers_in_table_three(at: int, layout: str) -> None:
    def number(rows: Rows) -> None:
        for n, row in enumerate(rows):
            row.insert(at, "序号" if n == 0 else "" if n < 3 else str(n - 2))

    assert values(with_table3(layout, number)) == EXPECTED


def test_eight_numbers_in_most_rows_and_seven_in_one_leave_that_one_unsure() -> None:
    def number(rows: Rows) -> None:
        for n, row in enumerate(rows):
            row.insert(3, "" if n < 3 else str(n - 2))
        del rows[7][6]

    assert kinds(with_table3("aligned", number), "t3.") == {"uncertain"}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "label",
    ["《条例》第二十条第（{}）项", "条例第二十条第({})项", "第20条第（{}）项", "第二十条第{}项", None],
)
def test_block_labels_of_table_two(label: str | None, layout: str) -> None:
    rows = table2_rows(TEMPLATE, PRINTED)
    for row in rows:
        if row[0].startswith("第二十条") and label:
            row[0] = label.format(row[0][6])
    if label is None:
        rows = [row for row in rows if not row[0].startswith("第二十条")]
    doc = document(PRINTED, layout=layout, change=lambda tables: tables.update(t2=rows))
    assert values(doc) == EXPECTED
    blocks = {
        key: match
        for key, match in matches(doc).items()
        if key.startswith("t2.item_") and "columns" not in key
    }
    assert set(blocks.values()) == {"missing" if label is None else "variant"}


def test_rows_of_2021_below_a_table_two_of_2019_are_listed() -> None:
    old = load("v2019")
    printed = numbered(old)
    doc = document(PRINTED, change=lambda tables: tables.update(t2=table2_rows(old, printed)))
    read = values(doc)
    assert {
        code: value for code, value in read.items() if code.startswith("t3.results.other.") and value
    } == {code: value for code, value in EXPECTED.items() if code.startswith("t3.results.other.")}
    foreign = extract(doc, "s", "x.html").lines.filter(foreign=True)["key"].to_list()
    assert foreign == [
        "t3.results.other.overdue_correction", "t3.results.other.overdue_fee", "t3.results.other.misc",
    ]  # fmt: skip


def cut(rows: Rows, at: int) -> list[Rows]:
    """Two pages: the head is printed again, and so are the stubs of the groups that go on."""
    stubs = ["", ""]
    for row in rows[3:at]:
        stubs = [row[0] or stubs[0], row[1] or stubs[1]]
    below = [list(row) for row in rows[at:]]
    if not below[0][0]:
        below[0][:2] = [stubs[0], below[0][1] or stubs[1]]
    return [rows[:at], [*(list(row) for row in rows[:3]), *below]]


def pages(at: int, between: tuple[str, ...] = ()) -> Document:
    blocks: list[Paragraph | Table] = []
    for block in document(PRINTED).blocks:
        if isinstance(block, Table) and block.rows > 20:
            grid: Rows = [[""] * block.columns for _ in range(block.rows)]
            for cell in block.cells:
                grid[cell.row][cell.column] = cell.text
            above, below = cut(grid, at)
            blocks.append(table(above, "ruled", 90))
            blocks.extend(map(Paragraph, between))
            blocks.append(table(below, "ruled", 91))
        else:
            blocks.append(block)
    return Document(tuple(blocks), "pdf")


@pytest.mark.parametrize("at", [4, 9, 14, 20, 26])
def test_table_three_over_two_pages(at: int) -> None:
    assert values(pages(at)) == EXPECTED


def test_the_heading_of_a_section_repeated_above_the_rest_of_its_table() -> None:
    doc = pages(14, ("— 3 —", "三、收到和处理政府信息公开申请情况"))
    facts = extract(doc, "s", "x.pdf")
    assert values(doc) == EXPECTED
    assert facts.sections["occurrences"].to_list() == [1] * 6
    assert facts.sections["misplaced_table"].to_list() == [None] * 6
    assert facts.tables["occurrences"].to_list() == [1, 1, 1]


def test_head_cells_torn_over_rows_and_over_a_page_break() -> None:
    def torn(rows: Rows) -> None:
        rows[2][4:9] = ["商业", "科研", "社会公", "法律服", "其"]
        rows.insert(3, ["", "", "", "", "企业", "机构", "益组织", "务机构", "他", ""])

    doc = with_table3("ruled", torn)
    assert values(doc) == EXPECTED
    assert "missing" not in matches(doc).values()
    whole: Rows = []
    with_table3("ruled", lambda rows: whole.extend(list(row) for row in rows))
    torn(whole)
    doc = with_tables(10, [whole[:3], whole[3:]], "ruled")
    assert values(doc) == EXPECTED
    assert "missing" not in matches(doc).values()


@pytest.mark.parametrize("labels", [True, False])
def test_table_three_cut_between_two_columns(labels: bool) -> None:
    whole: Rows = []
    with_table3("ruled", lambda rows: whole.extend(list(row) for row in rows))
    left = [row[:7] for row in whole]
    right = [[*(row[:3] if labels else []), *row[7:]] for row in whole]
    doc = with_tables(10, [left, right], "ruled")
    assert values(doc) == EXPECTED
    assert extract(doc, "s", "x.html").tables["occurrences"].to_list() == [1, 1, 1]


@pytest.mark.parametrize("column", range(7))
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_column_that_is_not_there(layout: str, column: int) -> None:
    def drop(rows: Rows) -> None:
        for row in rows:
            del row[3 + column]
        rows[0][3], rows[1][4] = "申请人情况", rows[1][4] or "法人或其他组织"

    key = TEMPLATE.table3_columns[column].key
    doc = with_table3(layout, drop)
    assert {k for k, match in matches(doc).items() if match == "missing"} == {f"t3.columns.{key}"}
    read = values(doc)
    assert {
        code for code in read if code.endswith(f".{key}") and code.startswith("t3.") and read[code]
    } == set()
    wrong = {code: v for code, v in read.items() if v is not None and v != EXPECTED[code]}
    assert wrong == {}
    if layout == "ruled":
        assert sum(v is not None for v in read.values()) == 175


def test_a_merged_cell_leaves_only_its_own_cells_unsure() -> None:
    blocks = []
    for block in document(PRINTED).blocks:
        if isinstance(block, Table) and block.rows > 20:
            cells = [c for c in block.cells if (c.row, c.column) not in ((6, 5), (6, 6))]
            cells.append(Cell("7", 6, 5, 1, 2, Locator(table=1)))
            cells.sort(key=lambda c: (c.row, c.column))
            block = Table(tuple(cells), block.rows, block.columns, "ruled")
        blocks.append(block)
    read = values(Document(tuple(blocks), "html"))
    assert {code: v for code, v in read.items() if v != EXPECTED[code]} == {
        "t3.results.partial_disclosure.research": None,
        "t3.results.partial_disclosure.public_welfare": None,
    }


def test_numbers_that_have_slipped_from_under_their_heads_are_unsure() -> None:
    def slip(rows: Rows) -> None:
        rows[6] = [*rows[6][:2], *rows[6][3:], ""]

    read = values(with_table3("ruled", slip))
    assert {code for code, v in read.items() if v != EXPECTED[code]} == {
        f"t3.results.partial_disclosure.{c.key}" for c in TEMPLATE.table3_columns
    }
    assert {read[code] for code in read if ".partial_disclosure." in code} == {None}


def test_subtotals_above_the_three_rows_of_other_processing_are_not_the_old_form() -> None:
    def subtotal(rows: Rows) -> None:
        at = next(n for n, row in enumerate(rows) if row[1] == "（六）其他处理")
        rows.insert(at, ["", "（六）其他处理", "", *["9"] * 7])
        rows[at + 1][1] = ""

    doc = with_table3("ruled", subtotal)
    assert values(doc) == EXPECTED
    assert extract(doc, "s", "x.html").lines["foreign"].sum() == 0


@pytest.mark.parametrize("key", ["denied.state_secret", "unable.not_held", "not_handled.repeat"])
def test_two_labels_in_one_merged_cell_name_no_row(key: str) -> None:
    keys = [row.key for row in TEMPLATE.table3_rows]
    first = keys.index(f"results.{key}")
    one, other = (TEMPLATE.table3_rows[at].label for at in (first, first + 1))

    def merged(block: Paragraph | Table) -> Paragraph | Table:
        if not isinstance(block, Table) or block.rows < len(keys):
            return block
        cells = [replace(c, text=f"{one}\n{other}", row_span=2) if c.text == one else c for c in block.cells]
        return replace(block, cells=tuple(c for c in cells if c.text != other), layout="ruled")

    whole = document()
    doc = replace(whole, blocks=tuple(map(merged, whole.blocks)))
    unsure = {f"t3.{keys[at]}.{applicant}" for at in (first, first + 1) for applicant in APPLICANTS}
    assert values(doc) == {code: None if code in unsure else value for code, value in EXPECTED.items()}
    assert {kinds(doc, code).pop() for code in unsure} == {"uncertain"}
