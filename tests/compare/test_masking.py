"""What of a sentence is compared."""

from __future__ import annotations

import pytest

from tasks.compare.agencies import body, districts, own_names, perhaps_same, places, superiors
from tasks.compare.masking import mask, sentences
from tasks.roster import Roster, RosterEntry
from tests.compare.prose_builder import Text, frames


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("2023年，公开信息1,260条，增长12.5%。", "#年公开信息#条增长#"),
        ("２０２３年公开信息一千二百六十条", "#年公开信息#条"),
        ("映溪区林草局在云栖市政府网站公开", "@在@政府网站公开"),
        ("我局、本单位、全区", "@"),
        ("按照《政府信息公开条例》（国令〔2019〕711号）办理", "按照§办理"),
        ("按照国办公开办函〔2021〕30号办理", "按照国办公开办函§办理"),
        ("领导要求“把群众满意作为衡量公开工作成效的唯一标准”", "领导要求§"),
        ("开设“办事一本通”栏目", "开设办事#本通栏目"),
        ("区人民政府与区政府", "@政府与@政府"),
    ],
)
def test_names_years_and_numbers_are_masked(text: str, masked: str) -> None:
    assert mask([text], "云栖市映溪区林草局") == [masked]


def test_names_of_other_agencies_are_masked_the_longest_first() -> None:
    assert mask(["会同青砚镇财政所和青砚镇"], None, ["青砚镇", "青砚镇财政所"]) == ["会同@和@"]


def test_an_agency_answers_to_these_names() -> None:
    assert own_names("云栖市映溪区林草局") == (
        "云栖市映溪区林草局",
        "映溪区林草局",
        "云栖市",
        "映溪区",
        "林草局",
        "云栖",
        "映溪",
    )


@pytest.mark.parametrize(
    ("agency", "found"),
    [
        ("云栖市映溪区林草局", ("云栖市", "映溪区")),
        ("映溪区人民政府竹浦街道办事处", ("映溪区", "竹浦街道")),
        ("映溪区市场监督管理局", ("映溪区",)),
        ("云栖市市场监督管理局", ("云栖市",)),
        ("映溪区住房和城乡建设局", ("映溪区",)),
        ("云栖市乡村振兴局", ("云栖市",)),
        ("云栖市沙县财政局", ("云栖市", "沙县")),
        ("财政局", ()),
    ],
)
def test_places_in_a_name(agency: str, found: tuple[str, ...]) -> None:
    assert places(agency) == found


def test_what_is_left_out() -> None:
    report = Text(
        "a",
        "映溪区林草局",
        (
            "（一）主动公开",
            "（二）依申请公开情况。全年答复准确及时，没有差错！",
            "根据条例编制本年度报告，统计期限为全年。",
            "没有收取信息处理费。",
            "以公开为常态、不公开为例外，逐条审核信息。",
        ),
        ("存在的主要问题：一是解读单一；二是更新不及时。",),
    )
    heads, paragraphs = frames([report])
    found = sentences(
        heads.select("submission", "agency").with_row_index("report"),
        paragraphs,
        [],
        ["以公开为常态、不公开为例外"],
    )
    assert found.select("section", "masked").rows() == [
        ("overview", "全年答复准确及时没有差错"),
        ("overview", "逐条审核信息"),
        ("problems", "存在的主要问题#是解读单#"),
        ("problems", "#是更新不及时"),
    ]
    assert found["text"].to_list()[1] == "以公开为常态、不公开为例外，逐条审核信息。"


def test_who_may_be_the_same_office() -> None:
    assert body("映溪区人民政府办公室") == body("映溪区人民政府") == "映溪区人民政府"
    assert body("映溪区金融工作办公室") == "映溪区金融工作办公室"
    assert perhaps_same("财政局", "映溪区财政局")
    assert perhaps_same("映溪区林业和草原局", "映溪区林业局")
    assert not perhaps_same("映溪区水利局", "映溪区水务局")


_ROSTER = Roster(
    (
        RosterEntry("云栖市人民政府", "city", "government", None, ("市政府",), range(10_000)),
        RosterEntry("映溪区人民政府", "county", "government", "市政府", (), range(10_000)),
        RosterEntry("映溪区林草局", "county", "department", "映溪区人民政府", (), range(10_000)),
    )
)


def test_who_stands_above() -> None:
    names = ["映溪区人民政府", "映溪区林草局", "映溪区青砚镇人民政府", "石湾区林草局"]
    assert superiors(names, _ROSTER) == {
        "映溪区人民政府": ("云栖市人民政府",),
        "映溪区林草局": ("映溪区人民政府", "云栖市人民政府"),
        "映溪区青砚镇人民政府": ("映溪区人民政府",),
        "石湾区林草局": (),
    }
    assert districts(names, _ROSTER) == {
        "映溪区人民政府": "云栖市人民政府",
        "映溪区林草局": "映溪区人民政府",
        "映溪区青砚镇人民政府": "映溪区",
        "石湾区林草局": "石湾区",
    }
