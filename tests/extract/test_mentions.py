"""What the prose names and how it is used: one sentence in, the mentions it holds out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.mentions import mention_rows

Found = list[tuple[str, str, str | None, str | None]]


def _mentions(text: str, section: str = "overview", year: int = 2023) -> list[dict[str, object]]:
    rows = [{"paragraph": 1, "section": section, "text": text, "where": '{"line": 1}'}]
    return mention_rows(rows, year=year, agency="映溪区林草局", rank="county", organ="department")


def _found(text: str, section: str = "overview", *, kind: str) -> list[tuple[object, ...]]:
    """(text, value, role) of one kind."""
    return [(m["text"], m["value"], m["role"]) for m in _mentions(text, section) if m["kind"] == kind]


@pytest.mark.parametrize(
    ("text", "section", "roles"),
    [
        ("2022年，我局认真贯彻条例。", "overview", [("2022", "acting")]),
        ("我局2022年度公开信息126条。", "overview", [("2022", "acting")]),
        ("（一）主动公开。2022 年公开信息126条。", "overview", [("2022", "acting")]),
        ("２０２２年，我局认真贯彻条例。", "overview", [("2022", "acting")]),
        ("二〇二二年，我局认真贯彻条例。", "overview", [("2022", "acting")]),
        ("2022全年公开信息126条。", "overview", [("2022", "acting")]),
        ("2022年11月，组织培训1次。", "overview", [("2022", "dated")]),
        ("较2022年增长一成。", "overview", [("2022", "comparison")]),
        ("2022年同期公开90条。", "overview", [("2022", "comparison")]),
        ("自2019年条例修订以来，制度不断完善。", "overview", [("2019", "since")]),
        ("2019年机构改革后，职能有所调整。", "overview", [("2019", "history")]),
        ("2022年，我局高度重视，成立领导小组，完成年度任务。", "overview", [("2022", "acting")]),
        ("2022年公开信息126条，同比增长一成。", "overview", [("2022", "acting")]),
        ("2022年完成公开任务126项。", "overview", [("2022", "acting")]),
        ("落实《2022年政务公开工作要点》。", "overview", [("2022", "law")]),
        ("公开2022年部门决算。", "overview", [("2022", "named")]),
        ("推进2021-2023年行动。", "overview", [("2023", "range")]),
        ("“十四五”规划和2035年远景目标。", "overview", [("2035", "named plan")]),
        ("到2025年全部公开。", "overview", [("2025", "until")]),
        ("2025年，公开信息126条。", "overview", [("2025", "acting")]),
        ("2024年，我局将加强解读。", "problems", [("2024", "plan")]),
        ("2023年，我局将继续加强解读。", "problems", [("2023", "plan")]),
        ("2023年，我局将政务公开纳入考核。", "overview", [("2023", "acting")]),
        ("针对2022年报告指出的问题，加强整改。", "problems", [("2022", "review")]),
        ("统计期限为2023年1月1日至2023年12月31日。", "intro", [("2023", "period"), ("2023", "period")]),
        ("2024年1月20日", "signature", [("2024", "publish")]),
        ("编号20231234，电话12022年鉴。", "overview", []),
    ],
)
def test_years(text: str, section: str, roles: list[tuple[str, str]]) -> None:
    assert [(value, role) for _, value, role in _found(text, section, kind="year")] == roles


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("今年公开较多，去年较少；截至目前共126条。", ["今年", "去年", "截至目前"]),
        ("以前年度、当今年代、说明年度计划。", []),
    ],
)
def test_words_for_relative_time(text: str, found: list[str]) -> None:
    assert [words for words, _, _ in _found(text, kind="relative_time")] == found


def test_congresses() -> None:
    text = (
        "党的十八大以来，学习党的二十大和二十届二中、三中全会精神，贯彻十九届历次全会精神，办好二十大类实事。"
    )
    assert _found(text, kind="congress") == [
        ("党的十八大", "18", "history"),
        ("党的二十大", "20", "cited"),
        ("二十届二中、三中全会", "20.3", "cited"),
        ("十九届历次全会", "19.all", "cited"),
    ]


def test_documents_orders_and_articles() -> None:
    text = (
        "根据《中华人民共和国政府信息公开条例》（国令第 711 号）第五十条、国办公开办函〔2021〕30 号、国办函[2020]109号、"
        "国办公开办函202130号编制年度报告，贯彻《优化营商环境条例》（国务院令第722号）。"
    )
    assert _found(text, kind="document") == [
        ("国办公开办函〔2021〕30 号", "国办公开办函〔2021〕30号", "〔〕"),
        ("国办函[2020]109号", "国办函〔2020〕109号", "[]"),
        ("国办公开办函202130号", "国办公开办函〔2021〕30号", "bare"),
    ]
    assert _found(text, kind="order") == [
        ("国令第 711 号", "国务院令第711号", "regulation"),
        ("国务院令第722号", "国务院令第722号", "order"),
    ]
    assert _found(text, kind="law") == [
        ("《中华人民共和国政府信息公开条例》", "政府信息公开条例", None),
        ("《优化营商环境条例》", "优化营商环境条例", None),
    ]
    assert _found(text, kind="article") == [("第五十条、", "50", "reporting")]
    assert _found("《条例》第三十一条、第三十二条规定", kind="article") == [
        ("第三十一条、第三十二条", "31,32", "other")
    ]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("公开为常态、不公开为例外", "sound"),
        ("“公开是常态，不公开是例外”", "sound"),
        ("以公开为常态，以不公开为例外", "sound"),
        ("不公开是例外，公开是常态", "sound"),
        ("公开是常态，公开是例外", "one-sided"),
        ("不公开为常态、不公开为例外", "one-sided"),
        ("不公开为常态、公开为例外", "reversed"),
    ],
)
def test_the_principle(text: str, role: str) -> None:
    assert [role for _, _, role in _found(f"坚持{text}。", kind="principle")] == [role]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("四川省宜宾市人民政府", [("四川省", "510000", "named"), ("宜宾市", "511500", "acting")]),
        ("赴宜宾市考察学习", [("宜宾市", "511500", "relation")]),
        ("《四川省政务公开规定》", [("四川省", "510000", "titled")]),
        ("材料由宜宾市印制", [("宜宾市", "511500", "named")]),
        (
            "江苏省南京市鼓楼区",
            [("江苏省", "320000", "named"), ("南京市", "320100", "named"), ("鼓楼区", "320106", "named")],
        ),
        ("鼓楼区", [("鼓楼区", "320106,320302,350102,410204", "named")]),
        ("全市中区域协调，新城区建设，便民市场，完成县级任务，公安县区联动，行政区域", []),
        ("云栖市映溪区", []),
    ],
)
def test_places(text: str, found: list[tuple[str, str, str]]) -> None:
    assert _found(text, kind="place") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("组织推动全省政府信息公开工作", [("全省", "省", "own")]),
        ("2023年全市共公开信息23138条", [("全市", "市", "own")]),
        ("参加全省政务公开工作会议", [("全省", "省", "quoted")]),
        ("在全市考核中位列第三名", [("全市", "市", "quoted")]),
        ("全省一体化政务服务平台", [("全省", "省", "quoted")]),
        ("全省上下齐心协力", [("全省", "省", "unclear")]),
        ("全国人大、全市场、全县域", []),
    ],
)
def test_levels(text: str, found: list[tuple[str, str, str]]) -> None:
    assert _found(text, kind="level") == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("现公布映溪区民政局2023年政府信息公开工作年度报告。", ["映溪区民政局"]),
        ("现将2023年度映溪区民政局政府信息公开工作年度报告公布如下。", ["映溪区民政局"]),
        ("本报告由映溪区人民政府办公室根据条例编制。", ["映溪区人民政府办公室"]),
        ("根据条例要求，映溪区民政局编制了本报告。", ["映溪区民政局"]),
        ("现向社会公布2023年政府信息公开工作年度报告。", []),
        ("现公布2023年度政府信息公开工作年度报告。", []),
        ("按照省政府办公厅要求，编制本报告。", []),
        ("如有疑问，请与映溪区民政局办公室联系。", []),
    ],
)
def test_the_agency_of_an_introduction(text: str, names: list[str]) -> None:
    assert [name for name, _, _ in _found(text, "intro", kind="agency")] == names


def test_the_agency_that_opens_the_overview_and_the_one_that_signs() -> None:
    texts = [
        ("overview", "（一）主动公开"),
        ("overview", "2023年，映溪区民政局认真贯彻条例，稳步推进政府信息公开工作。"),
        ("overview", "映溪区水务局积极配合有关公开工作，及时提供供水信息。"),
        ("other", "映溪区财政局"),
        ("signature", "2024年1月20日"),
    ]
    rows = [
        {"paragraph": n, "section": s, "text": t, "where": "{}"} for n, (s, t) in enumerate(texts, start=1)
    ]
    found = mention_rows(rows, year=2023, agency=None, rank="county", organ="department")
    assert [(m["paragraph"], m["value"], m["role"]) for m in found if m["kind"] == "agency"] == [
        (2, "映溪区民政局", "opening"),
        (4, "映溪区财政局", "signature"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("公开××条，举办XX次。", [("××", "left"), ("XX", "left")]),
        ("国办函〔〕12号、国办函〔20 〕号", [("函〔〕12号", "left"), ("函〔20 〕号", "left")]),
        ("某某同志，张某某，138××××1234", [("某某", "left"), ("某某", "masked"), ("××××", "masked")]),
        ("[bookmark: _GoBack]全年", [("[bookmark: _GoBack]", "conversion")]),
        (
            "点击此处输入文字，（此处填写名称），“具体政策名称”",
            [("点击此处输入", "left"), ("（此处填写名称）", "left"), ("“具体政策名称”", "left")],
        ),
        ("附件：略", [("附件：略", "left")]),
        ("XXGK系统，2X2表，国办函〔2020〕109号，**重点**", []),
    ],
)
def test_residues(text: str, found: list[tuple[str, str]]) -> None:
    assert sorted((words, role) for words, _, role in _found(text, kind="residue")) == sorted(found)


def test_personal_data_is_masked_wherever_its_sentence_is_shown() -> None:
    found = _mentions("2023年，申请人李建国（电话13812345678）住址：青砚镇柳溪村三组12号，申请公开征地批复。")
    assert {m["sentence"] for m in found} == {
        "2023年，申请人李**（电话138****5678）住址：青砚镇****，申请公开征地批复。"
    }
    assert [(m["kind"], m["text"], m["role"]) for m in found if m["kind"] != "year"] == [
        ("applicant", "李**", "bare"),
        ("phone", "138****5678", "named"),
        ("address", "青砚镇****", "bare"),
    ]


@settings(max_examples=60)
@given(
    st.lists(
        st.text(alphabet="2023年全市公开〔〕《》“”（），。×X138住申请人李号国办函 \n条例第", max_size=60),
        max_size=4,
    )
)
def test_any_text_is_taken(texts: list[str]) -> None:
    rows = [
        {"paragraph": n, "section": "overview", "text": text, "where": "{}"}
        for n, text in enumerate(texts, start=1)
    ]
    found = mention_rows(rows, year=None, agency=None, rank="unknown", organ="unknown")
    assert [m["mention"] for m in found] == list(range(1, len(found) + 1))
