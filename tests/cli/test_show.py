"""`hecha show` as people run it: what the terminal says, the page it writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from expectations.template import load
from tests.cli.command import HECHA, checked, environment, hecha
from tests.extract.made import numbered
from tests.flows.made import report, write

NUMBERS = numbered(load("v2021"))
NARROW = 100


def row(output: str, label: str) -> list[str]:
    """The cells of the first line that begins with this label, which may be indented."""
    line = next(line for line in output.split("\n") if line.strip().startswith(label))
    return line.strip().removeprefix(label).split()


def numbers_of(name: str, columns: tuple[str, ...]) -> list[str]:
    return [NUMBERS[f"{name}.{column}"] for column in columns]


T3 = ("natural_person", "enterprise", "research", "public_welfare", "legal_service", "other_org", "total")
T4 = ("upheld", "corrected", "other", "pending", "total")


def shown(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    done = hecha(folder, "show", "--json", *arguments)
    assert done.stderr == ""
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_what_a_person_reads(tmp_path: Path) -> None:
    write(tmp_path, "映溪区 [bold].txt", report(changes=NUMBERS))
    done = hecha(tmp_path, "show", "映溪区 [bold].txt")
    assert (done.returncode, done.stderr) == (0, "")
    out = done.stdout
    assert out.split("\n")[0] == "映溪区 [bold].txt（纯文本）"
    assert row(out, "标题") == ["云栖市映溪区水务局2023年政府信息公开工作年度报告"]
    assert row(out, "机关") == ["云栖市映溪区水务局（据标题）"]
    assert row(out, "年度") == ["2023（据标题）"]
    assert row(out, "部分") == ["找到6个，应有6个"]
    assert row(out, "单元格") == ["有数200"]
    assert row(out, "行政规范性文件") == numbers_of("t2.normative_docs", ("issued", "repealed", "in_force"))
    assert row(out, "一、本年新收政府信息公开申请数量") == numbers_of("t3.received_new", T3)
    assert row(out, "1.属于国家秘密") == numbers_of("t3.results.denied.state_secret", T3)
    assert row(out, "（七）总计") == numbers_of("t3.results.total", T3)
    assert row(out, "行政诉讼-复议后起诉") == numbers_of("t4.suit_after_review", T4)
    page = tmp_path / ".hecha" / "reading" / "映溪区 [bold].txt.html"
    assert out.endswith(f"\n原件对照网页：{page.relative_to(tmp_path)}\n")
    assert page.read_bytes().startswith(b"<!DOCTYPE html>")
    assert max(cell_len(line.rstrip()) for line in out.split("\n")) <= NARROW


def test_unsure_blank_and_missing_cells(tmp_path: Path) -> None:
    lines = report(changes={"t3.received_new.research": "", "t3.carried_in.research": "/"}).split("\n")
    short = [line.rpartition("\t")[0] if "（七）总计" in line else line for line in lines]
    write(tmp_path, "a.txt", "\n".join(line for line in short if "行政强制" not in line))
    out = hecha(tmp_path, "show", "a.txt", "--no-html").stdout
    assert row(out, "一、本年新收政府信息公开申请数量") == ["5", "0", "空", "0", "0", "0", "5"]
    assert row(out, "二、上年结转政府信息公开申请数量") == ["0", "0", "/", "0", "0", "0", "0"]
    assert row(out, "行政强制") == ["—"]
    assert all(cell.endswith("？") for cell in row(out, "（七）总计"))
    document = shown(tmp_path, "a.txt", "--no-html")
    (only,) = document["reports"]
    unsure = {code: cell for code, cell in only["cells"].items() if cell["kind"] == "uncertain"}
    assert {code.rpartition(".")[0] for code in unsure} == {"t3.results.total"}
    assert only["counts"]["uncertain"] == len(unsure)
    assert (only["counts"]["blank"], only["counts"]["placeholder"], only["counts"]["missing"]) == (1, 1, 1)
    at = (
        next(n for n, line in enumerate(short, start=1) if "（七）总计" in line) - 1
    )  # one line above is gone
    listed = [line for line in out.split("\n") if line.startswith("  ？ ")]
    assert len(listed) > 0
    for line in listed:
        assert line.startswith("  ？ 表三 ") and line.endswith(f"（第{at}行）")
    assert all(any(cell["reason"].rstrip("。") in line for line in listed) for cell in unsure.values())


def test_json_says_of_each_cell_what_check_says(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", report())
    document = shown(tmp_path, "a.txt")
    (by_check,) = checked(tmp_path, "a.txt")["reports"]
    (only,) = document["reports"]
    assert only["cells"] == {
        code: {key: part for key, part in cell.items() if key != "normalised"}
        for code, cell in by_check["cells"].items()
    }
    assert document["page"] == ".hecha/reading/a.txt.html"
    assert (document["schema"], document["file"], document["format"]) == ("hecha.show/1", "a.txt", "txt")
    assert document["sha256"] == by_check["sha256"]
    assert [part["heading"] for part in only["sections"]] == [s.heading for s in load("v2021").sections]
    assert document["errors"] == []


def test_no_page_leaves_no_trace(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", report())
    assert hecha(tmp_path, "show", "a.txt", "--no-html").returncode == 0
    assert not (tmp_path / ".hecha").exists()


def test_the_page_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", report())
    assert shown(tmp_path, "a.txt", "--html", "deep/seite.html")["page"] == "deep/seite.html"
    assert (tmp_path / "deep" / "seite.html").is_file()
    assert not (tmp_path / ".hecha").exists()
    done = hecha(tmp_path, "show", "a.txt", "--html", "a.txt/seite.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("网页无法写入“a.txt/seite.html”（")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.docx", b"", "无法读取 empty.docx：文件是空的（0 字节），请重新提交。\n"),
        ("none.docx", None, "无法读取 none.docx：文件不存在，请检查路径。\n"),
        (
            "note.txt",
            "今天天气很好。\n".encode(),
            "不是年度报告 note.txt：文件中没有找到政府信息公开工作年度报告的六个部分和三张表，"
            "请确认提交的文件是否正确。\n",
        ),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = hecha(tmp_path, "show", name)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    failed = hecha(tmp_path, "show", name, "--json")
    (error,) = json.loads(failed.stdout)["errors"]
    assert (failed.returncode, failed.stderr) == (2, "")
    assert said.endswith(f" {error['file']}：{error['message']}\n")
    assert not (tmp_path / ".hecha").exists()


def test_a_folder_is_for_check(tmp_path: Path) -> None:
    done = hecha(tmp_path, "show", ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "请给出一个文件；核查文件夹请用 hecha check。\n"


def test_a_member_of_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "报送.zip", "w") as archive:
        archive.writestr("水务局/年报.txt", report())
        archive.writestr("财政局/年报.txt", report(agency="云栖市映溪区财政局"))
        archive.writestr("说明.txt", "请查收。")
    asked = hecha(tmp_path, "show", "报送.zip")
    assert (asked.returncode, asked.stdout) == (2, "")
    assert asked.stderr == (
        "文件内有3个文件，请用 --member 指明其中一个，或用 hecha check 全部核查：\n"
        "  水务局/年报.txt\n  财政局/年报.txt\n  说明.txt\n"
    )
    named = shown(tmp_path, "报送.zip", "--member", "财政局/年报.txt")
    assert (named["file"], named["reports"][0]["agency"]) == (
        "报送.zip/财政局/年报.txt",
        "云栖市映溪区财政局",
    )
    assert named["page"] == ".hecha/reading/年报.txt.html"
    twice = hecha(tmp_path, "show", "报送.zip", "--member", "年报.txt")
    assert twice.returncode == 2
    assert twice.stderr.split("\n")[0] == "文件内有2个文件都叫“年报.txt”，请用 --member 给出完整名称："
    none = hecha(tmp_path, "show", "报送.zip", "--member", "x.txt")
    assert none.stderr.split("\n")[0] == "文件内没有“x.txt”，其中的文件有："
    assert json.loads(hecha(tmp_path, "show", "报送.zip", "--json").stdout)["members"] == [
        "水务局/年报.txt",
        "财政局/年报.txt",
        "说明.txt",
    ]


def test_an_archive_of_one_file_needs_no_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("年报.txt", report())
    assert shown(tmp_path, "a.zip", "--no-html")["file"] == "a.zip/年报.txt"
    write(tmp_path, "b.txt", report())
    done = hecha(tmp_path, "show", "b.txt", "--member", "年报.txt")
    assert (done.returncode, done.stderr) == (2, "文件不是压缩包或邮件，不需要 --member。\n")


def test_whoever_reads_may_go(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", report())
    arguments = [HECHA, "show", "a.txt", "--no-html"]
    with subprocess.Popen(
        arguments, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=120) == 141
