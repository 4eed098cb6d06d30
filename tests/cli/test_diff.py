"""`hecha diff`: two versions, two years, two agencies; on the terminal, as JSON and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.cli.command import hecha
from tests.flows.made import report, write
from tests.pages.css import select

BEFORE = {"t4.review.upheld": "3", "t3.received_new.research": ""}
"""A sum of table 4 that does not hold (T4-01), and an empty cell."""
AFTER = {"t4.review.upheld": "3", "t4.review.total": "3", "t4.suit_direct.upheld": "2"}
"""The first mended, the second filled, another sum of table 4 broken."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("diff")
    write(made, "一.txt", report(changes=BEFORE))
    later = (
        report(changes=AFTER)
        .replace("政府信息126条", "政府信息162条")
        .replace("六、其他需要报告的事项", "六、其他事项")
    )
    write(
        made,
        "二.txt",
        later.replace("今后将按季度检查供水专栏的更新情况", "今后将逐季检查供水专栏的更新情况并通报"),
    )
    write(made, "上年.txt", report(year=2022))
    write(made, "别局.txt", report(agency="云栖市映溪区教育局"))
    return made


def compared(folder: Path, *arguments: str) -> dict[str, Any]:
    done = hecha(folder, "diff", "--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_two_versions(folder: Path) -> None:
    document = compared(folder, "一.txt", "二.txt")
    assert (document["schema"], document["relation"]) == ("hecha.diff/1", "versions")
    assert [(one["file"], one["agency"], one["year"]) for one in document["reports"]] == [
        ("一.txt", "云栖市映溪区水务局", 2023),
        ("二.txt", "云栖市映溪区水务局", 2023),
    ]
    assert document["cells"] == [
        {
            "code": "t3.received_new.research",
            "change": "filled",
            "before": "",
            "after": "0",
            "difference": None,
        },
        {"code": "t4.review.total", "change": "changed", "before": "0", "after": "3", "difference": 3},
        {"code": "t4.suit_direct.upheld", "change": "changed", "before": "0", "after": "2", "difference": 2},
    ]
    assert [(h["key"], h["change"], h["before"], h["after"]) for h in document["headings"]] == [
        ("other", "reworded", "其他需要报告的事项", "其他事项")
    ]
    prose = document["prose"]
    assert [(d["part"], d["change"]) for d in prose["differences"]] == [
        ("overview", "numbers"),
        ("problems", "reworded"),
    ]
    assert prose["differences"][0]["pieces"][1:3] == [
        {"kind": "gone", "text": "126"},
        {"kind": "new", "text": "162"},
    ]
    assert prose["kept"] == prose["sentences_before"] - 2 == prose["sentences_after"] - 2


def test_what_became_of_the_findings(folder: Path) -> None:
    found = compared(folder, "一.txt", "二.txt")["findings"]
    kinds = {kind: [(f["rule"], f["subject"]) for f in several] for kind, several in found.items()}
    assert ("T4-01", "review") in kinds["mended"]
    assert ("T4-01", "suit_direct") in kinds["new"]
    assert "CELL-01" in {rule for rule, _ in kinds["mended"]}
    assert {rule for rule, _ in kinds["still_open"] + kinds["new"]} & {"PUB-04", "DUP-01", "DUP-02"} == set()


def test_two_years(folder: Path) -> None:
    document = compared(folder, "上年.txt", "一.txt")
    assert document["relation"] == "years"
    assert [one["year"] for one in document["reports"]] == [2022, 2023]
    kinds = {d["change"] for d in document["prose"]["differences"]}
    assert kinds == {"numbers"}


def test_two_agencies_are_compared_with_a_warning(folder: Path) -> None:
    done = hecha(folder, "diff", "一.txt", "别局.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "注意：两份报告的单位不同（云栖市映溪区水务局、云栖市映溪区教育局），以下差异仅供参考。"
        in done.stdout.split("\n")
    )


def test_the_same_file_twice(folder: Path) -> None:
    document = compared(folder, "一.txt", "一.txt")
    assert (document["cells"], document["headings"], document["prose"]["differences"]) == ([], [], [])
    assert document["findings"]["mended"] == document["findings"]["new"] == []


def test_what_a_person_reads(folder: Path) -> None:
    lines = [line.strip() for line in hecha(folder, "diff", "一.txt", "二.txt").stdout.split("\n")]
    assert lines[2] == "同一单位同一年度报告的两个版本。"
    assert "单元格（数值改动2，补填1）" in lines
    at = lines.index("表四“行政复议”")
    assert lines[at + 1] == "总计　0 → 3（+3）"
    assert "六、其他需要报告的事项　“其他需要报告的事项”改为“其他事项”" in lines
    assert any(line.startswith("仅数字改动　") and "〔－126〕〔＋162〕" in line for line in lines)
    assert any(line.startswith("已更正 T4-01 ") for line in lines)
    assert any(line.startswith("新出现 T4-01 ") for line in lines)


def test_the_page(folder: Path) -> None:
    done = hecha(folder, "diff", "一.txt", "二.txt", "--html", "out/对照.html")
    assert done.stdout.endswith("\n网页：out/对照.html\n")
    raw = (folder / "out" / "对照.html").read_bytes()
    root = html.fromstring(raw)
    assert [" ".join(e.text_content().split()) for e in select(root, ".cells-diff tbody tr")] == [
        "一、本年新收政府信息公开申请数量法人或其他组织-科研机构空0补填",
        "行政复议总计03+3数值改动",
        "行政诉讼-未经复议直接起诉结果维持02+2数值改动",
    ]
    assert [e.text_content() for e in select(root, "del")][:1] == ["126"]
    assert [e.text_content() for e in select(root, "ins")][:1] == ["162"]
    assert select(root, "script, img, [src]") == []
    assert b"http://" not in raw and b"https://" not in raw
    refused = hecha(folder, "diff", "一.txt", "二.txt", "--html", "一.txt/页.html")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("网页无法写入“一.txt/页.html”（")


def test_a_file_that_cannot_be_compared(folder: Path) -> None:
    done = hecha(folder, "diff", "一.txt", "没有.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "文件“没有.txt”无法比较：文件不存在，请检查路径。\n"
