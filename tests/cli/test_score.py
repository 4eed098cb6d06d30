"""`hecha score`: the arithmetic on the terminal and as JSON can be worked through again, number by number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from expectations.profile import default
from tests.cli.command import hecha
from tests.flows.made import report, write

FAULTS = {
    "t4.review.upheld": "3",
    "t4.suit_direct.upheld": "2",
    "t3.received_new.research": "",
}
"""Two sums of table 4 that do not hold (T4-01 twice) and an empty cell (CELL-01)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("score")
    write(made, "错.txt", report(changes=FAULTS))
    write(made, "上年.txt", report(year=2022))
    return made


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    done = hecha(folder, "score", "错.txt", "--with", "上年.txt", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_json_adds_up(document: dict[str, Any]) -> None:
    assert (document["schema"], document["note"]) == ("hecha.score/1", "本系统评分模型，非官方评分")
    (only,) = document["reports"]
    assert (only["file"], only["agency"], only["year"]) == ("错.txt", "云栖市映溪区水务局", 2023)
    coverage = only["coverage"]
    assert coverage["applicable"] == coverage["counted"] + len(coverage["left_out"])
    assert coverage["counted"] == coverage["decided"] + len(coverage["undecided"]) + len(coverage["review"])
    assert coverage["share"] == round(coverage["decided"] / coverage["counted"], 4)
    counted = [part for part in only["dimensions"] if part["counted"]]
    weights = sum(part["model_points"] for part in counted)
    assert [part["unrounded_maximum"] for part in counted] == [
        round(part["model_points"] * 100 / weights, 6) for part in counted
    ]
    assert round(sum(part["maximum"] for part in counted), 1) == 100
    for part in counted:
        assert part["deducted"] == sum(taken["points"] for taken in part["deductions"])
        assert part["points"] == max(0.0, round(part["maximum"] - part["deducted"], 1))
    assert only["sum"] == round(sum(part["points"] for part in counted), 1)
    assert only["total"] == min([only["sum"], *(gate["at_most"] for gate in only["gates"])])


def test_every_deduction_names_its_findings(document: dict[str, Any]) -> None:
    (only,) = document["reports"]
    taken = {t["rule"]: t for part in only["dimensions"] for t in part["deductions"]}
    assert (taken["T4-01"]["points"], taken["T4-01"]["note"]) == (9, "8+1")
    assert [finding["subject"] for finding in taken["T4-01"]["findings"]] == ["review", "suit_direct"]
    assert (taken["CELL-01"]["points"], taken["CELL-01"]["note"]) == (3, "3")
    # the year before says the same word for word
    assert [
        (gate["at_most"], [finding["rule"] for finding in gate["findings"]]) for gate in only["gates"]
    ] == [
        (59, ["DUP-01"]),
        (89, ["T4-01", "T4-01"]),
    ]


def test_the_terminal_shows_the_same_arithmetic(folder: Path, document: dict[str, Any]) -> None:
    done = hecha(folder, "score", "错.txt", "--with", "上年.txt", "--explain")
    assert (done.returncode, done.stderr) == (0, "")
    (only,) = document["reports"]
    lines = [line.strip() for line in done.stdout.split("\n")]
    assert lines[0] == "云栖市映溪区水务局　2023年度　错.txt"
    coverage = only["coverage"]
    percent = f"{coverage['share'] * 100:.2f}".rstrip("0").rstrip(".")
    assert (
        f"得出结论{coverage['decided']}条，覆盖率 {coverage['decided']}÷{coverage['counted']}＝{percent}%，不低于80%。"
        in lines
    )
    points = "＋".join(f"{part['points']:g}" for part in only["dimensions"] if part["counted"])
    assert f"{points}＝{only['sum']:g}" in lines
    arithmetic = next(part for part in only["dimensions"] if part["key"] == "arithmetic")
    steps = "".join(f"－{taken['points']:g}" for taken in arithmetic["deductions"])
    assert f"{arithmetic['maximum']:g}{steps}＝{arithmetic['points']:g}" in lines
    assert "严重 T4-01 表四各组合计：扣8＋1＝9分（2处，首处之外每处加扣1分，最多加3分）" in lines
    for gate in only["gates"]:
        rules = "、".join(dict.fromkeys(finding["rule"] for finding in gate["findings"]))
        effect = f"按{gate['at_most']:g}分计" if only["sum"] > gate["at_most"] else "合计未超过，不影响"
        assert f"上限：{gate['title']}（{rules}），{effect}。" in lines
    assert any(re.fullmatch(rf"得分 {only['total']:.1f}　等级 {only['grade']}（.*）", line) for line in lines)
    assert "本系统评分模型，非官方评分" in done.stdout


def test_only_the_score(folder: Path, document: dict[str, Any]) -> None:
    done = hecha(folder, "score", "错.txt", "--with", "上年.txt")
    (only,) = document["reports"]
    row = done.stdout.split("\n")[1].split()
    assert row[:5] == ["错.txt", "云栖市映溪区水务局", "2023", f"{only['total']:.1f}", only["grade"]]
    assert "本系统评分模型，非官方评分" in done.stdout


def test_rules_without_a_year_before_do_not_count_in_the_coverage(
    folder: Path, document: dict[str, Any]
) -> None:
    alone = json.loads(hecha(folder, "score", "错.txt", "--json").stdout)["reports"][0]["coverage"]
    beside = document["reports"][0]["coverage"]
    left_out = {entry["rule"] for entry in alone["left_out"]}
    assert {"XY-01", "XY-02", "T2-03"} - left_out == set()
    assert alone["undecided"] == beside["undecided"]
    assert all(entry["reason"] for entry in alone["left_out"])


def test_a_profile_changes_the_sum(folder: Path) -> None:
    (folder / "own.toml").write_text(
        'extends = "default"\nname = "own"\n[scoring]\nfurther = 0\nfurther_at_most = 0\n', encoding="utf-8"
    )
    done = hecha(folder, "score", "错.txt", "--profile", "own.toml", "--json")
    (only,) = json.loads(done.stdout)["reports"]
    taken = {t["rule"]: t["points"] for part in only["dimensions"] for t in part["deductions"]}
    assert taken["T4-01"] == 8
    assert json.loads(done.stdout)["ruleset"]["profile"] == "own" != default().name


def test_what_is_no_report(folder: Path) -> None:
    (folder / "空.txt").write_text("", encoding="utf-8")
    done = hecha(folder, "score", "空.txt", "--explain")
    assert (done.returncode, done.stderr) == (2, "")
    assert "无法读取 空.txt" in done.stdout
    assert hecha(folder, "score").returncode == 2
