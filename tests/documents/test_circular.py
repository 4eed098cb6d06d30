"""通报.docx: the figures of the sweep page, problems by kind, three annexes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

from docx import Document
from sqlalchemy import Engine

from tasks.accounts.person import Person
from tasks.ask.regions import Region, region
from tasks.ask.sweep import Figures
from tasks.documents.circular import Circular, Kind, Late, Ranked, circular
from tasks.documents.circular_document import demands, of_kind, overall, write_circular
from tests.documents.made import problem

SAID = Circular(
    year=2023,
    region="云岚区",
    figures=Figures(owed=20, reported=18, missing=2, late=1, to_mend=3, passing=15, unscored=1, mean=86.666),
    scored=17,
    kinds=(Kind("数据勾稽", 5, 4, (("合计", 3), ("勾稽", 2)), ("教育局", "民政局")),),
    late=(Late("云岚区水务局", "政府部门/县级", "未报送"), Late("云岚区司法局", "政府部门/县级", "逾期公布")),
    ranking=(
        Ranked(1, "云岚区财政局", "政府部门/县级", 100.0, "优秀", 0, 0),
        Ranked(2, "云岚区教育局", "政府部门/县级", 88.0, "良好", 1, 2),
    ),
    listed=(problem(1),),
    problems=1,
)
DATED, DUE = date(2024, 3, 1), date(2024, 3, 8)


def whole(database: Engine, person: Person) -> Region:
    with database.connect() as connection:
        found = region(connection, person)
    assert found is not None
    return found


def test_overview_in_words() -> None:
    assert overall(SAID, DATED) == (
        "截至2024年3月1日，应报送年度报告的单位20个，已报送18个，其中按时发布17个、逾期发布1个；未报送2个。",
        "已评分17份，合格15份，合格率88.2%，平均得分86.67分；能够核查的内容不足、暂不评分的1份。"
        "存在严重问题、尚未复核通过的报告3份，共发现需要整改的问题1个。得分依据本系统评分模型，仅供工作参考。",
    )
    nothing = replace(SAID, figures=Figures(owed=2, missing=2), scored=0)
    assert overall(nothing, DATED) == (
        "截至2024年3月1日，应报送年度报告的单位2个，已报送0个；未报送2个。",
        "已报送的报告暂无可以评分的。",
    )


def test_kinds_in_words() -> None:
    (kind,) = SAID.kinds
    assert of_kind(kind) == (
        "共发现问题5个，其中严重问题4个，涉及单位2个。主要是：“合计”3个、“勾稽”2个。涉及单位：教育局、民政局。"
    )
    assert "“‘收到N件’与表三”1个" in of_kind(replace(kind, rules=(("“收到N件”与表三", 1),)))
    many = replace(kind, critical=0, agencies=tuple(f"第{n}局" for n in range(1, 31)))
    assert of_kind(many).startswith("共发现问题5个，涉及单位30个。")
    assert of_kind(many).endswith("、第20局等30个单位。")


def test_the_document() -> None:
    document = Document(BytesIO(write_circular(SAID, "云岚区人民政府办公室", DATED, DUE)))
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.text] == [
        "关于2023年政府信息公开工作年度报告核查情况的通报",
        "各有关单位：",
        "根据《中华人民共和国政府信息公开条例》第四十七条、第四十九条、第五十条规定，我办对云岚区2023年政府信息公开工作年度报告"
        "进行了核查，现将有关情况通报如下。",
        "一、总体情况",
        *overall(SAID, DATED),
        "二、主要问题",
        "（一）数据勾稽",
        of_kind(SAID.kinds[0]),
        "三、工作要求",
        *demands(DUE),
        "附件：1．未按时发布单位名单",
        "　　　2．问题清单",
        "　　　3．得分排名",
        "云岚区人民政府办公室",
        "2024年3月1日",
        "附件1",
        "未按时发布单位名单",
        "附件2",
        "问题清单",
        "附件3",
        "得分排名",
        "共17份报告评分，以下列出前2名。",
    ]  # fmt: skip
    assert [[[c.text for c in row.cells] for row in table.rows[1:]] for table in document.tables] == [
        [
            ["1", "云岚区水务局", "政府部门/县级", "未报送"],
            ["2", "云岚区司法局", "政府部门/县级", "逾期公布"],
        ],
        [
            [
                "1",
                "云岚区教育局",
                problem().message,
                "国办公开办函〔2021〕30号附件",
                "严重",
                "请核对申请台账。",
            ]
        ],
        [
            ["1", "云岚区财政局", "政府部门/县级", "100.0", "优秀", "0", "0"],
            ["2", "云岚区教育局", "政府部门/县级", "88.0", "良好", "1", "2"],
        ],
    ]


def test_what_does_not_fit_is_said() -> None:
    many = replace(SAID, problems=250, scored=1200)
    texts = [p.text for p in Document(BytesIO(write_circular(many, "办", DATED, DUE))).paragraphs]
    assert "共250个问题，以下列出前1个，完整清单见另附的问题清单（电子表格）。" in texts
    assert "共1200份报告评分，以下列出前2名。" in texts


def test_nothing_wrong_is_said_too() -> None:
    clean = replace(SAID, kinds=(), late=(), ranking=(), listed=(), problems=0, scored=0)
    document = Document(BytesIO(write_circular(clean, "办", DATED, DUE)))
    assert document.tables == []
    assert [p.text for p in document.paragraphs].count("无。") == 3


def test_of_the_samples(database: Engine, person_supervisor: Person) -> None:
    said = circular(database, person_supervisor, whole(database, person_supervisor), 2023)
    assert said.region == "映溪区"
    assert (said.figures.owed, said.figures.reported, said.on_time, said.figures.missing) == (14, 13, 13, 1)
    assert said.late == (Late("映溪区卫生健康局", "政府部门/县级", "所报文件未能读取，待核实"),)
    assert [(kind.title, kind.problems, kind.critical) for kind in said.kinds] == [
        ("结构完整", 2, 2),
        ("数据勾稽", 5, 4),
        ("跨年衔接", 1, 1),
        ("文表一致", 2, 0),
    ]
    assert said.problems == 10 == len(said.listed)
    assert [one.place for one in said.ranking] == [1, 1, 1, 4, 4, 4, 7, 7, 9, 9, 11, 11, 11]
    assert {one.total for one in said.ranking} == {100.0, 97.0, 92.0, 89.0, 88.0}


def test_another_region_knows_nothing_of_it(database: Engine, person: object) -> None:
    elsewhere: Person = person("elsewhere")  # type: ignore[operator]
    said = circular(database, elsewhere, whole(database, elsewhere), 2023)
    assert (said.kinds, said.ranking, said.listed, said.problems) == ((), (), (), 0)
    assert [one.agency for one in said.late] == ["云岚区人民政府", "云岚区教育局"]
