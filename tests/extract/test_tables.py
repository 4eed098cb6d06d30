"""Every number of the three tables lands in its own cell, or is marked unsure; never in another's."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from expectations.template import load
from models.document import Document, Paragraph, Table
from tasks.extract import extract
from tests.extract.made import Rows, document, numbered

FILE = "映溪区水务局2023.html"


def cells(doc) -> dict[str, dict]:
    return {row["code"]: row for row in extract(doc, "s", FILE).cells.iter_rows(named=True)}


def values(doc) -> dict[str, float | None]:
    return {code: row["value"] for code, row in cells(doc).items()}


@pytest.mark.parametrize("template_id", ["v2021", "v2019"])
@pytest.mark.parametrize("layout", ["ruled", "delimited", "aligned", "one_cell_a_line"])
def test_every_cell_is_read_in_every_layout(layout: str, template_id: str) -> None:
    expected = {code: float(text) for code, text in numbered(load(template_id)).items()}
    assert values(document(layout=layout, template_id=template_id)) == expected


def test_glued_digits_are_read_only_where_a_single_split_is_possible() -> None:
    numbers = dict.fromkeys(load("v2021").cells, "0")
    numbers |= {
        "t3.received_new.natural_person": "80",
        "t3.received_new.enterprise": "1",
        "t3.received_new.total": "81",
    }
    numbers["t2.licensing.decisions"] = "2629"
    read = cells(document(numbers, layout="glued"))
    unsure = {code for code, cell in read.items() if cell["kind"] == "uncertain"}
    assert unsure == {code for code in read if code.startswith("t3.received_new.")}
    assert {code: float(n) for code, n in numbers.items() if code not in unsure} == {
        code: cell["value"] for code, cell in read.items() if code not in unsure
    }
    # the row's own total singles out one split: a proposal, never a value
    assert [read[f"t3.received_new.{a}"]["proposal"] for a in ("natural_person", "enterprise", "total")] == [
        "80",
        "1",
        "81",
    ]


def test_blank_in_a_ruled_table_is_blank_where_it_stands() -> None:
    numbers = numbered(load("v2021"))
    numbers["t3.results.total.natural_person"] = ""
    numbers["t4.review.total"] = ""
    numbers["t2.rules.issued"] = ""
    read = cells(document(numbers))
    blank = {code for code, cell in read.items() if cell["kind"] == "blank"}
    assert blank == {"t3.results.total.natural_person", "t4.review.total", "t2.rules.issued"}
    assert {cell["value"] for code, cell in read.items() if code in blank} == {None}
    assert {code: cell["value"] for code, cell in read.items() if code not in blank} == {
        code: float(text) for code, text in numbers.items() if code not in blank
    }


def test_inner_blank_of_tab_separated_text_is_placed_by_comparable_rows() -> None:
    numbers = numbered(load("v2021"))
    numbers["t3.results.denied.third_party.research"] = ""
    read = cells(document(numbers, layout="delimited"))
    assert read["t3.results.denied.third_party.research"]["kind"] == "blank"
    assert read["t3.results.denied.third_party.total"]["value"] == float(
        numbers["t3.results.denied.third_party.total"]
    )


def test_blank_at_the_edge_of_tab_separated_text_leaves_the_row_unsure() -> None:
    for applicant in ("natural_person", "total"):
        numbers = numbered(load("v2021"))
        numbers[f"t3.results.denied.third_party.{applicant}"] = ""
        read = cells(document(numbers, layout="delimited"))
        row = [cell for code, cell in read.items() if code.startswith("t3.results.denied.third_party.")]
        assert Counter(cell["kind"] for cell in row) == {"uncertain": 7}
        assert {cell["reason"] for cell in row} == {"该行读到6个数，应为7个，不能确定各数属于哪一列"}


def test_a_lost_cell_in_text_never_shifts_the_others() -> None:
    rng = random.Random(20231)
    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}
    for layout in ("delimited", "aligned", "one_cell_a_line"):
        for _ in range(10):

            def lose(rows: dict[str, Rows]) -> None:
                for row in rng.sample(range(3, 28), 6):
                    del rows["t3"][row][3 + rng.randrange(7)]

            read = values(document(layout=layout, change=lose))
            assert {code: v for code, v in read.items() if v is not None and v != expected[code]} == {}


def test_damaged_labels_never_give_a_wrong_value() -> None:
    rng = random.Random(7)
    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}
    right = total = 0
    for share in (0.05, 0.1, 0.2):
        for _ in range(6):

            def smudge(rows: dict[str, Rows], share: float = share) -> None:
                for row in rows["t3"][3:]:
                    for at in range(3):
                        row[at] = "".join(
                            c if rng.random() > share else rng.choice("口丶凵卄") for c in row[at]
                        )

            read = values(document(layout="delimited", change=smudge))
            assert {code: v for code, v in read.items() if v is not None and v != expected[code]} == {}
            if share == 0.05:
                right += sum(v is not None for v in read.values())
                total += 200
    assert right / total > 0.95


def test_lost_rows_are_missing_and_nothing_moves_up() -> None:
    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}

    def lose(rows: dict[str, Rows]) -> None:
        rows["t3"] = [
            row for row in rows["t3"] if not any("属于行政查询事项" in t or "3.其他" in t for t in row)
        ]

    read = cells(document(change=lose))
    missing = {code.rsplit(".", 1)[0] for code, cell in read.items() if cell["kind"] == "missing"}
    assert missing == {"t3.results.denied.admin_inquiry", "t3.results.other.misc"}
    assert {c: v["value"] for c, v in read.items() if v["kind"] != "missing"} == {
        c: v for c, v in expected.items() if c.rsplit(".", 1)[0] not in missing
    }


def test_undivided_other_processing_is_kept_under_its_own_codes() -> None:
    def merge(rows: dict[str, Rows]) -> None:
        kept = [
            row
            for row in rows["t3"]
            if not any(t.startswith(("1.申请人无", "2.申请人逾期", "3.其他")) for t in row)
        ]
        kept.insert(-2, ["", "（六）其他处理", "", "1", "2", "3", "4", "5", "6", "21"])
        rows["t3"] = kept

    facts = extract(document(change=merge), "s", FILE)
    read = {row["code"]: row for row in facts.cells.iter_rows(named=True)}
    assert [read[f"t3.results.other.{a}"]["value"] for a in ("natural_person", "other_org", "total")] == [
        1.0,
        6.0,
        21.0,
    ]
    assert read["t3.results.other.misc.total"]["kind"] == "missing"
    line = next(row for row in facts.lines.iter_rows(named=True) if row["key"] == "t3.results.other")
    assert (line["match"], line["foreign"], line["width"]) == ("undivided", True, 7)
    assert facts.requests_by_outcome.height == 23
    by_applicant = {
        row["applicant"]: row["other_processing"] for row in facts.requests_by_applicant.iter_rows(named=True)
    }
    assert by_applicant["total"] == 21.0


def test_a_table_over_two_pages_with_its_head_repeated() -> None:
    def split(rows: dict[str, Rows]) -> None:
        rows["t3"] = [*rows["t3"][:15], *[list(row) for row in rows["t3"][:3]], *rows["t3"][15:]]

    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}
    for layout in ("ruled", "delimited", "aligned"):
        assert values(document(layout=layout, change=split)) == expected


def test_sixteen_numbers_in_table_four_are_all_unsure() -> None:
    def widen(rows: dict[str, Rows]) -> None:
        rows["t4"][3].append("9")

    read = cells(document(layout="delimited", change=widen))
    row = [cell for code, cell in read.items() if code.startswith("t4.")]
    assert {(cell["kind"], cell["reason"]) for cell in row} == {
        ("uncertain", "表四读到16个数，应为15个，不能确定各数属于哪一栏")
    }


def test_an_extra_empty_column_moves_nothing() -> None:
    def widen(rows: dict[str, Rows]) -> None:
        rows["t3"] = [[*row[:5], "", *row[5:]] for row in rows["t3"]]

    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}
    assert values(document(change=widen)) == expected
    assert values(document(layout="delimited", change=widen)) == expected


def spaced(table_rows: Rows) -> list[str]:
    return [" ".join(text for text in row if text) for row in table_rows]


def test_rows_with_single_spaces_between_their_cells() -> None:
    """What ``pdftotext`` without ``-layout`` and copying out of a viewer give."""
    template = load("v2021")
    numbers = numbered(template)
    doc = document(numbers, layout="ruled")
    blocks = []
    for block in doc.blocks:
        if isinstance(block, Table):
            rows: Rows = [[""] * block.columns for _ in range(block.rows)]
            for cell in block.cells:
                rows[cell.row][cell.column] = cell.text
            blocks.extend(Paragraph(line) for line in spaced(rows))
        else:
            blocks.append(block)
    assert values(Document(tuple(blocks), "txt")) == {code: float(text) for code, text in numbers.items()}


def test_glued_text_with_spaces_between_the_cells() -> None:
    numbers = numbered(load("v2021"))
    doc = document(numbers, layout="ruled")
    text = " ".join(
        b.text if isinstance(b, Paragraph) else " ".join(c.text for c in b.cells if c.text)
        for b in doc.blocks
    )
    read = values(Document((Paragraph(text),), "txt"))
    assert read == {code: float(text) for code, text in numbers.items()}


def test_a_label_not_found_in_glued_text_is_unsure_not_missing() -> None:
    numbers = dict.fromkeys(load("v2021").cells, "0")
    doc = document(numbers, layout="glued")
    damaged = tuple(
        Paragraph(b.text.replace("7.属于行政执法案卷", "7.属于行玫执法案巻"))
        if isinstance(b, Paragraph)
        else b
        for b in doc.blocks
    )
    facts = extract(Document(damaged, "txt"), "s", FILE)
    line = next(
        r for r in facts.lines.iter_rows(named=True) if r["key"] == "t3.results.denied.enforcement_file"
    )
    assert (line["match"], line["label"]) == ("uncertain", None)
    kinds = {r["code"]: r["kind"] for r in facts.cells.iter_rows(named=True)}
    assert {k for c, k in kinds.items() if ".enforcement_file." in c} == {"uncertain"}
    assert "missing" not in kinds.values()


def paragraphs_of(rows: Rows) -> list[Paragraph]:
    return [Paragraph(" ".join(text for text in row if text)) for row in rows]


def with_table3(lines: list[str]) -> Document:
    """A report whose table 3 is given line by line, as a conversion printed it."""
    doc = document(layout="ruled")
    blocks: list = []
    for block in doc.blocks:
        is_table3 = isinstance(block, Table) and block.rows > 20
        blocks.extend([Paragraph(line) for line in lines] if is_table3 else [block])
    return Document(tuple(blocks), "txt")


ABOVE = ["一、本年新收政府信息公开申请数量 1 0 0 0 0 0 1", "二、上年结转政府信息公开申请数量 2 0 0 0 0 0 2"]


def test_two_labels_and_then_two_rows_of_numbers_are_unsure() -> None:
    torn = ["2.没有现成信息需要另行制作", "3.补正后申请内容仍不明确", "0 1 0 0 0 0 1", "0 0 0 0 0 0 0"]
    read = cells(with_table3([*ABOVE, *torn, "1.信访举报投诉类申请 3 0 0 0 0 0 3"]))
    assert read["t3.received_new.natural_person"]["value"] == 1.0
    for row in ("needs_creation", "still_unclear"):
        assert {c["kind"] for code, c in read.items() if f".{row}." in code} == {"uncertain"}


def test_numbers_before_their_label_are_unsure() -> None:
    torn = [
        "4 2 0 0 1 0 7",
        "1.本机关不掌握相关政府信息",
        "0 1 0 0 0 0 1",
        "2.没有现成信息需要另行制作",
        "0 0 0 0 0 0 0",
    ]
    read = cells(with_table3([*ABOVE, *torn, "3.补正后申请内容仍不明确"]))
    assert read["t3.carried_in.total"]["value"] == 2.0
    for row in ("not_held", "needs_creation", "still_unclear"):
        assert {c["kind"] for code, c in read.items() if f".{row}." in code} == {"uncertain"}


def test_a_label_wrapped_round_its_numbers() -> None:
    wrapped = ["5.要求行政机关确认或重新出具", "0 4 0 0 0 0 4", "已获取信息", "1.申请人无正当理由逾期不补正、",
               "行政机关不再处理其政府信息公 0 0 5 0 0 0 5", "开申请"]  # fmt: skip
    read = cells(with_table3([*ABOVE, *wrapped, "（七）总计 3 0 0 0 0 0 3"]))
    assert read["t3.results.not_handled.reconfirm.enterprise"]["value"] == 4.0
    assert read["t3.results.other.overdue_correction.research"]["value"] == 5.0


def test_a_number_printed_against_its_label() -> None:
    def push(rows: dict[str, Rows]) -> None:
        for row in rows["t2"]:
            if row[0] == "行政规范性文件":
                row[:2] = [row[0] + row[1]]

    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}
    assert values(document(layout="aligned", change=push)) == expected


def test_a_serial_column_moves_nothing() -> None:
    def number(rows: dict[str, Rows]) -> None:
        for table in rows.values():
            for n, row in enumerate(table, start=1):
                row.insert(0, str(n))

    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}
    assert values(document(change=number)) == expected


def test_a_blank_fee_in_tab_separated_text_is_blank_and_its_block_is_there() -> None:
    numbers = numbered(load("v2021")) | {"t2.fees.amount_wan_yuan": ""}
    facts = extract(document(numbers, layout="delimited"), "s", FILE)
    assert {
        r["kind"] for r in facts.cells.iter_rows(named=True) if r["code"] == "t2.fees.amount_wan_yuan"
    } == {"blank"}
    blocks = {r["key"]: r["match"] for r in facts.lines.iter_rows(named=True) if r["axis"] == "block"}
    assert blocks == dict.fromkeys(("t2.item_1", "t2.item_5", "t2.item_6", "t2.item_8"), "exact")


def test_heads_in_another_order_leave_text_unsure_and_are_followed_where_ruled() -> None:
    def swap(rows: dict[str, Rows]) -> None:
        for row in rows["t3"][2:]:
            row[4], row[5] = row[5], row[4]

    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}
    assert values(document(change=swap)) == expected
    for layout in ("delimited", "aligned", "one_cell_a_line"):
        read = cells(document(layout=layout, change=swap))
        assert {c["kind"] for code, c in read.items() if code.startswith("t3.")} == {"uncertain"}


def test_group_rows_left_blank_are_no_undivided_rows() -> None:
    def group_rows(rows: dict[str, Rows]) -> None:
        made = rows["t3"][:3]
        for row in rows["t3"][3:]:
            if row[1].startswith("（") and row[2]:
                made.append(["", row[1], *[""] * 8])
                row = ["", "", *row[2:]]
            made.append(row)
        rows["t3"] = made

    expected = {code: float(text) for code, text in numbered(load("v2021")).items()}
    assert values(document(change=group_rows)) == expected


def test_digits_wrapped_out_of_a_cell_leave_the_row_unsure() -> None:
    wrapped = [
        "一、本年新收政府信息公开申请数量 36 41 18 21 29 58 20",
        "3",
        "二、上年结转政府信息公开申请数量 2 0 0 0 0 0 2",
    ]
    read = cells(with_table3([*wrapped, "（七）总计 3 0 0 0 0 0 3", "5"]))
    assert {c["kind"] for code, c in read.items() if ".received_new." in code} == {"uncertain"}
    # a page number after a row that adds up proves nothing against it
    assert read["t3.carried_in.total"]["value"] == 2.0
    assert read["t3.results.total.total"]["value"] == 3.0


def test_numbers_printed_beside_the_neighbours_label_are_unsure() -> None:
    moved = [
        "4.保护第三方合法权益",
        "5.属于三类内部事务信息 0 0 0 0 0 0 0",
        "3 3 1 1 5 0 13",
        "6.属于四类过程性信息 1 0 0 0 0 0 1",
    ]
    read = cells(with_table3([*ABOVE, *moved]))
    assert read["t3.carried_in.total"]["value"] == 2.0
    for row in ("third_party", "internal_affairs"):
        assert {c["kind"] for code, c in read.items() if f".{row}." in code} == {"uncertain"}
