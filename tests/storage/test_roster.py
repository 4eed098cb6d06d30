"""Reading the roster, naming agencies by it, and who has not submitted."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from models.errors import ConfigurationError
from models.facts import REPORTS
from models.views import MissingView
from tasks.roster import Roster, RosterEntry, missing, read_roster, resolve

HEADER = "agency,rank,organ,parent,aliases,first_year\n"
FULL_HEADER = HEADER.replace("\n", ",last_year,founded,in_summary,vertical,exempt\n")
BODY = (
    "云岚区人民政府,county,government,,,\n"
    "云岚区教育局,county,department,云岚区人民政府,云岚区教育委员会；区教育局,2021\n"
    "\n"
    "白鹭镇人民政府,township,government,云岚区人民政府,,2023\n"
)
ROSTER = Roster(
    (
        RosterEntry("云岚区人民政府", "county", "government", None, (), range(10_000)),
        RosterEntry(
            "云岚区教育局",
            "county",
            "department",
            "云岚区人民政府",
            ("云岚区教育委员会", "区教育局"),
            range(2021, 10_000),
        ),
        RosterEntry("白鹭镇人民政府", "township", "government", "云岚区人民政府", (), range(2023, 10_000)),
    )
)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def reports(*rows: tuple[str | None, int | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"submission": str(n), "agency": agency, "year": year, "rank": "unknown", "organ": "unknown"}
            for n, (agency, year) in enumerate(rows)
        ],
        schema=REPORTS,
    )


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + BODY).encode(),
        (HEADER + BODY).encode("utf-8-sig"),
        (HEADER + BODY).encode("gb18030"),
        (HEADER + BODY).replace("\n", "\r\n").encode(),
        (HEADER + BODY).replace("；", ";").replace("云岚区教育局,county", " 云岚区教育局 , county ").encode(),
    ],
    ids=["utf-8", "bom", "gb18030", "crlf", "spaces"],
)
def test_reads_a_roster(tmp_path: Path, content: bytes) -> None:
    assert read_roster(written(tmp_path, content)) == ROSTER


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    content = "first_year,aliases,parent,organ,rank,agency\n2022,,,,,云岚区统计局\n"
    assert read_roster(written(tmp_path, content)) == Roster(
        (RosterEntry("云岚区统计局", "unknown", "unknown", None, (), range(2022, 10_000)),)
    )


def test_further_columns(tmp_path: Path) -> None:
    content = (
        FULL_HEADER
        + "云岚区税务局,county,department,云岚区人民政府,,,,,否,是,\n"
        + "云岚区旅游局,,,,,2019,2020,,是,否,\n"
        + "云岚区数据局,,,,,2019,,2023,,,否\n"
        + "云岚区档案馆,,,,,,,,,,是\n"
    )
    roster = read_roster(written(tmp_path, content))
    assert [(e.years, e.in_summary, e.vertical, e.exempt, e.dated) for e in roster.entries] == [
        (range(10_000), False, True, False, False),
        (range(2019, 2021), True, False, False, True),
        (range(2023, 10_000), None, None, False, True),
        (range(10_000), None, None, True, False),
    ]
    assert missing(reports(), roster, (2020, 2023)) == [
        MissingView("云岚区税务局", 2020),
        MissingView("云岚区旅游局", 2020),
        MissingView("云岚区税务局", 2023),
        MissingView("云岚区数据局", 2023),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "名册“roster.csv”是空的，第一行应为：agency,rank,organ,parent,aliases,first_year。"),
        (
            "agency,rank\n",
            "名册“roster.csv”第1行缺少“organ”列，第一行应为：agency,rank,organ,parent,aliases,first_year。",
        ),
        (
            HEADER.replace("\n", ",note\n"),
            "名册“roster.csv”第1行的“note”列多余或重复，第一行应为：agency,rank,organ,parent,aliases,first_year"
            "（还可以有last_year,founded,in_summary,vertical,exempt）。",
        ),
        (
            HEADER + "甲局,county,department,,\n",
            "名册“roster.csv”第2行有5列，应为6列；名称中含逗号的，请用英文双引号括起。",
        ),
        (HEADER + ",county,department,,,\n", "名册“roster.csv”第2行“agency”列：机关名称不能为空。"),
        (
            HEADER + BODY + "甲局,县级,department,,,\n",
            "名册“roster.csv”第6行“rank”列：“县级”不可用，应为state、province、city、county、township之一或留空。",
        ),
        (
            HEADER + "甲局,county,bureau,,,\n",
            "名册“roster.csv”第2行“organ”列：“bureau”不可用，应为government、department之一或留空。",
        ),
        (
            HEADER + "甲局,county,department,,,21\n",
            "名册“roster.csv”第2行“first_year”列：“21”不是四位年份（如2021），不限年份的请留空。",
        ),
        (
            FULL_HEADER + "甲局,,,,,2019,,,也许,,\n",
            "名册“roster.csv”第2行“in_summary”列：“也许”不可用，应为是、否或留空。",
        ),
        (
            FULL_HEADER + "甲局,,,,,2019,,19,,,\n",
            "名册“roster.csv”第2行“founded”列：“19”不是四位年份（如2021），不详的请留空。",
        ),
        (
            FULL_HEADER + "甲局,,,,,2019,2020,2021,,,\n",
            "名册“roster.csv”第2行“last_year”列：“2020”早于开始报送的年度2021。",
        ),
        (
            HEADER + "甲 局,,,,,\n乙局,,,,甲局,\n",
            "名册“roster.csv”第3行“aliases”列：“甲局”与第2行的名称或别名相同，无法判断报告属于哪个机关。",
        ),
        (
            HEADER + "甲局,,,乙局,,\n乙局,,,甲局,,\n",
            "名册“roster.csv”第2行“parent”列：沿上级机关逐级查找又回到“甲局”，上下级关系成环。",
        ),
        (
            HEADER + '"甲局,,,,,\n',
            "名册“roster.csv”第2行不是完整的CSV（引号不成对），请用表格软件重新另存为CSV。",
        ),
        (
            (HEADER + BODY).encode("utf-16"),
            "名册“roster.csv”不是UTF-8或GB18030编码的文本，请用表格软件另存为“CSV UTF-8（逗号分隔）”。",
        ),
    ],
)
def test_a_wrong_roster_is_refused_in_one_sentence(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_roster(written(tmp_path, content))
    assert str(refused.value) == message


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_roster(tmp_path / "无.csv")
    assert str(refused.value) == f"找不到名册文件“{tmp_path / '无.csv'}”，请检查路径。"
    with pytest.raises(ConfigurationError) as refused:
        read_roster(tmp_path)
    assert str(refused.value) == f"名册文件“{tmp_path}”无法读取，请检查它是不是文件、有没有读取权限。"


def test_resolve_knows_names_and_aliases_only(tmp_path: Path) -> None:
    given = reports(
        ("云岚区 教育局", 2023),
        ("区教育局", 2022),
        ("云岚区教育局办公室", 2023),
        (None, 2023),
        ("\u3000白鹭镇人民政府", None),
    )
    resolved = resolve(given, ROSTER)
    assert resolved.schema == given.schema
    assert resolved.select("submission", "agency", "rank", "organ", "year").rows() == [
        ("0", "云岚区教育局", "county", "department", 2023),
        ("1", "云岚区教育局", "county", "department", 2022),
        ("2", "云岚区教育局办公室", "unknown", "unknown", 2023),
        ("3", None, "unknown", "unknown", 2023),
        ("4", "白鹭镇人民政府", "township", "government", None),
    ]


def test_a_blank_rank_in_the_roster_keeps_what_was_read() -> None:
    roster = Roster((RosterEntry("甲局", "unknown", "department", None, (), range(10_000)),))
    given = reports(("甲局", 2023)).with_columns(rank=pl.lit("city"))
    assert resolve(given, roster).select("rank", "organ").rows() == [("city", "department")]


def test_missing_by_year_and_only_what_is_owed() -> None:
    given = reports(("云岚区教育委员会", 2023), ("云岚区人民政府", 2022), ("白鹭镇人民政府", None))
    assert missing(given, ROSTER, (2023, 2020, 2022)) == [
        MissingView("云岚区人民政府", 2020),
        MissingView("云岚区教育局", 2022),
        MissingView("云岚区人民政府", 2023),
        MissingView("白鹭镇人民政府", 2023),
    ]
    assert missing(given, ROSTER, ()) == []


def test_the_example_in_the_documentation_holds(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "ROSTER.md").read_text(encoding="utf-8")
    roster = read_roster(written(tmp_path, page.split("```csv\n")[1].split("```")[0]))
    assert [(e.agency, e.exempt, e.in_summary, e.vertical) for e in roster.entries[-3:]] == [
        ("映溪区税务局", False, False, True),
        ("青砚镇人民政府", False, None, None),
        ("映溪区档案馆", True, None, None),
    ]
    assert missing(reports(), roster, (2022,))[-1] == MissingView("青砚镇人民政府", 2022)


def test_a_roster_may_be_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (HEADER + BODY).splitlines():
        sheet.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    book.save(tmp_path / "roster.xlsx")
    assert read_roster(tmp_path / "roster.xlsx") == ROSTER
