"""Profiles: the default, one that differs, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from expectations.catalogue import rules, ruleset
from expectations.profile import default, load
from models.errors import ConfigurationError
from tasks.validate import evaluate
from tests.facts_builder import change, clean_report, told, with_previous


def written(folder: Path, content: str) -> Path:
    path = folder / "own.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_the_example_differs_in_what_it_says_and_in_nothing_else() -> None:
    example = load("yunxi")
    assert (example.name, example.title) == ("yunxi", "云栖市方案（示例）")
    local = example.deadlines.local_department
    assert local is not None
    assert (local.month, local.day) == (1, 25)
    assert example.deadlines.department == default().deadlines.department
    assert example.thresholds.jump_ratio == 2.0
    assert example.thresholds.jump == 20
    assert example.thresholds.same_cells == default().thresholds.same_cells
    assert example.words.off_topic == (*default().words.off_topic, "简报报送")
    assert example.scoring == default().scoring
    assert example.hash != default().hash
    assert ruleset(example).profile == "yunxi"
    assert ruleset(example).profile_hash == example.hash
    assert ruleset(example).hash != ruleset().hash


def test_which_rules_are_on() -> None:
    on = {rule.id for rule in rules(load("yunxi"))}
    assert {"STR-13"} - on == set()
    assert {"XY-06", "PUB-01", "PUB-02"} & on == set()
    assert "STR-13" not in {rule.id for rule in rules()}


def test_a_rule_that_there_is_not_cannot_be_switched_off(tmp_path: Path) -> None:
    profile = load(
        written(tmp_path, 'extends = "default"\nname = "own"\n[rules]\noff = ["STR-13", "T9-99"]\n')
    )
    with pytest.raises(ConfigurationError) as refused:
        rules(profile)
    assert str(refused.value) == "核查方案“own”停用的规则“T9-99”不存在，请对照 docs/RULES.md 改正。"


def test_another_name_alone_is_the_same_profile(tmp_path: Path) -> None:
    same = load(written(tmp_path, 'extends = "default"\nname = "own"\ntitle = "本市方案"\n'))
    assert same.hash == default().hash
    assert ruleset(same).hash == ruleset().hash


def test_a_profile_may_start_from_one_beside_it(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text('extends = "default"\n[thresholds]\njump = 7\n', encoding="utf-8")
    county = load(written(tmp_path, 'extends = "city.toml"\n[thresholds]\njump_ratio = 9.0\n'))
    assert (county.thresholds.jump, county.thresholds.jump_ratio) == (7, 9.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[thresholds]\njump = 0\n", "“thresholds.jump”不应小于1"),
        ("[thresholds]\njump = 'ten'\n", "“thresholds.jump”应为整数"),
        ("[thresholds]\njmup = 3\n", "“thresholds.jmup”不是可用的设置"),
        ("[thresholds]\nseries_share = 1.5\n", "“thresholds.series_share”不应大于1.0"),
        ("[deadlines]\ndepartment = { month = 2, day = 30 }\n", "“deadlines.department”不可用：没有这一天"),
        ("[rules]\noff = 'STR-13'\n", "“rules.off”应为列表"),
        ("[scoring]\ngrades = []\n", "“scoring”不可用：最低一级的分数线应为0"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_in_one_sentence(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(written(tmp_path, f'extends = "default"\n{content}'))
    assert str(refused.value) == f"核查方案“own.toml”的{message}，请对照 default.toml 改正。"


def test_a_table_is_laid_over_the_one_it_extends(tmp_path: Path) -> None:
    deadline = load(
        written(tmp_path, 'extends = "default"\n[deadlines]\ndepartment = { month = 3 }\n')
    ).deadlines
    assert (deadline.department.month, deadline.department.day) == (3, 31)
    assert deadline.government == default().deadlines.government


def test_the_example_in_the_documentation_holds(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "PROFILES.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    profile = load(written(tmp_path, example))
    assert (profile.name, profile.thresholds.jump_ratio, profile.rules.off) == (
        "mycity",
        2.0,
        ("STR-13", "T2-10"),
    )
    assert len(rules(profile)) > 0


def test_what_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="找不到核查方案“云栖”"):
        load("云栖")
    with pytest.raises(ConfigurationError, match="不是有效的TOML文件"):
        load(written(tmp_path, "[rules\n"))
    with pytest.raises(ConfigurationError, match="又回到了它自己"):
        load(written(tmp_path, 'extends = "own.toml"\n'))


def test_thresholds_reach_the_rules() -> None:
    facts = with_previous(clean_report())
    facts = change(facts, "previous_cells", pl.col("code") == "t2.licensing.decisions", previous_value=150.0)
    assert [t[:1] for t in told(evaluate(facts)["a"])] == []
    assert [
        (t[0], t[1], t[3]) for t in told(evaluate(facts, profile=load("yunxi"))["a"]) if t[0] == "XY-05"
    ] == [
        ("XY-05", "info", "t2.licensing.decisions"),
        ("XY-05", "info", "t2.penalty.decisions"),
        ("XY-05", "info", "t3.received_new.total"),
    ]


def test_local_days_reach_the_rules() -> None:
    facts = change(with_previous(clean_report()), "reports", pl.lit(True), published_on=date(2024, 1, 28))
    assert [t[0] for t in told(evaluate(facts)["a"])] == []
    late = [t for t in told(evaluate(facts, profile=load("yunxi"))["a"]) if t[0] == "TIME-01"]
    assert late == [("TIME-01", "info", "operator", "", "2024-01-28", "2024-01-25", 3, ())]
