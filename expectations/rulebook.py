"""What people read of a rule, and the rule book ``docs/RULES.md``, both from the rule objects and the profile.

``python -m expectations.rulebook`` writes the page; a test fails when the page is stale.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from expectations.catalogue import RULESET_VERSION, rules, written
from expectations.profile import Deadline, Profile, default
from expectations.rule import Case, Rule, Setting, Where
from models.results import Addressee, Severity

PAGE = Path(__file__).resolve().parent.parent / "docs" / "RULES.md"

SEVERITIES: Mapping[Severity, str] = {
    Severity.CRITICAL: "严重",
    Severity.WARNING: "一般",
    Severity.INFO: "提示",
}
FAMILIES: Mapping[str, str] = {
    "META": "标题、机关、年份和依据",
    "STR": "结构",
    "CELL": "单元格",
    "T2": "表二",
    "T3": "表三",
    "T4": "表四",
    "XT": "表间关系",
    "XY": "跨年衔接",
    "TXT": "文表一致",
    "S5": "问题与改进",
    "S6": "其他事项",
    "DUP": "内容雷同",
    "STALE": "旧年份",
    "LEX": "表述",
    "PII": "个人信息",
    "TIME": "时限",
    "PUB": "发布",
    "AGG": "汇总",
    "EXT": "读取可信度",
}
"""The families of the catalogue by the first part of an id, in its order."""

SHOWN_WORDS = 12
"""Of a list of words, so many are enough to know what it is; the profile holds the whole."""
_FRAMES = {
    "reports": "报告",
    "sections": "部分",
    "tables": "统计表",
    "lines": "表的行、列",
    "cells": "单元格",
    "requests_by_outcome": "表三的行",
    "requests_by_applicant": "表三的列",
    "disputes": "表四的组",
    "documents": "表二的文件件数",
    "years": "相邻两个年度",
    "totals": "三张统计表",
    "pairs": "相邻两个年度的单元格",
    "prose": "报告文字",
    "claims": "文字中的数据表述",
    "mentions": "文字中的年份、名称等",
    "twins": "与其他报告的比对",
    "subordinates": "政府与所属单位的数据",
}
_TEMPLATES = {"v2021": "2021年格式", "v2019": "2019年试行格式"}
_RANKS = {
    "state": "国家级",
    "province": "省级",
    "city": "设区的市级",
    "county": "县级",
    "township": "乡级",
    "unknown": "层级不明",
}
_ORGANS = {"government": "人民政府", "department": "政府部门", "unknown": "类别不明"}


def family(rule_id: str) -> str:
    """Return the family of a rule: ``T3`` for ``T3-03``; an id of no known family is its own."""
    name = rule_id.rpartition("-")[0]
    return name if name in FAMILIES else rule_id


@cache
def examples() -> Mapping[str, str]:
    """Return, by rule id, one made-up example of a report that breaks the rule."""
    return _toml("examples.toml")


@cache
def setting_names() -> Mapping[str, Mapping[str, Any]]:
    """Return, by dotted path, the `title` of a setting and the `rules` it decides."""
    return _toml("setting_names.toml")


def _toml(name: str) -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Set:
    """A setting of the profile that decides a rule: its path, its name in Chinese, its value in words."""

    path: str
    title: str
    value: str


def settings_of(rule: Rule, profile: Profile) -> tuple[Set, ...]:
    """Return the settings that decide a rule (as written, `catalogue.rule`) with this profile's values."""
    named = [path for path, entry in setting_names().items() if rule.id in entry.get("rules", ())]
    held = (rule.check.arguments, rule.only, rule.rows, rule.cases, rule.operator_when)
    paths = dict.fromkeys([*(path for part in held for path in _paths(part)), *named])
    return tuple(
        Set(path, setting_names().get(path, {}).get("title", path), in_words(profile.value(path)))
        for path in paths
    )


def _paths(part: Any) -> Iterator[str]:
    """Yield the paths of the settings in a part of a rule, in order."""
    if isinstance(part, Setting):
        yield part.path
    elif isinstance(part, Where):
        yield from _paths(part.value)
    elif isinstance(part, Case):
        yield from _paths(part.when)
    elif isinstance(part, Mapping):
        for entry in part.values():
            yield from _paths(entry)
    elif isinstance(part, (list, tuple)):
        for entry in part:
            yield from _paths(entry)


def in_words(value: Any) -> str:
    """Return the value of a setting as people write it."""
    if value is None:
        return "未设"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Deadline):
        return f"{value.month}月{value.day}日"
    if isinstance(value, (int, float)):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return "；".join(in_words(entry) for entry in value.values())
    if isinstance(value, (list, tuple)):
        if not all(isinstance(entry, (bool, int, float, str)) for entry in value):
            return f"共{len(value)}组"
        more = f"等{len(value)}个" if len(value) > SHOWN_WORDS else ""
        return "、".join(in_words(entry) for entry in value[:SHOWN_WORDS]) + more or "无"
    return str(value)


def applies_to(rule: Rule) -> str:
    """Return in words which reports a rule applies to."""
    parts = ["、".join(_TEMPLATES[name] for name in rule.templates or ()) or "各年度报告"]
    if rule.first_year is not None:
        parts.append(f"{rule.first_year}年度及以后")
    if rule.ranks is not None:
        parts.append("、".join(_RANKS[rank] for rank in rule.ranks))
    if rule.organs is not None:
        parts.append("、".join(_ORGANS[organ] for organ in rule.organs))
    return "，".join(parts)


def render() -> str:
    """Return the whole page as Markdown, with the values of the default profile."""
    profile = default()
    titles = {dimension.key: dimension.title for dimension in profile.scoring.dimensions}
    on = {rule.id: rule for rule in rules(profile)}
    listed = [rule for rule in written() if not rule.retired]
    lines = [
        "# 核查规则",
        "",
        "<!-- 本页由 python -m expectations.rulebook 生成，请勿手工修改。 -->",
        "",
        f"规则集版本 {RULESET_VERSION}，共{len(listed)}条规则，核查方案“{profile.title}”启用{len(on)}条。"
        "编号一经公布永不改用：停用的规则保留编号。",
        "",
        "每条规则对每份报告给出三种结论之一：通过（PASS）、不通过（FAIL）、无法判断（NOT_ASSESSABLE）。"
        "空缺不按0处理，读取不确定的数不参与核算；没有核查的不算通过。",
        "",
        "期限、数值、词表、分值和启用的规则由核查方案决定；下列数值为默认方案的数值，示例均为虚构。",
        "",
        "| 编号 | 名称 | 级别 | 核查对象 | 评分维度 |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.title}{'' if rule.id in on else '（默认停用）'} "
        f"| {SEVERITIES[rule.severity]} | {_FRAMES[rule.frame]} | {titles[rule.dimension]} |"
        for rule in listed
    ]
    for rule in listed:
        lines += ["", *_section(rule, profile, titles)]
    return "\n".join([*lines, "", *_scoring(profile)]) + "\n"


def _section(rule: Rule, profile: Profile, titles: dict[str, str]) -> list[str]:
    settled = rule.under(profile)
    off = "；默认停用" if rule.id in profile.rules.off else ""
    lines = [
        f"## {rule.id}",
        "",
        f"**{rule.title}**",
        "",
        rule.summary,
        "",
        f"- 级别：{SEVERITIES[rule.severity]}{_cases(settled.cases)}{off}",
        f"- 适用：{applies_to(rule)}",
        f"- 依据：{rule.source}",
        f"- 整改：{rule.hint}",
        f"- 评分维度：{titles[rule.dimension]}；数据质量特性：{rule.quality}（ISO/IEC 25012）",
        f"- 期望：`{_check(settled)}`",
    ]
    if rule.id in examples():
        lines.insert(6, f"- 示例：{examples()[rule.id]}")
    if settled.only:
        lines.append(f"- 只适用于：`{_conditions(settled.only)}`")
    if settled.rows:
        lines.append(f"- 只核查：`{_conditions(settled.rows)}`")
    if rule.addressee is Addressee.OPERATOR:
        lines.append("- 交核查人员核实，不作为填报单位的问题")
    elif settled.operator_when:
        lines += [f"- 交核查人员核实：`{_conditions(entry)}`" for entry in settled.operator_when]
    lines += [f"- 方案数值：{one.title}（`{one.path}`）：{one.value}" for one in settings_of(rule, profile)]
    return lines + [f"- 说明：{note}" for note in rule.notes]


def _cases(cases: tuple[Case, ...]) -> str:
    if not cases:
        return ""
    return "；例外：" + "，".join(
        f"`{_conditions(case.when)}` 时为{SEVERITIES[case.severity]}" for case in cases
    )


def _conditions(conditions: tuple[Where, ...]) -> str:
    return " and ".join(f"{c.column} {c.op} {c.value!r}" for c in conditions)


def _check(rule: Rule) -> str:
    arguments = rule.check.arguments
    if "equations" in arguments:
        body = ", ".join(
            f"{' + '.join(e['left'])} = {' + '.join(e['right'])}" for e in arguments["equations"]
        )
    elif "left_columns" in arguments:
        sign = "≥" if rule.check.type.endswith("AtLeast") else "="
        body = f"{' + '.join(arguments['left_columns'])} {sign} {' + '.join(arguments['right_columns'])}"
    else:
        body = ", ".join(f"{name}={value!r}" for name, value in arguments.items() if name != "ignore_row_if")
    return f"{rule.check.type}({body})".replace("|", "\\|")


def _scoring(profile: Profile) -> list[str]:
    model = profile.scoring
    special = "、".join(f"{rule_id}扣{points:g}分" for rule_id, points in model.special.items())
    return [
        "## 评分",
        "",
        f"评分模型版本 {model.version}。本评分为本系统评分模型，不是官方评分。",
        "",
        "| 维度 | 分值 |",
        "|---|---|",
        *(f"| {d.title} | {d.points:g} |" for d in model.dimensions if d.points),
        "",
        f"- 每条规则只扣一次：严重扣{model.deductions['critical']:g}分（{special}），"
        f"一般扣{model.deductions['warning']:g}分，提示不扣分；同一规则另有问题的，每个加扣{model.further:g}分，"
        f"最多加{model.further_at_most:g}分。各维度扣完为止。",
        "- 没有任何规则得到判断的维度不计入，其分值按比例分给其他维度，合计仍为100分。",
        "- 交核查人员核实的问题不扣分。",
        *(f"- 上限：{gate.title}（{'、'.join(gate.rules)}）。" for gate in model.gates),
        *(f"- 立即提醒：{sentence}（{rule_id}）" for rule_id, sentence in model.alerts.items()),
        f"- 覆盖率为得到判断的规则占计入规则的比例，低于{model.coverage:.0%}的{model.not_scored}。"
        "需要与上一年度、其他报告或者外部数据比对、又没有可比对材料的规则不计入。",
        "- 全部数据为零的报告标明“零数据报告”，只按适用的规则评分。",
        "- 等级：" + "，".join(f"{grade.at_least:g}分以上{grade.title}" for grade in model.grades) + "。",
    ]


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
