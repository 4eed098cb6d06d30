"""问题清单.xlsx: every column as it is in the catalogue, text that stays text, any number of rows."""

from __future__ import annotations

import re
import resource
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tasks.documents import problem_list
from tasks.documents.problem_list import COLUMNS, write_problem_list
from tasks.documents.problems import CONCLUSIONS, RESULTS
from tests.documents.made import problem

CATALOGUE = (
    "序号｜单位名称｜单位类别/层级｜报告年度｜报告链接｜所在部分｜所在表｜行｜列｜规则编号｜问题类别｜问题描述｜原文/原值｜应为(计算值)｜差额"
    "｜依据(文号+条款)｜严重程度｜整改要求｜整改时限｜责任科室/人｜整改结果｜整改后值｜复核结论｜复核人/日期"
)


def opened(path: Path) -> Worksheet:
    sheet = load_workbook(path).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_one_row_is_one_finding_under_the_catalogue_s_columns(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    assert write_problem_list(path, [problem(7)], "http://10.0.0.1:8600") == 1
    sheet = opened(path)
    assert list(sheet.iter_rows(values_only=True)) == [
        tuple(CATALOGUE.split("｜")),
        (
            1, "云岚区教育局", "政府部门/县级", 2023, "云岚区教育局.docx", "三、收到和处理政府信息公开申请情况", "表三",
            "（七）总计", "自然人", "T3-02", "数据勾稽", "表三“自然人”列：各分项之和为26，（七）总计填报27，相差1。",
            27, 26, 1, "国办公开办函〔2021〕30号附件", "严重", "请核对申请台账。", "2024年3月8日前",
            None, None, None, None, None,
        ),
    ]  # fmt: skip
    assert sheet["E2"].hyperlink.target == "http://10.0.0.1:8600/reports/7"


def test_it_is_a_table_with_a_fixed_head_and_choices_and_prints_on_a4(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_problem_list(path, [problem(n) for n in range(1, 31)])
    sheet = opened(path)
    (table,) = sheet.tables.values()
    assert (table.ref, table.autoFilter.ref) == ("A1:X31", "A1:X31")
    assert [column.name for column in table.tableColumns] == CATALOGUE.split("｜")
    assert sheet.freeze_panes == "C2"
    assert {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation} == {
        "Q2:Q31": '"严重,一般,提示"',
        "U2:U31": f'"{",".join(RESULTS)}"',
        "W2:W31": f'"{",".join(CONCLUSIONS)}"',
    }
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert [int(sheet.column_dimensions[c].width) for c in "ABL"] == [COLUMNS[n].width for n in (0, 1, 11)]
    assert sheet["L2"].alignment.wrap_text is True


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-12", "@SUM(A1)", '=HYPERLINK("http://x","点")', "\t=1", "{=1}"]
)
def test_what_looks_like_a_formula_stays_text(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_problem_list(path, [problem(agency=text, observed=text, message=text)])
    sheet = opened(path)
    for place in ("B2", "L2", "M2"):
        assert (sheet[place].value, sheet[place].data_type) == (text, "s")
        assert sheet[place].quotePrefix is (text[0] != "{")
    assert "<f>" not in ZipFile(path).read("xl/worksheets/sheet1.xml").decode()


def test_what_no_workbook_can_hold_is_taken_out_or_cut(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_problem_list(
        path, [problem(agency="云\x00岚\ud800区\ufffe", message="长" * 40_000, hint="甲\r\n乙\u202e丙")]
    )
    sheet = opened(path)
    assert sheet["B2"].value == "云岚区"
    assert sheet["L2"].value == "长" * 32_761 + "……（略）"
    assert sheet["R2"].value == "甲\n乙丙"


def test_a_report_from_the_web_is_linked_there_and_none_without_an_address(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    away = "https://www.example.gov.cn/2023/report.html"
    write_problem_list(path, [problem(1, file=away), problem(2), problem(3, file="javascript:alert(1)")])
    sheet = opened(path)
    assert [cell.hyperlink and cell.hyperlink.target for cell in sheet["E"][1:]] == [away, None, None]
    assert [cell.value for cell in sheet["E"][1:]] == [away, "云岚区教育局.docx", "javascript:alert(1)"]


def test_no_finding_makes_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    assert write_problem_list(path, []) == 0
    sheet = opened(path)
    assert [table.ref for table in sheet.tables.values()] == ["A1:X2"]
    assert sheet.max_row == 1


def test_more_than_fits_goes_on_in_the_next_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_list, "LAST_ROW", 3)
    monkeypatch.setattr(problem_list, "LINKS", 2)
    path = tmp_path / "list.xlsx"
    write_problem_list(path, [problem(n) for n in range(1, 8)], "http://10.0.0.1")
    book = load_workbook(path)
    assert book.sheetnames == ["问题清单", "问题清单（2）", "问题清单（3）"]
    assert [[row[0] for row in s.iter_rows(min_row=2, values_only=True)] for s in book] == [
        [1, 2, 3],
        [4, 5, 6],
        [7],
    ]
    assert [[t.ref for t in s.tables.values()] for s in book] == [["A1:X4"], ["A1:X4"], ["A1:X2"]]
    assert [bool(cell.hyperlink) for cell in book.worksheets[0]["E"][1:]] == [True, True, False]


def test_many_rows_take_little_memory(tmp_path: Path) -> None:
    def rows() -> object:
        one = problem()
        return (replace(one, report_id=n) for n in range(20_000))

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert write_problem_list(tmp_path / "list.xlsx", rows()) == 20_000  # type: ignore[arg-type]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 << 10  # kB
    text = ZipFile(tmp_path / "list.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'<row r="(\d+)"', text)[-1] == "20001"
