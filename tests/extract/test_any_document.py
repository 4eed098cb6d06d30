"""Whatever a reader hands over, extraction gives frames of the right shape or one clear refusal."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from models.document import Cell, Document, Paragraph, Table
from models.errors import ReadError
from models.facts import SCHEMAS
from tasks.extract import extract
from tests.extract.made import document

WORDS = st.sampled_from(
    ["", "0", "12", "1 2", "/", "三、", "总计", "其他", "自然人", "行政复议", "行政诉讼", "结果维持", "第二十条第（一）项", "规章",
     "一、本年新收政府信息公开申请数量", "（七）总计", "3.其他", "四、结转下年度继续办理", "一、总体情况", "六、其他需要报告的事项",
     "七、", "2023年", "-", "\n", "某局2023年政府信息公开工作年度报告", "2023年1月1日至2023年13月45日", "统计期限"]
) | st.text(max_size=12)  # fmt: skip
TABLES = st.builds(
    lambda rows, layout, span: Table(
        tuple(
            Cell(text, r, c, column_span=span if c == 0 else 1)
            for r, row in enumerate(rows)
            for c, text in enumerate(row)
        ),
        len(rows),
        max((len(row) for row in rows), default=0),
        layout,
    ),
    st.lists(st.lists(WORDS, max_size=12), max_size=10),
    st.sampled_from(["ruled", "delimited", "aligned"]),
    st.integers(1, 5),
)
BLOCKS = st.lists(TABLES | st.builds(Paragraph, st.lists(WORDS, max_size=8).map("".join)), max_size=12)


@given(BLOCKS, st.integers(0, 12))
@settings(max_examples=150, deadline=None)
def test_frames_or_a_refusal(blocks: list, at: int) -> None:
    real = document().blocks
    mixed = Document((*real[:at], *blocks, *real[at + 1 :]), "txt")
    try:
        facts = extract(mixed, "s", "x.txt")
    except ReadError as refused:
        assert refused.message.endswith("。")
        return
    for name, schema in SCHEMAS.items():
        assert dict(getattr(facts, name).schema) == dict(schema)
    assert facts.reports.height == 1
    cells = facts.cells
    assert cells["code"].is_unique().all()
    certain = cells["kind"].is_in(["number", "zero"])
    assert cells.filter(certain)["value"].null_count() == 0
    assert cells.filter(~certain)["value"].null_count() == cells.filter(~certain).height
