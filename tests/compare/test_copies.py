"""Which reports are alike, how much, and what is shown of it."""

from __future__ import annotations

import random
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.profile import default
from models.facts import TWINS
from tasks.compare.copies import twins
from tasks.roster import Roster, RosterEntry
from tests.compare.prose_builder import Text, compared, frames, told, under

# fourteen characters are ten pieces; with the last one changed nine of eleven are shared, with two eight of twelve
A = "甲乙丙丁戊己庚辛壬癸子丑寅卯"
B = "甲乙丙丁戊己庚辛壬癸子丑寅辰"
C = "甲乙丙丁戊己庚辛壬癸子丑巳午"
FAR = "春夏秋冬东南西北梅兰竹菊琴棋书画"

# long enough for the default profile
LONG = (
    "围绕林地审批、造林绿化和森林防火公开信息，逐条核对公益林补偿名单后张榜公布。",
    "梳理古树名木档案，开设专题栏目，刊登保护责任人和举报途径，方便群众查询监督。",
    "完善发布前的审核流程，由业务科室初审、分管领导复审，涉及个人隐私的内容一律隐去。",
)
PROBLEMS = (
    "林业补贴政策的解读形式较为单一，图解类材料偏少，群众看不懂、记不住的情形仍然存在。",
    "乡镇林业站报送信息不够及时，个别栏目更新间隔较长，查询功能也不够方便好用。",
)


def _agency(name: str, overview: str, **changes: object) -> Text:
    return replace(Text(name, f"映溪区{name}", (overview + "。",)), **changes)  # type: ignore[arg-type]


def test_the_schema_is_kept_also_without_reports() -> None:
    heads, rows = frames([])
    found = twins(heads, rows, {}, None, default())
    assert dict(found.schema) == dict(TWINS)
    assert found.is_empty()


# ------------------------------------------------------------------ other agencies


def test_nine_of_eleven_pieces() -> None:
    found = compared([_agency("林草局", A), _agency("水务局", B), _agency("民政局", FAR)])
    assert told(found, "peer") == [
        ("林草局", "水务局", 0.8181),
        ("民政局", None, 0.0),
        ("水务局", "林草局", 0.8181),
    ]
    row = found.filter((pl.col("submission") == "林草局") & (pl.col("relation") == "peer")).row(0, named=True)
    assert row == dict.fromkeys(TWINS) | {
        "submission": "林草局",
        "relation": "peer",
        "part": "prose",
        "other_submission": "水务局",
        "other_agency": "映溪区水务局",
        "other_year": 2023,
        "other_file": "水务局.txt",
        "other_read_by": "text",
        "similarity": 0.8181,
        "shared_characters": 15,
        "partners": 1,
        "perhaps_same": False,
        "passages": [{"own": A + "。", "other": B + "。", "section": "overview"}],
    }


def test_eight_of_twelve_pieces_are_not_enough() -> None:
    assert told(compared([_agency("林草局", A), _agency("水务局", C)]), "peer") == [
        ("林草局", None, 0.0),
        ("水务局", None, 0.0),
    ]


def test_names_years_and_numbers_do_not_tell_reports_apart() -> None:
    texts = [
        Text(
            "a",
            "映溪区青砚镇人民政府",
            ("2023年，青砚镇围绕映溪区中心工作公开信息126条，办结3件。",),
            rank="township",
        ),
        Text(
            "b",
            "映溪区竹浦镇人民政府",
            ("２０２３年，竹浦镇围绕映溪区中心工作公开信息九十八条，办结十二件。",),
            rank="township",
        ),
    ]
    assert told(compared(texts), "peer") == [("a", "b", 1.0), ("b", "a", 1.0)]


def test_passages_show_no_personal_data() -> None:
    said = "申请人刘小明手机13800001234，已电话答复。"
    found = compared([_agency("林草局", A + "。" + said[:-1]), _agency("水务局", A + "。" + said[:-1])])
    shown = A + "。申请人刘小明手机138****1234，已电话答复。"
    assert (
        found.filter(pl.col("relation") == "peer")["passages"].to_list()
        == [[{"own": shown, "other": shown, "section": "overview"}]] * 2
    )


def test_another_year_is_no_peer() -> None:
    found = compared([_agency("林草局", A), _agency("水务局", A, year=2022)])
    assert told(found, "peer") == [("林草局", None, None), ("水务局", None, None)]
    assert set(found.filter(pl.col("relation") == "peer")["reason"]) == {
        "没有其他机关同一年度的报告可供比对。"
    }


def test_versions_and_the_government_s_own_office_are_no_peers() -> None:
    texts = [
        Text("a", "映溪区人民政府", (A + "。",)),
        Text("b", "映溪区人民政府", (A + "。",), day=25),
        Text("c", "映溪区人民政府办公室", (A + "。",)),
        Text("d", "映溪区水务局", (FAR + "。",)),
    ]
    assert [other for _, other, _ in told(compared(texts), "peer")] == [None] * 4


@pytest.mark.parametrize(
    ("one", "other", "changes", "listed", "unsure"),
    [
        ("映溪区林业局", "映溪区林业和草原局", {}, False, True),
        ("映溪区林业局", "映溪区林业和草原局", {}, True, False),
        ("映溪区财政局", "云栖市映溪区财政局", {}, False, True),
        ("云栖市财政局", "云栖市映溪区财政局", {"rank": "city"}, False, False),
        ("映溪区财政局", "映溪区水务局", {}, False, False),
    ],
)
def test_names_that_may_be_one_agency(
    one: str, other: str, changes: dict[str, str], listed: bool, unsure: bool
) -> None:
    roster = Roster(
        tuple(RosterEntry(name, "county", "department", None, (), range(10_000)) for name in (one, other))
    )
    texts = [replace(Text("a", one, (A + "。",)), **changes), Text("b", other, (A + "。",))]  # type: ignore[arg-type]
    found = compared(texts, roster=roster if listed else None)
    assert found.filter(pl.col("relation") == "peer")["perhaps_same"].to_list() == [unsure, unsure]


def test_only_the_most_alike_are_shown_one_an_agency_and_all_are_counted() -> None:
    texts = [
        _agency("林草局", A),
        _agency("水务局", B),
        _agency("民政局", A),
        _agency("财政局", A),
        replace(_agency("财政局", A), submission="财政局二"),
        _agency("教育局", A),
    ]
    found = compared(texts, under(peers_shown=3)).filter(
        (pl.col("submission") == "林草局") & (pl.col("relation") == "peer")
    )
    # the same text before one that is nearly so, then in order of name
    assert found.select("other_submission", "similarity", "partners").rows() == [
        ("教育局", 1.0, 4),
        ("民政局", 1.0, 4),
        ("财政局", 1.0, 4),
    ]


def test_what_cannot_be_told_is_said() -> None:
    texts = [
        _agency("林草局", "。".join(LONG), year=None),
        Text("无名", None, LONG),
        Text("短", "映溪区水务局", ("全年公开信息及时准确。",)),
        Text("长", "映溪区民政局", LONG),
    ]
    found = compared(texts, default()).filter(pl.col("relation") == "peer")
    assert found.select("submission", "similarity", "reason").rows() == [
        ("无名", None, "报告机关无法确定，无法与其他机关的报告比对。"),
        ("林草局", None, "报告年度无法确定，无法与其他报告比对。"),
        ("短", None, "除各单位通用的表述外，可供比对的文字不足，无法判断是否雷同。"),
        ("长", 0.0, None),
    ]


# ------------------------------------------------------------------ what many share


def _district(count: int, sharing: int) -> list[Text]:
    """`count` agencies of a county, `sharing` of them with the same sentence beside one of their own."""
    rng = random.Random(5)
    characters = [chr(c) for c in range(0x5E00, 0x5E00 + 600)]
    own = ["".join(rng.sample(characters, 14)) for _ in range(count)]
    return [
        Text(f"{n:02}", f"映溪区{own[n][:3]}局", ((A + "。" if n < sharing else "") + own[n] + "。",))
        for n in range(count)
    ]


def test_a_sentence_that_many_share_is_a_mould_s() -> None:
    alike = under(like_peer=0.5)
    # ten of thirty are more than three tenths and as many as are asked for; each keeps ten pieces of its own
    shared = _district(30, 10)
    assert {other for _, other, _ in told(compared(shared, alike), "peer")} == {None}
    # own sentence left out, nothing remains
    bare = [replace(text, overview=(A + "。",)) if text.submission < "10" else text for text in shared]
    found = compared(bare, alike).filter((pl.col("relation") == "peer") & (pl.col("submission") < "10"))
    assert found["similarity"].to_list() == [None] * 10
    assert set(found["reason"]) == {"除各单位通用的表述外，可供比对的文字不足，无法判断是否雷同。"}


def test_among_few_reports_a_frequency_proves_nothing() -> None:
    bare = [
        replace(text, overview=(A + "。",)) if text.submission < "09" else text for text in _district(20, 9)
    ]
    found = told(compared(bare), "peer")
    assert {likeness for submission, _, likeness in found if submission < "09"} == {1.0}


def test_a_mould_of_one_district_is_one_though_the_sweep_is_large() -> None:
    here = [replace(text, overview=(A + "。",)) for text in _district(12, 12)]
    far = [
        Text(
            f"x{n}",
            f"石{chr(0x6CC0 + n)}区{chr(0x5F00 + n)}林局",
            (FAR[n % 8 :] + chr(0x5F10 + n) * 9 + "。",),
        )
        for n in range(60)
    ]
    found = told(compared([*here, *far]), "peer")
    assert {likeness for submission, _, likeness in found if not submission.startswith("x")} == {None}


# ------------------------------------------------------------------ the year before


def _years(this: Text, last: Text) -> pl.DataFrame:
    return compared([this, last], default(), before={this.submission: last.submission})


_THIS = Text("now", "映溪区林草局", LONG, PROBLEMS)
_LAST = replace(_THIS, submission="then", year=2022)


def test_the_same_but_for_the_year() -> None:
    found = _years(
        replace(_THIS, overview=("2023年，公开信息126条。", *LONG)),
        replace(_LAST, overview=("2022年，公开信息98条。", *LONG)),
    )
    assert told(found, "previous") == [("now", "then", 1.0), ("then", None, None)]
    assert told(found, "previous", "problems") == [("now", "then", 1.0), ("then", None, None)]
    rows = found.filter((pl.col("submission") == "now") & (pl.col("relation") == "previous"))
    whole = "".join(("2023年，公开信息126条。", *LONG))
    assert rows.filter(pl.col("part") == "prose")["passages"].to_list() == [
        [
            {
                "own": whole,
                "other": whole.replace("2023", "2022").replace("126", "98"),
                "section": "overview",
            },
            {"own": "".join(PROBLEMS), "other": "".join(PROBLEMS), "section": "problems"},
        ]
    ]
    assert rows["shared_characters"].to_list() == [len("".join(PROBLEMS)), len(whole + "".join(PROBLEMS))]
    assert rows["moulded"].to_list() == [False, False]
    assert found.filter(pl.col("submission") == "then")["reason"].unique().sort().to_list() == [
        "未找到该机关2021年度报告，无法与上一年度核对。",
        "没有上级机关本年度或者上一年度的报告可供比对。",
        "没有其他机关同一年度的报告可供比对。",
    ]


def test_new_numbers_beside_the_same_problems_are_noticed() -> None:
    def problems(year: int, number: int) -> tuple[str, ...]:
        return (f"{year}年仍有不足，{year + 1}年1月起改进，图解类材料只有{number}件。", *PROBLEMS)

    this, last = replace(_THIS, problems=problems(2023, 3)), replace(_LAST, problems=problems(2022, 3))
    for number, new in ((3, False), (5, True)):
        found = _years(replace(this, problems=problems(2023, number)), last)
        row = found.filter((pl.col("part") == "problems") & (pl.col("submission") == "now"))
        assert row.select("similarity", "new_numbers").rows() == [(1.0, new)]


def test_a_report_of_nothing_but_a_mould_is_compared_with_it() -> None:
    others = [Text(f"o{n}", f"映溪区{chr(0x5F00 + n)}局", (*LONG, *PROBLEMS)) for n in range(12)]
    found = compared([_THIS, _LAST, *others], default(), before={"now": "then"})
    row = found.filter(
        (pl.col("submission") == "now") & (pl.col("relation") == "previous") & (pl.col("part") == "prose")
    )
    assert row.select("similarity", "moulded").rows() == [(1.0, True)]


def test_a_year_before_without_prose_tells_nothing() -> None:
    found = _years(_THIS, replace(_LAST, overview=(), problems=()))
    reasons = found.filter((pl.col("submission") == "now") & (pl.col("relation") == "previous"))["reason"]
    assert reasons.to_list() == ["上一年度报告没有可供比对的文字。"] * 2


# ------------------------------------------------------------------ the agency above

_GOVERNMENT = Text("gov", "映溪区人民政府", LONG, organ="government", year=2022)
_TOWN = Text("town", "映溪区青砚镇人民政府", (), rank="township", organ="government")
_OWN = "青砚镇把村务公开和低保评议结果张贴到每个村民小组，邀请老党员、人大代表全程参与监督评议。"


def _from_above(found: pl.DataFrame) -> list[tuple[object, ...]]:
    return (
        found.filter((pl.col("submission") == "town") & (pl.col("relation") == "parent"))
        .select("other_submission", "similarity", "shared_characters", "reason")
        .rows()
    )


def test_a_paragraph_of_the_government_s_last_report() -> None:
    """The government publishes later, so that a town has its report of the year before at hand."""
    found = compared([replace(_TOWN, overview=(LONG[0], _OWN)), _GOVERNMENT], under(least_compared=40))
    ((other, share, characters, reason),) = _from_above(found)
    assert (other, characters, reason) == ("gov", len(LONG[0]), None)
    assert isinstance(share, float)
    assert 0.4 < share < 0.6


def test_own_paragraphs_are_nobody_else_s() -> None:
    found = compared([replace(_TOWN, overview=(_OWN, PROBLEMS[0])), _GOVERNMENT], default())
    assert _from_above(found) == [("gov", 0.0, 0, None)]


def test_a_quoted_order_is_not_copied() -> None:
    quoted = f"区政府要求“{LONG[0]}{LONG[1]}”。"
    found = compared([replace(_TOWN, overview=(quoted, _OWN)), _GOVERNMENT], under(least_compared=30))
    assert _from_above(found) == [("gov", 0.0, 0, None)]


def test_no_report_of_an_agency_above() -> None:
    found = compared([replace(_TOWN, overview=LONG)], default())
    assert _from_above(found) == [(None, None, None, "没有上级机关本年度或者上一年度的报告可供比对。")]


# ------------------------------------------------------------------ same input, same answer


def _corpus() -> list[Text]:
    rng = random.Random(11)
    texts = []
    for n in range(40):
        chosen = [rng.choice((*LONG, *PROBLEMS)) for _ in range(4)]
        for place in range(len(chosen)):
            if rng.random() < 0.3:
                characters = list(chosen[place])
                characters[rng.randrange(len(characters))] = chr(0x5F00 + n)
                chosen[place] = "".join(characters)
        texts.append(
            Text(
                f"{n:02}",
                "映溪区人民政府" if n == 0 else f"映溪区{chr(0x5F00 + n % 30)}镇人民政府",
                tuple(chosen[:3]),
                tuple(chosen[3:]),
                year=2022 + n // 30,
                rank="county" if n == 0 else "township",
                organ="government",
            )
        )
    return texts


_BEFORE = {f"{n:02}": f"{n - 30:02}" for n in range(31, 40)}
_PROFILE = under(least_compared=40, common_reports=50)
_EXPECTED = compared(_corpus(), _PROFILE, before=_BEFORE)


@settings(deadline=None, max_examples=15)
@given(shuffling=st.randoms(use_true_random=False))
def test_the_order_of_reports_and_paragraphs_does_not_matter(shuffling: random.Random) -> None:
    assert _EXPECTED.filter(pl.col("similarity") > 0).height > 20
    heads, rows = frames(_corpus())
    order = list(range(heads.height))
    shuffling.shuffle(order)
    mixed = list(range(rows.height))
    shuffling.shuffle(mixed)
    found = twins(heads[order], rows[mixed], _BEFORE, None, _PROFILE)
    assert found.equals(_EXPECTED)
