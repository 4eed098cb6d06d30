"""STR: the six parts, the three tables, their rows and columns."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.accuracy.cases import Case
from benchmarks.accuracy.fault import GOVERNMENTS, Told, fault
from benchmarks.accuracy.faults.meta import WORDS
from benchmarks.accuracy.report import SECTIONS, TABLE_OF
from expectations.template import load
from samples.make.report import Grid, Heading, Part, Text
from samples.make.tables import spans2, spans3

ALL_PARTS = "headings overview proactive requests disputes problems other t2 t3 t4 order"
RULED = ("plain", "docx", "docx merged", "gb18030", "cms", "pdf", "pasted", "markdown")
"""Formats in which rows and columns have their places."""
HEADS = tuple(w for w in WORDS if w != "docx numbered")


def section_of(parts: list[Part], heading: str) -> tuple[int, int]:
    """Return where a section begins and ends among the parts."""
    start = next(i for i, part in enumerate(parts) if isinstance(part, Heading) and part.text == heading)
    end = start + 1
    while end < len(parts) and not isinstance(parts[end], Heading):
        if isinstance(parts[end], Text) and getattr(parts[end], "role", "") == "signature":
            break
        end += 1
    return start, end


def table_edit(case: Case, name: str, change: Callable[[list[list[str]]], list[list[str]]]) -> None:
    """Change the rows of a table at the end; merged cells are worked out anew."""
    template = case.report.template

    def edit(parts: list[Part]) -> list[Part]:
        found: list[Part] = []
        for part in parts:
            if isinstance(part, Grid) and part.name == name:
                rows = change([list(row) for row in part.rows])
                spans = part.spans
                if name == "t2":
                    spans = spans2(rows, 4)
                elif name == "t3" and len(rows) != len(part.rows):
                    spans = spans3(template, rows)
                found.append(Grid(name, rows, spans, part.heads))
            else:
                found.append(part)
        return found

    case.report.edits.append(edit)


@fault(
    "STR-01",
    ALL_PARTS,
    also="STR-06 STR-07 STR-08 STR-10 STR-11 STR-12 STR-14 S5-01 S5-02 S6-01 S6-05 CELL-01 STR-02 TXT-15 EXT-03 AGG-03 META-06",
    stage=2,
    formats=HEADS,
)
def a_part_is_missing(case: Case, rng: random.Random, n: int) -> Told:
    """One of the six parts is left out."""
    heading = case.report.headings[SECTIONS[n % 6]]

    def edit(parts: list[Part]) -> list[Part]:
        start, end = section_of(parts, heading)
        return parts[:start] + parts[end:]

    case.report.edits.append(edit)
    return Told(words=(heading[2:],))


@fault("STR-02", ALL_PARTS, also="STR-14", stage=2, formats=HEADS)
def parts_in_another_order(case: Case, rng: random.Random, n: int) -> Told:
    """Two parts have changed places."""
    at = n % 5
    one, two = case.report.headings[SECTIONS[at]], case.report.headings[SECTIONS[at + 1]]

    def edit(parts: list[Part]) -> list[Part]:
        a, b = section_of(parts, one)
        c, d = section_of(parts, two)
        return parts[:a] + parts[c:d] + parts[a:b] + parts[d:]

    case.report.edits.append(edit)
    return Told()


_OWN_HEADINGS = {
    "overview": ("工作总体推进情况", "总体工作情况", "总体情况概述"),
    "proactive": ("主动公开信息情况", "主动公开政府信息工作情况"),
    "requests": ("收到和办理政府信息公开申请情况", "收到及处理信息公开申请情况"),
    "disputes": ("政府信息公开复议、诉讼情况", "行政复议、行政诉讼情况"),
    "problems": ("存在的不足及改进情况", "主要问题及改进情况"),
    "other": ("其它需报告的事项", "需要报告的其他情况"),
}


@fault("STR-03", "headings", formats=HEADS)
def heading_in_other_words(case: Case, rng: random.Random, n: int) -> Told:
    """A heading is worded otherwise than on the form and in no accepted way."""
    key = SECTIONS[n % 6]
    wording = _OWN_HEADINGS[key][n // 6 % len(_OWN_HEADINGS[key])]
    case.report.headings[key] = f"{'一二三四五六'[n % 6]}、{wording}"
    return Told(words=(wording,))


@fault("STR-04", "headings", formats=HEADS)
def numerals_of_another_kind(case: Case, rng: random.Random, n: int) -> Told:
    """Some headings have Arabic numerals."""
    for at, key in enumerate(SECTIONS):
        if at in ((2, 3), (0,), (5,), (1, 4), (0, 1, 2))[n % 5]:
            text = case.report.headings[key][2:]
            case.report.headings[key] = f"{at + 1}{'、.'[n % 2]}{text}"
    return Told()


@fault("STR-05", "extra", stage=2, formats=HEADS)
def a_seventh_part(case: Case, rng: random.Random, n: int) -> Told:
    """There is a part that the form does not have."""
    y = case.report.year + 1
    name, said = (
        (f"{y}年工作打算", "继续充实公开内容，方便群众查询。"), ("附件", "附：本机关公开事项清单。"),
        ("建议提案办理情况", "全年办理建议提案若干件，均已答复。"), ("下一步工作安排", "加强队伍建设，提高业务能力。"),
        ("政务公开创新举措", "推出公开便民角，群众可自助查询。"),
    )[n % 5]  # fmt: skip
    last = case.report.headings["other"]

    def edit(parts: list[Part]) -> list[Part]:
        at = section_of(parts, last)[1]
        return [*parts[:at], Heading(f"七、{name}"), Text(said), *parts[at:]]

    case.report.edits.append(edit)
    return Told(words=(name,))


@fault(
    "STR-06",
    "t2 t3 t4 proactive requests disputes",
    stage=2,
    also="STR-07 STR-08 CELL-01 CELL-07 PUB-03 STR-09",
)
def a_table_is_missing(case: Case, rng: random.Random, n: int) -> Told:
    """A section has a sentence where its table belongs."""
    name = ("t2", "t3", "t4")[n % 3]
    said = ("本单位无相关情况。", "本年度没有此类情形。", "无。", "")[n // 3 % 4]

    def edit(parts: list[Part]) -> list[Part]:
        found: list[Part] = []
        for part in parts:
            if not isinstance(part, Grid) or part.name != name:
                found.append(part)
            elif said:
                found.append(Text(said))
        return found

    case.report.edits.append(edit)
    return Told()


@fault("STR-07", "t2", stage=2, also="STR-08 CELL-01", formats=(*RULED, "tabs", "lines"))
def a_block_of_table_2_is_missing(case: Case, rng: random.Random, n: int) -> Told:
    """One item of article 20 is left out of table 2."""
    block = n % 4

    def change(rows: list[list[str]]) -> list[list[str]]:
        starts = [r for r, row in enumerate(rows) if len(row) == 1] + [len(rows)]
        return rows[: starts[block]] + rows[starts[block + 1] :]

    table_edit(case, "t2", change)
    return Told(words=("第二十条第（" + "一五六八"[block] + "）项",))


@fault("STR-08", "t3", stage=2, also="CELL-01 STR-09")
def a_row_of_table_3_is_missing(case: Case, rng: random.Random, n: int) -> Told:
    """A row of table 3 is left out."""
    rows3 = [
        r
        for r in case.report.template.table3_rows
        if r.key.count(".") == 2 and case.report.count(f"t3.{r.key}.total") == 0
    ]
    row = rows3[n % len(rows3)]

    def change(rows: list[list[str]]) -> list[list[str]]:
        at = next(i for i, cells in enumerate(rows) if row.label in cells[:3])
        heads = rows[at][:2]
        left = rows[:at] + rows[at + 1 :]
        if any(heads) and at < len(left):  # the group's name moves down to the next of its rows
            left[at] = [head or own for head, own in zip([*heads, ""], left[at][:3], strict=True)] + left[at][
                3:
            ]
        return left

    table_edit(case, "t3", change)
    return Told(words=(row.label.split(".")[-1][:4],))


@fault("STR-08", "t3", stage=2)
def a_label_of_table_3_is_reworded(case: Case, rng: random.Random, n: int) -> Told:
    """A row's label has other words."""
    rows3 = case.report.template.table3_rows
    row = rows3[n * 5 % (len(rows3) - 6) + 4]
    label = row.label.replace("政府信息", "有关资料").replace("其他", "别的").replace("申请", "请求")
    if label == row.label:
        label = row.label[: -(len(row.label) // 4)]

    def change(rows: list[list[str]]) -> list[list[str]]:
        return [[label if cell == row.label else cell for cell in cells[:3]] + cells[3:] for cells in rows]

    table_edit(case, "t3", change)
    return Told(unsure=case.report.writer not in RULED)


@fault("STR-09", "t3", stage=2, also="STR-08 CELL-01", years=(2022, 2023, 2024), formats=RULED)
def other_processing_undivided(case: Case, rng: random.Random, n: int) -> Told:
    """Table 3 has （六）其他处理 as one row, as the form of 2019 had."""

    def change(rows: list[list[str]]) -> list[list[str]]:
        at = next(i for i, cells in enumerate(rows) if cells[1].startswith("（六）"))
        figures = [str(sum(int(rows[at + k][c]) for k in range(3))) for c in range(3, 10)]
        return [*rows[:at], ["", "（六）其他处理", "", *figures], *rows[at + 3 :]]

    def edit(parts: list[Part]) -> list[Part]:
        found: list[Part] = []
        old = load("v2019")
        for part in parts:
            if isinstance(part, Grid) and part.name == "t3":
                rows = change([list(row) for row in part.rows])
                found.append(Grid("t3", rows, spans3(old, rows), part.heads))
            else:
                found.append(part)
        return found

    case.report.edits.append(edit)
    return Told()


@fault(
    "STR-10",
    "overview",
    stage=2,
    also="STR-11 STR-12 TXT-15 STALE-01 S6-01 EXT-03 AGG-03 DUP-04",
    formats=HEADS,
)
def overview_empty(case: Case, rng: random.Random, n: int) -> Told:
    """Section one has nothing in it."""
    return _emptied(case, "overview")


@fault("STR-10", "problems", stage=2, also="S5-01 S5-02 S5-03", formats=HEADS)
def problems_empty(case: Case, rng: random.Random, n: int) -> Told:
    """Section five has nothing in it."""
    return _emptied(case, "problems")


def _emptied(case: Case, key: str) -> Told:
    heading = case.report.headings[key]

    def edit(parts: list[Part]) -> list[Part]:
        start, end = section_of(parts, heading)
        return parts[: start + 1] + parts[end:]

    case.report.edits.append(edit)
    return Told(words=(heading[2:],))


_ASPECTS = {
    "proactive_part": "主动公开",
    "requests_part": "依申请公开",
    "management_part": "政府信息管理",
    "platform_part": "平台建设",
    "supervision_part": "监督保障",
}


@fault("STR-11", "overview", also="TXT-15 STR-12 DUP-04", formats=HEADS)
def an_aspect_is_not_spoken_of(case: Case, rng: random.Random, n: int) -> Told:
    """Section one does not speak of one of the five prescribed aspects."""
    prose = case.report.prose
    for part, said in (
        ("proactive_part", "主动公开各类信息{disclosed}条，{topic0}类{part}条。"),
        ("requests_part", "依申请公开方面，全年收到申请{received}件，办结{done}件。"),
        ("management_part", "政府信息管理方面，发布前由专人逐条校对文字。"),
        ("platform_part", "平台建设方面，栏目新增{few}个。"),
        ("supervision_part", "监督保障方面，组织业务学习{few}次。"),
    ):
        prose[part] = [case.report.say(said)]
    left_out = list(_ASPECTS)[n % 5]
    prose[left_out] = []
    prose["government_part"] = (
        []
        if case.report.agency.organ != "government" or left_out == "supervision_part"
        else prose["government_part"]
    )
    prose["opening_part"] = [case.report.say("{year}年，{self}围绕{topic1}、{topic2}开展工作。")]
    return Told(words=(_ASPECTS[left_out],))


@fault("STR-12", "overview", kinds=GOVERNMENTS, also="STR-11", formats=HEADS)
def a_government_leaves_out_one_of_three(case: Case, rng: random.Random, n: int) -> Told:
    """A government does not report assessment, public review or accountability."""
    said = [
        "全年对各单位公开工作进行了考核，结果纳入绩效。",
        "邀请群众代表对公开工作开展社会评议，总体满意。",
        "全年没有发生责任追究的情形。",
    ]
    case.report.prose["supervision_part"] = [case.report.say("明确分管领导和工作人员，组织业务培训{few}次。")]
    case.report.prose["government_part"] = [text for at, text in enumerate(said) if at != n % 3]
    return Told(words=(("考核", "评议", "责任追究")[n % 3],))


@fault("STR-13", "overview", sizes=("middle",), formats=HEADS)
def overview_too_long(case: Case, rng: random.Random, n: int) -> Told:
    """Section one has more than a thousand characters (a rule that only some cities switch on)."""
    prose = case.report.prose
    while sum(len(text) for part in prose for text in prose[part] if part.endswith("_part")) < 1500:
        few = len(prose["platform_part"])
        prose["platform_part"].append(
            case.report.say("{topic0}栏目做了改版，{topic2}的办事材料一并公布。", str(few))
        )
    return Told()


@fault("STR-14", "t2 t3 t4 order", stage=2, also="STR-06 CELL-01 PUB-04")
def a_table_twice(case: Case, rng: random.Random, n: int) -> Told:
    """A table stands twice in the report."""
    name = ("t3", "t4", "t2")[n % 3]

    def edit(parts: list[Part]) -> list[Part]:
        at = next(i for i, p in enumerate(parts) if isinstance(p, Grid) and p.name == name)
        return [*parts[: at + 1], Text("（续表）"), *parts[at:]]

    case.report.edits.append(edit)
    return Told()


@fault("STR-14", "t2 t3 t4 order", stage=2, also="STR-06", formats=HEADS)
def a_table_under_a_strange_heading(case: Case, rng: random.Random, n: int) -> Told:
    """A table stands under the heading of another section."""
    home = ("requests", "disputes", "proactive")[n % 3]
    other = {"requests": "disputes", "disputes": "problems", "proactive": "requests"}[home]
    target = case.report.headings[other]

    def edit(parts: list[Part]) -> list[Part]:
        grid = next(p for p in parts if isinstance(p, Grid) and p.name == TABLE_OF[home])
        rest = [p for p in parts if p is not grid]
        start, _ = section_of(rest, target)
        return [*rest[: start + 1], grid, *rest[start + 1 :]]

    case.report.edits.append(edit)
    return Told()
