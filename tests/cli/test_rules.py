"""`hecha rules`: the list, one rule in full, and an id that there is not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from expectations.catalogue import rule, ruleset, written
from expectations.profile import default
from expectations.rule import Check, Setting, Where
from expectations.rulebook import FAMILIES, Set, examples, family, in_words, setting_names, settings_of
from tests.cli.command import HECHA, hecha


def test_the_list_has_every_rule_once_under_its_family(tmp_path: Path) -> None:
    done = hecha(tmp_path, "rules")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.split("\n") if line.strip()]
    listed = [words[0] for words in lines if "-" in words[0]]
    assert listed == [one.id for one in written()]
    off = [words[0] for words in lines if words[-1] == "停用"]
    assert off == [one.id for one in written() if one.id in default().rules.off]
    named = [words[0] for words in lines if len(words) == 1 and words[0] in FAMILIES.values()]
    assert named == [FAMILIES[key] for key in dict.fromkeys(family(one.id) for one in written())]
    assert lines[-1][0].startswith(f"共{len(written())}条规则")


def test_one_rule_in_full(tmp_path: Path) -> None:
    done = hecha(tmp_path, "rules", "t3-03")
    shown = {words[0]: words[1] for line in done.stdout.split("\n") if len(words := line.split()) > 1}
    found = rule("T3-03")
    assert done.stdout.split("\n")[0] == f"T3-03　{found.title}"
    assert shown["级别"] == "严重"
    assert shown["依据"] == found.source
    assert shown["示例"] == examples()["T3-03"]
    assert shown["评分"] == "“数据勾稽”维度（30分）：严重扣12分。"
    assert "统计数据存在严重勾稽错误，最高89分。" in done.stdout
    assert "本系统评分模型，非官方评分" in done.stdout


def test_as_json(tmp_path: Path) -> None:
    document = json.loads(hecha(tmp_path, "rules", "--json").stdout)
    assert document["schema"] == "hecha.rules/1"
    assert document["ruleset"]["hash"] == ruleset().hash
    assert [one["id"] for one in document["rules"]] == [one.id for one in written()]
    (one,) = json.loads(hecha(tmp_path, "rules", "T4-01", "--json").stdout)["rules"]
    assert (one["severity"], one["state"], one["title"]) == ("critical", "on", rule("T4-01").title)


def test_a_profile_switches_rules_off(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'extends = "default"\nname = "own"\ntitle = "映溪区方案"\n[rules]\noff = ["T4-01"]\n',
        encoding="utf-8",
    )
    done = hecha(tmp_path, "rules", "T4-01", "--profile", "own.toml")
    assert "停用（核查方案“映溪区方案”，own）" in done.stdout
    assert "启用" not in done.stdout


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("T3-0３", "没有编号为“T3-0３”的规则，相近的有"),
        ("勾稽", "没有编号为“勾稽”的规则，可用 hecha rules 查看全部规则。\n"),
    ],
)
def test_an_unknown_id_names_the_nearest(tmp_path: Path, asked: str, said: str) -> None:
    done = hecha(tmp_path, "rules", asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys, hecha.rules; "
        "print({'great_expectations', 'prefect', 'pandas', 'sqlalchemy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(HECHA).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"


def test_every_rule_has_an_example_and_a_family() -> None:
    assert [one.id for one in written() if one.id not in examples()] == []
    assert [one.id for one in written() if family(one.id) not in FAMILIES] == []
    assert [text for text in examples().values() if not text.endswith("。")] == []


def test_every_setting_has_a_name() -> None:
    profile = default()
    parts = {"deadlines": profile.deadlines, "thresholds": profile.thresholds, "words": profile.words}
    settable = {f"{name}.{field}" for name, part in parts.items() for field in type(part).model_fields}
    assert set(setting_names()) == settable
    held = [set_.path for one in written() for set_ in settings_of(one, profile)]
    assert [path for path in held if path not in setting_names()] == []


def test_settings_are_found_wherever_a_rule_holds_them() -> None:
    from dataclasses import replace

    held = replace(
        rule("T4-01"),
        check=Check("Any", {"column": "x", "min_value": Setting("scoring.coverage")}),
        rows=(Where("x", ">=", Setting("scoring.further")),),
    )
    assert settings_of(held, default()) == (
        Set("scoring.coverage", "scoring.coverage", "0.8"),
        Set("scoring.further", "scoring.further", "1"),
    )
    values = (
        default().deadlines.department,
        None,
        True,
        ("甲", "乙"),
        (),
        {"甲": 1.50, "乙": 2},
        (("甲",), ("乙",)),
    )
    assert [in_words(value) for value in values] == [
        "1月31日", "未设", "是", "甲、乙", "无", "1.5；2", "共2组",
    ]  # fmt: skip
    assert (
        in_words(tuple("一二三四五六七八九十百千万"))
        == "一、二、三、四、五、六、七、八、九、十、百、千等13个"
    )


def test_the_scoring_model_names_only_rules_that_there_are() -> None:
    model = default().scoring
    named = {
        *model.requires,
        *model.special,
        *model.alerts,
        *(name for gate in model.gates for name in gate.rules),
    }
    assert named - {one.id for one in written()} == set()
