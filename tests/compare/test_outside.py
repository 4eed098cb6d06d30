"""The optional table of facts from outside."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from models.errors import ConfigurationError
from models.facts import OUTSIDE, REPORTS
from tasks.compare.outside import Outside, outside_of, read_outside
from tasks.roster import Roster, RosterEntry

HEADER = (
    "机关名称,报告年度,报告链接,访问状态,文件大小,发布栏目,提交日期,发布日期,发布后变动日期,"
    "行政许可,行政处罚,行政强制,行政规范性文件,备注\n"
)
LINE = '映溪区教育局,2023,https://example.invalid/1,200,20480,政府信息公开年报,2024-01-20,2024年1月25日,无,"1,310",42,6,23,抽查\n'


def written(folder: Path, content: str) -> Path:
    path = folder / "outside.csv"
    path.write_bytes(content.encode())
    return path


def test_reads_chinese_and_english_headers_from_csv(tmp_path: Path) -> None:
    found = read_outside(written(tmp_path, HEADER + LINE)).rows
    expected = {
        "agency": "映溪区教育局", "year": 2023, "url": "https://example.invalid/1", "status": 200, "size": 20480,
        "column": "政府信息公开年报", "submitted_on": date(2024, 1, 20), "published_on": date(2024, 1, 25),
        "changed_on": None, "changed": False, "licensing": 1310.0, "penalty": 42.0, "coercion": 6.0,
        "normative_docs": 23.0,
    }  # fmt: skip
    assert found.to_dicts() == [expected]
    english = "agency,year,changed_on,status\n映溪区教育局,2023年度,20240301,0\n"
    row = read_outside(written(tmp_path, english)).rows.to_dicts()[0]
    assert (row["year"], row["changed_on"], row["changed"], row["status"]) == (
        2023,
        date(2024, 3, 1),
        True,
        0,
    )


def test_reads_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["机关名称", "报告年度", "发布日期", "行政许可", None])
    sheet.append([])
    sheet.append(["映溪区教育局", 2023, datetime(2024, 1, 25, 9, 30), 12])
    path = tmp_path / "outside.xlsx"
    book.save(path)
    row = read_outside(path).rows.select("agency", "year", "published_on", "licensing").row(0)
    assert row == ("映溪区教育局", 2023, date(2024, 1, 25), 12.0)
    sheet["A3"] = ""
    book.save(path)
    with pytest.raises(ConfigurationError) as refused:
        read_outside(path)
    assert str(refused.value) == "外部数据表“outside.xlsx”第3行“机关名称”列：机关名称不能为空。"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "外部数据表“outside.csv”是空的，第一行应有“机关名称”“报告年度”等列名。"),
        ("机关名称,网址\n", "外部数据表“outside.csv”第1行缺少“报告年度”列。"),
        ("机关名称,年度,年份\n", "外部数据表“outside.csv”第1行的“年份”列与前面的列重复。"),
        (
            "机关名称,年度,颜色\n",
            "外部数据表“outside.csv”第1行的“颜色”不是可用的列名，可用的有：机关名称、报告年度、报告链接、访问状态、"
            "文件大小、发布栏目、提交日期、发布日期、发布后变动日期、行政许可、行政处罚、行政强制、行政规范性文件、备注。",
        ),
        ("机关名称,年度\n甲局\n", "外部数据表“outside.csv”第2行有1列，应为2列；内容中含逗号的，请用英文双引号括起。"),
        ("机关名称,年度\n甲局,去年\n", "外部数据表“outside.csv”第2行“年度”列：“去年”不是四位年份（如2023）。"),
        (
            "机关名称,年度,发布日期\n甲局,2023,2024-02-30\n",
            "外部数据表“outside.csv”第2行“发布日期”列：“2024-02-30”不是日期（如2024-01-20）。",
        ),
        ("机关名称,年度,行政许可\n甲局,2023,约12\n", "外部数据表“outside.csv”第2行“行政许可”列：“约12”不是非负整数。"),
        (
            "机关名称,年度,状态码\n甲局,2023,正常\n",
            "外部数据表“outside.csv”第2行“状态码”列：“正常”不是状态码（如200、404，没有应答的填0）。",
        ),
        (
            "机关名称,年度\n甲局,2023\n\n甲 局,2023\n",
            "外部数据表“outside.csv”第4行与第2行同为“甲 局”2023年度，每个机关每个年度只能有一行。",
        ),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_in_one_sentence(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_outside(written(tmp_path, content))
    assert str(refused.value) == message


def test_a_broken_workbook(tmp_path: Path) -> None:
    path = tmp_path / "outside.xlsx"
    path.write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(ConfigurationError) as refused:
        read_outside(path)
    assert (
        str(refused.value)
        == "外部数据表“outside.xlsx”不是可以打开的XLSX工作簿，请用表格软件另存为XLSX或CSV。"
    )


def test_rows_are_joined_by_agency_and_year(tmp_path: Path) -> None:
    content = "机关名称,年度,发布栏目\n区教委,2023,甲\n区教委,2022,乙\n别局,2023,丙\n"
    table = read_outside(written(tmp_path, content))
    roster = Roster((RosterEntry("映溪区教育局", "county", "department", None, ("区教委",), range(10_000)),))
    found = pl.DataFrame(
        {
            "submission": ["a", "b", "c"],
            "agency": ["映溪区 教育局", "映溪区教育局", None],
            "year": [2023, 2021, 2023],
        },
        schema={name: REPORTS[name] for name in ("submission", "agency", "year")},
    )
    joined = outside_of(found, table, roster)
    assert joined.schema == dict(OUTSIDE)
    # every report has a row once there is a table: who is not listed is known not to be
    assert joined.select("submission", "column").rows() == [("a", "甲"), ("b", None), ("c", None)]
    assert outside_of(found, table)["column"].to_list() == [None, None, None]
    assert outside_of(found, None).is_empty()
    assert outside_of(found, Outside(table.rows.clear())).is_empty()


def test_the_example_in_the_documentation_holds(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "OUTSIDE.md").read_text(encoding="utf-8")
    rows = read_outside(written(tmp_path, page.split("```csv\n")[1].split("```")[0])).rows
    assert rows.select("agency", "status", "changed", "licensing").rows() == [
        ("映溪区林草局", 200, False, 310.0),
        ("映溪区教育局", 404, None, None),
        ("映溪区水务局", None, True, 57.0),
    ]
